#include "table/period_column.h"

#include <stdio.h>
#include <string.h>

enum { CHUNK = 1024 }; /* rows at a time, which fit in the cache */

/* ---- one row ---- */

static int is_valid(const ev_column *column, ptrdiff_t row)
{
    return column->type != EV_COL_NULL && ev_has_value(column, row);
}

/* The number in a row of an integer column; 0 for any other type. */
static int integer_at(const ev_column *column, ptrdiff_t row, int64_t *value)
{
    const int is_integer = ev_is_index(column->type);
    if (is_integer) {
        ev_integers_read(column, row, 1, value);
        *value = column->type == EV_COL_U64 && *value < 0 ? INT64_MAX : *value;
    }
    return is_integer;
}

/* The text in a row of a text column, where the row lies; NULL for any other type. */
static const char *text_at(const ev_column *column, ptrdiff_t row, ptrdiff_t *size)
{
    const uint8_t *text = NULL;
    const int found =
        ev_is_text(column->type) && ev_text_at(column, row, &text, size) == EV_DONE;
    return found ? (const char *)text : NULL;
}

/* Days since 1970 in a row of a column of dates or times; 0 for any other type. *null
 * is set for NumPy's NaT, the least number. */
static int day_at(const ev_column *column, ptrdiff_t row, int64_t *day, int *null)
{
    static const int64_t per_day[] = {1,        86400000,    86400,
                                      86400000, 86400000000, 86400000000000};
    const int is_day = column->type >= EV_COL_DATE32 && column->type <= EV_COL_TIME_NS;
    if (is_day) {
        const int64_t units = per_day[column->type - EV_COL_DATE32];
        int64_t value = 0;
        ev_integers_read(column, row, 1, &value);
        *null = value == (column->type == EV_COL_DATE32 ? INT32_MIN : INT64_MIN);
        *day = value / units - (value % units < 0);
    }
    return is_day;
}

/* The column and row that hold the value: those of the dictionary if there is one. NULL
 * if there is no value. */
static const ev_column *value_column(const ev_column *column, ptrdiff_t *row)
{
    const ev_column *found = is_valid(column, *row) ? column : NULL;
    if (found != NULL && column->dictionary != NULL) {
        int64_t code = -1;
        (void)integer_at(column, *row, &code);
        found = NULL;
        if (code >= 0 && code < column->dictionary->length) {
            *row = (ptrdiff_t)code;
            found = is_valid(column->dictionary, *row) ? column->dictionary : NULL;
        }
    }
    return found;
}

/* Year, month or quarter of a pair, as an integer or as digits. */
static ev_fault number_at(const ev_column *column, ptrdiff_t row, int64_t *number)
{
    const ev_column *values = value_column(column, &row);
    ev_fault fault = EV_FAULT_TYPE;
    ptrdiff_t size = 0;
    const char *text;
    if (values == NULL) {
        fault = EV_FAULT_NULL;
    }
    else if (integer_at(values, row, number)) {
        fault = EV_FAULT_NONE;
    }
    else if ((text = text_at(values, row, &size)) != NULL) {
        *number = 0;
        fault = size < 1 || size > 4 ? EV_FAULT_NUMBER : EV_FAULT_NONE;
        for (ptrdiff_t i = 0; i < size && fault == EV_FAULT_NONE; i++) {
            fault = text[i] < '0' || text[i] > '9' ? EV_FAULT_NUMBER : EV_FAULT_NONE;
            *number = *number * 10 + (text[i] - '0');
        }
    }
    return fault;
}

/* A year as a number needs four digits, so that positions and ordinals are refused. */
static ev_fault check_year(int64_t year)
{
    return year < 1000 || year > 9999                       ? EV_FAULT_NUMBER
           : year < EV_FIRST_YEAR || year > EV_LAST_YEAR ? EV_FAULT_YEAR
                                                            : EV_FAULT_NONE;
}

static ev_fault read_pair(const ev_column *when, const ev_column *within, ev_unit unit,
                          ptrdiff_t row, ev_said *said)
{
    int64_t year = 0, part = 0;
    ev_fault fault = number_at(when, row, &year);
    if (fault == EV_FAULT_NONE) {
        fault = number_at(within, row, &part);
    }
    if (fault == EV_FAULT_NONE) {
        fault = check_year(year);
    }
    if (fault == EV_FAULT_NONE && (part < 1 || part > (unit == EV_QUARTER ? 4 : 12))) {
        fault = EV_FAULT_NUMBER;
    }
    *said = (ev_said){.unit = unit, .year = (int)year, .part = (int)part};
    return fault;
}

/* yyyymmdd for dates. */
static ev_fault read_date(int64_t value, ev_said *said)
{
    const ev_date_parts parts = {.year = (int)(value / 10000), .month = (int)(value / 100 % 100),
                            .day = (int)(value % 100)};
    const ev_form form = {"", "", EV_DAY};
    return ev_period_state(&form, &parts, said);
}

/* yyyymmdd, or yyyymm for months and yyyy for years. */
static ev_fault read_integer(int64_t value, const ev_frequency *freq, ev_said *said)
{
    ev_fault fault = EV_FAULT_INTEGER;
    if (freq != NULL && value >= 10000000 && value <= 99999999) {
        fault = read_date(value, said);
    }
    else if (freq != NULL && freq->unit == EV_YEAR) {
        fault = check_year(value);
        *said = (ev_said){.unit = EV_YEAR, .year = (int)value, .part = 1};
    }
    else if (freq != NULL && (freq->unit == EV_MONTH || freq->unit == EV_MONTH_JF)) {
        const int64_t month = value % 100;
        fault = month < 1 || month > 12 ? EV_FAULT_NUMBER : check_year(value / 100);
        *said = (ev_said){.unit = EV_MONTH, .year = (int)(value / 100), .part = (int)month};
    }
    return fault;
}

static ev_fault read_value(const ev_column *values, const ev_frequency *freq, ptrdiff_t row,
                           ev_said *said)
{
    int64_t number = 0;
    ptrdiff_t size = 0;
    int null = 0;
    const char *text;
    ev_fault fault = EV_FAULT_TYPE;
    if (day_at(values, row, &number, &null)) {
        fault = null                                                ? EV_FAULT_NULL
                : number < EV_FIRST_DAY || number > EV_LAST_DAY ? EV_FAULT_RANGE
                                                                    : EV_FAULT_NONE;
        *said = (ev_said){.unit = EV_DAY, .day = number};
    }
    else if (integer_at(values, row, &number)) {
        fault = read_integer(number, freq, said);
    }
    else if ((text = text_at(values, row, &size)) != NULL) {
        fault = ev_period_parse(text, size, said);
    }
    return fault;
}

ev_fault ev_period_read(const ev_column *when, const ev_column *within,
                        const ev_frequency *freq, ptrdiff_t row, ev_said *said)
{
    ev_fault fault;
    if (within != NULL) {
        const int quarters = freq != NULL && freq->unit == EV_QUARTER;
        fault = read_pair(when, within, quarters ? EV_QUARTER : EV_MONTH, row, said);
    }
    else {
        const ev_column *values = value_column(when, &row);
        fault = values == NULL ? EV_FAULT_NULL : read_value(values, freq, row, said);
    }
    return fault;
}

static ev_fault read_ordinal(const ev_column *when, const ev_column *within,
                             const ev_frequency *freq, ptrdiff_t row, int64_t *ordinal)
{
    ev_said said;
    ev_fault fault = ev_period_read(when, within, freq, row, &said);
    if (fault == EV_FAULT_NONE) {
        fault = ev_period_place(&said, *freq, ordinal);
    }
    return fault;
}

const char *ev_period_text(const ev_column *when, ptrdiff_t row, ptrdiff_t *size)
{
    const ev_column *values = value_column(when, &row);
    return values == NULL ? NULL : text_at(values, row, size);
}

/* One value of a column as text. */
static int show_value(const ev_column *column, ptrdiff_t row, char *shown, size_t room)
{
    const ev_column *values = value_column(column, &row);
    int64_t number = 0;
    ptrdiff_t size = 0;
    int null = 0, length;
    const char *text;
    if (values == NULL) {
        length = snprintf(shown, room, "no value");
    }
    else if (integer_at(values, row, &number)) {
        length = snprintf(shown, room, "%lld", (long long)number);
    }
    else if (day_at(values, row, &number, &null)) {
        length = snprintf(shown, room, "day %lld from 1970-01-01", (long long)number);
    }
    else if ((text = text_at(values, row, &size)) != NULL) {
        const ptrdiff_t most = 40;
        length = size <= most ? snprintf(shown, room, "'%.*s'", (int)size, text)
                              : snprintf(shown, room, "'%.*s...'", (int)most, text);
    }
    else {
        length = snprintf(shown, room, "this value");
    }
    return length;
}

int ev_period_show(const ev_column *when, const ev_column *within, ptrdiff_t row,
                   char shown[EV_SHOWN_SIZE])
{
    char year[EV_SHOWN_SIZE], part[EV_SHOWN_SIZE];
    int length;
    if (within == NULL) {
        length = show_value(when, row, shown, EV_SHOWN_SIZE);
    }
    else {
        (void)show_value(when, row, year, sizeof year);
        (void)show_value(within, row, part, sizeof part);
        length = snprintf(shown, EV_SHOWN_SIZE, "(%.28s, %.28s)", year, part);
    }
    return length;
}

/* ---- many rows ---- */

static int all_valid(const ev_column *column, ptrdiff_t start, ptrdiff_t count)
{
    return column->type != EV_COL_NULL &&
           (column->valid == NULL ||
            ev_all_set(column->valid, column->offset + start, count));
}

/* Times to days, rounding down; 0 if one is outside the years 1 to 9999. Inlined, so
 * that per_day is a constant in each use. */
EV_INLINE int days_of_times(const int64_t *restrict times, ptrdiff_t count,
                            const int64_t per_day, int32_t *restrict days)
{
    int bad = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        const int64_t day = times[i] / per_day - (times[i] % per_day < 0);
        bad |= day < EV_FIRST_DAY || day > EV_LAST_DAY;
        days[i] = (int32_t)day;
    }
    return !bad;
}

static int days_of_dates(const int32_t *restrict dates, ptrdiff_t count,
                         int32_t *restrict days)
{
    int bad = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        bad |= dates[i] < EV_FIRST_DAY || dates[i] > EV_LAST_DAY;
        days[i] = dates[i];
    }
    return !bad;
}

/* The days in some rows of a column; 0 if it has no days or a bad one. */
static int days_of(const ev_column *when, ptrdiff_t start, ptrdiff_t count,
                   int32_t *restrict days)
{
    const ptrdiff_t from = when->offset + start;
    const int64_t *times = (const int64_t *)when->data + from;
    const ev_column_type type = when->type;
    return type == EV_COL_DATE32
               ? days_of_dates((const int32_t *)when->data + from, count, days)
           : type == EV_COL_DATE64 || type == EV_COL_TIME_MS
               ? days_of_times(times, count, 86400000, days)
           : type == EV_COL_TIME_S  ? days_of_times(times, count, 86400, days)
           : type == EV_COL_TIME_US ? days_of_times(times, count, 86400000000, days)
           : type == EV_COL_TIME_NS ? days_of_times(times, count, 86400000000000, days)
                                    : 0;
}

/* The months in some rows of yyyymm; 0 if they are not integers, or one is bad. */
static int months_of(const ev_column *when, ptrdiff_t start, ptrdiff_t count,
                     int32_t *restrict months)
{
    int64_t values[CHUNK];
    const ptrdiff_t rows = ev_is_index(when->type) ? count : 0;
    int bad = rows == 0;
    if (rows > 0) {
        ev_integers_read(when, start, rows, values);
    }
    for (ptrdiff_t i = 0; i < rows; i++) {
        const uint32_t year = (uint32_t)values[i] / 100;
        const uint32_t month = (uint32_t)values[i] % 100 - 1;
        bad |= values[i] < EV_FIRST_YEAR * 100 || values[i] > EV_LAST_YEAR * 100 + 12 ||
               month > 11;
        months[i] = (int32_t)(year * 12 + month) - 1970 * 12;
    }
    return !bad;
}

/* The frequent cases, dates and yyyymm, many rows at a time. 0 for other columns and if
 * a row is bad: then read row by row. */
static int read_fast(const ev_column *when, const ev_frequency *freq, ptrdiff_t start,
                     ptrdiff_t count, int64_t *restrict ordinals)
{
    int32_t units[CHUNK];
    int done = 1;
    if (days_of(when, start, count, units)) {
        ev_periods_of_days(*freq, count, units, ordinals);
    }
    else if ((freq->unit == EV_MONTH || freq->unit == EV_MONTH_JF) &&
             months_of(when, start, count, units)) {
        ev_periods_of_months(*freq, count, units, ordinals);
    }
    else {
        done = 0;
    }
    return done;
}

static ev_result result_of(ev_fault fault)
{
    return fault == EV_FAULT_NONE                             ? EV_DONE
           : fault == EV_FAULT_YEAR || fault == EV_FAULT_RANGE ? EV_RANGE
           : fault == EV_FAULT_INTEGER || fault == EV_FAULT_TYPE ? EV_BAD_FORMAT
                                                                 : EV_BAD_VALUE;
}

ev_result ev_period_ordinals(const ev_column *when, const ev_column *within,
                             const ev_frequency *freq, ptrdiff_t start, ptrdiff_t count,
                             int64_t *ordinals, ptrdiff_t *bad_row)
{
    const int plain = within == NULL && when->dictionary == NULL;
    ev_fault fault = EV_FAULT_NONE;
    for (ptrdiff_t done = 0; done < count && fault == EV_FAULT_NONE; done += CHUNK) {
        const ptrdiff_t first = start + done;
        const ptrdiff_t rows = count - done < CHUNK ? count - done : CHUNK;
        if (!plain || !all_valid(when, first, rows) ||
            !read_fast(when, freq, first, rows, ordinals + done)) {
            for (ptrdiff_t i = 0; i < rows && fault == EV_FAULT_NONE; i++) {
                fault = read_ordinal(when, within, freq, first + i, ordinals + done + i);
                *bad_row = fault == EV_FAULT_NONE ? *bad_row : first + i;
            }
        }
    }
    return result_of(fault);
}

/* ---- text ---- */

/* Whether a text is read as fast as it is looked up: 2025-01-31. */
EV_INLINE int is_iso(const char *text, ptrdiff_t size)
{
    return size == 10 && text[4] == '-';
}

static ev_fault text_ordinal(const char *text, ptrdiff_t size, const ev_frequency *freq,
                             const ev_form *form, int64_t *ordinal)
{
    ev_said said;
    ev_fault fault = text == NULL   ? EV_FAULT_NULL
                     : form == NULL ? ev_period_parse(text, size, &said)
                                    : ev_period_parse_form(form, text, size, &said);
    return fault == EV_FAULT_NONE ? ev_period_place(&said, *freq, ordinal) : fault;
}

ev_result ev_period_texts(const ev_column *when, const ev_frequency *freq,
                          const ev_form *form, ev_recent_text *recent, ptrdiff_t start,
                          ptrdiff_t count, int64_t *ordinals, ptrdiff_t *bad_row)
{
    const uint64_t mix = 0x9e3779b97f4a7c15;
    ev_fault fault = EV_FAULT_NONE;
    for (ptrdiff_t i = 0; i < count && fault == EV_FAULT_NONE; i++) {
        ptrdiff_t size = 0;
        const char *text = ev_period_text(when, start + i, &size);
        ev_recent_text now = {{0}, size, 0}, *seen = NULL;
        if (text != NULL && size > 0 && size <= (ptrdiff_t)sizeof now.words &&
            !is_iso(text, size)) {
            memcpy(now.words, text, (size_t)size);
            const uint64_t hash =
                ((now.words[0] * mix ^ now.words[1]) * mix ^ now.words[2]) * mix;
            seen = recent + (hash >> 52); /* the highest bits, which all bytes reach */
        }
        if (seen != NULL && seen->size == size &&
            memcmp(seen->words, now.words, sizeof now.words) == 0) {
            ordinals[i] = seen->ordinal;
        }
        else {
            fault = text_ordinal(text, size, freq, form, ordinals + i);
            *bad_row = fault == EV_FAULT_NONE ? *bad_row : start + i;
            if (seen != NULL && fault == EV_FAULT_NONE) {
                now.ordinal = ordinals[i];
                *seen = now;
            }
        }
    }
    return result_of(fault);
}

void ev_period_words(const ev_column *dictionary, const ev_frequency *freq, int64_t *words)
{
    for (ptrdiff_t i = 0; i < dictionary->length; i++) {
        if (read_ordinal(dictionary, NULL, freq, i, words + i) != EV_FAULT_NONE) {
            words[i] = EV_NO_PERIOD;
        }
    }
}

ev_result ev_period_decode(const ev_column *when, const int64_t *words,
                           const ev_frequency *freq, ptrdiff_t start, ptrdiff_t count,
                           int64_t *ordinals, ptrdiff_t *bad_row)
{
    const int64_t known = when->dictionary->length;
    ev_fault fault = EV_FAULT_NONE;
    int64_t codes[CHUNK];
    for (ptrdiff_t i = 0; i < count && fault == EV_FAULT_NONE; i++) {
        if (i % CHUNK == 0) {
            ev_integers_read(when, start + i, count - i < CHUNK ? count - i : CHUNK, codes);
        }
        const int64_t code = ev_has_value(when, start + i) ? codes[i % CHUNK] : -1;
        ordinals[i] = code >= 0 && code < known ? words[code] : EV_NO_PERIOD;
        if (ordinals[i] == EV_NO_PERIOD) {
            fault = read_ordinal(when, NULL, freq, start + i, ordinals + i);
            *bad_row = start + i;
        }
    }
    return result_of(fault);
}
