"""The cell a lag before each cell, and what is computed from such pairs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common import workers as _workers
from .cells import Cells
from .frame import Frame
from .lifetimes import Absence
from .sums import identity, kept_exact, negated, source, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Ints


def bases(cells: Cells, lag: int) -> Ints:
    """The cell that stands `lag` periods before each cell, or -1."""
    found = np.empty(len(cells.ordinals), np.int64)
    count = len(cells.indptr) - 1
    calls = [
        (cells.indptr, cells.ordinals, lag, start, stop, found)
        for start, stop in _workers.chunks(count, len(found))
    ]
    _workers.run(_core.lag_bases, calls)
    return found


def difference(cells: Cells, base: Ints, both: NDArray[np.bool_]) -> NDArray[Any]:
    """values - values[base] where `both` holds, NaN elsewhere; exact, rounded once."""
    found = np.full(len(base), np.nan)
    at, before = np.flatnonzero(both), base[both]
    exact = cells.exact
    if exact is None:
        found[at] = _core.change(cells.values[before], cells.values[at])
    elif exact["grain"] == "integer":
        whole = exact["lo"].view(np.int64)
        found[at] = _core.change(whole[before], whole[at])
    else:
        counts = np.concatenate([[0], np.cumsum(both)])
        total = summed(
            counts[cells.indptr],
            cells.ordinals[at],
            [kept_exact(exact, at), negated(kept_exact(exact, before))],
        )
        found[at] = total["values"]
    return found


def shifted_sums(cells: Cells, series: int, low: int, maps: Sequence[Ints]) -> Cells:
    """Each cell added at every ordinal that the maps send its own to, exactly.

    maps[k][t - low] is where ordinal t goes, or DROPPED. The exact counts of the result
    say how many cells met.
    """
    if cells.exact is None:
        raise AssertionError("only levels have exact parts")
    one = source(cells.indptr, cells.ordinals, cells.exact)
    sources = [(one, identity(series), (low, to), None) for to in maps]
    found = _core.regroup(sources, series, ("sum",))
    exact = found["measures"][0]
    return Cells(found["indptr"], found["ordinals"], exact["values"], exact=exact)


def window_status(
    frame: Frame, absence: Absence, sums: Cells, starts: Any, sizes: Any
) -> NDArray[np.uint8]:
    """Statuses of sums over the periods starts .. starts + sizes - 1 of each cell.

    The exact counts say how many periods had a value. What a series lacks before it
    entered and after it exited counts as 0, anything else is a hole.
    """
    series = sums.series
    counts = (sums.exact or {})["counts"]
    ends = starts + sizes - 1
    first, last = absence.first[series], absence.last[series]
    before = np.clip(np.minimum(ends + 1, first) - starts, 0, sizes)
    after = np.clip(ends - np.maximum(last, starts - 1), 0, sizes)
    after = np.where(absence.exited(frame)[series], after, 0)
    holes = sizes - counts - before - after
    status = np.where(before > 0, np.uint8(_core.ENTERED), np.uint8(0))
    status = np.where(after > 0, np.uint8(_core.EXITED), status)
    lacking = (holes > 0) | (starts < frame.low)
    found: NDArray[np.uint8] = np.where(lacking, np.uint8(_core.INCOMPLETE), status)
    return found
