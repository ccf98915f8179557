/* The logarithmic mean Divisia index (LMDI-I), shift-share, and the logarithmic mean. */
#ifndef EV_LMDI_H
#define EV_LMDI_H

#include "base/core.h"

/* ln(x1/x0) for positive finite numbers, else NaN; exchanging the two changes the sign
 * and nothing else. */
double ev_log_change(double x0, double x1);

/* The logarithmic mean (a - b) / ln(a/b) of numbers that are not negative, within 4 ulp
 * also where a is close to b; 0 where either is 0. Symmetric to the last bit. */
double ev_log_mean(double a, double b);

/* The groups start .. stop - 1 of (group, item, factor), contiguous, an item being the
 * product of its factors. effects: (group, factor); total, residual, status: (group);
 * for start .. stop - 1. Where an item vanishes or appears the effects are the limits,
 * its whole change shared equally by the factors that are 0. `multiplicative`: ratios
 * whose product is the ratio of the totals.
 *
 * EV_BAD_VALUE with *place, counted through x0 and then x1, at the first negative
 * factor; nothing else is written then. NaN makes a group GAP, an infinity INVALID. */
typedef struct ev_factors {
    const double *x0, *x1;
    ptrdiff_t groups, items, factors;
    int multiplicative;
} ev_factors;

ev_result ev_lmdi(const ev_factors *from, ptrdiff_t start, ptrdiff_t stop,
                  double *effects, double *total, double *residual, uint8_t *status,
                  ptrdiff_t *place, const ev_memory *memory);

/* The groups start .. stop - 1 of (group, region, industry), contiguous. Every output
 * but status, (group), has the shape of the inputs. NaN makes a group GAP, an infinity
 * INVALID; its cells are NaN then, and where the nation's total is not positive. */
typedef struct ev_regions {
    const double *x0, *x1;
    ptrdiff_t regions, industries;
} ev_regions;

ev_result ev_shift_share(const ev_regions *from, ptrdiff_t start, ptrdiff_t stop,
                         double *const *out, uint8_t *status, const ev_memory *memory);

/* What out[] holds. */
enum { EV_SHIFT_TOTAL, EV_SHIFT_NATIONAL, EV_SHIFT_MIX, EV_SHIFT_REGIONAL,
       EV_SHIFT_RESIDUAL, EV_SHIFT_OUT };

#endif
