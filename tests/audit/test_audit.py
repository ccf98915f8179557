"""The audit: on the shipped facts, on corrupted ones, and rule by rule."""

import contextlib
import csv
import importlib
import io
import json
import math
import random
from fractions import Fraction

import numpy as np
import pytest

import evmarket as em
from evmarket import __main__ as command
from evmarket._audit.printing import read_facts
from tests.figures import reference_figures as exact


def shipped(*names):
    """The facts of the shipped datasets, one list of rows."""
    rows = []
    for name in names or em.datasets.names():
        facts = em.datasets.load(name).facts()
        columns = [facts[c].tolist() for c in facts.columns]
        rows += [dict(zip(facts.columns, row, strict=True)) for row in zip(*columns)]  # noqa: B905
    return rows


def outcomes(rows):
    """{(rule, (checked, the others)): outcome}, in the form of the twin."""
    facts = em.Facts(rows)
    found = {}
    for name in em.AUDIT_RULES:
        for f in em.audit(facts, rules=[name]).findings:
            # this rule compares levels and rates, and also growths
            half = name == "same fact" and f.printed is not facts.stated.figure(
                facts.id.index(f.facts[0])
            )
            rule = "same growth" if half else name
            found[rule, (f.facts[0], frozenset(f.facts[1:]))] = f.outcome
    return found


def fact(name, period="2025", text="100", **more):
    """One fact of a series x; `more` changes its columns."""
    return {
        "id": name, "entity": "x", "measure": "sales", "dimension": "vehicles",
        "period": period, "text": text, "scope": "maker", **more,
    }  # fmt: skip


def grown(name, text, growth, base="2024", **more):
    basis = {"growth_text": growth, "growth_base": base, "growth_basis": "printed"}
    return fact(name, text=text, **{**basis, **more})


def only(rows, rule):
    """The one finding of a rule."""
    (found,) = em.audit(rows, rules=[rule]).findings
    return found


def test_no_true_figure_is_called_inconsistent():
    for names in ((), ("guangzhou",)):
        found = em.audit(shipped(*names))
        assert found.counts["inconsistent"] == 0
        assert len(found.findings) == sum(found.counts.values()) > 0
    assert em.audit(shipped()).counts["consistent"] > 25


def test_every_growth_of_the_article_has_its_base():
    facts = em.Facts(em.datasets.load("guangzhou"))
    growths = [i for i in range(len(facts)) if not np.isnan(facts.growths.low[i])]
    levels = [i for i in growths if facts.label["kind"][i] == "level"]
    assert len(growths) == 16 and len(levels) == 10
    for i in levels:
        base = em.implied_base(facts.stated.figure(i), facts.growths.figure(i))
        assert 0 < base.low < base.high < math.inf


def test_half_of_the_growths_have_a_partner():
    found = em.audit(shipped())
    facts = found.facts
    growths = {facts.id[i] for i in range(len(facts)) if facts.growths.low[i] > -9}
    partnered = {
        name
        for f in found.findings
        for name in f.facts
        if not f.reason.startswith("dimension")
    }
    assert 2 * len(growths & partnered) >= len(growths) > 30


def test_the_published_profit_base_is_restated():
    rows = shipped("guangzhou", "auto-industry")
    (found,) = [
        f for f in em.audit(rows, rules=["growth"]).findings if f.facts[0] == "g41"
    ]
    assert found.outcome == "not comparable"
    assert found.reason.startswith("basis: comparable; published base restated by 0.99")
    assert found.expected.meets("6.6%") and not found.expected.meets("7.5%")


def test_industry_margin_follows_from_profit_and_revenue():
    found = only(shipped("guangzhou"), "margin")
    assert found.facts == ("g42", "g41", "g40") and found.outcome == "consistent"
    assert found.expected.high == pytest.approx(0.044035)


def corrupted(rows, generator, all_of_them=False):
    """Copies of the rows with one digit of one figure changed."""
    for i, row in enumerate(rows):
        for column in ("text", "growth_text"):
            places = [k for k, c in enumerate(row[column]) if c.isdigit()]
            if not all_of_them and places:
                places = [generator.choice(places)]
            for k in places:
                text = row[column]
                digit = str(int(text[k]) % 9 + 1)
                changed = {**row, column: text[:k] + digit + text[k + 1 :]}
                yield [*rows[:i], changed, *rows[i + 1 :]]


def test_the_twin_agrees_on_the_shipped_facts():
    rows = shipped()
    assert outcomes(rows) == exact.audit(rows)


def test_corruptions_caught_are_those_the_twin_detects():
    rows = shipped()
    caught = seen = 0
    for copy in corrupted(rows, random.Random(3)):
        try:
            expected = exact.audit(copy)
        except ValueError:  # a falling range is not a figure
            with pytest.raises(ValueError, match="row"):
                em.audit(copy)
            continue
        found = outcomes(copy)
        assert found == expected
        seen += 1
        caught += "inconsistent" in found.values()
    assert seen > 130 and caught > 10


def test_growth_against_an_earlier_level():
    old, new = fact("a", "2024", "1,000"), grown("b", "1,500", "+50%")
    assert only([old, new], "growth").outcome == "consistent"
    found = only([old, grown("b", "1,500", "+80%")], "growth")
    assert found.outcome == "inconsistent" and found.facts == ("b", "a")
    low = (exact.read("+80%")[0] - found.expected.exact.high) * 100
    assert found.distance == pytest.approx(float(low))
    assert "inconsistent" in repr(found) and "units" in repr(found)


def test_growth_borrows_a_level_and_runs_through_two_steps():
    old, middle = fact("a", "2024", "1,000"), fact("m", "2025", "1,500")
    only_growth = fact(
        "g", text="+50%", kind="growth", growth_base="2024", growth_basis="printed"
    )
    found = only([old, middle, only_growth], "growth")
    assert (found.facts, found.outcome) == (("g", "m", "a"), "consistent")
    # no level in between: 1,000 up 50%, then 3,000 should be up 100%
    last = grown("b", "3,000", "+100%", base="2025", period="2026")
    found = only([old, only_growth, last], "growth")
    assert (found.facts, found.outcome) == (("b", "g", "a"), "consistent")
    last["growth_text"] = "+80%"
    assert only([old, only_growth, last], "growth").outcome == "inconsistent"


@pytest.mark.parametrize(
    "changes, outcome, reason",
    [
        ({}, "inconsistent", ""),
        ({"growth_basis": "comparable"}, "not comparable", "basis: comparable"),
        ({"growth_basis": ""}, "not comparable", "basis not stated"),
        ({"scope": "customs"}, "not comparable", "scope: customs, maker"),
        ({"scope": ""}, "not comparable", "scope not stated"),
        ({"vintage": "second"}, "not comparable", "vintage: second, first"),
        ({"vintage": "forecast"}, "inconsistent", ""),
        ({"mode": "forecast", "vintage": "second"}, "inconsistent", ""),
        ({"vintage": ""}, "not comparable", "vintage not stated"),
    ],
)
def test_what_makes_figures_not_comparable(changes, outcome, reason):
    old = fact("a", "2024", "1,000", vintage="first")
    new = grown("b", "1,500", "+80%", **{"vintage": "first", **changes})
    found = only([old, new], "growth")
    assert found.outcome == outcome and found.reason.startswith(reason)
    assert bool(found.reason) == (outcome == "not comparable")
    assert math.isnan(found.distance) == (outcome != "inconsistent")
    agreeing = only([old, {**new, "growth_text": "+50%"}], "growth")
    unstated = {"growth_basis": "", "scope": "", "vintage": ""}
    silent = bool(changes) and changes.items() <= unstated.items()
    expected = "consistent" if silent or outcome == "inconsistent" else outcome
    assert agreeing.outcome == expected


def test_share_margin_and_parts():
    part = fact("p", text="250", entity="y", parent="x")
    share = fact(
        "s", text="25%", kind="share", entity="y", parent="x", measure="share of sales"
    )
    rows = [fact("w", text="1,000"), part, share]
    assert only(rows, "share").facts == ("s", "p", "w")
    assert only(rows, "share").outcome == "consistent"
    assert (
        only([*rows[:2], {**share, "text": "40%"}], "share").outcome == "inconsistent"
    )
    assert only(rows, "part").outcome == "consistent"
    assert only([fact("w", text="200"), part], "part").outcome == "inconsistent"
    other = fact("q", text="760", entity="z", parent="x")
    whole = fact("w", text="1,000", parts="complete")
    assert only([whole, part, other], "parts").outcome == "consistent"
    assert (
        only([whole, part, {**other, "text": "500"}], "parts").outcome == "inconsistent"
    )
    loose = {**whole, "parts": ""}
    assert (
        only([loose, part, {**other, "text": "500"}], "parts").outcome == "consistent"
    )
    over = only([loose, part, {**other, "text": "900"}], "parts")
    assert (over.outcome, over.reason) == ("not comparable", "parts may overlap")
    money = {"dimension": "money", "measure": "revenue"}
    rows = [
        fact("r", text="1,000", **money),
        fact("p", text="120", **{**money, "measure": "gross profit"}),
        fact("m", text="12%", kind="margin", **{**money, "measure": "gross margin"}),
    ]
    assert only(rows, "margin").outcome == "consistent"
    rows[2]["text"] = "15%"
    assert only(rows, "margin").outcome == "inconsistent"


def test_growth_of_a_total():
    rows = [
        grown("w", "610,000", "-22.8%", parts="complete"),
        grown("a", "290,000", "-22.62%", entity="a", parent="x"),
        grown("t", "319,200", "-23.02%", entity="t", parent="x"),
    ]
    assert only(rows, "total growth").outcome == "consistent"
    rows[0]["growth_text"] = "-22.6%"
    found = only(rows, "total growth")
    assert found.outcome == "inconsistent" and found.facts == ("w", "a", "t")
    bare = [
        {**r, "text": r["growth_text"], "growth_text": "", "kind": "growth"}
        for r in rows
    ]
    assert only(bare, "total growth").outcome == "consistent"  # only bounds
    bare[0]["text"] = "-20%"
    assert only(bare, "total growth").outcome == "inconsistent"
    bare[1]["growth_basis"] = "comparable"
    assert only(bare, "total growth").reason == "basis: printed, comparable"


def test_growth_of_a_ratio():
    value = grown("v", "16.49 billion yuan", "+70.3%", dimension="money")
    units = grown("u", "139,000", "+80%")
    ratio = fact(
        "r",
        text="down 5.4%",
        kind="growth",
        dimension="money per vehicle",
        growth_base="2024",
        growth_basis="printed",
    )
    found = only([value, units, ratio], "growth of a ratio")
    assert (found.facts, found.outcome) == (("r", "v", "u"), "consistent")
    ratio["text"] = "up 5.4%"
    assert only([value, units, ratio], "growth of a ratio").outcome == "inconsistent"
    # two steps: the growth of the units from their levels
    rows = [value, {**units, "growth_text": ""}, fact("o", "2024", "77,222"), ratio]
    found = only(rows, "growth of a ratio")
    assert set(found.facts) == {"r", "v", "u", "o"} and found.outcome == "inconsistent"
    ratio["text"] = "down 5.4%"
    assert only(rows, "growth of a ratio").outcome == "consistent"


def test_months_against_the_year():
    months = [fact(f"m{i}", f"2025-{i:02}", "101") for i in range(1, 13)]
    year = fact("y", "2025", "1,212")
    assert only([*months, year], "months").outcome == "consistent"
    year["text"] = "1,312"
    assert only([*months, year], "months").outcome == "inconsistent"
    to_date = [
        fact("a", "2025-01..2025-11", "4,403"),
        fact("b", "2025-12", "207"),
        fact("c", "2025-01..2025-12", "4,610"),
    ]
    assert only(to_date, "months").facts == ("c", "a", "b")
    assert only(to_date, "months").outcome == "consistent"
    assert len(em.audit([*months[1:], year], rules=["months"]).findings) == 0


def test_change_in_points_and_the_same_fact():
    rows = [
        fact("a", "2024", "48%", kind="share"),
        fact("b", "2025", "54%", kind="share"),
        fact("c", "2025", "up 6 pp", kind="pp", growth_base="2024"),
    ]
    assert only(rows, "pp").outcome == "consistent"
    rows[2]["text"] = "up 8 pp"
    assert only(rows, "pp").outcome == "inconsistent"
    twice = [fact("a", source="one"), fact("b", source="two", text="about 100")]
    assert only(twice, "same fact").outcome == "consistent"
    twice[1]["text"] = "nearly 100"  # [95, 100) meets [95, 105]
    assert only(twice, "same fact").outcome == "consistent"
    twice[0]["text"], twice[1]["text"] = "at least 100", "less than 100"
    touching = only(twice, "same fact")
    assert (touching.outcome, touching.distance) == ("inconsistent", 0)
    twice[1]["dimension"] = "money"
    assert only(twice, "same fact").reason == "dimension: money, vehicles"


def test_a_large_group_is_compared_with_its_first():
    rows = [fact(f"r{i}", text="100") for i in range(500)]
    rows[7]["text"] = "300"
    found = em.audit(rows, rules=["same fact"])
    assert found.counts["inconsistent"] == 1 and len(found.findings) == 499


def test_check():
    found = em.check(level="16.49 million", base="12,859,000", growth="28.2%")
    assert (found.rule, found.outcome) == ("growth", "consistent")
    wrong = em.check(level="16.49 million", base="12,859,000", growth="29%")
    assert wrong.outcome == "inconsistent"
    assert wrong.distance == pytest.approx((28.5 - 28.2809) / 1, abs=1e-3)
    assert em.check(level=3000, base=1000, growth="3 times").outcome == "consistent"
    with pytest.raises(ValueError, match="growth is missing"):
        em.check(level=1, base=1, growth=None)
    with pytest.raises(ValueError, match="certainly not positive"):
        em.check(level=1, base=-1, growth=1)
    with pytest.raises(TypeError):
        em.check(level=1, base=1)


def test_facts_in_any_table():
    rows = [fact("a", "2024", "1,000"), grown("b", "1,500", "+80%")]
    names = list(rows[1])
    columns = {n: [row.get(n, "") for row in rows] for n in names}
    tables = [
        rows,
        iter(rows),
        columns,
        {n: np.array(c) for n, c in columns.items()},
    ]
    for library in ("pandas", "polars"):
        with contextlib.suppress(ImportError):
            tables.append(importlib.import_module(library).DataFrame(columns))
    for table in tables:
        (found,) = em.audit(table).findings
        assert found.outcome == "inconsistent" and found.facts == ("b", "a")
    assert em.audit([]).counts == dict.fromkeys(em.audit([]).counts, 0)


def test_numbers_without_text_are_exact():
    rows = [fact("a", "2024", "", value=1000), grown("b", "", "+50%", value=1500)]
    assert only(rows, "growth").outcome == "consistent"
    rows[1]["value"] = 1506
    assert only(rows, "growth").outcome == "inconsistent"
    rows[1]["relation"] = "about"
    rows[1]["text"] = "1,506"
    assert only(rows, "growth").expected.low == 0.5055
    rows[1]["relation"] = "over"
    assert only(rows, "growth").expected.high == math.inf


@pytest.mark.parametrize(
    "rows, words",
    [
        ([fact("a", text="about a lot")], "row 0, text"),
        ([fact("a"), grown("b", "5", "50")], "row 1, growth_text"),
        ([fact("a", text="50%")], "is a percent, not a level"),
        ([fact("a", kind="total")], "kind is 'total'"),
        ([fact("a", mode="true")], "mode"),
        ([fact("a", relation="roughly")], "relation"),
        ([fact("a"), fact("b", "2024-13")], "row 1, period is '2024-13', not in"),
        ([fact("a", "2025-01..2025-13")], "row 0, period is '2025-13'"),
        ([fact("a", "2025-06..2025-01")], "row 0, period .* ends before it begins"),
        ([fact("a", "last year")], "row 0, period is 'last year', not a period"),
        ([fact("a", "250101")], "row 0, period is '250101', outside the years"),
        ([fact("a"), grown("b", "5", "50%", "2025Q5")], "row 1, growth_base"),
        ([fact("a", growth_basis="mine")], "growth_basis"),
        ([{"entity": "x", "measure": "m", "text": "5"}], "column period"),
        ([{"entity": "x", "measure": "m", "period": "2025"}], "text and value"),
        (
            {"entity": ["x"], "measure": ["m", "n"], "period": ["1"], "text": ["5"]},
            "rows",
        ),
    ],
)
def test_bad_facts(rows, words):
    with pytest.raises(ValueError, match=words):
        em.audit(rows)


@pytest.mark.parametrize(
    "one, other",
    [
        ("2025-06", "2025年6月"),
        ("2025-06", "Jun 2025"),
        ("2025-06", "2025-06-01..2025-06-30"),
        ("2025", "FY2025"),
        ("2025", "2025-01..2025-12"),
        ("2025H1", "2025年上半年"),
        ("2025-01..2025-06", "2025H1"),
        ("2025Q1", "2025年一季度"),
        ("2025年1-2月", "2025-01..2025-02"),
        ("2025-W03", "2025-01-13/2025-01-19"),
        ("2025-06-30", "2025/6/30"),
    ],
)
def test_one_period_in_two_spellings_is_one_period(one, other):
    rows = [fact("a", one, "20,000"), fact("b", other, "30,000")]
    assert em.audit(rows).counts["inconsistent"] == 1
    rows[1]["text"] = "20,000"
    assert em.audit(rows).counts["inconsistent"] == 0


def test_misuse():
    for bad in ("facts.csv", 5, None, [1]):
        with pytest.raises(TypeError, match="facts"):
            em.audit(bad)
    with pytest.raises(ValueError, match="growths"):
        em.audit([], rules=["growths"])
    with pytest.raises(TypeError, match="rules"):
        em.audit([], rules="growth")
    with pytest.raises(TypeError, match="a rule must be a function"):
        em.audit([], rules={"mine": 5})


def test_a_user_rule():
    def at_most_a_thousand(facts):
        rows = facts.rows("level")
        bound = np.zeros(len(rows)), np.full(len(rows), 1000.0)
        yield em.Claims((rows,), bound, em.Operand(facts.stated, rows))

    rows = [fact("a", text="990"), fact("b", "2024", text="1,200")]
    found = em.audit(rows, rules={**em.AUDIT_RULES, "limit": at_most_a_thousand})
    assert [f.outcome for f in found.findings] == ["inconsistent", "consistent"]
    assert found.findings[0].facts == ("b",) and found.findings[0].rule == "limit"
    assert found.findings[0].distance == pytest.approx(1.5)


def test_the_table_and_the_reprs():
    found = em.audit(shipped())
    table = found.to_table()
    assert len(table) == len(found.findings) == len(found)
    assert table["outcome"].tolist() == [f.outcome for f in found.findings]
    assert (table["expected_low"] <= table["expected_high"]).all()
    counted = "45 consistent, 0 inconsistent, 29 not comparable"
    assert repr(found) == f"<Audit of 112 facts: {counted}>"
    assert len(repr(found.findings)) < 2_000 and len(found.findings[:2]) == 2
    assert em.audit([]).to_table().columns == table.columns


def written(folder, rows):
    path = folder / "facts.csv"
    names = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def test_command(tmp_path, capsys):
    rows = [
        fact("a", "2024", "1,000"),
        grown("b", "1,500", "+80%"),
        fact("c", text="9万"),
    ]
    path = written(tmp_path, rows)
    assert command.main(["audit", path]) == 0
    shown = capsys.readouterr().out
    assert "inconsistent" in shown and "b a" in shown and "of its last digit" in shown
    assert all(len(line) <= 100 for line in shown.splitlines())
    assert command.main(["audit", path, "--strict"]) == 1
    assert command.main(["audit", written(tmp_path, rows[:1]), "--strict"]) == 0
    capsys.readouterr()
    path = written(tmp_path, [*shipped("guangzhou"), *rows])
    assert command.main(["audit", path, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"]["inconsistent"] >= 1 and found["facts"] == 55
    over = [f for f in found["findings"] if f["printed"].get("unbounded")]
    assert over and all(
        None in (f["printed"]["low"], f["printed"]["high"]) for f in over
    )
    assert command.main(["audit", path, "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (
        len(table) == len(found["findings"]) and table[0]["outcome"] == "inconsistent"
    )


def test_numbers_in_a_file_are_exact(tmp_path):
    rows = [
        fact("a", "2024", "", value="1000"),
        grown("b", "", "+50%", value="1,506.0"),
    ]
    found = only(read_facts(written(tmp_path, rows), "utf-8"), "growth")
    assert found.expected.exact.low == found.expected.exact.high == Fraction("0.506")


@pytest.mark.parametrize(
    "content, words",
    [
        ("entity,measure,period,text\nx,m,2025,about a lot\n", "row 0, text"),
        ("entity,measure,period,text\nx,m,2025\n", "3 fields"),
        ("entity,measure,period,value\nx,m,2025,many\n", "not a number"),
        ("entity,entity\nx,y\n", "each name once"),
        ("", "name the columns"),
        ("a,b\n1,2\n", "column entity"),
        ("\udc80", "cannot read"),
    ],
)
def test_bad_files(tmp_path, capsys, content, words):
    path = tmp_path / "facts.csv"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert command.main(["audit", str(path), "--errors", "raise"]) == 2
    shown = capsys.readouterr()
    assert words in shown.err and shown.err.count("\n") == 1 and shown.out == ""


BAD = [
    fact("a", "2024", "1,000"),
    fact("b", "2025", "about a lot"),
    fact("c", "last year", "5"),
    grown("d", "1,500", "80", period="2026"),
    fact("e", "2024", "--"),
    fact("f", "last year", "7", kind="total"),
]


def test_bad_entries_are_listed_with_their_rows():
    found = em.audit(BAD, errors="collect")
    listed = [(x.row, x.column) for x in found.errors]
    assert listed == [
        (1, "text"), (2, "period"), (3, "growth_text"), (5, "kind"), (5, "period"),
    ]  # fmt: skip
    assert found.errors[0].message.startswith("facts, row 1, text: ")
    assert "5 bad entries" in repr(found) and "5 bad entries" in found._repr_html_()
    whys = dict(found.unchecked)
    assert whys["b"] == whys["c"] == "an entry that cannot be read"
    assert whys["e"] == "no figure"
    with pytest.raises(ValueError, match=r"row 1, text: .*first of 5 bad entries\)$"):
        em.audit(BAD)
    with pytest.raises(ValueError, match="errors is 'ignore'"):
        em.Facts(BAD, errors="ignore")
    assert em.Facts(BAD, errors="collect").code["period"][2] == 0


def test_the_command_lists_bad_entries(tmp_path, capsys):
    path = written(tmp_path, BAD)
    assert command.main(["audit", path]) == 0
    shown = capsys.readouterr().out
    assert "Bad entries, read as empty: 5" in shown
    assert "facts, row 2, period is 'last year'" in shown
    assert "unchecked" in shown and "no figure" in shown
    assert all(len(line) <= 100 for line in shown.splitlines())
    assert command.main(["audit", path, "--strict"]) == 1
    capsys.readouterr()
    assert command.main(["audit", path, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [x["row"] for x in found["errors"]] == [1, 2, 3, 5, 5]
    assert {"id": "e", "why": "no figure"} in found["unchecked"]
    assert command.main(["audit", path, "--format", "csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [x["facts"] for x in table if x["outcome"] == "unread"] == list("bcdff")


@pytest.mark.parametrize(
    "text", ["-", "--", "n/a", "N/A", "不适用", "…", " ", "...", "—"]
)
def test_texts_that_stand_for_nothing_are_empty(text):
    rows = [fact("a", "2024", "1,000"), grown("b", "1,500", text), fact("c", text=text)]
    facts = em.Facts(rows)
    assert np.isnan(facts.growths.low).all() and np.isnan(facts.stated.low[2])
    assert len(em.audit(facts)) == 0


def test_bad_usage(tmp_path, capsys):
    assert command.main(["audit"]) == 2
    assert command.main(["audit", str(tmp_path / "none.csv")]) == 2
    assert command.main(["audit", str(tmp_path)]) == 2
    assert "cannot read" in capsys.readouterr().err
