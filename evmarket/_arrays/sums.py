"""Sums over a year or a window, and single periods from sums."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _core
from .._common.arguments import integer, positive
from .apply import LAST, along, clamped

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def ytd(
    x: ArrayLike,
    *,
    per_year: int = 12,
    start: int = 0,
    axis: int = LAST,
    return_status: bool = False,
) -> Any:
    """Year-to-date sums, which start again every `per_year` periods.

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
        Each sum is exact and rounded once, as `math.fsum` gives it. NaN and INCOMPLETE
        from the first missing value of a year on, and for all of a year that began
        before ``x[0]``; MISSING while the year has no value; INVALID if a value is
        infinite or the sum leaves the range of floats.

    Raises
    ------
    TypeError, ValueError
        As for `growth`, and if per_year is below 1 or start is outside the year.

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
    """Single-period values from year-to-date values, the inverse of `ytd`.

    Parameters
    ----------
    y : array_like
        Year-to-date values along `axis`.
    per_year, start, axis, return_status
        As for `ytd`.

    Returns
    -------
    ndarray of the shape of y, or (values, status)
        The first period of a year keeps its value. Other periods are the difference
        from the period before, NaN where that is missing.

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
    """The length of a year and the place of the first value in it, both checked."""
    length, place = positive(per_year, "per_year"), integer(start, "start")
    if not 0 <= place < length:
        raise ValueError(f"start is {place}: it takes 0 to {length - 1}, per_year - 1")
    # If the year is longer than any array, the start stays far from the year's end.
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
        Number of values, the current one included. At least 1.
    axis, out, return_status
        As for `growth`.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        Each sum is exact and rounded once, as `math.fsum` gives it. NaN and INCOMPLETE
        if a value of the window is missing or lies before ``x[0]``; MISSING if it has
        no value; INVALID if a value is infinite or the sum leaves the range of floats.

    Raises
    ------
    TypeError, ValueError
        As for `growth`, and if window is below 1.

    Examples
    --------
    >>> import evmarket as em
    >>> em.trailing([1, 2, 3, 4], 3)
    array([nan, nan,  6.,  9.])
    """
    params = (clamped(positive(window, "window")),)
    return along(_core.trailing, x, "x", axis, params, out, return_status)
