/* The logarithmic mean Divisia index (LMDI-I), shift-share, the logarithmic mean. */
#ifndef EV_LMDI_H
#define EV_LMDI_H

#include "base/core.h"

/* ln(x1/x0) for positive finite numbers, else NaN. Exchanging the two changes only the
 * sign. */
double ev_log_change(double x0, double x1);

/* The logarithmic mean (a - b) / ln(a/b) of numbers that are not negative, within 4 ulp
 * also where a is close to b; 0 where either is 0. Symmetric to the last bit. */
double ev_log_mean(double a, double b);

/* (group, item, factor), contiguous; an item is the product of its factors. */
typedef struct ev_factors {
    const double *x0, *x1;
    ptrdiff_t groups, items, factors;
    int multiplicative; /* ratios whose product is the ratio of the totals */
} ev_factors;

/* Where the results go: effects by (group, factor), the others by group. */
typedef struct ev_effects {
    double *effects, *total, *residual;
    uint8_t *status;
} ev_effects;

/* LMDI of the groups start .. stop - 1. Where an item vanishes or appears the effects
 * are the limits: its whole change is shared equally by the factors that are 0.
 *
 * EV_BAD_VALUE with *place, counted through x0 and then x1, at the first negative
 * factor; then nothing else is written. NaN makes a group GAP, an infinity INVALID. */
ev_result ev_lmdi(const ev_factors *from, ptrdiff_t start, ptrdiff_t stop,
                  const ev_effects *to, ptrdiff_t *place, const ev_memory *memory);

/* (group, region, industry), contiguous. */
typedef struct ev_regions {
    const double *x0, *x1;
    ptrdiff_t regions, industries;
} ev_regions;

/* What out[] holds. */
enum { EV_SHIFT_TOTAL, EV_SHIFT_NATIONAL, EV_SHIFT_MIX, EV_SHIFT_REGIONAL,
       EV_SHIFT_RESIDUAL, EV_SHIFT_OUT };

/* Shift-share of the groups start .. stop - 1. out[] has the shape of the inputs,
 * status is by group. NaN makes a group GAP, an infinity or a part out of range INVALID.
 * All its cells are NaN then, and where the total of the nation is not positive. */
ev_result ev_shift_share(const ev_regions *from, ptrdiff_t start, ptrdiff_t stop,
                         double *const *out, uint8_t *status, const ev_memory *memory);

#endif
