"""Sections on intervals: printed digits, targets, and the audit of the figures.

A section is a function from the facts to rows.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from .._audit.audit import audit
from .._common.status import Status
from .._figures import intervals as exact
from .._figures.figure import Figure, implied, moved
from .._figures.implied import (
    implied_base,
    implied_current,
    implied_increment,
    implied_ratio,
    implied_ratio_growth,
    implied_share,
    implied_total,
)
from .._figures.show import show_gap
from .._figures.targets import required_outgrowth, run_rate, share_path
from .facts import name_of
from .lines import Cell, Row
from .press import span, xpeng

if TYPE_CHECKING:
    from collections.abc import Callable

    from .facts import Fact, MarketFacts


class Known(NamedTuple):
    """A figure or exact number, None if it is missing, with the facts behind it."""

    figure: Any
    ids: tuple[str, ...]


def printed(fact: Fact) -> Known:
    """The level, share or growth of a fact, with the rounding of its text."""
    if fact.value != fact.value:
        return Known(None, (fact.id,))
    return Known(moved(Figure(fact.text), fact.value), (fact.id,))


def grown(fact: Fact) -> Known:
    """The growth printed beside a level."""
    return Known(Figure(fact.growth_text) if fact.growth_text else None, (fact.id,))


def interval(
    unit: str, compute: Callable[..., Figure], *operands: Known, name: str = ""
) -> dict[str, Cell]:
    """The ends of an implied figure as two cells, "from" and "to"."""
    status = Status.OK
    low = high = float("nan")
    if any(known.figure is None for known in operands):
        status = Status.MISSING
    else:
        try:
            figure = compute(*(known.figure for known in operands))
            low, high = figure.low, figure.high
        except ValueError:
            status = Status.INVALID
    ids = tuple(name for known in operands for name in known.ids)
    ends = {"from": low, "to": high}
    return {
        f"{name} {end}".strip(): Cell(number, unit, ids, int(status))
        for end, number in ends.items()
    }


def _same(figure: Figure) -> Figure:
    return figure


def _integer_base(fact: Fact) -> str:
    """The integers that the base of a count can be, if there are few."""
    level, growth = printed(fact).figure, grown(fact).figure
    if fact.dimension != "vehicles" or level is None or growth is None:
        return ""
    try:
        integers = implied_base(level, growth).integers(3)
    except ValueError:
        return ""
    listed = ", ".join(map(str, integers))
    return f"an integer base can only be {listed}" if integers else ""


def _bases(facts: MarketFacts) -> list[Row]:
    rows = []
    for fact in facts.all("guangzhou", kind="level"):
        if fact.growth_text:
            operands = printed(fact), grown(fact)
            unit = fact.unit
            cells = interval(unit, implied_base, *operands, name="base")
            cells |= interval(unit, implied_increment, *operands, name="increase")
            rows.append(Row(name_of(fact), cells, note=_integer_base(fact)))
    return rows


def _two_years(first: Figure, second: Figure) -> Figure:
    """The growth over two years, from the growth in each."""
    factor = exact.current(first.exact.shifted(1), second.exact)
    return implied(factor.shifted(-1), "growth")


def _pooled(one: Figure, two: Figure, growth: Figure, growth_of_two: Figure) -> Figure:
    total: Figure = implied_total([one, two], [growth, growth_of_two])
    return total


def _row(
    label: str, unit: str, compute: Callable[..., Figure], *operands: Known
) -> Row:
    """A row of the ends of one implied figure."""
    return Row(label, interval(unit, compute, *operands))


def _derived(facts: MarketFacts) -> list[Row]:
    return [*_of_exports(facts), *_of_sales(facts), *_of_industry(facts)]


def _of_exports(facts: MarketFacts) -> list[Row]:
    exports = {"entity": "guangzhou", "measure": "exports"}
    value = facts.one("guangzhou", dimension="money", **exports)
    units = facts.one("guangzhou", dimension="vehicles", **exports)
    label, unit = "exports: value per vehicle", "yuan per vehicle"
    growth = _row(
        "exports: growth of the value per vehicle",
        "rate",
        implied_ratio_growth,
        grown(value),
        grown(units),
    )
    return [
        _row(label, unit, implied_ratio, printed(value), printed(units)),
        growth._replace(note="mix included, not price"),
    ]


def _of_sales(facts: MarketFacts) -> list[Row]:
    pair = [
        facts.one("guangzhou", entity=name, measure="sales")
        for name in ("aion", "trumpchi")
    ]
    operands = [*map(printed, pair), *map(grown, pair)]
    label = "GAC Aion with GAC Trumpchi: growth of sales"
    return [_row(label, "rate", _pooled, *operands)]


def _of_industry(facts: MarketFacts) -> list[Row]:
    profit, revenue, margin = (
        facts.one("guangzhou", entity="china-auto", measure=measure)
        for measure in ("profit", "revenue", "profit margin")
    )
    earned, sold, rate = map(printed, (profit, revenue, margin))
    period = revenue.period
    bureau = facts.one("auto-industry", measure="revenue", period=period)
    years = [
        facts.one("guangzhou", entity="china-nev", kind="growth", period=year)
        for year in ("2025", "2026")
    ]
    label = "NEV market: growth from 2024 to 2026"
    market = _row(label, "rate", _two_years, *map(printed, years))
    labels = (
        "industry: margin, from profit and revenue",
        "industry: revenue, from profit and margin",
    )
    return [
        _row("industry: margin, as printed", "share", _same, rate),
        _row(labels[0], "share", implied_ratio, earned, sold),
        _row("industry: revenue, in the article", "yuan", _same, sold),
        _row(labels[1], "yuan", implied_ratio, earned, rate),
        _row("industry: revenue, from the bureau", "yuan", _same, printed(bureau)),
        market._replace(note="the second year is the association's forecast"),
    ]


def _outgrowth(level: Figure, total: float, aim: Figure) -> Figure:
    rate: Figure = required_outgrowth(implied_share(level, total), aim, 5)
    return rate


def _share_after(step: int, level: Figure, total: float, aim: Figure) -> Figure:
    path: list[Figure] = share_path(implied_share(level, total), aim, 5)
    return path[step]


def _targets(facts: MarketFacts) -> list[Row]:
    abroad = {"entity": "xpeng-overseas", "measure": "deliveries"}
    level = printed(facts.one("guangzhou", period="2025", **abroad))
    double = printed(facts.one("guangzhou", period="2026", **abroad))
    aim = printed(facts.one("guangzhou", entity="xpeng-overseas", kind="share"))
    months = xpeng(facts)
    first, last = months.place("2025-01"), months.place("2025-12")
    year = span(months, last, 12)
    total = Known(year.number, year.ids)
    so_far = span(months, months.place("2026-02"), 2)
    last_year = months.values[first : last + 1]
    even = float(run_rate(so_far.number, 2, 12))
    seasonal = float(run_rate(so_far.number, 2, 12, last_year=last_year))
    return [
        Row(
            "XPeng abroad in 2026, to more than double",
            interval("vehicles", implied_current, level, double),
        ),
        Row(
            "XPeng: required growth abroad above that at home, per year",
            interval("rate", _outgrowth, level, total, aim),
            note="from its share in 2025 to the aim for 2030; outside input: all "
            "deliveries, from xpeng-monthly",
        ),
        *(
            Row(
                f"XPeng: share abroad on that path, {2025 + step}",
                interval("share", partial(_share_after, step), level, total, aim),
            )
            for step in range(1, 5)
        ),
        Row(
            "XPeng: deliveries of 2026 at the pace of two months",
            {
                "rate a year": Cell(even, "vehicles", so_far.ids),
                "as in 2025": Cell(seasonal, "vehicles", so_far.ids + year.ids),
            },
            note="evenly over the year, and with the seasonal shares of 2025",
        ),
    ]


def _against(facts: MarketFacts) -> list[Row]:
    """The findings that use a figure of the article, in the order of the rules."""
    known = {fact.id: fact for name in facts.tables for fact in facts.all(name)}
    table = []
    for dataset in facts.tables.values():
        columns = [dataset[name].tolist() for name in dataset.columns]
        for entries in zip(*columns, strict=True):
            row = dict(zip(dataset.columns, entries, strict=True))
            text = printed(known[row["id"]]).figure
            table.append(row | {"text": text, "relation": ""})
    article = {fact.id for fact in facts.all("guangzhou")}
    rows = []
    for finding in audit(table).in_order():
        if article.isdisjoint(finding.facts):
            continue
        fact = known[finding.facts[0]]
        unit = "rate" if finding.printed.kind == "growth" else fact.cell().unit
        sides = {"implied": finding.expected, "printed": finding.printed}
        cells: dict[str, Cell] = {}
        for name, figure in sides.items():
            cells |= interval(unit, _same, Known(figure, finding.facts), name=name)
        note = f"{finding.outcome}: {name_of(fact)}"
        more = show_gap(finding.distance) or finding.reason
        rows.append(Row(finding.rule, cells, note=f"{note}; {more}" if more else note))
    return rows


SECTIONS: dict[str, Callable[[MarketFacts], list[Row]]] = {
    "What the printed digits allow: bases and increases": _bases,
    "What the printed digits allow: derived figures": _derived,
    "What targets require, conditional on an outside figure": _targets,
    "The figures against each other": _against,
}
