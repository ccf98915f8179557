"""Plots of measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.axis import calendar_axis
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

    from .._common.types import Floats, Mask
    from .measure import Measure

MOST_BARS = 120
MOST_ROWS = 60


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
