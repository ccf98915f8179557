"""Explanations as HTML tables, for notebooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.html import (
    Column,
    Html,
    box,
    caption,
    cut,
    ends,
    joined,
    label,
    left_out,
    legend,
    numbers,
    strong,
    table,
    text,
)
from .._common.status import lacking
from .._tables.html import ROWS, column_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._common.types import Array, Codes, Ints


PAIRS = (16, 4, 8)
"""Rows of groups and periods: all up to the first number, else so many at each end."""
_NO_PART = ("matched", "dropped")
"""Results that are listed after the total, because they are not parts of it."""


@dataclass(frozen=True)
class Preview:
    """Some rows of a long table: their labels, their numbers and their statuses."""

    rows: Ints
    count: int
    """Number of rows in the whole table."""
    labels: Mapping[str, Any]
    """The labels of the rows, by key."""
    arrays: Mapping[str, Array]
    codes: Codes


def heading(name: str, method: str | None) -> Html:
    """The name of an explanation, and its method where it has one."""
    return joined([strong(name), text(f"({method})" if method else "")], " ")


def panel_heading(head: Html, measure: str, keys: Sequence[str], size: str) -> Html:
    """The heading of an explanation of a panel, with its measure, groups and size."""
    within = f" within {', '.join(keys)}" if keys else ""
    return Html(f"{head} of {label(measure)}{label(within, 60)}; {text(size)}")


def arrays_html(
    head: Html,
    arrays: Mapping[str, Array],
    formats: Mapping[str, str],
    axis: int,
    items: Mapping[str, Array] | None,
) -> str:
    """An explanation of arrays: one row per part, or one row per group or item."""
    shape = max((a.shape for a in arrays.values()), key=len)
    if not shape:
        parts, foot = _part_rows(arrays, formats)
        tables = [parts] + ([_cell_rows(items, formats, axis)[0]] if items else [])
        return box(head, *tables, foot=foot)
    size = " × ".join(f"{n:,}" for n in shape)
    title = Html(f"{head}{text(f'; {size}')}")
    cells, foot = _cell_rows(arrays, formats, axis)
    return box(title, cells, foot=foot)


def panel_html(
    title: Html,
    groups: Preview,
    items: Preview | None,
    period: str,
    formats: Mapping[str, str],
    residual: Array,
) -> str:
    """An explanation of a panel: groups by period, then the items of one period."""
    tables = [_preview(groups, formats)]
    if items is not None:
        omitted = left_out(items.rows, items.count, "items")
        tables.append(caption(joined([text(period and f"items of {period}"), omitted])))
        tables.append(_preview(items, formats))
    omitted = left_out(groups.rows, groups.count, "groups and periods")
    foot = [joined([_residual(residual), omitted]), legend(groups.codes)]
    return box(title, *tables, foot=foot)


def _preview(rows: Preview, formats: Mapping[str, str]) -> Html:
    columns = [
        Column(label(key), [label(item) for item in labels.entries()], "label")
        for key, labels in rows.labels.items()
    ]
    columns += _columns(rows.arrays, formats, rows.codes)
    return table(columns, cut(rows.rows))


def _columns(
    arrays: Mapping[str, Array], formats: Mapping[str, str], codes: Codes
) -> list[Column]:
    """One column per array; the residual is below the table."""
    return [
        column_of(
            name.replace("_", " "),
            values,
            formats.get(name, ""),
            _codes(name, values, codes),
        )
        for name, values in arrays.items()
        if name != "residual"
    ]


def _part_rows(
    arrays: Mapping[str, Array], formats: Mapping[str, str]
) -> tuple[Html, list[Html]]:
    """The parts of one group, then their total, then the other results."""
    code = int(arrays["status"])
    last = ("total", *_NO_PART)
    names = [n for n in arrays if n not in (*last, "residual", "status")]
    names += [n for n in last if n in arrays]
    codes = [_codes(n, arrays[n], code) for n in names]
    values = [float(arrays[n]) for n in names]
    # Plain numbers of one table have the same number of decimals.
    cells = numbers(values, codes, [formats.get(n, "") for n in names])
    heads = [strong(n) if n == "total" else text(n.replace("_", " ")) for n in names]
    columns = [Column(text("part"), heads, "label"), Column(text(""), cells, "number")]
    return table(columns), [joined([_residual(arrays["residual"]), legend(code)])]


def _codes(name: str, values: Array, codes: Any) -> Any:
    """Statuses to print with an array: of every total, else of missing numbers only."""
    if values.dtype.kind != "f":
        return None if np.ndim(codes) else 0
    if name == "total":
        return codes
    missing = lacking(values, codes)
    return missing if np.ndim(codes) else int(missing)


def _residual(values: Array) -> Html:
    """The largest residual, in words."""
    sizes = np.abs(values)
    sizes = sizes[np.isfinite(sizes)]
    if not sizes.size:
        return Html("")
    [largest] = numbers(sizes.max(), None, "residual")
    return Html(f"{text('residual at most ')}{largest}")


def _cell_rows(
    arrays: Mapping[str, Array], formats: Mapping[str, str], axis: int
) -> tuple[Html, list[Html]]:
    """One row per group or item, with the results of a group repeated for its items.

    The results of a single group are below the table.
    """
    shape = max((a.shape for a in arrays.values()), key=len)
    count = int(np.prod(shape))
    rows = ends(count, *ROWS)
    places = np.unravel_index(rows, shape)

    def in_rows(values: Array) -> Array:
        whole = values if values.ndim == len(shape) else np.expand_dims(values, axis)
        return np.broadcast_to(whole, shape)[places]

    single = {n: a for n, a in arrays.items() if not a.ndim}
    codes = in_rows(arrays["status"])
    columns = [
        Column(text(f"axis {k}"), numbers(place), "label")
        for k, place in enumerate(places)
    ]
    many = {n: in_rows(a) for n, a in arrays.items() if a.ndim}
    columns += _columns(many, formats, codes)
    code = int(single.get("status", 0))
    foot = [
        Html(f"{text(name)} {numbers(a, [code], formats.get(name, ''))[0]}")
        for name, a in single.items()
        if name not in ("status", "residual")
    ]
    foot += [_residual(arrays["residual"]), left_out(rows, count, "rows")]
    return table(columns, cut(rows)), [joined(foot), legend(codes)]
