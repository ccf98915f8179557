"""What the HTML of each kind of object shows, and how much of large ones."""

import time

import numpy as np
import pytest

import evmarket as em
from evmarket import datasets
from evmarket._common.html import ends
from evmarket._market.market import market
from tests.common.shown import column_of, figures, panel, parsed, table_rows, texts


def test_a_panel_shows_its_measures_within_series():
    source = panel(["A"], units={"revenue": "CNY"}).select(periods="2025-01")
    rows = table_rows(source)
    assert rows[0] == ["maker", "fuel", "measure", "2025-01"]
    assert [row[-2] for row in rows[1:]] == [
        "units flow",
        "revenue flow, CNY",
        "cost flow",
    ] * 2
    values = [row[-1] for row in rows[1:]]
    for k, name in enumerate(source.measures):
        for series, value in enumerate(source[name].values[:, 0]):
            cell = values[series * 3 + k]
            assert cell == ("missing" if np.isnan(value) else f"{value:,.0f}")


def test_labels_that_are_numbers_have_no_separators():
    source = em.Panel.from_arrays({"year": [2024]}, ["2024"], {"units": [2024]})
    assert table_rows(source)[1] == ["2024", "units flow", "2,024"]
    assert table_rows(source.to_table())[1] == ["2024", "2024", "2,024"]
    assert repr(source.to_table()).splitlines()[-1].split() == ["2024", "2024", "2,024"]
    assert column_of(table_rows(datasets.load("china-nev")), "year")[0] == "2020"


def test_a_report_shows_shares_and_statuses():
    source = panel(["A", "B", "C"])
    table = source.report("units", by="maker", top=2)
    rows = table_rows(table)
    assert rows[0] == list(table.columns)
    assert [row[2] for row in rows[1:]][-2:] == ["others", "total"]
    # C has no row of this month: the total, and so every share, carries a mark.
    for name, form in (("share", "{:.2f}%"), ("share_change", "{:+.2f} pp")):
        codes = em.Status.names(table.statuses[name])
        assert codes.tolist() == ["INCOMPLETE"] * 4
        for row, number in zip(rows[1:], table[name], strict=True):
            assert row[rows[0].index(name)] == "incompl. " + form.format(100 * number)
    assert "units, 2025-11" in texts(parsed(table._repr_html_()))
    # A missing growth is shown by its own status.
    ytd = rows[0].index("ytd")
    codes = table.statuses["ytd"]
    for row, value, code in zip(rows[1:], table["ytd"], codes, strict=True):
        if np.isnan(value):
            assert row[ytd].startswith(em.Status(code).name[:6].lower())


def test_explanations_show_parts_and_total():
    bridge = em.margin_bridge([10, 5], [7, 4], [1, 1], [12, 5], [8, 4], [1, 1])
    rows = dict(table_rows(bridge)[1:])
    assert rows["price"] == f"{100 * bridge.price:+.2f} pp"
    assert list(rows)[-2:] == ["total", "matched"] and rows["matched"] == "100.00%"
    why = em.contributions([50, 30, 20], [60, 30, 15])
    assert column_of(table_rows(why), "parts") == ["+10.00 pp", "+0.00 pp", "-5.00 pp"]
    assert "total +5.00%" in texts(parsed(why._repr_html_()))
    none = em.contributions([0, 0], [1, 2])
    assert set(column_of(table_rows(none), "parts")) == {"base 0"}
    effect = em.base_effect(np.arange(1, 5), lag=1)
    momentum = column_of(table_rows(effect), "momentum")
    assert momentum[1] == "+69.31%"  # a number, although the total has a status


def test_a_base_effect_has_arrays_and_a_frame():
    effect = em.base_effect(np.arange(1, 5), lag=1)
    names = ["total", "momentum", "base", "residual", "status"]
    assert list(effect.arrays()) == names
    pytest.importorskip("pandas")
    frame = effect.to_pandas()
    assert list(frame.columns) == names and len(frame) == 4


def test_explanations_on_panels_show_groups_and_items():
    source = panel(["A", "B"])
    why = source.contributions("units", within="fuel")
    tree = parsed(why._repr_html_())
    first, second = tree.iter("table")
    heads = [texts(cell) for cell in next(first.iter("tr"))]
    assert heads == ["fuel", "period", "total", "entry", "exit", "gap", "matched"]
    heads = [texts(cell) for cell in next(second.iter("tr"))]
    assert heads == ["maker", "fuel", "parts", "fate"]
    assert "items of 2025-11" in texts(tree)
    row = next(r for r in table_rows(why) if r[:2] == ["–", "2025-11"])
    total = f"{100 * why.total[1, -2]:+,.2f}%"
    assert row[2] == f"incompl. {total}"  # B has no row of this month
    assert row[6] == f"{100 * why.matched[1, -2]:,.2f}%"


def test_figures_show_their_interval():
    assert table_rows(em.Figure("13.9万辆")) == [
        ["value", "interval", "printed to", "relation", "kind", "of"],
        ["139,000", "[138,500, 139,500]", "1,000", "exact", "number", "辆"],
    ]
    assert "(130,000, ∞)" in table_rows(em.Figure("more than 130,000"))[1]


def test_an_audit_shows_inconsistencies_first():
    found = figures()[7]
    rows = table_rows(found)
    assert rows[1][:2] == ["inconsistent", "growth"]
    assert rows[1][2] == "+50% [49.5%, 50.5%]"
    assert rows[1][3] == "[71.9048%, 91.0526%]"
    assert rows[1][4].startswith("apart by 21.4")
    assert "of 2 facts: 0 consistent, 1 inconsistent" in texts(
        parsed(found._repr_html_())
    )
    assert table_rows(found.findings[0])[1] == rows[1]


def test_the_values_of_datasets_are_printed_by_kind():
    rows = table_rows(datasets.load("guangzhou"))
    assert rows[1][rows[0].index("value")] == "139,000"
    growth = next(row for row in rows if "more than doubled" in row)
    assert growth[rows[0].index("value")] == "+100.00%"
    words = texts(parsed(datasets.load("guangzhou")._repr_html_()))
    assert "52 rows × 22 columns" in words and "not shown: parent" in words
    assert "source: Jiemian News" in words


def test_the_market_report_has_one_table_per_section():
    found = market()
    sections = dict.fromkeys(line.section for line in found)
    tree = parsed(found._repr_html_())
    assert len(list(tree.iter("table"))) == len(sections)
    words = texts(tree)
    assert all(name in words for name in sections)
    assert isinstance(found, list) and repr(found).startswith("<Report: ")


def test_ends():
    assert ends(20, 20, 5, 5).tolist() == list(range(20))
    assert ends(21, 20, 5, 5).tolist() == [0, 1, 2, 3, 4, 16, 17, 18, 19, 20]
    assert ends(0, 20, 5, 5).tolist() == []


def test_a_large_panel_shows_its_ends_and_its_true_size():
    makers = [f"maker{k:03d}" for k in range(200)]
    source = panel(makers)
    whole = source["units"]
    for thing, some in ((source, 3), (source[["units"]], 5), (whole, 5)):
        words = texts(parsed(thing._repr_html_()))
        assert "400 series × 24 periods, 2024-01 to 2025-12" in words
        assert f"first {some} and last {some} of 400 series" in words
        assert "first 2 and last 6 of 24 periods" in words
    rows = table_rows(whole)
    assert [row[0] for row in rows[1:]] == [
        "maker000", "maker000", "maker001", "maker001", "maker002", "⋮",
        "maker197", "maker198", "maker198", "maker199", "maker199",
    ]  # fmt: skip
    assert rows[0][2:] == [
        "2024-01", "2024-02", "…", "2025-07", "2025-08", "2025-09", "2025-10",
        "2025-11", "2025-12",
    ]  # fmt: skip
    values = whole.values[-1, [0, 1, -6, -5, -4, -3, -2]]
    cells = [rows[-1][k] for k in (2, 3, 5, 6, 7, 8, 9)]
    for value, cell in zip(values, cells, strict=True):
        assert cell == f"{value:,.0f}" or np.isnan(value)
    table = table_rows(source.to_table())
    assert len(table) == 12 and set(table[6]) == {"⋮"}


def test_a_preview_equals_that_part_of_the_whole():
    from evmarket._cells.select import preview

    source = panel([f"m{k}" for k in range(30)])
    source = source.merge(panel(["m1", "new"]), overlap="replace")
    chosen = np.array([0, 3, 4, 58, 60])
    for coarse in (source, source.resample("Q"), source.rollup("maker")):
        some = chosen[chosen < len(coarse)]
        few = em.Panel(preview(coarse._data, some))
        for name in coarse.measures:
            assert np.array_equal(
                few[name].values, coarse[name].values[some], equal_nan=True
            )
            assert np.array_equal(few[name].status, coarse[name].status[some])
        for measure in (
            coarse["units"].growth(),
            coarse["units"].growth(-1),
            coarse.margin("revenue", "cost"),
            coarse["units"].share(),
        ):
            few_of = em.Measure(preview(measure._data, some))
            assert np.array_equal(few_of.values, measure.values[some], equal_nan=True)
            assert np.array_equal(few_of.status, measure.status[some])


@pytest.fixture(scope="module")
def large():
    """A million series of three months."""
    count = 1_000_000
    names = np.arange(count).astype(str).astype(object)
    return em.Panel.from_arrays(
        keys={"dealer": np.tile(names, 3)},
        period=np.repeat(np.array(["2024-01", "2024-02", "2025-01"], "M8[M]"), count),
        measures={"units": np.arange(3 * count), "revenue": np.ones(3 * count)},
    )


def timed(call):
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def test_a_million_series_are_shown_in_50_ms(large):
    measure = large["units"]
    for thing in (large, measure, measure.growth(), large.coverage()):
        if isinstance(thing, em.Measure):
            assert "values" not in thing.__dict__
        assert "1,000,000" in thing._repr_html_()
        # The best of three, in case the machine is busy.
        for show in (thing._repr_html_, thing.__repr__):
            assert min(timed(show) for _ in range(3)) < 0.05, thing
        if isinstance(thing, em.Measure):
            assert "values" not in thing.__dict__ and "status" not in thing.__dict__
