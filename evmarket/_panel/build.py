"""Tables to panels: long tables, columns at hand, wide tables."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import frequency, unit
from .._cells.calendar import Calendar
from .._cells.cells import Cells, laid_out, taken
from .._cells.panel import Level, PanelData
from .._cells.sums import ExactSums, Layout
from .._common.messages import short
from .._inputs.arrays import is_missing
from .._inputs.dates import name_of
from .ingest import fine_cells, ingested
from .options import Options
from .source import column_names, table_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._cells.base import Base, BaseLevel, Rules

MOST_ZEROS = 1 << 28
"""Cells beyond which absent="zero" is refused."""


def build(
    table: Any,
    keys: Any,
    period: Any,
    measures: Any,
    options: Options,
    warns: bool = True,
) -> PanelData:
    """See `Panel.from_table`."""
    return _panel_data(*ingested(table, keys, period, measures, options, warns))


# ---- the panel of today, from the finest cells ---------------------------------------


def _panel_data(base: Base, rules: Rules) -> PanelData:
    low, high, cutoff = base.low, base.high, rules.cutoff
    if cutoff is not None and high >= low:
        cutoff = max(cutoff, low - 1)
        high = max(high, cutoff)
    calendar = Calendar(base.freq, low, high, (low, high), rules.exit_after, cutoff)
    layout, sums = base.layout, [level.sums for level in base.levels]
    levels = [_level(level) for level in base.levels]
    if rules.absent == "zero":
        layout, sums = _zero_filled(layout, sums, calendar)
        levels = [
            replace(level, sums=added, status=None)
            for level, added in zip(levels, sums, strict=True)
        ]
    return PanelData(
        base.series,
        calendar,
        layout,
        tuple(levels),
        deduplicated=base.duplicates in ("identical", "last"),
        source=base.source,
    )


def _level(level: BaseLevel) -> Level:
    sums, status = level.sums, None
    if level.months is not None and (lone := level.months == 1).any():
        status = np.where(lone, np.uint8(_core.INCOMPLETE), np.uint8(0))
        sums = replace(sums, values=np.where(lone, np.nan, sums.values))
    return Level(level.name, level.kind, level.unit, sums, status)


def _zero_filled(
    layout: Layout, sums: list[ExactSums], calendar: Calendar
) -> tuple[Layout, list[ExactSums]]:
    """Cells without any row, up to the last complete period, as zeros."""
    count, low, until = len(layout.indptr) - 1, calendar.low, calendar.complete
    width = until - low + 1
    if width <= 0 or not count:
        return layout, sums
    if count * width > MOST_ZEROS:
        raise MemoryError(
            f"absent is 'zero': {count:,} series x {width:,} periods of zeros do not "
            "fit"
        )
    old = Cells.at(layout)
    late = old.ordinals > until
    indptr, ordinals, order = laid_out(
        np.concatenate([np.repeat(np.arange(count), width), old.series[late]]),
        np.concatenate([np.tile(np.arange(low, until + 1), count), old.ordinals[late]]),
        count,
    )
    every = Cells(indptr, ordinals, np.empty(len(order)))
    place = every.place(old.series, old.ordinals)
    # A filled cell counts as one row of zero.
    rows = taken(layout.rows, old.place(every.series, ordinals), 1)
    filled = []
    for each in sums:
        wide = each.placed(place, len(order))
        counts = np.ones(len(order), np.int64)
        counts[place] = each.counts
        filled.append(replace(wide, counts=counts))
    return Layout(indptr, ordinals, rows), filled


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
    levels = zip(panel.levels, names, strict=True)
    return replace(
        panel,
        series=replace(panel.series, keys=keys),
        levels=tuple(replace(level, name=name) for level, name in levels),
    )


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
    groups: Any, ordinals: Any, values: Any, calendar: Calendar
) -> PanelData:
    """A panel of one flow, "values", whose one key "group" is numbered from 0."""
    accumulator = _core.Partial(("group",), ("values",), period="period")
    batch = _core.columns([groups, ordinals, values])
    accumulator.add(batch, (0,), (1,), (2,), freq=None)
    series, layout, [sums] = fine_cells(["group"], accumulator)
    return PanelData(series, calendar, layout, (Level("values", "flow", None, sums),))
