/* Explanations: every family over ragged and even groups, in buffers of the exact
 * length. A group has the same results alone and among others, in ragged and even
 * groups, on both instruction sets. Then LMDI, shift-share, the logarithmic mean. */
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "engine.h"
#include "base/dispatch.h"
#include "explain/explain.h"
#include "explain/lmdi.h"

enum { GROUPS = 11, MOST = 140, NUMBERS = EV_MOST_PARTS };

static const double special[] = {1.5, 0.0, 7.0, -0.0,  1e12, 1e-6,     2.0,  3.5, NAN,
                                 4.0, 9.0, 8.0, -1.25, 2.0,  INFINITY, 1e-6, 6.0};

/* n doubles in a block of the exact size. */
static double *numbers(ptrdiff_t n)
{
    double *block = malloc(n > 0 ? (size_t)n * sizeof *block : 1);
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        block[i] = -77;
    }
    return block;
}

/* Item i of operand k: an ordinary number; if `wild`, also zeros, NaN, infinities. */
static double number_at(ptrdiff_t i, int k, int wild)
{
    const double plain = 1 + (double)((i * 7 + k * 3) % 13) / 4;
    return wild ? special[(i * (k + 2) + 5 * k) % 17] : plain;
}

static ev_explained new_result(ptrdiff_t groups, ptrdiff_t items)
{
    ev_explained r;
    for (int k = 0; k < NUMBERS; k++) {
        r.parts[k] = numbers(groups);
        r.item_parts[k] = numbers(items);
    }
    r.status = malloc((size_t)groups + 1);
    return r;
}

static void free_result(const ev_explained *r)
{
    for (int k = 0; k < NUMBERS; k++) {
        free(r->parts[k]);
        free(r->item_parts[k]);
    }
    free(r->status);
}

static int same(const double *a, const double *b, ptrdiff_t n)
{
    int equal = 1;
    for (ptrdiff_t i = 0; i < n; i++) {
        equal &= (isnan(a[i]) && isnan(b[i])) || memcmp(a + i, b + i, sizeof *a) == 0;
    }
    return equal;
}

static void check_same(const ev_explanation *family, const ev_explained *a,
                       const ev_explained *b, ptrdiff_t groups, ptrdiff_t items)
{
    for (int k = 0; k < family->parts; k++) {
        CHECK(same(a->parts[k], b->parts[k], groups));
    }
    for (int k = 0; k < family->item_parts; k++) {
        CHECK(same(a->item_parts[k], b->item_parts[k], items));
    }
    CHECK(memcmp(a->status, b->status, (size_t)groups) == 0);
}

/* Explains by the family at that place. */
static void explain(int place, ev_isa isa, const ev_groups *groups, ptrdiff_t start,
                    ptrdiff_t stop, const ev_explained *to)
{
    const ev_explanation *family = &ev_explanations(isa)[place];
    ev_explained target = *to;
    if (family->item_parts == 0) {
        target.item_parts[0] = NULL;
    }
    ev_explain(family, groups, start, stop, &target);
}

/* Groups of 0, 1, 2 ... items. */
static void test_ragged(int place, int wild)
{
    const ev_explanation *family = &ev_explanations(EV_BASELINE)[place];
    ptrdiff_t offsets[GROUPS + 1] = {0};
    for (int g = 0; g < GROUPS; g++) {
        offsets[g + 1] = offsets[g] + (g == 6 ? MOST : g);
    }
    const ptrdiff_t count = offsets[GROUPS];
    ev_groups ragged = {.count = GROUPS, .items = count, .offsets = offsets};
    double *columns[EV_MOST_READ];
    for (int k = 0; k < EV_MOST_READ; k++) {
        columns[k] = numbers(count);
        for (ptrdiff_t i = 0; i < count; i++) {
            columns[k][i] = number_at(i, k, wild);
        }
        ragged.in[k] = (ev_operand){(const char *)columns[k], 0, sizeof(double)};
    }
    const ev_explained whole = new_result(GROUPS, count), other = new_result(GROUPS, count);
    explain(place, EV_BASELINE, &ragged, 0, GROUPS, &whole);
    if (ev_isa_usable(EV_AVX2)) {
        explain(place, EV_AVX2, &ragged, 0, GROUPS, &other);
        check_same(family, &whole, &other, GROUPS, count);
    }
    for (ptrdiff_t g = 0; g < GROUPS; g++) { /* each group alone, as one even group */
        const ptrdiff_t items = offsets[g + 1] - offsets[g];
        ev_groups one = {.count = 1, .items = items};
        const ev_explained alone = new_result(1, items);
        ev_explained of_whole;
        for (int k = 0; k < EV_MOST_READ; k++) {
            one.in[k] = (ev_operand){(const char *)(columns[k] + offsets[g]), 0, 8};
        }
        explain(place, EV_BASELINE, &one, 0, 1, &alone);
        for (int k = 0; k < NUMBERS; k++) {
            of_whole.parts[k] = whole.parts[k] + g;
            of_whole.item_parts[k] = whole.item_parts[k] + offsets[g];
        }
        of_whole.status = whole.status + g;
        check_same(family, &alone, &of_whole, 1, items);
        free_result(&alone);
    }
    explain(place, EV_BASELINE, &ragged, 0, 3, &other); /* in pieces */
    explain(place, EV_BASELINE, &ragged, 3, 10, &other);
    explain(place, EV_BASELINE, &ragged, 10, GROUPS, &other);
    check_same(family, &whole, &other, GROUPS, count);
    free_result(&whole);
    free_result(&other);
    for (int k = 0; k < EV_MOST_READ; k++) {
        free(columns[k]);
    }
}

/* Even groups in both layouts: items side by side, groups side by side. */
static void test_even(int place, ptrdiff_t items, int wild)
{
    const ev_explanation *family = &ev_explanations(EV_BASELINE)[place];
    const ptrdiff_t count = GROUPS * items;
    ev_groups rows = {.count = GROUPS, .items = items}, columns = rows;
    const ptrdiff_t width = sizeof(double);
    double *across[EV_MOST_READ], *down[EV_MOST_READ];
    for (int k = 0; k < EV_MOST_READ; k++) {
        across[k] = numbers(count);
        down[k] = numbers(count);
        for (ptrdiff_t i = 0; i < count; i++) {
            across[k][i] = number_at(i, k, wild);
            down[k][i % items * GROUPS + i / items] = across[k][i];
        }
        rows.in[k] = (ev_operand){(const char *)across[k], items * width, width};
        columns.in[k] = (ev_operand){(const char *)down[k], width, GROUPS * width};
    }
    const ev_explained a = new_result(GROUPS, count), b = new_result(GROUPS, count);
    for (int isa = 0; isa < EV_ISA_COUNT; isa++) {
        if (ev_isa_usable((ev_isa)isa)) {
            explain(place, (ev_isa)isa, &rows, 0, GROUPS, &a);
            explain(place, (ev_isa)isa, &columns, 0, GROUPS, &b);
            check_same(family, &a, &b, GROUPS, count);
            explain(place, EV_BASELINE, &rows, 0, GROUPS, &b);
            check_same(family, &a, &b, GROUPS, count);
        }
    }
    free_result(&a);
    free_result(&b);
    for (int k = 0; k < EV_MOST_READ; k++) {
        free(across[k]);
        free(down[k]);
    }
}

static void test_families(void)
{
    const ev_explanation *families = ev_explanations(EV_BASELINE);
    for (int i = 0; families[i].name != NULL; i++) {
        const ev_explanation *f = &families[i];
        CHECK(ev_explanation_named(f->name, EV_BASELINE) == f);
        CHECK(f->reads <= EV_MOST_READ && f->parts <= EV_MOST_PARTS);
        CHECK(f->item_parts <= EV_MOST_PARTS);
        for (int wild = 0; wild < 2; wild++) {
            test_ragged(i, wild);
            test_even(i, 3, wild);
            test_even(i, 10, wild);
            test_even(i, 33, wild);
            test_even(i, 129, wild);
        }
    }
    CHECK(ev_explanation_named("no such family", EV_BASELINE) == NULL);
}

/* ---- logarithms -------------------------------------------------------------- */

/* Distance in units in the last place of `exact`. */
static double ulps_off(double value, long double exact)
{
    const double nearest = (double)exact;
    return (double)(fabsl((long double)value - exact) /
                    (long double)(nextafter(nearest, INFINITY) - nearest));
}

/* The mean from the series of artanh if the numbers are close, else from logarithms.
 * A long double has eleven bits more than a double. */
static long double exact_log_mean(double a, double b)
{
    const long double z = ((long double)a - b) / ((long double)a + b), y = z * z;
    long double mean = ((long double)a - b) / logl((long double)a / b);
    if (fabsl(z) < 0.01L) {
        long double artanh = 0;
        for (int k = 19; k > 0; k -= 2) {
            artanh = artanh * y + 1 / (long double)k;
        }
        mean = ((long double)a + b) / 2 / artanh;
    }
    return mean;
}

static void test_log_mean(void)
{
    double worst = 0;
    for (int i = 0; i < 200000; i++) {
        const double a = 0x1p-20 * (1 + i % 977) * (1 + i % 31);
        const double steps = (double)(1 + i % 2000) * DBL_EPSILON;
        const double b = i % 2 == 0 ? a * (1 + steps) : a * exp((i % 401) / 13.0 - 15);
        const double off = a == b ? 0 : ulps_off(ev_log_mean(a, b), exact_log_mean(a, b));
        worst = off > worst ? off : worst;
        CHECK(ev_log_mean(a, b) == ev_log_mean(b, a));
        CHECK(ev_log_change(a, b) == -ev_log_change(b, a));
    }
    CHECK(LDBL_MANT_DIG < 64 || worst <= 4);
    CHECK(ev_log_mean(3, 3) == 3 && ev_log_mean(0, 3) == 0 && ev_log_mean(0, 0) == 0);
}

static void test_lmdi(void)
{
    const double x0[] = {1, 10, 2, 4, 5, 3, 2, 3, 4, 0, 1, 1};
    const double x1[] = {4, 5, 3, 5, 6, 4, 0, 0, 4, 0, 2, 5};
    const double bad[] = {1, 10, 2, 4, 5, 3, 2, 3, 4, 0, 1, -1};
    double effects[6], total[2], residual[2];
    uint8_t status[2];
    const ev_effects to = {effects, total, residual, status};
    ptrdiff_t place = -1;
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_factors from = {x0, x1, 2, 2, 3, 0};
    count.left = 9;
    CHECK(ev_lmdi(&from, 0, 2, &to, &place, &memory) == EV_DONE);
    CHECK(total[0] == 100 && fabs(effects[0] - 69.79006598) < 1e-8);
    CHECK(total[1] == -24 && effects[3] == -12 && effects[4] == -12 && effects[5] == 0);
    CHECK(fabs(residual[0]) < 1e-12 && residual[1] == 0);
    CHECK(status[0] == EV_OK && status[1] == EV_OK && place == -1);
    from.x1 = bad;
    CHECK(ev_lmdi(&from, 0, 2, &to, &place, &memory) == EV_BAD_VALUE);
    CHECK(place == 23);
    count.left = 0;
    CHECK(ev_lmdi(&from, 0, 2, &to, &place, &memory) == EV_NO_MEMORY);
}

static void test_shift_share(void)
{
    const double x0[] = {90, 20, 310, 130, 0, 0, 0, 0}, x1[] = {100, 40, 340, 170, 1, 2, 3, 4};
    double *out[EV_SHIFT_OUT];
    uint8_t status[2];
    counting count;
    const ev_memory memory = counting_memory(&count);
    const ev_regions from = {x0, x1, 2, 2};
    count.left = 9;
    for (int k = 0; k < EV_SHIFT_OUT; k++) {
        out[k] = numbers(8);
    }
    CHECK(ev_shift_share(&from, 0, 2, out, status, &memory) == EV_DONE);
    CHECK(status[0] == EV_OK && status[1] == EV_ZERO_BASE);
    CHECK(out[EV_SHIFT_TOTAL][1] == 20 && isnan(out[EV_SHIFT_MIX][4]));
    for (int i = 0; i < 4; i++) {
        const double sum = out[EV_SHIFT_NATIONAL][i] + out[EV_SHIFT_MIX][i] +
                           out[EV_SHIFT_REGIONAL][i];
        CHECK(fabs(sum - (x1[i] - x0[i])) < 1e-12);
        CHECK(fabs(out[EV_SHIFT_RESIDUAL][i]) < 1e-12);
    }
    count.left = 0;
    CHECK(ev_shift_share(&from, 0, 2, out, status, &memory) == EV_NO_MEMORY);
    for (int k = 0; k < EV_SHIFT_OUT; k++) {
        free(out[k]);
    }
}

/* An industry without a base that cells have, with one below 0; and sums, a growth and a
 * change that no double holds. */
static void test_industries_without_rates(void)
{
    static const struct {
        double x0[4], x1[4]; /* two regions of two industries */
        uint8_t status;
    } cases[] = {{{1, 5, -1, 5}, {1, 2, 3, 4}, EV_ZERO_DENOMINATOR},
                 {{1, 5, -2, 5}, {1, 2, 3, 4}, EV_NEGATIVE_DENOMINATOR},
                 {{0, 5, 0, 5}, {1, 2, 3, 4}, EV_OK},
                 {{1e308, 1e308, 1e308, 1e308}, {1, 2, 3, 4}, EV_INVALID},
                 {{1, 2, 3, 4}, {1e308, 1e308, 1e308, 1e308}, EV_INVALID},
                 {{1e308, -1e308, 1e308, -9e307}, {1, 2, 3, 4}, EV_INVALID},
                 {{1e-200, 1, 1e-200, 1}, {1e200, 1, 1e200, 1}, EV_INVALID},
                 {{-1e308, 1, 1.5e308, 1}, {1e308, 1, 0, 1}, EV_INVALID}};
    double *out[EV_SHIFT_OUT];
    counting count;
    const ev_memory memory = counting_memory(&count);
    for (int k = 0; k < EV_SHIFT_OUT; k++) {
        out[k] = numbers(4);
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t status = EV_STATUS_COUNT;
        const ev_regions from = {cases[i].x0, cases[i].x1, 2, 2};
        CHECK(ev_shift_share(&from, 0, 1, out, &status, &memory) == EV_DONE);
        CHECK(status == cases[i].status);
        CHECK(isnan(out[EV_SHIFT_NATIONAL][1]) == (status != EV_OK));
    }
    for (int k = 0; k < EV_SHIFT_OUT; k++) {
        free(out[k]);
    }
    CHECK(count.blocks == 0);
}

/* Worths are doubles, but the volume at base prices is none: the group is INVALID, and
 * what is known of it stays. */
static void test_lost_parts(void)
{
    static const double p0[] = {1e200}, q0[] = {1e100}, p1[] = {1e100}, q1[] = {1e200};
    const ev_explanation *family =
        ev_explanation_named("price_volume_laspeyres", EV_BASELINE);
    const double *given[] = {p0, q0, p1, q1};
    ev_groups groups = {.count = 1, .items = 1};
    const ev_explained result = new_result(1, 1);
    for (int k = 0; k < 4; k++) {
        groups.in[k] = (ev_operand){(const char *)given[k], 0, sizeof(double)};
    }
    ev_explain(family, &groups, 0, 1, &result);
    CHECK(result.status[0] == EV_INVALID);
    CHECK(isnan(result.parts[1][0]) && isnan(result.parts[2][0])); /* price and volume */
    CHECK(result.parts[3][0] == 0 && result.parts[4][0] == 0);
    free_result(&result);
}

int main(void)
{
    test_industries_without_rates();
    test_lost_parts();
    test_families();
    test_log_mean();
    test_lmdi();
    test_shift_share();
    return finish();
}
