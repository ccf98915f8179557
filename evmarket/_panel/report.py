"""The weekly table of a measure: rank, level, growth, year to date, share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._calendar.frequency import unit, year_of
from .._calendar.lags import lag_periods
from .._cells.frame import grouped, key_list
from .._cells.regroup import blank_incomplete, regrouped
from .._common.arguments import positive
from .._common.kinds import LEVELS
from .._common.status import lowest
from .._tables.columns import free_name, label_array
from .._tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Array, Ints, Mask
    from .measure import Measure
    from .panel import Panel


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

    values: NDArray[np.float64]
    codes: NDArray[np.uint8]

    def rows(self, chosen: Ints) -> _Numbers:
        return _Numbers(self.values[chosen], self.codes[chosen])


class _Side(NamedTuple):
    """Rows of the report: items (`part` None), or the sums over a part of them.

    `level` has a series an item, or a group; `rows` are those that stand in the report.
    """

    label: str
    level: Measure
    part: Mask | None
    rows: Ints


class _Items:
    """The series that a report ranks, the groups it keeps apart, and the period."""

    def __init__(self, panel: Panel, name: str, within: Sequence[str], at: Any) -> None:
        measure: Measure = panel[name]
        self.panel, self.measure, self.frame = panel, measure, panel._frame
        if not len(measure.periods):
            raise ValueError(f"{name} has no periods to report on")
        self.at = measure._last_known() if at is None else measure._ordinal(at, "at")
        if self.at < self.frame.shown[0]:
            raise ValueError(f"{name} has no complete period: give at=")
        self.when = measure._label(self.at)
        self.within = list(within)
        self.groups, group = grouped(measure, within)
        self.group = group.astype(np.int64)
        freq = self.frame.freq
        self.year = _YEARS.get(unit(freq), "1Y")
        years = _core.period_parts(freq, year_of(freq), self.at, 1) is not None
        self.ytd = measure.ytd() if measure.kind == "flow" and years else None
        # At M-JF one period in eleven is two months: only years compare.
        self.growths: dict[str, tuple[Measure, int | str]] = {}
        if freq != "M-JF":
            self.growths["prev"] = (measure, 1)
        self.growths["yoy"] = (measure, self.year)
        if self.ytd is not None:
            self.growths["ytd_yoy"] = (self.ytd, self.year)

    def sum_of(self, part: Mask) -> Measure:
        """The sums of some items, a series a group."""
        to = np.where(part, self.group, -1).astype(np.int32)
        summed = blank_incomplete(regrouped(self.panel, self.groups, to))
        found: Measure = summed[self.measure.name]
        return found

    def counts(self, of_items: Array, part: Mask) -> Ints:
        """Whole numbers of some items, added up in their groups."""
        found = np.zeros(self.groups.series_count, np.int64)
        np.add.at(found, self.group[part], of_items[part].astype(np.int64))
        return found

    def ranks(self, ordinal: int) -> NDArray[np.float64]:
        """The rank of every item in its group, NaN where it has no value."""
        values = level_at(self.measure, ordinal)
        found = np.full(len(values), np.nan)
        for g in range(self.groups.series_count):
            mine = np.flatnonzero(self.group == g)
            found[mine] = _core.rank_min(values[mine])[0]
        return found


def level_at(measure: Measure, ordinal: int) -> NDArray[np.float64]:
    """The values of one period, shown or not, one a series."""
    count = measure._frame.series_count
    every = np.arange(count, dtype=np.int64)
    place = measure._cells.place(every, np.full(count, ordinal, np.int64))
    found = np.full(count, np.nan)
    found[place >= 0] = measure._cells.values[place[place >= 0]]
    return found


def report(
    panel: Panel, measure: str, by: Any, at: Any, top: int, within: Any
) -> Table:
    """The weekly table of one measure; see `Panel.report`."""
    name = panel._known(measure)
    if panel._kinds[name] not in LEVELS:
        raise TypeError(f"{name} is {panel._kinds[name]}: a report adds up levels")
    most = positive(top, "top")
    outer, inner = key_list(panel, within), key_list(panel, by, "by")
    if not inner:
        raise ValueError("by is empty: a report needs a key whose labels are its rows")
    items = _Items(panel[[name]].rollup(*outer, *inner), name, outer, at)
    rank = items.ranks(items.at)
    shown, rest = _split(items, rank, most)
    reporting = _reporting(items, panel[name])
    every = np.ones(len(rank), bool)
    sides = (
        _Side("", items.measure, None, shown[np.argsort(rank[shown], kind="stable")]),
        # Those that have no value and owe none, because they have left, are no others.
        _Side(
            "others",
            items.sum_of(rest),
            rest,
            np.flatnonzero(items.counts(reporting[1], rest)),
        ),
        _Side(
            "total", items.sum_of(every), every, np.arange(items.groups.series_count)
        ),
    )
    shares = _Shares(items, sides[2].level)
    parts = [
        (
            _labels(items, inner, side, rank),
            {**_numbers(items, side), **shares.columns(side)},
            _told(items, side, reporting),
        )
        for side in sides
    ]
    group = [items.group[sides[0].rows], sides[1].rows, sides[2].rows]
    unit_ = f", {items.measure.unit}" if items.measure.unit else ""
    return _joined(parts, np.concatenate(group), f"{name}{unit_}, {items.when}")


def _split(items: _Items, rank: NDArray[np.float64], most: int) -> tuple[Ints, Mask]:
    """The items that get rows of their own, and whether each is one of the rest."""
    order = np.lexsort((rank, items.group))
    order = order[np.isfinite(rank[order])]
    group = items.group[order]
    place = np.arange(len(order)) - np.searchsorted(group, group, side="left")
    shown = order[place < most]
    rest = np.ones(len(rank), bool)
    rest[shown] = False
    return shown, rest


def _reporting(items: _Items, measure: Measure) -> tuple[Ints, Ints]:
    """Of each item: how many of its series have a value, and how many should."""
    values, codes = measure.at(items.when, status=True)
    known = np.isfinite(values)
    gone = (codes == _core.NOT_BEGUN) | (codes == _core.EXITED)
    source = items.panel._source
    if source is None:
        raise AssertionError("a roll-up knows its source")
    count = len(items.group)
    found = np.bincount(source[1][known], minlength=count)
    due = np.bincount(source[1][known | ~gone], minlength=count)
    return found, due


def _told(items: _Items, side: _Side, reporting: tuple[Ints, Ints]) -> Array:
    n, m = reporting
    if side.part is not None:
        n, m = items.counts(n, side.part), items.counts(m, side.part)
    return _objects([f"{n[row]} of {m[row]}" for row in side.rows])


def _objects(items: Sequence[Any]) -> Array:
    found = np.empty(len(items), dtype=object)
    found[:] = items
    return found


def _labels(
    items: _Items, by: Sequence[str], side: _Side, rank: NDArray[np.float64]
) -> dict[str, Array]:
    """Keys, rank and move of the rows of one side."""
    rows, frame = side.rows, items.frame
    group = items.group[rows] if side.part is None else rows
    found: dict[str, Array] = {}
    for k, key in enumerate(items.groups.keys):
        found[key] = label_array(items.groups.labels[k])[items.groups.codes[group, k]]
    blank = np.full(len(rows), np.nan)
    ranked = side.part is None and items.at <= frame.complete
    moves = items.ranks(items.at - 1) - rank if ranked else blank
    found[free_name("rank", frame.keys)] = rank[rows] if ranked else blank
    found[free_name("move", frame.keys)] = moves[rows] if ranked else blank
    for place, key in enumerate(by):
        if side.part is not None:
            words: list[Any] = [None if place else side.label] * len(rows)
        else:
            k = frame.keys.index(key)
            words = [frame.labels[k][code] for code in frame.codes[rows, k]]
        found[key] = _objects([None if word is None else str(word) for word in words])
    return found


def _numbers(items: _Items, side: _Side) -> dict[str, _Numbers]:
    """Level, growth and year to date of the rows of one side."""
    found = {"level": _Numbers(*side.level.at(items.when, status=True))}
    for name, (measure, lag) in items.growths.items():
        if name == "ytd_yoy":
            ytd = measure if side.part is None else side.level.ytd()
            found["ytd"] = _Numbers(*ytd.at(items.when, status=True))
        if side.part is None:
            grown = measure.growth(lag).at(items.when, status=True)
            found[name] = _Numbers(*grown)
        else:
            found[name] = _matched(items, measure, lag, side.part)
    return {name: numbers.rows(side.rows) for name, numbers in found.items()}


def _matched(items: _Items, measure: Measure, lag: int | str, part: Mask) -> _Numbers:
    """Growth of the sums over those of a part's items that both periods have."""
    count = items.groups.series_count
    found = _Numbers(np.full(count, np.nan), np.full(count, _core.NO_MATCH, np.uint8))
    if part.any():
        some = measure._with_series(np.flatnonzero(part))
        grown = some.growth(lag, within=items.within, matched=True)
        values, codes = grown.at(items.when, status=True)
        groups = np.unique(items.group[part])
        found.values[groups], found.codes[groups] = values, codes
    return found


class _Shares:
    """Shares of the rows in their groups' totals, and the change of shares on the year.

    The change looks only at the items that both periods have.
    """

    def __init__(self, items: _Items, total: Measure) -> None:
        self.items = items
        self.total = _Numbers(*total.at(items.when, status=True))
        level = level_at(items.measure, items.at)
        self.codes = lowest(self.total.codes, self._usable(self.total.values, level))
        change = items.measure.change(items.year)
        self.both = np.isfinite(change.at(items.when))
        self.ordinals = (items.at - _steps(items), items.at)
        self.matched = self._levels(np.ones(len(level), bool))
        codes = [
            self._usable(
                whole, np.where(self.both, level_at(items.measure, at), np.nan)
            )
            for whole, at in zip(self.matched, self.ordinals, strict=True)
        ]
        self.matched_codes = lowest(*codes)

    def _usable(self, whole: Array, parts: Array) -> NDArray[np.uint8]:
        """Why a total has no shares; OK where it has."""
        codes = np.where(whole == 0, _core.ZERO_DENOMINATOR, _core.OK)
        negative = self.items.counts(parts < 0, parts < 0) > 0
        codes = np.where(negative | (whole < 0), _core.NEGATIVE_DENOMINATOR, codes)
        return codes.astype(np.uint8)

    def _levels(self, part: Mask) -> list[Array]:
        """Sums of the items that both periods have, at the base and at the period."""
        sums = self.items.sum_of(part & self.both)
        return [level_at(sums, ordinal) for ordinal in self.ordinals]

    def columns(self, side: _Side) -> dict[str, _Numbers]:
        items = self.items
        group = items.group if side.part is None else np.arange(len(self.codes))
        values, codes = side.level.at(items.when, status=True)
        codes = lowest(codes, self.codes[group])
        share = _core.ratio(values, self.total.values[group])
        share[codes != _core.OK] = np.nan
        shares = _Numbers(share, codes)
        return {
            "share": shares.rows(side.rows),
            "share_pp": self._change(side, group).rows(side.rows),
        }

    def _change(self, side: _Side, group: Ints) -> _Numbers:
        change = side.level.change(self.items.year)
        _, codes = change.at(self.items.when, status=True)
        if side.part is None:
            levels = [level_at(side.level, at) for at in self.ordinals]
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
    return lag_periods(items.year, items.frame.freq)


def _joined(parts: Sequence[Any], group: Ints, title: str) -> Table:
    """The sides below one another, group by group."""
    order = np.argsort(group, kind="stable")

    def below(pieces: Any) -> Array:
        found: Array = np.concatenate(list(pieces))[order]
        return found

    labels, numbers, told = zip(*parts, strict=True)
    columns = {name: below(side[name] for side in labels) for name in labels[0]}
    statuses, looks = {}, {}
    for name in numbers[0]:
        column = free_name(name, tuple(columns))
        columns[column] = below(side[name].values for side in numbers)
        statuses[column] = below(side[name].codes for side in numbers)
        looks[column] = _LOOKS.get(name, "")
    columns[free_name("reporting", tuple(columns))] = below(told)
    status = below(side["yoy"].codes for side in numbers)
    columns[free_name("status", tuple(columns))] = status
    return Table(columns, title, looks, statuses)
