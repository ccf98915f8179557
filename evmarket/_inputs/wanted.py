"""What is asked of a file: its form where it is known, and its columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any, NamedTuple

from .._common.messages import near, short, visible
from .arrays import is_missing
from .layout import Column, is_numeric
from .sniffing import PERIOD, bare


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

    def __post_init__(self) -> None:
        for name in ("sep", "decimal", "thousands", "encoding"):
            given = getattr(self, name)
            if given is not None and not isinstance(given, str):
                raise TypeError(f"{name} is {short(given)}: it takes text")
        if self.sep is not None and (
            len(self.sep) != 1 or not self.sep.isascii() or self.sep in '"\r\n'
        ):
            raise ValueError(f"sep is {short(self.sep)}: it takes one ASCII character")
        lines = self.header if isinstance(self.header, Sequence) else (self.header,)
        counts: list[tuple[str, Any]] = [("skip", self.skip)]
        counts.append(("skip_footer", self.skip_footer))
        counts += [("header", line) for line in lines if line is not None]
        for name, count in counts:
            if isinstance(count, bool) or not isinstance(count, Integral):
                raise TypeError(f"{name} is {short(count)}: it takes integers")
            if int(count) < 0:
                raise ValueError(f"{name} is {count}: it must not be negative")
        for text in self.nulls:
            if not isinstance(text, str):
                raise TypeError(f"nulls has {short(text)}: it takes texts")

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
    percents, plain : set of str
        The columns whose numbers have percent signs, and those whose have none.
    """

    lines: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    percents: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)


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


class Everything:
    """All columns of a table: numbers where the first rows have numbers."""

    names: tuple[str, ...] = ()

    def __init__(self, nulls: Sequence[str]) -> None:
        self._absent = {"", "NA", "NaN", *nulls}
        self.texts: set[str] = set()

    def is_period(self, name: str) -> bool:
        """No column is known to be one."""
        return False

    def columns(
        self, header: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> list[Column]:
        """Each column; a second one of the same name gets a number."""
        found: list[Column] = []
        used: set[str] = set()
        for place, given in enumerate(header):
            name = given or f"column {place + 1}"
            number = 2
            while name in used:
                name, number = f"{given} ({number})", number + 1
            used.add(name)
            cells = [row[place] for row in rows if place < len(row)]
            numbers = name not in self.texts and self._are_numbers(cells)
            found.append(Column(name, place, "number" if numbers else "text"))
        return found

    def _are_numbers(self, cells: Sequence[Any]) -> bool:
        simple = (str, int, float)
        if not all(cell is None or isinstance(cell, simple) for cell in cells):
            return False
        known = [
            cell for cell in cells if not is_missing(cell) and cell not in self._absent
        ]
        return bool(known) and all(map(_is_plain_number, known))


def _is_plain_number(cell: Any) -> bool:
    """Whether a cell is a number, and no code such as 007 and no period 2024.01."""
    if not isinstance(cell, str):
        return is_numeric(cell)
    text = bare(cell)
    digits = text.lstrip("-+")
    code = len(digits) > 1 and digits[0] == "0" and digits.isdigit()
    return is_numeric(text) and not code and not PERIOD.fullmatch(text)


def states_period(text: object) -> bool:
    """Whether a text is a period, such as 2024-01 or Jan-2024."""
    from .. import _core

    try:
        _core.period_parse(bare(text), "")
    except ValueError:
        return False
    return True
