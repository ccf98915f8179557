"""The cell a lag before each cell, and what is computed from current and base cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common import workers
from .._common.status import lowest
from .cells import Cells, kept_indptr
from .sums import summed

if TYPE_CHECKING:
    from collections.abc import Callable

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


def bases(cells: Cells, lag: int) -> Ints:
    """The number of the cell `lag` periods before each cell, or -1."""
    base = np.empty(len(cells.ordinals), np.int64)
    count = len(cells.indptr) - 1
    calls = [
        (cells.indptr, cells.ordinals, lag, start, stop, base)
        for start, stop in workers.chunks(count, len(base))
    ]
    workers.run(_core.lag_bases, calls)
    return base


def compared(
    measure: MeasureData, steps: int, kernel: Kernel, kind: str
) -> MeasureData:
    """The kernel of every cell and the one `steps` periods before."""
    cells, base = measure.cells, bases(measure.cells, steps)
    known = base >= 0
    x0 = cells.values[np.maximum(base, 0)] if len(base) else cells.values
    x0 = np.where(known, x0, np.nan)
    values = kernel.values(x0, cells.values, *kernel.extra)
    codes = lag_status(measure, steps, known)
    numbers = known & np.isfinite(cells.values) & np.isfinite(x0)
    if cells.status is not None:
        # A status beside a number is passed on to numbers only.
        behind = cells.status[np.maximum(base, 0)] if len(base) else cells.status
        from_current = numbers | np.isnan(cells.values)
        from_base = numbers | (known & np.isnan(x0))
        codes = lowest(
            codes,
            np.where(from_current, cells.status, np.uint8(0)),
            np.where(from_base, _AS_BASE[behind], np.uint8(0)),
        )
    own = kernel.status(x0, cells.values, *kernel.extra)
    codes = lowest(codes, np.where(numbers, own, np.uint8(0)))
    values[codes == _core.PARTIAL] = np.nan
    unit = measure.unit if kind == measure.kind else None
    return measure.derived(
        cells.with_values(values, codes),
        kind,
        unit,
        lookahead=max(measure.lookahead, -steps),
    )


def lag_status(measure: MeasureData, steps: int, known: Mask) -> Codes:
    """The statuses that follow from where current and base cell lie."""
    calendar, cells = measure.calendar, measure.cells
    before = cells.ordinals - steps
    codes = np.zeros(len(before), np.uint8)
    empty = ~known
    if empty.any():
        first = np.max([life.first for life in measure.lifetimes], axis=0)
        entered = before < first[cells.series]
        codes[empty] = np.where(entered, _core.ENTERED, _core.GAP)[empty]
    codes[(before < calendar.low) | (before > calendar.high)] = _core.OUTSIDE
    if calendar.cutoff is not None:
        codes[calendar.late(cells.ordinals) | calendar.late(before)] = _core.PARTIAL
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


def stepped(measure: MeasureData, steps: int, kind: str) -> MeasureData:
    """The change of every cell from the one `steps` periods before; exact of levels."""
    kernel = Kernel(_core.change, _core.change_status)
    change = compared(measure, steps, kernel, kind)
    if measure.cells.sums is None:
        return change
    both = np.isfinite(change.cells.values)
    values = difference(measure.cells, bases(measure.cells, steps), both)
    cells = change.cells.with_values(values, change.cells.status)
    return measure.derived(cells, kind, change.unit, lookahead=change.lookahead)
