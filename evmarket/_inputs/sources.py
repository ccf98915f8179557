"""What libraries offer beside tables: datasets, files, cursors, records."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from .._common.messages import near, short
from .columns import OURS, is_arrow
from .parquet import dataset_batches

if TYPE_CHECKING:
    from collections.abc import Sequence


def place_in(wanted: Any, names: Sequence[Any]) -> int:
    if wanted not in names:
        known = tuple(map(str, names))
        raise KeyError(f"no column {short(wanted)}; {near(str(wanted), known)}")
    if names.count(wanted) > 1:
        raise ValueError(f"column {short(wanted)} appears {names.count(wanted)} times")
    return names.index(wanted)


def as_table(table: Any, columns: Sequence[str]) -> Any:
    """What stands for a table as one: a dataset and its scanner, a Parquet file, a
    table of Delta Lake, the result of a query that waits at a cursor, records."""
    if is_arrow(table):
        return table
    if callable(getattr(table, "to_pyarrow_dataset", None)):
        table = table.to_pyarrow_dataset()
    if callable(getattr(table, "scanner", None)):  # a dataset reads what it must
        for wanted in columns:
            place_in(wanted, table.schema.names)
        return dataset_batches(table, list(dict.fromkeys(columns)))
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
    except OURS:
        raise
    except Exception as error:  # a library may raise anything
        raise ValueError(f"table gives no result: {short(str(error), 200)}") from error


def _parquet_reader(file: Any, columns: Sequence[str]) -> Any:
    """The wanted columns of a Parquet file of pyarrow as a stream of batches."""
    from pyarrow import RecordBatchReader, schema

    known = file.schema_arrow
    for wanted in columns:
        place_in(wanted, known.names)
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


def _is_column(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, (str, bytes))
