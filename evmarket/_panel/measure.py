"""One measure of a panel, or what was derived from one: series by periods."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._arrays.growth import POLICIES
from .._calendar.frequency import per_year
from .._calendar.labels import one_period
from .._calendar.lags import lag_periods
from .._cells import align as _align
from .._cells import sums as _exact
from .._cells import windows as _levels
from .._cells import within as _within
from .._cells.cells import Cells
from .._cells.frame import Frame, key_list
from .._cells.lifetimes import Absence
from .._cells.matched import matched_growth
from .._cells.measure import _AS_BASE, DENSE_MOST
from .._cells.shifts import bases, difference
from .._common.arguments import choice, positive
from .._common.kinds import LEVELS, NO_GROWTH, POINTS
from .._common.messages import one_line, short
from .._common.status import lowest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .._calendar.periods import Periods
    from .._common.types import Array
    from .panel import Panel


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

    def __init__(
        self,
        frame: Frame,
        cells: Cells,
        absences: Sequence[Absence],
        name: str,
        kind: str,
        unit: str | None = None,
        panel: Panel | None = None,
        lead: int = 0,
    ) -> None:
        self._frame = frame
        self._cells = cells
        self._absences = tuple(absences)
        self._panel = panel
        self._lead = lead  # how far ahead its bases lie
        self.name = name
        self.kind = kind
        self.unit = unit

    # ---- what it holds ----------------------------------------------------------

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

    @cached_property
    def values(self) -> NDArray[np.float64]:
        """Values, series by periods; NaN where there is none."""
        return self._spread(self._cells.values, np.full(self._dense_shape(), np.nan))

    @cached_property
    def status(self) -> NDArray[np.uint8]:
        """Statuses, series by periods."""
        low, high = self._frame.shown
        self._dense_shape()
        rows = np.arange(self._frame.series_count)[:, np.newaxis]
        columns = np.arange(low, high + 1)[np.newaxis, :]
        return self._spread(self._cells.codes, self._empty_status(rows, columns))

    def _dense_shape(self) -> tuple[int, int]:
        rows, columns = self.shape
        if rows * columns > DENSE_MOST:
            raise MemoryError(
                f"{self.name} spread out has {rows:,} x {columns:,} cells: "
                "take to_table(), or select or roll up first"
            )
        return rows, columns

    def _spread(self, cell_values: NDArray[Any], into: Array) -> Array:
        """Cells written into a dense array; it becomes read-only."""
        low, high = self._frame.shown
        ordinals = self._cells.ordinals
        shown = (ordinals >= low) & (ordinals <= high)
        rows = self._cells.series[shown]
        into[rows, ordinals[shown] - low] = cell_values[shown]
        into.flags.writeable = False
        return into

    def _empty_status(self, series: Any, ordinals: Any) -> NDArray[np.uint8]:
        """The statuses of empty cells."""
        frame = self._frame
        codes = lowest(*(a.status(frame, series, ordinals) for a in self._absences))
        if self._lead and frame.bounded:
            ahead = ordinals + self._lead > frame.complete
            codes = np.where(ahead, np.uint8(_core.PARTIAL), codes)
        return codes

    @property
    def members(self) -> NDArray[np.int64]:
        """How many series of the panel it was rolled up from stand behind each cell."""
        found = np.zeros(self._dense_shape(), np.int64)
        if self._panel is None:
            return self._spread(np.isfinite(self._cells.values).astype(np.int64), found)
        return self._spread(self._panel._members(self.name, self._cells), found)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        found = self.values
        if dtype is not None and np.dtype(dtype) != found.dtype:
            return found.astype(dtype)
        return found.copy() if copy else found

    def __len__(self) -> int:
        return self._frame.series_count

    def __repr__(self) -> str:
        from .._common.text import fitted

        rows, columns = self.shape
        unit = f", {self.unit}" if self.unit else ""
        count = len(self._cells.values)
        return fitted(
            f"Measure({self.name!r}: {self.kind}{unit},",
            f"{rows:,} series x {columns:,} periods, {count:,} cells)",
        )

    def _repr_html_(self) -> str:
        from .looks import measure

        return measure(self)

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
        ordinal = self._ordinal(period, "period")
        count = self._frame.series_count
        every = np.arange(count, dtype=np.int64)
        found = self._cells.place(every, np.full(count, ordinal, np.int64))
        some = found >= 0
        values = np.full(count, np.nan)
        values[some] = self._cells.values[found[some]]
        if not status:
            return values
        codes = self._empty_status(every, np.int64(ordinal))
        codes[some] = self._cells.codes[found[some]]
        return values, codes

    def _ordinal(self, period: Any, name: str) -> int:
        found = one_period(period, self._frame.freq, name)
        low, high = self._frame.shown
        if not low <= found <= high:
            periods = self.periods
            raise KeyError(
                f"{name} is {short(period)}: the calendar runs from "
                f"{periods.first} to {periods.last}"
            )
        return found

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
        if self._cells.exact is None:
            name = one_line(self.name)
            raise TypeError(f"{name} is derived ({self.kind}): it has no exact values")
        values = np.empty(len(self._cells.values), object)
        values[:] = _exact.fractions(self._cells.exact)
        values[np.isnan(self._cells.values)] = None
        return np.asarray(self._spread(values, np.full(self._dense_shape(), None)))

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
        rate = choice(policy, "policy", POLICIES)
        self._refuse(NO_GROWTH, "growth", "take .change(), in pp")
        steps = lag_periods(lag, self._frame.freq)
        if matched:
            return matched_growth(self, () if within is None else within, steps, rate)
        source = self if within is None else self._rolled(within)
        found = source._compared(steps, rate, _core.growth_status, "growth")
        return (
            _levels.with_ends(source, found, steps) if policy == "midpoint" else found
        )

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
        self._refuse(NO_GROWTH, "log growth", "take .change(), in pp")
        steps = lag_periods(lag, self._frame.freq)
        return self._compared(steps, _core.log_growth, _core.log_status, "log")

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
        self._refuse(NO_GROWTH, "annualized growth", "take .change(), in pp")
        steps = lag_periods(lag, self._frame.freq)
        extra = (float(per_year(self._frame.freq)), float(steps))
        return self._compared(
            steps, _core.compound, _core.compound_status, "growth", extra
        )

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
        steps = lag_periods(lag, self._frame.freq)
        kind = "pp" if self.kind in POINTS else self.kind
        if self.kind == "stock":
            kind = "flow"
        found = self._compared(steps, _core.change, _core.change_status, kind)
        if self._cells.exact is not None:
            base = bases(self._cells, steps)
            exact = difference(self._cells, base, np.isfinite(found._cells.values))
            found._cells = Cells(
                found._cells.indptr, found._cells.ordinals, exact, found._cells.status
            )
        return found

    def _compared(
        self,
        steps: int,
        ufunc: Any,
        status_ufunc: Any,
        kind: str,
        extra: tuple[float, ...] = (),
    ) -> Measure:
        """ufunc(base, current) of every cell and the one `steps` periods before."""
        cells, base = self._cells, bases(self._cells, steps)
        known = base >= 0
        x0 = cells.values[np.maximum(base, 0)] if len(base) else cells.values
        x0 = np.where(known, x0, np.nan)
        values = ufunc(x0, cells.values, *extra)
        codes = self._lag_status(steps, known)
        numbers = known & np.isfinite(cells.values) & np.isfinite(x0)
        if cells.status is not None:
            # What stands beside a number goes on to a number only.
            behind = cells.status[np.maximum(base, 0)] if len(base) else cells.status
            here = numbers | np.isnan(cells.values)
            there = numbers | (known & np.isnan(x0))
            codes = lowest(
                codes,
                np.where(here, cells.status, np.uint8(0)),
                np.where(there, _AS_BASE[behind], np.uint8(0)),
            )
        own = status_ufunc(x0, cells.values, *extra)
        codes = lowest(codes, np.where(numbers, own, np.uint8(0)))
        values[codes == _core.PARTIAL] = np.nan
        result = Cells(cells.indptr, cells.ordinals, values, codes)
        found = self._derived(result, kind, None if kind != self.kind else self.unit)
        found._lead = max(self._lead, -steps)
        return found

    def _lag_status(self, steps: int, known: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """The statuses that follow from where current and base lie."""
        frame, cells = self._frame, self._cells
        before = cells.ordinals - steps
        codes = np.zeros(len(before), np.uint8)
        empty = ~known
        if empty.any():
            first = np.max([a.first for a in self._absences], axis=0)
            entered = before < first[cells.series]
            codes[empty] = np.where(entered, _core.ENTERED, _core.GAP)[empty]
        codes[(before < frame.low) | (before > frame.high)] = _core.OUTSIDE
        if frame.bounded:
            late = frame.complete
            codes[(cells.ordinals > late) | (before > late)] = _core.PARTIAL
        return codes

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
        self._refuse((*NO_GROWTH, "index"), "an index", "")
        return _levels.indexed(self, base)

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
        self._need("flow", "a year to date")
        return _levels.ytd(self)

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
        self._need("cumulative", "from_ytd")
        return _levels.from_ytd(self)

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
        if self.kind == "cumulative":
            return _levels.cumulative_trailing(self, window)
        self._need("flow", "a trailing sum")
        return _levels.trailing(self, window)

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
        self._need(LEVELS, "a share")
        return _within.share(self, within)

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
        return _within.rank(self, within)

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
        self._need(LEVELS, "a concentration")
        return _within.concentration(self, within, None)

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
        self._need(LEVELS, "a concentration")
        return _within.concentration(self, within, positive(k, "k"))

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
        period = self._last_known() if at is None else self._ordinal(at, "at")
        values = self.at(self._label(period))
        order = np.argsort(np.where(np.isnan(values), np.inf, -values), kind="stable")
        best = order[:count]
        return self._with_series(np.sort(best[np.isfinite(values[best])]))

    def _last_known(self) -> int:
        """The last complete period in which any series has a value."""
        low, high = self._frame.shown
        last = min(high, self._frame.complete)
        known = self._cells.ordinals[np.isfinite(self._cells.values)]
        known = known[(known <= last) & (known >= low)]
        return int(known.max()) if len(known) else last

    def _label(self, ordinal: int) -> str:
        low = self._frame.shown[0]
        return self.periods[ordinal - low]

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
        from .._cells.select import selected

        return selected(self, labels, periods, keys)

    # ---- arithmetic -------------------------------------------------------------

    def __add__(self, other: Any) -> Measure:
        return _align.combine(self, other, "+")

    def __radd__(self, other: Any) -> Measure:
        return _align.combine(self, other, "+")

    def __sub__(self, other: Any) -> Measure:
        return _align.combine(self, other, "-")

    def __rsub__(self, other: Any) -> Measure:
        return _align.combine(self, other, "r-")

    def __mul__(self, other: Any) -> Measure:
        return _align.combine(self, other, "*")

    def __rmul__(self, other: Any) -> Measure:
        return _align.combine(self, other, "*")

    def __truediv__(self, other: Any) -> Measure:
        return _align.combine(self, other, "/")

    def __rtruediv__(self, other: Any) -> Measure:
        return _align.combine(self, other, "r/")

    def __neg__(self) -> Measure:
        return _align.combine(self, -1, "*")

    def __getstate__(self) -> dict[str, Any]:
        dense = ("values", "status", "series")  # computed again, and read-only again
        return {k: v for k, v in self.__dict__.items() if k not in dense}

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
        from .export import measure_table

        return measure_table(self)

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
        from .export import measure_to_pandas

        return measure_to_pandas(self, layout, status)

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
        from .plots import plot

        return plot(self, kind, ax, top)

    # ---- helpers ----------------------------------------------------------------

    def _derived(
        self, cells: Cells, kind: str, unit: str | None = None, name: str | None = None
    ) -> Measure:
        """A measure of the same series with other cells."""
        return Measure(
            self._frame,
            cells,
            self._absences,
            name or self.name,
            kind,
            unit,
            lead=self._lead,
        )

    def _with_series(self, chosen: NDArray[np.int64]) -> Measure:
        """Some of the series, by number in ascending order; keys stay."""
        frame = self._frame
        new = frame.with_series(frame.keys, frame.labels, frame.codes[chosen])
        return self._part(new, self._cells.of_series(chosen), chosen)

    def _part(self, frame: Frame, cells: Cells, chosen: Any) -> Measure:
        """The same measure of some of the series, whose cells these are."""
        absences = [a.of_series(chosen) for a in self._absences]
        return Measure(
            frame, cells, absences, self.name, self.kind, self.unit, lead=self._lead
        )

    def _rolled(self, within: Any) -> Measure:
        if self._panel is None or self.kind not in LEVELS:
            name = one_line(self.name)
            raise TypeError(
                f"within: {name} is {self.kind}: only levels of a panel roll up"
            )
        return self._panel.rollup(*key_list(self, within))[self.name]

    def _refuse(self, kinds: Sequence[str], what: str, cure: str) -> None:
        if self.kind in kinds:
            told = f": {cure}" if cure else ""
            name = one_line(self.name)
            raise TypeError(f"{what} of {name} ({self.kind}) has no meaning{told}")

    def _need(self, kinds: str | Sequence[str], what: str) -> None:
        known = (kinds,) if isinstance(kinds, str) else kinds
        if self.kind not in known:
            cure = ": a stock takes its last period" if self.kind == "stock" else ""
            raise TypeError(
                f"{what} needs a {' or '.join(known)}: "
                f"{one_line(self.name)} is {self.kind}{cure}"
            )
