"""Figures as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.html import NONE, Column, Html, box, label, strong, table, text
from .show import show

if TYPE_CHECKING:
    from .intervals import Span
    from .state import FigureState


def figure(of: FigureState) -> str:
    """A figure: its value, its interval and how it was read."""
    numbers = [
        ("value", value_of(of.exact, of.kind)),
        ("interval", interval(of.exact, of.kind)),
        ("printed to", text(show(of.unit, of.kind)) if of.unit else Html("")),
    ]
    words = [
        ("relation", text(of.relation)),
        ("kind", text(of.kind)),
        ("of", label(of.of) if of.of else Html("")),
    ]
    columns = [
        Column(text(name), [cell], style)
        for cells, style in ((numbers, "number"), (words, ""))
        for name, cell in cells
        if cell
    ]
    printed = f" {label(of.text, 60)}" if of.text else ""
    return box(Html(f"{strong('Figure')}{printed}"), table(columns))


def value_of(span: Span, kind: str) -> Html:
    """The value of a span, or a dash."""
    return NONE if span.value is None else text(show(span.value, kind))


def interval(span: Span, kind: str) -> Html:
    """The ends of a span, an open end with a round bracket."""
    left, right = "[("[span.low_open], "])"[span.high_open]
    ends = f"{left}{show(span.low, kind)}, {show(span.high, kind)}{right}"
    return text(ends.replace("inf", "∞"))
