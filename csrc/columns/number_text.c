#include "columns/number_text.h"

#include <string.h>

/* A text that is read from its start. */
typedef struct cursor {
    const uint8_t *at, *end;
} cursor;

static int starts(cursor c, const char *word)
{
    const size_t size = strlen(word);
    return (size_t)(c.end - c.at) >= size && memcmp(c.at, word, size) == 0;
}

static int ends(cursor c, const char *word)
{
    const size_t size = strlen(word);
    return (size_t)(c.end - c.at) >= size && memcmp(c.end - size, word, size) == 0;
}

/* The bytes of the first of `words` for which `test` holds, else 0. */
static ptrdiff_t any_of(cursor c, const char *const *words,
                        int (*test)(cursor, const char *))
{
    ptrdiff_t size = 0;
    for (; *words != NULL && size == 0; words++) {
        size = test(c, *words) ? (ptrdiff_t)strlen(*words) : 0;
    }
    return size;
}

/* No-break, figure, thin and narrow no-break blanks are in tables of numbers, too. */
static const char *const blanks[] = {" ",            "\t",           "\xc2\xa0",
                                     "\xe2\x80\x87", "\xe2\x80\x89", "\xe2\x80\xaf",
                                     "\xe3\x80\x80", NULL};
static const char *const apostrophes[] = {"'", "\xe2\x80\x99", NULL};
static const char *const minuses[] = {"-", "\xe2\x88\x92", NULL};
static const char *const percents[] = {"%", "\xef\xbc\x85", NULL};

static cursor stripped(cursor c)
{
    ptrdiff_t size;
    while ((size = any_of(c, blanks, starts)) > 0) {
        c.at += size;
    }
    while ((size = any_of(c, blanks, ends)) > 0) {
        c.end -= size;
    }
    return c;
}

static int is_digit(cursor c)
{
    return c.at < c.end && *c.at >= '0' && *c.at <= '9';
}

static ptrdiff_t copy_digits(cursor *c, uint8_t **to)
{
    const uint8_t *first = c->at;
    for (; is_digit(*c); c->at++) {
        *(*to)++ = *c->at;
    }
    return c->at - first;
}

static ptrdiff_t thousands_mark(cursor c, char mark)
{
    const char word[2] = {mark, 0};
    const char *const one[] = {word, NULL};
    return mark == 0      ? 0
           : mark == ' '  ? any_of(c, blanks, starts)
           : mark == '\'' ? any_of(c, apostrophes, starts)
                          : any_of(c, one, starts);
}

/* Copies the digits before the decimal mark; returns how many marks of thousands stand
 * between them, -1 if they stand elsewhere than before each three digits, or, as in
 * India, before the last three and each two before these. */
static ptrdiff_t copy_groups(cursor *c, char mark, uint8_t **to, ptrdiff_t *first)
{
    const uint8_t *digits = *to;
    ptrdiff_t marks = 0, size, group = copy_digits(c, to);
    int threes = group <= 3, twos = group <= 2, last = 1;
    *first = group;
    while (group > 0 && (size = thousands_mark(*c, mark)) > 0) {
        threes = threes && (marks == 0 || group == 3);
        twos = twos && (marks == 0 || group == 2);
        c->at += size;
        group = copy_digits(c, to);
        last = group == 3;
        marks++;
    }
    return marks == 0 || (last && (threes || twos) && *digits != '0') ? marks : -1;
}

/* Copies [e [+-] digits]; 0 if what is left is something else. */
static int copy_exponent(cursor *c, uint8_t **to)
{
    int complete = 1;
    if (c->at < c->end && (*c->at == 'e' || *c->at == 'E')) {
        *(*to)++ = *c->at++;
        if (c->at < c->end && (*c->at == '-' || *c->at == '+')) {
            *(*to)++ = *c->at++;
        }
        complete = copy_digits(c, to) > 0;
    }
    return complete && c->at == c->end;
}

/* The text without brackets, sign and percent sign. */
static cursor unwrapped(cursor c, int *negative, int *percent)
{
    ptrdiff_t size;
    if (starts(c, "(") && ends(c, ")") && c.end - c.at > 2) {
        c = stripped((cursor){c.at + 1, c.end - 1});
        *negative = 1;
    }
    if ((size = any_of(c, percents, ends)) > 0) {
        c = stripped((cursor){c.at, c.end - size});
        *percent = 1;
    }
    if (!*negative && (size = any_of(c, minuses, starts)) > 0) {
        c.at += size;
        *negative = 1;
    }
    else if (!*negative && starts(c, "+")) {
        c.at++;
    }
    return c;
}

static int doubtful(ptrdiff_t first, const uint8_t *digits, ptrdiff_t after)
{
    return first >= 1 && first <= 3 && digits[0] != '0' && after == 3;
}

ptrdiff_t ev_plain_number(const uint8_t *text, ptrdiff_t size, ev_number_marks marks,
                          uint8_t *to, int *shows)
{
    cursor c = stripped((cursor){text, text + size});
    const int empty = c.at == c.end;
    int negative = 0, percent = 0, whole = 1;
    uint8_t *p = to;
    ptrdiff_t first = 0, decimals = 0;
    c = unwrapped(c, &negative, &percent);
    *p = '-';
    p += negative;
    const uint8_t *digits = p;
    const ptrdiff_t groups = copy_groups(&c, marks.thousands, &p, &first);
    if (c.at < c.end && *c.at == (uint8_t)marks.decimal) {
        whole = 0;
        c.at++;
        *p++ = '.';
        decimals = copy_digits(&c, &p);
    }
    const uint8_t *tail = p;
    const int read = copy_exponent(&c, &p) && groups >= 0 && first + decimals > 0;
    const int exponent = p > tail;
    const int blank_mark = marks.thousands == ' ' || marks.thousands == '\'';
    if (percent) {
        memcpy(p, "e-2", 3);
        p += 3;
    }
    *shows = percent ? EV_PERCENT : 0;
    if (!whole || (groups > 0 && !blank_mark)) {
        const int one = (groups == 1 && whole) || (groups == 0 && decimals == 3);
        *shows |= one && !exponent && doubtful(first, digits, 3) ? EV_DOUBTFUL
                                                                 : EV_SHOWS_MARKS;
    }
    return empty ? 0 : !read || (percent && exponent) ? -1 : p - to;
}

int ev_decimal_shows(const uint8_t *text, ptrdiff_t size)
{
    const uint8_t *p = text, *end = text + size;
    p += p < end && (*p == '-' || *p == '+');
    const uint8_t *digits = p;
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }
    const uint8_t *mark = p;
    p += p < end && *p == '.';
    while (p < end && *p >= '0' && *p <= '9') {
        p++;
    }
    return p == end && doubtful(mark - digits, digits, p - mark - 1) ? EV_DOUBTFUL
                                                                     : EV_SHOWS_MARKS;
}
