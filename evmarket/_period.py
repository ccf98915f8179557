"""The calendar: frequencies, periods of columns, periods that a user names."""

from __future__ import annotations

from importlib import import_module
from operator import index as whole_number
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

from . import _core
from ._inputs import short
from ._inputs_time import Moments, moments, no_value, one_moment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Ordinals = NDArray[np.int64]

__all__ = ["Periods"]

_PER_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12, "M-JF": 11, "W": 52, "D": 365}
_FINENESS = ("Y", "H", "Q", "M-JF", "M", "W", "D")
_FIRST_DAY = -719162  # 0001-01-01
_LAST_DAY = 2932896  # 9999-12-31


def frequency(name: str) -> str:
    """The name of a frequency as it is shown: "Y-DEC" is "Y", "W-SUN" is "W"."""
    return _core.period_frequency(name)


def unit(freq: str) -> str:
    """The unit a frequency counts: "Y" of "Y-MAR"."""
    return freq if freq == "M-JF" else freq[0]


def per_year(freq: str) -> int:
    """How many periods make a year: 52 weeks, 365 days, 11 periods of M-JF."""
    return _PER_YEAR[unit(freq)]


def year_of(freq: str) -> str:
    """The frequency of the years in which a frequency's periods count: fiscal ones for
    fiscal quarters."""
    return "Y" + freq[1:] if unit(freq) in ("Y", "Q") else "Y"


# Columns


def ordinals(
    column: Any, freq: str | None = None, name: str = "period"
) -> tuple[Ordinals, str | None]:
    """The ordinals of a column of dates, periods, text or integers.

    Parameters
    ----------
    column : datetime64, pandas periods or datetimes, dates, text, integers, or a tuple
        of two columns, years and months (quarters, where freq counts quarters)
    freq : str, optional
        The frequency asked for; without it the one that the column states.
    name : str
        What errors call the column.

    Returns
    -------
    (ndarray of int64, frequency). Without `freq` integers are ordinals themselves and
    the frequency is None.

    Raises
    ------
    ValueError
        A row without a value, unreadable, outside the years 1 to 9999, or of another
        frequency than `freq`; dates without `freq`.
    TypeError
        A type that holds no periods.
    """
    found = moments(column, name)
    asked = None if freq is None else frequency(freq)
    if found.stated is not None:
        return _from_stated(found, asked or found.stated, name)
    if found.texts is not None:
        return _from_texts(found.texts, asked, name)
    values = found.values
    assert values is not None
    if found.within is not None:
        asked = asked or "M"
    elif asked is None and found.unit:
        raise ValueError(f"{name} holds plain dates, which state no period: give freq=")
    elif asked is None:
        return values, None
    return _core.period_ordinals(asked, values, found.unit, found.within, name), asked


def _from_texts(
    texts: list[str | None], asked: str | None, name: str
) -> tuple[Ordinals, str]:
    if asked is None:
        if not texts:
            raise ValueError(f"{name} has no rows to state a frequency: give freq=")
        if texts[0] is None:
            no_value(name, 0)
        asked = _core.period_parse(texts[0], f"{name}, row 0,")[0]
        if asked is None:
            raise ValueError(
                f"{name} holds plain dates, which state no period: give freq="
            )
    return _core.period_texts(asked, texts, name), asked


def _from_stated(found: Moments, asked: str, name: str) -> tuple[Ordinals, str]:
    """Ordinals of the frequency a column carries, as those of the one asked for."""
    stated, values = found.stated, found.values
    assert stated is not None and values is not None
    check_range(values, stated, name)
    if asked == "M-JF" and stated == "M":
        days = values.view("M8[M]").astype("M8[D]").view(np.int64)
        return _core.period_ordinals(asked, days, "D", None, name), asked
    if asked != stated:
        raise ValueError(
            f"{name} states {stated}, freq is '{asked}': {cure(stated, asked)}"
        )
    return values, asked


def check_range(values: Ordinals, freq: str, name: str) -> None:
    low = _core.period_at(freq, _FIRST_DAY)
    high = _core.period_at(freq, _LAST_DAY)
    bad = (values < low) | (values > high)
    if bad.any():
        row = int(bad.argmax())
        if values[row] == np.iinfo(np.int64).min:
            no_value(name, row)
        raise ValueError(f"{name}, row {row}: a period outside the years 1 to 9999")


def cure(stated: str, asked: str) -> str:
    """What to do about a column of one frequency where another is asked for."""
    if unit(stated) == unit(asked):
        return f"its periods end elsewhere: read it at '{stated}', or give plain dates"
    if _core.period_parts(stated, asked, 0, 0) is not None:
        return f"it is finer: read it at '{stated}', then resample('{asked}')"
    if _FINENESS.index(unit(stated)) > _FINENESS.index(unit(asked)):
        return "it is finer but no part of it: give plain dates instead"
    return "it is coarser and cannot be split"


# Labels that a user gives


def _span(value: Any, freq: str, name: str) -> tuple[int, int, bool]:
    """First and last day of what a label says, and whether it is a plain date."""
    if isinstance(value, str):
        stated, number = _core.period_parse(value, name)
        stated = _own_year(stated, freq)
    else:
        found = one_moment(value, name)
        assert found.values is not None
        stated, number = found.stated, int(found.values[0])
        if found.unit:
            days = found.values.view(f"M8[{found.unit}]").astype("M8[D]")
            number = int(days.view(np.int64)[0])
        elif stated is None:
            stated, number = _core.period_parse(str(number), name)
            stated = _own_year(stated, freq)
        check_range(np.array([number]), stated or "D", name)
    at = stated or "D"
    first = int(_core.period_days(at, number, 1, False)[0])
    last = int(_core.period_days(at, number, 1, True)[0])
    if freq == "M-JF" and stated == "M":  # "2025-02" names January and February
        first = int(_core.period_days(freq, _core.period_at(freq, first), 1, False)[0])
    return first, last, stated is None


def _own_year(stated: str | None, freq: str) -> str | None:
    """Years and quarters written as text or numbers are those of the frequency's own
    year: "2025" at Q-MAR is the fiscal year, as in the labels."""
    own = stated in ("Y", "Q") and unit(freq) in ("Y", "Q")
    return f"{stated}{freq[1:]}" if own else stated


def _plain(value: Any, name: str) -> int:
    """A period where periods are plain integers."""
    try:
        return whole_number(value)
    except TypeError:
        raise TypeError(
            f"{name} is {short(value)}, but the periods are plain integers: give freq="
        ) from None


def last_period(value: Any, freq: str | None, name: str) -> int:
    """The last period that ends on or before the end of what `value` says.

    For `complete_through` and the end of a slice: a coarser label is read to its end, a
    finer one or a date as the last period it completes.
    """
    if freq is None:
        return _plain(value, name)
    last = _span(value, freq, name)[1]
    ordinal = _core.period_at(freq, last)
    ends = _core.period_days(freq, ordinal, 1, True)[0]
    return ordinal if ends <= last else ordinal - 1


def first_period(value: Any, freq: str | None, name: str) -> int:
    """The first period that begins on or after the beginning of what `value` says."""
    if freq is None:
        return _plain(value, name)
    first = _span(value, freq, name)[0]
    ordinal = _core.period_at(freq, first)
    begins = _core.period_days(freq, ordinal, 1, False)[0]
    return ordinal if begins >= first else ordinal + 1


def one_period(value: Any, freq: str | None, name: str) -> int:
    """The one period that `value` means: of a plain date the period that holds it, of a
    coarser label the last, of a finer one the last that it completes."""
    if freq is None:
        return _plain(value, name)
    first, _, plain = _span(value, freq, name)
    return _core.period_at(freq, first) if plain else last_period(value, freq, name)


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
        from ._looks import periods

        return periods(self)


def _stated(label: Any) -> str:
    """The frequency that a label states."""
    found: str | None
    if isinstance(label, str):
        found = _core.period_parse(label, "first")[0]
    else:
        found = one_moment(label, "first").stated
    if found is None:
        raise ValueError(f"first is {short(label)}, which states no period: give freq=")
    return found
