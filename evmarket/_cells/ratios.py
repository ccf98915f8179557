"""Margins and ratios of two measures of a panel, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .. import _core
from .._arrays.margin import check_costs
from .._common.kinds import LEVELS
from .._common.messages import one_line, short
from .align import (
    aligned,
    beside,
    quotient_unit,
    require_one_unit,
    require_ratio,
    unpaired,
)
from .measure import Formed
from .shifts import Kernel

if TYPE_CHECKING:
    from .measure import MeasureData
    from .panel import PanelData

RATIO_KINDS = ("ratio", "unit value", "margin", "share")
"""The kinds that `Panel.ratio` may give its result."""


def margin(panel: PanelData, revenue: str, cost: str) -> MeasureData:
    """See `Panel.margin`."""
    sides = panel.measure(revenue), panel.measure(cost)
    for side in sides:
        _need_level(side, "margin")
    if sides[0].kind != sides[1].kind:
        raise TypeError(
            f"{one_line(revenue)} is {sides[0].kind}, {one_line(cost)} "
            f"{sides[1].kind}: a margin needs two levels of one kind"
        )
    require_one_unit(*sides, "margin")
    kernel = Kernel(_core.margin, _core.margin_status)
    return replace(_divided(sides, kernel, "margin", None), name="margin")


def ratio(
    panel: PanelData, numerator: str, denominator: str, kind: str = "ratio"
) -> MeasureData:
    """See `Panel.ratio`."""
    if kind not in RATIO_KINDS:
        known = ", ".join(RATIO_KINDS)
        raise ValueError(f"kind is {short(kind)}: known are {known}")
    sides = panel.measure(numerator), panel.measure(denominator)
    for side in sides:
        _need_level(side, kind)
    require_ratio(*sides)
    kernel = Kernel(_core.ratio, _core.ratio_status)
    return _divided(sides, kernel, kind, quotient_unit(*sides))


def _need_level(side: MeasureData, kind: str) -> None:
    if side.kind not in LEVELS:
        raise TypeError(f"{one_line(side.name)} is {side.kind}: a {kind} needs levels")


def _divided(
    sides: tuple[MeasureData, MeasureData],
    kernel: Kernel,
    kind: str,
    unit: str | None,
) -> MeasureData:
    """A kernel of two measures of one panel on the cells that either has."""
    both, (one, two) = aligned(*sides)
    if kind == "margin":
        check_costs(one.values, two.values, one_line(sides[1].name))
    values = kernel.values(one.values, two.values)
    own = kernel.status(one.values, two.values)
    apart = unpaired(both, sides, one, two)
    codes = beside(both, one, two, apart, own, values)
    name = "/".join(side.name for side in sides)
    made = both.derived(one.with_values(values, codes), kind, unit, name=name)
    what = "margin" if kernel.values is _core.margin else "/"
    return replace(made, formed=Formed(what, sides))
