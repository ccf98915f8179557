"""Files and bytes of panels that were changed: they are refused, or are a panel.

A quarter of the inputs has changed bytes, which checksums find. The others have changed
arrays with checksums that are right, as a hostile writer would make them.
"""

import io
import json
import random
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np

import evmarket as em
from evmarket._panel.packed import _read_state
from evmarket._panel.storage import from_state
from tests.fuzz.mutate import changed

NUMBERS = [0, 1, -1, 2, 7, 255, 2**31 - 1, -(2**31), 2**31, 2**62, -(2**63), 2**63 - 1]


def _panel(rows: int) -> Any:
    table = {
        "maker": [f"maker {i % 3}" for i in range(rows)],
        "region": ["东", "west", None] * (rows // 3),
        "month": [f"202{i % 4}-{1 + i % 12:02}" for i in range(rows)],
        "units": list(range(rows)),
        "price": [i / 7 for i in range(rows)],
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        keys, measures = ["maker", "region"], ["units", "price"]
        return em.Panel.from_table(table, keys, "month", measures)


_WHOLE = [_panel(30).to_bytes(), _panel(30).resample("Q").to_bytes()]


def seeds() -> list[bytes]:
    """Two panels, each as bytes."""
    return list(_WHOLE)


def _changed_array(array: Any, rng: random.Random) -> Any:
    kind = rng.randrange(6)
    if array.size and kind < 4:
        array = array.copy()
        place = rng.randrange(array.size)
        old = int(array.flat[place])
        number = rng.choice([*NUMBERS, old + 1, old - 1, -old])
        with np.errstate(all="ignore"):
            array.flat[place] = np.array(number % 2**64, np.uint64).astype(array.dtype)
    elif kind == 4:
        array = array[: rng.randrange(len(array) + 1)] if array.ndim else array
    else:
        with np.errstate(all="ignore"):
            array = array.astype(rng.choice(["<i8", "<i4", "|u1", "<f8", "<u8"]))
    return array


def _changed_head(array: Any, rng: random.Random) -> Any:
    try:
        head = json.loads(array.tobytes())
    except ValueError:  # it was changed before
        return array
    place: Any = head
    while True:
        names = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not names:
            break
        name = rng.choice(names)
        inner = place[name]
        if not isinstance(inner, dict | list) or rng.random() < 0.3:
            place[name] = rng.choice([None, 0, -1, 2**70, "", "x", [], {}, 1.5, True])
            break
        place = inner
    return np.frombuffer(json.dumps(head).encode(), np.uint8)


def one(data: bytes, rng: random.Random) -> None:
    """Read what is left of a panel; use it if it is one."""
    if rng.random() < 0.25:
        raw = changed(data, rng)
        try:
            panel = em.Panel.from_bytes(raw)
        except ValueError as error:
            assert "\n" not in str(error)
            return
        assert panel.to_bytes() == em.Panel.from_bytes(data).to_bytes()
        return
    state = dict(_read_state(data))
    for _ in range(rng.choice([1, 1, 2, 3])):
        name = rng.choice(["head", *state]) if "head" in state else rng.choice([*state])
        if rng.random() < 0.05:
            del state[name]
        elif name == "head" and rng.random() < 0.9:
            state[name] = _changed_head(state[name], rng)
        else:
            state[name] = _changed_array(state[name], rng)
        if not state:
            return
    try:
        panel = _loaded(state) if rng.random() < 0.1 else em.Panel(from_state(state))
    except (ValueError, TypeError, KeyError, OverflowError):
        return
    _used(panel)


def _loaded(state: dict[str, Any]) -> Any:
    file = io.BytesIO()
    np.savez(file, **state)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.npz"
        path.write_bytes(file.getvalue())
        return em.Panel.load(path)


def _used(panel: Any) -> None:
    """What is asked of a panel that was read; overflow is told, nothing else fails."""
    data = panel.to_bytes()
    again = em.Panel.from_bytes(data)
    assert again.to_bytes() == data
    assert repr(again) == repr(panel)
    for name in panel.measures:
        try:
            one, two = panel[name], again[name]
            np.testing.assert_array_equal(one.values, two.values)
            np.testing.assert_array_equal(one.status, two.status)
        except OverflowError:
            continue
    try:
        panel.rollup()
        panel.resample("Y")
    except (OverflowError, ValueError) as error:
        assert "\n" not in str(error)
