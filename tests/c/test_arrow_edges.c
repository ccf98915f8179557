/* The Arrow interface at its edges: rare and broken producers, whatever of them may be
 * missing, and offsets that another thread changes. */
#include "engine.h"
#include "producers.h"

/* ---- schemas ---- */

/* The field of a column with pairs of metadata: a count, then sizes and bytes. */
static ev_result field_with(const char *format, const void *metadata,
                            ev_arrow_field *field, ev_arrow_fault *fault)
{
    struct ArrowSchema schema = schema_of(format, "x");
    schema.metadata = metadata;
    return ev_arrow_read_field(&schema, EV_ARROW_ITSELF, NULL, field, fault);
}

static void broken_metadata_are_errors(void)
{
    const int32_t no_pairs[] = {-1}, no_value[] = {1, 0, -1}, no_key[] = {2, -1, 0, 0};
    const int32_t *const broken[] = {no_pairs, no_value, no_key};
    ev_arrow_field field;
    ev_arrow_fault fault;
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        CHECK(field_with("l", broken[i], &field, &fault) == EV_BAD_VALUE);
        CHECK(says(&fault, "column 'x' has broken metadata"));
    }
    const int32_t none[] = {0};
    CHECK(field_with("l", none, &field, &fault) == EV_DONE);
}

static void extensions_are_told_apart(void)
{
    static const char name[] = "ARROW:extension:name";
    static const char longest[] =
        "company.first-part-of-a-name-that-goes-on-and-on.second-part-of-it";
    char metadata[256];
    ev_arrow_field field;
    ev_arrow_fault fault;
    /* As long as the one that is known. */
    (void)metadata_of(metadata, name, "pandas.PERIOD", NULL);
    CHECK(field_with("l", metadata, &field, &fault) == EV_BAD_FORMAT);
    CHECK(says(&fault, "the extension type 'pandas.PERIOD'"));
    (void)metadata_of(metadata, name, longest, NULL);
    CHECK(field_with("l", metadata, &field, &fault) == EV_BAD_FORMAT);
    CHECK(says(&fault, "goes-on-and-on.second-part': only pandas.period"));
    /* Periods are int64, and not coded by it. */
    struct ArrowSchema schema = schema_of("l", "x"), words = schema_of("l", "");
    (void)metadata_of(metadata, name, "pandas.period", "ARROW:extension:metadata",
                      "{\"freq\": \"M\"}", NULL);
    schema.dictionary = &words;
    schema.metadata = metadata;
    CHECK(ev_arrow_read_field(&schema, EV_ARROW_ITSELF, NULL, &field, &fault) ==
          EV_BAD_VALUE);
    CHECK(says(&fault, "is called pandas.period but is not int64"));
}

static void lists_of_columns_are_checked(void)
{
    struct ArrowSchema child = schema_of("l", "n");
    struct ArrowSchema *children[] = {NULL, &child, &child};
    struct ArrowSchema table = schema_of("+s", "");
    ev_arrow_fault fault;
    table.children = children;
    table.n_children = 3;
    CHECK(ev_arrow_width(&table, &fault) == -2);
    CHECK(says(&fault, "a column that is released"));
    children[0] = &child;
    CHECK(ev_arrow_width(&table, &fault) == 3);
    table.n_children = (int64_t)INT32_MAX + 1;
    CHECK(ev_arrow_width(&table, &fault) == -2);
    CHECK(says(&fault, "no list of its columns"));
    child.format = NULL;
    CHECK(ev_arrow_width(&child, &fault) == -2);
}

/* ---- arrays ---- */

static counting count;

/* Opens the array as the only column `x`, from row 0 of the table. */
static ev_result open_as(const char *format, const struct ArrowArray *array,
                         ev_arrow_views *views, ev_arrow_fault *fault)
{
    const ev_memory memory = counting_memory(&count);
    ev_arrow_field field;
    CHECK(field_of(format, &field, fault) == EV_DONE);
    return ev_arrow_open(&field, 1, array, 0, &memory, views, fault);
}

/* Opens the first of the table's columns, of int64. */
static ev_result open_child(const struct ArrowArray *table, ev_arrow_views *views,
                            ev_arrow_fault *fault)
{
    const ev_memory memory = counting_memory(&count);
    const ev_arrow_field field = {.place = 0, .name = "x", .type = EV_COL_I64};
    return ev_arrow_open(&field, 1, table, 0, &memory, views, fault);
}

static void tables_need_their_columns(void)
{
    static const int64_t numbers[] = {1, 2, 3};
    static const uint8_t bits[] = {7};
    const void *buffers[] = {NULL, numbers}, *top[] = {bits};
    struct ArrowArray child = array_of(3, 0, 2, buffers), *children[] = {&child};
    struct ArrowArray table = array_of(3, 0, 0, NULL);
    ev_arrow_views views;
    ev_arrow_fault fault;
    table.n_children = 1;
    table.children = children;
    CHECK(open_child(&table, &views, &fault) == EV_DONE); /* no bitmap, no buffers */
    CHECK(views.batch.columns[0].data == numbers);
    ev_arrow_close(&views);

    static const struct {
        int64_t buffers, offset;
        int has_list, has_children, has_child;
        const char *says;
    } broken[] = {
        {-1, 0, 1, 1, 1, "buffers besides"},  {2, 0, 1, 1, 1, "buffers besides"},
        {1, 0, 0, 1, 1, "buffers besides"},   {1, 0, 1, 0, 1, "fewer columns"},
        {1, 0, 1, 1, 0, "'x' is released"},   {1, 4, 1, 1, 1, "shorter than the table"},
        {1, 1, 1, 1, 1, "shorter than the table"},
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct ArrowArray *list[] = {broken[i].has_child ? &child : NULL};
        table = array_of(3, broken[i].offset, broken[i].buffers,
                         broken[i].has_list ? top : NULL);
        table.n_children = 1;
        table.children = broken[i].has_children ? list : NULL;
        CHECK(open_child(&table, &views, &fault) == EV_BAD_VALUE);
        CHECK(says(&fault, broken[i].says));
        ev_arrow_close(&views);
    }
    CHECK(count.blocks == 0);
}

static void text_may_have_no_bytes(void)
{
    static const int32_t ends[] = {0, 0, 0};
    static const int64_t far[] = {0, INT64_MAX};
    const void *buffers[] = {NULL, ends, NULL}, *large[] = {NULL, far, "text"};
    const uint8_t *text = NULL;
    ptrdiff_t size = -1;
    struct ArrowArray array = array_of(2, 0, 3, buffers);
    ev_arrow_views views;
    ev_arrow_fault fault;
    CHECK(open_as("u", &array, &views, &fault) == EV_DONE);
    CHECK(ev_text_at(&views.batch.columns[0], 1, &text, &size) == EV_DONE);
    CHECK(size == 0 && text != NULL);
    ev_arrow_close(&views);
    /* The largest offset has no byte after it that could be a limit. */
    array = array_of(1, 0, 3, large);
    CHECK(open_as("U", &array, &views, &fault) == EV_DONE);
    CHECK(ev_text_at(&views.batch.columns[0], 0, &text, &size) == EV_BAD_VALUE);
    ev_arrow_close(&views);
    CHECK(count.blocks == 0);
}

/* Offsets and views that another thread changes after they were checked. */
static void changed_offsets_stay_inside(void)
{
    static const char bytes[] = "abcdef";
    static const int64_t sizes[] = {20};
    const uint8_t *text = NULL;
    ptrdiff_t size = 0;
    for (int wide = 0; wide < 2; wide++) {
        static const int64_t changes[][2] = {{-1, 3}, {4, 3}, {0, 7}, {0, INT32_MAX}};
        int32_t small[] = {0, 3, 6};
        _Alignas(8) int64_t large[] = {0, 3, 6}; /* read in place */
        const void *buffers[] = {NULL, wide ? (void *)large : small, bytes};
        const struct ArrowArray array = array_of(2, 0, 3, buffers);
        ev_arrow_views views;
        ev_arrow_fault fault;
        CHECK(open_as(wide ? "U" : "u", &array, &views, &fault) == EV_DONE);
        const ev_column *column = &views.batch.columns[0];
        CHECK(ev_text_at(column, 1, &text, &size) == EV_DONE && size == 3);
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            for (int k = 0; k < 2; k++) {
                small[k] = (int32_t)changes[i][k];
                large[k] = changes[i][k];
            }
            CHECK(ev_text_at(column, 0, &text, &size) == EV_BAD_VALUE);
        }
        ev_arrow_close(&views);
    }
    _Alignas(8) int32_t view[] = {20, 0, 0, 0};
    const void *blocks[] = {NULL, view, "abcdefghijklmnopqrst", sizes};
    const struct ArrowArray array = array_of(1, 0, 4, blocks);
    ev_arrow_views views;
    ev_arrow_fault fault;
    CHECK(open_as("vu", &array, &views, &fault) == EV_DONE);
    CHECK(ev_text_at(&views.batch.columns[0], 0, &text, &size) == EV_DONE);
    CHECK(size == 20 && text == blocks[2]);
    view[2] = -1;
    CHECK(ev_text_at(&views.batch.columns[0], 0, &text, &size) == EV_BAD_VALUE);
    ev_arrow_close(&views);
    CHECK(count.blocks == 0);
}

static void views_have_room_for_their_sizes(void)
{
    static const _Alignas(8) int32_t view[] = {20, 0, 0, 0}; /* read in place */
    static const int64_t sizes[] = {20};
    const void *blocks[] = {NULL, view, "abcdefghijklmnopqrst", sizes};
    struct ArrowArray array = array_of(1, 0, 4, blocks);
    const ev_arrow_field field = {
        .place = EV_ARROW_ITSELF, .name = "x", .type = EV_COL_TEXT_VIEW};
    ev_arrow_views views;
    ev_arrow_fault fault;
    for (long left = 0; left < 4; left++) { /* two for the structs, one for the sizes */
        const ev_memory memory = counting_memory(&count);
        count.left = left;
        CHECK(ev_arrow_open(&field, 1, &array, 0, &memory, &views, &fault) ==
              (left < 3 ? EV_NO_MEMORY : EV_DONE));
        ev_arrow_close(&views);
        CHECK(count.blocks == 0);
    }
    array.n_buffers = (int64_t)INT32_MAX + 1;
    CHECK(open_as("vu", &array, &views, &fault) == EV_BAD_VALUE);
    CHECK(says(&fault, "wrong number of buffers"));
    ev_arrow_close(&views);
}

/* The first bad code counts, wherever more rows follow. */
static void codes_need_a_dictionary(void)
{
    enum { ROWS = 600 };
    static const int32_t ends[] = {0, 1, 2};
    static uint8_t codes[ROWS];
    const void *word_buffers[] = {NULL, ends, "ab"}, *buffers[] = {NULL, codes};
    struct ArrowArray words = array_of(2, 0, 3, word_buffers);
    struct ArrowArray array = array_of(ROWS, 0, 2, buffers);
    const ev_arrow_field field = {.place = EV_ARROW_ITSELF,
                                  .name = "x",
                                  .type = EV_COL_TEXT,
                                  .coded = 1,
                                  .codes = EV_COL_U8};
    for (int broken = 0; broken < 4; broken++) {
        static const char *const what[] = {"", "row 7: its code points outside",
                                           "dictionary is released",
                                           "dictionary is released"};
        const ev_memory memory = counting_memory(&count);
        ev_arrow_views views;
        ev_arrow_fault fault;
        codes[7] = codes[9] = broken == 1 ? 2 : 1;
        words.release = broken == 2 ? NULL : release_array;
        array.dictionary = broken == 3 ? NULL : &words;
        CHECK(ev_arrow_open(&field, 1, &array, 0, &memory, &views, &fault) ==
              (broken ? EV_BAD_VALUE : EV_DONE));
        CHECK(!broken || says(&fault, what[broken]));
        ev_arrow_close(&views);
        CHECK(count.blocks == 0);
    }
}

/* ---- streams ---- */

static int fail_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    (void)stream;
    (void)out;
    return 5;
}

static const char *no_words(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "";
}

static void release_nothing(struct ArrowArrayStream *stream) { stream->release = NULL; }

static void streams_may_lack_functions(void)
{
    struct ArrowArrayStream stream = {NULL, fail_next, NULL, release_nothing, NULL};
    struct ArrowSchema schema;
    struct ArrowArray array;
    ev_arrow_fault fault;
    CHECK(ev_arrow_get_schema(&stream, &schema, &fault) == EV_STOPPED);
    CHECK(says(&fault, "stream is released") && schema.release == NULL);
    CHECK(ev_arrow_get_next(&stream, &array, &fault) == EV_STOPPED);
    CHECK(says(&fault, "failed with error 5 and no message"));
    stream.get_last_error = no_words;
    CHECK(ev_arrow_get_next(&stream, &array, &fault) == EV_STOPPED);
    CHECK(says(&fault, "failed with error 5 and no message"));
    stream.get_next = NULL;
    CHECK(ev_arrow_get_next(&stream, &array, &fault) == EV_STOPPED);
    CHECK(says(&fault, "stream is released") && array.release == NULL);
}

int main(void)
{
    broken_metadata_are_errors();
    extensions_are_told_apart();
    lists_of_columns_are_checked();
    tables_need_their_columns();
    text_may_have_no_bytes();
    changed_offsets_stay_inside();
    views_have_room_for_their_sizes();
    codes_need_a_dictionary();
    streams_may_lack_functions();
    return finish();
}
