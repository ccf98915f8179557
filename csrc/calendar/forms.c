/* The table of forms of text, and the matcher of their patterns. */
#include "calendar/forms.h"

#include <string.h>

/* Chinese signs in UTF-8. */
#define YEAR "\xe5\xb9\xb4"
#define MONTH "\xe6\x9c\x88"
#define DAY "\xe6\x97\xa5"
#define NUMBER "\xe7\xac\xac"
#define QUARTER "\xe5\xad\xa3\xe5\xba\xa6"
#define HALF "\xe5\x8d\x8a" YEAR
#define ONE "\xe4\xb8\x80"
#define FIRST "\xe4\xb8\x8a"

/* No text fits two of them. "2025.1" is missing: it may be 2025.10, printed as a number. */
static const ev_form FORMS[] = {
    {"2025-01", "%Y-%m", EV_MONTH},
    {"2025-01-31", "%Y-%m-%d", EV_DAY},
    {"2025Q1", "%Y%~Q%q", EV_QUARTER}, /* 2025-Q1, 2025 Q1 */
    {"2025", "%Y", EV_YEAR},
    {"2025/1", "%Y/%m", EV_MONTH},
    {"2025/1/31", "%Y/%m/%d", EV_DAY},
    {"202501", "%Y%0m", EV_MONTH},
    {"20250131", "%Y%0m%0d", EV_DAY},
    {"2025" YEAR "1" MONTH, "%Y" YEAR "%m" MONTH, EV_MONTH},
    {"2025" YEAR "1" MONTH "31" DAY, "%Y" YEAR "%m" MONTH "%d" DAY, EV_DAY},
    {"2025.01", "%Y.%0m", EV_MONTH},
    {"2025.1.31", "%Y.%m.%d", EV_DAY},
    {"2025M01", "%Y%~M%m", EV_MONTH},
    {"Jan-25", "%b-%y", EV_MONTH},
    {"Jan 2025", "%b%_%Y", EV_MONTH}, /* January 2025, Jan-2025 */
    {"2025-Jan", "%Y%_%b", EV_MONTH},
    {"2025" YEAR "1-2" MONTH, "%Y" YEAR "1-2" MONTH, EV_MONTH_JF},
    {"31-Jan-2025", "%d-%b-%Y", EV_DAY},
    {"31 Jan 2025", "%d %b %Y", EV_DAY},
    {"2025-01-31 00:00:00", "%Y-%m-%d %T", EV_DAY},
    {"2025-01-31T00:00:00Z", "%Y-%m-%dT%T", EV_DAY},
    {"2025/1/31 0:00", "%Y/%m/%d %T", EV_DAY},
    {"Q1 2025", "Q%q%_%Y", EV_QUARTER},
    {"Q1-25", "Q%q%_%y", EV_QUARTER},
    {"1Q25", "%qQ%y", EV_QUARTER},
    {"1Q2025", "%qQ%Y", EV_QUARTER},
    {"2025" YEAR NUMBER "1" QUARTER, "%Y" YEAR NUMBER "%Q" QUARTER, EV_QUARTER},
    {"2025" YEAR ONE QUARTER, "%Y" YEAR "%Q" QUARTER, EV_QUARTER},
    {"2025H1", "%Y%~H%h", EV_HALF},
    {"2025S1", "%Y%~S%h", EV_HALF},
    {"H1 2025", "H%h%_%Y", EV_HALF},
    {"H1-25", "H%h%_%y", EV_HALF},
    {"1H25", "%hH%y", EV_HALF},
    {"1H2025", "%hH%Y", EV_HALF},
    {"2025" YEAR FIRST HALF, "%Y" YEAR "%H" HALF, EV_HALF},
    {"FY2025", "FY%~%Y", EV_YEAR},
    {"FY25", "FY%~%y", EV_YEAR},
    {"2025" YEAR, "%Y" YEAR, EV_YEAR},
    {"2025-W03", "%Y%~W%w", EV_WEEK},
    {"2024-12-30/2025-01-05", "%Y-%m-%d/%e", EV_WEEK},
};

int ev_form_count(void)
{
    return (int)(sizeof FORMS / sizeof FORMS[0]);
}

const ev_form *ev_form_at(int place)
{
    return FORMS + place;
}

/* The rest of the text. */
typedef struct scan {
    const char *at, *end;
} scan;

static char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

/* Skips a character if it comes next, a letter in either case. */
EV_INLINE int take(scan *text, char wanted)
{
    const int found = text->at < text->end && lower(*text->at) == lower(wanted);
    text->at += found;
    return found;
}

/* Skips a word of small letters, or nothing of it. */
static int take_word(scan *text, const char *word)
{
    const char *start = text->at;
    while (*word != '\0' && take(text, *word)) {
        word++;
    }
    text->at = *word == '\0' ? text->at : start;
    return *word == '\0';
}

/* Reads `least` to `most` digits; 0 if there are fewer. */
EV_INLINE int digits(scan *text, int least, int most, int *value)
{
    int count = 0, number = 0;
    while (count < most && text->at < text->end && *text->at >= '0' &&
           *text->at <= '9') {
        number = number * 10 + (*text->at - '0');
        text->at++;
        count++;
    }
    *value = count >= least ? number : *value;
    return count >= least;
}

/* The place, from 1, of the word that comes next among `count`; 0 for none. */
static int one_of(scan *text, const char *const *words, int count, int *value)
{
    int found = 0;
    for (int i = 0; i < count && !found; i++) {
        found = take_word(text, words[i]);
        *value = found ? i + 1 : *value;
    }
    return found;
}

static int month_name(scan *text, int *month)
{
    static const char *const SHORT[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                        "jul", "aug", "sep", "oct", "nov", "dec"};
    static const char *const REST[] = {"uary", "ruary", "ch",     "il",   "",      "e",
                                       "y",    "ust",   "tember", "ober", "ember", "ember"};
    const int found = one_of(text, SHORT, 12, month);
    if (found && !take_word(text, REST[*month - 1]) && *month == 9) {
        (void)take(text, 't');
    }
    return found;
}

/* Hours and minutes, then seconds and their fraction, then UTC, the last two optional. */
static int time_of_day(scan *text)
{
    int hour = 0, minute = 0, second = 0, fraction = 0;
    int good = digits(text, 1, 2, &hour) && take(text, ':') && digits(text, 2, 2, &minute);
    if (good && take(text, ':')) {
        good = digits(text, 2, 2, &second);
        if (good && take(text, '.')) {
            good = digits(text, 1, 9, &fraction);
        }
    }
    (void)(good && (take(text, 'z') || take_word(text, "+00:00")));
    return good && hour < 24 && minute < 60 && second < 60;
}

static int end_of_week(scan *text, ev_date *end)
{
    return digits(text, 4, 4, &end->year) && take(text, '-') &&
           digits(text, 1, 2, &end->month) && take(text, '-') && digits(text, 1, 2, &end->day);
}

/* Reads one field; `least` is the fewest digits of a month or day. */
static int field(char letter, int least, scan *text, ev_date_parts *parts)
{
    static const char *const NUMERALS[] = {ONE, "\xe4\xba\x8c", "\xe4\xb8\x89",
                                           "\xe5\x9b\x9b"};
    static const char *const HALVES[] = {FIRST, "\xe4\xb8\x8b"};
    int good = 0, number = 0;
    switch (letter) {
    case 'Y': good = digits(text, 4, 4, &parts->year); break;
    case 'y':
        good = digits(text, 2, 2, &parts->year);
        parts->year += 2000;
        break;
    case 'm': good = digits(text, least, 2, &parts->month); break;
    case 'd': good = digits(text, least, 2, &parts->day); break;
    case 'b': good = month_name(text, &parts->month); break;
    case 'w': good = digits(text, 1, 2, &parts->part); break;
    case 'q':
    case 'h': good = digits(text, 1, 1, &parts->part); break;
    case 'Q':
        good = digits(text, 1, 1, &parts->part) || one_of(text, NUMERALS, 4, &parts->part);
        break;
    case 'H': good = one_of(text, HALVES, 2, &parts->part); break;
    case 'T': good = time_of_day(text); break;
    case 'e': good = end_of_week(text, &parts->end); break;
    case 'k': good = digits(text, least, 2, &number) && number < 24; break;
    case 'n': good = digits(text, least, 2, &number) && number < 60; break;
    case 'f': good = digits(text, 1, 9, &number); break;
    case '%': good = take(text, '%'); break;
    case '~':
        (void)(take(text, '-') || take(text, ' '));
        good = 1;
        break;
    default: good = take(text, '-') || take(text, ' '); break; /* %_ */
    }
    return good;
}

ptrdiff_t ev_form_match(const ev_form *form, const char *text, ptrdiff_t size,
                        ev_date_parts *parts)
{
    scan rest = {text, text + size};
    const char *pattern = form->pattern;
    int good = 1;
    while (*pattern != '\0' && good) {
        if (*pattern == '%') {
            const int two = pattern[1] == '0';
            good = field(pattern[1 + two], 1 + two, &rest, parts);
            pattern += 2 + two;
        }
        else {
            good = take(&rest, *pattern);
            pattern++;
        }
    }
    return rest.at - text + (good && rest.at == rest.end);
}

/* ---- formats that a user gives ---- */

/* The letters of strptime, ours, and whether each is a number of one or two digits. */
static const struct letter {
    char theirs, ours;
    int number;
} LETTERS[] = {{'Y', 'Y', 0}, {'y', 'y', 0}, {'m', 'm', 1}, {'d', 'd', 1},
               {'b', 'b', 0}, {'B', 'b', 0}, {'H', 'k', 1}, {'M', 'n', 1},
               {'S', 'n', 1}, {'f', 'f', 0}, {'%', '%', 0}};

static const struct letter *letter_of(char theirs)
{
    const struct letter *found = NULL;
    for (size_t i = 0; i < sizeof LETTERS / sizeof LETTERS[0] && found == NULL; i++) {
        found = LETTERS[i].theirs == theirs ? LETTERS + i : NULL;
    }
    return found;
}

/* Whether the rest of a format begins with digits. */
static int digits_next(const char *at, const char *end)
{
    return at < end && ((*at >= '0' && *at <= '9') ||
                        (end - at > 1 && *at == '%' && at[1] != 'b' && at[1] != 'B' &&
                         at[1] != '%'));
}

/* Which fields a format has, one bit each: a year, a month, a day, others by letter. */
enum { YEARS = 1, MONTHS = 2, DAYS = 4, FIRST_OTHER = 8 };

static unsigned field_bit(const struct letter *letter)
{
    return letter->theirs == 'Y' || letter->theirs == 'y' ? YEARS
           : letter->theirs == 'm' || letter->ours == 'b'  ? MONTHS
           : letter->theirs == 'd'                         ? DAYS
                                : (unsigned)FIRST_OTHER << (letter - LETTERS);
}

const char *ev_form_read(const char *format, ptrdiff_t size, char pattern[EV_PATTERN_SIZE],
                         ev_form *form)
{
    const char *at = format, *end = format + size, *lacks = NULL;
    unsigned seen = 0;
    ptrdiff_t used = 0;
    while (at < end && lacks == NULL) {
        const struct letter *letter = NULL;
        if (*at == '%') {
            letter = at + 1 < end ? letter_of(at[1]) : NULL;
            lacks = letter == NULL ? "it takes %Y %y %m %d %b %B %H %M %S %f" : NULL;
        }
        if (lacks == NULL && used + 4 > EV_PATTERN_SIZE) {
            lacks = "it is too long";
        }
        else if (lacks == NULL && letter == NULL) {
            pattern[used++] = *at++;
        }
        else if (lacks == NULL) {
            const unsigned bit = letter->ours == '%' ? 0 : field_bit(letter);
            lacks = (seen & bit) != 0 ? "it has a field twice" : NULL;
            seen |= bit;
            at += 2;
            pattern[used++] = '%';
            if (letter->number && digits_next(at, end)) {
                pattern[used++] = '0';
            }
            pattern[used++] = letter->ours;
        }
    }
    pattern[used] = '\0';
    if (lacks == NULL && (seen & YEARS) == 0) {
        lacks = "it needs a year, %Y or %y";
    }
    else if (lacks == NULL && (seen & DAYS) != 0 && (seen & MONTHS) == 0) {
        lacks = "it has a day, but no month";
    }
    *form = (ev_form){format, pattern,
                      (seen & DAYS) != 0     ? EV_DAY
                      : (seen & MONTHS) != 0 ? EV_MONTH
                                             : EV_YEAR};
    return lacks;
}
