"""Plots of measures, with matplotlib, imported only here and when a plot is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .numbers import number, percent, points
from .text import middle

if TYPE_CHECKING:
    from collections.abc import Sequence


# Okabe and Ito's palette: told apart by the colour-blind, in print too.
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
"""Families with Chinese glyphs, the plainest first."""
LAST_RESORT = "Last Resort High-Efficiency"
"""The font matplotlib brings that has a box for every character."""
_TICKS = 8


# ---- matplotlib ------------------------------------------------------------------


def axes(ax: Any) -> Any:
    """The Axes to draw on, new ones where none are given."""
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise ImportError(
            'plots need matplotlib: pip install "evmarket[plot]"'
        ) from None
    return plt.subplots(layout="constrained")[1] if ax is None else ax


def _is_wide(text: str) -> bool:
    """Whether the text has characters that matplotlib's own font lacks."""
    return any(ord(c) >= 0x2E80 for c in text)


def _families() -> list[str]:
    from matplotlib import font_manager, rcParams

    known = {font.name for font in font_manager.fontManager.ttflist}
    found = [family for family in FAMILIES if family in known][:1]
    return [
        *rcParams["font.family"],
        *(found or [f for f in [LAST_RESORT] if f in known]),
    ]


def legible(ax: Any) -> Any:
    """Give the texts of an Axes a font that has their characters; the Axes.

    Where no font has them they stand as boxes, and matplotlib does not complain.
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
    """The legend beside the plot, where it hides nothing; none for a single entry,
    unless it is given."""
    found = ax.get_legend_handles_labels()[0] if handles is None else handles
    if len(found) > 1 or handles is not None:
        ax.legend(handles=found, frameon=False, **_BESIDE)


def sourced(ax: Any, *sources: str) -> None:
    """Where the numbers come from, below the plot."""
    told = sorted(set(filter(None, sources)))
    if told:
        words = shortened(f"Source: {'; '.join(told)}", 90)
        place = {"xycoords": "axes fraction", "textcoords": "offset points"}
        ax.annotate(words, (0, 0), (0, -48), va="top", size=7, color=GREY, **place)


def number_axis(axis: Any, kind: str) -> None:
    """Label an axis in percent, percentage points or plain numbers, by kind."""
    from matplotlib.ticker import FuncFormatter

    shares = ("growth", "log", "share", "margin", "percent")
    form = points if kind == "pp" else percent if kind in shares else number
    axis.set_major_formatter(FuncFormatter(lambda value, _: form(value)))


def names_of(series: dict[str, Any], count: int) -> list[str]:
    """One text a series."""
    if not series:
        return ["all"] * count
    rows = zip(*series.values(), strict=True)
    return [" · ".join("-" if x is None else str(x) for x in row) for row in rows]


def shortened(text: str, most: int = 28) -> str:
    """A label without its middle where it is long."""
    return middle(text, most, "…")
