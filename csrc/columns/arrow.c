#include "columns/arrow.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- faults ---- */

static void one_line(ev_arrow_fault *fault)
{
    for (char *c = fault->text; *c != 0; c++) {
        if ((unsigned char)*c < ' ') {
            *c = ' ';
        }
    }
}

void ev_arrow_say(ev_arrow_fault *fault, const char *name, const char *format, ...)
{
    va_list rest;
    if (name == NULL) {
        (void)snprintf(fault->text, EV_ARROW_TEXT, "the column");
    }
    else {
        (void)snprintf(fault->text, EV_ARROW_TEXT, "column '%.60s'", name);
    }
    const size_t size = strlen(fault->text); /* at most 69, far less than the room */
    va_start(rest, format);
    (void)vsnprintf(fault->text + size, EV_ARROW_TEXT - size, format, rest);
    va_end(rest);
    one_line(fault);
}

static void say(ev_arrow_fault *fault, const char *text, const char *what)
{
    (void)snprintf(fault->text, EV_ARROW_TEXT, text, what);
    one_line(fault);
}

/* ---- types ---- */

/* Unsupported types, by the start of their format, and what to do about them. */
static const struct {
    const char *start;
    const char *what;
} refused[] = {
    {"e", "float16: cast it to float32"},
    {"z", "binary: decode it to text"},
    {"Z", "large binary: decode it to text"},
    {"vz", "a binary view: decode it to text"},
    {"w:", "fixed-size binary: decode it to text"},
    {"tt", "a time of day: needs dates or timestamps"},
    {"tD", "a duration: cast it to a number"},
    {"ti", "a calendar interval: cast it to a number"},
    {"+r", "run-end encoded: decode it"},
    {"+", "nested (a list, struct, map or union): take out its parts"},
};

static ev_result refuse(const char *format, const char *name, ev_arrow_fault *fault)
{
    const char *what = NULL;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0] && what == NULL; i++) {
        if (strncmp(format, refused[i].start, strlen(refused[i].start)) == 0) {
            what = refused[i].what;
        }
    }
    if (what != NULL) {
        ev_arrow_say(fault, name, " is %s", what);
    }
    else {
        ev_arrow_say(fault, name, " has the unsupported Arrow format '%.40s'",
                     format);
    }
    return EV_BAD_FORMAT;
}

/* "d:precision,scale" or "d:precision,scale,bits". */
static ev_result read_decimal(const char *format, const char *name, ev_arrow_field *field,
                              ev_arrow_fault *fault)
{
    int precision = 0, scale = 0, bits = 128, used = 0, end = 0;
    ev_result result = EV_DONE;
    const int numbers =
        sscanf(format, "d:%9d,%9d%n,%9d%n", &precision, &scale, &used, &bits, &end);
    used = numbers == 3 ? end : used;
    if (numbers < 2 || format[used] != 0) {
        result = refuse(format, name, fault);
    }
    else if (bits != 128) {
        ev_arrow_say(fault, name, " is decimal%d: cast it to decimal128", bits);
        result = EV_BAD_FORMAT;
    }
    else if (scale < 0 || scale > 38) {
        ev_arrow_say(fault, name, " is decimal128 with %d places: needs 0 to 38", scale);
        result = EV_BAD_FORMAT;
    }
    else {
        field->type = EV_COL_DECIMAL128;
        field->scale = scale;
    }
    return result;
}

/* "tss:", "tsm:", "tsu:", "tsn:", each followed by a time zone. Those without one are
 * formats of their own, see ev_type_of_format. */
static ev_result read_timestamp(const char *format, const char *name,
                                ev_arrow_field *field, ev_arrow_fault *fault)
{
    static const char units[] = "smun";
    static const char *const universal[] = {"UTC", "utc", "Etc/UTC", "Z", "+00:00"};
    const char *unit = format[2] == 0 ? NULL : strchr(units, format[2]);
    ev_result result = EV_DONE;
    if (unit == NULL || format[3] != ':') {
        result = refuse(format, name, fault);
    }
    else {
        const char *zone = format + 4;
        int known = 0;
        for (size_t i = 0; i < sizeof universal / sizeof universal[0]; i++) {
            known |= strcmp(zone, universal[i]) == 0;
        }
        field->type = (ev_column_type)(EV_COL_TIME_S + (unit - units));
        field->zoned = 1;
        if (!known) {
            ev_arrow_say(fault, name,
                         " has the time zone '%.40s': convert it to UTC, or to plain local "
                         "dates (tz_localize(None), replace_time_zone(None))",
                         zone);
            result = EV_BAD_VALUE;
        }
    }
    return result;
}

static ev_result read_type(const char *format, const char *name, ev_arrow_field *field,
                           ev_arrow_fault *fault)
{
    ev_result result = EV_DONE;
    if (ev_type_of_format(format, &field->type)) {
        field->zoned = 0;
    }
    else if (strncmp(format, "d:", 2) == 0) {
        result = read_decimal(format, name, field, fault);
    }
    else if (strncmp(format, "ts", 2) == 0) {
        result = read_timestamp(format, name, field, fault);
    }
    else {
        result = refuse(format, name, fault);
    }
    return result;
}

/* ---- extensions ---- */

typedef struct span {
    const char *text;
    int32_t size;
} span;

/* Reads a length and the bytes after it, and advances *at. 0 if the length is
 * negative. */
static int next_span(const char **at, span *found)
{
    memcpy(&found->size, *at, sizeof found->size);
    found->text = *at + sizeof found->size;
    if (found->size >= 0) {
        *at = found->text + found->size;
    }
    return found->size >= 0;
}

static int is_text(span found, const char *text)
{
    return (size_t)found.size == strlen(text) &&
           memcmp(found.text, text, (size_t)found.size) == 0;
}

/* The values of "ARROW:extension:name" and "ARROW:extension:metadata"; their text is
 * NULL if there is none. 0 if the metadata are broken. */
static int find_extension(const char *metadata, span *name, span *parameters)
{
    const char *at = metadata;
    int32_t pairs = 0;
    int good = 1;
    if (metadata != NULL) {
        memcpy(&pairs, at, sizeof pairs);
        at += sizeof pairs;
        good = pairs >= 0;
    }
    for (int32_t i = 0; i < pairs && good; i++) {
        span key, value;
        good = next_span(&at, &key) && next_span(&at, &value);
        if (good && is_text(key, "ARROW:extension:name")) {
            *name = value;
        }
        if (good && is_text(key, "ARROW:extension:metadata")) {
            *parameters = value;
        }
    }
    return good;
}

/* The frequency in {"freq": "M"}, as pandas writes it; 0 if there is none. */
static int read_freq(span json, char freq[EV_ARROW_FREQ])
{
    char text[128] = "";
    int end = 0;
    if (json.text != NULL) {
        (void)snprintf(text, sizeof text, "%.*s", (int)json.size, json.text);
    }
    const char *at = strstr(text, "\"freq\"");
    return at != NULL && sscanf(at, "\"freq\" : \"%15[^\"]\"%n", freq, &end) == 1 && end > 0;
}

_Static_assert(EV_ARROW_FREQ == 16, "read_freq reads 15 bytes");

static ev_result read_extension(const struct ArrowSchema *schema, const char *name,
                                ev_arrow_field *field, ev_arrow_fault *fault)
{
    span extension = {NULL, 0}, parameters = {NULL, 0};
    ev_result result = EV_DONE;
    if (!find_extension(schema->metadata, &extension, &parameters)) {
        ev_arrow_say(fault, name, " has broken metadata");
        result = EV_BAD_VALUE;
    }
    else if (extension.text != NULL && !is_text(extension, "pandas.period")) {
        const int size = extension.size < 60 ? (int)extension.size : 60;
        ev_arrow_say(fault, name,
                     " has the extension type '%.*s': only pandas.period is supported; "
                     "cast it to a plain type",
                     size, extension.text);
        result = EV_BAD_FORMAT;
    }
    else if (extension.text != NULL &&
             (field->type != EV_COL_I64 || field->coded ||
              !read_freq(parameters, field->freq))) {
        ev_arrow_say(fault, name,
                     " is called pandas.period but is not int64 with a frequency");
        result = EV_BAD_VALUE;
    }
    return result;
}

/* ---- schemas ---- */

static int is_alive(const struct ArrowSchema *schema)
{
    return schema != NULL && schema->release != NULL && schema->format != NULL;
}

ptrdiff_t ev_arrow_width(const struct ArrowSchema *schema, ev_arrow_fault *fault)
{
    ptrdiff_t width = -2;
    if (!is_alive(schema)) {
        say(fault, "the table's %s is released", "schema");
    }
    else if (strcmp(schema->format, "+s") != 0) {
        width = EV_ARROW_ITSELF;
    }
    else if (schema->n_children < 0 || schema->n_children > INT32_MAX ||
             (schema->n_children > 0 && schema->children == NULL)) {
        say(fault, "the table's schema has %s", "no list of its columns");
    }
    else {
        width = (ptrdiff_t)schema->n_children;
        for (ptrdiff_t i = 0; i < schema->n_children && width >= 0; i++) {
            if (!is_alive(schema->children[i])) {
                say(fault, "the table's schema holds %s", "a column that is released");
                width = -2;
            }
        }
    }
    return width;
}

ev_result ev_arrow_read_field(const struct ArrowSchema *schema, ptrdiff_t place,
                              const char *name, ev_arrow_field *field,
                              ev_arrow_fault *fault)
{
    const struct ArrowSchema *own =
        place == EV_ARROW_ITSELF ? schema : schema->children[place];
    const struct ArrowSchema *words = own->dictionary;
    ev_result result = EV_DONE;
    name = name != NULL ? name : own->name;
    memset(field, 0, sizeof *field);
    field->place = place;
    field->name = name;
    field->coded = words != NULL;
    if (words != NULL && (!is_alive(words) || words->dictionary != NULL)) {
        ev_arrow_say(fault, name, " has a dictionary that is released or coded too");
        result = EV_BAD_VALUE;
    }
    if (result == EV_DONE) {
        result = read_type(own->format, name, field, fault);
    }
    if (result == EV_DONE && field->coded) {
        field->codes = field->type;
        if (!ev_is_index(field->codes)) {
            ev_arrow_say(fault, name, " is coded by %s: needs integer codes",
                         ev_column_facts(field->codes)->name);
            result = EV_BAD_VALUE;
        }
        else {
            result = read_type(words->format, name, field, fault);
        }
    }
    if (result == EV_DONE) {
        result = read_extension(own, name, field, fault);
    }
    if (result == EV_DONE && field->coded) {
        result = read_extension(words, name, field, fault);
    }
    return result;
}

/* ---- streams ---- */

enum { RELEASED = INT_MIN }; /* beside the producer's codes: nothing was called */

/* The result for the code that a function of the producer returned. */
static ev_result answer_of(struct ArrowArrayStream *stream, int code, ev_arrow_fault *fault)
{
    const char *message = code != 0 && code != RELEASED && stream->get_last_error != NULL
                              ? stream->get_last_error(stream)
                              : NULL;
    if (code == RELEASED) {
        say(fault, "the table's %s is released", "stream");
    }
    else if (message != NULL && *message != 0) {
        say(fault, "the table's producer failed: %.360s", message);
    }
    else if (code != 0) {
        (void)snprintf(fault->text, EV_ARROW_TEXT,
                       "the table's producer failed with error %d and no message", code);
    }
    return code == 0 ? EV_DONE : code == ENOMEM ? EV_NO_MEMORY : EV_STOPPED;
}

ev_result ev_arrow_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out,
                              ev_arrow_fault *fault)
{
    const int open = stream->release != NULL && stream->get_schema != NULL;
    memset(out, 0, sizeof *out);
    const int code = open ? stream->get_schema(stream, out) : RELEASED;
    out->release = code == 0 ? out->release : NULL; /* a failed call may write anything */
    return answer_of(stream, code, fault);
}

ev_result ev_arrow_get_next(struct ArrowArrayStream *stream, struct ArrowArray *out,
                            ev_arrow_fault *fault)
{
    const int open = stream->release != NULL && stream->get_next != NULL;
    memset(out, 0, sizeof *out);
    const int code = open ? stream->get_next(stream, out) : RELEASED;
    out->release = code == 0 ? out->release : NULL;
    return answer_of(stream, code, fault);
}
