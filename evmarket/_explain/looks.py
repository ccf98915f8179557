"""How explanations look in a notebook: their parts, and what they add up to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.periods import spanned
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
from .._tables.html import ROWS, column_of
from .base import FATES
from .items import OnPanel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .base import Explanation


PAIRS = (16, 4, 8)
"""Rows of groups and periods, as `_looks.ROWS`."""
_BESIDE = ("matched", "dropped")
"""What stands beside the parts of a total and is none."""


def explanation(of: Explanation) -> str:
    """An explanation of arrays: parts below one another, or a row an item or group."""
    arrays = of.arrays()
    looks = _looks(of, arrays)
    shape = max((a.shape for a in arrays.values()), key=len)
    size = f"; {' × '.join(f'{n:,}' for n in shape)}" if shape else ""
    title = Html(f"{_named(of)}{text(size)}")
    if not shape:
        shown, foot = _parts(arrays, looks)
        more = getattr(of, "items", None)
        tables = [shown] + ([_cells(more, more.arrays(), looks)[0]] if more else [])
        return box(title, *tables, foot=foot)
    shown, foot = _cells(of, arrays, looks)
    return box(title, shown, foot=foot)


def _named(of: Explanation) -> Html:
    method = getattr(of, "method", None)
    return joined(
        [strong(type(of).__name__), text(f"({method})" if method else "")], " "
    )


def _looks(of: Explanation, names: Mapping[str, Any]) -> dict[str, str]:
    return {**dict.fromkeys(names, ""), "residual": "residual", **of._looks}


def _parts(
    arrays: Mapping[str, Any], looks: Mapping[str, str]
) -> tuple[Html, list[Html]]:
    """The parts of one group in rows, then their total, then what is no part of it."""
    code = int(arrays["status"])
    rest = ("total", *_BESIDE, "residual", "status")
    named = [n for n in arrays if n not in rest]
    named += [n for n in rest[:-2] if n in arrays]
    codes = [_codes(n, arrays[n], code) for n in named]
    # Those that are no percentages have the same decimals.
    cells = numbers([float(arrays[n]) for n in named], codes, [looks[n] for n in named])
    heads = [strong(n) if n == "total" else text(n.replace("_", " ")) for n in named]
    columns = [Column(text("part"), heads, "label"), Column(text(""), cells, "number")]
    foot = joined([_residual(arrays["residual"]), legend(code)])
    return table(columns), [foot]


def _codes(name: str, values: Any, codes: Any) -> Any:
    """The statuses of an array's numbers: a group's stands beside its total only."""
    if values.dtype.kind != "f":
        return None if np.ndim(codes) else 0
    if name == "total":
        return codes
    found = np.where(np.isnan(values), codes, np.uint8(0))
    return found if np.ndim(codes) else int(found)


def _residual(values: Any) -> Html:
    """The largest residual: what rounding left of an explanation."""
    known = np.abs(np.asarray(values))
    known = known[np.isfinite(known)]
    if not known.size:
        return Html("")
    [most] = numbers(known.max(), None, "residual")
    return Html(f"{text('residual at most ')}{most}")


def _cells(
    of: Explanation, arrays: Mapping[str, Any], looks: Mapping[str, str]
) -> tuple[Html, list[Html]]:
    """A row for each group or item, what is known of a group beside each of its items.

    Of a single group that stands below the table.
    """
    shape = max((a.shape for a in arrays.values()), key=len)
    count = int(np.prod(shape))
    shown = ends(count, *ROWS)
    places = np.unravel_index(shown, shape)
    axis = getattr(of, "axis", -1)
    single = {n: a for n, a in arrays.items() if not a.ndim}

    def spread(values: Any) -> Any:
        whole = values if values.ndim == len(shape) else np.expand_dims(values, axis)
        return np.broadcast_to(whole, shape)[places]

    codes = spread(arrays["status"])
    columns = [
        Column(text(f"axis {k}"), numbers(place), "label")
        for k, place in enumerate(places)
    ]
    for name, values in arrays.items():
        if name in single or name == "residual":
            continue
        some = spread(values)
        told_of = _codes(name, some, codes)
        columns.append(column_of(name.replace("_", " "), some, looks[name], told_of))
    code = int(single.get("status", 0))
    foot = [
        Html(f"{text(name)} {numbers(a, [code], looks[name])[0]}")
        for name, a in single.items()
        if name not in ("status", "residual")
    ]
    foot += [_residual(arrays["residual"]), left_out(shown, count, "rows")]
    return table(columns, cut(shown)), [joined(foot), legend(codes)]


def on_panel(of: OnPanel) -> str:
    """An explanation on a panel: groups by period; the items of the last known one."""
    items = of._items
    groups, width = items.target.shape
    name = items.target.name
    within = f" within {', '.join(of.groups)}" if of.groups else ""
    span = f", {spanned(of.periods)}" if width else ""
    many = "" if groups == 1 else "s"
    size = f"{groups:,} group{many} × {width:,} periods{span}"
    known = f"{int(items.known.sum()):,} of {items.count:,} known"
    title = Html(
        f"{_named(of)} of {label(name)}{label(within, 60)}; {text(f'{size}; {known}')}"
    )
    first, codes, left = _pairs(of)
    foot = [
        joined([_residual({**of._of_items, **of._pairs}["residual"]), left]),
        legend(codes),
    ]
    more = _items(of) if of._of_items else ()
    return box(title, first, *more, foot=foot)


def _labels(frame: Any, series: Any) -> list[Column]:
    return [
        Column(label(key), [label(words[c]) for c in frame.codes[series, k]], "label")
        for k, (key, words) in enumerate(zip(frame.keys, frame.labels, strict=True))
    ]


def _pairs(of: OnPanel) -> tuple[Html, Any, Html]:
    """The groups' numbers, a row a group and period."""
    items, cells = of._items, of._items.target._cells
    low, high = items.target._frame.shown
    every = np.flatnonzero((cells.ordinals >= low) & (cells.ordinals <= high))
    shown = ends(len(every), *PAIRS)
    pair = every[shown]
    looks = _looks(of, of._pairs)
    when = [text(of.periods[int(at) - low]) for at in cells.ordinals[pair]]
    columns = _labels(items.target._frame, cells.series[pair])
    columns.append(Column(text("period"), when, "label"))
    codes = items.codes[pair]
    for name, values in of._pairs.items():
        if name == "residual":
            continue
        some = values[pair]
        told_of = _codes(name, some, codes)
        columns.append(column_of(name.replace("_", " "), some, looks[name], told_of))
    left = left_out(shown, len(every), "groups and periods")
    return table(columns, cut(shown)), codes, left


def _items(of: OnPanel) -> tuple[Html, Html]:
    """The items' parts in the last period that is known."""
    items = of._items
    low, high = items.frame.shown
    known = items.known[items.pair] & (items.ordinals >= low)
    at = int(items.ordinals[known].max()) if known.any() else high
    mine = np.flatnonzero(items.ordinals == at)
    shown = ends(len(mine), *ROWS)
    some = mine[shown]
    looks = _looks(of, of._of_items)
    codes = items.codes[items.pair[some]]
    columns = _labels(items.frame, items.series[some])
    for name, values in of._of_items.items():
        if name == "residual":
            continue
        columns.append(
            column_of(name.replace("_", " "), values[some], looks[name], codes)
        )
    if of._fate is not None:
        fates = [text(FATES[fate]) for fate in of._fate[some]]
        columns.append(Column(text("fate"), fates))
    when = f"items of {of.periods[at - low]}" if high >= low else ""
    heading = joined([text(when), left_out(shown, len(mine), "items")])
    return caption(heading), table(columns, cut(shown))
