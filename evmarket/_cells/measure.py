"""The state of a measure: what is computed with, below the public class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

import numpy as np

from .. import _core
from .._common.kinds import ask
from .._common.messages import one_line
from .._common.record import record
from .._common.status import lacking
from .calendar import Calendar
from .cells import Cells, taken
from .lives import Lives
from .series import SeriesIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .._calendar.lags import Lag
    from .._common.types import Codes, Floats, Ints, Map

    Dense = TypeVar("Dense", bound=NDArray[Any])

_NAMES = {"growth": "growth", "log": "log growth"}
_NAMES |= {kind: kind for kind in ("share", "rank", "index")}
"""What is added to a measure's name when a measure of this kind is derived from it."""

DENSE_MOST = 1 << 27
"""Cells beyond which `.values` is refused: it would take a gigabyte."""


class Panel(Protocol):
    """The panel that a measure is formed from."""

    def read(self, name: str) -> MeasureData:
        """One of its measures."""

    def part(self, chosen: Any) -> Any:
        """The panel with some of its series."""

    def rollup(self, keys: Any) -> Any:
        """The panel with some of its keys."""

    def apart(self) -> Any:
        """The panel with every joined series by itself."""

    def members(self, name: str) -> Ints:
        """How many series with a number each cell of a measure adds up."""

    def lives(self, name: str) -> tuple[Lives, Map | None]:
        """The lives of the joined series, and the group of each."""


class Recipe(Protocol):
    """How a measure is formed from the measures of a panel."""

    def __call__(self, panel: Any) -> MeasureData:
        """The measure of a panel."""


@dataclass(frozen=True)
class Read:
    """The recipe of a measure of a panel."""

    name: str

    def __call__(self, panel: Panel) -> MeasureData:
        """The measure of a panel."""
        return panel.read(self.name)


@dataclass(frozen=True)
class Applied:
    """The recipe of a function of measures.

    Attributes
    ----------
    function : callable
        It takes the measures, then the arguments.
    inputs : tuple of Recipe
    arguments : tuple
    counts : bool
        Whether the result adds up as many series as the first input.
    """

    function: Callable[..., MeasureData]
    inputs: tuple[Recipe, ...]
    arguments: tuple[Any, ...] = ()
    counts: bool = False

    def __call__(self, panel: Panel) -> MeasureData:
        """The measure of a panel."""
        sides = [each(panel) for each in self.inputs]
        return self.function(*sides, *self.arguments)


class Origin(NamedTuple):
    """The panel that a measure is of, and how it is formed from it."""

    panel: Any
    recipe: Recipe


class Formed(NamedTuple):
    """What a measure was formed from, for `why`.

    Attributes
    ----------
    what : str
        The operation.
    inputs : tuple of MeasureData
    lag : Lag or None
        How far before lies the base.
    options : dict
        Other arguments, and which series of an input belongs to each series.
    """

    what: str
    inputs: tuple[MeasureData, ...]
    lag: Lag | None = None
    options: dict[str, Any] = {}  # noqa: RUF012  (never changed)


@record(frozen=True, eq=False)
class MeasureData:
    """A measure: series, calendar, occupied cells, and why other cells are empty.

    Attributes
    ----------
    series, calendar, cells, lives : SeriesIndex, Calendar, Cells, Lives
    name, kind, unit : str, str, str or None
    ahead : tuple of Lag
        Those whose bases lie after their periods; cells before the cutoff of which a
        base lies after it are PARTIAL.
    running : bool
        Whether it is a total up to a date, or a share or ratio of such totals.
    source : str
        Where the numbers come from, if the table said so.
    origin : Origin or None
        How it is formed again from other views; None for what cannot be.
    formed : Formed or None
        What it was formed from; None for a measure of the table.
    """

    series: SeriesIndex
    calendar: Calendar
    cells: Cells
    lives: Lives
    name: str
    kind: str
    unit: str | None = None
    ahead: tuple[Lag, ...] = ()
    running: bool = False
    source: str = ""
    origin: Origin | None = None
    formed: Formed | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """(series, periods in view)."""
        low, high = self.calendar.visible
        return self.series.count, high - low + 1

    def derived(
        self, cells: Cells, kind: str, unit: str | None = None, **changes: Any
    ) -> MeasureData:
        """A measure of the same series with other cells, named for what it is."""
        name = self.name
        if kind != self.kind and kind in _NAMES:
            name = f"{name} {_NAMES[kind]}"
        made: dict[str, Any] = {"name": name, "origin": None, "formed": None, **changes}
        return replace(self, cells=cells, kind=kind, unit=unit, **made)

    def again(
        self,
        function: Callable[..., MeasureData],
        *arguments: Any,
        counts: bool = False,
    ) -> Origin | None:
        """The origin of `function(self, *arguments)`."""
        if self.origin is None:
            return None
        recipe = Applied(function, (self.origin.recipe,), arguments, counts)
        return Origin(self.origin.panel, recipe)

    def rename(self, name: str) -> MeasureData:
        """The same measure under another name."""
        origin = self.again(MeasureData.rename, name, counts=True)
        return replace(self, name=name, origin=origin)

    def rolled(self, keys: Any) -> MeasureData:
        """The measure formed of the roll-up to some keys."""
        ask(self.name, self.kind, "series")
        if self.origin is None:
            raise TypeError(
                f"within: {one_line(self.name)} is no longer formed from a panel: "
                "form it after the roll-up"
            )
        panel, recipe = self.origin
        return recipe(panel.rollup(self.series.key_list(keys)))

    # ---- empty cells and dense arrays ---------------------------------------------

    def reasons(self) -> Codes:
        """Why nothing is computed from a cell; OK where a number can be."""
        found = lacking(self.cells.values, self.cells.codes)
        found[self.calendar.late(self.cells.ordinals)] = _core.PARTIAL
        return found

    def empty_status(self, series: Any, ordinals: Any) -> Codes:
        """The statuses of empty cells; the arrays broadcast together."""
        codes = self.lives.status(self.calendar, series, ordinals)
        for lag in self.ahead:
            late, _ = self.calendar.reach(lag.before(ordinals))
            codes = np.where(late, np.uint8(_core.PARTIAL), codes)
        return codes

    def dense_shape(self) -> tuple[int, int]:
        """`shape`, or a MemoryError where dense arrays would not fit."""
        rows, columns = self.shape
        if rows * columns > DENSE_MOST:
            raise MemoryError(
                f"{one_line(self.name)} spread out has {rows:,} x {columns:,} cells: "
                "take to_table(), or select or roll up first"
            )
        return rows, columns

    def spread(self, cell_values: NDArray[Any], into: Dense) -> Dense:
        """Cells written into a dense array, which becomes read-only."""
        ordinals = self.cells.ordinals
        visible = self.calendar.shows(ordinals)
        columns = ordinals[visible] - self.calendar.visible[0]
        into[self.cells.series[visible], columns] = cell_values[visible]
        into.flags.writeable = False
        return into

    def dense_values(self) -> Floats:
        """Values, series by periods; NaN where there is none."""
        return self.spread(self.cells.values, np.full(self.dense_shape(), np.nan))

    def dense_status(self) -> Codes:
        """Statuses, series by periods."""
        return self.spread(self.cells.codes, self.empty_status(*self._places()))

    def _places(self) -> tuple[Ints, Ints]:
        """The series and the period of every dense cell, to be broadcast."""
        count, _ = self.dense_shape()
        low, high = self.calendar.visible
        rows = np.arange(count)[:, np.newaxis]
        return rows, np.arange(low, high + 1)[np.newaxis, :]

    # ---- members and living ---------------------------------------------------------

    def member_counts(self) -> Ints:
        """How many series each cell adds up; one for a number that is no level."""
        level = self._level()
        if level is None:
            return np.isfinite(self.cells.values).astype(np.int64)
        panel, name = level
        place = panel.read(name).cells.place(self.cells.series, self.cells.ordinals)
        counts: Ints = taken(panel.members(name), place, 0)
        return counts

    def _level(self) -> tuple[Any, str] | None:
        """The panel and the name of the level whose series a sum of levels counts."""
        if self.origin is None:
            return None
        panel, recipe = self.origin
        while isinstance(recipe, Applied) and recipe.counts:
            recipe = recipe.inputs[0]
        return (panel, recipe.name) if isinstance(recipe, Read) else None

    def members(self) -> Ints:
        """How many series each cell adds up, series by periods."""
        return self.spread(self.member_counts(), np.zeros(self.dense_shape(), np.int64))

    def living_at(self, series: Any, ordinals: Any) -> Ints:
        """How many series live at some places; the arrays broadcast together."""
        lives, to, level = self.lives, None, self._level()
        if level is not None:
            lives, to = level[0].lives(level[1])
        return lives.counts(series, ordinals, to)

    def living(self) -> Ints:
        """How many series live in each cell, series by periods."""
        counts = self.living_at(*self._places())
        counts.flags.writeable = False
        return counts

    # ---- single cells ---------------------------------------------------------------

    def level_at(self, ordinal: int) -> Floats:
        """The values of one period, in view or not, one per series."""
        return self.at(ordinal)[0]

    def at(self, ordinal: int) -> tuple[Floats, Codes]:
        """The values and statuses of one period, one per series."""
        series = np.arange(self.series.count, dtype=np.int64)
        return self.read(series, np.full(len(series), ordinal, np.int64))

    def read(self, series: Ints, ordinals: Ints) -> tuple[Floats, Codes]:
        """The values and statuses at some places, occupied or not."""
        place = self.cells.place(series, ordinals)
        values = taken(self.cells.values, place, np.nan)
        codes = self.empty_status(series, ordinals)
        occupied = taken(self.cells.codes, place, 0)
        return values, np.where(place >= 0, occupied, codes).astype(np.uint8)

    def last_known(self) -> int:
        """The last complete period in view in which any series has a value."""
        low, high = self.calendar.visible
        last = min(high, self.calendar.complete)
        known = self.cells.ordinals[np.isfinite(self.cells.values)]
        known = known[(known <= last) & (known >= low)]
        return int(known.max()) if len(known) else last

    # ---- some of the series ---------------------------------------------------------

    def take(self, chosen: Ints) -> MeasureData:
        """Some of the series, by number in ascending order; keys and labels stay."""
        return self.part(self.series.take(chosen), chosen)

    def between(self, start: int, stop: int) -> MeasureData:
        """The series start .. stop - 1, of which cells and lives are views.

        Its series are not narrowed: it is for what reads cells, lives and calendar.
        """
        if start == 0 and stop == len(self.cells.indptr) - 1:
            return self
        cells, lives = self.cells.between(start, stop), self.lives.between(start, stop)
        return replace(self, cells=cells, lives=lives, origin=None, formed=None)

    def part(self, series: SeriesIndex, chosen: Ints) -> MeasureData:
        """Some of the series, by number in ascending order, under other labels."""
        origin = self.origin
        if origin is not None:
            origin = Origin(origin.panel.part(chosen), origin.recipe)
        return replace(
            self,
            series=series,
            cells=self.cells.of_series(chosen),
            lives=self.lives.take(chosen),
            origin=origin,
            formed=self._formed_part(chosen),
        )

    def _formed_part(self, chosen: Ints) -> Formed | None:
        """What some of the series were formed from: those of the whole measure."""
        if self.formed is None:
            return None
        whole, chosen = self, np.asarray(chosen)
        if self.formed.what == "part":
            [whole], chosen = self.formed.inputs, self.formed.options["to"][chosen]
        return Formed("part", (whole,), options={"to": chosen})
