"""Measures of one panel side by side, one row per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.kinds import format_of
from .._tables.columns import Coded, free_name, stacked
from .._tables.table import Table
from .export import column_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .measure import Measure
    from .panel import Panel


def growth_table(
    panel: Panel, lag: Any, policy: str, at: Any = None, top: int | None = None
) -> Table:
    """Level, growth and status of every measure, one measure below the other."""
    tables = []
    for place, name in enumerate(panel.measures):
        level = panel[name] if top is None else panel[name].top(top, at)
        growth = level.growth(lag, policy=policy)
        columns = [("level", level, ""), ("growth", growth, "status")]
        label = (place, panel.measures)
        tables.append(_side_by_side(growth, columns, at, label))
    below = {k: stacked([table._columns[k] for table in tables]) for k in tables[0]}
    names = tables[0].statuses
    statuses = {k: np.concatenate([t.statuses[k] for t in tables]) for k in names}
    return Table(below, formats=tables[0].formats, statuses=statuses)


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
    label: tuple[int, Sequence[str]] | None = None,
) -> Table:
    """Keys, period, a label, and columns of numbers: name, measure, name of its status.

    A row is an occupied cell of `measure`, or a series if a period `at` is given. The
    label is given by its place among labels.
    """
    data = measure._data
    if at is None:
        keep = data.calendar.shows(data.cells.ordinals)
        series, ordinals = data.cells.series[keep], data.cells.ordinals[keep]
    else:
        series = np.arange(data.series.count)
        ordinals = np.full(len(series), data.calendar.ordinal(at, "at"), np.int64)
    shown: dict[str, Any] = dict(data.series.coded(series))

    def add(name: str, column: Any) -> str:
        free = free_name(name, tuple(shown))
        shown[free] = column
        return free

    add("period", data.calendar.coded(ordinals))
    if label is not None:
        add("measure", Coded(np.full(len(series), label[0]), label[1]))
    formats, statuses = {}, {}
    for name, numbers, status in columns:
        values = column_at(numbers._data, series, ordinals)
        codes = numbers._data.read(series, ordinals)[1]
        free = add(name, values)
        formats[free] = format_of(numbers.kind)
        if status:  # words beside the number
            add(status, codes)
        else:
            statuses[free] = codes
    return Table(shown, formats=formats, statuses=statuses)
