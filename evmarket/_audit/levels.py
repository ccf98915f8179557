"""Levels that facts state, and those that follow from one growth.

Also what formulas run over: operands, which are rows of anything with intervals, and
what a formula gives for them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._figures import intervals as exact
from .._figures.intervals import Span
from .facts import Facts
from .reading import KINDS

if TYPE_CHECKING:
    from .._common.types import Floats, Ints, Rows


class Formula(NamedTuple):
    """One formula twice: over columns in C, and exactly on single spans."""

    columns: Callable[..., Any]
    exactly: Callable[..., Span]


BASE = Formula(_core.implied_base, exact.base)
GROWTH = Formula(_core.implied_growth, exact.growth)
CURRENT = Formula(_core.implied_current, exact.current)
RATIO = Formula(_core.implied_ratio, exact.ratio)
RATIO_GROWTH = Formula(_core.implied_ratio_growth, exact.ratio_growth)


class Operand(NamedTuple):
    """Rows of printed figures or of levels, as the operand of a formula.

    Examples
    --------
    >>> import evmarket as em
    >>> facts = em.Facts(em.datasets.load("guangzhou"))
    >>> operand = em.Operand(facts.stated, facts.rows("count"))
    >>> operand.low[:2], operand.high[:2]
    (array([2015. ,   29.5]), array([2025. ,   30.5]))
    """

    of: Any  # Readings, Levels or Derived: .low, .high, .span(i)
    at: Rows

    @property
    def low(self) -> Floats:
        """The low ends."""
        return np.asarray(self.of.low[self.at])

    @property
    def high(self) -> Floats:
        """The high ends."""
        return np.asarray(self.of.high[self.at])

    def span(self, i: int) -> Span:
        """The exact interval of the i-th.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.Facts(em.datasets.load("guangzhou"))
        >>> span = em.Operand(facts.stated, facts.rows("level")).span(0)
        >>> float(span.low), float(span.high)
        (138500.0, 139500.0)
        """
        found: Span = self.of.span(int(self.at[i]))
        return found


class Derived:
    """What a formula gives for each row of its operands.

    A row that has no value (a base of a growth of -100%) has NaN ends.
    """

    __slots__ = ("_formula", "high", "low", "operands")

    def __init__(self, formula: Formula, *operands: Operand) -> None:
        self._formula = formula
        self.operands = operands
        ends = [end for x in operands for end in (x.low, x.high)]
        low, high = formula.columns(*ends)
        for i in np.flatnonzero(low > high):  # left to exact arithmetic
            span = self.span(int(i))
            low[i], high[i] = exact.below(span.low), exact.above(span.high)
        self.low, self.high = low, high

    def span(self, i: int) -> Span:
        """The exact interval of the i-th."""
        return self._formula.exactly(*(x.span(i) for x in self.operands))


class Levels:
    """Levels by series and period, first the printed ones, then the derived ones.

    A level is derived where no level is printed: the base of a fact that prints level
    and growth, and the level a growth-only fact gives to the printed one before it.
    """

    __slots__ = (
        "_parts",
        "code",
        "fact",
        "growth",
        "high",
        "key",
        "low",
        "mode",
        "parent_key",
        "printed",
        "second",
    )

    def __init__(
        self, parts: list[tuple[Operand, Rows, Rows, Ints, Ints]], facts: Facts
    ) -> None:
        self._parts = [p[0] for p in parts]
        self.low = np.concatenate([p[0].low for p in parts])
        self.high = np.concatenate([p[0].high for p in parts])
        self.fact = np.concatenate([p[1] for p in parts])  # the fact it stands in
        self.second = np.concatenate([p[2] for p in parts])  # another it needs, or -1
        self.key = np.concatenate([p[3] for p in parts])
        self.parent_key = np.concatenate([p[4] for p in parts])
        self.printed = len(parts[0][1])
        here = np.arange(len(self.fact)) < self.printed
        self.growth = np.where(here, -1, self.fact)  # the growth used, or -1
        self.mode = facts.code["mode"][self.fact]

    def span(self, i: int) -> Span:
        """The exact interval of the i-th."""
        for part in self._parts:
            if i < len(part.at):
                return part.span(i)
            i -= len(part.at)
        raise IndexError(i)


def find_levels(facts: Facts) -> Levels:
    rows = facts.rows("level", "count")
    key = facts.key(rows)
    none = np.full(len(rows), -1)
    printed = (
        Operand(facts.stated, rows),
        rows,
        none,
        key,
        facts.key(rows, entity="parent"),
    )
    grown = growing(facts)
    known = np.unique(key)

    own = grown[
        np.isin(facts.code["kind"][grown], (KINDS.index("level"), KINDS.index("count")))
    ]
    own = own[~np.isin(facts.key(own, "growth_base"), known)]
    bases = Derived(BASE, Operand(facts.stated, own), Operand(facts.growths, own))
    derived = (
        Operand(bases, np.arange(len(own))),
        own,
        np.full(len(own), -1),
        facts.key(own, "growth_base"),
        facts.key(own, "growth_base", "parent"),
    )
    only = grown[facts.code["kind"][grown] == KINDS.index("growth")]
    only = only[~np.isin(facts.key(only), known)]
    left, right = join(facts.key(only, "growth_base"), key)
    only, base = only[left], rows[right]
    grew = Derived(CURRENT, Operand(facts.stated, base), Operand(facts.growths, only))
    forward = (
        Operand(grew, np.arange(len(only))),
        only,
        base,
        facts.key(only),
        facts.key(only, entity="parent"),
    )
    return Levels([printed, derived, forward], facts)


def growing(facts: Facts) -> Rows:
    """The rows that print a growth and state its two periods."""
    stated = (facts.code["period"] > 0) & (facts.code["growth_base"] > 0)
    return np.flatnonzero(stated & ~np.isnan(facts.growths.low))


def join(left: Ints, right: Ints) -> tuple[Rows, Rows]:
    """All pairs of positions with equal keys; negative keys join nothing."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    start = np.searchsorted(ordered, left, "left")
    count = np.searchsorted(ordered, left, "right") - start
    count[left < 0] = 0
    one = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
    return one, order[np.repeat(start, count) + within]
