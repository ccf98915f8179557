"""Tables as text, CSV and JSON on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.numbers import finite
from .._common.status import Status
from .._common.text import as_csv
from .._tables.columns import entries
from .._tables.text import mark_lines, text_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from .._panel.why import Why
    from .._tables.columns import AnyColumn
    from .._tables.table import Table


_NAMES = [member.name for member in Status]


def _text(table: Table) -> Iterator[str]:
    if table.title:
        yield f"{table.title}\n"
    if len(table):
        rows = text_rows(table._columns, table.formats, table.statuses)
        rows += mark_lines(table._columns, table.statuses)
        yield "\n".join(rows) + "\n"
    else:
        yield "no rows\n"
    if table.note:
        yield f"{table.note}\n"


def _csv(table: Table) -> Iterator[str]:
    yield as_csv([table.columns])
    for part in _parts(table):
        yield as_csv(_rows(part._columns, ""))


def _json(table: Table) -> Iterator[str]:
    """A list of rows; `Table.statuses` follow the columns of a row."""
    import json

    between = ""
    yield "["
    for part in _parts(table):
        columns = part._columns | {
            f"{name}_status": codes
            for name, codes in part.statuses.items()
            if codes.any()
        }
        lines = (
            json.dumps(
                dict(zip(columns, row, strict=True)),
                ensure_ascii=False,
                allow_nan=False,
            )
            for row in _rows(columns, None)
        )
        yield between + "\n " + ",\n ".join(lines)
        between = ","
    yield "\n]\n" if between else "]\n"


PART = 1 << 16
"""How many rows of a table are printed at a time."""


def _parts(table: Table) -> Iterator[Table]:
    return (table.part(k, k + PART) for k in range(0, len(table), PART))


def _rows(columns: Mapping[str, AnyColumn], absent: Any) -> list[list[Any]]:
    """Rows of plain objects: names of statuses, `absent` for missing entries."""
    plain = []
    for column in columns.values():
        items = entries(column)
        if isinstance(column, np.ndarray):
            if column.dtype == np.uint8:
                items = [_NAMES[code] for code in items]
            elif column.dtype.kind == "f":
                items = [finite(item, absent) for item in items]
        plain.append([absent if item is None else item for item in items])
    return [list(row) for row in zip(*plain, strict=True)]


def _whys_json(told: Sequence[Why]) -> str:
    import json

    plain = [why.to_dict() for why in told]
    return json.dumps(plain, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _whys_html(told: Sequence[Why]) -> str:
    """A whole page."""
    parts = "\n".join(why._repr_html_() for why in told)
    head = '<meta charset="utf-8">\n<title>Why</title>'
    return f"<!DOCTYPE html>\n<html lang=en>\n{head}\n{parts}\n</html>\n"


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
