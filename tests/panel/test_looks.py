"""Marks beside numbers, and the line on series that have no row."""

import re
import time

import numpy as np
import pytest

import evmarket as em
from evmarket.__main__ import main

MONTHS = ["2024-11", "2025-10", "2025-11"]
TABLE = {
    "maker": ["A", "B", "C", "D"],
    "2024-11": [60, 40, 3, 5],
    "2025-10": [70, 44, 3, None],
    "2025-11": [90, None, 4, -7],
}
COMPLETE = "absent='zero' and complete_through='2025-11'"


def panel(**options):
    return em.Panel.from_wide(TABLE, "maker", "units", **options)


def hint(panel):
    notes = panel.coverage().note.splitlines()
    return notes[-1] if notes else ""


# ---- marks ---------------------------------------------------------------------------


def test_a_printed_table_marks_numbers_beside_a_status():
    lines = repr(panel().rollup().to_table()).splitlines()
    assert lines[2:] == [
        "2024-11   108",
        "2025-10   117*",
        "2025-11    87*",
        "* INCOMPLETE: a window, a year to date or a group lacks one of its values",
    ]


def test_each_status_has_its_own_mark():
    lines = repr(panel().report("units", by="maker")).splitlines()
    total = next(line for line in lines if "total" in line)
    loss = next(line for line in lines if " D " in line)
    assert "87*" in total and "-19.44%*" in total and "-240.00%^" in loss
    marks = [line.partition(":")[0] for line in lines if line[:2] in ("* ", "^ ")]
    assert marks == ["* INCOMPLETE", "^ TURNED_LOSS"]


def test_digits_of_marked_numbers_stay_below_each_other():
    values = {"x": np.array([1.5, 20, 3])}
    codes = {"x": np.array([0, em.Status.INCOMPLETE, 0], np.uint8)}
    report = panel().report("units", by="maker")
    made = type(report)(values, statuses=codes)
    rows = repr(made).splitlines()[1:5]
    assert rows == ["    x", " 1.5", "20.0*", " 3.0"]


def test_tables_without_a_status_beside_a_number_have_no_line():
    assert "INCOMPLETE" not in repr(panel().to_table())


def test_html_counts_the_series_that_have_a_value():
    rolled = panel().rollup()
    for thing in (rolled, rolled["units"]):
        html = thing._repr_html_()
        assert html.count("3 of 4 series") == 2 and "108</td>" in html
        assert "incompl.: a window" in html  # the legend
    derived = rolled["units"].growth("1Y")._repr_html_()
    assert "incompl." in derived and "of 4 series&quot;" not in derived


# ---- series without a row ------------------------------------------------------------


def test_the_line_counts_living_series_and_tells_the_cure():
    words = "1 of 4 series has no row in 2025-11; if no row means none sold, pass "
    words += COMPLETE
    found = panel()
    assert hint(found) == words
    assert found.report("units", by="maker").note.splitlines()[-1] == words
    html = words.replace("'", "&#x27;")
    for thing in (found, found["units"], found.rollup(), found["units"].growth("1Y")):
        assert html in thing._repr_html_()


def test_the_cure_works():
    cured = panel(absent="zero", complete_through="2025-11")
    assert cured["units"].at("2025-11")[1] == 0
    assert hint(cured) == "" and "no row" not in cured._repr_html_()


def test_a_hole_needs_no_cutoff():
    found = hint(panel().select(periods="2025-10"))
    assert found == (
        "1 of 4 series has no row in 2025-10; if no row means none sold, "
        "pass absent='zero'"
    )
    stated = hint(panel(complete_through="2025-11"))
    assert stated.endswith("pass absent='zero'")


def test_a_row_without_a_value_is_a_row():
    keys = {"maker": ["A", "B", "A", "B"]}
    months = ["2025-01", "2025-01", "2025-02", "2025-02"]
    units = {"units": [1, 2, 3, None]}
    assert hint(em.Panel.from_arrays(keys, months, units)) == ""
    absent = em.Panel.from_arrays(keys, months, units, nulls="absent")
    assert hint(absent).startswith("1 of 2 series has no row in 2025-02")


def test_entrants_and_leavers_are_not_counted():
    keys = {"maker": ["A", "A", "A", "B", "C"]}
    years = ["2020", "2022", "2024", "2020", "2023"]
    found = em.Panel.from_arrays(keys, years, {"units": [1] * 5})
    assert hint(found).startswith("1 of 2 series has no row in 2024")
    early = hint(found.select(periods=slice("2020", "2021")))
    assert early.startswith("1 of 1 series has no row in 2021")


def test_only_flows_have_the_line():
    keys, months = {"maker": ["A", "B", "A"]}, ["2025-01", "2025-01", "2025-02"]
    for kind in ("stock", "cumulative", "rate", "index"):
        made = em.Panel.from_table(
            {**keys, "month": months, "x": [1, 2, 3]}, "maker", "month", {"x": kind}
        )
        assert hint(made) == ""


def test_coarser_periods_count_series_with_a_hole():
    keys = {"maker": ["A", "A", "A", "B", "B"]}
    months = ["2025-01", "2025-02", "2025-03", "2025-01", "2025-03"]
    found = em.Panel.from_arrays(keys, months, {"units": [1] * 5}).resample("Q")
    assert hint(found) == (
        "1 of 2 series has no row in some period of 2025Q1; if no row means none "
        "sold, pass absent='zero'"
    )


def test_joined_series_count_once():
    keys = {"maker": ["A", "a", "B", "B"], "fuel": ["x"] * 4}
    months = ["2025-01", "2025-02", "2025-01", "2025-02"]
    found = em.Panel.from_arrays(keys, months, {"units": [1] * 4})
    assert hint(found).startswith("1 of 3 series")  # "a" has begun, "A" is late
    joined = found.recode("maker", {"a": "A"})
    assert hint(joined) == hint(joined.rollup()) == hint(joined.resample("Y")) == ""
    assert hint(found.exclude(maker="A")) == ""


def test_rows_are_counted_as_a_slow_twin_counts():
    rng = np.random.default_rng(12)
    for freq, low, width in (("M", 0, 1), ("Q", 9, 3)):
        for _ in range(20):
            keep = rng.random((7, 12)) < 0.6
            series, month = np.nonzero(keep)
            labels = [f"s{s % 5}" for s in series]
            dates = np.datetime64("2025-01") + month
            found = em.Panel.from_arrays(
                {"id": [f"{s}" for s in series], "name": labels},
                dates,
                {"units": np.ones(len(series), np.int64)},
                complete_through="2025-12",
            )
            found = found.select(id=sorted({f"{s}" for s in series if s}))
            own = {}
            for s, m in zip(series, month, strict=True):
                if s:
                    own.setdefault((f"{s}", f"s{s % 5}"), set()).add(int(m))
            low = 12 - width
            lacks = sum(
                any(m not in months for m in range(max(low, min(months)), 12))
                for months in own.values()
            )
            text = hint(found if freq == "M" else found.resample(freq))
            count = int(re.match(r"\d+", text)[0]) if text else 0
            assert count == lacks


def test_the_line_of_many_series_takes_little_time():
    series = np.repeat(np.arange(100_000), 3)[1:]
    months = np.tile(np.arange(3), 100_000)[1:] + np.datetime64("2025-01")
    units = {"units": np.ones(len(series), np.int64)}
    found = em.Panel.from_arrays({"id": series}, months, units)
    found._repr_html_()
    started = time.perf_counter()
    found._repr_html_()
    assert time.perf_counter() - started < 0.25


# ---- command line --------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("maker,month,units\nA,2025-01,5\nA,2025-02,6\nB,2025-01,7\n")
    flags = ["--keys", "maker", "--period", "month", "--measures", "units"]
    return [str(path), *flags, "--freq", "M"]


@pytest.mark.parametrize(
    "command",
    [
        ["report", "--at", "2025-02"],
        ["growth", "--lag", "1", "--within"],
        ["coverage"],
    ],
)
def test_commands_print_marks_and_the_line(file, capsys, command):
    assert main([command[0], *file, *command[1:]]) == 0
    text = capsys.readouterr().out
    assert "1 of 2 series has no row in 2025-02; if no row means none sold" in text
    assert ("* INCOMPLETE: " in text) == (command[0] != "coverage")
    assert main([command[0], *file, *command[1:], "--format", "csv"]) == 0
    assert "no row" not in capsys.readouterr().out
