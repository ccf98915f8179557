"""CSV files as blocks of rows.

Keys and periods are text, where only an empty field is missing; measures are numbers.
The core finds the fields and reads the numbers, block by block.
"""

from __future__ import annotations

import codecs
from itertools import pairwise, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from .. import _core
from .._common import workers
from .._common.messages import near, short
from .tables import Field, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    Fact = tuple[int, int, bytes, bool]
    """Of a column: rows with integers beyond 2^53 and int64, the text, decimals."""


BLOCK = 1 << 23
"""How many bytes are read at a time."""

LONGEST = 1 << 30
"""How many bytes a row may have."""

ROOM = 1 << 16
"""Bytes in front of a block for what is left of the one before; more is copied."""

_LEAST = 1 << 16
"""The fewest bytes that are worth a worker."""

_ABSENT = ("NA", "NaN")


class Wanted(NamedTuple):
    """The columns to read; a period is one column, or a year and a month or quarter."""

    keys: tuple[str, ...]
    period: tuple[str, ...]
    measures: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All columns, those read as text first."""
        return (*self.keys, *self.period, *self.measures)

    def kind(self, name: str) -> str:
        """How a column is read: as text, as a number, or as a whole number."""
        if name in self.keys or self.period == (name,):
            return "text"
        return "whole" if name in self.period else "number"

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
    """The rows of a CSV file as dicts of columns, one dict per block.

    Parameters
    ----------
    null : sequence of str
        More texts of a missing number.
    advance : callable
        It is told how many bytes were read.
    """
    codec = _known_encoding(encoding)
    with open(path, "rb") as file:
        yield from _Reader(wanted, codec, null).tables(_blocks(file, codec, advance))


def _known_encoding(name: str | None) -> str:
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


def _blocks(
    file: BinaryIO, codec: str, advance: Callable[[int], None]
) -> Iterator[tuple[bytearray, int, int]]:
    """The bytes of a file in UTF-8, without a byte order mark; the last has none.

    The bytes of a block are those from the first number to the second; before them is
    room for what is left of the block before. A byte that is not valid in another
    encoding becomes a lone surrogate, which UTF-8 does not allow either.
    """
    decoder = None
    if codec not in ("utf-8", "utf-8-sig"):
        decoder = codecs.getincrementaldecoder(codec)("surrogateescape")

    def read() -> tuple[bytearray, int]:
        block = bytearray(ROOM + BLOCK)
        return block, file.readinto(memoryview(block)[ROOM:])  # type: ignore[attr-defined]

    def decoded(part: bytes | bytearray, final: bool) -> bytearray:
        assert decoder is not None
        text = decoder.decode(bytes(part), final)
        return bytearray(ROOM) + text.encode("utf-8", "surrogatepass")

    first = True
    parts = takewhile(itemgetter(1), iter(read, None))
    for block, size in workers.read_ahead(parts):
        begin, stop = ROOM, ROOM + size
        if decoder is not None:
            block = decoded(block[begin:stop], False)
            stop = len(block)
        elif first and block.startswith(codecs.BOM_UTF8, ROOM):
            begin += len(codecs.BOM_UTF8)
        first = False
        yield block, begin, stop
        advance(size)
    block = bytearray(ROOM) if decoder is None else decoded(b"", True)
    if len(block) > ROOM:
        yield block, ROOM, len(block)
    yield bytearray(ROOM), ROOM, ROOM


def _header(data: memoryview, final: bool) -> tuple[list[str], int] | None:
    """The names in the first record and where it ends; None if it is not all there."""
    start = bytes(data[:_LEAST])  # most headers end in it
    found = _first_record(start, final and len(start) == len(data))
    more = found is None and len(start) < len(data)
    return _first_record(bytes(data), final) if more else found


def _first_record(data: bytes, final: bool) -> tuple[list[str], int] | None:
    import csv
    from io import StringIO

    text = data.decode("utf-8", "surrogateescape")
    ends = [0]

    def lines() -> Iterator[str]:
        for line in StringIO(text, newline=""):
            ends.append(ends[-1] + len(line.encode("utf-8", "surrogateescape")))
            yield line

    try:
        names = next((row for row in csv.reader(lines()) if row), None)
    except csv.Error as error:
        raise ValueError(f"the header cannot be read: {error}") from None
    if not final and (names is None or ends[-1] == len(data)):
        return None  # its last field may go on
    if names is None:
        raise ValueError("the file is empty: its first line must name the columns")
    return names, ends[-1]


def _with_rest(
    rest: bytes, block: bytearray, begin: int, stop: int
) -> tuple[bytearray, int, int]:
    """A block with the rest of the one before in front."""
    if len(rest) > begin:
        return bytearray(rest) + block[begin:stop], 0, len(rest) + stop - begin
    block[begin - len(rest) : begin] = rest
    return block, begin - len(rest), stop


class _Reader:
    """Blocks of bytes to dicts of columns.

    A measure cannot hold both decimals and integers beyond 2**53, because float64 would
    round such integers: what each had so far is known.
    """

    def __init__(self, wanted: Wanted, codec: str, null: Sequence[str]) -> None:
        self._names = tuple(dict.fromkeys(wanted.names))
        self._wanted = wanted
        self._codec = codec
        self._kinds = tuple(map(wanted.kind, self._names))
        self._marks = tuple(text.encode() for text in (*_ABSENT, *null))
        self._row = 0
        self._width = 0
        self._places: tuple[int, ...] = ()
        self._large: dict[str, int] = {}
        self._decimal: set[str] = set()

    def tables(
        self, blocks: Iterator[tuple[bytearray, int, int]]
    ) -> Iterator[dict[str, Any]]:
        """The columns of the blocks; once without rows for a file that has none."""
        rest = b""
        for block, begin, stop in blocks:
            final = begin == stop
            block, begin, stop = _with_rest(rest, block, begin, stop)
            if not self._width:
                found = _header(memoryview(block)[begin:stop], final)
                if found is None:
                    rest = bytes(block[begin:stop])
                    continue
                self._begin(found[0])
                begin += found[1]
            parts = max(1, min(workers.workers(), (stop - begin) // _LEAST))
            cuts = [begin, *_core.csv_cuts(block, begin, stop, ",", parts, final)]
            yield from self._read(block, cuts)
            rest = bytes(block[cuts[-1] : stop])
            if len(rest) > LONGEST:
                raise ValueError(
                    f"row {self._row} is longer than {LONGEST >> 20} MiB: a quote may "
                    "be open"
                )
        if not self._row:
            yield {name: [] for name in self._wanted.names}

    def _begin(self, header: list[str]) -> None:
        """Find the wanted columns in the header."""
        found = self._wanted.check(header)
        places = dict(zip(self._wanted.names, found, strict=True))
        self._places = tuple(places[name] for name in self._names)
        self._width = len(header)

    def _read(self, data: bytearray, cuts: list[int]) -> Iterator[dict[str, Any]]:
        """The records between cuts."""
        form = ",", self._width, self._places, self._kinds, self._marks
        calls = [(data, start, stop, *form) for start, stop in pairwise(cuts)]
        for batch, rows, facts, fault in workers.run(_core.csv_read, calls):
            if fault is not None or facts is None:
                raise self._refusal(*fault)
            for name, fact in zip(self._names, facts, strict=True):
                self._note(name, *fact)
            if rows:
                yield {
                    name: Part(batch, k, self._field(name, facts[k]), rows)
                    for k, name in enumerate(self._names)
                }
            self._row += rows

    def _field(self, name: str, fact: Fact) -> Field:
        numbers = "float64" if fact[3] else "int64"
        return Field(name, "utf8" if self._wanted.kind(name) == "text" else numbers)

    def _note(
        self, name: str, large: int, beyond: int, text: bytes, decimals: bool
    ) -> None:
        """What the numbers of a column are, or an OverflowError if that is lossy."""
        if beyond >= 0 and not decimals:
            raise OverflowError(
                f"column {short(name)}, row {self._row + beyond}: "
                f"{short(text.decode())} does not fit in int64"
            )
        if large >= 0:
            self._large.setdefault(name, self._row + large)
        if decimals:
            self._decimal.add(name)
        if name in self._decimal and name in self._large:
            raise OverflowError(
                f"column {short(name)} holds decimals and, in row {self._large[name]}, "
                "an integer beyond 2**53 that float64 would round"
            )

    def _refusal(
        self, what: str, row: int, column: int, number: int, field: bytes
    ) -> ValueError:
        """The error of a record that cannot be read."""
        row += self._row
        if what == "fields":
            return ValueError(
                f"row {row} has {number} fields, the header has {self._width}"
            )
        if what == "quote":
            return ValueError(f"row {row}: a quote is opened and never closed")
        name = self._names[column]
        where = f"column {short(name)}, row {row}: "
        if what == "utf8":
            text = field.decode(
                "utf-8", "surrogatepass" if self._decodes else "replace"
            )
            escaped = [ord(c) - 0xDC00 for c in text if "\udc80" <= c <= "\udcff"]
            byte = escaped[0] if escaped else number
            return ValueError(
                f"{where}byte {byte:#04x} is not valid {self._codec.upper()}: pass "
                "--encoding, such as latin-1 or gb18030"
            )
        whole = self._kinds[column] == "whole"
        cure = "" if whole else "; --null names the texts of a missing number"
        return ValueError(
            f"{where}{short(field.decode('utf-8', 'replace'))} is not "
            f"{'an integer' if whole else 'a number'}{cure}"
        )

    @property
    def _decodes(self) -> bool:
        """Whether the file is in another encoding than UTF-8."""
        return self._codec not in ("utf-8", "utf-8-sig")
