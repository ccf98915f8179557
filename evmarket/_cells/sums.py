"""Exact sums of cells, in the parts that the engine adds.

A sum is (hi * 2^64 + lo + fine * 2^-62) units of its grain. Everything here stays in
those integers and is rounded once, by the engine.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.messages import listing
from .._common.record import record
from .._common.workers import run_parts
from .calendar import Calendar
from .series import SeriesIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from numpy.typing import NDArray

    from .._common.types import Floats, Ints, Map, Mask

ARRAYS = ("lo", "hi", "fine", "counts", "values")
"""The parts of exact sums that are arrays of one entry per cell."""


@record(frozen=True, eq=False)
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
        return cls(**measure)

    @classmethod
    def counting(cls, mask: Any, ones: Ints) -> ExactSums:
        """Counts, or 1 where a mask holds and 0 elsewhere: added up, it counts.

        `ones` is how many rows the cells have where they are added: one each.
        """
        number = np.asarray(mask)
        return cls(number.astype(np.uint64), None, None, ones, _NONE, "integer", 0)

    @classmethod
    def of_values(cls, values: Floats, counts: Ints) -> ExactSums:
        """Doubles below 2^62 as exact sums; NaN is a cell without a number."""
        numbers = np.where(np.isnan(values), 0.0, values)
        high = np.floor(numbers)
        part = np.ldexp(numbers - high, 64)
        low = np.floor(part)
        fine = np.ldexp(part - low, 62).astype(np.uint64)
        whole = low.astype(np.uint64), high.astype(np.int64)
        return cls(*whole, fine, counts, values, "float", 0)

    def numbers(self) -> Floats:
        """The sums as doubles, 0 where only assumed zeros were added."""
        return np.where(self.counts > 0, self.values, 0.0)

    def apart(self, ones: Ints) -> tuple[ExactSums, ExactSums]:
        """The sums with one row a cell, and their counts as a term of its own.

        `regroup` adds cells whose every row counts three times as fast. `counted_by`
        gives the counts back.
        """
        return replace(self, counts=ones), ExactSums.counting(self.counts, ones)

    def counted_by(self, counts: ExactSums) -> ExactSums:
        """The sums with other counts."""
        return replace(self, counts=counts.lo.view(np.int64))

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

    def joined(self, parts: Sequence[ExactSums]) -> ExactSums:
        """The sums of several parts, one after the other, of the grain of the first."""

        def column(name: str) -> Any:
            own = [getattr(part, name) for part in parts]
            if all(each is None for each in own):
                return None
            # Without high words or fractions they are those of the numbers at hand.
            spare = {"hi": lambda part: part.high, "fine": lambda part: part.lo * 0}
            return np.concatenate(
                [
                    spare[name](p) if c is None else c
                    for p, c in zip(parts, own, strict=True)
                ]
            )

        return replace(self, **{name: column(name) for name in ARRAYS})

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

    @cached_property
    def inexact(self) -> Mask | None:
        """Which sums are not equal to the doubles they round to; None for none."""
        if self.grain == "integer":
            mask = np.abs(self.values) > 2.0**53
        elif self.grain == "decimal":
            mask = np.ones(len(self.values), bool)
        elif self.grain is None or self._short():
            return None
        else:
            again = ExactSums.of_values(self.values, self.counts)
            mask = (again.lo != self.lo) | (again.hi != self.high)
            mask |= again.fine != (0 if self.fine is None else self.fine)
        return mask if mask.any() else None

    def _short(self) -> bool:
        """Whether all sums have few digits: below 2^32, in steps of 2^-20."""
        steps = not (self.lo & np.uint64((1 << 44) - 1)).any()
        whole = self.fine is None or not self.fine.any()
        high = self.high
        return steps and whole and bool((np.abs(high + (high < 0)) < 1 << 32).all())

    def words(self) -> list[Ints]:
        """The low, the middle and the high word, with a fraction its two halves."""
        parts = [self.lo & _LOW, self.lo >> np.uint64(32), self.high]
        if self.fine is not None:
            parts += [self.fine & _HALF, self.fine >> np.uint64(31)]
        return [part.astype(np.int64) for part in parts]

    def of_words(self, words: Sequence[Ints], counts: Ints) -> ExactSums:
        """Sums of the same grain from words that need not be normal."""
        low, middle, high, *fine = words
        fraction = None
        if fine:
            second = fine[1] + (fine[0] >> 31)
            low = low + (second >> 31)
            half = second.view(np.uint64) & _HALF
            fraction = (half << np.uint64(31)) | (fine[0].view(np.uint64) & _HALF)
        middle = middle + (low >> 32)
        high = high + (middle >> 32)
        lower, upper = (part.view(np.uint64) & _LOW for part in (low, middle))
        return replace(
            self,
            lo=(upper << np.uint64(32)) | lower,
            hi=high,
            fine=fraction,
            counts=counts,
            values=np.empty(0),
        )

    def times(self, number: int) -> ExactSums:
        """The sums times an integer below 2^30 in size, not yet read out as doubles.

        A product beyond 2^62 is for the caller to refuse.
        """
        size = abs(number)
        product = self.of_words([part * size for part in self.words()], self.counts)
        return product.negated() if number < 0 else product

    @property
    def high(self) -> Ints:
        """The high words, where they follow from the low ones too."""
        return self.lo.view(np.int64) >> 63 if self.hi is None else self.hi

    def fractions(self) -> list[Fraction]:
        """The exact sums as fractions."""
        from fractions import Fraction

        units = {
            "float": Fraction(1, 1 << 64),
            "decimal": Fraction(1, 10**self.places),
        }
        unit = units.get(self.grain or "", Fraction(1))
        low, high = self.lo, self.high
        fine = np.zeros(len(low), np.uint64) if self.fine is None else self.fine
        return [
            (Fraction(int(h) * (1 << 64) + int(n)) + Fraction(int(f), 1 << 62)) * unit
            for h, n, f in zip(high, low, fine, strict=True)
        ]


_NONE = np.empty(0)
_LOW = np.uint64((1 << 32) - 1)
_HALF = np.uint64((1 << 31) - 1)


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
        # None: every row counts.
        rows = self.layout.rows
        cells["measures"] = [
            {**vars(sums), "counts": None if sums.counts is rows else sums.counts}
            for sums in self.sums
        ]
        to = np.ascontiguousarray(self.to, np.int32)
        return cells, to, self.periods, self.keep


class Naming(NamedTuple):
    """What errors name: the new series, the measures, the calendar.

    Series 0 of the cells is the series `first`.
    """

    series: SeriesIndex
    names: Sequence[str]
    calendar: Calendar
    first: int = 0


def regroup(moved: Sequence[Moved], count: int) -> tuple[Layout, list[ExactSums]]:
    """Cells sent to `count` series and added there, exactly."""
    names = tuple(str(k) for k in range(len(moved[0].sums)))
    return _read(_core.regroup([each.for_engine() for each in moved], count, names))


def _read(cells: dict[str, Any]) -> tuple[Layout, list[ExactSums]]:
    """The engine's cells."""
    layout = Layout(cells["indptr"], cells["ordinals"], cells["rows"])
    return layout, [ExactSums.of(measure) for measure in cells["measures"]]


def regroup_named(
    moved: Sequence[Moved], naming: Naming
) -> tuple[Layout, list[ExactSums]]:
    """`regroup` whose errors name measure, series and period."""
    with _named_totals(naming):
        return regroup(moved, naming.series.count)


@contextmanager
def _named_totals(naming: Naming) -> Iterator[None]:
    """Name measure, series and period where a total cannot be held."""
    try:
        yield
    except OverflowError as error:
        number = getattr(error, "series", None)
        if not isinstance(number, int):
            raise
        name = naming.names[int(getattr(error, "measure", 0))]
        raise _too_large(naming, name, number, getattr(error, "ordinal", 0)) from None


def regroup_in_order(
    moved: Sequence[Moved], naming: Naming
) -> tuple[Layout, list[ExactSums]]:
    """`regroup_named` of all cells of panels whose series keep their order.

    One pass, shared out among the workers.
    """
    count = naming.series.count
    sizes = np.zeros(count, np.int64)
    for each in moved:
        sizes[each.to] += np.diff(each.layout.indptr)  # no series twice in a part
    bounds = np.concatenate([[0], np.cumsum(sizes)])
    names = tuple(str(k) for k in range(len(moved[0].sums)))
    # Of a source (cells, series, periods, cells to keep) the first two.
    sources = [each.for_engine()[:2] for each in moved]
    merge = _core.merge_open(sources, count, names)

    def counted(start: int, stop: int) -> None:
        _core.merge_count(merge, start, stop)

    def written(start: int, stop: int) -> None:
        _core.merge_write(merge, start, stop)

    run_parts(counted, bounds)
    _core.merge_prepare(merge)
    with _named_totals(naming):
        run_parts(written, bounds)
    return _read(_core.merge_finish(merge))


def _too_large(naming: Naming, name: str, number: int, ordinal: int) -> OverflowError:
    """The error of a total that cannot be held."""
    where = listing(naming.series.name(number))
    period = naming.calendar.label(ordinal)
    return OverflowError(
        f"measure {name!r}: the total of series ({where}), period {period}, lies "
        "beyond what is held exactly"
    )


def read_out(
    indptr: Ints, ordinals: Ints, sums: ExactSums, naming: Naming
) -> ExactSums:
    """Sums with the doubles that they round to; the cells stay as they are."""
    return summed(indptr, ordinals, [sums], naming)


def summed(
    indptr: Ints,
    ordinals: Ints,
    terms: Sequence[ExactSums],
    naming: Naming | None = None,
) -> ExactSums:
    """The exact sum of terms that have the same cells; the counts are added too."""
    ones = np.ones(len(ordinals), np.int64)
    # A term that counts no row, as an assumed 0 does, is a number all the same.
    made, bad = _core.add_sums([{**vars(term), "counts": ones} for term in terms])
    _check_sum(indptr, ordinals, bad, naming)
    counts = reduce(np.add, [term.counts for term in terms])
    return replace(ExactSums.of(made), counts=counts)


def slid(
    cells: Any,
    known: Mask,
    first: Ints,
    last: Ints,
    indptr: Ints,
    ordinals: Ints,
    naming: Naming,
) -> ExactSums:
    """The exact sums of the known cells first .. last, for each of other cells.

    `indptr` and `ordinals` say where those lie. A sum is a number if it has any known
    cell; the counts are those of the rows.
    """
    ones = {**vars(cells.sums), "counts": known.astype(np.int64)}
    made, bad = _core.slide_sums(ones, known, first, last)
    _check_sum(indptr, ordinals, bad, naming)
    rows = np.concatenate([[0], np.cumsum(np.where(known, cells.sums.counts, 0))])
    return replace(ExactSums.of(made), counts=rows[last + 1] - rows[first])


def _check_sum(indptr: Ints, ordinals: Ints, bad: int, naming: Naming | None) -> None:
    """An OverflowError if the total of a cell cannot be held."""
    if bad < 0:
        return
    if naming is None:
        raise OverflowError("a total lies beyond what is held exactly")
    series = int(np.searchsorted(indptr, bad, side="right")) - 1
    series += naming.first
    raise _too_large(naming, naming.names[0], series, int(ordinals[bad]))


def identity(count: int) -> Map:
    """The map that leaves every series where it is."""
    return np.arange(count, dtype=np.int32)
