"""Plots of figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.canvas import COLOURS, axes, number_axis, shortened, titled
from .._common.fonts import legible
from .._common.numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .state import FigureState


_REACH = 2.5
"""The length of the arrow of an unbounded end, in widths of the known part."""


def bar(ax: Any, y: float, ends: tuple[float, float, float], **style: Any) -> None:
    """A value with its interval; an unbounded end is an arrow."""
    low, value, high = ends
    known = [x for x in ends if np.isfinite(x)]
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


def plot_figures(figures: Sequence[FigureState], ax: Any) -> Any:
    """`Figure.plot`: one row per figure."""
    from matplotlib.ticker import MaxNLocator

    kinds = {figure.kind for figure in figures}
    if len(kinds) > 1:
        raise ValueError(f"figures of different kinds: {', '.join(sorted(kinds))}")
    on = axes(ax, values="x")
    names = []
    for row, figure in enumerate(figures):
        bar(on, row, (figure.low, figure.value, figure.high), color=COLOURS[0])
        names.append(shortened(figure.text or number(figure.value)))
    on.set_yticks(range(len(names)), names)
    on.set_ylim(len(names) - 0.5, -0.5)
    on.xaxis.set_major_locator(MaxNLocator(5))
    number_axis(on.xaxis, figures[0].kind)
    nouns = sorted({figure.of for figure in figures if figure.of})
    on.set_xlabel(", ".join(nouns) or figures[0].kind)
    titled(on, "What the printed digits stand for")
    return legible(on)
