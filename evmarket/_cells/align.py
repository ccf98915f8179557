"""Arithmetic of measures: aligned on labels and calendar, statuses merged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import MONTHS
from .._common.kinds import LEVELS, POINTS, TABLE
from .._common.messages import one_line, short
from .._common.status import lacking, lowest, settled
from .cells import Cells, taken, union
from .measure import Applied, Formed, MeasureData, Origin
from .series import broadcast
from .sums import ExactSums, Naming, read_out, summed

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._common.types import Codes, Floats, Ints, Mask

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
        raise ValueError(
            f"{one_line(measure.name)} {sign} {number}: give a finite number"
        )
    if sign == "/" and number == 0:
        raise ValueError(f"{one_line(measure.name)} / 0: the divisor is zero")
    cells = measure.cells
    with np.errstate(all="ignore"):
        values = _OPERATIONS[sign](cells.values, np.float64(number))
    own = np.zeros(len(values), np.uint8)
    if sign == "r/":
        own[cells.values == 0] = _core.ZERO_DENOMINATOR
        own[cells.values < 0] = _core.NEGATIVE_DENOMINATOR
        values = np.where(cells.values > 0, values, np.nan)
    own[np.isinf(values)] = _core.INVALID
    values[own != 0] = np.nan
    codes = settled(values, own, measure.reasons(), cells.codes)
    changed = cells.with_values(values, codes)
    formed = Formed("number", (measure,), options={"sign": sign, "number": number})
    if sign == "r/":
        name = f"{number:g}/{measure.name}"
        return measure.derived(changed, "ratio", name=name, formed=formed)
    if sign in "*/" and cells.sums is not None:
        sums = _scaled(measure, values, number if sign == "*" else None)
        if sums is not None:
            values = np.where(np.isnan(values), np.nan, sums.values)
            sums = replace(sums, values=values)
            changed = replace(changed, values=values, sums=sums, lone=cells.lone)
    return measure.derived(
        changed,
        measure.kind,
        measure.unit,
        origin=measure.again(with_number, number, sign, counts=True),
        formed=formed,
    )


def _scaled(
    measure: MeasureData, values: Floats, factor: float | None
) -> ExactSums | None:
    """The exact sums behind a level times a factor; None beyond their range.

    Times an integer they stay exact; other products are rounded once, and quotients
    (factor None).
    """
    cells = measure.cells
    assert cells.sums is not None
    known = np.isfinite(values)
    if (np.abs(values[known]) >= 2.0**62).any():
        return None
    if factor is None or factor != int(factor) or abs(factor) >= 1 << 30:
        return ExactSums.of_values(values, cells.sums.counts)
    naming = Naming(measure.series, (measure.name,), measure.calendar)
    product = cells.sums.where(known).times(int(factor))
    return read_out(cells.indptr, cells.ordinals, product, naming)


# ---- of two measures ---------------------------------------------------------------


def combined(a: MeasureData, b: MeasureData, sign: str) -> MeasureData:
    """a (sign) b, on the union of their series and cells."""
    kind, unit = _result_kind(a, b, sign)
    both, (one, two) = aligned(a, b)
    sums, own = None, np.zeros(len(one.values), np.uint8)
    apart = np.zeros(len(own), bool)
    if sign != "*" and _paired(a, b):
        apart = unpaired(both, (a, b), one, two)
    if sign in "+-" and one.sums is not None and two.sums is not None:
        sums = _exact(both, one, two, sign)
        values = sums.values.copy()
    elif sign == "/":
        values = _core.ratio(one.values, two.values)
        own = _core.ratio_status(one.values, two.values)
    else:
        with np.errstate(all="ignore"):
            values = _OPERATIONS[sign](one.values, two.values)
        own[np.isinf(values)] = _core.INVALID
        values[np.isinf(values)] = np.nan
    codes = beside(both, one, two, apart, own, values)
    same = a.name == b.name and sign in "+-"
    name = a.name if same else f"{a.name}{sign}{b.name}"
    if sums is not None:
        sums = replace(sums, values=values)
    cells = replace(one, values=values, status=codes, sums=sums)
    made = both.derived(cells, kind, unit, name=name)
    return replace(
        made,
        origin=_together(a, b, sign),
        formed=Formed(sign, (a, b)),
    )


def _together(a: MeasureData, b: MeasureData, sign: str) -> Origin | None:
    """How a sum or a difference is formed again; None for other results."""
    if sign not in "+-" or not _paired(a, b):
        return None
    assert a.origin is not None and b.origin is not None
    recipes = a.origin.recipe, b.origin.recipe
    return Origin(a.origin.panel, Applied(combined, recipes, (sign,), counts=True))


def _paired(a: MeasureData, b: MeasureData) -> bool:
    """Whether the rows of both can be counted against each other."""
    return (
        a.origin is not None
        and b.origin is not None
        and a.origin.panel is b.origin.panel
    )


def beside(
    both: MeasureData, one: Cells, two: Cells, apart: Mask, own: Codes, values: Floats
) -> Codes:
    """The statuses of results of two sides; see `settled`."""
    plain = one.status is None and two.status is None and both.calendar.cutoff is None
    if plain and not (
        np.isnan(one.values).any() or np.isnan(two.values).any() or apart.any()
    ):
        return own
    reasons = lowest(lacking(one.values, one.codes), lacking(two.values, two.codes))
    reasons[both.calendar.late(one.ordinals)] = _core.PARTIAL
    reasons[apart & (reasons == 0)] = _core.UNPAIRED
    return settled(values, own, reasons, one.codes, two.codes)


def unpaired(
    both: MeasureData,
    sides: tuple[MeasureData, MeasureData],
    one: Cells,
    two: Cells,
) -> Mask:
    """Which cells add up different numbers of rows on the two sides.

    Rows of unlike kinds, such as the months of a quarter's flow and the last month of
    its stock, are not counted against each other; there the series are.
    """
    numbers = np.isfinite(one.values) & np.isfinite(two.values)
    if sides[0].kind != sides[1].kind:
        counts = [
            taken(side.member_counts(), side.cells.place(one.series, one.ordinals), 0)
            for side in sides
        ]
    elif one.sums is None or two.sums is None:
        return np.zeros(len(numbers), bool)
    else:
        counts = [one.sums.counts, two.sums.counts]
    if counts[0] is counts[1]:
        return np.zeros(len(numbers), bool)
    unequal: Mask = numbers & (counts[0] != counts[1])
    return unequal


def unpaired_counts(
    sides: tuple[MeasureData, ...],
    labels: dict[str, Any],
    ordinal: int,
    found: Callable[[MeasureData, dict[str, Any]], int],
) -> tuple[str, list[int]]:
    """What `unpaired` counts in one cell, and how many each side has."""
    rows = sides[0].kind == sides[1].kind
    counts = []
    for side in sides:
        series, at = np.array([found(side, labels)]), np.array([ordinal])
        sums = side.cells.sums
        every = sums.counts if rows and sums is not None else side.member_counts()
        counts.append(int(taken(every, side.cells.place(series, at), 0)[0]))
    return "rows" if rows else "series", counts


def _exact(both: MeasureData, one: Cells, two: Cells, sign: str) -> ExactSums:
    """The exact sums or differences of two levels; NaN where a side has no number."""
    assert one.sums is not None and two.sums is not None
    numbers = np.isfinite(one.values) & np.isfinite(two.values)
    terms = [one.sums, two.sums if sign == "+" else two.sums.negated()]
    known = [term.where(numbers) for term in terms]
    naming = Naming(both.series, (f"{both.name} {sign}",), both.calendar)
    sums = summed(one.indptr, one.ordinals, known, naming)
    values = np.where(numbers, sums.values, np.nan)
    return replace(sums, values=values, counts=known[0].counts)


def quotient_unit(a: MeasureData, b: MeasureData) -> str | None:
    """The unit of a quotient."""
    return f"{a.unit}/{b.unit}" if a.unit and b.unit and a.unit != b.unit else None


def require_ratio(above: MeasureData, below: MeasureData) -> None:
    """A TypeError for measures whose quotient has no meaning."""
    if below.kind not in TABLE[above.kind].ratio:
        raise TypeError(
            f"{one_line(above.name)} is {above.kind}, {one_line(below.name)} "
            f"{below.kind}: their ratio has no meaning"
        )


def require_one_unit(a: MeasureData, b: MeasureData, what: str) -> None:
    """A ValueError for measures in different units."""
    if a.unit != b.unit and a.unit and b.unit:
        raise ValueError(
            f"{one_line(a.name)} is in {one_line(a.unit)}, {one_line(b.name)} "
            f"in {one_line(b.unit)}: {what} needs one unit"
        )


def _result_kind(a: MeasureData, b: MeasureData, sign: str) -> tuple[str, str | None]:
    """The kind and unit of the result, or an error."""
    if sign == "/":
        if a.kind in LEVELS or b.kind in LEVELS:
            require_ratio(a, b)
        return "ratio", quotient_unit(a, b)
    if sign == "*":
        return _product_kind(a, b)
    levels = a.kind in LEVELS
    if levels != (b.kind in LEVELS):
        raise TypeError(
            f"{one_line(a.name)} {sign} {one_line(b.name)}: "
            "cannot add a level and a rate "
            f"({a.kind}, {b.kind})"
        )
    require_one_unit(a, b, f"{a.name} {sign} {b.name}")
    if a.kind == b.kind and (levels or sign == "+" or a.kind not in POINTS):
        return a.kind, a.unit or b.unit
    if a.kind in POINTS and b.kind in POINTS:
        return "pp", None
    raise TypeError(
        f"{one_line(a.name)} is {a.kind}, {one_line(b.name)} {b.kind}: they do not add"
    )


def _product_kind(a: MeasureData, b: MeasureData) -> tuple[str, str | None]:
    levels = (a.kind in LEVELS, b.kind in LEVELS)
    if all(levels):
        raise TypeError(
            f"{one_line(a.name)} * {one_line(b.name)}: the product "
            "of two levels is not a measure"
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
        lives = [a.lives, b.lives]
    else:
        _check_alignable(a, b)
        series, maps = broadcast(a.series, b.series)
        calendar = a.calendar.joined(b.calendar)
        lives = [m.lives.take(to) for m, to in zip((a, b), maps, strict=True)]
    if len(a.series.keys) == len(b.series.keys):
        sides = [m.cells.spread_to(to) for m, to in zip((a, b), maps, strict=True)]
        layout = union(sides, series.count)
    else:
        layout = a.cells if series is a.series else b.cells
    both = MeasureData(
        series,
        calendar,
        layout,
        lives[0].both(lives[1]),
        a.name,
        a.kind,
        source=a.source,
        ahead=a.ahead + b.ahead,
        running=a.running and b.running,
    )
    placed = [
        _placed(m.cells, to, layout, replace(both, lives=life))
        for m, to, life in zip((a, b), maps, lives, strict=True)
    ]
    return both, placed


def require_same_cells(a: MeasureData, b: MeasureData) -> None:
    """A ValueError unless both have the same series and periods in view."""
    same = a.calendar.periods == b.calendar.periods
    if not same or not a.series.equals(b.series):
        raise ValueError(
            f"{one_line(a.name)} and {one_line(b.name)} have "
            "different series or periods: "
            "select the same ones first"
        )


def _check_alignable(a: MeasureData, b: MeasureData) -> None:
    if a.calendar.freq != b.calendar.freq:
        raise ValueError(
            f"{one_line(a.name)} is at '{a.calendar.freq}', "
            f"{one_line(b.name)} at '{b.calendar.freq}': "
            "resample first"
        )
    if a.calendar.year_end != b.calendar.year_end:
        ends = [MONTHS[m.calendar.year_end - 1] for m in (a, b)]
        raise ValueError(
            f"the year of {one_line(a.name)} ends in {ends[0]}, that "
            f"of {one_line(b.name)} in {ends[1]}: "
            "build both with one year_end="
        )
    one, two = set(a.series.keys), set(b.series.keys)
    if not (one <= two or two <= one):
        raise ValueError(
            f"{one_line(a.name)} has keys {short(a.series.keys)}, {one_line(b.name)} "
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
    lone, sums = cells.lone, cells.sums
    if not len(cells.ordinals):
        none = np.zeros(0, np.int64)
        empty_sums = None if sums is None else sums.placed(none, len(place))
        return replace(placed, sums=empty_sums)
    return replace(
        placed,
        sums=None if sums is None else sums.take(place).where(~empty),
        lone=None if lone is None else lone[place] & ~empty,
    )
