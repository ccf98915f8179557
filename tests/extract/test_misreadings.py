"""Sentences that invite a wrong figure: read right, or told as unread."""

import pytest

import evmarket as em

SENTENCES = [
    # A verb after a level leads to the next number.
    ("Exports of 12,345 units rose 20%.",
     [("12,345 units", 12345, "number"), ("rose 20%", 0.2, "growth")], []),
    ("出口5.2万辆增长20%。",
     [("5.2万辆", 52000, "number"), ("增长20%", 0.2, "growth")], []),
    ("占比5.2%同比增长20%。",
     [("5.2%", 0.052, "percent"), ("同比增长20%", 0.2, "growth")], []),
    ("It saw a 20% decline in exports.", [("20% decline", -0.2, "growth")], []),
    # More and less than an earlier time tell a change, and are no limit.
    ("Sales were 5,000 units higher than a year earlier.",
     [("5,000 units higher than a year earlier", 5000, "change")], []),
    ("20% fewer than in 2023", [("20% fewer", -0.2, "growth")], []),
    ("1.8% fewer than 2023.", [("1.8% fewer", -0.018, "growth")], []),
    # From one level to another is no range.
    ("The tariff rises from 10% to 45.3%.",
     [("10%", 0.1, "percent"), ("45.3%", 0.453, "percent")], []),
    ("出口占比由10%至45%。", [("10%", 0.1, "percent"), ("45%", 0.45, "percent")], []),
    ("Prices have fallen since 2022 to about $9,500 a tonne.",
     [("about $9,500", 9500, "number")], []),
    # Years, names and measures are no figures.
    ("2024 sales rose 20%.", [("rose 20%", 0.2, "growth")], []),
    ("It sold 2024 vehicles.", [("2024 vehicles", 2024, "number")], []),
    ("It has 5 m2 of floor.", [], []),
    ("It is a 5 b-class car.", [], []),
    # Money and signs that the reader does not know.
    ("NZ$500 million", [], ["500 million"]),
    ("R$5 million", [], ["5 million"]),
    ("5.2亿泰铢", [], ["5.2亿"]),
    ("▲5.2%", [], ["5.2%"]),
    ("±5.2%", [], ["5.2%"]),
    ("港币5.2亿元", [("港币5.2亿元", 5.2e8, "number")], []),
    ("revenue of Rs.500 crore", [("Rs.500 crore", 5e9, "number")], []),
    ("25.000 Euro", [], ["25.000 Euro"]),
    # Denied figures.
    ("It did not reach 50,000 units.", [], ["50,000 units"]),
    ("Exports did not rise 20%.", [], ["20%"]),
    ("It not only rose 20%.", [("rose 20%", 0.2, "growth")], []),
    ("不仅增长20%", [("增长20%", 0.2, "growth")], []),
    ("南非5.2万辆", [("5.2万辆", 52000, "number")], []),
    # A change that ends at a level.
    ("exports rose above 50,000 units",
     [("rose above 50,000 units", 50000, "number")], []),
    ("Its share rose by 2.1 percentage points to 14.9%.",
     [("rose by 2.1 percentage points", 0.021, "pp"), ("14.9%", 0.149, "percent")],
     []),
    ("Sales rose 2% to 15%.",
     [("rose 2%", 0.02, "growth"), ("15%", 0.15, "percent")], []),
    ("利润总额同比下降15.3%，降幅比1-9月份收窄1.2个百分点。",
     [("同比下降15.3%", -0.153, "growth")], ["1.2个百分点"]),
    ("Sales fell 5% and 3% respectively.", [("fell 5%", -0.05, "growth")], ["3%"]),
    ("同比上升8.3pct。", [], ["8.3"]),
    ("Sales were 10% below last year's.", [], ["10% below"]),
    ("销量不足去年的80%", [], ["80%"]),
    # One number in two parts.
    ("1亿2000万元", [], ["1亿2000"]),
    ("1万2千辆", [], ["1万2"]),
    # Ranges that look like telephone numbers.
    ("guidance of 120,000-125,000 units",
     [("120,000-125,000 units", 122500, "number")], []),
    ("It grew 5-10% in 2024.", [("grew 5-10%", 0.075, "growth")], []),
    ("Call 010-12345678 or +86 571 5555 0100.", [], []),
    # Parentheses in a running text may be a share, a growth or a minus.
    ("Operating margin (5.2%)", [], ["5.2%)"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "figures", "unread"), SENTENCES)
def test_figures_of_a_sentence(text, figures, unread):
    found = em.extract(text)
    got = [(m.text, pytest.approx(m.figure.value), m.figure.kind) for m in found]
    assert got == figures
    assert [u.text for u in found.unread] == unread


@pytest.mark.parametrize(
    "text",
    [
        "去年同期5万辆,增长20%",
        "全年目标5万辆，同比增长20%。",
        "a target of 50,000 vehicles, up 20%",
        "a loss of 5 million yuan, up 20%",
        "BYD sold 5,000 units (9,000 in all) and 6,000 cars, up 20%.",
    ],
)
def test_growth_without_a_sure_level_is_not_linked(text):
    found = em.extract(text)
    assert [m.of for m in found if m.figure.kind == "growth"] == [None]
