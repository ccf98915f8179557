"""Measures of one panel side by side, one row per cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.kinds import POINTS, format_of
from .._tables.columns import Coded, free_name, stacked
from .._tables.table import Table
from .export import column_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .measure import Measure
    from .panel import Panel


def growth_table(
    levels: Sequence[Measure],
    lag: Any,
    policy: str,
    at: Any = None,
    top: int | None = None,
    matched: Sequence[str] | None = None,
) -> Table:
    """Level, growth and status of every measure, one measure below the other.

    With the keys of `matched` the growth is that of the series in both periods, and the
    level is their roll-up.
    """
    names = [level.name for level in levels]
    tables = []
    for place, level in enumerate(levels):
        label = (place, names)
        if level.kind in POINTS:  # rates have no growth
            rate = level if top is None else level.top(top, at)
            change = rate.change(lag)
            columns = [("level", rate, ""), ("change", change, "status")]
        elif matched is not None:
            change = level.growth(lag, policy=policy, within=matched, matched=True)
            total = type(level)(level._data.rolled(matched))
            columns = [("level", total, ""), ("growth", change, "status")]
        else:
            level = level if top is None else level.top(top, at)
            change = level.growth(lag, policy=policy)
            columns = [("level", level, ""), ("growth", change, "status")]
        tables.append(_side_by_side(change, columns, at, label))
    return _stacked(tables)


def _stacked(tables: Sequence[Table]) -> Table:
    """Tables one below the other; a column that one lacks is not a number there."""
    names = dict.fromkeys(name for table in tables for name in table.columns)
    order = [name for name in names if name != "status"] + ["status"]
    below = {
        name: stacked([t._columns.get(name, np.full(len(t), np.nan)) for t in tables])
        for name in order
    }
    marks = {
        name: np.concatenate(
            [t.statuses.get(name, np.zeros(len(t), np.uint8)) for t in tables]
        )
        for name in dict.fromkeys(name for table in tables for name in table.statuses)
    }
    formats = {}
    for name in order:
        kinds = {t.formats.get(name, "") for t in tables if name in t.columns}
        formats[name] = kinds.pop() if len(kinds) == 1 else ""
    return Table(below, formats=formats, statuses=marks)


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
