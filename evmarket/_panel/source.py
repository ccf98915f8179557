"""What a panel reads: a table's columns in batches, its periods' frequency."""

from __future__ import annotations

import sys
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import cure
from .._inputs.tables import batches, in_one_chunk, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .._inputs.tables import Batch


class Source:
    """The batches of a table with the columns of a panel: keys, period, measures.

    Attributes
    ----------
    freq : str
        The frequency that rows are read at: the one asked for, or the one stated. At
        M-JF months are read, and regrouped when the panel is made.
    """

    def __init__(
        self,
        table: Any,
        columns: Sequence[str],
        keys: int,
        when: int,
        asked: str | None,
    ) -> None:
        self._batches = batches(table, columns)
        self._first: Batch | None = next(self._batches, None)
        fields = self._batches.fields[keys : keys + when]
        for field in self._batches.fields[keys + when :]:
            if field.kind not in ("", "numbers"):
                raise TypeError(
                    f"measure {field.name!r} holds {field.kind}: it takes numbers"
                )
        self._name = " and ".join(columns[keys : keys + when])
        field = fields[0]
        self._ordinals = when == 1 and field.freq is not None
        if self._ordinals:
            self.freq = self._carried(str(field.freq), asked)
        elif when == 2:
            self.freq = "M" if asked in (None, "M-JF") else str(asked)
        elif asked is not None:
            self.freq = "M" if asked == "M-JF" else asked
        else:
            self.freq = self._stated(field.type, keys)

    def _carried(self, stated: str, asked: str | None) -> str:
        if asked not in (None, stated) and (stated, asked) != ("M", "M-JF"):
            raise ValueError(
                f"{self._name} states {stated}, freq is '{asked}': "
                f"{cure(stated, str(asked))}"
            )
        return stated

    def _stated(self, kind: str, place: int) -> str:
        """The frequency that the first text of the column states."""
        if "utf8" not in kind:
            what = "integers" if "int" in kind else "plain dates"
            raise ValueError(
                f"{self._name} holds {what}, which state no frequency: give freq="
            )
        rows = 0 if self._first is None else self._first.rows
        if rows == 0:
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

    def batches(self, progress: bool) -> Iterator[tuple[Any, int, str | None]]:
        """Each batch, its number of rows, and the frequency to read its periods at;
        None where they are ordinals."""
        freq = None if self._ordinals else self.freq
        bar = _progress_bar() if progress else None
        batch = self._first
        while batch is not None:
            yield batch.capsule, batch.rows, freq
            if bar is not None:
                bar.update(batch.rows)
            batch = next(self._batches, None)
        if bar is not None:
            bar.close()


def _progress_bar() -> Any:
    """tqdm's bar at a terminal, where it is installed; else nothing."""
    if not sys.stderr.isatty():
        return None
    try:
        from tqdm import tqdm
    except ImportError:
        return None
    return tqdm(unit=" rows", unit_scale=True)


def column_names(table: Any) -> list[str]:
    """The names of a table's columns; it must be one that can be asked."""
    found = names_of(table)
    if found is None:
        raise TypeError("table is a stream or an iterable: name its columns=")
    return found


def table_columns(table: Any, names: Sequence[str]) -> dict[str, list[Any]]:
    """The values of some columns, as lists."""
    found = batches(table, names)
    held: dict[str, list[Any]] = {name: [] for name in names}
    for batch in found:
        for name, part in zip(names, _core.batch_lists(batch.capsule), strict=True):
            held[name].extend(part)
    for field in found.fields:
        column = held[field.name]
        if field.freq is not None:
            held[field.name] = [
                None if o is None else _core.period_labels(field.freq, o, 1)[0]
                for o in column
            ]
    return held


def group_batch(columns: Sequence[Any]) -> Any:
    """Columns at hand as one batch."""
    names = [f"column {k}" for k in range(len(columns))]
    rows = max((len(c) for c in columns), default=0)
    table = dict(zip(names, columns, strict=True))
    found = list(islice(batches(table, names, max(rows, 1)), 2))
    if not found:
        return _core.columns([np.empty(0, np.int64) for _ in columns])
    if len(found) > 1:  # columns in chunks, as a concatenation of frames leaves them
        table = {name: in_one_chunk(column) for name, column in table.items()}
        found = list(islice(batches(table, names, rows), 2))
    if len(found) > 1:
        found = list(batches(table_columns(table, names), names, rows))
    return found[0].capsule
