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

import numpy as np
import pytest

import evmarket as em
from evmarket import _core

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


FAILING = """
    import warnings
    warnings.simplefilter("ignore")
    import _testcapi
    from tests.test_memory import CALLS
    call = CALLS[{name!r}]
    for _ in range(3):
        call()
    failed = well = at = 0
    while well < 60 and at < 3000:
        _testcapi.set_nomemory(at, at + 1)
        try:
            call()
        except MemoryError:
            _testcapi.remove_mem_hooks()
            failed, well = failed + 1, 0
        else:
            _testcapi.remove_mem_hooks()
            well += 1
        at += 1
    print(failed, at)
"""


@pytest.mark.parametrize("name", ["csv_cuts", "csv_read", "csv_lists"])
def test_every_failing_request_is_a_memory_error(name):
    pytest.importorskip("_testcapi")
    code = textwrap.dedent(FAILING).format(name=name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    failed, at = map(int, done.stdout.split())
    assert failed > 0 and at < 3000
