"""Exact sums of cells, beyond what the engine adds by itself: differences, windows.

A measure's exact parts are the engine's: the sum is (hi * 2^64 + lo + fine * 2^-62)
units of its grain. Everything here stays in those integers and is rounded once, by the
engine.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._cells import Cells, kept_exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


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


def difference(cells: Cells, base: Ints, both: NDArray[np.bool_]) -> NDArray[Any]:
    """values - values[base] where `both` holds, NaN elsewhere; exact, rounded once."""
    found = np.full(len(base), np.nan)
    at, before = np.flatnonzero(both), base[both]
    exact = cells.exact
    if exact is None:
        found[at] = _core.change(cells.values[before], cells.values[at])
    elif exact["grain"] == "integer":
        whole = exact["lo"].view(np.int64)
        found[at] = _core.change(whole[before], whole[at])
    else:
        counts = np.concatenate([[0], np.cumsum(both)])
        total = summed(
            counts[cells.indptr],
            cells.ordinals[at],
            [kept_exact(exact, at), negated(kept_exact(exact, before))],
        )
        found[at] = total["values"]
    return found


def shifted_sums(cells: Cells, series: int, low: int, maps: Sequence[Ints]) -> Cells:
    """Each cell added at every ordinal that the maps send its own to, exactly.

    maps[k][t - low] is where ordinal t goes, or DROPPED. The exact counts of the result
    say how many cells met.
    """
    if cells.exact is None:
        raise AssertionError("only levels have exact parts")
    one = source(cells.indptr, cells.ordinals, cells.exact)
    sources = [(one, identity(series), (low, to), None) for to in maps]
    found = _core.regroup(sources, series, ("sum",))
    exact = found["measures"][0]
    return Cells(found["indptr"], found["ordinals"], exact["values"], exact=exact)


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
