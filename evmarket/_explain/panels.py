"""Explain the changes of a panel's groups in every period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._cells import growth, ratios
from .._common.arguments import choice
from .._common.kinds import TABLE
from .._common.messages import one_line
from . import families, item_parts
from .arrays import MIX_CAUSES, Contributions, MarginBridge, MixRate, PriceVolume
from .families import BOTH, GAP
from .indices import IndexNumber
from .item_parts import rate_of
from .items import Items, Values
from .lmdi import SHIFTS, ShiftShare, shift_share
from .on_panel import OnPanel

if TYPE_CHECKING:
    from .._cells.panel import PanelData
    from .._common.types import Codes, Floats, Ints, Mask
    from .item_parts import Parts
    from .plots import Lines, Stack


_PARTS = ("volume", "joint", "entry", "exit")
"""Parts of the change of a value that have the same name for arrays and panels."""


def _alike(panel: PanelData, lag: Any, **names: Any) -> list[str]:
    """The names of levels of one kind, whose changes over the lag have a meaning."""
    levels = [panel.summable(name, argument) for argument, name in names.items()]
    kinds = [panel.level(name).kind for name in levels]
    for name, kind in zip(levels, kinds, strict=True):
        if kind != kinds[0]:
            raise TypeError(
                f"{one_line(levels[0])} is {kinds[0]}, {one_line(name)} {kind}: they "
                "are explained together only if they are of one kind"
            )
    if TABLE[kinds[0]].growth != "any":
        growth.change(panel.rollup(()).measure(levels[0]), lag)
    return levels


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelContributions(OnPanel, Contributions):
    """Growth of the totals of groups, by item, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Growth of the totals: the sum of parts, entry, exit and gap.
    parts : ndarray, shape (series, periods)
        Contribution of each item with a value in both periods; NaN for other items.
    entry, exit : ndarray, shape (groups, periods)
        Contribution of the items that entered, and of those that exited.
    gap : ndarray, shape (groups, periods)
        Contribution of the items that lack a value in one of the periods: the effect of
        the missing value on the growth.
    matched : ndarray, shape (groups, periods)
        Share of the items in both periods in the base total.
    residual, status : ndarray, shape (groups, periods)
        Rounding error and `Status`.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> why = panel.contributions("units")
    >>> why.total[:, 1], why.parts[:, 1]
    (array([0.]), array([ 0.3, -0.3]))
    """

    def _stack(self, group: Any) -> Stack:
        from .stacks import of_panel_items

        return of_panel_items(self, group)

    def _parts_of(self, items: Items, own: Ints) -> Parts:
        [name] = self._names
        return item_parts.of_contributions(
            items, items.values(name), self._transitions[own]
        )


def contributions(
    panel: PanelData, measure: str, lag: Any, within: Any
) -> PanelContributions:
    name = panel.summable(measure, "measure")
    items = Items.of(
        panel, [name], within,
        lambda totals: growth.growth(totals.measure(name), lag),
    )  # fmt: skip
    values = items.values(name)
    transitions = items.transitions([values], values.present)
    parts = item_parts.shares(items, values)
    total = items.target.cells.values
    sums, rounding = items.sums_of_all(parts, transitions)
    rest = ((total - sums["both"]) - sums["entry"]) - sums["exit"]
    gap = items.gap(rest, transitions != GAP)
    # Parts of items are closer than what is left of a total, where they are all known.
    size = np.abs(total) + sum(map(np.abs, sums.values()))
    gap = np.where(np.abs(gap - sums["gap"]) <= 2.0**-40 * size, sums["gap"], gap)
    return PanelContributions(
        items,
        [name],
        items.status(items.lost(parts)),
        transitions,
        {
            "total": total,
            "entry": sums["entry"],
            "exit": sums["exit"],
            "gap": gap,
            "matched": items.matched(values, transitions == BOTH),
            "residual": (rest - gap) + rounding,
        },
        {"parts": np.where(transitions == BOTH, parts, np.nan)},
        axis=0,
    )


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelMixRate(OnPanel, MixRate):
    """Change of the ratio of totals, by item and cause, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Change of the ratio of the totals: the sum of all parts.
    rate, mix : ndarray, shape (series, periods)
        Effects of each item with a value in both periods; NaN for other items.
    joint : ndarray or None
        Joint effect of rate and share; None where the method has none.
    entry, exit : ndarray, shape (groups, periods)
        Mix effect of the items that entered, and of those that exited.
    gap : ndarray, shape (groups, periods)
        Effect of the items that lack a value in one of the periods.
    matched : ndarray, shape (groups, periods)
        Share of the items in both periods in the base denominator.
    residual, status : ndarray, shape (groups, periods)
        Rounding error and `Status`.
    method : str

    Examples
    --------
    >>> import evmarket as em
    >>> keys = {"maker": ["A", "A", "B", "B"]}
    >>> years = ["2024", "2025", "2024", "2025"]
    >>> measures = {"profit": [20, 30, 5, 5], "revenue": [100, 150, 50, 50]}
    >>> panel = em.Panel.from_arrays(keys, years, measures)
    >>> panel.mix_rate("profit", "revenue").mix[:, 1].round(6)
    array([0.002431, 0.005903])
    """

    def _stack(self, group: Any) -> Stack:
        from .stacks import of_panel_causes

        return of_panel_causes(self, group, MIX_CAUSES)

    def _parts_of(self, items: Items, own: Ints) -> Parts:
        n, w = (items.values(name) for name in self._names)
        family = families.MIX_RATE[self.method]
        return item_parts.of_mix_rate(items, n, w, self._transitions[own], family)


def mix_rate(
    panel: PanelData,
    numerator: str,
    denominator: str,
    lag: Any,
    within: Any,
    method: str,
) -> PanelMixRate:
    family = choice(method, "method", families.MIX_RATE)
    above, below = _alike(panel, lag, numerator=numerator, denominator=denominator)
    items = Items.of(
        panel, [below, above], within,
        lambda totals: growth.change(ratios.ratio(totals, above, below), lag),
    )  # fmt: skip
    n, w = items.all_values([above, below])
    transitions = items.transitions([n, w], w.present)
    # An item with a numerator but no denominator, or of other rows, has no rate.
    no_rate = ((w.base == 0) & (n.base != 0)) | ((w.current == 0) & (n.current != 0))
    transitions[no_rate | np.logical_or(*n.unpaired(w))] = GAP
    rates = rate_of(n.base, w.base), rate_of(n.current, w.current)
    operands = (w.base, rates[0], w.current, rates[1])
    kept = transitions != GAP
    of_groups, of_items, codes = items.decompose(family, operands, kept)
    effects = np.sum(list(of_items.values()), axis=0)
    sums = items.sums(effects, transitions)
    total, of_kept = items.target.cells.values, of_groups["total"]
    gap = items.gap(total - of_kept, kept)
    matched = items.matched(w, transitions == BOTH)
    rounding = of_groups["residual"] + sums["residual"]
    return PanelMixRate(
        items,
        [above, below],
        items.status(codes),
        transitions,
        {
            "total": total,
            "entry": np.where(np.isnan(of_kept), np.nan, sums["entry"]),
            "exit": np.where(np.isnan(of_kept), np.nan, sums["exit"]),
            "gap": gap,
            "matched": np.where(np.isnan(of_kept), np.nan, matched),
            "residual": rounding + ((total - of_kept) - gap),
        },
        {
            name: np.where(transitions == BOTH, part, np.nan)
            for name, part in of_items.items()
        },
        method=method,
        axis=0,
        **({} if "joint" in of_items else {"joint": None}),
    )


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelPriceVolume(OnPanel, PriceVolume):
    """Change of the value of groups, by cause, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Change of the value: the sum of all parts.
    unit_value, volume : ndarray, shape (groups, periods)
        Effects of the items in both periods. A unit value is not a price: it also
        changes with the mix within the item.
    joint : ndarray or None
        Joint effect of unit value and volume; None where the method has none.
    entry, exit : ndarray, shape (groups, periods)
        Value of the new items, and minus the value of the lost items.
    gap : ndarray, shape (groups, periods)
        Change of the items that lack a value or a quantity in one of the periods.
    matched : ndarray, shape (groups, periods)
        Share of the items in both periods in the base value.
    residual, status : ndarray, shape (groups, periods)
        Rounding error and `Status`.
    method : str

    Examples
    --------
    >>> import evmarket as em
    >>> keys = {"maker": ["A", "A", "B", "B"]}
    >>> years = ["2024", "2025", "2024", "2025"]
    >>> measures = {"revenue": [100, 132, 50, 60], "units": [10, 11, 10, 12]}
    >>> panel = em.Panel.from_arrays(keys, years, measures)
    >>> why = panel.price_volume("revenue", "units")
    >>> why.unit_value[:, 1], why.volume[:, 1]
    (array([21.]), array([21.]))
    """

    _steps: ClassVar[tuple[str, ...]] = ("unit_value", *_PARTS, "gap")

    unit_value: Any

    def __getattr__(self, name: str) -> Any:
        # `price` is the name in the result for arrays.
        return super().__getattr__("unit_value" if name == "price" else name)

    def _parts_of(self, items: Items, own: Ints) -> Parts:
        v, q = (items.values(name) for name in self._names)
        family = families.PRICE_VOLUME[self.method]
        return item_parts.of_price_volume(items, v, q, self._transitions[own], family)


def price_volume(
    panel: PanelData, value: str, quantity: str, lag: Any, within: Any, method: str
) -> PanelPriceVolume:
    family = choice(method, "method", families.PRICE_VOLUME)
    items, v, q = _value_items(panel, value, quantity, lag, within)
    transitions = items.transitions([v, q], _priced(v, q))
    prices = rate_of(v.base, q.base), rate_of(v.current, q.current)
    kept = transitions != GAP
    operands = (prices[0], q.base, prices[1], q.current)
    results, _, codes = items.decompose(family, operands, kept)
    total, of_kept = items.target.cells.values, results["total"]
    gap = items.gap(total - of_kept, kept)
    both = kept & (q.base != 0) & (q.current != 0)
    rounding = results["residual"]
    return PanelPriceVolume(
        items,
        [v.name, q.name],
        items.status(codes, [q.name]),
        transitions,
        {
            "total": total,
            "unit_value": results["price"],
            **{n: results[n] for n in family.groups if n in _PARTS},
            "gap": gap,
            "matched": items.matched(v, both),
            "residual": rounding + ((total - of_kept) - gap),
        },
        method=method,
        **({} if "joint" in results else {"joint": None}),
    )


def _value_items(
    panel: PanelData, value: str, quantity: str, lag: Any, within: Any
) -> tuple[Items, Values, Values]:
    """The items behind the change of a value, their values and their quantities."""
    worth, units = _alike(panel, lag, value=value, quantity=quantity)
    items = Items.of(
        panel, [worth, units], within,
        lambda totals: growth.change(totals.measure(worth), lag),
    )  # fmt: skip
    v, q = items.all_values([worth, units])
    return items, v, q


def _priced(v: Values, q: Values) -> tuple[Mask, Mask]:
    """Whether value and quantity come from the same rows and give a unit value."""
    apart = v.unpaired(q)
    return (
        q.present[0] & ~apart[0] & ((q.base != 0) | (v.base == 0)),
        q.present[1] & ~apart[1] & ((q.current != 0) | (v.current == 0)),
    )


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelMarginBridge(OnPanel, MarginBridge):
    """Change of the margin of groups, by cause, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Change of the margin: the sum of all parts.
    price, unit_cost, mix : ndarray, shape (groups, periods)
        Effects of the matched items: those with positive quantity and revenue in both
        periods.
    entry, exit : ndarray, shape (groups, periods)
        Effects of the items that entered, and of those that exited.
    other : ndarray, shape (groups, periods)
        Effect of the items in both periods that are not matched.
    gap : ndarray, shape (groups, periods)
        Effect of the items that lack a value in one of the periods.
    matched : ndarray, shape (groups, periods)
        Share of the matched items in the base revenue.
    residual, status : ndarray, shape (groups, periods)
        Rounding error and `Status`.

    Examples
    --------
    >>> import evmarket as em
    >>> keys = {"maker": ["A", "A", "B", "B"]}
    >>> years = ["2024", "2025", "2024", "2025"]
    >>> revenue, cost = [100, 120, 50, 60], [80, 90, 45, 50]
    >>> measures = {"revenue": revenue, "cost": cost, "units": [10, 11, 10, 12]}
    >>> panel = em.Panel.from_arrays(keys, years, measures)
    >>> why = panel.margin_bridge("revenue", "cost", "units")
    >>> why.total[:, 1].round(6), why.unit_cost[:, 1].round(6)
    (array([0.055556]), array([0.010619]))
    """

    _steps: ClassVar[tuple[str, ...]] = (*MarginBridge._steps, "gap")

    def _parts_of(self, items: Items, own: Ints) -> Parts:
        r, c, q = (items.values(name) for name in self._names)
        return item_parts.of_margin_bridge(items, r, c, q, self._transitions[own])


def margin_bridge(
    panel: PanelData, revenue: str, cost: str, quantity: str, lag: Any, within: Any
) -> PanelMarginBridge:
    names = _alike(panel, lag, revenue=revenue, cost=cost, quantity=quantity)
    items = Items.of(
        panel, names, within,
        lambda totals: growth.change(ratios.margin(totals, *names[:2]), lag),
    )  # fmt: skip
    r, c, q = items.all_values(names)
    transitions = items.transitions([r, c], r.present)
    kept = transitions != GAP
    operands = (r.base, c.base, q.base, r.current, c.current, q.current)
    results, _, codes = items.decompose(families.MARGIN_BRIDGE, operands, kept)
    total, of_kept = items.target.cells.values, results["total"]
    gap = items.gap(total - of_kept, kept)
    share_kept = items.matched(r, kept)
    return PanelMarginBridge(
        items,
        names,
        items.status(codes, [q.name], (r, c)),
        transitions,
        {
            "total": total,
            **{name: results[name] for name in MarginBridge._steps},
            "gap": gap,
            "matched": results["matched"] * share_kept,
            "residual": results["residual"] + ((total - of_kept) - gap),
        },
    )


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelShiftShare(OnPanel, ShiftShare):
    """Change of each industry in each region, in three parts, at every period.

    Attributes
    ----------
    total, national, mix, regional, residual : ndarray, shape (series, periods)
        Results of every cell; NaN if it lacks a value in one of the periods.
    gap : ndarray, shape (1, periods)
        Change of the cells that lack a value, which are left out of the national and
        industry totals.
    matched : ndarray, shape (1, periods)
        Share of the cells in both periods in the base total.
    status : ndarray, shape (1, periods)
        `Status` of the nation.

    Examples
    --------
    >>> import evmarket as em
    >>> keys = {"region": ["N", "N", "S", "S"], "fuel": ["EV", "EV", "EV", "EV"]}
    >>> years = ["2024", "2025", "2024", "2025"]
    >>> panel = em.Panel.from_arrays(keys, years, {"units": [60, 90, 40, 50]})
    >>> panel.shift_share("units", "region", "fuel").regional[:, 1]
    array([ 6., -6.])
    """

    def _regions(self, at: Any) -> Stack:
        from .stacks import of_panel_regions

        return of_panel_regions(self, at, SHIFTS)

    def _parts_of(self, items: Items, own: Ints) -> Parts:
        [name] = self._names
        values, held = items.values(name), self._of_items
        parts = {key: held[key][own] for key in SHIFTS}
        fates = self._transitions[own]
        change = values.current - values.base
        part = np.where(fates == GAP, change, held["total"][own])
        return parts | {"part": part}, fates


_MOST_CELLS = 1 << 22
"""Number of values of dense tables that are held at a time."""


def shift_shares(
    panel: PanelData, measure: str, region: str, industry: str, lag: Any
) -> PanelShiftShare:
    name = panel.summable(measure, "measure")
    [row], [column] = (
        panel.series.key_list([key], argument)
        for key, argument in ((region, "region"), (industry, "industry"))
    )
    table = panel.rollup([row, column])
    items = Items.of(
        table, [name], (),
        lambda totals: growth.growth(totals.measure(name), lag),
    )  # fmt: skip
    values = items.values(name)
    transitions = items.transitions([values], values.present)
    kept = np.flatnonzero(transitions != GAP)
    parts, codes = _shift_parts(items, values, kept)
    sums = items.sums(values.current - values.base, transitions)
    return PanelShiftShare(
        items,
        [name],
        items.status(codes),
        transitions,
        {"gap": sums["gap"], "matched": items.matched(values, transitions == BOTH)},
        parts,
    )


def _shift_parts(
    items: Items, values: Values, kept: Ints
) -> tuple[dict[str, Floats], Codes]:
    """The parts of the kept items, and the status of each cell; NaN for the others."""
    shape = tuple(len(labels) for labels in items.panel.series.labels)
    cell, codes = items.cell[kept], items.panel.series.codes[items.series[kept]]
    names = ("total", *SHIFTS, "residual")
    parts = {name: np.full(len(items), np.nan) for name in names}
    status = np.zeros(items.count, np.uint8)
    step = max(1, _MOST_CELLS // max(1, shape[0] * shape[1]))
    for start in range(0, items.count, step):
        stop = min(start + step, items.count)
        some = slice(*np.searchsorted(cell, (start, stop)))
        place = (cell[some] - start, *codes[some].T)
        dense = np.zeros((2, stop - start, *shape))
        dense[0][place] = values.base[kept[some]]
        dense[1][place] = values.current[kept[some]]
        results = shift_share(*dense)
        status[start:stop] = results.status
        for name, part in parts.items():
            part[kept[some]] = getattr(results, name)[place]
    return parts, status


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelIndex(OnPanel, IndexNumber):
    """Index of the unit values of groups, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        The index; 1 means no change.
    matched, dropped : ndarray of int64, shape (groups, periods)
        Number of items in both periods, and number of items in one period only.
    matched_share : ndarray, shape (groups, periods)
        Share of the items in both periods in the base value.
    residual, status : ndarray, shape (groups, periods)
        As for `IndexNumber`.
    method : str
        The formula.

    Examples
    --------
    >>> import evmarket as em
    >>> keys = {"maker": ["A", "A", "B", "B"]}
    >>> years = ["2024", "2025", "2024", "2025"]
    >>> measures = {"revenue": [100, 110, 50, 60], "units": [10, 10, 10, 10]}
    >>> panel = em.Panel.from_arrays(keys, years, measures)
    >>> index = panel.price_index("revenue", "units")
    >>> index.total[:, 1].round(6), index.matched[:, 1]
    (array([1.133333]), array([2]))
    """

    matched_share: Any

    def _lines(self) -> Lines:
        from .stacks import of_panel_index

        return of_panel_index(self)

    def _parts_of(self, items: Items, own: Ints) -> Parts:
        v, q = (items.values(name) for name in self._names)
        fates = self._transitions[own]
        return item_parts.of_price_index(items, _worth(v, q), fates, self.method)


def price_index(
    panel: PanelData, value: str, quantity: str, lag: Any, within: Any, formula: str
) -> PanelIndex:
    family = choice(formula, "formula", families.FORMULAS)
    items, v, q = _value_items(panel, value, quantity, lag, within)
    transitions = items.transitions([v, q], _priced(v, q))
    worth = _worth(v, q)
    results, _, codes = items.decompose(family, worth)
    both = (worth[1] != 0) & (worth[3] != 0)
    return PanelIndex(
        items,
        [v.name, q.name],
        items.status(codes, [q.name]),
        transitions,
        {
            "total": results["price"],
            "matched": results["matched"].astype(np.int64),
            "dropped": results["dropped"].astype(np.int64),
            "matched_share": items.matched(v, both),
            "residual": results["residual"],
        },
        method=formula,
    )


def _worth(v: Values, q: Values) -> tuple[Floats, Floats, Floats, Floats]:
    """Unit values and quantities in both periods; 0 where there is no unit value."""
    base, current = _priced(v, q)
    q0, q1 = np.where(base, q.base, 0.0), np.where(current, q.current, 0.0)
    p0 = rate_of(np.where(base, v.base, 0.0), q0)
    p1 = rate_of(np.where(current, v.current, 0.0), q1)
    return p0, q0, p1, q1
