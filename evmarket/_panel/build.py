"""Tables to panels: columns checked, rows added by workers, accumulators merged."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import frequency, unit
from .._calendar.labels import last_complete
from .._calendar.lags import exit_periods
from .._calendar.periods import Periods
from .._cells.base import Base, BaseLevel, Rules
from .._cells.panel import PanelData
from .._cells.series import SeriesIndex
from .._cells.sums import ExactSums, Layout
from .._common import workers
from .._common.arguments import choice, positive
from .._common.kinds import check_kinds
from .._common.messages import listing, near, short
from .._inputs.arrays import is_missing
from .._inputs.dates import name_of
from .source import Source, column_names, table_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._cells.calendar import Calendar
    from .._common.types import Ints

_RULES = {"add": "add", "identical": "identical", "last": "last", "error": "add"}
"""What the engine does with repeated rows, by the rule asked for."""


@dataclass(frozen=True)
class Options:
    """How a panel is built; see `Panel.from_table`."""

    freq: str | None = None
    units: Mapping[str, str] | None = None
    absent: str = "missing"
    duplicates: str = "add"
    complete_through: Any = None
    exit_after: int | str = "1Y"
    workers: int | None = None
    progress: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Options:
        """Options from keyword arguments, or a TypeError that names an unknown one."""
        known = [option.name for option in fields(cls)]
        for name in options:
            if name not in known:
                raise TypeError(
                    f"{name} is not an option of a panel; {near(name, known)}"
                )
        return cls(**options)

    def rules(self, freq: str) -> Rules:
        """The rules of absence at a frequency."""
        cutoff = None
        if self.complete_through is not None:
            cutoff = last_complete(self.complete_through, freq, "complete_through")
        return Rules(
            self.absent,
            cutoff=cutoff,
            exit_after=exit_periods(self.exit_after, freq),
        )


@dataclass(frozen=True)
class _Columns:
    """The names of the columns of a panel, checked."""

    keys: tuple[str, ...]
    when: tuple[str, ...]
    kinds: dict[str, str]

    @classmethod
    def of(cls, keys: Any, period: Any, measures: Any) -> _Columns:
        key_names = _names(keys, "keys")
        when = [period] if isinstance(period, str) else _names(period, "period")
        if len(when) not in (1, 2):
            raise ValueError(
                f"period is {short(period)}: a column, or (year, month or quarter)"
            )
        kinds = dict(measures) if isinstance(measures, dict) else {}
        names = list(kinds) or _names(measures, "measures")
        if not names:
            raise ValueError("measures is empty: a panel has at least one")
        kinds = check_kinds(names, kinds)
        seen: set[str] = set()
        for name in (*key_names, *when, *names):
            if name in seen:
                raise ValueError(
                    f"column {short(name)} is named twice among keys, period, measures"
                )
            seen.add(name)
        return cls(tuple(key_names), tuple(when), kinds)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the measures."""
        return tuple(self.kinds)

    @property
    def stocks(self) -> list[str]:
        """The measures that are not flows: their rows are never added."""
        return [name for name, kind in self.kinds.items() if kind != "flow"]

    @property
    def places(self) -> tuple[tuple[int, ...], ...]:
        """The places of keys, period and measures among the columns of a batch."""
        first, second = len(self.keys), len(self.keys) + len(self.when)
        every = tuple(range(second + len(self.kinds)))
        return every[:first], every[first:second], every[second:]


def _names(value: Any, name: str) -> list[str]:
    """One name of a column or several, as a list."""
    names = [value] if isinstance(value, str) else list(value)
    for item in names:
        if not isinstance(item, str):
            raise TypeError(f"{name} holds {short(item)}: give names of columns")
    return names


def build(
    table: Any, keys: Any, period: Any, measures: Any, options: Options
) -> PanelData:
    """See `Panel.from_table`."""
    columns = _Columns.of(keys, period, measures)
    rule = choice(options.duplicates, "duplicates", _RULES)
    choice(options.absent, "absent", {"missing": 0, "zero": 1})
    units = options.units or {}
    for name in units:
        if name not in columns.kinds:
            raise KeyError(f"units: {short(name)} is not a measure")
    asked = None if options.freq is None else frequency(options.freq)
    every = [*columns.keys, *columns.when, *columns.names]
    source = Source(table, every, len(columns.keys), len(columns.when), asked)
    stated = source.freq
    cells = _ingest(source, columns, rule, options)
    series, layout, sums = _finished(columns.keys, cells)
    series = _with_booleans(series, source.booleans)
    low, high = _ends(layout)
    where = getattr(table, "source", "")
    levels = tuple(
        BaseLevel(name, kind, units.get(name), added)
        for (name, kind), added in zip(columns.kinds.items(), sums, strict=True)
    )
    base = Base(
        series,
        stated,
        low,
        high,
        layout,
        levels,
        duplicates=options.duplicates,
        source=where if isinstance(where, str) else "",
    )
    panel = PanelData.of(base, options.rules(stated))
    repeat = cells.get("repeat")
    _check_duplicates(repeat, series, panel.finest, columns, options)
    return panel


# ---- rows to cells -------------------------------------------------------------------


def _ingest(
    source: Source, columns: _Columns, rule: str, options: Options
) -> dict[str, Any]:
    """Rows added by the engine, one accumulator per worker, merged into one."""
    count = options.workers
    count = workers.workers() if count is None else positive(count, "workers")
    track = options.duplicates == "error" or bool(columns.stocks)
    accumulators = [
        _core.Partial(
            columns.keys,
            columns.names,
            period=" and ".join(columns.when),
            duplicates=rule,
            track=track,
        )
        for _ in range(count)
    ]
    first_row = 0
    for batch, rows, freq in source.batches(options.progress):
        calls = [
            (accumulators[k], batch, columns.places, freq, first_row, start, stop)
            for k, (start, stop) in enumerate(_cut(rows, count))
        ]
        workers.run(_add, calls)
        first_row += rows
    whole = accumulators[0]
    for other in accumulators[1:]:
        whole.merge(other)
        other.clear()
    try:
        workers.run(whole.write, _series_cuts(whole.prepare(), count))
        cells: dict[str, Any] = whole.finish()
    except OverflowError as error:
        ordinal = getattr(error, "ordinal", None)
        if ordinal is None:
            raise
        label = Periods.of(source.freq, ordinal, 1).first
        text = str(error).replace(f"period {ordinal}", f"period {label}")
        raise OverflowError(text) from None
    return cells


def _cut(rows: int, count: int) -> list[tuple[int, int]]:
    """Rows shared out among workers; few rows stay together."""
    parts = max(1, min(count, rows // 8192))
    bounds = [rows * k // parts for k in range(parts + 1)]
    return [(bounds[k], bounds[k + 1]) for k in range(parts)]


def _series_cuts(indptr: Ints, count: int) -> list[tuple[int, int]]:
    """Series shared out among workers, with about as many cells each."""
    cells = [start for start, _ in _cut(int(indptr[-1]), count)]
    bounds = [0, *np.searchsorted(indptr, cells[1:]).tolist(), len(indptr) - 1]
    return list(pairwise(bounds))


def _add(
    accumulator: Any,
    batch: Any,
    places: Any,
    freq: str | None,
    first: int,
    start: int,
    stop: int,
) -> None:
    accumulator.add(batch, *places, freq=freq, first_row=first, start=start, stop=stop)


def _finished(
    keys: Sequence[str], cells: dict[str, Any]
) -> tuple[SeriesIndex, Layout, list[ExactSums]]:
    """The engine's finished panel as the states hold it."""
    codes = cells["codes"]
    if not keys:
        codes = np.zeros((len(cells["indptr"]) - 1, 0), np.int32)
    series = SeriesIndex(tuple(keys), tuple(map(tuple, cells["labels"])), codes)
    layout = Layout(cells["indptr"], cells["ordinals"], cells["rows"])
    return series, layout, [ExactSums.of(measure) for measure in cells["measures"]]


def _with_booleans(series: SeriesIndex, booleans: Sequence[bool]) -> SeriesIndex:
    """The series with the labels 0 and 1 of boolean keys as False and True."""
    truth = {0: False, 1: True, None: None}
    labels = tuple(
        tuple(truth[w] for w in words) if flag and set(words) <= truth.keys() else words
        for words, flag in zip(series.labels, booleans, strict=True)
    )
    return replace(series, labels=labels)


def _ends(layout: Layout) -> tuple[int, int]:
    """First and last period of the cells; (0, -1) where there are none."""
    ordinals = layout.ordinals
    return (int(ordinals.min()), int(ordinals.max())) if len(ordinals) else (0, -1)


def _check_duplicates(
    repeat: Any,
    series: SeriesIndex,
    calendar: Calendar,
    columns: _Columns,
    options: Options,
) -> None:
    """A ValueError for repeated rows that must not be added."""
    refused = options.duplicates == "error"
    if repeat is None or options.duplicates == "last":
        return
    if not refused and not columns.stocks:
        return
    first, second, number, ordinal = repeat
    if refused:
        why = "duplicates is 'error'"
    else:
        name = columns.stocks[0]
        why = (
            f"{name} is {columns.kinds[name]} and is not added: "
            "duplicates='identical' or 'last' says which to keep"
        )
    raise ValueError(
        f"rows {first} and {second} are both of series "
        f"({listing(series.name(number))}), period {calendar.label(ordinal)}: {why}"
    )


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
    panel = build(long, keys, when, {name: wide.kind}, options)
    return _renamed(panel, panel.series.keys, (wide.measure,))


def _free(name: str, taken_names: Mapping[str, Any]) -> str:
    """The name, with underscores until it is not taken."""
    while name in taken_names:
        name += "_"
    return name


def from_ordinals(groups: Any, ordinals: Any, values: Any, calendar: Any) -> PanelData:
    """A panel of one flow, "values", whose one key "group" is numbered from 0.

    `calendar` is (freq, low, high, rules).
    """
    accumulator = _core.Partial(("group",), ("values",), period="period")
    batch = _core.columns([groups, ordinals, values])
    accumulator.add(batch, (0,), (1,), (2,), freq=None)
    series, layout, [sums] = _finished(["group"], accumulator.finish())
    freq, low, high, rules = calendar
    levels = (BaseLevel("values", "flow", None, sums),)
    return PanelData.of(Base(series, freq, low, high, layout, levels), rules)
