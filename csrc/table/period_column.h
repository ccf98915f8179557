/* Periods of the rows of a column: dates, text, numbers, or years with months beside them.
 *
 * `within` is NULL, or a column with the months (quarters, where freq counts quarters) of
 * the years in `when`. Coded columns are looked up in their dictionary.
 */
#ifndef EV_PERIOD_COLUMN_H
#define EV_PERIOD_COLUMN_H

#include "calendar/forms.h"
#include "columns/column.h"

enum { EV_SHOWN_SIZE = 64 }; /* room for a value in a message */

/* What row `row` of a column states. freq may be NULL when no frequency is asked for. */
ev_fault ev_period_read(const ev_column *when, const ev_column *within,
                        const ev_frequency *freq, ptrdiff_t row, ev_said *said);

/* Periods of the rows start .. start + count - 1; ordinals has room for count. For any
 * result but EV_DONE *bad_row is the first row (counted from the column's first) that
 * is not a period, ev_period_read and ev_period_place give the reason, and the ordinals
 * are undefined. EV_BAD_VALUE: null, unreadable, or of another frequency; EV_RANGE:
 * year; EV_BAD_FORMAT: the column's type. For coded columns the two functions below are
 * faster. */
ev_result ev_period_ordinals(const ev_column *when, const ev_column *within,
                             const ev_frequency *freq, ptrdiff_t start, ptrdiff_t count,
                             int64_t *ordinals, ptrdiff_t *bad_row);

/* A text of up to 24 bytes, filled up with zeros, and its period; size 0: no text. */
typedef struct ev_recent_text {
    uint64_t words[3];
    ptrdiff_t size;
    int64_t ordinal;
} ev_recent_text;
enum { EV_RECENT = 4096 };

/* The same for a column of text, coded or not, of which all rows have one form, or with
 * NULL any. `recent` has EV_RECENT places, zero before the first call; later calls with
 * the same freq and form find there what was read before. */
ev_result ev_period_texts(const ev_column *when, const ev_frequency *freq,
                          const ev_form *form, ev_recent_text *recent, ptrdiff_t start,
                          ptrdiff_t count, int64_t *ordinals, ptrdiff_t *bad_row);

/* Writes the value of row `row` for a message, shortened; returns its length. A text is
 * copied as it is, and may not be UTF-8. */
int ev_period_show(const ev_column *when, const ev_column *within, ptrdiff_t row,
                   char shown[EV_SHOWN_SIZE]);

/* The text of row `row`, not ended by 0, and its size; NULL where there is no text. */
const char *ev_period_text(const ev_column *when, ptrdiff_t row, ptrdiff_t *size);

/* Coded columns: translate when->dictionary once into `words` (one per entry), then any
 * rows. An entry that is no period is EV_NO_PERIOD, and an error only if a row uses it.
 * Results and *bad_row as for ev_period_ordinals. */
void ev_period_words(const ev_column *dictionary, const ev_frequency *freq, int64_t *words);
ev_result ev_period_decode(const ev_column *when, const int64_t *words,
                           const ev_frequency *freq, ptrdiff_t start, ptrdiff_t count,
                           int64_t *ordinals, ptrdiff_t *bad_row);

#endif
