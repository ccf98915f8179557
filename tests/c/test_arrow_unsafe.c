/* Arrow columns that are not what they were when they were read, or of which nothing is
 * there. */
#include <string.h>

#include "columns/arrow.h"
#include "engine.h"

static void release(struct ArrowArray *array) { array->release = NULL; }

static struct ArrowArray array_of(int64_t length, int64_t n_buffers, const void **buffers)
{
    struct ArrowArray array;
    memset(&array, 0, sizeof array);
    array.length = length;
    array.n_buffers = n_buffers;
    array.buffers = buffers;
    array.release = release;
    return array;
}

/* A single column, or column `place` of a table. */
static ev_result open_one(ev_column_type type, ptrdiff_t place,
                          const struct ArrowArray *array, ev_arrow_views *views)
{
    static counting count; /* the views use it until they are closed */
    const ev_memory memory = counting_memory(&count);
    const ev_arrow_field field = {.place = place, .name = "x", .type = type};
    ev_arrow_fault fault;
    return ev_arrow_open(&field, 1, array, 0, &memory, views, &fault);
}

/* Whether the text in a row lies within its column. */
static int has_text(const ev_arrow_views *views, ptrdiff_t row)
{
    const uint8_t *text = NULL;
    ptrdiff_t size = 0;
    return ev_text_at(&views->batch.columns[0], row, &text, &size) == EV_DONE &&
           text != NULL;
}

/* Offsets, views and sizes of blocks change after the columns were made, as if another
 * thread wrote to them. They are aligned: otherwise they are copied. */
static void changed_text_is_bad(void)
{
    _Alignas(8) int32_t small[] = {0, 1, 2}, view[] = {20, 0, 0, 0};
    _Alignas(8) int64_t large[] = {0, 1, 2}, sizes[] = {20};
    const char *block = "abcdefghijklmnopqrs";
    const void *buffers[3][4] = {
        {NULL, small, "ab"}, {NULL, large, "ab"}, {NULL, view, block, sizes}};
    static const ev_column_type types[] = {EV_COL_TEXT, EV_COL_LARGE_TEXT,
                                           EV_COL_TEXT_VIEW};
    ev_arrow_views views[3];
    for (int k = 0; k < 3; k++) {
        const struct ArrowArray array = array_of(k < 2 ? 2 : 1, k < 2 ? 3 : 4, buffers[k]);
        CHECK(open_one(types[k], EV_ARROW_ITSELF, &array, &views[k]) == EV_DONE);
        CHECK(has_text(&views[k], 0));
    }
    small[2] = 3;
    large[2] = INT64_C(1) << 40;
    CHECK(has_text(&views[0], 0) && !has_text(&views[0], 1));
    CHECK(has_text(&views[1], 0) && !has_text(&views[1], 1));
    view[3] = 500;
    sizes[0] = 1000;
    CHECK(!has_text(&views[2], 0));
    for (int k = 0; k < 3; k++) {
        ev_arrow_close(&views[k]);
    }
}

/* Text of no bytes and columns of no rows have an address, to which 0 may be added. */
static void nothing_has_an_address(void)
{
    static const int32_t offsets[] = {0, 0, 0};
    const void *text[] = {NULL, offsets, NULL}, *none[] = {NULL, NULL, NULL};
    const struct ArrowArray two = array_of(2, 3, text), empty = array_of(0, 3, none);
    ev_arrow_views views;
    CHECK(open_one(EV_COL_TEXT, EV_ARROW_ITSELF, &two, &views) == EV_DONE);
    CHECK(has_text(&views, 0) && has_text(&views, 1));
    ev_arrow_close(&views);
    CHECK(open_one(EV_COL_TEXT, EV_ARROW_ITSELF, &empty, &views) == EV_DONE);
    CHECK(views.batch.columns[0].data != NULL && views.batch.columns[0].offsets != NULL);
    ev_arrow_close(&views);
}

/* A column of a table begins where its bytes can no longer be counted. */
static void offsets_beyond_the_machine(void)
{
    static const int64_t numbers[] = {1};
    const void *buffers[] = {NULL, numbers}, *top[] = {NULL};
    struct ArrowArray child = array_of(1, 2, buffers), *children[] = {&child};
    struct ArrowArray table = array_of(1, 1, top);
    ev_arrow_views views;
    child.offset = PTRDIFF_MAX / 4;
    table.n_children = 1;
    table.children = children;
    CHECK(open_one(EV_COL_I64, 0, &table, &views) == EV_BAD_VALUE);
    ev_arrow_close(&views);
}

int main(void)
{
    changed_text_is_bad();
    nothing_has_an_address();
    offsets_beyond_the_machine();
    return finish();
}
