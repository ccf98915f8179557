"""The public class Measure: series by periods of one measure."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells import align, growth, windows
from .._cells import within as groups
from .._cells.select import selected
from .._common.arguments import positive
from .._common.messages import one_line
from .._common.text import fitted
from . import export, html, plots

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._calendar.periods import Periods
    from .._cells.measure import MeasureData

__all__ = ["Measure"]


class Measure:
    """A measure of a panel: values and statuses, series by periods.

    Got from a panel (``panel["units"]``) or from another measure. It holds the occupied
    cells; ``.values`` and ``.status`` spread them out on first use.

    Attributes
    ----------
    values : ndarray of float64, shape (series, periods)
        NaN where there is no number. ``numpy.asarray(measure)`` is the same.
    status : ndarray of uint8, shape (series, periods)
        Why: a `Status` for every cell.
    series : dict of str to ndarray
        The labels of each series, an array a key.
    periods : Periods
        The calendar.
    name, kind, unit : str, str, str or None
        What it measures; "flow", "stock", "cumulative", "rate", or what was derived:
        "growth", "log", "share", "margin", "ratio", "unit value", "rank", "index",
        "pp".

    Examples
    --------
    >>> import evmarket as em
    >>> panel = em.Panel.from_arrays(
    ...     keys={"maker": ["A", "A", "A"]},
    ...     period=["2024-01", "2025-01", "2025-02"],
    ...     measures={"units": [100, 150, 90]},
    ... )
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
        """What it measures."""
        return self._data.name

    @property
    def kind(self) -> str:
        """The kind of measure."""
        return self._data.kind

    @property
    def unit(self) -> str | None:
        """The unit, where one was given."""
        return self._data.unit

    # ---- what it holds ----------------------------------------------------------

    @property
    def periods(self) -> Periods:
        """The calendar, or the part of it that was selected."""
        return self._data.calendar.periods

    @cached_property  # which the Tab key of a notebook looks into, unlike a property
    def series(self) -> dict[str, NDArray[Any]]:
        """The labels of each series, an array a key, read-only."""
        return dict(self._data.series.columns)

    @property
    def shape(self) -> tuple[int, int]:
        """(series, periods)."""
        return self._data.shape

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Values, series by periods; NaN where there is none."""
        return self._data.dense_values()

    @cached_property
    def status(self) -> NDArray[np.uint8]:
        """Statuses, series by periods."""
        return self._data.dense_status()

    @property
    def members(self) -> NDArray[np.int64]:
        """How many series of the panel it was rolled up from stand behind each cell."""
        return self._data.members()

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        values = self.values
        if dtype is not None and np.dtype(dtype) != values.dtype:
            return values.astype(dtype)
        return values.copy() if copy else values

    def __len__(self) -> int:
        return self._data.series.count

    def __repr__(self) -> str:
        rows, columns = self.shape
        unit = f", {self.unit}" if self.unit else ""
        count = len(self._data.cells.values)
        return fitted(
            f"Measure({self.name!r}: {self.kind}{unit},",
            f"{rows:,} series x {columns:,} periods, {count:,} cells)",
        )

    def _repr_html_(self) -> str:
        return html.measure(self._data)

    def at(self, period: Any, status: bool = False) -> Any:
        """The values of one period, one a series.

        Parameters
        ----------
        period : str, date, datetime64, pandas Period or int
            A period of the calendar.
        status : bool, default False
            Also return the statuses.

        Returns
        -------
        ndarray of float64, or (values, status)

        Raises
        ------
        KeyError
            If the calendar does not hold the period.

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
        """Exact values of a level, as `fractions.Fraction`; None where there is none.

        Returns
        -------
        ndarray of object, shape (series, periods)

        Raises
        ------
        TypeError
            For a measure that is derived: its values are rounded.

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

    # ---- along the calendar -----------------------------------------------------

    def growth(
        self,
        lag: int | str = "1Y",
        policy: str = "nm",
        within: Any = None,
        matched: bool = False,
    ) -> Measure:
        """Growth rate on the period a lag before, joined on the calendar.

        Parameters
        ----------
        lag : int or str, default "1Y"
            Periods, or words such as "1Y", "1Q", "1M"; negative looks ahead.
        policy : {"nm", "abs", "signed", "midpoint"}
            As for `evmarket.growth`. Under "midpoint" a series that entered grows by 2
            and one that exited by -2, with the sign of its value.
        within : str or sequence of str, optional
            The growth of the roll-up to these keys; () for the total.
        matched : bool, default False
            Sum only the series present in both periods (within=None means ()).

        Returns
        -------
        Measure
            Of kind "growth". NaN with a status where there is no rate.

        Raises
        ------
        TypeError
            For a kind whose growth has no meaning (of a margin take `.change`).
        ValueError
            For a lag of 0, or one that is no whole number of periods.

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
        return Measure(growth.growth(self._data, lag, policy, within, matched))

    def log_growth(self, lag: int | str = "1Y") -> Measure:
        """Logarithmic growth on the period a lag before, ``ln(x1 / x0)``.

        Parameters
        ----------
        lag : int or str, default "1Y"
            As for `growth`.

        Returns
        -------
        Measure
            Of kind "log".

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].log_growth("1Y").at("2025").round(4)
        array([ 0.4055, -1.3863])
        """
        return Measure(growth.log_growth(self._data, lag))

    def annualized_growth(self, lag: int | str = 1) -> Measure:
        """Growth over a lag at a yearly rate, ``(x1/x0)**(periods a year/lag) - 1``.

        Parameters
        ----------
        lag : int or str, default 1
            As for `growth`.

        Returns
        -------
        Measure
            Of kind "growth".

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
        return Measure(growth.annualized_growth(self._data, lag))

    def change(self, lag: int | str = "1Y") -> Measure:
        """Difference from the period a lag before; of rates, margins and shares in pp.

        Parameters
        ----------
        lag : int or str, default "1Y"
            As for `growth`.

        Returns
        -------
        Measure
            Of kind "pp" for rates, margins, shares and growths, else of the same kind.
            The difference of a level is exact and rounded once.

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"revenue": [100, 120, 50, 50], "cost": [80, 90, 45, 40]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> panel.margin("revenue", "cost").change("1Y").at("2025").round(4)
        array([0.05, 0.1 ])
        >>> panel["revenue"].change("1Y").at("2025")
        array([20.,  0.])
        """
        return Measure(growth.change(self._data, lag))

    def index(self, base: Any) -> Measure:
        """Index numbers, 100 at the base.

        Parameters
        ----------
        base : str, date, int or slice
            A period, or a coarser label or slice whose mean is the base.

        Returns
        -------
        Measure
            Of kind "index".

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
        """Year-to-date sums of a flow, restarting each (fiscal) year.

        Returns
        -------
        Measure
            Of kind "cumulative". A series counts as 0 before it entered and after it
            exited, its status beside the number; a hole is NaN and INCOMPLETE.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> panel = em.Panel.from_arrays({}, quarters, {"units": [10, 20, 30, 40, 15]})
        >>> panel["units"].ytd().values
        array([[ 10.,  30.,  60., 100.,  15.]])
        """
        return Measure(windows.ytd(self._data))

    def from_ytd(self) -> Measure:
        """Single periods out of cumulative levels.

        Returns
        -------
        Measure
            Of kind "flow". Needs consecutive values within a year.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> told = {"units": [10, 30, 60, 100, 15]}
        >>> kinds = {"units": "cumulative"}
        >>> panel = em.Panel.from_arrays({}, quarters, told, kinds=kinds)
        >>> panel["units"].from_ytd().values
        array([[10., 20., 30., 40., 15.]])
        """
        return Measure(windows.from_ytd(self._data))

    def trailing(self, window: int | str = "1Y") -> Measure:
        """Sums of the last periods, such as trailing twelve months.

        Parameters
        ----------
        window : int or str, default "1Y"
            Periods, or words. Of a cumulative level only "1Y": its value, plus last
            year's whole, less its value a year before.

        Returns
        -------
        Measure
            Of the kind it has, "flow" for a cumulative level.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> panel = em.Panel.from_arrays({}, quarters, {"units": [10, 20, 30, 40, 15]})
        >>> panel["units"].trailing("1Y").at("2025Q1")
        array([105.])
        """
        return Measure(windows.trailing(self._data, window))

    # ---- within groups ----------------------------------------------------------

    def share(self, within: Any = ()) -> Measure:
        """Share of each series in its group's total.

        Parameters
        ----------
        within : str or sequence of str, default ()
            The keys that make the groups; () for the whole.

        Returns
        -------
        Measure
            Of kind "share". Absent series are left out; NaN where the total is not
            positive or a part is negative.

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
        """Rank of each series in its group, 1 for the largest.

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
        """Herfindahl-Hirschman index of each group: the sum of squared shares.

        Parameters
        ----------
        within : str or sequence of str, default ()
            As for `share`.

        Returns
        -------
        Measure
            Of kind "ratio", one series a group.

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
        """Share of the k largest series in each group's total.

        Parameters
        ----------
        k : int
            How many, at least 1.
        within : str or sequence of str, default ()
            As for `share`.

        Returns
        -------
        Measure
            Of kind "share", one series a group.

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
        """The n largest series at a period (the last complete one with values).

        Parameters
        ----------
        n : int
            How many, at least 1.
        at : str, date, int, optional
            The period.

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
        """Some series and periods; one value drops its key, a list keeps it.

        Parameters
        ----------
        labels : dict, optional
            Key to value or list, for keys that are no Python names.
        periods : label or slice, optional
            Both ends included; earlier periods still serve as bases.
        **keys
            Key to value or list.

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
        return Measure(selected(self._data, labels, periods, keys))

    # ---- arithmetic -------------------------------------------------------------

    def __add__(self, other: Any) -> Measure:
        return self._combined(other, "+")

    def __radd__(self, other: Any) -> Measure:
        return self._combined(other, "+")

    def __sub__(self, other: Any) -> Measure:
        return self._combined(other, "-")

    def __rsub__(self, other: Any) -> Measure:
        return self._combined(other, "r-")

    def __mul__(self, other: Any) -> Measure:
        return self._combined(other, "*")

    def __rmul__(self, other: Any) -> Measure:
        return self._combined(other, "*")

    def __truediv__(self, other: Any) -> Measure:
        return self._combined(other, "/")

    def __rtruediv__(self, other: Any) -> Measure:
        return self._combined(other, "r/")

    def __neg__(self) -> Measure:
        return self._combined(-1, "*")

    def _combined(self, other: Any, sign: str) -> Measure:
        if isinstance(other, Measure):
            return Measure(align.combined(self._data, other._data, sign))
        number = isinstance(other, (int, float, np.integer, np.floating))
        if isinstance(other, bool) or not number:
            unknown: Measure = NotImplemented  # Python asks the other operand
            return unknown
        return Measure(align.with_number(self._data, float(other), sign))

    def __getstate__(self) -> dict[str, Any]:
        return {"_data": self._data}  # dense arrays are made again, and read-only

    # ---- into other libraries ---------------------------------------------------

    def to_table(self) -> Any:
        """The occupied cells in long form, anything that reads Arrow can take it.

        Returns
        -------
        Table
            Columns: the keys, ``period``, the measure's name, ``status``.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> print(panel["units"].growth().to_table())
        Table(4 rows x 4 columns)
        maker  period    units  status
        A      2024    OUTSIDE  OUTSIDE
        A      2025    +50.00%
        B      2024    OUTSIDE  OUTSIDE
        B      2025    -75.00%
        """
        return export.measure_table(self._data)

    def to_pandas(self, layout: str = "long", status: bool = False) -> Any:
        """A pandas DataFrame, ``layout`` "long" (a row a cell) or "wide".

        Parameters
        ----------
        layout : {"long", "wide"}
            "wide" has a row a series and a column a period.
        status : bool, default False
            In long form also the column ``status``.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].to_pandas("wide").loc["A"].tolist()
        [60.0, 90.0]
        """
        return export.measure_to_pandas(self._data, layout, status)

    def to_polars(self) -> Any:
        """A polars DataFrame in long form.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].to_polars().row(1)
        ('A', '2025', 90.0, 0)
        """
        return self.to_table().to_polars()

    def plot(self, kind: str | None = None, *, ax: Any = None, top: int = 8) -> Any:
        """Plot the measure over its calendar with matplotlib.

        Parameters
        ----------
        kind : {"line", "bar", "area", "status"}, optional
            Lines are open at gaps and dashed where periods are not complete; areas
            stand on one another; "status" maps the status of every cell. Without it
            growth and differences are bars where they are few, shares are areas, all
            else lines.
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure without it.
        top : int, default 8
            At most so many series are drawn, the largest; the title says of how many.

        Returns
        -------
        matplotlib.axes.Axes

        Raises
        ------
        ImportError
            Without matplotlib, which ``evmarket[plot]`` brings.

        Examples
        --------
        >>> import evmarket as em
        >>> import matplotlib
        >>> matplotlib.use("Agg")
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "A", "A"]},
        ...     period=["2025-01", "2025-02", "2025-04"],
        ...     measures={"units": [100, 150, 90]},
        ... )
        >>> ax = panel["units"].plot()
        >>> ax.lines[0].get_ydata().tolist()
        [100.0, 150.0, nan, 90.0]
        """
        return plots.plot(self._data, kind, ax, top)

    # ---- helpers ----------------------------------------------------------------
