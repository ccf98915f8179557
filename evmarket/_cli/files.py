"""Files on the command line as tables: CSV and Parquet."""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._common.messages import short
from .._common.workers import read_ahead
from .._inputs.csv_files import Wanted, csv_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


BATCH = 1 << 18
"""How many rows of a Parquet file are read at a time."""


def tables(
    paths: Sequence[str],
    wanted: Wanted,
    encoding: str | None = None,
    null: Sequence[str] = (),
) -> Iterator[Any]:
    """The rows of files, one file after the other, as tables for `Panel.from_table`.

    Parameters
    ----------
    paths : sequence of str
        CSV files, or Parquet files, which pyarrow reads.
    wanted : Wanted
        The columns.
    encoding : str, optional
        The encoding of CSV files; UTF-8 by default.
    null : sequence of str
        More texts that mean a missing number in CSV files.

    Raises
    ------
    KeyError, ValueError, OverflowError
        A file that cannot be read. The message names file, column and row; rows are
        counted from 0, the first row below the header.
    """
    with _bar(paths) as advance:
        for path in paths:
            with _naming(path):
                if not _is_parquet(path):
                    yield from csv_tables(path, wanted, encoding, null, advance)
                elif encoding or null:
                    raise ValueError(
                        "a Parquet file takes neither --encoding nor --null"
                    )
                else:
                    yield from _parquet_tables(path, wanted, advance)


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Begin the message of an error with the name of the file."""
    try:
        yield
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    except (KeyError, ValueError, OverflowError) as error:
        raise type(error)(f"{path}: {error.args[0]}") from None


def _is_parquet(path: str) -> bool:
    with open(path, "rb") as file:
        return file.read(4) == b"PAR1"


@contextmanager
def _bar(paths: Sequence[str]) -> Iterator[Callable[[int], None]]:
    """A progress bar over the bytes of the files, at a terminal, if tqdm is there."""
    try:
        tqdm = import_module("tqdm").tqdm
    except ImportError:
        yield lambda _: None
        return
    total = sum(os.path.getsize(path) for path in paths if os.path.exists(path))
    with tqdm(
        total=total, unit="B", unit_scale=True, delay=1, leave=False, disable=None
    ) as bar:
        yield bar.update


def _parquet_tables(
    path: str, wanted: Wanted, advance: Callable[[int], None]
) -> Iterator[Any]:
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        raise ValueError(
            'Parquet files need pyarrow: pip install "evmarket[pyarrow]"'
        ) from None
    try:
        with parquet.ParquetFile(path) as file:
            schema = file.schema_arrow
        wanted.check(list(schema.names))
        columns = list(dict.fromkeys(wanted.names))
        # Texts stay the codes that they are in the file.
        coded = [n for n in columns if str(schema.field(n).type) == "string"]
        with parquet.ParquetFile(path, read_dictionary=coded) as file:
            size = os.path.getsize(path) / max(file.metadata.num_rows, 1)
            batches = file.iter_batches(columns=columns, batch_size=BATCH)
            for batch in read_ahead(batches):
                yield batch
                advance(int(size * batch.num_rows))
            if not file.metadata.num_rows:
                yield file.schema_arrow.empty_table().select(columns)
    except import_module("pyarrow").ArrowException as error:
        raise ValueError(short(str(error), 120)) from None
