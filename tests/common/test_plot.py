"""Plots: the data, labels and marks that are drawn."""

import builtins
import sys

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

import evmarket as em

MONTHS = [f"{y}-{m:02d}" for y in (2024, 2025) for m in range(1, 13)]


@pytest.fixture(autouse=True)
def closed():
    """Draw every plot, and check that the settings of matplotlib do not change."""
    before = dict(matplotlib.rcParams)
    yield
    for number in plt.get_fignums():
        plt.figure(number).canvas.draw()
    plt.close("all")
    assert dict(matplotlib.rcParams) == before


@pytest.fixture
def panel():
    """Three makers; 小鹏 has two missing months, C begins late, and the last two months
    are incomplete."""
    columns = {"maker": [], "month": [], "units": [], "revenue": [], "cost": []}
    for k, maker in enumerate(("比亚迪", "小鹏", "C")):
        for i, month in enumerate(MONTHS):
            if (maker == "小鹏" and i in (3, 17)) or (maker == "C" and i < 6):
                continue
            units = (k + 1) * 100 + 7 * i
            row = (maker, month, units, units * 20.0, units * (15.0 + k - i / 24))
            for column, value in zip(columns.values(), row, strict=True):
                column.append(value)
    return em.Panel.from_table(
        columns,
        "maker",
        "month",
        ["units", "revenue", "cost"],
        units={"units": "vehicles"},
        complete_through="2025-10",
    )


def solid(ax):
    """The lines of series, by label."""
    found = [line for line in ax.lines if not line.get_label().startswith("_")]
    return {line.get_label(): line for line in found}


# ---- measures ------------------------------------------------------------------------


def test_one_line_per_series_with_gaps(panel):
    ax = panel["units"].plot()
    lines = solid(ax)
    assert sorted(lines) == ["C", "小鹏", "比亚迪"]
    series = panel["units"].series["maker"].tolist()
    for name, line in lines.items():
        row = panel["units"].values[series.index(name)].copy()
        row[22:] = np.nan
        np.testing.assert_array_equal(line.get_ydata(), row)
        assert line.get_xdata().tolist() == list(range(24))
    assert np.isnan(lines["小鹏"].get_ydata()[[3, 17]]).all()


def test_incomplete_periods_are_dashed(panel):
    ax = panel["units"].plot()
    dashed = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert len(dashed) == 3
    for line in dashed:
        assert np.flatnonzero(np.isfinite(line.get_ydata())).tolist() == [21, 22, 23]
    ax = panel["units"].select(periods=slice(None, "2025-10")).plot()
    assert [line for line in ax.lines if line.get_linestyle() == "--"] == []


def test_single_points_have_markers():
    panel = em.Panel.from_arrays(
        keys={"k": ["a"] * 4},
        period=["2025-01", "2025-02", "2025-04", "2025-06"],
        measures={"x": [1, 2, 3, 4]},
    )
    [line] = panel["x"].plot().lines
    assert list(line.get_markevery()) == [3, 5]
    assert line.get_marker() == "o"


def test_growth_is_drawn_as_bars(panel):
    growth = panel["units"].growth("1Y").select(periods=slice("2025-01", "2025-10"))
    ax = growth.plot()
    for container, row in zip(ax.containers, growth.values, strict=True):
        heights = [bar.get_height() for bar in container]
        np.testing.assert_array_equal(heights, row)
    assert ax.yaxis.get_major_formatter()(0.25) == "25%"
    assert len(growth.plot("line").containers) == 0


def test_shares_are_stacked_to_one(panel):
    share = panel["units"].share()
    ax = share.plot(top=2)
    assert [area.get_label() for area in ax.collections][-1] == "others (1)"
    tops = [area.get_paths()[0].vertices[:, 1].max() for area in ax.collections]
    assert tops == sorted(tops)
    assert tops[-1] == pytest.approx(1)
    with pytest.raises(TypeError, match="areas add up"):
        panel["units"].growth("1Y").plot("area")


def test_an_index_has_a_line_at_100_and_rank_1_is_at_the_top(panel):
    ax = panel["units"].index("2024-12").plot()
    assert any(list(line.get_ydata()) == [100, 100] for line in ax.lines)
    ax = panel["units"].rank().plot(top=1)
    assert ax.yaxis_inverted()
    assert "1 largest of 3 series" in ax.get_title("left")
    last = panel["units"].rank().at("2025-10")
    first = panel["units"].series["maker"][int(np.argmin(last))]
    assert list(solid(ax)) == [first]


def test_the_title_counts_the_series(panel):
    ax = panel["units"].plot(top=2)
    assert len(solid(ax)) == 2
    assert "2 largest of 3 series" in ax.get_title("left")
    assert ax.get_ylabel() == "units (vehicles)"
    assert ax.yaxis.get_major_formatter()(1234567.0) == "1,234,567"


def test_margins_are_in_percent_and_their_changes_in_points(panel):
    margin = panel.margin("revenue", "cost")
    assert margin.plot().yaxis.get_major_formatter()(0.125) == "12.5%"
    assert margin.change("1Y").plot().yaxis.get_major_formatter()(-0.01) == "-1 pp"


@pytest.mark.parametrize(
    ("first", "last", "freq"),
    [("2020", "2025", "Y"), ("2024-Q1", "2025-Q4", "Q"), ("2024-H1", "2025-H2", "H"),
     ("2025-01-01", "2025-03-01", "D"), ("2024-01", "2025-12", "M-JF"),
     ("2023-Q1", "2025-Q4", "Q-MAR")],
)  # fmt: skip
def test_every_calendar(first, last, freq):
    periods = em.Periods(first, last, freq)
    panel = em.Panel.from_arrays(
        keys={}, period=periods.labels, measures={"x": range(len(periods))}, freq=freq
    )
    ax = panel["x"].plot()
    labels = [text.get_text() for text in ax.get_xticklabels()]
    assert 0 < len(labels) <= 12
    assert set(labels) <= set(periods.labels)


def test_the_source_is_printed_below():
    press = em.datasets.load("xpeng-monthly")
    panel = em.Panel.from_table(press, "maker", "month", {"value": "flow"})
    for ax in (panel["value"].plot(), panel["value"].growth("1Y").plot("status")):
        source = ax.get_xlabel()
        assert source.startswith("Source: ") and press.source[:10] in source
    ax = em.audit(em.datasets.load("guangzhou")).plot(top=2)
    assert "last digit\nSource: " in ax.get_xlabel()


# ---- statuses ------------------------------------------------------------------------


def test_statuses_are_drawn_as_a_map(panel):
    status = panel["units"].status
    ax = panel.coverage().plot("units")
    [image] = ax.images
    found = np.unique(status)
    np.testing.assert_array_equal(found[np.asarray(image.get_array())], status)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == [em.Status(code).name for code in found]
    assert {"OK", "PARTIAL", "NOT_BEGUN", "MISSING"} <= set(names)
    colours = {tuple(patch.get_facecolor()) for patch in ax.get_legend().get_patches()}
    assert len(colours) == len(names)


def test_the_title_of_a_large_map_counts_its_series():
    panel = em.Panel.from_arrays(
        keys={"k": [f"{i:04d}" for i in range(500)]},
        period=["2025-01"] * 500,
        measures={"x": range(500)},
    )
    ax = panel["x"].plot("status")
    assert ax.images[0].get_array().shape == (60, 1)
    assert "first 60 of 500 series" in ax.get_title("left")


# ---- explanations --------------------------------------------------------------------


def heights(ax):
    """The sum of the heights of all bars at each position."""
    found = {}
    for bar in ax.patches:
        at = round(bar.get_x() + bar.get_width() / 2)
        found[at] = found.get(at, 0) + bar.get_height()
    return found


def test_contributions_stack_to_their_total(panel):
    found = panel.contributions("units", lag="1Y")
    ax = found.plot(top=2)
    total = solid(ax)["total"].get_ydata()
    np.testing.assert_array_equal(total, found.total[0])
    for at, height in heights(ax).items():
        if np.isfinite(total[at]):
            assert height == pytest.approx(total[at], abs=1e-12)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert {"total", "others (1)", "entry: C", "gap: 小鹏"} <= set(labels)
    hatched = {c.get_label(): c.patches[0].get_hatch() for c in ax.containers}
    assert hatched["entry: C"] and hatched["gap: 小鹏"]
    assert hatched["entry: C"] != hatched["gap: 小鹏"]


def test_bars_start_at_zero():
    ax = em.contributions([[50, 30, 20]] * 2, [[60, 20, 25], [40, 45, 20]]).plot()
    for bar in ax.patches:
        low, high = sorted((bar.get_y(), bar.get_y() + bar.get_height()))
        assert low >= 0 or high <= 0
    assert heights(ax) == pytest.approx({0: 0.05, 1: 0.05})


def test_groups_are_chosen_by_label():
    panel = em.Panel.from_arrays(
        keys={"region": ["N", "N", "S", "S"], "maker": ["a"] * 4},
        period=["2024", "2025"] * 2,
        measures={"x": [10, 12, 20, 15]},
    )
    found = panel.contributions("x", within="region")
    with pytest.raises(ValueError, match="group is None: choose one of 'N', 'S'"):
        found.plot()
    with pytest.raises(KeyError, match="there is no such group"):
        found.plot("W")
    assert heights(found.plot("S"))[1] == pytest.approx(-0.25)


def test_a_waterfall_leads_to_the_total(panel):
    found = panel.margin_bridge(revenue="revenue", cost="cost", quantity="units")
    ax = found.plot(at="2025-09")
    *steps, last = ax.patches
    level = 0.0
    for bar in steps:
        assert bar.get_y() == pytest.approx(level)
        level += bar.get_height()
    assert last.get_height() == pytest.approx(level)
    assert last.get_height() == found.total[0, found.periods.index("2025-09")]
    names = [text.get_text() for text in ax.get_xticklabels()]
    assert names[:2] == ["price", "unit cost"] and names[-1] == "total"
    assert "2025-09" in ax.get_title("left")
    low, high = ax.get_ylim()
    assert low <= 0 and high > max(b.get_y() + b.get_height() for b in ax.patches)


def test_waterfalls_of_arrays_and_their_errors(panel):
    found = em.price_volume([[1, 2]] * 2, [[3, 4]] * 2, [[2, 2]] * 2, [[3, 5]] * 2)
    with pytest.raises(ValueError, match=r"give an index into the shape \(2,\)"):
        found.plot()
    with pytest.raises(TypeError, match="arrays have no calendar"):
        found.plot(0, at="2025")
    with pytest.raises(ValueError, match="it takes an index into"):
        found.plot(5)
    ax = found.plot(1)
    assert [bar.get_height() for bar in ax.patches] == [3.0, 2.0, 5.0]
    with pytest.raises(ValueError, match="there is no change to explain: GAP"):
        em.price_volume([1], [np.nan], [1], [1]).plot()
    ax = panel.price_volume("revenue", "units").plot()
    assert ax.get_xticklabels()[0].get_text() == "unit value"
    assert len(em.price_volume_mix([1, 2], [3, 4], [2, 2], [3, 5]).plot().patches) == 4


# ---- figures -------------------------------------------------------------------------


def spans(ax):
    """The ends of every error bar."""
    return [
        (segment[0, 0], segment[1, 0])
        for container in ax.containers
        for segment in container[2][0].get_segments()
    ]


def test_figures_are_drawn_with_their_intervals():
    one, two = em.Figure("13.9万"), em.Figure("nearly 130,000")
    ax = one.plot(two)
    np.testing.assert_allclose(spans(ax), [(one.low, one.high), (two.low, two.high)])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["13.9万", "nearly 130,000"]
    with pytest.raises(ValueError, match="figures of different kinds: growth, number"):
        one.plot(em.Figure("+80%"))


def test_an_open_end_is_an_arrow():
    figure = em.Figure("more than 100,000")
    [container] = figure.plot().containers
    assert spans(figure.plot())[0][0] == 100_000
    markers = [line.get_marker() for line in container[1]]
    assert matplotlib.markers.CARETRIGHTBASE in markers
    [container] = em.Figure("+80%").plot().containers
    assert [line.get_marker() for line in container[1]] == ["|", "|"]


def test_an_audit_draws_printed_and_implied_intervals():
    audit = em.audit(em.datasets.load("guangzhou"))
    ax = audit.plot(top=4)
    findings = [f for f in audit.findings if f.printed.unit > 0][:4]
    assert len(ax.get_yticklabels()) == len(findings)
    printed = spans(ax)[::2]
    for finding, (low, high) in zip(findings, printed, strict=True):
        unit, middle = finding.printed.unit, finding.printed.value
        if np.isfinite(finding.printed.high):
            assert (high - low) * unit == pytest.approx(
                finding.printed.high - finding.printed.low
            )
        assert low == pytest.approx((finding.printed.low - middle) / unit)


# ---- where, with what ----------------------------------------------------------------


def test_plots_use_and_return_the_given_axes(panel):
    _, ax = plt.subplots()
    for draw in (
        panel["units"].plot,
        panel["units"].growth("1Y").plot,
        panel.contributions("units").plot,
        panel.coverage().plot,
        em.Figure("13.9万").plot,
        em.audit(em.datasets.load("guangzhou")).plot,
    ):
        ax.clear()
        assert draw(ax=ax) is ax
    assert plt.get_fignums() == [1]


def test_the_error_without_matplotlib_names_the_extra(panel, monkeypatch):
    real = builtins.__import__

    def absent(name, *rest, **more):
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    for name in [m for m in sys.modules if m.startswith("matplotlib")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", absent)
    with pytest.raises(ImportError, match=r'pip install "evmarket\[plot\]"'):
        panel["units"].plot()
    monkeypatch.undo()


def test_bad_options(panel):
    with pytest.raises(ValueError, match="kind"):
        panel["units"].plot("pie")
    with pytest.raises(ValueError, match="top"):
        panel["units"].plot(top=0)
    with pytest.raises(KeyError):
        panel.margin_bridge(revenue="revenue", cost="cost", quantity="units").plot(
            at="2030-01"
        )
