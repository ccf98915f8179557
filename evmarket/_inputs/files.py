"""Files of any kind as tables, told apart by what they hold, not by their names."""

from __future__ import annotations

import gzip
import io
import os
import sys
import zlib
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .._common.messages import one_line, short
from .._common.workers import read_ahead
from .csv_files import csv_tables
from .numbers_seen import NotNumberError
from .parquet import dataset_batches, file_batches
from .sheets import json_table, workbook_table
from .wanted import Told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from typing import BinaryIO

    from .layout import Asked
    from .wanted import Form, Wanted


STANDARD_INPUT = "-"


def is_kept(path: Any) -> bool:
    """Whether a path gives the same bytes each time; a pipe does not."""
    named = isinstance(path, str) and path != STANDARD_INPUT
    return named and (os.path.isfile(path) or os.path.isdir(path))


class Files:
    """Files as one table, which can be read again unless one is standard input.

    Parameters
    ----------
    paths : sequence of str
        See `file_tables`.

    Attributes
    ----------
    told : Told
        What was found when they were read first.
    """

    def __init__(
        self,
        paths: Sequence[str],
        wanted: Wanted,
        form: Form,
        told: Told | None = None,
    ) -> None:
        self._paths, self._wanted, self._form = list(paths), wanted, form
        self.told = told or Told()
        self._read = False

    def __iter__(self) -> Iterator[Any]:
        told, self._read = (Told() if self._read else self.told), True
        return file_tables(self._paths, self._wanted, self._form, told)

    @property
    def names(self) -> list[str] | None:
        """All columns of files that were read and can be read again, else None."""
        known = self.told.names and all(map(is_kept, self._paths))
        return list(self.told.names) if known else None

    def with_others(self, names: Sequence[str]) -> Files:
        """The same files, read with more columns."""
        return Files(
            self._paths, self._wanted._replace(others=tuple(names)), self._form
        )


def file_tables(
    paths: Sequence[Any], wanted: Asked, form: Form, told: Told
) -> Iterator[Any]:
    """The rows of files, one file after the other, as tables for `Panel.from_table`.

    Parameters
    ----------
    paths : sequence of str or binary files
        Files of separated values, also packed by gzip, JSON records, workbooks; with
        pyarrow Parquet files, Arrow files and folders of Parquet files. "-" is standard
        input.
    wanted : Wanted, WideWanted
        The columns.
    told : Told
        It gets what was found in the files.

    Raises
    ------
    KeyError, ValueError, OverflowError, ImportError
        A file that cannot be read. The message names file, column and row; rows are
        counted from 0, the first row below the header.
    """
    with _bar(paths) as advance:
        for path in paths:
            before = len(told.lines)
            name = one_line(path) if isinstance(path, str) else "the file"
            try:
                with _naming(name):
                    yield from _tables(path, wanted, form, told, advance)
            finally:
                named = [f"{name}: {line}" for line in told.lines[before:]]
                told.lines[before:] = named


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Begin the message of an error with the name of the file, on one line."""
    try:
        yield
    except OSError as error:
        raise ValueError(one_line(f"{path}: {error.strerror or error}")) from None
    except (UnicodeError, EOFError, zlib.error, RuntimeError) as error:
        raise ValueError(one_line(f"{path}: the file is damaged: {error}")) from None
    except NotNumberError as error:
        raise NotNumberError(f"{path}: {error.args[0]}", error.column) from None
    except (KeyError, ValueError, OverflowError, ImportError) as error:
        raise type(error)(one_line(f"{path}: {error.args[0]}")) from None


def _tables(
    path: Any, wanted: Asked, form: Form, told: Told, advance: Callable[[int], None]
) -> Iterator[Any]:
    if isinstance(path, str) and path != STANDARD_INPUT and os.path.isdir(path):
        _refuse(form, "a folder of Parquet files")
        yield from _dataset_tables(path, wanted, told)
        return
    with _opened(path) as file:
        start = file.peek(8)[:8]
        if start[:2] == b"\x1f\x8b":
            file = path = io.BufferedReader(gzip.GzipFile(fileobj=file))
            start = file.peek(8)[:8]
        if start[:4] == b"PAR1":
            _refuse(form, "a Parquet file")
            yield from _parquet_tables(path, file, wanted, told, advance)
        elif start[:6] == b"ARROW1":
            _refuse(form, "an Arrow file")
            yield from _arrow_tables(file, wanted, told)
        elif start[:4] == b"PK\x03\x04" or start[:4] == b"\xd0\xcf\x11\xe0":
            _refuse(form, "a workbook", ("sep", "encoding"))
            yield workbook_table(file.read(), wanted, form, told)
        elif _is_json(start):
            yield json_table(file.read(), wanted, form, told)
        else:
            _refuse(form, "a file of separated values", ("sheet",))
            yield from csv_tables(file, wanted, form, told, advance)


def _opened(path: Any) -> AbstractContextManager[io.BufferedReader]:
    if isinstance(path, io.BufferedReader):
        return nullcontext(path)
    if path == STANDARD_INPUT:
        source: Any = getattr(sys.stdin, "buffer", None)
        if source is None:
            raise ValueError("there is no standard input")
        if not isinstance(source, io.BufferedReader):
            source = io.BufferedReader(source)
        return nullcontext(source)
    return open(path, "rb")


def _is_json(start: bytes) -> bool:
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    return text[:1] == b"[" or (text[:1] == b"{" and b'"' in text[:3])


def _refuse(form: Form, what: str, names: tuple[str, ...] | None = None) -> None:
    """An error for options that say nothing about such a file."""
    given = form.given()
    if names is not None:
        given = [one for one in given if one in map(form.named, names)]
    if given:
        raise ValueError(f"{what} takes no {given[0].rstrip('=')}")


@contextmanager
def _bar(paths: Sequence[Any]) -> Iterator[Callable[[int], None]]:
    """A progress bar over the bytes of the files, at a terminal, if tqdm is there."""
    try:
        tqdm = import_module("tqdm").tqdm
    except ImportError:
        yield lambda _: None
        return
    total = sum(map(_size, paths))
    with tqdm(
        total=total, unit="B", unit_scale=True, delay=1, leave=False, disable=None
    ) as bar:
        yield bar.update


def _size(path: Any) -> int:
    return os.path.getsize(path) if is_kept(path) else 0


# ---- files that pyarrow reads --------------------------------------------------------


def _pyarrow(module: str, what: str) -> Any:
    try:
        return import_module(module)
    except ImportError:
        raise ImportError(
            f'{what} need pyarrow: pip install "evmarket[pyarrow]"'
        ) from None


@contextmanager
def _reading() -> Iterator[None]:
    """Say in a line what pyarrow cannot read."""
    try:
        yield
    except import_module("pyarrow").ArrowException as error:
        raise ValueError(short(str(error), 120)) from None


def _chosen(names: Sequence[str], wanted: Asked, told: Told) -> list[str]:
    told.names = list(names)
    return [column.name for column in wanted.columns(list(names), [])]


def _parquet_tables(
    path: Any,
    file: BinaryIO,
    wanted: Asked,
    told: Told,
    advance: Callable[[int], None],
) -> Iterator[Any]:
    parquet = _pyarrow("pyarrow.parquet", "Parquet files")
    source = path if is_kept(path) else io.BytesIO(file.read())
    with _reading():
        with parquet.ParquetFile(source) as opened:
            schema, metadata = opened.schema_arrow, opened.metadata
        columns = _chosen(schema.names, wanted, told)
        count, size = max(metadata.num_rows, 1), _size(path)
        for batch in read_ahead(file_batches(source, columns, metadata)):
            yield batch
            advance(int(size / count * batch.num_rows))


def _dataset_tables(path: str, wanted: Asked, told: Told) -> Iterator[Any]:
    """The files of a folder; folders named KEY=LABEL in it are columns."""
    dataset = _pyarrow("pyarrow.dataset", "Parquet files")
    with _reading():
        opened = dataset.dataset(path, format="parquet", partitioning="hive")
        if not opened.files:
            raise ValueError("the folder holds no Parquet file")
        columns = _chosen(opened.schema.names, wanted, told)
        yield from dataset_batches(opened, columns)


def _arrow_tables(file: BinaryIO, wanted: Asked, told: Told) -> Iterator[Any]:
    ipc = _pyarrow("pyarrow.ipc", "Arrow files")
    with (
        _reading(),
        ipc.open_file(import_module("pyarrow").BufferReader(file.read())) as f,
    ):
        columns = _chosen(f.schema.names, wanted, told)
        if not f.num_record_batches:
            yield f.schema.empty_table().select(columns)
        for k in range(f.num_record_batches):
            yield f.get_batch(k).select(columns)
