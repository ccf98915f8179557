"""What there is in a panel, and what a later one changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._cells.cells import Cells
from .._cells.frame import period_column, regroup_series, series_columns
from .._cells.lifetimes import Absence
from .._common.html import Html
from .._common.messages import short
from .._tables.columns import Coded, free_name
from .._tables.table import Table

if TYPE_CHECKING:
    from .._common.types import Ints
    from .panel import Panel


__all__ = ["Comparison", "Coverage", "compare", "coverage"]


# ---- coverage --------------------------------------------------------------------


class Coverage(Table):
    """What a panel holds, a row a series.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, None]}
    >>> coverage = em.Panel.from_wide(table, "maker", "units").coverage()
    >>> coverage["rows"], coverage["nulls"], coverage["last"].tolist()
    (array([2, 2]), array([0, 1]), ['2025', '2024'])
    """

    _panel: Panel

    def plot(self, measure: str | None = None, *, ax: Any = None) -> Any:
        """The status of every cell of a measure as a map.

        Parameters
        ----------
        measure : str, optional
            Which measure; the first without it.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "A"]},
        ...     period=["2025-01", "2025-03"],
        ...     measures={"units": [100, 90]},
        ... )
        >>> ax = panel.coverage().plot()
        >>> [text.get_text() for text in ax.get_legend().get_texts()]
        ['OK', 'MISSING']
        """
        name = self._panel.measures[0] if measure is None else measure
        return self._panel[name].plot("status", ax=ax)


def coverage(panel: Panel) -> Coverage:
    """What there is, a row a series; see `Panel.coverage`."""
    frame, data = panel._frame, panel._data
    low, high = frame.shown
    count = frame.series_count
    indptr, ordinals, rows = data["indptr"], data["ordinals"], data["rows"]
    every = Cells(indptr, ordinals, rows)
    counts = [measure["counts"] for measure in data["measures"]]
    most = np.max(counts, axis=0, initial=0)
    valued = every.kept(most > 0)
    kept = np.maximum(most, rows > 0) if frame.dropped else rows
    nulls = sum(np.maximum(kept - c, 0) for c in counts)

    shown = (ordinals >= low) & (ordinals <= high)
    known = (valued.ordinals >= low) & (valued.ordinals <= high)
    first, last, filled = _ends(valued.kept(known), count)
    absence = Absence.of(frame, valued)
    columns: dict[str, Any] = dict(series_columns(frame, np.arange(count)))

    def total(numbers: Ints) -> Ints:
        found = np.zeros(count, np.int64)
        np.add.at(found, every.series[shown], numbers[shown])
        return found

    span = np.where(filled > 0, last - first + 1, 0)
    for name, column in (
        ("rows", total(rows)),
        ("nulls", total(nulls)),
        ("duplicates", total(np.maximum(rows - 1, 0))),
        ("first", _labels(panel, first, filled)),
        ("last", _labels(panel, last, filled)),
        ("gaps", span - filled),
        ("entered", (absence.first > frame.low) & (filled > 0)),
        ("exited", absence.exited(frame)),
    ):
        columns[free_name(name, tuple(columns))] = column
    found = Coverage(columns)
    found._panel = panel
    return found


def _ends(cells: Cells, count: int) -> tuple[Ints, Ints, Ints]:
    """First and last period of each series and how many it has; 0 where none."""
    filled = np.diff(cells.indptr)
    some = filled > 0
    first, last = np.zeros(count, np.int64), np.zeros(count, np.int64)
    first[some] = cells.ordinals[cells.indptr[:-1][some]]
    last[some] = cells.ordinals[cells.indptr[1:][some] - 1]
    return first, last, filled


def _labels(panel: Panel, ordinals: Ints, filled: Ints) -> Coded:
    words = panel.periods.labels
    codes = np.where(filled > 0, ordinals - panel._frame.shown[0], len(words))
    return Coded(codes, [*words, None])


# ---- revisions -------------------------------------------------------------------


class Comparison(Table):
    """What a later panel changed, a row a cell that is new, gone or revised.

    Attributes
    ----------
    same : int
        How many cells both have with the same value.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> later = em.Panel.from_wide(table | {"2025": [90, 12]}, "maker", "units")
    >>> print(panel.compare(later))
    Comparison(1 rows x 7 columns)
    maker  period  measure  what     before  after     rate
    B      2025    units    revised      10     12  +20.00%
    """

    same: int = 0

    def _heading(self) -> Html:
        return Html(f"{super()._heading()}; {self.same:,} cells are the same")


def compare(panel: Panel, other: Any, rtol: float) -> Comparison:
    """What a later vintage changed; see `Panel.compare`."""
    tolerance = _tolerance(rtol)
    if not isinstance(other, type(panel)):
        raise TypeError(f"other is {short(other)}: it takes a Panel")
    a, b = panel._frame, other._frame
    for what, one, two in (
        ("keys", a.keys, b.keys),
        ("frequency", a.freq, b.freq),
        ("measures", sorted(panel.measures), sorted(other.measures)),
    ):
        if one != two:
            raise ValueError(f"other has {what} {short(two)}, the panel {short(one)}")
    shift = np.array([len(words) for words in a.labels], np.int32)
    labels, codes, to = regroup_series(
        [(*x, *y) for x, y in zip(a.labels, b.labels, strict=True)],
        np.concatenate([a.codes, b.codes + shift]),
    )
    ours, theirs = np.split(to.astype(np.int64), [len(a.codes)])
    start = min(a.shown[0], b.shown[0])
    width = max(a.shown[1], b.shown[1]) - start + 1
    parts, same = [], 0
    for k, name in enumerate(panel.measures):
        sides = (_known(panel, name, ours), _known(other, name, theirs))
        cells, before, after = _side_by_side(sides, start, width)
        changed, what, rate = _changes(before, after, tolerance)
        same += int(len(changed) - changed.sum())
        which = np.full(len(rate), k)
        parts.append(
            (cells[changed], which, what, before[changed], after[changed], rate)
        )
    cell, measure, kind, before, after, rates = map(
        np.concatenate, zip(*parts, strict=True)
    )
    order = np.lexsort((measure, cell))
    frame = a.with_series(a.keys, labels, codes)
    series, ordinals = np.divmod(cell[order], max(width, 1))
    columns: dict[str, Any] = dict(series_columns(frame, series))
    for name, column in (
        ("period", period_column(_calendar(frame, start, width), ordinals + start)),
        ("measure", Coded(measure[order], panel.measures)),
        ("what", Coded(kind[order], ("new", "gone", "revised"))),
        ("before", before[order]),
        ("after", after[order]),
        ("rate", rates[order]),
    ):
        columns[free_name(name, tuple(columns))] = column
    found = Comparison(columns, formats={"rate": "rate"})
    found.same = same
    return found


def _tolerance(rtol: Any) -> float:
    try:
        found = float(rtol)
    except (TypeError, ValueError):
        raise TypeError(f"rtol is {short(rtol)}: it takes a number") from None
    if not 0 <= found < np.inf:
        raise ValueError(f"rtol is {short(rtol)}: it takes a finite number from 0")
    return found


def _calendar(frame: Any, start: int, width: int) -> Any:
    return replace(frame, shown=(start, start + width - 1))


def _known(panel: Panel, name: str, to: Ints) -> tuple[Ints, Ints, Any]:
    """Series, periods and values of the cells that are shown and have a number."""
    cells = panel[name]._cells
    low, high = panel._frame.shown
    keep = (
        np.isfinite(cells.values) & (cells.ordinals >= low) & (cells.ordinals <= high)
    )
    return to[cells.series[keep]], cells.ordinals[keep], cells.values[keep]


def _side_by_side(sides: Any, start: int, width: int) -> tuple[Ints, Any, Any]:
    """The cells that either side has, numbered, and the values of both; NaN: none."""
    numbers = [series * width + (ordinals - start) for series, ordinals, _ in sides]
    cells = np.union1d(*numbers)
    values = []
    for mine, (_, _, known) in zip(numbers, sides, strict=True):
        found = np.full(len(cells), np.nan)
        found[np.searchsorted(cells, mine)] = known
        values.append(found)
    return cells, values[0], values[1]


def _changes(before: Any, after: Any, rtol: float) -> tuple[Any, Any, Any]:
    """Which cells changed; of those the kind of change and the rate."""
    new, gone = np.isnan(before), np.isnan(after)
    with np.errstate(over="ignore", invalid="ignore"):
        revised = np.abs(after - before) > rtol * np.abs(before)
    changed = new | gone | revised
    kind = np.where(new, 0, np.where(gone, 1, 2))[changed]
    rate = _core.growth_nm(before, after)[changed]
    return changed, kind, rate
