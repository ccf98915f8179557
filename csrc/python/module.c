/* The extension module evmarket._core: parts, constants, facts about the build. */
#define EV_IMPORTS_NUMPY
#include "python/numpy.h"

#include <stdlib.h>
#include <string.h>

#include "arrays/structure.h"
#include "base/dispatch.h"
#include "python/module.h"
#include "python/raise.h"
#include "table/panel.h"

#define NAME(name) #name,

static int add_statuses(PyObject *module)
{
    static const char *const names[] = {EV_STATUSES(NAME)};
    int failed = 0;
    for (int i = 0; i < EV_STATUS_COUNT && !failed; i++) {
        failed = PyModule_AddIntConstant(module, names[i], i) < 0;
    }
    return failed ? -1 : 0;
}

/* The instruction set to use: that of EVMARKET_ISA, or the best available one. */
static int choose_isa(ev_isa *isa)
{
    const char *wanted = getenv("EVMARKET_ISA");
    const ev_result result = ev_isa_choose(wanted, isa);
    if (result != EV_DONE) {
        ev_py_raise(PyExc_ImportError, "EVMARKET_ISA is '%.40s': %s", wanted,
                    result == EV_BAD_VALUE ? "needs 'baseline' or 'avx2'"
                                           : "this build or this processor lacks it");
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
    failed = failed ||
             add_and_release(module, "DROPPED", PyLong_FromLongLong(EV_DROPPED)) < 0;
    failed = failed || PyModule_AddStringConstant(module, "compiler", EV_COMPILER) < 0;
    failed = failed || PyModule_AddStringConstant(module, "version", EV_VERSION) < 0;
    failed = failed || PyModule_AddStringConstant(module, "numpy_built", EV_NUMPY) < 0;
    failed = failed || PyModule_AddIntConstant(module, "SUMMED", EV_SUMMED) < 0;
#ifdef NDEBUG
    failed = failed || PyModule_AddIntConstant(module, "debug", 0) < 0;
#else
    failed = failed || PyModule_AddIntConstant(module, "debug", 1) < 0;
#endif
    return failed ? -1 : 0;
}

static int add_parts(PyObject *module)
{
    static PyMethodDef *const functions[] = {
        ev_py_arrow_out_functions, ev_py_columns_functions,    ev_py_csv_functions,
        ev_py_explain_functions,
        ev_py_growth_functions,    ev_py_kept_functions,    ev_py_kept_array_functions,
        ev_py_merge_functions,     ev_py_panel_sums_functions,
        ev_py_period_functions,    ev_py_regroup_functions, ev_py_rows_functions,
        ev_py_totals_functions,
    };
    static PyType_Spec *const types[] = {&ev_py_batches_type, &ev_py_partial_type,
                                         &ev_py_rows_type};
    int failed = 0;
    for (size_t i = 0; i < sizeof functions / sizeof functions[0] && !failed; i++) {
        failed = PyModule_AddFunctions(module, functions[i]) < 0;
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0] && !failed; i++) {
        failed = add_and_release(module, strrchr(types[i]->name, '.') + 1,
                                 PyType_FromModuleAndSpec(module, types[i], NULL)) < 0;
    }
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

/* Python's own secret, which is random in each process unless PYTHONHASHSEED is set, is
 * in the hash of any text. -1 with an exception set. */
static int choose_seed(uint64_t *seed)
{
    PyObject *text = PyUnicode_FromString("the seed of evmarket's tables");
    const Py_hash_t hash = text == NULL ? -1 : PyObject_Hash(text);
    Py_XDECREF(text);
    *seed = (uint64_t)hash;
    return text == NULL ? -1 : 0;
}

static int exec_module(PyObject *module)
{
    ev_isa isa = EV_BASELINE;
    uint64_t seed = 0;
    int failed = refuse_other_interpreters() < 0;
    failed = failed || ev_import_numpy() < 0;
    failed = failed || choose_isa(&isa) < 0;
    failed = failed || choose_seed(&seed) < 0;
    failed = failed || add_statuses(module) < 0;
    failed = failed || add_build_facts(module, isa) < 0;
    failed = failed || ev_py_add_ufuncs(module, isa) < 0;
    failed = failed || add_parts(module) < 0;
    if (!failed) {
        ev_py_state_open(PyModule_GetState(module), isa, seed);
    }
    return failed ? -1 : 0;
}

static void free_module(void *module)
{
    ev_state *state = PyModule_GetState((PyObject *)module);
    if (state != NULL && state->memory.resize != NULL) { /* it was executed */
        ev_kept_clear(&state->kept);
    }
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
    .m_size = sizeof(ev_state),
    .m_slots = slots,
    .m_free = free_module,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
