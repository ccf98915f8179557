"""Panels and measures as HTML.

Only the first and last rows and periods are read, so that a panel of a million series
shows at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._calendar.periods import PERIODS, spanned
from .._cells.measure import MeasureData
from .._cells.select import preview
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
from .._common.status import Status
from .._tables.html import ROWS, with_gap
from .hints import reporting, unreported, unreported_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._cells.panel import PanelData, Traits
    from .._common.types import Codes, Mask

_MEASURES = 6
"""Measures that a panel shows numbers of."""
_COUNTED = 200_000
"""The most series whose rows are counted."""


# ---- panels and measures ---------------------------------------------------------


class _Preview:
    """The series and periods of a panel or measure that are shown."""

    def __init__(self, source: PanelData | MeasureData, times: int = 1) -> None:
        """`times`: how many rows a series takes."""
        calendar = source.calendar
        self.calendar, self.periods = calendar, calendar.periods
        self.count, self.width = source.series.count, len(self.periods)
        whole, first, last = ROWS
        most = max(1, (first + last) // times)
        whole = max(whole // times, 2 * most)
        self.series = ends(self.count, whole, min(first, most), min(last, most))
        self.columns = ends(self.width, *PERIODS)
        self.index = source.series

    def size(self) -> str:
        """The true size, in words."""
        span = f", {spanned(self.periods)}" if self.width else ""
        return f"{self.count:,} series × {self.width:,} periods{span}"

    def labels(self, times: int = 1) -> list[Column]:
        """One column per key, each label over `times` rows."""
        columns = self.index.coded(self.series)
        keys = [(key, column.entries()) for key, column in columns.items()]
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
        """One column per period, from rows of cells."""
        heads = [text(self.periods[int(place)]) for place in self.columns]
        columns = [
            Column(head, [row[k] for row in cells], "number")
            for k, head in enumerate(heads)
        ]
        return with_gap(columns, self.columns, len(cells))

    def cells(
        self, measure: MeasureData, whole: MeasureData
    ) -> tuple[list[list[Html]], Codes]:
        """The cells of a measure, row by row, and their statuses.

        `whole` is the measure with all its series, of which `measure` has those shown.
        """
        values = measure.dense_values()[:, self.columns]
        codes = measure.dense_status()[:, self.columns]
        marked = np.isfinite(values) & (codes == Status.INCOMPLETE)
        more = self._counts(whole, marked)
        flat = numbers(values, codes, format_of(measure.kind), more)
        width = len(self.columns)
        rows = [flat[k : k + width] for k in range(0, len(flat), width)] if width else (
            [[] for _ in self.series]
        )  # fmt: skip
        return rows, codes

    def _counts(self, whole: MeasureData, marked: Mask) -> list[str]:
        """Words such as "5 of 6 series" for the marked cells, "" for others."""
        words = np.full(marked.shape, "", object)
        rows, columns = np.nonzero(marked)
        if len(rows):
            series = rows if whole.series.count == len(marked) else self.series[rows]
            ordinals = self.calendar.visible[0] + self.columns[columns]
            counts = zip(*reporting(whole, series, ordinals), strict=True)
            words[rows, columns] = [
                f"{some:,} of {living:,} series" if some < living else ""
                for some, living in counts
            ]
        return list(words.ravel().tolist())

    def foot(self) -> Html:
        """What was left out, and up to where the calendar is complete."""
        (low, high), cutoff = self.calendar.visible, self.calendar.cutoff
        complete = ""
        if cutoff is not None and low <= cutoff < high:
            complete = f"complete through {self.calendar.label(cutoff)}"
        return joined(
            [
                left_out(self.series, self.count, "series"),
                left_out(self.columns, self.width, "periods"),
                text(complete),
            ]
        )


def measure(of: MeasureData) -> str:
    """A measure: one row per series, one column per period."""
    shown = _Preview(of)
    cells, codes = shown.cells(preview(of, shown.series), of)
    unit = [label(of.unit)] if of.unit else []
    kind = joined([text(of.kind), *unit], ", ")
    title = Html(f"{strong('Measure')} {label(of.name)}: {kind}; {text(shown.size())}")
    columns = [*shown.labels(), *shown.numbers(cells)]
    foot = [shown.foot(), legend(codes), _hint(of)]
    return box(title, table(columns, cut(shown.series)), foot=foot)


def panel(of: PanelData) -> str:
    """A panel: rows of measures within series, one column per period."""
    levels = of.levels[:_MEASURES]
    times = max(len(levels), 1)
    shown = _Preview(of, times)
    few = preview(of, shown.series)
    blocks, codes = [], []
    for level in levels:
        if of.blocked(level.name):
            why = "a rate of several series, which are never added"
            row = [tooltip("–", why, "mark")] * len(shown.columns)
            blocks.append([row] * len(shown.series))
            continue
        some = few.measure(level.name)
        cells, status = shown.cells(some, some)
        blocks.append(cells)
        codes.append(status)
    rows = [block[k] for k in range(len(shown.series)) for block in blocks]
    heads = [_measured(level) for level in levels] * len(shown.series)
    columns = [
        *shown.labels(times),
        Column(text("measure"), heads, "label"),
        *shown.numbers(rows),
    ]
    if not levels:
        columns = shown.labels()
    count = len(of.series.keys)
    keys = f"{count} key{'' if count == 1 else 's'}, "
    title = Html(
        f"{strong('Panel')} {text(keys)}{_counted(of.names)}; {text(shown.size())}"
    )
    gap = cut(shown.series)
    gap = gap * times if gap is not None else None
    foot = [shown.foot(), legend(*codes), _hint(of)]
    return box(title, table(columns, gap), foot=foot)


def _hint(of: PanelData | MeasureData) -> Html:
    """The line on series without a row, unless it would take long to count them."""
    if of.series.count > _COUNTED:
        return Html("")
    return text(unreported_of(of) if isinstance(of, MeasureData) else unreported(of))


def _counted(measures: Sequence[str]) -> Html:
    count = len(measures)
    first = f", the first {_MEASURES} shown" if count > _MEASURES else ""
    return text(f"{count:,} measure{'' if count == 1 else 's'}{first}")


def _measured(level: Traits) -> Html:
    about = f"{level.kind}, {level.read_unit}" if level.read_unit else level.kind
    return Html(f"{label(level.name)} {_mute(about)}")


def _mute(words: str) -> Html:
    return Html(f'<span class="evmarket-mute">{label(words, 20)}</span>')
