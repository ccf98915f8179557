#if defined(__linux__)
#define _DEFAULT_SOURCE /* madvise */
#include <sys/mman.h>
#endif

#include "base/dispatch.h"

#include <stdint.h>
#include <string.h>

#if defined(__linux__)
void ev_advise_huge(void *block, size_t size)
{
    enum { HUGE_PAGE = 1 << 21, PAGE = 1 << 12 };
    const uintptr_t start = ((uintptr_t)block + PAGE - 1) & ~(uintptr_t)(PAGE - 1);
    const uintptr_t end = ((uintptr_t)block + size) & ~(uintptr_t)(PAGE - 1);
#ifdef MADV_HUGEPAGE
    if (end > start && end - start >= HUGE_PAGE) {
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
    }
#endif
}
#endif

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
