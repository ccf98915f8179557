"""Benchmark of days on the year: growth of rows on the same date a year before.

Run ``python -m tests.bench.days`` on an idle machine. Eight years of days for each
group, with 5% of rows missing. 29 February has no base. Results are compared before a
ratio is printed.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from tests.bench.timing import machine, peer, versions, with_gaps

FIRST, LAST = np.datetime64("2019-01-01"), np.datetime64("2026-12-31")


def daily_rows(groups, shuffled):
    """Group, day and value of each row."""
    rng = np.random.default_rng(5)
    days = np.arange(FIRST, LAST + 1)
    group = np.repeat(np.arange(groups, dtype=np.int64), len(days))
    return with_gaps(rng, group, np.tile(days, groups), shuffled)


def by_evmarket(group, day, value):
    import evmarket as em

    return em.growth_by(value, group, day, freq="D")


def by_pandas(group, day, value):
    import pandas as pd

    frame = pd.DataFrame({"g": group, "d": day.astype("M8[s]"), "x": value})
    leap = (frame["d"].dt.month == 2) & (frame["d"].dt.day == 29)
    before = frame[~leap].rename(columns={"x": "b"})
    before["d"] = (before["d"] + pd.DateOffset(years=1)).astype("M8[s]")
    merged = frame.merge(before, on=["g", "d"], how="left")
    return ((merged["x"] - merged["b"]) / merged["b"]).to_numpy()


def by_polars(group, day, value):
    import polars as pl

    frame = pl.DataFrame({"g": group, "d": day, "x": value})
    leap = (pl.col("d").dt.month() == 2) & (pl.col("d").dt.day() == 29)
    before = frame.filter(~leap).select(
        "g", pl.col("d").dt.offset_by("1y"), pl.col("x").alias("b")
    )
    joined = frame.join(before, on=["g", "d"], how="left", maintain_order="left")
    return (
        joined.select((pl.col("x") - pl.col("b")) / pl.col("b")).to_series().to_numpy()
    )


def by_duckdb(group, day, value):
    import duckdb
    import pyarrow as pa

    rows = np.arange(len(group))
    table = pa.table({"g": group, "d": pa.array(day), "x": value, "i": rows})
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.register("r", table)
    found = connection.sql("""
        select a.i, (a.x - b.x) / b.x as y from r a left join (
            select g, x, cast(d + interval 1 year as date) as d from r
            where not (month(d) = 2 and day(d) = 29)
        ) b on a.g = b.g and a.d = b.d
    """).to_arrow_table()
    result = np.empty(len(group))
    result[found["i"].to_numpy()] = found["y"].to_numpy()
    return result


ENGINES = {
    "evmarket": by_evmarket,
    "duckdb": by_duckdb,
    "polars": by_polars,
    "pandas": by_pandas,
}


def best_of(call, rows, rounds):
    """The least of several times, and the result."""
    best, result = float("inf"), None
    for _ in range(rounds):
        start = time.perf_counter()
        result = call(*rows)
        best = min(best, time.perf_counter() - start)
    return best, result


def compare(groups, shuffled, rounds):
    import evmarket as em

    rows = daily_rows(groups, shuffled)
    order = "shuffled" if shuffled else "sorted"
    print(f"\ndays, {len(rows[0]):,} rows of {groups:,} groups, {order}")
    best, expected = {}, None
    for name, call in ENGINES.items():
        if name == "evmarket" or peer(name):
            best[name], result = best_of(call, rows, rounds)
            expected = result if expected is None else expected
            assert np.allclose(expected, result, 1e-12, 1e-13, equal_nan=True), name
    before = em.set_workers(1)
    best["evmarket, 1 worker"], _ = best_of(by_evmarket, rows, rounds)
    em.set_workers(before)
    for name, seconds in best.items():
        print(f"  {name:<24}{seconds:8.3f} s{seconds / best['evmarket']:8.2f} x")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3, help="times per call")
    options = parser.parse_args()
    print(machine())
    print(versions("numpy", "pandas", "polars", "duckdb", "pyarrow"))
    for shuffled in (False, True):
        compare(options.groups, shuffled, options.rounds)


if __name__ == "__main__":
    main()
