/* The calendar: every day of the years 1 to 9999, and columns of every type. */
#include <string.h>

#include "calendar/forms.h"
#include "calendar/lag.h"
#include "check.h"
#include "table/period_column.h"

static void check(int holds, const char *what, long long detail)
{
    if (!holds && failures++ < 20) {
        printf("failed: %s (%lld)\n", what, detail);
    }
}

static ev_frequency frequency(const char *name)
{
    ev_frequency freq = {EV_DAY, 0};
    check(ev_frequency_parse(name, (ptrdiff_t)strlen(name), &freq) == EV_DONE, name, 0);
    return freq;
}

static int is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Counts the days one by one. */
static void test_every_day(void)
{
    static const int DAYS[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const ev_frequency month = frequency("M"), jf = frequency("M-JF"), week = frequency("W");
    const ev_frequency fiscal = frequency("Y-MAR"), quarter = frequency("Q-MAR");
    int year = 1, m = 1, d = 1;
    int64_t weeks = ev_period_of_day(week, EV_FIRST_DAY);
    for (int64_t day = EV_FIRST_DAY; day <= EV_LAST_DAY; day++) {
        int y2, m2, d2;
        ev_civil(day, &y2, &m2, &d2);
        check(y2 == year && m2 == m && d2 == d, "ev_civil", day);
        check(ev_day(year, m, d) == day, "ev_day", day);
        check(ev_period_of_day(month, day) == (year - 1970) * 12 + m - 1, "month", day);
        check(ev_period_of_day(jf, day) == (year - 1970) * 11 + (m <= 2 ? 0 : m - 2), "M-JF",
              day);
        check(ev_period_of_day(fiscal, day) == year - 1970 + (m > 3), "Y-MAR", day);
        check(ev_period_of_day(quarter, day) ==
                  (year - 1970 + (m > 3)) * 4 + (m > 3 ? (m - 4) / 3 : 3),
              "Q-MAR", day);
        if (day > EV_FIRST_DAY && (day - EV_FIRST_DAY) % 7 == 0) {
            weeks++; /* 0001-01-01 was a Monday */
        }
        check(ev_period_of_day(week, day) == weeks, "week", day);
        if (++d > DAYS[m - 1] + (m == 2 && is_leap(year))) {
            d = 1;
            if (++m > 12) {
                m = 1;
                year++;
            }
        }
    }
    check(year == 10000, "the last day is in year 9999", year);
}

/* Periods have no gaps or overlaps, and their labels parse to the same period. */
static void test_periods(void)
{
    static const char *const NAMES[] = {"Y",     "Y-MAR", "Y-JAN", "H", "Q",     "Q-FEB",
                                        "Q-JUN", "M",     "M-JF",  "W", "W-WED", "D"};
    char name[EV_FREQUENCY_SIZE], label[EV_LABEL_SIZE];
    for (size_t k = 0; k < sizeof NAMES / sizeof NAMES[0]; k++) {
        const ev_frequency freq = frequency(NAMES[k]);
        ev_frequency_name(freq, name);
        check(strcmp(name, NAMES[k]) == 0, "name", (long long)k);
        const int64_t start = ev_period_of_day(freq, ev_day(1801, 1, 15));
        for (int64_t o = start; o < start + 20000 && ev_period_last_day(freq, o) < ev_day(2199, 1, 1);
             o++) {
            const int64_t first = ev_period_first_day(freq, o);
            const int64_t last = ev_period_last_day(freq, o);
            check(first <= last, "first before last", o);
            check(ev_period_last_day(freq, o - 1) + 1 == first, "no gap", o);
            check(ev_period_of_day(freq, first) == o, "first day is inside", o);
            check(ev_period_of_day(freq, last) == o, "last day is inside", o);
            ev_said said;
            int64_t back = 0;
            const int size = ev_period_label(freq, o, label);
            check(ev_period_parse(label, size, &said) == EV_FAULT_NONE, label, o);
            check(ev_period_place(&said, freq, &back) == EV_FAULT_NONE && back == o, label, o);
        }
    }
}

static void test_nesting(void)
{
    check(ev_frequency_nests(frequency("M"), frequency("Q-FEB")), "M in Q-FEB", 0);
    check(ev_frequency_nests(frequency("M"), frequency("M-JF")), "M in M-JF", 0);
    check(ev_frequency_nests(frequency("Q"), frequency("H")), "Q in H", 0);
    check(ev_frequency_nests(frequency("Q"), frequency("Y-MAR")), "Q in Y-MAR", 0);
    check(!ev_frequency_nests(frequency("Q"), frequency("Y-JAN")), "Q not in Y-JAN", 0);
    check(ev_frequency_nests(frequency("W"), frequency("M")), "W in M", 0);
    check(!ev_frequency_nests(frequency("W"), frequency("M-JF")), "W not in M-JF", 0);
    check(!ev_frequency_nests(frequency("W"), frequency("D")), "W not in D", 0);
    check(!ev_frequency_nests(frequency("Y"), frequency("Q")), "Y not in Q", 0);
    check(!ev_frequency_nests(frequency("M-JF"), frequency("M")), "M-JF not in M", 0);
    const ev_part part = ev_period_part(frequency("M"), 1, frequency("M-JF"));
    check(part.whole == 0 && part.place == 1 && part.parts == 2, "February", part.place);
    const ev_part leap = ev_period_part(frequency("D"), ev_day(2024, 2, 29), frequency("M"));
    check(leap.place == 28 && leap.parts == 29, "leap day", leap.parts);
    /* A week belongs to the month of its fourth day: that of 2020-01-27 ends in February
     * and is the fifth of January. */
    const int64_t week = ev_period_of_day(frequency("W"), ev_day(2020, 1, 27));
    const ev_part weeks = ev_period_part(frequency("W"), week, frequency("M"));
    check(weeks.whole == 600 && weeks.place == 4 && weeks.parts == 5, "week", weeks.place);
    const ev_part next = ev_period_part(frequency("W"), week + 1, frequency("M"));
    check(next.whole == 601 && next.place == 0 && next.parts == 4, "next week", next.place);
}

/* ---- columns ---- */

static void test_numbers(void)
{
    const int16_t years[] = {2024, 2025, 2026};
    const uint32_t months[] = {202401, 202512, 202602};
    const int32_t dates[] = {-1, 0, 58, 31};
    const int64_t times[] = {-1, 0, 86400000000, INT64_MIN};
    const uint8_t valid[] = {0x0b}; /* the third is null */
    int64_t ordinals[4];
    ptrdiff_t bad = -1;
    ev_column column = {.type = EV_COL_I16, .length = 3, .data = years};
    ev_frequency freq = frequency("Y");
    check(ev_period_ordinals(&column, NULL, &freq, 1, 2, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 55 && ordinals[1] == 56, "years", 0);
    freq = frequency("Q");
    check(ev_period_ordinals(&column, NULL, &freq, 0, 3, ordinals, &bad) == EV_BAD_FORMAT,
          "integers are not quarters", bad);
    freq = frequency("M-JF");
    column = (ev_column){.type = EV_COL_U32, .length = 3, .data = months};
    check(ev_period_ordinals(&column, NULL, &freq, 0, 3, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 54 * 11 && ordinals[1] == 55 * 11 + 10 &&
              ordinals[2] == 56 * 11, "yyyymm", 0);
    freq = frequency("M");
    column = (ev_column){.type = EV_COL_DATE32, .length = 4, .data = dates, .valid = valid};
    check(ev_period_ordinals(&column, NULL, &freq, 0, 2, ordinals, &bad) == EV_DONE &&
              ordinals[0] == -1 && ordinals[1] == 0, "dates", 0);
    check(ev_period_ordinals(&column, NULL, &freq, 0, 4, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 2, "null date", bad);
    column.offset = 3;
    column.length = 1;
    check(ev_period_ordinals(&column, NULL, &freq, 0, 1, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 1, "offset", 0);
    freq = frequency("D");
    column = (ev_column){.type = EV_COL_TIME_US, .length = 4, .data = times};
    check(ev_period_ordinals(&column, NULL, &freq, 0, 3, ordinals, &bad) == EV_DONE &&
              ordinals[0] == -1 && ordinals[1] == 0 && ordinals[2] == 1, "times", 0);
    check(ev_period_ordinals(&column, NULL, &freq, 0, 4, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 3, "NaT", bad);
    column = (ev_column){.type = EV_COL_F64, .length = 1, .data = times};
    check(ev_period_ordinals(&column, NULL, &freq, 0, 1, ordinals, &bad) == EV_BAD_FORMAT,
          "floats", bad);
    column = (ev_column){.type = EV_COL_NULL, .length = 1};
    check(ev_period_ordinals(&column, NULL, &freq, 0, 1, ordinals, &bad) == EV_BAD_VALUE,
          "nulls", bad);
}

static void test_range(void)
{
    int32_t dates[3000];
    int64_t ordinals[3000];
    ptrdiff_t bad = -1;
    const ev_frequency freq = frequency("M");
    const ev_column column = {.type = EV_COL_DATE32, .length = 3000, .data = dates};
    for (int i = 0; i < 3000; i++) {
        dates[i] = i * 3;
    }
    dates[2000] = EV_FIRST_DAY;
    dates[2001] = EV_LAST_DAY;
    check(ev_period_ordinals(&column, NULL, &freq, 0, 3000, ordinals, &bad) == EV_DONE &&
              ordinals[2000] == -1969 * 12 && ordinals[2001] == 8029 * 12 + 11, "ends", 0);
    dates[2500] = EV_FIRST_DAY - 1;
    check(ev_period_ordinals(&column, NULL, &freq, 0, 3000, ordinals, &bad) == EV_RANGE &&
              bad == 2500, "before year 1", bad);
    dates[2100] = EV_LAST_DAY + 1;
    check(ev_period_ordinals(&column, NULL, &freq, 7, 2993, ordinals, &bad) == EV_RANGE &&
              bad == 2100, "after year 9999", bad);
}

static void test_texts(void)
{
    static ev_recent_text recent[EV_RECENT];
    static const char text[] = "2025-012025/2x2025Q12025-01-31/2025-02-06";
    const int32_t offsets[] = {0, 7, 13, 14, 20, 41};
    int32_t views[3][4] = {{7, 0, 0, 0}, {14, 0, 0, 1}, {0, 0, 0, 0}};
    const char block[] = "x  2025\xe5\xb9\xb4" "12\xe6\x9c\x88y";
    const void *blocks[] = {block};
    const int64_t sizes[] = {sizeof block - 1};
    int64_t ordinals[5], words[5];
    ptrdiff_t bad = -1;
    ev_frequency freq = frequency("M");
    ev_column column = {.type = EV_COL_TEXT, .length = 5, .data = text, .offsets = offsets};
    check(ev_period_ordinals(&column, NULL, &freq, 0, 2, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 660 && ordinals[1] == 661, "text", ordinals[1]);
    check(ev_period_ordinals(&column, NULL, &freq, 0, 5, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 2, "bad text", bad);
    check(ev_period_ordinals(&column, NULL, &freq, 3, 1, ordinals, &bad) == EV_BAD_VALUE,
          "a quarter is not a month", bad);
    check(ev_period_texts(&column, &freq, NULL, recent, 0, 5, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 2 && ordinals[1] == 661, "texts", bad);
    check(ev_period_texts(&column, &freq, NULL, recent, 1, 1, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 661, "a text that was read before", ordinals[0]);
    freq = frequency("W-THU");
    check(ev_period_ordinals(&column, NULL, &freq, 4, 1, ordinals, &bad) == EV_DONE &&
              ordinals[0] == ev_period_of_day(freq, ev_day(2025, 2, 6)), "week", ordinals[0]);
    memcpy((char *)views[0] + 4, "2025-11", 7);
    freq = frequency("M");
    column = (ev_column){.type = EV_COL_TEXT_VIEW, .length = 2, .data = views};
    column.blocks = blocks;
    column.block_sizes = sizes;
    column.block_count = 1;
    check(ev_period_ordinals(&column, NULL, &freq, 0, 2, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 670 && ordinals[1] == 671, "views", ordinals[1]);

    const uint8_t codes[] = {1, 0, 1, 2, 9};
    const ev_column words_of = {.type = EV_COL_TEXT, .length = 5, .data = text,
                                .offsets = offsets};
    const ev_column coded = {.type = EV_COL_U8, .length = 5, .data = codes,
                             .dictionary = &words_of};
    ev_period_words(&words_of, &freq, words);
    check(words[0] == 660 && words[2] == EV_NO_PERIOD, "words", words[0]);
    check(ev_period_decode(&coded, words, &freq, 0, 3, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 661 && ordinals[1] == 660, "codes", ordinals[0]);
    check(ev_period_decode(&coded, words, &freq, 1, 4, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 3, "bad word in use", bad);
    check(ev_period_decode(&coded, words, &freq, 4, 1, ordinals, &bad) == EV_BAD_VALUE,
          "code outside the dictionary", bad);
    check(ev_period_ordinals(&coded, NULL, &freq, 0, 3, ordinals, &bad) == EV_DONE &&
              ordinals[2] == 661, "codes row by row", ordinals[2]);
    memset(recent, 0, sizeof recent);
    check(ev_period_texts(&coded, &freq, NULL, recent, 0, 5, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 3 && ordinals[2] == 661, "coded texts", bad);
}

static void test_pairs(void)
{
    const int64_t years[] = {2024, 2025, 25};
    const int8_t parts[] = {4, 12, 1};
    int64_t ordinals[3];
    ptrdiff_t bad = -1;
    ev_frequency freq = frequency("M");
    char shown[EV_SHOWN_SIZE];
    const ev_column when = {.type = EV_COL_I64, .length = 3, .data = years};
    const ev_column within = {.type = EV_COL_I8, .length = 3, .data = parts};
    check(ev_period_ordinals(&when, &within, &freq, 0, 2, ordinals, &bad) == EV_DONE &&
              ordinals[0] == 651 && ordinals[1] == 671, "pair", ordinals[0]);
    check(ev_period_ordinals(&when, &within, &freq, 0, 3, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 2, "year 25", bad);
    freq = frequency("Q-MAR");
    check(ev_period_ordinals(&when, &within, &freq, 0, 3, ordinals, &bad) == EV_BAD_VALUE &&
              bad == 1 && ordinals[0] == 219, "quarter 12", bad);
    (void)ev_period_show(&when, &within, 1, shown);
    check(strcmp(shown, "(2025, 12)") == 0, shown, 0);
}

/* Names that are none, and texts that come near a form. */
static void test_near_misses(void)
{
    static const char *const names[] = {"M-JX", "Q+MAR", "Q-MAX", "X", "QQ", "M-JAN", ""};
    ev_frequency freq;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        check(ev_frequency_parse(names[i], (ptrdiff_t)strlen(names[i]), &freq) != EV_DONE,
              names[i], 0);
    }
    check(ev_frequency_parse("", 1, &freq) != EV_DONE, "a zero byte", 0);
    static const struct {
        const char *text;
        ev_fault fault;
    } texts[] = {{"2025-00-06/2025-01-12", EV_FAULT_CALENDAR},
                 {"2025-13-06/2025-01-12", EV_FAULT_CALENDAR},
                 {"2025-01-00/2025-01-12", EV_FAULT_CALENDAR},
                 {"2025-01-32/2025-01-12", EV_FAULT_CALENDAR},
                 {"2025-01-06/2025-01-12", EV_FAULT_NONE},
                 {"2025~01", EV_FAULT_TEXT},
                 {"2025{Q1", EV_FAULT_TEXT}};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        ev_said said;
        check(ev_period_parse(texts[i].text, (ptrdiff_t)strlen(texts[i].text), &said) ==
                  texts[i].fault,
              texts[i].text, 0);
    }
}

/* The number of forms that a whole text fits. */
static int forms_of(const char *text, ptrdiff_t size)
{
    int fits = 0;
    for (int k = 0; k < ev_form_count(); k++) {
        ev_date_parts parts = {0};
        const ptrdiff_t match = ev_form_match(ev_form_at(k), text, size, &parts);
        check(match >= 0 && match <= size + 1, "a match is within the text", k);
        fits += match > size;
    }
    return fits;
}

static void test_forms(void)
{
    char near[EV_NEAR_SIZE];
    for (int i = 0; i < ev_form_count(); i++) {
        const char *text = ev_form_at(i)->example;
        ev_said said;
        const ptrdiff_t size = (ptrdiff_t)strlen(text);
        check(forms_of(text, size) == 1, text, i);
        check(ev_period_parse(text, size, &said) == EV_FAULT_NONE, text, i);
        check(said.unit == ev_form_at(i)->unit, text, i);
    }
    ev_period_near("2025-13", 7, near);
    check(strncmp(near, "2025-01, 2025-01-31", 19) == 0, near, 0);
}

/* A column may have any bytes; nothing outside them is read. */
static void test_any_bytes(void)
{
    static const char SIGNS[] = "0123456789-/.:QHSMWFYTZ jan\xe5\xb9\xb4\xe6\x9c\x88"
                                "\xe6\x97\xa5\xe7\xac\xac\xe5\xad\xa3\xe5\xba\xa6x";
    uint32_t state = 12345;
    for (int i = 0; i < 300000; i++) {
        const int size = i % 24;
        char *text = malloc(size > 0 ? (size_t)size : 1); /* the exact size, for the sanitizer */
        ev_said said;
        if (text == NULL) {
            break;
        }
        for (int k = 0; k < size; k++) {
            state = state * 1664525 + 1013904223;
            text[k] = k < 4 && i % 3 > 0 ? (char)('1' + (state >> 24) % 9)
                                         : SIGNS[(state >> 16) % (sizeof SIGNS - 1)];
        }
        if (ev_period_parse(text, size, &said) == EV_FAULT_NONE) {
            ev_frequency freq = {EV_DAY, 0};
            int64_t ordinal = 0;
            (void)ev_period_stated(&said, &freq);
            check(ev_period_place(&said, freq, &ordinal) == EV_FAULT_NONE, "placed", i);
        }
        else {
            char near[EV_NEAR_SIZE];
            ev_period_near(text, size, near);
            check(strlen(near) > 0 && strlen(near) < EV_NEAR_SIZE, "near", i);
        }
        check(forms_of(text, size) <= 1, "no text fits two forms", i);
        free(text);
    }
}

/* Days step back to the same date, weeks to the same number; both step forth again. */
static void test_lags(void)
{
    const ev_lag year = {frequency("D"), 12, 0, 0}, next = {frequency("D"), -12, 0, 0};
    const ev_lag nearest = {frequency("D"), 12, 0, 1}, month = {frequency("D"), 1, 0, 0};
    for (int64_t day = ev_day(2, 1, 1); day < ev_day(9999, 1, 1); day++) {
        int y, m, d;
        ev_civil(day, &y, &m, &d);
        const int64_t before = ev_lag_before(&year, day);
        if (m == 2 && d == 29) {
            check(before == EV_NO_PERIOD, "29 February has no base", day);
            check(ev_lag_before(&nearest, day) == ev_day(y - 1, 2, 28), "the 28th", day);
        }
        else {
            check(before == ev_day(y - 1, m, d), "the same date", day);
            check(ev_lag_before(&next, before) == day, "and back", day);
            check(ev_lag_before(&nearest, day) == before, "nearest is exact", day);
        }
    }
    check(ev_lag_before(&month, ev_day(2025, 3, 29)) == EV_NO_PERIOD, "29 February 2025", 0);
    check(ev_lag_before(&month, ev_day(2025, 1, 31)) == ev_day(2024, 12, 31), "December", 0);
    const ev_lag week = {frequency("W"), 12, 0, 0}, most = {frequency("W"), 12, 0, 1};
    const int64_t w53 = ev_period_of_day(week.freq, ev_day(2020, 12, 31));
    check(ev_lag_before(&week, w53) == EV_NO_PERIOD, "week 53", 0);
    check(ev_lag_before(&most, w53) == w53 - 53, "week 52", 0);
    check(ev_lag_before(&week, w53 + 1) == w53 - 52, "week 1", 0);
    const ev_lag periods = {frequency("M"), 0, -3, 0};
    check(ev_lag_before(&periods, 7) == 10 && ev_lag_typical(&periods) == -3, "counts", 0);
    const ev_lag far = {frequency("D"), INT64_C(12) * 999999999, 0, 0};
    check(ev_lag_before(&far, 0) < EV_FIRST_DAY, "outside the calendar", 0);
    check(ev_lag_typical(&year) == 365 && ev_lag_typical(&week) == 52, "typical", 0);
}

/* A text that strptime would read in a format; 0 for a format that is refused. */
static int64_t formatted(const char *format, const char *text, ev_unit unit)
{
    char pattern[EV_PATTERN_SIZE];
    ev_form form;
    ev_said said;
    int64_t ordinal = 0;
    const char *lacks = ev_form_read(format, (ptrdiff_t)strlen(format), pattern, &form);
    if (lacks == NULL && form.unit == unit &&
        ev_period_parse_form(&form, text, (ptrdiff_t)strlen(text), &said) == EV_FAULT_NONE) {
        (void)ev_period_place(&said, (ev_frequency){unit, unit == EV_YEAR ? 12 : 0}, &ordinal);
    }
    return ordinal;
}

static void test_formats(void)
{
    const int64_t day = ev_day(2025, 1, 31);
    check(formatted("%d-%m-%Y", "31-1-2025", EV_DAY) == day, "%d-%m-%Y", 0);
    check(formatted("%d%m%y", "310125", EV_DAY) == day, "%d%m%y", 0);
    check(formatted("%d %B %Y", " 31 january 2025 ", EV_DAY) == day, "%d %B %Y", 0);
    check(formatted("%m/%d/%Y %H:%M:%S.%f", "01/31/2025 23:59:00.5", EV_DAY) == day, "time", 0);
    check(formatted("%b-%y", "Jan-25", EV_MONTH) == 660, "%b-%y", 0);
    check(formatted("%%%Y", "%2025", EV_YEAR) == 55, "%%%Y", 0);
    check(formatted("%d%m%Y", "3112025", EV_DAY) == 0, "two digits", 0);
    check(formatted("%H %Y", "24 2025", EV_YEAR) == 0, "no hour 24", 0);
    check(formatted("%M %Y", "60 2025", EV_YEAR) == 0, "no minute 60", 0);
    check(formatted("%M %Y", "59 2025", EV_YEAR) == 55, "minute 59", 0);
    check(formatted("%Y", "2025 ", EV_YEAR) == 55 && formatted("%Y", "2025x", EV_YEAR) == 0,
          "the whole text", 0);
    /* Any format: nothing is written or read outside. */
    static const char SIGNS[] = "%%%%YymdbBHMSfjz -/.5";
    uint32_t state = 7;
    for (int i = 0; i < 100000; i++) {
        const int size = i % 150;
        char *format = malloc(size > 0 ? (size_t)size : 1);
        char *pattern = malloc(EV_PATTERN_SIZE);
        ev_form form;
        if (format != NULL && pattern != NULL) {
            for (int k = 0; k < size; k++) {
                state = state * 1664525 + 1013904223;
                format[k] = SIGNS[(state >> 16) % (sizeof SIGNS - 1)];
            }
            const char *lacks = ev_form_read(format, size, pattern, &form);
            ev_date_parts parts = {0};
            check(strlen(pattern) < EV_PATTERN_SIZE, "the pattern ends", i);
            check(lacks != NULL || ev_form_match(&form, format, size, &parts) <= size + 1,
                  "a match is within the text", i);
        }
        free(format);
        free(pattern);
    }
}

int main(void)
{
    test_lags();
    test_formats();
    test_every_day();
    test_periods();
    test_nesting();
    test_numbers();
    test_range();
    test_texts();
    test_pairs();
    test_near_misses();
    test_forms();
    test_any_bytes();
    return finish();
}
