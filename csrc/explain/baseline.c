/* Explanations for every processor: one group at a time. */
#include "explain/inside.h"

#define LANES 1
#define FAMILIES ev_explanations_baseline
#include "explain/families.h"
