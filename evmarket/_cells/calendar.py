"""The calendar of a panel: its periods, those in view, the last complete one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._calendar import labels
from .._calendar.frequency import MONTHS, frequency, unit, year_of
from .._calendar.periods import Periods
from .._common.messages import short
from .._tables.columns import Coded

if TYPE_CHECKING:
    from .._common.types import Ints, Mask


@dataclass(frozen=True)
class Calendar:
    """The periods that the cells of a panel may lie in. All bounds are inclusive.

    Attributes
    ----------
    freq : str
        The frequency.
    low, high : int
        The first and last period, as ordinals; high is low - 1 when there is none.
    visible : tuple of int
        The first and last period in view. Other periods still serve as bases.
    cutoff : int or None
        The last complete period, where it is not the last one; later cells are PARTIAL.
    stated : bool
        Whether the cutoff was given, so that periods beyond the calendar are PARTIAL
        too.
    year_end : int
        The month in which the year of months and days ends, 1 to 12.
    finest : str
        The frequency of the rows, whose years a running total has; "" for `freq`.
    """

    freq: str
    low: int
    high: int
    visible: tuple[int, int]
    cutoff: int | None = None
    stated: bool = False
    year_end: int = 12
    finest: str = ""

    def years(self, running: bool) -> str:
        """The frequency of the years; a running total has those of its rows."""
        own = (self.finest or self.freq) if running else self.freq
        if own[0] == "W" or (unit(own) in ("Y", "Q") and own != unit(own)):
            return year_of(own)
        return frequency(f"Y-{MONTHS[self.year_end - 1]}")

    @property
    def complete(self) -> int:
        """The last complete period."""
        return self.high if self.cutoff is None else self.cutoff

    @property
    def every(self) -> Periods:
        """All periods, in view or not."""
        return Periods.of(self.freq, self.low, self.high - self.low + 1)

    @property
    def periods(self) -> Periods:
        """The periods in view."""
        low, high = self.visible
        return Periods.of(self.freq, low, high - low + 1, self._own_year_end)

    @property
    def _own_year_end(self) -> int:
        """The end of the year of months and days; others have it in their frequency."""
        return self.year_end if self.freq in ("M", "D") else 12

    def label(self, ordinal: int) -> str:
        """The label of one period."""
        return Periods.of(self.freq, ordinal, 1).first

    def coded(self, ordinals: Ints) -> Coded:
        """Some periods in view as a table column."""
        low = self.visible[0]
        codes = (ordinals - low).astype("int32")
        return Coded(codes, self.periods.labels, self.freq, low)

    def shows(self, ordinals: Ints) -> Mask:
        """Which periods are in view."""
        low, high = self.visible
        mask: Mask = (ordinals >= low) & (ordinals <= high)
        return mask

    def late(self, ordinals: Any) -> Any:
        """Which periods lie after the last complete one."""
        return ordinals > self.complete

    def reach(self, ordinals: Ints) -> tuple[Mask, Mask]:
        """Which periods are PARTIAL, and which are OUTSIDE the calendar."""
        outside = (ordinals < self.low) | (ordinals > self.high)
        late = self.late(ordinals)
        if not self.stated:
            late = late & ~outside
        return late, outside & ~late

    def ordinal(self, period: Any, name: str) -> int:
        """One period in view, or a KeyError that names the argument `name`."""
        ordinal = labels.one_period(period, self.freq, name, self.year_end)
        if not self.visible[0] <= ordinal <= self.visible[1]:
            raise KeyError(self._outside(period, name))
        return ordinal

    def span(self, label: Any, name: str) -> tuple[int, int]:
        """First and last period of a label or slice; an open end is the calendar's."""
        if isinstance(label, slice):
            first, last = label.start, label.stop
            return (
                self.low if first is None else self.span(first, name)[0],
                self.high if last is None else self.span(last, name)[1],
            )
        return labels.span(label, self.freq, name, self.year_end)

    def bounds(self, periods: Any) -> tuple[int, int]:
        """First and last period of a label or slice of periods in view.

        A coarser label means all periods it contains.
        """
        low, high = self.visible
        if isinstance(periods, slice):
            if periods.step is not None:
                raise ValueError(
                    f"periods is {periods}: a slice of periods takes no step"
                )
            return self.span(periods, "periods")
        first, last = self.span(periods, "periods")
        if last < low or first > high:
            raise KeyError(self._outside(periods, "periods"))
        return first, last

    def narrowed(self, low: int, high: int) -> Calendar:
        """The calendar with fewer periods in view; nothing else changes."""
        low, high = max(low, self.visible[0]), min(high, self.visible[1])
        return replace(self, visible=(low, max(high, low - 1)))

    def joined(self, other: Calendar) -> Calendar:
        """The calendar that holds both, all of it in view."""
        if other.high < other.low:  # no periods, so that its bounds mean nothing
            return replace(self, visible=(self.low, self.high))
        if self.high < self.low:
            return replace(other, visible=(other.low, other.high))
        low, high = min(self.low, other.low), max(self.high, other.high)
        cutoff = None
        if self.cutoff is not None or other.cutoff is not None:
            cutoff = max(self.complete, other.complete)
        stated = self.stated or other.stated
        return replace(
            self, low=low, high=high, visible=(low, high), cutoff=cutoff, stated=stated
        )

    def _outside(self, period: Any, name: str) -> str:
        periods = self.periods
        if not len(periods):
            return f"{name} is {short(period)}: the calendar has no periods"
        return (
            f"{name} is {short(period)}: the calendar runs from "
            f"{periods.first} to {periods.last}"
        )
