"""Panels from panels: cells in new series and periods, added exactly on meeting."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _exact
from ._apply import choice
from ._cells import (
    NEVER,
    Absence,
    Cells,
    CoarseAbsence,
    Frame,
    from_places,
    kept_exact,
    lowest,
    regroup,
)
from ._inputs import listing, short
from ._period import per_year

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from ._panel import Panel
    from ._period import Wholes

    Map = NDArray[np.int32]


LACKING = (_core.INCOMPLETE, _core.PARTIAL)
"""Statuses that leave a sum without a number."""


def check_key(panel: Any, key: Any, name: str = "key") -> int:
    """The place of a key."""
    keys = panel._frame.keys
    if key not in keys:
        raise KeyError(
            f"{name} is {short(key)}: the keys are {listing(keys) or 'none'}"
        )
    place: int = keys.index(key)
    return place


def label_order(label: Any) -> tuple[int, Any]:
    """Integers by value, text by code point, None last."""
    if label is None:
        return 2, 0
    return int(isinstance(label, str)), label


def regroup_series(
    labels: Sequence[Sequence[Any]], codes: NDArray[np.int32]
) -> tuple[list[tuple[Any, ...]], NDArray[np.int32], Map]:
    """Sorted labels and distinct series of rows of codes, which stand in any order.

    Labels may repeat too. Returns the labels in order, the distinct series' codes, and
    the new series of every row.
    """
    columns, ordered = [], []
    for k, words in enumerate(labels):
        used = sorted({words[c] for c in np.unique(codes[:, k])}, key=label_order)
        place = {word: i for i, word in enumerate(used)}
        table = np.array([place.get(word, -1) for word in words], np.int32)
        columns.append(table[codes[:, k]] if len(words) else codes[:, k])
        ordered.append(tuple(used))
    if not columns:
        return (
            [],
            np.zeros((min(len(codes), 1), 0), np.int32),
            np.zeros(len(codes), np.int32),
        )
    rows = np.stack(columns, axis=1)
    distinct, to = np.unique(rows, axis=0, return_inverse=True)
    return ordered, distinct.astype(np.int32), to.ravel().astype(np.int32)


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


def joined_frame(a: Frame, b: Frame) -> Frame:
    low, high = min(a.low, b.low), max(a.high, b.high)
    bounded = a.bounded or b.bounded
    complete = max(a.complete, b.complete) if bounded else high
    return replace(
        a, low=low, high=high, complete=complete, bounded=bounded, shown=(low, high)
    )


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


# ---- the calendar ----------------------------------------------------------------


def resample(panel: Panel, freq: str, whole: Wholes) -> Panel:
    """Cells sent to coarser periods; only whole sets of a flow make a number."""
    frame = panel._frame
    low, count = whole.periods.start, len(whole.periods)
    high = low + count - 1
    group = whole.periods.start + whole.group
    measures, layouts = [], []
    for name in panel._names:
        if panel._kinds[name] == "rate" or name in panel._merged:
            raise TypeError(
                f"{name} is a rate: it is never added over time; resample what it is a "
                "ratio of"
            )
        taken = group.copy()
        if panel._kinds[name] != "flow":
            taken[whole.place != whole.parts - 1] = _core.DROPPED
        measures.append(_resampled(panel, name, whole, taken))
        layouts.append(taken)
    data, notes = _side_by_side(panel, measures, low)
    complete, bounded = _complete_wholes(frame, whole), frame.bounded
    new = replace(
        frame,
        freq=freq,
        low=low,
        high=high,
        complete=complete,
        bounded=bounded,
        exit_after=_exit_after(frame, freq),
        shown=_shown_wholes(frame, whole),
    )
    absences = {name: _coarser_absence(panel, name, whole) for name in panel._names}
    return type(panel)(
        new, data, panel._names, panel._kinds, panel._units, notes, absences=absences
    )


def _coarser_absence(panel: Panel, name: str, whole: Wholes) -> Absence:
    """Where series begin and end, in coarser periods; the finer ones decided it."""
    frame = panel._frame
    absence = panel[name]._absences[0]
    group = whole.periods.start + whole.group
    began = absence.first != NEVER
    first = np.full(len(began), NEVER, np.int64)
    first[began] = group[absence.first[began] - frame.low]
    ended = absence.last >= frame.low
    last = np.full(len(began), whole.periods.start - 1 - frame.exit_after, np.int64)
    last[ended] = group[absence.last[ended] - frame.low]
    ends = np.empty(len(whole.periods), np.int64)
    index = np.arange(len(whole.group)) + frame.low
    ends[whole.group] = index - whole.place + whole.parts - 1
    beyond = None if panel._kinds[name] == "flow" else _core.INCOMPLETE
    return CoarseAbsence(
        first,
        last,
        absence.exited(frame),
        absence,
        frame,
        whole.periods.start,
        ends,
        beyond,
    )


def _exit_after(frame: Frame, freq: str) -> int:
    share = frame.exit_after / per_year(frame.freq)
    return max(1, round(share * per_year(freq)))


def _complete_wholes(frame: Frame, whole: Wholes) -> int:
    """The last coarser period that ends on or before the last complete one."""
    last = whole.place == whole.parts - 1
    done = last & (np.arange(len(last)) + frame.low <= frame.complete)
    if not frame.bounded:
        return whole.periods.start + len(whole.periods) - 1
    if not done.any():
        return whole.periods.start - 1
    return whole.periods.start + int(whole.group[done].max())


def _shown_wholes(frame: Frame, whole: Wholes) -> tuple[int, int]:
    low, high = frame.shown
    start = whole.periods.start
    if high < low:
        return start, start - 1
    return (
        start + int(whole.group[low - frame.low]),
        start + int(whole.group[high - frame.low]),
    )


def _resampled(panel: Panel, name: str, whole: Wholes, taken: Any) -> Cells:
    """One measure's cells at the coarser frequency; NaN, a status where not whole."""
    frame = panel._frame
    measure = panel[name]
    cells = measure._cells
    usable = np.isfinite(cells.values)
    moved = _exact.shifted_sums(
        cells.kept(usable), frame.series_count, frame.low, [np.ascontiguousarray(taken)]
    )
    if panel._kinds[name] != "flow":
        return _stock_status(measure, moved, whole)
    absence = measure._absences[0]
    # Of each coarser period: its first and last finer ones, inside the calendar or not.
    index = np.arange(len(whole.group)) + frame.low
    starts = np.empty(len(whole.periods), np.int64)
    parts = np.empty(len(whole.periods), np.int64)
    starts[whole.group] = index - whole.place
    parts[whole.group] = whole.parts
    # A whole that holds nothing but unusable cells has no sum, yet it has a status.
    moved = _with_unusable(moved, cells, usable, whole, frame)
    g = moved.ordinals - whole.periods.start
    status = window_status(frame, absence, moved, starts[g], parts[g])
    ends = starts[g] + parts[g] - 1
    late = ends > frame.complete
    status[late] = _core.PARTIAL if frame.bounded else _core.INCOMPLETE
    values = moved.values.copy()
    values[(status == _core.PARTIAL) | (status == _core.INCOMPLETE)] = np.nan
    return replace(moved, values=values, status=status)


def _stock_status(measure: Any, moved: Cells, whole: Wholes) -> Cells:
    """A level that takes the last period keeps that cell's status."""
    frame, cells = measure._frame, measure._cells
    if cells.status is None:
        return moved
    ends = np.full(len(whole.periods), -1, np.int64)
    last = whole.place == whole.parts - 1
    ends[whole.group[last]] = np.flatnonzero(last) + frame.low
    place = cells.place(moved.series, ends[moved.ordinals - whole.periods.start])
    status = np.where(place >= 0, cells.codes[place], np.uint8(0))
    late = status == _core.PARTIAL
    return replace(moved, values=np.where(late, np.nan, moved.values), status=status)


def _with_unusable(
    moved: Cells, cells: Cells, usable: NDArray[np.bool_], whole: Wholes, frame: Frame
) -> Cells:
    if usable.all():
        return moved
    series = cells.series[~usable]
    target = whole.periods.start + whole.group[cells.ordinals[~usable] - frame.low]
    extra = moved.place(series, target) < 0
    pairs = np.unique(np.stack([series[extra], target[extra]], axis=1), axis=0)
    return with_empty(moved, pairs[:, 0], pairs[:, 1], frame.series_count)


def with_empty(cells: Cells, series: Any, ordinals: Any, count: int) -> Cells:
    """The cells, and more that hold nothing, counted 0."""
    if not len(series):
        return cells
    exact = cells.exact or {}
    room = {
        k: None
        if exact[k] is None
        else np.concatenate([exact[k], np.zeros(len(series), exact[k].dtype)])
        for k in ("lo", "hi", "fine", "counts", "values")
    }
    indptr, found, order = from_places(
        np.concatenate([cells.series, series]),
        np.concatenate([cells.ordinals, ordinals]),
        count,
    )
    both = kept_exact({**exact, **room}, order)
    return Cells(
        indptr, found, np.where(both["counts"] > 0, both["values"], np.nan), exact=both
    )


def window_status(
    frame: Frame, absence: Absence, sums: Cells, starts: Any, sizes: Any
) -> NDArray[np.uint8]:
    """Statuses of sums over the periods starts .. starts + sizes - 1 of each cell.

    The exact counts say how many periods had a value. What a series lacks before it
    entered and after it exited counts as 0, anything else is a hole.
    """
    series = sums.series
    counts = (sums.exact or {})["counts"]
    ends = starts + sizes - 1
    first, last = absence.first[series], absence.last[series]
    before = np.clip(np.minimum(ends + 1, first) - starts, 0, sizes)
    after = np.clip(ends - np.maximum(last, starts - 1), 0, sizes)
    after = np.where(absence.exited(frame)[series], after, 0)
    holes = sizes - counts - before - after
    status = np.where(before > 0, np.uint8(_core.ENTERED), np.uint8(0))
    status = np.where(after > 0, np.uint8(_core.EXITED), status)
    lacking = (holes > 0) | (starts < frame.low)
    found: NDArray[np.uint8] = np.where(lacking, np.uint8(_core.INCOMPLETE), status)
    return found


def _side_by_side(
    panel: Panel, measures: Sequence[Cells], low: int
) -> tuple[dict[str, Any], dict[str, NDArray[np.uint8]]]:
    """Measures with cells of their own as one table of cells."""
    count = panel._frame.series_count
    layout = union(measures, count)
    arrays, notes = [], {}
    for name, cells in zip(panel._names, measures, strict=True):
        place = layout.place(cells.series, cells.ordinals)
        exact = dict(cells.exact or {})
        for key in ("lo", "hi", "fine", "counts", "values"):
            if exact[key] is not None:
                wide = np.zeros(len(layout.ordinals), exact[key].dtype)
                wide[place] = exact[key]
                exact[key] = wide
        values = np.full(len(layout.ordinals), np.nan)
        values[place] = cells.values
        exact["values"] = values
        if cells.status is not None and cells.status.any():
            codes = np.zeros(len(layout.ordinals), np.uint8)
            codes[place] = cells.status
            notes[name] = codes
            # A cell that only has a status is there all the same.
            exact["counts"][(codes > 0) & (exact["counts"] == 0)] = 1
        arrays.append(exact)
    rows = np.max([m["counts"] for m in arrays], axis=0, initial=1)
    data = {
        "indptr": layout.indptr,
        "ordinals": layout.ordinals,
        "rows": rows.astype(np.int64),
        "measures": arrays,
    }
    return data, notes


def union(measures: Sequence[Cells], count: int) -> Cells:
    """The cells that any of the measures has."""
    first = measures[0]
    if all(
        len(m.ordinals) == len(first.ordinals)
        and np.array_equal(m.indptr, first.indptr)
        and np.array_equal(m.ordinals, first.ordinals)
        for m in measures[1:]
    ):
        return first
    pairs = np.unique(
        np.concatenate([np.stack([m.series, m.ordinals], axis=1) for m in measures]),
        axis=0,
    )
    counts = np.bincount(pairs[:, 0], minlength=count)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Cells(indptr, np.ascontiguousarray(pairs[:, 1]), np.zeros(len(pairs)))
