"""The lines of a report, and how they look as text, CSV and JSON.

A line is data: what it says is decided where it is made, how it looks only here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .._common.numbers import RELATIVE, number
from .._common.status import Status
from .._common.text import WIDTH, aligned, wrap

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


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
        from .looks import lines

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
    rows = aligned(columns, numeric, [line.note for line in lines])
    title = f"{name} ({shared[0]})" if len(shared) == 1 else name
    return "\n".join([*wrap(title, WIDTH), *rows])


def shown_cell(cell: Cell | None) -> str:
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
