"""What the stacked bars of an explanation show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.canvas import names_of, shortened
from .._common.messages import short
from .families import TRANSITIONS
from .plots import Lines, Stack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._common.types import Array, Floats, Ints
    from .on_panel import OnPanel

MIX_TITLE = "Change of the rate"
_NAMED = 2
"""How many items of a bar of entry, exit or gap have their names in the legend."""
_SHORT = 18


# ---- arrays ------------------------------------------------------------------------


def of_items(parts: Floats, axis: int, total: Any, group: Any) -> Stack:
    """One bar per group, made of its items."""
    items = _items_first(parts, axis, group)
    names = [f"item {i}" for i in range(len(items))]
    return Stack(items, names, np.atleast_1d(total), "Contributions to growth")


def of_causes(
    causes: Mapping[str, Array | None], axis: int, total: Any, group: Any, title: str
) -> Stack:
    """One bar per group, made of causes, each summed over the items."""
    known = {name: x for name, x in causes.items() if x is not None}
    sums = [_items_first(x, axis, group).sum(axis=0) for x in known.values()]
    whole = np.atleast_1d(total)
    return Stack(np.stack(sums), list(known), whole, title, "change", kind="flow")


def of_series(
    parts: Mapping[str, Floats], total: Floats, title: str, group: Any
) -> Stack:
    """One bar per position of a single series, made of its parts."""
    _refuse_group(group)
    if total.ndim > 1:
        raise ValueError(
            f"total has {total.ndim} dimensions: a plot takes 1, select a series"
        )
    return Stack(np.stack(list(parts.values())), list(parts), total, title)


def _refuse_group(group: Any) -> None:
    if group is not None:
        raise TypeError(
            f"group is {short(group)}: a plot of arrays shows all groups, omit it"
        )


def _items_first(parts: Floats, axis: int, group: Any) -> Floats:
    """Parts in the shape (items, groups)."""
    _refuse_group(group)
    moved = np.moveaxis(parts, axis, 0)
    if moved.ndim > 2:
        raise ValueError(
            f"parts has {moved.ndim} dimensions: a plot takes 1 or 2, select groups"
        )
    return moved.reshape(len(moved), -1)


def of_regions(
    parts: Mapping[str, Floats], total: Floats, regions: Sequence[str], **words: Any
) -> Stack:
    """One bar per region, made of parts, each summed over its industries."""
    sums = np.stack([np.nansum(x, axis=1) for x in parts.values()])
    known = np.isfinite(total).any(axis=1)
    whole = np.where(known, np.nansum(total, axis=1), np.nan)
    return Stack(sums, list(parts), whole, ticks=regions, kind="flow", **words)


# ---- panels ------------------------------------------------------------------------


def of_panel_items(why: OnPanel, group: Any) -> Stack:
    """One bar per period of a group, made of its items."""
    row, own, title, source = _of_group(why, group)
    name = why._names[0]
    return Stack(
        why.parts[own],
        names_of({key: x[own] for key, x in why.series.items()}, len(own)),
        why.total[row],
        ", ".join([f"Contributions to the growth of {name}", *title]),
        f"growth of {name} on {why._items.lag.words}",
        _others(why, row),
        why.periods,
        source,
    )


def of_panel_causes(why: OnPanel, group: Any, causes: Sequence[str]) -> Stack:
    """One bar per period of a group, made of causes, each summed over its items."""
    row, own, title, source = _of_group(why, group)
    parts = {name: getattr(why, name) for name in causes}
    known = {name: x[own] for name, x in parts.items() if x is not None}
    assert why._items.target.formed is not None
    name = f"change of {why._items.target.formed.inputs[0].name}"
    return Stack(
        np.stack([np.nansum(x, axis=0) for x in known.values()]),
        list(known),
        why.total[row],
        ", ".join([f"{name[:1].upper()}{name[1:]}", *title]),
        f"{name} on {why._items.lag.words}",
        _others(why, row),
        why.periods,
        source,
        kind=why._items.target.kind,
    )


def of_panel_regions(why: OnPanel, at: Any, parts: Sequence[str]) -> Stack:
    """One bar per region of a period, made of parts summed over its industries."""
    calendar = why._items.target.calendar
    ordinal = why._last_known() if at is None else calendar.ordinal(at, "at")
    place = ordinal - calendar.visible[0]
    key = why._items.panel.series.keys[0]
    names = np.array(names_of({key: why.series[key]}, len(why.series[key])), object)
    regions = list(dict.fromkeys(names.tolist()))
    total, *columns = (getattr(why, x)[:, place] for x in ("total", *parts))

    def by_region(values: Floats) -> Floats:
        """The values of the industries, one row per region."""
        rows = [np.where(names == region, values, np.nan) for region in regions]
        return np.stack(rows)

    name = why._names[0]
    return of_regions(
        {part: by_region(x) for part, x in zip(parts, columns, strict=True)},
        by_region(total),
        regions,
        title=f"Change of {name} by {key}, {calendar.label(ordinal)}",
        values=f"change of {name} on {why._items.lag.words}",
        source=why._items.panel.source,
    )


def of_panel_index(why: OnPanel) -> Lines:
    """A line of index numbers for each group."""
    items, groups = why._items, why.groups
    return Lines(
        why.total,
        names_of(groups, len(why.total)),
        f"Price index of {why._names[0]} per {why._names[1]}",
        f"{why.method} index on {items.lag.words}",
        why.periods,
        items.panel.source,
    )


def _of_group(why: OnPanel, group: Any) -> tuple[int, Ints, list[str], str]:
    """The row of a group, its series, its subtitle and the source."""
    (row, _), [*title, _], source = why._chosen(group, None)
    items = why._items
    own = np.unique(items.series[items.target.cells.series[items.cell] == row])
    return row, own, title, source


def _others(why: OnPanel, row: int) -> list[tuple[str, str, Floats]]:
    """The bars of entry, exit and gap, with the names of their largest items."""
    items = why._items
    parts, fates = why._parts_of(items, np.arange(len(items)))
    size = np.abs(np.nan_to_num(list(parts.values())[-1]))
    target = items.target
    mine = target.cells.series[items.cell] == row
    mine &= why._cell_status.known[items.cell] & target.calendar.shows(items.ordinals)
    bars = []
    for code, fate in list(enumerate(TRANSITIONS))[1:]:
        own = mine & (fates == code)
        label = f"{fate}{_members(why, items.series[own], size[own])}"
        bars.append((fate, label, getattr(why, fate)[row]))
    return bars


def _members(why: OnPanel, series: Ints, size: Floats) -> str:
    """The largest of some items by name, and how many more there are."""
    sums = np.bincount(series, weights=size)
    every = np.unique(series)
    order = every[np.argsort(-sums[every], kind="stable")] if len(every) else every
    some, more = order[:_NAMED], len(order) - _NAMED
    names = names_of({key: x[some] for key, x in why.series.items()}, len(some))
    words = [shortened(name, _SHORT) for name in names]
    if not words or not why.series:
        return ""
    return f": {', '.join(words)}" + (f" and {more} more" if more > 0 else "")
