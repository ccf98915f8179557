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
_SEVERAL = re.compile(
    "[一二两三四五六七八九]{2,}[十百千万亿]|[十百千][一二三四五六七八九]{2}|^[^零〇十百千万亿]{2,3}$"
)
"""Five or six, as in 五六万 or 五六家: no number."""


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
    if run is None or _SEVERAL.search(run.partition("点")[0]):
        return match[0]
    return _number(run)


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
            larger = total if last > 10**4 else 0  # 一万二千亿
            total += (part + digit + larger) * last - larger
            part = digit = 0
    if digit and last > 10:  # 两万五 is 25,000
        digit *= last // 10
    return str(total + part + digit) + ("." + digits if digits else "")
