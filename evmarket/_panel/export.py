"""Panels and measures as tables and frames."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells.cells import taken
from .._cells.listed import occupied
from .._common.arguments import choice
from .._common.kinds import format_of
from .._tables.columns import free_name
from .._tables.interchange import pandas_frame
from .._tables.table import Table

if TYPE_CHECKING:
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData


def measure_table(measure: MeasureData) -> Table:
    """The occupied cells of a measure: keys, period, its name, status."""
    calendar, cells = measure.calendar, measure.cells
    keep = calendar.shows(cells.ordinals)
    columns: dict[str, Any] = dict(measure.series.coded(cells.series[keep]))
    period = free_name("period", measure.series.keys)
    columns[period] = calendar.coded(cells.ordinals[keep])
    name = free_name(measure.name, tuple(columns))
    columns[name] = cells.values[keep]
    codes = cells.codes[keep]
    columns[free_name("status", tuple(columns))] = codes
    return Table(columns, "", {name: format_of(measure.kind)}, {name: codes})


def panel_table(panel: PanelData) -> Table:
    """The occupied cells of a panel: keys, period, measures.

    A measure of integers is int64 where every cell has a value; else float64, NaN where
    there is none.
    """
    cells, calendar = occupied(panel), panel.calendar
    keep = calendar.shows(cells.ordinals)
    columns: dict[str, Any] = dict(panel.series.coded(cells.series[keep]))
    period = free_name("period", (*panel.series.keys, *panel.names))
    columns[period] = calendar.coded(cells.ordinals[keep])
    series, ordinals = cells.series[keep], cells.ordinals[keep]
    for name in panel.names:
        own = panel.measure(name).cells
        place = own.place(series, ordinals)
        values = taken(own.values, place, np.nan)
        sums = own.sums
        whole = sums is not None and sums.grain == "integer"
        if whole and sums is not None and not np.isnan(values).any():
            values = sums.lo.view(np.int64)[place]
        columns[free_name(name, tuple(columns))] = values
    return Table(columns)


def measure_to_pandas(measure: MeasureData, layout: str, status: bool) -> Any:
    """A measure as a data frame, "long" or "wide"."""
    if choice(layout, "layout", {"long": False, "wide": True}):
        if status:
            raise ValueError("status is True: a wide layout has no room for it")
        return _wide(measure)
    table = measure_table(measure)
    columns = table.to_dict()
    if not status:
        del columns[table.columns[-1]]
    return pandas_frame(columns)


def _wide(measure: MeasureData) -> Any:
    pandas = import_module("pandas")
    columns = pandas.Index(measure.calendar.periods.labels, name="period")
    series = measure.series.columns
    index = None
    if len(series) == 1:
        [(name, labels)] = series.items()
        index = pandas.Index(labels, name=name)
    elif series:
        index = pandas.MultiIndex.from_arrays(list(series.values()), names=list(series))
    return pandas.DataFrame(measure.dense_values(), index=index, columns=columns)
