"""Axis of periods in plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .periods import Periods

_TICKS = 8
"""The most labels on the axis."""


def calendar_axis(ax: Any, periods: Periods) -> None:
    """Label the positions 0, 1, 2 ... of the x axis with periods.

    If there is room for some labels only and more than two years begin, the first
    period of each year has a label.
    """
    from matplotlib.ticker import FixedFormatter, FixedLocator

    labels = periods.labels
    places = list(range(len(labels)))
    years = [i for i in places[1:] if labels[i][:4] != labels[i - 1][:4]]
    if len(years) > 2 and len(labels) > _TICKS:
        places = years
    step = -(-len(places) // _TICKS) if places else 1
    places = places[::step]
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_major_formatter(FixedFormatter([labels[i] for i in places]))
    for text in ax.get_xticklabels():
        text.set(rotation=30, ha="right", rotation_mode="anchor")
