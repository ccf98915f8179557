"""The class methods of Panel that build one from a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from . import build
from .options import Options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._cells.panel import PanelData

_Panel = TypeVar("_Panel", bound="Builders")


class Builders:
    """The builders of `Panel`, which takes the state that they make."""

    def __init__(self, data: PanelData) -> None:
        self._data = data

    @classmethod
    def from_table(
        cls: type[_Panel],
        table: Any,
        keys: str | Sequence[str],
        period: str | tuple[str, str],
        measures: str | Sequence[str] | Mapping[str, str],
        *,
        freq: str | None = None,
        units: Mapping[str, str] | None = None,
        absent: str = "missing",
        nulls: str = "reported",
        duplicates: str | None = None,
        complete_through: Any = None,
        exit_after: int | str = "1Y",
        year_end: str | None = None,
        date_format: str | None = None,
        workers: int | None = None,
        progress: bool = False,
    ) -> _Panel:
        """Build a panel from a long table with columns of keys, periods and measures.

        Parameters
        ----------
        table : object
            A table with an Arrow stream (pyarrow, polars, duckdb), a dict of arrays, a
            structured array, a data frame (levels of its index are columns, too), a
            list of records, a dataset, Parquet file or scanner of pyarrow, a Delta
            table, a cursor or duckdb connection after `execute`, `read_table`, or an
            iterable of these.
        keys : str or sequence of str
            The key columns: text, integers or booleans. A missing label is None.
        period : str or (str, str)
            The column of periods or dates, or those of year and month or quarter. The
            name of the second states which, by a word such as "month" or "quarter".
        measures : str, sequence of str, or dict of str to str
            The columns of numbers, or {name: kind}. The kinds are "flow" (default;
            added over series and time), "stock", "cumulative" (year to date; these two
            are added over series only), "rate" and "index" (never added). Of several
            dates in one period a flow adds all; any other kind takes the last one that
            has a value.
        freq : str, optional
            "M", "Q", "Y", "M-JF" ...; required if the periods do not state it.
        units : dict of str to str, optional
            The units of measures. A rate in "percent", "%" or "‰" becomes a fraction.
        absent : {"missing", "zero"}
            The meaning of a cell without a row: not known, or 0 (flows only).
        nulls : {"reported", "absent"}
            The meaning of a row without a value: not reported (its cell is MISSING), or
            as no row.
        duplicates : {"add", "identical", "last", "error"}, optional
            For several rows of one series and date: add them (never rates or indices),
            drop identical rows and refuse others, keep the last row, or raise an error.
            By default flows are added, and for any other kind it is an error.
        complete_through : str, date, int, optional
            The last complete period. Later cells keep their values and are PARTIAL.
        exit_after : int or str, default "1Y"
            A series has exited if it has no row for this long at the end. The default
            is a year, and two periods at least.
        year_end : str, optional
            The month in which the year ends, such as "MAR", for months and days.
        date_format : str, optional
            How the text of the periods is written, in the letters of strptime: %Y %y
            %m %d %b %B %H %M %S %f. It is needed where the day or the month may come
            first: "%d-%m-%Y". Without a day it states months or years.
        workers : int, optional
            The number of threads; the default is that of `set_workers`.
        progress : bool, default False
            Show the rows read and the rate, in a terminal or a notebook, if tqdm is
            installed.

        Returns
        -------
        Panel

        Raises
        ------
        KeyError
            If a column is unknown.
        TypeError, ValueError, OverflowError
            If a value cannot be read, rows must not be added, or a sum is out of range.
            The message names the row, or the series and period.

        Warns
        -----
        EvmarketWarning
            If rows were added that repeat another row exactly, in every column of the
            table. Looks at the first million rows of a table that can be read twice;
            not if `duplicates` is given.

        Notes
        -----
        Each sum is exact and rounded once. The order of rows, the number of workers and
        the size of batches do not change the bits.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "A", "B"], "month": [202401, 202501, 202501]}
        >>> table["units"] = [10, 15, 7]
        >>> panel = em.Panel.from_table(table, "maker", "month", "units", freq="M")
        >>> panel["units"].growth("1Y").at("2025-01", status=True)
        (array([0.5, nan]), array([0, 6], dtype=uint8))
        """
        options = Options(
            freq=freq,
            units=units,
            absent=absent,
            nulls=nulls,
            duplicates=duplicates,
            complete_through=complete_through,
            exit_after=exit_after,
            year_end=year_end,
            date_format=date_format,
            workers=workers,
            progress=progress,
        )
        return cls(build.build(table, keys, period, measures, options))

    @classmethod
    def from_arrays(
        cls: type[_Panel],
        keys: Mapping[str, Any],
        period: Any,
        measures: Mapping[str, Any],
        **options: Any,
    ) -> _Panel:
        """Build a panel from columns.

        Parameters
        ----------
        keys : dict of str to array_like
            One column per key.
        period : array_like, or (years, months or quarters)
            The periods or dates. A pair without names holds months, or quarters if
            `freq` is quarterly.
        measures : dict of str to array_like
            One column per measure.
        **options
            As for `from_table`, with the same errors and warning; ``kinds`` is
            {measure: kind}.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import evmarket as em
        >>> keys, months = {"maker": ["A", "A", "B"]}, ["2024-01", "2024-01", "2024-02"]
        >>> em.Panel.from_arrays(keys, months, {"units": [60, 5, 10]})["units"].values
        array([[65., nan],
               [nan, 10.]])
        """
        kinds = options.pop("kinds", None)
        asked = Options.of(options)
        return cls(build.build_arrays(keys, period, measures, kinds, asked))

    @classmethod
    def from_wide(
        cls: type[_Panel],
        table: Any,
        key: str | None,
        measure: str,
        period: str | None = None,
        *,
        columns: Sequence[str] | None = None,
        keys: Sequence[str] = (),
        **options: Any,
    ) -> _Panel:
        """Build a panel from a wide table, whose headers are periods or labels.

        Parameters
        ----------
        table : object
            As for `from_table`.
        key : str or None
            The key whose labels are the headers. If the headers are periods: a key
            column, or None if `keys` names all of them.
        measure : str
            A name for the values.
        period : str, optional
            The column of periods; None if the headers are periods.
        columns : sequence of str, optional
            The columns of values; the default is all columns without another role. An
            empty cell is no row.
        keys : sequence of str, default ()
            More key columns.
        **options
            As for `from_table`, with the same errors. ``kind`` is that of the measure,
            and `nulls` is always "absent".

        Returns
        -------
        Panel

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> em.Panel.from_wide(table, "maker", "units").shape
        (2, 2)
        >>> by_month = {"month": ["2024-01", "2024-02"], "A": [60, 61], "B": [40, 42]}
        >>> em.Panel.from_wide(by_month, "maker", "units", "month").periods.last
        '2024-02'
        """
        kind = options.pop("kind", "flow")
        wide = build.Wide(key, measure, period, columns, keys, kind)
        return cls(build.build_wide(table, wide, Options.of(options)))
