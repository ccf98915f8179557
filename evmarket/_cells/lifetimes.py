"""First and last period of each series; gives the status of empty cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Codes, Ints
    from .cells import Cells
    from .frame import Frame


NEVER = np.iinfo(np.int64).max
"""The first period of a series that has no value."""


@dataclass(frozen=True, eq=False)
class Absence:
    """Where each series of a level begins and ends: why its empty cells are empty.

    `first` is NEVER for a series without a value; `last` is the last value on or before
    the last complete period, below the calendar where there is none.
    """

    first: Ints
    last: Ints
    gone: NDArray[np.bool_] | None = None
    """Which series have exited, where that was decided at a finer frequency."""

    @classmethod
    def of(cls, frame: Frame, cells: Cells) -> Absence:
        starts, ends = cells.indptr[:-1], cells.indptr[1:]
        filled = ends > starts
        first = np.full(len(starts), NEVER, np.int64)
        first[filled] = cells.ordinals[starts[filled]]
        after = np.concatenate([[0], np.cumsum(cells.ordinals > frame.complete)])
        ends = ends - (after[ends] - after[starts])
        last = np.full(len(starts), frame.low - 1 - frame.exit_after, np.int64)
        early = ends > starts
        last[early] = cells.ordinals[ends[early] - 1]
        return cls(first, last)

    def exited(self, frame: Frame) -> NDArray[np.bool_]:
        """Which series have ended for good."""
        if self.gone is not None:
            return self.gone
        end = min(frame.complete, frame.high)
        return (self.first <= end) & (end - self.last >= frame.exit_after)

    def status(self, frame: Frame, series: Ints, ordinals: Ints) -> Codes:
        """The status of empty cells; the arrays broadcast together."""
        gone = self.exited(frame)[series] & (ordinals > self.last[series])
        codes = np.where(gone, np.uint8(_core.EXITED), np.uint8(_core.MISSING))
        codes = np.where(
            ordinals < self.first[series], np.uint8(_core.NOT_BEGUN), codes
        )
        found: Codes = np.where(
            ordinals > frame.complete, np.uint8(_core.PARTIAL), codes
        )
        return found

    def of_series(self, chosen: Any) -> Absence:
        """The facts of some series."""
        gone = None if self.gone is None else self.gone[chosen]
        return Absence(self.first[chosen], self.last[chosen], gone)


@dataclass(frozen=True, eq=False)
class CoarseAbsence(Absence):
    """Absence at a coarser frequency: an empty cell is empty as its last period is.

    `ends` is the last finer period of each coarser one from `low`; those beyond the
    finer calendar take `beyond`, or None the status at the calendar's end.
    """

    fine: Absence | None = None
    fine_frame: Frame | None = None
    low: int = 0
    ends: Ints | None = None
    beyond: int | None = None

    def status(self, frame: Frame, series: Ints, ordinals: Ints) -> Codes:
        assert self.fine is not None and self.fine_frame is not None
        assert self.ends is not None
        place = np.clip(ordinals - self.low, 0, len(self.ends) - 1)
        ends, high = self.ends[place], self.fine_frame.high
        found = self.fine.status(self.fine_frame, series, np.minimum(ends, high))
        if self.beyond is not None:
            found = np.where(ends > high, np.uint8(self.beyond), found)
        late = ends > self.fine_frame.complete
        if self.fine_frame.bounded:
            found = np.where(late, np.uint8(_core.PARTIAL), found)
        codes: Codes = found
        return codes

    def of_series(self, chosen: Any) -> CoarseAbsence:
        assert self.fine is not None
        gone = None if self.gone is None else self.gone[chosen]
        return replace(
            self,
            first=self.first[chosen],
            last=self.last[chosen],
            gone=gone,
            fine=self.fine.of_series(chosen),
        )
