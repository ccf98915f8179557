"""Slow reference for explanations of panels: one group and period at a time.

Each function returns {(group, place): found}. The dict has the exact results of the
group (None where the package returns NaN), its status, and the results of its series
under "items". Explanations of given items are in `reference_explain`, panels in
`reference_panel`; this module adds the items that are absent in one period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from tests.cells import reference_measure as by_hand
from tests.cells.reference_panel import (
    Key,
    Table,
    lag_in,
    levels,
    part_of,
    rollup,
    rounded,
    sums,
)
from tests.explain import reference_explain as direct
from tests.reference import Cell, Status

GONE = (Status.NOT_BEGUN, Status.EXITED)
Found = dict[str, object]
# Statuses of the group's change if numerator or denominator is absent: base, current.
BY_ONE_SIDE = (
    (Status.ENTERED, Status.GAP),
    (Status.NOT_BEGUN, Status.EXITED, Status.MISSING),
)
ZERO = Fraction(0)


class Item(NamedTuple):
    """A series in two periods: its cells and rows, by measure."""

    key: Key
    cells: dict[str, tuple[Cell, Cell]]
    rows: dict[str, tuple[int, int]]

    def value(self, name: str, k: int) -> Fraction:
        return self.cells[name][k][0] or ZERO

    def present(self, name: str, k: int) -> bool:
        return self.cells[name][k][0] is not None

    def paired(self, one: str, two: str, k: int) -> bool:
        return self.rows[one][k] == self.rows[two][k]

    def gone(self, k: int) -> bool:
        """Whether the item is known to be absent from the period."""
        pairs = [cells[k] for cells in self.cells.values()]
        return all(value is None and status in GONE for value, status in pairs)

    def transition(self, present: tuple[bool, bool]) -> str:
        if all(present):
            return "both"
        if present[1] and self.gone(0):
            return "entry"
        return "exit" if present[0] and self.gone(1) else "gap"


def compared(
    table: Table, names: tuple[str, ...], within: tuple[str, ...], lag: str | int
) -> Iterator[tuple[Key, int, list[Item]]]:
    """Yield every group and place with the items that have a value in either period."""
    cells = {name: rounded(levels(table, name)).cells for name in names}
    counts = {name: sums(table, name) for name in names}
    group, step = part_of(table, within), lag_in(lag, table.freq)
    series: dict[Key, list[Key]] = {}
    for key in table.series:
        series.setdefault(group(key), []).append(key)
    for of, members in series.items():
        for i in range(len(table.labels)):
            items = []
            for key in members:
                item = Item(
                    key,
                    {
                        n: (
                            by_hand.base_cell(cells[n][key], i - step),
                            cells[n][key][i],
                        )
                        for n in names
                    },
                    {
                        n: tuple(
                            counts[n][key].get(table.first + t, (ZERO, 0))[1]
                            for t in (i - step, i)
                        )
                        for n in names
                    },
                )
                if any(item.present(n, k) for n in names for k in (0, 1)):
                    items.append(item)
            yield of, i, items


def explained(
    table: Table,
    names: tuple[str, ...],
    within: tuple[str, ...],
    lag: str | int,
    change: Callable,
    explain: Callable[[list[Item], Fraction], Found],
    nothing: tuple[str, ...],
    sides: tuple[str, str] | None = None,
) -> dict[tuple[Key, int], Found]:
    """Explain every group. `sides` names a ratio whose two levels must be paired."""
    target = change(rollup(table, *within))
    out = {}
    for group, i, items in compared(table, names, within, lag):
        total, status = target.cells[group][i]
        found: Found = {"total": None, "items": {}, **dict.fromkeys(nothing)}
        if total is None:
            found["status"] = status
            for k, absent in enumerate(BY_ONE_SIDE if sides else ()):
                if status in absent and not all(i.paired(*sides, k) for i in items):
                    found["status"] = Status.UNPAIRED
        else:
            found |= explain(items, total)
            own = found.get("status", Status.OK)
            found["status"] = by_hand.lowest(status, own)
        out[group, i] = found
    return out


def share_of(items: list[Item], matched: list[Item], name: str) -> Fraction | None:
    whole = sum(item.value(name, 0) for item in items)
    return sum(i.value(name, 0) for i in matched) / whole if whole > 0 else None


def contributions(table: Table, name: str, lag: str | int, within: tuple[str, ...]):
    def explain(items: list[Item], total: Fraction) -> Found:
        base = sum(item.value(name, 0) for item in items)
        found: Found = {"entry": ZERO, "exit": ZERO, "gap": ZERO}
        parts, matched = {}, []
        for item in items:
            part = (item.value(name, 1) - item.value(name, 0)) / base
            transition = item.transition((item.present(name, 0), item.present(name, 1)))
            if transition == "both":
                parts[item.key] = {"parts": part}
                matched.append(item)
            else:
                found[transition] += part
        found["matched"] = share_of(items, matched, name)
        return {**found, "total": total, "items": parts}

    return explained(
        table, (name,), within, lag,
        lambda totals: by_hand.growth(levels(totals, name), lag),
        explain, ("entry", "exit", "gap", "matched"),
    )  # fmt: skip


def worth_transition(item: Item, value: str, quantity: str) -> str:
    """Present where value and quantity are paired and every value has units."""
    present = tuple(
        item.present(quantity, k)
        and item.paired(value, quantity, k)
        and not (item.value(quantity, k) == 0 != item.value(value, k))
        for k in (0, 1)
    )
    return item.transition(present)


def price(item: Item, value: str, quantity: str, k: int) -> Fraction:
    units = item.value(quantity, k)
    return item.value(value, k) / units if units else ZERO


def price_volume(
    table: Table,
    value: str,
    quantity: str,
    lag: str | int,
    within: tuple[str, ...],
    method: str,
):
    names = ("price", "volume", "entry", "exit", "gap", "matched")
    names += ("joint",) * (method == "three-way")

    def explain(items: list[Item], total: Fraction) -> Found:
        kept = [i for i in items if worth_transition(i, value, quantity) != "gap"]
        columns = [
            [f(i, k) for i in kept]
            for k in (0, 1)
            for f in (
                lambda i, k: price(i, value, quantity, k),
                lambda i, k: i.value(quantity, k),
            )
        ]
        found = direct.price_volume(*columns, method)
        found = {name: found[name] for name in (*names, "status") if name in found}
        gap = sum(
            (i.value(value, 1) - i.value(value, 0) for i in items if i not in kept),
            ZERO,
        )
        matched = [i for i in kept if i.value(quantity, 0) and i.value(quantity, 1)]
        share = share_of(items, matched, value)
        return {**found, "gap": gap, "matched": share, "total": total}

    return explained(
        table, (value, quantity), within, lag,
        lambda totals: by_hand.change(levels(totals, value), lag), explain, names,
    )  # fmt: skip


def mix_rate(
    table: Table,
    above: str,
    below: str,
    lag: str | int,
    within: tuple[str, ...],
    method: str,
):
    names = ("rate", "mix", "joint")[: 3 if method == "three-way" else 2]

    def explain(items: list[Item], total: Fraction) -> Found:
        none: Found = dict.fromkeys(("total", "entry", "exit", "gap", "matched"))
        if not all(item.paired(above, below, k) for item in items for k in (0, 1)):
            return {**none, "status": Status.UNPAIRED}
        transitions = [
            "gap"
            if any(i.value(below, k) == 0 != i.value(above, k) for k in (0, 1))
            else i.transition((i.present(below, 0), i.present(below, 1)))
            for i in items
        ]
        kept = [(i, f) for i, f in zip(items, transitions, strict=True) if f != "gap"]
        columns = [
            [f(i, k) for i, _ in kept]
            for k in (0, 1)
            for f in (
                lambda i, k: i.value(below, k),
                lambda i, k: price(i, above, below, k),
            )
        ]
        found = direct.mix_rate(*columns, method)
        if found["total"] is None:
            return {**none, "total": total, "status": found["status"], "gap": None}
        given: Found = {"entry": ZERO, "exit": ZERO, "items": {}}
        for place, (item, transition) in enumerate(kept):
            parts = {name: found[name][place] for name in names}
            if transition == "both":
                given["items"][item.key] = parts
            else:
                given[transition] += sum(parts.values())
        given["gap"] = total - found["total"]
        given["matched"] = share_of(items, [i for i, f in kept if f == "both"], below)
        return {**given, "total": total}

    return explained(
        table, (above, below), within, lag,
        lambda totals: by_hand.change(by_hand.ratio(totals, above, below), lag),
        explain, ("entry", "exit", "gap", "matched"), (above, below),
    )  # fmt: skip


BRIDGE = ("price", "unit_cost", "mix", "entry", "exit", "other")


def margin_bridge(table: Table, r: str, c: str, q: str, lag, within: tuple[str, ...]):
    def explain(items: list[Item], total: Fraction) -> Found:
        none: Found = dict.fromkeys((*BRIDGE, "total", "gap", "matched"))
        if not all(item.paired(r, c, k) for item in items for k in (0, 1)):
            return {**none, "status": Status.UNPAIRED}
        kept = []
        for item in items:
            only = item._replace(cells={name: item.cells[name] for name in (r, c)})
            if only.transition((item.present(r, 0), item.present(r, 1))) != "gap":
                kept.append(item)
        columns = [[i.value(n, k) for i in kept] for k in (0, 1) for n in (r, c, q)]
        found = direct.margin_bridge(*columns)
        if found["total"] is None:
            return {**none, "total": total, "status": found["status"]}
        matched = found["matched"]
        if matched is not None:
            matched *= share_of(items, kept, r)
        parts = {name: found[name] for name in BRIDGE}
        gap = total - found["total"]
        return {
            **parts,
            "gap": gap,
            "matched": matched,
            "total": total,
            "status": found["status"],
        }

    return explained(
        table, (r, c, q), within, lag,
        lambda totals: by_hand.change(by_hand.margin(totals, r, c), lag),
        explain, (*BRIDGE, "gap", "matched"), (r, c),
    )  # fmt: skip


def price_index(
    table: Table,
    value: str,
    quantity: str,
    lag: str | int,
    within: tuple[str, ...],
    formula: str,
):
    def side(item: Item, k: int) -> tuple[Fraction | None, Fraction | None]:
        units, worth = item.value(quantity, k), item.value(value, k)
        whole = item.present(quantity, k) and item.paired(value, quantity, k)
        if not whole or units == 0:
            return None, None
        return worth / units, units

    def explain(items: list[Item], total: Fraction) -> Found:
        rows = [(*side(item, 0), *side(item, 1)) for item in items]
        both, dropped = direct.matched_items(*zip(*rows, strict=True))
        matched = [i for i, row in zip(items, rows, strict=True) if None not in row]
        found: Found = {
            "dropped": dropped,
            "matched": len(both),
            "matched_share": share_of(items, matched, value),
        }
        flat = [x for row in rows for x in row if x is not None]
        sums_of = [
            sum(row[a] * row[b] for row in both) for a, b in ((0, 1), (0, 3), (2, 1))
        ]
        status = Status.OK if both else Status.NO_MATCH
        if min(flat, default=ZERO) < 0:
            status = Status.NEGATIVE_DENOMINATOR
        if both and 0 in sums_of:
            status = Status.ZERO_DENOMINATOR
        if status:
            return {**found, "total": None, "status": status}
        return {**found, "total": direct.index(both, formula)}

    return explained(
        table, (value, quantity), within, lag,
        lambda totals: by_hand.change(levels(totals, value), lag),
        explain, ("matched_share",),
    )  # fmt: skip
