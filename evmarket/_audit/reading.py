"""The columns of a table of facts, read and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .._calendar.labels import days
from .._common.messages import short
from .._figures.figure import Figure, is_empty, read_row
from .._figures.intervals import Span
from .._figures.operands import span_of
from .._figures.vocabulary import HEDGES
from .._inputs.arrays import is_missing

if TYPE_CHECKING:
    from .._common.types import Ints


LABELS = (
    "entity",
    "parent",
    "breakdown",
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
FACT_KINDS = ("level", "growth", "share", "margin", "pp", "count")
KNOWN = {
    "kind": FACT_KINDS,
    "mode": ("reported", "target", "forecast"),
    "parts": ("", "complete"),
    "growth_basis": ("", "printed", "comparable"),
}
DEFAULT = {"kind": "level", "mode": "reported"}
# The words before a text without a hedge, by the column `relation`.
_HEDGES = dict.fromkeys(("", "exact", "range", "and_some"), "") | HEDGES
# The kinds of figure that a fact of each kind may print.
_FITTING = {
    "level": ("number",),
    "count": ("number",),
    "growth": ("percent", "growth", "multiple", "change"),
    "growth of a rate": ("percent", "growth", "multiple", "pp"),
    "share": ("percent", "number"),
    "margin": ("percent", "growth", "number"),
    "pp": ("pp",),
}


class Problem(NamedTuple):
    """An entry that cannot be read.

    Attributes
    ----------
    row : int
        The row in the table, counted from 0.
    column : str
        The name of the column.
    message : str
        The error in one line; it names the row.
    """

    row: int
    column: str
    message: str


class Problems:
    """The entries that cannot be read: kept, or raised at the end of reading."""

    def __init__(self, errors: str) -> None:
        if errors not in ("raise", "collect"):
            raise ValueError(f"errors is {short(errors)}: it is 'raise' or 'collect'")
        self._raises = errors == "raise"
        self._types: dict[Problem, type[Exception]] = {}

    def add(self, row: int, column: str, words: str, error: Any = ValueError) -> None:
        """Note that an entry cannot be read."""
        problem = Problem(row, column, f"facts, row {row}{words}")
        self._types.setdefault(problem, error)

    def settle(self) -> tuple[Problem, ...]:
        """All problems by row; raises the first one if errors are not collected."""
        found = tuple(sorted(self._types, key=lambda problem: problem.row))
        if found and self._raises:
            more = f" (the first of {len(found)} bad entries)" if found[1:] else ""
            raise self._types[found[0]](found[0].message + more)
        return found


class Readings:
    """The printed figures of a column: their ends as arrays, and single Figures.

    Ends are NaN in rows that print nothing.
    """

    __slots__ = ("_figures", "_texts", "high", "kind", "low", "of", "unit")

    def __init__(
        self, texts: list[Any], kinds: list[str], column: str, problems: Problems
    ) -> None:
        self._texts = texts
        self._figures: dict[int, Figure] = {}
        rows = []
        for i, (wanted, text) in enumerate(zip(kinds, texts, strict=True)):
            try:
                row = read_row(text)
            except (TypeError, ValueError) as error:
                problems.add(i, column, f", {column}: {error}", type(error))
                row = read_row(None)
            if not _fits(wanted, row.kind, text):
                words = f"{short(text)} is a {row.kind}, not a {wanted}"
                problems.add(i, column, f", {column}: {words}")
                row = read_row(None)
            rows.append(row)
        self.low = np.array([row.low for row in rows], dtype=np.float64)
        self.high = np.array([row.high for row in rows], dtype=np.float64)
        self.unit = np.array([row.unit for row in rows], dtype=np.float64)
        self.kind = [row.kind for row in rows]
        self.of = [row.of for row in rows]
        for i, (wanted, row) in enumerate(zip(kinds, rows, strict=True)):
            if wanted.startswith("growth") and row.kind == "multiple":
                self.low[i] -= 1
                self.high[i] -= 1

    def split(self, *kinds: str) -> Readings:
        """Move the figures of some kinds into readings of their own."""
        moved = np.isin(self.kind, kinds)
        other = Readings.__new__(Readings)
        other._texts, other._figures = self._texts, self._figures
        other.kind, other.of = self.kind, self.of
        for name in ("low", "high", "unit"):
            ends = getattr(self, name)
            setattr(other, name, np.where(moved, ends, np.nan))
            setattr(self, name, np.where(moved, np.nan, ends))
        return other

    def figure(self, row: int) -> Figure:
        """The figure of one row, as printed."""
        if row not in self._figures:
            self._figures[row] = Figure(self._texts[row])
        return self._figures[row]

    def span(self, row: int) -> Span:
        """The exact interval of one row; a growth printed as a multiple is one less."""
        return span_of(self.figure(row), "growth")  # only growths can be multiples


def _fits(wanted: str, kind: str, text: Any) -> bool:
    if kind == "" or (kind == "number" and not isinstance(text, str)):
        return True
    return kind in _FITTING[wanted]


def text_of(x: Any) -> str:
    """An entry as text; empty if it is missing."""
    return "" if is_missing(x) else str(x)


def entry_of(x: Any) -> str:
    """An entry of a column of figures as text; "-", "n/a" and the like are empty.

    Examples
    --------
    >>> [entry_of(x) for x in ("5%", " -- ", "N/A", "不适用", None)]
    ['5%', '', '', '', '']
    """
    text = text_of(x)
    return "" if is_empty(text) else text


_A_TABLE = "it takes a table, or an iterable of mappings"


def columns_of(table: Any) -> dict[str, list[Any]]:
    """Any table of facts as lists, by column name."""
    if isinstance(table, (str, bytes)):
        raise TypeError(f"facts is {short(table)}: {_A_TABLE}")
    if hasattr(table, "facts"):
        table = table.facts()
    if hasattr(table, "column_names"):
        columns = {name: table[name].to_pylist() for name in table.column_names}
    elif hasattr(table, "columns") or isinstance(table, Mapping):
        names = list(table.columns if hasattr(table, "columns") else table)
        columns = {name: _list(table[name]) for name in names}
    elif isinstance(table, Iterable):
        rows = list(table)
        for i, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise TypeError(
                    f"facts, row {i} is {short(row)}: each row must be a mapping"
                )
        names = list(dict.fromkeys(name for row in rows for name in row))
        columns = {name: [row.get(name) for row in rows] for name in names}
    else:
        raise TypeError(f"facts is {short(table)}: {_A_TABLE}")
    for name in ("entity", "measure", "period"):
        if name not in columns and (columns or name == "entity"):
            if not columns:
                return {"entity": []}
            raise ValueError(
                f"facts lacks the column {name}: it needs entity, measure and period"
            )
    if "text" not in columns and "value" not in columns:
        raise ValueError("facts lacks the columns text and value: it needs one of them")
    for name, values in columns.items():
        if len(values) != len(columns["entity"]):
            raise ValueError(
                f"facts: column {short(name)} has {len(values)} rows, "
                f"entity has {len(columns['entity'])}"
            )
    return columns


def _list(column: Any) -> list[Any]:
    for name in ("to_list", "tolist"):
        if hasattr(column, name):
            return list(getattr(column, name)())
    return list(column)


def stated_of(
    texts: list[Any], values: list[Any], relations: list[str], problems: Problems
) -> list[Any]:
    """The figure of each row: its text, hedged as its relation says, or its number."""
    stated: list[Any] = []
    for i, (text, value, relation) in enumerate(
        zip(texts, values, relations, strict=True)
    ):
        hedge = _HEDGES.get(relation)
        if hedge is None:
            listed = ", ".join(filter(None, _HEDGES))
            words = f"relation is {short(relation)}: it is one of {listed}"
            problems.add(i, "relation", f": {words}")
        if isinstance(text, str) and text and hedge and _is_plain(text):
            text = f"{hedge} {text}"
        stated.append(text or _value(value, i, problems))
    return stated


def _is_plain(text: str) -> bool:
    """Whether a text is a figure without a hedge."""
    try:
        return read_row(text).relation == "exact"
    except ValueError:
        return False  # Readings notes the error, with the row


def _value(value: Any, row: int, problems: Problems) -> Any:
    """The exact number of a row without text; a file has it as a string."""
    text = entry_of(value)
    if not isinstance(value, str):
        return value if text else None
    try:
        return Fraction(text.replace(",", "")) if text else None
    except (ValueError, ZeroDivisionError):
        words = f"value is {short(text)}: it is not a number"
        problems.add(row, "value", f": {words}")
        return None


def codes_of(
    label: dict[str, list[str]], problems: Problems
) -> tuple[dict[str, Ints], list[tuple[int, int]]]:
    """Labels as integers, 0 for empty, and the first and last month of each period.

    Parents share the codes of entities, growth bases those of periods. Periods of the
    same days have the same code, however they are written.
    """
    codes: dict[str, Ints] = {}
    books: dict[str, dict[str, int]] = {}
    shared = {"parent": "entity", "growth_base": "period"}
    for name in LABELS:
        if name in KNOWN:
            fixed = {k: i for i, k in enumerate(KNOWN[name])}
            codes[name] = np.array([fixed[x] for x in label[name]], dtype=np.int64)
            continue
        book = books.setdefault(shared.get(name, name), {"": 0})
        codes[name] = np.array(
            [book.setdefault(x, len(book)) for x in label[name]], dtype=np.int64
        )
    spans: list[tuple[int, int]] = []
    same: dict[tuple[int, int], int] = {}
    alias = []
    for code, text in enumerate(books["period"]):
        dates = _days(text, code, codes, problems) if text else None
        if dates is None:
            spans.append((0, 0))
            alias.append(0)
            continue
        spans.append(_months(*dates))
        alias.append(same.setdefault(dates, code))
    for name in ("period", "growth_base"):
        codes[name] = np.array(alias, dtype=np.int64)[codes[name]]
    return codes, spans


def _days(
    text: str, code: int, codes: dict[str, Ints], problems: Problems
) -> tuple[int, int] | None:
    """First and last day of a period; None for a bad one, noted for its rows."""
    try:
        return _period(text, "period")
    except (TypeError, ValueError):
        for name in ("period", "growth_base"):
            for row in np.flatnonzero(codes[name] == code).tolist():
                try:
                    _period(text, name)
                except (TypeError, ValueError) as error:
                    problems.add(row, name, f", {error}", type(error))
        return None


def _period(text: str, name: str) -> tuple[int, int]:
    """First and last day of a period, or of two periods with ".." between them."""
    start, dots, end = text.partition("..")
    first, last = days(start, "M", name)
    if dots:
        last = days(end, "M", name)[1]
    if last < first:
        raise ValueError(f"{name} is {short(text)}: it ends before it begins")
    return first, last


def _months(first: int, last: int) -> tuple[int, int]:
    """The months from a first to a last day, as year * 12 + month - 1; (0, 0) unless
    they are whole."""
    edges = np.array([first, last + 1]).view("M8[D]")
    months = edges.astype("M8[M]")
    if (months.astype("M8[D]") != edges).any():
        return (0, 0)
    start, end = months.view(np.int64).tolist()
    return start + 1970 * 12, end + 1970 * 12 - 1
