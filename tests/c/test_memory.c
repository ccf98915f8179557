/* Memory: sizes that do not exist, tables of items, and sorting. */
#include "engine.h"
#include "base/blocks.h"
#include "base/memory.h"
#include "base/sort.h"
#include "table/cells.h"
#include "table/extras.h"

static void impossible_sizes_have_no_room(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    CHECK(ev_take(&memory, -1, 8) == NULL);
    CHECK(ev_take(&memory, PTRDIFF_MAX / 8 + 1, 8) == NULL);
    CHECK(ev_take_zeros(&memory, PTRDIFF_MAX, 2) == NULL);
    CHECK(count.blocks == 0);
    char *nothing = ev_take(&memory, 5, 0), *none = ev_take(&memory, 0, 8);
    CHECK(nothing != NULL && none != NULL && count.blocks == 2);
    ev_give(&memory, nothing);
    ev_give(&memory, none);
    /* What has no room leaves the block as it was. */
    ptrdiff_t room = 4;
    void *block = ev_take(&memory, room, 8);
    void *const before = block;
    if (block != NULL) {
        memset(block, 7, 32);
        CHECK(ev_grow(&memory, &block, &room, PTRDIFF_MAX / 4, 8) == EV_NO_MEMORY);
        CHECK(block == before && room == 4 && ((char *)block)[31] == 7);
        CHECK(ev_grow(&memory, &block, &room, 5, 8) == EV_DONE && room == 6);
        CHECK(ev_grow(&memory, &block, &room, 6, 8) == EV_DONE && room == 6);
    }
    ev_give(&memory, block);
    CHECK(count.blocks == 0);
}

/* A block of the smallest items is smaller than a huge page. */
static void blocks_of_single_bytes(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_blocks blocks;
    ev_blocks_open(&blocks, &memory, 1);
    const ptrdiff_t items = (ptrdiff_t)1 << blocks.shift;
    CHECK(ev_blocks_reserve(&blocks, items + 1) == EV_DONE && blocks.count == 2);
    for (ptrdiff_t i = 0; i <= items; i++) {
        *(uint8_t *)ev_blocks_at(&blocks, i) = (uint8_t)(i % 251);
    }
    int wrong = 0;
    for (ptrdiff_t i = 0; i <= items; i++) {
        wrong |= *(uint8_t *)ev_blocks_at(&blocks, i) != i % 251;
    }
    CHECK(!wrong);
    ev_blocks_close(&blocks);
    CHECK(count.blocks == 0);
}

static void extras_are_zero_until_set(void)
{
    enum { KINDS = 3, SHIFT = 4 };
    for (long left = -1; left < 4; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_extras extras;
        ev_extras_open(&extras, &memory, KINDS, SHIFT);
        count.left = left;
        CHECK(ev_extra_set(&extras, 1000, 1, 0) == EV_DONE && count.blocks == 0);
        ev_result result = ev_extra_set(&extras, 5, 1, 42);
        if (result == EV_DONE) {
            result = ev_extra_set(&extras, 100, 2, INT64_MIN);
        }
        CHECK(result == (left < 0 ? EV_DONE : EV_NO_MEMORY));
        /* A value that could not be set is 0 still, and the others are kept. */
        CHECK(ev_extra_get(&extras, 5, 1) == (left < 0 || left >= 2 ? 42 : 0));
        CHECK(ev_extra_get(&extras, 100, 2) == (left < 0 ? INT64_MIN : 0));
        CHECK(ev_extra_get(&extras, 5, 0) == 0 && ev_extra_get(&extras, 4, 1) == 0);
        CHECK(ev_extras_has(&extras, 1) == (left < 0 || left >= 2));
        CHECK(ev_extras_has(&extras, 2) == (left < 0) && !ev_extras_has(&extras, 0));
        ev_extras_close(&extras);
        CHECK(count.blocks == 0);
    }
}

/* Sorting is stable; without memory nothing is moved. */
static void words_are_sorted(void)
{
    enum { N = 3000 };
    static uint64_t words[N], before[N];
    static uint32_t items[N];
    for (long left = -1; left < 2; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        uint64_t state = 9;
        for (int i = 0; i < N; i++) {
            words[i] = next_random(&state) >> next_random(&state) % 64;
            before[i] = words[i];
            items[i] = (uint32_t)i;
        }
        count.left = left;
        CHECK(ev_sort(&memory, words, items, N) == (left < 0 ? EV_DONE : EV_NO_MEMORY));
        int wrong = 0;
        for (int i = 0; i < N; i++) {
            wrong |= words[i] != before[items[i]] || (left >= 0 && items[i] != (uint32_t)i);
            wrong |= left < 0 && i > 0 &&
                     (words[i - 1] > words[i] ||
                      (words[i - 1] == words[i] && items[i - 1] > items[i]));
        }
        CHECK(!wrong);
        CHECK(count.blocks == 0);
    }
}

/* The number of pairs is set by hand: so many would take 32 GB. */
static void a_full_table_takes_no_more(void)
{
#if PTRDIFF_MAX > UINT32_MAX
    counting count;
    const ev_memory memory = counting_memory(&count);
    uint32_t number = 7;
    ev_cells cells;
    ev_cells_open(&cells, &memory, sizeof(ev_cell_key));
    cells.count = (ptrdiff_t)UINT32_MAX - 1;
    CHECK(ev_cells_append(&cells, (ev_cell_key){1, 1}, &number) == EV_RANGE);
    CHECK(number == 7 && count.blocks == 0);
    ev_cells_close(&cells);
#endif
}

int main(void)
{
    impossible_sizes_have_no_room();
    blocks_of_single_bytes();
    extras_are_zero_until_set();
    words_are_sorted();
    a_full_table_takes_no_more();
    return finish();
}
