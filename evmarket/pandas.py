"""Growth and other functions as methods of pandas: ``import evmarket.pandas``.

The import registers the accessor ``em``: ``frame.em`` finds the earlier row of each row
on the calendar, ``series.em`` applies the array functions, whose lags count rows.
Results have the index of what they are computed from.

Examples
--------
>>> import pandas as pd
>>> import evmarket.pandas
>>> columns = {"maker": ["A", "B", "A"], "year": ["2024", "2025", "2025"]}
>>> frame = pd.DataFrame(columns | {"units": [60, 10, 90]}, index=[7, 8, 9])
>>> frame.em.growth_by("units", "maker", "year").tolist()
[nan, nan, 0.5]
>>> frame["units"].em.share()
7    0.3750
8    0.0625
9    0.5625
Name: units, dtype: float64
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arrays import growth as growths
from ._arrays import structure, sums
from ._common.messages import near, short
from ._panel.panel import Panel
from ._panel.rows import Rows

try:
    import pandas as pd
except ImportError:
    raise ImportError(
        'evmarket.pandas needs pandas: pip install "evmarket[pandas]"'
    ) from None

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def _labelled(result: Any, index: Any, name: Any) -> Any:
    """An array as a Series, each array of a pair too; other results as they are."""
    if isinstance(result, tuple):
        return tuple(_labelled(part, index, name) for part in result)
    if isinstance(result, np.ndarray):
        return pd.Series(result, index=index, name=name)
    return result


def _method(function: Callable[..., Any]) -> Any:
    """An array function as a method of a Series."""

    @wraps(function)
    def method(self: SeriesMethods, *args: Any, **options: Any) -> Any:
        column = self._column
        return _labelled(function(column, *args, **options), column.index, column.name)

    return method


@pd.api.extensions.register_series_accessor("em")
class SeriesMethods:
    """The array functions of evmarket as methods of a Series: ``series.em``.

    Each method takes the arguments of the function of the same name, without the first
    one. It returns a Series with the same index and name, or a number where the
    function does. A lag counts rows: where rows may be missing, use
    `FrameMethods.growth_by`.

    Examples
    --------
    >>> import pandas as pd
    >>> import evmarket.pandas
    >>> units = pd.Series([100, 150, 120], ["a", "b", "c"], name="units")
    >>> units.em.growth()
    a    NaN
    b    0.5
    c   -0.2
    Name: units, dtype: float64
    >>> float(units.em.mean_growth().round(4))
    0.0954
    """

    def __init__(self, column: pd.Series) -> None:
        self._column = column

    growth = _method(growths.growth)
    log_growth = _method(growths.log_growth)
    annualized_growth = _method(growths.annualized_growth)
    mean_growth = _method(growths.mean_growth)
    index = _method(growths.index)
    ytd = _method(sums.ytd)
    from_ytd = _method(sums.from_ytd)
    trailing = _method(sums.trailing)
    share = _method(structure.share)
    rank = _method(structure.rank)
    concentration = _method(structure.concentration)
    hhi = _method(structure.hhi)


class FrameRows:
    """The rows of a frame, indexed once: what ``frame.em.rows`` returns.

    Its methods are those of `evmarket.Rows`. They take the name of a column and return
    a Series with the index of the frame.

    Examples
    --------
    >>> import pandas as pd
    >>> import evmarket.pandas
    >>> columns = {"quarter": ["2024Q4", "2025Q1", "2025Q2"], "units": [10, 15, 9]}
    >>> rows = pd.DataFrame(columns).em.rows([], "quarter")
    >>> rows.trailing("units", "2Q").tolist()
    [nan, 25.0, 24.0]
    """

    def __init__(self, frame: pd.DataFrame, rows: Rows) -> None:
        self._frame, self._rows = frame, rows

    def growth(self, values: str, lag: int | str = "1Y", **options: Any) -> Any:
        """Growth of each row; see `evmarket.Rows.growth`.

        Examples
        --------
        >>> import pandas as pd
        >>> import evmarket.pandas
        >>> frame = pd.DataFrame({"year": ["2025", "2024"], "units": [15, 10]})
        >>> frame.em.rows([], "year").growth("units").tolist()
        [0.5, nan]
        """
        return self._of("growth", values, lag, **options)

    def trailing(self, values: str, window: int | str = "1Y", **options: Any) -> Any:
        """Sum of the last periods of each row; see `evmarket.Rows.trailing`.

        Examples
        --------
        >>> import pandas as pd
        >>> import evmarket.pandas
        >>> frame = pd.DataFrame({"year": ["2025", "2024"], "units": [15, 10]})
        >>> frame.em.rows([], "year").trailing("units", "2Y").tolist()
        [25.0, nan]
        """
        return self._of("trailing", values, window, **options)

    def ytd(self, values: str, **options: Any) -> Any:
        """Year-to-date sum of each row; see `evmarket.Rows.ytd`.

        Examples
        --------
        >>> import pandas as pd
        >>> import evmarket.pandas
        >>> frame = pd.DataFrame({"half": ["2025H1", "2025H2"], "units": [15, 10]})
        >>> frame.em.rows([], "half").ytd("units").tolist()
        [15.0, 25.0]
        """
        return self._of("ytd", values, **options)

    def _of(self, method: str, values: str, *args: Any, **options: Any) -> Any:
        column = _column(self._frame, values, "values")
        found = getattr(self._rows, method)(column, *args, **options)
        return _labelled(found, self._frame.index, values)


def _column(frame: pd.DataFrame, name: Any, argument: str) -> pd.Series:
    """A column of the frame, or a KeyError that names the argument."""
    if name not in frame.columns:
        words = near(name, frame.columns)
        raise KeyError(f"{argument} is {short(name)}: there is no such column; {words}")
    return frame[name]


@pd.api.extensions.register_dataframe_accessor("em")
class FrameMethods:
    """The rows of a long table, and its panel: ``frame.em``.

    Examples
    --------
    >>> import pandas as pd
    >>> import evmarket.pandas
    >>> columns = {"maker": ["A", "A"], "month": ["2024-01", "2025-01"]}
    >>> frame = pd.DataFrame(columns | {"units": [100, 150]})
    >>> frame.assign(growth=frame.em.growth_by("units", "maker", "month"))
      maker    month  units  growth
    0     A  2024-01    100     NaN
    1     A  2025-01    150     0.5
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def rows(
        self, by: str | Sequence[str], period: str | tuple[str, str], **options: Any
    ) -> FrameRows:
        """The rows indexed once by group and period, for several columns and lags.

        Parameters
        ----------
        by : str or list of str
            The columns that name the group of each row; [] for one group.
        period : str or (str, str)
            The column of the period, or those of the year and the month or quarter.
        **options
            ``freq``, ``year_end`` and ``date_format``, as for `evmarket.Rows`.

        Returns
        -------
        FrameRows

        Raises
        ------
        KeyError, TypeError, ValueError
            If there is no such column; as for `evmarket.Rows`.

        Examples
        --------
        >>> import pandas as pd
        >>> import evmarket.pandas
        >>> frame = pd.DataFrame({"year": [2024, 2025], "units": [10, 15]})
        >>> frame.em.rows([], "year", freq="Y").growth("units").tolist()
        [nan, 0.5]
        """
        names = [by] if isinstance(by, str) else list(by)
        groups: Any = [_column(self._frame, name, "by") for name in names]
        if not groups:
            groups = [np.zeros(len(self._frame), np.int64)]
        if isinstance(period, tuple):
            when: Any = tuple(_column(self._frame, one, "period") for one in period)
        else:
            when = _column(self._frame, period, "period")
        return FrameRows(self._frame, Rows(groups, when, **options))

    def growth_by(
        self,
        values: str,
        by: str | Sequence[str],
        period: str | tuple[str, str],
        *,
        freq: str | None = None,
        lag: int | str = "1Y",
        date_format: str | None = None,
        **options: Any,
    ) -> Any:
        """Growth of each row over the row of its group that lies a lag earlier.

        Parameters
        ----------
        values : str
            The column whose growth is computed.
        by, period, freq, date_format
            As for `rows`.
        lag : int or str, default "1Y"
            As for `evmarket.growth_by`.
        **options
            ``policy``, ``complete_through`` and ``return_status``, as there.

        Returns
        -------
        Series, or (values, status)
            Fractions, with the index of the frame and the name of the column. NaN where
            the rate is undefined; the status (uint8) gives the reason.

        Raises
        ------
        KeyError, TypeError, ValueError
            If there is no such column; as for `evmarket.growth_by`.

        Examples
        --------
        >>> import pandas as pd
        >>> import evmarket.pandas
        >>> columns = {"maker": ["A", "A"], "month": ["2024-01", "2025-02"]}
        >>> frame = pd.DataFrame(columns | {"units": [100, 150]})
        >>> rate, status = frame.em.growth_by(
        ...     "units", "maker", "month", return_status=True
        ... )
        >>> rate.tolist(), status.tolist()
        ([nan, nan], [5, 7])
        """
        rows = self.rows(by, period, freq=freq, date_format=date_format)
        return rows.growth(values, lag, **options)

    def panel(
        self,
        keys: str | Sequence[str],
        period: str | tuple[str, str],
        measures: Any,
        **options: Any,
    ) -> Panel:
        """The frame as a panel: `evmarket.Panel.from_table` with this table.

        Parameters
        ----------
        keys, period, measures, **options
            As for `evmarket.Panel.from_table`, with the same errors.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import pandas as pd
        >>> import evmarket.pandas
        >>> frame = pd.DataFrame({"year": ["2024", "2025"], "units": [10, 15]})
        >>> frame.em.panel([], "year", "units")["units"].growth().at("2025")
        array([0.5])
        """
        return Panel.from_table(self._frame, keys, period, measures, **options)
