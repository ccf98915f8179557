"""Panels that version 0.1.0 saved; `files_0_1_0` holds them as it wrote them.

All four were built from the same rows, the months of 2024 of two makers and of series
without a maker. Units of B in the north have a hole in June and end in September; its
revenue of May is null.
"""

from pathlib import Path

import numpy as np
import pytest

import evmarket as em
from tests.panel.panels import assert_same_panel

FILES = Path(__file__).parent / "files_0_1_0"
NAN = np.nan
BIG = 2**60
OK = "OK"


def rows():
    table = {name: [] for name in ("maker", "region", "month", "units", "revenue")}

    def add(maker, region, month, units, revenue):
        line = (maker, region, f"2024-{month:02}", units, revenue)
        for column, value in zip(table.values(), line, strict=True):
            column.append(value)

    for month in range(1, 13):
        add("A", "N", month, 100 + month, 0.1 * month)
        add("B", "S", month, 7, 1.5)
    for month in (3, 4, 5, 7, 8, 9):
        add("B", "N", month, 10 * month, NAN if month == 5 else 0.25)
    for month in (11, 12):
        add(None, "S", month, BIG + month, 2.0)
    return table


def built(**options):
    return em.Panel.from_table(
        rows(),
        ["maker", "region"],
        "month",
        {"units": "flow", "revenue": "flow"},
        units={"revenue": "CNY"},
        **options,
    )


def load(name):
    return em.Panel.load(FILES / f"{name}.npz")


def names(measure):
    return em.Status.names(measure.status).tolist()


def test_a_plain_panel_is_the_panel_of_its_rows():
    panel = load("plain")
    assert panel.keys == ("maker", "region") and panel.measures == ("units", "revenue")
    assert panel.periods.labels == [f"2024-{month:02}" for month in range(1, 13)]
    assert_same_panel(panel, built())
    assert panel["units"].exact()[3, 10] == BIG + 11
    assert (panel["revenue"].kind, panel["revenue"].unit) == ("flow", "CNY")
    # The null row of May and the hole of June are MISSING.
    assert names(panel["revenue"])[1] == [
        "NOT_BEGUN", "NOT_BEGUN", OK, OK, "MISSING", "MISSING", OK, OK, OK,
        "MISSING", "MISSING", "MISSING",
    ]  # fmt: skip
    # What is computed now has the present meaning.
    for view in (lambda p: p.rollup("maker"), lambda p: p.resample("Q")):
        assert_same_panel(view(panel), view(built()))
    assert names(panel.rollup()["units"])[0] == [OK] * 5 + ["INCOMPLETE"] + [
        OK, OK, OK, "INCOMPLETE", "INCOMPLETE", "INCOMPLETE",
    ]  # fmt: skip
    assert panel.merge(built())["units"].values[0, 0] == 202


def test_cells_without_a_number_stay_without():
    """They had the status INCOMPLETE, and are read as rows without a value."""
    quarters = load("resampled")
    assert quarters.periods.labels == ["2024Q1", "2024Q2", "2024Q3", "2024Q4"]
    np.testing.assert_array_equal(
        quarters["units"].values,
        [
            [306, 315, 324, 333],
            [30, NAN, 240, NAN],
            [21, 21, 21, 21],
            [NAN, NAN, NAN, 2 * BIG + 23],
        ],
    )
    assert names(quarters["units"])[1] == [OK, "MISSING", OK, "MISSING"]
    assert names(quarters["units"])[3] == ["NOT_BEGUN"] * 3 + [OK]
    np.testing.assert_array_equal(quarters["revenue"].values[1], [0.25, NAN, 0.75, NAN])
    assert quarters["units"].exact()[3, 3] == 2 * BIG + 23
    # They are late members of a roll-up.
    total = quarters.rollup("maker")["units"]
    assert total.values[1].tolist() == [51, 21, 261, 21]
    assert names(total)[1] == [OK, "INCOMPLETE", OK, "INCOMPLETE"]
    assert total.members.tolist()[1] == [2, 1, 2, 1]
    assert total.living.tolist()[1] == [2, 2, 2, 2]


def test_a_roll_up_keeps_its_own_cells_alone():
    makers = load("rolled")
    assert makers.keys == ("maker",)
    assert makers.series["maker"].tolist() == ["A", "B", None]
    np.testing.assert_array_equal(
        makers["units"].values,
        [
            [306, 315, 324, 333],
            [51, NAN, 261, 21],
            [NAN, NAN, NAN, 2 * BIG + 23],
        ],
    )
    assert names(makers["units"])[1] == [OK, "MISSING", OK, OK]
    assert names(makers["revenue"])[1] == [OK, "MISSING", OK, OK]
    np.testing.assert_array_equal(makers["revenue"].values[1], [4.75, NAN, 5.25, 4.5])
    growth = makers["units"].growth(1)
    assert names(growth)[1] == ["OUTSIDE", "MISSING", "GAP", OK]


def test_periods_shown_and_the_rules_of_absence_are_kept():
    panel = load("shown")
    assert panel.periods.labels == ["2024-08", "2024-09", "2024-10", "2024-11"]
    now = built(complete_through="2024-10", exit_after=2)
    assert_same_panel(panel, now.select(periods=slice("2024-08", "2024-11")))
    units = panel["units"]
    np.testing.assert_array_equal(units.values[1], [80, 90, NAN, NAN])
    assert names(units)[0] == [OK, OK, OK, "PARTIAL"]
    assert names(units)[1] == [OK, OK, "MISSING", "PARTIAL"]
    # Periods before the first one shown are bases.
    growth = units.growth(1)
    assert growth.values[0, 0] == 1 / 107 and names(growth)[0][-1] == "PARTIAL"
    assert units.ytd().values[0, 0] == sum(range(101, 109))


@pytest.mark.parametrize("name", ["plain", "resampled", "rolled", "shown"])
def test_they_are_saved_in_the_present_form(name, tmp_path):
    before = load(name)
    before.save(tmp_path / "p.npz")
    assert_same_panel(em.Panel.load(tmp_path / "p.npz"), before)
