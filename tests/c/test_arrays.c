/* Kernels of growth, margin and structure. Each runs over special values at many
 * lengths. Buffers have the exact length, so that the sanitizers find reads and writes
 * outside. Both instruction sets must agree. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "base/dispatch.h"
#include "arrays/growth.h"
#include "arrays/margin.h"
#include "arrays/structure.h"

enum { LONGEST = 37 };

static const double special[] = {
    0.0,    -0.0,   1.0,     -1.0,     5e-324, -5e-324, 1e308,  -1e308, 1.5,
    1e-300, 1e300,  INFINITY, -INFINITY, NAN,    3.0,    -3.0,   2.5e-308, 0x1p1023,
    0.1,    1e16,   -1e16,   7.0,      12.0,
};
static const int64_t whole[] = {0, 1, -1, INT64_MAX, INT64_MIN, 3, -3, INT64_MAX - 1, 7};

/* n items of one type in a block of the exact size. */
static void *operand(ev_type type, ptrdiff_t n, ptrdiff_t shift)
{
    void *block = malloc(n > 0 ? (size_t)n * 8 : 1);
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        if (type == EV_I64) {
            ((int64_t *)block)[i] = whole[(i + shift) % 9];
        }
        else {
            ((double *)block)[i] = special[(i * (1 + shift) + shift) % 23];
        }
    }
    return block;
}

static void run_both_paths(const ev_elementwise *f, ev_type type, ptrdiff_t n)
{
    const size_t width = f->out == EV_U8 ? 1 : 8;
    void *in[EV_MOST_OPERANDS] = {NULL}, *out[EV_ISA_COUNT] = {NULL};
    for (int k = 0; k < f->nin; k++) {
        in[k] = operand(k < f->typed ? type : EV_F64, n, k);
    }
    for (int isa = 0; isa < EV_ISA_COUNT; isa++) {
        out[isa] = malloc((size_t)n * width + 1);
        if (ev_isa_usable((ev_isa)isa)) {
            f->run[type][isa]((const void *const *)in, &out[isa], n, INFINITY);
            CHECK(memcmp(out[0], out[isa], (size_t)n * width) == 0);
        }
    }
    for (int k = 0; k < EV_MOST_OPERANDS; k++) {
        free(in[k]);
    }
    free(out[0]);
    free(out[1]);
}

static void test_elementwise(const ev_elementwise *f)
{
    for (; f->name != NULL; f++) {
        for (ptrdiff_t n = 0; n < LONGEST; n++) {
            run_both_paths(f, EV_F64, n);
            run_both_paths(f, EV_I64, n);
        }
    }
}

static void run_line(const ev_linewise *f, ev_type type, ptrdiff_t n)
{
    const ptrdiff_t outputs = f->reduces ? 1 : n;
    const int64_t params[2] = {1 + n % 5, 0};
    void *x = operand(type, n, 2);
    double *values = malloc((size_t)outputs * sizeof *values + 1);
    uint8_t *codes = malloc((size_t)outputs + 1);
    double *scratch = malloc((size_t)(n * f->scratch_per_item) * sizeof *scratch + 1);
    const ev_line line = {x, n, type, params, values, codes, scratch, INFINITY};
    f->run[type](&line);
    for (ptrdiff_t i = 0; i < outputs; i++) {
        CHECK(codes[i] < EV_STATUS_COUNT);
        CHECK(!isinf(values[i]) || strcmp(f->name, "mean") == 0);
    }
    free(x);
    free(values);
    free(codes);
    free(scratch);
}

static void test_lines(const ev_linewise *f)
{
    for (; f->name != NULL; f++) {
        for (ptrdiff_t n = strcmp(f->name, "mean") == 0; n < LONGEST; n++) {
            run_line(f, EV_F64, n);
            run_line(f, EV_I64, n);
        }
    }
}

/* A year of more periods than a 32-bit ptrdiff_t counts has no second January. */
static void test_long_year(void)
{
    static const int64_t integers[] = {1, 2, 3, 4};
    static const double doubles[] = {1, 2, 3, 4}, sums[] = {1, 3, 6, 10};
    const int64_t params[2] = {(INT64_C(1) << 32) + 2, 0};
    const ev_linewise *ytd = ev_growth_lines;
    while (strcmp(ytd->name, "ytd") != 0) {
        ytd++;
    }
    for (int type = EV_I64; type <= EV_F64; type++) {
        double values[4];
        uint8_t codes[4];
        const void *x = type == EV_I64 ? (const void *)integers : doubles;
        const ev_line line = {x, 4, (ev_type)type, params, values, codes, NULL, INFINITY};
        ytd->run[type](&line);
        CHECK(memcmp(values, sums, sizeof sums) == 0);
    }
}

/* Totals of the same parts in both layouts and on both paths have the same bits. */
static void test_totals(void)
{
    enum { N = 53, LINES = 70 };
    static double rows[N][LINES], columns[LINES][N];
    ev_line_total across[LINES], along[LINES];
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < LINES; j++) {
            rows[i][j] = columns[j][i] = j == 3 ? 1e308 : 0.1 * (double)(i * j % 17);
        }
    }
    rows[4][5] = columns[5][4] = NAN;
    for (int isa = 0; isa < EV_ISA_COUNT; isa++) {
        if (ev_isa_usable((ev_isa)isa)) {
            const ptrdiff_t item = sizeof(double);
            const ev_parts a = {(const char *)rows, LINES,  N, item, LINES * item,
                                EV_F64,             0};
            const ev_parts b = {(const char *)columns, LINES, N, N * item, item, EV_F64, 0};
            ev_line_totals(&a, across, (ev_isa)isa);
            ev_line_totals(&b, along, (ev_isa)isa);
            for (int j = 0; j < LINES; j++) {
                CHECK(across[j].status == along[j].status);
                CHECK(memcmp(&across[j].total, &along[j].total, sizeof(double)) == 0);
            }
            CHECK(across[0].status == EV_ZERO_DENOMINATOR);
            CHECK(across[3].status == EV_OK && across[3].scale < 1);
            CHECK(across[5].status == EV_INCOMPLETE);
        }
    }
}

/* The stride of a single part may be anything: it is not used. */
static void test_single_part(void)
{
    static const double x[] = {1, 2, 3};
    ev_line_total totals[3];
    const ev_parts parts = {(const char *)x, 3, 1, sizeof(double), 1001, EV_F64, 0};
    ev_line_totals(&parts, totals, EV_BASELINE);
    for (int j = 0; j < 3; j++) {
        CHECK(totals[j].status == EV_OK && totals[j].total == x[j]);
    }
}

/* So many parts are added exactly where one is negative. */
static void test_many_parts(void)
{
    enum { MANY = (1 << 20) + 16 };
    double *x = malloc(MANY * sizeof *x);
    for (int i = 0; i < MANY && x != NULL; i++) {
        x[i] = i == 7 ? -0.25 : 1;
    }
    const ev_parts parts = {(const char *)x, 1, MANY, sizeof(double), sizeof(double),
                            EV_F64, 0};
    ev_line_total total = {0, 0, EV_INVALID};
    if (x != NULL) {
        ev_line_totals(&parts, &total, EV_BASELINE);
    }
    CHECK(total.status == EV_OK && total.total == MANY - 1.25);
    free(x);
}

static void test_choice(void)
{
    ev_isa isa = EV_ISA_COUNT;
    CHECK(ev_isa_choose("sse9", &isa) == EV_BAD_VALUE && isa == EV_ISA_COUNT);
    CHECK(ev_isa_choose("baseline", &isa) == EV_DONE && isa == EV_BASELINE);
    CHECK(ev_isa_choose(NULL, &isa) == EV_DONE && ev_isa_usable(isa));
    const ev_isa best = isa;
    isa = EV_ISA_COUNT;
    CHECK(ev_isa_choose("", &isa) == EV_DONE && isa == best);
    const int has = ev_isa_usable(EV_AVX2);
    isa = EV_ISA_COUNT;
    CHECK(ev_isa_choose("avx2", &isa) == (has ? EV_DONE : EV_BAD_FORMAT));
    CHECK(isa == (has ? EV_AVX2 : EV_ISA_COUNT));
}

int main(void)
{
    test_elementwise(ev_growth_functions);
    test_elementwise(ev_margin_functions);
    test_lines(ev_growth_lines);
    test_lines(ev_structure_lines);
    test_long_year();
    test_totals();
    test_single_part();
    test_many_parts();
    test_choice();
    return finish();
}
