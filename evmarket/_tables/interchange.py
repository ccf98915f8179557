"""Columns as pandas and polars frames and as an Arrow stream."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from .._inputs.tables import arrow_stream
from .columns import Coded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._common.types import Array


def pandas_frame(columns: Mapping[str, Array]) -> Any:
    """A pandas DataFrame; integers and booleans with holes are nullable columns."""
    pandas = import_module("pandas")
    nullable = {int: "Int64", bool: "boolean"}
    typed = {
        name: pandas.array(column.tolist(), dtype=nullable[kind])
        if (kind := _kind(column)) in nullable
        else column
        for name, column in columns.items()
    }
    return pandas.DataFrame(typed)


def polars_frame(columns: Mapping[str, Array]) -> Any:
    """A polars DataFrame; NaN becomes null."""
    polars = import_module("polars")
    series = []
    for name, column in columns.items():
        if column.dtype == object:
            kinds = {int: polars.Int64, bool: polars.Boolean}
            kind = kinds.get(_kind(column), polars.String)
            series.append(polars.Series(name, column.tolist(), dtype=kind))
        else:
            series.append(polars.Series(name, column, nan_to_null=True))
    return polars.DataFrame(series)


def arrow_capsule(columns: Mapping[str, Array | Coded]) -> Any:
    """An Arrow stream in a capsule; NaN becomes null."""
    return arrow_stream({name: _plain(column) for name, column in columns.items()})


def _kind(column: Array) -> type:
    """The type of the objects of a column; object for other columns."""
    if column.dtype != object:
        return object
    return type(next((item for item in column.tolist() if item is not None), ""))


def _plain(column: Array | Coded) -> Any:
    """A column as `arrow_stream` takes it."""
    if isinstance(column, Coded):
        return _plain_codes(column)
    if column.dtype == object:
        items = column.tolist()
        kind = _kind(column)
        if kind in (int, bool):
            valid = np.array([item is not None for item in items], bool)
            plain = np.array([item or 0 for item in items], np.int64)
            return plain if kind is int else plain.astype(bool), valid
        return items
    if column.dtype.kind == "f":
        return np.ascontiguousarray(column), ~np.isnan(column)
    return np.ascontiguousarray(column)


def _plain_codes(column: Coded) -> Any:
    """A column of codes as `arrow_stream` takes it; only the last word may be None."""
    if bool in map(type, column.words):
        return _plain(column.decoded())  # a dictionary of two booleans saves nothing
    words = list(column.words)
    known = len(words) - (1 if words and words[-1] is None else 0)
    whole = bool(known) and type(words[0]) is int
    labels = np.array(words[:known], np.int64) if whole else words[:known]
    codes = np.ascontiguousarray(column.codes)
    if known == len(words):
        return codes, labels
    valid = codes < known
    return np.where(valid, codes, 0), labels, valid
