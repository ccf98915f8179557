"""Two threads write to arrays while the package reads them: nothing may crash.

    python -m tests.race [--minutes N]

Results may be any, and errors may be raised: what was written is not what is read.
Under `python -m tests.sanitized tests/test_race.py` wrong addresses are found too.
"""

import argparse
import pickle
import threading
import time
import warnings

import numpy as np

import evmarket as em
from evmarket import _core

ROWS = 4000
NUMBERS = np.array([0, 1, -1, 7, 2**31, -(2**31), 2**40, 2**62, -(2**63)], np.int64)


class Shared:
    """Arrays that every door reads and two threads change."""

    def __init__(self, rows=ROWS):
        self.keys = np.arange(rows) % 37
        self.wide_keys = self.keys.astype(np.int64) << 40
        self.small_keys = self.keys.astype(np.int16)
        self.texts = np.array([f"maker {key}" for key in self.keys], "U12")
        self.objects = np.array([f"maker {key}" for key in self.keys], object)
        self.months = np.arange(rows) // 37
        self.dates = np.datetime64("2015-01-01", "D") + 31 * self.months
        self.yyyymm = 201501 + self.months // 12 * 100 + self.months % 12
        self.values = (1.0 + self.keys).astype(np.float64)
        self.integers = self.keys + 1
        self.offsets = np.arange(rows + 1, dtype=np.int32) * 3
        self.bytes = np.frombuffer(b"abcdef" * rows, np.uint8).copy()
        self.valid = np.full(rows // 8 + 8, 255, np.uint8)
        self.codes = (self.keys % 5).astype(np.int32)
        self.csv = np.frombuffer(b'2024-01,"b ""c""",1.5\n' * rows, np.uint8).copy()
        self.indptr = np.arange(0, rows + 1, 4, dtype=np.int64)
        self.ordinals = np.arange(rows, dtype=np.int64) % 4 + 600
        self.ones = np.ones(rows, np.int64)
        self.low = np.arange(rows, dtype=np.uint64)
        self.high = np.zeros(rows, np.int64)
        self.maps = np.arange(rows // 4, dtype=np.int64)
        self.series = np.arange(rows, dtype=np.int64) // 4
        self.places = np.arange(rows, dtype=np.int64) % 37 - 1
        self.base = np.arange(rows, dtype=np.int32) - 1
        self.known = np.ones(rows, bool)
        self.groups = np.arange(0, rows + 1, 4, dtype=np.intp)
        head, buffers = pickled()
        vars(self).update({f"buffer {k}": each for k, each in enumerate(buffers)})
        self.before = {name: array.copy() for name, array in vars(self).items()}
        self.pickled = head, buffers

    def write(self, made):
        """Change some numbers of each array; most arrays are soon whole again."""
        for name, first in self.before.items():
            array, stays = getattr(self, name), made.random() < 0.02
            place = made.integers(len(array), size=3)
            if array is self.csv:
                array[place] = made.choice(list(b'",\n\r9a\xff'), 3)
            elif array.dtype.kind == "b":
                array[place] = ~array[place]
            elif array.dtype.kind in "iu":
                array[place] = made.choice(NUMBERS, 3).astype(array.dtype)
            elif array.dtype.kind == "M":
                array[place] = made.choice(NUMBERS, 3).view("M8[D]")
            elif array.dtype.kind == "f":
                array[place] = made.choice([np.nan, np.inf, 1e308, -1.0], 3)
            elif array.dtype.kind == "U":
                array.view(np.uint32)[12 * place] = made.integers(2**32, size=3)
            else:
                array[place] = made.choice(["", "x" * 50, "\ud800"], 3)
            if not stays:
                array[:] = first


def arrow_table(shared):
    """The arrays as they are, as the buffers of an Arrow table."""
    import pyarrow as pa

    rows = len(shared.keys)
    parts = [shared.valid, shared.offsets, shared.bytes]
    text = pa.Array.from_buffers(pa.string(), rows, list(map(pa.py_buffer, parts)))
    codes = pa.Array.from_buffers(pa.int32(), rows, [None, pa.py_buffer(shared.codes)])
    words = pa.array(["A", "B", "C", "D", "E"])
    coded = pa.DictionaryArray.from_arrays(codes, words, safe=False)
    numbers = [None, pa.py_buffer(shared.integers)]
    return pa.table(
        {
            "text": text,
            "coded": coded,
            "month": pa.array(shared.before["dates"]),
            "units": pa.Array.from_buffers(pa.int64(), rows, numbers),
        }
    )


def doors(shared):
    """Every way in for arrays, by its name."""
    s = shared

    def panel(keys, period, **options):
        return em.Panel.from_arrays(
            {"maker": keys}, period, {"units": s.integers, "price": s.values}, **options
        )

    ways = {
        "text keys": lambda: panel(s.texts, s.dates, freq="M", duplicates="add"),
        "object keys": lambda: panel(s.objects, s.dates, freq="M", duplicates="add"),
        "integer keys": lambda: panel(s.keys, s.yyyymm, freq="M", duplicates="add"),
        "wide keys": lambda: panel(s.wide_keys, s.dates, freq="D", duplicates="last"),
        "identical": lambda: panel(s.keys, s.dates, freq="D", duplicates="identical"),
        "rows of integers": lambda: rows_of(em.Rows(s.keys, s.months), s),
        "rows of small": lambda: rows_of(em.Rows(s.small_keys, s.months), s),
        "rows of wide": lambda: rows_of(em.Rows(s.wide_keys, s.months), s),
        "rows of texts": lambda: rows_of(em.Rows([s.texts, s.keys], s.months), s),
        "sparse rows": lambda: rows_of(em.Rows(s.keys, s.dates, "D"), s),
        "growth_by": lambda: em.growth_by(s.values, s.keys, s.yyyymm, freq="M"),
        "growth": lambda: em.growth(s.values.reshape(40, -1), axis=0),
        "share": lambda: em.share(s.values.reshape(40, -1)),
        "rank": lambda: em.rank(s.values.reshape(40, -1)),
        "concentration": lambda: em.concentration(s.values.reshape(40, -1), 3),
        "trailing": lambda: em.trailing(s.integers, 12),
        "contributions": lambda: em.contributions(s.values, s.values[::-1]),
        "price_index": lambda: em.price_index(s.values, s.values, s.values, s.values),
    }
    ways |= core_doors(s)
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return ways
    table = arrow_table(s)
    for keys in ("text", "coded", ["coded", "text"]):
        ways[f"arrow {keys}"] = lambda keys=keys: em.Panel.from_table(
            table, keys, "month", "units", freq="M", duplicates="add"
        )
    return ways


def core_doors(s):
    """The functions of the core whose arrays a thread could reach from Python."""
    rows, count = len(s.keys), len(s.maps)
    lag = (None, 1, 0, False)
    measure = {
        "grain": "integer", "places": 0, "lo": s.low, "hi": s.high, "fine": s.low,
        "counts": s.ones,
    }  # fmt: skip
    panel = {"indptr": s.indptr, "ordinals": s.ordinals, "rows": s.ones}
    panel["measures"] = [measure]
    form = (",", ".", ""), 3, (0, 1, 2), ("text", "text", "number"), (b"NA",)
    last = np.arange(rows)
    return {
        "csv": lambda: csv_of(s, form),
        "csv cuts": lambda: _core.csv_cuts(s.csv, 0, len(s.csv), ",", 4, False),
        "merge": lambda: merged([(panel, s.maps)] * 2, count),
        "regroup": lambda: _core.regroup([(panel, s.maps, None, None)], count, ("x",)),
        "regroup some": lambda: _core.regroup(
            [(panel, s.maps, (599, s.ones), s.known)], count, ("x",)
        ),
        "arrange": lambda: check_order(*_core.arrange(s.places, 37)),
        "find cells": lambda: _core.find_cells(
            s.indptr, s.ordinals, s.series, s.ordinals, True
        ),
        "find after": lambda: _core.find_cells(
            s.indptr, s.ordinals, s.series, s.ordinals, False
        ),
        "lag bases": lambda: _core.lag_bases(
            s.indptr, s.ordinals, lag, 0, count, np.empty(rows, np.int64)
        ),
        "gather": lambda: _core.gather(s.values, s.base, 0, rows, np.empty(rows)),
        "add sums": lambda: _core.add_sums([measure] * 3),
        "slide sums": lambda: _core.slide_sums(measure, s.known, s.series, last),
        "explain": lambda: explained(s),
        "explain lanes": lambda: explained(s, np.empty(rows)),
        "pickle": lambda: panel_of_buffers(s),
    }


def csv_of(s, form):
    batch, *_ = _core.csv_read(s.csv, 0, len(s.csv), *form)
    if batch is not None:
        partial = _core.Partial(("k",), ("x",))
        partial.add(batch, (1,), (0,), (2,), freq="M")


def merged(sources, count):
    merge = _core.merge_open(sources, count, ("x",))
    _core.merge_count(merge, 0, count)
    _core.merge_prepare(merge)
    _core.merge_write(merge, 0, count)
    _core.merge_finish(merge)


def check_order(offsets, order):
    """Rows exist, whatever the places were."""
    assert len(order) == offsets[-1] and (order >= 0).all()
    assert not len(order) or order.max() < ROWS


def explained(s, item_parts=None):
    count = len(s.groups) - 1
    parts = tuple(np.empty(count) for _ in range(2))
    items = None if item_parts is None else (item_parts,)
    operands, status = (s.values, s.values), np.empty(count, np.uint8)
    _core.explain("contributions", operands, s.groups, parts, items, status, 0, count)


def pickled():
    """A panel as pickle gives it out of band, and buffers that can be written."""
    buffers = []
    rows = np.arange(ROWS)
    months = rows % 37 + np.datetime64("2020-01")
    panel = em.Panel.from_arrays({"maker": rows // 37}, months, {"units": rows + 1})
    head = pickle.dumps(panel, 5, buffer_callback=buffers.append)
    return head, [np.frombuffer(each.raw(), np.uint8).copy() for each in buffers]


def panel_of_buffers(s):
    """What a panel says does not change after it was loaded."""
    head, buffers = s.pickled
    panel = pickle.loads(head, buffers=buffers)
    once, twice = panel.to_bytes(), panel.to_bytes()
    assert once == twice
    panel["units"].growth("1M").at(panel.periods.last)


def rows_of(rows, shared):
    rows.growth(shared.values, 1)
    rows.trailing(shared.integers, 3)


def run(seconds, names=None):
    """Call all doors in turn for some seconds; how often each one answered."""
    shared, stop = Shared(), threading.Event()
    answered = dict.fromkeys(names or doors(shared), 0)
    errors = dict.fromkeys(answered, 0)
    ways = doors(shared)

    def write(seed):
        made = np.random.default_rng(seed)
        while not stop.is_set():
            shared.write(made)

    writers = [threading.Thread(target=write, args=(seed,)) for seed in (1, 2)]
    for writer in writers:
        writer.start()
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            for name in answered:
                try:
                    ways[name]()
                    answered[name] += 1
                except (ValueError, TypeError, OverflowError):
                    errors[name] += 1
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    return answered, errors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=1)
    warnings.simplefilter("ignore")
    answered, errors = run(60 * parser.parse_args().minutes)
    for name, count in answered.items():
        print(f"{name:20} {count:8} answers {errors[name]:8} errors")


if __name__ == "__main__":
    main()
