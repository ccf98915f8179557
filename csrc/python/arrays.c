/* The array functions of the core as ufuncs and generalised ufuncs. NumPy casts,
 * broadcasts and walks. */
#include <stdlib.h>
#include <string.h>

#include "arrays/growth.h"
#include "arrays/margin.h"
#include "arrays/structure.h"
#include "figures/figures.h"
#include "python/module.h"
#include "python/ufunc.h"

enum { BLOCK = 512, LINE_BYTES = 1 << 18 };

/* ---- functions of whole lines ------------------------------------------------ */

/* The lines of one call: `n` items each, `outputs` results each. */
typedef struct lines {
    const ev_loop *loop;
    const ev_linewise *function;
    ptrdiff_t n, outputs;
    ptrdiff_t in, out, code;                /* strides from line to line */
    ptrdiff_t in_item, out_item, code_item; /* strides along a line */
    char **args;
    const npy_intp *param_steps;
} lines;

/* Copies lines into contiguous values, reading in the order of memory. */
static void gather_lines(const lines *l, ptrdiff_t start, ptrdiff_t count, double *values)
{
    const int narrow = l->loop->type == EV_LOOP_F32;
    const char *in = l->args[0] + start * l->in;
    if (ev_distance(l->in) < ev_distance(l->in_item)) {
        for (ptrdiff_t i = 0; i < l->n; i++) {
            for (ptrdiff_t j = 0; j < count; j++) {
                ev_py_read(values + j * l->n + i, in + j * l->in + i * l->in_item,
                           narrow);
            }
        }
    }
    else {
        for (ptrdiff_t j = 0; j < count; j++) {
            ev_py_gather(values + j * l->n, in + j * l->in, l->in_item, l->n, narrow);
        }
    }
}

/* Runs the lines start .. start + count - 1. `room` holds their values and results, the
 * scratch of one line, and their statuses. */
static void run_lines(const lines *l, ptrdiff_t start, ptrdiff_t count, double *room)
{
    const int nparams = l->function->nparams, narrow = l->loop->type == EV_LOOP_F32;
    const ev_type type = l->loop->type == EV_LOOP_I64 ? EV_I64 : EV_F64;
    double *results = room + count * l->n, *scratch = results + count * l->outputs;
    uint8_t *codes = (uint8_t *)(scratch + l->n * l->function->scratch_per_item);
    int64_t params[EV_MOST_OPERANDS];
    gather_lines(l, start, count, room);
    for (ptrdiff_t j = 0; j < count; j++) {
        const ev_line line = {room + j * l->n,
                              l->n,
                              type,
                              params,
                              results + j * l->outputs,
                              codes + j * l->outputs,
                              scratch,
                              ev_py_limit(l->loop->type)};
        for (int k = 0; k < nparams; k++) {
            memcpy(params + k, l->args[1 + k] + (start + j) * l->param_steps[k],
                   sizeof params[k]);
        }
        l->function->run[type](&line);
    }
    for (ptrdiff_t j = 0; j < count; j++) {
        ev_py_scatter(l->args[1 + nparams] + (start + j) * l->out, l->out_item,
                      results + j * l->outputs, l->outputs, narrow);
        ev_py_scatter_bytes(l->args[2 + nparams] + (start + j) * l->code, l->code_item,
                            codes + j * l->outputs, l->outputs);
    }
}

static void line_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                      void *data)
{
    const ev_loop *loop = data;
    const ev_linewise *f = loop->function;
    const ev_fp_flags flags = ev_fp_save();
    const npy_intp *item = steps + 3 + f->nparams;
    const ptrdiff_t total = dimensions[0], n = dimensions[1];
    const lines l = {.loop = loop,
                     .function = f,
                     .n = n,
                     .outputs = f->reduces ? 1 : n,
                     .in = steps[0],
                     .out = steps[1 + f->nparams],
                     .code = steps[2 + f->nparams],
                     .in_item = item[0],
                     .out_item = f->reduces ? 0 : item[1],
                     .code_item = f->reduces ? 0 : item[2],
                     .args = args,
                     .param_steps = steps + 1};
    ptrdiff_t count = LINE_BYTES / (16 * (n + 1)) + 1;
    count = count < total ? count : total;
    double *room = ev_py_room(count, n + l.outputs + l.outputs / 8 + 1,
                              n * f->scratch_per_item + 1);
    for (ptrdiff_t start = 0; start < total && room != NULL; start += count) {
        run_lines(&l, start, total - start < count ? total - start : count, room);
    }
    free(room);
    ev_fp_restore(flags);
}

static int add_linewise(PyObject *module, const ev_linewise *f, ev_isa isa)
{
    static const char *const signatures[2][3] = {
        {"(n)->(n),(n)", "(n),()->(n),(n)", "(n),(),()->(n),(n)"},
        {"(n)->(),()", "(n),()->(),()", "(n),(),()->(),()"},
    };
    static const char *const types[] = {"x>rB", "xl>rB", "xll>rB"};
    int failed = 0;
    for (; f->name != NULL && !failed; f++) {
        failed = ev_py_add_ufunc(module, f->name, signatures[f->reduces][f->nparams],
                                 types[f->nparams], line_loop, isa, f) < 0;
    }
    return failed ? -1 : 0;
}

/* ---- totals and shares ------------------------------------------------------- */

static void totals_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                        void *data)
{
    const ev_loop *l = data;
    const ev_fp_flags flags = ev_fp_save();
    ev_parts parts = {args[0],  0,        dimensions[1],
                      steps[0], steps[4], l->type == EV_LOOP_I64 ? EV_I64 : EV_F64,
                      l->type == EV_LOOP_F32};
    ev_line_total totals[BLOCK];
    for (ptrdiff_t start = 0; start < dimensions[0]; start += BLOCK) {
        const ptrdiff_t left = dimensions[0] - start;
        parts.lines = left < BLOCK ? left : BLOCK;
        parts.first = args[0] + start * steps[0];
        ev_line_totals(&parts, totals, l->isa);
        for (ptrdiff_t j = 0; j < parts.lines; j++) {
            const ptrdiff_t line = start + j;
            memcpy(args[1] + line * steps[1], &totals[j].total, sizeof(double));
            memcpy(args[2] + line * steps[2], &totals[j].scale, sizeof(double));
            args[3][line * steps[3]] = (char)totals[j].status;
        }
    }
    ev_fp_restore(flags);
}

/* Divides up to BLOCK items x by scale and total, with the strides item[]. Strides of 0
 * in scale and total mean one number for all. */
EV_INLINE void divide_block(const ev_loop *l, char *const *at, const npy_intp *item,
                         ptrdiff_t n)
{
    const int narrow = l->type == EV_LOOP_F32, one = item[1] == 0 && item[2] == 0;
    const int read = l->type == EV_LOOP_F64 && item[0] == 8;
    const int plain = item[1] == 8 && item[2] == 8, write = !narrow && item[3] == 8;
    double x[BLOCK], scale[BLOCK], total[BLOCK], shares[BLOCK];
    if (!read && l->type == EV_LOOP_I64) {
        for (ptrdiff_t j = 0; j < n; j++) {
            int64_t whole;
            memcpy(&whole, at[0] + j * item[0], sizeof whole);
            x[j] = (double)whole;
        }
    }
    else if (!read) {
        ev_py_gather(x, at[0], item[0], n, narrow);
    }
    if (!plain) {
        ev_py_gather(scale, at[1], item[1], one ? 1 : n, 0);
        ev_py_gather(total, at[2], item[2], one ? 1 : n, 0);
    }
    ev_divide(read ? (const double *)(void *)at[0] : x,
              plain ? (const double *)(void *)at[1] : scale,
              plain ? (const double *)(void *)at[2] : total,
              write ? (double *)(void *)at[3] : shares, n, one,
              ev_py_limit(l->type), l->isa);
    if (!write) {
        ev_py_scatter(at[3], item[3], shares, n, narrow);
    }
}

/* Divides rows: operands x, scale and total, each (rows, n). */
static void divide_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                        void *data)
{
    const ev_fp_flags flags = ev_fp_save();
    const npy_intp *item = steps + 4;
    for (ptrdiff_t row = 0; row < dimensions[0]; row++) {
        for (ptrdiff_t i = 0; i < dimensions[1]; i += BLOCK) {
            const ptrdiff_t left = dimensions[1] - i;
            char *at[4];
            for (int j = 0; j < 4; j++) {
                at[j] = args[j] + row * steps[j] + i * item[j];
            }
            divide_block(data, at, item, left < BLOCK ? left : BLOCK);
        }
    }
    ev_fp_restore(flags);
}

/* ---- implied values, over (low, high) columns --------------------------------- */

static void write_span(char **args, const npy_intp *steps, ptrdiff_t i, ev_span found)
{
    memcpy(args[4] + i * steps[4], &found.low, sizeof found.low);
    memcpy(args[5] + i * steps[5], &found.high, sizeof found.high);
}

/* whole low, high, parts low, parts high -> low, high */
static void remainder_loop(char **args, const npy_intp *dimensions,
                           const npy_intp *steps, void *Py_UNUSED(data))
{
    const ptrdiff_t n = dimensions[0], parts = dimensions[1];
    const ev_fp_flags flags = ev_fp_save();
    double *block = ev_py_room(3, parts, 1);
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        ev_span whole;
        ev_py_read(&whole.low, args[0] + i * steps[0], 0);
        ev_py_read(&whole.high, args[1] + i * steps[1], 0);
        for (int k = 0; k < 2; k++) {
            ev_py_gather(block + k * parts, args[2 + k] + i * steps[2 + k],
                         steps[6 + k], parts, 0);
        }
        write_span(args, steps, i,
                   ev_span_remainder(whole, block, block + parts, parts,
                                     block + 2 * parts));
    }
    free(block);
    ev_fp_restore(flags);
}

/* levels low, high, growths low, high -> low, high */
static void total_loop(char **args, const npy_intp *dimensions, const npy_intp *steps,
                       void *Py_UNUSED(data))
{
    const ptrdiff_t n = dimensions[0], parts = dimensions[1];
    const ev_fp_flags flags = ev_fp_save();
    double *block = ev_py_room(4, parts, 1);
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        for (int k = 0; k < 4; k++) {
            ev_py_gather(block + k * parts, args[k] + i * steps[k], steps[6 + k], parts,
                         0);
        }
        write_span(args, steps, i,
                   ev_span_total(block, block + parts, block + 2 * parts,
                                 block + 3 * parts, parts));
    }
    free(block);
    ev_fp_restore(flags);
}

int ev_py_add_ufuncs(PyObject *module, ev_isa isa)
{
    const int failed =
        ev_py_add_elementwise(module, ev_growth_functions, isa) < 0 ||
        ev_py_add_elementwise(module, ev_margin_functions, isa) < 0 ||
        ev_py_add_elementwise(module, ev_figure_functions, isa) < 0 ||
        add_linewise(module, ev_growth_lines, isa) < 0 ||
        add_linewise(module, ev_structure_lines, isa) < 0 ||
        ev_py_add_ufunc(module, "totals", "(n)->(),(),()", "x>ddB", totals_loop, isa,
                        NULL) < 0 ||
        ev_py_add_ufunc(module, "divide", "(n),(n),(n)->(n)", "xdd>r", divide_loop, isa,
                        NULL) < 0 ||
        ev_py_add_ufunc(module, "implied_remainder", "(),(),(n),(n)->(),()", "dddd>dd",
                        remainder_loop, isa, NULL) < 0 ||
        ev_py_add_ufunc(module, "implied_total", "(n),(n),(n),(n)->(),()", "dddd>dd",
                        total_loop, isa, NULL) < 0;
    return failed ? -1 : 0;
}
