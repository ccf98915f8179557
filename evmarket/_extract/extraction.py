"""Extraction: the figures of a running text, for readers and for an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._common.text import aligned
from .._figures.figure import checked_nouns
from .._figures.show import show_span
from .._tables.table import Table
from ..datasets._codes import FACT_COLUMNS
from .linking import links
from .mentions import Mention, Unread
from .scan import Scan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST = 10_000_000
"""The most characters of a text."""
_FACT_KINDS = {"number": "level", "percent": "share", "growth": "growth", "pp": "pp"}
_COLUMNS = {
    "text": "the figure as printed",
    "value": "",
    "low": "",
    "high": "",
    "relation": "",
    "kind": "",
    "of": "what is counted, or the currency",
    "base": "what a change is measured against",
    "level": "of a growth: the level it belongs to",
    "start": "where it stands",
    "sentence": "",
}


class Extraction:
    """The figures of a running text, in order; what `extract` returns.

    Attributes
    ----------
    text : str
        The text.
    figures : tuple of Mention
        Each with ``.span``, ``.sentence``, ``.figure`` and, of a growth, ``.of``: the
        level that it belongs to.
    unread : tuple of Unread
        Numbers with a unit that could not be read.

    Examples
    --------
    >>> import evmarket as em
    >>> found = em.extract("In 2025 it sold 139,000 cars, up 80% year on year.")
    >>> found
    Extraction(2 figures, 1 linked)
    139,000 cars         139,000 [138,500, 139,500]
    up 80% year on year  80% [79.5%, 80.5%]          of 139,000 cars
    """

    __slots__ = ("figures", "text", "unread")

    text: str
    figures: tuple[Mention, ...]
    unread: tuple[Unread, ...]

    def __init__(self, text: str, nouns: tuple[str, ...] = ()) -> None:
        scan = Scan(text, nouns)
        self.text = text
        self.figures = tuple(_mentions(scan))
        self.unread = tuple(_unread(scan))

    def __len__(self) -> int:
        return len(self.figures)

    def __iter__(self) -> Iterator[Mention]:
        return iter(self.figures)

    def to_table(self) -> Table:
        """One row per figure, with its interval and its level.

        Examples
        --------
        >>> import evmarket as em
        >>> em.extract("It sold 5,000 cars, up 80%.").to_table()["level"].tolist()
        ['', '5,000 cars']
        """
        figures = [mention.figure for mention in self.figures]
        columns: dict[str, Any] = {
            name: _column([getattr(figure, name) for figure in figures], name)
            for name in list(_COLUMNS)[:8]
        }
        of = [mention.of for mention in self.figures]
        columns["level"] = _column([x.text if x else "" for x in of], "")
        starts = [mention.span[0] for mention in self.figures]
        columns["start"] = np.array(starts, np.int64)
        columns["sentence"] = _column([x.sentence for x in self.figures], "")
        return Table(columns)

    def to_facts(self) -> Table:
        """The skeleton of a table of facts: what the text says, in the fact columns.

        Levels, shares, points and growths without a level have a row each; a growth
        with a level stands in its row. Entity, measure, period, scope and the other
        columns are for you to fill in; `audit` then takes the table. Changes in numbers
        ("up 5,000 cars") are left out.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.extract("It sold 139,000 cars, up 80% year on year.").to_facts()
        >>> facts["text"].tolist(), facts["growth_text"].tolist()
        (['139,000 cars'], ['up 80% year on year'])
        """
        growths: dict[int, Mention] = {}
        for mention in self.figures:
            if mention.of is not None:
                growths.setdefault(id(mention.of), mention)
        beside = {id(mention) for mention in growths.values()}
        rows = [
            mention
            for mention in self.figures
            if mention.figure.kind in _FACT_KINDS and id(mention) not in beside
        ]
        columns: dict[str, list[Any]] = {name: [] for name in FACT_COLUMNS}
        columns["sentence"] = []
        for number, mention in enumerate(rows, 1):
            growth = growths.get(id(mention))
            row = _fact(mention, number, self._paragraph(mention))
            row["growth_text"] = growth.text if growth else ""
            for name, column in columns.items():
                column.append(row.get(name, ""))
        return Table({name: _column(x, name) for name, x in columns.items()})

    def _paragraph(self, mention: Mention) -> int:
        """The paragraph of a figure, counted from 1; empty lines do not count."""
        before = self.text[: mention.span[0]].split("\n")
        return sum(bool(line.strip()) for line in before[:-1]) + 1

    def __repr__(self) -> str:
        linked = sum(mention.of is not None for mention in self.figures)
        figures = "1 figure" if len(self) == 1 else f"{len(self)} figures"
        unread = f", {len(self.unread)} unread" if self.unread else ""
        lines = [f"Extraction({figures}, {linked} linked{unread})"]
        shown = self.figures[:_ROWS]
        spans = [show_span(m.figure.exact, m.figure.kind) for m in shown]
        of = [f"of {m.of.text}" if m.of else "" for m in shown]
        columns = [[m.text for m in shown], spans, of]
        lines += [line.rstrip() for line in aligned(columns, range(0))] if shown else []
        more = len(self) - _ROWS
        return "\n".join([*lines, *([f"... {more} more"] if more > 0 else [])])

    def _repr_html_(self) -> str:
        from .html import extraction

        return extraction(self.text, self.figures, self.unread)


_ROWS = 60
"""How many figures the repr shows."""


def extract(text: str, *, nouns: Iterable[str] = ()) -> Extraction:
    """Find and read the figures of a running text.

    Parameters
    ----------
    text : str
        An article, a release or a sentence.
    nouns : sequence of str, optional
        More words for what is counted, as for `Figure`.

    Returns
    -------
    Extraction
        Every number that has a unit, a noun, a scale, a hedge or a word for a change
        and can be read, with the level that a growth belongs to where both stand in one
        clause or sentence. Bare numbers, dates, ranks and digits of names are left out.
        Numbers with a unit that cannot be read are listed as unread. Nothing is
        guessed: figures of a list with "respectively" are not linked.

    Raises
    ------
    TypeError
        If text is no text.
    ValueError
        If text is longer than ten million characters.

    Examples
    --------
    >>> import evmarket as em
    >>> found = em.extract("11月零售84.1万辆，同比增长39.8%，环比增长8.9%。")
    >>> [(m.text, m.figure.value, m.of.text if m.of else None) for m in found]
    [('84.1万辆', 841000.0, None), ('同比增长39.8%', 0.398, '84.1万辆'), \
('环比增长8.9%', 0.089, '84.1万辆')]
    """
    if not isinstance(text, str):
        raise TypeError(f"text is {short(text)}: it takes a str")
    if len(text) > LONGEST:
        raise ValueError(
            f"text has {len(text):,} characters: it takes at most {LONGEST:,}"
        )
    return Extraction(text, checked_nouns(nouns))


def _mentions(scan: Scan) -> Iterator[Mention]:
    """The figures with their levels; a level may stand after its growth."""
    made: dict[int, Mention] = {}
    of = links(scan)

    def mention(place: int) -> Mention:
        if place not in made:
            one, level = scan.figures[place], of[place]
            made[place] = Mention(
                (one.start, one.end),
                one.figure,
                _sentence(scan, one.sentence),
                None if level is None else mention(level),
            )
        return made[place]

    yield from map(mention, range(len(scan.figures)))


def _unread(scan: Scan) -> Iterator[Unread]:
    for start, end in scan.unread:
        sentence = next(s for s in scan.sentences if s[0] <= start < s[1])
        yield Unread((start, end), scan.text[start:end], _sentence(scan, sentence))


def _sentence(scan: Scan, span: tuple[int, int]) -> str:
    return scan.text[slice(*span)].strip()


def _fact(mention: Mention, number: int, paragraph: int) -> dict[str, Any]:
    figure = mention.figure
    return {
        "id": f"x{number:02}",
        "kind": _FACT_KINDS[figure.kind],
        "mode": "reported",
        "value": figure.value,
        "unit": figure.of if figure.kind == "number" else "fraction",
        "dimension": "money" if figure.of.isascii() and figure.of.isupper() else "",
        "text": figure.text,
        "relation": figure.relation,
        "paragraph": paragraph,
        "sentence": mention.sentence,
    }


def _column(items: list[Any], name: str) -> Any:
    if name in ("value", "low", "high"):
        return np.array(items, np.float64)
    if name == "paragraph":
        return np.array(items, np.int64)
    column = np.empty(len(items), object)
    column[:] = items
    return column
