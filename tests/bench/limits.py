"""How far each work is from the speed of memory.

Run ``python -m tests.bench.limits`` on an idle machine. A work must at least read its
input and write its result once. The time that copying as many bytes takes is its limit;
the ratio of our time to it says what the arithmetic, the hashing and the search cost.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import warnings
from typing import NamedTuple

import numpy as np

from tests.bench import days, middle, tables
from tests.bench.timing import machine, minima, versions


class Work(NamedTuple):
    name: str
    bytes: int
    seconds: float


def best(call, rounds):
    """The shortest of several times."""
    return minima({"ours": call}, rounds)["ours"]


def copy_speed(rounds):
    """Bytes a second that a copy between two warm arrays reads and writes."""
    x = np.ones(20_000_000)
    to = np.zeros_like(x)
    return 2 * x.nbytes / best(lambda: np.copyto(to, x), rounds)


def array_works(rounds):
    import evmarket as em

    rng = np.random.default_rng(1)
    x, y = rng.uniform(1, 2, (2, 20_000_000))
    wide = rng.uniform(1, 2, (300_000, 60))
    return [
        Work(
            "A growth, 20 M values",
            2 * x.nbytes,
            best(lambda: em.growth(x, 12), rounds),
        ),
        Work(
            "A margin, 20 M values", 3 * x.nbytes, best(lambda: em.margin(y, x), rounds)
        ),
        Work(
            "A share of 300,000 x 60",
            3 * wide.nbytes,  # read for the totals, and again for the shares
            best(lambda: em.share(wide, axis=0), rounds),
        ),
    ]


def row_works(rounds):
    found = []
    for shuffled in (False, True):
        order = "shuffled" if shuffled else "sorted"
        rows = tables.group_rows(1_000_000, shuffled)
        size = sum(column.nbytes for column in rows) + rows[2].nbytes
        spent = best(lambda rows=rows: tables.rows_evmarket(*rows), rounds)
        found.append(Work(f"B growth of rows, {order}", size, spent))
        rows = days.daily_rows(1_000, shuffled)
        size = sum(column.nbytes for column in rows) + rows[2].nbytes
        spent = best(lambda rows=rows: days.by_evmarket(*rows), rounds)
        found.append(Work(f"  days on the year, {order}", size, spent))
    return found


def bytes_of(panel):
    """The bytes of the finest cells of a panel."""
    base = panel._data.base
    arrays = [*base.layout]
    for level in base.levels:
        sums = level.sums
        arrays += [sums.lo, sums.hi, sums.fine, sums.values]
    return sum(array.nbytes for array in arrays if array is not None)


def panel_works(rounds):
    import pyarrow as pa

    import evmarket as em

    found = []
    names = ["units", "revenue", "cost"]
    for title, table, keys in (
        (
            "C build, 8 M rows, two keys",
            tables.sales_table(8_000_000),
            ["maker", "region"],
        ),
        (
            "D build, 1 M rows",
            pa.Table.from_pandas(middle.sales(1_000_000, 5_000)),
            ["maker"],
        ),
    ):
        table = table.select([*keys, "date", *names])

        def build(table=table, keys=keys):
            return em.Panel.from_table(table, keys, "date", names, freq="M")

        panel = build()
        size = bytes_of(panel)
        spent = best(build, rounds)
        found.append(Work(title, table.nbytes + size, spent))
        units = panel["units"]
        cells = len(units._data.cells.values)
        lo, hi = units._data.cells.sums.lo, units._data.cells.values
        read = lo.nbytes + 2 * hi.nbytes  # sums, periods, rows
        fresh = panel._data
        roll = best(
            lambda fresh=fresh: fresh.seen(fresh.view.rolled(())).read("units"), rounds
        )
        found.append(Work(f"E roll-up of {cells:,} cells", read, roll))
        found.append(
            Work(f"E growth of {cells:,} cells", 3 * hi.nbytes + cells,
                 best(lambda units=units: units.growth("1Y"), rounds))
        )  # fmt: skip
        found.append(
            Work(f"E trailing year of {cells:,} cells", 4 * hi.nbytes + cells,
                 best(lambda units=units: units.trailing("12M"), rounds))
        )  # fmt: skip
    return found


def file_works(rounds):
    import pyarrow.csv

    from evmarket._inputs.csv_files import Wanted, csv_tables

    wanted = Wanted(("maker",), ("date",), ("units", "revenue", "cost"))
    table = tables.sales_table(2_000_000).drop_columns(["model"])
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/sales.csv"
        options = pyarrow.csv.WriteOptions(quoting_style="none")
        pyarrow.csv.write_csv(table, path, options)

        def read():
            for _ in csv_tables(path, wanted, None, (), lambda size: None):
                pass

        # Read from the page cache, which is a copy, then searched.
        size = 3 * os.path.getsize(path)
        return [Work("F fields of 2 M rows of CSV", size, best(read, rounds))]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="times per call")
    options = parser.parse_args()
    print(machine())
    print(versions("numpy", "pyarrow"))
    speed = copy_speed(options.rounds)
    print(f"copy: {speed / 1e9:.1f} GB/s, read and written together\n")
    print(f"{'work':<34}{'touched':>10}{'limit':>11}{'ours':>11}{'ratio':>8}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for works in (array_works, row_works, panel_works, file_works):
            for work in works(options.rounds):
                limit = work.bytes / speed
                ratio = work.seconds / limit
                print(f"{work.name:<34}{work.bytes / 1e6:>7.0f} MB"
                      f"{limit * 1e3:>8.1f} ms{work.seconds * 1e3:>8.1f} ms"
                      f"{ratio:>8.1f}")  # fmt: skip


if __name__ == "__main__":
    main()
