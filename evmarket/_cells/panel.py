"""The state of a panel: the finest cells, the rules of absence and a view."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.kinds import LEVELS, TABLE
from .._common.messages import listing, one_line, short
from .._common.record import record
from .._common.status import lowest
from .calendar import Calendar
from .coarse import Coarse, resampled
from .finest import Joined, Level, joined, narrowed, over_series
from .measure import Applied, MeasureData, Origin, Read
from .series import SeriesIndex
from .sums import Layout, Moved, Naming, regroup_named
from .view import View

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Ints, Map
    from .base import Base, BaseLevel, Rules
    from .lives import Lives
    from .measure import Recipe
    from .view import Grouping


_PER = {"percent": 100.0, "%": 100.0, "‰": 1000.0}
"""What a rate in one of these units is divided by: measures hold fractions."""


@dataclass(frozen=True)
class Traits:
    """What is known of a measure before it is read.

    Attributes
    ----------
    name, kind, unit : str, str, str or None
    recipe : Recipe or None
        How an assigned measure is formed; None for those of the table.
    """

    name: str
    kind: str
    unit: str | None
    recipe: Recipe | None = None

    @property
    def per(self) -> float | None:
        """What a rate in percent or per mille is divided by where it is read."""
        return _PER.get(self.unit or "") if self.kind == "rate" else None

    @property
    def read_unit(self) -> str | None:
        """The unit of the values that are read; None for fractions."""
        return None if self.per else self.unit


@record(frozen=True, eq=False)
class PanelData:
    """A panel: finest cells, and what is shown of them.

    Attributes
    ----------
    base : Base
        The finest cells, shared by all panels that come from one.
    rules : Rules
        The rules of absence.
    view : View
        What is shown.
    assigned : tuple of Traits
        The measures that joined the panel.
    names : tuple of str
        The measures, in order.
    """

    base: Base
    rules: Rules
    view: View
    assigned: tuple[Traits, ...] = ()
    names: tuple[str, ...] = ()
    _measures: dict[str, MeasureData] = field(default_factory=dict, init=False)
    _joined: dict[str, Joined] = field(default_factory=dict, init=False)
    _levels: dict[str, Level] = field(default_factory=dict, init=False)
    _views: dict[Any, PanelData] = field(default_factory=dict, init=False)

    @classmethod
    def of(cls, base: Base, rules: Rules) -> PanelData:
        """The panel that shows all of some cells."""
        names = tuple(level.name for level in base.levels)
        return cls(base, rules, View.whole(base.series), names=names)

    def __getstate__(self) -> dict[str, Any]:
        # What can be computed again is left out.
        kept = ("base", "rules", "view", "assigned", "names")
        return {name: getattr(self, name) for name in kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        caches = ("_measures", "_joined", "_levels", "_views")
        self.__dict__.update(state, **{name: {} for name in caches})

    # ---- what it shows -----------------------------------------------------------

    @cached_property
    def finest(self) -> Calendar:
        """The calendar of the finest cells; `complete_through` extends it."""
        base, cutoff = self.base, self.rules.cutoff
        low, high = base.low, base.high
        stated = cutoff is not None
        if cutoff is not None and high >= low:
            cutoff = max(cutoff, low - 1)
            high = max(high, cutoff)
        year_end = self.rules.year_end
        return Calendar(base.freq, low, high, (low, high), cutoff, stated, year_end)

    @cached_property
    def coarse(self) -> Coarse | None:
        """The coarser periods, if the view has some."""
        freq = self.view.freq
        return None if freq is None else Coarse.of(self.finest, freq)

    @cached_property
    def calendar(self) -> Calendar:
        """The calendar, and the periods in view."""
        calendar = self.finest if self.coarse is None else self.coarse.calendar
        return self.view.calendar(calendar)

    @cached_property
    def groups(self) -> Grouping:
        """The series that take part, and their groups."""
        return self.view.groups()

    @property
    def series(self) -> SeriesIndex:
        """The series in view."""
        return self.groups.series

    @property
    def source(self) -> str:
        """Where the numbers come from, if the table said so."""
        return self.base.source

    @cached_property
    def layout(self) -> Layout:
        """Where the finest cells lie in the series in view, and how many rows each has.

        Cells without a value are among them.
        """
        groups, layout = self.groups, self.base.layout
        if groups.chosen is None and groups.to_joined is None and groups.to is None:
            return layout
        to = np.full(self.base.series.count, -1, np.int32)
        to[slice(None) if groups.chosen is None else groups.chosen] = groups.to_group
        naming = Naming(groups.series, (), self.finest)
        return regroup_named([Moved(layout, [], to)], naming)[0]

    # ---- other views of the same cells -------------------------------------------

    def seen(self, view: View) -> PanelData:
        """The panel under another view."""
        return replace(self, view=view)

    def rollup(self, keys: Sequence[str]) -> PanelData:
        """The panel with some of its keys; the same object for the same keys."""
        wanted = tuple(keys)
        if wanted not in self._views:
            self._views[wanted] = self._same_series(self.view.rolled(wanted))
        return self._views[wanted]

    def apart(self) -> PanelData:
        """The panel with every joined series by itself."""
        return self._same_series(replace(self.view, kept=self.view.series.keys))

    def _same_series(self, view: View) -> PanelData:
        """The panel under another view of the same joined series."""
        made = self.seen(view)
        object.__setattr__(made, "_joined", self._joined)  # their cells are the same
        return made

    def narrowed(self, name: str, periods: Ints) -> PanelData:
        """A panel with one measure that need hold only the cells of some periods.

        What it says of these periods is what this panel says. Windows and lags find
        their cells only if these lie in the periods, too.
        """
        if self.view.freq is not None or self.groups.to_joined is not None:
            return self
        if self._traits(name).recipe is not None:
            return self
        number, rules = self._number(name), self.rules
        base = narrowed(self.base, number, periods, self.finest, rules)
        return replace(self, base=base, assigned=(), names=(name,))

    def at_finest(self) -> PanelData:
        """The panel at its finest frequency with all periods in view."""
        if self.view.freq is None and not self.view.shown:
            return self
        return self.seen(replace(self.view, freq=None, shown=()))

    def part(self, chosen: Any) -> PanelData:
        """The panel with some of its series, by a mask or by number."""
        mask = np.zeros(self.series.count, bool)
        mask[chosen] = True
        return self.seen(self.view.part(self.groups, mask))

    def with_names(self, names: Sequence[str]) -> PanelData:
        """The panel with some of its measures, in the order of the names."""
        kept = tuple(self.level(name).name for name in names)
        if not kept:
            raise ValueError("names is empty: a panel has at least one measure")
        if len(set(kept)) < len(kept):
            raise ValueError(f"names is {listing(kept)}: each measure once")
        return replace(self, names=kept)

    def with_key(self, key: str, labels: Sequence[int], codes: Map) -> PanelData:
        """The panel with one key more: the label of each series in view, by code."""
        groups, series = self.groups, self.base.series
        column = np.zeros((series.count, 1), np.int32)
        every = slice(None) if groups.chosen is None else groups.chosen
        column[every, 0] = codes[groups.to_group]
        made = [
            SeriesIndex(
                (*one.keys, key),
                (*one.labels, tuple(labels)),
                np.hstack([one.codes, column]),
            )
            for one in (series, self.view.series)
        ]
        view = replace(self.view, series=made[1], kept=(*self.view.kept, key))
        return replace(self, base=replace(self.base, series=made[0]), view=view)

    # ---- measures ----------------------------------------------------------------

    @property
    def levels(self) -> tuple[Traits, ...]:
        """What is known of the measures."""
        return tuple(self.level(name) for name in self.names)

    def level(self, name: Any) -> Traits:
        """What is known of a measure, or a KeyError that lists the names."""
        if name in self.names:
            return self._traits(name)
        raise KeyError(
            f"{short(name)} is not a measure of this panel: "
            f"it has {listing(self.names)}"
        )

    def _traits(self, name: str) -> Traits:
        for traits in self.assigned:
            if traits.name == name:
                return traits
        level = self.base.levels[self._number(name)]
        return Traits(level.name, level.kind, level.unit)

    def level_kind(self, name: str) -> str:
        """The kind of a measure, listed or not."""
        return self._traits(name).kind

    def base_level(self, name: str) -> BaseLevel:
        """The finest cells of a measure of the table."""
        return self.base.levels[self._number(name)]

    def _number(self, name: str) -> int:
        return [level.name for level in self.base.levels].index(name)

    def summable(self, name: Any, argument: str) -> str:
        """The name of a level, or a TypeError that names the argument."""
        level = self.level(name)
        if level.kind not in LEVELS:
            raise TypeError(
                f"{argument} is {one_line(level.name)}, a "
                f"{level.kind}: it takes a level, "
                "which adds up"
            )
        return level.name

    def measure(self, name: Any) -> MeasureData:
        """A measure by its name."""
        return self.read(self.level(name).name)

    def blocked(self, name: str) -> bool:
        """Whether the view joins several series of a rate or an index."""
        level = self._traits(name)
        if level.recipe is not None or TABLE[level.kind].series:
            return False
        groups = self.groups
        count = groups.joined.count
        return groups.joins or (groups.to is not None and groups.series.count < count)

    def read(self, name: str) -> MeasureData:
        """A measure, among those that are listed or not; made once."""
        origin = Origin(self, Read(name))
        if name not in self._measures:
            level = self._traits(name)
            if level.recipe is not None:
                made = level.recipe(self).rename(name)
            else:
                made = self._read(level)
            # Without its origin: a circle would keep the cells until it is found.
            self._measures[name] = replace(made, origin=None)
        return replace(self._measures[name], origin=origin)

    def _read(self, level: Traits) -> MeasureData:
        if self.blocked(level.name):
            raise TypeError(
                f"{one_line(level.name)} is {level.kind}, and the roll-up joins "
                "several of its series: they are never added; roll up what it is a "
                "ratio of"
            )
        cells, lives, _ = self._cells(level.name)
        if level.per is not None:
            # The sums stay in the unit of the table, and so have no place here.
            cells = replace(cells, values=cells.values / level.per, sums=None)
        late = self.calendar.late(cells.ordinals)
        if late.any():
            partial = np.where(late, np.uint8(_core.PARTIAL), np.uint8(0))
            cells = replace(cells, status=lowest(cells.codes, partial))
        return MeasureData(
            self.series,
            self.calendar,
            cells,
            lives,
            level.name,
            level.kind,
            level.read_unit,
            running=level.kind == "cumulative",
            source=self.source,
        )

    def joined_cells(self, name: str) -> Joined:
        """The finest cells of a measure in the joined series."""
        if name not in self._joined:
            number = self._number(name)
            self._joined[name] = joined(
                self.base, number, self.groups, self.finest, self.rules
            )
        return self._joined[name]

    def _cells(self, name: str) -> Level:
        """The cells of a measure in view, without what the calendar says of them."""
        if name not in self._levels:
            part, kind = self.joined_cells(name), self._traits(name).kind
            level = over_series(part, self.groups, name, self.finest)
            if self.coarse is not None:
                naming = Naming(self.series, (name,) * 4, self.calendar)
                level = resampled(level, TABLE[kind].periods, self.coarse, naming)
            self._levels[name] = level
        return self._levels[name]

    # ---- members and living ------------------------------------------------------

    def lives(self, name: str) -> tuple[Lives, Map | None]:
        """The lives of the joined series of a measure, and the group of each."""
        name = self._counted(name)
        lives, coarse = self.joined_cells(name).lives, self.coarse
        if coarse is not None:
            lives = coarse.touched(lives, TABLE[self._traits(name).kind].periods)
        return lives, self.groups.to

    def assumed_members(self, name: str, group: int, ordinal: int) -> int:
        """How many members of a group have an assumed 0 in a period."""
        part, to = self.joined_cells(name), self.groups.to
        if part.assumed is None or to is None:
            return 0
        members = np.flatnonzero(to == group)
        place = part.cells.place(members, np.full(len(members), ordinal))
        return int(part.assumed[place[place >= 0]].sum())

    def _counted(self, name: str) -> str:
        """The measure of the table that decides how many series a measure adds up."""
        recipe = self._traits(name).recipe
        while isinstance(recipe, Applied):
            recipe = recipe.inputs[0]
        return self._counted(recipe.name) if isinstance(recipe, Read) else name

    def members(self, name: str) -> Ints:
        """How many series with a number each cell of a measure adds up."""
        recipe = self._traits(name).recipe
        if recipe is not None:
            return recipe(self).member_counts()
        level, groups = self._cells(name), self.groups
        known = np.isfinite(level.cells.values).astype(np.int64)
        if groups.to is None:
            return known
        if level.members is not None:
            return level.members
        cells = self.apart().read(name).cells
        some = cells.kept(np.isfinite(cells.values))
        place = level.cells.place(
            groups.to[some.series].astype(np.int64), some.ordinals
        )
        counts: Ints = np.bincount(place[place >= 0], minlength=len(known))
        return counts
