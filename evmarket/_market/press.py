"""The report's sections on the tables of the press: XPeng, the NEV market, the
industry's and BYD's margins, each a function from the facts to lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._arrays.growth import cagr, growth, growth_between, mean_growth
from .._arrays.margin import margin
from .._arrays.sums import from_ytd, trailing, ytd
from .._common.status import Status
from .facts import Series, difference, implied_base, quotient, rate_between, total_of
from .lines import Cell, Line

if TYPE_CHECKING:
    from .facts import Fact, Facts


def xpeng(facts: Facts) -> Series:
    return Series(facts.all("xpeng-monthly", measure="deliveries"), 12)


def _xpeng_months(facts: Facts) -> list[Line]:
    months = xpeng(facts)
    x = months.values
    to_date, to_date_status = ytd(x, start=months.start, return_status=True)
    return months.lines(
        "XPeng deliveries by month",
        {
            "deliveries": months.levels("vehicles"),
            "on the year": (
                *growth(x, 12, return_status=True),
                "rate",
                lambda t: months.at(t, t - 12),
            ),
            "on the month": (
                *growth(x, 1, return_status=True),
                "rate",
                lambda t: months.at(t, t - 1),
            ),
            "year to date": (to_date, to_date_status, "vehicles", months.since_start),
            "its growth": (
                *growth(to_date, 12, return_status=True),
                "rate",
                lambda t: months.since_start(t) + months.since_start(t - 12),
            ),
            "12 months": (
                *trailing(x, 12, return_status=True),
                "vehicles",
                lambda t: months.window(t, 12),
            ),
        },
    )


def span(months: Series, last: int, length: int) -> Cell:
    """The sum of the `length` months up to a place."""
    values, status = trailing(months.values, length, return_status=True)
    ids = months.window(last, length)
    return Cell(float(values[last]), "vehicles", ids, int(status[last]))


# Label, last month, months; the growth on the span before where that is usual.
_SPANS = (
    ("2025", "2025-12", 12, False),
    ("first half of 2025", "2025-06", 6, False),
    ("third quarter of 2025", "2025-09", 3, True),
    ("January and February 2026", "2026-02", 2, False),
)


def _xpeng_spans(facts: Facts) -> list[Line]:
    months = xpeng(facts)
    lines = []
    for label, last, length, sequential in _SPANS:
        place = months.place(last)
        now = span(months, place, length)
        before = span(months, place - 12, length)
        cells = {
            "deliveries": now,
            "a year before": before,
            "on the year": rate_between(before, now),
        }
        if sequential:
            previous = span(months, place - length, length)
            cells["on the quarter"] = rate_between(previous, now)
        lines.append(Line("XPeng deliveries over longer spans", label, cells))
    return lines


def _nev(facts: Facts, first_print: bool) -> list[Fact]:
    """Sales by year: as printed first, or as tabulated with the forecast after."""
    rows = facts.all("china-nev", measure="sales")
    return [fact for fact in rows if (fact.vintage == "first print") is first_print]


def _nev_years(facts: Facts) -> list[Line]:
    years = Series(_nev(facts, False), 1)
    first = {fact.period: fact for fact in _nev(facts, True)}
    prints = [first.get(years.period(t)) for t in range(len(years))]
    early = np.array([fact.value if fact else np.nan for fact in prints])
    rates, status = growth(years.values, return_status=True)
    # The change of a rate needs the rate before: its status is that rate's.
    before = np.append(np.uint8(Status.OUTSIDE), status[:-1])

    def printed_first(t: int) -> tuple[str, ...]:
        fact = prints[t]
        return (fact.id,) if fact else ()

    return years.lines(
        "New-energy vehicles sold in China, exports included",
        {
            "sales": years.levels("vehicles"),
            "growth": (rates, status, "rate", lambda t: years.at(t, t - 1)),
            "printed": years.printed(),
            "change": (
                np.append(np.nan, np.diff(rates)),
                np.where(status == Status.OK, before, status),
                "pp",
                lambda t: years.at(t, t - 1, t - 2),
            ),
            "first print": (
                early,
                np.where(np.isnan(early), Status.MISSING, Status.OK),
                "vehicles",
                printed_first,
            ),
            "revised": (
                *growth_between(early, years.values, return_status=True),
                "rate",
                lambda t: years.at(t) + printed_first(t),
            ),
        },
    )


def _nev_spans(facts: Facts) -> list[Line]:
    section = "New-energy vehicles in China: pace"
    years = Series(_nev(facts, False), 1)
    first, last = years.place("2020"), years.place("2025")
    x = years.values[first : last + 1]
    span = years.window(last, last - first + 1)
    nev = {"entity": "china-nev", "kind": "growth"}
    now = facts.one("guangzhou", period="2025", **nev)
    ahead = facts.one("guangzhou", period="2026", **nev)
    both = (1 + now.value) * (1 + ahead.value) - 1
    pace = difference(ahead.cell(), now.cell(), "pp")
    compound = float(cagr(x[0], x[-1], last - first))
    return [
        Line(
            section,
            "2020 to 2025, compound",
            {"growth": Cell(compound, "rate", years.at(first, last))},
        ),
        Line(
            section,
            "2020 to 2025, mean of all years",
            {
                "growth": Cell(
                    float(mean_growth(x, method="accumulative")), "rate", span
                )
            },
            note="accumulative: the constant rate that gives the sum of all years",
        ),
        Line(section, "2025, as the article says", {"growth": now.cell()}),
        Line(
            section,
            "2026, the association's forecast",
            {"growth": ahead.cell(), "change": pace},
            note="the change is against 2025; it rests on a forecast",
        ),
        Line(
            section,
            "2024 to 2026, forecast",
            {"growth": Cell(both, "rate", (now.id, ahead.id))},
        ),
    ]


def _industry_margin(facts: Facts) -> list[Line]:
    section = "Profit margin of China's car industry"
    article = {"entity": "china-auto"}
    printed = facts.one("guangzhou", measure="profit margin", **article)
    revenue = facts.one("guangzhou", measure="revenue", **article)
    profit = facts.one("guangzhou", measure="profit", **article)
    average = facts.one("guangzhou", entity="downstream-industry").cell()
    at_most = quotient(profit.cell(), revenue.cell(), "share")
    lines = [
        Line(
            section,
            "January to November 2025, as printed",
            {
                "margin": printed.cell(),
                "gap": difference(printed.cell(), average, "pp"),
            },
            note="the gap is to the average of downstream industry",
        ),
        Line(
            section,
            "its profit on its revenue, at most",
            {
                "revenue": revenue.cell(),
                "profit": profit.cell(),
                "margin": at_most,
                "gap": difference(at_most, average, "pp"),
            },
            note="at most, because the revenue is a floor",
        ),
    ]
    for sales in facts.all("auto-industry", measure="revenue"):
        same = {"period": sales.period}
        earned = facts.one("auto-industry", measure="profit", **same)
        rate = quotient(earned.cell(), sales.cell(), "share")
        cells = {
            "revenue": sales.cell(),
            "profit": earned.cell(),
            "margin": rate,
            "gap": difference(rate, average, "pp"),
        }
        for cost in facts.all("auto-industry", measure="cost", **same):
            gross = float(margin(sales.value, cost.value))
            cells["gross margin"] = Cell(gross, "share", (sales.id, cost.id))
        lines.append(Line(section, f"{sales.period}, bureau", cells))
    return lines


def _industry_profit(facts: Facts) -> list[Line]:
    now = facts.one("guangzhou", entity="china-auto", measure="profit")
    period = "2024-01..2024-11"
    published = facts.one("auto-industry", measure="profit", period=period).cell()
    base = implied_base(now)
    section = "Profit of China's car industry on two bases, January to November"
    return [
        Line(
            section,
            "comparable basis",
            {"2025": now.cell(), "2024": base, "growth": now.growth_cell()},
            note="as printed; the base is implied",
        ),
        Line(
            section,
            "as published each year",
            {
                "2025": now.cell(),
                "2024": published,
                "growth": rate_between(published, now.cell()),
                "restatement": quotient(base, published, "factor"),
            },
        ),
    ]


def _byd_margins(facts: Facts) -> list[Line]:
    section = "BYD's gross margin, first half of 2025"
    entities = ("byd-china", "byd-overseas")
    printed = [facts.one("guangzhou", entity=entity) for entity in entities]
    gross = {"measure": "gross margin"}
    revenue = [
        facts.one("byd-regions", entity=entity, measure="revenue").cell()
        for entity in entities
    ]
    rates = [facts.one("byd-regions", entity=name, **gross).cell() for name in entities]
    group, year_before = (
        facts.one("byd-regions", entity="byd", period=period, **gross).cell()
        for period in ("2025-01..2025-06", "2024-01..2024-06")
    )
    earned = [
        Cell(sales.number * rate.number, "yuan", sales.ids + rate.ids)
        for sales, rate in zip(revenue, rates, strict=True)
    ]
    total = total_of(*revenue)
    pooled = quotient(total_of(*earned), total, "share")
    china, abroad = (fact.cell() for fact in printed)
    return [
        Line(section, "China", {"revenue": revenue[0], "margin": china}),
        Line(
            section,
            "abroad",
            {
                "revenue": revenue[1],
                "margin": abroad,
                "difference": difference(abroad, china, "bp"),
            },
            note="the difference is to China",
        ),
        Line(
            section,
            "group, from its regions",
            {
                "revenue": total,
                "margin": pooled,
                "difference": difference(pooled, group, "bp"),
            },
            note="the difference is to the printed margin of the group",
        ),
        Line(
            section,
            "group, as printed",
            {"margin": group, "difference": difference(group, year_before, "bp")},
            note="the difference is to the first half of 2024",
        ),
    ]


def _byd_revenue(facts: Facts) -> list[Line]:
    quarters = Series(facts.all("byd-revenue", measure="revenue"), 4)
    y, start = quarters.values, quarters.start
    single, status = from_ytd(y, per_year=4, start=start, return_status=True)

    def own(t: int) -> tuple[str, ...]:
        return quarters.window(t, 1 if (start + t) % 4 == 0 else 2)

    return quarters.lines(
        "BYD's revenue by quarter",
        {
            "quarter": (single, status, "yuan", own),
            "on the year": (
                *growth(single, 4, return_status=True),
                "rate",
                lambda t: own(t) + own(t - 4),
            ),
            "on the quarter": (
                *growth(single, 1, return_status=True),
                "rate",
                lambda t: own(t) + own(t - 1),
            ),
            "year to date": quarters.levels("yuan"),
            "its growth": (
                *growth(y, 4, return_status=True),
                "rate",
                lambda t: quarters.at(t, t - 4),
            ),
            "printed": quarters.printed(),
        },
    )


SECTIONS = (
    _xpeng_months,
    _xpeng_spans,
    _nev_years,
    _nev_spans,
    _industry_margin,
    _industry_profit,
    _byd_margins,
    _byd_revenue,
)
