#include "dispatch.h"

#include <string.h>

const char *ev_isa_name(ev_isa isa)
{
    return isa == EV_AVX2 ? "avx2" : "baseline";
}

int ev_isa_usable(ev_isa isa)
{
    int usable = isa == EV_BASELINE;
#ifdef EV_HAVE_AVX2
    if (isa == EV_AVX2) {
        __builtin_cpu_init();
        usable = __builtin_cpu_supports("avx2") != 0;
    }
#endif
    return usable;
}

ev_result ev_isa_choose(const char *wanted, ev_isa *chosen)
{
    ev_result result = EV_DONE;
    ev_isa isa = ev_isa_usable(EV_AVX2) ? EV_AVX2 : EV_BASELINE;
    if (wanted != NULL && wanted[0] != '\0') {
        isa = EV_BASELINE;
        while (isa < EV_ISA_COUNT && strcmp(wanted, ev_isa_name(isa)) != 0) {
            isa = (ev_isa)(isa + 1);
        }
        if (isa == EV_ISA_COUNT) {
            result = EV_BAD_VALUE;
        }
        else if (!ev_isa_usable(isa)) {
            result = EV_BAD_FORMAT;
        }
    }
    if (result == EV_DONE) {
        *chosen = isa;
    }
    return result;
}
