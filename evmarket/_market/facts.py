"""Facts of the report: found by their columns, and combined into cells."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from .._arrays.growth import growth_between
from .._arrays.margin import ratio
from .._common.messages import short
from .._figures.vocabulary import HEDGES
from ..datasets._codes import ENTITIES
from .lines import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..datasets._dataset import Dataset

# How the label of a fact names its relation.
_RELATIONS = HEDGES | {"range": "middle of a range"}
_UNITS = {"growth": "rate", "share": "share", "margin": "share", "pp": "pp"}


@dataclass(frozen=True)
class Fact:
    """One row of the fact columns; `value` is a float, the rest is text."""

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
        """The growth printed beside the level, as a fraction; NaN without one."""
        digits = self.growth_text.removesuffix("%")
        if not digits:
            return float("nan")
        try:
            if digits == self.growth_text:
                raise ValueError
            # with the exponent the division by 100 is part of a single rounding
            return float(f"{digits}e-2")
        except ValueError:
            raise ValueError(
                f"growth_text of fact {self.id} is {short(self.growth_text)}: it must "
                "be a signed percentage such as '+80%'"
            ) from None

    def cell(self) -> Cell:
        """The value as a cell."""
        return Cell(self.value, _UNITS.get(self.kind, self.unit), (self.id,))

    def growth_cell(self) -> Cell:
        """The growth printed beside the level, as a cell."""
        return Cell(self.growth, "rate", (self.id,))


def name_of(fact: Fact) -> str:
    """The label of a fact: entity, measure, period and hedge."""
    entity = ENTITIES.get(fact.entity, fact.entity)
    period = f", {fact.period}" if fact.period else ""
    hedge = f" ({_RELATIONS[fact.relation]})" if fact.relation in _RELATIONS else ""
    return f"{entity}: {fact.measure}{period}{hedge}"


def base_cell(fact: Fact) -> Cell:
    """The base that a level and the growth printed beside it imply."""
    value, status = ratio(fact.value, 1 + fact.growth, return_status=True)
    return Cell(float(value), fact.unit, (fact.id,), int(status))


def rate_between(base: Cell, current: Cell) -> Cell:
    """The growth from one cell to another."""
    value, status = growth_between(base.number, current.number, return_status=True)
    return Cell(float(value), "rate", base.ids + current.ids, int(status))


def quotient(numerator: Cell, denominator: Cell, unit: str) -> Cell:
    """The ratio of two cells."""
    value, status = ratio(numerator.number, denominator.number, return_status=True)
    return Cell(float(value), unit, numerator.ids + denominator.ids, int(status))


def total_of(*cells: Cell) -> Cell:
    """The sum of cells of the same unit."""
    ids = tuple(name for cell in cells for name in cell.ids)
    return Cell(sum(cell.number for cell in cells), cells[0].unit, ids)


def difference(one: Cell, other: Cell, unit: str) -> Cell:
    """One cell minus another."""
    return Cell(one.number - other.number, unit, one.ids + other.ids)


class MarketFacts:
    """The facts of several datasets, found by dataset and by the text of columns."""

    def __init__(self, data: Mapping[str, Dataset]) -> None:
        self.tables = {name: table.facts() for name, table in data.items()}
        self._facts = {name: _facts(table) for name, table in self.tables.items()}

    def all(self, dataset: str, **wanted: str) -> list[Fact]:
        """The facts of a dataset whose columns equal `wanted`, in its order."""
        return [
            fact
            for fact in self._facts[dataset]
            if all(getattr(fact, key) == text for key, text in wanted.items())
        ]

    def one(self, dataset: str, **wanted: str) -> Fact:
        """The only fact of a dataset whose columns equal `wanted`."""
        facts = self.all(dataset, **wanted)
        if len(facts) != 1:
            columns = ", ".join(f"{key} {text!r}" for key, text in wanted.items())
            count = f"{len(facts)} facts" if facts else "no fact"
            raise ValueError(
                f"dataset {dataset!r} has {count} with {columns}: it needs exactly one"
            )
        return facts[0]


def _facts(table: Dataset) -> list[Fact]:
    columns = [table[field.name].tolist() for field in fields(Fact)]
    return [Fact(*entries) for entries in zip(*columns, strict=True)]
