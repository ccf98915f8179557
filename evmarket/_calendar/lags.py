"""Lags and windows: a number of periods, or years, quarters, months in words."""

from __future__ import annotations

from operator import index as whole_number
from typing import Any

import numpy as np

from .._common.messages import short
from .frequency import per_year, unit

_MONTHS = {"Y": 12, "H": 6, "Q": 3, "M": 1}
_DAYS = {"W": 7, "D": 1}


def _count(value: Any, freq: str | None, name: str) -> int:
    """A number of periods, or of years, quarters, months ... in words, as periods."""
    if isinstance(value, str):
        return _word(value, freq, name)
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {value}: it takes periods such as 12 or '1Y'")
    try:
        count = whole_number(value)
    except TypeError:
        raise TypeError(
            f"{name} is {short(value)}: it takes periods such as 12 or '1Y'"
        ) from None
    if abs(count) >= 1 << 62:
        raise OverflowError(f"{name} is {short(count)}: beyond any calendar")
    return count


def _word(text: str, freq: str | None, name: str) -> int:
    body = text.strip()
    sign = -1 if body.startswith("-") else 1
    body = body[1:] if body[:1] in ("+", "-") else body
    letter = body[-1:].upper()
    digits = body[:-1] if letter.isalpha() else body
    known = not letter.isalpha() or letter in _MONTHS or letter in _DAYS
    if not (known and digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise ValueError(
            f"{name} is {short(text)}: it takes periods such as 12, or words such as "
            "'1Y', '2Q', '12M', '4W'"
        )
    count = sign * int(digits)
    if not letter.isalpha():
        return count
    if freq is None:
        raise ValueError(
            f"{name} is {short(text)}, but the periods are plain integers: give freq=, "
            "or a number of periods"
        )
    base = unit(freq)
    if base == "M-JF" and letter in _MONTHS:
        periods, rest = divmod(count * _MONTHS[letter] * 11, 12 * 11)
        periods *= 11
    elif base in _MONTHS and letter in _MONTHS:
        periods, rest = divmod(count * _MONTHS[letter], _MONTHS[base])
    elif base in _DAYS and letter in _DAYS:
        periods, rest = divmod(count * _DAYS[letter], _DAYS[base])
    else:
        periods, rest = 0, 1
    if rest:
        cure = f": say {per_year(freq)}" if letter == "Y" and base in _DAYS else ""
        raise ValueError(
            f"{name} is {short(text)}: no whole number of periods at '{freq}'{cure}"
        )
    return periods


def lag_periods(lag: Any, freq: str | None, name: str = "lag") -> int:
    """A lag, as a number or in words, as periods of a frequency (None: plain integers).

    At M-JF only whole years compare like with like, so a lag is a multiple of 11.
    """
    count = _count(lag, freq, name)
    if count == 0:
        raise ValueError(f"{name} is 0: a period is not compared with itself")
    if freq == "M-JF" and count % 11:
        raise ValueError(
            f"{name} is {short(lag)}: at M-JF, where one period in 11 is two months, "
            "only whole years compare: say '1Y' or 11"
        )
    return count


def window_periods(window: Any, freq: str | None, name: str = "window") -> int:
    """The length of a window, as a number or in words, as periods."""
    count = _count(window, freq, name)
    if count < 1:
        raise ValueError(f"{name} is {short(window)}: it takes at least one period")
    return count


def exit_periods(after: Any, freq: str, name: str = "exit_after") -> int:
    """`exit_after` as periods; years of weeks and days are those of 52 and 365."""
    text = after.strip().upper() if isinstance(after, str) else ""
    if text.endswith("Y") and text[:-1].isdigit() and unit(freq) in _DAYS:
        after = int(text[:-1]) * per_year(freq)
    return window_periods(after, freq, name)
