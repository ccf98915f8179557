"""Tables in files, and the commands on them."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import struct
import subprocess
import sys
import time
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from evmarket import _core
from evmarket.__main__ import main
from evmarket._inputs import csv_files
from evmarket._inputs.columns import Part
from evmarket._inputs.files import file_tables
from evmarket._inputs.wanted import Form, Told, Wanted

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
WANTED = Wanted(("maker",), ("month",), ("units",))


@pytest.fixture
def write(tmp_path):
    """Write a file and give its path."""

    def written(text: str | bytes, name: str = "t.csv") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(path)

    return written


def plain(column: Any) -> list[Any]:
    """A column of a block as a list, with None for missing entries."""
    if isinstance(column, Part):
        column = _core.batch_lists(column.capsule)[column.place]
    if hasattr(column, "to_pylist"):
        column = column.to_pylist()
    elif isinstance(column, np.ndarray):
        column = column.tolist()  # masked entries become None
    return [None if item != item else item for item in column]


def read(path: str, wanted: Wanted = WANTED, **options: Any) -> dict[str, list[Any]]:
    """All rows of a file."""
    names = wanted.names
    found: dict[str, list[Any]] = {name: [] for name in names}
    for table in file_tables([path], wanted, Form(flags=True, **options), Told()):
        for name in names:
            found[name] += plain(table[name])
    return found


def refused(match: str, error: type[Exception], path: str, **options: Any) -> None:
    with pytest.raises(error, match=match) as caught:
        read(path, **options)
    message = str(caught.value.args[0])
    assert message.startswith(f"{path}: ") and "\n" not in message


# ---- CSV -----------------------------------------------------------------------------


def test_keys_are_text_and_only_an_empty_field_is_missing(write):
    path = write(
        'month,maker,note,units\r\n2024-01,NA,x,1\r\n2024-02,,y,2\r\n'
        '2024-03,"a, ""b""\nc",z,3\r\n\r\n,007,,\r\n2024-05,"",,NA\r\n'
    )  # fmt: skip
    assert read(path) == {
        "maker": ["NA", None, 'a, "b"\nc', "007", None],
        "month": ["2024-01", "2024-02", "2024-03", None, "2024-05"],
        "units": [1, 2, 3, None, None],
    }


def test_numbers_are_read_exactly(write):
    texts = ["1", "-2", "+3", "9223372036854775807", "-9223372036854775808", "", "NaN"]
    path = write("maker,month,units\n" + "".join(f"a,2024,{t}\n" for t in texts))
    found = read(path)["units"]
    assert found == [1, -2, 3, 2**63 - 1, -(2**63), None, None]
    assert [type(item) for item in found[:5]] == [int] * 5
    texts = [
        "0.1",
        "5.",
        ".5",
        "-1e-9",
        "1E5",
        "322182.000000",
        "7",
        "NA",
        "9" * 40 + ".0",
    ]
    path = write("maker,month,units\n" + "".join(f"a,2024,{t}\n" for t in texts))
    assert read(path)["units"] == [float(t) if t != "NA" else None for t in texts]


def test_null_adds_texts_of_a_missing_number(write):
    path = write("maker,month,units\nx,2024,x\nx,2024,..\nx,2024,4\n")
    refused("column 'units', row 0: 'x' is not a number", ValueError, path)
    assert read(path, nulls=["x", ".."])["units"] == [None, None, 4]
    assert read(path, nulls=["x", ".."])["maker"] == ["x"] * 3


@pytest.mark.parametrize(
    "text", ["1,5", "1_000", "0x10", "inf", "nan", "1e", "--1", "１", "e5", "1 2"]
)
def test_texts_that_are_not_numbers(write, text):
    path = write(f'maker,month,units\na,2024,1\na,2024,2.5\na,2024,"{text}"\n')
    refused("column 'units', row 2: .* is not a number", ValueError, path)


def test_large_integers_are_refused_beside_decimals(write, monkeypatch):
    large = 2**53 + 1
    path = write(f"maker,month,units\na,2024,{large}\na,2024,3\n")
    assert read(path)["units"] == [large, 3]
    monkeypatch.setattr(csv_files, "BLOCK", 20)
    for rows in (["0.5", str(large)], [str(-large), "7", "0.5"]):
        path = write("maker,month,units\n" + "".join(f"a,2024,{r}\n" for r in rows))
        place = next(k for k, r in enumerate(rows) if "." not in r and len(r) > 9)
        refused(f"decimals and, in row {place}, an integer", OverflowError, path)
    refused(
        "does not fit in int64",
        OverflowError,
        write(f"maker,month,units\na,2024,{2**63}\n"),
    )


def test_year_and_month_are_integers(write):
    wanted = Wanted(("maker",), ("Y", "M"), ("units",))
    path = write("maker,Y,M,units\na,2024,1,1\nb,2024,02,\n")
    assert read(path, wanted) == {
        "maker": ["a", "b"], "Y": [2024, 2024], "M": [1, 2], "units": [1, None]
    }  # fmt: skip
    bad = write("maker,Y,M,units\na,2024,1.5,1\n")
    refused(
        "column 'M', row 0: '1.5' is not an integer", ValueError, bad, wanted=wanted
    )


def test_the_error_names_a_byte_that_is_not_valid(write):
    path = write(b"maker,other,month,units\na,x,2024,1\nb\xa0c,y,2024,2\n")
    assert read(path)["maker"] == read(path, encoding="latin-1")["maker"]
    refused(
        "column 'maker', row 1: byte 0xa0 is not valid UTF-8: pass --encoding",
        ValueError,
        path,
        encoding="utf-8",
    )
    path = write(b"maker,other,month,units\na,x,2024,1\nb\x81\xfec,y,2024,2\n")
    refused("byte 0x81 at 36 is not valid UTF-8: pass --encoding", ValueError, path)
    # A column that is not read may hold them.
    path = write(b"maker,other,month,units\na,\xff,2024,1\n")
    assert read(path)["maker"] == ["a"]
    path = write("maker,month,units\n比亚迪,2024,1\n".encode("gb18030"))
    assert read(path, encoding="gb18030")["maker"] == ["比亚迪"]
    path = write("maker,month,units\n比,2024,1\n".encode("utf-16"))
    assert read(path, encoding="utf-16")["maker"] == ["比"]
    for name in ("nonsense", "hex"):
        refused(f"encoding is '{name}'", ValueError, path, encoding=name)


def test_a_byte_order_mark_is_not_part_of_a_name(write):
    assert read(write(b"\xef\xbb\xbfmaker,month,units\na,2024,1\n"))["maker"] == ["a"]


def test_files_that_are_not_tables(write):
    refused("the file is empty", ValueError, write(""))
    refused("the file is empty", ValueError, write("\n\n"))
    refused("row 1 has 2 fields, the header has 3", ValueError,
            write("maker,month,units\na,2024,1\nb,2024\n"))  # fmt: skip
    refused("row 0 has 4 fields", ValueError, write("maker,month,units\na,2024,1,2\n"))
    refused("no column 'units': near it: unit", KeyError,
            write("maker,month,unit\na,2024,1\n"))  # fmt: skip
    refused("'units' appears 2 times", ValueError, write("maker,month,units,units\n"))
    refused("No such file", ValueError, "/no/such/file.csv")
    assert read(write("maker,month,units\n")) == {"maker": [], "month": [], "units": []}


def test_the_size_of_blocks_changes_nothing(write, monkeypatch):
    rows = [(f"k{k % 7}", f"20{k % 90 + 10}", k) for k in range(1000)]
    path = write(
        "maker,month,units\n" + "".join(f"{a},{b},{c}\n\n" for a, b, c in rows)
    )
    whole = read(path)
    monkeypatch.setattr(csv_files, "BLOCK", 97)
    assert read(path) == whole
    assert list(zip(*whole.values(), strict=True)) == rows
    bad = write("maker,month,units\n" + "a,2024,1\n" * 20 + "a,2024,x\n")
    refused("row 20", ValueError, bad)


fields = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=6
) | st.sampled_from(["NA", "", ' "', '"', ",", "\n", "é", "比亚迪"])
figures = st.one_of(
    st.integers(-(2**53), 2**53).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["", "NA", "NaN", "5.", "+1", "-0", "1e3", "007", "1e-400"]),
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(fields, figures), min_size=1, max_size=20),
    st.booleans(),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([1, 3, 7, 64, 1 << 23]),
)
def test_what_was_written_is_read_back(tmp_path_factory, rows, quoted, ends, block):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    with open(path, "w", encoding="utf-8", newline="") as file:
        # The writer quotes "\n" only where that may be the end of a line.
        style = csv.QUOTE_ALL if quoted or ends == "\r" else csv.QUOTE_MINIMAL
        writer = csv.writer(file, quoting=style, lineterminator=ends)
        writer.writerow(["maker", "month", "units"])
        writer.writerows((name, "2024", figure) for name, figure in rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BLOCK", block)
        patch.setattr(csv_files, "_LEAST", 16)  # many parts
        found = read(str(path))
    assert found["maker"] == [name or None for name, _ in rows]
    missing = ("", "NA", "NaN")
    exact = [None if t in missing else float(t) for _, t in rows]
    bits, expected = (
        [None if x is None else struct.pack("<d", x + 0.0) for x in side]
        for side in (found["units"], exact)
    )
    assert bits == expected


lines = st.text(st.sampled_from('ab,"\r\n1 '), max_size=40)


@settings(deadline=None, max_examples=300)
@given(lines, st.sampled_from([1, 2, 5, 1 << 23]))
def test_any_text_is_split_as_the_standard_library_does(tmp_path_factory, text, block):
    path = tmp_path_factory.mktemp("csv") / "t.csv"
    path.write_bytes(b"a,b\n" + text.encode())
    text = text if _open(text) else f"{text}\nlast,2024\n"  # no note below the table
    path.write_bytes(b"a,b\n" + text.encode())
    rows = list(csv.reader(io.StringIO("a,b\n" + text, newline="")))[1:]
    rows = [_trimmed(row) for row in rows if any(row)]
    wanted = Wanted(("a",), ("b",), ())
    open_quote = _open(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_files, "BLOCK", block)
        patch.setattr(csv_files, "_LEAST", 2)
        patch.setattr(csv_files, "ROOM", 3)
        if open_quote or any(len(row) != 2 for row in rows):
            with pytest.raises(ValueError, match=r"header has 2|a quote is"):
                read(str(path), wanted)
        else:
            found = read(str(path), wanted)
            assert found["a"] == [row[0] or None for row in rows]
            assert found["b"] == [row[1] or None for row in rows]


def _open(text: str) -> bool:
    return bool(text) and not _closed(text)


def _trimmed(row: list[str]) -> list[str]:
    """A record of a file with two columns, without empty fields beyond them."""
    return row if any(row[2:]) else row[:2]


def _closed(text: str) -> bool:
    """Whether every quote that begins a field is closed."""
    try:
        list(csv.reader(io.StringIO(text + "x", newline=""), strict=False))
        rows = list(csv.reader(io.StringIO(text, newline="")))
        more = list(csv.reader(io.StringIO(text + "\n,x,x", newline="")))
    except csv.Error:
        return False
    return sum(map(len, more)) >= sum(map(len, rows)) + 3


@given(st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.from_regex(r"\A[+-]?[0-9]{0,30}(\.[0-9]{0,30})?([eE][+-]?[0-9]{1,3})?\Z"),
    st.decimals(allow_nan=False, allow_infinity=False).map(str),
))  # fmt: skip
@settings(deadline=None, max_examples=1500)
def test_numbers_are_those_of_python(text):
    data = f"{text}\n1.5\n".encode()
    form = (",", ".", ""), 1, (0,), ("number",), ()
    batch, rows, _, _, fault = _core.csv_read(data, 0, len(data), *form)
    try:
        number = float(text)
    except ValueError:
        assert fault[0] == "number" if text else rows == 1  # an empty line is no row
        return
    [[found, last]] = _core.batch_lists(batch)
    assert rows == 2 and last == 1.5
    assert struct.pack("<d", found) == struct.pack("<d", number)


def test_parquet(write, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    columns = {"maker": ["a", None], "month": [202401, 202402], "units": [1.5, None]}
    path = str(tmp_path / "t.bin")
    parquet.write_table(pyarrow.table(columns), path)
    assert read(path) == columns
    refused("no column 'x'", KeyError, path, wanted=WANTED._replace(keys=("x",)))
    refused("takes no --null", ValueError, path, nulls=["x"])
    parquet.write_table(pyarrow.table(columns).slice(0, 0), path)
    assert read(path) == {name: [] for name in columns}
    refused("Parquet", ValueError, write(b"PAR1 and nothing else"))


def test_parquet_needs_pyarrow(write, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    refused("Parquet files need pyarrow", ImportError, write(b"PAR1"))


def test_the_progress_bar_counts_bytes(write, monkeypatch):
    seen: dict[str, Any] = {"done": 0, "open": 0}

    class Bar:
        def __init__(self, **options: Any) -> None:
            seen.update(options)

        def __enter__(self) -> Bar:
            seen["open"] += 1
            return self

        def __exit__(self, *_: Any) -> None:
            seen["open"] -= 1

        def update(self, count: int) -> None:
            seen["done"] += count

    module = types.ModuleType("tqdm")
    module.tqdm = Bar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "tqdm", module)
    path = write("maker,month,units\n" + "a,2024,1\n" * 1000)
    read(path)
    assert seen["total"] == seen["done"] == os.path.getsize(path)
    assert seen["disable"] is None and seen["open"] == 0  # only at a terminal
    refused("not a number", ValueError, write("maker,month,units\na,2024,x\n"))
    assert seen["open"] == 0


# ---- the commands --------------------------------------------------------------------

MARKET = """\
maker,model,month,units,revenue,cost
A,a1,2023-01,10,100.5,80
A,a2,2023-01,5,50,45
B,b1,2023-01,20,150,160
A,a1,2024-01,15,160,120
B,b1,2024-01,10,90,80
C,c1,2024-01,7,,5
A,a1,2024-02,1,10,9
"""
FLAGS = ["--keys", "maker", "model", "--period", "month"]
UNITS = [*FLAGS, "--measures", "units"]


@pytest.fixture
def run(capsys):
    """Run a command in this process: exit status, output, messages."""

    def ran(*args: str) -> tuple[int, str, str]:
        status = main(list(args))
        out, err = capsys.readouterr()
        return status, out, err

    return ran


def rows_of(out: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(out)))


def test_growth(run, write):
    path = write(MARKET)
    status, out, err = run("growth", path, *UNITS, "--format", "csv")
    assert (status, err) == (0, "")
    found = {(r["maker"], r["model"], r["period"]): r for r in rows_of(out)}
    assert len(found) == 7
    assert found["A", "a1", "2024-01"] == {
        "maker": "A", "model": "a1", "period": "2024-01", "measure": "units",
        "level": "15", "growth": "0.5", "status": "OK",
    }  # fmt: skip
    assert found["C", "c1", "2024-01"]["growth"] == ""
    assert found["C", "c1", "2024-01"]["status"] == "ENTERED"
    status, out, _ = run("growth", path, *UNITS, "--within", "--at", "2024-01")
    assert status == 0 and out.splitlines()[1].split() == [
        "2024-01",
        "units",
        "32",
        "-8.57%",
    ]
    status, out, _ = run(
        "growth", path, *UNITS, "--rollup", "maker", "--lag", "1",
        "--policy", "midpoint", "--periods", "2024-02", "--format", "json",
    )  # fmt: skip
    assert json.loads(out) == [
        {"maker": "A", "period": "2024-02", "measure": "units", "level": 1.0,
         "growth": -1.75, "status": "OK"}
    ]  # fmt: skip


def test_several_measures_are_printed_below_one_another(run, write):
    args = [*FLAGS, "--measures", "units", "revenue=stock", "--at", "2024-01"]
    status, out, _ = run(
        "growth", write(MARKET), *args, "--top", "2", "--format", "csv"
    )
    assert status == 0
    assert [(r["measure"], r["maker"], r["growth"]) for r in rows_of(out)] == [
        ("units", "A", "0.5"), ("units", "B", "-0.5"),
        ("revenue", "A", repr(59.5 / 100.5)), ("revenue", "B", "-0.4"),
    ]  # fmt: skip


def test_select_takes_one_or_several_labels(run, write):
    path = write(MARKET + ",x1,2024-01,3,1,1\n")
    for words, makers in (
        (["maker=A", "maker=B"], {"A", "B"}), (["model=b1", "model=x1"], {"B", ""})
    ):  # fmt: skip
        status, out, _ = run(
            "growth", path, *UNITS, "--select", *words, "--format", "csv"
        )
        assert status == 0 and {r["maker"] for r in rows_of(out)} == makers
    status, out, _ = run(
        "growth", path, *UNITS, "--select", "maker=", "--format", "csv"
    )
    assert "maker" not in rows_of(out)[0] and rows_of(out)[0]["model"] == "x1"
    status, _, err = run("growth", path, *UNITS, "--select", "maker=Z")
    assert status == 2 and "'Z' is not a label" in err
    status, _, err = run("growth", path, *UNITS, "--select", "maker")
    assert status == 2 and "KEY=LABEL" in err
    periods = ["--periods", "2024-01", "2024-02"]
    status, out, _ = run("growth", path, *UNITS, *periods, "--format", "csv")
    assert {r["period"] for r in rows_of(out)} == {"2024-01", "2024-02"}
    status, _, err = run("growth", path, *UNITS, "--periods", "2024", "2024", "2024")
    assert status == 2 and "--periods has 3" in err


def test_margin(run, write):
    args = [
        *FLAGS,
        "--measures",
        "revenue",
        "cost",
        "--rollup",
        "maker",
        "--format",
        "csv",
    ]
    status, out, _ = run("margin", write(MARKET), *args, "--lag", "1Y")
    assert status == 0
    found = {(r["maker"], r["period"]): r for r in rows_of(out)}
    assert float(found["A", "2023-01"]["margin"]) == pytest.approx(25.5 / 150.5)
    assert float(found["B", "2024-01"]["change"]) == pytest.approx(10 / 90 + 10 / 150)
    assert (found["C", "2024-01"]["margin"], found["C", "2024-01"]["status"]) == (
        "", "MISSING"
    )  # fmt: skip
    status, _, err = run("margin", write(MARKET), *FLAGS, "--measures", "revenue")
    assert status == 2 and "takes 2, revenue and cost" in err


def test_coverage(run, write):
    args = [*FLAGS, "--measures", "revenue", "--format", "json"]
    status, out, _ = run("coverage", write(MARKET), *args)
    assert status == 0
    last = json.loads(out)[-1]
    assert last == {
        "maker": "C", "model": "c1", "rows": 1, "nulls": 1, "duplicates": 0,
        "first": None, "last": None, "gaps": 0, "entered": True, "exited": False,
    }  # fmt: skip


def test_report(run, write):
    path = write(MARKET)
    args = ["report", path, *UNITS, "--by", "maker", "--at", "2024-01"]
    status, out, _ = run(*args)
    assert status == 0 and out.startswith("units, 2024-01\n")
    lines = out.splitlines()[2:]
    assert [line.split()[2] for line in lines[:4]] == ["A", "B", "C", "total"]
    note = lines[-1]
    assert note.startswith("yoy_matched of a total differs from yoy")
    status, out, _ = run(*args, "--format", "csv")
    assert [r["period"] for r in rows_of(out)] == ["2024-01"] * 4
    assert "yoy_matched" in rows_of(out)[0] and "differs" not in out
    status, out, _ = run(*args, "--format", "json")
    third = json.loads(out)[2]
    assert third["maker"] == "C" and third["yoy"] is None
    assert third["yoy_status"] == third["status"] == "ENTERED"
    status, out, _ = run("report", path, *UNITS, "--top", "1", "--within", "maker")
    assert status == 0 and "a1" in out
    status, _, err = run("report", path, *FLAGS, "--measures", "units", "cost")
    assert status == 2 and "report takes 1" in err


def test_several_files_are_read_as_one_table(run, write):
    first, second = MARKET[: MARKET.index("A,a1,2024-01")], MARKET.splitlines()
    paths = [
        write(first, "one.csv"),
        write("\n".join([second[0], *second[4:]]) + "\n", "two.csv"),
    ]
    both = run("growth", *paths, *UNITS, "--format", "csv")
    assert both == run("growth", write(MARKET), *UNITS, "--format", "csv")
    bad = write("maker,model,month,units\nA,a,2024-01,x\n", "bad.csv")
    status, _, err = run("growth", paths[0], bad, *UNITS)
    assert status == 2 and err.startswith(f"evmarket: {bad}: column 'units', row 0")


def test_options_reach_the_panel(run, write):
    path = write("k,t,x\na,2024-01-31,1\na,2024-01-31,1\na,2024-03-01,2\n")
    flags = ["--keys", "k", "--period", "t", "--measures", "x", "--format", "csv"]
    status, _, err = run("growth", path, *flags)
    assert status == 2 and err.startswith(f"evmarket: {path}: t holds plain dates")
    status, out, _ = run(
        "growth", path, *flags, "--freq", "M", "--lag", "1", "--absent", "zero",
        "--complete-through", "2024-03", "--duplicates", "identical",
    )  # fmt: skip
    assert [(r["level"], r["status"]) for r in rows_of(out)] == [
        ("1", "OUTSIDE"), ("0", "OK"), ("2", "ZERO_BASE")
    ]  # fmt: skip
    status, _, err = run("growth", path, *flags, "--freq", "M", "--duplicates", "error")
    assert status == 2 and "rows 0 and 1" in err
    status, _, err = run("growth", path, *flags, "--freq", "M", "--policy", "x")
    assert status == 2 and "policy is 'x'" in err


def test_results_without_rows(run, write):
    path = write("k,t,x\na,2024-01,\n")
    flags = ["--keys", "k", "--period", "t", "--measures", "x", "--format"]
    assert run("growth", path, *flags, "text") == (0, "no rows\n", "")
    assert run("growth", path, *flags, "json") == (0, "[]\n", "")
    header = "k,period,measure,level,growth,status\n"
    assert run("growth", path, *flags, "csv") == (0, header, "")


def test_bad_usage(run, write):
    path = write(MARKET)
    for args in (
        ["growth"],
        ["growth", path],
        ["growth", path, *UNITS, "--frob"],
        ["growth", path, *FLAGS, "month", "extra", "--measures", "units"],
        ["growth", path, *UNITS, "--top", "x"],
        ["nothing", path],
    ):
        status, out, err = run(*args)
        assert (status, out) == (2, "") and err, args
    assert run("growth", "--help")[0] == 0


def test_the_message_when_memory_runs_out(run, write, monkeypatch):
    def fails(*_: Any, **__: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(em.Panel, "from_table", fails)
    status, _, err = run("growth", write(MARKET), *UNITS)
    assert (status, err) == (2, "evmarket: not enough memory\n")


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_ctrl_c_exits_with_status_130(tmp_path):
    """Ctrl-C while the command reads from a pipe that never ends."""
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)
    process = subprocess.Popen(
        [sys.executable, "-m", "evmarket", "growth", str(pipe), *UNITS],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with open(pipe, "wb", buffering=0):  # blocks until the command opens it
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(20)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (130, b"", b"evmarket: interrupted\n")


# ---- real tables ---------------------------------------------------------------------


def data(*parts: str) -> str:
    path = DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip("needs the shared data")
    return str(path)


def test_a_make_named_na_is_a_label(run):
    path = data("ofv-norway", "norway_new_car_sales_by_make.csv")
    flags = ["--keys", "Make", "--period", "Year", "Month", "--measures", "Quantity"]
    status, out, _ = run("coverage", path, *flags, "--format", "csv")
    found = {r["Make"]: r for r in rows_of(out)}
    assert status == 0 and found["NA"]["rows"] == "10" and "" not in found
    status, out, _ = run("growth", path, *flags, "--rollup", "--format", "csv")
    totals = {r["period"]: float(r["level"]) for r in rows_of(out)}
    with open(data("ofv-norway", "norway_new_car_sales_by_month.csv")) as file:
        for r in csv.DictReader(file):
            label = f"{r['Year']}-{int(r['Month']):02}"
            assert totals[label] == float(r["Quantity"]), label


def test_a_latin_1_file_is_told(run):
    path = data("ofv-norway", "norway_new_car_sales_by_model.csv")
    flags = ["--keys", "Make", "Model", "--period", "Year", "Month"]
    flags += ["--measures", "Quantity"]
    status, out, err = run("coverage", path, *flags)
    assert status == 0 and "read as cp1252" in err
    assert run("coverage", path, *flags, "--encoding", "latin-1")[:2] == (0, out)


def test_the_error_for_dates_in_words_names_the_row_and_the_accepted_forms(run):
    [path] = sorted(DATA.glob("wa-ev-county/*.csv"))[:1] or [Path(data("wa-ev-county"))]
    flags = ["--keys", "County", "State", "--period", "Date", "--freq", "M"]
    flags += ["--measures", "Electric Vehicle (EV) Total=stock"]
    status, _, err = run("coverage", str(path), *flags)
    assert status == 2 and "row 0" in err and "accepted are" in err


def test_real_numbers():
    path = data("andrew-carsales", "all_carsales_monthly.csv")
    wanted = Wanted(("Country", "Fuel"), ("YYYYMM",), ("Value",))
    found = read(path, wanted)
    with open(path, encoding="utf-8") as file:
        texts = [row["Value"] for row in csv.DictReader(file)]
    expected = [None if t in ("", "NaN") else float(t) for t in texts]
    assert found["Value"] == expected
    assert found["Value"].count(None) == 1  # the text NaN


def test_a_pair_of_columns_is_read_as_its_second_is_called(run, tmp_path):
    path = tmp_path / "pair.csv"
    path.write_text("maker,year,quarter,x,n\nA,2024,1,1,5\nA,2024,2,2,6\n")
    flags = ["growth", str(path), "--keys", "maker", "--measures", "n", "--lag", "1Q"]
    flags += ["--format", "csv", "--period", "year"]
    status, out, _ = run(*flags, "quarter")
    assert status == 0 and "2024Q2" in out and "0.2" in out
    status, _, err = run(*flags, "x")
    assert status == 2 and "'x' does not say" in err and "--freq M or --freq Q" in err
    assert run(*flags, "x", "--freq", "Q")[1] == out
