"""Tables as Markdown, in the dialect of GitHub (GFM)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from .._common.text import columns_of, printable
from .text import mark_lines, text_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._common.types import Array
    from .columns import AnyColumn

# Underscores within a word do not mark it; those at its ends do.
_MARKUP = re.compile(r"[\\`*\[\]|~]|(?<![^\W_])_|_(?![^\W_])")
_HTML = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_LINE = re.compile(r"^(\d*)([#+=.)-])")
"""What would make a list, a heading or a rule of a line."""


def markdown(
    columns: Mapping[str, AnyColumn],
    formats: Mapping[str, str | Sequence[str]],
    statuses: Mapping[str, Array],
    title: str,
    notes: Sequence[str],
) -> str:
    """A table with its title above, and the marks of its numbers and notes below."""
    blocks = [_line(title)] if title else []
    if columns:
        blocks.append(_table(*text_cells(columns, formats, statuses)))
    # Two spaces end a line within a paragraph.
    below = [*mark_lines(columns, statuses), *notes]
    blocks.append("  \n".join(map(_line, below)))
    return "\n\n".join(filter(None, blocks)) + "\n"


def _table(cells: Sequence[Sequence[str]], numeric: Sequence[int]) -> str:
    """The rows, headings first; columns of numbers are aligned to the right."""
    texts = [[_escaped(cell) for cell in column] for column in cells]
    widths = [max(3, *map(columns_of, column)) for column in texts]
    rules = [
        "-" * (width - 1) + ":" if place in numeric else "-" * width
        for place, width in enumerate(widths)
    ]
    head, *body = zip(*texts, strict=True)
    return "\n".join(
        "| " + " | ".join(map(_padded, row, widths, rules)) + " |"
        for row in (head, rules, *body)
    )


def _padded(cell: str, width: int, rule: str) -> str:
    blank = " " * (width - columns_of(cell))
    return blank + cell if rule.endswith(":") else cell + blank


def _escaped(words: str) -> str:
    """Text without line breaks, in which neither Markdown nor HTML has a meaning."""
    return _MARKUP.sub(r"\\\g<0>", printable(words)).translate(_HTML)


def _line(words: str) -> str:
    """A line of a paragraph."""
    return _LINE.sub(r"\1\\\2", _escaped(words.strip()))
