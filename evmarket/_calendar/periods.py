"""Consecutive periods, and how they make up coarser ones."""

from __future__ import annotations

from importlib import import_module
from operator import index as whole_number
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from .. import _core
from .._common.html import Html, box, cut, ends, joined, strong, text
from .._common.messages import short
from .._tables.interchange import pandas_periods
from .frequency import frequency, unit, year_end_at
from .labels import one_period, span, stated_frequency

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .._common.types import Ordinals


PERIODS = (12, 2, 6)
"""A display shows up to 12 periods, or the first 2 and the last 6 of more."""


class Periods:
    """Consecutive periods of one frequency, such as the calendar of a panel.

    Parameters
    ----------
    first, last : str, date, datetime64, pandas Period or int
        The ends, both included. A coarser label means all periods in it.
    freq : str, optional
        The frequency. By default the one that `first` states.
    year_end : str, optional
        The month in which the year of months or days ends, such as "MAR": what labels
        such as "FY2025" mean. Periods are equal whatever it is.

    Raises
    ------
    ValueError
        If a label cannot be read, `last` is before `first`, `first` is a date and
        `freq` is missing, or `year_end` is no month or of other periods.

    See Also
    --------
    pandas.PeriodIndex : the type that `to_pandas` returns.

    Notes
    -----
    Text is read in these forms, here and in tables, headers, facts and all labels:

    - years: "2025", "2025年", "FY2025", "FY25"
    - halves: "2025H1", "2025S1", "H1 2025", "H1-25", "1H25", "1H2025", "2025年上半年"
    - quarters: "2025Q1", "Q1 2025", "Q1-25", "1Q25", "1Q2025", "2025年第1季度",
      "2025年一季度"
    - months: "2025-01", "2025/1", "2025.01", "202501", "2025M01", "2025年1月",
      "Jan-25", "Jan 2025", "2025-Jan"; and "2025年1-2月", the first period of M-JF
    - weeks: "2025-W03" (ISO, from Monday to Sunday); of any week both dates,
      "2024-12-30/2025-01-05"
    - dates: "2025-01-31", "2025/1/31", "2025.1.31", "20250131", "2025年1月31日",
      "31-Jan-2025", "31 Jan 2025"; with a time of day, which is ignored,
      "2025-01-31 00:00:00", "2025-01-31T00:00:00Z", "2025/1/31 0:00"

    Letters may be small or capital and names of months long. "-" or a space may stand
    after the year, as in "2025-Q1", and between a name and a year. Two digits of a year
    are 2000 to 2099; years lie in 1800 to 2199. The order of day and month is never
    guessed: "01-04-2021" is an error; a column of such text needs
    ``date_format="%d-%m-%Y"``, see `Panel.from_table`. Integers are yyyymmdd, yyyymm
    at M and M-JF, and yyyy at Y.

    Examples
    --------
    >>> import evmarket as em
    >>> months = em.Periods("2025-11", "2026-02")
    >>> months
    Periods('2025-11', '2026-02', freq='M')
    >>> list(months)
    ['2025-11', '2025-12', '2026-01', '2026-02']
    >>> months.index("2026-01"), months.locate("2025")
    (2, slice(0, 2, None))
    >>> em.Periods("2025", "2025", freq="Q-MAR").labels
    ['2025Q1', '2025Q2', '2025Q3', '2025Q4']
    """

    __slots__ = ("_count", "_freq", "_start", "_year_end")
    _freq: str
    _start: int
    _count: int
    _year_end: int

    def __init__(
        self,
        first: Any,
        last: Any,
        freq: str | None = None,
        *,
        year_end: str | None = None,
    ) -> None:
        if freq is None:
            freq = stated_frequency(first, "first")
        self._freq = frequency(freq)
        self._year_end = end = year_end_at(year_end, self._freq)
        self._start = span(first, self._freq, "first", end)[0]
        self._count = span(last, self._freq, "last", end)[1] - self._start + 1
        if self._count < 1:
            raise ValueError(
                f"last is {short(last)}: it is before first, which is {short(first)}"
            )

    @classmethod
    def of(cls, freq: str, start: int, count: int, year_end: int = 12) -> Periods:
        """The `count` periods from ordinal `start` on; `count` may be 0.

        `year_end` is the number of the month in which years called FY end.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Periods.of("M", 660, 3)
        Periods('2025-01', '2025-03', freq='M')
        """
        periods = cls.__new__(cls)
        periods._freq = frequency(freq)
        periods._start, periods._count = int(start), int(count)
        periods._year_end = year_end
        return periods

    @property
    def freq(self) -> str:
        """The frequency, such as "M", "Q", "Y-MAR", "M-JF"."""
        return self._freq

    @property
    def start(self) -> int:
        """The ordinal of the first period, as in pandas where pandas has `freq`."""
        return self._start

    @property
    def ordinals(self) -> Ordinals:
        """The ordinals as an ndarray of int64."""
        return np.arange(self._start, self._start + self._count, dtype=np.int64)

    @property
    def first(self) -> str:
        """The label of the first period."""
        return self[0]

    @property
    def last(self) -> str:
        """The label of the last period."""
        return self[-1]

    @property
    def labels(self) -> list[str]:
        """The labels, such as "2025-01", "2025Q1", "2025H1", "2025"."""
        return _core.period_labels(self._freq, self._start, self._count)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Periods: ...
    def __getitem__(self, place: int | slice) -> str | Periods:
        if isinstance(place, slice):
            start, stop, step = place.indices(self._count)
            if step != 1:
                raise ValueError(f"step is {step}: periods are consecutive, give none")
            first, count = self._start + start, max(stop - start, 0)
            return Periods.of(self._freq, first, count, self._year_end)
        at = whole_number(place)
        if not -self._count <= at < self._count:
            raise IndexError(f"position is {at}: there are {self._count} periods")
        return _core.period_labels(self._freq, self._start + at % self._count, 1)[0]

    def __contains__(self, label: object) -> bool:
        try:
            places = self.locate(label)
        except (TypeError, ValueError):
            return False
        return bool(places.stop > places.start)

    def index(self, label: Any) -> int:
        """The position of the one period that `label` means.

        Raises
        ------
        KeyError
            If the period is not among these.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Periods("2025-11", "2026-02").index("2026-01")
        2
        """
        at = one_period(label, self._freq, "label", self._year_end) - self._start
        if not 0 <= at < self._count:
            raise KeyError(f"label is {short(label)}: not in {self!r}")
        return at

    def locate(self, label: Any) -> slice:
        """The positions of a label, or of a slice of labels with both ends included.

        A coarser label means all periods in it. Periods outside the calendar are left
        out, so that the slice may be empty.

        Examples
        --------
        >>> import evmarket as em
        >>> months = em.Periods("2025-11", "2026-02")
        >>> months.locate("2026"), months.locate(slice("2025-12", "2026-01"))
        (slice(2, 4, None), slice(1, 3, None))
        """
        if not isinstance(label, slice):
            label = slice(label, label)
        if label.step is not None:
            raise ValueError(
                f"step is {short(label.step)}: periods are consecutive, give none"
            )
        start, stop = 0, self._count
        if label.start is not None:
            first = span(label.start, self._freq, "start", self._year_end)[0]
            start = first - self._start
        if label.stop is not None:
            last = span(label.stop, self._freq, "stop", self._year_end)[1]
            stop = last - self._start + 1
        start = min(max(start, 0), self._count)
        return slice(start, max(min(stop, self._count), start))

    def to_numpy(self) -> NDArray[np.datetime64]:
        """The periods as datetime64: years, months, days, or first days of others.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Periods("2025-12", "2026-01").to_numpy()
        array(['2025-12', '2026-01'], dtype='datetime64[M]')
        >>> em.Periods("2025Q4", "2026Q1").to_numpy()
        array(['2025-10-01', '2026-01-01'], dtype='datetime64[D]')
        """
        if self._freq in ("Y", "M", "D"):
            return self.ordinals.view(f"M8[{self._freq}]")
        days = _core.period_days(self._freq, self._start, self._count, False)
        return days.view("M8[D]")

    def to_pandas(self) -> Any:
        """The periods as a pandas PeriodIndex.

        Raises
        ------
        ValueError
            If pandas does not have the frequency: H, M-JF.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Periods("2025-12", "2026-01").to_pandas().astype(str).tolist()
        ['2025-12', '2026-01']
        """
        if unit(self._freq) in ("H", "M-JF"):
            raise ValueError(
                f"freq is '{self._freq}': pandas has no such frequency, use labels or "
                "to_numpy()"
            )
        periods = pandas_periods(self.ordinals, self._freq)
        return import_module("pandas").PeriodIndex(periods)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Periods):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[str, int, int]:
        return self._freq, self._start if self._count else 0, self._count

    def __repr__(self) -> str:
        if not self._count:
            return f"Periods(none, freq='{self._freq}')"
        return f"Periods('{self.first}', '{self.last}', freq='{self._freq}')"

    def _repr_html_(self) -> str:
        places = ends(len(self), *PERIODS)
        parts = [text(self[int(place)]) for place in places]
        gap = cut(places)
        if gap is not None:
            parts.insert(gap, text("…"))
        title = f"{strong('Periods')} {text(f'{len(self):,}, frequency {self.freq}')}"
        return box(Html(title), foot=[joined(parts, ", ")])


class Wholes(NamedTuple):
    """Coarser periods, and the place of each finer period in them.

    `periods` are the coarser periods. For each finer period `group` is the index of its
    coarser period, `place` its position there, from 0, and `parts` the number of finer
    periods in a full one. The last one has ``place == parts - 1``.
    """

    periods: Periods
    group: Ordinals
    place: Ordinals
    parts: Ordinals


def wholes(periods: Periods, freq: str, name: str = "freq") -> Wholes:
    """How periods make up those of a coarser frequency."""
    coarse = frequency(freq)
    columns = _core.period_parts(periods.freq, coarse, periods.start, len(periods))
    if columns is None:
        raise ValueError(
            f"{name} is '{coarse}': periods of '{periods.freq}' do not add up to whole "
            f"periods of '{coarse}'"
        )
    group, place, parts = columns
    first, last = (int(group[0]), int(group[-1])) if len(group) else (0, -1)
    group -= first
    return Wholes(Periods.of(coarse, first, last - first + 1), group, place, parts)


def spanned(periods: Periods) -> str:
    """The first and the last period as text."""
    return f"{periods.first} to {periods.last}"
