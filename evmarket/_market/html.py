"""The report as HTML."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .._common.html import Column, Html, box, caption, label, mark, strong, table, text
from .lines import cell_text, ids_text, sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lines import Cell, Line, Section


def report(lines: Sequence[Line]) -> str:
    """The report, one table per section."""
    parts, tables = sections(lines), []
    for section in parts:
        units = section.units
        unit = f" ({units[0]})" if len(units) == 1 else ""
        tables.append(caption(Html(f"{strong(section.title)}{text(unit)}")))
        tables.append(table(_columns(section)))
    size = f"{len(lines):,} lines in {len(parts):,} sections"
    return box(Html(f"{strong('Report')} {text(size)}"), *tables)


def _columns(section: Section) -> list[Column]:
    """The lines of a section; with a column of units if the lines differ in unit."""
    lines = section.lines
    columns = [Column(text(""), [label(line.label, 60) for line in lines], "label")]
    if len(section.units) > 1:
        columns.append(Column(text("unit"), [label(line.unit) for line in lines]))
    for heading in section.headings:
        cells = [_cell(line.values.get(heading)) for line in lines]
        columns.append(Column(label(heading), cells, "number"))
    for heading, words in (
        ("as printed", [line.printed for line in lines]),
        ("note", [line.note for line in lines]),
        ("from", [ids_text(line.derived_from) for line in lines]),
    ):
        if any(words):
            columns.append(Column(text(heading), [text(w) for w in words], "words"))
    return columns


def _cell(cell: Cell | None) -> Html:
    if cell is not None and math.isnan(cell.number):
        return mark(cell.status)
    return text(cell_text(cell))
