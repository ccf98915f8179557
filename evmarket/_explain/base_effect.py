"""The base effect: how much of a change in growth comes from the base period."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from .. import _core
from .._arrays.apply import LAST, at, axis_of, result_dtype, series_array
from .._arrays.growth import log_growth
from .._common.arguments import integer
from .._common.status import lowest
from .._common.text import fitted
from .base import Stacked

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from .plots import Stack


@dataclass(frozen=True, eq=False, repr=False)
class BaseEffect(Stacked):
    """The change of log growth from one period to the next, in two parts.

    Attributes
    ----------
    total : ndarray
        Change of the log growth rate from the previous period: ``momentum - base``.
    momentum : ndarray
        Log growth from the previous period to the current one.
    base : ndarray
        The same step `lag` periods earlier, which leaves the comparison.
    residual : ndarray
        Change of the log growth rate minus ``total``: rounding error.
    status : ndarray of uint8
        Status of ``total``: the lowest code of the two parts.

    Examples
    --------
    >>> import evmarket as em
    >>> effect = em.base_effect([100, 120, 150, 160], lag=2)
    >>> effect
    BaseEffect(shape (4,), 1 of 4 known; total = momentum - base)
    >>> float(effect.total[3].round(4)), float(effect.base[3].round(4))
    (-0.1178, 0.1823)
    """

    total: NDArray[Any]
    momentum: NDArray[Any]
    base: NDArray[Any]
    residual: NDArray[Any]
    status: NDArray[np.uint8]

    _formats: ClassVar[dict[str, str]] = {
        "total": "pp",
        "momentum": "rate",
        "base": "rate",
        "residual": "residual",
    }

    def _stack(self, group: Any) -> Stack:
        from .stacks import of_series

        parts = {"momentum": self.momentum, "base, subtracted": -self.base}
        known = np.isfinite(self.total)
        parts = {name: np.where(known, x, np.nan) for name, x in parts.items()}
        return of_series(parts, self.total, "Change of log growth", group)

    def __repr__(self) -> str:
        known = int(np.isfinite(self.total).sum())
        return fitted(
            f"BaseEffect(shape {self.total.shape}, {known} of {self.total.size} known;",
            "total = momentum - base)",
        )


def base_effect(x: ArrayLike, lag: int = 12, *, axis: int = LAST) -> BaseEffect:
    """Split the change of a log growth rate into current momentum and base effect.

    Parameters
    ----------
    x : array_like
        Positive values along `axis`.
    lag : int, default 12
        Lag of the growth rate.
    axis : int, default -1
        As for `growth`.

    Returns
    -------
    BaseEffect
        With ``.total``, ``.momentum``, ``.base``, ``.residual`` and ``.status``, arrays
        of the shape of `x`.

    Raises
    ------
    TypeError, ValueError
        As for `growth`.

    Notes
    -----
    Let g be the log growth over `lag` periods. Then ``g[t] - g[t-1]`` equals
    ``ln(x[t]/x[t-1]) - ln(x[t-lag]/x[t-lag-1])``.

    Examples
    --------
    >>> import evmarket as em
    >>> effect = em.base_effect([10, 20, 20, 30], lag=2)
    >>> effect.total.round(3)
    array([   nan,    nan,    nan, -0.288])
    >>> effect.momentum.round(3), effect.base.round(3)
    (array([  nan, 0.693, 0.   , 0.405]), array([  nan,   nan,   nan, 0.693]))
    """
    values = series_array(x, "x", axis)
    place = axis_of(axis, values.ndim, "x")
    steps = integer(lag, "lag")
    dtype = result_dtype([values])
    if dtype == np.float32:
        # Results are rounded to float32 once, at the end.
        values = values.astype(np.float64)
    rate = log_growth(values, steps, axis=place)
    momentum, code = log_growth(values, 1, axis=place, return_status=True)
    base = _shifted(momentum, steps, place, np.nan)
    base_code = _shifted(code, steps, place, _core.OUTSIDE)
    # A value missing in the base step is a gap in the base of the current step.
    base_code[base_code == _core.MISSING] = _core.GAP
    total = momentum - base
    status = lowest(code, base_code)
    before = _shifted(rate, 1, place, np.nan)
    residual = (rate - before) - total
    total, momentum, base, residual = (
        part.astype(dtype, copy=False) for part in (total, momentum, base, residual)
    )
    return BaseEffect(total, momentum, base, residual, status)


def _shifted(values: NDArray[Any], lag: int, axis: int, fill: float) -> NDArray[Any]:
    """values[t - lag] at every t along the axis; `fill` if t - lag is out of range."""
    moved = np.full(values.shape, fill, dtype=values.dtype)
    n = values.shape[axis]
    cut = min(abs(lag), n)
    late, early = slice(cut, n), slice(0, n - cut)
    to, source = (late, early) if lag > 0 else (early, late)
    moved[at(axis, to)] = values[at(axis, source)]
    return moved
