"""Claims: the comparisons that a rule of the audit yields, and steps rules share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._figures import intervals as exact
from .._figures.formulas import Formula
from .._figures.intervals import INF, Span
from .facts import Facts
from .levels import Operand

if TYPE_CHECKING:
    from .._common.types import Rows


# In a larger group each fact is compared with the first one only.
MOST_PAIRED = 20


class Claims(NamedTuple):
    """The comparisons of one rule, one per entry of its arrays.

    Parameters
    ----------
    facts : sequence of int arrays
        The rows used, first the rows whose printed figure is checked; -1 for no row.
    expected : Operand, or (low, high) pair of arrays
        The interval that the facts imply; a pair of arrays is closed. Entries with NaN
        are skipped.
    printed : Operand
        The printed figures: ``Operand(facts.stated, rows)`` or
        ``Operand(facts.growths, rows)``.
    against : sequence of int arrays
        Rows whose growth is compared with published levels: only a growth on the
        printed basis can be inconsistent with them.
    together : sequence of int arrays
        Rows whose growths are compared with each other: they need the same basis.
    dimensions : bool
        Whether the facts must have the same dimension.
    doubt : str
        The reason why figures that disagree are not comparable; empty if they are.

    Examples
    --------
    >>> import evmarket as em
    >>> import numpy as np
    >>> def small(facts):
    ...     rows = facts.rows("share", "margin")
    ...     low, high = np.zeros(len(rows)), np.ones(len(rows))
    ...     yield em.Claims((rows,), (low, high), em.Operand(facts.stated, rows))
    ...
    >>> em.audit(em.datasets.load("guangzhou"), rules={"small": small}).counts
    {'consistent': 6, 'inconsistent': 0, 'not comparable': 0}
    """

    facts: tuple[Rows, ...]
    expected: Any
    printed: Operand
    against: tuple[Rows, ...] = ()
    together: tuple[Rows, ...] = ()
    dimensions: bool = False
    doubt: str = ""


Rule = Callable[[Facts], Iterator[Claims]]


class OneSided:
    """An operand as a bound: (-inf, high] if `upper`, otherwise [low, inf)."""

    def __init__(self, operand: Operand, upper: bool) -> None:
        self._operand, self._upper = operand, upper
        n = len(operand.at)
        self.low = np.full(n, -INF) if upper else operand.low
        self.high = operand.high if upper else np.full(n, INF)

    def span(self, i: int) -> Span:
        """The exact interval of the i-th row."""
        span = self._operand.span(i)
        if self._upper:
            return span._replace(low=-INF, low_open=True, value=None)
        return span._replace(high=INF, high_open=True, value=None)


def _summed(*ends: Any) -> Any:
    """The ends of a sum: 0 less the negated parts."""
    low = np.stack([-high for high in ends[1::2]], axis=-1)
    high = np.stack([-low for low in ends[::2]], axis=-1)
    zero = np.zeros(low.shape[:-1])
    return _core.implied_remainder(zero, zero, low, high)


def _sum_span(*spans: Span) -> Span:
    zero = exact.exactly(0)
    return exact.remainder(zero, *(exact.remainder(zero, span) for span in spans))


def _total_growth(*ends: Any) -> Any:
    """Growth of a sum; the operands are levels and growths in turn."""
    low, high = (np.stack(ends[i::4], axis=-1) for i in (0, 1))
    growth_low, growth_high = (np.stack(ends[i::4], axis=-1) for i in (2, 3))
    return _core.implied_total(low, high, growth_low, growth_high)


def _hull(*ends: Any) -> Any:
    return np.minimum.reduce(ends[::2]), np.maximum.reduce(ends[1::2])


def _hull_span(*spans: Span) -> Span:
    low, high = min(s.low for s in spans), max(s.high for s in spans)
    return Span(
        low,
        high,
        all(s.low_open for s in spans if s.low == low),
        all(s.high_open for s in spans if s.high == high),
    )


SUM = Formula(_summed, _sum_span)
TOTAL = Formula(_total_growth, lambda *s: exact.total(s[::2], s[1::2]))
HULL = Formula(_hull, _hull_span)


def first_of(facts: Facts, *groups: Rows, rows: Rows, like: Rows) -> Rows:
    """Positions of one entry per group of equal `groups`.

    This is the first entry with the source of `like`, or else the first of the group.
    """
    source = facts.code["source"]
    other = source[rows] != source[like]
    order = np.lexsort((rows, other, *groups[::-1]))
    keep = np.zeros(len(order), dtype=bool)
    keep[:1] = True
    for group in groups:
        ordered = group[order]
        keep[1:] |= ordered[1:] != ordered[:-1]
    return order[keep]


def sets(owner: Rows) -> Iterator[tuple[Rows, Rows]]:
    """Runs of one owner, by their length: (owners, positions of each owner's run)."""
    if len(owner):
        starts = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
        counts = np.diff(np.r_[starts, len(owner)])
        for count in np.unique(counts):
            chosen = starts[counts == count]
            yield owner[chosen], chosen[:, None] + np.arange(count)


def group(code: Mapping[str, Rows], names: tuple[str, ...], rows: Rows) -> Rows:
    """One number per row for its combination of labels."""
    numbers = np.zeros(len(rows), dtype=np.int64)
    for name in names:
        values = code[name][rows]
        numbers = numbers * (values.max(initial=0) + 1) + values
        numbers = np.unique(numbers, return_inverse=True)[1]
    return numbers


def pairs(group: Rows) -> tuple[Rows, Rows]:
    """Pairs of places in one group; in a large group only those with its first."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    starts = np.searchsorted(ordered, ordered, "left")
    counts = np.searchsorted(ordered, ordered, "right") - starts
    rank = np.arange(len(order)) - starts
    # the number of partners before each place: all in the group, or the first only
    n = np.where(counts <= MOST_PAIRED, rank, np.minimum(rank, 1))
    two = np.repeat(np.arange(len(order)), n)
    step = np.arange(len(two)) - np.repeat(np.cumsum(n) - n, n)
    one = np.repeat(starts, n) + step
    return order[one], order[two]
