"""Choosing series and periods of panels and measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .._calendar.labels import first_period, last_period
from .._common.messages import near, short
from .._panel.measure import Measure
from .cells import Cells, places_of
from .frame import Frame
from .regroup import regrouped
from .sums import kept_exact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .._panel.panel import Panel


Source = TypeVar("Source", "Panel", "Measure")


def _wanted(frame: Frame, labels: Any, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Keys to labels, from the dict and the keywords, checked."""
    if labels is not None and not isinstance(labels, dict):
        raise TypeError(f"labels is {short(labels)}: it takes a dict of key to label")
    wanted = {**(labels or {}), **keys}
    for key, value in wanted.items():
        if key not in frame.keys:
            raise KeyError(f"{short(key)} is no key: {near(key, frame.keys)}")
        known = frame.labels[frame.keys.index(key)]
        for label in (
            value if isinstance(value, (list, tuple, set, np.ndarray)) else [value]
        ):
            plain = label.item() if isinstance(label, np.generic) else label
            if plain not in known or isinstance(plain, bool):
                raise KeyError(
                    f"{key}: {short(label)} is no label: {near(label, known)}"
                )
    return wanted


def _mask(frame: Frame, wanted: Mapping[str, Any]) -> NDArray[np.bool_]:
    keep = np.ones(frame.series_count, bool)
    for key, value in wanted.items():
        place = frame.keys.index(key)
        many = isinstance(value, (list, tuple, set, np.ndarray))
        chosen = set(value) if many else {value}
        good = np.array([label in chosen for label in frame.labels[place]], bool)
        keep &= good[frame.codes[:, place]] if len(good) else False
    return keep


def _narrowed(frame: Frame, keep: NDArray[np.bool_], dropped: list[str]) -> Frame:
    """The frame of some series, without the keys that have one value left."""
    kept = [k for k, key in enumerate(frame.keys) if key not in dropped]
    labels, columns = [], []
    for k in kept:
        codes = frame.codes[keep, k]
        used = np.unique(codes)
        labels.append([frame.labels[k][c] for c in used])
        columns.append(np.searchsorted(used, codes))
    count = int(keep.sum())
    codes = (
        np.stack(columns, axis=1).astype(np.int32)
        if columns
        else np.zeros((count, 0), np.int32)
    )
    return frame.with_series([frame.keys[k] for k in kept], labels, codes)


def _with_periods(frame: Frame, periods: Any) -> Frame:
    """The frame with less of its calendar shown."""
    low, high = frame.shown
    if isinstance(periods, slice):
        if periods.step is not None:
            raise ValueError(f"periods is {periods}: a slice of periods takes no step")
        if periods.start is not None:
            low = max(low, first_period(periods.start, frame.freq, "periods"))
        if periods.stop is not None:
            high = min(high, last_period(periods.stop, frame.freq, "periods"))
    else:
        first = first_period(periods, frame.freq, "periods")
        last = max(first, last_period(periods, frame.freq, "periods"))
        if last < low or first > high:
            raise KeyError(
                f"periods is {short(periods)}: the calendar runs from "
                f"{frame.periods.first} to {frame.periods.last}"
            )
        low, high = max(low, first), min(high, last)
    high = max(high, low - 1)
    ends = high < frame.shown[1]
    return replace(
        frame,
        shown=(low, high),
        complete=min(frame.complete, high) if ends else frame.complete,
        bounded=frame.bounded or ends,
    )


def _split(wanted: Mapping[str, Any]) -> list[str]:
    """The keys that one value selects: they are dropped."""
    many = (list, tuple, set, np.ndarray)
    return [key for key, value in wanted.items() if not isinstance(value, many)]


def selected(
    source: Source, labels: Any, periods: Any, keys: Mapping[str, Any]
) -> Source:
    """A panel or measure with some of its series and periods."""
    frame = source._frame
    wanted = _wanted(frame, labels, keys)
    keep = _mask(frame, wanted)
    new = _narrowed(frame, keep, _split(wanted)) if wanted else frame
    if periods is not None:
        new = _with_periods(new, periods)
    return _restricted(source, new, keep)


def excluded(panel: Panel, labels: Any, keys: Mapping[str, Any]) -> Panel:
    """A panel without the series that `selected` would take."""
    wanted = _wanted(panel._frame, labels, keys)
    keep = ~_mask(panel._frame, wanted)
    return _restricted(panel, _narrowed(panel._frame, keep, []), keep)


def _restricted(source: Source, frame: Frame, keep: NDArray[np.bool_]) -> Source:
    if isinstance(source, Measure):
        return source._part(frame, series_cells(source._cells, keep), keep)
    if keep.all():
        whole = type(source)(
            frame,
            source._data,
            source._names,
            source._kinds,
            source._units,
            source._notes,
            source._merged,
            source._source,
            source._absences,
        )
        whole._counted = source._counted
        return whole
    to = np.where(keep, np.cumsum(keep) - 1, -1).astype(np.int32)
    found = regrouped(source, frame, to)
    found._absences = {n: a.of_series(keep) for n, a in source._absences.items()}
    return found


def series_cells(cells: Cells, keep: NDArray[np.bool_]) -> Cells:
    """The cells of some series, in order."""
    found = cells.kept(keep[cells.series])
    counts = np.diff(cells.indptr)[keep]
    return replace(
        found, indptr=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    )


# ---- a corner --------------------------------------------------------------------


def corner(source: Source, chosen: NDArray[np.int64]) -> Source:
    """A few series, by number in ascending order; the others are not looked at.

    What it takes does not depend on how many there are: for showing.
    """
    if isinstance(source, Measure):
        return source._with_series(chosen)
    frame, data = source._frame, source._data
    new = frame.with_series(frame.keys, frame.labels, frame.codes[chosen])
    rows = Cells(data["indptr"], data["ordinals"], data["rows"]).of_series(chosen)
    place = places_of(data["indptr"], chosen)
    few = {**data, "indptr": rows.indptr, "ordinals": rows.ordinals}
    few["rows"] = rows.values
    few["measures"] = [
        {**exact, **kept_exact(exact, place)} for exact in data["measures"]
    ]
    return type(source)(
        new,
        few,
        source._names,
        source._kinds,
        source._units,
        {name: codes[place] for name, codes in source._notes.items()},
        source._merged,
        None,
        {name: a.of_series(chosen) for name, a in source._absences.items()},
    )
