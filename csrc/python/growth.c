/* Growth and margins of short series: one call, no slices, no ufunc.
 *
 * A notebook calls growth on a few dozen values thousands of times. The general path
 * would then cost several times the arithmetic. The kernel is the same.
 */
#include "python/numpy.h"

#include <math.h>
#include <stdlib.h>

#include "arrays/growth.h"
#include "arrays/margin.h"
#include "python/module.h"

enum { SHORT = 1 << 15 };

/* The kernel of a policy by its name, or NULL. */
static ev_kernel *rate_kernel(PyObject *policy, ev_isa isa)
{
    static const char *const policies[] = {"nm", "abs", "signed", "midpoint"};
    ev_kernel *found = NULL;
    for (int k = 0; k < 4 && found == NULL; k++) {
        /* The table lists the four rates first, in this order. */
        if (PyUnicode_CompareWithASCIIString(policy, policies[k]) == 0) {
            found = ev_growth_functions[k].run[EV_F64][isa];
        }
    }
    return found;
}

/* Whether x is a contiguous short vector of doubles. */
static int is_short_vector(PyObject *x)
{
    PyArrayObject *array = (PyArrayObject *)x;
    return PyArray_CheckExact(x) && ev_py_is_plain(x, NPY_DOUBLE, 0) &&
           PyArray_NDIM(array) == 1 && PyArray_DIM(array, 0) <= SHORT;
}

/* Growth of such a vector at a lag: a new array, or NULL with an exception. */
static PyObject *short_growth(PyArrayObject *x, ptrdiff_t lag, ev_kernel *rate)
{
    npy_intp n = PyArray_DIM(x, 0);
    PyObject *result = PyArray_SimpleNew(1, &n, NPY_DOUBLE);
    if (result != NULL) {
        const double *values = PyArray_DATA(x);
        double *to = PyArray_DATA((PyArrayObject *)result);
        const ptrdiff_t steps = lag > 0 ? lag : -lag, cut = steps < n ? steps : n;
        const ptrdiff_t current = lag > 0 ? cut : 0, base = lag > 0 ? 0 : cut;
        const void *in[2] = {values + base, values + current};
        void *out[1] = {to + current};
        const ev_fp_flags flags = ev_fp_save();
        rate(in, out, n - cut, (double)INFINITY);
        ev_fp_restore(flags);
        for (ptrdiff_t i = 0, edge = lag > 0 ? 0 : n - cut; i < cut; i++) {
            to[edge + i] = NAN;
        }
    }
    return result;
}

/* short_growth(x, lag, policy) -> ndarray, or None where the general path must run. */
static PyObject *py_short_growth(PyObject *module, PyObject *const *args, Py_ssize_t n)
{
    PyObject *result = NULL;
    ev_kernel *rate = NULL;
    Py_ssize_t lag = 0;
    const ev_state *state = PyModule_GetState(module);
    if (state != NULL && n == 3 && is_short_vector(args[0]) &&
        PyLong_CheckExact(args[1]) && PyUnicode_CheckExact(args[2])) {
        rate = rate_kernel(args[2], state->isa);
        lag = PyLong_AsSsize_t(args[1]);
        if (lag == -1 && PyErr_Occurred()) {
            PyErr_Clear(); /* beyond any length: the general path handles it */
            lag = 0;
        }
    }
    if (rate != NULL && lag != 0 && lag > -PY_SSIZE_T_MAX) {
        result = short_growth((PyArrayObject *)args[0], lag, rate);
    }
    else {
        result = Py_NewRef(Py_None);
    }
    return result;
}

/* Whether no cost is negative: then none may have the wrong sign. */
static int has_plain_costs(PyArrayObject *cost)
{
    const double *costs = PyArray_DATA(cost);
    int plain = 1;
    for (npy_intp i = 0; i < PyArray_SIZE(cost) && plain; i++) {
        plain = !(costs[i] < 0);
    }
    return plain;
}

/* short_margin(revenue, cost) -> ndarray, or None where the general path must run. */
static PyObject *py_short_margin(PyObject *module, PyObject *const *args, Py_ssize_t n)
{
    PyObject *result = NULL;
    const ev_state *state = PyModule_GetState(module);
    if (state != NULL && n == 2 && is_short_vector(args[0]) && is_short_vector(args[1]) &&
        PyArray_SIZE((PyArrayObject *)args[0]) == PyArray_SIZE((PyArrayObject *)args[1]) &&
        has_plain_costs((PyArrayObject *)args[1])) {
        npy_intp size = PyArray_SIZE((PyArrayObject *)args[0]);
        result = PyArray_SimpleNew(1, &size, NPY_DOUBLE);
        if (result != NULL) {
            const void *in[2] = {PyArray_DATA((PyArrayObject *)args[0]),
                                 PyArray_DATA((PyArrayObject *)args[1])};
            void *out[1] = {PyArray_DATA((PyArrayObject *)result)};
            const ev_fp_flags flags = ev_fp_save();
            /* The table of margins begins with the margin. */
            ev_margin_functions[0].run[EV_F64][state->isa](in, out, size,
                                                           (double)INFINITY);
            ev_fp_restore(flags);
        }
    }
    else {
        result = Py_NewRef(Py_None);
    }
    return result;
}

PyMethodDef ev_py_growth_functions[] = {
    {"short_growth", (PyCFunction)(void (*)(void))py_short_growth, METH_FASTCALL,
     PyDoc_STR("short_growth(x, lag, policy, /)\n--\n\n"
               "Growth of a short float64 vector; None where the general path must "
               "run.")},
    {"short_margin", (PyCFunction)(void (*)(void))py_short_margin, METH_FASTCALL,
     PyDoc_STR("short_margin(revenue, cost, /)\n--\n\n"
               "Margins of short float64 vectors; None where the general path must "
               "run.")},
    {NULL, NULL, 0, NULL},
};
