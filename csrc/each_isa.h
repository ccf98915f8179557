/* Compiles the kernels of one family once for each instruction set.
 *
 * A family file defines EV_SELF as its own name and includes this header; the part
 * of it under `#ifdef EV_PASS` is then read once per instruction set, with
 * EV_NAME(kernel) giving every function a name of its own. No include guard: each
 * family includes it once, on purpose. Inside the second part no header is included.
 */
#define EV_PASS

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
