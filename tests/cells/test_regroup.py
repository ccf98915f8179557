"""Merge, recode and arithmetic: results and errors."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest

import evmarket as em


def panel(period, value, **options):
    table = {"maker": ["A"] * len(period), "period": period, "x": value}
    return em.Panel.from_table(table, "maker", "period", "x", **options)


def empty(freq):
    fields = [("maker", pa.string()), ("period", pa.string()), ("x", pa.int64())]
    table = pa.schema(fields).empty_table()
    return em.Panel.from_table(table, "maker", "period", "x", freq=freq)


@pytest.mark.parametrize(
    "freq, periods", [("M", ["2024-01", "2025-01"]), ("Y", ["2024"])]
)
def test_merging_an_empty_panel_changes_nothing(freq, periods):
    whole = panel(periods, [1] * len(periods), freq=freq)
    for merged in (whole.merge(empty(freq)), empty(freq).merge(whole)):
        assert merged.periods == whole.periods and merged.shape == whole.shape
        assert np.array_equal(merged["x"].values, whole["x"].values, equal_nan=True)
        assert np.array_equal(merged["x"].status, whole["x"].status)
    assert empty(freq).merge(empty(freq)).shape == (0, 0)


def test_panels_of_different_units_do_not_merge():
    one, two = (panel(["2024"], [100], units={"x": unit}) for unit in ("CNY", "USD"))
    for overlap in ("add", "replace", "error"):
        with pytest.raises(ValueError, match=r"units \{'x': 'USD'\}.*CNY"):
            one.merge(two, overlap=overlap)


@pytest.mark.parametrize("rule", ["last", "identical"])
def test_deduplicated_panels_meet_by_their_rule_or_not_at_all(rule):
    one, two = (panel(["2024"], [5], duplicates=rule) for _ in range(2))
    assert one.merge(two)["x"].values.tolist() == [[5.0]]
    other = panel(["2024"], [6], duplicates=rule)
    if rule == "last":
        assert one.merge(other)["x"].values.tolist() == [[6.0]]
        assert one.merge(other, two)["x"].values.tolist() == [[5.0]]
    else:
        with pytest.raises(ValueError, match=r"A.*2024"):
            one.merge(other)
    with pytest.raises(ValueError, match="duplicates"):
        panel(["2024"], [5]).merge(two)
    # Rows of dates do not state the year: which one is the last is unknown.
    dated = panel(["2024-01-05"], [5], duplicates=rule, freq="Y")
    with pytest.raises(ValueError, match=r"A.*2024.*duplicates"):
        dated.merge(dated)
    assert one.merge(two, overlap="replace")["x"].at("2024").tolist() == [5.0]
    apart = one.merge(panel(["2025"], [7], duplicates=rule))
    assert apart["x"].values.tolist() == [[5.0, 7.0]]


def test_a_margin_or_comparison_of_different_units_is_refused():
    table = {"period": ["2024"], "revenue": [100], "cost": [80]}
    mixed = em.Panel.from_table(
        table,
        [],
        "period",
        ["revenue", "cost"],
        units={"revenue": "CNY", "cost": "USD"},
    )
    with pytest.raises(ValueError, match="revenue is in CNY, cost in USD"):
        mixed.margin("revenue", "cost")
    assert mixed.ratio("revenue", "cost").unit == "CNY/USD"
    with pytest.raises(ValueError, match="units"):
        panel(["2024"], [1], units={"x": "CNY"}).compare(
            panel(["2024"], [1], units={"x": "USD"})
        )


def test_recode_refuses_a_label_that_does_not_occur():
    fuels = em.Panel.from_arrays({"fuel": ["BEV", "PHEV"]}, ["2024"] * 2, {"x": [1, 2]})
    with pytest.raises(KeyError, match="'BVE' is not a label; near it: BEV"):
        fuels.recode("fuel", {"BVE": "NEV"})
    with pytest.raises(KeyError, match="'1' is not a label"):
        em.Panel.from_arrays({"n": [1]}, ["2024"], {"x": [1]}).recode("n", {"1": 2})


def test_numbers_on_the_left_work_and_arrays_are_refused():
    units = panel(["2024", "2025"], [4, 8])["x"]
    for number in (np.float64(2), np.int64(2), np.float32(2)):
        product = number * units
        assert isinstance(product, em.Measure)
        assert product.values.tolist() == [[8.0, 16.0]]
        assert (number / units).values.tolist() == [[0.5, 0.25]]
        assert (number - units).values.tolist() == [[-2.0, -6.0]]
    with pytest.raises(TypeError):
        np.array([[1.0, 2.0]]) * units


def test_comparisons_are_masks_of_the_values():
    units = panel(["2024", "2025"], [4, np.nan])["x"]
    assert (units > 3).tolist() == [[True, False]]
    assert (units <= 4).tolist() == [[True, False]]
    assert (units < np.float64(4)).tolist() == [[False, False]]
    assert (units >= units).tolist() == [[True, False]]
    with pytest.raises(TypeError):
        units < "4"  # noqa: B015


def test_operators_agree_with_margin_and_ratio():
    table = {
        "maker": ["A", "A", "B", "B", "C"],
        "period": ["2024"] * 5,
        "r": [100, 50, 60, 40, None],
        "c": [80, None, 45, 30, 7],
    }
    parts = em.Panel.from_table(table, "maker", "period", ["r", "c"])
    for panel in (parts, parts.rollup(), parts.select(maker=["A", "B"])):
        revenue, cost = panel["r"], panel["c"]
        margin = panel.margin("r", "c")
        for other in ((revenue - cost) / revenue, (revenue - cost) / panel["r"]):
            assert np.array_equal(other.values, margin.values, equal_nan=True)
            assert np.array_equal(other.status, margin.status)
        ratio = panel.ratio("r", "c")
        assert np.array_equal((revenue / cost).values, ratio.values, equal_nan=True)
        assert np.array_equal((revenue / cost).status, ratio.status)
    profit = parts["r"] - parts["c"]
    assert em.Status.names(profit.status).ravel().tolist()[:2] == [
        "UNPAIRED", "OK",
    ]  # fmt: skip


def test_sums_and_differences_of_levels_are_exact():
    large = em.Panel.from_arrays({}, ["2024"], {"a": [2**62 - 1], "b": [2**61 + 1]})
    profit = large["a"] - large["b"]
    assert profit.exact().tolist() == [[2**61 - 2]]
    assert profit.kind == "flow"
    money = em.Panel.from_arrays({}, ["2024"], {"a": [0.1], "b": [0.2], "n": [3]})
    total = money["a"] + money["b"]
    assert total.exact().tolist() == [[Fraction(0.1) + Fraction(0.2)]]
    assert total.values.tolist() == [[float(Fraction(0.1) + Fraction(0.2))]]
    mixed = money["n"] - money["a"]
    assert mixed.exact().tolist() == [[3 - Fraction(0.1)]]
    with pytest.raises(OverflowError, match="2024"):
        large["a"] + large["a"] + large["a"]


def test_a_correction_has_a_negative_share_and_blanks_nobody():
    makers = {"maker": ["A", "B", "C"]}
    units = em.Panel.from_arrays(makers, ["2024"] * 3, {"u": [60, 41, -1]})["u"]
    assert units.share().at("2024").tolist() == [0.6, 0.41, -0.01]
    assert em.Status.names(units.share().status).ravel().tolist() == ["OK"] * 3
    for concentration in (units.hhi(), units.concentration(2)):
        assert em.Status.names(concentration.status)[0, 0] == "NEGATIVE_DENOMINATOR"
        assert np.isnan(concentration.values).all()
    for values, name in (
        ([1, 1, -2], "ZERO_DENOMINATOR"),
        ([1, 1, -3], "NEGATIVE_DENOMINATOR"),
    ):
        total = em.Panel.from_arrays(makers, ["2024"] * 3, {"u": values})["u"]
        for share in (total.share(), total.hhi(), total.concentration(1)):
            assert set(em.Status.names(share.status).ravel()) == {name}


def test_rows_without_a_value_that_count_as_no_row_meet_nothing():
    def part(u, v, **options):
        measures = {"u": [u], "v": [v]}
        kinds = {"u": "flow", "v": "stock"}
        return em.Panel.from_arrays(
            {}, ["2024"], measures, kinds=kinds, nulls="absent", **options
        )

    for overlap in ("add", "replace"):
        merged = part(1, 14).merge(part(2, None), overlap=overlap)
        assert merged["v"].values.tolist() == [[14]]
    last = part(1, 14, duplicates="last").merge(part(2, None, duplicates="last"))
    assert last["u"].values.tolist() == [[2]]
    assert last["v"].values.tolist() == [[14]]
    with pytest.raises(ValueError, match="a stock is not added"):
        part(1, 14).merge(part(2, 15))
