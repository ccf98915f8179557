"""HTML of labels, numbers, statuses and tables; the only module that escapes text.

All HTML in a notebook is made of the parts below. `Html` is a separate type, so that a
type checker finds text that was not escaped.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, NewType
from unicodedata import category

import numpy as np

from .numbers import column
from .status import Status
from .text import columns_of, middle, printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


Html = NewType("Html", str)

# As `html.escape` has it, which loads the names of all characters.
_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)

ROOM = 32
"""How wide a label may be before it loses its middle."""
_TOOLTIP = 400

# The colours are those of the JupyterLab theme, or else those of the surrounding text.
# Every rule applies inside the box only. A notebook that is not trusted drops the style
# and shows a plain table. The class is written twice because JupyterLab aligns cells
# with a selector of two classes.
_STYLE = """\
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
.evmarket.evmarket .evmarket-text{white-space:pre-wrap;max-width:46em}
.evmarket.evmarket mark{color:inherit;background:rgba(255,193,7,.32);border-radius:2px}
.evmarket.evmarket mark.evmarket-unread{background:none;\
border-bottom:2px dotted var(--jp-error-color1,#d32f2f)}
.evmarket.evmarket .evmarket-bad{color:var(--jp-error-color1,#d32f2f);font-weight:600}
"""
# The colours of a page follow those of the system. The fonts have Chinese glyphs.
_PAGE_STYLE = """\
:root{color-scheme:light dark;--paper:#fff;--ink:#1a1d21;--mute:#5b636d;--line:#d5d9de;\
--jp-border-color1:#8a929c;--jp-error-color1:#c62828}
@media(prefers-color-scheme:dark){:root{--paper:#14171a;--ink:#e6e8eb;--mute:#a3abb5;\
--line:#3a4048;--jp-border-color1:#767e88;--jp-error-color1:#ff8a80}}
*{box-sizing:border-box}td,th{overflow-wrap:break-word}
body{margin:0 auto;max-width:80rem;padding:1rem;background:var(--paper);\
color:var(--ink);overflow-wrap:anywhere;font:16px/1.5 system-ui,sans-serif,\
"Noto Sans CJK SC","PingFang SC","Microsoft YaHei"}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--mute:#444;\
--line:#ccc;--jp-error-color1:#b71c1c}
@page{margin:12mm}body{max-width:none;padding:0;font-size:10pt}.evmarket{overflow:visible}
thead{display:table-header-group}tr{break-inside:avoid}}
"""

# Statuses in narrow columns; the tooltip has the name and the meaning.
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


def text(words: object) -> Html:
    """Escaped text, without characters that a document may not contain."""
    return Html(printable(str(words), _instead).translate(_ESCAPED))


def _instead(character: str) -> str:
    """The replacement of an unprintable character; harmless ones are kept."""
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


def marked(words: object, more: object, style: str) -> Html:
    """Text of a running text that is marked, with a tooltip."""
    title = text(middle(str(more), _TOOLTIP, "…"))
    return Html(f'<mark class="evmarket-{style}" title="{title}">{text(words)}</mark>')


def label(item: object, room: int = ROOM) -> Html:
    """A label; a long one loses its middle and has a tooltip with the whole text."""
    if item is None:
        return tooltip("–", "no label", "mark")
    words = str(item)
    if len(words) <= 2 * room and columns_of(words) <= room:
        return text(words)
    return tooltip(middle(words, room, "…"), words)


def joined(parts: Iterable[str], between: str = "; ") -> Html:
    """The parts that are not empty, with text between them."""
    return Html(text(between).join(filter(None, parts)))


def caption(words: Html) -> Html:
    """A line above a table."""
    return Html(f'<div class="evmarket-caption">{words}</div>\n')


def strong(words: object) -> Html:
    """Text in bold."""
    return Html(f"<strong>{text(words)}</strong>")


NONE = tooltip("–", "no number", "mark")
"""A missing number without a status."""


@lru_cache(maxsize=64)
def mark(code: int, more: str = "") -> Html:
    """A status as a short word; the tooltip has its name and meaning, and more."""
    status = Status(code)
    words = f"{status.name}: {status.meaning}"
    return tooltip(_MARKS[status], f"{words}; {more}" if more else words, "mark")


def legend(*codes: Any) -> Html:
    """What the marks mean, for paper and for readers who cannot hover."""
    used = sorted({int(code) for some in codes for code in np.unique(some)} - {0})
    return joined(text(f"{_MARKS[Status(c)]}: {Status(c).meaning}") for c in used)


def numbers(
    values: Any,
    codes: Any = None,
    formats: str | Sequence[str] = "",
    more: Sequence[str] = (),
) -> list[Html]:
    """Numbers of one column; those without a format share their decimals.

    Parameters
    ----------
    values : array_like
    codes : array_like of uint8, optional
        The `Status` of each number. A missing number is shown by its status; a number
        with a status other than OK has the mark of it before.
    formats : str, or one per number
        A key of `numbers.RELATIVE`, or "" for plain numbers.
    more : sequence of str, optional
        One text per number, which the tooltip of its status ends with.

    Returns
    -------
    list of Html

    Examples
    --------
    >>> from evmarket._common.html import numbers
    >>> numbers([1234.5, 0.25])
    ['1,234.50', '0.25']
    >>> numbers([0.5], formats="rate")
    ['+50.00%']
    """
    texts = column(np.asarray(values).reshape(-1).tolist(), formats)
    every = [0] * len(texts) if codes is None else np.ravel(codes).tolist()
    ends = more or [""] * len(texts)
    return [_number(*each) for each in zip(texts, every, ends, strict=True)]


def _number(words: str, code: int, more: str) -> Html:
    if not words:
        return mark(code) if code else NONE
    shown = text(words.replace("inf", "∞"))
    return Html(f"{mark(code, more)} {shown}") if code else shown


class Column(NamedTuple):
    """A column of a table: its heading, its cells and their style.

    A cell of None extends the cell above it. Styles are "label" (of a row), "number",
    "words" (text that wraps) and "".
    """

    head: Html
    cells: Sequence[Html | None]
    style: str = ""


def ends(count: int, whole: int, first: int, last: int) -> NDArray[np.int64]:
    """Positions to show of `count`: all up to `whole`, else the first and the last."""
    every = np.arange(count, dtype=np.int64)
    return every if count <= whole else np.concatenate([every[:first], every[-last:]])


def cut(shown: NDArray[np.int64]) -> int | None:
    """How many positions come before those left out; None if none are."""
    jumps = np.flatnonzero(np.diff(shown) > 1)
    return int(jumps[0]) + 1 if len(jumps) else None


def left_out(shown: NDArray[np.int64], count: int, what: str) -> Html:
    """A sentence such as "first 5 and last 5 of 400 rows"; empty if all are shown."""
    first = cut(shown)
    if first is None:
        return Html("")
    return text(f"first {first} and last {len(shown) - first} of {count:,} {what}")


def table(columns: Sequence[Column], gap: int | None = None) -> Html:
    """Columns as a table; after `gap` rows comes one of "⋮", for those left out."""
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
    """A title, tables and the lines below them, with their style: for a notebook."""
    return boxed(
        Html(f"<style>\n{_STYLE}</style>\n<div>{title}</div>\n"), *tables, foot=foot
    )


def boxed(*parts: Html, foot: Iterable[Html] = ()) -> Html:
    """Parts and the lines below them, without a style: for a `page`, which has it."""
    below = "".join(
        f'<div class="evmarket-foot">{line}</div>\n' for line in foot if line
    )
    # The ignore classes stop MathJax from reading "US$ and HK$" as a formula.
    return Html(
        '<div class="evmarket tex2jax_ignore mathjax_ignore">\n'
        f"{''.join(parts)}{below}</div>"
    )


def page(title: str, *parts: Html, style: str = "") -> str:
    """A whole HTML page, light or dark as the reader has it; nothing is loaded.

    Parameters
    ----------
    title : str
        The title of the window.
    parts : Html
        The body.
    style : str, optional
        More rules of CSS.
    """
    body = "\n".join(parts)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n"
        f"<style>\n{_STYLE}{_PAGE_STYLE}{style}</style>\n"
        f"</head>\n<body>\n{body}\n</body>\n</html>\n"
    )
