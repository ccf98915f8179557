"""Real tables: exact totals of the files, growth and status of the slow model.

The files are in `../shared/data`, beside the repository. Without them the tests are
skipped.
"""

import csv
import datetime
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import evmarket as em
from evmarket import Status
from evmarket.__main__ import main
from tests.model import Model
from tests.panel.panels import (
    ONCE,
    RATE,
    assert_measure,
    assert_value,
    differences,
    label,
    numbers,
    ordinal,
    refused,
    rounded,
    series_of,
)

DATA = Path(__file__).parents[3] / "shared" / "data"
CARS = "andrew-carsales/all_carsales_monthly.csv"
CHINA = "cpca-china/China Automobile Sales Data.csv"
NORWAY = "ofv-norway/norway_new_car_sales_by_{}.csv"
CALIFORNIA = "cec-california/Light-Duty-Vehicle-Population-2010-2023.csv"
WASHINGTON = "wa-ev-county/Electric_Vehicle_Population_Size_History_By_County.csv"
IEA = [
    ("iea-gevo-2024/IEA Global EV Data 2024.csv", "region"),
    ("iea-gevo-2025/EVDataExplorer2025.csv", "region_country"),
]
NYSE = "nyse-fundamentals/fundamentals.csv"
XPENG = "press/xpeng_monthly.csv"


def path_of(name):
    path = DATA / name
    if not path.exists():
        pytest.skip("../shared/data does not exist")
    return path


def records(name):
    with open(path_of(name), newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def number(text):
    """Convert a text as CSV readers do: to an integer, a double, or None."""
    if text in ("", "NA", "NaN"):
        return None
    try:
        return int(text)
    except ValueError:
        return float(text)


class Case:
    """A panel and the model of the same records."""

    def __init__(
        self, lines, keys, period, measures, *, freq, month, dates=None, **options
    ):
        self.lines = lines
        self.columns = {key: [line[key] or None for line in lines] for key in keys}
        self.columns["period"] = [period(line) for line in lines]
        values = {name: [number(line[name]) for line in lines] for name in measures}
        self.columns |= {name: numbers(column) for name, column in values.items()}
        self.measures, self.keys = measures, tuple(keys)
        self.panel = em.Panel.from_table(
            self.columns,
            keys=list(keys),
            period="period",
            measures=measures,
            freq=freq,
            **options,
        )
        # A date is told to the model as it is, other periods by their label.
        rows = [
            (
                {key: self.columns[key][i] for key in keys},
                dates[i] if dates else label(freq, ordinal(freq, *month(line))),
                {name: column[i] for name, column in values.items()},
            )
            for i, line in enumerate(lines)
        ]
        self.slow = Model(rows, keys=self.keys, kinds=measures, freq=freq, **options)

    def assert_levels_and_growth(self, *lags):
        for name in self.measures:
            cells = self.slow[name]
            assert_measure(self.panel[name], cells, ONCE)
            for lag in lags:
                got = self.panel[name].growth(lag)
                assert_measure(got, rounded(cells).growth(lag), RATE)


def exact_total(measure):
    """Sum of all cells, from the exact fractions."""
    table = np.asarray(measure.exact(), dtype=object)
    return sum((cell for cell in table.ravel() if cell is not None), Fraction(0))


def text_total(lines, column):
    """Exact sum of a column of the file, read as integers and doubles."""
    values = [number(line[column]) for line in lines]
    return sum((Fraction(value) for value in values if value is not None), Fraction(0))


# ---- sales by country and fuel -------------------------------------------------------


def test_car_sales_of_the_world():
    lines = records(CARS)
    case = Case(
        lines,
        ["Country", "Fuel"],
        lambda line: int(line["YYYYMM"]),
        {"Value": "flow"},
        freq="M",
        month=lambda line: (int(line["YYYYMM"][:4]), int(line["YYYYMM"][4:])),
    )
    assert len(case.panel) == 375
    assert exact_total(case.panel["Value"]) == text_total(lines, "Value")
    case.assert_levels_and_growth("1Y", "1M")
    growth = case.panel["Value"].growth("1Y")
    zero = np.isin(growth.status, [Status.ZERO_BASE, Status.BOTH_ZERO])
    assert np.isnan(growth.values[zero]).all()
    assert zero.sum() == zero_bases(lines)
    # Countries that report late are missing and have not exited.
    usa = case.panel.select(Country="USA").rollup()["Value"]
    assert Status.EXITED not in usa.status
    months = case.panel.rollup()["Value"]
    sums = defaultdict(Fraction)
    for line in lines:
        value = number(line["Value"])
        if value is not None:
            sums[f"{line['YYYYMM'][:4]}-{line['YYYYMM'][4:]}"] += Fraction(value)
    for place, month in enumerate(months.periods):
        assert_value(float(months.values[0, place]), sums[month], ONCE, month)


def zero_bases(lines):
    cells = {}
    for line in lines:
        if line["Value"] != "NaN":
            cells[line["Country"], line["Fuel"], int(line["YYYYMM"])] = line["Value"]
    return sum(
        (country, fuel, month - 100) in cells
        and float(cells[country, fuel, month - 100]) == 0
        for country, fuel, month in cells
    )


# ---- units by model in China ---------------------------------------------------------


def year_month(line):
    return int(line["year_month"][:4]), int(line["year_month"][5:7])


@pytest.mark.parametrize("duplicates", ["add", "identical"])
def test_china_by_model(duplicates):
    lines = records(CHINA)
    keys = ["model", "make"]
    options = {
        "period": lambda line: line["year_month"],
        "measures": {"units_sold": "flow"},
        "freq": "M",
        "month": year_month,
        "duplicates": duplicates,
    }
    if duplicates == "identical":
        # Variants of one model have one name and other prices.
        with refused(ValueError, "25282", "25363", "3,029", "1,484", "identical"):
            Case(lines, keys, **options)
        keys += ["low_price", "high_price"]
    case = Case(lines, keys, **options)
    assert len(case.panel) == (1372 if duplicates == "add" else 1908)
    kept = sum(value or 0 for value, _ in case.slow["units_sold"].results().values())
    total = int(text_total(lines, "units_sold"))
    assert exact_total(case.panel["units_sold"]) == kept
    assert total - kept == (0 if duplicates == "add" else 11_683)
    case.assert_levels_and_growth("1Y")
    # In every year some model has a hole; 2024 has four months.
    years = case.panel.rollup().resample("Y")["units_sold"]
    assert_measure(years, case.slow.rollup().resample("Y")["units_sold"])
    assert np.isfinite(years.values).all()
    assert years.status.tolist() == [[Status.INCOMPLETE] * 6 + [Status.PARTIAL]]


def test_china_electric_cars_in_february():
    case = Case(
        records(CHINA),
        ["is_ev"],
        lambda line: line["year_month"],
        {"units_sold": "flow"},
        freq="M",
        month=year_month,
    )
    growth = case.panel.select(is_ev="EV")["units_sold"].growth("1Y")
    at = [float(np.ravel(growth.at(month))[0]) for month in ("2020-02", "2021-02")]
    assert [round(value * 100) for value in at] == [-79, 981]
    case.assert_levels_and_growth("1Y", "1M")


# ---- new cars in Norway --------------------------------------------------------------


def test_norway_by_make():
    lines = records(NORWAY.format("make"))
    year_and_month = {"Year": "y", "Month": "m"}
    columns = {
        new: [int(line[old]) for line in lines] for old, new in year_and_month.items()
    }
    columns["Make"] = [line["Make"] for line in lines]
    columns["Quantity"] = numbers([number(line["Quantity"]) for line in lines])
    panel = em.Panel.from_table(
        columns, keys=["Make"], period=("y", "m"), measures=["Quantity"], freq="M"
    )
    assert len(panel) == 66 and ("NA",) in series_of(panel["Quantity"])
    own = {
        f"{int(line['Year'])}-{int(line['Month']):02}": int(line["Quantity"])
        for line in records(NORWAY.format("month"))
    }
    months = panel.rollup()["Quantity"]
    assert dict(zip(months.periods, months.values[0].tolist(), strict=True)) == own
    assert float(panel.select(Make="Lexus")["Quantity"].at("2015-04")[0]) == 74
    rows = [
        ({"Make": make}, f"{y}-{m:02}", {"Quantity": int(q)})
        for make, y, m, q in zip(
            *(columns[name] for name in ("Make", "y", "m", "Quantity")), strict=True
        )
    ]
    slow = Model(rows, keys=["Make"], kinds={"Quantity": "flow"}, freq="M")
    assert_measure(panel["Quantity"], slow["Quantity"], ONCE)
    assert_measure(panel["Quantity"].growth("1Y"), slow["Quantity"].growth(), RATE)
    years, total = panel.rollup().resample("Y"), slow.rollup().resample("Y")
    assert_measure(years["Quantity"], total["Quantity"], ONCE)
    # The single month of 2017 is not a year, which reaches beyond the calendar.
    assert years["Quantity"].status[0, -1] == Status.PARTIAL


def test_a_file_that_is_not_utf8(capsys):
    path = str(path_of(NORWAY.format("model")))
    flags = ["--keys", "Make", "--period", "Year", "Month", "--measures", "Quantity"]
    assert main(["coverage", path, *flags]) == 0
    assert "read as cp1252" in capsys.readouterr().err
    assert main(["coverage", path, *flags, "--encoding", "latin-1"]) == 0
    assert "Volkswagen" in capsys.readouterr().out


# ---- stocks --------------------------------------------------------------------------


def test_california_stock():
    lines = records(CALIFORNIA)
    case = Case(
        lines,
        ["County", "Fuel Type", "Make", "Model"],
        lambda line: int(line["Data Year"]),
        {"Number of Vehicles": "stock"},
        freq="Y",
        month=lambda line: (int(line["Data Year"]), 1),
    )
    assert len(case.panel) == 9921
    stock = case.panel["Number of Vehicles"]
    assert exact_total(stock) == text_total(lines, "Number of Vehicles")
    unnamed = [key for key in series_of(stock) if key[2] is None]
    assert unnamed and all(key[3] is None for key in unnamed)
    case.assert_levels_and_growth("1Y")
    spelled = case.panel.rollup("County").recode(
        "County", {"Out Of State": "Out of State"}
    )
    row = spelled.select(County="Out of State")["Number of Vehicles"]
    assert np.isfinite(row.values).all()


def test_washington_stock():
    lines = records(WASHINGTON)

    def month(line):
        date = datetime.datetime.strptime(line["Date"], "%B %d %Y")
        return date.year, date.month

    keys = ["County", "State", "Vehicle Primary Use"]
    measures = dict.fromkeys(
        ["Battery Electric Vehicles (BEVs)", "Total Vehicles"], "stock"
    )
    with refused(ValueError, "0", "October 31 2017"):
        Case(lines, keys, lambda line: line["Date"], measures, freq="M", month=month)
    case = Case(
        lines,
        keys,
        lambda line: f"{month(line)[0]}-{month(line)[1]:02}-28",
        measures,
        freq="M",
        month=month,
    )
    for name in measures:
        assert exact_total(case.panel[name]) == text_total(lines, name)
    case.assert_levels_and_growth("1Y", "1M")
    parts = case.panel.ratio(*measures)
    expected = case.slow.ratio(*measures)
    assert_measure(parts, expected, 1)


# ---- several units in one column, two editions ---------------------------------------


def iea(name, region, mode="Cars"):
    lines = [
        line | {"region": line[region]}
        for line in records(name)
        if line["category"] == "Historical"
        and line["unit"] == "Vehicles"
        and line["parameter"] == "EV sales"
        and line["mode"] == mode
    ]
    return Case(
        lines,
        ["region", "powertrain"],
        lambda line: int(line["year"]),
        {"value": "flow"},
        freq="Y",
        month=lambda line: (int(line["year"]), 1),
    )


@pytest.mark.parametrize(("name", "region"), IEA)
def test_iea_sales(name, region):
    case = iea(name, region)
    assert exact_total(case.panel["value"]) == text_total(case.lines, "value")
    case.assert_levels_and_growth("1Y")
    world = case.panel.select(region="World", powertrain="BEV")["value"]
    countries = case.panel.select(powertrain="BEV").rollup()["value"]
    # The file has aggregates beside countries, so the naive sum counts twice.
    assert countries.at("2023")[0] > 2 * world.at("2023")[0]


def test_iea_selected_series():
    """Six units in one column: selecting series equals filtering rows."""
    name, region = IEA[0]
    lines = records(name)
    keys = [region, "category", "parameter", "mode", "powertrain", "unit"]
    whole = Case(
        lines,
        keys,
        lambda line: int(line["year"]),
        {"value": "flow"},
        freq="Y",
        month=lambda line: (int(line["year"]), 1),
    )
    chosen = whole.panel.select(
        category="Historical", unit="Vehicles", parameter="EV sales", mode="Cars"
    )
    part = iea(name, region).panel["value"]
    selected = chosen["value"].select(
        periods=slice(part.periods.first, part.periods.last)
    )
    assert series_of(selected) == series_of(part)
    np.testing.assert_array_equal(selected.values, part.values)


def test_comparison_of_iea_editions():
    old, new = (iea(*one) for one in IEA)
    table = old.panel.compare(new.panel)
    changed, same = differences(old.slow["value"], new.slow["value"])
    assert table.same == same > 0
    kinds = [str(what) for what in table["what"]]
    assert len(kinds) == len(changed)
    for what in ("new", "gone", "revised"):
        assert kinds.count(what) == sum(one[2] == what for one in changed)


# ---- margins of companies ------------------------------------------------------------


def test_company_margins():
    lines = records(NYSE)
    names = ["Total Revenue", "Cost of Revenue"]
    options = {
        "keys": ["Ticker Symbol"],
        "period": lambda line: line["Period Ending"],
        "measures": dict.fromkeys(names, "flow"),
        "freq": "Y",
        "month": lambda line: (int(line["Period Ending"][:4]), 1),
    }
    # Rows that state the year alone repeat it; two days of one year are added.
    of_years = options | {"period": lambda line: int(line["Period Ending"][:4])}
    with pytest.raises(ValueError, match=r"CERN|HBI|SNA|SWK") as caught:
        Case(lines, **of_years, duplicates="error")
    assert "2016" in str(caught.value)
    dates = [line["Period Ending"] for line in lines]
    case = Case(lines, **options, dates=dates, duplicates="error")
    for name in names:
        assert exact_total(case.panel[name]) == text_total(lines, name)
    case.assert_levels_and_growth("1Y")
    margins = case.panel.margin(*names)
    assert_measure(margins, case.slow.margin(*names), RATE)
    # A cost of 0 is one that was not reported; its margin is 1.
    coverage = case.panel.coverage()
    assert np.asarray(coverage["duplicates"]).sum() == 0
    repeated = Case(lines, **of_years).panel.coverage()
    assert np.asarray(repeated["duplicates"]).sum() == 4


# ---- one maker's months --------------------------------------------------------------


@pytest.mark.parametrize("through", [None, "2026-02", "2026-01"])
def test_xpeng(through):
    lines = records(XPENG)
    options = {} if through is None else {"complete_through": through}
    case = Case(
        lines,
        ["maker"],
        lambda line: line["month"],
        {"value": "flow"},
        freq="M",
        month=lambda line: tuple(map(int, line["month"].split("-"))),
        **options,
    )
    case.assert_levels_and_growth("1Y", "1M")
    years = case.panel.resample("Y")["value"]
    assert_measure(years, case.slow.resample("Y")["value"])
    assert years.status.tolist() == [[Status.OK, Status.OK, Status.PARTIAL]]
