"""The report on the shipped market: its numbers, the facts behind them, its formats."""

import csv
import io
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import evmarket as em
from evmarket import __main__ as command
from evmarket._common.text import WIDTH, columns_of, wrap
from evmarket._market import summary
from evmarket._market.lines import Cell, Line, sections
from evmarket._market.market import market
from evmarket._market.printing import csv_text, json_text, text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def data():
    return {name: em.datasets.load(name) for name in em.datasets.names()}


@pytest.fixture(scope="module")
def lines(data):
    return market(data)


def line(lines, section, label):
    found = [ln for ln in lines if section in ln.section and ln.label == label]
    assert len(found) == 1, (section, label)
    return found[0]


def numbers(lines, section, label):
    values = line(lines, section, label).values
    return {heading: cell.number for heading, cell in values.items()}


def close(number, expected, digits):
    """Whether the number, rounded to so many decimals, is the printed one."""
    return round(number, digits) == expected


@pytest.mark.parametrize(
    ("label", "level", "growth", "base"),
    [
        ("XPeng abroad: deliveries, 2025", 45_000, 0.96, 22_959.18),
        ("GAC's own brands abroad: sales, 2025 (nearly)", 130_000, 0.47, 88_435.37),
        ("GAC Aion in Hong Kong: registrations, 2025", 1_809, 7.149, 221.99),
        ("XPeng in Hong Kong: registrations, 2025", 1_995, 3.088, 488.01),
        ("GAC Aion: sales, 2025", 290_000, -0.2262, 374_773.84),
        ("GAC Trumpchi: sales, 2025", 319_200, -0.2302, 414_653.16),
        ("XPeng: deliveries, 2026-01 (about)", 20_000, -0.341, 30_349.01),
    ],
)
def test_levels_imply_their_base(lines, label, level, growth, base):
    found = numbers(lines, "Levels", label)
    assert (found["level"], found["growth"]) == (level, growth)
    assert close(found["implied base"], base, 2)
    assert found["increase"] == found["level"] - found["implied base"]


def test_exports_imply_their_base_in_units_and_in_money(lines):
    found = [ln for ln in lines if ln.label == "Guangzhou: exports, 2025"]
    found = [ln for ln in found if ln.section.startswith("Levels")]
    vehicles, money = (ln.values for ln in found)
    assert close(vehicles["implied base"].number, 77_222.2, 1)
    assert close(money["implied base"].number / 1e9, 9.6829, 4)
    assert [ln.unit for ln in found] == ["vehicles", "yuan"]


def test_a_comparable_basis_has_a_note(lines):
    noted = {ln.derived_from for ln in lines if "comparable basis" in ln.note}
    assert noted == {("g02",), ("g41",)}


def test_value_per_vehicle(lines):
    found = line(lines, "value per vehicle", "value per vehicle")
    assert "mix included, not price" in found.note
    assert close(found.values["2025"].number, 118_633.1, 1)
    assert close(found.values["growth"].number, -0.0539, 4)
    logs = [
        numbers(lines, "value per vehicle", label)["log growth"]
        for label in ("vehicles", "value per vehicle", "value")
    ]
    assert logs[0] + logs[1] == pytest.approx(logs[2], abs=1e-15)
    assert logs[2] == pytest.approx(math.log(1.703), rel=1e-14)


def test_exports_split_into_volume_and_value_per_vehicle(lines, data):
    section = "what changed their value"
    found = [
        numbers(lines, section, label)
        for label in ("change of the value", "by volume", "by value per vehicle")
    ]
    change, volume, each = (cells["amount"] for cells in found)
    assert volume + each == pytest.approx(change, rel=1e-15)
    assert close(found[0]["of the growth"], 0.703, 3)
    value, units = (data["guangzhou"].facts()["value"][k] for k in rows_of(data))
    before, sold = value / 1.703, units / 1.8
    mean = (value / units + before / sold) / 2
    assert volume == pytest.approx(mean * (units - sold), rel=1e-13)
    assert each < 0
    note = line(lines, section, "by value per vehicle").note
    assert "mix included, not price" in note
    assert not any("price" in ln.label for ln in lines)


def rows_of(data):
    """The rows of the value and of the number of vehicles exported."""
    facts = data["guangzhou"].facts()
    exports = (facts["entity"] == "guangzhou") & (facts["measure"] == "exports")
    return [
        int((exports & (facts["dimension"] == word)).nonzero()[0][0])
        for word in ("money", "vehicles")
    ]


def test_aion_with_trumpchi(lines):
    both = numbers(lines, "Aion with", "both")
    assert both["sales"] == 609_200
    assert close(both["implied base"], 789_427.0, 0)
    assert close(both["growth"], -0.2283, 4)
    parts = [numbers(lines, "Aion with", name) for name in ("GAC Aion", "GAC Trumpchi")]
    added = sum(part["contribution"] for part in parts)
    assert added == pytest.approx(both["growth"], abs=1e-15)
    assert sum(part["share"] for part in parts) == pytest.approx(1, abs=1e-15)


def test_xpeng_by_month(lines):
    months = [ln for ln in lines if ln.section == "XPeng deliveries by month"]
    assert len(months) == 26
    last = numbers(lines, "by month", "2026-02")
    assert close(last["on the year"], -0.4990, 4)
    assert close(last["on the month"], -0.2376, 4)
    assert last["year to date"] == 35_267
    assert close(last["its growth"], -0.419979, 6)
    assert last["12 months"] == 403_909
    first = line(lines, "by month", "2024-01").values
    statuses = {heading: em.Status(cell.status).name for heading, cell in first.items()}
    assert statuses == {
        "deliveries": "OK",
        "on the year": "OUTSIDE",
        "on the month": "OUTSIDE",
        "year to date": "OK",
        "its growth": "OUTSIDE",
        "12 months": "INCOMPLETE",
    }


@pytest.mark.parametrize(
    ("label", "level", "growth", "digits"),
    [
        ("2025", 429_445, 1.25943, 5),
        ("first half of 2025", 197_189, 2.790, 3),
        ("third quarter of 2025", 116_007, 1.493, 3),
        ("January and February 2026", 35_267, -0.419979, 6),
    ],
)
def test_xpeng_over_longer_periods(lines, label, level, growth, digits):
    found = numbers(lines, "longer periods", label)
    assert found["deliveries"] == level
    assert close(found["on the year"], growth, digits)
    if "quarter" in label:
        assert close(found["on the quarter"], 0.124, 3)


def test_a_missing_month_is_a_gap_on_the_calendar(data):
    months = data["xpeng-monthly"]
    kept = [place for place in range(len(months)) if place != 20]
    holed = em.datasets.Dataset(
        {column: months[column][kept] for column in months}, name=months.name
    )
    found = numbers(market(data | {"xpeng-monthly": holed}), "by month", "2025-10")
    assert math.isnan(found["on the month"])
    assert math.isnan(found["12 months"])
    assert found["on the year"] == (42_013 - 23_917) / 23_917


def test_nev_market(lines):
    rates = {"2021": 1.649, "2022": 0.960, "2023": 0.375, "2024": 0.361}
    rates |= {"2025": 0.282, "2026, forecast": 0.152}
    for label, printed in rates.items():
        found = numbers(lines, "New-energy vehicles sold", label)
        assert close(found["growth"], printed, 3)
        assert found["printed"] == printed
    pace = "New-energy vehicles in China: pace"
    compound = numbers(lines, pace, "2020 to 2025, compound")["growth"]
    assert close(compound, 0.656097, 6)
    mean = numbers(lines, pace, "2020 to 2025, mean of all years")["growth"]
    assert close(mean, 0.764269, 6)
    ahead = line(lines, pace, "2026, the association's forecast")
    assert ahead.values["change"].number == pytest.approx(-0.13, abs=1e-15)
    assert "forecast" in ahead.note


def test_industry_margin_and_gap(lines):
    printed = numbers(lines, "Profit margin", "January to November 2025, as printed")
    assert printed["margin"] == 0.044
    assert printed["gap"] == pytest.approx(-0.016, abs=1e-15)
    capped = numbers(lines, "Profit margin", "its profit on its revenue, at most")
    assert capped["margin"] == 440.3e9 / 10e12
    year = numbers(lines, "Profit margin", "2025-01..2025-12, bureau")
    assert close(year["gross margin"], 0.118949, 6)
    november = numbers(lines, "Profit margin", "2025-01..2025-11, bureau")
    assert close(november["margin"], 0.044, 3)
    assert "gross margin" not in november
    bases = numbers(lines, "on two bases", "as published each year")
    assert close(bases["growth"], 0.066, 3)


def test_byd(lines):
    assert numbers(lines, "gross margin", "abroad")["difference"] == pytest.approx(
        0.0285, abs=1e-15
    )
    group = numbers(lines, "gross margin", "group, from its regions")
    assert close(group["margin"], 0.1801, 4)
    second = numbers(lines, "revenue by quarter", "2025Q2")
    assert second["quarter"] == pytest.approx(200.92e9, rel=1e-15)
    assert close(second["on the year"], 0.140, 3)
    assert close(second["on the quarter"], 0.179, 3)
    third = numbers(lines, "revenue by quarter", "2025Q3")
    assert math.isnan(third["on the year"])
    assert third["printed"] == 0.1275


def test_conditional_not_comparable_not_computable(lines):
    share = line(lines, "Conditional", "XPeng: share of deliveries abroad, 2025")
    assert close(share.values["share"].number, 0.1048, 4)
    assert "xpeng-monthly" in share.note
    hong_kong = numbers(lines, "Conditional", "GAC Aion in Hong Kong: share, more than")
    assert hong_kong["share"] == 1_809 / 40_000
    apart = [ln for ln in lines if ln.section == "Not comparable"]
    assert len(apart) == 7
    assert all(ln.note for ln in apart)
    assert "dimension: money / vehicles" in apart[-1].note
    assert apart[-1].unit == "yuan / vehicles"
    unknown = [ln for ln in lines if ln.section == "Not computable"]
    assert len(unknown) == 5


def test_every_fact_of_the_article_is_in_the_report(data, lines):
    used = {name for ln in lines for name in ln.derived_from}
    assert set(data["guangzhou"]["id"].tolist()) <= used


def test_intervals_of_what_the_growths_imply(lines):
    section = "What the printed digits allow"
    found = [ln for ln in lines if ln.section.startswith(section)]
    exports = next(ln for ln in found if ln.derived_from == ("g01",))
    base = em.implied_base("139,000", "80%")
    assert exports.values["base from"].number == base.low
    assert exports.values["base to"].number == base.high
    notes = {ln.derived_from: ln.note for ln in found}
    assert notes["g15",].endswith("only be 222") and notes["g17",].endswith("488")
    rates = {ln.label: ln.values for ln in found if "from" in ln.values}
    value = rates["exports: growth of the value per vehicle"]
    assert close(value["from"].number, -0.0568, 4)
    assert close(value["to"].number, -0.0510, 4)
    years = rates["NEV market: growth from 2024 to 2026"]
    assert years["from"].number < 1.282 * 1.152 - 1 < years["to"].number
    revenue = rates["industry: revenue, from profit and margin"]
    assert revenue["from"].number < 10.0223e12 < revenue["to"].number


def test_what_the_aim_abroad_requires(lines):
    section = "What targets require"
    label = "XPeng: required growth abroad above that at home, per year"
    found = numbers(lines, section, label)
    assert found["from"] < em.required_outgrowth(45_000 / 429_445, 0.5, 5) < found["to"]
    doubled = numbers(lines, section, "XPeng abroad in 2026, to more than double")
    assert doubled == {"from": 89_000, "to": math.inf}
    label = "XPeng: deliveries of 2026 at the pace of two months"
    pace = numbers(lines, section, label)
    assert pace["rate a year"] == 6 * (20_011 + 15_256)


def test_the_figures_against_each_other(lines):
    found = [ln for ln in lines if ln.section == "The figures against each other"]
    outcomes = [ln.note.partition(":")[0] for ln in found]
    assert outcomes.count("inconsistent") == 0 and outcomes.count("consistent") > 10
    (basis,) = [ln for ln in found if "restated" in ln.note]
    assert basis.derived_from == ("g41", "auto/2024-11/profit")


def shown(lines):
    """Each line as JSON and as text."""
    return [(json_text([ln]), text([ln])) for ln in lines]


def changed_lines(before, after):
    return {n for n, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}


def other_growth(growth):
    return f"{float(growth.rstrip('%')) * 0.7 + 11:+.2f}%"


@pytest.mark.parametrize("name", em.datasets.names())
def test_changing_a_fact_changes_exactly_the_lines_derived_from_it(data, lines, name):
    facts = data[name].facts()
    before = shown(lines)
    for row in range(len(facts)):
        changed = facts.replace(row, "value", float(facts["value"][row]) * 1.5 + 1)
        growth = str(facts["growth_text"][row])
        if growth:
            changed = changed.replace(row, "growth_text", other_growth(growth))
        after = market(data | {name: changed})
        expected = {
            place
            for place, ln in enumerate(lines)
            if facts["id"][row] in ln.derived_from
        }
        assert changed_lines(before, shown(after)) == expected, facts["id"][row]


def test_a_changed_entry_of_a_table_reaches_the_report(data, lines):
    table = data["xpeng-monthly"].replace(25, "value", 15_257)
    after = market(data | {"xpeng-monthly": table})
    changed = changed_lines(shown(lines), shown(after))
    assert {lines[place].label for place in changed} == {
        "2026-02",
        "January and February 2026",
        "twelve months to February 2026",
        "XPeng: deliveries of 2026 at the pace of two months",
    }


def test_a_figure_without_a_value_is_missing_not_zero(data):
    gone = data["guangzhou"].replace("g01", "value", math.nan)
    found = line(market(data | {"guangzhou": gone}), "value per vehicle", "vehicles")
    assert math.isnan(found.values["2025"].number)
    assert all(cell.status != em.Status.OK for cell in found.values.values())
    assert json.loads(json_text([found]))[0]["values"]["2025"]["status"] == "MISSING"
    assert " - " in text([found])


def test_bad_facts_are_errors(data):
    facts = data["guangzhou"].replace("g01", "growth_text", "up a lot")
    with pytest.raises(ValueError, match="growth_text of fact g01 is 'up a lot'"):
        market(data | {"guangzhou": facts})
    facts = data["guangzhou"].replace("g24", "entity", "nowhere")
    with pytest.raises(
        ValueError, match="'guangzhou' has no fact with entity 'china-pv'"
    ):
        market(data | {"guangzhou": facts})


def run(*arguments, **options):
    settings = {"capture_output": True, "cwd": ROOT, "timeout": 60} | options
    return subprocess.run([sys.executable, "-m", "evmarket", *arguments], **settings)


def test_the_summary_is_one_screen(lines, capsys):
    assert command.main([]) == 0
    printed = capsys.readouterr().out
    rows = printed.splitlines()
    assert len(rows) <= 45 and max(map(columns_of, rows)) <= 100
    assert printed.isascii() and not any(row.endswith(" ") for row in rows)
    assert list(summary.NAMES.values()) == [s.title for s in sections(lines)]
    findings = [row for row in rows if re.match(r" ?\d+\. ", row)]
    assert len(findings) == 10
    said = " ".join(printed.split())
    for words in (
        "139,000 vehicles in 2025, 80.00% more than the 77,222 [76,731, 77,716]",
        "the value per vehicle fell 5.39% [-5.68%, -5.10%], mix included, not price",
        "1,809 cars after 222, XPeng 1,995 after 488. (g15 g17)",
        "609,200, 22.83% fewer; of it Aion 10.74 pp, Trumpchi 12.09 pp",
        "403,909 in the twelve months to February 2026, 69.66% more",
        "285.0 bp above that in China, 16.97%. (g45 g44)",
    ):
        assert words in said


def test_the_summary_is_computed(data):
    facts = data["guangzhou"].replace("g01", "text", "150,000")
    facts = facts.replace("g01", "value", 150_000.0)
    said = summary.summary("", market(data | {"guangzhou": facts}))
    assert "Guangzhou exported 150,000 vehicles" in said
    assert "139,000" not in said


def test_one_section_and_the_sources(capsys):
    for name, title in summary.NAMES.items():
        assert command.main(["report", "--section", name]) == 0
        printed = capsys.readouterr().out
        assert printed.startswith(title[:60])
    assert command.main(["--section", "pace", "--format", "csv"]) == 0
    assert "New-energy vehicles in China: pace" in capsys.readouterr().out
    assert command.main(["--section", "paces"]) == 2
    assert "--section is 'paces'" in capsys.readouterr().err
    assert command.main(["report", "--sources"]) == 0
    printed = capsys.readouterr().out
    assert "g03  paragraph 7, GAC's own brands abroad" in printed
    assert ": nearly 130,000, +47%" in printed and "nearly nearly" not in printed
    assert max(map(columns_of, printed.splitlines())) <= 100


def test_trailing_growth_of_xpeng(lines):
    spans = "XPeng deliveries over longer periods"
    for month, label in (("01", "January"), ("02", "February")):
        row = numbers(lines, spans, f"twelve months to {label} 2026")
        for year, heading in (("2026", "deliveries"), ("2025", "a year before")):
            months = numbers(lines, "XPeng deliveries by month", f"{year}-{month}")
            assert row[heading] == months["12 months"]
        assert row["on the year"] == pytest.approx(
            row["deliveries"] / row["a year before"] - 1
        )


def test_text_is_readable_in_a_hundred_columns(lines, capsys):
    assert command.main(["--all"]) == 0
    printed = capsys.readouterr().out
    assert text(lines) in printed
    assert max(map(columns_of, printed.splitlines())) <= WIDTH == 100
    assert printed.isascii()
    assert not any(row.endswith(" ") for row in printed.splitlines())
    for ln in lines:
        assert ln.section in printed


def test_chinese_text_is_aligned():
    rows = [("小鹏汽车", 20_011, "约2万辆"), ("Aion", 290_000, "29万"), ("é", 7, "")]
    lines = [
        Line("新能源", label, {"辆": Cell(float(number), "", ("g1",))}, printed, "注")
        for label, number, printed in rows
    ]
    out = text(lines).splitlines()
    table = [row for row in out[1:] if row.strip() != "注"]
    # wide characters take two columns; numbers end, and texts begin, in one column
    ends = [
        columns_of(row[: row.index(n) + len(n)])
        for row, n in zip(table[1:], ("20,011", "290,000", "7"), strict=True)
    ]
    assert len(set(ends)) == 1
    begins = {columns_of(row[: row.rindex("g1")]) for row in table[1:]}
    assert begins == {columns_of(table[0][: table[0].index("from")])}


def test_width_of_characters():
    assert columns_of("13.9万辆") == 8
    assert columns_of("Ａ１") == 4
    assert columns_of("é") == 1
    assert columns_of("a\u200bb") == 2


def test_wrapping_keeps_the_text_and_the_width():
    words = "广汽集团自主品牌 overseas sales of GAC and a" + "word" * 9
    for room in range(2, 60):
        rows = wrap(words, room)
        assert all(columns_of(row) <= room for row in rows)
        assert "".join(rows).replace(" ", "") == words.replace(" ", "")


def test_control_characters_do_not_reach_the_terminal():
    out = text([Line("s", "a\x1b[31mb\nc", {"v": Cell(1.0, "")})])
    assert "\x1b" not in out
    assert len(out.splitlines()) == 3


def test_long_labels_wrap():
    label = "一个很长的名字" * 12
    out = text(
        [Line("s", label, {"v": Cell(1e9, "yuan", ("g1",))}, "printed", "n" * 150)]
    )
    assert max(map(columns_of, out.splitlines())) <= WIDTH
    assert "1.00 bn" in out


def test_csv(lines, capsys):
    assert command.main(["--format", "csv"]) == 0
    printed = capsys.readouterr().out
    assert printed == csv_text(lines)
    rows = list(csv.DictReader(io.StringIO(printed)))
    assert len(rows) == sum(len(ln.values) for ln in lines)
    base = next(r for r in rows if r["quantity"] == "implied base")
    assert (base["value"], base["unit"]) == (repr(139_000 / 1.8), "vehicles")
    for row in rows:
        assert (row["value"] == "") == (row["status"] not in ("OK",)), row


def test_json(lines, capsys):
    assert command.main(["--format", "json"]) == 0
    printed = capsys.readouterr().out

    def refuse(constant):
        raise AssertionError(constant)

    loaded = json.loads(printed, parse_constant=refuse)
    assert len(loaded) == len(lines)
    for entry, ln in zip(loaded, lines, strict=True):
        assert entry["label"] == ln.label
        assert tuple(entry["derived_from"]) == ln.derived_from
        for heading, cell in entry["values"].items():
            number = ln.values[heading].number
            if math.isnan(number):
                assert cell["value"] is None
                assert cell["status"] != "OK"
            elif math.isinf(number):
                assert cell["value"] is None and cell["unbounded"]
            else:
                assert cell["value"] == number
    odd = [Line("s", "l", {"a": Cell(math.inf, ""), "b": Cell(math.nan, "", (), 7)})]
    values = json.loads(json_text(odd), parse_constant=refuse)[0]["values"]
    assert values["a"] == {"value": None, "unit": "", "status": "OK", "unbounded": True}
    assert values["b"] == {"value": None, "unit": "", "status": "GAP"}
    assert "unbounded" in text(odd)


def test_bad_usage_exits_2_with_a_message(capsys):
    assert command.main(["--format", "xml"]) == 2
    captured = capsys.readouterr()
    assert "xml" in captured.err
    assert captured.out == ""
    assert command.main(["--nonsense"]) == 2
    assert command.main(["--form", "csv"]) == 2
    capsys.readouterr()
    assert command.main(["--help"]) == 0
    assert "--format" in capsys.readouterr().out


def test_the_module_runs():
    done = run()
    assert done.returncode == 0
    assert done.stderr == b""
    assert b"139,000" in done.stdout
    bad = run("--format", "xml")
    assert (bad.returncode, bad.stdout) == (2, b"")
    assert b"xml" in bad.stderr


@pytest.mark.skipif(os.name != "posix", reason="pipes as POSIX has them")
@pytest.mark.parametrize("arguments", [[], ["--format", "json"], ["--help"]])
def test_a_pipe_that_closes_early_is_no_error(arguments):
    read, write = os.pipe()
    os.close(read)
    try:
        done = run(
            *arguments, capture_output=False, stdout=write, stderr=subprocess.PIPE
        )
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX shell")
def test_without_a_terminal_or_any_output():
    for redirect in (">&-", "2>&-", "<&- >&- 2>&-"):
        done = subprocess.run(
            ["sh", "-c", f'"{sys.executable}" -m evmarket {redirect}'],
            capture_output=True,
            cwd=ROOT,
            timeout=60,
        )
        assert (done.returncode, done.stderr) == (0, b""), redirect


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device")
def test_output_that_cannot_be_written_exits_2():
    with open("/dev/full", "wb") as full:
        done = run(capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.startswith(b"evmarket: cannot write the output")
    assert done.stderr.count(b"\n") == 1


def test_an_encoding_without_the_characters_is_no_error(monkeypatch):
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr("evmarket._market.market.TITLE", "新能源")
    assert command.main([]) == 0
    assert raw.getvalue().startswith(b"???\n")
