"""Slow reference for explanations of panels: one group and period at a time.

Each function returns {(group, place): found}. The dict has the exact results of the
group (None where the package returns NaN), its status, and the results of its series
under "items". Explanations of given items are in `reference_explain`, panels in
`tests.model`; this module adds the items that are absent in one period.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from tests.explain import reference_explain as direct
from tests.model import Model
from tests.model import calendar as cal
from tests.model.kinds import CODE, Cell, lowest
from tests.model.measures import Measure, members_of

Key = tuple
Found = dict[str, object]
# Statuses of the group's change if numerator or denominator is absent: base, current.
BY_ONE_SIDE = (("ENTERED", "GAP"), ("NOT_BEGUN", "EXITED", "MISSING"))
ZERO = Fraction(0)


class Item(NamedTuple):
    """A series, or a group, in two periods: its cells by measure."""

    key: Key
    cells: dict[str, tuple[Cell, Cell]]

    def value(self, name: str, k: int) -> Fraction:
        return self.cells[name][k].value or ZERO

    def present(self, name: str, k: int) -> bool:
        return self.cells[name][k].value is not None

    def paired(self, one: str, two: str, k: int) -> bool:
        return self.cells[one][k].count == self.cells[two][k].count

    def gone(self, k: int) -> bool:
        """Whether the item had not begun in the base period, or has exited since."""
        reason = ("NOT_BEGUN", "EXITED")[k]
        return all(
            pair[k].value is None and pair[k].status == reason
            for pair in self.cells.values()
        )

    def transition(self, present: tuple[bool, bool]) -> str:
        if all(present):
            return "both"
        if present[1] and self.gone(0):
            return "entry"
        return "exit" if present[0] and self.gone(1) else "gap"

    def marks(self, name: str) -> list[str]:
        """The statuses beside the numbers."""
        return [cell.status for cell in self.cells[name] if cell.value is not None]


def compared(
    model: Model, names: tuple[str, ...], within: tuple[str, ...], lag: str | int
) -> Iterator[tuple[int, Item, list[Item]]]:
    """Yield every place and group with the items that have a value in either period."""
    wide = model.rollup(*within)
    parts = {name: model[name].grid for name in names}
    totals = {name: model[name].compute(wide) for name in names}
    back = cal.base(model.freq, lag, False)

    def item(grids: dict, key: Key, t: int) -> Item:
        cells = {n: (g.cell(key, back(t)), g.cell(key, t)) for n, g in grids.items()}
        return Item(key, cells)

    for group, members in members_of(parts[names[0]], totals[names[0]]).items():
        for place, t in enumerate(model.shown):
            items = [item(parts, key, t) for key in members]
            yield (
                place,
                item(totals, group, t),
                [
                    i
                    for i in items
                    if any(i.present(n, k) for n in names for k in (0, 1))
                ],
            )


def explained(
    model: Model,
    names: tuple[str, ...],
    within: tuple[str, ...],
    lag: str | int,
    change: Callable[[Model], Measure],
    explain: Callable[[Item, list[Item], Fraction], Found],
    nothing: tuple[str, ...],
    *,
    others: tuple[str, ...] = (),
    sides: tuple[str, str] | None = None,
) -> dict[tuple[Key, int], Found]:
    """Explain every group.

    The statuses beside the totals of `others` are passed on; `sides` names a ratio
    whose two levels must be paired.
    """
    target = change(model.rollup(*within)).grid
    out = {}
    for i, group, items in compared(model, names, within, lag):
        total, status, *_ = target.lines[group.key][model.shown[i]]
        found: Found = {"total": None, "items": {}, **dict.fromkeys(nothing)}
        if total is None:
            found["status"] = status
            for k, absent in enumerate(BY_ONE_SIDE if sides else ()):
                open_ = status in absent or CODE[status] > CODE["UNPAIRED"]
                if open_ and not all(item.paired(*sides, k) for item in items):
                    found["status"] = "UNPAIRED"
        else:
            found |= explain(group, items, total)
            own = found.get("status", "OK")
            own = own if isinstance(own, str) else own.name
            marks = [mark for name in others for mark in group.marks(name)]
            found["status"] = lowest([status, own, *marks])
            if own == "UNPAIRED":
                found["status"] = own
        out[group.key, i] = found
    return out


def share_of(group: Item, matched: list[Item], name: str) -> Fraction | None:
    whole = group.value(name, 0)
    return sum(i.value(name, 0) for i in matched) / whole if whole > 0 else None


def contributions(model: Model, name: str, lag: str | int, within: tuple[str, ...]):
    def explain(group: Item, items: list[Item], total: Fraction) -> Found:
        base = group.value(name, 0)
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
        rest = sum((part["parts"] for part in parts.values()), ZERO)
        found["gap"] = total - rest - found["entry"] - found["exit"]
        found["matched"] = share_of(group, matched, name)
        return {**found, "total": total, "items": parts}

    return explained(
        model, (name,), within, lag,
        lambda totals: totals[name].growth(lag),
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
    model: Model,
    value: str,
    quantity: str,
    lag: str | int,
    within: tuple[str, ...],
    method: str,
):
    names = ("price", "volume", "entry", "exit", "gap", "matched")
    names += ("joint",) * (method == "three-way")

    def explain(group: Item, items: list[Item], total: Fraction) -> Found:
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
        gap = total - found["total"]
        found = {name: found[name] for name in (*names, "status") if name in found}
        matched = [i for i in kept if i.value(quantity, 0) and i.value(quantity, 1)]
        share = share_of(group, matched, value)
        return {**found, "gap": gap, "matched": share, "total": total}

    return explained(
        model, (value, quantity), within, lag,
        lambda totals: totals[value].change(lag), explain, names,
        others=(quantity,),
    )  # fmt: skip


def mix_rate(
    model: Model,
    above: str,
    below: str,
    lag: str | int,
    within: tuple[str, ...],
    method: str,
):
    names = ("rate", "mix", "joint")[: 3 if method == "three-way" else 2]

    def explain(group: Item, items: list[Item], total: Fraction) -> Found:
        none: Found = dict.fromkeys(("total", "entry", "exit", "gap", "matched"))
        transitions = [
            "gap"
            if any(i.value(below, k) == 0 != i.value(above, k) for k in (0, 1))
            or not all(i.paired(above, below, k) for k in (0, 1))
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
        given["matched"] = share_of(group, [i for i, f in kept if f == "both"], below)
        return {**given, "total": total}

    return explained(
        model, (above, below), within, lag,
        lambda totals: totals.ratio(above, below).change(lag),
        explain, ("entry", "exit", "gap", "matched"),
    )  # fmt: skip


BRIDGE = ("price", "unit_cost", "mix", "entry", "exit", "other")


def margin_bridge(model: Model, r: str, c: str, q: str, lag, within: tuple[str, ...]):
    def explain(group: Item, items: list[Item], total: Fraction) -> Found:
        none: Found = dict.fromkeys((*BRIDGE, "total", "gap", "matched"))
        if not all(item.paired(r, c, k) for item in items for k in (0, 1)):
            return {**none, "status": "UNPAIRED"}
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
            matched *= share_of(group, kept, r)
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
        model, (r, c, q), within, lag,
        lambda totals: totals.margin(r, c).change(lag),
        explain, (*BRIDGE, "gap", "matched"), others=(q,), sides=(r, c),
    )  # fmt: skip


def price_index(
    model: Model,
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

    def explain(group: Item, items: list[Item], total: Fraction) -> Found:
        rows = [(*side(item, 0), *side(item, 1)) for item in items]
        both, dropped = direct.matched_items(*zip(*rows, strict=True))
        matched = [i for i, row in zip(items, rows, strict=True) if None not in row]
        found: Found = {
            "dropped": dropped,
            "matched": len(both),
            "matched_share": share_of(group, matched, value),
        }
        flat = [x for row in rows for x in row if x is not None]
        sums_of = [
            sum(row[a] * row[b] for row in both) for a, b in ((0, 1), (0, 3), (2, 1))
        ]
        status = "OK" if both else "NO_MATCH"
        if min(flat, default=ZERO) < 0:
            status = "NEGATIVE_DENOMINATOR"
        if both and 0 in sums_of:
            status = "ZERO_DENOMINATOR"
        if status != "OK":
            return {**found, "total": None, "status": status}
        return {**found, "total": direct.index(both, formula)}

    return explained(
        model, (value, quantity), within, lag,
        lambda totals: totals[value].change(lag),
        explain, ("matched_share",), others=(quantity,),
    )  # fmt: skip
