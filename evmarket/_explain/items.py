"""The items behind the changes of a panel's groups, in the base and current period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.lags import lag_periods
from .._cells.cells import Cells, taken
from .._cells.regroup import rollup
from .._cells.shifts import bases
from .._common.status import lowest
from .families import BOTH, ENTRY, EXIT, GAP, SUMS, Family, decompose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Codes, Floats, Ints, Mask


@dataclass(frozen=True, eq=False)
class Values:
    """One measure of every item, in the base and in the current period.

    Attributes
    ----------
    name : str
    base, current : ndarray of float64
        0 where the measure has no value.
    rows : tuple of two arrays
        Number of rows behind each value, in the base and in the current period.
    incomplete : ndarray of bool
        Whether a value lacks one of its parts.
    """

    name: str
    base: Floats
    current: Floats
    rows: tuple[Ints, Ints]
    incomplete: Mask

    @property
    def present(self) -> tuple[Mask, Mask]:
        """Whether there is a value, in the base and in the current period."""
        return self.rows[0] > 0, self.rows[1] > 0

    def unpaired(self, other: Values) -> tuple[Mask, Mask]:
        """Whether two measures come from different rows, in each period."""
        return self.rows[0] != other.rows[0], self.rows[1] != other.rows[1]


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


@dataclass(frozen=True, eq=False)
class Items:
    """The series behind each change of a group: those with a cell in either period.

    The items of one cell of `target` are adjacent.

    Attributes
    ----------
    panel : PanelData
        The series, with the measures that explain the change.
    target : MeasureData
        The change of the totals: one cell per group and period.
    steps : int
        Number of periods from the base to the current period.
    cell : ndarray of int64
        The cell of `target` of each item, ascending.
    series, ordinals : ndarray of int64
        The series of each item and its current period.
    base, current : ndarray of int64
        The cell of `panel` in each period, or -1.
    """

    panel: PanelData
    target: MeasureData
    steps: int
    cell: Ints
    series: Ints
    ordinals: Ints
    base: Ints
    current: Ints

    @classmethod
    def of(
        cls,
        panel: PanelData,
        names: Sequence[str],
        lag: Any,
        within: Any,
        change: Callable[[PanelData, int], MeasureData],
    ) -> Items:
        """The items of some levels, behind ``change(totals of the groups, steps)``."""
        steps = lag_periods(lag, panel.calendar.freq)
        keys = panel.series.key_list(within)
        panel = panel.with_levels(list(dict.fromkeys(names)))
        target = change(rollup(panel, keys), steps)
        table = Cells.at(panel.layout)
        count = len(table.ordinals)
        # Cells without a current period belong to the period `steps` after them.
        lost = np.flatnonzero(bases(table, -steps) < 0)
        none = np.full(len(lost), -1, np.int64)
        current = np.concatenate([np.arange(count, dtype=np.int64), none])
        base = np.concatenate([bases(table, steps), lost])
        series = np.concatenate([table.series, table.series[lost]])
        ordinals = np.concatenate([table.ordinals, table.ordinals[lost] + steps])
        visible = panel.calendar.shows(ordinals)
        columns = [column[visible] for column in (series, ordinals, base, current)]
        group = panel.series.grouped(keys)[1][columns[0]].astype(np.int64)
        cell = target.cells.place(group, columns[1])
        order = np.flatnonzero(cell >= 0)
        order = order[np.argsort(cell[order], kind="stable")]
        return cls(panel, target, steps, cell[order], *(x[order] for x in columns))

    def __len__(self) -> int:
        return len(self.cell)

    def at(self, ordinal: int) -> tuple[Items, Ints]:
        """The items of one period, and their numbers among all items."""
        own = np.flatnonzero(self.ordinals == ordinal)
        columns = ("cell", "series", "ordinals", "base", "current")
        some = {name: getattr(self, name)[own] for name in columns}
        return replace(self, **some), own

    @property
    def count(self) -> int:
        """Number of cells of the change."""
        return len(self.target.cells.ordinals)

    @cached_property
    def offsets(self) -> NDArray[np.intp]:
        """Cell c has the items offsets[c] to offsets[c + 1] - 1."""
        sizes = np.bincount(self.cell, minlength=self.count)
        return np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)

    def values(self, name: str) -> Values:
        """The values of a level."""
        sums = self.panel.level(name).sums
        places = (self.base, self.current)
        rows = tuple(taken(sums.counts, place, 0) for place in places)
        numbers = [
            np.where(count > 0, taken(sums.values, place, 0.0), 0.0)
            for count, place in zip(rows, places, strict=True)
        ]
        incomplete = np.isnan(numbers)
        base, current = np.where(incomplete, 0.0, numbers)
        return Values(name, base, current, rows, incomplete[0] | incomplete[1])

    def transitions(
        self, measures: Sequence[Values], present: tuple[Mask, Mask]
    ) -> tuple[Codes, Mask]:
        """The transition of each item, and whether it is uncertain.

        `present` marks the items to compare, in each period. An item enters if its
        measures begin after the base period, and exits if they end before the current
        period. An item that only lacks a value is a gap.
        """
        codes = np.full(len(self), GAP, np.uint8)
        codes[present[0] & present[1]] = BOTH
        unclear = np.zeros(len(self), bool)
        sides = [values.present for values in measures]
        for k, transition in ((0, ENTRY), (1, EXIT)):
            empty = present[1 - k] & ~np.any([side[k] for side in sides], axis=0)
            at = np.flatnonzero(empty)
            gone, unknown = self._gone(measures, at, self.steps * (1 - k))
            codes[at[gone]] = transition
            unclear[at[unknown]] = True
        return codes, unclear

    def _gone(
        self, measures: Sequence[Values], at: Ints, back: int
    ) -> tuple[Mask, Mask]:
        """Whether items have no series `back` periods ago; whether that is unknown."""
        series, ordinals = self.series[at], self.ordinals[at] - back
        gone, unknown = np.ones(len(at), bool), np.zeros(len(at), bool)
        for values in measures:
            [life] = self.panel.measure(values.name).lifetimes
            codes = life.status(self.panel.calendar, series, ordinals)
            gone &= (codes == _core.NOT_BEGUN) | (codes == _core.EXITED)
            unknown |= codes == _core.INCOMPLETE
        return gone, unknown

    def status(
        self,
        codes: Codes,
        measures: Sequence[Values],
        unclear: Mask | None = None,
        ratio: tuple[Values, Values] | None = None,
    ) -> CellStatus:
        """The status of every cell, from a decomposition and from its items.

        Parameters
        ----------
        codes : ndarray of uint8
            The statuses of the decomposition.
        measures : sequence of Values
        unclear : ndarray of bool, optional
            Items whose transition is not known.
        ratio : (Values, Values), optional
            Two measures that must come from the same rows.
        """
        cells = self.target.cells
        status = CellStatus(cells.codes, np.isfinite(cells.values))
        for values in measures:
            status = status.flagged(self.cell[values.incomplete], _core.INCOMPLETE)
        if ratio is not None:
            base, current = (self.cell[apart] for apart in ratio[0].unpaired(ratio[1]))
            absent = (_core.NOT_BEGUN, _core.EXITED, _core.MISSING)
            status = status.flagged(base, _core.UNPAIRED, (_core.ENTERED, _core.GAP))
            status = status.flagged(current, _core.UNPAIRED, absent)
        if unclear is not None:
            status = status.flagged(self.cell[unclear], _core.INCOMPLETE)
        return replace(status, codes=lowest(status.codes, codes))

    def decompose(
        self, family: Family, operands: Sequence[Floats], kept: Mask | None = None
    ) -> tuple[dict[str, Floats], dict[str, Floats], Codes]:
        """Results of the cells, results of the items, and the status of each cell.

        Operands of items that are not kept become 0.
        """
        if kept is not None:
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

    def matched(self, base: Floats, transitions: Codes) -> Floats:
        """Share of the items in both periods in the sum of the base values."""
        sums = self.sums(base, transitions)
        both, others = sums["both"], sums["entry"] + (sums["exit"] + sums["gap"])
        share: Floats = _core.ratio(both, both + others)
        return share
