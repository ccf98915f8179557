"""Panel: a table of rows as series by periods, exact and on the calendar."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from .. import _core
from .._calendar.frequency import frequency
from .._calendar.periods import Periods, wholes
from .._cells import sums as _exact
from .._cells.cells import Cells
from .._cells.frame import Frame
from .._cells.lifetimes import Absence
from .._cells.regroup import merge, recode, rollup
from .._cells.resample import resample
from .._cells.select import excluded, selected
from .._common.kinds import LEVELS
from .._common.messages import listing, one_line, short
from .._common.status import lowest
from .measure import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .._explain.panels import (
        PanelContributions,
        PanelIndex,
        PanelMarginBridge,
        PanelMixRate,
        PanelPriceVolume,
        PanelShiftShare,
    )


__all__ = ["Panel"]
_LISTED = 20
"""Measures that the repr lists."""


class Panel:
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

    def __init__(
        self,
        frame: Frame,
        data: dict[str, Any],
        names: Sequence[str],
        kinds: Mapping[str, str],
        units: Mapping[str, str | None],
        notes: Mapping[str, NDArray[np.uint8]] | None = None,
        merged: frozenset[str] = frozenset(),
        source: tuple[Panel, NDArray[np.int32]] | None = None,
        absences: Mapping[str, Absence] | None = None,
    ) -> None:
        # data: the engine's finished panel, arrays by cell; notes: statuses of cells
        # that are not simply OK, a measure each; merged: rates that a roll-up would
        # have had to add; source: the panel it was rolled up from, and its series' new
        # ones; absences: where series begin and end, where finer periods decided it.
        self._frame = frame
        self._data = data
        self._names = tuple(names)
        self._kinds = dict(kinds)
        self._units = dict(units)
        self._notes = dict(notes or {})
        self._merged = merged
        self._source = source
        self._absences = dict(absences or {})
        self._read: dict[str, Measure] = {}
        # Of a panel out of a file, which has no source: the series behind its cells.
        self._counted: dict[str, NDArray[np.int64]] = {}

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
        from .build import build

        return build(
            cls,
            table,
            keys,
            period,
            measures,
            freq=freq,
            units=units,
            absent=absent,
            duplicates=duplicates,
            complete_through=complete_through,
            exit_after=exit_after,
            workers=workers,
            progress=progress,
        )

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
        from .build import build_arrays

        return build_arrays(cls, keys, period, measures, options)

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
        from .build import build_wide

        return build_wide(cls, table, key, measure, period, columns, keys, options)

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
        from .storage import load

        return load(cls, path)

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
        from .storage import save

        save(self, path)

    # ---- what it holds ----------------------------------------------------------

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the keys."""
        return self._frame.keys

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures."""
        return self._names

    @property
    def periods(self) -> Periods:
        """The calendar, or the part of it that was selected."""
        return self._frame.periods

    @cached_property  # which the Tab key of a notebook looks into, unlike a property
    def series(self) -> dict[str, NDArray[Any]]:
        """The labels of each series, an array a key, read-only."""
        return self._frame.shared_columns()

    @property
    def shape(self) -> tuple[int, int]:
        """(series, periods)."""
        return self._frame.series_count, len(self.periods)

    def __len__(self) -> int:
        return self._frame.series_count

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._names)

    def __repr__(self) -> str:
        from .._common.text import SCREEN, fitted, middle

        rows, columns = self.shape
        periods = self.periods
        span = f", {periods.first} to {periods.last}" if columns else ""
        size = f"{rows:,} series x {columns:,} periods{span})"
        count = len(self.keys)
        told = f"{count} key{'s' if count != 1 else ''}: {listing(self.keys)};"
        lines = [fitted(f"Panel({told}", size) if count else f"Panel({size}"]
        for name in self._names[:_LISTED]:
            unit = f", {self._units[name]}" if self._units.get(name) else ""
            told = f"  {one_line(name)}: {self._kinds[name]}{unit}"
            lines.append(middle(told, SCREEN))
        if len(self._names) > _LISTED:
            lines.append(f"  ... {len(self._names) - _LISTED:,} more measures")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from .looks import panel

        return panel(self)

    @overload
    def __getitem__(self, name: str) -> Measure: ...
    @overload
    def __getitem__(self, name: list[str]) -> Panel: ...
    def __getitem__(self, name: str | list[str]) -> Measure | Panel:
        """A measure by its name, or a smaller panel by a list of names."""
        if isinstance(name, list):
            return self._with_measures([self._known(item) for item in name])
        found = self._known(name)
        if found in self._merged:
            raise TypeError(
                f"{one_line(found)} is a rate that the roll-up would have had to add: "
                "rates are never added; roll up what it is a ratio of"
            )
        if found not in self._read:
            self._read[found] = self._measure(found)
        return self._read[found]

    def _known(self, name: Any) -> str:
        if name not in self._names:
            raise KeyError(
                f"{short(name)} is no measure of this panel: "
                f"it has {listing(self._names)}"
            )
        return str(name)

    def _measure(self, name: str) -> Measure:
        frame, data = self._frame, self._data
        exact = data["measures"][self._names.index(name)]
        codes = self._notes.get(name)
        cells = Cells(data["indptr"], data["ordinals"], exact["values"], codes, exact)
        if exact["counts"] is not data["rows"]:
            cells = cells.kept(exact["counts"] > 0)
        if frame.bounded and len(cells.ordinals):
            late = cells.ordinals > frame.complete
            if late.any():
                partial = np.where(late, np.uint8(_core.PARTIAL), np.uint8(0))
                cells = replace(cells, status=lowest(cells.codes, partial))
        absence = self._absences.get(name) or Absence.of(frame, cells)
        return Measure(
            frame,
            cells,
            [absence],
            name,
            self._kinds[name],
            self._units.get(name),
            self,
        )

    def _with_measures(self, names: Sequence[str]) -> Panel:
        data = dict(self._data)
        data["measures"] = [
            self._data["measures"][self._names.index(name)] for name in names
        ]
        found = Panel(
            self._frame,
            data,
            names,
            {n: self._kinds[n] for n in names},
            {n: self._units.get(n) for n in names},
            {n: self._notes[n] for n in names if n in self._notes},
            self._merged & frozenset(names),
            self._source,
            {n: self._absences[n] for n in names if n in self._absences},
        )
        found._counted = self._counted
        return found

    def _members(self, name: str, cells: Cells) -> NDArray[np.int64]:
        """How many series of the source stand behind each cell of a measure."""
        if name in self._counted:
            return self._counted[name]
        if self._source is None:
            return np.ones(len(cells.values), np.int64)
        panel, to = self._source
        whole = panel[name]._cells if name not in panel._merged else None
        if whole is None:
            return np.ones(len(cells.values), np.int64)
        behind = panel._members(name, whole)
        ones = {
            "grain": "integer",
            "places": 0,
            "lo": behind.astype(np.uint64),
            "hi": None,
            "fine": None,
            "values": behind.astype(float),
        }
        one = _exact.source(whole.indptr, whole.ordinals, ones)
        count = self._frame.series_count
        found = _core.regroup([(one, to, None, None)], count, ("members",))
        counted: NDArray[np.int64] = found["measures"][0]["values"].astype(np.int64)
        return counted

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
        return rollup(self, keys)

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
        return recode(self, key, labels)

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
        return resample(self, frequency(freq), wholes(self._calendar(), freq))

    def _calendar(self) -> Periods:
        """The whole calendar, shown or not."""
        frame = self._frame
        return Periods.of(frame.freq, frame.low, frame.high - frame.low + 1)

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
        return selected(self, labels, periods, keys)

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
        return excluded(self, labels, keys)

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
        return merge(self, other, overlap)

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
        return self._ratio(
            revenue, cost, _core.margin, _core.margin_status, "margin", None
        )

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
        known = ("ratio", "unit value", "margin", "share")
        if kind not in known:
            raise ValueError(f"kind is {short(kind)}: known are {', '.join(known)}")
        above, below = self._units.get(numerator), self._units.get(denominator)
        unit = f"{above}/{below}" if above and below and above != below else None
        return self._ratio(
            numerator, denominator, _core.ratio, _core.ratio_status, kind, unit
        )

    def _ratio(
        self, one: str, two: str, ufunc: Any, status_ufunc: Any, kind: str, unit: Any
    ) -> Measure:
        """ufunc of two measures, cell by cell of the table they share."""
        sides = [self[one], self[two]]
        for side in sides:
            if side.kind not in LEVELS:
                raise TypeError(
                    f"{one_line(side.name)} is {side.kind}: a {kind} needs levels"
                )
        data, frame = self._data, self._frame
        parts = [data["measures"][self._names.index(side.name)] for side in sides]
        a, b = (part["values"] for part in parts)
        values, codes = ufunc(a, b), status_ufunc(a, b)
        counts = [part["counts"] for part in parts]
        cells = Cells(data["indptr"], data["ordinals"], values, codes)
        if counts[0] is not counts[1]:
            codes[(codes != _core.MISSING) & (counts[0] != counts[1])] = _core.UNPAIRED
            self._name_absent(cells, sides, counts)
        for side in sides:
            note = self._notes.get(side.name)
            if note is not None:
                codes[:] = lowest(codes, note)
        if frame.bounded:
            codes[cells.ordinals > frame.complete] = _core.PARTIAL
        values[(codes == _core.PARTIAL) | (codes == _core.UNPAIRED)] = np.nan
        absences = [side._absences[0] for side in sides]
        return Measure(frame, cells, absences, f"{one}/{two}", kind, unit)

    def _name_absent(self, cells: Cells, sides: Sequence[Measure], counts: Any) -> None:
        """Give the cells that lack a side that side's own status."""
        for side, count in zip(sides, counts, strict=True):
            lacks = np.flatnonzero(count == 0)
            series, ordinals = cells.series[lacks], cells.ordinals[lacks]
            found = side._absences[0].status(self._frame, series, ordinals)
            cells.codes[lacks] = lowest(
                np.where(
                    cells.codes[lacks] == _core.MISSING, 0, cells.codes[lacks]
                ).astype(np.uint8),
                found,
            )

    # ---- explanations -----------------------------------------------------------

    def contributions(
        self, measure: str, lag: int | str = "1Y", within: Any = ()
    ) -> PanelContributions:
        """Contribution of each series to the growth of its group's total.

        Parameters
        ----------
        measure : str
            A level.
        lag : int or str, default "1Y"
            As for `Measure.growth`.
        within : str or sequence of str, default ()
            The keys that make the groups; () for the total.

        Returns
        -------
        PanelContributions
            ``.parts`` (series, periods) holds ``(x1 - x0) / sum(x0)`` of what both
            periods have; ``.entry``, ``.exit`` and ``.gap`` (groups, periods) the rest
            of ``.total``, the growth of the totals. What has not been reported yet is
            in ``.gap``.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "B", "A", "C"]},
        ...     period=["2024", "2024", "2025", "2025"],
        ...     measures={"units": [60, 40, 90, 5]},
        ... )
        >>> why = panel.contributions("units")
        >>> why.parts[:, 1], why.entry[:, 1], why.exit[:, 1], why.gap[:, 1]
        (array([0.3, nan, nan]), array([0.05]), array([-0.4]), array([0.]))
        """
        from .._explain.panels import contributions

        return contributions(self, measure, lag, within)

    def mix_rate(
        self,
        numerator: str,
        denominator: str,
        lag: int | str = "1Y",
        within: Any = (),
        method: str = "symmetric",
    ) -> PanelMixRate:
        """Change of the groups' ratio: by the series' own ratios, and by their mix.

        Parameters
        ----------
        numerator, denominator : str
            Levels.
        lag, within
            As for `contributions`.
        method : {"symmetric", "three-way"}
            As for `evmarket.mix_rate`.

        Returns
        -------
        PanelMixRate

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"profit": [20, 30, 5, 5], "revenue": [100, 150, 50, 50]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> why = panel.mix_rate("profit", "revenue")
        >>> [x[:, 1].round(6).tolist() for x in (why.total, why.rate, why.mix)]
        [[0.008333], [0.0, 0.0], [0.002431, 0.005903]]
        """
        from .._explain.panels import mix_rate

        return mix_rate(self, numerator, denominator, lag, within, method)

    def price_volume(
        self,
        value: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
        method: str = "bennet",
    ) -> PanelPriceVolume:
        """Change of the groups' value: by value a unit, volume, entry and exit.

        Parameters
        ----------
        value, quantity : str
            Levels, such as revenue and units.
        lag, within
            As for `contributions`.
        method : {"bennet", "laspeyres", "paasche", "three-way"}
            As for `evmarket.price_volume`.

        Returns
        -------
        PanelPriceVolume

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"revenue": [100, 132, 50, 60], "units": [10, 11, 10, 12]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> why = panel.price_volume("revenue", "units")
        >>> [float(x[0, 1]) for x in (why.total, why.unit_value, why.volume)]
        [42.0, 21.0, 21.0]
        """
        from .._explain.panels import price_volume

        return price_volume(self, value, quantity, lag, within, method)

    def margin_bridge(
        self,
        revenue: str,
        cost: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
    ) -> PanelMarginBridge:
        """Change of the groups' margin: price, unit cost, mix, entry, exit, other.

        Parameters
        ----------
        revenue, cost, quantity : str
            Levels. A series without quantity is one of services.
        lag, within
            As for `contributions`.

        Returns
        -------
        PanelMarginBridge

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> revenue, cost = [100, 120, 50, 60], [80, 90, 45, 50]
        >>> measures = {"revenue": revenue, "cost": cost, "units": [10, 11, 10, 12]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> why = panel.margin_bridge("revenue", "cost", "units")
        >>> parts = why.price, why.unit_cost, why.mix
        >>> [round(float(x[0, 1]), 6) for x in (why.total, *parts)]
        [0.055556, 0.046698, 0.010619, -0.001761]
        """
        from .._explain.panels import margin_bridge

        return margin_bridge(self, revenue, cost, quantity, lag, within)

    def shift_share(
        self, measure: str, region: str, industry: str, lag: int | str = "1Y"
    ) -> PanelShiftShare:
        """Change of industries in regions: the nation's, the industry's, their own.

        Parameters
        ----------
        measure : str
            A level.
        region, industry : str
            The keys; all others are added up.
        lag : int or str, default "1Y"
            As for `contributions`.

        Returns
        -------
        PanelShiftShare

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"region": ["N", "N", "S", "S"], "fuel": ["EV", "EV", "EV", "EV"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> panel = em.Panel.from_arrays(keys, years, {"units": [60, 90, 40, 50]})
        >>> why = panel.shift_share("units", "region", "fuel")
        >>> why.national[:, 1], why.regional[:, 1]
        (array([24., 16.]), array([ 6., -6.]))
        """
        from .._explain.panels import shift_shares

        return shift_shares(self, measure, region, industry, lag)

    def price_index(
        self,
        value: str,
        quantity: str,
        lag: int | str = "1Y",
        within: Any = (),
        formula: str = "fisher",
    ) -> PanelIndex:
        """Index of the series' unit values in each group.

        Parameters
        ----------
        value, quantity : str
            Levels, such as revenue and units.
        lag, within
            As for `contributions`.
        formula : {"fisher", "laspeyres", "paasche", "tornqvist", "sato-vartia"}
            As for `evmarket.price_index`.

        Returns
        -------
        PanelIndex

        Examples
        --------
        >>> import evmarket as em
        >>> keys = {"maker": ["A", "A", "B", "B"]}
        >>> years = ["2024", "2025", "2024", "2025"]
        >>> measures = {"revenue": [100, 110, 50, 60], "units": [10, 10, 10, 10]}
        >>> panel = em.Panel.from_arrays(keys, years, measures)
        >>> panel.price_index("revenue", "units").total[:, 1].round(6)
        array([1.133333])
        """
        from .._explain.panels import price_index

        return price_index(self, value, quantity, lag, within, formula)

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
        from .report import report

        return report(self, measure, by, at, top, within)

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
        from .compare import coverage

        return coverage(self)

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
        from .compare import compare

        return compare(self, other, rtol)

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
        from .export import panel_table

        return panel_table(self)

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

    def __reduce__(self) -> tuple[Any, ...]:
        from .storage import from_state, to_state

        return from_state, (type(self), to_state(self))

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.to_table().__arrow_c_stream__(requested_schema)
