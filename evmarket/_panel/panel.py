"""The public class Panel: measures as series by periods."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from .._cells import ratios
from .._cells.assign import assign
from .._cells.assume import assumed, resampled
from .._cells.merge import merge
from .._cells.select import excluded, selected
from .._common.messages import one_line, short
from .._tables.exported import Exported
from . import export
from .asked import AskedPanel
from .builders import Builders
from .explained import Explained
from .kept import Kept
from .measure import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .._calendar.periods import Periods
    from .._cells.panel import PanelData
    from .._common.types import Array


class Panel(Builders, Kept, Exported, Explained, AskedPanel):
    """Measures as series by periods, with exact sums and a status for every empty cell.

    Built by `from_table`, `from_arrays` and `from_wide`. Methods never change a panel.

    Attributes
    ----------
    keys : tuple of str
        The key columns. Each combination of their labels is a series.
    measures : tuple of str
        The names of the measures; ``panel[name]`` is a `Measure`.
    periods : Periods
        The calendar.
    series : dict of str to ndarray of shape (series,)
        The labels of each series, one array per key, sorted.
    shape : tuple of int
        (series, periods).

    Kinds
    -----
                         flow         stock        cumulative   rate       index
    rows of one date     add          error *      error *      error *    error *
    dates of one period  add          last date    last date    last date  last date
    over series          add          add          add          -          -
    coarser periods      add          last period  last period  -          last period
    growth               any lag      any lag      whole years  -          any lag
    change               flow         flow         cumulative   pp         index points
    ytd, trailing        add          -            is one       -          -
    from_ytd             -            -            flow         -          -
    ratio with           flow, stock  stock, flow  cumulative   -          -
    absent='zero'        0            missing      missing      missing    missing

    derived       over series  growth   change      ratio with
    window        add          any lag  window      window
    growth        -            -        pp          -
    log           -            -        pp          -
    share         -            -        pp          -
    margin        -            -        pp          -
    ratio         -            any lag  ratio       -
    unit value    -            any lag  unit value  -
    rank          -            -        -           -
    pp            -            -        -           -
    index points  -            -        -           -

    -: a TypeError says what to use. *: unless duplicates= says what to keep.
    Margins, price and volume, mix and bridges take levels of one kind.

    Notes
    -----
    Every method raises a KeyError for an unknown measure, key or label, and lists the
    known or similar ones. It raises a TypeError if it needs a level and gets a rate.

    Examples
    --------
    >>> import evmarket as em
    >>> keys = {"maker": ["A", "A", "B", "A"], "fuel": ["EV", "ICE", "EV", "EV"]}
    >>> months = ["2024-01", "2024-01", "2024-01", "2025-01"]
    >>> panel = em.Panel.from_arrays(keys, months, {"units": [60, 40, 10, 90]})
    >>> panel
    Panel(2 keys: maker, fuel; 3 series x 13 periods, 2024-01 to 2025-01)
      units: flow
    >>> panel.rollup("maker")["units"].at("2024-01")
    array([100.,  10.])
    >>> panel["units"].growth("1Y").select(maker="A", fuel="EV").at("2025-01")
    array([0.5])
    """

    def __init__(self, data: PanelData) -> None:
        self._data = data
        self._read: dict[str, Measure] = {}

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the keys."""
        return self._data.series.keys

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures."""
        return self._data.names

    @property
    def periods(self) -> Periods:
        """The calendar, or the selected part of it."""
        return self._data.calendar.periods

    @cached_property  # Tab completion in notebooks reads it, unlike a property
    def series(self) -> dict[str, Array]:
        """The labels of each series, one array per key, read-only."""
        return dict(self._data.series.columns)

    @property
    def shape(self) -> tuple[int, int]:
        """(series, periods)."""
        return len(self), len(self.periods)

    def __len__(self) -> int:
        return self._data.series.count

    def __contains__(self, name: object) -> bool:
        return name in self.measures

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.measures)

    def __repr__(self) -> str:
        from .text import panel

        return panel(self._data)

    def _repr_html_(self) -> str:
        from .html import panel

        return panel(self._data)

    @overload
    def __getitem__(self, name: str) -> Measure: ...
    @overload
    def __getitem__(self, name: list[str]) -> Panel: ...
    def __getitem__(self, name: str | list[str]) -> Measure | Panel:
        """A measure, for a name; a panel of some measures, for a list of names."""
        if isinstance(name, list):
            return Panel(self._data.with_names(name))
        data = self._data.measure(name)
        if data.name not in self._read:
            self._read[data.name] = Measure(data)
        return self._read[data.name]

    def rollup(self, *keys: str) -> Panel:
        """Add up the series over all keys except the given ones.

        Parameters
        ----------
        *keys : str
            The keys to keep, in this order, or one list of them; none for the total.

        Returns
        -------
        Panel
            Bit for bit a panel built with only these keys. Combined rates cannot be
            read.

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B"], "fuel": ["EV", "ICE", "EV"]}
        >>> panel = em.Panel.from_arrays(keys, ["2024"] * 3, {"units": [60, 30, 10]})
        >>> panel.rollup("fuel")["units"].at("2024"), panel.rollup()["units"].at("2024")
        (array([70., 30.]), array([100.]))
        """
        if len(keys) == 1 and isinstance(keys[0], (list, tuple)):
            keys = tuple(keys[0])
        return Panel(self._data.rollup(keys))

    def recode(self, key: str, labels: Mapping[Any, Any]) -> Panel:
        """Rename labels of a key. Series with the same new labels are added up.

        Parameters
        ----------
        key : str
            A key.
        labels : dict
            Old label to new label, of one type (text or integers). Other labels stay.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"powertrain": ["BEV", "PHEV", "ICE"]}
        >>> panel = em.Panel.from_arrays(keys, ["2024"] * 3, {"units": [60, 30, 10]})
        >>> nev = panel.recode("powertrain", {"BEV": "NEV", "PHEV": "NEV"})
        >>> nev.series["powertrain"].tolist(), nev["units"].at("2024")
        (['ICE', 'NEV'], array([10., 90.]))
        """
        return Panel(self._data.seen(self._data.view.recoded(key, labels)))

    def resample(self, freq: str) -> Panel:
        """Convert the panel to a lower frequency.

        Parameters
        ----------
        freq : str
            A frequency whose periods consist of whole periods of the panel: "Q", "Y"
            ...

        Returns
        -------
        Panel
            A flow is the sum of all its periods, INCOMPLETE if one has no value. A
            stock or cumulative level is the last value.

        Raises
        ------
        ValueError
            If the periods do not fit into those of `freq`.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays({}, ["2024H1", "2024H2"], {"units": [40, 60]})
        >>> panel.resample("Y")["units"].at("2024")
        array([100.])
        """
        return Panel(resampled(self._data, freq))

    def select(self, labels: Any = None, /, periods: Any = None, **keys: Any) -> Panel:
        """Select series and periods. One label removes its key, a list keeps it.

        Parameters
        ----------
        labels : dict, optional
            Key to label or list, for keys that are not Python names.
        periods : label or slice, optional
            Both ends are included; "2024" includes all its months. Earlier periods
            still serve as base periods.
        **keys
            Key to label or list.

        Returns
        -------
        Panel

        Raises
        ------
        KeyError
            If a key or label is unknown. The message lists similar names.

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B"], "fuel": ["EV", "ICE", "EV"]}
        >>> panel = em.Panel.from_arrays(keys, ["2024"] * 3, {"units": [60, 30, 10]})
        >>> panel.select(fuel="EV").series
        {'maker': array(['A', 'B'], dtype=object)}
        >>> panel.select(maker=["A"]).keys, len(panel.select(maker=["A"]))
        (('maker', 'fuel'), 2)
        """
        return Panel(selected(self._data, labels, periods, keys))

    def exclude(self, labels: Any = None, /, **keys: Any) -> Panel:
        """Remove the series that `select` would select. All keys stay.

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B"], "fuel": ["EV", "ICE", "EV"]}
        >>> panel = em.Panel.from_arrays(keys, ["2024"] * 3, {"units": [60, 30, 10]})
        >>> panel.exclude(maker="B").rollup("fuel")["units"].at("2024")
        array([60., 30.])
        """
        return Panel(excluded(self._data, labels, keys))

    def assume(
        self,
        absent: str | None = None,
        complete_through: Any = None,
        exit_after: int | str | None = None,
    ) -> Panel:
        """The same cells under other rules of absence.

        Parameters
        ----------
        absent, complete_through, exit_after
            As for `from_table`; None leaves a rule as it is.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "A", "B"]},
        ...     period=["2025-01", "2025-03", "2025-03"],
        ...     measures={"units": [5, 7, 1]},
        ... )
        >>> panel.assume(absent="zero")["units"].values
        array([[ 5.,  0.,  7.],
               [nan, nan,  1.]])
        """
        return Panel(assumed(self._data, absent, complete_through, exit_after))

    def assign(self, **measures: Measure) -> Panel:
        """The panel with more measures.

        Sums and differences of levels are levels of the panel: they roll up, resample
        and explain. Other measures are kept as they are and cannot be regrouped.

        Parameters
        ----------
        **measures
            Name to measure of this panel.

        Returns
        -------
        Panel

        Raises
        ------
        ValueError
            If a name is taken, or a measure has other series.

        Examples
        --------
        >>> import evmarket as em
        >>> measures = {"revenue": [100, 50], "cost": [80, 45]}
        >>> panel = em.Panel.from_arrays({"maker": ["A", "B"]}, ["2025"] * 2, measures)
        >>> panel = panel.assign(profit=panel["revenue"] - panel["cost"])
        >>> panel.rollup()["profit"].at("2025")
        array([25.])
        """
        for name, measure in measures.items():
            if not isinstance(measure, Measure):
                raise TypeError(f"{one_line(name)} is {short(measure)}: give a Measure")
        return Panel(assign(self._data, {k: m._data for k, m in measures.items()}))

    def merge(self, *others: Panel, overlap: str = "add") -> Panel:
        """Combine the cells of any number of panels.

        Parameters
        ----------
        *others : Panel
            With the same keys, measures, kinds, units, frequency and rules of absence.
        overlap : {"add", "replace", "error"}
            For cells that several have: add them, keep the last one with a value, or
            raise an error. Levels that are not flows are never added.

        Returns
        -------
        Panel
            Bit for bit the panel built from all rows. The chosen series and the periods
            in view are kept.

        Raises
        ------
        ValueError
            If the panels do not fit together, or share a cell that must not be added.

        Examples
        --------
        >>> import evmarket as em
        >>> january, february = (
        ...     em.Panel.from_arrays({"maker": ["A"]}, [month], {"units": [10]})
        ...     for month in ("2025-01", "2025-02")
        ... )
        >>> january.merge(february)["units"].values
        array([[10., 10.]])
        """
        return Panel(merge([self._data, *map(_panel, others)], overlap))

    def margin(self, revenue: str, cost: str) -> Measure:
        """Margin on revenue, ``(revenue - cost) / revenue``, as a ratio of sums.

        Parameters
        ----------
        revenue, cost : str
            Levels of the panel.

        Returns
        -------
        Measure
            Of kind "margin", a fraction. NaN if the revenue is not positive, and
            UNPAIRED if the two do not come from the same rows.

        Examples
        --------
        >>> import evmarket as em
        >>> measures = {"revenue": [100, 50], "cost": [80, 45], "units": [10, 5]}
        >>> panel = em.Panel.from_arrays({"maker": ["A", "B"]}, ["2025"] * 2, measures)
        >>> panel.margin("revenue", "cost").at("2025")
        array([0.2, 0.1])
        >>> panel.rollup().margin("revenue", "cost").at("2025").round(4)
        array([0.1667])
        """
        return Measure(ratios.margin(self._data, revenue, cost))

    def ratio(self, numerator: str, denominator: str, kind: str = "ratio") -> Measure:
        """Ratio of sums, such as a value per vehicle.

        Parameters
        ----------
        numerator, denominator : str
            Levels of the panel.
        kind : {"ratio", "unit value", "margin", "share"}
            The kind of the result.

        Returns
        -------
        Measure
            In units of the numerator per unit of the denominator. NaN as for `margin`.

        Examples
        --------
        >>> import evmarket as em
        >>> measures = {"revenue": [100, 50], "cost": [80, 45], "units": [10, 5]}
        >>> panel = em.Panel.from_arrays({"maker": ["A", "B"]}, ["2025"] * 2, measures)
        >>> panel.ratio("revenue", "units", kind="unit value").at("2025")
        array([10., 10.])
        """
        return Measure(ratios.ratio(self._data, numerator, denominator, kind))

    def report(
        self, measure: str, by: Any, at: Any = None, top: int = 10, within: Any = ()
    ) -> Any:
        """Table of the largest series: rank, level, growth, year to date and share.

        Parameters
        ----------
        measure : str
            A level.
        by : str
            The key whose labels are the rows.
        at : str, date, int, optional
            One period; the default is the last complete one with a value.
        top : int, default 10
            The number of rows per group. The others are added up in one row, "others".
        within : str or sequence of str, default ()
            Keys whose labels make separate groups.

        Returns
        -------
        Table
            Keys, ``rank``, ``move`` (ranks gained), ``level``, ``mom`` (``qoq``, ...),
            ``yoy``, ``yoy_matched`` (of series in both periods), of days ``mtd`` and
            ``mtd_yoy`` (month to date, on the same days), ``ytd``, ``ytd_yoy``,
            ``share``, ``share_change`` (on the year), ``reporting`` ("5 of 6" series)
            and ``status`` (of ``yoy``). Each rate is the growth of the level beside it.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> week = panel.report("units", by="maker")
        >>> week["maker"].tolist(), week["level"], week["yoy"]
        (['A', 'B', 'total'], array([ 90,  10, 100]), array([ 0.5 , -0.75,  0.  ]))
        """
        from .report import report

        return report(self._data, measure, by, at, top, within)

    def coverage(self) -> Any:
        """Table of the data of each series: rows, nulls, duplicates, gaps, entry, exit.

        Returns
        -------
        Table
            One row per series. ``gaps`` counts the periods without a value between
            ``first`` and ``last``.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> print(panel.coverage())
        Coverage(1 rows x 9 columns)
        maker  rows  nulls  duplicates  first  last  gaps  entered  exited
        A         1      0           0  2025   2025     0  False    False
        """
        from .compare import Coverage, coverage
        from .hints import unreported

        columns, note = coverage(self._data), unreported(self._data)
        return Coverage(columns, self.measures, self._plot_status, note)

    def compare(self, other: Panel, rtol: float = 0.0) -> Any:
        """Table of the cells that a later version of the panel changed.

        Parameters
        ----------
        other : Panel
            The later version, with the same keys, measures and frequency.
        rtol : float, default 0.0
            Ignore revisions up to this fraction.

        Returns
        -------
        Table
            Columns: the keys, ``period``, ``measure``, ``what`` (new, gone or revised),
            ``before``, ``after``, ``rate``; ``.same`` counts the unchanged cells.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> later = em.Panel.from_wide(table | {"2025": [90, 12]}, "maker", "units")
        >>> changed = panel.compare(later)
        >>> changed["maker"].tolist(), changed["after"], changed.same
        (['B'], array([12]), 3)
        """
        from .compare import compare

        return compare(self._data, _panel(other), rtol)

    def to_table(self) -> Any:
        """The occupied cells in long form, as a `Table` with an Arrow stream.

        Its arrays hold the labels of periods as text. A measure of integers is int64;
        with holes it is float64 and NaN, and ``Int64`` in pandas, polars and Arrow.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_wide({"maker": ["A"], "2025": [90]}, "maker", "units")
        >>> panel.to_table().columns, panel.to_table()["units"]
        (('maker', 'period', 'units'), array([90]))
        """
        return export.panel_table(self._data)

    def to_pandas(self, period: str = "period") -> Any:
        """The occupied cells as a pandas DataFrame in long form; columns keep types.

        A measure of integers is ``int64``, with holes ``Int64``; so are integer keys.

        Parameters
        ----------
        period : {"period", "start", "end", "label"}
            What periods become: pandas periods, the dates of their first or last days,
            or text. pandas has no half-years and no M-JF: there "period" gives text.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "A"], "month": ["2025-01", "2025-02"]}
        >>> table |= {"units": [90, 80], "stock": [7, None]}
        >>> panel = em.Panel.from_table(table, "maker", "month", ["units", "stock"])
        >>> panel.to_pandas().dtypes.astype(str).tolist()[1:]
        ['period[M]', 'int64', 'Int64']
        >>> panel.to_pandas(period="end")["period"].astype(str).tolist()
        ['2025-01-31', '2025-02-28']
        """
        return self.to_table().to_pandas(period)

    def _plot_status(self, measure: str, ax: Any) -> Any:
        return self[measure].plot("status", ax=ax)


def _panel(other: Any) -> PanelData:
    """The state of another panel."""
    if not isinstance(other, Panel):
        raise TypeError(f"other is {short(other)}: give a Panel")
    return other._data
