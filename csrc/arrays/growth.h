/* Growth: rates between two values, log and compound rates, mean growth, index
 * numbers, year-to-date and trailing sums. */
#ifndef EV_GROWTH_H
#define EV_GROWTH_H

#include "base/core.h"

/* Elementwise, the earlier value first:
 * growth_nm, growth_abs, growth_signed, growth_midpoint (x0, x1): the rate under each
 *   policy for a base that is not positive; growth_status the same for all of them;
 * log_growth, log_status (x0, x1);
 * compound, compound_status (x0, x1, numerator, denominator): (x1/x0)^(num/den) - 1;
 * change, change_status (x0, x1): x1 - x0;
 * index, index_status (x, base, scale): scale * x / base. */
extern const ev_elementwise ev_growth_functions[];

/* Along a line:
 * mean (x) -> the arithmetic mean, NaN where a value is NaN, infinite where one is;
 * mean_level, mean_accumulative (x) -> one rate;
 * ytd, from_ytd (x; per_year, start), per_year > 0, 0 <= start < per_year;
 * trailing (x; window), window > 0. Sums are of the exact values, rounded once. */
extern const ev_linewise ev_growth_lines[];

/* The status of growth from x0 to x1, the same under every policy. NaN is an absent
 * value. */
uint8_t ev_growth_status(double x0, double x1);
uint8_t ev_growth_status_i64(int64_t x0, int64_t x1);

/* The status of a result that is defined only for a positive base and an end that is not
 * negative: INVALID where it is NaN all the same, else the status of the signs. */
uint8_t ev_result_status(double x0, double x1, double result);

/* ln(x1 / x0), and (x1 / x0)^(numerator / denominator) - 1. NaN where the operands have
 * none or the result leaves the range. */
double ev_log_growth(double x0, double x1);
double ev_compound(double x0, double x1, double numerator, double denominator);

#endif
