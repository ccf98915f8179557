"""Plots of figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.canvas import COLOURS, axes, legible, number_axis, shortened
from .._common.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .figure import Figure


_REACH = 2.5
"""How far an open end is drawn, in widths of what is closed."""


def _bar(ax: Any, y: float, span: tuple[float, float, float], **style: Any) -> None:
    """A value with its interval; an end without bound is an arrow."""
    low, value, high = span
    known = [x for x in span if np.isfinite(x)]
    middle = value if np.isfinite(value) else known[0]
    width = max(known) - min(known) or abs(middle) * 0.1 or 1.0
    left = low if np.isfinite(low) else middle - _REACH * width
    right = high if np.isfinite(high) else middle + _REACH * width
    ax.errorbar(
        [middle],
        [y],
        xerr=[[middle - left], [right - middle]],
        xlolims=not np.isfinite(high),
        xuplims=not np.isfinite(low),
        fmt="o",
        markersize=4,
        capsize=3,
        **style,
    )


def plot_figures(figures: Sequence[Figure], ax: Any) -> Any:
    """`Figure.plot`: a row a figure."""
    from matplotlib.ticker import MaxNLocator

    kinds = {figure.kind for figure in figures}
    if len(kinds) > 1:
        raise ValueError(f"figures of different kinds: {', '.join(sorted(kinds))}")
    here = axes(ax)
    for row, figure in enumerate(figures):
        _bar(here, row, (figure.low, figure.value, figure.high), color=COLOURS[0])
    names = [shortened(figure.text or number(figure.value)) for figure in figures]
    here.set_yticks(range(len(names)), names)
    here.set_ylim(len(names) - 0.5, -0.5)
    here.xaxis.set_major_locator(MaxNLocator(5))
    number_axis(here.xaxis, figures[0].kind)
    nouns = sorted({figure.of for figure in figures if figure.of})
    here.set_xlabel(", ".join(nouns) or figures[0].kind)
    here.set_title("What the printed digits stand for")
    return legible(here)
