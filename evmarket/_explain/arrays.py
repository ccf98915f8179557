"""Decompose the change of a total: items, mix and rate, price and volume, margin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._arrays.apply import LAST
from .._common.arguments import choice
from . import families
from .base import Bridge, Explanation, Stacked

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .plots import Stack

MIX_CAUSES = ("rate", "mix", "joint")
WORTH = ("price0", "quantity0", "price1", "quantity1")


@dataclass(frozen=True, eq=False, repr=False)
class Contributions(Stacked):
    """Growth of a total, by item.

    Attributes
    ----------
    total : ndarray
        Growth of the total: the sum of the parts.
    parts : ndarray
        Contribution of each item, in the shape of the values.
    residual, status : ndarray
        Rounding error and `Status`, one per group.
    axis : int
        Axis of the items in ``parts``.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.contributions([60, 40], [90, 30])
    >>> float(why.total), why.parts
    (0.2, array([ 0.3, -0.1]))
    """

    total: Any
    parts: NDArray[np.float64]
    residual: Any
    status: Any
    axis: int

    _formats: ClassVar[dict[str, str]] = {
        "total": "rate",
        **dict.fromkeys(("parts", "part", "entry", "exit", "gap"), "pp"),
        **Explanation._formats,
    }

    def _stack(self, group: Any) -> Stack:
        from .stacks import of_items

        return of_items(self.parts, self.axis, self.total, group)


def contributions(x0: ArrayLike, x1: ArrayLike, *, axis: int = LAST) -> Contributions:
    """Contribution of each item to the growth of the total.

    Parameters
    ----------
    x0, x1 : array_like
        Values of the items in the earlier and the later period; they broadcast. Items
        lie along `axis`; each index along the other axes is a group. Negative values
        are allowed. Objects of pandas given together must have equal indexes and
        columns; beside other arrays they are taken by place.
    axis : int, default -1
        Axis of the items. Required for a data frame.

    Returns
    -------
    Contributions
        ``.parts`` is ``(x1 - x0) / sum(x0)``, a fraction: 0.02 is 2 pp of growth. The
        parts add up to ``.total`` within 4 eps of the sum of their magnitudes. Results
        are NaN where the base total is not positive, with the status of the growth of
        the total, and where a value is NaN (GAP) or infinite (INVALID).

    Raises
    ------
    TypeError, ValueError
        If a value is not a number, shapes do not broadcast, the labels of pandas
        objects differ, or the axis is out of range.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.contributions([50, 30, 20], [60, 30, 15])
    >>> why.parts
    array([ 0.1 ,  0.  , -0.05])
    >>> float(why.total)
    0.05
    """
    groups = families.Groups.of((x0, x1), ("x0", "x1"), axis)
    of_groups, of_items = groups.decompose(families.CONTRIBUTIONS)
    return Contributions(**of_groups, **of_items, axis=groups.axis)


@dataclass(frozen=True, eq=False, repr=False)
class MixRate(Stacked):
    """Change of a pooled rate, by item and cause.

    Attributes
    ----------
    total : ndarray
        Change of the pooled rate ``sum(weight * rate) / sum(weight)``.
    rate, mix : ndarray
        Effect of each item's rate and of its share, in the shape of the values.
    joint : ndarray or None
        Joint effect of rate and share; None where the method has none.
    residual, status : ndarray
        Rounding error and `Status`, one per group.
    method : str
    axis : int
        Axis of the items in ``rate``, ``mix`` and ``joint``.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.mix_rate([50, 50], [0.3, 0.1], [80, 20], [0.3, 0.1])
    >>> round(float(why.total), 6), why.mix.round(6), why.rate
    (0.06, array([0.021, 0.039]), array([0., 0.]))
    """

    total: Any
    rate: NDArray[np.float64]
    mix: NDArray[np.float64]
    joint: NDArray[np.float64] | None
    residual: Any
    status: Any
    method: str
    axis: int

    def _stack(self, group: Any) -> Stack:
        from .stacks import MIX_TITLE, of_causes

        causes = {name: getattr(self, name) for name in MIX_CAUSES}
        return of_causes(causes, self.axis, self.total, group, MIX_TITLE)


def mix_rate(
    weight0: ArrayLike,
    rate0: ArrayLike,
    weight1: ArrayLike,
    rate1: ArrayLike,
    *,
    method: str = "symmetric",
    axis: int = LAST,
) -> MixRate:
    """Split the change of a pooled rate into rates and mix.

    Parameters
    ----------
    weight0, rate0, weight1, rate1 : array_like
        Weights and rates of the items in both periods; they broadcast. A weight is the
        denominator of the rate and cannot be negative. The rate of an item with zero
        weight is ignored.
    method : {"symmetric", "three-way"}
        ``"symmetric"`` shares the joint effect equally, ``"three-way"`` returns it
        separately.
    axis : int, default -1
        Axis of the items. Required for a data frame.

    Returns
    -------
    MixRate
        Let s be the share of an item in the weights and m the pooled rate. Symmetric:
        ``.rate`` is (s1+s0)/2 (r1-r0), ``.mix`` is (s1-s0)((r1+r0)/2 - (m1+m0)/2).
        Three-way: ``.rate`` is s0 (r1-r0), ``.mix`` is (s1-s0)(r0-m0), ``.joint`` is
        (s1-s0)(r1-r0). An item with zero weight in one period takes its rate from the
        other period, so all its effect is mix. Results are NaN where the weights add up
        to zero, a weight is negative, or a value is NaN (GAP).

    Raises
    ------
    TypeError, ValueError
        As for `contributions`, and for an unknown method.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.mix_rate([1000, 2000], [0.15, 0.075], [1100, 2150], [0.11, 0.09])
    >>> float(why.total.round(6)), why.rate.round(6), why.mix.round(6)
    (-0.003231, array([-0.013436,  0.009962]), array([1.62e-04, 8.10e-05]))
    """
    family = choice(method, "method", families.MIX_RATE)
    names = ("weight0", "rate0", "weight1", "rate1")
    groups = families.Groups.of((weight0, rate0, weight1, rate1), names, axis)
    of_groups, of_items = groups.decompose(family)
    of_items.setdefault("joint", None)
    return MixRate(**of_groups, **of_items, method=method, axis=groups.axis)


@dataclass(frozen=True, eq=False, repr=False)
class PriceVolume(Bridge):
    """Change of a value, by cause.

    Attributes
    ----------
    total : ndarray
        Change of ``sum(price * quantity)``.
    price, volume : ndarray
        Effects of the items in both periods.
    joint : ndarray or None
        Joint effect of price and volume; None where the method has none.
    entry, exit : ndarray
        Value of the new items, and minus the value of the lost items.
    residual, status : ndarray
        Rounding error and `Status`, one per group.
    method : str
    items : PriceVolume or None
        The same results per item, in the shape of the values, with ``items=True``.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.price_volume([10], [5], [11], [6])
    >>> float(why.total), float(why.price), float(why.volume)
    (16.0, 5.5, 10.5)
    """

    _steps: ClassVar[tuple[str, ...]] = ("price", "volume", "joint", "entry", "exit")
    _title: ClassVar[str] = "Change of the value"

    total: Any
    price: Any
    volume: Any
    joint: Any
    entry: Any
    exit: Any
    residual: Any
    status: Any
    method: str
    items: Any


def price_volume(
    price0: ArrayLike,
    quantity0: ArrayLike,
    price1: ArrayLike,
    quantity1: ArrayLike,
    *,
    method: str = "bennet",
    axis: int = LAST,
    items: bool = False,
) -> PriceVolume:
    """Split the change of a value into price, volume, entry and exit.

    Parameters
    ----------
    price0, quantity0, price1, quantity1 : array_like
        Prices and quantities of the items in both periods; they broadcast. An item is
        in a period when its quantity there is not zero; otherwise its price is ignored.
        Prices may be negative (a profit per unit), quantities may not.
    method : {"bennet", "laspeyres", "paasche", "three-way"}
        How price and volume are computed for the items in both periods, from the
        changes dp and dq: ``"bennet"`` dp at the mean quantity and dq at the mean
        price; ``"laspeyres"`` dp q1 and p0 dq; ``"paasche"`` dp q0 and p1 dq;
        ``"three-way"`` dp q0 and p0 dq, with dp dq as the joint effect.
    axis : int, default -1
        Axis of the items. Required for a data frame.
    items : bool, default False
        If True, ``.items`` holds the results per item.

    Returns
    -------
    PriceVolume
        Amounts, one per group. ``.entry`` is the value of the new items, ``.exit`` is
        minus the value of the lost items. If no item is in both periods, price and
        volume are 0 and the status is NO_MATCH. A negative quantity makes the parts NaN
        (NEGATIVE_DENOMINATOR). A NaN (GAP) or an infinity (INVALID) makes all results
        NaN.

    Raises
    ------
    TypeError, ValueError
        As for `contributions`, and for an unknown method.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.price_volume([10, 15, 20], [1000, 800, 500], [11, 15, 23],
    ...                       [1000, 700, 800])
    >>> float(why.total), float(why.price), float(why.volume)
    (7900.0, 2950.0, 4950.0)
    """
    family = choice(method, "method", families.PRICE_VOLUME)
    groups = families.Groups.of((price0, quantity0, price1, quantity1), WORTH, axis)
    if items:
        family = replace(family, items=family.groups)
    of_groups, of_items = groups.decompose(family)
    if not items:
        return _price_volume(of_groups, method)
    status = np.expand_dims(of_groups["status"], groups.axis)
    of_items["status"] = np.broadcast_to(status, of_items["total"].shape).copy()
    return _price_volume(of_groups, method, _price_volume(of_items, method))


def _price_volume(
    results: dict[str, Any], method: str, items: PriceVolume | None = None
) -> PriceVolume:
    return PriceVolume(**{"joint": None, **results}, method=method, items=items)


@dataclass(frozen=True, eq=False, repr=False)
class PriceVolumeMix(Bridge):
    """Change of a value, with volume and mix separate.

    Attributes
    ----------
    total : ndarray
        Change of ``sum(price * quantity)``.
    price, volume, mix : ndarray
        Effects of the items in both periods.
    entry, exit : ndarray
        Value of the new items, and minus the value of the lost items.
    residual, status : ndarray
        Rounding error and `Status`, one per group.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.price_volume_mix([10, 20], [5, 5], [10, 20], [4, 6])
    >>> float(why.volume), float(why.mix), float(why.price)
    (0.0, 10.0, 0.0)
    """

    _steps: ClassVar[tuple[str, ...]] = ("price", "volume", "mix", "entry", "exit")
    _title: ClassVar[str] = "Change of the value"

    total: Any
    price: Any
    volume: Any
    mix: Any
    entry: Any
    exit: Any
    residual: Any
    status: Any


def price_volume_mix(
    price0: ArrayLike,
    quantity0: ArrayLike,
    price1: ArrayLike,
    quantity1: ArrayLike,
    *,
    axis: int = LAST,
) -> PriceVolumeMix:
    """Split the change of a value into price, volume, mix, entry and exit.

    Parameters
    ----------
    price0, quantity0, price1, quantity1, axis
        As for `price_volume`. Quantities are added, so all must have the same unit.

    Returns
    -------
    PriceVolumeMix
        For the items in both periods, let Q be the sum of quantities and V0 the earlier
        value: ``.volume`` is (Q1/Q0 - 1) V0, ``.price`` is sum (p1-p0) q1, ``.mix`` is
        sum p0 q1 - (Q1/Q0) V0. The status is as for `price_volume`.

    Raises
    ------
    TypeError, ValueError
        As for `contributions`.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.price_volume_mix([10, 20], [100, 100], [10, 21], [90, 120])
    >>> [float(x) for x in (why.total, why.price, why.volume, why.mix)]
    [420.0, 120.0, 150.0, 150.0]
    """
    groups = families.Groups.of((price0, quantity0, price1, quantity1), WORTH, axis)
    return PriceVolumeMix(**groups.decompose(families.PRICE_VOLUME_MIX)[0])


@dataclass(frozen=True, eq=False, repr=False)
class MarginBridge(Bridge):
    """Change of a margin, by cause, as fractions of revenue.

    Attributes
    ----------
    total : ndarray
        Change of the margin ``(revenue - cost) / revenue``.
    price, unit_cost, mix : ndarray
        Effects of the matched items: those with positive quantity and revenue in both
        periods.
    entry, exit : ndarray
        Effect of the new items on the later margin, and of the lost items on the
        earlier.
    other : ndarray
        Effect of items in both periods that are not matched, such as services without
        units.
    matched : ndarray
        Share of the matched items in the earlier revenue.
    residual, status : ndarray
        Rounding error and `Status`, one per group.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.margin_bridge([100], [80], [10], [110], [88], [10])
    >>> [round(float(x), 6) for x in (why.total, why.price, why.unit_cost)]
    [0.0, 0.076364, -0.076364]
    """

    _steps: ClassVar[tuple[str, ...]] = families.MARGIN_STEPS
    _title: ClassVar[str] = "Change of the margin"
    _in_points: ClassVar[bool] = True

    total: Any
    price: Any
    unit_cost: Any
    mix: Any
    entry: Any
    exit: Any
    other: Any
    matched: Any
    residual: Any
    status: Any

    _formats: ClassVar[dict[str, str]] = {
        **dict.fromkeys(("total", *families.MARGIN_STEPS, "gap", "part"), "pp"),
        **Explanation._formats,
    }


def margin_bridge(
    revenue0: ArrayLike,
    cost0: ArrayLike,
    quantity0: ArrayLike,
    revenue1: ArrayLike,
    cost1: ArrayLike,
    quantity1: ArrayLike,
    *,
    axis: int = LAST,
) -> MarginBridge:
    """Split the change of a margin into price, unit cost, mix, entry, exit and other.

    Parameters
    ----------
    revenue0, cost0, quantity0, revenue1, cost1, quantity1 : array_like
        Revenue, cost and quantity of the items in both periods; they broadcast. An item
        is in a period when its revenue or cost there is not zero. If a quantity is NaN
        or not positive, its revenue has no units.
    axis : int, default -1
        Axis of the items. Required for a data frame.

    Returns
    -------
    MarginBridge
        Price, unit cost and mix are the Shapley averages over the six orders in which
        prices, unit costs and quantities of the matched items can be replaced by the
        later ones. If no item is matched, the parts are NaN (NO_MATCH) and the total is
        a number. Results are NaN if the total revenue is not positive
        (ZERO_DENOMINATOR, NEGATIVE_DENOMINATOR), if a cost is NaN (UNPAIRED), or if a
        revenue is NaN (GAP).

    Raises
    ------
    TypeError, ValueError
        As for `contributions`.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.margin_bridge([100, 100], [80, 60], [10, 5],
    ...                        [110, 100], [88, 60], [11, 5])
    >>> [round(float(x), 6) + 0.0 for x in (why.total, why.price, why.mix)]
    [-0.004762, 0.0, -0.004762]
    """
    values = (revenue0, cost0, quantity0, revenue1, cost1, quantity1)
    names = ("revenue0", "cost0", "quantity0", "revenue1", "cost1", "quantity1")
    return MarginBridge(
        **families.Groups.of(values, names, axis).decompose(families.MARGIN_BRIDGE)[0]
    )
