"""Applies core functions to arrays: shapes, axis, lag, `out`, chunks.

Every public array function goes through one of `elementwise`, `lagged`, `along`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common import workers as _workers
from .._common.arguments import integer
from .._inputs.arrays import array, is_frame, is_short, whole_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Array


_new = np.empty


class Axis(int):
    """The axis a function takes when none is named: a frame must name one."""


LAST = Axis(-1)
FIRST = Axis(0)


def at(axis: int, part: slice) -> tuple[slice, ...]:
    """The index that takes `part` of an axis and all of those before it."""
    return tuple([slice(None)] * axis + [part])


def clamped(count: int) -> int:
    """A count beyond any array, brought within the core's integers."""
    return min(count, 1 << 62)


def series_array(value: Any, name: str, axis: int) -> Array:
    """An array that runs along an axis; a frame must have named the axis."""
    if type(value) is not np.ndarray and type(axis) is Axis and is_frame(value):
        raise TypeError(
            f"{name} is a {type(value).__name__} and no axis was named: frames run "
            "down (axis=0), arrays run across (axis=-1)"
        )
    return whole_array(value, name)


def axis_of(axis: Any, ndim: int, name: str) -> int:
    """`axis` counted from 0."""
    place = int(axis) if type(axis) is Axis else integer(axis, "axis")
    if ndim == 0:
        raise ValueError(f"{name} is a single number: it has no axis to run along")
    if not -ndim <= place < ndim:
        raise ValueError(f"axis is {place}: {name} has {ndim} dimensions")
    return place % ndim


def result_dtype(arrays: Sequence[Any]) -> np.dtype[Any]:
    """float32 when floats take part and none is wider, else float64."""
    dtypes = [a.dtype for a in arrays if isinstance(a, np.ndarray)]
    narrow = any(d.kind == "f" for d in dtypes) and all(
        d.kind == "b" or d.itemsize <= (4 if d.kind == "f" else 2) for d in dtypes
    )
    return np.dtype(np.float32 if narrow else np.float64)


def check_out(out: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """`out`, when results of this shape and dtype can be written there."""
    if not isinstance(out, np.ndarray) or isinstance(out, np.ma.MaskedArray):
        raise TypeError(f"out is a {type(out).__name__}: it takes a numpy.ndarray")
    if out.dtype != dtype:
        raise TypeError(f"out has dtype {out.dtype}: the result has {dtype}")
    if out.shape != shape:
        raise ValueError(f"out has shape {out.shape}: the result has {shape}")
    if not out.flags.writeable:
        raise ValueError("out is read-only: the result cannot be written there")
    return out


def _widened(arrays: Sequence[Any]) -> list[Any]:
    """The operands, with plain numbers beyond float32 made float64 arrays: beside
    float32 they would become infinite."""
    most = float(np.finfo(np.float32).max)
    return [
        np.asarray(a) if isinstance(a, (int, float)) and most < abs(a) < np.inf else a
        for a in arrays
    ]


def common_shape(arrays: Sequence[Any], names: Sequence[str]) -> tuple[int, ...]:
    """The shape the arrays broadcast to, or an error that names them."""
    shapes = [np.shape(a) for a in arrays]
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError:
        told = ", ".join(f"{n} {s}" for n, s in zip(names, shapes, strict=True))
        raise ValueError(f"the shapes do not broadcast together: {told}") from None


def _cut(value: Any, ndim: int, axis: int, start: int, stop: int) -> Any:
    """The part of an operand that belongs to a chunk along `axis` of the result."""
    place = axis - (ndim - np.ndim(value))
    if place < 0 or np.shape(value)[place] == 1:
        return value
    return value[at(place, slice(start, stop))]


def by_chunks(ufunc: Any, arrays: Sequence[Any], out: Array) -> None:
    """out[...] = ufunc(*arrays), spread over the workers."""
    shape = out.shape
    axis = next((k for k, n in enumerate(shape) if n >= _workers.workers()), 0)
    parts = _workers.chunks(shape[axis], out.size) if shape else [(0, 0)]
    if len(parts) == 1:
        ufunc(*arrays, out=out)
        return
    calls = [
        (
            [_cut(a, out.ndim, axis, start, stop) for a in arrays],
            _cut(out, out.ndim, axis, start, stop),
        )
        for start, stop in parts
    ]
    _workers.run(lambda ins, part: ufunc(*ins, out=part), calls)


def apart(arrays: Sequence[Any], out: Array) -> list[Any]:
    """The operands, copied where `out` may share their memory."""
    return [
        a.copy() if isinstance(a, np.ndarray) and np.may_share_memory(a, out) else a
        for a in arrays
    ]


def elementwise(
    ufunc: Any,
    status_ufunc: Any,
    operands: Sequence[Any],
    names: Sequence[str],
    out: Any = None,
    return_status: bool = False,
    dtype: np.dtype[Any] | None = None,
) -> Any:
    """ufunc(*operands), broadcast; with the statuses when asked.

    The result's dtype follows from all operands unless it is given.
    """
    if out is None and not return_status and all(map(is_short, operands)):
        try:
            return ufunc(*operands)
        except ValueError:
            common_shape(operands, names)
            raise
    arrays = _widened([array(v, n) for v, n in zip(operands, names, strict=True)])
    shape = common_shape(arrays, names)
    dtype = dtype or result_dtype(arrays)
    if out is not None:
        check_out(out, shape, dtype)
        arrays = apart(arrays, out)
    target = _new(shape, dtype) if out is None else out
    status = None
    if return_status:
        status = _new(shape, np.uint8)
        by_chunks(status_ufunc, arrays, status)
    by_chunks(ufunc, arrays, target)
    values = target[()] if out is None else target
    return (values, status[()]) if status is not None else values


def lagged(
    ufunc: Any,
    status_ufunc: Any,
    series: Sequence[Any],
    names: Sequence[str],
    lag: Any,
    axis: Any,
    out: Any = None,
    return_status: bool = False,
    extra: Sequence[float] = (),
) -> Any:
    """ufunc(bases, currents, *extra) of series and themselves `lag` places before."""
    steps = lag if type(lag) is int else integer(lag, "lag")
    if steps == 0:
        raise ValueError("lag is 0: a value is compared with an earlier or a later one")
    arrays = [series_array(v, n, axis) for v, n in zip(series, names, strict=True)]
    first = arrays[0]
    shape = first.shape if len(arrays) == 1 else common_shape(arrays, names)
    if len(arrays) > 1:
        arrays = [np.broadcast_to(a, shape) for a in arrays]
    place = axis_of(axis, len(shape), names[0])
    n = shape[place]
    dtype = result_dtype(arrays)
    if out is not None:
        check_out(out, shape, dtype)
        arrays = apart(arrays, out)
    cut = min(abs(steps), n)
    if steps > 0:
        spans = slice(cut, n), slice(0, n - cut), slice(0, cut)
    else:
        spans = slice(0, n - cut), slice(cut, n), slice(n - cut, n)
    current, base, edge = (at(place, span) for span in spans)
    bases = [a[base] for a in arrays]
    currents = [a[current] for a in arrays]
    target = _new(shape, dtype) if out is None else out
    status = None
    if return_status:
        status = _new(shape, np.uint8)
        by_chunks(status_ufunc, [*bases, *currents, *extra], status[current])
        status[edge] = _edge_status([a[edge] for a in arrays])
    by_chunks(ufunc, [*bases, *currents, *extra], target[current])
    target[edge] = np.nan
    return (target, status) if status is not None else target


def _edge_status(currents: Sequence[Array]) -> Any:
    """Statuses of the cells whose base lies outside the array."""
    missing = np.zeros(currents[0].shape, bool)
    for values in currents:
        if values.dtype.kind == "f":
            missing |= np.isnan(values)
    return np.where(missing, np.uint8(_core.MISSING), np.uint8(_core.OUTSIDE))


def along(
    ufunc: Any,
    x: Any,
    name: str,
    axis: Any,
    params: Sequence[int] = (),
    reduces: bool = False,
    out: Any = None,
    return_status: bool = False,
) -> Any:
    """A lane function of x along one axis, spread over the other axes."""
    found = series_array(x, name, axis)
    place = axis_of(axis, found.ndim, name)
    shape = found.shape[:place] + found.shape[place + 1 :] if reduces else found.shape
    dtype = result_dtype([found])
    if out is not None:
        check_out(out, shape, dtype)
        found = apart([found], out)[0]
    target = _new(shape, dtype) if out is None else out
    status = _new(shape, np.uint8)
    lanes = np.moveaxis(found, place, -1)
    outs = (target, status)
    if not reduces:
        outs = (np.moveaxis(target, place, -1), np.moveaxis(status, place, -1))
    lanes_by_chunks(ufunc, lanes, params, outs)
    values = target[()] if reduces and out is None else target
    return (values, status[()] if reduces else status) if return_status else values


def lanes_by_chunks(
    ufunc: Any, lanes: Array, params: Sequence[int], outs: tuple[Array, ...]
) -> None:
    """outs[...] = ufunc(lanes, *params) over the last axis, spread over the workers."""
    outer = lanes.shape[:-1]
    axis = next((k for k, n in enumerate(outer) if n >= _workers.workers()), 0)
    parts = _workers.chunks(outer[axis], lanes.size) if outer else [(0, 1)]
    if len(parts) == 1:
        ufunc(lanes, *params, out=outs)
        return
    calls = [(at(axis, slice(start, stop)),) for start, stop in parts]
    _workers.run(
        lambda part: ufunc(lanes[part], *params, out=tuple(o[part] for o in outs)),
        calls,
    )
