"""Works G and H: many partial panels to one, and tables larger than memory.

Run ``python -m tests.bench.scale`` on an idle machine. Works:

merge
    Twenty panels of five million rows in one, beside the build of the whole from rows;
    bytes and back, and the size that Python sees.
stream
    Parquet files of ten million rows each through a dataset, in a process of its own
    whose resident size is printed along the way. ``--files 20`` is 200 million rows.
stop
    Ctrl-C while a table of one batch is read: the time until it ends.
dask
    A hundred files by a cluster of two processes, beside one process with two threads.

Results are compared before a ratio is printed. Files are made in ``--folder`` and kept,
if it is given.
"""

from __future__ import annotations

import argparse
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from itertools import pairwise

import numpy as np

from tests.bench.tables import sales_table
from tests.bench.timing import machine, minima, versions

SALES = (["maker", "region"], "date", ["units", "revenue", "cost"])
ROWS_PER_FILE = 10_000_000


# ---- work G --------------------------------------------------------------------------


def plain_rows(rows=5_000_000, series=120_000, months=15):
    """Rows of about 1.7 million cells."""
    rng = np.random.default_rng(1)
    one, month = rng.integers(0, series, rows), rng.integers(0, months, rows)
    return {
        "maker": one // 40,
        "model": one % 40,
        "month": np.datetime64("2023-01", "M") + month,
        "units": rng.integers(1, 100, rows),
        "revenue": rng.integers(1, 4000, rows) * 0.25,
    }


def plain_panel(columns):
    import evmarket as em

    return em.Panel.from_table(
        columns, ["maker", "model"], "month", ["units", "revenue"], freq="M"
    )


def bytes_held(panel):
    """The bytes of all arrays of a panel and of its labels."""
    base = panel._data.base
    arrays = {id(a): a.nbytes for a in (*base.layout, base.series.codes)}
    for level in base.levels:
        for name in ("lo", "hi", "fine", "counts", "values"):
            array = getattr(level.sums, name)
            if array is not None:
                arrays[id(array)] = array.nbytes
    labels = sum(sys.getsizeof(w) for words in base.series.labels for w in words)
    return sum(arrays.values()) + labels


def merging(rounds):
    columns = plain_rows()
    count = len(columns["month"])
    whole = plain_panel(columns)
    built = minima({"": lambda: plain_panel(columns)}, rounds)[""]
    print(
        f"\nG: {count:,} rows, {len(whole.series['maker']):,} series, "
        f"{len(whole._data.base.layout.ordinals):,} cells, two measures, 20 parts"
    )
    print(f"  {'build of the whole':<34}{built * 1e3:8.0f} ms")
    orders = {
        "rows at random": np.arange(count),
        "by month": np.argsort(columns["month"], kind="stable"),
        "by maker": np.argsort(columns["maker"], kind="stable"),
    }
    for name, order in orders.items():
        cuts = pairwise(np.linspace(0, count, 21).astype(int))
        parts = [
            plain_panel({k: v[order[a:b]] for k, v in columns.items()}) for a, b in cuts
        ]
        first, *others = parts
        merged = first.merge(*others)
        assert np.array_equal(
            merged["revenue"].values, whole["revenue"].values, equal_nan=True
        )
        spent = minima({"": lambda a=first, b=others: a.merge(*b)}, rounds)[""]
        print(f"  merge of 20, {name:<21}{spent * 1e3:8.0f} ms{spent / built:8.2f} x")
    data = whole.to_bytes()
    assert type(whole).from_bytes(data).to_bytes() == data
    calls = {
        "to_bytes": whole.to_bytes,
        "from_bytes": lambda: type(whole).from_bytes(data),
        "pickle, protocol 5, out of band": lambda: pickle.dumps(
            whole, 5, buffer_callback=[].append
        ),
    }
    for name, spent in minima(calls, rounds).items():
        print(f"  {name:<34}{spent * 1e3:8.0f} ms{len(data) / spent / 1e9:8.2f} GB/s")
    fresh = plain_panel(columns)  # a panel keeps what it has computed
    seen, held = sys.getsizeof(fresh), bytes_held(fresh)
    print(f"  sys.getsizeof {seen / 1e6:.1f} MB, held {held / 1e6:.1f} MB")


# ---- work H --------------------------------------------------------------------------

STREAM = """
import sys, threading, time
import pyarrow.dataset
import evmarket as em

def resident():
    for line in open("/proc/self/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024

before, along, done = resident(), [], threading.Event()

def watch():
    while not done.wait(0.05):
        along.append(resident())

watcher = threading.Thread(target=watch)
watcher.start()
start = time.perf_counter()
panel = em.Panel.from_table(pyarrow.dataset.dataset(sys.argv[1:]),
    ["maker", "region"], "date", ["units", "revenue", "cost"], freq="M")
spent = time.perf_counter() - start
done.set()
watcher.join()
cells = len(panel._data.base.layout.ordinals)
print(spent, before, max(along), cells, sys.getsizeof(panel) / 1e6)
print(*(f"{x:.0f}" for x in along[:: max(1, len(along) // 12)]))
print(int(panel.rollup(())["units"].values.sum()))
"""


def sales_files(folder, count):
    """Files of sales, made where they are not there; their units in all."""
    import pyarrow.compute
    import pyarrow.parquet

    paths = [os.path.join(folder, f"sales-{k:02d}.parquet") for k in range(count)]
    units = 0
    for k, path in enumerate(paths):
        if not os.path.exists(path):
            table = sales_table(ROWS_PER_FILE, seed=3 + k)
            pyarrow.parquet.write_table(table, path)
        column = pyarrow.parquet.read_table(path, columns=["units"])["units"]
        units += pyarrow.compute.sum(column).as_py()
    return paths, units


def streaming(folder, files):
    paths, units = sales_files(folder, files)
    per_row = []
    for count in sorted({min(2, files), files}):
        wanted = units if count == files else sales_files(folder, count)[1]
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", STREAM, *paths[:count]],
            stdout=subprocess.PIPE, text=True, check=True,
        )  # fmt: skip
        numbers, along, total = done.stdout.splitlines()
        assert int(total) == wanted, (total, wanted)
        spent, before, peak, cells, held = map(float, numbers.split())
        rows = count * ROWS_PER_FILE
        per_row.append(spent / rows)
        merging_cells = cells * (3 * 16 + 16) * 2 / 1e6
        print(f"\nH: {rows / 1e6:.0f} M rows of Parquet through a dataset, two workers")
        print(f"  {spent:.1f} s, {spent / rows * 1e9:.0f} ns a row")
        print(
            f"  resident {before:.0f} MB before, {peak:.0f} MB at most; cells of two "
            f"workers {merging_cells:.0f} MB, the panel {held:.0f} MB"
        )
        print(f"  along the way, MB: {along}")
    if len(per_row) == 2:
        print(f"  time a row: {per_row[1] / per_row[0]:.2f} x that of 20 M rows")


def stopping(rows=20_000_000):
    """The longest of several times from Ctrl-C to its KeyboardInterrupt."""
    import evmarket as em

    table = sales_table(rows).combine_chunks()
    worst = 0.0
    for keys in (["maker", "region"], ["maker", "model", "region"]):
        for delay in (0.2, 0.4, 0.6, 0.8):
            sent = []

            def send(sent=sent):
                sent.append(time.perf_counter())
                os.kill(os.getpid(), signal.SIGINT)

            timer = threading.Timer(delay, send)
            timer.start()
            try:
                em.Panel.from_table(table, keys, *SALES[1:], freq="M")
            except KeyboardInterrupt:
                worst = max(worst, time.perf_counter() - sent[0])
            timer.cancel()
    print(
        f"\nCtrl-C while {rows / 1e6:.0f} M rows of one batch are read: "
        f"{worst * 1e3:.0f} ms at most"
    )


# ---- Dask ----------------------------------------------------------------------------


def by_dask(folder, rows, rounds):
    import distributed
    import pyarrow.dataset
    import pyarrow.parquet

    import evmarket as em
    import evmarket.dask

    place = os.path.join(folder, "hundred")
    if not os.path.isdir(place):
        os.mkdir(place)
        table = sales_table(rows).sort_by("date")  # a file for some days
        for k in range(100):
            part = table.slice(k * (rows // 100), rows // 100)
            pyarrow.parquet.write_table(part, os.path.join(place, f"{k:02d}.parquet"))

    def one():
        dataset = pyarrow.dataset.dataset(place)
        return em.Panel.from_table(dataset, *SALES, freq="M")

    def cluster():
        return evmarket.dask.panel(place, *SALES, freq="M").compute()

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as made,
        distributed.Client(made),
    ):
        assert cluster().to_bytes() == one().to_bytes()
        spent = minima({"one": one, "cluster": cluster}, rounds)
    print(f"\n{rows / 1e6:.0f} M rows in 100 files of Parquet")
    print(f"  one process, two threads          {spent['one']:8.2f} s")
    print(
        f"  Dask, two processes               {spent['cluster']:8.2f} s"
        f"{spent['cluster'] / spent['one']:8.2f} x"
    )


WORKS = ("merge", "stream", "stop", "dask")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("works", nargs="*", default=WORKS, metavar="work")
    parser.add_argument("--rounds", type=int, default=5, help="times per call")
    parser.add_argument("--files", type=int, default=2, help="of ten million rows")
    parser.add_argument("--rows", type=int, default=20_000_000, help="for Dask")
    parser.add_argument("--folder", help="where the files are made and kept")
    options = parser.parse_args()
    print(machine())
    print(versions("numpy", "pyarrow", "dask"))
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or temporary
        if "merge" in options.works:
            merging(options.rounds)
        if "stream" in options.works:
            streaming(folder, options.files)
        if "stop" in options.works:
            stopping()
        if "dask" in options.works:
            by_dask(folder, options.rows, options.rounds)


if __name__ == "__main__":
    main()
