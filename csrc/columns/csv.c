#include "columns/csv.h"

#include "base/memory.h"
#include "base/utf8.h"
#include "columns/decimal_text.h"

/* ---- fields and records ---- */

/* How a field ended. */
typedef enum ending { AT_SEPARATOR, AT_LINE, AT_END, IN_QUOTES } ending;

/* All eight bytes of a word the same. */
#define EACH(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

/* The high bit of the first byte that is 0, in the order of memory, set, and of no byte
 * before it; those after it mean nothing. */
EV_INLINE uint64_t zero_bytes(uint64_t word)
{
    return (word - EACH(1)) & ~word & EACH(0x80);
}

/* The first separator or end of line from p on. */
EV_INLINE const uint8_t *find_end(const uint8_t *p, const uint8_t *end, char separator)
{
    uint64_t found = 0;
    while (EV_LITTLE_ENDIAN && end - p >= 8 && found == 0) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        found = zero_bytes(word ^ EACH(separator)) | zero_bytes(word ^ EACH('\n')) |
                zero_bytes(word ^ EACH('\r'));
        p += found != 0 ? ev_trailing_zeros(found) / 8 : 8;
    }
    while (found == 0 && p < end && *p != (uint8_t)separator && *p != '\n' &&
           *p != '\r') {
        p++;
    }
    return p;
}

/* Passes the quoted part of a field, which begins after its quote: returns where the rest
 * of the field begins, NULL if the quote is never closed. */
static const uint8_t *pass_quotes(const uint8_t *p, const uint8_t *end, int *doubled)
{
    const uint8_t *after = NULL;
    while (p < end && after == NULL) {
        const uint8_t *quote = memchr(p, '"', (size_t)(end - p));
        if (quote == NULL) {
            p = end;
        }
        else if (quote + 1 < end && quote[1] == '"') {
            *doubled = 1;
            p = quote + 2;
        }
        else {
            after = quote + 1;
        }
    }
    return after;
}

/* Reads the field at *at and moves behind what ends it. */
EV_INLINE ending next_field(const uint8_t *data, const uint8_t **at, const uint8_t *end,
                            char separator, ev_csv_span *span)
{
    const uint8_t *first = *at, *p = first;
    ending ended = AT_END;
    int doubled = 0;
    *span = (ev_csv_span){(int32_t)(first - data), 0, 0};
    if (p < end && *p == '"') {
        p = pass_quotes(p + 1, end, &doubled);
        if (p == NULL) {
            ended = IN_QUOTES;
            p = end;
        }
        else {
            const uint8_t *stop = find_end(p, end, separator);
            /* What follows the closing quote belongs to the field, like a doubled one:
             * the quotes between are left out. */
            span->start++;
            span->size = (int32_t)(p - 1 - (first + 1));
            if (stop > p) {
                span->size = (int32_t)(stop - (first + 1));
                doubled = 1;
            }
            span->doubled = doubled;
            p = stop;
        }
    }
    else {
        p = find_end(p, end, separator);
        span->size = (int32_t)(p - first);
    }
    if (ended != IN_QUOTES && p < end) {
        ended = *p == (uint8_t)separator ? AT_SEPARATOR : AT_LINE;
        p += *p == '\r' && p + 1 < end && p[1] == '\n' ? 2 : 1;
    }
    *at = p;
    return ended;
}

/* The end of the record at p, NULL if it has none yet. */
static const uint8_t *next_record(const uint8_t *data, const uint8_t *p,
                                  const uint8_t *end, char separator)
{
    ev_csv_span span;
    ending ended = AT_SEPARATOR;
    while (ended == AT_SEPARATOR) {
        ended = next_field(data, &p, end, separator, &span);
    }
    return ended == AT_LINE ? p : NULL;
}

/* The end of the first line at or after p. */
static const uint8_t *next_line(const uint8_t *p, const uint8_t *end)
{
    while (p < end && *p != '\n' && *p != '\r') {
        p++;
    }
    const int two = p + 1 < end && *p == '\r' && p[1] == '\n';
    return p == end ? NULL : p + 1 + two;
}

ptrdiff_t ev_csv_cuts(const uint8_t *data, ptrdiff_t start, ptrdiff_t size,
                      char separator, ptrdiff_t parts, int final, ptrdiff_t *cuts)
{
    const uint8_t *p = data + start, *end = data + size;
    const int quoted = memchr(p, '"', (size_t)(end - p)) != NULL;
    ptrdiff_t count = 0, last = start;
    for (ptrdiff_t k = 1; k < parts && p != NULL; k++) {
        /* size / parts * k could leave a part empty. */
        const uint8_t *target = data + start + (size - start) / parts * k;
        if (!quoted) {
            p = next_line(p > target ? p : target, end);
        }
        while (quoted && p != NULL && p < target) {
            p = next_record(data, p, end, separator);
            last = p == NULL ? last : p - data;
        }
        if (p != NULL && p - data > (count > 0 ? cuts[count - 1] : start)) {
            cuts[count++] = p - data;
            last = p - data;
        }
    }
    if (final) {
        last = size;
    }
    else if (!quoted) {
        ptrdiff_t line = size;
        while (line > last && data[line - 1] != '\n' && data[line - 1] != '\r') {
            line--;
        }
        last = line;
    }
    else {
        for (p = data + last; p != NULL && p < end;) {
            p = next_record(data, p, end, separator);
            last = p == NULL ? last : p - data;
        }
    }
    if (last > (count > 0 ? cuts[count - 1] : start)) {
        cuts[count++] = last;
    }
    return count;
}

/* ---- values ---- */

/* Room for at least `rows` rows. */
static ev_result make_room(ev_csv_table *table, const ev_csv_form *form, ptrdiff_t rows)
{
    const ptrdiff_t room = (rows | 1023) + 1;
    ev_result result = EV_DONE;
    for (int k = 0; k < form->count && result == EV_DONE; k++) {
        ev_csv_column *column = &table->columns[k];
        const int texts = form->kinds[k] == EV_CSV_TEXT;
        void *a = ev_retake(&table->memory, texts ? (void *)column->views : column->integers,
                            room, texts ? 16 : sizeof *column->integers);
        void *b = NULL;
        if (a != NULL) {
            column->views = texts ? a : NULL;
            column->integers = texts ? NULL : a;
            b = ev_retake(&table->memory, column->valid, room / 8, 1);
        }
        if (b != NULL) {
            column->valid = b;
            memset(column->valid + table->room / 8, 0xff,
                   (size_t)(room - table->room) / 8);
        }
        if (b != NULL && !texts) {
            b = ev_retake(&table->memory, column->decimals, room, sizeof *column->decimals);
            column->decimals = b != NULL ? b : column->decimals;
        }
        result = b == NULL ? EV_NO_MEMORY : EV_DONE;
    }
    table->room = result == EV_DONE ? room : table->room;
    return result;
}

static int is_ascii(const uint8_t *text, ptrdiff_t size)
{
    uint64_t high = 0;
    ptrdiff_t i = 0;
    for (; size - i >= 8; i += 8) {
        uint64_t word;
        memcpy(&word, text + i, sizeof word);
        high |= word;
    }
    for (; i < size; i++) {
        high |= text[i];
    }
    return (high & EACH(0x80)) == 0;
}

/* Copies a field into the pool, without its inner quotes. */
static ev_result undouble(ev_csv_table *table, const uint8_t *data, ev_csv_span span,
                          ptrdiff_t *at, ptrdiff_t *size)
{
    ev_result result = ev_grow(&table->memory, (void **)&table->pool, &table->pool_room,
                               table->pool_size + span.size + 1, 1);
    if (result == EV_DONE) {
        const uint8_t *text = data + span.start;
        uint8_t *to = table->pool + table->pool_size;
        ptrdiff_t n = 0;
        int inside = 1; /* the quotes */
        for (int32_t i = 0; i < span.size; i++) {
            const int quote = inside && text[i] == '"';
            const int pair = quote && i + 1 < span.size && text[i + 1] == '"';
            inside = !quote || pair ? inside : 0;
            i += pair;
            if (!quote || pair) {
                to[n++] = text[i];
            }
        }
        *at = table->pool_size;
        *size = n;
        table->pool_size += n;
    }
    return result;
}

/* A text of `block`, at `offset`. */
static void put_view(char *view, const uint8_t *text, ptrdiff_t size, int32_t block,
                     ptrdiff_t offset)
{
    enum { SHORT = 12 };
    const int32_t length = (int32_t)size, place = (int32_t)offset;
    memcpy(view, &length, 4);
    if (size <= SHORT) {
        memset(view + 4, 0, SHORT);
        memcpy(view + 4, text, (size_t)size);
    }
    else {
        memcpy(view + 4, text, 4);
        memcpy(view + 8, &block, 4);
        memcpy(view + 12, &place, 4);
    }
}

static void set_null(ev_csv_column *column, ptrdiff_t row)
{
    column->valid[row >> 3] = (uint8_t)(column->valid[row >> 3] & ~(1U << (row & 7)));
    column->nulls++;
}

static ev_result read_text(ev_csv_table *table, ev_csv_column *column,
                           const uint8_t *data, ev_csv_span span, ev_csv_fault *fault)
{
    const uint8_t *text = data + span.start;
    ptrdiff_t size = span.size, at = span.start;
    ev_result result = EV_DONE;
    if (!is_ascii(text, size)) {
        const ptrdiff_t byte = ev_utf8_fault(text, size);
        if (byte >= 0) {
            *fault = (ev_csv_fault){.kind = EV_CSV_BAD_TEXT, .number = text[byte]};
            result = EV_BAD_VALUE;
        }
    }
    if (result == EV_DONE && span.doubled) {
        result = undouble(table, data, span, &at, &size);
        text = result == EV_DONE ? table->pool + at : text;
    }
    if (result == EV_DONE && size > 0) {
        put_view(column->views + 16 * table->rows, text, size, span.doubled, at);
    }
    else if (result == EV_DONE) {
        memset(column->views + 16 * table->rows, 0, 16);
        set_null(column, table->rows);
    }
    return result;
}

static int is_mark(const ev_csv_form *form, const uint8_t *text, ptrdiff_t size)
{
    int found = size == 0;
    for (ptrdiff_t m = 0; m < form->mark_count && !found; m++) {
        const ev_csv_mark *mark = &form->marks[m];
        found = mark->size == size && (uint8_t)mark->text[0] == text[0] &&
                memcmp(mark->text, text, (size_t)size) == 0;
    }
    return found;
}

/* Keeps the text of a number that the caller rounds. */
static ev_result note_long(ev_csv_table *table, ev_csv_column *column,
                           const uint8_t *text, ptrdiff_t size)
{
    ev_result result = ev_grow(&table->memory, (void **)&column->longs,
                               &column->long_room, column->long_count + 1,
                               sizeof *column->longs);
    if (result == EV_DONE) {
        result = ev_grow(&table->memory, (void **)&table->pool, &table->pool_room,
                         table->pool_size + size, 1);
    }
    if (result == EV_DONE) {
        column->longs[column->long_count++] =
            (ev_csv_long){table->rows, table->pool_size, size};
        /* A text that was rewritten lies there already, in room that it has. */
        memmove(table->pool + table->pool_size, text, (size_t)size);
        table->pool_size += size;
    }
    return result;
}

static void note_first(ev_csv_first *first, ptrdiff_t row, ev_csv_span span)
{
    *first = first->row < 0 ? (ev_csv_first){row, span} : *first;
}

/* What a column must know of its numbers as a whole. */
static void note_number(ev_csv_column *column, ptrdiff_t row, ev_number number,
                        ev_csv_span span, int shows)
{
    const int64_t exact = INT64_C(1) << 53;
    const int beyond = number.kind == EV_BEYOND_INT64;
    const int whole = number.kind == EV_WHOLE_NUMBER;
    if (beyond || (whole && (number.integer > exact || number.integer < -exact))) {
        column->large = column->large < 0 ? row : column->large;
    }
    if (beyond) {
        note_first(&column->beyond, row, span);
    }
    if (shows & EV_DOUBTFUL) {
        note_first(&column->doubtful, row, span);
    }
    if (shows & EV_PERCENT) {
        note_first(&column->percent, row, span);
    }
    else if (column->plain.row < 0 && !(whole && number.integer == 0)) {
        note_first(&column->plain, row, span);
    }
    column->shows_marks |= shows & EV_SHOWS_MARKS;
    column->has_decimals |= !whole && !beyond;
}

/* A field as it would be without marks: *text moves to the pool. */
static ev_result rewrite(ev_csv_table *table, ev_number_marks marks,
                         const uint8_t **text, ptrdiff_t *size, int *shows)
{
    ev_result result = ev_grow(&table->memory, (void **)&table->pool, &table->pool_room,
                               table->pool_size + *size + 4, 1);
    if (result == EV_DONE) {
        /* Behind what is kept: the next text may overwrite it. */
        uint8_t *to = table->pool + table->pool_size;
        *size = ev_plain_number(*text, *size, marks, to, shows);
        *text = to;
    }
    return result;
}

static ev_result read_number(ev_csv_table *table, const ev_csv_form *form, int k,
                             const uint8_t *data, ev_csv_span span, ev_csv_fault *fault)
{
    ev_csv_column *column = &table->columns[k];
    const uint8_t *text = data + span.start;
    ptrdiff_t size = span.size;
    ev_number number = {EV_NOT_A_NUMBER, 0, NAN};
    int shows = 0, missing = !span.doubled && is_mark(form, text, size);
    ev_result result = EV_DONE;
    if (!missing && !span.doubled && form->numbers.decimal == '.') {
        number = ev_number_of_text(text, size);
        if (number.kind >= EV_DECIMAL_NUMBER && !column->shows_marks) {
            shows = ev_decimal_shows(text, size);
        }
    }
    if (!missing && !span.doubled && number.kind == EV_NOT_A_NUMBER) {
        result = rewrite(table, form->numbers, &text, &size, &shows);
        missing = result == EV_DONE && size == 0;
        if (result == EV_DONE && size > 0) {
            number = ev_number_of_text(text, size);
        }
    }
    const int whole = number.kind == EV_WHOLE_NUMBER || number.kind == EV_BEYOND_INT64;
    if (result == EV_DONE && missing) {
        number = (ev_number){EV_WHOLE_NUMBER, 0, NAN};
        set_null(column, table->rows);
    }
    else if (result == EV_DONE && (number.kind == EV_NOT_A_NUMBER ||
                                   (form->kinds[k] == EV_CSV_WHOLE && !whole))) {
        *fault = (ev_csv_fault){.kind = EV_CSV_BAD_NUMBER};
        result = EV_BAD_VALUE;
    }
    else if (result == EV_DONE) {
        note_number(column, table->rows, number, span, shows);
        if (number.kind == EV_BEYOND_INT64 || number.kind == EV_LONG_NUMBER) {
            result = note_long(table, column, text, size);
        }
    }
    column->integers[table->rows] = number.integer;
    column->decimals[table->rows] = number.real;
    return result;
}

/* ---- blocks ---- */

/* Reads the fields of the record at *at into table->spans; their number, 0 if they are all
 * empty, -1 for a quote that is never closed. Empty fields beyond the width do not count. */
static ptrdiff_t read_fields(ev_csv_table *table, const ev_csv_form *form,
                             const uint8_t *data, const uint8_t **at, const uint8_t *end)
{
    ptrdiff_t count = 0, filled = 0;
    ending ended = AT_SEPARATOR;
    ev_csv_span span = {0, 0, 0};
    while (ended == AT_SEPARATOR) {
        ended = next_field(data, at, end, form->separator, &span);
        if (count < form->width) {
            table->spans[count] = span;
        }
        count++;
        filled = span.size > 0 ? count : filled;
    }
    table->blanks += filled == 0 && count > 1;
    if (count > form->width && filled <= form->width) {
        count = form->width;
    }
    return ended == IN_QUOTES ? -1 : filled == 0 ? 0 : count;
}

/* Room for more rows: as many as there will be if they go on as long as those before,
 * and a tenth more. */
static ev_result extend(ev_csv_table *table, const ev_csv_form *form, double read)
{
    const double rows = (double)table->rows;
    return make_room(table, form, (ptrdiff_t)(rows + 1.1 * rows / read * (1 - read)));
}

/* `read` is the part of the data that was read, this row included. */
static ev_result read_row(ev_csv_table *table, const ev_csv_form *form,
                          const uint8_t *data, double read, ev_csv_fault *fault)
{
    ev_result result =
        table->rows == table->room ? extend(table, form, read) : EV_DONE;
    for (int k = 0; k < form->count && result == EV_DONE; k++) {
        const ev_csv_span span = table->spans[form->places[k]];
        result = form->kinds[k] == EV_CSV_TEXT
                     ? read_text(table, &table->columns[k], data, span, fault)
                     : read_number(table, form, k, data, span, fault);
        if (result == EV_BAD_VALUE) {
            fault->row = table->rows;
            fault->column = k;
            fault->span = span;
        }
    }
    table->rows += result == EV_DONE;
    return result;
}

static ev_result open_table(ev_csv_table *table, const ev_memory *memory,
                            const ev_csv_form *form)
{
    memset(table, 0, sizeof *table);
    table->memory = *memory;
    table->columns = ev_take_zeros(memory, form->count, sizeof *table->columns);
    table->spans = ev_take(memory, form->width, sizeof *table->spans);
    table->count = table->columns == NULL ? 0 : form->count;
    for (int k = 0; k < table->count; k++) {
        table->columns[k].large = -1;
        table->columns[k].beyond.row = -1;
        table->columns[k].doubtful.row = -1;
        table->columns[k].percent.row = -1;
        table->columns[k].plain.row = -1;
    }
    return table->columns == NULL || table->spans == NULL ? EV_NO_MEMORY : EV_DONE;
}

ev_result ev_csv_read(ev_csv_table *table, const ev_memory *memory,
                      const ev_csv_form *form, const uint8_t *data, ptrdiff_t start,
                      ptrdiff_t stop, ev_csv_fault *fault)
{
    const uint8_t *at = data + start, *end = data + stop;
    ev_result result = open_table(table, memory, form);
    *fault = (ev_csv_fault){.kind = EV_CSV_NO_FAULT};
    if (result == EV_DONE) {
        result = make_room(table, form, 1);
    }
    while (at < end && result == EV_DONE) {
        const ptrdiff_t fields = read_fields(table, form, data, &at, end);
        if (fields == form->width) {
            const double read = (double)(at - data - start) / (double)(stop - start);
            result = read_row(table, form, data, read, fault);
        }
        else if (fields != 0) {
            *fault = (ev_csv_fault){.kind = fields < 0 ? EV_CSV_OPEN_QUOTE : EV_CSV_FIELDS,
                                    .row = table->rows,
                                    .number = fields};
            result = EV_BAD_VALUE;
        }
    }
    return result;
}

void ev_csv_close(ev_csv_table *table)
{
    const ev_memory *memory = &table->memory;
    for (int k = 0; k < table->count; k++) {
        ev_csv_column *column = &table->columns[k];
        ev_give(memory, column->views);
        ev_give(memory, column->integers);
        ev_give(memory, column->decimals);
        ev_give(memory, column->valid);
        ev_give(memory, column->longs);
    }
    ev_give(memory, table->columns);
    ev_give(memory, table->spans);
    ev_give(memory, table->pool);
    memset(table, 0, sizeof *table);
}
