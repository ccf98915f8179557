"""Files: tables in blocks of rows, CSV and Parquet; what is written is whole.

Of CSV, keys and periods are text, and only an empty field is missing; measures are
numbers. The standard library reads it, and pyarrow where it is installed, to the same
bits: both split the fields alike, and numbers are read by one set of rules.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common.messages import near, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray


BLOCK = 1 << 16
"""Rows that are read at a time."""

_EXACT = 1 << 53
_ABSENT = ("", "NA", "NaN")
_INTEGER = frozenset("0123456789+-")
_DECIMAL = frozenset("0123456789+-.eE")


class Wanted(NamedTuple):
    """The columns to read; a period is one column, or a year and a month or quarter."""

    keys: tuple[str, ...]
    period: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return (*self.keys, *self.period) if len(self.period) == 1 else self.keys

    @property
    def numbers(self) -> tuple[str, ...]:
        return (
            self.measures if len(self.period) == 1 else (*self.period, *self.measures)
        )

    def check(self, names: Sequence[str]) -> list[int]:
        """The places of the columns, texts first."""
        for name in (*self.texts, *self.numbers):
            if name not in names:
                raise KeyError(f"no column {short(name)}: {near(name, names)}")
            if names.count(name) > 1:
                raise ValueError(
                    f"column {short(name)} stands {names.count(name)} times"
                )
        return [names.index(name) for name in (*self.texts, *self.numbers)]


def tables(
    paths: Sequence[str],
    wanted: Wanted,
    encoding: str | None = None,
    null: Sequence[str] = (),
) -> Iterator[Any]:
    """The rows of files, one after the other, as tables that a panel is built from.

    Parameters
    ----------
    paths : sequence of str
        CSV files, or Parquet files, which pyarrow reads.
    wanted : Wanted
        The columns.
    encoding : str, optional
        Of CSV; UTF-8 by default.
    null : sequence of str
        More texts that mean an absent number in CSV.

    Raises
    ------
    KeyError, ValueError, OverflowError
        What cannot be read, naming file, column and row; rows are counted from 0, the
        first below the header.
    """
    with _bar(paths) as advance:
        for path in paths:
            with _naming(path):
                if _is_parquet(path):
                    if encoding or null:
                        raise ValueError("Parquet takes neither --encoding nor --null")
                    yield from _parquet(path, wanted, advance)
                else:
                    yield from _csv(path, wanted, encoding, null, advance)


@contextmanager
def _naming(path: str) -> Iterator[None]:
    """Put the name of the file before what goes wrong in it."""
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
    """A bar over the bytes of the files, at a terminal, where tqdm is installed."""
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


def _parquet(
    path: str, wanted: Wanted, advance: Callable[[int], None]
) -> Iterator[Any]:
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError:
        raise ValueError("to read Parquet, pyarrow must be installed") from None
    errors = import_module("pyarrow").ArrowException
    try:
        with parquet.ParquetFile(path) as file:
            names = list(file.schema_arrow.names)
            wanted.check(names)
            columns = [*wanted.texts, *wanted.numbers]
            size = os.path.getsize(path) / max(file.metadata.num_rows, 1)
            for batch in file.iter_batches(columns=columns, batch_size=4 * BLOCK):
                yield batch
                advance(int(size * batch.num_rows))
            if not file.metadata.num_rows:
                yield file.schema_arrow.empty_table().select(columns)
    except errors as error:
        raise ValueError(short(str(error), 120)) from None


# ---- CSV -------------------------------------------------------------------------


class _Marks:
    """What counts as absent, and what the numbers of each measure were so far.

    Integers beyond 2**53 and decimals do not go together in one measure: among doubles
    such integers would be rounded.
    """

    def __init__(self, null: Sequence[str]) -> None:
        self.absent = frozenset((*_ABSENT, *null))
        self.large: dict[str, int] = {}
        self.decimal: set[str] = set()

    def note(
        self, name: str, *, large: int | None = None, decimal: bool = False
    ) -> None:
        if large is not None:
            self.large.setdefault(name, large)
        if decimal:
            self.decimal.add(name)
        if name in self.decimal and name in self.large:
            raise OverflowError(
                f"column {short(name)} holds decimals, and in row {self.large[name]} "
                "an integer beyond 2**53 that would be rounded among them"
            )


def _csv(
    path: str,
    wanted: Wanted,
    encoding: str | None,
    null: Sequence[str],
    advance: Callable[[int], None],
) -> Iterator[Any]:
    encoding = _known_encoding(encoding)
    quick = _pyarrow() if encoding == "utf-8" else None
    if quick is None:
        yield from _standard(path, wanted, encoding, _Marks(null), advance)
        return
    with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        wanted.check(_header(file)[0])
    try:
        yield from _quick(quick, path, wanted, _Marks(null), advance)
    except quick.ArrowException as error:
        # The standard reader words what is wrong, and where.
        for _ in _standard(path, wanted, encoding, _Marks(null), lambda _: None):
            pass
        raise ValueError(short(str(error), 120)) from None


def _known_encoding(name: str | None) -> str:
    import codecs

    if name is None:
        return "utf-8"
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        raise ValueError(
            f"encoding is {short(name)}: there is none of that name"
        ) from None
    if not getattr(found, "_is_text_encoding", True):
        raise ValueError(f"encoding is {short(name)}: it is none of text")
    return found.name


def _header(file: Any) -> tuple[list[str], Any]:
    """The names of the columns, and a reader of the rows below them."""
    import csv

    reader = csv.reader(file)
    try:
        names = next((row for row in reader if row), None)
    except csv.Error as error:
        raise ValueError(f"its header cannot be read: {error}") from None
    if names is None:
        raise ValueError("it is empty: a table begins with the names of its columns")
    return names, reader


def _standard(
    path: str,
    wanted: Wanted,
    encoding: str,
    marks: _Marks,
    advance: Callable[[int], None],
) -> Iterator[dict[str, Any]]:
    """The rows of a CSV file, read by the standard library."""
    names = [*wanted.texts, *wanted.numbers]
    decoder = "utf-8-sig" if encoding == "utf-8" else encoding
    start = read = 0
    with (
        open(path, "rb") as raw,
        TextIOWrapper(raw, decoder, errors="surrogateescape", newline="") as file,
    ):
        header, reader = _header(file)
        places = wanted.check(header)
        while rows := _block(reader, start, len(header)):
            fields = [[row[place] for row in rows] for place in places]
            table: dict[str, Any] = {}
            for name, texts in zip(names, fields, strict=True):
                _check_bytes(name, texts, start, encoding)
                if name in wanted.texts:
                    table[name] = [text or None for text in texts]
                else:
                    table[name] = numbers(name, texts, marks, start, wanted.period)
            yield table
            start += len(rows)
            advance(raw.tell() - read)
            read = raw.tell()
        if not start:
            yield {name: [] for name in names}


def _block(reader: Any, start: int, width: int) -> list[list[str]]:
    """The next rows, without empty lines; every row has a field a column."""
    import csv

    rows: list[list[str]] = []
    while not rows:
        row, some = start, []
        try:
            for fields in islice(reader, BLOCK):
                some.append(fields)
        except csv.Error as error:
            raise ValueError(f"row {row + len(some)}: {error}") from None
        if not some:
            break
        rows = [fields for fields in some if fields]
    for place, fields in enumerate(rows):
        if len(fields) != width:
            raise ValueError(
                f"row {start + place} has {len(fields)} fields, the header has {width}"
            )
    return rows


def _check_bytes(name: str, texts: list[str], start: int, encoding: str) -> None:
    """Refuse bytes that are no text in the encoding of the file."""
    joined = "".join(texts)
    if joined.isascii() or not any("\udc80" <= c <= "\udcff" for c in set(joined)):
        return
    for place, text in enumerate(texts):
        for character in text:
            if "\udc80" <= character <= "\udcff":
                raise ValueError(
                    f"column {short(name)}, row {start + place}: byte "
                    f"{ord(character) - 0xDC00:#04x} is no {encoding.upper()}: say "
                    "--encoding, such as latin-1 or gb18030"
                )


def numbers(
    name: str,
    texts: Sequence[str],
    marks: _Marks,
    start: int = 0,
    whole: Sequence[str] = (),
) -> Any:
    """The numbers of a block of fields: int64, masked where absent, or float64.

    Accepted are digits with a sign, a decimal point and an exponent; columns in `whole`
    hold integers only.
    """
    absent = marks.absent
    known = [text for text in texts if text not in absent]
    characters = set("".join(known))
    try:
        if characters <= _INTEGER:
            return _integers(name, texts, len(known), marks, start)
        if characters <= _DECIMAL and name not in whole:
            values = np.array([float(t) if t not in absent else np.nan for t in texts])
            _note_decimals(name, texts, values, marks, start)
            return values
    except ValueError:
        pass
    for place, text in enumerate(texts):
        if text not in absent and not _is_number(text, name in whole):
            what = "integer" if name in whole else "number"
            raise ValueError(
                f"column {short(name)}, row {start + place}: {short(text)} is no {what}"
                + ("" if name in whole else "; --null names what means an absent one")
            )
    raise AssertionError("one of the texts is no number")


def _is_number(text: str, whole: bool) -> bool:
    try:
        if whole or set(text) <= _INTEGER:
            int(text)
            return set(text) <= _INTEGER
        float(text)
    except ValueError:
        return False
    return set(text) <= _DECIMAL


def _integers(
    name: str, texts: Sequence[str], known: int, marks: _Marks, start: int
) -> NDArray[Any]:
    absent = marks.absent
    items = [int(text) if text not in absent else 0 for text in texts]
    try:
        values = np.array(items, np.int64)
    except OverflowError:
        row = next(
            k for k, item in enumerate(items) if not -(1 << 63) <= item < 1 << 63
        )
        raise OverflowError(
            f"column {short(name)}, row {start + row}: {short(texts[row])} is beyond "
            "int64"
        ) from None
    large = (values > _EXACT) | (values < -_EXACT)
    if large.any():
        marks.note(name, large=start + int(large.argmax()))
    if known == len(texts):
        return values
    return np.ma.masked_array(values, [text in absent for text in texts])


def _note_decimals(
    name: str, texts: Sequence[str], values: NDArray[Any], marks: _Marks, start: int
) -> None:
    marks.note(name, decimal=True)
    for place in np.flatnonzero(np.abs(values) >= _EXACT).tolist():
        text = texts[place]
        if set(text) <= _INTEGER and abs(int(text)) > _EXACT:
            marks.note(name, large=start + place)


# ---- CSV by pyarrow --------------------------------------------------------------


def _pyarrow() -> Any:
    """pyarrow, or None where it is not installed."""
    try:
        import_module("pyarrow.csv")
        import_module("pyarrow.compute")
        return import_module("pyarrow")
    except ImportError:
        return None


def _quick(
    arrow: Any, path: str, wanted: Wanted, marks: _Marks, advance: Callable[[int], None]
) -> Iterator[Any]:
    names = [*wanted.texts, *wanted.numbers]
    csv, start, read = arrow.csv, 0, 0
    with arrow.OSFile(path) as file:
        reader = csv.open_csv(
            file,
            read_options=csv.ReadOptions(block_size=1 << 22),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=names,
                column_types=dict.fromkeys(names, arrow.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
        for batch in reader:
            columns = [
                batch.column(place)
                if name in wanted.texts
                else _quick_numbers(
                    arrow, name, batch.column(place), marks, start, wanted.period
                )
                for place, name in enumerate(names)
            ]
            start += batch.num_rows
            if batch.num_rows:
                yield arrow.RecordBatch.from_arrays(columns, names=names)
            advance(file.tell() - read)
            read = file.tell()
    if not start:
        yield {name: [] for name in names}


def _quick_numbers(
    arrow: Any, name: str, texts: Any, marks: _Marks, start: int, whole: Sequence[str]
) -> Any:
    """As `numbers`; what its plain cases do not cover goes there."""
    compute = arrow.compute
    absent = compute.is_in(texts, value_set=arrow.array(sorted(marks.absent)))
    known = compute.if_else(absent, None, texts)

    def all_match(pattern: str) -> bool:
        return (
            compute.all(compute.match_substring_regex(known, pattern)).as_py()
            is not False
        )

    if all_match("^-?[0-9]{1,15}$"):
        return known.cast(arrow.int64())
    if name not in whole and all_match(r"^-?[0-9]{1,15}(\.[0-9]{0,300})?$"):
        marks.note(name, decimal=True)
        return known.cast(arrow.float64())
    found = numbers(name, texts.fill_null("").to_pylist(), marks, start, whole)
    if isinstance(found, np.ma.MaskedArray):
        return arrow.array(found.data, mask=np.ma.getmaskarray(found))
    return arrow.array(found)
