"""Choosing series and periods of panels and measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .measure import MeasureData
from .panel import PanelData
from .view import Shown, View, wanted_labels

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._common.types import Ints
    from .calendar import Calendar

State = TypeVar("State", PanelData, MeasureData)


def selected(
    panel: PanelData, labels: Any, periods: Any, keys: Mapping[str, Any]
) -> PanelData:
    """A panel with some of its series and periods."""
    view = panel.view.selected(wanted_labels(labels, keys))
    if periods is not None:
        view = replace(view, shown=(*view.shown, _shown(panel.calendar, periods)))
    return panel.seen(view)


def excluded(panel: PanelData, labels: Any, keys: Mapping[str, Any]) -> PanelData:
    """A panel without the series that `selected` would take."""
    return panel.seen(panel.view.selected(wanted_labels(labels, keys), inside=False))


def _shown(calendar: Calendar, periods: Any) -> Shown:
    low, high = calendar.bounds(periods)
    ends = periods if isinstance(periods, slice) else slice(0, 0)
    return Shown(
        calendar.freq,
        None if ends.start is None else low,
        None if ends.stop is None else high,
    )


def part_of(
    measure: MeasureData, labels: Any, periods: Any, keys: Mapping[str, Any]
) -> MeasureData:
    """A measure with some of its series and periods; its numbers stay."""
    wanted = wanted_labels(labels, keys)
    if periods is not None:
        low, high = measure.calendar.bounds(periods)
        calendar = measure.calendar.narrowed(low, high)
        origin = measure.origin
        if origin is not None:
            shown = (*origin.panel.view.shown, _shown(measure.calendar, periods))
            view = replace(origin.panel.view, shown=shown)
            origin = origin._replace(panel=origin.panel.seen(view))
        measure = replace(measure, calendar=calendar, origin=origin)
    if not wanted:
        return measure
    series = measure.series
    orders = dict(zip(series.keys, series.labels, strict=True))
    groups = replace(View.whole(series), orders=orders).selected(wanted).groups()
    chosen = groups.chosen
    if chosen is None:
        chosen = np.arange(series.count)
    # In the order in which a list asked for the labels.
    part = measure.part(groups.series, chosen[np.argsort(groups.to_group)])
    origin = measure.origin
    if origin is not None:
        view = origin.panel.view.selected(wanted)
        origin = origin._replace(panel=origin.panel.seen(view))
    return replace(part, origin=origin)


def preview(state: State, chosen: Ints) -> State:
    """A few series, by number in ascending order, for showing."""
    if isinstance(state, MeasureData):
        return replace(state.take(chosen), origin=None)
    return state.part(chosen)
