"""Why the totals of a panel changed: explanations of every group and period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._calendar.lags import lag_periods
from .._cells import growth, ratios
from .._cells.regroup import rollup
from .._common.arguments import choice
from .arrays import (
    Contributions,
    MarginBridge,
    MixRate,
    PriceVolume,
)
from .base import BOTH, GAP
from .families import CONTRIBUTIONS, FORMULAS, MARGIN_BRIDGE, MIX_RATE, PRICE_VOLUME
from .indices import IndexNumber
from .items import Items, OnPanel
from .lmdi import ShiftShare, shift_share

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Floats, Mask
    from .plots import Stack


__all__ = [
    "PanelContributions",
    "PanelIndex",
    "PanelMarginBridge",
    "PanelMixRate",
    "PanelPriceVolume",
    "PanelShiftShare",
]


def _items(
    panel: PanelData,
    names: Sequence[str],
    lag: Any,
    within: Any,
    change: Callable[[PanelData, int], MeasureData],
) -> Items:
    """The items behind the change of the totals of groups: change(totals, steps)."""
    steps = lag_periods(lag, panel.calendar.freq)
    keys = panel.series.key_list(within)
    own = panel.with_levels(list(dict.fromkeys(names)))
    target = change(rollup(own, keys), steps)
    return Items(own, panel.series.grouped(keys)[1], target, steps)


def _only(where: Mask, values: Floats) -> Floats:
    return np.where(where, values, 0.0)


# ---- contributions ---------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelContributions(OnPanel, Contributions):
    """Growth of the totals of groups, by item, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Growth of the totals: the sum of parts, entry, exit and gap.
    parts : ndarray, shape (series, periods)
        Contribution of each item that is present in both periods, else NaN.
    entry, exit : ndarray, shape (groups, periods)
        Of the items that entered, and of those that exited.
    gap : ndarray, shape (groups, periods)
        Of the items that lack a value in one of the periods: it says what the missing
        value does to the growth, not what happened.
    matched : ndarray, shape (groups, periods)
        Share of the base total in the parts.
    residual, status : ndarray, shape (groups, periods)
        As for every explanation.

    Examples
    --------
    >>> import evmarket as em
    >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
    >>> panel = em.Panel.from_wide(table, "maker", "units")
    >>> why = panel.contributions("units")
    >>> why.total[:, 1], why.parts[:, 1]
    (array([0.]), array([ 0.3, -0.3]))
    """

    entry: Any
    exit: Any
    gap: Any
    matched: Any

    def _stack(self, group: Any) -> Stack:
        """The bars to plot: one per period of a group."""
        from .._common.canvas import names_of
        from .plots import Stack

        (g, _), subtitle, source = self._chosen(group, None)
        items = self._items
        rows = np.unique(items.series[items.target.cells.series[items.pair] == g])
        series = {key: labels[rows] for key, labels in self.series.items()}
        return Stack(
            self.parts[rows],
            names_of(series, len(rows)),
            self.total[g],
            ", ".join(
                [f"Contributions to the growth of {items.target.name}", *subtitle[:-1]]
            ),
            {name: getattr(self, name)[g] for name in ("entry", "exit", "gap")},
            self.periods,
            source,
        )


def contributions(
    panel: PanelData, measure: str, lag: Any, within: Any
) -> PanelContributions:
    name = panel.summable(measure, "measure")
    items = _items(
        panel,
        [name],
        lag,
        within,
        lambda totals, steps: growth.growth(totals.measure(name), steps),
    )
    x0, x1 = items.values(name)
    fate = items.fates([name], items.there(name))
    (total, residual), (parts,) = items.explained(CONTRIBUTIONS, (x0, x1))
    _, entry, exit_, gap, rest = items.sums(parts, fate)
    grown = items.target.cells.values.copy()
    parts[fate != BOTH] = np.nan
    groups = {
        "total": grown,
        "entry": entry,
        "exit": exit_,
        "gap": gap,
        "matched": items.matched(x0, fate),
        "residual": (grown - total) + residual + rest,
    }
    return PanelContributions(items, groups, {"parts": parts}, fate, axis=0)


# ---- mix and rate ----------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelMixRate(OnPanel, MixRate):
    """Change of the ratio of totals, by item and cause, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Change of the ratio of the totals: the sum of everything below.
    rate, mix : ndarray, shape (series, periods)
        Of the items present in both periods, else NaN.
    joint : ndarray or None
        Of both together, where the method keeps it apart.
    entry, exit : ndarray, shape (groups, periods)
        The mix of the items that entered, and of those that exited.
    gap : ndarray, shape (groups, periods)
        What the items that lack a value in one of the periods do to the ratio.
    matched : ndarray, shape (groups, periods)
        Share of the items in both periods in the base denominator.
    residual, status : ndarray, shape (groups, periods)
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

    entry: Any
    exit: Any
    gap: Any
    matched: Any

    _formats: ClassVar[dict[str, str]] = {"matched": "share"}


def mix_rate(
    panel: PanelData,
    numerator: str,
    denominator: str,
    lag: Any,
    within: Any,
    method: str,
) -> PanelMixRate:
    family = choice(method, "method", MIX_RATE)
    above = panel.summable(numerator, "numerator")
    below = panel.summable(denominator, "denominator")
    items = _items(
        panel, [below, above], lag, within,
        lambda totals, steps: growth.change(ratios.ratio(totals, above, below), steps),
    )  # fmt: skip
    (n0, n1), (w0, w1) = items.values(above), items.values(below)
    items.flag_unpaired(above, below)
    fate = items.fates([above, below], items.there(below))
    # What has no denominator has no rate.
    fate[((w0 == 0) & (n0 != 0)) | ((w1 == 0) & (n1 != 0))] = GAP
    kept = fate != GAP
    operands = [_only(kept, x) for x in (w0, _rate(n0, w0), w1, _rate(n1, w1))]
    (total, residual), parts = items.explained(family, operands)
    of_items = dict(zip(family.items, parts, strict=True))
    _, entry, exit_, _, rest = items.sums(np.sum(parts, axis=0), fate)
    changed = items.target.cells.values.copy()
    gap = changed - total
    groups = {
        "total": changed,
        "entry": entry,
        "exit": exit_,
        "gap": gap,
        "matched": items.matched(w0, fate),
        "residual": residual + rest + ((changed - total) - gap),
    }
    for values in (entry, exit_, groups["matched"]):
        values[np.isnan(total)] = np.nan
    for values in of_items.values():
        values[fate != BOTH] = np.nan
    told = {"method": method, "axis": 0}
    if len(parts) == 2:
        told["joint"] = None
    return PanelMixRate(items, groups, of_items, fate, **told)


def _rate(numerator: Floats, denominator: Floats) -> Floats:
    found = np.zeros(len(numerator))
    return np.divide(numerator, denominator, out=found, where=denominator != 0)


# ---- price and volume ------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelPriceVolume(OnPanel, PriceVolume):
    """Change of the value of groups, by cause, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Change of the value: the sum of everything below.
    unit_value, volume : ndarray, shape (groups, periods)
        Of the items in both periods. A value a unit is no price: it holds the mix
        within the item.
    joint : ndarray or None
        Of both together, where the method keeps it apart.
    entry, exit : ndarray, shape (groups, periods)
        What new items brought, and what lost ones took.
    gap : ndarray, shape (groups, periods)
        Of the items that lack a value or a quantity in one of the periods.
    matched : ndarray, shape (groups, periods)
        Share of the items in both periods in the base value.
    residual, status : ndarray, shape (groups, periods)
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

    _steps: ClassVar[tuple[str, ...]] = (
        "unit_value",
        "volume",
        "joint",
        "entry",
        "exit",
        "gap",
    )

    unit_value: Any
    gap: Any
    matched: Any

    _formats: ClassVar[dict[str, str]] = {"matched": "share"}

    def __getattr__(self, name: str) -> Any:
        # Under the name that it has for arrays too.
        return super().__getattr__("unit_value" if name == "price" else name)


def price_volume(
    panel: PanelData, value: str, quantity: str, lag: Any, within: Any, method: str
) -> PanelPriceVolume:
    family = choice(method, "method", PRICE_VOLUME)
    worth = panel.summable(value, "value")
    units = panel.summable(quantity, "quantity")
    items, here, values, quantities = _worth(panel, worth, units, lag, within)
    fate = items.fates([worth, units], here)
    kept = fate != GAP
    (v0, v1), (q0, q1) = values, quantities
    operands = [_only(kept, x) for x in (_rate(v0, q0), q0, _rate(v1, q1), q1)]
    parts, _ = items.explained(family, operands)
    total, price, volume, *joint, entry, exit_, residual = parts
    _, _, _, gap, rest = items.sums(v1 - v0, fate)
    changed = items.target.cells.values.copy()
    both = kept & (q0 != 0) & (q1 != 0)
    groups = {"total": changed, "unit_value": price, "volume": volume}
    if joint:
        groups["joint"] = joint[0]
    groups |= {
        "entry": entry,
        "exit": exit_,
        "gap": gap,
        "matched": items.matched(v0, np.where(both, BOTH, GAP).astype(np.uint8)),
        "residual": residual + ((changed - gap) - total) + rest,
    }
    told = {} if joint else {"joint": None}
    return PanelPriceVolume(items, groups, method=method, items=None, **told)


def _worth(
    panel: PanelData, worth: str, units: str, lag: Any, within: Any
) -> tuple[Items, tuple[Mask, Mask], tuple[Floats, Floats], tuple[Floats, Floats]]:
    """Items with their values and quantities, and when both stand for each other."""
    items = _items(
        panel, [worth, units], lag, within,
        lambda totals, steps: growth.change(totals.measure(worth), steps),
    )  # fmt: skip
    values, quantities = items.values(worth), items.values(units)
    unpaired = items.unpaired(worth, units)
    before, now = (
        there & ~apart & ((q != 0) | (v == 0))
        for there, apart, v, q in zip(
            items.there(units), unpaired, values, quantities, strict=True
        )
    )
    return items, (before, now), values, quantities


# ---- margin bridge ---------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelMarginBridge(OnPanel, MarginBridge):
    """Change of the margin of groups, by cause, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        Change of the margin: the sum of the seven below.
    price, unit_cost, mix : ndarray, shape (groups, periods)
        Of the matched items: with quantity and revenue positive in both periods.
    entry, exit, other : ndarray, shape (groups, periods)
        Of the items that entered, exited, and that are in both without being matched.
    gap : ndarray, shape (groups, periods)
        What the items that lack a value in one of the periods do to the margin.
    matched : ndarray, shape (groups, periods)
        Share of the matched items in the base revenue.
    residual, status : ndarray, shape (groups, periods)

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

    gap: Any


def margin_bridge(
    panel: PanelData, revenue: str, cost: str, quantity: str, lag: Any, within: Any
) -> PanelMarginBridge:
    r, c, q = (
        panel.summable(name, what)
        for name, what in (
            (revenue, "revenue"),
            (cost, "cost"),
            (quantity, "quantity"),
        )
    )
    items = _items(
        panel, [r, c, q], lag, within,
        lambda totals, steps: growth.change(ratios.margin(totals, r, c), steps),
    )  # fmt: skip
    sides = [items.values(name) for name in (r, c, q)]
    items.flag_unpaired(r, c)
    fate = items.fates([r, c], items.there(r))
    kept = fate != GAP
    operands = [_only(kept, side[k]) for k in (0, 1) for side in sides]
    parts, _ = items.explained(MARGIN_BRIDGE, operands)
    total, price, cost_, mix, entry, exit_, other, matched, residual = parts
    changed = items.target.cells.values.copy()
    gap = changed - total
    of_kept = items.matched(sides[0][0], np.where(kept, BOTH, GAP).astype(np.uint8))
    groups = {
        "total": changed,
        "price": price,
        "unit_cost": cost_,
        "mix": mix,
        "entry": entry,
        "exit": exit_,
        "other": other,
        "gap": gap,
        "matched": matched * of_kept,
        "residual": residual + ((changed - total) - gap),
    }
    return PanelMarginBridge(items, groups)


# ---- shift-share -----------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelShiftShare(OnPanel, ShiftShare):
    """Change of each industry in each region, in three parts, at every period.

    Attributes
    ----------
    total, national, mix, regional, residual : ndarray, shape (series, periods)
        Of every cell; NaN where it lacks a value in one of the periods.
    gap : ndarray, shape (1, periods)
        Change of those that lack one, left out of the nation and its industries.
    matched : ndarray, shape (1, periods)
        Share of those in both periods in the base total.
    status : ndarray, shape (1, periods)

    Examples
    --------
    >>> import evmarket as em
    >>> keys = {"region": ["N", "N", "S", "S"], "fuel": ["EV", "EV", "EV", "EV"]}
    >>> years = ["2024", "2025", "2024", "2025"]
    >>> panel = em.Panel.from_arrays(keys, years, {"units": [60, 90, 40, 50]})
    >>> panel.shift_share("units", "region", "fuel").regional[:, 1]
    array([ 6., -6.])
    """

    gap: Any
    matched: Any

    _formats: ClassVar[dict[str, str]] = {"matched": "share"}


_ROOM = 1 << 22
"""Cells of whole nations that are held at a time."""


def shift_shares(
    panel: PanelData, measure: str, region: str, industry: str, lag: Any
) -> PanelShiftShare:
    name = panel.summable(measure, "measure")
    for key, argument in ((region, "region"), (industry, "industry")):
        panel.series.place(key, argument)
    cells = rollup(panel.with_levels([name]), [region, industry])
    items = _items(
        cells,
        [name],
        lag,
        (),
        lambda totals, steps: growth.growth(totals.measure(name), steps),
    )
    x0, x1 = items.values(name)
    fate = items.fates([name], items.there(name))
    _, _, _, gap, _ = items.sums(x1 - x0, fate)
    kept = np.flatnonzero(fate != GAP)
    series = items.panel.series
    inner = [len(labels) for labels in series.labels]
    at = (items.pair[kept], *series.codes[items.series[kept]].T)
    names = ("total", "national", "mix", "regional", "residual")
    parts = {part: np.full(len(items), np.nan) for part in names}
    codes = np.zeros(items.count, np.uint8)
    step = max(1, _ROOM // max(1, inner[0] * inner[1]))
    for start in range(0, items.count, step):
        stop = min(start + step, items.count)
        first, last = np.searchsorted(at[0], (start, stop))
        chosen = slice(int(first), int(last))
        place = (at[0][chosen] - start, at[1][chosen], at[2][chosen])
        cubes = [np.zeros((stop - start, *inner)) for _ in range(2)]
        for cube, values in zip(cubes, (x0, x1), strict=True):
            cube[place] = values[kept[chosen]]
        found = shift_share(*cubes)
        codes[start:stop] = found.status
        for part, values in parts.items():
            values[kept[chosen]] = getattr(found, part)[place]
    items.flag_pairs(codes)
    groups = {"gap": gap, "matched": items.matched(x0, fate)}
    return PanelShiftShare(items, groups, parts, fate)


# ---- indices ---------------------------------------------------------------------


@dataclass(frozen=True, eq=False, repr=False, init=False)
class PanelIndex(OnPanel, IndexNumber):
    """Index of the unit values of groups, at every period.

    Attributes
    ----------
    total : ndarray, shape (groups, periods)
        The index, 1 where nothing changed.
    matched, dropped : ndarray of int64, shape (groups, periods)
        How many items are in both periods, and how many in only one.
    matched_share : ndarray, shape (groups, periods)
        Share of the items in both periods in the base value.
    residual, status : ndarray, shape (groups, periods)
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

    _formats: ClassVar[dict[str, str]] = {"matched_share": "share"}


def price_index(
    panel: PanelData, value: str, quantity: str, lag: Any, within: Any, formula: str
) -> PanelIndex:
    family = choice(formula, "formula", FORMULAS)
    worth = panel.summable(value, "value")
    units = panel.summable(quantity, "quantity")
    items, here, (v0, v1), (q0, q1) = _worth(panel, worth, units, lag, within)
    v, q = (
        [_only(there, x) for there, x in zip(here, pair, strict=True)]
        for pair in ((v0, v1), (q0, q1))
    )
    operands = (_rate(v[0], q[0]), q[0], _rate(v[1], q[1]), q[1])
    (total, _, matched, dropped, residual), _ = items.explained(family, operands)
    both = np.where((q[0] != 0) & (q[1] != 0), BOTH, GAP).astype(np.uint8)
    groups = {
        "total": total,
        "matched": matched.astype(np.int64),
        "dropped": dropped.astype(np.int64),
        "matched_share": items.matched(v0, both),
        "residual": residual,
    }
    return PanelIndex(items, groups, method=formula)
