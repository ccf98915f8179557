"""Panels as plain arrays: in one .npz file, and for pickling.

A state is a dict of arrays: "head" is JSON in UTF-8, the rest are the cells. What can
be computed from the exact sums is not kept; all that is read is checked before use.
"""

from __future__ import annotations

import os
from dataclasses import fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import check_range, frequency
from .._cells.frame import Frame
from .._cells.lifetimes import Absence, CoarseAbsence
from .._cells.sums import identity
from .._common.files import written_whole
from .._common.messages import short

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._common.types import Array

    State = dict[str, Array]
    from .panel import Panel


__all__ = ["from_state", "load", "save", "to_state"]

_FORMAT = "evmarket panel"
_VERSION = 1
_KINDS = ("flow", "stock", "cumulative", "rate")
_GRAINS = (None, "integer", "float", "decimal")
_FRAME = tuple(field.name for field in fields(Frame) if field.name != "codes")
_CALENDAR = ("freq", "low", "high", "complete", "exit_after", "bounded", "shown")
_PARTS = {"lo": np.uint64, "hi": np.int64, "fine": np.uint64, "counts": np.int64}


# ---- to arrays -------------------------------------------------------------------


def to_state(panel: Panel) -> State:
    """The panel as arrays."""
    import json

    frame, data = panel._frame, panel._data
    state: State = {name: data[name] for name in ("indptr", "ordinals", "rows")}
    state["codes"] = frame.codes
    heads = []
    for k, (name, exact) in enumerate(
        zip(panel.measures, data["measures"], strict=True)
    ):
        held = {part: exact[part] for part in _PARTS if exact[part] is not None}
        if exact["counts"] is data["rows"]:
            del held["counts"]
        blank = np.isnan(exact["values"]) & (exact["counts"] > 0)
        if blank.any():
            held["blank"] = blank
        if name in panel._notes:
            held["notes"] = panel._notes[name]
        members = _members(panel, name)
        if members is not None:
            held["members"] = members
        state |= {f"{k}.{part}": array for part, array in held.items()}
        absence = panel._absences.get(name)
        state |= {f"{k}.{part}": array for part, array in _ends(absence).items()}
        heads.append(
            {
                "name": name,
                "kind": panel._kinds[name],
                "unit": panel._units.get(name),
                "merged": name in panel._merged,
                "grain": exact["grain"],
                "places": exact["places"],
                "finer": _finer(absence),
            }
        )
    head = {"format": _FORMAT, "version": _VERSION, "measures": heads}
    head |= {field: getattr(frame, field) for field in _FRAME}
    state["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    return state


def _members(panel: Panel, name: str) -> Array | None:
    """How many series stand behind each cell, where it is not one."""
    if name in panel._merged:
        return None
    found = panel._members(name, panel[name]._cells)
    return None if (found == 1).all() else found


def _chain(absence: Absence | None) -> list[Absence]:
    """An absence, and those at finer frequencies that it rests on."""
    found = []
    while absence is not None:
        found.append(absence)
        absence = absence.fine if isinstance(absence, CoarseAbsence) else None
    return found


def _ends(absence: Absence | None) -> State:
    """Where series begin and end, at each frequency that had a say."""
    state: State = {}
    for depth, one in enumerate(_chain(absence)):
        state[f"first.{depth}"], state[f"last.{depth}"] = one.first, one.last
        if one.gone is not None:
            state[f"gone.{depth}"] = one.gone
        if isinstance(one, CoarseAbsence) and one.ends is not None:
            state[f"ends.{depth}"] = one.ends
    return state


def _finer(absence: Absence | None) -> list[dict[str, Any]]:
    """The calendars of the finer frequencies."""
    return [
        {
            "low": one.low,
            "beyond": one.beyond,
            "calendar": {field: getattr(one.fine_frame, field) for field in _CALENDAR},
        }
        for one in _chain(absence)
        if isinstance(one, CoarseAbsence)
    ]


# ---- from arrays -----------------------------------------------------------------


def _need(holds: Any, what: str) -> None:
    if not holds:
        raise ValueError(what)


def from_state(cls: type[Panel], state: State) -> Panel:
    """The panel that `to_state` took apart.

    Raises
    ------
    ValueError
        Whatever does not fit together.
    """
    head = _read_head(state)
    frame = _read_frame(head, _array(state, "codes", np.int32, 2))
    data: dict[str, Any] = {
        name: _array(state, name, np.int64, 1)
        for name in ("indptr", "ordinals", "rows")
    }
    _check_layout(frame, data)
    heads = head["measures"]
    _need(isinstance(heads, list) and len(heads) > 0, "it has no measures")
    for entry in heads:
        _check_measure(entry)
    names = [entry["name"] for entry in heads]
    _need(len(set(names)) == len(names), "a measure stands twice")
    data["measures"] = [
        _read_measure(state, k, entry, data["rows"]) for k, entry in enumerate(heads)
    ]
    _fill_values(state, data, frame.series_count, names)
    notes, members, absences = {}, {}, {}
    for k, (name, exact) in enumerate(zip(names, data["measures"], strict=True)):
        cells = len(data["rows"])
        if f"{k}.notes" in state:
            notes[name] = _array(state, f"{k}.notes", np.uint8, 1, cells)
            _need((notes[name] <= _core.NO_MATCH).all(), "a status is none")
        if f"{k}.members" in state:
            cells = int((exact["counts"] > 0).sum())
            members[name] = _array(state, f"{k}.members", np.int64, 1, cells)
        finer = heads[k]["finer"]
        if finer or f"{k}.first.0" in state:
            absences[name] = _read_absence(state, k, finer, frame)
    panel = cls(
        frame,
        data,
        names,
        {entry["name"]: entry["kind"] for entry in heads},
        {entry["name"]: entry["unit"] for entry in heads},
        notes,
        frozenset(entry["name"] for entry in heads if entry["merged"]),
        absences=absences,
    )
    panel._counted = members
    return panel


def _read_head(state: State) -> dict[str, Any]:
    import json

    _need("head" in state, "it is no panel")
    raw = _array(state, "head", np.uint8, 1).tobytes()
    try:
        head = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("its head cannot be read") from None
    _need(isinstance(head, dict) and head.get("format") == _FORMAT, "it is no panel")
    version = head.get("version")
    _need(type(version) is int and version >= 1, "its version is none")
    _need(version <= _VERSION, f"version {version} is newer than this package reads")
    _need({*_FRAME, "measures"} <= head.keys(), "its head lacks something")
    return dict(head)


def _array(state: State, name: str, dtype: Any, ndim: int, size: int = -1) -> Any:
    _need(name in state, f"{name} is not there")
    found = state[name]
    _need(
        isinstance(found, np.ndarray)
        and found.dtype.newbyteorder("=") == dtype
        and found.ndim == ndim
        and (size < 0 or found.size == size),
        f"{name} is not as it was written",
    )
    return np.require(found, dtype, ["C", "A"])


def _read_frame(head: dict[str, Any], codes: Array) -> Frame:
    keys, labels = head["keys"], head["labels"]
    texts = isinstance(keys, list) and all(isinstance(key, str) for key in keys)
    _need(texts and len(set(keys)) == len(keys), "its keys are none")
    fit = isinstance(labels, list) and len(labels) == len(keys) == codes.shape[1]
    _need(
        fit and all(isinstance(words, list) for words in labels),
        "its labels do not fit",
    )
    for words, column in zip(labels, codes.T, strict=True):
        _check_labels(words)
        inside = (column >= 0) & (column < len(words))
        _need(inside.all(), "a label is none")
    _check_order(codes)
    _need(type(head["dropped"]) is bool, "its head cannot be read")
    return Frame(
        keys=tuple(keys),
        labels=tuple(map(tuple, labels)),
        codes=codes,
        **_read_calendar(head),
        dropped=head["dropped"],
    )


def _read_calendar(head: dict[str, Any]) -> dict[str, Any]:
    """The fields of a frame that tell its calendar."""
    shown = head["shown"]
    pair = isinstance(shown, list) and len(shown) == 2
    _need(pair, "its calendar cannot be read")
    numbers = [head["low"], head["high"], head["complete"], head["exit_after"], *shown]
    whole = all(_is_ordinal(number) for number in numbers)
    _need(whole and isinstance(head["freq"], str), "its calendar cannot be read")
    low, high, _, exit_after, start, stop = numbers
    freq = frequency(head["freq"])
    _need(high >= low - 1 and exit_after >= 1, "its calendar cannot be read")
    if high >= low:
        check_range(np.array([low, high]), freq, "period")
    _need(
        low <= start and stop <= high and stop >= start - 1,
        "its calendar cannot be read",
    )
    _need(type(head["bounded"]) is bool, "its calendar cannot be read")
    return {field: head[field] for field in _CALENDAR} | {"shown": (start, stop)}


def _is_ordinal(number: Any) -> bool:
    return type(number) is int and abs(number) < 1 << 40


def _check_labels(words: list[Any]) -> None:
    known = words[:-1] if words and words[-1] is None else words
    kind = type(known[0]) if known else str
    _need(kind in (str, int) and all(type(w) is kind for w in known), "a label is none")
    if kind is int:
        _need(all(-(1 << 63) <= w < 1 << 63 for w in known), "a label is none")
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


def _check_layout(frame: Frame, data: dict[str, Any]) -> None:
    indptr, ordinals, rows = data["indptr"], data["ordinals"], data["rows"]
    divides = (
        len(indptr) == frame.series_count + 1
        and indptr[0] == 0
        and indptr[-1] == len(ordinals) == len(rows)
        and (np.diff(indptr) >= 0).all()
    )
    _need(divides, "indptr does not divide its cells")
    inside = (ordinals >= frame.low) & (ordinals <= frame.high)
    _need(inside.all(), "a cell lies outside its calendar")
    rises = np.diff(ordinals) > 0
    starts = indptr[1:-1]
    rises[starts[(starts > 0) & (starts < len(ordinals))] - 1] = True
    _need(rises.all(), "its cells are out of order")
    _need((rows >= 0).all(), "rows are negative")


def _check_measure(entry: Any) -> None:
    known = {"name", "kind", "unit", "merged", "grain", "places", "finer"}
    _need(isinstance(entry, dict) and known <= entry.keys(), "a measure is none")
    good = (
        isinstance(entry["name"], str)
        and entry["kind"] in _KINDS
        and (entry["unit"] is None or isinstance(entry["unit"], str))
        and type(entry["merged"]) is bool
        and entry["grain"] in _GRAINS
        and type(entry["places"]) is int
        and isinstance(entry["finer"], list)
    )
    _need(good, "a measure cannot be read")


def _read_measure(
    state: State, k: int, entry: dict[str, Any], rows: Array
) -> dict[str, Any]:
    found: dict[str, Any] = {"grain": entry["grain"], "places": entry["places"]}
    for part, dtype in _PARTS.items():
        name = f"{k}.{part}"
        there = name in state or part == "lo"
        found[part] = _array(state, name, dtype, 1, len(rows)) if there else None
    wide = entry["grain"] in ("float", "decimal")
    _need(wide == (found["hi"] is not None), "a measure's sums cannot be read")
    if found["counts"] is None:
        found["counts"] = rows
    _need((found["counts"] >= 0).all(), "counts are negative")
    return found


def _fill_values(
    state: State, data: dict[str, Any], series: int, names: list[str]
) -> None:
    """Read the doubles out of the exact sums; blank what was blank."""
    # Counted once each: a cell may stand for no row at all, and its sum is 0.
    once = [{**m, "counts": np.minimum(m["counts"], 1)} for m in data["measures"]]
    ones = np.ones(len(data["rows"]), np.int64)
    source = ({**data, "rows": ones, "measures": once}, identity(series), None, None)
    again = _core.regroup([source], series, tuple(names))
    _need(
        np.array_equal(again["indptr"], data["indptr"]), "its cells do not fit together"
    )
    for k, (exact, read) in enumerate(
        zip(data["measures"], again["measures"], strict=True)
    ):
        values = read["values"]
        name = f"{k}.blank"
        if name in state:
            values[_array(state, name, np.bool_, 1, len(values))] = np.nan
        exact["values"] = values


def _read_absence(state: State, k: int, finer: list[Any], frame: Frame) -> Absence:
    """Where the series of a measure begin and end: the finest first, then up."""
    count = frame.series_count
    found: Absence | None = None
    fine_frame = frame
    for depth in range(len(finer), -1, -1):
        first = _array(state, f"{k}.first.{depth}", np.int64, 1, count)
        last = _array(state, f"{k}.last.{depth}", np.int64, 1, count)
        name = f"{k}.gone.{depth}"
        gone = _array(state, name, np.bool_, 1, count) if name in state else None
        if found is None:
            found = Absence(first, last, gone)
        else:
            entry = finer[depth]
            _check_finer(entry)
            fine_frame = replace(frame, **_read_calendar(entry["calendar"]))
            ends = _array(state, f"{k}.ends.{depth}", np.int64, 1)
            _need(len(ends) > 0, "a finer calendar has no end")
            found = CoarseAbsence(
                first,
                last,
                gone,
                found,
                fine_frame,
                entry["low"],
                ends,
                entry["beyond"],
            )
    assert found is not None
    return found


def _check_finer(entry: Any) -> None:
    known = {"low", "beyond", "calendar"}
    _need(isinstance(entry, dict) and known <= entry.keys(), "a finer calendar is none")
    beyond, calendar = entry["beyond"], entry["calendar"]
    good = (
        _is_ordinal(entry["low"])
        and (beyond is None or (type(beyond) is int and 0 <= beyond <= _core.NO_MATCH))
        and isinstance(calendar, dict)
        and set(_CALENDAR) <= calendar.keys()
    )
    _need(good, "a finer calendar cannot be read")


# ---- files -----------------------------------------------------------------------


def save(panel: Panel, path: Any) -> None:
    """Write a panel to a file, whole or not at all."""
    target = os.fspath(path)
    if isinstance(target, bytes):
        target = os.fsdecode(target)
    state: dict[str, Any] = to_state(panel)
    with written_whole(target) as file:
        np.savez(file, **state)


def load(cls: type[Panel], path: Any) -> Panel:
    """Read a file that `save` wrote."""
    from zipfile import ZipFile

    name = short(os.fspath(path), 80)
    with open(path, "rb") as file:
        try:
            with ZipFile(file) as archive:
                state = {
                    entry.filename.removesuffix(".npy"): _read_array(
                        archive.read(entry), entry.compress_size
                    )
                    for entry in archive.infolist()
                }
            return from_state(cls, state)
        except MemoryError:
            raise
        # Whatever a reader of archives or headers may raise, it means the same.
        except Exception as error:
            why = " ".join(str(error).split())[:120] or type(error).__name__
            raise ValueError(f"{name} is damaged or no panel: {why}") from None


def _read_array(raw: bytes, stored: int) -> Array:
    """One array of an archive, whose checksum was seen to; it holds no objects."""
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
