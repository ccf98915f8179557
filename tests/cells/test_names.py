"""Names of derived measures, and renaming."""

import numpy as np
import pytest

import evmarket as em

TABLE = {
    "maker": ["A", "A", "B", "B"],
    "year": ["2024", "2025"] * 2,
    "revenue": [100, 130, 50, 60],
    "cost": [80, 100, 45, 60],
}
PANEL = em.Panel.from_table(TABLE, "maker", "year", ["revenue", "cost"])
REVENUE = PANEL["revenue"]


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        (PANEL.margin("revenue", "cost"), "margin"),
        (PANEL.margin("revenue", "cost").change(), "margin change"),
        (PANEL.margin("revenue", "cost").rank(), "margin rank"),
        (PANEL.ratio("revenue", "cost"), "revenue/cost"),
        (REVENUE / PANEL["cost"], "revenue/cost"),
        (REVENUE / PANEL.rollup()["revenue"], "revenue/revenue"),
        (2 * REVENUE, "revenue"),
        (1 / REVENUE, "1/revenue"),
        (REVENUE - PANEL["cost"], "revenue-cost"),
        (REVENUE.growth(), "revenue growth"),
        (REVENUE.growth(policy="midpoint"), "revenue growth"),
        (REVENUE.growth(within=()), "revenue growth"),
        (REVENUE.growth(matched=True), "revenue growth"),
        (REVENUE.log_growth(), "revenue log growth"),
        (REVENUE.annualized_growth(), "revenue annualized growth"),
        (REVENUE.change(), "revenue change"),
        (REVENUE.share(), "revenue share"),
        (REVENUE.rank(), "revenue rank"),
        (REVENUE.hhi(), "revenue hhi"),
        (REVENUE.concentration(2), "revenue top 2 share"),
        (REVENUE.index("2024"), "revenue index"),
        (REVENUE.trailing(2), "revenue trailing"),
        (REVENUE.ytd(), "revenue ytd"),
        (REVENUE.ytd().growth(), "revenue ytd growth"),
        (REVENUE.select(maker=["A"]), "revenue"),
        (REVENUE.growth().select(maker=["A"]), "revenue growth"),
    ],
)
def test_a_derived_measure_is_named_for_what_it_is(measure, name):
    assert measure.name == name
    assert name in measure.to_table().columns
    renamed = measure.rename("x")
    assert renamed.name == "x" and measure.name == name
    assert renamed.to_table().columns[-2:] == ("x", "status")
    np.testing.assert_array_equal(renamed.values, measure.values)
    np.testing.assert_array_equal(renamed.status, measure.status)
    assert (renamed.kind, renamed.unit) == (measure.kind, measure.unit)


def test_a_renamed_level_keeps_its_sums_and_members():
    for whole in (PANEL.rollup()["revenue"], REVENUE.select(maker=["B"])):
        renamed = whole.rename("sales")
        assert renamed.exact().tolist() == whole.exact().tolist()
        np.testing.assert_array_equal(renamed.members, whole.members)
        grown = renamed.growth(within=())
        assert grown.name == "sales growth"
        np.testing.assert_array_equal(grown.values, whole.growth(within=()).values)
    assert PANEL.rollup()["revenue"].rename("sales").members.tolist() == [[2, 2]]


def test_a_plot_says_the_kind_once():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    assert REVENUE.growth().plot().get_title("left") == "revenue growth"
    ax = REVENUE.growth().rename("x").plot()
    assert ax.get_title("left") == "x"
    assert ax.get_ylabel() == "growth on the year before"
    matplotlib.pyplot.close("all")


def test_a_name_is_text():
    with pytest.raises(TypeError, match="name is 5"):
        REVENUE.rename(5)
