"""Rules of totals: parts against their whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._figures.formulas import GROWTH
from .claims import SUM, Claims, OneSided
from .levels import Operand, compute, every, join
from .members import (
    TWO_BREAKDOWNS,
    adds_up,
    all_given,
    may_be_negative,
    members,
    overlapping,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._common.types import Rows
    from .facts import Facts


def parts(facts: Facts) -> Iterator[Claims]:
    """Parts against their total; they must add up if the total is marked complete.

    Some parts are at most the total. Without a breakdown they may overlap.
    """
    rows = facts.rows("level")
    rows = rows[adds_up(facts, rows)]
    mode = facts.code["mode"]
    left, right = join(facts.key(rows), facts.key(rows, entity="parent"))
    whole, part = rows[left], rows[right]
    fit = mode[whole] == mode[part]
    for owners, mine in members(facts, whole[fit], part[fit]):
        total = compute(SUM, *(Operand(facts.stated, part) for part in mine))
        complete = all_given(facts, owners, mine)
        twice = overlapping(facts, owners, mine)
        some = ~complete & ~may_be_negative(facts, owners)
        divided = facts.code["breakdown"][mine[0]] > 0
        for chosen, exact, doubt in (
            (complete & ~twice, True, ""),
            (complete & twice, True, TWO_BREAKDOWNS),
            (some & divided, False, ""),
            (some & ~divided, False, "parts may overlap"),
        ):
            at = np.flatnonzero(chosen)
            known = Operand(total.of, at)
            yield Claims(
                (owners[at], *(part[at] for part in mine)),
                known if exact else every(OneSided(known, upper=False)),
                Operand(facts.stated, owners[at]),
                doubt=doubt,
            )


def part(facts: Facts) -> Iterator[Claims]:
    """A part against its whole: it is at most the whole."""
    levels = facts.levels
    left, whole = join(levels.parent_key, levels.key)
    fit = levels.mode[left] == levels.mode[whole]
    fit &= adds_up(facts, levels.fact[left])
    left, whole = left[fit], whole[fit]
    yield from at_most(facts, left, whole)


def at_most(facts: Facts, part: Rows, whole: Rows) -> Iterator[Claims]:
    """Levels that are at most others, as places in ``facts.levels``.

    One of two bases is checked through the growth of the part: it may not be so low
    that the base of the part exceeds that of the whole.
    """
    levels = facts.levels
    fit = levels.fact[part] != levels.fact[whole]
    fit &= ~may_be_negative(facts, levels.fact[part])
    fit &= levels.high[whole] < np.inf  # else nothing is said
    part, whole = part[fit], whole[fit]
    derived = (part >= levels.printed) & (whole >= levels.printed)
    yield from _through_growth(facts, part[derived], whole[derived])
    part, whole = part[~derived], whole[~derived]
    stated = part < levels.printed
    for chosen, upper in ((stated, True), (~stated, False)):
        part_at, whole_at = part[chosen], whole[chosen]
        checked, other = (part_at, whole_at) if upper else (whole_at, part_at)
        yield Claims(
            (levels.fact[checked], levels.fact[other], levels.second[other]),
            every(OneSided(Operand(levels, other), upper)),
            Operand(facts.stated, levels.fact[checked]),
            against=(levels.growth[other],),
        )


def _through_growth(facts: Facts, part: Rows, whole: Rows) -> Iterator[Claims]:
    """Bases of parts that print level and growth, against bases of their wholes."""
    levels = facts.levels
    rows = levels.fact[part]
    fit = ~np.isnan(facts.growths.low[rows]) & (levels.second[part] < 0)
    rows, whole = rows[fit], whole[fit]
    least = compute(GROWTH, Operand(levels, whole), Operand(facts.stated, rows))
    yield Claims(
        (rows, levels.fact[whole], levels.second[whole]),
        every(OneSided(least, upper=False)),
        Operand(facts.growths, rows),
        together=(rows, levels.growth[whole]),
    )
