"""Memory that runs out, and memory that is given back.

Python's allocator fails once, at the first request of a call, then at the second, and
so on until the call succeeds: each failure is a MemoryError. Called many times, whether
it ends well or not, a call leaves no blocks behind.
"""

import contextlib
import gc
import subprocess
import sys
import textwrap
import tracemalloc

import numpy as np
import pytest

import evmarket as em
from evmarket import _core
from tests import core_calls

CSV = (
    b"maker,month,units\n" + b'"A ""x"" of a long name",2024-01,1.5\nB,2024-02,2\n' * 3
)
LONG = CSV * 9  # Python has made numbers up to 256 before
FORM = (",", ".", "")
KINDS = ("text", "text", "number")


def read_csv(data=CSV):
    start = data.index(b"\n") + 1
    return _core.csv_read(data, start, len(data), FORM, 3, (0, 1, 2), KINDS, (b"NA",))


def table():
    return {
        "maker": ["A", "B", "A", None],
        "month": ["2024-01", "2024-01", "2025-01", "2025-01"],
        "units": [1.0, 2.0, 3.0, 4.0],
    }


def panel():
    return em.Panel.from_table(table(), "maker", "month", "units")


DATA = panel().to_bytes()
CALLS = {
    "csv_cuts": lambda: _core.csv_cuts(LONG, 0, len(LONG), ",", 3, True),
    "csv_lists": lambda: _core.batch_lists(read_csv()[0]),
    "csv_read": read_csv,
    "growth": lambda: em.growth([1.0, 2.0, 0.0]),
    "implied_base": lambda: em.implied_base("1,000", "25%"),
    "panel": panel,
    "panel_bytes": lambda: em.Panel.from_bytes(DATA).to_bytes(),
    "panel_growth": lambda: panel()["units"].growth("1Y").at("2025-01"),
    "panel_rollup": lambda: panel().rollup()["units"].at("2025-01"),
    "rows": lambda: em.Rows(table()["month"], table()["maker"]),
}
# Calls that raise.
BAD = {
    "csv_open_quote": lambda: read_csv(CSV + b'"'),
    "csv_bad_text": lambda: read_csv(CSV + b"\xff,x,1\n"),
    "csv_bad_number": lambda: read_csv(CSV + b"a,b,x\n"),
    "csv_bad_kind": lambda: _core.csv_read(CSV, 0, 9, FORM, 3, (0,), ("no",), ()),
    "damaged_bytes": lambda: em.Panel.from_bytes(DATA[:-1]),
    "bad_month": lambda: em.Panel.from_table(
        {**table(), "month": ["2024-01", "2024-13"] * 2}, "maker", "month", "units"
    ),
    "infinity": lambda: em.Panel.from_table(
        {**table(), "units": [1.0, np.inf, 2.0, 3.0]}, "maker", "month", "units"
    ),
}


@pytest.fixture(autouse=True, scope="module")
def few_objects():
    """What was there before is not looked through in each collection."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


def blocks_after(call, times):
    for _ in range(times):
        with contextlib.suppress(ValueError, KeyError, TypeError):
            call()
    gc.collect()
    return sys.getallocatedblocks()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*CALLS, *BAD])
def test_a_call_leaves_nothing_behind(name):
    call = CALLS.get(name) or BAD[name]
    counts = [blocks_after(call, 100) for _ in range(6)]
    # Caches of NumPy fill up at first; a leak takes a block or more in every call.
    least = min(np.diff(counts))
    assert least < 90, f"blocks after each 100 calls: {counts}"


# ---- every function and method of the core -------------------------------------------


def test_the_table_of_calls_has_every_name_of_the_core():
    assert sorted(core_calls.CALLS) == core_calls.names_of_the_core()


def held_after(call, times):
    """Blocks and bytes of Python's allocators, and of arrays, after some calls."""
    for _ in range(times):
        with contextlib.suppress(Exception):
            call()
    gc.collect()
    return sys.getallocatedblocks(), tracemalloc.get_traced_memory()[0]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", core_calls.CALLS)
def test_a_call_of_the_core_leaves_nothing_behind(name):
    """Neither where it ends well nor where it raises an error."""
    for call in core_calls.CALLS[name]:
        if call is None:
            continue
        tracemalloc.start()
        try:
            held = np.array([held_after(call, 50) for _ in range(5)])
        finally:
            tracemalloc.stop()
        blocks, size = np.diff(held, axis=0).min(axis=0)
        assert blocks < 25 and size < 50 * 16, held.tolist()


FAILING = """
    import faulthandler, sys, warnings
    import _testcapi
    from tests import core_calls, test_memory
    faulthandler.enable()
    warnings.simplefilter("ignore")
    table = {table}
    for name, calls in table.items():
        for call in calls:
            print(name, file=sys.stderr, flush=True)
            failed, wrong = test_memory.failing_requests(call, _testcapi)
            print(name, failed, *wrong)
"""
INNER = "error return without exception set"
"""An error of the interpreter's frames, and of NumPy's functions of arrays, whose own
requests fail. Where a function of the core is at fault, Python words it otherwise."""


def outcome(call):
    """What a call gives, in a form that can be compared, or the class of its error."""
    try:
        return core_calls.plain(call())
    except Exception as error:
        return type(error)


def failing_requests(call, hooks):
    """Let each request fail in turn: how many did, and outcomes that may not be."""
    for _ in range(3):
        expected = outcome(call)
    failed = well = at = 0
    wrong = []
    while well < 60 and at < 3000:
        result = error = None
        hooks.set_nomemory(at, at + 1)
        try:
            result = call()
        except Exception as raised:
            hooks.remove_mem_hooks()
            error = raised
        hooks.remove_mem_hooks()
        at += 1
        inner = isinstance(error, SystemError) and str(error) == INNER
        if isinstance(error, MemoryError) or inner:
            failed, well = failed + 1, 0
            continue
        well += 1
        found = core_calls.plain(result) if error is None else type(error)
        if found != expected:
            wrong.append(f"request {at - 1}: {str(found)[:80]}")
    return failed, wrong


def lines_of_failing(table):
    """For each call of a table of calls: name, how many requests failed, and faults."""
    pytest.importorskip("_testcapi")
    code = textwrap.dedent(FAILING).format(table=table)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]  # ends with the name at fault
    return [line.split(" ", 2) for line in done.stdout.splitlines()]


def test_every_failing_request_in_the_core_is_a_memory_error():
    table = "{k: [c for c in v if c] for k, v in core_calls.CALLS.items()}"
    lines = lines_of_failing(table)
    assert {name for name, *_ in lines} == set(core_calls.CALLS)
    assert [line for line in lines if len(line) > 2] == []
    # These two take no memory.
    idle = {name for name, failed in lines if failed == "0"}
    assert idle <= {"clear_kept", "kept_bytes"}


def test_every_failing_request_in_a_reader_is_a_memory_error():
    names = ["csv_cuts", "csv_read", "csv_lists"]
    lines = lines_of_failing(f"{{k: [test_memory.CALLS[k]] for k in {names}}}")
    assert [name for name, failed in lines if int(failed) > 0] == names
