"""Tables that a panel gives out: columns in order, for any other library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.messages import listing, short
from .columns import Coded, _length, _taken
from .interchange import _export, to_pandas, to_polars
from .text import _SHOWN, _on_screen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .._common.types import Array


__all__ = ["Table"]


class Table:
    """Columns of one length, in order; what a panel gives out as rows.

    Any library that reads Arrow streams takes it as it is; ``dict(table)`` is a dict of
    arrays.

    Parameters
    ----------
    columns : mapping of str to ndarray
        One-dimensional arrays of one length: numbers, objects (str and None), and uint8
        for columns of `Status`.
    title : str, optional
        What the table shows.
    looks : mapping of str to str, optional
        How columns of fractions print: "rate", "share" (as percent), "pp".
    statuses : mapping of str to ndarray, optional
        For some columns the `Status` of every number, where no column says it.

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

    def __init__(
        self,
        columns: Mapping[str, Array | Coded],
        title: str = "",
        looks: Mapping[str, str] | None = None,
        statuses: Mapping[str, Array] | None = None,
    ) -> None:
        self._columns = dict(columns)
        self.title = title
        self.looks = dict(looks or {})
        self.statuses = dict(statuses or {})
        if len(set(map(_length, self._columns.values()))) > 1:
            raise ValueError("columns have different lengths")

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    def keys(self) -> tuple[str, ...]:
        """The names of the columns, so that ``dict(table)`` works.

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
        if name not in self._columns:
            raise KeyError(
                f"{short(name)} is no column of this table: it has "
                f"{listing(self._columns)}"
            )
        found = self._columns[name]
        return found.decoded() if isinstance(found, Coded) else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __len__(self) -> int:
        """The number of rows."""
        return next(map(_length, self._columns.values()), 0)

    def __bool__(self) -> bool:
        return len(self) > 0

    def __repr__(self) -> str:
        from .._common.text import fitted

        count = len(self)
        lines = [
            f"{type(self).__name__}({count:,} rows x {len(self._columns):,} columns)"
        ]
        if self.title:
            lines.append(fitted(self.title))
        if count:
            lines += _on_screen(self.part(0, min(count, _SHOWN)))
        if count > _SHOWN:
            lines.append("...")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from .looks import rows_of

        return rows_of(self)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._columns)

    def part(self, start: int, stop: int) -> Table:
        """The rows start .. stop - 1.

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
            {name: _taken(column, rows) for name, column in self._columns.items()},
            self.title,
            self.looks,
            {name: codes[rows] for name, codes in self.statuses.items()},
        )

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

    def to_pandas(self) -> Any:
        """A pandas DataFrame.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table().to_pandas().shape
        (4, 3)
        """
        return to_pandas(self)

    def to_polars(self) -> Any:
        """A polars DataFrame; absent numbers are null.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table().to_polars().shape
        (4, 3)
        """
        return to_polars(self)

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """An Arrow stream of one batch; absent numbers are null.

        `requested_schema` is not followed, as the protocol allows.
        """
        return _export(self)
