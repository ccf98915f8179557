/* Implied values as ufuncs over (low, high) columns, private to the package: doubles in,
 * two doubles out. NumPy broadcasts; the loops bring any stride into blocks. */
#include "python/numpy.h"

#include <stdlib.h>
#include <string.h>

#include "figures/figures.h"
#include "python/module.h"

enum { BLOCK = 256, MOST_ARRAYS = 2 * EV_MOST_SPANS };

/* What NumPy keeps pointers to for one ufunc. Lives as long as the process, because the
 * ufunc may outlive the module. */
typedef struct tables {
    ev_span_kernel *run;
    int arrays; /* read */
    PyUFuncGenericFunction function[1];
    void *data[1];
    char types[MOST_ARRAYS + 2];
} tables;

static void gather(double *to, const char *from, ptrdiff_t stride, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        memcpy(to + i, from + i * stride, sizeof *to);
    }
}

static void scatter(char *to, ptrdiff_t stride, const double *from, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        memcpy(to + i * stride, from + i, sizeof *from);
    }
}

/* Whether the kernel may read and write where the arrays lie. */
static int lies_plain(int arrays, char **args, ptrdiff_t n, const npy_intp *steps)
{
    const ptrdiff_t bytes = n * (ptrdiff_t)sizeof(double);
    int plain = 1;
    for (int k = 0; k < arrays + 2; k++) {
        plain &= steps[k] == sizeof(double);
        for (int out = arrays; out < arrays + 2; out++) {
            plain &= k == out || args[k] >= args[out] + bytes ||
                     args[out] >= args[k] + bytes;
        }
    }
    return plain;
}

static void by_blocks(const tables *t, char **args, ptrdiff_t n, const npy_intp *steps)
{
    double block[MOST_ARRAYS + 2][BLOCK];
    const double *in[MOST_ARRAYS];
    double *low = block[t->arrays], *high = block[t->arrays + 1];
    for (ptrdiff_t start = 0; start < n; start += BLOCK) {
        const ptrdiff_t count = n - start < BLOCK ? n - start : BLOCK;
        for (int k = 0; k < t->arrays; k++) {
            in[k] = block[k];
            gather(block[k], args[k] + start * steps[k], steps[k], count);
        }
        t->run(in, low, high, count);
        for (int k = t->arrays; k < t->arrays + 2; k++) {
            scatter(args[k] + start * steps[k], steps[k], block[k], count);
        }
    }
}

static void map_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                     void *data)
{
    const tables *t = data;
    const ptrdiff_t n = dimensions[0];
    const ev_fp_flags flags = ev_fp_save();
    if (lies_plain(t->arrays, args, n, steps)) {
        const double *in[MOST_ARRAYS];
        for (int k = 0; k < t->arrays; k++) {
            in[k] = (const double *)(void *)args[k];
        }
        t->run(in, (double *)(void *)args[t->arrays],
               (double *)(void *)args[t->arrays + 1], n);
    }
    else {
        by_blocks(t, args, n, steps);
    }
    ev_fp_restore(flags);
}

static double read_double(const char *from)
{
    double value;
    memcpy(&value, from, sizeof value);
    return value;
}

static void write_span(char **args, int first, const npy_intp *steps, ptrdiff_t i,
                       ev_span found)
{
    memcpy(args[first] + i * steps[first], &found.low, sizeof found.low);
    memcpy(args[first + 1] + i * steps[first + 1], &found.high, sizeof found.high);
}

/* Room for `arrays` runs of `parts` doubles and one more; NULL with MemoryError set. */
static double *room(ptrdiff_t arrays, ptrdiff_t parts)
{
    double *found = NULL;
    if (parts < PTRDIFF_MAX / (ptrdiff_t)sizeof(double) / arrays - 1) {
        found = malloc((size_t)(arrays * parts + 1) * sizeof(double));
    }
    if (found == NULL) {
        NPY_ALLOW_C_API_DEF
        NPY_ALLOW_C_API
        PyErr_NoMemory();
        NPY_DISABLE_C_API
    }
    return found;
}

/* whole low, high, parts low, parts high -> low, high */
static void remainder_loop(char **args, const npy_intp *dimensions,
                           const npy_intp *steps, void *data)
{
    (void)data;
    const ptrdiff_t n = dimensions[0], parts = dimensions[1];
    const ev_fp_flags flags = ev_fp_save();
    double *block = room(3, parts);
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        const ev_span whole = {read_double(args[0] + i * steps[0]),
                               read_double(args[1] + i * steps[1])};
        gather(block, args[2] + i * steps[2], steps[6], parts);
        gather(block + parts, args[3] + i * steps[3], steps[7], parts);
        write_span(args, 4, steps, i,
                   ev_span_remainder(whole, block, block + parts, parts,
                                     block + 2 * parts));
    }
    free(block);
    ev_fp_restore(flags);
}

/* levels low, high, growths low, high -> low, high */
static void total_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                       void *data)
{
    (void)data;
    const ptrdiff_t n = dimensions[0], parts = dimensions[1];
    const ev_fp_flags flags = ev_fp_save();
    double *block = room(4, parts);
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        for (int k = 0; k < 4; k++) {
            gather(block + k * parts, args[k] + i * steps[k], steps[6 + k], parts);
        }
        write_span(args, 4, steps, i,
                   ev_span_total(block, block + parts, block + 2 * parts,
                                 block + 3 * parts, parts));
    }
    free(block);
    ev_fp_restore(flags);
}

static int add_ufunc(PyObject *module, const char *name, ev_span_kernel *run, int arrays,
                     PyUFuncGenericFunction loop, const char *signature)
{
    int failed = 1;
    PyObject *ufunc = NULL;
    tables *t = calloc(1, sizeof *t);
    if (t == NULL) {
        PyErr_NoMemory();
    }
    else {
        t->run = run;
        t->arrays = arrays;
        t->function[0] = loop;
        t->data[0] = t;
        memset(t->types, NPY_DOUBLE, sizeof t->types);
        ufunc = PyUFunc_FromFuncAndDataAndSignature(t->function, t->data, t->types, 1,
                                                    arrays, 2, PyUFunc_None, name, NULL,
                                                    0, signature);
    }
    if (ufunc != NULL) {
        failed = PyModule_AddObjectRef(module, name, ufunc) < 0;
        Py_DECREF(ufunc);
    }
    return failed ? -1 : 0;
}

int ev_py_add_figures(PyObject *module, ev_isa isa)
{
    int failed = 0;
    for (int i = 0; i < ev_figure_map_count && !failed; i++) {
        const ev_span_map *f = &ev_figure_maps[i];
        failed = add_ufunc(module, f->name, f->run[isa], 2 * f->spans, map_loop, NULL) < 0;
    }
    failed = failed || add_ufunc(module, "implied_remainder", NULL, 4, remainder_loop,
                                 "(),(),(n),(n)->(),()") < 0;
    failed = failed || add_ufunc(module, "implied_total", NULL, 4, total_loop,
                                 "(n),(n),(n),(n)->(),()") < 0;
    return failed ? -1 : 0;
}
