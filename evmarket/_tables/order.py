"""The order of a table's rows, and a choice of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .columns import Coded, Integers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Ints, Mask
    from .columns import AnyColumn


def sorted_rows(columns: Sequence[tuple[str, AnyColumn]], descending: bool) -> Ints:
    """The positions of the rows in the order of some named columns, the first first.

    Rows without a value come last. Equal rows keep their order.
    """
    keys = [_places(name, column, descending) for name, column in columns]
    order: Ints = np.lexsort(keys[::-1])
    return order


def _places(name: str, column: AnyColumn, descending: bool) -> Ints:
    """The place of each row among the distinct values; the last one if it has none."""
    values, known = _known(column)
    places = np.full(len(known), len(known), np.int64)
    try:
        ranks = np.unique(values[known], return_inverse=True)[1]
    except TypeError:
        raise TypeError(
            f"column {short(name)} holds values of several types: they have no order"
        ) from None
    places[known] = -ranks if descending else ranks
    return places


def _known(column: AnyColumn) -> tuple[Any, Mask]:
    """Values with an order, and which rows have one. Periods are ordered by time."""
    if isinstance(column, Integers):
        return column.numbers, column.valid
    if isinstance(column, Coded):
        valid = column.known()[1]
        known = np.ones(len(column.codes), bool) if valid is None else valid
        if column.freq:
            return column.codes, known
        column = column.decoded()
    if column.dtype.kind in "fM":
        return column, ~np.isnan(column)
    if column.dtype.kind in "OUT":
        return column, np.array([x is not None and x != "" for x in column], bool)
    return column, np.ones(len(column), bool)


def chosen_rows(mask: Any, count: int) -> Ints:
    """The positions where a mask of `count` rows is True."""
    array = np.asarray(mask)
    if array.dtype != np.bool_:
        raise TypeError(f"mask is {short(mask)}: it takes an array of bool")
    if array.shape != (count,):
        size = " x ".join(map(str, array.shape)) or "no"
        raise ValueError(f"mask has {size} entries: the table has {count} rows")
    rows: Ints = np.flatnonzero(array)
    return rows
