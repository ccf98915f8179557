"""The report of a panel as an Excel workbook: sheets, cells, charts."""

import zipfile

import numpy as np
import pytest

import evmarket as em
from evmarket._pages.workbook import write_workbook
from tests.common.shown import HOSTILE
from tests.pages.panels import hostile, margins, market

openpyxl = pytest.importorskip("openpyxl")
SHEETS = ["Report", "Levels", "Growth", "Shares", "Contributions", "Coverage", "Holes"]


def written(tmp_path, panel, measure, **options):
    path = tmp_path / "report.xlsx"
    write_workbook(panel, measure, path, **options)
    return openpyxl.load_workbook(path), path


def rows(sheet, columns=None):
    cells = sheet.iter_rows(max_col=columns)
    return [[cell.value for cell in row] for row in cells]


def charts(path):
    """The XML of the charts, in their order."""
    with zipfile.ZipFile(path) as file:
        names = sorted(n for n in file.namelist() if n.startswith("xl/charts/chart"))
        return [file.read(name).decode() for name in names]


def test_sheets_have_the_numbers_of_the_panel(tmp_path):
    panel = market(5)
    book, path = written(tmp_path, panel, "units", by="maker", notices=["one", "=two"])
    assert book.sheetnames == [*SHEETS, "Noticed"]
    report = panel.report("units", by="maker")
    found = rows(book["Report"])
    assert tuple(found[0]) == report.columns
    assert [row[3] for row in found[1:]] == report["level"].tolist()
    levels = rows(book["Levels"])
    largest = report["maker"][0]
    place = levels[0].index(largest)
    at = list(panel.rollup("maker").series["maker"]).index(largest)
    values = panel.rollup("maker")["units"].values[at]
    column = [np.nan if row[place] is None else row[place] for row in levels[1:]]
    np.testing.assert_array_equal(column, values)
    assert [row[0] for row in levels[1:]] == list(panel.periods)
    growth = rows(book["Growth"])
    assert growth[0][-1] == "total"
    [total] = panel.rollup()["units"].growth("1Y").at("2025-09")
    assert growth[28][-1] == pytest.approx(total, rel=1e-15)
    noticed = [row[0] for row in rows(book["Noticed"])]
    assert noticed[1:3] == ["one", "=two"]
    assert book["Noticed"]["A3"].data_type == "s"
    kinds = [("lineChart" in xml, 'grouping val="stacked"' in xml) for xml in
             charts(path)]  # fmt: skip
    assert kinds == [(True, False), (True, False), (False, True), (False, True)]


def test_undefined_numbers_are_empty_cells_with_a_note(tmp_path):
    book, _ = written(tmp_path, market(5), "units", by="maker")
    first = book["Growth"][2][1]
    assert first.value is None and first.comment.text.startswith("OUTSIDE: ")


def test_the_bridge_is_a_waterfall(tmp_path):
    panel = margins()
    book, path = written(
        tmp_path, panel, "revenue", bridge=("revenue", "cost", "units")
    )
    assert book.sheetnames[4:6] == ["Contributions", "Bridge"]
    why = panel.margin_bridge("revenue", "cost", "units")
    found = rows(book["Bridge"])
    left = found[0].index("chart")
    steps = {row[left]: row[left + 1 :] for row in found[1:]}
    assert next(iter(steps)) == "price" and list(steps)[-1] == "total"
    # What is seen above and below 0 is the step; the rest carries it.
    for name in ("price", "unit cost", "mix", "total"):
        value = getattr(why, name.replace(" ", "_"))[0, -1]
        seen = abs(steps[name][1]) + abs(steps[name][2])
        assert seen == pytest.approx(abs(value), abs=1e-12)
    assert len(charts(path)) == 5 and "noFill" in charts(path)[-1]


def test_groups_have_charts_of_their_own(tmp_path):
    book, path = written(tmp_path, market(6), "units", by="maker", within="fuel")
    heads = rows(book["Levels"])[0]
    assert {head.split(" · ")[0] for head in heads[1:]} == {"BEV", "ICE"}
    assert len(charts(path)) == 8


def test_labels_have_no_effect(tmp_path):
    notices = list(HOSTILE)
    book, _ = written(tmp_path, hostile(), "units </title>", notices=notices)
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" for cell in row)


def test_a_panel_without_growth(tmp_path):
    one = em.Panel.from_arrays({"maker": ["A", "B"]}, ["2025"] * 2, {"units": [1, 2]})
    book, path = written(tmp_path, one, "units")
    assert rows(book["Holes"])[0][0] == "maker" and len(charts(path)) == 3


def test_nothing_is_left_after_an_error(tmp_path):
    with pytest.raises(KeyError):
        write_workbook(market(), "no", tmp_path / "a.xlsx")
    with pytest.raises(FileNotFoundError):
        write_workbook(market(), "units", tmp_path / "no" / "a.xlsx")
    assert not list(tmp_path.iterdir())
