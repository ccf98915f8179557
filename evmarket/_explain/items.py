"""The items behind the changes of a panel's groups, in the base and current period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.lags import NO_PERIOD
from .._cells.cells import kept_indptr, taken, union
from .._cells.shifts import bases, difference
from .._cells.sums import summed
from .._cells.within import groups_of
from .._common import workers
from .._common.status import lowest
from .families import BOTH, ENTRY, EXIT, GAP, SUMS, Family, decompose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._calendar.lags import Lag
    from .._cells.cells import Cells
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Codes, Floats, Ints, Mask


@dataclass(frozen=True, eq=False)
class Values:
    """One measure of every item, in the base and in the current period.

    Attributes
    ----------
    name : str
    cells : Cells
        The cells of the measure.
    places : tuple of two arrays
        The cell of each item, in the base and in the current period, or -1.
    base, current : ndarray of float64
        What the item adds to the total of its group: its value; 0 where it has no row;
        the sum of its rows where they are not the whole of a longer period.
    present : tuple of two arrays
        Whether the item has a value in each period.
    """

    name: str
    cells: Cells
    places: tuple[Ints, Ints]
    base: Floats
    current: Floats
    present: tuple[Mask, Mask]

    @classmethod
    def of(cls, name: str, cells: Cells, places: tuple[Ints, Ints]) -> Values:
        """The values of the cells at some places."""
        read = _at(cells.values, places, np.nan)
        present = np.isfinite(read[0]), np.isfinite(read[1])
        held = _holes(cells)
        if held is not None:
            read = _at(held, places, 0.0)
        base, current = (
            np.where(some, x, 0.0) if held is None else x
            for some, x in zip(present, read, strict=True)
        )
        return cls(name, cells, places, base, current, present)

    @cached_property
    def rows(self) -> tuple[Ints, Ints]:
        """Number of rows behind each value."""
        return _at(self.counts, self.places, 0)

    @cached_property
    def counts(self) -> Ints:
        """Number of rows behind each cell."""
        finite, sums = np.isfinite(self.cells.values), self.cells.sums
        counts = finite if sums is None else np.where(finite, sums.counts, 0)
        return counts.astype(np.int64, copy=False)

    @property
    def unsure(self) -> Mask:
        """Whether a cell has no value, though its rows may add something."""
        sides = zip(self.places, self.present, strict=True)
        base, current = ((place >= 0) & ~present for place, present in sides)
        mask: Mask = base | current
        return mask

    def unpaired(self, other: Values) -> tuple[Mask, Mask]:
        """Whether two measures come from different rows, in each period."""
        same = self.places[0] is other.places[0]
        if same and np.array_equal(self.counts, other.counts):
            none = np.zeros(len(self.base), bool)
            return none, none
        ours, theirs = self.rows, other.rows
        return ours[0] != theirs[0], ours[1] != theirs[1]


def _at(values: Any, places: tuple[Ints, Ints], none: Any) -> tuple[Any, Any]:
    """values[place] in both periods, and `none` where the place is -1."""
    ended = np.append(values, np.array([none], values.dtype))
    return ended[places[0]], ended[places[1]]


def _holes(cells: Cells) -> Floats | None:
    """What each cell adds to a roll-up, where some add their rows without a value."""
    sums = cells.sums
    known = np.isfinite(cells.values)
    if sums is None or known.all():
        return None
    values = np.where(known, cells.values, 0.0)
    some = ~known & (sums.counts > 0)
    if some.any():
        indptr, ordinals = kept_indptr(cells.indptr, some), cells.ordinals[some]
        values[some] = summed(indptr, ordinals, [sums.take(some)]).values
    return values


@dataclass(frozen=True, eq=False)
class CellStatus:
    """Status of every cell of a change, and whether the change is explained."""

    codes: Codes
    known: Mask

    def flagged(self, cells: Ints, code: int, over: Sequence[int] = ()) -> CellStatus:
        """Give some cells a status; they are then not explained.

        A lower status stays, unless it is one of `over`, which `code` explains better.
        """
        if not len(cells):
            return self
        codes, known = self.codes.copy(), self.known.copy()
        old = codes[cells]
        wins = known[cells] | (old == _core.OK) | (old > code) | np.isin(old, over)
        codes[cells] = np.where(wins, code, old)
        known[cells] = False
        return CellStatus(codes, known)

    def marked(self, codes: Codes) -> CellStatus:
        """Give the cells that are explained a status beside their numbers."""
        beside = np.where(self.known, lowest(self.codes, codes), self.codes)
        return CellStatus(beside.astype(np.uint8), self.known)


@dataclass(frozen=True, eq=False)
class Items:
    """The series behind each change of a group: those with a cell in either period.

    The items of one cell of `target` are adjacent.

    Attributes
    ----------
    panel, totals : PanelData
        The series, and the groups, with the measures that explain the change.
    target : MeasureData
        The change of the totals: one cell per group and period.
    lag : Lag
        How far the base lies before the current period.
    table : Cells
        The cells that any of the measures has.
    offsets : ndarray of int64
        Cell c of `target` has the items offsets[c] to offsets[c + 1] - 1.
    base, current : ndarray of int64
        The cell of `table` in each period, or -1.
    """

    panel: PanelData
    totals: PanelData
    target: MeasureData
    lag: Lag
    table: Cells
    offsets: Ints
    base: Ints
    current: Ints

    @classmethod
    def of(
        cls,
        panel: PanelData,
        names: Sequence[str],
        within: Any,
        change: Callable[[PanelData], MeasureData],
    ) -> Items:
        """The items of some levels, behind the change of the totals of the groups."""
        totals = panel.rollup(panel.series.key_list(within))
        target = change(totals)
        assert target.formed is not None and target.formed.lag is not None
        lag = target.formed.lag
        measures = [panel.measure(name) for name in names]
        table = union([measure.cells for measure in measures], panel.series.count)
        count = len(table.ordinals)
        lost, after = _lost(table, lag)
        to = groups_of(measures[0], totals.measure(names[0])).astype(np.int64)
        places = [
            target.cells.place(to[series], ordinals)
            for series, ordinals in (
                (table.series, table.ordinals),
                (table.series[lost], after),
            )
        ]
        place = np.concatenate(places)
        hidden = ~panel.calendar.shows(target.cells.ordinals)
        if hidden.any():
            place[(place >= 0) & hidden[place]] = -1
        offsets, order = _core.arrange(place, len(hidden))
        base = np.concatenate([bases(table, lag), lost])[order]
        current = np.where(order < count, order, -1)
        return cls(panel, totals, target, lag, table, offsets, base, current)

    @cached_property
    def cell(self) -> Ints:
        """The cell of `target` of each item, ascending."""
        return np.repeat(np.arange(self.count), np.diff(self.offsets))

    @cached_property
    def ordinals(self) -> Ints:
        """The current period of each item."""
        return self.target.cells.ordinals[self.cell]

    @cached_property
    def series(self) -> Ints:
        """The series of each item."""
        return self.series_of(slice(None))

    def series_of(self, chosen: Any) -> Ints:
        """The series of some items."""
        base, current = self.base[chosen], self.current[chosen]
        series: Ints = self.table.series[np.where(current >= 0, current, base)]
        return series

    def __len__(self) -> int:
        return len(self.base)

    def at(self, ordinal: int) -> tuple[Items, Ints]:
        """The items of one period, and their numbers among all items."""
        own = np.flatnonzero(self.ordinals == ordinal)
        sizes = np.where(
            self.target.cells.ordinals == ordinal, np.diff(self.offsets), 0
        )
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        base, current = self.base[own], self.current[own]
        return replace(self, offsets=offsets, base=base, current=current), own

    @property
    def count(self) -> int:
        """Number of cells of the change."""
        return len(self.target.cells.ordinals)

    def values(self, name: str) -> Values:
        """The values of a level."""
        cells, table = self.panel.measure(name).cells, self.table
        places = self.base, self.current
        if not _same_places(cells, table):
            places = _at(cells.place(table.series, table.ordinals), places, -1)
        return Values.of(name, cells, places)

    def all_values(self, names: Sequence[str]) -> list[Values]:
        """The values of several levels, read by all workers where they are many."""
        if len(self) < workers.MIN_CHUNK:
            return [self.values(name) for name in names]
        return workers.run(self.values, [(name,) for name in names])

    def change(self, values: Values) -> Floats:
        """Current less base value, taken exactly and rounded once."""
        step = values.current - values.base
        cells, sums = values.cells, values.cells.sums
        if sums is None or sums.inexact is None:
            return step
        base = bases(cells, self.lag)
        back = np.maximum(base, 0)
        wanted = (base >= 0) & (sums.inexact | sums.inexact[back])
        wanted &= np.isfinite(cells.values) & np.isfinite(cells.values[back])
        exact = taken(difference(cells, base, wanted), values.places[1], np.nan)
        return np.where(np.isnan(exact), step, exact)

    def whole(self, name: str, base: bool = False) -> Floats:
        """The total of a level for each cell, in the current or the base period."""
        return self._total(name, base)[0]

    def _total(self, name: str, base: bool) -> tuple[Floats, Codes]:
        cells = self.target.cells
        measure = self.totals.measure(name)
        return measure.read(cells.series, self.side(cells.ordinals, base))

    def read(self, name: str, chosen: Ints, base: bool) -> tuple[Floats, Codes]:
        """The values and statuses of some items; GAP where no base period is."""
        ordinals = self.side(self.ordinals[chosen], base)
        values, codes = self.panel.measure(name).read(self.series[chosen], ordinals)
        calendar = self.panel.calendar
        outside = (ordinals < calendar.low) | (ordinals > calendar.high)
        codes[outside] = np.where(
            ordinals[outside] == NO_PERIOD, np.uint8(_core.GAP), np.uint8(_core.OUTSIDE)
        )
        return values, codes

    def side(self, ordinals: Ints, base: bool) -> Ints:
        """Current periods, or their bases."""
        sides: Ints = self.lag.before(ordinals) if base else ordinals
        return sides

    def transitions(
        self, measures: Sequence[Values], present: tuple[Mask, Mask]
    ) -> Codes:
        """The transition of each item.

        `present` marks the items to compare, in each period. An item enters if none of
        its measures has a row up to the base period, and exits if all have ended before
        the current period. An item that only lacks a value is a gap.
        """
        codes = np.full(len(self), GAP, np.uint8)
        codes[present[0] & present[1]] = BOTH
        calendar = self.panel.calendar
        before = self.side(self.ordinals, base=True)
        based = (before >= calendar.low) & (before <= calendar.high)
        for k, transition in ((0, ENTRY), (1, EXIT)):
            some = present[1 - k] & based  # without a base period none has entered
            for values in measures:
                some = some & ~values.present[k]
            at = np.flatnonzero(some)
            for values in measures:
                at = at[self._gone(values.name, at, k)]
            codes[at] = transition
        return codes

    def _gone(self, name: str, at: Ints, k: int) -> Mask:
        """Which items have not begun in the base period, or have exited since."""
        lives = self.panel.measure(name).lives
        series, ordinals = self.series_of(at), self.ordinals[at]
        if k == 0:
            return ~lives.begun(series, self.side(ordinals, base=True))
        return lives.begun(series, ordinals) & ~lives.alive(series, ordinals)

    def status(
        self,
        codes: Codes,
        others: Sequence[str] = (),
        ratio: tuple[Values, Values] | None = None,
    ) -> CellStatus:
        """The status of every cell, from a decomposition and from its items.

        Parameters
        ----------
        codes : ndarray of uint8
            The statuses of the decomposition.
        others : sequence of str
            Levels that explain the change and are not in it: theirs are passed on.
        ratio : (Values, Values), optional
            Two measures that must come from the same rows.
        """
        cells = self.target.cells
        status = CellStatus(cells.codes, np.isfinite(cells.values))
        if ratio is not None:
            base, current = (self.cell[apart] for apart in ratio[0].unpaired(ratio[1]))
            absent = (_core.NOT_BEGUN, _core.EXITED, _core.MISSING)
            status = status.flagged(base, _core.UNPAIRED, (_core.ENTERED, _core.GAP))
            status = status.flagged(current, _core.UNPAIRED, absent)
        for name in others:
            for side in (False, True):
                values, marks = self._total(name, side)
                own = np.where(np.isfinite(values), marks, np.uint8(0))
                status = status.marked(own.astype(np.uint8))
        return status.marked(codes)

    def decompose(
        self, family: Family, operands: Sequence[Floats], kept: Mask | None = None
    ) -> tuple[dict[str, Floats], dict[str, Floats], Codes]:
        """Results of the cells, results of the items, and the status of each cell.

        Operands of items that are not kept become 0.
        """
        if kept is not None and not kept.all():
            operands = [np.where(kept, x, 0.0) for x in operands]
        return decompose(family, tuple(operands), self.offsets, (len(self),))

    def total(self, values: Floats) -> Floats:
        """Sums of each cell's items."""
        everything = np.full(len(self), BOTH, np.uint8)
        return self.sums(values, everything)["both"]

    def sums(self, values: Floats, transitions: Codes) -> dict[str, Floats]:
        """Sums of each cell's items by transition."""
        operands = np.ascontiguousarray(values), transitions.astype(float)
        return self.decompose(SUMS, operands)[0]

    def sums_of_all(
        self, values: Floats, transitions: Codes
    ) -> tuple[dict[str, Floats], Floats]:
        """Sums of each cell's items by transition, and what rounding leaves of them.

        The residual is that of all sums but the gap.
        """
        # The core's residual covers all sums but the first: gaps take its place.
        order = np.array([GAP, ENTRY, EXIT, BOTH], np.uint8)
        sums = self.sums(values, order[transitions])
        sums["both"], sums["gap"] = sums["gap"], sums["both"]
        return sums, sums.pop("residual")

    def gap(self, rest: Floats, kept: Mask) -> Floats:
        """What is left of a total, which is the gap of cells with items not kept.

        It is rounding error, and the gap 0, where all items are kept or their parts are
        not known.
        """
        gaps = np.zeros(self.count, bool)
        gaps[self.cell[~kept]] = True
        return np.where(gaps | np.isnan(rest), rest, 0.0)

    def lost(self, parts: Floats) -> Codes:
        """INVALID for cells with a part that left the range."""
        lost = np.zeros(self.count, np.uint8)
        lost[self.cell[np.isinf(parts)]] = _core.INVALID
        return lost

    def matched(self, values: Values, both: Mask) -> Floats:
        """Share of some items in the base total."""
        own = self.total(np.where(both, values.base, 0.0))
        share: Floats = _core.ratio(own, self.whole(values.name, base=True))
        return share


def _lost(table: Cells, lag: Lag) -> tuple[Ints, Ints]:
    """The cells without a cell in a period of which they are the base; that period."""
    if not lag.nearest:
        lost = np.flatnonzero(bases(table, lag.back) < 0)
        known, after = lag.after(table.ordinals[lost])
        return lost[known], after
    lost, after = lag.after(table.ordinals)
    absent = table.place(table.series[lost], after) < 0
    return lost[absent], after[absent]


def _same_places(a: Cells, b: Cells) -> bool:
    if a.ordinals is b.ordinals and a.indptr is b.indptr:
        return True
    return np.array_equal(a.indptr, b.indptr) and np.array_equal(a.ordinals, b.ordinals)
