"""Chinese numerals as digits."""

from __future__ import annotations

import re

_DIGITS = dict(zip("零〇一二三四五六七八九", (0, *range(10)), strict=True)) | {"两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10**4, "亿": 10**8}
_ONE = "".join(_DIGITS)
_RUN = f"[{_ONE}十百千]"
# "翻一番" is a word of the vocabulary; what is left are numerals, tenths, percents.
_NUMERAL = re.compile(
    f"翻了?[一两二]?[番倍]|百分之({_RUN}+(?:点[{_ONE}]+)?)"
    f"|([一二三四五六七八九])成([一二三四五六七八九])"
    f"|([{_ONE}十]{_RUN}*(?:(?:[万亿]{_RUN}+)+[万亿]?|点[{_ONE}]+)?)"
)


def in_digits(text: str) -> str:
    """A text without digits, with the numerals of Chinese written in digits.

    Examples
    --------
    >>> from evmarket._figures.numerals import in_digits
    >>> in_digits("五万辆"), in_digits("增长百分之二十"), in_digits("近三成")
    ('5万辆', '增长20%', '近3成')
    """
    return _NUMERAL.sub(_written, text)


def _written(match: re.Match[str]) -> str:
    percent, tens, ones, run = match.groups()
    if percent is not None:
        return f"{_number(percent)}%"
    if tens is not None:
        return f"{_DIGITS[tens]}{_DIGITS[ones]}%"
    return match[0] if run is None else _number(run)


def _number(run: str) -> str:
    """A numeral in digits."""
    whole, _, decimals = run.partition("点")
    digits = "".join(str(_DIGITS[sign]) for sign in decimals)
    if not set(whole) & {*_UNITS, *_LARGE}:  # digit by digit, as years are
        return "".join(str(_DIGITS[sign]) for sign in whole) + (
            "." + digits if digits else ""
        )
    total = part = digit = last = 0
    for sign in whole:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            last = last if digit else 0
        elif sign in _UNITS:
            last = _UNITS[sign]
            part += (digit or 1) * last
            digit = 0
        else:
            last = _LARGE[sign]
            total += (part + digit) * last
            part = digit = 0
    if digit and last > 10:  # 两万五 is 25,000
        digit *= last // 10
    return str(total + part + digit) + ("." + digits if digits else "")
