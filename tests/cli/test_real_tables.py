"""Real tables, each in one call of the command line, three of them wide."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from evmarket.__main__ import main

DATA = Path(__file__).parents[3] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no shared data")


def rows(path: str, encoding: str = "utf-8") -> list[dict[str, str]]:
    with open(DATA / path, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def total(table: list[dict[str, str]], column: str, **labels: str) -> float:
    """The sum of a column over the rows that have these labels."""
    chosen = (
        row for row in table if all(row[k].strip() == v for k, v in labels.items())
    )
    return sum(float(row[column] or 0) for row in chosen)


@pytest.fixture
def run(capsys):
    """The rows that a command gives as JSON, and what it says."""

    def ran(command: str, path: str, *flags: str) -> tuple[list[dict[str, Any]], str]:
        status = main([command, str(DATA / path), *flags, "--format", "json"])
        out, err = capsys.readouterr()
        assert status == 0, err
        return json.loads(out), err

    return ran


def test_sales_of_68_countries(run):
    path = "andrew-carsales/all_carsales_monthly.csv"
    found, _ = run(
        "growth", path, "--keys", "Country", "Fuel", "--period", "YYYYMM", "--measures",
        "Value", "--freq", "M", "--at", "202512", "--select", "Country=Norway",
    )  # fmt: skip
    table = rows(path)
    for row in found:
        labels = {"Country": "Norway", "Fuel": row["Fuel"]}
        now = total(table, "Value", YYYYMM="202512", **labels)
        before = total(table, "Value", YYYYMM="202412", **labels)
        assert row["level"] == now
        assert row["growth"] == pytest.approx(now / before - 1, rel=1e-12)


@pytest.mark.parametrize(
    ("name", "period", "freq", "at", "column"),
    [
        ("bilsalg_monthly.csv", "YYYYMM", "M", "202512", "Battery electric"),
        ("bilsalg_annual.csv", "Year", "Y", "2025", "Petrol"),
        ("bilsalg_data.csv", "YYYYMM", "M", "202412", "BEV: Used"),
    ],
)
def test_wide_tables_of_norway(run, name, period, freq, at, column):
    path = f"andrew-norway/{name}"
    found, _ = run(
        "growth", path, "--period", period, "--wide", "--wide-key", "engine", "--freq",
        freq, "--at", at,
    )  # fmt: skip
    [row] = [row for row in found if row["engine"] == column]
    before = str(int(at) - (100 if freq == "M" else 1))
    table = rows(path)
    values = [total(table, column, **{period: when}) for when in (at, before)]
    assert row["level"] == values[0]
    assert row["growth"] == pytest.approx(values[0] / values[1] - 1, rel=1e-12)


def test_the_stock_of_california(run):
    path = "cec-california/Light-Duty-Vehicle-Population-2010-2023.csv"
    found, err = run(
        "report", path, "--keys", "County", "Fuel Type", "Make", "Model", "--period",
        "Data Year", "--measures", "Number of Vehicles=stock", "--freq", "Y", "--by",
        "Fuel Type", "--at", "2023",
    )  # fmt: skip
    table = rows(path)
    whole = total(table, "Number of Vehicles", **{"Data Year": "2023"})
    assert found[-1]["level"] == whole
    assert "'Out Of State', 'Out of State' differ in case or blanks only" in err


def test_models_in_china(run):
    path = "cpca-china/China Automobile Sales Data.csv"
    found, err = run(
        "report", path, "--keys", "model", "make", "--period", "year_month",
        "--measures", "units_sold", "--freq", "M", "--by", "make", "--top", "3",
        "--duplicates", "add",
    )  # fmt: skip
    table = rows(path)
    assert found[0]["make"] == "比亚迪"
    now = total(table, "units_sold", make="比亚迪", year_month="2024-04-01")
    before = total(table, "units_sold", make="比亚迪", year_month="2023-04-01")
    assert found[0]["level"] == now
    assert found[0]["yoy"] == pytest.approx(now / before - 1, rel=1e-12)
    assert err == ""


@pytest.mark.parametrize(
    ("path", "region"),
    [
        ("iea-gevo-2024/IEA Global EV Data 2024.csv", "region"),
        ("iea-gevo-2025/EVDataExplorer2025.csv", "region_country"),
    ],
)
def test_the_outlook_of_the_iea(run, path, region):
    keys = [region, "category", "parameter", "mode", "powertrain", "unit"]
    found, err = run(
        "growth", path, "--keys", *keys, "--period", "year", "--measures",
        "value=stock", "--freq", "Y", "--at", "2023", "--duplicates", "last",
        "--select", "parameter=EV sales", "category=Historical", "mode=Cars",
        "unit=Vehicles", "powertrain=BEV",
    )  # fmt: skip
    [norway] = [row for row in found if row[region] == "Norway"]
    labels = {"parameter": "EV sales", "category": "Historical", "mode": "Cars"}
    labels |= {region: "Norway", "powertrain": "BEV"}
    table = rows(path)
    now, before = (total(table, "value", year=y, **labels) for y in ("2023", "2022"))
    assert norway["level"] == now
    assert norway["growth"] == pytest.approx(now / before - 1, rel=1e-12)
    assert "'World' may be the total of the others" in err


def test_margins_of_companies(run):
    path = "nyse-fundamentals/fundamentals.csv"
    found, _ = run(
        "margin", path, "--keys", "Ticker Symbol", "--period", "Period Ending",
        "--measures", "Total Revenue", "Cost of Revenue", "--freq", "Y",
        "--duplicates", "last", "--at", "2015",
    )  # fmt: skip
    [apple] = [row for row in found if row["Ticker Symbol"] == "AAPL"]
    assert apple["Total Revenue"] == 233_715_000_000
    assert apple["margin"] == pytest.approx(1 - 140_089 / 233_715, rel=1e-12)


def test_makes_and_months_of_norway(run):
    flags = ["--period", "Year", "Month", "--measures", "Quantity"]
    path = "ofv-norway/norway_new_car_sales_by_make.csv"
    found, _ = run("report", path, "--keys", "Make", *flags, "--at", "2016-12")
    months = rows("ofv-norway/norway_new_car_sales_by_month.csv")
    assert found[-1]["level"] == total(months, "Quantity", Year="2016", Month="12")
    path = "ofv-norway/norway_new_car_sales_by_month.csv"
    [row], _ = run("growth", path, *flags, "--at", "2016-12")
    now, before = (
        total(months, "Quantity", Year=y, Month="12") for y in ("2016", "2015")
    )
    assert row["growth"] == pytest.approx(now / before - 1, rel=1e-12)
    path = "ofv-norway/norway_new_car_sales_by_model.csv"
    _, err = run("coverage", path, "--keys", "Make", "Model", *flags)
    assert "read as cp1252" in err and "labels with a blank at an end" in err


def test_counties_of_washington(run):
    path = "wa-ev-county/Electric_Vehicle_Population_Size_History_By_County.csv"
    column = "Electric Vehicle (EV) Total"
    found, _ = run(
        "growth", path, "--keys", "County", "State", "Vehicle Primary Use", "--period",
        "Date", "--date-format", "%B %d %Y", "--freq", "M", "--measures",
        f"{column}=stock", "--select", "State=WA", "--rollup", "--at", "2024-04",
    )  # fmt: skip
    table = rows(path)
    now = total(table, column, Date="April 30 2024", State="WA")
    before = total(table, column, Date="April 30 2023", State="WA")
    assert found[0]["level"] == now
    assert found[0]["growth"] == pytest.approx(now / before - 1, rel=1e-12)


def test_printed_figures_of_makers(run):
    found, _ = run(
        "growth", "press/xpeng_monthly.csv", "--keys", "maker", "measure", "--period",
        "month", "--measures", "value", "--at", "2025-02",
    )  # fmt: skip
    assert found[0]["level"] == 30453
    assert found[0]["growth"] == pytest.approx(30453 / 4545 - 1, rel=1e-12)
