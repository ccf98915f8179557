"""HTML out of labels, numbers and statuses: the one room in which text is escaped.

Whatever is shown in a notebook is put together from the pieces made here. `Html` is a
type of its own, so that text which nobody escaped does not get in by oversight.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple, NewType
from unicodedata import category

import numpy as np

from .numbers import column
from .status import Status
from .text import columns_of, middle

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


Html = NewType("Html", str)

ROOM = 32
"""Columns that a label may take before its middle is left out."""
_TOOLTIP = 400

# Colours are those of JupyterLab's theme, elsewhere those of the text around. Every
# rule is confined to the box; where a notebook that is not trusted drops it, the table
# looks as that notebook's tables do. The class stands twice because JupyterLab aligns
# cells by a selector of two classes.
_STYLE = """<style>
.evmarket{color:var(--jp-content-font-color1,inherit);overflow-x:auto;line-height:1.4}
.evmarket.evmarket table{border-collapse:collapse;border:0;margin:.3em 0;color:inherit;\
table-layout:auto;font-size:.92em;font-variant-numeric:tabular-nums}
.evmarket.evmarket th,.evmarket.evmarket td{border:0;padding:.25em .65em;\
text-align:left;vertical-align:baseline;white-space:nowrap;max-width:none}
.evmarket.evmarket thead th{\
border-bottom:1px solid var(--jp-border-color1,currentColor);font-weight:600}
.evmarket.evmarket tbody th{font-weight:400}
.evmarket.evmarket .evmarket-blocks tbody tr{background:none}
.evmarket.evmarket .evmarket-blocks tr.evmarket-first>*{\
border-top:1px solid var(--jp-border-color2,rgba(128,128,128,.4))}
.evmarket.evmarket .evmarket-caption{margin-top:.5em}
.evmarket.evmarket .evmarket-number{text-align:right}
.evmarket.evmarket .evmarket-words{white-space:normal;min-width:9em;max-width:26em}
.evmarket.evmarket abbr{text-decoration:none;cursor:help}
.evmarket.evmarket .evmarket-mark,.evmarket.evmarket .evmarket-mute{\
font-size:.88em;opacity:.72}
.evmarket.evmarket .evmarket-mark{font-style:italic}
.evmarket.evmarket .evmarket-foot{font-size:.86em;opacity:.8;margin:0 0 .4em}
.evmarket.evmarket .evmarket-bad{color:var(--jp-error-color1,#d32f2f);font-weight:600}
</style>
"""

# How a status stands in a narrow column. Its name and meaning are in the tooltip.
_MARKS = {
    Status.OK: "ok",
    Status.PARTIAL: "partial",
    Status.NOT_BEGUN: "not yet",
    Status.EXITED: "exited",
    Status.MISSING: "missing",
    Status.OUTSIDE: "outside",
    Status.ENTERED: "new",
    Status.GAP: "gap",
    Status.INCOMPLETE: "incompl.",
    Status.UNPAIRED: "unpaired",
    Status.INVALID: "invalid",
    Status.ZERO_BASE: "base 0",
    Status.BOTH_ZERO: "both 0",
    Status.TURNED_PROFIT: "to profit",
    Status.TURNED_LOSS: "to loss",
    Status.LOSS_NARROWED: "less loss",
    Status.LOSS_WIDENED: "more loss",
    Status.LOSS_UNCHANGED: "same loss",
    Status.BROKE_EVEN: "to zero",
    Status.ZERO_DENOMINATOR: "over 0",
    Status.NEGATIVE_DENOMINATOR: "over < 0",
    Status.NO_MATCH: "no match",
}


# ---- text ------------------------------------------------------------------------


def text(words: object) -> Html:
    """Text as it is, with nothing in it that a browser would take for markup."""
    return Html(escape(_clean(str(words)), quote=True))


def _clean(words: str) -> str:
    """Without what no document may hold, or what would turn the text around it."""
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else _instead(c) for c in words)


def _instead(character: str) -> str:
    kind = category(character)
    if character in "\t\n\r" or kind[0] == "Z":
        return " "
    turning = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return "\N{REPLACEMENT CHARACTER}" if kind not in ("Cf", "Co") or turning else (
        character
    )  # fmt: skip


def span(words: object, style: str) -> Html:
    """Text in one of the box's styles: "mute" or "bad"."""
    return Html(f'<span class="evmarket-{style}">{text(words)}</span>')


def tooltip(shown: object, more: object, style: str = "") -> Html:
    """Text with a tooltip."""
    named = f' class="evmarket-{style}"' if style else ""
    words = str(more)
    title = text(words if len(words) <= _TOOLTIP else middle(words, _TOOLTIP, "…"))
    return Html(f'<abbr{named} title="{title}">{text(shown)}</abbr>')


def label(item: object, room: int = ROOM) -> Html:
    """A label; a long one without its middle, the whole of it in the tooltip."""
    if item is None:
        return tooltip("–", "no label", "mark")
    words = str(item)
    if len(words) <= 2 * room and columns_of(words) <= room:
        return text(words)
    return tooltip(middle(words, room, "…"), words)


def joined(parts: Iterable[str], between: str = "; ") -> Html:
    """Pieces, those that are not empty, one after another."""
    return Html(text(between).join(filter(None, parts)))


def caption(words: Html) -> Html:
    """What stands above one of several tables."""
    return Html(f'<div class="evmarket-caption">{words}</div>\n')


def strong(words: object) -> Html:
    return Html(f"<strong>{text(words)}</strong>")


# ---- numbers and statuses --------------------------------------------------------

NONE = tooltip("–", "no number", "mark")
"""What stands where there is no number and no status says why."""


@lru_cache(maxsize=64)
def mark(code: int) -> Html:
    """A status: a short word, with its name and meaning in the tooltip."""
    status = Status(code)
    return tooltip(_MARKS[status], f"{status.name}: {status.meaning}", "mark")


def legend(*codes: Any) -> Html:
    """What the marks mean, for paper and for those who cannot hover."""
    found = sorted({int(code) for some in codes for code in np.unique(some)} - {0})
    return joined(text(f"{_MARKS[Status(c)]}: {Status(c).meaning}") for c in found)


def numbers(
    values: Any, codes: Any = None, look: str | Sequence[str] = ""
) -> list[Html]:
    """Numbers that stand together, all with the same decimals.

    Parameters
    ----------
    values : array_like
    codes : array_like of uint8, optional
        The `Status` of each: it stands for the number where there is none, and before
        the number where both are.
    look : str, or one a number
        "rate" and "share" (percent), "pp", or plain.

    Returns
    -------
    list of Html

    Examples
    --------
    >>> from evmarket._common.html import numbers
    >>> numbers([1234.5, 0.25])
    ['1,234.50', '0.25']
    >>> numbers([0.5], look="rate")
    ['+50.00%']
    """
    texts = column(np.asarray(values).reshape(-1).tolist(), look)
    every = [0] * len(texts) if codes is None else np.ravel(codes).tolist()
    return [_number(*pair) for pair in zip(texts, every, strict=True)]


def _number(words: str, code: int) -> Html:
    if not words:
        return mark(code) if code else NONE
    shown = text(words.replace("inf", "∞"))
    return Html(f"{mark(code)} {shown}") if code else shown


# ---- tables ----------------------------------------------------------------------


class Column(NamedTuple):
    """A column: what stands above it, its cells, and how they stand.

    A cell of None belongs to the one above it. Styles: "label" (a row's own), "number",
    "words" (which wrap), or "".
    """

    head: Html
    cells: Sequence[Html | None]
    style: str = ""


def ends(count: int, whole: int, first: int, last: int) -> NDArray[np.int64]:
    """The places shown of `count`: all up to `whole`, else the first and the last."""
    every = np.arange(count, dtype=np.int64)
    return every if count <= whole else np.concatenate([every[:first], every[-last:]])


def cut(shown: NDArray[np.int64]) -> int | None:
    """Where places were left out: how many stand before."""
    jumps = np.flatnonzero(np.diff(shown) > 1)
    return int(jumps[0]) + 1 if len(jumps) else None


def left_out(shown: NDArray[np.int64], count: int, what: str) -> Html:
    """What was left out, in words."""
    first = cut(shown)
    if first is None:
        return Html("")
    return text(f"first {first} and last {len(shown) - first} of {count:,} {what}")


def table(columns: Sequence[Column], gap: int | None = None) -> Html:
    """Columns as a table; `gap` rows stand before one that says some are left out."""
    heads = [
        f'<th scope="col"{_class(column.style)}>{column.head}</th>'
        for column in columns
    ]
    blocks = any(None in column.cells for column in columns)
    rows = []
    for place in range(len(columns[0].cells) if columns else 0):
        if place == gap:
            left_out = "".join(_cell(Html("⋮"), c.style, 1) for c in columns)
            rows.append(f"<tr>{left_out}</tr>")
        row = "".join(_at(column, place) for column in columns)
        first = blocks and columns[0].cells[place] is not None
        style = ' class="evmarket-first"' if first else ""
        rows.append(f"<tr{style}>{row}</tr>")
    kind = ' class="evmarket-blocks"' if blocks else ""
    head = f"<thead><tr>{''.join(heads)}</tr></thead>"
    body = "\n".join(rows)
    return Html(f"<table{kind}>\n{head}\n<tbody>\n{body}\n</tbody>\n</table>\n")


def _at(column: Column, place: int) -> str:
    cell = column.cells[place]
    if cell is None:
        return ""
    below = place + 1
    while below < len(column.cells) and column.cells[below] is None:
        below += 1
    return _cell(cell, column.style, below - place)


def _cell(cell: Html, style: str, rows: int) -> str:
    over = f' rowspan="{rows}"' if rows > 1 else ""
    if style == "label":
        return f'<th scope="row"{over}>{cell}</th>'
    return f"<td{_class(style)}{over}>{cell}</td>"


def _class(style: str) -> str:
    return f' class="evmarket-{style}"' if style in ("number", "words") else ""


def box(title: Html, *tables: Html, foot: Iterable[Html] = ()) -> str:
    """The whole: what it is, its tables, and what is to be said below them."""
    below = "".join(
        f'<div class="evmarket-foot">{line}</div>\n' for line in foot if line
    )
    # The classes beside its own keep MathJax from reading "US$ and HK$" as a formula.
    return (
        '<div class="evmarket tex2jax_ignore mathjax_ignore">\n'
        f"{_STYLE}<div>{title}</div>\n{''.join(tables)}{below}</div>"
    )
