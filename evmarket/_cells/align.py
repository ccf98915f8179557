"""Arithmetic of measures: aligned on labels and calendar, statuses merged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.kinds import LEVELS, POINTS
from .._common.status import lowest
from .cells import Cells, union
from .frame import _joined_series
from .lifetimes import NEVER, Absence

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .._panel.measure import Measure
    from .frame import Frame


def combine(measure: Measure, other: Any, sign: str) -> Measure:
    """measure (sign) other, `other` a measure or a number."""
    from .._panel.measure import Measure

    if isinstance(other, Measure):
        if sign == "/":
            return _divided(measure, other)
        return _together(measure, other, sign)
    if isinstance(other, (bool, np.bool_)) or not isinstance(
        other, (int, float, np.integer, np.floating)
    ):
        neither: Measure = NotImplemented  # Python asks the other operand
        return neither
    return _with_number(measure, float(other), sign)


def _with_number(measure: Measure, number: float, sign: str) -> Measure:
    if not np.isfinite(number):
        raise ValueError(f"a measure and {number}: it takes a finite number")
    if sign == "/" and number == 0:
        raise ValueError(f"{measure.name} / 0: the divisor is zero")
    frame, cells = measure._frame, measure._cells
    with np.errstate(all="ignore"):
        values = _OPERATIONS[sign](cells.values, np.float64(number))
    codes = cells.codes.copy()
    if sign == "r/":
        codes = lowest(codes, np.where(cells.values == 0, _ZERO, np.uint8(0)))
        codes = lowest(codes, np.where(cells.values < 0, _NEGATIVE, np.uint8(0)))
        values = np.where(cells.values > 0, values, np.nan)
    bad = np.isinf(values)
    codes[bad] = _core.INVALID
    values[bad] = np.nan
    late = cells.ordinals > frame.complete
    codes[late] = _core.PARTIAL
    values[late] = np.nan
    kind = "ratio" if sign == "r/" else measure.kind
    unit = None if sign == "r/" else measure.unit
    return measure._derived(
        Cells(cells.indptr, cells.ordinals, values, codes), kind, unit
    )


_ZERO, _NEGATIVE = (
    np.uint8(_core.ZERO_DENOMINATOR),
    np.uint8(_core.NEGATIVE_DENOMINATOR),
)
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "r-": lambda a, b: b - a,
    "*": np.multiply,
    "/": np.divide,
    "r/": lambda a, b: b / a,
}


def _result_kind(a: Measure, b: Measure, sign: str) -> tuple[str, str | None]:
    """The kind and unit of a sum, difference or product, or an error."""
    levels = (a.kind in LEVELS, b.kind in LEVELS)
    if sign in "+-":
        if levels[0] != levels[1]:
            raise TypeError(
                f"{a.name} ({a.kind}) {sign} {b.name} ({b.kind}): "
                "a level and what is none"
            )
        if a.unit != b.unit and a.unit and b.unit:
            raise TypeError(
                f"{a.name} {sign} {b.name}: the units {a.unit} and {b.unit} differ"
            )
        if a.kind == b.kind and (levels[0] or sign == "+" or a.kind not in POINTS):
            return a.kind, a.unit or b.unit
        if all(levels):
            raise TypeError(f"{a.name} is {a.kind}, {b.name} {b.kind}: they do not add")
        if a.kind in POINTS and b.kind in POINTS:
            return "pp", None
        raise TypeError(f"{a.name} is {a.kind}, {b.name} {b.kind}: they do not add")
    if levels[0] != levels[1]:
        level, rate = (a, b) if levels[0] else (b, a)
        if rate.kind in ("share", "margin", "rate", "growth", "ratio", "index"):
            return level.kind, level.unit
        if rate.kind == "unit value":
            return level.kind, None
    if all(levels):
        raise TypeError(f"{a.name} * {b.name}: a product of two levels is no measure")
    return "ratio", None


def _together(a: Measure, b: Measure, sign: str) -> Measure:
    kind, unit = _result_kind(a, b, sign)
    frame, (one, two), absences = aligned(a, b)
    with np.errstate(all="ignore"):
        values = _OPERATIONS[sign](one.values, two.values)
    codes = lowest(one.codes, two.codes)
    bad = np.isinf(values)
    codes[bad] = lowest(codes[bad], np.full(int(bad.sum()), _core.INVALID, np.uint8))
    values[bad] = np.nan
    return _settled(
        a,
        b,
        frame,
        replace(one, values=values, status=codes, exact=None),
        absences,
        sign,
        kind,
        unit,
    )


def _divided(a: Measure, b: Measure) -> Measure:
    frame, (one, two), absences = aligned(a, b)
    values = _core.ratio(one.values, two.values)
    own = _core.ratio_status(one.values, two.values)
    numbers = np.isfinite(one.values) & np.isfinite(two.values)
    codes = lowest(one.codes, two.codes, np.where(numbers, own, np.uint8(0)))
    unit = f"{a.unit}/{b.unit}" if a.unit and b.unit and a.unit != b.unit else None
    return _settled(
        a,
        b,
        frame,
        replace(one, values=values, status=codes, exact=None),
        absences,
        "/",
        "ratio",
        unit,
    )


def _settled(
    a: Measure,
    b: Measure,
    frame: Frame,
    cells: Cells,
    absences: list[Absence],
    sign: str,
    kind: str,
    unit: str | None,
) -> Measure:
    late = cells.ordinals > frame.complete
    codes = cells.codes
    codes[late] = _core.PARTIAL
    cells.values[late] = np.nan
    name = a.name if a.name == b.name else f"{a.name}{sign}{b.name}"
    return type(a)(frame, cells, absences, name, kind, unit)


def aligned(a: Measure, b: Measure) -> tuple[Frame, list[Cells], list[Absence]]:
    """Both measures on the union of their series and cells.

    A measure that lacks a key stands beside every series that has it.
    """
    absences: list[Sequence[Absence]]
    if a._frame is b._frame:
        frame = a._frame
        sides, absences = [a._cells, b._cells], [a._absences, b._absences]
    else:
        frame, maps = _joined_series(a, b)
        sides = [_moved(m._cells, to) for m, to in zip((a, b), maps, strict=True)]
        absences = [
            _moved_absences(m, to, frame) for m, to in zip((a, b), maps, strict=True)
        ]
    layout = union(sides, frame.series_count)
    cells = [
        _laid_out(c, layout, e, frame) for c, e in zip(sides, absences, strict=True)
    ]
    return frame, cells, [absence for each in absences for absence in each]


def _moved(cells: Cells, to: NDArray[np.int64]) -> Cells:
    """The cells of series to[s] as those of series s; none where that is -1."""
    counts = np.where(
        to >= 0, np.diff(cells.indptr)[to] if len(cells.indptr) > 1 else 0, 0
    )
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    starts = np.where(to >= 0, cells.indptr[to], 0)
    chosen = np.arange(indptr[-1]) + np.repeat(starts - indptr[:-1], counts)
    status = None if cells.status is None else cells.status[chosen]
    return Cells(indptr, cells.ordinals[chosen], cells.values[chosen], status)


def _moved_absences(
    measure: Measure, to: NDArray[np.int64], frame: Frame
) -> list[Absence]:
    own = measure._frame
    found = []
    for absence in measure._absences:
        first = np.where(to >= 0, absence.first[to], NEVER)
        never = frame.low - 1 - frame.exit_after
        last = np.where(to >= 0, absence.last[to], never)
        found.append(Absence(first, np.where(last < own.low, never, last)))
    return found


def _laid_out(cells: Cells, layout: Cells, absences: Any, frame: Frame) -> Cells:
    """The cells at each place of a layout, with the status of what is empty."""
    if cells.ordinals is layout.ordinals:
        return cells
    place = cells.place(layout.series, layout.ordinals)
    some = place >= 0
    values = np.full(len(place), np.nan)
    values[some] = cells.values[place[some]]
    codes = np.zeros(len(place), np.uint8)
    codes[some] = cells.codes[place[some]]
    series, ordinals = layout.series[~some], layout.ordinals[~some]
    codes[~some] = lowest(*(a.status(frame, series, ordinals) for a in absences))
    return Cells(layout.indptr, layout.ordinals, values, codes)
