"""Columns of tables: arrays, or codes into a list of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Array


def label_array(labels: Sequence[Any]) -> NDArray[Any]:
    """Labels as an array: int64 or bool if all are, else objects (str and None)."""
    for kind, dtype in ((int, np.int64), (bool, np.bool_)):
        if labels and all(type(label) is kind for label in labels):
            return np.array(labels, dtype=dtype)
    mixed = np.empty(len(labels), dtype=object)
    mixed[:] = labels
    return mixed


class Coded(NamedTuple):
    """A column of labels as positions in `words`: text, numbers or None."""

    codes: Array
    words: Sequence[Any]

    def decoded(self) -> Array:
        """The labels as an array."""
        return label_array(self.words)[self.codes]

    def entries(self) -> list[Any]:
        """The labels as a list, without decoding words that no row has."""
        return [self.words[code] for code in self.codes.tolist()]


def length(column: Array | Coded) -> int:
    """The number of rows of a column."""
    return len(column.codes) if isinstance(column, Coded) else len(column)


def taken(column: Array | Coded, rows: Any) -> Array | Coded:
    """A column at some rows: a slice or an array of positions."""
    if isinstance(column, Coded):
        return Coded(column.codes[rows], column.words)
    part: Array = column[rows]
    return part


def free_name(name: str, used: Sequence[str]) -> str:
    """`name`, with underscores after it until no used name is equal."""
    while name in used:
        name += "_"
    return name
