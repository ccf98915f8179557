/* Sums of x over the items of each fate. */

/* The fates of an item, which number the sums of the group. */
enum { IN_BOTH, NEW, LOST, HOLE, FATES };

static void gather_fates(const column *in, ptrdiff_t rows, state *restrict s)
{
    for (ptrdiff_t k = 0; k < rows; k++) {
        for (int fate = IN_BOTH; fate < FATES; fate++) {
            add(&s->total[fate], where(in[1][k] == fate, in[0][k]));
        }
    }
}

static void settle_fates(state *s, lanes *parts)
{
    for (int fate = IN_BOTH; fate < FATES; fate++) {
        parts[fate] = value_of(&s->total[fate]);
    }
    /* What rounding leaves of all sums but the first, whose items are explained apart. */
    for (int fate = NEW; fate < FATES; fate++) {
        add(&s->rest, s->total[fate].high - parts[fate]);
        add(&s->rest, s->total[fate].low);
    }
}
