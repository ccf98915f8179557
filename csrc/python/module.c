/* The extension module evmarket._core: its parts and facts about the build. */
#define EV_IMPORTS_NUMPY
#include "python/numpy.h"

#include <stdlib.h>

#include "base/dispatch.h"
#include "python/module.h"

static const struct {
    const char *name;
    int code;
} statuses[] = {
    {"OK", EV_OK},
    {"PARTIAL", EV_PARTIAL},
    {"NOT_BEGUN", EV_NOT_BEGUN},
    {"EXITED", EV_EXITED},
    {"MISSING", EV_MISSING},
    {"OUTSIDE", EV_OUTSIDE},
    {"ENTERED", EV_ENTERED},
    {"GAP", EV_GAP},
    {"INCOMPLETE", EV_INCOMPLETE},
    {"UNPAIRED", EV_UNPAIRED},
    {"INVALID", EV_INVALID},
    {"ZERO_BASE", EV_ZERO_BASE},
    {"BOTH_ZERO", EV_BOTH_ZERO},
    {"TURNED_PROFIT", EV_TURNED_PROFIT},
    {"TURNED_LOSS", EV_TURNED_LOSS},
    {"LOSS_NARROWED", EV_LOSS_NARROWED},
    {"LOSS_WIDENED", EV_LOSS_WIDENED},
    {"LOSS_UNCHANGED", EV_LOSS_UNCHANGED},
    {"BROKE_EVEN", EV_BROKE_EVEN},
    {"ZERO_DENOMINATOR", EV_ZERO_DENOMINATOR},
    {"NEGATIVE_DENOMINATOR", EV_NEGATIVE_DENOMINATOR},
    {"NO_MATCH", EV_NO_MATCH},
};
_Static_assert(sizeof statuses / sizeof statuses[0] == EV_STATUS_COUNT,
               "every status has a name");

static int add_statuses(PyObject *module)
{
    int failed = 0;
    for (int i = 0; i < EV_STATUS_COUNT && !failed; i++) {
        failed = PyModule_AddIntConstant(module, statuses[i].name, statuses[i].code) < 0;
    }
    return failed ? -1 : 0;
}

/* The instruction set to use: that of EVMARKET_ISA, or the best available one. */
static int choose_isa(ev_isa *isa)
{
    const char *wanted = getenv("EVMARKET_ISA");
    const ev_result result = ev_isa_choose(wanted, isa);
    if (result == EV_BAD_VALUE) {
        PyErr_Format(PyExc_ImportError,
                     "EVMARKET_ISA is '%.40s': needs 'baseline' or 'avx2'", wanted);
    }
    else if (result != EV_DONE) {
        PyErr_Format(PyExc_ImportError,
                     "EVMARKET_ISA is '%.40s': this build or this processor lacks it",
                     wanted);
    }
    return result == EV_DONE ? 0 : -1;
}

/* Adds `value` under `name`; takes over the reference, also on failure. */
static int add_and_release(PyObject *module, const char *name, PyObject *value)
{
    const int failed = value == NULL || PyModule_AddObjectRef(module, name, value) < 0;
    Py_XDECREF(value);
    return failed ? -1 : 0;
}

static int add_build_facts(PyObject *module, ev_isa isa)
{
    const char *second = ev_isa_usable(EV_AVX2) ? ev_isa_name(EV_AVX2) : NULL;
    int failed = add_and_release(module, "isa", PyUnicode_FromString(ev_isa_name(isa)));
    failed = failed || add_and_release(module, "isa_available",
                                       second != NULL
                                           ? Py_BuildValue("(ss)", "baseline", second)
                                           : Py_BuildValue("(s)", "baseline"));
    failed = failed || PyModule_AddStringConstant(module, "compiler", EV_COMPILER) < 0;
    failed = failed || PyModule_AddStringConstant(module, "version", EV_VERSION) < 0;
    failed = failed || PyModule_AddStringConstant(module, "numpy_built", EV_NUMPY) < 0;
#ifdef NDEBUG
    failed = failed || PyModule_AddIntConstant(module, "debug", 0) < 0;
#else
    failed = failed || PyModule_AddIntConstant(module, "debug", 1) < 0;
#endif
    return failed ? -1 : 0;
}

/* Python before 3.12 has no slot for this, and old versions of NumPy only warn. The API
 * tables, which are static, belong to the main interpreter. */
static int refuse_other_interpreters(void)
{
    const int64_t id = PyInterpreterState_GetID(PyInterpreterState_Get());
    if (id > 0) {
        PyErr_SetString(PyExc_ImportError,
                        "evmarket works in the main interpreter only, like NumPy");
    }
    return id == 0 ? 0 : -1;
}

static int exec_module(PyObject *module)
{
    ev_isa isa = EV_BASELINE;
    int failed = refuse_other_interpreters() < 0;
    failed = failed || ev_import_numpy() < 0;
    failed = failed || choose_isa(&isa) < 0;
    failed = failed || add_statuses(module) < 0;
    failed = failed || add_build_facts(module, isa) < 0;
    failed = failed || ev_py_add_ufuncs(module, isa) < 0;
    failed = failed || ev_py_add_growth(module) < 0;
    failed = failed || ev_py_add_lag(module) < 0;
    failed = failed || ev_py_add_columns(module) < 0;
    failed = failed || ev_py_add_engine(module) < 0;
    failed = failed || ev_py_add_regroup(module) < 0;
    failed = failed || ev_py_add_rows(module) < 0;
    failed = failed || ev_py_add_arrow(module) < 0;
    failed = failed || ev_py_add_arrow_out(module) < 0;
    failed = failed || ev_py_add_period(module) < 0;
    failed = failed || ev_py_add_explain(module) < 0;
    if (!failed) {
        ev_isa *state = PyModule_GetState(module);
        *state = isa;
    }
    failed = failed || ev_py_add_figures(module, isa) < 0;
    return failed ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, (void *)exec_module},
#if PY_VERSION_HEX >= 0x030c0000 && !defined(Py_LIMITED_API)
    {Py_mod_multiple_interpreters, Py_MOD_MULTIPLE_INTERPRETERS_NOT_SUPPORTED},
#endif
#if PY_VERSION_HEX >= 0x030d0000 && !defined(Py_LIMITED_API)
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#endif
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "evmarket._core",
    .m_doc = "The C core of evmarket; call it through the package.",
    .m_size = sizeof(ev_isa), /* the module's state: the instruction set in use */
    .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
