"""Measures within groups of series: shares, ranks, concentration, matched growth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._cells import (
    Absence,
    Cells,
    bases,
    from_places,
    kept_exact,
    lowest,
    regroup,
    taken,
)
from ._exact import source
from ._panel_regroup import check_key, regroup_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._cells import Frame
    from ._measure import Measure

    Ints = NDArray[np.int64]


def key_list(measure: Any, within: Any, name: str = "within") -> list[str]:
    """`within` as a list of keys of the measure or panel."""
    keys = [within] if isinstance(within, str) else list(within)
    for key in keys:
        check_key(measure, key, name)
    return keys


def grouped(measure: Measure, within: Any) -> tuple[Frame, NDArray[np.int32]]:
    """The frame of the groups, and the group of each series."""
    frame = measure._frame
    keys = key_list(measure, within)
    places = [frame.keys.index(key) for key in keys]
    labels, codes, to = regroup_series(
        [frame.labels[k] for k in places], frame.codes[:, places]
    )
    if not places:
        codes = np.zeros((1, 0), np.int32)
    return frame.with_series(keys, labels, codes), to


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


def matched_growth(measure: Measure, within: Any, steps: int, rate: Any) -> Measure:
    """Growth of the sums over the series that are present in both periods."""
    if measure._cells.exact is None:
        raise TypeError(
            f"matched: {measure.name} is {measure.kind}, and only levels add up"
        )
    frame, to = grouped(measure, within)
    cells, base = measure._cells, bases(measure._cells, steps)
    both = (base >= 0) & np.isfinite(cells.values)
    both &= np.isfinite(cells.values[base])
    ordinals = cells.ordinals[both]
    counts = np.concatenate([[0], np.cumsum(both)])
    sides = []
    for chosen in (base[both], np.flatnonzero(both)):
        exact = kept_exact(cells.exact or {}, chosen)
        one = source(counts[cells.indptr], ordinals, exact)
        sides.append(regroup([(one, to, None, None)], frame, ("sum",)))
    x0, x1 = (side["measures"][0]["values"] for side in sides)
    pairs = Cells(sides[0]["indptr"], sides[0]["ordinals"], rate(x0, x1))
    own = _core.growth_status(x0, x1)
    # The groups' cells: where some series stands now, matched or not.
    whole, _ = _totals(measure, frame, to)
    absence = Absence.of(frame, whole)
    group = type(measure)(frame, whole, [absence], measure.name, measure.kind)
    place = pairs.place(whole.series, whole.ordinals)
    none = place < 0
    values = taken(pairs.values, place, np.nan)
    codes = taken(own, place, np.uint8(_core.NO_MATCH)).astype(np.uint8)
    lag = group._lag_status(steps, bases(whole, steps) >= 0)
    codes[none] = lowest(lag, np.full(len(lag), _core.NO_MATCH, np.uint8))[none]
    codes[lag == _core.PARTIAL] = _core.PARTIAL
    values[codes == _core.PARTIAL] = np.nan
    found = group._derived(replace(whole, values=values, status=codes), "growth")
    found._lead = max(0, -steps)
    return found
