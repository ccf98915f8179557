"""The public class Measure: one measure of a panel, as series by periods."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells import growth, windows
from .._cells import within as groups
from .._cells.select import part_of
from .._common.arguments import positive
from .._common.messages import one_line, short
from .asked import AskedMeasure
from .export import ExportedMeasure
from .operators import Operators

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from .._calendar.periods import Periods
    from .._cells.measure import MeasureData


class Measure(ExportedMeasure, Operators, AskedMeasure):
    """One measure: values and statuses, series by periods.

    Returned by ``panel[name]`` and by the methods of a measure. It stores the occupied
    cells, and computes the full arrays ``.values`` and ``.status`` on first use.

    Attributes
    ----------
    values : ndarray of float64, shape (series, periods)
        NaN where there is no number. ``numpy.asarray(measure)`` is the same array.
    status : ndarray of uint8, shape (series, periods)
        The `Status` of every cell.
    series : dict of str to ndarray of shape (series,)
        The labels of each series, one array per key.
    periods : Periods
        The calendar.
    name, kind, unit : str, str, str or None
        A derived measure is named for what it is, such as "units growth"; see `rename`.
        The kind of a level is "flow", "stock" or "cumulative". Other kinds are "rate",
        "growth", "log", "share", "margin", "ratio", "unit value", "rank", "index",
        "pp".

    Notes
    -----
    ``+ - * /`` take a measure or a number. Two measures are aligned by labels and
    calendar. A measure that lacks a key is used for every label of that key. Each cell
    gets the lowest status of both.

    A TypeError is raised for a kind that an operation does not take: `ytd` takes flows,
    `from_ytd` cumulative levels, `trailing` both, shares and concentrations take
    levels, and growth takes no rates. A KeyError is raised for an unknown key, label or
    period.

    Examples
    --------
    >>> import evmarket as em
    >>> months = ["2024-01", "2025-01", "2025-02"]
    >>> panel = em.Panel.from_arrays({}, months, {"units": [100, 150, 90]})
    >>> yoy = panel["units"].growth("1Y")
    >>> yoy.at("2025-01")
    array([0.5])
    >>> em.Status.names(yoy.at("2025-02", status=True)[1])
    array(['GAP'], dtype='<U20')
    """

    def __init__(self, data: MeasureData) -> None:
        self._data = data

    @property
    def name(self) -> str:
        """The name of the measure."""
        return self._data.name

    @property
    def kind(self) -> str:
        """The kind of the measure."""
        return self._data.kind

    @property
    def unit(self) -> str | None:
        """The unit, or None."""
        return self._data.unit

    @property
    def periods(self) -> Periods:
        """The calendar, or the selected part of it."""
        return self._data.calendar.periods

    @cached_property  # Tab completion in notebooks reads it, unlike a property
    def series(self) -> dict[str, NDArray[Any]]:
        """The labels of each series, one array per key, read-only."""
        return dict(self._data.series.columns)

    @property
    def shape(self) -> tuple[int, int]:
        """(series, periods)."""
        return self._data.shape

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Values, shape (series, periods); NaN where there is none."""
        return self._data.dense_values()

    @cached_property
    def status(self) -> NDArray[np.uint8]:
        """Status codes, shape (series, periods)."""
        return self._data.dense_status()

    def rename(self, name: str) -> Measure:
        """The same measure under another name, which tables and plots show.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> panel["units"].share().name, panel["units"].share().rename("part").name
        ('units share', 'part')
        """
        if not isinstance(name, str):
            raise TypeError(f"name is {short(name)}: give text")
        return Measure(self._data.rename(name))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        values = self.values
        if dtype is not None and np.dtype(dtype) != values.dtype:
            return values.astype(dtype)
        return values.copy() if copy else values

    def __len__(self) -> int:
        return self._data.series.count

    def __repr__(self) -> str:
        from .text import measure

        return measure(self._data)

    def _repr_html_(self) -> str:
        from .html import measure

        return measure(self._data)

    def at(self, period: Any, status: bool = False) -> Any:
        """The values of one period, one per series.

        Parameters
        ----------
        period : str, date, datetime64, pandas Period or int
            A period of the calendar.
        status : bool, default False
            Also return the status codes.

        Returns
        -------
        ndarray of float64, shape (series,), or (values, status)

        Raises
        ------
        KeyError
            If the calendar does not contain the period.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].at("2025", status=True)
        (array([90., 10.]), array([0, 0], dtype=uint8))
        """
        values, codes = self._data.at(self._data.calendar.ordinal(period, "period"))
        return (values, codes) if status else values

    def exact(self) -> NDArray[Any]:
        """Exact values of a level, as `fractions.Fraction`; None if there is no number.

        Returns
        -------
        ndarray of object, shape (series, periods)

        Raises
        ------
        TypeError
            If the measure is computed from others: its values are rounded.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays({}, ["2024"] * 3, {"yuan": [1e16, 0.5, -1e16]})
        >>> panel["yuan"].exact()
        array([[Fraction(1, 2)]], dtype=object)
        """
        cells = self._data.cells
        if cells.sums is None:
            name = one_line(self.name)
            raise TypeError(f"{name} is derived ({self.kind}): it has no exact values")
        values = np.empty(len(cells.values), object)
        values[:] = cells.sums.fractions()
        values[np.isnan(cells.values)] = None
        empty = np.full(self._data.dense_shape(), None)
        return np.asarray(self._data.spread(values, empty))

    def growth(
        self,
        lag: Any = "1Y",
        policy: str = "nm",
        within: Any = None,
        matched: bool = False,
    ) -> Any:
        """Growth rate over the base period, which lies a lag earlier on the calendar.

        Parameters
        ----------
        lag : int or str, or a list of them, default "1Y"
            A number of periods, or "1Y", "1Q", "1M" ...; a negative lag looks ahead.
            Several lags give a tuple of measures. See Notes for days and weeks.
        policy : {"nm", "abs", "signed", "midpoint"}
            The formula, as for `evmarket.growth`. Under "midpoint", a series that
            entered has the rate 2, and one that exited -2, times the sign of its value.
        within : str or sequence of str, optional
            Roll up to these keys first; () for the total.
        matched : bool, default False
            Add up only the series with a value in both periods. `within` is then () if
            None.

        Returns
        -------
        Measure
            Of kind "growth", fractions. NaN with a status where there is no rate.

        Raises
        ------
        TypeError
            If the kind has no growth; use `change` for rates and margins.
        ValueError
            If the lag is 0, or not a whole number of periods.

        Notes
        -----
        The base of a day is the same date a year before ("1Y"), or the same day of an
        earlier month ("1M", "1Q"). The base of a week is the week of the same number.
        29 February, and a week 53 whose other year has 52 weeks, have no base (GAP).
        Totals up to a date (`ytd`, `to_date`, cumulative levels) compare 29 February
        with 28 February. Numbers count periods: 364 days, 52 weeks.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].growth("1Y").at("2025")
        array([ 0.5 , -0.75])
        >>> panel["units"].growth("1Y", within=()).at("2025")
        array([0.])
        """
        return self._of_lags(
            lag, lambda one: growth.growth(self._data, one, policy, within, matched)
        )

    def _of_lags(self, lag: Any, form: Callable[[Any], MeasureData]) -> Any:
        """A measure, or for several lags a tuple of them."""
        if isinstance(lag, (list, tuple)):
            return tuple(Measure(form(one)) for one in lag)
        return Measure(form(lag))

    def log_growth(self, lag: Any = "1Y") -> Any:
        """Logarithmic growth over the base period, ``ln(x1 / x0)``.

        Parameters
        ----------
        lag : int or str, default "1Y"
            As for `growth`, with the same errors.

        Returns
        -------
        Measure
            Of kind "log". NaN with a status unless both values are positive.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].log_growth("1Y").at("2025").round(4)
        array([ 0.4055, -1.3863])
        """
        return self._of_lags(lag, lambda one: growth.log_growth(self._data, one))

    def annualized_growth(self, lag: Any = 1) -> Any:
        """Growth over a lag as a yearly rate, ``(x1/x0)**(periods per year/lag) - 1``.

        Parameters
        ----------
        lag : int or str, default 1
            As for `growth`, with the same errors.

        Returns
        -------
        Measure
            Of kind "growth", fractions.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> panel = em.Panel.from_arrays({}, quarters, {"units": [10, 20, 30, 40, 15]})
        >>> panel["units"].annualized_growth("1Y").at("2025Q1")
        array([0.5])
        >>> panel["units"].annualized_growth("1Q").at("2024Q2")
        array([15.])
        """
        return self._of_lags(lag, lambda one: growth.annualized_growth(self._data, one))

    def change(self, lag: Any = "1Y") -> Any:
        """Difference from the base period, in percentage points for rates and shares.

        Parameters
        ----------
        lag : int or str, default "1Y"
            As for `growth`.

        Returns
        -------
        Measure
            Of kind "pp" (a fraction) for rates, margins, shares and growth. The change
            of a level has its kind, "flow" for a stock, and is exact and rounded once.

        Examples
        --------
        >>> import evmarket as em
        >>> measures = {"revenue": [100, 120], "cost": [80, 90]}
        >>> panel = em.Panel.from_arrays({}, ["2024", "2025"], measures)
        >>> panel.margin("revenue", "cost").change("1Y").at("2025").round(4)
        array([0.05])
        >>> panel["revenue"].change("1Y").at("2025")
        array([20.])
        """
        return self._of_lags(lag, lambda one: growth.change(self._data, one))

    def index(self, base: Any) -> Measure:
        """Index numbers, 100 in the base period.

        Parameters
        ----------
        base : str, date, int or slice
            The base period. The base of a longer period or a slice is its mean.

        Returns
        -------
        Measure
            Of kind "index". NaN with a status if the base is missing or not positive.

        Raises
        ------
        TypeError, ValueError
            If the kind has no index, or the base lies outside the calendar.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> panel = em.Panel.from_arrays({}, quarters, {"units": [10, 20, 30, 40, 15]})
        >>> panel["units"].index("2024Q1").at("2024Q3")
        array([300.])
        >>> panel["units"].index("2024").at("2025Q1")
        array([60.])
        """
        return Measure(windows.indexed(self._data, base))

    def ytd(self) -> Measure:
        """Year-to-date sums of a flow. They restart in each fiscal, or ISO, year.

        Returns
        -------
        Measure
            Of kind "window". Periods before entry and after exit count as 0. NaN and
            INCOMPLETE if another period has no value.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> panel = em.Panel.from_arrays({}, quarters, {"units": [10, 20, 30, 40, 15]})
        >>> panel["units"].ytd().values
        array([[ 10.,  30.,  60., 100.,  15.]])
        """
        return Measure(windows.ytd(self._data))

    def to_date(self, unit: str) -> Measure:
        """Sum since the beginning of the month, the quarter, the half or the year.

        Parameters
        ----------
        unit : {"M", "Q", "H", "Y"}
            A unit longer than the periods; "Y" is `ytd`. Weeks take "Y".

        Returns
        -------
        Measure
            Of kind "window".

        Examples
        --------
        >>> import evmarket as em
        >>> days = ["2025-11-01", "2025-11-02", "2025-11-03"]
        >>> panel = em.Panel.from_arrays({}, days, {"units": [5, 7, 1]}, freq="D")
        >>> panel["units"].to_date("M").values
        array([[ 5., 12., 13.]])
        >>> days = ["2024-11-01", "2024-11-30", "2025-11-01", "2025-11-24"]
        >>> units = {"units": [10, 90, 10, 3]}
        >>> panel = em.Panel.from_arrays({}, days, units, freq="D", absent="zero")
        >>> panel["units"].to_date("M").growth("1Y").at("2025-11-24")
        array([0.3])
        """
        return Measure(windows.to_date(self._data, unit))

    def from_ytd(self) -> Measure:
        """Single periods from year-to-date sums.

        Returns
        -------
        Measure
            Of kind "flow". NaN with a status if the sum of the period before is
            missing.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> sums, kinds = {"units": [10, 30, 60, 100, 15]}, {"units": "cumulative"}
        >>> panel = em.Panel.from_arrays({}, quarters, sums, kinds=kinds)
        >>> panel["units"].from_ytd().values
        array([[10., 20., 30., 40., 15.]])
        """
        return Measure(windows.from_ytd(self._data))

    def trailing(self, window: int | str = "1Y") -> Measure:
        """Sums over the last periods, such as trailing twelve months.

        Parameters
        ----------
        window : int or str, default "1Y"
            A number of periods, or "1Y", "2Q" ... Of days and weeks, "1Y" is what
            comes after the same date, or week, a year before. A cumulative level takes
            only "1Y": its value, plus the whole of last year, minus its value a year
            before.

        Returns
        -------
        Measure
            Of kind "window". Statuses are those of `ytd`.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> panel = em.Panel.from_arrays({}, quarters, {"units": [10, 20, 30, 40, 15]})
        >>> panel["units"].trailing("1Y").at("2025Q1")
        array([105.])
        """
        return Measure(windows.trailing(self._data, window))

    def share(self, within: Any = ()) -> Measure:
        """Share of each series in the total of its group.

        Parameters
        ----------
        within : str or sequence of str, default ()
            The keys whose labels make the groups; () for one group.

        Returns
        -------
        Measure
            Of kind "share", fractions. Missing series do not count. NaN if the total is
            not positive. A negative part has a negative share.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].share().at("2025")
        array([0.9, 0.1])
        """
        return Measure(groups.share(self._data, within))

    def rank(self, within: Any = ()) -> Measure:
        """Rank of each series in its group. The largest has rank 1; ties share a rank.

        Parameters
        ----------
        within : str or sequence of str, default ()
            As for `share`.

        Returns
        -------
        Measure
            Of kind "rank".

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].rank().at("2025")
        array([1., 2.])
        """
        return Measure(groups.rank(self._data, within))

    def hhi(self, within: Any = ()) -> Measure:
        """Herfindahl-Hirschman index of each group: the sum of its squared shares.

        Parameters
        ----------
        within : str or sequence of str, default ()
            As for `share`.

        Returns
        -------
        Measure
            Of kind "ratio", from 0 to 1, one series per group.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].hhi().at("2025").round(4)
        array([0.82])
        """
        return Measure(groups.concentration(self._data, within, None))

    def concentration(self, k: int, within: Any = ()) -> Measure:
        """Share of the k largest series in the total of each group.

        Parameters
        ----------
        k : int
            How many, at least 1.
        within : str or sequence of str, default ()
            As for `share`.

        Returns
        -------
        Measure
            Of kind "share", one series per group.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].concentration(1).at("2025")
        array([0.9])
        """
        return Measure(groups.concentration(self._data, within, positive(k, "k")))

    def top(self, n: int, at: Any = None) -> Measure:
        """The n largest series of one period.

        Parameters
        ----------
        n : int
            How many, at least 1.
        at : str, date, int, optional
            The period; the default is the last complete one with a value.

        Returns
        -------
        Measure
            The same measure with fewer series, in the order of their labels.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].top(1).series["maker"].tolist()
        ['A']
        """
        count = positive(n, "n")
        data = self._data
        ordinal = data.last_known() if at is None else data.calendar.ordinal(at, "at")
        return Measure(groups.top(data, count, ordinal))

    def select(
        self, labels: Any = None, /, periods: Any = None, **keys: Any
    ) -> Measure:
        """Select series and periods. One label removes its key, a list keeps it.

        Parameters
        ----------
        labels, periods, **keys
            As for `Panel.select`, with the same errors.

        Returns
        -------
        Measure

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].growth().select(maker="A", periods="2025").values
        array([[0.5]])
        """
        return Measure(part_of(self._data, labels, periods, keys))

    def __getstate__(self) -> dict[str, Any]:
        return {"_data": self._data}  # full arrays are computed again, read-only

    def plot(self, kind: str | None = None, *, ax: Any = None, top: int = 8) -> Any:
        """Plot the measure over its calendar with matplotlib.

        Parameters
        ----------
        kind : {"line", "bar", "area", "status"}, optional
            Lines break at gaps and are dashed at incomplete periods. Areas are stacked.
            "status" is a map of the status of every cell. The default is "area" for
            shares that add up to 1, "bar" for a few rates of growth or differences, and
            else "line".
        ax : matplotlib.axes.Axes, optional
            The axes to draw in; the default is a new figure. The legend stands beside
            them in a figure with ``layout="constrained"``, else inside.
        top : int, default 8
            The most series to draw: those with the largest levels at the last complete
            period, in the order of the measure. The title says how many there are. The
            level of growth, of a share or of a rank is what it is computed from.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ImportError
            If matplotlib is missing; ``evmarket[plot]`` installs it.
        TypeError, ValueError
            If `kind` is "area" and the values do not add up, or some are negative.

        Warns
        -----
        EvmarketWarning
            If no installed font has some character of a label; once a figure.

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> months = ["2025-01", "2025-02", "2025-04"]
        >>> panel = em.Panel.from_arrays({}, months, {"units": [100, 150, 90]})
        >>> ax = panel["units"].plot()
        >>> ax.lines[0].get_ydata().tolist()
        [100.0, 150.0, nan, 90.0]
        """
        from .plots import plot

        return plot(self._data, kind, ax, top)
