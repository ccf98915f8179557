"""Occupied cells of one measure, sorted by series and period."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.messages import one_line
from .._common.record import record
from .series import numbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Codes, Floats, Ints, Mask
    from .sums import ExactSums, Layout


@record(frozen=True, eq=False)
class Cells:
    """The occupied cells of one measure.

    Attributes
    ----------
    indptr : ndarray of int64, shape (series + 1,)
        Series s has the cells indptr[s] .. indptr[s + 1] - 1.
    ordinals : ndarray of int64
        The period of each cell, ascending within a series.
    values : ndarray of float64
        NaN where only a status is known.
    status : ndarray of uint8 or None
        None when every cell is OK.
    sums : ExactSums or None
        The exact sums behind the values, for levels only.
    lone : ndarray of bool or None
        Numbers that hold January or February alone; a window over them is no whole.
    """

    indptr: Ints
    ordinals: Ints
    values: Floats
    status: Codes | None = None
    sums: ExactSums | None = None
    lone: Mask | None = None

    @classmethod
    def at(cls, layout: Layout) -> Cells:
        """The cells of a layout, with their numbers of rows as values."""
        return cls(layout.indptr, layout.ordinals, layout.rows)  # type: ignore[arg-type]

    @classmethod
    def summed(cls, layout: Layout, sums: ExactSums) -> Cells:
        """Cells with their exact sums."""
        return cls(layout.indptr, layout.ordinals, sums.values, sums=sums)

    @cached_property
    def series(self) -> Ints:
        """The series of each cell."""
        counts = np.diff(self.indptr)
        return np.repeat(np.arange(len(counts), dtype=np.int64), counts)

    @property
    def codes(self) -> Codes:
        """The status of each cell."""
        if self.status is None:
            return np.zeros(len(self.values), np.uint8)
        return self.status

    def exact(self, name: str) -> ExactSums:
        """The exact sums of a level; a product may be too large to have them."""
        if self.sums is None:
            raise OverflowError(
                f"{one_line(name)}: a number lies beyond what is held exactly"
            )
        return self.sums

    def with_values(self, values: Any, status: Codes | None) -> Cells:
        """The same cells with other values, which are not exact."""
        return Cells(self.indptr, self.ordinals, values, status)

    def kept(self, keep: Mask) -> Cells:
        """The cells where `keep` holds; all series stay."""
        if keep.all():
            return self
        return self._picked(kept_indptr(self.indptr, keep), keep)

    def of_series(self, chosen: Ints) -> Cells:
        """The cells of some series, by number."""
        return self._picked(*cells_of(self.indptr, chosen))

    def between(self, start: int, stop: int) -> Cells:
        """The cells of the series start .. stop - 1."""
        place = slice(int(self.indptr[start]), int(self.indptr[stop]))
        return self._picked(self.indptr[start : stop + 1] - self.indptr[start], place)

    @classmethod
    def joined(cls, parts: Sequence[Cells]) -> Cells:
        """The cells of consecutive series, which all have the same kinds of parts."""
        if len(parts) == 1:
            return parts[0]
        ends = [0, *accumulate(len(part.ordinals) for part in parts)]
        starts = [
            part.indptr[:-1] + end for part, end in zip(parts, ends, strict=False)
        ]

        def column(name: str) -> Any:
            own = [getattr(part, name) for part in parts]
            return None if own[0] is None else np.concatenate(own)

        sums = [part.sums for part in parts if part.sums is not None]
        return cls(
            np.concatenate([*starts, ends[-1:]]),
            column("ordinals"),
            column("values"),
            column("status"),
            sums[0].joined(sums) if sums else None,
            column("lone"),
        )

    def spread_to(self, series: Ints) -> Cells:
        """The cells of series[s] as those of series s; none where that is -1."""
        if np.array_equal(series, np.arange(len(self.indptr) - 1)):
            return self
        chosen = np.where(series >= 0, series, len(self.indptr) - 1)
        ends = np.append(self.indptr, self.indptr[-1])  # one series more, without cells
        return replace(self, indptr=ends).of_series(chosen)

    def _picked(self, indptr: Ints, chosen: Any) -> Cells:
        return Cells(
            indptr.astype(np.int64, copy=False),
            self.ordinals[chosen],
            self.values[chosen],
            None if self.status is None else self.status[chosen],
            None if self.sums is None else self.sums.take(chosen),
            None if self.lone is None else self.lone[chosen],
        )

    def first_from(self, series: Ints, ordinals: Ints) -> Ints:
        """The number of the first cell of the series at or after each place.

        Where there is none it is that of the next series' first cell.
        """
        return _core.find_cells(self.indptr, self.ordinals, series, ordinals, False)

    def place(self, series: Ints, ordinals: Ints) -> Ints:
        """The number of the cell at each place, or -1; series -1 has none."""
        return _core.find_cells(self.indptr, self.ordinals, series, ordinals, True)


_SPAN = 1 << 33


def packed(series: Any, ordinals: Any) -> Ints:
    """One integer per place, in the order of series and period."""
    places: Ints = np.asarray(series, np.int64) * _SPAN + (ordinals + _SPAN // 2)
    return places


def unpacked(places: Ints) -> tuple[Ints, Ints]:
    """The series and periods of places."""
    series, ordinals = np.divmod(places, _SPAN)
    return series, ordinals - _SPAN // 2


NEVER = _SPAN // 2 - 1
"""A period beyond all calendars."""


def taken(values: Any, place: Ints, none: Any) -> Any:
    """values[place], and `none` where the place is -1."""
    if not len(values):
        return np.full(len(place), none)
    return np.where(place >= 0, values[place], none)


def lowest_at(codes: Codes, place: Ints, count: int) -> Codes:
    """The lowest status other than OK that is sent to each of `count` places."""
    least = np.zeros(count, np.uint8)
    for code in np.unique(codes)[::-1]:
        if code:
            least[place[codes == code]] = code
    return least


def cells_of(indptr: Ints, chosen: Ints) -> tuple[Ints, Ints]:
    """The layout of the cells of some series, and the numbers of those cells."""
    sizes = indptr[chosen + 1] - indptr[chosen]
    own = indptr_of(sizes)
    shift = np.repeat(indptr[chosen] - own[:-1], sizes)
    return own, np.arange(len(shift), dtype=np.int64) + shift


def kept_indptr(indptr: Ints, keep: Mask) -> Ints:
    """The layout of the cells where `keep` holds; all series stay."""
    return indptr_of(keep)[indptr]


def indptr_of(sizes: Any) -> Ints:
    """Where the cells of each series begin and end, from how many each has."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def laid_out(series: Ints, ordinals: Ints, count: int) -> tuple[Ints, Ints, Ints]:
    """The layout of cells given in any order: indptr, ordinals, and the order."""
    order = np.lexsort((ordinals, series))
    indptr = indptr_of(np.bincount(series, minlength=count))
    return indptr, ordinals[order], order


def union(sides: Sequence[Cells], count: int) -> Cells:
    """The cells that any of the sides has; their values mean nothing."""
    first = sides[0]
    if all(_same_layout(first, side) for side in sides[1:]):
        return first
    ordinals = np.concatenate([side.ordinals for side in sides])
    series = np.concatenate([side.series for side in sides])
    low = int(ordinals.min(initial=0))
    span = int(ordinals.max(initial=low)) - low + 1
    # One integer per cell: sorting pairs is many times slower.
    chosen = numbered(series * span + (ordinals - low))[1]
    indptr = indptr_of(np.bincount(series[chosen], minlength=count))
    return Cells(indptr, ordinals[chosen], np.zeros(len(chosen)))


def _same_layout(a: Cells, b: Cells) -> bool:
    if a.ordinals is b.ordinals and a.indptr is b.indptr:
        return True
    return (
        len(a.ordinals) == len(b.ordinals)
        and np.array_equal(a.indptr, b.indptr)
        and np.array_equal(a.ordinals, b.ordinals)
    )
