#include "table/repeats.h"

#include "base/hash.h"
#include "base/memory.h"

ev_result ev_repeats_open(ev_repeats *repeats, const ev_memory *memory, ptrdiff_t rows)
{
    ptrdiff_t slots = 2;
    while (slots < 2 * rows) {
        slots *= 2;
    }
    memset(repeats, 0, sizeof *repeats);
    repeats->slots = ev_take_zeros(memory, slots, sizeof *repeats->slots);
    repeats->mask = (uint64_t)slots - 1;
    repeats->room = rows;
    return repeats->slots == NULL ? EV_NO_MEMORY : EV_DONE;
}

void ev_repeats_close(ev_repeats *repeats, const ev_memory *memory)
{
    ev_give(memory, repeats->slots);
    repeats->slots = NULL;
}

static uint64_t hash_of(uint64_t place, const ev_values *restrict values, int measures,
                        ptrdiff_t i)
{
    uint64_t hash = ev_hash_word(place, EV_HASH_A);
    for (int k = 0; k < measures; k++) {
        const uint64_t null = values[k].has_null ? values[k].null[i] : 0;
        hash = ev_fold(hash ^ values[k].sum[i].lo, EV_HASH_A);
        hash = ev_fold(hash ^ (uint64_t)values[k].sum[i].hi ^ null << 62, EV_HASH_B);
        if (values[k].has_fine && values[k].fine[i] != 0) {
            hash = ev_fold(hash ^ values[k].fine[i], EV_HASH_A);
        }
    }
    return hash;
}

static void add_row(ev_repeats *repeats, uint64_t hash, int64_t row)
{
    uint64_t at = hash & repeats->mask;
    while (repeats->slots[at].row != 0 && repeats->slots[at].hash != hash) {
        at = (at + 1) & repeats->mask;
    }
    if (repeats->slots[at].row == 0) {
        repeats->slots[at] = (ev_row_slot){hash, row + 1};
    }
    else if (repeats->count++ == 0) {
        repeats->first = repeats->slots[at].row - 1;
        repeats->second = row;
    }
}

void ev_repeats_add(ev_repeats *repeats, const ev_block_rows *rows,
                    const ev_values *restrict values, int measures)
{
    uint64_t hashes[EV_BLOCK];
    const ptrdiff_t n =
        rows->count < repeats->room ? rows->count : (ptrdiff_t)repeats->room;
    for (ptrdiff_t i = 0; i < n; i++) {
        const uint64_t place =
            (uint64_t)(uint32_t)rows->series[i] << 32 | (uint32_t)rows->periods[i];
        hashes[i] = hash_of(place, values, measures, i);
        EV_PREFETCH(&repeats->slots[hashes[i] & repeats->mask]);
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        add_row(repeats, hashes[i], rows->first + i);
    }
    repeats->room -= n;
}
