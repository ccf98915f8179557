"""The weekly table of a measure: rank, level, growth, year to date, share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._calendar.frequency import unit, year_of
from .._calendar.lags import lag_periods
from .._cells import growth, windows
from .._cells.regroup import regrouped, rollup
from .._common.arguments import positive
from .._common.kinds import LEVELS
from .._common.status import lowest
from .._tables.columns import free_name
from .._tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Array, Codes, Floats, Ints, Mask

__all__ = ["report"]

# A year of weeks or days, as the nearest lag that compares like with like.
_YEARS: dict[str, int | str] = {"W": 52, "D": 364}
_LOOKS = {
    "prev": "rate",
    "yoy": "rate",
    "ytd_yoy": "rate",
    "share": "share",
    "share_pp": "pp",
}


class _Numbers(NamedTuple):
    """Numbers and the status of each."""

    values: Floats
    codes: Codes

    def rows(self, chosen: Ints) -> _Numbers:
        return _Numbers(self.values[chosen], self.codes[chosen])


class _Side(NamedTuple):
    """Rows of the report: items (`part` None), or the sums over a part of them.

    `level` has one series per item, or per group; `rows` are those in the report.
    """

    label: str
    level: MeasureData
    part: Mask | None
    rows: Ints


class _Items:
    """The series that a report ranks, the groups it keeps apart, and the period."""

    def __init__(
        self, panel: PanelData, name: str, within: Sequence[str], at: Any
    ) -> None:
        measure, calendar = panel.measure(name), panel.calendar
        self.panel, self.measure, self.calendar = panel, measure, calendar
        if not len(calendar.periods):
            raise ValueError(f"{name} has no periods to report on")
        self.at = measure.last_known() if at is None else calendar.ordinal(at, "at")
        if self.at < calendar.visible[0]:
            raise ValueError(f"{name} has no complete period: give at=")
        self.when = calendar.label(self.at)
        self.within = list(within)
        self.groups, group = panel.series.grouped(self.within)
        self.group = group.astype(np.int64)
        freq = calendar.freq
        self.year = _YEARS.get(unit(freq), "1Y")
        years = _core.period_parts(freq, year_of(freq), self.at, 1) is not None
        self.ytd = windows.ytd(measure) if measure.kind == "flow" and years else None
        # At M-JF one period in eleven is two months: only years compare.
        self.growths: dict[str, tuple[MeasureData, int | str]] = {}
        if freq != "M-JF":
            self.growths["prev"] = (measure, 1)
        self.growths["yoy"] = (measure, self.year)
        if self.ytd is not None:
            self.growths["ytd_yoy"] = (self.ytd, self.year)

    def sum_of(self, part: Mask) -> MeasureData:
        """The sums of some items, one series per group."""
        to = np.where(part, self.group, -1).astype(np.int32)
        return regrouped(self.panel, self.groups, to).measure(self.measure.name)

    def counts(self, of_items: Array, part: Mask) -> Ints:
        """Whole numbers of some items, added up in their groups."""
        sums = np.zeros(self.groups.count, np.int64)
        np.add.at(sums, self.group[part], of_items[part].astype(np.int64))
        return sums

    def ranks(self, ordinal: int) -> Floats:
        """The rank of every item in its group, NaN where it has no value."""
        values = self.measure.level_at(ordinal)
        ranks = np.full(len(values), np.nan)
        for g in range(self.groups.count):
            mine = np.flatnonzero(self.group == g)
            ranks[mine] = _core.rank_min(values[mine])[0]
        return ranks


def report(
    panel: PanelData, measure: str, by: Any, at: Any, top: int, within: Any
) -> Table:
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
    rolled = rollup(panel.with_levels([name]), [*outer, *inner])
    items = _Items(rolled, name, outer, at)
    rank = items.ranks(items.at)
    ranked, rest = _split(items, rank, most)
    reporting = _reporting(items, panel.measure(name))
    every = np.ones(len(rank), bool)
    # Exited series are not counted under "others".
    with_others = np.flatnonzero(items.counts(reporting[1], rest))
    by_rank = ranked[np.argsort(rank[ranked], kind="stable")]
    sides = (
        _Side("", items.measure, None, by_rank),
        _Side("others", items.sum_of(rest), rest, with_others),
        _Side("total", items.sum_of(every), every, np.arange(items.groups.count)),
    )
    shares = _Shares(items, sides[2].level)
    parts = [
        (
            _labels(items, inner, side, rank),
            {**_numbers(items, side), **shares.columns(side)},
            _reporting_column(items, side, reporting),
        )
        for side in sides
    ]
    group = [items.group[sides[0].rows], sides[1].rows, sides[2].rows]
    unit_ = f", {items.measure.unit}" if items.measure.unit else ""
    return _joined(parts, np.concatenate(group), f"{name}{unit_}, {items.when}")


def _split(items: _Items, rank: Floats, most: int) -> tuple[Ints, Mask]:
    """The items that have a row each, and whether each item is one of the rest."""
    order = np.lexsort((rank, items.group))
    order = order[np.isfinite(rank[order])]
    group = items.group[order]
    place = np.arange(len(order)) - np.searchsorted(group, group, side="left")
    ranked = order[place < most]
    rest = np.ones(len(rank), bool)
    rest[ranked] = False
    return ranked, rest


def _reporting(items: _Items, measure: MeasureData) -> tuple[Ints, Ints]:
    """Of each item: how many of its series have a value, and how many should."""
    values, codes = measure.at(items.at)
    known = np.isfinite(values)
    gone = (codes == _core.NOT_BEGUN) | (codes == _core.EXITED)
    assert items.panel.parent is not None, "a roll-up knows its parent"
    to, count = items.panel.parent[1], len(items.group)
    reported = np.bincount(to[known], minlength=count)
    due = np.bincount(to[known | ~gone], minlength=count)
    return reported, due


def _reporting_column(
    items: _Items, side: _Side, reporting: tuple[Ints, Ints]
) -> Array:
    n, m = reporting
    if side.part is not None:
        n, m = items.counts(n, side.part), items.counts(m, side.part)
    return _objects([f"{n[row]} of {m[row]}" for row in side.rows])


def _objects(items: Sequence[Any]) -> Array:
    column = np.empty(len(items), dtype=object)
    column[:] = items
    return column


def _labels(
    items: _Items, by: Sequence[str], side: _Side, rank: Floats
) -> dict[str, Array]:
    """Keys, rank and move of the rows of one side."""
    rows, series = side.rows, items.panel.series
    group = items.group[rows] if side.part is None else rows
    columns: dict[str, Array] = {
        key: labels[group] for key, labels in items.groups.columns.items()
    }
    blank = np.full(len(rows), np.nan)
    ranked = side.part is None and items.at <= items.calendar.complete
    moves = items.ranks(items.at - 1) - rank if ranked else blank
    columns[free_name("rank", series.keys)] = rank[rows] if ranked else blank
    columns[free_name("move", series.keys)] = moves[rows] if ranked else blank
    for place, key in enumerate(by):
        if side.part is not None:
            words: list[Any] = [None if place else side.label] * len(rows)
        else:
            words = series.columns[key][rows].tolist()
        columns[key] = _objects([None if w is None else str(w) for w in words])
    return columns


def _numbers(items: _Items, side: _Side) -> dict[str, _Numbers]:
    """Level, growth and year to date of the rows of one side."""
    columns = {"level": _Numbers(*side.level.at(items.at))}
    for name, (measure, lag) in items.growths.items():
        if name == "ytd_yoy":
            ytd = measure if side.part is None else windows.ytd(side.level)
            columns["ytd"] = _Numbers(*ytd.at(items.at))
        if side.part is None:
            rates = growth.growth(measure, lag)
            columns[name] = _Numbers(*rates.at(items.at))
        else:
            columns[name] = _matched(items, measure, lag, side.part)
    return {name: numbers.rows(side.rows) for name, numbers in columns.items()}


def _matched(
    items: _Items, measure: MeasureData, lag: int | str, part: Mask
) -> _Numbers:
    """Growth of the sums over those of a part's items that both periods have."""
    count = items.groups.count
    rates = np.full(count, np.nan)
    statuses = np.full(count, _core.NO_MATCH, np.uint8)
    if part.any():
        some = measure.take(np.flatnonzero(part))
        grown = growth.growth(some, lag, within=items.within, matched=True)
        groups = np.unique(items.group[part])
        rates[groups], statuses[groups] = grown.at(items.at)
    return _Numbers(rates, statuses)


class _Shares:
    """Shares of the rows in their groups' totals, and the change of shares on the year.

    The change looks only at the items that both periods have.
    """

    def __init__(self, items: _Items, total: MeasureData) -> None:
        self.items = items
        self.total = _Numbers(*total.at(items.at))
        level = items.measure.level_at(items.at)
        self.codes = lowest(self.total.codes, self._usable(self.total.values, level))
        change = growth.change(items.measure, items.year)
        self.both = np.isfinite(change.level_at(items.at))
        self.ordinals = (items.at - _steps(items), items.at)
        self.matched = self._levels(np.ones(len(level), bool))
        codes = [
            self._usable(whole, np.where(self.both, items.measure.level_at(at), np.nan))
            for whole, at in zip(self.matched, self.ordinals, strict=True)
        ]
        self.matched_codes = lowest(*codes)

    def _usable(self, whole: Array, parts: Array) -> Codes:
        """Why a total has no shares; OK where it has."""
        codes = np.where(whole == 0, _core.ZERO_DENOMINATOR, _core.OK)
        negative = self.items.counts(parts < 0, parts < 0) > 0
        codes = np.where(negative | (whole < 0), _core.NEGATIVE_DENOMINATOR, codes)
        return codes.astype(np.uint8)

    def _levels(self, part: Mask) -> list[Array]:
        """Sums of the items that both periods have, at the base and at the period."""
        sums = self.items.sum_of(part & self.both)
        return [sums.level_at(ordinal) for ordinal in self.ordinals]

    def columns(self, side: _Side) -> dict[str, _Numbers]:
        items = self.items
        group = items.group if side.part is None else np.arange(len(self.codes))
        values, codes = side.level.at(items.at)
        codes = lowest(codes, self.codes[group])
        share = _core.ratio(values, self.total.values[group])
        share[codes != _core.OK] = np.nan
        shares = _Numbers(share, codes)
        return {
            "share": shares.rows(side.rows),
            "share_pp": self._change(side, group).rows(side.rows),
        }

    def _change(self, side: _Side, group: Ints) -> _Numbers:
        change = growth.change(side.level, self.items.year)
        _, codes = change.at(self.items.at)
        if side.part is None:
            levels = [side.level.level_at(at) for at in self.ordinals]
            known = self.both
        else:
            levels = self._levels(side.part)
            known = np.isfinite(levels[0]) & np.isfinite(levels[1])
            codes = np.where(known, _core.OK, np.where(codes, codes, _core.NO_MATCH))
        codes = lowest(codes.astype(np.uint8), self.matched_codes[group])
        before, now = (
            _core.ratio(x, whole[group])
            for x, whole in zip(levels, self.matched, strict=True)
        )
        values = np.where(known & (codes == _core.OK), now - before, np.nan)
        return _Numbers(values, codes)


def _steps(items: _Items) -> int:
    return lag_periods(items.year, items.calendar.freq)


def _joined(parts: Sequence[Any], group: Ints, title: str) -> Table:
    """The sides below one another, group by group."""
    order = np.argsort(group, kind="stable")

    def below(pieces: Any) -> Array:
        column: Array = np.concatenate(list(pieces))[order]
        return column

    labels, numbers, reporting = zip(*parts, strict=True)
    columns = {name: below(side[name] for side in labels) for name in labels[0]}
    statuses, looks = {}, {}
    for name in numbers[0]:
        column = free_name(name, tuple(columns))
        columns[column] = below(side[name].values for side in numbers)
        statuses[column] = below(side[name].codes for side in numbers)
        looks[column] = _LOOKS.get(name, "")
    columns[free_name("reporting", tuple(columns))] = below(reporting)
    status = below(side["yoy"].codes for side in numbers)
    columns[free_name("status", tuple(columns))] = status
    return Table(columns, title, looks, statuses)
