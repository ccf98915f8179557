"""The command `why`."""

import json

import html5lib
import pytest

from evmarket.__main__ import main

CSV = """maker,fuel,month,units
A,EV,2024-01,10
A,ICE,2024-01,20
A,EV,2024-02,12
B,EV,2024-01,
B,EV,2024-02,5
"""


@pytest.fixture
def run(tmp_path, capsys):
    """Run `why` with some flags: the exit status, standard output and error."""
    file = tmp_path / "rows.csv"
    file.write_text(CSV, encoding="utf-8")
    table = ["--keys", "maker", "fuel", "--period", "month", "--measures", "units"]

    def call(*flags):
        status = main(["why", str(file), *table, *flags])
        return status, *capsys.readouterr()

    return call


def test_text(run):
    status, out, _ = run("--at", "2024-02", "--select", "maker=A", "--rollup", "maker")
    assert status == 0
    assert out == (
        "units, maker=A, 2024-02: 12\n"
        "  INCOMPLETE: 1 of 2 lack 2024-02: ICE.\n"
        "  the sum of its members = 12\n"
        "  fuel=EV: 12  1 row.\n"
        "  lacks: fuel=ICE: no number (MISSING)\n"
        "    No row: the last before is of 2024-01, and none after; exit_after is 12.\n"
    )


def test_json_of_a_growth(run):
    flags = ("--at", "2024-02", "--lag", "1M", "--select", "maker=A", "fuel=EV")
    status, out, _ = run(*flags, "--format", "json")
    [told] = json.loads(out)
    assert status == 0
    assert told["measure"] == "units growth" and told["value"] == pytest.approx(0.2)
    assert told["formula"] == "(current - base) / base = (12 - 10) / 10"
    assert [each["value"] for each in told["inputs"]] == [12, 10]


def test_html_is_a_page(run):
    flags = ("--at", "2024-01", "--select", "maker=B", "--format", "html")
    status, out, _ = run(*flags)
    assert status == 0
    html5lib.HTMLParser(strict=True).parse(out)
    assert "1 row without a value." in out


def test_labels_of_keys_that_are_dropped_choose_the_series(run):
    status, out, _ = run("--at", "2024-02", "--rollup", "--select", "fuel=EV")
    assert status == 0 and out.startswith("units, 2024-02: 17\n  OK")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--at", "2024-01", "--select", "maker=A"), "give one label of fuel too"),
        (("--at", "2024-01", "--select", "maker=Q"), "is not a label"),
        (("--at", "2030-01", "--select", "maker=B"), "the calendar runs from"),
        (("--select", "maker=B"), "--at"),
        (("--at", "2024-01", "--format", "csv"), "invalid choice"),
    ],
)
def test_bad_usage(run, flags, words):
    status, out, err = run(*flags)
    assert status == 2 and not out and words in err
