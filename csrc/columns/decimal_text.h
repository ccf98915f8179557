/* The text of a number, read exactly. */
#ifndef EV_DECIMAL_TEXT_H
#define EV_DECIMAL_TEXT_H

#include <math.h>

#include "base/core.h"

typedef enum ev_number_kind {
    EV_NOT_A_NUMBER,
    EV_WHOLE_NUMBER,   /* both results hold it, `real` rounded */
    EV_BEYOND_INT64,   /* an integer; `real` holds it if it has at most 19 digits */
    EV_DECIMAL_NUMBER, /* `real` holds it, rounded once */
    EV_LONG_NUMBER     /* a number, but `real` is not set */
} ev_number_kind;

typedef struct ev_number {
    ev_number_kind kind;
    int64_t integer;
    double real;
} ev_number;

/* Reads [+-] digits [. digits] [e [+-] digits], with a digit before the exponent: what
 * float() of Python reads of these characters. */
ev_number ev_number_of_text(const uint8_t *text, ptrdiff_t size);

#endif
