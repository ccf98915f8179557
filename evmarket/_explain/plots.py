"""Plots of explanations: stacked contributions and waterfalls."""

from __future__ import annotations

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
    names_of,
    number_axis,
    shortened,
    sourced,
)
from .._common.messages import short
from .._common.numbers import RELATIVE, signed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Floats


_EDGE = {"edgecolor": "white", "linewidth": 0.5}


# ---- which group, which period ---------------------------------------------------


def pick_group(found: Any, group: Any) -> int:
    """The place of a group of an explanation on a panel, by its label or labels."""
    names = list(zip(*found.groups.values(), strict=True)) or [()]
    if group is None:
        if len(names) == 1:
            return 0
        told = ", ".join(repr(n[0] if len(n) == 1 else n) for n in names[:5])
        more = ", ..." if len(names) > 5 else ""
        raise ValueError(f"group is None: choose one of {told}{more}")
    wanted = tuple(group) if isinstance(group, (list, tuple)) else (group,)
    if wanted not in names:
        raise KeyError(f"group is {short(group)}: there is no such group")
    return names.index(wanted)


def pick_period(found: Any, at: Any) -> int:
    """The place of a period; None is the last with a known total in any group."""
    if at is None:
        known = np.flatnonzero(np.isfinite(found.total).any(axis=0))
        return int(known[-1]) if len(known) else len(found.periods) - 1
    target = found._items.target
    return int(target._ordinal(at, "at")) - int(target._frame.shown[0])


def pick_place(total: Any, group: Any) -> tuple[int, ...]:
    """The place of a group of an explanation of arrays."""
    shape = np.shape(total)
    if group is None:
        if int(np.prod(shape)) == 1:
            return (0,) * len(shape)
        raise ValueError(f"group is None: choose a place in the shape {shape}")
    place = tuple(group) if isinstance(group, (list, tuple)) else (group,)
    if len(place) != len(shape) or not all(
        isinstance(i, (int, np.integer)) and -n <= i < n
        for i, n in zip(place, shape, strict=True)
    ):
        raise ValueError(f"group is {short(group)}: it takes a place in {shape}")
    return place


# ---- stacked contributions -------------------------------------------------------


def stacked(
    ax: Any, bars: Sequence[tuple[str, Floats, str, str]], total: Floats
) -> None:
    """Bars of (name, values, colour, hatch) on one another, upward and downward, with
    their total as a line."""
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


def _bars(
    parts: Floats, names: Sequence[str], count: int
) -> list[tuple[str, Floats, str, str]]:
    """A bar for each of the rows that move most, and one for the others."""
    size = np.nansum(np.abs(parts), axis=1)
    order = np.argsort(-size, kind="stable")
    moving = [int(i) for i in order if size[i] > 0]
    best, rest = sorted(moving[:count]), moving[count:]
    bars = [
        (shortened(names[i]), parts[i], COLOURS[k % len(COLOURS)], "")
        for k, i in enumerate(best)
    ]
    if rest:
        bars.append((f"others ({len(rest)})", np.nansum(parts[rest], axis=0), GREY, ""))
    return bars


def plot_panel_contributions(found: Any, group: Any, ax: Any, top: int) -> Any:
    """`PanelContributions.plot`."""
    g, count = pick_group(found, group), positive(top, "top")
    items = found._items
    here = axes(ax)
    rows = np.unique(items.series[items.target._cells.series[items.pair] == g])
    parts = np.asarray(found.parts)[rows]
    names = names_of({k: v[rows] for k, v in found.series.items()}, len(rows))
    bars = _bars(parts, names, count)
    for name in ("entry", "exit", "gap"):
        values = np.asarray(getattr(found, name))[g]
        if np.nan_to_num(values).any():
            bars.append((name, values, "#d9d9d9", HATCHES[name]))
    stacked(here, bars, np.asarray(found.total)[g])
    label = names_of(found.groups, 1 + g)[g] if found.groups else ""
    of = f", {label}" if label else ""
    here.set_title(
        shortened(f"Contributions to the growth of {items.target.name}{of}", 70)
    )
    calendar_axis(here, found.periods)
    sourced(here, items.frame.source)
    return _in_points(here)


def plot_contributions(found: Any, ax: Any, top: int) -> Any:
    """`Contributions.plot` of arrays: groups across, items on one another."""
    count = positive(top, "top")
    parts = np.moveaxis(np.asarray(found.parts), found.axis, 0)
    if parts.ndim > 2:
        raise ValueError(
            f"parts has {parts.ndim} dimensions: a plot shows items, or items by groups"
        )
    here = axes(ax)
    parts = parts.reshape(len(parts), -1)
    names = [f"item {i}" for i in range(len(parts))]
    stacked(here, _bars(parts, names, count), np.atleast_1d(found.total))
    here.set_title("Contributions to growth")
    here.set_xticks(range(parts.shape[1]))
    return _in_points(here)


def _in_points(ax: Any) -> Any:
    number_axis(ax.yaxis, "pp")
    ax.set_ylabel("percentage points")
    legend(ax)
    return legible(ax)


# ---- waterfalls ------------------------------------------------------------------


def waterfall(
    ax: Any, steps: Sequence[tuple[str, float]], total: float, pp: bool
) -> None:
    """From 0 step by step to the total, each bar beginning where the last ended."""
    names = [name.replace("_", " ") for name, _ in steps]
    heights = np.array([value for _, value in steps])
    bottoms = np.concatenate([[0.0], np.cumsum(heights)[:-1]]) if steps else heights
    colours = [COLOURS[0] if h >= 0 else COLOURS[3] for h in heights]
    at = np.arange(len(steps))
    ax.bar(at, heights, 0.7, bottoms, color=colours, **_EDGE)
    ax.bar([len(steps)], [total], 0.7, color=GREY, **_EDGE)
    ends = bottoms + heights
    for k in range(len(steps)):
        ax.plot([k - 0.35, k + 1.35], [ends[k]] * 2, color="black", linewidth=0.6)
    for k, (value, top) in enumerate(
        zip([*heights, total], [*np.maximum(bottoms, ends), max(total, 0)], strict=True)
    ):
        told = RELATIVE["pp"](value) if pp else signed(value)
        ax.annotate(
            told, (k, top), (0, 3), textcoords="offset points", ha="center", size=8
        )
    ax.axhline(0, color="black", linewidth=0.8)
    reach = np.array([0.0, total, *bottoms, *ends])
    room = 0.12 * (np.ptp(reach) or 1.0)
    ax.set_ylim(reach.min() - room * (reach.min() < 0), reach.max() + room)
    ax.set_xticks([*at, len(steps)], [*names, "total"], rotation=30, ha="right")
    number_axis(ax.yaxis, "pp" if pp else "flow")
    ax.set_ylabel("percentage points" if pp else "change")


def plot_bridge(
    found: Any, names: Sequence[str], title: str, pp: bool, group: Any, at: Any, ax: Any
) -> Any:
    """The waterfall of one group of an explanation, of arrays or of a panel."""
    on_panel = hasattr(found, "_items")
    if on_panel:
        place: tuple[int, ...] = (pick_group(found, group), pick_period(found, at))
    elif at is not None:
        raise TypeError("at is for panels: arrays have no calendar")
    else:
        place = pick_place(found.total, group)
    total = float(np.asarray(found.total)[place])
    if not np.isfinite(total):
        from .._common.status import Status

        code = Status(int(np.asarray(found.status)[place]))
        raise ValueError(f"there is no change to explain: {code.name}, {code.meaning}")
    steps = []
    for name in names:
        values = getattr(found, name, None)
        value = 0.0 if values is None else float(np.asarray(values)[place])
        steps.append((name, value))
    # What is only rounding is no step; the first two are always told.
    least = 1e-12 * sum(abs(value) for _, value in steps if np.isfinite(value))
    steps = [
        (name, value)
        for name, value in steps
        if np.isfinite(value) and (abs(value) > least or name in names[:2])
    ]
    here = axes(ax)
    waterfall(here, steps, total, pp)
    if on_panel:
        label = names_of(found.groups, 1 + place[0])[place[0]] if found.groups else ""
        title += f", {label}" if label else ""
        title += f", {found.periods[place[1]]}"
        sourced(here, found._items.frame.source)
    here.set_title(shortened(title, 70))
    return legible(here)
