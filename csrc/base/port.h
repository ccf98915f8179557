/* The only file that knows the compiler and the processor. */
#ifndef EV_PORT_H
#define EV_PORT_H

#include <float.h>
#include <stddef.h>
#include <stdint.h>

/* Doubles are rounded after every operation. The floating-point unit of old 32-bit x86
 * does not. */
#if FLT_EVAL_METHOD == 2 || FLT_EVAL_METHOD < 0
#error "evmarket needs arithmetic that rounds to double: -msse2 -mfpmath=sse on 32-bit x86"
#endif

/* Instruction sets a kernel can be compiled for. */
typedef enum ev_isa { EV_BASELINE = 0, EV_AVX2 = 1, EV_ISA_COUNT = 2 } ev_isa;

#if defined(__clang__)
#define EV_COMPILER "clang " __clang_version__
#else
#define EV_COMPILER "gcc " __VERSION__
#endif

#define EV_LITTLE_ENDIAN (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)

/* A region compiled for AVX2 without FMA, so that both paths round alike. */
#if defined(__x86_64__) && defined(__clang__)
#define EV_HAVE_AVX2 1
#define EV_BEGIN_AVX2 \
    _Pragma("clang attribute push(__attribute__((target(\"avx2\"))), apply_to=function)")
#define EV_END_AVX2 _Pragma("clang attribute pop")
#elif defined(__x86_64__) && defined(__GNUC__)
#define EV_HAVE_AVX2 1
#define EV_BEGIN_AVX2 _Pragma("GCC push_options") _Pragma("GCC target(\"avx2\")")
#define EV_END_AVX2 _Pragma("GCC pop_options")
#endif

#if defined(__GNUC__) || defined(__clang__)
#define EV_INLINE static inline __attribute__((always_inline))
#define EV_PREFETCH(p) __builtin_prefetch(p)
#define EV_LIKELY(c) __builtin_expect(!!(c), 1)
#define EV_UNLIKELY(c) __builtin_expect(!!(c), 0)
/* Relaxed atomics: threads fill one table whose entries are independent. */
#define EV_LOAD(p) __atomic_load_n(p, __ATOMIC_RELAXED)
#define EV_STORE(p, v) __atomic_store_n(p, v, __ATOMIC_RELAXED)
#define EV_OR(p, v) ((void)__atomic_fetch_or(p, v, __ATOMIC_RELAXED))
/* The least and the greatest value of all threads. */
#define EV_ATOMIC_END(name, beyond)                                                   \
    EV_INLINE void name(int64_t *place, int64_t value)                                \
    {                                                                                 \
        int64_t held = EV_LOAD(place);                                                \
        while (value beyond held &&                                                   \
               !__atomic_compare_exchange_n(place, &held, value, 0, __ATOMIC_RELAXED, \
                                            __ATOMIC_RELAXED)) {                      \
        }                                                                             \
    }
EV_ATOMIC_END(ev_atomic_min, <)
EV_ATOMIC_END(ev_atomic_max, >)
/* Zero bits above the highest and below the lowest set bit of a word that is not 0; the
 * number of set bits. */
EV_INLINE int ev_leading_zeros(uint64_t word) { return __builtin_clzll(word); }
EV_INLINE int ev_trailing_zeros(uint64_t word) { return __builtin_ctzll(word); }
EV_INLINE int ev_ones(uint64_t word) { return __builtin_popcountll(word); }
/* Four doubles worked on together, and the result of comparing them: all bits of a lane
 * set or none. For regions compiled for AVX2. */
typedef double ev_four_doubles __attribute__((vector_size(32), aligned(16)));
typedef int64_t ev_four_masks __attribute__((vector_size(32), aligned(16)));
/* Four doubles anywhere in memory. */
typedef double ev_four_anywhere __attribute__((vector_size(32), aligned(1), may_alias));
/* The lanes i, j, k, l of two vectors: 0 to 3 are those of a, 4 to 7 those of b. */
#if defined(__clang__)
#define EV_PICK(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define EV_PICK(a, b, i, j, k, l) __builtin_shuffle(a, b, (ev_four_masks){i, j, k, l})
#endif
#else
#error "evmarket needs gcc or clang; on Windows clang-cl or MinGW-w64"
#endif

/* Asks the system for huge pages under a big block that is used everywhere: without
 * them address translation takes half the time. Advice only. */
#if defined(__linux__)
void ev_advise_huge(void *block, size_t size);
#else
EV_INLINE void ev_advise_huge(void *block, size_t size)
{
    (void)block;
    (void)size;
}
#endif

/* Floating-point flags: loops save them on entry and restore them on exit, so that a
 * guarded division never raises a warning. */
#if defined(__x86_64__)
#include <xmmintrin.h>
typedef unsigned ev_fp_flags;
EV_INLINE ev_fp_flags ev_fp_save(void) { return _mm_getcsr(); }
EV_INLINE void ev_fp_restore(ev_fp_flags flags) { _mm_setcsr(flags); }
#else
#include <fenv.h>
typedef fexcept_t ev_fp_flags;
EV_INLINE ev_fp_flags ev_fp_save(void)
{
    fexcept_t flags;
    (void)fegetexceptflag(&flags, FE_ALL_EXCEPT);
    return flags;
}
EV_INLINE void ev_fp_restore(ev_fp_flags flags)
{
    (void)fesetexceptflag(&flags, FE_ALL_EXCEPT);
}
#endif

#endif
