"""Tables as text, CSV and JSON on standard output."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .csv_files import BLOCK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .._tables.table import Table


# ---- printing --------------------------------------------------------------------


def _text(table: Table) -> Iterator[str]:
    from .._tables.text import text_rows

    if table.title:
        yield f"{table.title}\n"
    if len(table):
        rows = text_rows(table._columns, table.formats, table.statuses)
        yield "\n".join(rows) + "\n"
    else:
        yield "no rows\n"


def _plain_rows(table: Table, absent: Any) -> Iterator[list[list[Any]]]:
    """The rows in blocks: statuses by name, what is absent as asked."""
    from .._common.status import Status

    names = [member.name for member in Status]
    for start in range(0, len(table), BLOCK):
        part = table.part(start, start + BLOCK)
        columns = []
        for name in part:
            column = part[name]
            items = column.tolist()
            if column.dtype == np.uint8:
                items = [names[code] for code in items]
            elif column.dtype.kind == "f":
                items = [item if math.isfinite(item) else absent for item in items]
            columns.append([absent if item is None else item for item in items])
        yield [list(row) for row in zip(*columns, strict=True)]


def _csv(table: Table) -> Iterator[str]:
    import csv
    import io

    def written(rows: Sequence[Sequence[Any]]) -> str:
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator="\n").writerows(rows)
        return file.getvalue()

    yield written([table.columns])
    for rows in _plain_rows(table, ""):
        yield written(rows)


def _json(table: Table) -> Iterator[str]:
    """A list of rows; statuses of numbers that no column tells stand beside them."""
    import json

    from .._common.status import Status

    names = [member.name for member in Status]
    written = 0
    yield "["
    for rows in _plain_rows(table, None):
        part = table.part(written, written + len(rows))
        told = {
            f"{name}_status": [names[code] for code in codes.tolist()]
            for name, codes in part.statuses.items()
            if codes.any()
        }
        lines = []
        for place, row in enumerate(rows):
            shown = dict(zip(table.columns, row, strict=True))
            shown |= {name: codes[place] for name, codes in told.items()}
            lines.append(json.dumps(shown, ensure_ascii=False, allow_nan=False))
        yield (",\n " if written else "\n ") + ",\n ".join(lines)
        written += len(rows)
    yield "\n]\n" if written else "]\n"


_PRINTED: dict[str, Callable[[Table], Iterator[str]]] = {
    "text": _text,
    "csv": _csv,
    "json": _json,
}
