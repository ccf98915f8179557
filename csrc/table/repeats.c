#include "table/repeats.h"

#include "base/hash.h"
#include "base/memory.h"

enum { FIRST_SLOTS = 4 * EV_BLOCK };

ev_result ev_repeats_open(ev_repeats *repeats, const ev_memory *memory, ptrdiff_t rows)
{
    memset(repeats, 0, sizeof *repeats);
    repeats->slots = ev_take_zeros(memory, FIRST_SLOTS, sizeof *repeats->slots);
    repeats->mask = FIRST_SLOTS - 1;
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

/* The slot of a hash: its own, or the empty one where it belongs. */
static ev_row_slot *slot_of(const ev_repeats *repeats, uint64_t hash)
{
    uint64_t at = hash & repeats->mask;
    while (repeats->slots[at].row != 0 && repeats->slots[at].hash != hash) {
        at = (at + 1) & repeats->mask;
    }
    return &repeats->slots[at];
}

/* Room for one block more in a table that is at most half full: four times the slots. */
static ev_result make_room(ev_repeats *repeats, const ev_memory *memory)
{
    const ptrdiff_t old = (ptrdiff_t)repeats->mask + 1;
    if (2 * (repeats->used + EV_BLOCK) <= old) {
        return EV_DONE;
    }
    ev_row_slot *before = repeats->slots;
    ev_row_slot *slots = ev_take_zeros(memory, 4 * old, sizeof *slots);
    if (slots != NULL) {
        repeats->slots = slots;
        repeats->mask = (uint64_t)(4 * old) - 1;
        for (ptrdiff_t i = 0; i < old; i++) {
            if (before[i].row != 0) {
                *slot_of(repeats, before[i].hash) = before[i];
            }
        }
        ev_give(memory, before);
    }
    return slots == NULL ? EV_NO_MEMORY : EV_DONE;
}

static void add_row(ev_repeats *repeats, uint64_t hash, int64_t row)
{
    ev_row_slot *slot = slot_of(repeats, hash);
    if (slot->row == 0) {
        *slot = (ev_row_slot){hash, row + 1};
        repeats->used++;
    }
    else if (repeats->count++ == 0) {
        repeats->first = slot->row - 1;
        repeats->second = row;
    }
}

ev_result ev_repeats_add(ev_repeats *repeats, const ev_memory *memory,
                         const ev_block_rows *rows, const ev_values *restrict values,
                         int measures)
{
    uint64_t hashes[EV_BLOCK];
    const ptrdiff_t n =
        rows->count < repeats->room ? rows->count : (ptrdiff_t)repeats->room;
    const ev_result result = make_room(repeats, memory);
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        const uint64_t place =
            (uint64_t)(uint32_t)rows->series[i] << 32 | (uint32_t)rows->periods[i];
        hashes[i] = hash_of(place, values, measures, i);
        EV_PREFETCH(&repeats->slots[hashes[i] & repeats->mask]);
    }
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        add_row(repeats, hashes[i], rows->first + i);
    }
    repeats->room -= n;
    return result;
}
