#include "base/blocks.h"

#include "base/memory.h"

/* Blocks of 2^23 bytes that begin at a huge page of 2^21. Fuzzing makes small ones, which
 * are soon full and quickly cleared. */
#ifdef EV_SMALL_BLOCKS
enum { HUGE = 1 << 6, BLOCK_BYTES = 1 << 11 };
#else
enum { HUGE = 1 << 21, BLOCK_BYTES = 1 << 23 };
#endif

void ev_blocks_open(ev_blocks *blocks, const ev_memory *memory, size_t size)
{
    memset(blocks, 0, sizeof *blocks);
    blocks->memory = *memory;
    blocks->size = size;
    while (blocks->shift < 20 && size << (blocks->shift + 1) <= BLOCK_BYTES) {
        blocks->shift++;
    }
}

void ev_blocks_close(ev_blocks *blocks)
{
    for (ptrdiff_t i = 0; i < blocks->count; i++) {
        ev_give(&blocks->memory, blocks->owned[i]);
    }
    ev_give(&blocks->memory, blocks->starts);
    ev_give(&blocks->memory, blocks->owned);
    blocks->starts = NULL;
    blocks->owned = NULL;
    blocks->count = 0;
    blocks->start_room = 0;
    blocks->owned_room = 0;
}

static ev_result add_block(ev_blocks *blocks)
{
    const ev_memory *memory = &blocks->memory;
    const ptrdiff_t needed = blocks->count + 1;
    ev_result result = ev_grow(memory, (void **)&blocks->starts, &blocks->start_room,
                               needed, sizeof *blocks->starts);
    if (result == EV_DONE) {
        result = ev_grow(memory, (void **)&blocks->owned, &blocks->owned_room, needed,
                         sizeof *blocks->owned);
    }
    if (result == EV_DONE) {
        const size_t bytes = blocks->size << blocks->shift;
        char *owned = ev_take(memory, (ptrdiff_t)(bytes + HUGE), 1);
        if (owned == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            char *start = owned + (HUGE - (uintptr_t)owned % HUGE) % HUGE;
            /* The first pages stay small, so that small tables do. */
            const size_t small = blocks->count == 0 && bytes > HUGE ? HUGE : 0;
            ev_advise_huge(start + small, bytes - small);
            blocks->starts[blocks->count] = start;
            blocks->owned[blocks->count] = owned;
            blocks->count++;
        }
    }
    return result;
}

ev_result ev_blocks_reserve(ev_blocks *blocks, ptrdiff_t items)
{
    ev_result result = EV_DONE;
    while (result == EV_DONE && items > blocks->count << blocks->shift) {
        result = add_block(blocks);
    }
    return result;
}
