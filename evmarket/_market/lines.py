"""Cells and lines: the data of the report, before any format."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from .._common.numbers import RELATIVE, number
from .._common.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# Statuses of a number that is missing because other values are: it uses no fact.
_ABSENT = frozenset((Status.MISSING, Status.OUTSIDE, Status.GAP, Status.INCOMPLETE))


@dataclass(frozen=True)
class Cell:
    """One number of a line, with its unit, the facts behind it and its status."""

    number: float
    unit: str
    ids: tuple[str, ...] = ()
    status: int = 0

    def __post_init__(self) -> None:
        if math.isnan(self.number) and self.status == Status.OK:
            object.__setattr__(self, "status", int(Status.MISSING))


class Row(NamedTuple):
    """One line of a section; `values` by heading, in the order of printing."""

    label: str
    values: dict[str, Cell]
    printed: str = ""
    note: str = ""


@dataclass(frozen=True)
class Line:
    """One line of the report: a row with the title of its section."""

    section: str
    label: str
    values: dict[str, Cell]
    printed: str = ""
    note: str = ""

    @property
    def unit(self) -> str:
        """The unit of the levels on the line, or several units."""
        units = dict.fromkeys(cell.unit for cell in self.values.values())
        return " / ".join(unit for unit in units if unit not in RELATIVE)

    @property
    def derived_from(self) -> tuple[str, ...]:
        """The ids of all facts behind the numbers of the line."""
        ids: dict[str, None] = {}
        for cell in self.values.values():
            if cell.status not in _ABSENT:
                ids.update(dict.fromkeys(cell.ids))
        return tuple(ids)


class Section(NamedTuple):
    """The lines under one title, with their headings and units."""

    title: str
    lines: list[Line]

    @property
    def headings(self) -> list[str]:
        """The headings of the numbers, in the order of printing."""
        return list(dict.fromkeys(key for line in self.lines for key in line.values))

    @property
    def units(self) -> list[str]:
        """The different units of the lines, without empty ones."""
        return list(filter(None, dict.fromkeys(line.unit for line in self.lines)))


def sections(lines: Iterable[Line]) -> list[Section]:
    """The lines by section, in the order of printing."""
    by_title: dict[str, list[Line]] = {}
    for line in lines:
        by_title.setdefault(line.section, []).append(line)
    return [Section(title, part) for title, part in by_title.items()]


def cell_text(cell: Cell | None) -> str:
    """A cell as text: empty without a cell, "-" for NaN."""
    if cell is None:
        return ""
    value = cell.number
    if math.isnan(value):
        return "-"
    if math.isinf(value):
        return "unbounded"
    if cell.unit in RELATIVE:
        return RELATIVE[cell.unit](value)
    if cell.unit == "yuan" and 1e9 <= abs(value) < 1e15:
        return f"{value / 1e9:,.2f} bn"
    return f"{value:.10g}" if cell.unit == "year" else number(value)


def ids_text(ids: Sequence[str]) -> str:
    """The ids of facts; several ids of one table become table/*."""
    tables: dict[str, list[str]] = {}
    for name in ids:
        tables.setdefault(name.partition("/")[0], []).append(name)
    return " ".join(
        f"{table}/*" if len(names) > 1 and table not in names else " ".join(names)
        for table, names in tables.items()
    )
