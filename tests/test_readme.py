"""The README: its examples print what it shows, and its names exist."""

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
    """The output of a cell in a notebook: printed lines, then the last expression."""
    *body, last = ast.parse(cell).body
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(compile(ast.Module(body, []), "README.md", "exec"), names)
        exec(compile(ast.Interactive([last]), "README.md", "single"), names)
    return shown.getvalue()


def test_examples_print_the_output_shown():
    found = blocks("python", "text")
    assert [language for language, _ in found] == ["python", "text"] * 7
    names = {}
    for (_, cell), (_, expected) in zip(found[::2], found[1::2], strict=True):
        if "import pandas" in cell:  # only the last example
            pytest.importorskip("pandas")
        assert printed(cell, names) == expected


def test_commands_print_the_output_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for (_, table), (_, session) in zip(blocks("csv"), blocks("console"), strict=True):
        command, expected = session.split("\n", 1)
        prompt, python, m, package, *arguments = shlex.split(command)
        assert [prompt, python, m, package] == ["$", "python", "-m", "evmarket"]
        (tmp_path / "sales.csv").write_text(table, encoding="utf-8")
        assert main(arguments) == 0
        out, err = capsys.readouterr()
        assert err + out == expected


def test_the_passage_is_part_of_the_report(capsys):
    assert main(["--all"]) == 0
    report = capsys.readouterr().out
    for _, passage in blocks("report"):
        assert passage in report
    assert len(blocks("report")) == 1


def test_commands_to_run_and_to_test_use_two_environments():
    run, test = (text.strip().split(" && ") for _, text in blocks("sh"))
    assert run[0] != test[0], "each command makes its own environment"
    assert run[-1].endswith("/bin/python -m evmarket")
    assert test[-1].endswith("/bin/python -m pytest")


def test_the_table_of_statuses_matches_the_enum():
    section = TEXT.partition("## Status codes")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([\d, ]+) \| (`[^|]+`) \|", section, re.MULTILINE)
    documented = {
        name: int(code)
        for codes, members in rows
        for code, name in zip(
            codes.split(", "), re.findall(r"`(\w+)`", members), strict=True
        )
    }
    assert len(documented) == 22
    assert documented == {status.name: status.value for status in em.Status}


def test_the_table_of_functions_lists_every_public_function():
    section = TEXT.partition("## Functions")[2].partition("\n## ")[0]
    table = section[: section.index("\n\nThe array functions")]
    names = re.findall(r"`([\w.]+)(?:\([^`]*\))?`", table)
    documented = {name.partition(".")[0] for name in names}
    assert documented <= set(em.__all__)
    for name in names:
        place = em
        for part in name.split("."):
            place = getattr(place, part)
    functions = {
        name
        for name in em.__all__
        if getattr(em, name).__class__.__name__ == "function"
    }
    assert functions <= documented
