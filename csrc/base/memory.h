/* Taking memory from the allocator that the core is given. */
#ifndef EV_MEMORY_H
#define EV_MEMORY_H

#include <string.h>

#include "base/core.h"

/* Room for count items of `size` bytes, in place of `block`, whose content is kept;
 * NULL allocates. NULL when there is no memory or the product overflows; `block` is
 * then unchanged. Room for nothing is one byte, so NULL always means failure. */
EV_INLINE void *ev_retake(const ev_memory *memory, void *block, ptrdiff_t count,
                          size_t size)
{
    void *found = NULL;
    if (count >= 0 && (size == 0 || (size_t)count <= (size_t)PTRDIFF_MAX / size)) {
        const size_t bytes = (size_t)count * size;
        found = memory->resize(memory->owner, block, bytes > 0 ? bytes : 1);
    }
    return found;
}

EV_INLINE void *ev_take(const ev_memory *memory, ptrdiff_t count, size_t size)
{
    return ev_retake(memory, NULL, count, size);
}

/* The same for a block that is used everywhere: in huge pages where the system has
 * them. */
EV_INLINE void *ev_take_big(const ev_memory *memory, ptrdiff_t count, size_t size)
{
    void *found = ev_take(memory, count, size);
    if (found != NULL) {
        ev_advise_huge(found, (size_t)count * size);
    }
    return found;
}

/* The same, all zero. */
EV_INLINE void *ev_take_zeros(const ev_memory *memory, ptrdiff_t count, size_t size)
{
    void *found = ev_take_big(memory, count, size);
    if (found != NULL) {
        memset(found, 0, (size_t)count * size);
    }
    return found;
}

/* Frees a block; NULL is allowed. */
EV_INLINE void ev_give(const ev_memory *memory, void *block)
{
    if (block != NULL) {
        (void)memory->resize(memory->owner, block, 0);
    }
}

/* Grows *block to hold at least `needed` items; *room is the number it holds. It grows
 * by at least half, so that growing item by item takes linear time. */
EV_INLINE ev_result ev_grow(const ev_memory *memory, void **block, ptrdiff_t *room,
                            ptrdiff_t needed, size_t size)
{
    ev_result result = EV_DONE;
    if (needed > *room) {
        const ptrdiff_t wanted = needed > *room + *room / 2 ? needed : *room + *room / 2;
        void *grown = ev_retake(memory, *block, wanted, size);
        if (grown == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            *block = grown;
            *room = wanted;
        }
    }
    return result;
}

#endif
