"""Merging panels: any number of parts into the whole."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.arguments import choice
from .._common.kinds import TABLE
from .._common.messages import one_line, short
from .base import BOTH, NO_DATE, Base, BaseLevel, Rules, one_month
from .cells import Cells, cells_of, indptr_of, packed
from .panel import PanelData
from .series import united
from .sums import Layout, Moved, Naming, regroup_in_order
from .view import Shown, View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Ints, Map, Mask

_NO_RULES = Rules()


def merge(panels: Sequence[PanelData], overlap: str, reason: str = "") -> PanelData:
    """See `Panel.merge`: any number of parts.

    `reason` is why parts must not share a cell, in a message that names one; by default
    the rule that forbids it.
    """
    choice(overlap, "overlap", {"add": 0, "replace": 1, "error": 2})
    first = panels[0]
    for other in panels[1:]:
        _require_alike(first, other)
    parts = [panel for panel in panels if len(panel.base.layout.ordinals)]
    if len(parts) < 2:
        return parts[0] if parts else first
    first = parts[0]
    for other in parts[1:]:
        _require_same_view(first, other)
    nulls = first.rules.nulls
    bases = [chosen_base(part, first) for part in parts]
    base = _whole(bases, overlap, nulls, reason)
    view = View.whole(base.series)
    for key, labels in first.view.recodes:
        known = view.used(key)
        view = view.recoded(key, {o: new for o, new in labels.items() if o in known})
    view = replace(
        view,
        recodes=first.view.recodes,
        kept=first.view.kept,
        freq=first.view.freq,
        shown=_shown(parts),
    )
    return replace(first, base=base, view=view)


def _require_alike(panel: PanelData, other: PanelData) -> None:
    """A ValueError for parts whose measures or keys differ."""
    require_equal(
        ("keys", panel.base.series.keys, other.base.series.keys),
        ("measures", panel.names, other.names),
        ("kinds", _kinds(panel), _kinds(other)),
        ("frequency", panel.base.freq, other.base.freq),
        ("units", units(panel), units(other)),
        ("duplicates", _repeats(panel), _repeats(other)),
    )


def _require_same_view(panel: PanelData, other: PanelData) -> None:
    if panel.rules != other.rules:
        raise ValueError(
            f"other has the rules of absence {other.rules}, the panel {panel.rules}: "
            "give both the same with .assume()"
        )
    if panel.view.grouping != other.view.grouping:
        raise ValueError(
            "the panels are grouped in different ways: merge first, then roll up, "
            "recode or resample"
        )


def _kinds(panel: PanelData) -> dict[str, str]:
    return {level.name: level.kind for level in panel.levels}


def _repeats(panel: PanelData) -> dict[str, str]:
    """The rule for rows of one series and date, of every measure."""
    base = panel.base
    return {
        level.name: base.duplicates or TABLE[level.kind].repeats
        for level in base.levels
    }


def units(panel: PanelData) -> dict[str, str]:
    """The units of the measures that have one."""
    return {level.name: level.unit for level in panel.levels if level.unit}


def require_equal(*traits: tuple[str, Any, Any]) -> None:
    """A ValueError for the first (name, panel's, other's) that differ."""
    for what, ours, theirs in traits:
        if ours != theirs:
            raise ValueError(
                f"other has {what} {short(theirs)}, the panel {short(ours)}"
            )


def _shown(parts: Sequence[PanelData]) -> tuple[Shown, ...]:
    """The periods in view of any of the parts; nothing where one shows all."""
    if not all(part.view.shown for part in parts):
        return ()
    ends = [part.calendar.visible for part in parts]
    low, high = min(a for a, _ in ends), max(b for _, b in ends)
    return (Shown(parts[0].calendar.freq, low, high),)


def chosen_base(panel: PanelData, first: PanelData) -> Base:
    """The finest cells of the series that take part, of the measures of `first`."""
    base, chosen = panel.base, panel.view.chosen
    names = [level.name for level in first.base.levels]
    if not first.assigned:
        names = list(first.names)
    known = {level.name: level for level in base.levels}
    base = replace(base, levels=tuple(known[name] for name in names))
    if chosen is None:
        return base
    numbers = np.flatnonzero(chosen)
    indptr, place = cells_of(base.layout.indptr, numbers)
    layout = Layout(indptr, base.layout.ordinals[place], base.layout.rows[place])
    levels = tuple(_level_at(level, numbers, place) for level in base.levels)
    series = base.series.narrowed(chosen, ())
    repeats = None if base.repeats is None else base.repeats[numbers]
    return replace(
        base,
        series=series,
        layout=layout,
        levels=levels,
        repeats=repeats,
        stated=None if base.stated is None else base.stated[place],
    )


def _level_at(level: BaseLevel, numbers: Ints, place: Ints) -> BaseLevel:
    """A measure of some series, whose cells lie at some places."""
    return replace(
        level,
        sums=level.sums.take(place),
        dates=None if level.dates is None else level.dates[place],
        months=None if level.months is None else level.months[place],
        nulls=None if level.nulls is None else level.nulls[numbers],
    )


# ---- cells ---------------------------------------------------------------------------


class _Shared(NamedTuple):
    """The cells at places that several parts have, sorted by place and part.

    `place` numbers the places; `cell` numbers the cells through all parts. `reason` is
    why they are refused, if not by a rule.
    """

    place: Ints
    cell: Ints
    reason: str = ""


def _whole(bases: Sequence[Base], overlap: str, nulls: str, reason: str) -> Base:
    """The cells of all parts in one base."""
    first = bases[0]
    series, maps = united([base.series for base in bases])
    keep = _kept(bases, maps, overlap, nulls, reason)
    low, high = min(b.low for b in bases), max(b.high for b in bases)
    empty = replace(first, low=low, high=high)
    calendar = PanelData.of(empty, _NO_RULES).finest
    naming = Naming(series, tuple(level.name for level in first.levels), calendar)
    moved = []
    for base, to, masks in zip(bases, maps, keep, strict=True):
        sums = [
            level.sums if mask.all() else level.sums.where(mask)
            for level, mask in zip(base.levels, masks, strict=True)
        ]
        layout = base.layout
        if overlap == "replace":
            used = np.any(masks, axis=0)
            layout = layout._replace(rows=np.where(used, layout.rows, 0))
        moved.append(Moved(layout, sums, to))
    layout, sums = regroup_in_order(moved, naming)
    size = len(layout.ordinals)
    dated = any(base.dated for base in bases)
    places = _places(bases, maps, layout) if any(map(_has_marks, bases)) else []
    levels = []
    for k, (level, added) in enumerate(zip(first.levels, sums, strict=True)):
        parts = [base.levels[k] for base in bases]
        masks = [each[k] for each in keep]
        levels.append(
            replace(
                level,
                sums=added,
                dates=_dates(bases, k, masks, places, size),
                months=_months(parts, masks, places, size),
                nulls=_added([part.nulls for part in parts], maps, series.count),
            )
        )
    repeats = _added([base.repeats for base in bases], maps, series.count)
    if dated and size < sum(len(base.layout.ordinals) for base in bases):
        repeats = None  # whether the rows are of one date is not known
    return replace(
        empty,
        series=series,
        layout=layout,
        levels=tuple(levels),
        dated=dated,
        repeats=repeats,
        stated=_stated(bases, maps, layout) if dated else None,
    )


def _stated(bases: Sequence[Base], maps: Sequence[Map], layout: Layout) -> Mask | None:
    """The cells of which no row states a date, if there are any."""
    dated = [_dated_cells(base) for base in bases]
    if all(mask.all() for mask in dated):
        return None
    stated = np.ones(len(layout.ordinals), bool)
    for mask, place in zip(dated, _places(bases, maps, layout), strict=True):
        stated[place[mask]] = False
    return stated if stated.any() else None


def _has_marks(base: Base) -> bool:
    """Whether cells have dates, or months of January and February."""
    return any(x.dates is not None or x.months is not None for x in base.levels)


def _places(bases: Sequence[Base], maps: Sequence[Map], layout: Layout) -> list[Ints]:
    """Where each cell of each part lies in the whole."""
    where, parts = Cells.at(layout), [Cells.at(base.layout) for base in bases]
    return [
        where.place(to[at.series].astype(np.int64), at.ordinals)
        for to, at in zip(maps, parts, strict=True)
    ]


def _shared_cells(bases: Sequence[Base], maps: Sequence[Map]) -> _Shared:
    """The cells at places that several parts have."""
    parts = [Cells.at(base.layout) for base in bases]
    key = np.concatenate(
        [
            packed(to[at.series].astype(np.int64), at.ordinals)
            for to, at in zip(maps, parts, strict=True)
        ]
    )
    order = np.argsort(key, kind="stable")
    key = key[order]
    new = np.ones(len(key), bool)
    new[1:] = key[1:] != key[:-1]
    return _several(_Shared(np.cumsum(new) - 1, order))


def _starts(bases: Sequence[Base]) -> Ints:
    """The number of the first cell of each part, and of all cells."""
    return indptr_of([len(base.layout.ordinals) for base in bases])


def _are_added(base: Base, overlap: str) -> bool:
    """Whether all cells at one place are added, those of every measure."""
    kinds = {TABLE[level.kind].repeats for level in base.levels}
    return overlap == "add" and base.duplicates in (None, "add") and kinds == {"add"}


def _kept(
    bases: Sequence[Base], maps: Sequence[Map], overlap: str, nulls: str, reason: str
) -> list[list[Mask]]:
    """Which cells of each part and measure count."""
    starts, first = _starts(bases), bases[0]
    masks = [np.ones(starts[-1], bool) for _ in first.levels]
    if not _are_added(first, overlap):
        shared = _shared_cells(bases, maps)._replace(reason=reason)
        if len(shared.place):
            _refuse_shared(bases, shared, overlap)
            for k, mask in enumerate(masks):
                part = shared
                if nulls == "absent":  # a row without a value is as no row
                    part = _several(_some(shared, _has_row(bases, shared, k)))
                mask[part.cell] = _chosen_cells(bases, part, k, overlap)
    parts = [np.split(mask, starts[1:-1]) for mask in masks]
    return [list(each) for each in zip(*parts, strict=True)]


def _refuse_shared(bases: Sequence[Base], shared: _Shared, overlap: str) -> None:
    """A ValueError if parts must not share cells."""
    if overlap == "error":
        _refuse(bases, shared, 0, "overlap is 'error'")
    rule, dated = bases[0].duplicates, _dated(bases, shared)
    if overlap == "add" and rule not in (None, "add") and dated.any():
        at = int(dated.argmax())
        _refuse(bases, shared, at, f"duplicates is {short(rule)}, and rows state dates")


def _some(shared: _Shared, mask: Mask) -> _Shared:
    """Some of the cells."""
    return shared._replace(place=shared.place[mask], cell=shared.cell[mask])


def _several(shared: _Shared) -> _Shared:
    """The cells of the places that still have more than one."""
    counts = np.bincount(shared.place, minlength=1)
    return _some(shared, counts[shared.place] > 1)


def _has_row(bases: Sequence[Base], shared: _Shared, k: int) -> Mask:
    """Which cells have a value of a measure, or January alone of one."""
    mask = _valued(bases, shared, k)
    if any(base.levels[k].months is not None for base in bases):
        months = _column(bases, shared, lambda base: _months_of(base.levels[k]))
        mask |= one_month(months)
    return mask


def _dated_cells(base: Base) -> Mask:
    """Which cells of a part may hold rows that state dates."""
    every = np.full(len(base.layout.ordinals), base.dated)
    return every if base.stated is None else every & ~base.stated


def _dated(bases: Sequence[Base], shared: _Shared) -> Mask:
    """Which cells lie at a place where a part states dates."""
    dated = _column(bases, shared, _dated_cells)
    mask: Mask = np.bincount(shared.place, dated, minlength=1)[shared.place] > 0
    return mask


def _chosen_cells(bases: Sequence[Base], shared: _Shared, k: int, overlap: str) -> Mask:
    """Which of the cells that parts share count for one measure."""
    rule = bases[0].duplicates or TABLE[bases[0].levels[k].kind].repeats
    every = np.ones(len(shared.place), bool)
    if not len(every) or (overlap == "add" and rule == "add"):
        return every
    if overlap == "replace":
        # A cell without a value replaces nothing.
        valued = _valued(bases, shared, k)
        return _last(shared.place, valued) | _first_of_none(shared.place, valued)
    dated, chosen = _dated(bases, shared), every.copy()
    for mask, choose in ((dated, _latest), (~dated, _by_rule)):
        if mask.any():
            chosen[mask] = choose(bases, _some(shared, mask), k, rule)
    result: Mask = chosen
    return result


def _valued(bases: Sequence[Base], shared: _Shared, k: int) -> Mask:
    """Which cells have a value of a measure."""
    mask: Mask = _column(bases, shared, lambda base: base.levels[k].sums.counts) > 0
    return mask


def _first_of_none(place: Ints, valued: Mask) -> Mask:
    """The first cell of each place where none has a value."""
    some = np.bincount(place, valued)[place] > 0
    first = np.ones(len(place), bool)
    first[1:] = place[1:] != place[:-1]
    mask: Mask = first & ~some
    return mask


def _by_rule(bases: Sequence[Base], shared: _Shared, k: int, rule: str) -> Mask:
    """Rows that state the period: by the rule for repeated rows."""
    if rule == "last":
        return _last(shared.place, np.ones(len(shared.place), bool))
    level = bases[0].levels[k]
    if rule == "identical":
        return _first_of_equal(bases, shared, k, level)
    why = "duplicates is 'error'"
    if bases[0].duplicates is None:
        why = f"a {level.kind} is not added"
    _refuse(bases, shared, 0, why)
    return np.ones(len(shared.place), bool)


def _column(bases: Sequence[Base], shared: _Shared, column: Any) -> Any:
    """An array of every part at the shared cells."""
    return np.concatenate([column(base) for base in bases])[shared.cell]


def _last(place: Ints, among: Mask) -> Mask:
    """The last of those marked at each place."""
    at = np.flatnonzero(among)
    final = np.ones(len(at), bool)
    final[:-1] = place[at][1:] != place[at][:-1]
    chosen = np.zeros(len(place), bool)
    chosen[at[final]] = True
    return chosen


def _latest(bases: Sequence[Base], shared: _Shared, k: int, rule: str) -> Mask:
    """The cell of the latest date at each place; two of one date are refused.

    Where none has a value all stay: they hold no number.
    """
    valued = _valued(bases, shared, k)
    at = np.flatnonzero(valued)
    dates = _column(bases, shared, lambda base: _of_dates(base, k))[at]
    order = np.lexsort((dates, shared.place[at]))
    place, dates = shared.place[at][order], dates[order]
    final = np.ones(len(at), bool)
    final[:-1] = place[1:] != place[:-1]
    tied = ~final[:-1] & final[1:] & (dates[1:] == dates[:-1])
    if tied.any():
        cell = int(at[order][int(tied.argmax())])
        _refuse(bases, shared, cell, f"a {bases[0].levels[k].kind} is not added")
    chosen = np.bincount(shared.place, valued)[shared.place] == 0
    chosen[at[order[final]]] = True
    result: Mask = chosen
    return result


def _of_dates(base: Base, k: int) -> Any:
    """The day of each value; where the rows state the period, its last one."""
    dates = base.levels[k].dates
    if dates is None:
        days = _core.period_days(base.freq, base.low, base.high - base.low + 1, True)
        dates = days[base.layout.ordinals - base.low].astype(np.int32)
    return dates


def _first_of_equal(
    bases: Sequence[Base], shared: _Shared, k: int, level: BaseLevel
) -> Mask:
    """The first cell at each place; cells that differ are refused."""
    first = np.ones(len(shared.place), bool)
    first[1:] = shared.place[1:] != shared.place[:-1]
    sums = [base.levels[k].sums for base in bases]
    exact: list[Any] = [None] * len(shared.place)
    for (start, stop), each in zip(pairwise(_starts(bases)), sums, strict=True):
        mine = np.flatnonzero((start <= shared.cell) & (shared.cell < stop))
        few = each.take(shared.cell[mine] - start)
        for at, value, count in zip(mine, few.fractions(), few.counts, strict=True):
            exact[at] = value if count else None
    for at in np.flatnonzero(~first):
        if exact[at] != exact[at - 1]:
            _refuse(
                bases,
                shared,
                int(at),
                f"duplicates is 'identical', and {one_line(level.name)} differs",
            )
    return first


def _refuse(bases: Sequence[Base], shared: _Shared, at: int, why: str) -> None:
    starts, number = _starts(bases), int(shared.cell[at])
    part = int(np.searchsorted(starts, number, side="right")) - 1
    base, cell = bases[part], number - int(starts[part])
    series = int(np.searchsorted(base.layout.indptr, cell, side="right")) - 1
    period = PanelData.of(base, _NO_RULES).finest.label(int(base.layout.ordinals[cell]))
    raise ValueError(
        f"both panels have {short(base.series.name(series))} at {period}: "
        f"{shared.reason or why}"
    )


def _added(
    numbers: Sequence[Ints | None], maps: Sequence[Map], count: int
) -> Ints | None:
    """Numbers of the series of all parts, added; None where a part has none."""
    sums = np.zeros(count, np.int64)
    for each, to in zip(numbers, maps, strict=True):
        if each is None:
            return None
        np.add.at(sums, to, each)
    return sums


def _dates(
    bases: Sequence[Base],
    k: int,
    masks: Sequence[Mask],
    places: Sequence[Ints],
    size: int,
) -> Any:
    """The date of the value of each cell."""
    if all(base.levels[k].dates is None for base in bases):
        return None
    dates = np.full(size, NO_DATE, np.int32)
    for base, mask, place in zip(bases, masks, places, strict=True):
        keep = mask & (base.levels[k].sums.counts > 0)
        dates[place[keep]] = _of_dates(base, k)[keep]
    return dates


def _months_of(level: BaseLevel) -> Any:
    if level.months is None:
        return np.full(len(level.sums.counts), BOTH, np.uint8)
    return level.months


def _months(
    parts: Sequence[BaseLevel], masks: Sequence[Mask], places: Sequence[Ints], size: int
) -> Any:
    """The months of January and February that have a value in each cell."""
    if all(part.months is None for part in parts):
        return None
    bits = np.zeros(size, np.uint8)
    for part, mask, place in zip(parts, masks, places, strict=True):
        own = _months_of(part)
        np.bitwise_or.at(bits, place[mask], own[mask])
    return bits
