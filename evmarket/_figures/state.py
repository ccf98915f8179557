"""FigureState: the data of a figure, made from text or from a number."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from .._common.messages import short
from .intervals import INF, Span, above, below, exactly, nearest
from .reading import Reading, read

FIGURE_KINDS = ("number", "percent", "growth", "pp", "multiple", "change")
# The kinds that a text may have instead of its own, with the same numbers.
_RENAMED = {
    "percent": ("growth",),
    "growth": ("percent",),
    "number": ("change",),
    "change": ("number",),
}


class FigureState(NamedTuple):
    """The exact interval of a figure, its relation, kind and noun, its text and unit.

    The unit is 0 for an exact number and None for an implied figure.
    """

    exact: Span
    relation: str
    kind: str
    of: str = ""
    text: str = ""
    unit: Fraction | None = None
    base: str = ""

    @property
    def value(self) -> float:
        """The nearest double to the value; NaN without one."""
        return math.nan if self.exact.value is None else nearest(self.exact.value)

    @property
    def low(self) -> float:
        """The low end; of an implied figure rounded outward."""
        end = self.exact.low
        return below(end) if self.unit is None else nearest(end)

    @property
    def high(self) -> float:
        """The high end; of an implied figure rounded outward."""
        end = self.exact.high
        return above(end) if self.unit is None else nearest(end)

    def renamed(self, kind: str | None) -> FigureState:
        """The same figure with another kind."""
        if kind is None or kind == self.kind:
            return self
        if self.text and kind not in _RENAMED.get(self.kind, ()):
            raise ValueError(
                f"kind is {short(kind)}: {short(self.text)} is a {self.kind} and "
                "cannot have this kind"
            )
        return self._replace(kind=kind)

    def around(self, value: float) -> FigureState:
        """A figure with another value and no text, of the same rounding and hedge."""
        span = self.exact
        assert span.value is not None
        by = number(value, "value", decimal=True) - span.value
        span = Span(span.low + by, span.high + by, *span[2:4], span.value + by)
        return self._replace(exact=span, text="")


def from_text(
    text: str, unit: Any, kind: str | None, nouns: tuple[str, ...] = ()
) -> FigureState:
    """Read a text, with its own rounding unit or a given one."""
    reading = read(text, nouns)
    span = _span(reading)
    step = Fraction(reading.unit, reading.over)
    if reading.relation == "under" and kind == "growth" and reading.bare:
        span = span._replace(low=-INF, low_open=True)
    if unit is not None:
        step = _positive(unit)
        if reading.relation not in ("exact", "about") or span.value is None:
            raise ValueError(
                f"unit is {short(unit)}: {short(text)} is a bound and has no rounding; "
                "leave unit out"
            )
        if (span.value / step).denominator != 1:
            raise ValueError(
                f"unit is {short(unit)}: {short(text)} has finer digits; give the "
                "place of its last digit"
            )
        span = _rounded(span.value, step)
    state = FigureState(
        span, reading.relation, reading.kind, reading.of, text, step, reading.base
    )
    return state.renamed(kind)


def from_number(value: Any, unit: Any, kind: str) -> FigureState:
    """An exact number, or a number rounded to a unit."""
    exact = number(value, "value", decimal=unit is not None)
    if unit is None:
        return FigureState(exactly(exact), "exact", kind, unit=Fraction(0))
    step = _positive(unit)
    span = _rounded(round(exact / step) * step, step)  # ties to even
    return FigureState(span, "exact", kind, unit=step)


def number(value: Any, name: str, decimal: bool) -> Fraction:
    """A finite number as a fraction; with `decimal` a float counts as its repr."""
    if (
        isinstance(value, (bool, np.bool_))
        or not (hasattr(value, "__float__") or hasattr(value, "__index__"))
        or isinstance(value, (complex, np.ndarray))
    ):
        raise TypeError(f"{name} is {short(value)}: it takes text or a real number")
    try:
        if isinstance(value, np.generic):
            value = value.item()
        return Fraction(repr(value) if decimal and isinstance(value, float) else value)
    except (ValueError, OverflowError):
        raise ValueError(f"{name} is {short(value)}: it must be finite") from None
    except TypeError:
        raise TypeError(f"{name} is {short(value)}: it takes a real number") from None


def _positive(unit: Any) -> Fraction:
    step = number(unit, "unit", decimal=True)
    if step <= 0:
        raise ValueError(f"unit is {short(unit)}: it must be positive")
    return step


def _rounded(value: Fraction, step: Fraction) -> Span:
    """The numbers that round to a value."""
    return Span(value - step / 2, value + step / 2, value=value)


def _span(reading: Reading) -> Span:
    over = reading.over
    return Span(
        -INF if reading.low is None else Fraction(reading.low, over),
        INF if reading.high is None else Fraction(reading.high, over),
        reading.low_open,
        reading.high_open,
        Fraction(reading.value, over),
    )
