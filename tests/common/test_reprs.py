"""Reprs at a terminal, and completion in IPython."""

import unicodedata

import numpy as np
import pytest

import evmarket as em
from evmarket import datasets
from evmarket._tables.table import Table
from tests.common.shown import panel, things


@pytest.fixture(scope="module")
def every():
    return things()


def width(line):
    """The width of a line; East Asian characters count twice."""
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
        ("table[", ["'maker'", "'share_change'"]),
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
