/* Reading the period that a text states, and placing it in a frequency. */
#include "calendar/period.h"

#include <string.h>

/* The Chinese signs for year, month and day, in UTF-8. */
static const char YEAR_SIGN[] = "\xe5\xb9\xb4";
static const char MONTH_SIGN[] = "\xe6\x9c\x88";
static const char DAY_SIGN[] = "\xe6\x97\xa5";

/* The parts of a year, by their unit. */
static const int PARTS[] = {1, 2, 4, 12, 12};

/* The rest of the text. */
typedef struct scan {
    const char *at, *end;
} scan;

/* Reads up to `most` digits into *value and returns their number. */
EV_INLINE int digits(scan *text, int most, int *value)
{
    int count = 0;
    *value = 0;
    while (count < most && text->at < text->end && *text->at >= '0' &&
           *text->at <= '9') {
        *value = *value * 10 + (*text->at - '0');
        text->at++;
        count++;
    }
    return count;
}

/* Skips a character if it comes next. */
EV_INLINE int take(scan *text, char wanted)
{
    const int found = text->at < text->end && *text->at == wanted;
    text->at += found;
    return found;
}

/* Skips a Chinese sign, three bytes, if it comes next. */
static int take_sign(scan *text, const char *sign)
{
    const int found = text->end - text->at >= 3 && memcmp(text->at, sign, 3) == 0;
    text->at += found ? 3 : 0;
    return found;
}

static int at_end(const scan *text)
{
    return text->at == text->end;
}

static int at_letter(const scan *text)
{
    return !at_end(text) && *text->at >= 'A' && *text->at <= 'z';
}

static int days_in_month(int year, int month)
{
    const int leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return month == 2 ? 28 + leap : 30 + ((month + (month > 7)) & 1);
}

/* A year and its half, quarter or month. */
static ev_fault say_part(ev_unit unit, int year, int part, ev_said *said)
{
    ev_fault fault = EV_FAULT_NONE;
    if (part < 1 || part > PARTS[unit]) {
        fault = EV_FAULT_TEXT;
    }
    else if (year < 1) {
        fault = EV_FAULT_YEAR;
    }
    *said = (ev_said){unit, year, part, 0};
    return fault;
}

/* A date, or its fault. */
static ev_fault say_day(int year, int month, int day, ev_said *said)
{
    ev_fault fault = say_part(EV_MONTH, year, month, said);
    if (fault == EV_FAULT_NONE && (day < 1 || day > days_in_month(year, month))) {
        fault = EV_FAULT_TEXT;
    }
    if (fault == EV_FAULT_NONE) {
        *said = (ev_said){EV_DAY, 0, 0, ev_day(year, month, day)};
    }
    return fault;
}

/* After the year and a separator: a month, or a month, the separator and a day. */
static ev_fault rest_of_date(scan *text, int year, char separator, ev_said *said)
{
    int month, day;
    ev_fault fault = EV_FAULT_TEXT;
    if (digits(text, 2, &month) > 0) {
        if (!take(text, separator)) {
            fault = say_part(EV_MONTH, year, month, said);
        }
        else if (digits(text, 2, &day) > 0) {
            fault = say_day(year, month, day, said);
        }
    }
    return fault;
}

/* After the year and its Chinese sign: a month, or a month and a day, each signed. */
static ev_fault rest_of_chinese_date(scan *text, int year, ev_said *said)
{
    int month, day;
    ev_fault fault = EV_FAULT_TEXT;
    if (digits(text, 2, &month) > 0 && take_sign(text, MONTH_SIGN)) {
        if (at_end(text)) {
            fault = say_part(EV_MONTH, year, month, said);
        }
        else if (digits(text, 2, &day) > 0 && take_sign(text, DAY_SIGN)) {
            fault = say_day(year, month, day, said);
        }
    }
    return fault;
}

/* The second date of a week's label, six days after the first. */
static ev_fault rest_of_week(scan *text, ev_said *said)
{
    int year;
    ev_said last = *said;
    ev_fault fault = EV_FAULT_TEXT;
    if (digits(text, 4, &year) == 4 && take(text, '-')) {
        fault = rest_of_date(text, year, '-', &last);
    }
    if (fault == EV_FAULT_NONE && (last.unit != EV_DAY || last.day != said->day + 6)) {
        fault = EV_FAULT_TEXT;
    }
    if (fault == EV_FAULT_NONE) {
        *said = (ev_said){EV_WEEK, 0, 0, last.day};
    }
    return fault;
}

/* A quarter or half after its letter, in either case. */
static ev_fault rest_of_part(scan *text, int year, ev_said *said)
{
    int part = 0;
    ev_unit unit = EV_DAY;
    if (take(text, 'Q') || take(text, 'q')) {
        unit = EV_QUARTER;
    }
    else if (take(text, 'H') || take(text, 'h')) {
        unit = EV_HALF;
    }
    (void)digits(text, 1, &part);
    return unit == EV_DAY ? EV_FAULT_TEXT : say_part(unit, year, part, said);
}

/* What follows a year of four digits. */
static ev_fault rest_of_period(scan *text, int year, ev_said *said)
{
    int month;
    ev_fault fault = EV_FAULT_TEXT;
    if (at_end(text)) {
        fault = say_part(EV_YEAR, year, 1, said);
    }
    else if (take(text, '-')) {
        fault = at_letter(text) ? rest_of_part(text, year, said)
                                : rest_of_date(text, year, '-', said);
        if (fault == EV_FAULT_NONE && said->unit == EV_DAY && take(text, '/')) {
            fault = rest_of_week(text, said);
        }
    }
    else if (take(text, '/')) {
        fault = rest_of_date(text, year, '/', said);
    }
    else if (take_sign(text, YEAR_SIGN)) {
        fault = at_end(text) ? say_part(EV_YEAR, year, 1, said)
                             : rest_of_chinese_date(text, year, said);
    }
    else if (at_letter(text)) {
        fault = rest_of_part(text, year, said);
    }
    else if (digits(text, 2, &month) == 2) {
        fault = say_part(EV_MONTH, year, month, said);
    }
    return fault;
}

ev_fault ev_period_parse(const char *text, ptrdiff_t size, ev_said *said)
{
    scan rest = {text, text + size};
    int year;
    ev_fault fault = EV_FAULT_TEXT;
    while (rest.at < rest.end && *rest.at == ' ') {
        rest.at++;
    }
    while (rest.at < rest.end && rest.end[-1] == ' ') {
        rest.end--;
    }
    if (digits(&rest, 4, &year) == 4) {
        fault = rest_of_period(&rest, year, said);
    }
    if (fault == EV_FAULT_NONE && !at_end(&rest)) {
        fault = EV_FAULT_TEXT;
    }
    return fault;
}

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
