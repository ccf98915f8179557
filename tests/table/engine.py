"""Helpers that build panels with the core, for tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from evmarket import _core

UNIT_OF_GRAIN = {"integer": Fraction(1), "float": Fraction(1, 2**64), None: Fraction(1)}


def add(partial: Any, columns: Sequence[Any], keys: int, **options: Any) -> None:
    """Add columns: `keys` of them, then the ordinals, then the measures."""
    batch = _core.columns(columns)
    partial.add(
        batch,
        tuple(range(keys)),
        (keys,),
        tuple(range(keys + 1, len(columns))),
        freq=None,
        **options,
    )


def partial(keys: int, measures: int, **options: Any) -> Any:
    """Make an empty Partial with keys k0, k1 ... and measures m0, m1 ..."""
    return _core.Partial(
        tuple(f"k{i}" for i in range(keys)),
        tuple(f"m{i}" for i in range(measures)),
        **options,
    )


def exact(measure: Mapping[str, Any], cell: int) -> Fraction:
    """Return the exact sum of a cell."""
    unit = UNIT_OF_GRAIN.get(measure["grain"], Fraction(1, 10 ** measure["places"]))
    low = int(measure["lo"][cell])
    high = low >> 63 and -1 if measure["hi"] is None else int(measure["hi"][cell])
    fine = 0 if measure["fine"] is None else int(measure["fine"][cell])
    return (Fraction(high * 2**64 + low) + Fraction(fine, 2**62)) * unit


def cells(panel: Mapping[str, Any]) -> dict[Any, Any]:
    """Return a panel as {(labels, ordinal): (rows, [(count, exact, value)])}."""
    result = {}
    for series in range(len(panel["indptr"]) - 1):
        name: Any = series
        if "labels" in panel:
            name = tuple(
                labels[code]
                for labels, code in zip(
                    panel["labels"], panel["codes"][series], strict=True
                )
            )
        for cell in range(panel["indptr"][series], panel["indptr"][series + 1]):
            entries = [
                (int(m["counts"][cell]), exact(m, cell), float(m["values"][cell]))
                for m in panel["measures"]
            ]
            result[name, int(panel["ordinals"][cell])] = (
                int(panel["rows"][cell]),
                entries,
            )
    return result


def same_bits(one: Any, two: Any) -> bool:
    """Check whether two finished panels have the same bits in every array."""
    if isinstance(one, dict):
        return one.keys() == two.keys() and all(same_bits(one[k], two[k]) for k in one)
    if isinstance(one, list) and one and isinstance(one[0], (dict, list)):
        return len(one) == len(two) and all(map(same_bits, one, two))
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and one.tobytes() == two.tobytes()
    return bool(one == two)
