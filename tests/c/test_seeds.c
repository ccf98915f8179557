/* Dictionaries of labels with several seeds. */
#include "base/hash.h"
#include "engine.h"
#include "table/cells.h"
#include "table/keys.h"

/* How many slots a look-up of each label passes, in all. */
static uint64_t slots_passed(const ev_keys *keys)
{
    uint64_t passed = 0;
    for (uint64_t at = 0; at <= keys->mask; at++) {
        if (keys->slots[at] != 0) {
            const int32_t code = (int32_t)ev_slot_number(keys->slots[at]);
            passed += (at - ev_keys_hash(keys, code, keys->seed)) & keys->mask;
        }
    }
    return passed;
}

/* Integers whose hashes lie side by side cost much with the seed that they were chosen
 * for, and with no other. */
static void chosen_labels_are_spread_by_the_seed(void)
{
    enum { LABELS = 64 * EV_BLOCK, PLACES = 1 << 16 };
    static int64_t values[LABELS];
    static int32_t codes[LABELS];
    const ev_column column = {.type = EV_COL_I64, .length = LABELS, .data = values};
    ev_keys keys; /* at the same address for each seed */
    for (uint64_t seed = 5; seed < 8; seed++) {
        counting count;
        ev_memory memory = counting_memory(&count);
        ev_key_place place;
        memory.seed = seed;
        ev_keys_open(&keys, &memory);
        int64_t value = 0;
        for (int i = 0; i < LABELS && seed == 5; value++) {
            if ((ev_hash_word((uint64_t)value, keys.seed) & (PLACES - 1)) < PLACES / 64) {
                values[i++] = value;
            }
        }
        CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
        CHECK(ev_keys_encode(&keys, 0, LABELS, codes, &place) == EV_DONE);
        CHECK(codes[LABELS - 1] == LABELS - 1); /* the seed affects no code */
        const uint64_t passed = slots_passed(&keys);
        CHECK(seed == 5 ? passed > 1000 * (uint64_t)LABELS : passed < 2 * (uint64_t)LABELS);
        ev_keys_close(&keys);
        CHECK(count.blocks == 0);
    }
}

/* Texts have the place of their hash by the seed of their dictionary. */
static void texts_are_placed_by_the_seed(void)
{
    enum { LABELS = EV_BLOCK, SIZE = 9 };
    static char bytes[LABELS * SIZE];
    static int32_t ends[LABELS + 1], codes[LABELS];
    for (int i = 0; i < LABELS; i++) {
        memset(bytes + i * SIZE, 'x', SIZE);
        bytes[i * SIZE + 2] = (char)('a' + i % 16);
        bytes[i * SIZE + 5] = (char)('a' + i / 16);
        ends[i + 1] = (i + 1) * SIZE;
    }
    const ev_column column = {
        .type = EV_COL_TEXT, .length = LABELS, .data = bytes, .offsets = ends};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_keys keys;
    ev_key_place place;
    ev_keys_open(&keys, &memory);
    CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
    CHECK(ev_keys_encode(&keys, 0, LABELS, codes, &place) == EV_DONE);
    CHECK(keys.count == LABELS && slots_passed(&keys) < 2 * LABELS);
    ev_keys_close(&keys);
    CHECK(count.blocks == 0);
}

int main(void)
{
    chosen_labels_are_spread_by_the_seed();
    texts_are_placed_by_the_seed();
    return finish();
}
