"""Tables as sheets of an Excel workbook, which XlsxWriter writes."""

from __future__ import annotations

import datetime
import math
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common.files import written_whole
from .._common.numbers import decimals
from .._common.status import Status
from .._common.text import columns_of, middle
from .columns import Coded, Integers, decoded, entries, free_name, length, taken
from .html import CALENDAR
from .rows import PART, plain
from .text import text_cells

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from .._common.types import Array, Codes
    from .columns import AnyColumn

MOST_ROWS = 1_048_576
"""The rows of a sheet, the header included."""
MOST_NOTES = 20_000
"""Of more notes on a sheet, Excel takes minutes to open it."""
_LONGEST = 32_767
"""The characters of a cell."""
_EXACT = 1 << 53
"""Up to this size float64, which Excel has only, holds every integer."""
_WIDTHS = (7, 60)
"""The least and the largest width of a column, in characters."""
_MEASURED = 1000
"""How many rows are measured for the width of a column."""

# The values stay fractions: %-pt are percentage points, as Excel can print them.
_POINTS = '+0.00%"-pt";-0.00%"-pt";+0.00%"-pt"'
PATTERNS = {
    "rate": "+#,##0.00%;-#,##0.00%;+0.00%",
    "share": "#,##0.00%",
    "pp": _POINTS,
    "bp": _POINTS,
    "factor": "#,##0.0000",
    "residual": "0.0E+00",
}
_WHOLE, _LABEL, _DAY, _TIME = "#,##0", "0", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"


class Sheet(NamedTuple):
    """What a sheet holds: `Table` gives it, with the names of its status columns."""

    columns: Mapping[str, AnyColumn]
    formats: Mapping[str, str | Sequence[str]]
    statuses: Mapping[str, Codes]
    codes: Collection[str] = ()


class _Cell(NamedTuple):
    """A value, the pattern of a number or date, and a note."""

    value: Any
    pattern: str = ""
    note: str = ""


@contextmanager
def workbook(path: Any, title: str = "", charts: bool = False) -> Iterator[Book]:
    """A workbook to write, which gets its name after everything is written.

    Parameters
    ----------
    path : str or path
    title : str, optional
        The title in the properties of the file.
    charts : bool, default False
        Whether charts will read the sheets, which then stay in memory.
    """
    try:
        xlsxwriter = import_module("xlsxwriter")
    except ImportError:
        raise ImportError(
            'Excel files need XlsxWriter: pip install "evmarket[excel]"'
        ) from None
    # Text is never read: neither as a formula nor as an address.
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with written_whole(path) as file:
        book = xlsxwriter.Workbook(file, {**options, "constant_memory": not charts})
        book.set_properties({"title": middle(title, 200, "…")})
        try:
            yield Book(book)
        finally:
            book.close()


class Book:
    """A workbook that is being written."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[str, Any] = {}
        # Text keeps a distance from the number left of it.
        self._text = book.add_format({"indent": 1})
        self._head = book.add_format({"bold": True, "bottom": 1, "indent": 1})
        self._number_head = book.add_format(
            {"bold": True, "bottom": 1, "align": "right"}
        )

    def sheet(self, name: str, table: Sheet) -> Any:
        """A sheet with the rows of a table below a frozen header; the worksheet."""
        table = _with_status_columns(table)
        count = next(map(length, table.columns.values()), 0)
        if count >= MOST_ROWS:
            raise ValueError(
                f"the table has {count:,} rows: a sheet of Excel holds "
                f"{MOST_ROWS - 1:,} below its header"
            )
        sheet = self.book.add_worksheet(self._free_name(name))
        self.fill(sheet, table)
        sheet.freeze_panes(1, 0)
        _print_setup(sheet)
        if table.columns:
            sheet.autofilter(0, 0, count, len(table.columns) - 1)
        return sheet

    def fill(self, sheet: Any, table: Sheet, top: int = 0, left: int = 0) -> None:
        """Write a header and rows into a sheet, from the cell (top, left) on."""
        count = next(map(length, table.columns.values()), 0)
        texts, numeric = text_cells(*_first(table, min(count, _MEASURED)))
        for place, (head, cells) in enumerate(zip(table.columns, texts, strict=True)):
            look = self._number_head if place in numeric else self._head
            sheet.set_column(left + place, left + place, _width(cells))
            sheet.write_string(top, left + place, _fitting(head), look)
        patterns = {name: _pattern(name, table) for name in table.columns}
        for start in range(0, count, PART):
            rows = slice(start, start + PART)
            columns = [
                _cells(
                    taken(column, rows),
                    _part(patterns[name], rows),
                    table.statuses[name][rows] if name in table.statuses else None,
                    name in table.codes,
                )
                for name, column in table.columns.items()
            ]
            # Row by row: rows that are written need no memory.
            below = enumerate(zip(*columns, strict=True), top + 1 + start)
            for row, cells in below:
                for place, cell in enumerate(cells, left):
                    self._put(sheet, row, place, cell)

    def _put(self, sheet: Any, row: int, place: int, cell: _Cell) -> None:
        value, pattern, note = cell
        if isinstance(value, str):
            if value:
                sheet.write_string(row, place, _fitting(value), self._text)
        elif isinstance(value, bool):
            sheet.write_boolean(row, place, value)
        elif isinstance(value, datetime.date):
            sheet.write_datetime(row, place, value, self._format(pattern))
        elif value is not None:
            sheet.write_number(row, place, value, self._format(pattern))
        if note:
            sheet.write_comment(row, place, note)

    def _format(self, pattern: str) -> Any:
        if pattern not in self._formats:
            self._formats[pattern] = self.book.add_format({"num_format": pattern})
        return self._formats[pattern]

    def _free_name(self, name: str) -> str:
        """The name of a sheet: without what Excel forbids, and unlike all others."""
        used = {sheet.get_name().lower() for sheet in self.book.worksheets()}
        plain_name = "".join(" " if c in "[]:*?/\\" else c for c in name)
        whole = middle(plain_name, 31, "…").strip("' ") or "Table"
        free, number = "Table" if whole.lower() == "history" else whole, 2
        while free.lower() in used:
            free, number = f"{whole[:27]} {number}", number + 1
        return free


def _print_setup(sheet: Any) -> None:
    """On paper: A4 across, one page wide, the header on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def status_note(code: int) -> str:
    """The note of a cell with a status."""
    status = Status(code)
    return f"{status.name}: {status.meaning}" if code else ""


def _with_status_columns(table: Sheet) -> Sheet:
    """The table with columns of statuses where they are too many for notes."""
    noted = {name: codes for name, codes in table.statuses.items() if codes.any()}
    if sum(np.count_nonzero(codes) for codes in noted.values()) <= MOST_NOTES:
        return table
    columns, codes = dict(table.columns), list(table.codes)
    for name, column in noted.items():
        free = free_name(f"{name}_status", tuple(columns))
        columns[free] = column
        codes.append(free)
    return Sheet(columns, table.formats, {}, codes)


def _first(table: Sheet, count: int) -> tuple[Any, Any, Any]:
    """The first rows, as `text_cells` takes them."""
    rows = slice(0, count)
    return (
        {name: taken(column, rows) for name, column in table.columns.items()},
        {name: _part(form, rows) for name, form in table.formats.items()},
        {name: codes[rows] for name, codes in table.statuses.items()},
    )


def _part(form: str | Sequence[str], rows: slice) -> str | Sequence[str]:
    return form if isinstance(form, str) else form[rows]


def _width(cells: Sequence[str]) -> int:
    """The width of a column; Chinese characters take two places."""
    least, most = _WIDTHS
    # The button of the filter stands beside the heading.
    wanted = max(columns_of(cells[0]) + 4, *(columns_of(c) + 3 for c in cells[1:]), 0)
    return min(max(wanted, least), most)


def _pattern(name: str, table: Sheet) -> str | Sequence[str]:
    """The pattern of a column's numbers, or one for each row."""
    column, form = table.columns[name], table.formats.get(name, "")
    usual = _usual(name, column)
    if isinstance(form, str):
        return PATTERNS.get(form, usual)
    return [PATTERNS.get(each, usual) for each in form]


def _usual(name: str, column: AnyColumn) -> str:
    """The pattern of numbers without a format of their own."""
    if isinstance(column, Coded) or name.lower() in CALENDAR:
        return _LABEL
    if isinstance(column, Integers) or column.dtype.kind != "f":
        return _WHOLE
    places = decimals(column[np.isfinite(column)].tolist())
    return f"{_WHOLE}.{'0' * places}" if places else _WHOLE


def _cells(
    column: AnyColumn, pattern: str | Sequence[str], codes: Codes | None, names: bool
) -> list[_Cell]:
    """The cells of a column; `names` for a column of statuses."""
    if names:
        return [_Cell(name) for name in plain(column, True)]
    dates = isinstance(column, np.ndarray) and column.dtype.kind == "M"
    items = _dates(decoded(column)) if dates else entries(column)
    each = [pattern] * len(items) if isinstance(pattern, str) else pattern
    if codes is None:
        return list(map(_cell, items, each))
    notes = map(status_note, codes.tolist())
    return list(map(_cell, items, each, notes))


def _cell(item: Any, pattern: str, note: str = "") -> _Cell:
    if isinstance(item, float) and not math.isfinite(item):
        if math.isnan(item):
            return _Cell(None, note=note)
        return _Cell("∞" if item > 0 else "-∞", note=note)
    if type(item) is int and abs(item) > _EXACT:
        why = "text: Excel's numbers have 15 digits"
        return _Cell(str(item), note=f"{note}; {why}" if note else why)
    if isinstance(item, datetime.date):
        exact = isinstance(item, datetime.datetime)
        pattern = _TIME if exact else _DAY
        return _Cell(item if item.year >= 1900 else str(item), pattern, note)
    return _Cell(item, pattern, note)


def _dates(column: Array) -> list[Any]:
    """Days as dates, finer times as datetimes; months and years as text."""
    unit = np.datetime_data(column.dtype)[0]
    if unit in ("Y", "M"):
        return plain(column)
    exact: list[Any] = column.astype("M8[D]" if unit in "WD" else "M8[us]").tolist()
    return exact


def _fitting(words: str) -> str:
    """Text that a cell holds; a longer one loses its middle."""
    if len(words) <= _LONGEST:
        return words
    half = _LONGEST // 2
    return f"{words[:half]}…{words[-half:]}"[:_LONGEST]
