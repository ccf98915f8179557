"""Series: facts of one entity in consecutive periods, and columns of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._arrays.growth import growth
from .._common.status import Status
from .lines import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from .facts import Fact


class SeriesColumn(NamedTuple):
    """One number per place of a series: values, statuses, unit, facts at a place."""

    values: NDArray[np.float64]
    status: NDArray[np.uint8]
    unit: str
    ids: Callable[[int], tuple[str, ...]]

    def cell(self, place: int) -> Cell:
        """The number at a place."""
        value, status = float(self.values[place]), int(self.status[place])
        return Cell(value, self.unit, self.ids(place), status)


def series_column(
    result: Any, unit: str, ids: Callable[[int], tuple[str, ...]]
) -> SeriesColumn:
    """A column from the values and statuses that an array function returns."""
    values, status = result
    return SeriesColumn(values, status, unit, ids)


class Series:
    """Facts of one entity in consecutive periods; a missing one has NaN.

    `per_year` is 12 for months, 4 for quarters, 1 for years. The end of its period
    gives the place of a fact, so a level since January is at its last month.
    """

    def __init__(self, facts: Sequence[Fact], per_year: int) -> None:
        self._per_year = per_year
        by_place = {self._ordinal(fact.period): fact for fact in facts}
        self._first = min(by_place)
        self.start = self._first % per_year
        length = max(by_place) - self._first + 1
        self._facts = [by_place.get(self._first + place) for place in range(length)]
        self.values = _floats(fact.value if fact else np.nan for fact in self._facts)
        self.growths = _floats(fact.growth if fact else np.nan for fact in self._facts)

    def _ordinal(self, period: str) -> int:
        last = period.rpartition("..")[2]
        year, month = int(last[:4]), int(last[5:7] or 12)
        return year * self._per_year + (month - 1) * self._per_year // 12

    def __len__(self) -> int:
        return len(self.values)

    def place(self, period: str) -> int:
        """The place of a period in `values`."""
        place = self._ordinal(period) - self._first
        if not 0 <= place < len(self):
            raise ValueError(f"period is {period!r}: it is outside the series")
        return place

    def period(self, place: int) -> str:
        """The period at a place as text."""
        year, part = divmod(self._first + place, self._per_year)
        formats = {1: f"{year}", 4: f"{year}Q{part + 1}", 12: f"{year}-{part + 1:02d}"}
        return formats[self._per_year]

    def at(self, *places: int) -> tuple[str, ...]:
        """The ids of the facts at some places; places outside have none."""
        inside = [self._facts[place] for place in places if 0 <= place < len(self)]
        return tuple(fact.id for fact in inside if fact)

    def window(self, place: int, length: int) -> tuple[str, ...]:
        """The ids of the `length` facts up to a place."""
        return self.at(*range(place - length + 1, place + 1))

    def since_start(self, place: int) -> tuple[str, ...]:
        """The ids of the facts from the start of a year up to a place."""
        return self.window(place, (self.start + place) % self._per_year + 1)

    def levels(self, unit: str) -> SeriesColumn:
        """The values."""
        return SeriesColumn(self.values, _given(self.values), unit, self.at)

    def printed(self) -> SeriesColumn:
        """The growths printed beside the values."""
        return SeriesColumn(self.growths, _given(self.growths), "rate", self.at)

    def growth(self, lag: int) -> SeriesColumn:
        """The growth of the values over `lag` places."""
        rates = growth(self.values, lag, return_status=True)
        return series_column(rates, "rate", lambda t: self.at(t, t - lag))

    def rows(self, columns: Mapping[str, SeriesColumn]) -> list[Row]:
        """A row for each place with a fact."""
        rows = []
        for place, fact in enumerate(self._facts):
            if fact is not None:
                forecast = ", forecast" if fact.mode == "forecast" else ""
                cells = {name: column.cell(place) for name, column in columns.items()}
                rows.append(Row(self.period(place) + forecast, cells))
        return rows


def _floats(values: Iterable[float]) -> NDArray[np.float64]:
    return np.fromiter(values, np.float64)


def _given(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """The status of given values: MISSING where one is NaN."""
    return np.where(np.isnan(values), Status.MISSING, Status.OK).astype(np.uint8)
