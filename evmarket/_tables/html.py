"""Tables as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.html import (
    Column,
    Html,
    box,
    boxed,
    cut,
    ends,
    joined,
    label,
    left_out,
    legend,
    mark,
    numbers,
    table,
    text,
)
from .columns import Coded, Integers, length, taken

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .._common.types import Array
    from .columns import AnyColumn


ROWS = (20, 5, 5)
"""Up to the first number all rows are shown, else the first and the last ones."""
_COLUMNS = (24, 12, 8)

# Columns of integers that are printed without separated thousands.
CALENDAR = ("year", "half", "quarter", "month", "week", "day", "date", "period")


def table_html(
    heading: Html,
    columns: Mapping[str, AnyColumn],
    formats: Mapping[str, str | Sequence[str]],
    statuses: Mapping[str, Array],
    notes: Sequence[Html] = (),
) -> str:
    """Columns under a heading; only the first and last rows of a long table.

    `formats` has keys of `numbers.RELATIVE`, one per column or one per row; `statuses`
    has the codes of numbers that no column shows.
    """
    count = next(map(length, columns.values()), 0)
    rows, places = ends(count, *ROWS), ends(len(columns), *_COLUMNS)
    names = [list(columns)[place] for place in places.tolist()]
    some = {name: columns[name] for name in names}
    shown, codes = columns_at(some, formats, statuses, rows)
    foot = joined(
        [
            left_out(rows, count, "rows"),
            left_out(places, len(columns), "columns"),
        ]
    )
    body = table(with_gap(shown, places, len(rows)), cut(rows))
    return box(heading, body, foot=[foot, *notes, legend(*codes)])


def table_part(
    columns: Mapping[str, AnyColumn],
    formats: Mapping[str, str | Sequence[str]],
    statuses: Mapping[str, Array],
    notes: Sequence[Html] = (),
    most: int | None = None,
) -> Html:
    """All columns as a part of a page; of more than `most` rows the first and last."""
    count = next(map(length, columns.values()), 0)
    half = 0 if most is None else most // 2
    rows = ends(count, count if most is None else most, (most or 0) - half, half)
    shown, codes = columns_at(columns, formats, statuses, rows)
    foot = [left_out(rows, count, "rows"), *notes, legend(*codes)]
    return boxed(table(shown, cut(rows)), foot=foot)


def columns_at(
    columns: Mapping[str, AnyColumn],
    formats: Mapping[str, str | Sequence[str]],
    statuses: Mapping[str, Array],
    rows: NDArray[np.int64],
) -> tuple[list[Column], list[Array]]:
    """Some rows of the columns, and the statuses that they show."""
    shown: list[Column] = []
    codes: list[Array] = []
    for name, whole in columns.items():
        column = taken(whole, rows)
        if isinstance(column, Coded):
            labels = list(map(label, column.entries()))
            shown.append(Column(label(name), labels, "label"))
            continue
        status = statuses[name][rows] if name in statuses else None
        codes += [] if status is None else [status]
        form = formats.get(name, "")
        each = form if isinstance(form, str) else [form[row] for row in rows.tolist()]
        if isinstance(column, Integers):
            cells = numbers(column.objects(np.nan), status, each)
            shown.append(Column(label(name), cells, "number"))
            continue
        codes += [column] if column.dtype == np.uint8 else []
        shown.append(column_of(name, column, each, status))
    return shown, codes


def with_gap(columns: list[Column], places: Any, rows: int) -> list[Column]:
    """The columns at `places`, with a column of "…" where some are left out."""
    gap = cut(places)
    if gap is not None:
        columns.insert(gap, Column(text("…"), [text("…")] * rows))
    return columns


def column_of(
    name: str, values: Any, formats: str | Sequence[str] = "", codes: Any = None
) -> Column:
    """A column by its dtype: statuses, yes and no, numbers or labels."""
    head = label(name)
    kind = values.dtype.kind
    if values.dtype == np.uint8:
        return Column(head, [mark(code) for code in values.tolist()])
    if kind == "b":
        return Column(head, [text("yes" if x else "no") for x in values.tolist()])
    if kind in "iuf":
        if kind != "f" and name.lower() in CALENDAR:
            return Column(head, [text(x) for x in values.tolist()], "number")
        return Column(head, numbers(values, codes, formats), "number")
    labels = values.astype(str) if kind == "M" else values
    return Column(head, [label(item) for item in labels.tolist()], "label")
