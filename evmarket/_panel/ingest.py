"""Rows to the finest cells: rows added by workers, cells placed into periods."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._calendar.periods import Periods
from .._cells.base import Base, BaseLevel, Rules, by_series
from .._cells.calendar import Calendar
from .._cells.cells import Cells
from .._cells.series import SeriesIndex, united
from .._cells.sums import ExactSums, Layout
from .._common import workers
from .._common.arguments import positive
from .._common.kinds import TABLE
from .._common.messages import listing, one_line
from .._common.numbers import number
from .options import Columns, Options
from .placing import FineCells, Placed, placed
from .repeats import MOST_ROWS, warn_of_repeats
from .source import Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Ints

_ENGINE = {"add": "add", "identical": "identical", "last": "last", "error": "add"}
"""What the engine does with repeated rows, by the rule of a reading."""


_MOST_ROWS = 1 << 20
"""The rows that a worker adds in one call, which Ctrl-C has to wait for."""


class _Reading(NamedTuple):
    """Some measures, by place, whose repeated rows are treated by one rule."""

    measures: tuple[int, ...]
    rule: str


def ingested(
    table: Any,
    keys: Any,
    period: Any,
    measures: Any,
    options: Options,
    warns: bool = True,
) -> tuple[Base, Rules]:
    """The finest cells of a table and the rules of absence; see `Panel.from_table`.

    Parameters
    ----------
    warns : bool
        Whether exact repeats of rows that are added give an `EvmarketWarning`.
    """
    columns = Columns.of(keys, period, measures)
    options.check(columns.kinds)
    units = options.units or {}
    source = Source(
        table,
        columns.every,
        len(columns.keys),
        len(columns.when),
        options.asked,
        options.date_format,
    )
    freq = source.freq
    rules = options.rules(freq)
    plain = {TABLE[kind].dates for kind in columns.kinds.values()} == {"add"}
    plain = plain and options.duplicates in (None, "add")
    finest = source.finest(by_date=not plain)
    asks = warns and options.duplicates is None
    fine, repeated = _fine_cells(source, columns, finest, options, asks)
    if repeated:
        warn_of_repeats(table, columns, source.read_at(finest), options)
    layout, levels = fine.layout, [Placed(sums, None, None) for sums in fine.sums]
    nulls: list[Ints | None] = [None] * len(levels)
    repeats = None
    if finest != freq:
        repeats = by_series(layout, np.maximum(layout.rows - 1, 0))
        once = options.duplicates in ("identical", "last")
        rows = np.minimum(layout.rows, 1) if once else layout.rows
        nulls = [by_series(layout, rows - sums.counts) for sums in fine.sums]
        calendar = Calendar(freq, 0, -1, (0, -1))
        layout, levels = placed(fine, columns.kinds, finest, calendar)
    low, high = ends(layout)
    where = getattr(table, "source", "")
    base = Base(
        fine.series,
        freq,
        low,
        high,
        layout,
        tuple(
            BaseLevel(name, kind, units.get(name), *level, nulls=none)
            for (name, kind), level, none in zip(
                columns.kinds.items(), levels, nulls, strict=True
            )
        ),
        options.duplicates,
        dated=finest != freq or (source.dated and freq != "D"),
        source=where if isinstance(where, str) else "",
        repeats=repeats,
    )
    return base, rules


def ends(layout: Layout) -> tuple[int, int]:
    """First and last period of the cells; (0, -1) where there are none."""
    ordinals = layout.ordinals
    return (int(ordinals.min()), int(ordinals.max())) if len(ordinals) else (0, -1)


# ---- the rule of each measure --------------------------------------------------------


def _readings(columns: Columns, options: Options) -> list[_Reading]:
    """How often the rows are read, and by which rule for repeated ones.

    A row with nulls is a row of all measures, and so one rule decides for all of them.
    With nulls="absent" a row may be one of some measures only: each measure that is not
    added is then read alone. The first reading has all measures.
    """
    asked, kinds = options.duplicates, columns.kinds.values()
    rules = [asked or TABLE[kind].repeats for kind in kinds]
    every = tuple(range(len(rules)))
    others = [rule for rule in rules if rule != "add"]
    if options.nulls == "reported" or len(rules) == 1 or not others:
        return [_Reading(every, others[0] if others else "add")]
    alone = [_Reading((k,), rule) for k, rule in enumerate(rules) if rule != "add"]
    return [_Reading(every, "add"), *alone]


def _fine_cells(
    source: Source, columns: Columns, finest: str, options: Options, asks: bool
) -> tuple[FineCells, bool]:
    """The cells of all measures, every measure by its rule for repeated rows.

    Also whether some of the first rows have the same series, period and measures, if
    that is asked.
    """
    readings = _readings(columns, options)
    found, repeated = _add_rows(source, columns, readings, finest, options, asks)
    whole: FineCells | None = None
    for reading, cells in zip(readings, found, strict=True):
        fine = _finished(columns.keys, cells)
        fine = fine._replace(series=_with_booleans(fine.series, source.booleans))
        _check_repeat(cells["repeat"], reading, fine.series, columns, finest, options)
        fine = _without_empty(fine) if options.nulls == "absent" else fine
        whole = fine if whole is None else _with_measure(whole, fine, *reading.measures)
    assert whole is not None
    return whole, repeated


def _with_measure(whole: FineCells, alone: FineCells, place: int) -> FineCells:
    """The cells with one measure as it was read alone; its cells are among them."""
    to = united([whole.series, alone.series])[1][1]
    cells = Cells.at(alone.layout)
    at = Cells.at(whole.layout).place(to[cells.series].astype(np.int64), cells.ordinals)
    sums = alone.sums[0].placed(at, len(whole.layout.ordinals))
    sums = replace(sums, values=np.where(sums.counts > 0, sums.values, np.nan))
    every = list(whole.sums)
    every[place] = sums
    return whole._replace(sums=every)


def _check_repeat(
    repeat: Any,
    reading: _Reading,
    series: SeriesIndex,
    columns: Columns,
    finest: str,
    options: Options,
) -> None:
    """A ValueError for repeated rows that must not be added, or differ."""
    if repeat is None or reading.rule not in ("error", "identical"):
        return
    first, second, place, ordinal, differing = repeat
    label = Periods.of(finest, ordinal, 1).first
    where = f"of series ({listing(series.name(place))}), period {label}"
    names = [columns.measures[k] for k in reading.measures]
    if differing is not None:
        measure, *values = differing
        one, two = ("null" if v is None else number(v, 17) for v in values)
        raise ValueError(
            f"rows {first} and {second}, both {where}, are not identical: "
            f"{one_line(names[measure])} is {one} and {two}; duplicates='last' keeps "
            "the last row"
        )
    why = "duplicates is 'error'"
    if options.duplicates is None:
        kinds = columns.kinds
        name = next(n for n in names if TABLE[kinds[n]].repeats == "error")
        why = (
            f"{one_line(name)} is {columns.kinds[name]} and is not added: "
            "duplicates='identical' or 'last' says which to keep"
        )
    raise ValueError(f"rows {first} and {second} are both {where}: {why}")


# ---- rows to cells -------------------------------------------------------------------


def _add_rows(
    source: Source,
    columns: Columns,
    readings: Sequence[_Reading],
    finest: str,
    options: Options,
    asks: bool,
) -> tuple[list[dict[str, Any]], bool]:
    """Rows added by the engine, per reading one accumulator per worker, then merged.

    Also whether some rows repeat another one, if that is asked.
    """
    count = options.workers
    count = workers.workers() if count is None else positive(count, "workers")

    def accumulator(reading: _Reading) -> Any:
        return _core.Partial(
            columns.keys,
            tuple(columns.measures[k] for k in reading.measures),
            period=" and ".join(columns.when),
            duplicates=_ENGINE[reading.rule],
            track=reading.rule in ("error", "identical"),
            skip_nulls=options.nulls == "absent",
            find_repeats=MOST_ROWS if asks and reading is readings[0] else 0,
        )

    # A worker gets its own with its first rows: few rows need no second one.
    accumulators = [[accumulator(reading)] for reading in readings]
    freq, first_row = source.read_at(finest), 0
    try:
        for batch, rows in source.batches(options.progress):
            for begin, end in workers.steps(rows, _MOST_ROWS * count):
                cuts = [
                    (begin + start, begin + stop)
                    for start, stop in workers.rows_cut(end - begin, count)
                ]
                for reading, partials in zip(readings, accumulators, strict=True):
                    places = columns.places(reading.measures)
                    while len(partials) < len(cuts):
                        partials.append(accumulator(reading))
                    calls = [
                        (partial, batch, places, freq, first_row, start, stop)
                        for partial, (start, stop) in zip(partials, cuts, strict=False)
                    ]
                    workers.run(_add, calls)
            first_row += rows
    except ValueError as error:
        if source.dated and finest != source.freq:
            hint = "dates are read, as the first row has one"
            raise ValueError(f"{error} ({hint})") from None
        raise
    whole, *others = accumulators[0]
    repeated = asks and whole.repeats(tuple(others))[0] > 0
    return [_merged(partials, finest, count) for partials in accumulators], repeated


def _merged(accumulators: Sequence[Any], finest: str, count: int) -> dict[str, Any]:
    """The cells of all accumulators, as the engine gives them."""
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
        label = Periods.of(finest, ordinal, 1).first
        text = str(error).replace(f"period {ordinal}", f"period {label}")
        raise OverflowError(text) from None
    return cells


def _series_cuts(indptr: Ints, count: int) -> list[tuple[int, int]]:
    """Series shared out among workers, with about as many cells each."""
    cells = [start for start, _ in workers.rows_cut(int(indptr[-1]), count)]
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


def _finished(keys: Sequence[str], cells: dict[str, Any]) -> FineCells:
    """The engine's cells as the states hold them."""
    codes, indptr = cells["codes"], cells["indptr"]
    if not keys:
        codes = np.zeros((len(indptr) - 1, 0), np.int32)
    series = SeriesIndex(tuple(keys), tuple(map(tuple, cells["labels"])), codes)
    layout = Layout(indptr, cells["ordinals"], cells["rows"])
    sums = [ExactSums.of(measure) for measure in cells["measures"]]
    return FineCells(series, layout, sums)


def _without_empty(fine: FineCells) -> FineCells:
    """The cells without the series that have none of them."""
    indptr = fine.layout.indptr
    occupied = np.diff(indptr) > 0
    if occupied.all() or not fine.series.keys:
        return fine
    series = fine.series.narrowed(occupied, ())
    kept = np.concatenate([[0], indptr[1:][occupied]])
    return fine._replace(series=series, layout=fine.layout._replace(indptr=kept))


def fine_cells(keys: Sequence[str], accumulator: Any) -> FineCells:
    """What an accumulator holds."""
    return _finished(keys, accumulator.finish())


def _with_booleans(series: SeriesIndex, booleans: Sequence[bool]) -> SeriesIndex:
    """The series with the labels 0 and 1 of boolean keys as False and True."""
    truth = {0: False, 1: True, None: None}
    labels = tuple(
        tuple(truth[w] for w in words) if flag and set(words) <= truth.keys() else words
        for words, flag in zip(series.labels, booleans, strict=True)
    )
    return replace(series, labels=labels)
