"""FactColumns: a table of facts, read into intervals and integer codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._figures.figure import Figure
from .reading import (
    DEFAULT,
    FACT_KINDS,
    KNOWN,
    LABELS,
    Problems,
    Readings,
    codes_of,
    columns_of,
    entry_of,
    stated_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .._common.types import Ints, Rows


# Kinds of facts whose printed change is in percentage points.
_POINTS = ("share", "margin")
_YUAN = frozenset(("YUAN", "CNY", "RMB", "CNH", "元", "人民币", "MONEY"))
_CURRENCIES = frozenset(
    [
        *("USD", "US$", "$", "EUR", "€", "GBP", "£", "JPY", "KRW", "INR", "HKD", "HK$"),
        *("AUD", "CAD", "CHF", "SEK", "SGD", "TWD", "THB", "IDR", "MYR", "RUB", "BRL"),
        *("MXN", "TRY", "美元", "欧元", "日元", "港元"),
    ]
)


class FactColumns:
    """Facts as columns: labels with their codes, printed figures, printed growths."""

    __slots__ = (
        "_own",
        "_parents",
        "_series",
        "changes",
        "code",
        "errors",
        "first",
        "growths",
        "id",
        "label",
        "last",
        "stated",
    )

    def __init__(self, table: Any, errors: str = "raise") -> None:
        problems = Problems(errors)
        columns = columns_of(table)
        length = len(columns["entity"])
        self.label = {name: _labels(columns, name, length, problems) for name in LABELS}
        ids = columns.get("id", [""] * length)
        self.id = [text_of(x) or f"row {i}" for i, x in enumerate(ids)]
        self.stated, self.growths, self.changes = _readings(
            columns, self.label["kind"], problems
        )
        self.label["dimension"] = _dimensions(self.label, self.stated.of, columns)
        self.code, months = codes_of(self.label, problems)
        self.code["growth_basis"] = _bases(self.code)
        self.errors = problems.settle()
        self.first = np.array([m[0] for m in months], dtype=np.int64)
        self.last = np.array([m[1] for m in months], dtype=np.int64)
        triples = zip(
            *(self.code[n].tolist() for n in ("entity", "measure", "dimension")),
            strict=True,
        )
        numbered = {t: i for i, t in enumerate(dict.fromkeys(triples))}
        self._series = {t: i for t, i in numbered.items() if t[0] and t[1]}
        every = np.arange(length)
        self._own, self._parents = self.series(every), self.series(every, "parent")

    def __len__(self) -> int:
        return len(self.id)

    def rows(self, *kinds: str) -> Rows:
        """The rows of some kinds that print a figure and have a period.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.Facts(em.datasets.load("guangzhou"))
        >>> [facts.id[row] for row in facts.rows("margin")]
        ['g42', 'g43', 'g44', 'g45']
        """
        dated = of_kind(self, *kinds) & (self.code["period"] > 0)
        return np.flatnonzero(dated & ~np.isnan(self.stated.low))

    def series(self, rows: Rows, entity: str = "entity", **other: Ints) -> Ints:
        """One number per row for its entity (or parent), measure and dimension.

        The number is -1 if a label is empty or no fact has these labels. `other` holds
        codes of measures or dimensions to use instead of those of the rows.

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
        self, rows: Rows, period: str = "period", entity: str = "entity", **other: Ints
    ) -> Ints:
        """One number per row for its series and period; -1 if either is missing.

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
        keys = series * len(self.first) + when
        return np.where((series < 0) | (when == 0), -1, keys)


def of_kind(facts: FactColumns, *kinds: str) -> NDArray[np.bool_]:
    """For each row whether it is of one of these kinds."""
    return np.isin(facts.code["kind"], [FACT_KINDS.index(kind) for kind in kinds])


def growing(facts: FactColumns) -> Rows:
    """The rows that print a growth and have both its periods."""
    stated = (facts.code["period"] > 0) & (facts.code["growth_base"] > 0)
    return np.flatnonzero(stated & ~np.isnan(facts.growths.low))


def changing(facts: FactColumns) -> Rows:
    """The rows that print a change and have both its periods."""
    stated = (facts.code["period"] > 0) & (facts.code["growth_base"] > 0)
    return np.flatnonzero(stated & ~np.isnan(facts.changes.low))


def _labels(
    columns: Mapping[str, list[Any]], name: str, length: int, problems: Problems
) -> list[str]:
    """One column of labels, checked; a missing label becomes the default."""
    default = DEFAULT.get(name, "")
    read = entry_of if name == "growth_base" else text_of
    labels = [read(x) or default for x in columns.get(name, [""] * length)]
    known = KNOWN.get(name)
    for i, label in enumerate(labels if known else ()):
        if known and label not in known:
            listed = ", ".join(k or "empty" for k in known)
            words = f"{name} is {short(label)}: it is one of {listed}"
            problems.add(i, name, f": {words}")
            labels[i] = default
    return labels


def _readings(
    columns: Mapping[str, list[Any]], kinds: list[str], problems: Problems
) -> tuple[Readings, Readings, Readings]:
    """The printed figures, growths and changes; a growth fact prints its growth."""
    blank = [""] * len(kinds)
    texts = columns.get("text", blank)
    texts = stated_of(
        [x if isinstance(x, Figure) else entry_of(x) for x in texts],
        columns.get("value", [None] * len(kinds)),
        [entry_of(x) for x in columns.get("relation", blank)],
        problems,
    )
    rates: list[Any] = [entry_of(x) for x in columns.get("growth_text", blank)]
    for i, kind in enumerate(kinds):
        if kind == "growth" and rates[i]:
            words = (
                f"growth_text is {short(rates[i])}: it must be empty if kind is "
                "growth; the growth goes into text"
            )
            problems.add(i, "growth_text", f": {words}")
    stated = Readings(texts, kinds, "text", problems)
    own = [kind == "growth" for kind in kinds]
    for i in np.flatnonzero(own).tolist():
        rates[i] = None if np.isnan(stated.low[i]) else texts[i]
    wanted = ["growth of a rate" if kind in _POINTS else "growth" for kind in kinds]
    growths = Readings(rates, wanted, "growth_text", problems)
    return stated, growths, growths.split("change", "pp")


def _dimensions(
    label: Mapping[str, list[str]], nouns: list[str], columns: Mapping[str, list[Any]]
) -> list[str]:
    """The dimensions; an empty one is that of the unit, or of the measure's levels."""
    named = list(label["dimension"])
    if all(named):
        return named
    units = [text_of(x) for x in columns.get("unit", [""] * len(named))]
    known: dict[str, set[str]] = {}
    for i, kind in enumerate(label["kind"]):
        if not named[i]:
            named[i] = _money(nouns[i]) or _money(units[i])
        if not named[i] and kind == "margin":
            named[i] = "money"
        if kind in ("level", "count"):
            known.setdefault(label["measure"][i], set()).add(named[i])
    for i, kind in enumerate(label["kind"]):
        measure = label["measure"][i].removeprefix("share of ")
        levels = known.get(measure, set())
        if not named[i] and kind not in ("level", "count") and len(levels) == 1:
            named[i] = next(iter(levels))
    return named


def _money(unit: str) -> str:
    """The dimension of a money unit: money for yuan; empty for another unit."""
    word = unit.strip().upper()
    if word in _YUAN:
        return "money"
    return f"money {word}" if word in _CURRENCIES else ""


def _bases(code: Mapping[str, Ints]) -> Ints:
    """The codes of the bases of growths; an empty one is the one that its source
    states for the same measure, if it states only one."""
    basis: Ints = code["growth_basis"].copy()
    stated: dict[tuple[int, int], set[int]] = {}
    pairs = list(zip(code["source"].tolist(), code["measure"].tolist(), strict=True))
    for pair, number in zip(pairs, basis.tolist(), strict=True):
        if number and all(pair):
            stated.setdefault(pair, set()).add(number)
    for i in np.flatnonzero(basis == 0).tolist():
        found = stated.get(pairs[i], set())
        if len(found) == 1:
            basis[i] = next(iter(found))
    return basis
