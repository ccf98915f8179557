/* Producers of Arrow schemas and arrays for tests. */
#ifndef EV_TEST_PRODUCERS_H
#define EV_TEST_PRODUCERS_H

#include <stdarg.h>
#include <string.h>

#include "check.h"
#include "columns/arrow.h"

static int released; /* top-level parts that were released */

static inline void release_schema(struct ArrowSchema *schema)
{
    schema->release = NULL;
    released++;
}

static inline void release_array(struct ArrowArray *array)
{
    array->release = NULL;
    released++;
}

static inline struct ArrowSchema schema_of(const char *format, const char *name)
{
    struct ArrowSchema schema;
    memset(&schema, 0, sizeof schema);
    schema.format = format;
    schema.name = name;
    schema.release = release_schema;
    return schema;
}

static inline struct ArrowArray array_of(int64_t length, int64_t offset, int64_t n_buffers,
                                         const void **buffers)
{
    struct ArrowArray array;
    memset(&array, 0, sizeof array);
    array.length = length;
    array.offset = offset;
    array.null_count = -1;
    array.n_buffers = n_buffers;
    array.buffers = buffers;
    array.release = release_array;
    return array;
}

static inline void *copy_of(const void *bytes, size_t size)
{
    void *copy = malloc(size > 0 ? size : 1);
    if (copy == NULL) {
        abort();
    }
    memcpy(copy, bytes, size);
    return copy;
}

static inline int says(const ev_arrow_fault *fault, const char *part)
{
    const int contained = strstr(fault->text, part) != NULL;
    if (!contained) {
        printf("'%s' does not contain '%s'\n", fault->text, part);
    }
    return contained;
}

/* The field of a column called x. */
static inline ev_result field_of(const char *format, ev_arrow_field *field,
                                 ev_arrow_fault *fault)
{
    const struct ArrowSchema schema = schema_of(format, "x");
    CHECK(ev_arrow_width(&schema, fault) == EV_ARROW_ITSELF);
    return ev_arrow_read_field(&schema, EV_ARROW_ITSELF, NULL, field, fault);
}

/* Encodes pairs of key and value as metadata; the last argument is NULL. */
static inline size_t metadata_of(char *to, ...)
{
    va_list texts;
    int32_t count = 0;
    char *at = to + sizeof count;
    va_start(texts, to);
    for (const char *text = va_arg(texts, const char *); text != NULL;
         text = va_arg(texts, const char *)) {
        const int32_t size = (int32_t)strlen(text);
        memcpy(at, &size, sizeof size);
        memcpy(at + sizeof size, text, (size_t)size);
        at += sizeof size + (size_t)size;
        count++;
    }
    va_end(texts);
    count /= 2;
    memcpy(to, &count, sizeof count);
    return (size_t)(at - to);
}

#endif
