"""The finest cells of a panel, which all views of it share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common.record import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Codes, Ints, Mask
    from .lives import Lives
    from .series import SeriesIndex
    from .sums import ExactSums, Layout

FEBRUARY, BOTH = 2, 3
"""The bits of February, and of January and February; see `BaseLevel.months`."""

NO_DATE = np.iinfo(np.int32).min
"""The date of a cell without a value: before all others."""


@record(frozen=True, eq=False)
class BaseLevel:
    """One measure of the finest cells.

    Attributes
    ----------
    name, kind, unit : str, str, str or None
    sums : ExactSums
        One per cell; a count of 0 says that the rows have no value.
    dates : ndarray of int32 or None
        The day that each value is of, for kinds that take the last date of a period;
        None where the rows state the period itself.
    months : ndarray of uint8 or None
        At M-JF, which months of January and February have a value: bit 0 and bit 1. The
        cells of other months have both. None where every cell has both.
    nulls : ndarray of int64 or None
        For each series the number of rows without a value; None where the counts of
        the sums tell it.
    known : Known or None
        Where the cells of other periods were left out; see `finest.narrowed`.
    """

    name: str
    kind: str
    unit: str | None
    sums: ExactSums
    dates: NDArray[np.int32] | None = None
    months: Codes | None = None
    nulls: Ints | None = None
    known: Known | None = None


class Known(NamedTuple):
    """What is known of all cells of a measure where only some are here.

    Attributes
    ----------
    lives : Lives
        When each of the finest series lives.
    final : ndarray of int64
        The last period of each that has a row; below all periods for one without.
    periods : ndarray of int64
        Those of which the cells are here, ascending.
    """

    lives: Lives
    final: Ints
    periods: Ints


@record(frozen=True, eq=False)
class Base:
    """The finest cells: every series, every period, every measure.

    Attributes
    ----------
    series : SeriesIndex
    freq : str
        The finest frequency.
    low, high : int
        The first and last period of the rows; high is low - 1 when there are none.
    layout : Layout
        The cells that have a row, with the number of rows.
    levels : tuple of BaseLevel
    duplicates : str or None
        The rule for rows of one series and date; None for that of the kind.
    dated : bool
        Whether rows state dates, of which several may lie in one period.
    source : str
        Where the numbers come from, if the table said so.
    repeats : ndarray of int64 or None
        For each series the number of rows beyond the first of a date; None where the
        rows of the cells tell it, or nothing does.
    stated : ndarray of bool or None
        Of a dated base, the cells whose rows state their period and no date, which
        merged parts may have; None if all rows may state dates.
    """

    series: SeriesIndex
    freq: str
    low: int
    high: int
    layout: Layout
    levels: tuple[BaseLevel, ...]
    duplicates: str | None = None
    dated: bool = False
    source: str = ""
    repeats: Ints | None = None
    stated: Mask | None = None

    def __post_init__(self) -> None:
        # Panels share their arrays, and pickle hands them over without a copy.
        own: list[Any] = [self.series.codes, *self.layout, self.repeats, self.stated]
        for level in self.levels:
            sums = level.sums
            own += [sums.lo, sums.hi, sums.fine, sums.counts, sums.values]
            own += [level.dates, level.months, level.nulls]
        for array in own:
            if array is not None:
                array.flags.writeable = False


def one_month(months: Codes) -> Mask:
    """Where one of January and February has a value, and the other none."""
    return (months > 0) & (months < BOTH)


def by_series(layout: Layout, numbers: Ints) -> Ints:
    """The sum of one number per cell, for each series."""
    total = np.concatenate([[0], np.cumsum(numbers)])
    sums: Ints = total[layout.indptr[1:]] - total[layout.indptr[:-1]]
    return sums


@dataclass(frozen=True)
class Rules:
    """The rules of absence, which can be changed later.

    Attributes
    ----------
    absent : {"missing", "zero"}
    nulls : {"reported", "absent"}
    cutoff : int or None
        The last complete period of the finest calendar, where one was given.
    exit_after : int
        For how many periods without a row at the end a series has exited.
    year_end : int
        The month in which the year ends, 1 to 12.
    """

    absent: str = "missing"
    nulls: str = "reported"
    cutoff: int | None = None
    exit_after: int = 1
    year_end: int = 12
