/* Text of periods, names of frequencies, formats and lags. */
#include "fuzz.h"
#include "calendar/forms.h"
#include "calendar/lag.h"

static const ev_frequency frequencies[] = {
    {EV_YEAR, 12}, {EV_YEAR, 3},  {EV_HALF, 0}, {EV_QUARTER, 12}, {EV_QUARTER, 1},
    {EV_MONTH_JF, 0}, {EV_MONTH, 0}, {EV_WEEK, 7}, {EV_WEEK, 3},  {EV_DAY, 0}};
enum { FREQUENCIES = sizeof frequencies / sizeof frequencies[0] };

/* A period is a range of days, and its label reads back. */
static void check_period(ev_frequency freq, int64_t ordinal)
{
    const int64_t first = ev_period_first_day(freq, ordinal);
    const int64_t last = ev_period_last_day(freq, ordinal);
    REQUIRE(first <= last && last - first < 366);
    REQUIRE(ev_period_of_day(freq, first) == ordinal);
    REQUIRE(ev_period_of_day(freq, last) == ordinal);
    REQUIRE(ev_period_first_day(freq, ordinal + 1) == last + 1);
    char label[EV_LABEL_SIZE];
    const int size = ev_period_label(freq, ordinal, label);
    REQUIRE(size > 0 && size < EV_LABEL_SIZE && label[size] == 0);
    ev_said said;
    int64_t again = EV_NO_PERIOD;
    const ev_fault fault = ev_period_parse(label, size, &said);
    /* Labels of the years that text may state. */
    int year, month, place;
    ev_civil(first, &year, &month, &place);
    if (year >= EV_FIRST_YEAR && year < EV_LAST_YEAR) {
        REQUIRE(fault == EV_FAULT_NONE);
    }
    if (fault == EV_FAULT_NONE) {
        REQUIRE(ev_period_place(&said, freq, &again) == EV_FAULT_NONE && again == ordinal);
    }
}

/* What one form reads alone, the reader of all forms reads as well. */
static void check_forms(const char *text, ptrdiff_t size, ev_fault fault, const ev_said *said)
{
    int same = 0;
    for (int i = 0; i < ev_form_count(); i++) {
        const ev_form *form = ev_form_at(i);
        ev_date_parts parts;
        ev_said alone;
        const ptrdiff_t fits = ev_form_match(form, text, size, &parts);
        REQUIRE(fits >= 0 && fits <= size + 1);
        if (ev_period_parse_form(form, text, size, &alone) == EV_FAULT_NONE) {
            REQUIRE(fault == EV_FAULT_NONE);
            same |= alone.unit == said->unit && alone.day == said->day;
            same |= alone.unit == said->unit && alone.year == said->year &&
                    alone.part == said->part;
        }
    }
    REQUIRE(same || fault != EV_FAULT_NONE);
}

static void check_text(const char *text, ptrdiff_t size)
{
    ev_said said, again;
    const ev_fault fault = ev_period_parse(text, size, &said);
    check_forms(text, size, fault, &said);
    char near[EV_NEAR_SIZE];
    ev_period_near(text, size, near);
    REQUIRE(memchr(near, 0, sizeof near) != NULL);
    char *wider = exact_block(NULL, (size_t)size + 2);
    wider[0] = wider[size + 1] = ' ';
    memcpy(wider + 1, text, (size_t)size);
    REQUIRE(ev_period_parse(wider, size + 2, &again) == fault);
    free(wider);
    for (int i = 0; i < FREQUENCIES && fault == EV_FAULT_NONE; i++) {
        int64_t ordinal;
        if (ev_period_place(&said, frequencies[i], &ordinal) == EV_FAULT_NONE) {
            check_period(frequencies[i], ordinal);
        }
    }
}

static void check_names(const char *text, ptrdiff_t size)
{
    ev_frequency freq, again;
    ev_form form;
    ev_date_parts parts;
    char name[EV_FREQUENCY_SIZE], pattern[EV_PATTERN_SIZE];
    if (ev_frequency_parse(text, size, &freq) == EV_DONE) {
        ev_frequency_name(freq, name);
        REQUIRE(ev_frequency_parse(name, (ptrdiff_t)strlen(name), &again) == EV_DONE);
        REQUIRE(freq.unit == again.unit && freq.end == again.end);
    }
    if (ev_form_read(text, size, pattern, &form) == NULL) {
        REQUIRE(memchr(pattern, 0, sizeof pattern) != NULL && form.pattern == pattern);
        (void)ev_form_match(&form, text, size, &parts);
        (void)ev_form_match(&form, "2025-01-31 10:00", 16, &parts);
    }
}

static int month_length(int year, int month)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return lengths[month - 1] + (month == 2 && leap);
}

/* Days, their civil dates and months before, with the calendar counted by hand. */
static void check_days(input *in)
{
    const int64_t span = EV_LAST_DAY - EV_FIRST_DAY + 1;
    const int64_t day = EV_FIRST_DAY + (int64_t)((uint64_t)take_integer(in) % (uint64_t)span);
    int year, month, place;
    ev_civil(day, &year, &month, &place);
    REQUIRE(year >= 1 && year <= 9999 && month >= 1 && month <= 12);
    REQUIRE(place >= 1 && place <= month_length(year, month));
    REQUIRE(ev_day(year, month, place) == day);
    for (int i = 0; i < FREQUENCIES; i++) {
        const ev_frequency freq = frequencies[i];
        const int64_t ordinal = ev_period_of_day(freq, day);
        const int32_t narrow = (int32_t)day;
        int64_t many;
        ev_periods_of_days(freq, 1, &narrow, &many);
        REQUIRE(many == ordinal);
        REQUIRE(ev_period_first_day(freq, ordinal) <= day);
        REQUIRE(ev_period_last_day(freq, ordinal) >= day);
        if (year > 1 && year < 9999) {
            check_period(freq, ordinal);
        }
        for (int k = 0; k < FREQUENCIES; k++) {
            if (ev_frequency_nests(freq, frequencies[k]) && year > 1 && year < 9999) {
                const ev_part part = ev_period_part(freq, ordinal, frequencies[k]);
                REQUIRE(part.place >= 0 && part.place < part.parts && part.parts <= 366);
            }
        }
    }
    const int months = (int)(take_integer(in) % 1200), nearest = take_below(in, 2);
    const ev_lag lag = {{EV_DAY, 0}, months == 0 ? 1 : months, 0, nearest};
    const int64_t total = (int64_t)year * 12 + month - 1 - lag.months;
    const int y = (int)(total / 12), m = (int)(total % 12) + 1;
    if (total >= 12 && y <= 9999) {
        const int most = month_length(y, m);
        const int64_t base = place <= most ? ev_day(y, m, place)
                             : nearest     ? ev_day(y, m, most)
                                           : EV_NO_PERIOD;
        REQUIRE(ev_lag_before(&lag, day) == base);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    if (take_below(&in, 4) == 0) {
        check_days(&in);
    }
    else {
        char *text = exact_block(in.at, in.left);
        check_text(text, (ptrdiff_t)in.left);
        check_names(text, (ptrdiff_t)in.left);
        free(text);
    }
    return 0;
}
