"""Sums along the calendar and index numbers: what only levels have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import per_year, year_of
from .._calendar.lags import window_periods
from .._calendar.periods import wholes
from .._common.kinds import NO_GROWTH
from .._common.messages import short
from .._common.status import lowest
from .cells import Cells, kept_indptr
from .shifts import bases, stepped
from .sums import ExactSums, Moved, identity, once, regroup, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Codes, Floats, Ints, Mask
    from .calendar import Calendar
    from .lifetimes import Lifetimes
    from .measure import MeasureData


# ---- window sums -------------------------------------------------------------------


def moved_sums(cells: Cells, low: int, maps: Sequence[Ints]) -> Cells:
    """Each cell added at every period that the maps send its own to, exactly.

    maps[k][t - low] is where period t goes, or DROPPED. The counts of the sums say how
    many cells met.
    """
    assert cells.sums is not None, "only levels have exact sums"
    layout, sums = once(cells.indptr, cells.ordinals, cells.sums)
    count = len(cells.indptr) - 1
    moved = [Moved(layout, [sums], identity(count), (low, to)) for to in maps]
    where, [added] = regroup(moved, count)
    return Cells.summed(where, added)


def window_status(
    calendar: Calendar, life: Lifetimes, sums: Cells, starts: Any, sizes: Any
) -> Codes:
    """Statuses of sums over the periods starts .. starts + sizes - 1 of each cell.

    The exact counts say how many periods had a value. Periods before a series entered
    and after it exited count as 0; any other period without a value is a hole.
    """
    assert sums.sums is not None
    series, counts = sums.series, sums.sums.counts
    ends = starts + sizes - 1
    first, last = life.first[series], life.last[series]
    before = np.clip(np.minimum(ends + 1, first) - starts, 0, sizes)
    after = np.clip(ends - np.maximum(last, starts - 1), 0, sizes)
    after = np.where(life.exited(calendar)[series], after, 0)
    holes = sizes - counts - before - after
    status = np.where(before > 0, np.uint8(_core.ENTERED), np.uint8(0))
    status = np.where(after > 0, np.uint8(_core.EXITED), status)
    lacking = (holes > 0) | (starts < calendar.low)
    codes: Codes = np.where(lacking, np.uint8(_core.INCOMPLETE), status)
    return codes


def trailing(measure: MeasureData, window: Any) -> MeasureData:
    """See `Measure.trailing`."""
    if measure.kind == "cumulative":
        return _cumulative_trailing(measure, window)
    measure.need(("flow",), "a trailing sum")
    calendar = measure.calendar
    size = window_periods(window, calendar.freq)
    every = np.arange(calendar.low, calendar.high + 1)
    maps = [
        np.where(every + k <= calendar.high, every + k, _core.DROPPED)
        for k in range(min(size, len(every)))
    ]
    sums = moved_sums(_numbers(measure.cells), calendar.low, maps)
    made = _finished(measure, sums, sums.ordinals - size + 1, size, measure.kind)
    return made.rename(f"{measure.name} trailing")


def ytd(measure: MeasureData) -> MeasureData:
    """See `Measure.ytd`."""
    measure.need(("flow",), "a year to date")
    calendar = measure.calendar
    place, _ = _places(calendar)
    every = np.arange(calendar.low, calendar.high + 1)
    maps = []
    for step in range(int(place.max(initial=0)) + 1):
        to = np.full(len(every), _core.DROPPED, np.int64)
        stays = place[step:] >= step  # the later period lies in the same year
        to[: len(every) - step][stays] = every[step:][stays]
        maps.append(to)
    sums = moved_sums(_numbers(measure.cells), calendar.low, maps)
    own = place[sums.ordinals - calendar.low]
    made = _finished(measure, sums, sums.ordinals - own, own + 1, "cumulative")
    return made.rename(f"{measure.name} ytd")


def _numbers(cells: Cells) -> Cells:
    """The cells that have a number."""
    return cells.kept(np.isfinite(cells.values))


def _places(calendar: Calendar) -> tuple[Ints, Ints]:
    """The place of each period in its year, and how many periods that year has."""
    years = wholes(calendar.every, year_of(calendar.freq))
    return years.place, years.parts


def _finished(
    measure: MeasureData, sums: Cells, starts: Any, sizes: Any, kind: str
) -> MeasureData:
    """Window sums as a measure: statuses, and NaN where a window is not whole."""
    calendar = measure.calendar
    status = window_status(calendar, measure.lifetimes[0], sums, starts, sizes)
    carried = _carried(measure.cells, sums, starts)
    if carried is not None:
        status = lowest(status, carried)
    status[calendar.late(sums.ordinals)] = _core.PARTIAL
    values = sums.values.copy()
    values[(status == _core.PARTIAL) | (status == _core.INCOMPLETE)] = np.nan
    cells = Cells(sums.indptr, sums.ordinals, values, status, sums.sums)
    return measure.derived(cells, kind, measure.unit)


def _carried(cells: Cells, sums: Cells, starts: Any) -> Any:
    """Statuses beside the numbers that were added."""
    if cells.status is None:
        return None
    beside = (cells.status != 0) & np.isfinite(cells.values)
    beside &= cells.status != _core.PARTIAL
    if not beside.any():
        return None
    codes = np.zeros(len(sums.ordinals), np.uint8)
    span = int((sums.ordinals - starts).max(initial=0))
    marked = cells.kept(beside)
    for step in range(span + 1):
        place = marked.place(sums.series, sums.ordinals - step)
        hit = (place >= 0) & (sums.ordinals - step >= starts)
        codes = lowest(codes, np.where(hit, marked.codes[place], np.uint8(0)))
    return codes


# ---- cumulative levels -------------------------------------------------------------


def from_ytd(measure: MeasureData) -> MeasureData:
    """See `Measure.from_ytd`."""
    measure.need(("cumulative",), "from_ytd")
    calendar, cells = measure.calendar, measure.cells
    place, _ = _places(calendar)
    begins = place[cells.ordinals - calendar.low] == 0
    steps = stepped(measure, 1, measure.kind).cells
    values = np.where(begins, cells.values, steps.values)
    codes = np.where(begins, cells.codes, steps.codes)
    late = calendar.late(cells.ordinals)
    codes[late] = _core.PARTIAL
    values[late] = np.nan
    single = cells.with_values(values, codes)
    if cells.sums is not None:
        single = replace(single, sums=_single_sums(cells, begins, np.isfinite(values)))
    return measure.derived(single, "flow", measure.unit)


def _single_sums(cells: Cells, begins: Mask, known: Mask) -> ExactSums:
    """The exact sums of single periods: a total less the one before within the year."""
    assert cells.sums is not None
    base = np.maximum(bases(cells, 1), 0)
    terms = [cells.sums.where(known)]
    terms.append(cells.sums.take(base).where(known & ~begins).negated())
    return summed(cells.indptr, cells.ordinals, terms)


def _cumulative_trailing(measure: MeasureData, window: Any) -> MeasureData:
    """Y(t) + last year's whole - Y(t, a year before)."""
    calendar, cells = measure.calendar, measure.cells
    year = per_year(calendar.freq)
    if window_periods(window, calendar.freq) != year:
        raise ValueError(
            f"window is {short(window)}: a cumulative level has a trailing sum over "
            "one year only ('1Y')"
        )
    place, parts = _places(calendar)
    at = cells.ordinals - calendar.low
    ends = place[at] == parts[at] - 1
    first = measure.lifetimes[0].first[cells.series]
    codes, usable = np.zeros(len(at), np.uint8), np.isfinite(cells.values)
    all_three, numbers = usable.copy(), []
    for ordinals in (cells.ordinals - place[at] - 1, cells.ordinals - year):
        number = cells.place(cells.series, ordinals)
        entered = ordinals < first
        lacking = np.where(entered, np.uint8(_core.ENTERED), np.uint8(_core.GAP))
        lacking[ordinals < calendar.low] = _core.OUTSIDE
        codes = lowest(codes, np.where(number < 0, lacking, cells.codes[number]))
        all_three &= (number >= 0) & usable[number]
        numbers.append(number)
    codes = lowest(np.where(ends, np.uint8(0), codes), cells.codes)
    codes[calendar.late(cells.ordinals)] = _core.PARTIAL
    values = np.where(ends, cells.values, np.nan)
    wanted = np.flatnonzero(~ends & all_three)
    values[wanted] = _three(cells, wanted, *numbers)
    values[codes == _core.PARTIAL] = np.nan
    cells = cells.with_values(values, codes)
    name = f"{measure.name} trailing"
    return measure.derived(cells, "flow", measure.unit, name=name)


def _three(cells: Cells, wanted: Ints, whole: Ints, before: Ints) -> Floats:
    """cells[wanted] + cells[whole] - cells[before], exact and rounded once."""
    plus, minus = whole[wanted], before[wanted]
    if cells.sums is None:
        values: Floats = cells.values[wanted] + cells.values[plus] - cells.values[minus]
        return values
    chosen = np.zeros(len(cells.ordinals), bool)
    chosen[wanted] = True
    terms = [cells.sums.take(wanted), cells.sums.take(plus)]
    terms.append(cells.sums.take(minus).negated())
    return summed(
        kept_indptr(cells.indptr, chosen), cells.ordinals[wanted], terms
    ).values


# ---- index numbers -----------------------------------------------------------------


def indexed(measure: MeasureData, base: Any) -> MeasureData:
    """100 * x / base; the base is a period, or the mean of those a label contains."""
    measure.refuse((*NO_GROWTH, "index"), "an index")
    calendar, cells, count = measure.calendar, measure.cells, measure.series.count
    low, high = calendar.span(base, "base")
    if high < low or low < calendar.low or high > calendar.high:
        raise ValueError(f"base is {short(base)}: it does not lie within the calendar")
    inside = cells.kept((cells.ordinals >= low) & (cells.ordinals <= high))
    width = high - low + 1
    level = np.full(count, np.nan)
    codes = np.full(count, _core.GAP, np.uint8)
    held = np.diff(inside.indptr) == width
    part = inside.values[np.repeat(held, np.diff(inside.indptr))].reshape(-1, width)
    if width == 1:
        level[held] = part[:, 0]
    elif len(part):
        level[held] = _core.mean(part)[0]
    codes[held] = 0
    marks = inside.codes
    for k in np.flatnonzero(marks):
        s = int(inside.series[k])
        codes[s] = lowest(codes[s : s + 1], marks[k : k + 1])[0]
    below = level[cells.series]
    values = _core.index(cells.values, below, 100.0)
    own = _core.index_status(cells.values, below, 100.0)
    numbers = np.isfinite(cells.values) & np.isfinite(below)
    own = np.where(numbers, own, np.uint8(0))
    status = lowest(cells.codes, codes[cells.series], own)
    late = calendar.late(cells.ordinals) | (high > calendar.complete)
    status[late] = _core.PARTIAL
    values[late] = np.nan
    return measure.derived(cells.with_values(values, status), "index")
