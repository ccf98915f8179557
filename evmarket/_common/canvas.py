"""Axes, fonts and legends of plots; matplotlib is imported when a plot is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .numbers import number, percent, points
from .text import middle

if TYPE_CHECKING:
    from collections.abc import Sequence


# The palette of Okabe and Ito: colour-blind readers can distinguish all colours.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#000000",
)
GREY = "#8c8c8c"
HATCHES = {"entry": "///", "exit": "\\\\\\", "gap": "..."}
FAMILIES = (
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti SC",
    "Microsoft YaHei",
    "SimHei",
    "Noto Serif CJK SC",
    "Arial Unicode MS",
)
"""Font families with Chinese glyphs; the first that is installed is used."""
LAST_RESORT = "Last Resort High-Efficiency"
"""A font of matplotlib that has a box for every character."""


def axes(ax: Any) -> Any:
    """The Axes to draw on: `ax`, or a new one if it is None."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError(
            'plots need matplotlib: pip install "evmarket[plot]"'
        ) from None
    return plt.subplots(layout="constrained")[1] if ax is None else ax


def _is_wide(text: str) -> bool:
    """Whether the text has characters that the default font of matplotlib lacks."""
    return any(ord(c) >= 0x2E80 for c in text)


def _families() -> list[str]:
    from matplotlib import font_manager, rcParams

    installed = {font.name for font in font_manager.fontManager.ttflist}
    usable = [family for family in (*FAMILIES, LAST_RESORT) if family in installed]
    return [*rcParams["font.family"], *usable[:1]]


def legible(ax: Any) -> Any:
    """Set fonts that have the characters of an Axes, and return the Axes.

    If no font has them, the characters become boxes, without a warning of matplotlib.
    """
    texts = [ax.title, ax.xaxis.label, ax.yaxis.label, *ax.texts]
    texts += [*ax.get_xticklabels(), *ax.get_yticklabels()]
    legend = ax.get_legend()
    if legend is not None:
        texts += [legend.get_title(), *legend.get_texts()]
    wide = [text for text in texts if _is_wide(text.get_text())]
    families = _families() if wide else []
    for text in wide:
        if len(families) > 1:
            text.set_fontfamily(families)
        else:
            text.set_text("".join("□" if _is_wide(c) else c for c in text.get_text()))
    return ax


_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1.01, 1), "borderaxespad": 0}


def legend(ax: Any, handles: Sequence[Any] | None = None) -> None:
    """Put the legend beside the plot; a single entry needs no legend, unless it is in
    `handles`."""
    entries = ax.get_legend_handles_labels()[0] if handles is None else handles
    if len(entries) > 1 or handles is not None:
        ax.legend(handles=entries, frameon=False, **_BESIDE)


def sourced(ax: Any, *sources: str) -> None:
    """Print the sources of the numbers below the plot."""
    names = sorted(set(filter(None, sources)))
    if names:
        words = shortened(f"Source: {'; '.join(names)}", 90)
        place = {"xycoords": "axes fraction", "textcoords": "offset points"}
        ax.annotate(words, (0, 0), (0, -48), va="top", size=7, color=GREY, **place)


def number_axis(axis: Any, kind: str) -> None:
    """Label an axis in percent, percentage points or plain numbers, by kind."""
    from matplotlib.ticker import FuncFormatter

    shares = ("growth", "log", "share", "margin", "percent")
    form = points if kind == "pp" else percent if kind in shares else number
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
