"""Findings, audits and facts as HTML."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .audit import Finding


def audit(of: Any) -> str:
    """An audit: the findings, the inconsistent ones first."""
    counted = ", ".join(f"{n:,} {name}" for name, n in of.counts.items())
    title = Html(f"{strong('Audit')} {text(f'of {len(of.facts):,} facts: {counted}')}")
    return findings(of.findings, title)


def findings(of: Sequence[Finding], title: Html | None = None) -> str:
    """Findings, a row each."""
    count = len(of)
    shown = ends(count, *ROWS)
    some = [of[int(place)] for place in shown]
    columns = [
        Column(text("outcome"), [_outcome(f.outcome) for f in some]),
        Column(text("rule"), [label(f.rule) for f in some], "label"),
        Column(text("printed"), [_printed(f) for f in some], "words"),
        Column(
            text("implied"),
            [interval(f.expected.exact, f.printed.kind) for f in some],
            "number",
        ),
        Column(text("why"), [_why(f) for f in some], "words"),
        Column(text("facts"), [label(" ".join(f.facts), 40) for f in some]),
    ]
    named = title or Html(f"{strong('Findings')} {text(f'{count:,}')}")
    return box(
        named, table(columns, cut(shown)), foot=[left_out(shown, count, "findings")]
    )


def finding(of: Finding) -> str:
    return findings([of], strong("Finding"))


def _outcome(words: str) -> Html:
    return span(words, "bad") if words == "inconsistent" else text(words)


def _printed(of: Finding) -> Html:
    """The printed figure: its text, and the interval that it means."""
    given = (
        label(of.printed.text)
        if of.printed.text
        else value_of(of.printed.exact, of.printed.kind)
    )
    return Html(f"{given} {interval(of.printed.exact, of.printed.kind)}")


def _why(of: Finding) -> Html:
    if math.isfinite(of.distance):
        return text(f"apart by {of.distance:.3g} of its last digit")
    return text(of.reason) if of.reason else text("the intervals meet")


def facts(of: Any) -> str:
    """Facts as they were read."""
    count = len(of)
    shown = ends(count, *ROWS)
    columns = [Column(text("id"), [label(of.id[k]) for k in shown], "label")]
    for name in ("entity", "measure", "dimension", "period", "kind", "scope"):
        words = [of.label[name][k] for k in shown]
        columns.append(Column(text(name), [label(word) for word in words], "label"))
    for name, readings in (("printed", of.stated), ("growth", of.growths)):
        # A fact that is a growth prints no other.
        cells = [
            Html("")
            if name == "growth" and of.label["kind"][k] == "growth"
            else _read(readings, int(k))
            for k in shown
        ]
        columns.append(Column(text(name), cells, "number"))
    title = Html(f"{strong('Facts')} {text(f'{count:,} figures')}")
    return box(
        title, table(columns, cut(shown)), foot=[left_out(shown, count, "figures")]
    )


def _read(readings: Any, row: int) -> Html:
    if math.isnan(readings.low[row]):
        return Html("")
    figure = readings.figure(row)
    return label(figure.text) if figure.text else value_of(figure.exact, figure.kind)
