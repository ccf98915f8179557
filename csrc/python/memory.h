/* The allocator that the core gets from Python's side. */
#ifndef EV_PY_MEMORY_H
#define EV_PY_MEMORY_H

#include "base/core.h"

/* The C library's allocator. It needs no GIL. */
extern const ev_memory ev_py_memory;

#endif
