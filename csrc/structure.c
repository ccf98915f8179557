#include "structure.h"

#ifndef EV_PASS

#include <stdlib.h>
#include <string.h>

#include "exact.h"
#include "relative.h"

/* ---- totals ------------------------------------------------------------------ */

enum { GROUP = 128 }; /* lanes summed side by side: their state stays in L1 */

typedef struct totals_state {
    double hi[GROUP], lo[GROUP];
    double least[GROUP], largest[GROUP]; /* NaN never enters these */
    double absent[GROUP];                /* a count, in the width of the others */
} totals_state;

/* One part of each lane as a row of doubles: in place where it lies so, else copied
 * into `row`. */
static const double *load_row(const ev_parts *p, ptrdiff_t lane, ptrdiff_t part,
                              ptrdiff_t lanes, double *row)
{
    const char *from = p->first + lane * p->lane_stride + part * p->part_stride;
    const int in_place = p->width == 8 && p->lane_stride == 8;
    for (ptrdiff_t j = 0; j < lanes && !in_place; j++) {
        float narrow;
        if (p->width == 4) {
            memcpy(&narrow, from + j * p->lane_stride, sizeof narrow);
            row[j] = (double)narrow;
        }
        else {
            memcpy(row + j, from + j * p->lane_stride, sizeof *row);
        }
    }
    return in_place ? (const double *)(const void *)from : row;
}

static void add_row(totals_state *restrict s, const double *restrict row, double scale,
                    ptrdiff_t lanes)
{
    for (ptrdiff_t j = 0; j < lanes; j++) {
        const double x = row[j];
        const ev_pair step = ev_two_sum(s->hi[j], x * scale);
        s->hi[j] = step.hi;
        s->lo[j] += step.lo;
        s->least[j] = x < s->least[j] ? x : s->least[j];
        s->largest[j] = x > s->largest[j] ? x : s->largest[j];
        s->absent[j] += x != x ? 1.0 : 0.0;
    }
}

static uint8_t total_status(double total, ptrdiff_t absent, ptrdiff_t n, double least,
                            double largest)
{
    return absent > 0 && absent == n                ? EV_MISSING
           : absent > 0                             ? EV_INCOMPLETE
           : isinf(least) || isinf(largest)         ? EV_INVALID
           : least < 0                              ? EV_NEGATIVE_DENOMINATOR
           : total == 0                             ? EV_ZERO_DENOMINATOR
           : !(total < INFINITY)                    ? EV_INVALID
                                                    : EV_OK;
}

static void totals_f64(const ev_parts *p, ptrdiff_t lane, ptrdiff_t lanes, double scale,
                       double *total, uint8_t *status)
{
    totals_state s;
    double row[GROUP];
    memset(&s, 0, sizeof s);
    for (ptrdiff_t i = 0; i < p->n; i++) {
        add_row(&s, load_row(p, lane, i, lanes, row), scale, lanes);
    }
    for (ptrdiff_t j = 0; j < lanes; j++) {
        const double sum = s.hi[j] + s.lo[j];
        status[j] = total_status(sum, (ptrdiff_t)s.absent[j], p->n, s.least[j], s.largest[j]);
        total[j] = status[j] == EV_OK ? sum : NAN;
    }
}

static void totals_i64(const ev_parts *p, ptrdiff_t lane, double *total, uint8_t *status)
{
    ev_int128 sum = 0;
    int64_t least = 0;
    const char *from = p->first + lane * p->lane_stride;
    for (ptrdiff_t i = 0; i < p->n; i++, from += p->part_stride) {
        int64_t x;
        memcpy(&x, from, sizeof x);
        sum += x;
        least = x < least ? x : least;
    }
    *status = least < 0  ? EV_NEGATIVE_DENOMINATOR
              : sum == 0 ? EV_ZERO_DENOMINATOR
                         : EV_OK;
    *total = *status == EV_OK ? (double)sum : NAN;
}

void ev_totals(const ev_parts *p, double *total, uint8_t *status)
{
    if (p->type == EV_I64) {
        for (ptrdiff_t lane = 0; lane < p->lanes; lane++) {
            totals_i64(p, lane, total + lane, status + lane);
        }
    }
    else {
        /* Lanes that lie side by side are walked row by row, others a few at a time. */
        const ptrdiff_t most = labs(p->lane_stride) < labs(p->part_stride) ? GROUP : 8;
        for (ptrdiff_t lane = 0; lane < p->lanes; lane += most) {
            const ptrdiff_t left = p->lanes - lane, lanes = left < most ? left : most;
            totals_f64(p, lane, lanes, 1, total + lane, status + lane);
        }
    }
}

/* ---- order ------------------------------------------------------------------- */

/* A value's bits as an unsigned number that orders as the values do, -0 with 0. */
static uint64_t order_of_f64(double x)
{
    const double plain = x + 0.0; /* -0.0 becomes 0.0 */
    uint64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static uint64_t order_of_i64(int64_t x)
{
    return (uint64_t)x ^ (uint64_t)1 << 63;
}

typedef struct placed {
    uint64_t order;
    ptrdiff_t place;
} placed;

static int larger_first(const void *a, const void *b)
{
    const uint64_t x = ((const placed *)a)->order, y = ((const placed *)b)->order;
    return (x < y) - (x > y);
}

static void rank_sorted(placed *items, ptrdiff_t count, int dense, double *out,
                        uint8_t *status)
{
    qsort(items, (size_t)count, sizeof *items, larger_first);
    ptrdiff_t rank = 0;
    for (ptrdiff_t i = 0; i < count; i++) {
        if (i == 0 || items[i].order != items[i - 1].order) {
            rank = dense ? rank + 1 : i + 1;
        }
        out[items[i].place] = (double)rank;
        status[items[i].place] = EV_OK;
    }
}

static void rank_f64(const double *x, ptrdiff_t n, int dense, double *out,
                     uint8_t *status, double *scratch)
{
    placed *items = (placed *)(void *)scratch;
    ptrdiff_t count = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        out[i] = NAN;
        status[i] = isnan(x[i]) ? EV_MISSING : EV_INVALID;
        if (isfinite(x[i])) {
            items[count] = (placed){order_of_f64(x[i]), i};
            count++;
        }
    }
    rank_sorted(items, count, dense, out, status);
}

static void rank_i64(const int64_t *x, ptrdiff_t n, int dense, double *out,
                     uint8_t *status, double *scratch)
{
    placed *items = (placed *)(void *)scratch;
    for (ptrdiff_t i = 0; i < n; i++) {
        items[i] = (placed){order_of_i64(x[i]), i};
    }
    rank_sorted(items, n, dense, out, status);
}

static void rank_min_f64(const void *x, ptrdiff_t n, const int64_t *params, double *out,
                         uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)limit;
    rank_f64(x, n, 0, out, status, scratch);
}

static void rank_min_i64(const void *x, ptrdiff_t n, const int64_t *params, double *out,
                         uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)limit;
    rank_i64(x, n, 0, out, status, scratch);
}

static void rank_dense_f64(const void *x, ptrdiff_t n, const int64_t *params,
                           double *out, uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)limit;
    rank_f64(x, n, 1, out, status, scratch);
}

static void rank_dense_i64(const void *x, ptrdiff_t n, const int64_t *params,
                           double *out, uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)limit;
    rank_i64(x, n, 1, out, status, scratch);
}

/* ---- concentration ----------------------------------------------------------- */

/* The total of one lane of doubles; parts so large that their sum leaves the range are
 * halved first as often as needed, and *scale says by how much. */
static uint8_t lane_total(const double *x, ptrdiff_t n, double *total, double *scale)
{
    const ev_parts lane = {(const char *)x, 1, n, 0, sizeof *x, EV_F64, sizeof *x};
    uint8_t status;
    *scale = 1;
    totals_f64(&lane, 0, 1, 1, total, &status);
    if (status == EV_INVALID) {
        *scale = 0x1p-70;
        totals_f64(&lane, 0, 1, *scale, total, &status);
    }
    return status;
}

static void hhi_f64(const void *x, ptrdiff_t n, const int64_t *params, double *out,
                    uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)scratch, (void)limit;
    const double *restrict parts = x;
    double total, scale;
    ev_pair sum = {0, 0};
    *status = lane_total(parts, n, &total, &scale);
    for (ptrdiff_t i = 0; i < n; i++) {
        const double share = parts[i] * scale / total;
        sum = ev_sum_add(sum, share * share);
    }
    *out = *status == EV_OK ? ev_sum_value(sum) : NAN;
}

static void hhi_i64(const void *x, ptrdiff_t n, const int64_t *params, double *out,
                    uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)scratch, (void)limit;
    const int64_t *restrict parts = x;
    const ev_parts lane = {x, 1, n, 0, sizeof *parts, EV_I64, sizeof *parts};
    double total;
    ev_pair sum = {0, 0};
    totals_i64(&lane, 0, &total, status);
    for (ptrdiff_t i = 0; i < n; i++) {
        const double share = (double)parts[i] / total;
        sum = ev_sum_add(sum, share * share);
    }
    *out = *status == EV_OK ? ev_sum_value(sum) : NAN;
}

static int larger_double_first(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

static void concentration_f64(const void *x, ptrdiff_t n, const int64_t *params,
                              double *out, uint8_t *status, double *scratch,
                              double limit)
{
    (void)limit;
    double total, scale;
    ev_pair sum = {0, 0};
    *status = lane_total(x, n, &total, &scale);
    if (*status == EV_OK) {
        memcpy(scratch, x, (size_t)n * sizeof *scratch);
        qsort(scratch, (size_t)n, sizeof *scratch, larger_double_first);
        for (ptrdiff_t i = 0; i < n && i < params[0]; i++) {
            sum = ev_sum_add(sum, scratch[i] * scale);
        }
    }
    *out = *status == EV_OK ? ev_sum_value(sum) / total : NAN;
}

static int larger_i64_first(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static void concentration_i64(const void *x, ptrdiff_t n, const int64_t *params,
                              double *out, uint8_t *status, double *scratch,
                              double limit)
{
    (void)limit;
    int64_t *sorted = (int64_t *)(void *)scratch;
    const ev_parts lane = {x, 1, n, 0, sizeof *sorted, EV_I64, sizeof *sorted};
    double total;
    ev_int128 sum = 0;
    totals_i64(&lane, 0, &total, status);
    if (*status == EV_OK) {
        memcpy(sorted, x, (size_t)n * sizeof *sorted);
        qsort(sorted, (size_t)n, sizeof *sorted, larger_i64_first);
        for (ptrdiff_t i = 0; i < n && i < params[0]; i++) {
            sum += sorted[i];
        }
    }
    *out = *status == EV_OK ? (double)sum / total : NAN;
}

const ev_lanewise ev_structure_lanes[] = {
    {"hhi", 0, 1, 0, {hhi_i64, hhi_f64}},
    {"concentration", 1, 1, 1, {concentration_i64, concentration_f64}},
    {"rank_min", 0, 0, 2, {rank_min_i64, rank_min_f64}},
    {"rank_dense", 0, 0, 2, {rank_dense_i64, rank_dense_f64}},
};
const int ev_structure_lane_count =
    (int)(sizeof ev_structure_lanes / sizeof ev_structure_lanes[0]);

EV_INLINE double share_i64(int64_t part, double total, double limit)
{
    return ev_quotient_f64((double)part, total, limit);
}

#define EV_SELF "structure.c"
#include "each_isa.h"

const ev_elementwise ev_structure_functions[] = {
    {"share", 2, 1, EV_F64, {EV_EACH(share_i64_map), EV_EACH(share_f64_map)}},
};
const int ev_structure_function_count =
    (int)(sizeof ev_structure_functions / sizeof ev_structure_functions[0]);

#else

EV_MAP2(share_i64_map, int64_t, double, double, share_i64)
EV_MAP2(share_f64_map, double, double, double, ev_quotient_f64)

#endif
