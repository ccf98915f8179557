"""An extraction as HTML: the text with its figures marked, and their readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.html import Column, Html, box, label, marked, strong, table, text
from .._figures.html import interval

if TYPE_CHECKING:
    from .mentions import Mention, Unread

_MOST = 200_000
"""How much of a text is shown, in characters."""


def extraction(
    words: str, figures: tuple[Mention, ...], unread: tuple[Unread, ...]
) -> str:
    """The text with marks, and a table of what each figure says."""
    linked = sum(mention.of is not None for mention in figures)
    more = f", {len(unread)} unread" if unread else ""
    title = text(f" {len(figures)} figures, {linked} linked{more}")
    columns = [
        Column(text("figure"), [label(m.text, 48) for m in figures]),
        Column(text("interval"), [_interval(m) for m in figures], "number"),
        Column(text("kind"), [text(m.figure.kind) for m in figures]),
        Column(text("of"), [text(m.figure.of) for m in figures]),
        Column(text("base"), [text(m.figure.base) for m in figures]),
        Column(text("level"), [label(m.of.text if m.of else "") for m in figures]),
    ]
    shown = _marked(words, figures, unread)
    tables = [shown, table(columns)] if figures else [shown]
    return box(Html(f"{strong('Extraction')}{title}"), *tables)


def _interval(mention: Mention) -> Html:
    return interval(mention.figure.exact, mention.figure.kind)


def _marked(
    words: str, figures: tuple[Mention, ...], unread: tuple[Unread, ...]
) -> Html:
    """The text, each figure marked and with its reading as a tooltip."""
    spans = [(*m.span, _tooltip(m), "figure") for m in figures]
    spans += [(*u.span, "not read", "unread") for u in unread]
    parts, at = [], 0
    for start, end, more, style in sorted(spans):
        if end > _MOST or start < at:
            continue
        parts += [_lines(words[at:start]), marked(words[start:end], more, style)]
        at = end
    parts.append(_lines(words[at:_MOST] + ("…" if len(words) > _MOST else "")))
    return Html(f'<div class="evmarket-text">{"".join(parts)}</div>')


def _lines(words: str) -> Html:
    """Text that keeps its lines."""
    return Html("<br>".join(text(line) for line in words.split("\n")))


def _tooltip(mention: Mention) -> str:
    figure = mention.figure
    ends = f"{figure.kind} {figure.low:g} to {figure.high:g}"
    of = f", growth of {mention.of.text}" if mention.of else ""
    return f"{ends}, {figure.relation}{of}"
