"""Sections on intervals: printed digits, targets, and the audit of the figures.

A section is a function from the facts to rows.
"""

from __future__ import annotations

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


def _derived(facts: MarketFacts) -> list[Row]:
    def article(**wanted: str) -> Fact:
        return facts.one("guangzhou", **wanted)

    exports = {"entity": "guangzhou", "measure": "exports"}
    value = article(dimension="money", **exports)
    units = article(dimension="vehicles", **exports)
    pair = [article(entity=name, measure="sales") for name in ("aion", "trumpchi")]
    industry = {"entity": "china-auto"}
    profit = printed(article(measure="profit", **industry))
    stated = article(measure="revenue", **industry)
    revenue = printed(stated)
    margin = printed(article(measure="profit margin", **industry))
    bureau = facts.one("auto-industry", measure="revenue", period=stated.period)
    years = [
        article(entity="china-nev", kind="growth", period=period)
        for period in ("2025", "2026")
    ]

    def row(
        label: str,
        unit: str,
        compute: Callable[..., Figure],
        *operands: Known,
        note: str = "",
    ) -> Row:
        return Row(label, interval(unit, compute, *operands), note=note)

    return [
        row(
            "exports: value per vehicle",
            "yuan per vehicle",
            implied_ratio,
            printed(value),
            printed(units),
        ),
        row(
            "exports: growth of the value per vehicle",
            "rate",
            implied_ratio_growth,
            grown(value),
            grown(units),
            note="mix included, not price",
        ),
        row(
            "GAC Aion with GAC Trumpchi: growth of sales",
            "rate",
            _pooled,
            *map(printed, pair),
            *map(grown, pair),
        ),
        row("industry: margin, as printed", "share", _same, margin),
        row(
            "industry: margin, from profit and revenue",
            "share",
            implied_ratio,
            profit,
            revenue,
        ),
        row("industry: revenue, in the article", "yuan", _same, revenue),
        row(
            "industry: revenue, from profit and margin",
            "yuan",
            implied_ratio,
            profit,
            margin,
        ),
        row("industry: revenue, from the bureau", "yuan", _same, printed(bureau)),
        row(
            "NEV market: growth from 2024 to 2026",
            "rate",
            _two_years,
            *map(printed, years),
            note="the second year is the association's forecast",
        ),
    ]


def _targets(facts: MarketFacts) -> list[Row]:
    abroad = {"entity": "xpeng-overseas", "measure": "deliveries"}
    level = printed(facts.one("guangzhou", period="2025", **abroad))
    double = printed(facts.one("guangzhou", period="2026", **abroad))
    aim = printed(facts.one("guangzhou", entity="xpeng-overseas", kind="share"))
    months = xpeng(facts)
    first, last = months.place("2025-01"), months.place("2025-12")
    year = span(months, last, 12)
    total = Known(year.number, year.ids)

    def outgrowth(level: Figure, total: float, aim: Figure) -> Figure:
        rate: Figure = required_outgrowth(implied_share(level, total), aim, 5)
        return rate

    def on_the_way(step: int) -> Callable[[Figure, float, Figure], Figure]:
        def share_then(level: Figure, total: float, aim: Figure) -> Figure:
            path: list[Figure] = share_path(implied_share(level, total), aim, 5)
            return path[step]

        return share_then

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
            interval("rate", outgrowth, level, total, aim),
            note="from its share in 2025 to the aim for 2030; outside input: all "
            "deliveries, from xpeng-monthly",
        ),
        *(
            Row(
                f"XPeng: share abroad on that path, {2025 + step}",
                interval("share", on_the_way(step), level, total, aim),
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
