"""Rules of growths and changes: against levels, against parts, and of a ratio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._figures import intervals as exact
from .._figures.formulas import (
    GROWTH,
    INCREMENT,
    RATIO,
    RATIO_GROWTH,
    REMAINDER,
    Formula,
)
from .claims import HULL, TOTAL, Claims, group, pairs
from .columns import changing, growing, of_kind
from .levels import Joined, Operand, compute, join
from .members import (
    TWO_BREAKDOWNS,
    all_given,
    may_be_negative,
    members,
    overlapping,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._common.types import Rows
    from .._figures.intervals import Span
    from .facts import Facts


def growth(facts: Facts) -> Iterator[Claims]:
    """A level and its growth, against the level of the base period."""
    levels = facts.levels
    rows, level, base = _stated(facts, growing(facts))
    expected = compute(GROWTH, Operand(levels, base), Operand(facts.stated, level))
    yield _against(facts, rows, level, base, expected)


def loss_growth(facts: Facts) -> Iterator[Claims]:
    """The growth of a loss, or of a profit after a loss.

    "The loss fell 20%" is the growth of the loss. Other growths from a loss are as
    filings print them, on the absolute base; a growth that only fits the loss is
    taken so.
    """
    rows, level, base = _stated(facts, growing(facts))
    chosen = facts.levels.high[base] < 0
    rows, level, base = rows[chosen], level[chosen], base[chosen]
    operands = Operand(facts.levels, base), Operand(facts.stated, level)
    filed, lost = compute(_FILED, *operands), compute(_LOSS, *operands)
    low, high = facts.growths.low[rows], facts.growths.high[rows]
    fits = [(x.low <= high) & (low <= x.high) for x in (filed, lost)]
    named = [
        facts.growths.of[row] == "loss"
        or any(word in facts.label["measure"][row] for word in ("loss", "亏损"))
        for row in rows.tolist()
    ]
    as_loss = np.array(named, dtype=bool) | (fits[1] & ~fits[0])
    for expected, at in ((filed, ~as_loss), (lost, as_loss)):
        mine = Operand(expected.of, np.flatnonzero(at))
        yield _against(facts, rows[at], level[at], base[at], mine)


def change(facts: Facts) -> Iterator[Claims]:
    """A printed change ("an increase of 580,000"), against level and base or growth."""
    levels = facts.levels
    moved = changing(facts)
    rows, level, base = _stated(facts, moved)
    expected = compute(REMAINDER, Operand(facts.stated, level), Operand(levels, base))
    yield _against(facts, rows, level, base, expected, facts.changes)
    # a level with its growth and its change, without the base
    grown = growing(facts)
    grown = grown[of_kind(facts, "level", "count")[grown]]
    left, right = join(facts.key(moved), facts.key(grown))
    rows, other = moved[left], grown[right]
    fit = facts.code["growth_base"][rows] == facts.code["growth_base"][other]
    rows, other = rows[fit], other[fit]
    yield Claims(
        (rows, other),
        compute(INCREMENT, Operand(facts.stated, other), Operand(facts.growths, other)),
        Operand(facts.changes, rows),
        together=(rows, other),
    )


def total_growth(facts: Facts) -> Iterator[Claims]:
    """The growth of a total, against the growths of its complete parts."""
    code = facts.code
    rows = growing(facts)
    whole = rows[code["parts"][rows] == 1]
    base = code["growth_base"]
    left, right = join(facts.key(whole), facts.key(rows, entity="parent"))
    whole, member = whole[left], rows[right]
    fit = (code["mode"][whole] == code["mode"][member]) & (base[whole] == base[member])
    is_level = of_kind(facts, "level", "count")
    for owners, parts in members(facts, whole[fit], member[fit]):
        given = all_given(facts, owners, parts)
        levelled = np.logical_and.reduce([is_level[part] for part in parts])
        twice = overlapping(facts, owners, parts)
        signed = may_be_negative(facts, owners)
        for chosen, formula, doubt in (
            (given & levelled & ~twice, TOTAL, ""),
            (given & levelled & twice, TOTAL, TWO_BREAKDOWNS),
            (given & ~levelled & ~signed, HULL, ""),
        ):
            mine = [part[chosen] for part in parts]
            yield Claims(
                (owners[chosen], *mine),
                growth_of_sum(facts, formula, mine),
                Operand(facts.growths, owners[chosen]),
                together=(owners[chosen], *mine),
                doubt=doubt,
            )


def growth_of_sum(facts: Facts, formula: Formula, parts: list[Rows]) -> Operand:
    """The growth of a sum from levels and growths of its parts, or from growths."""
    operands = []
    for part in parts:
        if formula is TOTAL:
            operands.append(Operand(facts.stated, part))
        operands.append(Operand(facts.growths, part))
    return compute(formula, *operands)


def ratio_growth(facts: Facts) -> Iterator[Claims]:
    """The growth of a ratio of dimension "A per B", against the growths of A and of B.

    A growth that is not printed is computed from the levels of both periods.
    """
    code, label = facts.code, facts.label["dimension"]
    book = dict(zip(label, code["dimension"].tolist(), strict=True))
    split = {d: d.partition(" per ") for d in book if " per " in d}
    rows = growing(facts)
    rows = rows[[label[i] in split for i in rows.tolist()]] if len(rows) else rows
    sides = []
    for side in (0, 2):
        named = [split[label[i]][side] for i in rows.tolist()]
        dimension = np.array(
            [book.get(d, book.get(d + "s", -1)) for d in named], dtype=int
        )
        sides.append(_growths_of(facts, rows, dimension))
    (left, top, top_facts), (right, bottom, bottom_facts) = sides
    one, two = join(left, right)
    chosen = rows[left[one]]
    used = [f[one] for f in top_facts] + [f[two] for f in bottom_facts]
    yield Claims(
        (chosen, *used),
        compute(RATIO_GROWTH, Operand(top, one), Operand(bottom, two)),
        Operand(facts.growths, chosen),
        together=(chosen, used[0], used[2]),
    )


def same_growth(facts: Facts) -> Iterator[Claims]:
    """The same growth, printed twice: by two sources, or in two vintages."""
    names = ("entity", "measure", "dimension", "period", "growth_base", "mode")
    for rows, readings in (
        (growing(facts), facts.growths),
        (changing(facts), facts.changes),
    ):
        one, two = pairs(group(facts.code, names, rows))
        one, two = rows[one], rows[two]
        yield Claims(
            (two, one),
            Operand(readings, one),
            Operand(readings, two),
            together=(one, two),
        )


def _stated(facts: Facts, rows: Rows) -> tuple[Rows, Rows, Rows]:
    """Rows that print a growth or a change, with their level and that of their base.

    The level is a row, that of the fact itself or a printed one of the same period;
    the base is a place in ``facts.levels``.
    """
    levels = facts.levels
    own = rows[of_kind(facts, "level", "count")[rows]]
    only = rows[of_kind(facts, "growth")[rows]]
    left, right = join(facts.key(only), levels.key[: levels.printed])
    same_mode = facts.code["mode"][only[left]] == levels.mode[right]
    left, right = left[same_mode], right[same_mode]
    rows = np.r_[own, only[left]]
    level = np.r_[own, levels.fact[right]]
    left, base = join(facts.key(rows, "growth_base"), levels.key)
    rows, level = rows[left], level[left]
    fit = (levels.fact[base] != rows) & (levels.second[base] != rows)
    fit &= (levels.fact[base] != level) & (levels.second[base] != level)
    reported = levels.mode[base] == 0
    fit &= reported | (levels.mode[base] == facts.code["mode"][rows])
    return rows[fit], level[fit], base[fit]


def _against(
    facts: Facts,
    rows: Rows,
    level: Rows,
    base: Rows,
    expected: Operand,
    printed: Any = None,
) -> Claims:
    """Growths (or changes) of rows, against what level and base imply."""
    levels = facts.levels
    own = np.where(level == rows, -1, level)
    return Claims(
        (rows, own, levels.fact[base], levels.second[base]),
        expected,
        Operand(printed or facts.growths, rows),
        against=(rows, levels.growth[base]),
    )


def _growths_of(
    facts: Facts, rows: Rows, dimension: Rows
) -> tuple[Rows, Joined, list[Rows]]:
    """Growths in another dimension: positions in `rows`, growths and their facts.

    The facts are the one that prints the growth, or the two levels.
    """
    code = facts.code
    others = growing(facts)

    def key(at: Rows, period: str, dims: Rows) -> Rows:
        return facts.key(at, period, dimension=dims)

    left, right = join(key(rows, "period", dimension), facts.key(others))
    same = code["growth_base"][rows[left]] == code["growth_base"][others[right]]
    left, printed = left[same], others[right[same]]
    bare = np.setdiff1d(np.arange(len(rows)), left)
    levels = facts.levels
    keys = levels.key[: levels.printed]
    one, now = join(key(rows[bare], "period", dimension[bare]), keys)
    two, then = join(key(rows[bare[one]], "growth_base", dimension[bare[one]]), keys)
    bare, now = bare[one[two]], now[two]
    derived = compute(GROWTH, Operand(levels, then), Operand(levels, now))
    none = np.full(len(printed), -1)
    return (
        np.r_[left, bare],
        Joined(Operand(facts.growths, printed), derived),
        [np.r_[printed, levels.fact[now]], np.r_[none, levels.fact[then]]],
    )


def _negated(span: Span) -> Span:
    return exact.remainder(exact.exactly(0), span)


def _filed(low: Any, high: Any, now_low: Any, now_high: Any) -> Any:
    """(current - base) / |base| for a negative base."""
    least, most = RATIO.columns(now_low, now_high, -high, -low)
    return least + 1, most + 1


def _lost(low: Any, high: Any, now_low: Any, now_high: Any) -> Any:
    """The growth of a loss, whose base is negative."""
    return GROWTH.columns(-high, -low, -now_high, -now_low)


_FILED = Formula(_filed, lambda b, x: exact.ratio(x, _negated(b)).shifted(1))
_LOSS = Formula(_lost, lambda b, x: exact.growth(_negated(b), _negated(x)))
