"""The cell a lag before each cell, and what is computed from current and base cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._calendar.lags import NO_PERIOD
from .._common import workers
from .._common.status import lacking, lowest, settled
from .cells import Cells, kept_indptr
from .sums import summed

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._calendar.lags import Lag
    from .._common.types import Codes, Floats, Ints, Mask
    from .measure import MeasureData

_AS_BASE = np.arange(256, dtype=np.uint8)
_AS_BASE[_core.NOT_BEGUN] = _core.ENTERED
_AS_BASE[[_core.EXITED, _core.MISSING]] = _core.GAP
"""What the status of a cell without a number means when the cell is a base."""


class Kernel(NamedTuple):
    """An elementwise function of (base, current), and the status it gives."""

    values: Callable[..., Any]
    status: Callable[..., Any]
    extra: tuple[float, ...] = ()


CHANGE = Kernel(_core.change, _core.change_status)


def by_date(measure: MeasureData, lag: Lag) -> Lag:
    """A lag with the rule for 29 February that its measure has.

    A total up to a date compares with the one up to 28 February; another measure has
    no base there.
    """
    nearest = measure.running and measure.calendar.freq == "D" and lag.years
    return lag._replace(nearest=nearest)


def bases(cells: Cells, lag: Lag) -> Ints:
    """The number of the cell a lag before each cell, or -1."""
    base = np.empty(len(cells.ordinals), np.int64)
    count = len(cells.indptr) - 1
    calls = [
        (cells.indptr, cells.ordinals, lag, start, stop, base)
        for start, stop in workers.chunks(count, len(base))
    ]
    workers.run(_core.lag_bases, calls)
    return base


def compared(measure: MeasureData, lag: Lag, kernel: Kernel, kind: str) -> MeasureData:
    """The kernel of every cell and the one a lag before."""
    cells = measure.cells
    count = len(cells.ordinals)
    values, codes = np.empty(count), np.empty(count, np.uint8)

    def fill(start: int, stop: int) -> None:
        part = measure.between(start, stop)
        place = slice(int(cells.indptr[start]), int(cells.indptr[stop]))
        values[place], codes[place] = _compared(part, lag, kernel)

    workers.run_parts(fill, cells.indptr)
    unit = measure.unit if kind == measure.kind else None
    return measure.derived(
        cells.with_values(values, codes),
        kind,
        unit,
        ahead=measure.ahead + lag.ahead,
    )


def _compared(measure: MeasureData, lag: Lag, kernel: Kernel) -> tuple[Floats, Codes]:
    """The values of the kernel, and their statuses."""
    cells, base = measure.cells, bases(measure.cells, lag)
    x0, reasons = base_values(measure, base, lag)
    if np.isnan(cells.values).any():
        reasons = lowest(reasons, lacking(cells.values, cells.codes))
    values = kernel.values(x0, cells.values, *kernel.extra)
    own = kernel.status(x0, cells.values, *kernel.extra)
    beside: tuple[Codes, ...] = ()
    if cells.status is not None:
        marks = np.where(base >= 0, cells.status[np.maximum(base, 0)], np.uint8(0))
        beside = cells.status, marks
    return values, settled(values, own, reasons, *beside)


def base_values(measure: MeasureData, base: Ints, lag: Lag) -> tuple[Floats, Codes]:
    """The value of the base of each cell, and why it has none; 0 where it has one.

    What takes the number of the current cell away for good, the calendar, is told too.
    """
    cells = measure.cells
    known = base >= 0
    codes = lag_status(measure, lag, known)
    if not len(base):
        return np.empty(0), codes
    x0 = np.where(known, cells.values[np.maximum(base, 0)], np.nan)
    if cells.status is not None:
        behind = _AS_BASE[cells.status[np.maximum(base, 0)]]
        codes = lowest(codes, np.where(known & np.isnan(x0), behind, np.uint8(0)))
    return x0, codes


def lag_status(measure: MeasureData, lag: Lag, known: Mask) -> Codes:
    """The statuses that follow from where current and base cell lie."""
    calendar, cells = measure.calendar, measure.cells
    before = lag.before(cells.ordinals)
    codes = np.zeros(len(before), np.uint8)
    empty = ~known
    if empty.any():
        begun = measure.lives.begun(cells.series[empty], before[empty])
        codes[empty] = np.where(begun, np.uint8(_core.GAP), np.uint8(_core.ENTERED))
    codes[(before < calendar.low) | (before > calendar.high)] = _core.OUTSIDE
    codes[before == NO_PERIOD] = _core.GAP
    if calendar.cutoff is not None:
        late, _ = calendar.reach(before)
        codes[late | calendar.late(cells.ordinals)] = _core.PARTIAL
    return codes


def difference(cells: Cells, base: Ints, both: Mask) -> Floats:
    """values - values[base] where `both` holds, NaN elsewhere; exact, rounded once."""
    values = np.full(len(base), np.nan)
    at, before = np.flatnonzero(both), base[both]
    sums = cells.sums
    if sums is None:
        values[at] = _core.change(cells.values[before], cells.values[at])
    elif sums.grain == "integer":
        whole = sums.lo.view(np.int64)
        values[at] = _core.change(whole[before], whole[at])
    else:
        indptr = kept_indptr(cells.indptr, both)
        terms = [sums.take(at), sums.take(before).negated()]
        values[at] = summed(indptr, cells.ordinals[at], terms).values
    return values


def denominator(x0: Floats, x1: Floats, policy: str) -> Floats:
    """What a difference is divided by."""
    if policy == "midpoint":
        half: Floats = np.abs(x1) / 2 + np.abs(x0) / 2
        return np.where(half == 0, 1.0, half)
    return np.abs(x0) if policy == "abs" else x0


def exact_rates(values: Floats, x0: Cells, x1: Cells, policy: str) -> Floats:
    """Rates between cells of the same places, with the differences taken exactly where
    a level is rounded."""
    old, new = x0.sums, x1.sums
    assert old is not None and new is not None, "only levels add up"
    rounded = [sums.inexact for sums in (old, new) if sums.inexact is not None]
    wanted = np.isfinite(values) & np.any(rounded, axis=0)
    if not rounded or not wanted.any():
        return values
    step = summed(x1.indptr, x1.ordinals, [new, old.negated()]).values
    with np.errstate(all="ignore"):
        exact = step / denominator(x0.values, x1.values, policy)
    return np.where(wanted, exact, values)


def stepped(measure: MeasureData, lag: Lag, kind: str) -> MeasureData:
    """The change of every cell from the one a lag before; exact of levels."""
    change = compared(measure, lag, CHANGE, kind)
    cells, base = measure.cells, bases(measure.cells, lag)
    if cells.sums is None:
        return change
    both = np.isfinite(change.cells.values)
    values = difference(cells, base, both)
    sums = cells.sums.where(both)
    if both.any():
        back = cells.sums.take(np.maximum(base, 0)).where(both).negated()
        sums = summed(cells.indptr, cells.ordinals, [sums, back])
    counts = np.zeros(len(base), np.int64)  # rows of two periods pair with nothing
    exact = replace(sums, values=values, counts=counts)
    made = replace(change.cells.with_values(values, change.cells.status), sums=exact)
    return measure.derived(made, kind, change.unit, ahead=change.ahead)
