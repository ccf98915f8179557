"""Articles in files: plain text, or the text of an HTML page."""

from __future__ import annotations

import sys
from html.parser import HTMLParser

from .._common.messages import one_line

_HIDDEN = ("script", "style", "head", "template", "noscript", "svg")
_BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt",
    "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
    "li", "main", "nav", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
)  # fmt: skip


def article(path: str, encoding: str = "utf-8-sig") -> str:
    """The text of a file, or of standard input for "-"; of a page, what it shows."""
    try:
        if path == "-":
            text = sys.stdin.buffer.read().decode(encoding)
        else:
            with open(path, encoding=encoding) as file:
                text = file.read()
    except OSError as error:
        raise ValueError(
            f"cannot read {one_line(path)}: {error.strerror or error}"
        ) from None
    except (UnicodeError, LookupError) as error:
        raise ValueError(
            f"cannot read {one_line(path)}: {one_line(error)}; give --encoding"
        ) from None
    start = text[:1000].lstrip().lower()
    page = start.startswith(("<!doctype html", "<html", "<?xml")) or "<body" in start
    return page_text(text) if page else text


def page_text(page: str) -> str:
    """The text of an HTML page, a line for each block.

    Examples
    --------
    >>> from evmarket._extract.files import page_text
    >>> page_text("<html><body><p>Sales <b>rose</b> 5%.</p><p>2</p></body></html>")
    'Sales rose 5%.\\n2'
    """
    reader = _Page()
    reader.feed(page)
    reader.close()
    lines = "".join(reader.parts).split("\n")
    words = (" ".join(line.split()) for line in lines)
    return "\n".join(line for line in words if line)


class _Page(HTMLParser):
    """Gathers what a page shows."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in _HIDDEN
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN and self._hidden:
            self._hidden -= 1
        if tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data.replace("\n", " "))
