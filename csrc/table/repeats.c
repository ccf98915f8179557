#include "table/repeats.h"

#include "base/hash.h"
#include "base/memory.h"

void ev_repeats_open(ev_repeats *repeats, int64_t most)
{
    memset(repeats, 0, sizeof *repeats);
    repeats->most = most;
}

void ev_repeats_close(ev_repeats *repeats, const ev_memory *memory)
{
    ev_give(memory, repeats->hashes);
    ev_give(memory, repeats->runs);
    ev_give(memory, repeats->series);
    memset(repeats, 0, sizeof *repeats);
}

/* ---- rows to hashes ---- */

/* Adds the values of one measure to the hashes of n rows. */
static void add_values(uint64_t *restrict hashes, const ev_values *restrict values,
                       ptrdiff_t n, uint64_t salt)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        const uint64_t high = (uint64_t)values->sum[i].hi * EV_HASH_B;
        hashes[i] += ev_fold(values->sum[i].lo ^ high ^ salt, EV_HASH_A);
    }
    for (ptrdiff_t i = 0; values->has_null && i < n; i++) {
        hashes[i] += values->null[i] != 0 ? salt * EV_HASH_B : 0;
    }
    for (ptrdiff_t i = 0; values->has_fine && i < n; i++) {
        hashes[i] += values->fine[i] * salt;
    }
}

/* A run of its own for rows that do not follow the last one. */
static ev_result begin_run(ev_repeats *repeats, const ev_memory *memory, int64_t row)
{
    const ptrdiff_t had = repeats->run_count;
    ev_result result = EV_DONE;
    int follows = had > 0;
    if (follows) {
        const ev_row_run last = repeats->runs[had - 1];
        follows = last.row + (repeats->count - last.start) == row;
    }
    if (!follows) {
        result = ev_grow(memory, (void **)&repeats->runs, &repeats->run_room,
                         had + 1, sizeof *repeats->runs);
        if (result == EV_DONE) {
            repeats->runs[repeats->run_count++] = (ev_row_run){row, repeats->count};
        }
    }
    return result;
}

ev_result ev_repeats_add(ev_repeats *repeats, const ev_memory *memory,
                         const ev_block_rows *rows, const ev_values *restrict values,
                         int measures)
{
    const int64_t left = repeats->most - rows->first;
    const ptrdiff_t n = rows->count < left ? rows->count : (ptrdiff_t)left;
    ev_result result = EV_DONE;
    if (n > 0) {
        result = ev_grow(memory, (void **)&repeats->hashes, &repeats->room,
                         repeats->count + n, sizeof *repeats->hashes);
    }
    if (n > 0 && result == EV_DONE) {
        result = begin_run(repeats, memory, rows->first);
    }
    if (n > 0 && result == EV_DONE) {
        uint64_t *restrict hashes = repeats->hashes + repeats->count;
        for (ptrdiff_t i = 0; i < n; i++) {
            const uint64_t period = (uint64_t)(uint32_t)rows->periods[i] * EV_HASH_B;
            hashes[i] = repeats->series[rows->series[i]] + period;
        }
        for (int k = 0; k < measures; k++) {
            add_values(hashes, &values[k], n, ev_fold((uint64_t)k + 1, EV_HASH_B));
        }
        for (ptrdiff_t i = 0; i < n; i++) {
            hashes[i] = ev_fold(hashes[i], EV_HASH_A);
        }
        repeats->count += n;
    }
    return result;
}

/* ---- equal hashes ---- */

/* Finding them takes two passes. The first marks one bit for each hash; a bit that was
 * marked before makes the hash a suspect, which few are. The second looks each hash that
 * has a suspect's bit up in a table of the suspects. */
typedef struct ev_search {
    uint64_t *seen, *twice; /* bits: of all hashes, of the suspects */
    uint64_t bit_mask;
    struct ev_suspect *slots; /* an open-addressing table, at most half full */
    uint64_t slot_mask;
    uint64_t *suspects;
    ptrdiff_t count, room;
} ev_search;

struct ev_suspect {
    uint64_t hash;
    uint32_t first, second; /* the smallest numbers of its rows, from 1; 0: none */
};

static int has_bit(const uint64_t *bits, uint64_t at)
{
    return bits[at >> 6] >> (at & 63) & 1;
}

static void set_bit(uint64_t *bits, uint64_t at)
{
    bits[at >> 6] |= UINT64_C(1) << (at & 63);
}

/* The lower bits of a hash choose its bit, the upper ones its slot. */
static struct ev_suspect *slot_of(const ev_search *search, uint64_t hash)
{
    uint64_t at = hash >> 32 & search->slot_mask;
    while (search->slots[at].hash != 0 && search->slots[at].hash != hash) {
        at = (at + 1) & search->slot_mask;
    }
    return &search->slots[at];
}

static ptrdiff_t power_of_two(ptrdiff_t least)
{
    ptrdiff_t power = 64;
    while (power < least) {
        power *= 2;
    }
    return power;
}

static ev_result find_suspects(ev_search *search, const ev_memory *memory,
                               const ev_repeats *part)
{
    ev_result result = EV_DONE;
    for (ptrdiff_t i = 0; i < part->count && result == EV_DONE; i++) {
        const uint64_t bit = part->hashes[i] & search->bit_mask;
        if (has_bit(search->seen, bit)) {
            result = ev_grow(memory, (void **)&search->suspects, &search->room,
                             search->count + 1, sizeof *search->suspects);
            if (result == EV_DONE) {
                search->suspects[search->count++] = part->hashes[i];
                set_bit(search->twice, bit);
            }
        }
        set_bit(search->seen, bit);
    }
    return result;
}

static ev_result open_table(ev_search *search, const ev_memory *memory)
{
    const ptrdiff_t slots = power_of_two(2 * search->count);
    search->slots = ev_take_zeros(memory, slots, sizeof *search->slots);
    search->slot_mask = (uint64_t)slots - 1;
    for (ptrdiff_t i = 0; i < search->count && search->slots != NULL; i++) {
        if (search->suspects[i] != 0) { /* 0 would be an empty slot */
            slot_of(search, search->suspects[i])->hash = search->suspects[i];
        }
    }
    return search->slots == NULL ? EV_NO_MEMORY : EV_DONE;
}

static void add_row(struct ev_suspect *suspect, uint32_t row, ev_repeated *found)
{
    if (suspect->first == 0) {
        suspect->first = row;
    }
    else {
        const uint32_t later = row > suspect->first ? row : suspect->first;
        suspect->first = row < suspect->first ? row : suspect->first;
        suspect->second =
            suspect->second == 0 || later < suspect->second ? later : suspect->second;
        found->count++;
    }
}

static void look_up(const ev_search *search, const ev_repeats *part, ev_repeated *found)
{
    for (ptrdiff_t r = 0; r < part->run_count; r++) {
        const ev_row_run run = part->runs[r];
        const ptrdiff_t end =
            r + 1 < part->run_count ? part->runs[r + 1].start : part->count;
        for (ptrdiff_t i = run.start; i < end; i++) {
            const uint64_t hash = part->hashes[i];
            if (has_bit(search->twice, hash & search->bit_mask) && hash != 0) {
                struct ev_suspect *suspect = slot_of(search, hash);
                if (suspect->hash == hash) {
                    add_row(suspect, (uint32_t)(run.row + (i - run.start) + 1), found);
                }
            }
        }
    }
}

/* The row that repeats another and has the smallest number. */
static void first_repeat(const ev_search *search, ev_repeated *found)
{
    for (uint64_t at = 0; at <= search->slot_mask; at++) {
        const struct ev_suspect *suspect = &search->slots[at];
        if (suspect->second != 0 &&
            (found->second < 0 || suspect->second - 1 < found->second)) {
            found->first = (int64_t)suspect->first - 1;
            found->second = (int64_t)suspect->second - 1;
        }
    }
}

ev_result ev_repeats_find(const ev_repeats *const *parts, int count,
                          const ev_memory *memory, ev_repeated *found)
{
    ev_search search;
    ptrdiff_t rows = 0;
    memset(&search, 0, sizeof search);
    *found = (ev_repeated){0, -1, -1};
    for (int k = 0; k < count; k++) {
        rows += parts[k]->count;
    }
    const ptrdiff_t bits = power_of_two(8 * rows);
    search.bit_mask = (uint64_t)bits - 1;
    search.seen = ev_take_zeros(memory, bits / 64, sizeof *search.seen);
    search.twice = ev_take_zeros(memory, bits / 64, sizeof *search.twice);
    ev_result result =
        search.seen == NULL || search.twice == NULL ? EV_NO_MEMORY : EV_DONE;
    for (int k = 0; k < count && result == EV_DONE; k++) {
        result = find_suspects(&search, memory, parts[k]);
    }
    if (result == EV_DONE && search.count > 0) {
        result = open_table(&search, memory);
    }
    if (result == EV_DONE && search.count > 0) {
        for (int k = 0; k < count; k++) {
            look_up(&search, parts[k], found);
        }
        first_repeat(&search, found);
    }
    ev_give(memory, search.seen);
    ev_give(memory, search.twice);
    ev_give(memory, search.slots);
    ev_give(memory, search.suspects);
    return result;
}
