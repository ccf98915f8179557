/* Compiles the kernels of one family once for each instruction set.
 *
 * A family file defines EV_SELF as its own name and includes this header; the part
 * of it under `#ifdef EV_PASS` is then read once per instruction set, with
 * EV_NAME(kernel) giving every function a name of its own. No include guard: each
 * family includes it once, on purpose. Inside the second part no header is included.
 */
#define EV_PASS

/* A kernel that applies the function `f` item by item to 2, 3 or 4 operands. The first
 * (of 4, the first two) has the type `number`, the others `other`. */
#define EV_MAP2(kernel, number, other, result, f)                                     \
    static void EV_NAME(kernel)(const void *const *in, void *const *out, ptrdiff_t n, \
                                double limit)                                         \
    {                                                                                 \
        const number *restrict a = in[0];                                             \
        const other *restrict b = in[1];                                              \
        result *restrict to = out[0];                                                 \
        for (ptrdiff_t i = 0; i < n; i++) {                                           \
            to[i] = f(a[i], b[i], limit);                                             \
        }                                                                             \
    }
#define EV_MAP3(kernel, number, other, result, f)                                     \
    static void EV_NAME(kernel)(const void *const *in, void *const *out, ptrdiff_t n, \
                                double limit)                                         \
    {                                                                                 \
        const number *restrict a = in[0];                                             \
        const other *restrict b = in[1], *restrict c = in[2];                         \
        result *restrict to = out[0];                                                 \
        for (ptrdiff_t i = 0; i < n; i++) {                                           \
            to[i] = f(a[i], b[i], c[i], limit);                                       \
        }                                                                             \
    }
#define EV_MAP4(kernel, number, other, result, f)                                     \
    static void EV_NAME(kernel)(const void *const *in, void *const *out, ptrdiff_t n, \
                                double limit)                                         \
    {                                                                                 \
        const number *restrict a = in[0], *restrict b = in[1];                        \
        const other *restrict c = in[2], *restrict d = in[3];                         \
        result *restrict to = out[0];                                                 \
        for (ptrdiff_t i = 0; i < n; i++) {                                           \
            to[i] = f(a[i], b[i], c[i], d[i], limit);                                 \
        }                                                                             \
    }

#define EV_NAME(kernel) kernel##_baseline
#include EV_SELF
#undef EV_NAME

#ifdef EV_HAVE_AVX2
EV_BEGIN_AVX2
#define EV_NAME(kernel) kernel##_avx2
#include EV_SELF
#undef EV_NAME
EV_END_AVX2
#define EV_EACH(kernel) {kernel##_baseline, kernel##_avx2}
#else
#define EV_EACH(kernel) {kernel##_baseline, NULL}
#endif

#undef EV_PASS
