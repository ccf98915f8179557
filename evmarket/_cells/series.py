"""The series of a panel: combinations of labels, sorted."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import listing, short
from .._common.record import record
from .._tables.columns import Coded, label_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .._common.types import Array, Ints, Map, Mask


@record(frozen=True, eq=False)
class SeriesIndex:
    """The series of a panel, one row of label codes per series.

    Series are distinct and sorted by label in the order of the keys.

    Attributes
    ----------
    keys : tuple of str
        The names of the keys.
    labels : tuple of tuple
        For each key its labels, in order.
    codes : ndarray of int32, shape (series, keys)
        For each series the place of its label in `labels`, one column per key.
    """

    keys: tuple[str, ...]
    labels: tuple[tuple[Any, ...], ...]
    codes: NDArray[np.int32]

    @classmethod
    def of(
        cls,
        keys: Sequence[str],
        labels: Sequence[Sequence[Any]],
        rows: Map,
        orders: Mapping[str, Sequence[Any]] | None = None,
    ) -> tuple[SeriesIndex, Map]:
        """The distinct series of rows in any order, and the series of every row.

        `rows` holds codes of `labels`, which need not be sorted and may repeat. Labels
        that `orders` lists for a key come first, in that order.
        """
        ordered, columns = [], []
        for key, k, words in zip(keys, range(len(labels)), labels, strict=True):
            listed = {} if orders is None else _places(orders.get(key, ()))
            occur = np.flatnonzero(np.bincount(rows[:, k], minlength=len(words)))
            used = [words[c] for c in occur.tolist()]
            table = np.full(len(words), -1, np.int32)
            if listed or not _in_order(used):
                own = used
                used = sorted(
                    set(own),
                    key=lambda word: (listed.get(word, len(listed)), label_order(word)),
                )
                place = {word: i for i, word in enumerate(used)}
                table[occur] = [place[word] for word in own]
            else:
                table[occur] = np.arange(len(occur))
            columns.append(table[rows[:, k]] if len(words) else rows[:, k])
            ordered.append(tuple(used))
        numbers, chosen = distinct(columns, [len(words) for words in ordered], rows)
        codes = np.empty((len(chosen), len(columns)), np.int32)
        for k, column in enumerate(columns):
            codes[:, k] = column[chosen]
        return cls(tuple(keys), tuple(ordered), codes), numbers

    @property
    def count(self) -> int:
        """How many series there are."""
        return len(self.codes)

    @cached_property
    def columns(self) -> dict[str, Array]:
        """The labels of each series, one read-only array per key."""
        columns = {
            key: label_array(self.labels[k])[self.codes[:, k]]
            for k, key in enumerate(self.keys)
        }
        for column in columns.values():
            column.flags.writeable = False
        return columns

    def equals(self, other: SeriesIndex) -> bool:
        """Whether both have the same keys and the same series in the same order."""
        return (
            self.keys == other.keys
            and self.count == other.count
            and all(
                self.columns[key].tolist() == other.columns[key].tolist()
                for key in self.keys
            )
        )

    def name(self, series: int) -> tuple[Any, ...]:
        """The labels of one series, in the order of the keys."""
        codes = self.codes[series]
        return tuple(words[c] for words, c in zip(self.labels, codes, strict=True))

    def coded(self, series: Ints) -> dict[str, Coded]:
        """The labels of some series as table columns, one per key."""
        return {
            key: Coded(self.codes[series, k], self.labels[k])
            for k, key in enumerate(self.keys)
        }

    def place(self, key: Any, name: str = "key") -> int:
        """The place of a key, or a KeyError that names the argument `name`."""
        if key not in self.keys:
            known = listing(self.keys) or "none"
            raise KeyError(f"{name} is {short(key)}: the keys are {known}")
        return self.keys.index(key)

    def key_list(self, keys: Any, name: str = "within") -> list[str]:
        """One key or several as a list of known keys."""
        if keys is None:
            raise TypeError(f"{name} is None: give a key or a list of keys")
        names = [keys] if isinstance(keys, str) else list(keys)
        for key in names:
            self.place(key, name)
        return names

    def grouped(self, keys: Sequence[str]) -> tuple[SeriesIndex, Map]:
        """The groups of series with equal labels of `keys`, and each series' group.

        Without keys there is one group, even if there are no series.
        """
        if not keys:
            one = SeriesIndex((), (), np.zeros((1, 0), np.int32))
            return one, np.zeros(self.count, np.int32)
        places = [self.keys.index(key) for key in keys]
        labels = [self.labels[k] for k in places]
        return SeriesIndex.of(keys, labels, self.codes[:, places])

    def take(self, chosen: Ints) -> SeriesIndex:
        """Some of the series, by number in ascending order; labels stay."""
        return SeriesIndex(self.keys, self.labels, self.codes[chosen])

    def narrowed(self, keep: Mask, dropped: Sequence[str]) -> SeriesIndex:
        """The series where `keep` holds, with the labels they use, without some keys.

        Dropped keys must have one label left.
        """
        kept = [k for k, key in enumerate(self.keys) if key not in dropped]
        labels = []
        codes = np.empty((int(keep.sum()), len(kept)), np.int32)
        for place, k in enumerate(kept):
            column = self.codes[keep, k]
            used = np.unique(column)
            labels.append(tuple(self.labels[k][c] for c in used))
            codes[:, place] = np.searchsorted(used, column)
        return SeriesIndex(tuple(self.keys[k] for k in kept), tuple(labels), codes)


def _places(words: Sequence[Any]) -> dict[Any, int]:
    """The place of each word in a list."""
    return {word: place for place, word in enumerate(words)}


def may_be_label(word: Any) -> bool:
    """Whether something may be a label: text, an integer, a boolean, or None."""
    return word is None or type(word) in (str, int, bool)


def is_label(label: Any, known: Sequence[Any]) -> bool:
    """Whether a label is among the known ones; True is not 1."""
    booleans = bool in map(type, known)
    return label in known and (label is None or isinstance(label, bool) == booleans)


def _in_order(words: Sequence[Any]) -> bool:
    """Whether labels of one type are in ascending order, None last."""
    plain = list(words[:-1] if words and words[-1] is None else words)
    return (
        len(set(map(type, plain))) <= 1
        and None not in plain[:1]
        and plain == sorted(set(plain))
    )


def label_order(label: Any) -> tuple[int, Any]:
    """Sort key of labels: integers by value, text by code point, None last."""
    if label is None:
        return 2, 0
    return int(isinstance(label, str)), label


def distinct(columns: Sequence[Map], sizes: Sequence[int], rows: Map) -> Any:
    """Number the distinct rows of columns of codes, in sorted order.

    Returns the number of every row, and for each number one row that has it. One
    integer per row and a stable sort: `numpy.unique(axis=0)` is many times slower.
    """
    count = len(rows)
    packed, span = np.zeros(count, np.int64), 1
    for column, size in zip(columns, sizes, strict=True):
        if span * max(size, 1) >= 1 << 62:
            packed, chosen = numbered(packed)
            span = len(chosen)
        packed = packed * max(size, 1) + column
        span *= max(size, 1)
    if span <= _DENSE * count:
        return _numbered_by_table(packed, span)
    numbers, chosen = numbered(packed)
    return numbers.astype(np.int32), chosen


_DENSE = 4
"""Up to so many possible values for each value, a table of them is faster."""


def _numbered_by_table(values: Ints, span: int) -> tuple[Map, Ints]:
    """`numbered` of values from 0 to span - 1, without a sort."""
    place = np.full(span, -1, np.int64)
    place[values] = np.arange(len(values))
    known = place >= 0
    ranks = np.cumsum(known, dtype=np.int32) - np.int32(1)
    return ranks[values], place[known]


def numbered(values: Ints) -> tuple[Ints, Ints]:
    """The rank of every value among the distinct ones; for each rank one place."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    new = np.ones(len(ordered), bool)
    new[1:] = ordered[1:] != ordered[:-1]
    numbers = np.empty(len(values), np.int64)
    numbers[order] = np.cumsum(new) - 1
    return numbers, order[new]


def joined_labels(
    sides: Sequence[SeriesIndex], keys: Sequence[str]
) -> tuple[list[tuple[Any, ...]], list[NDArray[np.int32]]]:
    """The labels of all sides for some keys, and for each side its codes of them."""
    labels: list[tuple[Any, ...]] = []
    columns: list[list[NDArray[np.int32]]] = [[] for _ in sides]
    for key in keys:
        words: list[Any] = []
        for side, codes in zip(sides, columns, strict=True):
            k = side.keys.index(key)
            _check_types(key, words, side.labels[k])
            codes.append(side.codes[:, k] + np.int32(len(words)))
            words.extend(side.labels[k])
        labels.append(tuple(words))
    return labels, [
        np.stack(codes, axis=1) if codes else np.zeros((side.count, 0), np.int32)
        for side, codes in zip(sides, columns, strict=True)
    ]


def _check_types(key: str, ours: Sequence[Any], theirs: Sequence[Any]) -> None:
    """Refuse labels of unlike type: 1, "1" and True never meet."""
    one, two = (
        next((w for w in side if w is not None), None) for side in (ours, theirs)
    )
    if one is not None and two is not None and type(one) is not type(two):
        raise TypeError(
            f"key {short(key)} holds {type(one).__name__} ({short(one)}) on one side, "
            f"{type(two).__name__} ({short(two)}) on the other: convert one of them"
        )


def united(sides: Sequence[SeriesIndex]) -> tuple[SeriesIndex, list[Map]]:
    """The series of any side, which have the same keys; for each side where they go."""
    keys = sides[0].keys
    if not keys:
        return sides[0].grouped(())[0], [side.grouped(())[1] for side in sides]
    labels, columns = [], []
    for k, key in enumerate(keys):
        known: set[Any] = set()
        for side in sides:
            _check_types(key, tuple(known), side.labels[k])
            known.update(side.labels[k])
        words = sorted(known, key=label_order)
        place = _places(words)
        tables = [
            np.array([place[w] for w in side.labels[k]], np.int32) for side in sides
        ]
        column = [t[side.codes[:, k]] for t, side in zip(tables, sides, strict=True)]
        labels.append(tuple(words))
        columns.append(np.concatenate(column))
    sizes = [len(words) for words in labels]
    to, chosen = distinct(columns, sizes, columns[0])
    codes = np.stack([column[chosen] for column in columns], axis=1)
    series = SeriesIndex(keys, tuple(labels), codes)
    used = [np.count_nonzero(np.bincount(column)) for column in codes.T]
    if used != sizes:  # a side has labels of none of its series
        series = series.narrowed(np.ones(series.count, bool), ())
    return series, np.split(to, np.cumsum([side.count for side in sides])[:-1])


def broadcast(a: SeriesIndex, b: SeriesIndex) -> tuple[SeriesIndex, list[Ints]]:
    """The series of both, for each of them the series of `a` and of `b`, or -1.

    With equal keys the series are united. A side that lacks a key is repeated for
    every series of the other side that has its labels.
    """
    wide, narrow = (a, b) if len(a.keys) >= len(b.keys) else (b, a)
    if len(narrow.keys) == len(wide.keys):
        series, (to_wide, to_narrow) = united([wide, narrow])
        back = []
        for to in (to_wide, to_narrow):
            place = np.full(series.count, -1, np.int64)
            place[to] = np.arange(len(to))
            back.append(place)
    else:
        series = wide
        labels, sides = joined_labels([wide, narrow], narrow.keys)
        groups, to = SeriesIndex.of(narrow.keys, labels, np.concatenate(sides))
        place = np.full(groups.count, -1, np.int64)
        place[to[wide.count :]] = np.arange(narrow.count)
        back = [np.arange(wide.count, dtype=np.int64), place[to[: wide.count]]]
    return series, back if wide is a else back[::-1]
