"""The weekly table of a measure: rank, level, growth, year to date, share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._calendar.frequency import unit, year_of
from .._calendar.lags import lag_periods
from .._cells import growth, windows
from .._cells.regroup import rolled
from .._cells.within import rank as ranks_within
from .._cells.within import totals
from .._common.arguments import positive
from .._common.kinds import LEVELS
from .._common.messages import short
from .._common.status import lowest
from .._tables.columns import decoded, free_name, integers, stacked, taken
from .._tables.table import Table
from .export import column_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Array, Codes, Floats, Ints, Map
    from .._tables.columns import AnyColumn


# A year of weeks or days, as the nearest lag that compares like with like.
_YEARS: dict[str, int | str] = {"W": 52, "D": 364}
_STEPS = {"M": "mom", "Q": "qoq", "H": "hoh", "W": "wow", "D": "dod"}
"""The name of growth on the period before. At M-JF only years compare."""
_FORMATS = {
    **dict.fromkeys(_STEPS.values(), "rate"),
    "yoy": "rate",
    "yoy_matched": "rate",
    "ytd_yoy": "rate",
    "share": "share",
    "share_change": "pp",
}
_NOTE = "yoy_matched of a total differs from yoy: some series lack one of the periods"


class Report(Table):
    """A report of a panel, printed with up to 60 rows.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, None]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> panel.report("units", by="maker").note
    'yoy_matched of a total differs from yoy: some series lack one of the periods'
    """

    _rows = 60


class _Numbers(NamedTuple):
    """Numbers, the status of each, and the numbers as the table shows them."""

    values: Floats
    codes: Codes
    shown: AnyColumn

    @classmethod
    def of(cls, measure: MeasureData, at: int) -> _Numbers:
        """The numbers of one period, one per series."""
        series = np.arange(measure.series.count)
        ordinals = np.full(len(series), at, np.int64)
        return cls(*measure.at(at), column_at(measure, series, ordinals))

    def rows(self, chosen: Ints) -> _Numbers:
        return _Numbers(
            self.values[chosen], self.codes[chosen], taken(self.shown, chosen)
        )


@dataclass(frozen=True, eq=False)
class _Sums:
    """Some series of a panel, added up to rows of the report.

    Attributes
    ----------
    series, level : MeasureData
        Before and after the sum.
    keys : list of str
        Those of the rows.
    to, group : ndarray
        The row of each series, and the group of each row.
    """

    series: MeasureData
    level: MeasureData
    keys: Sequence[str]
    to: Map
    group: Ints

    @classmethod
    def of(
        cls, measure: MeasureData, chosen: Ints, keys: Sequence[str], group: Map
    ) -> _Sums:
        """The sums of the chosen series; `group` has the group of every series."""
        part = measure.take(chosen)
        level = rolled(part, keys)
        _, to = part.series.grouped(keys)
        of_row = np.zeros(level.series.count, np.int64)
        of_row[to] = group[chosen]
        return cls(part, level, keys, to, of_row)

    def numbers(self, at: int) -> dict[str, _Numbers]:
        """Level, growth and year to date: each rate is that of the level beside it."""
        level, freq = self.level, self.level.calendar.freq
        year = _year(freq)
        columns = {"level": level}
        if unit(freq) in _STEPS:
            columns[_STEPS[unit(freq)]] = growth.growth(self._single_periods(), 1)
        columns["yoy"] = growth.growth(level, year)
        columns["yoy_matched"] = self._matched_growth(at)
        years = _core.period_parts(freq, year_of(freq), at, 1) is not None
        if level.kind == "flow" and years:
            columns["ytd"] = windows.ytd(level)
            columns["ytd_yoy"] = growth.growth(columns["ytd"], year)
        found = {name: _Numbers.of(column, at) for name, column in columns.items()}
        # A row that lacks one of the periods has no matched growth for that reason.
        yoy, matched = found["yoy"].codes, found["yoy_matched"]
        lacks = (yoy != _core.OK) & (yoy <= _core.GAP)
        codes = np.where(lacks, yoy, matched.codes)
        return found | {"yoy_matched": matched._replace(codes=codes)}

    def _matched_growth(self, at: int) -> MeasureData:
        """Growth on the year of the series in both periods; only period `at` counts."""
        cells, freq = self.series.cells, self.series.calendar.freq
        year = _year(freq)
        both = (at - lag_periods(year, freq), at)
        two = replace(self.series, cells=cells.kept(np.isin(cells.ordinals, both)))
        return growth.growth(two, year, within=self.keys, matched=True)

    def _single_periods(self) -> MeasureData:
        """The level; for a cumulative one the sums of each series' single periods."""
        if self.level.kind != "cumulative":
            return self.level
        single = windows.from_ytd(self.series)
        known = single.cells.kept(np.isfinite(single.cells.values))
        cells, _ = totals(replace(single, cells=known), self.level.series, self.to)
        return self.level.derived(cells, single.kind, single.unit)

    def reporting(self, at: int) -> tuple[Ints, Ints]:
        """How many series of each row have a value, and how many should."""
        known = np.isfinite(self.series.level_at(at))
        # After the last complete period every empty cell is PARTIAL.
        _, codes = self.series.at(min(at, self.series.calendar.complete))
        begun = self.series.lifetimes[0].first <= at
        due = known | (begun & (codes != _core.EXITED))
        count = self.level.series.count
        reported = np.bincount(self.to[known], minlength=count)
        return reported, np.bincount(self.to[due], minlength=count)

    def shares(self, total: MeasureData, at: int) -> dict[str, _Numbers]:
        """Shares in the groups' totals, and their change on the year.

        In the change, the share of a row that had not begun or has exited is 0.
        """
        calendar = self.level.calendar
        year = _year(calendar.freq)
        back = at - lag_periods(year, calendar.freq)
        share, codes = self._share(total, at)
        x1, unusable = self._share(total, at, _core.EXITED)
        x0, unusable_base = self._share(total, back, _core.NOT_BEGUN)
        values = x1 - x0
        states = [growth.change(level, year).at(at)[1] for level in (self.level, total)]
        marks = lowest(states[0], states[1][self.group], unusable_base, unusable)
        values[marks == _core.PARTIAL] = np.nan
        codes = lowest(codes, self.level.at(at)[1], total.at(at)[1][self.group])
        share[codes == _core.PARTIAL] = np.nan
        return {
            "share": _Numbers(share, codes, share),
            "share_change": _Numbers(values, marks, values),
        }

    def _share(
        self, total: MeasureData, at: int, as_zero: int = -1
    ) -> tuple[Floats, Codes]:
        """Shares, and why a total has none; empty cells of one status count as 0."""
        values, codes = self.level.at(at)
        whole = total.level_at(at)[self.group]
        unusable = np.where(whole == 0, _core.ZERO_DENOMINATOR, _core.OK)
        unusable = np.where(whole < 0, _core.NEGATIVE_DENOMINATOR, unusable)
        parts = np.where(np.isnan(values) & (codes == as_zero), 0.0, values)
        shares = _core.ratio(parts, np.where(whole > 0, whole, np.nan))
        return shares, unusable.astype(np.uint8)


def report(
    panel: PanelData, measure: str, by: Any, at: Any, top: int, within: Any
) -> Report:
    """See `Panel.report`."""
    level = panel.level(measure)
    name = level.name
    if level.kind not in LEVELS:
        raise TypeError(f"{name} is {level.kind}: a report adds up levels")
    most = positive(top, "top")
    outer = panel.series.key_list(within)
    inner = panel.series.key_list(by, "by")
    if not inner:
        raise ValueError("by is empty: a report needs a key whose labels are its rows")
    data = panel.measure(name)
    period = _period(data, at)
    every = np.arange(data.series.count)
    _, group = data.series.grouped(outer)
    items = _Sums.of(data, every, [*outer, *inner], group)
    ranked = _largest(items, period, most)
    rest = every[~np.isin(items.to, ranked)]
    others = _Sums.of(data, rest, outer, group)
    total = _Sums.of(data, every, outer, group)
    # Exited series do not make a row of others.
    with_others = np.flatnonzero(others.reporting(period)[1])
    sides = [
        (items, ranked, _item_labels(items, outer, inner, period)),
        (others, with_others, _sum_labels(others, "others", inner)),
        (total, total.group, _sum_labels(total, "total", inner)),
    ]
    parts = []
    for sums, rows, labels in sides:
        numbers = sums.numbers(period) | sums.shares(total.level, period)
        counts = [f"{n} of {m}" for n, m in zip(*sums.reporting(period), strict=True)]
        parts.append(
            (
                {key: taken(column, rows) for key, column in labels.items()},
                {column: found.rows(rows) for column, found in numbers.items()},
                _objects(counts)[rows],
            )
        )
    order = np.argsort(
        np.concatenate([sums.group[rows] for sums, rows, _ in sides]), kind="stable"
    )
    unit_ = f", {level.unit}" if level.unit else ""
    title = f"{name}{unit_}, {data.calendar.label(period)}"
    return _joined(parts, order, title, _note(parts[2][1]))


def _year(freq: str) -> int | str:
    """The lag of a year."""
    return _YEARS.get(unit(freq), "1Y")


def _period(measure: MeasureData, at: Any) -> int:
    """The period of a report: one period in view."""
    calendar, name = measure.calendar, measure.name
    if not len(calendar.periods):
        raise ValueError(f"{name} has no periods to report on")
    if at is None:
        period = measure.last_known()
        if period < calendar.visible[0]:
            raise ValueError(f"{name} has no complete period: give at=")
        return period
    first, last = calendar.span(at, "at")
    low, high = max(first, calendar.visible[0]), min(last, calendar.visible[1])
    if low < high:
        raise KeyError(
            f"at is {short(at)}, which holds {high - low + 1} periods: a report takes "
            f"one, such as {calendar.label(high)}"
        )
    return low if low == high else calendar.ordinal(at, "at")


def _largest(items: _Sums, at: int, most: int) -> Ints:
    """The rows of the largest items of each group, the largest first."""
    level = items.level.level_at(at)
    order = np.lexsort((-level, items.group))
    order = order[np.isfinite(level[order])]
    group = items.group[order]
    place = np.arange(len(order)) - np.searchsorted(group, group, side="left")
    largest: Ints = order[place < most]
    return largest


def _item_labels(
    items: _Sums, outer: Sequence[str], inner: Sequence[str], at: int
) -> dict[str, AnyColumn]:
    """Keys, rank and move of the items."""
    columns = items.level.series.columns
    ranks = ranks_within(items.level, outer)
    rank = ranks.level_at(at)
    return {
        **{key: columns[key] for key in outer},
        free_name("rank", items.keys): _whole(rank),
        free_name("move", items.keys): _whole(ranks.level_at(at - 1) - rank),
        **{key: _objects(_words(columns[key].tolist())) for key in inner},
    }


def _sum_labels(sums: _Sums, word: str, inner: Sequence[str]) -> dict[str, AnyColumn]:
    """The same columns for a row of sums, which has no rank."""
    count, keys = len(sums.group), (*sums.keys, *inner)
    blank = _whole(np.full(count, np.nan))
    words: list[Any] = [[word] * count, *([[None] * count] * (len(inner) - 1))]
    return {
        **sums.level.series.columns,
        free_name("rank", keys): blank,
        free_name("move", keys): blank,
        **dict(zip(inner, map(_objects, words), strict=True)),
    }


def _whole(ranks: Floats) -> AnyColumn:
    """Ranks and moves as integers, with holes where there is none."""
    valid = ~np.isnan(ranks)
    return integers(np.where(valid, ranks, 0).astype(np.int64), valid)


def _words(labels: list[Any]) -> list[str | None]:
    return [None if label is None else str(label) for label in labels]


def _objects(entries: Any) -> Array:
    column = np.empty(len(entries), dtype=object)
    column[:] = entries
    return column


def _note(total: dict[str, _Numbers]) -> str:
    """The line below a report in which the two growth rates of a total differ."""
    yoy, matched = total["yoy"].values, total["yoy_matched"].values
    return "" if np.array_equal(yoy, matched, equal_nan=True) else _NOTE


def _joined(parts: Sequence[Any], order: Ints, title: str, note: str) -> Report:
    """Items, others and total as one table, group by group."""

    def below(pieces: Any) -> AnyColumn:
        return taken(stacked(list(pieces)), order)

    labels, numbers, reporting = zip(*parts, strict=True)
    columns = {name: below(side[name] for side in labels) for name in labels[0]}
    statuses, formats = {}, {}
    for name in numbers[0]:
        column = free_name(name, tuple(columns))
        columns[column] = below(side[name].shown for side in numbers)
        statuses[column] = decoded(below(side[name].codes for side in numbers))
        formats[column] = _FORMATS.get(name, "")
    columns[free_name("reporting", tuple(columns))] = below(reporting)
    status = below(side["yoy"].codes for side in numbers)
    columns[free_name("status", tuple(columns))] = status
    return Report(columns, title, formats, statuses, note)
