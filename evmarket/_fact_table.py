"""Facts as the audit reads them: printed figures as intervals, labels as codes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ._figure import Figure, read_row
from ._figure_exact import Span
from ._inputs import short

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._fact_levels import Levels

    Rows = NDArray[np.intp]
    Codes = NDArray[np.int64]
    Floats = NDArray[np.float64]

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


class Facts:
    """Facts, read once: what `audit` works on.

    Parameters
    ----------
    table : Dataset, mapping of columns, data frame, Arrow table, iterable of mappings
        One printed figure a row, in the fact columns (see `evmarket.datasets`). entity,
        measure and period, and text or value must be there; what else is missing counts
        as empty. Columns that are no fact columns are ignored.

    Raises
    ------
    TypeError
        If table is nothing of the above.
    ValueError
        If a column is lacking, a label unknown, or a text no figure of its kind; the
        message names the row.

    Examples
    --------
    >>> import evmarket as em
    >>> facts = em.Facts(em.datasets.load("guangzhou"))
    >>> len(facts), facts.stated.figure(0)
    (52, Figure('139,000': 139,000 [138,500, 139,500]))
    """

    __slots__ = (
        "_levels",
        "_own",
        "_parents",
        "_series",
        "code",
        "first",
        "growths",
        "id",
        "label",
        "last",
        "stated",
    )

    def __init__(self, table: Any) -> None:
        columns = _columns(table)
        length = len(columns["entity"])
        self.label: dict[str, list[str]] = {}
        for name in LABELS:
            default = _DEFAULT.get(name, "")
            found = columns.get(name)
            self.label[name] = (
                [default] * length
                if found is None
                else [_text(x) or default for x in found]
            )
        for name, known in _KNOWN.items():
            for i, label in enumerate(self.label[name]):
                if label not in known:
                    listed = ", ".join(k or "empty" for k in known)
                    raise ValueError(
                        f"facts, row {i}: {name} is {short(label)}: "
                        f"it is one of {listed}"
                    )
        ids = columns.get("id", [""] * length)
        self.id = [_text(x) or f"row {i}" for i, x in enumerate(ids)]
        self._read(columns, length)
        self.code, months = _codes(self.label)
        self.first = np.array([m[0] for m in months], dtype=np.int64)
        self.last = np.array([m[1] for m in months], dtype=np.int64)
        self._levels: Levels | None = None
        triples = zip(
            *(self.code[n].tolist() for n in ("entity", "measure", "dimension")),
            strict=True,
        )
        self._series = {t: i for i, t in enumerate(dict.fromkeys(triples))}
        self._series = {t: i for t, i in self._series.items() if t[0] and t[1]}
        every = np.arange(length)
        self._own, self._parents = self.series(every), self.series(every, "parent")

    def _read(self, columns: Mapping[str, list[Any]], length: int) -> None:
        kinds = self.label["kind"]
        blank = [""] * length
        texts = _stated(
            [
                x if isinstance(x, Figure) else _text(x)
                for x in columns.get("text", blank)
            ],
            columns.get("value", [None] * length),
            [_text(x) for x in columns.get("relation", blank)],
        )
        self.stated = Readings(texts, list(kinds), "text")
        printed = [_text(x) for x in columns.get("growth_text", blank)]
        of_growth = [k == "growth" for k in kinds]
        for i, text in enumerate(printed):
            if of_growth[i] and text:
                raise ValueError(
                    f"facts, row {i}: growth_text is {short(text)}: the growth of a "
                    "growth fact stands in text"
                )
        rates = [
            t if g else p for t, p, g in zip(texts, printed, of_growth, strict=True)
        ]
        self.growths = Readings(rates, ["growth"] * length, "growth_text")

    def __len__(self) -> int:
        return len(self.id)

    def __repr__(self) -> str:
        growths = int(np.count_nonzero(~np.isnan(self.growths.low)))
        return f"<Facts: {len(self)} figures, {growths} with a growth>"

    def _repr_html_(self) -> str:
        from ._looks_figures import facts

        return facts(self)

    def rows(self, *kinds: str) -> Rows:
        """The rows of these kinds that print a figure and state a period.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.Facts(em.datasets.load("guangzhou"))
        >>> [facts.id[row] for row in facts.rows("margin")]
        ['g42', 'g43', 'g44', 'g45']
        """
        known = np.array([KINDS.index(k) for k in kinds])
        here = np.isin(self.code["kind"], known) & (self.code["period"] > 0)
        return np.flatnonzero(here & ~np.isnan(self.stated.low))

    def series(self, rows: Rows, entity: str = "entity", **other: Codes) -> Codes:
        """One number for entity (or parent), measure and dimension of each row.

        It is -1 where a part is not stated or nothing of the kind is. `other`: measure
        and dimension to take in place of the rows' own.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.Facts(em.datasets.load("guangzhou"))
        >>> rows = facts.rows("level")[:3]
        >>> facts.series(rows), [facts.label["measure"][row] for row in rows]
        (array([0, 1, 2]), ['exports', 'exports', 'sales'])
        """
        labels = [self.code[entity][rows]]
        labels += [other.get(n, self.code[n][rows]) for n in ("measure", "dimension")]
        get = self._series.get
        triples = zip(*(x.tolist() for x in labels), strict=True)
        return np.array([get(t, -1) for t in triples], dtype=np.int64)

    def key(
        self, rows: Rows, period: str = "period", entity: str = "entity", **other: Codes
    ) -> Codes:
        """One number for series and period of each row; -1 where either is missing.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.Facts(em.datasets.load("guangzhou"))
        >>> rows = facts.rows("level")
        >>> len(rows), len(set(facts.key(rows).tolist()))
        (19, 19)
        """
        if other:
            series = self.series(rows, entity, **other)
        else:
            series = (self._own if entity == "entity" else self._parents)[rows]
        when = self.code[period][rows]
        found = series * len(self.first) + when
        return np.where((series < 0) | (when == 0), -1, found)

    @property
    def levels(self) -> Levels:
        """The levels printed, and those that follow from one growth."""
        if self._levels is None:
            from ._fact_levels import find_levels

            self._levels = find_levels(self)
        return self._levels


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
) -> tuple[dict[str, Codes], list[tuple[int, int]]]:
    """Labels as numbers, 0 for empty; parents share the codes of entities, growth bases
    those of periods. Periods of the same months have one code."""
    codes: dict[str, Codes] = {}
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
