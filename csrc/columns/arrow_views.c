/* Arrays to columns. Everything a producer states that can be checked is checked here,
 * once; readers of the columns do not check again. */
#include <stdio.h>

#include "base/memory.h"
#include "columns/arrow.h"

/* Shared by the steps that read one array. */
typedef struct reader {
    ev_arrow_views *views;
    ev_arrow_fault *fault;
    const char *name;   /* of the column being read */
    int64_t first_row;
} reader;

static ev_result lie(const reader *r, const char *what)
{
    ev_arrow_say(r->fault, r->name, " %s", what);
    return EV_BAD_VALUE;
}

static ev_result lie_in_row(const reader *r, ptrdiff_t row, const char *what)
{
    ev_arrow_say(r->fault, r->name, ", row %lld: %s", (long long)(r->first_row + row),
                 what);
    return EV_BAD_VALUE;
}

/* Memory that lives as long as the views; NULL when memory is out. */
static void *own(const reader *r, size_t size)
{
    ev_arrow_views *views = r->views;
    void *block = ev_take(&views->memory, (ptrdiff_t)size, 1);
    if (block != NULL) {
        views->owned[views->owned_count++] = block;
    }
    return block;
}

/* ---- the header of an array ---- */

static ev_result check_header(const reader *r, const struct ArrowArray *array,
                              ev_column_type type)
{
    const int64_t least = type == EV_COL_TEXT || type == EV_COL_LARGE_TEXT ? 3 : 2;
    const int views = type == EV_COL_TEXT_VIEW;
    const int64_t count = array->n_buffers;
    const int buffers = type != EV_COL_NULL;
    const char *what =
        array->length < 0 || array->offset < 0 || array->null_count < -1 ||
                array->length > PTRDIFF_MAX / 32 - array->offset
            ? "has an impossible length, offset or null count"
        : array->null_count > array->length ? "has more nulls than rows"
        : buffers && (views ? count < 3 || count > INT32_MAX : count != least)
            ? "has the wrong number of buffers for its type"
        : buffers && array->buffers == NULL ? "has no list of buffers"
        : array->n_children != 0            ? "has children, but its type has none"
        : buffers && array->null_count > 0 && array->buffers[0] == NULL
            ? "has nulls but no validity bitmap"
            : NULL;
    return what == NULL ? EV_DONE : lie(r, what);
}

/* ---- validity ---- */

/* Sets column->valid: a row has a value if both the column and the table have one. Row
 * 0 is bit table_from of table_bits; NULL: the table has all rows. */
static ev_result combine(const reader *r, ev_column *column, const uint8_t *table_bits,
                         ptrdiff_t table_from)
{
    ev_result result = EV_DONE;
    if (column->valid != NULL && ev_all_set(column->valid, column->offset, column->length)) {
        column->valid = NULL;
    }
    if (table_bits != NULL && !ev_all_set(table_bits, table_from, column->length)) {
        const size_t bytes = (size_t)(column->offset + column->length + 7) / 8;
        uint8_t *both = own(r, bytes);
        if (both == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            memset(both, 0, bytes);
            for (ptrdiff_t i = 0; i < column->length; i++) {
                const int set = ev_has_value(column, i) && ev_bit_at(table_bits, table_from + i);
                const ptrdiff_t at = column->offset + i;
                both[at >> 3] = (uint8_t)(both[at >> 3] | set << (at & 7));
            }
            column->valid = both;
        }
    }
    return result;
}

/* ---- buffers ---- */

/* `buffer` + `skip` bytes, aligned: in place if they are, else a copy of `size` bytes. */
static ev_result align(const reader *r, const void *buffer, ptrdiff_t skip,
                       ptrdiff_t size, ptrdiff_t alignment, const void **aligned)
{
    const uint8_t *from = (const uint8_t *)buffer + skip;
    ev_result result = EV_DONE;
    *aligned = from;
    if ((uintptr_t)from % (uintptr_t)alignment != 0) {
        void *copy = own(r, (size_t)size);
        if (copy == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            memcpy(copy, from, (size_t)size);
            *aligned = copy;
        }
    }
    return result;
}

/* Whether the offsets of the rows are not negative and do not descend. */
#define OFFSETS_ASCEND(type)                                                             \
    static int ascend_##type(const type *offsets, ptrdiff_t count)                       \
    {                                                                                    \
        int bad = offsets[0] < 0;                                                        \
        for (ptrdiff_t i = 0; i < count; i++) {                                          \
            bad |= offsets[i + 1] < offsets[i];                                          \
        }                                                                                \
        return !bad;                                                                     \
    }
OFFSETS_ASCEND(int32_t)
OFFSETS_ASCEND(int64_t)

static ev_result read_text(const reader *r, const struct ArrowArray *array,
                           ptrdiff_t skip, ev_column *column)
{
    const int wide = column->type == EV_COL_LARGE_TEXT;
    const ptrdiff_t size = wide ? 8 : 4, first = column->offset;
    ev_result result = EV_DONE;
    if (array->buffers[1] == NULL) {
        result = lie(r, "has rows but no offsets");
    }
    else {
        result = align(r, array->buffers[1], skip * size,
                       (first + column->length + 1) * size, size, &column->offsets);
    }
    if (result == EV_DONE) {
        const int64_t *large = column->offsets;
        const int32_t *small = column->offsets;
        const ptrdiff_t n = column->length;
        const int64_t last = wide ? large[first + n] : small[first + n];
        /* Text of no bytes may have no buffer. */
        column->data = array->buffers[2] == NULL ? "" : array->buffers[2];
        column->text_room = last < INT64_MAX ? last + 1 : last;
        if (wide ? !ascend_int64_t(large + first, n) : !ascend_int32_t(small + first, n)) {
            result = lie(r, "has text offsets that are negative or descend");
        }
        else if (array->buffers[2] == NULL && last > 0) {
            result = lie(r, "has text but no bytes of it");
        }
    }
    return result;
}

static ev_result read_views(const reader *r, const struct ArrowArray *array,
                            ev_column *column)
{
    const ptrdiff_t blocks = (ptrdiff_t)array->n_buffers - 3;
    const void *sizes = array->buffers[array->n_buffers - 1];
    ev_result result = EV_DONE;
    column->blocks = array->buffers + 2;
    column->block_count = blocks;
    if (blocks > 0 && sizes == NULL) {
        result = lie(r, "has text blocks but no sizes of them");
    }
    else if (blocks > 0) {
        /* A copy, which no other thread changes. */
        int64_t *copy = own(r, (size_t)blocks * sizeof *copy);
        column->block_sizes = copy;
        if (copy == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            memcpy(copy, sizes, (size_t)blocks * sizeof *copy);
        }
    }
    for (ptrdiff_t i = 0; i < column->length && result == EV_DONE; i++) {
        const uint8_t *text = NULL;
        ptrdiff_t size = 0;
        if (ev_has_value(column, i) && ev_text_at(column, i, &text, &size) != EV_DONE) {
            result = lie_in_row(r, i, "its text view points outside the blocks");
        }
    }
    return result;
}

/* ---- columns ---- */

/* A column of `length` rows from row `from` of an array; the bits of the table as for
 * combine. The indices of a coded column are read like other integers. */
static ev_result read_column(const reader *r, const struct ArrowArray *array,
                             ptrdiff_t from, ptrdiff_t length, ev_column_type type,
                             const uint8_t *table_bits, ptrdiff_t table_from,
                             ev_column *column)
{
    static const int64_t nothing[1] = {0}; /* no rows need no buffers, but an address */
    ev_result result = check_header(r, array, type);
    memset(column, 0, sizeof *column);
    column->type = type;
    column->length = length;
    column->data = type == EV_COL_NULL ? NULL : nothing;
    column->offsets = ev_is_text(type) ? nothing : NULL;
    if (result == EV_DONE && (from > array->length || length > array->length - from)) {
        result = lie(r, "is shorter than the table");
    }
    if (result == EV_DONE && type != EV_COL_NULL && length > 0) {
        /* Views begin within the first eight rows of their buffers, so that a combined
         * bitmap is short even late in a long array. */
        const ptrdiff_t start = (ptrdiff_t)array->offset + from, skip = start & ~7;
        const ptrdiff_t size = ev_column_facts(type)->size;
        column->offset = start & 7;
        if (array->buffers[0] != NULL) {
            column->valid = (const uint8_t *)array->buffers[0] + skip / 8;
        }
        result = combine(r, column, table_bits, table_from);
        if (result == EV_DONE && (type == EV_COL_TEXT || type == EV_COL_LARGE_TEXT)) {
            result = read_text(r, array, skip, column);
        }
        else if (result == EV_DONE && array->buffers[1] == NULL) {
            result = lie(r, "has rows but no values");
        }
        else if (result == EV_DONE && type == EV_COL_BOOL) {
            column->data = (const uint8_t *)array->buffers[1] + skip / 8;
        }
        else if (result == EV_DONE) {
            result = align(r, array->buffers[1], skip * size,
                           (column->offset + length) * size, size < 8 ? size : 8,
                           &column->data);
        }
        if (result == EV_DONE && type == EV_COL_TEXT_VIEW) {
            result = read_views(r, array, column);
        }
    }
    return result;
}

/* Rows that have a value must have an index into the dictionary; the indices of nulls
 * may be anything. Usually all are good, which a block at a time shows quickly. */
static ev_result check_codes(const reader *r, const ev_column *column, ptrdiff_t words)
{
    enum { BLOCK = 256 };
    int64_t codes[BLOCK];
    ev_result result = EV_DONE;
    for (ptrdiff_t at = 0; at < column->length && result == EV_DONE; at += BLOCK) {
        const ptrdiff_t n = column->length - at < BLOCK ? column->length - at : BLOCK;
        int outside = 0;
        ev_integers_read(column, at, n, codes);
        for (ptrdiff_t i = 0; i < n; i++) {
            outside |= (uint64_t)codes[i] >= (uint64_t)words; /* negative ones are large */
        }
        for (ptrdiff_t i = 0; i < n && outside && result == EV_DONE; i++) {
            if (ev_has_value(column, at + i) && (uint64_t)codes[i] >= (uint64_t)words) {
                result = lie_in_row(r, at + i, "its code points outside the dictionary");
            }
        }
    }
    return result;
}

static ev_result read_dictionary(const reader *r, const ev_arrow_field *field,
                                 const struct ArrowArray *array, ev_column *column,
                                 ev_column *words)
{
    const struct ArrowArray *dictionary = array->dictionary;
    ev_result result = EV_DONE;
    if (dictionary == NULL || dictionary->release == NULL) {
        result = lie(r, "is coded but its dictionary is released");
    }
    else if (dictionary->dictionary != NULL) {
        result = lie(r, "has a dictionary that is coded too");
    }
    else {
        result = read_column(r, dictionary, 0, (ptrdiff_t)dictionary->length, field->type,
                             NULL, 0, words);
        words->scale = field->scale;
        column->dictionary = words;
    }
    if (result == EV_DONE) {
        result = check_codes(r, column, words->length);
    }
    return result;
}

static ev_result read_field(const reader *r, const ev_arrow_field *field,
                            const struct ArrowArray *table, ev_column *column,
                            ev_column *words)
{
    const int itself = field->place == EV_ARROW_ITSELF;
    const struct ArrowArray *array = itself ? table : table->children[field->place];
    const uint8_t *bits = itself || table->n_buffers == 0 ? NULL : table->buffers[0];
    const ptrdiff_t from = itself ? 0 : (ptrdiff_t)table->offset;
    ev_result result = EV_DONE;
    if (array == NULL || array->release == NULL) {
        result = lie(r, "is released");
    }
    else if (!field->coded && array->dictionary != NULL) {
        result = lie(r, "has a dictionary, but its schema has none");
    }
    else {
        result = read_column(r, array, from, (ptrdiff_t)table->length,
                             field->coded ? field->codes : field->type, bits, from, column);
    }
    if (result == EV_DONE && field->coded) {
        result = read_dictionary(r, field, array, column, words);
    }
    else if (result == EV_DONE) {
        column->scale = field->scale;
    }
    return result;
}

/* ---- the whole ---- */

static ev_result check_table(const ev_arrow_field *fields, ptrdiff_t count,
                             const struct ArrowArray *table, ev_arrow_fault *fault)
{
    ev_result result = EV_DONE;
    const char *what = NULL;
    if (table->release == NULL) {
        what = "its array is released";
    }
    else if (table->length < 0 || table->offset < 0 ||
             table->length > PTRDIFF_MAX / 32 - table->offset) {
        what = "its length or offset is impossible";
    }
    for (ptrdiff_t i = 0; i < count && what == NULL; i++) {
        if (fields[i].place == EV_ARROW_ITSELF) {
            continue;
        }
        if (table->n_buffers < 0 || table->n_buffers > 1 ||
            (table->n_buffers == 1 && table->buffers == NULL)) {
            what = "its top struct has buffers besides a validity bitmap";
        }
        else if (fields[i].place >= table->n_children || table->children == NULL) {
            what = "a batch has fewer columns than the schema";
        }
    }
    if (what != NULL) {
        (void)snprintf(fault->text, EV_ARROW_TEXT, "the table: %s", what);
        result = EV_BAD_VALUE;
    }
    return result;
}

/* Room for the views. Of each field at most six blocks are owned: its bitmap, data,
 * offsets or sizes, and the same of its dictionary. */
static ev_result make_room(ev_arrow_views *views, ptrdiff_t count)
{
    views->columns = ev_take(&views->memory, 2 * count, sizeof *views->columns);
    views->owned = ev_take(&views->memory, 6 * count, sizeof *views->owned);
    return views->columns == NULL || views->owned == NULL ? EV_NO_MEMORY : EV_DONE;
}

ev_result ev_arrow_open(const ev_arrow_field *fields, ptrdiff_t count,
                        const struct ArrowArray *array, int64_t first_row,
                        const ev_memory *memory, ev_arrow_views *views,
                        ev_arrow_fault *fault)
{
    reader r = {views, fault, NULL, first_row};
    memset(views, 0, sizeof *views);
    views->memory = *memory;
    ev_result result = check_table(fields, count, array, fault);
    if (result == EV_DONE) {
        result = make_room(views, count);
    }
    for (ptrdiff_t i = 0; i < count && result == EV_DONE; i++) {
        r.name = fields[i].name;
        result = read_field(&r, &fields[i], array, &views->columns[i],
                            &views->columns[count + i]);
    }
    views->batch.rows = (ptrdiff_t)array->length;
    views->batch.ncolumns = count;
    views->batch.columns = views->columns;
    return result;
}

void ev_arrow_close(ev_arrow_views *views)
{
    const ev_memory *memory = &views->memory;
    for (ptrdiff_t i = 0; i < views->owned_count; i++) {
        ev_give(memory, views->owned[i]);
    }
    ev_give(memory, views->owned);
    ev_give(memory, views->columns);
    memset(views, 0, sizeof *views);
}
