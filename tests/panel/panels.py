"""Comparison of panels with the slow model, and random tables."""

import datetime as dt
import math
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import strategies as st

import evmarket as em
from tests.arrays.checks import ulps
from tests.model import calendar as cal
from tests.model.panel import Model, in_order
from tests.reference import Status

KINDS = {"units": "flow", "revenue": "flow", "cost": "flow"}
UNITS = {"units": "flow"}
NAMES = ("maker", "region")

# Bounds in ulp for cells computed from doubles; 0.5 for a value rounded once.
ONCE, RATE, MIDPOINT, POWER, SHARE = 0.5, 2, 3, 4, 4


# ---- panels from rows ----------------------------------------------------------------


class Row(NamedTuple):
    key: tuple
    period: int
    values: dict


def ordinal(freq, year, month=1):
    """The period of a frequency that holds a month."""
    return cal.ordinal(cal.frequency(freq), dt.date(year, month, 1))


def label(freq, t):
    return cal.label(cal.frequency(freq), t)


def coarser(t, freq, to):
    return cal.coarser(cal.frequency(freq), t, cal.frequency(to))


def model_of(rows, measures=None, *, names=NAMES, freq="M", complete=None, **options):
    """The slow model of the rows."""
    facts = [
        (dict(zip(names, r.key, strict=True)), label(freq, r.period), r.values)
        for r in rows
    ]
    through = None if complete is None else label(freq, complete)
    return Model(
        facts,
        keys=names,
        kinds=KINDS if measures is None else measures,
        freq=freq,
        complete_through=through,
        **options,
    )


def rounded(measure):
    """A measure of the model from doubles, as the package derives from a level."""

    def cell(key, t):
        here = grid.lines[key][t]
        if here.value is None:
            return here
        return here._replace(value=Fraction(float(here.value)))

    grid = measure.grid
    return measure._formed(measure.kind, lambda grid: grid.derived(cell))


def columns_of(rows, measures, names=NAMES, freq="M"):
    """Convert rows to columns: lists of labels and periods, arrays of numbers."""
    columns = {
        name: [row.key[place] for row in rows] for place, name in enumerate(names)
    }
    columns["period"] = [label(freq, row.period) for row in rows]
    if freq == "M":
        ordinals = np.array([row.period for row in rows], np.int64)
        columns["period"] = ordinals.astype("datetime64[M]")
    for name in measures:
        columns[name] = numbers([row.values[name] for row in rows])
    return columns


def numbers(values):
    """An int64 array if all values are integers, else float64 with NaN for None."""
    if values and all(isinstance(value, int) for value in values):
        return np.array(values, np.int64)
    return np.array([math.nan if v is None else v for v in values], np.float64)


def panel_of(rows, measures=None, *, names=NAMES, freq="M", **options):
    measures = KINDS if measures is None else measures
    columns = columns_of(rows, measures, names, freq)
    return em.Panel.from_table(
        columns,
        keys=list(names),
        period="period",
        measures=measures,
        freq=freq,
        **options,
    )


def both(rows, measures=None, *, complete=None, **options):
    """Build the panel and the model from the same rows."""
    freq = options.get("freq", "M")
    through = None if complete is None else label(freq, complete)
    slow = model_of(rows, measures, complete=complete, **options)
    return panel_of(rows, measures, complete_through=through, **options), slow


def plain(item):
    """A label as a Python object; None for every missing value."""
    item = item.item() if isinstance(item, np.generic) else item
    return None if item is None or item != item else item


def series_of(thing):
    """The series of a panel or measure, as tuples of labels."""
    length = len(np.asarray(thing.values)) if hasattr(thing, "values") else len(thing)
    columns = [[plain(item) for item in column] for column in thing.series.values()]
    return list(zip(*columns, strict=True)) if columns else [()] * length


def column(table, *names):
    """The first of the named columns that the table has, as a list."""
    known = list(table.keys() if hasattr(table, "keys") else table.column_names)
    first = next(name for name in names if name in known)
    return [plain(item) for item in np.asarray(table[first], dtype=object)]


# ---- comparing -----------------------------------------------------------------------


def assert_measure(got, expected, bound=ONCE):
    """Compare series, calendar, and the status and value of every cell."""
    grid, shown = expected.grid, expected.model.shown
    series = sorted(grid.lines, key=in_order)
    lines = [[grid.lines[key][t] for t in shown] for key in series]
    labels = [cal.label(grid.span.freq, t) for t in shown]
    assert series_of(got) == series
    assert list(got.periods) == labels
    values, status = np.asarray(got.values), np.asarray(got.status)
    assert values.dtype == np.float64 and status.dtype == np.uint8
    assert values.shape == status.shape == (len(lines), len(shown))
    for i, (key, line) in enumerate(zip(series, lines, strict=True)):
        for j, cell in enumerate(line):
            where = f"{key} {labels[j]}"
            name = Status(status[i, j]).name
            assert name == cell.status, (
                f"{where}: {name}, expected {cell.status} (value {values[i, j]})"
            )
            assert_value(float(values[i, j]), cell.value, bound, f"{where} ({name})")


def assert_value(value, exact, bound, where=""):
    if exact is None:
        assert math.isnan(value), f"{where}: {value!r}, expected NaN"
        return
    assert math.isfinite(value), f"{where}: {value!r}, expected {float(exact)!r}"
    if value != float(exact):
        off = ulps(value, exact)
        assert off <= bound, f"{where}: {value!r} is {off} ulp from {float(exact)!r}"


def differences(earlier, later, rtol=0.0):
    """({(key, label, what, before, after)}, number of cells that are the same)."""
    a, b = (measure.results() for measure in (earlier, later))
    changed, same = set(), 0
    for cell in {**a, **b}:
        before, after = (side.get(cell, (None, ""))[0] for side in (a, b))
        if before is None and after is None:
            continue
        if before is None or after is None:
            what = "new" if before is None else "gone"
        elif abs(after - before) <= rtol * abs(before):
            same += 1
            continue
        else:
            what = "revised"
        changed.add((*cell, what, before, after))
    return changed, same


def assert_same_bits(a, b):
    """Check that series, calendar, statuses and the bits of values are equal."""
    assert series_of(a) == series_of(b)
    assert list(a.periods) == list(b.periods)
    np.testing.assert_array_equal(a.status, b.status)
    assert np.asarray(a.values).tobytes() == np.asarray(b.values).tobytes()


def assert_same_values(a, b):
    """The same, of values alone: statuses may know more than rows do."""
    assert series_of(a) == series_of(b)
    assert list(a.periods) == list(b.periods)
    assert np.asarray(a.values).tobytes() == np.asarray(b.values).tobytes()


def assert_same_panel(a, b):
    assert tuple(a.keys) == tuple(b.keys) and list(a.measures) == list(b.measures)
    for name in a.measures:
        assert_same_bits(a[name], b[name])
        assert a[name].kind == b[name].kind


def refused(error, *words):
    """Expect an error with a message of one line that contains all the words."""
    return pytest.raises(error, check=says(*words))


def says(*words):
    def check(caught):
        text = str(caught.args[0])
        missing = [word for word in words if str(word) not in text]
        assert not missing, f"{text!r} does not contain {missing}"
        assert "\n" not in text and len(text) < 600
        return True

    return check


# ---- random tables -------------------------------------------------------------------

JAN = ordinal("M", 2022)

SMALL = st.sampled_from([None, 0, 0, 1, 2, 3, 5, -1, -2, -5, 100])
# Sums of these are not exact in doubles, in any order.
WIDE = st.one_of(
    st.none(),
    st.sampled_from([0.0, 0.1, -0.1, 1e15, -1e15, 1e-9, -1e-9, 2.0**-126]),
    st.builds(
        lambda digits, exponent: digits * 10.0**exponent,
        st.integers(-9999, 9999),
        st.integers(-9, 11),
    ),
)


def tables(
    cell=SMALL,
    measures=KINDS,
    *,
    months=30,
    max_size=60,
    unique=False,
    makers=("A", "B", None),
    regions=("N", "S"),
):
    """Lists of rows, at least one; `unique`: one row per series and period."""
    key = st.tuples(st.sampled_from(makers), st.sampled_from(regions))
    row = st.builds(
        Row,
        key,
        st.integers(JAN, JAN + months - 1),
        st.fixed_dictionaries(dict.fromkeys(measures, cell)),
    )
    by = (lambda row: (row.key, row.period)) if unique else None
    return st.lists(row, min_size=1, max_size=max_size, unique_by=by)


def dense_tables(cell=SMALL, measures=KINDS, months=30):
    """Series with long runs of months, a few of which are left out."""
    line = st.tuples(
        st.sampled_from([(m, r) for m in ("A", "B") for r in ("N", "S")]),
        st.integers(0, months - 1),
        st.integers(1, months),
        st.sets(st.integers(0, months - 1), max_size=3),
        st.lists(cell, min_size=months, max_size=months),
    )

    def rows(lines):
        return [
            Row(key, JAN + i, dict.fromkeys(measures, values[i]))
            for key, begin, length, holes, values in lines
            for i in range(begin, min(begin + length, months))
            if i not in holes
        ]

    return st.lists(line, min_size=1, max_size=4).map(rows).filter(bool)


def completes(months=30):
    """None, or an ordinal in the second half of the calendar."""
    return st.none() | st.integers(JAN + months // 2, JAN + months - 1)


def splits(rows, cuts):
    """Cut the rows into consecutive pieces that are not empty."""
    edges = sorted({0, len(rows), *(cut % (len(rows) + 1) for cut in cuts)})
    return [rows[a:b] for a, b in pairwise(edges)]


# ---- a table with every status -------------------------------------------------------


def row(maker, month, units, revenue=None, cost=None, region="N"):
    values = {"units": units, "revenue": revenue, "cost": cost}
    return Row((maker, region), JAN + month, values)


def every_kind_of_line():
    """Rows of thirty months in which every status occurs, one pattern per maker."""
    rows = []
    for month in range(30):
        rows.append(row("whole", month, 100 + month, 10, 8))
        if month >= 5:
            rows.append(row("late", month, 7 * month, 10, 4))
        if month <= 9:
            rows.append(row("gone", month, 50 - month, 10, 9))
        if month not in (6, 20):
            rows.append(row("holed", month, 40, 10, None if month % 2 else 9))
        signs = [-2, -2, 3, 0, 0, -4, -1, 5, -6, 0][month % 10]
        rows.append(row("losses", month, signs, [0, -3, 4][month % 3], 5))
        rows.append(row("null", month, None))
    # One item in the first month, another in the second: no match.
    rows.append(row("swap", 0, 1, region="S"))
    rows.append(row("swap", 1, 2, region="N"))
    return rows
