"""Margins and ratios of two amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._inputs.arrays import array, check_labels, is_short
from .apply import LAST, Kernel, elementwise, lagged

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


_MARGIN = Kernel(_core.margin, _core.margin_status, ("revenue", "cost"))
_MARKUP = Kernel(_core.markup, _core.markup_status, ("revenue", "cost"))
_RATIO = Kernel(_core.ratio, _core.ratio_status, ("numerator", "denominator"))
_INCREMENTAL = Kernel(
    _core.incremental, _core.incremental_status, ("revenue", "profit")
)


_FEW = 3  # fewer negative costs are no column
_SAMPLE = 1 << 12


def check_costs(revenue: Any, cost: Any, name: str = "cost") -> None:
    """Raise ValueError if costs beside positive revenue are mostly negative.

    More than three quarters are meant, of three costs at least. A long column without
    negative numbers in a sample is not read further.
    """
    if (
        not isinstance(cost, np.ndarray)
        or cost.ndim == 0
        or cost.dtype.kind not in "if"
    ):
        return
    step = cost.size // _SAMPLE + 1
    if np.count_nonzero((cost if step == 1 else cost.flat[::step]) < 0) < _FEW:
        return
    try:
        pair = np.broadcast_arrays(revenue, cost)
    except ValueError:
        return  # the shapes are refused elsewhere
    costs = pair[1][(pair[0] > 0) & (pair[1] != 0)]
    negative = int(np.count_nonzero(costs < 0))
    if negative >= _FEW and 4 * negative > 3 * np.count_nonzero(costs == costs):
        raise ValueError(
            f"{name} is negative in {negative:,} of {costs.size:,} places with "
            "positive revenue: costs are positive numbers, negate the column"
        )


def _costs(revenue: Any, cost: Any, kernel: Kernel) -> tuple[Any, Any]:
    """Revenue and cost as arrays, checked."""
    if not (is_short(revenue) and is_short(cost)):
        check_labels((revenue, cost), kernel.names)
        revenue, cost = array(revenue, "revenue"), array(cost, "cost")
    check_costs(revenue, cost)
    return revenue, cost


def margin(
    revenue: ArrayLike,
    cost: ArrayLike,
    *,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Margin on revenue, ``(revenue - cost) / revenue``, elementwise.

    Parameters
    ----------
    revenue, cost : array_like
        Amounts in the same unit. They broadcast together. Costs are positive numbers.
        NaN, masked and null entries are missing. Objects of pandas given together must
        have equal indexes and columns; beside other arrays they are taken by place.
    out : ndarray, optional
        The array to write the result to, of the result's shape and dtype.
    return_status : bool, default False
        Also return the `Status` of every cell.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)
        Fractions; negative if cost exceeds revenue. NaN where revenue is zero or
        negative. The error is at most 2 ulp for float64, 3 ulp for int64 beyond 2**53.

    Raises
    ------
    TypeError, ValueError
        If a value is not a number, the shapes do not broadcast together, the labels of
        pandas objects differ, costs beside positive revenue are mostly negative, or
        `out` has another shape or dtype than the result.

    Examples
    --------
    >>> import evmarket as em
    >>> em.margin([100, 0], [30, 10], return_status=True)
    (array([0.7, nan]), array([ 0, 19], dtype=uint8))
    """
    if out is None and not return_status:
        quick = _core.short_margin(revenue, cost)
        if quick is not None:
            return quick
    return elementwise(_MARGIN, _costs(revenue, cost, _MARGIN), out, return_status)


def markup(
    revenue: ArrayLike,
    cost: ArrayLike,
    *,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Mark-up on cost, ``(revenue - cost) / cost``, elementwise.

    Parameters
    ----------
    revenue, cost, out, return_status
        As for `margin`.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)
        NaN where cost is zero or negative.

    Raises
    ------
    TypeError, ValueError
        As for `margin`.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.markup(150, 100))
    0.5
    """
    return elementwise(_MARKUP, _costs(revenue, cost, _MARKUP), out, return_status)


def ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Ratio with a positive denominator, such as revenue per vehicle.

    Parameters
    ----------
    numerator, denominator : array_like
        Any amounts. They broadcast together.
    out, return_status
        As for `margin`.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)
        NaN where the denominator is zero or negative.

    Raises
    ------
    TypeError, ValueError
        As for `margin`.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.ratio(16.49e9, 139_000).round(2))
    118633.09
    """
    return elementwise(_RATIO, (numerator, denominator), out, return_status)


def incremental_margin(
    revenue: ArrayLike,
    profit: ArrayLike,
    lag: int = 1,
    *,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Margin on added revenue, change of profit divided by change of revenue.

    Parameters
    ----------
    revenue, profit : array_like
        Amounts in the same unit along `axis`. They broadcast together.
    lag, axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the broadcast shape, or (values, status)
        NaN where revenue did not change. Where revenue fell, a positive number means
        that profit fell too.

    Raises
    ------
    TypeError, ValueError
        As for `growth_between`.

    Examples
    --------
    >>> import evmarket as em
    >>> em.incremental_margin([100, 150, 150], [10, 25, 30])
    array([nan, 0.3, nan])
    """
    return lagged(_INCREMENTAL, (revenue, profit), lag, axis, out, return_status)
