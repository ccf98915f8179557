"""Published figures: how text is read and what it implies, in exact rationals."""

import copy
import doctest
import importlib
import math
import pickle
import random
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import evmarket as em
from evmarket._figures.vocabulary import VOCABULARY
from tests.figures import reference_figures as exact

INF = math.inf
LARGEST = math.nextafter(INF, 0)

# text: low, high, open ends, kind, relation, of
READ = {
    "139,000": (138_500, 139_500, "", "number", "exact", ""),
    "290,000": (285_000, 295_000, "", "number", "exact", ""),
    "20,000": (19_500, 20_500, "", "number", "exact", ""),
    "60": (59.5, 60.5, "", "number", "exact", ""),
    "1,000,000": (950_000, 1_050_000, "", "number", "exact", ""),
    "0": (-0.5, 0.5, "", "number", "exact", ""),
    "80%": (0.795, 0.805, "", "percent", "exact", ""),
    "100%": (0.95, 1.05, "", "percent", "exact", ""),
    "80.0%": (0.7995, 0.8005, "", "percent", "exact", ""),
    "13.9万": (138_500, 139_500, "", "number", "exact", ""),
    "１３．９万辆": (138_500, 139_500, "", "number", "exact", "辆"),
    "10 trillion": (9.5e12, 10.5e12, "", "number", "exact", ""),
    "1.2万亿元": (1.15e12, 1.25e12, "", "number", "exact", "CNY"),
    "16.49 billion yuan": (16.485e9, 16.495e9, "", "number", "exact", "CNY"),
    "RMB 16.49bn": (16.485e9, 16.495e9, "", "number", "exact", "CNY"),
    "$1.2m": (1.15e6, 1.25e6, "", "number", "exact", "USD"),
    "5k": (4_500, 5_500, "", "number", "exact", ""),
    "-$5": (-5.5, -4.5, "", "number", "exact", "USD"),
    "exceeded 10 trillion yuan": (1e13, INF, "()", "number", "over", "CNY"),
    "超10万": (100_000, INF, "()", "number", "over", ""),
    "nearly 130,000": (125_000, 130_000, ")", "number", "nearly", ""),
    "近13万辆": (125_000, 130_000, ")", "number", "nearly", "辆"),
    "about 20,000": (19_500, 20_500, "", "number", "about", ""),
    "2万辆左右": (15_000, 25_000, "", "number", "about", "辆"),
    "20多万": (200_000, 300_000, "", "number", "and_some", ""),
    "300多": (300, 400, "", "number", "and_some", ""),
    "10万余辆": (100_000, 110_000, "", "number", "and_some", "辆"),
    "10余万": (100_000, 200_000, "", "number", "and_some", ""),
    "20多个百分点": (0.2, 0.3, "", "pp", "and_some", ""),
    "at least 1,200": (1_200, INF, ")", "number", "at_least", ""),
    "80%以上": (0.8, INF, ")", "percent", "at_least", ""),
    "less than 40,000": (0, 40_000, ")", "number", "under", ""),
    "不到4万辆": (0, 40_000, ")", "number", "under", "辆"),
    "up to 20%": (0, 0.2, "", "percent", "at_most", ""),
    "不超过5%": (0, 0.05, "", "percent", "at_most", ""),
    "30%-40%": (0.3, 0.4, "", "percent", "range", ""),
    "30% - 40%": (0.3, 0.4, "", "percent", "range", ""),
    "30～40%": (0.3, 0.4, "", "percent", "range", ""),
    "8-9 billion yuan": (8e9, 9e9, "", "number", "range", "CNY"),
    "a loss of 8 billion to 9 billion yuan": (
        -9e9,
        -8e9,
        "",
        "number",
        "range",
        "CNY",
    ),
    "亏损80亿至90亿元": (-9e9, -8e9, "", "number", "range", "CNY"),
    "-5% to -3%": (-0.05, -0.03, "", "growth", "range", ""),
    "down 3% to 5%": (-0.05, -0.03, "", "growth", "range", ""),
    "+80%": (0.795, 0.805, "", "growth", "exact", ""),
    "−34.1%": (-0.3415, -0.3405, "", "growth", "exact", ""),
    "up 80%": (0.795, 0.805, "", "growth", "exact", ""),
    "a year-on-year increase of 80%": (0.795, 0.805, "", "growth", "exact", ""),
    "同比增长80%": (0.795, 0.805, "", "growth", "exact", ""),
    "同比下降22.62%": (-0.22625, -0.22615, "", "growth", "exact", ""),
    "declined by 22.62%": (-0.22625, -0.22615, "", "growth", "exact", ""),
    "80% increase": (0.795, 0.805, "", "growth", "exact", ""),
    "down more than 20%": (-INF, -0.2, "()", "growth", "over", ""),
    "down nearly 20%": (-0.2, -0.195, "(", "growth", "nearly", ""),
    "down less than 20%": (-0.2, 0, "(", "growth", "under", ""),
    "rose by about 20%": (0.195, 0.205, "", "growth", "about", ""),
    "will drop to 15.2%": (0.1515, 0.1525, "", "percent", "exact", ""),
    "降至15.2%": (0.1515, 0.1525, "", "percent", "exact", ""),
    "达13.9万辆": (138_500, 139_500, "", "number", "exact", "辆"),
    "up 1.79 times": (1.785, 1.795, "", "growth", "exact", ""),
    "增长1.79倍": (1.785, 1.795, "", "growth", "exact", ""),
    "1.79 times": (1.785, 1.795, "", "multiple", "exact", ""),
    "增长到1.79倍": (1.785, 1.795, "", "multiple", "exact", ""),
    "doubled": (0.95, 1.05, "", "growth", "exact", ""),
    "翻一番": (0.95, 1.05, "", "growth", "exact", ""),
    "tripled": (1.95, 2.05, "", "growth", "exact", ""),
    "翻两番": (2.95, 3.05, "", "growth", "exact", ""),
    "halved": (-0.55, -0.45, "", "growth", "exact", ""),
    "nearly doubled": (0.95, 1, ")", "growth", "nearly", ""),
    "more than doubled": (1, INF, "()", "growth", "over", ""),
    "up 5,000 vehicles": (4_950, 5_050, "", "change", "exact", "vehicles"),
    "下降2.3个百分点": (-0.0235, -0.0225, "", "pp", "exact", ""),
    "15 bp": (0.00145, 0.00155, "", "pp", "exact", ""),
}


@pytest.mark.parametrize("text", READ)
def test_reading(text):
    low, high, opens, kind, relation, of = READ[text]
    f = em.Figure(text)
    assert (f.low, f.high) == (low, high)
    assert (f.low_open, f.high_open) == ("(" in opens, ")" in opens)
    assert (f.kind, f.relation, f.of, f.text) == (kind, relation, of, text)


def test_value_and_unit():
    assert (em.Figure("13.9万").value, em.Figure("13.9万").unit) == (139_000, 1_000)
    assert em.Figure("8-9 billion yuan").value == 8.5e9
    assert em.Figure("nearly 130,000").value == 130_000
    assert em.Figure("down more than 20%").value == -0.2
    assert em.Figure(5).unit == 0 and em.Figure(5).low == em.Figure(5).high == 5
    assert em.Figure("under 5%", kind="growth").low == -INF
    assert em.Figure("up less than 5%", kind="growth").low == 0
    assert em.Figure("80%", kind="growth").kind == "growth"


def test_numbers_round_in_decimal_with_ties_to_even():
    for value, unit, rounded in (
        (2.675, 0.01, "2.68"), (2.665, 0.01, "2.66"), (0.125, 0.01, "0.12"),
        (138_500, 1_000, "138000"), (139_500, 1_000, "140000"), (-2.5, 1, "-2"),
    ):  # fmt: skip
        f = em.Figure(value, unit=unit)
        assert f.value == float(rounded)
        assert f.exact.low == Fraction(rounded) - Fraction(repr(unit)) / 2
    assert em.Figure(0.1).exact.low == Fraction(0.1)


@pytest.mark.parametrize(
    "text, place",
    [
        ("about a lot", 9), ("12,34,5", 3), ("%", 1), ("1e400", 2), ("--5", 2), ("", 1),
        ("5\x00", 2), ("\x07", 1), ("half", 1), ("three", 1), ("5 5", 3), ("1.2.3", 4),
        ("5 to 3", 1), ("about 30-40%", 7), ("over about 5", 6),
        ("3--5", 3), ("5-", 2), ("doubled 5", 9), ("up -5%", 4), ("٣", 1), ("nan", 1),
        ("30% to 40 pp", 1), ("5 cars to 6 units", 1), ("1,2345", 2), ("\ud800", 1),
        ("5 vehiclesx", 3), ("by 5%", 1), ("12,345,67", 7),
    ],
)  # fmt: skip
def test_unreadable_text(text, place):
    with pytest.raises(ValueError, match=f"character {place}, ") as error:
        em.Figure(text)
    assert len(str(error.value)) < 200 and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["9" * 5_000, "5" * 10_000_000, "x" * 10_000_000, " " * 10_000_000 + "5"]
)
def test_long_text_is_refused_at_once(text):
    start = time.perf_counter()
    with pytest.raises(ValueError, match="character 201") as error:
        em.Figure(text)
    assert len(str(error.value)) < 200
    assert time.perf_counter() - start < 5  # a quadratic reader would take hours


def test_longest_texts_read_in_linear_steps():
    for text in (
        "up " * 66,
        "1," * 100,
        "1 to " * 40,
        "万" * 200,
        "-" * 200,
        " " * 199,
    ):
        with pytest.raises(ValueError, match="is not a figure"):
            em.Figure(text)


def test_misuse():
    for bad in (None, [1], b"5", 1j, True, np.array([1]), object()):
        with pytest.raises(TypeError, match="value"):
            em.Figure(bad)
    for bad in (math.nan, INF, np.float64("nan")):
        with pytest.raises(ValueError, match="finite"):
            em.Figure(bad)
    for unit in (0, -1, math.nan):
        with pytest.raises(ValueError, match="unit"):
            em.Figure(5, unit=unit)
    with pytest.raises(ValueError, match="finer"):
        em.Figure("5.5", unit=1)
    with pytest.raises(ValueError, match="bound"):
        em.Figure("over 5", unit=1)
    with pytest.raises(ValueError, match="kind"):
        em.Figure("80", kind="growth")
    with pytest.raises(ValueError, match="kind"):
        em.Figure(5, kind="number of cars")
    with pytest.raises(ValueError, match=r"growth is '80': a number is not a growth"):
        em.implied_base("139,000", "80")
    with pytest.raises(ValueError, match="a change is not a level"):
        em.implied_base("up 5 cars", "80%")
    with pytest.raises(ValueError, match=r"implied_base.*-100%"):
        em.implied_base("5", "-150%")
    with pytest.raises(ValueError, match="certainly not positive"):
        em.implied_growth("-5", "5")
    with pytest.raises(ValueError, match="more than whole"):
        em.implied_share("5 million", "3 million")
    with pytest.raises(ValueError, match="do not fit"):
        em.implied_base((np.zeros(2), np.zeros(2)), (np.zeros(3), np.zeros(3)))
    with pytest.raises(ValueError, match="row 1"):
        em.figures(["5", "five"])
    with pytest.raises(ValueError, match="row 1"):
        em.implied_base(["5", "6"], ["5%", "6"])
    with pytest.raises(TypeError, match="column"):
        em.figures("5")
    with pytest.raises(ValueError, match="one growth per level"):
        em.implied_total(["5"], [])


TWO_FIGURES = [
    "rose 20% to 15,000", "up 3 percent to 6.418 million", "增长2.6%至15.2万辆",
    "rose by 14,000 to 120,000", "-14.2% and -20.5%", "从8.1%提升至9.3%",
    "grew by less than 2% to 126,300 units", "fell 12.5% to 8,100 vehicles",
    "同比增长20%达1.5万辆", "41,200 vehicles, up 12%", "up 12%, or 4,100 vehicles",
]  # fmt: skip
SIGNS = [
    "a -6% decline", "-5%下降", "下降-5%", "fell -3%", "down -3.1%", "减少-2.2万辆",
    "a decline of -6%", "drop of -1.5%", "跌幅-3%", "-8% lower", "loss of -3 billion",
]  # fmt: skip


def variations(text):
    """The same text, written in other ways."""
    wide = {ord(c): chr(ord(c) + 0xFEE0) for c in "0123456789%.,+-()"}
    yield from (
        text,
        text.upper(),
        text.title(),
        text.capitalize(),
        text.translate(wide),
    )
    yield from (f" {text}", f"{text} ", f"{text}.", f"{text}。", f"{text},")
    yield from (text.replace(" ", "  "), text.replace(" ", "\u00a0"))
    yield from (text.replace(" ", "\u3000"), text.replace("%", " %"))
    yield from (text.replace("%", " percent"), text.replace("%", "％"))
    for dash in "\u2010\u2011\u2012\u2013\u2014\u2212\uff0d":
        yield text.replace("-", dash)
    yield from (f"about {text}", f"约{text}", f"{text} year on year", f"同比{text}")
    yield f"{text}左右"


@pytest.mark.parametrize("text", [*TWO_FIGURES, *SIGNS])
def test_two_figures_and_double_signs_are_refused_however_they_are_written(text):
    every = list(variations(text))
    assert len(every) >= 26
    for one in every:
        with pytest.raises(ValueError, match="is not a figure") as error:
            em.Figure(one)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "money"),
    [("港币5.2亿元", "HKD"), ("人民币5亿元", "CNY"), ("HK$5 billion dollars", "HKD"),
     ("5 million euros", "EUR"), ("₩5 billion", "KRW"), ("5 billion won", "KRW")],
)  # fmt: skip
def test_the_money_of_a_figure(text, money):
    assert em.Figure(text).of == money


def test_the_message_for_two_figures_names_extract():
    with pytest.raises(ValueError, match=r"it holds two figures.*em\.extract"):
        em.Figure("rose 20% to 15,000")
    with pytest.raises(ValueError, match="TURNED_PROFIT"):
        em.Figure("扭亏为盈")


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("增至15.2万辆", 152_000, "number"), ("增速回落3.2个百分点", -0.032, "pp"),
        ("growth rate rose 2 percentage points", 0.02, "pp"),
        ("降幅收窄至5%", -0.05, "growth"), ("growth slowed to 5%", 0.05, "growth"),
        ("两万五", 25_000, "number"), ("三百五", 350, "number"),
        ("两亿五千万", 250_000_000, "number"), ("一百零五万", 1_050_000, "number"),
        ("十成", 1, "percent"), ("plus 5,5 Prozent", 0.055, "growth"),
        ("more than 25,000 times", 25_000, "number"), ("made up 35%", 0.35, "percent"),
        ("2.3万余辆", 23_000, "number"), ("fell below 5%", 0.05, "percent"),
        ("跌破5%", 0.05, "percent"), ("rose above 50,000 units", 50_000, "number"),
        ("12% higher than a year earlier", 0.12, "growth"),
        ("5,000 units higher than a year earlier", 5_000, "change"),
        ("一万二千亿元", 1.2e12, "number"), ("一亿二千万元", 1.2e8, "number"),
        ("Rs.500 crore", 5e9, "number"), ("approx.5%", 0.05, "percent"),
        ("12 new-energy vehicles", 12, "number"),
        ("rund 25,5 Prozent", 0.255, "percent"),
    ],
)  # fmt: skip
def test_texts_that_are_easily_misread(text, value, kind):
    figure = em.Figure(text)
    assert figure.value == pytest.approx(value) and figure.kind == kind


@pytest.mark.parametrize(
    "text",
    [
        "增速回落3.2%", "降幅收窄2个百分点", "3 times more", "1.5 times higher",
        "a 5-fold increase", "五五成", "15成", "百万辆", "-5%-3%", "5,000 plus",
        "5 pct", "05%", "007 units", "> It sold 5,000 cars", "5.500 Fahrzeuge", "5,5%",
        "销量放缓5%",
    ],
)  # fmt: skip
def test_texts_that_may_mean_two_things(text):
    with pytest.raises(ValueError, match="is not a figure"):
        em.Figure(text)


def test_columns_with_bad_and_empty_entries():
    column = [
        "5",
        "--",
        "five",
        None,
        "n/a",
        "不适用",
        "…",
        "up 3% YoY",
        "rose 2% to 9",
    ]
    found = em.figures(column, errors="collect")
    assert np.isnan(found["value"]).tolist() == [False, *[True] * 6, False, True]
    assert [bool(word) for word in found["error"]] == [k in (2, 8) for k in range(9)]
    assert "'five' is not a figure" in found["error"][2]
    assert found["base"].tolist()[7] == "year"
    assert "error" not in em.figures(["5", "-"])
    with pytest.raises(ValueError, match="errors is 'skip'"):
        em.figures(["5"], errors="skip")
    with pytest.raises(ValueError, match="column, row 2: 'five'"):
        em.figures(column)


def test_more_nouns():
    with pytest.raises(ValueError, match="is not a figure"):
        em.Figure("about 5,000 gearboxes")
    for figure in (
        em.Figure("about 5,000 gearboxes", nouns=["gearboxes", "变速箱"]),
        em.Figure("约5,000台变速箱", nouns=["gearboxes", "变速箱"]),
    ):
        assert (figure.low, figure.relation) == (4_950, "about")
        assert figure.of in ("gearboxes", "台变速箱")
    assert em.figures(["3 gearboxes"], nouns=["gearboxes"])["of"][0] == "gearboxes"
    for bad, error in (
        ("gearboxes", TypeError),
        ([""], ValueError),
        (["x5"], ValueError),
    ):
        with pytest.raises(error, match="nouns"):
            em.Figure("5", nouns=bad)


def test_any_text_is_read_or_a_value_error():
    pick = random.Random(2)
    words = [word for row in VOCABULARY for word in row[3].split("|")]
    for number in range(6_000):
        if number % 2:
            signs = [pick.choice("0123456789.,-+%~() 万亿to") for _ in range(12)]
            text = "".join(signs)
        else:
            some = [pick.choice(words), str(pick.randrange(10_000)), "%"]
            text = " ".join(pick.choice(some) for _ in range(5))
        try:
            figure = em.Figure(text)
        except ValueError as error:
            assert "\n" not in str(error)
        else:
            assert figure.low <= figure.value <= figure.high


def test_a_figure_is_frozen_and_has_no_arithmetic():
    f = em.Figure("13.9万辆")
    for change in (lambda: setattr(f, "low", 0), lambda: delattr(f, "low")):
        with pytest.raises(AttributeError, match="frozen"):
            change()
    for other in (f, 5):
        with pytest.raises(TypeError):
            f + other
        with pytest.raises(TypeError):
            other * f
    with pytest.raises(TypeError):
        float(f)
    assert not hasattr(f, "__dict__")
    for same in (copy.copy(f), copy.deepcopy(f), pickle.loads(pickle.dumps(f))):
        assert same == f and hash(same) == hash(f)
    assert f != em.Figure("13.9万") and f != 139_000
    assert repr(f) == "Figure('13.9万辆': 139,000 [138,500, 139,500])"
    assert repr(em.Figure("nearly doubled")).endswith("100% [95%, 100%))")


def test_meets():
    assert em.Figure("139,000").meets("139,500")
    assert not em.Figure("139,000").meets(139_501)
    assert not em.Figure("nearly 130,000").meets("over 130,000")
    assert not em.Figure("over 130,000").meets("nearly 130,000")
    assert em.Figure("at least 130,000").meets(130_000)
    assert not em.Figure("over 130,000").meets(130_000)
    assert em.Figure("over 5").meets("over 7") and em.Figure(5).meets(5)


def test_published_examples():
    base = em.implied_base("139,000 vehicles", "80%")
    assert repr(base) == "Figure(77,222.2 [76,731.3, 77,715.9] vehicles)"
    assert em.implied_base(1809, "714.9%").integers() == [222]
    assert em.implied_base("1,809", "714.9%").integers() == [222]
    assert em.implied_base("1,995", "308.8%").integers() == [488]
    nev = em.implied_growth("12,859,000", "16.49 million")
    assert repr(nev) == "Figure(28.237% [28.1932%, 28.2809%])"
    assert nev.meets("28.2%")
    levels = em.Figure(4610, unit=1), em.Figure(4403, unit=1)
    december = em.implied_period_growth(levels[0], "0.6%", levels[1], "7.5%")
    assert repr(december) == "Figure(-57.4679% [-57.9516%, -56.9777%])"
    assert em.implied_remainder(*levels).value == 207
    value = em.implied_ratio_growth("70.3%", "80%")
    assert repr(value) == "Figure(-5.38889% [-5.67867%, -5.09749%])"


def test_integers():
    assert em.Figure("over 5").integers() == []
    assert em.Figure("139,000").integers() == []
    assert len(em.Figure("139,000").integers(max=2_000)) == 1_001
    assert em.Figure("60").integers() == [60]
    assert em.Figure("nearly 10").integers() == []  # [9.5, 10)
    assert em.Figure("less than 3").integers() == [0, 1, 2]


def test_open_ends_carry_over():
    half_open = em.implied_base("nearly 130,000", "47%")
    assert (half_open.low_open, half_open.high_open) == (False, True)
    up = em.implied_current("45,000", "more than doubled")
    assert (up.low, up.low_open, up.high) == (89_000, True, INF)
    down = em.implied_increment("45,000", "more than doubled")
    assert (down.low, down.low_open) == (22_250, True)
    assert em.implied_base("5", "-100%").high == INF
    share = em.implied_share("exactly 5"[8:], "more than 4")
    assert (share.low, share.low_open, share.high) == (0, True, 1)


def test_columns_equal_figures():
    texts = [*READ, "", None, 5, 0.5, em.Figure("80%")]
    columns = em.figures(texts)
    for i, text in enumerate(texts):
        row = {name: column[i] for name, column in columns.items()}
        if not text and text != 0:
            assert math.isnan(row["low"]) and row["kind"] == row["of"] == ""
            continue
        f = em.Figure(text)
        assert row == {name: getattr(f, name) for name in columns}
    assert em.figures([])["low"].dtype == np.float64
    assert em.figures(np.array(["5", "6"]))["value"].tolist() == [5, 6]


def test_figures_takes_frames_of_text():
    pd = pytest.importorskip("pandas")
    found = em.figures(pd.Series(["5%", None, "6%"], dtype="string"))
    assert np.isnan(found["low"]).tolist() == [False, True, False]


def ulps_outside(end, true, direction):
    """Doubles between our end and the exact one; negative if ours is inside."""
    gap = (true - Fraction(end)) * direction
    near = float(true)
    return gap / Fraction(math.ulp(near)) if gap >= 0 else Fraction(-1)


def assert_encloses(low, high, truth, most=5):
    assert 0 <= ulps_outside(low, truth[0], 1) <= most, (low, truth)
    assert 0 <= ulps_outside(high, truth[1], -1) <= most, (high, truth)


LEVEL = st.floats(1e-30, 1e30)
RATE = st.floats(-0.999, 1e6)


@st.composite
def spans(draw, numbers):
    one, two = draw(numbers), draw(numbers)
    return min(one, two), max(one, two)


KERNELS = {
    "implied_base": (LEVEL, RATE), "implied_growth": (LEVEL, LEVEL),
    "implied_current": (LEVEL, RATE), "implied_increment": (LEVEL, RATE),
    "implied_ratio": (st.floats(-1e30, 1e30), LEVEL),
    "implied_ratio_growth": (RATE, RATE),
}  # fmt: skip


@pytest.mark.parametrize("name", KERNELS)
@given(data=st.data())
def test_columns_enclose_the_exact_corners(name, data):
    boxes = [data.draw(spans(numbers)) for numbers in KERNELS[name]]
    low, high = getattr(em, name)(*boxes)
    exactly = [(Fraction(a), Fraction(b), False, False) for a, b in boxes]
    assert_encloses(low, high, exact.corners(exact.FORMULAS[name], *exactly))


@given(data=st.data())
def test_period_growth_encloses(data):
    """In every box the earlier base is the smaller one."""
    y, e = (data.draw(spans(st.floats(*ends))) for ends in ((100, 200), (1, 20)))
    g, h = (data.draw(spans(st.floats(-0.5, 1))) for _ in "gh")
    low, high = em.implied_period_growth(y, g, e, h)
    boxes = [(Fraction(a), Fraction(b), False, False) for a, b in (y, g, e, h)]
    truth = exact.corners(exact.FORMULAS["implied_period_growth"], *boxes)
    assert_encloses(low, high, truth)


@given(
    st.lists(st.tuples(spans(st.floats(0, 1e12)), spans(RATE)), min_size=1, max_size=4)
)
def test_total_encloses(parts):
    assume(sum(level[0] for level, _ in parts) > 1e-3)
    ends = np.array(parts)
    found = em.implied_total(
        (ends[:, 0, 0], ends[:, 0, 1]), (ends[:, 1, 0], ends[:, 1, 1])
    )
    boxes = [
        (Fraction(a), Fraction(b), False, False) for part in parts for a, b in part
    ]
    assert_encloses(*found, exact.total(*boxes))
    levels = [em.Figure(a) for (a, _), _ in parts]
    single = em.implied_total(levels, [g[0] for _, g in parts])
    assert (
        Fraction(single.low)
        <= single.exact.low
        == single.exact.high
        <= Fraction(single.high)
    )


@given(
    spans(st.floats(-1e300, 1e300)),
    st.lists(spans(st.floats(-1e300, 1e300)), max_size=5),
)
def test_remainder_encloses(whole, parts):
    low, high = em.implied_remainder(whole, *parts)
    truth = (
        Fraction(whole[0]) - sum(Fraction(b) for _, b in parts),
        Fraction(whole[1]) - sum(Fraction(a) for a, _ in parts),
    )
    assert_encloses(low, high, truth, most=1)


def test_sums_that_are_exact_stay_exact():
    low, high = em.implied_remainder((np.array([1e16]), np.array([1e16])), 1, -1, 1e16)
    assert low == high == 0
    assert em.implied_remainder((100.0, 100.0), 30, 40.5) == (29.5, 29.5)
    assert em.implied_remainder((3.0, 3.0), 1e16, 2, -1e16) == (1, 1)


@given(st.lists(st.integers(-3, 3).map(lambda n: n * 0.1), max_size=7), st.booleans())
def test_remainders_that_cancel(parts, large):
    parts = [*parts, 1e17 if large else 1e-17, *(-x for x in parts[::2]), -1e17 * large]
    whole = (0.3, 0.3)
    low, high = em.implied_remainder(whole, *((x, x) for x in parts))
    true = Fraction(0.3) - sum(map(Fraction, parts))
    assert_encloses(low, high, (true, true), most=1)


@pytest.mark.parametrize("name", [*KERNELS, "implied_share"])
def test_columns_agree_with_figures_at_every_awkward_end(name):
    ends = [-INF, -1e300, -2.5, -1, -1 + 2**-53, -0.0, 5e-324, 0.3, 1e308, INF]
    pairs = [(a, b) for a in ends for b in ends if a <= b and a != INF and b != -INF]
    low = np.array([a for a, _ in pairs])
    high = np.array([b for _, b in pairs])
    columns = getattr(em, name)((low[:, None], high[:, None]), (low, high))
    module = importlib.import_module("evmarket._figures.intervals")
    rule = getattr(module, name.removeprefix("implied_"))
    for i, one in enumerate(pairs):
        for j, two in enumerate(pairs):
            found = columns[0][i, j], columns[1][i, j]
            try:
                span = rule(module.closed(*one), module.closed(*two))
            except ValueError:
                assert np.isnan(found).all(), (one, two)
                continue
            for end, true, direction in zip(found, span[:2], (1, -1), strict=True):
                if isinstance(true, float):
                    assert end == true, (one, two, found)
                elif abs(true) > Fraction(LARGEST):
                    outside = (true > 0) == (direction < 0)
                    assert abs(end) == (INF if outside else LARGEST)
                else:
                    apart = ulps_outside(end, true, direction)
                    assert 0 <= apart <= 5, (one, two, found, float(true))


def test_missing_and_reversed_pairs_give_nan():
    low, high = em.implied_base(
        (np.array([np.nan, 1, 5, INF]), np.array([1, np.nan, 4, INF])), (0.1, 0.2)
    )
    assert np.isnan(low).all() and np.isnan(high).all()
    low, high = em.implied_base(
        (1.0, 2.0), (np.array([-2.0, -1.5]), np.array([-1, 0.0]))
    )
    assert np.isnan(low).tolist() == [True, False] and high[1] == INF


def test_layout_does_not_matter():
    rng = np.random.default_rng(5)
    low = rng.uniform(1, 100, 1000)
    g = rng.uniform(-0.5, 2, 1000)
    plain = em.implied_base((low, low + 1), (g, g + 0.01))
    wide = np.empty((1000, 3))
    wide[:, 1] = low
    strided = em.implied_base((wide[:, 1], wide[:, 1] + 1), (g[::-1][::-1], g + 0.01))
    swapped = em.implied_base((low.astype(">f8"), low + 1), (g, g + 0.01))
    one_by_one = [
        em.implied_base((a, a + 1), (b, b + 0.01)) for a, b in zip(low, g, strict=True)
    ]
    for other in (strided, swapped, np.array(one_by_one).T):
        assert np.array_equal(plain, other)
    big = np.array([2**53 + 1, 2**62 + 1])
    low, high = em.implied_current(big, np.zeros(2))
    assert all(
        Fraction(a) <= x <= Fraction(b)
        for a, x, b in zip(low, big.tolist(), high, strict=True)
    )


def test_workers_do_not_matter(workers, monkeypatch):
    monkeypatch.setattr("evmarket._common.workers.MIN_CHUNK", 10)
    rng = np.random.default_rng(9)
    level, growth = rng.uniform(1, 100, (101, 3)), rng.uniform(-1.2, 2, 3)
    found = []
    for n in (1, 2, 7):
        workers(n)
        found.append(em.implied_base((level, level + 1), (growth, growth + 0.1)))
    assert np.isnan(found[0][0]).any() == (growth + 0.1 <= -1).any()
    for other in found[1:]:
        assert np.array_equal(found[0], other, equal_nan=True)


def test_the_true_base_lies_in_the_interval():
    """True bases and levels, rounded as the press does, then read and implied."""
    rng = np.random.default_rng(7)
    base = rng.integers(5, 10**6, 5_000)
    level = (base * rng.uniform(0.3, 4, 5_000)).astype(np.int64) + 1
    texts, growths = [], []
    for b, x in zip(base.tolist(), level.tolist(), strict=True):
        places = int(rng.integers(0, 3))
        growth = round(Fraction(100 * (x - b), b), places)
        growths.append(f"{float(growth):+.{places}f}%")
        drop = max(len(str(x)) - 3, 0)
        printed = round(Fraction(x), -drop)
        unit = Fraction(exact.unit_of(f"{printed}"))
        texts.append(f"{printed}" if unit >= 10**drop else f"{x}")
    low, high = em.implied_base(em.figures(texts), em.figures(growths))
    assert ((low <= base) & (base <= high)).all()
    for i in range(0, 5_000, 7):
        f = em.implied_base(texts[i], growths[i])
        truth = (
            exact.corners(
                exact.FORMULAS["implied_base"],
                exact.read(texts[i]),
                exact.read(growths[i]),
            )
            if 1 + exact.read(growths[i])[0] > 0
            else None
        )
        if truth is not None:
            assert (f.exact.low, f.exact.high) == truth[:2]
            assert low[i] <= f.low <= f.exact.low <= f.exact.high <= f.high <= high[i]


@pytest.mark.parametrize(
    "module",
    [
        "_figures.figure",
        "_figures.implied",
        "_audit.facts",
        "_audit.audit",
        "_figures.targets",
    ],
)
def test_documented_examples(module):
    found = doctest.testmod(importlib.import_module(f"evmarket.{module}"))
    assert found.attempted > 0 and found.failed == 0
