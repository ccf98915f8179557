"""Lags and windows: a number of periods, or years, quarters, months in words."""

from __future__ import annotations

from operator import index as whole_number
from typing import Any

import numpy as np

from .._common.messages import short
from .frequency import first_day, per_year, unit

_MONTHS = {"Y": 12, "H": 6, "Q": 3, "M": 1}
_DAYS = {"W": 7, "D": 1}
_FORMS = "give periods such as 12, or words such as '1Y', '2Q', '12M', '4W'"


def lag_periods(lag: Any, freq: str | None, name: str = "lag") -> int:
    """A lag, as a number or in words, in periods of a frequency (None: integers).

    At M-JF a lag must be whole years, a multiple of 11 periods.
    """
    count = _periods(lag, freq, name)
    if count == 0:
        raise ValueError(f"{name} is 0: give a positive or a negative lag")
    if freq == "M-JF" and count % 11:
        raise ValueError(
            f"{name} is {short(lag)}: at M-JF, where one of the 11 periods has two "
            "months, only whole years compare: give '1Y' or 11"
        )
    return count


def year_before(freq: str, ordinal: int) -> int:
    """How many periods before a period lies the same one of the year before.

    For days it is the same date, for weeks the week of the same number. 29 February
    compares with the 28th, week 53 with week 52.
    """
    if unit(freq) == "D":
        day = np.datetime64(ordinal, "D").item()
        leap = (day.month, day.day) == (2, 29)
        base = day.replace(year=day.year - 1, day=28 if leap else day.day)
        return (day - base).days
    if unit(freq) == "W":
        year, number = _week(freq, ordinal)
        before = _week(freq, ordinal - 53)
        return 53 if before == (year - 1, number) else 52
    return per_year(freq)


def _week(freq: str, ordinal: int) -> tuple[int, int]:
    """The year and the number of a week: those of its fourth day."""
    middle = np.datetime64(first_day(freq, ordinal) + 3, "D").item()
    return middle.year, (middle.timetuple().tm_yday - 1) // 7 + 1


def window_periods(window: Any, freq: str | None, name: str = "window") -> int:
    """The length of a window, as a number or in words, in periods."""
    count = _periods(window, freq, name)
    if count < 1:
        raise ValueError(f"{name} is {short(window)}: it takes at least one period")
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
        advice = f": give {per_year(freq)}" if letter == "Y" and base in _DAYS else ""
        raise ValueError(
            f"{name} is {short(words)}: not a whole number of periods at "
            f"'{freq}'{advice}"
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
