"""Horizontal bars: contributions, and the steps of a waterfall."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._common.canvas import shortened
from .._common.html import Html, text
from .._common.numbers import column
from .svg import WIDTH, drawing, room, words_at

if TYPE_CHECKING:
    from .._common.types import Floats
    from .content import Steps

_TOP, _ROW, _BAR = 8.0, 24.0, 16.0
"""The first row, the height of a row and that of its bar."""
_NAME = 24
"""The characters of a bar's name."""


def spans(values: Floats, running: bool) -> tuple[Floats, Floats]:
    """Where bars begin and end; the last one, the total, begins at 0.

    `running` bars begin where those above end: a waterfall.
    """
    starts, ends = np.zeros(len(values)), values.copy()
    if running:
        ends[:-1] = np.cumsum(values[:-1])
        starts[1:-1] = ends[:-2]
    return starts, ends


class _Scale(NamedTuple):
    """Where 0 and the ends of bars lie."""

    low: float
    high: float
    left: float
    right: float

    def x(self, value: float) -> float:
        width = (self.high - self.low) or 1.0
        return self.left + (self.right - self.left) * (value - self.low) / width


def bars_chart(steps: Steps, title: str, running: bool) -> Html:
    """Bars with their names and numbers, the total last."""
    starts, ends = spans(steps.values, running)
    names = [shortened(name, _NAME) for name in steps.names]
    words = column(steps.values.tolist(), "pp")
    edge, beside = 10 + room(names), 10 + room(words)
    low, high = min(*starts, *ends), max(*starts, *ends)
    # A number stands beside the end of its bar, left of a negative one.
    left = edge + (beside if (steps.values < 0).any() else 0)
    scale = _Scale(low, high, left, WIDTH - beside)
    height = _TOP + _ROW * len(names)
    zero = f"{scale.x(0):.1f}"
    pieces = [f'<path class="zero" d="M{zero} {_TOP - 4}V{height:.1f}"/>']
    for k, value in enumerate(steps.values):
        y = _TOP + _ROW * k
        kind = _kind(k, float(value), steps, running)
        name = "total" if kind == "whole" else ""
        pieces.append(words_at(edge - 6, y + 12, names[k], "end", name))
        reach = sorted((scale.x(starts[k]), scale.x(ends[k])))
        pieces.append(_bar(kind, reach, y, f"{steps.names[k]}: {words[k]}"))
        at, anchor = (reach[1] + 5, "start") if value >= 0 else (reach[0] - 5, "end")
        pieces.append(words_at(at, y + 12, words[k], anchor, name))
        if running and kind != "whole":
            x = f"{scale.x(ends[k]):.1f}"
            pieces.append(f'<path class="link" d="M{x} {y}v{_ROW + _BAR}"/>')
    told = "; ".join(f"{n} {w}" for n, w in zip(names, words, strict=True))
    return drawing(f"{title}: {told}", "".join(pieces), height + 6)


def _kind(k: int, value: float, steps: Steps, running: bool) -> str:
    """The classes of a bar: total, rising or falling, of one series or of many."""
    if k == len(steps.names) - 1:
        return "whole"
    rising = "up" if value >= 0 else "down"
    return rising if running or k < steps.items else f"{rising} many"


def _bar(kind: str, reach: list[float], y: float, words: str) -> str:
    width = max(reach[1] - reach[0], 1.0)
    size = f'y="{y:.1f}" width="{width:.1f}" height="{_BAR}"'
    return (
        f'<rect class="bar {kind}" x="{reach[0]:.1f}" {size}>'
        f"<title>{text(words)}</title></rect>"
    )
