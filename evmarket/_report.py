"""The lines of a report, and how they look as text, CSV and JSON.

A line is data: what it says is decided where it is made, how it looks only here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import category, east_asian_width

from ._status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

WIDTH = 100
SCREEN = 80
"""Columns of a terminal that a repr may take."""
_GAP = "  "

# Units of what is no level. All are kept as fractions; only text shows percent.
RELATIVE: dict[str, Callable[[float], str]] = {
    "rate": lambda number: f"{100 * number:+,.2f}%",
    "share": lambda number: f"{100 * number:,.2f}%",
    "pp": lambda number: f"{100 * number:+,.2f} pp",
    "bp": lambda number: f"{10_000 * number:+,.1f} bp",
    "factor": lambda number: f"{number:,.4f}",
}

# Statuses of a number that is absent because a value is: it depends on no fact.
_ABSENT = frozenset((Status.MISSING, Status.OUTSIDE, Status.GAP, Status.INCOMPLETE))


@dataclass(frozen=True)
class Cell:
    """One number of a line: its unit, the facts it was computed from, its status."""

    number: float
    unit: str
    ids: tuple[str, ...] = ()
    status: int = 0

    def __post_init__(self) -> None:
        if math.isnan(self.number) and self.status == Status.OK:
            object.__setattr__(self, "status", int(Status.MISSING))


@dataclass(frozen=True)
class Line:
    """One line of a report; `values` by heading, in the order of printing."""

    section: str
    label: str
    values: dict[str, Cell]
    printed: str = ""
    note: str = ""

    @property
    def unit(self) -> str:
        """The unit of the levels on the line; where they differ, all of them."""
        units = dict.fromkeys(cell.unit for cell in self.values.values())
        return " / ".join(unit for unit in units if unit not in RELATIVE)

    @property
    def derived_from(self) -> tuple[str, ...]:
        """The ids of all facts that a number of the line was computed from."""
        ids: dict[str, None] = {}
        for cell in self.values.values():
            if cell.status not in _ABSENT:
                ids.update(dict.fromkeys(cell.ids))
        return tuple(ids)


class Report(list[Line]):
    """The lines of a report, in the order of printing."""

    def __repr__(self) -> str:
        sections = len({line.section for line in self})
        return f"<Report: {len(self):,} lines in {sections:,} sections>"

    def _repr_html_(self) -> str:
        from ._looks_figures import lines

        return lines(self)


def text(lines: Sequence[Line]) -> str:
    """The lines as aligned tables, one a section, at most `WIDTH` columns wide."""
    sections: dict[str, list[Line]] = {}
    for line in lines:
        sections.setdefault(line.section, []).append(line)
    blocks = [_section(name, part) for name, part in sections.items()]
    return "\n\n".join(blocks) + "\n"


def _section(name: str, lines: list[Line]) -> str:
    headings = list(dict.fromkeys(key for line in lines for key in line.values))
    units = [line.unit for line in lines]
    shared = list(filter(None, dict.fromkeys(units)))
    columns = [["", *(line.label for line in lines)]]
    if len(shared) > 1:
        columns.append(["unit", *units])
    first = len(columns)
    for heading in headings:
        shown = [shown_cell(line.values.get(heading)) for line in lines]
        columns.append([heading, *shown])
    numeric = range(first, len(columns))
    if any(line.printed for line in lines):
        columns.append(["as printed", *(line.printed for line in lines)])
    columns.append(["from", *(shown_from(line.derived_from) for line in lines)])
    rows = table(columns, numeric, [line.note for line in lines])
    title = f"{name} ({shared[0]})" if len(shared) == 1 else name
    return "\n".join([*wrap(title, WIDTH), *rows])


def table(
    columns: Sequence[Sequence[str]],
    numeric: Collection[int],
    notes: Sequence[str] = (),
    width: int = WIDTH,
) -> list[str]:
    """Columns, headings first, as aligned rows; text wraps, numbers never do."""
    cleaned = [[_clean(cell) for cell in column] for column in columns]
    widths = [max(map(columns_of, column)) for column in cleaned]
    textual = [place for place in range(len(widths)) if place not in numeric]
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(textual, key=lambda place: widths[place])
        if widths[widest] <= 8:
            break
        widths[widest] -= 1
    rows = []
    for number, cells in enumerate(zip(*cleaned, strict=True)):
        parts = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for height in range(max(map(len, parts))):
            row = []
            for place, part in enumerate(parts):
                piece = part[height] if height < len(part) else ""
                blank = " " * (widths[place] - columns_of(piece))
                row.append(blank + piece if place in numeric else piece + blank)
            rows.append(_GAP.join(row).rstrip())
        if number and notes and notes[number - 1]:
            rows += _hanging(_clean(notes[number - 1]), "    ")
    return rows


def columns_of(shown: str) -> int:
    """How many columns of a terminal a text takes: Chinese characters two each."""
    total = 0
    for character in shown:
        if category(character) in ("Mn", "Me", "Cf"):
            continue
        total += 2 if east_asian_width(character) in "WF" else 1
    return total


def middle(words: str, room: int, between: str = "...") -> str:
    """A text in at most `room` columns of a terminal: a long one without its middle.

    Examples
    --------
    >>> from evmarket._report import middle
    >>> middle("Guangzhou Automobile Group", 16), middle("广州汽车集团股份有限公司", 16)
    ('Guangzh... Group', '广州汽...限公司')
    """
    # So long a text is not measured: it may be a whole file by mistake.
    if len(words) <= 4 * room:
        words = _clean(words)
        if columns_of(words) <= room:
            return words
    left = max(room - len(between), 0)
    start = _fitting(words, left - left // 2)
    return _clean(start + between + _fitting(words[::-1], left // 2)[::-1])


def fitted(head: str, tail: str = "") -> str:
    """A repr on one line of a screen, else on two, each without its middle if need be.

    The tail comes second, after a blank.
    """
    whole = f"{head} {tail}" if tail else head
    if columns_of(whole) <= SCREEN and whole.isprintable():
        return whole
    if not tail:
        return middle(head, SCREEN)
    return f"{middle(head, SCREEN)}\n  {middle(tail, SCREEN - 2)}"


def _fitting(words: str, room: int) -> str:
    """As much of a text as fits, from its start."""
    for place, character in enumerate(words[: 2 * room]):
        room -= columns_of(character)
        if room < 0:
            return words[:place]
    return words[: 2 * room]


def wrap(words: str, room: int) -> list[str]:
    """A text in rows of at most `room` columns, cut at blanks where there are any."""
    if columns_of(words) <= room:
        return [words]
    rows = [""]
    for word in words.split(" "):
        joined = f"{rows[-1]} {word}" if rows[-1] else word
        if columns_of(joined) <= room:
            rows[-1] = joined
            continue
        if rows[-1]:
            rows.append("")
        for character in word:
            if columns_of(rows[-1] + character) > room and rows[-1]:
                rows.append("")
            rows[-1] += character
    return rows


def _hanging(words: str, indent: str) -> list[str]:
    return [indent + row for row in wrap(words, WIDTH - len(indent))]


def _clean(words: str) -> str:
    """Without characters that would move the cursor."""
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else " " for c in words)


def shown_cell(cell: Cell | None) -> str:
    if cell is None:
        return ""
    number = cell.number
    if math.isnan(number):
        return "-"
    if math.isinf(number):
        return "unbounded"
    relative = RELATIVE.get(cell.unit)
    if relative is not None:
        return relative(number)
    size = abs(number)
    if size >= 1e15:
        return f"{number:.6g}"
    if cell.unit == "yuan" and size >= 1e9:
        return f"{number / 1e9:,.2f} bn"
    if cell.unit == "year":
        return f"{number:.10g}"
    return (
        f"{number:,.0f}" if size >= 100 or number == round(number) else f"{number:.1f}"
    )


def shown_from(ids: Sequence[str]) -> str:
    """The ids of facts, with several of one table shown as table/*."""
    tables: dict[str, list[str]] = {}
    for name in ids:
        tables.setdefault(name.partition("/")[0], []).append(name)
    many = {
        prefix
        for prefix, names in tables.items()
        if len(names) > 1 and prefix not in names
    }
    shown = [f"{p}/*" if p in many else " ".join(tables[p]) for p in tables]
    return " ".join(shown)


def csv_text(lines: Sequence[Line]) -> str:
    """The lines as CSV, one number a row, at full precision."""
    import csv
    import io

    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    heading = "section,label,quantity,value,unit,status,printed,note,derived_from"
    writer.writerow(heading.split(","))
    for line in lines:
        common = (line.printed, line.note, " ".join(line.derived_from))
        for heading, cell in line.values.items():
            value = "" if math.isnan(cell.number) else repr(float(cell.number))
            status = Status(cell.status).name
            start = (line.section, line.label, heading, value, cell.unit, status)
            writer.writerow(start + common)
    return file.getvalue()


def json_text(lines: Sequence[Line]) -> str:
    """The lines as JSON: NaN and infinity are null, with the reason beside them."""
    import json

    listed = [
        {
            "section": line.section,
            "label": line.label,
            "unit": line.unit,
            "values": {key: _json_cell(cell) for key, cell in line.values.items()},
            "printed": line.printed,
            "note": line.note,
            "derived_from": list(line.derived_from),
        }
        for line in lines
    ]
    return json.dumps(listed, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _json_cell(cell: Cell) -> dict[str, Any]:
    finite = math.isfinite(cell.number)
    shown: dict[str, Any] = {
        "value": float(cell.number) if finite else None,
        "unit": cell.unit,
        "status": Status(cell.status).name,
    }
    if math.isinf(cell.number):
        shown["unbounded"] = True
    return shown


FORMATS: dict[str, Callable[[Sequence[Line]], str]] = {
    "text": text,
    "csv": csv_text,
    "json": json_text,
}
