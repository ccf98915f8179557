"""The public class Panel: a table of rows as series by periods."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

from .._cells import ratios, regroup
from .._cells.resample import resample
from .._cells.select import excluded, selected
from .._common.messages import listing, one_line, short
from .._common.text import SCREEN, fitted, middle
from . import build, compare, export, html, storage
from .explained import Explained
from .measure import Measure
from .report import report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .._calendar.periods import Periods
    from .._cells.panel import PanelData
    from .._common.types import Array

__all__ = ["Panel"]

_LISTED = 20
"""Measures that the repr lists."""


class Panel(Explained):
    """Series by periods, out of a long table: exact sums, and a status for every hole.

    Build one with `Panel.from_table`, `Panel.from_arrays` or `Panel.from_wide`.

    Attributes
    ----------
    keys : tuple of str
        The columns whose combinations are the series.
    measures : tuple of str
        The measures; ``panel[name]`` is a `Measure`.
    periods : Periods
        The calendar.
    series : dict of str to ndarray
        The labels of each series, an array a key, sorted.
    shape : tuple of int
        (series, periods).

    Examples
    --------
    >>> import evmarket as em
    >>> panel = em.Panel.from_arrays(
    ...     keys={"maker": ["A", "A", "B", "A"], "fuel": ["EV", "ICE", "EV", "EV"]},
    ...     period=["2024-01", "2024-01", "2024-01", "2025-01"],
    ...     measures={"units": [60, 40, 10, 90]},
    ... )
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

    # ---- building ---------------------------------------------------------------

    @classmethod
    def from_table(
        cls,
        table: Any,
        keys: str | Sequence[str],
        period: str | tuple[str, str],
        measures: str | Sequence[str] | Mapping[str, str],
        *,
        freq: str | None = None,
        units: Mapping[str, str] | None = None,
        absent: str = "missing",
        duplicates: str = "add",
        complete_through: Any = None,
        exit_after: int | str = "1Y",
        workers: int | None = None,
        progress: bool = False,
    ) -> Panel:
        """Build a panel from a long table: rows of keys, a date, measures.

        Parameters
        ----------
        table : object
            Anything with an Arrow stream (pyarrow, polars, duckdb, pandas 3), a
            dict of arrays, a NumPy structured array, a data frame, a dataset, or an
            iterable of these.
        keys : str or sequence of str
            The columns whose combinations are the series: text, integers or booleans. A
            missing part is a category of its own, None.
        period : str or (str, str)
            The column of dates or periods, or the columns of year and month or quarter.
        measures : str, sequence of str, or dict of str to str
            The columns to add, or {name: kind} with kind "flow" (the default: adds over
            series and time), "stock" (adds over series), "cumulative" (year to date) or
            "rate" (never added).
        freq : str, optional
            "M", "Q", "Y", "M-JF" ...; needed where the dates do not state it.
        units : dict of str to str, optional
            A unit for some measures; it travels with what is derived.
        absent : {"missing", "zero"}
            What a cell without any row means; "zero" needs `complete_through`.
        duplicates : {"add", "identical", "last", "error"}
            What several rows of one series and period mean: added up; identical ones
            dropped; the last one kept; an error that names the first.
        complete_through : str, date, int, optional
            The last complete period; later cells keep their values, marked PARTIAL.
        exit_after : int or str, default "1Y"
            How long a series must be absent at the end to have exited.
        workers : int, optional
            Threads; the default is that of `set_workers`.
        progress : bool, default False
            Show a progress bar at a terminal, where tqdm is installed.

        Returns
        -------
        Panel

        Raises
        ------
        KeyError
            For an unknown column, naming near ones.
        TypeError, ValueError, OverflowError
            For columns that cannot be read as asked, naming row and value; for values
            that cannot be added exactly, naming measure, series and period.

        Notes
        -----
        Sums are exact and rounded once: the same bits for any order of rows, any number
        of workers and any batch size.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {
        ...     "maker": ["A", "A", "B"],
        ...     "month": [202401, 202501, 202501],
        ...     "units": [10, 15, 7],
        ... }
        >>> panel = em.Panel.from_table(table, "maker", "month", "units", freq="M")
        >>> panel["units"].growth("1Y").at("2025-01", status=True)
        (array([0.5, nan]), array([0, 6], dtype=uint8))
        """
        options = build.Options(
            freq=freq,
            units=units,
            absent=absent,
            duplicates=duplicates,
            complete_through=complete_through,
            exit_after=exit_after,
            workers=workers,
            progress=progress,
        )
        return cls(build.build(table, keys, period, measures, options))

    @classmethod
    def from_arrays(
        cls,
        keys: Mapping[str, Any],
        period: Any,
        measures: Mapping[str, Any],
        **options: Any,
    ) -> Panel:
        """Build a panel from columns at hand.

        Parameters
        ----------
        keys : dict of str to array_like
            A column a key.
        period : array_like, or (years, months or quarters)
            The dates or periods.
        measures : dict of str to array_like
            A column a measure.
        **options
            As for `from_table`; ``kinds`` is a dict of the measures' kinds.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "A", "B"]},
        ...     period=["2024-01", "2024-01", "2024-02"],
        ...     measures={"units": [60, 5, 10]},
        ... )
        >>> panel["units"].values
        array([[65., nan],
               [nan, 10.]])
        """
        kinds = options.pop("kinds", None)
        asked = build.Options(**options)
        return cls(build.build_arrays(keys, period, measures, kinds, asked))

    @classmethod
    def from_wide(
        cls,
        table: Any,
        key: str | None,
        measure: str,
        period: str | None = None,
        *,
        columns: Sequence[str] | None = None,
        keys: Sequence[str] = (),
        **options: Any,
    ) -> Panel:
        """Build a panel from a wide table, whose headers are labels or periods.

        Parameters
        ----------
        table : object
            As for `from_table`.
        key : str or None
            The name of the key that the headers hold. Where the headers are periods:
            the column that holds it, or None when `keys` name them all.
        measure : str
            What to call the values.
        period : str, optional
            The column of periods; None when the headers are the periods.
        columns : sequence of str, optional
            The columns to take; all that are not named otherwise.
        keys : sequence of str, default ()
            More key columns.
        **options
            As for `from_table`; ``kind`` is the measure's kind.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> em.Panel.from_wide(table, "maker", "units")
        Panel(1 key: maker; 2 series x 2 periods, 2024 to 2025)
          units: flow
        >>> by_month = {"month": ["2024-01", "2024-02"], "A": [60, 61], "B": [40, 42]}
        >>> panel = em.Panel.from_wide(by_month, "maker", "units", "month")
        >>> panel["units"].at("2024-02")
        array([61., 42.])
        """
        kind = options.pop("kind", "flow")
        wide = build.Wide(key, measure, period, columns, keys, kind)
        return cls(build.build_wide(table, wide, build.Options(**options)))

    @classmethod
    def load(cls, path: Any) -> Panel:
        """Load a panel that `save` wrote.

        Raises
        ------
        ValueError
            For a damaged file, or one that is no panel.

        Examples
        --------
        >>> import evmarket as em
        >>> import os, tempfile
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> path = os.path.join(tempfile.mkdtemp(), "units.npz")
        >>> panel.save(path)
        >>> em.Panel.load(path)["units"].at("2025")
        array([90., 10.])
        """
        return cls(storage.load(path))

    def save(self, path: Any) -> None:
        """Write the panel to one .npz file, without pickle.

        The file appears whole or not at all.

        Examples
        --------
        >>> import evmarket as em
        >>> import os, tempfile
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> path = os.path.join(tempfile.mkdtemp(), "units.npz")
        >>> em.Panel.from_wide(table, "maker", "units").save(path)
        >>> os.path.exists(path)
        True
        """
        storage.save(self._data, path)

    # ---- what it holds ----------------------------------------------------------

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
        """The calendar, or the part of it that was selected."""
        return self._data.calendar.periods

    @cached_property  # which the Tab key of a notebook looks into, unlike a property
    def series(self) -> dict[str, Array]:
        """The labels of each series, an array a key, read-only."""
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
        rows, columns = self.shape
        periods = self.periods
        span = f", {periods.first} to {periods.last}" if columns else ""
        size = f"{rows:,} series x {columns:,} periods{span})"
        count = len(self.keys)
        keys = f"{count} key{'s' if count != 1 else ''}: {listing(self.keys)};"
        lines = [fitted(f"Panel({keys}", size) if count else f"Panel({size}"]
        levels = self._data.levels
        for level in levels[:_LISTED]:
            unit = f", {level.unit}" if level.unit else ""
            lines.append(
                middle(f"  {one_line(level.name)}: {level.kind}{unit}", SCREEN)
            )
        if len(levels) > _LISTED:
            lines.append(f"  ... {len(levels) - _LISTED:,} more measures")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return html.panel(self._data)

    @overload
    def __getitem__(self, name: str) -> Measure: ...
    @overload
    def __getitem__(self, name: list[str]) -> Panel: ...
    def __getitem__(self, name: str | list[str]) -> Measure | Panel:
        """A measure by its name, or a smaller panel by a list of names."""
        if isinstance(name, list):
            return Panel(self._data.with_levels(name))
        data = self._data.measure(name)
        if data.name not in self._read:
            self._read[data.name] = Measure(data)
        return self._read[data.name]

    # ---- regrouping -------------------------------------------------------------

    def rollup(self, *keys: str) -> Panel:
        """Add up over all keys but these; without any, the total.

        Parameters
        ----------
        *keys : str
            The keys to keep, in the order wanted.

        Returns
        -------
        Panel
            Equal, bit for bit, to the panel built from the rows with these keys.

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B"], "fuel": ["EV", "ICE", "EV"]}
        >>> panel = em.Panel.from_arrays(keys, ["2024"] * 3, {"units": [60, 30, 10]})
        >>> panel.rollup("fuel")["units"].at("2024"), panel.rollup()["units"].at("2024")
        (array([70., 30.]), array([100.]))
        """
        return Panel(regroup.rollup(self._data, keys))

    def recode(self, key: str, labels: Mapping[Any, Any]) -> Panel:
        """Rename labels of a key; series that become one are added up.

        Parameters
        ----------
        key : str
            A key.
        labels : dict
            Old label to new one; labels not named stay.

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
        return Panel(regroup.recode(self._data, key, labels))

    def resample(self, freq: str) -> Panel:
        """Regroup the calendar to a coarser frequency.

        Parameters
        ----------
        freq : str
            A frequency that the panel's periods nest in: "Q", "Y", "M-JF", "Y-MAR" ...

        Returns
        -------
        Panel
            A flow adds whole sets of periods only; a stock or cumulative level takes
            the last period.

        Examples
        --------
        >>> import evmarket as em
        >>> quarters = ["2024Q1", "2024Q2", "2024Q3", "2024Q4", "2025Q1"]
        >>> panel = em.Panel.from_arrays({}, quarters, {"units": [10, 20, 30, 40, 15]})
        >>> panel.resample("Y")["units"].at("2024")
        array([100.])
        """
        return Panel(resample(self._data, freq))

    def select(self, labels: Any = None, /, periods: Any = None, **keys: Any) -> Panel:
        """Some series and periods; one value drops its key, a list keeps it.

        Parameters
        ----------
        labels : dict, optional
            Key to value or list, for keys that are no Python names.
        periods : label or slice, optional
            Both ends included; a coarser label means all it contains. Earlier periods
            still serve as bases; the end becomes the last complete period.
        **keys
            Key to value or list.

        Returns
        -------
        Panel

        Raises
        ------
        KeyError
            For an unknown key or label, naming near ones.

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
        """All series but those that `select` would take; drops no key.

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B"], "fuel": ["EV", "ICE", "EV"]}
        >>> panel = em.Panel.from_arrays(keys, ["2024"] * 3, {"units": [60, 30, 10]})
        >>> panel.exclude(maker="B").rollup("fuel")["units"].at("2024")
        array([60., 30.])
        """
        return Panel(excluded(self._data, labels, keys))

    def merge(self, other: Panel, overlap: str = "add") -> Panel:
        """The cells of both panels.

        Parameters
        ----------
        other : Panel
            With the same keys, measures, kinds and frequency.
        overlap : {"add", "replace", "error"}
            What a cell that both have becomes: the sum, the other's, an error.

        Returns
        -------
        Panel

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> more = {"maker": ["A"], "2026": [120]}
        >>> panel.merge(em.Panel.from_wide(more, "maker", "units"))["units"].values
        array([[ 60.,  90., 120.],
               [ 40.,  10.,  nan]])
        """
        return Panel(regroup.merge(self._data, _panel(other), overlap))

    # ---- ratios -----------------------------------------------------------------

    def margin(self, revenue: str, cost: str) -> Measure:
        """Margin on revenue, ``(revenue - cost) / revenue``, of sums.

        Parameters
        ----------
        revenue, cost : str
            Measures.

        Returns
        -------
        Measure
            Of kind "margin". UNPAIRED where the two do not come from the same rows.

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"revenue": [100, 120, 50, 50], "cost": [80, 90, 45, 40]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> panel.margin("revenue", "cost").at("2025")
        array([0.25, 0.2 ])
        >>> panel.rollup().margin("revenue", "cost").at("2024").round(4)
        array([0.1667])
        """
        return Measure(ratios.margin(self._data, revenue, cost))

    def ratio(self, numerator: str, denominator: str, kind: str = "ratio") -> Measure:
        """A ratio of sums, such as the unit value of a vehicle.

        Parameters
        ----------
        numerator, denominator : str
            Measures.
        kind : {"ratio", "unit value", "margin", "share"}
            What to call it.

        Returns
        -------
        Measure

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"revenue": [100, 120, 50, 60], "units": [10, 10, 10, 12]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> panel.ratio("revenue", "units", kind="unit value").at("2025")
        array([12.,  5.])
        """
        return Measure(ratios.ratio(self._data, numerator, denominator, kind))

    # ---- tables -----------------------------------------------------------------

    def report(
        self, measure: str, by: Any, at: Any = None, top: int = 10, within: Any = ()
    ) -> Any:
        """The weekly table: rank and its move, level, growth, year to date, share.

        Parameters
        ----------
        measure : str
            A level.
        by : str
            The key whose labels are the rows.
        at : str, date, int, optional
            The period; the last complete one in which any series has a value.
        top : int, default 10
            Rows a group; the rest is one row, "others", before the total.
        within : str or sequence of str, default ()
            Keys that make separate tables.

        Returns
        -------
        Table

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> week = panel.report("units", by="maker")
        >>> week["maker"].tolist(), week["level"], week["yoy"]
        (['A', 'B', 'total'], array([ 90.,  10., 100.]), array([ 0.5 , -0.75,  0.  ]))
        >>> week.columns[-6:]
        ('ytd', 'ytd_yoy', 'share', 'share_pp', 'reporting', 'status')
        """
        return report(self._data, measure, by, at, top, within)

    def coverage(self) -> Any:
        """What there is: rows, nulls, duplicates, first, last, gaps of every series.

        Returns
        -------
        Table

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> print(panel.coverage())
        Coverage(2 rows x 9 columns)
        maker  rows  nulls  duplicates  first  last  gaps  entered  exited
        A         2      0           0  2024   2025     0  False    False
        B         2      0           0  2024   2025     0  False    False
        """
        columns = compare.coverage(self._data)
        return compare.Coverage(columns, self.measures, self._plot_status)

    def compare(self, other: Panel, rtol: float = 0.0) -> Any:
        """What a later vintage changed: new, gone and revised cells.

        Parameters
        ----------
        other : Panel
            The later one.
        rtol : float, default 0.0
            Revisions up to this fraction are none.

        Returns
        -------
        Table
            Columns: the keys, ``period``, ``measure``, ``what``, ``before``, ``after``,
            ``rate``; ``.same`` counts the cells that agree.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> later = em.Panel.from_wide(table | {"2025": [90, 12]}, "maker", "units")
        >>> changed = panel.compare(later)
        >>> changed["maker"].tolist(), changed["after"], changed.same
        (['B'], array([12.]), 3)
        """
        return compare.compare(self._data, _panel(other), rtol)

    def to_table(self) -> Any:
        """The occupied cells in long form, anything that reads Arrow can take it.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_table()["units"], panel.to_table().columns
        (array([60, 90, 40, 10]), ('maker', 'period', 'units'))
        """
        return export.panel_table(self._data)

    def to_pandas(self) -> Any:
        """A pandas DataFrame in long form.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_pandas()["units"].tolist()
        [60, 90, 40, 10]
        """
        return self.to_table().to_pandas()

    def to_polars(self) -> Any:
        """A polars DataFrame in long form.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.to_polars().row(0)
        ('A', '2024', 60)
        """
        return self.to_table().to_polars()

    def _plot_status(self, measure: str, ax: Any) -> Any:
        return self[measure].plot("status", ax=ax)

    def __reduce__(self) -> tuple[Any, ...]:
        return _from_state, (type(self), storage.to_state(self._data))

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.to_table().__arrow_c_stream__(requested_schema)


def _panel(other: Any) -> PanelData:
    """The state of another panel."""
    if not isinstance(other, Panel):
        raise TypeError(f"other is {short(other)}: give a Panel")
    return other._data


def _from_state(cls: type[Panel], state: dict[str, Array]) -> Panel:
    """A pickled panel."""
    return cls(storage.from_state(state))
