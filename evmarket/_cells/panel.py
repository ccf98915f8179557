"""The state of a panel: what is computed with, below the public class."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.kinds import LEVELS
from .._common.messages import listing, one_line, short
from .._common.status import lowest
from .calendar import Calendar
from .cells import Cells
from .lifetimes import Lifetimes
from .measure import MeasureData
from .series import SeriesIndex
from .sums import ExactSums, Layout, Moved, once, regroup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Codes, Ints, Map


_PER = {"percent": 100.0, "%": 100.0, "‰": 1000.0}
"""What a rate in one of these units is divided by: measures hold fractions."""


@dataclass(frozen=True, eq=False)
class Level:
    """One measure of a panel: its sums on the panel's cells.

    Attributes
    ----------
    name, kind, unit : str, str, str or None
    sums : ExactSums
        One per cell of the panel; a count of 0 says that this measure has no value.
    status : ndarray of uint8 or None
        Statuses of cells that are not simply OK.
    blocked : bool
        A rate of several series, which a roll-up cannot add: it cannot be read.
    lifetimes : Lifetimes or None
        Where a finer frequency decided them; else they follow from the cells.
    members : ndarray of int64 or None
        How many series each occupied cell adds up; set for loaded panels only.
    """

    name: str
    kind: str
    unit: str | None
    sums: ExactSums
    status: Codes | None = None
    blocked: bool = False
    lifetimes: Lifetimes | None = None
    members: Ints | None = None

    @property
    def per(self) -> float | None:
        """What a rate in percent or per mille is divided by where it is read."""
        return _PER.get(self.unit or "") if self.kind == "rate" else None

    @property
    def read_unit(self) -> str | None:
        """The unit of the values that are read; None for fractions."""
        return None if self.per else self.unit


@dataclass(frozen=True, eq=False)
class PanelData:
    """A panel: series, calendar, the cells that its measures share.

    Attributes
    ----------
    series, calendar, layout : SeriesIndex, Calendar, Layout
    levels : tuple of Level
        The measures.
    parent : (PanelData, ndarray of int32) or None
        The panel it was rolled up from, and the new series of each of its series.
    deduplicated : bool
        Of rows that repeat a cell one was kept; they were not added.
    source : str
        Where the numbers come from, if the table said so.
    """

    series: SeriesIndex
    calendar: Calendar
    layout: Layout
    levels: tuple[Level, ...]
    parent: tuple[PanelData, Map] | None = None
    deduplicated: bool = False
    source: str = ""
    _measures: dict[str, MeasureData] = field(default_factory=dict, init=False)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the measures."""
        return tuple(level.name for level in self.levels)

    def level(self, name: Any) -> Level:
        """A measure's sums by its name, or a KeyError that lists the names."""
        for level in self.levels:
            if level.name == name:
                return level
        raise KeyError(
            f"{short(name)} is not a measure of this panel: "
            f"it has {listing(self.names)}"
        )

    def summable(self, name: Any, argument: str) -> str:
        """The name of a level, or a TypeError that names the argument."""
        level = self.level(name)
        if level.kind not in LEVELS:
            raise TypeError(
                f"{argument} is {level.name}, a {level.kind}: it takes a level, "
                "which adds up"
            )
        return level.name

    def measure(self, name: Any) -> MeasureData:
        """A measure with the statuses that the calendar gives; made once."""
        level = self.level(name)
        if level.blocked:
            raise TypeError(
                f"{one_line(level.name)} is a rate, and the roll-up joins several of "
                "its series: rates are never added; roll up what it is a ratio of"
            )
        if level.name not in self._measures:
            self._measures[level.name] = self._read(level)
        return self._measures[level.name]

    def _read(self, level: Level) -> MeasureData:
        sums, calendar = level.sums, self.calendar
        indptr, ordinals, rows = self.layout
        cells = Cells(indptr, ordinals, sums.values, level.status, sums)
        if level.per is not None:
            # The sums stay in the unit of the table, and so have no place here.
            cells = replace(cells, values=sums.values / level.per, sums=None)
        if sums.counts is not rows:
            cells = cells.kept(sums.counts > 0)
        late = calendar.late(cells.ordinals)
        if late.any():
            partial = np.where(late, np.uint8(_core.PARTIAL), np.uint8(0))
            cells = replace(cells, status=lowest(cells.codes, partial))
        life = level.lifetimes or Lifetimes.of(calendar, cells)
        return MeasureData(
            self.series,
            calendar,
            cells,
            (life,),
            level.name,
            level.kind,
            level.read_unit,
            source=self.source,
            origin=self,
        )

    def cells(self, name: str) -> Cells:
        """The cells of a measure."""
        return self.measure(name).cells

    def with_levels(self, names: Sequence[str]) -> PanelData:
        """The panel with some of its measures, in the order of the names."""
        return replace(self, levels=tuple(self.level(name) for name in names))

    def renamed(self, name: str, new: str) -> PanelData:
        """The panel with one measure alone, under a new name."""
        level, parent = replace(self.level(name), name=new), self.parent
        if parent is not None:
            parent = (parent[0].renamed(name, new), parent[1])
        return replace(self, levels=(level,), parent=parent)

    def members(self, name: str) -> Ints:
        """How many series of the parent each cell of a measure adds up."""
        level, cells = self.level(name), self.measure(name).cells
        if level.members is not None:
            return level.members
        ones = np.ones(len(cells.values), np.int64)
        if self.parent is None:
            return ones
        panel, to = self.parent
        if panel.level(name).blocked:
            return ones
        behind, whole = panel.members(name), panel.measure(name).cells
        counts = ExactSums(
            behind.astype(np.uint64),
            None,
            None,
            ones,
            behind.astype(float),
            "integer",
            0,
        )
        layout, sums = once(whole.indptr, whole.ordinals, counts)
        added = regroup([Moved(layout, [sums], to)], self.series.count)[1][0]
        return added.values.astype(np.int64)
