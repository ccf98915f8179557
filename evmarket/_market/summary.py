"""The report on one screen: its ten findings, and what prints the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.messages import near, short
from .._common.text import WIDTH, wrap
from ..datasets import ENTITIES
from .lines import cell_text, ids_text, sections

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..datasets._dataset import Dataset
    from .lines import Cell, Line, Section

NAMES = {
    "levels": "Levels, their growth, and the base they imply",
    "unit-value": "Guangzhou's exports: value per vehicle",
    "split": "Guangzhou's exports: what changed their value",
    "brands": "GAC Aion with GAC Trumpchi, 2025",
    "xpeng": "XPeng deliveries by month",
    "xpeng-spans": "XPeng deliveries over longer periods",
    "nev": "New-energy vehicles sold in China, exports included",
    "pace": "New-energy vehicles in China: pace",
    "margin": "Profit margin of China's car industry",
    "profit": "Profit of China's car industry on two bases, January to November",
    "byd": "BYD's gross margin, first half of 2025",
    "byd-revenue": "BYD's revenue by quarter",
    "implied": "What aims and counts imply",
    "bases": "What the printed digits allow: bases and increases",
    "intervals": "What the printed digits allow: derived figures",
    "targets": "What targets require, conditional on an outside figure",
    "against": "The figures against each other",
    "aims": "Aims, as stated",
    "forecasts": "Forecasts, as stated",
    "stated": "Other figures, as stated",
    "conditional": "Conditional on an outside figure",
    "not-comparable": "Not comparable",
    "not-computable": "Not computable",
}
"""The sections by the names that ``report --section`` takes."""


class _Lines:
    """The cells of the report by section, label and heading."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._cells: dict[tuple[str, str, str], list[Cell]] = {}
        for line in lines:
            for heading, cell in line.values.items():
                key = line.section, line.label, heading
                self._cells.setdefault(key, []).append(cell)
        self.used: list[str] = []

    def cell(self, name: str, label: str, heading: str, place: int = 0) -> Cell:
        """The cell of the line whose label begins so; `place` among equal labels."""
        found = [
            cell
            for key, cells in self._cells.items()
            if key[0] == NAMES[name] and key[1].startswith(label) and key[2] == heading
            for cell in cells
        ]
        self.used += found[place].ids
        return found[place]

    def __call__(self, name: str, label: str, heading: str, place: int = 0) -> str:
        """That cell as text, without a sign that the sentence says."""
        return cell_text(self.cell(name, label, heading, place)).lstrip("+-")

    def between(self, name: str, label: str, ends: str = "", place: int = 0) -> str:
        """The interval of a line, as [from, to]."""
        low, high = (
            cell_text(self.cell(name, label, f"{ends}{end}", place))
            for end in ("from", "to")
        )
        return f"[{low}, {high}]"


def _exports(x: _Lines) -> str:
    label = "Guangzhou: exports"
    return (
        f"Guangzhou exported {x('levels', label, 'level')} vehicles in 2025, "
        f"{x('levels', label, 'growth')} more than the "
        f"{x('levels', label, 'implied base')} "
        f"{x.between('bases', label, 'base ')} of 2024."
    )


def _value(x: _Lines) -> str:
    per = x("unit-value", "value per vehicle", "growth")
    ends = x.between("intervals", "exports: growth of the value per")
    return (
        f"Their value rose {x('unit-value', 'value', 'growth')} to "
        f"{x('unit-value', 'value', '2025')} yuan; the value per vehicle fell {per} "
        f"{ends}, mix included, not price."
    )


def _split(x: _Lines) -> str:
    volume, each = (
        x("split", label, "of the growth") for label in ("by volume", "by value")
    )
    return (
        f"Volume added {volume} to the growth of that value, the value per vehicle "
        f"took {each}."
    )


def _abroad(x: _Lines) -> str:
    own, xpeng = "GAC's own brands abroad", "XPeng abroad: deliveries, 2025"
    return (
        f"Abroad, GAC's own brands sold nearly {x('levels', own, 'level')} vehicles "
        f"(+{x('levels', own, 'growth')}), XPeng {x('levels', xpeng, 'level')} on "
        f"{x('levels', xpeng, 'implied base')} {x.between('bases', xpeng, 'base ')} "
        f"(+{x('levels', xpeng, 'growth')})."
    )


def _hong_kong(x: _Lines) -> str:
    aion, xpeng = "GAC Aion in Hong Kong", "XPeng in Hong Kong"
    return (
        f"In Hong Kong, GAC Aion registered {x('levels', aion, 'level')} cars after "
        f"{x('levels', aion, 'implied base')}, XPeng {x('levels', xpeng, 'level')} "
        f"after {x('levels', xpeng, 'implied base')}."
    )


def _brands(x: _Lines) -> str:
    return (
        f"GAC Aion and Trumpchi sold {x('brands', 'both', 'sales')}, "
        f"{x('brands', 'both', 'growth')} fewer; of it Aion "
        f"{x('brands', 'GAC Aion', 'contribution')}, Trumpchi "
        f"{x('brands', 'GAC Trumpchi', 'contribution')}."
    )


def _trailing(x: _Lines) -> str:
    span, so_far = "twelve months to February 2026", "January and February 2026"
    return (
        f"XPeng delivered {x('xpeng-spans', span, 'deliveries')} in the {span}, "
        f"{x('xpeng-spans', span, 'on the year')} more than in those before; "
        f"2026 so far is {x('xpeng-spans', so_far, 'on the year')} down."
    )


def _pace(x: _Lines) -> str:
    forecast = "2026, the association"
    return (
        f"New-energy sales in China grew {x('pace', '2025, as', 'growth')} in 2025; "
        f"the forecast for 2026 is {x('pace', forecast, 'growth')}, "
        f"{x('pace', forecast, 'change')} less."
    )


def _margin(x: _Lines) -> str:
    printed = "January to November 2025"
    return (
        f"China's car industry earned {x('margin', printed, 'margin')} of its revenue, "
        f"{x('margin', printed, 'gap')} under the average of downstream industry; its "
        f"profit and revenue allow {x.between('intervals', 'industry: margin, from')}."
    )


def _byd(x: _Lines) -> str:
    return (
        f"BYD's gross margin was {x('byd', 'abroad', 'margin')} abroad, "
        f"{x('byd', 'abroad', 'difference')} above that in China, "
        f"{x('byd', 'China', 'margin')}."
    )


_FINDINGS: tuple[Callable[[_Lines], str], ...] = (
    _exports, _value, _split, _abroad, _hong_kong, _brands, _trailing, _pace, _margin,
    _byd,
)  # fmt: skip


def summary(title: str, lines: Sequence[Line]) -> str:
    """Ten findings with their sources, and the names of the sections."""
    known = _Lines(lines)
    rows = [title, ""]
    for number, finding in enumerate(_FINDINGS, 1):
        known.used = []
        sentence = finding(known)
        ids = ids_text(tuple(dict.fromkeys(known.used)))
        first, *rest = wrap(f"{sentence} ({ids})", WIDTH - 4)
        rows += [f"{number:>2}. {first}", *(f"    {line}" for line in rest)]
    rows += [
        "",
        "python -m evmarket report --section NAME | --all | --sources (the wording)",
    ]
    rows += [f"    {name:<16}{section}" for name, section in NAMES.items()]
    return "\n".join(rows) + "\n"


def section_lines(lines: Sequence[Line], name: str) -> list[Line]:
    """The lines of one section, or a ValueError that lists the names."""
    if name not in NAMES:
        raise ValueError(f"--section is {short(name)}: {near(name, NAMES)}")
    found: list[Section] = [s for s in sections(lines) if s.title == NAMES[name]]
    return [line for section in found for line in section.lines]


def sources(article: Dataset) -> str:
    """Every figure of the article: its id, its paragraph and its wording."""
    rows = [
        "The figures of the article by id: paragraph, what they say, as printed",
        "",
    ]
    names = ("id", "paragraph", "entity", "measure", "period", "relation", "text")
    columns = [article[name].tolist() for name in (*names, "growth_text")]
    for number, paragraph, entity, *rest in zip(*columns, strict=True):
        measure, period, relation, text, growth = rest
        what = ", ".join(filter(None, (ENTITIES[entity], measure, period)))
        plain = relation in ("", "exact") or not text[:1].isdigit()
        hedge = "" if plain else f"{relation.replace('_', ' ')} "
        words = f"{number}  paragraph {paragraph}, {what}: {hedge}{text}"
        first, *more = wrap(words + (f", {growth}" if growth else ""), WIDTH - 5)
        rows += [first, *(f"     {line}" for line in more)]
    return "\n".join(rows) + "\n"
