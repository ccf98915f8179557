"""What a page and a workbook show of a panel; both only draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.axis import label_places, short_label
from .._common.canvas import names_of
from .._common.kinds import format_of
from .._panel.panel import Panel
from .._panel.ranking import ranking
from .._tables.columns import free_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._calendar.periods import Periods
    from .._common.types import Codes, Floats
    from .._panel.measure import Measure
    from .._panel.report import Report
    from .._tables.table import Table

MOST_GROUPS = 6
"""Of more groups only the largest have charts."""
MOST_LINES = 14
"""Of more lines, readers could not tell one from another."""
_WHOLE = 1e-9
"""How far the sum of shares may be from 1 by rounding."""
LAG = "1Y"


@dataclass(frozen=True, eq=False)
class Lines:
    """Numbers of some series by period: one row per line of a chart.

    Attributes
    ----------
    names : list of str
    values, codes : ndarray, shape (lines, periods)
        NaN where there is no number; the `Status` of each.
    periods : Periods
    complete : int
        The position of the last complete period, the last one if all are.
    at : int
        The position of the period of the report.
    form : str
        How the numbers print: a key of `numbers.RELATIVE`, or "".
    """

    names: list[str]
    values: Floats
    codes: Codes
    periods: Periods
    complete: int
    at: int
    form: str

    @classmethod
    def of(cls, measure: Measure, names: Sequence[str], at: str) -> Lines:
        """The numbers of a measure, whose series have these names."""
        calendar = measure._data.calendar
        return cls(
            list(names),
            measure.values,
            measure.status,
            measure.periods,
            calendar.complete - calendar.visible[0],
            measure.periods.index(at),
            format_of(measure.kind),
        )

    def joined(self, other: Lines) -> Lines:
        """The lines of both, which have the same periods."""
        values = np.vstack([self.values, other.values])
        codes = np.vstack([self.codes, other.codes])
        names = [*self.names, *other.names]
        rest = (self.periods, self.complete, self.at, self.form)
        return Lines(names, values, codes, *rest)

    def window(self, most: int) -> Lines:
        """The last `most` periods, or those up to an earlier period of the report."""
        count = len(self.periods)
        if count <= most:
            return self
        cut = count - most
        if self.at < cut:
            cut = max(self.at + 1 - most, 0)
        kept = slice(cut, cut + most)
        return Lines(
            self.names,
            self.values[:, kept],
            self.codes[:, kept],
            self.periods[kept],
            self.complete - cut,
            self.at - cut,
            self.form,
        )

    @property
    def labels(self) -> list[str]:
        """One label per period."""
        return [short_label(label) for label in self.periods.labels]

    @property
    def places(self) -> list[int]:
        """The positions of the periods that an axis labels."""
        return label_places(self.periods)

    @property
    def is_whole(self) -> bool:
        """Whether shares are of parts that make up the whole, none of them negative."""
        known = np.isfinite(self.values)
        sums = np.nansum(self.values, axis=0)[known.any(axis=0)]
        negative = (self.values[known] < 0).any()
        return bool(len(sums) and not negative and (abs(sums - 1) < _WHOLE).all())


@dataclass(frozen=True, eq=False)
class Steps:
    """Parts of a change and their total, in the order in which they are drawn."""

    names: list[str]
    values: Floats
    items: int
    """How many of the first parts are of single series; the others are of many."""
    code: int
    """The `Status` of the total, which comes last."""


@dataclass(frozen=True, eq=False)
class Group:
    """The charts of one group.

    Attributes
    ----------
    name : str
        Its labels; "" for the whole panel.
    count : int
        The number of its series; the charts show the largest.
    levels : Lines
        The largest series.
    growth : Lines
        Theirs and that of the total, which comes last.
    shares : Lines
        Theirs and that of the others, which come last where there are any.
    others : bool
        Whether there are others.
    contributions : Steps
    bridge : Steps or None
    """

    name: str
    count: int
    levels: Lines
    growth: Lines
    shares: Lines
    others: bool
    contributions: Steps
    bridge: Steps | None


@dataclass(frozen=True, eq=False)
class Content:
    """What a page and a workbook show; groups beyond `MOST_GROUPS` have no charts."""

    panel: Panel
    measure: str
    inner: list[str]
    outer: list[str]
    report: Report
    groups: list[Group]
    every_group: int
    contributions: Table
    bridge: Table | None
    coverage: Table
    holes: Table
    notices: list[str]

    @property
    def title(self) -> str:
        """The measure, its rows and the period."""
        within = f" within {', '.join(self.outer)}" if self.outer else ""
        by = f"by {', '.join(self.inner)}{within}"
        head, _, period = self.report.title.rpartition(", ")
        return f"{head} {by}, {period}"


def content(
    panel: Panel,
    measure: str,
    by: Any,
    at: Any,
    top: int,
    within: Any,
    bridge: Sequence[str] | None,
    notices: Sequence[str],
) -> Content:
    """Everything that a page and a workbook show; see `page` for the arguments."""
    outer = panel._data.series.key_list(within)
    given = [key for key in panel.keys if key not in outer] if by is None else by
    inner = panel._data.series.key_list(given, "by")
    report: Report = panel.report(measure, inner, at, top, outer)
    period, data = report.period, panel._data
    shown = _groups(panel, measure, outer, period)
    return Content(
        panel,
        measure,
        inner,
        outer,
        report,
        [
            _group(name, part, measure, inner, period, top, bridge)
            for name, part in shown[:MOST_GROUPS]
        ],
        len(shown),
        ranking(data, measure, inner, at=period, top=top, within=outer),
        None if bridge is None else ranking(
            data, None, inner, bridge=bridge, at=period, top=top, within=outer
        ),
        panel.coverage(),
        panel.holes(),
        list(notices),
    )  # fmt: skip


def _groups(
    panel: Panel, measure: str, outer: Sequence[str], at: str
) -> list[tuple[str, Panel]]:
    """The name and the series of each group, the largest at the period first."""
    if not outer:
        return [("", panel)]
    level = panel.rollup(*outer)[measure]
    values = level.at(at)
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
    names = names_of(level.series, len(values))
    labels = [dict(zip(outer, row, strict=True)) for row in _rows(level)]
    return [(names[k], panel.select(labels[k])) for k in order]


def _rows(measure: Measure) -> list[tuple[Any, ...]]:
    """The labels of each series."""
    columns = (column.tolist() for column in measure.series.values())
    return list(zip(*columns, strict=True))


def _group(
    name: str,
    panel: Panel,
    measure: str,
    inner: Sequence[str],
    at: str,
    top: int,
    bridge: Sequence[str] | None,
) -> Group:
    items = panel.rollup(*inner)
    level = items[measure]
    values = level.at(at)
    order = np.argsort(-np.nan_to_num(values, nan=-np.inf), kind="stable")
    order = order[np.isfinite(values[order])][: min(top, MOST_LINES)]
    lines, others = _lined(items, order)[measure], len(order) < len(values)
    every = names_of(level.series, len(values))
    names = [every[k] for k in order]
    largest = lines._data.take(np.arange(len(order)))
    growth = _growth(type(lines)(largest))
    contributions = ranking(items._data, measure, inner, at=at, top=top)
    return Group(
        name,
        len(values),
        Lines.of(type(lines)(largest), names, at),
        Lines.of(growth, names, at).joined(
            Lines.of(_growth(items.rollup()[measure]), ["total"], at)
        ),
        Lines.of(lines.share(), [*names, *(["others"] if others else [])], at),
        others,
        _steps(contributions, inner),
        None if bridge is None else _steps(
            ranking(items._data, None, inner, bridge=bridge, at=at), inner
        ),
    )  # fmt: skip


def _growth(level: Measure) -> Measure:
    grown: Measure = level.growth(LAG)
    return grown


def _lined(items: Panel, order: Any) -> Panel:
    """The series at some positions, each by itself, and all others as one series."""
    line = np.full(len(items), len(order), np.int32)
    line[order] = np.arange(len(order))
    key = free_name("line", items.keys)
    marked = items._data.with_key(key, range(len(order) + 1), line)
    return Panel(marked).rollup(key)


def _steps(table: Table, inner: Sequence[str]) -> Steps:
    """The rows of a ranking of one group: items, then sums, then the total."""
    columns = {key: table[key] for key in inner}
    names = names_of(columns, len(table))
    ranked = np.isfinite(table["rank"])
    # A sum has its word in the first key and nothing in the others.
    first = columns[inner[0]].tolist()
    names = [names[k] if ranked[k] else first[k] for k in range(len(table))]
    values = table["contribution"]
    return Steps(names, values, int(ranked.sum()), int(table["status"][-1]))
