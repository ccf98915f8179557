"""Tables as plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common import numbers
from .._common.status import Status
from .._common.text import SCREEN, aligned, columns_of, middle, wrap
from .columns import Coded, Integers, decoded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._common.types import Array, Mask
    from .columns import AnyColumn


_WIDEST = 140
"""The width of the whole text of a table; longer cells wrap."""
_COLUMNS = 40
_CELL = 36
"""How many columns the repr shows, and how wide they may be."""
_SIGNS = ("*", "^", "~", "#", "!", "&", "**", "^^", "~~", "##")
"""Marks of numbers with a status, in the order of the codes of a table."""


def text_rows(
    columns: Mapping[str, AnyColumn],
    formats: Mapping[str, str],
    statuses: Mapping[str, Array],
) -> list[str]:
    """The rows as aligned text, headings first."""
    cells, numeric = text_cells(columns, formats, statuses)
    return aligned(cells, numeric, width=_WIDEST)


def screen_rows(
    columns: Mapping[str, AnyColumn],
    formats: Mapping[str, str],
    statuses: Mapping[str, Array],
) -> list[str]:
    """The rows as aligned text, in blocks of columns that fit a screen.

    Each block begins with the first column of labels. Long texts lose their middle.
    """
    shown = dict(list(columns.items())[:_COLUMNS])
    cells, numeric = text_cells(shown, formats, statuses)
    cells = [[middle(cell, _CELL) for cell in column] for column in cells]
    lines: list[str] = []
    for block in _blocks(cells, numeric):
        lines += [""] if lines else []
        places = [n for n, k in enumerate(block) if k in numeric]
        lines += aligned([cells[k] for k in block], places)
    if len(columns) > _COLUMNS:
        lines.append(f"({len(columns) - _COLUMNS:,} more columns)")
    return lines


def mark_lines(
    columns: Mapping[str, AnyColumn], statuses: Mapping[str, Array]
) -> list[str]:
    """What the marks of numbers mean, one line per mark."""
    return [
        line
        for code, sign in _marks(columns, statuses).items()
        for line in wrap(f"{sign} {Status(code).name}: {Status(code).meaning}", SCREEN)
    ]


def _marks(
    columns: Mapping[str, AnyColumn], statuses: Mapping[str, Array]
) -> dict[int, str]:
    """The mark of each status that a number of the table has."""
    codes: set[int] = set()
    for name, status in statuses.items():
        if name in columns and status.any():
            codes.update(np.unique(status[_known(columns[name])]).tolist())
    ordered = sorted(codes - {0})
    return {code: _SIGNS[k % len(_SIGNS)] for k, code in enumerate(ordered)}


def _known(column: AnyColumn) -> Mask:
    """Which rows have a number."""
    if isinstance(column, Integers):
        return column.valid
    values = decoded(column)
    if values.dtype.kind != "f":
        return np.full(len(values), values.dtype.kind in "iu")
    known: Mask = ~np.isnan(values)
    return known


def _blocks(cells: list[list[str]], numeric: list[int]) -> list[list[int]]:
    """The positions of the columns of each block."""
    widths = [max(map(columns_of, column)) + 2 for column in cells]
    first = next((k for k in range(len(cells)) if k not in numeric), None)
    blocks: list[list[int]] = []
    room = 0
    for k, width in enumerate(widths):
        if not blocks or (width > room and blocks[-1] != [first]):
            blocks.append([] if first is None or not blocks else [first])
            room = SCREEN + 2 - sum(widths[n] for n in blocks[-1])
        blocks[-1].append(k)
        room -= width
    return blocks


def text_cells(
    columns: Mapping[str, AnyColumn],
    formats: Mapping[str, str | Sequence[str]],
    statuses: Mapping[str, Array],
) -> tuple[list[list[str]], list[int]]:
    """Columns of texts, headings first, and the positions of those of numbers."""
    cells, numeric = [], []
    marks = _marks(columns, statuses)
    for place, (name, column) in enumerate(columns.items()):
        form, codes = formats.get(name, ""), statuses.get(name)
        if isinstance(column, Coded):  # labels, which may be years
            items = column.entries()
            texts = ["" if item is None else str(item) for item in items]
            whole = all(type(item) is int for item in items)
        elif isinstance(column, Integers):
            texts = _numbers(column.objects(np.nan).tolist(), form, codes, marks)
            whole = True
        else:
            texts = _texts(column, form, codes, marks)
            whole = column.dtype.kind in "fi"
        cells.append([name, *texts])
        if whole:
            numeric.append(place)
    return cells, numeric


def _texts(
    column: Array,
    form: str | Sequence[str],
    codes: Array | None,
    marks: Mapping[int, str],
) -> list[str]:
    dates = column.dtype.kind == "M"
    items = (column.astype(str) if dates else column).tolist()
    if column.dtype == np.uint8:
        return ["" if code == 0 else Status(code).name for code in items]
    if column.dtype.kind not in "iuf":
        return ["" if item is None else str(item) for item in items]
    return _numbers(items, form, codes, marks)


def _numbers(
    items: list[Any],
    form: str | Sequence[str],
    codes: Array | None,
    marks: Mapping[int, str],
) -> list[str]:
    """Numbers with the mark of their status, or the status of missing ones."""
    every = [0] * len(items) if codes is None else codes.tolist()
    texts = numbers.column(items, form)
    signs = [
        marks.get(code, "") if text else ""
        for text, code in zip(texts, every, strict=True)
    ]
    # The digits of marked and other numbers stand below each other.
    room = max(map(len, signs), default=0)
    return [
        (text or (Status(code).name if code else "-")) + sign.ljust(room)
        for text, code, sign in zip(texts, every, signs, strict=True)
    ]
