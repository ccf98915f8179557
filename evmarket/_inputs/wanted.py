"""What is asked of a file: its form where it is known, and its columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from .._common.messages import near, short, visible
from .layout import Column, is_numeric
from .sniffing import bare

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True)
class Form:
    """How a file is written; None and 0 where that is to be found.

    Attributes
    ----------
    header : int or sequence of int, optional
        The records that hold the names, counted from 0 after those skipped.
    nulls : sequence of str
        More texts of a missing number, besides empty, NA and NaN.
    flags : bool
        Whether messages name these as flags of the command line.
    """

    sheet: str | int | None = None
    sep: str | None = None
    decimal: str | None = None
    thousands: str | None = None
    encoding: str | None = None
    skip: int = 0
    skip_footer: int = 0
    header: int | Sequence[int] | None = None
    nulls: Sequence[str] = ()
    flags: bool = False

    def named(self, name: str) -> str:
        """An option as the caller writes it."""
        if not self.flags:
            return f"{name}="
        return "--null" if name == "nulls" else f"--{name.replace('_', '-')}"

    def given(self) -> list[str]:
        """The options that are given, as the caller writes them."""
        names = ("sheet", "sep", "decimal", "thousands", "encoding", "skip")
        every = (*names, "skip_footer", "header", "nulls")
        return [
            self.named(name)
            for name in every
            if getattr(self, name) not in (None, 0, (), [])
        ]


@dataclass
class Told:
    """What was found in files, in lines for the reader.

    Attributes
    ----------
    names : list of str
        The columns of the last file.
    percents : set of str
        The columns whose numbers have percent signs.
    """

    lines: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    percents: set[str] = field(default_factory=set)


class Wanted(NamedTuple):
    """The columns of a long table; a period is one, or a year and a month or quarter.

    `others` are no part of the panel: they tell apart rows that are equal otherwise.
    """

    keys: tuple[str, ...]
    period: tuple[str, ...]
    measures: tuple[str, ...]
    others: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, those read as text first."""
        return (*self.keys, *self.period, *self.measures, *self.others)

    def columns(
        self, header: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> list[Column]:
        """The wanted columns in a header; the rows below it tell which of the others
        hold numbers."""
        found = []
        for name in dict.fromkeys(self.names):
            place = place_of(name, header)
            text = name in self.keys or self.period == (name,)
            if name in self.others:
                cells = [row[place] for row in rows if place < len(row)]
                text = not all(map(is_numeric, cells))
            kind = "text" if text else "whole" if name in self.period else "number"
            found.append(Column(name, place, kind))
        return found

    def is_period(self, name: str) -> bool:
        """Whether a row needs this column."""
        return name in self.period


def place_of(name: str, header: Sequence[str]) -> int:
    """Where a name stands in a header."""
    if name not in header:
        shown = [visible(one) for one in header]
        raise KeyError(f"no column {short(name)}: {near(name, shown)}")
    if header.count(name) > 1:
        raise ValueError(f"column {short(name)} appears {header.count(name)} times")
    return header.index(name)


class WideWanted(NamedTuple):
    """The columns of a wide table: keys, perhaps periods, and all others as numbers.

    Without periods those columns are wanted whose names are periods.
    """

    keys: tuple[str, ...]
    period: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that must be there."""
        return (*self.keys, *self.period)

    def columns(
        self, header: Sequence[str], _: Sequence[Sequence[Any]]
    ) -> list[Column]:
        """The wanted columns in a header."""
        found = [Column(name, place_of(name, header), "text") for name in self.names]
        for place, name in enumerate(header):
            named = bare(name) and name not in self.names
            if named and (self.period or states_period(name)):
                place_of(name, header)
                found.append(Column(name, place, "number"))
        if len(found) == len(self.names):
            raise ValueError(
                "no column of values: without --period the headers must be periods; "
                f"{near('2024-01', header)}"
            )
        return found

    def is_period(self, name: str) -> bool:
        """Whether a row needs this column."""
        return name in self.period


def states_period(text: object) -> bool:
    """Whether a text is a period, such as 2024-01 or Jan-2024."""
    from .. import _core

    try:
        _core.period_parse(bare(text), "")
    except ValueError:
        return False
    return True
