"""Benchmark F: from a file to printed growth, each package a process of its own.

Run ``python -m tests.bench.files`` on an idle machine. Two million sales in CSV and in
Parquet; sums of three measures by maker, region and month, growth of the makers' sums
on the year, the rows of one month printed as CSV. The time is that of the whole
process, its start included. Results are compared before a ratio is printed.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.bench.tables import sales_table
from tests.bench.timing import machine, peer, versions

MONTH = "2023-12"

POLARS = """
import sys, polars as pl
path = sys.argv[1]
read = pl.scan_parquet if path.endswith("parquet") else pl.scan_csv
options = {} if path.endswith("parquet") else {"try_parse_dates": True}
names = ["units", "revenue", "cost"]
month = pl.col("date").dt.truncate("1mo").alias("month")
cells = read(path, **options).group_by("maker", month).agg(pl.col(names).sum())
before = cells.select(
    "maker", pl.col("month").dt.offset_by("1y"), pl.col(names).name.suffix("_before")
)
rates = [
    (pl.col(n).cast(pl.Float64) / pl.col(f"{n}_before") - 1).alias(f"{n}_growth")
    for n in names
]
cells.join(before, on=["maker", "month"], how="left").with_columns(rates).filter(
    pl.col("month") == pl.date(2023, 12, 1)
).sort("maker").collect().write_csv(sys.stdout)
"""

DUCKDB = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("set threads = 2")
connection.sql(f'''
    copy (
        with cells as (
            select maker, date_trunc('month', date)::date as month,
                   sum(units) as units, sum(revenue) as revenue, sum(cost) as cost
            from '{sys.argv[1]}' group by all)
        select a.*, a.units / b.units - 1 as units_growth,
               a.revenue / b.revenue - 1 as revenue_growth,
               a.cost / b.cost - 1 as cost_growth
        from cells a left join cells b
          on a.maker = b.maker and a.month = b.month + interval 1 year
        where a.month = '2023-12-01' order by a.maker
    ) to '/dev/stdout' (format csv, header)
''')
"""


def commands(path):
    """The command line of each package."""
    ours = [sys.executable, "-m", "evmarket", "growth", path]
    ours += ["--keys", "maker", "--period", "date", "--freq", "M", "--at", MONTH]
    ours += ["--measures", "units", "revenue", "cost", "--format", "csv"]
    found = {"evmarket": ours}
    for name, script in (("polars", POLARS), ("duckdb", DUCKDB)):
        if peer(name):
            found[name] = [sys.executable, "-c", script, path]
    return found


def run(command, environment):
    """Seconds of a process, and what it printed."""
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=True)
    return time.perf_counter() - start, done.stdout.decode()


def growth_of(printed):
    """Growth by maker and measure."""
    rows = list(csv.DictReader(io.StringIO(printed)))
    if "measure" in rows[0]:  # one row a measure
        return {(row["maker"], row["measure"]): float(row["growth"]) for row in rows}
    names = ("units", "revenue", "cost")
    return {(r["maker"], n): float(r[f"{n}_growth"]) for r in rows for n in names}


def check(name, expected, printed):
    found = growth_of(printed)
    assert found.keys() == expected.keys(), name
    for key, rate in expected.items():
        assert np.isclose(rate, found[key], rtol=1e-9, atol=1e-12), (name, key)


def compare(path, rounds, environment):
    calls = commands(path)
    expected = growth_of(run(calls["evmarket"], environment)[1])
    for name, command in calls.items():
        check(name, expected, run(command, environment)[1])
    times = {name: [] for name in calls}
    for _ in range(rounds):
        for name, command in calls.items():
            times[name].append(run(command, environment)[0])
    best = {name: min(seconds) for name, seconds in times.items()}
    print(f"\nF, {Path(path).suffix[1:]}, {os.path.getsize(path) / 1e6:.0f} MB")
    for name, seconds in best.items():
        middle = sorted(times[name])[rounds // 2]
        print(f"  {name:<12}{seconds:7.3f} s, median{middle:7.3f} s"
              f"{seconds / best['evmarket']:8.2f} x")  # fmt: skip


def main():
    import pyarrow.csv
    import pyarrow.parquet

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--rounds", type=int, default=5, help="times per command")
    options = parser.parse_args()
    print(machine())
    print(versions("numpy", "polars", "duckdb", "pyarrow"))
    with tempfile.TemporaryDirectory() as folder:
        # Modules are compiled once, as those of an installed package are.
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": f"{folder}/compiled"}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        table = sales_table(options.rows).drop_columns(["model"])
        paths = f"{folder}/sales.csv", f"{folder}/sales.parquet"
        pyarrow.csv.write_csv(
            table, paths[0], pyarrow.csv.WriteOptions(quoting_style="none")
        )
        pyarrow.parquet.write_table(table, paths[1])
        del table
        for path in paths:
            compare(path, options.rounds, environment)


if __name__ == "__main__":
    main()
