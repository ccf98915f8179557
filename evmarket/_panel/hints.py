"""What a panel says below its numbers: series that report late or not at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells.cells import Cells, indptr_of, laid_out, taken
from .._cells.lives import Lives
from .._cells.measure import Applied, Read
from .._common.kinds import TABLE

if TYPE_CHECKING:
    from .._cells.base import BaseLevel
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Ints


def unreported(panel: PanelData, at: int | None = None) -> str:
    """How many living series have no row in a period, and the cure; "" if all have.

    Parameters
    ----------
    panel : PanelData
        Series that the view groups are counted one by one.
    at : int, optional
        The period; the default is the last complete one in view.

    Returns
    -------
    str
        Empty also where ``absent="zero"`` is in force or would change nothing.
    """
    flow = _flow(panel)
    calendar, finest = panel.calendar, panel.finest
    if at is None:
        at = min(calendar.visible[1], calendar.complete)
    shown = calendar.visible[0] <= at <= calendar.complete
    if panel.rules.absent == "zero" or flow is None or not shown:
        return ""
    low = high = at
    if panel.coarse is not None:
        place = at - panel.coarse.calendar.low
        low = max(int(panel.coarse.begins[place]), finest.low)
        high = min(int(panel.coarse.ends[place]), finest.complete)
    cells, to, count = _with_rows(panel, flow)
    rows = _counts(cells, to, count, low, high)
    # Those with a row in every period live; the others are few.
    some = np.flatnonzero(rows <= high - low)
    own = _of(cells, to, some)
    lives = Lives.of(own, finest.complete, panel.rules.exit_after)
    living = lives.periods(np.arange(len(some)), low, high)
    lack = rows[some] < living
    lacking = int(lack.sum())
    if not lacking:
        return ""
    have = "has" if lacking == 1 else "have"
    among = count - len(some) + int((living > 0).sum())
    period = "" if low == high else "some period of "
    cure = "absent='zero'"
    final = own.ordinals[own.indptr[1:][lack] - 1]
    if panel.rules.cutoff is None and (final < high).any():
        # Without it an absent end means late, not zero.
        cure += f" and complete_through='{finest.label(finest.high)}'"
    return (
        f"{lacking:,} of {among:,} series {have} no row in "
        f"{period}{calendar.label(at)}; if no row means none sold, pass {cure}"
    )


def unreported_of(measure: MeasureData) -> str:
    """The same for a measure: empty unless it is formed of a flow of a panel."""
    source = measure
    while source.origin is None and source.formed is not None:
        source = source.formed.inputs[0]
    if source.origin is None:
        return ""
    panel, recipe = source.origin
    while isinstance(recipe, Applied):
        recipe = recipe.inputs[0]
    if not isinstance(recipe, Read):
        return ""
    shown = replace(panel, names=(recipe.name,))
    at = min(measure.calendar.visible[1], measure.calendar.complete)
    return unreported(shown, at) if at >= measure.calendar.visible[0] else ""


def reporting(measure: MeasureData, series: Ints, ordinals: Ints) -> tuple[Ints, Ints]:
    """How many series of some cells have a value, and how many live."""
    place = measure.cells.place(series, ordinals)
    valued: Ints = taken(measure.member_counts(), place, 0)
    return valued, measure.living_at(series, ordinals)


# ---- rows of the finest cells; the cost is that of the series, not of the cells ------


def _flow(panel: PanelData) -> BaseLevel | None:
    """A flow of the table that the panel shows; None if it shows none."""
    names = [level.name for level in panel.levels if TABLE[level.kind].zero]
    flows = [level for level in panel.base.levels if TABLE[level.kind].zero]
    own = [level for level in flows if level.name in names]
    return next(iter(own or flows), None) if names else None


def _with_rows(panel: PanelData, flow: BaseLevel) -> tuple[Cells, Any, int]:
    """The cells that have a row; the joined series of each of their series.

    Series of the last number, which is the number of joined series, are not in view.
    """
    groups = panel.groups
    cells = Cells.at(panel.base.layout)
    if panel.rules.nulls == "absent":
        cells = cells.kept(flow.sums.counts > 0)
    to: Any = groups.to_joined
    count = groups.joined.count
    if groups.chosen is not None:
        every = np.full(panel.base.series.count, count, np.int64)
        every[groups.chosen] = np.arange(count) if to is None else to
        to = every
    return cells, to, count


def _counts(cells: Cells, to: Any, count: int, low: int, high: int) -> Ints:
    """In how many periods from `low` to `high` each joined series has a row."""
    last = _after(cells, high)
    if low == high:  # most are found without a search
        some = last > cells.indptr[:-1]
        rows = np.zeros(len(last), np.int64)
        rows[some] = cells.ordinals[last[some] - 1] == high
    else:
        first = _after(cells, low - 1)
        rows = last - first
    if to is None:
        return rows
    if low == high:
        filled = np.bincount(to[rows > 0], minlength=count + 1) > 0
        return np.asarray(filled[:count], np.int64)
    series = np.repeat(to.astype(np.int64), rows)
    shift = np.repeat(first - indptr_of(rows)[:-1], rows)
    ordinals = cells.ordinals[np.arange(len(shift)) + shift]
    # Several series of one joined series may have a row in the same period.
    span = high - low + 1
    places = np.unique(series * span + ordinals - low)
    joined = np.bincount(places // span, minlength=count + 1)
    return np.asarray(joined[:count], np.int64)


def _after(cells: Cells, period: int) -> Ints:
    """The number of the first cell of each series after a period."""
    starts, ends = cells.indptr[:-1], cells.indptr[1:]
    place: Ints = ends.copy()
    later = np.flatnonzero(ends > starts)
    later = later[cells.ordinals[ends[later] - 1] > period]
    low, high = starts[later], ends[later] - 1
    for _ in range(int((high - low).max(initial=0)).bit_length()):  # halves them
        middle = (low + high) // 2
        beyond = cells.ordinals[middle] > period
        low, high = np.where(beyond, low, middle + 1), np.where(beyond, middle, high)
    place[later] = low
    return place


def _of(cells: Cells, to: Any, chosen: Ints) -> Cells:
    """The cells of some joined series; several may lie at one place."""
    if to is None:
        return cells.of_series(chosen)
    place = np.full(int(to.max(initial=0)) + 1, -1, np.int64)
    place[chosen] = np.arange(len(chosen))
    own = np.flatnonzero(place[to] >= 0)
    part = cells.of_series(own)
    series = place[to[own]][part.series]
    indptr, ordinals, _ = laid_out(series, part.ordinals, len(chosen))
    return Cells(indptr, ordinals, np.zeros(len(ordinals)))
