"""Threads, processes and instruction sets give the same bits."""

import os
import platform
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import evmarket as em
from evmarket._common import workers as _workers
from tests.arrays import functions
from tests.arrays.functions import same_bits

ROOT = Path(__file__).resolve().parents[2]


def python(*arguments, timeout=100, **environment):
    """A fresh interpreter that finds the package and the tests."""
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    return subprocess.run(
        [sys.executable, *arguments],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.fixture
def splits(monkeypatch):
    """Split arrays of 64 values and more, and record the number of chunks."""
    monkeypatch.setattr(_workers, "MIN_CHUNK", 64)
    recorded, chunks = [], _workers.chunks

    def recording(*arguments):
        parts = chunks(*arguments)
        recorded.append(len(parts))
        return parts

    monkeypatch.setattr(_workers, "chunks", recording)
    return recorded


@pytest.mark.parametrize("count", [1, 2, 7])
def test_chunks_cover_every_item_once(count, workers, monkeypatch):
    monkeypatch.setattr(_workers, "MIN_CHUNK", 64)
    workers(count)
    for size in (0, 1, 63, 64, 65, 127, 128, 129, 1000, 10_007):
        parts = [(start, stop) for start, stop in _workers.chunks(size) if stop > start]
        assert [i for start, stop in parts for i in range(start, stop)] == list(
            range(size)
        )
        assert len(parts) <= count
        if len(parts) > 1:
            assert min(stop - start for start, stop in parts) >= 64 // 2
    assert len(_workers.chunks(10_007)) == count
    assert len(_workers.chunks(63)) <= 1


def test_same_bits_with_any_number_of_workers(workers, splits):
    workers(1)
    expected = functions.digests()
    assert set(splits) <= {1}
    for count in (2, 7):
        splits.clear()
        workers(count)
        assert functions.digests() == expected
        assert max(splits) == count


@pytest.mark.parametrize("count", [1, 2, 7])
@pytest.mark.parametrize(
    "call",
    [
        lambda x: em.growth(x, 3, return_status=True),
        lambda x: em.growth_between(x, x[::-1], return_status=True),
        lambda x: em.log_growth(x, return_status=True),
        lambda x: em.margin(x, x[::-1], return_status=True),
        lambda x: em.index(x, return_status=True),
    ],
    ids=["growth", "growth_between", "log_growth", "margin", "index"],
)
def test_a_long_array_is_cut_into_one_chunk_per_worker(call, count, workers, splits):
    x, _ = functions.wild((10_007,))
    workers(1)
    expected = call(x)
    splits.clear()
    workers(count)
    got = call(x)
    assert same_bits(got[0], expected[0]) and same_bits(got[1], expected[1])
    assert max(splits, default=1) == count


def test_set_workers_refuses_bad_numbers(workers):
    for count in (0, -1, -(10**30)):
        with pytest.raises(ValueError, match=str(count)[:10]):
            workers(count)
    for count in (1.0, "2", None, True, [2]):
        with pytest.raises(TypeError, match=r"\bn\b|workers"):
            workers(count)
    workers(np.int64(2))


def test_errors_in_a_worker_reach_the_caller(workers, splits):
    workers(2)
    years = np.ones(10_007)
    years[9_000] = -4
    with pytest.raises(ValueError, match=r"years.*-4.*9000"):
        em.cagr(1.0, 2.0, years)


def test_set_workers_while_another_thread_computes(workers, splits):
    x = np.arange(1.0, 20_001.0)
    expected, _ = em.growth(x, 3, return_status=True)
    workers(2)
    stop = threading.Event()

    def change():
        while not stop.is_set():
            for count in (2, 3):
                em.set_workers(count)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(60):
            assert same_bits(em.growth(x, 3, return_status=True)[0], expected)
    finally:
        stop.set()
        changer.join()


WORKERS = """
import numpy as np, evmarket as em
from evmarket._common import workers as _workers
_workers.MIN_CHUNK = 64
em.growth(np.ones(10_000))
print(len(_workers.chunks(10_000)))
"""


@pytest.mark.parametrize("count", ["1", "3"])
def test_environment_sets_the_number_of_workers(count):
    done = python("-c", WORKERS, EVMARKET_WORKERS=count)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == count


def test_default_is_the_cores_of_this_process():
    affinity = getattr(os, "sched_getaffinity", None)
    cores = len(affinity(0)) if affinity else os.cpu_count()
    done = python("-c", WORKERS, EVMARKET_WORKERS="")  # empty means not set
    assert done.stdout.strip() == str(min(cores, 10_000 // 64)), done.stderr


@pytest.mark.parametrize("text", ["0", "-2", "two", "1.5"])
def test_a_bad_number_in_the_environment_is_an_import_error(text):
    done = python("-c", WORKERS, EVMARKET_WORKERS=text)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert "EVMARKET_WORKERS" in last and text in last


FORK = """
import os, signal, threading
import numpy as np, evmarket as em
from evmarket._common import workers as _workers
_workers.MIN_CHUNK = 64
em.set_workers(2)
x = np.arange(1.0, 20_001.0)
expected = em.growth(x, 3, return_status=True)


def right():
    # With statuses, because without them an array of this size does not use the pool.
    got = em.growth(x, 3, return_status=True)
    return all(np.array_equal(g, e, equal_nan=True) for g, e in zip(got, expected))


assert threading.active_count() > 1
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        signal.alarm(20)  # a pool that is not rebuilt would hang
        good = right() and len(_workers.chunks(20_000)) == 2
        good = good and threading.active_count() > 1
        os._exit(0 if good else 3)
    children.append(child)
for child in children:
    _, status = os.waitpid(child, 0)
    assert status == 0, status
assert right()
print("done")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_workers_survive_a_fork():
    done = python("-W", "ignore", "-c", FORK)
    assert done.stdout.strip() == "done", done.stderr


# ---- instruction sets ----------------------------------------------------------------


def cpu_has_avx2() -> bool:
    try:
        return " avx2 " in Path("/proc/cpuinfo").read_text().replace("\n", " ")
    except OSError:
        return False


def test_build_info():
    info = em.build_info()
    assert {
        "version",
        "compiler",
        "isa_available",
        "isa",
        "numpy_built",
        "debug",
    } <= set(info)
    assert (
        isinstance(info["isa_available"], tuple) and "baseline" in info["isa_available"]
    )
    assert info["isa"] in info["isa_available"]
    assert isinstance(info["debug"], bool)
    assert all(
        isinstance(info[key], str)
        for key in ("version", "compiler", "isa", "numpy_built")
    )
    info["isa"] = "changed"
    assert em.build_info()["isa"] != "changed"


def test_memory_is_kept_within_a_bound_and_given_back():
    rows = 300_000
    table = {"k": np.arange(rows), "t": np.full(rows, 2024), "x": np.ones(rows)}
    panels = []
    for _ in range(2):
        panels.append(em.Panel.from_table(table, "k", "t", ["x"], freq="Y"))
        info = em.build_info()
        assert 0 <= info["kept"] <= info["kept_at_most"]
        if not info["debug"]:
            assert info["kept"] > 0
        em.clear_cache()
        assert em.build_info()["kept"] == 0
    one, two = (panel["x"].values for panel in panels)
    assert one.tobytes() == two.tobytes()


@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="AVX2 needs x86"
)
def test_the_build_uses_the_instruction_sets_of_this_cpu():
    if cpu_has_avx2():
        assert "avx2" in em.build_info()["isa_available"]
        if "EVMARKET_ISA" not in os.environ:
            assert em.build_info()["isa"] == "avx2"


def test_every_instruction_set_gives_the_same_bits():
    printed = {}
    for isa in em.build_info()["isa_available"]:
        check = python(
            "-c",
            "import evmarket; print(evmarket.build_info()['isa'])",
            EVMARKET_ISA=isa,
        )
        assert check.stdout.strip() == isa, check.stderr
        done = python("-m", "tests.arrays.functions", EVMARKET_ISA=isa)
        assert done.returncode == 0, done.stderr
        printed[isa] = done.stdout
    assert len(printed["baseline"].splitlines()) == len(functions.FUNCTIONS)
    for isa, lines in printed.items():
        assert lines == printed["baseline"], isa


@pytest.mark.parametrize("isa", ["sse9", "AVX2 ", "x" * 5000])
def test_an_unknown_instruction_set_is_an_import_error(isa):
    done = python("-c", "import evmarket", EVMARKET_ISA=isa)
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError") and "EVMARKET_ISA" in last


def test_results_own_their_memory_and_leave_it():
    x = np.arange(1.0, 100_001.0)
    em.clear_cache()
    rates = em.growth(x)
    assert rates.flags.owndata and rates.base is None
    bits = rates.tobytes()
    rates.resize(200_000, refcheck=False)  # grows as any array does
    assert rates[:100_000].tobytes() == bits and not rates[100_000:].any()
    kept = em.build_info()["kept"]
    del rates
    if em.build_info()["kept_at_most"]:
        assert em.build_info()["kept"] > kept
    again = em.growth(x)
    assert again.tobytes() == bits
    em.clear_cache()
    assert em.build_info()["kept"] == 0 and again.tobytes() == bits
