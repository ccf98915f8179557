#include "python/ufunc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, MOST_TYPES = EV_MOST_OPERANDS + EV_MOST_RESULTS + 1 };

double ev_py_limit(ev_loop_type type)
{
    return type == EV_LOOP_F32 ? 0x1.ffffffp127 : (double)INFINITY;
}

void ev_py_gather(void *to, const char *from, ptrdiff_t stride, ptrdiff_t n, int narrow)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        ev_py_read((double *)to + i, from + i * stride, narrow);
    }
}

void ev_py_scatter(char *to, ptrdiff_t stride, const double *from, ptrdiff_t n,
                   int narrow)
{
    for (ptrdiff_t i = 0; i < n; i++, to += stride) {
        if (narrow) {
            const float item = (float)from[i];
            memcpy(to, &item, sizeof item);
        }
        else {
            memcpy(to, from + i, sizeof *from);
        }
    }
}

void ev_py_scatter_bytes(char *to, ptrdiff_t stride, const uint8_t *from, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        to[i * stride] = (char)from[i];
    }
}

void *ev_py_room(ptrdiff_t count, ptrdiff_t each, ptrdiff_t whole)
{
    void *room = NULL;
    if (count <= (PTRDIFF_MAX / 8 - whole) / (each > 0 ? each : 1)) {
        room = malloc((size_t)(count * each + whole) * 8);
    }
    if (room == NULL) {
        NPY_ALLOW_C_API_DEF
        NPY_ALLOW_C_API
        PyErr_NoMemory();
        NPY_DISABLE_C_API
    }
    return room;
}

/* ---- elementwise functions --------------------------------------------------- */

static int overlaps(const char *a, const char *b, ptrdiff_t bytes)
{
    return a < b + bytes && b < a + bytes;
}

/* Whether operand or result k is stored as floats. */
static int is_narrow(const ev_loop *l, int k)
{
    const ev_elementwise *f = l->function;
    return l->type == EV_LOOP_F32 && (k < f->nin ? k < f->typed : f->out != EV_U8);
}

/* Whether the kernel may read and write the arrays in place. */
static int is_plain(const ev_loop *l, char **args, ptrdiff_t n, const npy_intp *steps)
{
    const ev_elementwise *f = l->function;
    int plain = 1;
    for (int k = 0; k < f->nin + f->nout && plain; k++) {
        const int size = k < f->nin || f->out != EV_U8 ? 8 : 1;
        plain = steps[k] == size && !is_narrow(l, k);
        for (int out = f->nin; out < f->nin + f->nout; out++) {
            plain = plain && (k == out || !overlaps(args[k], args[out], 8 * n));
        }
    }
    return plain;
}

static void by_blocks(const ev_loop *l, ev_kernel *run, char **args, ptrdiff_t n,
                      const npy_intp *steps)
{
    const ev_elementwise *f = l->function;
    double operands[EV_MOST_OPERANDS][BLOCK], results[EV_MOST_RESULTS][BLOCK];
    const void *in[EV_MOST_OPERANDS];
    void *out[EV_MOST_RESULTS] = {results[0], results[1]};
    for (ptrdiff_t start = 0; start < n; start += BLOCK) {
        const ptrdiff_t count = n - start < BLOCK ? n - start : BLOCK;
        for (int k = 0; k < f->nin; k++) {
            in[k] = operands[k];
            if (steps[k] != 0 || start == 0) {
                ev_py_gather(operands[k], args[k] + start * steps[k], steps[k], count,
                             is_narrow(l, k));
            }
        }
        run(in, out, count, ev_py_limit(l->type));
        for (int k = f->nin; k < f->nin + f->nout; k++) {
            char *to = args[k] + start * steps[k];
            if (f->out == EV_U8) {
                ev_py_scatter_bytes(to, steps[k], out[k - f->nin], count);
            }
            else {
                ev_py_scatter(to, steps[k], out[k - f->nin], count, is_narrow(l, k));
            }
        }
    }
}

static void elementwise_loop(char **args, const npy_intp *dimensions,
                             const npy_intp *steps, void *data)
{
    const ev_loop *l = data;
    const ev_elementwise *f = l->function;
    ev_kernel *run = f->run[l->type == EV_LOOP_I64 ? EV_I64 : EV_F64][l->isa];
    const ev_fp_flags flags = ev_fp_save();
    if (is_plain(l, args, dimensions[0], steps)) {
        const void *in[EV_MOST_OPERANDS];
        void *out[EV_MOST_RESULTS];
        for (int k = 0; k < f->nin; k++) {
            in[k] = args[k];
        }
        for (int k = 0; k < f->nout; k++) {
            out[k] = args[f->nin + k];
        }
        run(in, out, dimensions[0], ev_py_limit(l->type));
    }
    else {
        by_blocks(l, run, args, dimensions[0], steps);
    }
    ev_fp_restore(flags);
}

int ev_py_add_elementwise(PyObject *module, const ev_elementwise *f, ev_isa isa)
{
    int failed = 0;
    for (; f->name != NULL && !failed; f++) {
        char types[MOST_TYPES + 1] = "";
        memset(types, 'd', (size_t)f->nin);
        memset(types, 'x', (size_t)f->typed);
        types[f->nin] = '>';
        memset(types + f->nin + 1, f->out == EV_U8 ? 'B' : 'r', (size_t)f->nout);
        failed =
            ev_py_add_ufunc(module, f->name, NULL, types, elementwise_loop, isa, f) < 0;
    }
    return failed ? -1 : 0;
}

/* ---- registration ------------------------------------------------------------ */

/* What NumPy keeps pointers to for one ufunc. Never freed: the ufunc may outlive the
 * module. */
typedef struct tables {
    ev_loop loops[EV_LOOP_COUNT];
    PyUFuncGenericFunction functions[EV_LOOP_COUNT];
    void *data[EV_LOOP_COUNT];
    char types[EV_LOOP_COUNT * MOST_TYPES];
} tables;

/* NumPy's code for a letter of `types` in a loop. */
static char type_code(char letter, ev_loop_type type)
{
    const int whole = letter == 'l' || (letter == 'x' && type == EV_LOOP_I64);
    return (char)(letter == 'B'                             ? NPY_UINT8
                  : whole                                   ? NPY_INT64
                  : letter != 'd' && type == EV_LOOP_F32 ? NPY_FLOAT32
                                                         : NPY_FLOAT64);
}

int ev_py_add_ufunc(PyObject *module, const char *name, const char *signature,
                    const char *types, PyUFuncGenericFunction run, ev_isa isa,
                    const void *function)
{
    const int nin = (int)(strchr(types, '>') - types),
              nout = (int)strlen(types) - nin - 1;
    const int only = strchr(types, 'x') == NULL; /* doubles */
    const int count = only ? 1 : EV_LOOP_COUNT;
    int failed = 1;
    PyObject *ufunc = NULL;
    tables *t = calloc(1, sizeof *t);
    if (t == NULL) {
        PyErr_NoMemory();
    }
    else {
        char *to = t->types;
        for (int k = 0; k < count; k++) {
            const ev_loop_type type = only ? EV_LOOP_F64 : (ev_loop_type)k;
            t->loops[k] = (ev_loop){type, isa, function};
            t->functions[k] = run;
            t->data[k] = &t->loops[k];
            for (const char *letter = types; *letter != '\0'; letter++) {
                if (*letter != '>') {
                    *to++ = type_code(*letter, type);
                }
            }
        }
        ufunc = PyUFunc_FromFuncAndDataAndSignature(t->functions, t->data, t->types,
                                                    count, nin, nout, PyUFunc_None,
                                                    name, NULL, 0, signature);
    }
    if (ufunc != NULL) {
        failed = PyModule_AddObjectRef(module, name, ufunc) < 0;
        Py_DECREF(ufunc);
    }
    return failed ? -1 : 0;
}
