"""Plots of explanations: the parts that are drawn, and their names."""

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

import evmarket as em


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def panel():
    """A stays; five enter in 2025, the largest is E5; X and Y leave."""
    rows = [("A", "2024", 100), ("A", "2025", 120), ("X", "2024", 9), ("Y", "2024", 30)]
    rows += [(f"E{k}", "2025", 10 * k) for k in range(1, 6)]
    maker, year, units = zip(*rows, strict=True)
    measures = {"units": units, "revenue": [2.0 * x + 1 for x in units]}
    measures["cost"] = [1.5 * x for x in units]
    return em.Panel.from_arrays({"maker": maker}, year, measures, exit_after=1)


def labels(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def height_at(ax, place):
    return sum(
        bar.get_height()
        for bar in ax.patches
        if round(bar.get_x() + bar.get_width() / 2) == place
    )


def test_entrants_and_leavers_are_named(panel):
    ax = panel.contributions("units").plot()
    assert labels(ax) == ["total", "A", "entry: E5, E4 and 3 more", "exit: Y, X"]
    assert ax.get_ylabel() == "growth of units on the year before"


def test_only_those_of_the_group_are_named(panel):
    rows = panel.to_table()
    region = ["N" if maker in ("A", "E5", "X") else "S" for maker in rows["maker"]]
    columns = dict(rows) | {"region": np.array(region, object)}
    split = em.Panel.from_table(
        columns, ["region", "maker"], "period", "units", exit_after=1
    )
    why = split.contributions("units", within="region")
    assert "entry: N · E5" in labels(why.plot("N"))
    assert "exit: N · X" in labels(why.plot("N"))
    assert "entry: S · E4, S · E3 and 2 more" in labels(why.plot("S"))


def test_rate_and_mix_stack_to_the_change_of_the_rate(panel):
    for method in ("symmetric", "three-way"):
        why = panel.mix_rate("revenue", "units", method=method)
        ax = why.plot()
        assert ax.get_title("left") == "Change of revenue/units"
        assert ax.get_ylabel() == "change of revenue/units on the year before"
        assert height_at(ax, 1) == pytest.approx(why.total[0, 1], abs=1e-12)
        names = labels(ax)
        assert "rate" in names and ("joint" in names) == (method == "three-way")
        assert any(name.startswith("entry: E") for name in names)
        [bar] = next(c for c in ax.containers if c.get_label() == "rate")
        assert bar.get_height() == pytest.approx(np.nansum(why.rate[:, 1]))


def test_changes_of_percentages_are_in_points_and_of_values_in_numbers(panel):
    why = panel.mix_rate("revenue", "units")
    assert why.plot().yaxis.get_major_formatter()(0.5) == "0.5"
    assert panel.contributions("units").plot().yaxis.get_major_formatter()(0.5) == (
        "+50 pp"
    )


def test_mix_and_rate_of_arrays():
    groups = [[50, 50], [50, 50]], [[0.3, 0.1]] * 2
    why = em.mix_rate(*groups, [[80, 20], [30, 70]], [[0.3, 0.2], [0.2, 0.2]])
    ax = why.plot()
    for k in range(2):
        assert height_at(ax, k) == pytest.approx(why.total[k])
    with pytest.raises(TypeError, match="a plot of arrays shows all groups"):
        why.plot(0)
    with pytest.raises(ValueError, match="a plot takes 1 or 2"):
        em.mix_rate(*[np.ones((2, 2, 2))] * 4).plot()


def test_regions_stack_to_their_change():
    x0, x1 = [[90, 20], [310, 130]], [[100, 40], [340, 170]]
    why = em.shift_share(x0, x1)
    ax = why.plot()
    assert [height_at(ax, k) for k in (0, 1)] == pytest.approx([30, 70])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["region 0", "region 1"]
    with pytest.raises(TypeError, match="arrays have no calendar"):
        why.plot(at="2025")
    with pytest.raises(ValueError, match="a plot takes 2"):
        em.shift_share([x0, x0], [x1, x1]).plot()
    region, fuel = ["N", "N", "S", "S"] * 2, ["EV", "ICE"] * 4
    years, units = ["2024"] * 4 + ["2025"] * 4, [*x0[0], *x0[1], *x1[0], *x1[1]]
    panel = em.Panel.from_arrays({"region": region, "fuel": fuel}, years, {"u": units})
    ax = panel.shift_share("u", "region", "fuel").plot()
    assert [height_at(ax, k) for k in (0, 1)] == pytest.approx([30, 70])
    assert [t.get_text() for t in ax.get_xticklabels()] == ["N", "S"]
    assert ax.get_title("left") == "Change of u by region, 2025"
    with pytest.raises(KeyError):
        panel.shift_share("u", "region", "fuel").plot(at="2030")


def test_index_numbers_are_lines(panel):
    why = panel.price_index("revenue", "units")
    ax = why.plot()
    np.testing.assert_array_equal(ax.lines[0].get_ydata(), why.total[0])
    assert list(ax.lines[-1].get_ydata()) == [1, 1]
    many = em.price_index(*[np.ones((3, 2, 4))] * 4)
    ax = many.plot(top=2)
    assert len(ax.lines) == 3 and "2 first of 3 groups" in ax.get_title("left")


def test_factors_lead_to_the_total():
    why = em.lmdi([[1, 10, 2], [4, 5, 3]], [[4, 5, 3], [5, 6, 4]])
    *steps, total = why.plot().patches
    heights = [bar.get_height() for bar in steps]
    assert heights == pytest.approx(why.effects.tolist())
    assert total.get_height() == pytest.approx(sum(heights))
    with pytest.raises(ValueError, match="take form='additive'"):
        em.lmdi([[1, 2]], [[2, 2]], form="multiplicative").plot()


def test_a_base_effect_stacks_momentum_and_base():
    why = em.base_effect([100, 120, 150, 160, 190], lag=2)
    ax = why.plot()
    for k in (3, 4):
        assert height_at(ax, k) == pytest.approx(why.total[k])
    with pytest.raises(ValueError, match="a plot takes 1"):
        em.base_effect(np.ones((2, 5)), lag=2).plot()


def test_unknown_results_have_no_bars():
    ax = em.contributions([[1, 2], [np.nan, 1]], [[2, 2], [1, 1]]).plot()
    assert height_at(ax, 0) > 0 and height_at(ax, 1) == 0
