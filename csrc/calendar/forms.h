/* The forms of text that state a period: one table for the reader, errors and docs. */
#ifndef EV_FORMS_H
#define EV_FORMS_H

#include "calendar/period.h"

typedef struct ev_date {
    int year, month, day;
} ev_date;

/* The numbers that a text states; those that its form has not are as before. */
typedef struct ev_date_parts {
    int year, month, day; /* two digits of a year are 2000 to 2099 */
    int part;             /* half, quarter or ISO week */
    ev_date end;          /* the second date of a week's label */
} ev_date_parts;

/* A form. Its pattern has literals (letters in either case) and fields:
 *   %Y %y   year of four digits, of two         %m %d   month, day, one or two digits
 *   %0m %0d month, day of two digits            %b      month's name, short or long
 *   %q %h   quarter, half                       %Q %H   the same in Chinese
 *   %w      ISO week                            %T      time, a zone of UTC after it
 *   %~      "-", a space or nothing             %_      "-" or a space
 *   %e      the date that ends a week           %%      a percent sign
 *   %k      hour                                %n      minute or second
 *   %f      fraction of a second, 1 to 9 digits */
typedef struct ev_form {
    const char *example;
    const char *pattern;
    ev_unit unit;
} ev_form;

/* The number of forms, and each by its place. */
int ev_form_count(void);
const ev_form *ev_form_at(int place);

/* How many bytes of a text fit a form; size + 1 when the whole text does, then *parts
 * holds what it states, which need not be in the calendar. */
ptrdiff_t ev_form_match(const ev_form *form, const char *text, ptrdiff_t size,
                        ev_date_parts *parts);

/* The period that the parts of a form state, or why there is none. */
ev_fault ev_period_state(const ev_form *form, const ev_date_parts *parts, ev_said *said);

enum { EV_PATTERN_SIZE = 128 };

/* Makes a form of a format that a user gives, in the letters of strptime: %Y %y %m %d %b
 * %B %H %M %S %f %%. The pattern, which must live as long as the form, is written into
 * `pattern`. Returns NULL, or what the format lacks. A number before another one has two
 * digits, others have one or two. */
const char *ev_form_read(const char *format, ptrdiff_t size, char pattern[EV_PATTERN_SIZE],
                         ev_form *form);

#endif
