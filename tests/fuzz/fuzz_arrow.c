/* The Arrow interface: schemas and arrays of bytes. Buffers are as long as lengths, offsets
 * and types state, which is all that a producer is trusted with; everything else may be
 * wrong. Views that are accepted are read row by row, against a slow reader of the same
 * buffers, and survive an export. */
#include "fuzz.h"
#include "columns/arrow.h"
#include "table/keys.h"
#include "table/period_column.h"
#include "table/values.h"

enum { COLUMNS = 3, MOST_ROWS = 48, TEXT_BYTES = 64, BUFFERS = 6, MOST_BLOCKS = 64 };

typedef struct node {
    struct ArrowSchema schema;
    struct ArrowArray array;
    const void *buffers[BUFFERS];
    char format[16], name[8];
} node;

static void *owned[MOST_BLOCKS]; /* all buffers of an input */
static int owned_count;

static void *buffer(size_t size)
{
    void *block = exact_block(NULL, size);
    if (owned_count == MOST_BLOCKS) {
        abort();
    }
    owned[owned_count++] = block;
    return block;
}

static void release_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static void release_array(struct ArrowArray *array) { array->release = NULL; }

static const char *const formats[] = {"n",   "b",    "c",    "C",    "s",    "S",   "i",
                                      "I",   "l",    "L",    "f",    "g",    "u",   "U",
                                      "vu",  "tdD",  "tdm",  "tss:", "tsm:UTC", "tsn:",
                                      "d:9,2", "d:38,38"};
enum { FORMATS = sizeof formats / sizeof formats[0] };

/* Small values are likely in every buffer, so that offsets, indices and dates are often
 * good. */
static uint8_t *filled(input *in, size_t size, int item)
{
    uint8_t *bytes = buffer(size);
    for (size_t i = 0; i < size; i++) {
        const int high = item > 1 && i % (size_t)item > 0;
        const uint8_t byte = high && in->left > 0 && (*in->at & 3) != 0 ? 0 : take_byte(in);
        bytes[i] = byte;
    }
    return bytes;
}

/* Offsets into a text of TEXT_BYTES: ascending or any, but never beyond it. */
static void *text_ends(input *in, ptrdiff_t items, int wide)
{
    uint8_t *ends = buffer((size_t)items * (wide ? 8 : 4));
    const int ascending = take_below(in, 4) != 0;
    int64_t at = 0;
    for (ptrdiff_t i = 0; i < items; i++) {
        const int step = take_byte(in);
        at = ascending ? at + step % 5 : step % (TEXT_BYTES + 2) - 1;
        at = at > TEXT_BYTES ? TEXT_BYTES : at;
        const int32_t narrow = (int32_t)at;
        memcpy(ends + i * (wide ? 8 : 4), wide ? (const void *)&at : &narrow, wide ? 8 : 4);
    }
    return ends;
}

static void take_buffers(input *in, node *n, ev_column_type type, ptrdiff_t items)
{
    const int wide = type == EV_COL_LARGE_TEXT, views = type == EV_COL_TEXT_VIEW;
    const ptrdiff_t size = ev_column_facts(type)->size;
    n->buffers[0] = take_below(in, 2) == 0 ? NULL : filled(in, (size_t)(items + 7) / 8, 1);
    n->array.n_buffers = type == EV_COL_NULL ? 0 : 2;
    if (type == EV_COL_TEXT || wide) {
        n->buffers[1] = text_ends(in, items + 1, wide);
        n->buffers[2] = filled(in, TEXT_BYTES, 1);
        n->array.n_buffers = 3;
    }
    else if (views) {
        int64_t *sizes = buffer(2 * sizeof *sizes);
        sizes[0] = sizes[1] = TEXT_BYTES;
        sizes[1] -= take_below(in, 80) / 79 * (TEXT_BYTES + 1); /* a size of -1 */
        n->buffers[1] = filled(in, (size_t)items * 16, 4);
        n->buffers[2] = filled(in, TEXT_BYTES, 1);
        n->buffers[3] = take_below(in, 16) == 0 ? NULL : filled(in, TEXT_BYTES, 1);
        n->buffers[4] = sizes;
        n->array.n_buffers = 5;
    }
    else if (type == EV_COL_BOOL) {
        n->buffers[1] = filled(in, (size_t)(items + 7) / 8, 1);
    }
    else if (type != EV_COL_NULL) {
        n->buffers[1] = filled(in, (size_t)(items * size), (int)size);
    }
}

/* Something that a producer may state and a reader must refuse or ignore. */
static void spoil(input *in, node *n)
{
    const int64_t wrong = take_integer(in);
    switch (take_below(in, 10)) {
    case 0: n->array.length = wrong < 0 ? wrong : -1; break;
    case 1: n->array.offset = wrong < 0 ? wrong : -1; break;
    case 2: n->array.null_count = wrong; break;
    case 3: n->array.n_buffers = wrong < 2 ? wrong : wrong > BUFFERS ? 0 : 1; break;
    case 4: n->array.n_children = wrong; break;
    case 5: n->buffers[take_below(in, BUFFERS)] = NULL; break;
    case 6: n->array.buffers = NULL; break;
    case 7: n->array.release = NULL; break;
    case 8: n->array.length = INT64_MAX - (wrong & 15); break;
    default: memset(n->format, take_byte(in), 3);
    }
}

static void take_column(input *in, node *n, node *words, ptrdiff_t rows)
{
    ev_column_type type = EV_COL_I32;
    ev_arrow_field field;
    ev_arrow_fault fault;
    memset(n, 0, sizeof *n);
    (void)snprintf(n->format, sizeof n->format, "%s", formats[take_below(in, FORMATS)]);
    n->schema = (struct ArrowSchema){.format = n->format, .name = "x",
                                     .flags = ARROW_FLAG_NULLABLE,
                                     .release = release_schema};
    if (ev_arrow_read_field(&n->schema, EV_ARROW_ITSELF, NULL, &field, &fault) == EV_DONE) {
        type = field.type;
    }
    n->array = (struct ArrowArray){.length = rows, .offset = take_below(in, 12),
                                   .null_count = -1, .buffers = n->buffers,
                                   .release = release_array};
    take_buffers(in, n, type, rows + (ptrdiff_t)n->array.offset);
    if (words != NULL && take_below(in, 4) == 0) {
        take_column(in, words, NULL, take_below(in, 8));
        n->array.dictionary = &words->array;
        n->schema.dictionary = &words->schema;
    }
    if (take_below(in, 8) == 0) {
        spoil(in, n);
    }
}

/* ---- what was accepted ---- */

/* The value of a row, read from the buffers of the producer. */
static void check_row(const ev_column *column, const struct ArrowArray *array,
                      const uint8_t *table_bits, ptrdiff_t from, ptrdiff_t row)
{
    const ptrdiff_t at = (ptrdiff_t)array->offset + from + row;
    const uint8_t *bits = array->n_buffers > 0 ? array->buffers[0] : NULL;
    const int has = column->type != EV_COL_NULL && (bits == NULL || ev_bit_at(bits, at)) &&
                    (table_bits == NULL || ev_bit_at(table_bits, from + row));
    if (column->type == EV_COL_NULL) {
        return;
    }
    REQUIRE(ev_has_value(column, row) == has);
    if (ev_is_text(column->type) && has) {
        const uint8_t *text;
        ptrdiff_t size;
        volatile uint8_t sink = 0;
        REQUIRE(ev_text_at(column, row, &text, &size) == EV_DONE && size >= 0);
        for (ptrdiff_t i = 0; i < size; i++) {
            sink = (uint8_t)(sink + text[i]);
        }
        if (column->type == EV_COL_TEXT) {
            const int32_t *ends = array->buffers[1];
            REQUIRE(size == ends[at + 1] - ends[at]);
        }
    }
    else if (has && column->type != EV_COL_DECIMAL128 && column->type < EV_COL_TEXT &&
             column->type != EV_COL_F32 && column->type != EV_COL_F64) {
        int64_t value, slow = 0;
        const ptrdiff_t size = ev_column_facts(column->type)->size;
        ev_integers_read(column, row, 1, &value);
        if (size == 0) {
            slow = ev_bit_at(array->buffers[1], at);
        }
        else {
            memcpy(&slow, (const uint8_t *)array->buffers[1] + at * size, (size_t)size);
            REQUIRE(((uint64_t)(value ^ slow) << (64 - 8 * size)) == 0);
            slow = value;
        }
        REQUIRE(value == slow);
    }
}

/* Everything that reads columns, over all rows: periods, numbers and keys. */
static void read_all(const ev_column *column, const ev_memory *memory)
{
    const ev_frequency freq = {EV_MONTH, 0};
    int64_t ordinals[MOST_ROWS];
    int32_t codes[MOST_ROWS];
    ptrdiff_t bad = -1;
    static ev_values values;
    ev_scale scale;
    ev_keys keys;
    ev_key_place place;
    char shown[EV_SHOWN_SIZE];
    const ptrdiff_t rows = column->length;
    const ev_result read = ev_period_ordinals(column, NULL, &freq, 0, rows, ordinals, &bad);
    REQUIRE(read == EV_DONE || (bad >= -1 && bad < (rows > 0 ? rows : 1)));
    for (ptrdiff_t i = 0; i < rows; i++) {
        const int size = ev_period_show(column, NULL, i, shown);
        REQUIRE(size >= 0 && size < EV_SHOWN_SIZE);
    }
    if (ev_scale_of_column(column, &scale) == EV_DONE) {
        (void)ev_values_read(column, scale, 0, rows, EV_BASELINE, &values, &bad);
    }
    ev_keys_open(&keys, memory);
    if (ev_keys_begin(&keys, column) == EV_DONE &&
        ev_keys_encode(&keys, 0, rows, codes, &place) == EV_DONE) {
        for (ptrdiff_t i = 0; i < rows; i++) {
            REQUIRE(codes[i] >= 0 && codes[i] < keys.count);
        }
    }
    ev_keys_close(&keys);
}

static void drop_nothing(void *data) { (void)data; }

/* What is exported has the same rows. */
static void check_export(const ev_batch *batch, const ev_memory *memory)
{
    static const char *const names[COLUMNS] = {"a", "b", "c"};
    static const char *const freqs[COLUMNS] = {NULL};
    const ev_arrow_owner owner = {drop_nothing, NULL};
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    ev_arrow_fault fault;
    if (ev_arrow_export(batch, names, freqs, owner, memory, &stream) == EV_DONE) {
        if (ev_arrow_get_schema(&stream, &schema, &fault) == EV_DONE) {
            REQUIRE(ev_arrow_width(&schema, &fault) == batch->ncolumns);
            schema.release(&schema);
        }
        if (ev_arrow_get_next(&stream, &array, &fault) == EV_DONE) {
            REQUIRE(array.length == batch->rows && array.n_children == batch->ncolumns);
            array.release(&array);
        }
        stream.release(&stream);
    }
}

static void check_views(const ev_arrow_views *views, const struct ArrowArray *table,
                        const ev_arrow_field *fields, const ev_memory *memory)
{
    const uint8_t *bits = table->n_buffers == 1 ? table->buffers[0] : NULL;
    REQUIRE(views->batch.rows == table->length);
    for (int k = 0; k < COLUMNS; k++) {
        const ev_column *column = &views->columns[k];
        const struct ArrowArray *array = table->children[fields[k].place];
        REQUIRE(column->length == table->length && column->offset >= 0);
        for (ptrdiff_t i = 0; i < column->length; i++) {
            check_row(column, array, bits, (ptrdiff_t)table->offset, i);
        }
        read_all(column, memory);
    }
    check_export(&views->batch, memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static node columns[COLUMNS], dictionaries[COLUMNS];
    struct ArrowSchema *schemas[COLUMNS];
    struct ArrowArray *arrays[COLUMNS];
    input in = {data, size};
    counting count;
    const ev_memory memory = counting_memory(&count);
    const ptrdiff_t rows = take_below(&in, MOST_ROWS), from = take_below(&in, 10);
    const long left = (long)take_below(&in, 24) - 1;
    for (int k = 0; k < COLUMNS; k++) {
        take_column(&in, &columns[k], &dictionaries[k], rows + from);
        schemas[k] = &columns[k].schema;
        arrays[k] = &columns[k].array;
    }
    const void *bits[1] = {take_below(&in, 2) == 0
                               ? NULL
                               : filled(&in, (size_t)(rows + from + 7) / 8, 1)};
    struct ArrowSchema schema = {.format = "+s", .n_children = COLUMNS, .children = schemas,
                                 .release = release_schema};
    struct ArrowArray table = {.length = rows, .offset = from, .n_buffers = 1,
                               .n_children = COLUMNS, .buffers = bits, .children = arrays,
                               .release = release_array};
    ev_arrow_field fields[COLUMNS];
    ev_arrow_fault fault;
    ev_result result = ev_arrow_width(&schema, &fault) == COLUMNS ? EV_DONE : EV_BAD_VALUE;
    for (int k = 0; k < COLUMNS && result == EV_DONE; k++) {
        result = ev_arrow_read_field(&schema, (k + 1) % COLUMNS, NULL, &fields[k], &fault);
    }
    if (result == EV_DONE) {
        ev_arrow_views views;
        result = ev_arrow_open(fields, COLUMNS, &table, 0, &memory, &views, &fault);
        REQUIRE(result == EV_DONE || result == EV_BAD_VALUE);
        if (result == EV_DONE) {
            check_views(&views, &table, fields, &memory);
        }
        ev_arrow_close(&views);
        count.left = left; /* the same with too little memory */
        const ev_result again =
            ev_arrow_open(fields, COLUMNS, &table, 0, &memory, &views, &fault);
        REQUIRE(again == result || again == EV_NO_MEMORY);
        if (again == EV_DONE) {
            check_export(&views.batch, &memory);
        }
        ev_arrow_close(&views);
    }
    while (owned_count > 0) {
        free(owned[--owned_count]);
    }
    REQUIRE(count.blocks == 0);
    return 0;
}
