"""Panels as plain arrays: in one .npz file, and for pickling.

A state is a dict of arrays: "head" is JSON in UTF-8, the rest are the finest cells. All
that is read is checked before use; what the exact sums tell is not kept.
"""

from __future__ import annotations

import os
from dataclasses import asdict, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.frequency import frequency
from .._calendar.periods import Periods, wholes
from .._cells import align, measure
from .._cells.base import Rules
from .._cells.measure import Applied, Read
from .._cells.panel import PanelData, Traits
from .._cells.series import may_be_label
from .._cells.view import Shown, View
from .._common.files import written_whole
from .._common.kinds import TABLE
from .._common.messages import one_line, short
from .storage_1 import from_first_version
from .stored import (
    PARTS,
    array_of,
    is_ordinal,
    is_period,
    need,
    optional,
    plain_list,
    read_base,
    read_ends,
    read_series,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._cells.base import Base, BaseLevel
    from .._common.types import Array

    State = dict[str, Array]


_FORMAT = "evmarket panel"
_VERSION = 2
_HEAD = ("freq", "low", "high", "keys", "labels", "duplicates", "dated", "source")
"""What the head holds of the cells, beside the measures."""
_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "combined": align.combined,
    "with_number": align.with_number,
    "rename": measure.MeasureData.rename,
}
"""The functions of recipes that a file may name."""


# ---- to arrays -------------------------------------------------------------------


def to_state(panel: PanelData) -> State:
    """The panel as arrays."""
    import json

    base, view = panel.base, panel.view
    series, layout = base.series, base.layout
    state: State = dict(layout._asdict()) | {"codes": series.codes}
    if view.chosen is not None:
        state["chosen"] = view.chosen
    if base.repeats is not None:
        state["repeats"] = base.repeats
    if base.stated is not None:
        state["stated"] = base.stated.astype(np.uint8)
    heads = []
    for k, level in enumerate(base.levels):
        state |= {f"{k}.{part}": array for part, array in _level_state(base, level)}
        heads.append(
            {
                "name": level.name,
                "kind": level.kind,
                "unit": level.unit,
                "grain": level.sums.grain,
                "places": level.sums.places,
            }
        )
    head = {"format": _FORMAT, "version": _VERSION, "measures": heads}
    head |= {"keys": series.keys, "labels": series.labels}
    head |= {"freq": base.freq, "low": base.low, "high": base.high}
    head |= {"duplicates": base.duplicates, "dated": base.dated, "source": base.source}
    head |= {"rules": asdict(panel.rules), "view": _view_head(view)}
    head |= {"names": panel.names, "assigned": [_traits(t) for t in panel.assigned]}
    state["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    return state


def _level_state(base: Base, level: BaseLevel) -> Iterator[tuple[str, Array]]:
    """The arrays of one measure; what can be computed again is left out."""
    for part in PARTS:
        array = getattr(level.sums, part)
        if array is not None and array is not base.layout.rows:
            yield part, array
    for part in ("dates", "months", "nulls"):
        array = getattr(level, part)
        if array is not None:
            yield part, array


def _view_head(view: View) -> dict[str, Any]:
    """A view without the chosen series; dicts become lists of pairs."""
    return {
        "kept": view.kept,
        "recodes": [[key, list(labels.items())] for key, labels in view.recodes],
        "orders": list((view.orders or {}).items()),
        "freq": view.freq,
        "shown": view.shown,
    }


def _traits(traits: Traits) -> dict[str, Any]:
    return {
        "name": traits.name,
        "kind": traits.kind,
        "unit": traits.unit,
        "recipe": _recipe(traits.recipe, traits.name),
    }


def _recipe(recipe: Any, name: str) -> Any:
    """A recipe as lists: ["read", name] or [function, inputs, arguments]."""
    if isinstance(recipe, Read):
        return ["read", recipe.name]
    names = {function: word for word, function in _FUNCTIONS.items()}
    if isinstance(recipe, Applied) and recipe.function in names:
        inputs = [_recipe(each, name) for each in recipe.inputs]
        return [names[recipe.function], inputs, list(recipe.arguments)]
    raise ValueError(
        f"{one_line(name)} was assigned as it was and is not kept with the panel: "
        "leave it out, as in panel[[...]]"
    )


# ---- from arrays -----------------------------------------------------------------


def from_state(state: State) -> PanelData:
    """The panel that `to_state` took apart.

    Raises
    ------
    ValueError
        If the arrays do not fit together.
    """
    head = _read_head(state)
    if head["version"] == 1:
        return from_first_version(state, head)
    need({*_HEAD, "measures", "rules", "view", "names"} <= head.keys(), "no head")
    series = read_series(head, array_of(state, "codes", np.int32, 2))
    freq, low, high = read_ends(head)
    base = read_base(state, head, series, (freq, low, high))
    rules = _read_rules(head["rules"], freq)
    panel = PanelData.of(base, rules)
    view = _read_view(state, head["view"], View.whole(series))
    assigned = tuple(_read_traits(each) for each in plain_list(head["assigned"]))
    known = {level.name for level in base.levels} | {each.name for each in assigned}
    names = tuple(plain_list(head["names"]))
    need(names and set(names) <= known, "invalid names")
    need(len(set(names)) == len(names), "invalid names")
    panel = replace(panel, view=view, assigned=assigned, names=names)
    _check_periods(panel)
    _check_recipes(panel)
    return panel


def _check_periods(panel: PanelData) -> None:
    """The periods in view are made up of those of the cells and of those asked for."""
    freq = panel.view.freq or panel.base.freq
    for finer in (panel.base.freq, *(each.freq for each in panel.view.shown)):
        if finer != freq:
            wholes(Periods.of(finer, 0, 1), freq)


def _check_recipes(panel: PanelData) -> None:
    """Assigned measures can be formed: they are, of no series, which takes no time."""
    none = np.zeros(panel.base.series.count, np.bool_)
    empty = replace(panel, view=replace(panel.view, chosen=none))
    for traits in panel.assigned:
        recipe = traits.recipe
        if recipe is None:
            raise ValueError("invalid recipe")
        formed = recipe(empty)
        fit = (formed.kind, formed.unit) == (traits.kind, traits.unit)
        need(fit, f"{traits.name} is not what its recipe forms")


def _read_rules(entry: Any, freq: str) -> Rules:
    names = {field.name for field in fields(Rules)}
    need(isinstance(entry, dict) and entry.keys() == names, "invalid rules")
    rules = Rules(**entry)
    good = (
        rules.absent in ("missing", "zero")
        and rules.nulls in ("reported", "absent")
        and (rules.cutoff is None or is_period(rules.cutoff, freq))
        and is_ordinal(rules.exit_after)
        and rules.exit_after >= 1
        and rules.year_end in range(1, 13)
    )
    need(good, "invalid rules")
    return rules


def _read_view(state: State, entry: Any, view: View) -> View:
    """A view: what it asks is asked again, so that it is checked."""
    known = {"kept", "recodes", "orders", "freq", "shown"}
    need(isinstance(entry, dict) and entry.keys() == known, "invalid view")
    for key, labels in plain_list(entry["recodes"]):
        view = view.recoded(key, dict(plain_list(labels)))
    chosen = optional(state, "chosen", np.bool_, view.series.count)
    orders = {key: tuple(words) for key, words in plain_list(entry["orders"])}
    for words in orders.values():
        need(all(map(may_be_label, words)), "invalid order of labels")
    shown = tuple(Shown(*each) for each in plain_list(entry["shown"]))
    for each in shown:
        base = frequency(each.freq)
        good = all(end is None or is_period(end, base) for end in each[1:])
        need(good, "invalid periods in view")
    freq = entry["freq"]
    if freq is not None:
        need(frequency(freq) == freq, "invalid frequency")
    view = view.rolled(tuple(plain_list(entry["kept"])))
    return replace(view, chosen=chosen, orders=orders or None, freq=freq, shown=shown)


def _read_traits(entry: Any) -> Traits:
    known = {"name", "kind", "unit", "recipe"}
    need(isinstance(entry, dict) and entry.keys() == known, "invalid measure")
    need(entry["kind"] in TABLE, "invalid kind")
    need(isinstance(entry["name"], str), "invalid name")
    need(entry["unit"] is None or isinstance(entry["unit"], str), "invalid unit")
    recipe = _read_recipe(entry["recipe"])
    return Traits(entry["name"], entry["kind"], entry["unit"], recipe)


def _read_recipe(entry: Any) -> Any:
    if isinstance(entry, list) and entry[:1] == ["read"] and len(entry) == 2:
        return Read(entry[1])
    good = isinstance(entry, list) and len(entry) == 3 and entry[0] in _FUNCTIONS
    need(good, "invalid recipe")
    inputs = tuple(_read_recipe(each) for each in plain_list(entry[1]))
    arguments = tuple(plain_list(entry[2]))
    need(all(isinstance(x, (str, int, float)) for x in arguments), "invalid recipe")
    return Applied(_FUNCTIONS[entry[0]], inputs, arguments, counts=True)


def _read_head(state: State) -> dict[str, Any]:
    import json

    need("head" in state, "not a panel")
    raw = array_of(state, "head", np.uint8, 1).tobytes()
    try:
        head = json.loads(raw)
    except (ValueError, RecursionError):
        raise ValueError("its head cannot be read") from None
    need(isinstance(head, dict) and head.get("format") == _FORMAT, "not a panel")
    version = head.get("version")
    need(type(version) is int and version >= 1, "invalid version")
    need(version <= _VERSION, f"version {version} is newer than this package reads")
    need(isinstance(head.get("source"), str), "its head cannot be read")
    return dict(head)


# ---- files -----------------------------------------------------------------------


def save(panel: PanelData, path: Any) -> None:
    """Write a panel to a file, whole or not at all."""
    state: dict[str, Any] = to_state(panel)
    with written_whole(path) as file:
        np.savez(file, **state)


def load(path: Any) -> PanelData:
    """The panel of a file that `save` wrote."""
    from zipfile import ZIP_STORED, ZipFile

    name = short(os.fspath(path), 200)
    with open(path, "rb") as file:
        try:
            with ZipFile(file) as archive:
                entries = archive.infolist()
                # Before anything is read: what was compressed may be of any size.
                for entry in entries:
                    plain = entry.compress_type == ZIP_STORED
                    whole = entry.file_size == entry.compress_size
                    need(plain and whole, "it was compressed")
                total = sum(entry.file_size for entry in entries)
                need(total <= os.fstat(file.fileno()).st_size, "its sizes are wrong")
                state = {
                    entry.filename.removesuffix(".npy"): _read_array(
                        archive.read(entry)
                    )
                    for entry in entries
                }
            return from_state(state)
        except MemoryError:
            raise
        # Readers of archives and headers raise many kinds of errors.
        except Exception as error:
            why = one_line(error)[:120] or type(error).__name__
            raise ValueError(f"{name} is damaged or not a panel: {why}") from None


def _read_array(raw: bytes) -> Array:
    """One array of an archive, whose checksum is right; it holds no objects."""
    import io

    file = io.BytesIO(raw)
    read: dict[Any, Callable[..., Any]] = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }
    version = np.lib.format.read_magic(file)
    need(version in read, "an array cannot be read")
    shape, fortran, dtype = read[version](file)
    need(not dtype.hasobject and not fortran, "an array cannot be read")
    found: Array = np.frombuffer(raw, dtype, offset=file.tell()).reshape(shape)
    return found
