/* The allocator that keeps: sizes, bound, content, and threads at the same time. */
#include <stdlib.h>
#include <string.h>

#include "base/kept.h"
#include "base/memory.h"
#include "check.h"
#include "engine.h"
#include "threads.h"

enum { MEGA = 1 << 20, ROUNDS = 2000 };

static void *system_resize(void *owner, void *block, size_t size)
{
    (void)owner;
    if (size == 0) {
        free(block);
        return NULL;
    }
    return realloc(block, size);
}

static void blocks_are_kept_within_the_bound(void)
{
    counting count;
    const ev_memory below = counting_memory(&count);
    ev_kept kept;
    count.left = -1;
    ev_kept_open(&kept, &below, 4 * MEGA);
    char *small = ev_kept_resize(&kept, NULL, 100);
    char *big = ev_kept_resize(&kept, NULL, 3 * MEGA);
    CHECK(small != NULL && big != NULL && count.blocks == 2);
    memset(small, 1, 100);
    memset(big, 2, 3 * MEGA);
    (void)ev_kept_resize(&kept, small, 0);
    CHECK(ev_kept_bytes(&kept) == 0 && count.blocks == 1);
    (void)ev_kept_resize(&kept, big, 0);
    CHECK(ev_kept_bytes(&kept) == 3 * MEGA && count.blocks == 1);
    /* A block of half the size or less does not take it; a somewhat smaller one does. */
    char *half = ev_kept_resize(&kept, NULL, MEGA);
    CHECK(half != big && count.blocks == 2);
    char *again = ev_kept_resize(&kept, NULL, 2 * MEGA);
    CHECK(again == big && ev_kept_bytes(&kept) == 0 && count.blocks == 2);
    /* Growing keeps the content, in a kept block too. */
    memset(half, 3, MEGA);
    (void)ev_kept_resize(&kept, again, 0);
    char *grown = ev_kept_resize(&kept, half, 2 * MEGA);
    CHECK(grown == big && grown[0] == 3 && grown[MEGA - 1] == 3);
    CHECK(ev_kept_bytes(&kept) == MEGA);
    grown = ev_kept_resize(&kept, grown, 5 * MEGA);
    CHECK(grown != NULL && grown[0] == 3 && grown[MEGA - 1] == 3);
    /* Larger than the bound: never kept. The oldest goes first. */
    (void)ev_kept_resize(&kept, grown, 0);
    CHECK(ev_kept_bytes(&kept) == MEGA && count.blocks == 1);
    char *other = ev_kept_resize(&kept, NULL, 4 * MEGA);
    (void)ev_kept_resize(&kept, other, 0);
    CHECK(ev_kept_bytes(&kept) == 4 * MEGA && count.blocks == 1);
    CHECK(ev_kept_resize(&kept, NULL, SIZE_MAX) == NULL);
    CHECK(ev_kept_resize(&kept, NULL, SIZE_MAX - 8) == NULL);
    ev_kept_clear(&kept);
    CHECK(ev_kept_bytes(&kept) == 0 && count.blocks == 0);
}

static void a_failed_block_leaves_the_old_one(void)
{
    counting count;
    const ev_memory below = counting_memory(&count);
    ev_kept kept;
    count.left = 1;
    ev_kept_open(&kept, &below, MEGA);
    char *block = ev_kept_resize(&kept, NULL, 1000);
    CHECK(block != NULL);
    if (block != NULL) {
        memset(block, 5, 1000);
        CHECK(ev_kept_resize(&kept, block, MEGA) == NULL && block[999] == 5);
        (void)ev_kept_resize(&kept, block, 0);
    }
    CHECK(count.blocks == 0);
}

/* A block that shrinks much moves into a smaller one that is kept, or to the system. */
static void blocks_shrink(void)
{
    enum { FEW = 150000 };
    counting count;
    const ev_memory below = counting_memory(&count);
    ev_kept kept;
    ev_kept_open(&kept, &below, 4 * MEGA);
    char *big = ev_kept_resize(&kept, NULL, 2 * MEGA);
    char *small = ev_kept_resize(&kept, NULL, FEW);
    CHECK(big != NULL && small != NULL);
    if (big != NULL && small != NULL) {
        memset(big, 4, 2 * MEGA);
        (void)ev_kept_resize(&kept, small, 0);
        CHECK(ev_kept_resize(&kept, big, FEW) == small && count.blocks == 2);
        CHECK(small[0] == 4 && small[FEW - 1] == 4);
        CHECK(ev_kept_bytes(&kept) == 2 * MEGA);
        small = ev_kept_resize(&kept, small, 100); /* nothing kept is as small */
        CHECK(small != NULL && small[99] == 4 && count.blocks == 2);
    }
    (void)ev_kept_resize(&kept, small, 0);
    CHECK(ev_kept_resize(&kept, NULL, 0) == NULL);
    ev_kept_clear(&kept);
    CHECK(count.blocks == 0);
}

/* With a bound of 0 nothing is kept, and blocks have the size that was asked for. */
static void nothing_is_kept_without_a_bound(void)
{
    counting count;
    const ev_memory below = counting_memory(&count);
    ev_kept kept;
    ev_kept_open(&kept, &below, 0);
    char *block = ev_kept_resize(&kept, NULL, MEGA + 1);
    CHECK(block != NULL);
    if (block != NULL) {
        block[MEGA] = 1; /* the sanitizer knows the size */
    }
    (void)ev_kept_resize(&kept, block, 0);
    CHECK(ev_kept_bytes(&kept) == 0 && count.blocks == 0);
    count.left = 0;
    CHECK(ev_kept_resize(&kept, NULL, SIZE_MAX - 100) == NULL);
    kept.bound = MEGA; /* sizes that cannot be rounded up are asked for as they are */
    CHECK(ev_kept_resize(&kept, NULL, SIZE_MAX - 100) == NULL);
}

/* As in a child after a fork, whose parent was inside: all goes on without it. */
static void a_busy_one_is_passed_by(void)
{
    counting count;
    const ev_memory below = counting_memory(&count);
    ev_kept kept;
    ev_kept_open(&kept, &below, 4 * MEGA);
    char *first = ev_kept_resize(&kept, NULL, MEGA);
    (void)ev_kept_resize(&kept, first, 0);
    CHECK(ev_kept_bytes(&kept) == MEGA);
    (void)atomic_flag_test_and_set(&kept.busy);
    CHECK(ev_kept_bytes(&kept) == 0);
    char *other = ev_kept_resize(&kept, NULL, MEGA);
    CHECK(other != NULL && other != first && count.blocks == 2);
    (void)ev_kept_resize(&kept, other, 0); /* to the system */
    CHECK(count.blocks == 1);
    ev_kept_clear(&kept);
    CHECK(count.blocks == 1);
    atomic_flag_clear(&kept.busy);
    CHECK(ev_kept_bytes(&kept) == MEGA);
    ev_kept_clear(&kept);
    CHECK(count.blocks == 0);
}

static void take_and_give(void *owner, int part)
{
    uint64_t state = (uint64_t)part;
    for (int i = 0; i < ROUNDS; i++) {
        const size_t size = (size_t)(next_random(&state) % MEGA) + 1;
        unsigned char *block = ev_kept_resize(owner, NULL, size);
        if (block != NULL) {
            const unsigned char mark = (unsigned char)i;
            block[0] = mark;
            block[size - 1] = mark;
            block = ev_kept_resize(owner, block, size + size / 2);
            CHECK(block != NULL && block[0] == mark && block[size - 1] == mark);
            (void)ev_kept_resize(owner, block, 0);
        }
    }
}

static void threads_share_it(void)
{
    const ev_memory below = {system_resize, NULL, 0};
    ev_kept kept;
    ev_kept_open(&kept, &below, 8 * MEGA);
    run_together(take_and_give, &kept);
    CHECK(ev_kept_bytes(&kept) <= 8 * MEGA);
    ev_kept_clear(&kept);
}

/* Items whose bytes are beyond the range of the machine are not had. */
static void bytes_are_counted_in_full(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    const ptrdiff_t many = (ptrdiff_t)(SIZE_MAX / 8 + 2); /* times 8: 8 more than none */
    CHECK(ev_take(&memory, many, 8) == NULL && ev_take(&memory, -1, 8) == NULL);
    CHECK(count.blocks == 0);
}

int main(void)
{
    bytes_are_counted_in_full();
    blocks_are_kept_within_the_bound();
    a_failed_block_leaves_the_old_one();
    blocks_shrink();
    nothing_is_kept_without_a_bound();
    a_busy_one_is_passed_by();
    threads_share_it();
    return finish();
}
