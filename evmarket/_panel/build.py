"""Tables to panels: long tables, columns at hand, wide tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import frequency, unit
from .._cells.base import Base, BaseLevel
from .._cells.panel import PanelData
from .._common.messages import short
from .._inputs.arrays import check_labels, is_missing
from .._inputs.dates import name_of
from .ingest import fine_cells, ingested
from .options import Options
from .source import column_names, table_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._cells.base import Rules


def build(
    table: Any,
    keys: Any,
    period: Any,
    measures: Any,
    options: Options,
    warns: bool = True,
) -> PanelData:
    """See `Panel.from_table`."""
    return PanelData.of(*ingested(table, keys, period, measures, options, warns))


# ---- columns at hand, wide tables ----------------------------------------------------


def build_arrays(
    keys: Any, period: Any, measures: Any, kinds: Any, options: Options
) -> PanelData:
    """See `Panel.from_arrays`."""
    if not isinstance(keys, dict) or not isinstance(measures, dict):
        raise TypeError("keys and measures are dicts of name to column")
    kinds = kinds or {}
    for name in kinds:
        if name not in measures:
            raise KeyError(f"kinds: {short(name)} is not a measure")
    # Prefixed names, so that a key called "period" stays apart from the periods.
    table = {f"key {k}": v for k, v in keys.items()}
    when: str | tuple[str, str] = "period"
    if isinstance(period, tuple) and len(period) == 2 and not np.isscalar(period[0]):
        when = ("year", _part_name(period[1], options.freq))
        table |= dict(zip(when, period, strict=True))
    else:
        table["period"] = period
    table |= {f"measure {k}": v for k, v in measures.items()}
    check_labels(list(table.values()), list(table))
    units = options.units
    if units is not None:
        units = {f"measure {k}": v for k, v in units.items()}
    panel = build(
        table,
        [f"key {k}" for k in keys],
        when,
        {f"measure {k}": kinds.get(k, "flow") for k in measures},
        replace(options, units=units),
    )
    return _renamed(panel, tuple(keys), tuple(measures))


def _part_name(parts: Any, freq: str | None) -> str:
    """The name of the second column of a pair, or what it holds if it has no name."""
    quarterly = freq is not None and unit(frequency(freq)) == "Q"
    name = name_of(parts) or ("quarter" if quarterly else "month")
    return f"part {name}"  # Prefixed, like all columns of this table.


def _renamed(
    panel: PanelData, keys: tuple[str, ...], names: tuple[str, ...]
) -> PanelData:
    """The panel under other names of keys and measures."""
    base = panel.base
    levels = zip(base.levels, names, strict=True)
    base = replace(
        base,
        series=replace(base.series, keys=keys),
        levels=tuple(replace(level, name=name) for level, name in levels),
    )
    return PanelData.of(base, panel.rules)


@dataclass(frozen=True)
class Wide:
    """Which columns of a wide table hold what; see `Panel.from_wide`."""

    key: str | None
    measure: str
    period: str | None = None
    columns: Sequence[str] | None = None
    keys: Sequence[str] = ()
    kind: str = "flow"


def build_wide(table: Any, wide: Wide, options: Options) -> PanelData:
    """See `Panel.from_wide`."""
    key, period = wide.key, wide.period
    if key is None and period is not None:
        raise TypeError(
            "key is None: with a column of periods the headers are its labels"
        )
    keys = [*wide.keys] if key is None else [*wide.keys, key]
    fixed = keys if period is None else [*wide.keys, period]
    chosen = wide.columns
    if chosen is None:
        chosen = [c for c in column_names(table) if c not in fixed]
    if not chosen:
        raise ValueError(
            "columns is empty: a wide table has at least one column of values"
        )
    columns = table_columns(table, [*fixed, *chosen])
    count = len(columns[chosen[0]])
    # An empty cell is no row.
    kept = {
        header: [k for k in range(count) if not is_missing(columns[header][k])]
        for header in chosen
    }
    long: dict[str, Any] = {
        name: [columns[name][k] for header in chosen for k in kept[header]]
        for name in fixed
    }
    headers = [header for header in chosen for _ in kept[header]]
    values = [columns[header][k] for header in chosen for k in kept[header]]
    if period is None:
        when = _free("period", long)
        long[when] = headers
    else:
        when = period
        long[str(key)] = headers
    name = _free(wide.measure, long)  # a key may have the measure's name
    long[name] = values
    options = replace(options, nulls="absent")
    panel = build(long, keys, when, {name: wide.kind}, options, warns=False)
    return _renamed(panel, panel.series.keys, (wide.measure,))


def _free(name: str, taken_names: Mapping[str, Any]) -> str:
    """The name, with underscores until it is not taken."""
    while name in taken_names:
        name += "_"
    return name


def from_ordinals(
    groups: Any, ordinals: Any, values: Any, calendar: tuple[str, int, int, Rules]
) -> PanelData:
    """A panel of one flow, "values", whose one key "group" is numbered from 0.

    `calendar` is the frequency, the first and last period, and the rules of absence.
    """
    accumulator = _core.Partial(("group",), ("values",), period="period")
    batch = _core.columns([groups, ordinals, values])
    accumulator.add(batch, (0,), (1,), (2,), freq=None)
    series, layout, [sums] = fine_cells(["group"], accumulator)
    freq, low, high, rules = calendar
    levels = (BaseLevel("values", "flow", None, sums),)
    return PanelData.of(Base(series, freq, low, high, layout, levels), rules)
