"""Figures as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.html import NONE, Column, Html, box, label, strong, table, text
from .show import show

if TYPE_CHECKING:
    from .figure import Figure


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
