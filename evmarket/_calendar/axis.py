"""Axis of periods in plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .frequency import unit, year_of
from .periods import wholes

if TYPE_CHECKING:
    from .periods import Periods

MOST = 12
"""The most labels on the axis."""
_FEW = 3
_COARSER = {
    "D": ("W", "M", "Q", "H"),
    "W": ("M", "Q", "H"),
    "M": ("Q", "H"),
    "M-JF": ("Q", "H"),
}
"""What begins at a label if there is no room for every period, besides years."""


def calendar_axis(ax: Any, periods: Periods) -> None:
    """Label the positions 0, 1, 2 ... of the x axis with periods.

    If there is no room for all labels, the periods with which weeks, months, quarters,
    halves or years begin have one.
    """
    from matplotlib.ticker import FixedFormatter, FixedLocator

    labels = [short_label(label) for label in periods.labels]
    places = label_places(periods)
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_major_formatter(FixedFormatter([labels[i] for i in places]))
    for text in ax.get_xticklabels():
        text.set(rotation=30, ha="right", rotation_mode="anchor")


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
