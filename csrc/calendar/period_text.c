/* Reading the period that a text states, and placing it in a frequency. */
#include "calendar/forms.h"

#include <string.h>

/* The parts of a year, by their unit. */
static const int PARTS[] = {1, 2, 4, 12, 12};

static int days_in_month(int year, int month)
{
    const int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 ? 28 + leap : 30 + ((month + (month > 7)) & 1);
}

static ev_fault check_year(int year)
{
    return year < EV_FIRST_YEAR || year > EV_LAST_YEAR ? EV_FAULT_YEAR : EV_FAULT_NONE;
}

static ev_fault state_day(int year, int month, int day, ev_said *said)
{
    ev_fault fault = check_year(year);
    if (fault == EV_FAULT_NONE &&
        (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))) {
        fault = EV_FAULT_CALENDAR;
    }
    if (fault == EV_FAULT_NONE) {
        *said = (ev_said){.unit = EV_DAY, .day = ev_day(year, month, day)};
    }
    return fault;
}

static ev_fault state_part(ev_unit unit, int year, int part, ev_said *said)
{
    ev_fault fault = check_year(year);
    if (fault == EV_FAULT_NONE && (part < 1 || part > PARTS[unit])) {
        fault = EV_FAULT_CALENDAR;
    }
    *said = (ev_said){.unit = unit, .year = year, .part = part};
    return fault;
}

/* An ISO week; week 1 has the fourth of January, and the last one a Thursday of its year. */
static ev_fault state_iso_week(int year, int week, ev_said *said)
{
    const ev_frequency weeks = {EV_WEEK, 7};
    ev_fault fault = check_year(year);
    if (fault == EV_FAULT_NONE) {
        int thursday_year, month, place;
        const int64_t first = ev_period_of_day(weeks, ev_day(year, 1, 4));
        const int64_t last = ev_period_last_day(weeks, first + week - 1);
        ev_civil(last - 3, &thursday_year, &month, &place);
        fault = week < 1 || thursday_year != year ? EV_FAULT_CALENDAR : EV_FAULT_NONE;
        *said = (ev_said){.unit = EV_WEEK, .day = last};
    }
    return fault;
}

/* The week that a label names by its first and last day; either may be in range. */
static ev_fault state_week(const ev_date_parts *parts, ev_said *said)
{
    const int days = days_in_month(parts->year, parts->month);
    ev_fault fault = EV_FAULT_CALENDAR;
    if (check_year(parts->year) != EV_FAULT_NONE &&
        check_year(parts->end.year) != EV_FAULT_NONE) {
        fault = EV_FAULT_YEAR;
    }
    else if (parts->month >= 1 && parts->month <= 12 && parts->day >= 1 &&
             parts->day <= days) {
        ev_date end;
        const int64_t last = ev_day(parts->year, parts->month, parts->day) + 6;
        ev_civil(last, &end.year, &end.month, &end.day);
        const int same = end.year == parts->end.year && end.month == parts->end.month &&
                         end.day == parts->end.day;
        fault = same ? EV_FAULT_NONE : EV_FAULT_CALENDAR;
        *said = (ev_said){.unit = EV_WEEK, .day = last};
    }
    return fault;
}

ev_fault ev_period_state(const ev_form *form, const ev_date_parts *parts, ev_said *said)
{
    ev_fault fault;
    switch (form->unit) {
    case EV_DAY: fault = state_day(parts->year, parts->month, parts->day, said); break;
    case EV_WEEK:
        fault = parts->end.year > 0 ? state_week(parts, said)
                               : state_iso_week(parts->year, parts->part, said);
        break;
    case EV_YEAR:
        fault = state_part(EV_YEAR, parts->year, 1, said);
        said->fiscal = form->pattern[0] == 'F';
        break;
    case EV_MONTH_JF: fault = state_part(EV_MONTH_JF, parts->year, 1, said); break;
    case EV_MONTH: fault = state_part(EV_MONTH, parts->year, parts->month, said); break;
    default: fault = state_part(form->unit, parts->year, parts->part, said); break;
    }
    return fault;
}

/* ---- reading ---- */

EV_INLINE int two_digits(const char *text)
{
    const unsigned tens = (unsigned)(text[0] - '0'), ones = (unsigned)(text[1] - '0');
    return tens < 10 && ones < 10 ? (int)(tens * 10 + ones) : -1;
}

/* The most frequent forms, 2025-01 and 2025-01-31; 0 for all others and bad ones. */
EV_INLINE int read_iso(const char *text, ptrdiff_t size, ev_said *said)
{
    int done = 0;
    if ((size == 7 || size == 10) && text[4] == '-') {
        const int century = two_digits(text), years = two_digits(text + 2);
        const int month = two_digits(text + 5), year = century * 100 + years;
        if (century >= 0 && years >= 0 && size == 7) {
            done = state_part(EV_MONTH, year, month, said) == EV_FAULT_NONE;
        }
        else if (century >= 0 && years >= 0 && text[7] == '-') {
            done = state_day(year, month, two_digits(text + 8), said) == EV_FAULT_NONE;
        }
    }
    return done;
}

/* Whether a text is a day and a month, in one order or the other, before a year. */
static int has_no_order(const char *text, ptrdiff_t size)
{
    static const char *const PATTERNS[] = {"%m-%d-%Y", "%m/%d/%Y", "%m.%d.%Y",
                                           "%m-%d-%y", "%m/%d/%y", "%m.%d.%y"};
    ptrdiff_t date = 0;
    int found = 0;
    while (date < size && text[date] != ' ') { /* a time may follow */
        date++;
    }
    for (size_t i = 0; i < sizeof PATTERNS / sizeof PATTERNS[0] && !found; i++) {
        const ev_form form = {"", PATTERNS[i], EV_DAY};
        ev_date_parts parts = {0};
        found = ev_form_match(&form, text, date, &parts) > date;
    }
    return found;
}

static void trim(const char **text, ptrdiff_t *size)
{
    while (*size > 0 && **text == ' ') {
        (*text)++;
        (*size)--;
    }
    while (*size > 0 && (*text)[*size - 1] == ' ') {
        (*size)--;
    }
}

/* Whether a text may fit a form, by what follows the year of four digits in both. */
EV_INLINE int may_fit(const ev_form *form, const char *text, ptrdiff_t size, int has_year)
{
    const char *rest = form->pattern + 2;
    const char next = has_year && size > 4 ? text[4] : '\0';
    const int digit = next >= '0' && next <= '9';
    int fits = (form->pattern[0] == '%' && form->pattern[1] == 'Y') == has_year;
    if (fits && has_year) {
        fits = rest[0] != '%'  ? rest[0] == next
               : rest[1] == '0' ? digit
                                : next == '-' || next == ' ' || (next >= 'A' && next <= 'z');
    }
    return fits;
}

ev_fault ev_period_parse(const char *text, ptrdiff_t size, ev_said *said)
{
    int done = read_iso(text, size, said);
    ev_fault fault = done ? EV_FAULT_NONE : EV_FAULT_TEXT;
    if (!done) {
        trim(&text, &size);
        const int has_year = size >= 4 && two_digits(text) >= 0 && two_digits(text + 2) >= 0;
        for (int i = 0; i < ev_form_count() && !done; i++) {
            const ev_form *form = ev_form_at(i);
            ev_date_parts parts = {0};
            done = may_fit(form, text, size, has_year) &&
                   ev_form_match(form, text, size, &parts) > size;
            fault = done ? ev_period_state(form, &parts, said) : fault;
        }
    }
    return fault == EV_FAULT_TEXT && has_no_order(text, size) ? EV_FAULT_ORDER : fault;
}

ev_fault ev_period_parse_form(const ev_form *form, const char *text, ptrdiff_t size,
                              ev_said *said)
{
    ev_date_parts parts = {0};
    trim(&text, &size);
    return ev_form_match(form, text, size, &parts) > size ? ev_period_state(form, &parts, said)
                                                          : EV_FAULT_TEXT;
}

/* Adds a word after a comma to a text, where there is room. */
static void add(const char *word, char near[EV_NEAR_SIZE])
{
    const size_t used = strlen(near), more = strlen(word);
    if (used + more + 3 <= EV_NEAR_SIZE) {
        memcpy(near + used, ", ", used > 0 ? 2 : 0);
        memcpy(near + used + (used > 0 ? 2 : 0), word, more + 1);
    }
}

void ev_period_near(const char *text, ptrdiff_t size, char near[EV_NEAR_SIZE])
{
    enum { MOST = 3 };
    ptrdiff_t longest = size + 1;
    int count = 0;
    near[0] = '\0';
    trim(&text, &size);
    while (count < MOST && longest > 0) { /* from the best fit down */
        ptrdiff_t next = 0;
        for (int i = 0; i < ev_form_count(); i++) {
            ev_date_parts parts = {0};
            const ptrdiff_t fit = ev_form_match(ev_form_at(i), text, size, &parts);
            if (fit == longest && count < MOST) {
                add(ev_form_at(i)->example, near);
                count++;
            }
            next = fit < longest && fit > next ? fit : next;
        }
        longest = next;
    }
    for (int i = 0; i < MOST && count == 0; i++) { /* nothing fits: the usual ones */
        add(ev_form_at(i)->example, near);
    }
}

/* ---- placing ---- */

int ev_period_stated(const ev_said *said, ev_frequency *freq)
{
    if (said->unit == EV_WEEK) {
        const int64_t monday = 4; /* 1970-01-05, the first Monday */
        const int64_t weekday = (said->day - monday) % 7;
        *freq = (ev_frequency){EV_WEEK, (int)(weekday < 0 ? weekday + 7 : weekday) + 1};
    }
    else if (said->unit != EV_DAY) {
        const int yearly = said->unit == EV_YEAR || said->unit == EV_QUARTER;
        *freq = (ev_frequency){said->unit, yearly ? 12 : 0};
    }
    return said->unit != EV_DAY;
}

ev_fault ev_period_place(const ev_said *said, ev_frequency freq, int64_t *ordinal)
{
    const int64_t years = (int64_t)said->year - 1970;
    const int to_jf = said->unit == EV_MONTH && freq.unit == EV_MONTH_JF;
    ev_frequency stated;
    ev_fault fault = EV_FAULT_NONE;
    if (!ev_period_stated(said, &stated)) {
        *ordinal = ev_period_of_day(freq, said->day);
    }
    else if (stated.unit > freq.unit && !to_jf) {
        fault = EV_FAULT_FINER;
    }
    else if (stated.unit < freq.unit) {
        fault = EV_FAULT_COARSER;
    }
    else if (said->unit == EV_WEEK) {
        *ordinal = ev_period_of_day(freq, said->day);
        fault = stated.end == freq.end ? EV_FAULT_NONE : EV_FAULT_ENDING;
    }
    else if (said->unit >= EV_MONTH_JF) {
        const int32_t month = (said->year - 1970) * 12 + said->part - 1;
        ev_periods_of_months(freq, 1, &month, ordinal);
    }
    else {
        *ordinal = years * PARTS[said->unit] + said->part - 1;
    }
    return fault;
}
