"""Regrouping the calendar to a coarser frequency."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import per_year
from .cells import Cells, union, with_empty
from .frame import Frame
from .lifetimes import NEVER, Absence, CoarseAbsence
from .shifts import shifted_sums, window_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._calendar.periods import Wholes
    from .._panel.panel import Panel


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
    moved = shifted_sums(
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
