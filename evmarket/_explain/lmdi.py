"""Decompose the change of a table: by factor (LMDI), by nation, industry, region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn

import numpy as np

from .. import _core
from .._common.arguments import choice
from .._common.messages import short
from .base import Bridge, Explanation
from .families import Matrices, run_groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .plots import Stack

SHIFTS = ("national", "mix", "regional")
"""The parts of the change of an industry in a region."""


@dataclass(frozen=True, eq=False, repr=False)
class Lmdi(Bridge):
    """Change of a sum of products, by factor.

    Attributes
    ----------
    total : ndarray
        Change of the sum of the items, or its ratio in the multiplicative form.
    effects : ndarray
        Effect of each factor along the last axis, or its ratio in the multiplicative
        form.
    residual : ndarray
        ``total`` minus the sum of the effects, or minus their product in the
        multiplicative form.
    status : ndarray
        `Status`, one per group.
    method : str
        The form, ``"additive"`` or ``"multiplicative"``.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.lmdi([[10.0, 5.0]], [[12.0, 5.0]])
    >>> float(why.total), why.effects.round(6)
    (10.0, array([10.,  0.]))
    """

    _title: ClassVar[str] = "Change of the total"

    total: Any
    effects: NDArray[np.float64]
    residual: Any
    status: Any
    method: str

    def _steps_at(self, place: tuple[int, ...]) -> dict[str, float]:
        if self.method == "multiplicative":
            raise ValueError(
                "form is 'multiplicative': its effects are ratios, which a plot cannot "
                "stack: take form='additive'"
            )
        effects = self.effects[place].tolist()
        return {f"factor {k}": effect for k, effect in enumerate(effects)}


def lmdi(x0: ArrayLike, x1: ArrayLike, *, form: str = "additive") -> Lmdi:
    """Split the change of a sum of products by factor, without a residual (LMDI-I).

    Parameters
    ----------
    x0, x1 : array_like, shape (..., items, factors)
        Factors of the items in the earlier and the later period; they broadcast and
        cannot be negative. An item is the product of its factors.
    form : {"additive", "multiplicative"}
        ``"additive"`` effects add up to the change of the total. ``"multiplicative"``
        effects are ratios that multiply to the ratio of the totals.

    Returns
    -------
    Lmdi
        The effect of factor k is the sum over items of L(V1, V0) ln(x1/x0), with L the
        logarithmic mean (a - b) / ln(a/b). The multiplicative effect is
        exp(effect / L of the totals). Zeros use the analytical limits: when an item
        disappears or appears, the factors that are zero share its change equally.
        Results are NaN if a factor is NaN (GAP) or infinite (INVALID), and in the
        multiplicative form also if a total is zero.

    Raises
    ------
    TypeError, ValueError
        If a factor is negative, the form is unknown, there are fewer than two
        dimensions, shapes do not broadcast, or the labels of pandas objects differ.

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
    factors = Matrices.of(x0, x1, "items", "factors")
    count, size = len(factors.x0), factors.x0.size
    effects = np.empty((count, factors.x0.shape[-1]))
    total, residual = np.empty(count), np.empty(count)
    status = np.empty(count, np.uint8)
    operands, out = (factors.x0, factors.x1), (effects, total, residual, status)
    places = run_groups(_core.lmdi, (*operands, multiplicative, *out), count, size)
    negative = [place for place in places if place >= 0]
    if negative:
        _refuse_negative(factors, min(negative))
    effects, total, residual, status = map(factors.restored, out)
    return Lmdi(total, effects, residual, status, form)


def _refuse_negative(factors: Matrices, place: int) -> NoReturn:
    """Raise for the factor at a flat place in x0, or after it in x1."""
    which, place = divmod(place, factors.x0.size)
    x = factors.restored((factors.x0, factors.x1)[which])
    where = tuple(int(k) for k in np.unravel_index(place, x.shape))
    raise ValueError(f"x{which} is {x[where]} at {where}: a factor cannot be negative")


@dataclass(frozen=True, eq=False, repr=False)
class ShiftShare(Explanation):
    """Change of each industry in each region, in three parts.

    Attributes
    ----------
    total, national, mix, regional, residual : ndarray
        Results of every cell, in the shape of the values.
    status : ndarray
        `Status`, one per nation.

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

    def plot(self, *, at: Any = None, ax: Any = None) -> Any:
        """Stacked bars of the three parts, one bar per region, with the total.

        Parameters
        ----------
        at : str, date, int, optional
            The period, for a panel. The default is the last period with a known total.
        ax : matplotlib.axes.Axes, optional
            The Axes to draw on. By default a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        KeyError
            If the calendar of the panel does not have the period.
        TypeError, ValueError
            If `at` is given for arrays, or they have more than one nation.

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> why = em.shift_share([[90, 20], [310, 130]], [[100, 40], [340, 170]])
        >>> why.plot().lines[0].get_ydata().tolist()
        [30.0, 70.0]
        """
        from .plots import plot_stack

        stack = self._regions(at)
        return plot_stack(stack, ax, len(stack.names))

    def _regions(self, at: Any) -> Stack:
        """The bars to plot: one per region."""
        from .stacks import of_regions

        if at is not None:
            raise TypeError(f"at is {short(at)}: arrays have no calendar, omit it")
        if self.total.ndim > 2:
            raise ValueError(
                f"total has {self.total.ndim} dimensions: a plot takes 2, select one"
            )
        parts = {name: getattr(self, name) for name in SHIFTS}
        names = [f"region {k}" for k in range(len(self.total))]
        words = {"title": "Change of the regions", "values": "change"}
        return of_regions(parts, self.total, names, **words)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name. The status of a nation is repeated for its cells.

        Examples
        --------
        >>> import evmarket as em
        >>> why = em.shift_share([[90, 20], [310, 130]], [[100, 40], [340, 170]])
        >>> list(why.arrays())
        ['total', 'national', 'mix', 'regional', 'residual', 'status']
        """
        status = np.asarray(self.status)[..., None, None]
        return super().arrays() | {"status": np.broadcast_to(status, self.total.shape)}


def shift_share(x0: ArrayLike, x1: ArrayLike) -> ShiftShare:
    """Split the change of regions and industries into national, mix and regional parts.

    Parameters
    ----------
    x0, x1 : array_like, shape (..., regions, industries)
        Values in the earlier and the later period; they broadcast.

    Returns
    -------
    ShiftShare
        Let G be the growth of the nation and Gi the growth of an industry.
        ``.national`` is x0 G, ``.mix`` is x0 (Gi - G), ``.regional`` is
        x1 - x0 (1 + Gi). All change of an industry that is new to the nation is
        regional. Results are NaN if the national total is not positive, with the status
        of its growth; if the total of an industry is negative, or zero while its cells
        are not; and if a value is NaN (GAP) or infinite (INVALID).

    Raises
    ------
    TypeError, ValueError
        If a value is not a number, there are fewer than two dimensions, shapes do not
        broadcast, or the labels of pandas objects differ.

    Examples
    --------
    >>> import evmarket as em
    >>> why = em.shift_share([[90, 20], [310, 130]], [[100, 40], [340, 170]])
    >>> why.national.sum(-1), why.regional.sum(-1).round(12)
    (array([20., 80.]), array([ 13., -13.]))
    """
    values = Matrices.of(x0, x1, "regions", "industries")
    out = tuple(np.empty_like(values.x0) for _ in range(5))
    status = np.empty(len(values.x0), np.uint8)
    arguments = (values.x0, values.x1, out, status)
    run_groups(_core.shift_share, arguments, len(status), values.x0.size)
    return ShiftShare(*map(values.restored, (*out, status)))
