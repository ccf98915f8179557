"""Lines and areas over periods."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._common.canvas import COLOURS, shortened
from .._common.html import Html, text
from .._common.numbers import column
from .._common.status import Status
from .axis import Axis, axis
from .svg import WIDTH, drawing, room, words_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .._common.types import Codes, Floats, Mask
    from .content import Lines

_HEIGHT = 250
_TOP, _RIGHT, _BOTTOM = 10.0, 12.0, 24.0
_COLOURS = len(COLOURS) - 1
"""The colours of lines: black, the last one, is that of the total."""


def palette() -> str:
    """The colours of series as rules of CSS; the text's colour takes black's place."""
    rules = [f".c{k}{{--c:{colour}}}" for k, colour in enumerate(COLOURS[:_COLOURS])]
    # On white the yellow of the palette is too pale.
    pale = COLOURS.index("#F0E442")
    dark = f"@media(prefers-color-scheme:dark){{.c{pale}{{--c:#F0E442}}}}"
    return "\n".join([*rules, f".c{pale}{{--c:#A39000}}", dark]) + "\n"


def style(k: int, names: Sequence[str], total: str = "") -> str:
    """The classes of a line or area: its colour, and whether the colour is repeated."""
    if names[k] == total and k == len(names) - 1:
        return "total" if total == "total" else "rest"
    return f"c{k % _COLOURS}" + (" again" if k >= _COLOURS else "")


class _Frame(NamedTuple):
    """Where the periods and values of a chart lie."""

    axis: Axis
    periods: int
    left: float
    height: float = _HEIGHT

    @classmethod
    def of(cls, scale: Axis, periods: int) -> _Frame:
        return cls(scale, periods, 8 + room(scale.labels))

    @property
    def bottom(self) -> float:
        return self.height - _BOTTOM

    @property
    def step(self) -> float:
        """The distance of two periods."""
        return (WIDTH - _RIGHT - self.left) / max(self.periods, 1)

    def x(self, place: float) -> float:
        return self.left + (place + 0.5) * self.step

    def y(self, value: float) -> float:
        return self.bottom - self.axis.place(value) * (self.bottom - _TOP)

    def points(self, places: Iterable[float], values: Iterable[float]) -> str:
        pairs = zip(places, values, strict=True)
        return " ".join(f"{self.x(k):.1f},{self.y(value):.1f}" for k, value in pairs)


def lines_chart(lines: Lines, title: str, total: str = "") -> tuple[Html, int]:
    """One line per series, and how many values lie beyond the axis.

    Lines are open at gaps and dashed after the last complete period; a value without a
    neighbour is a dot. `total` is the name of the last line, if it is a sum.
    """
    frame = _Frame.of(axis(lines.values, lines.form), len(lines.periods))
    drawn = [
        f'<g class="{style(k, lines.names, total)}">'
        f"{_line(frame, row, lines.complete)}</g>"
        for k, row in reversed(list(enumerate(lines.values)))
    ]
    body = _clipped(frame, "".join(drawn))
    return _with_periods(frame, lines, title, body), frame.axis.beyond


def _line(frame: _Frame, row: Floats, complete: int) -> str:
    """The pieces of one line."""
    pieces = []
    for first, last in _runs(np.isfinite(row)):
        if first == last:
            late = " late" if first > complete else ""
            x, y = frame.x(first), frame.y(row[first])
            pieces.append(
                f'<circle class="dot{late}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
            )
            continue
        turn = min(max(complete, first), last)
        for start, stop, name in ((first, turn, "line"), (turn, last, "line late")):
            if start < stop:
                places = range(start, stop + 1)
                points = frame.points(places, row[start : stop + 1])
                pieces.append(f'<polyline class="{name}" points="{points}"/>')
    return "".join(pieces)


def _runs(known: Mask) -> list[tuple[int, int]]:
    """The first and last positions of unbroken runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], known.astype(int), [0]])))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def areas_chart(lines: Lines, title: str, others: bool) -> Html:
    """Shares on top of one another, from 0 to 1; open where there are none."""
    frame = _Frame.of(axis(np.array([0.0, 1.0]), "share"), len(lines.periods))
    values = np.nan_to_num(lines.values)
    ends = np.vstack([np.zeros(values.shape[1]), np.cumsum(values, axis=0)])
    runs = _runs(np.asarray(np.isfinite(lines.values).any(axis=0)))
    rest = "others" if others else ""
    pieces = []
    for k in range(len(values)):
        for first, last in runs:
            points = _band(frame, ends[k], ends[k + 1], first, last)
            name = style(k, lines.names, rest)
            pieces.append(f'<polygon class="area {name}" points="{points}"/>')
    if lines.complete < len(lines.periods) - 1:
        x = frame.x(max(lines.complete + 0.5, -0.5))
        size = f'width="{WIDTH - _RIGHT - x:.1f}" height="{frame.bottom - _TOP:.1f}"'
        pieces.append(f'<rect class="veil" x="{x:.1f}" y="{_TOP}" {size}/>')
    return _with_periods(frame, lines, title, "".join(pieces))


def _band(frame: _Frame, low: Floats, high: Floats, first: int, last: int) -> str:
    """The corners of an area; that of a single period is as wide as the period."""
    rows = list(range(first, last + 1))
    places: list[float] = [*rows]
    if first == last:
        rows, places = [first, first], [first - 0.4, first + 0.4]
    upper = frame.points(places, high[rows])
    return f"{upper} {frame.points(places[::-1], low[rows[::-1]])}"


def _clipped(frame: _Frame, body: str) -> str:
    """A drawing without what lies beyond the axes."""
    box = (frame.left, _TOP - 4, WIDTH - frame.left, frame.bottom - _TOP + 8)
    x, y, width, height = (f"{side:.1f}" for side in box)
    place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
    return f'<svg {place} viewBox="{x} {y} {width} {height}">{body}</svg>'


def _with_periods(frame: _Frame, lines: Lines, title: str, body: str) -> Html:
    """A drawing with axes; hovering over a period shows its numbers."""
    parts = [_grid(frame), body, _period_labels(frame, lines)]
    if 0 <= lines.at < len(lines.periods):
        x = f"{frame.x(lines.at):.1f}"
        parts.append(f'<path class="at" d="M{x} {_TOP}V{frame.bottom:.1f}"/>')
    parts += _bands(frame, lines)
    first, last = lines.labels[0], lines.labels[-1]
    names = ", ".join(map(shortened, lines.names))
    return drawing(f"{title}, {first} to {last}: {names}", "".join(parts), frame.height)


def _grid(frame: _Frame) -> str:
    """Lines at the ticks and their labels."""
    pieces = []
    for tick, words in zip(frame.axis.ticks, frame.axis.labels, strict=True):
        y = frame.y(tick)
        name = "zero" if tick == 0 else "grid"
        right = WIDTH - _RIGHT
        pieces.append(
            f'<path class="{name}" d="M{frame.left:.1f} {y:.1f}H{right:.1f}"/>'
        )
        pieces.append(words_at(frame.left - 5, y + 4, words, "end"))
    return "".join(pieces)


def _period_labels(frame: _Frame, lines: Lines) -> str:
    """Labels of periods; as many as there is room for."""
    labels, places = lines.labels, lines.places
    if not places:
        return ""
    wide = room(labels[k] for k in places) + 10
    gap = frame.step * (places[1] - places[0]) if len(places) > 1 else wide
    pieces = []
    for k in places[:: max(1, -int(-wide // gap))]:
        # A label at an end stays within the drawing.
        half = wide / 2 - 5
        x = min(max(frame.x(k), half + 1), WIDTH - half - 1)
        pieces.append(words_at(x, frame.bottom + 16, labels[k], "middle"))
    return "".join(pieces)


def _bands(frame: _Frame, lines: Lines) -> list[str]:
    """Invisible bands, one per period, whose tooltips have the numbers."""
    shown = np.array([_texts(row, lines.form, codes)
                      for row, codes in zip(lines.values, lines.codes, strict=True)],
                     object).reshape(lines.values.shape)  # fmt: skip
    names = list(map(shortened, lines.names))
    bands = []
    for k, label in enumerate(lines.labels):
        words = [
            f"{name}: {cell}" for name, cell in zip(names, shown[:, k], strict=True)
        ]
        x = frame.x(k) - frame.step / 2
        size = f'width="{frame.step:.2f}" height="{frame.bottom - _TOP:.1f}"'
        title = "\n".join(map(text, [label, *words]))
        bands.append(
            f'<rect class="band" x="{x:.2f}" y="{_TOP}" {size}>'
            f"<title>{title}</title></rect>"
        )
    return bands


def _texts(values: Floats, form: str, codes: Codes) -> list[str]:
    """Numbers as text, with the status beside them or in their place."""
    statuses = [Status(code).label() if code else "" for code in codes.tolist()]
    pairs = zip(column(values.tolist(), form), statuses, strict=True)
    return [
        f"{number} ({status})" if number and status else number or status or "–"
        for number, status in pairs
    ]
