#include "explain/explain.h"

#ifndef EV_PASS

/* The numbers of a group, which are the fates of an item, and the residual. */
enum { IN_BOTH, NEW, LOST, HOLE, FATES };

#define EV_SELF "explain/fates.c"
#include "base/each_isa.h"

#define NO_KERNEL {NULL, NULL}

const ev_explanation ev_sums_by_fate = {
    "sums_by_fate",        2,         FATES,    FATES + 1, 0, EV_EACH(gather_fates),
    EV_EACH(settle_fates), NO_KERNEL, NO_KERNEL};

#else

static void EV_NAME(gather_fates)(const ev_column *in, ptrdiff_t rows,
                                  ev_state *restrict state)
{
    for (ptrdiff_t k = 0; k < rows; k++) {
        for (int fate = IN_BOTH; fate < FATES; fate++) {
            ev_total_add(&state->total[fate],
                         ev_where(in[1][k] == ev_fill(fate), in[0][k]));
        }
    }
}

static void EV_NAME(settle_fates)(ev_state *state, ev_lanes *parts)
{
    for (int fate = IN_BOTH; fate < FATES; fate++) {
        parts[fate] = ev_total_value(&state->total[fate]);
    }
    /* What rounding leaves of the sums but the first, whose items stand for themselves. */
    for (int fate = NEW; fate < FATES; fate++) {
        ev_total_add(&state->rest, state->total[fate].high - parts[fate]);
        ev_total_add(&state->rest, state->total[fate].low);
    }
}

#endif
