/* The calendar for Python: columns to ordinals, ordinals to days and labels. */
#include "python/period.h"

#include <string.h>

#include "calendar/forms.h"
#include "python/batch.h"
#include "python/module.h"
#include "python/numpy.h"
#include "python/raise.h"

/* ---- errors ---- */

/* For each fault of a text what it is, before the forms that are near it. */
static const char *const text_faults[] = {
    [EV_FAULT_TEXT] = "not a period: accepted are %s and others, see help(evmarket.Periods); "
                      "date_format reads others",
    [EV_FAULT_CALENDAR] = "not in the calendar: accepted are %s",
    [EV_FAULT_ORDER] = "a date of which the day or the month may come first: write "
                       "2025-01-31, or read the column with date_format='%%d-%%m-%%Y'",
    [EV_FAULT_YEAR] = "outside the years 1800 to 2199: accepted are %s",
};

/* The message for a text that is not a period, with the forms near it. */
static PyObject *text_fault(ev_fault fault, const char *text, ptrdiff_t size)
{
    char near[EV_NEAR_SIZE];
    ev_period_near(text, size, near);
    return PyUnicode_FromFormat(text_faults[fault], near);
}

/* For each other fault the message of: name, row, value, the frequency it states (or the
 * one asked for), and the one asked for, twice. */
static const char *const messages[] = {
    [EV_FAULT_NONE] = "%s: internal error: the period is valid",
    [EV_FAULT_NULL] = "%s, row %zd: no value: every row needs a period",
    [EV_FAULT_NUMBER] =
        "%s, row %zd: %U is not a period: integers are yyyymm at M and M-JF, yyyy at Y, "
        "yyyymmdd at any frequency, or a pair (year, month or quarter), the year in four "
        "digits",
    [EV_FAULT_CALENDAR] = "%s, row %zd: %U is not in the calendar: integers are yyyymmdd, "
                          "yyyymm at M and M-JF, yyyy at Y",
    [EV_FAULT_YEAR] = "%s, row %zd: %U lies outside the years 1800 to 2199: integers are "
                      "yyyymmdd, yyyymm at M and M-JF, yyyy at Y",
    [EV_FAULT_RANGE] = "%s, row %zd: %U lies outside the years 1 to 9999",
    [EV_FAULT_FINER] = "%s, row %zd: %U states %s, finer than freq='%s': read the table at "
                       "its own frequency, then resample('%s')",
    [EV_FAULT_COARSER] = "%s, row %zd: %U states %s, coarser than freq='%s': it cannot be "
                         "split into finer periods",
    [EV_FAULT_ENDING] = "%s, row %zd: %U states %s, not freq='%s'",
    [EV_FAULT_INTEGER] =
        "%s, row %zd: the integer %U is not a period at freq='%s': integers are yyyymmdd, "
        "yyyymm at M and M-JF, yyyy at Y: give these, dates, text or a pair (year, month "
        "or quarter)",
    [EV_FAULT_TYPE] = "%s: a column of this type holds no periods: it takes dates, text, "
                      "integers or a pair (year, month or quarter)",
};
static const char joint[] = "%s, row %zd: %U states %s, January and February in one, but freq "
                            "is '%s': give freq='M-JF' for all rows";
static const char not_a_part[] =
    "%s, row %zd: %U states %s, finer than freq='%s' but not a part of it: give plain "
    "dates for periods of '%s'";

static const char quarter[] =
    "%s, row %zd: %U states %s, finer than freq='%s': read the table at its own frequency, "
    "then resample('%s'), or if the months are names of quarters, pass their date_format, "
    "such as '%%Y-%%m'";

/* The value of a row as text. */
static PyObject *shown_value(const ev_column *when, const ev_column *within, ptrdiff_t row)
{
    char text[EV_SHOWN_SIZE];
    const int size = ev_period_show(when, within, row, text);
    return PyUnicode_DecodeUTF8(text, size, "replace");
}

PyObject *ev_py_period_error(const char *name, const ev_column *when,
                             const ev_column *within, ev_frequency freq, ptrdiff_t row,
                             ptrdiff_t rows_before)
{
    char asked[EV_FREQUENCY_SIZE], stated[EV_FREQUENCY_SIZE];
    ev_said said;
    ev_frequency other = freq;
    ev_fault fault = ev_period_read(when, within, &freq, row, &said);
    int64_t ordinal;
    ptrdiff_t size = 0;
    PyObject *reason = NULL, *shown = shown_value(when, within, row);
    if (fault == EV_FAULT_NONE) {
        fault = ev_period_place(&said, freq, &ordinal);
        (void)ev_period_stated(&said, &other);
    }
    ev_frequency_name(freq, asked);
    ev_frequency_name(other, stated);
    const char *text = within == NULL ? ev_period_text(when, row, &size) : NULL;
    if (shown == NULL) {
        /* the exception is set */
    }
    else if (text != NULL && (size_t)fault < sizeof text_faults / sizeof text_faults[0] &&
             text_faults[fault] != NULL) {
        reason = text_fault(fault, text, size);
        if (reason != NULL) {
            ev_py_raise(PyExc_ValueError, "%s, row %zd: %U is %U", name, rows_before + row,
                        shown, reason);
        }
    }
    else {
        const char *message =
            fault == EV_FAULT_FINER && !ev_frequency_nests(other, freq)   ? not_a_part
            : fault == EV_FAULT_FINER && other.unit == EV_MONTH &&
                    freq.unit == EV_QUARTER                               ? quarter
            : fault == EV_FAULT_COARSER && other.unit == EV_MONTH_JF ? joint
                                                                          : messages[fault];
        ev_py_raise(fault == EV_FAULT_TYPE ? PyExc_TypeError : PyExc_ValueError, message,
                    name, rows_before + row, shown, stated, asked, asked);
    }
    Py_XDECREF(reason);
    Py_XDECREF(shown);
    return NULL;
}

int ev_py_frequency(PyObject *name, void *freq)
{
    Py_ssize_t size = 0;
    const char *text = NULL;
    if (!PyUnicode_Check(name)) {
        ev_py_raise(PyExc_TypeError, "freq is %.60R: it takes text such as 'M'", name);
    }
    else {
        text = PyUnicode_AsUTF8AndSize(name, &size);
    }
    if (text != NULL && ev_frequency_parse(text, size, freq) != EV_DONE) {
        ev_py_raise(PyExc_ValueError,
                    "freq is %.60R: it takes Y, H, Q, M, M-JF, W, D, fiscal Y-MAR and Q-MAR "
                    "(any month), weeks W-MON to W-SUN",
                    name);
        text = NULL;
    }
    return text != NULL;
}

int ev_py_lag(PyObject *tuple, void *out)
{
    ev_lag *lag = out;
    PyObject *name;
    long long periods, months;
    int nearest, good = 0;
    if (!PyTuple_Check(tuple)) {
        PyErr_SetString(PyExc_TypeError, "lag: needs a tuple");
    }
    else {
        good = PyArg_ParseTuple(tuple, "OLLp:lag", &name, &periods, &months, &nearest);
    }
    if (good) {
        *lag = (ev_lag){{EV_MONTH, 0}, months, periods, nearest};
        good = name == Py_None || ev_py_frequency(name, &lag->freq);
    }
    if (good && months != 0 &&
        !(lag->freq.unit == EV_DAY || (lag->freq.unit == EV_WEEK && months % 12 == 0))) {
        PyErr_SetString(PyExc_ValueError, "lag: this frequency has no months by date");
        good = 0;
    }
    return good;
}

/* ---- ordinals of values ---- */

static PyArrayObject *new_int64(npy_intp count)
{
    return (PyArrayObject *)PyArray_SimpleNew(1, &count, NPY_INT64);
}

/* period_ordinals(freq, batch, name): the batch has one column, or also the months or
 * quarters of the years in the first. */
static PyObject *period_ordinals(PyObject *Py_UNUSED(module), PyObject *args)
{
    ev_frequency freq = {EV_DAY, 0};
    PyObject *capsule, *answer = NULL;
    PyArrayObject *ordinals = NULL;
    const char *name;
    const ev_batch *batch = NULL;
    if (PyArg_ParseTuple(args, "O&Os", ev_py_frequency, &freq, &capsule, &name)) {
        batch = ev_py_batch(capsule);
    }
    if (batch != NULL && (batch->ncolumns < 1 || batch->ncolumns > 2)) {
        ev_py_raise(PyExc_ValueError, "%s has %zd columns: it takes one or two", name,
                    batch->ncolumns);
    }
    else if (batch != NULL) {
        ordinals = new_int64(batch->rows);
    }
    if (ordinals != NULL) {
        const ev_column *when = batch->columns;
        const ev_column *within = batch->ncolumns == 2 ? when + 1 : NULL;
        int64_t *out = PyArray_DATA(ordinals);
        const ev_column *values = when->dictionary == NULL ? when : when->dictionary;
        ev_recent_text *recent = NULL; /* without memory for it, texts are just slower */
        ptrdiff_t bad_row = 0;
        ev_result result;
        if (within == NULL && ev_is_text(values->type)) {
            recent = PyMem_Calloc(EV_RECENT, sizeof *recent);
        }
        Py_BEGIN_ALLOW_THREADS
        result = recent != NULL ? ev_period_texts(when, &freq, NULL, recent, 0, batch->rows,
                                                  out, &bad_row)
                                : ev_period_ordinals(when, within, &freq, 0, batch->rows,
                                                     out, &bad_row);
        Py_END_ALLOW_THREADS
        PyMem_Free(recent);
        answer = result == EV_DONE
                     ? Py_NewRef((PyObject *)ordinals)
                     : ev_py_period_error(name, when, within, freq, bad_row, 0);
    }
    Py_XDECREF((PyObject *)ordinals);
    return answer;
}

/* Sets the exception for a row whose text does not have a format. */
static void format_error(const char *name, const ev_column *when, ptrdiff_t row,
                         ptrdiff_t rows_before, const ev_form *form, PyObject *format)
{
    ev_said said;
    ptrdiff_t size = 0;
    const char *text = ev_period_text(when, row, &size);
    PyObject *shown = shown_value(when, NULL, row);
    const ev_fault fault =
        text == NULL ? EV_FAULT_NULL : ev_period_parse_form(form, text, size, &said);
    if (shown != NULL && fault == EV_FAULT_NULL) {
        ev_py_raise(PyExc_ValueError, messages[EV_FAULT_NULL], name, rows_before + row);
    }
    else if (shown != NULL) {
        const char *reason = fault == EV_FAULT_CALENDAR ? "is not in the calendar"
                             : fault == EV_FAULT_YEAR ? "lies outside the years 1800 to 2199"
                                                      : "is written in another way";
        ev_py_raise(PyExc_ValueError, "%s, row %zd: %U %s: date_format is %.60R", name,
                    rows_before + row, shown, reason, format);
    }
    Py_XDECREF(shown);
}

/* period_formatted(batch, place, format, name, rows_before): the days, months or years
 * that the texts of a column state in a format, as (unit of datetime64, int64 array). */
static PyObject *period_formatted(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *capsule, *format, *answer = NULL;
    PyArrayObject *ordinals = NULL;
    const char *name, *text = NULL, *lacks = NULL;
    char pattern[EV_PATTERN_SIZE];
    Py_ssize_t place, rows_before, size = 0;
    const ev_batch *batch = NULL;
    const ev_column *when = NULL;
    ev_form form;
    if (PyArg_ParseTuple(args, "OnO!sn", &capsule, &place, &PyUnicode_Type, &format, &name,
                         &rows_before) &&
        (text = PyUnicode_AsUTF8AndSize(format, &size)) != NULL) {
        batch = ev_py_batch(capsule);
        lacks = ev_form_read(text, size, pattern, &form);
    }
    if (batch != NULL && place >= 0 && place < batch->ncolumns) {
        const ev_column *column = batch->columns + place;
        const ev_column *values = column->dictionary == NULL ? column : column->dictionary;
        when = ev_is_text(values->type) || values->type == EV_COL_NULL ? column : NULL;
    }
    if (lacks != NULL) {
        ev_py_raise(PyExc_ValueError, "date_format is %.60R: %s", format, lacks);
    }
    else if (batch != NULL && when == NULL) {
        ev_py_raise(PyExc_TypeError, "%s holds no text: date_format reads text", name);
    }
    else if (batch != NULL) {
        ordinals = new_int64(batch->rows);
    }
    if (ordinals != NULL) {
        const ev_frequency freq = {form.unit, form.unit == EV_YEAR ? 12 : 0};
        char unit[EV_FREQUENCY_SIZE];
        ptrdiff_t bad_row = 0;
        ev_result result = EV_NO_MEMORY;
        ev_recent_text *recent = PyMem_Calloc(EV_RECENT, sizeof *recent);
        if (recent != NULL) {
            Py_BEGIN_ALLOW_THREADS
            result = ev_period_texts(when, &freq, &form, recent, 0, batch->rows,
                                     PyArray_DATA(ordinals), &bad_row);
            Py_END_ALLOW_THREADS
        }
        ev_frequency_name(freq, unit);
        if (result == EV_DONE) {
            answer = Py_BuildValue("(sO)", unit, ordinals);
        }
        else if (result == EV_NO_MEMORY) {
            PyErr_NoMemory();
        }
        else {
            format_error(name, when, bad_row, rows_before, &form, format);
        }
        PyMem_Free(recent);
    }
    Py_XDECREF((PyObject *)ordinals);
    return answer;
}

/* period_parse(text, name): (the frequency stated or None, ordinal or day, whether it is
 * a fiscal year, as FY2025 is). */
static PyObject *period_parse(PyObject *Py_UNUSED(module), PyObject *args)
{
    PyObject *text, *reason, *answer = NULL;
    const char *name;
    ev_said said;
    ev_frequency stated = {EV_DAY, 0};
    Py_ssize_t size = 0;
    int64_t number = 0;
    char label[EV_FREQUENCY_SIZE];
    if (PyArg_ParseTuple(args, "Us", &text, &name)) {
        const char *bytes = PyUnicode_AsUTF8AndSize(text, &size);
        if (bytes == NULL) {
            PyErr_Clear();
            bytes = "";
        }
        const ev_fault fault = ev_period_parse(bytes, size, &said);
        if (fault == EV_FAULT_NONE) {
            const int states = ev_period_stated(&said, &stated);
            (void)ev_period_place(&said, stated, &number);
            ev_frequency_name(stated, label);
            answer = Py_BuildValue("(zLO)", states ? label : NULL, (long long)number,
                                   said.fiscal ? Py_True : Py_False);
        }
        else if ((reason = text_fault(fault, bytes, size)) != NULL) {
            ev_py_raise(PyExc_ValueError, "%s is %.40R, %U", name, text, reason);
            Py_DECREF(reason);
        }
    }
    return answer;
}

/* period_forms(): the forms of text, each with the frequency that it states, None of a
 * date. */
static PyObject *period_forms(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(none))
{
    PyObject *forms = PyList_New(ev_form_count());
    for (int i = 0; forms != NULL && i < ev_form_count(); i++) {
        const ev_form *form = ev_form_at(i);
        ev_said said;
        ev_frequency stated = {EV_DAY, 0};
        char name[EV_FREQUENCY_SIZE];
        (void)ev_period_parse(form->example, (ptrdiff_t)strlen(form->example), &said);
        const int states = ev_period_stated(&said, &stated);
        ev_frequency_name(stated, name);
        PyObject *pair = Py_BuildValue("(sz)", form->example, states ? name : NULL);
        if (pair == NULL || PyList_SetItem(forms, i, pair) < 0) {
            Py_CLEAR(forms);
        }
    }
    return forms;
}

/* ---- ordinals to days, labels and wholes ---- */

/* Whether `count` ordinals from `first` on lie in the calendar; else ValueError. */
static int check_ordinals(ev_frequency freq, int64_t first, int64_t count)
{
    const int64_t low = ev_period_of_day(freq, EV_FIRST_DAY);
    const int64_t high = ev_period_of_day(freq, EV_LAST_DAY);
    const int good = count >= 0 && count <= high - low + 1 &&
                     (count == 0 || (first >= low && first <= high - count + 1));
    if (!good) {
        ev_py_raise(PyExc_ValueError,
                    "%lld periods from ordinal %lld reach outside the years 1 to 9999",
                    (long long)count, (long long)first);
    }
    return good;
}

/* period_frequency(name): the name as Periods shows it. */
static PyObject *period_frequency(PyObject *Py_UNUSED(module), PyObject *name)
{
    ev_frequency freq;
    char text[EV_FREQUENCY_SIZE];
    PyObject *answer = NULL;
    if (ev_py_frequency(name, &freq)) {
        ev_frequency_name(freq, text);
        answer = PyUnicode_FromString(text);
    }
    return answer;
}

/* period_at(freq, day): the ordinal of the period that holds a day. */
static PyObject *period_at(PyObject *Py_UNUSED(module), PyObject *args)
{
    ev_frequency freq = {EV_DAY, 0};
    long long day;
    PyObject *answer = NULL;
    if (PyArg_ParseTuple(args, "O&L", ev_py_frequency, &freq, &day) &&
        check_ordinals((ev_frequency){EV_DAY, 0}, day, 1)) {
        answer = PyLong_FromLongLong(ev_period_of_day(freq, day));
    }
    return answer;
}

/* period_before(lag, ordinals): the base of each period, INT64_MIN where there is none.
 * ordinals: int64, of any shape; with a lag of months all must be valid periods. */
static PyObject *period_before(PyObject *Py_UNUSED(module), PyObject *args)
{
    ev_lag lag;
    PyObject *given;
    PyArrayObject *before = NULL;
    int good = 0;
    if (PyArg_ParseTuple(args, "O&O", ev_py_lag, &lag, &given)) {
        before = (PyArrayObject *)PyArray_FROMANY(
            given, NPY_INT64, 0, 0, NPY_ARRAY_CARRAY | NPY_ARRAY_ENSURECOPY);
    }
    if (before != NULL) {
        int64_t *ordinals = PyArray_DATA(before);
        const npy_intp count = PyArray_SIZE(before);
        const int64_t low = ev_period_of_day(lag.freq, EV_FIRST_DAY);
        const int64_t high = ev_period_of_day(lag.freq, EV_LAST_DAY);
        good = 1;
        Py_BEGIN_ALLOW_THREADS
        for (npy_intp i = 0; i < count; i++) {
            good &= lag.months == 0 || (ordinals[i] >= low && ordinals[i] <= high);
        }
        for (npy_intp i = 0; i < count && good; i++) {
            ordinals[i] = ev_lag_before(&lag, ordinals[i]);
        }
        Py_END_ALLOW_THREADS
        if (!good) {
            PyErr_SetString(PyExc_ValueError, "ordinals reach outside the years 1 to 9999");
            Py_CLEAR(before);
        }
    }
    return (PyObject *)before;
}

/* period_days(freq, first, count, last): first or last days of a stretch of periods. */
static PyObject *period_days(PyObject *Py_UNUSED(module), PyObject *args)
{
    ev_frequency freq = {EV_DAY, 0};
    long long first, count;
    int last;
    PyArrayObject *days = NULL;
    if (PyArg_ParseTuple(args, "O&LLp", ev_py_frequency, &freq, &first, &count, &last) &&
        check_ordinals(freq, first, count)) {
        days = new_int64((npy_intp)count);
    }
    if (days != NULL) {
        int64_t *out = PyArray_DATA(days);
        for (int64_t i = 0; i < count; i++) {
            out[i] = last ? ev_period_last_day(freq, first + i)
                          : ev_period_first_day(freq, first + i);
        }
    }
    return (PyObject *)days;
}

/* period_labels(freq, first, count): a list of str. */
static PyObject *period_labels(PyObject *Py_UNUSED(module), PyObject *args)
{
    ev_frequency freq = {EV_DAY, 0};
    long long first, count;
    char label[EV_LABEL_SIZE];
    PyObject *labels = NULL;
    if (PyArg_ParseTuple(args, "O&LL", ev_py_frequency, &freq, &first, &count) &&
        check_ordinals(freq, first, count)) {
        labels = PyList_New((Py_ssize_t)count);
    }
    for (Py_ssize_t i = 0; labels != NULL && i < count; i++) {
        const int size = ev_period_label(freq, first + i, label);
        PyObject *text = PyUnicode_FromStringAndSize(label, size);
        if (text == NULL || PyList_SetItem(labels, i, text) < 0) {
            Py_CLEAR(labels);
        }
    }
    return labels;
}

/* period_parts(freq, whole, first, count): an array with three rows, the ordinal of the
 * coarser period, the place in it and the number of parts it has; None when freq does
 * not nest in whole. */
static PyObject *period_parts(PyObject *Py_UNUSED(module), PyObject *args)
{
    ev_frequency freq = {EV_DAY, 0}, whole = {EV_DAY, 0};
    long long first, count;
    PyObject *answer = NULL;
    if (!PyArg_ParseTuple(args, "O&O&LL", ev_py_frequency, &freq, ev_py_frequency, &whole,
                          &first, &count) ||
        !check_ordinals(freq, first, count)) {
        /* the exception is set */
    }
    else if (!ev_frequency_nests(freq, whole)) {
        answer = Py_NewRef(Py_None);
    }
    else {
        answer = PyArray_SimpleNew(2, ((npy_intp[]){3, (npy_intp)count}), NPY_INT64);
    }
    if (answer != NULL && answer != Py_None) {
        int64_t *out = PyArray_DATA((PyArrayObject *)answer);
        for (int64_t i = 0; i < count; i++) {
            const ev_part part = ev_period_part(freq, first + i, whole);
            out[i] = part.whole;
            out[count + i] = part.place;
            out[2 * count + i] = part.parts;
        }
    }
    return answer;
}

PyMethodDef ev_py_period_functions[] = {
    {"period_frequency", period_frequency, METH_O, NULL},
    {"period_ordinals", period_ordinals, METH_VARARGS, NULL},
    {"period_formatted", period_formatted, METH_VARARGS, NULL},
    {"period_parse", period_parse, METH_VARARGS, NULL},
    {"period_forms", period_forms, METH_NOARGS, NULL},
    {"period_at", period_at, METH_VARARGS, NULL},
    {"period_before", period_before, METH_VARARGS, NULL},
    {"period_days", period_days, METH_VARARGS, NULL},
    {"period_labels", period_labels, METH_VARARGS, NULL},
    {"period_parts", period_parts, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
