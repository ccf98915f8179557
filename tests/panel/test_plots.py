"""Plots of measures: what is drawn, which series, what the axes are called."""

from itertools import pairwise

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

import matplotlib.pyplot as plt

import evmarket as em
from evmarket._common import fonts

MONTHS = [f"{y}-{m:02d}" for y in (2024, 2025) for m in range(1, 13)]


@pytest.fixture(autouse=True)
def closed():
    before = dict(matplotlib.rcParams)
    yield
    plt.close("all")
    assert dict(matplotlib.rcParams) == before


def panel_of(levels, name="units", unit=None, region=None):
    """A panel of monthly series that change steadily: maker to (first, last)."""
    rows = {"maker": [], "month": [], name: []}
    for maker, (first, last) in levels.items():
        rows["maker"] += [maker] * len(MONTHS)
        rows["month"] += MONTHS
        rows[name] += np.linspace(first, last, len(MONTHS)).tolist()
    if region:
        rows["region"] = [region[maker] for maker in rows["maker"]]
    keys = ["region", "maker"] if region else "maker"
    units = {name: unit} if unit else None
    return em.Panel.from_table(rows, keys, "month", name, units=units)


SIZES = {"A": (10, 40), "B": (900, 910), "C": (500, 520), "D": (1, 30)}


def drawn(ax):
    """The labels of the lines, areas and bars, in order."""
    return [x for x in ax.get_legend_handles_labels()[1] if not x.startswith("_")]


# ---- which series, and how -----------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        lambda x: x,
        lambda x: x.growth(),
        lambda x: x.share(),
        lambda x: x.rank(),
        lambda x: x.index("2024-01"),
        lambda x: x.share().change(),
        lambda x: x.growth().select(periods="2025"),
        lambda x: x.trailing("12M").growth("1M"),
        lambda x: x / (x * 2),
    ],
)
def test_the_largest_by_level_are_drawn(form):
    ax = form(panel_of(SIZES)["units"]).plot("line", top=2)
    assert drawn(ax) == ["B", "C"]
    assert "(2 largest of 4 series)" in ax.get_title("left")


def test_the_order_asked_for_is_kept():
    units = panel_of(SIZES)["units"]
    asked = ["C", "A", "B"]
    assert drawn(units.select(maker=asked).plot()) == asked
    assert drawn(units.select(maker=asked).growth().plot()) == asked
    assert drawn(units.select(maker=asked).growth().plot(top=2)) == ["C", "B"]
    assert drawn(units.growth().select(maker=asked).plot("bar")) == asked
    assert drawn(units.top(2).plot()) == units.top(2).series["maker"].tolist()


def test_shares_are_areas_only_where_they_make_a_whole():
    region = {"A": "N", "B": "N", "C": "S", "D": "S"}
    units = panel_of(SIZES, region=region)["units"]
    whole = units.share()
    assert len(whole.plot().collections) == 4
    assert len(whole.plot(top=1).collections) == 2
    assert whole.plot().get_ylim() == (0, 1)
    for part in (
        units.share("region"),
        whole.select(maker=["A", "B"]),
        whole.top(3),
        units.concentration(2),
    ):
        ax = part.plot()
        assert len(ax.collections) == 0 and len(ax.lines) > 0
        with pytest.raises(ValueError, match=r"kind is 'area': .* not add up to 1"):
            part.plot("area")
    one = units.share("region").select(region="N")
    assert len(one.plot().collections) == 2


def test_negative_parts_are_lines():
    units = panel_of({"A": (-5, -4), "B": (100, 110)})["units"]
    assert len(units.share().plot().collections) == 0
    for measure in (units, units.share()):
        with pytest.raises(ValueError, match="has negative parts: take kind='line'"):
            measure.plot("area")


def test_one_period_is_no_area():
    ax = panel_of(SIZES)["units"].share().select(periods="2025-12").plot()
    assert len(ax.collections) == 0 and ax.lines[0].get_marker() == "o"


def test_lines_have_dots_only_where_points_are_alone():
    for entry in panel_of(SIZES)["units"].plot().get_legend().legend_handles:
        assert entry.get_marker() == "None"


def test_rank_1_has_a_label_at_the_top():
    for count in (1, 4, 30):
        units = panel_of({f"{k:02d}": (k, k) for k in range(1, count + 1)})["units"]
        ax = units.rank().plot(top=count)
        ticks = ax.get_yticks().tolist()
        assert ticks[0] == 1 and len(ticks) <= 8 and ax.yaxis_inverted()


# ---- words ---------------------------------------------------------------------------


def test_the_axis_is_named_for_what_is_measured():
    panel = panel_of(SIZES, unit="vehicles")
    units = panel["units"]
    for measure, name in (
        (units, "units (vehicles)"),
        (units.growth("1Y"), "growth on the year before"),
        (units.growth("1M"), "growth on the month before"),
        (units.growth(3), "growth on 3 months before"),
        (units.growth("-1Y"), "growth on the year after"),
        (units.log_growth("1Y"), "log growth on the year before"),
        (units.annualized_growth("1Q"), "annualized growth"),
        (units.change("1Y"), "change of units on the year before (vehicles)"),
        (units.share(), "share of units"),
        (units.share().change("1Y"), "change of units share on the year before"),
        (units.rank(), "rank by units"),
        (units.index("2024-01"), "units, 2024-01 = 100"),
        (units.index("2024"), "units, mean of 2024-01 to 2024-12 = 100"),
        (units.share().select(maker=["A"]), "share of units"),
        (units.growth("1Y").rename("yoy"), "growth on the year before"),
    ):
        assert measure.plot("line").get_ylabel() == name
    days = em.Panel.from_arrays(
        {}, ["2024-03-01", "2025-03-01"], {"x": [1, 2]}, freq="D"
    )
    assert days["x"].growth("1Y").plot().get_ylabel() == "growth on the year before"


def test_a_dollar_is_no_formula():
    panel = panel_of({"$A and $B": (1, 2), "C$": (3, 4)}, "$ sold", "$ million")
    for ax in (
        panel["$ sold"].plot(),
        panel["$ sold"].share().plot(),
        panel["$ sold"].plot("status"),
        panel.contributions("$ sold").plot(),
    ):
        ax.figure.canvas.draw()
        texts = [*ax.get_legend().get_texts(), ax.yaxis.label, *ax.get_yticklabels()]
        assert any("$" in text.get_text() for text in texts)
        assert not any(text.get_parse_math() for text in texts)


def test_labels_of_periods_do_not_overlap():
    for freq, count in (("M", 24), ("M", 120), ("Q", 40), ("Y", 12), ("D", 90)):
        periods = em.Periods.of(freq, em.Periods("2010", "2010", freq).start, count)
        panel = em.Panel.from_arrays(
            {}, periods.labels, {"x": np.arange(count)}, freq=freq
        )
        ax = panel["x"].plot()
        ax.figure.canvas.draw()
        boxes = [text.get_window_extent() for text in ax.get_xticklabels()]
        assert len(boxes) >= 3
        for left, right in pairwise(boxes):
            assert left.x1 < right.x0


# ---- looks ---------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["default", "dark_background"])
def test_colours_come_from_the_style(style):
    makers = {f"{k}": (k, k + 1) for k in range(1, 9)}
    with plt.style.context(style):
        ax = panel_of(makers)["units"].plot()
    # Also outside the context, on axes made in it.
    panel_of(makers)["units"].plot(ax=ax)
    text = matplotlib.colors.to_rgb("white" if style != "default" else "black")
    back = matplotlib.colors.to_rgb(ax.get_facecolor())
    assert matplotlib.colors.to_rgb(ax.yaxis.label.get_color()) == text
    for line in ax.lines:
        assert matplotlib.colors.to_rgb(line.get_color()) != back
    assert matplotlib.colors.to_rgb(ax.lines[7].get_color()) == text
    for words in ax.get_legend().get_texts():
        assert matplotlib.colors.to_rgb(words.get_color()) == text


def test_the_style_is_of_the_axes_alone():
    _, (one, two) = plt.subplots(1, 2)
    panel_of(SIZES)["units"].plot(ax=one)
    assert not one.spines["top"].get_visible() and two.spines["top"].get_visible()
    assert one.get_title("left") == "units" and two.get_title("left") == ""
    assert one.yaxis.get_gridlines()[0].get_visible()
    assert not one.xaxis.get_gridlines()[0].get_visible()


def test_the_legend_lies_within_the_figure():
    long = {f"A very long name of a maker, number {k}": (k, k + 1) for k in range(9)}
    made = [panel_of(long)["units"].plot()]
    many = {f"Maker {k}": (k, k + 1) for k in range(40)}
    made.append(panel_of(many)["units"].plot(top=40))
    looks = {(line.get_color(), line.get_linestyle()) for line in made[-1].lines}
    assert len(looks) == 8 * 3
    _, given = plt.subplots()
    made.append(panel_of(long)["units"].plot(ax=given))
    for ax in made:
        ax.figure.canvas.draw()
        whole, box = ax.figure.bbox, ax.get_legend().get_window_extent()
        assert whole.x0 <= box.x0 and box.x1 <= whole.x1
        assert whole.y0 <= box.y0 and box.y1 <= whole.y1


# ---- fonts ---------------------------------------------------------------------------


@pytest.fixture
def no_fonts(monkeypatch):
    monkeypatch.setattr(fonts, "FAMILIES", ())


def test_one_warning_names_the_characters_and_the_cure(no_fonts):
    units = panel_of({"小鹏": (1, 2), "蔚来": (3, 4)})["units"]
    fig, (one, two) = plt.subplots(1, 2)
    with pytest.warns(em.EvmarketWarning) as warned:
        units.plot(ax=one)
        units.growth().plot(ax=two)
        fig.canvas.draw()
    [warning] = warned
    for word in ("4 characters", "小", "Noto Sans CJK", "rcParams['font.family']"):
        assert word in str(warning.message)
    assert warning.filename == __file__
    with pytest.warns(em.EvmarketWarning, match="no font has"):
        units.plot()


def test_without_a_font_of_boxes_a_square_is_drawn(no_fonts, monkeypatch):
    monkeypatch.setattr(fonts, "LAST_RESORT", "no such font")
    with pytest.warns(em.EvmarketWarning, match="no font has"):
        ax = panel_of({"小鹏": (1, 2), "B": (3, 4)})["units"].plot()
    ax.figure.canvas.draw()
    assert "□□" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_texts_of_the_user_are_left_alone():
    _, ax = plt.subplots()
    own = ax.text(0, 0, "$x^2$")
    panel_of(SIZES)["units"].plot(ax=ax)
    assert own.get_parse_math()
