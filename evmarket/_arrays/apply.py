"""Apply core functions to arrays: shapes, axis, lag, `out`, threads.

Every public array function calls one of `elementwise`, `lagged`, `along`, `reduced`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common import workers as _workers
from .._common.arguments import integer
from .._inputs.arrays import array, check_labels, is_frame, is_short, whole_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Array


class Kernel(NamedTuple):
    """A function of single values: the ufuncs for values and statuses, and the names
    of its arguments."""

    values: Any
    status: Any
    names: tuple[str, ...]


class Axis(int):
    """The type of a default axis: tells it from an axis that the caller passed."""


LAST = Axis(-1)
FIRST = Axis(0)


# Axis and shape


def series_array(value: Any, name: str, axis: int) -> Array:
    """The argument `name` as an ndarray; a data frame needs an explicit `axis`."""
    if type(value) is not np.ndarray and type(axis) is Axis and is_frame(value):
        raise TypeError(
            f"{name} is a {type(value).__name__} and needs an axis: give axis=0 if its "
            "series run down the columns, axis=-1 if they run across"
        )
    return whole_array(value, name)


def axis_of(axis: Any, ndim: int, name: str) -> int:
    """`axis` counted from 0."""
    place = int(axis) if type(axis) is Axis else integer(axis, "axis")
    if ndim == 0:
        raise ValueError(f"{name} is a single number: it needs at least one dimension")
    if not -ndim <= place < ndim:
        raise ValueError(
            f"axis is {place}: {name} has {ndim} dimensions, give {-ndim} to {ndim - 1}"
        )
    return place % ndim


def at(axis: int, part: slice) -> tuple[slice, ...]:
    """The index that takes `part` of an axis and all of the axes before it."""
    return tuple([slice(None)] * axis + [part])


def axis_last(values: Array, axis: int) -> Array:
    """A view with `axis` moved to the end."""
    return values if axis == values.ndim - 1 else np.moveaxis(values, axis, -1)


def clamped(count: int) -> int:
    """A count cut to the range of the core's integers, which no array exceeds."""
    return min(count, 1 << 62)


def common_shape(arrays: Sequence[Any], names: Sequence[str]) -> tuple[int, ...]:
    """The shape to which the arrays broadcast; an error names the arrays."""
    shapes = [np.shape(a) for a in arrays]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        pairs = ", ".join(f"{n} {s}" for n, s in zip(names, shapes, strict=True))
        raise ValueError(f"the shapes do not broadcast together: {pairs}") from None


# Results


def result_dtype(arrays: Sequence[Any]) -> np.dtype[Any]:
    """float32 if there are floats and none is wider, else float64."""
    dtypes = [a.dtype for a in arrays if isinstance(a, np.ndarray)]
    narrow = any(d.kind == "f" for d in dtypes) and all(
        d.kind == "b" or d.itemsize <= (4 if d.kind == "f" else 2) for d in dtypes
    )
    return np.dtype(np.float32 if narrow else np.float64)


def result_array(
    out: Any, shape: tuple[int, ...], dtype: np.dtype[Any], operands: Sequence[Any]
) -> tuple[Array, Sequence[Any]]:
    """The array to write to, and the operands, copied where `out` may overlap them."""
    if out is None:
        doubles = dtype == np.float64
        return _core.kept_empty(shape) if doubles else np.empty(shape, dtype), operands
    _check_out(out, shape, dtype)
    return out, [
        a.copy() if isinstance(a, np.ndarray) and np.may_share_memory(a, out) else a
        for a in operands
    ]


def _check_out(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> None:
    if not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray):
        raise TypeError(f"out is a {type(out).__name__}: it takes a numpy.ndarray")
    if out.dtype != dtype:
        raise TypeError(f"out has dtype {out.dtype}: the result has {dtype}")
    if out.shape != shape:
        raise ValueError(f"out has shape {out.shape}: the result has {shape}")
    if not out.flags.writeable:
        raise ValueError("out is read-only: give a writable array")


# Functions of single values


def elementwise(
    kernel: Kernel,
    operands: Sequence[Any],
    out: Any = None,
    return_status: bool = False,
    dtype: np.dtype[Any] | None = None,
) -> Any:
    """Apply a kernel to operands that broadcast together.

    `dtype` is the type of the result. By default it follows from all operands.
    """
    if out is None and not return_status and all(map(is_short, operands)):
        try:
            return kernel.values(*operands)
        except ValueError:
            common_shape(operands, kernel.names)
            raise
    check_labels(operands, kernel.names)
    arrays: Sequence[Any] = _widened(list(map(array, operands, kernel.names)))
    shape = common_shape(arrays, kernel.names)
    target, arrays = result_array(out, shape, dtype or result_dtype(arrays), arrays)
    by_chunks(kernel.values, arrays, target)
    values = target[()] if out is None else target
    if not return_status:
        return values
    status = np.empty(shape, np.uint8)
    by_chunks(kernel.status, arrays, status)
    return values, status[()]


def _widened(operands: Sequence[Any]) -> list[Any]:
    """The operands, with Python numbers too large for float32 as float64 arrays, since
    a float32 operand would make them infinite."""
    most = float(np.finfo(np.float32).max)
    return [
        np.asarray(a) if isinstance(a, (int, float)) and most < abs(a) < np.inf else a
        for a in operands
    ]


def lagged(
    kernel: Kernel,
    series: Sequence[Any],
    lag: Any,
    axis: Any,
    out: Any = None,
    return_status: bool = False,
    extra: Sequence[float] = (),
) -> Any:
    """Apply a kernel to (bases, currents, *extra); a base lies `lag` places before."""
    steps = integer(lag, "lag")
    if steps == 0:
        raise ValueError("lag is 0: it takes a positive or a negative integer")
    arrays: Sequence[Any] = [
        series_array(value, name, axis)
        for value, name in zip(series, kernel.names, strict=True)
    ]
    if len(arrays) > 1:
        check_labels(series, kernel.names)
        shape = common_shape(arrays, kernel.names)
        arrays = [np.broadcast_to(a, shape) for a in arrays]
    shape = arrays[0].shape
    place = axis_of(axis, len(shape), kernel.names[0])
    target, arrays = result_array(out, shape, result_dtype(arrays), arrays)
    n = shape[place]
    cut = min(abs(steps), n)
    if steps > 0:
        spans = slice(cut, n), slice(0, n - cut), slice(0, cut)
    else:
        spans = slice(0, n - cut), slice(cut, n), slice(n - cut, n)
    current, base, edge = (at(place, span) for span in spans)
    operands = [*(a[base] for a in arrays), *(a[current] for a in arrays), *extra]
    by_chunks(kernel.values, operands, target[current])
    target[edge] = np.nan
    if not return_status:
        return target
    status = np.empty(shape, np.uint8)
    by_chunks(kernel.status, operands, status[current])
    status[edge] = _edge_status([a[edge] for a in arrays])
    return target, status


def _edge_status(currents: Sequence[Array]) -> Any:
    """Statuses of the cells whose base lies outside the array."""
    missing = np.zeros(currents[0].shape, bool)
    for values in currents:
        if values.dtype.kind == "f":
            missing |= np.isnan(values)
    return np.where(missing, np.uint8(_core.MISSING), np.uint8(_core.OUTSIDE))


def by_chunks(ufunc: Any, operands: Sequence[Any], out: Array) -> None:
    """Write ufunc(*operands) to `out`, spread over the workers."""
    pieces = _pieces(out.shape, out.size)
    if len(pieces) == 1:
        ufunc(*operands, out=out)
        return
    wide = [np.broadcast_to(a, out.shape) if np.ndim(a) else a for a in operands]

    def run(piece: tuple[slice, ...]) -> None:
        parts = [a[piece] if np.ndim(a) else a for a in wide]
        ufunc(*parts, out=out[piece])

    _workers.run(run, [(piece,) for piece in pieces])


def _pieces(shape: tuple[int, ...], size: int) -> list[tuple[slice, ...]]:
    """Index tuples that cut an array into one piece per worker; `size` is the work."""
    if not shape or size < 2 * _workers.MIN_CHUNK:
        return [()]
    axis = next((k for k, n in enumerate(shape) if n >= _workers.workers()), 0)
    return [at(axis, slice(*ends)) for ends in _workers.chunks(shape[axis], size)]


# Functions of lines along an axis


def along(
    ufunc: Any,
    x: Any,
    name: str,
    axis: Any,
    params: Sequence[int] = (),
    out: Any = None,
    return_status: bool = False,
) -> Any:
    """Apply a function of lines, which gives lines of the same length, along an axis.

    The ufunc gives values and statuses together.
    """
    values = series_array(x, name, axis)
    place = axis_of(axis, values.ndim, name)
    dtype = result_dtype([values])
    target, (values,) = result_array(out, values.shape, dtype, [values])
    status = np.empty(values.shape, np.uint8)
    outs = axis_last(target, place), axis_last(status, place)
    lines_by_chunks(ufunc, axis_last(values, place), params, outs)
    return (target, status) if return_status else target


def reduced(
    ufunc: Any,
    x: Any,
    name: str,
    axis: Any,
    params: Sequence[int] = (),
    return_status: bool = False,
) -> Any:
    """Apply a function of lines, which gives one value per line, along an axis."""
    lines = series_array(x, name, axis)
    lines = axis_last(lines, axis_of(axis, lines.ndim, name))
    shape = lines.shape[:-1]
    outs = np.empty(shape, result_dtype([lines])), np.empty(shape, np.uint8)
    lines_by_chunks(ufunc, lines, params, outs)
    return (outs[0][()], outs[1][()]) if return_status else outs[0][()]


def lines_by_chunks(
    ufunc: Any, lines: Array, params: Sequence[int], outs: tuple[Array, ...]
) -> None:
    """Write ufunc(lines, *params) to `outs`, spread over the workers."""
    pieces = _pieces(lines.shape[:-1], lines.size)
    if len(pieces) == 1:
        ufunc(lines, *params, out=outs)
        return

    def run(piece: tuple[slice, ...]) -> None:
        ufunc(lines[piece], *params, out=tuple(a[piece] for a in outs))

    _workers.run(run, [(piece,) for piece in pieces])
