"""Numbers as text: the one module that decides how a number is printed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


# The values are fractions; only their text is in percent, pp or bp.
RELATIVE: dict[str, Callable[[float], str]] = {
    "rate": lambda value: f"{100 * value:+,.2f}%",
    "share": lambda value: f"{100 * value:,.2f}%",
    "pp": lambda value: f"{100 * value:+,.2f} pp",
    "bp": lambda value: f"{10_000 * value:+,.1f} bp",
    "factor": lambda value: f"{value:,.4f}",
    "residual": lambda value: f"{value:.1e}" if value else "0",
}
"""Formats with fixed decimals, for numbers that are not levels."""

_EXACT = 6
"""A number is printed exactly if it has no more significant digits than this."""
_MOST_DECIMALS = 15
_HUGE = 1e15


def number(value: float, digits: int = 4) -> str:
    """One number, with separated thousands and no trailing zeros.

    The text is exact if six significant digits are enough. Otherwise it has `digits`
    significant digits, and always all those before the decimal point.

    Examples
    --------
    >>> from evmarket._common.numbers import number
    >>> [number(x) for x in (139_000, 1234.5, 0.25, 2 / 3, 77_222.22)]
    ['139,000', '1,234.5', '0.25', '0.6667', '77,222']
    >>> number(77_222.22, 6)
    '77,222.2'
    """
    text = _fixed(value, decimals([value], digits))
    bare = text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    return "0" if bare == "-0" else bare


def signed(value: float, digits: int = 4) -> str:
    """As `number`, with a plus sign before a positive one."""
    return f"+{number(value, digits)}" if value > 0 else number(value, digits)


def percent(value: float, digits: int = 4) -> str:
    """A fraction as percent, with no more decimals than it needs."""
    return f"{number(100 * value, digits)}%"


def points(value: float, digits: int = 4) -> str:
    """A fraction as percentage points, with its sign."""
    return f"{signed(round(100 * value, 9), digits)} pp"


def column(values: Sequence[float], formats: str | Sequence[str] = "") -> list[str]:
    """Numbers printed together; those without a format share their decimals.

    Parameters
    ----------
    values : sequence of int or float
    formats : str, or one per number
        A key of `RELATIVE`, or "" for a plain number.

    Returns
    -------
    list of str
        Empty for NaN.

    Examples
    --------
    >>> from evmarket._common.numbers import column
    >>> column([1234.5, 0.25]), column([0.5, float("nan")], "rate")
    (['1,234.50', '0.25'], ['+50.00%', ''])
    """
    each = [formats] * len(values) if isinstance(formats, str) else formats
    pairs = list(zip(values, each, strict=True))
    places = decimals([value for value, form in pairs if not form])
    return [_formatted(value, form, places) for value, form in pairs]


def _formatted(value: float, form: str, places: int) -> str:
    if value != value:
        return ""
    if form in RELATIVE and abs(value) < 1e12:
        return RELATIVE[form](value)
    return _fixed(value, places)


def decimals(values: Sequence[float], digits: int = 4) -> int:
    """How many decimals numbers share.

    As many as print all of them exactly, if six digits of the largest are enough.
    Otherwise as many as print `digits` digits of the largest.
    """
    sizes = [abs(value) for value in values if math.isfinite(value)]
    if not any(sizes):
        return 0
    above = math.floor(math.log10(max(sizes)))
    for places in range(min(max(0, _EXACT - 1 - above), _MOST_DECIMALS) + 1):
        if all(size == round(size, places) for size in sizes):
            return places
    return min(max(0, digits - 1 - above), _MOST_DECIMALS)


def _fixed(value: float, places: int) -> str:
    """A number with so many decimals, if they show it."""
    if isinstance(value, int):
        return f"{value:,}"
    if not abs(value) < _HUGE:
        return f"{value:.6g}"
    text = f"{value:,.{places}f}"
    if text.strip("-0.,"):
        return text
    # A small number beside large ones is not printed as 0.
    return f"{value:.2g}" if value else "0"


def finite(value: Any, absent: Any = None) -> Any:
    """A number for CSV or JSON, at full precision; `absent` for NaN and infinity."""
    return value if math.isfinite(value) else absent
