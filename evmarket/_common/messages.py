"""Words of error messages: values shortened, names listed, near names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


def short(value: object, most: int = 40) -> str:
    """A value as text for an error message: its repr on one line, shortened."""
    text = repr(value)
    if len(text) > most:
        text = text[: most - 4] + "..." + text[-1:]
    return one_line(text)


def one_line(name: object) -> str:
    """A name or label in a message: headers of spreadsheets may hold line breaks."""
    return " ".join(str(name).split())


def listing(names: Iterable[object]) -> str:
    """Names or labels as a list in a message."""
    return ", ".join(map(one_line, names))


def near(word: Any, known: Any) -> str:
    """The labels or names most like a word, for a message."""
    from difflib import get_close_matches

    words = [str(k) for k in known]
    close = get_close_matches(str(word), words, n=3, cutoff=0.5)
    if close:
        return f"near it: {listing(close)}"
    shown = listing(words[:8]) + (", ..." if len(words) > 8 else "")
    return f"there are: {shown or 'none'}"
