"""Measures within groups of series: shares, ranks, concentration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.status import lowest
from .cells import Cells, indptr_of, laid_out
from .lifetimes import Lifetimes
from .measure import MeasureData
from .sums import Moved, once, regroup_named

if TYPE_CHECKING:
    from .._common.types import Codes, Floats, Ints, Map, Mask
    from .series import SeriesIndex


def totals(measure: MeasureData, groups: SeriesIndex, to: Map) -> tuple[Cells, Ints]:
    """The sums of the groups, and the group's cell of each cell."""
    cells = measure.cells
    group = to[cells.series].astype(np.int64)
    if cells.sums is None:
        return _plain_totals(cells, group, groups.count)
    layout, sums = once(cells.indptr, cells.ordinals, cells.sums)
    moved = [Moved(layout, [sums], to)]
    where, [added] = regroup_named(moved, groups, ("total",), measure.calendar)
    whole = Cells(where.indptr, where.ordinals, added.values)
    return whole, whole.place(group, cells.ordinals)


def _plain_totals(cells: Cells, group: Ints, count: int) -> tuple[Cells, Ints]:
    """Sums of rounded values, where there are no exact ones."""
    _, ordinals, order = laid_out(group, cells.ordinals, count)
    ordered = group[order]
    first = np.ones(len(order), bool)
    first[1:] = (ordered[1:] != ordered[:-1]) | (ordinals[1:] != ordinals[:-1])
    number = np.cumsum(first) - 1
    of_cell = np.empty(len(order), np.int64)
    of_cell[order] = number
    sums = np.bincount(number, weights=cells.values[order], minlength=int(first.sum()))
    indptr = indptr_of(np.bincount(ordered[first], minlength=count))
    return Cells(indptr, ordinals[first], np.asarray(sums, np.float64)), of_cell


def _shares(
    measure: MeasureData, groups: SeriesIndex, to: Map
) -> tuple[Cells, Ints, Floats, Codes]:
    """Totals, the total's cell of each cell, shares, and the statuses of the totals.

    A negative part has a negative share; the others keep theirs.
    """
    cells = measure.cells
    whole, of_cell = totals(measure, groups, to)

    def having(where: Mask) -> Mask:
        """Which totals have a member where `where` holds."""
        marked = np.zeros(len(whole.ordinals), bool)
        marked[of_cell[where]] = True
        return marked

    codes = np.where(whole.values == 0, np.uint8(_core.ZERO_DENOMINATOR), np.uint8(0))
    codes[whole.values < 0] = _core.NEGATIVE_DENOMINATOR
    codes[having(np.isnan(cells.values))] = _core.INCOMPLETE
    codes[measure.calendar.late(whole.ordinals)] = _core.PARTIAL
    usable = np.where(codes == 0, whole.values, np.nan)
    values: Floats = _core.ratio(cells.values, usable[of_cell])
    return whole, of_cell, values, codes


def share(measure: MeasureData, within: Any) -> MeasureData:
    """See `Measure.share`."""
    measure.need_level("a share")
    keys = measure.series.key_list(within)
    _, of_cell, values, codes = _shares(measure, *measure.series.grouped(keys))
    cells = measure.cells
    status = lowest(cells.codes, codes[of_cell])
    return measure.derived(cells.with_values(values, status), "share")


def concentration(measure: MeasureData, within: Any, k: int | None) -> MeasureData:
    """The share of the k largest, or with None the sum of squared shares."""
    measure.need_level("a concentration")
    groups, to = measure.series.grouped(measure.series.key_list(within))
    whole, of_cell, values, codes = _shares(measure, groups, to)
    count = len(whole.ordinals)
    known = np.isfinite(values)
    # A concentration needs parts that are not negative.
    codes[of_cell[known & (values < 0)]] = _core.NEGATIVE_DENOMINATOR
    if k is None:
        sums = np.bincount(of_cell[known], weights=values[known] ** 2, minlength=count)
    else:
        order = np.lexsort((-values, of_cell))
        order = order[known[order]]
        group = of_cell[order]
        starts = np.searchsorted(group, group, side="left")
        largest = order[np.arange(len(order)) - starts < k]
        sums = np.bincount(of_cell[largest], weights=values[largest], minlength=count)
    cells = replace(whole, values=np.where(codes == 0, sums, np.nan), status=codes)
    kind, name = ("ratio", "hhi") if k is None else ("share", f"top {k} share")
    name = f"{measure.name} {name}"
    life = Lifetimes.of(measure.calendar, whole)
    return MeasureData(groups, measure.calendar, cells, (life,), name, kind)


def rank(measure: MeasureData, within: Any) -> MeasureData:
    """See `Measure.rank`."""
    cells, calendar = measure.cells, measure.calendar
    _, to = measure.series.grouped(measure.series.key_list(within))
    late = calendar.late(cells.ordinals)
    known = np.flatnonzero(np.isfinite(cells.values) & ~late)
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
    codes[late] = _core.PARTIAL
    return measure.derived(cells.with_values(ranks, codes), "rank")


def top(measure: MeasureData, n: int, ordinal: int) -> MeasureData:
    """The n largest series at a period, in the order of their labels."""
    values = measure.level_at(ordinal)
    order = np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")
    best = order[:n]
    return measure.take(np.sort(best[np.isfinite(values[best])]))
