"""Rates in percent are read as fractions."""

import numpy as np
import pytest

import evmarket as em


def rates(unit, values=(12.0, None, 15.5), **options):
    table = {"m": ["A", "A", "B"], "p": ["2024", "2025", "2025"], "s": list(values)}
    units = {"s": unit} if unit else None
    return em.Panel.from_table(table, "m", "p", {"s": "rate"}, units=units, **options)


@pytest.mark.parametrize(("unit", "per"), [("percent", 100), ("%", 100), ("‰", 1000)])
def test_a_rate_in_percent_is_divided_once(unit, per, tmp_path):
    panel = rates(unit)
    panel.save(tmp_path / "rates.npz")
    ways = {
        "table": panel,
        "load": em.Panel.load(tmp_path / "rates.npz"),
        "recode": panel.recode("m", {"A": "C"}).recode("m", {"C": "A"}),
        "select": panel.select(m=["A", "B"]),
        "merge": panel.select(m=["A"]).merge(panel.select(m=["B"])),
        "rollup": panel.rollup("m"),
    }
    expected = np.array([[12.0 / per, np.nan], [np.nan, 15.5 / per]])
    for name, way in ways.items():
        measure = way["s"]
        np.testing.assert_array_equal(measure.values, expected, err_msg=name)
        np.testing.assert_array_equal(measure.status, panel["s"].status, err_msg=name)
        assert (measure.kind, measure.unit) == ("rate", None), name
        table = way.to_table()["s"]
        np.testing.assert_array_equal(table, [12.0 / per, np.nan, 15.5 / per])
        assert unit not in repr(way) and unit not in repr(measure)


def test_its_change_is_in_points():
    values = {"m": ["A"], "2024": [12], "2025": [15]}
    panel = em.Panel.from_wide(values, "m", "s", kind="rate", units={"s": "%"})
    change = panel["s"].change()
    assert change.kind == "pp" and change.at("2025")[0] == pytest.approx(
        0.03, rel=1e-14
    )
    assert panel.to_table()["s"].tolist() == [0.12, 0.15]
    assert "12.00%" in str(panel["s"].to_table())


def test_other_units_and_kinds_stay():
    assert rates(None)["s"].at("2024")[0] == 12.0
    assert rates("pp")["s"].unit == "pp"
    table = {"m": ["A"], "p": ["2024"], "s": [12.0]}
    flow = em.Panel.from_table(table, "m", "p", "s", units={"s": "%"})["s"]
    assert flow.at("2024")[0] == 12.0 and flow.unit == "%"


def test_a_comparison_shows_fractions():
    changed = rates("percent").compare(rates("percent", (12.0, None, 16.0)))
    assert changed["before"].tolist() == [0.155] and changed["after"].tolist() == [0.16]
