/* Long sums: carries, signs, and as many values as pass them on. */
#include <math.h>

#include "engine.h"
#include "base/exact_sum.h"

enum { MANY = 20000 };

/* So many equal values need carries beyond the limbs of each. */
static void many_equal_values(void)
{
    for (int exponent = -1000; exponent < 1000; exponent += 31) {
        const double x = ldexp(1.9999999999999998, exponent);
        ev_long_sum sum;
        ev_long_clear(&sum);
        for (int i = 0; i < MANY; i++) {
            ev_long_add(&sum, x);
        }
        CHECK(ev_long_value(&sum, 0) == x * MANY);
        for (int i = 0; i < 2 * MANY; i++) {
            ev_long_add(&sum, -x);
        }
        CHECK(ev_long_value(&sum, 0) == -x * MANY);
        CHECK(ev_long_value(&sum, 3) == -x * MANY * 8);
        for (int i = 0; i < MANY; i++) {
            ev_long_add(&sum, x);
        }
        CHECK(ev_long_value(&sum, 0) == 0);
        ev_long_clear(&sum); /* below 0 from the beginning */
        for (int i = 0; i < MANY; i++) {
            ev_long_add(&sum, -x);
        }
        CHECK(ev_long_value(&sum, 0) == -x * MANY);
    }
}

/* Carries are passed on while values are added; the count is set by hand. */
static void carries_are_passed_on(void)
{
    ev_long_sum sum;
    ev_long_clear(&sum);
    ev_long_add(&sum, 1e300);
    ev_long_add(&sum, -3.5);
    sum.added = (1 << 29) - 1;
    ev_long_add(&sum, -1e300);
    CHECK(sum.added == 0);
    ev_long_add(&sum, 1e-300);
    CHECK(sum.added == 1);
    CHECK(ev_long_value(&sum, 0) == -3.5);
    ev_long_add(&sum, 3.5);
    CHECK(ev_long_value(&sum, 0) == 1e-300);
}

int main(void)
{
    many_equal_values();
    carries_are_passed_on();
    return finish();
}
