"""Measures within groups of series: shares, ranks, concentration, matched growth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.status import lowest
from .cells import Cells, from_places
from .frame import grouped
from .lifetimes import Absence
from .sums import regroup, source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Ints
    from .._panel.measure import Measure
    from .frame import Frame


def _totals(
    measure: Measure, frame: Frame, to: NDArray[np.int32]
) -> tuple[Cells, Ints]:
    """The sums of the groups, and the group's cell of each cell."""
    cells = measure._cells
    if cells.exact is not None:
        one = source(cells.indptr, cells.ordinals, cells.exact)
        found = regroup([(one, to, None, None)], frame, ("total",))
        totals = Cells(
            found["indptr"], found["ordinals"], found["measures"][0]["values"]
        )
        return totals, totals.place(to[cells.series].astype(np.int64), cells.ordinals)
    group = to[cells.series].astype(np.int64)
    _, ordinals, order = from_places(group, cells.ordinals, frame.series_count)
    first = np.ones(len(order), bool)
    sorted_group = group[order]
    first[1:] = (sorted_group[1:] != sorted_group[:-1]) | (
        ordinals[1:] != ordinals[:-1]
    )
    number = np.cumsum(first) - 1
    of_cell = np.empty(len(order), np.int64)
    of_cell[order] = number
    sums = np.bincount(number, weights=cells.values[order], minlength=int(first.sum()))
    counts = np.bincount(sorted_group[first], minlength=frame.series_count)
    ends = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Cells(ends, ordinals[first], np.asarray(sums, np.float64)), of_cell


def _mark(of_cell: Ints, where: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    """Which groups' cells have a member where `where` holds."""
    marked = np.zeros(count, bool)
    marked[of_cell[where]] = True
    return marked


def _shares(
    measure: Measure, frame: Frame, to: NDArray[np.int32]
) -> tuple[Cells, Ints, NDArray[Any], NDArray[np.uint8]]:
    """Totals, the total's cell of each cell, shares, and the statuses of the totals."""
    cells = measure._cells
    totals, of_cell = _totals(measure, frame, to)
    count = len(totals.ordinals)
    codes = np.where(totals.values == 0, np.uint8(_core.ZERO_DENOMINATOR), np.uint8(0))
    negative = _mark(of_cell, cells.values < 0, count) | (totals.values < 0)
    codes[negative] = _core.NEGATIVE_DENOMINATOR
    codes[_mark(of_cell, np.isnan(cells.values), count)] = _core.INCOMPLETE
    codes[totals.ordinals > frame.complete] = _core.PARTIAL
    usable = np.where(codes == 0, totals.values, np.nan)
    values = _core.ratio(cells.values, usable[of_cell])
    return totals, of_cell, values, codes


def share(measure: Measure, within: Any) -> Measure:
    frame, to = grouped(measure, within)
    _, of_cell, values, codes = _shares(measure, frame, to)
    cells = measure._cells
    found = Cells(
        cells.indptr, cells.ordinals, values, lowest(cells.codes, codes[of_cell])
    )
    return measure._derived(found, "share")


def concentration(measure: Measure, within: Any, k: int | None) -> Measure:
    """The share of the k largest, or with None the sum of squared shares."""
    frame, to = grouped(measure, within)
    totals, of_cell, values, codes = _shares(measure, frame, to)
    count = len(totals.ordinals)
    known = np.isfinite(values)
    if k is None:
        sums = np.bincount(of_cell[known], weights=values[known] ** 2, minlength=count)
    else:
        order = np.lexsort((-values, of_cell))
        order = order[known[order]]
        group = of_cell[order]
        starts = np.searchsorted(group, group, side="left")
        largest = order[np.arange(len(order)) - starts < k]
        sums = np.bincount(of_cell[largest], weights=values[largest], minlength=count)
    found = replace(totals, values=np.where(codes == 0, sums, np.nan), status=codes)
    kind = "ratio" if k is None else "share"
    absence = Absence.of(frame, totals)
    return type(measure)(frame, found, [absence], measure.name, kind)


def rank(measure: Measure, within: Any) -> Measure:
    frame, to = grouped(measure, within)
    cells = measure._cells
    known = np.flatnonzero(
        np.isfinite(cells.values) & (cells.ordinals <= frame.complete)
    )
    group = to[cells.series[known]].astype(np.int64)
    values, ordinals = cells.values[known], cells.ordinals[known]
    order = np.lexsort((-values, ordinals, group))
    g, t, v = group[order], ordinals[order], values[order]
    n = np.arange(len(order))
    new = np.ones(len(order), bool)
    new[1:] = (g[1:] != g[:-1]) | (t[1:] != t[:-1])
    tied = np.zeros(len(order), bool)
    tied[1:] = ~new[1:] & (v[1:] == v[:-1])
    start = np.maximum.accumulate(np.where(new, n, 0))
    level = np.maximum.accumulate(np.where(tied, 0, n))
    ranks = np.full(len(cells.values), np.nan)
    ranks[known[order]] = level - start + 1
    codes = cells.codes.copy()
    codes[cells.ordinals > frame.complete] = _core.PARTIAL
    found = Cells(cells.indptr, cells.ordinals, ranks, codes)
    return measure._derived(found, "rank")
