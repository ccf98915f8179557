"""Tables as pandas and polars frames."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from .._inputs.tables import arrow_stream
from .columns import Coded

if TYPE_CHECKING:
    from .._common.types import Array
    from .table import Table


# ---- into other libraries --------------------------------------------------------


def to_pandas(table: Table) -> Any:
    """A pandas DataFrame of a table's columns."""
    return import_module("pandas").DataFrame(table.to_dict())


def to_polars(table: Table) -> Any:
    """A polars DataFrame of a table's columns."""
    polars = import_module("polars")
    columns = []
    for name in table.columns:
        column = table[name]
        if column.dtype == object:
            kind = polars.Int64 if _has_integers(column) else polars.String
            columns.append(polars.Series(name, column.tolist(), dtype=kind))
        elif column.dtype.kind == "f":
            columns.append(polars.Series(name, column, nan_to_null=True))
        else:
            columns.append(polars.Series(name, column))
    return polars.DataFrame(columns)


def _has_integers(column: Array) -> bool:
    known = next((item for item in column.tolist() if item is not None), None)
    return type(known) is int


def _export(table: Table) -> Any:
    """The table as an Arrow stream, in a capsule."""
    return arrow_stream({name: _plain(c) for name, c in table._columns.items()})


def _plain(column: Array | Coded) -> Any:
    """A column as the core takes it."""
    if isinstance(column, Coded):
        return _plain_codes(column)
    if column.dtype == object:
        items = column.tolist()
        if _has_integers(column):
            valid = np.array([item is not None for item in items], bool)
            return np.array([item or 0 for item in items], np.int64), valid
        return items
    if column.dtype.kind == "f":
        return np.ascontiguousarray(column), ~np.isnan(column)
    return np.ascontiguousarray(column)


def _plain_codes(column: Coded) -> Any:
    """A coded column; None stands last among its words."""
    words = list(column.words)
    known = len(words) - (1 if words and words[-1] is None else 0)
    whole = bool(known) and type(words[0]) is int
    found = np.array(words[:known], np.int64) if whole else words[:known]
    codes = np.ascontiguousarray(column.codes)
    if known == len(words):
        return codes, found
    valid = codes < known
    return np.where(valid, codes, 0), found, valid
