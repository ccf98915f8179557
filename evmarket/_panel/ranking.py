"""Why a total or a margin changed, as a table: what ``explain`` on files prints."""

from __future__ import annotations

from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells import ratios
from .._cells.select import selected
from .._common.arguments import positive
from .._explain import panels
from .._explain.families import BOTH, ENTRY, EXIT, GAP
from .._tables.columns import free_name, label_array
from .._tables.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._cells.panel import PanelData
    from .._common.types import Array
    from .._explain.panels import PanelContributions

_SUMS = {ENTRY: "entry", EXIT: "exit", GAP: "gap"}
_STEPS = ("price", "unit_cost", "mix", "entry", "exit", "other", "gap")


class _Rows:
    """The rows of the table: the group, then one list per column."""

    def __init__(self) -> None:
        self.group: list[int] = []
        self.change: list[str] = []
        self.rank: list[float] = []
        self.labels: list[Sequence[Any]] = []
        self.numbers: list[tuple[float, float, float]] = []
        self.codes: list[int] = []

    def add(
        self,
        group: int,
        change: str,
        labels: Sequence[Any],
        numbers: tuple[float, float, float],
        code: int,
        rank: float = float("nan"),
    ) -> None:
        """Numbers: the base, the current, and what it adds to the change."""
        self.group.append(group)
        self.change.append(change)
        self.rank.append(rank)
        self.labels.append(labels)
        self.numbers.append(numbers)
        self.codes.append(int(code))


def ranking(
    panel: PanelData,
    total: str | None,
    by: Any,
    *,
    bridge: Sequence[str] | None = None,
    lag: Any = "1Y",
    at: Any = None,
    top: int = 10,
    within: Any = (),
) -> Table:
    """Who contributed how much to the growth of a total, and why a margin moved.

    Parameters
    ----------
    panel : PanelData
    total : str, optional
        A level, whose growth is explained by the labels of `by`: those that contributed
        most, ranked, the others in one row, what entered, what exited, what lacks a
        value in one of the periods (gap), and the growth, which is the sum.
    by : str or sequence of str
        The keys whose labels are the items.
    bridge : (str, str, str), optional
        Revenue, cost and quantity: the change of the margin, cause by cause.
    lag : int or str, default "1Y"
    at : str, date, int, optional
        The period; the last complete one in which any series has a value.
    top : int, default 10
        How many items have rows of their own in each group.
    within : str or sequence of str, default ()
        Keys that make separate tables.

    Returns
    -------
    Table
    """
    outer = panel.series.key_list(within)
    inner = panel.series.key_list(by, "by")
    most = positive(top, "top")
    if not inner:
        raise ValueError("by is empty: it takes the keys whose labels are the items")
    names = [name for name in (total, *(bridge or ())) if name is not None]
    if not names:
        raise ValueError("neither total nor bridge says what to explain")
    for name in names:
        panel.summable(name, "bridge" if name != total else "total")
    items = panel.rollup([*outer, *inner])
    calendar = items.calendar
    if at is None:
        ordinal = items.measure(names[0]).last_known()
    else:
        ordinal = calendar.ordinal(at, "at")
    when = calendar.label(ordinal)
    one = selected(items, None, slice(when, when), {})
    rows = _Rows()
    groups: dict[str, Array] = {}
    if total is not None:
        why = panels.contributions(one, total, lag, outer)
        groups = why.groups
        _contributed(rows, why, total, inner, most)
    if bridge is not None:
        groups = _bridged(rows, one, bridge, lag, outer, len(inner))
    both = total is not None and bridge is not None
    return _table(rows, groups, inner, both, f"{_subject(total, bridge)}, {when}")


def _subject(total: str | None, bridge: Sequence[str] | None) -> str:
    growth = [f"growth of {total}"] if total is not None else []
    margin = [f"change of the margin on {bridge[0]}"] if bridge is not None else []
    return " and ".join(growth + margin)


def _contributed(
    rows: _Rows, why: PanelContributions, name: str, inner: Sequence[str], most: int
) -> None:
    items, transitions = why._items, why._transitions
    assert transitions is not None
    parts, values = why._of_items["parts"], items.values(name)
    x0, x1 = values.base, values.current
    columns = [items.panel.series.columns[key][items.series] for key in inner]
    # Later periods are out of view, but their cells are there.
    cells = items.target.cells
    visible = items.target.calendar.shows(cells.ordinals)
    place = {int(cells.series[p]): int(p) for p in np.flatnonzero(visible)}
    for group in range(len(why.total)):
        cell = place.get(group)
        code = int(why.status[group, 0])
        mine = np.flatnonzero(items.cell == (-1 if cell is None else cell))
        own = mine[transitions[mine] == BOTH]
        own = own[np.argsort(-np.abs(parts[own]), kind="stable")]
        shown, rest = own[:most], own[most:]
        shown = shown[np.argsort(-parts[shown], kind="stable")]
        for rank, k in enumerate(shown.tolist(), 1):
            labels = [column[k] for column in columns]
            rows.add(group, name, labels, (x0[k], x1[k], parts[k]), code, float(rank))

        def level(some: Any) -> tuple[float, float]:
            return fsum(x0[some]), fsum(x1[some])

        blank = [None] * (len(inner) - 1)
        if len(rest):
            numbers = (*level(rest), fsum(parts[rest]))
            rows.add(group, name, ["others", *blank], numbers, code)
        for which, word in _SUMS.items():
            some = mine[transitions[mine] == which]
            part = (why.entry, why.exit, why.gap)[which - 1][group, 0]
            rows.add(group, name, [word, *blank], (*level(some), float(part)), code)
        numbers = (*level(mine), float(why.total[group, 0]))
        rows.add(group, name, ["total", *blank], numbers, code)


def _bridged(
    rows: _Rows,
    panel: PanelData,
    bridge: Sequence[str],
    lag: Any,
    outer: Sequence[str],
    width: int,
) -> dict[str, Array]:
    revenue, cost, quantity = bridge
    why = panels.margin_bridge(panel, revenue, cost, quantity, lag, outer)
    margin = ratios.margin(panel.rollup(outer), revenue, cost)
    now = margin.level_at(panel.calendar.visible[0])
    none = float("nan")
    blank = [None] * (width - 1)
    for group in range(len(why.total)):
        code = int(why.status[group, 0])
        for step in _STEPS:
            part = float(getattr(why, step)[group, 0])
            label = step.replace("_", " ")
            rows.add(group, "margin", [label, *blank], (none, none, part), code)
        total = float(why.total[group, 0])
        numbers = (float(now[group]) - total, float(now[group]), total)
        rows.add(group, "margin", ["total", *blank], numbers, code)
    return why.groups


def _table(
    rows: _Rows,
    groups: dict[str, Array],
    inner: Sequence[str],
    both: bool,
    title: str,
) -> Table:
    order = np.argsort(rows.group, kind="stable")
    group = np.asarray(rows.group, np.intp)[order]
    columns: dict[str, Any] = {key: labels[group] for key, labels in groups.items()}

    def put(name: str, values: Any) -> str:
        free = free_name(name, (*columns, *inner))
        columns[free] = values
        return free

    if both:
        put("change", label_array(rows.change)[order])
    put("rank", np.asarray(rows.rank)[order])
    for k, key in enumerate(inner):
        words = np.empty(len(order), dtype=object)
        words[:] = [_text(rows.labels[n][k]) for n in order]
        columns[key] = words
    base, current, part = np.asarray(rows.numbers, float).reshape(-1, 3)[order].T
    put("base", base)
    put("current", current)
    looks = {put("contribution", part): "pp"}
    put("status", np.asarray(rows.codes, np.uint8)[order])
    return Table(columns, title, looks)


def _text(label: Any) -> str | None:
    return None if label is None else str(label)
