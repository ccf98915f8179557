"""Exact interval arithmetic on single figures: fractions, open and unbounded ends.

Each formula uses each operand once, so the ends of a result lie at corners of the box
of its operands. A corner is open if one of its coordinates is open. An end is open if
every corner that attains it is open.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

INF = math.inf
Bound = Fraction | float  # a float is always infinite


def endless(x: Bound) -> bool:
    """Whether a bound is infinite."""
    return isinstance(x, float)


class Span(NamedTuple):
    """An interval, and the printed or computed value in it, if there is one."""

    low: Bound
    high: Bound
    low_open: bool = False
    high_open: bool = False
    value: Fraction | None = None

    def shifted(self, by: int) -> Span:
        """The span of ``x + by``."""
        value = None if self.value is None else self.value + by
        return self._replace(low=self.low + by, high=self.high + by, value=value)

    def holds(self, x: Bound) -> bool:
        """Whether x is in the span."""
        above = self.low < x or (self.low == x and not self.low_open)
        return above and (x < self.high or (x == self.high and not self.high_open))

    def meets(self, other: Span) -> bool:
        """Whether the two spans have a point in common."""
        return not gap(self, other)[1]


class BeyondError(ValueError):
    """The operands allow no value, for example because no divisor is positive."""


def gap(one: Span, two: Span) -> tuple[Bound, bool]:
    """The distance between two spans, and whether they are disjoint.

    Spans that touch at an open end are disjoint, at distance 0.
    """
    low, high = max(one.low, two.low), min(one.high, two.high)
    if low > high:
        return low - high, True
    return Fraction(0), low == high and not (one.holds(low) and two.holds(low))


def exactly(number: int | float | Fraction) -> Span:
    """The span of one exact number, or of an infinite one."""
    value = number if number in (INF, -INF) else Fraction(number)
    return Span(value, value, value=value if isinstance(value, Fraction) else None)


def closed(low: float, high: float) -> Span:
    """The closed span between two doubles; infinite ends are open."""
    ends = [exactly(x).low for x in (low, high)]
    return Span(ends[0], ends[1], endless(ends[0]), endless(ends[1]))


def nearest(x: Bound) -> float:
    """The nearest double; infinity beyond the range of doubles."""
    try:
        return float(x)
    except OverflowError:
        return INF if x > 0 else -INF


def below(x: Bound) -> float:
    """The largest double that is not above x."""
    double = nearest(x)
    return math.nextafter(double, -INF) if double > x else double


def above(x: Bound) -> float:
    """The smallest double that is not below x."""
    double = nearest(x)
    return math.nextafter(double, INF) if double < x else double


def _ends(span: Span) -> Iterator[tuple[Bound, bool]]:
    yield span.low, span.low_open
    if span.high != span.low:
        yield span.high, span.high_open


def _corners(f: Callable[..., Bound | None], *spans: Span) -> Span:
    """The span of f over a box, for an f that is monotone in each operand.

    f takes bounds, also infinite ones, and returns its limit there. It returns None
    where it has no limit; the neighbouring corners then give the ends.
    """
    ends: dict[Bound, bool] = {}
    for corner in itertools.product(*(tuple(_ends(s)) for s in spans)):
        at = f(*(end for end, _ in corner))
        if at is not None:
            is_open = any(is_open for _, is_open in corner) or endless(at)
            ends[at] = ends.get(at, True) and is_open
    low, high = min(ends), max(ends)
    values = [s.value for s in spans]
    value = f(*values) if None not in values else None
    value = value if isinstance(value, Fraction) else None
    return Span(low, high, ends[low], ends[high], value)


def positive(span: Span, name: str, rule: str) -> Span:
    """The positive part of a divisor; an end cut off at 0 is open."""
    if span.high <= 0:
        raise BeyondError(f"{name} is {rule}")
    if span.low > 0:
        return span
    value = span.value if span.value is not None and span.value > 0 else None
    return span._replace(low=Fraction(0), low_open=True, value=value)


def factor(growth: Span, name: str = "growth") -> Span:
    """The positive part of 1 + growth."""
    return positive(growth.shifted(1), name, "certainly -100% or less")


def _over(n: Bound, d: Bound) -> Bound | None:
    """n / d for d >= 0, as a limit; 0 / 0 is unbounded."""
    if d == 0:
        return INF if n >= 0 else -INF
    if endless(d):
        return None if endless(n) else Fraction(0)
    return n / d


def _inverse(x: Bound) -> Bound:
    """1 / x for x > 0"""
    return Fraction(0) if endless(x) else 1 / x


def _times(a: Bound, b: Bound) -> Bound:
    """a * b; an exact 0 times an unbounded end is 0."""
    return Fraction(0) if a == 0 or b == 0 else a * b


def base(level: Span, growth: Span) -> Span:
    """level / (1 + growth)"""
    return _corners(_over, level, factor(growth))


def growth(base: Span, current: Span) -> Span:
    """current / base - 1"""
    divisor = positive(base, "base", "certainly not positive")
    return _corners(_over, current, divisor).shifted(-1)


def current(base: Span, growth: Span) -> Span:
    """base * (1 + growth)"""
    return _corners(_times, base, growth.shifted(1))


def increment(level: Span, growth: Span) -> Span:
    """level - level / (1 + growth)"""

    def at(level: Bound, factor: Bound) -> Bound:
        if factor == 0:
            return -INF if level >= 0 else INF
        return _times(level, 1 - _inverse(factor))

    return _corners(at, level, factor(growth))


def ratio(numerator: Span, denominator: Span) -> Span:
    """numerator / denominator"""
    divisor = positive(denominator, "denominator", "certainly not positive")
    return _corners(_over, numerator, divisor)


def ratio_growth(numerator_growth: Span, denominator_growth: Span) -> Span:
    """(1 + numerator_growth) / (1 + denominator_growth) - 1"""
    divisor = factor(denominator_growth, "denominator_growth")
    return _corners(_over, numerator_growth.shifted(1), divisor).shifted(-1)


def share(part: Span, whole: Span) -> Span:
    """part / whole, limited to [0, 1]"""
    rates = _corners(_over, part, positive(whole, "whole", "certainly not positive"))
    over = rates.low > 1 or (rates.low == 1 and rates.low_open)
    if over or rates.high < 0 or (rates.high == 0 and rates.high_open):
        raise BeyondError("part is " + ("more than whole" if over else "below 0"))
    if rates.low < 0:
        rates = rates._replace(low=Fraction(0), low_open=False)
    if rates.high > 1:
        rates = rates._replace(high=Fraction(1), high_open=False)
    if rates.value is not None and not 0 <= rates.value <= 1:
        rates = rates._replace(value=None)
    return rates


def remainder(whole: Span, *parts: Span) -> Span:
    """whole - sum of parts"""
    values = [s.value for s in parts if s.value is not None]
    value = None
    if whole.value is not None and len(values) == len(parts):
        value = whole.value - sum(values)
    return Span(
        whole.low - sum(p.high for p in parts),
        whole.high - sum(p.low for p in parts),
        whole.low_open or any(p.high_open for p in parts),
        whole.high_open or any(p.low_open for p in parts),
        value,
    )


def _factor_end(
    levels: Sequence[Span], factors: Sequence[Span], sign: int
) -> tuple[Bound, bool]:
    """The least (sign -1) or greatest (1) sum L / sum (L / s), and whether it is open.

    In each round every part takes the corner that moves the value furthest in the
    wanted direction. The rounds end when the value no longer moves: after at most as
    many rounds as there are parts.
    """
    corners = []
    for level, part in zip(levels, factors, strict=True):
        inverses = [(_inverse(s), o) for s, o in _ends(part) if s > 0]
        corners.append(
            [
                (x, r, a or b)
                for x, a in _ends(level)
                if not endless(x)
                for r, b in inverses
            ]
        )
    best: tuple[Bound, bool] | None = None
    chosen = [max(c) for c in corners]
    while True:
        total = sum(x for x, _, _ in chosen)
        bases = sum(x * r for x, r, _ in chosen)
        if bases <= 0:
            break
        quotient = total / bases
        if best is not None and sign * (quotient - best[0]) <= 0:
            break
        best = quotient, any(is_open for x, _, is_open in chosen if x)
        chosen = [
            max(c, key=lambda e: sign * e[0] * (1 - quotient * e[1])) for c in corners
        ]
    ends = [] if best is None else [best]
    for level, part in zip(levels, factors, strict=True):
        if endless(level.high):  # an unbounded level makes the total grow as it does
            ends.append((part.low if sign < 0 else part.high, True))
    unbounded = best is None and sum(x for x, _, _ in chosen) > 0
    if unbounded or not ends:
        return INF, True
    return max(ends, key=lambda e: (sign * e[0], not e[1]))


def total(levels: Sequence[Span], growths: Sequence[Span]) -> Span:
    """The growth of the sum of levels, from the growth of each level."""
    factors = [factor(g, f"growth {i}") for i, g in enumerate(growths)]
    pairs = list(zip(levels, factors, strict=True))
    if all(x.low >= 0 for x in levels):
        if all(x.high == 0 for x in levels):
            raise BeyondError("every level is 0")
        reaches = any(f.low == 0 and x.high > 0 for x, f in pairs)
        low = (Fraction(0), True) if reaches else _factor_end(levels, factors, -1)
        high = _factor_end(levels, factors, 1)
    else:
        bounded = all(f.low > 0 for f in factors) and not any(
            endless(end) for x in levels for end, _ in _ends(x)
        )
        bases = [_corners(_over, x, f) for x, f in pairs] if bounded else []
        if bounded and sum(b.high for b in bases) <= 0:
            raise BeyondError("the sum of the bases is certainly not positive")
        if not bounded or sum(b.low for b in bases) <= 0:
            low, high = (-INF, True), (INF, True)
        else:
            low, high = (_factor_end(levels, factors, sign) for sign in (-1, 1))
    printed = [(x.value, f.value) for x, f in pairs if x.value is not None and f.value]
    base_sum = sum((x / f for x, f in printed), Fraction(0))
    value = None
    if len(printed) == len(pairs) and base_sum > 0:
        value = sum((x for x, _ in printed), Fraction(0)) / base_sum - 1
    return Span(low[0] - 1, high[0] - 1, low[1], high[1], value)


def period_growth(ytd: Span, growth: Span, earlier: Span, earlier_growth: Span) -> Span:
    """The growth of the period between two year-to-date levels, from their growths."""
    now, then = factor(growth, "ytd_growth"), factor(earlier_growth, "earlier_growth")
    ends = [end for span in (ytd, earlier) for end, _ in _ends(span)]
    if now.low == 0 or then.low == 0 or any(map(endless, ends)):
        return Span(-INF, INF, True, True)
    bases: list[Bound] = []

    def at(y: Bound, a: Bound, e: Bound, b: Bound) -> Bound | None:
        base = _times(y, _inverse(a)) - _times(e, _inverse(b))
        bases.append(base)
        return (y - e) / base - 1 if base > 0 else None

    try:
        span = _corners(at, ytd, now, earlier, then)
    except ValueError:
        raise BeyondError("the base of the period is certainly not positive") from None
    if min(bases) <= 0:
        if ytd.high > earlier.low:
            span = span._replace(high=INF, high_open=True)
        if ytd.low < earlier.high:
            span = span._replace(low=-INF, low_open=True)
    return span
