"""The parts of a sheet: titles, header, units, rows, notes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from .._common.messages import counted, listing, short, visible
from .sniffing import bare

if TYPE_CHECKING:
    from collections.abc import Iterable

    Row = Sequence[Any]
    """The cells of a row; "" or None is an empty one."""


class Column(NamedTuple):
    """A column to read, by its place in the header.

    `kind` is "text", "number" or "whole", a number without decimals.
    """

    name: str
    place: int
    kind: str


class Asked(Protocol):
    """What is asked of a table; see wanted.py."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that must be there."""

    def columns(
        self, header: Sequence[str], rows: Sequence[Sequence[Any]], /
    ) -> list[Column]:
        """The columns to read, given the header and the first rows below it."""

    def is_period(self, name: str) -> bool:
        """Whether a row needs this column."""


class Layout(NamedTuple):
    """Where the rows of a sheet begin.

    Attributes
    ----------
    names : list of str
        Those of the columns.
    below : int
        The first row below the header, and below a line of units.
    told : list of str
        What was left out, in words.
    """

    names: list[str]
    below: int
    told: list[str]


def laid_out(
    rows: Sequence[Row],
    asked: Asked,
    header: int | Sequence[int] | None = None,
) -> Layout:
    """The header among the first rows of a sheet.

    Parameters
    ----------
    asked : Wanted, WideWanted, Everything
        With names that the header must have; without any it is the first row that fills
        more than half of the columns that most rows fill.
    header : int or sequence of int, optional
        The rows that hold the names, if they are known.
    """
    told: list[str] = []
    wanted = asked.names
    if header is not None:
        places = [header] if isinstance(header, int) else list(header)
        if not places or min(places) < 0 or max(places) >= len(rows):
            raise ValueError(
                f"header is {short(header)}: the file begins with {len(rows)} rows"
            )
        names, below = _joined([rows[place] for place in places]), max(places) + 1
        if not any(map(bare, names)):
            raise ValueError(f"header is {short(header)}: that line is empty")
    else:
        place = _header_place(rows, wanted)
        names, below = [*map(_name, rows[place])] if rows else [], place + 1
        above = [row for row in rows[:place] if filled(row)]
        if above:
            lines = counted(len(above), "line")
            told.append(f"skipped {lines} above the header: {_line(above[0])}")
    names = _without_blanks(names, wanted, told)
    dated = {k for k, name in enumerate(names) if asked.is_period(name)}
    first = rows[below : below + 1]
    after = [row for row in rows[below + 1 : below + 10] if filled(row)][:3]
    if first and dated.isdisjoint(filled(first[0])) and _is_units(first[0], after):
        told.append(f"skipped the line of units: {_line(rows[below])}")
        below += 1
    return Layout(names, below, told)


def filled(row: Row) -> list[int]:
    """The places of the cells that are not empty."""
    return [k for k, cell in enumerate(row) if cell is not None and bare(cell)]


def _name(cell: Any) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # a year in a workbook
    return "" if cell is None else str(cell)


def _joined(rows: Sequence[Row]) -> list[str]:
    """The names of several rows, joined; an empty cell of an upper one is merged with
    the one before."""
    width = max(map(len, rows))
    parts: list[list[str]] = []
    for number, row in enumerate(rows):
        names = [_name(cell) for cell in row] + [""] * (width - len(row))
        last = ""
        for k, name in enumerate(names):
            last = name if bare(name) else last
            names[k] = last if number < len(rows) - 1 else name
        parts.append(names)
    return [" ".join(filter(bare, column)) for column in zip(*parts, strict=True)]


def _header_place(rows: Sequence[Row], wanted: Sequence[str]) -> int:
    places = [k for k, row in enumerate(rows) if filled(row)]
    if not places:
        return 0
    if wanted:
        names = set(map(bare, wanted))
        for place in places:
            if names <= {bare(_name(cell)) for cell in rows[place]}:
                return place
    widths = Counter(len(filled(row)) for row in rows if filled(row))
    usual = max(widths, key=lambda width: widths[width] * width)
    return next(k for k in places if 2 * len(filled(rows[k])) > usual)


def _without_blanks(
    names: list[str], wanted: Sequence[str], told: list[str]
) -> list[str]:
    """The names without blanks around them, unless they are asked for with these."""
    found = []
    for name in names:
        plain = bare(name)
        if plain == name or name in wanted or plain in names:
            found.append(name)
            continue
        found.append(plain)
        told.append(f"read column '{visible(name)}' as {short(plain)}")
    return found


_NUMERIC = re.compile(r"[-+−(]?[\d.,'’\s]*\d[\d.,'’\s]*[%％)]?")


_ABSENT = ("NA", "NaN", "n/a", "-", "..")


def is_numeric(cell: Any) -> bool:
    """Whether a cell is a number, or a text that looks like one."""
    if isinstance(cell, (int, float)):
        return True
    return isinstance(cell, str) and bool(_NUMERIC.fullmatch(bare(cell)))


def _is_units(row: Row, after: Sequence[Row]) -> bool:
    """Whether words stand where all rows after it have numbers, and nowhere else."""
    places = filled(row)
    if not places or any(map(is_numeric, row)):
        return False
    below = [
        [other[k] for other in after if k in filled(other) and other[k] not in _ABSENT]
        for k in places
    ]
    return all(cells and all(map(is_numeric, cells)) for cells in below)


def is_note(
    row: Row, width: int, columns: Sequence[Column], periods: Sequence[int]
) -> bool:
    """Whether a row below a table is a note about it.

    A row of the table has a period, or a number in a column of numbers. A note fills
    the first cell alone, or has fewer cells than the table.
    """
    places = filled(row)
    if not places:
        return True
    numbers = [c.place for c in columns if c.kind != "text" and c.place in places]
    if any(is_numeric(row[place]) for place in numbers):
        return False
    if any(k in places and str(row[k]).strip()[:1].isdigit() for k in periods):
        return False
    alone = places == [0] and (width > 2 or len(row) < width)
    return alone or len(row) < width


def below_table(
    rows: Iterable[Row],
    width: int,
    columns: Sequence[Column],
    periods: Sequence[int],
    skip_footer: int,
) -> list[Row]:
    """The last rows of a sheet that are not of its table: blank ones and notes.

    Parameters
    ----------
    rows : iterable of rows
        From the last to the first, as far as they are known.
    skip_footer : int
        How many rows that are not blank are left out; 0 for those that are notes.
    """
    below: list[Row] = []
    notes = 0
    for row in rows:
        if filled(row):
            more = notes < skip_footer
            free = not skip_footer and is_note(row, width, columns, periods)
            if not (more or free):
                break
            notes += 1
        below.append(row)
    return below[::-1]


def notes_told(notes: Sequence[Row]) -> str:
    """The line on what was left out below a table."""
    return f"skipped {counted(len(notes), 'line')} below the table: {_line(notes[0])}"


def _line(row: Row) -> str:
    cells = [str(cell) for cell in row if cell is not None and bare(cell)]
    return short(listing(cells), 60)
