"""Panels and measures as tables and frames."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells.cells import taken
from .._cells.listed import occupied
from .._common.arguments import choice
from .._common.kinds import format_of
from .._tables.columns import Integers, free_name, integers
from .._tables.exported import Exported
from .._tables.interchange import pandas_frame, pandas_index, pandas_integers
from .._tables.table import Table

if TYPE_CHECKING:
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._cells.sums import ExactSums
    from .._common.types import Codes, Floats, Ints
    from .._tables.columns import AnyColumn


class ExportedMeasure(Exported):
    """What `Measure` inherits: tables, data frames and labelled arrays."""

    _data: MeasureData

    def to_table(self) -> Any:
        """The occupied cells in long form, as a `Table` with an Arrow stream.

        Returns
        -------
        Table
            Columns: the keys, ``period`` as text, the name of the measure, ``status``.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> print(panel["units"].growth().to_table())
        Table(4 rows x 4 columns)
        maker  period  units growth  status
        A      2024         OUTSIDE  OUTSIDE
        A      2025         +50.00%
        B      2024         OUTSIDE  OUTSIDE
        B      2025         -75.00%
        """
        return measure_table(self._data)

    def to_pandas(
        self, layout: str = "long", status: bool = False, period: str = "period"
    ) -> Any:
        """A pandas DataFrame, in long or wide form; columns keep their types.

        Exact sums of integers are ``int64``, with holes ``Int64``.

        Parameters
        ----------
        layout : {"long", "wide"}
            "long" has one row per occupied cell. "wide" has one row per series and one
            column per period.
        status : bool, default False
            Add ``status``, the code, and ``status_name``, a categorical; in long form
            only.
        period : {"period", "start", "end", "label"}
            What periods become: pandas periods, the dates of their first or last days,
            or text. pandas has no half-years and no M-JF: there "period" gives text.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel["units"].to_pandas("wide").loc["A"].tolist()
        [60, 90]
        >>> growth = panel["units"].growth().to_pandas(status=True)
        >>> growth["status"].tolist(), growth["status_name"].tolist()
        ([5, 0, 5, 0], ['OUTSIDE', 'OK', 'OUTSIDE', 'OK'])
        """
        return measure_to_pandas(self._data, layout, status, period)

    def to_xarray(self) -> Any:
        """An xarray DataArray, series by periods; NaN where there is no number.

        Returns
        -------
        xarray.DataArray
            Dimensions ``series`` and ``period``. Coordinates: each key along
            ``series``; ``period``, the first day of each period (at M-JF its label),
            and ``label``, its text; ``status``, the code of every cell. The attributes
            are ``kind``, and ``unit`` and ``source`` where they are known. A key that
            has the name of another coordinate gets an underscore.

        Raises
        ------
        ImportError
            If xarray is missing; ``evmarket[xarray]`` installs it.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> growth = panel["units"].growth().to_xarray()
        >>> growth.sel(maker="A").values, growth.sel(maker="A")["status"].values
        (array([nan, 0.5]), array([5, 0], dtype=uint8))
        >>> growth.dims, growth.attrs
        (('series', 'period'), {'kind': 'growth'})
        """
        return measure_to_xarray(self._data)


def column_at(measure: MeasureData, series: Ints, ordinals: Ints) -> AnyColumn:
    """The values of a measure at some places; integers stay exact."""
    cells = measure.cells
    return numbers_at(cells.values, cells.sums, cells.place(series, ordinals))


def numbers_at(values: Floats, sums: ExactSums | None, place: Ints) -> AnyColumn:
    """The values of some cells, none where the place is -1; integers stay exact."""
    values = taken(values, place, np.nan)
    if sums is None or sums.grain != "integer" or sums.fine is not None:
        return values
    numbers = taken(sums.lo.view(np.int64), place, 0)
    valid = ~np.isnan(values)
    # A sum of more than 64 bits is no int64.
    exact = (numbers[valid] == values[valid]).all()
    return integers(numbers, valid) if exact else values


def measure_table(measure: MeasureData) -> Table:
    """The occupied cells of a measure: keys, period, its name, status."""
    calendar, cells = measure.calendar, measure.cells
    shown = np.flatnonzero(calendar.shows(cells.ordinals))
    columns: dict[str, Any] = dict(measure.series.coded(cells.series[shown]))
    period = free_name("period", measure.series.keys)
    columns[period] = calendar.coded(cells.ordinals[shown])
    name = free_name(measure.name, tuple(columns))
    columns[name] = numbers_at(cells.values, cells.sums, shown)
    codes = cells.codes[shown]
    columns[free_name("status", tuple(columns))] = codes
    return Table(columns, "", {name: format_of(measure.kind)}, {name: codes})


def panel_table(panel: PanelData) -> Table:
    """The occupied cells of a panel: keys, period, measures.

    A measure of integers is int64, with holes where it has no value.
    """
    cells, calendar = occupied(panel), panel.calendar
    shown = np.flatnonzero(calendar.shows(cells.ordinals))
    series, ordinals = cells.series[shown], cells.ordinals[shown]
    columns: dict[str, Any] = dict(panel.series.coded(series))
    period = free_name("period", (*panel.series.keys, *panel.names))
    columns[period] = calendar.coded(ordinals)
    statuses: dict[str, Codes] = {}
    for name in panel.names:
        own = panel.measure(name).cells
        same = np.array_equal(own.indptr, cells.indptr)
        same = same and np.array_equal(own.ordinals, cells.ordinals)
        place = shown if same else own.place(series, ordinals)
        free = free_name(name, tuple(columns))
        columns[free] = numbers_at(own.values, own.sums, place)
        if own.status is not None and own.status.any():
            statuses[free] = taken(own.status, place, np.uint8(0))
    return Table(columns, statuses=statuses)


def measure_to_pandas(
    measure: MeasureData, layout: str, status: bool, period: str
) -> Any:
    """A measure as a data frame, "long" or "wide"."""
    if choice(layout, "layout", {"long": False, "wide": True}):
        if status:
            raise ValueError("status is True: a wide layout has no room for it")
        return _wide(measure, period)
    table = measure_table(measure)
    if status:
        return table.to_pandas(period)
    columns = dict(table._columns)
    del columns[table.columns[-1]]
    return pandas_frame(columns, period)


def _wide(measure: MeasureData, period: str) -> Any:
    pandas = import_module("pandas")
    low, high = measure.calendar.visible
    series = measure.series.coded(np.arange(measure.series.count))
    index = pandas_index(series) if series else None
    frame = pandas.DataFrame(_dense(measure), index=index)
    periods = measure.calendar.coded(np.arange(low, high + 1))
    frame.columns = pandas_index({"period": periods}, period)
    return frame


def measure_to_xarray(measure: MeasureData) -> Any:
    """A measure as an array with labels; each key is an index of the series."""
    try:
        xarray = import_module("xarray")
    except ImportError:
        raise ImportError(
            'to_xarray needs xarray: pip install "evmarket[xarray]"'
        ) from None
    periods, dims = measure.calendar.periods, ("series", "period")
    labels = np.array(periods.labels, dtype=object)
    # The first period of M-JF is two months, and a date names one of them.
    dated = periods.freq != "M-JF"
    starts = periods.to_numpy().astype("M8[ns]") if dated else labels
    coords: dict[str, Any] = {
        "period": ("period", starts),
        "label": ("period", labels),
        "status": (dims, measure.dense_status()),
    }
    own = [*dims, *coords]
    keys = {free_name(k, own): x for k, x in measure.series.columns.items()}
    coords |= {key: ("series", column) for key, column in keys.items()}
    attrs = {"kind": measure.kind, "unit": measure.unit, "source": measure.source}
    array = xarray.DataArray(
        measure.dense_values().copy(),  # the dense values are read-only
        coords,
        dims,
        measure.name,
        {name: words for name, words in attrs.items() if words},
    )
    for key in keys:
        array = array.set_xindex(key)
    return array


def _dense(measure: MeasureData) -> Any:
    """The cells as pandas takes them: an array, or nullable columns by number."""
    values, cells = measure.dense_values(), measure.cells
    numbers = numbers_at(cells.values, cells.sums, np.arange(len(cells.values)))
    if isinstance(numbers, Integers):
        numbers = numbers.numbers
    elif not isinstance(numbers, np.ndarray) or numbers.dtype != np.int64:
        return values
    dense = measure.spread(numbers, np.zeros(values.shape, np.int64))
    valid = ~np.isnan(values)
    if valid.all():
        return dense
    each = zip(dense.T.copy(), valid.T.copy(), strict=True)
    return {k: pandas_integers(*column) for k, column in enumerate(each)}
