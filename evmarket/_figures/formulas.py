"""The formulas of implied values, each over columns in C and exactly on spans."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common import workers
from . import intervals as exact
from .intervals import Span

if TYPE_CHECKING:
    from .._common.types import Floats


class Formula(NamedTuple):
    """One formula twice: over columns of low and high ends, and exactly on spans."""

    columns: Callable[..., Any]
    exactly: Callable[..., Span]


class Ends(NamedTuple):
    """The low and high ends of a column of intervals."""

    low: Floats
    high: Floats


def _remainder(low: Any, high: Any, *parts: Any, **out: Any) -> Any:
    """The core's remainder takes its parts along a last axis."""
    sides = [
        np.stack(parts[side::2], axis=-1) if parts else np.empty((*np.shape(low), 0))
        for side in (0, 1)
    ]
    return _core.implied_remainder(low, high, *sides, **out)


BASE = Formula(_core.implied_base, exact.base)
GROWTH = Formula(_core.implied_growth, exact.growth)
CURRENT = Formula(_core.implied_current, exact.current)
INCREMENT = Formula(_core.implied_increment, exact.increment)
RATIO = Formula(_core.implied_ratio, exact.ratio)
RATIO_GROWTH = Formula(_core.implied_ratio_growth, exact.ratio_growth)
SHARE = Formula(_core.implied_share, exact.share)
PERIOD_GROWTH = Formula(_core.implied_period_growth, exact.period_growth)
REMAINDER = Formula(_remainder, exact.remainder)


def evaluate(formula: Formula, ends: Sequence[Floats]) -> Ends:
    """A formula over columns: the low and the high ends of its operands in turn."""

    def exactly(place: tuple[int, ...]) -> Span:
        pairs = zip(ends[::2], ends[1::2], strict=True)
        return formula.exactly(*(closed(a[place], b[place]) for a, b in pairs))

    return settled(*_by_chunks(formula.columns, ends), exactly)


def settled(low: Any, high: Any, exactly: Callable[[tuple[int, ...]], Span]) -> Ends:
    """Ends from the core, with the cells it leaves open (low > high) from `exactly`."""
    low, high = np.asarray(low), np.asarray(high)
    for place in map(tuple, np.argwhere(low > high)):
        try:
            span = exactly(place)
            low[place], high[place] = exact.below(span.low), exact.above(span.high)
        except exact.BeyondError:
            low[place] = high[place] = np.nan
    return Ends(low, high)


def closed(low: Any, high: Any) -> Span:
    """The closed span between two numbers of a column."""
    return exact.closed(float(low), float(high))


def _by_chunks(
    columns: Callable[..., Any], ends: Sequence[Floats]
) -> tuple[Floats, Floats]:
    """``columns(*ends)``, spread over the workers along the first axis."""
    shape = ends[0].shape
    chunks = workers.chunks(shape[0], ends[0].size) if shape else []
    if len(chunks) < 2:
        low, high = columns(*ends)
        return low, high
    low, high = np.empty(shape), np.empty(shape)
    workers.run(
        lambda a, b: columns(*(end[a:b] for end in ends), out=(low[a:b], high[a:b])),
        chunks,
    )
    return low, high
