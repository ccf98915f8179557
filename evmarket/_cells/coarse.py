"""Regrouping the calendar to a coarser frequency."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .. import _core
from .._calendar.periods import wholes
from .._common.record import record
from .calendar import Calendar
from .cells import Cells
from .finest import Level
from .sums import ExactSums, Layout, Moved, identity, regroup_named

if TYPE_CHECKING:
    from .._calendar.periods import Wholes
    from .._common.types import Ints
    from .lives import Lives
    from .sums import Naming


@record(frozen=True, eq=False)
class Coarse:
    """Coarser periods over a finer calendar.

    Attributes
    ----------
    finer, calendar : Calendar
        The calendars; the coarser one has all its periods in view.
    target : ndarray of int64
        The coarser period of each finer one.
    closes : ndarray of bool
        Which finer periods are the last of their coarser one.
    begins, ends : ndarray of int64
        The first and last finer period of each coarser one, in the calendar or not.
    """

    finer: Calendar
    calendar: Calendar
    target: Ints
    closes: Ints
    begins: Ints
    ends: Ints

    @classmethod
    def of(cls, finer: Calendar, freq: str) -> Coarse:
        """The coarser periods that the calendar lies in."""
        whole = wholes(finer.every, freq)
        start, count = whole.periods.start, len(whole.periods)
        every = np.arange(len(whole.group)) + finer.low
        begins, ends = np.empty(count, np.int64), np.empty(count, np.int64)
        begins[whole.group] = every - whole.place
        ends[whole.group] = every - whole.place + whole.parts - 1
        high = start + count - 1
        cutoff = _last_complete(finer, whole)
        calendar = Calendar(
            whole.periods.freq,
            start,
            high,
            (start, high),
            None if cutoff == high and not finer.stated else cutoff,
            finer.stated,
            finer.year_end,
            finer.finest or finer.freq,
        )
        closes = whole.place == whole.parts - 1
        return cls(finer, calendar, start + whole.group, closes, begins, ends)

    def touched(self, lives: Lives, how: str) -> Lives:
        """The lives at the coarser frequency: a series lives if it does in a part.

        What takes the last period asks that period alone.
        """
        ends = np.minimum(self.ends, self.finer.high)
        begins = ends if how == "last" else np.maximum(self.begins, self.finer.low)
        return lives.coarser(self.calendar.low, begins, ends)

    def seen_at_end(self, lives: Lives) -> Lives:
        """The lives at the coarser frequency, as the last finer period shows them."""
        ends = np.minimum(self.ends, self.finer.high)
        return lives.coarser(self.calendar.low, ends, ends)


def _last_complete(calendar: Calendar, whole: Wholes) -> int:
    """The last coarser period that ends on or before the last complete one."""
    last = whole.place == whole.parts - 1
    done = last & ~calendar.late(np.arange(len(last)) + calendar.low)
    start = whole.periods.start
    return start + int(whole.group[done].max()) if done.any() else start - 1


def resampled(level: Level, how: str, coarse: Coarse, naming: Naming) -> Level:
    """A measure's cells at the coarser frequency.

    Parameters
    ----------
    how : {"add", "last"}
        Whether whole sets of periods are added, or the last period is taken alone.
    """
    cells, finer = level.cells, coarse.finer
    series, at = cells.series, cells.ordinals - finer.low
    usable = np.isfinite(cells.values)
    target = coarse.target.copy()
    if how == "last":
        target[~coarse.closes] = _core.DROPPED
    alive = usable & level.lives.alive(series, cells.ordinals)
    if cells.lone is not None:
        alive &= ~cells.lone
    exact = cells.exact(naming.names[0])
    ones, marked = np.ones(len(at), np.int64), None
    terms = [*exact.apart(ones), ExactSums.counting(alive, ones)]
    if cells.status is not None:
        marked = usable & (cells.status == _core.INCOMPLETE)
        terms.append(ExactSums.counting(marked, ones))
    layout = Layout(cells.indptr, cells.ordinals, ones)
    count = len(cells.indptr) - 1
    periods = (finer.low, np.ascontiguousarray(target))
    moved = Moved(layout, terms, identity(count), periods, usable)
    where, [sums, rows, whole, *beside] = regroup_named([moved], naming)
    sums = sums.counted_by(rows)
    made = Cells(where.indptr, where.ordinals, sums.values, sums=sums)
    codes = np.zeros(len(where.ordinals), np.uint8)
    if beside:
        codes[beside[0].lo > 0] = _core.INCOMPLETE
    number = made.ordinals - coarse.calendar.low
    late_inside = np.minimum(coarse.ends, finer.high) > finer.complete
    if how == "add":
        begins = coarse.begins[number]
        low = np.maximum(begins, finer.low)
        high = np.minimum(coarse.ends[number], finer.high)
        needed = level.lives.periods(made.series, low, high)
        broken = (needed > whole.lo.astype(np.int64)) | (begins < finer.low)
    else:
        broken = np.zeros(len(number), bool)
    codes[broken] = _core.INCOMPLETE
    values = np.where(broken | late_inside[number], np.nan, sums.numbers())
    made = replace(made, values=values, status=codes, sums=replace(sums, values=values))
    return Level(made, coarse.seen_at_end(level.lives))
