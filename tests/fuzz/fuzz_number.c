/* Text of numbers: against strtod, and against the grammar written out. */
#include <errno.h>

#include "fuzz.h"
#include "columns/decimal_text.h"
#include "columns/number_text.h"

static int is_digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_digits(const char *text)
{
    while (is_digit(*text)) {
        text++;
    }
    return text;
}

/* [+-] digits [. digits] [e [+-] digits]; *whole: neither a point nor an exponent. */
static int is_number(const char *text, int *whole)
{
    text += *text == '+' || *text == '-';
    const char *integer = text;
    text = skip_digits(text);
    ptrdiff_t digits = text - integer;
    *whole = 1;
    if (*text == '.') {
        const char *fraction = text + 1;
        text = skip_digits(fraction);
        digits += text - fraction;
        *whole = 0;
    }
    if (digits > 0 && (*text == 'e' || *text == 'E')) {
        text++;
        text += *text == '+' || *text == '-';
        *whole = 0;
        digits = is_digit(*text);
        text = skip_digits(text);
    }
    return digits > 0 && *text == 0;
}

/* Compares with the C library, whose strtod rounds correctly. */
static void check_number(const uint8_t *bytes, size_t size)
{
    const ev_number number = ev_number_of_text(bytes, (ptrdiff_t)size);
    char *text = exact_block(NULL, size + 1);
    memcpy(text, bytes, size);
    int whole;
    const int good = strlen(text) == size && is_number(text, &whole);
    REQUIRE(good == (number.kind != EV_NOT_A_NUMBER));
    if (good) {
        const double real = strtod(text, NULL);
        errno = 0;
        const int64_t integer = strtoll(text, NULL, 10);
        const int fits = whole && errno == 0;
        REQUIRE((number.kind == EV_WHOLE_NUMBER) == fits || number.kind == EV_LONG_NUMBER);
        REQUIRE(number.kind != EV_WHOLE_NUMBER || number.integer == integer);
        REQUIRE(number.kind != EV_BEYOND_INT64 || (whole && !fits));
        const int has_real = number.kind == EV_WHOLE_NUMBER || number.kind == EV_DECIMAL_NUMBER;
        REQUIRE(!has_real || number.real == real);
    }
    free(text);
}

/* A number as people write it becomes one that is read as it is, and stays that number. */
static void check_plain(const uint8_t *bytes, size_t size, ev_number_marks marks)
{
    const ev_number_marks plain = {'.', 0};
    uint8_t *to = exact_block(NULL, size + 4);
    int shows = 0, more = 0;
    const ptrdiff_t length = ev_plain_number(bytes, (ptrdiff_t)size, marks, to, &shows);
    REQUIRE(length >= -1 && length <= (ptrdiff_t)size + 4);
    REQUIRE((shows & ~(EV_SHOWS_MARKS | EV_DOUBTFUL | EV_PERCENT)) == 0);
    if (length > 0) {
        const ev_number one = ev_number_of_text(to, length);
        REQUIRE(one.kind != EV_NOT_A_NUMBER);
        uint8_t *again = exact_block(NULL, (size_t)length + 4);
        const ptrdiff_t second = ev_plain_number(to, length, plain, again, &more);
        REQUIRE(second > 0 && (more & EV_PERCENT) == 0);
        const ev_number two = ev_number_of_text(again, second);
        REQUIRE(one.kind == two.kind && (one.kind == EV_LONG_NUMBER || one.real == two.real));
        free(again);
    }
    free(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char thousands[] = {0, '.', ',', ' ', '\''};
    input in = {data, size};
    const ev_number_marks marks = {take_below(&in, 2) == 0 ? '.' : ',',
                                   thousands[take_below(&in, 5)]};
    if (in.left > 1 << 20) { /* a bound that compilers know */
        return 0;
    }
    uint8_t *text = exact_block(in.at, in.left);
    check_number(text, in.left);
    if (marks.thousands != marks.decimal) {
        check_plain(text, in.left, marks);
    }
    (void)ev_decimal_shows(text, (ptrdiff_t)in.left);
    free(text);
    return 0;
}
