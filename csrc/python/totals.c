/* Totals of the columns of a matrix, so that each worker reads rows of its own.
 *
 * column_sums(x, sums, first, last)
 *     Writes the sums of the blocks first .. last - 1 of the rows of x, a contiguous matrix
 *     of float64. sums: contiguous float64 (blocks, columns, 3); a block has SUMMED rows.
 * column_totals(x, sums) -> (totals, scales, codes)
 *     Of each column, from the sums of all blocks; see arrays/structure.h.
 */
#include "python/numpy.h"

#include "arrays/structure.h"
#include "python/module.h"


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

PyMethodDef ev_py_totals_functions[] = {
    {"column_sums", column_sums, METH_VARARGS,
     PyDoc_STR("column_sums(x, sums, first, last, /)\n--\n\n"
               "Sums of the columns of a matrix, of the blocks first .. last - 1 of "
               "its rows; see arrays/structure.h.")},
    {"column_totals", column_totals, METH_VARARGS,
     PyDoc_STR("column_totals(x, sums, /)\n--\n\n"
               "Total, scale and status of each column, from the sums of all blocks.")},
    {NULL, NULL, 0, NULL},
};
