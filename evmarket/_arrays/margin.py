"""Margins and ratios of two amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _core
from .apply import LAST, elementwise, lagged

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


__all__ = ["incremental_margin", "margin", "markup", "ratio"]


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
        Amounts in one unit; they broadcast together. Costs are positive. NaN, masked
        and null entries are missing.
    out : ndarray, optional
        Where to write the result: of its shape and dtype.
    return_status : bool, default False
        Also return the `Status` of every cell.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)
        Fractions; negative margins are legal. NaN where revenue is zero or negative.
        Within 2 ulp for float64, 3 for int64 beyond 2**53.

    Raises
    ------
    TypeError, ValueError
        For values that are no numbers, shapes that do not broadcast, or an `out` that
        does not fit.

    Examples
    --------
    >>> import evmarket as em
    >>> em.margin([100, 0], [30, 10], return_status=True)
    (array([0.7, nan]), array([ 0, 19], dtype=uint8))
    """
    return elementwise(
        _core.margin,
        _core.margin_status,
        (revenue, cost),
        ("revenue", "cost"),
        out,
        return_status,
    )


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
    return elementwise(
        _core.markup,
        _core.markup_status,
        (revenue, cost),
        ("revenue", "cost"),
        out,
        return_status,
    )


def ratio(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """A ratio with a positive denominator, such as the unit value of a vehicle.

    Parameters
    ----------
    numerator, denominator : array_like
        They broadcast together.
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
    return elementwise(
        _core.ratio,
        _core.ratio_status,
        (numerator, denominator),
        ("numerator", "denominator"),
        out,
        return_status,
    )


def incremental_margin(
    revenue: ArrayLike,
    profit: ArrayLike,
    lag: int = 1,
    *,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Margin on the revenue that came on top, change of profit on change of revenue.

    Parameters
    ----------
    revenue, profit : array_like
        Amounts in one unit along `axis`; they broadcast together.
    lag, axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the broadcast shape, or (values, status)
        NaN where revenue did not change. Where it fell, a positive number says that
        profit fell with it.

    Raises
    ------
    TypeError, ValueError
        As for `growth`.

    Examples
    --------
    >>> import evmarket as em
    >>> em.incremental_margin([100, 150, 150], [10, 25, 30])
    array([nan, 0.3, nan])
    """
    return lagged(
        _core.incremental,
        _core.incremental_status,
        (revenue, profit),
        ("revenue", "profit"),
        lag,
        axis,
        out,
        return_status,
    )
