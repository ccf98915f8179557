"""The finest cells under a view: series chosen, joined, added up."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.kinds import TABLE
from .._common.status import lowest
from .base import FEBRUARY, Known, one_month
from .cells import Cells, cells_of, indptr_of, kept_indptr, lowest_at
from .lives import Lives
from .sums import ExactSums, Layout, Moved, Naming, regroup_named

if TYPE_CHECKING:
    from .._common.types import Codes, Ints, Mask
    from .base import Base, BaseLevel, Rules
    from .calendar import Calendar
    from .view import Grouping

MOST_ZEROS = 1 << 28
"""Zeros beyond which absent="zero" is refused."""


class Joined(NamedTuple):
    """The cells of one measure in joined series.

    Attributes
    ----------
    cells : Cells
        Those that have a row, or an assumed 0. NaN: a row without a value.
    lives : Lives
    assumed : ndarray of bool or None
        Where the 0 is assumed.
    """

    cells: Cells
    lives: Lives
    assumed: Mask | None = None


class Level(NamedTuple):
    """The cells of one measure in the series of a view, and how many each adds up.

    `members` is None where each cell is of one series.
    """

    cells: Cells
    lives: Lives
    members: Ints | None = None


# ---- chosen and joined -----------------------------------------------------------


def joined(
    base: Base, number: int, groups: Grouping, calendar: Calendar, rules: Rules
) -> Joined:
    """The cells of a measure in the series that take part, joined by their labels."""
    level = base.levels[number]
    layout, sums, months = _chosen(base.layout, level, groups.chosen)
    if groups.joins:
        layout, sums, months = _added(layout, sums, months, groups, level, calendar)
    elif groups.to_joined is not None:
        layout, sums, months = _sorted(layout, sums, months, groups)
    if rules.nulls == "absent":
        some = _with_values(sums, months)
        layout = Layout(
            kept_indptr(layout.indptr, some), layout.ordinals[some], layout.rows[some]
        )
        sums, months = sums.take(some), None if months is None else months[some]
    lone, codes = None, None
    if months is not None:
        # A flow needs both months, other levels February.
        alone = (months != 0) & (months < FEBRUARY)
        if TABLE[level.kind].dates == "add":
            alone = one_month(months)
        codes = np.where(alone, np.uint8(_core.INCOMPLETE), np.uint8(0))
        lone = alone & (sums.counts > 0)
    cells = Cells(layout.indptr, layout.ordinals, sums.values, codes, sums, lone)
    known = _known_of(level, groups) if level.known else _known(cells, calendar, rules)
    if rules.absent == "zero" and TABLE[level.kind].zero:
        return _zero_filled(cells, known, calendar)
    return Joined(cells, known.lives)


def _with_values(sums: ExactSums, months: Codes | None) -> Mask:
    """Which cells have a row that has a value."""
    some: Mask = sums.counts > 0
    if months is not None:  # a lone January of a stock is a row all the same
        some = some | one_month(months)
    return some


def _known(cells: Cells, calendar: Calendar, rules: Rules) -> Known:
    """What the rows of all periods tell."""
    filled = np.diff(cells.indptr) > 0
    final = np.full(len(filled), calendar.low - 1, np.int64)
    final[filled] = cells.ordinals[cells.indptr[1:][filled] - 1]
    lives = Lives.of(cells, calendar.complete, rules.exit_after)
    return Known(lives, final, np.arange(calendar.low, calendar.high + 1))


def _known_of(level: BaseLevel, groups: Grouping) -> Known:
    """What was known of the series that take part, none of which are joined."""
    known, chosen = level.known, groups.chosen
    assert known is not None
    if groups.to_joined is not None:
        order = np.argsort(groups.to_joined)
        chosen = order if chosen is None else chosen[order]
    if chosen is None:
        return known
    return known._replace(lives=known.lives.take(chosen), final=known.final[chosen])


def narrowed(
    base: Base, number: int, periods: Ints, calendar: Calendar, rules: Rules
) -> Base:
    """One measure of the finest cells, of some periods alone.

    When series live is still told by their cells of all periods. Series must not be
    joined by other labels.
    """
    level, layout = base.levels[number], base.layout
    rows = Cells.at(layout)
    if rules.nulls == "absent":
        rows = rows.kept(_with_values(level.sums, level.months))
    known = _known(rows, calendar, rules)._replace(periods=periods)
    wanted = np.zeros(calendar.high - calendar.low + 1, bool)
    wanted[periods - calendar.low] = True
    keep = wanted[layout.ordinals - calendar.low]
    cells = np.flatnonzero(keep)
    part = Layout(
        kept_indptr(layout.indptr, keep), layout.ordinals[cells], layout.rows[cells]
    )
    own = replace(
        level,
        sums=level.sums.take(cells),
        dates=None if level.dates is None else level.dates[cells],
        months=None if level.months is None else level.months[cells],
        known=known,
    )
    stated = None if base.stated is None else base.stated[cells]
    return replace(base, layout=part, levels=(own,), stated=stated)


def _chosen(
    layout: Layout, level: BaseLevel, chosen: Ints | None
) -> tuple[Layout, ExactSums, Codes | None]:
    """The cells of the finest series that take part."""
    if chosen is None:
        return layout, level.sums, level.months
    return _taken(layout, level.sums, level.months, chosen)


def _sorted(
    layout: Layout, sums: ExactSums, months: Codes | None, groups: Grouping
) -> tuple[Layout, ExactSums, Codes | None]:
    """The cells in the order of series that only have other labels."""
    to = groups.to_joined
    assert to is not None
    if np.array_equal(to, np.arange(len(to))):
        return layout, sums, months
    return _taken(layout, sums, months, np.argsort(to))


def _taken(
    layout: Layout, sums: ExactSums, months: Codes | None, series: Ints
) -> tuple[Layout, ExactSums, Codes | None]:
    """The cells of some series."""
    indptr, place = cells_of(layout.indptr, series)
    part = Layout(indptr, layout.ordinals[place], layout.rows[place])
    return part, sums.take(place), None if months is None else months[place]


def _added(
    layout: Layout,
    sums: ExactSums,
    months: Codes | None,
    groups: Grouping,
    level: BaseLevel,
    calendar: Calendar,
) -> tuple[Layout, ExactSums, Codes | None]:
    """The cells of series that are joined into one, added."""
    assert groups.to_joined is not None
    moved = Moved(layout, [sums], groups.to_joined)
    naming = Naming(groups.joined, (level.name,), calendar)
    where, [added] = regroup_named([moved], naming)
    if months is not None:
        old = Cells.at(layout)
        series = groups.to_joined[old.series].astype(np.int64)
        bits = np.zeros(len(where.ordinals), np.uint8)
        place = Cells.at(where).place(series, old.ordinals)
        np.bitwise_or.at(bits, place, months)
        months = bits
    return where, added, months


def _zero_filled(cells: Cells, known: Known, calendar: Calendar) -> Joined:
    """The cells, and a 0 wherever a living series has no row.

    Without a cutoff whoever is late has not sold nothing: the periods after the last
    row of a series stay missing.
    """
    lives, final, periods = known
    count = len(cells.indptr) - 1
    until = final if calendar.cutoff is None else np.full(count, calendar.complete)
    until = np.minimum(until, lives.last)
    if lives.gaps is not None:  # one ends with the row after the cutoff
        until[lives.gaps.series] = lives.gaps.start - 1
    begin = np.searchsorted(periods, lives.first)
    sizes = np.maximum(np.searchsorted(periods, until, side="right") - begin, 0)
    sizes[final < calendar.low] = 0
    if sizes.sum() > MOST_ZEROS:
        raise MemoryError(
            f"absent is 'zero': {int(sizes.sum()):,} cells of living series do not fit"
        )
    series = np.repeat(np.arange(count, dtype=np.int64), sizes)
    ends = indptr_of(sizes)
    ordinals = periods[begin[series] + np.arange(len(series)) - ends[series]]
    empty = cells.place(series, ordinals) < 0
    series, ordinals = series[empty], ordinals[empty]
    return _with_zeros(cells, lives, series, ordinals)


def _with_zeros(cells: Cells, lives: Lives, series: Ints, ordinals: Ints) -> Joined:
    """The cells and those of other places, in packed order, with an assumed 0."""
    if not len(series) or cells.sums is None:
        return Joined(cells, lives)
    zeros, count = len(series), len(cells.ordinals) + len(series)
    # Each goes before the first cell after it.
    fresh = cells.first_from(series, ordinals) + np.arange(zeros)
    assumed = np.zeros(count, bool)
    assumed[fresh] = True
    old = np.flatnonzero(~assumed)

    def extended(part: Any, beside: Any = 0) -> Any:
        if part is None:
            return None
        room = np.zeros(count, part.dtype)
        room[old], room[fresh] = part, beside
        return room

    indptr = (
        cells.indptr + indptr_of(np.bincount(series, minlength=len(cells.indptr)))[:-1]
    )
    values = extended(cells.values)
    sums = replace(cells.sums.placed(old, count), values=values)
    made = Cells(
        indptr,
        extended(cells.ordinals, ordinals),
        values,
        extended(cells.status),
        sums,
        extended(cells.lone),
    )
    return Joined(made, lives, assumed)


# ---- added over series -----------------------------------------------------------


def over_series(part: Joined, groups: Grouping, name: str, calendar: Calendar) -> Level:
    """The cells of groups of series.

    The number stands beside INCOMPLETE where a living series has no value. Where none
    has one, an assumed 0 is no value either.
    """
    cells, lives, to = part.cells, part.lives, groups.to
    known = np.isfinite(cells.values)
    if to is None:
        marked = known if cells.status is None else known | (cells.status != 0)
        return Level(cells.kept(marked), lives)
    assert cells.sums is not None
    every = bool(known.all())
    counted = [] if every else [known]
    if part.assumed is not None:
        counted.append(known & ~part.assumed)
    alone = cells.status is not None
    if alone:
        counted.append(cells.codes == _core.INCOMPLETE)
    ones = np.ones(len(known), np.int64)
    terms = list(cells.sums.apart(ones))
    terms += [ExactSums.counting(mask, ones) for mask in counted]
    moved = Moved(Layout(cells.indptr, cells.ordinals, ones), terms, to)
    naming = Naming(groups.series, (name,) * len(terms), calendar)
    layout, [sums, rows, *counts] = regroup_named([moved], naming)
    sums = sums.counted_by(rows)
    more = [count.lo.view(np.int64) for count in counts]
    members = layout.rows if every else more.pop(0)
    where = Cells.at(layout)
    living = lives.counts(where.series, where.ordinals, to)
    lacking = members < living
    has = members > 0
    if part.assumed is not None:
        has &= ~lacking | (more[0] > 0)
    codes = np.where(lacking, np.uint8(_core.INCOMPLETE), np.uint8(0))
    codes[~has] = _core.MISSING
    lone = None
    if alone:
        some = more[-1]
        codes[(some > 0) & (has | (some == living))] = _core.INCOMPLETE
        lone = has & (some == members)
    sums = replace(sums, values=np.where(has, sums.numbers(), np.nan))
    made = Cells(layout.indptr, layout.ordinals, sums.values, codes, sums, lone)
    keep = has | (members > 0) | (codes == _core.INCOMPLETE)
    grown = lives.grouped(to, groups.series.count)
    return Level(made.kept(keep), grown, members[keep])


def formed_then_added(
    cells: Cells, lives: Lives, groups: Grouping, naming: Naming
) -> Cells:
    """What was formed of each series, added over the series of groups.

    Where no living series has a number the lowest of their statuses stands.
    """
    to = groups.to
    if to is None or cells.sums is None:
        return cells
    known = np.isfinite(cells.values)
    ones = np.ones(len(known), np.int64)
    terms = list(cells.sums.where(known).apart(ones))
    terms.append(ExactSums.counting(known, ones))
    moved = Moved(Layout(cells.indptr, cells.ordinals, ones), terms, to)
    layout, [sums, rows, count] = regroup_named([moved], naming)
    sums = sums.counted_by(rows)
    where = Cells.at(layout)
    members = count.lo.astype(np.int64)
    living = lives.counts(where.series, where.ordinals, to)
    has = members > 0
    place = where.place(to[cells.series].astype(np.int64), cells.ordinals)
    marks = lowest_at(cells.codes[known], place[known], len(members))
    lacking = np.where(members < living, np.uint8(_core.INCOMPLETE), np.uint8(0))
    reasons = lowest_at(cells.codes[~known], place[~known], len(members))
    # A living series without any cell is missing there.
    unseen = np.bincount(place, minlength=len(members)) < living
    absent = np.where(unseen, np.uint8(_core.MISSING), np.uint8(0))
    codes = np.where(has, lowest(marks, lacking), lowest(reasons, absent))
    sums = replace(sums, values=np.where(has, sums.numbers(), np.nan))
    return Cells(layout.indptr, layout.ordinals, sums.values, codes, sums)
