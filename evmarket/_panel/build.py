"""Tables to panels: columns checked, rows spread over workers, partials merged."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import frequency
from .._calendar.labels import last_period
from .._calendar.lags import exit_periods
from .._calendar.periods import Periods, wholes
from .._cells.cells import Cells, taken
from .._cells.frame import Frame
from .._cells.sums import identity
from .._common import workers as _workers
from .._common.arguments import choice, positive
from .._common.kinds import check_kinds
from .._common.messages import listing, short
from .source import Source, column_names, table_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .panel import Panel


_DUPLICATES = {"add": "add", "identical": "identical", "last": "last", "error": "add"}


def build(
    cls: type[Panel],
    table: Any,
    keys: Any,
    period: Any,
    measures: Any,
    *,
    freq: str | None,
    units: Mapping[str, str] | None,
    absent: str,
    duplicates: str,
    complete_through: Any,
    exit_after: Any,
    workers: int | None,
    progress: bool,
) -> Panel:
    key_names = _names(keys, "keys")
    when = (period,) if isinstance(period, str) else tuple(_names(period, "period"))
    if len(when) not in (1, 2):
        raise ValueError(
            f"period is {short(period)}: a column, or (year, month or quarter)"
        )
    kinds = dict(measures) if isinstance(measures, dict) else {}
    names = list(kinds) or _names(measures, "measures")
    if not names:
        raise ValueError("measures is empty: a panel has at least one")
    kinds = check_kinds(names, kinds)
    _check_apart([*key_names, *when], names)
    rule = choice(duplicates, "duplicates", _DUPLICATES)
    choice(absent, "absent", {"missing": 0, "zero": 1})
    if absent == "zero" and complete_through is None:
        raise ValueError(
            "absent is 'zero': it needs complete_through=, the last period in which an "
            "absent row means 0"
        )
    for name in units or {}:
        if name not in names:
            raise KeyError(f"units: {short(name)} is no measure")
    asked = None if freq is None else frequency(freq)
    count = _workers.workers() if workers is None else positive(workers, "workers")
    source = Source(
        table, [*key_names, *when, *names], len(key_names), len(when), asked
    )
    stated = source.freq
    data = _ingest(
        source, key_names, when, names, rule, kinds, duplicates, count, progress
    )
    frame = _frame(key_names, data, stated, complete_through, exit_after)
    told = getattr(table, "source", "")
    source_of = told if isinstance(told, str) else ""
    frame = replace(frame, dropped=rule != "add", source=source_of)
    _check_duplicates(data, frame, names, kinds, duplicates)
    if absent == "zero":
        data = _zero_filled(data, frame)
    panel = cls(frame, data, names, kinds, {n: (units or {}).get(n) for n in names})
    if asked == "M-JF" and stated == "M":
        panel = _as_jf(panel, complete_through, exit_after)
    return panel


def _names(value: Any, name: str) -> list[str]:
    found = [value] if isinstance(value, str) else list(value)
    for item in found:
        if not isinstance(item, str):
            raise TypeError(f"{name} holds {short(item)}: it takes names of columns")
    return found


def _check_apart(columns: Sequence[str], measures: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in (*columns, *measures):
        if name in seen:
            raise ValueError(
                f"column {short(name)} is named twice among keys, period, measures"
            )
        seen.add(name)


def _ingest(
    source: Source,
    keys: Sequence[str],
    when: Sequence[str],
    measures: Sequence[str],
    rule: str,
    kinds: Mapping[str, str],
    duplicates: str,
    count: int,
    progress: bool,
) -> dict[str, Any]:
    """Rows into partial panels, one a worker, merged into one finished panel."""
    track = duplicates == "error" or any(kind != "flow" for kind in kinds.values())
    partials = [
        _core.Partial(
            tuple(keys),
            tuple(measures),
            period=" and ".join(when),
            duplicates=rule,
            track=track,
        )
        for _ in range(count)
    ]
    places = range(len(keys) + len(when) + len(measures))
    columns = (
        tuple(places[: len(keys)]),
        tuple(places[len(keys) : len(keys) + len(when)]),
        tuple(places[len(keys) + len(when) :]),
    )
    first_row = 0
    for batch, rows, freq in source.batches(progress):
        cuts = _cut(rows, count)
        calls = [
            (partials[k], batch, columns, freq, first_row, start, stop)
            for k, (start, stop) in enumerate(cuts)
        ]
        _workers.run(_add, calls)
        first_row += rows
    whole = partials[0]
    for other in partials[1:]:
        whole.merge(other)
        other.clear()
    try:
        _workers.run(whole.write, _series_cuts(whole.prepare(), count))
        found: dict[str, Any] = whole.finish()
    except OverflowError as error:
        ordinal = getattr(error, "ordinal", None)
        if ordinal is None:
            raise
        label = Periods.of(source.freq, ordinal, 1).first
        told = str(error).replace(f"period {ordinal}", f"period {label}")
        raise OverflowError(told) from None
    return found


def _cut(rows: int, count: int) -> list[tuple[int, int]]:
    """Rows shared out among workers; few rows stay together."""
    parts = max(1, min(count, rows // 8192))
    bounds = [rows * k // parts for k in range(parts + 1)]
    return [(bounds[k], bounds[k + 1]) for k in range(parts)]


def _series_cuts(indptr: Any, count: int) -> list[tuple[int, int]]:
    """Series shared out among workers, with about as many cells each."""
    cells = [start for start, _ in _cut(int(indptr[-1]), count)]
    bounds = [0, *np.searchsorted(indptr, cells[1:]).tolist(), len(indptr) - 1]
    return list(pairwise(bounds))


def _add(
    partial: Any,
    batch: Any,
    columns: Any,
    freq: str | None,
    first: int,
    start: int,
    stop: int,
) -> None:
    partial.add(batch, *columns, freq=freq, first_row=first, start=start, stop=stop)


def _frame(
    keys: Sequence[str], data: dict[str, Any], freq: str, complete: Any, exit_after: Any
) -> Frame:
    ordinals = data["ordinals"]
    low = int(ordinals.min()) if len(ordinals) else 0
    high = int(ordinals.max()) if len(ordinals) else -1
    last = high
    if complete is not None:
        last = last_period(complete, freq, "complete_through")
        if len(ordinals):
            last = max(last, low - 1)
            high = max(high, last)
    codes = data["codes"]
    if not keys:
        codes = np.zeros((len(data["indptr"]) - 1, 0), np.int32)
    return Frame(
        tuple(keys),
        tuple(map(tuple, data["labels"])),
        codes,
        freq,
        low,
        high,
        last,
        exit_periods(exit_after, freq),
        complete is not None,
        (low, high),
    )


def _check_duplicates(
    data: dict[str, Any],
    frame: Frame,
    names: Sequence[str],
    kinds: Mapping[str, str],
    duplicates: str,
) -> None:
    repeat = data.get("repeat")
    if repeat is None or duplicates == "last":
        return
    first, second, series, ordinal = repeat
    levels = [n for n in names if kinds[n] != "flow"]
    if duplicates != "error" and not levels:
        return
    label = listing(frame.name(series))
    period = Periods.of(frame.freq, ordinal, 1).first
    why = (
        "duplicates is 'error'"
        if duplicates == "error"
        else f"{levels[0]} is {kinds[levels[0]]} and is not added: duplicates= "
        "'identical' or 'last' says which to keep"
    )
    raise ValueError(
        f"rows {first} and {second} are both of series ({label}), period {period}: "
        f"{why}"
    )


def _zero_filled(data: dict[str, Any], frame: Frame) -> dict[str, Any]:
    """Cells without any row, up to the last complete period, as zeros."""
    count, low = frame.series_count, frame.low
    until = frame.complete
    width = until - low + 1
    if width <= 0 or not count:
        return data
    if count * width > 1 << 28:
        raise MemoryError(
            f"absent is 'zero': {count:,} series x {width:,} periods of zeros do not "
            "fit"
        )
    old = Cells(data["indptr"], data["ordinals"], data["rows"])
    late = np.flatnonzero(old.ordinals > until)
    series = np.concatenate([np.repeat(np.arange(count), width), old.series[late]])
    ordinals = np.concatenate(
        [np.tile(np.arange(low, until + 1), count), old.ordinals[late]]
    )
    order = np.lexsort((ordinals, series))
    series, ordinals = series[order], ordinals[order]
    counts = np.bincount(series, minlength=count)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    place = old.place(series, ordinals)
    some = place >= 0
    rows = taken(data["rows"], place, 1)  # a filled cell counts as one of zero
    measures = []
    for measure in data["measures"]:
        wide = dict(measure)
        for key in ("lo", "hi", "fine", "counts", "values"):
            if wide[key] is not None:
                filler = 1 if key == "counts" else 0
                wide[key] = np.where(some, measure[key][place], filler).astype(
                    measure[key].dtype
                )
        measures.append(wide)
    return {
        **data,
        "indptr": indptr,
        "ordinals": ordinals,
        "rows": rows,
        "measures": measures,
    }


def _as_jf(panel: Panel, complete: Any, exit_after: Any) -> Panel:
    """Months as the Chinese statistical year has them, January and February as one.

    February's row may stand for both, as the offices print it; a lone January may not.
    """
    frame = panel._frame
    whole = wholes(panel._calendar(), "M-JF")
    group = whole.periods.start + whole.group
    ends = whole.place == whole.parts - 1
    keep = np.ones(len(panel._data["ordinals"]), bool)
    months = panel._data["ordinals"] - frame.low
    if any(kind != "flow" for kind in panel._kinds.values()):
        keep = ends[months]
    to = identity(frame.series_count)
    every = [(panel._data, to, (frame.low, np.ascontiguousarray(group)), None)]
    taken = [(panel._data, to, (frame.low, np.ascontiguousarray(group)), keep)]
    data = _core.regroup(every, frame.series_count, panel._names)
    cells = Cells(data["indptr"], data["ordinals"], data["rows"])
    last = [(*every[0][:3], ends[months])]
    closed = _core.regroup(last, frame.series_count, panel._names)
    held = Cells(closed["indptr"], closed["ordinals"], closed["rows"])
    if not keep.all():
        data = _core.regroup(taken, frame.series_count, panel._names)
        cells = Cells(data["indptr"], data["ordinals"], data["rows"])
    place = held.place(cells.series, cells.ordinals)
    notes = {}
    for k, name in enumerate(panel._names):
        counts = closed["measures"][k]["counts"]
        lone = (place < 0) | (counts[place] == 0 if len(counts) else True)
        lone &= data["measures"][k]["counts"] > 0
        if lone.any():
            notes[name] = np.where(lone, np.uint8(_core.INCOMPLETE), np.uint8(0))
            data["measures"][k]["values"][lone] = np.nan
    low, count = whole.periods.start, len(whole.periods)
    high = low + count - 1
    last_one = (
        high if complete is None else last_period(complete, "M-JF", "complete_through")
    )
    new = replace(
        frame,
        freq="M-JF",
        low=low,
        high=high,
        complete=last_one,
        shown=(low, high),
        exit_after=exit_periods(exit_after, "M-JF"),
    )
    return type(panel)(new, data, panel._names, panel._kinds, panel._units, notes)


# ---- columns at hand, wide tables ------------------------------------------------


def build_arrays(
    cls: type[Panel], keys: Any, period: Any, measures: Any, options: dict[str, Any]
) -> Panel:
    if not isinstance(keys, dict) or not isinstance(measures, dict):
        raise TypeError("keys and measures are dicts of name to column")
    kinds = options.pop("kinds", None) or {}
    for name in kinds:
        if name not in measures:
            raise KeyError(f"kinds: {short(name)} is no measure")
    pair = isinstance(period, tuple) and len(period) == 2 and not np.isscalar(period[0])
    # Names of their own, so that a key called "period" stays apart.
    table = {f"key {k}": v for k, v in keys.items()}
    when: str | tuple[str, str]
    if pair:
        when = ("year", "month or quarter")
        table |= dict(zip(when, period, strict=True))
    else:
        when = "period"
        table[when] = period
    table |= {f"measure {k}": v for k, v in measures.items()}
    units = options.pop("units", None)
    found = cls.from_table(
        table,
        [f"key {k}" for k in keys],
        when,
        {f"measure {k}": kinds.get(k, "flow") for k in measures},
        units=None if units is None else {f"measure {k}": v for k, v in units.items()},
        **options,
    )
    return _renamed(found, tuple(keys), tuple(measures))


def _renamed(panel: Panel, keys: tuple[str, ...], names: tuple[str, ...]) -> Panel:
    old = dict(zip(panel._names, names, strict=True))
    return type(panel)(
        replace(panel._frame, keys=keys),
        panel._data,
        names,
        {old[k]: v for k, v in panel._kinds.items()},
        {old[k]: v for k, v in panel._units.items()},
        {old[k]: v for k, v in panel._notes.items()},
    )


def build_wide(
    cls: type[Panel],
    table: Any,
    key: str | None,
    measure: str,
    period: str | None,
    columns: Sequence[str] | None,
    keys: Sequence[str],
    options: dict[str, Any],
) -> Panel:
    kind = options.pop("kind", "flow")
    fixed = [*keys] if key is None or period is not None else [*keys, key]
    if period is not None:
        fixed.append(period)
    named = column_names(table)
    chosen = [c for c in named if c not in fixed] if columns is None else list(columns)
    if not chosen:
        raise ValueError(
            "columns is empty: a wide table has at least one column of values"
        )
    held = table_columns(table, [*fixed, *chosen])
    count = len(held[chosen[0]])
    long: dict[str, Any] = {name: held[name] * len(chosen) for name in fixed}
    headers = [header for header in chosen for _ in range(count)]
    values = [value for header in chosen for value in held[header]]
    when = period
    if when is None:
        when = "period"
        while when in long:
            when += "_"
        long[when] = headers
    elif key is None:
        raise TypeError(
            "key is None: with a column of periods the headers are its labels"
        )
    else:
        long[key] = headers
    name = measure
    while name in long:
        name += "_"  # a key may have the measure's name
    long[name] = values
    held_keys = list(keys) if key is None else [*keys, key]
    found = cls.from_table(long, held_keys, when, {name: kind}, **options)
    return _renamed(found, found.keys, (measure,))


def from_ordinals(
    cls: type[Panel], groups: Any, ordinals: Any, values: Any, freq: str
) -> Panel:
    """A panel of one flow, "values", whose one key "group" is numbered from 0."""
    partial = _core.Partial(("group",), ("values",), period="period")
    batch = _core.columns([groups, ordinals, values])
    partial.add(batch, (0,), (1,), (2,), freq=None)
    data = partial.finish()
    frame = _frame(["group"], data, freq, None, 1)
    return cls(frame, data, ["values"], {"values": "flow"}, {})
