/* Intervals. Each kernel runs over special ends at many lengths, in buffers of the
 * exact length. Both instruction sets must agree. The ends of a result are ordered,
 * both NaN, or marked as unsettled. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "base/dispatch.h"
#include "figures/figures.h"

enum { LONGEST = 300 };

static const double special[] = {
    -INFINITY, -1e300, -2.5, -1.0, -0.5,    -0.0, 0.0, 5e-324, 1e-200,
    0.3,       1.0,    7.0,  1e16, 0x1p300, 1e308, INFINITY, NAN,
};
enum { SPECIAL = sizeof special / sizeof special[0] };

static double *ends(ptrdiff_t n, ptrdiff_t step, ptrdiff_t from)
{
    double *block = malloc((size_t)n * sizeof *block + (n == 0));
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        block[i] = special[(i / step + from) % SPECIAL];
    }
    return block;
}

static int is_proper(double low, double high)
{
    return low <= high || (isnan(low) && isnan(high)) ||
           (low == INFINITY && high == -INFINITY);
}

static void run_both_paths(const ev_elementwise *f, ptrdiff_t n, ptrdiff_t from)
{
    double *in[EV_MOST_OPERANDS] = {NULL}, *low[2], *high[2];
    const void *operands[EV_MOST_OPERANDS] = {NULL};
    for (int k = 0; k < f->nin; k++) {
        in[k] = ends(n, k < 2 ? 1 : SPECIAL, from + (k % 2) * (k + 1));
        operands[k] = in[k];
    }
    for (int isa = 0; isa < EV_ISA_COUNT; isa++) {
        low[isa] = malloc((size_t)n * sizeof(double) + 1);
        high[isa] = malloc((size_t)n * sizeof(double) + 1);
        if (ev_isa_usable((ev_isa)isa)) {
            void *results[] = {low[isa], high[isa]};
            f->run[EV_F64][isa](operands, results, n, INFINITY);
            for (ptrdiff_t i = 0; i < n; i++) {
                CHECK(is_proper(low[isa][i], high[isa][i]));
                CHECK(low[0][i] == low[isa][i] || isnan(low[isa][i]));
                CHECK(high[0][i] == high[isa][i] || isnan(high[isa][i]));
            }
        }
    }
    for (int k = 0; k < EV_MOST_OPERANDS; k++) {
        free(in[k]);
    }
    for (int isa = 0; isa < EV_ISA_COUNT; isa++) {
        free(low[isa]);
        free(high[isa]);
    }
}

/* 1,000 after growth of 25% has the base 800; the interval around it is narrow. */
static void test_a_base(void)
{
    const double level[1] = {1000}, growth[1] = {0.25};
    const void *in[4] = {level, level, growth, growth};
    double low[1], high[1];
    void *out[2] = {low, high};
    ev_figure_functions[0].run[EV_F64][EV_BASELINE](in, out, 1, INFINITY);
    CHECK(strcmp(ev_figure_functions[0].name, "implied_base") == 0);
    CHECK(low[0] <= 800 && 800 <= high[0] && high[0] - low[0] < 1e-12);
}

static void test_sums(void)
{
    double *scratch = malloc(4 * sizeof *scratch);
    const double low[3] = {1e16, 1, -1e16}, high[3] = {1e16, 2, -1e16};
    const ev_span whole = {3, 4};
    if (scratch != NULL) {
        const ev_span left = ev_span_remainder(whole, low, high, 3, scratch);
        CHECK(left.low == 1 && left.high == 3);
        const ev_span none = ev_span_remainder(whole, high + 1, low + 1, 1, scratch);
        CHECK(isnan(none.low) && isnan(none.high));
    }
    free(scratch);
    const double level[2] = {100, 300}, rate[2] = {0.0, 0.5};
    const ev_span total = ev_span_total(level, level, rate, rate, 2);
    CHECK(total.low <= 1.0 / 3 && 1.0 / 3 <= total.high);
    CHECK(total.high - total.low < 1e-15);
    const ev_span empty = ev_span_total(level, level, rate, rate, 0);
    CHECK(isnan(empty.low) && isnan(empty.high));
}

/* Infinite ends, and operands that doubles do not settle. */
static void test_unbounded_sums(void)
{
    double scratch[3];
    const double low[2] = {1, 2}, high[2] = {1, INFINITY}, minus[2] = {-INFINITY, 2};
    ev_span left = ev_span_remainder((ev_span){-INFINITY, 10}, low, low, 2, scratch);
    CHECK(isinf(left.low) && left.low < 0 && left.high == 7);
    left = ev_span_remainder((ev_span){5, INFINITY}, low, low, 2, scratch);
    CHECK(left.low == 2 && isinf(left.high) && left.high > 0);
    left = ev_span_remainder((ev_span){5, 10}, low, high, 2, scratch);
    CHECK(isinf(left.low) && left.low < 0 && left.high == 7);
    left = ev_span_remainder((ev_span){5, 10}, minus, low, 2, scratch);
    CHECK(left.low == 2 && isinf(left.high) && left.high > 0);
    const double large[2] = {1, 0x1p970};
    left = ev_span_remainder((ev_span){5, 10}, large, large, 2, scratch);
    CHECK(left.low == INFINITY && left.high == -INFINITY); /* unsettled */
}

static void test_unsettled(void)
{
    static const double zero[2] = {0, 0}, half[2] = {0.5, 0.5}, one[2] = {1, 1};
    static const double below[2] = {-1, 1}, lost[2] = {-1, 0.5};
    static const struct {
        const double *low, *high, *growth;
    } totals[] = {{zero, zero, half}, {below, one, half}, {one, one, lost}};
    for (int k = 0; k < 3; k++) { /* no level, one below 0, a loss of all */
        const ev_span total = ev_span_total(totals[k].low, totals[k].high,
                                            totals[k].growth, totals[k].growth, 2);
        CHECK(total.low == INFINITY && total.high == -INFINITY);
    }
    /* A year to date that is less than its earlier part, or hardly more. */
    const ev_elementwise *period = ev_figure_functions;
    while (strcmp(period->name, "implied_period_growth") != 0) {
        period++;
    }
    const double date[2] = {1, 1}, earlier[2] = {2, 1 - 0x1p-45}, flat[2] = {0, 0};
    const void *in[8] = {date, date, flat, flat, earlier, earlier, flat, flat};
    double low[2], high[2];
    void *out[2] = {low, high};
    period->run[EV_F64][EV_BASELINE](in, out, 2, INFINITY);
    for (int i = 0; i < 2; i++) {
        CHECK(low[i] == INFINITY && high[i] == -INFINITY);
    }
}

int main(void)
{
    static const ptrdiff_t lengths[] = {0, 1, 2, 3, 7, 8, 31, LONGEST};
    for (int i = 0; ev_figure_functions[i].name != NULL; i++) {
        for (size_t k = 0; k < sizeof lengths / sizeof lengths[0]; k++) {
            for (ptrdiff_t from = 0; from < SPECIAL; from++) {
                run_both_paths(&ev_figure_functions[i], lengths[k], from);
            }
        }
    }
    test_a_base();
    test_sums();
    test_unbounded_sums();
    test_unsettled();
    return finish();
}
