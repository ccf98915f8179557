"""The finest cells of a stored panel, read and checked."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import check_range, frequency, range_of
from .._cells.base import Base, BaseLevel
from .._cells.series import SeriesIndex
from .._cells.sums import ExactSums, Layout
from .._common.kinds import KINDS
from .._common.workers import run

if TYPE_CHECKING:
    from .._common.types import Array

    State = dict[str, Array]


GRAINS = (None, "integer", "float", "decimal")
PARTS = {"lo": np.uint64, "hi": np.int64, "fine": np.uint64, "counts": np.int64}
"""The arrays of the exact sums of a measure."""


def need(holds: Any, what: str) -> None:
    if not holds:
        raise ValueError(what)


def plain_list(value: Any) -> list[Any]:
    need(isinstance(value, list), "its head cannot be read")
    return list(value)


def read_base(
    state: State, head: dict[str, Any], series: SeriesIndex, ends: tuple[str, int, int]
) -> Base:
    """The finest cells."""
    freq, low, high = ends
    layout = Layout(
        *(array_of(state, name, np.int64, 1) for name in ("indptr", "ordinals", "rows"))
    )
    _check_layout(series, (low, high), layout)
    heads = plain_list(head["measures"])
    need(len(heads) > 0, "it has no measures")
    for entry in heads:
        _check_measure(entry)
    names = [entry["name"] for entry in heads]
    need(len(set(names)) == len(names), "two measures have one name")
    sums = [_read_sums(state, k, entry, layout.rows) for k, entry in enumerate(heads)]
    sums = run(_with_values, [(each,) for each in sums])
    levels = []
    for k, (entry, added) in enumerate(zip(heads, sums, strict=True)):
        traits = entry["name"], entry["kind"], entry["unit"]
        dates = optional(state, f"{k}.dates", np.int32, len(layout.rows))
        months = optional(state, f"{k}.months", np.uint8, len(layout.rows))
        need(months is None or (months <= 3).all(), "invalid months")
        nulls = optional(state, f"{k}.nulls", np.int64, series.count)
        levels.append(BaseLevel(*traits, added, dates, months, nulls))
    need(head["duplicates"] in (None, "add", "identical", "last", "error"), "no rule")
    need(type(head["dated"]) is bool, "its head cannot be read")
    stated = optional(state, "stated", np.uint8, len(layout.rows))
    need(stated is None or (stated <= 1).all(), "invalid mark of dates")
    return Base(
        series,
        freq,
        low,
        high,
        layout,
        tuple(levels),
        head["duplicates"],
        head["dated"],
        head["source"],
        optional(state, "repeats", np.int64, series.count),
        None if stated is None else stated.astype(bool),
    )


def read_ends(head: dict[str, Any]) -> tuple[str, int, int]:
    """Frequency, first and last period."""
    low, high = head["low"], head["high"]
    whole = is_ordinal(low) and is_ordinal(high)
    need(whole and isinstance(head["freq"], str), "its calendar cannot be read")
    freq = frequency(head["freq"])
    need(high >= low - 1, "its calendar cannot be read")
    if high >= low:
        check_range(np.array([low, high]), freq, "period")
    return freq, low, high


def array_of(state: State, name: str, dtype: Any, ndim: int, size: int = -1) -> Any:
    """An array of the state; what lies in a writeable buffer is copied."""
    need(name in state, f"{name} is not there")
    array = state[name]
    need(
        isinstance(array, np.ndarray)
        and array.dtype.newbyteorder("=") == dtype
        and array.ndim == ndim
        and (size < 0 or array.size == size),
        f"{name} is not as it was written",
    )
    if _may_change(array):
        array = array.copy()
    return np.require(array, dtype, ["C", "A"])


def _may_change(array: Array) -> bool:
    """Whether an array lies in memory of something else that can be written.

    Pickle gives out a buffer that can be written as one that cannot.
    """
    owner: Any = array.base
    while isinstance(owner, (np.ndarray, memoryview)):
        if isinstance(owner, np.ndarray):
            fixed, owner = not owner.flags.writeable, owner.base
        else:
            fixed, owner = owner.readonly, owner.obj
        if not fixed:
            return True
    return not isinstance(owner, (bytes, type(None)))


def optional(state: State, name: str, dtype: Any, size: int) -> Any:
    return array_of(state, name, dtype, 1, size) if name in state else None


def read_series(head: dict[str, Any], codes: Array) -> SeriesIndex:
    keys, labels = head["keys"], head["labels"]
    texts = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    need(texts and len(set(keys)) == len(keys), "invalid keys")
    fit = isinstance(labels, list) and len(labels) == len(keys) == codes.shape[1]
    need(
        fit and all(isinstance(words, list) for words in labels),
        "its labels do not fit",
    )
    for words, column in zip(labels, codes.T, strict=True):
        _check_labels(words)
        inside = (column >= 0) & (column < len(words))
        need(inside.all(), "invalid label")
    _check_order(codes)
    return SeriesIndex(tuple(keys), tuple(map(tuple, labels)), codes)


def is_ordinal(number: Any) -> bool:
    return type(number) is int and abs(number) < 1 << 40


def is_period(number: Any, freq: str) -> bool:
    """Whether a number is that of a period in the calendar."""
    low, high = range_of(freq)
    return type(number) is int and low <= number <= high


def _check_labels(words: list[Any]) -> None:
    known = words[:-1] if words and words[-1] is None else words
    kind = type(known[0]) if known else str
    need(
        kind in (str, int, bool) and all(type(w) is kind for w in known),
        "invalid label",
    )
    if kind is int:
        need(all(-(1 << 63) <= w < 1 << 63 for w in known), "invalid label")
    ordered = all(a < b for a, b in pairwise(known))
    need(ordered, "its labels are out of order")


def _check_order(codes: Array) -> None:
    """Series are distinct and sorted."""
    count, keys = codes.shape
    if not keys:
        need(count <= 1, "its series are not distinct")
        return
    step = np.diff(codes.astype(np.int64), axis=0)
    first = step[np.arange(len(step)), (step != 0).argmax(axis=1)]
    need((first > 0).all(), "its series are out of order")


def _check_layout(series: SeriesIndex, ends: tuple[int, int], layout: Layout) -> None:
    indptr, ordinals, rows = layout
    divides = (
        len(indptr) == series.count + 1
        and indptr[0] == 0
        and indptr[-1] == len(ordinals) == len(rows)
        and (np.diff(indptr) >= 0).all()
    )
    need(divides, "indptr does not divide its cells")
    inside = (ordinals >= ends[0]) & (ordinals <= ends[1])
    need(inside.all(), "a cell lies outside its calendar")
    rises = np.diff(ordinals) > 0
    starts = indptr[1:-1]
    rises[starts[(starts > 0) & (starts < len(ordinals))] - 1] = True
    need(rises.all(), "its cells are out of order")
    need((rows >= 0).all(), "rows are negative")


def _check_measure(entry: Any) -> None:
    known = {"name", "kind", "unit", "grain", "places"}
    need(isinstance(entry, dict) and known <= entry.keys(), "invalid measure")
    good = (
        isinstance(entry["name"], str)
        and entry["kind"] in KINDS
        and (entry["unit"] is None or isinstance(entry["unit"], str))
        and entry["grain"] in GRAINS
        and type(entry["places"]) is int
    )
    need(good, "a measure cannot be read")


def _read_sums(state: State, k: int, entry: dict[str, Any], rows: Array) -> ExactSums:
    """The sums of one measure; their values are read out later."""
    parts: dict[str, Any] = {}
    for part, dtype in PARTS.items():
        name = f"{k}.{part}"
        there = name in state or part == "lo"
        parts[part] = array_of(state, name, dtype, 1, len(rows)) if there else None
    wide = entry["grain"] in ("float", "decimal")
    need(wide == (parts["hi"] is not None), "a measure's sums cannot be read")
    if parts["counts"] is None:
        parts["counts"] = rows
    need((parts["counts"] >= 0).all(), "counts are negative")
    values = np.empty(0)
    return ExactSums(
        **parts, values=values, grain=entry["grain"], places=entry["places"]
    )


def _with_values(sums: ExactSums) -> ExactSums:
    """The sums with the doubles read out of them."""
    # Counted once each: rows may be many, and only whether there are any matters.
    once = {**vars(sums), "counts": np.minimum(sums.counts, 1)}
    read, bad = _core.add_sums([once])
    need(bad < 0, "a sum is out of range")
    return replace(sums, values=ExactSums.of(read).values)
