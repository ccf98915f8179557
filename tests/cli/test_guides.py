"""The guides: every example gives the output shown, and the command prints them."""

import doctest
import re

import pytest

import evmarket as em
from evmarket.__main__ import main
from evmarket._cli.guides import GUIDES, TOOLS, guide, guides

FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", TOOLS)
def test_every_example_gives_the_output_shown(name):
    if name == "pandas":
        pytest.importorskip("pandas")
    code = "\n".join(FENCE.findall(guide(name)))
    test = doctest.DocTestParser().get_doctest(code, {}, name, name, 0)
    assert len(test.examples) >= 10
    runner = doctest.DocTestRunner(verbose=False)
    shown = []
    runner.run(test, out=shown.append)
    assert runner.failures == 0, "".join(shown)


@pytest.mark.parametrize("name", TOOLS)
def test_a_guide_is_one_page_with_a_table_and_sections(name):
    text = guide(name)
    assert text.startswith("# Coming from ")
    assert text.count("```python\n") == len(FENCE.findall(text))
    assert 7 <= text.count("```python\n") <= 10
    assert len(text.splitlines()) < 180
    rows = re.findall(r"^\| .* \| .* \|$", text, re.MULTILINE)
    assert len(rows) >= 10


@pytest.mark.parametrize("name", TOOLS)
def test_the_names_in_the_table_exist(name):
    """What stands in the last column is public."""
    rows = re.findall(r"^\| .* \| (.*) \|$", guide(name), re.MULTILINE)
    panel = em.Panel.from_wide({"maker": ["A"], "2025": [1]}, "maker", "units")
    places = {"em": em, "panel": panel, "rows": em.Rows(["A"], ["2025"])}
    for cell in rows:
        for owner, word in re.findall(r"`(em|panel|rows)\.(\w+)", cell):
            assert hasattr(places[owner], word), cell
        for word in re.findall(r'panel\["units"\]\.(\w+)|`\.(\w+)\(', cell):
            assert hasattr(panel["units"], "".join(word)), cell


def test_the_command_prints_and_lists(capsys):
    assert main(["guide"]) == 0
    assert capsys.readouterr().out == guides()
    assert [line.split()[0] for line in guides().splitlines()] == list(GUIDES)
    for name in GUIDES:
        assert main(["guide", name.upper()]) == 0
        shown = guide(name).replace("<BLANKLINE>\n", "\n")
        assert capsys.readouterr().out == shown


def test_an_unknown_guide_is_refused(capsys):
    assert main(["guide", "stata"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert (
        err
        == "evmarket: guide is 'stata': there are pandas, excel, dax, collapse, scale\n"
    )
