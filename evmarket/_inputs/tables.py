"""Tables of any library as batches of rows.

A table is an object with an Arrow stream or array, a pandas frame, a mapping of
columns, a structured array, or an iterable of these. The core reads all batches in one
form; a table that comes in parts is read part by part.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.messages import short
from .arrays import library, refuse_query
from .columns import (
    ColumnReader,
    Field,
    arrow_field,
    arrow_source,
    column_reader,
    is_arrow,
    is_pandas,
)
from .sources import as_table, place_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


ROWS_PER_BATCH = 1 << 18


class Batch(NamedTuple):
    """A capsule "evmarket.batch": the wanted columns of some rows of the table."""

    capsule: Any
    first_row: int
    rows: int


class _Open(NamedTuple):
    """An open table: its fields, and its batches with their numbers of rows."""

    fields: tuple[Field, ...]
    parts: Iterator[tuple[Any, int]]


class Batches:
    """The batches of a table, in order; several threads may draw from one object.

    Parameters
    ----------
    table : table or iterable of tables
        See the module. The tables of an iterable are opened one after the other.
    columns : sequence of str
        The names of the wanted columns; a batch has them in this order.
    rows_per_batch : int
        The most rows of a batch of arrays. Batches from Arrow keep the size that their
        producer gave them.

    Attributes
    ----------
    fields : tuple of Field
        The wanted columns as they are in the first table.

    Raises
    ------
    KeyError
        No such column; the message names similar ones.
    TypeError, ValueError, OverflowError
        An object that is not a table, or a column that cannot be read. Also raised
        while batches are drawn.
    """

    def __init__(
        self, table: Any, columns: Sequence[str], rows_per_batch: int = ROWS_PER_BATCH
    ) -> None:
        self._columns = tuple(columns)
        self._rows_per_batch = rows_per_batch
        self._row = 0
        self._lock = threading.Lock()
        self._number = 0
        table = as_table(table, self._columns)  # perhaps an iterable of tables
        first = self._open(table)
        if first is None:
            self._tables = _each(_tables_of(table), self._columns)
            first = self._next_table()
            if first is None:
                raise ValueError(
                    "table is an empty iterable: it takes at least one table"
                )
        else:
            self._tables = iter(())
        self.fields = first.fields
        self._parts = first.parts

    def __iter__(self) -> Batches:
        return self

    def __next__(self) -> Batch:
        with self._lock:
            try:
                following = self._next_batch()
            except BaseException:  # after an error no thread gets another batch
                self._parts, self._tables = iter(()), iter(())
                raise
        if following is None:
            raise StopIteration
        return following

    def _next_batch(self) -> Batch | None:
        while True:
            for capsule, rows in self._parts:
                self._row += rows
                return Batch(capsule, self._row - rows, rows)
            following = self._next_table()
            if following is None:
                return None
            self._check_fields(following.fields)
            self._parts = following.parts

    def _next_table(self) -> _Open | None:
        for table in self._tables:
            opened = self._open(table)
            if opened is None:
                raise TypeError(f"table {self._number} is {short(table)}: {_TAKEN}")
            self._number += 1
            return opened
        return None

    def _open(self, table: Any) -> _Open | None:
        if is_arrow(table) and not _is_mapping(table):
            return _open_arrow(table, self._columns, self._row)
        names = _names(table)
        if names is None:
            return None
        return _open_columns(
            table, names, self._columns, self._row, self._rows_per_batch
        )

    def _check_fields(self, fields: tuple[Field, ...]) -> None:
        """Check the fields of a later table against those of the tables before it."""
        known = []
        for before, now in zip(self.fields, fields, strict=True):
            if before.kind and now.kind and before.kind != now.kind:
                raise TypeError(
                    f"column {short(now.name)} of table {self._number - 1} holds "
                    f"{now.kind}, in the tables before it {before.kind}"
                )
            known.append(before if before.kind else now)
        self.fields = tuple(known)


def batches(
    table: Any, columns: Sequence[str], rows_per_batch: int = ROWS_PER_BATCH
) -> Batches:
    """The wanted columns of a table, batch by batch; see `Batches`."""
    return Batches(table, columns, rows_per_batch)


def names_of(table: Any) -> list[Any] | None:
    """The names of a table's columns; None for iterables and for streams, whose names
    are known only when they are read."""
    names = _names(table)
    for place in (getattr(table, "schema", None), table):
        stated = getattr(place, "names", None) or getattr(place, "columns", None)
        if names is None and stated is not None:
            names = list(stated() if callable(stated) else stated)
    return names


def in_one_chunk(column: Any) -> Any:
    """A column with its chunks joined, if its library can join them."""
    if is_pandas(column) and is_arrow(column):
        try:
            from pyarrow import chunked_array
        except ImportError:
            return column
        column = chunked_array(column)
    for name in ("combine_chunks", "rechunk"):  # of pyarrow, of polars
        if hasattr(column, name):
            return getattr(column, name)()
    return column


def arrow_stream(
    columns: Mapping[str, Any], freqs: Mapping[str, str] | None = None
) -> Any:
    """Columns as a capsule "arrow_array_stream" of one record batch.

    Parameters
    ----------
    columns : mapping of str to column
        A column is a one-dimensional array (numbers, bool, datetime64 in D, s, ms, us,
        ns, text), a list of str and None, ``(column, valid)`` with a bool array, or
        ``(codes, words)`` and ``(codes, words, valid)``, which become a dictionary. The
        words must not hold None, which pandas refuses. Arrays are not copied and must
        not change while the consumer uses them.
    freqs : mapping of str to str
        The pandas frequency of int64 columns that hold ordinals of periods.
    """
    freqs = freqs or {}
    names = tuple(columns)
    batch = _core.columns(list(columns.values()), names)
    return _core.arrow_stream(batch, names, tuple(map(freqs.get, names)))


# Tables

_TAKEN = (
    "it takes an object with an Arrow stream, a frame, a dict of columns, a structured "
    "array, records, a dataset, or an iterable of these"
)


def _is_mapping(value: Any) -> bool:
    """Whether value has columns by name, as pandas frames have."""
    return callable(getattr(value, "keys", None)) and hasattr(value, "__getitem__")


def _names(table: Any) -> list[Any] | None:
    """The names of the columns of a table with columns by name, else None."""
    if isinstance(table, np.ndarray):
        return None if table.dtype.names is None else list(table.dtype.names)
    if is_pandas(table) and hasattr(table, "iloc"):
        return list(table.columns) if hasattr(table, "columns") else None
    if _is_mapping(table):
        return list(table.keys())
    return None


def _tables_of(table: Any) -> Iterator[Any]:
    refuse_query(table, "table")
    if isinstance(table, (str, bytes, np.ndarray)) or is_pandas(table):
        raise TypeError(f"table is {short(table)}: {_TAKEN}")
    try:
        return iter(table)
    except TypeError:
        raise TypeError(f"table is {short(table)}: {_TAKEN}") from None


def _each(tables: Iterator[Any], columns: Sequence[str]) -> Iterator[Any]:
    """The tables, those of a dataset one by one."""
    for table in tables:
        one = as_table(table, columns)
        if hasattr(one, "__next__") and not is_arrow(one):
            yield from one
        else:
            yield one


def _index_level(table: Any, wanted: str) -> Any:
    """A level of the index of a data frame as a column, None if there is no such."""
    index = getattr(table, "index", None)
    levels = getattr(index, "names", None) or ()
    if wanted not in levels or index is None:
        return None
    return index.get_level_values(wanted)


def _open_arrow(table: Any, columns: tuple[str, ...], first_row: int) -> _Open:
    if library(table) == "polars" and hasattr(table, "select"):
        for wanted in columns:  # polars converts only the columns that it selects
            place_in(wanted, table.columns)
        table = table.select(list(dict.fromkeys(columns)))
    source = arrow_source(table, None, first_row)
    names = source.names
    source.choose(tuple(place_in(wanted, names) for wanted in columns))
    return _Open(tuple(map(arrow_field, source.schema)), source)


def _open_columns(
    table: Any,
    names: list[Any],
    columns: tuple[str, ...],
    first_row: int,
    rows_per_batch: int,
) -> _Open:
    opened: list[ColumnReader] = []
    for wanted in columns:
        column = None if wanted in names else _index_level(table, wanted)
        if column is None:
            place_in(wanted, names)
            column = table[wanted]
        opened.append(column_reader(column, wanted, first_row))
        if opened[-1].rows != opened[0].rows:
            raise ValueError(
                f"column {short(wanted)} has {opened[-1].rows} rows, "
                f"{short(columns[0])} has {opened[0].rows}"
            )
    return _Open(
        tuple(column.field for column in opened),
        _cut(opened, columns, first_row, rows_per_batch),
    )


def _cut(
    columns: list[ColumnReader], names: tuple[str, ...], first_row: int, most: int
) -> Iterator[tuple[Any, int]]:
    """Batches of columns; a batch ends where a chunk of any column ends."""
    rows = columns[0].rows if columns else 0
    quoted = tuple(map(short, names))
    start = 0
    while start < rows:
        stop = min(start + most, rows)
        for column in columns:
            ends = column.ends
            stop = min(stop, ends[bisect_right(ends, start)]) if ends else stop
        items = [column.rows_between(start, stop) for column in columns]
        yield _core.columns(items, quoted, first_row + start), stop - start
        start = stop
