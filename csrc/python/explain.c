/* Explanations over arrays. The package checks and shapes the arrays; these functions
 * check what memory safety needs and pass pointers on with the GIL released. */
#include "python/numpy.h"

#include <string.h>

#include "explain/explain.h"
#include "explain/lmdi.h"
#include "python/memory.h"
#include "python/module.h"
#include "python/raise.h"

/* The data of a writable contiguous array of `type` with `size` items, or NULL with an
 * exception. */
static void *output(PyObject *object, int type, ptrdiff_t size)
{
    PyArrayObject *array = (PyArrayObject *)object;
    void *data = NULL;
    if (!PyArray_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "an output must be an array");
    }
    else if (!ev_py_is_plain(object, type, 1) || PyArray_SIZE(array) != size) {
        PyErr_SetString(PyExc_ValueError,
                        "an output has the wrong dtype, shape or layout");
    }
    else {
        data = PyArray_DATA(array);
    }
    return data;
}

/* Fills to[] from a tuple of `count` outputs; 0 with an exception. */
static int outputs(PyObject *tuple, int count, ptrdiff_t size, double **to)
{
    int good = PyTuple_Check(tuple) && PyTuple_Size(tuple) == count;
    if (!good) {
        ev_py_raise(PyExc_TypeError, "outputs must be a tuple of %d arrays", count);
    }
    for (int k = 0; k < count && good; k++) {
        to[k] = output(PyTuple_GetItem(tuple, k), NPY_DOUBLE, size);
        good = to[k] != NULL;
    }
    return good;
}

/* An array of doubles with `ndim` dimensions, in native byte order, or NULL with an
 * exception. */
static PyArrayObject *doubles(PyObject *object, int ndim)
{
    PyArrayObject *array = (PyArrayObject *)object;
    if (!PyArray_Check(object) || PyArray_TYPE(array) != NPY_DOUBLE ||
        !PyArray_ISNOTSWAPPED(array) || PyArray_NDIM(array) != ndim) {
        ev_py_raise(PyExc_TypeError,
                    "an operand must be a float64 array of %d dimensions", ndim);
        array = NULL;
    }
    return array;
}

/* Whether start .. stop - 1 are some of `count` groups; else ValueError. */
static int is_run(Py_ssize_t start, Py_ssize_t stop, ptrdiff_t count)
{
    const int good = 0 <= start && start <= stop && stop <= count;
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "start and stop must lie within the groups");
    }
    return good;
}

/* ---- families over groups of items ------------------------------------------- */

/* Groups by the offsets of a contiguous intp array, which must begin at 0, not fall, and
 * end at `items`. 0 with an exception. */
static int read_offsets(PyObject *object, ptrdiff_t items, ev_groups *groups)
{
    PyArrayObject *array = (PyArrayObject *)object;
    int good = ev_py_is_plain(object, NPY_INTP, 0) && PyArray_NDIM(array) == 1 &&
               PyArray_DIM(array, 0) > 0;
    if (good) {
        const npy_intp *offsets = PyArray_DATA(array);
        groups->count = PyArray_DIM(array, 0) - 1;
        groups->offsets = offsets;
        good = offsets[0] == 0 && offsets[groups->count] == items;
        for (ptrdiff_t g = 0; g < groups->count && good; g++) {
            good = offsets[g] <= offsets[g + 1];
        }
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "offsets do not divide the items into groups");
    }
    return good;
}

/* The operands and how they are grouped: all of one shape, (groups, items), or with
 * offsets (items). 0 with an exception. */
static int read_operands(PyObject *tuple, PyObject *offsets, int count, ev_groups *groups)
{
    const int ndim = offsets == Py_None ? 2 : 1;
    PyArrayObject *first = NULL;
    int good = PyTuple_Check(tuple) && PyTuple_Size(tuple) == count;
    if (!good) {
        ev_py_raise(PyExc_TypeError, "operands must be a tuple of %d arrays", count);
    }
    for (int k = 0; k < count && good; k++) {
        PyArrayObject *array = doubles(PyTuple_GetItem(tuple, k), ndim);
        good = array != NULL;
        if (good) {
            first = first == NULL ? array : first;
            groups->in[k] = (ev_operand){PyArray_BYTES(array), PyArray_STRIDE(array, 0),
                                         PyArray_STRIDE(array, ndim - 1)};
            good = PyArray_SAMESHAPE(array, first);
            if (!good) {
                PyErr_SetString(PyExc_ValueError, "operands differ in shape");
            }
        }
    }
    if (good) {
        groups->count = PyArray_DIM(first, 0);
        groups->items = PyArray_DIM(first, ndim - 1);
        groups->offsets = NULL;
        good = offsets == Py_None || read_offsets(offsets, groups->items, groups);
    }
    return good;
}

/* explain(family, operands, offsets, parts, item_parts, status, start, stop) */
static PyObject *py_explain(PyObject *module, PyObject *args)
{
    PyObject *operands, *offsets, *parts, *item_parts, *status, *result = NULL;
    const ev_state *state = PyModule_GetState(module);
    const ev_explanation *family = NULL;
    const char *name;
    ev_groups groups;
    ev_explained to = {.status = NULL};
    Py_ssize_t start, stop;
    int good = state != NULL &&
               PyArg_ParseTuple(args, "sOOOOOnn:explain", &name, &operands, &offsets,
                                &parts, &item_parts, &status, &start, &stop);
    if (good) {
        family = ev_explanation_named(name, state->isa);
        good = family != NULL;
        if (!good) {
            ev_py_raise(PyExc_ValueError, "family is '%.40s': unknown", name);
        }
    }
    good = good && read_operands(operands, offsets, family->reads, &groups) &&
           outputs(parts, family->parts, groups.count, to.parts);
    if (good && item_parts != Py_None) {
        const ptrdiff_t items =
            offsets == Py_None ? groups.count * groups.items : groups.items;
        good = outputs(item_parts, family->item_parts, items, to.item_parts);
    }
    good = good && (to.status = output(status, NPY_UINT8, groups.count)) != NULL &&
           is_run(start, stop, groups.count);
    if (good) {
        Py_BEGIN_ALLOW_THREADS
        ev_explain(family, &groups, start, stop, &to);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    return result;
}

/* ---- LMDI and shift-share ---------------------------------------------------- */

/* Two contiguous arrays of one shape of three dimensions; 0 with an exception. */
static int read_pair(PyObject *first, PyObject *second, const double **x0,
                     const double **x1, npy_intp *shape)
{
    PyArrayObject *a = doubles(first, 3), *b = a != NULL ? doubles(second, 3) : NULL;
    int good = b != NULL;
    if (good && !(PyArray_ISCARRAY_RO(a) && PyArray_ISCARRAY_RO(b) &&
                  PyArray_SAMESHAPE(a, b))) {
        PyErr_SetString(PyExc_ValueError, "operands differ in shape or layout");
        good = 0;
    }
    if (good) {
        *x0 = PyArray_DATA(a);
        *x1 = PyArray_DATA(b);
        memcpy(shape, PyArray_DIMS(a), 3 * sizeof *shape);
    }
    return good;
}

/* lmdi(x0, x1, multiplicative, effects, total, residual, status, start, stop) -> the
 * place of a negative factor, counted through x0 and then x1, or -1 */
static PyObject *py_lmdi(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *x0, *x1, *effects, *total, *residual, *status, *result = NULL;
    ev_factors from;
    ev_effects to;
    npy_intp shape[3];
    Py_ssize_t start, stop;
    ptrdiff_t place = -1;
    int good = PyArg_ParseTuple(args, "OOpOOOOnn:lmdi", &x0, &x1, &from.multiplicative,
                                &effects, &total, &residual, &status, &start, &stop) &&
               read_pair(x0, x1, &from.x0, &from.x1, shape);
    if (good) {
        from.groups = shape[0];
        from.items = shape[1];
        from.factors = shape[2];
        to.effects = output(effects, NPY_DOUBLE, shape[0] * shape[2]);
        good = to.effects != NULL;
    }
    good = good && (to.total = output(total, NPY_DOUBLE, shape[0])) != NULL &&
           (to.residual = output(residual, NPY_DOUBLE, shape[0])) != NULL &&
           (to.status = output(status, NPY_UINT8, shape[0])) != NULL &&
           is_run(start, stop, shape[0]);
    if (good) {
        ev_result done;
        Py_BEGIN_ALLOW_THREADS
        done = ev_lmdi(&from, start, stop, &to, &place, &ev_py_memory);
        Py_END_ALLOW_THREADS
        result = done == EV_NO_MEMORY ? PyErr_NoMemory() : PyLong_FromSsize_t(place);
    }
    return result;
}

/* shift_share(x0, x1, out, status, start, stop) */
static PyObject *py_shift_share(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *x0, *x1, *out, *codes, *result = NULL;
    ev_regions from;
    npy_intp shape[3];
    double *to[EV_SHIFT_OUT];
    uint8_t *status = NULL;
    Py_ssize_t start, stop;
    int good = PyArg_ParseTuple(args, "OOOOnn:shift_share", &x0, &x1, &out, &codes,
                                &start, &stop) &&
               read_pair(x0, x1, &from.x0, &from.x1, shape);
    if (good) {
        from.regions = shape[1];
        from.industries = shape[2];
        good = outputs(out, EV_SHIFT_OUT, shape[0] * shape[1] * shape[2], to);
    }
    good = good && (status = output(codes, NPY_UINT8, shape[0])) != NULL &&
           is_run(start, stop, shape[0]);
    if (good) {
        ev_result done;
        Py_BEGIN_ALLOW_THREADS
        done = ev_shift_share(&from, start, stop, to, status, &ev_py_memory);
        Py_END_ALLOW_THREADS
        result = done == EV_NO_MEMORY ? PyErr_NoMemory() : Py_NewRef(Py_None);
    }
    return result;
}

PyMethodDef ev_py_explain_functions[] = {
    {"explain", py_explain, METH_VARARGS,
     "explain(family, operands, offsets, parts, item_parts, status, start, stop)"},
    {"lmdi", py_lmdi, METH_VARARGS,
     "lmdi(x0, x1, multiplicative, effects, total, residual, status, start, stop)"},
    {"shift_share", py_shift_share, METH_VARARGS,
     "shift_share(x0, x1, out, status, start, stop)"},
    {NULL, NULL, 0, NULL},
};
