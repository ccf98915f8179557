"""The shipped tables as facts, one printed figure per row.

A table has exact numbers. A fact also has the printed text, because its last digit
shows how the number was rounded. One function per table says how the table prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._codes import FACT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    Row = dict[str, Any]


_ASSOCIATION = "China Association of Automobile Manufacturers"
_BUREAU = "National Bureau of Statistics"
_BILLION = 1_000_000_000
_NONE = float("nan")


def fact_columns(name: str, columns: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The facts of a shipped table, from its columns, which may have been changed."""
    make = _TABLES.get(name)
    if make is None:
        missing = next(column for column in FACT_COLUMNS if column not in columns)
        raise ValueError(
            f"the dataset is not a table of facts: it lacks {missing!r} of FACT_COLUMNS"
        )
    lists = [columns[column].tolist() for column in columns]
    table = [dict(zip(columns, row, strict=True)) for row in zip(*lists, strict=True)]
    facts = [_EMPTY | row for row in make(table)]
    return {column: [fact[column] for fact in facts] for column in FACT_COLUMNS}


_EMPTY: Row = dict.fromkeys(FACT_COLUMNS, "") | {
    "kind": "level",
    "mode": "reported",
    "relation": "exact",
    "paragraph": 0,
}


def _vehicles(value: float) -> Row:
    return {
        "dimension": "vehicles",
        "value": float(value),
        "unit": "vehicles",
        "text": f"{value:,.0f}",
    }


def _money(value: float, decimals: int) -> Row:
    return {
        "dimension": "money",
        "value": float(value),
        "unit": "yuan",
        "text": f"{value / _BILLION:,.{decimals}f} billion yuan",
    }


def _growth(rate: float, decimals: int, base: str, basis: str) -> Row:
    """The growth printed beside a level; empty without one."""
    if rate != rate:
        return {}
    return {
        "growth_text": f"{100 * rate:+.{decimals}f}%",
        "growth_base": base,
        "growth_basis": basis,
    }


def _since_january(month: str) -> str:
    return f"{month[:4]}-01..{month}"


def _year_before(month: str) -> str:
    return f"{int(month[:4]) - 1}{month[4:]}"


def _xpeng(table: Iterable[Row]) -> Iterator[Row]:
    for row in table:
        yield {
            "id": f"xpeng/{row['month']}",
            "entity": "xpeng",
            "measure": "deliveries",
            "period": row["month"],
            "scope": "maker",
            "source": "CnEVPost",
            "said_by": "XPeng",
            **_vehicles(row["value"]),
        }


def _nev_source(year: int, vintage: str) -> str:
    """Each first print has a source of its own: its growth starts from a base that was
    revised since the first print of the year before."""
    if vintage == "first print":
        return f"CAAM {year + 1}-01"
    return "CnEVPost" if vintage.startswith("tabulated") else "CAAM"


def _nev(table: Iterable[Row]) -> Iterator[Row]:
    for row in table:
        year, vintage = str(row["year"]), row["vintage"]
        base = str(row["year"] - 1)
        basis = "" if vintage == "first print" else "printed"
        yield {
            "id": f"nev/{year}/{vintage.split()[0]}",
            "entity": "china-nev",
            "measure": "sales",
            "period": year,
            "mode": "forecast" if vintage == "forecast" else "reported",
            "scope": "caam",
            "source": _nev_source(row["year"], vintage),
            "vintage": vintage,
            "said_by": _ASSOCIATION,
            **_vehicles(row["value"]),
            **_growth(row["growth_printed"], 1, base, basis),
        }


def _industry(table: Iterable[Row]) -> Iterator[Row]:
    for row in table:
        through = row["through"]
        for measure in ("revenue", "cost", "profit"):
            if row[measure] != row[measure]:
                continue
            growth = row["profit_growth_printed"] if measure == "profit" else _NONE
            base = _since_january(_year_before(through))
            yield {
                "id": f"auto/{through}/{measure}",
                "entity": "china-auto",
                "measure": measure,
                "period": _since_january(through),
                "scope": "nbs-auto",
                "source": "NBS via CPCA",
                "said_by": _BUREAU,
                **_money(row[measure], 1),
                **_growth(growth, 1, base, "comparable"),
            }


def _byd_revenue(table: Iterable[Row]) -> Iterator[Row]:
    for row in table:
        through = row["through"]
        base = _since_january(_year_before(through))
        yield {
            "id": f"byd/{through}",
            "entity": "byd",
            "measure": "revenue",
            "period": _since_january(through),
            "scope": "group",
            "source": "BYD quarterly reports",
            "said_by": "BYD",
            **_money(row["revenue"], 2),
            **_growth(row["growth_printed"], 2, base, "comparable"),
        }


_REGIONS = {"China": "byd-china", "overseas": "byd-overseas", "all": "byd"}


def _byd_regions(table: Iterable[Row]) -> Iterator[Row]:
    split = {row["period"] for row in table if row["region"] != "all"}
    for row in table:
        region, period = row["region"], row["period"]
        common = {
            "entity": _REGIONS[region],
            "parent": "" if region == "all" else "byd",
            "breakdown": "" if region == "all" else "region",
            "period": period,
            "scope": "group",
            "source": "BYD half-year reports",
            "said_by": "BYD",
        }
        place = f"byd-regions/{region}/{period[-7:]}"
        whole = region == "all" and period in split
        yield {
            **common,
            "id": f"{place}/revenue",
            "measure": "revenue",
            "parts": "complete" if whole else "",
            **_money(row["revenue"], 2),
        }
        margin = row["gross_margin_printed"]
        yield {
            **common,
            "id": f"{place}/margin",
            "measure": "gross margin",
            "dimension": "money",
            "kind": "margin",
            "value": margin,
            "unit": "fraction",
            "text": f"{100 * margin:.2f}%",
        }


_TABLES: dict[str, Callable[[list[Row]], Iterator[Row]]] = {
    "xpeng-monthly": _xpeng,
    "china-nev": _nev,
    "auto-industry": _industry,
    "byd-revenue": _byd_revenue,
    "byd-regions": _byd_regions,
}
