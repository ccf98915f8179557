"""Panels as plain arrays: in one .npz file, and for pickling.

A state is a dict of arrays: "head" is JSON in UTF-8, the rest are the cells. What can
be computed from the exact sums is not kept; all that is read is checked before use.
"""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import check_range, frequency
from .._cells.calendar import Calendar
from .._cells.lifetimes import FineLifetimes, Lifetimes
from .._cells.panel import Level, PanelData
from .._cells.series import SeriesIndex
from .._cells.sums import ExactSums, Layout, Moved, identity, regroup
from .._common.files import written_whole
from .._common.kinds import KINDS
from .._common.messages import short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._common.types import Array

    State = dict[str, Array]


_FORMAT = "evmarket panel"
_VERSION = 1
_GRAINS = (None, "integer", "float", "decimal")
_CALENDAR = ("freq", "low", "high", "complete", "exit_after", "bounded", "shown")
_FRAME = (*_CALENDAR, "keys", "labels", "dropped", "source")
"""What the head holds beside the measures; the names of version 1 stay."""
_PARTS = {"lo": np.uint64, "hi": np.int64, "fine": np.uint64, "counts": np.int64}


# ---- to arrays -------------------------------------------------------------------


def to_state(panel: PanelData) -> State:
    """The panel as arrays."""
    import json

    series, layout = panel.series, panel.layout
    state: State = dict(layout._asdict()) | {"codes": series.codes}
    heads = []
    for k, level in enumerate(panel.levels):
        parts = {f"{k}.{part}": array for part, array in _level_state(panel, level)}
        state |= parts
        heads.append(
            {
                "name": level.name,
                "kind": level.kind,
                "unit": level.unit,
                "merged": level.blocked,
                "grain": level.sums.grain,
                "places": level.sums.places,
                "finer": [
                    {
                        "low": fine.low,
                        "beyond": fine.beyond,
                        "calendar": _calendar_head(fine.calendar),
                    }
                    for fine in _finer(level.lifetimes)
                ],
            }
        )
    head = {"format": _FORMAT, "version": _VERSION, "measures": heads}
    head |= {"keys": series.keys, "labels": series.labels}
    head |= {"dropped": panel.deduplicated, "source": panel.source}
    head |= _calendar_head(panel.calendar)
    state["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    return state


def _calendar_head(calendar: Calendar) -> dict[str, Any]:
    return {
        "freq": calendar.freq,
        "low": calendar.low,
        "high": calendar.high,
        "complete": calendar.complete,
        "exit_after": calendar.exit_after,
        "bounded": calendar.cutoff is not None,
        "shown": calendar.visible,
    }


def _level_state(panel: PanelData, level: Level) -> Iterator[tuple[str, Array]]:
    """The arrays of one measure; what can be computed again is left out."""
    sums = level.sums
    for part in _PARTS:
        array = getattr(sums, part)
        if array is not None and array is not panel.layout.rows:
            yield part, array
    blank = np.isnan(sums.values) & (sums.counts > 0)
    if blank.any():
        yield "blank", blank
    if level.status is not None:
        yield "notes", level.status
    if not level.blocked:
        members = panel.members(level.name)
        if (members != 1).any():
            yield "members", members
    for depth, life in enumerate(_chain(level.lifetimes)):
        yield f"first.{depth}", life.first
        yield f"last.{depth}", life.last
        if life.gone is not None:
            yield f"gone.{depth}", life.gone
        if life.fine is not None:
            yield f"ends.{depth}", life.fine.ends


def _chain(life: Lifetimes | None) -> list[Lifetimes]:
    """Lifetimes, and those at finer frequencies that they rest on."""
    lifetimes = []
    while life is not None:
        lifetimes.append(life)
        life = None if life.fine is None else life.fine.lifetimes
    return lifetimes


def _finer(life: Lifetimes | None) -> list[FineLifetimes]:
    return [each.fine for each in _chain(life) if each.fine is not None]


# ---- from arrays -----------------------------------------------------------------


def _need(holds: Any, what: str) -> None:
    if not holds:
        raise ValueError(what)


def from_state(state: State) -> PanelData:
    """The panel that `to_state` took apart.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """
    head = _read_head(state)
    series = _read_series(head, _array(state, "codes", np.int32, 2))
    calendar = _read_calendar(head)
    layout = Layout(
        *(_array(state, name, np.int64, 1) for name in ("indptr", "ordinals", "rows"))
    )
    _check_layout(series, calendar, layout)
    heads = head["measures"]
    _need(isinstance(heads, list) and len(heads) > 0, "it has no measures")
    for entry in heads:
        _check_measure(entry)
    names = [entry["name"] for entry in heads]
    _need(len(set(names)) == len(names), "two measures have one name")
    sums = [_read_sums(state, k, entry, layout.rows) for k, entry in enumerate(heads)]
    sums = _with_values(state, layout, sums, series.count)
    levels = []
    for k, (entry, added) in enumerate(zip(heads, sums, strict=True)):
        status = members = life = None
        if f"{k}.notes" in state:
            status = _array(state, f"{k}.notes", np.uint8, 1, len(layout.rows))
            _need((status <= _core.NO_MATCH).all(), "invalid status")
        if f"{k}.members" in state:
            occupied = int((added.counts > 0).sum())
            members = _array(state, f"{k}.members", np.int64, 1, occupied)
        if entry["finer"] or f"{k}.first.0" in state:
            life = _read_lifetimes(state, k, entry["finer"], series.count)
        levels.append(
            Level(
                entry["name"],
                entry["kind"],
                entry["unit"],
                added,
                status,
                entry["merged"],
                life,
                members,
            )
        )
    deduplicated, source = head["dropped"], head["source"]
    return PanelData(
        series,
        calendar,
        layout,
        tuple(levels),
        deduplicated=deduplicated,
        source=source,
    )


def _read_head(state: State) -> dict[str, Any]:
    import json

    _need("head" in state, "not a panel")
    raw = _array(state, "head", np.uint8, 1).tobytes()
    try:
        head = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("its head cannot be read") from None
    _need(isinstance(head, dict) and head.get("format") == _FORMAT, "not a panel")
    version = head.get("version")
    _need(type(version) is int and version >= 1, "invalid version")
    _need(version <= _VERSION, f"version {version} is newer than this package reads")
    _need({*_FRAME, "measures"} <= head.keys(), "its head lacks a field")
    _need(type(head["dropped"]) is bool, "its head cannot be read")
    _need(isinstance(head["source"], str), "its head cannot be read")
    return dict(head)


def _array(state: State, name: str, dtype: Any, ndim: int, size: int = -1) -> Any:
    _need(name in state, f"{name} is not there")
    array = state[name]
    _need(
        isinstance(array, np.ndarray)
        and array.dtype.newbyteorder("=") == dtype
        and array.ndim == ndim
        and (size < 0 or array.size == size),
        f"{name} is not as it was written",
    )
    return np.require(array, dtype, ["C", "A"])


def _read_series(head: dict[str, Any], codes: Array) -> SeriesIndex:
    keys, labels = head["keys"], head["labels"]
    texts = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    _need(texts and len(set(keys)) == len(keys), "invalid keys")
    fit = isinstance(labels, list) and len(labels) == len(keys) == codes.shape[1]
    _need(
        fit and all(isinstance(words, list) for words in labels),
        "its labels do not fit",
    )
    for words, column in zip(labels, codes.T, strict=True):
        _check_labels(words)
        inside = (column >= 0) & (column < len(words))
        _need(inside.all(), "invalid label")
    _check_order(codes)
    return SeriesIndex(tuple(keys), tuple(map(tuple, labels)), codes)


def _read_calendar(head: dict[str, Any]) -> Calendar:
    visible = head["shown"]
    pair = isinstance(visible, list) and len(visible) == 2
    _need(pair, "its calendar cannot be read")
    numbers = [head["low"], head["high"], head["complete"], head["exit_after"]]
    whole = all(_is_ordinal(number) for number in (*numbers, *visible))
    _need(whole and isinstance(head["freq"], str), "its calendar cannot be read")
    low, high, complete, exit_after = numbers
    start, stop = visible
    freq = frequency(head["freq"])
    _need(high >= low - 1 and exit_after >= 1, "its calendar cannot be read")
    if high >= low:
        check_range(np.array([low, high]), freq, "period")
    _need(
        low <= start and stop <= high and stop >= start - 1,
        "its calendar cannot be read",
    )
    _need(type(head["bounded"]) is bool, "its calendar cannot be read")
    cutoff = complete if head["bounded"] else None
    return Calendar(freq, low, high, (start, stop), exit_after, cutoff)


def _is_ordinal(number: Any) -> bool:
    return type(number) is int and abs(number) < 1 << 40


def _check_labels(words: list[Any]) -> None:
    known = words[:-1] if words and words[-1] is None else words
    kind = type(known[0]) if known else str
    _need(
        kind in (str, int, bool) and all(type(w) is kind for w in known),
        "invalid label",
    )
    if kind is int:
        _need(all(-(1 << 63) <= w < 1 << 63 for w in known), "invalid label")
    ordered = all(a < b for a, b in pairwise(known))
    _need(ordered, "its labels are out of order")


def _check_order(codes: Array) -> None:
    """Series are distinct and sorted."""
    count, keys = codes.shape
    if not keys:
        _need(count <= 1, "its series are not distinct")
        return
    step = np.diff(codes.astype(np.int64), axis=0)
    first = step[np.arange(len(step)), (step != 0).argmax(axis=1)]
    _need((first > 0).all(), "its series are out of order")


def _check_layout(series: SeriesIndex, calendar: Calendar, layout: Layout) -> None:
    indptr, ordinals, rows = layout
    divides = (
        len(indptr) == series.count + 1
        and indptr[0] == 0
        and indptr[-1] == len(ordinals) == len(rows)
        and (np.diff(indptr) >= 0).all()
    )
    _need(divides, "indptr does not divide its cells")
    inside = (ordinals >= calendar.low) & (ordinals <= calendar.high)
    _need(inside.all(), "a cell lies outside its calendar")
    rises = np.diff(ordinals) > 0
    starts = indptr[1:-1]
    rises[starts[(starts > 0) & (starts < len(ordinals))] - 1] = True
    _need(rises.all(), "its cells are out of order")
    _need((rows >= 0).all(), "rows are negative")


def _check_measure(entry: Any) -> None:
    known = {"name", "kind", "unit", "merged", "grain", "places", "finer"}
    _need(isinstance(entry, dict) and known <= entry.keys(), "invalid measure")
    good = (
        isinstance(entry["name"], str)
        and entry["kind"] in KINDS
        and (entry["unit"] is None or isinstance(entry["unit"], str))
        and type(entry["merged"]) is bool
        and entry["grain"] in _GRAINS
        and type(entry["places"]) is int
        and isinstance(entry["finer"], list)
    )
    _need(good, "a measure cannot be read")


def _read_sums(state: State, k: int, entry: dict[str, Any], rows: Array) -> ExactSums:
    """The sums of one measure; their values are read out later."""
    parts: dict[str, Any] = {}
    for part, dtype in _PARTS.items():
        name = f"{k}.{part}"
        there = name in state or part == "lo"
        parts[part] = _array(state, name, dtype, 1, len(rows)) if there else None
    wide = entry["grain"] in ("float", "decimal")
    _need(wide == (parts["hi"] is not None), "a measure's sums cannot be read")
    if parts["counts"] is None:
        parts["counts"] = rows
    _need((parts["counts"] >= 0).all(), "counts are negative")
    values = np.empty(0)
    return ExactSums(
        **parts, values=values, grain=entry["grain"], places=entry["places"]
    )


def _with_values(
    state: State, layout: Layout, sums: list[ExactSums], series: int
) -> list[ExactSums]:
    """The sums with the doubles read out of them; blank cells stay blank."""
    # Counted once each: a cell may stand for no row at all, and its sum is 0.
    ones = np.ones(len(layout.rows), np.int64)
    once = [replace(each, counts=np.minimum(each.counts, 1)) for each in sums]
    moved = Moved(layout._replace(rows=ones), once, identity(series))
    where, again = regroup([moved], series)
    _need(np.array_equal(where.indptr, layout.indptr), "its cells do not fit together")
    filled = []
    for k, (each, read) in enumerate(zip(sums, again, strict=True)):
        values = read.values
        name = f"{k}.blank"
        if name in state:
            values[_array(state, name, np.bool_, 1, len(values))] = np.nan
        filled.append(replace(each, values=values))
    return filled


def _read_lifetimes(state: State, k: int, finer: list[Any], count: int) -> Lifetimes:
    """The lifetimes of a measure: the finest frequency first, then up."""
    life: Lifetimes | None = None
    for depth in range(len(finer), -1, -1):
        first = _array(state, f"{k}.first.{depth}", np.int64, 1, count)
        last = _array(state, f"{k}.last.{depth}", np.int64, 1, count)
        name = f"{k}.gone.{depth}"
        gone = _array(state, name, np.bool_, 1, count) if name in state else None
        fine = None
        if life is not None:
            entry = finer[depth]
            _check_finer(entry)
            calendar = _read_calendar(entry["calendar"])
            ends = _array(state, f"{k}.ends.{depth}", np.int64, 1)
            _need(len(ends) > 0, "a finer calendar has no end")
            fine = FineLifetimes(life, calendar, entry["low"], ends, entry["beyond"])
        life = Lifetimes(first, last, gone, fine)
    assert life is not None
    return life


def _check_finer(entry: Any) -> None:
    known = {"low", "beyond", "calendar"}
    _need(isinstance(entry, dict) and known <= entry.keys(), "invalid finer calendar")
    beyond, calendar = entry["beyond"], entry["calendar"]
    good = (
        _is_ordinal(entry["low"])
        and (beyond is None or (type(beyond) is int and 0 <= beyond <= _core.NO_MATCH))
        and isinstance(calendar, dict)
        and set(_CALENDAR) <= calendar.keys()
    )
    _need(good, "a finer calendar cannot be read")


# ---- files -----------------------------------------------------------------------


def save(panel: PanelData, path: Any) -> None:
    """Write a panel to a file, whole or not at all."""
    target = os.fspath(path)
    if isinstance(target, bytes):
        target = os.fsdecode(target)
    state: dict[str, Any] = to_state(panel)
    with written_whole(target) as file:
        np.savez(file, **state)


def load(path: Any) -> PanelData:
    """The panel of a file that `save` wrote."""
    from zipfile import ZipFile

    name = short(os.fspath(path), 200)
    with open(path, "rb") as file:
        try:
            with ZipFile(file) as archive:
                state = {
                    entry.filename.removesuffix(".npy"): _read_array(
                        archive.read(entry), entry.compress_size
                    )
                    for entry in archive.infolist()
                }
            return from_state(state)
        except MemoryError:
            raise
        # Readers of archives and headers raise many kinds of errors.
        except Exception as error:
            why = " ".join(str(error).split())[:120] or type(error).__name__
            raise ValueError(f"{name} is damaged or not a panel: {why}") from None


def _read_array(raw: bytes, stored: int) -> Array:
    """One array of an archive, whose checksum is right; it holds no objects."""
    import io

    _need(len(raw) == stored, "it was compressed")
    file = io.BytesIO(raw)
    read: dict[Any, Callable[..., Any]] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(file)
    _need(version in read, "an array cannot be read")
    shape, fortran, dtype = read[version](file)
    _need(not dtype.hasobject and not fortran, "an array cannot be read")
    found: Array = np.frombuffer(raw, dtype, offset=file.tell()).reshape(shape)
    return found
