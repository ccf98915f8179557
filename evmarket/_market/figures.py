"""The report's sections on intervals: what the printed digits allow, what targets ask
for, and what the figures say of each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from .._figures.targets import required_outgrowth, run_rate, share_path
from .facts import name_of
from .lines import Cell, Line
from .press import span, xpeng

if TYPE_CHECKING:
    from collections.abc import Callable

    from .facts import Fact, Facts


def printed(fact: Fact) -> Figure | None:
    """The level, share or growth of a fact with the rounding of its text."""
    if fact.value != fact.value:
        return None
    return moved(Figure(fact.text), fact.value)


def grown(fact: Fact) -> Figure | None:
    """The growth printed beside a level."""
    return Figure(fact.growth_text) if fact.growth_text else None


def ends(
    name: str,
    unit: str,
    facts: tuple[str, ...],
    compute: Callable[..., Figure],
    *operands: Figure | None,
) -> dict[str, Cell]:
    """The ends of an implied figure as cells; without one they say why."""
    headings = f"{name} from".strip(), f"{name} to".strip()
    status = Status.OK
    low = high = float("nan")
    if any(operand is None for operand in operands):
        status = Status.MISSING
    else:
        try:
            found = compute(*operands)
            low, high = found.low, found.high
        except ValueError:
            status = Status.INVALID
    cells = (Cell(end, unit, facts, int(status)) for end in (low, high))
    return dict(zip(headings, cells, strict=True))


def _whole_numbers(fact: Fact) -> str:
    """The whole numbers that the base of a count can be, where they are few."""
    level, growth = printed(fact), grown(fact)
    if fact.dimension != "vehicles" or level is None or growth is None:
        return ""
    try:
        found = implied_base(level, growth).integers(3)
    except ValueError:
        return ""
    return f"a whole base can only be {', '.join(map(str, found))}" if found else ""


def _bases(facts: Facts) -> list[Line]:
    section = "What the printed digits allow: bases and increases"
    lines = []
    for fact in facts.all("guangzhou", kind="level"):
        if not fact.growth_text:
            continue
        operands = printed(fact), grown(fact)
        ids = (fact.id,)
        cells = ends("base", fact.unit, ids, implied_base, *operands)
        cells |= ends("increase", fact.unit, ids, implied_increment, *operands)
        note = _whole_numbers(fact)
        lines.append(Line(section, name_of(fact), cells, note=note))
    return lines


def _two_years(first: Figure, second: Figure) -> Figure:
    """Growth over two years from that of each."""
    factor = exact.current(first.exact.shifted(1), second.exact)
    return implied(factor.shifted(-1), "growth")


def _derived(facts: Facts) -> list[Line]:
    section = "What the printed digits allow: derived figures"

    def article(**wanted: str) -> Fact:
        return facts.one("guangzhou", **wanted)

    exports = {"entity": "guangzhou", "measure": "exports"}
    value = article(dimension="money", **exports)
    units = article(dimension="vehicles", **exports)
    aion, trumpchi = (
        article(entity=name, measure="sales") for name in ("aion", "trumpchi")
    )
    industry = {"entity": "china-auto"}
    profit = article(measure="profit", **industry)
    revenue = article(measure="revenue", **industry)
    margin = article(measure="profit margin", **industry)
    bureau = facts.one("auto-industry", measure="revenue", period=revenue.period)
    years = [
        article(entity="china-nev", kind="growth", period=period)
        for period in ("2025", "2026")
    ]

    def line(label: str, unit: str, compute: Callable[..., Figure], *used: Fact,
             growths: bool = False, note: str = "") -> Line:  # fmt: skip
        read = grown if growths else printed
        ids = tuple(fact.id for fact in used)
        return Line(section, label, ends("", unit, ids, compute, *map(read, used)),
                    note=note)  # fmt: skip

    def same(one: Figure) -> Figure:
        return one

    pair = aion, trumpchi
    both = ends(
        "",
        "rate",
        tuple(fact.id for fact in pair),
        lambda a, b, g, h: implied_total([a, b], [g, h]),
        *map(printed, pair),
        *map(grown, pair),
    )
    return [
        line("exports: value a vehicle", "yuan a vehicle", implied_ratio, value, units),
        line("exports: growth of the value a vehicle", "rate", implied_ratio_growth,
             value, units, growths=True, note="mix included, not price"),
        Line(section, "GAC Aion with GAC Trumpchi: growth of sales", both),
        line("industry: margin, as printed", "share", same, margin),
        line("industry: margin, of profit on revenue", "share", implied_ratio, profit,
             revenue),
        line("industry: revenue, as the article has it", "yuan", same, revenue),
        line("industry: revenue, of profit and margin", "yuan", implied_ratio, profit,
             margin),
        line("industry: revenue, as the bureau has it", "yuan", same, bureau),
        line("NEV market: growth from 2024 to 2026", "rate", _two_years, *years,
             note="the second year is the association's forecast"),
    ]  # fmt: skip


def _targets(facts: Facts) -> list[Line]:
    section = "What targets require, conditional on an outside figure"
    months = xpeng(facts)
    year = span(months, months.place("2025-12"), 12)
    so_far = span(months, months.place("2026-02"), 2)
    abroad = facts.one("guangzhou", entity="xpeng-overseas", measure="deliveries",
                       period="2025")  # fmt: skip
    double = facts.one("guangzhou", entity="xpeng-overseas", measure="deliveries",
                       period="2026")  # fmt: skip
    aim = facts.one("guangzhou", entity="xpeng-overseas", kind="share")
    level, share_aimed = printed(abroad), printed(aim)
    ids = (abroad.id, *year.ids, aim.id)

    def share(level: Figure) -> Figure:
        found: Figure = implied_share(level, year.number)
        return found

    def on_the_way(step: int) -> Callable[[Figure, Figure], Figure]:
        def share_then(level: Figure, aimed: Figure) -> Figure:
            path: list[Figure] = share_path(share(level), aimed, 5)
            return path[step]

        return share_then

    outgrowth = ends("", "rate", ids, lambda level, aimed: required_outgrowth(
        share(level), aimed, 5), level, share_aimed)  # fmt: skip
    last_year = months.values[months.place("2025-01") : months.place("2025-12") + 1]
    heading = {
        "rate a year": run_rate(so_far.number, 2, 12),
        "as in 2025": run_rate(so_far.number, 2, 12, last_year=last_year),
    }
    rates = {
        name: Cell(float(rate), "vehicles", so_far.ids + used)
        for (name, rate), used in zip(heading.items(), ((), year.ids), strict=True)
    }
    return [
        Line(section, "XPeng abroad in 2026, to more than double",
             ends("", "vehicles", (abroad.id, double.id), implied_current, level,
                  printed(double))),
        Line(section, "XPeng: by how much abroad must outgrow home, a year", outgrowth,
             note="from its share of 2025 to the aim for 2030; outside input: all "
             "deliveries, of xpeng-monthly"),
        *(
            Line(section, f"XPeng: share abroad on that path, {2025 + step}",
                 ends("", "share", ids, on_the_way(step), level, share_aimed))
            for step in range(1, 5)
        ),
        Line(section, "XPeng: deliveries of 2026 at the pace of two months", rates,
             note="evenly over the year, and by the months of 2025"),
    ]  # fmt: skip


def _against(facts: Facts) -> list[Line]:
    """Every finding that rests on the article, in the order of the rules."""
    section = "The figures against each other"
    known = {fact.id: fact for name in facts.tables for fact in facts.all(name)}
    rows = []
    for table in facts.tables.values():
        columns = {name: table[name].tolist() for name in table.columns}
        for entries in zip(*columns.values(), strict=True):
            row = dict(zip(columns, entries, strict=True))
            rows.append(row | {"text": printed(known[row["id"]]), "relation": ""})
    article = {fact.id for fact in facts.all("guangzhou")}
    lines = []
    for finding in audit(rows).in_order():
        if article.isdisjoint(finding.facts):
            continue
        fact = known[finding.facts[0]]
        unit = "rate" if finding.printed.kind == "growth" else fact.cell().unit
        cells: dict[str, Cell] = {}
        for heading, figure in (("implied", finding.expected),
                                ("printed", finding.printed)):  # fmt: skip
            cells |= ends(heading, unit, finding.facts, lambda f: f, figure)
        said = f"{finding.outcome}: {name_of(fact)}"
        if finding.reason:
            said += f"; {finding.reason}"
        if finding.outcome == "inconsistent":
            said += f"; apart by {finding.distance:.3g} of its last digit"
        lines.append(Line(section, finding.rule, cells, note=said))
    return lines


SECTIONS = (_bases, _derived, _targets, _against)
