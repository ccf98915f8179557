"""What all explanations of panels share: dense arrays, printing, tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._calendar.periods import spanned
from .._cells.measure import DENSE_MOST
from .._common import numbers
from .._common.canvas import names_of
from .._common.html import ends
from .._common.messages import short
from .._common.status import Status
from .._common.text import fitted
from .._tables.columns import free_name
from .._tables.html import ROWS
from .._tables.table import Table
from .base import Explanation, array_lines
from .families import fate_names
from .html import PAIRS, Preview, heading, panel_heading, panel_html
from .item_table import item_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .._calendar.periods import Periods
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._common.types import Array, Codes, Ints
    from .item_parts import Parts
    from .items import CellStatus, Items


class OnPanel(Explanation):
    """An explanation of every group of a panel in every period of its calendar.

    Results of groups have the shape (groups, periods), results of items the shape
    (series, periods). The arrays are made when they are first read.

    Attributes
    ----------
    groups : dict of str to ndarray
        The labels of each group, one array per key.
    series : dict of str to ndarray
        The labels of each item, one array per key.
    periods : Periods
        The calendar.
    """

    entry: Any
    exit: Any
    gap: Any
    matched: Any

    _items: Items
    _names: tuple[str, ...]
    _cell_status: CellStatus
    _of_groups: dict[str, Array]
    _of_items: dict[str, Array]
    _transitions: Codes

    def __init__(
        self,
        items: Items,
        names: Sequence[str],
        status: CellStatus,
        transitions: Codes,
        of_groups: Mapping[str, Array],
        of_items: Mapping[str, Array] | None = None,
        /,
        **fields: Any,
    ) -> None:
        # Results of cells whose change is not explained are NaN.
        unknown = ~status.known
        self.__dict__.update(
            _items=items,
            _names=tuple(names),
            _cell_status=status,
            _of_groups={
                name: np.where(unknown, np.nan, x) if x.dtype.kind == "f" else x
                for name, x in of_groups.items()
            },
            _of_items={
                name: np.where(unknown[items.cell], np.nan, x)
                for name, x in (of_items or {}).items()
            },
            _transitions=transitions,
            **fields,
        )

    @property
    def groups(self) -> dict[str, NDArray[Any]]:
        return self._items.target.series.columns

    @property
    def series(self) -> dict[str, NDArray[Any]]:
        columns = self._items.panel.series.columns
        return {key: column.copy() for key, column in columns.items()}

    @property
    def periods(self) -> Periods:
        return self._items.panel.calendar.periods

    def __getattr__(self, name: str) -> Any:
        """A dense array, made when it is first read."""
        held = self.__dict__
        if name in held.get("_of_groups", ()):
            cells = self._items.target.cells
            place = cells.series, cells.ordinals
            array = _dense(self._items.target, *place, held["_of_groups"][name])
        elif name in held.get("_of_items", ()):
            place = self._items.series, self._items.ordinals
            array = _dense(self._items.panel, *place, held["_of_items"][name])
        elif name == "status" and "_items" in held:
            array = self._dense_status()
        else:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        held[name] = array
        return array

    def _dense_status(self) -> Codes:
        target = self._items.target
        cells = target.cells.with_values(target.cells.values, self._cell_status.codes)
        ahead = self._items.lag.ahead
        return target.derived(cells, target.kind, ahead=ahead).dense_status()

    def arrays(self) -> dict[str, Any]:
        """The arrays by name, in the order in which they print.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> list(panel.contributions("units").arrays())
        ['total', 'entry', 'exit', 'gap', 'matched', 'residual', 'status', 'parts']
        """
        names = (*self._of_groups, "status", *self._of_items)
        return {name: getattr(self, name) for name in names}

    # ---- the items of one period ---------------------------------------------------

    def items(self, at: Any = None) -> Table:
        """One row per item of a period: its values, its part and its fate.

        Parameters
        ----------
        at : str, date, int, optional
            A label or date of the period. The default is the last period with a known
            total.

        Returns
        -------
        Table
            The keys of the groups and the other keys, ``base`` and ``current`` of each
            measure, the parts, and ``fate``: "both", "entered", "exited" or "gap" (the
            item lacks a value in one of the periods). ``part`` is the whole effect of
            an item; the parts of a group add up to its ``.total`` (of a price index,
            to ``.total - 1``). Within a group the largest effect comes first.

        Raises
        ------
        KeyError
            If the calendar does not have the period.

        Examples
        --------
        >>> import evmarket as em
        >>> panel = em.Panel.from_arrays(
        ...     keys={"maker": ["A", "B", "A", "C"]},
        ...     period=["2024", "2024", "2025", "2025"],
        ...     measures={"units": [60, 40, 90, 5]},
        ...     exit_after=1,
        ... )
        >>> panel.contributions("units").items("2025")
        Table(3 rows x 5 columns)
        units growth, 2025 on 2024
        maker       base  current       part  fate
        B             40   EXITED  -40.00 pp  exited
        A             60       90  +30.00 pp  both
        C      NOT_BEGUN        5   +5.00 pp  entered
        total -5.00%
        """
        calendar = self._items.target.calendar
        ordinal = self._last_known() if at is None else calendar.ordinal(at, "at")
        some, own = self._items.at(ordinal)
        parts, transitions = self._parts_of(some, own)
        unknown = ~self._cell_status.known[some.cell]
        parts = {name: np.where(unknown, np.nan, x) for name, x in parts.items()}
        note = self._total_note(ordinal) if not self.groups else ""
        return item_table(some, self._names, parts, transitions, self._formats, note)

    def _total_note(self, ordinal: int) -> str:
        """The total of a period and its status, for a single group."""
        cells = self._items.target.cells
        place = np.flatnonzero(cells.ordinals == ordinal)
        if not len(place) or "total" not in self._of_groups:
            return ""
        total = [float(self._of_groups["total"][place[0]])]
        [text] = numbers.column(total, self._formats.get("total", ""))
        code = Status(int(self._cell_status.codes[place[0]]))
        status = f"{code.name}: {code.meaning}" if code else ""
        return ", ".join(filter(None, [text and f"total {text}", status]))

    def _parts_of(self, items: Items, own: Ints) -> Parts:
        """The columns of parts of the items of one period, and their transitions.

        `own` are the numbers of these items among all. The last column is the whole
        effect.
        """
        raise NotImplementedError

    def _last_known(self) -> int:
        """The last period with a known total, or the last one."""
        cells, calendar = self._items.target.cells, self._items.target.calendar
        known = cells.ordinals[self._cell_status.known]
        known = known[calendar.shows(known)]
        return int(known.max()) if len(known) else calendar.visible[1]

    # ---- one group, for plots ------------------------------------------------------

    def _chosen(self, group: Any, at: Any) -> tuple[tuple[int, ...], list[str], str]:
        row, calendar = self._group(group), self._items.target.calendar
        if at is None:
            known = np.flatnonzero(np.isfinite(self.total).any(axis=0))
            place = int(known[-1]) if len(known) else len(self.periods) - 1
        else:
            place = calendar.ordinal(at, "at") - calendar.visible[0]
        labels = {key: column[row : row + 1] for key, column in self.groups.items()}
        names = names_of(labels, 1) if labels else []
        return (row, place), [*names, self.periods[place]], self._items.panel.source

    def _group(self, group: Any) -> int:
        """The row of a group, by its label or labels."""
        names = list(zip(*self.groups.values(), strict=True)) or [()]
        if group is None and len(names) == 1:
            return 0
        wanted = tuple(group) if isinstance(group, (list, tuple)) else (group,)
        if group is not None and wanted in names:
            return names.index(wanted)
        known = ", ".join(repr(n[0] if len(n) == 1 else n) for n in names[:5])
        cure = f"choose one of {known}{', ...' if len(names) > 5 else ''}"
        if group is None:
            raise ValueError(f"group is None: {cure}")
        raise KeyError(f"group is {short(group)}: there is no such group, {cure}")

    # ---- printing ------------------------------------------------------------------

    def __repr__(self) -> str:
        target = self._items.target
        within = f" within {', '.join(self.groups)}" if self.groups else ""
        groups, periods = target.shape
        head = fitted(
            f"{self._heading()} of {target.name}{within}:",
            f"{groups:,} groups x {periods:,} periods, {self._known_cells()}",
        )
        status = {"status": self._cell_status.codes}
        return "\n".join(
            [head, *array_lines(self._of_groups | status | self._of_items)]
        )

    def _known_cells(self) -> str:
        known = int(self._cell_status.known.sum())
        return f"{known:,} of {self._items.count:,} known"

    def _repr_html_(self) -> str:
        groups, periods = self._items.target.shape
        many = "" if groups == 1 else "s"
        span = f", {spanned(self.periods)}" if periods else ""
        size = f"{groups:,} group{many} × {periods:,} periods{span}"
        head = heading(type(self).__name__, getattr(self, "method", None))
        items, period = self._item_preview() if self._of_items else (None, "")
        return panel_html(
            panel_heading(
                head,
                self._items.target.name,
                list(self.groups),
                f"{size}; {self._known_cells()}",
            ),
            self._group_preview(),
            items,
            period,
            self._formats,
            (self._of_items | self._of_groups)["residual"],
        )

    def _group_preview(self) -> Preview:
        """The first and last groups and periods."""
        visible = self._visible_cells()
        rows = ends(len(visible), *PAIRS)
        cells = visible[rows]
        return Preview(
            rows,
            len(visible),
            self._group_labels(cells),
            {name: values[cells] for name, values in self._of_groups.items()},
            self._cell_status.codes[cells],
        )

    def _item_preview(self) -> tuple[Preview, str]:
        """The first and last items of the last known period, and its label."""
        items, calendar = self._items, self._items.target.calendar
        low, high = calendar.visible
        last = self._last_known()
        own = np.flatnonzero(items.ordinals == last)
        rows = ends(len(own), *ROWS)
        some = own[rows]
        arrays = {name: values[some] for name, values in self._of_items.items()}
        arrays["fate"] = fate_names(self._transitions[some])
        return Preview(
            rows,
            len(own),
            items.panel.series.coded(items.series[some]),
            arrays,
            self._cell_status.codes[items.cell[some]],
        ), calendar.label(last) if high >= low else ""

    def _visible_cells(self) -> Ints:
        """The cells of the groups in the periods in view."""
        target = self._items.target
        return np.flatnonzero(target.calendar.shows(target.cells.ordinals))

    def _group_labels(self, cells: Ints) -> dict[str, Any]:
        """The labels and periods of some cells of the groups, as table columns."""
        target = self._items.target
        labels: dict[str, Any] = target.series.coded(target.cells.series[cells])
        period = free_name("period", target.series.keys)
        labels[period] = target.calendar.coded(target.cells.ordinals[cells])
        return labels

    # ---- tables --------------------------------------------------------------------

    def to_table(self) -> Any:
        """A table with one row per group and period, or per item if items have parts.

        The results of a group are repeated for its items. The column ``fate`` says
        whether an item is in both periods, entered, exited or is a gap.

        Returns
        -------
        Table

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> why = panel.contributions("units").to_table()
        >>> why["maker"].tolist()[1::2], why["parts"][1::2]
        (['B', 'B'], array([ nan, -0.3]))
        """
        items, status = self._items, self._cell_status
        if self._of_items:
            cells, series = items.cell, items.panel.series
            columns: dict[str, Any] = series.coded(items.series)
            period = free_name("period", series.keys)
            columns[period] = items.panel.calendar.coded(items.ordinals)
        else:
            cells = self._visible_cells()
            columns = self._group_labels(cells)
        results = dict(self._of_items)
        if self._of_items:
            names = fate_names(self._transitions)
            names[~status.known[cells]] = None
            results["fate"] = names
        results |= {name: values[cells] for name, values in self._of_groups.items()}
        results["status"] = status.codes[cells]
        formats, statuses = {}, {}
        for name, column in results.items():
            free = free_name(name, tuple(columns))
            columns[free], formats[free] = column, self._formats.get(name, "")
            if column.dtype.kind == "f":
                statuses[free] = status.codes[cells]
        return Table(columns, "", formats, statuses)

    def to_pandas(self) -> Any:
        """`to_table` as a pandas DataFrame.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> panel.contributions("units").to_pandas()["parts"].tolist()[1::2]
        [nan, -0.3]
        """
        return self.to_table().to_pandas()


def _dense(
    state: PanelData | MeasureData, series: Ints, ordinals: Ints, values: Array
) -> Array:
    """Values of cells as a read-only array, series by periods in view.

    Empty cells are NaN, or 0 for integers.
    """
    low, high = state.calendar.visible
    rows, columns = state.series.count, high - low + 1
    if rows * columns > DENSE_MOST:
        raise MemoryError(
            f"the dense array has {rows:,} x {columns:,} cells: take to_table(), or "
            "select or roll up first"
        )
    array = np.full(
        (rows, columns), np.nan if values.dtype.kind == "f" else 0, values.dtype
    )
    visible = state.calendar.shows(ordinals)
    array[series[visible], ordinals[visible] - low] = values[visible]
    array.flags.writeable = False
    return array
