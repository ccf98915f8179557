"""Levels that facts print, and levels that follow from one printed growth.

Rules compare operands: rows of anything that has intervals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._figures.formulas import BASE, CURRENT, REMAINDER, Formula, settled
from .._figures.intervals import Span
from .columns import FactColumns, changing, growing, of_kind

if TYPE_CHECKING:
    from .._common.types import Floats, Ints, Rows


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

    of: Any  # has .low, .high and .span(i): Readings, Levels, Derived ...
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
        """The exact interval of the i-th row.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.Facts(em.datasets.load("guangzhou"))
        >>> span = em.Operand(facts.stated, facts.rows("level")).span(0)
        >>> float(span.low), float(span.high)
        (138500.0, 139500.0)
        """
        span: Span = self.of.span(int(self.at[i]))
        return span


def every(source: Any) -> Operand:
    """All rows of a source of intervals."""
    return Operand(source, np.arange(len(source.low)))


class Derived:
    """The results of a formula for each row of its operands.

    The ends are NaN where there is no result, such as the base of a growth of -100%.
    """

    __slots__ = ("_formula", "high", "low", "operands")

    def __init__(self, formula: Formula, *operands: Operand) -> None:
        self._formula = formula
        self.operands = operands
        ends = [end for x in operands for end in (x.low, x.high)]
        low, high = formula.columns(*ends)
        self.low, self.high = settled(low, high, lambda place: self.span(int(place[0])))

    def span(self, i: int) -> Span:
        """The exact interval of the i-th row."""
        return self._formula.exactly(*(x.span(i) for x in self.operands))


def compute(formula: Formula, *operands: Operand) -> Operand:
    """A formula over operands, as an operand."""
    return every(Derived(formula, *operands))


class Joined:
    """The rows of several operands, one after another."""

    __slots__ = ("_parts", "high", "low")

    def __init__(self, *parts: Operand) -> None:
        self._parts = parts
        self.low = np.concatenate([part.low for part in parts])
        self.high = np.concatenate([part.high for part in parts])

    def span(self, i: int) -> Span:
        """The exact interval of the i-th row."""
        for part in self._parts:
            if i < len(part.at):
                return part.span(i)
            i -= len(part.at)
        raise IndexError(i)


class _Part(NamedTuple):
    """Levels of one origin, with the facts and the keys of each."""

    levels: Operand
    fact: Rows
    second: Rows
    key: Ints
    parent_key: Ints


class Levels(Joined):
    """Levels by series and period: first the printed ones, then the derived ones.

    A level is derived where none is printed: the base of a level with a growth or a
    change, printed by one fact or by two; and the level that a growth without a level
    gives to the printed level of its base. The base of a loss is not derived.
    """

    __slots__ = ("fact", "growth", "key", "mode", "parent_key", "printed", "second")

    def __init__(self, parts: list[_Part], mode: Ints) -> None:
        super().__init__(*(part.levels for part in parts))
        self.fact = np.concatenate([part.fact for part in parts])  # the fact it is from
        self.second = np.concatenate([part.second for part in parts])  # or -1
        self.key = np.concatenate([part.key for part in parts])
        self.parent_key = np.concatenate([part.parent_key for part in parts])
        self.printed = len(parts[0].fact)
        is_printed = np.arange(len(self.fact)) < self.printed
        # the fact whose growth it follows from, or -1
        self.growth = np.where(is_printed, -1, self.fact)
        self.mode = mode[self.fact]


def find_levels(facts: FactColumns) -> Levels:
    """The printed levels of facts, the bases they imply, and levels from growths."""

    def part(levels: Operand, fact: Rows, second: Any, period: str) -> _Part:
        second = np.broadcast_to(second, fact.shape)
        key, above = (facts.key(fact, period, who) for who in ("entity", "parent"))
        return _Part(levels, fact, second, key, above)

    rows = facts.rows("level", "count")
    printed = part(Operand(facts.stated, rows), rows, -1, "period")
    known = np.unique(printed.key)
    grown = growing(facts)

    def unknown(of: Rows, period: str) -> Rows:
        return of[~np.isin(facts.key(of, period), known)]

    gained = facts.stated.low >= 0  # not a loss
    own = grown[of_kind(facts, "level", "count")[grown]]
    own = unknown(own[gained[own]], "growth_base")
    bases = compute(BASE, Operand(facts.stated, own), Operand(facts.growths, own))

    moved = changing(facts)
    moved = unknown(moved[of_kind(facts, "level", "count")[moved]], "growth_base")
    before = compute(
        REMAINDER, Operand(facts.stated, moved), Operand(facts.changes, moved)
    )

    only = grown[of_kind(facts, "growth")[grown]]
    ahead, back = unknown(only, "period"), unknown(only, "growth_base")
    left, right = join(facts.key(ahead, "growth_base"), printed.key)
    ahead, base = ahead[left], rows[right]
    later = compute(CURRENT, Operand(facts.stated, base), Operand(facts.growths, ahead))
    left, right = join(facts.key(back), printed.key)
    fit = gained[rows[right]]
    back, now = back[left[fit]], rows[right[fit]]
    earlier = compute(BASE, Operand(facts.stated, now), Operand(facts.growths, back))
    parts = [
        printed,
        part(bases, own, -1, "growth_base"),
        part(before, moved, -1, "growth_base"),
        part(later, ahead, base, "period"),
        part(earlier, back, now, "growth_base"),
    ]
    return Levels(parts, facts.code["mode"])


def join(left: Ints, right: Ints) -> tuple[Rows, Rows]:
    """All pairs of positions with equal keys; negative keys match nothing."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    start = np.searchsorted(ordered, left, "left")
    count = np.searchsorted(ordered, left, "right") - start
    count[left < 0] = 0
    one = np.repeat(np.arange(len(left)), count)
    within = np.arange(len(one)) - np.repeat(np.cumsum(count) - count, count)
    return one, order[np.repeat(start, count) + within]
