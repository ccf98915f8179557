"""The report as text, CSV and JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .._common.numbers import finite
from .._common.status import Status
from .._common.text import WIDTH, aligned, as_csv, wrap
from .lines import cell_text, ids_text, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .lines import Cell, Line, Section


def text(lines: Sequence[Line]) -> str:
    """The lines as aligned tables, one per section, at most `WIDTH` columns wide."""
    return "\n\n".join(_section(section) for section in sections(lines)) + "\n"


def _section(section: Section) -> str:
    lines, units = section.lines, section.units
    columns = [["", *(line.label for line in lines)]]
    if len(units) > 1:
        columns.append(["unit", *(line.unit for line in lines)])
    first = len(columns)
    for heading in section.headings:
        cells = [cell_text(line.values.get(heading)) for line in lines]
        columns.append([heading, *cells])
    numeric = range(first, len(columns))
    if any(line.printed for line in lines):
        columns.append(["as printed", *(line.printed for line in lines)])
    columns.append(["from", *(ids_text(line.derived_from) for line in lines)])
    rows = aligned(columns, numeric, [line.note for line in lines])
    unit = f" ({units[0]})" if len(units) == 1 else ""
    return "\n".join([*wrap(section.title + unit, WIDTH), *rows])


def csv_text(lines: Sequence[Line]) -> str:
    """The lines as CSV, one number per row, at full precision."""
    head = "section,label,quantity,value,unit,status,printed,note,derived_from"
    rows = [tuple(head.split(","))]
    for line in lines:
        common = (line.printed, line.note, " ".join(line.derived_from))
        for heading, cell in line.values.items():
            value = "" if math.isnan(cell.number) else repr(float(cell.number))
            status = Status(cell.status).name
            start = (line.section, line.label, heading, value, cell.unit, status)
            rows.append(start + common)
    return as_csv(rows)


def json_text(lines: Sequence[Line]) -> str:
    """The lines as JSON; NaN and infinity are null, with the reason beside them."""
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
    return {
        "value": finite(float(cell.number)),
        "unit": cell.unit,
        "status": Status(cell.status).name,
        **({"unbounded": True} if math.isinf(cell.number) else {}),
    }


FORMATS: dict[str, Callable[[Sequence[Line]], str]] = {
    "text": text,
    "csv": csv_text,
    "json": json_text,
}
