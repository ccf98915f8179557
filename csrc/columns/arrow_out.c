/* Columns out: a stream of one record batch over buffers that someone else owns.
 *
 * Consumers may move any child or dictionary out of its parent and release it later, on
 * another thread. So every part holds the plan, which is counted, and the last part to go
 * lets the owner of the buffers know. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "columns/arrow.h"

typedef struct column_plan {
    char *name;
    char *metadata;    /* NULL: none */
    char format[16];   /* of the column: of a coded one, of its indices */
    char words[16];    /* of the dictionary */
} column_plan;

typedef struct plan {
    atomic_int users;  /* the stream, and every part of a schema or array */
    ev_memory memory;
    ev_arrow_owner owner;
    const ev_batch *batch;
    int given;         /* the batch was handed out; only the stream looks */
    column_plan columns[];
} plan;

static void *take(const plan *p, size_t size)
{
    void *block = p->memory.resize(p->memory.owner, NULL, size > 0 ? size : 1);
    if (block != NULL) {
        memset(block, 0, size);
    }
    return block;
}

static void give(const ev_memory *memory, void *block)
{
    if (block != NULL) {
        (void)memory->resize(memory->owner, block, 0);
    }
}

static void free_plan(plan *p)
{
    const ev_memory memory = p->memory;
    for (ptrdiff_t i = 0; i < p->batch->ncolumns; i++) {
        give(&memory, p->columns[i].name);
        give(&memory, p->columns[i].metadata);
    }
    give(&memory, p);
}

static plan *hold(plan *p)
{
    (void)atomic_fetch_add(&p->users, 1);
    return p;
}

static void let_go(plan *p)
{
    if (atomic_fetch_sub(&p->users, 1) == 1) {
        const ev_arrow_owner owner = p->owner;
        free_plan(p); /* reads the batch, which the owner keeps */
        owner.drop(owner.data);
    }
}

/* ---- formats ---- */

/* 0 where the type is not written. */
static int write_format(const ev_column *column, char format[16])
{
    const char *known = ev_column_facts(column->type)->format;
    const int written = column->type != EV_COL_TEXT_VIEW;
    if (column->type == EV_COL_DECIMAL128) {
        (void)snprintf(format, 16, "d:38,%d", column->scale);
    }
    else if (written) {
        (void)snprintf(format, 16, "%s", known);
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
    char *metadata = take(p, 5 * sizeof pairs + sizeof name_key + sizeof name +
                                 sizeof key + sizeof json);
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
        to->name = take(p, size);
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

static void release_schema(struct ArrowSchema *schema)
{
    plan *p = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release != NULL) {
            schema->children[i]->release(schema->children[i]);
        }
    }
    if (schema->dictionary != NULL && schema->dictionary->release != NULL) {
        schema->dictionary->release(schema->dictionary);
    }
    give(&p->memory, schema->dictionary);
    give(&p->memory, schema->children);
    schema->release = NULL;
    let_go(p);
}

static void begin_schema(plan *p, const char *format, const char *name,
                         struct ArrowSchema *schema)
{
    memset(schema, 0, sizeof *schema);
    schema->format = format;
    schema->name = name;
    schema->flags = ARROW_FLAG_NULLABLE;
    schema->release = release_schema;
    schema->private_data = hold(p);
}

static ev_result column_schema(plan *p, ptrdiff_t i, struct ArrowSchema *schema)
{
    ev_result result = EV_DONE;
    begin_schema(p, p->columns[i].format, p->columns[i].name, schema);
    schema->metadata = p->columns[i].metadata;
    if (p->batch->columns[i].dictionary != NULL) {
        schema->dictionary = take(p, sizeof *schema->dictionary);
        if (schema->dictionary == NULL) {
            result = EV_NO_MEMORY;
        }
        else {
            begin_schema(p, p->columns[i].words, "", schema->dictionary);
        }
    }
    return result;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    plan *p = stream->private_data;
    const ptrdiff_t count = p->batch->ncolumns;
    struct ArrowSchema **children =
        take(p, (size_t)count * (sizeof *children + sizeof **children));
    ev_result result = children == NULL ? EV_NO_MEMORY : EV_DONE;
    begin_schema(p, "+s", "", out);
    out->flags = 0;
    out->children = children;
    if (result == EV_DONE) {
        struct ArrowSchema *nodes = (struct ArrowSchema *)(children + count);
        for (ptrdiff_t i = 0; i < count; i++) {
            children[i] = &nodes[i];
        }
        out->n_children = count;
        for (ptrdiff_t i = 0; i < count && result == EV_DONE; i++) {
            result = column_schema(p, i, &nodes[i]);
        }
    }
    if (result != EV_DONE) {
        release_schema(out);
    }
    return result == EV_DONE ? 0 : ENOMEM;
}

/* ---- array ---- */

typedef struct array_part {
    plan *plan;
    const void *buffers[3];
} array_part;

static void release_array(struct ArrowArray *array)
{
    array_part *part = array->private_data;
    plan *p = part->plan;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release != NULL) {
            array->children[i]->release(array->children[i]);
        }
    }
    if (array->dictionary != NULL && array->dictionary->release != NULL) {
        array->dictionary->release(array->dictionary);
    }
    give(&p->memory, array->dictionary);
    give(&p->memory, array->children);
    give(&p->memory, part);
    array->release = NULL;
    let_go(p);
}

/* An array without children; release stays NULL where there was no memory. */
static ev_result begin_array(plan *p, ptrdiff_t length, struct ArrowArray *array)
{
    array_part *part = take(p, sizeof *part);
    memset(array, 0, sizeof *array);
    if (part != NULL) {
        part->plan = hold(p);
        array->length = length;
        array->buffers = part->buffers;
        array->release = release_array;
        array->private_data = part;
    }
    return part == NULL ? EV_NO_MEMORY : EV_DONE;
}

static ev_result column_array(plan *p, const ev_column *column, struct ArrowArray *array)
{
    static const int64_t nothing[2] = {0, 0}; /* stands for buffers of no rows */
    ev_result result = begin_array(p, column->length, array);
    if (result == EV_DONE) {
        const int text = column->type == EV_COL_TEXT || column->type == EV_COL_LARGE_TEXT;
        const void **buffers = array->buffers;
        const void *data = column->data != NULL ? column->data : nothing;
        array->offset = column->offset;
        array->null_count = column->valid == NULL ? 0 : -1;
        array->n_buffers = text ? 3 : 2;
        buffers[0] = column->valid;
        buffers[1] = !text ? data : column->offsets != NULL ? column->offsets : nothing;
        buffers[2] = text ? data : NULL;
        if (column->type == EV_COL_NULL) {
            array->n_buffers = 0;
            array->null_count = column->length;
        }
    }
    if (result == EV_DONE && column->dictionary != NULL) {
        array->dictionary = take(p, sizeof *array->dictionary);
        result = array->dictionary == NULL
                     ? EV_NO_MEMORY
                     : column_array(p, column->dictionary, array->dictionary);
    }
    return result;
}

static ev_result whole_array(plan *p, struct ArrowArray *out)
{
    const ptrdiff_t count = p->batch->ncolumns;
    ev_result result = begin_array(p, p->batch->rows, out);
    struct ArrowArray **children = NULL;
    if (result == EV_DONE) {
        children = take(p, (size_t)count * (sizeof *children + sizeof **children));
        out->n_buffers = 1;
        out->children = children;
        result = children == NULL ? EV_NO_MEMORY : EV_DONE;
    }
    if (result == EV_DONE) {
        struct ArrowArray *nodes = (struct ArrowArray *)(children + count);
        for (ptrdiff_t i = 0; i < count; i++) {
            children[i] = &nodes[i];
        }
        out->n_children = count;
        for (ptrdiff_t i = 0; i < count && result == EV_DONE; i++) {
            result = column_array(p, &p->batch->columns[i], &nodes[i]);
        }
    }
    if (result != EV_DONE && out->release != NULL) {
        release_array(out);
    }
    return result;
}

/* ---- stream ---- */

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    plan *p = stream->private_data;
    ev_result result = EV_DONE;
    memset(out, 0, sizeof *out);
    if (!p->given) {
        result = whole_array(p, out);
        p->given = result == EV_DONE;
    }
    return result == EV_DONE ? 0 : ENOMEM;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return "out of memory"; /* the only way to fail */
}

static void release_stream(struct ArrowArrayStream *stream)
{
    stream->release = NULL;
    let_go(stream->private_data);
}

ev_result ev_arrow_export(const ev_batch *batch, const char *const *names,
                          const char *const *freqs, ev_arrow_owner owner,
                          const ev_memory *memory, struct ArrowArrayStream *out)
{
    const size_t size =
        sizeof(plan) + (size_t)batch->ncolumns * sizeof(column_plan);
    plan *p = memory->resize(memory->owner, NULL, size);
    ev_result result = p == NULL ? EV_NO_MEMORY : EV_DONE;
    if (result == EV_DONE) {
        memset(p, 0, size);
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
