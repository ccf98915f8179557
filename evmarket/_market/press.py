"""Sections on the tables of the press: XPeng, the NEV market, the industry, BYD.

A section is a function from the facts to rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .._arrays.growth import cagr, growth, growth_between, mean_growth
from .._arrays.margin import margin
from .._arrays.sums import from_ytd, trailing, ytd
from .._common.status import Status
from .facts import base_cell, difference, quotient, rate_between, total_of
from .lines import Cell, Row
from .series import Series, SeriesColumn, series_column

if TYPE_CHECKING:
    from collections.abc import Callable

    from .facts import Fact, MarketFacts


def xpeng(facts: MarketFacts) -> Series:
    """XPeng's deliveries by month."""
    return Series(facts.all("xpeng-monthly", measure="deliveries"), 12)


def _xpeng_months(facts: MarketFacts) -> list[Row]:
    months = xpeng(facts)
    x, since = months.values, months.since_start
    to_date, to_date_status = ytd(x, start=months.start, return_status=True)
    return months.rows(
        {
            "deliveries": months.levels("vehicles"),
            "on the year": months.growth(12),
            "on the month": months.growth(1),
            "year to date": SeriesColumn(to_date, to_date_status, "vehicles", since),
            "its growth": series_column(
                growth(to_date, 12, return_status=True),
                "rate",
                lambda t: since(t) + since(t - 12),
            ),
            "12 months": series_column(
                trailing(x, 12, return_status=True),
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


# Label, last month, number of months, and whether to compare with the span before.
_SPANS = (
    ("2025", "2025-12", 12, False),
    ("first half of 2025", "2025-06", 6, False),
    ("third quarter of 2025", "2025-09", 3, True),
    ("January and February 2026", "2026-02", 2, False),
    ("twelve months to January 2026", "2026-01", 12, False),
    ("twelve months to February 2026", "2026-02", 12, False),
)


def _xpeng_spans(facts: MarketFacts) -> list[Row]:
    months = xpeng(facts)
    rows = []
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
        rows.append(Row(label, cells))
    return rows


def _nev(facts: MarketFacts, first_print: bool) -> list[Fact]:
    """Sales by year: the first prints, or the tabulated years with the forecast."""
    sales = facts.all("china-nev", measure="sales")
    return [fact for fact in sales if (fact.vintage == "first print") is first_print]


def _nev_years(facts: MarketFacts) -> list[Row]:
    years = Series(_nev(facts, False), 1)
    first = {fact.period: fact for fact in _nev(facts, True)}
    prints = [first.get(years.period(t)) for t in range(len(years))]
    early = np.array([fact.value if fact else np.nan for fact in prints])
    rates = years.growth(1)
    # the change of a rate also needs the rate before
    before = np.append(np.uint8(Status.OUTSIDE), rates.status[:-1])

    def printed_first(t: int) -> tuple[str, ...]:
        fact = prints[t]
        return (fact.id,) if fact else ()

    return years.rows(
        {
            "sales": years.levels("vehicles"),
            "growth": rates,
            "printed": years.printed(),
            "change": SeriesColumn(
                np.append(np.nan, np.diff(rates.values)),
                np.where(rates.status == Status.OK, before, rates.status),
                "pp",
                lambda t: years.at(t, t - 1, t - 2),
            ),
            "first print": SeriesColumn(
                early,
                np.where(np.isnan(early), Status.MISSING, Status.OK),
                "vehicles",
                printed_first,
            ),
            "revised": series_column(
                growth_between(early, years.values, return_status=True),
                "rate",
                lambda t: years.at(t) + printed_first(t),
            ),
        },
    )


def _nev_spans(facts: MarketFacts) -> list[Row]:
    years = Series(_nev(facts, False), 1)
    first, last = years.place("2020"), years.place("2025")
    x = years.values[first : last + 1]
    ids = years.window(last, last - first + 1)
    nev = {"entity": "china-nev", "kind": "growth"}
    now = facts.one("guangzhou", period="2025", **nev)
    ahead = facts.one("guangzhou", period="2026", **nev)
    both = (1 + now.value) * (1 + ahead.value) - 1
    pace = difference(ahead.cell(), now.cell(), "pp")
    compound = float(cagr(x[0], x[-1], last - first))
    mean = float(mean_growth(x, method="accumulative"))
    return [
        Row(
            "2020 to 2025, compound",
            {"growth": Cell(compound, "rate", years.at(first, last))},
        ),
        Row(
            "2020 to 2025, mean of all years",
            {"growth": Cell(mean, "rate", ids)},
            note="accumulative: the constant rate that gives the sum of all years",
        ),
        Row("2025, as the article says", {"growth": now.cell()}),
        Row(
            "2026, the association's forecast",
            {"growth": ahead.cell(), "change": pace},
            note="the change is from 2025 and uses a forecast",
        ),
        Row(
            "2024 to 2026, forecast",
            {"growth": Cell(both, "rate", (now.id, ahead.id))},
        ),
    ]


def _industry_margin(facts: MarketFacts) -> list[Row]:
    article = {"entity": "china-auto"}
    printed = facts.one("guangzhou", measure="profit margin", **article).cell()
    revenue = facts.one("guangzhou", measure="revenue", **article).cell()
    profit = facts.one("guangzhou", measure="profit", **article).cell()
    average = facts.one("guangzhou", entity="downstream-industry").cell()

    def rates(sales: Cell, earned: Cell) -> dict[str, Cell]:
        rate = quotient(earned, sales, "share")
        gap = difference(rate, average, "pp")
        return {"revenue": sales, "profit": earned, "margin": rate, "gap": gap}

    rows = [
        Row(
            "January to November 2025, as printed",
            {"margin": printed, "gap": difference(printed, average, "pp")},
            note="the gap is to the average of downstream industry",
        ),
        Row(
            "its profit on its revenue, at most",
            rates(revenue, profit),
            note="at most, because the revenue is a lower bound",
        ),
    ]
    for sales in facts.all("auto-industry", measure="revenue"):
        same = {"period": sales.period}
        earned = facts.one("auto-industry", measure="profit", **same)
        cells = rates(sales.cell(), earned.cell())
        for cost in facts.all("auto-industry", measure="cost", **same):
            gross = float(margin(sales.value, cost.value))
            cells["gross margin"] = Cell(gross, "share", (sales.id, cost.id))
        rows.append(Row(f"{sales.period}, bureau", cells))
    return rows


def _industry_profit(facts: MarketFacts) -> list[Row]:
    profit = facts.one("guangzhou", entity="china-auto", measure="profit")
    period = "2024-01..2024-11"
    published = facts.one("auto-industry", measure="profit", period=period).cell()
    now, base = profit.cell(), base_cell(profit)
    return [
        Row(
            "comparable basis",
            {"2025": now, "2024": base, "growth": profit.growth_cell()},
            note="as printed; the base is implied",
        ),
        Row(
            "as published each year",
            {
                "2025": now,
                "2024": published,
                "growth": rate_between(published, now),
                "restatement": quotient(base, published, "factor"),
            },
        ),
    ]


def _byd_margins(facts: MarketFacts) -> list[Row]:
    entities = ("byd-china", "byd-overseas")
    gross = {"measure": "gross margin"}
    china, abroad = (facts.one("guangzhou", entity=name).cell() for name in entities)
    revenue = [
        facts.one("byd-regions", entity=name, measure="revenue").cell()
        for name in entities
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

    def row(label: str, sales: Cell | None, rate: Cell, to: Cell, note: str) -> Row:
        cells = {} if sales is None else {"revenue": sales}
        cells |= {"margin": rate, "difference": difference(rate, to, "bp")}
        return Row(label, cells, note=f"the difference is to {note}")

    return [
        Row("China", {"revenue": revenue[0], "margin": china}),
        row("abroad", revenue[1], abroad, china, "China"),
        row(
            "group, from its regions",
            total,
            pooled,
            group,
            "the printed margin of the group",
        ),
        row("group, as printed", None, group, year_before, "the first half of 2024"),
    ]


def _byd_revenue(facts: MarketFacts) -> list[Row]:
    quarters = Series(facts.all("byd-revenue", measure="revenue"), 4)
    start = quarters.start
    single, status = from_ytd(
        quarters.values, per_year=4, start=start, return_status=True
    )

    def own(t: int) -> tuple[str, ...]:
        return quarters.window(t, 1 if (start + t) % 4 == 0 else 2)

    def rates(lag: int) -> SeriesColumn:
        return series_column(
            growth(single, lag, return_status=True),
            "rate",
            lambda t: own(t) + own(t - lag),
        )

    return quarters.rows(
        {
            "quarter": SeriesColumn(single, status, "yuan", own),
            "on the year": rates(4),
            "on the quarter": rates(1),
            "year to date": quarters.levels("yuan"),
            "its growth": quarters.growth(4),
            "printed": quarters.printed(),
        },
    )


SECTIONS: dict[str, Callable[[MarketFacts], list[Row]]] = {
    "XPeng deliveries by month": _xpeng_months,
    "XPeng deliveries over longer periods": _xpeng_spans,
    "New-energy vehicles sold in China, exports included": _nev_years,
    "New-energy vehicles in China: pace": _nev_spans,
    "Profit margin of China's car industry": _industry_margin,
    "Profit of China's car industry on two bases, January to November": (
        _industry_profit
    ),
    "BYD's gross margin, first half of 2025": _byd_margins,
    "BYD's revenue by quarter": _byd_revenue,
}
