"""Tables as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._common.numbers import column as number_column
from .._common.status import Status
from .._common.text import SCREEN, aligned, columns_of, middle
from .columns import Coded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Array
    from .table import Table


_SHOWN = 10
"""Rows that the repr shows."""

_WIDEST = 140
"""Columns of a terminal beyond which texts wrap."""
_COLUMNS = 40
_CELL = 36
"""Columns that the repr shows, and how wide they may be."""


# ---- as text ---------------------------------------------------------------------


def text_rows(table: Table) -> list[str]:
    """The rows as aligned text, headings first."""

    columns, numeric = _columns(table, table.columns)
    return aligned(columns, numeric, width=_WIDEST)


def _columns(table: Table, names: Sequence[str]) -> tuple[list[list[str]], list[int]]:
    """Columns of texts, headings first, and the places of those of numbers."""
    columns, numeric = [], []
    for place, name in enumerate(names):
        column = table._columns[name]
        if isinstance(column, Coded):  # labels, which may be years
            items = column.entries()
            shown = ["" if item is None else str(item) for item in items]
            whole = all(type(item) is int for item in items)
        else:
            look, codes = table.looks.get(name, ""), table.statuses.get(name)
            shown = _texts(column, look, codes)
            whole = column.dtype.kind in "fi"
        columns.append([name, *shown])
        if whole:
            numeric.append(place)
    return columns, numeric


def _on_screen(table: Table) -> list[str]:
    """The rows as aligned text, the columns in as many blocks as a screen needs.

    Each begins with the first column of labels. Long texts stand without their middle.
    """

    names = table.columns[:_COLUMNS]
    columns, numeric = _columns(table, names)
    columns = [[middle(cell, _CELL) for cell in c] for c in columns]
    widths = [max(map(columns_of, column)) + 2 for column in columns]
    first = next((k for k in range(len(names)) if k not in numeric), None)
    lines: list[str] = []
    rest = list(range(len(names)))
    while rest:
        block = [first] if lines and first is not None else []
        room = SCREEN + 2 - sum(widths[k] for k in block)
        while rest and (room >= widths[rest[0]] or not block):
            room -= widths[rest[0]]
            block.append(rest.pop(0))
        of_numbers = [n for n, k in enumerate(block) if k in numeric]
        shown = [columns[k] for k in block]
        lines += [*([""] if lines else []), *aligned(shown, of_numbers)]
    if len(table.columns) > _COLUMNS:
        lines.append(f"({len(table.columns) - _COLUMNS:,} more columns)")
    return lines


def _texts(column: Array, look: str, codes: Array | None) -> list[str]:
    items = column.tolist()
    if column.dtype == np.uint8:
        return ["" if code == 0 else Status(code).name for code in items]
    if column.dtype.kind in "Ob":
        return ["" if item is None else str(item) for item in items]
    every = [0] * len(items) if codes is None else codes.tolist()
    texts = number_column(items, look)
    return [
        words or (Status(code).name if code else "-")
        for words, code in zip(texts, every, strict=True)
    ]
