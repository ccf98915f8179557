"""Occupied cells of one measure, sorted by series and period."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .sums import kept_exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Codes, Floats, Ints


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


def from_places(
    series: Ints, ordinals: Ints, series_count: int
) -> tuple[Ints, Ints, Ints]:
    """The layout of cells given in any order: indptr, ordinals, and the order."""
    order = np.lexsort((ordinals, series))
    counts = np.bincount(series, minlength=series_count)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return indptr, ordinals[order], order


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
