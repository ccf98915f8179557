/* Pairs of small integers, numbered in order of first appearance, with one item per pair.
 *
 * The engine has one kind of table: it maps (series so far, code of the next key) to a
 * series, and (series, period) to a cell. Items are stored in blocks that never move. If
 * the pairs of one `a` are dense enough, the index is a directory of pages of eight
 * numbers; if not, it is an open-addressing hash table of the pairs. It changes from one to
 * the other as it grows. Either way it takes at most 48 bytes per pair.
 */
#ifndef EV_CELLS_H
#define EV_CELLS_H

#include "base/blocks.h"

enum {
    EV_BLOCK = 256, /* rows handled together: each step runs over all of them */
    EV_PAGE = 8,    /* numbers to a page of the index: half a line of the cache */
    EV_AHEAD = 24   /* rows between prefetching memory and using it; prefetching a whole
                       block at once takes twice as long, because requests queue */
};

/* Every item begins with its key. */
typedef struct ev_cell_key {
    int32_t a;
    int32_t b;
} ev_cell_key;

typedef struct ev_cells {
    ev_memory memory;
    ptrdiff_t count; /* items; their numbers are 0 .. count - 1 */
    ev_blocks items; /* each begins with its key */
    uint32_t *directory; /* page + 1, 0 for none; [a][(b - low) / EV_PAGE] */
    ptrdiff_t rows;      /* of the directory */
    int64_t low, width;  /* its first b, a multiple of EV_PAGE; its pages a row */
    ev_blocks pages;     /* of EV_PAGE numbers + 1 each, 0 for none */
    ptrdiff_t page_count;
    uint64_t *slots; /* the hashed index; NULL while the directory serves */
    uint64_t mask;
    int64_t most_a, least_b, most_b; /* of all pairs numbered; most_a -1: none yet */
} ev_cells;

/* An empty table of items of `size` bytes (at least 8, a multiple of 8). */
void ev_cells_open(ev_cells *cells, const ev_memory *memory, size_t size);

/* Frees all memory of an opened table. */
void ev_cells_close(ev_cells *cells);

/* Frees the index; no pair may be looked up any more. */
void ev_cells_close_index(ev_cells *cells);

/* The numbers of n <= EV_BLOCK pairs, a >= 0. A new pair gets a number and an item that
 * is zero except for its key. The first EV_AHEAD items are being prefetched when this
 * returns. After EV_NO_MEMORY, or EV_RANGE (more than 2^32 - 2 items), the table may
 * only be closed. */
ev_result ev_cells_number(ev_cells *cells, const int32_t *restrict a,
                          const int32_t *restrict b, ptrdiff_t n,
                          uint32_t *restrict numbers);

/* The numbers of n pairs, -1 for absent ones. Changes nothing: any number of threads
 * may look up at the same time. */
void ev_cells_find(const ev_cells *cells, const int32_t *restrict a,
                   const int32_t *restrict b, ptrdiff_t n, int64_t *restrict numbers);

/* Adds an item that no lookup finds. Results as ev_cells_number. */
ev_result ev_cells_append(ev_cells *cells, ev_cell_key key, uint32_t *number);

EV_INLINE void *ev_cells_at(const ev_cells *cells, ptrdiff_t number)
{
    return ev_blocks_at(&cells->items, number);
}

/* Prefetches an item. */
EV_INLINE void ev_cells_fetch(const ev_cells *cells, ptrdiff_t number)
{
    enum { LINE = 64 };
    const char *item = ev_cells_at(cells, number);
    for (size_t at = 0; at < cells->items.size; at += LINE) {
        EV_PREFETCH(item + at);
    }
}

#endif
