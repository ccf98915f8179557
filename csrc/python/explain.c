/* Explanations over arrays. The package checks and shapes the arrays; these functions
 * check what memory safety needs and pass pointers on with the GIL released. */
#include "python/numpy.h"

#include <string.h>

#include "explain/explain.h"
#include "explain/lmdi.h"
#include "python/memory.h"
#include "python/module.h"

/* The data of a writable contiguous array of `type` with `size` items, or NULL with an
 * exception. */
static void *output(PyObject *object, int type, ptrdiff_t size)
{
    void *data = NULL;
    if (!PyArray_Check(object)) {
        PyErr_SetString(PyExc_TypeError, "an output must be an array");
    }
    else {
        PyArrayObject *array = (PyArrayObject *)object;
        if (PyArray_TYPE(array) != type || !PyArray_ISCARRAY(array) ||
            PyArray_SIZE(array) != size) {
            PyErr_SetString(PyExc_ValueError, "an output has the wrong dtype, shape or layout");
        }
        else {
            data = PyArray_DATA(array);
        }
    }
    return data;
}

/* Fills to[] from a tuple of `count` outputs; -1 with an exception. */
static int outputs(PyObject *tuple, int count, ptrdiff_t size, double **to)
{
    int failed = !PyTuple_Check(tuple) || PyTuple_Size(tuple) != count;
    if (failed) {
        PyErr_Format(PyExc_TypeError, "outputs must be a tuple of %d arrays", count);
    }
    for (int k = 0; k < count && !failed; k++) {
        to[k] = output(PyTuple_GetItem(tuple, k), NPY_DOUBLE, size);
        failed = to[k] == NULL;
    }
    return failed ? -1 : 0;
}

/* An array of doubles with `ndim` dimensions, in native byte order, or NULL with an
 * exception. */
static PyArrayObject *doubles(PyObject *object, int ndim)
{
    PyArrayObject *array = NULL;
    if (!PyArray_Check(object) || PyArray_TYPE((PyArrayObject *)object) != NPY_DOUBLE ||
        !PyArray_ISNOTSWAPPED((PyArrayObject *)object) ||
        PyArray_NDIM((PyArrayObject *)object) != ndim) {
        PyErr_Format(PyExc_TypeError,
                     "an operand must be a float64 array of %d dimensions", ndim);
    }
    else {
        array = (PyArrayObject *)object;
    }
    return array;
}

/* ---- families over groups of items ------------------------------------------- */

/* Groups by the offsets of a contiguous int64 array, which must begin at 0, not fall,
 * and end at `items`. -1 with an exception. */
static int read_offsets(PyObject *object, ptrdiff_t items, ev_groups *groups)
{
    int good = PyArray_Check(object);
    if (good) {
        PyArrayObject *array = (PyArrayObject *)object;
        good = PyArray_TYPE(array) == NPY_INTP && PyArray_ISCARRAY_RO(array) &&
               PyArray_NDIM(array) == 1 && PyArray_DIM(array, 0) > 0;
        if (good) {
            const npy_intp *offsets = PyArray_DATA(array);
            groups->count = PyArray_DIM(array, 0) - 1;
            groups->offsets = offsets;
            good = offsets[0] == 0 && offsets[groups->count] == items;
            for (ptrdiff_t g = 0; g < groups->count && good; g++) {
                good = offsets[g] <= offsets[g + 1];
            }
        }
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "offsets do not divide the items into groups");
    }
    return good ? 0 : -1;
}

/* The operands and how they are grouped: all of one shape, (groups, items), or with
 * offsets (items). -1 with an exception. */
static int read_operands(PyObject *tuple, PyObject *offsets, int count, ev_groups *groups)
{
    const int ndim = offsets == Py_None ? 2 : 1;
    PyArrayObject *first = NULL;
    int failed = !PyTuple_Check(tuple) || PyTuple_Size(tuple) != count;
    if (failed) {
        PyErr_Format(PyExc_TypeError, "operands must be a tuple of %d arrays", count);
    }
    for (int k = 0; k < count && !failed; k++) {
        PyArrayObject *array = doubles(PyTuple_GetItem(tuple, k), ndim);
        failed = array == NULL;
        if (!failed) {
            first = first == NULL ? array : first;
            groups->in[k] = (ev_operand){PyArray_BYTES(array), PyArray_STRIDE(array, 0),
                                         PyArray_STRIDE(array, ndim - 1)};
            if (!PyArray_SAMESHAPE(array, first)) {
                PyErr_SetString(PyExc_ValueError, "operands differ in shape");
                failed = 1;
            }
        }
    }
    if (!failed) {
        groups->count = PyArray_DIM(first, 0);
        groups->items = PyArray_DIM(first, ndim - 1);
        groups->offsets = NULL;
        if (offsets != Py_None) {
            failed = read_offsets(offsets, groups->items, groups) < 0;
        }
    }
    return failed ? -1 : 0;
}

/* The two ends of a run of groups; -1 with an exception. */
static int read_run(PyObject *const *args, ptrdiff_t count, ptrdiff_t *start,
                    ptrdiff_t *stop)
{
    int failed;
    *start = PyLong_AsSsize_t(args[0]);
    failed = *start == -1 && PyErr_Occurred() != NULL;
    *stop = failed ? 0 : PyLong_AsSsize_t(args[1]);
    failed = failed || (*stop == -1 && PyErr_Occurred() != NULL);
    if (!failed && !(0 <= *start && *start <= *stop && *stop <= count)) {
        PyErr_SetString(PyExc_ValueError, "start and stop must lie within the groups");
        failed = 1;
    }
    return failed ? -1 : 0;
}

static int takes(const char *name, Py_ssize_t given, Py_ssize_t wanted)
{
    if (given != wanted) {
        PyErr_Format(PyExc_TypeError, "%s takes %zd arguments, got %zd", name, wanted,
                     given);
    }
    return given == wanted;
}

/* explain(family, operands, offsets, parts, item_parts, status, start, stop) */
static PyObject *py_explain(PyObject *module, PyObject *const *args, Py_ssize_t n)
{
    PyObject *result = NULL;
    const ev_isa *isa = PyModule_GetState(module);
    const ev_explanation *family = NULL;
    ev_groups groups;
    ev_explained to = {.status = NULL};
    ptrdiff_t start, stop;
    int good = isa != NULL && takes("explain", n, 8);
    if (good) {
        const char *name = PyUnicode_AsUTF8(args[0]);
        family = name != NULL ? ev_explanation_named(name, *isa) : NULL;
        good = family != NULL;
        if (name != NULL && family == NULL) {
            PyErr_Format(PyExc_ValueError, "family is %R: unknown", args[0]);
        }
    }
    good = good && read_operands(args[1], args[2], family->reads, &groups) == 0;
    good = good && outputs(args[3], family->parts, groups.count, to.parts) == 0;
    if (good && args[4] != Py_None) {
        const ptrdiff_t items = groups.offsets != NULL ? groups.offsets[groups.count]
                                                       : groups.count * groups.items;
        good = outputs(args[4], family->item_parts, items, to.item_parts) == 0;
    }
    good = good && (to.status = output(args[5], NPY_UINT8, groups.count)) != NULL;
    good = good && read_run(args + 6, groups.count, &start, &stop) == 0;
    if (good) {
        Py_BEGIN_ALLOW_THREADS
        ev_explain(family, &groups, start, stop, &to);
        Py_END_ALLOW_THREADS
        result = Py_NewRef(Py_None);
    }
    return result;
}

/* ---- LMDI and shift-share ---------------------------------------------------- */

/* Two contiguous arrays of one shape of three dimensions; -1 with an exception. */
static int read_pair(PyObject *const *args, const double **x0, const double **x1,
                     npy_intp *shape)
{
    PyArrayObject *a = doubles(args[0], 3), *b = a != NULL ? doubles(args[1], 3) : NULL;
    int failed = b == NULL;
    if (!failed) {
        failed = !PyArray_ISCARRAY_RO(a) || !PyArray_ISCARRAY_RO(b) ||
                 !PyArray_SAMESHAPE(a, b);
        if (failed) {
            PyErr_SetString(PyExc_ValueError, "operands differ in shape or layout");
        }
    }
    if (!failed) {
        *x0 = PyArray_DATA(a);
        *x1 = PyArray_DATA(b);
        memcpy(shape, PyArray_DIMS(a), 3 * sizeof *shape);
    }
    return failed ? -1 : 0;
}

/* lmdi(x0, x1, multiplicative, effects, total, residual, status, start, stop) -> where
 * a factor is negative, counted through x0 and then x1, or -1 */
static PyObject *py_lmdi(PyObject *module, PyObject *const *args, Py_ssize_t n)
{
    PyObject *result = NULL;
    ev_factors from;
    npy_intp shape[3];
    double *effects = NULL, *total = NULL, *residual = NULL;
    uint8_t *status = NULL;
    ptrdiff_t start, stop, place = -1;
    int good = takes("lmdi", n, 9) && read_pair(args, &from.x0, &from.x1, shape) == 0;
    (void)module;
    if (good) {
        from.groups = shape[0];
        from.items = shape[1];
        from.factors = shape[2];
        from.multiplicative = PyObject_IsTrue(args[2]);
        effects = output(args[3], NPY_DOUBLE, from.groups * from.factors);
        good = from.multiplicative >= 0 && effects != NULL;
    }
    good = good && (total = output(args[4], NPY_DOUBLE, from.groups)) != NULL;
    good = good && (residual = output(args[5], NPY_DOUBLE, from.groups)) != NULL;
    good = good && (status = output(args[6], NPY_UINT8, from.groups)) != NULL;
    good = good && read_run(args + 7, from.groups, &start, &stop) == 0;
    if (good) {
        const ev_memory memory = ev_py_memory();
        ev_result done;
        Py_BEGIN_ALLOW_THREADS
        done = ev_lmdi(&from, start, stop, effects, total, residual, status, &place,
                       &memory);
        Py_END_ALLOW_THREADS
        result = done == EV_NO_MEMORY ? PyErr_NoMemory() : PyLong_FromSsize_t(place);
    }
    return result;
}

/* shift_share(x0, x1, out, status, start, stop) */
static PyObject *py_shift_share(PyObject *module, PyObject *const *args, Py_ssize_t n)
{
    PyObject *result = NULL;
    ev_regions from;
    npy_intp shape[3];
    double *out[EV_SHIFT_OUT];
    uint8_t *status = NULL;
    ptrdiff_t start, stop;
    int good = takes("shift_share", n, 6) &&
               read_pair(args, &from.x0, &from.x1, shape) == 0;
    (void)module;
    if (good) {
        from.regions = shape[1];
        from.industries = shape[2];
        good = outputs(args[2], EV_SHIFT_OUT, shape[0] * shape[1] * shape[2], out) == 0;
    }
    good = good && (status = output(args[3], NPY_UINT8, shape[0])) != NULL;
    good = good && read_run(args + 4, shape[0], &start, &stop) == 0;
    if (good) {
        const ev_memory memory = ev_py_memory();
        ev_result done;
        Py_BEGIN_ALLOW_THREADS
        done = ev_shift_share(&from, start, stop, out, status, &memory);
        Py_END_ALLOW_THREADS
        if (done == EV_NO_MEMORY) {
            PyErr_NoMemory();
        }
        else {
            result = Py_NewRef(Py_None);
        }
    }
    return result;
}

static PyMethodDef methods[] = {
    {"explain", (PyCFunction)(void (*)(void))py_explain, METH_FASTCALL,
     "explain(family, operands, offsets, parts, item_parts, status, start, stop)"},
    {"lmdi", (PyCFunction)(void (*)(void))py_lmdi, METH_FASTCALL,
     "lmdi(x0, x1, multiplicative, effects, total, residual, status, start, stop)"},
    {"shift_share", (PyCFunction)(void (*)(void))py_shift_share, METH_FASTCALL,
     "shift_share(x0, x1, out, status, start, stop)"},
    {NULL, NULL, 0, NULL},
};

int ev_py_add_explain(PyObject *module)
{
    return PyModule_AddFunctions(module, methods);
}
