/* Separated values: fields, numbers and cuts, and memory that fails anywhere. */
#include "engine.h"
#include "columns/csv.h"
#include "columns/decimal_text.h"

static const ptrdiff_t places[] = {0, 1, 2};
static const ev_csv_kind kinds[] = {EV_CSV_TEXT, EV_CSV_NUMBER, EV_CSV_WHOLE};
static const ev_csv_mark marks[] = {{"NA", 2}, {"-", 1}};
static const ev_csv_form form = {',', {'.', ','}, 3, 3, places, kinds, marks, 2};

static ptrdiff_t size_of(const char *text) { return (ptrdiff_t)strlen(text); }

/* Reads a table of three columns from a copy that ends where it ends. */
static ev_result read_all(const char *text, const ev_memory *memory, ev_csv_table *table,
                          ev_csv_fault *fault)
{
    const ptrdiff_t size = size_of(text);
    uint8_t *data = malloc(size > 0 ? (size_t)size : 1);
    ev_result result = EV_NO_MEMORY;
    if (data != NULL) {
        memcpy(data, text, (size_t)size);
        result = ev_csv_read(table, memory, &form, data, 0, size, fault);
        free(data);
    }
    return result;
}

static int is_number(const ev_csv_table *table, int column, ptrdiff_t row, double value)
{
    return ev_bit_at(table->columns[column].valid, row) &&
           table->columns[column].decimals[row] == value;
}

static void fields_of_every_kind(void)
{
    /* The last record has no end; its last field is in quotes, or empty. */
    static const char *const texts[] = {"a,1.5,2\r\"b,\"\"c\",NA,-\r\n\r\n,,\nd,-,\"3\"",
                                        "a,1.5,2\n\"b,\"\"c\",-,NA\n,,\r,,\nd,NB,3\n",
                                        "a,1.5,2\n\"b,\"\"c\",\"\",\nd,1e3,"};
    for (int k = 0; k < 3; k++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_csv_table table;
        ev_csv_fault fault;
        const ev_result result = read_all(texts[k], &memory, &table, &fault);
        CHECK(result == (k == 1 ? EV_BAD_VALUE : EV_DONE));
        CHECK(table.rows == (k == 1 ? 2 : 3));
        CHECK(is_number(&table, 1, 0, 1.5) && is_number(&table, 2, 0, 2));
        CHECK(!ev_bit_at(table.columns[1].valid, 1));
        CHECK(!ev_bit_at(table.columns[2].valid, 1));
        int32_t length = 0;
        memcpy(&length, table.columns[0].views + 16, sizeof length);
        CHECK(length == 4 && memcmp(table.columns[0].views + 20, "b,\"c", 4) == 0);
        if (k == 0) {
            CHECK(is_number(&table, 2, 2, 3) && !ev_bit_at(table.columns[1].valid, 2));
            CHECK(table.blanks == 1);
        }
        else if (k == 1) { /* as long as a mark, and begins like it */
            CHECK(fault.kind == EV_CSV_BAD_NUMBER && fault.row == 2 && fault.column == 1);
            CHECK(fault.span.size == 2 && table.blanks == 2);
        }
        else {
            CHECK(is_number(&table, 1, 2, 1000) && !ev_bit_at(table.columns[2].valid, 2));
        }
        ev_csv_close(&table);
        CHECK(count.blocks == 0);
    }
}

static void faults_name_the_field(void)
{
    static const struct {
        const char *text;
        ev_csv_fault_kind kind;
        ptrdiff_t row, number;
        int column;
    } faults[] = {
        {"a,1,2\nb,\"1\"\"2\",3\n", EV_CSV_BAD_NUMBER, 1, 0, 1}, /* quotes in a number */
        {"a,1,2.5\n", EV_CSV_BAD_NUMBER, 0, 0, 2},
        {"a,1,1e\n", EV_CSV_BAD_NUMBER, 0, 0, 2},
        {"a,1,2\nb,1\n", EV_CSV_FIELDS, 1, 2, 0},
        {"a,1,2,3\n", EV_CSV_FIELDS, 0, 4, 0},
        {"a,1,\"2\n", EV_CSV_OPEN_QUOTE, 0, -1, 0},
        {"a,1,\"2\"\"", EV_CSV_OPEN_QUOTE, 0, -1, 0},
        {"a\xc3,1,2\n", EV_CSV_BAD_TEXT, 0, 0xc3, 0},
        {"12345678\xff,1,2\n", EV_CSV_BAD_TEXT, 0, 0xff, 0},
    };
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_csv_table table;
        ev_csv_fault fault;
        CHECK(read_all(faults[i].text, &memory, &table, &fault) == EV_BAD_VALUE);
        CHECK(fault.kind == faults[i].kind && fault.row == faults[i].row);
        CHECK(fault.column == faults[i].column && fault.number == faults[i].number);
        ev_csv_close(&table);
        CHECK(count.blocks == 0);
    }
}

/* Doubled quotes, marks of thousands, long numbers and more rows than there is room for:
 * each takes memory. */
static void memory_fails_anywhere(void)
{
    enum { ROWS = 2600 };
    static char text[ROWS * 80];
    size_t size = 0;
    for (int i = 0; i < ROWS; i++) {
        static const char *const rows[] = {
            "\"a \"\"long\"\" name of a maker\",\"1,234.5\",\"1,000\"\n", "plain,2,3\n",
            "x,0.12345678901234567890123,123456789012345678901\n", "y,\"12,345\",NA\n"};
        const char *row = rows[i % 4];
        memcpy(text + size, row, strlen(row));
        size += strlen(row);
    }
    text[size] = 0;
    int done = 0, failed = 0;
    for (long left = 0; left < 200 && !done; left++) {
        counting count;
        const ev_memory memory = counting_memory(&count);
        ev_csv_table table;
        ev_csv_fault fault;
        count.left = left;
        const ev_result result = read_all(text, &memory, &table, &fault);
        CHECK(result == EV_DONE || result == EV_NO_MEMORY);
        CHECK(fault.kind == EV_CSV_NO_FAULT);
        done = result == EV_DONE;
        failed += !done;
        if (done) {
            CHECK(table.rows == ROWS && table.columns[2].nulls == ROWS / 4);
            CHECK(is_number(&table, 1, 0, 1234.5) && is_number(&table, 1, 3, 12345));
            CHECK(table.columns[1].long_count == ROWS / 4);
            CHECK(table.columns[2].beyond.row == 2);
        }
        ev_csv_close(&table);
        CHECK(count.blocks == 0);
    }
    CHECK(done && failed > 10);
}

/* The cuts of a text, as digits. */
static const char *cuts_of(const char *text, ptrdiff_t start, ptrdiff_t parts, int final)
{
    static char shown[64];
    ptrdiff_t cuts[8];
    const ptrdiff_t count = ev_csv_cuts((const uint8_t *)text, start, size_of(text), ',',
                                        parts, final, cuts);
    int at = 0;
    shown[0] = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        at += snprintf(shown + at, sizeof shown - (size_t)at, "%s%d", i == 0 ? "" : " ",
                       (int)cuts[i]);
    }
    return shown;
}

static void cuts_are_ends_of_records(void)
{
    CHECK(strcmp(cuts_of("", 0, 3, 0), "") == 0);
    CHECK(strcmp(cuts_of("a\nb\nc\nd\n", 0, 2, 0), "6 8") == 0);
    CHECK(strcmp(cuts_of("a\nb\nc\nd\n", 4, 2, 0), "8") == 0);
    CHECK(strcmp(cuts_of("a\rb\rc", 0, 1, 0), "4") == 0);
    CHECK(strcmp(cuts_of("a\r\nb\r\nc", 0, 1, 0), "6") == 0);
    CHECK(strcmp(cuts_of("a\r\nb\r\nc", 0, 1, 1), "7") == 0);
    CHECK(strcmp(cuts_of("abc", 0, 3, 0), "") == 0);
    CHECK(strcmp(cuts_of("abc", 0, 3, 1), "3") == 0);
    /* A line longer than a part takes several parts. */
    CHECK(strcmp(cuts_of("long-long-line\nb\n", 0, 4, 0), "15 17") == 0);
    CHECK(strcmp(cuts_of("a\nlong-long-line", 0, 4, 0), "2") == 0);
    /* Ends of lines in quotes end no record. */
    CHECK(strcmp(cuts_of("\"a\nb\"\nc\n", 0, 2, 0), "6 8") == 0);
    CHECK(strcmp(cuts_of("\"a\nb\"\nc\n\"d\ne", 0, 2, 0), "6 8") == 0);
    CHECK(strcmp(cuts_of("\"a\nb\nc\nd\ne", 0, 3, 0), "") == 0);
    CHECK(strcmp(cuts_of("\"a\nb\nc\nd\ne", 0, 3, 1), "10") == 0);
    CHECK(strcmp(cuts_of("\"a\nb,c\nd\",x\ny\nz\n", 0, 4, 0), "12 16") == 0);
}

/* Where numbers are 0 or infinite, the size of an exponent does not matter: the caller
 * rounds them. */
static void exponents_of_any_size(void)
{
    static const struct {
        const char *text;
        ev_number_kind kind;
        double value;
    } numbers[] = {{"1e99999999999", EV_LONG_NUMBER, 0},  {"1e-9999999", EV_LONG_NUMBER, 0},
                   {"1e5x", EV_NOT_A_NUMBER, 0},          {"1e5/", EV_NOT_A_NUMBER, 0},
                   {"", EV_NOT_A_NUMBER, 0},              {"1e+2", EV_DECIMAL_NUMBER, 100},
                   {"1e", EV_NOT_A_NUMBER, 0},            {"-", EV_NOT_A_NUMBER, 0}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        const ev_number found =
            ev_number_of_text((const uint8_t *)numbers[i].text, size_of(numbers[i].text));
        CHECK(found.kind == numbers[i].kind);
        CHECK(found.kind != EV_DECIMAL_NUMBER || found.real == numbers[i].value);
    }
}

/* The marks that a number shows, with blanks, groups and exponents. */
static void marks_that_numbers_show(void)
{
    static const ev_number_marks english = {'.', ','};
    static const struct {
        const char *text;
        int shows;
    } numbers[] = {{"1,234", EV_DOUBTFUL},      {"1,234e2", EV_SHOWS_MARKS},
                   {"1,234.5", EV_SHOWS_MARKS}, {"1.234", EV_DOUBTFUL},
                   {"1.234e1", EV_SHOWS_MARKS}, {"12", 0},
                   {"5%", EV_PERCENT}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        uint8_t to[32];
        int shows = -1;
        CHECK(ev_plain_number((const uint8_t *)numbers[i].text, size_of(numbers[i].text),
                              english, to, &shows) > 0);
        CHECK(shows == numbers[i].shows);
    }
    /* A text that another thread changed may have lost its mark. */
    static const char *const texts[] = {"1.234", "-1.234", "1.23", "1e5", "1234", "-", ""};
    for (int i = 0; i < 7; i++) {
        const ptrdiff_t size = size_of(texts[i]);
        uint8_t *text = malloc(size > 0 ? (size_t)size : 1);
        if (text != NULL) {
            memcpy(text, texts[i], (size_t)size);
            CHECK(ev_decimal_shows(text, size) == (i < 2 ? EV_DOUBTFUL : EV_SHOWS_MARKS));
        }
        free(text);
    }
}

int main(void)
{
    marks_that_numbers_show();
    fields_of_every_kind();
    faults_name_the_field();
    memory_fails_anywhere();
    cuts_are_ends_of_records();
    exponents_of_any_size();
    return finish();
}
