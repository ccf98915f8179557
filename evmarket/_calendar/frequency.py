"""Frequencies: their names, units and periods per year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .. import _core
from .._inputs.dates import no_value

if TYPE_CHECKING:
    from .._common.types import Ordinals


_PER_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12, "M-JF": 11, "W": 52, "D": 365}
_FINENESS = ("Y", "H", "Q", "M-JF", "M", "W", "D")
_FIRST_DAY = -719162  # 0001-01-01
_LAST_DAY = 2932896  # 9999-12-31


def frequency(name: str) -> str:
    """The name of a frequency as it is shown: "Y-DEC" is "Y", "W-SUN" is "W"."""
    return _core.period_frequency(name)


def unit(freq: str) -> str:
    """The unit a frequency counts: "Y" of "Y-MAR"."""
    return freq if freq == "M-JF" else freq[0]


def per_year(freq: str) -> int:
    """How many periods make a year: 52 weeks, 365 days, 11 periods of M-JF."""
    return _PER_YEAR[unit(freq)]


def year_of(freq: str) -> str:
    """The frequency of the years in which a frequency's periods count: fiscal ones for
    fiscal quarters."""
    return "Y" + freq[1:] if unit(freq) in ("Y", "Q") else "Y"


def check_range(values: Ordinals, freq: str, name: str) -> None:
    low = _core.period_at(freq, _FIRST_DAY)
    high = _core.period_at(freq, _LAST_DAY)
    bad = (values < low) | (values > high)
    if bad.any():
        row = int(bad.argmax())
        if values[row] == np.iinfo(np.int64).min:
            no_value(name, row)
        raise ValueError(f"{name}, row {row}: a period outside the years 1 to 9999")


def cure(stated: str, asked: str) -> str:
    """What to do about a column of one frequency where another is asked for."""
    if unit(stated) == unit(asked):
        return f"its periods end elsewhere: read it at '{stated}', or give plain dates"
    if _core.period_parts(stated, asked, 0, 0) is not None:
        return f"it is finer: read it at '{stated}', then resample('{asked}')"
    if _FINENESS.index(unit(stated)) > _FINENESS.index(unit(asked)):
        return "it is finer but no part of it: give plain dates instead"
    return "it is coarser and cannot be split"
