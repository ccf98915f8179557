"""The series and the calendar that the measures of a panel share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.periods import Periods
from .._common.messages import listing, short
from .._tables.columns import Coded, label_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Array, Map
    from .._panel.measure import Measure


def _joined_series(a: Measure, b: Measure) -> tuple[Frame, list[NDArray[np.int64]]]:
    """The frame of both, and for each of its series the series of a and of b, or -1."""
    one, two = a._frame, b._frame
    if one.freq != two.freq:
        raise ValueError(
            f"{a.name} is at '{one.freq}', {b.name} at '{two.freq}': resample first"
        )
    wide, narrow = (one, two) if len(one.keys) >= len(two.keys) else (two, one)
    if not set(narrow.keys) <= set(wide.keys):
        raise ValueError(
            f"{a.name} has keys {short(one.keys)}, {b.name} {short(two.keys)}: "
            "one must hold all of the other's"
        )
    joined = joined_frame(one, two)
    places = [wide.keys.index(key) for key in narrow.keys]
    names = {narrow.name(s): s for s in range(narrow.series_count)}
    if len(narrow.keys) == len(wide.keys):
        rows = [
            tuple(narrow.name(s)[narrow.keys.index(k)] for k in wide.keys)
            for s in range(narrow.series_count)
        ]
        labels = [
            (*wide.labels[k], *{r[k] for r in rows}) for k in range(len(wide.keys))
        ]
        index = [{w: i for i, w in enumerate(words)} for words in labels]
        more = np.array(
            [[index[k][r[k]] for k in range(len(r))] for r in rows], np.int32
        )
        codes = np.concatenate([wide.codes, more.reshape(len(rows), len(wide.keys))])
        ordered, distinct, _ = regroup_series(labels, codes)
        if not wide.keys:
            distinct = np.zeros((1, 0), np.int32)
        joined = joined.with_series(wide.keys, ordered, distinct)
        places = list(range(len(wide.keys)))
        narrow_names = {r: s for s, r in enumerate(rows)}
    else:
        joined = joined.with_series(wide.keys, wide.labels, wide.codes)
        narrow_names = names
    wide_names = {wide.name(s): s for s in range(wide.series_count)}
    every = [joined.name(s) for s in range(joined.series_count)]
    to_wide = np.array([wide_names.get(n, -1) for n in every], np.int64)
    to_narrow = np.array(
        [narrow_names.get(tuple(n[p] for p in places), -1) for n in every], np.int64
    )
    return joined, [to_wide, to_narrow] if wide is one else [to_narrow, to_wide]


@dataclass(frozen=True, eq=False)
class Frame:
    """What the measures of a panel share: series and calendar.

    `low` to `high` is the calendar, `shown` the part of it that is looked at,
    `complete` the last complete period; all are ordinals, both ends included.
    `dropped`: of rows that repeat a cell one was kept, they were not added. `source`:
    where the numbers come from, if the table said so.
    """

    keys: tuple[str, ...]
    labels: tuple[tuple[Any, ...], ...]
    codes: NDArray[np.int32]
    freq: str
    low: int
    high: int
    complete: int
    exit_after: int
    bounded: bool
    shown: tuple[int, int]
    dropped: bool = False
    source: str = ""

    @property
    def series_count(self) -> int:
        return len(self.codes)

    @property
    def periods(self) -> Periods:
        low, high = self.shown
        return Periods.of(self.freq, low, high - low + 1)

    @cached_property
    def columns(self) -> dict[str, NDArray[Any]]:
        """The labels of each series, an array a key."""
        return {
            key: label_array(self.labels[k])[self.codes[:, k]]
            for k, key in enumerate(self.keys)
        }

    def shared_columns(self) -> dict[str, NDArray[Any]]:
        """The same to be given away: nobody can write into them."""
        found = {key: column.view() for key, column in self.columns.items()}
        for column in found.values():
            column.flags.writeable = False
        return found

    def name(self, series: int) -> tuple[Any, ...]:
        """The labels of one series, in the order of the keys."""
        return tuple(
            labels[code]
            for labels, code in zip(self.labels, self.codes[series], strict=True)
        )

    def with_series(
        self, keys: Sequence[str], labels: Sequence[Any], codes: NDArray[np.int32]
    ) -> Frame:
        return replace(
            self, keys=tuple(keys), labels=tuple(map(tuple, labels)), codes=codes
        )


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


def joined_frame(a: Frame, b: Frame) -> Frame:
    low, high = min(a.low, b.low), max(a.high, b.high)
    bounded = a.bounded or b.bounded
    complete = max(a.complete, b.complete) if bounded else high
    return replace(
        a, low=low, high=high, complete=complete, bounded=bounded, shown=(low, high)
    )


def series_columns(frame: Any, series: Array) -> dict[str, Array | Coded]:
    """The labels of some series, a column a key."""
    return {
        key: Coded(frame.codes[series, k], frame.labels[k])
        for k, key in enumerate(frame.keys)
    }


def period_column(frame: Any, ordinals: Array) -> Coded:
    """The labels of some periods that are shown."""
    places = (ordinals - frame.shown[0]).astype(np.int32)
    return Coded(places, frame.periods.labels)


def key_list(measure: Any, within: Any, name: str = "within") -> list[str]:
    """`within` as a list of keys of the measure or panel."""
    keys = [within] if isinstance(within, str) else list(within)
    for key in keys:
        check_key(measure, key, name)
    return keys


def grouped(measure: Measure, within: Any) -> tuple[Frame, NDArray[np.int32]]:
    """The frame of the groups, and the group of each series."""
    frame = measure._frame
    keys = key_list(measure, within)
    places = [frame.keys.index(key) for key in keys]
    labels, codes, to = regroup_series(
        [frame.labels[k] for k in places], frame.codes[:, places]
    )
    if not places:
        codes = np.zeros((1, 0), np.int32)
    return frame.with_series(keys, labels, codes), to
