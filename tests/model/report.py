"""What is told of a panel: contributions, the report, coverage."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.model import calendar as cal
from tests.model.cells import Key
from tests.model.kinds import ABSENT_BASE, KINDS, Cell, ask, taken
from tests.model.measures import Measure, along, growth_of, members_of

if TYPE_CHECKING:
    from tests.model.panel import Model

ZERO = Fraction(0)


# ---- contributions: section 6 --------------------------------------------------------


def contributions(
    model: Model, name: str, lag: int | str = "1Y", within: tuple[str, ...] = ()
) -> dict[str, dict]:
    """`parts` by (series, period); entry, exit, gap, total, matched, status by (group,
    period). A number that is not there is None."""
    measure = model[name]
    ask(measure.kind, "share")
    measure._lag_has_meaning(KINDS[measure.kind].growth, lag)
    parts, total = measure.grid, measure.compute(model.rollup(*within))
    growth = along(total, lag, growth_of("nm"), measure.running)
    groups = members_of(parts, total)
    back = cal.base(total.span.freq, lag, measure.running)
    columns = ["parts", "entry", "exit", "gap", "total", "matched", "status"]
    out: dict[str, dict] = {column: {} for column in columns}
    for group, keys in groups.items():
        for t in model.shown:
            place = cal.label(total.span.freq, t)
            result, before = growth.lines[group][t], total.cell(group, back(t))
            items = {k: (parts.cell(k, back(t)), parts.lines[k][t]) for k in keys}
            told = explained(result, before.value, items)
            for key, part in told.pop("parts").items():
                out["parts"][key, place] = part
            for column, value in told.items():
                out[column][group, place] = value
    found = out["parts"]
    places = [(key, place) for key in model.series for place in model.periods]
    out["parts"] = {place: found[place] for place in places}
    return out


def fate(base: Cell, current: Cell) -> str:
    """Ruling 3: entry and exit are decided by absence, never by a mark."""
    if base.value is not None and current.value is not None:
        return "both"
    if current.value is not None and base.status == "NOT_BEGUN":
        return "entered"
    if base.value is not None and current.status == "EXITED":
        return "exited"
    return "gap"


def explained(result: Cell, base: Fraction | None, items: dict[Key, tuple]) -> dict:
    """Items present in both, entered and exited; `gap` is exactly what is left."""
    out: dict[str, Any] = {"parts": dict.fromkeys(items), "status": result.status}
    if result.value is None:
        return {**out, **dict.fromkeys(["entry", "exit", "gap", "total", "matched"])}
    assert base is not None
    entry, exit_, parts, matched = ZERO, ZERO, ZERO, ZERO
    for key, (x0, x1) in items.items():
        what = fate(x0, x1)
        if what == "both":
            out["parts"][key] = (x1.value - x0.value) / base
            parts += x1.value - x0.value
            matched += x0.value
        elif what == "entered":
            entry += x1.value
        elif what == "exited":
            exit_ -= x0.value
    whole = result.value * base
    return {
        **out,
        "entry": entry / base,
        "exit": exit_ / base,
        "gap": (whole - parts - entry - exit_) / base,
        "total": result.value,
        "matched": matched / base,
    }


def price_volume(
    model: Model, value: str, quantity: str, lag: int | str, within: tuple[str, ...]
) -> dict[str, dict]:
    """The total alone: the change of the value of the roll-up."""
    alike(model, value, quantity)
    return {"total": numbers(model.rollup(*within)[value].change(lag))}


def mix_rate(
    model: Model, numerator: str, denominator: str, lag: int | str, within: tuple
) -> dict[str, dict]:
    """The total alone: the change of the ratio of the roll-up."""
    alike(model, numerator, denominator)
    whole = model.rollup(*within)
    whole[numerator].change(lag)  # which asks whether the lag has a meaning
    return {"total": numbers((whole[numerator] / whole[denominator]).change(lag))}


def alike(model: Model, one: str, two: str) -> None:
    """Section 4, table: margin, price and volume, mix and bridge with the same kind."""
    kinds = [model[name].kind for name in (one, two)]
    ask(kinds[0], "margin")
    if kinds[0] != kinds[1]:
        raise TypeError(f"a {kinds[0]} and a {kinds[1]}")


def numbers(measure: Measure) -> dict:
    return {place: value for place, (value, _) in measure.results().items()}


# ---- the report: section 4, one basis; rulings 10 and 11 -----------------------------

STEP = {"M": "mom", "Q": "qoq", "W": "wow", "D": "dod"}


def report(
    model: Model,
    name: str,
    by: str,
    at: Any = None,
    top: int = 10,
    within: tuple[str, ...] = (),
) -> list[dict]:
    """Rows: of every group the top, others and total."""
    t = last_period(model, name) if at is None else one_period(model, at)
    rows: list[dict] = []
    for group in model.rollup(*within).series:
        chosen = model
        for key, label in zip(within, group, strict=True):
            chosen = chosen.select({key: [label]})
        for row in one_table(chosen, name, by, t, top):
            rows.append({**dict(zip(within, group, strict=True)), **row})
    return rows


def last_period(model: Model, name: str) -> int:
    """The last complete period in which any series has a value."""
    grid, shown = model[name].grid, model.shown
    valued = [
        t
        for line in grid.lines.values()
        for t in shown
        if line[t].value is not None and not grid.span.partial(t)
    ]
    if not valued:
        raise ValueError("no complete period has a value")
    return max(valued)


def one_period(model: Model, at: Any) -> int:
    found = [t for t in model.span if cal.meant(at, model.freq, t)]
    if len(found) != 1:
        raise KeyError(f"at={at!r} is {len(found)} periods")
    return found[0]


def one_table(model: Model, name: str, by: str, t: int, top: int) -> list[dict]:
    """Decisions: `move` is against the period before; a label without a value has no
    row; there are others where a label that lives is left."""
    lines = model.rollup(by)
    level, rank = lines[name].grid, lines[name].rank().grid
    size = {key: level.lines[key][t].value for key in lines.series}
    ranked = [key for key in size if size[key] is not None]
    ranked.sort(key=lambda key: -size[key])
    rows = []
    for key in ranked[:top]:
        here = model.select({by: [key[0]]})
        now, before = rank.cell(key, t).value, rank.cell(key, t - 1).value
        move = None if None in (now, before) else before - now
        rows.append(
            {by: key[0], "rank": now, "move": move, **figures(model, here, name, t)}
        )
    rest = model
    if ranked[:top]:
        rest = model.exclude({by: [key[0] for key in ranked[:top]]})
    if any(
        level.lines[key][t].living for key in lines.series if key not in ranked[:top]
    ):
        rows.append({by: "others", **figures(model, rest, name, t)})
    rows.append({by: "total", **figures(model, model, name, t)})
    return rows


def figures(model: Model, part: Model, name: str, t: int) -> dict:
    """Every rate is the growth of the level beside it.

    `part` are the series of a row before `by`; the row is their roll-up. Decision:
    `status` is that of `yoy`.
    """

    def value(one: Measure) -> Fraction | None:
        return one.grid.lines[()][t].value

    measure, whole = part[name], part.rollup()[name]
    cell = whole.grid.lines[()][t]
    out = {
        "level": cell.value,
        "yoy": value(whole.growth()),
        "yoy_matched": value(measure.growth(within=(), matched=True)),
        "share": share(model, part, name, t).value,
        "share_change": share_change(model, part, name, t),
        "reporting": f"{cell.members} of {cell.living}",
        "status": whole.growth().grid.lines[()][t].status,
    }
    if model.freq.unit in STEP:
        with suppress(ValueError):  # periods that do not make up its years
            single = whole.from_ytd() if whole.kind == "cumulative" else whole
            out[STEP[model.freq.unit]] = value(single.growth(1))
    if whole.kind == "flow" and model.freq.unit == "D":
        out["mtd"] = value(whole.to_date("M"))
        out["mtd_yoy"] = value(whole.to_date("M").growth())
    if whole.kind == "flow":
        with suppress(ValueError):
            out["ytd"] = value(whole.ytd())
            out["ytd_yoy"] = value(whole.ytd().growth())
    return out


def share(model: Model, part: Model, name: str, t: int | None) -> Cell:
    """The share of a row in the roll-up of its table."""
    one, all_ = (m.rollup()[name].grid.cell((), t) for m in (part, model))
    if taken(one) != "OK":
        return Cell(None, taken(one, ABSENT_BASE))
    if taken(all_) != "OK" or all_.value <= 0:
        return Cell(None, all_.status)
    return Cell(one.value / all_.value)


def share_change(model: Model, part: Model, name: str, t: int) -> Fraction | None:
    """On the year; ruling 10: before entry and after exit a share is read as 0."""
    back = cal.base(model.freq, "1Y", model[name].running)(t)
    found = []
    for place in (back, t):
        one = part.rollup()[name].grid.cell((), place)
        all_ = model.rollup()[name].grid.cell((), place)
        there = taken(all_) == "OK" and all_.value > 0
        gone = one.status == ("NOT_BEGUN" if place == back else "EXITED")
        found.append(ZERO if there and gone else share(model, part, name, place).value)
    return None if None in found else found[1] - found[0]


# ---- coverage ------------------------------------------------------------------------


def coverage(model: Model, name: str) -> dict[Key, dict]:
    """A line a series as grouped, counted at the finest calendar.

    Decision: `duplicates` counts rows beyond the first of a base series and date.
    """
    span, seen = model.finest, model.seen
    grid = model._with(view=[op for op in model.view if op[0] != "resample"])[name].grid
    out = {}
    for group, joined in seen.groups.items():
        base = {key for one in joined for key in seen.joined[one]}
        mine = [row for row in model.rows if row.key in base and name in row.values]
        line = grid.lines[group]
        valued = [t for t in span if line[t].value is not None and line[t].count]
        first, last = min(valued, default=None), max(valued, default=None)
        out[group] = {
            "rows": len(mine),
            "nulls": sum(row.values[name] is None for row in mine),
            "duplicates": len(mine) - len({(row.key, row.said) for row in mine}),
            "first": None if first is None else cal.label(span.freq, first),
            "last": None if last is None else cal.label(span.freq, last),
            "gaps": 0 if first is None else last - first + 1 - len(valued),
            "entered": line[span.first].status == "NOT_BEGUN",
            "exited": any(cell.status == "EXITED" for cell in line.values()),
        }
    return out


def table(measure: Measure) -> str:
    """The results of a measure as text, for a look at a difference."""
    return "\n".join(
        f"{key} {place}: {None if value is None else float(value)} {status}"
        for (key, place), (value, status) in sorted(measure.results().items(), key=str)
    )
