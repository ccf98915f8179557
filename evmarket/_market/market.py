"""The report on the shipped market: every number is computed from the shipped facts.

A section is a function from the facts to rows; a row names the facts behind each of its
numbers. Rates are fractions here, and percentages only in print.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from .. import datasets
from .._arrays.growth import log_growth
from .._explain.arrays import contributions, price_volume
from . import figures, press
from .facts import (
    MarketFacts,
    base_cell,
    difference,
    name_of,
    quotient,
    rate_between,
    total_of,
)
from .lines import Cell, Line, Row
from .press import span, xpeng

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..datasets._dataset import Dataset
    from .facts import Fact


TITLE = (
    "The vehicle market around Guangzhou: growth and margins\n"
    'Computed from the shipped figures, named under "from"; '
    "table/* means several of one table."
)


class Report(list[Line]):
    """The lines of a report, in the order of printing."""

    def __repr__(self) -> str:
        sections = len({line.section for line in self})
        return f"<Report: {len(self):,} lines in {sections:,} sections>"

    def _repr_html_(self) -> str:
        from .html import report

        return report(self)


def market(data: Mapping[str, Dataset] | None = None) -> Report:
    """The lines of the report, in the order of printing.

    Parameters
    ----------
    data : mapping of str to Dataset, optional
        Datasets by name, as `datasets.load` returns them; by default the shipped ones.

    Returns
    -------
    Report
        A list of lines.
    """
    if data is None:
        data = {name: datasets.load(name) for name in datasets.names()}
    facts = MarketFacts(data)
    return Report(
        Line(title, *row) for title, rows in SECTIONS.items() for row in rows(facts)
    )


def _exports(facts: MarketFacts) -> tuple[Fact, Fact]:
    """Guangzhou's exports in money and in vehicles."""
    exports = {"entity": "guangzhou", "measure": "exports"}
    value = facts.one("guangzhou", dimension="money", **exports)
    return value, facts.one("guangzhou", dimension="vehicles", **exports)


def _abroad(facts: MarketFacts, period: str) -> Fact:
    """XPeng's deliveries abroad, or the aim for them."""
    wanted = {"entity": "xpeng-overseas", "measure": "deliveries", "period": period}
    return facts.one("guangzhou", **wanted)


def _levels(facts: MarketFacts) -> list[Row]:
    rows = []
    for fact in facts.all("guangzhou", kind="level"):
        if not fact.growth_text:
            continue
        base = base_cell(fact)
        cells = {
            "level": fact.cell(),
            "growth": fact.growth_cell(),
            "implied base": base,
            "increase": difference(fact.cell(), base, fact.unit),
        }
        note = "the base is on a comparable basis, not last year's published figure"
        comparable = fact.growth_basis == "comparable"
        rows.append(Row(name_of(fact), cells, note=note if comparable else ""))
    return rows


def _unit_value(facts: MarketFacts) -> list[Row]:
    value, units = _exports(facts)
    pairs = {
        "value": (base_cell(value), value.cell()),
        "vehicles": (base_cell(units), units.cell()),
    }
    ratios = zip(pairs["value"], pairs["vehicles"], strict=True)
    before, now = (quotient(top, bottom, "yuan per vehicle") for top, bottom in ratios)
    pairs["value per vehicle"] = (before, now)
    notes = {
        "value per vehicle": "mix included, not price; the log growths add up to that "
        "of the value"
    }
    rows = []
    for label, (base, current) in pairs.items():
        change, status = log_growth([base.number, current.number], return_status=True)
        ids = base.ids + current.ids
        cells = {
            "2025": current,
            "2024, implied": base,
            "growth": rate_between(base, current),
            "log growth": Cell(float(change[1]), "rate", ids, int(status[1])),
        }
        rows.append(Row(label, cells, note=notes.get(label, "")))
    return rows


def _export_split(facts: MarketFacts) -> list[Row]:
    value, units = _exports(facts)
    worth = base_cell(value), value.cell()
    sold = base_cell(units), units.cell()
    each = [quotient(v, q, "yuan") for v, q in zip(worth, sold, strict=True)]
    why = price_volume(
        [each[0].number], [sold[0].number], [each[1].number], [sold[1].number]
    )
    ids, status = each[0].ids + each[1].ids, int(why.status)
    change = difference(worth[1], worth[0], value.unit)
    volume = Cell(float(why.volume), value.unit, ids, status)
    price = Cell(float(why.price), value.unit, ids, status)

    def row(label: str, amount: Cell, note: str = "") -> Row:
        share = quotient(amount, worth[0], "pp")
        return Row(label, {"amount": amount, "of the growth": share}, note=note)

    return [
        row("change of the value", change),
        row("by volume", volume),
        row(
            "by value per vehicle",
            price,
            "mix included, not price; each effect at the two-year mean of the other "
            "factor",
        ),
    ]


def _pair(facts: MarketFacts) -> list[Row]:
    brands = [
        facts.one("guangzhou", entity=entity, measure="sales")
        for entity in ("aion", "trumpchi")
    ]
    bases = [base_cell(fact) for fact in brands]
    levels = [fact.cell() for fact in brands]
    total, base = total_of(*levels), total_of(*bases)
    why = contributions(
        [cell.number for cell in bases], [cell.number for cell in levels]
    )
    ids, status = total.ids + base.ids, int(why.status)
    rows = []
    for fact, own, level, part in zip(brands, bases, levels, why.parts, strict=True):
        cells = {
            "sales": level,
            "implied base": own,
            "growth": fact.growth_cell(),
            "contribution": Cell(float(part), "pp", ids, status),
            "share": quotient(level, total, "share"),
        }
        rows.append(Row(datasets.ENTITIES[fact.entity], cells))
    cells = {
        "sales": total,
        "implied base": base,
        "growth": rate_between(base, total),
        "contribution": Cell(float(why.total), "pp", ids, status),
    }
    return [*rows, Row("both", cells)]


def _implied(facts: MarketFacts) -> list[Row]:
    abroad, aim = _abroad(facts, "2025"), _abroad(facts, "2026")
    floor = Cell(abroad.value * (1 + aim.value), abroad.unit, (abroad.id, aim.id))
    reach = {"entity": "xpeng-overseas", "measure": "countries and regions"}
    before, after = (
        facts.one("guangzhou", period=period, **reach).cell()
        for period in ("2024-12", "2025-12")
    )
    site = {"entity": "xpeng-huangpu"}
    yearly = facts.one("guangzhou", measure="deliveries a year", **site).cell()
    peak = facts.one("guangzhou", measure="peak deliveries a day", **site).cell()
    return [
        Row(
            "XPeng abroad: deliveries of 2026, more than",
            {"level": floor, "growth": aim.cell()},
            note="an aim of the maker, based on the deliveries of 2025",
        ),
        Row(
            "XPeng abroad: countries and regions, end of 2025",
            {"level": after, "growth": rate_between(before, after)},
        ),
        Row(
            "XPeng's centre in Huangpu: days at its peak, more than",
            {"level": quotient(yearly, peak, "days")},
            note="to make the deliveries expected for a year",
        ),
    ]


def _stated(facts: MarketFacts, mode: str) -> list[Row]:
    """The figures of a mode that are printed without a growth."""
    return [
        Row(name_of(fact), {"value": fact.cell()}, fact.text)
        for fact in facts.all("guangzhou", mode=mode)
        if not fact.growth_text
    ]


def _conditional(facts: MarketFacts) -> list[Row]:
    months = xpeng(facts)
    total = span(months, months.place("2025-12"), 12)
    abroad = _abroad(facts, "2025").cell()
    aim = facts.one("guangzhou", entity="xpeng-overseas", kind="share").cell()
    city = facts.one("guangzhou", entity="hong-kong").cell()

    def shares(part: Cell, whole: Cell) -> dict[str, Cell]:
        return {"part": part, "whole": whole, "share": quotient(part, whole, "share")}

    cells = shares(abroad, total)
    rows = [
        Row(
            "XPeng: share of deliveries abroad, 2025",
            cells | {"to the aim": difference(aim, cells["share"], "pp")},
            note="outside input: all deliveries, from xpeng-monthly, assumed to "
            "include those abroad; the aim is for 2030",
        )
    ]
    for entity in ("aion-hk", "xpeng-hk"):
        part = facts.one("guangzhou", entity=entity, measure="registrations").cell()
        rows.append(
            Row(
                f"{datasets.ENTITIES[entity]}: share, more than",
                shares(part, city),
                note="if the market's sales are those of private cars in 2025; neither "
                "their year nor their class is stated",
            )
        )
    return rows


def _differences(one: Fact, other: Fact) -> str:
    """The labels in which two facts differ, with both labels."""
    scopes = [datasets.SCOPES.get(fact.scope, fact.scope) for fact in (one, other)]
    pairs = {
        "measure": [one.measure, other.measure],
        "dimension": [one.dimension, other.dimension],
        "scope": scopes,
    }
    return "; ".join(f"{key}: {a} / {b}" for key, (a, b) in pairs.items() if a != b)


def _not_comparable(facts: MarketFacts) -> list[Row]:
    def article(**wanted: str) -> Fact:
        return facts.one("guangzhou", **wanted)

    value, units = _exports(facts)
    own = article(entity="gac-own-overseas")
    makers = total_of(own.cell(), _abroad(facts, "2025").cell())
    making = article(entity="guangzhou-auto")
    penetration = article(entity="china-pv")
    industry = article(entity="china-auto", measure="profit margin")
    sold = facts.one("china-nev", period="2025")
    rows = []

    def add(label: str, one: Fact, other: Fact, replaced: dict[str, Cell]) -> None:
        note = _differences(one, other)
        if note:
            cells = {"one": one.cell(), "other": other.cell()} | replaced
            rows.append(Row(label, cells, note=note))

    label = "GAC and XPeng abroad / Guangzhou's exports"
    add(label, own, units, {"one": makers})
    for period in ("2025", "2026"):
        label = f"NEV penetration of 2025 / NEV market growth of {period}"
        growth = article(entity="china-nev", kind="growth", period=period)
        add(label, penetration, growth, {})
    for entity in ("byd-china", "byd-overseas"):
        label = f"the industry's margin / {datasets.ENTITIES[entity]}"
        add(label, industry, article(entity=entity), {})
    label = "Guangzhou's car industry / its exports, growth"
    add(label, making, units, {"other": units.growth_cell()})
    add("Guangzhou's exports / NEV sold in China", value, sold, {})
    return rows


def _not_computable(facts: MarketFacts) -> list[Row]:
    def row(label: str, note: str, *known: Fact) -> Row:
        cells = [fact.cell() for fact in known]
        return Row(label, dict(zip(("given", "and"), cells, strict=False)), note=note)

    fleet = facts.all("guangzhou", entity="weride-middle-east", measure="robotaxis")
    margins = facts.all("byd-regions", entity="byd", measure="gross margin")
    return [
        row(
            "NEV penetration of 2024",
            "the growth of all passenger cars sold is not given",
            *facts.all("guangzhou", entity="china-pv"),
        ),
        row(
            "XPeng among the top exporters in 2027",
            "the exports of the other brands are not given",
            *facts.all("guangzhou", entity="xpeng", period="2027"),
        ),
        row(
            "growth of the rest of Guangzhou's industry",
            "the weight of car making in it is not given",
            *facts.all("guangzhou", measure="value added"),
        ),
        row(
            "multiple of WeRide's robotaxis to 2027",
            "both figures are lower bounds",
            *fleet[::-1],
        ),
        row(
            "mix in BYD's margin over time",
            "the margins by region a year before are not given",
            *margins[::-1],
        ),
    ]


SECTIONS: dict[str, Callable[[MarketFacts], list[Row]]] = {
    "Levels, their growth, and the base they imply": _levels,
    "Guangzhou's exports: value per vehicle": _unit_value,
    "Guangzhou's exports: what changed their value": _export_split,
    "GAC Aion with GAC Trumpchi, 2025": _pair,
    **press.SECTIONS,
    "What aims and counts imply": _implied,
    **figures.SECTIONS,
    "Aims, as stated": partial(_stated, mode="target"),
    "Forecasts, as stated": partial(_stated, mode="forecast"),
    "Other figures, as stated": partial(_stated, mode="reported"),
    "Conditional on an outside figure": _conditional,
    "Not comparable": _not_comparable,
    "Not computable": _not_computable,
}
"""The sections of the report by title, in the order of printing."""
