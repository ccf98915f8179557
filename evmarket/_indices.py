"""Index numbers of prices and quantities, and decompositions by logarithms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core, _workers
from ._apply import LAST, choice
from ._explain import _WORTH, Contributions, cubes
from ._explanation import Explanation, Groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = [
    "IndexNumber",
    "Lmdi",
    "index_contributions",
    "lmdi",
    "price_index",
    "quantity_index",
]


@dataclass(frozen=True, eq=False, repr=False)
class IndexNumber(Explanation):
    """An index of prices or quantities; `numpy.asarray` and `float` give ``.total``.

    Attributes
    ----------
    total : ndarray
        The index, 1 where nothing changed; one a group.
    matched, dropped : ndarray of int64
        How many items are in both periods, and how many in only one.
    residual : ndarray
        The ratio of the matched items' values less the product of the price and the
        quantity index of the formula: rounding only for Fisher and Sato-Vartia, for
        the others how far they miss.
    status : ndarray
    method : str
        The formula.
    """

    total: Any
    matched: Any
    dropped: Any
    residual: Any
    status: Any
    method: str

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        found = np.asarray(self.total, dtype)
        return found.copy() if copy else found

    def __float__(self) -> float:
        return float(self.total)


_FORMULAS = {
    "laspeyres": "index_laspeyres",
    "paasche": "index_paasche",
    "fisher": "index_fisher",
    "tornqvist": "index_tornqvist",
    "sato-vartia": "index_sato_vartia",
}


def price_index(
    price0: ArrayLike,
    quantity0: ArrayLike,
    price1: ArrayLike,
    quantity1: ArrayLike,
    *,
    formula: str = "fisher",
    axis: int = LAST,
) -> IndexNumber:
    """Index of prices between two periods.

    Parameters
    ----------
    price0, quantity0, price1, quantity1 : array_like
        Prices and quantities of the items in both periods, not negative; they
        broadcast. An item is missing in a period when its quantity is zero or a number
        is NaN; it is then dropped from both and counted.
    formula : {"fisher", "laspeyres", "paasche", "tornqvist", "sato-vartia"}
        ``"laspeyres"`` sum p1 q0 / sum p0 q0; ``"paasche"`` sum p1 q1 / sum p0 q1;
        ``"fisher"`` their geometric mean; the others are geometric means of the price
        relatives, weighted by the mean of an item's value shares (``"tornqvist"``) or
        by their logarithmic mean, scaled to one (``"sato-vartia"``).
    axis : int, default -1
        Where the items lie. A data frame must name it.

    Returns
    -------
    IndexNumber
        NaN without items in both periods (NO_MATCH), with a negative number
        (NEGATIVE_DENOMINATOR), where a sum divided by is zero (ZERO_DENOMINATOR), and
        where an infinity goes in or a logarithm of zero is wanted (INVALID).

    Raises
    ------
    TypeError, ValueError
        As for `contributions`; for an unknown formula.

    References
    ----------
    International Monetary Fund and others, *Consumer Price Index Manual*, 2020.

    Examples
    --------
    >>> import evmarket as em
    >>> index = em.price_index([10, 20], [3, 2], [11, 19], [2, 3], formula="laspeyres")
    >>> round(float(index), 6)
    1.014286
    """
    return _index((price0, quantity0, price1, quantity1), formula, axis, 0)


def quantity_index(
    price0: ArrayLike,
    quantity0: ArrayLike,
    price1: ArrayLike,
    quantity1: ArrayLike,
    *,
    formula: str = "fisher",
    axis: int = LAST,
) -> IndexNumber:
    """Index of quantities between two periods.

    Parameters
    ----------
    price0, quantity0, price1, quantity1, formula, axis
        As for `price_index`; prices and quantities change places in the formulas.

    Returns
    -------
    IndexNumber
        As for `price_index`.

    Raises
    ------
    TypeError, ValueError
        As for `price_index`.

    Examples
    --------
    >>> import evmarket as em
    >>> worth = [10, 20], [3, 2], [11, 19], [2, 3]
    >>> price, quantity = em.price_index(*worth), em.quantity_index(*worth)
    >>> round(float(price) * float(quantity), 12) == round(79 / 70, 12)
    True
    """
    return _index((price0, quantity0, price1, quantity1), formula, axis, 1)


def _index(values: tuple[Any, ...], formula: str, axis: Any, place: int) -> IndexNumber:
    family = choice(formula, "formula", _FORMULAS)
    parts, _, status = Groups(values, _WORTH, axis).explain(family, 5)
    matched, dropped = (np.asarray(a).astype(np.int64)[()] for a in parts[2:4])
    return IndexNumber(parts[place], matched, dropped, parts[4], status, formula)


_OF = {
    "price": "index_contributions_price",
    "quantity": "index_contributions_quantity",
}


def index_contributions(
    price0: ArrayLike,
    quantity0: ArrayLike,
    price1: ArrayLike,
    quantity1: ArrayLike,
    *,
    of: str = "price",
    axis: int = LAST,
) -> Contributions:
    """Contribution of each item to the change of a Fisher index.

    Parameters
    ----------
    price0, quantity0, price1, quantity1, axis
        As for `price_index`.
    of : {"price", "quantity"}
        Which index.

    Returns
    -------
    Contributions
        ``.total`` is the index less 1. For quantities an item adds
        (p0 + p1/PF)(q1 - q0) / sum((p0 + p1/PF) q0) with PF the Fisher price index, for
        prices the same with prices and quantities exchanged; a dropped item adds 0.
        Statuses as for `price_index`.

    Raises
    ------
    TypeError, ValueError
        As for `price_index`; for an unknown `of`.

    References
    ----------
    Statistics Canada, *Guide to the Income and Expenditure Accounts*, chapter 2.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.index_contributions([10, 20], [3, 2], [11, 19], [2, 3])
    >>> why.parts.round(6), float(why.total.round(6))
    (array([ 0.033869, -0.033066]), 0.000803)
    """
    family = choice(of, "of", _OF)
    groups = Groups((price0, quantity0, price1, quantity1), _WORTH, axis)
    (total, residual), (parts,), status = groups.explain(family, 2, 1)
    return Contributions(total, parts, residual, status, groups.axis)


@dataclass(frozen=True, eq=False, repr=False)
class Lmdi(Explanation):
    """Change of a sum of products, by factor.

    Attributes
    ----------
    total : ndarray
        Change of the sum of the items; multiplicative: its ratio.
    effects : ndarray
        Of each factor, along the last axis; multiplicative: ratios.
    residual : ndarray
        ``total`` less the sum (multiplicative: the product) of the effects.
    status : ndarray
    method : str
        The form.
    """

    total: Any
    effects: NDArray[np.float64]
    residual: Any
    status: Any
    method: str


def lmdi(x0: ArrayLike, x1: ArrayLike, *, form: str = "additive") -> Lmdi:
    """Split the change of a sum of products by factor, without a residual (LMDI-I).

    Parameters
    ----------
    x0, x1 : array_like, shape (..., items, factors)
        The factors of every item in the earlier and the later period, not negative;
        they broadcast. An item is the product of its factors.
    form : {"additive", "multiplicative"}
        Effects that add up to the change of the total, or ratios that multiply to its
        ratio.

    Returns
    -------
    Lmdi
        The effect of factor k is the sum over items of L(V1, V0) ln(x1/x0), with L the
        logarithmic mean (a - b) / ln(a/b); multiplicative exp(effect / L) of the totals.
        Zeros are the analytical limits: an item that vanishes or appears changes by all
        of it, shared equally by the factors that are zero. NaN where a factor is NaN
        (GAP) or infinite (INVALID); multiplicative also where a total is zero.

    Raises
    ------
    TypeError, ValueError
        For a negative factor, an unknown form, fewer than two dimensions, shapes that
        do not broadcast.

    References
    ----------
    B. W. Ang, "LMDI decomposition approach: A guide for implementation", Energy Policy
    86 (2015); B. W. Ang and N. Liu, "Handling zero values in the logarithmic mean
    Divisia index decomposition approach", Energy Policy 35 (2007).

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.lmdi([[1, 10, 2], [4, 5, 3]], [[4, 5, 3], [5, 6, 4]])
    >>> why.effects.round(6), float(why.total)
    (array([69.790066, -9.455126, 39.66506 ]), 100.0)
    """
    multiplicative = choice(form, "form", {"additive": False, "multiplicative": True})
    operands, outer, inner = cubes(x0, x1, "items", "factors")
    count = len(operands[0])
    effects = np.empty((count, inner[1]))
    total, residual = np.empty(count), np.empty(count)
    status = np.empty(count, np.uint8)
    shared = (*operands, multiplicative, effects, total, residual, status)
    runs = _workers.chunks(count, operands[0].size)
    places = _workers.run(_core.lmdi, [(*shared, *run) for run in runs])
    negative = [place for place in places if place >= 0]
    if negative:
        which, place = divmod(min(negative), operands[0].size)
        value = float(operands[which].reshape(-1)[place])
        where = tuple(int(k) for k in np.unravel_index(place, outer + inner))
        raise ValueError(f"x{which} is {value} at {where}: a factor cannot be negative")
    return Lmdi(
        total.reshape(outer)[()],
        effects.reshape((*outer, inner[1])),
        residual.reshape(outer)[()],
        status.reshape(outer)[()],
        form,
    )
