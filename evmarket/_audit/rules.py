"""The rules of the audit: which facts must agree, and in which figure.

A rule takes `Facts` and yields `Claims`: comparisons between the interval that some
facts imply and the interval that another fact prints. It finds the facts by joining
keys, and it computes over columns. The outcome is decided in `comparing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from .._figures.formulas import GROWTH, RATIO, RATIO_GROWTH, REMAINDER
from .claims import (
    HULL,
    SUM,
    TOTAL,
    Claims,
    OneSided,
    Rule,
    first_of,
    group,
    pairs,
    sets,
)
from .columns import growing, of_kind
from .facts import Facts
from .levels import Joined, Operand, compute, every, join

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Rows


# Words of measures that may be negative: then a part may exceed its whole.
_MAY_BE_NEGATIVE = ("profit", "loss", "income", "earnings", "利润", "亏损")


def growth(facts: Facts) -> Iterator[Claims]:
    """A level and its growth, against the level of the base period."""
    levels = facts.levels
    printed = levels.key[: levels.printed]
    grown = growing(facts)
    own = grown[of_kind(facts, "level", "count")[grown]]
    only = grown[of_kind(facts, "growth")[grown]]
    left, right = join(facts.key(only), printed)
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
    rows, level, base = rows[fit], level[fit], base[fit]
    expected = compute(GROWTH, Operand(levels, base), Operand(facts.stated, level))
    yield Claims(
        (
            rows,
            np.where(level == rows, -1, level),
            levels.fact[base],
            levels.second[base],
        ),
        expected,
        Operand(facts.growths, rows),
        against=(rows, levels.growth[base]),
    )


def _measure(facts: Facts, rows: Rows, other: Callable[[str], str]) -> Rows:
    """For each row the code of the measure that `other` names; -1 if there is none."""
    measures = facts.label["measure"]
    book = dict(zip(measures, facts.code["measure"].tolist(), strict=True))
    codes = {name: book.get(other(name), -1) for name in book}
    return np.array([codes[measures[i]] for i in rows.tolist()], dtype=np.int64)


def share(facts: Facts) -> Iterator[Claims]:
    """Part, whole and share; the share's measure is theirs, or "share of" theirs."""
    rows = facts.rows("share")
    measure = _measure(facts, rows, lambda name: name.removeprefix("share of "))
    part = facts.key(rows, measure=measure)
    whole = facts.key(rows, measure=measure, entity="parent")
    yield from _ratio_claims(facts, rows, part, whole)


def margin(facts: Facts) -> Iterator[Claims]:
    """Profit, revenue and margin; "gross margin" is "gross profit" over "revenue"."""
    rows = facts.rows("margin")
    profit = _measure(facts, rows, _profit)
    revenue = _measure(facts, rows, lambda _: "revenue")
    yield from _ratio_claims(
        facts,
        rows,
        facts.key(rows, measure=profit),
        facts.key(rows, measure=revenue),
    )


def _profit(measure: str) -> str:
    """The profit that a margin is computed from; empty for another measure."""
    stem = measure.removesuffix("margin").strip()
    if not measure.endswith("margin"):
        return ""
    return stem if stem.endswith("profit") else f"{stem} profit".strip()


def _ratio_claims(
    facts: Facts, rows: Rows, top_key: Rows, bottom_key: Rows
) -> Iterator[Claims]:
    """Printed rates against the ratio of two levels."""
    levels = facts.levels
    left, top = join(top_key, levels.key)
    again, bottom = join(bottom_key[left], levels.key)
    left, top = left[again], top[again]
    fit = (levels.mode[top] == levels.mode[bottom]) & (
        levels.fact[top] != levels.fact[bottom]
    )
    left, top, bottom = left[fit], top[fit], bottom[fit]
    yield Claims(
        (
            rows[left],
            levels.fact[top],
            levels.second[top],
            levels.fact[bottom],
            levels.second[bottom],
        ),
        compute(RATIO, Operand(levels, top), Operand(levels, bottom)),
        Operand(facts.stated, rows[left]),
        against=(levels.growth[top], levels.growth[bottom]),
    )


def parts(facts: Facts) -> Iterator[Claims]:
    """Parts against their total; they must add up if the total is marked complete."""
    rows = facts.rows("level")
    code = facts.code
    left, right = join(facts.key(rows), facts.key(rows, entity="parent"))
    whole, part = rows[left], rows[right]
    fit = code["mode"][whole] == code["mode"][part]
    whole, part = whole[fit], part[fit]
    one = first_of(facts, whole, code["entity"][part], rows=part, like=whole)
    whole, part = whole[one], part[one]
    for owners, places in sets(whole):
        if places.shape[1] < 2:
            continue
        members = [part[places[:, k]] for k in range(places.shape[1])]
        total = compute(SUM, *(Operand(facts.stated, m) for m in members))
        complete = code["parts"][owners] == 1
        signed = _signed(facts, owners)
        for chosen, doubt in (
            (complete, ""),
            (~complete & ~signed, "parts may overlap"),
        ):
            at = np.flatnonzero(chosen)
            some = Operand(total.of, at)
            yield Claims(
                (owners[at], *(m[at] for m in members)),
                every(OneSided(some, upper=False)) if doubt else some,
                Operand(facts.stated, owners[at]),
                doubt=doubt,
            )


def _signed(facts: Facts, rows: Rows) -> NDArray[np.bool_]:
    """For each row whether its measure may be negative."""
    measures = facts.label["measure"]
    names = {m: any(word in m for word in _MAY_BE_NEGATIVE) for m in set(measures)}
    return np.array([names[measures[i]] for i in rows.tolist()], dtype=bool)


def part(facts: Facts) -> Iterator[Claims]:
    """A part against its whole: it is at most the whole."""
    levels = facts.levels
    left, whole = join(levels.parent_key, levels.key)
    fit = (levels.mode[left] == levels.mode[whole]) & (
        levels.fact[left] != levels.fact[whole]
    )
    fit &= (left < levels.printed) | (whole < levels.printed)
    fit &= ~_signed(facts, levels.fact[left])
    left, whole = left[fit], whole[fit]
    stated = left < levels.printed
    for chosen, upper in ((stated, True), (~stated, False)):
        part_at, whole_at = left[chosen], whole[chosen]
        checked, other = (part_at, whole_at) if upper else (whole_at, part_at)
        yield Claims(
            (levels.fact[checked], levels.fact[other], levels.second[other]),
            every(OneSided(Operand(levels, other), upper)),
            Operand(facts.stated, levels.fact[checked]),
            against=(levels.growth[other],),
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
    whole, member = whole[fit], member[fit]
    one = first_of(facts, whole, code["entity"][member], rows=member, like=whole)
    whole, member = whole[one], member[one]
    is_level = of_kind(facts, "level", "count")
    for owners, places in sets(whole):
        if places.shape[1] < 2:
            continue
        members = [member[places[:, k]] for k in range(places.shape[1])]
        levelled = np.logical_and.reduce([is_level[m] for m in members])
        signed = _signed(facts, owners)
        for chosen, formula in ((levelled, TOTAL), (~levelled & ~signed, HULL)):
            mine = [m[chosen] for m in members]
            growths = [Operand(facts.growths, m) for m in mine]
            operands = growths
            if formula is TOTAL:
                stated = [Operand(facts.stated, m) for m in mine]
                operands = [
                    x for pair in zip(stated, growths, strict=True) for x in pair
                ]
            yield Claims(
                (owners[chosen], *mine),
                compute(formula, *operands),
                Operand(facts.growths, owners[chosen]),
                together=(owners[chosen], *mine),
            )


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


def months(facts: Facts) -> Iterator[Claims]:
    """Months and shorter periods, against the longer period that they make up."""
    rows = facts.rows("level")
    code = facts.code
    first = facts.first[code["period"][rows]]
    last = facts.last[code["period"][rows]]
    dated = first > 0
    rows, first, last = rows[dated], first[dated], last[dated]
    length = last - first + 1
    series = facts.series(rows)
    # a longer period against all its months
    long = np.flatnonzero((length > 1) & (length <= 36))
    owner = np.repeat(long, length[long])
    before = np.cumsum(length[long]) - length[long]
    month = np.arange(len(owner)) - np.repeat(before, length[long]) + first[owner]
    single = np.flatnonzero(length == 1)
    left, right = join(_at(series[owner], month), _at(series[single], first[single]))
    yield from _month_claims(facts, rows, owner[left], single[right], length, first)
    # a longer period against its beginning and its rest
    one, two = join(_at(series[long], first[long]), _at(series, first))
    one = long[one]
    shorter = last[two] < last[one]
    one, two = one[shorter], two[shorter]
    left, right = join(_at(series[one], last[two] + 1), _at(series, first))
    ends = last[right] == last[one[left]]
    whole, begin, rest = rows[one[left[ends]]], rows[two[left[ends]]], rows[right[ends]]
    mode = code["mode"]
    fit = (mode[whole] == mode[begin]) & (mode[whole] == mode[rest])
    whole, begin, rest = whole[fit], begin[fit], rest[fit]
    yield Claims(
        (whole, begin, rest),
        compute(SUM, Operand(facts.stated, begin), Operand(facts.stated, rest)),
        Operand(facts.stated, whole),
    )


def _at(series: Rows, month: Rows) -> Rows:
    """One number per series and month."""
    return np.where(series < 0, -1, (series << 20) + month)


def _month_claims(
    facts: Facts, rows: Rows, owner: Rows, part: Rows, length: Rows, first: Rows
) -> Iterator[Claims]:
    """Longer periods with all their months; owner and part are positions in rows."""
    mode = facts.code["mode"][rows]
    fit = mode[owner] == mode[part]
    owner, part = owner[fit], part[fit]
    one = first_of(facts, owner, first[part], rows=rows[part], like=rows[owner])
    owner, part = owner[one], part[one]
    for owners, places in sets(owner):
        whole = length[owners] == places.shape[1]
        members = [rows[part[places[whole, k]]] for k in range(places.shape[1])]
        yield Claims(
            (rows[owners[whole]], *members),
            compute(SUM, *(Operand(facts.stated, m) for m in members)),
            Operand(facts.stated, rows[owners[whole]]),
        )


def pp(facts: Facts) -> Iterator[Claims]:
    """A printed change in percentage points, against two printed rates."""
    code = facts.code
    rows = facts.rows("pp")
    rates = facts.rows("share", "margin", "growth")
    keys = facts.key(rates)
    left, now = join(facts.key(rows), keys)
    again, then = join(facts.key(rows[left], "growth_base"), keys)
    left, now = rows[left[again]], rates[now[again]]
    then = rates[then]
    fit = code["kind"][now] == code["kind"][then]
    left, now, then = left[fit], now[fit], then[fit]
    yield Claims(
        (left, now, then),
        compute(REMAINDER, Operand(facts.stated, now), Operand(facts.stated, then)),
        Operand(facts.stated, left),
    )


def same(facts: Facts) -> Iterator[Claims]:
    """The same fact, printed twice: by two sources, or in two vintages."""
    code = facts.code
    levels = facts.rows("level", "count", "share", "margin", "pp")
    thing = group(code, ("entity", "measure", "period", "kind", "mode"), levels)
    one, two = pairs(thing)
    one, two = levels[one], levels[two]
    yield Claims(
        (two, one),
        Operand(facts.stated, one),
        Operand(facts.stated, two),
        dimensions=True,
    )
    grown = growing(facts)
    names = ("entity", "measure", "dimension", "period", "growth_base", "mode")
    one, two = pairs(group(code, names, grown))
    one, two = grown[one], grown[two]
    yield Claims(
        (two, one),
        Operand(facts.growths, one),
        Operand(facts.growths, two),
        together=(one, two),
    )


AUDIT_RULES: dict[str, Rule] = {
    "growth": growth,
    "share": share,
    "margin": margin,
    "parts": parts,
    "part": part,
    "total growth": total_growth,
    "growth of a ratio": ratio_growth,
    "months": months,
    "pp": pp,
    "same fact": same,
}
"""The rules of `audit` by name; each takes `Facts` and yields `Claims`."""
