#include "arrays/structure.h"

#ifndef EV_PASS

#include <stdlib.h>
#include <string.h>

#include "base/exact.h"
#include "base/relative.h"

/* ---- totals ------------------------------------------------------------------ */

enum {
    GROUP = 64, /* lanes summed side by side: their state stays in L1 */
    BANKS = 16, /* sums a lane, one for every sixteenth part */
    ROOM = 1024 /* items converted at a time; a multiple of GROUP and BANKS */
};

/* Running sums, of one bank of each of some lanes or of each bank of one lane, and the
 * least part seen, 0 among them. NaN never enters `least`; in the sums it stays. */
typedef struct sums {
    double hi[BANKS][GROUP], lo[BANKS][GROUP];
    double least[GROUP];
} sums;

/* Adds `rows` rows of `width` items that lie `stride` items apart, the first into bank
 * `bank` and each row after into the next, of `banks` in turn. */
typedef void add_rows(sums *s, const double *items, ptrdiff_t width, ptrdiff_t rows,
                      ptrdiff_t stride, ptrdiff_t bank, ptrdiff_t banks);

static int in_line(const ev_parts *p, ptrdiff_t stride)
{
    return p->type == EV_F64 && !p->narrow && stride == sizeof(double);
}

/* n items of stride `stride` as doubles: where they lie, or copied into `room`. */
static const double *load(const ev_parts *p, const char *from, ptrdiff_t stride,
                          ptrdiff_t n, double *room)
{
    const int in_place = in_line(p, stride);
    for (ptrdiff_t j = 0; j < n && !in_place; j++, from += stride) {
        float narrow;
        int64_t whole;
        if (p->narrow) {
            memcpy(&narrow, from, sizeof narrow);
            room[j] = (double)narrow;
        }
        else if (p->type == EV_I64) {
            memcpy(&whole, from, sizeof whole);
            room[j] = (double)whole;
        }
        else {
            memcpy(room + j, from, sizeof *room);
        }
    }
    return in_place ? (const double *)(const void *)from : room;
}

static const char *part_at(const ev_parts *p, ptrdiff_t lane, ptrdiff_t part)
{
    return p->first + lane * p->lane_stride + part * p->part_stride;
}

/* Lanes that lie side by side, walked part by part as memory lies. */
static void add_across(sums *s, const ev_parts *p, ptrdiff_t lane, ptrdiff_t lanes,
                       add_rows *add)
{
    double room[GROUP];
    const ptrdiff_t size = sizeof(double);
    memset(s, 0, sizeof *s);
    if (in_line(p, p->lane_stride) && p->part_stride % size == 0) {
        add(s, (const double *)(const void *)part_at(p, lane, 0), lanes, p->n,
            p->part_stride / size, 0, BANKS);
    }
    else {
        for (ptrdiff_t i = 0; i < p->n; i++) {
            add(s, load(p, part_at(p, lane, i), p->lane_stride, lanes, room), lanes, 1, 0,
                i % BANKS, BANKS);
        }
    }
}

/* One lane whose parts lie side by side: its banks take the place of lanes. */
static void add_along(sums *s, const ev_parts *p, ptrdiff_t lane, add_rows *add)
{
    double room[ROOM];
    memset(s, 0, sizeof *s);
    for (ptrdiff_t i = 0; i < p->n; i += ROOM) {
        const ptrdiff_t n = p->n - i < ROOM ? p->n - i : ROOM;
        const double *items = load(p, part_at(p, lane, i), p->part_stride, n, room);
        add(s, items, BANKS, n / BANKS, BANKS, 0, 1);
        add(s, items + n / BANKS * BANKS, n % BANKS, 1, 0, 0, 1);
    }
}

/* Joins the banks of a lane: bank b stands at place + b * step, its least part at
 * `count` places from `place`. */
static ev_total join(const sums *s, ptrdiff_t place, ptrdiff_t step, ptrdiff_t count)
{
    const double *hi = &s->hi[0][0] + place, *lo = &s->lo[0][0] + place;
    double least = 0;
    ev_pair sum = {0, 0};
    for (ptrdiff_t b = 0; b < BANKS; b++) {
        const ev_pair bank = {hi[b * step], lo[b * step]};
        sum = ev_sum_join(sum, bank);
    }
    for (ptrdiff_t k = place; k < place + count; k++) {
        least = s->least[k] < least ? s->least[k] : least;
    }
    const ev_total found = {ev_sum_value(sum), 1,
                            least < 0 ? EV_NEGATIVE_DENOMINATOR : EV_OK};
    return found;
}

/* A lane whose plain sum is no number: a part is NaN or infinite, or the sum left the
 * range, and then it is taken of parts made smaller. */
static ev_total odd_total(const ev_parts *p, ptrdiff_t lane)
{
    const double smaller = 0x1p-70; /* exact, as parts that can overflow are huge */
    ptrdiff_t absent = 0, infinite = 0, negative = 0;
    ev_pair sum = {0, 0};
    for (ptrdiff_t i = 0; i < p->n; i++) {
        double room;
        const double x = *load(p, part_at(p, lane, i), p->part_stride, 1, &room);
        absent += isnan(x) ? 1 : 0;
        infinite += isinf(x) ? 1 : 0;
        negative += x < 0 ? 1 : 0;
        sum = ev_sum_add(sum, x * smaller);
    }
    ev_total found = {ev_sum_value(sum), smaller, EV_OK};
    found.status = absent > 0 && absent == p->n ? EV_MISSING
                   : absent > 0                 ? EV_INCOMPLETE
                   : infinite > 0               ? EV_INVALID
                   : negative > 0               ? EV_NEGATIVE_DENOMINATOR
                                                : EV_OK;
    return found;
}

static void settle(ev_total *total, const ev_parts *p, ptrdiff_t lane)
{
    if (!isfinite(total->total)) {
        *total = odd_total(p, lane);
    }
    if (total->status == EV_OK && total->total == 0) {
        total->status = EV_ZERO_DENOMINATOR;
    }
    if (total->status != EV_OK) {
        total->total = NAN;
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

/* The shares of one lane, written over `shares`. */
static uint8_t lane_shares(const void *x, ptrdiff_t n, ev_type type, double *shares)
{
    const ev_parts lane = {x, 1, n, 0, sizeof(double), type, 0};
    ev_total total;
    ev_totals(&lane, &total, EV_BASELINE);
    const double *parts = x;
    const int64_t *whole = x;
    for (ptrdiff_t i = 0; i < n; i++) {
        const double part = type == EV_I64 ? (double)whole[i] : parts[i];
        shares[i] = part * total.scale / total.total;
    }
    return total.status;
}

static double sum_of_squares(const double *shares, ptrdiff_t n)
{
    ev_pair sum = {0, 0};
    for (ptrdiff_t i = 0; i < n; i++) {
        sum = ev_sum_add(sum, shares[i] * shares[i]);
    }
    return ev_sum_value(sum);
}

static void hhi_f64(const void *x, ptrdiff_t n, const int64_t *params, double *out,
                    uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)limit;
    *status = lane_shares(x, n, EV_F64, scratch);
    *out = *status == EV_OK ? sum_of_squares(scratch, n) : NAN;
}

static void hhi_i64(const void *x, ptrdiff_t n, const int64_t *params, double *out,
                    uint8_t *status, double *scratch, double limit)
{
    (void)params, (void)limit;
    *status = lane_shares(x, n, EV_I64, scratch);
    *out = *status == EV_OK ? sum_of_squares(scratch, n) : NAN;
}

static int larger_share_first(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The sum of the k largest of n shares, which it sorts. */
static double sum_of_largest(double *shares, ptrdiff_t n, int64_t k)
{
    ev_pair sum = {0, 0};
    qsort(shares, (size_t)n, sizeof *shares, larger_share_first);
    for (ptrdiff_t i = 0; i < n && i < k; i++) {
        sum = ev_sum_add(sum, shares[i]);
    }
    return k < n ? ev_sum_value(sum) : 1;
}

static void concentration_f64(const void *x, ptrdiff_t n, const int64_t *params,
                              double *out, uint8_t *status, double *scratch,
                              double limit)
{
    (void)limit;
    *status = lane_shares(x, n, EV_F64, scratch);
    *out = *status == EV_OK ? sum_of_largest(scratch, n, params[0]) : NAN;
}

static void concentration_i64(const void *x, ptrdiff_t n, const int64_t *params,
                              double *out, uint8_t *status, double *scratch,
                              double limit)
{
    (void)limit;
    *status = lane_shares(x, n, EV_I64, scratch);
    *out = *status == EV_OK ? sum_of_largest(scratch, n, params[0]) : NAN;
}

const ev_lanewise ev_structure_lanes[] = {
    {"hhi", 0, 1, 1, {hhi_i64, hhi_f64}},
    {"concentration", 1, 1, 1, {concentration_i64, concentration_f64}},
    {"rank_min", 0, 0, 2, {rank_min_i64, rank_min_f64}},
    {"rank_dense", 0, 0, 2, {rank_dense_i64, rank_dense_f64}},
};
const int ev_structure_lane_count =
    (int)(sizeof ev_structure_lanes / sizeof ev_structure_lanes[0]);

#define EV_SELF "arrays/structure.c"
#include "base/each_isa.h"

void ev_totals(const ev_parts *p, ev_total *totals, ev_isa isa)
{
    static add_rows *const each[EV_ISA_COUNT] = EV_EACH(add);
    const int along = p->lanes == 1 || labs(p->part_stride) < labs(p->lane_stride);
    sums s;
    for (ptrdiff_t lane = 0; lane < p->lanes; lane += GROUP) {
        const ptrdiff_t lanes = p->lanes - lane < GROUP ? p->lanes - lane : GROUP;
        if (!along) {
            add_across(&s, p, lane, lanes, each[isa]);
        }
        for (ptrdiff_t j = 0; j < lanes; j++) {
            if (along) {
                add_along(&s, p, lane + j, each[isa]);
            }
            totals[lane + j] = along ? join(&s, 0, 1, BANKS) : join(&s, j, GROUP, 1);
            settle(totals + lane + j, p, lane + j);
        }
    }
}

void ev_divide(const double *x, const double *scale, const double *total, double *out,
               ptrdiff_t n, int one, ev_isa isa)
{
    typedef void divide(const double *, const double *, const double *, double *,
                        ptrdiff_t);
    static divide *const by_one[EV_ISA_COUNT] = EV_EACH(divide_by_one);
    static divide *const by_each[EV_ISA_COUNT] = EV_EACH(divide_by_each);
    (one ? by_one : by_each)[isa](x, scale, total, out, n);
}

#else

static void EV_NAME(add)(sums *s, const double *items, ptrdiff_t width, ptrdiff_t rows,
                         ptrdiff_t stride, ptrdiff_t bank, ptrdiff_t banks)
{
    double *restrict least = s->least;
    for (ptrdiff_t r = 0; r < rows; r++) {
        double *restrict hi = s->hi[bank], *restrict lo = s->lo[bank];
        const double *restrict x = items + r * stride;
        for (ptrdiff_t j = 0; j < width; j++) {
            const ev_pair step = ev_two_sum(hi[j], x[j]);
            hi[j] = step.hi;
            lo[j] += step.lo;
            least[j] = x[j] < least[j] ? x[j] : least[j];
        }
        bank = bank + 1 < banks ? bank + 1 : 0;
    }
}

static void EV_NAME(divide_by_each)(const double *x, const double *scale,
                                    const double *total, double *out, ptrdiff_t n)
{
    const double *restrict parts = x, *restrict by = scale, *restrict all = total;
    double *restrict to = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        to[i] = parts[i] * by[i] / all[i];
    }
}

static void EV_NAME(divide_by_one)(const double *x, const double *scale,
                                   const double *total, double *out, ptrdiff_t n)
{
    const double *restrict parts = x;
    const double by = *scale, all = *total;
    double *restrict to = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        to[i] = parts[i] * by / all;
    }
}

#endif
