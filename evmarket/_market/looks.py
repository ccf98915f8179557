"""Lines of the market report as HTML."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from .._common.html import Column, Html, box, caption, label, mark, strong, table, text
from .lines import shown_cell, shown_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lines import Line


# ---- the report on a market ------------------------------------------------------


def lines(of: Sequence[Line]) -> str:
    """A report: a table a section."""
    sections: dict[str, list[Line]] = {}
    for line in of:
        sections.setdefault(line.section, []).append(line)
    tables = []
    for name, part in sections.items():
        units = list(filter(None, dict.fromkeys(line.unit for line in part)))
        shared = f" ({units[0]})" if len(units) == 1 else ""
        tables.append(caption(Html(f"{strong(name)}{text(shared)}")))
        tables.append(table(_section(part, len(units) > 1)))
    size = f"{len(of):,} lines in {len(sections):,} sections"
    return box(Html(f"{strong('Report')} {text(size)}"), *tables)


def _section(part: Sequence[Line], units: bool) -> list[Column]:
    """The lines of a section; with their units where they differ."""
    heads = dict.fromkeys(key for line in part for key in line.values)
    columns = [Column(text(""), [label(line.label, 60) for line in part], "label")]
    if units:
        columns.append(Column(text("unit"), [label(line.unit) for line in part]))
    for head in heads:
        cells = [_line_cell(line.values.get(head)) for line in part]
        columns.append(Column(label(head), cells, "number"))
    for head, words in (
        ("as printed", [line.printed for line in part]),
        ("note", [line.note for line in part]),
        ("from", [shown_from(line.derived_from) for line in part]),
    ):
        if any(words):
            columns.append(Column(text(head), [text(w) for w in words], "words"))
    return columns


def _line_cell(cell: Any) -> Html:
    if cell is None:
        return Html("")
    if math.isnan(cell.number):
        return mark(cell.status)
    return text(shown_cell(cell))
