"""Items of every group and period of a panel, and explanations laid out on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.periods import spanned
from .._cells.cells import Cells
from .._cells.measure import DENSE_MOST
from .._cells.shifts import bases
from .._common.canvas import names_of
from .._common.html import ends
from .._common.messages import short
from .._common.status import lowest
from .._common.text import fitted
from .._tables.columns import free_name
from .._tables.html import ROWS
from .._tables.table import Table
from .base import BOTH, ENTRY, EXIT, FATES, GAP, Explanation, _lines
from .families import SUMS, Family, decompose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from .._calendar.periods import Periods
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData
    from .._cells.sums import ExactSums
    from .._common.types import Floats, Ints, Mask


class Items:
    """The series that stand in either period of a pair, for every (group, period).

    The pairs are the cells of `target`, the change of the groups' totals; the items of
    one pair lie together, pair `p` holding offsets[p] .. offsets[p + 1] - 1. An item
    has a cell of the panel's table in each period, or -1.
    """

    def __init__(
        self, panel: PanelData, to: NDArray[np.int32], target: MeasureData, steps: int
    ) -> None:
        table = Cells.at(panel.layout)
        count = len(table.ordinals)
        lost = np.flatnonzero(bases(table, -steps) < 0)
        every = np.arange(count, dtype=np.int64)
        now = np.concatenate([every, np.full(len(lost), -1, np.int64)])
        before = np.concatenate([bases(table, steps), lost])
        series = np.concatenate([table.series, table.series[lost]])
        ordinals = np.concatenate([table.ordinals, table.ordinals[lost] + steps])
        keep = np.flatnonzero(panel.calendar.shows(ordinals))
        group = to[series[keep]].astype(np.int64)
        pair = target.cells.place(group, ordinals[keep])
        keep, pair = keep[pair >= 0], pair[pair >= 0]
        order = np.argsort(pair, kind="stable")
        keep = keep[order]
        self.panel, self.target, self.steps = panel, target, steps
        self.pair: Ints = pair[order]
        self.series, self.ordinals = series[keep], ordinals[keep]
        self._cells_of = (before[keep], now[keep])
        self.count = len(target.cells.ordinals)
        sizes = np.bincount(self.pair, minlength=self.count)
        self.offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.intp)
        self.codes = target.cells.codes.copy()
        self._known = np.isfinite(target.cells.values)

    def __len__(self) -> int:
        return len(self.pair)

    # ---- what is in the cells ------------------------------------------------------

    def _sums(self, name: str) -> ExactSums:
        return self.panel.level(name).sums

    def there(self, name: str) -> tuple[Mask, Mask]:
        """Whether the measure has a value in the earlier and in the later period."""
        before, now = (self._taken(self._sums(name).counts, k) > 0 for k in (0, 1))
        return before, now

    def values(self, name: str) -> tuple[Floats, Floats]:
        """The earlier and the later values, 0 where there is none.

        A cell that lacks a part of its value makes its pair INCOMPLETE.
        """
        found = []
        for k, there in enumerate(self.there(name)):
            values = np.where(there, self._taken(self._sums(name).values, k), 0.0)
            lacking = np.isnan(values)
            self.flag(lacking, _core.INCOMPLETE)
            values[lacking] = 0.0
            found.append(values)
        return found[0], found[1]

    def unpaired(self, one: str, two: str) -> tuple[Mask, Mask]:
        """Whether the two come from different rows, in each period."""
        counts = [self._sums(name).counts for name in (one, two)]
        before, now = (
            self._taken(counts[0], k) != self._taken(counts[1], k) for k in (0, 1)
        )
        return before, now

    def _taken(self, cells: Any, k: int) -> Any:
        """Numbers of the table's cells in a period, 0 where there is no cell."""
        place = self._cells_of[k]
        if not len(cells):
            return np.zeros(len(place), cells.dtype)
        return np.where(place >= 0, cells[place], cells.dtype.type(0))

    # ---- what became of them -------------------------------------------------------

    def fates(self, names: Sequence[str], here: tuple[Mask, Mask]) -> NDArray[np.uint8]:
        """What became of each item, `here` telling in which periods it is whole.

        It is new or lost where the other period lies before its series begin or after
        they end; where they only lack a value there, what it was or is is unknown. A
        measure that cannot tell makes the pair INCOMPLETE.
        """
        fate = np.full(len(self), GAP, np.uint8)
        fate[here[0] & here[1]] = BOTH
        some = [self.there(name) for name in names]
        for k, alone in ((0, ENTRY), (1, EXIT)):
            empty = here[1 - k] & ~np.any([side[k] for side in some], axis=0)
            fate[empty & self._gone(names, empty, self.steps * (1 - k))] = alone
        return fate

    def _gone(self, names: Sequence[str], where: Mask, back: int) -> Mask:
        """Which of these items have no series, so many periods before their own."""
        at = np.flatnonzero(where)
        series, ordinals = self.series[at], self.ordinals[at] - back
        gone = np.ones(len(at), bool)
        for name in names:
            [life] = self.panel.measure(name).lifetimes
            codes = life.status(self.panel.calendar, series, ordinals)
            gone &= (codes == _core.NOT_BEGUN) | (codes == _core.EXITED)
            self.flag(at[codes == _core.INCOMPLETE], _core.INCOMPLETE)
        found = np.zeros(len(self), bool)
        found[at[gone]] = True
        return found

    # ---- what is said of the pairs --------------------------------------------------

    def flag(self, items: Any, code: int, over: Sequence[int] = ()) -> None:
        """Take the numbers from the pairs of some items, and say why.

        A lower status stays, unless it is one that the new one explains (`over`).
        """
        pairs = self.pair[items]
        codes = self.codes[pairs]
        stands = self._known[pairs] | (codes == _core.OK) | (codes > code)
        stands |= np.isin(codes, over)
        self.codes[pairs] = np.where(stands, code, codes)
        self._known[pairs] = False

    def flag_unpaired(self, one: str, two: str) -> None:
        """Take the numbers from the pairs where the two come from different rows."""
        before, now = self.unpaired(one, two)
        self.flag(before, _core.UNPAIRED, (_core.ENTERED, _core.GAP))
        absent = (_core.NOT_BEGUN, _core.EXITED, _core.MISSING)
        self.flag(now, _core.UNPAIRED, absent)

    def flag_pairs(self, codes: NDArray[np.uint8]) -> None:
        """Give the pairs the lower of their statuses and these."""
        self.codes = lowest(self.codes, codes)

    @property
    def known(self) -> Mask:
        """The pairs whose change is a number and can be explained."""
        return self._known

    # ---- computing -----------------------------------------------------------------

    def explained(
        self, family: Family, operands: Sequence[Floats]
    ) -> tuple[list[Floats], list[Floats]]:
        """The numbers of the pairs and of the items; the statuses are noted."""
        groups, items, codes = decompose(
            family, tuple(operands), self.offsets, (len(self),)
        )
        self.flag_pairs(codes)
        return list(groups.values()), list(items.values())

    def sums(self, values: Floats, fate: NDArray[np.uint8]) -> list[Floats]:
        """Sums of each pair's items by fate; what rounding left of the last three."""
        operands = (np.ascontiguousarray(values), fate.astype(float))
        shape = (len(self),)
        return list(decompose(SUMS, operands, self.offsets, shape)[0].values())

    def matched(self, base: Floats, fate: NDArray[np.uint8]) -> Floats:
        """Share of the items in both periods in the sum of the base values."""
        both, new, lost, hole, _ = self.sums(base, fate)
        found: Floats = _core.ratio(both, both + (new + (lost + hole)))
        return found


class OnPanel(Explanation):
    """An explanation of every group of a panel at every period of its calendar.

    The arrays of groups have the shape (groups, periods), those of items (series,
    periods); they are spread out when first asked for.

    Attributes
    ----------
    groups : dict of str to ndarray
        The labels of each group, an array a key.
    series : dict of str to ndarray
        The labels of each item, an array a key.
    periods : Periods
        The calendar.
    """

    _items: Items
    _pairs: dict[str, Any]
    _of_items: dict[str, Any]
    _fate: NDArray[np.uint8] | None

    def __init__(
        self,
        items: Items,
        pairs: Mapping[str, Any],
        of_items: Mapping[str, Any] | None = None,
        fate: NDArray[np.uint8] | None = None,
        /,
        **told: Any,
    ) -> None:
        # Numbers of pairs without a known change are none, whatever was computed.
        unknown = ~items.known
        for values in pairs.values():
            if values.dtype.kind == "f":
                values[unknown] = np.nan
        for values in (of_items or {}).values():
            values[unknown[items.pair]] = np.nan
        self.__dict__.update(
            _items=items,
            _pairs=dict(pairs),
            _of_items=dict(of_items or {}),
            _fate=fate,
            **told,
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
        """An array, spread out when it is first asked for."""
        held = self.__dict__
        if name in held.get("_pairs", ()):
            found = self._spread_pairs(held["_pairs"][name])
        elif name in held.get("_of_items", ()):
            items = self._items
            found = _spread(
                items.panel, items.series, items.ordinals, held["_of_items"][name]
            )
        elif name == "status" and "_items" in held:
            found = self._status()
        else:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        held[name] = found
        return found

    def _chosen(self, group: Any, at: Any) -> tuple[tuple[int, ...], list[str], str]:
        g, target = self._group(group), self._items.target
        if at is None:
            known = np.flatnonzero(np.isfinite(self.total).any(axis=0))
            place = int(known[-1]) if len(known) else len(self.periods) - 1
        else:
            calendar = target.calendar
            place = calendar.ordinal(at, "at") - calendar.visible[0]
        labels = {key: column[g : g + 1] for key, column in self.groups.items()}
        names = names_of(labels, 1) if labels else []
        return (g, place), [*names, self.periods[place]], self._items.panel.source

    def _group(self, group: Any) -> int:
        """The row of a group, by its label or labels."""
        names = list(zip(*self.groups.values(), strict=True)) or [()]
        if group is None:
            if len(names) == 1:
                return 0
            known = ", ".join(repr(n[0] if len(n) == 1 else n) for n in names[:5])
            more = ", ..." if len(names) > 5 else ""
            raise ValueError(f"group is None: choose one of {known}{more}")
        wanted = tuple(group) if isinstance(group, (list, tuple)) else (group,)
        if wanted not in names:
            raise KeyError(f"group is {short(group)}: there is no such group")
        return names.index(wanted)

    def _spread_pairs(self, values: Any) -> Any:
        target = self._items.target
        cells = target.cells
        visible = target.calendar.shows(cells.ordinals)
        return _spread(
            target, cells.series[visible], cells.ordinals[visible], values[visible]
        )

    def _status(self) -> Any:
        target, items = self._items.target, self._items
        cells = target.cells.with_values(target.cells.values, items.codes)
        lookahead = max(0, -items.steps)
        return target.derived(cells, target.kind, lookahead=lookahead).dense_status()

    def arrays(self) -> dict[str, Any]:
        """The arrays by name, in the order in which they are shown.

        Examples
        --------
        >>> import evmarket as em
        >>> table = {"maker": ["A", "B"], "2024": [60, 40], "2025": [90, 10]}
        >>> panel = em.Panel.from_wide(table, "maker", "units")
        >>> list(panel.contributions("units").arrays())
        ['total', 'entry', 'exit', 'gap', 'matched', 'residual', 'status', 'parts']
        """
        names = (*self._pairs, "status", *self._of_items)
        return {name: getattr(self, name) for name in names}

    def __repr__(self) -> str:
        target = self._items.target
        groups, periods = target.shape
        of = ", ".join(self.groups)
        within = f" within {of}" if of else ""
        method = getattr(self, "method", None)
        how = f" ({method})" if method is not None else ""
        known, every = int(self._items.known.sum()), self._items.count
        lines = [
            fitted(
                f"{type(self).__name__}{how} of {target.name}{within}:",
                f"{groups:,} groups x {periods:,} periods, "
                f"{known:,} of {every:,} known",
            )
        ]
        cells = {**self._pairs, "status": self._items.codes, **self._of_items}
        return "\n".join(lines + _lines(cells))

    def _repr_html_(self) -> str:
        from .html import PAIRS, Preview, heading, panel_heading, panel_html

        items, target = self._items, self._items.target
        groups, width = target.shape
        many = "" if groups == 1 else "s"
        span = f", {spanned(self.periods)}" if width else ""
        size = (
            f"{groups:,} group{many} × {width:,} periods{span}; "
            f"{int(items.known.sum()):,} of {items.count:,} known"
        )
        head = heading(type(self).__name__, getattr(self, "method", None))
        calendar = target.calendar
        low, high = calendar.visible
        shown = self._visible_pairs()
        rows = ends(len(shown), *PAIRS)
        pair = shown[rows]
        labels = target.series.coded(target.cells.series[pair])
        labels["period"] = calendar.coded(target.cells.ordinals[pair])
        arrays = {name: values[pair] for name, values in self._pairs.items()}
        pairs = Preview(rows, len(shown), labels, arrays, items.codes[pair])
        preview, period = None, ""
        if self._of_items:
            known = items.known[items.pair] & (items.ordinals >= low)
            last = int(items.ordinals[known].max()) if known.any() else high
            mine = np.flatnonzero(items.ordinals == last)
            rows = ends(len(mine), *ROWS)
            some = mine[rows]
            arrays = {name: values[some] for name, values in self._of_items.items()}
            if self._fate is not None:
                arrays["fate"] = np.array(FATES, dtype=object)[self._fate[some]]
            labels = items.panel.series.coded(items.series[some])
            codes = items.codes[items.pair[some]]
            preview = Preview(rows, len(mine), labels, arrays, codes)
            period = self.periods[last - low] if high >= low else ""
        return panel_html(
            panel_heading(head, target.name, list(self.groups), size),
            pairs,
            preview,
            period,
            self._formats,
            {**self._of_items, **self._pairs}["residual"],
        )

    def _visible_pairs(self) -> Ints:
        """The pairs of the periods in view."""
        target = self._items.target
        return np.flatnonzero(target.calendar.shows(target.cells.ordinals))

    def to_table(self) -> Any:
        """A row for each group and period, or for each item where items have parts.

        What is known of a whole group then stands beside each of its items, and
        ``fate`` says what became of the item: both, entry, exit, gap.

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
        items = self._items
        cells, codes = items.target.cells, items.codes
        calendar = items.panel.calendar
        if self._of_items:
            index, series, ordinals = items.panel.series, items.series, items.ordinals
            pair = items.pair
        else:
            index = items.target.series
            pair = np.flatnonzero(calendar.shows(cells.ordinals))
            series, ordinals = cells.series[pair], cells.ordinals[pair]
        columns: dict[str, Any] = dict(index.coded(series))
        columns[free_name("period", index.keys)] = calendar.coded(ordinals)
        more = dict(self._of_items)
        if self._fate is not None and self._of_items:
            fate = np.array(FATES, dtype=object)[self._fate]
            fate[~items.known[pair]] = None
            more["fate"] = fate
        more |= {name: values[pair] for name, values in self._pairs.items()}
        more["status"] = codes[pair]
        looks, told = {}, {}
        for name, column in more.items():
            free = free_name(name, tuple(columns))
            columns[free], looks[free] = column, self._formats.get(name, "")
            if column.dtype.kind == "f":
                told[free] = codes[pair]
        return Table(columns, "", looks, told)

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


def _spread(
    state: PanelData | MeasureData, series: Ints, ordinals: Ints, values: Any
) -> Any:
    """Numbers of cells in a dense array: NaN, or 0 of integers, where there is none."""
    low, high = state.calendar.visible
    rows, columns = state.series.count, high - low + 1
    if rows * columns > DENSE_MOST:
        raise MemoryError(
            f"spread out there are {rows:,} x {columns:,} cells: take to_table(), or "
            "select or roll up first"
        )
    none = np.nan if values.dtype.kind == "f" else 0
    dense = np.full((rows, columns), none, values.dtype)
    dense[series, ordinals - low] = values
    dense.flags.writeable = False
    return dense
