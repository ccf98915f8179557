"""Plots of measures, with matplotlib, imported only here and when a plot is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._apply import choice, positive
from ._cells import LEVELS
from ._report import middle
from ._status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from ._measure import Measure
    from ._period import Periods

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

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
MOST_BARS = 120
MOST_ROWS = 60
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


# ---- axes ------------------------------------------------------------------------


def percent(value: float, _: Any = None) -> str:
    return f"{100 * value:.4g}%"


def points(value: float, _: Any = None) -> str:
    return f"{100 * value:+.4g} pp" if round(100 * value, 9) else "0 pp"


def number(value: float, _: Any = None) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.4g}"


def change(value: float) -> str:
    """A number with its sign."""
    return f"+{number(value)}" if value > 0 else number(value)


def number_axis(axis: Any, kind: str) -> None:
    """Labels as the kind asks: percent, percentage points, or separated thousands."""
    from matplotlib.ticker import FuncFormatter

    shares = ("growth", "log", "share", "margin")
    form = points if kind == "pp" else percent if kind in shares else number
    axis.set_major_formatter(FuncFormatter(form))


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


def names_of(series: dict[str, Any], count: int) -> list[str]:
    """One text a series."""
    if not series:
        return ["all"] * count
    rows = zip(*series.values(), strict=True)
    return [" · ".join("-" if x is None else str(x) for x in row) for row in rows]


def shortened(text: str, most: int = 28) -> str:
    """A label without its middle where it is long."""
    return middle(text, most, "…")


# ---- measures --------------------------------------------------------------------


def plot(measure: Measure, kind: str | None, ax: Any, top: int) -> Any:
    """`Measure.plot`."""
    wanted = _usual(measure) if kind is None else kind
    draw = choice(wanted, "kind", _KINDS)
    count = positive(top, "top")
    if wanted == "status":
        return draw(measure, axes(ax), MOST_ROWS)
    here = axes(ax)
    every = len(measure)
    shown = _first(measure, count) if every > count else measure
    draw(shown, here, measure)
    title = (
        f"{measure.name}: {measure.kind}"
        if measure.kind not in LEVELS
        else measure.name
    )
    if every > len(shown):
        title += f" ({len(shown)} {_FIRST[measure.kind == 'rank']} of {every:,} series)"
    here.set_title(shortened(title, 70))
    here.set_ylabel(measure.unit or measure.kind)
    number_axis(here.yaxis, measure.kind)
    calendar_axis(here, measure.periods)
    sourced(here, measure._frame.source)
    legend(here)
    return legible(here)


def _usual(measure: Measure) -> str:
    if measure.kind == "share":
        return "area"
    rows, columns = measure.shape
    few = min(rows, len(COLOURS)) * columns <= MOST_BARS
    return "bar" if measure.kind in ("growth", "pp") and few else "line"


_FIRST = ("largest", "first")


def _first(measure: Measure, count: int) -> Measure:
    """The series drawn where all are too many: the largest, by rank the first."""
    if measure.kind != "rank":
        return measure.top(count)
    values = measure.at(measure._label(measure._last_known()))
    order = np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")
    return measure._with_series(np.sort(order[:count]))


def _lonely(values: Floats) -> list[int]:
    """Points without a neighbour: no line shows them."""
    known = np.concatenate([[False], np.isfinite(values), [False]])
    found = np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:])
    return [int(at) for at in found]


def _line(ax: Any, values: Floats, **style: Any) -> None:
    at = np.arange(len(values))
    ax.plot(at, values, marker="o", markersize=4, markevery=_lonely(values), **style)


def _draw_lines(measure: Measure, ax: Any, _: Measure) -> None:
    """A line a series, open at gaps; what is not complete yet is dashed."""
    late = measure._frame.complete - measure._frame.shown[0]
    for k, (name, row) in enumerate(
        zip(names_of(measure.series, len(measure)), measure.values, strict=True)
    ):
        colour = COLOURS[k % len(COLOURS)]
        style = {"color": colour, "label": shortened(name)}
        whole = np.where(np.arange(len(row)) <= late, row, np.nan)
        _line(ax, whole, **style)
        rest = np.where(np.arange(len(row)) >= late, row, np.nan)
        if np.isfinite(rest[late + 1 :] if late >= 0 else rest).any():
            _line(ax, rest, color=colour, linestyle="--", label="_not complete")
    if measure.kind == "index":
        ax.axhline(100, color=GREY, linewidth=0.8, zorder=0)
    if measure.kind in ("growth", "pp", "log"):
        ax.axhline(0, color=GREY, linewidth=0.8, zorder=0)
    if measure.kind == "rank":
        ax.invert_yaxis()


def _draw_bars(measure: Measure, ax: Any, _: Measure) -> None:
    """Bars of the series side by side at each period."""
    count = max(1, len(measure))
    width = 0.8 / count
    for k, (name, row) in enumerate(
        zip(names_of(measure.series, len(measure)), measure.values, strict=True)
    ):
        at = np.arange(len(row)) + (k - (count - 1) / 2) * width
        colour = COLOURS[k % len(COLOURS)]
        ax.bar(at, row, width, color=colour, label=shortened(name))
    ax.axhline(0, color="black", linewidth=0.8)


def _draw_areas(measure: Measure, ax: Any, every: Measure) -> None:
    """Areas on top of one another, and the rest that makes the whole."""
    if measure.kind not in (*LEVELS, "share"):
        raise TypeError(
            f"kind is 'area': {measure.name} is {measure.kind}, and areas add up"
        )
    parts = [np.nan_to_num(row) for row in measure.values]
    names = [shortened(n) for n in names_of(measure.series, len(measure))]
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(parts))]
    if len(every) > len(measure):
        names.append(f"others ({len(every) - len(measure):,})")
        parts.append(np.nansum(every.values, axis=0) - np.sum(parts, axis=0))
        colours.append(GREY)
    empty: Mask = np.logical_not(np.isfinite(every.values).any(axis=0))
    low = np.zeros(len(empty))
    for name, part, colour in zip(names, parts, colours, strict=True):
        high = low + part
        ax.fill_between(
            np.arange(len(part)),
            low,
            high,
            where=~empty,
            color=colour,
            label=name,
            linewidth=0,
        )
        low = high


# ---- statuses --------------------------------------------------------------------

STATUS_COLOURS = {
    "OK": "#0072B2",
    "PARTIAL": "#56B4E9",
    "NOT_BEGUN": "#f2f2f2",
    "EXITED": "#bdbdbd",
    "MISSING": "#D55E00",
    "OUTSIDE": "#e6e6e6",
    "ENTERED": "#009E73",
    "GAP": "#E69F00",
    "INCOMPLETE": "#F0E442",
    "UNPAIRED": "#CC79A7",
    "INVALID": "#000000",
}
"""One colour a status; those of signs and denominators share one."""


def _draw_status(measure: Measure, ax: Any, most: int) -> Any:
    """The status of every cell, series down and periods across."""
    every = len(measure)
    chosen = np.arange(min(every, most))
    shown = measure._with_series(chosen) if every > most else measure
    title = f"{measure.name}: status"
    if every > most:
        title += f" (first {most} of {every:,} series)"
    heat(ax, shown.status, names_of(shown.series, len(shown)))
    ax.set_title(shortened(title, 70))
    calendar_axis(ax, measure.periods)
    sourced(ax, measure._frame.source)
    return legible(ax)


def heat(ax: Any, codes: NDArray[np.uint8], names: Sequence[str]) -> None:
    """A map of status codes with the names of those that occur."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    found = np.unique(codes).tolist()
    told = [Status(code).name for code in found]
    colours = [STATUS_COLOURS.get(name, "#7a4f9a") for name in told]
    places = np.searchsorted(found, codes) if found else codes
    ax.imshow(
        places,
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap(colours or ["white"]),
        vmin=-0.5,
        vmax=max(len(found), 1) - 0.5,
    )
    rows = range(0, len(names), -(-len(names) // 30) if names else 1)
    ax.set_yticks(list(rows), [shortened(names[i], 20) for i in rows])
    pairs = zip(colours, told, strict=True)
    legend(ax, [Patch(facecolor=c, edgecolor=GREY, label=n) for c, n in pairs])


_KINDS: dict[str, Callable[..., Any]] = {
    "line": _draw_lines,
    "bar": _draw_bars,
    "area": _draw_areas,
    "status": _draw_status,
}
