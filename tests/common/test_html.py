"""The HTML of all objects: elements, escaping, labels, numbers, statuses."""

import re

import numpy as np
import pytest

import evmarket as em
from evmarket._common.html import label, mark, numbers, text
from evmarket._common.text import columns_of, middle
from tests.common.shown import (
    HOSTILE,
    NAMES,
    column_of,
    panel,
    parsed,
    table_rows,
    texts,
    things,
    tooltips,
)

html5lib = pytest.importorskip("html5lib")

# All elements and attributes that the HTML uses.
ELEMENTS = {
    "div": {"class"},
    "style": set(),
    "table": {"class"},
    "thead": set(),
    "tbody": set(),
    "tr": {"class"},
    "th": {"scope", "class", "rowspan"},
    "td": {"class", "rowspan"},
    "abbr": {"class", "title"},
    "span": {"class"},
    "strong": set(),
}
CLASSES = re.compile(r"(evmarket(-[a-z]+)?|tex2jax_ignore|mathjax_ignore)$")


@pytest.fixture(scope="module")
def every():
    return things()


def test_html_has_only_known_elements_and_attributes(every):
    for thing in every:
        tree = parsed(thing._repr_html_())
        assert [child.tag for child in tree] == ["div"], repr(thing)
        for element in tree.iter():
            if element is tree:
                continue
            assert element.tag in ELEMENTS, (element.tag, repr(thing))
            assert set(element.keys()) <= ELEMENTS[element.tag], repr(thing)
            for name in element.get("class", "evmarket").split():
                assert CLASSES.match(name), name


def test_rows_have_as_many_cells_as_there_are_headings(every):
    for thing in every:
        for table in parsed(thing._repr_html_()).iter("table"):
            head, *rows = table.iter("tr")
            over = [0] * len(head)
            for row in rows:
                over = [max(n - 1, 0) for n in over]
                free = [k for k, n in enumerate(over) if not n]
                assert len(free) == len(row), repr(thing)
                for k, cell in zip(free, row, strict=True):
                    over[k] = int(cell.get("rowspan", 1))
            assert max(over, default=0) <= 1


def test_style_rules_apply_only_inside_the_box():
    [style] = parsed(em.Figure("13.9万")._repr_html_()).iter("style")
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", style.text.replace("\\\n", ""))
    assert len(rules) > 8
    for selectors in rules:
        for selector in selectors.split(","):
            assert selector.strip().startswith(".evmarket"), selector
    assert "var(--jp-content-font-color1,inherit)" in style.text


def test_labels_with_markup_are_escaped(every):
    for thing in every:
        tree = parsed(thing._repr_html_())
        assert not {e.tag for e in tree.iter()} & {"script", "img", "svg", "iframe"}
    source = panel(NAMES, units={"units": HOSTILE[0]})
    for word in NAMES[:6]:
        one = parsed(source.select(maker=[word]).coverage()._repr_html_())
        whole = {e.get("title") for e in one.iter("abbr")}
        assert word in whole or word in texts(one)
    assert HOSTILE[0] in texts(parsed(source["units"]._repr_html_()))


def test_characters_that_html_forbids_are_replaced():
    assert text("\x00\x1b\ud800\uffff") == "\N{REPLACEMENT CHARACTER}" * 4
    assert text("a\nb\tc\u2028d") == "a b c d"
    assert text("\u202eab") == "\N{REPLACEMENT CHARACTER}ab"
    assert text("👨\u200d👩") == "👨\u200d👩"
    assert text("\"'<>&") == "&quot;&#x27;&lt;&gt;&amp;"


def test_mathjax_ignores_the_html(every):
    for thing in every:
        [outside] = parsed(thing._repr_html_())
        kinds = outside.get("class").split()
        assert {"tex2jax_ignore", "mathjax_ignore"} <= set(kinds)


def test_long_labels_lose_their_middle_and_keep_it_in_the_tooltip():
    name = "Guangzhou Automobile Group Company Limited"
    found = html5lib.parseFragment(label(name), namespaceHTMLElements=False)[0]
    assert found.get("title") == name
    assert found.text == "Guangzhou Automo…Company Limited"
    chinese = "广州汽车集团股份有限公司及其子公司"
    found = html5lib.parseFragment(label(chinese), namespaceHTMLElements=False)[0]
    assert found.get("title") == chinese and columns_of(found.text) <= 32
    assert found.text.startswith("广州汽车") and found.text.endswith("子公司")
    assert label("比亚迪") == "比亚迪"
    assert "no label" in label(None) and "no label" not in label("None")
    huge = label("x" * 10**6)
    assert len(huge) < 1_000


def test_middle_fits_every_width():
    for words in (*HOSTILE, "广" * 100, "e\u0301" * 90, "ab" * 30):
        for room in (5, 10, 33, 80):
            cut = middle(words, room)
            assert columns_of(cut) <= room and cut.isprintable()
    assert middle("abc", 3) == "abc" and middle("abcdefgh", 7) == "ab...gh"


def test_numbers_are_printed_in_their_format():
    assert numbers([0.1234, -2.5], formats="rate") == ["+12.34%", "-250.00%"]
    assert numbers([0.1234], formats="share") == ["12.34%"]
    assert numbers([0.012], formats="pp") == ["+1.20 pp"]
    assert numbers([1234567, -2]) == ["1,234,567", "-2"]
    assert numbers([1234567.0, 0.5]) == ["1,234,567", "0.5"]
    assert numbers([3.14159, 10.5]) == ["3.14", "10.50"]
    assert numbers([1e-9, 0.0]) == ["0.000000001", "0"]
    assert numbers([1e20, -np.inf]) == ["1e+20", "-∞"]
    assert numbers([1e300], formats="rate") == ["1e+300"]
    assert numbers([2**60], [0]) == ["1,152,921,504,606,846,976"]


def test_measures_are_printed_by_kind():
    source = em.Panel.from_arrays(
        keys={"maker": ["A", "A", "B", "B"]},
        period=["2024", "2025", "2024", "2025"],
        measures={"units": [1000, 1500, 3000, 4500], "rate": [0.1, 0.15, 0.2, 0.2]},
        kinds={"rate": "rate"},
        units={"units": "vehicles"},
    )
    units = source["units"]
    for measure, wanted in (
        (units, ["1,500", "4,500"]),
        (units.growth(), ["+50.00%", "+50.00%"]),
        (units.log_growth(), ["+40.55%", "+40.55%"]),
        (units.share(), ["25.00%", "75.00%"]),
        (units.share().change(), ["+0.00 pp", "+0.00 pp"]),
        (units.rank(), ["2", "1"]),
        (units.index("2024"), ["150", "150"]),
        (source["rate"], ["15.00%", "20.00%"]),
        (source["rate"].change(), ["+5.00 pp", "+0.00 pp"]),
        (source.ratio("units", "units", kind="unit value"), ["1", "1"]),
    ):
        assert column_of(table_rows(measure), "2025") == wanted, measure
    words = texts(parsed(units._repr_html_()))
    assert "units: flow, vehicles; 2 series × 2 periods, 2024 to 2025" in words


def test_every_status_has_a_short_mark_with_its_meaning():
    marks = []
    for status in em.Status:
        [found] = html5lib.parseFragment(mark(status), namespaceHTMLElements=False)
        assert found.tag == "abbr"
        assert found.get("title") == f"{status.name}: {status.meaning}"
        marks.append(found.text)
    assert len(set(marks)) == len(marks) and max(map(len, marks)) <= 9


def test_missing_numbers_are_shown_by_their_status():
    source = em.Panel.from_arrays(
        keys={"maker": ["A", "A", "B", "C"]},
        period=["2024-01", "2025-01", "2025-01", "2024-06"],
        measures={"units": [0, 5, 7, 1]},
        complete_through="2025-06",
    )
    growth = source["units"].growth().select(periods="2025-01")
    assert column_of(table_rows(growth), "2025-01") == ["base 0", "new", "exited"]
    assert ("new", f"ENTERED: {em.Status.ENTERED.meaning}") in tooltips(growth)
    # The meanings are also printed below, for readers who cannot hover.
    assert em.Status.ENTERED.meaning in texts(parsed(growth._repr_html_()))
    assert "nan" not in texts(parsed(growth._repr_html_())).lower()


def test_numbers_beside_a_status_are_marked():
    source = em.Panel.from_arrays(
        keys={"maker": ["A", "A", "A"]},
        period=["2024", "2025", "2026"],
        measures={"profit": [5, -3, 4]},
        complete_through="2025",
    )
    profit = source["profit"]
    assert table_rows(profit)[1] == ["A", "5", "-3", "partial 4"]
    growth = profit.growth()
    assert table_rows(growth)[1] == ["A", "outside", "to loss -160.00%", "partial"]
    meaning = f"TURNED_LOSS: {em.Status.TURNED_LOSS.meaning}"
    assert ("to loss", meaning) in tooltips(growth)
    assert "complete through 2025" in texts(parsed(profit._repr_html_()))


def test_no_cell_of_a_panel_is_empty_or_nan(every):
    for thing in every:
        if isinstance(thing, em.Panel | em.Measure):
            for row in table_rows(thing)[1:]:
                assert all(cell.strip() for cell in row)
                assert not any("nan" in cell.split() for cell in row)


def test_a_rate_that_a_roll_up_cannot_add_has_a_tooltip():
    rates = em.Panel.from_arrays(
        {"k": ["a", "b"]},
        ["2024", "2024"],
        {"r": [1, 2], "n": [1, 2]},
        kinds={"r": "rate"},
    )
    rolled = rates.rollup()
    assert table_rows(rolled)[1] == ["total", "r rate", "–"]
    assert any("rate of several series" in title for _, title in tooltips(rolled))
