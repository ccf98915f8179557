"""Axes, colours, titles and legends of plots, for light and dark backgrounds.

matplotlib is imported when a plot is drawn. Colours of text come from the Axes, which
has them from the style in use; the settings of matplotlib are never changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .kinds import format_of
from .numbers import number, percent, points
from .text import middle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .types import Floats


# The palette of Okabe and Ito: colour-blind readers can distinguish all colours. Its
# last colour is that of the text, black or white.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
)
GREY = "#8c8c8c"
HATCHES = {"entry": "///", "exit": "\\\\\\", "gap": "..."}
MOST_COLOURS = len(COLOURS) + 1
_STROKES = ("-", ":", "-.")
"""How lines are drawn, each with all colours; dashes are for what is not complete."""

_SIZE = (8, 4.5)
"""Inches of a new figure."""
_PER_ENTRY = 0.22
"""Inches of an entry of a legend."""
_PER_INCH = 11
"""How many characters of a title fit in an inch."""


def axes(ax: Any, values: str = "y") -> Any:
    """The Axes to draw on, `ax` or a new one, with a light grid and few lines.

    Parameters
    ----------
    ax : matplotlib.axes.Axes or None
    values : {"y", "x", ""}
        The axis with the grid.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError(
            'plots need matplotlib: pip install "evmarket[plot]"'
        ) from None
    on: Any = plt.subplots(figsize=_SIZE, layout="constrained")[1] if ax is None else ax
    for side, spine in on.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(shade(on, 0.45))
    on.tick_params(color=shade(on, 0.45), labelcolor=ink(on))
    on.set_axisbelow(True)
    on.grid(False)
    if values:
        on.grid(axis=values, color=shade(on, 0.15), linewidth=0.8, linestyle="-")
    return on


def ink(ax: Any) -> Any:
    """The colour of text on an Axes: dark on light backgrounds, light on dark ones."""
    return ax.yaxis.label.get_color()


def shade(ax: Any, part: float) -> tuple[float, ...]:
    """The colour of text, so faint that only a part of it is seen."""
    from matplotlib.colors import to_rgb

    return (*to_rgb(ink(ax)), part)


def colour(ax: Any, place: int) -> Any:
    """A colour of the palette; after the last one it begins again."""
    return [*COLOURS, ink(ax)][place % MOST_COLOURS]


def stroke(place: int) -> str:
    """How a line is drawn: solid with all colours, then dotted with all, and so on."""
    return _STROKES[place // MOST_COLOURS % len(_STROKES)]


def titled(ax: Any, title: str) -> None:
    """Write the title at the left, shortened to what fits."""
    width = ax.get_window_extent().width / ax.figure.dpi
    most = min(70, max(24, int(_PER_INCH * width)))
    ax.set_title("")
    ax.set_title(
        shortened(title, most), loc="left", color=ink(ax), weight="bold", pad=10
    )


def line(ax: Any, values: Floats, **style: Any) -> None:
    """A line over the positions 0, 1, 2 ..., open where there is no value.

    Points without a neighbour, which no line shows, are dots.
    """
    known = np.concatenate([[False], np.isfinite(values), [False]])
    lonely = np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:]).tolist()
    if lonely:
        style |= {"marker": "o", "markersize": 4, "markevery": lonely}
    ax.plot(np.arange(len(values)), values, **style)


def level_line(ax: Any, level: float, strong: bool = False) -> None:
    """A horizontal line at a level that divides the values, such as 0."""
    ax.axhline(level, color=shade(ax, 0.8 if strong else 0.5), linewidth=0.8, zorder=1)


_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "borderaxespad": 0}


def legend(ax: Any, handles: Sequence[Any] = (), always: bool = False) -> None:
    """A legend of the labelled parts and more `handles`; one entry needs none.

    It stands beside the plot if the figure makes room for it, else inside.
    """
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    entries = [*ax.get_legend_handles_labels()[0], *handles]
    if len(entries) < 2 and not (always and entries):
        return
    engine = ax.figure.get_layout_engine()
    beside = isinstance(engine, ConstrainedLayoutEngine)
    if beside:
        _make_room(ax.figure, len(entries))
    place = _BESIDE if beside else {"loc": "best", "fontsize": "small"}
    frame = {"frameon": not beside, "framealpha": 0.8, "edgecolor": "none"}
    face = {"facecolor": ax.get_facecolor(), "labelcolor": ink(ax)}
    ax.legend(handles=entries, **place, **frame, **face)


def _make_room(figure: Any, entries: int) -> None:
    """Make a figure of `axes` higher where its legend would be cut."""
    width, height = figure.get_size_inches()
    if (width, height) == _SIZE and len(figure.axes) == 1:
        figure.set_figheight(max(height, _PER_ENTRY * entries + 0.6))


def sourced(ax: Any, *sources: str) -> None:
    """Print the sources of the numbers below the plot, after the name of the x axis."""
    names = sorted(set(filter(None, sources)))
    if names:
        source = shortened(f"Source: {'; '.join(names)}", 90)
        name = ax.get_xlabel()
        words = f"{name}\n{source}" if name else source
        ax.set_xlabel(words, loc="left", size="small", color=shade(ax, 0.75))


def number_axis(axis: Any, kind: str) -> None:
    """Label an axis in percent, percentage points or plain numbers, by kind."""
    from matplotlib.ticker import FuncFormatter

    fraction = kind == "percent" or format_of(kind)
    form = points if kind == "pp" else percent if fraction else number
    axis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))


def names_of(series: dict[str, Any], count: int) -> list[str]:
    """One text per series: its labels, or "all"."""
    if not series:
        return ["all"] * count
    rows = zip(*series.values(), strict=True)
    return [" · ".join("-" if x is None else str(x) for x in row) for row in rows]


def shortened(text: str, most: int = 28) -> str:
    """A label; a long one loses its middle."""
    return middle(text, most, "…")
