#include "arrays/structure.h"

#ifndef EV_PASS

#include <stdlib.h>
#include <string.h>

#include "base/exact_sum.h"
#include "base/relative.h"

/* ---- totals ------------------------------------------------------------------ */

enum {
    GROUP = 64, /* lines summed side by side: their state stays in L1 */
    BANKS = 16, /* sums for each line, of every sixteenth part of a block */
    ROOM = 1024 /* items converted at a time; a multiple of GROUP and BANKS */
};

/* Running sums: of one bank of each of some lines, or of each bank of one line. `least`
 * is the least part so far, or 0. NaN never enters it, but it stays in the sums. */
typedef struct sums {
    double hi[BANKS][GROUP], lo[BANKS][GROUP];
    double least[GROUP];
} sums;

/* Adds `rows` rows of `width` items that are `stride` items apart: the first row to bank
 * `bank`, each later one to the next of `banks` banks in turn. */
typedef void add_rows(sums *s, const double *items, ptrdiff_t width, ptrdiff_t rows,
                      ptrdiff_t stride, ptrdiff_t bank, ptrdiff_t banks);

static int is_packed(const ev_parts *p, ptrdiff_t stride)
{
    return p->type == EV_F64 && !p->narrow && stride == sizeof(double);
}

/* n items of stride `stride` as doubles: in place, or copied into `room`. */
static const double *load(const ev_parts *p, const char *from, ptrdiff_t stride,
                          ptrdiff_t n, double *room)
{
    const int in_place = is_packed(p, stride);
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

static const char *part_at(const ev_parts *p, ptrdiff_t line, ptrdiff_t part)
{
    return p->first + line * p->line_stride + part * p->part_stride;
}

/* The parts first .. last - 1 of lines side by side in memory, read part by part in the
 * order of memory. */
static void add_across(sums *s, const ev_parts *p, ptrdiff_t line, ptrdiff_t lines,
                       ptrdiff_t first, ptrdiff_t last, add_rows *add)
{
    double room[GROUP];
    const ptrdiff_t size = sizeof(double);
    memset(s, 0, sizeof *s);
    if (is_packed(p, p->line_stride) && p->part_stride % size == 0) {
        add(s, (const double *)(const void *)part_at(p, line, first), lines, last - first,
            p->part_stride / size, 0, BANKS);
    }
    else {
        for (ptrdiff_t i = first; i < last; i++) {
            add(s, load(p, part_at(p, line, i), p->line_stride, lines, room), lines, 1, 0,
                (i - first) % BANKS, BANKS);
        }
    }
}

/* The same of one line with its parts side by side: its banks take the place of lines. */
static void add_along(sums *s, const ev_parts *p, ptrdiff_t line, ptrdiff_t first,
                      ptrdiff_t last, add_rows *add)
{
    double room[ROOM];
    memset(s, 0, sizeof *s);
    for (ptrdiff_t i = first; i < last; i += ROOM) {
        const ptrdiff_t n = last - i < ROOM ? last - i : ROOM;
        const double *items = load(p, part_at(p, line, i), p->part_stride, n, room);
        add(s, items, BANKS, n / BANKS, BANKS, 0, 1);
        add(s, items + n / BANKS * BANKS, n % BANKS, 1, 0, 0, 1);
    }
}

/* Whether negative parts may cancel what the sum has rounded. If not, the magnitudes of
 * at most 2^20 parts add up to at most 33 totals, and the compensated sum errs by less
 * than 2^-60. Integers are rounded before they are added. */
static int may_cancel(const ev_parts *p, double least, double total)
{
    return least < 0 && (p->type == EV_I64 || p->n > 1 << 20 ||
                         !((double)p->n * -least <= 16 * total));
}

/* Joins the banks of a line: bank b is at place + b * step, the least parts are in `count`
 * places from `place` on. */
static ev_line_sum join(const sums *s, ptrdiff_t place, ptrdiff_t step, ptrdiff_t count)
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
    return (ev_line_sum){sum.hi, sum.lo, least};
}

static void add_block(ev_line_sum *whole, const ev_line_sum *block)
{
    const ev_pair sum = ev_sum_join((ev_pair){whole->hi, whole->lo},
                                    (ev_pair){block->hi, block->lo});
    whole->least = block->least < whole->least ? block->least : whole->least;
    whole->hi = sum.hi;
    whole->lo = sum.lo;
}

/* The sum of integers, which as doubles might lose what a correction leaves. */
static double whole_total(const ev_parts *p, ptrdiff_t line)
{
    ev_wide sum = ev_wide_zero();
    for (ptrdiff_t i = 0; i < p->n; i++) {
        int64_t x;
        memcpy(&x, part_at(p, line, i), sizeof x);
        sum = ev_wide_add(sum, ev_wide_of_i64(x));
    }
    return ev_wide_double(sum);
}

/* A line whose plain sum may be wrong: digits may cancel, a part is NaN or infinite, or
 * the sum left the range. */
static ev_line_total exact_total(const ev_parts *p, ptrdiff_t line)
{
    ptrdiff_t absent = 0, infinite = 0;
    ev_long_sum sum;
    ev_long_clear(&sum);
    for (ptrdiff_t i = 0; i < p->n; i++) {
        double room;
        const double x = *load(p, part_at(p, line, i), p->part_stride, 1, &room);
        absent += isnan(x) ? 1 : 0;
        infinite += isinf(x) ? 1 : 0;
        if (p->type != EV_I64) {
            ev_long_add(&sum, x);
        }
    }
    ev_line_total total = {ev_long_value(&sum, 0), 1, EV_OK};
    if (p->type == EV_I64) {
        total.total = whole_total(p, line);
    }
    else if (isinf(total.total)) {
        total.scale = 0x1p-70; /* exact, as parts that can overflow are huge */
        total.total = ev_long_value(&sum, -70);
    }
    total.status = absent > 0 && absent == p->n ? EV_MISSING
                   : absent > 0                 ? EV_INCOMPLETE
                   : infinite > 0               ? EV_INVALID
                                                : EV_OK;
    return total;
}

/* The total of a line from its sum, which is NaN or infinite, or may have lost digits, if
 * it must be summed exactly. */
static ev_line_total settled(const ev_parts *p, ptrdiff_t line, const ev_line_sum *sum)
{
    const double plain = ev_sum_value((ev_pair){sum->hi, sum->lo});
    ev_line_total total = {plain, 1, EV_OK};
    if (!isfinite(plain) || may_cancel(p, sum->least, plain)) {
        total = exact_total(p, line);
    }
    if (total.status == EV_OK && !(total.total > 0)) {
        total.status = total.total < 0 ? EV_NEGATIVE_DENOMINATOR : EV_ZERO_DENOMINATOR;
    }
    if (total.status != EV_OK) {
        total.total = NAN;
    }
    return total;
}

/* ---- order ------------------------------------------------------------------- */

/* The bits of a value as an unsigned number of the same order; -0 equals 0. */
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

static void put_ranks(const ev_line *line, int dense)
{
    const double *numbers = line->x;
    const int64_t *whole = line->x;
    placed *items = (placed *)(void *)line->scratch;
    ptrdiff_t count = 0, rank = 0;
    for (ptrdiff_t i = 0; i < line->n; i++) {
        const double x = line->type == EV_I64 ? 0 : numbers[i];
        line->out[i] = NAN;
        line->status[i] = isnan(x) ? EV_MISSING : EV_INVALID;
        if (isfinite(x)) {
            items[count++] = (placed){
                line->type == EV_I64 ? order_of_i64(whole[i]) : order_of_f64(x), i};
        }
    }
    qsort(items, (size_t)count, sizeof *items, larger_first);
    for (ptrdiff_t i = 0; i < count; i++) {
        if (i == 0 || items[i].order != items[i - 1].order) {
            rank = dense ? rank + 1 : i + 1;
        }
        line->out[items[i].place] = (double)rank;
        line->status[items[i].place] = EV_OK;
    }
}

static void rank_min(const ev_line *line)
{
    put_ranks(line, 0);
}

static void rank_dense(const ev_line *line)
{
    put_ranks(line, 1);
}

/* ---- concentration ----------------------------------------------------------- */

/* Writes the shares of the line over its scratch and returns their status, by which none
 * may be negative. */
static uint8_t line_shares(const ev_line *line)
{
    const ev_parts parts = {line->x, 1, line->n, 0, sizeof(double), line->type, 0};
    const double *numbers = line->x;
    const int64_t *whole = line->x;
    ev_line_total total;
    int negative = 0;
    ev_line_totals(&parts, &total, EV_BASELINE);
    for (ptrdiff_t i = 0; i < line->n; i++) {
        const double part = line->type == EV_I64 ? (double)whole[i] : numbers[i];
        negative |= part < 0;
        line->scratch[i] = part * total.scale / total.total;
    }
    return total.status == EV_OK && negative ? EV_NEGATIVE_DENOMINATOR : total.status;
}

static void hhi(const ev_line *line)
{
    ev_pair sum = {0, 0};
    *line->status = line_shares(line);
    for (ptrdiff_t i = 0; i < line->n; i++) {
        sum = ev_sum_add(sum, line->scratch[i] * line->scratch[i]);
    }
    *line->out = *line->status == EV_OK ? ev_sum_value(sum) : NAN;
}

static int larger_share_first(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

/* The sum of the k largest shares. */
static double sum_of_largest(double *shares, ptrdiff_t n, int64_t k)
{
    ev_pair sum = {0, 0};
    qsort(shares, (size_t)n, sizeof *shares, larger_share_first);
    for (ptrdiff_t i = 0; i < n && i < k; i++) {
        sum = ev_sum_add(sum, shares[i]);
    }
    return k < n ? ev_sum_value(sum) : 1;
}

static void concentration(const ev_line *line)
{
    *line->status = line_shares(line);
    *line->out = *line->status == EV_OK
                     ? sum_of_largest(line->scratch, line->n, line->params[0])
                     : NAN;
}

const ev_linewise ev_structure_lines[] = {
    {"hhi", 0, 1, 1, {hhi, hhi}},
    {"concentration", 1, 1, 1, {concentration, concentration}},
    {"rank_min", 0, 0, 2, {rank_min, rank_min}},
    {"rank_dense", 0, 0, 2, {rank_dense, rank_dense}},
    {.name = NULL},
};

#define EV_SELF "arrays/structure.c"
#include "base/each_isa.h"

/* Sums of one block of at most GROUP lines. */
static void sum_block(const ev_parts *p, ptrdiff_t line, ptrdiff_t lines, ptrdiff_t block,
                      ev_line_sum *found, add_rows *add)
{
    const int along =
        p->lines == 1 || ev_distance(p->part_stride) < ev_distance(p->line_stride);
    const ptrdiff_t first = block * EV_SUMMED;
    const ptrdiff_t last = p->n - first < EV_SUMMED ? p->n : first + EV_SUMMED;
    sums s;
    if (!along) {
        add_across(&s, p, line, lines, first, last, add);
    }
    for (ptrdiff_t j = 0; j < lines; j++) {
        if (along) {
            add_along(&s, p, line + j, first, last, add);
        }
        found[j] = along ? join(&s, 0, 1, BANKS) : join(&s, j, GROUP, 1);
    }
}

static add_rows *adder(ev_isa isa)
{
    static add_rows *const each[EV_ISA_COUNT] = EV_EACH(add);
    return each[isa];
}

void ev_line_totals(const ev_parts *p, ev_line_total *totals, ev_isa isa)
{
    ev_line_sum whole[GROUP], block[GROUP];
    for (ptrdiff_t line = 0; line < p->lines; line += GROUP) {
        const ptrdiff_t lines = p->lines - line < GROUP ? p->lines - line : GROUP;
        memset(whole, 0, sizeof whole);
        for (ptrdiff_t b = 0; b < ev_line_blocks(p->n); b++) {
            sum_block(p, line, lines, b, block, adder(isa));
            for (ptrdiff_t j = 0; j < lines; j++) {
                add_block(&whole[j], &block[j]);
            }
        }
        for (ptrdiff_t j = 0; j < lines; j++) {
            totals[line + j] = settled(p, line + j, &whole[j]);
        }
    }
}

void ev_line_sums(const ev_parts *p, ptrdiff_t first, ptrdiff_t last, ev_line_sum *found,
                  ev_isa isa)
{
    for (ptrdiff_t b = first; b < last; b++) {
        for (ptrdiff_t line = 0; line < p->lines; line += GROUP) {
            const ptrdiff_t lines = p->lines - line < GROUP ? p->lines - line : GROUP;
            sum_block(p, line, lines, b, found + (b - first) * p->lines + line,
                      adder(isa));
        }
    }
}

void ev_line_joined(const ev_parts *p, const ev_line_sum *found, ev_line_total *totals)
{
    for (ptrdiff_t line = 0; line < p->lines; line++) {
        ev_line_sum whole = {0, 0, 0};
        for (ptrdiff_t b = 0; b < ev_line_blocks(p->n); b++) {
            add_block(&whole, &found[b * p->lines + line]);
        }
        totals[line] = settled(p, line, &whole);
    }
}

void ev_divide(const double *x, const double *scale, const double *total, double *out,
               ptrdiff_t n, int one, double limit, ev_isa isa)
{
    typedef void divide(const double *, const double *, const double *, double *,
                        ptrdiff_t, double);
    static divide *const by_one[EV_ISA_COUNT] = EV_EACH(divide_by_one);
    static divide *const by_each[EV_ISA_COUNT] = EV_EACH(divide_by_each);
    (one ? by_one : by_each)[isa](x, scale, total, out, n, limit);
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
                                    const double *total, double *out, ptrdiff_t n,
                                    double limit)
{
    const double *restrict parts = x, *restrict by = scale, *restrict all = total;
    double *restrict to = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        to[i] = ev_within(parts[i] * by[i] / all[i], 1, limit);
    }
}

static void EV_NAME(divide_by_one)(const double *x, const double *scale,
                                   const double *total, double *out, ptrdiff_t n,
                                    double limit)
{
    const double *restrict parts = x;
    const double by = *scale, all = *total;
    double *restrict to = out;
    for (ptrdiff_t i = 0; i < n; i++) {
        to[i] = ev_within(parts[i] * by / all, 1, limit);
    }
}

#endif
