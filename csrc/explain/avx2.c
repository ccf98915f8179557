/* Explanations with AVX2: four groups side by side. */
#include "explain/inside.h"

#ifdef EV_HAVE_AVX2
EV_BEGIN_AVX2
#define LANES 4
#define FAMILIES ev_explanations_avx2
#include "explain/families.h"
EV_END_AVX2
#endif
