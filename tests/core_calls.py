"""A call of every function and method of the core that ends well, and one that fails.

The names are those of `names_of_the_core`. Calls make all that they change, so that
each may be repeated.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np

from evmarket import _core

INT, REAL = np.int64, np.float64
MONTHS = ["2024-01", "2024-02", None]
CSV = b"maker,month,units\n" + b'"A ""x"" of a name",2024-01,1.5\nB,2024-02,2\n' * 3
FORM = (",", ".", "")
BEGIN = CSV.index(b"\n") + 1
X = np.array([[1.0, 2.0], [3.0, 4.0]])
X3 = X[None] + 1.0
LAG: Any = (None, 1, 0, False)

SPECIAL = {
    "concentration": (X, 1),
    "from_ytd": (X[0], 12, 0),
    "trailing": (X[0], 2),
    "ytd": (X[0], 12, 0),
    "implied_remainder": (1.0, 1.0, X[0], X[0]),
}
"""The operands of functions of arrays that take a row, or integers, beside numbers."""


def names_of_the_core():
    """Each function; each type with its methods and properties."""
    names = []
    for name in dir(_core):
        found = getattr(_core, name)
        if name.startswith("__") or not callable(found):
            continue
        names.append(name)
        if isinstance(found, type):
            own = vars(found).keys() - {"__doc__", "__module__", "__new__"}
            names += [f"{name}.{method}" for method in own]
    return sorted(names)


def ufunc_calls(name):
    """Numbers go through; an array of texts has no loop."""
    function = getattr(_core, name)
    given = SPECIAL.get(name, (X[0],) * function.nin)
    return lambda: function(*given), lambda: function(*(["x"],) * function.nin)


# ---- columns and batches -------------------------------------------------------------


def batch():
    texts = ["A", "B", None]
    return _core.columns([texts, MONTHS, np.arange(3.0)], ["maker", "month", "units"])


def numbers(rows=3):
    """Keys, periods and numbers, as integers and floats."""
    count = np.arange(rows)
    return _core.columns([count % 2, count, count + 0.5])


def read_csv(data=CSV, kinds=("text", "text", "number")):
    return _core.csv_read(data, BEGIN, len(data), FORM, 3, (0, 1, 2), kinds, (b"NA",))


class Stream:
    """A table with the stream of a batch."""

    def __arrow_c_stream__(self, requested_schema=None):
        names = ("maker", "month", "units")
        return _core.arrow_stream(batch(), names, (None,) * 3)


def batches(**given):
    return _core.Batches(Stream(), **given)


def all_of(reader, places=(0, 1, 2)):
    reader.choose(places)
    return [rows for _, rows in reader]


# ---- panels --------------------------------------------------------------------------


def partial(keys=("maker",)):
    made = _core.Partial(keys, ("units",), period="month")
    made.add(batch(), (0,), (1,), (2,), freq="M", start=0, stop=2)
    return made


def plain_partial(**options):
    made = _core.Partial(("k",), ("x",), **options)
    made.add(numbers(), (0,), (1,), (2,), freq=None)
    return made


def written():
    made = partial()
    made.prepare()
    made.write(0, 2)
    return made


def source():
    return plain_partial().finish()


def merged(merge, last=True):
    """All steps of a merge."""
    _core.merge_count(merge, 0, 2)
    _core.merge_prepare(merge)
    _core.merge_write(merge, 0, 2)
    return _core.merge_finish(merge) if last else None


def opened(series=2):
    places = np.arange(2)
    return _core.merge_open([(source(), places)] * 2, series, ("x",))


def prepared():
    merge = opened()
    _core.merge_prepare(merge)
    return merge


def measure():
    made = dict(source()["measures"][0])
    return made | {"counts": np.ones(len(made["lo"]), INT)}


# ---- rows ----------------------------------------------------------------------------


def rows(periods=(0, 0, 1)):
    groups = _core.columns([np.array([0, 1, 0])])
    made = _core.Rows(groups, (0,), np.array(periods))
    more = True
    while more:
        made.run(0, 3)
        more = made.next()
    return made


def explained(family="contributions", offsets=None):
    parts = tuple(np.empty(2) for _ in range(2))
    status = np.empty(2, np.uint8)
    operands = (X, X + 1) if offsets is None else (X.ravel(), X.ravel() + 1)
    _core.explain(family, operands, offsets, parts, None, status, 0, 2)
    return parts, status


def lmdi(stop=1, wrong=0.0):
    effects, total, residual = np.empty((1, 2)), np.empty(1), np.empty(1)
    status = np.empty(1, np.uint8)
    _core.lmdi(X3, X3 + 1, False, effects, total, residual, status, 0, stop)
    return effects, total, residual, status


def shift_share(stop=1):
    out = tuple(np.empty((1, 2, 2)) for _ in range(5))
    status = np.empty(1, np.uint8)
    _core.shift_share(X3, X3 + 1, out, status, 0, stop)
    return out, status


def filled(call, *shapes, dtype=REAL):
    """Arrays that a call filled."""
    arrays = [np.full(shape, -1, dtype) for shape in shapes]
    call(*arrays)
    return arrays


def column_totals(shape):
    sums = np.zeros(shape)
    _core.column_sums(X, sums, 0, 1)
    return _core.column_totals(X, sums)


CALLS = {
    "Batches": (batches, lambda: _core.Batches(5)),
    "Batches.__iter__": (lambda: iter(batches()), None),
    "Batches.__next__": (
        lambda: all_of(batches()),
        lambda: next(batches()),
    ),
    "Batches.choose": (
        lambda: batches().choose((2, 0)), lambda: batches().choose((9,)),
    ),
    "Batches.names": (lambda: batches().names, None),
    "Batches.schema": (lambda: batches(first_row=5).schema, None),
    "Partial": (plain_partial, lambda: plain_partial(duplicates="no")),
    "Partial.add": (
        partial,
        lambda: _core.Partial(("k",), ("x",)).add(batch(), (0,), (1,), (2,), freq="M"),
    ),
    "Partial.clear": (lambda: partial().clear(), lambda: written().clear()),
    "Partial.finish": (lambda: partial().finish(), lambda: twice(partial(), "finish")),
    "Partial.merge": (
        lambda: both(partial(), partial()).finish(),
        lambda: both(partial(), partial(("maker", "b"))),
    ),
    "Partial.prepare": (
        lambda: partial().prepare(), lambda: twice(partial(), "prepare"),
    ),
    "Partial.repeats": (
        lambda: plain_partial(find_repeats=9).repeats((plain_partial(find_repeats=9),)),
        lambda: partial().repeats(5),
    ),
    "Partial.write": (written, lambda: partial().write(0, 2)),
    "Rows": (rows, lambda: rows((0, 0, 0))),
    "Rows.__len__": (lambda: len(rows()), None),
    "Rows.base": (
        lambda: filled(lambda out: rows().base(LAG, 0, 3, out), 3, dtype=np.int32),
        lambda: rows().base(LAG, 0, 3, np.zeros(3)),
    ),
    "Rows.group_count": (lambda: rows().group_count, None),
    "Rows.groups": (
        lambda: filled(lambda out: rows().groups(0, 3, out), 3, dtype=np.int32),
        lambda: rows().groups(0, 9, np.zeros(3, np.int32)),
    ),
    "Rows.high": (lambda: rows().high, None),
    "Rows.low": (lambda: rows().low, None),
    "Rows.next": (rows, lambda: rows().next()),
    "Rows.presence": (
        lambda: filled(
            lambda *out: rows().presence(np.ones(3), 0, 2, *out), 2, 2, dtype=INT
        ),
        lambda: rows().presence(np.ones(2), 0, 2, np.zeros(2, INT), np.zeros(2, INT)),
    ),
    "Rows.run": (rows, lambda: rows().run(0, 3)),
    "add_sums": (lambda: _core.add_sums([measure()] * 2), lambda: _core.add_sums([{}])),
    "arrange": (
        lambda: _core.arrange(np.array([1, -1, 0, 1]), 2),
        lambda: _core.arrange(np.array([5]), 2),
    ),
    "arrow_stream": (
        lambda: _core.arrow_stream(numbers(), ("a", "b", "c"), (None, "M", None)),
        lambda: _core.arrow_stream(numbers(), ("a", "b"), (None, "M", None)),
    ),
    "batch_lists": (lambda: _core.batch_lists(batch()), lambda: _core.batch_lists(5)),
    "clear_kept": (_core.clear_kept, lambda: _core.clear_kept(1)),
    "column_sums": (
        lambda: filled(lambda sums: _core.column_sums(X, sums, 0, 1), (1, 2, 3)),
        lambda: _core.column_sums(X, np.zeros((1, 2, 3)), 0, 9),
    ),
    "column_totals": (
        lambda: column_totals((1, 2, 3)), lambda: column_totals((1, 3, 3)),
    ),
    "columns": (batch, lambda: _core.columns([["A", 5]], ["\x1b"])),
    "csv_cuts": (
        lambda: _core.csv_cuts(CSV, 0, len(CSV), ",", 3, True),
        lambda: _core.csv_cuts(CSV, 9, 0, ",", 3, True),
    ),
    "csv_read": (
        lambda: _core.batch_lists(read_csv()[0]),
        lambda: read_csv(kinds=("text", "text", "no")),
    ),
    "explain": (
        lambda: explained(offsets=np.array([0, 1, 4], np.intp)),
        lambda: explained(offsets=np.array([0, 9, 4], np.intp)),
    ),
    "find_cells": (
        lambda: _core.find_cells(
            np.array([0, 2]), np.array([1, 5]), np.zeros(2, INT), np.array([5, 6]), True
        ),
        lambda: _core.find_cells(
            np.array([0, 2]), np.array([1, 5]), np.ones(2, INT), np.array([5, 6]), True
        ),
    ),
    "gather": (
        lambda: filled(
            lambda out: _core.gather(X[0], np.array([1, -1], np.int32), 0, 2, out), 2
        ),
        lambda: _core.gather(X[0], np.array([1, 2], np.int32), 0, 2, np.zeros(2)),
    ),
    "kept_bound": (_core.kept_bound, lambda: _core.kept_bound(1)),
    "hash_seed": (_core.hash_seed, lambda: _core.hash_seed(1)),
    "kept_bytes": (lambda: _core.kept_bytes() >= 0, lambda: _core.kept_bytes(1)),
    "kept_empty": (
        lambda: _core.kept_empty((500, 500)).shape, lambda: _core.kept_empty((2**60,)),
    ),
    "lag_bases": (
        lambda: filled(
            lambda out: _core.lag_bases(
                np.array([0, 2]), np.array([4, 5]), LAG, 0, 1, out
            ),
            2,
            dtype=INT,
        ),
        lambda: _core.lag_bases(
            np.array([0, 2]), np.array([4]), LAG, 0, 1, np.zeros(1, INT)
        ),
    ),
    "lmdi": (lmdi, lambda: lmdi(9)),
    "merge_count": (
        lambda: _core.merge_count(opened(), 0, 2),
        lambda: _core.merge_count(opened(), 0, 9),
    ),
    "merge_finish": (
        lambda: merged(opened()), lambda: _core.merge_finish(opened()),
    ),
    "merge_open": (opened, lambda: opened(1)),
    "merge_prepare": (prepared, lambda: _core.merge_prepare(prepared())),
    "merge_write": (
        lambda: merged(opened(), False), lambda: _core.merge_write(opened(), 0, 2),
    ),
    "object_rows": (
        lambda: _core.object_rows([None, 5, date(2024, 1, 1)]),
        lambda: _core.object_rows(5),
    ),
    "period_at": (
        lambda: _core.period_at("M", 19000), lambda: _core.period_at("\x1b", 19000),
    ),
    "period_before": (
        lambda: _core.period_before(LAG, np.arange(3)),
        lambda: _core.period_before(12, np.arange(3)),
    ),
    "period_days": (
        lambda: _core.period_days("M", 600, 3, True),
        lambda: _core.period_days("M", 2**40, 3, True),
    ),
    "period_formatted": (
        lambda: _core.period_formatted(
            _core.columns([["31-01-2024"]]), 0, "%d-%m-%Y", "day", 0
        ),
        lambda: _core.period_formatted(_core.columns([["\x1b"]]), 0, "%Y-%m", "day", 0),
    ),
    "period_forms": (_core.period_forms, lambda: _core.period_forms(1)),
    "period_frequency": (
        lambda: _core.period_frequency("Q-MAR"), lambda: _core.period_frequency("\x1b"),
    ),
    "period_labels": (
        lambda: _core.period_labels("M", 600, 3),
        lambda: _core.period_labels("M", 2**40, 3),
    ),
    "period_ordinals": (
        lambda: _core.period_ordinals("M", _core.columns([["2024-01"]]), "month"),
        lambda: _core.period_ordinals("M", _core.columns([["\x1b"]]), "month"),
    ),
    "period_parse": (
        lambda: _core.period_parse("2024-01", "month"),
        lambda: _core.period_parse("\x1b", "month"),
    ),
    "period_parts": (
        lambda: _core.period_parts("M", "Q", 600, 4),
        lambda: _core.period_parts("M", "X", 600, 4),
    ),
    "regroup": (
        lambda: _core.regroup([(source(), np.zeros(2, INT), None, None)], 1, ("x",)),
        lambda: _core.regroup([(source(), np.ones(2, INT), None, None)], 1, ("x",)),
    ),
    "shift_share": (shift_share, lambda: shift_share(9)),
    "short_growth": (lambda: _core.short_growth(X[0], 1, "nm"), None),
    "short_margin": (lambda: _core.short_margin(X[0], X[1]), None),
    "slide_sums": (
        lambda: _core.slide_sums(
            measure(), np.ones(3, bool), np.array([0, 1]), np.array([1, 2])
        ),
        lambda: _core.slide_sums(
            measure(), np.ones(3, bool), np.array([0, 1]), np.array([1, 3])
        ),
    ),
}  # fmt: skip
"""None: it raises nothing, as its arguments are of no use, or it has none."""
CALLS |= {
    name: ufunc_calls(name)
    for name in names_of_the_core()
    if isinstance(getattr(_core, name, None), np.ufunc)
}


def twice(made, method):
    getattr(made, method)()
    return getattr(made, method)()


def both(one, two):
    one.merge(two)
    return one


def plain(result):
    """A result as something that can be compared: arrays as types, shapes and bytes."""
    if isinstance(result, np.ndarray):
        return (result.dtype.str, result.shape, result.tobytes())
    if isinstance(result, (list, tuple)):
        return [plain(each) for each in result]
    if isinstance(result, dict):
        return {name: plain(each) for name, each in result.items()}
    if isinstance(result, (int, float, str, bytes, type(None))):
        return result
    return type(result).__name__  # capsules and objects of the core
