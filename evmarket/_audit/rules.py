"""The rules of the audit: which facts must agree, and on what.

A rule takes `Facts` and yields `Claims`: columns of comparisons between the interval
that some facts imply and the one that another fact prints. It finds partners by joining
keys and computes over columns; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from .._figures.intervals import Span
from .claims import (
    DIFFERENCE,
    HULL,
    SUM,
    TOTAL,
    Bound,
    Claims,
    Rule,
    compute,
    every,
    first_of,
    group,
    pairs,
    sets,
)
from .facts import Facts
from .levels import GROWTH, RATIO, RATIO_GROWTH, Operand, growing, join
from .reading import KINDS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Rows


# Words in a measure that may be negative, where a part may be more than its whole.
_MAY_BE_NEGATIVE = ("profit", "loss", "income", "earnings", "利润", "亏损")


def growth(facts: Facts) -> Iterator[Claims]:
    """Level and growth against an earlier level."""
    levels = facts.levels
    printed = levels.key[: levels.printed]
    grown = growing(facts)
    kind = facts.code["kind"][grown]
    own = grown[np.isin(kind, (KINDS.index("level"), KINDS.index("count")))]
    only = grown[kind == KINDS.index("growth")]
    left, right = join(facts.key(only), printed)
    same_mode = facts.code["mode"][only[left]] == levels.mode[right]
    left, right = left[same_mode], right[same_mode]
    rows = np.r_[own, only[left]]
    level = np.r_[own, levels.fact[right]]
    left, base = join(facts.key(rows, "growth_base"), levels.key)
    rows, level = rows[left], level[left]
    fit = (levels.fact[base] != rows) & (levels.second[base] != rows)
    fit &= (levels.fact[base] != level) & (levels.second[base] != level)
    fit &= np.isin(levels.mode[base], (0,)) | (
        levels.mode[base] == facts.code["mode"][rows]
    )
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


def _measures(facts: Facts, rename: Callable[[str], list[str]]) -> list[NDArray[Any]]:
    """For every measure's code the codes of other measures it leads to, -1 for none."""
    book = dict(
        zip(facts.label["measure"], facts.code["measure"].tolist(), strict=True)
    )
    size = max(book.values(), default=0) + 1
    found: list[NDArray[Any]] = []
    for name, code in book.items():
        for i, other in enumerate(rename(name)):
            while len(found) <= i:
                found.append(np.full(size, -1))
            found[i][code] = book.get(other, -1)
    return found


def share(facts: Facts) -> Iterator[Claims]:
    """Part, whole and share, whose measure is that of the levels, or "share of" it."""
    rows = facts.rows("share")
    for name in _measures(facts, lambda m: [m.removeprefix("share of ")]):
        measure = name[facts.code["measure"][rows]]
        part_key = facts.key(rows, measure=measure)
        whole_key = facts.key(rows, measure=measure, entity="parent")
        yield from _ratio_claims(facts, rows, part_key, whole_key)


def margin(facts: Facts) -> Iterator[Claims]:
    """Profit, revenue and margin: "gross margin" is "gross profit" on "revenue"."""
    rows = facts.rows("margin")
    for name in _measures(facts, _profit_and_revenue)[:1]:
        profit = name[facts.code["measure"][rows]]
        revenue = _measures(facts, lambda m: ["revenue"])[0][
            facts.code["measure"][rows]
        ]
        yield from _ratio_claims(
            facts,
            rows,
            facts.key(rows, measure=profit),
            facts.key(rows, measure=revenue),
        )


def _profit_and_revenue(measure: str) -> list[str]:
    stem = measure.removesuffix("margin").strip()
    if not measure.endswith("margin"):
        return [""]
    return [stem if stem.endswith("profit") else f"{stem} profit".strip()]


def _ratio_claims(
    facts: Facts, rows: Rows, top_key: Rows, bottom_key: Rows
) -> Iterator[Claims]:
    """Stated rates against the ratio of two levels."""
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
    """Parts against their total: equal where the total says that they are complete."""
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
                some if not doubt else every(Bound(some, upper=False)),
                Operand(facts.stated, owners[at]),
                doubt=doubt,
            )


def _signed(facts: Facts, rows: Rows) -> NDArray[np.bool_]:
    """Whether the measure of a row may be negative."""
    measures = facts.label["measure"]
    names = {m: any(word in m for word in _MAY_BE_NEGATIVE) for m in set(measures)}
    return np.array([names[measures[i]] for i in rows.tolist()], dtype=bool)


def part(facts: Facts) -> Iterator[Claims]:
    """A part is at most its whole."""
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
            every(Bound(Operand(levels, other), upper)),
            Operand(facts.stated, levels.fact[checked]),
            against=(levels.growth[other],),
        )


def total_growth(facts: Facts) -> Iterator[Claims]:
    """A total's growth follows from, and lies between, those of its complete parts."""
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
    is_level = np.isin(code["kind"], (KINDS.index("level"), KINDS.index("count")))
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
    """Growth of a ratio, whose dimension is "A per B", from the growths of A and of B.

    A growth that is not printed is taken from the levels at both ends.
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


class _Either:
    """The entries of two operands, one after the other."""

    def __init__(self, one: Operand, two: Operand) -> None:
        self._one, self._two = one, two
        self.low = np.r_[one.low, two.low]
        self.high = np.r_[one.high, two.high]

    def span(self, i: int) -> Span:
        """The exact interval of the i-th."""
        n = len(self._one.at)
        return self._one.span(i) if i < n else self._two.span(i - n)


def _growths_of(
    facts: Facts, rows: Rows, dimension: Rows
) -> tuple[Rows, _Either, list[Rows]]:
    """For facts of a ratio the growths in another dimension: whose, what, from where.

    The facts they come from: the one that prints the growth, or the two levels.
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
    found = _Either(Operand(facts.growths, printed), derived)
    none = np.full(len(printed), -1)
    # a growth computed from levels has no basis of its own: it is their difference
    return (
        np.r_[left, bare],
        found,
        [np.r_[printed, levels.fact[now]], np.r_[none, levels.fact[then]]],
    )


def months(facts: Facts) -> Iterator[Claims]:
    """Months, and shorter periods, against the longer one that they make up."""
    rows = facts.rows("level")
    code = facts.code
    first = facts.first[code["period"][rows]]
    last = facts.last[code["period"][rows]]
    dated = first > 0
    rows, first, last = rows[dated], first[dated], last[dated]
    length = last - first + 1
    series = facts.series(rows)
    # all its months
    long = np.flatnonzero((length > 1) & (length <= 36))
    owner = np.repeat(long, length[long])
    before = np.cumsum(length[long]) - length[long]
    month = np.arange(len(owner)) - np.repeat(before, length[long]) + first[owner]
    single = np.flatnonzero(length == 1)
    left, right = join(_at(series[owner], month), _at(series[single], first[single]))
    yield from _month_claims(facts, rows, owner[left], single[right], length, first)
    # a beginning and the rest
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
    """One number for series and month."""
    return np.where(series < 0, -1, (series << 20) + month)


def _month_claims(
    facts: Facts, rows: Rows, owner: Rows, part: Rows, length: Rows, first: Rows
) -> Iterator[Claims]:
    """Longer periods whose months are all there; owner and part are places in rows."""
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
    """A printed change in percentage points between two printed rates."""
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
        compute(DIFFERENCE, Operand(facts.stated, now), Operand(facts.stated, then)),
        Operand(facts.stated, left),
    )


def same(facts: Facts) -> Iterator[Claims]:
    """The same fact printed twice: by two sources, or in two vintages."""
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
"""The rules of `audit` by name. Each takes `Facts` and yields `Claims`."""
