"""Choosing series and periods of panels and measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .._common.messages import near, short
from .cells import cells_of
from .measure import MeasureData
from .panel import Level, PanelData
from .regroup import regrouped
from .series import SeriesIndex, is_label
from .sums import Layout

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._common.types import Ints, Mask

State = TypeVar("State", PanelData, MeasureData)
MANY = (list, tuple, set, np.ndarray)
"""Containers that select several labels of a key, and keep the key."""


def selected(state: State, labels: Any, periods: Any, keys: Mapping[str, Any]) -> State:
    """A panel or measure with some of its series and periods."""
    wanted = _wanted(state.series, labels, keys)
    if periods is not None:
        state = replace(state, calendar=state.calendar.viewed(periods))
    if not wanted:
        return state
    keep = _mask(state.series, wanted)
    single = [key for key, value in wanted.items() if not isinstance(value, MANY)]
    return _restricted(state, state.series.narrowed(keep, single), keep)


def excluded(panel: PanelData, labels: Any, keys: Mapping[str, Any]) -> PanelData:
    """A panel without the series that `selected` would take."""
    keep = ~_mask(panel.series, _wanted(panel.series, labels, keys))
    return _restricted(panel, panel.series.narrowed(keep, []), keep)


def _wanted(
    series: SeriesIndex, labels: Any, keys: Mapping[str, Any]
) -> dict[str, Any]:
    """Keys to labels, from the dict and the keywords, checked."""
    if labels is not None and not isinstance(labels, dict):
        raise TypeError(f"labels is {short(labels)}: it takes a dict of key to label")
    wanted = {**(labels or {}), **keys}
    for key, value in wanted.items():
        if key not in series.keys:
            raise KeyError(f"{short(key)} is not a key: {near(key, series.keys)}")
        known = series.labels[series.keys.index(key)]
        for label in value if isinstance(value, MANY) else [value]:
            plain = label.item() if isinstance(label, np.generic) else label
            if not is_label(plain, known):
                raise KeyError(
                    f"{key}: {short(label)} is not a label: {near(label, known)}"
                )
    return wanted


def _mask(series: SeriesIndex, wanted: Mapping[str, Any]) -> Mask:
    """Which series have the wanted labels."""
    keep = np.ones(series.count, bool)
    for key, value in wanted.items():
        place = series.keys.index(key)
        chosen = set(value) if isinstance(value, MANY) else {value}
        good = np.array([label in chosen for label in series.labels[place]], bool)
        keep &= good[series.codes[:, place]] if len(good) else False
    return keep


def _restricted(state: State, series: SeriesIndex, keep: Mask) -> State:
    """The state of the series where `keep` holds, under their new index."""
    if isinstance(state, MeasureData):
        return state.part(series, np.flatnonzero(keep))
    if keep.all():
        return replace(state, series=series)
    to = np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int32)
    panel = regrouped(state, series, to)
    levels = []
    for new, old in zip(panel.levels, state.levels, strict=True):
        life = None if old.lifetimes is None else old.lifetimes.take(keep)
        levels.append(replace(new, lifetimes=life))
    return replace(panel, levels=tuple(levels))


def preview(state: State, chosen: Ints) -> State:
    """A few series, by number in ascending order, for showing.

    The cost does not depend on how many series there are.
    """
    if isinstance(state, MeasureData):
        return state.take(chosen)
    indptr, place = cells_of(state.layout.indptr, chosen)

    def few(level: Level) -> Level:
        return replace(
            level,
            sums=level.sums.take(place),
            status=None if level.status is None else level.status[place],
            lifetimes=level.lifetimes and level.lifetimes.take(chosen),
            members=None,
        )

    return replace(
        state,
        series=state.series.take(chosen),
        layout=Layout(indptr, state.layout.ordinals[place], state.layout.rows[place]),
        levels=tuple(few(level) for level in state.levels),
        parent=None,
    )
