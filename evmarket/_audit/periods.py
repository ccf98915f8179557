"""Rules of periods: shorter periods against the longer one that contains them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .._figures import intervals as exact
from .._figures.formulas import GROWTH, PERIOD_GROWTH, Formula
from .._figures.intervals import Span
from .claims import SUM, TOTAL, Claims, first_of, sets
from .columns import growing, of_kind
from .growths import growth_of_sum
from .levels import Operand, compute, join
from .members import adds_up
from .sums import at_most

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .._common.types import Ints, Rows
    from .facts import Facts

# Longer periods are not taken apart.
_MOST_MONTHS = 36


def months(facts: Facts) -> Iterator[Claims]:
    """Months, quarters, halves and years to date, against the period they make up."""
    levels = facts.levels
    spans = _level_spans(facts)
    for whole, parts in _tilings(facts, spans):
        # a printed whole is compared itself, a base through its growth
        printed = whole < levels.printed
        own, mine = whole[printed], [part[printed] for part in parts]
        yield Claims(
            (levels.fact[own], *_facts_of(levels, mine)),
            compute(SUM, *(Operand(levels, part) for part in mine)),
            Operand(facts.stated, levels.fact[own]),
            against=tuple(levels.growth[part] for part in mine),
        )
        # `period_growth` compares a level and growth with levels and growths
        other = [(part < levels.printed) | (levels.second[part] >= 0) for part in parts]
        of_growth = ~printed & np.logical_or.reduce(other) & (levels.second[whole] < 0)
        of_growth &= ~np.isnan(facts.growths.low[levels.fact[whole]])
        mine = [part[of_growth] for part in parts]
        rows = levels.fact[whole[of_growth]]
        yield Claims(
            (rows, *_facts_of(levels, mine)),
            compute(
                _ON_SUM,
                Operand(facts.stated, rows),
                *(Operand(levels, part) for part in mine),
            ),
            Operand(facts.growths, rows),
            against=(rows, *(levels.growth[part] for part in mine)),
        )


def within(facts: Facts) -> Iterator[Claims]:
    """A period against a longer one that contains it: it is at most the longer one."""
    spans = _level_spans(facts)
    whole, part = spans.inside
    count = len(spans.fact)
    added = [
        owner * count + one
        for owner, parts in _tilings(facts, spans, places=True)
        for one in parts
    ]
    known = np.concatenate([np.empty(0, np.int64), *added])
    left = ~np.isin(whole * count + part, known)
    yield from at_most(facts, spans.place[part[left]], spans.place[whole[left]])


def period_growth(facts: Facts) -> Iterator[Claims]:
    """The growth of a period, against two years to date, or against its own parts."""
    code = facts.code
    rows = growing(facts)
    rows = rows[adds_up(facts, rows, over_time=True)]
    base = code["growth_base"][rows]
    spans = _Spans.of_rows(facts, rows)
    # bases lie as far back from the periods as one another
    back = np.where(facts.first[base] > 0, spans.first - facts.first[base], -1)
    even = spans.last - facts.last[base] == back
    levelled = of_kind(facts, "level", "count")[rows] & even & (back > 0)
    spans = spans.take(np.flatnonzero(even & (back > 0)), back)
    levelled = levelled[np.flatnonzero(even & (back > 0))]
    whole, begin, rest = spans.splits()
    fit = levelled[whole] & levelled[begin]
    year, earlier, single = (spans.fact[x[fit]] for x in (whole, begin, rest))
    yield Claims(
        (single, year, earlier),
        compute(
            PERIOD_GROWTH,
            *(
                Operand(of, at)
                for at in (year, earlier)
                for of in (facts.stated, facts.growths)
            ),
        ),
        Operand(facts.growths, single),
        together=(single, year, earlier),
    )
    for owner, parts in _tilings(facts, spans, places=True):
        fit = np.logical_and.reduce([levelled[part] for part in parts])
        rows = spans.fact[owner[fit]]
        mine = [spans.fact[part[fit]] for part in parts]
        yield Claims(
            (rows, *mine),
            growth_of_sum(facts, TOTAL, mine),
            Operand(facts.growths, rows),
            together=(rows, *mine),
        )


@dataclass(frozen=True)
class _Spans:
    """Figures of whole months: the series (with its mode), the first and last month.

    `fact` is the row of each, `place` its place in ``facts.levels`` or among the rows.
    """

    series: Ints
    first: Ints
    last: Ints
    fact: Rows
    place: Rows

    @classmethod
    def of_rows(cls, facts: Facts, rows: Rows) -> _Spans:
        """Rows of facts."""
        when = facts.code["period"][rows]
        series = _with_mode(facts.series(rows), facts.code["mode"][rows])
        return cls(series, facts.first[when], facts.last[when], rows, rows)

    def take(self, at: Rows, other: Ints) -> _Spans:
        """Some of these; series also differ by `other`."""
        both = self.series[at] * (other.max(initial=0) + 1) + other[at]
        series = np.where(self.series[at] < 0, -1, both)
        rest = self.first[at], self.last[at], self.fact[at], self.place[at]
        return _Spans(series, *rest)

    @cached_property
    def inside(self) -> tuple[Rows, Rows]:
        """Pairs of a period and a shorter one of its series that it contains."""
        length = self.last - self.first + 1
        dated = (self.first > 0) & (self.series >= 0)
        holds = dated & (length > 1) & (length <= _MOST_MONTHS)
        holds &= length > self._shortest(length, dated)
        long = np.flatnonzero(holds)
        owner = np.repeat(long, length[long])
        before = np.cumsum(length[long]) - length[long]
        month = np.arange(len(owner)) - np.repeat(before, length[long])
        left, part = join(
            _at(self.series[owner], month + self.first[owner]),
            np.where(dated, _at(self.series, self.first), -1),
        )
        owner = owner[left]
        fit = (self.last[part] <= self.last[owner]) & (length[part] < length[owner])
        return owner[fit], part[fit]

    def _shortest(self, length: Ints, dated: Any) -> Ints:
        """For each the least length among the periods of its series."""
        order = np.argsort(self.series, kind="stable")
        series = self.series[order]
        starts = np.flatnonzero(np.diff(series, prepend=-2))
        mine = np.where(dated, length, _MOST_MONTHS + 1)[order]
        shortest = np.empty(len(length), np.int64)
        sizes = np.diff(starts, append=len(series))
        if len(starts):
            shortest[order] = np.repeat(np.minimum.reduceat(mine, starts), sizes)
        return shortest

    def splits(self) -> tuple[Rows, Rows, Rows]:
        """Periods with a beginning and the rest."""
        whole, begin = self.inside
        starts = self.first[whole] == self.first[begin]
        whole, begin = whole[starts], begin[starts]
        dated = np.where(self.first > 0, _at(self.series, self.first), -1)
        left, rest = join(_at(self.series[whole], self.last[begin] + 1), dated)
        ends = self.last[rest] == self.last[whole[left]]
        return whole[left[ends]], begin[left[ends]], rest[ends]


def _at(series: Ints, month: Ints) -> Ints:
    """One number per series and month."""
    return np.where(series < 0, -1, (series << 20) + month)


def _with_mode(series: Ints, mode: Ints) -> Ints:
    return np.where(series < 0, -1, series * 4 + mode)


def _level_spans(facts: Facts) -> _Spans:
    """The levels that add up over periods; counts do not."""
    levels = facts.levels
    place = np.flatnonzero(of_kind(facts, "level", "growth")[levels.fact])
    place = place[adds_up(facts, levels.fact[place], over_time=True)]
    series, when = np.divmod(levels.key[place], len(facts.first))
    known = levels.key[place] >= 0
    return _Spans(
        np.where(known, _with_mode(series, levels.mode[place]), -1),
        np.where(known, facts.first[when], 0),
        np.where(known, facts.last[when], 0),
        levels.fact[place],
        place,
    )


def _tilings(
    facts: Facts, spans: _Spans, places: bool = False
) -> Iterator[tuple[Rows, list[Rows]]]:
    """Periods with shorter ones that make them up: the periods, and one array a part.

    The parts are all months (or January and February as one), all quarters, both
    halves, or a beginning and the rest. Yields places in the levels, or with `places`
    in the spans.
    """
    named = np.arange(len(spans.fact)) if places else spans.place
    whole, part = spans.inside
    length = spans.last - spans.first + 1
    offset = spans.first[part] - spans.first[whole]
    one_month = length[part] == 1
    # January and February as one period, as Chinese statistics print them
    new_year = (length[part] == 2) & (spans.first[part] % 12 == 0)
    has_new_year = np.isin(whole, whole[new_year])
    later = one_month & (spans.first[part] % 12 > 1)
    kinds = [one_month, has_new_year & (new_year | later)]
    kinds += [(length[part] == size) & (offset % size == 0) for size in (3, 6)]
    for kind in kinds:
        yield from _covering(facts, spans, whole[kind], part[kind], named)
    owner, begin, rest = spans.splits()
    new = (length[begin] != length[rest]) | ~np.isin(length[begin], (1, 3, 6))
    new &= (length[owner] > 3) | (length[begin] < 2) | (spans.first[owner] % 12 > 0)
    yield named[owner[new]], [named[begin[new]], named[rest[new]]]


def _covering(
    facts: Facts, spans: _Spans, whole: Rows, part: Rows, named: Rows
) -> Iterator[tuple[Rows, list[Rows]]]:
    """Periods that parts cover without a gap; of facts that repeat a part, one."""
    one = first_of(
        facts,
        whole,
        spans.first[part],
        rows=spans.fact[part],
        like=spans.fact[whole],
    )
    whole, part = whole[one], part[one]
    length = spans.last - spans.first + 1
    for owners, places in sets(whole):
        parts = [part[places[:, k]] for k in range(places.shape[1])]
        covered = np.sum([length[one] for one in parts], axis=0)
        full = covered == length[owners]
        if full.any():
            yield named[owners[full]], [named[one[full]] for one in parts]


def _facts_of(levels: Any, parts: list[Rows]) -> Iterator[Rows]:
    for part in parts:
        yield levels.fact[part]
        yield levels.second[part]


def _on_sum(low: Any, high: Any, *parts: Any) -> Any:
    """The growth of a level on the sum of the parts of its base."""
    return GROWTH.columns(*SUM.columns(*parts), low, high)


def _on_sum_span(level: Span, *parts: Span) -> Span:
    return exact.growth(SUM.exactly(*parts), level)


_ON_SUM = Formula(_on_sum, _on_sum_span)
