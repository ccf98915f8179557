#include "table/cells.h"

#include "base/hash.h"
#include "base/memory.h"

enum {
    SMALL = 1 << 16, /* entries; a directory this small is always used */
    SPARSEST = 4     /* most directory entries per pair: 16 bytes; a page has 32 */
};

static const int64_t MOST = (int64_t)UINT32_MAX - 1;

/* ---- items ---- */

void ev_cells_open(ev_cells *cells, const ev_memory *memory, size_t size)
{
    memset(cells, 0, sizeof *cells);
    cells->memory = *memory;
    ev_blocks_open(&cells->items, memory, size);
    ev_blocks_open(&cells->pages, memory, EV_PAGE * sizeof(uint32_t));
    cells->most_a = -1;
}

void ev_cells_close_index(ev_cells *cells)
{
    ev_give(&cells->memory, cells->directory);
    ev_give(&cells->memory, cells->slots);
    ev_blocks_close(&cells->pages);
    cells->directory = NULL;
    cells->slots = NULL;
    cells->page_count = 0;
    cells->rows = 0;
    cells->width = 0;
    cells->mask = 0;
}

void ev_cells_close(ev_cells *cells)
{
    ev_cells_close_index(cells);
    ev_blocks_close(&cells->items);
    cells->count = 0;
}

/* Makes room for more items, and for one page each. */
static ev_result make_room(ev_cells *cells, ptrdiff_t more)
{
    ev_result result = cells->count + more > MOST
                           ? EV_RANGE
                           : ev_blocks_reserve(&cells->items, cells->count + more);
    if (result == EV_DONE && cells->slots == NULL) {
        result = ev_blocks_reserve(&cells->pages, cells->page_count + more);
    }
    return result;
}

/* make_room was called before. */
EV_INLINE uint32_t new_item(ev_cells *cells, ev_cell_key key)
{
    const ptrdiff_t number = cells->count++;
    char *item = ev_cells_at(cells, number);
    memset(item, 0, cells->items.size);
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

EV_INLINE uint64_t hash_key(const ev_cells *cells, ev_cell_key key)
{
    return ev_hash_word((uint64_t)(uint32_t)key.a << 32 | (uint32_t)key.b,
                        cells->memory.seed);
}

EV_INLINE int same_key(const ev_cells *cells, ptrdiff_t number, ev_cell_key key)
{
    const ev_cell_key *held = ev_cells_at(cells, number);
    return held->a == key.a && held->b == key.b;
}

/* The slot of the pair, or the empty slot where it belongs. */
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
    while (capacity / 4 < expected && capacity <= PTRDIFF_MAX / 2) {
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
            const uint64_t hash = hash_key(cells, *key);
            uint64_t *slot = probe(cells, *key, hash);
            if (*slot == 0) { /* an appended item is not found */
                *slot = ev_slot(hash, i);
            }
        }
    }
    return result;
}

/* The entry of the directory for the page of a pair. */
EV_INLINE uint32_t *page_entry(const ev_cells *cells, int32_t a, int32_t b)
{
    const int64_t page = (int64_t)((uint64_t)(b - cells->low) / EV_PAGE);
    return &cells->directory[a * cells->width + page];
}

/* A pair's number + 1 within its page. */
EV_INLINE uint32_t *number_in_page(const ev_cells *cells, uint32_t page, int32_t b)
{
    uint32_t *numbers = ev_blocks_at(&cells->pages, (ptrdiff_t)page - 1);
    return &numbers[(uint64_t)(b - cells->low) % EV_PAGE];
}

/* The same; makes the page if needed. make_room was called before. */
EV_INLINE uint32_t *made_number(ev_cells *cells, uint32_t *entry, int32_t b)
{
    if (EV_UNLIKELY(*entry == 0)) {
        memset(ev_blocks_at(&cells->pages, cells->page_count), 0, cells->pages.size);
        *entry = (uint32_t)++cells->page_count;
    }
    return number_in_page(cells, *entry, b);
}

static ev_result build_directory(ev_cells *cells, ptrdiff_t rows, int64_t low,
                                 int64_t width)
{
    cells->directory = ev_take_zeros(&cells->memory, rows * (ptrdiff_t)width,
                                     sizeof *cells->directory);
    cells->rows = rows;
    cells->low = low;
    cells->width = width;
    ev_result result = cells->directory == NULL ? EV_NO_MEMORY : EV_DONE;
    for (ptrdiff_t i = 0; i < cells->count && result == EV_DONE; i++) {
        const ev_cell_key *key = ev_cells_at(cells, i);
        result = ev_blocks_reserve(&cells->pages, cells->page_count + 1);
        if (result == EV_DONE) {
            uint32_t *number =
                made_number(cells, page_entry(cells, key->a, key->b), key->b);
            if (*number == 0) { /* an appended item is not found */
                *number = (uint32_t)(i + 1);
            }
        }
    }
    return result;
}

/* Adds rows to the directory; the pages stay. */
static ev_result add_rows(ev_cells *cells, ptrdiff_t rows)
{
    const ptrdiff_t had = cells->rows * (ptrdiff_t)cells->width;
    const ptrdiff_t entries = rows * (ptrdiff_t)cells->width;
    uint32_t *grown = ev_retake(&cells->memory, cells->directory, entries, sizeof *grown);
    if (grown != NULL) {
        memset(grown + had, 0, (size_t)(entries - had) * sizeof *grown);
        cells->directory = grown;
        cells->rows = rows;
    }
    return grown == NULL ? EV_NO_MEMORY : EV_DONE;
}

static int directory_pays(int64_t rows, int64_t width, ptrdiff_t expected)
{
    const ev_wide entries = ev_wide_product((uint64_t)rows, (uint64_t)width);
    const ev_wide most = ev_wide_product((uint64_t)expected, SPARSEST);
    return !ev_wide_below(ev_wide_of_u64(SMALL), entries) || !ev_wide_below(most, entries);
}

/* Builds an index with room for `more` pairs within the extents seen. A directory grows
 * by at least a quarter, on the side that was exceeded, so that growing takes linear
 * time. */
static ev_result build_index(ev_cells *cells, ptrdiff_t more)
{
    const ptrdiff_t expected = cells->count + more;
    const int64_t high = cells->low + cells->width * EV_PAGE;
    const int64_t slack = high - cells->low;
    const int had = cells->directory != NULL;
    const int low_exceeded = !had || cells->least_b < cells->low;
    const int high_exceeded = !had || cells->most_b >= high;
    int64_t low = low_exceeded ? cells->least_b - slack / 4 : cells->low;
    const int64_t end = high_exceeded ? cells->most_b + 1 + slack / 4 : high;
    low -= ((low % EV_PAGE) + EV_PAGE) % EV_PAGE;
    const int64_t width = (end - low + EV_PAGE - 1) / EV_PAGE;
    const int64_t least = cells->most_a + 1;
    const int64_t rows = least > cells->rows ? least + least / 4 : cells->rows;
    ev_result result = EV_DONE;
    if (!directory_pays(rows, width, expected)) {
        ev_cells_close_index(cells);
        result = build_hashed(cells, expected);
    }
    else if (had && !low_exceeded && !high_exceeded) {
        result = add_rows(cells, (ptrdiff_t)rows);
    }
    else {
        ev_cells_close_index(cells);
        result = build_directory(cells, (ptrdiff_t)rows, low, width);
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
    ev_result result = EV_DONE;
    const int fits =
        cells->slots != NULL
            ? 2 * (uint64_t)(cells->count + n) <= cells->mask
            : cells->most_a < cells->rows && cells->least_b >= cells->low &&
                  cells->most_b < cells->low + cells->width * EV_PAGE;
    if (!fits) {
        result = build_index(cells, n);
    }
    if (result == EV_DONE) {
        result = make_room(cells, n);
    }
    return result;
}

/* ---- looking up ---- */

/* The directory entry, the number in its page and the item are usually not in the
 * cache: each is prefetched well before it is used. */
static void number_by_pages(ev_cells *cells, const int32_t *restrict a,
                            const int32_t *restrict b, ptrdiff_t n,
                            uint32_t *restrict numbers)
{
    uint32_t *entries[EV_BLOCK + EV_AHEAD], *places[EV_BLOCK + EV_AHEAD];
    for (ptrdiff_t i = 0; i < n; i++) {
        entries[i] = page_entry(cells, a[i], b[i]);
    }
    for (ptrdiff_t i = n; i < n + EV_AHEAD; i++) {
        entries[i] = entries[n - 1];
    }
    for (ptrdiff_t i = 0; i < EV_AHEAD; i++) {
        EV_PREFETCH(entries[i]);
    }
    for (ptrdiff_t i = 0; i < n + EV_AHEAD; i++) {
        if (i < n) {
            EV_PREFETCH(entries[i + EV_AHEAD]);
            places[i] = made_number(cells, entries[i], b[i]);
            EV_PREFETCH(places[i]);
        }
        const ptrdiff_t at = i - EV_AHEAD;
        if (at >= 0) {
            if (EV_UNLIKELY(*places[at] == 0)) {
                *places[at] = new_item(cells, (ev_cell_key){a[at], b[at]}) + 1;
            }
            numbers[at] = *places[at] - 1;
        }
    }
    for (ptrdiff_t i = 0; i < n && i < EV_AHEAD; i++) {
        ev_cells_fetch(cells, numbers[i]);
    }
}

/* Takes the first slot whose half hash agrees, and compares the item only after it was
 * prefetched; the few that belong to another pair are looked up in full. */
static void number_by_hash(ev_cells *cells, const int32_t *restrict a,
                           const int32_t *restrict b, ptrdiff_t n,
                           uint32_t *restrict numbers)
{
    uint64_t hashes[EV_BLOCK + EV_AHEAD];
    for (ptrdiff_t i = 0; i < n; i++) {
        hashes[i] = hash_key(cells, (ev_cell_key){a[i], b[i]});
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
            number_by_pages(cells, a, b, n, numbers);
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
            numbers[i] = ev_slot_number(*probe(cells, key, hash_key(cells, key)));
        }
        else if (a[i] < cells->rows && b[i] >= cells->low &&
                 b[i] < cells->low + cells->width * EV_PAGE) {
            const uint32_t page = *page_entry(cells, a[i], b[i]);
            if (page != 0) {
                numbers[i] = (ptrdiff_t)*number_in_page(cells, page, b[i]) - 1;
            }
        }
    }
}
