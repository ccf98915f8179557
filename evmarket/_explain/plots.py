"""Plots of explanations: stacked bars, waterfalls and lines of index numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.axis import calendar_axis, fit
from .._common.arguments import positive
from .._common.canvas import (
    COLOURS,
    GREY,
    HATCHES,
    axes,
    colour,
    ink,
    legend,
    level_line,
    line,
    number_axis,
    shade,
    shortened,
    sourced,
    stroke,
    titled,
)
from .._common.fonts import legible
from .._common.numbers import RELATIVE, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._calendar.periods import Periods
    from .._common.types import Floats


@dataclass(frozen=True)
class Stack:
    """Stacked bars to plot.

    Attributes
    ----------
    parts : ndarray
        One row per item, one column per bar.
    names : sequence of str
        The items.
    total : ndarray
    title, values : str
        What the bars are, and what the value axis measures.
    others : sequence of (str, str, ndarray)
        Parts that are not of single items: entry, exit or gap, with a label.
    periods : Periods or None
        One period per bar; None for arrays.
    source : str
    ticks : sequence of str
        Names of the bars; numbers if there are none.
    kind : str
        The kind of the values.
    """

    parts: Floats
    names: Sequence[str]
    total: Floats
    title: str
    values: str = "percentage points"
    others: Sequence[tuple[str, str, Floats]] = ()
    periods: Periods | None = None
    source: str = ""
    ticks: Sequence[str] = ()
    kind: str = "pp"


def plot_stack(stack: Stack, ax: Any, top: int) -> Any:
    """Stack the largest items, the other items as one bar, and draw the total."""
    count = positive(top, "top")
    ax = axes(ax)
    at = np.arange(len(stack.total))
    draw = _Stacking(ax, len(at))
    largest, rest = _largest(stack.parts, count)
    for k, i in enumerate(largest):
        draw.bars(stack.parts[i], shortened(stack.names[i]), color=colour(ax, k))
    if rest:
        summed = np.nansum(stack.parts[rest], axis=0)
        draw.bars(summed, f"others ({len(rest):,})", color=GREY)
    for fate, label, values in stack.others:
        if np.nan_to_num(values).any():
            style = {"color": shade(ax, 0.15), "hatch": HATCHES[fate]}
            draw.bars(values, shortened(label, 52), **style)
    style = {"linestyle": "none" if stack.periods is None else "-", "color": ink(ax)}
    ax.plot(at, stack.total, marker="o", markersize=4, label="total", **style)
    level_line(ax, 0, strong=True)
    titled(ax, stack.title)
    _bar_names(ax, stack)
    number_axis(ax.yaxis, stack.kind)
    ax.set_ylabel(shortened(stack.values, 48))
    sourced(ax, stack.source)
    legend(ax)
    return legible(ax)


def _bar_names(ax: Any, stack: Stack) -> None:
    """Label the bars with periods, names or numbers; show those with a total."""
    from matplotlib.ticker import MaxNLocator

    known = np.flatnonzero(np.isfinite(stack.total))
    if len(known):
        ax.set_xlim(known[0] - 0.6, known[-1] + 0.6)
    if stack.periods is not None:
        calendar_axis(ax, stack.periods)
    elif stack.ticks:
        _named_ticks(ax, [shortened(name, 20) for name in stack.ticks])
    else:
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))


def _named_ticks(ax: Any, words: Sequence[str]) -> None:
    """Names of bars, aslant where they do not fit side by side."""
    aslant = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}
    ax.set_xticks(range(len(words)), words, **({} if fit(ax, words) else aslant))


def _largest(parts: Floats, count: int) -> tuple[list[int], list[int]]:
    """The `count` largest items in their own order, and the others that are not 0."""
    size = np.nansum(np.abs(parts), axis=1)
    order = np.argsort(-size, kind="stable")
    moving = [int(i) for i in order if size[i] > 0]
    return sorted(moving[:count]), moving[count:]


class _Stacking:
    """Bars on one another: positive parts upward, negative parts downward from 0."""

    def __init__(self, ax: Any, count: int) -> None:
        self._ax, self._at = ax, np.arange(count)
        self._up, self._down = np.zeros(count), np.zeros(count)

    def bars(self, values: Floats, label: str, **style: Any) -> None:
        """The bars of one item; where it adds nothing there is none."""
        height = np.nan_to_num(values)
        bottom = np.where(height >= 0, self._up, self._down)
        edge = GREY if "hatch" in style else self._ax.get_facecolor()
        style |= {"edgecolor": edge, "linewidth": 0.5, "label": label}
        some = height != 0
        for bar in self._ax.bar(
            self._at[some], height[some], 0.8, bottom[some], **style
        ):
            bar.sticky_edges.y[:] = [0]  # room above a bar that begins at the top
        self._up += np.maximum(height, 0)
        self._down += np.minimum(height, 0)


# ---- waterfalls --------------------------------------------------------------------


def plot_waterfall(
    ax: Any, steps: Mapping[str, float], total: float, title: str, pp: bool, source: str
) -> Any:
    """Draw steps from 0 to the total; each bar starts where the previous one ends."""
    ax = axes(ax)
    # Skip steps that are rounding noise, except the first two.
    least = 1e-12 * sum(abs(x) for x in steps.values() if np.isfinite(x))
    steps = {
        name: value
        for k, (name, value) in enumerate(steps.items())
        if np.isfinite(value) and (abs(value) > least or k < 2)
    }
    heights = np.array(list(steps.values()))
    bottoms = np.concatenate([[0.0], np.cumsum(heights)])[:-1]
    tops = bottoms + heights
    _draw_steps(ax, heights, bottoms, total)
    _annotate(ax, [*heights, total], [*np.maximum(bottoms, tops), max(total, 0)], pp)
    reach = np.array([0.0, total, *bottoms, *tops])
    room = 0.12 * (np.ptp(reach) or 1.0)
    ax.set_ylim(reach.min() - room * (reach.min() < 0), reach.max() + room)
    names = [name.replace("_", " ") for name in (*steps, "total")]
    _named_ticks(ax, names)
    number_axis(ax.yaxis, "pp" if pp else "flow")
    ax.set_ylabel("percentage points" if pp else "change")
    sourced(ax, source)
    titled(ax, title)
    return legible(ax)


def _draw_steps(ax: Any, heights: Floats, bottoms: Floats, total: float) -> None:
    at = np.arange(len(heights))
    colours = [COLOURS[0] if h >= 0 else COLOURS[3] for h in heights]
    ax.bar(at, heights, 0.7, bottoms, color=colours)
    ax.bar([len(at)], [total], 0.7, color=GREY)
    for k, end in enumerate(bottoms + heights):
        ax.plot([k - 0.35, k + 1.35], [end] * 2, color=shade(ax, 0.6), linewidth=0.8)
    level_line(ax, 0, strong=True)


def _annotate(
    ax: Any, values: Sequence[float], tops: Sequence[float], pp: bool
) -> None:
    """Write each value above its bar."""
    style = {"textcoords": "offset points", "ha": "center", "size": 9, "color": ink(ax)}
    for k, (value, top) in enumerate(zip(values, tops, strict=True)):
        words = RELATIVE["pp"](value) if pp else signed(value)
        ax.annotate(words, (k, top), (0, 3), **style)


# ---- index numbers -----------------------------------------------------------------


@dataclass(frozen=True)
class Lines:
    """Index numbers to plot: one row per group.

    Attributes
    ----------
    rows : ndarray
    names : sequence of str
        The groups.
    title : str
    values : str
        What the value axis measures.
    periods : Periods or None
        One per column; None for arrays.
    source : str
    """

    rows: Floats
    names: Sequence[str]
    title: str
    values: str
    periods: Periods | None = None
    source: str = ""


def plot_lines(lines: Lines, ax: Any, top: int) -> Any:
    """A line per group, the first ones, and a line at 1, which is no change."""
    count, every = positive(top, "top"), len(lines.rows)
    ax = axes(ax)
    for k, row in enumerate(lines.rows[:count]):
        style = {"color": colour(ax, k), "linestyle": stroke(k)}
        line(ax, row, label=shortened(lines.names[k]), **style)
    level_line(ax, 1)
    title = lines.title
    if every > count:
        title += f" ({count} first of {every:,} groups)"
    titled(ax, title)
    if lines.periods is not None:
        calendar_axis(ax, lines.periods)
    number_axis(ax.yaxis, "index")
    ax.set_ylabel(shortened(lines.values, 48))
    sourced(ax, lines.source)
    legend(ax)
    return legible(ax)
