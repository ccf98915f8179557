/* Pairs of integers and their numbers, through every form of the index. */
#include "base/hash.h"
#include "table/cells.h"
#include "engine.h"

enum { ROUNDS = 60 };

/* The range of pairs: 0 <= a < rows, low <= b < low + span. */
typedef struct region {
    int32_t rows, low, span;
} region;

/* A table of all pairs: the numbers that the index must give. */
static int64_t *plain_table(region r)
{
    int64_t *table = malloc((size_t)r.rows * (size_t)r.span * sizeof *table);
    for (ptrdiff_t i = 0; table != NULL && i < (ptrdiff_t)r.rows * r.span; i++) {
        table[i] = -1;
    }
    return table;
}

static int64_t *entry(int64_t *table, region r, int32_t a, int32_t b)
{
    return &table[(ptrdiff_t)a * r.span + (b - r.low)];
}

/* Numbers random pairs from a region that grows every round, and looks them up. */
static void numbers_agree(region r, uint64_t seed)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    int32_t a[EV_BLOCK], b[EV_BLOCK];
    uint32_t numbers[EV_BLOCK];
    int64_t results[EV_BLOCK], known = 0;
    int64_t *table = plain_table(r);
    ev_cells cells;
    ev_cells_open(&cells, &memory, sizeof(ev_cell_key) + 8);
    CHECK(table != NULL);
    for (int round = 1; table != NULL && round <= ROUNDS; round++) {
        const uint64_t rows = (uint64_t)r.rows * (uint64_t)round / ROUNDS + 1;
        const uint64_t span = (uint64_t)r.span * (uint64_t)round / ROUNDS + 1;
        for (int i = 0; i < EV_BLOCK; i++) {
            const int64_t first = (int64_t)((uint64_t)r.span - span + 1) / 2;
            const uint64_t place = next_random(&seed) % span;
            a[i] = (int32_t)(next_random(&seed) % rows % (uint64_t)r.rows);
            b[i] = r.low + (int32_t)(((uint64_t)first + place) % (uint64_t)r.span);
        }
        CHECK(ev_cells_number(&cells, a, b, EV_BLOCK, numbers) == EV_DONE);
        for (int i = 0; i < EV_BLOCK; i++) {
            int64_t *stored = entry(table, r, a[i], b[i]);
            const ev_cell_key *key = ev_cells_at(&cells, numbers[i]);
            *stored = *stored < 0 ? known++ : *stored;
            CHECK(*stored == numbers[i] && key->a == a[i] && key->b == b[i]);
        }
        for (int i = 0; i < EV_BLOCK; i++) {
            a[i] = (int32_t)(next_random(&seed) % (uint64_t)r.rows);
            b[i] = r.low + (int32_t)(next_random(&seed) % (uint64_t)r.span);
        }
        ev_cells_find(&cells, a, b, EV_BLOCK, results);
        for (int i = 0; i < EV_BLOCK; i++) {
            CHECK(results[i] == *entry(table, r, a[i], b[i]));
        }
    }
    CHECK(cells.count == known);
    free(table);
    ev_cells_close(&cells);
    CHECK(count.blocks == 0);
}

/* How many slots a look-up of each pair passes, in all: the cost of a hashed index. */
static uint64_t slots_passed(const ev_cells *cells)
{
    uint64_t passed = 0;
    for (uint64_t at = 0; at <= cells->mask; at++) {
        if (cells->slots[at] != 0) {
            const ptrdiff_t number = ev_slot_number(cells->slots[at]);
            const ev_cell_key *key = ev_cells_at(cells, number);
            const uint64_t word = (uint64_t)(uint32_t)key->a << 32 | (uint32_t)key->b;
            passed += (at - ev_hash_word(word, cells->memory.seed)) & cells->mask;
        }
    }
    return passed;
}

/* Pairs whose hashes for one seed lie side by side cost much with this seed alone. */
static void chosen_pairs_are_spread_by_the_seed(void)
{
    enum { PAIRS = 64 * EV_BLOCK, PLACES = 1 << 16 };
    static int32_t a[PAIRS], b[PAIRS];
    int32_t day = 0;
    for (int i = 0; i < PAIRS; day++) {
        if ((ev_hash_word((uint32_t)day, 5) & (PLACES - 1)) < PLACES / 64) {
            b[i++] = day;
        }
    }
    for (uint64_t seed = 5; seed < 9; seed++) {
        counting count;
        ev_memory memory = counting_memory(&count);
        uint32_t numbers[EV_BLOCK];
        ev_cells cells;
        memory.seed = seed;
        ev_cells_open(&cells, &memory, sizeof(ev_cell_key));
        for (int i = 0; i < PAIRS; i += EV_BLOCK) {
            CHECK(ev_cells_number(&cells, a + i, b + i, EV_BLOCK, numbers) == EV_DONE);
            CHECK(numbers[0] == (uint32_t)i); /* the seed affects no number */
        }
        CHECK(cells.slots != NULL);
        const uint64_t passed = cells.slots == NULL ? 0 : slots_passed(&cells);
        CHECK(seed == 5 ? passed > 1000 * (uint64_t)PAIRS : passed < 2 * (uint64_t)PAIRS);
        ev_cells_close(&cells);
    }
}

/* Pairs far outside the extents are absent, and nothing is read out of bounds. */
static void far_pairs_are_absent(void)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    const int32_t a[] = {0, 3, 1000000, 0, 2}, b[] = {-7, 9, 1, INT32_MIN, INT32_MAX};
    const int32_t known_a[] = {0, 3}, known_b[] = {-7, 9};
    uint32_t numbers[2];
    int64_t results[5];
    ev_cells cells;
    ev_cells_open(&cells, &memory, sizeof(ev_cell_key));
    ev_cells_find(&cells, a, b, 5, results);
    CHECK(results[0] == -1 && results[4] == -1);
    CHECK(ev_cells_number(&cells, known_a, known_b, 2, numbers) == EV_DONE);
    ev_cells_find(&cells, a, b, 5, results);
    CHECK(results[0] == 0 && results[1] == 1 && results[2] == -1 && results[3] == -1 &&
          results[4] == -1);
    ev_cells_close_index(&cells);
    ev_cells_find(&cells, a, b, 5, results);
    CHECK(results[0] == -1);
    ev_cells_close(&cells);
    CHECK(count.blocks == 0);
}

/* Nothing leaks, whichever allocation fails. */
static void failing_memory(void)
{
    int failed = 0;
    for (long left = 0; left < 60; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        uint64_t seed = 5;
        ev_result result = EV_DONE;
        ev_cells cells;
        count.left = left;
        ev_cells_open(&cells, &memory, 64);
        for (int round = 0; round < 40 && result == EV_DONE; round++) {
            int32_t a[EV_BLOCK], b[EV_BLOCK];
            uint32_t numbers[EV_BLOCK];
            for (int i = 0; i < EV_BLOCK; i++) {
                a[i] = (int32_t)(next_random(&seed) % 5000);
                b[i] = (int32_t)(next_random(&seed) % (round < 20 ? 30 : 30000));
            }
            result = ev_cells_number(&cells, a, b, EV_BLOCK, numbers);
        }
        failed += result == EV_NO_MEMORY;
        ev_cells_close(&cells);
        CHECK(count.blocks == 0);
    }
    CHECK(failed > 5);
}

int main(void)
{
    chosen_pairs_are_spread_by_the_seed();
    numbers_agree((region){40, -30, 60}, 1);       /* full: a directory */
    numbers_agree((region){3000, -2000, 60}, 2);   /* half a page per row */
    numbers_agree((region){900, 1000, 9000}, 3);   /* far apart: hashed */
    numbers_agree((region){200000, -4, 8}, 4);     /* from hashed to a directory */
    numbers_agree((region){1, -50000, 100000}, 5); /* one row, both ways */
    numbers_agree((region){7, INT32_MIN, 2000}, 6);
    numbers_agree((region){7, INT32_MAX - 2000, 2000}, 7);
    far_pairs_are_absent();
    failing_memory();
    return finish();
}
