"""The parts of single items, for explanations whose results are of groups.

Each function takes the items of some cells with all their fellow items. It returns the
columns of parts, the last of which adds up to the total of the group, and the
transitions. An item in both periods that trades in one of them only is new or lost.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .. import _core
from . import families
from .families import ENTRY, EXIT, GAP, Family

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._common.types import Codes, Floats, Mask
    from .items import Items, Values

    Parts = tuple[dict[str, Floats], Codes]
    Pair = tuple[Floats, Floats]


def rate_of(numerator: Floats, denominator: Floats) -> Floats:
    """The ratio, 0 where the denominator is 0."""
    zero = np.zeros(len(numerator))
    return np.divide(numerator, denominator, out=zero, where=denominator != 0)


def shares(items: Items, x: Values) -> Floats:
    """What each item adds to the growth of the total of its group."""
    whole = items.whole(x.name, base=True)[items.cell]
    return rate_of(items.change(x), np.where(whole > 0, whole, np.nan))


def of_contributions(items: Items, x: Values, transitions: Codes) -> Parts:
    """Shares in the growth of the total."""
    return {"part": _settled(items, shares(items, x), x.unsure)}, transitions


def _settled(items: Items, part: Floats, unsure: Mask) -> Floats:
    """The parts, where an item that may add something else takes what is left.

    Where several may, their parts are not known.
    """
    if not unsure.any():
        return part
    total = items.target.cells.values
    rest = total - items.total(part)
    open_ = np.abs(rest) > 2.0**-40 * (np.abs(total) + items.total(np.abs(part)))
    alone = np.bincount(items.cell[unsure], minlength=items.count) == 1
    left = np.where(alone, rest, np.nan)[items.cell]
    return np.where(unsure & open_[items.cell], part + left, part)


def of_mix_rate(
    items: Items, n: Values, w: Values, transitions: Codes, family: Family
) -> Parts:
    """Rate, mix and their sum. A gap has no rate and mix, only its whole effect."""
    kept = transitions != GAP
    rates = rate_of(n.base, w.base), rate_of(n.current, w.current)
    operands = (w.base, rates[0], w.current, rates[1])
    effects = items.decompose(family, operands, kept)[1]
    whole: Floats = np.sum(list(effects.values()), axis=0)
    parts = {name: np.where(kept, part, np.nan) for name, part in effects.items()}
    gap = _left_out(items, kept, (n.base, w.base), (n.current, w.current), w.name)
    part = _settled(items, np.where(kept, whole, gap), n.unsure | w.unsure)
    return parts | {"part": part}, transitions


def _left_out(items: Items, kept: Mask, base: Pair, current: Pair, name: str) -> Floats:
    """What items that are not kept add to the change of the ratio of the totals.

    The ratio of all items less that of the kept ones is the sum over the others of
    (n - ratio w) / all w; `name` is the level w.
    """
    effect = np.zeros(len(items))
    sides = (-1.0, base, True), (1.0, current, False)
    for sign, (n, w), back in sides:
        own = Totals.of(items, n, w, kept)
        effect += sign * (n - own.ratio * w) / items.whole(name, base=back)[items.cell]
    return effect


class Totals(NamedTuple):
    """Sums of a numerator and a denominator over some items, one value per item."""

    n: Floats
    w: Floats

    @classmethod
    def of(cls, items: Items, n: Floats, w: Floats, some: Mask) -> Totals:
        """The sums of the items' groups over the items where `some` holds."""
        sums = (items.total(np.where(some, x, 0.0))[items.cell] for x in (n, w))
        return cls(*sums)

    @property
    def ratio(self) -> Floats:
        """The ratio of the sums."""
        ratio: Floats = _core.ratio(self.n, self.w)
        return ratio


def of_price_volume(
    items: Items, v: Values, q: Values, transitions: Codes, family: Family
) -> Parts:
    """Unit value, volume and joint effect of matched items, and the change of value."""
    kept = transitions != GAP
    both = kept & (q.base != 0) & (q.current != 0)
    operands = (
        rate_of(v.base, q.base), q.base, rate_of(v.current, q.current), q.current
    )  # fmt: skip
    effects = items.decompose(replace(family, items=family.groups), operands, kept)[1]
    names = {"price": "unit_value", "volume": "volume", "joint": "joint"}
    parts = {
        names[name]: np.where(both, effects[name], np.nan)
        for name in family.groups
        if name in names
    }
    fates = _traded(transitions, q.base != 0, q.current != 0)
    part = _settled(items, v.current - v.base, v.unsure)
    return parts | {"part": part}, fates


def _traded(transitions: Codes, before: Mask, after: Mask) -> Codes:
    """Transitions with items that trade in one period only as new or lost."""
    kept = transitions != GAP
    fates = np.where(kept & before & ~after, np.uint8(EXIT), transitions)
    return np.where(kept & after & ~before, np.uint8(ENTRY), fates)


def of_margin_bridge(
    items: Items, r: Values, c: Values, q: Values, transitions: Codes
) -> Parts:
    """Price, unit cost and mix of the matched items, and every item's whole effect.

    An item changes the margin by its share of revenue times the distance of its own
    margin from the mean margin; the distances of all items add up to the change.
    """
    kept = transitions != GAP
    in0, in1 = (kept & ((x != 0) | (y != 0)) for x, y in (
        (r.base, c.base), (r.current, c.current)
    ))  # fmt: skip
    positive = (r.base > 0) & (r.current > 0) & (q.base > 0) & (q.current > 0)
    matched = kept & positive
    causes = _causes(items, r, c, q, matched)
    both, base, current = in0 & in1, r.base - c.base, r.current - c.current

    def effect(side: Pair, less: Mask, more: Mask) -> Floats:
        """What each item adds to the margin of `more`, above that of `less`."""
        margin, whole = (
            Totals.of(items, *side, less).ratio,
            Totals.of(items, *side, more),
        )
        return np.where(more & ~less, (side[0] - margin * side[1]) / whole.w, 0.0)

    sides = (base, r.base), (current, r.current)
    part = np.sum(list(causes.values()), axis=0)
    part += effect(sides[1], both, kept) - effect(sides[0], both, kept)
    part += effect(sides[1], matched, both) - effect(sides[0], matched, both)
    part += np.where(kept, 0.0, _left_out(items, kept, *sides, r.name))
    part = _settled(items, part, r.unsure | c.unsure)
    parts = {name: np.where(matched, x, np.nan) for name, x in causes.items()}
    return parts | {"part": part}, _traded(transitions, in0, in1)


def _causes(
    items: Items, r: Values, c: Values, q: Values, matched: Mask
) -> dict[str, Floats]:
    """Shapley averages over the orders of replacing price, unit cost and quantity."""
    back, forth = rate_of(q.base, q.current), rate_of(q.current, q.base)

    def sides(x: Values) -> list[list[Floats]]:
        """Revenue or cost at the price and the quantity of either period."""
        own = [[x.base, x.base * forth], [x.current * back, x.current]]
        return [[np.where(matched, y, 0.0) for y in row] for row in own]

    revenue, cost = sides(r), sides(c)
    whole = [[items.total(y)[items.cell] for y in row] for row in revenue]
    ends = [
        Totals.of(items, revenue[k][k] - cost[k][k], revenue[k][k], matched).ratio
        for k in (0, 1)
    ]
    mean = (ends[0] + ends[1]) / 2

    def at(p: int, u: int, n: int) -> Floats:
        """Share times distance from the mean margin, at price, unit cost, quantity."""
        above = revenue[p][n] - cost[u][n] - mean * revenue[p][n]
        return np.where(matched, rate_of(above, whole[p][n]), 0.0)

    def average(step: Callable[[int, int, int], Floats]) -> Floats:
        """Of the changes in the first argument while the others are old or new."""

        def of(*others: int) -> Floats:
            return step(1, *others) - step(0, *others)

        mean: Floats = ((of(0, 0) + of(1, 1)) * 2 + (of(0, 1) + of(1, 0))) / 6
        return mean

    return {
        "price": average(at),
        "unit_cost": average(lambda u, p, n: at(p, u, n)),
        "mix": average(lambda n, p, u: at(p, u, n)),
    }


def of_price_index(
    items: Items, worth: Sequence[Floats], transitions: Codes, formula: str
) -> Parts:
    """What each item adds to the index less 1; 0 for items that are left out.

    The geometric means add up in logarithms: the parts share the index less 1 as the
    logarithms share its logarithm.
    """
    p0, q0, p1, q1 = worth
    both = (q0 != 0) & (q1 != 0)
    if formula == "fisher":
        family = families.INDEX_CONTRIBUTIONS["price"]
        part = items.decompose(family, tuple(worth))[1]["parts"]
    elif formula in ("laspeyres", "paasche"):
        weight = np.where(both, q0 if formula == "laspeyres" else q1, 0.0)
        part = rate_of((p1 - p0) * weight, items.total(p0 * weight)[items.cell])
    else:
        part = _logarithmic(items, worth, both, formula)
    return {"part": part}, _traded(transitions, q0 != 0, q1 != 0)


def _logarithmic(
    items: Items, worth: Sequence[Floats], both: Mask, formula: str
) -> Floats:
    """The parts of a geometric mean of price relatives."""
    p0, q0, p1, q1 = worth
    before, after = (np.where(both, p * q, 0.0) for p, q in ((p0, q0), (p1, q1)))
    shares = [rate_of(x, items.total(x)[items.cell]) for x in (before, after)]
    weight = (shares[0] + shares[1]) / 2
    if formula == "sato-vartia":
        change = _log_ratio(shares[0], shares[1], both)
        mean = rate_of(shares[1] - shares[0], change)
        mean = np.where(change == 0, shares[0], mean)
        weight = rate_of(mean, items.total(mean)[items.cell])
    part = weight * _log_ratio(p0, p1, both)
    whole = items.total(part)[items.cell]
    return part * np.where(whole == 0, 1.0, rate_of(np.expm1(whole), whole))


def _log_ratio(x0: Floats, x1: Floats, both: Mask) -> Floats:
    """The logarithm of x1 / x0; 0 where an item is left out."""
    change = rate_of(np.where(both, x1 - x0, 0.0), x0)
    return np.log1p(np.maximum(change, -1.0))
