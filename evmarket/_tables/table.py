"""Table: named columns of equal length, readable by any data library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.html import Html, label, strong, text
from .._common.messages import near, short
from .._common.text import SCREEN, fitted, printable, wrap
from .columns import decoded, length, taken
from .html import table_html
from .interchange import arrow_capsule, pandas_frame, polars_frame
from .order import chosen_rows, sorted_rows
from .text import mark_lines, screen_rows
from .written import Written

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .._common.types import Array, Ints
    from .columns import AnyColumn


class Table(Written):
    """Named columns of equal length.

    Any library that reads Arrow streams accepts a table; ``dict(table)`` is a dict of
    arrays.

    Parameters
    ----------
    columns : mapping of str to ndarray
        One-dimensional arrays of equal length: numbers, objects (str and None), or
        uint8 for a column of `Status` codes.
    title : str, optional
        What the table shows.
    formats : mapping of str to str, optional
        How columns of fractions are printed: "rate" and "share" (percent) or "pp".
    statuses : mapping of str to ndarray, optional
        The `Status` codes of a column's numbers, which print as marks of them.
    note : str, optional
        Lines that are printed below the rows.

    Attributes
    ----------
    columns : tuple of str
        The names of the columns; ``table[name]`` is an array.

    Examples
    --------
    >>> import evmarket as em
    >>> panel = em.Panel.from_arrays(
    ...     keys={"maker": ["A", "B"]},
    ...     period=["2024-01", "2024-02"],
    ...     measures={"units": [60, 10]},
    ... )
    >>> panel.to_table()
    Table(2 rows x 3 columns)
    maker  period   units
    A      2024-01     60
    B      2024-02     10
    """

    _rows = 10
    """How many rows the repr shows."""

    def __init__(
        self,
        columns: Mapping[str, AnyColumn],
        title: str = "",
        formats: Mapping[str, str] | None = None,
        statuses: Mapping[str, Array] | None = None,
        note: str = "",
    ) -> None:
        self._columns = dict(columns)
        self.title, self.note = title, note
        self.formats = dict(formats or {})
        self.statuses = dict(statuses or {})
        for name, column in self._columns.items():
            if length(column) != len(self):
                raise ValueError(
                    f"column {short(name)} has {length(column)} rows, "
                    f"the first {len(self)}"
                )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    def keys(self) -> tuple[str, ...]:
        """The names of the columns; ``dict(table)`` needs this method.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table().keys()
        ('maker', 'period', 'units')
        """
        return self.columns

    def __getitem__(self, name: str) -> Array:
        if not isinstance(name, str):
            raise TypeError(f"column is {short(name)}: it takes the name of a column")
        if name not in self._columns:
            raise KeyError(f"no column {short(name)}; {near(name, self.columns)}")
        column: Array = decoded(self._columns[name]).view()
        return column

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        """The number of rows."""
        return next(map(length, self._columns.values()), 0)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __repr__(self) -> str:
        name, count = type(self).__name__, len(self)
        lines = [f"{name}({count:,} rows x {len(self._columns):,} columns)"]
        if self.title:
            lines.append(fitted(self.title))
        first = self.part(0, self._rows)
        if count:
            lines += screen_rows(first._columns, first.formats, first.statuses)
        if count > self._rows:
            lines.append("...")
        lines += mark_lines(first._columns, first.statuses)
        for note in self.note.splitlines():
            lines += wrap(printable(note), SCREEN)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        notes = [text(note) for note in self.note.splitlines()]
        return table_html(
            self._heading(), self._columns, self.formats, self.statuses, notes
        )

    def _heading(self) -> Html:
        """The first line of the HTML: type, title and size."""
        title = f" {label(self.title, 60)};" if self.title else ""
        size = f" {len(self):,} rows × {len(self._columns):,} columns"
        return Html(f"{strong(type(self).__name__)}{title}{text(size)}")

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._columns)

    def part(self, start: int, stop: int) -> Table:
        """The rows from `start` up to, but not including, `stop`.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table().part(2, 4)
        Table(2 rows x 3 columns)
        maker  period  units
        B      2024       40
        B      2025       10
        """
        rows = slice(start, stop)
        return Table(
            {name: taken(column, rows) for name, column in self._columns.items()},
            self.title,
            self.formats,
            {name: codes[rows] for name, codes in self.statuses.items()},
        )

    def sort(self, by: str | Sequence[str], descending: bool = False) -> Table:
        """The rows in the order of one or more columns.

        Numbers are ordered by size, periods by time, text by its characters. Rows
        without a value come last, and equal rows keep their order. Statuses stay with
        their rows.

        Parameters
        ----------
        by : str or sequence of str
            The columns; the first one decides, then the second.
        descending : bool, default False
            The largest first.

        Returns
        -------
        Table

        Raises
        ------
        KeyError
            If there is no such column.
        ValueError
            If `by` is empty.
        TypeError
            If `by` is no name, or a column holds values of several types.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B", "C"], "2024": [60, 40, 70]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table().sort("units", descending=True)["maker"].tolist()
        ['C', 'A', 'B']
        """
        if not isinstance(by, (str, list, tuple)):
            raise TypeError(f"by is {short(by)}: it takes the names of columns")
        names = [by] if isinstance(by, str) else list(by)
        for name in names:
            self[name]  # raises for what is no column
        if not names:
            raise ValueError("by is empty: it takes the names of columns")
        columns = [(name, self._columns[name]) for name in names]
        return self._at(sorted_rows(columns, bool(descending)))

    def filter(self, mask: Any) -> Table:
        """The rows where a mask is True.

        Parameters
        ----------
        mask : array_like of bool, shape (rows,)
            Such as ``table["units"] > 100``; a comparison with NaN is False.

        Returns
        -------
        Table

        Raises
        ------
        TypeError
            If the mask is not of bool.
        ValueError
            If its length is not that of the table.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B", "C"], "2024": [60, 40, 70]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> long = panel.to_table()
        >>> long.filter(long["units"] > 50)["maker"].tolist()
        ['A', 'C']
        """
        return self._at(chosen_rows(mask, len(self)))

    def _at(self, rows: Ints) -> Table:
        """The same table with the rows at some positions."""
        made = object.__new__(type(self))
        made.__dict__.update(
            self.__dict__,
            _columns={
                name: taken(column, rows) for name, column in self._columns.items()
            },
            statuses={name: codes[rows] for name, codes in self.statuses.items()},
            formats={
                name: form if isinstance(form, str) else [form[k] for k in rows]
                for name, form in self.formats.items()
            },
        )
        return made

    def to_dict(self) -> dict[str, Array]:
        """The columns as a dict of arrays.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table().to_dict()["units"]
        array([60, 90, 40, 10])
        """
        return {name: self[name] for name in self._columns}

    def to_pandas(self, period: str = "period") -> Any:
        """A pandas DataFrame, whose columns keep their types.

        Integers with holes are ``Int64`` and booleans with holes ``boolean``. The names
        of statuses stand beside their codes: ``status_name``, a categorical, after
        ``status``.

        Parameters
        ----------
        period : {"period", "start", "end", "label"}
            What periods become: pandas periods, the dates of their first or last days,
            or text. pandas has no half-years and no M-JF: there "period" gives text.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, None]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> coverage = panel.coverage().to_pandas()
        >>> coverage["last"].dtype, coverage["last"].astype(str).tolist()
        (period[Y-DEC], ['2025', '2024'])
        """
        return pandas_frame(self._columns, period, self._codes())

    def to_polars(self, period: str = "period") -> Any:
        """A polars DataFrame, whose columns keep their types; missing numbers are null.

        The names of statuses stand beside their codes: ``status_name``, an Enum, after
        ``status``.

        Parameters
        ----------
        period : {"period", "start", "end", "label"}
            What periods become: the dates of their first or last days, or text. The
            default is "start", at M-JF "label".

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table().to_polars("end").row(0)
        ('A', datetime.date(2024, 12, 31), 60)
        """
        return polars_frame(self._columns, period, self._codes())

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """An Arrow stream of one batch, with the columns and types of `to_polars`.

        `requested_schema` is ignored, as the protocol allows.
        """
        return arrow_capsule(self._columns, self._codes())

    def _row_formats(self) -> Mapping[str, str | Sequence[str]]:
        """The formats of the columns, where they differ one per row."""
        return self.formats

    def _codes(self) -> list[str]:
        """The names of the columns of status codes."""
        return [
            name
            for name, column in self._columns.items()
            if getattr(column, "dtype", None) == np.uint8
        ]
