"""Labels of periods that a user gives, one at a time."""

from __future__ import annotations

from operator import index as whole_number
from typing import Any

import numpy as np

from .. import _core
from .._common.messages import short
from .._inputs.dates import one_moment
from .frequency import MONTHS, check_range, first_day, last_day, year_of


def last_complete(value: Any, freq: str | None, name: str, year_end: int = 12) -> int:
    """The last period that ends on or before the last day of a label.

    For `complete_through`: a coarser label counts to its end; a finer label or a date
    counts only if it completes the period.
    """
    if freq is None:
        return _integer_period(value, name)
    first, last = days(value, freq, name, year_end)
    if freq[0] == "W" and last - first > 6:
        return span(value, freq, name, year_end)[1]
    ordinal = _core.period_at(freq, last)
    return ordinal if last_day(freq, ordinal) <= last else ordinal - 1


def span(
    value: Any, freq: str | None, name: str, year_end: int = 12
) -> tuple[int, int]:
    """The first and the last period of a label.

    A coarser label means all periods it contains; a finer label or a date means the
    period that contains it. `year_end` is the month in which years called FY end.
    """
    if freq is None:
        ordinal = _integer_period(value, name)
        return ordinal, ordinal
    first, last = days(value, freq, name, year_end)
    if freq[0] == "W" and last - first > 6:
        # A week belongs to the month and year of its fourth day.
        first, last = first + 3, last - 3
    return _core.period_at(freq, first), _core.period_at(freq, last)


def one_period(value: Any, freq: str | None, name: str, year_end: int = 12) -> int:
    """The one period that a label means: the one that contains it, or its last one."""
    return span(value, freq, name, year_end)[1]


def stated_frequency(label: Any, name: str) -> str:
    """The frequency that a label states; dates and integers state none."""
    stated: str | None
    if isinstance(label, str):
        stated = _core.period_parse(label, name)[0]
    else:
        stated = one_moment(label, name).stated
    if stated is None:
        raise ValueError(
            f"{name} is {short(label)}, which states no frequency: give freq="
        )
    return stated


def _integer_period(value: Any, name: str) -> int:
    try:
        return whole_number(value)
    except TypeError:
        raise TypeError(
            f"{name} is {short(value)}, but the periods are integers: give an integer, "
            "or pass freq="
        ) from None


def days(value: Any, freq: str, name: str, year_end: int = 12) -> tuple[int, int]:
    """First and last day of a label, counted from 1970-01-01."""
    stated, ordinal = _read(value, freq, name, year_end)
    if stated is None:
        return ordinal, ordinal
    first, last = first_day(stated, ordinal), last_day(stated, ordinal)
    if freq == "M-JF" and stated == "M":  # "2025-02" means January and February
        first = first_day(freq, _core.period_at(freq, first))
    return first, last


def _read(value: Any, freq: str, name: str, year_end: int) -> tuple[str | None, int]:
    """Frequency and ordinal of a label; for a date, None and the day."""
    if isinstance(value, str):
        stated, ordinal, fiscal = _core.period_parse(value, name)
        stated, ordinal = _fiscal(stated, ordinal, freq)
        if fiscal and stated == "Y":  # "FY2025" of months or days
            stated = f"Y-{MONTHS[year_end - 1]}"
        return stated, ordinal
    label = one_moment(value, name)
    assert label.values is not None
    stated, ordinal = label.stated, int(label.values[0])
    if label.unit:
        day = label.values.view(f"M8[{label.unit}]").astype("M8[D]")
        ordinal = int(day.view(np.int64)[0])
    elif stated is None:
        stated, ordinal = _fiscal(*_core.period_parse(str(ordinal), name)[:2], freq)
    check_range(np.array([ordinal]), stated or "D", name)
    return stated, ordinal


def _fiscal(stated: str | None, ordinal: int, freq: str) -> tuple[str | None, int]:
    """A label as text or integer names fiscal years and quarters as `freq` does:
    "2025" at Q-MAR is the year that ends in March 2025."""
    if stated in ("Y", "Q"):
        stated += year_of(freq)[1:]
    return stated, ordinal
