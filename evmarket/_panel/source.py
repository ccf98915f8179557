"""What a panel reads: a table's columns in batches, its periods' frequency."""

from __future__ import annotations

import sys
import warnings
from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import cure, pair_frequency
from .._common.messages import one_line, short
from .._inputs.csv_files import MOST_COLUMNS
from .._inputs.formats import Formatted
from .._inputs.parquet import is_parquet_dataset
from .._inputs.tables import batches, in_one_chunk, names_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from .._inputs.columns import Field
    from .._inputs.tables import Batch, Batches


_FIRST_YYYYMMDD = 10_000_000
"""Integers from here on have eight digits: they are yyyymmdd."""

_NEAR = 100_000
"""Rows at the start of a table in which text of January and February in one is seen."""


class Source:
    """The batches of a table, with the columns of a panel: keys, period, measures.

    Attributes
    ----------
    freq : str
        The frequency asked for, or the one that the periods state.
    dated : bool
        Whether the rows state days, of which a period may hold several.
    booleans : tuple of bool
        Which keys hold booleans; the engine gives their labels as 0 and 1.
    """

    def __init__(
        self,
        table: Any,
        columns: Sequence[str],
        keys: int,
        when: int,
        asked: str | None,
        date_format: str | None = None,
    ) -> None:
        self._table = table
        self._batches = read_batches(table, columns, keys, when, date_format, asked)
        self._first: Batch | None = next(self._batches, None)
        while self._first is not None and not self._first.rows:
            self._first = next(self._batches, None)
        for field in self._batches.fields[:keys]:
            if field.type.startswith("float"):
                raise TypeError(
                    f"key {field.name!r} holds {field.type}: it takes text, integers "
                    "or booleans; convert it with astype('Int64') or astype(str)"
                )
        self.booleans = tuple(f.type == "bool" for f in self._batches.fields[:keys])
        fields = self._batches.fields[keys : keys + when]
        for field in self._batches.fields[keys + when :]:
            if field.kind not in ("", "numbers"):
                raise TypeError(
                    f"measure {field.name!r} holds {field.kind}: give numbers"
                )
        self._name = " and ".join(map(one_line, columns[keys : keys + when]))
        field = fields[0]
        self._ordinals = when == 1 and field.freq is not None
        if self._ordinals:
            self.freq = self._carried(str(field.freq), asked)
        elif when == 2:
            self.freq = pair_frequency(self._name, columns[keys + 1], asked)
        elif asked is not None:
            self.freq = asked
        else:
            self.freq = self._stated(field.type, keys)
        self.dated = not self._ordinals and when == 1 and self._holds_days(field, keys)
        self._when = keys
        self._joint = self.freq == "M-JF" and "utf8" in field.type and self._is_joint()

    def _holds_days(self, field: Field, place: int) -> bool:
        """Whether a column holds dates; of text and integers the first one decides."""
        if field.kind in ("dates", "zoned times"):
            return True
        first = None if self._first is None else self._peek(place)
        if isinstance(first, str):
            try:
                return _core.period_parse(first, self._name)[0] is None
            except ValueError:  # the engine says which row it is
                return False
        return isinstance(first, int) and first >= _FIRST_YYYYMMDD

    def _is_joint(self) -> bool:
        """Whether some text near the start is a January and February in one."""
        texts = [] if self._first is None else self._texts(self._first, _NEAR)
        return any(_months_of(text)[0] == "M-JF" for text in texts)

    def _texts(self, batch: Batch, rows: int) -> dict[Any, int]:
        """The texts of periods at the start of a batch, each with its first row."""
        cut = (batch.capsule, self._when, 0, min(rows, batch.rows))
        texts = _core.batch_lists(_core.columns([cut]))[0]
        return {text: row for row, text in reversed(list(enumerate(texts)))}

    def _refuse_january(self, batch: Batch, first_row: int) -> None:
        """Refuse January alone where another row is January and February in one."""
        for text, row in self._texts(batch, batch.rows).items():
            stated, month = _months_of(text)
            if stated == "M" and month == 0:
                raise ValueError(
                    f"{self._name}, row {first_row + row}: {short(text)} is January "
                    "alone, but other rows are January and February in one: give either"
                )

    def finest(self, by_date: bool) -> str:
        """The frequency at which rows are added: that of the panel, or a finer one.

        Parameters
        ----------
        by_date : bool
            Whether rows of several dates in one period are told apart.
        """
        if self.dated and by_date:
            return "D"
        return "M" if self.freq == "M-JF" and not self._joint else self.freq

    def _carried(self, stated: str, asked: str | None) -> str:
        if asked not in (None, stated) and (stated, asked) != ("M", "M-JF"):
            raise ValueError(
                f"{self._name} states {stated}, freq is '{asked}': "
                f"{cure(stated, str(asked))}"
            )
        return stated if asked is None else asked

    def _stated(self, kind: str, place: int) -> str:
        """The frequency that the first text of the column states."""
        if "utf8" not in kind:
            what = "integers" if "int" in kind else "plain dates"
            raise ValueError(
                f"{self._name} holds {what}, which state no frequency: give freq="
            )
        if self._first is None:
            raise ValueError(
                f"{self._name} has no rows to state a frequency: give freq="
            )
        text = self._peek(place)
        if text is None:
            raise ValueError(f"{self._name}, row 0: no value: every row needs a period")
        stated = _core.period_parse(text, f"{self._name}, row 0,")[0]
        if stated is None:
            raise ValueError(
                f"{self._name} holds plain dates, which state no frequency: give freq="
            )
        return stated

    def _peek(self, place: int) -> Any:
        """The first value of a column."""
        assert self._first is not None
        one = _core.columns([(self._first.capsule, place, 0, 1)])
        return _core.batch_lists(one)[0][0]

    def read_at(self, finest: str) -> str | None:
        """The frequency to read periods at; None where they are ordinals already."""
        return None if self._ordinals else finest

    def batches(self, progress: bool) -> Iterator[tuple[Any, int]]:
        """Each batch and its number of rows."""
        batch, first_row = self._first, 0
        with _bar(self._table) if progress else nullcontext() as bar:
            while batch is not None:
                if self._joint:
                    self._refuse_january(batch, first_row)
                yield batch.capsule, batch.rows
                first_row += batch.rows
                if bar is not None:
                    bar.update(batch.rows)
                batch = next(self._batches, None)


def read_batches(
    table: Any,
    columns: Sequence[Any],
    keys: int,
    when: int,
    date_format: str | None,
    freq: str | None = None,
) -> Batches | Formatted:
    """The batches of a table; a period's text has been read, if its format is told."""
    reader = batches(table, columns)
    if date_format is None:
        return reader
    if when == 2:
        raise ValueError(
            f"date_format is {short(date_format)}: it is for one column of text, not "
            "for years and months"
        )
    return Formatted(reader, keys, date_format, freq)


def _months_of(text: Any) -> tuple[str | None, int]:
    """The frequency that a text states, and the place in the year of a month."""
    try:
        stated, ordinal, _ = _core.period_parse(text, "")
    except (TypeError, ValueError):  # the engine says which row it is
        return None, 0
    return stated, ordinal % 12


def _bar(table: Any) -> Any:
    """The bar of tqdm in a terminal or a notebook, if it is installed."""
    if not sys.stderr.isatty() and "ipykernel" not in sys.modules:
        return nullcontext()
    try:
        with warnings.catch_warnings():  # a notebook without widgets
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm
    except ImportError:
        return nullcontext()
    total = _rows_of(table)
    return tqdm(total=total, unit=" rows", unit_scale=True, file=sys.stderr)


def _rows_of(table: Any) -> int | None:
    """How many rows a table has, if it knows that without being read."""
    rows = getattr(table, "num_rows", None)
    if is_parquet_dataset(table):  # the ends of its files tell
        rows = table.count_rows()
    return rows if isinstance(rows, int) else None


def column_names(table: Any) -> list[str]:
    """The names of a table's columns, or a TypeError if it cannot tell them."""
    names = names_of(table)
    if names is None:
        raise TypeError("table is a stream or an iterable: name its columns=")
    return names


def table_columns(table: Any, names: Sequence[str]) -> dict[str, list[Any]]:
    """The values of some columns, as lists that the readers of tables take again."""
    if len(names) > MOST_COLUMNS:
        table = table if names_of(table) is not None else list(table)
        parts = [
            names[k : k + MOST_COLUMNS] for k in range(0, len(names), MOST_COLUMNS)
        ]
        return {k: v for part in parts for k, v in table_columns(table, part).items()}
    reader = batches(table, names)
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for batch in reader:
        for name, part in zip(names, _core.batch_lists(batch.capsule), strict=True):
            columns[name].extend(part)
    for field in reader.fields:
        read = _reader_of(field)
        if read is not None:
            columns[field.name] = [
                None if value is None else read(value) for value in columns[field.name]
            ]
    return columns


def _reader_of(field: Field) -> Callable[[Any], Any] | None:
    """From what the core gives for a value of a column, the value; None: the same."""
    freq, kind = field.freq, field.type
    if freq is not None:
        return lambda ordinal: _core.period_labels(freq, ordinal, 1)[0]
    if field.kind in ("dates", "zoned times"):
        units = {"date32": "D", "date64": "ms"}
        dtype = f"M8[{units.get(kind) or kind.removeprefix('timestamp[')[:-1]}]"
        return lambda number: np.int64(number).astype(dtype)
    if kind == "decimal128":
        from decimal import Decimal

        return lambda parts: Decimal(f"{parts[0]}e-{parts[1]}")
    return None


def group_batch(columns: Sequence[Any]) -> Any:
    """Columns at hand as one batch."""
    names = [f"column {k}" for k in range(len(columns))]
    rows = max((len(c) for c in columns), default=0)
    table = dict(zip(names, columns, strict=True))
    parts = list(islice(batches(table, names, max(rows, 1)), 2))
    if not parts:
        return _core.columns([np.empty(0, np.int64) for _ in columns])
    if len(parts) > 1:  # columns in chunks, as a concatenation of frames leaves them
        table = {name: in_one_chunk(column) for name, column in table.items()}
        parts = list(islice(batches(table, names, rows), 2))
    if len(parts) > 1:
        parts = list(batches(table_columns(table, names), names, rows))
    return parts[0].capsule
