"""Index numbers of prices and quantities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .._arrays.apply import LAST
from .._common.arguments import choice
from .arrays import WORTH, Contributions
from .base import Explanation
from .families import FORMULAS, INDEX_CONTRIBUTIONS, Groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .plots import Lines


@dataclass(frozen=True, eq=False, repr=False)
class IndexNumber(Explanation):
    """An index of prices or quantities; `numpy.asarray` and `float` give ``.total``.

    Attributes
    ----------
    total : ndarray
        The index, one per group; 1 means no change.
    matched, dropped : ndarray of int64
        Number of items in both periods, and number of items in one period only.
    residual : ndarray
        Ratio of the matched items' values, minus the product of the price index and the
        quantity index of the formula. For Fisher and Sato-Vartia this is rounding
        error; the other formulas do not multiply to the ratio.
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

    _formats: ClassVar[dict[str, str]] = {
        "matched_share": "share",
        "residual": "residual",
    }

    def plot(self, *, ax: Any = None, top: int = 8) -> Any:
        """A line of index numbers for each group; a line at 1 means no change.

        Of arrays the line runs along the last axis of ``.total``.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            The Axes to draw on. By default a new figure is made.
        top : int, default 8
            The most groups to draw, the first ones. The title says how many there are.

        Returns
        -------
        matplotlib.axes.Axes

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> index = em.price_index([[10], [10]], [[3], [3]], [[11], [12]], [[3], [3]])
        >>> index.plot().lines[0].get_ydata().round(6).tolist()
        [1.1, 1.2]
        """
        from .plots import plot_lines

        return plot_lines(self._lines(), ax, top)

    def _lines(self) -> Lines:
        """The lines to plot: one per group."""
        from .plots import Lines

        total = np.atleast_1d(self.total)
        rows = total.reshape(-1, total.shape[-1])
        names = [f"group {k}" for k in range(len(rows))]
        return Lines(rows, names, "Index numbers", f"{self.method} index")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        index = np.asarray(self.total, dtype)
        return index.copy() if copy else index

    def __float__(self) -> float:
        return float(self.total)


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
        Prices and quantities of the items in both periods; they broadcast and cannot be
        negative. An item is missing in a period when its quantity is zero or a value is
        NaN. It is then left out of both periods and counted in ``.dropped``.
    formula : {"fisher", "laspeyres", "paasche", "tornqvist", "sato-vartia"}
        ``"laspeyres"`` is sum p1 q0 / sum p0 q0, ``"paasche"`` is
        sum p1 q1 / sum p0 q1, and ``"fisher"`` is their geometric mean. The others are
        geometric means of the price relatives. The weight of an item is the arithmetic
        mean (``"tornqvist"``) or the logarithmic mean (``"sato-vartia"``, scaled to add
        up to one) of its two value shares.
    axis : int, default -1
        Axis of the items. Required for a data frame.

    Returns
    -------
    IndexNumber
        NaN if no item is in both periods (NO_MATCH), a value is negative
        (NEGATIVE_DENOMINATOR), a sum in a denominator is zero (ZERO_DENOMINATOR), or a
        value is infinite or its logarithm is (INVALID).

    Raises
    ------
    TypeError, ValueError
        As for `contributions`, and for an unknown formula.

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
    return _index((price0, quantity0, price1, quantity1), formula, axis, "price")


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
        As for `price_index`. Prices and quantities are exchanged in the formulas.

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
    return _index((price0, quantity0, price1, quantity1), formula, axis, "quantity")


def _index(values: tuple[Any, ...], formula: str, axis: Any, of: str) -> IndexNumber:
    family = choice(formula, "formula", FORMULAS)
    results, _ = Groups.of(values, WORTH, axis).decompose(family)
    return IndexNumber(
        total=results[of],
        matched=np.asarray(results["matched"]).astype(np.int64)[()],
        dropped=np.asarray(results["dropped"]).astype(np.int64)[()],
        residual=results["residual"],
        status=results["status"],
        method=formula,
    )


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
        Whether to explain the price index or the quantity index.

    Returns
    -------
    Contributions
        ``.total`` is the index minus 1. For the quantity index the part of an item is
        (p0 + p1/PF)(q1 - q0) / sum((p0 + p1/PF) q0), with PF the Fisher price index.
        For the price index, prices and quantities are exchanged. The part of an item
        that is left out is 0. The status is as for `price_index`.

    Raises
    ------
    TypeError, ValueError
        As for `price_index`, and for an unknown `of`.

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
    family = choice(of, "of", INDEX_CONTRIBUTIONS)
    groups = Groups.of((price0, quantity0, price1, quantity1), WORTH, axis)
    of_groups, of_items = groups.decompose(family)
    return Contributions(**of_groups, **of_items, axis=groups.axis)
