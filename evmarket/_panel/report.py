"""The weekly table of a measure: rank, level, growth, year to date, share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._calendar.frequency import unit
from .._calendar.lags import read_lag
from .._cells import growth, windows
from .._cells.shifts import CHANGE, by_date, compared
from .._cells.within import groups_of
from .._cells.within import rank as ranks_within
from .._common.arguments import positive
from .._common.kinds import TABLE, ask
from .._common.messages import one_line, short
from .._common.record import record
from .._common.status import lacking, lowest
from .._tables.columns import decoded, free_name, integers, stacked, taken
from .._tables.table import Table
from .export import column_at
from .hints import reporting, unreported

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Array, Codes, Floats, Ints
    from .._tables.columns import AnyColumn

    _AllNumbers = tuple[dict[str, "_Numbers"], tuple[Ints, Ints]]


_STEPS = {"M": "mom", "Q": "qoq", "H": "hoh", "W": "wow", "D": "dod"}
"""The name of growth on the period before. At M-JF only years compare."""
_FORMATS = {
    **dict.fromkeys(_STEPS.values(), "rate"),
    "yoy": "rate",
    "yoy_matched": "rate",
    "mtd_yoy": "rate",
    "ytd_yoy": "rate",
    "share": "share",
    "share_change": "pp",
}
_TO_DATE = {"mtd": "M", "ytd": "Y"}
_NOTE = "yoy_matched of a total differs from yoy: some series lack one of the periods"


class Report(Table):
    """A report of a panel, printed with up to 60 rows.

    Attributes
    ----------
    period : str
        The period of the report.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, None]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> panel.report("units", by="maker").note.splitlines()[0]
    'yoy_matched of a total differs from yoy: some series lack one of the periods'
    """

    _rows = 60
    period: str


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

    @property
    def reasons(self) -> Codes:
        """Why there is no number; OK beside one."""
        return lacking(self.values, self.codes)

    def marks(self, as_zero: int) -> Codes:
        """The statuses beside numbers, without the one that is read as 0."""
        beside = np.isfinite(self.values) & (self.codes != as_zero)
        return np.where(beside, self.codes, np.uint8(_core.OK))

    def rows(self, chosen: Ints) -> _Numbers:
        return _Numbers(
            self.values[chosen], self.codes[chosen], taken(self.shown, chosen)
        )


def _of_rates(values: Floats, codes: Codes) -> _Numbers:
    return _Numbers(values, codes, values)


@record(frozen=True, eq=False)
class _Sums:
    """Some series of a panel, added up to rows of the report.

    Attributes
    ----------
    panel : PanelData
        The series before the sum.
    name : str
        The measure.
    keys : list of str
        Those of the rows.
    outer : list of str
        The keys of the groups.
    whole : _Sums or None
        The totals of the groups; None for the totals themselves.
    """

    panel: PanelData
    name: str
    keys: Sequence[str]
    outer: Sequence[str]
    whole: _Sums | None = None

    @cached_property
    def rolled(self) -> PanelData:
        return self.panel.rollup(self.keys)

    @cached_property
    def level(self) -> MeasureData:
        return self.rolled.measure(self.name)

    @property
    def total(self) -> _Sums:
        return self if self.whole is None else self.whole

    @property
    def line(self) -> Ints:
        """The label of the last key of each row."""
        series = self.level.series
        words = np.array(series.labels[-1], np.int64)
        line: Ints = words[series.codes[:, -1]]
        return line

    @cached_property
    def groups(self) -> Ints:
        """The row of the totals that holds each row."""
        total = self.total
        series, to = self.level.series.grouped(self.outer)
        names = [total.level.series.name(k) for k in range(total.level.series.count)]
        place = {name: k for k, name in enumerate(names)}
        rows = [place[series.name(k)] for k in range(series.count)]
        return np.array(rows, np.int64)[to]

    def numbers(self, at: int) -> dict[str, _Numbers]:
        """Level, growth, month and year to date: each rate is of what stands before."""
        level, freq = self.level, self.level.calendar.freq
        columns = {"level": level}
        if unit(freq) in _STEPS:
            single = level
            if TABLE[level.kind].single and windows.has_years(level.calendar):
                single = windows.from_ytd(level)
            if single.kind != "cumulative":
                columns[_STEPS[unit(freq)]] = growth.growth(single, 1)
        columns["yoy"] = growth.growth(level)
        columns["yoy_matched"] = growth.growth(
            self.panel.measure(self.name), within=self.keys, matched=True
        )
        if TABLE[level.kind].window == "add":
            for name, to in _TO_DATE.items():
                if windows.nests(level.calendar, to) and (to == "Y" or freq == "D"):
                    columns[name] = windows.to_date(level, to)
                    columns[f"{name}_yoy"] = growth.growth(columns[name])
        return {name: _Numbers.of(column, at) for name, column in columns.items()}

    def reporting(self, at: int) -> tuple[Ints, Ints]:
        """How many series of each row have a value, and how many live."""
        series = np.arange(self.level.series.count, dtype=np.int64)
        return reporting(self.level, series, np.full(len(series), at, np.int64))

    def shares(self, at: int) -> dict[str, _Numbers]:
        """Shares in the groups' totals, and their change on the year.

        In the change, the share of a row that had not begun or has exited is 0.
        """
        lag = by_date(self.level, read_lag("1Y", self.level.calendar.freq))
        back = lag.one_before(at)
        share = self._share(at)
        if back is None:
            none = np.full(len(share.values), np.nan)
            gap = np.full(len(none), _core.GAP, np.uint8)
            codes = lowest(share.reasons, gap)
            return {"share": share, "share_change": _of_rates(none, codes)}
        x1 = self._share(at, _core.EXITED)
        x0 = self._share(back, _core.NOT_BEGUN)
        step = compared(self.level, lag, CHANGE, self.level.kind).at(at)[1]
        reasons = lowest(x1.reasons, x0.reasons)
        marks = lowest(x1.marks(_core.EXITED), x0.marks(_core.NOT_BEGUN))
        codes = lowest(np.where(reasons > 0, reasons, marks), step)
        return {
            "share": share,
            "share_change": _of_rates(x1.values - x0.values, codes),
        }

    def _share(self, at: int, as_zero: int = -1) -> _Numbers:
        """Shares; empty cells of one status count as 0."""
        calendar, group = self.level.calendar, self.groups
        (values, codes), (whole, marks) = self.level.at(at), self.total.level.at(at)
        whole, marks = whole[group], marks[group]
        values = np.where(np.isnan(values) & (codes == as_zero), 0.0, values)
        reasons = lowest(lacking(values, codes), lacking(whole, marks))
        late, outside = calendar.reach(np.full(1, at))
        if outside[0]:
            reasons[:] = _core.OUTSIDE
        if late[0]:
            reasons[:] = _core.PARTIAL
        unusable = np.where(whole == 0, _core.ZERO_DENOMINATOR, _core.OK)
        unusable = np.where(whole < 0, _core.NEGATIVE_DENOMINATOR, unusable)
        reasons = np.where(reasons == 0, unusable.astype(np.uint8), reasons)
        shares = _core.ratio(values, np.where(whole > 0, whole, np.nan))
        shares[reasons != 0] = np.nan
        return _of_rates(shares, np.where(reasons == 0, lowest(codes, marks), reasons))


def report(
    panel: PanelData, measure: str, by: Any, at: Any, top: int, within: Any
) -> Report:
    """See `Panel.report`."""
    level = panel.level(measure)
    name = level.name
    ask(name, level.kind, "series")
    most = positive(top, "top")
    outer = panel.series.key_list(within)
    inner = panel.series.key_list(by, "by")
    if not inner:
        raise ValueError("by is empty: a report needs a key whose labels are its rows")
    data = panel.measure(name)
    period = _period(data, at)
    near = panel.narrowed(name, _periods_read(data, period))
    total = _Sums(near, name, outer, outer)
    items = _Sums(near, name, [*outer, *inner], outer, total)
    ranked = _largest(items, period, most)
    lines = _lines(items, ranked, most)
    line, numbers = lines.line, _all_numbers(lines, period)
    shown = np.flatnonzero(line < most)
    labels = _item_labels(items, outer, inner, period)
    labels = {key: taken(column, ranked) for key, column in labels.items()}
    parts = [_part(labels, numbers, shown)]
    group = [lines.groups[shown]]
    # Exited series do not make a row of others.
    living = numbers[1][1]
    others = np.flatnonzero((line == most) & (living > 0))
    if len(others):
        labels = _sum_labels(lines, "others", inner, others)
        parts.append(_part(labels, numbers, others))
        group.append(lines.groups[others])
    every = np.arange(total.level.series.count)
    labels = _sum_labels(total, "total", inner, every)
    parts.append(_part(labels, _all_numbers(total, period), every))
    group.append(total.groups)
    order = np.argsort(np.concatenate(group), kind="stable")
    unit_ = f", {level.read_unit}" if level.read_unit else ""
    title = f"{name}{unit_}, {data.calendar.label(period)}"
    hint = unreported(panel.with_names([name]), period)
    note = "\n".join(filter(None, [_note(parts[-1][1]), hint]))
    made = _joined(parts, order, title, note)
    made.period = data.calendar.label(period)
    return made


def _lines(items: _Sums, ranked: Ints, most: int) -> _Sums:
    """The largest rows, each by itself, and the others of each group as one row.

    A key more says of each series to which line of its group it belongs.
    """
    group = items.groups[ranked]
    line = np.full(items.level.series.count, most, np.int32)
    line[ranked] = np.arange(len(ranked)) - np.searchsorted(group, group)
    panel = items.panel
    to = groups_of(panel.measure(items.name), items.level)
    key = free_name("line", panel.series.keys)
    marked = panel.with_key(key, range(most + 1), line[to])
    return _Sums(marked, items.name, [*items.outer, key], items.outer, items.whole)


def _part(
    labels: dict[str, AnyColumn], numbers: _AllNumbers, rows: Ints
) -> tuple[Any, Any, Array]:
    """Some rows: their labels, their numbers, how many series report."""
    columns, counts = numbers
    pairs = zip(*(count[rows] for count in counts), strict=True)
    told = _objects([f"{n} of {m}" for n, m in pairs])
    return labels, {key: of.rows(rows) for key, of in columns.items()}, told


def _all_numbers(sums: _Sums, period: int) -> _AllNumbers:
    """The numbers of all rows; how many of their series have a value, and live."""
    return sums.numbers(period) | sums.shares(period), sums.reporting(period)


def _periods_read(measure: MeasureData, at: int) -> Ints:
    """The periods whose cells the report of a period reads."""
    calendar = measure.calendar
    year = read_lag("1Y", calendar.freq)
    backs = [year._replace(nearest=near).one_before(at) for near in (False, True)]
    ends = {at, *(back for back in backs if back is not None)}
    periods = {at - 1, at - 2, *ends}
    for end in ends:
        for to in _TO_DATE.values():
            if windows.nests(calendar, to) and calendar.low <= end <= calendar.high:
                place = windows.places(calendar, to)[0][end - calendar.low]
                periods.update(range(end - int(place), end + 1))
    inside = [t for t in periods if calendar.low <= t <= calendar.high]
    return np.array(sorted(inside), np.int64)


def _period(measure: MeasureData, at: Any) -> int:
    """The period of a report: one period in view."""
    calendar, name = measure.calendar, measure.name
    if not len(calendar.periods):
        raise ValueError(f"{one_line(name)} has no periods to report on")
    if at is None:
        period = measure.last_known()
        known = np.isfinite(measure.cells.values)
        at = measure.cells.ordinals[known]
        if period < calendar.visible[0] or not (at == period).any():
            raise ValueError(f"{one_line(name)} has no complete period: give at=")
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
    level, of_row = items.level.level_at(at), items.groups
    order = np.lexsort((-level, of_row))
    order = order[np.isfinite(level[order])]
    group = of_row[order]
    place = np.arange(len(order)) - np.searchsorted(group, group, side="left")
    largest: Ints = order[place < most]
    return largest


def _item_labels(
    items: _Sums, outer: Sequence[str], inner: Sequence[str], at: int
) -> dict[str, AnyColumn]:
    """Keys, rank and move of the items."""
    columns = items.level.series.columns
    ranks = ranks_within(items.level, outer, only=(at - 1, at))
    rank = ranks.level_at(at)
    return {
        **{key: columns[key] for key in outer},
        free_name("rank", items.keys): _whole(rank),
        free_name("move", items.keys): _whole(ranks.level_at(at - 1) - rank),
        **{key: _objects(_words(columns[key].tolist())) for key in inner},
    }


def _sum_labels(
    sums: _Sums, word: str, inner: Sequence[str], rows: Ints
) -> dict[str, AnyColumn]:
    """The same columns for rows of sums, which have no rank."""
    count, keys = len(rows), (*sums.outer, *inner)
    blank = _whole(np.full(count, np.nan))
    words: list[Any] = [[word] * count, *([[None] * count] * (len(inner) - 1))]
    columns = sums.level.series.columns
    return {
        **{key: columns[key][rows] for key in sums.outer},
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
