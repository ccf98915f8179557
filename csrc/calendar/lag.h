/* Lags: how far the base of a period lies before it. */
#ifndef EV_LAG_H
#define EV_LAG_H

#include "calendar/period.h"

/* A number of periods, or months by date. Months are for days and weeks alone: the same
 * day of the month so many months before; for weeks, whole years, the week of the same
 * number. Both are negative for a base that lies after its period. */
typedef struct ev_lag {
    ev_frequency freq; /* of the ordinals; any, if months is 0 */
    int64_t months;    /* 0: `periods` counts */
    int64_t periods;
    int nearest; /* where the base has no such day or week, the one before it is taken:
                    29 February compares with the 28th, week 53 with week 52 */
} ev_lag;

/* The base of a period; EV_NO_PERIOD where there is none. The base of a period of the
 * years 1 to 9999 may lie outside them; it is then no valid period. Without months the
 * difference must be in int64. */
int64_t ev_lag_before(const ev_lag *lag, int64_t ordinal);

/* About how many periods before most periods lie their bases. */
int64_t ev_lag_typical(const ev_lag *lag);

#endif
