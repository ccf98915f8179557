"""Sheets of workbooks and records of JSON as columns."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from datetime import time as clock
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._common.messages import counted, listing, short
from .csv_files import NotNumberError
from .layout import filled, is_note, laid_out, notes_told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .layout import Asked, Row
    from .wanted import Column, Form, Told


# ---- workbooks -----------------------------------------------------------------------


def workbook_table(
    data: bytes, wanted: Asked, form: Form, told: Told
) -> dict[str, Any]:
    """A sheet of a workbook, Excel or OpenDocument, as a dict of columns.

    Raises
    ------
    ImportError, KeyError, ValueError
        Without python-calamine; an unknown sheet or column; no workbook.
    """
    _refuse_archive(data)
    try:
        calamine = import_module("python_calamine")
    except ImportError:
        raise ImportError(
            'workbooks need python-calamine: pip install "evmarket[excel]"'
        ) from None
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = list(book.sheet_names)
        name = _sheet_name(names, form)
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except calamine.CalamineError as error:
        raise ValueError(
            f"the workbook cannot be read: {short(str(error), 80)}"
        ) from None
    if len(names) > 1 and form.sheet is None:
        told.lines.append(f"read sheet {short(name)} of {listing(names)}")
    rows = rows[form.skip :]
    if not any(map(filled, rows)):
        raise ValueError(f"sheet {short(name)} is empty")
    return _sheet_columns(rows, wanted, form, told)


def _refuse_archive(data: bytes) -> None:
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        raise ValueError("the archive is damaged") from None
    if not any(name in names for name in ("[Content_Types].xml", "content.xml")):
        raise ValueError(f"it is an archive of {listing(names[:3])}: unpack it first")


def _sheet_name(names: Sequence[str], form: Form) -> str:
    sheet = form.sheet
    if sheet is None:
        return names[0]
    if sheet in names:
        return str(sheet)
    number = int(sheet) if str(sheet).isdecimal() else -1
    if not 0 <= number < len(names):
        raise KeyError(
            f"{form.named('sheet').rstrip('=')}: no sheet {short(sheet)}; there are: "
            f"{listing(names)}"
        )
    return names[number]


def _sheet_columns(
    rows: list[Row], wanted: Asked, form: Form, told: Told
) -> dict[str, Any]:
    layout = laid_out(rows[:200], wanted, form.header)
    told.lines += layout.told
    told.names = layout.names
    width = len(layout.names)
    while width and not layout.names[width - 1].strip():
        width -= 1  # empty columns at the right
    below = rows[layout.below :]
    columns = wanted.columns(layout.names[:width], below[:200])
    periods = [c.place for c in columns if wanted.is_period(c.name)]
    notes: list[Row] = []
    while below:
        last = below[-1]
        if filled(last):
            more = len(notes) < form.skip_footer
            free = not form.skip_footer and is_note(last, width, columns, periods)
            if not (more or free):
                break
            notes.insert(0, last)
        below.pop()
    if notes:
        told.lines.append(notes_told(notes))
    blank = sum(not filled(row) for row in below)
    if blank:
        told.lines.append(f"skipped {counted(blank, 'blank row')}")
    kept = [row for row in below if filled(row)]
    return {
        column.name: _cells([row[column.place] for row in kept], column, form)
        for column in columns
    }


def _cells(cells: list[Any], column: Column, form: Form) -> list[Any]:
    """The cells of a column as from_table takes them."""
    absent = {"", "NA", "NaN", *form.nulls} if column.kind != "text" else {""}
    found = [None if cell in absent else _cell(cell) for cell in cells]
    if column.kind == "text":
        return _texts(found)
    for row, cell in enumerate(found):
        if isinstance(cell, str):
            raise NotNumberError(
                f"column {short(column.name)}, row {row}: {short(cell)} is not a "
                f"number; {form.named('nulls')} names the texts of a missing number",
                column.name,
            )
    return found


def _texts(cells: list[Any]) -> list[Any]:
    """Text and numbers in one column become text, as they do in CSV."""
    if any(isinstance(cell, str) for cell in cells):
        return [str(cell) if isinstance(cell, (int, float)) else cell for cell in cells]
    return cells


def _cell(cell: Any) -> Any:
    """Whole numbers as integers, days as dates."""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= 2**53:
        return int(cell)
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == clock() else cell
    return str(cell) if isinstance(cell, (clock, timedelta)) else cell


# ---- records -------------------------------------------------------------------------


def json_table(data: bytes, wanted: Asked, form: Form, told: Told) -> dict[str, Any]:
    """Records of JSON, a list of them or one in each line, as a dict of columns."""
    import json

    given = [
        one
        for one in form.given()
        if one not in (form.named("nulls"), form.named("encoding"))
    ]
    if given:
        raise ValueError(f"a file of JSON takes no {given[0].rstrip('=')}")
    try:
        text = data.decode(form.encoding or "utf-8-sig")
        if text.lstrip().startswith("["):
            records = json.loads(text)
        else:
            records = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError) as error:
        raise ValueError(f"it is not JSON: {short(str(error), 80)}") from None
    if not isinstance(records, list) or not all(isinstance(r, dict) for r in records):
        raise ValueError("JSON must be a list of records, [{...}, ...], or one a line")
    return record_columns(records, wanted, form, told)


def record_columns(
    records: list[dict[str, Any]], wanted: Asked, form: Form, told: Told
) -> dict[str, Any]:
    """Records as a dict of columns; a name that a record lacks is missing there."""
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise ValueError("there are no records")
    told.names = names
    rows = [[record.get(name) for name in names] for record in records]
    columns = wanted.columns(names, rows[:200])
    for column in columns:
        for row, record in enumerate(records):
            if isinstance(record.get(column.name), (dict, list)):
                raise ValueError(
                    f"column {short(column.name)}, row {row}: "
                    f"{short(record[column.name])} is not a single value"
                )
    return {
        c.name: _cells([record.get(c.name) for record in records], c, form)
        for c in columns
    }
