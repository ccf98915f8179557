"""Tables as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.html import (
    Column,
    Html,
    box,
    cut,
    ends,
    joined,
    label,
    legend,
    mark,
    numbers,
    strong,
    table,
    text,
    told_ends,
)
from .columns import Coded

if TYPE_CHECKING:
    from .table import Table


ROWS = (20, 5, 5)
"""Rows: all up to the first number, else so many from either end."""
_COLUMNS = (24, 12, 8)

# Numbers of a dataset that are no amounts.
_CALENDAR = ("year", "half", "quarter", "month", "week", "day", "date", "period")


def with_gap(columns: list[Column], places: Any, rows: int) -> list[Column]:
    """The columns at some places, with one that says where some are left out."""
    gap = cut(places)
    if gap is not None:
        columns.insert(gap, Column(text("…"), [text("…")] * rows))
    return columns


# ---- tables ----------------------------------------------------------------------


def rows_of(of: Table) -> str:
    """A table that a panel gave out."""
    count, name = len(of), strong(type(of).__name__)
    same = getattr(of, "same", None)
    more = "" if same is None else f"; {same:,} cells are the same"
    shown = ends(count, *ROWS)
    pieces = [of]
    if len(shown) < count:
        pieces = [of.part(0, ROWS[1]), of.part(count - ROWS[2], count)]
    columns, codes = [], []
    places = ends(len(of.columns), *_COLUMNS)
    for column in (of.columns[int(place)] for place in places):
        parts = [piece._columns[column] for piece in pieces]
        coded = [part.entries() for part in parts if isinstance(part, Coded)]
        if coded:
            cells = [label(item) for items in coded for item in items]
            columns.append(Column(label(column), cells, "label"))
            continue
        values = np.concatenate([piece[column] for piece in pieces])
        status = None
        if column in of.statuses:
            status = np.concatenate([piece.statuses[column] for piece in pieces])
            codes.append(status)
        columns.append(column_of(column, values, of.looks.get(column, ""), status))
        if values.dtype == np.uint8:
            codes.append(values)
    named = f"{name} {label(of.title, 60)};" if of.title else name
    size = f" {count:,} rows × {len(of.columns):,} columns{more}"
    foot = [
        told_ends(shown, count, "rows"),
        told_ends(places, len(of.columns), "columns"),
    ]
    return box(
        Html(f"{named}{text(size)}"),
        table(with_gap(columns, places, len(shown)), cut(shown)),
        foot=[joined(foot), legend(*codes)],
    )


def column_of(name: str, values: Any, look: Any = "", codes: Any = None) -> Column:
    """A column by its dtype: numbers, statuses, yes and no, labels."""
    head = label(name)
    kind = values.dtype.kind
    if values.dtype == np.uint8:
        return Column(head, [mark(code) for code in values.tolist()])
    if kind == "b":
        return Column(head, [text("yes" if x else "no") for x in values.tolist()])
    if kind in "iuf":
        if kind != "f" and name.lower() in _CALENDAR:
            return Column(head, [text(x) for x in values.tolist()], "number")
        return Column(head, numbers(values, codes, look), "number")
    return Column(head, [label(item) for item in values.tolist()], "label")
