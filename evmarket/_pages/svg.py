"""Parts of SVG that all charts share.

A chart is as wide as its column of the page and keeps its shape. Hovering over a period
or a bar shows the numbers; nothing needs a script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.html import Html, text
from .._common.text import columns_of

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH = 420
_LETTER = 7.0
"""The width of a character, in units of the drawing."""


def room(words: Iterable[str]) -> float:
    """The width of the widest of some texts."""
    return _LETTER * max(map(columns_of, words), default=0)


def words_at(x: float, y: float, words: str, anchor: str, name: str = "") -> str:
    kind = f' class="{name}"' if name else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f"<text{kind} {place}>{text(words)}</text>"


def drawing(label: str, body: str, height: float) -> Html:
    """A drawing; readers of a screen hear its label."""
    return Html(
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label="{text(label)}">{body}</svg>\n'
    )
