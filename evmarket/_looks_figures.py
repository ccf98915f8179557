"""How published figures, their audit and the report on a market look in a notebook."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from ._figure import show
from ._html import (
    NONE,
    Column,
    Html,
    box,
    caption,
    cut,
    ends,
    label,
    mark,
    span,
    strong,
    table,
    text,
    told_ends,
)
from ._looks import ROWS
from ._report import shown_cell, shown_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._audit import Finding
    from ._figure import Figure
    from ._report import Line


def figure(of: Figure) -> str:
    """A figure: what it is read as, and between which ends it lies."""
    ends_ = _interval(of, of.kind)
    facts = [
        ("value", _valued(of)),
        ("interval", ends_),
        ("printed to", _rounding(of)),
        ("relation", text(of.relation)),
        ("kind", text(of.kind)),
        ("of", label(of.of) if of.of else Html("")),
    ]
    columns = [
        Column(text(name), [cell], "number" if k < 3 else "")
        for k, (name, cell) in enumerate(facts)
        if cell
    ]
    given = f" {label(of.text, 60)}" if of.text else ""
    return box(Html(f"{strong('Figure')}{given}"), table(columns))


def _valued(of: Figure) -> Html:
    return NONE if of.exact.value is None else text(show(of.exact.value, of.kind))


def _interval(of: Figure, kind: str) -> Html:
    """The ends, a round bracket where one lies outside."""
    left, right = "[("[of.low_open], "])"[of.high_open]
    low, high = show(of.exact.low, kind), show(of.exact.high, kind)
    return text(f"{left}{low}, {high}{right}".replace("inf", "∞"))


def _rounding(of: Figure) -> Html:
    return text(show(of._unit, of.kind)) if of._unit else Html("")


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
            [_interval(f.expected, f.printed.kind) for f in some],
            "number",
        ),
        Column(text("why"), [_why(f) for f in some], "words"),
        Column(text("facts"), [label(" ".join(f.facts), 40) for f in some]),
    ]
    named = title or Html(f"{strong('Findings')} {text(f'{count:,}')}")
    return box(
        named, table(columns, cut(shown)), foot=[told_ends(shown, count, "findings")]
    )


def finding(of: Finding) -> str:
    return findings([of], strong("Finding"))


def _outcome(words: str) -> Html:
    return span(words, "bad") if words == "inconsistent" else text(words)


def _printed(of: Finding) -> Html:
    """The printed figure: its text, and the interval that it means."""
    given = label(of.printed.text) if of.printed.text else _valued(of.printed)
    return Html(f"{given} {_interval(of.printed, of.printed.kind)}")


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
        title, table(columns, cut(shown)), foot=[told_ends(shown, count, "figures")]
    )


def _read(readings: Any, row: int) -> Html:
    if math.isnan(readings.low[row]):
        return Html("")
    figure = readings.figure(row)
    return label(figure.text) if figure.text else _valued(figure)


# ---- the report on a market ------------------------------------------------------


def lines(of: Sequence[Line]) -> str:
    """A report: a table a section."""
    sections: dict[str, list[Line]] = {}
    for line in of:
        sections.setdefault(line.section, []).append(line)
    tables = []
    for name, part in sections.items():
        units = list(filter(None, dict.fromkeys(line.unit for line in part)))
        shared = f" ({units[0]})" if len(units) == 1 else ""
        tables.append(caption(Html(f"{strong(name)}{text(shared)}")))
        tables.append(table(_section(part, len(units) > 1)))
    size = f"{len(of):,} lines in {len(sections):,} sections"
    return box(Html(f"{strong('Report')} {text(size)}"), *tables)


def _section(part: Sequence[Line], units: bool) -> list[Column]:
    """The lines of a section; with their units where they differ."""
    heads = dict.fromkeys(key for line in part for key in line.values)
    columns = [Column(text(""), [label(line.label, 60) for line in part], "label")]
    if units:
        columns.append(Column(text("unit"), [label(line.unit) for line in part]))
    for head in heads:
        cells = [_line_cell(line.values.get(head)) for line in part]
        columns.append(Column(label(head), cells, "number"))
    for head, words in (
        ("as printed", [line.printed for line in part]),
        ("note", [line.note for line in part]),
        ("from", [shown_from(line.derived_from) for line in part]),
    ):
        if any(words):
            columns.append(Column(text(head), [text(w) for w in words], "words"))
    return columns


def _line_cell(cell: Any) -> Html:
    if cell is None:
        return Html("")
    if math.isnan(cell.number):
        return mark(cell.status)
    return text(shown_cell(cell))
