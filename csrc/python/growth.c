/* Growth and margins of short series: one call, no slices, no ufunc. Totals of
 * columns.
 *
 * A notebook calls growth on a few dozen values thousands of times. The general path
 * would then cost several times the arithmetic. The kernel is the same.
 */
#include "python/numpy.h"

#include <math.h>
#include <stdlib.h>

#include "arrays/growth.h"
#include "arrays/margin.h"
#include "arrays/structure.h"
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

/* ---- totals of columns ------------------------------------------------------------- */

/* The rows of a contiguous matrix of doubles as parts of its columns; -1 with an
 * exception set for anything else. */
static int read_matrix(PyObject *x, ev_parts *parts)
{
    PyArrayObject *array = (PyArrayObject *)x;
    const int good = ev_py_is_plain(x, NPY_DOUBLE, 0) && PyArray_NDIM(array) == 2;
    if (good) {
        const npy_intp rows = PyArray_DIM(array, 0), columns = PyArray_DIM(array, 1);
        *parts = (ev_parts){PyArray_DATA(array), columns, rows, sizeof(double),
                            columns * (npy_intp)sizeof(double), EV_F64, 0};
    }
    else {
        PyErr_SetString(PyExc_TypeError, "needs a contiguous matrix of doubles");
    }
    return good ? 0 : -1;
}

/* The sums of the blocks of a matrix: a contiguous array (blocks, columns, 3). NULL with
 * an exception set. */
static ev_line_sum *read_sums(PyObject *sums, const ev_parts *parts)
{
    PyArrayObject *array = (PyArrayObject *)sums;
    ev_line_sum *data = NULL;
    if (ev_py_is_plain(sums, NPY_DOUBLE, 1) && PyArray_NDIM(array) == 3 &&
        PyArray_DIM(array, 0) == ev_line_blocks(parts->n) &&
        PyArray_DIM(array, 1) == parts->lines && PyArray_DIM(array, 2) == 3) {
        data = PyArray_DATA(array);
    }
    else {
        PyErr_SetString(PyExc_TypeError, "sums: needs doubles (blocks, columns, 3)");
    }
    return data;
}

static PyObject *column_sums(PyObject *module, PyObject *args)
{
    PyObject *x, *given, *answer = NULL;
    Py_ssize_t first = 0, last = 0;
    ev_parts parts;
    const ev_state *state = PyModule_GetState(module);
    if (PyArg_ParseTuple(args, "OOnn:column_sums", &x, &given, &first, &last) &&
        read_matrix(x, &parts) == 0) {
        ev_line_sum *sums = read_sums(given, &parts);
        if (sums != NULL &&
            (first < 0 || last < first || last > ev_line_blocks(parts.n))) {
            PyErr_SetString(PyExc_ValueError, "no such blocks");
        }
        else if (sums != NULL) {
            Py_BEGIN_ALLOW_THREADS
            const ev_fp_flags flags = ev_fp_save();
            ev_line_sums(&parts, first, last, sums + first * parts.lines, state->isa);
            ev_fp_restore(flags);
            Py_END_ALLOW_THREADS
            answer = Py_NewRef(Py_None);
        }
    }
    return answer;
}

static PyObject *column_totals(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *x, *given, *answer = NULL;
    ev_parts parts;
    if (PyArg_ParseTuple(args, "OO:column_totals", &x, &given) &&
        read_matrix(x, &parts) == 0) {
        const ev_line_sum *sums = read_sums(given, &parts);
        npy_intp lines = parts.lines;
        PyObject *totals = sums == NULL ? NULL : PyArray_SimpleNew(1, &lines, NPY_DOUBLE);
        PyObject *scales = totals == NULL ? NULL : PyArray_SimpleNew(1, &lines, NPY_DOUBLE);
        PyObject *codes = scales == NULL ? NULL : PyArray_SimpleNew(1, &lines, NPY_UINT8);
        ev_line_total *found =
            codes == NULL ? NULL : PyMem_Calloc((size_t)lines + 1, sizeof *found);
        if (found != NULL) {
            double *total = PyArray_DATA((PyArrayObject *)totals);
            double *scale = PyArray_DATA((PyArrayObject *)scales);
            uint8_t *code = PyArray_DATA((PyArrayObject *)codes);
            const ev_fp_flags flags = ev_fp_save();
            ev_line_joined(&parts, sums, found);
            ev_fp_restore(flags);
            for (npy_intp i = 0; i < lines; i++) {
                total[i] = found[i].total;
                scale[i] = found[i].scale;
                code[i] = found[i].status;
            }
            answer = Py_BuildValue("OOO", totals, scales, codes);
        }
        else if (codes != NULL) {
            PyErr_NoMemory();
        }
        PyMem_Free(found);
        Py_XDECREF(totals);
        Py_XDECREF(scales);
        Py_XDECREF(codes);
    }
    return answer;
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
    {"column_sums", column_sums, METH_VARARGS,
     PyDoc_STR("column_sums(x, sums, first, last, /)\n--\n\n"
               "Sums of the columns of a matrix, of the blocks first .. last - 1 of "
               "its rows; see arrays/structure.h.")},
    {"column_totals", column_totals, METH_VARARGS,
     PyDoc_STR("column_totals(x, sums, /)\n--\n\n"
               "Total, scale and status of each column, from the sums of all blocks.")},
    {NULL, NULL, 0, NULL},
};
