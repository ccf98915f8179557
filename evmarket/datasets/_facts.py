"""The shipped tables as facts: one printed figure a row.

A table keeps exact numbers; a fact also carries the figure as it was printed, because
its last digit says how it was rounded. Each table states once how it prints.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._codes import FACT_COLUMNS
from ._dataset import Dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Row = dict[str, Any]


_ASSOCIATION = "China Association of Automobile Manufacturers"
_BUREAU = "National Bureau of Statistics"
_BILLION = 1_000_000_000
_NONE = float("nan")


def facts_of(table: Dataset) -> Dataset:
    """The facts of a shipped table, also when its entries were replaced."""
    make = _TABLES.get(table.name)
    if make is None:
        missing = [column for column in FACT_COLUMNS if column not in table]
        raise ValueError(f"the dataset is no table of facts: it lacks {missing[0]!r}")
    rows = [_EMPTY | row for row in make(table)]
    columns = {column: [row[column] for row in rows] for column in FACT_COLUMNS}
    return Dataset(columns, name=table.name, source=table.source)


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
    """A growth beside its level; nothing where none was printed."""
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


def _rows(table: Dataset) -> Iterator[Row]:
    lists = [table[column].tolist() for column in table]
    for entries in zip(*lists, strict=True):
        yield dict(zip(table.columns, entries, strict=True))


def _xpeng(table: Dataset) -> Iterator[Row]:
    for row in _rows(table):
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


def _nev(table: Dataset) -> Iterator[Row]:
    for row in _rows(table):
        year, vintage = str(row["year"]), row["vintage"]
        tabulated = vintage.startswith("tabulated")
        yield {
            "id": f"nev/{year}/{vintage.split()[0]}",
            "entity": "china-nev",
            "measure": "sales",
            "period": year,
            "mode": "forecast" if vintage == "forecast" else "reported",
            "scope": "caam",
            "source": "CnEVPost" if tabulated else "CAAM",
            "vintage": vintage,
            "said_by": _ASSOCIATION,
            **_vehicles(row["value"]),
            **_growth(
                row["growth_printed"],
                1,
                str(row["year"] - 1),
                "" if vintage == "first print" else "printed",
            ),
        }


def _industry(table: Dataset) -> Iterator[Row]:
    for row in _rows(table):
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


def _byd_revenue(table: Dataset) -> Iterator[Row]:
    for row in _rows(table):
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


def _byd_regions(table: Dataset) -> Iterator[Row]:
    table_rows = list(_rows(table))
    split = {row["period"] for row in table_rows if row["region"] != "all"}
    for row in table_rows:
        region, period = row["region"], row["period"]
        common = {
            "entity": _REGIONS[region],
            "parent": "" if region == "all" else "byd",
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


_TABLES: dict[str, Callable[[Dataset], Iterator[Row]]] = {
    "xpeng-monthly": _xpeng,
    "china-nev": _nev,
    "auto-industry": _industry,
    "byd-revenue": _byd_revenue,
    "byd-regions": _byd_regions,
}
