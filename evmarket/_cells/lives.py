"""When each series lives: gives the status of empty cells and counts living series."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.record import record
from .cells import NEVER, packed, taken, unpacked

if TYPE_CHECKING:
    from .._common.types import Codes, Ints, Map, Mask
    from .calendar import Calendar
    from .cells import Cells

FOREVER = NEVER
"""The last period of a series that has not exited."""


@record(frozen=True, eq=False)
class Gaps:
    """Spells in which a series does not live though it does before and after.

    Attributes
    ----------
    series, start, end : ndarray of int64
        Sorted by series and start; both ends belong to the spell.
    """

    series: Ints
    start: Ints
    end: Ints

    @cached_property
    def _keys(self) -> Ints:
        return packed(self.series, self.start)

    @cached_property
    def _before(self) -> Ints:
        return np.concatenate([[0], np.cumsum(self.end - self.start + 1)])

    def until(self, series: Any, ordinals: Any) -> Ints:
        """How many periods of all gaps lie at or before a place, in packed order."""
        ordinals = np.clip(ordinals, -NEVER, NEVER)
        number = np.searchsorted(self._keys, packed(series, ordinals), side="right")
        last = np.maximum(number - 1, 0)
        same = (number > 0) & (self.series[last] == series)
        over = np.where(same, np.maximum(self.end[last] - ordinals, 0), 0)
        counted: Ints = self._before[number] - over
        return counted

    def hold(self, series: Any, ordinals: Any) -> Mask:
        """Whether places lie in a gap."""
        inside: Mask = self.until(series, ordinals) > self.until(series, ordinals - 1)
        return inside


@record(frozen=True, eq=False)
class Lives:
    """When each series lives. A row decides, with a value or without.

    Attributes
    ----------
    first : ndarray of int64
        The first period; NEVER for a series without a row.
    last : ndarray of int64
        The last period; FOREVER for a series that has not exited.
    gaps : Gaps or None
        Spells between them in which it does not live.
    """

    first: Ints
    last: Ints
    gaps: Gaps | None = None

    @classmethod
    def of(cls, cells: Cells, complete: int, exit_after: int) -> Lives:
        """The lives that rows show.

        A series has exited if it has no row in the last `exit_after` complete periods.
        """
        starts, ends = cells.indptr[:-1], cells.indptr[1:]
        filled = ends > starts
        first = np.full(len(starts), NEVER, np.int64)
        first[filled] = cells.ordinals[starts[filled]]
        middle = ends
        if filled.any() and (cells.ordinals[ends[filled] - 1] > complete).any():
            late = np.concatenate([[0], np.cumsum(cells.ordinals > complete)])
            middle = ends - (late[ends] - late[starts])
        early = middle > starts
        until = np.full(len(starts), FOREVER, np.int64)
        until[early] = cells.ordinals[middle[early] - 1]
        exited = early & (complete - until >= exit_after)
        last = np.where(exited, until, FOREVER)
        # A row after the last complete period: the series lives again.
        again = np.flatnonzero(exited & (ends > middle))
        if not len(again):
            return cls(first, last)
        gaps = Gaps(again, last[again] + 1, cells.ordinals[middle[again]] - 1)
        last[again] = FOREVER
        return cls(first, last, _not_empty(gaps))

    # ---- questions; the arrays broadcast together ------------------------------------

    def begun(self, series: Any, ordinals: Any) -> Mask:
        """Whether the series has a row at or before a period."""
        mask: Mask = ordinals >= self.first[series]
        return mask

    def alive(self, series: Any, ordinals: Any) -> Mask:
        """Whether the series lives in a period."""
        mask: Mask = self.begun(series, ordinals) & (ordinals <= self.last[series])
        if self.gaps is not None:
            mask &= ~self.gaps.hold(series, ordinals)
        return mask

    def periods(self, series: Ints, starts: Any, ends: Any) -> Ints:
        """In how many periods from `starts` to `ends` the series lives."""
        low = np.maximum(starts, self.first[series])
        high = np.minimum(ends, self.last[series])
        count: Ints = np.maximum(high - low + 1, 0)
        if self.gaps is not None:
            dead = self.gaps.until(series, high) - self.gaps.until(series, low - 1)
            count = np.where(count > 0, count - dead, 0)
        return count

    def status(self, calendar: Calendar, series: Any, ordinals: Any) -> Codes:
        """The status of empty cells."""
        alive = self.alive(series, ordinals)
        codes = np.where(alive, np.uint8(_core.MISSING), np.uint8(_core.EXITED))
        begun = self.begun(series, ordinals)
        codes = np.where(begun, codes, np.uint8(_core.NOT_BEGUN))
        late = calendar.late(ordinals)
        status: Codes = np.where(late, np.uint8(_core.PARTIAL), codes)
        return status

    def counts(self, series: Ints, ordinals: Ints, to: Map | None) -> Ints:
        """How many series live in each period; with `to`, of each group of series."""
        if to is None:
            return self.alive(series, ordinals).astype(np.int64)
        starts, ends = self._spells(to)
        places = packed(series, ordinals)
        begun = np.searchsorted(np.sort(starts), places, side="right")
        left = np.searchsorted(np.sort(ends), places, side="left")
        return (begun - left).astype(np.int64)

    # ---- other series, other periods -------------------------------------------------

    def _spells(self, to: Map) -> tuple[Ints, Ints]:
        """Begin and end of all spells of life, packed with the group of the series."""
        known = np.flatnonzero(self.first != NEVER)
        group = to[known].astype(np.int64)
        starts = packed(group, self.first[known])
        ends = packed(group, self.last[known])
        gaps = self.gaps
        if gaps is not None:
            group = to[gaps.series].astype(np.int64)
            starts = np.concatenate([starts, packed(group, gaps.end + 1)])
            ends = np.concatenate([ends, packed(group, gaps.start - 1)])
        return starts, ends

    def grouped(self, to: Map, count: int) -> Lives:
        """The lives of groups: a group lives while any of its series does."""
        starts, ends = self._spells(to)
        # A spell ends before the period after its last one.
        events = np.concatenate([starts, ends + 1])
        steps = np.repeat([1, -1], len(starts))
        order = np.lexsort((-steps, events))
        level = np.cumsum(steps[order])
        shut = level == 0
        opened = np.concatenate([[True], shut[:-1]]) if len(shut) else shut
        begin, end = events[order][opened], events[order][shut] - 1
        group, start = unpacked(begin)
        stop = unpacked(end)[1]
        first = np.full(count, NEVER, np.int64)
        last = np.full(count, FOREVER, np.int64)
        first[group[::-1]] = start[::-1]
        last[group] = stop
        between = np.flatnonzero(group[1:] == group[:-1])
        gaps = Gaps(group[between], stop[between] + 1, start[between + 1] - 1)
        return Lives(first, last, _not_empty(gaps))

    def coarser(self, low: int, begins: Ints, ends: Ints) -> Lives:
        """The lives in coarser periods: a series lives if it does in a part of them.

        Parameters
        ----------
        low : int
            The first coarser period.
        begins, ends : ndarray of int64
            The part of each coarser period that counts: its first and last finer one.
        """

        def after(ordinals: Ints) -> Ints:
            """The first coarser period whose part ends at or after an ordinal."""
            place = low + np.searchsorted(ends, ordinals, side="left")
            return np.where(ordinals == NEVER, NEVER, place)

        def before(ordinals: Ints) -> Ints:
            """The last coarser period whose part begins at or before an ordinal."""
            place = low + np.searchsorted(begins, ordinals, side="right") - 1
            return np.where(ordinals == FOREVER, FOREVER, place)

        gaps = self.gaps
        if gaps is not None:
            start = low + np.searchsorted(begins, gaps.start, side="left")
            end = low + np.searchsorted(ends, gaps.end, side="right") - 1
            gaps = _not_empty(Gaps(gaps.series, start, end))
        return Lives(after(self.first), before(self.last), gaps)

    def take(self, chosen: Ints) -> Lives:
        """The lives of some series, by number, or of none for -1."""
        first = taken(self.first, chosen, NEVER).astype(np.int64)
        last = taken(self.last, chosen, FOREVER).astype(np.int64)
        gaps = self.gaps
        if gaps is not None:
            left = np.searchsorted(gaps.series, chosen, side="left")
            sizes = np.searchsorted(gaps.series, chosen, side="right") - left
            own = np.repeat(np.arange(len(chosen)), sizes)
            shift = np.repeat(left - np.cumsum(sizes) + sizes, sizes)
            place = np.arange(len(own)) + shift
            gaps = _not_empty(Gaps(own, gaps.start[place], gaps.end[place]))
        return Lives(first, last, gaps)

    def between(self, start: int, stop: int) -> Lives:
        """The lives of the series start .. stop - 1."""
        gaps = self.gaps
        if gaps is not None:
            low, high = np.searchsorted(gaps.series, [start, stop])
            part = slice(int(low), int(high))
            series = gaps.series[part] - start
            gaps = _not_empty(Gaps(series, gaps.start[part], gaps.end[part]))
        return Lives(self.first[start:stop], self.last[start:stop], gaps)

    def both(self, other: Lives) -> Lives:
        """The lives of what needs both: it lives while both do."""
        if other is self:
            return self
        first = np.maximum(self.first, other.first)
        last = np.minimum(self.last, other.last)
        sides = [gaps for gaps in (self.gaps, other.gaps) if gaps is not None]
        return Lives(first, last, _united(sides))


def _united(sides: list[Gaps]) -> Gaps | None:
    """All periods of some gaps."""
    if len(sides) < 2:
        return sides[0] if sides else None
    series = np.concatenate([gaps.series for gaps in sides])
    starts = packed(series, np.concatenate([gaps.start for gaps in sides]))
    ends = packed(series, np.concatenate([gaps.end for gaps in sides]))
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    new = np.concatenate([[True], starts[1:] > ends[:-1]])
    own, start = unpacked(starts[new])
    final = np.append(np.flatnonzero(new)[1:] - 1, len(ends) - 1)
    return Gaps(own, start, unpacked(ends[final])[1])


def _not_empty(gaps: Gaps) -> Gaps | None:
    keep = gaps.end >= gaps.start
    if not keep.any():
        return None
    return Gaps(gaps.series[keep], gaps.start[keep], gaps.end[keep])
