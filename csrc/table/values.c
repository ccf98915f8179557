#ifndef EV_PASS

#include "table/values.h"

#include <math.h>
#include <string.h>

#define EV_SELF "table/values.c"
#include "base/each_isa.h"

typedef int split_kernel(const double *restrict x, ptrdiff_t n, ev_words *restrict sum);
typedef void widen_kernel(const int64_t *restrict x, ptrdiff_t n, ev_words *restrict sum);

static split_kernel *const split[EV_ISA_COUNT] = EV_EACH(split);
static widen_kernel *const widen[EV_ISA_COUNT] = EV_EACH(widen);

/* ---- scales and nulls ---- */

ev_result ev_scale_of_column(const ev_column *column, ev_scale *scale)
{
    const ev_column *values = column->dictionary != NULL ? column->dictionary : column;
    const int null = values->type == EV_COL_NULL;
    const int floats = values->type == EV_COL_F32 || values->type == EV_COL_F64;
    const int decimals = values->type == EV_COL_DECIMAL128 && values->scale >= 0 &&
                         values->scale <= EV_MOST_PLACES;
    scale->grain = null       ? EV_NO_GRAIN
                   : floats   ? EV_BINARY
                   : decimals ? EV_DECIMAL
                              : EV_INTEGER;
    scale->places = decimals ? values->scale : 0;
    return null || floats || decimals || ev_is_integer(values->type) ? EV_DONE
                                                                     : EV_BAD_FORMAT;
}

static void mark_nulls(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                       ev_values *restrict values)
{
    values->has_null = 0;
    if (column->type == EV_COL_NULL) {
        memset(values->null, 1, (size_t)n);
        values->has_null = 1;
    }
    else if (column->valid != NULL) {
        for (ptrdiff_t i = 0; i < n; i++) {
            values->null[i] = !ev_has_value(column, start + i);
            values->has_null |= values->null[i];
        }
    }
}

static void gather_floats(const ev_column *column, ptrdiff_t at, ptrdiff_t n,
                          double *restrict to)
{
    for (ptrdiff_t i = 0; column->type == EV_COL_F32 && i < n; i++) {
        float item;
        memcpy(&item, (const char *)column->data + (at + i) * 4, sizeof item);
        to[i] = item;
    }
    if (column->type == EV_COL_F64) {
        memcpy(to, (const char *)column->data + at * 8, (size_t)n * sizeof *to);
    }
}

/* ---- values ---- */

static ev_result read_integers(const ev_column *column, ev_scale scale, ptrdiff_t start,
                               ptrdiff_t n, ev_isa isa, ev_values *restrict values,
                               ptrdiff_t *bad_row)
{
    int64_t whole[EV_BLOCK];
    ev_result result = EV_DONE;
    ev_integers_read(column, start, n, whole);
    for (ptrdiff_t i = 0; values->has_null && i < n; i++) {
        whole[i] = values->null[i] ? 0 : whole[i];
    }
    widen[isa](whole, n, values->sum);
    for (ptrdiff_t i = 0; column->type == EV_COL_U64 && i < n; i++) {
        values->sum[i].hi = 0;
        if (scale.grain == EV_BINARY && whole[i] < 0 && result == EV_DONE) {
            result = EV_RANGE;
            *bad_row = start + i;
        }
    }
    for (ptrdiff_t i = 0; scale.grain == EV_BINARY && i < n; i++) {
        values->sum[i] = (ev_words){0, whole[i]};
    }
    return result;
}

/* The rows that the kernel skipped: NaN, small and large values. */
static ev_result read_odd_floats(const double *restrict x, ptrdiff_t start, ptrdiff_t n,
                                 ev_values *restrict values, ptrdiff_t *bad_row)
{
    ev_result result = EV_DONE;
    if (!values->has_null) {
        memset(values->null, 0, (size_t)n);
    }
    memset(values->fine, 0, (size_t)n * sizeof values->fine[0]);
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        const double size = fabs(x[i]);
        if (isnan(size)) {
            values->null[i] = 1;
            values->has_null = 1;
        }
        else if (!(size < 0x1p62)) {
            result = isinf(size) ? EV_BAD_VALUE : EV_RANGE;
            *bad_row = start + i;
        }
        else if (size < 0x1p-11 && size > 0) {
            const ev_total total = ev_total_of_double(x[i]);
            values->sum[i] = ev_split_words(total.sum);
            values->fine[i] = total.fine;
            values->has_fine |= total.fine != 0;
        }
    }
    return result;
}

static ev_result read_floats(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                             ev_isa isa, ev_values *restrict values, ptrdiff_t *bad_row)
{
    double copy[EV_BLOCK];
    const double *x = copy;
    ev_result result = EV_DONE;
    const int aligned = (uintptr_t)column->data % sizeof(double) == 0;
    if (column->type == EV_COL_F64 && aligned && !values->has_null) {
        x = (const double *)column->data + column->offset + start;
    }
    else {
        gather_floats(column, column->offset + start, n, copy);
        for (ptrdiff_t i = 0; values->has_null && i < n; i++) {
            copy[i] = values->null[i] ? 0.0 : copy[i];
        }
    }
    if (split[isa](x, n, values->sum)) {
        result = read_odd_floats(x, start, n, values, bad_row);
    }
    return result;
}

static void read_decimals(const ev_column *column, ptrdiff_t start, ptrdiff_t n,
                          ev_values *restrict values)
{
    ev_decimals_read(column, start, n, values->sum);
    for (ptrdiff_t i = 0; values->has_null && i < n; i++) {
        if (values->null[i]) {
            values->sum[i] = (ev_words){0, 0};
        }
    }
}

static ev_result read_plain(const ev_column *column, ev_scale scale, ptrdiff_t start,
                            ptrdiff_t n, ev_isa isa, ev_values *restrict values,
                            ptrdiff_t *bad_row)
{
    ev_result result = EV_DONE;
    mark_nulls(column, start, n, values);
    values->has_fine = 0;
    if (column->type == EV_COL_NULL) {
        memset(values->sum, 0, (size_t)n * sizeof values->sum[0]);
    }
    else if (column->type == EV_COL_F32 || column->type == EV_COL_F64) {
        result = read_floats(column, start, n, isa, values, bad_row);
    }
    else if (column->type == EV_COL_DECIMAL128) {
        read_decimals(column, start, n, values);
    }
    else {
        result = read_integers(column, scale, start, n, isa, values, bad_row);
    }
    return result;
}

/* Row by row, because coded measures are rare. */
static ev_result read_coded(const ev_column *column, ev_scale scale, ptrdiff_t start,
                            ptrdiff_t n, ev_isa isa, ev_values *restrict values,
                            ptrdiff_t *bad_row)
{
    const ev_column *words = column->dictionary;
    int64_t index[EV_BLOCK];
    ev_values one;
    ev_result result = EV_DONE;
    mark_nulls(column, start, n, values);
    if (!values->has_null) {
        memset(values->null, 0, (size_t)n);
    }
    values->has_fine = 0;
    ev_integers_read(column, start, n, index);
    for (ptrdiff_t i = 0; i < n && result == EV_DONE; i++) {
        values->sum[i] = (ev_words){0, 0};
        values->fine[i] = 0;
        if (values->null[i]) {
            continue;
        }
        if (index[i] < 0 || index[i] >= words->length) {
            result = EV_BAD_VALUE;
        }
        else {
            ptrdiff_t ignored = 0;
            result = read_plain(words, scale, (ptrdiff_t)index[i], 1, isa, &one, &ignored);
        }
        if (result != EV_DONE) {
            *bad_row = start + i;
        }
        else {
            values->sum[i] = one.sum[0];
            values->fine[i] = one.has_fine ? one.fine[0] : 0;
            values->null[i] = one.has_null != 0;
            values->has_fine |= values->fine[i] != 0;
            values->has_null |= values->null[i];
        }
    }
    return result;
}

ev_result ev_values_read(const ev_column *column, ev_scale scale, ptrdiff_t start,
                         ptrdiff_t n, ev_isa isa, ev_values *restrict values,
                         ptrdiff_t *bad_row)
{
    return column->dictionary != NULL
               ? read_coded(column, scale, start, n, isa, values, bad_row)
               : read_plain(column, scale, start, n, isa, values, bad_row);
}

#else /* compiled once per instruction set */

/* x in units of 2^-64, exact if 2^-11 <= |x| < 2^62 or x is 0; else 0, and the function
 * returns 1. A fraction of 53 bits or fewer times 2^63 is an
 * integer; it keeps its sign, because adding 1 to a negative fraction would round. */
static int EV_NAME(split)(const double *restrict x, ptrdiff_t n, ev_words *restrict sum)
{
    int odd = 0;
    for (ptrdiff_t i = 0; i < n; i++) {
        const double size = fabs(x[i]);
        const int plain = (size >= 0x1p-11) & (size < 0x1p62);
        const double v = plain ? x[i] : 0.0;
        const int64_t whole = (int64_t)v;
        const int64_t fraction = (int64_t)((v - (double)whole) * 0x1p63);
        odd |= !plain & (x[i] != 0.0);
        sum[i].lo = (uint64_t)fraction << 1;
        sum[i].hi = whole + (fraction >> 63);
    }
    return odd;
}

static void EV_NAME(widen)(const int64_t *restrict x, ptrdiff_t n, ev_words *restrict sum)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        sum[i].lo = (uint64_t)x[i];
        sum[i].hi = x[i] >> 63;
    }
}

#endif
