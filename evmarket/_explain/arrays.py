"""Why a total changed: contributions, mix and rate, price and volume, margin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._arrays.apply import LAST
from .._common.arguments import choice
from .base import Bridge, Explanation, Groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


__all__ = [
    "Contributions",
    "MarginBridge",
    "MixRate",
    "PriceVolume",
    "PriceVolumeMix",
    "contributions",
    "margin_bridge",
    "mix_rate",
    "price_volume",
    "price_volume_mix",
]

WORTH = ("price0", "quantity0", "price1", "quantity1")


@dataclass(frozen=True, eq=False, repr=False)
class Contributions(Explanation):
    """Growth of a total, by item.

    Attributes
    ----------
    total : ndarray
        Growth of the total: the sum of the parts.
    parts : ndarray
        Contribution of each item, in the shape of the values.
    residual, status : ndarray
        As for every explanation; one a group.
    axis : int
        Where the items lie in ``parts``.

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

    _looks: ClassVar[dict[str, str]] = {
        "total": "rate",
        **dict.fromkeys(("parts", "entry", "exit", "gap"), "pp"),
        "matched": "share",
    }

    def plot(self, group: Any = None, *, ax: Any = None, top: int = 8) -> Any:
        """Stacked bars of percentage points with the total as a line.

        Parameters
        ----------
        group : label or tuple of labels, optional
            Of a panel with several groups the one to show; of arrays all are shown.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.
        top : int, default 8
            So many items have a colour of their own, the rest is one bar.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> ax = em.contributions([60, 40], [72, 38]).plot()
        >>> [f"{bar.get_height():.2f}" for bar in ax.patches]
        ['0.12', '-0.02']
        """
        from .plots import plot_contributions, plot_panel_contributions

        if hasattr(self, "_items"):
            return plot_panel_contributions(self, group, ax, top)
        if group is not None:
            raise TypeError("group is for panels: of arrays all groups are shown")
        return plot_contributions(self, ax, top)


def contributions(x0: ArrayLike, x1: ArrayLike, *, axis: int = LAST) -> Contributions:
    """Contribution of each item to the growth of the total.

    Parameters
    ----------
    x0, x1 : array_like
        Values of the items in the earlier and the later period; they broadcast. Items
        run along `axis`, everything else is groups. Negative values are legal.
    axis : int, default -1
        Where the items lie. A data frame must name it.

    Returns
    -------
    Contributions
        ``.parts`` is ``(x1 - x0) / sum(x0)``, a fraction (0.02 is 2 pp of growth), and
        adds up to ``.total`` within 4 eps of the sum of magnitudes. NaN where the base
        total is not positive, with the status of the growth of the total; where a value
        is NaN (GAP) or infinite (INVALID).

    Raises
    ------
    TypeError, ValueError
        For values that are no numbers, shapes that do not broadcast, an axis out of
        range.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.contributions([50, 30, 20], [60, 30, 15])
    >>> why.parts
    array([ 0.1 ,  0.  , -0.05])
    >>> float(why.total)
    0.05
    """
    groups = Groups((x0, x1), ("x0", "x1"), axis)
    (total, residual), (parts,), status = groups.explain("contributions", 2, 1)
    return Contributions(total, parts, residual, status, groups.axis)


@dataclass(frozen=True, eq=False, repr=False)
class MixRate(Explanation):
    """Change of a pooled rate, by item and cause.

    Attributes
    ----------
    total : ndarray
        Change of the pooled rate ``sum(weight * rate) / sum(weight)``.
    rate, mix : ndarray
        What each item's rate and its share did, in the shape of the values.
    joint : ndarray or None
        What both did together, where the method keeps it apart.
    residual, status : ndarray
        As for every explanation; one a group.
    method : str
    axis : int
        Where the items lie.

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


_MIX_RATE = {
    "symmetric": ("mix_rate_symmetric", 2),
    "three-way": ("mix_rate_three_way", 3),
}


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
        Weights (what the rate divides by, not negative) and rates of the items in both
        periods; they broadcast. The rate of an item without weight does not matter.
    method : {"symmetric", "three-way"}
        Whether the joint effect is shared equally or kept apart.
    axis : int, default -1
        Where the items lie. A data frame must name it.

    Returns
    -------
    MixRate
        With s the share of an item in the weights and m the pooled rate, symmetric:
        ``.rate`` is (s1+s0)/2 (r1-r0), ``.mix`` (s1-s0)((r1+r0)/2 - (m1+m0)/2);
        three-way: s0 (r1-r0), (s1-s0)(r0-m0), and ``.joint`` (s1-s0)(r1-r0). An item
        without weight in one period takes the other's rate, so all of it is mix. NaN
        where weights add up to zero, one is negative, or something is NaN (GAP).

    Raises
    ------
    TypeError, ValueError
        As for `contributions`; for an unknown method.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.mix_rate([1000, 2000], [0.15, 0.075], [1100, 2150], [0.11, 0.09])
    >>> float(why.total.round(6)), why.rate.round(6), why.mix.round(6)
    (-0.003231, array([-0.013436,  0.009962]), array([1.62e-04, 8.10e-05]))
    """
    family, item_parts = choice(method, "method", _MIX_RATE)
    names = ("weight0", "rate0", "weight1", "rate1")
    groups = Groups((weight0, rate0, weight1, rate1), names, axis)
    (total, residual), parts, status = groups.explain(family, 2, item_parts)
    joint = parts[2] if item_parts == 3 else None
    return MixRate(
        total, parts[0], parts[1], joint, residual, status, method, groups.axis
    )


@dataclass(frozen=True, eq=False, repr=False)
class PriceVolume(Bridge):
    """Change of a value, by cause.

    Attributes
    ----------
    total : ndarray
        Change of ``sum(price * quantity)``.
    price, volume : ndarray
        Of the items in both periods.
    joint : ndarray or None
        Of both together, where the method keeps it apart.
    entry, exit : ndarray
        What new items brought, and what lost ones took (not positive).
    residual, status : ndarray
        As for every explanation; one a group.
    method : str
    items : PriceVolume or None
        The same of every item, in the shape of the values, when asked for.

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
    items: PriceVolume | None


_PRICE_VOLUME = {
    "laspeyres": ("price_volume_laspeyres", 6),
    "paasche": ("price_volume_paasche", 6),
    "three-way": ("price_volume_three_way", 7),
    "bennet": ("price_volume_bennet", 6),
}


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
        in a period when its quantity there is not zero, and its price matters only
        then. Prices may be negative (a profit per unit), quantities not.
    method : {"bennet", "laspeyres", "paasche", "three-way"}
        Over the items in both periods, with dp and dq the changes: ``"bennet"`` dp at
        the mean quantity, dq at the mean price; ``"laspeyres"`` dp q1, p0 dq;
        ``"paasche"`` dp q0, p1 dq; ``"three-way"`` dp q0, p0 dq, and dp dq as joint.
    axis : int, default -1
        Where the items lie. A data frame must name it.
    items : bool, default False
        Whether to give the parts of every item too, as ``.items``.

    Returns
    -------
    PriceVolume
        Amounts, one a group. ``.entry`` is the value of new items, ``.exit`` less that
        of lost ones. With nothing in both periods price and volume are 0 and the status
        is NO_MATCH. A negative quantity makes the parts NaN (NEGATIVE_DENOMINATOR), a
        NaN everything (GAP), an infinity too (INVALID).

    Raises
    ------
    TypeError, ValueError
        As for `contributions`; for an unknown method.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.price_volume([10, 15, 20], [1000, 800, 500], [11, 15, 23],
    ...                       [1000, 700, 800])
    >>> float(why.total), float(why.price), float(why.volume)
    (7900.0, 2950.0, 4950.0)
    """
    family, parts = choice(method, "method", _PRICE_VOLUME)
    groups = Groups((price0, quantity0, price1, quantity1), WORTH, axis)
    found, found_items, status = groups.explain(family, parts, parts if items else 0)
    each = None
    if items:
        shape = found_items[0].shape
        own = np.broadcast_to(np.expand_dims(status, groups.axis), shape).copy()
        each = _price_volume(found_items, own, method, None)
    return _price_volume(found, status, method, each)


def _price_volume(
    parts: list[Any], status: Any, method: str, items: PriceVolume | None
) -> PriceVolume:
    total, price, volume, *joint, entry, exit_, residual = parts
    return PriceVolume(
        total=total,
        price=price,
        volume=volume,
        joint=joint[0] if joint else None,
        entry=entry,
        exit=exit_,
        residual=residual,
        status=status,
        method=method,
        items=items,
    )


@dataclass(frozen=True, eq=False, repr=False)
class PriceVolumeMix(Bridge):
    """Change of a value, volume told from mix.

    Attributes
    ----------
    total : ndarray
        Change of ``sum(price * quantity)``.
    price, volume, mix : ndarray
        Of the items in both periods.
    entry, exit : ndarray
        What new items brought, and what lost ones took (not positive).
    residual, status : ndarray
        As for every explanation; one a group.

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
        As for `price_volume`; quantities must be in one unit, as they are added.

    Returns
    -------
    PriceVolumeMix
        Over the items in both periods, with Q the sum of quantities and V0 the value
        before: ``.volume`` (Q1/Q0 - 1) V0, ``.price`` sum (p1-p0) q1, ``.mix``
        sum p0 q1 - (Q1/Q0) V0. Statuses as for `price_volume`.

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
    groups = Groups((price0, quantity0, price1, quantity1), WORTH, axis)
    parts, _, status = groups.explain("price_volume_mix", 7)
    total, price, volume, mix, entry, exit_, residual = parts
    return PriceVolumeMix(total, price, volume, mix, entry, exit_, residual, status)


@dataclass(frozen=True, eq=False, repr=False)
class MarginBridge(Bridge):
    """Change of a margin, by cause; everything a fraction of revenue.

    Attributes
    ----------
    total : ndarray
        Change of the margin ``(revenue - cost) / revenue``.
    price, unit_cost, mix : ndarray
        Of the matched items: with quantity and revenue positive in both periods.
    entry, exit : ndarray
        What new items did to the later margin, lost ones to the earlier.
    other : ndarray
        Of items in both periods that are not matched (services without units).
    matched : ndarray
        Share of the matched items in the earlier revenue.
    residual, status : ndarray
        As for every explanation; one a group.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.margin_bridge([100], [80], [10], [110], [88], [10])
    >>> [round(float(x), 6) for x in (why.total, why.price, why.unit_cost)]
    [0.0, 0.076364, -0.076364]
    """

    _steps: ClassVar[tuple[str, ...]] = (
        "price",
        "unit_cost",
        "mix",
        "entry",
        "exit",
        "other",
    )
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

    _looks: ClassVar[dict[str, str]] = {
        **dict.fromkeys(
            ("total", "price", "unit_cost", "mix", "entry", "exit", "other", "gap"),
            "pp",
        ),
        "matched": "share",
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
    """Split the change of a margin: price, unit cost, mix, entry, exit, other.

    Parameters
    ----------
    revenue0, cost0, quantity0, revenue1, cost1, quantity1 : array_like
        Of the items in both periods; they broadcast. An item is in a period when its
        revenue or cost there is not zero. A quantity that is not positive, or NaN,
        means that revenue has no units.
    axis : int, default -1
        Where the items lie. A data frame must name it.

    Returns
    -------
    MarginBridge
        Price, unit cost and mix are the Shapley averages over the six orders in which
        prices, unit costs and quantities of the matched items can be replaced by the
        later ones. Without matched items the parts are NaN (NO_MATCH) and the total
        stands; a total revenue that is not positive takes the denominator statuses; a
        cost that is NaN makes the group NaN (UNPAIRED), a revenue too (GAP).

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
    parts, _, status = Groups(values, names, axis).explain("margin_bridge", 9)
    total, price, cost, mix, entry, exit_, other, matched, residual = parts
    return MarginBridge(
        total, price, cost, mix, entry, exit_, other, matched, residual, status
    )
