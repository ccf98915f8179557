"""Columns of tables: coded labels, lengths, free names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Array


def label_array(labels: Sequence[Any]) -> NDArray[Any]:
    """Labels as an array: int64 where all are integers, else objects (str and None)."""
    if labels and all(type(label) is int for label in labels):
        return np.array(labels, dtype=np.int64)
    found = np.empty(len(labels), dtype=object)
    found[:] = labels
    return found


class Coded(NamedTuple):
    """A column as places in a list of words: text, integers or None."""

    codes: Array
    words: Sequence[Any]

    def decoded(self) -> Array:
        return label_array(self.words)[self.codes]

    def entries(self) -> list[Any]:
        """What the places stand for, one by one: no other word is looked at."""
        return [self.words[code] for code in self.codes.tolist()]


def _length(column: Array | Coded) -> int:
    return len(column.codes) if isinstance(column, Coded) else len(column)


def _taken(column: Array | Coded, rows: Any) -> Array | Coded:
    if isinstance(column, Coded):
        return Coded(column.codes[rows], column.words)
    found: Array = column[rows]
    return found


# ---- from panels and measures ----------------------------------------------------


def free_name(name: str, taken: Sequence[str]) -> str:
    """A name for a column that no other has."""
    while name in taken:
        name += "_"
    return name
