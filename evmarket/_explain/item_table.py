"""The items of one period as a table: what ``.items`` of an explanation returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._tables.columns import free_name
from .._tables.table import Table
from .families import fate_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._common.types import Codes, Floats, Mask
    from .items import Items


def item_table(
    items: Items,
    names: Sequence[str],
    parts: Mapping[str, Floats],
    transitions: Codes,
    formats: Mapping[str, str],
    note: str = "",
) -> Table:
    """One row per item: labels, values, parts and fate, the largest part first.

    Parameters
    ----------
    items : Items
        The items of one period.
    names : sequence of str
        The levels whose values the table shows.
    parts : mapping of str to ndarray
        The columns of parts; the last one is the whole effect of the item.
    transitions : ndarray of uint8
    formats : mapping of str to str
        How the parts print, by name.
    note : str, optional
        A line below the rows.
    """
    whole = list(parts.values())[-1]
    size = np.where(np.isnan(whole), np.inf, -np.abs(whole))
    group = items.target.cells.series[items.cell]
    order = np.lexsort((size, group))
    order = order[_valued(items, names)[order]]
    series, groups = items.panel.series, items.target.series.keys
    labels = series.coded(items.series[order])
    keys = [*groups, *(key for key in series.keys if key not in groups)]
    columns: dict[str, Any] = {key: labels[key] for key in keys}
    own_formats: dict[str, str] = {}
    statuses: dict[str, Codes] = {}

    def put(name: str, column: Any, form: str, codes: Codes | None = None) -> None:
        free = free_name(name, tuple(columns))
        columns[free], own_formats[free] = column, form
        if codes is not None:
            statuses[free] = codes

    periods = (("base", True), ("current", False))
    for name in names:
        for side, base in periods:
            values, codes = items.read(name, order, base)
            put(side if len(names) == 1 else f"{name} {side}", values, "", codes)
    for name, part in parts.items():
        put(name, part[order], formats.get(name, ""))
    put("fate", fate_names(transitions[order]), "")
    return Table(columns, _title(items), own_formats, statuses, note)


def _valued(items: Items, names: Sequence[str]) -> Mask:
    """Which items have a value of one of the levels in one of the periods."""
    every = [side for name in names for side in items.values(name).present]
    mask: Mask = np.any(every, axis=0)
    return mask


def _title(items: Items) -> str:
    """What changed and when."""
    name, calendar = items.target.name, items.target.calendar
    if not len(items):
        return name
    now = int(items.ordinals[0])
    base = items.lag.one_before(now)
    on = "" if base is None else f" on {calendar.label(base)}"
    return f"{name}, {calendar.label(now)}{on}"
