"""Panels and measures as tables and frames."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells.frame import period_column, series_columns
from .._common.arguments import choice
from .._common.kinds import format_of
from .._tables.columns import free_name
from .._tables.interchange import pandas_frame
from .._tables.table import Table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Array
    from .measure import Measure
    from .panel import Panel


def _shown(frame: Any, ordinals: Array) -> NDArray[np.bool_]:
    low, high = frame.shown
    found: NDArray[np.bool_] = (ordinals >= low) & (ordinals <= high)
    return found


def measure_table(measure: Measure) -> Table:
    """The occupied cells of a measure: keys, period, its name, status."""
    frame, cells = measure._frame, measure._cells
    keep = _shown(frame, cells.ordinals)
    columns = series_columns(frame, cells.series[keep])
    columns[free_name("period", frame.keys)] = period_column(
        frame, cells.ordinals[keep]
    )
    name = free_name(measure.name, tuple(columns))
    columns[name] = cells.values[keep]
    codes = cells.codes[keep]
    columns[free_name("status", tuple(columns))] = codes
    return Table(columns, "", {name: format_of(measure.kind)}, {name: codes})


def panel_table(panel: Panel) -> Table:
    """The occupied cells of a panel: keys, period, measures.

    A measure of integers is int64 where every cell has a value; else float64, NaN where
    there is none.
    """
    frame, data = panel._frame, panel._data
    keep = _shown(frame, data["ordinals"])
    series = np.repeat(np.arange(frame.series_count), np.diff(data["indptr"]))[keep]
    columns = series_columns(frame, series)
    period = free_name("period", (*frame.keys, *panel.measures))
    columns[period] = period_column(frame, data["ordinals"][keep])
    for name, exact in zip(panel.measures, data["measures"], strict=True):
        panel[name]  # a rate that a roll-up merged says so
        values = np.where(exact["counts"] > 0, exact["values"], np.nan)[keep]
        if exact["grain"] == "integer" and not np.isnan(values).any():
            values = exact["lo"].view(np.int64)[keep]
        columns[free_name(name, tuple(columns))] = values
    return Table(columns)


def measure_to_pandas(measure: Measure, layout: str, status: bool) -> Any:
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


def _wide(measure: Measure) -> Any:
    pandas = import_module("pandas")
    columns = pandas.Index(measure.periods.labels, name="period")
    series = measure.series
    index = None
    if len(series) == 1:
        [(name, labels)] = series.items()
        index = pandas.Index(labels, name=name)
    elif series:
        index = pandas.MultiIndex.from_arrays(list(series.values()), names=list(series))
    return pandas.DataFrame(measure.values, index=index, columns=columns)
