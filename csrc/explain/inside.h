/* What the files of explanations share: the tables, and the headers the kernels use,
 * which must not be included inside a region of one instruction set. */
#ifndef EV_EXPLAIN_INSIDE_H
#define EV_EXPLAIN_INSIDE_H

#include <math.h>
#include <string.h>

#include "arrays/growth.h"
#include "explain/explain.h"
#include "explain/lmdi.h"

/* Each ends with a family whose name is NULL. */
extern const ev_explanation ev_explanations_baseline[];
#ifdef EV_HAVE_AVX2
extern const ev_explanation ev_explanations_avx2[];
#endif

#endif
