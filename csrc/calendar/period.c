/* Frequencies, civil arithmetic, labels and nesting. */
#include "calendar/period.h"

#include <stdio.h>
#include <string.h>

static const char MONTHS[12][4] = {"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
static const char WEEKDAYS[7][4] = {"MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"};

/* The units that are named by one letter, in the order of ev_unit. */
static const char LETTERS[] = {'Y', 'H', 'Q', '\0', 'M', 'W', 'D'};

/* Added before a division, so that its operand is not negative, and subtracted after it:
 * whole cycles of the calendar (400 years, 146097 days, a whole number of weeks). */
enum {
    SHIFT_YEARS = 400,
    SHIFT_DAYS = 146097,
    SHIFT_WEEKS = 6 * (146097 / 7)
};
enum {
    DAYS_TO_1970 = 719468, /* from 0000-03-01 */
    YEARS_TO_1970 = 1970 + SHIFT_YEARS
};

/* ---- frequencies ---- */

/* The place of a three-letter name among `count` names, from 1; 0 where it is missing. */
static int find_name(const char (*names)[4], int count, const char *name)
{
    int place = 0;
    for (int i = 0; i < count && place == 0; i++) {
        if (memcmp(names[i], name, 3) == 0) {
            place = i + 1;
        }
    }
    return place;
}

/* The ending that a name without one implies, the last; 0 for units without endings. */
static int last_end(ev_unit unit)
{
    return unit == EV_YEAR || unit == EV_QUARTER ? 12 : unit == EV_WEEK ? 7 : 0;
}

ev_result ev_frequency_parse(const char *name, ptrdiff_t size, ev_frequency *freq)
{
    ev_frequency found = {EV_YEAR, -1}; /* -1: not a name */
    if (size == 4 && memcmp(name, "M-JF", 4) == 0) {
        found = (ev_frequency){EV_MONTH_JF, 0};
    }
    else if ((size == 1 || (size == 5 && name[1] == '-')) && name[0] != '\0') {
        const char *letter = memchr(LETTERS, name[0], sizeof LETTERS);
        if (letter != NULL) {
            found.unit = (ev_unit)(letter - LETTERS);
            const int ends = last_end(found.unit);
            found.end = size == 1    ? ends
                        : ends == 12 ? find_name(MONTHS, 12, name + 2)
                        : ends == 7  ? find_name(WEEKDAYS, 7, name + 2)
                                     : 0;
            found.end = size == 5 && found.end == 0 ? -1 : found.end;
        }
    }
    if (found.end >= 0) {
        *freq = found;
    }
    return found.end >= 0 ? EV_DONE : EV_BAD_VALUE;
}

void ev_frequency_name(ev_frequency freq, char name[EV_FREQUENCY_SIZE])
{
    const char letter = LETTERS[freq.unit];
    const int ends = last_end(freq.unit);
    if (freq.unit == EV_MONTH_JF) {
        memcpy(name, "M-JF", 5);
    }
    else if (freq.end != ends) {
        (void)snprintf(name, EV_FREQUENCY_SIZE, "%c-%s", letter,
                       (ends == 7 ? WEEKDAYS : MONTHS)[freq.end - 1]);
    }
    else {
        name[0] = letter;
        name[1] = '\0';
    }
}

/* ---- days and months ---- */

/* A day as year (counted from March, and from SHIFT_YEARS before 0), month (3..14) and
 * days since the month began (0..30), by multiplications in place of divisions
 * (C. Neri, L. Schneider, "Euclidean affine functions and their application to
 * calendar algorithms", 2023). */
EV_INLINE void split_day(int32_t day, uint32_t *year, uint32_t *month, uint32_t *rest)
{
    const uint32_t n1 = 4 * ((uint32_t)day + DAYS_TO_1970 + SHIFT_DAYS) + 3;
    const uint32_t century = n1 / SHIFT_DAYS;
    const uint32_t n2 = (n1 % SHIFT_DAYS) | 3;
    const uint64_t p2 = (uint64_t)2939745 * n2;
    const uint32_t day_of_year = (uint32_t)p2 / 2939745 / 4;
    const uint32_t n3 = 2141 * day_of_year + 197913;
    *year = 100 * century + (uint32_t)(p2 >> 32);
    *month = n3 >> 16;
    *rest = (n3 & 0xffff) / 2141;
}

EV_INLINE int32_t month_of_day(int32_t day)
{
    uint32_t year, month, rest;
    split_day(day, &year, &month, &rest);
    return (int32_t)(year * 12 + month) - 1 - YEARS_TO_1970 * 12;
}

/* First day of a month. In a year that begins in March the leap day comes last, and
 * (153 k + 2) / 5 days go before its month k. */
static int64_t day_of_month(int32_t month)
{
    const uint32_t t = (uint32_t)(month + YEARS_TO_1970 * 12 - 2);
    const uint32_t year = t / 12, k = t % 12;
    const uint32_t leap_days = year / 4 - year / 100 + year / 400;
    return (int64_t)(365 * year + leap_days + (153 * k + 2) / 5) - DAYS_TO_1970 - SHIFT_DAYS;
}

void ev_civil(int64_t day, int *year, int *month, int *place)
{
    uint32_t y, m, rest;
    split_day((int32_t)day, &y, &m, &rest);
    *year = (int)y - SHIFT_YEARS + (m > 12);
    *month = (int)(m > 12 ? m - 12 : m);
    *place = (int)rest + 1;
}

int64_t ev_day(int year, int month, int place)
{
    return day_of_month((year - 1970) * 12 + month - 1) + place - 1;
}

/* ---- ordinals ---- */

/* Months by which a year or quarter of this frequency ends before December. */
EV_INLINE int months_early(ev_frequency freq)
{
    return freq.unit == EV_YEAR || freq.unit == EV_QUARTER ? 12 - freq.end : 0;
}

/* The months of a period; M-JF has one of two. */
static const int LENGTHS[] = {12, 6, 3, 1, 1, 1, 1};

/* The period of a frequency of months that holds a month. */
EV_INLINE int32_t period_of_month(ev_frequency freq, int32_t month)
{
    const uint32_t t = (uint32_t)(month + months_early(freq) + YEARS_TO_1970 * 12);
    const int length = LENGTHS[freq.unit];
    return freq.unit == EV_MONTH_JF
               ? (int32_t)(t / 12 * 11 + t % 12 - (t % 12 > 0)) - YEARS_TO_1970 * 11
               : (int32_t)(t / (uint32_t)length) - YEARS_TO_1970 * (12 / length);
}

/* First month of a period of a frequency of months, and how many it has. */
static int32_t first_month(ev_frequency freq, int32_t ordinal, int *months)
{
    int32_t month;
    *months = LENGTHS[freq.unit];
    if (freq.unit == EV_MONTH_JF) {
        const int32_t t = ordinal + YEARS_TO_1970 * 11;
        const int32_t place = t % 11;
        *months = place == 0 ? 2 : 1;
        month = (t / 11 - YEARS_TO_1970) * 12 + (place == 0 ? 0 : place + 1);
    }
    else {
        month = ordinal * *months - months_early(freq);
    }
    return month;
}

EV_INLINE int32_t period_of_day(ev_frequency freq, int32_t day)
{
    int32_t ordinal = day;
    if (freq.unit == EV_WEEK) {
        const uint32_t shifted = (uint32_t)(day + 3 - freq.end % 7 + SHIFT_WEEKS * 7);
        ordinal = (int32_t)(shifted / 7) - SHIFT_WEEKS + 1;
    }
    else if (freq.unit != EV_DAY) {
        ordinal = period_of_month(freq, month_of_day(day));
    }
    return ordinal;
}

EV_INLINE void convert(ev_frequency freq, int days, ptrdiff_t count,
                       const int32_t *restrict given, int64_t *restrict ordinals)
{
    for (ptrdiff_t i = 0; i < count; i++) {
        ordinals[i] = days ? period_of_day(freq, given[i]) : period_of_month(freq, given[i]);
    }
}

/* One loop for each unit, so that none of them branches. */
#define CONVERT(UNIT)                                                                 \
    case UNIT:                                                                        \
        convert((ev_frequency){UNIT, freq.end}, days, count, given, ordinals);        \
        break;
EV_INLINE void convert_to_unit(ev_frequency freq, int days, ptrdiff_t count,
                               const int32_t *restrict given, int64_t *restrict ordinals)
{
    switch (freq.unit) {
        CONVERT(EV_YEAR)
        CONVERT(EV_HALF)
        CONVERT(EV_QUARTER)
        CONVERT(EV_MONTH_JF)
        CONVERT(EV_MONTH)
        CONVERT(EV_WEEK)
        CONVERT(EV_DAY)
    }
}
#undef CONVERT

void ev_periods_of_days(ev_frequency freq, ptrdiff_t count, const int32_t *restrict days,
                        int64_t *restrict ordinals)
{
    convert_to_unit(freq, 1, count, days, ordinals);
}

void ev_periods_of_months(ev_frequency freq, ptrdiff_t count,
                          const int32_t *restrict months, int64_t *restrict ordinals)
{
    convert_to_unit(freq, 0, count, months, ordinals);
}

int64_t ev_period_of_day(ev_frequency freq, int64_t day)
{
    const int32_t days = (int32_t)day;
    int64_t ordinal;
    ev_periods_of_days(freq, 1, &days, &ordinal);
    return ordinal;
}

int64_t ev_period_last_day(ev_frequency freq, int64_t ordinal)
{
    int64_t day = ordinal;
    if (freq.unit == EV_WEEK) {
        day = ordinal * 7 - 4 + freq.end % 7;
    }
    else if (freq.unit != EV_DAY) {
        int months;
        const int32_t month = first_month(freq, (int32_t)ordinal, &months);
        day = day_of_month(month + months) - 1;
    }
    return day;
}

int64_t ev_period_first_day(ev_frequency freq, int64_t ordinal)
{
    return ev_period_last_day(freq, ordinal - 1) + 1;
}

int ev_period_label(ev_frequency freq, int64_t ordinal, char label[EV_LABEL_SIZE])
{
    int year, month, place, length;
    const int64_t last = ev_period_last_day(freq, ordinal);
    ev_civil(last, &year, &month, &place);
    if (freq.unit == EV_WEEK && freq.end == 7) { /* ISO: of the year of its Thursday */
        ev_civil(last - 3, &year, &month, &place);
        length = snprintf(label, EV_LABEL_SIZE, "%04d-W%02d", year,
                          (int)((last - 3 - ev_day(year, 1, 1)) / 7) + 1);
    }
    else if (freq.unit == EV_WEEK) {
        int y, m, d;
        ev_civil(ev_period_first_day(freq, ordinal), &y, &m, &d);
        length = snprintf(label, EV_LABEL_SIZE, "%04d-%02d-%02d/%04d-%02d-%02d", y, m,
                          d, year, month, place);
    }
    else if (freq.unit == EV_QUARTER) {
        const int64_t t = ordinal + YEARS_TO_1970 * 4;
        length = snprintf(label, EV_LABEL_SIZE, "%04dQ%d", (int)(t / 4) - SHIFT_YEARS,
                          (int)(t % 4) + 1);
    }
    else {
        static const char *const formats[] = {
            [EV_YEAR] = "%04d",          [EV_HALF] = "%04dH%d",
            [EV_MONTH_JF] = "%04d-%02d", [EV_MONTH] = "%04d-%02d",
            [EV_DAY] = "%04d-%02d-%02d",
        };
        length = snprintf(label, EV_LABEL_SIZE, formats[freq.unit], year,
                          freq.unit == EV_HALF ? month / 6 : month, place);
    }
    return length;
}

/* ---- nesting ---- */

int ev_frequency_nests(ev_frequency part, ev_frequency whole)
{
    int nests = part.unit == EV_DAY || (part.unit == whole.unit && part.end == whole.end) ||
                (part.unit == EV_WEEK && whole.unit < EV_WEEK && whole.unit != EV_MONTH_JF);
    if (!nests && part.unit != EV_WEEK && whole.unit < EV_WEEK) {
        nests = 1; /* calendars of months repeat each year: two years suffice */
        for (int32_t month = 0; month < 24 && nests; month++) {
            int months;
            const int32_t first = first_month(part, period_of_month(part, month), &months);
            nests = period_of_month(whole, first) == period_of_month(whole, first + months - 1);
        }
    }
    return nests;
}

ev_part ev_period_part(ev_frequency part, int64_t ordinal, ev_frequency whole)
{
    /* A week belongs to where its fourth day is: it is the week of the day three before
     * that has its fourth day on or after a day. */
    const int middle = part.unit == EV_WEEK ? 3 : 0;
    const int64_t target =
        ev_period_of_day(whole, ev_period_first_day(part, ordinal) + middle);
    const int64_t begin = ev_period_first_day(whole, target);
    const int64_t end = ev_period_last_day(whole, target);
    const int64_t first = ev_period_of_day(part, begin + middle);
    const int64_t last = ev_period_of_day(part, end - middle);
    return (ev_part){target, ordinal - first, last - first + 1};
}
