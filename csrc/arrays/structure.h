/* The structure of a total: shares of its parts, concentration, HHI, rank. */
#ifndef EV_STRUCTURE_H
#define EV_STRUCTURE_H

#include "base/core.h"

/* `lines` lines of n parts each, anywhere in memory, doubles aligned. Strides are in
 * bytes; `narrow` says float instead of double. */
typedef struct ev_parts {
    const char *first;
    ptrdiff_t lines, n;
    ptrdiff_t line_stride, part_stride;
    ev_type type; /* EV_I64 or EV_F64 */
    int narrow;
} ev_parts;

/* The share of a part is part * scale / total. scale is 1, or smaller where the plain
 * sum leaves the range. total is NaN where there are no shares, and status gives the
 * reason: MISSING (every part absent), INCOMPLETE, INVALID, or a denominator status. */
typedef struct ev_line_total {
    double total, scale;
    uint8_t status;
} ev_line_total;

/* Writes totals[line]. A line is summed in blocks of EV_SUMMED parts, a block as sixteen
 * compensated sums of every sixteenth part, so layout, instruction set and workers do not
 * change a bit. Where negative parts may cancel digits, the sum is exact and rounded once. */
void ev_line_totals(const ev_parts *parts, ev_line_total *totals, ev_isa isa);

enum { EV_SUMMED = 1 << 13 };

/* What is known of some parts of a line: their sum as hi + lo, the least of them, or 0. */
typedef struct ev_line_sum {
    double hi, lo, least;
} ev_line_sum;

EV_INLINE ptrdiff_t ev_line_blocks(ptrdiff_t n)
{
    return (n + EV_SUMMED - 1) / EV_SUMMED;
}

/* The same in two steps, so that workers can read rows of their own where lines lie side
 * by side. The first writes sums[(block - first) * lines + line] for the blocks from
 * `first` to last - 1; the second takes those of all blocks. */
void ev_line_sums(const ev_parts *parts, ptrdiff_t first, ptrdiff_t last,
                  ev_line_sum *sums, ev_isa isa);
void ev_line_joined(const ev_parts *parts, const ev_line_sum *sums,
                    ev_line_total *totals);

/* out[i] = x[i] * scale[i] / total[i], NaN where that reaches `limit`; all contiguous.
 * Where `one` is set, scale and total hold one number for all. out overlaps nothing. */
void ev_divide(const double *x, const double *scale, const double *total, double *out,
               ptrdiff_t n, int one, double limit, ev_isa isa);

/* Along a line: hhi, concentration (x; k), k > 0, -> one number, NaN where a part is
 * negative; rank_min, rank_dense:
 * 1 for the largest; NaN where x is NaN (MISSING) or infinite (INVALID). */
extern const ev_linewise ev_structure_lines[];

#endif
