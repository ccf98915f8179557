"""Measures of one panel side by side, one row per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells.frame import period_column, series_columns
from .._common.kinds import format_of
from .._tables.columns import Coded, free_name
from .._tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .measure import Measure
    from .panel import Panel


def growth_table(
    panel: Panel, lag: Any, policy: str, at: Any = None, top: int | None = None
) -> Table:
    """Level, growth and status of every measure, one measure below the other."""
    tables = []
    for name in panel.measures:
        level = panel[name] if top is None else panel[name].top(top, at)
        growth = level.growth(lag, policy=policy)
        columns = [("level", level, ""), ("growth", growth, "status")]
        tables.append(_side_by_side(growth, columns, at, name))
    if len(tables) == 1:
        return tables[0]
    below = {k: np.concatenate([table[k] for table in tables]) for k in tables[0]}
    return Table(below, formats=tables[0].formats)


def margin_table(
    panel: Panel, revenue: str, cost: str, lag: Any = None, at: Any = None
) -> Table:
    """Revenue, cost, margin and status; with a lag also the change of the margin."""
    margin = panel.margin(revenue, cost)
    columns = [
        (revenue, panel[revenue], ""),
        (cost, panel[cost], ""),
        ("margin", margin, "status"),
    ]
    if lag is not None:
        columns.append(("change", margin.change(lag), "change_status"))
    return _side_by_side(margin, columns, at)


def _side_by_side(
    measure: Measure,
    columns: Sequence[tuple[str, Measure, str]],
    at: Any,
    label: str = "",
) -> Table:
    """Keys, period, a label, and columns of numbers: name, measure, name of its status.

    A row is an occupied cell of `measure`, or a series if a period `at` is given.
    """
    frame = measure._frame
    series, ordinals = _rows(measure, at)
    shown: dict[str, Any] = dict(series_columns(frame, series))

    def add(name: str, column: Any) -> str:
        free = free_name(name, tuple(shown))
        shown[free] = column
        return free

    add("period", period_column(frame, ordinals))
    if label:
        add("measure", Coded(np.zeros(len(series), np.intp), (label,)))
    formats = {}
    for name, numbers, status in columns:
        values, codes = _read(numbers, series, ordinals)
        formats[add(name, values)] = format_of(numbers.kind)
        if status:
            add(status, codes)
    return Table(shown, formats=formats)


def _rows(measure: Measure, at: Any) -> tuple[Any, Any]:
    """Series and ordinals of the occupied cells, or of all series at a period."""
    cells = measure._cells
    if at is not None:
        every = np.arange(len(measure))
        return every, np.full(len(every), measure._ordinal(at, "at"), np.int64)
    low, high = measure._frame.shown
    keep = (cells.ordinals >= low) & (cells.ordinals <= high)
    return cells.series[keep], cells.ordinals[keep]


def _read(measure: Measure, series: Any, ordinals: Any) -> tuple[Any, Any]:
    """Values and statuses of a measure at some cells."""
    cells = measure._cells
    place = cells.place(series, ordinals)
    some = place >= 0
    values = np.full(len(place), np.nan)
    values[some] = cells.values[place[some]]
    codes = np.array(measure._empty_status(series, ordinals))
    codes[some] = cells.codes[place[some]]
    return values, codes
