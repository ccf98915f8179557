/* Compiles the kernels of a file once for each instruction set.
 *
 * The file defines EV_SELF as its own name and includes this header. The part of it under
 * `#ifdef EV_PASS` is then read once for each instruction set, and EV_NAME(kernel) gives
 * every function a different name each time. No include guard: each file includes it
 * once. The second part includes no header.
 */
#define EV_PASS

/* A kernel that applies f item by item; `operands` declares the operands it reads. */
#define EV_LOOP(f, result, operands, ...)                                             \
    static void EV_NAME(f##_map)(const void *const *in, void *const *out,             \
                                 ptrdiff_t n, double limit)                           \
    {                                                                                 \
        operands;                                                                     \
        result *restrict to = out[0];                                                 \
        for (ptrdiff_t i = 0; i < n; i++) {                                           \
            to[i] = f(__VA_ARGS__, limit);                                            \
        }                                                                             \
    }
#define EV_OPERAND(type, name, k) const type *restrict name = in[k]

/* The kernels of f_i64 and f_f64, functions of `nin` operands of which the first `typed`
 * are int64 in f_i64; all others are doubles. EV_ROW is their row in a table. */
#define EV_MAP(name, f, nin, typed, result)                                           \
    EV_MAP_##nin##_##typed(f##_i64, int64_t, result)                                  \
    EV_MAP_##nin##_##typed(f##_f64, double, result)
#define EV_MAP_2_2(f, number, result)                                                 \
    EV_LOOP(f, result, EV_OPERAND(number, a, 0); EV_OPERAND(number, b, 1), a[i], b[i])
#define EV_MAP_3_1(f, number, result)                                                 \
    EV_LOOP(f, result, EV_OPERAND(number, a, 0); EV_OPERAND(double, b, 1);            \
            EV_OPERAND(double, c, 2), a[i], b[i], c[i])
#define EV_MAP_4(f, number, other, result)                                            \
    EV_LOOP(f, result, EV_OPERAND(number, a, 0); EV_OPERAND(number, b, 1);            \
            EV_OPERAND(other, c, 2); EV_OPERAND(other, d, 3), a[i], b[i], c[i], d[i])
#define EV_MAP_4_2(f, number, result) EV_MAP_4(f, number, double, result)
#define EV_MAP_4_4(f, number, result) EV_MAP_4(f, number, number, result)
#define EV_ROW(name, f, nin, typed, result)                                           \
    {#name, nin, typed, 1, sizeof(result) == 1 ? EV_U8 : EV_F64,                      \
     {EV_EACH(f##_i64_map), EV_EACH(f##_f64_map)}},
#define EV_LAST_ROW {.name = NULL}

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
