"""Sums along the calendar and index numbers: what only levels have."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import MONTHS
from .._calendar.lags import NO_PERIOD, Lag, is_one_year, read_lag, window_starts
from .._calendar.periods import wholes
from .._common import workers
from .._common.arguments import choice
from .._common.kinds import ask
from .._common.messages import one_line, short
from .._common.status import lowest, settled
from .cells import Cells, indptr_of, taken
from .finest import formed_then_added
from .measure import Formed
from .shifts import base_values, bases, by_date
from .sums import ExactSums, Naming, slid, summed

if TYPE_CHECKING:
    from .._common.types import Codes, Ints, Mask
    from .calendar import Calendar
    from .measure import MeasureData


# ---- window sums -------------------------------------------------------------------


def trailing(measure: MeasureData, window: Any) -> MeasureData:
    """See `Measure.trailing`."""
    how = ask(measure.name, measure.kind, "window")
    calendar = measure.calendar
    name = f"{measure.name} trailing"
    if how == "is":
        if not is_one_year(window, calendar.freq):
            raise ValueError(
                f"window is {short(window)}: a cumulative level has a trailing sum "
                "over one year only ('1Y')"
            )
        made = _per_series(measure, _trailing_of_totals, "window")
    else:
        every = np.arange(calendar.low, calendar.high + 1)
        made = _windowed(measure, window_starts(window, calendar.freq, every))
    return replace(made, name=name, origin=measure.again(trailing, window))


def ytd(measure: MeasureData) -> MeasureData:
    """See `Measure.ytd`."""
    return to_date(measure, "Y", "ytd")


def to_date(measure: MeasureData, unit: str, name: str = "") -> MeasureData:
    """See `Measure.to_date`."""
    choice(unit, "unit", {"M": 0, "Q": 0, "H": 0, "Y": 0})
    freq = measure.calendar.freq
    if ask(measure.name, measure.kind, "window") == "is":
        if unit != "Y":
            raise TypeError(
                f"to_date({unit!r}) of {one_line(measure.name)} "
                "(cumulative) has no meaning: it "
                "is a year to date"
            )
        return measure
    week = freq[0] == "W"
    calendar = measure.calendar
    if unit != "Y" and (week or freq == unit or not nests(calendar, unit)):
        units = "'Y'" if week else f"units longer than '{freq}'"
        raise ValueError(f"unit is {short(unit)}: at '{freq}' it takes {units}")
    if unit == "Y" and not nests(calendar, unit):
        raise ValueError(
            f"the year ends in {MONTHS[calendar.year_end - 1]}: periods of '{freq}' do "
            "not make up such years; take it before resample"
        )
    place, _ = places(calendar, unit)
    every = np.arange(calendar.low, calendar.high + 1)
    words = name or f"{_WORDS[unit]} to date"
    return replace(
        _windowed(measure, every - place),
        running=True,
        name=f"{measure.name} {words}",
        origin=measure.again(to_date, unit, name),
    )


_WORDS = {"M": "month", "Q": "quarter", "H": "half", "Y": "year"}


def nests(calendar: Calendar, unit: str) -> bool:
    """Whether periods make up whole ones of a unit."""
    whole = calendar.years(False) if unit == "Y" else unit
    return _core.period_parts(calendar.freq, whole, 0, 0) is not None


def has_years(calendar: Calendar) -> bool:
    """Whether the periods of a running total make up its years.

    The last day of a week may lie in another year than the week.
    """
    if calendar.freq[0] == "W":
        return (calendar.finest or calendar.freq)[0] == "W"
    return _core.period_parts(calendar.freq, calendar.years(True), 0, 0) is not None


def places(calendar: Calendar, unit: str = "") -> tuple[Ints, Ints]:
    """The place of each period in its unit, and how many periods that has.

    Without a unit, in its year as that of a running total.
    """
    freq = unit
    if unit in ("", "Y"):
        freq = calendar.years(running=not unit)
    if not unit and not has_years(calendar):
        raise ValueError(
            f"the level runs through years of '{freq}', which periods of "
            f"'{calendar.freq}' do not make up: take .from_ytd() before resample"
        )
    whole = wholes(calendar.every, freq)
    return whole.place, whole.parts


def _windowed(measure: MeasureData, starts: Ints) -> MeasureData:
    """Sums from `starts`, one for each period of the calendar, to that period.

    Periods before a series entered and after it exited count as 0. A window that lacks
    another period, or reaches before the calendar, has no number.
    """
    parts: dict[int, Cells] = {}

    def fill(start: int, stop: int) -> None:
        naming = Naming(measure.series, (measure.name,), measure.calendar, start)
        parts[start] = _window_sums(measure.between(start, stop), starts, naming)

    workers.run_parts(fill, measure.cells.indptr)
    made = Cells.joined([parts[start] for start in sorted(parts)])
    formed = Formed("window", (measure,), options={"starts": starts})
    return measure.derived(made, "window", measure.unit, formed=formed)


def _window_sums(measure: MeasureData, starts: Ints, naming: Naming) -> Cells:
    """The sums of the windows that end with each period, and their statuses."""
    calendar, lives = measure.calendar, measure.lives
    starts = np.maximum(starts, calendar.low - 1)
    cells = measure.cells.kept(~calendar.late(measure.cells.ordinals))
    cells.exact(measure.name)
    series, ordinals, last = _reached(cells, calendar, starts)
    begins = starts[ordinals - calendar.low]
    first = cells.first_from(series, begins)
    known = np.isfinite(cells.values)
    alive = lives.alive(cells.series, cells.ordinals)
    whole = known if cells.lone is None else known & ~cells.lone

    def between(mask: Mask) -> Ints:
        """How many cells of each window are marked."""
        total = np.concatenate([[0], np.cumsum(mask)])
        counted: Ints = total[last + 1] - total[first]
        return counted

    needed = lives.periods(series, np.maximum(begins, calendar.low), ordinals)
    broken = (needed > between(whole & alive)) | (begins < calendar.low)
    codes = np.zeros(len(series), np.uint8)
    if cells.status is not None:
        lives_on = (cells.status != _core.NOT_BEGUN) & (cells.status != _core.EXITED)
        broken |= between(~whole & ~alive & lives_on) > 0
        for code in np.unique(cells.status[known])[::-1]:
            if code:
                codes[between(known & (cells.status == code)) > 0] = code
    codes[broken] = _core.INCOMPLETE
    # A window without any value has the status of the level.
    none = between(known) == 0
    codes[none] = cells.codes[last][none]
    indptr = indptr_of(np.bincount(series, minlength=len(cells.indptr) - 1))
    sums = slid(cells, known, first, last, indptr, ordinals, naming)
    keep = ~none | (ordinals == cells.ordinals[last])
    values = np.where(broken | none, np.nan, sums.values)
    made = Cells(indptr, ordinals, values, codes, replace(sums, values=values))
    return made.kept(keep)


def _reached(cells: Cells, calendar: Calendar, starts: Ints) -> tuple[Ints, Ints, Ints]:
    """The places whose window holds a cell: series, period, its last cell."""
    every = np.arange(calendar.low, calendar.high + 1)
    # The last complete period whose window still holds each period.
    until = np.searchsorted(starts, every, side="right") - 1 + calendar.low
    until = np.minimum(until, calendar.complete)
    ends = until[cells.ordinals - calendar.low]
    following = np.full(len(ends), calendar.high + 1, np.int64)
    same = cells.series[1:] == cells.series[:-1]
    following[:-1][same] = cells.ordinals[1:][same]
    sizes = np.maximum(np.minimum(ends, following - 1) - cells.ordinals + 1, 0)
    last = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    shift = np.arange(len(last)) - indptr_of(sizes)[last]
    return cells.series[last], cells.ordinals[last] + shift, last


# ---- cumulative levels -------------------------------------------------------------


def from_ytd(measure: MeasureData) -> MeasureData:
    """See `Measure.from_ytd`."""
    kind = ask(measure.name, measure.kind, "single")
    return replace(
        _per_series(measure, _single_periods, kind),
        name=f"{measure.name} single",
        origin=measure.again(from_ytd),
    )


def _per_series(measure: MeasureData, form: Any, kind: str) -> MeasureData:
    """What is formed of each series of the panel, then added over series."""
    groups = measure.origin.panel.groups if measure.origin is not None else None
    if measure.origin is None or groups is None or groups.to is None:
        formed = Formed(form.__name__.strip("_"), (measure,))
        cells = form(measure)
        return measure.derived(cells, kind, measure.unit, running=False, formed=formed)
    single = measure.origin.recipe(measure.origin.panel.apart())
    formed = Formed(form.__name__.strip("_"), (single,))
    each = single.derived(
        form(single), kind, measure.unit, running=False, formed=formed
    )
    naming = Naming(groups.series, (measure.name,) * 2, measure.calendar)
    cells = formed_then_added(each.cells, single.lives, groups, naming)
    formed = Formed("sum over series", (each,), options={"to": groups.to})
    return measure.derived(cells, kind, measure.unit, running=False, formed=formed)


def _single_periods(measure: MeasureData) -> Cells:
    """Each total less the one before within the year."""
    calendar, cells = measure.calendar, measure.cells
    place, _ = places(calendar)
    begins = place[cells.ordinals - calendar.low] == 0
    step = Lag(calendar.freq, 1)
    base = bases(cells, step)
    before, reasons = base_values(measure, base, step)
    reasons[begins] = 0
    reasons = lowest(reasons, measure.reasons())
    marks = lowest(
        cells.codes,
        np.where(begins, np.uint8(0), taken(cells.codes, base, 0).astype(np.uint8)),
    )
    known = reasons == 0
    codes = np.where(known, marks, reasons)
    if cells.sums is None:
        values = np.where(begins, cells.values, cells.values - before)
        return cells.with_values(np.where(known, values, np.nan), codes)
    terms = [
        cells.sums.where(known),
        _without_counts(cells.sums.take(np.maximum(base, 0)).where(known & ~begins)),
    ]
    return _formed(cells, terms, known, codes)


def _trailing_of_totals(measure: MeasureData) -> Cells:
    """Y(t) + last year's whole - Y(t, a year before); at the end of a year Y(t)."""
    calendar, cells = measure.calendar, measure.cells
    place, parts = places(calendar)
    at = cells.ordinals - calendar.low
    reasons = measure.reasons()
    marks, terms = cells.codes, [cells.sums]
    year = by_date(measure, read_lag("1Y", calendar.freq))
    before, close = year.before(cells.ordinals), cells.ordinals - place[at] - 1
    # At the end of a year it is the year's total, if the base ends the year before.
    ends = place[at] == parts[at] - 1
    ends &= (before == close) | (before == NO_PERIOD)
    for sign, ordinals in ((1, close), (-1, before)):
        number = cells.place(cells.series, ordinals)
        known = (number >= 0) & np.isfinite(taken(cells.values, number, np.nan))
        begun = measure.lives.begun(cells.series, ordinals)
        lacks = ~ends & ~known & (begun | (ordinals < calendar.low))
        reasons[lacks & (reasons == 0)] = _core.INCOMPLETE
        counted = known & ~ends
        beside = np.where(counted, taken(cells.codes, number, 0), 0).astype(np.uint8)
        marks = lowest(marks, beside)
        if cells.sums is not None:
            term = cells.sums.take(np.maximum(number, 0)).where(counted)
            terms.append(term if sign > 0 else _without_counts(term))
            if sign > 0:
                terms[-1] = replace(term, counts=np.zeros_like(term.counts))
    known = reasons == 0
    codes = np.where(known, marks, reasons)
    return _formed(cells, [term.where(known) for term in terms if term], known, codes)


def _without_counts(sums: ExactSums) -> ExactSums:
    """What is taken away; it adds no rows."""
    return replace(sums.negated(), counts=np.zeros(len(sums.counts), np.int64))


def _formed(cells: Cells, terms: list[ExactSums], known: Mask, codes: Codes) -> Cells:
    """The exact sums of terms where they are known."""
    sums = summed(cells.indptr, cells.ordinals, terms)
    values = np.where(known, sums.values, np.nan)
    made = cells.with_values(values, codes.astype(np.uint8))
    return replace(made, sums=replace(sums, values=values))


# ---- index numbers -----------------------------------------------------------------


def indexed(measure: MeasureData, base: Any) -> MeasureData:
    """100 * x / base; the base is a period, or the mean of those a label contains."""
    lags = ask(measure.name, measure.kind, "growth")
    calendar, cells = measure.calendar, measure.cells
    low, high = calendar.span(base, "base")
    if high < calendar.low or low > calendar.high or high < low:
        raise ValueError(f"base is {short(base)}: it does not lie within the calendar")
    if lags == "years" and high > low:
        raise TypeError(
            f"base is {short(base)}: the mean of running totals has no meaning"
        )
    level, marks, reasons = _base_level(measure, low, high)
    below = level[cells.series]
    values = _core.index(cells.values, below, 100.0)
    own = _core.index_status(cells.values, below, 100.0)
    reason = lowest(measure.reasons(), reasons[cells.series])
    codes = settled(values, own, reason, cells.codes, marks[cells.series])
    made = measure.derived(cells.with_values(values, codes), "index")
    if calendar.late(np.full(1, high))[0]:  # then all is PARTIAL
        cutoff = replace(calendar, cutoff=calendar.low - 1, stated=True)
        made = replace(made, calendar=cutoff)
    options = {"low": low, "high": high}
    return replace(made, formed=Formed("index", (measure,), options=options))


def _base_level(measure: MeasureData, low: int, high: int) -> tuple[Any, Codes, Codes]:
    """The mean of each series' base periods, marks beside it, reasons for none."""
    calendar, count = measure.calendar, measure.series.count
    columns, marks = [], np.zeros(count, np.uint8)
    reasons = np.zeros(count, np.uint8)
    every = np.arange(count, dtype=np.int64)
    for ordinal in range(low, high + 1):
        late, outside = calendar.reach(np.full(1, ordinal))
        values, codes = measure.read(every, np.full(count, ordinal, np.int64))
        if outside[0]:
            codes = np.full(count, _core.OUTSIDE, np.uint8)
        known = np.isfinite(values)
        other = np.where(codes > _core.INCOMPLETE, codes, np.uint8(_core.GAP))
        reason = np.where(known, np.uint8(0), other)
        if outside[0] or late[0] or calendar.late(ordinal):
            reason = codes if outside[0] else np.full(count, _core.PARTIAL, np.uint8)
        reasons = lowest(reasons, reason)
        marks = lowest(marks, np.where(known, codes, np.uint8(0)))
        columns.append(values)
    part = np.stack(columns, axis=1)
    level = (
        part[:, 0] if part.shape[1] == 1 else _core.mean(np.ascontiguousarray(part))[0]
    )
    return np.where(reasons == 0, level, np.nan), marks, reasons
