/* Pairs of small integers, numbered in order of first appearance, each with an item.
 *
 * The one table of the engine: (series so far, code of the next key) to a series,
 * (series, period) to a cell. Items lie in blocks that never move. The index over them
 * is a grid of numbers, addressed directly, while the pairs fill enough of it, and an
 * open-addressing table of the whole pair when they do not; it changes from one to the
 * other as it grows. Either way it takes at most 32 bytes a pair.
 */
#ifndef EV_CELLS_H
#define EV_CELLS_H

#include "core.h"

enum {
    EV_BLOCK = 256, /* rows handled together, each step over all of them */
    EV_AHEAD = 24   /* rows between asking for memory and using it: asking for a whole
                       block at once takes twice as long, the requests queue */
};

/* How every item begins. */
typedef struct ev_cell_key {
    int32_t a;
    int32_t b;
} ev_cell_key;

typedef struct ev_cells {
    ev_memory memory;
    size_t size;     /* bytes of an item, its key included */
    int shift;       /* a block holds 1 << shift items */
    ptrdiff_t count; /* items; their numbers are 0 .. count - 1 */
    char **blocks;   /* where the items of each block begin */
    void **owned;    /* the same blocks as the allocator gave them */
    ptrdiff_t block_count, block_room, owned_room;
    uint32_t *grid;  /* number + 1, 0 for none; [a][b - low] */
    ptrdiff_t rows;  /* of the grid */
    int64_t low, span;
    uint64_t *slots; /* the hashed index; NULL while the grid serves */
    uint64_t mask;
    int64_t most_a, least_b, most_b; /* of all pairs asked for; most_a -1: none yet */
} ev_cells;

/* An empty table of items of `size` bytes (at least 8, a multiple of 8). */
void ev_cells_open(ev_cells *cells, const ev_memory *memory, size_t size);

/* Gives back all memory; an opened table only. */
void ev_cells_close(ev_cells *cells);

/* Gives back the index; after it no pair may be looked up. */
void ev_cells_close_index(ev_cells *cells);

/* The numbers of n <= EV_BLOCK pairs; a new pair gets a number and an item that is zero
 * but for its key. a is not negative. The first EV_AHEAD items are on their way into the
 * cache when this returns. EV_NO_MEMORY, or EV_RANGE beyond 2^32 - 2 items: the table then may only
 * be closed. */
ev_result ev_cells_number(ev_cells *cells, const int32_t *restrict a,
                          const int32_t *restrict b, ptrdiff_t n,
                          uint32_t *restrict numbers);

/* The numbers of n pairs that may be absent: -1. Changes nothing: any number of
 * threads may look up at the same time. */
void ev_cells_find(const ev_cells *cells, const int32_t *restrict a,
                   const int32_t *restrict b, ptrdiff_t n, int64_t *restrict numbers);

/* One more item beside the numbered ones, which no lookup finds. */
ev_result ev_cells_append(ev_cells *cells, ev_cell_key key, uint32_t *number);

EV_INLINE void *ev_cells_at(const ev_cells *cells, ptrdiff_t number)
{
    const ptrdiff_t place = number & (((ptrdiff_t)1 << cells->shift) - 1);
    return cells->blocks[number >> cells->shift] + (size_t)place * cells->size;
}

/* Asks for an item that is used soon. */
EV_INLINE void ev_cells_fetch(const ev_cells *cells, ptrdiff_t number)
{
    enum { LINE = 64 };
    const char *item = ev_cells_at(cells, number);
    for (size_t at = 0; at < cells->size; at += LINE) {
        EV_PREFETCH(item + at);
    }
}

#endif
