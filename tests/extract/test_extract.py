"""Figures of running texts: found, read, linked, and what is left out."""

import csv
import io
import json
import os
import random
import re

import numpy as np
import pytest

import evmarket as em
from evmarket.__main__ import main
from evmarket._extract.files import page_text
from tests.extract.articles import ARTICLES, SEED, SEED_PAIRS

SHARED = os.path.join(os.path.dirname(__file__), "..", "..", "..", "shared")
ARTICLE = os.path.join(SHARED, "seed", "article.txt")


def seed():
    if not os.path.exists(ARTICLE):
        pytest.skip("the article is not beside the repository")
    with open(ARTICLE, encoding="utf-8") as file:
        return file.read()


def digits_of(text, start):
    """Where the digits of a figure begin."""
    return start + re.search(r"\d", text[start:]).start()


def place_of(text, printed, occurrence):
    at = -1
    for _ in range(occurrence + 1):
        at = text.index(printed, at + 1)
    return digits_of(text, at)


def compare(text, figures, pairs, optional=()):
    """All figures are found with their intervals; all pairs are linked, none else."""
    found = em.extract(text)
    got = {digits_of(text, mention.span[0]): mention for mention in found}
    expected = {place_of(text, row[0], row[1]): row for row in figures}
    assert sorted(got) == sorted(expected)
    for place, (printed, _, low, high, kind) in expected.items():
        figure = got[place].figure
        assert figure.low == pytest.approx(low, rel=1e-12), printed
        assert figure.high == pytest.approx(high, rel=1e-12), printed
        # The growth of a rate "will drop to 15.2%": that rate is a growth.
        rates = {kind, "growth"} if "drop to" in printed else {kind}
        assert figure.kind in rates, printed
    places = {row[0]: place for place, row in expected.items()}
    links = {
        (place, digits_of(text, mention.of.span[0]))
        for place, mention in got.items()
        if mention.of is not None
    }
    wanted = {(places[growth], places[level]) for growth, level in pairs}
    allowed = {(places[growth], places[level]) for growth, level in optional}
    assert wanted <= links <= wanted | allowed
    assert not found.unread
    return found


def test_the_article():
    found = compare(seed(), SEED, SEED_PAIRS)
    assert len(found) == 45 and sum(m.of is not None for m in found) == 10


# Facts that the article states in words, by a year or by a rank.
IN_WORDS = {
    "g05", "g06", "g09", "g11", "g12", "g16", "g19", "g20", "g21", "g22", "g28", "g33",
    "g34", "g35", "g48", "g49", "g51",
}  # fmt: skip


def test_the_article_against_the_shipped_dataset():
    """Every fact with digits is found with its interval, and so is its growth."""
    spans = {(m.figure.low, m.figure.high) for m in em.extract(seed())}
    facts = em.datasets.load("guangzhou")
    missing = set()
    for number, words in zip(
        facts["id"], zip(facts["text"], facts["growth_text"], strict=True), strict=True
    ):
        for figure in (em.Figure(str(word)) for word in words if word):
            # The dataset prints losses and declines without their sign.
            ends = {(figure.low, figure.high), (-figure.high, -figure.low)}
            if not ends & spans:
                missing.add(number)
    assert missing == IN_WORDS


@pytest.mark.parametrize("article", ARTICLES, ids=[a["name"] for a in ARTICLES])
def test_articles(article):
    compare(
        article["text"],
        article["figures"],
        article["pairs"],
        article["optional_pairs"],
    )


@pytest.mark.parametrize(
    ("text", "figures", "links"),
    [
        ("Exports rose 20% to 15,000 cars.", ["rose 20%", "15,000 cars"], {0: 1}),
        ("It sold 30,000 cars, exports rose 20%.", ["30,000 cars", "rose 20%"], {}),
        ("It sold 30,000 cars while exports rose 20%.",
         ["30,000 cars", "rose 20%"], {}),
        ("It sold 30,000 cars in China, up 20%.", ["30,000 cars", "up 20%"], {1: 0}),
        ("It sold 3,000 cars and 400 trucks, up 5% and 6%, respectively.",
         ["3,000 cars", "400 trucks", "up 5%", "6%"], {}),
        ("销量15.2万辆，出口同比增长30%。", ["15.2万辆", "同比增长30%"], {}),
        ("销量15.2万辆，其中出口1.1万辆，同比增长30%。",
         ["15.2万辆", "1.1万辆", "同比增长30%"], {2: 1}),
        ("Revenue was RMB5.2 billion (US$0.7 billion), up 12% year on year.",
         ["RMB5.2 billion", "US$0.7 billion", "up 12% year on year"], {2: 0}),
        ("营收52亿元，同比增长12%，环比下降3%。",
         ["52亿元", "同比增长12%", "环比下降3%"], {1: 0, 2: 0}),
        ("In November 2025, 1-24日 and on 24 November at 20:48, No. 2, Model 3, "
         "ID.4, P7+, Q3, 9M, 36Kr, +86 571 5555 0100.", [], {}),
        ("2025年11月24日，第3位，11月1日至24日，1-11月，小鹏P7i。", [], {}),
        ("The margin fell from 8.1% to 6.3%.", ["8.1%", "6.3%"], {}),
        ("The years 2024-2035, 15th, and 3 of them.", [], {}),
        ("A range of 5% to 90% was seen.", [], {}),
        ("It sold 2,025 cars in 2025.", ["2,025 cars"], {}),
        ("Revenue was $28.1 billion, compared with $25.2 billion a year ago, an "
         "increase of 12%.", ["$28.1 billion", "$25.2 billion", "increase of 12%"], {}),
        ("SAIC sold 460,800 vehicles (down 4.2%), of which 209,000 were NEVs (+19.2%).",
         ["460,800 vehicles", "down 4.2%", "+19.2%"], {1: 0}),
        ("NIO's net loss narrowed 31.2% to RMB3.48 billion.",
         ["net loss narrowed 31.2%"], {}),
        ("The net loss of the group was 3.66 billion yuan.", [], {}),
        ("Its net loss was 3.66 billion yuan.", ["net loss was 3.66 billion yuan"], {}),
        ("前11个月产销分别完成1490.7万辆和1478万辆，同比均增长31.4%和31.2%。",
         ["1490.7万辆", "1478万辆", "同比均增长31.4%", "31.2%"], {}),
        ("产销1490.7万辆和1478万辆，同比增长31.4%。",
         ["1490.7万辆", "1478万辆", "同比增长31.4%"], {}),
        ("今年以来累计零售2148.3万辆，同比增长6.1%。",
         ["2148.3万辆", "同比增长6.1%"], {1: 0}),
        ("同比增幅由10月的6.3%收窄至2.1%。", ["6.3%", "收窄至2.1%"], {}),
        ("On 2025.11.24 and in 2025.11 and 2025/11.", [], {}),
        ("Shares rose 3.2% to $21.50 at 10:30 a.m. on Nov 24, 2025.",
         ["rose 3.2%", "$21.50"], {0: 1}),
    ],
)  # fmt: skip
def test_sentences(text, figures, links):
    found = em.extract(text)
    assert [m.text for m in found] == figures
    of = {
        place: found.figures.index(m.of)
        for place, m in enumerate(found)
        if m.of is not None
    }
    assert of == links
    for mention in found:
        assert text[slice(*mention.span)] == mention.text
        assert mention.text in mention.sentence and mention.sentence in text


def test_what_cannot_be_read_is_told():
    found = em.extract("A range of 5% to 90% was seen.")
    assert [one.text for one in found.unread] == ["5% to 90%"]
    assert found.unread[0].sentence == "A range of 5% to 90% was seen."
    assert "1 unread" in repr(found)


def test_more_nouns_and_misuse():
    text = "It shipped 5,000 gearboxes."
    assert not em.extract(text).figures
    assert em.extract(text, nouns=["gearboxes"]).figures[0].figure.of == "gearboxes"
    with pytest.raises(TypeError, match="text is 5"):
        em.extract(5)
    with pytest.raises(ValueError, match="at most 10,000,000"):
        em.extract("5" * 10_000_001)
    assert len(em.extract("")) == 0 and repr(em.extract("")).startswith("Extraction(0")


def test_tables_and_facts():
    found = em.extract("It sold 139,000 cars, up 80% year on year.\n\nThe share: 12%.")
    table = found.to_table()
    assert table["level"].tolist() == ["", "139,000 cars", ""]
    assert table["low"].tolist() == [138_500, 0.795, 0.115]
    assert table["base"].tolist() == ["", "year", ""]
    facts = found.to_facts()
    assert facts["text"].tolist() == ["139,000 cars", "12%"]
    assert facts["growth_text"].tolist() == ["up 80% year on year", ""]
    assert facts["kind"].tolist() == ["level", "share"]
    assert facts["paragraph"].tolist() == [1, 2]
    rows = facts.to_dict()
    rows["entity"], rows["measure"] = ["x", "x"], ["sales", "share"]
    rows["period"] = ["2025", "2025"]
    assert em.audit(rows).counts["inconsistent"] == 0


def test_html_marks_figures_and_hostile_text_is_inert():
    text = '<script>alert("5%")</script> It sold 5,000 cars, up 5% "x\' & <b>.'
    page = em.extract(text)._repr_html_()
    assert "<script>" not in page.replace("<style>", "") and "&lt;script&gt;" in page
    assert page.count("<mark") == 3
    assert 'title="number 4950 to 5050, exact"' in page
    assert "growth of 5,000 cars" in page


def test_pages():
    page = "<html><head><title>5%</title></head><body><p>Sales <b>rose</b> 5%.</p>"
    page += "<style>p{margin:5%}</style><div>12%<br>6%</div><svg>7%</svg></body>"
    assert page_text(page) == "Sales rose 5%.\n12%\n6%"
    assert page_text("<p>a &amp; b &lt;5%&gt;") == "a & b <5%>"


def test_the_command(tmp_path, capsys, monkeypatch):
    path, facts = tmp_path / "a.txt", tmp_path / "facts.csv"
    path.write_text("Sales rose 20% to 15,000 cars.", encoding="utf-8")
    assert main(["extract", str(path), "--facts", str(facts)]) == 0
    shown = capsys.readouterr().out
    assert "2 figures, 1 linked" in shown and "of 15,000 cars" in shown
    with open(facts, encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert (row["text"], row["growth_text"]) == ("15,000 cars", "rose 20%")
    assert main(["extract", str(path), "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["kind"] == "growth"
    assert main(["extract", str(path), "--format", "html"]) == 0
    assert "<mark" in capsys.readouterr().out
    page = b"<!DOCTYPE html><html><body><p>up 5%</p></body></html>"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(page)))
    assert main(["extract", "-", "--format", "csv"]) == 0
    assert "up 5%" in capsys.readouterr().out
    assert main(["extract", str(tmp_path / "none")]) == 2
    assert "cannot read" in capsys.readouterr().err
    assert main(["extract", str(path), "--facts", str(tmp_path / "no" / "x")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_any_text_is_scanned():
    pick = random.Random(3)
    signs = "0123456789.,-+%~() 万亿至辆年月同比增长下降 up to cars rose\n"
    words = signs.split(" ")
    for number in range(400):
        some = [pick.choice(words if number % 2 else signs) for _ in range(60)]
        text = (" " if number % 2 else "").join(some)
        found = em.extract(text)
        ends = [0]
        for mention in found:
            start, end = mention.span
            assert ends[-1] <= start < end <= len(text)
            ends.append(end)
            assert np.isfinite(mention.figure.value)
            assert em.Figure(mention.text).value == mention.figure.value
