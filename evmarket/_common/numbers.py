"""Numbers as text: the one place that decides how a number is printed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _places(numbers: Sequence[float]) -> int:
    """Decimals that show numbers as they are, if six digits of the largest do that.

    Else those that show four digits of the largest.
    """
    sizes = [abs(number) for number in numbers if math.isfinite(number)]
    if not any(sizes):
        return 0
    above = math.floor(math.log10(max(sizes)))
    for places in range(max(0, 5 - above) + 1):
        if all(size == round(size, places) for size in sizes):
            return places
    return min(max(0, 3 - above), 15)


def _shown(number: float, look: str, places: int) -> str:
    """A number as text; empty where there is none."""
    if number != number:
        return ""
    if math.isinf(number):
        return "∞" if number > 0 else "-∞"
    if look == "residual":
        return f"{number:.1e}" if number else "0"
    if look in RELATIVE and abs(number) < 1e12:
        return RELATIVE[look](number)
    if isinstance(number, int):
        return f"{number:,}"
    if abs(number) >= 1e15:
        return f"{number:.6g}"
    shown = f"{number:,.{places}f}"
    if shown.strip("-0.,"):
        return shown
    # A small number beside large ones is not 0.
    return f"{number:.2g}" if number else "0"


def _plain_number(number: float) -> str:
    if abs(number) >= 1e15:
        return f"{number:.6g}"
    whole = abs(number) >= 1000 or number == round(number)
    return f"{number:,.0f}" if whole else f"{number:.4g}"


# ---- axes ------------------------------------------------------------------------


def percent(value: float, _: Any = None) -> str:
    return f"{100 * value:.4g}%"


def points(value: float, _: Any = None) -> str:
    return f"{100 * value:+.4g} pp" if round(100 * value, 9) else "0 pp"


def number(value: float, _: Any = None) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def change(value: float) -> str:
    """A number with its sign."""
    return f"+{number(value)}" if value > 0 else number(value)


# Units of what is no level. All are kept as fractions; only text shows percent.
RELATIVE: dict[str, Callable[[float], str]] = {
    "rate": lambda number: f"{100 * number:+,.2f}%",
    "share": lambda number: f"{100 * number:,.2f}%",
    "pp": lambda number: f"{100 * number:+,.2f} pp",
    "bp": lambda number: f"{10_000 * number:+,.1f} bp",
    "factor": lambda number: f"{number:,.4f}",
}
