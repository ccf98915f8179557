"""Axes of charts: the range of values, round ticks, their labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._common.numbers import number, percent, points

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._common.types import Floats

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_TICKS = 5
"""About so many steps between ticks."""
_FAR = 3.0
"""Rates farther off the others than so many of their spreads leave the axis."""


class Axis(NamedTuple):
    """A range of values, its ticks, and how many values lie beyond it."""

    low: float
    high: float
    ticks: list[float]
    form: str
    beyond: int = 0

    @property
    def labels(self) -> list[str]:
        """The ticks as text."""
        printed: Callable[[float], str] = number
        if self.form in ("rate", "share"):
            printed = percent
        elif self.form == "pp":
            printed = points
        return [printed(tick) for tick in self.ticks]

    def place(self, value: float) -> float:
        """Where a value lies: 0 at the low end, 1 at the high end."""
        return (value - self.low) / (self.high - self.low)


def axis(values: Floats, form: str) -> Axis:
    """The axis of some values, which always has 0.

    Parameters
    ----------
    values : ndarray
        NaN where there is none.
    form : str
        A key of `numbers.RELATIVE` or "". Single rates that are far from all others
        lie beyond the axis: they would flatten the others.
    """
    known = values[np.isfinite(values)]
    low, high = _range(known, form)
    if low == high:
        high = low + 1.0
    step = _step((high - low) / _TICKS)
    first = math.floor(low / step + 1e-9)
    last = math.ceil(high / step - 1e-9)
    # A product of a whole number has no more rounding error than its text shows.
    ticks = [float(f"{k * step:.12g}") for k in range(first, last + 1)]
    beyond = int(((known < ticks[0]) | (known > ticks[-1])).sum())
    return Axis(ticks[0], ticks[-1], ticks, form, beyond)


def _range(known: Floats, form: str) -> tuple[float, float]:
    """The ends of the values and 0."""
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if form == "rate":
        first, last = (float(q) for q in np.quantile(known, (0.05, 0.95)))
        room = _FAR * (last - first)
        low = low if low >= first - room else first - room / _FAR
        high = high if high <= last + room else last + room / _FAR
    return min(low, 0.0), max(high, 0.0)


def _step(rough: float) -> float:
    """The round step next above."""
    power = 10.0 ** math.floor(math.log10(rough))
    return next(s for s in _STEPS if s * power >= rough * (1 - 1e-9)) * power
