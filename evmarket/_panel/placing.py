"""Cells of days or months placed into the coarser periods of a panel."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import _core
from .._calendar.columns import ordinals_of_days
from .._cells.base import NO_DATE
from .._cells.cells import Cells
from .._cells.sums import ExactSums, Layout, Moved, Naming, identity, regroup_named
from .._common.kinds import TABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._cells.calendar import Calendar
    from .._cells.series import SeriesIndex
    from .._common.types import Codes, Ints

_JANUARY, _FEBRUARY, _BOTH = 1, 2, 3


class FineCells(NamedTuple):
    """The cells that the rows were added to, by day or month."""

    series: SeriesIndex
    layout: Layout
    sums: Sequence[ExactSums]


class Placed(NamedTuple):
    """One measure in its coarser periods; see `BaseLevel`."""

    sums: ExactSums
    dates: NDArray[np.int32] | None
    months: Codes | None


class _Places(NamedTuple):
    """Where cells go: the day and the coarser period of each, the first of each group.

    `groups` are the cells at which another series or period begins; `joint` says, at
    M-JF, for each of them whether it is January and February.
    """

    days: Ints
    target: Ints
    groups: Ints
    joint: NDArray[np.bool_]


def placed(
    fine: FineCells, kinds: dict[str, str], stated: str, calendar: Calendar
) -> tuple[Layout, list[Placed]]:
    """The cells of days or months in the periods of a coarser calendar.

    Flows are added, exactly. All other kinds take the last date with a value in the
    period, at M-JF only one of February.

    Parameters
    ----------
    fine : FineCells
        Cells at the frequency `stated`, "D" or "M".
    kinds : dict of str to str
        The kind of each measure, in the order of the sums.
    calendar : Calendar
        The frequency to place them in; it also gives the labels of errors.
    """
    layout = fine.layout
    if not len(layout.ordinals):
        return layout, [Placed(sums, None, None) for sums in fine.sums]
    low, high = int(layout.ordinals.min()), int(layout.ordinals.max())
    days = _core.period_days(stated, low, high - low + 1, True)
    periods = ordinals_of_days(days, calendar.freq)
    places = _places(layout, days[layout.ordinals - low], periods, low, calendar.freq)
    coarse = Layout(
        np.searchsorted(places.groups, layout.indptr),
        places.target[places.groups],
        np.add.reduceat(layout.rows, places.groups),
    )
    sums = dict(zip(kinds, fine.sums, strict=True))
    flows = [name for name, kind in kinds.items() if TABLE[kind].dates == "add"]
    moved = Moved(
        layout,
        [sums[name] for name in flows],
        identity(fine.series.count),
        (low, periods),
    )
    naming = Naming(fine.series, flows, calendar)
    added = regroup_named([moved], naming)[1] if flows else []
    totals = dict(zip(flows, added, strict=True))
    levels = []
    for name, each in sums.items():
        if name in totals:
            made = Placed(totals[name], None, _months(each, places))
        else:
            made = _last(each, places)
        levels.append(made)
    return coarse, levels


def _places(layout: Layout, days: Ints, periods: Ints, low: int, freq: str) -> _Places:
    series = Cells.at(layout).series
    target = periods[layout.ordinals - low]
    new = np.ones(len(target), bool)
    new[1:] = (series[1:] != series[:-1]) | (target[1:] != target[:-1])
    groups = np.flatnonzero(new)
    joint = np.zeros(len(groups), bool)
    if freq == "M-JF":
        joint = target[groups] % 11 == 0
    return _Places(days, target, groups, joint)


def _months(sums: ExactSums, places: _Places) -> Codes | None:
    """Which of January and February have a value; None where all cells have both."""
    if not places.joint.any():
        return None
    january = places.days.view("M8[D]").astype("M8[M]").view(np.int64) % 12 == 0
    bits = np.where(january, _JANUARY, _FEBRUARY).astype(np.uint8)
    valued = np.where(sums.counts > 0, bits, np.uint8(0))
    months = np.bitwise_or.reduceat(valued, places.groups)
    months[~places.joint] = _BOTH
    return None if (months == _BOTH).all() else months


def _last(fine: ExactSums, places: _Places) -> Placed:
    """The last date with a value in each period."""
    numbers = np.arange(len(fine.counts), dtype=np.int64)
    last = np.maximum.reduceat(np.where(fine.counts > 0, numbers, -1), places.groups)
    months = _months(fine, places)
    if months is not None:
        last[(months & _FEBRUARY) == 0] = -1
    none = last < 0
    sums = fine.take(last).where(~none)
    sums = replace(sums, values=np.where(none, np.nan, sums.values))
    dates = np.where(none, NO_DATE, places.days[last]).astype(np.int32)
    return Placed(sums, dates, months)
