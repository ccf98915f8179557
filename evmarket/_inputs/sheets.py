"""Sheets of workbooks and records of JSON as columns."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, timedelta
from datetime import time as clock
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .. import _core
from .._common.messages import counted, listing, short
from .layout import below_table, filled, laid_out, notes_told
from .numbers_seen import NumbersSeen, check_doubtful, check_percents, not_number
from .sniffing import bare, given_marks, known_encoding, sniffed_marks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .layout import Asked, Column, Row
    from .sniffing import Marks
    from .wanted import Form, Told


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
        if not names:
            raise ValueError("the workbook has no sheet")
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
    below = rows[layout.below :]
    used = max((filled(row)[-1] + 1 for row in below if filled(row)), default=0)
    while width > used and not layout.names[width - 1].strip():
        width -= 1  # empty columns at the right
    columns = wanted.columns(layout.names[:width], below[:200])
    periods = [c.place for c in columns if wanted.is_period(c.name)]
    rest = below_table(reversed(below), width, columns, periods, form.skip_footer)
    below = below[: len(below) - len(rest)]
    notes = list(filter(filled, rest))
    if notes:
        told.lines.append(notes_told(notes))
    blank = sum(not filled(row) for row in below)
    if blank:
        told.lines.append(f"skipped {counted(blank, 'blank row')}")
    kept = [row for row in below if filled(row)]
    cells = {c.name: [row[c.place] for row in kept] for c in columns}
    return _cells(cells, columns, form, told)


def _cells(
    cells: dict[str, list[Any]], columns: Sequence[Column], form: Form, told: Told
) -> dict[str, Any]:
    """The cells of columns as from_table takes them; numbers may be written as text."""
    marks = given_marks(form.decimal, form.thousands)
    if marks is None:
        texts = [list(filter(_is_text, cells[c.name])) for c in columns if _counts(c)]
        marks = sniffed_marks(filter(None, texts), "")
        if marks.words:
            told.lines.append(f"read as {', '.join(marks.words)}")
    seen, found = [], {}
    for column in columns:
        plain = list(map(_cell, cells[column.name]))
        if not _counts(column):
            found[column.name] = _texts(plain)
            continue
        seen.append(NumbersSeen(column.name))
        found[column.name] = _numbers(plain, seen[-1], marks, form)
    check_percents(seen, told)
    check_doubtful(seen, marks, form)
    return found


def _counts(column: Column) -> bool:
    return column.kind != "text"


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str)


def _numbers(
    cells: list[Any], seen: NumbersSeen, marks: Marks, form: Form
) -> list[Any]:
    """A column of numbers, some of them text, which the core reads."""
    absent = {"NA", "NaN", *form.nulls}
    cells = [None if cell in absent else cell for cell in cells]
    rows = [row for row, cell in enumerate(cells) if _is_text(cell)]
    if not rows:
        return cells
    data = "".join('"' + cells[row].replace('"', '""') + '"\n' for row in rows).encode()
    signs = ",", marks.decimal, marks.thousands
    kinds = ("number",)
    batch, _, _, facts, fault = _core.csv_read(
        data, 0, len(data), signs, 1, (0,), kinds, ()
    )
    if fault is not None:
        row = rows[fault[1]]
        raise not_number(seen.name, row, cells[row], form)
    assert facts is not None
    seen.note(0, facts[0], rows)
    for row, number in zip(rows, _core.batch_lists(batch)[0], strict=True):
        cells[row] = number
    return cells


def _texts(cells: list[Any]) -> list[Any]:
    """Text and numbers in one column become text, as they do in CSV."""
    if any(isinstance(cell, str) for cell in cells):
        return [str(cell) if isinstance(cell, (int, float)) else cell for cell in cells]
    return cells


def _cell(cell: Any) -> Any:
    """Whole numbers as integers, days as dates, blanks as missing."""
    if isinstance(cell, str):
        return cell if bare(cell) else None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) <= 2**53:
        return int(cell)
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == clock() else cell
    return str(cell) if isinstance(cell, (clock, timedelta)) else cell


# ---- records -------------------------------------------------------------------------


def json_table(data: bytes, wanted: Asked, form: Form, told: Told) -> dict[str, Any]:
    """Records of JSON, a list of them or one in each line, as a dict of columns."""
    import json

    usable = set(map(form.named, ("nulls", "encoding", "decimal", "thousands")))
    given = [one for one in form.given() if one not in usable]
    if given:
        raise ValueError(f"a file of JSON takes no {given[0].rstrip('=')}")
    try:
        text = data.decode(known_encoding(form.encoding or "utf-8-sig"))
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
    cells = {c.name: [record.get(c.name) for record in records] for c in columns}
    return _cells(cells, columns, form, told)
