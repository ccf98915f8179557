/* Separated values: texts against a slow reader, cuts against one piece, numbers against
 * the reader of one number. */
#include "fuzz.h"
#include "base/utf8.h"
#include "columns/csv.h"
#include "columns/decimal_text.h"

enum { MOST_FIELDS = 8, MOST_ROWS = 600, MOST_BYTES = 1 << 14 };

/* ---- the slow reader: one record at a time, each field copied ---- */

typedef struct slow_field {
    int start, size; /* in slow.bytes */
} slow_field;

typedef struct slow_row {
    slow_field fields[MOST_FIELDS];
    int count;    /* fields, also those beyond MOST_FIELDS */
    int filled;   /* the last field that is not empty, from 1 */
} slow_row;

static struct {
    uint8_t bytes[MOST_BYTES];
    int used, rows, open;
    slow_row row[MOST_ROWS];
} slow;

static int ends_field(uint8_t c, uint8_t separator)
{
    return c == separator || c == '\n' || c == '\r';
}

/* Reads the field at `at`, and returns where it ends; -1 for a quote never closed. A field
 * of two quotes is not an empty one. */
static int slow_read_field(const uint8_t *data, int at, int stop, uint8_t separator,
                           slow_row *row)
{
    const int start = slow.used;
    int quoted = at < stop && data[at] == '"', open = quoted;
    at += quoted;
    while (open && at < stop) {
        if (data[at] == '"' && at + 1 < stop && data[at + 1] == '"') {
            slow.bytes[slow.used++] = '"';
            at += 2;
        }
        else if (data[at] == '"') {
            open = 0;
            at++;
        }
        else {
            slow.bytes[slow.used++] = data[at++];
        }
    }
    while (!open && at < stop && !ends_field(data[at], separator)) {
        slow.bytes[slow.used++] = data[at++];
    }
    if (row->count < MOST_FIELDS) {
        row->fields[row->count] = (slow_field){start, slow.used - start};
    }
    row->count++;
    if (slow.used > start) {
        row->filled = row->count;
    }
    return open ? -1 : at;
}

/* All records with a field that is not empty. */
static void slow_read(const uint8_t *data, int stop, uint8_t separator)
{
    int at = 0;
    slow.used = slow.rows = slow.open = 0;
    while (at < stop && !slow.open) {
        slow_row *row = &slow.row[slow.rows];
        *row = (slow_row){.count = 0};
        at = slow_read_field(data, at, stop, separator, row);
        while (at >= 0 && at < stop && data[at] == separator) {
            at = slow_read_field(data, at + 1, stop, separator, row);
        }
        slow.open = at < 0;
        if (at >= 0 && at < stop) {
            at += at + 1 < stop && data[at] == '\r' && data[at + 1] == '\n' ? 2 : 1;
        }
        slow.rows += row->filled > 0 && slow.rows < MOST_ROWS - 1;
    }
}

/* ---- comparisons ---- */

static ev_column column_of(const ev_csv_table *table, int k, const ev_csv_form *form,
                           const uint8_t *data, const void *blocks[2], int64_t sizes[2])
{
    blocks[0] = data;
    blocks[1] = table->pool;
    sizes[0] = EV_CSV_MOST;
    sizes[1] = (int64_t)table->pool_size;
    (void)form;
    return (ev_column){.type = EV_COL_TEXT_VIEW, .length = table->rows,
                       .valid = table->columns[k].valid, .data = table->columns[k].views,
                       .blocks = blocks, .block_sizes = sizes, .block_count = 2};
}

static void check_texts(const ev_csv_table *table, const ev_csv_form *form,
                        const uint8_t *data)
{
    REQUIRE(slow.rows == table->rows);
    for (int k = 0; k < form->count; k++) {
        const void *blocks[2];
        int64_t sizes[2];
        const ev_column column = column_of(table, k, form, data, blocks, sizes);
        for (ptrdiff_t i = 0; i < table->rows; i++) {
            const slow_row *row = &slow.row[i];
            const slow_field none = {0, 0};
            const ptrdiff_t place = form->places[k];
            const slow_field wanted = place < row->count ? row->fields[place] : none;
            const int has = ev_has_value(&column, i);
            const uint8_t *text = NULL;
            ptrdiff_t size = 0;
            REQUIRE(!has || ev_text_at(&column, i, &text, &size) == EV_DONE);
            REQUIRE(has == (wanted.size > 0) && size == wanted.size);
            REQUIRE(size == 0 || memcmp(text, slow.bytes + wanted.start, (size_t)size) == 0);
            REQUIRE(ev_utf8_fault(text, size) < 0);
        }
    }
}

/* A number of a column is that of its text, read alone. */
static void check_numbers(const ev_csv_table *table, const ev_csv_form *form)
{
    for (int k = 0; k < form->count; k++) {
        const ev_csv_column *column = &table->columns[k];
        for (ptrdiff_t i = 0; i < table->rows && form->kinds[k] != EV_CSV_TEXT; i++) {
            const slow_row *row = &slow.row[i];
            const slow_field field = form->places[k] < row->count
                                         ? row->fields[form->places[k]]
                                         : (slow_field){0, 0};
            const ev_number number =
                ev_number_of_text(slow.bytes + field.start, field.size);
            const int has = column->valid == NULL || ev_bit_at(column->valid, i);
            REQUIRE(has || field.size == 0 || number.kind == EV_NOT_A_NUMBER);
            if (form->numbers.decimal == '.' && number.kind == EV_WHOLE_NUMBER) {
                REQUIRE(column->integers[i] == number.integer);
            }
            if (form->numbers.decimal == '.' && number.kind == EV_DECIMAL_NUMBER) {
                REQUIRE(column->has_decimals && column->decimals[i] == number.real);
            }
        }
    }
}

/* Cuts ascend, and the parts have together the rows of the whole. */
static void check_cuts(const uint8_t *data, ptrdiff_t size, const ev_csv_form *form,
                       const ev_memory *memory, ptrdiff_t parts, ptrdiff_t rows)
{
    ptrdiff_t cuts[9], at = 0, sum = 0;
    const ptrdiff_t open = ev_csv_cuts(data, 0, size, form->separator, parts, 0, cuts);
    REQUIRE(open >= 0 && open <= parts);
    const ptrdiff_t count = ev_csv_cuts(data, 0, size, form->separator, parts, 1, cuts);
    REQUIRE(count <= parts && (size == 0 || (count > 0 && cuts[count - 1] == size)));
    for (ptrdiff_t i = 0; i < count; i++) {
        REQUIRE(cuts[i] > at && cuts[i] <= size);
        ev_csv_table table;
        ev_csv_fault fault;
        const ev_result result = ev_csv_read(&table, memory, form, data, at, cuts[i], &fault);
        REQUIRE(rows < 0 || result == EV_DONE);
        sum += result == EV_DONE ? table.rows : 0;
        ev_csv_close(&table);
        at = cuts[i];
    }
    REQUIRE(rows < 0 || sum == rows);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char separators[] = ",;\t| ";
    static const char thousands[] = {0, '.', ',', ' ', '\''};
    static const ev_csv_mark marks[] = {{"NA", 2}, {"-", 1}};
    input in = {data, size};
    counting count;
    const ev_memory memory = counting_memory(&count);
    const char separator = separators[take_below(&in, 5)];
    const ev_number_marks numbers = {take_below(&in, 2) == 0 ? '.' : ',',
                                     thousands[take_below(&in, 5)]};
    const ptrdiff_t width = 1 + take_below(&in, 4), parts = 1 + take_below(&in, 8);
    ptrdiff_t places[3];
    ev_csv_kind kinds[3];
    int all_text = 1;
    for (int k = 0; k < 3; k++) {
        places[k] = take_below(&in, (int)width);
        kinds[k] = (ev_csv_kind)(take_below(&in, 4) % 3);
        all_text &= kinds[k] == EV_CSV_TEXT;
    }
    const long left = (long)take_below(&in, 32) - 1;
    const ev_csv_form form = {separator, numbers, width, 3, places, kinds, marks, 2};
    if (in.left < MOST_BYTES && !(numbers.thousands == numbers.decimal)) {
        uint8_t *text = exact_block(in.at, in.left);
        const ptrdiff_t stop = (ptrdiff_t)in.left;
        ev_csv_table table;
        ev_csv_fault fault;
        slow_read(text, (int)stop, (uint8_t)separator);
        ev_result result = ev_csv_read(&table, &memory, &form, text, 0, stop, &fault);
        REQUIRE(result == EV_DONE || result == EV_BAD_VALUE);
        REQUIRE(result == EV_DONE || fault.kind != EV_CSV_NO_FAULT);
        REQUIRE(result != EV_DONE || !slow.open);
        if (result == EV_DONE && slow.rows < MOST_ROWS - 1) {
            REQUIRE(table.rows == slow.rows);
            if (all_text) {
                check_texts(&table, &form, text);
            }
            check_numbers(&table, &form);
        }
        const ptrdiff_t rows = result == EV_DONE ? table.rows : -1;
        ev_csv_close(&table);
        check_cuts(text, stop, &form, &memory, parts, rows);
        count.left = left; /* the same with too little memory */
        const ev_result again = ev_csv_read(&table, &memory, &form, text, 0, stop, &fault);
        REQUIRE(again == result || again == EV_NO_MEMORY);
        ev_csv_close(&table);
        free(text);
    }
    REQUIRE(count.blocks == 0);
    return 0;
}
