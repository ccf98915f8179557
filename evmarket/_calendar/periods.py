"""The calendar: frequencies, periods of columns, periods that a user names."""

from __future__ import annotations

from importlib import import_module
from operator import index as whole_number
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from .. import _core
from .._common.html import Html, box, cut, ends, joined, strong, text
from .._common.messages import short
from .frequency import frequency, unit
from .labels import _stated, first_period, last_period, one_period

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .._common.types import Ordinals

PERIODS = (12, 2, 6)


def spanned(periods: Periods) -> str:
    """First and last of some periods."""
    return f"{periods.first} to {periods.last}"


def periods(of: Periods) -> str:
    """Periods: the first and the last labels in a row."""
    shown = ends(len(of), *PERIODS)
    parts = [text(of[int(place)]) for place in shown]
    gap = cut(shown)
    if gap is not None:
        parts.insert(gap, text("…"))
    title = f"{strong('Periods')} {text(f'{len(of):,}, frequency {of.freq}')}"
    return box(Html(title), foot=[joined(parts, ", ")])


__all__ = ["Periods"]


class Wholes(NamedTuple):
    """The coarser periods that a calendar's periods make up.

    `periods` are those of the coarser frequency; for each finer period `group` is its
    place among them, `place` its place in its whole (from 0) and `parts` how many parts
    that whole has: the last part is where ``place == parts - 1``.
    """

    periods: Periods
    group: Ordinals
    place: Ordinals
    parts: Ordinals


def wholes(periods: Periods, freq: str, name: str = "freq") -> Wholes:
    """How periods regroup to a coarser frequency that they nest in."""
    target = frequency(freq)
    found = _core.period_parts(periods.freq, target, periods.start, len(periods))
    if found is None:
        raise ValueError(
            f"{name} is '{target}': periods of '{periods.freq}' do not make up whole "
            "ones of it"
        )
    whole, place, parts = found
    first, last = (int(whole[0]), int(whole[-1])) if len(whole) else (0, -1)
    whole -= first
    return Wholes(Periods.of(target, first, last - first + 1), whole, place, parts)


class Periods:
    """Consecutive periods of one frequency: the calendar of a panel.

    Parameters
    ----------
    first, last : str, date, datetime64, pandas Period or int
        The ends, both included. A coarser label means all it contains.
    freq : str, optional
        The frequency; without it the one that `first` states.

    Raises
    ------
    ValueError
        A label that cannot be read, an end before the beginning, dates without `freq`.

    See Also
    --------
    pandas.PeriodIndex : what `to_pandas` gives.

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

    __slots__ = ("_count", "_freq", "_start")
    _freq: str
    _start: int
    _count: int

    def __init__(self, first: Any, last: Any, freq: str | None = None) -> None:
        if freq is None:
            freq = _stated(first)
        self._freq = frequency(freq)
        self._start = first_period(first, self._freq, "first")
        self._count = last_period(last, self._freq, "last") - self._start + 1
        if self._count < 1:
            raise ValueError(f"last is {short(last)}, before first, {short(first)}")

    @classmethod
    def of(cls, freq: str, start: int, count: int) -> Periods:
        """The `count` periods from an ordinal on; none is allowed.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Periods.of("M", 660, 3)
        Periods('2025-01', '2025-03', freq='M')
        """
        found = cls.__new__(cls)
        found._freq = frequency(freq)
        found._start, found._count = int(start), int(count)
        return found

    @property
    def freq(self) -> str:
        """The frequency, such as "M", "Q", "Y-MAR", "M-JF"."""
        return self._freq

    @property
    def start(self) -> int:
        """The ordinal of the first period: that of pandas where pandas has it."""
        return self._start

    @property
    def ordinals(self) -> Ordinals:
        """The ordinals, ndarray of int64."""
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
                raise ValueError(f"step {step} of periods, which are consecutive")
            return Periods.of(self._freq, self._start + start, max(stop - start, 0))
        at = whole_number(place)
        if not -self._count <= at < self._count:
            raise IndexError(f"place {at} of {self._count} periods")
        return _core.period_labels(self._freq, self._start + at % self._count, 1)[0]

    def __contains__(self, label: object) -> bool:
        try:
            found = self.locate(label)
        except (TypeError, ValueError):
            return False
        return bool(found.stop > found.start)

    def index(self, label: Any) -> int:
        """The place of the one period that `label` means.

        Raises
        ------
        KeyError
            It lies outside the calendar.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Periods("2025-11", "2026-02").index("2026-01")
        2
        """
        at = one_period(label, self._freq, "label") - self._start
        if not 0 <= at < self._count:
            raise KeyError(f"{short(label)} lies outside {self!r}")
        return at

    def locate(self, label: Any) -> slice:
        """The places that a label, or a slice of labels with both ends included, means.

        A coarser label means all it contains; what lies outside the calendar is left
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
            raise ValueError(f"step {short(label.step)}: a slice of periods takes none")
        start, stop = 0, self._count
        if label.start is not None:
            start = first_period(label.start, self._freq, "start") - self._start
        if label.stop is not None:
            stop = last_period(label.stop, self._freq, "stop") - self._start + 1
        start = min(max(start, 0), self._count)
        return slice(start, max(min(stop, self._count), start))

    def to_numpy(self) -> NDArray[np.datetime64]:
        """The periods as datetime64.

        Of years, months or days where that is the frequency, else their first days.

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
        """A pandas PeriodIndex.

        Raises
        ------
        ValueError
            pandas has no such frequency: H, M-JF.

        Examples
        --------
        >>> import evmarket as em
        >>> em.Periods("2025-12", "2026-01").to_pandas().astype(str).tolist()
        ['2025-12', '2026-01']
        """
        if unit(self._freq) in ("H", "M-JF"):
            raise ValueError(
                f"pandas has no frequency '{self._freq}': use labels or to_numpy()"
            )
        pandas = import_module("pandas")
        dtype = pandas.PeriodDtype(self._freq)
        return pandas.PeriodIndex(pandas.arrays.PeriodArray(self.ordinals, dtype=dtype))

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

        return periods(self)
