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

int main(void)
{
    check_out();
    return finish();
}
