/* Margins and ratios of two amounts, and along a lag. */
#ifndef EV_MARGIN_H
#define EV_MARGIN_H

#include "base/core.h"

/* margin, markup (revenue, cost); ratio (numerator, denominator); their statuses;
 * incremental_margin (revenue0, profit0, revenue1, profit1) and its status.
 * Denominators that are not positive give NaN, but a change of revenue may be negative.
 * A table ends with a name that is NULL. */
extern const ev_elementwise ev_margin_functions[];

#endif
