"""The shipped data, against the article and the tables of the press."""

import csv
import pickle
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import evmarket as em
from evmarket.datasets import ENTITIES, FACT_COLUMNS, SCOPES, Dataset

SHARED = Path(__file__).resolve().parents[3] / "shared"
ARTICLE = SHARED / "seed" / "article.txt"
PRESS = SHARED / "data" / "press"
NAMES = [
    "guangzhou",
    "xpeng-monthly",
    "china-nev",
    "auto-industry",
    "byd-revenue",
    "byd-regions",
]


def rows(dataset):
    lists = [dataset[column].tolist() for column in dataset]
    return [
        dict(zip(dataset.columns, entries, strict=True))
        for entries in zip(*lists, strict=True)
    ]


def article_facts():
    return rows(em.datasets.load("guangzhou"))


def all_facts():
    return [row for name in NAMES for row in rows(em.datasets.load(name).facts())]


def fact(facts, **wanted):
    found = [f for f in facts if all(f[key] == value for key, value in wanted.items())]
    assert len(found) == 1, wanted
    return found[0]


# Figures of the article: entity, measure, period, value, printed growth.
ARTICLE_SAYS = [
    ("guangzhou", "exports", "2025", 139_000, "+80%"),
    ("guangzhou", "exports", "2025", 16.49e9, "+70.3%"),
    ("gac-own-overseas", "sales", "2025", 130_000, "+47%"),
    ("xpeng-overseas", "deliveries", "2025", 45_000, "+96%"),
    ("xpeng-overseas", "deliveries", "2026", 1.0, ""),
    ("xpeng-overseas", "countries and regions", "2024-12", 30, ""),
    ("xpeng-overseas", "stores", "2024-12", 150, ""),
    ("xpeng-europe", "deliveries", "2024", 10_000, ""),
    ("xpeng-overseas", "share of sales", "2030", 0.5, ""),
    ("xpeng", "rank by exports among domestic NEV brands", "2027", 3, ""),
    ("xpeng-overseas", "countries and regions", "2025-12", 60, ""),
    ("aion-overseas", "countries and regions", "2026-01", 47, ""),
    ("aion-hk", "registrations", "2025", 1_809, "+714.9%"),
    ("xpeng-hk", "registrations", "2025", 1_995, "+308.8%"),
    ("hong-kong", "sales", "", 40_000, ""),
    ("xpeng-overseas", "factories", "2026-02", 3, ""),
    ("xpeng-overseas", "clusters with super-charging", "2026-02", 7, ""),
    ("xpeng-charging", "countries and regions", "2026-02", 31, ""),
    ("china-pv", "NEV penetration", "2025", 0.54, ""),
    ("china-nev", "sales", "2025", 0.282, ""),
    ("china-nev", "sales", "2023..2024", 0.35, ""),
    ("china-nev", "sales", "2026", 0.152, ""),
    ("byd-geely-saic", "market share", "", 0.5, ""),
    ("aion", "sales", "2025", 290_000, "-22.62%"),
    ("trumpchi", "sales", "2025", 319_200, "-23.02%"),
    ("gac", "net profit of the parent", "2025", -8.5e9, ""),
    ("xpeng", "deliveries", "2026-01", 20_000, "-34.1%"),
    ("xpeng-shenzhen", "service stores", "2026-01..2026-06", 3, ""),
    ("xpeng-huangpu", "area", "2026-02", 25_000, ""),
    ("xpeng-huangpu", "area in basketball courts", "2026-02", 60, ""),
    ("xpeng-huangpu", "peak deliveries a day", "2026", 150, ""),
    ("xpeng-huangpu", "deliveries a year", "2026", 25_000, ""),
    ("china-auto", "revenue", "2025-01..2025-11", 10e12, ""),
    ("china-auto", "profit", "2025-01..2025-11", 440.3e9, "+7.5%"),
    ("china-auto", "profit margin", "2025-01..2025-11", 0.044, ""),
    ("downstream-industry", "profit margin", "2025-01..2025-11", 0.06, ""),
    ("byd-china", "gross margin", "2025-01..2025-06", 0.1697, ""),
    ("byd-overseas", "gross margin", "2025-01..2025-06", 0.1982, ""),
    ("guangzhou-industry", "value added", "2025", 0.012, ""),
    ("guangzhou-auto", "value added", "2025", -0.016, ""),
    ("guangzhou-industry", "pillar industries", "2025", 3, ""),
    ("weride-middle-east", "robotaxis", "2027", 1_200, ""),
    ("weride-middle-east", "robotaxis", "2026-02", 200, ""),
]


@pytest.mark.parametrize("said", ARTICLE_SAYS, ids=lambda said: "-".join(said[:3]))
def test_the_article_says(said):
    keys = ("entity", "measure", "period", "value", "growth_text")
    fact(article_facts(), **dict(zip(keys, said, strict=True)))


# Phrases with numerals that are not about the market: dates of publication, of an
# interview, of an opening, of an announcement; the title of a plan; the publisher.
NOT_ABOUT_THE_MARKET = [
    "36氪的朋友们2026-02-11 20:48",
    "On February 9th, Gu Yuanqin",
    "On February 9th, XPeng's largest",
    "On February 6th, WeRide",
    "issued in 2025 proposed",
    "(2024 - 2035)",
    "published by 36Kr",
    # "profitable" has no figure
    "In 2025, the Robotaxi business",
]


def paragraphs():
    text = ARTICLE.read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]


def numerals(text):
    found = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)
    return {numeral.replace(",", "") for numeral in found}


@pytest.mark.skipif(not ARTICLE.exists(), reason="the article is not here")
def test_every_numeral_of_the_article_is_in_a_fact_of_its_paragraph():
    facts = article_facts()
    used = set()
    checked = 0
    for number, paragraph in enumerate(paragraphs(), start=1):
        for phrase in NOT_ABOUT_THE_MARKET:
            if phrase in paragraph:
                used.add(phrase)
                paragraph = paragraph.replace(phrase, "")
        here = [f for f in facts if f["paragraph"] == number]
        printed = [
            f[column]
            for f in here
            for column in ("text", "growth_text", "period", "growth_base")
        ]
        covered = set().union(*map(numerals, printed)) if printed else set()
        assert numerals(paragraph) <= covered, (number, paragraph[:60])
        checked += len(numerals(paragraph))
    assert checked >= 60
    assert used == set(NOT_ABOUT_THE_MARKET)


# Figures that the article writes as words.
WORDS = {
    ("9", "1"): "won the championship",
    ("10", "50%"): "contribute half of the sales",
    ("10", "at most 3"): "the top three",
    ("12", "1"): "topping the list",
    ("16", "3"): "three factories",
    ("16", "7"): "seven major national industrial clusters",
    ("17", "3"): "Indonesia, Austria, and Malaysia",
    ("17", "at most 0.5"): "within half a year",
    ("8", "more than doubled"): "more than double",
    ("20", "about 50%"): "half of the market",
    ("22", "3"): 'ranking at the bottom among "NIO, XPeng, and Li Auto"',
    ("23", "3"): "three comprehensive service stores",
    ("23", "1"): "a large - scale sales and service center",
    ("27", "3"): "one of the three pillar industries",
    ("30", "at least 2"): "until two years later",
    ("31", "3"): "three major markets",
}


@pytest.mark.skipif(not ARTICLE.exists(), reason="the article is not here")
def test_every_figure_of_a_fact_is_in_its_paragraph():
    text = paragraphs()
    for row in article_facts():
        paragraph = text[row["paragraph"] - 1]
        word = WORDS.get((str(row["paragraph"]), row["text"]))
        if word is not None:
            assert word in paragraph, row
        else:
            assert numerals(row["text"]) <= numerals(paragraph), row
        assert numerals(row["growth_text"]) <= numerals(paragraph), row


SCALES = {"billion": 10**9, "trillion": 10**12}
RELATIONS = {
    "nearly": "nearly",
    "about": "about",
    "over": "over",
    "more than": "over",
    "exceeded": "over",
    "at least": "at_least",
    "less than": "under",
    "at most": "at_most",
}


def read(text):
    """The value and the relation of a printed figure, in exact decimals."""
    if text == "more than doubled":
        return Decimal(1), "over"
    relation = "exact"
    for hedge, name in RELATIONS.items():
        if text.startswith(hedge + " "):
            text, relation = text.removeprefix(hedge + " "), name
    sign = -1 if text.startswith("loss of ") else 1
    parts = re.split(r" to |(?<=%)-", text.removeprefix("loss of "))
    values = []
    for part in parts:
        number, _, words = part.partition(" ")
        scale = SCALES.get(words.split(" ")[0], 1) if words else 1
        value = Decimal(number.rstrip("%").replace(",", "")) * scale
        values.append(value / 100 if number.endswith("%") else value)
    if len(values) == 2:
        relation = "range"
    return sign * sum(values) / len(values), relation


def test_values_and_relations_are_what_the_printed_text_says():
    for row in all_facts():
        value, relation = read(row["text"])
        assert row["value"] == float(value), row
        assert row["relation"] == relation, row


def test_codes_and_words_of_facts_are_the_documented_ones():
    facts = all_facts()
    for row in facts:
        assert row["entity"] in ENTITIES
        assert row["parent"] in {"", *ENTITIES}
        assert row["scope"] in SCOPES
        kinds = {"level", "growth", "share", "margin", "pp", "count"}
        assert row["kind"] in kinds
        assert row["mode"] in {"reported", "target", "forecast"}
        assert row["growth_basis"] in {"", "printed", "comparable"}
        assert re.fullmatch(r"(\d{4}(-\d\d)?(\.\.\d{4}(-\d\d)?)?)?", row["period"])
        assert re.fullmatch(r"([+-]\d+(\.\d+)?%)?", row["growth_text"])
        if row["growth_text"]:
            assert row["growth_base"]
        if row["dimension"] == "money" and row["kind"] == "level":
            assert row["unit"] == "yuan"
        if row["kind"] in ("growth", "share", "margin"):
            assert row["unit"] == "fraction"
        assert row["source"]
    ids = [row["id"] for row in facts]
    assert len(set(ids)) == len(ids)
    used = {row["entity"] for row in facts} | {row["parent"] for row in facts}
    assert used == {"", *ENTITIES}
    assert {row["scope"] for row in facts} == set(SCOPES)


def press(name):
    with open(PRESS / name, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def scaled(text, unit):
    return float(Decimal(text) * unit) if text else np.nan


@pytest.mark.skipif(not PRESS.exists(), reason="the press tables are not here")
def test_tables_equal_the_press():
    yuan = 10**8
    for name, file, columns in (
        ("xpeng-monthly", "xpeng_monthly.csv", {"value": ("value", 1)}),
        (
            "china-nev",
            "caam_nev_annual.csv",
            {"value": ("value", 1), "growth_printed": ("growth_printed", 1)},
        ),
        (
            "auto-industry",
            "auto_industry_cumulative_2025.csv",
            {key: (key, yuan) for key in ("revenue", "cost", "profit")}
            | {"profit_growth_printed": ("profit_growth_printed", 1)},
        ),
        (
            "byd-revenue",
            "byd_cumulative.csv",
            {"revenue": ("revenue_bn", 10**9), "growth_printed": ("growth_printed", 1)},
        ),
        (
            "byd-regions",
            "byd_regions_h1_2025.csv",
            {
                "revenue": ("revenue_bn", 10**9),
                "gross_margin_printed": ("gross_margin_printed", 1),
            },
        ),
    ):
        ours, theirs = em.datasets.load(name), press(file)
        assert len(ours) == len(theirs)
        for column, (source, unit) in columns.items():
            expected = [scaled(row[source], unit) for row in theirs]
            np.testing.assert_array_equal(ours[column].astype(float), expected)
        for column in set(ours.columns) - set(columns) - {"region"}:
            assert ours[column].astype(str).tolist() == [row[column] for row in theirs]


def test_facts_of_tables():
    facts = all_facts()
    h1 = fact(facts, id="byd/2025-06")
    assert (h1["text"], h1["growth_text"]) == ("371.28 billion yuan", "+23.30%")
    assert (h1["period"], h1["growth_base"]) == ("2025-01..2025-06", "2024-01..2024-06")
    november = fact(facts, id="auto/2025-11/profit")
    assert (november["text"], november["growth_text"]) == (
        "440.3 billion yuan",
        "+7.5%",
    )
    assert november["growth_basis"] == "comparable"
    assert fact(facts, id="auto/2025-12/profit")["text"] == "461.0 billion yuan"
    assert not [f for f in facts if f["id"] == "auto/2025-11/cost"]
    forecast = fact(facts, id="nev/2026/forecast")
    assert (forecast["mode"], forecast["text"]) == ("forecast", "19,000,000")
    assert fact(facts, id="nev/2021/first")["growth_basis"] == ""
    assert fact(facts, id="nev/2021/tabulated")["growth_basis"] == "printed"
    complete = {f["id"] for f in facts if f["parts"]}
    assert complete == {"byd-regions/all/2025-06/revenue"}
    changed = em.datasets.load("xpeng-monthly").replace(0, "value", 9_001).facts()
    assert (changed["value"][0], changed["text"][0]) == (9_001.0, "9,001")


def test_published_results_follow_from_the_tables():
    nev = em.datasets.load("china-nev")
    sales = nev["value"][nev["vintage"] != "first print"]
    printed = nev["growth_printed"][nev["vintage"] != "first print"]
    np.testing.assert_allclose(em.growth(sales)[1:], printed[1:], atol=0.0005)
    assert em.cagr(sales[0], sales[5], 5) == pytest.approx(0.656097, abs=5e-7)
    mean = em.mean_growth(sales[:6], method="accumulative")
    assert mean == pytest.approx(0.764269, abs=5e-7)
    months = em.datasets.load("xpeng-monthly")["value"]
    assert months.dtype == np.int64
    assert months[12:24].sum() == 429_445
    assert em.trailing(months, 12)[-1] == 403_909
    regions = em.datasets.load("byd-regions")
    earned = regions["revenue"][:2] * regions["gross_margin_printed"][:2]
    group = em.ratio(earned.sum(), regions["revenue"][:2].sum())
    assert group == pytest.approx(66.863976 / 371.28, rel=1e-15)
    assert round(group, 4) == regions["gross_margin_printed"][2] == 0.1801


def test_names_and_load():
    assert em.datasets.names() == NAMES
    for name in NAMES:
        dataset = em.datasets.load(name)
        assert dataset.name == name
        assert dataset.source
        assert len(repr(dataset)) <= 80
        assert name in repr(dataset)
        assert dataset.facts().columns == FACT_COLUMNS
        assert all(len(dataset[column]) == len(dataset) for column in dataset)
    facts = em.datasets.load("guangzhou")
    assert facts.facts() is facts


def test_errors_name_the_nearest_names():
    with pytest.raises(KeyError, match=r"'guangzou'; near it: guangzhou"):
        em.datasets.load("guangzou")
    with pytest.raises(KeyError, match="there are: guangzhou, xpeng-monthly"):
        em.datasets.load("?")
    with pytest.raises(TypeError, match="name is 3"):
        em.datasets.load(3)
    facts = em.datasets.load("guangzhou")
    with pytest.raises(KeyError, match="'valeu'; near it: value"):
        facts["valeu"]
    with pytest.raises(TypeError, match="column is 0"):
        facts[0]
    with pytest.raises(TypeError, match="column is"):
        facts[["value"]]


def test_a_caller_cannot_change_the_data():
    dataset = em.datasets.load("xpeng-monthly")
    value = dataset["value"]
    with pytest.raises(ValueError, match="read-only"):
        value[0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        value.setflags(write=True)
    mine = np.array([1.0, 2.0])
    held = Dataset({"a": mine})
    mine[0] = 9
    assert held["a"].tolist() == [1.0, 2.0]
    frame = dataset.to_pandas()
    frame.loc[0, "value"] = 1
    assert dataset["value"][0] == em.datasets.load("xpeng-monthly")["value"][0] == 8250


def test_replace_gives_a_changed_copy():
    facts = em.datasets.load("guangzhou")
    changed = facts.replace("g01", "text", "a much longer text than any other one here")
    assert changed["text"][0].endswith("one here")
    assert facts["text"][0] == "139,000"
    others = [c for c in facts if c != "text"]
    assert all(np.array_equal(facts[c], changed[c]) for c in others)
    assert (changed["text"] != facts["text"]).sum() == 1
    assert (changed.name, changed.source) == (facts.name, facts.source)
    months = em.datasets.load("xpeng-monthly")
    assert months.replace(-1, "value", 0.5)["value"][-1] == 0.5
    assert months.replace(-1, "value", 7)["value"].dtype == np.int64
    for arguments, error, said in (
        (("g99", "value", 1), KeyError, "row is 'g99': no row has this id"),
        ((99, "value", 1), KeyError, "row is 99: the dataset has 52 rows"),
        ((1.5, "value", 1), TypeError, "row is 1.5"),
        ((True, "value", 1), TypeError, "row is True"),
        ((0, "worth", 1), KeyError, "no column 'worth'"),
        (
            (0, "value", "1"),
            TypeError,
            "the column 'value' holds numbers",
        ),
        ((0, "text", 1), TypeError, "the column 'text' holds text"),
    ):
        with pytest.raises(error, match=re.escape(said)):
            facts.replace(*arguments)


def test_a_new_dataset():
    held = Dataset({"maker": ["小鹏", None], "units": [1, 2]}, name="mine")
    assert held["maker"].tolist() == ["小鹏", ""]
    assert dict(held).keys() == {"maker", "units"}
    assert "units" in held
    assert repr(held) == "<Dataset mine: 2 rows of maker, units>"
    assert repr(Dataset({})) == "<Dataset: 0 rows of >"
    again = pickle.loads(pickle.dumps(held))
    assert again["units"].tolist() == [1, 2]
    with pytest.raises(ValueError, match="it lacks 'id'"):
        held.facts()
    with pytest.raises(ValueError, match="column 'b' has 1 rows, the first 2"):
        Dataset({"a": [1, 2], "b": [1]})
    with pytest.raises(ValueError, match="has 2 dimensions"):
        Dataset({"a": [[1, 2]]})
    with pytest.raises(TypeError, match="holds mixed objects"):
        Dataset({"a": [1, None]})
    with pytest.raises(TypeError, match="complex"):
        Dataset({"a": [1j]})
    with pytest.raises(TypeError, match="named 1"):
        Dataset({1: [1]})


def test_to_pandas():
    pandas = pytest.importorskip("pandas")
    frame = em.datasets.load("auto-industry").to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert frame["profit"].tolist()[1:] == [389.5e9, 440.3e9, 461e9]
    assert frame["revenue"].isna().tolist() == [True, False, False, False]


def test_data_costs_nothing_until_it_is_loaded():
    heavy = "{'csv', 'json', 'argparse', 'difflib', 'dataclasses', 'pandas'}"
    shown = [
        subprocess.run(
            [
                sys.executable,
                "-c",
                f"{start}; print(sorted({heavy} & {{*sys.modules}}))",
            ],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).resolve().parents[2],
        ).stdout
        for start in (
            "import sys, numpy",
            "import sys, evmarket; evmarket.datasets.names()",
        )
    ]
    assert shown[0] == shown[1]
