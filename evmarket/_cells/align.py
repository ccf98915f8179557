"""Arithmetic of measures: aligned on labels and calendar, statuses merged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.kinds import LEVELS, POINTS
from .._common.messages import short
from .._common.status import lowest
from .cells import Cells, taken, union
from .measure import MeasureData
from .series import broadcast
from .sums import ExactSums, on_same_cells, regroup_named

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._common.types import Codes, Ints, Mask

_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "r-": lambda a, b: b - a,
    "*": np.multiply,
    "/": np.divide,
    "r/": lambda a, b: b / a,
}
"""Operators; "r-" and "r/" have the measure on the right."""

_LEVEL_FACTORS = ("share", "margin", "rate", "growth", "ratio", "index")
"""Kinds that a level can be multiplied by and stay a level."""


# ---- with a number -----------------------------------------------------------------


def with_number(measure: MeasureData, number: float, sign: str) -> MeasureData:
    """measure (sign) number."""
    if not np.isfinite(number):
        raise ValueError(f"{measure.name} {sign} {number}: give a finite number")
    if sign == "/" and number == 0:
        raise ValueError(f"{measure.name} / 0: the divisor is zero")
    cells = measure.cells
    with np.errstate(all="ignore"):
        values = _OPERATIONS[sign](cells.values, np.float64(number))
    codes = cells.codes.copy()
    if sign == "r/":
        zero, negative = _core.ZERO_DENOMINATOR, _core.NEGATIVE_DENOMINATOR
        own = np.where(cells.values == 0, np.uint8(zero), np.uint8(0))
        own[cells.values < 0] = negative
        codes = lowest(codes, own)
        values = np.where(cells.values > 0, values, np.nan)
    bad = np.isinf(values)
    codes[bad] = _core.INVALID
    values[bad] = np.nan
    late = measure.calendar.late(cells.ordinals)
    codes[late] = _core.PARTIAL
    values[late] = np.nan
    changed = cells.with_values(values, codes)
    if sign == "r/":
        name = f"{number:g}/{measure.name}"
        return measure.derived(changed, "ratio", name=name)
    return measure.derived(changed, measure.kind, measure.unit)


# ---- of two measures ---------------------------------------------------------------


def combined(a: MeasureData, b: MeasureData, sign: str) -> MeasureData:
    """a (sign) b, on the union of their series and cells."""
    kind, unit = _result_kind(a, b, sign)
    both, (one, two) = aligned(a, b)
    codes = lowest(one.codes, two.codes)
    sums = None
    if sign in "+-" and one.sums is not None and two.sums is not None:
        sums = _exact(both, one, two, sign)
        values = sums.values.copy()
    elif sign == "/":
        values = _core.ratio(one.values, two.values)
        own = _core.ratio_status(one.values, two.values)
        numbers = np.isfinite(one.values) & np.isfinite(two.values)
        codes = lowest(codes, np.where(numbers, own, np.uint8(0)))
    else:
        with np.errstate(all="ignore"):
            values = _OPERATIONS[sign](one.values, two.values)
        bad = np.isinf(values)
        invalid = np.full(int(bad.sum()), _core.INVALID, np.uint8)
        codes[bad] = lowest(codes[bad], invalid)
        values[bad] = np.nan
    if a.origin is not None and a.origin is b.origin and sign != "*":
        unpaired = _unpaired(one, two)
        codes[unpaired] = lowest(codes, np.uint8(_core.UNPAIRED))[unpaired]
        values[unpaired] = np.nan
    late = both.calendar.late(one.ordinals)
    codes[late] = _core.PARTIAL
    values[late] = np.nan
    same = a.name == b.name and sign in "+-"
    name = a.name if same else f"{a.name}{sign}{b.name}"
    cells = replace(one, values=values, status=codes, sums=sums)
    return both.derived(cells, kind, unit, name=name)


def _exact(both: MeasureData, one: Cells, two: Cells, sign: str) -> ExactSums:
    """The exact sums or differences of two levels; NaN where a side has no number."""
    assert one.sums is not None and two.sums is not None
    numbers = np.isfinite(one.values) & np.isfinite(two.values)
    terms = [one.sums, two.sums if sign == "+" else two.sums.negated()]
    known = [term.where(numbers) for term in terms]
    moved = on_same_cells(one.indptr, one.ordinals, known)
    name = f"{both.name} {sign}"
    _, [sums] = regroup_named(moved, both.series, (name,), both.calendar)
    return replace(sums, values=np.where(numbers, sums.values, np.nan))


def _unpaired(one: Cells, two: Cells) -> Mask:
    """Which cells add up different numbers of rows on the two sides."""
    if one.sums is None or two.sums is None:
        return np.zeros(len(one.values), bool)
    numbers = np.isfinite(one.values) & np.isfinite(two.values)
    unequal: Mask = numbers & (one.sums.counts != two.sums.counts)
    return unequal


def _result_kind(a: MeasureData, b: MeasureData, sign: str) -> tuple[str, str | None]:
    """The kind and unit of the result, or an error."""
    if sign == "/":
        unit = f"{a.unit}/{b.unit}" if a.unit and b.unit and a.unit != b.unit else None
        return "ratio", unit
    if sign == "*":
        return _product_kind(a, b)
    levels = a.kind in LEVELS
    if levels != (b.kind in LEVELS):
        raise TypeError(
            f"{a.name} {sign} {b.name}: cannot add a level and a rate "
            f"({a.kind}, {b.kind})"
        )
    if a.unit != b.unit and a.unit and b.unit:
        raise TypeError(
            f"{a.name} {sign} {b.name}: the units {a.unit} and {b.unit} differ"
        )
    if a.kind == b.kind and (levels or sign == "+" or a.kind not in POINTS):
        return a.kind, a.unit or b.unit
    if a.kind in POINTS and b.kind in POINTS:
        return "pp", None
    raise TypeError(f"{a.name} is {a.kind}, {b.name} {b.kind}: they do not add")


def _product_kind(a: MeasureData, b: MeasureData) -> tuple[str, str | None]:
    levels = (a.kind in LEVELS, b.kind in LEVELS)
    if all(levels):
        raise TypeError(
            f"{a.name} * {b.name}: the product of two levels is not a measure"
        )
    if any(levels):
        level, rate = (a, b) if levels[0] else (b, a)
        if rate.kind in _LEVEL_FACTORS:
            return level.kind, level.unit
        if rate.kind == "unit value":
            return level.kind, None
    return "ratio", None


def aligned(a: MeasureData, b: MeasureData) -> tuple[MeasureData, list[Cells]]:
    """Both on the union of their series and cells: a measure of that union, the sides.

    A measure that lacks a key is repeated for every series that has its labels; then
    the cells are those of the other measure. The sides have one layout; places that are
    empty on a side have their status there.
    """
    if a.series is b.series and a.calendar == b.calendar:
        every = np.arange(a.series.count, dtype=np.int64)
        series, calendar, maps = a.series, a.calendar, [every, every]
        lifetimes = [a.lifetimes, b.lifetimes]
    else:
        _check_alignable(a, b)
        series, maps = broadcast(a.series, b.series)
        calendar = a.calendar.joined(b.calendar)
        lifetimes = [
            tuple(life.spread_to(to, m.calendar, calendar) for life in m.lifetimes)
            for m, to in zip((a, b), maps, strict=True)
        ]
    if len(a.series.keys) == len(b.series.keys):
        sides = [m.cells.spread_to(to) for m, to in zip((a, b), maps, strict=True)]
        layout = union(sides, series.count)
    else:
        layout = a.cells if series is a.series else b.cells
    both = MeasureData(
        series,
        calendar,
        layout,
        (*lifetimes[0], *lifetimes[1]),
        a.name,
        a.kind,
        source=a.source,
    )
    placed = [
        _placed(m.cells, to, layout, replace(both, lifetimes=lives))
        for m, to, lives in zip((a, b), maps, lifetimes, strict=True)
    ]
    return both, placed


def require_same_cells(a: MeasureData, b: MeasureData) -> None:
    """A ValueError unless both have the same series and periods in view."""
    same = a.calendar.periods == b.calendar.periods
    if not same or not a.series.equals(b.series):
        raise ValueError(
            f"{a.name} and {b.name} have different series or periods: "
            "select the same ones first"
        )


def _check_alignable(a: MeasureData, b: MeasureData) -> None:
    if a.calendar.freq != b.calendar.freq:
        raise ValueError(
            f"{a.name} is at '{a.calendar.freq}', {b.name} at '{b.calendar.freq}': "
            "resample first"
        )
    one, two = set(a.series.keys), set(b.series.keys)
    if not (one <= two or two <= one):
        raise ValueError(
            f"{a.name} has keys {short(a.series.keys)}, {b.name} "
            f"{short(b.series.keys)}: one must hold all of the other's"
        )


def _placed(cells: Cells, to: Ints, layout: Cells, side: MeasureData) -> Cells:
    """Cells at each place of a layout, with the status of places that are empty.

    `to` is the series of `cells` for each series of the layout, or -1; `side` knows
    the statuses of empty places.
    """
    if cells.ordinals is layout.ordinals:
        return cells
    series = to[layout.series]
    place = np.where(series < 0, -1, cells.place(series, layout.ordinals))
    codes: Codes = taken(cells.codes, place, 0).astype(np.uint8)
    empty = place < 0
    codes[empty] = side.empty_status(layout.series[empty], layout.ordinals[empty])
    placed = layout.with_values(taken(cells.values, place, np.nan), codes)
    if cells.sums is None or not len(cells.ordinals):
        return placed
    return replace(placed, sums=cells.sums.take(place).where(~empty))
