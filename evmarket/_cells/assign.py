"""Measures that join a panel: recipes of levels, and others as they are."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._common.messages import one_line, short
from .measure import Applied, Read
from .panel import Traits

if TYPE_CHECKING:
    from .measure import MeasureData, Recipe
    from .panel import PanelData


def assign(panel: PanelData, measures: dict[str, MeasureData]) -> PanelData:
    """See `Panel.assign`."""
    added = []
    for name, measure in measures.items():
        if name in panel.names:
            raise ValueError(f"{short(name)} is a measure of the panel already")
        recipe = measure.origin.recipe if measure.origin is not None else None
        same = measure.origin is not None and measure.origin.panel.base is panel.base
        if recipe is None or not same or not _adds(recipe):
            recipe = _frozen(panel, name, measure)
        added.append(Traits(name, measure.kind, measure.unit, recipe))
    names = (*panel.names, *(traits.name for traits in added))
    return replace(panel, assigned=(*panel.assigned, *added), names=names)


def _adds(recipe: Recipe) -> bool:
    """Whether a recipe is one of sums, differences and multiples of levels."""
    if isinstance(recipe, Read):
        return True
    known = isinstance(recipe, Applied) and recipe.counts
    return known and all(map(_adds, recipe.inputs))  # type: ignore[attr-defined]


class Frozen:
    """The recipe of a measure that is kept as it is: it cannot be regrouped."""

    def __init__(self, name: str, measure: MeasureData, grouping: Any) -> None:
        self.name, self.measure, self.grouping = name, measure, grouping

    def __call__(self, panel: PanelData) -> MeasureData:
        """The measure, of a panel with the same groups."""
        if panel.view.grouping != self.grouping:
            raise TypeError(
                f"{one_line(self.name)} ({self.measure.kind}) was "
                "assigned as it was and cannot "
                "be regrouped: form it again after the roll-up"
            )
        return self.measure


def _frozen(panel: PanelData, name: str, measure: MeasureData) -> Frozen:
    if not measure.series.equals(panel.series) or (
        measure.calendar.freq != panel.calendar.freq
    ):
        raise ValueError(
            f"{one_line(name)}: the measure has other series or "
            "another frequency than the panel"
        )
    return Frozen(name, measure, panel.view.grouping)
