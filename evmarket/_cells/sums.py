"""Exact sums of cells, beyond what the engine adds by itself: differences, windows.

A measure's exact parts are the engine's: the sum is (hi * 2^64 + lo + fine * 2^-62)
units of its grain. Everything here stays in those integers and is rounded once, by the
engine.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.periods import Periods
from .._common.messages import listing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._common.types import Ints
    from .frame import Frame


def kept_exact(exact: dict[str, Any], keep: Any) -> dict[str, Any]:
    """The engine's measure at some cells: a mask or numbers of cells."""
    arrays = ("lo", "hi", "fine", "counts", "values")
    picked = {k: exact[k] if exact[k] is None else exact[k][keep] for k in arrays}
    return {**exact, **picked}


def regroup(sources: Any, frame: Frame, names: Sequence[str]) -> dict[str, Any]:
    """The engine's regroup into the series of a frame, its errors in labels."""
    try:
        found: dict[str, Any] = _core.regroup(sources, frame.series_count, tuple(names))
    except OverflowError as error:
        series = getattr(error, "series", None)
        if not isinstance(series, int):
            raise
        labels = listing(frame.name(series))
        raise beyond(error, names, labels, frame.freq) from None
    return found


def beyond(
    error: OverflowError, names: Sequence[str], labels: str, freq: str
) -> OverflowError:
    """The engine's word for a total that cannot be held, in labels."""
    measure = getattr(error, "measure", "")
    name = names[measure] if isinstance(measure, int) else measure
    period = Periods.of(freq, getattr(error, "ordinal", 0), 1).first
    return OverflowError(
        f"measure {name!r}: the total of series ({labels}), period {period}, lies "
        "beyond what is held exactly"
    )


def source(indptr: Ints, ordinals: Ints, exact: dict[str, Any]) -> dict[str, Any]:
    """Cells of one measure as the engine takes them, each counted once."""
    ones = np.ones(len(ordinals), np.int64)
    return {
        "indptr": np.ascontiguousarray(indptr, np.int64),
        "ordinals": np.ascontiguousarray(ordinals, np.int64),
        "rows": ones,
        "measures": [{**exact, "counts": ones}],
    }


def identity(count: int) -> NDArray[np.int32]:
    return np.arange(count, dtype=np.int32)


def negated(exact: dict[str, Any]) -> dict[str, Any]:
    """The same cells with the other sign. Integers must not be -2^63."""
    low, high, fine = exact["lo"], exact["hi"], exact["fine"]
    # -(n + f) is ~n + 1 - f for the whole part n and the fraction f: without a fraction
    # one is added, with it the fraction is turned over.
    carry = np.ones(len(low), bool) if fine is None else fine == 0
    lo = ~low + carry.astype(np.uint64)
    hi = None if high is None else ~high + (carry & (low == 0))
    if fine is not None:
        fine = np.where(fine == 0, np.uint64(0), np.uint64(1 << 62) - fine)
    return {**exact, "lo": lo, "hi": hi, "fine": fine, "values": -exact["values"]}


def summed(indptr: Ints, ordinals: Ints, terms: Sequence[dict[str, Any]]) -> Any:
    """The exact sum of terms that have the same cells, as the engine's measure."""
    count = len(indptr) - 1
    sources = [
        (source(indptr, ordinals, term), identity(count), None, None) for term in terms
    ]
    return _core.regroup(sources, count, ("sum",))["measures"][0]


def fractions(exact: dict[str, Any]) -> list[Fraction]:
    """The exact sums as fractions."""
    units = {
        "float": Fraction(1, 1 << 64),
        "decimal": Fraction(1, 10 ** exact["places"]),
    }
    unit = units.get(exact["grain"], Fraction(1))
    low = exact["lo"]
    high = low.view(np.int64) >> 63 if exact["hi"] is None else exact["hi"]
    fine = np.zeros(len(low), np.uint64) if exact["fine"] is None else exact["fine"]
    return [
        (Fraction(int(h) * (1 << 64) + int(n)) + Fraction(int(f), 1 << 62)) * unit
        for h, n, f in zip(high, low, fine, strict=True)
    ]
