"""Plots of measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.axis import calendar_axis
from .._cells.within import top as largest
from .._common.arguments import choice, positive
from .._common.canvas import (
    COLOURS,
    GREY,
    axes,
    legend,
    legible,
    names_of,
    number_axis,
    shortened,
    sourced,
)
from .._common.kinds import LEVELS
from .._common.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .._cells.measure import MeasureData
    from .._common.types import Floats, Mask

MOST_BARS = 120
MOST_ROWS = 60


# ---- measures --------------------------------------------------------------------


def plot(measure: MeasureData, kind: str | None, ax: Any, top: int) -> Any:
    """See `Measure.plot`."""
    wanted = _usual(measure) if kind is None else kind
    draw = choice(wanted, "kind", _KINDS)
    count = positive(top, "top")
    if wanted == "status":
        return draw(measure, axes(ax), MOST_ROWS)
    target = axes(ax)
    every = measure.series.count
    drawn = _first(measure, count) if every > count else measure
    draw(drawn, target, measure)
    title = measure.name
    if measure.kind not in LEVELS and measure.kind not in title:
        title += f": {measure.kind}"
    if every > drawn.series.count:
        which = _FIRST[measure.kind == "rank"]
        title += f" ({drawn.series.count} {which} of {every:,} series)"
    target.set_title(shortened(title, 70))
    target.set_ylabel(measure.unit or measure.kind)
    number_axis(target.yaxis, measure.kind)
    calendar_axis(target, measure.calendar.periods)
    sourced(target, measure.source)
    legend(target)
    return legible(target)


def _usual(measure: MeasureData) -> str:
    """The kind of plot where none was asked for."""
    if measure.kind == "share":
        return "area"
    rows, columns = measure.shape
    few = min(rows, len(COLOURS)) * columns <= MOST_BARS
    return "bar" if measure.kind in ("growth", "pp") and few else "line"


_FIRST = ("largest", "first")


def _first(measure: MeasureData, count: int) -> MeasureData:
    """The series drawn where all are too many: the largest, by rank the first."""
    if measure.kind != "rank":
        return largest(measure, count, measure.last_known())
    values = measure.level_at(measure.last_known())
    order = np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")
    return measure.take(np.sort(order[:count]))


def _rows(measure: MeasureData) -> list[tuple[str, Floats]]:
    """The name and the values of each series."""
    names = names_of(measure.series.columns, measure.series.count)
    return list(zip(names, measure.dense_values(), strict=True))


def _lonely(values: Floats) -> list[int]:
    """Points without a neighbour: no line shows them."""
    known = np.concatenate([[False], np.isfinite(values), [False]])
    found = np.flatnonzero(known[1:-1] & ~known[:-2] & ~known[2:])
    return [int(at) for at in found]


def _line(ax: Any, values: Floats, **style: Any) -> None:
    at = np.arange(len(values))
    ax.plot(at, values, marker="o", markersize=4, markevery=_lonely(values), **style)


def _draw_lines(measure: MeasureData, ax: Any, _: MeasureData) -> None:
    """One line per series, open at gaps; dashed after the last complete period."""
    late = measure.calendar.complete - measure.calendar.visible[0]
    for k, (name, row) in enumerate(_rows(measure)):
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


def _draw_bars(measure: MeasureData, ax: Any, _: MeasureData) -> None:
    """Bars of the series side by side at each period."""
    count = max(1, measure.series.count)
    width = 0.8 / count
    for k, (name, row) in enumerate(_rows(measure)):
        at = np.arange(len(row)) + (k - (count - 1) / 2) * width
        colour = COLOURS[k % len(COLOURS)]
        ax.bar(at, row, width, color=colour, label=shortened(name))
    ax.axhline(0, color="black", linewidth=0.8)


def _draw_areas(measure: MeasureData, ax: Any, every: MeasureData) -> None:
    """Areas on top of one another, and the rest that makes the whole."""
    if measure.kind not in (*LEVELS, "share"):
        raise TypeError(
            f"kind is 'area': {measure.name} is {measure.kind}, and areas add up"
        )
    rows = _rows(measure)
    parts = [np.nan_to_num(row) for _, row in rows]
    names = [shortened(name) for name, _ in rows]
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(parts))]
    values = every.dense_values()
    others = len(values) - len(rows)
    if others:
        names.append(f"others ({others:,})")
        parts.append(np.nansum(values, axis=0) - np.sum(parts, axis=0))
        colours.append(GREY)
    empty: Mask = np.logical_not(np.isfinite(values).any(axis=0))
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
"""One colour per status; those of signs and denominators share one."""


def _draw_status(measure: MeasureData, ax: Any, most: int) -> Any:
    """The status of every cell, series down and periods across."""
    every = measure.series.count
    drawn = measure.take(np.arange(most)) if every > most else measure
    title = f"{measure.name}: status"
    if every > most:
        title += f" (first {most} of {every:,} series)"
    names = names_of(drawn.series.columns, drawn.series.count)
    heat(ax, drawn.dense_status(), names)
    ax.set_title(shortened(title, 70))
    calendar_axis(ax, measure.calendar.periods)
    sourced(ax, measure.source)
    return legible(ax)


def heat(ax: Any, codes: NDArray[np.uint8], names: Sequence[str]) -> None:
    """A map of status codes with the names of those that occur."""
    from matplotlib.colors import ListedColormap
    from matplotlib.patches import Patch

    known = np.unique(codes).tolist()
    labels = [Status(code).name for code in known]
    colours = [STATUS_COLOURS.get(name, "#7a4f9a") for name in labels]
    places = np.searchsorted(known, codes) if known else codes
    ax.imshow(
        places,
        aspect="auto",
        interpolation="nearest",
        cmap=ListedColormap(colours or ["white"]),
        vmin=-0.5,
        vmax=max(len(known), 1) - 0.5,
    )
    rows = range(0, len(names), -(-len(names) // 30) if names else 1)
    ax.set_yticks(list(rows), [shortened(names[i], 20) for i in rows])
    entries = zip(colours, labels, strict=True)
    legend(ax, [Patch(facecolor=c, edgecolor=GREY, label=n) for c, n in entries])


_KINDS: dict[str, Callable[..., Any]] = {
    "line": _draw_lines,
    "bar": _draw_bars,
    "area": _draw_areas,
    "status": _draw_status,
}
