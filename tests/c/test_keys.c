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

int main(void)
{
    labels_are_distinguished();
    long_labels_that_share_their_ends();
    views_and_coded_columns();
    invalid_utf8_is_an_error();
    integers_and_failures();
    return finish();
}
