"""Findings, audits and facts as HTML."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .._common.html import (
    Column,
    Html,
    box,
    cut,
    ends,
    label,
    left_out,
    span,
    strong,
    table,
    text,
)
from .._figures.html import interval, value_of
from .._tables.html import ROWS
from .words import words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._figures.figure import Figure
    from .columns import FactColumns
    from .reading import Readings

    # rule, facts, expected, printed, outcome, distance, reason: the fields of a Finding
    FindingRow = tuple[str, tuple[str, ...], Figure, Figure, str, float, str]


def audit(facts: int, counts: dict[str, int], of: Sequence[FindingRow]) -> str:
    """An audit of so many facts: the findings, the inconsistent ones first."""
    counted = ", ".join(f"{n:,} {name}" for name, n in counts.items())
    title = Html(f"{strong('Audit')} {text(f'of {facts:,} facts: {counted}')}")
    return findings(of, title)


# Headings of a table of findings, with the style of each column.
_HEADINGS = {
    "outcome": "",
    "rule": "label",
    "printed": "words",
    "implied": "number",
    "why": "words",
    "facts": "",
}


def findings(of: Sequence[FindingRow], title: Html | None = None) -> str:
    """Findings, one per row."""
    count = len(of)
    places = ends(count, *ROWS)
    rows = [_cells(of[int(place)]) for place in places]
    columns = [
        Column(text(heading), [row[k] for row in rows], style)
        for k, (heading, style) in enumerate(_HEADINGS.items())
    ]
    named = title or Html(f"{strong('Findings')} {text(f'{count:,}')}")
    foot = [left_out(places, count, "findings")]
    return box(named, table(columns, cut(places)), foot=foot)


def finding(of: FindingRow) -> str:
    """One finding."""
    return findings([of], strong("Finding"))


def _cells(row: FindingRow) -> tuple[Html, ...]:
    """The cells of a finding, in the order of _HEADINGS."""
    rule, ids, expected, printed, outcome, distance, reason = row
    exact, kind = printed.exact, printed.kind
    value = label(printed.text) if printed.text else value_of(exact, kind)
    return (
        span(outcome, "bad") if outcome == "inconsistent" else text(outcome),
        label(rule),
        Html(f"{value} {interval(exact, kind)}"),
        interval(expected.exact, kind),
        text(words_of(distance, reason) or "the intervals meet"),
        label(" ".join(ids), 40),
    )


def facts(of: FactColumns) -> str:
    """Facts as read."""
    count = len(of)
    shown = ends(count, *ROWS)
    places = shown.tolist()
    columns = [Column(text("id"), [label(of.id[k]) for k in places], "label")]
    for name in ("entity", "measure", "dimension", "period", "kind", "scope"):
        words = [of.label[name][k] for k in places]
        columns.append(Column(text(name), [label(word) for word in words], "label"))
    # the figure of a growth fact is printed once
    own = [k for k in places if of.label["kind"][k] != "growth"]
    for name, readings, rows in (
        ("printed", of.stated, places),
        ("growth", of.growths, own),
    ):
        cells = [_printed(readings, k) if k in rows else Html("") for k in places]
        columns.append(Column(text(name), cells, "number"))
    title = Html(f"{strong('Facts')} {text(f'{count:,} figures')}")
    foot = [left_out(shown, count, "figures")]
    return box(title, table(columns, cut(shown)), foot=foot)


def _printed(readings: Readings, row: int) -> Html:
    """The printed text, or the number; empty without a figure."""
    if math.isnan(readings.low[row]):
        return Html("")
    figure = readings.figure(row)
    return label(figure.text) if figure.text else value_of(figure.exact, figure.kind)
