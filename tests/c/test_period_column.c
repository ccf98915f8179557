/* Periods in columns: pairs of a year and a part, coded columns, and values that another
 * thread changes. */
#include <string.h>

#include "check.h"
#include "table/period_column.h"

static const ev_frequency MONTH = {EV_MONTH, 0}, QUARTER = {EV_QUARTER, 12};
static const ev_frequency YEAR = {EV_YEAR, 12}, SHORT_YEAR = {EV_MONTH_JF, 0};
static const ev_frequency DAY = {EV_DAY, 0};

/* ---- pairs ---- */

static void pairs_of_texts(void)
{
    static const char years[] = "20252025202520252025/025202:99999";
    static const int32_t year_ends[] = {0, 4, 8, 12, 16, 20, 24, 28, 33};
    static const char parts[] = "71212123712";
    static const int32_t part_ends[] = {0, 1, 3, 3, 5, 8, 9, 10, 11};
    static const ev_fault faults[] = {EV_FAULT_NONE,   EV_FAULT_NONE,   EV_FAULT_NUMBER,
                                      EV_FAULT_NONE,   EV_FAULT_NUMBER, EV_FAULT_NUMBER,
                                      EV_FAULT_NUMBER, EV_FAULT_NUMBER};
    static const int months[] = {7, 12, 0, 12};
    const ev_column when = {.type = EV_COL_TEXT, .length = 8, .data = years,
                            .offsets = year_ends};
    const ev_column within = {.type = EV_COL_TEXT, .length = 8, .data = parts,
                              .offsets = part_ends};
    for (int i = 0; i < 8; i++) {
        ev_said said;
        CHECK(ev_period_read(&when, &within, &MONTH, i, &said) == faults[i]);
        CHECK(faults[i] != EV_FAULT_NONE ||
              (said.unit == EV_MONTH && said.year == 2025 && said.part == months[i]));
    }
    ev_said said;
    CHECK(ev_period_read(&when, &within, &QUARTER, 0, &said) == EV_FAULT_NUMBER);
    CHECK(ev_period_read(&when, &within, NULL, 0, &said) == EV_FAULT_NONE);
    CHECK(said.unit == EV_MONTH);
}

static void pairs_of_other_types(void)
{
    static const int64_t years[] = {2025, 2025, 2025, 99999, -1};
    static const uint64_t large[] = {UINT64_MAX, 13, 0, 1, 1};
    static const double floats[] = {1, 2, 3, 4, 5};
    static const uint8_t valid[] = {0x1d};
    ev_column when = {.type = EV_COL_I64, .length = 5, .data = years};
    ev_column within = {.type = EV_COL_U64, .length = 5, .data = large};
    const ev_column fraction = {.type = EV_COL_F64, .length = 5, .data = floats};
    ev_said said;
    for (int i = 0; i < 5; i++) {
        CHECK(ev_period_read(&when, &within, &MONTH, i, &said) == EV_FAULT_NUMBER);
    }
    CHECK(ev_period_read(&when, &fraction, &MONTH, 0, &said) == EV_FAULT_TYPE);
    CHECK(ev_period_read(&fraction, &when, &MONTH, 0, &said) == EV_FAULT_TYPE);
    when.valid = within.valid = valid;
    CHECK(ev_period_read(&when, &within, &MONTH, 1, &said) == EV_FAULT_NULL);
    when.valid = NULL;
    CHECK(ev_period_read(&when, &within, &MONTH, 1, &said) == EV_FAULT_NULL);
}

/* ---- single columns ---- */

/* Without a frequency an integer says nothing. */
static void integers_need_a_frequency(void)
{
    static const int64_t numbers[] = {20250131, 202501, 2025};
    const ev_column column = {.type = EV_COL_I64, .length = 3, .data = numbers};
    static const struct {
        const ev_frequency *freq;
        ev_fault faults[3];
    } cases[] = {
        {NULL, {EV_FAULT_INTEGER, EV_FAULT_INTEGER, EV_FAULT_INTEGER}},
        {&DAY, {EV_FAULT_NONE, EV_FAULT_INTEGER, EV_FAULT_INTEGER}},
        {&YEAR, {EV_FAULT_NONE, EV_FAULT_NUMBER, EV_FAULT_NONE}},
        {&MONTH, {EV_FAULT_NONE, EV_FAULT_NONE, EV_FAULT_NUMBER}},
        {&SHORT_YEAR, {EV_FAULT_NONE, EV_FAULT_NONE, EV_FAULT_NUMBER}},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        for (int i = 0; i < 3; i++) {
            ev_said said;
            CHECK(ev_period_read(&column, NULL, cases[k].freq, i, &said) ==
                  cases[k].faults[i]);
        }
    }
}

/* Offsets were checked when the column was made; another thread may change them. */
static void changed_text_has_no_period(void)
{
    static const int32_t ends[] = {0, 7, 3};
    static ev_recent_text recent[EV_RECENT];
    const ev_column column = {.type = EV_COL_TEXT, .length = 2, .data = "2025-01",
                              .offsets = ends};
    char shown[EV_SHOWN_SIZE];
    int64_t ordinals[2];
    ptrdiff_t bad_row = -1, size = 0;
    CHECK(ev_period_ordinals(&column, NULL, &MONTH, 0, 2, ordinals, &bad_row) ==
          EV_BAD_FORMAT);
    CHECK(bad_row == 1 && ordinals[0] == 660);
    CHECK(ev_period_texts(&column, &MONTH, NULL, recent, 0, 2, ordinals, &bad_row) ==
          EV_BAD_VALUE);
    CHECK(bad_row == 1 && ordinals[0] == 660);
    CHECK(ev_period_text(&column, 1, &size) == NULL);
    CHECK(ev_period_show(&column, NULL, 1, shown) > 0 && strcmp(shown, "this value") == 0);
}

/* ---- coded columns ---- */

/* More rows than are read at a time; entries of every kind. */
static void coded_periods(void)
{
    enum { ROWS = 2500 };
    static const char bytes[] = "2025-012025-02wrong";
    static const int32_t ends[] = {0, 7, 14, 19, 19};
    static const uint8_t word_valid[] = {0x07};
    static uint64_t codes[ROWS];
    static int64_t ordinals[ROWS], words[4];
    static uint8_t valid[ROWS / 8 + 1];
    const ev_column dictionary = {.type = EV_COL_TEXT, .length = 4, .data = bytes,
                                  .offsets = ends, .valid = word_valid};
    const ev_column column = {.type = EV_COL_U64, .length = ROWS, .data = codes,
                              .valid = valid, .dictionary = &dictionary};
    ptrdiff_t bad_row = -1;
    for (int i = 0; i < ROWS; i++) {
        codes[i] = (uint64_t)i % 2;
    }
    memset(valid, 0xff, sizeof valid);
    ev_period_words(&dictionary, &MONTH, words);
    CHECK(words[0] == 660 && words[1] == 661);
    CHECK(words[2] == EV_NO_PERIOD && words[3] == EV_NO_PERIOD);
    CHECK(ev_period_decode(&column, words, &MONTH, 100, ROWS - 100, ordinals, &bad_row) ==
          EV_DONE);
    int wrong = 0;
    for (int i = 0; i < ROWS - 100; i++) {
        wrong |= ordinals[i] != 660 + i % 2;
    }
    CHECK(!wrong && bad_row == -1);
    /* No period, a null entry, a code outside, one that is negative as int64. */
    static const uint64_t bad[] = {2, 3, 4, UINT64_MAX};
    for (int k = 0; k < 4; k++) {
        codes[2000] = bad[k];
        CHECK(ev_period_decode(&column, words, &MONTH, 0, ROWS, ordinals, &bad_row) ==
              EV_BAD_VALUE);
        CHECK(bad_row == 2000 && ordinals[1999] == 661);
        CHECK(ev_period_ordinals(&column, NULL, &MONTH, 0, ROWS, ordinals, &bad_row) ==
              EV_BAD_VALUE);
        CHECK(bad_row == 2000);
        ptrdiff_t size = 0;
        CHECK((ev_period_text(&column, 2000, &size) != NULL) == (k == 0));
    }
    static const int8_t below[] = {0, -1};
    const ev_column small = {.type = EV_COL_I8, .length = 2, .data = below,
                             .dictionary = &dictionary};
    CHECK(ev_period_decode(&small, words, &MONTH, 0, 2, ordinals, &bad_row) ==
          EV_BAD_VALUE);
    CHECK(bad_row == 1 && ordinals[0] == 660);
    codes[2000] = 0;
    valid[5] = 0xef; /* row 44 is null */
    CHECK(ev_period_decode(&column, words, &MONTH, 0, ROWS, ordinals, &bad_row) ==
          EV_BAD_VALUE);
    CHECK(bad_row == 44);
}

int main(void)
{
    pairs_of_texts();
    pairs_of_other_types();
    integers_need_a_frequency();
    changed_text_has_no_period();
    coded_periods();
    return finish();
}
