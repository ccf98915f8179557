"""Growth, trailing sums and year-to-date sums for the rows of a long table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._arrays.growth import POLICIES
from .._calendar.columns import ordinals
from .._calendar.frequency import year_end_at
from .._calendar.labels import last_complete
from .._calendar.lags import NO_PERIOD, exit_periods, read_lag
from .._calendar.periods import Periods
from .._cells import windows
from .._cells.base import Rules
from .._common import workers as _workers
from .._common.arguments import choice
from .._common.messages import short
from .._inputs.arrays import (
    check_equal,
    is_frame,
    refuse_query,
    row_labels,
    whole_array,
)
from .._inputs.dates import moments
from .._inputs.tables import names_of
from .build import from_ordinals
from .source import group_batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from .._calendar.lags import Lag
    from .._cells.measure import MeasureData


_BLOCK = 1 << 16
_NEVER = 1 << 40
"""For so many periods no group is absent."""


def growth_by(
    values: ArrayLike,
    by: Any,
    period: Any,
    *,
    freq: str | None = None,
    lag: int | str = "1Y",
    policy: str = "nm",
    complete_through: Any = None,
    date_format: str | None = None,
    return_status: bool = False,
) -> Any:
    """Growth of each row over the row of its group that lies a lag earlier.

    The base row is found by calendar, so rows may be in any order and periods may be
    missing.

    Parameters
    ----------
    values : array_like, shape (rows,)
        NaN and null are missing.
    by : array_like, list of array_like, or data frame
        The group of each row: columns of text or integers. None is a group.
    period : array_like, shape (rows,), or (years, months or quarters)
        Dates, periods or text. Integers without `freq` are ordinals, and lags are then
        numbers of periods. In a pair, the name of the second column states months or
        quarters; without a name it holds months, or quarters if `freq` is quarterly.
    freq : str, optional
        The frequency. Required for dates, which do not state it.
    lag : int or str, default "1Y"
        A number of periods, or "1Y", "1Q", "1M" ...; a negative lag looks ahead. Of
        days, years and months are the same day of another year or month, of weeks a
        year is the week of the same number; 29 February and week 53 may have no base,
        which is a GAP.
    policy : {"nm", "abs", "signed", "midpoint"}
        The formula, as for `growth`. Under "midpoint", the rate of a group that entered
        is 2 times the sign of its value.
    complete_through : str, date, int, optional
        The last complete period. Growth that needs a later one is NaN and PARTIAL.
    date_format : str, optional
        How text periods are written, as for `Panel.from_table`: "%d-%m-%Y".
    return_status : bool, default False
        Also return the `Status` of every row.

    Returns
    -------
    ndarray of float64, shape (rows,), or (values, status)
        Fractions, in the order of the rows. NaN where the rate is undefined; the status
        (uint8) gives the reason. A row without a value is MISSING, and its group has
        begun: a base before the first row of a group is ENTERED, another one without a
        value GAP. At M-JF, the number of January or February alone is INCOMPLETE.

    Raises
    ------
    ValueError
        If a group has two rows of one period (the message gives both rows), the columns
        have different lengths, pandas columns have different indexes, the periods do
        not state a frequency, or the lag is 0 or not a whole number of periods.
    TypeError
        If values are not numbers, or a column of `by` is not text or integers.

    Examples
    --------
    >>> import evmarket as em
    >>> em.growth_by([100, 80, 130, 60], ["A", "B", "A", "B"], [1, 1, 2, 4], lag=1)
    array([nan, nan, 0.3, nan])
    """
    return Rows(by, period, freq, date_format=date_format).growth(
        values,
        lag,
        policy=policy,
        complete_through=complete_through,
        return_status=return_status,
    )


_MOST_PERIODS = 1 << 26
"""Windows need some numbers for each period of the calendar."""


class Rows:
    """The rows of a long table, indexed once by group and period for many columns.

    Parameters
    ----------
    by, period, freq, date_format
        As for `growth_by`.
    year_end : str, optional
        The month in which the year to date ends, such as "MAR", for months and days.

    Raises
    ------
    TypeError, ValueError
        As for `growth_by`; for a `year_end` that is no month, or of other periods.

    Examples
    --------
    >>> import evmarket as em
    >>> rows = em.Rows(["A", "A", "A"], ["2024-01", "2025-01", "2025-02"])
    >>> rows.growth([10, 15, 9])
    array([nan, 0.5, nan])
    >>> rows.growth([10, 15, 9], "1M", return_status=True)
    (array([ nan,  nan, -0.4]), array([5, 7, 0], dtype=uint8))
    """

    def __init__(
        self,
        by: Any,
        period: Any,
        freq: str | None = None,
        *,
        year_end: str | None = None,
        date_format: str | None = None,
    ) -> None:
        periods, self._freq = ordinals(period, freq, "period", date_format)
        self._year_end = year_end_at(year_end, self._freq)
        self._ordinals = np.ascontiguousarray(periods, np.int64)
        labels = [*_labels(by, "by"), *_labels(period, "period")]
        check_equal(labels)
        self._labels = labels[:1]
        columns = _group_columns(by, len(periods))
        names = tuple(range(len(columns)))
        try:
            self._index = _core.Rows(group_batch(columns), names, self._ordinals)
            self._make(_workers.chunks(len(periods)), columns)
        except TypeError as error:
            raise TypeError(f"by: {error}") from None
        self._alone = None
        if self._freq == "M-JF" and getattr(period, "freq", None) != "M-JF":
            self._alone = _months_alone(period, self._ordinals, date_format)
        self._low = self._index.low if len(periods) else 0
        self._high = self._index.high if len(periods) else -1

    def _make(self, cuts: list[tuple[int, int]], columns: list[Any]) -> None:
        """Run the stages of the index, each over all rows."""
        more = True
        while more:
            _workers.run(self._index.run, cuts)
            try:
                more = self._index.next()
            except ValueError as error:
                raise self._repeated(error, columns) from None

    def _repeated(self, error: ValueError, columns: list[Any]) -> ValueError:
        pair = getattr(error, "rows", None)
        if pair is None:
            return error
        first, second = pair
        names = [short(_item(column, second)) for column in columns]
        label = ", ".join([*names, self._label(int(self._ordinals[second]))])
        return ValueError(
            f"by, period: rows {first} and {second} are both {label}: give one row per "
            "group and period, or build a Panel, which adds them"
        )

    def _label(self, ordinal: int) -> str:
        freq = self._freq
        return str(ordinal) if freq is None else Periods.of(freq, ordinal, 1).first

    def __len__(self) -> int:
        return len(self._ordinals)

    def __repr__(self) -> str:
        if not len(self):
            return "Rows(0 rows)"
        span = f"{self._label(self._low)} to {self._label(self._high)}"
        return f"Rows({len(self):,} rows of {self._index.group_count:,} groups, {span})"

    def _column(self, values: Any) -> NDArray[Any]:
        array = whole_array(values, "values")
        check_equal([*self._labels, *_labels(values, "values")])
        if array.shape != (len(self),):
            raise ValueError(
                f"values has shape {array.shape}: there are {len(self)} rows"
            )
        kind = np.int64 if array.dtype.kind in "iub" else np.float64
        return np.ascontiguousarray(array, kind)

    def _complete(self, complete_through: Any) -> int:
        if complete_through is None:
            return self._high
        label, name = complete_through, "complete_through"
        return last_complete(label, self._freq, name, self._year_end)

    def growth(
        self,
        values: ArrayLike,
        lag: int | str = "1Y",
        *,
        policy: str = "nm",
        complete_through: Any = None,
        return_status: bool = False,
    ) -> Any:
        """Growth of each row over the row of its group that lies a lag earlier.

        Parameters
        ----------
        values, lag, policy, complete_through, return_status
            As for `growth_by`.

        Returns
        -------
        ndarray of float64, shape (rows,), or (values, status)
            Fractions; see `growth_by`.

        Raises
        ------
        TypeError, ValueError
            If values are not numbers, or there is not one per row; if the lag is 0 or
            not a whole number of periods.

        Examples
        --------
        >>> import evmarket as em
        >>> rows = em.Rows(["A", "A", "A"], ["2024-01", "2025-01", "2025-02"])
        >>> rows.growth([10, 15, 9])
        array([nan, 0.5, nan])
        """
        rate = choice(policy, "policy", POLICIES)
        back = read_lag(lag, self._freq)
        column = self._column(values)
        late = self._complete(complete_through)
        count = len(column)
        rates = np.empty(count)
        with_status = return_status or policy == "midpoint"
        base = np.empty(count if with_status else 0, np.int32)
        status = np.empty(count if with_status else 0, np.uint8)

        def part(start: int, stop: int) -> None:
            # Block by block, so that the base values stay in the cache.
            room, places = np.empty(_BLOCK, column.dtype), np.empty(_BLOCK, np.int32)
            for first in range(start, stop, _BLOCK):
                last = min(first + _BLOCK, stop)
                block, earlier = slice(first, last), room[: last - first]
                bases = base[block] if with_status else places[: last - first]
                self._index.base(back, first, last, bases)
                _core.gather(column, bases, 0, last - first, earlier)
                rate(earlier, column[block], out=rates[block])
                if column.dtype == np.int64:
                    rates[block][bases < 0] = np.nan
                if with_status:
                    _core.growth_status(earlier, column[block], out=status[block])

        _workers.run(part, _workers.chunks(count))
        if with_status:
            cutoff = None if complete_through is None else late
            self._set_status(status, column, base, back, cutoff)
        if policy == "midpoint":
            entered = status == _core.ENTERED
            rates[entered] = 2 * np.sign(column[entered])
        if complete_through is not None:
            before = back.before(self._ordinals)
            rates[(self._ordinals > late) | (before > late)] = np.nan
        if return_status and self._alone is not None:
            part = self._alone | ((base >= 0) & self._alone[base])
            _mark_incomplete(rates, status, part)
        return (rates, status) if return_status else rates

    def _first_rows(self) -> NDArray[np.int64]:
        """The period of the first row of each group, with or without a value."""
        groups = self._index.group_count
        first, last = np.empty(groups, np.int64), np.empty(groups, np.int64)
        self._index.presence(np.zeros(len(self)), 0, groups, first, last)
        return first

    def _groups(self) -> NDArray[np.int32]:
        groups = np.empty(len(self), np.int32)
        self._index.groups(0, len(self), groups)
        return groups

    def _exit_after(self) -> int:
        return _NEVER if self._freq is None else exit_periods("1Y", self._freq)

    def _set_status(
        self, status: Any, column: Any, base: Any, lag: Lag, cutoff: int | None
    ) -> None:
        """Write the statuses that the calendar decides over those of the numbers.

        A row without a value is not reported: neither it nor its group has left.
        """
        late = self._high if cutoff is None else cutoff
        before = lag.before(self._ordinals)
        lacking = base < 0
        codes = np.full(len(base), _core.GAP, np.uint8)
        codes[before < self._first_rows()[self._groups()]] = _core.ENTERED
        codes[(before < self._low) | (before > max(self._high, late))] = _core.OUTSIDE
        codes[before == NO_PERIOD] = _core.GAP
        if column.dtype.kind == "f":
            absent = np.isnan(column)
            lacking |= absent[base]
            status[absent] = _core.MISSING
            lacking &= ~absent
        status[lacking] = codes[lacking]
        if cutoff is not None:
            status[(self._ordinals > late) | (before > late)] = _core.PARTIAL

    def trailing(
        self,
        values: ArrayLike,
        window: int | str = "1Y",
        *,
        complete_through: Any = None,
        return_status: bool = False,
    ) -> Any:
        """Sum of the last periods of the group of each row.

        Parameters
        ----------
        values, complete_through, return_status
            As for `growth_by`.
        window : int or str, default "1Y"
            A number of periods, or "1Y", "2Q" ...

        Returns
        -------
        ndarray of float64, shape (rows,), or (values, status)
            Exact sums, rounded once. NaN and INCOMPLETE if a period of the window has
            no value; see `Measure.trailing`.

        Raises
        ------
        TypeError, ValueError
            If values are not numbers, or there is not one per row; if the window does
            not fit the frequency.

        Examples
        --------
        >>> import evmarket as em
        >>> rows = em.Rows(["A", "A", "A"], ["2024Q4", "2025Q1", "2025Q2"])
        >>> rows.trailing([10, 15, 9], 2)
        array([nan, 25., 24.])
        """
        got = self._sums(
            values, complete_through, lambda m: windows.trailing(m, window)
        )
        return got if return_status else got[0]

    def ytd(
        self,
        values: ArrayLike,
        *,
        complete_through: Any = None,
        return_status: bool = False,
    ) -> Any:
        """Year-to-date sum of the group of each row.

        Parameters
        ----------
        values, complete_through, return_status
            As for `growth_by`.

        Returns
        -------
        ndarray of float64, shape (rows,), or (values, status)
            Exact sums, rounded once. NaN and INCOMPLETE if a period of the year to date
            has no value; see `Measure.ytd`.

        Raises
        ------
        TypeError, ValueError
            If values are not numbers, or there is not one per row; if the periods are
            plain integers, which have no year.

        Examples
        --------
        >>> import evmarket as em
        >>> rows = em.Rows(["A", "A", "A"], ["2025Q1", "2025Q2", "2026Q1"])
        >>> rows.ytd([10, 15, 9])
        array([10., 25.,  9.])
        """
        if self._freq is None:
            raise ValueError(
                "period holds plain integers, which know no year: give freq="
            )
        got = self._sums(values, complete_through, windows.ytd)
        return got if return_status else got[0]

    def _sums(
        self, values: Any, complete_through: Any, window: Callable[..., MeasureData]
    ) -> tuple[Any, Any]:
        """Sums over windows and their statuses, in the order of the rows."""
        sums, status = self._read(window(self._measure(values, complete_through)))
        if self._alone is not None:
            # A window that holds one month of January and February lacks the other.
            alone = self._measure(self._alone.astype(np.int64), complete_through)
            months, _ = self._read(window(alone))
            part = np.isfinite(sums) & (months > 0)
            sums[part] = np.nan
            status[part] = _core.INCOMPLETE
        return sums, status

    def _measure(self, values: Any, complete_through: Any) -> MeasureData:
        """The rows as a measure with one series per group."""
        late = self._complete(complete_through)
        high = max(self._high, late)
        if high - self._low >= _MOST_PERIODS:
            raise ValueError(
                f"period runs from {self._low:,} to {high:,}: sums over windows take "
                f"at most {_MOST_PERIODS:,} periods"
            )
        cutoff = None if complete_through is None else late
        exit_after, year_end = self._exit_after(), self._year_end
        rules = Rules(cutoff=cutoff, exit_after=exit_after, year_end=year_end)
        calendar = (self._freq or "D", self._low, high, rules)
        column = self._column(values)
        panel = from_ordinals(self._groups(), self._places(), column, calendar)
        return panel.measure("values")

    def _places(self) -> Any:
        """The ordinals, within the calendar even if the array has changed since."""
        return np.clip(self._ordinals, self._low, self._high)

    def _read(self, measure: MeasureData) -> tuple[Any, Any]:
        """Values and statuses of the cells of a measure, in the order of the rows."""
        return measure.read(self._groups().astype(np.int64), self._places())


def _months_alone(period: Any, ordinals_: Any, date_format: str | None) -> Any:
    """Rows at M-JF that state January or February alone; None if there are none."""
    alone = ordinals_ % 11 == 0
    if not _are_months(period, date_format):
        texts = moments(period, "period").texts or []
        alone &= len(texts) > 0
        for row in np.flatnonzero(alone).tolist():
            alone[row] = _are_months([texts[row]])
    return alone if alone.any() else None


def _are_months(period: Any, date_format: str | None = None) -> bool:
    try:
        ordinals(period, "M", "period", date_format)
    except ValueError:
        return False
    return True


def _mark_incomplete(rates: Any, status: Any, part: Any) -> None:
    """Mark numbers that lack a part; a lower code stays."""
    low = (status == _core.OK) | (status > _core.INCOMPLETE)
    status[part & np.isfinite(rates) & low] = _core.INCOMPLETE


def _labels(value: Any, name: str) -> list[tuple[str, str, Any]]:
    """The index of a column or frame of pandas, and of each column in a list."""
    if isinstance(value, (list, tuple)):
        return [
            pair for k, one in enumerate(value) for pair in _labels(one, f"{name}[{k}]")
        ]
    index = row_labels(value)
    return [] if index is None else [(name, "index", index)]


def _item(column: Any, row: int) -> Any:
    """One label of a column of any library."""
    item = (column.iloc if hasattr(column, "iloc") else column)[row]
    item = item.as_py() if hasattr(item, "as_py") else item
    return item.item() if isinstance(item, np.generic) else item


def _group_columns(by: Any, rows: int) -> list[Any]:
    """The columns of `by`."""
    refuse_query(by, "by")
    if is_frame(by):
        columns = [by[name] for name in names_of(by) or ()]
    elif isinstance(by, (list, tuple)) and by and not _is_scalar(by[0]):
        columns = list(by)
    else:
        columns = [by]
    for k, column in enumerate(columns):
        if not hasattr(column, "__len__"):
            raise TypeError(
                f"by is {short(by)}: it takes a column of labels, or a list of columns"
            )
        if len(column) != rows:
            raise ValueError(
                f"by: column {k} has {len(column)} rows, period has {rows}"
            )
    return columns


def _is_scalar(item: Any) -> bool:
    return item is None or isinstance(item, (str, bytes)) or np.isscalar(item)
