"""How things look: tables in notebooks, reprs at a terminal."""

import re
import time
import unicodedata

import numpy as np
import pytest

import evmarket as em
from evmarket import datasets
from evmarket._common.html import ends, label, mark, numbers, text
from evmarket._common.text import columns_of, middle
from evmarket._market.market import market
from evmarket._tables.table import Table
from evmarket.datasets import Dataset

html5lib = pytest.importorskip("html5lib")

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "&amp;&lt;b&gt;",
    "</td></table></div><iframe src=//x>",
    "</style><svg onload=alert(1)>",
    "<!-- -->]]>",
    "\x00\x07\x1b[31m\x7f\x85\ufdd0\uffff",
    "a\u202egnp\u2066b",
    "US$ 1, HK$ 2, \\(x\\)",
    "<" * 500,
    "广州汽车集团股份有限公司" * 9,
)
NAMES = tuple(f"{k} {word}" for k, word in enumerate(HOSTILE))

# Everything that a look may be made of.
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


# ---- things to look at -----------------------------------------------------------


def columns(makers, seed=0, periods=24):
    """Rows of makers and fuels by month, some absent."""
    random = np.random.default_rng(seed)
    months = np.arange(periods) + np.datetime64("2024-01", "M")
    rows = [
        (maker, fuel, month)
        for maker in makers
        for fuel in ("BEV", None)
        for month in months
        if random.random() < 0.85
    ]
    units = random.integers(1, 90_000, len(rows))
    return rows, {
        "units": units,
        "revenue": units * random.random(len(rows)) * 1e5,
        "cost": units * random.random(len(rows)) * 9e4,
    }


def panel(makers, names=("units", "revenue", "cost"), keys=("maker", "fuel"), **more):
    rows, measures = columns(makers)
    return em.Panel.from_arrays(
        keys={keys[0]: [r[0] for r in rows], keys[1]: [r[1] for r in rows]},
        period=np.array([r[2] for r in rows]),
        measures=dict(zip(names, measures.values(), strict=True)),
        complete_through="2025-11",
        **more,
    )


def on_panel(source, units, revenue, cost, keys):
    """Everything that a panel gives."""
    maker, fuel = keys
    level = source[units]
    return [
        source,
        source.rollup(),
        level,
        level.growth(),
        level.growth(policy="midpoint"),
        level.log_growth(),
        level.share(within=fuel),
        level.rank(),
        level.ytd(),
        level.trailing(),
        level.index("2024-01"),
        level.share().change(),
        level.hhi(),
        source.margin(revenue, cost),
        source.ratio(revenue, units, kind="unit value"),
        source.report(units, by=maker, top=3),
        source.report(units, by=maker, within=fuel),
        source.coverage(),
        source.compare(source.select(periods=slice("2024-03", None))),
        source.to_table(),
        level.growth().to_table(),
        source.contributions(units, within=fuel),
        source.contributions(units).to_table(),
        source.margin_bridge(revenue, cost, units, within=fuel),
        source.price_volume(revenue, units),
        source.mix_rate(revenue, units),
        source.price_index(revenue, units),
        source.shift_share(units, maker, fuel),
        source.periods,
    ]


def explanations():
    random = np.random.default_rng(1)
    a, b, c = random.random((3, 2, 40)) + 0.5
    holes = np.where(random.random(a.shape) < 0.1, np.nan, a)
    return [
        em.contributions([50, 30, 20], [60, 30, 15]),
        em.contributions(holes, b),
        em.contributions(b, c, axis=0),
        em.mix_rate(a, b, b, c),
        em.mix_rate([1, 2], [0.1, 0.2], [2, 2], [0.15, 0.2], method="three-way"),
        em.price_volume(a, b, b, c, items=True),
        em.price_volume([10, 20], [3, 2], [11, 19], [2, 3], items=True),
        em.price_volume_mix(a, b, b, c),
        em.margin_bridge([3, 2], [2, 1], [1, 2], [4, 2], [2, 1], [1, 0]),
        em.margin_bridge(a, b, c, b, c, a),
        em.lmdi([[1, 2], [0.1, 0.2]], [[2, 2], [0.15, 0.2]]),
        em.lmdi(random.random((3, 5, 2)), random.random((3, 5, 2))),
        em.shift_share(random.random((3, 2)), random.random((3, 2))),
        em.price_index(a, b, b, c),
        em.quantity_index([1, 2], [3, 4], [1, 3], [5, 6]),
        em.base_effect(np.arange(1, 40), lag=12),
        em.contributions([0, 0], [1, 2]),
        em.contributions([], []),
        em.contributions(np.ones((3, 0)), np.ones((3, 0))),
        em.price_volume(*[np.ones((0, 3))] * 4),
        em.base_effect(np.array([], float)),
    ]


def figures():
    common = {"entity": NAMES[0], "measure": NAMES[1], "scope": "maker"}
    bad = [
        {"id": NAMES[2], **common, "period": "2024", "text": "100"},
        {
            "id": NAMES[3],
            **common,
            "period": "2025",
            "text": "181",
            "growth_text": "+50%",
            "growth_base": "2024",
            "growth_basis": "printed",
        },
    ]
    found = em.audit(bad)
    shipped = em.audit(datasets.load("guangzhou"))
    return [
        em.Figure("13.9万辆"),
        em.Figure("more than 130,000"),
        em.Figure("down nearly 20%"),
        em.Figure(0.25),
        em.Figure(139_000, unit=1_000),
        em.implied_base("139,000", "+80%"),
        em.implied_remainder("20", "3"),
        found,
        found.findings,
        found.findings[0],
        found.facts,
        shipped,
        shipped.findings,
        shipped.facts,
        em.audit(bad[:1]),
        em.check(level="16.49 million", base="12,859,000", growth="28.4%"),
    ]


def data():
    words = {"maker" + NAMES[1]: list(NAMES), "n": np.arange(len(NAMES))}
    many = {f"column {k}": np.arange(100) / 3 for k in range(60)}
    nothing = np.array(["2025-01", "NaT"], "M8[M]")
    return [
        *(datasets.load(name) for name in datasets.names()),
        *(datasets.load(name).facts() for name in datasets.names()),
        Dataset(words, name=NAMES[0], source=NAMES[2]),
        Dataset(many),
        Dataset({"when": nothing, "x": [np.nan, np.inf]}),
        Dataset({}),
        Table({}),
        Table(many, title=NAMES[3] * 20),
        Table({"a": np.array([True, False]), NAMES[0]: np.array(NAMES[:2], object)}),
        market(),
    ]


def things():
    keys = NAMES[4:6]
    names = (NAMES[0], NAMES[1], NAMES[2])
    units = {names[0]: NAMES[3], names[1]: NAMES[9], names[2]: NAMES[9]}
    wild = panel(NAMES, names, keys, units=units)
    found = on_panel(wild, *names, keys)
    tame = panel(["A", "比亚迪"])
    found += on_panel(tame, "units", "revenue", "cost", ("maker", "fuel"))
    none = tame.select(maker=[])
    found += [empty_panel(), empty_panel()["units"], none, none.coverage()]
    found += [
        none.contributions("units"),
        none.margin_bridge("revenue", "cost", "units"),
    ]
    return found + explanations() + figures() + data()


def empty_panel():
    return em.Panel.from_arrays({"k": ["a"]}, ["2024-01"], {"units": [1]}).select(
        k=[], periods=slice("2024-02", None)
    )


@pytest.fixture(scope="module")
def every():
    return things()


# ---- the document ----------------------------------------------------------------


def parsed(fragment):
    """A fragment in a document, by a parser that takes no error."""
    whole = (
        '<!DOCTYPE html><html lang="en"><head><title>t</title></head>'
        f"<body>{fragment}</body></html>"
    )
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(whole).find("body")


def texts(tree):
    """All text of a tree but its rules of style."""
    if tree.tag == "style":
        return tree.tail or ""
    inside = "".join(map(texts, tree))
    return (tree.text or "") + inside + (tree.tail or "")


def shown(thing):
    """The table rows of a look: a list of texts each, headings first."""
    tree = parsed(thing._repr_html_())
    return [["".join(texts(c)) for c in row] for row in tree.iter("tr")]


def told(thing):
    """Text and tooltip of everything in a look that has one."""
    return [
        (mark.text, mark.get("title"))
        for mark in parsed(thing._repr_html_()).iter("abbr")
    ]


def test_every_look_is_a_document_of_known_elements_and_attributes(every):
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


def test_rules_of_style_reach_nothing_outside():
    [style] = parsed(em.Figure("13.9万")._repr_html_()).iter("style")
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", style.text.replace("\\\n", ""))
    assert len(rules) > 8
    for selectors in rules:
        for selector in selectors.split(","):
            assert selector.strip().startswith(".evmarket"), selector
    assert "var(--jp-content-font-color1,inherit)" in style.text


def test_hostile_words_stay_text(every):
    for thing in every:
        tree = parsed(thing._repr_html_())
        assert not {e.tag for e in tree.iter()} & {"script", "img", "svg", "iframe"}
    source = panel(NAMES, units={"units": HOSTILE[0]})
    for word in NAMES[:6]:
        one = parsed(source.select(maker=[word]).coverage()._repr_html_())
        whole = {e.get("title") for e in one.iter("abbr")}
        assert word in whole or word in texts(one)
    assert HOSTILE[0] in texts(parsed(source["units"]._repr_html_()))


def test_what_no_document_may_hold_is_replaced():
    assert text("\x00\x1b\ud800\uffff") == "\N{REPLACEMENT CHARACTER}" * 4
    assert text("a\nb\tc\u2028d") == "a b c d"
    assert text("\u202eab") == "\N{REPLACEMENT CHARACTER}ab"
    assert text("👨\u200d👩") == "👨\u200d👩"
    assert text("\"'<>&") == "&quot;&#x27;&lt;&gt;&amp;"


def test_dollars_are_no_formula(every):
    for thing in every:
        [outside] = parsed(thing._repr_html_())
        kinds = outside.get("class").split()
        assert {"tex2jax_ignore", "mathjax_ignore"} <= set(kinds)


# ---- labels ----------------------------------------------------------------------


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


def test_middle_fits_whatever_the_width():
    for words in (*HOSTILE, "广" * 100, "e\u0301" * 90, "ab" * 30):
        for room in (5, 10, 33, 80):
            cut = middle(words, room)
            assert columns_of(cut) <= room and cut.isprintable()
    assert middle("abc", 3) == "abc" and middle("abcdefgh", 7) == "ab...gh"


# ---- numbers and statuses --------------------------------------------------------


def test_numbers_are_shown_as_their_kind_asks():
    assert numbers([0.1234, -2.5], look="rate") == ["+12.34%", "-250.00%"]
    assert numbers([0.1234], look="share") == ["12.34%"]
    assert numbers([0.012], look="pp") == ["+1.20 pp"]
    assert numbers([1234567, -2]) == ["1,234,567", "-2"]
    assert numbers([1234567.0, 0.5]) == ["1,234,567", "0.5"]
    assert numbers([3.14159, 10.5]) == ["3.14", "10.50"]
    assert numbers([1e-9, 0.0]) == ["0.000000001", "0"]
    assert numbers([1e20, -np.inf]) == ["1e+20", "-∞"]
    assert numbers([1e300], look="rate") == ["1e+300"]
    assert numbers([2**60], [0]) == ["1,152,921,504,606,846,976"]


def column_of(rows, name):
    place = rows[0].index(name)
    return [row[place] for row in rows[1:]]


def test_measures_are_shown_by_kind():
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
        assert column_of(shown(measure), "2025") == wanted, measure
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


def test_absent_numbers_are_shown_by_their_status():
    source = em.Panel.from_arrays(
        keys={"maker": ["A", "A", "B", "C"]},
        period=["2024-01", "2025-01", "2025-01", "2024-06"],
        measures={"units": [0, 5, 7, 1]},
        complete_through="2025-06",
    )
    growth = source["units"].growth().select(periods="2025-01")
    assert column_of(shown(growth), "2025-01") == ["base 0", "new", "missing"]
    assert ("new", f"ENTERED: {em.Status.ENTERED.meaning}") in told(growth)
    # What the marks mean is also told where nobody can hover.
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
    assert shown(profit)[1] == ["A", "5", "-3", "partial 4"]
    growth = profit.growth()
    assert shown(growth)[1] == ["A", "outside", "to loss -160.00%", "partial"]
    meaning = f"TURNED_LOSS: {em.Status.TURNED_LOSS.meaning}"
    assert ("to loss", meaning) in told(growth)
    assert "complete through 2025" in texts(parsed(profit._repr_html_()))


def test_no_cell_of_a_panel_is_empty_or_nan(every):
    for thing in every:
        if isinstance(thing, em.Panel | em.Measure):
            for row in shown(thing)[1:]:
                assert all(cell.strip() for cell in row)
                assert not any("nan" in cell.split() for cell in row)


def test_a_rate_that_a_roll_up_merged_is_told():
    rates = em.Panel.from_arrays(
        {"k": ["a", "b"]},
        ["2024", "2024"],
        {"r": [1, 2], "n": [1, 2]},
        kinds={"r": "rate"},
    )
    rolled = rates.rollup()
    assert shown(rolled)[1] == ["total", "r rate", "–"]
    assert any("rate of several series" in title for _, title in told(rolled))


# ---- what each thing shows -------------------------------------------------------


def test_a_panel_shows_its_measures_within_series():
    source = panel(["A"], units={"revenue": "CNY"}).select(periods="2025-01")
    rows = shown(source)
    assert rows[0] == ["maker", "fuel", "measure", "2025-01"]
    assert [row[-2] for row in rows[1:]] == [
        "units flow",
        "revenue flow, CNY",
        "cost flow",
    ] * 2
    values = [row[-1] for row in rows[1:]]
    for k, name in enumerate(source.measures):
        for series, value in enumerate(source[name].values[:, 0]):
            cell = values[series * 3 + k]
            assert cell == ("missing" if np.isnan(value) else f"{value:,.0f}")


def test_labels_that_are_numbers_have_no_separators():
    source = em.Panel.from_arrays({"year": [2024]}, ["2024"], {"units": [2024]})
    assert shown(source)[1] == ["2024", "units flow", "2,024"]
    assert shown(source.to_table())[1] == ["2024", "2024", "2,024"]
    assert repr(source.to_table()).splitlines()[-1].split() == ["2024", "2024", "2,024"]
    assert column_of(shown(datasets.load("china-nev")), "year")[0] == "2020"


def test_a_report_looks_like_one():
    source = panel(["A", "B", "C"])
    table = source.report("units", by="maker", top=2)
    rows = shown(table)
    assert rows[0] == list(table.columns)
    assert [row[2] for row in rows[1:]][-2:] == ["others", "total"]
    for row, share, change in zip(
        rows[1:], table["share"], table["share_pp"], strict=True
    ):
        assert row[rows[0].index("share")] == f"{100 * share:.2f}%"
        assert row[rows[0].index("share_pp")] == f"{100 * change:+.2f} pp"
    assert "units, 2025-11" in texts(parsed(table._repr_html_()))
    # Where there is no growth the status of that growth stands, not that of another.
    ytd = rows[0].index("ytd")
    codes = table.statuses["ytd"]
    for row, value, code in zip(rows[1:], table["ytd"], codes, strict=True):
        if np.isnan(value):
            assert row[ytd].startswith(em.Status(code).name[:6].lower())


def test_explanations_show_parts_and_total():
    bridge = em.margin_bridge([10, 5], [7, 4], [1, 1], [12, 5], [8, 4], [1, 1])
    rows = dict(shown(bridge)[1:])
    assert rows["price"] == f"{100 * bridge.price:+.2f} pp"
    assert list(rows)[-2:] == ["total", "matched"] and rows["matched"] == "100.00%"
    why = em.contributions([50, 30, 20], [60, 30, 15])
    assert column_of(shown(why), "parts") == ["+10.00 pp", "+0.00 pp", "-5.00 pp"]
    assert "total +5.00%" in texts(parsed(why._repr_html_()))
    none = em.contributions([0, 0], [1, 2])
    assert set(column_of(shown(none), "parts")) == {"base 0"}
    effect = em.base_effect(np.arange(1, 5), lag=1)
    momentum = column_of(shown(effect), "momentum")
    assert momentum[1] == "+69.31%"  # its own number: the status is that of the total


def test_a_base_effect_is_an_explanation_like_the_others():
    effect = em.base_effect(np.arange(1, 5), lag=1)
    names = ["total", "momentum", "base", "residual", "status"]
    assert list(effect.arrays()) == names
    pytest.importorskip("pandas")
    frame = effect.to_pandas()
    assert list(frame.columns) == names and len(frame) == 4


def test_explanations_on_panels_show_groups_and_items():
    source = panel(["A", "B"])
    why = source.contributions("units", within="fuel")
    tree = parsed(why._repr_html_())
    first, second = tree.iter("table")
    heads = [texts(cell) for cell in next(first.iter("tr"))]
    assert heads == ["fuel", "period", "total", "entry", "exit", "gap", "matched"]
    heads = [texts(cell) for cell in next(second.iter("tr"))]
    assert heads == ["maker", "fuel", "parts", "fate"]
    assert "items of 2025-11" in texts(tree)
    row = next(r for r in shown(why) if r[:2] == ["–", "2025-11"])
    assert row[2] == f"{100 * why.total[1, -2]:+,.2f}%"
    assert row[6] == f"{100 * why.matched[1, -2]:,.2f}%"


def test_figures_show_their_interval():
    assert shown(em.Figure("13.9万辆")) == [
        ["value", "interval", "printed to", "relation", "kind", "of"],
        ["139,000", "[138,500, 139,500]", "1,000", "exact", "number", "辆"],
    ]
    assert "(130,000, ∞)" in shown(em.Figure("more than 130,000"))[1]


def test_an_audit_shows_what_does_not_agree_first():
    found = figures()[7]
    rows = shown(found)
    assert rows[1][:2] == ["inconsistent", "growth"]
    assert rows[1][2] == "+50% [49.5%, 50.5%]"
    assert rows[1][3] == "[71.9048%, 91.0526%]"
    assert rows[1][4].startswith("apart by 21.4")
    assert "of 2 facts: 0 consistent, 1 inconsistent" in texts(
        parsed(found._repr_html_())
    )
    assert shown(found.findings[0])[1] == rows[1]


def test_datasets_show_values_by_kind():
    rows = shown(datasets.load("guangzhou"))
    assert rows[1][rows[0].index("value")] == "139,000"
    growth = next(row for row in rows if "more than doubled" in row)
    assert growth[rows[0].index("value")] == "+100.00%"
    words = texts(parsed(datasets.load("guangzhou")._repr_html_()))
    assert "52 rows × 21 columns" in words and "not shown: parent" in words
    assert "source: Jiemian News" in words


def test_the_report_on_the_market_has_a_table_a_section():
    found = market()
    sections = dict.fromkeys(line.section for line in found)
    tree = parsed(found._repr_html_())
    assert len(list(tree.iter("table"))) == len(sections)
    words = texts(tree)
    assert all(name in words for name in sections)
    assert isinstance(found, list) and repr(found).startswith("<Report: ")


# ---- what is large ---------------------------------------------------------------


def test_ends_of_what_is_large():
    assert ends(20, 20, 5, 5).tolist() == list(range(20))
    assert ends(21, 20, 5, 5).tolist() == [0, 1, 2, 3, 4, 16, 17, 18, 19, 20]
    assert ends(0, 20, 5, 5).tolist() == []


def test_a_large_panel_shows_its_ends_and_its_true_size():
    makers = [f"maker{k:03d}" for k in range(200)]
    source = panel(makers)
    whole = source["units"]
    for thing, some in ((source, 3), (source[["units"]], 5), (whole, 5)):
        words = texts(parsed(thing._repr_html_()))
        assert "400 series × 24 periods, 2024-01 to 2025-12" in words
        assert f"first {some} and last {some} of 400 series" in words
        assert "first 2 and last 6 of 24 periods" in words
    rows = shown(whole)
    assert [row[0] for row in rows[1:]] == [
        "maker000", "maker000", "maker001", "maker001", "maker002", "⋮",
        "maker197", "maker198", "maker198", "maker199", "maker199",
    ]  # fmt: skip
    assert rows[0][2:] == [
        "2024-01", "2024-02", "…", "2025-07", "2025-08", "2025-09", "2025-10",
        "2025-11", "2025-12",
    ]  # fmt: skip
    values = whole.values[-1, [0, 1, -6, -5, -4, -3, -2]]
    cells = [rows[-1][k] for k in (2, 3, 5, 6, 7, 8, 9)]
    for value, cell in zip(values, cells, strict=True):
        assert cell == f"{value:,.0f}" or np.isnan(value)
    table = shown(source.to_table())
    assert len(table) == 12 and set(table[6]) == {"⋮"}


def test_a_preview_holds_what_the_whole_holds():
    from evmarket._cells.select import preview

    source = panel([f"m{k}" for k in range(30)])
    source = source.merge(panel(["m1", "new"]), overlap="replace")
    chosen = np.array([0, 3, 4, 58, 60])
    for coarse in (source, source.resample("Q"), source.rollup("maker")):
        some = chosen[chosen < len(coarse)]
        few = em.Panel(preview(coarse._data, some))
        for name in coarse.measures:
            assert np.array_equal(
                few[name].values, coarse[name].values[some], equal_nan=True
            )
            assert np.array_equal(few[name].status, coarse[name].status[some])
        for measure in (
            coarse["units"].growth(),
            coarse["units"].growth(-1),
            coarse.margin("revenue", "cost"),
            coarse["units"].share(),
        ):
            few_of = em.Measure(preview(measure._data, some))
            assert np.array_equal(few_of.values, measure.values[some], equal_nan=True)
            assert np.array_equal(few_of.status, measure.status[some])


@pytest.fixture(scope="module")
def large():
    """A million series of three months."""
    count = 1_000_000
    names = np.arange(count).astype(str).astype(object)
    return em.Panel.from_arrays(
        keys={"dealer": np.tile(names, 3)},
        period=np.repeat(np.array(["2024-01", "2024-02", "2025-01"], "M8[M]"), count),
        measures={"units": np.arange(3 * count), "revenue": np.ones(3 * count)},
    )


def timed(call):
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def test_a_million_series_show_at_once(large):
    measure = large["units"]
    for thing in (large, measure, measure.growth(), large.coverage()):
        if isinstance(thing, em.Measure):
            assert "values" not in thing.__dict__
        assert "1,000,000" in thing._repr_html_()
        # The best of three: what is asked is not how busy the machine is.
        for show in (thing._repr_html_, thing.__repr__):
            assert min(timed(show) for _ in range(3)) < 0.05, thing
        if isinstance(thing, em.Measure):
            assert "values" not in thing.__dict__ and "status" not in thing.__dict__


# ---- reprs at a terminal ---------------------------------------------------------


def width(line):
    """Columns of a terminal, East Asian ones counted as two."""
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in line
    )


def test_reprs_fit_a_terminal(every):
    for thing in every:
        for line in repr(thing).split("\n"):
            assert width(line) <= 80, (type(thing).__name__, line)
            assert line.isprintable(), line


def test_reprs_shorten_in_the_middle():
    name = "广州汽车集团" * 12
    source = em.Panel.from_arrays({name: ["a"]}, ["2024"], {name: [1]})
    for line in (*repr(source).splitlines(), *repr(source[name]).splitlines()):
        assert width(line) <= 80
    assert "..." in repr(source[name]) and "series x" in repr(source[name])
    many = em.Panel.from_arrays(
        {"k": ["a"]}, ["2024"], {f"m{k}": [1] for k in range(100)}
    )
    assert repr(many).splitlines()[-1] == "  ... 80 more measures"
    long = em.Figure("1" * 60)
    assert all(width(line) <= 80 for line in repr(long).splitlines())


def test_a_wide_table_is_shown_whole_in_blocks():
    source = panel(["A", "B", "C"])
    table = source.report("units", by="maker")
    words = set(repr(table).split())
    assert set(table.columns) <= words
    assert any("%" in word for word in words)
    many = Table({f"column {k}": np.arange(3) for k in range(50)})
    assert "(10 more columns)" in repr(many)


# ---- completion ------------------------------------------------------------------


@pytest.fixture(scope="module")
def shell():
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    found = interactive.InteractiveShell.instance()
    yield found
    interactive.InteractiveShell.clear_instance()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("panel[", ["'units'", "'revenue'", "'cost'"]),
        ('panel["r', ["evenue"]),
        ("table[", ["'maker'", "'share_pp'"]),
        ("data[", ["'entity'", "'growth_text'"]),
        ("panel.series[", ["'maker'", "'fuel'"]),
        ("measure.series[", ["'maker'", "'fuel'"]),
    ],
)
def test_tab_completion_lists_measures_columns_and_keys(shell, line, wanted):
    source = panel(["A", "B"])
    shell.user_ns.update(
        panel=source,
        measure=source["units"],
        table=source.report("units", by="maker"),
        data=datasets.load("guangzhou"),
    )
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        offered = list(shell.Completer.completions(line, len(line)))
    whole = {line[: c.start] + c.text + line[c.end :] for c in offered}
    assert {line + word for word in wanted} <= whole, whole
