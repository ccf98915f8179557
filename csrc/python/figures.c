/* Implied values as ufuncs over (low, high) columns: doubles in, two doubles out. */
#include <stdlib.h>
#include <string.h>

#include "figures/figures.h"
#include "python/module.h"
#include "python/ufunc.h"

static double read_double(const char *from)
{
    double value;
    memcpy(&value, from, sizeof value);
    return value;
}

static void write_span(char **args, const npy_intp *steps, ptrdiff_t i, ev_span found)
{
    memcpy(args[4] + i * steps[4], &found.low, sizeof found.low);
    memcpy(args[5] + i * steps[5], &found.high, sizeof found.high);
}

/* whole low, high, parts low, parts high -> low, high */
static void remainder_loop(char **args, const npy_intp *dimensions,
                           const npy_intp *steps, void *data)
{
    const ptrdiff_t n = dimensions[0], parts = dimensions[1];
    const ev_fp_flags flags = ev_fp_save();
    double *block = ev_py_room(3, parts, 1);
    (void)data;
    for (ptrdiff_t i = 0; i < n && block != NULL; i++) {
        const ev_span whole = {read_double(args[0] + i * steps[0]),
                               read_double(args[1] + i * steps[1])};
        for (int k = 0; k < 2; k++) {
            ev_py_gather(block + k * parts, args[2 + k] + i * steps[2 + k], steps[6 + k],
                         parts, 0);
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
                       void *data)
{
    const ptrdiff_t n = dimensions[0], parts = dimensions[1];
    const ev_fp_flags flags = ev_fp_save();
    double *block = ev_py_room(4, parts, 1);
    (void)data;
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

int ev_py_add_figures(PyObject *module, ev_isa isa)
{
    const int failed =
        ev_py_add_elementwise(module, ev_figure_functions, isa) < 0 ||
        ev_py_add_ufunc(module, "implied_remainder", "(),(),(n),(n)->(),()", "dddd>dd",
                        remainder_loop, isa, NULL) < 0 ||
        ev_py_add_ufunc(module, "implied_total", "(n),(n),(n),(n)->(),()", "dddd>dd",
                        total_loop, isa, NULL) < 0;
    return failed ? -1 : 0;
}
