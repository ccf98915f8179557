#include "explain/inside.h"

const ev_explanation *ev_explanations(ev_isa isa)
{
#ifdef EV_HAVE_AVX2
    return isa == EV_AVX2 ? ev_explanations_avx2 : ev_explanations_baseline;
#else
    (void)isa;
    return ev_explanations_baseline;
#endif
}

const ev_explanation *ev_explanation_named(const char *name, ev_isa isa)
{
    const ev_explanation *family = ev_explanations(isa);
    while (family->name != NULL && strcmp(family->name, name) != 0) {
        family++;
    }
    return family->name != NULL ? family : NULL;
}

void ev_explain(const ev_explanation *family, const ev_groups *groups, ptrdiff_t start,
                ptrdiff_t stop, const ev_explained *to)
{
    const ev_fp_flags flags = ev_fp_save();
    family->explain(family, groups, start, stop, to);
    ev_fp_restore(flags);
}
