"""Objects with HTML and reprs, and helpers that read their HTML."""

from functools import cache

import numpy as np
import pytest

import evmarket as em
from evmarket import datasets
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


def columns(makers, seed=0, periods=24):
    """Rows of makers and fuels by month; some are missing."""
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
    """Every kind of object that a panel returns."""
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


@cache
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


def parsed(fragment):
    """A fragment in a document, parsed strictly."""
    whole = (
        '<!DOCTYPE html><html lang="en"><head><title>t</title></head>'
        f"<body>{fragment}</body></html>"
    )
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    return parser.parse(whole).find("body")


def texts(tree):
    """The text of a tree, without its style."""
    if tree.tag == "style":
        return tree.tail or ""
    inside = "".join(map(texts, tree))
    return (tree.text or "") + inside + (tree.tail or "")


def table_rows(thing):
    """The table rows of the HTML of an object as lists of texts, headings first."""
    tree = parsed(thing._repr_html_())
    return [["".join(texts(c)) for c in row] for row in tree.iter("tr")]


def tooltips(thing):
    """Text and tooltip of all parts of the HTML that have a tooltip."""
    return [
        (mark.text, mark.get("title"))
        for mark in parsed(thing._repr_html_()).iter("abbr")
    ]


def column_of(rows, name):
    """The cells of a column, without its heading."""
    place = rows[0].index(name)
    return [row[place] for row in rows[1:]]
