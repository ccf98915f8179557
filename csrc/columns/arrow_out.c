/* Columns out: a stream of one record batch over buffers that someone else owns.
 *
 * Consumers may move any child or dictionary out of its parent and release it later, on
 * another thread. So all parts of a schema or array share one block of memory, which
 * counts them. The blocks and the stream share the plan, which counts them in turn; its
 * last user tells the owner of the buffers. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/memory.h"
#include "columns/arrow.h"

typedef struct column_plan {
    char *name;
    char *metadata;  /* NULL: none */
    char format[16]; /* of the column: of a coded one, of its indices */
    char words[16];  /* of the dictionary */
} column_plan;

typedef struct plan {
    atomic_int users; /* the stream, and every block */
    ev_memory memory;
    ev_arrow_owner owner;
    const ev_batch *batch;
    int given; /* the batch was handed out; only the stream reads this */
    column_plan columns[];
} plan;

static void free_plan(plan *p)
{
    const ev_memory memory = p->memory;
    for (ptrdiff_t i = 0; i < p->batch->ncolumns; i++) {
        ev_give(&memory, p->columns[i].name);
        ev_give(&memory, p->columns[i].metadata);
    }
    ev_give(&memory, p);
}

static void leave_plan(plan *p)
{
    if (atomic_fetch_sub(&p->users, 1) == 1) {
        const ev_arrow_owner owner = p->owner;
        free_plan(p); /* reads the batch, which the owner keeps */
        owner.drop(owner.data);
    }
}

/* ---- blocks ---- */

/* A schema and an array have the same parts: the table, its columns, their
 * dictionaries. */
typedef struct schema_block {
    plan *plan;
    atomic_int users; /* the parts that are not released */
    struct ArrowSchema *children[];
} schema_block;

typedef struct array_block {
    plan *plan;
    atomic_int users;
    const void *(*buffers)[3]; /* of the table, then of each column and its dictionary */
    struct ArrowArray *children[];
} array_block;

/* A block that ends with `count` pointers, each to the first of two structs of `size`
 * bytes: a column and its dictionary. NULL when memory is out. */
static void *new_block(plan *p, size_t head, size_t size, size_t extra)
{
    const size_t count = (size_t)p->batch->ncolumns;
    char *block = ev_take_zeros(
        &p->memory, (ptrdiff_t)(head + count * (sizeof(void *) + 2 * size) + extra), 1);
    if (block != NULL) {
        char *structs = block + head + count * sizeof(void *);
        for (size_t i = 0; i < count; i++) {
            void *child = structs + 2 * i * size;
            memcpy(block + head + i * sizeof child, &child, sizeof child);
        }
        (void)atomic_fetch_add(&p->users, 1);
    }
    return block;
}

static void leave_block(plan *p, void *block, atomic_int *users)
{
    if (atomic_fetch_sub(users, 1) == 1) {
        ev_give(&p->memory, block);
        leave_plan(p);
    }
}

/* ---- formats ---- */

/* 0 where the type is not written. */
static int write_format(const ev_column *column, char format[16])
{
    const int written = column->type != EV_COL_TEXT_VIEW;
    if (column->type == EV_COL_DECIMAL128) {
        (void)snprintf(format, 16, "d:38,%d", column->scale);
    }
    else if (written) {
        (void)snprintf(format, 16, "%s", ev_column_facts(column->type)->format);
    }
    return written;
}

static char *put_span(char *at, const char *text, size_t length)
{
    const int32_t size = (int32_t)length;
    memcpy(at, &size, sizeof size);
    memcpy(at + sizeof size, text, length);
    return at + sizeof size + length;
}

/* The metadata that make int64 the periods of pandas. */
static char *period_metadata(const plan *p, const char *freq)
{
    static const char name_key[] = "ARROW:extension:name", name[] = "pandas.period";
    static const char key[] = "ARROW:extension:metadata";
    const int32_t pairs = 2;
    char json[48];
    const int size = snprintf(json, sizeof json, "{\"freq\": \"%.24s\"}", freq);
    char *metadata = ev_take(&p->memory, 5 * sizeof pairs + sizeof name_key + sizeof name +
                                 sizeof key + sizeof json, 1);
    if (metadata != NULL) {
        char *at = metadata;
        memcpy(at, &pairs, sizeof pairs);
        at = put_span(at + sizeof pairs, name_key, sizeof name_key - 1);
        at = put_span(at, name, sizeof name - 1);
        at = put_span(at, key, sizeof key - 1);
        (void)put_span(at, json, (size_t)size);
    }
    return metadata;
}

static ev_result plan_column(const plan *p, const ev_column *column, const char *name,
                             const char *freq, column_plan *to)
{
    const ev_column *words = column->dictionary;
    const size_t size = strlen(name) + 1;
    ev_result result = EV_DONE;
    if (!write_format(column, to->format) ||
        (words != NULL && (words->dictionary != NULL || !write_format(words, to->words))) ||
        (freq != NULL && (column->type != EV_COL_I64 || words != NULL))) {
        result = EV_BAD_FORMAT;
    }
    else {
        to->name = ev_take(&p->memory, (ptrdiff_t)size, 1);
        to->metadata = freq == NULL ? NULL : period_metadata(p, freq);
        if (to->name == NULL || (freq != NULL && to->metadata == NULL)) {
            result = EV_NO_MEMORY;
        }
        else {
            memcpy(to->name, name, size);
        }
    }
    return result;
}

/* ---- schema ---- */

/* A function that releases a schema or an array, and its parts that are still there. */
#define RELEASE(name, type, block_type)                                               \
    static void name(type *part)                                                      \
    {                                                                                 \
        block_type *block = part->private_data;                                       \
        for (int64_t i = 0; i < part->n_children; i++) {                              \
            if (part->children[i]->release != NULL) {                                 \
                part->children[i]->release(part->children[i]);                        \
            }                                                                         \
        }                                                                             \
        if (part->dictionary != NULL && part->dictionary->release != NULL) {          \
            part->dictionary->release(part->dictionary);                              \
        }                                                                             \
        part->release = NULL;                                                         \
        leave_block(block->plan, block, &block->users);                               \
    }
RELEASE(release_schema, struct ArrowSchema, schema_block)
RELEASE(release_array, struct ArrowArray, array_block)
#undef RELEASE

static void fill_schema(schema_block *block, const char *format, const char *name,
                        struct ArrowSchema *schema)
{
    *schema = (struct ArrowSchema){.format = format,
                                   .name = name,
                                   .flags = ARROW_FLAG_NULLABLE,
                                   .release = release_schema,
                                   .private_data = block};
    (void)atomic_fetch_add(&block->users, 1);
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    plan *p = stream->private_data;
    schema_block *block = new_block(p, sizeof *block, sizeof *out, 0);
    memset(out, 0, sizeof *out);
    if (block != NULL) {
        block->plan = p;
        fill_schema(block, "+s", "", out);
        out->flags = 0;
        out->n_children = p->batch->ncolumns;
        out->children = block->children;
    }
    for (ptrdiff_t i = 0; block != NULL && i < p->batch->ncolumns; i++) {
        struct ArrowSchema *column = block->children[i], *words = column + 1;
        fill_schema(block, p->columns[i].format, p->columns[i].name, column);
        column->metadata = p->columns[i].metadata;
        if (p->batch->columns[i].dictionary != NULL) {
            fill_schema(block, p->columns[i].words, "", words);
            column->dictionary = words;
        }
    }
    return block == NULL ? ENOMEM : 0;
}

/* ---- array ---- */

static void fill_array(array_block *block, const ev_column *column, const void **buffers,
                       struct ArrowArray *array)
{
    static const int64_t nothing[2] = {0, 0}; /* stands for buffers of no rows */
    const int text = column->type == EV_COL_TEXT || column->type == EV_COL_LARGE_TEXT;
    const void *data = column->data != NULL ? column->data : nothing;
    const int null = column->type == EV_COL_NULL;
    buffers[0] = column->valid;
    buffers[1] = !text ? data : column->offsets != NULL ? column->offsets : nothing;
    buffers[2] = text ? data : NULL;
    *array = (struct ArrowArray){
        .length = column->length,
        .null_count = null ? column->length : column->valid == NULL ? 0 : -1,
        .offset = column->offset,
        .n_buffers = null ? 0 : text ? 3 : 2,
        .buffers = buffers,
        .release = release_array,
        .private_data = block};
    (void)atomic_fetch_add(&block->users, 1);
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    plan *p = stream->private_data;
    const ptrdiff_t count = p->batch->ncolumns;
    const size_t buffers = (2 * (size_t)count + 1) * sizeof(const void *[3]);
    array_block *block =
        p->given ? NULL : new_block(p, sizeof *block, sizeof *out, buffers);
    const int failed = !p->given && block == NULL;
    memset(out, 0, sizeof *out);
    if (block != NULL) {
        const ev_column table = {.type = EV_COL_BOOL, .length = p->batch->rows};
        p->given = 1;
        block->plan = p;
        block->buffers = (const void *(*)[3])(
            (char *)(block->children + count) + 2 * (size_t)count * sizeof *out);
        fill_array(block, &table, block->buffers[0], out);
        out->n_buffers = 1;
        out->n_children = count;
        out->children = block->children;
    }
    for (ptrdiff_t i = 0; block != NULL && i < count; i++) {
        const ev_column *column = &p->batch->columns[i];
        struct ArrowArray *array = block->children[i], *words = array + 1;
        fill_array(block, column, block->buffers[2 * i + 1], array);
        if (column->dictionary != NULL) {
            fill_array(block, column->dictionary, block->buffers[2 * i + 2], words);
            array->dictionary = words;
        }
    }
    return failed ? ENOMEM : 0;
}

/* ---- stream ---- */

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "out of memory"; /* the only way to fail */
}

static void release_stream(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
    leave_plan(stream->private_data);
}

ev_result ev_arrow_export(const ev_batch *batch, const char *const *names,
                          const char *const *freqs, ev_arrow_owner owner,
                          const ev_memory *memory, struct ArrowArrayStream *out)
{
    const size_t size = sizeof(plan) + (size_t)batch->ncolumns * sizeof(column_plan);
    plan *p = ev_take_zeros(memory, (ptrdiff_t)size, 1);
    ev_result result = p == NULL ? EV_NO_MEMORY : EV_DONE;
    if (result == EV_DONE) {
        atomic_init(&p->users, 1);
        p->memory = *memory;
        p->owner = owner;
        p->batch = batch;
    }
    for (ptrdiff_t i = 0; i < batch->ncolumns && result == EV_DONE; i++) {
        result = plan_column(p, &batch->columns[i], names[i], freqs[i], &p->columns[i]);
    }
    if (result == EV_DONE) {
        *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error,
                                         release_stream, p};
    }
    else if (p != NULL) {
        free_plan(p);
    }
    return result;
}
