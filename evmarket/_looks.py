"""How panels, measures, tables and datasets look in a notebook.

Of what is large only the first and last rows and periods are read, so that a panel of a
million series shows at once. What is shown is escaped in `_html`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._html import (
    Column,
    Html,
    box,
    cut,
    ends,
    joined,
    label,
    legend,
    mark,
    numbers,
    strong,
    table,
    text,
    told,
    told_ends,
)
from ._panel_select import corner
from ._panel_table import Coded, look_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._measure import Measure
    from ._panel import Panel
    from ._panel_table import Table
    from ._period import Periods
    from .datasets import Dataset

ROWS = (20, 5, 5)
"""Rows: all up to the first number, else so many from either end."""
PERIODS = (12, 2, 6)
_MEASURES = 6
"""Measures that a panel shows numbers of."""
_COLUMNS = (24, 12, 8)

# Numbers of a dataset that are no amounts.
_CALENDAR = ("year", "half", "quarter", "month", "week", "day", "date", "period")
_OF_FACTS = (
    "id",
    "entity",
    "measure",
    "dimension",
    "period",
    "kind",
    "value",
    "unit",
    "text",
    "growth_text",
)
_FACT_LOOKS = {"growth": "rate", "share": "share", "margin": "share", "pp": "pp"}


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
        flat = numbers(values, codes, look_of(measure.kind))
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
                told_ends(self.series, self.count, "series"),
                told_ends(self.columns, self.width, "periods"),
                text(complete),
            ]
        )


def with_gap(columns: list[Column], places: Any, rows: int) -> list[Column]:
    """The columns at some places, with one that says where some are left out."""
    gap = cut(places)
    if gap is not None:
        columns.insert(gap, Column(text("…"), [text("…")] * rows))
    return columns


def spanned(periods: Periods) -> str:
    """First and last of some periods."""
    return f"{periods.first} to {periods.last}"


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
            row = [told("–", why, "mark")] * len(shown.columns)
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


def periods(of: Periods) -> str:
    """Periods: the first and the last labels in a row."""
    shown = ends(len(of), *PERIODS)
    parts = [text(of[int(place)]) for place in shown]
    gap = cut(shown)
    if gap is not None:
        parts.insert(gap, text("…"))
    title = f"{strong('Periods')} {text(f'{len(of):,}, frequency {of.freq}')}"
    return box(Html(title), foot=[joined(parts, ", ")])


# ---- tables ----------------------------------------------------------------------


def rows_of(of: Table) -> str:
    """A table that a panel gave out."""
    count, name = len(of), strong(type(of).__name__)
    same = getattr(of, "same", None)
    more = "" if same is None else f"; {same:,} cells are the same"
    shown = ends(count, *ROWS)
    pieces = [of]
    if len(shown) < count:
        pieces = [of.part(0, ROWS[1]), of.part(count - ROWS[2], count)]
    columns, codes = [], []
    places = ends(len(of.columns), *_COLUMNS)
    for column in (of.columns[int(place)] for place in places):
        parts = [piece._columns[column] for piece in pieces]
        coded = [part.entries() for part in parts if isinstance(part, Coded)]
        if coded:
            cells = [label(item) for items in coded for item in items]
            columns.append(Column(label(column), cells, "label"))
            continue
        values = np.concatenate([piece[column] for piece in pieces])
        status = None
        if column in of.statuses:
            status = np.concatenate([piece.statuses[column] for piece in pieces])
            codes.append(status)
        columns.append(column_of(column, values, of.looks.get(column, ""), status))
        if values.dtype == np.uint8:
            codes.append(values)
    named = f"{name} {label(of.title, 60)};" if of.title else name
    size = f" {count:,} rows × {len(of.columns):,} columns{more}"
    foot = [
        told_ends(shown, count, "rows"),
        told_ends(places, len(of.columns), "columns"),
    ]
    return box(
        Html(f"{named}{text(size)}"),
        table(with_gap(columns, places, len(shown)), cut(shown)),
        foot=[joined(foot), legend(*codes)],
    )


def column_of(name: str, values: Any, look: Any = "", codes: Any = None) -> Column:
    """A column by its dtype: numbers, statuses, yes and no, labels."""
    head = label(name)
    kind = values.dtype.kind
    if values.dtype == np.uint8:
        return Column(head, [mark(code) for code in values.tolist()])
    if kind == "b":
        return Column(head, [text("yes" if x else "no") for x in values.tolist()])
    if kind in "iuf":
        if kind != "f" and name.lower() in _CALENDAR:
            return Column(head, [text(x) for x in values.tolist()], "number")
        return Column(head, numbers(values, codes, look), "number")
    return Column(head, [label(item) for item in values.tolist()], "label")


def dataset(of: Dataset) -> str:
    """A dataset; of one in the fact columns those that tell most."""
    count = len(of)
    shown = ends(count, *ROWS)
    names = tuple(of)
    if set(_OF_FACTS) <= set(names):
        names = _OF_FACTS
    places = ends(len(names), *_COLUMNS)
    columns = []
    for name in (names[int(place)] for place in places):
        values = of[name][shown]
        if values.dtype.kind == "M":
            values = values.astype(str)
        look: str | list[str] = ""
        if name == "value" and "kind" in of:
            look = [_FACT_LOOKS.get(str(kind), "") for kind in of["kind"][shown]]
        elif name.endswith("growth_printed"):
            look = "rate"
        elif name.endswith("margin_printed"):
            look = "share"
        columns.append(column_of(name, values, look))
    size = f"{count:,} rows × {len(of.columns):,} columns"
    named = f"{label(of.name)}: " if of.name else ""
    title = Html(f"{strong('Dataset')} {named}{text(size)}")
    hidden = [name for name in of if name not in names]
    foot = [
        told_ends(shown, count, "rows"),
        text(f"not shown: {', '.join(hidden)}" if hidden else ""),
        text(of.source and f"source: {of.source}"),
    ]
    columns = with_gap(columns, places, len(shown))
    return box(title, table(columns, cut(shown)), foot=[joined(foot)])
