"""Parts of error messages: shortened values, lists of names, similar names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable


def short(value: object, most: int = 40) -> str:
    """The repr of a value, shortened and on one line."""
    text = repr(value)
    if len(text) > most:
        text = text[: most - 4] + "..." + text[-1:]
    return one_line(text)


def one_line(name: object) -> str:
    """A name or label on one line; the headers of spreadsheets may have line breaks."""
    return printable(" ".join(str(name).split()))


def counted(count: int, word: str) -> str:
    """A count and what is counted, such as "2 lines"."""
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def visible(name: object) -> str:
    """A name on one line whose blanks at the ends, and no-break blanks, can be seen.

    Examples
    --------
    >>> from evmarket._common.messages import visible
    >>> visible(" maker\u00a0")
    '␣maker␣'
    """
    text = str(name)
    head = len(text) - len(text.lstrip())
    body = text.strip()
    tail = len(text) - head - len(body)
    if not body:
        return "␣" * len(text)
    inner = one_line(body.replace("\u00a0", "␣"))
    return "␣" * head + inner + "␣" * tail


def listing(names: Iterable[object]) -> str:
    """Names or labels with commas between them."""
    return ", ".join(map(one_line, names))


def near(word: Any, known: Any) -> str:
    """The known names most similar to `word`, or the first of them if none is."""
    from difflib import get_close_matches

    words = [str(k) for k in known]
    close = get_close_matches(str(word), words, n=3, cutoff=0.5)
    if close:
        return f"near it: {listing(close)}"
    first = listing(words[:8]) + (", ..." if len(words) > 8 else "")
    return f"there are: {first or 'none'}"
