"""What there is in a panel, and what a later one changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._cells.base import by_series
from .._cells.calendar import Calendar
from .._cells.cells import NEVER, Cells, taken, union
from .._cells.lives import Lives
from .._cells.merge import require_equal, units
from .._cells.panel import PanelData
from .._cells.series import united
from .._common.html import Html
from .._common.messages import short
from .._tables.columns import Coded, free_name, integers, stacked
from .._tables.columns import taken as column_part
from .._tables.table import Table
from .export import numbers_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from fractions import Fraction

    from .._cells.base import Base
    from .._cells.sums import ExactSums
    from .._common.types import Floats, Ints, Map, Mask


# ---- coverage --------------------------------------------------------------------


class Coverage(Table):
    """What a panel holds, one row per series.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, None]}
    >>> coverage = em.Panel.from_wide(table, "maker", "units").coverage()
    >>> coverage["rows"], coverage["nulls"], coverage["last"].tolist()
    (array([2, 1]), array([0, 0]), ['2025', '2024'])
    """

    def __init__(
        self,
        columns: dict[str, Any],
        measures: tuple[str, ...],
        plot: Callable[[str, Any], Any],
        note: str = "",
    ) -> None:
        super().__init__(columns, note=note)
        self._measures, self._plot = measures, plot

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
        return self._plot(self._measures[0] if measure is None else measure, ax)


def coverage(panel: PanelData) -> dict[str, Any]:
    """The columns of `Panel.coverage`, counted in the finest cells."""
    calendar, count = panel.finest, panel.series.count
    fine = panel.at_finest()
    readable = [name for name in fine.names if not fine.blocked(name)]
    valued = [_valued(fine.read(name).cells) for name in readable]
    first, last, filled = (
        _ends(union(valued, count), count)
        if valued
        else (np.zeros((3, count), np.int64))
    )
    lives = [fine.read(name).lives for name in readable]
    life = lives[0] if lives else Lives.of(Cells.at(fine.layout), calendar.complete, 1)
    span = np.where(filled > 0, last - first + 1, 0)
    columns: dict[str, Any] = dict(panel.series.coded(np.arange(count)))
    rows, nulls, repeats = (_by_group(fine, each) for each in _tallies(fine.base))
    known = fine.base.repeats is not None or not fine.base.dated
    for name, column in (
        ("rows", rows),
        ("nulls", nulls),
        ("duplicates", integers(repeats, np.full(count, known))),
        ("first", _labels(calendar, first, filled)),
        ("last", _labels(calendar, last, filled)),
        ("gaps", span - filled),
        ("entered", (life.first > calendar.low) & (calendar.low <= calendar.complete)),
        ("exited", _exited(life)),
    ):
        columns[free_name(name, tuple(columns))] = column
    return columns


def _valued(cells: Cells) -> Cells:
    """The cells that hold a row with a value."""
    known = np.isfinite(cells.values)
    if cells.sums is not None:
        known &= cells.sums.counts > 0
    return cells.kept(known)


def _tallies(base: Base) -> tuple[Ints, Ints, Ints]:
    """Rows, rows without a value and repeated rows of each finest series."""
    layout = base.layout
    rows = by_series(layout, layout.rows)
    kept = layout.rows
    if base.duplicates in ("identical", "last"):
        kept = np.minimum(kept, 1)
    nulls = np.zeros(len(rows), np.int64)
    for level in base.levels:
        own = level.nulls
        if own is None:
            own = by_series(layout, np.maximum(kept - level.sums.counts, 0))
        nulls += own
    repeats = base.repeats
    if repeats is None:
        repeats = by_series(layout, np.maximum(layout.rows - 1, 0))
    return rows, nulls, repeats


def _by_group(panel: PanelData, numbers: Ints) -> Ints:
    """The sums of one number per finest series, for each series in view."""
    groups = panel.groups
    if groups.chosen is not None:
        numbers = numbers[groups.chosen]
    sums = np.zeros(panel.series.count, np.int64)
    np.add.at(sums, groups.to_group, numbers)
    return sums


def _exited(life: Lives) -> Mask:
    """Which series have exited, for good or for a time."""
    exited: Mask = life.last < NEVER
    if life.gaps is not None:
        exited[life.gaps.series] = True
    return exited


def _ends(cells: Cells, count: int) -> tuple[Ints, Ints, Ints]:
    """First and last period of each series and how many it has; 0 where none."""
    filled = np.diff(cells.indptr)
    some = filled > 0
    first, last = np.zeros(count, np.int64), np.zeros(count, np.int64)
    first[some] = cells.ordinals[cells.indptr[:-1][some]]
    last[some] = cells.ordinals[cells.indptr[1:][some] - 1]
    return first, last, filled


def _labels(calendar: Calendar, ordinals: Ints, filled: Ints) -> Coded:
    words = calendar.periods.labels
    low = calendar.visible[0]
    codes = np.where(filled > 0, ordinals - low, len(words))
    return Coded(codes, [*words, None], calendar.freq, low)


# ---- revisions -------------------------------------------------------------------


class Comparison(Table):
    """What a later panel changed, one row per cell that is new, gone or revised.

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

    def __init__(self, columns: dict[str, Any], same: int) -> None:
        super().__init__(columns, formats={"rate": "rate"})
        self.same = same

    def _heading(self) -> Html:
        return Html(f"{super()._heading()}; {self.same:,} cells are the same")


def compare(panel: PanelData, other: PanelData, rtol: Any) -> Comparison:
    """See `Panel.compare`."""
    tolerance = _tolerance(rtol)
    require_equal(
        ("keys", panel.series.keys, other.series.keys),
        ("frequency", panel.calendar.freq, other.calendar.freq),
        ("measures", sorted(panel.names), sorted(other.names)),
        ("units", units(panel), units(other)),
    )
    series, (ours, theirs) = united([panel.series, other.series])
    start = min(panel.calendar.visible[0], other.calendar.visible[0])
    stop = max(panel.calendar.visible[1], other.calendar.visible[1])
    width = stop - start + 1
    parts, same = [], 0
    for k, name in enumerate(panel.names):
        sides = (_known(panel, name, ours), _known(other, name, theirs))
        cells, places = _side_by_side(sides, start, width)
        before, after = (
            taken(side.values, place, np.nan)
            for side, place in zip(sides, places, strict=True)
        )
        hidden = _hidden(sides, places, before == after)
        changed, what, rate = _changes(before, after, hidden, tolerance)
        same += int(len(changed) - changed.sum())
        shown = (
            numbers_at(side.values, side.sums, place[changed])
            for side, place in zip(sides, places, strict=True)
        )
        parts.append((cells[changed], np.full(len(rate), k), what, rate, *shown))
    *plain, earlier, later = zip(*parts, strict=True)
    cell, measure, kind, rates = map(np.concatenate, plain)
    order = np.lexsort((measure, cell))
    numbers, ordinals = np.divmod(cell[order], max(width, 1))
    both = replace(panel.calendar, visible=(start, stop))
    columns: dict[str, Any] = dict(series.coded(numbers))
    for name, column in (
        ("period", both.coded(ordinals + start)),
        ("measure", Coded(measure[order], panel.names)),
        ("what", Coded(kind[order], ("new", "gone", "revised"))),
        ("before", column_part(stacked(earlier), order)),
        ("after", column_part(stacked(later), order)),
        ("rate", rates[order]),
    ):
        columns[free_name(name, tuple(columns))] = column
    return Comparison(columns, same)


def _tolerance(rtol: Any) -> float:
    try:
        tolerance = float(rtol)
    except (TypeError, ValueError):
        raise TypeError(f"rtol is {short(rtol)}: give a number") from None
    if not 0 <= tolerance < np.inf:
        raise ValueError(f"rtol is {short(rtol)}: give a finite number from 0 up")
    return tolerance


class _Known(NamedTuple):
    """The cells in view that have a number; `sums` is None for rounded values."""

    series: Ints
    ordinals: Ints
    values: Floats
    sums: ExactSums | None


def _known(panel: PanelData, name: str, to: Map) -> _Known:
    cells = panel.measure(name).cells
    keep = np.isfinite(cells.values) & panel.calendar.shows(cells.ordinals)
    series = to[cells.series[keep]].astype(np.int64)
    sums = None if cells.sums is None else cells.sums.take(keep)
    return _Known(series, cells.ordinals[keep], cells.values[keep], sums)


def _side_by_side(
    sides: Sequence[_Known], start: int, width: int
) -> tuple[Ints, list[Ints]]:
    """The cells that either side has, numbered, and each side's cells there, or -1."""
    numbers = [side.series * width + (side.ordinals - start) for side in sides]
    cells = np.union1d(*numbers)
    places = []
    for mine in numbers:
        place = np.full(len(cells), -1, np.int64)
        place[np.searchsorted(cells, mine)] = np.arange(len(mine))
        places.append(place)
    return cells, places


def _hidden(
    sides: Sequence[_Known], places: Sequence[Ints], equal: Mask
) -> dict[int, Fraction]:
    """The changes of exact sums that round to equal numbers, by cell."""
    if any(side.sums is None for side in sides):
        return {}
    at = np.flatnonzero(equal)
    before, after = (
        side.sums.take(place[at])
        for side, place in zip(sides, places, strict=True)
        if side.sums is not None
    )
    if (before.grain, before.places) == (after.grain, after.places):
        unlike = np.zeros(len(at), bool)
        for part in ("lo", "hi", "fine"):
            one, two = getattr(before, part), getattr(after, part)
            unlike |= (0 if one is None else one) != (0 if two is None else two)
        at, before, after = at[unlike], before.take(unlike), after.take(unlike)
    both = zip(before.fractions(), after.fractions(), strict=True)
    steps = {int(k): b - a for k, (a, b) in zip(at, both, strict=True)}
    return {k: step for k, step in steps.items() if step}


def _changes(
    before: Floats, after: Floats, hidden: dict[int, Fraction], rtol: float
) -> tuple[Mask, Ints, Floats]:
    """Which cells changed; of those the kind of change and the rate."""
    from fractions import Fraction

    new, gone = np.isnan(before), np.isnan(after)
    with np.errstate(over="ignore", invalid="ignore"):
        revised = np.abs(after - before) > rtol * np.abs(before)
    rate = _core.growth_nm(before, after)
    for k, step in hidden.items():
        base = Fraction(before[k])
        revised[k] = abs(step) > Fraction(rtol) * abs(base)
        if base > 0:
            rate[k] = float(step / base)
    changed = new | gone | revised
    kind = np.where(new, 0, np.where(gone, 1, 2))[changed]
    return changed, kind, rate[changed]
