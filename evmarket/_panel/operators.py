"""The operators of Measure: arithmetic and comparisons."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .._cells import align

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._cells.measure import MeasureData
    from .._common.types import Mask

Self = TypeVar("Self", bound="Operators")


class Operators:
    """What `Measure` inherits: operators with another measure or a number."""

    _data: MeasureData

    # NumPy leaves operators with a measure on the right to the measure.
    __array_ufunc__ = None

    def __init__(self, data: MeasureData) -> None:
        self._data = data

    # ---- arithmetic ----------------------------------------------------------------

    def __add__(self: Self, other: Any) -> Self:
        return self._combined(other, "+")

    def __radd__(self: Self, other: Any) -> Self:
        return self._combined(other, "+")

    def __sub__(self: Self, other: Any) -> Self:
        return self._combined(other, "-")

    def __rsub__(self: Self, other: Any) -> Self:
        return self._combined(other, "r-")

    def __mul__(self: Self, other: Any) -> Self:
        return self._combined(other, "*")

    def __rmul__(self: Self, other: Any) -> Self:
        return self._combined(other, "*")

    def __truediv__(self: Self, other: Any) -> Self:
        return self._combined(other, "/")

    def __rtruediv__(self: Self, other: Any) -> Self:
        return self._combined(other, "r/")

    def __neg__(self: Self) -> Self:
        return self._combined(-1, "*")

    def _combined(self: Self, other: Any, sign: str) -> Self:
        if isinstance(other, Operators):
            return type(self)(align.combined(self._data, other._data, sign))
        if not _is_number(other):
            unknown: Self = NotImplemented  # Python asks the other operand
            return unknown
        return type(self)(align.with_number(self._data, float(other), sign))

    # ---- comparisons: masks of `values`, False where there is no number --------------

    def __lt__(self, other: Any) -> Mask:
        return self._compared(other, operator.lt)

    def __le__(self, other: Any) -> Mask:
        return self._compared(other, operator.le)

    def __gt__(self, other: Any) -> Mask:
        return self._compared(other, operator.gt)

    def __ge__(self, other: Any) -> Mask:
        return self._compared(other, operator.ge)

    def _compared(self, other: Any, compare: Callable[[Any, Any], Any]) -> Mask:
        if isinstance(other, Operators):
            align.require_same_cells(self._data, other._data)
            other = np.asarray(other)
        elif not _is_number(other):
            unknown: Mask = NotImplemented
            return unknown
        mask: Mask = compare(np.asarray(self), other)
        return mask


def _is_number(other: Any) -> bool:
    number = isinstance(other, (int, float, np.integer, np.floating))
    return number and not isinstance(other, bool)
