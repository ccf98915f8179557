"""Files of separated values as blocks of rows.

Keys and periods are text, where only an empty field is missing; measures are numbers.
The core finds the fields and reads the numbers, block by block.
"""

from __future__ import annotations

import codecs
import re
from itertools import chain, islice, pairwise, takewhile
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from .. import _core
from .._common import workers
from .._common.messages import counted, short
from .columns import Field, Part
from .layout import below_table, filled, laid_out, notes_told
from .numbers_seen import NumbersSeen, check_doubtful, check_percents, not_number
from .sniffing import (
    SAMPLE,
    given_marks,
    known_encoding,
    sniffed_encoding,
    sniffed_marks,
    sniffed_separator,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from .layout import Asked, Column
    from .numbers_seen import Fact
    from .sniffing import Marks
    from .wanted import Form, Told


BLOCK = 1 << 23
"""How many bytes are read at a time."""

LONGEST = 1 << 30
"""How many bytes a row may have."""

ROOM = 1 << 16
"""Bytes in front of a block for what is left of the one before; more is copied."""

TAIL = 1 << 15
"""Bytes at the end of a file in which notes below the table are looked for."""

_LEAST = 1 << 16
"""The fewest bytes that are worth a worker."""

MOST_COLUMNS = 256
"""The columns of one batch."""

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|\r)")

_ABSENT = ("NA", "NaN")

_UTF8 = ("utf-8", "utf-8-sig")


def csv_tables(
    file: BinaryIO,
    wanted: Asked,
    form: Form,
    told: Told,
    advance: Callable[[int], None] = lambda _: None,
) -> Iterator[dict[str, Any]]:
    """The rows of a file of separated values as dicts of columns, one dict per block.

    Parameters
    ----------
    file : binary file
        It is read once, from where it stands.
    told : Told
        It gets what was found in the file.
    advance : callable
        It is told how many bytes were read.
    """
    raw = _raw_blocks(file)
    first = next(raw, (bytearray(ROOM), 0))
    start = bytes(memoryview(first[0])[ROOM : ROOM + first[1]])
    whole = len(start) < BLOCK
    if form.encoding is None:
        codec = sniffed_encoding(start, whole, form.named("encoding"))
    else:
        codec = known_encoding(form.encoding)
    reader = _Reader(wanted, form, codec, told, whole)
    yield from reader.tables(_decoded(chain([first], raw), codec, advance))


# ---- bytes ---------------------------------------------------------------------------


def _raw_blocks(file: BinaryIO) -> Iterator[tuple[bytearray, int]]:
    """Blocks with room in front, and how many bytes each has; the last may be short."""

    def read() -> tuple[bytearray, int]:
        block = bytearray(ROOM + BLOCK)
        view, size = memoryview(block), 0
        while size < BLOCK:
            more: int = file.readinto(view[ROOM + size :])  # type: ignore[attr-defined]
            if not more:
                break
            size += more
        view.release()
        return block, size

    return workers.read_ahead(takewhile(itemgetter(1), iter(read, None)))


def _decoded(
    blocks: Iterable[tuple[bytearray, int]], codec: str, advance: Callable[[int], None]
) -> Iterator[tuple[bytearray, int, int]]:
    """Blocks in UTF-8, without a byte order mark; the last one is empty.

    The bytes of a block are those from the first number to the second. A byte that is
    not valid in another encoding becomes a lone surrogate, which UTF-8 does not allow
    either.
    """
    decoder = None
    if codec not in _UTF8:
        decoder = codecs.getincrementaldecoder(codec)("surrogateescape")

    def decoded(part: bytes | bytearray, final: bool) -> bytearray:
        assert decoder is not None
        text = decoder.decode(bytes(part), final)
        return bytearray(ROOM) + text.encode("utf-8", "surrogatepass")

    first = True
    for block, size in blocks:
        begin, stop = ROOM, ROOM + size
        if decoder is not None:
            block = decoded(block[begin:stop], False)
            stop = len(block)
        if first and block.startswith(codecs.BOM_UTF8, ROOM):
            begin += len(codecs.BOM_UTF8)
        first = False
        if stop > begin:
            yield block, begin, stop
        advance(size)
    block = bytearray(ROOM) if decoder is None else decoded(b"", True)
    if len(block) > ROOM:
        yield block, ROOM, len(block)
    yield bytearray(ROOM), ROOM, ROOM


def _with_rest(
    rest: bytes, block: bytearray, begin: int, stop: int
) -> tuple[bytearray, int, int]:
    """A block with the rest of the one before in front."""
    if len(rest) > begin:
        return bytearray(rest) + block[begin:stop], 0, len(rest) + stop - begin
    block[begin - len(rest) : begin] = rest
    return block, begin - len(rest), stop


# ---- the first and the last rows -----------------------------------------------------

_Records = list[tuple[list[str], int]]
"""Records, and the byte where each ends."""


def _records(data: bytes, separator: str, most: int = 200) -> _Records:
    """The first records of some bytes; the last may be incomplete."""
    import csv
    from io import StringIO

    ends = [0]

    def lines() -> Iterator[str]:
        for line in StringIO(data.decode("utf-8", "surrogateescape"), newline=""):
            ends.append(ends[-1] + len(line.encode("utf-8", "surrogateescape")))
            yield line

    found: _Records = []
    try:
        for row in islice(csv.reader(lines(), delimiter=separator), most):
            found.append((row, ends[-1]))
    except csv.Error as error:
        if not found:
            raise ValueError(f"the header cannot be read: {error}") from None
    return found


def _lines_from_end(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The lines of some bytes from the last to the first, and where each begins; a
    quote that is open at the end of a line joins it with those before."""
    stop = at = len(data)
    while at > 0:
        at = max(data.rfind(b"\n", 0, at - 1), data.rfind(b"\r", 0, at - 1)) + 1
        line = data[at:stop]
        if line.count(b'"') % 2 == 0:
            yield at, line
            stop = at


# ---- blocks to columns ---------------------------------------------------------------


class _Reader:
    """Blocks of bytes to dicts of columns.

    A measure cannot hold both decimals and integers beyond 2**53, because float64 would
    round such integers: what each had so far is known.
    """

    def __init__(
        self, wanted: Asked, form: Form, codec: str, told: Told, one_block: bool
    ) -> None:
        self._wanted = wanted
        self._form = form
        self._codec = codec
        self._told = told
        self._one_block = one_block
        self._nulls = tuple(text.encode() for text in (*_ABSENT, *form.nulls))
        self._row = self._width = self._blanks = 0
        self._columns: list[Column] = []
        self._separator = form.sep or ","
        self._marks: Marks | None = given_marks(form.decimal, form.thousands)
        self._seen: dict[str, NumbersSeen] = {}

    def tables(
        self, blocks: Iterator[tuple[bytearray, int, int]]
    ) -> Iterator[dict[str, Any]]:
        """The columns of the blocks; once without rows for a file that has none."""
        rest = b""
        for block, begin, stop in blocks:
            final = begin == stop
            block, begin, stop = _with_rest(rest, block, begin, stop)
            if not self._width:
                start = bytes(memoryview(block)[begin:stop])
                below = self._begin(start, final or self._one_block)
                if below is None:
                    rest = bytes(block[begin:stop])
                    continue
                begin += below
            if final:
                stop = self._table_end(block, begin, stop)
            # Notes below the table are found when the end of the file is known.
            ready = stop if final else max(begin, stop - TAIL)
            parts = max(1, min(workers.workers(), (ready - begin) // _LEAST))
            cuts = [
                begin,
                *_core.csv_cuts(block, begin, ready, self._separator, parts, final),
            ]
            yield from self._read(block, cuts)
            rest = bytes(block[cuts[-1] : stop])
            if len(rest) > LONGEST:
                raise ValueError(
                    f"row {self._row} is longer than {LONGEST >> 20} MiB: a quote may "
                    "be open"
                )
        if not self._row:
            yield {column.name: [] for column in self._columns}
        self._end()

    def _begin(self, data: bytes, final: bool) -> int | None:
        """Find the columns at the start of the file; where the first row begins, None
        if the header is not all there."""
        part = data[:SAMPLE]
        found = self._first_rows(part, final and len(part) == len(data))
        if found is None and len(part) < len(data):
            found = self._first_rows(data, final)
        if found is None:
            if final:
                raise ValueError(
                    "the file is empty: its first line must name the columns"
                )
            return None
        skipped, records = found
        rows = [row for row, _ in records]
        layout = laid_out(rows, self._wanted, self._form.header)
        self._width = len(layout.names)
        below = [row for row in rows[layout.below :] if filled(row)]
        if self._marks is None:
            self._marks = sniffed_marks(
                self._samples(layout.names, below), self._separator
            )
        self._columns = self._wanted.columns(layout.names, below)
        self._seen = {column.name: NumbersSeen(column.name) for column in self._columns}
        self._told.names = layout.names
        self._tell(layout.told)
        return skipped + (records[layout.below - 1][1] if layout.below else 0)

    def _first_rows(self, data: bytes, whole: bool) -> tuple[int, _Records] | None:
        """How many bytes are skipped, and the records after them that are complete."""
        skipped = 0
        for _ in range(self._form.skip):
            line = _LINE.match(data, skipped)
            if line is None:
                return None
            skipped = line.end()
        data = data[skipped:]
        if self._form.sep is None:
            text = data[:SAMPLE].decode("utf-8", "replace")
            self._separator = sniffed_separator(text, self._wanted.names)
        records = _records(data, self._separator)
        if records and not whole and records[-1][1] == len(data):
            records.pop()  # its last field may go on
        known = any(filled(row) for row, _ in records)
        return (skipped, records) if known else None

    def _samples(self, names: list[str], rows: list[list[str]]) -> Iterator[list[str]]:
        """The cells of the columns that may hold numbers."""
        for place, name in enumerate(names):
            if not self._wanted.is_period(name):
                yield [row[place] for row in rows if place < len(row)]

    def _tell(self, told: list[str]) -> None:
        marks = self._marks
        assert marks is not None
        words = [] if self._codec in _UTF8 or self._form.encoding else [self._codec]
        if self._separator != (self._form.sep or ","):
            words.append(repr(self._separator))
        if self._form.decimal is None and self._form.thousands is None:
            words += marks.words
        if words:
            told = [f"read as {', '.join(words)}", *told]
        self._told.lines += told

    def _table_end(self, block: bytearray, begin: int, stop: int) -> int:
        """Where the table ends, before notes about it."""
        start = max(begin, stop - 2 * TAIL)
        periods = [c.place for c in self._columns if self._wanted.is_period(c.name)]
        least = self._form.skip_footer
        places: list[int] = []

        def rows() -> Iterator[list[str]]:
            for at, line in _lines_from_end(bytes(block[start:stop])):
                if at == 0 and start > begin:
                    return  # it may begin before
                found = _records(line, self._separator)
                if len(found) > 1:
                    return  # quotes that do not pair: the reader finds the open one
                places.append(at)
                yield found[0][0] if found else []

        below = below_table(rows(), self._width, self._columns, periods, least)
        notes = list(filter(filled, below))
        self._blanks += sum(len(row) > 1 for row in below if not filled(row))
        if len(notes) < least:
            raise ValueError(
                f"{self._form.named('skip_footer').rstrip('=')} is {least}: only "
                f"{len(notes)} whole lines are in the last {2 * TAIL >> 10} KiB"
            )
        if notes:
            self._told.lines.append(notes_told(notes))
        return start + places[len(below) - 1] if below else stop

    def _read(self, data: bytearray, cuts: list[int]) -> Iterator[dict[str, Any]]:
        """The records between cuts."""
        marks = self._marks
        assert marks is not None
        signs = self._separator, marks.decimal, marks.thousands
        groups = [
            self._columns[k : k + MOST_COLUMNS]
            for k in range(0, len(self._columns), MOST_COLUMNS)
        ]
        calls = [
            (
                *(data, start, stop, signs, self._width),
                tuple(column.place for column in group),
                tuple(column.kind for column in group),
                self._nulls,
            )
            for start, stop in pairwise(cuts)
            for group in groups
        ]
        read = iter(workers.run(_core.csv_read, calls))
        for _ in pairwise(cuts):
            yield from self._part(groups, [next(read) for _ in groups])

    def _part(
        self, groups: list[list[Column]], read: list[Any]
    ) -> Iterator[dict[str, Any]]:
        """The records of one part, from what was read of each group of columns."""
        found: dict[str, Any] = {}
        _, rows, blanks, *_ = read[0]
        for group, (batch, _, _, facts, fault) in zip(groups, read, strict=True):
            if fault is not None:
                raise self._refusal(group, *fault)
            for k, (column, fact) in enumerate(zip(group, facts, strict=True)):
                self._seen[column.name].note(self._row, fact)
                found[column.name] = Part(batch, k, _field(column, fact), rows)
        if rows:
            yield found
        self._row += rows
        self._blanks += blanks

    def _end(self) -> None:
        """What is known when all rows were read."""
        marks = self._marks
        assert marks is not None
        if self._blanks:
            self._told.lines.append(f"skipped {counted(self._blanks, 'blank row')}")
        numbers = self._seen.values()
        check_percents(numbers, self._told)
        check_doubtful(numbers, marks, self._form)

    def _refusal(
        self,
        group: list[Column],
        what: str,
        row: int,
        column: int,
        number: int,
        field: bytes,
    ) -> ValueError:
        """The error of a record that cannot be read."""
        row += self._row
        named = self._form.named
        if what == "fields":
            return ValueError(
                f"row {row} has {number} fields, the header has {self._width}"
            )
        if what == "quote":
            return ValueError(f"row {row}: a quote is opened and never closed")
        where = f"column {short(group[column].name)}, row {row}: "
        if what == "utf8":
            decoded = self._codec not in _UTF8
            text = field.decode("utf-8", "surrogatepass" if decoded else "replace")
            escaped = [ord(c) - 0xDC00 for c in text if "\udc80" <= c <= "\udcff"]
            byte = escaped[0] if escaped else number
            return ValueError(
                f"{where}byte {byte:#04x} is not valid {self._codec.upper()}: pass "
                f"{named('encoding')}, such as latin-1 or gb18030"
            )
        one = group[column]
        return not_number(
            one.name,
            row,
            field.decode("utf-8", "replace"),
            self._form,
            one.kind == "whole",
        )


def _field(column: Column, fact: Fact) -> Field:
    numbers = "float64" if fact[-1] else "int64"
    return Field(column.name, "utf8" if column.kind == "text" else numbers)
