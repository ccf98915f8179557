"""A time axis for plots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.canvas import _TICKS

if TYPE_CHECKING:
    from .periods import Periods


def calendar_axis(ax: Any, periods: Periods) -> None:
    """Periods along x, at 0, 1, 2 ...: years where there are several, else some."""
    from matplotlib.ticker import FixedFormatter, FixedLocator

    labels = periods.labels
    years = [i for i, label in enumerate(labels) if label[:4] != labels[i - 1][:4]]
    first = [i for i in years if i > 0]
    places = list(range(len(labels)))
    if len(first) > 2 and len(labels) > _TICKS:
        places = first
    step = -(-len(places) // _TICKS) if places else 1
    places = places[::step]
    ax.xaxis.set_major_locator(FixedLocator(places))
    ax.xaxis.set_major_formatter(FixedFormatter([labels[i] for i in places]))
    for text in ax.get_xticklabels():
        text.set(rotation=30, ha="right", rotation_mode="anchor")
