"""Columns of tables: arrays, or codes into a list of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Array, Ints, Mask

_EXACT = 1 << 53
"""Up to this size float64 holds every integer."""


def label_array(labels: Sequence[Any]) -> NDArray[Any]:
    """Labels as an array: int64 or bool if all are, else objects (str and None)."""
    for kind, dtype in ((int, np.int64), (bool, np.bool_)):
        if labels and all(type(label) is kind for label in labels):
            return np.array(labels, dtype=dtype)
    mixed = np.empty(len(labels), dtype=object)
    mixed[:] = labels
    return mixed


class Coded(NamedTuple):
    """A column of labels as positions in `words`: text, numbers or None.

    Only the last word may be None. If `freq` is given, the words are the labels of
    consecutive periods of that frequency, from the ordinal `start` on.
    """

    codes: Array
    words: Sequence[Any]
    freq: str = ""
    start: int = 0

    def decoded(self) -> Array:
        """The labels as an array."""
        return label_array(self.words)[self.codes]

    def entries(self) -> list[Any]:
        """The labels as a list, without decoding words that no row has."""
        return [self.words[code] for code in self.codes.tolist()]

    def known(self) -> tuple[list[Any], Mask | None]:
        """The words without None, and which rows have one of them; None if all have."""
        words = list(self.words)
        if not words or words[-1] is not None:
            return words, None
        return words[:-1], self.codes < len(words) - 1


class Integers(NamedTuple):
    """A column of integers, with holes where `valid` is False."""

    numbers: Ints
    valid: Mask

    def decoded(self) -> Array:
        """float64 with NaN in the holes, or objects if float64 is not exact."""
        numbers = np.abs(self.numbers[self.valid]).view(np.uint64)
        return self.objects(None) if (numbers > _EXACT).any() else self.floats()

    def floats(self) -> Array:
        """float64 with NaN in the holes."""
        return np.where(self.valid, self.numbers, np.nan)

    def objects(self, hole: Any) -> Array:
        """The integers as an array of objects, with `hole` in the holes."""
        objects = self.numbers.astype(object)
        objects[~self.valid] = hole
        return objects

    def entries(self) -> list[Any]:
        """The integers as a list, None in the holes."""
        entries: list[Any] = self.objects(None).tolist()
        return entries


AnyColumn = np.ndarray[Any, Any] | Coded | Integers


def integers(numbers: Ints, valid: Mask) -> Array | Integers:
    """Integers with holes; a plain array if there are none."""
    return numbers if valid.all() else Integers(numbers, valid)


def length(column: AnyColumn) -> int:
    """The number of rows of a column."""
    return len(column) if isinstance(column, np.ndarray) else len(column[0])


def decoded(column: AnyColumn) -> Array:
    """A column as an array."""
    return column if isinstance(column, np.ndarray) else column.decoded()


def entries(column: AnyColumn) -> list[Any]:
    """A column as a list of plain objects, None where there is no label or integer."""
    listed: list[Any]
    listed = column.tolist() if isinstance(column, np.ndarray) else column.entries()
    return listed


def taken(column: AnyColumn, rows: Any) -> AnyColumn:
    """A column at some rows: a slice or an array of positions."""
    if isinstance(column, Coded):
        return column._replace(codes=column.codes[rows])
    if isinstance(column, Integers):
        return Integers(column.numbers[rows], column.valid[rows])
    part: Array = column[rows]
    return part


def stacked(columns: Sequence[AnyColumn]) -> AnyColumn:
    """Columns one below the other. Integers meet other numbers as floats."""
    coded = [column for column in columns if isinstance(column, Coded)]
    if len(coded) == len(columns) and all(c[1:] == coded[0][1:] for c in coded):
        return coded[0]._replace(codes=np.concatenate([c.codes for c in coded]))
    whole = [each for column in columns if (each := _as_integers(column)) is not None]
    if len(whole) == len(columns):
        numbers, valid = (np.concatenate(part) for part in zip(*whole, strict=True))
        return integers(numbers, valid)
    return np.concatenate(
        [
            column.floats() if isinstance(column, Integers) else decoded(column)
            for column in columns
        ]
    )


def _as_integers(column: AnyColumn) -> Integers | None:
    if isinstance(column, np.ndarray) and column.dtype == np.int64:
        return Integers(column, np.ones(len(column), bool))
    return column if isinstance(column, Integers) else None


def free_name(name: str, used: Sequence[str]) -> str:
    """`name`, with underscores after it until no used name is equal."""
    while name in used:
        name += "_"
    return name
