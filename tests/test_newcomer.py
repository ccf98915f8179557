"""Three tasks of a newcomer who knows only the README and help(em).

Each task is a notebook cell. Every name of the package in it must be in one of the two.
"""

import ast
import keyword
import pydoc
import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import evmarket as em
from evmarket.__main__ import main

README = Path(__file__).resolve().parent.parent / "README.md"

SALES = """\
maker,month,units
比亚迪,2024-01,200
比亚迪,2024-02,120
比亚迪,2024-03,300
比亚迪,2025-01,300
比亚迪,2025-02,150
比亚迪,2025-03,
XPeng,2024-01,80
XPeng,2024-03,90
XPeng,2025-01,100
XPeng,2025-02,110
XPeng,2025-03,45
"""

BOOKS = """\
maker,model,year,revenue,cost
A,large,2025,900,600
A,small,2025,100,95
B,large,2025,500,400
B,small,2025,300,
"""

YEAR_ON_YEAR = """
import pandas as pd
import evmarket as em

frame = pd.read_csv("sales.csv")
panel = em.Panel.from_table(frame, "maker", "month", "units")
growth = panel["units"].growth("1Y")
makers = growth.series["maker"]
rates, status = growth.at("2025-02", status=True)
why = em.Status.names(status)
frame["growth"] = em.growth_by(frame["units"], frame["maker"], frame["month"])
"""

GROUP_MARGIN = """
import pandas as pd
import evmarket as em

panel = em.Panel.from_table(
    pd.read_csv("books.csv"), ["maker", "model"], "year", ["revenue", "cost"], freq="Y"
)
margin = panel.rollup("maker").margin("revenue", "cost")
makers = margin.series["maker"]
values, status = margin.at("2025", status=True)
why = em.Status(status[1]).meaning
"""

LAST_YEARS_BASE = """
import evmarket as em

base = em.implied_base("13.9万", "+80%")
about, least, most = base.value, base.low, base.high
"""

TASKS = (YEAR_ON_YEAR, GROUP_MARGIN, LAST_YEARS_BASE)
FOREIGN = {"pd", "pandas", "read_csv", "frame"}


def done(task, folder, monkeypatch):
    """Run a task in a folder with the tables; the names it defines."""
    (folder / "sales.csv").write_text(SALES, encoding="utf-8")
    (folder / "books.csv").write_text(BOOKS, encoding="utf-8")
    monkeypatch.chdir(folder)
    names = {}
    exec(compile(task, "cell", "exec"), names)
    return names


def test_annual_growth_of_each_maker(tmp_path, monkeypatch):
    pytest.importorskip("pandas")
    found = done(YEAR_ON_YEAR, tmp_path, monkeypatch)
    assert found["makers"].tolist() == ["XPeng", "比亚迪"]
    np.testing.assert_array_equal(found["rates"], [np.nan, 0.25])
    assert found["why"].tolist() == ["GAP", "OK"]
    nan = np.nan
    expected = [nan, nan, nan, 0.5, 0.25, nan, nan, nan, 0.25, nan, -0.5]
    np.testing.assert_array_equal(found["frame"]["growth"], expected)


def test_annual_growth_on_the_command_line(tmp_path, monkeypatch, capsys):
    done(LAST_YEARS_BASE, tmp_path, monkeypatch)
    command = "growth sales.csv --keys maker --period month --measures units"
    assert main([*command.split(), "--at", "2025-02"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[1:] == [
        ["XPeng", "2025-02", "units", "110", "-", "GAP"],
        ["比亚迪", "2025-02", "units", "150", "+25.00%"],
    ]


def test_margin_of_each_group(tmp_path, monkeypatch):
    pytest.importorskip("pandas")
    found = done(GROUP_MARGIN, tmp_path, monkeypatch)
    assert found["makers"].tolist() == ["A", "B"]
    np.testing.assert_array_equal(found["values"], [305 / 1000, np.nan])
    assert found["why"] == em.Status.UNPAIRED.meaning
    mean = (300 / 900 + 5 / 100) / 2
    assert abs(found["values"][0] - mean) > 0.1, "a ratio of sums, not a mean of ratios"


def test_last_years_base(tmp_path, monkeypatch):
    found = done(LAST_YEARS_BASE, tmp_path, monkeypatch)
    exact = [
        Fraction(level) / (1 + Fraction(growth))
        for level, growth in ((139_000, "0.8"), (138_500, "0.805"), (139_500, "0.795"))
    ]
    got = found["about"], found["least"], found["most"]
    np.testing.assert_allclose(got, [float(x) for x in exact], rtol=1e-15)
    assert Fraction(found["least"]) <= exact[1] and exact[2] <= Fraction(found["most"])


def names_used(task):
    """Attributes and keywords in a task."""
    tree = ast.walk(ast.parse(task))
    for node in tree:
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword):
            yield node.arg


@pytest.mark.parametrize("task", TASKS)
def test_every_name_is_documented(task):
    text = README.read_text(encoding="utf-8") + pydoc.plain(pydoc.render_doc(em))
    words = set(re.findall(r"\w+", text))
    used = set(names_used(task)) - FOREIGN
    assert used, "a task uses at least one name"
    assert not any(keyword.iskeyword(name) for name in used)
    assert used <= words, used - words
