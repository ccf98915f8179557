"""Tables that a panel gives out: columns in order, for any other library."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._apply import choice
from ._cells import label_array
from ._inputs import listing, short
from ._status import Status
from ._tables import arrow_stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ._measure import Measure
    from ._panel import Panel

    Array = NDArray[Any]

__all__ = ["Table"]

_SHOWN = 10
"""Rows that the repr shows."""

_WIDEST = 140
"""Columns of a terminal beyond which texts wrap."""
_COLUMNS = 40
_CELL = 36
"""Columns that the repr shows, and how wide they may be."""


class Coded(NamedTuple):
    """A column as places in a list of words: text, integers or None."""

    codes: Array
    words: Sequence[Any]

    def decoded(self) -> Array:
        return label_array(self.words)[self.codes]

    def entries(self) -> list[Any]:
        """What the places stand for, one by one: no other word is looked at."""
        return [self.words[code] for code in self.codes.tolist()]


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
        from ._report import fitted

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
        from ._looks import rows_of

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


def _length(column: Array | Coded) -> int:
    return len(column.codes) if isinstance(column, Coded) else len(column)


def _taken(column: Array | Coded, rows: Any) -> Array | Coded:
    if isinstance(column, Coded):
        return Coded(column.codes[rows], column.words)
    found: Array = column[rows]
    return found


# ---- from panels and measures ----------------------------------------------------


def free_name(name: str, taken: Sequence[str]) -> str:
    """A name for a column that no other has."""
    while name in taken:
        name += "_"
    return name


def series_columns(frame: Any, series: Array) -> dict[str, Array | Coded]:
    """The labels of some series, a column a key."""
    return {
        key: Coded(frame.codes[series, k], frame.labels[k])
        for k, key in enumerate(frame.keys)
    }


def period_column(frame: Any, ordinals: Array) -> Coded:
    """The labels of some periods that are shown."""
    places = (ordinals - frame.shown[0]).astype(np.int32)
    return Coded(places, frame.periods.labels)


def _shown(frame: Any, ordinals: Array) -> NDArray[np.bool_]:
    low, high = frame.shown
    found: NDArray[np.bool_] = (ordinals >= low) & (ordinals <= high)
    return found


def measure_table(measure: Measure) -> Table:
    """The occupied cells of a measure: keys, period, its name, status."""
    frame, cells = measure._frame, measure._cells
    keep = _shown(frame, cells.ordinals)
    columns = series_columns(frame, cells.series[keep])
    columns[free_name("period", frame.keys)] = period_column(
        frame, cells.ordinals[keep]
    )
    name = free_name(measure.name, tuple(columns))
    columns[name] = cells.values[keep]
    codes = cells.codes[keep]
    columns[free_name("status", tuple(columns))] = codes
    return Table(columns, "", {name: look_of(measure.kind)}, {name: codes})


_SHARES = {"margin": "share", "rate": "share"}


def look_of(kind: str) -> str:
    """How the numbers of a kind print."""
    if kind in ("growth", "log"):
        return "rate"
    return kind if kind in ("share", "pp") else _SHARES.get(kind, "")


def panel_table(panel: Panel) -> Table:
    """The occupied cells of a panel: keys, period, measures.

    A measure of integers is int64 where every cell has a value; else float64, NaN where
    there is none.
    """
    frame, data = panel._frame, panel._data
    keep = _shown(frame, data["ordinals"])
    series = np.repeat(np.arange(frame.series_count), np.diff(data["indptr"]))[keep]
    columns = series_columns(frame, series)
    period = free_name("period", (*frame.keys, *panel.measures))
    columns[period] = period_column(frame, data["ordinals"][keep])
    for name, exact in zip(panel.measures, data["measures"], strict=True):
        panel[name]  # a rate that a roll-up merged says so
        values = np.where(exact["counts"] > 0, exact["values"], np.nan)[keep]
        if exact["grain"] == "integer" and not np.isnan(values).any():
            values = exact["lo"].view(np.int64)[keep]
        columns[free_name(name, tuple(columns))] = values
    return Table(columns)


def measure_to_pandas(measure: Measure, layout: str, status: bool) -> Any:
    """A measure as a data frame, "long" or "wide"."""
    if choice(layout, "layout", {"long": False, "wide": True}):
        if status:
            raise ValueError("status is True: a wide layout has no room for it")
        return _wide(measure)
    table = measure_table(measure)
    columns = table.to_dict()
    if not status:
        del columns[table.columns[-1]]
    return to_pandas(Table(columns))


def _wide(measure: Measure) -> Any:
    pandas = import_module("pandas")
    columns = pandas.Index(measure.periods.labels, name="period")
    series = measure.series
    index = None
    if len(series) == 1:
        [(name, labels)] = series.items()
        index = pandas.Index(labels, name=name)
    elif series:
        index = pandas.MultiIndex.from_arrays(list(series.values()), names=list(series))
    return pandas.DataFrame(measure.values, index=index, columns=columns)


# ---- into other libraries --------------------------------------------------------


def to_pandas(table: Table) -> Any:
    """A pandas DataFrame of a table's columns."""
    return import_module("pandas").DataFrame(table.to_dict())


def to_polars(table: Table) -> Any:
    """A polars DataFrame of a table's columns."""
    polars = import_module("polars")
    columns = []
    for name in table.columns:
        column = table[name]
        if column.dtype == object:
            kind = polars.Int64 if _has_integers(column) else polars.String
            columns.append(polars.Series(name, column.tolist(), dtype=kind))
        elif column.dtype.kind == "f":
            columns.append(polars.Series(name, column, nan_to_null=True))
        else:
            columns.append(polars.Series(name, column))
    return polars.DataFrame(columns)


def _has_integers(column: Array) -> bool:
    known = next((item for item in column.tolist() if item is not None), None)
    return type(known) is int


def _export(table: Table) -> Any:
    """The table as an Arrow stream, in a capsule."""
    return arrow_stream({name: _plain(c) for name, c in table._columns.items()})


def _plain(column: Array | Coded) -> Any:
    """A column as the core takes it."""
    if isinstance(column, Coded):
        return _plain_codes(column)
    if column.dtype == object:
        items = column.tolist()
        if _has_integers(column):
            valid = np.array([item is not None for item in items], bool)
            return np.array([item or 0 for item in items], np.int64), valid
        return items
    if column.dtype.kind == "f":
        return np.ascontiguousarray(column), ~np.isnan(column)
    return np.ascontiguousarray(column)


def _plain_codes(column: Coded) -> Any:
    """A coded column; None stands last among its words."""
    words = list(column.words)
    known = len(words) - (1 if words and words[-1] is None else 0)
    whole = bool(known) and type(words[0]) is int
    found = np.array(words[:known], np.int64) if whole else words[:known]
    codes = np.ascontiguousarray(column.codes)
    if known == len(words):
        return codes, found
    valid = codes < known
    return np.where(valid, codes, 0), found, valid


# ---- as text ---------------------------------------------------------------------


def text_rows(table: Table) -> list[str]:
    """The rows as aligned text, headings first."""
    from . import _report

    columns, numeric = _columns(table, table.columns)
    return _report.table(columns, numeric, width=_WIDEST)


def _columns(table: Table, names: Sequence[str]) -> tuple[list[list[str]], list[int]]:
    """Columns of texts, headings first, and the places of those of numbers."""
    columns, numeric = [], []
    for place, name in enumerate(names):
        column = table._columns[name]
        if isinstance(column, Coded):  # labels, which may be years
            items = column.entries()
            shown = ["" if item is None else str(item) for item in items]
            whole = all(type(item) is int for item in items)
        else:
            look, codes = table.looks.get(name, ""), table.statuses.get(name)
            shown = _texts(column, look, codes)
            whole = column.dtype.kind in "fi"
        columns.append([name, *shown])
        if whole:
            numeric.append(place)
    return columns, numeric


def _on_screen(table: Table) -> list[str]:
    """The rows as aligned text, the columns in as many blocks as a screen needs.

    Each begins with the first column of labels. Long texts stand without their middle.
    """
    from . import _report

    names = table.columns[:_COLUMNS]
    columns, numeric = _columns(table, names)
    columns = [[_report.middle(cell, _CELL) for cell in c] for c in columns]
    widths = [max(map(_report.columns_of, column)) + 2 for column in columns]
    first = next((k for k in range(len(names)) if k not in numeric), None)
    lines: list[str] = []
    rest = list(range(len(names)))
    while rest:
        block = [first] if lines and first is not None else []
        room = _report.SCREEN + 2 - sum(widths[k] for k in block)
        while rest and (room >= widths[rest[0]] or not block):
            room -= widths[rest[0]]
            block.append(rest.pop(0))
        of_numbers = [n for n, k in enumerate(block) if k in numeric]
        shown = [columns[k] for k in block]
        lines += [*([""] if lines else []), *_report.table(shown, of_numbers)]
    if len(table.columns) > _COLUMNS:
        lines.append(f"({len(table.columns) - _COLUMNS:,} more columns)")
    return lines


def _texts(column: Array, look: str, codes: Array | None) -> list[str]:
    from ._report import RELATIVE

    items = column.tolist()
    if column.dtype == np.uint8:
        return ["" if code == 0 else Status(code).name for code in items]
    if column.dtype.kind != "f":
        shown = str if column.dtype.kind in "Ob" else "{:,}".format
        return ["" if item is None else shown(item) for item in items]
    relative = RELATIVE.get(look, _plain_number)
    why = ["-"] * len(items)
    if codes is not None:
        why = [Status(code).name if code else "-" for code in codes.tolist()]
    return [
        none if math.isnan(item) else relative(item)
        for item, none in zip(items, why, strict=True)
    ]


def _plain_number(number: float) -> str:
    if abs(number) >= 1e15:
        return f"{number:.6g}"
    whole = abs(number) >= 1000 or number == round(number)
    return f"{number:,.0f}" if whole else f"{number:.4g}"
