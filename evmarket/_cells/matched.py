"""Growth over the series present in both periods."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.status import lowest
from .cells import Cells, taken
from .frame import grouped
from .lifetimes import Absence
from .shifts import bases
from .sums import kept_exact, regroup, source
from .within import _totals

if TYPE_CHECKING:
    from .._panel.measure import Measure


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
