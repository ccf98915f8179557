"""The README: its examples print the outputs it shows, and its names exist."""

import ast
import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

import evmarket as em
from evmarket.__main__ import main

README = Path(__file__).resolve().parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def blocks(*languages):
    """The fenced blocks in any of the languages: (language, text), in order."""
    fences = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    return [(language, text) for language, text in fences if language in languages]


def printed(cell, names):
    """The output of a cell: its printed lines, then its last expression."""
    *body, last = ast.parse(cell).body
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        exec(compile(ast.Module(body, []), "README.md", "exec"), names)
        exec(compile(ast.Interactive([last]), "README.md", "single"), names)
    return output.getvalue()


def test_examples_print_the_outputs_shown():
    pairs = blocks("python", "text")
    assert [language for language, _ in pairs] == ["python", "text"] * 5
    names = {}
    for (_, cell), (_, expected) in zip(pairs[::2], pairs[1::2], strict=True):
        if "import pandas" in cell:  # only the last example needs it
            pytest.importorskip("pandas")
        assert printed(cell, names) == expected


def test_commands_print_the_outputs_shown(tmp_path, monkeypatch, capsys):
    ((_, table),) = blocks("csv")
    ((_, session),) = blocks("console")
    command, expected = session.split("\n", 1)
    prompt, python, m, package, *arguments = shlex.split(command)
    assert [prompt, python, m, package] == ["$", "python", "-m", "evmarket"]
    (tmp_path / "sales.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 0
    assert capsys.readouterr().out == expected


def test_the_excerpt_is_in_the_report(capsys):
    assert main([]) == 0
    report = capsys.readouterr().out
    ((_, excerpt),) = blocks("report")
    assert excerpt in report


def test_two_commands():
    run, test = (text.strip().split(" && ") for _, text in blocks("sh"))
    assert run[0] != test[0], "each command has its own environment"
    assert run[-1].endswith("/bin/python -m evmarket")
    assert test[-1].endswith("/bin/python -m pytest")


def test_status_codes_are_those_of_the_package():
    section = TEXT.partition("## Status codes")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \| (`[^|]+`) \|", section, re.MULTILINE)
    listed = {
        name: int(code)
        for codes, members in rows
        for code, name in zip(
            codes.split(", "), re.findall(r"`(\w+)`", members), strict=True
        )
    }
    assert len(listed) == len(em.Status) == 22
    assert listed == {name: em.Status[name].value for name in listed}


def test_functions_of_the_table_are_public():
    section = TEXT.partition("## Functions")[2].partition("\n## ")[0]
    table = section[: section.index("\n\nThe array functions")]
    names = re.findall(r"`([\w.]+)(?:\([^`]*\))?`", table)
    listed = {name.partition(".")[0] for name in names}
    assert listed <= set(em.__all__)
    for name in names:
        value = em
        for part in name.split("."):
            value = getattr(value, part)
    arrays = {
        name
        for name in em.__all__
        if getattr(em, name).__class__.__name__ == "function"
    }
    assert arrays <= listed
