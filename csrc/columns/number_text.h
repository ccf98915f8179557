/* Numbers as people write them: with marks of thousands, a decimal comma, a percent sign,
 * blanks around them, in brackets if negative.
 */
#ifndef EV_NUMBER_TEXT_H
#define EV_NUMBER_TEXT_H

#include "base/core.h"

/* The marks of the numbers of a file. */
typedef struct ev_number_marks {
    char decimal;   /* '.' or ',' */
    char thousands; /* '.' ',' ' ' (any blank) '\'' (any apostrophe), 0: none */
} ev_number_marks;

/* What a number shows of the marks, and of its unit. */
enum {
    EV_SHOWS_MARKS = 1, /* no other marks are possible: "0.5", "1.234.567" */
    EV_DOUBTFUL = 2,    /* "1.234" has a decimal mark or one of thousands */
    EV_PERCENT = 4
};

/* Writes a number as ev_number_of_text reads it, a percentage as a fraction, and returns
 * the size; 0 for blanks only, -1 if the text is no number with these marks. `to` has room
 * for size + 4 bytes and does not overlap text. *shows is 0 or some of the above. */
ptrdiff_t ev_plain_number(const uint8_t *text, ptrdiff_t size, ev_number_marks marks,
                          uint8_t *to, int *shows);

/* The same of a number with decimals that ev_number_of_text reads as it is. */
int ev_decimal_shows(const uint8_t *text, ptrdiff_t size);

#endif
