/* The Arrow C data and stream interfaces, read and written without any library.
 *
 * Reading: a schema gives fields, an array gives views of the chosen columns. Everything
 * that the interface lets a reader check is checked: pointers, counts, types, offsets,
 * views into blocks, indices into dictionaries. The sizes of buffers are not part of the
 * interface and are trusted.
 * Writing: a batch becomes a stream of one record batch.
 */
#ifndef EV_ARROW_H
#define EV_ARROW_H

#include "columns/column.h"

/* ---- the interface: https://arrow.apache.org/docs/format/CDataInterface.html ---- */

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif

/* ---- what went wrong ---- */

enum { EV_ARROW_TEXT = 400 };

/* An error message, owned by the caller and written for any result but EV_DONE and
 * EV_NO_MEMORY: one line that ends with 0. It may contain any bytes from a producer. */
typedef struct ev_arrow_fault {
    char text[EV_ARROW_TEXT];
} ev_arrow_fault;

/* Writes "column 'NAME'", or "the column" if name is NULL, and then the format as
 * printf does. The text is cut to fit; every control character becomes a space. */
void ev_arrow_say(ev_arrow_fault *fault, const char *name, const char *format, ...);

/* ---- fields ---- */

enum { EV_ARROW_FREQ = 16 };

/* Facts about one column. Points into the schema, which must outlive it. */
typedef struct ev_arrow_field {
    ptrdiff_t place;      /* among the columns; EV_ARROW_ITSELF: the array is the column */
    const char *name;     /* for messages; may be NULL */
    ev_column_type type;  /* of the values: of a coded column, of its dictionary */
    int coded;
    ev_column_type codes; /* of a coded column: the type of the indices */
    int scale;            /* of decimals */
    int zoned;            /* a timestamp in UTC, not a local one */
    char freq[EV_ARROW_FREQ]; /* of pandas periods, as pandas names it; else empty */
} ev_arrow_field;

enum { EV_ARROW_ITSELF = -1 };

/* The number of columns of a schema: 0 or more for a table, EV_ARROW_ITSELF for the
 * schema of a single column, -2 with the fault written if it cannot be read. */
ptrdiff_t ev_arrow_width(const struct ArrowSchema *schema, ev_arrow_fault *fault);

/* Reads the field at `place` of a schema that ev_arrow_width accepted; 0 <= place < its
 * width, or EV_ARROW_ITSELF. `name` is its name in messages; NULL: the schema's name.
 * EV_BAD_FORMAT: an unsupported type or extension; EV_BAD_VALUE: a broken schema, or a
 * time zone other than UTC. */
ev_result ev_arrow_read_field(const struct ArrowSchema *schema, ptrdiff_t place,
                              const char *name, ev_arrow_field *field,
                              ev_arrow_fault *fault);

/* ---- arrays ---- */

/* Views of the columns of one array, which must outlive them. Owns the structs of the
 * views, combined bitmaps and aligned copies of buffers. */
typedef struct ev_arrow_views {
    ev_batch batch;      /* first, so that a pointer to one is a pointer to the other */
    ev_memory memory;
    ev_column *columns;  /* the columns, then room for a dictionary each */
    void **owned;        /* see above */
    ptrdiff_t owned_count;
} ev_arrow_views;

/* Views of `count` fields of an array; may be closed whatever the result. The views are
 * safe to read: offsets ascend, and in rows that have a value text views and indices
 * point into their blocks and dictionaries. Their offset is 0 to 7 and their buffers
 * are aligned for their type; `valid` is NULL where every row has a value. The array's
 * null_count is not relied on. `first_row` is the table's row in which the array
 * begins, for messages. EV_BAD_VALUE: an array that is released, contradicts itself, or
 * does not match the fields; EV_NO_MEMORY. */
ev_result ev_arrow_open(const ev_arrow_field *fields, ptrdiff_t count,
                        const struct ArrowArray *array, int64_t first_row,
                        const ev_memory *memory, ev_arrow_views *views,
                        ev_arrow_fault *fault);
void ev_arrow_close(ev_arrow_views *views);

/* ---- streams ---- */

/* The schema of a stream, and its next array; array->release is NULL at the end. The
 * caller must release the result. EV_STOPPED with the producer's message, EV_NO_MEMORY:
 * then there is nothing to release. */
ev_result ev_arrow_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out,
                              ev_arrow_fault *fault);
ev_result ev_arrow_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out,
                            ev_arrow_fault *fault);

/* ---- out ---- */

/* The owner of the buffers of an exported stream. drop(data) is called once, from any
 * thread, when the stream and all parts of its schemas and arrays are released. */
typedef struct ev_arrow_owner {
    void (*drop)(void *data);
    void *data;
} ev_arrow_owner;

/* A stream of one record batch over the buffers of `batch`, whose columns are called
 * names[] and hold periods of freqs[] where that is not NULL (then they must be int64).
 * Names and freqs are copied; the batch, its columns and what they point to must live
 * until owner.drop. EV_BAD_FORMAT: text views, coded columns of coded columns, or a
 * frequency for a column other than int64; EV_NO_MEMORY. For any result but EV_DONE
 * owner.drop is not called. */
ev_result ev_arrow_export(const ev_batch *batch, const char *const *names,
                          const char *const *freqs, ev_arrow_owner owner,
                          const ev_memory *memory, struct ArrowArrayStream *out);

#endif
