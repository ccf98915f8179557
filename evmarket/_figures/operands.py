"""The operands of implied values: single figures, or columns of low and high ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._inputs.arrays import check_labels, whole_array
from . import intervals as exact
from .figure import Figure, figure, figures
from .formulas import Ends

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Floats
    from .intervals import Span


# The kinds of figure that a role takes. A growth may also be an exact number.
_ROLES = {
    "level": ("number", "percent"),
    "amount": ("number", "percent", "change"),
    "growth": ("percent", "growth", "multiple"),
}
_CURES = {
    "level": "give a number, or a percentage without a sign",
    "amount": "give a number or a change of one",
    "growth": "give a percentage, a multiple, or an exact number such as 0.8",
}


def is_column(value: Any) -> bool:
    """Whether a value holds several numbers."""
    if isinstance(value, (str, bytes, Figure, np.generic)):
        return False
    return hasattr(value, "__len__") or hasattr(value, "__array__")


def check_columns(values: dict[str, Any]) -> None:
    """Raise ValueError if columns of pandas, also in pairs, differ in their index."""
    columns = [
        (column, name)
        for name, value in values.items()
        for column in (value if isinstance(value, tuple) else [value])
    ]
    check_labels([c for c, _ in columns], [name for _, name in columns])


def operand(value: Any, name: str, role: str) -> Figure | Ends:
    """A value as a figure or as a column; its kind must fit the role."""
    return _column(value, name, role) if is_column(value) else single(value, name, role)


def single(value: Any, name: str, role: str) -> Figure:
    """A value as one figure; its kind must fit the role."""
    if is_column(value):
        raise TypeError(f"{name} is {short(value)}: it takes a single figure")
    try:
        one = figure(value)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None
    plain = one.kind == "number" and not one.text and one.relation != "implied"
    if one.kind not in _ROLES[role] and not (role == "growth" and plain):
        raise ValueError(f"{name} is {short(value)}: {_misfit(one.kind, role)}")
    return one


def _misfit(kind: str, role: str) -> str:
    return f"a {kind} is not a {role}; {_CURES[role]}"


def span_of(one: Figure, role: str) -> Span:
    """The exact interval of a figure; a growth printed as a multiple is one less."""
    less_one = role == "growth" and one.kind == "multiple"
    return one.exact.shifted(-1) if less_one else one.exact


def ends_of(one: Figure | Ends, role: str) -> Ends:
    """An operand as a column; a single figure becomes one number per end."""
    if isinstance(one, Ends):
        return one
    span = span_of(one, role)
    low, high = exact.below(span.low), exact.above(span.high)
    return Ends(np.asarray(low, np.float64), np.asarray(high, np.float64))


def broadcast(ends: Sequence[Any], names: str) -> list[Floats]:
    """Ends of one shape; `names` says which arguments they are."""
    try:
        return [np.asarray(end, np.float64) for end in np.broadcast_arrays(*ends)]
    except ValueError:
        shapes = ", ".join(str(np.shape(end)) for end in ends[::2] if np.ndim(end))
        raise ValueError(
            f"{names}: the columns have shapes {shapes}, which do not fit together"
        ) from None


def _outward(values: NDArray[Any]) -> Ends:
    """Exact numbers as closed intervals of doubles."""
    doubles = np.asarray(values, dtype=np.float64)
    exactly = not doubles.size or np.abs(doubles).max() < 2.0**53
    if values.dtype.kind != "i" or exactly:
        return Ends(doubles, doubles)
    down = np.array([exact.below(int(x)) for x in values.flat])
    up = np.array([exact.above(int(x)) for x in values.flat])
    return Ends(down.reshape(doubles.shape), up.reshape(doubles.shape))


def _column(value: Any, name: str, role: str) -> Ends:
    if isinstance(value, tuple) and len(value) == 2:
        low, high = (
            _outward(whole_array(side, f"{name}, {which}"))
            for side, which in zip(value, Ends._fields, strict=True)
        )
        return Ends(low.low, high.high)
    if isinstance(value, dict):
        missing = [key for key in ("low", "high", "kind", "unit") if key not in value]
        if missing:
            raise ValueError(
                f"{name} lacks the column {missing[0]}: give the result of figures, or "
                "a pair (low, high)"
            )
        return _of_figures(value, name, role)
    array = np.asarray(value) if not isinstance(value, list) else None
    if array is not None and array.dtype.kind not in "OUS":
        return _outward(whole_array(value, name))
    return _of_figures(figures(value), name, role)


def _of_figures(columns: dict[str, Any], name: str, role: str) -> Ends:
    """Columns of `figures`, whose kinds must fit the role."""
    low, high, kind = columns["low"], columns["high"], columns["kind"]
    good = np.isin(kind, (*_ROLES[role], ""))
    if role == "growth":
        good |= (kind == "number") & (columns["unit"] == 0)
        less = np.where(kind == "multiple", 1.0, 0.0)
        low, high = low - less, high - less
    if not good.all():
        row = int(np.argmin(good))
        raise ValueError(f"{name}, row {row}: {_misfit(kind[row], role)}")
    return Ends(low, high)


def parts_of(value: Any, name: str, role: str) -> list[Figure | Ends] | Ends:
    """A list of operands, or columns whose last axis runs over the parts."""
    pair = isinstance(value, tuple) and len(value) == 2 and all(map(is_column, value))
    if isinstance(value, (list, tuple)) and not pair:
        return [operand(x, f"{name}, part {i}", role) for i, x in enumerate(value)]
    if not is_column(value):
        raise TypeError(
            f"{name} is {short(value)}: it takes a list of parts, or columns with the "
            "parts along the last axis"
        )
    return _column(value, name, role)


def stacked(parts: Sequence[Figure | Ends] | Ends, name: str, role: str) -> Ends:
    """Parts as columns with the parts along the last axis."""
    if isinstance(parts, Ends):
        return parts
    if not parts:
        return Ends(np.empty(0), np.empty(0))
    ends = broadcast([end for one in parts for end in ends_of(one, role)], name)
    return Ends(np.stack(ends[::2], axis=-1), np.stack(ends[1::2], axis=-1))
