/* Dictionaries of labels. */
#include "engine.h"
#include "table/keys.h"

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
                 {"a\xf0\x9d\x84\x9e", 5, -1}, {"\xe2\x82", 2, 0},  {"\xc3(", 2, 0}};
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

/* ---- kinds of columns ---- */

static void kinds_do_not_mix(void)
{
    static const int64_t numbers[] = {5, 6};
    static const double fractions[] = {0.5, 1.5};
    static const int32_t ends[] = {0, 1, 2};
    const ev_column integers = {.type = EV_COL_I64, .length = 2, .data = numbers};
    const ev_column floats = {.type = EV_COL_F64, .length = 2, .data = fractions};
    const ev_column nulls = {.type = EV_COL_NULL, .length = 2};
    const ev_column texts = text_column("ab", ends, 2);
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_keys one, two, none;
    int32_t codes[2], map[4];
    ev_key_place place;
    ev_keys_open(&one, &memory);
    ev_keys_open(&two, &memory);
    ev_keys_open(&none, &memory);
    CHECK(ev_keys_begin(&one, &floats) == EV_BAD_FORMAT);
    CHECK(ev_keys_begin(&one, &integers) == EV_DONE);
    CHECK(ev_keys_encode(&one, 0, 2, codes, &place) == EV_DONE);
    CHECK(ev_keys_begin(&one, &texts) == EV_BAD_FORMAT);
    CHECK(ev_keys_begin(&two, &texts) == EV_DONE);
    CHECK(ev_keys_encode(&two, 0, 2, codes, &place) == EV_DONE);
    CHECK(ev_keys_begin(&two, &integers) == EV_BAD_FORMAT);
    CHECK(ev_keys_merge(&one, &two, map) == EV_BAD_FORMAT && one.count == 2);
    /* Nulls have no kind: they go with either. */
    CHECK(ev_keys_begin(&none, &nulls) == EV_DONE);
    CHECK(ev_keys_encode(&none, 0, 2, codes, &place) == EV_DONE);
    CHECK(codes[0] == 0 && codes[1] == 0 && none.null_code == 0);
    CHECK(ev_keys_merge(&one, &none, map) == EV_DONE && map[0] == 2 && one.count == 3);
    CHECK(ev_keys_merge(&two, &none, map) == EV_DONE && map[0] == 2 && two.count == 3);
    CHECK(ev_keys_merge(&none, &two, map) == EV_DONE && none.kind == EV_TEXT_KEY);
    CHECK(map[0] == 1 && map[1] == 2 && map[2] == 0);
    ev_keys_close(&none);
    ev_keys_close(&two);
    ev_keys_close(&one);
    CHECK(count.blocks == 0);
}

/* The first bad row counts, though others follow in the same block. */
static void bad_integers_are_named(void)
{
    static const uint64_t numbers[] = {7, UINT64_MAX / 2, 7, UINT64_MAX / 2 + 1, 7, 8};
    static const int8_t index[] = {1, 0, -1, 2, 0}, outside[] = {1, 0, 2, -1, 0};
    const ev_column column = {.type = EV_COL_U64, .length = 6, .data = numbers};
    const ev_column words = {.type = EV_COL_U64, .length = 2, .data = numbers};
    const ev_column coded[] = {
        {.type = EV_COL_I8, .length = 5, .data = index, .dictionary = &words},
        {.type = EV_COL_I8, .length = 5, .data = outside, .dictionary = &words}};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_keys keys;
    int32_t codes[6];
    ev_key_place place;
    ev_keys_open(&keys, &memory);
    CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
    CHECK(ev_keys_encode(&keys, 0, 3, codes, &place) == EV_DONE);
    CHECK(codes[0] == 0 && codes[1] == 1 && codes[2] == 0);
    CHECK(ev_keys_encode(&keys, 1, 5, codes, &place) == EV_RANGE);
    CHECK(place.row == 3 && place.byte == -1);
    for (int k = 0; k < 2; k++) {
        CHECK(ev_keys_begin(&keys, &coded[k]) == EV_DONE);
        CHECK(ev_keys_encode(&keys, 0, 2, codes, &place) == EV_DONE);
        CHECK(codes[0] == 1 && codes[1] == 0);
        CHECK(ev_keys_encode(&keys, 0, 5, codes, &place) == EV_BAD_VALUE);
        CHECK(place.row == 2 && place.byte == -1);
    }
    /* The number of labels is set by hand: so many would take 16 GB. */
    const ptrdiff_t had = keys.count;
    keys.count = INT32_MAX - 2;
    CHECK(ev_keys_encode(&keys, 0, 2, codes, &place) == EV_RANGE);
    keys.count = had;
    ev_keys_close(&keys);
    CHECK(count.blocks == 0);
}

/* A label that is the beginning of another comes first, zero bytes or not. */
static void zero_bytes_are_sorted(void)
{
    static const char bytes[] = "\0\0\0a";
    static const int32_t ends[] = {0, 2, 2, 3, 4};
    static const int32_t wanted[] = {1, 2, 0, 3};
    const ev_column column = text_column(bytes, ends, 4);
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_keys keys;
    int32_t codes[4], order[4];
    ev_key_place place;
    ev_keys_open(&keys, &memory);
    CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
    CHECK(ev_keys_encode(&keys, 0, 4, codes, &place) == EV_DONE && keys.count == 4);
    CHECK(ev_keys_sort(&keys, order) == EV_DONE);
    CHECK(memcmp(order, wanted, sizeof order) == 0);
    ev_keys_close(&keys);
    CHECK(count.blocks == 0);
}

/* ---- large tables ---- */

enum { MANY = 40000, SIZE = 20 }; /* so many have a table of 2^17 slots */

/* Texts of 20 bytes; every tenth row is null. */
static void many_texts(char *bytes, int32_t *ends, uint8_t *valid)
{
    memset(valid, 0, MANY / 8);
    ends[0] = 0;
    for (int i = 0; i < MANY; i++) {
        memcpy(bytes + i * SIZE, "maker-00000000-name.", SIZE);
        for (int k = 13, left = i; left > 0; k--, left /= 10) {
            bytes[i * SIZE + k] = (char)('0' + left % 10);
        }
        ends[i + 1] = (i + 1) * SIZE;
        valid[i / 8] = (uint8_t)(valid[i / 8] | (i % 10 != 0) << (i % 8));
    }
}

/* A table larger than the cache gives the same codes, and names the same bad rows. */
static void large_tables_of_text(void)
{
    static char bytes[MANY * SIZE];
    static int32_t ends[MANY + 1], codes[MANY], again[MANY];
    static uint8_t valid[MANY / 8];
    many_texts(bytes, ends, valid);
    ev_column column = text_column(bytes, ends, MANY);
    column.valid = valid;
    for (long left = -1; left < 60; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_keys keys, merged;
        ev_key_place place;
        ev_keys_open(&keys, &memory);
        ev_keys_open(&merged, &memory);
        count.left = left;
        CHECK(ev_keys_begin(&keys, &column) == EV_DONE);
        const ev_result result = ev_keys_encode(&keys, 0, MANY, codes, &place);
        CHECK(result == EV_DONE || (left >= 0 && result == EV_NO_MEMORY));
        if (left >= 0 && result == EV_DONE) { /* all was there: now for merging */
            count.left = left % 30;
            CHECK(ev_keys_merge(&merged, &keys, again) == EV_NO_MEMORY);
        }
        else if (left < 0) {
            int wrong = 0;
            for (int i = 1; i < MANY; i++) { /* row 0 is null, the first code */
                wrong |= codes[i] != (i % 10 == 0 ? 0 : i - i / 10);
            }
            CHECK(!wrong && keys.null_code == 0 && keys.count == MANY - MANY / 10 + 1);
            CHECK(ev_keys_encode(&keys, 0, MANY, again, &place) == EV_DONE);
            CHECK(memcmp(codes, again, sizeof codes) == 0);
            bytes[501 * SIZE + 3] = (char)0xff; /* not UTF-8 */
            CHECK(ev_keys_encode(&keys, 490, 100, again, &place) == EV_BAD_VALUE);
            CHECK(place.row == 501 && place.byte == 3 && place.value == 0xff);
            ends[502] = ends[501] - 1; /* as if changed by another thread */
            CHECK(ev_keys_encode(&keys, 490, 100, again, &place) == EV_BAD_VALUE);
            CHECK(place.row == 501 && place.byte == -1);
            many_texts(bytes, ends, valid);
            CHECK(ev_keys_merge(&merged, &keys, again) == EV_DONE);
            CHECK(merged.count == keys.count && merged.null_code == 0);
        }
        ev_keys_close(&merged);
        ev_keys_close(&keys);
        CHECK(count.blocks == 0);
    }
}

int main(void)
{
    kinds_do_not_mix();
    bad_integers_are_named();
    zero_bytes_are_sorted();
    large_tables_of_text();
    labels_are_distinguished();
    long_labels_that_share_their_ends();
    views_and_coded_columns();
    invalid_utf8_is_an_error();
    integers_and_failures();
    return finish();
}
