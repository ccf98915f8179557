"""Text periods in a format that is told, as dates, months or years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._common.messages import one_line, short
from .columns import Field
from .dates import Moments, moments
from .tables import Batch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .tables import Batches


def formatted_moments(column: Any, date_format: str | None, name: str) -> Moments:
    """A column as `moments` reads it; of text in a format, what the format states."""
    content = moments(column, name)
    if date_format is None:
        return content
    _check(date_format)
    if content.texts is None and not len(column):
        content = content._replace(texts=[])
    if content.texts is None:
        raise TypeError(f"{name} holds no text: date_format reads text")
    batch = _core.columns([content.texts], [name])
    unit, values = _core.period_formatted(batch, 0, date_format, name, 0)
    if unit == "D":
        return Moments(values=values, unit="D")
    return Moments(values=values, stated=unit)


class Formatted:
    """The batches of a table of which one column of text has a format.

    Months are read as their first days where quarters are asked for and all months are
    the first, or all the last, ones of quarters: they are names of these.

    Attributes
    ----------
    fields : tuple of Field
        Those of the batches; the column has become one of dates, months or years.
    """

    def __init__(
        self, reader: Batches, place: int, date_format: str, freq: str | None = None
    ) -> None:
        _check(date_format)
        self._quarters = freq == "Q"
        self._month: int | None = None
        self._reader = reader
        self._place = place
        self._format = date_format
        self._name = reader.fields[place].name
        self._first: Batch | None = None
        fields = list(reader.fields)
        one = next(reader, None)
        if one is not None:
            self._first, fields[place] = self._read(one)
        self.fields = tuple(fields)

    def __iter__(self) -> Iterator[Batch]:
        return self

    def __next__(self) -> Batch:
        first, self._first = self._first, None
        return self._read(next(self._reader))[0] if first is None else first

    def _read(self, batch: Batch) -> tuple[Batch, Field]:
        """The batch with the column read, and what the column is now."""
        unit, ordinals = _core.period_formatted(
            batch.capsule,
            self._place,
            self._format,
            one_line(self._name),
            batch.first_row,
        )
        if unit == "M" and self._quarters and self._names_quarters(ordinals):
            unit = "D"
            ordinals = ordinals.view("M8[M]").astype("M8[D]").view(np.int64)
        items: list[Any] = [
            (batch.capsule, place, 0, batch.rows)
            for place in range(len(self._reader.fields))
        ]
        items[self._place] = ordinals.view("M8[D]") if unit == "D" else ordinals
        capsule = _core.columns(items, first_row=batch.first_row)
        field = Field(self._name, "int64", freq=unit)
        if unit == "D":
            field = Field(self._name, "date32")
        return Batch(capsule, batch.first_row, batch.rows), field

    def _names_quarters(self, months: NDArray[np.int64]) -> bool:
        """Whether all months so far stand at the same place in a quarter, not amid."""
        if self._month is None and len(months):
            self._month = int(months[0]) % 3
        return self._month in (0, 2) and bool((months % 3 == self._month).all())


def _check(date_format: Any) -> None:
    if not isinstance(date_format, str):
        raise TypeError(
            f"date_format is {short(date_format)}: it takes text, '%d-%m-%Y'"
        )
