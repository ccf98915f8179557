/* Taking memory from the allocator the core is handed. */
#ifndef EV_MEMORY_H
#define EV_MEMORY_H

#include <string.h>

#include "base/core.h"

/* Room for count items of `size` bytes, in place of `block` (NULL: anew), whose content
 * is kept. NULL when there is none, or when the product is no size; `block` then stands.
 * Room for nothing is room for one byte, so that NULL always means failure. */
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

/* The same for what is written all over: in huge pages where the system has them. */
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

/* Gives back; NULL is allowed. */
EV_INLINE void ev_give(const ev_memory *memory, void *block)
{
    if (block != NULL) {
        (void)memory->resize(memory->owner, block, 0);
    }
}

/* Grows *block to hold at least `needed` items, by half at least so that growing item
 * by item stays linear; *room is the number it holds. */
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
