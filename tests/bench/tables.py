"""Benchmarks B and C: growth from long tables, against other packages and R.

Run ``python -m tests.bench.tables`` on an idle machine. B is growth of rows by group, C
is growth and margin of a table of sales. In C each package runs in its own process,
which also measures peak memory beyond the table. Results are compared before a ratio is
printed. Amounts are multiples of 0.25, so that sums do not depend on their order.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from tests.bench.timing import machine, peer, versions, with_gaps

MAKERS, REGIONS, MODELS, MONTHS = 61, 340, 1500, 60
FIRST_DAY = np.datetime64("2019-01-01")


def resident():
    """Resident memory of this process in bytes."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


class Peak:
    """A context that samples resident memory; `bytes` is the peak less the start."""

    def __enter__(self):
        self.before = self.most = resident()
        self.open = True
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def _watch(self):
        while self.open:
            self.most = max(self.most, resident())
            time.sleep(0.002)

    def __exit__(self, *_):
        self.open = False
        self.thread.join()

    @property
    def bytes(self):
        return self.most - self.before


def sales_table(rows, regions=REGIONS, seed=3):
    """An Arrow table of shuffled sales: strings, dates, units, revenue, cost."""
    import pyarrow as pa

    rng = np.random.default_rng(seed)
    names = {
        "maker": [f"Maker {k:02d} Motors" for k in range(MAKERS)],
        "model": [f"Model {k:04d}" for k in range(MODELS)],
        "region": [f"Region {k:03d}" for k in range(regions)],
    }
    model = np.minimum(rng.pareto(1.1, rows) * 8, MODELS - 1).astype(np.int32)
    codes = {
        "maker": (model * 7919 % MAKERS).astype(np.int32),
        "model": model,
        "region": rng.integers(0, regions, rows, dtype=np.int32),
    }
    columns = {
        key: pa.DictionaryArray.from_arrays(codes[key], names[key]).dictionary_decode()
        for key in names
    }
    days = rng.integers(0, MONTHS * 365 // 12, rows, dtype=np.int32)
    columns["date"] = pa.array(FIRST_DAY.astype("M8[D]") + days)
    units = rng.integers(1, 6, rows)
    columns["units"] = pa.array(units)
    revenue = units * rng.integers(40_000, 400_000, rows) * 0.25
    columns["revenue"] = pa.array(revenue)
    columns["cost"] = pa.array(np.floor(revenue * 0.8 * 4) * 0.25)
    return pa.table(columns)


def by_evmarket(table, keys):
    import evmarket as em

    panel = em.Panel.from_table(
        table, keys, "date", ["units", "revenue", "cost"], freq="M"
    )
    growth = panel["units"].growth("1Y")
    margin = panel.margin("revenue", "cost")
    return panel, growth, margin


def by_duckdb(table, keys):
    import duckdb

    names = ", ".join(keys)
    match = " and ".join(f"a.{k} = b.{k}" for k in keys)
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.register("sales", table)
    return connection.sql(f"""
        with cells as (
            select {names}, date_trunc('month', date)::date as month,
                   sum(units) as units, sum(revenue) as revenue, sum(cost) as cost
            from sales group by all)
        select {", ".join(f"a.{k}" for k in keys)}, a.month, a.units, a.revenue, a.cost,
               (a.units - b.units) / b.units as growth,
               (a.revenue - a.cost) / a.revenue as margin
        from cells a left join cells b
          on {match} and a.month = b.month + interval 1 year
    """).to_arrow_table()  # fmt: skip


def by_polars(table, keys):
    import polars as pl

    frame = pl.from_arrow(table).lazy()
    cells = frame.group_by(
        [*keys, pl.col("date").dt.truncate("1mo").alias("month")]
    ).agg(pl.col("units").sum(), pl.col("revenue").sum(), pl.col("cost").sum())
    before = cells.select(
        *keys,
        pl.col("month").dt.offset_by("1y").alias("month"),
        pl.col("units").alias("base"),
    )
    return (
        cells.join(before, on=[*keys, "month"], how="left")
        .with_columns(
            growth=(pl.col("units") - pl.col("base")) / pl.col("base"),
            margin=(pl.col("revenue") - pl.col("cost")) / pl.col("revenue"),
        )
        .drop("base")
        .collect()
    )


def by_pandas(table, keys):
    frame = table.to_pandas()
    frame["month"] = frame["date"].to_numpy().astype("M8[M]").astype(np.int64)
    cells = frame.groupby([*keys, "month"], as_index=False, sort=False)[
        ["units", "revenue", "cost"]
    ].sum()
    before = cells[[*keys, "month", "units"]].rename(columns={"units": "base"})
    before["month"] += 12
    cells = cells.merge(before, on=[*keys, "month"], how="left")
    cells["growth"] = (cells["units"] - cells["base"]) / cells["base"]
    cells["margin"] = (cells["revenue"] - cells["cost"]) / cells["revenue"]
    return cells.drop(columns="base")


def by_pyarrow(table, keys):
    """Only the sums: pyarrow has no join on the calendar."""
    import pyarrow.compute as pc

    month = pc.floor_temporal(table["date"], unit="month")
    return (
        table.select([*keys, "units", "revenue", "cost"])
        .append_column("month", month)
        .group_by([*keys, "month"])
        .aggregate([("units", "sum"), ("revenue", "sum"), ("cost", "sum")])
    )


ENGINES_C = {
    "evmarket": by_evmarket,
    "duckdb": by_duckdb,
    "polars": by_polars,
    "pandas": by_pandas,
    "pyarrow, only sums": by_pyarrow,
}


def sums_of(name, result):
    """Numbers to compare: cells, sums, and sums of sorted growth and margin."""
    if name == "evmarket":
        panel, growth, margin = result
        cells = panel["units"]._data.cells
        g, m = growth._data.cells.values, margin._data.cells.values
        return {
            "cells": len(cells.values),
            "units": float(cells.values.sum()),
            "revenue": float(panel["revenue"]._data.cells.values.sum()),
            "known": int(np.isfinite(g).sum()),
            "growth": float(np.sort(g[np.isfinite(g)]).sum()),
            "margin": float(np.sort(m).sum()),
        }
    if name.startswith("pyarrow"):
        return {
            "cells": result.num_rows,
            "units": float(result["units_sum"].to_numpy().sum()),
            "revenue": float(result["revenue_sum"].to_numpy().sum()),
        }
    column = {
        k: np.asarray(result[k], dtype=float)
        for k in ("units", "revenue", "growth", "margin")
    }
    g = column["growth"]
    return {
        "cells": len(g),
        "units": float(column["units"].sum()),
        "revenue": float(column["revenue"].sum()),
        "known": int(np.isfinite(g).sum()),
        "growth": float(np.sort(g[np.isfinite(g)]).sum()),
        "margin": float(np.sort(column["margin"]).sum()),
    }


def group_rows(groups, shuffled):
    """Group, time, value: times 650 to 659 of every group, with 5% of rows missing."""
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(groups, dtype=np.int64) * 7 + 13, 10)
    time_ = np.tile(np.arange(650, 660, dtype=np.int64), groups)
    return with_gaps(rng, group, time_, shuffled)


def rows_evmarket(group, time_, value):
    import evmarket as em

    return em.growth_by(value, group, time_, lag=1)


def rows_pandas(group, time_, value):
    import pandas as pd

    frame = pd.DataFrame({"g": group, "t": time_, "x": value})
    before = pd.DataFrame({"g": group, "t": time_ + 1, "b": value})
    merged = frame.merge(before, on=["g", "t"], how="left")
    return ((merged["x"] - merged["b"]) / merged["b"]).to_numpy()


def rows_duckdb(group, time_, value):
    import duckdb
    import pyarrow as pa

    table = pa.table({"g": group, "t": time_, "x": value, "i": np.arange(len(group))})
    connection = duckdb.connect()
    connection.execute("set threads = 2")
    connection.register("r", table)
    found = connection.sql("""
        select a.i, (a.x - b.x) / b.x as y from r a left join r b
        on a.g = b.g and a.t = b.t + 1
    """).to_arrow_table()
    result = np.empty(len(group))
    result[found["i"].to_numpy()] = found["y"].to_numpy()
    return result


def rows_polars(group, time_, value):
    import polars as pl

    frame = pl.DataFrame({"g": group, "t": time_, "x": value})
    before = frame.select("g", pl.col("t") + 1, pl.col("x").alias("b"))
    joined = frame.join(before, on=["g", "t"], how="left", maintain_order="left")
    return (
        joined.select((pl.col("x") - pl.col("b")) / pl.col("b")).to_series().to_numpy()
    )


ENGINES_B = {
    "evmarket": rows_evmarket,
    "duckdb": rows_duckdb,
    "polars": rows_polars,
    "pandas": rows_pandas,
}

R_SCRIPT = """
suppressMessages(library(collapse))
read <- function(f, what) {
  c <- file(f, "rb"); x <- readBin(c, what, 1e9, 8); close(c); x
}
d <- commandArgs(TRUE)
g <- as.integer(read(file.path(d[1], "g"), "double"))
t <- as.integer(read(file.path(d[1], "t"), "double"))
x <- read(file.path(d[1], "x"), "double")
best <- Inf
for (k in 1:as.integer(d[2])) {
  s <- proc.time()[[3]]
  y <- fgrowth(x, 1L, 1L, g, t, scale = 1)
  best <- min(best, proc.time()[[3]] - s)
}
writeBin(as.double(y), file.path(d[1], "y"))
cat(best)
"""


def rows_collapse(group, time_, value, rounds):
    """Seconds and result of R's collapse, grouping included; None if not installed."""
    if not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        for name, column in (("g", group), ("t", time_), ("x", value)):
            column.astype(np.float64).tofile(Path(folder, name))
        done = subprocess.run(
            ["Rscript", "-e", R_SCRIPT, folder, str(rounds)],
            capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            return None
        return float(done.stdout), np.fromfile(Path(folder, "y"))


def child(options):
    """Run one package of C in this process: shortest time, peak memory, sums."""
    table = sales_table(options.rows, options.regions)
    keys = options.keys.split(",")
    if options.workers:
        import evmarket as em

        em.set_workers(options.workers)
    call = ENGINES_C[options.engine]
    best, peak = float("inf"), 0
    for _ in range(options.rounds):
        result = None  # frees the memory of the run before
        with Peak() as watched:
            start = time.perf_counter()
            result = call(table, keys)
            best = min(best, time.perf_counter() - start)
        peak = max(peak, watched.bytes)
    print(
        json.dumps({"s": best, "peak": peak, "sums": sums_of(options.engine, result)})
    )


def measured(engine, rows, keys, rounds, workers=0, regions=REGIONS):
    command = [sys.executable, "-m", "tests.bench.tables", "--engine", engine]
    command += ["--rows", str(rows)]
    command += ["--keys", ",".join(keys), "--rounds", str(rounds)]
    command += ["--workers", str(workers), "--regions", str(regions)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{engine}: {done.stderr[-800:]}")
    return json.loads(done.stdout)


def check(name, expected, got):
    for what, number in got.items():
        close = np.isclose(number, expected[what], rtol=1e-12, atol=0)
        assert close, f"{name}: {what} is {number}, evmarket's is {expected[what]}"


def growth_of_sales(rows, rounds):
    for keys in (["maker", "region"], ["maker", "model", "region"]):
        ours = measured("evmarket", rows, keys, rounds)
        print(f"\nC, {rows:,} rows by {', '.join(keys)} and month: "
              f"{ours['sums']['cells']:,} cells")  # fmt: skip
        single = measured("evmarket", rows, keys, rounds, workers=1)
        check("1 worker", ours["sums"], single["sums"])
        runs = {"evmarket": ours, "evmarket, 1 worker": single}
        for name in list(ENGINES_C)[1:]:
            if peer(name.split(",")[0]):
                runs[name] = measured(name, rows, keys, rounds)
                check(name, ours["sums"], runs[name]["sums"])
        for name, one in runs.items():
            print(f"  {name:<24}{one['s']:8.2f} s{one['s'] / ours['s']:8.2f} x"
                  f"{one['peak'] / 1e6:10,.0f} MB")  # fmt: skip


def growth_of_rows(groups, rounds):
    import evmarket as em

    for shuffled in (False, True):
        group, time_, value = group_rows(groups, shuffled)
        order = "shuffled" if shuffled else "sorted"
        print(f"\nB, {len(group):,} rows of {groups:,} groups, {order}")
        best, expected = {}, None
        for name, call in ENGINES_B.items():
            if name != "evmarket" and not peer(name):
                continue
            best[name] = float("inf")
            for _ in range(rounds):
                start = time.perf_counter()
                result = call(group, time_, value)
                best[name] = min(best[name], time.perf_counter() - start)
            expected = result if expected is None else expected
            assert np.allclose(expected, result, 1e-12, 1e-13, equal_nan=True), name
        before = em.set_workers(1)
        start = time.perf_counter()
        rows_evmarket(group, time_, value)
        best["evmarket, 1 worker"] = time.perf_counter() - start
        em.set_workers(before)
        rows = em.Rows(group, time_)
        for _ in range(rounds):
            start = time.perf_counter()
            rows.growth(value, 2)
            spent = time.perf_counter() - start
            best["evmarket, another lag"] = min(
                best.get("evmarket, another lag", spent), spent
            )
        collapse = rows_collapse(group, time_, value, rounds)
        if collapse is not None:
            best["R collapse"], result = collapse
            assert np.allclose(expected, result, 1e-9, 1e-12, equal_nan=True), (
                "collapse"
            )
        else:
            print("  R collapse: not installed")
        for name, seconds in best.items():
            print(f"  {name:<24}{seconds:8.3f} s{seconds / best['evmarket']:8.2f} x")


def scaling(rounds):
    """How time and memory of C grow with rows, and with cells."""
    keys, size = ["maker", "region"], 1_000_000
    print("\nC by maker and region, more rows")
    for rows in (1, 2, 4, 8, 16, 32):
        one = measured("evmarket", rows * size, keys, rounds)
        cells, each = one["sums"]["cells"], one["s"] * 1e3 / rows
        print(f"  {rows:>3} M rows{one['s']:8.3f} s{each:8.1f} ns per row"
              f"{cells:>12,} cells{one['peak'] / 1e6:8,.0f} MB")  # fmt: skip
    print("\nC by maker and region, 16 M rows, more regions")
    for regions in (10, 20, 40, 80, 160, 320, 640):
        one = measured("evmarket", 16 * size, keys, rounds, regions=regions)
        cells = one["sums"]["cells"]
        print(f"  {regions:>3} regions{one['s']:8.3f} s{cells:>12,} cells"
              f"{one['peak'] / 1e6:8,.0f} MB")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000_000, help="rows of C")
    parser.add_argument("--groups", type=int, default=1_000_000, help="groups of B")
    parser.add_argument("--rounds", type=int, default=5, help="times per call")
    parser.add_argument("--only", choices=["B", "C"], help="run one benchmark")
    parser.add_argument(
        "--scaling", action="store_true", help="also run C with more rows and regions"
    )
    parser.add_argument("--engine", help=argparse.SUPPRESS)
    parser.add_argument("--keys", help=argparse.SUPPRESS)
    parser.add_argument("--workers", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--regions", type=int, default=REGIONS, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.engine:
        child(options)
        return
    print(machine())
    print(versions("numpy", "pandas", "polars", "duckdb", "pyarrow"))
    if options.only != "C":
        growth_of_rows(options.groups, options.rounds)
    if options.only != "B":
        growth_of_sales(options.rows, options.rounds)
    if options.scaling:
        scaling(options.rounds)


if __name__ == "__main__":
    main()
