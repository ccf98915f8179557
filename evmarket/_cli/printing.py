"""Tables as text, CSV and JSON on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.html import Html, page
from .._common.text import printable
from .._tables.rows import csv_pieces, row_parts
from .._tables.text import mark_lines, text_rows
from .wording import as_flags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .._panel.why import Why
    from .._tables.table import Table


def _text(table: Table) -> Iterator[str]:
    if table.title:
        yield f"{printable(table.title)}\n"
    if len(table):
        rows = text_rows(table._columns, table.formats, table.statuses)
        rows += mark_lines(table._columns, table.statuses)
        yield "\n".join(rows) + "\n"
    else:
        yield "no rows\n"
    if table.note:
        yield f"{printable(as_flags(table.note))}\n"


def _csv(table: Table) -> Iterator[str]:
    return csv_pieces(table._columns, table._codes())


def _json(table: Table) -> Iterator[str]:
    """A list of rows; `Table.statuses` follow the columns of a row."""
    import json

    beside = {
        f"{name}_status": codes for name, codes in table.statuses.items() if codes.any()
    }
    columns = table._columns | beside
    between = ""
    yield "["
    for rows in row_parts(columns, [*table._codes(), *beside], None):
        lines = (
            json.dumps(
                dict(zip(columns, row, strict=True)),
                ensure_ascii=False,
                allow_nan=False,
            )
            for row in rows
        )
        yield between + "\n " + ",\n ".join(lines)
        between = ","
    yield "\n]\n" if between else "]\n"


def _whys_json(told: Sequence[Why]) -> str:
    import json

    plain = [why.to_dict() for why in told]
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _whys_html(told: Sequence[Why]) -> str:
    """A whole page."""
    return page("Why", *(Html(why._repr_html_()) for why in told))


WHY: dict[str, Callable[[Sequence[Why]], str]] = {
    "text": lambda told: "\n\n".join(map(str, told)) + "\n",
    "json": _whys_json,
    "html": _whys_html,
}

PRINTERS: dict[str, Callable[[Table], Iterator[str]]] = {
    "text": _text,
    "csv": _csv,
    "json": _json,
}
