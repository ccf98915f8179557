"""Facts as the audit reads them: printed figures as intervals, labels as codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._figures.figure import Figure
from .reading import (
    _DEFAULT,
    _KNOWN,
    KINDS,
    LABELS,
    Readings,
    _codes,
    _columns,
    _stated,
    _text,
)

if TYPE_CHECKING:
    from .._common.types import Ints, Rows
    from .levels import Levels


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
        from .looks import facts

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

    def series(self, rows: Rows, entity: str = "entity", **other: Ints) -> Ints:
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
        self, rows: Rows, period: str = "period", entity: str = "entity", **other: Ints
    ) -> Ints:
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
            from .levels import find_levels

            self._levels = find_levels(self)
        return self._levels
