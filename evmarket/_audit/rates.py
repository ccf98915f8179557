"""Rules of rates: shares, margins with revenue and cost, and changes in points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._figures import intervals as exact
from .._figures.formulas import RATIO, REMAINDER, Formula
from .claims import SUM, Claims
from .columns import changing, of_kind
from .levels import Joined, Operand, compute, join
from .reading import FACT_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from .._common.types import Ints, Rows
    from .._figures.intervals import Span
    from .facts import Facts

    Flags = NDArray[np.bool_]

# Names of a measure in any of which it may be printed.
_REVENUE = ("revenue", "operating revenue", "营业收入", "营收", "收入")
_COST = ("cost", "cost of sales", "cost of revenue", "营业成本", "成本")
_GROSS_PROFIT = ("gross profit", "毛利", "毛利润")
_GROSS_MARGIN = ("gross margin", "gross profit margin", "毛利率")


def share(facts: Facts) -> Iterator[Claims]:
    """Part, whole and share; the share's measure is theirs, or "share of" theirs."""
    rows = facts.rows("share")
    yield from _printed_rates(facts, rows, *_share_keys(facts, rows, "period"))


def margin(facts: Facts) -> Iterator[Claims]:
    """Profit, revenue and margin; "gross margin" is "gross profit" over "revenue"."""
    rows = facts.rows("margin")
    yield from _printed_rates(facts, rows, *_margin_keys(facts, rows, "period"))


def gross_margin(facts: Facts) -> Iterator[Claims]:
    """Revenue, cost, gross profit and gross margin: any three of them."""
    rows = facts.rows("margin")
    rows = rows[_is_named(facts, rows, _GROSS_MARGIN)]
    cost, revenue, profit = (
        _key(facts, rows, names) for names in (_COST, _REVENUE, _GROSS_PROFIT)
    )
    for formula, top, bottom in (
        (_MARGIN_ON_REVENUE, cost, revenue),
        (_MARGIN_ON_COST, cost, profit),
    ):
        yield from _printed_rates(facts, rows, top, bottom, formula)
    rows = facts.rows("level")
    for checked, one, two, formula in (
        (_GROSS_PROFIT, _REVENUE, _COST, REMAINDER),
        (_REVENUE, _COST, _GROSS_PROFIT, SUM),
    ):
        mine = rows[_is_named(facts, rows, checked)]
        ratios = _ratios(facts, _key(facts, mine, one), _key(facts, mine, two), formula)
        chosen = mine[ratios.left]
        # a revenue is checked so only where the profit follows from its growth
        fit = np.ones(len(chosen), dtype=bool)
        if formula is SUM:
            fit = ratios.growths[0] >= 0
            fit |= ratios.growths[1] >= 0
        yield ratios.claims(chosen, Operand(facts.stated, chosen), fit)


def points(facts: Facts) -> Iterator[Claims]:
    """A printed change in percentage points, against the rates of both periods.

    A share or a margin that is not printed is computed from its levels.
    """
    changes = changing(facts)
    changes = changes[of_kind(facts, "share", "margin")[changes]]
    for rows, printed in (
        (facts.rows("pp"), facts.stated),
        (changes, facts.changes),
    ):
        now, then = _rates(facts, rows, "period"), _rates(facts, rows, "growth_base")
        one, two = join(now.left, then.left)
        fit = now.kind[one] == then.kind[two]
        fit &= now.printed[one] | then.printed[two]
        one, two = one[fit], two[fit]
        chosen = rows[now.left[one]]
        used = [column[one] for column in now.facts]
        used += [column[two] for column in then.facts]
        yield Claims(
            (chosen, *used),
            compute(REMAINDER, Operand(now.rates, one), Operand(then.rates, two)),
            Operand(printed, chosen),
            against=(*(g[one] for g in now.growths), *(g[two] for g in then.growths)),
        )


class _Ratios(NamedTuple):
    """Results of a formula on two levels each, with the facts they come from."""

    left: Rows  # positions in the keys
    result: Operand
    facts: list[Rows]
    growths: list[Rows]

    def claims(self, chosen: Rows, printed: Operand, fit: Flags) -> Claims:
        """These results against printed figures, where `fit` says so."""
        return Claims(
            (chosen[fit], *(column[fit] for column in self.facts)),
            Operand(self.result.of, np.flatnonzero(fit)),
            Operand(printed.of, printed.at[fit]),
            against=tuple(column[fit] for column in self.growths),
        )


def _ratios(facts: Facts, one: Ints, two: Ints, formula: Formula) -> _Ratios:
    """A formula on the levels of two keys per row, of one mode."""
    levels = facts.levels
    left, top = join(one, levels.key)
    again, bottom = join(two[left], levels.key)
    left, top = left[again], top[again]
    fit = (levels.mode[top] == levels.mode[bottom]) & (
        levels.fact[top] != levels.fact[bottom]
    )
    left, top, bottom = left[fit], top[fit], bottom[fit]
    return _Ratios(
        left,
        compute(formula, Operand(levels, top), Operand(levels, bottom)),
        [
            levels.fact[top],
            levels.second[top],
            levels.fact[bottom],
            levels.second[bottom],
        ],
        [levels.growth[top], levels.growth[bottom]],
    )


def _printed_rates(
    facts: Facts, rows: Rows, top: Ints, bottom: Ints, formula: Formula = RATIO
) -> Iterator[Claims]:
    """Printed rates against those that two levels give."""
    ratios = _ratios(facts, top, bottom, formula)
    chosen = rows[ratios.left]
    every = np.ones(len(chosen), dtype=bool)
    yield ratios.claims(chosen, Operand(facts.stated, chosen), every)


class _Rates(NamedTuple):
    """Rates at one period of some rows: printed ones, and computed ones."""

    left: Rows
    rates: Joined
    kind: Ints
    printed: Flags
    facts: list[Rows]
    growths: list[Rows]


def _rates(facts: Facts, rows: Rows, period: str) -> _Rates:
    kinds = facts.code["kind"]
    printed = facts.rows("share", "margin", "growth")
    a_change = of_kind(facts, "growth") & np.isnan(facts.growths.low)
    printed = printed[~a_change[printed]]
    left, right = join(facts.key(rows, period), facts.key(printed))
    found = printed[right]
    bare = np.setdiff1d(np.arange(len(rows)), left)
    computed, codes = [], [kinds[found]]
    is_margin = _is_margin(facts, rows[bare])
    for kind, keys, mine in (
        ("margin", _margin_keys, is_margin),
        ("share", _share_keys, ~is_margin),
    ):
        ratios = _ratios(facts, *keys(facts, rows[bare[mine]], period), RATIO)
        computed.append(ratios._replace(left=bare[mine][ratios.left]))
        codes.append(np.full(len(ratios.left), FACT_KINDS.index(kind)))
    none = np.full(len(found), -1)
    return _Rates(
        np.concatenate([left, *(ratios.left for ratios in computed)]),
        Joined(Operand(facts.stated, found), *(ratios.result for ratios in computed)),
        np.concatenate(codes),
        np.arange(sum(map(len, codes))) < len(found),
        [
            np.concatenate(
                [found if k == 0 else none, *(ratios.facts[k] for ratios in computed)]
            )
            for k in range(4)
        ],
        [
            np.concatenate([none, *(ratios.growths[k] for ratios in computed)])
            for k in range(2)
        ],
    )


def _share_keys(facts: Facts, rows: Rows, period: str) -> tuple[Ints, Ints]:
    """The keys of part and whole."""
    measure = _measure(facts, rows, lambda name: (name.removeprefix("share of "),))
    return (
        facts.key(rows, period, measure=measure),
        facts.key(rows, period, "parent", measure=measure),
    )


def _margin_keys(facts: Facts, rows: Rows, period: str) -> tuple[Ints, Ints]:
    """The keys of profit and revenue."""
    profit = _measure(facts, rows, _profits)
    return (
        facts.key(rows, period, measure=profit),
        _key(facts, rows, _REVENUE, period),
    )


def _profits(measure: str) -> tuple[str, ...]:
    """The names of the profit that a margin is computed from."""
    if measure in _GROSS_MARGIN:
        return _GROSS_PROFIT
    if measure.endswith("利率"):
        return measure.removesuffix("率"), f"{measure.removesuffix('率')}润"
    stem = measure.removesuffix("margin").strip()
    if not measure.endswith("margin"):
        return ()
    return (stem if stem.endswith("profit") else f"{stem} profit".strip(),)


def _is_margin(facts: Facts, rows: Rows) -> Flags:
    """For each row whether its measure is a margin."""
    measures = facts.label["measure"]
    return np.array([bool(_profits(measures[i])) for i in rows.tolist()], dtype=bool)


def _is_named(facts: Facts, rows: Rows, names: tuple[str, ...]) -> Flags:
    measures = facts.label["measure"]
    return np.array([measures[i] in names for i in rows.tolist()], dtype=bool)


def _key(
    facts: Facts, rows: Rows, names: tuple[str, ...], period: str = "period"
) -> Ints:
    """The keys of rows with another measure: the first of some names that occurs."""
    return facts.key(rows, period, measure=_measure(facts, rows, lambda _: names))


def _measure(
    facts: Facts, rows: Rows, others: Callable[[str], tuple[str, ...]]
) -> Rows:
    """For each row the code of the first name of `others` that occurs; -1 if none."""
    measures = facts.label["measure"]
    book = dict(zip(measures, facts.code["measure"].tolist(), strict=True))
    codes = {
        name: next((book[other] for other in others(name) if other in book), -1)
        for name in book
    }
    return np.array([codes[measures[i]] for i in rows.tolist()], dtype=np.int64)


def _on_revenue(*ends: Any) -> Any:
    """1 - cost / revenue"""
    low, high = RATIO.columns(*ends)
    return 1 - high, 1 - low


def _on_revenue_span(cost: Span, revenue: Span) -> Span:
    return exact.remainder(exact.exactly(1), exact.ratio(cost, revenue))


def _on_cost(*ends: Any) -> Any:
    """profit / (cost + profit) = 1 / (1 + cost / profit), both positive"""
    low, high = RATIO.columns(*ends)
    bad = ends[0] < 0
    return np.where(bad, np.nan, 1 / (1 + high)), np.where(bad, np.nan, 1 / (1 + low))


def _on_cost_span(cost: Span, profit: Span) -> Span:
    ratio = exact.ratio(cost, profit).shifted(1)
    return exact.ratio(exact.exactly(1), ratio)


_MARGIN_ON_REVENUE = Formula(_on_revenue, _on_revenue_span)
_MARGIN_ON_COST = Formula(_on_cost, _on_cost_span)
