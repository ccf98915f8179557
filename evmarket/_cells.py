"""Occupied cells of a panel, their calendar and keys, and why cells are empty.

A panel never holds what is not there: cells are sorted by series and period, and the
status of an empty cell follows from where its series begins and ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _workers
from ._inputs import listing
from ._period import Periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Codes = NDArray[np.uint8]
    Floats = NDArray[np.float64]

LEVELS = ("flow", "stock", "cumulative")
"""The kinds that are levels; `POINTS` are those whose differences are pp."""
POINTS = ("growth", "log", "share", "margin", "rate", "pp")

NEVER = np.iinfo(np.int64).max
"""The first period of a series that has no value."""


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


def label_array(labels: Sequence[Any]) -> NDArray[Any]:
    """Labels as an array: int64 where all are integers, else objects (str and None)."""
    if labels and all(type(label) is int for label in labels):
        return np.array(labels, dtype=np.int64)
    found = np.empty(len(labels), dtype=object)
    found[:] = labels
    return found


@dataclass(frozen=True, eq=False)
class Cells:
    """The occupied cells of one measure: `values` NaN where only a status is known.

    `status` is None when every cell is OK. `exact` is the engine's measure (a dict of
    arrays, a cell each), for levels only.
    """

    indptr: Ints
    ordinals: Ints
    values: Floats
    status: Codes | None = None
    exact: dict[str, Any] | None = None

    @cached_property
    def series(self) -> Ints:
        """The series of each cell."""
        counts = np.diff(self.indptr)
        return np.repeat(np.arange(len(counts), dtype=np.int64), counts)

    @property
    def codes(self) -> Codes:
        """The status of each cell, spelled out."""
        if self.status is None:
            return np.zeros(len(self.values), np.uint8)
        return self.status

    def kept(self, keep: NDArray[np.bool_]) -> Cells:
        """The cells where `keep` holds."""
        if keep.all():
            return self
        ends = np.concatenate([[0], np.cumsum(keep)])
        return Cells(
            ends[self.indptr],
            self.ordinals[keep],
            self.values[keep],
            None if self.status is None else self.status[keep],
            None if self.exact is None else kept_exact(self.exact, keep),
        )

    def of_series(self, chosen: Ints) -> Cells:
        """The cells of a few series, by number, whatever the others are."""
        counts = _sizes(self.indptr, chosen)
        place = places_of(self.indptr, chosen)
        return Cells(
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            self.ordinals[place],
            self.values[place],
            None if self.status is None else self.status[place],
            None if self.exact is None else kept_exact(self.exact, place),
        )

    def place(self, series: Ints, ordinals: Ints) -> Ints:
        """The number of the cell at each (series, ordinal), or -1."""
        if not len(self.ordinals) or not len(series):
            return np.full(len(series), -1, np.int64)
        low = min(int(self.ordinals.min()), int(ordinals.min()))
        span = max(int(self.ordinals.max()), int(ordinals.max())) - low + 1
        keys = self.series * span + (self.ordinals - low)
        wanted = series * span + (ordinals - low)
        found = np.searchsorted(keys, wanted)
        found[found == len(keys)] = 0
        return np.where(keys[found] == wanted, found, -1)


def places_of(indptr: Ints, chosen: Ints) -> Ints:
    """The numbers of the cells of a few series."""
    counts = _sizes(indptr, chosen)
    starts = np.cumsum(counts) - counts
    every = np.arange(counts.sum(), dtype=np.int64)
    found: Ints = every + np.repeat(indptr[chosen] - starts, counts)
    return found


def _sizes(indptr: Ints, chosen: Ints) -> Ints:
    """How many cells each of a few series has."""
    found: Ints = indptr[chosen + 1] - indptr[chosen]
    return found


def taken(values: Any, place: Ints, none: Any) -> Any:
    """values[place], and `none` where the place is -1."""
    if not len(values):
        return np.full(len(place), none)
    return np.where(place >= 0, values[place], none)


def kept_exact(exact: dict[str, Any], keep: Any) -> dict[str, Any]:
    """The engine's measure at some cells: a mask or numbers of cells."""
    arrays = ("lo", "hi", "fine", "counts", "values")
    picked = {k: exact[k] if exact[k] is None else exact[k][keep] for k in arrays}
    return {**exact, **picked}


def from_places(
    series: Ints, ordinals: Ints, series_count: int
) -> tuple[Ints, Ints, Ints]:
    """The layout of cells given in any order: indptr, ordinals, and the order."""
    order = np.lexsort((ordinals, series))
    counts = np.bincount(series, minlength=series_count)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return indptr, ordinals[order], order


def bases(cells: Cells, lag: int) -> Ints:
    """The cell that stands `lag` periods before each cell, or -1."""
    found = np.empty(len(cells.ordinals), np.int64)
    count = len(cells.indptr) - 1
    calls = [
        (cells.indptr, cells.ordinals, lag, start, stop, found)
        for start, stop in _workers.chunks(count, len(found))
    ]
    _workers.run(_core.lag_bases, calls)
    return found


@dataclass(frozen=True, eq=False)
class Absence:
    """Where each series of a level begins and ends: why its empty cells are empty.

    `first` is NEVER for a series without a value; `last` is the last value on or before
    the last complete period, below the calendar where there is none.
    """

    first: Ints
    last: Ints
    gone: NDArray[np.bool_] | None = None
    """Which series have exited, where that was decided at a finer frequency."""

    @classmethod
    def of(cls, frame: Frame, cells: Cells) -> Absence:
        starts, ends = cells.indptr[:-1], cells.indptr[1:]
        filled = ends > starts
        first = np.full(len(starts), NEVER, np.int64)
        first[filled] = cells.ordinals[starts[filled]]
        after = np.concatenate([[0], np.cumsum(cells.ordinals > frame.complete)])
        ends = ends - (after[ends] - after[starts])
        last = np.full(len(starts), frame.low - 1 - frame.exit_after, np.int64)
        early = ends > starts
        last[early] = cells.ordinals[ends[early] - 1]
        return cls(first, last)

    def exited(self, frame: Frame) -> NDArray[np.bool_]:
        """Which series have ended for good."""
        if self.gone is not None:
            return self.gone
        end = min(frame.complete, frame.high)
        return (self.first <= end) & (end - self.last >= frame.exit_after)

    def status(self, frame: Frame, series: Ints, ordinals: Ints) -> Codes:
        """The status of empty cells; the arrays broadcast together."""
        gone = self.exited(frame)[series] & (ordinals > self.last[series])
        codes = np.where(gone, np.uint8(_core.EXITED), np.uint8(_core.MISSING))
        codes = np.where(
            ordinals < self.first[series], np.uint8(_core.NOT_BEGUN), codes
        )
        found: Codes = np.where(
            ordinals > frame.complete, np.uint8(_core.PARTIAL), codes
        )
        return found

    def of_series(self, chosen: Any) -> Absence:
        """The facts of some series."""
        gone = None if self.gone is None else self.gone[chosen]
        return Absence(self.first[chosen], self.last[chosen], gone)


@dataclass(frozen=True, eq=False)
class CoarseAbsence(Absence):
    """Absence at a coarser frequency: an empty cell is empty as its last period is.

    `ends` is the last finer period of each coarser one from `low`; those beyond the
    finer calendar take `beyond`, or None the status at the calendar's end.
    """

    fine: Absence | None = None
    fine_frame: Frame | None = None
    low: int = 0
    ends: Ints | None = None
    beyond: int | None = None

    def status(self, frame: Frame, series: Ints, ordinals: Ints) -> Codes:
        assert self.fine is not None and self.fine_frame is not None
        assert self.ends is not None
        place = np.clip(ordinals - self.low, 0, len(self.ends) - 1)
        ends, high = self.ends[place], self.fine_frame.high
        found = self.fine.status(self.fine_frame, series, np.minimum(ends, high))
        if self.beyond is not None:
            found = np.where(ends > high, np.uint8(self.beyond), found)
        late = ends > self.fine_frame.complete
        if self.fine_frame.bounded:
            found = np.where(late, np.uint8(_core.PARTIAL), found)
        codes: Codes = found
        return codes

    def of_series(self, chosen: Any) -> CoarseAbsence:
        assert self.fine is not None
        gone = None if self.gone is None else self.gone[chosen]
        return replace(
            self,
            first=self.first[chosen],
            last=self.last[chosen],
            gone=gone,
            fine=self.fine.of_series(chosen),
        )


def regroup(sources: Any, frame: Frame, names: Sequence[str]) -> dict[str, Any]:
    """The engine's regroup into the series of a frame, its errors in labels."""
    try:
        found: dict[str, Any] = _core.regroup(sources, frame.series_count, tuple(names))
    except OverflowError as error:
        series = getattr(error, "series", None)
        if not isinstance(series, int):
            raise
        labels = listing(frame.name(series))
        raise beyond(error, names, labels, frame.freq) from None
    return found


def beyond(
    error: OverflowError, names: Sequence[str], labels: str, freq: str
) -> OverflowError:
    """The engine's word for a total that cannot be held, in labels."""
    measure = getattr(error, "measure", "")
    name = names[measure] if isinstance(measure, int) else measure
    period = Periods.of(freq, getattr(error, "ordinal", 0), 1).first
    return OverflowError(
        f"measure {name!r}: the total of series ({labels}), period {period}, lies "
        "beyond what is held exactly"
    )


def lowest(*statuses: Any) -> Codes:
    """The lowest code that is not OK, cell by cell; OK where all are."""
    # OK is 0: counted down from 0 it becomes the largest uint8.
    found = statuses[0] - np.uint8(1)
    for status in statuses[1:]:
        found = np.minimum(found, status - np.uint8(1))
    result: Codes = found + np.uint8(1)
    return result
