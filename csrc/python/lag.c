/* lag_bases(indptr, ordinals, lag, first, last, bases): see lag.h. Arrays are
 * contiguous int64; `bases` has one item per cell. Releases the GIL: threads may run
 * disjoint series at the same time. */
#include "calendar/lag.h"
#include "python/module.h"
#include "python/numpy.h"

static int is_plain(PyObject *object)
{
    PyArrayObject *array = (PyArrayObject *)object;
    return PyArray_Check(object) && PyArray_TYPE(array) == NPY_INT64 &&
           PyArray_NDIM(array) == 1 && PyArray_ISCARRAY_RO(array);
}

static PyObject *py_lag_bases(PyObject *module, PyObject *args)
{
    PyObject *indptr, *ordinals, *bases, *result = NULL;
    long long lag;
    Py_ssize_t first, last;
    (void)module;
    if (PyArg_ParseTuple(args, "OOLnnO", &indptr, &ordinals, &lag, &first, &last,
                         &bases)) {
        const int plain = is_plain(indptr) && is_plain(ordinals) && is_plain(bases) &&
                          PyArray_ISWRITEABLE((PyArrayObject *)bases);
        const npy_intp series = plain ? PyArray_SIZE((PyArrayObject *)indptr) - 1 : -1;
        const npy_intp cells = plain ? PyArray_SIZE((PyArrayObject *)ordinals) : -1;
        const int64_t *starts = plain ? PyArray_DATA((PyArrayObject *)indptr) : NULL;
        if (!plain || first < 0 || last < first || last > series ||
            starts[series] != cells || PyArray_SIZE((PyArrayObject *)bases) != cells) {
            PyErr_SetString(PyExc_ValueError,
                            "lag_bases: the arrays do not describe a panel");
        }
        else {
            const int64_t *from = PyArray_DATA((PyArrayObject *)ordinals);
            int64_t *to = PyArray_DATA((PyArrayObject *)bases);
            Py_BEGIN_ALLOW_THREADS
            ev_lag_bases(starts, from, first, last, lag, to);
            Py_END_ALLOW_THREADS
            result = Py_NewRef(Py_None);
        }
    }
    return result;
}

static PyMethodDef methods[] = {
    {"lag_bases", py_lag_bases, METH_VARARGS,
     PyDoc_STR("lag_bases(indptr, ordinals, lag, first, last, bases, /)\n--\n\n"
               "The cell a lag before each cell of some series, or -1.")},
    {NULL, NULL, 0, NULL},
};

int ev_py_add_lag(PyObject *module)
{
    return PyModule_AddFunctions(module, methods);
}
