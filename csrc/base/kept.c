#include "base/kept.h"

#include <string.h>

enum {
    HEAD = 64,           /* bytes before a block: its size; a line, as blocks are aligned */
    LEAST = 1 << 17,     /* bytes of the smallest block that is kept */
    PATIENCE = 1 << 10   /* how often a thread tries to enter */
};

void ev_kept_open(ev_kept *kept, const ev_memory *below, size_t bound)
{
    memset(kept, 0, sizeof *kept);
    kept->below = *below;
    kept->bound = bound;
    atomic_flag_clear(&kept->busy);
}

static int enter(ev_kept *kept)
{
    int tries = 0;
    while (tries < PATIENCE &&
           atomic_flag_test_and_set_explicit(&kept->busy, memory_order_acquire)) {
        tries++;
    }
    return tries < PATIENCE;
}

static void leave(ev_kept *kept)
{
    atomic_flag_clear_explicit(&kept->busy, memory_order_release);
}

/* Takes block i out of those that are kept. */
static void *take_out(ev_kept *kept, int i)
{
    void *block = kept->blocks[i].block;
    kept->bytes -= kept->blocks[i].size;
    kept->count--;
    memmove(&kept->blocks[i], &kept->blocks[i + 1],
            (size_t)(kept->count - i) * sizeof kept->blocks[0]);
    return block;
}

void ev_kept_clear(ev_kept *kept)
{
    if (enter(kept)) {
        while (kept->count > 0) {
            (void)kept->below.resize(kept->below.owner, take_out(kept, 0), 0);
        }
        leave(kept);
    }
}

size_t ev_kept_bytes(ev_kept *kept)
{
    size_t bytes = 0;
    if (enter(kept)) {
        bytes = kept->bytes;
        leave(kept);
    }
    return bytes;
}

/* The smallest kept block of at least this size, but not of more than twice as much;
 * NULL if there is none. */
static char *find(ev_kept *kept, size_t size)
{
    char *found = NULL;
    if (size >= LEAST && kept->bound > 0 && enter(kept)) {
        int best = -1;
        for (int i = 0; i < kept->count; i++) {
            const size_t has = kept->blocks[i].size;
            if (has >= size && has / 2 <= size &&
                (best < 0 || has < kept->blocks[best].size)) {
                best = i;
            }
        }
        if (best >= 0) {
            found = take_out(kept, best);
        }
        leave(kept);
    }
    return found;
}

/* Keeps a block, in place of the oldest ones if need be. 0: it is not kept. */
static int keep(ev_kept *kept, char *block, size_t size)
{
    int keeps = 0;
    if (size >= LEAST && size <= kept->bound && enter(kept)) {
        while (kept->count == EV_KEPT_BLOCKS || kept->bytes + size > kept->bound) {
            (void)kept->below.resize(kept->below.owner, take_out(kept, 0), 0);
        }
        kept->blocks[kept->count++] = (ev_kept_block){block, size};
        kept->bytes += size;
        keeps = 1;
        leave(kept);
    }
    return keeps;
}

static size_t size_of(const char *block)
{
    size_t size = 0;
    memcpy(&size, block, sizeof size);
    return size;
}

/* The size of a new block: four sizes for each power of two, so that what one table gives
 * back fits the next. */
static size_t rounded(size_t size)
{
    size_t step = LEAST / 4;
    while (size / step >= 8) {
        step *= 2;
    }
    return size < LEAST || size > SIZE_MAX / 2 ? size : (size + step - 1) / step * step;
}

static void *after_head(char *block, size_t size)
{
    void *given = NULL;
    if (block != NULL) {
        memcpy(block, &size, sizeof size);
        given = block + HEAD;
    }
    return given;
}

/* A new block, or a larger one with the content of `had`, which has `size_had` bytes. */
static void *resized(ev_kept *kept, char *had, size_t size_had, size_t size)
{
    char *block = find(kept, size);
    if (block != NULL) {
        size = size_of(block);
        if (had != NULL) {
            memcpy(block + HEAD, had + HEAD, size_had < size ? size_had : size);
            if (!keep(kept, had, size_had)) {
                (void)kept->below.resize(kept->below.owner, had, 0);
            }
        }
    }
    else if (size <= SIZE_MAX - HEAD) {
        size = kept->bound > 0 ? rounded(size) : size;
        block = kept->below.resize(kept->below.owner, had, size + HEAD);
    }
    return after_head(block, size);
}

void *ev_kept_resize(void *owner, void *block, size_t size)
{
    ev_kept *kept = owner;
    char *had = block == NULL ? NULL : (char *)block - HEAD;
    const size_t size_had = had == NULL ? 0 : size_of(had);
    void *given = NULL;
    if (size == 0) {
        if (had != NULL && !keep(kept, had, size_had)) {
            (void)kept->below.resize(kept->below.owner, had, 0);
        }
    }
    else if (had != NULL && size <= size_had && size_had / 2 <= size) {
        given = block;
    }
    else {
        given = resized(kept, had, size_had, size);
    }
    return given;
}
