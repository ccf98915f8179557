"""How a total is made up: shares, concentration, ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.arguments import choice, positive
from .apply import (
    FIRST,
    along,
    apart,
    axis_of,
    by_chunks,
    check_out,
    clamped,
    lanes_by_chunks,
    result_dtype,
    series_array,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


__all__ = ["concentration", "hhi", "rank", "share"]

_RANKS = {"min": _core.rank_min, "dense": _core.rank_dense}


def share(
    x: ArrayLike,
    *,
    axis: int = FIRST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Share of each part in its total, ``x / sum(x)``.

    Parameters
    ----------
    x : array_like
        Parts along `axis`, not negative; NaN, masked and null entries are missing.
    axis : int, default 0
        The axis along which parts add up. A data frame must name it.
    out : ndarray, optional
        Where to write the result: of its shape and dtype.
    return_status : bool, default False
        Also return the `Status` of every cell.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN for a whole group where its sum is zero or a part is negative, infinite or
        missing: the missing part is MISSING, the others INCOMPLETE.

    Raises
    ------
    TypeError, ValueError
        For an axis out of range, values that are no numbers, or an `out` that does not
        fit.

    Examples
    --------
    >>> import evmarket as em
    >>> em.share([30, 50, 20])
    array([0.3, 0.5, 0.2])
    """
    parts = series_array(x, "x", axis)
    place = axis_of(axis, parts.ndim, "x")
    dtype = result_dtype([parts])
    if out is not None:
        check_out(out, parts.shape, dtype)
        parts = apart([parts], out)[0]
    target = np.empty(parts.shape, dtype) if out is None else out
    totals, scales, codes = _totals(parts, place)
    by_chunks(_core.divide, [parts, scales, totals], target)
    if not return_status:
        return target
    status = np.empty(parts.shape, np.uint8)
    status[...] = codes
    if parts.dtype.kind == "f":
        status[np.isnan(parts)] = _core.MISSING
    return target, status


def _totals(parts: NDArray[Any], axis: int) -> tuple[NDArray[Any], ...]:
    """Total, scale and status of each group, broadcast to the shape of its parts."""
    shape = parts.shape[:axis] + parts.shape[axis + 1 :]
    outs = np.empty(shape), np.empty(shape), np.empty(shape, np.uint8)
    lanes_by_chunks(_core.totals, np.moveaxis(parts, axis, -1), (), outs)
    return tuple(np.broadcast_to(np.expand_dims(o, axis), parts.shape) for o in outs)


def concentration(
    x: ArrayLike, k: int, *, axis: int = FIRST, return_status: bool = False
) -> Any:
    """Share of the k largest parts in their total (CR_k).

    Parameters
    ----------
    x, axis, return_status
        As for `share`.
    k : int
        How many parts, at least 1; where there are fewer, all of them.

    Returns
    -------
    ndarray without the axis, a NumPy scalar for one group, or (values, status)

    Raises
    ------
    TypeError, ValueError
        As for `share`; for a k below 1.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.concentration([30, 50, 20], 2))
    0.8
    """
    return along(
        _core.concentration,
        x,
        "x",
        axis,
        (clamped(positive(k, "k")),),
        reduces=True,
        return_status=return_status,
    )


def hhi(x: ArrayLike, *, axis: int = FIRST, return_status: bool = False) -> Any:
    """Herfindahl-Hirschman index, the sum of squared shares, from 0 to 1.

    Parameters
    ----------
    x, axis, return_status
        As for `share`.

    Returns
    -------
    ndarray without the axis, a NumPy scalar for one group, or (values, status)

    Raises
    ------
    TypeError, ValueError
        As for `share`.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.hhi([30, 30, 20, 20]).round(12))
    0.26
    """
    return along(_core.hhi, x, "x", axis, reduces=True, return_status=return_status)


def rank(
    x: ArrayLike, *, axis: int = FIRST, method: str = "min", return_status: bool = False
) -> Any:
    """Rank of each value, 1 for the largest.

    Parameters
    ----------
    x, axis, return_status
        As for `share`; negative values are legal.
    method : {"min", "dense"}
        ``"min"``: one more than the number of larger values. ``"dense"``: one more than
        the number of different larger values.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN and infinities are not ranked.

    Raises
    ------
    TypeError, ValueError
        As for `share`; for an unknown method.

    Examples
    --------
    >>> import evmarket as em
    >>> em.rank([20, 50, 50, 10])
    array([3., 1., 1., 4.])
    """
    kernel = choice(method, "method", _RANKS)
    return along(kernel, x, "x", axis, return_status=return_status)
