"""Plots of explanations: stacked contributions and waterfalls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.axis import calendar_axis
from .._common.arguments import positive
from .._common.canvas import (
    COLOURS,
    GREY,
    HATCHES,
    axes,
    legend,
    legible,
    number_axis,
    shortened,
    sourced,
)
from .._common.numbers import RELATIVE, signed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._calendar.periods import Periods
    from .._common.types import Floats


_EDGE = {"edgecolor": "white", "linewidth": 0.5}
_LIGHT_GREY = "#d9d9d9"


@dataclass(frozen=True)
class Stack:
    """Contributions to plot: one row per item, one column per bar."""

    parts: Floats
    names: Sequence[str]
    total: Floats
    title: str
    others: Mapping[str, Floats] = field(default_factory=dict)
    """Parts that are not of single items: entry, exit, gap."""
    periods: Periods | None = None
    source: str = ""


def plot_stack(stack: Stack, ax: Any, top: int) -> Any:
    """Stack the largest items, the other items as one bar, and draw the total."""
    count = positive(top, "top")
    ax = axes(ax)
    bars = _item_bars(stack.parts, stack.names, count)
    bars += [
        (name, values, _LIGHT_GREY, HATCHES[name])
        for name, values in stack.others.items()
        if np.nan_to_num(values).any()
    ]
    _draw_stacked(ax, bars, stack.total)
    ax.set_title(shortened(stack.title, 70))
    if stack.periods is None:
        ax.set_xticks(range(len(stack.total)))
    else:
        calendar_axis(ax, stack.periods)
    sourced(ax, stack.source)
    number_axis(ax.yaxis, "pp")
    ax.set_ylabel("percentage points")
    legend(ax)
    return legible(ax)


Bars = list[tuple[str, "Floats", str, str]]
"""Name, heights, colour and hatch of stacked bars."""


def _item_bars(parts: Floats, names: Sequence[str], count: int) -> Bars:
    """Bars of the `count` largest items, and one bar for the other items."""
    size = np.nansum(np.abs(parts), axis=1)
    order = np.argsort(-size, kind="stable")
    moving = [int(i) for i in order if size[i] > 0]
    largest, rest = sorted(moving[:count]), moving[count:]
    bars: Bars = [
        (shortened(names[i]), parts[i], COLOURS[k % len(COLOURS)], "")
        for k, i in enumerate(largest)
    ]
    if rest:
        bars.append((f"others ({len(rest)})", np.nansum(parts[rest], axis=0), GREY, ""))
    return bars


def _draw_stacked(ax: Any, bars: Bars, total: Floats) -> None:
    """Draw positive parts upward and negative parts downward from 0."""
    at = np.arange(len(total))
    up, down = np.zeros(len(total)), np.zeros(len(total))
    for name, values, colour, hatch in bars:
        height = np.nan_to_num(values)
        bottom = np.where(height >= 0, up, down)
        ax.bar(at, height, 0.8, bottom, color=colour, hatch=hatch, label=name, **_EDGE)
        up += np.maximum(height, 0)
        down += np.minimum(height, 0)
    ax.plot(at, total, color="black", marker="o", markersize=4, label="total")
    ax.axhline(0, color="black", linewidth=0.8)


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
    ax.set_xticks(range(len(names)), names, rotation=30, ha="right")
    number_axis(ax.yaxis, "pp" if pp else "flow")
    ax.set_ylabel("percentage points" if pp else "change")
    sourced(ax, source)
    ax.set_title(shortened(title, 70))
    return legible(ax)


def _draw_steps(ax: Any, heights: Floats, bottoms: Floats, total: float) -> None:
    at = np.arange(len(heights))
    colours = [COLOURS[0] if h >= 0 else COLOURS[3] for h in heights]
    ax.bar(at, heights, 0.7, bottoms, color=colours, **_EDGE)
    ax.bar([len(at)], [total], 0.7, color=GREY, **_EDGE)
    for k, end in enumerate(bottoms + heights):
        ax.plot([k - 0.35, k + 1.35], [end] * 2, color="black", linewidth=0.6)
    ax.axhline(0, color="black", linewidth=0.8)


def _annotate(
    ax: Any, values: Sequence[float], tops: Sequence[float], pp: bool
) -> None:
    """Write each value above its bar."""
    for k, (value, top) in enumerate(zip(values, tops, strict=True)):
        words = RELATIVE["pp"](value) if pp else signed(value)
        ax.annotate(
            words, (k, top), (0, 3), textcoords="offset points", ha="center", size=8
        )
