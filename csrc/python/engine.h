/* What the files of the type Partial need of one another. */
#ifndef EV_PY_ENGINE_H
#define EV_PY_ENGINE_H

#include "python/output.h"
#include "table/partial.h"

/* Sorts a partial and opens its output, with "labels", "codes" and "repeat" in the
 * dict; the partial may then only be closed, after the output. -1 with an exception
 * set; close the output either way, also when it was never opened (then it must be
 * zero). */
int ev_py_partial_prepare(PyObject *module, ev_partial *partial, ev_output *output);

#endif
