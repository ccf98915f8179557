"""The flags --html, --excel and --bridge of the report command."""

import sys

import pytest

from evmarket.__main__ import main

ROWS = "maker,month,units,revenue,cost\n" + "".join(
    f"{maker},{year}-01,{10 + k},{100 + k * (year - 2000)},{80 + k}\n"
    for k, maker in enumerate("ABC")
    for year in (2024, 2025)
)


@pytest.fixture
def run(tmp_path, capsys):
    path = tmp_path / "p.csv"
    path.write_text(ROWS)

    def command(*flags):
        table = ["--keys", "maker", "--period", "month", "--measures", "units"]
        status = main(["report", str(path), *table, *map(str, flags)])
        return status, *capsys.readouterr()

    return command


def test_a_report_is_written_beside_the_text(run, tmp_path):
    page, book = tmp_path / "r.html", tmp_path / "r.xlsx"
    plain = run()
    assert plain[0] == 0
    assert run("--html", page, "--excel", book) == plain
    assert "<title>units by maker, 2025-01</title>" in page.read_text("utf-8")
    assert "Change of the margin" not in page.read_text("utf-8")
    assert book.read_bytes()[:2] == b"PK"


def test_the_bridge_is_on_the_page(run, tmp_path):
    page = tmp_path / "r.html"
    bridge = ("--bridge", "revenue", "cost", "units")
    assert run("--html", page, *bridge)[0] == 0
    assert "Change of the margin" in page.read_text("utf-8")
    status, out, err = run(*bridge)
    assert (status, out) == (2, "")
    assert err == (
        "evmarket: --bridge is drawn on a page: it takes --html or --excel\n"
    )


def test_files_that_cannot_be_written(run, tmp_path):
    for flag in ("--html", "--excel"):
        status, out, err = run(flag, tmp_path / "no" / "r")
        assert status == 2 and out == "" and err.startswith(f"evmarket: {flag}: cannot")
    assert [p.name for p in tmp_path.iterdir()] == ["p.csv"]


def test_a_missing_library_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    status, _, err = run("--excel", tmp_path / "r.xlsx")
    assert status == 2 and 'pip install "evmarket[excel]"' in err
