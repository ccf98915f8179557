"""Plain text: columns of a terminal, and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unicodedata import category, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence


WIDTH = 100
SCREEN = 80
"""How wide a repr may be."""
_GAP = "  "


def aligned(
    columns: Sequence[Sequence[str]],
    numeric: Collection[int],
    notes: Sequence[str] = (),
    width: int = WIDTH,
) -> list[str]:
    """Columns, headings first, as aligned rows; texts wrap, numbers do not."""
    texts = [[printable(cell) for cell in column] for column in columns]
    widths = [max(map(columns_of, column)) for column in texts]
    textual = [place for place in range(len(widths)) if place not in numeric]
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(textual, key=lambda place: widths[place])
        if widths[widest] <= 8:
            break
        widths[widest] -= 1
    rows = []
    for number, cells in enumerate(zip(*texts, strict=True)):
        parts = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for height in range(max(map(len, parts))):
            row = []
            for place, part in enumerate(parts):
                piece = part[height] if height < len(part) else ""
                blank = " " * (widths[place] - columns_of(piece))
                row.append(blank + piece if place in numeric else piece + blank)
            rows.append(_GAP.join(row).rstrip())
        if number and notes and notes[number - 1]:
            rows += _hanging(printable(notes[number - 1]), "    ")
    return rows


def columns_of(shown: str) -> int:
    """The width of a text on a terminal; Chinese characters take two columns."""
    total = 0
    for character in shown:
        if category(character) in ("Mn", "Me", "Cf"):
            continue
        total += 2 if east_asian_width(character) in "WF" else 1
    return total


def middle(words: str, room: int, between: str = "...") -> str:
    """A text in at most `room` columns of a terminal; a long one loses its middle.

    Examples
    --------
    >>> from evmarket._common.text import middle
    >>> middle("Guangzhou Automobile Group", 16), middle("广州汽车集团股份有限公司", 16)
    ('Guangzh... Group', '广州汽...限公司')
    """
    # A very long text is not measured: it may be a whole file by mistake.
    if len(words) <= 4 * room:
        words = printable(words)
        if columns_of(words) <= room:
            return words
    left = max(room - len(between), 0)
    start = _fitting(printable(words[: 2 * room]), left - left // 2)
    end = _fitting(printable(words[-2 * room :])[::-1], left // 2)
    return start + printable(between) + end[::-1]


def fitted(head: str, tail: str = "") -> str:
    """A repr on one line, or on two if it is too wide; long lines lose their middle."""
    whole = f"{head} {tail}" if tail else head
    if columns_of(whole) <= SCREEN and whole.isprintable():
        return whole
    if not tail:
        return middle(head, SCREEN)
    return f"{middle(head, SCREEN)}\n  {middle(tail, SCREEN - 2)}"


def _fitting(words: str, room: int) -> str:
    """The start of a text that fits in `room` columns."""
    for place, character in enumerate(words[: 2 * room]):
        room -= columns_of(character)
        if room < 0:
            return words[:place]
    return words[: 2 * room]


def wrap(words: str, room: int) -> list[str]:
    """A text in rows of at most `room` columns, cut at spaces if possible."""
    if columns_of(words) <= room:
        return [words]
    rows = [""]
    for word in words.split(" "):
        joined = f"{rows[-1]} {word}" if rows[-1] else word
        if columns_of(joined) <= room:
            rows[-1] = joined
            continue
        if rows[-1]:
            rows.append("")
        for character in word:
            if columns_of(rows[-1] + character) > room and rows[-1]:
                rows.append("")
            rows[-1] += character
    return rows


def _hanging(words: str, indent: str) -> list[str]:
    return [indent + row for row in wrap(words, WIDTH - len(indent))]


def escaped(character: str) -> str:
    r"""A blank for white space, an escape such as \x1b for other characters."""
    if character.isspace():
        return " "
    return character.encode("unicode_escape").decode()


def printable(words: str, instead: Callable[[str], str] = escaped) -> str:
    r"""A text with its unprintable characters replaced.

    They could move the cursor, change colours or turn the direction of writing.

    Examples
    --------
    >>> from evmarket._common.text import printable
    >>> print(printable("A\nB \x1b[31mC \u202eD"))
    A B \x1b[31mC \u202eD
    """
    if words.isprintable():
        return words
    return "".join(c if c.isprintable() else instead(c) for c in words)


def as_csv(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV."""
    import csv
    import io

    def written(**options: Any) -> str:
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator="\n", **options).writerows(kept)
        return file.getvalue()

    kept = list(rows)
    text = written()
    # Before Python 3.13 a carriage return is not quoted where only some cells are.
    return written(quoting=csv.QUOTE_ALL) if "\r" in text else text
