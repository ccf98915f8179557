/* Shared by tests: an allocator that counts its blocks and fails on request, and random
 * numbers. */
#ifndef EV_TEST_ENGINE_H
#define EV_TEST_ENGINE_H

#include <stdatomic.h>
#include <string.h>

#include "check.h"
#include "base/core.h"

typedef struct counting {
    atomic_long blocks; /* not freed */
    atomic_long left;   /* calls that succeed before one fails; -1: all succeed */
} counting;

static inline void *counting_resize(void *owner, void *block, size_t size)
{
    counting *count = owner;
    void *result = NULL;
    if (size == 0) {
        count->blocks -= block != NULL;
        free(block);
    }
    else if (count->left != 0) {
        result = realloc(block, size);
        count->blocks += block == NULL && result != NULL;
        count->left -= count->left > 0;
    }
    return result;
}

static inline ev_memory counting_memory(counting *count)
{
    const ev_memory memory = {counting_resize, count, 0};
    *count = (counting){0, -1};
    return memory;
}

/* Whether the machine stores the lowest byte first. */
static inline int is_little(void)
{
    const uint16_t one = 1;
    return *(const uint8_t *)&one == 1;
}

/* A small generator: the same numbers on every machine. */
static inline uint64_t next_random(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = *state;
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

#endif
