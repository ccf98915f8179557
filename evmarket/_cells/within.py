"""Measures within groups of series: shares, ranks, concentration."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.kinds import ask
from .._common.status import lacking, lowest, settled
from .cells import lowest_at
from .measure import Formed

if TYPE_CHECKING:
    from .._common.types import Codes, Floats, Ints, Map
    from .measure import MeasureData


def _totals(measure: MeasureData, within: Any) -> tuple[MeasureData, Map, Ints]:
    """The roll-up, the group of each series, and the total's cell of each cell."""
    keys = measure.series.key_list(within)
    whole = measure.rolled(keys)
    to = groups_of(measure, whole)
    cells = measure.cells
    group = to[cells.series].astype(np.int64)
    return whole, to, whole.cells.place(group, cells.ordinals)


def groups_of(measure: MeasureData, whole: MeasureData) -> Map:
    """The series of a roll-up that each series belongs to."""
    assert measure.origin is not None and whole.origin is not None
    to: Map = measure.origin.panel.groups.into(whole.origin.panel.groups)
    return to


def _over_total(
    measure: MeasureData, whole: MeasureData, of_cell: Ints
) -> tuple[Floats, Codes]:
    """Shares, and why a cell has none or what stands beside it."""
    cells = measure.cells
    some = of_cell >= 0
    totals = np.where(some, whole.cells.values[of_cell], np.nan)
    marks = np.where(some, whole.cells.codes[of_cell], np.uint8(_core.MISSING))
    reasons = lowest(measure.reasons(), lacking(totals, marks))
    values = _core.ratio(cells.values, totals)
    own = _core.ratio_status(cells.values, totals)
    return values, settled(values, own, reasons, cells.codes, marks)


def share(measure: MeasureData, within: Any) -> MeasureData:
    """See `Measure.share`."""
    ask(measure.name, measure.kind, "series")
    whole, to, of_cell = _totals(measure, within)
    values, codes = _over_total(measure, whole, of_cell)
    made = measure.derived(measure.cells.with_values(values, codes), "share")
    return replace(made, formed=Formed("share", (measure, whole), options={"to": to}))


def concentration(measure: MeasureData, within: Any, k: int | None) -> MeasureData:
    """The share of the k largest, or with None the sum of squared shares."""
    ask(measure.name, measure.kind, "series")
    whole, to, of_cell = _totals(measure, within)
    cells, totals = measure.cells, whole.cells
    count = len(totals.ordinals)
    values = _core.ratio(
        cells.values, np.where(of_cell >= 0, totals.values[of_cell], np.nan)
    )
    part = np.isfinite(cells.values) & (of_cell >= 0)
    negative = np.zeros(count, bool)
    # A concentration needs parts that are not negative.
    negative[of_cell[part & (cells.values < 0)]] = True
    known = np.flatnonzero(part & np.isfinite(values))
    group = of_cell[known]
    if k is None:
        sums = np.bincount(group, weights=values[known] ** 2, minlength=count)
    else:
        order = np.lexsort((-values[known], group))
        group = group[order]
        place = np.arange(len(order)) - np.searchsorted(group, group, side="left")
        best = place < k
        weights = values[known][order][best]
        sums = np.bincount(group[best], weights=weights, minlength=count)
    marks = lowest(totals.codes, lowest_at(cells.codes[part], of_cell[part], count))
    own = np.where(totals.values == 0, np.uint8(_core.ZERO_DENOMINATOR), np.uint8(0))
    own[(totals.values < 0) | (negative & (totals.values != 0))] = (
        _core.NEGATIVE_DENOMINATOR
    )
    reasons = whole.reasons()
    reasons = np.where(reasons == 0, own, reasons)
    made = np.where(reasons == 0, sums, np.nan)
    shares = totals.with_values(made, np.where(reasons == 0, marks, reasons))
    kind, name = ("ratio", "hhi") if k is None else ("share", f"top {k} share")
    derived = whole.derived(shares, kind, name=f"{measure.name} {name}")
    options = {"to": to, "k": k}
    return replace(
        derived, formed=Formed("concentration", (measure, whole), options=options)
    )


def rank(measure: MeasureData, within: Any, only: tuple[int, ...] = ()) -> MeasureData:
    """See `Measure.rank`; with `only`, the ranks of these periods alone."""
    cells, calendar = measure.cells, measure.calendar
    _, to = measure.series.grouped(measure.series.key_list(within))
    late = calendar.late(cells.ordinals)
    ranked = np.isfinite(cells.values) & ~late
    if only:
        ranked &= np.logical_or.reduce([cells.ordinals == period for period in only])
    known = np.flatnonzero(ranked)
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
    made = measure.derived(cells.with_values(ranks, codes), "rank")
    return replace(made, formed=Formed("rank", (measure,), options={"to": to}))


def top(measure: MeasureData, n: int, ordinal: int) -> MeasureData:
    """The n largest series at a period, in the order of their labels."""
    values = measure.level_at(ordinal)
    order = np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")
    best = order[:n]
    return measure.take(np.sort(best[np.isfinite(values[best])]))
