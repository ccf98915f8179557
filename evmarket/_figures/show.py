"""Numbers and intervals of figures as text."""

from __future__ import annotations

import math

from .intervals import Bound, Span, nearest

_SHOWN = {
    "percent": (100, "%"),
    "growth": (100, "%"),
    "pp": (100, " pp"),
    "multiple": (1, "x"),
}


def show(x: Bound | None, kind: str) -> str:
    """A number with six significant digits and the sign of its kind."""
    if x is None:
        return "?"
    times, mark = _SHOWN.get(kind, (1, ""))
    number = nearest(x * times)
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    places = (
        0 if number == 0 else min(15, max(0, 5 - math.floor(math.log10(abs(number)))))
    )
    text = f"{number:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text == "-0" else text) + mark


def show_span(span: Span, kind: str) -> str:
    """Value and interval; an open end has a round bracket."""
    left, right = "(" if span.low_open else "[", ")" if span.high_open else "]"
    ends = f"{left}{show(span.low, kind)}, {show(span.high, kind)}{right}"
    return ends if span.value is None else f"{show(span.value, kind)} {ends}"
