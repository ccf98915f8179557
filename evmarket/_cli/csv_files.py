"""CSV files as blocks of rows.

Keys and periods are text, where only an empty field is missing; measures are numbers.
pyarrow splits the fields if it is installed, else the standard library does. Both give
the same bits, because one set of rules reads the numbers.
"""

from __future__ import annotations

from importlib import import_module
from io import TextIOWrapper
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._common.messages import near, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    Block = tuple[Sequence[Any], int, int]
    """Columns of texts, their number of rows, and how many bytes were read."""


BLOCK = 1 << 16
"""How many rows are read at a time."""

_EXACT = 1 << 53
_ABSENT = (None, "", "NA", "NaN")
_INTEGER = frozenset("0123456789+-")
_DECIMAL = frozenset("0123456789+-.eE")


class Wanted(NamedTuple):
    """The columns to read; a period is one column, or a year and a month or quarter."""

    keys: tuple[str, ...]
    period: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        """The columns read as text."""
        return (*self.keys, *self.period) if len(self.period) == 1 else self.keys

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, those read as text first."""
        return (*self.keys, *self.period, *self.measures)

    def check(self, header: Sequence[str]) -> list[int]:
        """The positions of the columns in the header of a file."""
        for name in self.names:
            if name not in header:
                raise KeyError(f"no column {short(name)}: {near(name, header)}")
            if header.count(name) > 1:
                raise ValueError(
                    f"column {short(name)} appears {header.count(name)} times"
                )
        return [header.index(name) for name in self.names]


def csv_tables(
    path: str,
    wanted: Wanted,
    encoding: str | None,
    null: Sequence[str],
    advance: Callable[[int], None],
) -> Iterator[dict[str, Any]]:
    """The rows of a CSV file as dicts of columns, one dict per block."""
    codec = _known_encoding(encoding)
    arrow = _pyarrow() if codec == "utf-8" else None
    if arrow is None:
        yield from _typed(_blocks(path, wanted, codec), wanted, null, advance)
        return
    try:
        yield from _typed(_arrow_blocks(arrow, path, wanted), wanted, null, advance)
    except arrow.ArrowException as error:
        # Read again with the standard library, whose messages name the row.
        for _ in _typed(_blocks(path, wanted, codec), wanted, null, lambda _: None):
            pass
        raise ValueError(short(str(error), 120)) from None


def _known_encoding(name: str | None) -> str:
    import codecs

    if name is None:
        return "utf-8"
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        raise ValueError(
            f"encoding is {short(name)}: not an encoding that Python knows"
        ) from None
    if not getattr(codec, "_is_text_encoding", True):
        raise ValueError(f"encoding is {short(name)}: not a text encoding")
    return codec.name


def _typed(
    blocks: Iterator[Block],
    wanted: Wanted,
    null: Sequence[str],
    advance: Callable[[int], None],
) -> Iterator[dict[str, Any]]:
    """Blocks of texts as dicts, with the measures as numbers."""
    marks, start = _Marks(null), 0
    for columns, rows, size in blocks:
        table: dict[str, Any] = {}
        for name, texts in zip(wanted.names, columns, strict=True):
            if name in wanted.texts:
                table[name] = texts
            else:
                table[name] = _numbers(name, texts, marks, start, name in wanted.period)
        yield table
        start += rows
        advance(size)
    if not start:
        yield {name: [] for name in wanted.names}


# Fields, split by the standard library or by pyarrow


def _header(file: Any) -> tuple[list[str], Any]:
    """The names of the columns, and a reader of the rows below them."""
    import csv

    reader = csv.reader(file)
    try:
        names = next((row for row in reader if row), None)
    except csv.Error as error:
        raise ValueError(f"the header cannot be read: {error}") from None
    if names is None:
        raise ValueError("the file is empty: its first line must name the columns")
    return names, reader


def _blocks(path: str, wanted: Wanted, encoding: str) -> Iterator[Block]:
    """Blocks of fields split by the standard library; empty fields are None."""
    decoder = "utf-8-sig" if encoding == "utf-8" else encoding
    start = read = 0
    with (
        open(path, "rb") as raw,
        TextIOWrapper(raw, decoder, errors="surrogateescape", newline="") as file,
    ):
        header, reader = _header(file)
        places = wanted.check(header)
        while rows := _rows(reader, start, len(header)):
            columns = [[row[place] for row in rows] for place in places]
            for name, texts in zip(wanted.names, columns, strict=True):
                _check_bytes(name, texts, start, encoding)
            position = raw.tell()
            absent = [[text or None for text in texts] for texts in columns]
            yield absent, len(rows), position - read
            start, read = start + len(rows), position


def _rows(reader: Any, start: int, width: int) -> list[list[str]]:
    """The next rows without empty lines; each has as many fields as the header."""
    import csv

    rows: list[list[str]] = []
    try:
        for fields in islice(filter(None, reader), BLOCK):
            rows.append(fields)  # one by one, so that an error knows its row
    except csv.Error as error:
        raise ValueError(f"row {start + len(rows)}: {error}") from None
    for place, fields in enumerate(rows):
        if len(fields) != width:
            raise ValueError(
                f"row {start + place} has {len(fields)} fields, the header has {width}"
            )
    return rows


def _check_bytes(name: str, texts: list[str], start: int, encoding: str) -> None:
    """Refuse bytes that are not valid in the encoding of the file."""
    joined = "".join(texts)
    if joined.isascii() or not any("\udc80" <= c <= "\udcff" for c in set(joined)):
        return
    for place, text in enumerate(texts):
        for character in text:
            if "\udc80" <= character <= "\udcff":
                raise ValueError(
                    f"column {short(name)}, row {start + place}: byte "
                    f"{ord(character) - 0xDC00:#04x} is not valid {encoding.upper()}: "
                    "pass --encoding, such as latin-1 or gb18030"
                )


def _pyarrow() -> Any:
    """pyarrow, or None if it is not installed."""
    try:
        import_module("pyarrow.csv")
        import_module("pyarrow.compute")
        return import_module("pyarrow")
    except ImportError:
        return None


def _arrow_blocks(arrow: Any, path: str, wanted: Wanted) -> Iterator[Block]:
    """Blocks of fields split by pyarrow; empty fields are null."""
    with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        wanted.check(_header(text)[0])
    csv, read = arrow.csv, 0
    with arrow.OSFile(path) as file:
        reader = csv.open_csv(
            file,
            read_options=csv.ReadOptions(block_size=1 << 22),
            parse_options=csv.ParseOptions(newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=wanted.names,
                column_types=dict.fromkeys(wanted.names, arrow.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
        for batch in reader:
            if batch.num_rows:
                position = file.tell()
                yield batch.columns, batch.num_rows, position - read
                read = position


# Numbers


class _Marks:
    """The texts of a missing number, and which numbers each measure had so far.

    A measure cannot hold both decimals and integers beyond 2**53, because float64 would
    round such integers.
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
                f"column {short(name)} holds decimals and, in row {self.large[name]}, "
                "an integer beyond 2**53 that float64 would round"
            )


def _numbers(name: str, texts: Any, marks: _Marks, start: int, whole: bool) -> Any:
    """The numbers of a block: integers with missing ones masked or null, or float64.

    A number is digits with a sign, a decimal point and an exponent; if `whole` is true,
    only integers are accepted.
    """
    if not isinstance(texts, list):
        plain = _arrow_numbers(name, texts, marks, whole)
        if plain is not None:
            return plain
        texts = texts.to_pylist()
    absent = marks.absent
    known = [text for text in texts if text not in absent]
    characters = set("".join(known))
    try:
        if characters <= _INTEGER:
            return _integers(name, texts, len(known), marks, start)
        if characters <= _DECIMAL and not whole:
            values = np.array([float(t) if t not in absent else np.nan for t in texts])
            _note_decimals(name, texts, values, marks, start)
            return values
    except ValueError:
        pass
    place, bad = next(
        (place, text)
        for place, text in enumerate(texts)
        if text not in absent and not _is_number(text, whole)
    )
    cure = "" if whole else "; --null names the texts of a missing number"
    raise ValueError(
        f"column {short(name)}, row {start + place}: {short(bad)} is not "
        f"{'an integer' if whole else 'a number'}{cure}"
    )


def _arrow_numbers(name: str, texts: Any, marks: _Marks, whole: bool) -> Any:
    """The numbers of a pyarrow array if all are short plain ones, else None."""
    arrow, compute = import_module("pyarrow"), import_module("pyarrow.compute")
    words = sorted(filter(None, marks.absent))
    absent = compute.is_in(texts, value_set=arrow.array(words))
    known = compute.if_else(absent, None, texts)

    def all_match(pattern: str) -> bool:
        matches = compute.match_substring_regex(known, pattern)
        return compute.all(matches).as_py() is not False

    if all_match("^-?[0-9]{1,15}$"):
        return known.cast(arrow.int64())
    if not whole and all_match(r"^-?[0-9]{1,15}(\.[0-9]{0,300})?$"):
        marks.note(name, decimal=True)
        return known.cast(arrow.float64())
    return None


def _is_number(text: str, whole: bool) -> bool:
    characters = set(text)
    try:
        _ = int(text) if whole or characters <= _INTEGER else float(text)
    except ValueError:
        return False
    return characters <= (_INTEGER if whole else _DECIMAL)


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
            f"column {short(name)}, row {start + row}: {short(texts[row])} does not "
            "fit in int64"
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
