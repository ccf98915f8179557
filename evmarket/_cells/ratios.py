"""Margins and ratios of two measures of a panel, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _core
from .._common.kinds import LEVELS
from .._common.messages import one_line, short
from .._common.status import lowest
from .cells import Cells
from .measure import MeasureData
from .shifts import Kernel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Ints
    from .panel import PanelData

RATIO_KINDS = ("ratio", "unit value", "margin", "share")
"""The kinds that `Panel.ratio` may give its result."""


def margin(panel: PanelData, revenue: str, cost: str) -> MeasureData:
    """See `Panel.margin`."""
    one, two = panel.level(revenue).unit, panel.level(cost).unit
    if one and two and one != two:
        raise ValueError(
            f"{revenue} is in {one}, {cost} in {two}: a margin needs one unit"
        )
    kernel = Kernel(_core.margin, _core.margin_status)
    made = _divided(panel, (revenue, cost), kernel, "margin", None)
    return made.rename("margin")


def ratio(
    panel: PanelData, numerator: str, denominator: str, kind: str = "ratio"
) -> MeasureData:
    """See `Panel.ratio`."""
    if kind not in RATIO_KINDS:
        known = ", ".join(RATIO_KINDS)
        raise ValueError(f"kind is {short(kind)}: known are {known}")
    above, below = panel.level(numerator).unit, panel.level(denominator).unit
    unit = f"{above}/{below}" if above and below and above != below else None
    kernel = Kernel(_core.ratio, _core.ratio_status)
    return _divided(panel, (numerator, denominator), kernel, kind, unit)


def _divided(
    panel: PanelData,
    names: tuple[str, str],
    kernel: Kernel,
    kind: str,
    unit: str | None,
) -> MeasureData:
    """A kernel of two measures on the cells that the panel's measures share."""
    sides = [panel.measure(name) for name in names]
    for side in sides:
        if side.kind not in LEVELS:
            raise TypeError(
                f"{one_line(side.name)} is {side.kind}: a {kind} needs levels"
            )
    levels = [panel.level(name) for name in names]
    a, b = (level.sums.values for level in levels)
    codes = kernel.status(a, b)
    cells = Cells(
        panel.layout.indptr, panel.layout.ordinals, kernel.values(a, b), codes
    )
    counts = [level.sums.counts for level in levels]
    if counts[0] is not counts[1]:
        codes[(codes != _core.MISSING) & (counts[0] != counts[1])] = _core.UNPAIRED
        _mark_absent(cells, sides, counts)
    for level in levels:
        if level.status is not None:
            codes[:] = lowest(codes, level.status)
    codes[panel.calendar.late(cells.ordinals)] = _core.PARTIAL
    cells.values[(codes == _core.PARTIAL) | (codes == _core.UNPAIRED)] = np.nan
    lifetimes = tuple(side.lifetimes[0] for side in sides)
    return MeasureData(
        panel.series,
        panel.calendar,
        cells,
        lifetimes,
        "/".join(names),
        kind,
        unit,
        source=panel.source,
    )


def _mark_absent(
    cells: Cells, sides: Sequence[MeasureData], counts: Sequence[Ints]
) -> None:
    """Give the cells that lack a side that side's own status."""
    codes = cells.codes
    for side, count in zip(sides, counts, strict=True):
        lacks = np.flatnonzero(count == 0)
        absent = side.lifetimes[0].status(
            side.calendar, cells.series[lacks], cells.ordinals[lacks]
        )
        own = codes[lacks]
        own[own == _core.MISSING] = _core.OK
        codes[lacks] = lowest(own, absent)
