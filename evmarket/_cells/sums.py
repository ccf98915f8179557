"""Exact sums of cells, in the parts that the engine adds.

A sum is (hi * 2^64 + lo + fine * 2^-62) units of its grain. Everything here stays in
those integers and is rounded once, by the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.messages import listing
from .calendar import Calendar
from .series import SeriesIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Floats, Ints, Map, Mask

ARRAYS = ("lo", "hi", "fine", "counts", "values")
"""The parts of exact sums that are arrays of one entry per cell."""


@dataclass(frozen=True, eq=False)
class ExactSums:
    """The exact sums of one measure, one per cell.

    Attributes
    ----------
    lo, hi, fine : ndarray of uint64, int64, uint64
        The sum. `hi` is None where int64 holds it, `fine` where there is no fraction.
    counts : ndarray of int64
        How many rows with a value each sum holds.
    values : ndarray of float64
        The sums rounded once; NaN where a cell has no number.
    grain : str or None
        The unit of the sums: "integer", "float" (2^-64), "decimal" (10^-places); None
        where no row had a value.
    places : int
        Decimal places of the grain "decimal".
    """

    lo: NDArray[np.uint64]
    hi: Ints | None
    fine: NDArray[np.uint64] | None
    counts: Ints
    values: Floats
    grain: str | None
    places: int

    @classmethod
    def of(cls, measure: dict[str, Any]) -> ExactSums:
        """The engine's measure."""
        return cls(**{field.name: measure[field.name] for field in fields(cls)})

    def take(self, chosen: Any) -> ExactSums:
        """The sums of some cells: a mask or numbers of cells."""
        return self._each(lambda part: part[chosen])

    def where(self, mask: Mask) -> ExactSums:
        """The sums where `mask` holds, 0 elsewhere."""
        return self._each(lambda part: np.where(mask, part, part.dtype.type(0)))

    def placed(self, place: Ints, size: int) -> ExactSums:
        """The sums at `place` among `size` cells; the others hold no row."""

        def spread(part: NDArray[Any]) -> NDArray[Any]:
            room = np.zeros(size, part.dtype)
            room[place] = part
            return room

        return self._each(spread)

    def _each(self, change: Any) -> ExactSums:
        parts = {name: getattr(self, name) for name in ARRAYS}
        changed: dict[str, Any] = {
            name: None if part is None else change(part) for name, part in parts.items()
        }
        return replace(self, **changed)

    def negated(self) -> ExactSums:
        """The sums with the other sign. Integers must not be -2^63."""
        # -(n + f) is ~n + 1 - f for the whole part n and the fraction f: without a
        # fraction one is added, with it the fraction is turned over.
        low, high, fine = self.lo, self.hi, self.fine
        carry = np.ones(len(low), bool) if fine is None else fine == 0
        if fine is not None:
            fine = np.where(fine == 0, np.uint64(0), np.uint64(1 << 62) - fine)
        return replace(
            self,
            lo=~low + carry.astype(np.uint64),
            hi=None if high is None else ~high + (carry & (low == 0)),
            fine=fine,
            values=-self.values,
        )

    def fractions(self) -> list[Fraction]:
        """The exact sums as fractions."""
        units = {
            "float": Fraction(1, 1 << 64),
            "decimal": Fraction(1, 10**self.places),
        }
        unit = units.get(self.grain or "", Fraction(1))
        low = self.lo
        high = low.view(np.int64) >> 63 if self.hi is None else self.hi
        fine = np.zeros(len(low), np.uint64) if self.fine is None else self.fine
        return [
            (Fraction(int(h) * (1 << 64) + int(n)) + Fraction(int(f), 1 << 62)) * unit
            for h, n, f in zip(high, low, fine, strict=True)
        ]


class Layout(NamedTuple):
    """Where cells lie: those of series s are indptr[s] .. indptr[s + 1] - 1.

    `rows` says how many rows each cell holds.
    """

    indptr: Ints
    ordinals: Ints
    rows: Ints


class Moved(NamedTuple):
    """Cells on their way to other series or periods, as `regroup` takes them.

    `to` is the new series of each series, -1 to drop it. `periods` is (low, map): the
    new period of each period from `low`, or DROPPED. `keep` marks the cells to take.
    """

    layout: Layout
    sums: Sequence[ExactSums]
    to: Map
    periods: tuple[int, Ints] | None = None
    keep: Mask | None = None

    def for_engine(self) -> tuple[Any, ...]:
        cells: dict[str, Any] = {
            name: np.ascontiguousarray(part, np.int64)
            for name, part in self.layout._asdict().items()
        }
        cells["measures"] = [vars(sums) for sums in self.sums]
        to = np.ascontiguousarray(self.to, np.int32)
        return cells, to, self.periods, self.keep


def regroup(moved: Sequence[Moved], count: int) -> tuple[Layout, list[ExactSums]]:
    """Cells sent to `count` series and added there, exactly."""
    names = tuple(str(k) for k in range(len(moved[0].sums)))
    cells = _core.regroup([each.for_engine() for each in moved], count, names)
    layout = Layout(cells["indptr"], cells["ordinals"], cells["rows"])
    return layout, [ExactSums.of(measure) for measure in cells["measures"]]


def regroup_named(
    moved: Sequence[Moved],
    series: SeriesIndex,
    names: Sequence[str],
    calendar: Calendar,
) -> tuple[Layout, list[ExactSums]]:
    """`regroup` whose errors name measure, series and period."""
    try:
        return regroup(moved, series.count)
    except OverflowError as error:
        number = getattr(error, "series", None)
        if not isinstance(number, int):
            raise
        measure = int(getattr(error, "measure", 0))
        period = calendar.label(getattr(error, "ordinal", 0))
        raise OverflowError(
            f"measure {names[measure]!r}: the total of series "
            f"({listing(series.name(number))}), period {period}, lies beyond what is "
            "held exactly"
        ) from None


def once(indptr: Ints, ordinals: Ints, sums: ExactSums) -> tuple[Layout, ExactSums]:
    """Cells of one measure, each counted once."""
    ones = np.ones(len(ordinals), np.int64)
    return Layout(indptr, ordinals, ones), replace(sums, counts=ones)


def identity(count: int) -> Map:
    """The map that leaves every series where it is."""
    return np.arange(count, dtype=np.int32)


def summed(indptr: Ints, ordinals: Ints, terms: Sequence[ExactSums]) -> ExactSums:
    """The exact sum of terms that have the same cells."""
    return regroup(on_same_cells(indptr, ordinals, terms), len(indptr) - 1)[1][0]


def on_same_cells(
    indptr: Ints, ordinals: Ints, terms: Sequence[ExactSums]
) -> list[Moved]:
    """Terms that have the same cells, ready to be added."""
    moved = []
    for term in terms:
        layout, sums = once(indptr, ordinals, term)
        moved.append(Moved(layout, [sums], identity(len(indptr) - 1)))
    return moved
