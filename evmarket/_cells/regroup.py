"""Roll-up, recode and merge: series regrouped, their cells added."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.arguments import choice
from .._common.kinds import LEVELS
from .._common.messages import near, one_line, short
from .._common.status import lowest
from .cells import Cells
from .panel import Level, PanelData
from .series import SeriesIndex, is_label, united
from .sums import ExactSums, Layout, Moved, regroup_named

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._common.types import Codes, Map, Mask
    from .measure import MeasureData


LACKING = (_core.INCOMPLETE, _core.PARTIAL)
"""Statuses that leave a sum without a number."""


# ---- roll-up and recode --------------------------------------------------------------


def rollup(panel: PanelData, keys: Sequence[str]) -> PanelData:
    """See `Panel.rollup`."""
    for key in keys:
        panel.series.place(key, "keys")
    if len(set(keys)) < len(keys):
        raise ValueError(f"keys are {short(keys)}: each may be given once")
    return regrouped(panel, *panel.series.grouped(keys))


def recode(panel: PanelData, key: str, labels: Mapping[Any, Any]) -> PanelData:
    """See `Panel.recode`."""
    series = panel.series
    place = series.place(key)
    for new in labels.values():
        if new is not None and type(new) not in (str, int, bool):
            raise TypeError(
                f"labels: {short(new)} is not a label: it takes text, integers or "
                "booleans"
            )
    known = series.labels[place]
    for old in labels:
        if not is_label(old, known):
            raise KeyError(f"labels: {short(old)} is not a label; {near(old, known)}")
    words = [labels.get(word, word) for word in known]
    if len({type(word) for word in words if word is not None}) > 1:
        raise TypeError(f"labels: {key} would hold labels of two types")
    every = [*series.labels]
    every[place] = tuple(words)
    return regrouped(panel, *SeriesIndex.of(series.keys, every, series.codes))


def rolled(measure: MeasureData, within: Any) -> MeasureData:
    """The roll-up of a level, or of a chosen part of one, to the keys `within`."""
    if measure.kind not in LEVELS or measure.origin is None:
        raise TypeError(
            f"within: {one_line(measure.name)} is {measure.kind}: "
            "only levels of a panel roll up"
        )
    keys = measure.series.key_list(within)
    return rollup(alone(measure), keys).measure(measure.name)


def alone(measure: MeasureData) -> PanelData:
    """A level as a panel of that one measure."""
    cells = measure.cells
    assert cells.sums is not None, "only levels have exact sums"
    # PARTIAL follows from the calendar; other statuses belong to the cells.
    status = np.where(cells.codes == _core.PARTIAL, np.uint8(0), cells.codes)
    level = Level(
        measure.name,
        measure.kind,
        measure.unit,
        cells.sums,
        status if status.any() else None,
    )
    layout = Layout(cells.indptr, cells.ordinals, cells.sums.counts)
    calendar = measure.calendar
    return PanelData(measure.series, calendar, layout, (level,), source=measure.source)


def regrouped(
    panel: PanelData, series: SeriesIndex, to: Map, keep: Mask | None = None
) -> PanelData:
    """The panel with each series sent to another, -1 to drop it."""
    to = np.ascontiguousarray(to, np.int32)
    moved = [Moved(panel.layout, [v.sums for v in panel.levels], to, None, keep)]
    layout, sums = regroup_named(moved, series, panel.names, panel.calendar)
    # A rate may be moved, not added.
    taken = to[to >= 0]
    merges = len(taken) > int(np.count_nonzero(np.bincount(taken, minlength=1)))
    levels = []
    for level, added in zip(panel.levels, sums, strict=True):
        status = None
        if level.status is not None:
            status = moved_status(panel.layout, level.status, to, layout)
        blocked = level.blocked or (merges and level.kind == "rate")
        levels.append(_summed(level, added, status, blocked))
    parent = (panel, to)
    return replace(
        panel, series=series, layout=layout, levels=tuple(levels), parent=parent
    )


def moved_status(old: Layout, codes: Codes, to: Map, new: Layout) -> Codes:
    """Statuses of cells where the cells went: the lowest wins.

    One member without a number (INCOMPLETE, PARTIAL) leaves its sum without one,
    whatever the status of the others.
    """
    before, after = Cells.at(old), Cells.at(new)
    status = np.zeros(len(new.ordinals), np.uint8)
    marked = np.flatnonzero(codes)
    series = to[before.series[marked]].astype(np.int64)
    marked, series = marked[series >= 0], series[series >= 0]
    place = after.place(series, before.ordinals[marked])
    # Written in this order: the last one stays.
    order = sorted(
        np.unique(codes[marked]), key=lambda code: (code in LACKING, -int(code))
    )
    for code in order:
        status[place[codes[marked] == code]] = code
    return status


def _summed(
    level: Level, sums: ExactSums, status: Codes | None, blocked: bool
) -> Level:
    """A measure with added sums; a sum that lacks a part has no number."""
    if status is not None:
        lacking = np.isin(status, LACKING)
        sums = replace(sums, values=np.where(lacking, np.nan, sums.values))
    return replace(
        level, sums=sums, status=status, blocked=blocked, lifetimes=None, members=None
    )


# ---- merge ---------------------------------------------------------------------------


def merge(panel: PanelData, other: PanelData, overlap: str) -> PanelData:
    """See `Panel.merge`."""
    choice(overlap, "overlap", {"add": 0, "replace": 1, "error": 2})
    require_equal(
        ("keys", panel.series.keys, other.series.keys),
        ("measures", panel.names, other.names),
        ("kinds", _kinds(panel), _kinds(other)),
        ("frequency", panel.calendar.freq, other.calendar.freq),
        ("units", units(panel), units(other)),
    )
    series, (ours, theirs) = united(panel.series, other.series)
    calendar = panel.calendar.joined(other.calendar)
    deduplicated = panel.deduplicated or other.deduplicated
    stocks = any(level.kind != "flow" for level in panel.levels)
    keep = None
    if overlap != "add" or deduplicated or stocks:
        both = _common_cells(panel, ours, other, theirs)
        if both.any() and overlap != "replace":
            _refuse_overlap(panel, both, overlap)
        keep = ~both
    sides = ((panel, ours, keep), (other, theirs, None))
    moved = [
        Moved(side.layout, [v.sums for v in side.levels], to, None, kept)
        for side, to, kept in sides
    ]
    layout, sums = regroup_named(moved, series, panel.names, calendar)
    levels = []
    for k, added in enumerate(sums):
        marked = [(side.layout, side.levels[k].status, to) for side, to, _ in sides]
        codes = [
            moved_status(old, status, to, layout)
            for old, status, to in marked
            if status is not None
        ]
        status = lowest(*codes) if codes else None
        blocked = panel.levels[k].blocked or other.levels[k].blocked
        levels.append(_summed(panel.levels[k], added, status, blocked))
    return replace(
        panel,
        series=series,
        calendar=calendar,
        layout=layout,
        levels=tuple(levels),
        parent=None,
        deduplicated=deduplicated,
    )


def _kinds(panel: PanelData) -> dict[str, str]:
    return {level.name: level.kind for level in panel.levels}


def units(panel: PanelData) -> dict[str, str]:
    """The units of the measures that have one."""
    return {level.name: level.unit for level in panel.levels if level.unit}


def require_equal(*traits: tuple[str, Any, Any]) -> None:
    """A ValueError for the first (name, panel's, other's) that differ."""
    for what, ours, theirs in traits:
        if ours != theirs:
            raise ValueError(
                f"other has {what} {short(theirs)}, the panel {short(ours)}"
            )


def _common_cells(panel: PanelData, ours: Map, other: PanelData, theirs: Map) -> Mask:
    """Which cells of the panel the other has too."""
    count = int(max(ours.max(initial=-1), theirs.max(initial=-1))) + 1
    back = np.full(count, -1, np.int64)
    back[theirs] = np.arange(len(theirs))
    mine = Cells.at(panel.layout)
    series = back[ours[mine.series]]
    common = np.zeros(len(series), bool)
    some = np.flatnonzero(series >= 0)
    place = Cells.at(other.layout).place(series[some], mine.ordinals[some])
    common[some] = place >= 0
    return common


def _refuse_overlap(panel: PanelData, both: Mask, overlap: str) -> None:
    cell = int(np.flatnonzero(both)[0])
    series = int(np.searchsorted(panel.layout.indptr, cell, side="right")) - 1
    period = panel.calendar.label(int(panel.layout.ordinals[cell]))
    kinds = [level.kind for level in panel.levels if level.kind != "flow"]
    if overlap == "error":
        why = "overlap is 'error'"
    elif kinds:
        why = f"a {kinds[0]} is not added"
    else:
        why = "one was built with another rule of duplicates than 'add'"
    raise ValueError(
        f"both panels have {short(panel.series.name(series))} at {period}: {why}"
    )
