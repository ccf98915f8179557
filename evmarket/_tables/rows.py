"""Tables as rows of plain objects, and as CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.numbers import finite
from .._common.status import Status
from .._common.text import as_csv
from .columns import entries, length, taken

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from .columns import AnyColumn

PART = 1 << 16
"""How many rows are written at a time."""
_NAMES = [member.name for member in Status]
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet reads text that begins with one of them as a formula."""


def csv_pieces(
    columns: Mapping[str, AnyColumn], codes: Collection[str], safe: bool = False
) -> Iterator[str]:
    """The table as CSV, piece by piece: the header, then `PART` rows at a time.

    Parameters
    ----------
    columns : mapping of str to column
    codes : collection of str
        The columns of status codes, which are written as names.
    safe : bool, default False
        Whether text that a spreadsheet would read as a formula begins with ``'``.
    """
    for rows in ([list(columns)], *row_parts(columns, codes, "")):
        yield as_csv([list(map(_inert, row)) for row in rows] if safe else rows)


def row_parts(
    columns: Mapping[str, AnyColumn], codes: Collection[str], absent: Any
) -> Iterator[list[list[Any]]]:
    """Rows of plain objects, `PART` at a time; `absent` for missing entries."""
    count = next(map(length, columns.values()), 0)
    for start in range(0, count, PART):
        part = [
            plain(taken(column, slice(start, start + PART)), name in codes, absent)
            for name, column in columns.items()
        ]
        yield [list(row) for row in zip(*part, strict=True)]


def plain(column: AnyColumn, codes: bool = False, absent: Any = None) -> list[Any]:
    """A column as plain objects: names of statuses, dates as text.

    Missing entries, NaN and infinity are `absent`.
    """
    items: list[Any]
    if isinstance(column, np.ndarray) and column.dtype.kind == "M":
        items = [None if x == "NaT" else x for x in column.astype(str).tolist()]
    else:
        items = entries(column)
    if codes:
        return [_NAMES[code] for code in items]
    if isinstance(column, np.ndarray) and column.dtype.kind == "f":
        return [finite(item, absent) for item in items]
    return [absent if item is None else item for item in items]


def _inert(item: Any) -> Any:
    """Text that no spreadsheet reads as a formula; all else as it is."""
    formula = isinstance(item, str) and item.startswith(_FORMULAS)
    return f"'{item}" if formula else item
