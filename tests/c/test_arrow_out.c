/* Arrow streams of batches: reading back, parts that outlive the stream, no memory. */
#include <string.h>

#include "columns/arrow.h"
#include "check.h"
#include "engine.h"

static int dropped;

static void drop(void *data)
{
    (void)data;
    dropped++;
}

static const int64_t numbers[] = {660, 661, 662};
static const int32_t codes[] = {1, 0, 1}, days[] = {0, -1, 20000};
static const int64_t ends[] = {0, 1, 4};
static const uint8_t odd_rows[] = {0x05}, truths[] = {0x02};
static const ev_column words = {.type = EV_COL_LARGE_TEXT,
                                .length = 2,
                                .data = "xyyy",
                                .offsets = ends};
static const ev_column out_columns[] = {
    {.type = EV_COL_I64, .length = 3, .data = numbers},
    {.type = EV_COL_I64, .length = 3, .data = numbers, .valid = odd_rows},
    {.type = EV_COL_I32, .length = 3, .data = codes, .dictionary = &words},
    {.type = EV_COL_DATE32, .length = 3, .data = days},
    {.type = EV_COL_BOOL, .length = 3, .data = truths},
    {.type = EV_COL_NULL, .length = 3},
};
static const char *const out_names[] = {"period", "v", "k", "d", "b", "n"};
static const char *const out_freqs[] = {"M", NULL, NULL, NULL, NULL, NULL};
static const ev_batch out_batch = {3, 6, out_columns};

static void check_read_back(struct ArrowArrayStream *stream)
{
    counting count;
    const ev_memory memory = counting_memory(&count);
    struct ArrowSchema schema;
    struct ArrowArray array, end;
    ev_arrow_field fields[6];
    ev_arrow_fault fault;
    ev_arrow_views views;
    CHECK(ev_arrow_get_schema(stream, &schema, &fault) == EV_DONE);
    CHECK(ev_arrow_width(&schema, &fault) == 6);
    for (int i = 0; i < 6; i++) {
        CHECK(ev_arrow_read_field(&schema, i, NULL, &fields[i], &fault) == EV_DONE);
        CHECK(strcmp(fields[i].name, out_names[i]) == 0);
    }
    CHECK(strcmp(fields[0].freq, "M") == 0 && fields[1].freq[0] == 0);
    CHECK(fields[2].coded && fields[2].type == EV_COL_LARGE_TEXT);
    CHECK(ev_arrow_get_next(stream, &array, &fault) == EV_DONE);
    CHECK(ev_arrow_get_next(stream, &end, &fault) == EV_DONE && end.release == NULL);
    stream->release(stream);
    CHECK(ev_arrow_open(fields, 6, &array, 0, &memory, &views, &fault) == EV_DONE);
    for (int i = 0; i < 6; i++) {
        CHECK(views.columns[i].type == out_columns[i].type);
        CHECK(views.columns[i].data == out_columns[i].data); /* no copy */
        CHECK(views.columns[i].valid == out_columns[i].valid);
    }
    CHECK(views.columns[2].dictionary->data == words.data);
    ev_arrow_close(&views);
    schema.release(&schema);
    /* A child that is moved out outlives its parent. */
    struct ArrowArray moved = *array.children[2];
    array.children[2]->release = NULL;
    array.release(&array);
    CHECK(dropped == 0 && moved.dictionary->length == 2);
    moved.release(&moved);
    CHECK(dropped == 1);
}

/* Memory runs out after 0, 1, 2 ... blocks: an error, without leaks, and the owner is
 * dropped at most once. */
static void check_out(void)
{
    int done = 0;
    for (int blocks = 0; blocks < 200 && !done; blocks++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        count.left = blocks;
        const ev_arrow_owner owner = {drop, NULL};
        struct ArrowArrayStream stream;
        struct ArrowSchema schema;
        struct ArrowArray array;
        dropped = 0;
        const ev_result result =
            ev_arrow_export(&out_batch, out_names, out_freqs, owner, &memory, &stream);
        CHECK(result == EV_DONE || result == EV_NO_MEMORY);
        if (result == EV_DONE) {
            const int no_schema = stream.get_schema(&stream, &schema);
            const int no_array = stream.get_next(&stream, &array);
            CHECK(stream.get_last_error(&stream) != NULL);
            stream.release(&stream);
            if (no_schema == 0) {
                schema.release(&schema);
            }
            if (no_array == 0) {
                array.release(&array);
            }
            CHECK(dropped == 1);
            done = no_schema == 0 && no_array == 0;
        }
        else {
            CHECK(dropped == 0);
        }
    }
    CHECK(done);
    dropped = 0;
    counting count;
    const ev_memory memory = counting_memory(&count);
    const ev_arrow_owner owner = {drop, NULL};
    struct ArrowArrayStream stream;
    CHECK(ev_arrow_export(&out_batch, out_names, out_freqs, owner, &memory, &stream) ==
          EV_DONE);
    check_read_back(&stream);
    const ev_column view = {.type = EV_COL_TEXT_VIEW};
    const ev_batch views = {0, 1, &view};
    CHECK(ev_arrow_export(&views, out_names, out_freqs + 1, owner, &memory, &stream) ==
          EV_BAD_FORMAT);
    const ev_batch no_period = {3, 1, out_columns + 3};
    CHECK(ev_arrow_export(&no_period, out_names, out_freqs, owner, &memory, &stream) ==
          EV_BAD_FORMAT);
    CHECK(dropped == 1);
}

static counting reading; /* the memory of read_back */

/* The only column of a batch, exported and read back; the caller closes the views and
 * releases the array. */
static ev_column read_back(const ev_column *column, ev_arrow_field *field,
                           struct ArrowArray *array, ev_arrow_views *views)
{
    static const char *const name[] = {"x"}, *const no_freq[] = {NULL};
    static ev_batch batch; /* lives as long as the array */
    const ev_memory memory = counting_memory(&reading);
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    ev_arrow_fault fault;
    batch = (ev_batch){column->length, 1, column};
    CHECK(ev_arrow_export(&batch, name, no_freq, (ev_arrow_owner){drop, NULL}, &memory,
                          &stream) == EV_DONE);
    CHECK(ev_arrow_get_schema(&stream, &schema, &fault) == EV_DONE);
    CHECK(ev_arrow_read_field(&schema, 0, "x", field, &fault) == EV_DONE);
    CHECK(ev_arrow_get_next(&stream, array, &fault) == EV_DONE);
    CHECK(ev_arrow_open(field, 1, array, 0, &memory, views, &fault) == EV_DONE);
    schema.release(&schema);
    stream.release(&stream);
    return views->columns[0];
}

static void every_layout_is_read_back(void)
{
    static const int32_t offsets[] = {0, 1, 3};
    static const int64_t cents[2][2] = {{5, 5}, {7, 7}};
    const ev_column text = {.type = EV_COL_TEXT, .length = 2, .data = "abb",
                            .offsets = offsets};
    const ev_column empty = {.type = EV_COL_LARGE_TEXT, .length = 0};
    const ev_column money = {.type = EV_COL_DECIMAL128, .length = 2, .data = cents,
                             .scale = 2};
    ev_arrow_field field;
    struct ArrowArray array;
    ev_arrow_views views;
    const uint8_t *bytes = NULL;
    ptrdiff_t size = 0;
    const ev_column texts = read_back(&text, &field, &array, &views);
    CHECK(ev_text_at(&texts, 1, &bytes, &size) == EV_DONE);
    CHECK(size == 2 && memcmp(bytes, "bb", 2) == 0);
    ev_arrow_close(&views);
    array.release(&array);
    CHECK(read_back(&empty, &field, &array, &views).type == EV_COL_LARGE_TEXT);
    CHECK(views.batch.rows == 0 && array.children[0]->buffers[1] != NULL);
    ev_arrow_close(&views);
    array.release(&array);
    CHECK(read_back(&money, &field, &array, &views).data == cents);
    CHECK(field.type == EV_COL_DECIMAL128 && field.scale == 2);
    ev_arrow_close(&views);
    array.release(&array);
    CHECK(reading.blocks == 0);
}

static void what_has_no_format_is_refused(void)
{
    static const ev_column views = {.type = EV_COL_TEXT_VIEW};
    static const ev_column coded = {.type = EV_COL_I8, .dictionary = &words};
    const ev_column refused[] = {{.type = EV_COL_I8, .dictionary = &views},
                                 {.type = EV_COL_I8, .dictionary = &coded},
                                 {.type = EV_COL_I64, .dictionary = &words}};
    static const char *const freqs[] = {NULL, NULL, "M"};
    counting count;
    const ev_memory memory = counting_memory(&count);
    struct ArrowArrayStream stream;
    dropped = 0;
    for (int i = 0; i < 3; i++) {
        const ev_batch batch = {0, 1, &refused[i]};
        CHECK(ev_arrow_export(&batch, out_names, freqs + i, (ev_arrow_owner){drop, NULL},
                              &memory, &stream) == EV_BAD_FORMAT);
        CHECK(dropped == 0 && count.blocks == 0);
    }
}

/* A dictionary that is moved out of its column outlives it. */
static void moved_dictionaries_live_on(void)
{
    const ev_column column = {.type = EV_COL_I32, .length = 3, .data = codes,
                              .dictionary = &words};
    ev_arrow_field field;
    struct ArrowArray array;
    ev_arrow_views views;
    dropped = 0;
    CHECK(read_back(&column, &field, &array, &views).dictionary->data == words.data);
    ev_arrow_close(&views);
    struct ArrowArray moved = *array.children[0]->dictionary;
    array.children[0]->dictionary->release = NULL;
    array.release(&array);
    CHECK(dropped == 0 && moved.length == 2);
    moved.release(&moved);
    CHECK(dropped == 1 && reading.blocks == 0);
}

int main(void)
{
    check_out();
    every_layout_is_read_back();
    what_has_no_format_is_refused();
    moved_dictionaries_live_on();
    return finish();
}
