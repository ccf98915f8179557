"""Tables in order, chosen, and on their way out: CSV, Markdown, HTML, Excel."""

import csv
import datetime
import io
import sys

import html5lib
import numpy as np
import pytest
from markdown_it import MarkdownIt
from openpyxl.utils.escape import unescape

import evmarket as em
from evmarket._tables.columns import Coded, Integers
from evmarket._tables.table import Table
from tests.common.shown import HOSTILE, panel, parsed, texts, things

openpyxl = pytest.importorskip("openpyxl")

SIGNS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "x=1"]
MARKUP = ["a|b", "a\\|b", "*b*", "_b_", "~~x~~", "[a](javascript:b)", "# h", "`c`"]
MARKUP += ["&amp;", "a\nb", "1. x", "- x", "---", "> x"]


def table() -> Table:
    """All kinds of columns: text, periods, integers with a hole, rates, statuses."""
    status = np.array([0, em.Status.ZERO_BASE, em.Status.PARTIAL, 0], np.uint8)
    return Table(
        {
            "maker": np.array(["B", None, "A", "B"], object),
            "period": Coded(np.array([2, 0, 1, 0]), ["2024-01", "2024-02", "10"], "M"),
            "units": Integers(np.array([5, 9, 7, 0]), np.array([1, 1, 1, 0], bool)),
            "yoy": np.array([0.5, np.nan, -0.25, 1 / 3]),
            "status": status,
        },
        title="units, 2024",
        formats={"yoy": "rate"},
        statuses={"yoy": status},
        note="a note",
    )


# ---- order and choice ----------------------------------------------------------------


def test_sort_puts_missing_values_last_in_both_directions():
    names = table().sort("maker")["maker"].tolist()
    assert names == ["A", "B", "B", None]
    assert table().sort("maker", descending=True)["maker"].tolist() == [
        "B", "B", "A", None,
    ]  # fmt: skip
    rates = table().sort("yoy")["yoy"]
    np.testing.assert_array_equal(rates, [-0.25, 1 / 3, 0.5, np.nan])
    units = table().sort("units", descending=True)["units"]
    np.testing.assert_array_equal(units, [9, 7, 5, np.nan])


def test_sort_is_stable_and_takes_several_columns():
    same = Table({"k": np.array([1, 0, 1, 0]), "row": np.arange(4)})
    assert same.sort("k")["row"].tolist() == [1, 3, 0, 2]
    assert same.sort("k", descending=True)["row"].tolist() == [0, 2, 1, 3]
    assert same.sort(["k", "row"], True)["row"].tolist() == [2, 0, 3, 1]
    assert table().sort(["maker", "units"])["period"].tolist() == [
        "2024-02", "10", "2024-01", "2024-01",
    ]  # fmt: skip


def test_sort_orders_periods_by_time_and_large_integers_exactly():
    periods = table().sort("period")["period"].tolist()
    assert periods == ["2024-01", "2024-01", "2024-02", "10"]
    large = np.array([2**60 + 1, 2**60, 2**60 + 2])
    shown = Table({"n": Integers(large, np.ones(3, bool))}).sort("n")
    assert shown["n"].tolist() == [2**60, 2**60 + 1, 2**60 + 2]


def test_statuses_formats_title_and_note_stay():
    every = table()
    every.formats["units"] = ["", "rate", "share", ""]
    done = every.sort("units", descending=True)
    assert done.statuses["yoy"].tolist() == [em.Status.ZERO_BASE, 2 - 1, 0, 0]
    assert done.formats == {"yoy": "rate", "units": ["rate", "share", "", ""]}
    assert (done.title, done.note) == (every.title, every.note)
    few = every.filter([False, True, False, True])
    assert few["status"].tolist() == [em.Status.ZERO_BASE, 0]
    assert few.formats["units"] == ["rate", ""]
    assert len(every) == 4 and every["maker"].tolist() == ["B", None, "A", "B"]


def test_kinds_of_tables_stay_what_they_are():
    whole = panel(["A", "B"])
    report = whole.report("units", by=whole.keys)
    assert type(report.sort("level")) is type(report)
    coverage = whole.coverage()
    assert type(coverage.filter(coverage["rows"] > 0)) is type(coverage)
    facts = em.datasets.load("guangzhou")
    some = facts.filter(facts["kind"] == "growth").sort("value", descending=True)
    assert type(some) is em.datasets.Dataset and some.name == facts.name
    assert not some["value"].flags.writeable
    assert set(some["kind"]) == {"growth"} and (np.diff(some["value"]) <= 0).all()
    same = whole.compare(whole)
    assert same.filter(np.zeros(0, bool)).same == same.same


def test_bad_orders_and_masks():
    with pytest.raises(KeyError, match="no column 'unit'; near it: units"):
        table().sort("unit")
    with pytest.raises(ValueError, match="by is empty"):
        table().sort([])
    with pytest.raises(TypeError, match="column is 3: it takes the name"):
        table().sort([3])
    with pytest.raises(TypeError, match="by is 3: it takes the names of columns"):
        table().sort(3)
    mixed = Table({"x": np.array(["a", 1], object)})
    with pytest.raises(TypeError, match="column 'x' holds values of several types"):
        mixed.sort("x")
    with pytest.raises(TypeError, match=r"mask is \[0, 1\]: it takes an array of bool"):
        table().filter([0, 1])
    with pytest.raises(ValueError, match="mask has 2 entries: the table has 4 rows"):
        table().filter([True, False])
    with pytest.raises(ValueError, match="mask has no entries"):
        table().filter(True)


# ---- CSV -----------------------------------------------------------------------------


def test_csv_has_unrounded_numbers_and_names_of_statuses():
    lines = table().to_csv().splitlines()
    assert lines[0] == "maker,period,units,yoy,status"
    assert lines[2] == ",2024-01,9,,ZERO_BASE"
    assert float(lines[4].split(",")[3]) == 1 / 3


def test_csv_is_that_of_the_command_line(tmp_path, capsys):
    from evmarket.__main__ import main

    path = tmp_path / "p.csv"
    path.write_text("maker,month,units\nA,2024-01,6\nA,2025-01,9\nB,2025-01,1\n")
    flags = ["--keys", "maker", "--period", "month", "--measures", "units"]
    assert main(["coverage", str(path), *flags, "--format", "csv"]) == 0
    columns = {"maker": ["A", "A", "B"], "month": ["2024-01", "2025-01", "2025-01"]}
    made = em.Panel.from_table(
        {**columns, "units": [6, 9, 1]}, ["maker"], "month", ["units"]
    )
    assert capsys.readouterr().out == made.coverage().to_csv()


def test_spreadsheet_safe_csv_has_no_formula():
    signed = Table({name: np.array([name, "-2"], object) for name in SIGNS})
    rows = list(csv.reader(io.StringIO(signed.to_csv(spreadsheet_safe=True), "")))
    assert rows[0] == rows[1] == [f"'{x}" for x in SIGNS[:-1]] + ["x=1"]
    assert rows[2] == ["'-2"] * 7
    plain = list(csv.reader(io.StringIO(signed.to_csv(), "")))
    assert plain[0] == SIGNS
    numbers = Table({"x": np.array([-1, 2])})
    assert numbers.to_csv(spreadsheet_safe=True) == "x\n-1\n2\n"


def test_files_are_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "t.csv"
    assert table().to_csv(path) is None
    assert path.read_text("utf-8") == table().to_csv()
    assert table().to_html(tmp_path / "t.html") is None
    assert (tmp_path / "t.html").read_text("utf-8") == table().to_html()
    with pytest.raises(FileNotFoundError):
        table().to_csv(tmp_path / "no" / "t.csv")
    before = sorted(tmp_path.iterdir())
    bad = Table({"x": np.array([1, object()], object)})
    with pytest.raises(TypeError):
        bad.to_excel(tmp_path / "t.xlsx")
    bad = Table({"x": np.array([1], np.uint8)}, statuses={"x": np.array([1])})
    bad._columns["x"] = np.array([99], np.uint8)
    with pytest.raises(IndexError):
        bad.to_csv(tmp_path / "t.csv")
    assert sorted(tmp_path.iterdir()) == before
    assert path.read_text("utf-8") == table().to_csv()


# ---- Markdown ------------------------------------------------------------------------


def rendered(text):
    """The rows of the only table of a Markdown text, as a reader of GFM sees them."""
    html = MarkdownIt("commonmark").enable("table").render(text)
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    rows = [["".join(texts(c)).strip() for c in row] for row in tree.iter("tr")]
    return rows, tree


def test_markdown_is_a_table_with_title_marks_and_note():
    rows, tree = rendered(table().to_markdown())
    assert rows[0] == ["maker", "period", "units", "yoy", "status"]
    assert [row[3] for row in rows[1:]] == [
        "+50.00%",
        "ZERO_BASE",
        "-25.00%*",
        "+33.33%",
    ]
    title, below = (" ".join(texts(p).split()) for p in tree.iter("p"))
    assert title == "units, 2024"
    assert below.startswith("* PARTIAL: the current") and below.endswith("a note")
    assert not list(tree.iter("ul"))


@pytest.mark.parametrize("name", [*HOSTILE, *SIGNS, *MARKUP])
def test_labels_have_no_effect_in_markdown(name):
    hostile = Table({name: np.array([name, None], object)}, title=name, note=name)
    rows, tree = rendered(hostile.to_markdown())
    # Blanks of any kind are one; what cannot be printed is escaped.
    plain = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode()
        for c in " ".join(name.split())
    )
    assert [[" ".join(cell.split()) for cell in row] for row in rows] == (
        [[plain], [plain], [""]]
    )
    tags = {element.tag for element in tree.iter()}
    assert tags <= {"html", "head", "body", "table", "thead", "tbody", "tr", "th", "td",
                    "p", "br"}  # fmt: skip


def test_markdown_of_every_table():
    for thing in things():
        if isinstance(thing, Table):
            rows, _ = rendered(thing.to_markdown())
            assert len(rows) == (len(thing) + 1 if thing.columns else 0)


# ---- HTML ----------------------------------------------------------------------------


def page(text):
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


def test_the_page_has_all_rows_and_loads_nothing():
    long = Table({"x": np.arange(500), "name": np.array(["<b>"] * 500, object)})
    tree = page(long.to_html())
    assert len(list(tree.iter("tr"))) == 501
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "link", "img", "b", "iframe"}
    text = long.to_html()
    assert "prefers-color-scheme:dark" in text and "http" not in text
    assert "@import" not in text and "url(" not in text


def test_every_table_is_a_page():
    for thing in things():
        if isinstance(thing, Table):
            tree = page(thing.to_html())
            assert len(list(tree.iter("tr"))) == len(thing) + 1
            whole = "".join(texts(tree.find("body"))).split()
            short = "".join(texts(parsed(thing._repr_html_()))).split()
            assert short[:3] == whole[:3]


@pytest.mark.parametrize("name", HOSTILE)
def test_labels_have_no_effect_in_a_page(name):
    tree = page(Table({name: np.array([name], object)}, title=name).to_html())
    tags = {element.tag for element in tree.find("body").iter()}
    assert tags <= {"body", "div", "table", "thead", "tbody", "tr", "th", "td",
                    "abbr", "strong"}  # fmt: skip


# ---- Excel ---------------------------------------------------------------------------


def workbook(some, tmp_path):
    path = tmp_path / "t.xlsx"
    some.to_excel(path)
    return openpyxl.load_workbook(path)


def test_excel_cells_have_values_formats_and_notes(tmp_path):
    book = workbook(table(), tmp_path)
    assert book.sheetnames == ["units, 2024", "Notes"]
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        ["maker", "period", "units", "yoy", "status"],
        ["B", "10", 5, 0.5, "OK"],
        [None, "2024-01", 9, None, "ZERO_BASE"],
        ["A", "2024-02", 7, -0.25, "PARTIAL"],
        ["B", "2024-01", None, pytest.approx(1 / 3, rel=1e-15), "OK"],
    ]
    assert sheet["D2"].number_format == "+#,##0.00%;-#,##0.00%;+0.00%"
    assert sheet["C2"].number_format == "#,##0"
    assert sheet["D3"].comment.text == "ZERO_BASE: the base is zero: there is no rate"
    assert sheet["D4"].comment.text.startswith("PARTIAL: the current or the base")
    assert sheet["D2"].comment is None
    assert sheet.freeze_panes == "A2"
    notes = [row[0].value for row in book["Notes"].iter_rows()]
    assert notes[:3] == ["note", "units, 2024", "a note"] and len(notes) == 5
    assert book.properties.title == "units, 2024"


def test_excel_formats_by_kind_and_row(tmp_path):
    some = Table(
        {
            "year": np.array([2024, 2025]),
            "n": np.array([1_500_000, 2**53 + 2]),
            "price": np.array([1234.5, 0.25]),
            "share": np.array([0.125, np.inf]),
            "step": np.array([0.01, -0.02]),
            "each": np.array([0.5, 7.0]),
            "yes": np.array([True, False]),
            "day": np.array(["2025-01-31", "NaT"], "M8[D]"),
            "time": np.array(["2025-01-31T12:30", "1850-01-01T00:00"], "M8[s]"),
        },
        formats={"share": "share", "step": "pp", "each": ["rate", ""]},
    )
    sheet = workbook(some, tmp_path).worksheets[0]
    first, second = (list(row) for row in sheet.iter_rows(min_row=2))
    assert [c.number_format for c in first] == [
        "0", "#,##0", "#,##0.00", "#,##0.00%", '+0.00%"-pt";-0.00%"-pt";+0.00%"-pt"',
        "+#,##0.00%;-#,##0.00%;+0.00%", "General", "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss",
    ]  # fmt: skip
    assert second[5].number_format == "#,##0.0"
    assert [c.value for c in first[6:]] == [
        True, datetime.datetime(2025, 1, 31), datetime.datetime(2025, 1, 31, 12, 30),
    ]  # fmt: skip
    assert second[1].value == str(2**53 + 2)
    assert "15 digits" in second[1].comment.text
    assert second[3].value == "∞" and second[7].value is None
    assert second[8].value == "1850-01-01 00:00:00"


def test_excel_text_is_never_a_formula_or_a_link(tmp_path):
    words = [*SIGNS, "http://a.b", "{=1}", "x" * 40_000, "a\x01b", "_x0041_", "\x00"]
    some = Table({"=1+1": np.array(words, object)}, title="=1+1")
    book = workbook(some, tmp_path)
    for row in book.worksheets[0].iter_rows():
        assert row[0].data_type == "s" and row[0].hyperlink is None
    # openpyxl leaves the escapes of characters, which Excel reads.
    cells = [row[0].value for row in book.worksheets[0].iter_rows(min_row=2)]
    values = list(map(unescape, cells))
    assert values[:8] == [*SIGNS, "http://a.b"]
    assert len(values[9]) == 32_767 and "…" in values[9]
    assert values[10:] == ["a\x01b", "_x0041_", "\x00"]


def test_excel_columns_are_wide_enough_for_chinese(tmp_path):
    maker = np.array(["广州汽车集团股份有限公司"], object)
    some = Table({"maker": maker, "n": np.array([1])})
    sheet = workbook(some, tmp_path).worksheets[0]
    assert sheet.column_dimensions["A"].width >= 24
    assert sheet.column_dimensions["B"].width < 10


@pytest.mark.parametrize("title", ["a/b:c*d?e[f]\\", "'", "History", "x" * 50, "   "])
def test_sheets_have_names_that_excel_takes(tmp_path, title):
    book = workbook(Table({"x": np.array([1])}, title=title), tmp_path)
    name = book.sheetnames[0]
    assert 0 < len(name) <= 31 and not set(name) & set("[]:*?/\\")
    assert not name.startswith("'") and name.lower() != "history"


def test_too_many_rows_for_a_sheet(tmp_path, monkeypatch):
    monkeypatch.setattr("evmarket._tables.excel.MOST_ROWS", 4)
    with pytest.raises(ValueError, match="the table has 4 rows: a sheet of Excel hold"):
        table().to_excel(tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())
    table().part(0, 3).to_excel(tmp_path / "t.xlsx")


def test_too_many_notes_become_columns(tmp_path, monkeypatch):
    monkeypatch.setattr("evmarket._tables.excel.MOST_NOTES", 1)
    sheet = workbook(table(), tmp_path).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][-1] == "yoy_status"
    assert [row[-1] for row in rows[1:]] == ["OK", "ZERO_BASE", "PARTIAL", "OK"]
    assert all(cell.comment is None for row in sheet.iter_rows() for cell in row)


def test_a_missing_library_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ImportError, match=r'pip install "evmarket\[excel\]"'):
        table().to_excel(tmp_path / "t.xlsx")
    assert not list(tmp_path.iterdir())


def test_every_table_goes_to_excel(tmp_path):
    for thing in things():
        if isinstance(thing, Table):
            sheet = workbook(thing, tmp_path).worksheets[0]
            assert sheet.max_row == max(1, len(thing) + 1)
            heads = [cell.value for cell in sheet[1]]
            assert heads == (list(thing.columns) or [None])
