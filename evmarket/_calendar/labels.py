"""Labels of periods, read one at a time."""

from __future__ import annotations

from operator import index as whole_number
from typing import Any

import numpy as np

from .. import _core
from .._common.messages import short
from .._inputs.dates import one_moment
from .frequency import check_range, unit

# Labels that a user gives


def _span(value: Any, freq: str, name: str) -> tuple[int, int, bool]:
    """First and last day of what a label says, and whether it is a plain date."""
    if isinstance(value, str):
        stated, number = _core.period_parse(value, name)
        stated = _own_year(stated, freq)
    else:
        found = one_moment(value, name)
        assert found.values is not None
        stated, number = found.stated, int(found.values[0])
        if found.unit:
            days = found.values.view(f"M8[{found.unit}]").astype("M8[D]")
            number = int(days.view(np.int64)[0])
        elif stated is None:
            stated, number = _core.period_parse(str(number), name)
            stated = _own_year(stated, freq)
        check_range(np.array([number]), stated or "D", name)
    at = stated or "D"
    first = int(_core.period_days(at, number, 1, False)[0])
    last = int(_core.period_days(at, number, 1, True)[0])
    if freq == "M-JF" and stated == "M":  # "2025-02" names January and February
        first = int(_core.period_days(freq, _core.period_at(freq, first), 1, False)[0])
    return first, last, stated is None


def _own_year(stated: str | None, freq: str) -> str | None:
    """Years and quarters written as text or numbers are those of the frequency's own
    year: "2025" at Q-MAR is the fiscal year, as in the labels."""
    own = stated in ("Y", "Q") and unit(freq) in ("Y", "Q")
    return f"{stated}{freq[1:]}" if own else stated


def _plain(value: Any, name: str) -> int:
    """A period where periods are plain integers."""
    try:
        return whole_number(value)
    except TypeError:
        raise TypeError(
            f"{name} is {short(value)}, but the periods are plain integers: give freq="
        ) from None


def last_period(value: Any, freq: str | None, name: str) -> int:
    """The last period that ends on or before the end of what `value` says.

    For `complete_through` and the end of a slice: a coarser label is read to its end, a
    finer one or a date as the last period it completes.
    """
    if freq is None:
        return _plain(value, name)
    last = _span(value, freq, name)[1]
    ordinal = _core.period_at(freq, last)
    ends = _core.period_days(freq, ordinal, 1, True)[0]
    return ordinal if ends <= last else ordinal - 1


def first_period(value: Any, freq: str | None, name: str) -> int:
    """The first period that begins on or after the beginning of what `value` says."""
    if freq is None:
        return _plain(value, name)
    first = _span(value, freq, name)[0]
    ordinal = _core.period_at(freq, first)
    begins = _core.period_days(freq, ordinal, 1, False)[0]
    return ordinal if begins >= first else ordinal + 1


def one_period(value: Any, freq: str | None, name: str) -> int:
    """The one period that `value` means: of a plain date the period that holds it, of a
    coarser label the last, of a finer one the last that it completes."""
    if freq is None:
        return _plain(value, name)
    first, _, plain = _span(value, freq, name)
    return _core.period_at(freq, first) if plain else last_period(value, freq, name)


def _stated(label: Any) -> str:
    """The frequency that a label states."""
    found: str | None
    if isinstance(label, str):
        found = _core.period_parse(label, "first")[0]
    else:
        found = one_moment(label, "first").stated
    if found is None:
        raise ValueError(f"first is {short(label)}, which states no period: give freq=")
    return found
