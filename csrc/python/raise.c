#include "python/raise.h"

#include <stdarg.h>

PyObject *ev_py_printable(PyObject *text)
{
    /* Only errors come here, so that the one function for it may be in Python. */
    PyObject *module = text == NULL ? NULL : PyImport_ImportModule("evmarket._common.text");
    PyObject *shown =
        module == NULL ? NULL : PyObject_CallMethod(module, "printable", "O", text);
    Py_XDECREF(module);
    Py_XDECREF(text);
    return shown;
}

void ev_py_raise(PyObject *kind, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    PyObject *text = ev_py_printable(PyUnicode_FromFormatV(format, values));
    va_end(values);
    if (text != NULL) {
        PyErr_SetObject(kind, text);
        Py_DECREF(text);
    }
}
