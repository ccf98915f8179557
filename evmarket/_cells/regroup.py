"""Roll-up, recode and merge: series regrouped, their cells added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.arguments import choice
from .._common.messages import short
from .._common.status import lowest
from .cells import Cells
from .frame import Frame, check_key, joined_frame, regroup_series
from .sums import regroup

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .._common.types import Map
    from .._panel.panel import Panel


LACKING = (_core.INCOMPLETE, _core.PARTIAL)
"""Statuses that leave a sum without a number."""


def regrouped(
    panel: Panel,
    frame: Frame,
    to: Map,
    keep: NDArray[np.bool_] | None = None,
) -> Panel:
    """The panel with each series sent to another, -1 to drop."""
    to = np.ascontiguousarray(to, np.int32)
    data = regroup([(panel._data, to, None, keep)], frame, panel._names)
    notes = {}
    for name, codes in panel._notes.items():
        notes[name] = moved_notes(panel._data, codes, to, data)
    # A rate may be moved, not added.
    merges = len(np.unique(to[to >= 0])) < int((to >= 0).sum())
    rates = [n for n in panel._names if panel._kinds[n] == "rate"] if merges else []
    return type(panel)(
        frame,
        data,
        panel._names,
        panel._kinds,
        panel._units,
        notes,
        panel._merged | frozenset(rates),
        (panel, to),
    )


def moved_notes(
    old: dict[str, Any], codes: NDArray[np.uint8], to: Map, new: dict[str, Any]
) -> NDArray[np.uint8]:
    """Statuses of cells where they went: the lowest, but one member without a number
    (INCOMPLETE, PARTIAL) leaves its sum without one, whatever stands beside others."""
    before = Cells(old["indptr"], old["ordinals"], old["rows"])
    after = Cells(new["indptr"], new["ordinals"], new["rows"])
    found = np.zeros(len(new["ordinals"]), np.uint8)
    noted = np.flatnonzero(codes)
    series = to[before.series[noted]].astype(np.int64)
    noted, series = noted[series >= 0], series[series >= 0]
    place = after.place(series, before.ordinals[noted])
    # The last one written stands.
    order = sorted(
        np.unique(codes[noted]), key=lambda code: (code in LACKING, -int(code))
    )
    for code in order:
        found[place[codes[noted] == code]] = code
    return found


def rollup(panel: Panel, keys: Sequence[str]) -> Panel:
    places = [check_key(panel, key, "keys") for key in keys]
    if len(set(places)) < len(places):
        raise ValueError(f"keys are {short(keys)}: each may stand once")
    frame = panel._frame
    labels, codes, to = regroup_series(
        [frame.labels[k] for k in places], frame.codes[:, places]
    )
    if not places:
        codes = np.zeros((1, 0), np.int32)
    found = regrouped(panel, frame.with_series(keys, labels, codes), to)
    return blank_incomplete(found)


def blank_incomplete(panel: Panel) -> Panel:
    """Cells whose sum lacks a part hold no number."""
    for k, name in enumerate(panel._names):
        codes = panel._notes.get(name)
        if codes is not None:
            lacking = np.isin(codes, LACKING)
            if lacking.any():
                panel._data["measures"][k]["values"][lacking] = np.nan
    return panel


def recode(panel: Panel, key: str, labels: Mapping[Any, Any]) -> Panel:
    place = check_key(panel, key)
    frame = panel._frame
    for new in labels.values():
        if new is not None and type(new) not in (str, int):
            raise TypeError(
                f"labels: {short(new)} is no label: it takes text or integers"
            )
    words = [labels.get(word, word) for word in frame.labels[place]]
    if len({type(word) for word in words if word is not None}) > 1:
        raise TypeError(f"labels: {key} would hold both text and integers")
    every = [words if k == place else frame.labels[k] for k in range(len(frame.keys))]
    ordered, codes, to = regroup_series(every, frame.codes)
    found = regrouped(panel, frame.with_series(frame.keys, ordered, codes), to)
    return blank_incomplete(found)


def merge(panel: Panel, other: Panel, overlap: str) -> Panel:
    choice(overlap, "overlap", {"add": 0, "replace": 1, "error": 2})
    if not isinstance(other, type(panel)):
        raise TypeError(f"other is {short(other)}: it takes a Panel")
    a, b = panel._frame, other._frame
    for what, one, two in (
        ("keys", a.keys, b.keys),
        ("measures", panel._names, other._names),
        ("kinds", panel._kinds, other._kinds),
        ("frequency", a.freq, b.freq),
    ):
        if one != two:
            raise ValueError(f"other has {what} {short(two)}, the panel {short(one)}")
    labels = [(*x, *y) for x, y in zip(a.labels, b.labels, strict=True)]
    shift = np.array([len(x) for x in a.labels], np.int32)
    rows = np.concatenate([a.codes, b.codes + shift])
    ordered, codes, to = regroup_series(labels, rows)
    if not a.keys:
        codes, to = np.zeros((1, 0), np.int32), np.zeros(len(rows), np.int32)
    ours, theirs = np.split(to, [len(a.codes)])
    frame = joined_frame(a, b).with_series(a.keys, ordered, codes)
    keep = None
    if overlap != "add" or any(kind != "flow" for kind in panel._kinds.values()):
        both = _common_cells(panel, ours, other, theirs)
        if both.any() and overlap != "replace":
            _refuse_overlap(panel, both, overlap)
        keep = ~both
    sources = [(panel._data, ours, None, keep), (other._data, theirs, None, None)]
    data = regroup(
        [(d, np.ascontiguousarray(m), p, k) for d, m, p, k in sources],
        frame,
        panel._names,
    )
    notes = {}
    for name in {*panel._notes, *other._notes}:
        parts = [
            moved_notes(p._data, p._notes[name], m, data)
            for p, m in ((panel, ours), (other, theirs))
            if name in p._notes
        ]
        notes[name] = lowest(*parts)
    found = type(panel)(
        frame,
        data,
        panel._names,
        panel._kinds,
        panel._units,
        notes,
        panel._merged | other._merged,
    )
    return blank_incomplete(found)


def _common_cells(
    panel: Panel, ours: Map, other: Panel, theirs: Map
) -> NDArray[np.bool_]:
    """Which cells of the panel the other has too."""
    back = np.full(
        int(max(ours.max(initial=-1), theirs.max(initial=-1))) + 1, -1, np.int64
    )
    back[theirs] = np.arange(len(theirs))
    data = panel._data
    mine = Cells(data["indptr"], data["ordinals"], data["rows"])
    series = back[ours[mine.series]]
    cells = Cells(other._data["indptr"], other._data["ordinals"], other._data["rows"])
    found = np.zeros(len(series), bool)
    some = np.flatnonzero(series >= 0)
    found[some] = cells.place(series[some], mine.ordinals[some]) >= 0
    return found


def _refuse_overlap(panel: Panel, both: NDArray[np.bool_], overlap: str) -> None:
    data = panel._data
    cell = int(np.flatnonzero(both)[0])
    series = int(np.searchsorted(data["indptr"], cell, side="right")) - 1
    period = panel._calendar()[int(data["ordinals"][cell]) - panel._frame.low]
    kinds = {k for k in panel._kinds.values() if k != "flow"}
    why = (
        "overlap is 'error'" if overlap == "error" else f"a {kinds.pop()} is not added"
    )
    raise ValueError(
        f"both panels have {short(panel._frame.name(series))} at {period}: {why}"
    )
