"""Growth over the series present in both periods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.status import lowest
from .cells import Cells, kept_indptr, taken
from .lifetimes import Lifetimes
from .measure import MeasureData
from .shifts import bases, lag_status
from .sums import Layout, Moved, regroup_named
from .within import totals

if TYPE_CHECKING:
    from .._common.types import Ints


def matched_growth(
    measure: MeasureData, within: Any, steps: int, rate: Any
) -> MeasureData:
    """Growth of the sums over the series that are present in both periods."""
    cells, calendar = measure.cells, measure.calendar
    if cells.sums is None:
        raise TypeError(
            f"matched: {measure.name} is {measure.kind}, and only levels add up"
        )
    groups, to = measure.series.grouped(measure.series.key_list(within))
    base = bases(cells, steps)
    both = (base >= 0) & np.isfinite(cells.values)
    both &= np.isfinite(cells.values[base])
    ones = np.ones(int(both.sum()), np.int64)
    layout = Layout(kept_indptr(cells.indptr, both), cells.ordinals[both], ones)

    def summed(chosen: Ints) -> Cells:
        assert cells.sums is not None
        sums = replace(cells.sums.take(chosen), counts=ones)
        moved = [Moved(layout, [sums], to)]
        return Cells.summed(*_only(regroup_named(moved, groups, ("sum",), calendar)))

    x0, x1 = summed(base[both]), summed(np.flatnonzero(both))
    own = _core.growth_status(x0.values, x1.values)
    # The groups' cells: where some series has a value now, matched or not.
    whole, _ = totals(measure, groups, to)
    life = Lifetimes.of(calendar, whole)
    group = MeasureData(groups, calendar, whole, (life,), measure.name, measure.kind)
    place = x1.place(whole.series, whole.ordinals)
    none = place < 0
    values = taken(rate(x0.values, x1.values), place, np.nan)
    codes = taken(own, place, np.uint8(_core.NO_MATCH)).astype(np.uint8)
    lag = lag_status(group, steps, bases(whole, steps) >= 0)
    codes[none] = lowest(lag, np.full(len(lag), _core.NO_MATCH, np.uint8))[none]
    codes[lag == _core.PARTIAL] = _core.PARTIAL
    values[codes == _core.PARTIAL] = np.nan
    rates = replace(whole, values=values, status=codes)
    return group.derived(rates, "growth", lookahead=max(0, -steps))


def _only(added: Any) -> Any:
    layout, [sums] = added
    return layout, sums
