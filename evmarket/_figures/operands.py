"""What implied values are computed of: single figures and (low, high) columns.

Single figures are computed exactly, in fractions, and give a Figure; columns go through
the C core and give a pair of arrays, and the few cells the core leaves open go through
the same fractions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common import workers as _workers
from .._common.messages import short
from .._inputs.arrays import whole_array
from . import intervals as exact
from .figure import Figure, figure, figures, implied
from .intervals import Span

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Floats


class Columns(NamedTuple):
    low: Floats
    high: Floats


Operand = Figure | Columns


# What may stand where a level, an amount (a level or a change of one) or a growth is
# asked for. A printed number without % or 倍 is no growth.
_LEVELS = {"level": ("number", "percent"), "amount": ("number", "percent", "change")}


def _is_column(value: Any) -> bool:
    if isinstance(value, (str, bytes, Figure, np.generic)):
        return False
    return hasattr(value, "__len__") or hasattr(value, "__array__")


def _outward(values: NDArray[Any]) -> Columns:
    """Exact numbers as closed intervals of doubles."""
    near = np.asarray(values, dtype=np.float64)
    if values.dtype.kind != "i" or not near.size or np.abs(near).max() < 2.0**53:
        return Columns(near, near)
    down = np.array([exact.below(int(x)) for x in values.flat]).reshape(near.shape)
    up = np.array([exact.above(int(x)) for x in values.flat]).reshape(near.shape)
    return Columns(down, up)


def _end(value: Any, name: str, low: bool) -> Floats:
    pair = _outward(whole_array(value, name))
    return pair.low if low else pair.high


def _column(value: Any, name: str, role: str) -> Columns:
    if isinstance(value, tuple) and len(value) == 2:
        return Columns(
            _end(value[0], f"{name}, low", True), _end(value[1], f"{name}, high", False)
        )
    if isinstance(value, dict):
        missing = [key for key in ("low", "high", "kind", "unit") if key not in value]
        if missing:
            raise ValueError(
                f"{name} lacks the column {missing[0]}: give what figures "
                "returns, or a pair (low, high)"
            )
        return _read_columns(value, name, role)
    array = np.asarray(value) if not isinstance(value, list) else None
    if array is not None and array.dtype.kind not in "OUS":
        return _outward(whole_array(value, name))
    return _read_columns(figures(value), name, role)


def _read_columns(read: dict[str, Any], name: str, role: str) -> Columns:
    """Columns of printed figures, each checked to be what the role asks for."""
    low, high, kind = read["low"], read["high"], read["kind"]
    if role == "growth":
        good = np.isin(kind, ("percent", "growth", "multiple", ""))
        good |= (kind == "number") & (read["unit"] == 0)
        less = np.where(kind == "multiple", 1.0, 0.0)
        low, high = low - less, high - less
    else:
        good = np.isin(kind, (*_LEVELS[role], ""))
    if not good.all():
        row = int(np.argmin(good))
        raise ValueError(f"{name}, row {row}: a {kind[row]} is no {role}")
    return Columns(low, high)


def operand(value: Any, name: str, role: str) -> Operand:
    if _is_column(value):
        return _column(value, name, role)
    try:
        one = figure(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None
    if role == "growth":
        plain = one.kind == "number" and not one.text and one.relation != "implied"
        good = one.kind in ("percent", "growth", "multiple") or plain
    else:
        good = one.kind in _LEVELS[role]
    if not good:
        raise ValueError(f"{name} is {short(value)}: a {one.kind} is no {role}")
    return one


def span_of(operand: Figure, role: str) -> Span:
    less_one = role == "growth" and operand.kind == "multiple"
    return operand.exact.shifted(-1) if less_one else operand.exact


def as_columns(operand: Operand, role: str) -> Columns:
    if isinstance(operand, Columns):
        return operand
    span = span_of(operand, role)
    return Columns(
        np.float64(exact.below(span.low)), np.float64(exact.above(span.high))
    )


def settle(
    low: Any, high: Any, recompute: Callable[[tuple[int, ...]], Span]
) -> Columns:
    """What the core left to exact arithmetic, marked by low > high."""
    low, high = np.asarray(low), np.asarray(high)
    left = low > high
    if left.any():
        for place in map(tuple, np.argwhere(left)):
            try:
                span = recompute(place)
                low[place], high[place] = exact.below(span.low), exact.above(span.high)
            except exact.BeyondError:
                low[place] = high[place] = np.nan
    return Columns(low, high)


def closed(low: Any, high: Any) -> Span:
    return exact.closed(float(low), float(high))


def one_implied(
    ufunc: np.ufunc,
    rule: Callable[..., Span],
    kind: str | None,
    of: str | None,
    **operands: tuple[Any, str],
) -> Any:
    """One implied value of a fixed number of operands, each (value, role).

    kind and of None: those of the first operand.
    """
    read = {n: operand(value, n, role) for n, (value, role) in operands.items()}
    roles = [role for _, role in operands.values()]
    found = list(read.values())
    if all(isinstance(x, Figure) for x in found):
        first = found[0]
        assert isinstance(first, Figure)
        try:
            span = rule(
                *(
                    span_of(x, r)
                    for x, r in zip(found, roles, strict=True)
                    if isinstance(x, Figure)
                )
            )
        except exact.BeyondError as error:
            given = ", ".join(f"{n} {x!r}" for n, x in read.items())
            raise ValueError(f"{ufunc.__name__}: {error} ({given})") from None
        return implied(
            span, first.kind if kind is None else kind, first.of if of is None else of
        )
    ends = [end for x, r in zip(found, roles, strict=True) for end in as_columns(x, r)]
    try:
        ends = [np.asarray(e, np.float64) for e in np.broadcast_arrays(*ends)]
    except ValueError:
        shapes = ", ".join(
            f"{n} {np.shape(x[0])}" for n, x in read.items() if isinstance(x, Columns)
        )
        raise ValueError(
            f"{ufunc.__name__}: the columns do not fit: {shapes}"
        ) from None

    def recompute(place: tuple[int, ...]) -> Span:
        spans = [
            closed(a[place], b[place])
            for a, b in zip(ends[::2], ends[1::2], strict=True)
        ]
        return rule(*spans)

    low, high = _by_chunks(ufunc, ends)
    return plain(settle(low, high, recompute))


def _by_chunks(ufunc: np.ufunc, ends: list[Floats]) -> tuple[Floats, Floats]:
    """ufunc(*ends), spread over the workers along the first axis."""
    shape = ends[0].shape
    chunks = _workers.chunks(shape[0], ends[0].size) if shape else []
    if len(chunks) < 2:
        low, high = ufunc(*ends)
        return low, high
    low, high = np.empty(shape), np.empty(shape)
    _workers.run(
        lambda a, b: ufunc(*(end[a:b] for end in ends), out=(low[a:b], high[a:b])),
        chunks,
    )
    return low, high


def plain(columns: Columns) -> tuple[Any, Any]:
    """A pair of arrays, or of numbers where the operands were pairs of numbers."""
    return columns.low[()], columns.high[()]


def stacked(operands: Sequence[Operand], role: str) -> list[Floats]:
    """Several operands as low and high columns with the parts along the last axis."""
    pairs = [as_columns(x, role) for x in operands]
    try:
        ends = np.broadcast_arrays(*(end for pair in pairs for end in pair))
    except ValueError:
        raise ValueError("parts: the columns do not fit together") from None
    if not pairs:
        return [np.empty(0), np.empty(0)]
    return [np.stack(ends[::2], axis=-1), np.stack(ends[1::2], axis=-1)]


def parts_of(value: Any, name: str, role: str) -> list[Operand] | list[Floats]:
    """Single operands of a list, or columns whose last axis runs over the parts."""
    pair = isinstance(value, tuple) and len(value) == 2 and all(map(_is_column, value))
    if isinstance(value, (list, tuple)) and not pair:
        return [operand(x, f"{name}, part {i}", role) for i, x in enumerate(value)]
    if not _is_column(value):
        raise TypeError(
            f"{name} is {short(value)}: it takes a list or columns of parts"
        )
    return list(np.broadcast_arrays(*_column(value, name, role)))
