#include "cells.h"

#include "hash.h"
#include "memory.h"

enum {
    HUGE = 1 << 21,        /* of a huge page, where blocks begin; what is never touched
                              takes no memory */
    BLOCK_BYTES = 1 << 23, /* of items */
    SMALL_GRID = 1 << 16,  /* entries: a grid this small needs no full rows */
    SPARSEST = 8           /* entries of a grid a pair: 32 bytes, as the hashed index */
};

static const ptrdiff_t MOST = (ptrdiff_t)UINT32_MAX - 1;

/* ---- items ---- */

void ev_cells_open(ev_cells *cells, const ev_memory *memory, size_t size)
{
    memset(cells, 0, sizeof *cells);
    cells->memory = *memory;
    cells->size = size;
    while (cells->shift < 20 && size << (cells->shift + 1) <= BLOCK_BYTES) {
        cells->shift++;
    }
    cells->most_a = -1;
}

void ev_cells_close_index(ev_cells *cells)
{
    ev_give(&cells->memory, cells->grid);
    ev_give(&cells->memory, cells->slots);
    cells->grid = NULL;
    cells->slots = NULL;
    cells->rows = 0;
    cells->span = 0;
    cells->mask = 0;
}

void ev_cells_close(ev_cells *cells)
{
    ev_cells_close_index(cells);
    for (ptrdiff_t i = 0; i < cells->block_count; i++) {
        ev_give(&cells->memory, cells->owned[i]);
    }
    ev_give(&cells->memory, cells->blocks);
    ev_give(&cells->memory, cells->owned);
    cells->blocks = NULL;
    cells->owned = NULL;
    cells->block_count = 0;
    cells->block_room = 0;
    cells->owned_room = 0;
    cells->count = 0;
}

static ev_result add_block(ev_cells *cells)
{
    const ev_memory *memory = &cells->memory;
    const ptrdiff_t needed = cells->block_count + 1;
    ev_result result = ev_grow(memory, (void **)&cells->blocks, &cells->block_room, needed,
                               sizeof(char *));
    if (result == EV_DONE) {
        result = ev_grow(memory, (void **)&cells->owned, &cells->owned_room, needed,
                         sizeof(void *));
    }
    if (result == EV_DONE) {
        const size_t bytes = cells->size << cells->shift;
        char *owned = ev_take(memory, (ptrdiff_t)(bytes + HUGE), 1);
        if (owned == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            char *start = owned + (HUGE - (uintptr_t)owned % HUGE) % HUGE;
            if (cells->block_count > 0) { /* small tables stay small */
                ev_advise_huge(start, bytes);
            }
            cells->blocks[cells->block_count] = start;
            cells->owned[cells->block_count] = owned;
            cells->block_count++;
        }
    }
    return result;
}

static ev_result make_room(ev_cells *cells, ptrdiff_t more)
{
    ev_result result = cells->count + more > MOST ? EV_RANGE : EV_DONE;
    while (result == EV_DONE &&
           cells->count + more > cells->block_count << cells->shift) {
        result = add_block(cells);
    }
    return result;
}

/* Room has been made. */
EV_INLINE uint32_t new_item(ev_cells *cells, ev_cell_key key)
{
    const ptrdiff_t number = cells->count++;
    char *item = ev_cells_at(cells, number);
    memset(item, 0, cells->size);
    memcpy(item, &key, sizeof key);
    return (uint32_t)number;
}

ev_result ev_cells_append(ev_cells *cells, ev_cell_key key, uint32_t *number)
{
    const ev_result result = make_room(cells, 1);
    if (result == EV_DONE) {
        *number = new_item(cells, key);
    }
    return result;
}

/* ---- the index ---- */

EV_INLINE uint64_t hash_key(ev_cell_key key)
{
    return ev_hash_word((uint64_t)(uint32_t)key.a << 32 | (uint32_t)key.b, 0);
}

EV_INLINE int same_key(const ev_cells *cells, ptrdiff_t number, ev_cell_key key)
{
    const ev_cell_key *held = ev_cells_at(cells, number);
    return held->a == key.a && held->b == key.b;
}

/* The slot that holds the pair, or the empty one where it belongs. */
static uint64_t *probe(const ev_cells *cells, ev_cell_key key, uint64_t hash)
{
    uint64_t at = hash & cells->mask;
    while (cells->slots[at] != 0 && !(ev_slot_may_be(cells->slots[at], hash) &&
                                      same_key(cells, ev_slot_number(cells->slots[at]),
                                               key))) {
        at = (at + 1) & cells->mask;
    }
    return &cells->slots[at];
}

static ev_result build_hashed(ev_cells *cells, ptrdiff_t expected)
{
    ev_result result = EV_DONE;
    ptrdiff_t capacity = 1024;
    while (capacity < 4 * expected) {
        capacity *= 2;
    }
    cells->slots = ev_take_zeros(&cells->memory, capacity, sizeof *cells->slots);
    if (cells->slots == NULL) {
        result = EV_NO_MEMORY;
    }
    else {
        cells->mask = (uint64_t)capacity - 1;
        for (ptrdiff_t i = 0; i < cells->count; i++) {
            const ev_cell_key *key = ev_cells_at(cells, i);
            const uint64_t hash = hash_key(*key);
            uint64_t *slot = probe(cells, *key, hash);
            if (*slot == 0) { /* an appended item never takes the place of the first */
                *slot = ev_slot(hash, i);
            }
        }
    }
    return result;
}

EV_INLINE ptrdiff_t place_in_grid(const ev_cells *cells, int32_t a, int32_t b)
{
    return (ptrdiff_t)(a * cells->span + (b - cells->low));
}

static ev_result build_grid(ev_cells *cells, ptrdiff_t rows, int64_t low, int64_t span)
{
    ev_result result = EV_DONE;
    cells->grid = ev_take_zeros(&cells->memory, rows * (ptrdiff_t)span,
                                sizeof *cells->grid);
    if (cells->grid == NULL) {
        result = EV_NO_MEMORY;
    }
    else {
        cells->rows = rows;
        cells->low = low;
        cells->span = span;
        for (ptrdiff_t i = 0; i < cells->count; i++) {
            const ev_cell_key *key = ev_cells_at(cells, i);
            uint32_t *entry = &cells->grid[place_in_grid(cells, key->a, key->b)];
            if (*entry == 0) {
                *entry = (uint32_t)(i + 1);
            }
        }
    }
    return result;
}

static int grid_pays(int64_t rows, int64_t span, ptrdiff_t expected)
{
    const ev_uint128 entries = (ev_uint128)rows * (ev_uint128)span;
    return entries <= SMALL_GRID || entries <= (ev_uint128)expected * SPARSEST;
}

/* A new index that has room for `more` pairs within the extents seen. A grid grows by a
 * quarter at least, on the side that was passed, so that all its growing is linear. */
static ev_result build_index(ev_cells *cells, ptrdiff_t more)
{
    const ptrdiff_t expected = cells->count + more;
    const int64_t rows = cells->most_a + 1;
    int64_t low = cells->least_b, high = cells->most_b + 1, roomy = rows;
    if (cells->grid != NULL) {
        const int64_t slack = cells->span / 4;
        low = low < cells->low ? low - slack : cells->low;
        high = high > cells->low + cells->span ? high + slack : cells->low + cells->span;
    }
    if (cells->rows < rows) {
        roomy = rows + rows / 4;
    }
    else {
        roomy = cells->rows;
    }
    ev_result result = EV_DONE;
    ev_cells_close_index(cells);
    if (grid_pays(roomy, high - low, expected)) {
        result = build_grid(cells, (ptrdiff_t)roomy, low, high - low);
    }
    else {
        result = build_hashed(cells, expected);
    }
    return result;
}

static ev_result reserve(ev_cells *cells, const int32_t *restrict a,
                         const int32_t *restrict b, ptrdiff_t n)
{
    int32_t most_a = a[0], least_b = b[0], most_b = b[0];
    for (ptrdiff_t i = 1; i < n; i++) {
        most_a = a[i] > most_a ? a[i] : most_a;
        least_b = b[i] < least_b ? b[i] : least_b;
        most_b = b[i] > most_b ? b[i] : most_b;
    }
    const int first = cells->most_a < 0;
    cells->most_a = first || most_a > cells->most_a ? most_a : cells->most_a;
    cells->least_b = first || least_b < cells->least_b ? least_b : cells->least_b;
    cells->most_b = first || most_b > cells->most_b ? most_b : cells->most_b;
    ev_result result = make_room(cells, n);
    const int fits =
        cells->slots != NULL
            ? 2 * (uint64_t)(cells->count + n) <= cells->mask
            : cells->most_a < cells->rows && cells->least_b >= cells->low &&
                  cells->most_b < cells->low + cells->span;
    if (result == EV_DONE && !fits) {
        result = build_index(cells, n);
    }
    return result;
}

/* ---- looking up ---- */

static void number_by_grid(ev_cells *cells, const int32_t *restrict a,
                           const int32_t *restrict b, ptrdiff_t n,
                           uint32_t *restrict numbers)
{
    ptrdiff_t places[EV_BLOCK + EV_AHEAD];
    for (ptrdiff_t i = 0; i < n; i++) {
        places[i] = place_in_grid(cells, a[i], b[i]);
    }
    for (ptrdiff_t i = n; i < n + EV_AHEAD; i++) {
        places[i] = places[n - 1];
    }
    for (ptrdiff_t i = 0; i < EV_AHEAD; i++) {
        EV_PREFETCH(&cells->grid[places[i]]);
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        EV_PREFETCH(&cells->grid[places[i + EV_AHEAD]]);
        uint32_t *entry = &cells->grid[places[i]];
        if (EV_UNLIKELY(*entry == 0)) {
            *entry = new_item(cells, (ev_cell_key){a[i], b[i]}) + 1;
        }
        numbers[i] = *entry - 1;
    }
    for (ptrdiff_t i = 0; i < n && i < EV_AHEAD; i++) {
        ev_cells_fetch(cells, numbers[i]);
    }
}

/* Takes the first slot whose half hash agrees and looks at the item only when it has
 * had time to arrive; the few that were another pair's are looked up in full. */
static void number_by_hash(ev_cells *cells, const int32_t *restrict a,
                           const int32_t *restrict b, ptrdiff_t n,
                           uint32_t *restrict numbers)
{
    uint64_t hashes[EV_BLOCK + EV_AHEAD];
    for (ptrdiff_t i = 0; i < n; i++) {
        hashes[i] = hash_key((ev_cell_key){a[i], b[i]});
    }
    for (ptrdiff_t i = n; i < n + EV_AHEAD; i++) {
        hashes[i] = hashes[n - 1];
    }
    for (ptrdiff_t i = 0; i < EV_AHEAD; i++) {
        EV_PREFETCH(&cells->slots[hashes[i] & cells->mask]);
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        EV_PREFETCH(&cells->slots[hashes[i + EV_AHEAD] & cells->mask]);
        uint64_t at = hashes[i] & cells->mask;
        while (cells->slots[at] != 0 && !ev_slot_may_be(cells->slots[at], hashes[i])) {
            at = (at + 1) & cells->mask;
        }
        if (cells->slots[at] == 0) {
            const uint32_t number = new_item(cells, (ev_cell_key){a[i], b[i]});
            cells->slots[at] = ev_slot(hashes[i], number);
        }
        numbers[i] = (uint32_t)ev_slot_number(cells->slots[at]);
    }
    for (ptrdiff_t i = 0; i < n && i < EV_AHEAD; i++) {
        ev_cells_fetch(cells, numbers[i]);
    }
    for (ptrdiff_t i = 0; i < n; i++) {
        const ev_cell_key key = {a[i], b[i]};
        if (i + EV_AHEAD < n) {
            ev_cells_fetch(cells, numbers[i + EV_AHEAD]);
        }
        if (EV_UNLIKELY(!same_key(cells, numbers[i], key))) {
            uint64_t *slot = probe(cells, key, hashes[i]);
            if (*slot == 0) {
                *slot = ev_slot(hashes[i], new_item(cells, key));
            }
            numbers[i] = (uint32_t)ev_slot_number(*slot);
        }
    }
}

ev_result ev_cells_number(ev_cells *cells, const int32_t *restrict a,
                          const int32_t *restrict b, ptrdiff_t n,
                          uint32_t *restrict numbers)
{
    ev_result result = EV_DONE;
    if (n > 0) {
        result = reserve(cells, a, b, n);
        if (result == EV_DONE && cells->slots == NULL) {
            number_by_grid(cells, a, b, n, numbers);
        }
        else if (result == EV_DONE) {
            number_by_hash(cells, a, b, n, numbers);
        }
    }
    return result;
}

void ev_cells_find(const ev_cells *cells, const int32_t *restrict a,
                   const int32_t *restrict b, ptrdiff_t n, int64_t *restrict numbers)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        numbers[i] = -1;
        if (cells->slots != NULL) {
            const ev_cell_key key = {a[i], b[i]};
            numbers[i] = ev_slot_number(*probe(cells, key, hash_key(key)));
        }
        else if (a[i] < cells->rows && b[i] >= cells->low &&
                 b[i] < cells->low + cells->span) {
            numbers[i] = (ptrdiff_t)cells->grid[place_in_grid(cells, a[i], b[i])] - 1;
        }
    }
}
