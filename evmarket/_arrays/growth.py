"""Growth rates and index numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.arguments import choice, integer
from .._common.messages import short
from .._inputs.arrays import check_labels, whole_array
from .apply import (
    LAST,
    Kernel,
    at,
    axis_of,
    elementwise,
    lagged,
    reduced,
    result_dtype,
    series_array,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


POLICIES = {
    "nm": _core.growth_nm,
    "abs": _core.growth_abs,
    "signed": _core.growth_signed,
    "midpoint": _core.growth_midpoint,
}
_MEANS = {"level": _core.mean_level, "accumulative": _core.mean_accumulative}
_GROWTH = {p: Kernel(f, _core.growth_status, ("x",)) for p, f in POLICIES.items()}
_BETWEEN = {p: k._replace(names=("base", "current")) for p, k in _GROWTH.items()}
_LOG = Kernel(_core.log_growth, _core.log_status, ("x",))
_COMPOUND = Kernel(_core.compound, _core.compound_status, ("x",))
_INDEX = Kernel(_core.index, _core.index_status, ("x", "base", "scale"))


def growth(
    x: ArrayLike,
    lag: int = 1,
    *,
    policy: str = "nm",
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Growth rate over the value `lag` places before, ``(x1 - x0) / x0``.

    Parameters
    ----------
    x : array_like
        Values along `axis`; NaN, masked and null entries are missing.
    lag : int, default 1
        Places from the base to the value. A negative lag takes a later value as base.
    policy : {"nm", "abs", "signed", "midpoint"}
        The rate if the base is not positive. ``"nm"``: NaN, not meaningful.
        ``"abs"``: ``(x1 - x0) / |x0|``. ``"signed"``: ``(x1 - x0) / x0``.
        ``"midpoint"``: ``2 (x1 - x0) / (|x1| + |x0|)``, from -2 to 2, and 0 if both
        are 0. A base of 0 gives NaN under the first three.
    axis : int, default -1
        The axis of time. Required for a data frame.
    out : ndarray, optional
        The array to write the result to, of the result's shape and dtype.
    return_status : bool, default False
        Also return the `Status` of every cell. It does not depend on `policy`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        Fractions (0.8 is 80%): float32 for float32 input, else float64. NaN where the
        rate is undefined; the status (uint8) gives the reason.

    Raises
    ------
    TypeError, ValueError
        If lag is 0, axis is out of range, policy is unknown, a value is not a number,
        or `out` has another shape or dtype than the result.

    Notes
    -----
    The difference is taken first, because ``x1 / x0 - 1`` loses digits if the change
    is small. The error is at most 2 ulp for float64, and 3 ulp for int64 beyond 2**53
    and for ``"midpoint"``.

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
    kernel = choice(policy, "policy", _GROWTH)
    return lagged(kernel, (x,), lag, axis, out, return_status)


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
        The earlier and the later values. They broadcast together. Objects of pandas
        given together must have equal indexes and columns; beside other arrays they are
        taken by place.
    policy, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)

    Raises
    ------
    TypeError, ValueError
        As for `growth`, and if the shapes do not broadcast together or the labels of
        pandas objects differ.

    Examples
    --------
    >>> import evmarket as em
    >>> em.growth_between([100, -50], [180, 25], return_status=True)
    (array([0.8, nan]), array([ 0, 13], dtype=uint8))
    """
    kernel = choice(policy, "policy", _BETWEEN)
    return elementwise(kernel, (base, current), out, return_status)


def log_growth(
    x: ArrayLike,
    lag: int = 1,
    *,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Logarithmic growth, ``ln(x1 / x0)``, of positive values.

    Parameters
    ----------
    x, lag, axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN unless both values are positive; a fall to 0 is INVALID. The error is at
        most 4 ulp.

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
    return lagged(_LOG, (x,), lag, axis, out, return_status)


def annualized_growth(
    x: ArrayLike,
    lag: int = 1,
    *,
    per_year: float,
    axis: int = LAST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Growth over `lag` periods as a yearly rate, ``(x1/x0)**(per_year/lag) - 1``.

    Parameters
    ----------
    x, lag, axis, out, return_status
        As for `growth`.
    per_year : float
        Periods in a year, positive: 12 for months, 4 for quarters.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN if the base is not positive or the end is negative. An end of 0 gives -1.
        The error is at most 4 ulp.

    Raises
    ------
    TypeError, ValueError
        As for `growth`, and if per_year is not positive and finite.

    Examples
    --------
    >>> import evmarket as em
    >>> em.annualized_growth([100, 105], per_year=4).round(6)
    array([     nan, 0.215506])
    """
    yearly = _finite(per_year, "per_year")
    if yearly <= 0:
        raise ValueError(f"per_year is {short(per_year)}: it takes a positive number")
    steps = integer(lag, "lag")
    extra = yearly, float(steps)
    return lagged(_COMPOUND, (x,), steps, axis, out, return_status, extra)


def _finite(value: Any, name: str) -> float:
    if isinstance(value, (str, bytes, bool)) or not hasattr(value, "__float__"):
        raise TypeError(f"{name} is {short(value)}: it takes a number")
    number = float(value)
    if not np.isfinite(number):
        raise ValueError(f"{name} is {short(value)}: it takes a finite number")
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
        The values at the beginning and at the end.
    years : array_like
        Years between them, positive. Fractions are allowed.
    out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the broadcast shape, a NumPy scalar for scalars, or (values, status)
        NaN if `first` is not positive or `last` is negative. A `last` of 0 gives -1.
        The error is at most 4 ulp.

    Raises
    ------
    TypeError, ValueError
        As for `growth_between`, and if years are not positive and finite.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.cagr(100, 121, 2).round(12))
    0.1
    """
    check_labels((first, last, years), _CAGR.names)
    spans = whole_array(years, "years")
    good = (spans > 0) & (spans < np.inf)
    if not good.all():
        place = np.unravel_index(int(np.argmin(good)), spans.shape)
        where = f" at position {tuple(map(int, place))}" if spans.ndim else ""
        raise ValueError(
            f"years is {spans[place]}{where}: it takes positive, finite numbers"
        )
    operands = first, last, spans if spans.ndim else float(spans)
    return elementwise(_CAGR, operands, out, return_status)


def _compound_years(first: Any, last: Any, years: Any, **kwargs: Any) -> Any:
    return _core.compound(first, last, 1.0, years, **kwargs)


def _compound_years_status(first: Any, last: Any, years: Any, **kwargs: Any) -> Any:
    return _core.compound_status(first, last, 1.0, years, **kwargs)


_CAGR = Kernel(_compound_years, _compound_years_status, ("first", "last", "years"))


def mean_growth(
    x: ArrayLike,
    *,
    method: str = "level",
    axis: int = LAST,
    return_status: bool = False,
) -> Any:
    """Mean growth per period, by the level or the accumulative method.

    Parameters
    ----------
    x : array_like
        Levels x_0 .. x_n along `axis`.
    method : {"level", "accumulative"}
        ``"level"``: the constant rate from x_0 to x_n, ``(x_n/x_0)**(1/n) - 1``.
        ``"accumulative"``: the constant rate g that gives the sum of all levels,
        ``(1+g) + ... + (1+g)**n = (x_1 + ... + x_n) / x_0``. Official statistics in
        China use both. The two differ widely.
    axis, return_status
        As for `growth`.

    Returns
    -------
    ndarray without the axis, a NumPy scalar for one series, or (values, status)
        NaN if x_0 is not positive. ``"level"`` uses the first and last values only;
        ``"accumulative"`` is NaN if a value is missing.

    Raises
    ------
    TypeError, ValueError
        As for `growth`, and if method is unknown.

    Examples
    --------
    >>> import evmarket as em
    >>> sales = [1323705, 3507000, 6872000, 9448000, 12859000, 16490000]
    >>> float(em.mean_growth(sales).round(6))
    0.656097
    >>> float(em.mean_growth(sales, method="accumulative").round(6))
    0.764269
    """
    mean = choice(method, "method", _MEANS)
    return reduced(mean, x, "x", axis, return_status=return_status)


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
        The position of the base, or a slice of positions whose mean is the base. A
        negative position counts from the end.
    scale : float, default 100
        The index number of the base. Finite.
    axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN if the base is missing or not positive.

    Raises
    ------
    TypeError, ValueError
        As for `growth`, and if base lies outside the series or scale is not finite.

    Examples
    --------
    >>> import evmarket as em
    >>> em.index([50.0, 75.0, 60.0])
    array([100., 150., 120.])
    >>> em.index([50.0, 70.0, 90.0], base=slice(0, 2), scale=1)
    array([0.83333333, 1.16666667, 1.5       ])
    """
    factor = _finite(scale, "scale")
    values = series_array(x, "x", axis)
    level = _index_base(values, base, axis_of(axis, values.ndim, "x"))
    operands = values, level, factor
    return elementwise(_INDEX, operands, out, return_status, result_dtype([values]))


def _index_base(values: NDArray[Any], base: int | slice, axis: int) -> NDArray[Any]:
    """The base of each series; `axis` keeps length 1."""
    n = values.shape[axis]
    if isinstance(base, slice):
        part = values[at(axis, base)]
        count = part.shape[axis]
        if count == 0:
            raise ValueError(
                f"base is {base}: it selects none of the {n} positions of x"
            )
        if part.dtype.kind == "f":
            part = part.astype(np.float64)
        return np.expand_dims(reduced(_core.mean, part, "x", axis), axis)
    position = integer(base, "base")
    if not -n <= position < n:
        raise ValueError(
            f"base is {position}: x has {n} positions, give {-n} to {n - 1}"
        )
    return values[at(axis, slice(position % n, position % n + 1))]
