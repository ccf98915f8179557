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
    Readings,
    codes_of,
    columns_of,
    stated_of,
    text_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from .._common.types import Ints, Rows


class FactColumns:
    """Facts as columns: labels with their codes, printed figures, printed growths."""

    __slots__ = (
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
        columns = columns_of(table)
        length = len(columns["entity"])
        self.label = {name: _labels(columns, name, length) for name in LABELS}
        ids = columns.get("id", [""] * length)
        self.id = [text_of(x) or f"row {i}" for i, x in enumerate(ids)]
        self.stated, self.growths = _readings(columns, self.label["kind"])
        self.code, months = codes_of(self.label)
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


def _labels(columns: Mapping[str, list[Any]], name: str, length: int) -> list[str]:
    """One column of labels, checked; a missing label becomes the default."""
    default = DEFAULT.get(name, "")
    labels = [text_of(x) or default for x in columns.get(name, [""] * length)]
    known = KNOWN.get(name)
    for i, label in enumerate(labels if known else ()):
        if known and label not in known:
            listed = ", ".join(k or "empty" for k in known)
            raise ValueError(
                f"facts, row {i}: {name} is {short(label)}: it is one of {listed}"
            )
    return labels


def _readings(
    columns: Mapping[str, list[Any]], kinds: list[str]
) -> tuple[Readings, Readings]:
    """The printed figures and the printed growths; both are one for a growth fact."""
    blank = [""] * len(kinds)
    texts = columns.get("text", blank)
    texts = stated_of(
        [x if isinstance(x, Figure) else text_of(x) for x in texts],
        columns.get("value", [None] * len(kinds)),
        [text_of(x) for x in columns.get("relation", blank)],
    )
    stated = Readings(texts, kinds, "text")
    rates = [text_of(x) for x in columns.get("growth_text", blank)]
    for i, kind in enumerate(kinds):
        if kind == "growth":
            if rates[i]:
                raise ValueError(
                    f"facts, row {i}: growth_text is {short(rates[i])}: it must be "
                    "empty if kind is growth; the growth goes into text"
                )
            rates[i] = texts[i]
    return stated, Readings(rates, ["growth"] * len(kinds), "growth_text")
