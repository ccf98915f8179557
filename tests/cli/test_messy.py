"""Files as they come, on the command line: right, told, or refused with the cure."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

import evmarket as em
from evmarket.__main__ import main

ROOT = Path(__file__).parents[2]
CASES = ROOT.parent / "shared" / "cases" / "files"


@pytest.fixture
def run(capsys):
    """Exit status, output and messages of a command."""

    def ran(*words: str) -> tuple[int, str, str]:
        status = main(list(words))
        out, err = capsys.readouterr()
        return status, out, err

    return ran


@pytest.fixture
def write(tmp_path):
    def written(text: str, name: str = "t.csv", encoding: str = "utf-8") -> str:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return str(path)

    return written


MAKER = ["--keys", "maker", "--period", "month", "--measures", "units"]


def growths(run, *words: str) -> dict[str, float | None]:
    """Growth by series and period."""
    status, out, err = run("growth", *words, "--format", "json")
    assert status == 0, err
    rows = json.loads(out)
    keys = [name for name in rows[0] if name not in ("measure", "level", "status")]
    keys = [name for name in keys if not name.startswith(("growth", "change"))]
    return {
        " ".join(str(row[key]) for key in keys): row.get("growth", row.get("change"))
        for row in rows
    }


CASE = [
    ("01", [*MAKER], "Alfa 2025-01", 0.25, "decimal comma, thousands '.'"),
    ("02", MAKER, "Alfa 2025-01", 0.25, "thousands ','"),
    ("03", [*MAKER, "--thousands", "."], "Alfa 2025-01", 250 / 950, ""),
    ("04", MAKER, "Alfa 2025-01", 0.5, "skipped 1 line above the header"),
    ("05", MAKER, "Alfa 2025-01", 0.5, "skipped 1 line below the table"),
    ("06", MAKER, "Alfa 2025-01", 0.5, "skipped 2 blank rows"),
    ("07", ["--keys", "厂商", "--period", "月份", "--measures", "销量"],
     "甲车 2025-01", 0.5, "read as gb18030"),
    ("08", ["--keys", "maker", "--period", "date", "--measures", "units", "--freq", "M",
            "--date-format", "%d-%m-%Y"], "Alfa 2025-02", 0.5, ""),
    ("10", ["--keys", "maker", "--wide"], "Beta 2025-01", -0.2, ""),
    ("19", ["--keys", "maker", "--period", "ref_date", "--measures", "units", "--freq",
            "Q", "--lag", "1Q", "--date-format", "%Y-%m"], "Alfa 2025Q1", 10 / 130, ""),
    ("20", [*MAKER, "--exclude", "maker=Total", "--rollup"], "2025-01", 0.2, ""),
    ("21", ["--keys", "maker", "--period", "month", "--measures", "share=rate"],
     "Alfa 2025-01", 0.025, ""),
    ("22", [*MAKER, "--rollup"], "2025-06", 290 / 150 - 1, ""),
    ("24", ["--keys", "firm", "--period", "end", "--measures", "revenue=cumulative",
            "--freq", "Q", "--from-ytd", "--lag", "1Q"], "X 2025Q2", 20 / 130, ""),
    ("25", MAKER, "Alfa 2025-01", 0.5, "read column 'maker␣' as 'maker'"),
    ("26", ["--keys", "fuel", "--period", "month", "--measures", "units"],
     "Plug-in\u00a0 2025-01", 0.5, "such as 'Plug-in␣'"),
    ("27", [*MAKER, "--duplicates", "identical"], "Alfa 2025-01", 0.5, ""),
    ("28", MAKER, "Alfa 2025-01", 0.5, ""),
    ("33", ["--keys", "C-MAKER", "--period", "C-TIME", "--measures", "F-COUNT",
            "--date-format", "T-%Y%m"], "M-1 2025-01", 0.5, "read as ';'"),
]  # fmt: skip


@pytest.mark.skipif(not CASES.is_dir(), reason="no shared cases")
@pytest.mark.parametrize(("name", "flags", "cell", "growth", "told"), CASE)
def test_files_as_they_come(run, capsys, name, flags, cell, growth, told):
    [path] = CASES.glob(f"{name}_*")
    assert growths(run, str(path), *flags)[cell] == pytest.approx(growth, rel=1e-12)
    assert main(["growth", str(path), *flags]) == 0
    assert told in capsys.readouterr().err


@pytest.mark.skipif(not CASES.is_dir(), reason="no shared cases")
@pytest.mark.parametrize(
    ("name", "flags", "error"),
    [
        ("03", MAKER, "'1.200' may be 1.200 or 1200, and no number tells: "
         "pass --decimal . or --thousands ."),
        ("08", ["--keys", "maker", "--period", "date", "--measures", "units", "--freq",
                "M"], "the day or the month may come first"),
        ("19", ["--keys", "maker", "--period", "ref_date", "--measures", "units",
                "--freq", "Q"], "pass their date_format, such as '%Y-%m'"),
    ],
)  # fmt: skip
def test_files_that_are_refused(run, name, flags, error):
    [path] = CASES.glob(f"{name}_*")
    status, out, err = run("growth", str(path), *flags)
    assert (status, out) == (2, "") and error in err and err.count("\n") == 1


def test_only_months_that_name_quarters_are_taken_as_such(run, write):
    flags = [
        "--period",
        "m",
        "--measures",
        "u",
        "--freq",
        "Q",
        "--date-format",
        "%Y-%m",
    ]
    last = write("m,u\n2024-03,1\n2024-06,2\n")
    assert list(growths(run, last, *flags)) == ["2024Q1", "2024Q2"]
    for months in (
        "2024-01,1\n2024-02,2",
        "2024-02,1\n2024-05,2",
        "2024-01,1\n2024-06,2",
    ):
        status, _, err = run("growth", write(f"m,u\n{months}\n"), *flags)
        assert status == 2 and "finer" in err


# ---- what is noticed -----------------------------------------------------------------


def test_repeats_are_told(run, write):
    text = "maker,month,units,note\nA,2024-01,5,x\nA,2024-01,5,{}\n"
    assert "1 row repeats" in run("growth", write(text.format("x")), *MAKER)[2]
    assert run("growth", write(text.format("y")), *MAKER)[2] == ""


def test_totals_by_their_sums(run, write):
    rows = [f"{m},2024-{t:02},{u}" for t in (1, 2, 3) for m, u in
            [("A", t), ("B", 2 * t), ("Market", 3 * t)]]  # fmt: skip
    path = write("\n".join(["maker,month,units", *rows]) + "\n")
    err = run("report", path, *MAKER)[2]
    assert "notice: 'maker': 'Market' is the sum of the other labels in units" in err
    assert run("report", path, *MAKER, "--exclude", "maker=Market")[2] == ""
    rows[-1] = "Market,2024-03,10"
    path = write("\n".join(["maker,month,units", *rows]) + "\n")
    assert run("report", path, *MAKER)[2] == ""


def test_percentages_and_signs(run, write):
    text = "maker,month,EV share,revenue,cost\nA,2024-01,5%,10,-8\nA,2024-02,6%,11,-9\n"
    flags = [write(text), "--keys", "maker", "--period", "month", "--measures"]
    assert (
        "say percent, but it is added as a flow: EV share=rate"
        in run("growth", *flags, "EV share")[2]
    )
    status, out, err = run("margin", *flags, "revenue", "cost")
    assert status == 0 and "nearly all costs are negative" in err
    flags += ["revenue", "cost", "--assign", "costs=0-cost", "profit=revenue-costs"]
    status, out, err = run("growth", *flags, "--lag", "1M", "--format", "csv")
    assert "A,2024-02,profit,2.0,0.0,OK" in out.splitlines()
    text = "maker,month,share\nA,2024-01,12.5\nA,2025-01,15\n"
    flags = [write(text), *MAKER[:-1], "share=rate"]
    assert "reaches 15" in run("growth", *flags)[2]
    status, out, err = run("growth", *flags, "--units", "share=percent")
    assert "+2.50 pp" in out and err == ""


def test_files_that_overlap(run, write):
    one = write("maker,month,units\nA,2024-01,5\nA,2024-02,6\n", "one.csv")
    two = write("maker,month,units\nA,2024-02,7\nA,2024-03,8\n", "two.csv")
    err = run("growth", one, two, *MAKER)[2]
    assert "overlap: 1 of their cells are in both, the first A 2024-02" in err
    three = write("maker,month,units\nA,2024-03,8\n", "three.csv")
    assert run("growth", one, three, *MAKER)[2] == ""


# ---- flags ---------------------------------------------------------------------------


def test_wide_files(run, write):
    path = write("maker,note,Jan-2024,Jan-2025\nA,x,10,15\nB,y,10,\n")
    assert growths(run, path, "--keys", "maker", "--wide") == {
        "A 2024-01": None, "A 2025-01": 0.5, "B 2024-01": None,
    }  # fmt: skip
    path = write("month,BEV,PHEV\n2024-01,10,20\n2025-01,15,20\n")
    flags = ["--period", "month", "--wide", "--wide-key", "fuel"]
    found = growths(run, path, *flags)
    assert found["BEV 2025-01"] == 0.5 and found["PHEV 2025-01"] == 0
    status, _, err = run("growth", path, "--wide")
    assert status == 2 and "the headers must be periods" in err


def test_a_thousand_columns(run, write):
    months = [f"{1930 + k // 12}-{k % 12 + 1:02}" for k in range(1000)]
    path = write(",".join(["maker", *months]) + "\nA" + ",7" * 1000 + "\n")
    assert len(growths(run, path, "--keys", "maker", "--wide")) == 1000


def test_levels_of_growth(run, write):
    rows = [
        f"A,{y}-{m:02},{m * (y - 2022)}" for y in (2023, 2024) for m in range(1, 13)
    ]
    path = write("\n".join(["maker,month,units", *rows]) + "\n")
    for flags, level in [
        (["--ytd"], 2 * 78), (["--trailing", "12M"], 2 * 78), (["--trailing", "3"], 66),
        (["--resample", "Q"], 66), (["--to-date", "M"], None),
    ]:  # fmt: skip
        words = ["growth", path, *MAKER, *flags, "--at", "2024Q4" if "Q" in flags else
                 "2024-12", "--format", "json"]  # fmt: skip
        status, out, err = run(*words)
        if level is None:
            assert status == 2 and "at 'M' it takes units longer" in err
        else:
            assert json.loads(out)[0]["level"] == level, flags


def test_matched_growth(run, write):
    path = write(
        "maker,month,units\nA,2024-01,10\nA,2025-01,15\nB,2025-01,5\nC,2024-01,5\n"
    )
    assert growths(run, path, *MAKER, "--rollup")["2025-01"] == 5 / 15
    assert growths(run, path, *MAKER, "--within", "--matched")["2025-01"] == 0.5
    assert growths(run, path, *MAKER, "--matched")["2025-01"] == 0.5


def test_exit_after(run, write):
    path = write("maker,month,units\nA,2024-01,1\nB,2024-01,1\nB,2024-06,1\n")
    flags = ["coverage", path, *MAKER, "--format", "json"]
    exited = [json.loads(run(*flags, *more)[1])[0]["exited"] for more in
              ([], ["--exit-after", "3"], ["--exit-after", "2Q"])]  # fmt: skip
    assert exited == [False, True, False]


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (["--assign", "x"], "--assign has 'x': it takes NAME=FORMULA"),
        (["--assign", "x=units*"], "the formula takes measures, numbers"),
        (["--assign", "x=open('a')"], "the formula takes measures, numbers"),
        (["--assign", "x=units.name"], "the formula takes measures, numbers"),
        (["--assign", "x=cost+1"], "no measure 'cost'; there are: units"),
        (["--assign", "x=1"], "the formula has no measure"),
        (["--units", "x"], "--units has 'x': it takes COLUMN=UNIT"),
        (["--exclude", "x"], "--exclude has 'x': it takes KEY=LABEL"),
        (["--exclude", "maker=Z"], "'Z'"),
        (["--decimal", ";"], "decimal is ';'"),
        (["--sheet", "1"], "takes no --sheet"),
        (["--sep", ";"], "no column 'maker'"),
    ],
)
def test_flags_that_are_wrong(run, write, flags, error):
    path = write("maker,month,units\nA,2024-01,1\n")
    status, out, err = run("growth", path, *MAKER, *flags)
    assert (status, out) == (2, "") and error in err and err.count("\n") == 1


def test_names_that_python_does_not_allow_have_formulas(run, write):
    path = write("maker,month,re-venue,co st\nA,2024-01,10,4\n")
    flags = ["--keys", "maker", "--period", "month", "--measures", "re-venue", "co st"]
    words = [*flags, "--assign", "p=-(co st-re-venue)/1", "--format", "csv"]
    out = run("growth", path, *words)[1]
    assert "A,2024-01,p,6" in out


def test_what_is_missing_is_named(run, write):
    path = write("maker,month,units\nA,2024-01,1\n")
    assert "--period is missing" in run("growth", path, *MAKER[:2])[2]
    assert "--measures is missing" in run("growth", path, *MAKER[:4])[2]


def test_the_version(run):
    assert run("--version")[1] == f"evmarket {em.__version__}\n"


# ---- files of other kinds ------------------------------------------------------------


def test_standard_input_is_read_once(run, monkeypatch):
    text = b"title\n\nmaker;month;units\nA;2024-01;5\nA;2025-01;6\n"

    class Stdin:
        buffer = io.BytesIO(text)

    monkeypatch.setattr(sys, "stdin", Stdin)
    status, out, err = run("growth", "-", *MAKER)
    assert status == 0 and "+20.00%" in out and "-: read as ';'" in err


def test_workbooks(run, tmp_path, write):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    book.active.append(["first"])
    sheet = book.create_sheet("Sales 2025")
    sheet.append(["New cars"])
    sheet.append([])
    sheet.append(["maker", "month", "units", None])
    sheet.append([None, None, "cars"])
    sheet.append(["A", "2024-01", 1000])
    sheet.append(["A", "2025-01", 1500.0])
    sheet.append([])
    sheet.append(["Source: x"])
    path = str(tmp_path / "t.data")
    book.save(path)
    flags = [*MAKER, "--sheet", "Sales 2025"]
    assert growths(run, path, *flags)["A 2025-01"] == 0.5
    status, _, err = run("growth", path, *flags)
    assert "skipped the line of units: 'cars'" in err and "'Source: x'" in err
    assert (
        "no sheet 'x'; there are: Sheet, Sales 2025"
        in run("growth", path, *MAKER, "--sheet", "x")[2]
    )
    status, _, err = run("growth", path, *MAKER)
    assert status == 2 and "no column 'maker'" in err
    status, _, err = run("growth", path, *MAKER, "--sep", ",")
    assert status == 2 and "a workbook takes no --sep" in err
    with pytest.warns(em.EvmarketWarning) as warned:
        columns = em.read_table(path, sheet=1, skip=2)
    assert [str(one.message).partition("skipped ")[2] for one in warned] == [
        "the line of units: 'cars'",
        "1 line below the table: 'Source: x'",
    ]
    assert columns["units"].tolist() == [1000, 1500]


def test_archives_and_damaged_files(run, write, tmp_path):
    import zipfile

    path = str(tmp_path / "t.zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t.csv", "maker\n")
    status, _, err = run("growth", path, *MAKER)
    assert status == 2 and "it is an archive of t.csv: unpack it first" in err
    cut = tmp_path / "cut"
    cut.write_bytes(Path(path).read_bytes()[:30])
    assert "damaged" in run("growth", str(cut), *MAKER)[2]
    assert "not JSON" in run("growth", write('[{"maker": '), *MAKER)[2]
    assert (
        "single value"
        in run(
            "growth", write('[{"maker": [1], "month": "2024", "units": 1}]'), *MAKER
        )[2]
    )
    lines = write('{"maker": "A", "month": "2024-01", "units": 5}\n')
    assert growths(run, lines, *MAKER) == {"A 2024-01": None}


def test_folders_and_arrow_files(run, tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"month": ["2024-01", "2025-01"], "units": [5, 6]})
    for maker in "AB":
        (tmp_path / f"maker={maker}").mkdir()
        parquet.write_table(table, tmp_path / f"maker={maker}" / "t.parquet")
    assert growths(run, str(tmp_path), *MAKER)["B 2025-01"] == 0.2
    arrow = str(tmp_path / "t.arrow")
    with pyarrow.ipc.new_file(arrow, table.schema) as file:
        file.write(table)
    flags = ["--period", "month", "--measures", "units"]
    assert growths(run, arrow, *flags)["2025-01"] == 0.2
    (tmp_path / "empty").mkdir()
    assert "no Parquet file" in run("growth", str(tmp_path / "empty"), *MAKER)[2]


def test_numbers_that_are_text_in_a_workbook(run, tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    book = openpyxl.Workbook()
    for row in [["maker", "month", "units", "share"], ["A", "2024-01", "1.200,5", "5%"],
                ["A", "2025-01", " ", "6 %"], ["A", "2025-02", 7, None],
                ["A", "2025-03", "(1.000)", "7%"]]:  # fmt: skip
        book.active.append(row)
    path = str(tmp_path / "t.xlsx")
    book.save(path)
    with pytest.warns(em.EvmarketWarning, match="decimal comma, thousands '.'"):
        table = em.read_table(path)
    assert table["units"].tolist()[::3] == [1200.5, -1000.0]
    assert table["share"].tolist()[:2] == [0.05, 0.06]
    book.active.append(["A", "2025-04", "n/a", "8"])
    book.save(path)
    flags = ["growth", path, "--keys", "maker", "--period", "month", "--measures"]
    err = run(*flags, "units")[2]
    assert "column 'units', row 4: 'n/a' is not a number; --null names" in err
    err = run(*flags, "share=rate")[2]
    assert "row 4: '8' has no percent sign, '5%' in row 0 has one" in err


def test_a_packed_parquet_file(run, tmp_path):
    import gzip

    pyarrow = pytest.importorskip("pyarrow")
    packed = io.BytesIO()
    columns = {"maker": ["A", "A"], "month": ["2024-01", "2025-01"], "units": [2, 3]}
    pytest.importorskip("pyarrow.parquet").write_table(pyarrow.table(columns), packed)
    path = tmp_path / "t.parquet.gz"
    path.write_bytes(gzip.compress(packed.getvalue()))
    assert growths(run, str(path), *MAKER)["A 2025-01"] == 0.5


def test_percent_signs_in_some_files_only(run, write):
    one = write("maker,month,share\nA,2024-01,0.5%\n", "q1.csv")
    two = write("maker,month,share\nA,2024-02,0.7\n", "q2.csv")
    status, _, err = run("growth", one, two, *MAKER[:-1], "share=rate")
    assert status == 2 and "column 'share' has percent signs in some files only" in err


def test_a_file_is_no_text_of_a_missing_number(run, write):
    one, two = write("maker,month,units\n", "a.csv"), write("maker\n", "b.csv")
    status, _, err = run("coverage", one, *MAKER, "--null", "NA", two)
    assert status == 2 and "which is a file: give the files first" in err
    one = write("maker,month,units\nA,2024-01,.\n")  # a folder is called so, too
    assert run("coverage", one, *MAKER, "--null", ".")[0] == 0


def test_formulas_may_not_break_out(run, write):
    path = write("maker,month,1,10\nA,2024-01,3,4\n")
    flags = ["growth", path, "--keys", "maker", "--period", "month", "--measures"]
    flags += ["1", "10", "--assign"]
    for formula in ("x=_measure0+_measure7", "x=" + "-" * 5000 + "1"):
        status, out, err = run(*flags, formula)
        assert (status, out) == (2, "") and err.count("\n") == 1


def test_a_margin_of_a_cost_by_formula(run, write):
    path = write("maker,month,rev,gp\nA,2024-01,100,15\n")
    flags = ["--keys", "maker", "--period", "month", "--measures", "rev", "gp"]
    out = run("margin", path, *flags, "--assign", "cost=rev-gp")[1]
    assert "15.00%" in out and "85" in out


def test_messages_use_flags(run, write):
    path = write("maker,day,units\nA,2024-01-31,1\n")
    flags = [
        "growth",
        path,
        "--keys",
        "maker",
        "--period",
        "day",
        "--measures",
        "units",
    ]
    assert "state no frequency: give --freq" in run(*flags)[2]
    assert "the columns are maker, day, units" in run(*flags[:4])[2]
    assert "No such file" in run("growth", "nothing.csv")[2]


def test_a_few_cells_of_several_rows_are_told(run, write):
    rows = [f"B{k},{y}-12-31,5" for k in range(30) for y in (2015, 2016)]
    rows += ["A,2015-01-03,100", "A,2016-01-02,110", "A,2016-12-31,120"]
    path = write("\n".join(["maker,end,rev", *rows]) + "\n")
    flags = ["--keys", "maker", "--period", "end", "--measures", "rev", "--freq", "Y"]
    err = run("growth", path, *flags)[2]
    assert (
        "1 of 62 cells add several rows, all others have one: the first is A 2016"
        in err
    )
    assert run("growth", path, *flags, "--duplicates", "add")[2] == ""


def test_totals_by_their_sums_among_many_cells(run, write):
    months = [(year, month) for year in range(2000, 2025) for month in range(1, 13)]
    rows = [f"M{k},{y}-{m:02},{k + m}" for y, m in months for k in range(120)]
    rows += [f"Market,{y}-{m:02},{7140 + 120 * m}" for y, m in months]
    path = write("\n".join(["maker,month,units", *rows]) + "\n")
    err = run("growth", path, *MAKER, "--at", "2024-12")[2]
    assert "'Market' is the sum of the other labels in units" in err
