"""Growth and other functions as expressions of polars: ``import evmarket.polars``.

The import registers the namespace ``em`` of expressions: ``pl.col("units").em``. It
works in eager and lazy frames and with the streaming engine, which keeps the columns of
such an expression in memory, because a row may need any earlier row. What is undefined
is null, as in the frames that `Measure.to_polars` gives.

Examples
--------
>>> import polars as pl
>>> import evmarket.polars
>>> columns = {"maker": ["A", "B", "A"], "year": ["2024", "2025", "2025"]}
>>> frame = pl.LazyFrame(columns | {"units": [60, 10, 90]})
>>> rate = pl.col("units").em.growth_by("maker", period="year")
>>> frame.select(rate).collect()["units"].to_list()
[None, None, 0.5]
"""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from ._arrays import growth as growths
from ._arrays import structure, sums
from ._common.messages import short
from ._panel.rows import growth_by

try:
    import polars as pl
except ImportError:
    raise ImportError(
        'evmarket.polars needs polars: pip install "evmarket[polars]"'
    ) from None

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Column = str | pl.Expr


def _known(values: Any) -> pl.Series:
    """Numbers as a column of float64; NaN is null."""
    numbers = np.asarray(values, np.float64).reshape(-1)
    return pl.Series(numbers, nan_to_null=True)


def _method(function: Callable[..., Any], reduces: bool = False) -> Any:
    """An array function as a method of an expression."""

    @wraps(function)
    def method(self: ExprMethods, *args: Any, **options: Any) -> pl.Expr:
        return self._expr.map_batches(
            lambda column: _known(function(column, *args, **options)),
            return_dtype=pl.Float64,
            returns_scalar=reduces,
        )

    return method


@pl.api.register_expr_namespace("em")
class ExprMethods:
    """Functions of evmarket as methods of an expression: ``pl.col(...).em``.

    `growth_by` finds the earlier row on the calendar. The other methods take the
    arguments of the function of evmarket of the same name, without the first one, and
    give float64. Their lags count rows, in the order of the column, so they belong in
    ``.over(..., order_by=...)`` where a frame has several series.

    Examples
    --------
    >>> import polars as pl
    >>> import evmarket.polars
    >>> columns = {"maker": ["A", "B", "A", "B"], "units": [60, 40, 90, 10]}
    >>> units = pl.col("units")
    >>> frame = pl.DataFrame(columns).select(
    ...     growth=units.em.growth().over("maker"), share=units.em.share()
    ... )
    >>> frame["growth"].to_list(), frame["share"].to_list()
    ([None, None, 0.5, -0.75], [0.3, 0.2, 0.45, 0.05])
    """

    def __init__(self, expr: pl.Expr) -> None:
        self._expr = expr

    growth = _method(growths.growth)
    log_growth = _method(growths.log_growth)
    annualized_growth = _method(growths.annualized_growth)
    mean_growth = _method(growths.mean_growth, reduces=True)
    index = _method(growths.index)
    ytd = _method(sums.ytd)
    from_ytd = _method(sums.from_ytd)
    trailing = _method(sums.trailing)
    share = _method(structure.share)
    rank = _method(structure.rank)
    concentration = _method(structure.concentration, reduces=True)
    hhi = _method(structure.hhi, reduces=True)

    def growth_by(
        self,
        by: Column | Sequence[Column],
        *,
        period: Column | tuple[Column, Column],
        return_status: bool = False,
        **options: Any,
    ) -> pl.Expr:
        """Growth of each row over the row of its group that lies a lag earlier.

        Parameters
        ----------
        by : str or Expr, or a list of them
            The columns that name the group of each row; [] for one group.
        period : str or Expr, or a pair of them
            The column of the period, or those of the year and the month or quarter.
        return_status : bool, default False
            Give a struct of ``growth`` and ``status`` (uint8).
        **options
            ``freq``, ``lag``, ``policy``, ``complete_through`` and ``date_format``, as
            for `evmarket.growth_by`.

        Returns
        -------
        Expr
            Fractions, float64, one per row, under the name of the column. Null where
            the rate is undefined; the status gives the reason. All rows are needed at
            once: the streaming engine collects the columns.

        Raises
        ------
        TypeError, ValueError
            As for `evmarket.growth_by`, when the frame is collected; polars wraps them
            in a ComputeError.

        Examples
        --------
        >>> import polars as pl
        >>> import evmarket.polars
        >>> columns = {"month": ["2024-01", "2025-01", "2025-02"], "units": [10, 15, 9]}
        >>> rate = pl.col("units").em.growth_by([], period="month", return_status=True)
        >>> frame = pl.DataFrame(columns).select(rate.struct.unnest())
        >>> frame["growth"].to_list(), frame["status"].to_list()
        ([None, 0.5, None], [5, 0, 7])
        """
        groups = [by] if isinstance(by, (str, pl.Expr)) else list(by)
        times = list(period) if isinstance(period, tuple) else [period]
        count = len(times)

        def rates(columns: Sequence[pl.Series]) -> pl.Series:
            values, *others = columns
            when: Any = tuple(others[:count]) if count > 1 else others[0]
            whole: Any = others[count:] or [np.zeros(len(values), np.int64)]
            rate, status = growth_by(values, whole, when, return_status=True, **options)
            if not return_status:
                return _known(rate)
            parts = {"growth": _known(rate), "status": status}
            return pl.DataFrame(parts).to_struct()

        struct = pl.Struct({"growth": pl.Float64, "status": pl.UInt8})
        return pl.map_batches(
            [self._expr, *map(_expression, times), *map(_expression, groups)],
            rates,
            return_dtype=struct if return_status else pl.Float64,
        )


def _expression(column: Any) -> pl.Expr:
    """A column by its name, or an expression."""
    if not isinstance(column, (str, pl.Expr)):
        raise TypeError(f"by, period: {short(column)} is no name and no expression")
    return pl.col(column) if isinstance(column, str) else column
