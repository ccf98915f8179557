/* The calendar: dates and text to periods of a frequency, and back.
 *
 * A period is an ordinal, an int64 counting periods of its frequency. Ordinals equal
 * pandas Period.ordinal where pandas has the frequency; for the other two
 *     H     2 * (year - 1970) + half - 1
 *     M-JF  11 * (year - 1970) + (0 for January and February, else month - 2)
 * Days count from 1970-01-01, months from 1970-01, both proleptic Gregorian. Input must
 * lie in the years 1 to 9999; arithmetic on such periods never overflows.
 */
#ifndef EV_PERIOD_H
#define EV_PERIOD_H

#include "base/core.h"

/* Units of time, from coarse to fine: of two units the greater is the finer. */
typedef enum ev_unit {
    EV_YEAR,
    EV_HALF,
    EV_QUARTER,
    EV_MONTH_JF, /* the Chinese statistical month: January and February are one */
    EV_MONTH,
    EV_WEEK,
    EV_DAY
} ev_unit;

/* A frequency. `end` is the month (1..12) that ends the year of EV_YEAR and EV_QUARTER,
 * the day (1 Monday .. 7 Sunday) that ends an EV_WEEK, and 0 for the others. */
typedef struct ev_frequency {
    ev_unit unit;
    int end;
} ev_frequency;

enum {
    EV_FIRST_DAY = -719162, /* 0001-01-01 */
    EV_LAST_DAY = 2932896,  /* 9999-12-31 */
    EV_FIRST_YEAR = 1800,   /* of texts and integers, so that yymmdd are no months */
    EV_LAST_YEAR = 2199,
    EV_FREQUENCY_SIZE = 8,  /* room for a name, its closing 0 included */
    EV_NEAR_SIZE = 128,     /* room for some forms of text */
    EV_LABEL_SIZE = 64      /* room for a label, its closing 0 included */
};

/* An ordinal that stands for no period. */
#define EV_NO_PERIOD INT64_MIN

/* ---- frequencies ---- */

/* Reads a name: Y H Q M M-JF W D, Y-JAN..Y-DEC, Q-JAN..Q-DEC, W-MON..W-SUN; Y is Y-DEC,
 * Q is Q-DEC, W is W-SUN. EV_BAD_VALUE for any other; *freq is written only on EV_DONE. */
ev_result ev_frequency_parse(const char *name, ptrdiff_t size, ev_frequency *freq);

/* Writes the name, without the ending that the name implies: "Y", not "Y-DEC". */
void ev_frequency_name(ev_frequency freq, char name[EV_FREQUENCY_SIZE]);

/* 1 when each period of `part` lies within one period of `whole` (each does within
 * its own), else 0. */
int ev_frequency_nests(ev_frequency part, ev_frequency whole);

/* ---- ordinals ---- */

/* The period that holds a day of the years 0 to 10000. */
int64_t ev_period_of_day(ev_frequency freq, int64_t day);

/* The same for many days, and for many months at a frequency of months. */
void ev_periods_of_days(ev_frequency freq, ptrdiff_t count, const int32_t *restrict days,
                        int64_t *restrict ordinals);
void ev_periods_of_months(ev_frequency freq, ptrdiff_t count,
                          const int32_t *restrict months, int64_t *restrict ordinals);

/* First and last day of a period. */
int64_t ev_period_first_day(ev_frequency freq, int64_t ordinal);
int64_t ev_period_last_day(ev_frequency freq, int64_t ordinal);

/* Year, month (1..12) and place in the month (1..31) of a day. */
void ev_civil(int64_t day, int *year, int *month, int *place);

/* The day of a civil date, which must exist. */
int64_t ev_day(int year, int month, int place);

/* Writes the label, which reads back as the same period, and gives its length:
 * "2025", "2025H1", "2025Q1", "2025-02", "2025-W01", "2025-01-31"; of weeks that do not
 * end on Sunday both dates, "2024-12-31/2025-01-06". */
int ev_period_label(ev_frequency freq, int64_t ordinal, char label[EV_LABEL_SIZE]);

/* The place of a period in a period of a coarser frequency that it nests in. Weeks nest in
 * months, quarters, halves and years: each belongs to where its fourth day is. */
typedef struct ev_part {
    int64_t whole; /* the ordinal of the coarser period */
    int64_t place; /* 0 for the first part of it */
    int64_t parts; /* how many parts it has; place == parts - 1 is the last */
} ev_part;

ev_part ev_period_part(ev_frequency part, int64_t ordinal, ev_frequency whole);

/* ---- reading ---- */

/* What one value states, before it is placed in a frequency. */
typedef struct ev_said {
    ev_unit unit; /* EV_DAY: a plain date, which states no frequency */
    int year;     /* as the label names it; EV_YEAR .. EV_MONTH */
    int part;     /* half, quarter or month, from 1; 1 of EV_YEAR and EV_MONTH_JF */
    int fiscal;   /* 1 of an EV_YEAR that is called FY */
    int64_t day;  /* the date, or the last day of an EV_WEEK */
} ev_said;

/* Why a value is not a period of the frequency asked for. */
typedef enum ev_fault {
    EV_FAULT_NONE = 0,
    EV_FAULT_NULL,    /* no value */
    EV_FAULT_TEXT,    /* not one of the accepted forms */
    EV_FAULT_CALENDAR, /* one of them, but not in the calendar: 2025-13, week 53 */
    EV_FAULT_ORDER,   /* day and month before the year, in which order is not known */
    EV_FAULT_NUMBER,  /* not yyyymmdd, yyyymm, yyyy, or a month or quarter of a pair */
    EV_FAULT_YEAR,    /* text or an integer outside the years 1800 to 2199 */
    EV_FAULT_RANGE,   /* a date outside the years 1 to 9999 */
    EV_FAULT_FINER,   /* states a finer frequency: a part is not the whole */
    EV_FAULT_COARSER, /* states a coarser frequency */
    EV_FAULT_ENDING,  /* states weeks that end on another day */
    EV_FAULT_INTEGER, /* not yyyymmdd, which is the only integer at this frequency */
    EV_FAULT_TYPE     /* a type of column that holds no periods */
} ev_fault;

/* Reads one text (UTF-8, spaces around it ignored) in one of the forms of
 * calendar/forms.h. *said holds only for EV_FAULT_NONE. */
ev_fault ev_period_parse(const char *text, ptrdiff_t size, ev_said *said);

/* The same of a text in one form alone; EV_FAULT_TEXT for any other text. */
struct ev_form;
ev_fault ev_period_parse_form(const struct ev_form *form, const char *text, ptrdiff_t size,
                              ev_said *said);

/* Writes the forms that are nearest to a text, such as "2025-01, 2025-01-31". */
void ev_period_near(const char *text, ptrdiff_t size, char near[EV_NEAR_SIZE]);

/* The ordinal of what was said in a frequency. Halves, quarters and years are those of
 * the frequency's year, so that a label always reads back; M-JF accepts months. */
ev_fault ev_period_place(const ev_said *said, ev_frequency freq, int64_t *ordinal);

/* The frequency a value states. Returns 0 and writes nothing for a plain date. */
int ev_period_stated(const ev_said *said, ev_frequency *freq);

#endif
