/* The core's kernels as NumPy ufuncs and generalised ufuncs.
 *
 * NumPy casts, broadcasts and walks; the loops here bring operands of any stride and of
 * float32 into the contiguous doubles and int64 that kernels read, block by block.
 */
#include "python/numpy.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "arrays/growth.h"
#include "arrays/margin.h"
#include "python/module.h"
#include "arrays/structure.h"

enum { BLOCK = 512, TYPES = 3, LANE_BYTES = 1 << 18 };

/* The number type of the operands a loop takes; float32 reads and writes floats and
 * computes in doubles. */
typedef enum number { I64, F32, F64 } number;
static const char number_codes[TYPES] = {NPY_INT64, NPY_FLOAT32, NPY_FLOAT64};

/* The first magnitude that rounds beyond the type's range. */
static double limit_of(number type)
{
    return type == F32 ? 0x1.ffffffp127 : (double)INFINITY;
}

/* What one registered loop needs to know. Lives as long as the process: NumPy keeps the
 * address in the ufunc, which may outlive the module. */
typedef struct loop {
    number type;
    ev_isa isa;
    ev_kernel *run;
    ev_lane_kernel *lane;
    const ev_elementwise *elementwise;
    const ev_lanewise *lanewise;
} loop;

/* Copies n items of stride `stride` into contiguous doubles or int64. */
static void gather(void *to, const char *from, ptrdiff_t stride, ptrdiff_t n, int narrow)
{
    double *wide = to;
    float item;
    for (ptrdiff_t i = 0; i < n; i++, from += stride) {
        if (narrow) {
            memcpy(&item, from, sizeof item);
            wide[i] = (double)item;
        }
        else {
            memcpy(wide + i, from, sizeof *wide);
        }
    }
}

/* Copies n contiguous results to where they belong, rounding to float where asked. */
static void scatter(char *to, ptrdiff_t stride, const double *from, ptrdiff_t n,
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

static void scatter_bytes(char *to, ptrdiff_t stride, const uint8_t *from, ptrdiff_t n)
{
    for (ptrdiff_t i = 0; i < n; i++) {
        to[i * stride] = (char)from[i];
    }
}

/* ---- elementwise ------------------------------------------------------------- */

static int overlaps(const char *a, const char *b, ptrdiff_t bytes)
{
    return a < b + bytes && b < a + bytes;
}

/* Whether the kernel may read and write the arrays where they lie. */
static int lies_plain(const loop *l, char **args, ptrdiff_t n, const npy_intp *steps)
{
    const int nin = l->elementwise->nin;
    const ptrdiff_t out_size = l->elementwise->out == EV_U8 ? 1 : 8;
    int plain = steps[nin] == out_size && (l->type != F32 || out_size == 1);
    for (int k = 0; k < nin && plain; k++) {
        plain = steps[k] == 8 && (l->type != F32 || k >= l->elementwise->typed) &&
                !overlaps(args[k], args[nin], 8 * n);
    }
    return plain;
}

static void by_blocks(const loop *l, char **args, ptrdiff_t n, const npy_intp *steps)
{
    double inputs[EV_MOST_OPERANDS][BLOCK], results[BLOCK];
    uint8_t codes[BLOCK];
    const int nin = l->elementwise->nin, bytes = l->elementwise->out == EV_U8;
    const void *in[EV_MOST_OPERANDS];
    void *out[1] = {bytes ? (void *)codes : (void *)results};
    for (ptrdiff_t start = 0; start < n; start += BLOCK) {
        const ptrdiff_t count = n - start < BLOCK ? n - start : BLOCK;
        for (int k = 0; k < nin; k++) {
            const int narrow = l->type == F32 && k < l->elementwise->typed;
            in[k] = inputs[k];
            if (steps[k] != 0 || start == 0) {
                gather(inputs[k], args[k] + start * steps[k], steps[k], count, narrow);
            }
        }
        l->run(in, out, count, limit_of(l->type));
        char *to = args[nin] + start * steps[nin];
        if (bytes) {
            scatter_bytes(to, steps[nin], codes, count);
        }
        else {
            scatter(to, steps[nin], results, count, l->type == F32);
        }
    }
}

static void elementwise_loop(char **args, const npy_intp *dimensions,
                             const npy_intp *steps, void *data)
{
    const loop *l = data;
    const ev_fp_flags flags = ev_fp_save();
    const void *in[EV_MOST_OPERANDS];
    if (lies_plain(l, args, dimensions[0], steps)) {
        for (int k = 0; k < l->elementwise->nin; k++) {
            in[k] = args[k];
        }
        void *out[1] = {args[l->elementwise->nin]};
        l->run(in, out, dimensions[0], limit_of(l->type));
    }
    else {
        by_blocks(l, args, dimensions[0], steps);
    }
    ev_fp_restore(flags);
}

/* ---- whole lanes ------------------------------------------------------------- */

/* Room for some lanes: their values, results, statuses and the kernel's scratch. */
typedef struct lane_room {
    double *values, *results, *scratch;
    uint8_t *codes;
    void *block;
} lane_room;

static int lane_room_open(lane_room *room, ptrdiff_t lanes, ptrdiff_t n,
                          ptrdiff_t outputs, ptrdiff_t scratch_per_item)
{
    const ptrdiff_t values = lanes * n, results = lanes * outputs;
    const ptrdiff_t scratch = n * scratch_per_item;
    const size_t bytes = (size_t)(values + results + scratch) * sizeof(double) +
                         (size_t)results + 1;
    room->block = malloc(bytes);
    if (room->block != NULL) {
        room->values = room->block;
        room->results = room->values + values;
        room->scratch = room->results + results;
        room->codes = (uint8_t *)(room->scratch + scratch);
    }
    return room->block == NULL ? -1 : 0;
}

/* The strides of a lane function: over lanes, and along the lane. */
typedef struct lane_steps {
    ptrdiff_t in, out, code;             /* from lane to lane */
    ptrdiff_t in_item, out_item, code_item; /* along the lane */
} lane_steps;

static void run_lanes(const loop *l, const lane_room *room, char **args, ptrdiff_t lanes,
                      ptrdiff_t n, ptrdiff_t outputs, const lane_steps *s,
                      const npy_intp *param_steps, ptrdiff_t start)
{
    const int nparams = l->lanewise->nparams, narrow = l->type == F32;
    const char *in = args[0] + start * s->in;
    /* Lanes that lie side by side are read item by item, so memory is walked in order. */
    if (labs(s->in) < labs(s->in_item)) {
        for (ptrdiff_t i = 0; i < n; i++) {
            for (ptrdiff_t j = 0; j < lanes; j++) {
                gather(room->values + j * n + i, in + j * s->in + i * s->in_item, 0, 1,
                       narrow);
            }
        }
    }
    else {
        for (ptrdiff_t j = 0; j < lanes; j++) {
            gather(room->values + j * n, in + j * s->in, s->in_item, n, narrow);
        }
    }
    for (ptrdiff_t j = 0; j < lanes; j++) {
        int64_t params[EV_MOST_OPERANDS];
        for (int k = 0; k < nparams; k++) {
            memcpy(params + k, args[1 + k] + (start + j) * param_steps[k],
                   sizeof params[k]);
        }
        l->lane(room->values + j * n, n, params, room->results + j * outputs,
                room->codes + j * outputs, room->scratch, limit_of(l->type));
    }
    for (ptrdiff_t j = 0; j < lanes; j++) {
        scatter(args[1 + nparams] + (start + j) * s->out, s->out_item,
                room->results + j * outputs, outputs, narrow);
        scatter_bytes(args[2 + nparams] + (start + j) * s->code, s->code_item,
                      room->codes + j * outputs, outputs);
    }
}

static void lane_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                      void *data)
{
    const loop *l = data;
    const ev_fp_flags flags = ev_fp_save();
    const int nparams = l->lanewise->nparams, reduces = l->lanewise->reduces;
    const ptrdiff_t total = dimensions[0], n = dimensions[1];
    const npy_intp *item = steps + 3 + nparams;
    const lane_steps s = {steps[0],
                          steps[1 + nparams],
                          steps[2 + nparams],
                          item[0],
                          reduces ? 0 : item[1],
                          reduces ? 0 : item[2]};
    const ptrdiff_t outputs = reduces ? 1 : n;
    ptrdiff_t lanes = LANE_BYTES / (16 * (n + 1)) + 1;
    lanes = lanes < total ? lanes : total;
    lane_room room;
    if (lane_room_open(&room, lanes, n, outputs, l->lanewise->scratch_per_item) < 0) {
        NPY_ALLOW_C_API_DEF
        NPY_ALLOW_C_API
        PyErr_NoMemory();
        NPY_DISABLE_C_API
    }
    else {
        for (ptrdiff_t start = 0; start < total; start += lanes) {
            run_lanes(l, &room, args, total - start < lanes ? total - start : lanes, n,
                      outputs, &s, steps + 1, start);
        }
        free(room.block);
    }
    ev_fp_restore(flags);
}

/* ---- totals and shares ------------------------------------------------------- */

static void totals_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                        void *data)
{
    const loop *l = data;
    const ev_fp_flags flags = ev_fp_save();
    ev_parts parts = {args[0],  0,        dimensions[1],
                      steps[0], steps[4], l->type == I64 ? EV_I64 : EV_F64,
                      l->type == F32};
    ev_total totals[BLOCK];
    for (ptrdiff_t start = 0; start < dimensions[0]; start += BLOCK) {
        const ptrdiff_t left = dimensions[0] - start;
        parts.lanes = left < BLOCK ? left : BLOCK;
        parts.first = args[0] + start * steps[0];
        ev_totals(&parts, totals, l->isa);
        for (ptrdiff_t j = 0; j < parts.lanes; j++) {
            const ptrdiff_t lane = start + j;
            memcpy(args[1] + lane * steps[1], &totals[j].total, sizeof(double));
            memcpy(args[2] + lane * steps[2], &totals[j].scale, sizeof(double));
            args[3][lane * steps[3]] = (char)totals[j].status;
        }
    }
    ev_fp_restore(flags);
}

/* Divides rows: operands x, scale and total, each (rows, n), in blocks of a row. Strides
 * of 0 along the row in scale and total mean one number for all of it. */
static void divide_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                        void *data)
{
    const loop *l = data;
    const ev_fp_flags flags = ev_fp_save();
    const npy_intp *item = steps + 4;
    const int narrow = l->type == F32, one = item[1] == 0 && item[2] == 0;
    const int read = l->type == F64 && item[0] == 8, plain = item[1] == 8 && item[2] == 8;
    const int write = !narrow && item[3] == 8;
    double x[BLOCK], scale[BLOCK], total[BLOCK], shares[BLOCK];
    for (ptrdiff_t k = 0; k < dimensions[0] * dimensions[1]; k += 0) {
        const ptrdiff_t row = k / dimensions[1], i = k % dimensions[1];
        const ptrdiff_t left = dimensions[1] - i, n = left < BLOCK ? left : BLOCK;
        char *at[4];
        for (int j = 0; j < 4; j++) {
            at[j] = args[j] + row * steps[j] + i * item[j];
        }
        if (!read && l->type == I64) {
            for (ptrdiff_t j = 0; j < n; j++) {
                int64_t whole;
                memcpy(&whole, at[0] + j * item[0], sizeof whole);
                x[j] = (double)whole;
            }
        }
        else if (!read) {
            gather(x, at[0], item[0], n, narrow);
        }
        if (!plain) {
            gather(scale, at[1], item[1], one ? 1 : n, 0);
            gather(total, at[2], item[2], one ? 1 : n, 0);
        }
        ev_divide(read ? (const double *)(void *)at[0] : x,
                  plain ? (const double *)(void *)at[1] : scale,
                  plain ? (const double *)(void *)at[2] : total,
                  write ? (double *)(void *)at[3] : shares, n, one, l->isa);
        if (!write) {
            scatter(at[3], item[3], shares, n, narrow);
        }
        k += n;
    }
    ev_fp_restore(flags);
}

/* ---- registration ------------------------------------------------------------ */

/* What NumPy keeps pointers to for one ufunc; see `loop` for how long it lives. */
typedef struct tables {
    loop loops[TYPES];
    PyUFuncGenericFunction functions[TYPES];
    void *data[TYPES];
    char types[TYPES * (EV_MOST_OPERANDS + 2)];
} tables;

static int add_ufunc(PyObject *module, tables *t, PyUFuncGenericFunction run, int nin,
                     int nout, const char *name, const char *signature)
{
    int failed = 1;
    PyObject *ufunc = NULL;
    for (int k = 0; k < TYPES; k++) {
        t->functions[k] = run;
        t->data[k] = &t->loops[k];
    }
    ufunc = PyUFunc_FromFuncAndDataAndSignature(t->functions, t->data, t->types, TYPES,
                                                nin, nout, PyUFunc_None, name, NULL, 0,
                                                signature);
    if (ufunc != NULL) {
        failed = PyModule_AddObjectRef(module, name, ufunc) < 0;
        Py_DECREF(ufunc);
    }
    return failed ? -1 : 0;
}

static tables *new_tables(void)
{
    tables *t = calloc(1, sizeof *t);
    if (t == NULL) {
        PyErr_NoMemory();
    }
    return t;
}

static int add_elementwise(PyObject *module, const ev_elementwise *f, ev_isa isa)
{
    int failed = 1;
    tables *t = new_tables();
    if (t != NULL) {
        char *types = t->types;
        for (int k = 0; k < TYPES; k++) {
            const loop l = {(number)k, isa, f->run[k == I64 ? EV_I64 : EV_F64][isa], NULL,
                            f, NULL};
            t->loops[k] = l;
            for (int j = 0; j < f->nin; j++) {
                *types++ = j < f->typed ? number_codes[k] : (char)NPY_FLOAT64;
            }
            *types++ = f->out == EV_U8 ? (char)NPY_UINT8
                       : k == F32      ? (char)NPY_FLOAT32
                                       : (char)NPY_FLOAT64;
        }
        failed = add_ufunc(module, t, elementwise_loop, f->nin, 1, f->name, NULL) < 0;
    }
    return failed ? -1 : 0;
}

static int add_lanewise(PyObject *module, const ev_lanewise *f)
{
    static const char *const signatures[2][3] = {
        {"(n)->(n),(n)", "(n),()->(n),(n)", "(n),(),()->(n),(n)"},
        {"(n)->(),()", "(n),()->(),()", "(n),(),()->(),()"},
    };
    int failed = 1;
    tables *t = new_tables();
    if (t != NULL) {
        char *types = t->types;
        for (int k = 0; k < TYPES; k++) {
            const loop l = {(number)k, EV_BASELINE, NULL,
                            f->run[k == I64 ? EV_I64 : EV_F64], NULL, f};
            t->loops[k] = l;
            *types++ = number_codes[k];
            for (int j = 0; j < f->nparams; j++) {
                *types++ = (char)NPY_INT64;
            }
            *types++ = k == F32 ? (char)NPY_FLOAT32 : (char)NPY_FLOAT64;
            *types++ = (char)NPY_UINT8;
        }
        failed = add_ufunc(module, t, lane_loop, 1 + f->nparams, 2, f->name,
                           signatures[f->reduces][f->nparams]) < 0;
    }
    return failed ? -1 : 0;
}

/* A generalised ufunc of x and doubles: x's type and then `rest`, the codes of the other
 * operands, where 'x' stands for the type x's results have. */
static int add_structure(PyObject *module, ev_isa isa, PyUFuncGenericFunction run,
                         int nin, const char *name, const char *signature,
                         const char *rest)
{
    int failed = 1;
    tables *t = new_tables();
    if (t != NULL) {
        char *types = t->types;
        for (int k = 0; k < TYPES; k++) {
            const loop l = {(number)k, isa, NULL, NULL, NULL, NULL};
            t->loops[k] = l;
            *types++ = number_codes[k];
            for (const char *code = rest; *code != '\0'; code++) {
                *types++ = *code == 'B'             ? (char)NPY_UINT8
                           : *code == 'x' && k == F32 ? (char)NPY_FLOAT32
                                                      : (char)NPY_FLOAT64;
            }
        }
        failed = add_ufunc(module, t, run, nin, 1 + (int)strlen(rest) - nin, name,
                           signature) < 0;
    }
    return failed ? -1 : 0;
}

int ev_py_add_ufuncs(PyObject *module, ev_isa isa)
{
    int failed = 0;
    for (int i = 0; i < ev_growth_function_count && !failed; i++) {
        failed = add_elementwise(module, &ev_growth_functions[i], isa) < 0;
    }
    for (int i = 0; i < ev_margin_function_count && !failed; i++) {
        failed = add_elementwise(module, &ev_margin_functions[i], isa) < 0;
    }
    for (int i = 0; i < ev_growth_lane_count && !failed; i++) {
        failed = add_lanewise(module, &ev_growth_lanes[i]) < 0;
    }
    for (int i = 0; i < ev_structure_lane_count && !failed; i++) {
        failed = add_lanewise(module, &ev_structure_lanes[i]) < 0;
    }
    failed = failed || add_structure(module, isa, totals_loop, 1, "totals",
                                     "(n)->(),(),()", "ddB") < 0;
    failed = failed || add_structure(module, isa, divide_loop, 3, "divide",
                                     "(n),(n),(n)->(n)", "ddx") < 0;
    return failed ? -1 : 0;
}
