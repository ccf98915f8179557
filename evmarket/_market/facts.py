"""Facts as the report reads them: found by what they say, combined, put in series."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from .._arrays.growth import growth_between
from .._arrays.margin import ratio
from .._common.status import Status
from ..datasets._codes import ENTITIES
from .lines import Cell, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from ..datasets._dataset import Dataset

    # Values, their statuses, their unit, and the facts behind the value at a place.
    Column = tuple[
        NDArray[np.float64], NDArray[np.uint8], str, Callable[[int], tuple[str, ...]]
    ]

_HEDGES = {
    "about": "about",
    "nearly": "nearly",
    "over": "more than",
    "at_least": "at least",
    "under": "less than",
    "at_most": "at most",
    "range": "middle of a range",
}

_UNITS = {"growth": "rate", "share": "share", "margin": "share", "pp": "pp"}


@dataclass(frozen=True)
class Fact:
    """One row of a dataset in the fact columns; `value` is a float, the rest text."""

    id: str
    entity: str
    measure: str
    dimension: str
    period: str
    kind: str
    mode: str
    value: float
    unit: str
    text: str
    growth_text: str
    growth_basis: str
    relation: str
    scope: str
    vintage: str

    @property
    def growth(self) -> float:
        """The growth printed beside the level, as a fraction; NaN where none was."""
        digits = self.growth_text.removesuffix("%")
        if not digits:
            return float("nan")
        try:
            if digits == self.growth_text:
                raise ValueError
            # The exponent makes the division by 100 part of one correct rounding.
            return float(f"{digits}e-2")
        except ValueError:
            raise ValueError(
                f"growth_text of fact {self.id} is {self.growth_text[:20]!r}: "
                "a signed percentage is wanted"
            ) from None

    def cell(self) -> Cell:
        """The value as a number of a report line."""
        return Cell(self.value, _UNITS.get(self.kind, self.unit), (self.id,))

    def growth_cell(self) -> Cell:
        """The growth printed beside the level as a number of a report line."""
        return Cell(self.growth, "rate", (self.id,))


def name_of(fact: Fact) -> str:
    """What a fact says, in a few words."""
    entity = ENTITIES.get(fact.entity, fact.entity)
    period = f", {fact.period}" if fact.period else ""
    hedge = f" ({_HEDGES[fact.relation]})" if fact.relation in _HEDGES else ""
    return f"{entity}: {fact.measure}{period}{hedge}"


def implied_base(fact: Fact) -> Cell:
    """What a level and the growth printed beside it say of the base period."""
    value, status = ratio(fact.value, 1 + fact.growth, return_status=True)
    return Cell(float(value), fact.unit, (fact.id,), int(status))


def rate_between(base: Cell, current: Cell) -> Cell:
    """The growth from one cell to another."""
    value, status = growth_between(base.number, current.number, return_status=True)
    return Cell(float(value), "rate", base.ids + current.ids, int(status))


def quotient(numerator: Cell, denominator: Cell, unit: str) -> Cell:
    """One cell over another."""
    value, status = ratio(numerator.number, denominator.number, return_status=True)
    return Cell(float(value), unit, numerator.ids + denominator.ids, int(status))


def total_of(*cells: Cell) -> Cell:
    """The sum of cells of one unit."""
    ids = tuple(name for cell in cells for name in cell.ids)
    return Cell(sum(cell.number for cell in cells), cells[0].unit, ids)


def difference(one: Cell, other: Cell, unit: str) -> Cell:
    """One cell less another."""
    return Cell(one.number - other.number, unit, one.ids + other.ids)


class Facts:
    """The facts of several datasets, found by the dataset and what they say."""

    def __init__(self, data: Mapping[str, Dataset]) -> None:
        self.tables = {name: table.facts() for name, table in data.items()}
        self._facts = {name: _facts(table) for name, table in self.tables.items()}

    def all(self, dataset: str, **wanted: str) -> list[Fact]:
        """Every fact of a dataset whose columns read as `wanted`, in its order."""
        return [
            fact
            for fact in self._facts[dataset]
            if all(getattr(fact, key) == text for key, text in wanted.items())
        ]

    def one(self, dataset: str, **wanted: str) -> Fact:
        """The one such fact."""
        found = self.all(dataset, **wanted)
        if len(found) != 1:
            said = ", ".join(f"{key} {text!r}" for key, text in wanted.items())
            number = "no fact" if not found else f"{len(found)} facts"
            raise ValueError(f"dataset {dataset!r} holds {number} of {said}")
        return found[0]


class Series:
    """Facts of one entity on a calendar without holes: NaN where none is given.

    `per_year` is 12 for months, 4 for quarters, 1 for years; the period of a fact is
    placed by its end, so that levels since January stand at their last month.
    """

    def __init__(self, facts: Sequence[Fact], per_year: int) -> None:
        self._per_year = per_year
        by_place = {self._ordinal(fact.period): fact for fact in facts}
        self._first = min(by_place)
        self.start = self._first % per_year
        length = max(by_place) - self._first + 1
        self._facts = [by_place.get(self._first + place) for place in range(length)]
        self.values = _floats(fact.value if fact else np.nan for fact in self._facts)
        self.growths = _floats(fact.growth if fact else np.nan for fact in self._facts)

    def _ordinal(self, period: str) -> int:
        last = period.rpartition("..")[2]
        year, month = int(last[:4]), int(last[5:7] or 12)
        return year * self._per_year + (month - 1) * self._per_year // 12

    def __len__(self) -> int:
        return len(self.values)

    def place(self, period: str) -> int:
        """Where a period stands in `values`."""
        place = self._ordinal(period) - self._first
        if not 0 <= place < len(self):
            raise ValueError(f"period {period!r} lies outside the series")
        return place

    def period(self, place: int) -> str:
        """The period at a place as text."""
        year, part = divmod(self._first + place, self._per_year)
        if self._per_year == 1:
            return str(year)
        return (
            f"{year}-{part + 1:02d}" if self._per_year == 12 else f"{year}Q{part + 1}"
        )

    def at(self, *places: int) -> tuple[str, ...]:
        """The ids of the facts at some places; places outside hold none."""
        inside = [self._facts[place] for place in places if 0 <= place < len(self)]
        return tuple(fact.id for fact in inside if fact)

    def window(self, place: int, length: int) -> tuple[str, ...]:
        """The ids of the `length` facts up to a place."""
        return self.at(*range(place - length + 1, place + 1))

    def since_start(self, place: int) -> tuple[str, ...]:
        """The ids of the facts of a year up to a place."""
        return self.window(place, (self.start + place) % self._per_year + 1)

    def levels(self, unit: str) -> Column:
        """The values themselves as a column of lines."""
        return self.values, _given(self.values), unit, self.at

    def printed(self) -> Column:
        """The growths printed beside the values as a column of lines."""
        return self.growths, _given(self.growths), "rate", self.at

    def lines(self, section: str, columns: Mapping[str, Column]) -> list[Line]:
        """A line for every place that holds a value."""
        found = []
        for place, fact in enumerate(self._facts):
            if fact is None:
                continue
            cells = {
                heading: Cell(
                    float(values[place]), unit, ids(place), int(status[place])
                )
                for heading, (values, status, unit, ids) in columns.items()
            }
            forecast = ", forecast" if fact.mode == "forecast" else ""
            found.append(Line(section, self.period(place) + forecast, cells))
        return found


def _floats(values: Iterable[float]) -> NDArray[np.float64]:
    return np.fromiter(values, np.float64)


def _given(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The statuses of values that are given or not."""
    return np.where(np.isnan(values), Status.MISSING, Status.OK).astype(np.uint8)


def _facts(table: Dataset) -> list[Fact]:
    columns = [table[field.name].tolist() for field in fields(Fact)]
    return [Fact(*entries) for entries in zip(*columns, strict=True)]
