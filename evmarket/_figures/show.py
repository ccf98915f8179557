"""Numbers and intervals of figures as text."""

from __future__ import annotations

import math

from .._common.numbers import number
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
    value = nearest(x * times)
    return number(value, 6) + (mark if math.isfinite(value) else "")


def show_span(span: Span, kind: str) -> str:
    """Value and interval; an open end has a round bracket."""
    left, right = "(" if span.low_open else "[", ")" if span.high_open else "]"
    ends = f"{left}{show(span.low, kind)}, {show(span.high, kind)}{right}"
    return ends if span.value is None else f"{show(span.value, kind)} {ends}"


def show_gap(distance: float) -> str:
    """How far a printed figure is from an implied one; empty for NaN."""
    if distance != distance:
        return ""
    return f"apart by {distance:.3g} units of its last digit"
