"""Growth over the series present in both periods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.kinds import ask
from .._common.status import lacking, lowest, settled
from .cells import Cells, kept_indptr, lowest_at, taken
from .measure import Formed
from .shifts import base_values, bases, exact_rates
from .sums import Layout, Moved, Naming, identity, regroup_named
from .within import groups_of

if TYPE_CHECKING:
    from .._calendar.lags import Lag
    from .._common.types import Ints
    from .measure import MeasureData


def matched_growth(
    measure: MeasureData, within: Any, lag: Lag, rate: Any, policy: str
) -> MeasureData:
    """Growth of the sums over the series that are present in both periods.

    What takes the number of the total's growth away takes this one too.
    """
    ask(measure.name, measure.kind, "series")
    cells = measure.cells
    total = measure.rolled(measure.series.key_list(within))
    to = groups_of(measure, total)
    base = bases(cells, lag)
    both = (base >= 0) & np.isfinite(cells.values)
    both &= np.isfinite(taken(cells.values, base, np.nan))
    layout = Layout(
        kept_indptr(cells.indptr, both),
        cells.ordinals[both],
        np.ones(int(both.sum()), np.int64),
    )
    naming = Naming(total.series, (measure.name,), measure.calendar)
    exact = cells.exact(measure.name)

    stays = np.array_equal(to, identity(total.series.count))

    def summed(chosen: Ints) -> Cells:
        sums = replace(exact.take(chosen), counts=layout.rows)
        if stays:  # every series is a group of its own: nothing is added
            return Cells.summed(layout, replace(sums, values=cells.values[chosen]))
        where, [added] = regroup_named([Moved(layout, [sums], to)], naming)
        return Cells.summed(where, added)

    x0, x1 = summed(base[both]), summed(np.flatnonzero(both))
    group = to[cells.series[both]].astype(np.int64)
    place = x1.place(group, cells.ordinals[both])
    marks = lowest(cells.codes[both], cells.codes[base[both]])
    beside = lowest_at(marks, place, len(x1.ordinals))
    values, own = rate(x0.values, x1.values), _core.growth_status(x0.values, x1.values)
    values = exact_rates(values, x0, x1, policy)
    own = np.where(np.isnan(values), own, lowest(own, beside))
    sides = [
        total.derived(side, measure.kind, measure.unit, name=f"{measure.name} matched")
        for side in (x1, x0)
    ]
    sides.append(total)
    made = _of_total(total, lag, x1, values, own)
    options = {"to": to, "of": measure}
    return replace(made, formed=Formed("matched growth", tuple(sides), lag, options))


def _of_total(
    total: MeasureData, lag: Lag, x1: Cells, values: Any, own: Any
) -> MeasureData:
    """The rates in the cells of the total."""
    cells = total.cells
    _, reasons = base_values(total, bases(cells, lag), lag)
    reasons = lowest(reasons, lacking(cells.values, cells.codes))
    place = x1.place(cells.series, cells.ordinals)
    rates = taken(values, place, np.nan)
    codes = taken(own, place, np.uint8(_core.NO_MATCH)).astype(np.uint8)
    codes = settled(rates, codes, reasons)
    name = f"{total.name} growth"
    made = cells.with_values(rates, codes)
    return total.derived(made, "growth", name=name, ahead=lag.ahead, running=False)
