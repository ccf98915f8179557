"""Small models and their results, as the tests write them."""

from __future__ import annotations

from fractions import Fraction

from tests.model import Model
from tests.model import calendar as cal

F = Fraction


def table(rows, kind="flow", freq="M", **options):
    """A model of one key, m, and one measure, u: rows of (m, period, u)."""
    return Model(
        [({"m": m}, period, {"u": u}) for m, period, u in rows],
        keys=["m"],
        kinds={"u": kind},
        freq=freq,
        **options,
    )


def two(rows, r="flow", c="flow", freq="Y", **options):
    """A model of one key and the measures r and c: rows of (m, period, r, c)."""
    return Model(
        [({"m": m}, period, {"r": x, "c": y}) for m, period, x, y in rows],
        keys=["m"],
        kinds={"r": r, "c": c},
        freq=freq,
        **options,
    )


def line(start, values, m="a"):
    """Rows of one series in consecutive periods; "-" is no row."""
    freq = cal.stated(start, cal.frequency("M")).freq
    first = cal.stated(start, freq).t
    return [
        (m, cal.label(freq, first + i), value)
        for i, value in enumerate(values)
        if value != "-"
    ]


def values(measure, key=None):
    return [v for (k, _), (v, _) in measure.results().items() if key in (None, *k)]


def statuses(measure, key=None):
    return [s for (k, _), (_, s) in measure.results().items() if key in (None, *k)]


def at(measure, period, *key):
    return measure.results()[key, period]
