"""The ranked table of contributions, from Python and on the command line."""

import csv
import io
import json
import math

import pytest

import evmarket as em
from evmarket import __main__ as command
from evmarket._panel import ranking as explained
from tests.panel.panels import refused

SALES = """\
maker,region,month,units,revenue,cost
A,N,2024-01,100,1000,800
A,S,2024-01,50,600,400
B,N,2024-01,80,700,600
C,N,2024-01,30,300,280
E,N,2024-01,10,100,80
E,N,2024-12,10,100,80
A,N,2025-01,140,1500,1100
A,S,2025-01,45,560,380
B,N,2025-01,60,500,450
D,N,2025-01,25,300,210
"""


@pytest.fixture
def panel():
    rows = list(csv.DictReader(io.StringIO(SALES)))
    numbers = ("units", "revenue", "cost")
    table = {
        name: [int(r[name]) if name in numbers else r[name] for r in rows]
        for name in rows[0]
    }
    return em.Panel.from_table(table, ["maker", "region"], "month", list(numbers))


def ranking(panel, *arguments, **options):
    return explained.ranking(panel._data, *arguments, **options)


def rows_of(table, name="units", key="maker"):
    """{label: contribution} of one explained change."""
    kept = [
        k
        for k in range(len(table))
        if "change" not in table or table["change"][k] == name
    ]
    return {table[key][k]: float(table["contribution"][k]) for k in kept}


def test_the_ranked_table(panel):
    found = rows_of(ranking(panel, "units", "maker"))
    assert list(found) == ["A", "B", "entry", "exit", "gap", "total"]
    assert found["A"] == 35 / 270 and found["B"] == -20 / 270
    # E had sales in December and has no report for January yet: not an exit.
    assert found["entry"] == 25 / 270 and found["exit"] == -30 / 270
    assert found["gap"] == -10 / 270


def test_the_sum_is_the_growth_shown(panel):
    for top in (1, 2, 10):
        table = ranking(panel, "units", ["maker", "region"], top=top)
        *parts, total = table["contribution"].tolist()
        assert math.fsum(parts) == pytest.approx(total, abs=1e-15)
        growth = panel["units"].growth(within=()).at("2025-01")
        assert total == growth[0]
        assert ("others" in table["maker"].tolist()) == (top < 3)
        assert table["base"][-1] == 270 and table["current"][-1] == 270


@pytest.mark.parametrize("through", [None, "2025-01"])
def test_later_periods_do_not_hide_the_items(through):
    keys = {"maker": ["A", "A", "A", "B", "B", "B"]}
    months = ["2024-01", "2025-01", "2025-02"] * 2
    units = {"units": [60, 90, 5, 40, 50, 6]}
    later = em.Panel.from_arrays(keys, months, units, complete_through=through)
    found = rows_of(ranking(later, "units", "maker", at="2025-01"))
    assert found == {"A": 0.3, "B": 0.1, "entry": 0, "exit": 0, "gap": 0, "total": 0.4}


def test_each_group_has_its_own_table(panel):
    table = ranking(panel, "units", "maker", within="region")
    assert table["region"].tolist() == ["N"] * 6 + ["S"] * 5
    own = rows_of(ranking(panel.select(region="S"), "units", "maker"))
    assert own == {"A": -0.1, "entry": 0, "exit": 0, "gap": 0, "total": -0.1}


def test_the_bridge(panel):
    bridge = ("revenue", "cost", "units")
    table = ranking(panel, "units", "maker", bridge=bridge)
    assert rows_of(table) == rows_of(ranking(panel, "units", "maker"))
    found = rows_of(table, "margin")
    total = found.pop("total")
    assert list(found) == [
        "price", "unit cost", "mix", "entry", "exit", "other", "gap",
    ]  # fmt: skip
    assert math.fsum(found.values()) == pytest.approx(total, abs=1e-15)
    margin = panel.rollup().margin("revenue", "cost")
    assert total == margin.change().at("2025-01")[0]
    alone = ranking(panel, None, "maker", bridge=bridge)
    assert rows_of(alone) == {**found, "total": total} and "change" not in alone


def test_a_period_without_a_base_has_a_status(panel):
    table = ranking(panel, "units", "maker", at="2024-01")
    assert table["maker"].tolist()[-1] == "total"
    assert math.isnan(table["contribution"][-1])
    assert table["status"][-1] == em.Status.OUTSIDE


def test_bad_arguments(panel):
    with refused(ValueError, "by is empty"):
        ranking(panel, "units", [])
    with refused(ValueError, "neither total nor bridge"):
        ranking(panel, None, "maker")
    with refused(KeyError, "models", "units"):
        ranking(panel, "models", "maker")
    with refused(ValueError, "top is 0"):
        ranking(panel, "units", "maker", top=0)


@pytest.fixture
def explain(tmp_path, capsys):
    path = tmp_path / "sales.csv"
    path.write_text(SALES, encoding="utf-8")

    def run(*more):
        status = command.main(["explain", str(path), "--period", "month", *more])
        return (status, *capsys.readouterr())

    return run


def test_on_the_command_line(explain, panel):
    status, out, err = explain("--total", "units", "--by", "maker")
    assert (status, err) == (0, "")
    assert out.startswith("growth of units, 2025-01\n")
    assert "+12.96 pp" in out and "gap" in out
    wanted = "--total", "units", "--by", "maker", "--within", "region"
    bridge = "--bridge", "revenue", "cost", "units"
    table = ranking(panel, "units", "maker", bridge=bridge[1:], within="region")
    status, out, _ = explain(*wanted, *bridge, "--format", "csv")
    found = list(csv.DictReader(io.StringIO(out)))
    assert [float(r["contribution"]) for r in found] == table["contribution"].tolist()
    status, out, _ = explain(*wanted, *bridge, "--format", "json")
    assert [r["contribution"] for r in json.loads(out)] == (
        table["contribution"].tolist()
    )


def test_bad_usage(explain):
    for more, word in (
        (["--by", "maker"], "--total"),
        (["--total", "units"], "--by"),
        (["--total", "models", "--by", "maker"], "models"),
        (["--total", "units", "--by", "maker", "--measures", "units=rate"], "rate"),
        (["--total", "units", "--by", "maker", "--at", "2030-01"], "2030-01"),
    ):
        status, out, err = explain(*more)
        assert (status, out) == (2, "") and word in err
