/* The instruction sets that this build has and this processor runs. */
#ifndef EV_DISPATCH_H
#define EV_DISPATCH_H

#include "base/core.h"

/* The name of an instruction set as users write it: "baseline", "avx2". */
const char *ev_isa_name(ev_isa isa);

/* 1 when the build has the instruction set and the processor runs it, else 0. */
int ev_isa_usable(ev_isa isa);

/* Chooses an instruction set: `wanted` by name, or the best usable one for NULL and "".
 * EV_BAD_VALUE for an unknown name, EV_BAD_FORMAT for one that this build or processor
 * lacks; *chosen is written only on EV_DONE. */
ev_result ev_isa_choose(const char *wanted, ev_isa *chosen);

#endif
