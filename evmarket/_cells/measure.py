"""The state of a measure: what is computed with, below the public class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from .. import _core
from .._common.kinds import LEVELS
from .._common.messages import one_line
from .._common.status import lowest
from .calendar import Calendar
from .cells import Cells, taken
from .lifetimes import Lifetimes
from .series import SeriesIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Codes, Floats, Ints

    Dense = TypeVar("Dense", bound=NDArray[Any])

_NAMES = {"growth": "growth", "log": "log growth"}
_NAMES |= {kind: kind for kind in ("share", "rank", "index")}
"""What is added to a measure's name when a measure of this kind is derived from it."""

DENSE_MOST = 1 << 27
"""Cells beyond which `.values` is refused: it would take a gigabyte."""


class Origin(Protocol):
    """The panel that a measure was read from."""

    def members(self, name: str) -> Ints:
        """How many series of the parent panel each cell adds up."""

    def cells(self, name: str) -> Cells:
        """The cells of a measure."""

    def renamed(self, name: str, new: str) -> Origin:
        """The panel with this measure alone, under a new name."""


@dataclass(frozen=True, eq=False)
class MeasureData:
    """A measure: series, calendar, occupied cells, and why other cells are empty.

    Attributes
    ----------
    series, calendar, cells : SeriesIndex, Calendar, Cells
    lifetimes : tuple of Lifetimes
        Those of each level behind the measure; the lowest status counts.
    name, kind, unit : str, str, str or None
    lookahead : int
        How many periods ahead the bases lie; cells that near the cutoff are PARTIAL.
    source : str
        Where the numbers come from, if the table said so.
    origin : Origin or None
        The panel that it was read from.
    chosen : ndarray of int64 or None
        The numbers of its series in that panel, where it holds only some.
    """

    series: SeriesIndex
    calendar: Calendar
    cells: Cells
    lifetimes: tuple[Lifetimes, ...]
    name: str
    kind: str
    unit: str | None = None
    lookahead: int = 0
    source: str = ""
    origin: Origin | None = None
    chosen: Ints | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(series, periods in view)."""
        low, high = self.calendar.visible
        return self.series.count, high - low + 1

    def derived(
        self, cells: Cells, kind: str, unit: str | None = None, **changes: Any
    ) -> MeasureData:
        """A measure of the same series with other cells, named for what it is."""
        name = self.name
        if kind != self.kind and kind in _NAMES:
            name = f"{name} {_NAMES[kind]}"
        made: dict[str, Any] = {"name": name, "origin": None, "chosen": None, **changes}
        return replace(self, cells=cells, kind=kind, unit=unit, **made)

    def rename(self, name: str) -> MeasureData:
        """The same measure under another name."""
        origin = self.origin
        if origin is not None:
            origin = origin.renamed(self.name, name)
        return replace(self, name=name, origin=origin)

    # ---- empty cells and dense arrays ---------------------------------------------

    def empty_status(self, series: Any, ordinals: Any) -> Codes:
        """The statuses of empty cells; the arrays broadcast together."""
        each = (life.status(self.calendar, series, ordinals) for life in self.lifetimes)
        codes = lowest(*each)
        if self.lookahead and self.calendar.cutoff is not None:
            ahead = self.calendar.late(ordinals + self.lookahead)
            codes = np.where(ahead, np.uint8(_core.PARTIAL), codes)
        return codes

    def dense_shape(self) -> tuple[int, int]:
        """`shape`, or a MemoryError where dense arrays would not fit."""
        rows, columns = self.shape
        if rows * columns > DENSE_MOST:
            raise MemoryError(
                f"{self.name} spread out has {rows:,} x {columns:,} cells: "
                "take to_table(), or select or roll up first"
            )
        return rows, columns

    def spread(self, cell_values: NDArray[Any], into: Dense) -> Dense:
        """Cells written into a dense array, which becomes read-only."""
        ordinals = self.cells.ordinals
        visible = self.calendar.shows(ordinals)
        columns = ordinals[visible] - self.calendar.visible[0]
        into[self.cells.series[visible], columns] = cell_values[visible]
        into.flags.writeable = False
        return into

    def dense_values(self) -> Floats:
        """Values, series by periods; NaN where there is none."""
        return self.spread(self.cells.values, np.full(self.dense_shape(), np.nan))

    def dense_status(self) -> Codes:
        """Statuses, series by periods."""
        count, _ = self.dense_shape()
        low, high = self.calendar.visible
        rows = np.arange(count)[:, np.newaxis]
        columns = np.arange(low, high + 1)[np.newaxis, :]
        return self.spread(self.cells.codes, self.empty_status(rows, columns))

    def members(self) -> Ints:
        """How many series each cell adds up, series by periods."""
        return self.spread(
            self._member_counts(), np.zeros(self.dense_shape(), np.int64)
        )

    def _member_counts(self) -> Ints:
        """One for a cell with a number, where the panel is not known."""
        if self.origin is None:
            return np.isfinite(self.cells.values).astype(np.int64)
        counts = self.origin.members(self.name)
        if self.chosen is None:
            return counts
        whole = self.origin.cells(self.name)
        return counts[whole.place(self.chosen[self.cells.series], self.cells.ordinals)]

    # ---- single cells ---------------------------------------------------------------

    def level_at(self, ordinal: int) -> Floats:
        """The values of one period, in view or not, one per series."""
        return self.at(ordinal)[0]

    def at(self, ordinal: int) -> tuple[Floats, Codes]:
        """The values and statuses of one period, one per series."""
        series = np.arange(self.series.count, dtype=np.int64)
        return self.read(series, np.full(len(series), ordinal, np.int64))

    def read(self, series: Ints, ordinals: Ints) -> tuple[Floats, Codes]:
        """The values and statuses at some places, occupied or not."""
        place = self.cells.place(series, ordinals)
        values = taken(self.cells.values, place, np.nan)
        codes = self.empty_status(series, ordinals)
        occupied = taken(self.cells.codes, place, 0)
        return values, np.where(place >= 0, occupied, codes).astype(np.uint8)

    def last_known(self) -> int:
        """The last complete period in view in which any series has a value."""
        low, high = self.calendar.visible
        last = min(high, self.calendar.complete)
        known = self.cells.ordinals[np.isfinite(self.cells.values)]
        known = known[(known <= last) & (known >= low)]
        return int(known.max()) if len(known) else last

    # ---- some of the series ---------------------------------------------------------

    def take(self, chosen: Ints) -> MeasureData:
        """Some of the series, by number in ascending order; keys and labels stay."""
        return self.part(self.series.take(chosen), chosen)

    def part(self, series: SeriesIndex, chosen: Ints) -> MeasureData:
        """Some of the series, by number in ascending order, under other labels."""
        return replace(
            self,
            series=series,
            cells=self.cells.of_series(chosen),
            lifetimes=tuple(life.take(chosen) for life in self.lifetimes),
            chosen=chosen if self.chosen is None else self.chosen[chosen],
        )

    # ---- what a kind allows ---------------------------------------------------------

    def refuse(self, kinds: Sequence[str], what: str, cure: str = "") -> None:
        """A TypeError for the kinds that have no such result."""
        if self.kind in kinds:
            hint = f": {cure}" if cure else ""
            raise TypeError(
                f"{what} of {one_line(self.name)} ({self.kind}) has no meaning{hint}"
            )

    def need(self, kinds: Sequence[str], what: str) -> None:
        """A TypeError for a kind other than these."""
        if self.kind not in kinds:
            cure = ": a stock takes its last period" if self.kind == "stock" else ""
            raise TypeError(
                f"{what} needs a {' or '.join(kinds)}: "
                f"{one_line(self.name)} is {self.kind}{cure}"
            )

    def need_level(self, what: str) -> None:
        """A TypeError for a kind that is not a level."""
        self.need(LEVELS, what)
