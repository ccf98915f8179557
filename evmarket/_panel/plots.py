"""Plots of measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.axis import calendar_axis
from .._common.arguments import choice, positive
from .._common.canvas import (
    GREY,
    MOST_COLOURS,
    axes,
    colour,
    legend,
    level_line,
    line,
    names_of,
    number_axis,
    shade,
    shortened,
    sourced,
    stroke,
    titled,
)
from .._common.fonts import legible
from .._common.kinds import LEVELS
from .._common.messages import one_line
from .._common.status import Status
from .measured import axis_name, level_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .._cells.measure import MeasureData
    from .._common.types import Floats, Mask

MOST_BARS = 100
MOST_ROWS = 60
MOST_RANKS = 8
_ROUNDING = 1e-9


# ---- measures --------------------------------------------------------------------


def plot(measure: MeasureData, kind: str | None, ax: Any, top: int) -> Any:
    """See `Measure.plot`."""
    wanted = _usual(measure) if kind is None else kind
    draw = choice(wanted, "kind", _KINDS)
    count = positive(top, "top")
    drawn = measure.take(_chosen(measure, wanted, count))
    if wanted == "area":
        _check_parts(measure)
    target = axes(ax, values="" if wanted == "status" else "y")
    more = draw(drawn, target, measure)
    title = f"{measure.name}: status" if wanted == "status" else measure.name
    shown, every = drawn.series.count, measure.series.count
    if every > shown:
        which = f"first {shown}" if wanted == "status" else f"{shown} largest"
        title += f" ({which} of {every:,} series)"
    titled(target, title)
    if wanted != "status":
        target.set_ylabel(shortened(axis_name(measure), 48))
        number_axis(target.yaxis, measure.kind)
    calendar_axis(target, measure.calendar.periods)
    sourced(target, measure.source)
    legend(target, more, always=wanted == "status")
    return legible(target)


def _usual(measure: MeasureData) -> str:
    """The kind of plot where none was asked for."""
    rows, columns = measure.shape
    if measure.kind == "share":
        return "area" if columns > 1 and _is_whole(measure) else "line"
    few = min(rows, MOST_COLOURS) * columns <= MOST_BARS
    return "bar" if measure.kind in ("growth", "pp") and few else "line"


def _chosen(measure: MeasureData, kind: str, count: int) -> NDArray[np.int64]:
    """The series to draw: those with the largest levels, in the order of the measure.

    A map of statuses shows the first ones.
    """
    every = measure.series.count
    if kind == "status":
        return np.arange(min(every, MOST_ROWS))
    if every <= count:
        return np.arange(every)
    values = level_of(measure).at(measure.last_known())
    order = np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")
    return np.sort(order[:count])


def _is_whole(measure: MeasureData) -> bool:
    """Whether the values of each period are parts of 1, none of them negative."""
    values = measure.dense_values()
    known = values[:, np.isfinite(values).any(axis=0)]
    sums = np.nansum(known, axis=0)
    return bool((np.abs(sums - 1) < _ROUNDING).all() and not (known < 0).any())


def _check_parts(measure: MeasureData) -> None:
    """Refuse areas of what does not add up to a whole."""
    name, areas = one_line(measure.name), "kind is 'area'"
    if measure.kind not in (*LEVELS, "share"):
        raise TypeError(f"{areas}: {name} is {measure.kind}, and areas add up")
    if (measure.dense_values() < 0).any():
        raise ValueError(f"{areas}: {name} has negative parts: take kind='line'")
    if measure.kind == "share" and not _is_whole(measure):
        raise ValueError(
            f"{areas}: {name} does not add up to 1, as parts of one whole do: take "
            "kind='line'"
        )


def _rows(measure: MeasureData) -> list[tuple[str, Floats]]:
    """The name and the values of each series."""
    names = map(shortened, names_of(measure.series.columns, measure.series.count))
    return list(zip(names, measure.dense_values(), strict=True))


def _draw_lines(measure: MeasureData, ax: Any, _: MeasureData) -> Sequence[Any]:
    """One line per series, open at gaps; dashed after the last complete period.

    Returns the entry of the legend for the dashes, if there are any.
    """
    from matplotlib.lines import Line2D

    late = measure.calendar.complete - measure.calendar.visible[0]
    dashed = False
    for k, (name, row) in enumerate(_rows(measure)):
        style = {"color": colour(ax, k)}
        whole = np.where(np.arange(len(row)) <= late, row, np.nan)
        line(ax, whole, label=name, linestyle=stroke(k), **style)
        rest = np.where(np.arange(len(row)) >= late, row, np.nan)
        if np.isfinite(rest[late + 1 :] if late >= 0 else rest).any():
            line(ax, rest, linestyle="--", label="_not complete", **style)
            dashed = True
    if measure.kind == "index":
        level_line(ax, 100)
    if measure.kind in ("growth", "pp", "log"):
        level_line(ax, 0)
    if measure.kind == "rank":
        _rank_axis(ax)
    if not dashed or measure.series.count < 2:
        return []
    return [Line2D([], [], color=GREY, linestyle="--", label="not complete")]


def _rank_axis(ax: Any) -> None:
    """Rank 1 at the top, with a label, and whole ranks only."""
    low = int(max(ax.get_ylim()))
    ax.set_yticks(range(1, low + 1, -(-low // MOST_RANKS)))
    ax.invert_yaxis()


def _draw_bars(measure: MeasureData, ax: Any, _: MeasureData) -> Sequence[Any]:
    """Bars of the series side by side at each period."""
    count = max(1, measure.series.count)
    width = 0.8 / count
    for k, (name, row) in enumerate(_rows(measure)):
        at = np.arange(len(row)) + (k - (count - 1) / 2) * width
        ax.bar(at, row, width, color=colour(ax, k), label=name)
    level_line(ax, 0, strong=True)
    return []


def _draw_areas(measure: MeasureData, ax: Any, every: MeasureData) -> Sequence[Any]:
    """Areas on top of one another, and the rest that makes the whole."""
    rows = _rows(measure)
    names = [name for name, _ in rows]
    parts = [np.nan_to_num(row) for _, row in rows]
    colours = [colour(ax, k) for k in range(len(parts))]
    values = every.dense_values()
    others = len(values) - len(rows)
    if others:
        names.append(f"others ({others:,})")
        parts.append(np.nansum(values, axis=0) - np.sum(parts, axis=0))
        colours.append(GREY)
    empty: Mask = np.logical_not(np.isfinite(values).any(axis=0))
    low = np.zeros(len(empty))
    at = np.arange(len(empty))
    for name, part, own in zip(names, parts, colours, strict=True):
        high = low + part
        style = {"color": own, "label": name, "linewidth": 0}
        ax.fill_between(at, low, high, where=~empty, **style)
        low = high
    ax.set_ylim(bottom=0)
    ax.margins(x=0)
    if every.kind == "share":
        ax.set_ylim(top=1)
    return []


# ---- statuses --------------------------------------------------------------------

STATUS_COLOURS = {
    "OK": "#0072B2",
    "PARTIAL": "#56B4E9",
    "MISSING": "#D55E00",
    "ENTERED": "#009E73",
    "GAP": "#E69F00",
    "INCOMPLETE": "#F0E442",
    "UNPAIRED": "#CC79A7",
}
"""One colour per status; those of signs and denominators share one."""
_OTHER = "#7a4f9a"
_SHADES = {"NOT_BEGUN": 0.05, "OUTSIDE": 0.1, "EXITED": 0.25, "INVALID": 1.0}
"""Statuses whose colour is a part of that of the text."""


def _status_colour(ax: Any, name: str) -> Any:
    if name in _SHADES:
        return shade(ax, _SHADES[name])
    return STATUS_COLOURS.get(name, _OTHER)


def _draw_status(measure: MeasureData, ax: Any, _: MeasureData) -> Sequence[Any]:
    """The status of every cell, series down and periods across."""
    names = names_of(measure.series.columns, measure.series.count)
    return heat(ax, measure.dense_status(), names)


def heat(ax: Any, codes: NDArray[np.uint8], names: Sequence[str]) -> Sequence[Any]:
    """A map of status codes. Returns entries of a legend for those that occur."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    known = np.unique(codes).tolist()
    labels = [Status(code).name for code in known]
    colours = [_status_colour(ax, name) for name in labels]
    places = np.searchsorted(known, codes) if known else codes
    ax.imshow(
        places,
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap(colours or [ax.get_facecolor()]),
        vmin=-0.5,
        vmax=max(len(known), 1) - 0.5,
    )
    rows = range(0, len(names), -(-len(names) // 30) if names else 1)
    size = "medium" if len(rows) <= 15 else "x-small"
    ax.set_yticks(list(rows), [shortened(names[i], 20) for i in rows], size=size)
    entries = zip(colours, labels, strict=True)
    return [Patch(facecolor=c, edgecolor=GREY, label=n) for c, n in entries]


_KINDS: dict[str, Callable[..., Any]] = {
    "line": _draw_lines,
    "bar": _draw_bars,
    "area": _draw_areas,
    "status": _draw_status,
}
