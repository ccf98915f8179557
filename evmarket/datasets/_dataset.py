"""Dataset: a table with a name and a source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.html import Html, label, strong, text
from .._common.messages import short
from .._common.text import SCREEN, columns_of, middle
from .._tables.html import table_html
from .._tables.table import Table
from ._codes import FACT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from .._common.types import Ints

# The columns of facts shown in HTML, and how the values of each kind are printed.
_FACT_SHOWN = (
    "id",
    "entity",
    "measure",
    "dimension",
    "period",
    "kind",
    "value",
    "unit",
    "text",
    "growth_text",
)
_FORMATS = {"growth": "rate", "share": "share", "margin": "share", "pp": "pp"}


class Dataset(Table):
    """A table of read-only NumPy arrays, with a name and a source.

    Parameters
    ----------
    columns : mapping of str to array_like
        One-dimensional columns of numbers or text, of equal length. They are copied.
        Missing numbers are NaN, missing text is empty.
    name : str, optional
        A short name, as shipped datasets have.
    source : str, optional
        Who published the figures, and where.

    Raises
    ------
    TypeError
        If a column name is not text, or a column holds mixed objects.
    ValueError
        If a column is not one-dimensional, or columns differ in length.

    Examples
    --------
    >>> import evmarket as em
    >>> months = em.datasets.load("xpeng-monthly")
    >>> months
    <Dataset xpeng-monthly: 26 rows of month, maker, measure, value>
    >>> int(months["value"][12:24].sum())
    429445
    >>> changed = months.replace(0, "value", 9000)
    >>> int(changed["value"][0]), int(months["value"][0])
    (9000, 8250)
    """

    name: str
    source: str

    def __init__(
        self, columns: Mapping[str, ArrayLike], *, name: str = "", source: str = ""
    ) -> None:
        super().__init__({key: _column(values, key) for key, values in columns.items()})
        self.name = name
        self.source = source

    def __repr__(self) -> str:
        named = f" {middle(self.name, 30)}" if self.name else ""
        title = f"<Dataset{named}: {len(self)} rows of "
        listed = ", ".join(self.columns)
        if columns_of(title + listed) > SCREEN - 1:
            kept = len(self.columns)
            room = SCREEN - len(f", ... ({kept} columns)>") - columns_of(title)
            while kept and columns_of(", ".join(self.columns[:kept])) > room:
                kept -= 1
            some = ", ".join([*self.columns[:kept], "..."])
            listed = f"{some} ({len(self.columns)} columns)"
        return f"{title}{listed}>"

    def _repr_html_(self) -> str:
        shown = _FACT_SHOWN if set(_FACT_SHOWN) <= set(self) else self.columns
        hidden = ", ".join(name for name in self if name not in shown)
        return table_html(
            self._heading(),
            {name: self[name] for name in shown},
            {name: self._format(name) for name in shown},
            {},
            [
                text(hidden and f"not shown: {hidden}"),
                text(self.source and f"source: {self.source}"),
            ],
        )

    def _heading(self) -> Html:
        name = f"{label(self.name)}: " if self.name else ""
        size = f"{len(self):,} rows × {len(self.columns):,} columns"
        return Html(f"{strong('Dataset')} {name}{text(size)}")

    def _at(self, rows: Ints) -> Dataset:
        columns = {name: self[name][rows] for name in self}
        return Dataset(columns, name=self.name, source=self.source)

    def _row_formats(self) -> dict[str, str | list[str]]:
        return {name: self._format(name) for name in self}

    def _format(self, name: str) -> str | list[str]:
        """The format of a column, or of each of its rows, for `table_html`."""
        if name == "value" and "kind" in self:
            return [_FORMATS.get(str(kind), "") for kind in self["kind"]]
        if name.endswith("growth_printed"):
            return "rate"
        return "share" if name.endswith("margin_printed") else ""

    def _codes(self) -> list[str]:
        return []  # uint8 holds numbers here, not statuses

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._columns, self.name, self.source)

    def replace(self, row: int | str, column: str, value: object) -> Dataset:
        """A copy with one entry replaced.

        Parameters
        ----------
        row : int or str
            The position of the row, or its text in the column ``id``.
        column : str
            The name of the column.
        value : number or str
            The new entry. An integer column becomes float64 for a fraction.

        Returns
        -------
        Dataset

        Raises
        ------
        KeyError
            If there is no such row or column.
        TypeError
            If value is text and the column holds numbers, or the reverse.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.datasets.load("guangzhou").replace("g01", "value", 150_000)
        >>> float(facts["value"][0])
        150000.0
        """
        place = self._place(row)
        before = self[column]
        textual = before.dtype.kind in "UT"
        number = isinstance(value, (int, float, np.integer, np.floating))
        if textual != isinstance(value, str) or not (textual or number):
            wanted = "text" if textual else "numbers"
            raise TypeError(
                f"value is {short(value)}: the column {column!r} holds {wanted}"
            )
        entries = before.tolist()
        entries[place] = value
        changed: dict[str, Any] = dict(self._columns)
        changed[column] = np.array(entries)
        return Dataset(changed, name=self.name, source=self.source)

    def _place(self, row: int | str) -> int:
        if isinstance(row, str):
            places = np.flatnonzero(self["id"] == row)
            if len(places) != 1:
                count = f"{len(places)} rows have" if len(places) else "no row has"
                raise KeyError(f"row is {short(row)}: {count} this id")
            return int(places[0])
        if isinstance(row, bool) or not isinstance(row, (int, np.integer)):
            raise TypeError(f"row is {short(row)}: it takes a position or an id")
        if not -len(self) <= row < len(self):
            raise KeyError(f"row is {row}: the dataset has {len(self)} rows")
        return int(row)

    def facts(self) -> Dataset:
        """The figures one per row, in the columns of `FACT_COLUMNS`.

        Returns
        -------
        Dataset
            This dataset itself if it has these columns.

        Raises
        ------
        ValueError
            If this is not a shipped dataset and lacks some of these columns.

        Examples
        --------
        >>> import evmarket as em
        >>> facts = em.datasets.load("byd-regions").facts()
        >>> print(facts["id"][1], facts["text"][1], float(facts["value"][1]))
        byd-regions/China/2025-06/margin 16.97% 0.1697
        """
        if all(column in self for column in FACT_COLUMNS):
            return self
        from ._facts import fact_columns

        facts = fact_columns(self.name, self.to_dict())
        return Dataset(facts, name=self.name, source=self.source)


def _column(values: ArrayLike, name: str) -> NDArray[Any]:
    """A read-only copy of one column; numbers or text."""
    if not isinstance(name, str):
        raise TypeError(f"a column is named {short(name)}: a name must be text")
    array = np.array(values)
    if array.dtype.kind == "O":
        entries = ["" if entry is None else entry for entry in array.ravel().tolist()]
        if not all(isinstance(entry, str) for entry in entries):
            raise TypeError(
                f"column {short(name)} holds mixed objects: it takes numbers or text"
            )
        array = np.array(entries, dtype=str).reshape(array.shape)
    if array.dtype.kind not in "biufMUT":
        raise TypeError(
            f"column {short(name)} is {array.dtype}: it takes numbers or text"
        )
    if array.ndim != 1:
        raise ValueError(
            f"column {short(name)} has {array.ndim} dimensions: it must have one"
        )
    array.setflags(write=False)
    return array


def _rebuilt(columns: dict[str, Any], name: str, source: str) -> Dataset:
    return Dataset(columns, name=name, source=source)
