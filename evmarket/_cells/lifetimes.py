"""First and last period of each series; gives the status of empty cells."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .cells import taken

if TYPE_CHECKING:
    from .._common.types import Codes, Ints, Mask
    from .calendar import Calendar
    from .cells import Cells


NEVER = np.iinfo(np.int64).max
"""The first period of a series without a value."""


@dataclass(frozen=True, eq=False)
class Lifetimes:
    """First and last period with a value of each series.

    Attributes
    ----------
    first : ndarray of int64
        NEVER for a series without a value.
    last : ndarray of int64
        The last value on or before the last complete period; below the calendar where
        there is none.
    gone : ndarray of bool or None
        Which series have exited, where a finer frequency decided it.
    fine : FineLifetimes or None
        For a resampled measure, the lifetimes at the finer frequency.
    """

    first: Ints
    last: Ints
    gone: Mask | None = None
    fine: FineLifetimes | None = None

    @classmethod
    def of(cls, calendar: Calendar, cells: Cells) -> Lifetimes:
        """The lifetimes that occupied cells show."""
        starts, ends = cells.indptr[:-1], cells.indptr[1:]
        filled = ends > starts
        first = np.full(len(starts), NEVER, np.int64)
        first[filled] = cells.ordinals[starts[filled]]
        late = np.concatenate([[0], np.cumsum(calendar.late(cells.ordinals))])
        ends = ends - (late[ends] - late[starts])
        last = np.full(len(starts), never(calendar), np.int64)
        early = ends > starts
        last[early] = cells.ordinals[ends[early] - 1]
        return cls(first, last)

    def exited(self, calendar: Calendar) -> Mask:
        """Which series have ended for good."""
        if self.gone is not None:
            return self.gone
        end = min(calendar.complete, calendar.high)
        return (self.first <= end) & (end - self.last >= calendar.exit_after)

    def status(self, calendar: Calendar, series: Ints, ordinals: Ints) -> Codes:
        """The status of empty cells; the arrays broadcast together."""
        if self.fine is not None:
            return self.fine.status(series, ordinals)
        gone = self.exited(calendar)[series] & (ordinals > self.last[series])
        codes = np.where(gone, np.uint8(_core.EXITED), np.uint8(_core.MISSING))
        begun = ordinals >= self.first[series]
        codes = np.where(begun, codes, np.uint8(_core.NOT_BEGUN))
        status: Codes = np.where(
            calendar.late(ordinals), np.uint8(_core.PARTIAL), codes
        )
        return status

    def take(self, chosen: Any) -> Lifetimes:
        """The lifetimes of some series."""
        return Lifetimes(
            self.first[chosen],
            self.last[chosen],
            None if self.gone is None else self.gone[chosen],
            None if self.fine is None else self.fine.take(chosen),
        )

    def spread_to(self, series: Ints, own: Calendar, joined: Calendar) -> Lifetimes:
        """The lifetimes of series[s] as those of series s, on a joined calendar."""
        first = taken(self.first, series, NEVER)
        last = taken(self.last, series, never(joined))
        return Lifetimes(first, np.where(last < own.low, never(joined), last))


@dataclass(frozen=True, eq=False)
class FineLifetimes:
    """The lifetimes at the finer frequency that a resampled measure came from.

    An empty coarse cell has the status of its last finer period.

    Attributes
    ----------
    lifetimes, calendar : Lifetimes, Calendar
        At the finer frequency.
    low : int
        The first coarse period.
    ends : ndarray of int64
        The last finer period of each coarse one from `low`.
    beyond : int or None
        The status of coarse periods that end after the finer calendar; None for that
        of the calendar's end.
    """

    lifetimes: Lifetimes
    calendar: Calendar
    low: int
    ends: Ints
    beyond: int | None

    def status(self, series: Ints, ordinals: Ints) -> Codes:
        """The status of empty coarse cells."""
        ends = self.ends[np.clip(ordinals - self.low, 0, len(self.ends) - 1)]
        high = self.calendar.high
        codes = self.lifetimes.status(self.calendar, series, np.minimum(ends, high))
        if self.beyond is not None:
            codes = np.where(ends > high, np.uint8(self.beyond), codes)
        if self.calendar.cutoff is not None:
            late = self.calendar.late(ends)
            codes = np.where(late, np.uint8(_core.PARTIAL), codes)
        return codes

    def take(self, chosen: Any) -> FineLifetimes:
        return replace(self, lifetimes=self.lifetimes.take(chosen))


def never(calendar: Calendar) -> int:
    """A last period so far back that the series counts as exited."""
    return calendar.low - 1 - calendar.exit_after
