"""Frequencies: names, units, periods per year, first and last days of periods."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from .. import _core
from .._common.arguments import choice
from .._common.messages import short
from .._inputs.dates import no_value

if TYPE_CHECKING:
    from .._common.types import Ordinals


MONTHS = (
    *("JAN", "FEB", "MAR", "APR", "MAY", "JUN"),
    *("JUL", "AUG", "SEP", "OCT", "NOV", "DEC"),
)
_PER_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12, "M-JF": 11, "W": 52, "D": 365}
_COARSE_TO_FINE = ("Y", "H", "Q", "M-JF", "M", "W", "D")
_PARTS = {"month": "M", "mon": "M", "quarter": "Q", "qtr": "Q", "月": "M", "季": "Q"}
_FIRST_DAY = -719162  # 0001-01-01
_LAST_DAY = 2932896  # 9999-12-31


def frequency(name: str) -> str:
    """The short name of a frequency: "Y" for "Y-DEC", "W" for "W-SUN"."""
    return _core.period_frequency(name)


def unit(freq: str) -> str:
    """The unit of a frequency: "Y" for "Y-MAR"."""
    return freq if freq == "M-JF" else freq[0]


def per_year(freq: str) -> int:
    """Periods per year: 52 for weeks, 365 for days, 11 for M-JF."""
    return _PER_YEAR[unit(freq)]


def year_of(freq: str) -> str:
    """The frequency of years that fits: fiscal years for fiscal quarters."""
    return "Y" + freq[1:] if unit(freq) in ("Y", "Q") else "Y"


def year_end_at(given: str | None, freq: str | None) -> int:
    """The month in which the year ends; only months and days have one of their own."""
    name = "DEC" if given is None else given
    ends = {month: number for number, month in enumerate(MONTHS, 1)}
    month = choice(name, "year_end", ends)
    if month != 12 and freq not in ("M", "D"):
        raise ValueError(
            f"year_end is {name!r}, freq is {freq!r}: it is for months and days; "
            f"fiscal years and quarters are freq='Y-{name}' and 'Q-{name}'"
        )
    return int(month)


def first_day(freq: str, ordinal: int) -> int:
    """The first day of a period, counted from 1970-01-01."""
    return int(_core.period_days(freq, ordinal, 1, False)[0])


def last_day(freq: str, ordinal: int) -> int:
    """The last day of a period, counted from 1970-01-01."""
    return int(_core.period_days(freq, ordinal, 1, True)[0])


def range_of(freq: str) -> tuple[int, int]:
    """The first and the last period of the years 1 to 9999."""
    return _core.period_at(freq, _FIRST_DAY), _core.period_at(freq, _LAST_DAY)


def check_range(values: Ordinals, freq: str, name: str) -> None:
    """Refuse ordinals of periods outside the years 1 to 9999."""
    low, high = range_of(freq)
    bad = (values < low) | (values > high)
    if bad.any():
        row = int(bad.argmax())
        if values[row] == np.iinfo(np.int64).min:
            no_value(name, row)
        raise ValueError(
            f"{name}, row {row}: the period lies outside the years 1 to 9999"
        )


def pair_frequency(name: str, part: str, asked: str | None) -> str:
    """The frequency of a pair of columns, of which the second is called `part`.

    The name states months or quarters: one of its words is month, mon, quarter or qtr,
    or it holds the character for month or quarter. Under any other name the frequency
    asked for decides.
    """
    words = re.split(r"[\W\d_]+", part.lower())
    units = {_PARTS[word] for word in words if word in _PARTS}
    units |= {_PARTS[sign] for sign in "月季" if sign in part}
    if len(units) != 1:
        if asked is None:
            raise ValueError(
                f"{name}: the name {short(part)} does not say whether it holds months "
                "or quarters: give freq='M' or freq='Q'"
            )
        return asked
    [stated] = units
    if asked is None:
        return stated
    if unit(asked) != stated and (stated, asked) != ("M", "M-JF"):
        raise ValueError(
            f"{name} states {stated}, freq is '{asked}': {cure(stated, asked)}"
        )
    return asked


def cure(stated: str, asked: str) -> str:
    """The advice for a column of frequency `stated` when `asked` is wanted."""
    if unit(stated) == unit(asked):
        return (
            f"its periods end on other dates: read it with freq='{stated}', or give "
            "plain dates"
        )
    if _core.period_parts(stated, asked, 0, 0) is not None:
        return f"it is finer: read it with freq='{stated}', then resample('{asked}')"
    if _COARSE_TO_FINE.index(unit(stated)) > _COARSE_TO_FINE.index(unit(asked)):
        return "it is finer, but its periods do not fit into the others: give dates"
    return "it is coarser and cannot be split"
