/* Items of one size in blocks that never move: growing copies nothing. */
#ifndef EV_BLOCKS_H
#define EV_BLOCKS_H

#include "base/core.h"

typedef struct ev_blocks {
    ev_memory memory;
    size_t size;   /* bytes of an item */
    int shift;     /* a block holds 1 << shift items */
    char **starts; /* where the items of each block begin */
    void **owned;  /* the same blocks, as allocated */
    ptrdiff_t count, start_room, owned_room;
} ev_blocks;

/* No blocks yet, of items of `size` bytes. */
void ev_blocks_open(ev_blocks *blocks, const ev_memory *memory, size_t size);

/* Frees all memory of opened blocks. They may be used again. */
void ev_blocks_close(ev_blocks *blocks);

/* Makes room for the items 0 .. items - 1. New ones are not initialised. */
ev_result ev_blocks_reserve(ev_blocks *blocks, ptrdiff_t items);

EV_INLINE void *ev_blocks_at(const ev_blocks *blocks, ptrdiff_t number)
{
    const ptrdiff_t place = number & (((ptrdiff_t)1 << blocks->shift) - 1);
    return blocks->starts[number >> blocks->shift] + (size_t)place * blocks->size;
}

#endif
