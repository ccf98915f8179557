"""The missing cells of a panel, with their neighbours."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._cells.cells import Cells
from .._tables.columns import Coded, free_name, stacked, taken
from .._tables.table import Table
from .export import numbers_at

if TYPE_CHECKING:
    from .._cells.calendar import Calendar
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Ints


class _Holes(NamedTuple):
    """Missing cells: where they are, and the valued cells before and after, or -1."""

    series: Ints
    ordinals: Ints
    before: Ints
    after: Ints


def holes(panel: PanelData) -> Table:
    """See `Panel.holes`."""
    parts, calendar = [], panel.calendar
    rows = _with_rows(panel)
    for place, name in enumerate(panel.names):
        if panel.blocked(name):
            continue
        measure = panel.read(name)
        cells = measure.cells.kept(np.isfinite(measure.cells.values))
        some = _holes(measure, cells)
        columns: dict[str, Any] = {
            "measure": Coded(np.full(len(some.series), place), panel.names)
        }
        for side, number in (("before", some.before), ("after", some.after)):
            columns[side] = numbers_at(cells.values, cells.sums, number)
            columns[f"{side}_period"] = _labels(calendar, cells, number)
        columns["row"] = rows.place(some.series, some.ordinals) >= 0
        parts.append((some, columns))
    series = np.concatenate([np.empty(0, np.int64), *(p.series for p, _ in parts)])
    ordinals = np.concatenate([np.empty(0, np.int64), *(p.ordinals for p, _ in parts)])
    order: Any = slice(None)
    if len(parts) > 1:
        order = np.lexsort((ordinals, series))
    shown: dict[str, Any] = dict(panel.series.coded(series[order]))
    shown[free_name("period", tuple(shown))] = calendar.coded(ordinals[order])
    for name in parts[0][1] if parts else ():
        column = stacked([columns[name] for _, columns in parts])
        shown[free_name(name, tuple(shown))] = taken(column, order)
    return Table(shown, "Missing cells")


def _holes(measure: MeasureData, cells: Cells) -> _Holes:
    """The missing cells in view: the periods between valued ones, then their status."""
    calendar, lives, count = measure.calendar, measure.lives, measure.series.count
    every = np.arange(count)
    last = min(calendar.high, calendar.complete)
    born = np.maximum(lives.first, calendar.low)
    # One run of periods before each valued cell, and one after the last of a series.
    number = np.arange(len(cells.ordinals))
    starts = np.repeat(born, np.diff(cells.indptr) + 1)
    ends = np.repeat(np.minimum(lives.last, last), np.diff(cells.indptr) + 1)
    owner = np.repeat(every, np.diff(cells.indptr) + 1)
    before, after = np.full(len(starts), -1), np.full(len(starts), -1)
    run = number + cells.series
    starts[run + 1] = np.maximum(cells.ordinals + 1, starts[run + 1])
    ends[run] = np.minimum(cells.ordinals - 1, ends[run])
    before[run + 1], after[run] = number, number
    low, high = calendar.visible
    starts, ends = np.maximum(starts, low), np.minimum(ends, high)
    sizes = np.maximum(ends - starts + 1, 0)
    of_run = np.repeat(np.arange(len(sizes)), sizes)
    shift = np.arange(len(of_run)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    series, ordinals = owner[of_run], starts[of_run] + shift
    missing = measure.read(series, ordinals)[1] == _core.MISSING
    return _Holes(
        series[missing],
        ordinals[missing],
        before[of_run][missing],
        after[of_run][missing],
    )


def _labels(calendar: Calendar, cells: Cells, number: Ints) -> Coded:
    """The periods of some cells as text, None for -1."""
    words = [*calendar.every.labels, None]
    codes = np.full(len(number), len(words) - 1)
    known = number >= 0
    codes[known] = cells.ordinals[number[known]] - calendar.low
    return Coded(codes.astype(np.int32), words)


def _with_rows(panel: PanelData) -> Cells:
    """The cells in view that have a row."""
    coarse = panel.coarse
    if coarse is None:
        return Cells.at(panel.layout)
    rows = Cells.at(panel.at_finest().layout)
    target = coarse.target[rows.ordinals - coarse.finer.low]
    new = np.ones(len(target), bool)
    new[1:] = (target[1:] != target[:-1]) | (rows.series[1:] != rows.series[:-1])
    return replace(rows, ordinals=target).kept(new)
