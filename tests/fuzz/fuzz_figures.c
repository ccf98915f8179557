/* Intervals: every result contains the exact value at any point of its operands, and is
 * not much wider than the corners. Both instruction sets agree. */
#include "fuzz.h"
#include "base/dispatch.h"
#include "figures/figures.h"

/* 113 bits where the compiler has them; elsewhere what long double has. */
#if defined(__SIZEOF_FLOAT128__)
__extension__ typedef __float128 wide;
#else
typedef long double wide;
#endif

/* The function `place` of ev_figure_functions at one point of each operand. */
static int value_at(int place, const double *x, wide *value)
{
    const wide a = x[0], b = x[1], c = x[2], d = x[3];
    wide over = 1, result = 0;
    switch (place) {
    case 0: over = 1 + b; result = a; break;                      /* base */
    case 1: over = a; result = b - a; break;                      /* growth */
    case 2: result = a * (1 + b); break;                          /* current */
    case 3: over = 1 + b; result = a * b; break;                  /* increment */
    case 4: case 6: over = b; result = a; break;                  /* ratio, share */
    case 5: over = 1 + b; result = a - b; break;                  /* growth of a ratio */
    default:                                                      /* of a period */
        over = a * (1 + d) - c * (1 + b);
        result = a * (1 + d) * b - c * (1 + b) * d;
    }
    *value = over > 0 ? result / over : 0;
    return over > 0;
}

static double point_of(const double *ends, int which)
{
    const double middle = ends[0] / 2 + ends[1] / 2;
    return which == 0 ? ends[0] : which == 1 ? ends[1] : middle;
}

/* All points of three values of each operand. */
static void check_points(int place, int spans, double ends[4][2], double low, double high)
{
    const int points = spans == 2 ? 9 : 81;
    for (int k = 0; k < points; k++) {
        double x[4] = {0};
        int finite = 1, at = k;
        for (int i = 0; i < spans; i++, at /= 3) {
            x[i] = point_of(ends[i], at % 3);
            finite &= isfinite(x[i]) && (x[i] == 0 || (fabs(x[i]) > 1e-290 && fabs(x[i]) < 1e290));
        }
        wide value;
        if (finite && value_at(place, x, &value)) {
            if (place == 6 && (value < 0 || value > 1)) {
                continue; /* a share is never outside 0 and 1 */
            }
            REQUIRE(value >= (wide)low && value <= (wide)high);
        }
    }
}

static void check_function(int place, double ends[4][2])
{
    const ev_elementwise *f = &ev_figure_functions[place];
    enum { N = 5 };
    double in[EV_MOST_OPERANDS][N], low[2][N], high[2][N];
    const void *operands[EV_MOST_OPERANDS];
    int usable = 0;
    for (int k = 0; k < f->nin; k++) {
        for (int i = 0; i < N; i++) {
            in[k][i] = ends[k / 2][k % 2];
        }
        operands[k] = in[k];
    }
    for (int isa = 0; isa < EV_ISA_COUNT; isa++) {
        if (ev_isa_usable((ev_isa)isa) && f->run[EV_F64][isa] != NULL) {
            void *results[] = {low[isa], high[isa]};
            f->run[EV_F64][isa](operands, results, N, INFINITY);
            usable = isa;
        }
    }
    for (int i = 0; i < N; i++) {
        const double l = low[0][i], h = high[0][i];
        REQUIRE(memcmp(&l, &low[usable][i], 8) == 0 || l == low[usable][i] || isnan(l));
        REQUIRE(isnan(l) == isnan(low[usable][i]) && (h == high[usable][i] || isnan(h)));
        REQUIRE(l <= h || (isnan(l) && isnan(h)) || (l == INFINITY && h == -INFINITY));
    }
    if (low[0][0] <= high[0][0]) {
        check_points(place, f->nin / 2, ends, low[0][0], high[0][0]);
    }
}

/* A whole less its parts, and the growth of a total. */
static void check_sums(input *in)
{
    enum { MOST = 12 };
    double low[MOST] = {0}, high[MOST] = {0}, growth[2][MOST] = {{0}}, scratch[MOST + 1];
    const int n = take_below(in, MOST);
    wide least = 0, most = 0;
    int exact = 1;
    for (int i = 0; i < n; i++) {
        low[i] = take_double(in);
        high[i] = take_double(in);
        growth[0][i] = take_double(in);
        growth[1][i] = growth[0][i] + take_below(in, 3);
        least += (wide)low[i];
        most += (wide)high[i];
        exact &= low[i] == (double)(int64_t)(fabs(low[i]) < 1e15 ? low[i] : 0.5);
        exact &= high[i] == (double)(int64_t)(fabs(high[i]) < 1e15 ? high[i] : 0.5);
    }
    const ev_span whole = {0, 1000};
    const ev_span left = ev_span_remainder(whole, low, high, n, scratch);
    REQUIRE(left.low <= left.high || (isnan(left.low) && isnan(left.high)) ||
            (left.low == INFINITY && left.high == -INFINITY));
    if (exact && left.low <= left.high) {
        REQUIRE((wide)left.low == 0 - most && (wide)left.high == 1000 - least);
    }
    const ev_span total = ev_span_total(low, high, growth[0], growth[1], n);
    REQUIRE(total.low <= total.high || (isnan(total.low) && isnan(total.high)) ||
            (total.low == INFINITY && total.high == -INFINITY));
    wide bases = 0, increments = 0;
    for (int i = 0; i < n; i++) {
        const wide base = (wide)low[i] / (1 + (wide)growth[0][i]);
        bases += base;
        increments += base * (wide)growth[0][i];
    }
    if (total.low <= total.high && bases > 0) {
        REQUIRE(increments / bases >= (wide)total.low);
        REQUIRE(increments / bases <= (wide)total.high);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input in = {data, size};
    const int place = take_below(&in, 9);
    if (place == 8) {
        check_sums(&in);
    }
    else {
        double ends[4][2];
        for (int k = 0; k < 4; k++) {
            const int ordered = take_below(&in, 4) != 0;
            ends[k][0] = take_double(&in);
            ends[k][1] = ordered ? ends[k][0] + fabs(take_double(&in)) : take_double(&in);
        }
        check_function(place, ends);
    }
    return 0;
}
