"""A file as a table: what its columns hold is found, and told."""

from __future__ import annotations

import io
import os
import sys
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.messages import near, one_line, short
from .._common.warning import EvmarketWarning
from .._inputs.columns import Part
from .._inputs.files import STANDARD_INPUT, file_tables, is_kept
from .._inputs.formats import formatted_moments
from .._inputs.labels import labels_told
from .._inputs.numbers_seen import NotNumberError
from .._inputs.wanted import Everything, Form, Told
from .columns import integers
from .table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .columns import AnyColumn


MOST_REPEATS = 1_000_000
"""Rows that are looked at for repeats: the first ones."""


def read_table(
    path: Any,
    *,
    sheet: str | int | None = None,
    sep: str | None = None,
    decimal: str | None = None,
    thousands: str | None = None,
    encoding: str | None = None,
    skip: int = 0,
    skip_footer: int = 0,
    header: int | Sequence[int] | None = None,
    nulls: Sequence[str] = (),
    date_format: str | None = None,
    drop: Mapping[str, Any] | None = None,
) -> Table:
    """Read a file as a table for `Panel.from_table`, and tell how it was read.

    Parameters
    ----------
    path : str, path or binary file
        Separated values (also packed by gzip), JSON records, a workbook (needs
        python-calamine), a Parquet or Arrow file or a folder of Parquet files (these
        need pyarrow); "-" is standard input. The content decides, not the name.
    sheet : str or int, optional
        The sheet of a workbook, by name or number from 0; the default is the first.
    sep : str, optional
        The character between fields; found if not given: , ; tab or |.
    decimal, thousands : str, optional
        The marks in numbers, "." or "," and these, a blank or an apostrophe. If neither
        is given they are found.
    encoding : str, optional
        The default is UTF-8, or what the bytes show.
    skip, skip_footer : int, default 0
        Lines to leave out above the header, and below the table. Titles, a line of
        units and notes are found without it.
    header : int or sequence of int, optional
        The lines of the names, counted from 0 after those skipped; several are joined.
    nulls : sequence of str
        More texts of a missing number, besides empty, NA and NaN.
    date_format : str, optional
        How text is written that becomes dates or months, such as "%d-%m-%Y".
    drop : dict of str to label or list of labels, optional
        Rows to leave out: {"maker": "Total"}.

    Returns
    -------
    Table
        Columns of text (objects), int64, float64 and datetime64. Percentages are
        fractions, numbers in brackets are negative. Its `note` says what was found.

    Raises
    ------
    ValueError, KeyError, OverflowError
        If the file cannot be read, or a number can be read in two ways. The message
        names file, column and row; rows are counted from 0 below the header.
    ImportError
        If a library is missing.

    Warns
    -----
    EvmarketWarning
        One for each thing that was found or looks wrong: another encoding, separator or
        mark than usual, lines that were skipped, rows that may be totals, labels that
        differ in case or blanks only, rows that repeat another one.

    Examples
    --------
    >>> import io
    >>> import evmarket as em
    >>> file = io.BytesIO(b"maker,month,units\\nA,2024-01,1200\\nA,2025-01,1500\\n")
    >>> table = em.read_table(file)
    >>> table["units"]
    array([1200, 1500])
    >>> panel = em.Panel.from_table(table, "maker", "month", "units")
    >>> panel["units"].growth().at("2025-01")
    array([0.25])
    """
    form = Form(
        sheet=sheet,
        sep=sep,
        decimal=decimal,
        thousands=thousands,
        encoding=encoding,
        skip=skip,
        skip_footer=skip_footer,
        header=header,
        nulls=(nulls,) if isinstance(nulls, str) else tuple(nulls),
    )
    name, source = _source(path)
    columns, told = _read(name, source, form)
    lines = [line.removeprefix(f"{one_line(name)}: ") for line in told.lines]
    if date_format is not None:
        columns = _dated(columns, date_format)
    if drop is not None:
        columns = _dropped(columns, drop)
    for line in [*lines, *_noticed(columns)]:
        warnings.warn(f"{one_line(name)}: {line}", EvmarketWarning, stacklevel=2)
    made = {column: _array(column, cells) for column, cells in columns.items()}
    return Table(made, title=os.path.basename(name), note="\n".join(lines))


def _source(path: Any) -> tuple[str, Any]:
    """A name for messages, and what is opened; a stream is read whole, because it may
    be read again."""
    if hasattr(path, "read"):
        data = path.read()
        if not isinstance(data, bytes):
            raise TypeError("path is a file of text: open it in binary mode")
        return str(getattr(path, "name", "the file")), data
    try:
        name = os.fspath(path)
    except TypeError:
        raise TypeError(f"path is {short(path)}: it takes a path or a file") from None
    name = os.fsdecode(name)
    if name == STANDARD_INPUT and sys.stdin is not None:
        return name, sys.stdin.buffer.read()
    if os.path.exists(name) and not is_kept(name):
        with open(name, "rb") as file:
            return name, file.read()
    return name, None


def _read(name: str, data: bytes | None, form: Form) -> tuple[dict[str, Any], Told]:
    """The cells of all columns; one that is not of numbers after all becomes text."""
    asked = Everything(form.nulls)
    texts: list[str] = []
    while True:
        told = Told()
        source = name if data is None else io.BufferedReader(io.BytesIO(data))
        try:
            parts = list(file_tables([source], asked, form, told))
        except NotNumberError as error:
            if error.column in asked.texts:
                raise ValueError(*error.args) from None
            asked.texts.add(error.column)
            reason = error.args[0].partition(": column ")[2].partition(";")[0]
            texts.append(f"read a column as text: {reason or error.args[0]}")
            continue
        columns: dict[str, list[Any]] = {}
        for part in parts:
            for column, cells in _lists(part).items():
                columns.setdefault(column, []).extend(cells)
        told.lines += texts
        return columns, told


def _lists(part: Any) -> dict[str, list[Any]]:
    if hasattr(part, "to_pydict"):  # of pyarrow
        found: dict[str, list[Any]] = part.to_pydict()
        return found
    batches: dict[int, Any] = {}
    columns: dict[str, list[Any]] = {}
    for name, cells in part.items():
        if not isinstance(cells, Part):
            columns[name] = list(cells)
            continue
        if id(cells.capsule) not in batches:  # the part keeps the capsule alive
            batches[id(cells.capsule)] = _core.batch_lists(cells.capsule)
        columns[name] = batches[id(cells.capsule)][cells.place]
    return columns


def _array(name: str, cells: list[Any]) -> AnyColumn:
    """Cells as a column of one type."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds and kinds <= {int, float}:
        most = 2**53 if float in kinds else 2**63 - 1
        for row, cell in enumerate(cells):
            if type(cell) is int and abs(cell) > most:
                raise OverflowError(
                    f"column {short(name)}, row {row}: {cell} would be rounded"
                )
    if kinds and kinds <= {int}:
        valid = np.array([cell is not None for cell in cells], bool)
        if all(-(2**63) <= cell < 2**63 for cell in cells if cell is not None):
            return integers(np.array([cell or 0 for cell in cells], np.int64), valid)
    if kinds and kinds <= {int, float}:
        return np.array([np.nan if cell is None else cell for cell in cells], float)
    if kinds and kinds <= {bool} and None not in cells:
        return np.array(cells, bool)
    if kinds and all(hasattr(kind, "year") for kind in kinds):
        unit = "us" if any(hasattr(kind, "hour") for kind in kinds) else "D"
        if None not in cells:
            return np.array(cells, f"M8[{unit}]")
    column = np.empty(len(cells), object)
    column[:] = cells
    return column


def _dated(columns: dict[str, Any], date_format: str) -> dict[str, Any]:
    """The columns of text in the format as dates; months and years as their labels."""
    made, found = dict(columns), False
    for name, cells in columns.items():
        if not cells or not all(isinstance(cell, str) for cell in cells):
            continue
        try:
            content = formatted_moments(list(cells), date_format, short(name))
        except ValueError:
            continue
        found = True
        assert content.values is not None
        days = content.values.view(f"M8[{content.unit or content.stated}]")
        made[name] = days.tolist() if content.unit else days.astype(str).tolist()
    if not found:
        raise ValueError(
            f"date_format is {short(date_format)}: no column is written so"
        )
    return made


def _dropped(columns: dict[str, Any], drop: Any) -> dict[str, Any]:
    """The rows whose labels are not among those to leave out."""
    if not isinstance(drop, Mapping):
        raise TypeError(f"drop is {short(drop)}: it takes {{column: labels}}")
    count = len(next(iter(columns.values()), ()))
    keep = np.ones(count, bool)
    for name, labels in drop.items():
        if name not in columns:
            raise KeyError(f"drop: no column {short(name)}; {near(name, columns)}")
        many = isinstance(labels, (list, tuple, set, frozenset))
        gone = set(labels) if many else {labels}
        unknown = [label for label in gone if label not in columns[name]]
        if unknown:
            raise KeyError(
                f"drop: column {short(name)} has no {short(unknown[0])}; "
                f"{near(unknown[0], dict.fromkeys(columns[name]))}"
            )
        keep &= np.array([cell not in gone for cell in columns[name]], bool)
    rows = np.flatnonzero(keep).tolist()
    return {name: [cells[row] for row in rows] for name, cells in columns.items()}


def _noticed(columns: dict[str, Any]) -> list[str]:
    """Lines on totals, twins and repeated rows."""
    told = []
    for name, cells in columns.items():
        if any(isinstance(cell, str) for cell in cells):
            told += labels_told(name, dict.fromkeys(cells))
    seen: dict[tuple[Any, ...], int] = {}
    count, first = 0, (0, 0)
    rows = zip(*columns.values(), strict=True)
    for row, cells in zip(range(MOST_REPEATS), rows, strict=False):
        before = seen.setdefault(cells, row)
        if before != row:
            first = first if count else (before, row)
            count += 1
    if count:
        repeat = "row repeats" if count == 1 else "rows repeat"
        told.append(
            f"{count:,} {repeat} another row exactly (first: rows {first[0]} and "
            f"{first[1]}): duplicates='identical' drops repeats"
        )
    return told
