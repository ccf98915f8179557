/* NumPy's headers, with one set of API tables for all files of this extension. These
 * tables are the only mutable statics. */
#ifndef EV_PY_NUMPY_H
#define EV_PY_NUMPY_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdio.h> /* NumPy needs it; the limited API leaves it out */

#define NPY_NO_DEPRECATED_API NPY_2_0_API_VERSION
#define NPY_TARGET_VERSION NPY_1_23_API_VERSION
#define PY_ARRAY_UNIQUE_SYMBOL ev_numpy_array_api
#define PY_UFUNC_UNIQUE_SYMBOL ev_numpy_ufunc_api
#ifndef EV_IMPORTS_NUMPY
#define NO_IMPORT_ARRAY
#define NO_IMPORT_UFUNC
#endif
#include <numpy/arrayobject.h>
#include <numpy/ufuncobject.h>

/* Whether an object is a contiguous array of this type in native byte order, writeable
 * if `writes`. */
static inline int ev_py_is_plain(PyObject *object, int type, int writes)
{
    PyArrayObject *array = (PyArrayObject *)object;
    return PyArray_Check(object) &&
           (PyArray_TYPE(array) == type ||
            PyArray_EquivTypenums(PyArray_TYPE(array), type)) &&
           (writes ? PyArray_ISCARRAY(array) : PyArray_ISCARRAY_RO(array));
}

#ifdef EV_IMPORTS_NUMPY
/* Fills the tables; -1 with an ImportError when NumPy is absent or refuses. */
static int ev_import_numpy(void)
{
    return PyArray_ImportNumPyAPI() < 0 || PyUFunc_ImportUFuncAPI() < 0 ? -1 : 0;
}
#endif

#endif
