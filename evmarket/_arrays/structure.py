"""Shares of a total, concentration and ranks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common import workers
from .._common.arguments import choice, positive
from .apply import (
    FIRST,
    along,
    axis_last,
    axis_of,
    by_chunks,
    clamped,
    lines_by_chunks,
    reduced,
    result_array,
    result_dtype,
    series_array,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


_RANKS = {"min": _core.rank_min, "dense": _core.rank_dense}


def share(
    x: ArrayLike,
    *,
    axis: int = FIRST,
    out: NDArray[Any] | None = None,
    return_status: bool = False,
) -> Any:
    """Share of each part in the total, ``x / sum(x)``.

    Parameters
    ----------
    x : array_like
        Parts along `axis`. NaN, masked and null entries are missing. A negative part (a
        correction) has a negative share.
    axis : int, default 0
        The axis along which parts add up. Required for a data frame.
    out : ndarray, optional
        The array to write the result to, of the result's shape and dtype.
    return_status : bool, default False
        Also return the `Status` of every cell.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        Fractions. NaN for a whole group if its sum is not positive (ZERO_DENOMINATOR,
        NEGATIVE_DENOMINATOR) or a part is infinite (INVALID) or missing. A missing part
        is MISSING, the others are INCOMPLETE.

    Raises
    ------
    TypeError, ValueError
        If axis is out of range, a value is not a number, or `out` has another shape or
        dtype than the result.

    Notes
    -----
    The error is at most 2 ulp for float64, and 3 ulp for int64 beyond 2**53. The sum of
    a group is exact where negative parts cancel, so this holds for them too.

    Examples
    --------
    >>> import evmarket as em
    >>> em.share([30, 50, 20])
    array([0.3, 0.5, 0.2])
    >>> em.share([60, 50, -10])
    array([ 0.6,  0.5, -0.1])
    """
    parts = series_array(x, "x", axis)
    place = axis_of(axis, parts.ndim, "x")
    dtype = result_dtype([parts])
    target, (parts,) = result_array(out, parts.shape, dtype, [parts])
    totals, scales, codes = _totals(parts, place)
    by_chunks(_core.divide, [parts, scales, totals], target)
    if not return_status:
        return target
    status = np.empty(parts.shape, np.uint8)
    status[...] = codes
    if parts.dtype.kind == "f":
        status[np.isnan(parts)] = _core.MISSING
        # What corrections leave of a total can be tiny.
        status[np.isnan(target) & (status == _core.OK)] = _core.INVALID
    return target, status


def _totals(parts: NDArray[Any], axis: int) -> tuple[NDArray[Any], ...]:
    """Total, scale and status of each group, broadcast to the shape of `parts`."""
    if _are_columns(parts, axis):
        outs = _by_blocks(parts)
        return tuple(np.broadcast_to(out, parts.shape) for out in outs)
    shape = parts.shape[:axis] + parts.shape[axis + 1 :]
    outs = np.empty(shape), np.empty(shape), np.empty(shape, np.uint8)
    lines_by_chunks(_core.totals, axis_last(parts, axis), (), outs)
    return tuple(np.broadcast_to(np.expand_dims(o, axis), parts.shape) for o in outs)


def _are_columns(parts: NDArray[Any], axis: int) -> bool:
    """Whether groups are the columns of a matrix that is worth several workers."""
    return (
        axis == 0
        and parts.ndim == 2
        and parts.dtype == np.float64
        and parts.flags.c_contiguous
        and parts.flags.aligned
        and parts.size >= 2 * workers.MIN_CHUNK
        and workers.workers() > 1
    )


def _by_blocks(parts: NDArray[np.float64]) -> tuple[NDArray[Any], ...]:
    """Total, scale and status of each column; each worker reads rows of its own."""
    rows, columns = parts.shape
    blocks = -(-rows // _core.SUMMED)
    sums = np.empty((blocks, columns, 3))
    cuts = workers.cut(blocks, min(workers.workers(), blocks))
    workers.run(_core.column_sums, [(parts, sums, *cut) for cut in cuts])
    return _core.column_totals(parts, sums)


def concentration(
    x: ArrayLike, k: int, *, axis: int = FIRST, return_status: bool = False
) -> Any:
    """Share of the k largest parts in their total (CR_k).

    Parameters
    ----------
    x, axis, return_status
        As for `share`.
    k : int
        Number of parts, at least 1. A group with fewer parts counts all of them.

    Returns
    -------
    ndarray without the axis, a NumPy scalar for one group, or (values, status)
        Fractions. NaN where `share` is NaN, and where a part is negative
        (NEGATIVE_DENOMINATOR).

    Raises
    ------
    TypeError, ValueError
        As for `share`, and if k is below 1.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.concentration([30, 50, 20], 2))
    0.8
    """
    params = (clamped(positive(k, "k")),)
    return reduced(_core.concentration, x, "x", axis, params, return_status)


def hhi(x: ArrayLike, *, axis: int = FIRST, return_status: bool = False) -> Any:
    """Herfindahl-Hirschman index, the sum of squared shares, from 0 to 1.

    Parameters
    ----------
    x, axis, return_status
        As for `share`.

    Returns
    -------
    ndarray without the axis, a NumPy scalar for one group, or (values, status)
        NaN where `share` is NaN, and where a part is negative (NEGATIVE_DENOMINATOR).

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
    return reduced(_core.hhi, x, "x", axis, return_status=return_status)


def rank(
    x: ArrayLike, *, axis: int = FIRST, method: str = "min", return_status: bool = False
) -> Any:
    """Rank of each value, 1 for the largest.

    Parameters
    ----------
    x, axis, return_status
        As for `share`, but values may be negative.
    method : {"min", "dense"}
        ``"min"``: one more than the number of larger values. ``"dense"``: one more than
        the number of distinct larger values.

    Returns
    -------
    ndarray of the shape of x, or (values, status)
        NaN for missing and infinite values.

    Raises
    ------
    TypeError, ValueError
        As for `share`, and if method is unknown.

    Examples
    --------
    >>> import evmarket as em
    >>> em.rank([20, 50, 50, 10])
    array([3., 1., 1., 4.])
    """
    kernel = choice(method, "method", _RANKS)
    return along(kernel, x, "x", axis, return_status=return_status)
