"""How panels, measures, tables and datasets look in a notebook.

Of what is large only the first and last rows and periods are read, so that a panel of a
million series shows at once. What is shown is escaped in `_html`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._calendar.periods import PERIODS, spanned
from .._cells.select import corner
from .._common.html import (
    Column,
    Html,
    box,
    cut,
    ends,
    joined,
    label,
    left_out,
    legend,
    numbers,
    strong,
    table,
    text,
    tooltip,
)
from .._common.kinds import format_of
from .._tables.html import ROWS, with_gap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .measure import Measure
    from .panel import Panel

_MEASURES = 6
"""Measures that a panel shows numbers of."""


# ---- panels and measures ---------------------------------------------------------


class _Corner:
    """The series and periods that are shown of a panel or measure."""

    def __init__(self, source: Panel | Measure, times: int = 1) -> None:
        """`times`: how many rows a series takes."""
        self.count, self.width = source.shape
        whole, first, last = ROWS
        most = max(1, (first + last) // times)
        whole = max(whole // times, 2 * most)
        self.series = ends(self.count, whole, min(first, most), min(last, most))
        self.columns = ends(self.width, *PERIODS)
        frame = source._frame
        few = frame.codes[self.series]
        self.frame = frame.with_series(frame.keys, frame.labels, few)
        self.periods = source.periods

    def size(self) -> str:
        """The true size, in words."""
        span = f", {spanned(self.periods)}" if self.width else ""
        return f"{self.count:,} series × {self.width:,} periods{span}"

    def labels(self, times: int = 1) -> list[Column]:
        """A column a key, each label over so many rows."""
        keys = [
            (key, [words[code] for code in self.frame.codes[:, k]])
            for k, (key, words) in enumerate(
                zip(self.frame.keys, self.frame.labels, strict=True)
            )
        ]
        if not keys:
            keys = [("", ["total"] * len(self.series))]
        return [
            Column(
                label(key),
                [c for w in words for c in (label(w), *[None] * (times - 1))],
                "label",
            )
            for key, words in keys
        ]

    def numbers(self, cells: Sequence[Sequence[Html]]) -> list[Column]:
        """A column a period, out of rows of cells."""
        heads = [text(self.periods[int(place)]) for place in self.columns]
        found = [
            Column(head, [row[k] for row in cells], "number")
            for k, head in enumerate(heads)
        ]
        return with_gap(found, self.columns, len(cells))

    def cells(self, measure: Measure) -> tuple[list[list[Html]], Any]:
        """The cells of a measure, row by row, and their statuses."""
        values = measure.values[:, self.columns]
        codes = measure.status[:, self.columns]
        flat = numbers(values, codes, format_of(measure.kind))
        width = len(self.columns)
        rows = [flat[k : k + width] for k in range(0, len(flat), width)] if width else (
            [[] for _ in self.series]
        )  # fmt: skip
        return rows, codes

    def foot(self) -> Html:
        """What was left out, and up to where the calendar is complete."""
        frame = self.frame
        complete = ""
        if frame.bounded and frame.shown[0] <= frame.complete < frame.shown[1]:
            last = self.periods[frame.complete - frame.shown[0]]
            complete = f"complete through {last}"
        return joined(
            [
                left_out(self.series, self.count, "series"),
                left_out(self.columns, self.width, "periods"),
                text(complete),
            ]
        )


def measure(of: Measure) -> str:
    """A measure: a row a series, a column a period."""
    shown = _Corner(of)
    cells, codes = shown.cells(corner(of, shown.series))
    unit = [label(of.unit)] if of.unit else []
    kind = joined([text(of.kind), *unit], ", ")
    title = Html(f"{strong('Measure')} {label(of.name)}: {kind}; {text(shown.size())}")
    columns = [*shown.labels(), *shown.numbers(cells)]
    foot = [shown.foot(), legend(codes)]
    return box(title, table(columns, cut(shown.series)), foot=foot)


def panel(of: Panel) -> str:
    """A panel: rows of measures within series, a column a period."""
    names = of.measures[:_MEASURES]
    times = max(len(names), 1)
    shown = _Corner(of, times)
    few = corner(of, shown.series)
    blocks, codes = [], []
    for name in names:
        if name in of._merged:
            why = "a rate that the roll-up would have had to add"
            row = [tooltip("–", why, "mark")] * len(shown.columns)
            blocks.append([row] * len(shown.series))
            continue
        cells, status = shown.cells(few[name])
        blocks.append(cells)
        codes.append(status)
    rows = [block[k] for k in range(len(shown.series)) for block in blocks]
    heads = [_measured(of, name) for name in names] * len(shown.series)
    columns = [
        *shown.labels(times),
        Column(text("measure"), heads, "label"),
        *shown.numbers(rows),
    ]
    if not names:
        columns = shown.labels()
    keys = f"{len(of.keys)} key{'' if len(of.keys) == 1 else 's'}, "
    title = Html(
        f"{strong('Panel')} {text(keys)}{_counted(of.measures)}; {text(shown.size())}"
    )
    gap = cut(shown.series)
    gap = gap * times if gap is not None else None
    return box(title, table(columns, gap), foot=[shown.foot(), legend(*codes)])


def _counted(measures: Sequence[str]) -> Html:
    count = len(measures)
    first = f", the first {_MEASURES} shown" if count > _MEASURES else ""
    return text(f"{count:,} measure{'' if count == 1 else 's'}{first}")


def _measured(of: Panel, name: str) -> Html:
    kind, unit = of._kinds[name], of._units.get(name)
    return Html(f"{label(name)} {_mute(f'{kind}, {unit}' if unit else kind)}")


def _mute(words: str) -> Html:
    return Html(f'<span class="evmarket-mute">{label(words, 20)}</span>')
