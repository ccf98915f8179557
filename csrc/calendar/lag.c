#include "calendar/lag.h"

/* More days than a month has, and more weeks than a year. */
enum { MANY_DAYS = 32, MANY_WEEKS = 54 };

static int is_year(int64_t year)
{
    return year >= 1 && year <= 9999;
}

/* The same day of an earlier month. */
static int64_t day_before(const ev_lag *lag, int64_t ordinal)
{
    int year, month, place;
    ev_civil(ordinal, &year, &month, &place);
    const int64_t target = (int64_t)year * 12 + month - 1 - lag->months;
    int64_t base = ordinal - lag->months * MANY_DAYS; /* outside the calendar too */
    if (is_year(target / 12)) {
        const int64_t first = ev_day((int)(target / 12), (int)(target % 12) + 1, 1);
        int found, in, day;
        base = first + place - 1;
        ev_civil(base, &found, &in, &day);
        if (day != place) { /* beyond the end of its month, by `day` days */
            base = lag->nearest ? base - day : EV_NO_PERIOD;
        }
    }
    return base;
}

/* The week of the same number in an earlier year. Week 1 holds 4 January, and a week is
 * of the year of its fourth day. */
static int64_t week_before(const ev_lag *lag, int64_t ordinal)
{
    int year, month, place;
    ev_civil(ev_period_first_day(lag->freq, ordinal) + 3, &year, &month, &place);
    const int64_t target = year - lag->months / 12;
    int64_t base = ordinal - lag->months / 12 * MANY_WEEKS; /* outside the calendar too */
    if (is_year(target)) {
        const int64_t number = ordinal - ev_period_of_day(lag->freq, ev_day(year, 1, 4));
        base = ev_period_of_day(lag->freq, ev_day((int)target, 1, 4)) + number;
        ev_civil(ev_period_first_day(lag->freq, base) + 3, &year, &month, &place);
        if (year != target) {
            base = lag->nearest ? base - 1 : EV_NO_PERIOD;
        }
    }
    return base;
}

int64_t ev_lag_before(const ev_lag *lag, int64_t ordinal)
{
    return lag->months == 0              ? ordinal - lag->periods
           : lag->freq.unit == EV_WEEK ? week_before(lag, ordinal)
                                       : day_before(lag, ordinal);
}

int64_t ev_lag_typical(const ev_lag *lag)
{
    return lag->months == 0              ? lag->periods
           : lag->freq.unit == EV_WEEK ? lag->months * 52 / 12
                                       : lag->months * 365 / 12;
}
