"""Tables of any library as batches of rows.

A table is an object with an Arrow stream or array, a pandas frame, a mapping of
columns, a structured array, or an iterable of these. The core reads all batches in one
form; a table that comes in parts is read part by part.
"""

from __future__ import annotations

import threading
import warnings
from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.messages import near, short
from .arrays import is_missing, library, refuse_query
from .dates import moments, pandas_frequency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray


ROWS_PER_BATCH = 1 << 18

_BOOLEANS = (bool, np.bool_)

_OURS = (TypeError, ValueError, OverflowError, KeyError, MemoryError)


class Field(NamedTuple):
    """Name and type of a column.

    `type` is Arrow's name of the type, for a dictionary that of its words; `zoned` is
    true for timestamps in UTC, false for local ones; `freq` is the frequency of a
    column of periods, which holds ordinals, else None.
    """

    name: str
    type: str
    zoned: bool = False
    freq: str | None = None

    @property
    def kind(self) -> str:
        """What the columns of several tables must share; "" goes with everything."""
        if self.freq is not None:
            return f"periods of '{self.freq}'"
        if self.zoned:
            return "zoned times"
        if "utf8" in self.type:
            return "text"
        if self.type.startswith(("date", "timestamp")):
            return "dates"
        return "" if self.type == "null" else "numbers"


class Batch(NamedTuple):
    """A capsule "evmarket.batch": the wanted columns of some rows of the table."""

    capsule: Any
    first_row: int
    rows: int


class Part(NamedTuple):
    """A column of a batch at hand: a capsule and the column's place in it."""

    capsule: Any
    place: int
    field: Field
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
        first = self._open(table)
        if first is None:
            self._tables = _tables_of(table)
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
        table = as_table(table, self._columns)
        if _is_arrow(table) and not _is_mapping(table):
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
    if _is_pandas(column) and _is_arrow(column):
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


def _is_pandas(value: object) -> bool:
    return library(value) == "pandas"


def _is_arrow(value: object) -> bool:
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")


def _is_mapping(value: Any) -> bool:
    """Whether value has columns by name, as pandas frames have."""
    return callable(getattr(value, "keys", None)) and hasattr(value, "__getitem__")


def _names(table: Any) -> list[Any] | None:
    """The names of the columns of a table with columns by name, else None."""
    if isinstance(table, np.ndarray):
        return None if table.dtype.names is None else list(table.dtype.names)
    if _is_pandas(table) and hasattr(table, "iloc"):
        return list(table.columns) if hasattr(table, "columns") else None
    if _is_mapping(table):
        return list(table.keys())
    return None


def _tables_of(table: Any) -> Iterator[Any]:
    refuse_query(table, "table")
    if isinstance(table, (str, bytes, np.ndarray)) or _is_pandas(table):
        raise TypeError(f"table is {short(table)}: {_TAKEN}")
    try:
        return iter(table)
    except TypeError:
        raise TypeError(f"table is {short(table)}: {_TAKEN}") from None


def _is_column(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes))


def as_table(table: Any, columns: Sequence[str]) -> Any:
    """What stands for a table as one: a dataset and its scanner, a Parquet file, a
    table of Delta Lake, the result of a query that waits at a cursor, records."""
    if _is_arrow(table):
        return table
    if callable(getattr(table, "to_pyarrow_dataset", None)):
        table = table.to_pyarrow_dataset()
    if callable(getattr(table, "scanner", None)):  # a dataset reads what it must
        for wanted in columns:
            _place(wanted, table.schema.names)
        return table.scanner(columns=list(dict.fromkeys(columns))).to_reader()
    for name in ("to_reader", "fetch_record_batch", "to_arrow_reader"):
        if callable(getattr(table, name, None)):
            return _reader_of(table, name)
    if callable(getattr(table, "iter_batches", None)):
        return _parquet_reader(table, columns)
    return _columns_of_records(table) if _are_records(table) else table


def _reader_of(table: Any, method: str) -> Any:
    try:
        with warnings.catch_warnings():  # duckdb says that another way copies less
            warnings.simplefilter("ignore", UserWarning)
            return getattr(table, method)()
    except _OURS:
        raise
    except Exception as error:  # a library may raise anything
        raise ValueError(f"table gives no result: {short(str(error), 200)}") from error


def _parquet_reader(file: Any, columns: Sequence[str]) -> Any:
    """The wanted columns of a Parquet file of pyarrow as a stream of batches."""
    from pyarrow import RecordBatchReader, schema

    known = file.schema_arrow
    for wanted in columns:
        _place(wanted, known.names)
    names = list(dict.fromkeys(columns))
    fields = schema([known.field(name) for name in names])
    return RecordBatchReader.from_batches(fields, file.iter_batches(columns=names))


def _are_records(table: Any) -> bool:
    """Whether a table is a list of rows as dicts."""
    first = table[0] if isinstance(table, (list, tuple)) and table else None
    return isinstance(first, dict) and not any(map(_is_column, first.values()))


def _columns_of_records(records: Sequence[dict[Any, Any]]) -> dict[Any, list[Any]]:
    """Records as columns; what a record lacks is missing there."""
    names = dict.fromkeys(name for record in records for name in record)
    return {name: [record.get(name) for record in records] for name in names}


def _index_level(table: Any, wanted: str) -> Any:
    """A level of the index of a data frame as a column, None if there is no such."""
    index = getattr(table, "index", None)
    levels = getattr(index, "names", None) or ()
    if wanted not in levels or index is None:
        return None
    return index.get_level_values(wanted)


def _place(wanted: Any, names: Sequence[Any]) -> int:
    if wanted not in names:
        known = tuple(map(str, names))
        raise KeyError(f"no column {short(wanted)}; {near(str(wanted), known)}")
    if names.count(wanted) > 1:
        raise ValueError(f"column {short(wanted)} appears {names.count(wanted)} times")
    return names.index(wanted)


def _open_arrow(table: Any, columns: tuple[str, ...], first_row: int) -> _Open:
    if library(table) == "polars" and hasattr(table, "select"):
        for wanted in columns:  # polars converts only the columns that it selects
            _place(wanted, table.columns)
        table = table.select(list(dict.fromkeys(columns)))
    source = _arrow_source(table, None, first_row)
    names = source.names
    source.choose(tuple(_place(wanted, names) for wanted in columns))
    return _Open(tuple(map(_arrow_field, source.schema)), source)


def _arrow_source(source: Any, name: str | None, first_row: int) -> _core.Batches:
    try:
        return _core.Batches(source, name, first_row)
    except _OURS:
        raise
    except Exception as error:  # a library may raise anything
        what = "the table" if name is None else f"column {short(name)}"
        raise ValueError(
            f"{what} gives no Arrow stream: {short(str(error), 200)}"
        ) from error


def _arrow_field(facts: tuple[str, str, bool, str, bool, int]) -> Field:
    name, kind, zoned, freq, _coded, _places = facts
    ours = pandas_frequency(freq, f"column {short(name)}") if freq else None
    return Field(name, kind, zoned, ours)


def _open_columns(
    table: Any,
    names: list[Any],
    columns: tuple[str, ...],
    first_row: int,
    rows_per_batch: int,
) -> _Open:
    opened: list[_ColumnReader] = []
    for wanted in columns:
        column = None if wanted in names else _index_level(table, wanted)
        if column is None:
            _place(wanted, names)
            column = table[wanted]
        opened.append(_column(column, wanted, first_row))
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
    columns: list[_ColumnReader], names: tuple[str, ...], first_row: int, most: int
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


# Columns


class _ColumnReader(NamedTuple):
    """A column that gives any of its rows as an item of `_core.columns`.

    `ends` holds the rows where its chunks end, if it has chunks.
    """

    field: Field
    rows: int
    rows_between: Callable[[int, int], Any]
    ends: tuple[int, ...] = ()


def _sliced(
    field: Field, values: Any, item: Callable[[Any], Any] = lambda part: part
) -> _ColumnReader:
    """A column of an array or list; `item` converts its slices."""
    return _ColumnReader(
        field, len(values), lambda start, stop: item(values[start:stop])
    )


def _column(value: Any, name: str, first_row: int) -> _ColumnReader:
    if isinstance(value, Part):
        return _ColumnReader(
            value.field,
            value.rows,
            lambda start, stop: (value.capsule, value.place, start, stop),
        )
    if _is_pandas(value):
        return _pandas_column(value, name, first_row)
    if isinstance(value, np.ma.MaskedArray):
        return _masked_column(value, name, first_row)
    if isinstance(value, np.ndarray):
        return _array_column(value, name, first_row)
    if _is_arrow(value):
        return _arrow_column(value, name, first_row)
    if isinstance(value, (list, tuple, range)):
        return _object_column(list(value), name, first_row)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__array__"):
        raise TypeError(
            f"column {short(name)} is {short(value)}: it takes one value per row"
        )
    return _array_column(np.asarray(value), name, first_row)


def _array_column(array: NDArray[Any], name: str, first_row: int) -> _ColumnReader:
    if array.ndim != 1:
        raise ValueError(
            f"column {short(name)} has {array.ndim} dimensions: it takes one"
        )
    kind = array.dtype.kind
    if kind == "M":
        return _time_column(array, name)
    if kind == "O":
        return _object_column(array, name, first_row)
    if kind == "T":
        return _sliced(
            Field(name, "utf8"), array, lambda part: ("text", part.astype(object))
        )
    if array.dtype == np.float16:
        return _sliced(
            Field(name, "float32"), array, lambda part: part.astype(np.float32)
        )
    if kind not in "biufU" or (kind == "f" and array.dtype.itemsize > 8):
        cure = ": decode it to text" if kind == "S" else ""
        raise TypeError(
            f"column {short(name)} has dtype {short(str(array.dtype))}: it takes bool, "
            f"integers, float32, float64, datetime64, text and objects{cure}"
        )
    return _sliced(Field(name, "utf8" if kind == "U" else array.dtype.name), array)


def _masked_column(array: Any, name: str, first_row: int) -> _ColumnReader:
    if array.dtype.kind in "MOT":  # these may hold None, NaT or NaN besides the mask
        objects = np.asarray(array.data).astype(object)
        objects[np.ma.getmaskarray(array)] = None
        return _object_column(objects, name, first_row)
    valid = ~np.ma.getmaskarray(array)
    plain = _array_column(np.asarray(array.data), name, first_row)
    return plain._replace(
        rows_between=lambda start, stop: (
            plain.rows_between(start, stop),
            valid[start:stop],
        )
    )


def _time_column(value: Any, name: str, zoned: bool = False) -> _ColumnReader:
    dates = moments(value, f"column {short(name)}")
    values = dates.values
    if values is None:
        return _sliced(Field(name, "utf8"), dates.texts or [])
    if dates.unit:
        kind = "date32" if dates.unit == "D" else f"timestamp[{dates.unit}]"
        return _sliced(Field(name, kind, zoned), values.view(f"M8[{dates.unit}]"))
    return _sliced(Field(name, "int64", freq=dates.stated), values)


def _object_column(
    objects: list[Any] | NDArray[Any], name: str, first_row: int
) -> _ColumnReader:
    text, integer, floating, _nothing, other = _core.object_rows(objects)
    if other >= 0:
        item = objects[other]
        if not (hasattr(item, "year") or isinstance(item, np.datetime64)):
            decimal = type(item).__name__ == "Decimal"
            if decimal and (column := _arrow_decimals(objects)) is not None:
                return _arrow_column(column, name, first_row)
            cure = "; pass decimals as Arrow decimal128 or as floats" if decimal else ""
            raise TypeError(
                f"column {short(name)}, row {first_row + other}: {short(item)} is not "
                f"text, a number, a date or a period{cure}"
            )
        zoned = getattr(item, "tzinfo", None) is not None
        return _time_column(list(objects), name, zoned)
    number = integer if floating < 0 else floating
    if text >= 0 and number >= 0:
        row, among = (number, "text") if text < number else (text, "numbers")
        raise TypeError(
            f"column {short(name)}, row {first_row + row}: {short(objects[row])} among "
            f"{among}"
        )
    kind = "text" if text >= 0 else "float64" if floating >= 0 else "int64"
    kind = kind if text >= 0 or number >= 0 else "null"
    field = Field(name, "utf8" if kind == "text" else kind)
    if kind == "int64" and all(
        isinstance(item, _BOOLEANS) or is_missing(item) for item in objects
    ):
        field = Field(name, "bool")
    return _sliced(field, objects, lambda part: (kind, part))


def _arrow_decimals(objects: Iterable[Any]) -> Any:
    """Python decimals as an Arrow column; None for mixed columns or without pyarrow."""
    items = [None if is_missing(item) else item for item in objects]
    if any(type(item).__name__ not in ("Decimal", "NoneType") for item in items):
        return None
    try:
        from pyarrow import ArrowException, array
    except ImportError:
        return None
    try:
        return array(items)
    except ArrowException:
        return None  # infinite, or too many digits


def _arrow_column(value: Any, name: str, first_row: int) -> _ColumnReader:
    """An array, chunked array or series that exports Arrow, as views of its chunks."""
    source = _arrow_source(value, str(name), first_row)
    source.choose((0,))
    chunks = [(capsule, rows) for capsule, rows in source if rows]
    ends = tuple(accumulate(rows for _, rows in chunks))

    def rows_between(start: int, stop: int) -> Any:
        capsule, rows = chunks[k := bisect_right(ends, start)]
        before = ends[k] - rows
        return capsule, 0, start - before, stop - before

    return _ColumnReader(
        _arrow_field(source.schema[0]), ends[-1] if ends else 0, rows_between, ends
    )


def _pandas_column(value: Any, name: str, first_row: int) -> _ColumnReader:
    if getattr(value, "ndim", 1) != 1:
        raise ValueError(
            f"column {short(name)} has {value.ndim} dimensions: it takes one"
        )
    dtype: Any = value.dtype
    kind = type(dtype).__name__
    data = getattr(value, "array", value)
    if kind in ("PeriodDtype", "DatetimeTZDtype"):
        return _time_column(value, name, kind == "DatetimeTZDtype")
    if kind == "CategoricalDtype":
        return _coded_column(data.codes, data.categories, name)
    if kind == "ArrowDtype" or getattr(dtype, "storage", "") == "pyarrow":
        return _arrow_column(data.__arrow_array__(), name, first_row)
    if not isinstance(dtype, np.dtype) and hasattr(dtype, "numpy_dtype"):
        return _nullable_column(data, dtype.numpy_dtype, name)
    if kind == "StringDtype":
        return _object_column(np.asarray(data, dtype=object), name, first_row)
    return _array_column(np.asarray(value), name, first_row)


def _nullable_column(data: Any, dtype: np.dtype[Any], name: str) -> _ColumnReader:
    def rows_between(start: int, stop: int) -> Any:
        part = data[start:stop]
        valid = ~np.asarray(part.isna(), dtype=bool)
        return part.to_numpy(dtype=dtype, na_value=dtype.type(0)), valid

    return _ColumnReader(Field(name, dtype.name), len(data), rows_between)


def _coded_column(
    codes: NDArray[Any], categories: Iterable[Any], name: str
) -> _ColumnReader:
    words = _column(categories, name, 0)
    every = _core.columns([words.rows_between(0, words.rows)], (short(name),))
    whole = (every, 0, 0, words.rows)

    def rows_between(start: int, stop: int) -> Any:
        part = codes[start:stop]
        return part, whole, part >= 0

    return _ColumnReader(words.field, len(codes), rows_between)
