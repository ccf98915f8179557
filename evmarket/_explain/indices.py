"""Index numbers of prices and quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._arrays.apply import LAST
from .._common.arguments import choice
from .arrays import WORTH, Contributions
from .base import Explanation, Groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


__all__ = [
    "IndexNumber",
    "index_contributions",
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

    Examples
    --------
    >>> import evmarket as em
    >>> index = em.price_index([10, 20], [3, 2], [11, 22], [3, 2])
    >>> round(float(index), 6), int(index.matched), index.method
    (1.1, 2, 'fisher')
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
    parts, _, status = Groups(values, WORTH, axis).explain(family, 5)
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
    groups = Groups((price0, quantity0, price1, quantity1), WORTH, axis)
    (total, residual), (parts,), status = groups.explain(family, 2, 1)
    return Contributions(total, parts, residual, status, groups.axis)
