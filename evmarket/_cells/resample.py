"""Regrouping the calendar to a coarser frequency."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import frequency, per_year
from .._calendar.periods import wholes
from .calendar import Calendar
from .cells import Cells, taken, union, with_empty
from .lifetimes import NEVER, FineLifetimes, Lifetimes
from .panel import Level, PanelData
from .series import numbered
from .sums import Layout, Moved, identity, regroup
from .windows import moved_sums, window_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._calendar.periods import Wholes
    from .._common.types import Ints, Mask
    from .measure import MeasureData


def resample(panel: PanelData, freq: str) -> PanelData:
    """See `Panel.resample`; only whole sets of periods of a flow make a number."""
    coarse = frequency(freq)
    whole = wholes(panel.calendar.every, freq)
    for level in panel.levels:
        if level.kind == "rate" or level.blocked:
            raise TypeError(
                f"{level.name} is a rate: it is never added over time; resample what "
                "it is a ratio of"
            )
    measures = [panel.measure(name) for name in panel.names]
    cells = [_resampled(measure, whole) for measure in measures]
    layout, levels = _side_by_side(panel, cells)
    lifetimes = [_coarse_lifetimes(measure, whole) for measure in measures]
    return PanelData(
        panel.series,
        coarser_calendar(panel.calendar, coarse, whole),
        layout,
        tuple(
            replace(level, lifetimes=life)
            for level, life in zip(levels, lifetimes, strict=True)
        ),
        deduplicated=panel.deduplicated,
        source=panel.source,
    )


# ---- the calendar ------------------------------------------------------------------


def coarser_calendar(calendar: Calendar, freq: str, whole: Wholes) -> Calendar:
    """The calendar of whole sets of periods."""
    start, count = whole.periods.start, len(whole.periods)
    low, high = calendar.visible
    if high < low:
        visible = (start, start - 1)
    else:
        first, last = whole.group[[low - calendar.low, high - calendar.low]]
        visible = (start + int(first), start + int(last))
    years = calendar.exit_after / per_year(calendar.freq)
    return Calendar(
        freq,
        start,
        start + count - 1,
        visible,
        max(1, round(years * per_year(freq))),
        None if calendar.cutoff is None else _last_complete(calendar, whole),
    )


def _last_complete(calendar: Calendar, whole: Wholes) -> int:
    """The last coarser period that ends on or before the last complete one."""
    last = whole.place == whole.parts - 1
    done = last & ~calendar.late(np.arange(len(last)) + calendar.low)
    start = whole.periods.start
    return start + int(whole.group[done].max()) if done.any() else start - 1


def _coarse_lifetimes(measure: MeasureData, whole: Wholes) -> Lifetimes:
    """First and last coarser period; the finer calendar decides who has exited."""
    calendar, life = measure.calendar, measure.lifetimes[0]
    start = whole.periods.start
    group = start + whole.group
    began = life.first != NEVER
    first = np.full(len(began), NEVER, np.int64)
    first[began] = group[life.first[began] - calendar.low]
    ended = life.last >= calendar.low
    last = np.full(len(began), start - 1 - calendar.exit_after, np.int64)
    last[ended] = group[life.last[ended] - calendar.low]
    ends = np.empty(len(whole.periods), np.int64)
    every = np.arange(len(whole.group)) + calendar.low
    ends[whole.group] = every - whole.place + whole.parts - 1
    beyond = None if measure.kind == "flow" else _core.INCOMPLETE
    fine = FineLifetimes(life, calendar, start, ends, beyond)
    return Lifetimes(first, last, life.exited(calendar), fine)


# ---- cells -------------------------------------------------------------------------


def _resampled(measure: MeasureData, whole: Wholes) -> Cells:
    """A measure's cells at the coarser frequency; NaN with a status where not whole."""
    calendar, cells = measure.calendar, measure.cells
    start = whole.periods.start
    target = start + whole.group
    if measure.kind != "flow":
        target[whole.place != whole.parts - 1] = _core.DROPPED
    usable = np.isfinite(cells.values)
    sums = moved_sums(cells.kept(usable), calendar.low, [target])
    if measure.kind != "flow":
        return _last_periods(measure, sums, whole)
    # Of each coarser period: its first finer one, inside the calendar or not.
    every = np.arange(len(whole.group)) + calendar.low
    starts = np.empty(len(whole.periods), np.int64)
    parts = np.empty(len(whole.periods), np.int64)
    starts[whole.group] = every - whole.place
    parts[whole.group] = whole.parts
    # A whole that holds only cells without a number has no sum, yet it has a status.
    sums = _with_unusable(sums, cells, usable, target[cells.ordinals - calendar.low])
    g = sums.ordinals - start
    status = window_status(calendar, measure.lifetimes[0], sums, starts[g], parts[g])
    late = calendar.late(starts[g] + parts[g] - 1)
    bounded = calendar.cutoff is not None
    status[late] = _core.PARTIAL if bounded else _core.INCOMPLETE
    values = sums.values.copy()
    values[(status == _core.PARTIAL) | (status == _core.INCOMPLETE)] = np.nan
    return replace(sums, values=values, status=status)


def _last_periods(measure: MeasureData, sums: Cells, whole: Wholes) -> Cells:
    """A level that takes the last period keeps the status of that cell."""
    cells = measure.cells
    if cells.status is None:
        return sums
    ends = np.full(len(whole.periods), -1, np.int64)
    last = whole.place == whole.parts - 1
    ends[whole.group[last]] = np.flatnonzero(last) + measure.calendar.low
    place = cells.place(sums.series, ends[sums.ordinals - whole.periods.start])
    status = taken(cells.codes, place, np.uint8(0))
    late = status == _core.PARTIAL
    return replace(sums, values=np.where(late, np.nan, sums.values), status=status)


def _with_unusable(sums: Cells, cells: Cells, usable: Mask, target: Ints) -> Cells:
    """The sums, and the places where only cells without a number went."""
    if usable.all():
        return sums
    series, ordinals = cells.series[~usable], target[~usable]
    extra = sums.place(series, ordinals) < 0
    series, ordinals = series[extra], ordinals[extra]
    low = int(ordinals.min(initial=0))
    span = int(ordinals.max(initial=low)) - low + 1
    once = numbered(series * span + (ordinals - low))[1]
    count = len(sums.indptr) - 1
    return with_empty(sums, series[once], ordinals[once], count)


def _side_by_side(
    panel: PanelData, measures: Sequence[Cells]
) -> tuple[Layout, list[Level]]:
    """Measures with different cells, on one layout."""
    layout = union(measures, panel.series.count)
    size = len(layout.ordinals)
    levels: list[Level] = []
    for level, cells in zip(panel.levels, measures, strict=True):
        assert cells.sums is not None
        place = layout.place(cells.series, cells.ordinals)
        sums = cells.sums.placed(place, size)
        values = np.full(size, np.nan)
        values[place] = cells.values
        counts, status = sums.counts, None
        if cells.status is not None and cells.status.any():
            status = np.zeros(size, np.uint8)
            status[place] = cells.status
            # A cell that has only a status still counts as occupied.
            counts = np.where((status > 0) & (counts == 0), 1, counts)
        sums = replace(sums, values=values, counts=counts)
        levels.append(Level(level.name, level.kind, level.unit, sums, status))
    rows = np.max([level.sums.counts for level in levels], axis=0, initial=1)
    return Layout(layout.indptr, layout.ordinals, rows.astype(np.int64)), levels


def as_statistical_months(
    panel: PanelData, cutoff: int | None, exit_after: int
) -> PanelData:
    """Months of the Chinese statistical year: January and February are one period.

    A row of February may be the sum of both, as statistical offices print it. A lone
    January is INCOMPLETE. A stock takes February alone.
    """
    calendar = panel.calendar
    whole = wholes(calendar.every, "M-JF")
    months = panel.layout.ordinals - calendar.low
    ends = (whole.place == whole.parts - 1)[months]
    stocks = any(level.kind != "flow" for level in panel.levels)
    target = np.ascontiguousarray(whole.periods.start + whole.group)
    layout, sums = _to_periods(panel, target, ends if stocks else None)
    closing, closed = _to_periods(panel, target, ends)
    cells = Cells.at(layout)
    place = Cells.at(closing).place(cells.series, cells.ordinals)
    levels = []
    for level, added, last in zip(panel.levels, sums, closed, strict=True):
        lone = (taken(last.counts, place, 0) == 0) & (added.counts > 0)
        status = None
        if lone.any():
            status = np.where(lone, np.uint8(_core.INCOMPLETE), np.uint8(0))
            added = replace(added, values=np.where(lone, np.nan, added.values))
        levels.append(replace(level, sums=added, status=status))
    low = whole.periods.start
    high = low + len(whole.periods) - 1
    shown = Calendar("M-JF", low, high, (low, high), exit_after, cutoff)
    return replace(panel, calendar=shown, layout=layout, levels=tuple(levels))


def _to_periods(panel: PanelData, target: Ints, keep: Mask | None) -> Any:
    """The cells where `keep` holds, sent to other periods and added."""
    count, low = panel.series.count, panel.calendar.low
    sums = [level.sums for level in panel.levels]
    moved = Moved(panel.layout, sums, identity(count), (low, target), keep)
    return regroup([moved], count)
