"""The rules of the audit one by one, each with figures of its own."""

import pydoc

import numpy as np
import pytest

import evmarket as em
from tests.audit.test_audit import fact, grown, only


def outcomes(rows, rule):
    """The outcome by the checked fact and the others."""
    return {f.facts: f.outcome for f in em.audit(rows, rules=[rule]).findings}


def money(name, measure, text, period="2025", **more):
    return fact(name, period, text, measure=measure, dimension="money", **more)


# ---- periods -----------------------------------------------------------------------


def test_quarters_and_halves_against_the_year():
    quarters = [fact(f"q{i}", f"2025Q{i}", f"{i}01") for i in (1, 2, 3, 4)]
    halves = [fact("h1", "2025H1", "302"), fact("h2", "2025年下半年", "702")]
    found = outcomes([*quarters, *halves, fact("y", text="1,004")], "months")
    sums = ["y q1 q2 q3 q4", "y h1 h2", "h1 q1 q2", "h2 q3 q4"]
    assert found == {tuple(names.split()): "consistent" for names in sums}
    halves[0]["text"] = "320"
    found = outcomes([*quarters, *halves, fact("y", text="1,004")], "months")
    wrong = {facts for facts, outcome in found.items() if outcome == "inconsistent"}
    assert wrong == {("h1", "q1", "q2"), ("y", "h1", "h2")}


def test_january_and_february_are_one_month_of_chinese_statistics():
    months = [fact("jf", "2025年1-2月", "207")]
    months += [fact(f"m{i}", f"2025-{i:02}", "101") for i in range(3, 7)]
    names = ("h", "jf", "m3", "m4", "m5", "m6")
    assert outcomes([*months, fact("h", "2025H1", "611")], "months") == {
        names: "consistent"
    }
    found = outcomes([*months, fact("h", "2025H1", "661")], "months")
    assert found == {names: "inconsistent"}


@pytest.mark.parametrize(
    "period, base, rest, rest_base, year, year_base",
    [
        ("2025-01..2025-09", "2024-01..2024-09", "2025Q4", "2024Q4", "2025", "2024"),
        ("2025Q1", "2024Q1", "2025Q2", "2024Q2", "2025H1", "2024H1"),
        ("2025-01", "2024-01", "2025-02", "2024-02", "2025年1-2月", "2024年1-2月"),
    ],
)
def test_growth_of_a_period_from_two_years_to_date(
    period, base, rest, rest_base, year, year_base
):
    # 500 then 400, and 300 then 200: 800 then 600
    rows = [
        grown("a", "500", "+25%", base, period=period),
        grown("y", "800", "+33.3%", year_base, period=year),
        grown("r", "+50%", "", rest_base, period=rest, kind="growth"),
    ]
    assert outcomes(rows, "period growth") == {("r", "y", "a"): "consistent"}
    rows[2]["text"] = "+70%"
    assert outcomes(rows, "period growth") == {("r", "y", "a"): "inconsistent"}
    # with its level the parts also give the growth of the whole
    rows[2] = grown("r", "300", "+50%", rest_base, period=rest)
    found = outcomes(rows, "period growth")
    assert found == dict.fromkeys([("r", "y", "a"), ("y", "a", "r")], "consistent")
    rows[1]["growth_text"] = "+43.3%"
    assert set(outcomes(rows, "period growth").values()) == {"inconsistent"}
    rows[0]["growth_base"] = "2023-01"
    assert outcomes(rows, "period growth") == {}


def test_a_base_against_the_parts_of_its_period():
    rows = [
        grown("y", "900", "+50%"),
        fact("h1", "2024H1", "251"),
        fact("h2", "2024H2", "349"),
    ]
    assert outcomes(rows, "months") == {("y", "h1", "h2"): "consistent"}
    rows[1]["text"] = "281"
    assert outcomes(rows, "months") == {("y", "h1", "h2"): "inconsistent"}


def test_a_period_is_at_most_one_that_contains_it():
    rows = [fact("m", "2025-11", "728"), fact("y", "2025-01..2025-11", "6,343")]
    assert outcomes(rows, "within a period") == {("m", "y"): "consistent"}
    rows[0]["text"] = "7,280"
    assert outcomes(rows, "within a period") == {("m", "y"): "inconsistent"}
    # the base of the month exceeds that of the year to date
    rows = [
        grown("m", "728", "-48%", "2024-11", period="2025-11"),
        grown("y", "1,343", "+18%", "2024-01..2024-11", period="2025-01..2025-11"),
    ]
    levels, bases = em.audit(rows, rules=["within a period"]).findings[::-1]
    assert levels.outcome == "consistent" and levels.printed.text == "728"
    assert bases.outcome == "inconsistent" and bases.printed.text == "-48%"
    for row in rows:
        row["measure"] = "net profit"
    assert outcomes(rows, "within a period") == {}


@pytest.mark.parametrize(
    "measure, dimension",
    [
        ("inventory", "vehicles"),
        ("cumulative sales", "vehicles"),
        ("average price", "money"),
        ("revenue", "money per vehicle"),
        ("库存", "vehicles"),
    ],
)
def test_what_does_not_add_up_over_periods(measure, dimension):
    named = {"measure": measure, "dimension": dimension}
    rows = [fact(f"q{i}", f"2025Q{i}", "101", **named) for i in (1, 2, 3, 4)]
    rows.append(fact("y", text="103", **named))
    for rule in ("months", "within a period"):
        assert outcomes(rows, rule) == {}


# ---- parts -------------------------------------------------------------------------


def test_parts_add_up_within_one_breakdown():
    rows = [fact("w", text="1,000", parts="complete")]
    for name, text, breakdown in (
        ("a", "610", "brand"),
        ("b", "390", "brand"),
        ("c", "820", "region"),
        ("d", "180", "region"),
    ):
        rows.append(fact(name, text=text, entity=name, parent="x", breakdown=breakdown))
    found = outcomes(rows, "parts")
    assert found == dict.fromkeys([("w", "a", "b"), ("w", "c", "d")], "consistent")
    rows[4]["text"] = "280"
    assert outcomes(rows, "parts")["w", "c", "d"] == "inconsistent"
    assert outcomes(rows, "parts")["w", "a", "b"] == "consistent"


@pytest.mark.parametrize(
    "breakdown, outcome", [("brand", "inconsistent"), ("", "not comparable")]
)
def test_some_parts_of_one_breakdown_are_at_most_the_total(breakdown, outcome):
    rows = [fact("w", text="1,000")]
    for name, text in (("a", "610"), ("b", "350")):
        more = {"entity": name, "parent": "x", "breakdown": breakdown}
        rows.append(fact(name, text=text, **more))
    assert outcomes(rows, "parts") == {("w", "a", "b"): "consistent"}
    rows[2]["text"] = "550"
    assert outcomes(rows, "parts") == {("w", "a", "b"): outcome}


def test_a_total_is_not_that_of_some_of_its_parts():
    rows = [
        grown("w", "1,000", "+25%", parts="complete"),
        grown("a", "610", "+22%", entity="a", parent="x"),
        grown("b", "190", "-5%", entity="b", parent="x"),
        fact("c", text="200", entity="c", parent="x"),
    ]
    assert outcomes(rows, "parts") == {("w", "a", "b", "c"): "consistent"}
    assert outcomes(rows, "total growth") == {}  # the growth of c is not given
    rows[3]["text"] = ""
    rows[3].update(kind="growth", text="+80%", growth_base="2024")
    assert outcomes(rows, "parts") == {("w", "a", "b"): "consistent"}  # at most


# ---- revenue, cost, profit and margin ----------------------------------------------


BOOKS = {
    "revenue": "400.0",
    "cost": "328.0",
    "gross profit": "72.0",
    "gross margin": "18.0%",
}


@pytest.mark.parametrize("without", [*BOOKS, None])
@pytest.mark.parametrize("wrong", [*BOOKS, None])
def test_revenue_cost_profit_and_margin_in_any_three(without, wrong):
    rows = []
    for measure, text in BOOKS.items():
        if measure == wrong:
            text = "18.4%" if text.endswith("%") else f"4{text}"
        kind = "margin" if measure == "gross margin" else "level"
        if measure != without:
            rows.append(money(measure, measure, text, kind=kind))
    found = [
        f.outcome for f in em.audit(rows, rules=["margin", "gross margin"]).findings
    ]
    clean = wrong is None or wrong == without
    assert found and (("inconsistent" in found) is not clean)


def test_chinese_names_of_the_books():
    rows = [
        money("r", "营业收入", "400"),
        money("c", "营业成本", "328"),
        money("m", "毛利率", "18%", kind="margin"),
    ]
    assert outcomes(rows, "gross margin") == {("m", "c", "r"): "consistent"}
    rows[2]["text"] = "28%"
    assert outcomes(rows, "gross margin") == {("m", "c", "r"): "inconsistent"}


# ---- losses ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "base, now, growth, outcome",
    [
        ("loss of 5 million", "loss of 4 million", "+20%", "consistent"),  # as filed
        ("loss of 5 million", "loss of 4 million", "-20%", "consistent"),  # of the loss
        ("loss of 5 million", "loss of 4 million", "-60%", "inconsistent"),
        ("loss of 5 million", "loss of 7.5 million", "-50%", "consistent"),
        ("loss of 5 million", "2.5 million", "+150%", "consistent"),
        ("loss of 5 million", "2.5 million", "+50%", "inconsistent"),
        ("loss of 5 million", "loss of 4 million", "the loss fell 20%", "consistent"),
        ("loss of 5 million", "loss of 4 million", "the loss fell 60%", "inconsistent"),
    ],
)
def test_growth_of_a_loss(base, now, growth, outcome):
    rows = [
        money("o", "net profit", base.replace("5 ", "5.00 "), "2024"),
        money(
            "n",
            "net profit",
            now.replace("4 ", "4.00 "),
            growth_text=growth,
            growth_base="2024",
            growth_basis="printed",
        ),
    ]
    assert outcomes(rows, "growth of a loss") == {("n", "o"): outcome}
    assert outcomes(rows, "growth") == {}


def test_the_base_of_a_loss_is_not_derived():
    rows = [money("n", "net profit", "loss of 4 million", growth_text="-20%")]
    rows[0].update(growth_base="2024", growth_basis="printed")
    facts = em.Facts(rows)
    assert facts.levels.printed == len(facts.levels.key) == 1


# ---- changes -----------------------------------------------------------------------


def test_a_printed_change_against_level_and_base():
    old = fact("o", "2024", "2,420,000")
    new = grown("n", "3,000,000", "an increase of 580,000")
    new["text"] = "3.000 million"
    assert outcomes([old, new], "change") == {("n", "o"): "consistent"}
    assert outcomes([old, {**new, "growth_text": "down 580,000"}], "change") == {
        ("n", "o"): "inconsistent"
    }
    alone = grown("c", "up 580,000 vehicles", "", kind="growth")
    level = {**new, "growth_text": "", "growth_base": ""}
    assert outcomes([old, level, alone], "change") == {("c", "n", "o"): "consistent"}
    # without the base: against the growth
    rising = {**new, "growth_text": "+24%"}
    assert outcomes([rising, alone], "change")["c", "n"] == "consistent"
    falling = {**new, "growth_text": "+34%"}
    assert outcomes([falling, alone], "change")["c", "n"] == "inconsistent"


def test_the_base_that_a_change_implies():
    facts = em.Facts([grown("n", "3.000 million", "up 580,000")])
    place = facts.levels.printed
    low, high = facts.levels.low[place], facts.levels.high[place]
    assert (low, high) == (2_414_500, 2_425_500)


def test_a_change_in_points_beside_a_share():
    rows = [
        fact("a", "2024", "48%", kind="share"),
        fact("b", "2025", "54%", kind="share", growth_text="up 6 pp"),
    ]
    rows[1]["growth_base"] = "2024"
    assert outcomes(rows, "pp") == {("b", "a"): "consistent"}
    rows[1]["growth_text"] = "down 6 pp"
    assert outcomes(rows, "pp") == {("b", "a"): "inconsistent"}
    rows[1]["growth_text"] = "up 5,000 vehicles"
    with pytest.raises(ValueError, match=r"row 1, growth_text: .* is a change"):
        em.Facts(rows)


def test_a_change_in_points_from_levels():
    rows = [
        fact("w1", "2025", "1,000"),
        fact("p1", "2025", "480", entity="y", parent="x"),
        fact("w0", "2024", "900"),
        grown("g", "+30%", "", kind="growth", entity="y", parent="x"),
        fact("s", "2025", "48%", kind="share", entity="y", parent="x"),
        fact("c", "2025", "up 7 pp", kind="pp", entity="y", parent="x"),
    ]
    rows[5]["growth_base"] = "2024"
    assert list(outcomes(rows, "pp").values()) == ["consistent"]  # 41.0% before
    rows[5]["text"] = "up 11 pp"
    assert list(outcomes(rows, "pp").values()) == ["inconsistent"]


# ---- scope, basis and dimension ----------------------------------------------------


def test_empty_scope_and_basis_within_one_source_are_one():
    rows = [fact("o", "2024", "1,000"), grown("n", "1,500", "+80%", growth_basis="")]
    for row in rows:
        row["scope"] = ""
    assert only(rows, "growth").reason == "scope not stated"
    for row in rows:
        row["source"] = "notice"
    assert only(rows, "growth").outcome == "inconsistent"
    rows[0]["source"] = "yearbook"
    assert only(rows, "growth").reason == "scope not stated"
    for row in rows:
        row["scope"] = "maker"
    assert only(rows, "growth").reason == "basis not stated"


def test_an_empty_basis_is_that_of_the_other_facts_of_its_source():
    rows = [
        fact("o", "2024", "1,000", source="a"),
        grown("n", "1,500", "+80%", growth_basis="", source="b"),
        grown("p", "9", "+5%", entity="z", source="b"),
    ]
    assert only(rows, "growth").outcome == "inconsistent"
    rows[2]["growth_basis"] = "comparable"
    assert only(rows, "growth").reason.startswith("basis: comparable")
    rows.append(grown("q", "9", "+5%", entity="v", source="b"))
    assert only(rows, "growth").reason == "basis not stated"


def test_money_is_the_dimension_of_money_units():
    rows = [
        {"entity": "x", "measure": "revenue", "period": "2025", "unit": "yuan"},
        {"entity": "x", "measure": "gross margin", "period": "2025", "kind": "margin"},
        {"entity": "x", "measure": "revenue", "period": "2024", "kind": "growth"},
        {"entity": "x", "measure": "sales", "period": "2025", "unit": "vehicles"},
        {"entity": "x", "measure": "revenue", "period": "2025", "unit": "USD"},
    ]
    for row, text in zip(rows, ("5", "18%", "+3%", "7", "8"), strict=True):
        row["text"] = text
    named = em.Facts(rows).label["dimension"]
    assert named == ["money", "money", "", "", "money USD"]
    assert em.Facts(rows[:4]).label["dimension"] == ["money", "money", "money", ""]


# ---- cut, not rounded --------------------------------------------------------------


@pytest.mark.parametrize(
    "now, growth, reason",
    [
        ("1,347.8", "+34.7%", "cut, not rounded?"),  # 34.78% rounds to 34.8%
        ("1,347.8", "+34.8%", ""),
        ("1,348.9", "+34.7%", ""),
        ("652.2", "-34.7%", "cut, not rounded?"),
        ("651.0", "-34.7%", ""),
    ],
)
def test_a_growth_that_is_cut_instead_of_rounded(now, growth, reason):
    found = only([fact("o", "2024", "1,000.0"), grown("n", now, growth)], "growth")
    assert found.reason == reason
    assert (found.outcome == "inconsistent") is (growth != "+34.8%")
    assert (found.distance > 0) is (growth != "+34.8%")
    checked = em.check(level=now, base="1,000.0", growth=growth)
    assert (checked.outcome, checked.reason) == (found.outcome, reason)
    if reason:
        assert "units: cut, not rounded?" in repr(found)
        assert (
            "cut, not rounded?"
            in em.audit(
                [fact("o", "2024", "1,000.0"), grown("n", now, growth)]
            )._repr_html_()
        )


# ---- what no rule checks -----------------------------------------------------------


def test_unchecked_facts_with_the_reason():
    rows = [
        fact("a", text=""),
        fact("b", period="", measure="a"),
        fact("c", measure="stores"),
        grown("d", "5", "+3%", measure="exports"),
        fact("e", text="5%", kind="share", measure="b"),
        fact("f", text="5%", kind="margin", measure="net margin"),
        fact("g", text="2 pp", kind="pp", measure="c"),
        fact("h", "2019", measure="d"),
        fact("i", "2017", measure="d"),
        fact("j", "2025", "700", measure="e"),
        fact("k", "2025", "700", measure="e", source="other"),
    ]
    assert dict(em.audit(rows).unchecked) == {
        "a": "no figure",
        "b": "no period",
        "c": "no other fact of x stores",
        "d": "no fact of x exports in the base period 2024",
        "e": "no level of x b and of its parent in 2025",
        "f": "no profit and revenue of x in 2025",
        "g": "a change without growth_base",
        "h": "no rule connects it with the other facts of x d",
        "i": "no rule connects it with the other facts of x d",
    }
    assert em.audit([]).unchecked == []


def test_the_help_of_the_rules_shows_how_to_write_one():
    lines = pydoc.render_doc(em.AUDIT_RULES, renderer=pydoc.plaintext).splitlines()
    start = next(i for i, line in enumerate(lines) if ">>> def exports" in line)
    end = next(i for i, line in enumerate(lines) if i > start and ">>>" in line)
    assert 5 < end - start <= 15
    assert {**em.AUDIT_RULES} == em.AUDIT_RULES and isinstance(em.AUDIT_RULES, dict)
    assert all(rule.__doc__ for rule in em.AUDIT_RULES.values())


def test_a_rule_costs_a_pass_over_columns():
    rows = [fact(f"r{i}", f"{2000 + i % 20}", f"{i + 7}01") for i in range(200)]
    for i, row in enumerate(rows):
        row["entity"] = f"x{i // 20}"
    found = em.audit(rows)
    assert len(found) == 0 and len(found.unchecked) == 200
    assert np.all([one.why.startswith("no rule") for one in found.unchecked])
