#include "python/panel_in.h"

#include <string.h>

#include "python/numpy.h"
#include "python/output.h"
#include "python/raise.h"

int ev_py_take_array(PyObject *held, PyObject *object, const char *name, int type,
                      ptrdiff_t length, void *address)
{
    const void *data = NULL;
    PyObject *array =
        object == NULL ? NULL : PyArray_FROMANY(object, type, 1, 1, NPY_ARRAY_IN_ARRAY);
    if (object == NULL && !PyErr_Occurred()) {
        ev_py_raise(PyExc_KeyError, "%s", name);
    }
    else if (array != NULL && length >= 0 &&
             PyArray_SIZE((PyArrayObject *)array) != length) {
        ev_py_raise(PyExc_ValueError, "%s has %zd items, needs %zd", name,
                    PyArray_SIZE((PyArrayObject *)array), length);
    }
    else if (array != NULL && PyList_Append(held, array) == 0) {
        data = PyArray_DATA((PyArrayObject *)array);
    }
    Py_XDECREF(array);
    memcpy(address, &data, sizeof data);
    return data == NULL ? -1 : 0;
}

int ev_py_take_entry(PyObject *held, PyObject *dict, const char *name, int type,
                      ptrdiff_t length, void *address)
{
    return ev_py_take_array(held, ev_py_entry(dict, name), name, type, length, address);
}

ptrdiff_t ev_py_taken_size(PyObject *held)
{
    const Py_ssize_t count = PyList_Size(held);
    return count > 0 ? PyArray_SIZE((PyArrayObject *)PyList_GetItem(held, count - 1)) : -1;
}

/* The same for an entry that may be None; *address is then left as it is. */
static int take_optional(PyObject *held, PyObject *dict, const char *name, int type,
                         ptrdiff_t length, void *address)
{
    PyObject *entry = ev_py_entry(dict, name);
    return entry == Py_None ? 0
                            : ev_py_take_array(held, entry, name, type, length, address);
}

static int read_scale(PyObject *dict, ev_scale *scale)
{
    PyObject *grain = ev_py_entry(dict, "grain");
    PyObject *places = grain == NULL ? NULL : ev_py_entry(dict, "places");
    int known = grain == Py_None;
    *scale = (ev_scale){EV_NO_GRAIN, 0};
    for (int g = EV_INTEGER; g <= EV_DECIMAL && grain != NULL && !known; g++) {
        known = PyUnicode_Check(grain) &&
                PyUnicode_CompareWithASCIIString(grain, ev_py_grain_name((ev_grain)g)) == 0;
        scale->grain = known ? (ev_grain)g : EV_NO_GRAIN;
    }
    const long value = known && places != NULL ? PyLong_AsLong(places) : -1;
    known = known && value >= 0 && value <= EV_MOST_PLACES;
    if (!known && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "a measure has an unknown grain or number of places");
    }
    scale->places = (int)value;
    return known ? 0 : -1;
}

int ev_py_read_measure(PyObject *held, PyObject *dict, ptrdiff_t cells,
                        ev_panel_measure *measure)
{
    int failed = !PyDict_Check(dict);
    if (failed) {
        PyErr_SetString(PyExc_TypeError, "a measure is a dict");
    }
    failed = failed || read_scale(dict, &measure->scale) < 0 ||
             ev_py_take_entry(held, dict, "lo", NPY_UINT64, cells, &measure->lo) < 0 ||
             take_optional(held, dict, "hi", NPY_INT64, cells, &measure->hi) < 0 ||
             take_optional(held, dict, "fine", NPY_UINT64, cells, &measure->fine) < 0 ||
             take_optional(held, dict, "counts", NPY_INT64, cells, &measure->counts) < 0;
    for (ptrdiff_t i = 0; !failed && measure->fine != NULL && i < cells; i++) {
        failed = measure->fine[i] > EV_FINE_MASK;
    }
    if (failed && !PyErr_Occurred()) {
        PyErr_SetString(PyExc_ValueError, "fine: needs items below 2^62");
    }
    return failed ? -1 : 0;
}

static int check_indptr(const ev_panel_cells *panel)
{
    int good = panel->indptr[0] == 0 && panel->indptr[panel->series] == panel->cells;
    for (ptrdiff_t s = 0; s < panel->series && good; s++) {
        good = panel->indptr[s] <= panel->indptr[s + 1];
    }
    if (!good) {
        PyErr_SetString(PyExc_ValueError, "indptr needs to start at 0, ascend and end at the number of cells");
    }
    return good;
}

int ev_py_read_panel(PyObject *held, PyObject *dict, int measures, ev_panel_cells *panel)
{
    PyObject *list = ev_py_entry(dict, "measures");
    int failed =
        (list == NULL && PyErr_Occurred()) ||
        ev_py_take_entry(held, dict, "indptr", NPY_INT64, -1, &panel->indptr) < 0;
    panel->series = ev_py_taken_size(held) - 1;
    failed = failed || ev_py_take_entry(held, dict, "ordinals", NPY_INT64, -1,
                                        &panel->ordinals) < 0;
    panel->cells = ev_py_taken_size(held);
    failed = failed ||
             ev_py_take_entry(held, dict, "rows", NPY_INT64, panel->cells, &panel->rows) < 0;
    if (!failed && (panel->series < 0 || list == NULL || !PyList_Check(list) ||
                    PyList_Size(list) != measures)) {
        PyErr_SetString(PyExc_ValueError, "a panel has the wrong number of measures, or an empty indptr");
        failed = 1;
    }
    failed = failed || !check_indptr(panel);
    for (int k = 0; k < measures && !failed; k++) {
        failed = ev_py_read_measure(held, PyList_GetItem(list, k), panel->cells,
                                    &panel->measures[k]) < 0;
    }
    return failed ? -1 : 0;
}
