"""Growth: rates between two values and along a lag, indices, year-to-date sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.arguments import choice, integer, positive
from .._common.messages import short
from .._inputs.arrays import whole_array
from .apply import (
    LAST,
    along,
    at,
    axis_of,
    clamped,
    elementwise,
    lagged,
    result_dtype,
    series_array,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


__all__ = [
    "annualized_growth",
    "cagr",
    "from_ytd",
    "growth",
    "growth_between",
    "index",
    "log_growth",
    "mean_growth",
    "trailing",
    "ytd",
]

POLICIES = {
    "nm": _core.growth_nm,
    "abs": _core.growth_abs,
    "signed": _core.growth_signed,
    "midpoint": _core.growth_midpoint,
}
_MEANS = {"level": _core.mean_level, "accumulative": _core.mean_accumulative}


def growth(
    x: ArrayLike,
    lag: int = 1,
    *,
    policy: str = "nm",
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Growth rate of each value on the one `lag` places before, ``(x1 - x0) / x0``.

    Parameters
    ----------
    x : array_like
        Values along `axis`; NaN, masked and null entries are missing.
    lag : int, default 1
        How many places the base lies before the value; negative looks ahead.
    policy : {"nm", "abs", "signed", "midpoint"}
        What a base that is not positive means. ``"nm"``: no number. ``"abs"``:
        ``(x1 - x0) / |x0|``. ``"signed"``: the plain quotient. ``"midpoint"``:
        ``2 (x1 - x0) / (|x1| + |x0|)``, within -2 and 2, 0 when both are 0.
        A base of zero gives no number under the first three.
    axis : int, default -1
        The axis along which time runs. A data frame must name it.
    out : ndarray, optional
        Where to write the result: of its shape and dtype.
    return_status : bool, default False
        Also return the `Status` of every cell, the same under every policy.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        Fractions (0.8 is 80%): float32 for float32 input, else float64. NaN where there
        is no rate; the status (uint8) says why.

    Raises
    ------
    TypeError, ValueError
        For a lag of 0, an axis out of range, an unknown policy, values that are no
        numbers, or an `out` that does not fit.

    Notes
    -----
    The difference is taken first: ``x1 / x0 - 1`` loses the digits of a small change.
    Within 2 ulp of the exact rate for float64, 3 for int64 beyond 2**53 and "midpoint".

    Examples
    --------
    >>> import evmarket as em
    >>> em.growth([100.0, 150.0, 120.0])
    array([ nan,  0.5, -0.2])
    """
    if out is None and not return_status and axis is LAST:
        quick = _core.short_growth(x, lag, policy)
        if quick is not None:
            return quick
    rate = choice(policy, "policy", POLICIES)
    return lagged(
        rate, _core.growth_status, (x,), ("x",), lag, axis, out, return_status
    )


def growth_between(
    base: ArrayLike,
    current: ArrayLike,
    *,
    policy: str = "nm",
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Growth rate from base to current, ``(current - base) / base``, elementwise.

    Parameters
    ----------
    base, current : array_like
        The earlier and the later values; they broadcast together.
    policy, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)

    Raises
    ------
    TypeError, ValueError
        As for `growth`; also when the shapes do not broadcast together.

    Examples
    --------
    >>> import evmarket as em
    >>> em.growth_between([100, -50], [180, 25], return_status=True)
    (array([0.8, nan]), array([ 0, 13], dtype=uint8))
    """
    rate = choice(policy, "policy", POLICIES)
    return elementwise(
        rate,
        _core.growth_status,
        (base, current),
        ("base", "current"),
        out,
        return_status,
    )


def log_growth(
    x: ArrayLike,
    lag: int = 1,
    *,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Logarithmic growth, ``ln(x1 / x0)``; both values must be positive.

    Parameters
    ----------
    x, lag, axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        A fall to 0 is NaN and INVALID. Within 4 ulp.

    Raises
    ------
    TypeError, ValueError
        As for `growth`.

    Examples
    --------
    >>> import evmarket as em
    >>> em.log_growth([1.0, 2.0]).round(6)
    array([     nan, 0.693147])
    """
    return lagged(
        _core.log_growth, _core.log_status, (x,), ("x",), lag, axis, out, return_status
    )


def annualized_growth(
    x: ArrayLike,
    lag: int = 1,
    *,
    per_year: float,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Growth over `lag` periods at a yearly rate, ``(x1/x0)**(per_year/lag) - 1``.

    Parameters
    ----------
    x, lag, axis, out, return_status
        As for `growth`.
    per_year : float
        Periods in a year, positive: 12 for months, 4 for quarters.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        The base must be positive, the end not negative (an end of 0 is -1). Within
        4 ulp.

    Raises
    ------
    TypeError, ValueError
        As for `growth`; also when per_year is not positive and finite.

    Examples
    --------
    >>> import evmarket as em
    >>> em.annualized_growth([100, 105], per_year=4).round(6)
    array([     nan, 0.215506])
    """
    yearly = _positive_number(per_year, "per_year")
    steps = integer(lag, "lag")
    return lagged(
        _core.compound,
        _core.compound_status,
        (x,),
        ("x",),
        steps,
        axis,
        out,
        return_status,
        extra=(yearly, float(steps)),
    )


def _positive_number(value: Any, name: str) -> float:
    if isinstance(value, (str, bytes, bool)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} is {short(value)}: it takes a number")
    number = float(value)
    if not 0 < number < float("inf"):
        raise ValueError(f"{name} is {short(value)}: it takes a positive number")
    return number


def cagr(
    first: ArrayLike,
    last: ArrayLike,
    years: ArrayLike,
    *,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Compound annual growth rate, ``(last/first)**(1/years) - 1``, elementwise.

    Parameters
    ----------
    first, last : array_like
        The base, positive, and the end, not negative (an end of 0 is -1).
    years : array_like
        Years between them, positive; fractions are allowed.
    out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)
        Within 4 ulp.

    Raises
    ------
    TypeError, ValueError
        As for `growth_between`; also when a number of years is not positive and finite.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.cagr(100, 121, 2).round(12))
    0.1
    """
    spans = whole_array(years, "years")
    good = (spans > 0) & (spans < np.inf)
    if not good.all():
        place = np.unravel_index(int(np.argmin(good)), spans.shape)
        where = f" at position {tuple(map(int, place))}" if spans.ndim else ""
        raise ValueError(f"years is {spans[place]}{where}: it takes positive numbers")
    return elementwise(
        _compound_years,
        _compound_years_status,
        (first, last, spans if spans.ndim else float(spans)),
        ("first", "last", "years"),
        out,
        return_status,
    )


def _compound_years(first: Any, last: Any, years: Any, **kwargs: Any) -> Any:
    return _core.compound(first, last, 1.0, years, **kwargs)


def _compound_years_status(first: Any, last: Any, years: Any, **kwargs: Any) -> Any:
    return _core.compound_status(first, last, 1.0, years, **kwargs)


def mean_growth(
    x: ArrayLike,
    *,
    method: str = "level",
    axis: int = LAST,
    return_status: bool = False,
) -> Any:
    """Mean growth a period, by the level method or the accumulative one.

    Parameters
    ----------
    x : array_like
        Levels x_0 .. x_n along `axis`.
    method : {"level", "accumulative"}
        ``"level"``: the rate that leads from x_0 to x_n, ``(x_n/x_0)**(1/n) - 1``.
        ``"accumulative"``: the rate g at which the levels that grow from x_0 add up to
        the same sum, ``(1+g) + ... + (1+g)**n = (x_1 + ... + x_n) / x_0``. Both are
        official practice in China, and they differ widely.
    axis, return_status
        As for `growth`.

    Returns
    -------
    ndarray without the axis, a NumPy scalar for one series, or (values, status)
        "level" looks at the first and last values only; "accumulative" needs all.

    Raises
    ------
    TypeError, ValueError
        As for `growth`; for an unknown method.

    Examples
    --------
    >>> import evmarket as em
    >>> sales = [1323705, 3507000, 6872000, 9448000, 12859000, 16490000]
    >>> float(em.mean_growth(sales).round(6))
    0.656097
    >>> float(em.mean_growth(sales, method="accumulative").round(6))
    0.764269
    """
    kernel = choice(method, "method", _MEANS)
    return along(kernel, x, "x", axis, reduces=True, return_status=return_status)


def index(
    x: ArrayLike,
    base: int | slice = 0,
    *,
    scale: float = 100.0,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Index numbers, ``scale * x / base``.

    Parameters
    ----------
    x : array_like
        Values along `axis`.
    base : int or slice, default 0
        The base's position, negative counting from the end, or a slice of positions
        whose mean is the base.
    scale : float, default 100
        What the base becomes; finite.
    axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN where the base is not positive or is missing.

    Raises
    ------
    TypeError, ValueError
        As for `growth`; also for a base outside the series.

    Examples
    --------
    >>> import evmarket as em
    >>> em.index([50.0, 75.0, 60.0])
    array([100., 150., 120.])
    >>> em.index([50.0, 70.0, 90.0], base=slice(0, 2), scale=1)
    array([0.83333333, 1.16666667, 1.5       ])
    """
    if isinstance(scale, (str, bytes, bool)) or not hasattr(scale, "__float__"):
        raise TypeError(f"scale is {short(scale)}: it takes a number")
    if not np.isfinite(float(scale)):
        raise ValueError(f"scale is {scale}: it takes a finite number")
    values = series_array(x, "x", axis)
    place = axis_of(axis, values.ndim, "x")
    level = _index_base(values, base, place)
    return elementwise(
        _core.index,
        _core.index_status,
        (values, level, float(scale)),
        ("x", "base", "scale"),
        out,
        return_status,
        result_dtype([values]),
    )


def _index_base(values: NDArray[Any], base: int | slice, axis: int) -> NDArray[Any]:
    """The base of each series, with `axis` kept at length 1."""
    n = values.shape[axis]
    if isinstance(base, slice):
        part = values[at(axis, base)]
        count = part.shape[axis]
        if count == 0:
            raise ValueError(f"base is {base}: no position of {n} lies in it")
        if part.dtype.kind == "f":
            part = part.astype(np.float64)
        mean = along(_core.mean, part, "x", axis, reduces=True)
        return np.expand_dims(mean, axis)
    position = integer(base, "base")
    if not -n <= position < n:
        raise ValueError(f"base is {position}: the series has {n} positions")
    return values[at(axis, slice(position % n, position % n + 1))]


def ytd(
    x: ArrayLike,
    *,
    per_year: int = 12,
    start: int = 0,
    axis: int = LAST,
    return_status: bool = False,
) -> Any:
    """Year-to-date sums, restarting every `per_year` periods.

    Parameters
    ----------
    x : array_like
        Single-period values along `axis`.
    per_year : int, default 12
        Periods in a year.
    start : int, default 0
        The place of ``x[0]`` in its year, from 0 to per_year - 1.
    axis, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN and INCOMPLETE once a value of the year is missing, and throughout a year
        that began before ``x[0]``. Sums are of the exact values, rounded once.

    Raises
    ------
    TypeError, ValueError
        As for `growth`; for a per_year below 1 or a start outside the year.

    Examples
    --------
    >>> import evmarket as em
    >>> em.ytd([1, 2, 3, 4, 5], per_year=2)
    array([1., 3., 3., 7., 5.])
    """
    params = _year(per_year, start)
    return along(_core.ytd, x, "x", axis, params, return_status=return_status)


def from_ytd(
    y: ArrayLike,
    *,
    per_year: int = 12,
    start: int = 0,
    axis: int = LAST,
    return_status: bool = False,
) -> Any:
    """Single-period values out of year-to-date ones: the inverse of `ytd`.

    Parameters
    ----------
    y : array_like
        Year-to-date values along `axis`.
    per_year, start, axis, return_status
        As for `ytd`.

    Returns
    -------
    ndarray of the shape of y, or (values, status)
        The first period of a year is itself; others are the difference from the period
        before, NaN where that is missing.

    Raises
    ------
    TypeError, ValueError
        As for `ytd`.

    Examples
    --------
    >>> import evmarket as em
    >>> em.from_ytd([1, 3, 3, 7, 5], per_year=2)
    array([1., 2., 3., 4., 5.])
    """
    params = _year(per_year, start)
    return along(_core.from_ytd, y, "y", axis, params, return_status=return_status)


def _year(per_year: Any, start: Any) -> tuple[int, int]:
    length, place = positive(per_year, "per_year"), integer(start, "start")
    if not 0 <= place < length:
        raise ValueError(f"start is {place}: a place in a year of {length} periods")
    # A year beyond any array: the place keeps clear of its end.
    return clamped(length), place if length <= 1 << 61 else min(place, 1 << 61)


def trailing(
    x: ArrayLike,
    window: int,
    *,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Sums of the last `window` values, such as trailing twelve months.

    Parameters
    ----------
    x : array_like
        Values along `axis`.
    window : int
        How many values, the current one included; at least 1.
    axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN unless the whole window is there. Sums are of the exact values, rounded
        once: nothing is carried along the series that could drift.

    Raises
    ------
    TypeError, ValueError
        As for `growth`; for a window below 1.

    Examples
    --------
    >>> import evmarket as em
    >>> em.trailing([1, 2, 3, 4], 3)
    array([nan, nan,  6.,  9.])
    """
    params = (clamped(positive(window, "window")),)
    return along(
        _core.trailing, x, "x", axis, params, out=out, return_status=return_status
    )
