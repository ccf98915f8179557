"""The package in a process: imports, subinterpreters, memory leaks."""

import sys

import pytest

from tests.common.test_workers import python

SEED = """
from evmarket import _core
assert _core.hash_seed() == hash("the seed of evmarket's tables") % 2**64
print(_core.hash_seed())
"""


def test_hash_tables_have_the_seed_of_the_process(monkeypatch):
    """So that an input that is slow in one process is not slow in another."""
    seeds = []
    for number in ("1", "1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", number)
        done = python("-c", SEED)
        assert done.returncode == 0, done.stderr
        seeds.append(int(done.stdout))
    assert seeds[0] == seeds[1] != seeds[2]


LIGHT = """
import sys, numpy
before = set(sys.modules)
import evmarket
heavy = ["pandas", "polars", "pyarrow", "matplotlib", "tqdm", "concurrent.futures"]
heavy += ["csv", "json", "decimal", "fractions", "logging"]
print(sorted(m for m in heavy if m in sys.modules and m not in before))
"""


def test_importing_is_light():
    done = python("-c", LIGHT)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


TWICE = """
import importlib.util, sys
import numpy as np
import evmarket as em
from evmarket import _core

expected = em.growth([1.0, 2.0])
spec = importlib.util.spec_from_file_location("evmarket._core", _core.__file__)
second = importlib.util.module_from_spec(spec)
spec.loader.exec_module(second)
assert set(dir(second)) == set(dir(_core))
assert second is not _core
del sys.modules["evmarket._core"]
import evmarket._core as third
assert third is not _core
for name in [m for m in sys.modules if m.split(".")[0] == "evmarket"]:
    del sys.modules[name]
import evmarket as again
assert again is not em
for package in (em, again):
    np.testing.assert_array_equal(package.growth([1.0, 2.0]), expected)
    np.testing.assert_array_equal(package.share([1.0, 3.0]), [0.25, 0.75])
    np.testing.assert_array_equal(package.trailing([1, 2, 3], 2), [np.nan, 3, 5])
del second, third, em, _core
import gc
gc.collect()
np.testing.assert_array_equal(again.growth([1.0, 2.0]), expected)
print("done")
"""


def test_imported_twice():
    done = python("-W", "error", "-c", TWICE)
    assert done.stdout.strip() == "done", done.stderr


SUBINTERPRETER = """
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
import numpy as np
import evmarket as em

inner = '''
import sys
sys.path[:0] = {path!r}
for name in ("evmarket", "evmarket._core"):
    try:
        __import__(name)
    except ImportError as error:
        result = "ImportError"
    else:
        result = "imported"
    with open({report!r}, "a") as file:
        print(name, result, file=file)
'''
import os, sys, tempfile
report = os.path.join(tempfile.mkdtemp(), "report")
expected = em.growth([1.0, 2.0], return_status=True)
for _ in range(2):
    interpreter = interpreters.create()
    script = inner.format(path=sys.path, report=report)
    failed = interpreters.run_string(interpreter, script)
    assert failed is None, failed
    interpreters.destroy(interpreter)
got = em.growth([1.0, 2.0], return_status=True)
np.testing.assert_array_equal(got[0], expected[0])
np.testing.assert_array_equal(got[1], expected[1])
em.set_workers(2)
em.growth(np.ones(1_000_000))
print(open(report).read(), end="")
"""


def test_a_subinterpreter_gets_an_import_error():
    names = "_interpreters", "_xxsubinterpreters"
    if not any(name in sys.builtin_module_names or _importable(name) for name in names):
        pytest.skip("no subinterpreters in this Python")
    done = python("-W", "ignore", "-c", SUBINTERPRETER)
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout.split("\n")[:-1]
        == ["evmarket ImportError", "evmarket._core ImportError"] * 2
    )


def _importable(name):
    try:
        __import__(name)
    except ImportError:
        return False
    return True


LEAKS = """
import gc, resource, sys
import numpy as np
import evmarket as em
from tests.arrays.functions import FUNCTIONS, WITH_OUT

em.set_workers(1)
narrow = np.empty(2)  # created once, because NumPy itself may leak its dtype


def good(f, arrays):
    f(*arrays, return_status=True)
    f(*arrays)


def bad(f, arrays):
    for wrong in (["text"], [1, "a"], [[1, 2], [3]], np.ones(3, complex)):
        try:
            f(wrong, *arrays[1:])
        except (TypeError, ValueError):
            continue
        raise AssertionError(f.label)
    for options in ({"axis": 7}, {"out": [1]}, {"out": narrow}, {"nonsense": 1}):
        if f.label.startswith("cagr") and "axis" in options:
            continue
        try:
            f(*arrays, **options)
        except (TypeError, ValueError):
            continue
        raise AssertionError((f.label, options))


def repeat(call, f, arrays, times):
    for _ in range(times):
        call(f, arrays)
    gc.collect()


def held(arrays):
    return [sys.getallocatedblocks(), *map(sys.getrefcount, arrays)]


# Small objects: blocks of Python's allocator, and references to the arguments. A leak
# grows in every round, a cache only in some.
for f in FUNCTIONS:
    for dtype in (np.float64, np.float32, np.int64):
        arrays = [a.astype(dtype) for a in f.sample((9, 7), whole=True)]
        for call in (good, bad) if dtype is np.float64 else (good,):
            repeat(call, f, arrays, 20)
            rounds = []
            for _ in range(3):
                before = held(arrays)
                repeat(call, f, arrays, 60)
                rounds.append([b - a for a, b in zip(before, held(arrays))])
            least = [min(column) for column in zip(*rounds)]
            assert max(least) < 30, (f.label, dtype, call.__name__, rounds)

# Large blocks of NumPy and malloc: peak resident memory does not grow.
big = {f.label: f.sample((40, 2500), whole=True) for f in FUNCTIONS}
out = np.empty((40, 2500))


def heavy(times):
    for _ in range(times):
        for f in FUNCTIONS:
            good(f, big[f.label])
            good(f, [np.asfortranarray(a).astype(">f8") for a in big[f.label]])
            if f in WITH_OUT:
                f(*big[f.label], out=out)


heavy(2)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
heavy(8)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
# An array has 800 KB. One lost per pass by one function adds 6,400 KB or more.
assert grown < 6_000, f"{grown} KB"
print("done")
"""


def test_nothing_leaks():
    pytest.importorskip("resource")
    done = python("-c", LEAKS)
    assert done.stdout.strip() == "done", done.stderr
