"""The report of a panel as an HTML page: content, drawings, labels, size."""

import re

import html5lib
import numpy as np
import pytest

import evmarket as em
from evmarket._common.canvas import COLOURS
from evmarket._pages.axis import axis
from evmarket._pages.bars import spans
from evmarket._pages.content import content
from evmarket._pages.page import page
from tests.common.shown import HOSTILE, texts
from tests.pages.panels import hostile, margins, market

TAGS = {
    "html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "section", "div",
    "table", "thead", "tbody", "tr", "th", "td", "abbr", "ul", "li", "i", "figure",
    "figcaption", "svg", "g", "path", "polyline", "polygon", "rect", "circle", "text",
}  # fmt: skip


def tree(text):
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(text)


def plain(tag):
    return tag.rpartition("}")[2]


def sections(text):
    """The sections by their headings."""
    found = tree(text).iter("section")
    return {"".join(texts(part.find("h2"))).strip(): part for part in found}


def figures(text):
    found = tree(text).iter("figure")
    return {"".join(texts(part.find("figcaption"))).strip(): part for part in found}


def all_of(part, tag):
    return [element for element in part.iter() if plain(element.tag) == tag]


def test_the_page_has_all_sections_and_only_known_elements():
    text = page(market(), "units", by="maker", notices=["one", "two"])
    whole = tree(text)
    assert {plain(element.tag) for element in whole.iter()} <= TAGS
    assert list(sections(text)) == [
        "Report", "Charts", "Contributions to growth", "Coverage", "Holes",
        "What was noticed",
    ]  # fmt: skip
    assert whole.find("head/title").text == "units by maker, 2025-09"
    items = [li.text for li in sections(text)["What was noticed"].iter("li")]
    assert items == ["one", "two"]
    assert "complete through 2025-09" in text
    for name in ("<script", "http", "@import", "url(", "onload"):
        assert name not in text


def test_the_tables_are_those_of_the_panel():
    panel = market()
    found = sections(page(panel, "units", by="maker"))
    for name, table in (
        ("Report", panel.report("units", by="maker")),
        ("Coverage", panel.coverage()),
        ("Holes", panel.holes()),
    ):
        rows = list(found[name].iter("tr"))
        assert len(rows) == len(table) + 1
        heads = ["".join(texts(cell)) for cell in rows[0]]
        assert heads == list(table.columns)


@pytest.mark.parametrize("within", [(), ("fuel",)])
def test_lines_have_the_numbers_of_the_panel(within):
    panel = market(6)
    made = content(panel, "units", "maker", "2025-08", 2, within, None, ())
    for group in made.groups:
        part = panel.select(fuel=group.name) if within else panel
        level = part.rollup("maker")["units"]
        values = level.at("2025-08")
        order = np.argsort(-np.nan_to_num(values, nan=-1))[:2]
        assert group.levels.names == level.series["maker"][order].tolist()
        np.testing.assert_array_equal(group.levels.values, level.values[order])
        np.testing.assert_array_equal(group.levels.codes, level.status[order])
        grown = level.growth("1Y").values[order]
        np.testing.assert_array_equal(group.growth.values[:-1], grown)
        total = part.rollup()["units"].growth("1Y").values
        np.testing.assert_array_equal(group.growth.values[-1:], total)
        shares = level.share().values[order]
        np.testing.assert_allclose(group.shares.values[:2], shares, rtol=1e-12)
        assert group.shares.names[-1] == "others" and group.others
    assert [g.name for g in made.groups] == (["BEV", "ICE"] if within else [""]) or (
        within and {g.name for g in made.groups} == {"BEV", "ICE"}
    )


def test_contributions_name_all_that_is_not_a_series():
    panel = market(6)
    made = content(panel, "units", "maker", "2025-08", 2, (), None, ())
    steps = made.groups[0].contributions
    assert steps.names[2:] == ["others", "entry", "exit", "gap", "total"]
    assert steps.items == 2
    np.testing.assert_allclose(steps.values[:-1].sum(), steps.values[-1], atol=1e-12)
    part = panel.contributions("units").total[0, panel.periods.index("2025-08")]
    assert steps.values[-1] == part


def test_shares_are_areas_only_of_a_whole_without_negative_parts():
    found = figures(page(market(), "units", by="maker"))["Share"]
    assert all_of(found, "polygon") and not all_of(found, "polyline")
    negative = figures(page(hostile(), "units </title>"))["Share"]
    assert all_of(negative, "polyline") and not all_of(negative, "polygon")


def test_holes_are_open_single_points_are_dots_and_partial_periods_dashed():
    months = ["2025-01", "2025-02", "2025-04", "2025-06", "2025-07", "2025-08"]
    panel = em.Panel.from_arrays(
        {"maker": ["A"] * 6}, months, {"units": [1, 2, 3, 4, 5, 6]},
        complete_through="2025-07",
    )  # fmt: skip
    found = figures(page(panel, "units"))["Level"]
    lines = [(x.get("class"), len(x.get("points").split())) for x in
             all_of(found, "polyline")]  # fmt: skip
    assert lines == [("line", 2), ("line", 2), ("line late", 2)]
    assert [x.get("class") for x in all_of(found, "circle")] == ["dot"]
    assert "not complete from 2025-08" in "".join(texts(found))


def test_every_drawing_has_a_label_and_its_numbers_on_hover():
    text = page(market(), "units", by="maker")
    drawings = [x for x in all_of(tree(text), "svg") if x.get("class") == "chart"]
    assert len(drawings) == 4
    for drawing in drawings:
        assert drawing.get("role") == "img" and drawing.get("aria-label")
    bands = all_of(figures(text)["Growth over 1Y"], "title")
    assert len(bands) == 30
    lines = bands[-3].text.split("\n")
    assert lines[0] == "2025-09" and re.match(r"total: [+-][\d,.]+% ?", lines[-1])


def test_the_bridge_is_drawn_where_it_is_asked_for():
    panel = margins()
    text = page(panel, "revenue", bridge=("revenue", "cost", "units"))
    assert "Change of the margin" in sections(text)
    bars = all_of(figures(text)["Change of the margin"], "rect")
    assert len(bars) == 8
    why = panel.margin_bridge("revenue", "cost", "units")
    made = content(panel, "revenue", None, None, 10, (), list(panel.measures), ())
    values = made.groups[0].bridge.values
    assert values[-1] == why.total[0, -1] and values[0] == why.price[0, -1]
    assert "Change of the margin" not in page(panel, "revenue")


def test_steps_of_a_waterfall_begin_where_those_above_end():
    starts, ends = spans(np.array([2.0, -3.0, 0.5, -0.5]), True)
    assert starts.tolist() == [0, 2, -1, 0] and ends.tolist() == [2, -1, -0.5, -0.5]
    starts, ends = spans(np.array([2.0, -3.0, -1.0]), False)
    assert starts.tolist() == [0, 0, 0] and ends.tolist() == [2, -3, -1]


def test_labels_have_no_effect():
    text = page(hostile(), "units </title>", top=20, notices=list(HOSTILE))
    whole = tree(text)
    assert {plain(element.tag) for element in whole.iter()} <= TAGS
    for element in whole.iter():
        assert not [name for name in element.attrib if name.startswith("on")]
    assert "\u202e" not in text and "\x1b" not in text


@pytest.mark.parametrize(
    ("values", "form", "labels"),
    [
        ([3, 390_000], "", ["0", "100,000", "200,000", "300,000", "400,000"]),
        ([-0.5, 1.2], "rate", ["-50%", "0%", "50%", "100%", "150%"]),
        ([0.001, 0.0034], "share", ["0%", "0.1%", "0.2%", "0.3%", "0.4%"]),
        ([np.nan], "", ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ([0, 0], "", ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ([-7, -3], "", ["-8", "-6", "-4", "-2", "0"]),
    ],
)  # fmt: skip
def test_axes_have_round_ticks_and_zero(values, form, labels):
    made = axis(np.array(values, float), form)
    assert made.labels == labels
    assert made.beyond == 0


def test_a_rate_far_from_all_others_lies_beyond_the_axis():
    rates = np.concatenate([np.linspace(-0.2, 0.3, 50), [53.0]])
    made = axis(rates, "rate")
    assert made.beyond == 1 and made.high < 1
    assert axis(rates, "").beyond == 0


def test_a_page_of_many_series_is_small():
    text = page(market(200, 96, complete_through="2030-12"), "units", by="maker")
    assert len(text.encode()) < 2_000_000
    assert "first 100 and last 100 of" in text


def test_charts_of_many_periods_show_that_of_the_report():
    panel = market(2, 300, complete_through="2048-05")
    for at, first, last in (("2048-05", "2038-06", "2048-05"),
                            ("2030-01", "2023-06", "2033-05")):  # fmt: skip
        found = figures(page(panel, "units", by="maker", at=at))["Level"]
        shown = [band.text.split("\n")[0] for band in all_of(found, "title")]
        assert (shown[0], shown[-1], len(shown)) == (first, last, 120)
        assert "120 of 300 periods" in "".join(texts(found))
        assert len([x for x in all_of(found, "path") if x.get("class") == "at"]) == 1


def test_groups_beyond_six_have_no_charts():
    panel = market(9)
    text = page(panel, "units", by="fuel", within="maker")
    charts = [name for name in sections(text) if name.startswith("Charts")]
    assert len(charts) == 6
    assert "the 6 largest of 9 groups" in text


def test_a_panel_without_growth_says_why():
    one = em.Panel.from_arrays({"maker": ["A", "B"]}, ["2025"] * 2, {"units": [1, 2]})
    text = page(one, "units")
    assert "not known: OUTSIDE" in text and "<h2>Holes</h2>\n<p>none</p>" in text
    assert "NaN" not in text and "nan" not in text


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [
        x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_colours_can_be_seen_in_the_dark_and_text_can_be_read():
    text = page(margins(), "revenue")
    light, dark = "#ffffff", "#14171a"
    for colour in COLOURS[:-1]:
        assert contrast(colour, dark) >= 3
    for ink, paper in (("#1a1d21", light), ("#5b636d", light), ("#e6e8eb", dark),
                       ("#a3abb5", dark)):  # fmt: skip
        assert ink in text and contrast(ink, paper) >= 4.5
