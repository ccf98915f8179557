/* The Arrow interface: valid and invalid schemas and arrays, and the release of every
 * struct whatever fails. Buffers have the exact length, so that the sanitizers find
 * reads outside. */
#include "engine.h"
#include "producers.h"

/* ---- fields ---- */

static void check_formats(void)
{
    static const struct {
        const char *format;
        ev_column_type type;
        int scale, zoned;
    } good[] = {
        {"n", EV_COL_NULL, 0, 0},          {"b", EV_COL_BOOL, 0, 0},
        {"c", EV_COL_I8, 0, 0},            {"C", EV_COL_U8, 0, 0},
        {"s", EV_COL_I16, 0, 0},           {"S", EV_COL_U16, 0, 0},
        {"i", EV_COL_I32, 0, 0},           {"I", EV_COL_U32, 0, 0},
        {"l", EV_COL_I64, 0, 0},           {"L", EV_COL_U64, 0, 0},
        {"f", EV_COL_F32, 0, 0},           {"g", EV_COL_F64, 0, 0},
        {"d:10,2", EV_COL_DECIMAL128, 2, 0}, {"d:38,0,128", EV_COL_DECIMAL128, 0, 0},
        {"tdD", EV_COL_DATE32, 0, 0},      {"tdm", EV_COL_DATE64, 0, 0},
        {"tss:", EV_COL_TIME_S, 0, 0},     {"tsm:UTC", EV_COL_TIME_MS, 0, 1},
        {"tsu:+00:00", EV_COL_TIME_US, 0, 1}, {"tsn:", EV_COL_TIME_NS, 0, 0},
        {"u", EV_COL_TEXT, 0, 0},          {"U", EV_COL_LARGE_TEXT, 0, 0},
        {"vu", EV_COL_TEXT_VIEW, 0, 0},
    };
    static const struct {
        const char *format;
        ev_result result;
        const char *says;
    } bad[] = {
        {"e", EV_BAD_FORMAT, "float16"},        {"z", EV_BAD_FORMAT, "binary"},
        {"Z", EV_BAD_FORMAT, "binary"},         {"vz", EV_BAD_FORMAT, "binary view"},
        {"w:16", EV_BAD_FORMAT, "binary"},      {"ttm", EV_BAD_FORMAT, "time of day"},
        {"tDs", EV_BAD_FORMAT, "duration"},     {"tiM", EV_BAD_FORMAT, "interval"},
        {"+l", EV_BAD_FORMAT, "nested"},        {"+r", EV_BAD_FORMAT, "run-end"},
        {"d:76,2,256", EV_BAD_FORMAT, "decimal256"},
        {"d:9,2,32", EV_BAD_FORMAT, "decimal32"},
        {"d:10,-2", EV_BAD_FORMAT, "places"},   {"d:10,39", EV_BAD_FORMAT, "places"},
        {"d:10", EV_BAD_FORMAT, "'d:10'"},      {"d:10,2,", EV_BAD_FORMAT, "unsupported"},
        {"d:10,2x", EV_BAD_FORMAT, "unsupported"}, {"d:10,2,128x", EV_BAD_FORMAT, "unsupported"},
        {"ts", EV_BAD_FORMAT, "unsupported"},      {"tss", EV_BAD_FORMAT, "unsupported"},
        {"tsx:", EV_BAD_FORMAT, "unsupported"},    {"", EV_BAD_FORMAT, "''"},
        {"tsu:Asia/Shanghai", EV_BAD_VALUE, "Asia/Shanghai"},
        {"nonsense\n\x01", EV_BAD_FORMAT, "nonsense  "},
    };
    ev_arrow_field field;
    ev_arrow_fault fault;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        CHECK(field_of(good[i].format, &field, &fault) == EV_DONE);
        CHECK(field.type == good[i].type && field.scale == good[i].scale);
        CHECK(field.zoned == good[i].zoned && !field.coded && field.freq[0] == 0);
        CHECK(ev_column_facts(field.type)->name != NULL);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CHECK(field_of(bad[i].format, &field, &fault) == bad[i].result);
        CHECK(says(&fault, bad[i].says) && says(&fault, "column 'x'"));
    }
}

static ev_result extension_of(const char *format, const char *name, const char *parameters,
                              ev_arrow_field *field, ev_arrow_fault *fault)
{
    char room[256];
    const size_t size = metadata_of(room, "other", "", "ARROW:extension:name", name,
                                    "ARROW:extension:metadata", parameters, NULL);
    char *metadata = copy_of(room, size);
    struct ArrowSchema schema = schema_of(format, "p");
    schema.metadata = metadata;
    const ev_result result =
        ev_arrow_read_field(&schema, EV_ARROW_ITSELF, NULL, field, fault);
    free(metadata);
    return result;
}

static void check_extensions(void)
{
    static const char *const broken[] = {
        "", "{}", "{\"freq\"", "{\"freq\":", "{\"freq\": \"", "{\"freq\": \"M", "{\"freq\": M}",
        "{\"freq\": \"\"}", "{\"freq\": \"far too long a frequency\"}",
    };
    ev_arrow_field field;
    ev_arrow_fault fault;
    CHECK(extension_of("l", "pandas.period", "{\"freq\": \"Q-DEC\"}", &field, &fault) ==
          EV_DONE);
    CHECK(strcmp(field.freq, "Q-DEC") == 0);
    CHECK(extension_of("i", "pandas.period", "{\"freq\": \"M\"}", &field, &fault) ==
          EV_BAD_VALUE);
    CHECK(extension_of("u", "arrow.json", "", &field, &fault) == EV_BAD_FORMAT);
    CHECK(says(&fault, "arrow.json"));
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        CHECK(extension_of("l", "pandas.period", broken[i], &field, &fault) ==
              EV_BAD_VALUE);
    }
    const int32_t negative[] = {1, -5};
    struct ArrowSchema schema = schema_of("l", NULL);
    schema.metadata = (const char *)negative;
    CHECK(ev_arrow_read_field(&schema, EV_ARROW_ITSELF, NULL, &field, &fault) ==
          EV_BAD_VALUE);
    CHECK(says(&fault, "the column has broken metadata"));
}

static void check_schemas(void)
{
    struct ArrowSchema child = schema_of("l", "n"), dead = schema_of("l", "d");
    struct ArrowSchema words = schema_of("u", ""), nested = schema_of("i", "");
    struct ArrowSchema *children[] = {&child, &dead};
    struct ArrowSchema table = schema_of("+s", "");
    ev_arrow_field field;
    ev_arrow_fault fault;
    CHECK(ev_arrow_width(&table, &fault) == 0);
    table.n_children = 2;
    CHECK(ev_arrow_width(&table, &fault) == -2);
    table.children = children;
    CHECK(ev_arrow_width(&table, &fault) == 2);
    dead.release = NULL;
    CHECK(ev_arrow_width(&table, &fault) == -2);
    table.n_children = -1;
    CHECK(ev_arrow_width(&table, &fault) == -2);
    table.n_children = 1;
    child.dictionary = &words;
    CHECK(ev_arrow_read_field(&table, 0, NULL, &field, &fault) == EV_DONE);
    CHECK(field.coded && field.type == EV_COL_TEXT && field.codes == EV_COL_I64);
    words.dictionary = &nested;
    CHECK(ev_arrow_read_field(&table, 0, NULL, &field, &fault) == EV_BAD_VALUE);
    words.dictionary = NULL;
    child.format = "g";
    CHECK(ev_arrow_read_field(&table, 0, NULL, &field, &fault) == EV_BAD_VALUE);
    CHECK(says(&fault, "column 'n' is coded by float64"));
    words.release = NULL;
    CHECK(ev_arrow_read_field(&table, 0, "other", &field, &fault) == EV_BAD_VALUE);
    CHECK(says(&fault, "column 'other'"));
    table.release = NULL;
    CHECK(ev_arrow_width(&table, &fault) == -2);
    CHECK(released == 0); /* reading a schema releases nothing */
}

/* ---- arrays ---- */

static ev_result open_one(const char *format, const struct ArrowArray *array,
                          ev_arrow_views *views, ev_arrow_fault *fault)
{
    static counting count; /* the views use it until they are closed */
    const ev_memory memory = counting_memory(&count);
    ev_arrow_field field;
    CHECK(field_of(format, &field, fault) == EV_DONE);
    return ev_arrow_open(&field, 1, array, 100, &memory, views, fault);
}

static int value_is(const ev_column *column, ptrdiff_t row, int64_t value)
{
    const ptrdiff_t i = column->offset + row;
    return (column->valid == NULL || column->valid[i >> 3] >> (i & 7) & 1) &&
           ((const int64_t *)column->data)[i] == value;
}

/* Every offset and length of 40 rows, with nulls, aligned or not. */
static void check_slices(void)
{
    uint8_t bits[5];
    char raw[40 * 8 + 2] = {0};
    for (int i = 0; i < 40; i++) {
        const int64_t value = i;
        memcpy(raw + 1 + i * 8, &value, sizeof value);
        bits[i / 8] = (uint8_t)(i % 8 == 0 ? 0 : bits[i / 8]);
        bits[i / 8] = (uint8_t)(bits[i / 8] | (i % 5 != 0) << (i % 8));
    }
    for (int64_t offset = 0; offset <= 40; offset++) {
        for (int64_t length = 0; offset + length <= 40; length += 3) {
            for (int odd = 0; odd < 2; odd++) {
                char *data = copy_of(raw + 1 - odd, (size_t)(offset + length) * 8 + 1);
                void *valid = copy_of(bits, (size_t)(offset + length + 7) / 8);
                const void *buffers[] = {valid, data + odd};
                const struct ArrowArray array = array_of(length, offset, 2, buffers);
                ev_arrow_views views;
                ev_arrow_fault fault;
                int wrong = open_one("l", &array, &views, &fault) != EV_DONE;
                const ev_column *column = &views.batch.columns[0];
                wrong |= views.batch.rows != length || column->offset > 7;
                for (ptrdiff_t i = 0; i < length && !wrong; i++) {
                    wrong = value_is(column, i, offset + i) != ((offset + i) % 5 != 0);
                }
                CHECK(!wrong);
                ev_arrow_close(&views);
                free(data);
                free(valid);
            }
        }
    }
}

/* A struct of one column; each has an offset and nulls. */
static void check_struct_validity(void)
{
    for (int64_t outer = 0; outer < 11; outer++) {
        for (int64_t inner = 0; inner < 11; inner++) {
            const uint8_t top[] = {0xd7, 0xff, 0x5a}, own[] = {0xfb, 0x6f, 0xff};
            int64_t values[24];
            for (int i = 0; i < 24; i++) {
                values[i] = i;
            }
            const void *child_buffers[] = {own, values}, *top_buffers[] = {top};
            struct ArrowArray child = array_of(24 - inner, inner, 2, child_buffers);
            struct ArrowArray *children[] = {&child};
            struct ArrowArray table = array_of(3, outer, 1, top_buffers);
            struct ArrowSchema own_schema = schema_of("l", "v"), *list[] = {&own_schema};
            struct ArrowSchema schema = schema_of("+s", "");
            counting count;
            const ev_memory memory = counting_memory(&count);
            ev_arrow_field field;
            ev_arrow_fault fault;
            ev_arrow_views views;
            table.n_children = 1;
            table.children = children;
            schema.n_children = 1;
            schema.children = list;
            CHECK(ev_arrow_read_field(&schema, 0, NULL, &field, &fault) == EV_DONE);
            CHECK(ev_arrow_open(&field, 1, &table, 0, &memory, &views, &fault) == EV_DONE);
            for (ptrdiff_t i = 0; i < 3; i++) {
                const int64_t at = outer + i, place = inner + at;
                const int valid =
                    (top[at / 8] >> (at % 8) & 1) && (own[place / 8] >> (place % 8) & 1);
                CHECK(value_is(&views.batch.columns[0], i, place) == valid);
            }
            ev_arrow_close(&views);
        }
    }
}

typedef struct invalid_array {
    const char *format;
    struct ArrowArray array;
    const char *says;
} invalid_array;

static void check_invalid_arrays(void)
{
    static const int64_t numbers[4] = {1, 2, 3, 4};
    static const int32_t descending[] = {0, 5, 3}, negative[] = {-1, 0, 1}, fine[] = {0, 1, 2};
    static const int64_t descending64[] = {0, 5, 3};
    static const int64_t sizes[] = {20}, no_size[] = {-1};
    static const int32_t outside[] = {20, 0, 0, 1}, no_block[] = {20, 0, 1, 0};
    static const int32_t below[] = {20, 0, 0, -1}, no_length[] = {-1, 0, 0, 0};
    static const char text[20] = "abcdefghijklmnopqrs";
    const void *plain[] = {NULL, numbers}, *none[] = {NULL, NULL};
    const void *down[] = {NULL, descending, text}, *minus[] = {NULL, negative, text};
    const void *wide[] = {NULL, descending64, text}, *no_bytes[] = {NULL, fine, NULL};
    const void *no_offsets[] = {NULL, NULL, text};
    static const int64_t greatest[] = {0, INT64_MAX};
    const void *endless[] = {NULL, greatest, NULL};
    const void *view[][4] = {{NULL, outside, text, sizes}, {NULL, no_block, text, sizes},
                             {NULL, below, text, sizes},   {NULL, no_length, text, sizes},
                             {NULL, outside, NULL, sizes}, {NULL, outside, text, NULL},
                             {NULL, outside, text, no_size}};
    invalid_array invalid[] = {
        {"l", array_of(-1, 0, 2, plain), "length or offset"},
        {"l", array_of(1, -1, 2, plain), "length or offset"},
        {"l", array_of(INT64_MAX, 1, 2, plain), "length or offset"},
        {"l", array_of(1, 0, 1, plain), "number of buffers"},
        {"l", array_of(1, 0, 3, plain), "number of buffers"},
        {"l", array_of(1, 0, -1, plain), "number of buffers"},
        {"l", array_of(1, 0, 2, NULL), "no list of buffers"},
        {"l", array_of(1, 0, 2, none), "no values"},
        {"l", array_of(1, 0, 2, plain), "null count"},
        {"l", array_of(1, 0, 2, plain), "more nulls than rows"},
        {"l", array_of(1, 0, 2, plain), "no validity bitmap"},
        {"l", array_of(1, 0, 2, plain), "children"},
        {"l", array_of(1, 0, 2, plain), "array is released"},
        {"u", array_of(2, 0, 3, down), "offsets"},
        {"u", array_of(1, 0, 3, minus), "offsets"},
        {"U", array_of(2, 0, 3, wide), "offsets"},
        {"u", array_of(2, 0, 3, no_bytes), "no bytes"},
        {"u", array_of(2, 0, 3, no_offsets), "no offsets"},
        {"u", array_of(2, 0, 2, down), "number of buffers"},
        {"vu", array_of(1, 0, 2, plain), "number of buffers"},
        {"vu", array_of(1, 0, 4, view[0]), "row 100"},
        {"vu", array_of(1, 0, 4, view[1]), "outside the blocks"},
        {"vu", array_of(1, 0, 4, view[2]), "outside the blocks"},
        {"vu", array_of(1, 0, 4, view[3]), "outside the blocks"},
        {"vu", array_of(1, 0, 4, view[4]), "outside the blocks"},
        {"vu", array_of(1, 0, 4, view[5]), "no sizes"},
        {"vu", array_of(1, 0, 4, view[6]), "outside the blocks"},
        {"U", array_of(1, 0, 3, endless), "no bytes"},
    };
    invalid[8].array.null_count = -2;
    invalid[9].array.null_count = 2;
    invalid[10].array.null_count = 1;
    invalid[11].array.n_children = 1;
    invalid[12].array.release = NULL;
    for (size_t i = 0; i < sizeof invalid / sizeof invalid[0]; i++) {
        ev_arrow_views views;
        ev_arrow_fault fault;
        CHECK(open_one(invalid[i].format, &invalid[i].array, &views, &fault) ==
              EV_BAD_VALUE);
        CHECK(says(&fault, invalid[i].says));
        ev_arrow_close(&views);
    }
}

/* The integer in `width` bytes, in the order of the machine. */
static void put_integer(char *at, int64_t integer, ptrdiff_t width)
{
    const ptrdiff_t skipped = is_little() ? 0 : (ptrdiff_t)sizeof integer - width;
    memcpy(at, (const char *)&integer + skipped, (size_t)width);
}

/* Decimals are integers of 16 bytes in the order of the machine, aligned or not. */
static void check_decimals(void)
{
    static const ev_words wanted[] = {{5, 0}, {UINT64_MAX, -1}, {7, 1}, {0, INT64_MIN}};
    char raw[4 * 16 + 1] = {0};
    const ptrdiff_t low = is_little() ? 0 : 8;
    for (int i = 0; i < 4; i++) {
        memcpy(raw + 1 + i * 16 + low, &wanted[i].lo, sizeof wanted[i].lo);
        memcpy(raw + 1 + i * 16 + 8 - low, &wanted[i].hi, sizeof wanted[i].hi);
    }
    const void *buffers[] = {NULL, raw + 1};
    const struct ArrowArray array = array_of(3, 1, 2, buffers);
    ev_arrow_views views;
    ev_arrow_fault fault;
    ev_words found[3];
    CHECK(open_one("d:38,2", &array, &views, &fault) == EV_DONE);
    ev_decimals_read(&views.batch.columns[0], 0, 3, found);
    for (int i = 0; i < 3; i++) {
        CHECK(found[i].lo == wanted[i + 1].lo && found[i].hi == wanted[i + 1].hi);
    }
    ev_arrow_close(&views);
}

/* Every type of code: codes below zero or above the last word are errors, except under
 * a null. */
static void check_codes(void)
{
    static const char formats[] = "cCsSiIlL";
    static const int32_t offsets[] = {0, 1, 2, 3};
    static const ptrdiff_t widths[] = {1, 1, 2, 2, 4, 4, 8, 8};
    const void *word_buffers[] = {NULL, offsets, "abc"};
    struct ArrowArray words = array_of(3, 0, 3, word_buffers);
    for (int k = 0; k < 8; k++) {
        for (int64_t code = -1; code < 5; code++) {
            for (int null = 0; null < 2; null++) {
                char *codes = calloc(2, (size_t)widths[k]);
                const uint8_t bits[] = {(uint8_t)(null ? 1 : 3)};
                const void *buffers[] = {bits, codes};
                const char format[] = {formats[k], 0};
                struct ArrowSchema schema = schema_of(format, "k"), text = schema_of("u", "");
                struct ArrowArray array = array_of(2, 0, 2, buffers);
                counting count;
                const ev_memory memory = counting_memory(&count);
                ev_arrow_field field;
                ev_arrow_fault fault;
                ev_arrow_views views;
                put_integer(codes + widths[k], code, widths[k]);
                schema.dictionary = &text;
                array.dictionary = &words;
                CHECK(ev_arrow_read_field(&schema, EV_ARROW_ITSELF, NULL, &field, &fault) ==
                      EV_DONE);
                const int good = null || (code >= 0 && code < 3);
                CHECK(ev_arrow_open(&field, 1, &array, 7, &memory, &views, &fault) ==
                      (good ? EV_DONE : EV_BAD_VALUE));
                CHECK(good || says(&fault, "row 8: its code points outside"));
                ev_arrow_close(&views);
                free(codes);
            }
        }
    }
}

/* ---- streams ---- */

static int failing_code;
static const char *failing_message;

static int fail_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    (void)stream;
    memset(out, 0xff, sizeof *out); /* a failed call leaves garbage */
    return failing_code;
}

static int fail_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    (void)stream;
    memset(out, 0xff, sizeof *out);
    return failing_code;
}

static const char *last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return failing_message;
}

static void release_nothing(struct ArrowArrayStream *stream) { stream->release = NULL; }

static void check_failing_stream(void)
{
    struct ArrowArrayStream stream = {fail_schema, fail_next, last_error, release_nothing,
                                      NULL};
    struct ArrowSchema schema;
    struct ArrowArray array;
    ev_arrow_fault fault;
    failing_code = 5;
    failing_message = "disk\nfull";
    CHECK(ev_arrow_get_next(&stream, &array, &fault) == EV_STOPPED);
    CHECK(array.release == NULL && says(&fault, "disk full"));
    CHECK(ev_arrow_get_schema(&stream, &schema, &fault) == EV_STOPPED);
    CHECK(schema.release == NULL && says(&fault, "disk full"));
    failing_message = NULL;
    CHECK(ev_arrow_get_next(&stream, &array, &fault) == EV_STOPPED);
    CHECK(says(&fault, "error 5"));
    failing_code = 12; /* ENOMEM */
    CHECK(ev_arrow_get_next(&stream, &array, &fault) == EV_NO_MEMORY);
    stream.release = NULL;
    CHECK(ev_arrow_get_next(&stream, &array, &fault) == EV_STOPPED);
    CHECK(ev_arrow_get_schema(&stream, &schema, &fault) == EV_STOPPED);
}

/* Memory runs out when a bitmap is combined, a buffer aligned or a dictionary read. */
static void check_reading_without_memory(void)
{
    const int32_t offsets[] = {0, 1, 2};
    const uint8_t bits[] = {0x01};
    char raw[17] = {0};
    const void *word_buffers[] = {NULL, offsets, "ab"}, *buffers[] = {bits, raw + 1};
    const void *top[] = {bits};
    struct ArrowArray dictionary = array_of(2, 0, 3, word_buffers);
    struct ArrowArray child = array_of(2, 0, 2, buffers), *children[] = {&child};
    struct ArrowArray table = array_of(2, 0, 1, top);
    const ev_arrow_field field = {.place = 0,
                                  .name = "k",
                                  .type = EV_COL_TEXT,
                                  .coded = 1,
                                  .codes = EV_COL_I64};
    int done = 0;
    child.dictionary = &dictionary;
    table.n_children = 1;
    table.children = children;
    for (int blocks = 0; blocks < 20 && !done; blocks++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        count.left = blocks;
        ev_arrow_views views;
        ev_arrow_fault fault;
        const ev_result result =
            ev_arrow_open(&field, 1, &table, 0, &memory, &views, &fault);
        CHECK(result == EV_DONE || result == EV_NO_MEMORY);
        done = result == EV_DONE;
        ev_arrow_close(&views);
    }
    CHECK(done);
}

int main(void)
{
    check_formats();
    check_extensions();
    check_schemas();
    check_slices();
    check_struct_validity();
    check_invalid_arrays();
    check_codes();
    check_decimals();
    check_failing_stream();
    check_reading_without_memory();
    return finish();
}
