/* Dictionaries of labels. */
#include "base/hash.h"
#include "table/cells.h"
#include "table/keys.h"
#include "engine.h"

static ev_column text_column(const char *bytes, const int32_t *ends, ptrdiff_t rows)
{
    ev_column column = {.type = EV_COL_TEXT, .length = rows, .data = bytes};
    column.offsets = ends;
    return column;
}

static void labels_are_distinguished(void)
{
    static const char bytes[] = "abcabcdabcdefghabcdefghiabcdefghiabcdefghijklmnopqabc";
    static const int32_t ends[] = {0, 3, 7, 15, 24, 33, 50, 50, 53};
    static const uint8_t valid[] = {0xbf}; /* row 6 is null */
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_column column = text_column(bytes, ends, 8);
    ev_keys keys;
    int32_t codes[8], order[8];
    ev_key_place place;
    column.valid = valid;
    ev_keys_open(&keys, &memory);
    CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
    CHECK(ev_keys_encode(&keys, 0, 8, codes, &place) == EV_DONE);
    static const int32_t wanted[] = {0, 1, 2, 3, 3, 4, 5, 0};
    CHECK(memcmp(codes, wanted, sizeof codes) == 0);
    CHECK(keys.count == 6 && keys.null_code == 5);
    CHECK(ev_keys_sort(&keys, order) == EV_DONE);
    for (int i = 0; i < 6; i++) { /* the labels are added in order, null last */
        CHECK(order[i] == i);
    }
    /* From an offset in the buffers, then merged with another dictionary. */
    ev_keys other;
    int32_t map[8];
    column.offset = 3;
    column.length = 5;
    ev_keys_open(&other, &memory);
    CHECK(ev_keys_begin(&other, &column) == EV_DONE);
    CHECK(ev_keys_encode(&other, 0, 5, codes, &place) == EV_DONE);
    CHECK(ev_keys_merge(&other, &keys, map) == EV_DONE);
    CHECK(other.count == 6 && map[5] == other.null_code && map[3] == 0);
    ev_keys_close(&other);
    ev_keys_close(&keys);
    CHECK(count.blocks == 0);
}

/* Texts whose first and last eight bytes agree differ in between. */
static void long_labels_that_share_their_ends(void)
{
    static const char bytes[] = "beginbeginAend--end-beginbeginBend--end-"
                                "beginbeginAend--end-beginbegend--end-beginbegin";
    static const int32_t ends[] = {0, 20, 40, 60, 77, 87};
    static const int32_t wanted[] = {0, 1, 0, 2, 3};
    counting count;
    const ev_memory memory = counting_memory(&count);
    const ev_column column = text_column(bytes, ends, 5);
    ev_keys keys, other;
    int32_t codes[5], map[4];
    ev_key_place place;
    ev_keys_open(&keys, &memory);
    ev_keys_open(&other, &memory);
    CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
    CHECK(ev_keys_encode(&keys, 0, 5, codes, &place) == EV_DONE);
    CHECK(keys.count == 4 && memcmp(codes, wanted, sizeof codes) == 0);
    CHECK(ev_keys_merge(&other, &keys, map) == EV_DONE && other.count == 4);
    CHECK(map[0] == 0 && map[1] == 1 && map[2] == 2 && map[3] == 3);
    ev_keys_close(&other);
    ev_keys_close(&keys);
    CHECK(count.blocks == 0);
}

static void views_and_coded_columns(void)
{
    static const char far_text[] = "xxa text longer than twelve";
    const void *blocks[] = {far_text};
    const int64_t sizes[] = {sizeof far_text - 1};
    uint8_t views[4][16] = {{0}};
    const int32_t size[] = {3, 25, 0, 25};
    for (int i = 0; i < 4; i++) {
        const int32_t words[] = {0, 2}; /* block, offset */
        memcpy(views[i], &size[i], 4);
        memcpy(views[i] + (size[i] > 12 ? 8 : 4), size[i] > 12 ? (const void *)words : "abc",
               size[i] > 12 ? 8 : 3);
    }
    ev_column words = {.type = EV_COL_TEXT_VIEW, .length = 4, .data = views,
                       .blocks = blocks, .block_sizes = sizes, .block_count = 1};
    static const uint16_t index[] = {3, 1, 2, 0, 1, 9};
    ev_column column = {.type = EV_COL_U16, .length = 6, .data = index,
                        .dictionary = &words};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_keys keys;
    int32_t codes[6];
    ev_key_place place;
    ev_keys_open(&keys, &memory);
    CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
    CHECK(ev_keys_encode(&keys, 0, 5, codes, &place) == EV_DONE);
    static const int32_t wanted[] = {0, 0, 1, 2, 0};
    CHECK(memcmp(codes, wanted, sizeof wanted) == 0);
    CHECK(ev_keys_encode(&keys, 5, 1, codes, &place) == EV_BAD_VALUE);
    CHECK(place.row == 5 && place.byte == -1);
    /* A view that points outside its block. */
    const int32_t too_long = 26;
    memcpy(views[1], &too_long, 4);
    CHECK(ev_keys_begin(&keys, &words) == EV_DONE);
    CHECK(ev_keys_encode(&keys, 0, 4, codes, &place) == EV_BAD_VALUE);
    CHECK(place.row == 1);
    ev_keys_close(&keys);
    CHECK(count.blocks == 0);
}

static void invalid_utf8_is_an_error(void)
{
    static const struct {
        const char *text;
        int32_t size, fault;
    } cases[] = {{"ab\xff", 3, 2},         {"\xc3\xa9", 2, -1},    {"\xc3", 1, 0},
                 {"\xc0\x80", 2, 0},       {"\xed\xa0\x80", 3, 0}, {"\xf4\x90\x80\x80", 4, 0},
                 {"a\xf0\x9d\x84\x9e", 5, -1}, {"\xe2\x82", 2, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        const int32_t ends[] = {0, cases[i].size};
        const ev_column column = text_column(cases[i].text, ends, 1);
        ev_keys keys;
        int32_t code;
        ev_key_place place;
        ev_keys_open(&keys, &memory);
        CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
        const ev_result result = ev_keys_encode(&keys, 0, 1, &code, &place);
        CHECK(result == (cases[i].fault < 0 ? EV_DONE : EV_BAD_VALUE));
        CHECK(place.byte == cases[i].fault);
        CHECK(place.byte < 0 || place.value == (uint8_t)cases[i].text[place.byte]);
        ev_keys_close(&keys);
        CHECK(count.blocks == 0);
    }
}

/* Many integers, many batches, memory failing at every point. */
static void integers_and_failures(void)
{
    enum { ROWS = 20000 };
    static int64_t values[ROWS];
    static int32_t codes[ROWS];
    uint64_t state = 1;
    for (int i = 0; i < ROWS; i++) {
        values[i] = (int64_t)(next_random(&state) % 7000) << (i % 50);
    }
    const ev_column column = {.type = EV_COL_I64, .length = ROWS, .data = values};
    for (long left = -1; left < 12; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_keys keys;
        ev_key_place place;
        count.left = left;
        ev_keys_open(&keys, &memory);
        CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
        const ev_result result = ev_keys_encode(&keys, 0, ROWS, codes, &place);
        CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
        for (int i = 0; i < ROWS && result == EV_DONE; i++) {
            CHECK(keys.marks[codes[i]] == values[i]);
        }
        ev_keys_close(&keys);
        CHECK(count.blocks == 0);
    }
}

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
    const ev_column column = text_column(bytes, ends, LABELS);
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
    labels_are_distinguished();
    long_labels_that_share_their_ends();
    views_and_coded_columns();
    invalid_utf8_is_an_error();
    integers_and_failures();
    return finish();
}
