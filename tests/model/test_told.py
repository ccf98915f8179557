"""The model's report, explanations and coverage; merging and showing. By hand."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.model import Model
from tests.model.examples import F, line, table, two, values

# ---- explanations and the report: sections 4 and 6 -----------------------------------

MARKET = [
    *[("a", "2024", 60), ("a", "2025", 90), ("b", "2024", 30), ("c", "2025", 5)],
    *[("d", "2024", 10), ("d", "2025", None)],
]


def test_contributions():
    found = table(MARKET, freq="Y", exit_after=1).contributions("u")
    place = (), "2025"
    assert found["parts"][("a",), "2025"] == F(3, 10)
    assert found["entry"][place] == F(5, 100)
    assert found["exit"][place] == F(-3, 10)
    assert found["gap"][place] == F(-1, 10)
    assert found["total"][place] == F(-5, 100)
    assert found["matched"][place] == F(6, 10)
    assert found["status"][place] == "INCOMPLETE"
    late = table(MARKET, freq="Y").contributions("u")
    assert (late["exit"][place], late["gap"][place]) == (0, F(-4, 10))


def test_the_report_has_one_basis():
    rows = table(MARKET, freq="Y", exit_after=1).report("u", "m", top=2)
    assert [row["m"] for row in rows] == ["a", "c", "others", "total"]
    a, c, others, total = rows
    assert (a["yoy"], a["share"], a["share_change"]) == (
        F(1, 2),
        F(90, 95),
        F(90, 95) - F(3, 5),
    )
    assert (c["yoy"], c["share_change"], c["rank"]) == (None, F(5, 95), 2)
    assert (others["level"], others["status"]) == (None, "MISSING")
    assert (others["share_change"], others["reporting"]) == (None, "0 of 1")
    assert (a["status"], c["status"]) == ("OK", "ENTERED")
    assert (total["level"], total["yoy"], total["yoy_matched"]) == (
        95,
        F(-1, 20),
        F(1, 2),
    )
    assert (total["reporting"], total["status"]) == ("2 of 3", "INCOMPLETE")


def test_matched_in_the_report_is_of_the_series_before_by():
    rows = [("a", 1, "2024", 10), ("a", 1, "2025", 15), ("a", 2, "2025", 5)]
    model = Model(
        [({"m": m, "r": r}, period, {"u": u}) for m, r, period, u in rows],
        keys=["m", "r"],
        kinds={"u": "flow"},
        freq="Y",
    )
    row = model.report("u", "m")[0]
    assert (row["yoy"], row["yoy_matched"], row["reporting"]) == (1, F(1, 2), "2 of 2")
    assert model.rollup("m").report("u", "m")[0]["yoy_matched"] == 1


def test_coverage():
    model = table(
        [
            ("a", "2024-01", 1),
            ("a", "2024-01", 2),
            ("a", "2024-03", None),
            ("a", "2024-04", 1),
            ("b", "2024-02", 1),
        ]
    )
    assert model.coverage("u")[("a",)] == {
        "rows": 4,
        "nulls": 1,
        "duplicates": 1,
        "first": "2024-01",
        "last": "2024-04",
        "gaps": 2,
        "entered": False,
        "exited": False,
    }
    assert model.coverage("u")[("b",)]["entered"]


# ---- merging and showing: section 4, rulings 1 and 9 ---------------------------------


def test_merge():
    a, b = table([("a", "2024", 1)], freq="Y"), table([("a", "2024", 2)], freq="Y")
    assert values(a.merge(b)["u"]) == [3]
    assert values(a.merge(b, overlap="replace")["u"]) == [2]
    null = table([("a", "2024", None)], freq="Y")
    assert values(a.merge(null, overlap="replace")["u"]) == [1]
    assert values(a.merge(table([], freq="Y"))["u"]) == [1]
    other = table([("b", "2024", 5)], freq="Y")
    assert values(a.select(m=["a"]).merge(other)["u"]) == [1, 5]
    shown = a.select(periods="2024").merge(table([("a", "2025", 3)], freq="Y"))
    assert shown.periods == ["2024", "2025"]
    cut = table([("a", "2023", 3)], freq="Y").select(periods="2023")
    assert cut.merge(a.select(periods="2024"), other).periods == ["2023", "2024"]
    assert cut.merge(a.select(periods=slice(None, "2023"))).periods == ["2023"]
    for wrong in (
        lambda: a.merge(b, overlap="error"),
        lambda: a.merge(table([("a", "2024", 1)], freq="Y", absent="zero")),
        lambda: a.merge(table([("a", "2024", 1)], freq="Y", units={"u": "CNY"})),
        lambda: a.rollup().merge(b),
    ):
        with pytest.raises(ValueError):
            wrong()


def test_merge_under_another_rule_of_duplicates():
    stated = [table([("a", "2024-01", v)], duplicates="last") for v in (5, 6)]
    assert values(stated[0].merge(stated[1])["u"]) == [6]
    dated = [table([("a", dt.date(2024, 1, d), d)], "stock") for d in (5, 6)]
    assert values(dated[0].merge(dated[1])["u"]) == [6]
    assert values(dated[1].merge(dated[0])["u"]) == [6]
    with pytest.raises(ValueError, match="share"):
        dated[0].merge(dated[0])
    rows = [("a", dt.date(2024, 1, 5), 5)]
    last = table(rows, "stock", duplicates="last")
    with pytest.raises(ValueError, match="share"):
        last.merge(last)


def test_a_choice_keeps_the_calendar_and_a_cut_only_shows():
    model = table([("a", "2023-12", 4), *line("2024-01", [5, 6], "b")])
    assert model.select(m="b").periods == ["2023-12", "2024-01", "2024-02"]
    cut = model.select(m="b", periods="2024-02")
    assert cut["u"].growth("1M").results() == {((), "2024-02"): (F(1, 5), "OK")}
    assert cut.select(periods="2024-02-15").periods == ["2024-02"]
    assert model.select(periods=slice("2024", None)).periods == ["2024-01", "2024-02"]
    assert model.select(periods="2024-02").resample("Q").periods == ["2024Q1"]
    fiscal = table([("a", "2024Q1", 1), ("a", "2024Q4", 1)], freq="Q-MAR")
    assert fiscal.select(periods="2024Q1").resample("Y").periods == ["2023"]
    with pytest.raises(KeyError):
        model.select(m="z")


def test_a_null_cell_replaces_nothing():
    first = two([("a", "2024", 1, None), ("b", "2024", 3, 4)], c="stock")
    later = two([("a", "2024", None, 6), ("b", "2024", 5, None)], c="stock")
    merged = first.merge(later, overlap="replace")
    assert values(merged["r"]) == [1, 5]
    assert values(merged["c"]) == [6, 4]
    with pytest.raises(ValueError, match="duplicates"):
        first.merge(later)
