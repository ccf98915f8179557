"""Lags and windows: a number of periods, or years, quarters, months in words."""

from __future__ import annotations

from operator import index as whole_number
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.messages import short
from .frequency import per_year, unit

if TYPE_CHECKING:
    from .._common.types import Ints

_MONTHS = {"Y": 12, "H": 6, "Q": 3, "M": 1}
_DAYS = {"W": 7, "D": 1}
_WORDS = {"H": "half-year", "Q": "quarter", "M": "month", "W": "week", "D": "day"}
_FORMS = "give periods such as 12, or words such as '1Y', '2Q', '12M', '4W'"
_POSITIVE = "it takes at least one period"
NO_PERIOD = np.iinfo(np.int64).min
"""The base of a period that has none."""


class Lag(NamedTuple):
    """How far the base of a period lies before it: a number of periods, or a date.

    Months are for days and weeks. The base of a day is the same day of the month so
    many months before, that of a week the week of the same number so many years before.

    Attributes
    ----------
    freq : str or None
        The frequency of the periods; None for integers.
    periods : int
        Negative for a base that lies after its period; 0 with months.
    months : int
        0 for a number of periods.
    nearest : bool
        Whether the day or week before is the base where there is no such one: for
        29 February the 28th, for week 53 week 52. Otherwise there is none.
    """

    freq: str | None
    periods: int = 0
    months: int = 0
    nearest: bool = False

    @property
    def years(self) -> bool:
        """Whether it compares the same places of two years."""
        if self.months or self.freq is None:
            return self.months != 0 and self.months % 12 == 0
        return unit(self.freq) not in _DAYS and self.periods % per_year(self.freq) == 0

    @property
    def yearly(self) -> tuple[int, int]:
        """How many steps a year has, and of how many the lag is."""
        if self.months:
            return 12, self.months
        assert self.freq is not None, "integers know no year"
        return per_year(self.freq), self.periods

    @property
    def words(self) -> str:
        """Where the base lies, as in growth on "the year before" or "3 months before".

        Examples
        --------
        >>> from evmarket._calendar.lags import read_lag
        >>> [read_lag(lag, "M").words for lag in ("1Y", 1, "1Q", -12)]
        ['the year before', 'the month before', '3 months before', 'the year after']
        """
        if self.years:
            steps, count = self.yearly
            number, one = count // steps, "year"
        else:
            number = self.months or self.periods
            one = (
                "month" if self.months else _WORDS.get(unit(self.freq or ""), "period")
            )
        side = "before" if number > 0 else "after"
        if abs(number) == 1:
            return f"the {one} {side}"
        return f"{abs(number)} {one}s {side}"

    def before(self, ordinals: Any) -> Any:
        """The base of each period, NO_PERIOD where it has none."""
        if not self.months:
            return ordinals - self.periods
        return _core.period_before(self, ordinals)

    def one_before(self, ordinal: int) -> int | None:
        """The base of one period."""
        base = int(self.before(np.array([ordinal]))[0])
        return None if base == NO_PERIOD else base

    def after(self, ordinals: Ints) -> tuple[Ints, Ints]:
        """The periods whose bases are `ordinals`: the place of each base, the period.

        A base may have none, or two: 28 February where 29 February is compared with it.
        """
        every = np.arange(len(ordinals), dtype=np.int64)
        periods = self.back.before(ordinals)
        if not self.months:
            return every, periods
        known = periods != NO_PERIOD
        every, periods = every[known], periods[known]
        if self.nearest:
            double = self.before(periods + 1) == ordinals[every]
            every = np.concatenate([every, every[double]])
            periods = np.concatenate([periods, periods[double] + 1])
        return every, periods

    @property
    def ahead(self) -> tuple[Lag, ...]:
        """The lag itself if bases lie after their periods, else none."""
        return (self,) if self.periods + self.months < 0 else ()

    @property
    def back(self) -> Lag:
        """The lag from a base to its period."""
        return Lag(self.freq, -self.periods, -self.months)


def read_lag(lag: Any, freq: str | None, name: str = "lag") -> Lag:
    """A lag, as a number or in words, at a frequency (None: integers).

    At M-JF a lag must be whole years, a multiple of 11 periods.
    """
    months = _months(lag, freq, name)
    count = 0 if months else _periods(lag, freq, name)
    if count == months == 0:
        raise ValueError(f"{name} is 0: give a positive or a negative lag")
    if freq == "M-JF" and count % 11:
        raise ValueError(
            f"{name} is {short(lag)}: at M-JF, where one of the 11 periods has two "
            "months, only whole years compare: give '1Y' or 11"
        )
    return Lag(freq, count, months)


def _months(words: Any, freq: str | None, name: str) -> int:
    """The months of a lag in words that goes by date; 0 for other lags."""
    if not isinstance(words, str) or freq is None or unit(freq) not in _DAYS:
        return 0
    count, letter = _read(words, name)
    by_date = letter == "Y" or (letter in _MONTHS and unit(freq) == "D")
    return count * _MONTHS[letter] if by_date else 0


def window_starts(window: Any, freq: str | None, ordinals: Ints) -> Ints:
    """The first period of the window that ends with each period.

    A window in words that goes by date begins after the base of its last period; that
    of 29 February begins as the one of the 28th, that of week 53 as that of week 52.
    """
    months = _months(window, freq, "window")
    if months == 0:
        return ordinals - window_periods(window, freq) + 1
    if months < 0:
        raise ValueError(f"window is {short(window)}: {_POSITIVE}")
    starts: Ints = Lag(freq, 0, months, nearest=True).before(ordinals) + 1
    return starts


def is_one_year(window: Any, freq: str) -> bool:
    """Whether a window is one year long."""
    if unit(freq) in _DAYS:
        return _months(window, freq, "window") == 12
    return window_periods(window, freq) == per_year(freq)


def window_periods(window: Any, freq: str | None, name: str = "window") -> int:
    """The length of a window, as a number or in words, in periods."""
    count = _periods(window, freq, name)
    if count < 1:
        raise ValueError(f"{name} is {short(window)}: {_POSITIVE}")
    return count


def exit_periods(after: Any, freq: str, name: str = "exit_after") -> int:
    """`exit_after` in periods; a year is 52 weeks or 365 days, or two years at "Y"."""
    text = after.strip().upper() if isinstance(after, str) else ""
    if text == "1Y" and per_year(freq) == 1:
        return 2
    if text.endswith("Y") and text[:-1].isdigit() and unit(freq) in _DAYS:
        after = int(text[:-1]) * per_year(freq)
    return window_periods(after, freq, name)


def _periods(value: Any, freq: str | None, name: str) -> int:
    """A number of periods, or a span in words, in periods."""
    if isinstance(value, str):
        return _periods_of_words(value, freq, name)
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        count = whole_number(value)
    except TypeError:
        raise TypeError(f"{name} is {short(value)}: {_FORMS}") from None
    if abs(count) >= 1 << 62:
        raise OverflowError(f"{name} is {short(count)}: longer than any calendar")
    return count


def _periods_of_words(words: str, freq: str | None, name: str) -> int:
    count, letter = _read(words, name)
    if not letter:
        return count
    if freq is None:
        raise ValueError(
            f"{name} is {short(words)}, but the periods are integers: give a number of "
            "periods, or pass freq="
        )
    base = unit(freq)
    if base == "M-JF" and letter in _MONTHS:
        years, rest = divmod(count * _MONTHS[letter], 12)
        periods = years * 11
    elif base in _MONTHS and letter in _MONTHS:
        periods, rest = divmod(count * _MONTHS[letter], _MONTHS[base])
    elif base in _DAYS and letter in _DAYS:
        periods, rest = divmod(count * _DAYS[letter], _DAYS[base])
    else:
        periods, rest = 0, 1
    if rest:
        raise ValueError(
            f"{name} is {short(words)}: not a whole number of periods at '{freq}'"
        )
    return periods


def _read(words: str, name: str) -> tuple[int, str]:
    """Number and unit of "2Q", "-1Y" or "12"; the unit may be ""."""
    body = words.strip()
    sign = -1 if body.startswith("-") else 1
    body = body[1:] if body[:1] in ("+", "-") else body
    letter = body[-1:].upper() if body[-1:].isalpha() else ""
    digits = body[:-1] if letter else body
    known = not letter or letter in _MONTHS or letter in _DAYS
    if not (known and digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise ValueError(f"{name} is {short(words)}: {_FORMS}")
    return sign * int(digits), letter
