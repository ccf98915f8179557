"""Benchmark A: growth, margin and shares of arrays, against other packages.

Run ``python -m tests.bench.arrays`` on an idle machine. Packages that are not installed
are skipped. All results are compared first. Each time is the minimum of several rounds
in which all calls take turns, and is also printed as a multiple of evmarket's.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time

import numpy as np

import evmarket as em
from tests.bench.timing import machine, minima, peer, same, table, versions

LAG = 12


def check(name, expected, got):
    # x1 / x0 - 1 loses digits if the change is small: a few roundings of a number near
    # 1 differ by up to 1e-14.
    assert same(expected, got, 1e-12, 1e-14), f"{name} gives other numbers"


def growth_peers(x):
    """Calls without arguments that compute growth at lag 12 with other packages."""
    out = np.empty_like(x)

    def expression():
        g = np.full(x.shape, np.nan)
        g[LAG:] = x[LAG:] / x[:-LAG] - 1
        return g

    def with_out():
        out[:LAG] = np.nan
        np.divide(x[LAG:], x[:-LAG], out=out[LAG:])
        np.subtract(out[LAG:], 1, out=out[LAG:])
        return out

    def plain():
        return (x[LAG:] - x[:-LAG]) / x[:-LAG]

    calls = {"numpy (x1 - x0) / x0, no head": plain}
    calls |= {"numpy x1 / x0 - 1, filled": expression, "numpy out=": with_out}
    if numexpr := peer("numexpr"):

        def by_numexpr():
            g = np.empty_like(x)
            g[:LAG] = np.nan
            operands = {"b": x[LAG:], "a": x[:-LAG]}
            numexpr.evaluate("(b - a) / a", local_dict=operands, out=g[LAG:])
            return g

        calls["numexpr"] = by_numexpr
    if numba := peer("numba"):

        @numba.njit(parallel=True)
        def by_numba(x, lag):
            g = np.empty_like(x)
            for i in numba.prange(x.size):
                g[i] = (x[i] - x[i - lag]) / x[i - lag] if i >= lag else np.nan
            return g

        calls["numba parallel"] = lambda: by_numba(x, LAG)
    if polars := peer("polars"):
        series = polars.Series(x)
        calls["polars pct_change"] = lambda: series.pct_change(LAG)
    if pandas := peer("pandas"):
        column = pandas.Series(x)
        calls["pandas pct_change"] = lambda: column.pct_change(LAG)
    return calls


def margin_peers(r, c):
    out = np.empty_like(r)

    def with_out():
        np.subtract(r, c, out=out)
        return np.divide(out, r, out=out)

    calls = {"numpy (r - c) / r": lambda: (r - c) / r, "numpy out=": with_out}
    if numexpr := peer("numexpr"):
        operands = {"r": r, "c": c}
        calls["numexpr"] = lambda: numexpr.evaluate("(r - c) / r", local_dict=operands)
    if polars := peer("polars"):
        a, b = polars.Series(r), polars.Series(c)
        calls["polars"] = lambda: (a - b) / a
    if pandas := peer("pandas"):
        p, q = pandas.Series(r), pandas.Series(c)
        calls["pandas"] = lambda: (p - q) / p
    if peer("pyarrow"):
        import pyarrow as pa
        import pyarrow.compute as pc

        u, v = pa.array(r), pa.array(c)
        calls["pyarrow"] = lambda: pc.divide(pc.subtract(u, v), u)
    return calls


def with_one_worker(call):
    def run():
        before = em.set_workers(1)
        try:
            return call()
        finally:
            em.set_workers(before)

    return run


def series_work(n, rounds):
    rng = np.random.default_rng(1)
    x = rng.uniform(1, 2, n)
    cost = x * rng.uniform(0.3, 0.9, n)
    expected = np.full(n, np.nan)
    expected[LAG:] = (x[LAG:] - x[:-LAG]) / x[:-LAG]
    out = np.empty_like(x)
    ours = {
        "evmarket": lambda: em.growth(x, LAG),
        "evmarket, 1 worker": with_one_worker(lambda: em.growth(x, LAG)),
        "evmarket out=": lambda: em.growth(x, LAG, out=out),
    }
    peers = growth_peers(x)
    for name, call in (ours | peers).items():
        check(name, expected[LAG:], np.asarray(call())[-(n - LAG) :])
    copies = {"x.copy()": x.copy, "np.copyto(buffer, x)": lambda: np.copyto(out, x)}
    table(
        f"growth at lag {LAG}, {n:,} float64",
        minima(ours | peers | copies, rounds),
        "numpy (x1 - x0) / x0, no head",
        "evmarket",
    )
    ours = {
        "evmarket": lambda: em.margin(x, cost),
        "evmarket, 1 worker": with_one_worker(lambda: em.margin(x, cost)),
        "evmarket out=": lambda: em.margin(x, cost, out=out),
    }
    peers = margin_peers(x, cost)
    for name, call in (ours | peers).items():
        check(name, (x - cost) / x, call())
    table(
        f"margin (r - c) / r, {n:,} float64",
        minima(ours | peers, rounds),
        "numpy (r - c) / r",
        "evmarket",
    )


def small_work(rounds):
    x = np.linspace(100, 130, 24)
    cost = 0.7 * x
    calls = {
        "evmarket growth": lambda: em.growth(x),
        "numpy (x1 - x0) / x0": lambda: (x[1:] - x[:-1]) / x[:-1],
        "evmarket margin": lambda: em.margin(x, cost),
        "numpy (r - c) / r": lambda: (x - cost) / x,
    }
    check("growth", calls["numpy (x1 - x0) / x0"](), em.growth(x)[1:])
    check("margin", calls["numpy (r - c) / r"](), em.margin(x, cost))
    many = 2000

    def repeated(call):
        def run():
            for _ in range(many):
                call()

        return run

    best = minima({name: repeated(call) for name, call in calls.items()}, rounds * 5)
    best = {name: seconds / many for name, seconds in best.items()}
    print("\none call on 24 values")
    for kind, numpy_name in (
        ("growth", "numpy (x1 - x0) / x0"),
        ("margin", "numpy (r - c) / r"),
    ):
        ours, theirs = best[f"evmarket {kind}"], best[numpy_name]
        print(
            f"  {kind}: {ours * 1e6:.2f} us, numpy {theirs * 1e6:.2f} us, "
            f"{ours / theirs:.2f} of numpy's time"
        )


def share_work(rows, columns, rounds):
    x = np.random.default_rng(2).uniform(1, 2, (rows, columns))
    calls = {
        "evmarket": lambda: em.share(x),
        "evmarket, 1 worker": with_one_worker(lambda: em.share(x)),
        "numpy x / x.sum(0)": lambda: x / x.sum(0),
    }
    assert same(x / x.sum(0), em.share(x), rtol=1e-12)
    table(
        f"share(axis=0), {rows:,} x {columns} float64",
        minima(calls, rounds),
        "numpy x / x.sum(0)",
        "evmarket",
    )


def import_work(starts):
    """Time to start an interpreter and import NumPy or evmarket, with modules compiled
    before, as in an installed package."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    best = {"import numpy": float("inf"), "import evmarket": float("inf")}
    for turn in range(starts + 1):
        for statement in best:
            command = [sys.executable, "-c", statement]
            start = time.perf_counter()
            subprocess.run(command, check=True, env=environment)
            spent = time.perf_counter() - start
            best[statement] = min(best[statement], spent) if turn else float("inf")
    ratio = best["import evmarket"] / best["import numpy"]
    print(f"\nstart and import, minimum of {starts} starts in turn")
    for statement, seconds in best.items():
        print(f"  {statement:<34}{seconds * 1e3:10.2f} ms")
    print(f"  evmarket / numpy: {ratio:.3f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--items", type=int, default=20_000_000, help="length of the arrays"
    )
    parser.add_argument("--rounds", type=int, default=7, help="times per call")
    parser.add_argument("--starts", type=int, default=30, help="interpreter starts")
    options = parser.parse_args()
    os.environ.setdefault("NUMBA_CACHE_DIR", os.path.join(os.sep, "tmp", "numba"))
    workers = em.set_workers(1)
    em.set_workers(workers)
    print(machine())
    print(versions("numpy", "numexpr", "numba", "polars", "pandas", "pyarrow"))
    print(f"evmarket {em.__version__}, {workers} workers, {em.build_info()['isa']}")
    series_work(options.items, options.rounds)
    small_work(options.rounds)
    share_work(300_000, 60, options.rounds)
    import_work(options.starts)


if __name__ == "__main__":
    main()
