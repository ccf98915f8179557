"""The report on the built-in market: every number computed from the shipped facts.

Each section is a function from the facts to lines; a line names the facts behind each
of its numbers. Rates are fractions here, percent only where they are shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import datasets
from .._arrays.growth import log_growth
from .._explain.arrays import contributions, price_volume
from . import figures as _market_figures
from . import press as _market_press
from .facts import (
    Facts,
    difference,
    implied_base,
    name_of,
    quotient,
    rate_between,
    total_of,
)
from .lines import Cell, Line, Report
from .press import span, xpeng

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..datasets._dataset import Dataset
    from .facts import Fact


TITLE = """\
The vehicle market around Guangzhou: growth and margins
Computed from the shipped figures; "from" names them, table/* several of one table."""


def market(data: Mapping[str, Dataset] | None = None) -> Report:
    """The lines of the report, in the order of printing.

    Parameters
    ----------
    data : mapping of str to Dataset, optional
        Datasets by name, as `datasets.load` gives them; the shipped ones by default.

    Returns
    -------
    Report
        A list of lines.
    """
    if data is None:
        data = {name: datasets.load(name) for name in datasets.names()}
    facts = Facts(data)
    return Report(line for section in _SECTIONS for line in section(facts))


def _levels(facts: Facts) -> list[Line]:
    lines = []
    for fact in facts.all("guangzhou", kind="level"):
        if not fact.growth_text:
            continue
        base = implied_base(fact)
        cells = {
            "level": fact.cell(),
            "growth": fact.growth_cell(),
            "implied base": base,
            "increase": difference(fact.cell(), base, fact.unit),
        }
        comparable = fact.growth_basis == "comparable"
        note = "the base is on a comparable basis, not last year's published figure"
        section = "Levels, their growth, and the base they imply"
        said = note if comparable else ""
        lines.append(Line(section, name_of(fact), cells, note=said))
    return lines


def _unit_value(facts: Facts) -> list[Line]:
    section = "Guangzhou's exports: value a vehicle"
    exports = {"entity": "guangzhou", "measure": "exports"}
    value = facts.one("guangzhou", dimension="money", **exports)
    units = facts.one("guangzhou", dimension="vehicles", **exports)
    now = [value.cell(), units.cell()]
    before = [implied_base(value), implied_base(units)]
    for both in (now, before):
        both.append(quotient(both[0], both[1], "yuan a vehicle"))
    lines = []
    for label, note, base, current in zip(
        ("value", "vehicles", "value a vehicle"),
        (
            "",
            "",
            "mix included, not price; the log growths add up to that of the value",
        ),
        before,
        now,
        strict=True,
    ):
        change, status = log_growth([base.number, current.number], return_status=True)
        ids = base.ids + current.ids
        cells = {
            "2025": current,
            "2024, implied": base,
            "growth": rate_between(base, current),
            "log growth": Cell(float(change[1]), "rate", ids, int(status[1])),
        }
        lines.append(Line(section, label, cells, note=note))
    return lines


def _export_split(facts: Facts) -> list[Line]:
    section = "Guangzhou's exports: what changed their value"
    exports = {"entity": "guangzhou", "measure": "exports"}
    value = facts.one("guangzhou", dimension="money", **exports)
    units = facts.one("guangzhou", dimension="vehicles", **exports)
    worth = implied_base(value), value.cell()
    sold = implied_base(units), units.cell()
    each = [quotient(v, q, "yuan") for v, q in zip(worth, sold, strict=True)]
    why = price_volume(
        [each[0].number], [sold[0].number], [each[1].number], [sold[1].number]
    )
    ids, status = each[0].ids + each[1].ids, int(why.status)
    told = [
        ("change of the value", difference(worth[1], worth[0], value.unit), ""),
        ("by volume", Cell(float(why.volume), value.unit, ids, status), ""),
        (
            "by value a vehicle",
            Cell(float(why.price), value.unit, ids, status),
            "mix included, not price; each at the mean of both years of the other",
        ),
    ]
    return [
        Line(
            section,
            label,
            {"amount": amount, "of the growth": quotient(amount, worth[0], "pp")},
            note=note,
        )
        for label, amount, note in told
    ]


def _pair(facts: Facts) -> list[Line]:
    section = "GAC Aion with GAC Trumpchi, 2025"
    brands = [
        facts.one("guangzhou", entity=entity, measure="sales")
        for entity in ("aion", "trumpchi")
    ]
    bases = [implied_base(fact) for fact in brands]
    levels = [fact.cell() for fact in brands]
    total, base = total_of(*levels), total_of(*bases)
    why = contributions(
        [cell.number for cell in bases], [cell.number for cell in levels]
    )
    ids, status = total.ids + base.ids, int(why.status)
    lines = []
    for fact, own, level, part in zip(brands, bases, levels, why.parts, strict=True):
        cells = {
            "sales": level,
            "implied base": own,
            "growth": fact.growth_cell(),
            "contribution": Cell(float(part), "pp", ids, status),
            "share": quotient(level, total, "share"),
        }
        lines.append(Line(section, datasets.ENTITIES[fact.entity], cells))
    cells = {
        "sales": total,
        "implied base": base,
        "growth": rate_between(base, total),
        "contribution": Cell(float(why.total), "pp", ids, status),
    }
    return [*lines, Line(section, "both", cells)]


def _abroad(facts: Facts, period: str) -> Fact:
    """XPeng's deliveries abroad, or the aim for them."""
    wanted = {"entity": "xpeng-overseas", "measure": "deliveries", "period": period}
    return facts.one("guangzhou", **wanted)


def _implied(facts: Facts) -> list[Line]:
    section = "What aims and counts imply"
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
        Line(
            section,
            "XPeng abroad: deliveries of 2026, more than",
            {"level": floor, "growth": aim.cell()},
            note="an aim of the maker, on the deliveries of 2025",
        ),
        Line(
            section,
            "XPeng abroad: countries and regions, end of 2025",
            {"level": after, "growth": rate_between(before, after)},
        ),
        Line(
            section,
            "XPeng's centre in Huangpu: days at its peak, more than",
            {"level": quotient(yearly, peak, "days")},
            note="that the deliveries foreseen for a year would take",
        ),
    ]


def _stated(facts: Facts) -> list[Line]:
    lines = []
    for mode, section in (
        ("target", "Aims, as stated"),
        ("forecast", "Forecasts, as stated"),
        ("reported", "Other figures, as stated"),
    ):
        for fact in facts.all("guangzhou", mode=mode):
            if not fact.growth_text:
                cells = {"value": fact.cell()}
                lines.append(Line(section, name_of(fact), cells, fact.text))
    return lines


def _conditional(facts: Facts) -> list[Line]:
    section = "Conditional on an outside figure"
    months = xpeng(facts)
    total = span(months, months.place("2025-12"), 12)
    abroad = _abroad(facts, "2025").cell()
    aim = facts.one("guangzhou", entity="xpeng-overseas", kind="share").cell()
    share = quotient(abroad, total, "share")
    lines = [
        Line(
            section,
            "XPeng: share of deliveries abroad, 2025",
            {
                "part": abroad,
                "whole": total,
                "share": share,
                "to the aim": difference(aim, share, "pp"),
            },
            note="outside input: all deliveries, of xpeng-monthly, taken to hold those "
            "abroad; the aim is for 2030",
        )
    ]
    city = facts.one("guangzhou", entity="hong-kong").cell()
    for entity in ("aion-hk", "xpeng-hk"):
        part = facts.one("guangzhou", entity=entity, measure="registrations").cell()
        lines.append(
            Line(
                section,
                f"{datasets.ENTITIES[entity]}: share, more than",
                {"part": part, "whole": city, "share": quotient(part, city, "share")},
                note="if the market's sales are those of private cars in 2025: neither "
                "their year nor their class is stated",
            )
        )
    return lines


def _differences(one: Fact, other: Fact) -> str:
    """In what two facts do not speak of the same thing, by their codes."""
    scopes = [datasets.SCOPES.get(fact.scope, fact.scope) for fact in (one, other)]
    pairs = {
        "measure": [one.measure, other.measure],
        "dimension": [one.dimension, other.dimension],
        "scope": scopes,
    }
    return "; ".join(f"{key}: {a} / {b}" for key, (a, b) in pairs.items() if a != b)


def _not_comparable(facts: Facts) -> list[Line]:
    def article(**wanted: str) -> Fact:
        return facts.one("guangzhou", **wanted)

    exports = {"entity": "guangzhou", "measure": "exports"}
    units = article(dimension="vehicles", **exports)
    value = article(dimension="money", **exports)
    own = article(entity="gac-own-overseas")
    penetration = article(entity="china-pv")
    industry = article(entity="china-auto", measure="profit margin")
    making = article(entity="guangzhou-auto")
    sold = facts.one("china-nev", period="2025")
    makers = total_of(own.cell(), _abroad(facts, "2025").cell())
    label = "GAC and XPeng abroad / Guangzhou's exports"
    compared = [(label, own, makers, units, units.cell())]
    for period in ("2025", "2026"):
        market_growth = article(entity="china-nev", kind="growth", period=period)
        label = f"NEV penetration of 2025 / NEV market growth of {period}"
        cells = penetration.cell(), market_growth.cell()
        compared.append((label, penetration, cells[0], market_growth, cells[1]))
    for entity in ("byd-china", "byd-overseas"):
        gross = article(entity=entity)
        label = f"the industry's margin / {datasets.ENTITIES[entity]}"
        compared.append((label, industry, industry.cell(), gross, gross.cell()))
    label = "Guangzhou's car industry / its exports, growth"
    compared.append((label, making, making.cell(), units, units.growth_cell()))
    label = "Guangzhou's exports / NEV sold in China"
    compared.append((label, value, value.cell(), sold, sold.cell()))
    return [
        Line("Not comparable", label, {"one": a, "other": b}, note=reason)
        for label, one, a, other, b in compared
        if (reason := _differences(one, other))
    ]


def _not_computable(facts: Facts) -> list[Line]:
    fleet = {"entity": "weride-middle-east", "measure": "robotaxis"}
    margins = {"entity": "byd", "measure": "gross margin"}
    asked = [
        (
            "NEV penetration of 2024",
            "the growth of all passenger cars sold is not given",
            facts.all("guangzhou", entity="china-pv"),
        ),
        (
            "XPeng among the top exporters in 2027",
            "the exports of the other brands are not given",
            facts.all("guangzhou", entity="xpeng", period="2027"),
        ),
        (
            "growth of the rest of Guangzhou's industry",
            "the weight of car making in it is not given",
            facts.all("guangzhou", measure="value added"),
        ),
        (
            "multiple of WeRide's robotaxis to 2027",
            "both ends are floors",
            facts.all("guangzhou", **fleet)[::-1],
        ),
        (
            "mix in BYD's margin over time",
            "the margins by region a year before are not given",
            facts.all("byd-regions", **margins)[::-1],
        ),
    ]
    return [
        Line(
            "Not computable",
            label,
            dict(zip(("given", "and"), (fact.cell() for fact in known), strict=False)),
            note=reason,
        )
        for label, reason, known in asked
    ]


_SECTIONS = (
    _levels,
    _unit_value,
    _export_split,
    _pair,
    *_market_press.SECTIONS,
    _implied,
    *_market_figures.SECTIONS,
    _stated,
    _conditional,
    _not_comparable,
    _not_computable,
)
