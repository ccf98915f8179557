"""The columns of a table of facts, read and checked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._figures.figure import Figure, read_row
from .._figures.intervals import Span

if TYPE_CHECKING:
    from .._common.types import Ints


LABELS = (
    "entity",
    "parent",
    "measure",
    "dimension",
    "period",
    "growth_base",
    "kind",
    "mode",
    "parts",
    "growth_basis",
    "scope",
    "source",
    "vintage",
)
KINDS = ("level", "growth", "share", "margin", "pp", "count")
_KNOWN = {
    "kind": KINDS,
    "mode": ("reported", "target", "forecast"),
    "parts": ("", "complete"),
    "growth_basis": ("", "printed", "comparable"),
}
_DEFAULT = {"kind": "level", "mode": "reported"}
# What the column `relation` puts before a text that carries no hedge of its own.
_HEDGES = {
    "": "",
    "exact": "",
    "range": "",
    "and_some": "",
    "about": "about ",
    "nearly": "nearly ",
    "over": "over ",
    "at_least": "at least ",
    "under": "less than ",
    "at_most": "at most ",
}


class Readings:
    """The printed figures of a column: their ends as arrays, and exactly, one by one.

    NaN where a row prints nothing.
    """

    __slots__ = ("_figures", "_texts", "high", "kind", "low", "unit")

    def __init__(self, texts: list[Any], kinds: list[str | None], column: str) -> None:
        self._texts = texts
        self._figures: dict[int, Figure] = {}
        ends = []
        for i, text in enumerate(texts):
            try:
                ends.append(read_row(text))
            except (TypeError, ValueError) as error:
                raise type(error)(f"facts, row {i}, {column}: {error}") from None
        columns = list(zip(*ends, strict=True)) if ends else [()] * 9
        self.low = np.array(columns[1], dtype=np.float64)
        self.high = np.array(columns[2], dtype=np.float64)
        self.unit = np.array(columns[3], dtype=np.float64)
        self.kind = list(columns[7])
        for i, wanted in enumerate(kinds):
            if wanted is not None and not _fits(wanted, self.kind[i], texts[i]):
                raise ValueError(
                    f"facts, row {i}, {column}: {short(texts[i])} is a "
                    f"{self.kind[i]}, and no {wanted}"
                )
            if wanted == "growth" and self.kind[i] == "multiple":
                self.low[i] -= 1
                self.high[i] -= 1

    def figure(self, row: int) -> Figure:
        """The figure of one row; a growth printed as a multiple counts less one."""
        if row not in self._figures:
            self._figures[row] = Figure(self._texts[row])
        return self._figures[row]

    def span(self, row: int) -> Span:
        """The exact interval of one row."""
        span = self.figure(row).exact
        # only growths shift multiples: levels are never multiples
        return span.shifted(-1) if self.figure(row).kind == "multiple" else span


def _fits(wanted: str, kind: str, text: Any) -> bool:
    if kind == "" or (kind == "number" and not isinstance(text, str)):
        return True
    allowed = {
        "level": ("number",),
        "count": ("number",),
        "growth": ("percent", "growth", "multiple"),
        "share": ("percent", "number"),
        "margin": ("percent", "growth", "number"),
        "pp": ("pp",),
    }
    return kind in allowed[wanted]


def _text(x: Any) -> str:
    if x is None or (isinstance(x, float) and math.isnan(x)):
        return ""
    return "" if type(x).__name__ in ("NAType", "NaTType") else str(x)


def _columns(table: Any) -> dict[str, list[Any]]:
    """Any table as lists by column name."""
    if isinstance(table, (str, bytes)):
        raise TypeError(f"facts is {short(table)}: it takes a table of facts")
    if hasattr(table, "facts"):
        table = table.facts()
    if hasattr(table, "column_names"):
        found = {name: table[name].to_pylist() for name in table.column_names}
    elif hasattr(table, "columns") or isinstance(table, Mapping):
        names = list(table.columns if hasattr(table, "columns") else table)
        found = {name: _list(table[name]) for name in names}
    elif isinstance(table, Iterable):
        rows = list(table)
        for i, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise TypeError(f"facts, row {i} is {short(row)}: it takes mappings")
        names = list(dict.fromkeys(name for row in rows for name in row))
        found = {name: [row.get(name) for row in rows] for name in names}
    else:
        raise TypeError(f"facts is {short(table)}: it takes a table of facts")
    for name in ("entity", "measure", "period"):
        if name not in found and (found or name == "entity"):
            if not found:
                return {"entity": []}
            raise ValueError(f"facts lacks the column {name}")
    if "text" not in found and "value" not in found:
        raise ValueError("facts lacks the columns text and value: it needs one of them")
    for name, values in found.items():
        if len(values) != len(found["entity"]):
            raise ValueError(
                f"facts: column {short(name)} has {len(values)} rows, "
                f"entity has {len(found['entity'])}"
            )
    return found


def _list(column: Any) -> list[Any]:
    for name in ("to_list", "tolist"):
        if hasattr(column, name):
            return list(getattr(column, name)())
    return list(column)


def _stated(texts: list[Any], values: list[Any], relations: list[str]) -> list[Any]:
    """What each row prints: its text, hedged as its relation says, or its number."""
    found: list[Any] = []
    for i, (text, value, relation) in enumerate(
        zip(texts, values, relations, strict=True)
    ):
        hedge = _HEDGES.get(relation)
        if hedge is None:
            raise ValueError(
                f"facts, row {i}: relation is {short(relation)}: it is one of "
                f"{', '.join(filter(None, _HEDGES))}"
            )
        if isinstance(text, str) and text and hedge and _is_plain(text):
            text = hedge + text
        found.append(text or _value(value, i))
    return found


def _is_plain(text: str) -> bool:
    """Whether a text carries no hedge; what is no figure is refused later."""
    try:
        return read_row(text)[6] == "exact"
    except ValueError:
        return False


def _value(value: Any, row: int) -> Any:
    """The number of a row without text: exact, also where a file spells it."""
    text = _text(value)
    if not isinstance(value, str):
        return value if text else None
    try:
        return Fraction(text.replace(",", "")) if text else None
    except (ValueError, ZeroDivisionError):
        raise ValueError(
            f"facts, row {row}: value is {short(text)}: no number"
        ) from None


def _codes(
    label: dict[str, list[str]],
) -> tuple[dict[str, Ints], list[tuple[int, int]]]:
    """Labels as numbers, 0 for empty; parents share the codes of entities, growth bases
    those of periods. Periods of the same months have one code."""
    codes: dict[str, Ints] = {}
    books: dict[str, dict[str, int]] = {}
    shared = {"parent": "entity", "growth_base": "period"}
    for name in LABELS:
        if name in _KNOWN:
            fixed = {k: i for i, k in enumerate(_KNOWN[name])}
            codes[name] = np.array([fixed[x] for x in label[name]], dtype=np.int64)
            continue
        book = books.setdefault(shared.get(name, name), {"": 0})
        codes[name] = np.array(
            [book.setdefault(x, len(book)) for x in label[name]], dtype=np.int64
        )
    spans: list[tuple[int, int]] = []
    same: dict[Any, int] = {}
    alias = []
    for code, text in enumerate(books["period"]):
        months = _months(text)
        spans.append(months)
        alias.append(same.setdefault(months if months[0] else text, code))
    for name in ("period", "growth_base"):
        codes[name] = np.array(alias, dtype=np.int64)[codes[name]]
    return codes, spans


def _months(period: str) -> tuple[int, int]:
    """First and last month of a period, as year * 12 + month - 1; zeros for none."""
    first, dots, last = period.partition("..")
    start, end = _month_pair(first), _month_pair(last if dots else first)
    if start is None or end is None or end[1] < start[0]:
        return (0, 0)
    return (start[0], end[1])


def _month_pair(text: str) -> tuple[int, int] | None:
    year, rest = text[:4], text[4:]
    if not (len(year) == 4 and year.isascii() and year.isdigit()):
        return None
    january = int(year) * 12
    if not rest:
        return january, january + 11
    length = {"Q": 3, "H": 6, "-": 1}.get(rest[0])
    number = rest[1:]
    if length is None or not (number.isascii() and number.isdigit()):
        return None
    if not 1 <= int(number) <= 12 // length or len(number) > 2:
        return None
    start = january + (int(number) - 1) * length
    return start, start + length - 1
