/* An allocator that keeps big blocks which are given back, for the next one who asks.
 *
 * Memory that a process touches for the first time costs more than the work done in it,
 * and panels are built one after the other. What is kept never exceeds a bound.
 */
#ifndef EV_KEPT_H
#define EV_KEPT_H

#include <stdatomic.h>

#include "base/core.h"

enum { EV_KEPT_BLOCKS = 64 };

typedef struct ev_kept_block {
    void *block;
    size_t size;
} ev_kept_block;

typedef struct ev_kept {
    ev_memory below; /* where the memory comes from */
    size_t bound;    /* bytes that may be kept; 0: none */
    size_t bytes;    /* that are kept */
    int count;
    ev_kept_block blocks[EV_KEPT_BLOCKS]; /* oldest first */
    atomic_flag busy;
} ev_kept;

/* Keeps nothing yet. It must not be moved. */
void ev_kept_open(ev_kept *kept, const ev_memory *below, size_t bound);

/* Gives back all that is kept; blocks in use stay valid. */
void ev_kept_clear(ev_kept *kept);

/* How many bytes are kept. */
size_t ev_kept_bytes(ev_kept *kept);

/* The resize function of an ev_memory whose owner is an ev_kept. Any thread may call it.
 * A thread that finds it busy, as a child after a fork might for ever, does without. */
void *ev_kept_resize(void *owner, void *block, size_t size);

#endif
