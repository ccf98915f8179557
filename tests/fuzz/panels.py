"""Files and bytes of panels that were changed: they are refused, or are a panel.

A quarter of the inputs has changed bytes, which checksums find. The others have changed
arrays with checksums that are right, as a hostile writer would make them.
"""

import random
import tempfile
import warnings
from typing import Any

import numpy as np

import evmarket as em
from evmarket._panel.packed import _read_state
from evmarket._panel.storage import from_state
from tests.fuzz.mutate import changed
from tests.panel.mutated import check_loads, mutate


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
    state = mutate(_read_state(data), rng)
    try:
        panel = _loaded(state) if rng.random() < 0.1 else em.Panel(from_state(state))
    except (ValueError, TypeError, KeyError, OverflowError):
        return
    _used(panel)


def _loaded(state: dict[str, Any]) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        return check_loads(state, folder)


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
