/* Measures: scales, integers without a sign, coded columns; and totals read as doubles. */
#include <math.h>

#include "engine.h"
#include "table/ledger.h"
#include "table/values.h"

static const ev_scale BINARY = {EV_BINARY, 0}, INTEGER = {EV_INTEGER, 0};
static ev_values values;

static double value_at(ptrdiff_t i, ev_scale scale)
{
    const ev_total total = {ev_join_words(values.sum[i]),
                            values.has_fine ? values.fine[i] : 0, 0};
    double value = 0;
    CHECK(ev_total_read(&total, scale, &value) == EV_DONE);
    return value;
}

static void scales_of_types(void)
{
    static const struct {
        ev_column_type type;
        int places;
        ev_grain grain; /* EV_NO_GRAIN: EV_BAD_FORMAT */
    } types[] = {{EV_COL_DECIMAL128, 0, EV_DECIMAL},   {EV_COL_DECIMAL128, 38, EV_DECIMAL},
                 {EV_COL_DECIMAL128, -1, EV_NO_GRAIN}, {EV_COL_DECIMAL128, 39, EV_NO_GRAIN},
                 {EV_COL_BOOL, 0, EV_INTEGER},         {EV_COL_F32, 0, EV_BINARY},
                 {EV_COL_DATE32, 0, EV_NO_GRAIN},      {EV_COL_TEXT, 0, EV_NO_GRAIN}};
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const ev_column words = {.type = types[i].type, .scale = types[i].places};
        const ev_column coded = {.type = EV_COL_I8, .dictionary = &words};
        const int good = types[i].grain != EV_NO_GRAIN;
        for (int k = 0; k < 2; k++) {
            ev_scale scale;
            CHECK(ev_scale_of_column(k == 0 ? &words : &coded, &scale) ==
                  (good ? EV_DONE : EV_BAD_FORMAT));
            CHECK(!good || scale.grain == types[i].grain);
            CHECK(!good || scale.places == types[i].places);
        }
    }
    const ev_scale cents = {EV_DECIMAL, 2}, mills = {EV_DECIMAL, 3};
    ev_scale joint;
    CHECK(ev_scale_join(cents, cents, &joint) == EV_DONE && joint.places == 2);
    CHECK(ev_scale_join(cents, mills, &joint) == EV_BAD_FORMAT);
    CHECK(ev_scale_join(INTEGER, mills, &joint) == EV_BAD_FORMAT);
    CHECK(ev_scale_join(mills, BINARY, &joint) == EV_BAD_FORMAT);
    CHECK(ev_scale_join(INTEGER, BINARY, &joint) == EV_DONE && joint.grain == EV_BINARY);
}

/* Beside floats an integer needs a sign; alone it may have 64 bits. */
static void integers_without_a_sign(void)
{
    static const uint64_t numbers[] = {1, UINT64_C(1) << 63, UINT64_MAX, 5};
    static const uint8_t valid[] = {0x09};
    ev_column column = {.type = EV_COL_U64, .length = 4, .data = numbers};
    ptrdiff_t bad_row = -1;
    CHECK(ev_values_read(&column, INTEGER, 0, 4, EV_BASELINE, &values, &bad_row) ==
          EV_DONE);
    for (int i = 0; i < 4; i++) {
        CHECK(values.sum[i].lo == numbers[i] && values.sum[i].hi == 0);
    }
    CHECK(ev_values_read(&column, BINARY, 0, 4, EV_BASELINE, &values, &bad_row) ==
          EV_RANGE);
    CHECK(bad_row == 1); /* the first of two */
    column.valid = valid; /* nulls may be anything */
    CHECK(ev_values_read(&column, BINARY, 0, 4, EV_BASELINE, &values, &bad_row) == EV_DONE);
    CHECK(value_at(0, BINARY) == 1 && value_at(3, BINARY) == 5);
    CHECK(values.null[1] && values.null[2] && value_at(1, BINARY) == 0);
}

/* A null row, the null, NaN and tiny entries of a dictionary, and codes without one. */
static void coded_measures(void)
{
    static const double words[] = {1.5, NAN, 1e-30, 7, INFINITY};
    static const uint8_t word_valid[] = {0x17}, valid[] = {0xfd};
    static const int8_t codes[] = {0, 99, 1, 2, 3, 0, 2, 0};
    const ev_column dictionary = {.type = EV_COL_F64, .length = 5, .data = words,
                                  .valid = word_valid};
    ev_column column = {.type = EV_COL_I8, .length = 8, .data = codes, .valid = valid,
                        .dictionary = &dictionary};
    static const double wanted[] = {1.5, 0, 0, 1e-30, 0, 1.5, 1e-30, 1.5};
    static const uint8_t nulls[] = {0, 1, 1, 0, 1, 0, 0, 0};
    ptrdiff_t bad_row = -1;
    CHECK(ev_values_read(&column, BINARY, 0, 8, EV_BASELINE, &values, &bad_row) == EV_DONE);
    CHECK(values.has_null && values.has_fine);
    for (int i = 0; i < 8; i++) {
        CHECK(values.null[i] == nulls[i]);
        CHECK(fabs(value_at(i, BINARY) - wanted[i]) <= 0x1p-126);
    }
    static const int8_t bad[][4] = {{0, 5, -1, 0}, {0, -1, 5, 0}, {0, 4, 9, 0}};
    for (int k = 0; k < 3; k++) { /* outside, below, infinite */
        column = (ev_column){.type = EV_COL_I8, .length = 4, .data = bad[k],
                             .dictionary = &dictionary};
        CHECK(ev_values_read(&column, BINARY, 0, 4, EV_BASELINE, &values, &bad_row) ==
              EV_BAD_VALUE);
        CHECK(bad_row == 1);
    }
    column.length = 1; /* without nulls */
    CHECK(ev_values_read(&column, BINARY, 0, 1, EV_BASELINE, &values, &bad_row) == EV_DONE);
    CHECK(!values.has_null && !values.has_fine && value_at(0, BINARY) == 1.5);
}

static void totals_near_zero(void)
{
    const ev_scale many = {EV_DECIMAL, 30};
    ev_total total = {ev_wide_zero(), 0, 0};
    double value = 1;
    CHECK(ev_total_read(&total, many, &value) == EV_DONE && value == 0);
    total.sum = ev_wide_of_i64(-25);
    CHECK(ev_total_read(&total, many, &value) == EV_DONE && value == -25e-30);
    total.sum = ev_wide_zero();
    CHECK(ev_total_read(&total, BINARY, &value) == EV_DONE && value == 0);
    total.fine = 1;
    CHECK(ev_total_read(&total, BINARY, &value) == EV_DONE && value == 0x1p-126);
}

/* A ledger keeps its scale when another cannot be joined. */
static void scales_that_do_not_join(void)
{
    const ev_scale cents = {EV_DECIMAL, 2};
    counting count;
    const ev_memory memory = counting_memory(&count);
    ev_ledger ledger;
    CHECK(ev_ledger_open(&ledger, &memory, 1, (ev_row_rule){EV_ADD, 0, 0}) == EV_DONE);
    CHECK(ev_ledger_take_scale(&ledger, 0, INTEGER) == EV_DONE);
    CHECK(ev_ledger_take_scale(&ledger, 0, cents) == EV_BAD_FORMAT);
    CHECK(ledger.scales[0].grain == EV_INTEGER);
    ev_ledger_close(&ledger);
    CHECK(count.blocks == 0);
}

int main(void)
{
    scales_of_types();
    integers_without_a_sign();
    coded_measures();
    totals_near_zero();
    scales_that_do_not_join();
    return finish();
}
