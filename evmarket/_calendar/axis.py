"""Axis of periods in plots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.text import columns_of
from .frequency import unit, year_of
from .periods import wholes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .periods import Periods

MOST = 12
"""The most labels on the axis."""
_FEW = 3
_PER_CHARACTER = 0.09
"""Inches that a character of a label takes at most."""
_COARSER = {
    "D": ("W", "M", "Q", "H"),
    "W": ("M", "Q", "H"),
    "M": ("Q", "H"),
    "M-JF": ("Q", "H"),
}
"""What begins at a label if there is no room for every period, besides years."""


def calendar_axis(ax: Any, periods: Periods) -> None:
    """Label the positions 0, 1, 2 ... of the x axis with periods.

    If there is no room for all labels of the periods that are drawn, those with which
    weeks, months, quarters, halves or years begin have one, or every second of these,
    every fourth ...
    """
    from matplotlib.ticker import FixedFormatter, FixedLocator

    labels = [short_label(label) for label in periods.labels]
    low, high = ax.get_xlim()
    first, stop = max(0, math.ceil(low)), max(0, math.floor(high) + 1)
    places = [first + place for place in label_places(periods[first:stop])]
    while len(places) > 2 and not fit(ax, [labels[i] for i in places]):
        places = places[::2]
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_major_formatter(FixedFormatter([labels[i] for i in places]))


def fit(ax: Any, words: Sequence[str]) -> bool:
    """Whether labels of the x axis have room side by side."""
    inches = ax.get_window_extent().width / ax.figure.dpi
    characters = columns_of("".join(words)) + 2 * len(words)
    return bool(_PER_CHARACTER * characters <= inches)


def short_label(label: str) -> str:
    """The label of a period; of a week that has two dates the last one."""
    return label.rpartition("/")[2]


def label_places(periods: Periods) -> list[int]:
    """The positions of the periods that have a label, at most MOST."""
    places = np.arange(len(periods))
    freq = periods.freq
    for coarse in (*_COARSER.get(unit(freq), ()), year_of(freq)):
        if len(places) <= MOST or coarse == freq:
            break
        begins = np.flatnonzero(wholes(periods, coarse).place == 0)
        if len(begins) < _FEW:
            break
        places = begins
    step = -(-len(places) // MOST) if len(places) else 1
    chosen: list[int] = places[::step].tolist()
    return chosen
