"""Why a whole table changed: by factor (LMDI), by nation, industry and region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common import workers as _workers
from .._common.arguments import choice
from .base import Explanation, cubes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


__all__ = ["Lmdi", "ShiftShare", "lmdi", "shift_share"]


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

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.lmdi([[10.0, 5.0]], [[12.0, 5.0]])
    >>> float(why.total), why.effects.round(6)
    (10.0, array([10.,  0.]))
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
        logarithmic mean (a - b) / ln(a/b); multiplicative exp(effect / L of totals).
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


@dataclass(frozen=True, eq=False, repr=False)
class ShiftShare(Explanation):
    """Change of each industry in each region, in three parts.

    Attributes
    ----------
    total, national, mix, regional, residual : ndarray
        Of every cell, in the shape of the values.
    status : ndarray
        One a nation.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.shift_share([[90, 20], [310, 130]], [[100, 40], [340, 170]])
    >>> why.total, why.mix.round(2)
    (array([[10., 20.],
           [30., 40.]]), array([[ -7.36,   4.36],
           [-25.36,  28.36]]))
    """

    total: NDArray[np.float64]
    national: NDArray[np.float64]
    mix: NDArray[np.float64]
    regional: NDArray[np.float64]
    residual: NDArray[np.float64]
    status: Any

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name; the status of a nation beside each of its cells.

        Examples
        --------
        >>> import evmarket as em
        >>> why = em.shift_share([[90, 20], [310, 130]], [[100, 40], [340, 170]])
        >>> list(why.arrays())
        ['total', 'national', 'mix', 'regional', 'residual', 'status']
        """
        found = super().arrays()
        shape = self.total.shape
        found["status"] = np.broadcast_to(
            np.asarray(self.status)[..., None, None], shape
        )
        return found


def shift_share(x0: ArrayLike, x1: ArrayLike) -> ShiftShare:
    """Split the change of regions and industries: the nation, the industry, the region.

    Parameters
    ----------
    x0, x1 : array_like, shape (..., regions, industries)
        Values in the earlier and the later period; they broadcast.

    Returns
    -------
    ShiftShare
        ``.national`` is x0 G with G the growth of everything, ``.mix`` x0 (Gi - G) with
        Gi the growth of the industry, ``.regional`` x1 - x0 (1 + Gi); an industry new
        to the nation is all regional. NaN where the nation's total is not positive,
        with the status of its growth; where an industry's is negative, or zero with
        cells that are not; where a value is NaN (GAP) or infinite (INVALID).

    Raises
    ------
    TypeError, ValueError
        For values that are no numbers, fewer than two dimensions, shapes that do not
        broadcast.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.shift_share([[90, 20], [310, 130]], [[100, 40], [340, 170]])
    >>> why.national.sum(-1), why.regional.sum(-1).round(12)
    (array([20., 80.]), array([ 13., -13.]))
    """
    operands, outer, inner = cubes(x0, x1, "regions", "industries")
    out = tuple(np.empty((len(operands[0]), *inner)) for _ in range(5))
    status = np.empty(len(operands[0]), np.uint8)
    runs = _workers.chunks(len(status), out[0].size)
    shared = (*operands, out, status)
    _workers.run(_core.shift_share, [(*shared, *run) for run in runs])
    total, national, mix, regional, residual = (a.reshape(outer + inner) for a in out)
    found = status.reshape(outer)[()]
    return ShiftShare(total, national, mix, regional, residual, found)
