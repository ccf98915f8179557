"""The weekly table, coverage and revisions, beside slow twins of their own."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from tests.model import Model

NAN = math.nan


def month(place: int) -> str:
    return f"{2023 + place // 12}-{place % 12 + 1:02}"


def rows_of(table: Any) -> list[dict[str, Any]]:
    """A table as a dict a row; statuses by name, NaN as None."""
    columns = {}
    for name in table.columns:
        items = table[name].tolist()
        if table[name].dtype == np.uint8:
            items = em.Status.names(table[name]).tolist()
        columns[name] = [None if item != item else item for item in items]
    return [
        dict(zip(columns, row, strict=True))
        for row in zip(*columns.values(), strict=True)
    ]


def build(cells: dict[Any, Any], **options: Any) -> em.Panel:
    """A panel of {(maker, model, month): units}."""
    keys, values = list(cells), list(cells.values())
    return em.Panel.from_arrays(
        {"maker": [k[0] for k in keys], "model": [k[1] for k in keys]},
        [month(k[2]) for k in keys],
        {"units": np.array(values, float)},
        **options,
    )


def market() -> em.Panel:
    """Fifteen months of four makers: one late, one new, one gone."""
    cells = {}
    for t in range(15):
        cells["A", "a1", t] = 100 + t
        cells["A", "a2", t] = 50
        cells["B", "b1", t] = 120 + 3 * t
        if t < 14:
            cells["C", "c1", t] = 80  # has not reported the last month
        if t >= 10:
            cells["D", "d1", t] = 10 * t
        if t < 3:
            cells["E", "e1", t] = 500  # gone for a year
    return build(cells)


# ---- the report ----------------------------------------------------------------------


def test_the_weekly_table_by_hand():
    table = market().report("units", "maker", top=2)
    assert table.title == "units, 2024-03"
    assert table.columns == (
        "rank", "move", "maker", "level", "mom", "yoy", "yoy_matched", "ytd", "ytd_yoy",
        "share", "share_change", "reporting", "status",
    )  # fmt: skip
    first, second, others, total = rows_of(table)
    # February: A 163, B 159, D 130, C 80; a year before A 152, B 126, C 80, E 500.
    assert (first["rank"], first["move"], first["maker"]) == (1, 0, "A")
    assert first["level"] == 164 and first["ytd"] == 162 + 163 + 164
    assert first["mom"] == pytest.approx(1 / 163, rel=1e-15)
    assert first["yoy"] == first["yoy_matched"] == pytest.approx(12 / 152, rel=1e-15)
    assert first["ytd_yoy"] == pytest.approx(489 / 453 - 1, rel=1e-14)
    assert first["share"] == pytest.approx(164 / 466, rel=1e-15)
    pp = 164 / 466 - 152 / 858
    assert first["share_change"] == pytest.approx(pp, rel=1e-13)
    assert first["reporting"] == "2 of 2" and first["status"] == "OK"
    assert (second["rank"], second["maker"], second["level"]) == (2, "B", 162)
    assert (others["rank"], others["move"], others["maker"]) == (None, None, "others")
    assert others["level"] == 140 and others["share"] == pytest.approx(140 / 466)
    # The others are C, D and E in every period.
    assert others["mom"] == pytest.approx(140 / 210 - 1)
    assert others["yoy"] == pytest.approx(140 / 580 - 1)
    assert others["yoy_matched"] is None and others["status"] == "INCOMPLETE"
    assert others["share_change"] == pytest.approx(140 / 466 - 580 / 858)
    assert others["reporting"] == "1 of 2"  # C is late, E has exited
    assert total["maker"] == "total" and total["level"] == 466
    assert total["yoy"] == pytest.approx(466 / 858 - 1, rel=1e-14)
    assert total["yoy_matched"] == pytest.approx(326 / 278 - 1, rel=1e-14)
    assert total["mom"] == pytest.approx(466 / (163 + 159 + 130 + 80) - 1)
    assert (total["share"], total["share_change"]) == (1, 0)
    assert total["reporting"] == "4 of 5" and total["status"] == "INCOMPLETE"
    for name in ("share", "share_change"):  # C is late, which marks the total
        assert em.Status.names(table.statuses[name]).tolist() == ["INCOMPLETE"] * 4
    assert em.Status.names(table.statuses["yoy_matched"]).tolist() == [
        "OK", "OK", "NO_MATCH", "OK",
    ]  # fmt: skip


def test_every_rate_is_the_growth_of_the_level_beside_it():
    cells = {("A", "x", 0): 100, ("A", "x", 12): 60, ("B", "x", 0): 300}
    cells |= {("B", "x", 12): 100, ("C", "x", 12): 840}
    table = build(cells).report("units", "maker")
    c, b, a, total = rows_of(table)
    assert (c["yoy"], c["status"]) == (None, "ENTERED")
    # A share before entry is read as 0, and the status tells it.
    assert c["share_change"] == pytest.approx(0.84)
    assert em.Status.names(table.statuses["share_change"])[0] == "ENTERED"
    assert b["share_change"] == pytest.approx(0.1 - 0.75)
    assert a["share_change"] == pytest.approx(0.06 - 0.25)
    assert total["yoy"] == 1.5 and total["yoy_matched"] == pytest.approx(-0.6)


def test_matched_growth_is_of_the_series_before_by():
    cells = {("A", "x", 0): 10, ("A", "x", 12): 15, ("A", "y", 12): 5}
    panel = build(cells)
    row = rows_of(panel.report("units", "maker"))[0]
    assert (row["yoy"], row["yoy_matched"], row["reporting"]) == (1, 0.5, "2 of 2")
    [row, _] = rows_of(panel.rollup("maker").report("units", "maker"))
    # Series are those of the panel as grouped; a row still counts what it adds up.
    assert (row["yoy"], row["yoy_matched"], row["reporting"]) == (1, 1, "2 of 2")


def test_exited_series_alone_make_no_row_of_others():
    cells = {("A", "x", t): 1 for t in range(15)} | {("B", "x", 0): 5}
    found = rows_of(build(cells).report("units", "maker", top=1))
    assert [row["maker"] for row in found] == ["A", "total"]


def test_a_note_says_where_the_growth_of_a_total_has_two_bases():
    table = market().report("units", "maker")
    note = (
        "yoy_matched of a total differs from yoy: some series lack one of the periods"
    )
    assert table.note.splitlines()[0] == note and note in repr(table).splitlines()
    assert note in table._repr_html_()
    same = build({("A", "x", t): 1 for t in range(13)}).report("units", "maker")
    assert same.note == "" and note not in repr(same)


def test_a_report_prints_up_to_sixty_rows():
    def lines(makers: int) -> list[str]:
        cells = {(f"maker {k:02}", "x", 0): 1 + k for k in range(makers)}
        return repr(build(cells).report("units", "maker", top=100)).splitlines()

    assert "..." not in lines(59) and sum("maker 0" in x for x in lines(59)) >= 10
    assert lines(60)[-1] == "..."
    assert repr(market().to_table()).splitlines()[-1] == "..."


def test_the_growth_of_a_cumulative_level_on_the_period_before():
    """It is the growth of single periods, formed for each series."""
    panel = build(
        {
            **{("A", "x", t): v for t, v in ((0, 10), (10, 110), (11, 120), (12, 15))},
            **{("B", "x", t): v for t, v in ((10, 40), (11, 70), (12, 45))},
        },
        kinds={"units": "cumulative"},
    )
    b, a, total = rows_of(panel.report("units", "maker"))
    # December: A 10, B 30. January: A 15, B 45.
    assert (b["mom"], a["mom"], total["mom"]) == (0.5, 0.5, 0.5)
    assert rows_of(panel.report("units", "maker", at="2023-12"))[2]["mom"] is None


def test_at_names_one_period():
    panel = market()
    with pytest.raises(KeyError, match="at is '2023', which holds 12 periods"):
        panel.report("units", "maker", at="2023")
    assert panel.report("units", "maker", at="2023-11-30").title == "units, 2023-11"
    one = panel.select(periods="2023-11").report("units", "maker", at="2023")
    assert one.title == "units, 2023-11"


def test_moves_ties_and_short_tables():
    cells = {("A", "x", 0): 3, ("B", "x", 0): 2, ("C", "x", 0): 1}
    cells |= {("A", "x", 1): 1, ("B", "x", 1): 5, ("C", "x", 1): 5}
    found = rows_of(build(cells).report("units", "maker"))
    assert [row["maker"] for row in found] == ["B", "C", "A", "total"]
    assert [row["rank"] for row in found] == [1, 1, 3, None]
    assert [row["move"] for row in found] == [1, 2, -2, None]
    top = rows_of(build(cells).report("units", "maker", top=1))
    assert [row["maker"] for row in top] == ["B", "others", "total"]
    first = rows_of(build(cells).report("units", "maker", at="2023-01"))
    assert [row["move"] for row in first] == [None] * 4
    assert [row["yoy"] for row in first] == [None] * 4
    assert {row["status"] for row in first} == {"OUTSIDE"}


def test_groups_stand_below_one_another():
    table = market().report("units", "model", within="maker", top=1)
    found = [(row["maker"], row["model"], row["level"]) for row in rows_of(table)]
    assert found == [
        ("A", "a1", 114), ("A", "others", 50), ("A", "total", 164),
        ("B", "b1", 162), ("B", "total", 162),
        ("C", "others", None), ("C", "total", None),
        ("D", "d1", 140), ("D", "total", 140),
        ("E", "total", None),
    ]  # fmt: skip
    by = {row["maker"]: row for row in rows_of(table) if row["model"] == "total"}
    assert (by["C"]["status"], by["E"]["status"]) == ("MISSING", "EXITED")
    assert (by["C"]["reporting"], by["E"]["reporting"]) == ("0 of 1", "0 of 0")


def test_rows_of_several_keys():
    found = rows_of(market().report("units", ["maker", "model"], top=2))
    names = [(row["maker"], row["model"]) for row in found]
    assert names == [("B", "b1"), ("D", "d1"), ("others", None), ("total", None)]


def test_labels_that_are_missing_or_integers():
    panel = em.Panel.from_arrays({"k": [7, None, 8]}, ["2024"] * 3, {"x": [1, 2, 3]})
    found = rows_of(panel.report("x", "k"))
    assert [row["k"] for row in found] == ["8", None, "7", "total"]


def test_keys_called_like_columns():
    panel = em.Panel.from_arrays(
        {"level": ["a", "b"], "rank": ["c", "d"]}, ["2024"] * 2, {"x": [1, 2]}
    )
    table = panel.report("x", ["level", "rank"])
    assert table.columns[:5] == ("rank_", "move", "level", "rank", "level_")
    assert table["level_"].tolist() == [2, 1, 3] and table["status"].tolist() == [5] * 3


def test_after_the_last_complete_period_only_levels_stand():
    panel = build({("A", "x", t): 1 + t for t in range(14)}, complete_through="2024-01")
    whole = rows_of(panel.report("units", "maker"))
    assert whole[0]["level"] == 13 and whole[0]["yoy"] == 12
    part = rows_of(panel.report("units", "maker", at="2024-02"))
    assert [row["reporting"] for row in part] == ["1 of 1", "1 of 1"]
    for row in part:
        assert row["level"] == 14 and row["status"] == "PARTIAL"
        for name in (
            "rank",
            "move",
            "mom",
            "yoy",
            "yoy_matched",
            "ytd",
            "ytd_yoy",
            "share",
            "share_change",
        ):
            assert row[name] is None, name


def test_exited_series_do_not_count_after_the_last_complete_period():
    cells = {("A", "x", t): 1 for t in range(15)} | {("B", "x", 0): 5}
    panel = build(cells, complete_through="2024-02")
    found = rows_of(panel.report("units", "maker", at="2024-03"))
    assert [row["maker"] for row in found] == ["A", "total"]
    assert found[1]["reporting"] == "1 of 1"


def test_stocks_cumulative_levels_and_rates():
    def of(kind: str) -> em.Panel:
        return em.Panel.from_arrays(
            {"k": ["a", "a"]}, ["2023", "2024"], {"x": [1, 2]}, kinds={"x": kind}
        )

    for kind in ("stock", "cumulative"):
        table = of(kind).report("x", "k")
        assert "ytd" not in table and rows_of(table)[0]["yoy"] == 1
    with pytest.raises(TypeError, match=r"x \(rate\).*rates are never added"):
        of("rate").report("x", "k")


@pytest.mark.parametrize(
    ("freq", "lag", "steps", "name"),
    [
        ("W", 52, 60, "wow"),
        ("D", 365, 400, "dod"),
        ("Q", 4, 9, "qoq"),
        ("H", 2, 5, "hoh"),
        ("Y", 1, 3, None),
    ],
)
def test_other_frequencies(freq, lag, steps, name):
    last = em.Periods("2025", "2025", freq=freq).ordinals[-1]
    labels = em.Periods.of(freq, last - steps + 1, steps).labels
    panel = em.Panel.from_arrays(
        {"k": ["a"] * steps}, labels, {"x": np.arange(1, steps + 1)}, freq=freq
    )
    row = rows_of(panel.report("x", "k"))[0]
    assert [x for x in row if x in {"mom", "wow", "dod", "qoq", "hoh"}] == (
        [name] if name else []
    )
    assert row["level"] == steps
    assert row["yoy"] == pytest.approx(lag / (steps - lag), rel=1e-15)
    if name:
        assert row[name] == pytest.approx(1 / (steps - 1), rel=1e-15)
    if freq == "Y":
        assert row["ytd"] == steps and row["ytd_yoy"] == row["yoy"]
    else:
        assert row["ytd"] > steps


def test_chinese_statistical_months_compare_years_only():
    labels = [f"{year}-{month:02}" for year in (2024, 2025) for month in (1, 2, 3)]
    panel = em.Panel.from_arrays(
        {"k": ["a"] * 6}, labels, {"x": [1, 1, 1, 3, 1, 3]}, freq="M-JF"
    )
    table = panel.report("x", "k", at="2025-03")
    assert "mom" not in table
    assert rows_of(table)[0]["yoy"] == 2 and rows_of(table)[0]["ytd_yoy"] == 4 / 3


def test_negative_parts_have_negative_shares():
    cells = {("A", "x", 0): 3, ("B", "x", 0): -1, ("C", "x", 0): 0}
    table = build(cells).report("units", "maker")
    assert table["share"].tolist() == [1.5, 0, -0.5, 1]
    for value, code in ((0, "ZERO_DENOMINATOR"), (-1, "NEGATIVE_DENOMINATOR")):
        none = build({("A", "x", 0): value}).report("units", "maker")
        assert np.isnan(none["share"]).all()
        assert em.Status.names(none.statuses["share"]).tolist() == [code] * 2


def test_selected_periods_still_have_bases():
    part = market().select(periods=slice("2024-02", "2024-02"))
    found = rows_of(part.report("units", "maker", top=1))
    assert found[0]["level"] == 163 and found[0]["yoy"] == pytest.approx(12 / 151)
    assert found[0]["move"] == 0


def test_what_a_report_refuses():
    panel = market()
    with pytest.raises(KeyError, match="'unit' is not a measure"):
        panel.report("unit", "maker")
    with pytest.raises(KeyError, match="by is 'make'"):
        panel.report("units", "make")
    with pytest.raises(KeyError, match="within is 'make'"):
        panel.report("units", "maker", within="make")
    with pytest.raises(ValueError, match="each may be given once"):
        panel.report("units", "maker", within="maker")
    with pytest.raises(ValueError, match="by is empty"):
        panel.report("units", [])
    with pytest.raises(ValueError, match="top is 0"):
        panel.report("units", "maker", top=0)
    with pytest.raises(KeyError, match="at is '2030-01'"):
        panel.report("units", "maker", at="2030-01")


# The twin: dicts of fractions, one maker and group at a time.


def growth(x0: Fraction | None, x1: Fraction | None) -> float | None:
    usable = x0 is not None and x1 is not None and x0 > 0
    return float((x1 - x0) / x0) if usable else None


def total(values: Any) -> Fraction | None:
    known = [v for v in values if v is not None]
    return sum(known, Fraction(0)) if known else None


def twin(cells: dict[Any, Any], at: int, top: int) -> list[dict[str, Any]]:
    level: dict[Any, Any] = defaultdict(dict)
    for (maker, _, t), value in cells.items():
        level[t][maker] = level[t].get(maker, 0) + Fraction(value)
    makers = sorted({maker for maker, _, _ in cells})
    now, before, base = level[at], level[at - 1], level[at - 12]
    ranked = sorted((m for m in makers if m in now), key=lambda m: (-now[m], m))
    living = {m for m in makers if any(k[0] == m and due(cells, k, at) for k in cells)}
    sides = [("", [m]) for m in ranked[:top]]
    rest = [m for m in makers if m not in ranked[:top]]
    if living & set(rest):
        sides.append(("others", rest))
    sides.append(("total", makers))
    found = []
    for label, mine in sides:
        row: dict[str, Any] = {"maker": label or mine[0]}
        x1, x0 = (total(x.get(m) for m in mine) for x in (now, base))
        row["level"], row["yoy"] = x1, growth(x0, x1)
        row["mom"] = growth(total(before.get(m) for m in mine), x1)
        pairs = [
            (cells[(*s, at - 12)], cells[(*s, at)])
            for s in {k[:2] for k in cells}
            if s[0] in mine and (*s, at) in cells and (*s, at - 12) in cells
        ]
        matched = [total(Fraction(pair[k]) for pair in pairs) for k in (0, 1)]
        row["yoy_matched"] = growth(*matched)
        share, earlier = share_of(x1, now), share_of(x0, base)
        row["share"] = None if share is None else float(share)
        if x0 is None and not any(k[0] in mine and k[2] <= at - 12 for k in cells):
            earlier = None if share_of(Fraction(0), base) is None else Fraction(0)
        none = share is None or earlier is None
        row["share_change"] = None if none else float(share - earlier)
        series = {k[:2] for k in cells if k[0] in mine}
        here = sum((*s, at) in cells for s in series)
        asked = sum(any(due(cells, k, at) for k in cells if k[:2] == s) for s in series)
        row["reporting"] = f"{here} of {asked}"
        if not label:
            row["rank"] = 1 + sum(now[m] > now[mine[0]] for m in ranked)
        found.append(row)
    return found


def share_of(part: Fraction | None, parts: dict[Any, Fraction]) -> Fraction | None:
    whole = sum(parts.values(), Fraction(0))
    return None if part is None or whole <= 0 else part / whole


def due(cells: dict[Any, Any], key: Any, at: int) -> bool:
    """Whether a series has begun by then and has not exited."""
    months = [t for maker, model, t in cells if (maker, model) == key[:2]]
    last = max(t for _, _, t in cells)
    left = last - max(months) >= 12 and at > max(months)
    return (*key[:2], at) in cells or (at >= min(months) and not left)


def some_market(seed: int, holes: bool = True) -> dict[Any, Any]:
    """Units of ten models of five makers, each with its own first and last month."""
    random_ = random.Random(seed)
    cells: dict[Any, Any] = {("A", "x", 0): 1, ("A", "x", 27): 1}
    for maker in "ABCDE":
        for model in "xy":
            start, stop = sorted(random_.choices(range(29), k=2))
            for t in range(start, stop):
                if not holes or random_.random() < 0.9:
                    cells[maker, model, t] = random_.choice([0, 0.1, 1, 7.5, 12, 1e6])
    if not holes:
        cells |= {("A", "x", t): cells.get(("A", "x", t), 1) for t in range(28)}
    return cells


@given(st.integers(0, 10**6), st.integers(0, 27), st.integers(1, 4))
def test_the_report_equals_its_twin(seed, at, top):
    cells = some_market(seed)
    got = rows_of(build(cells).report("units", "maker", at=month(at), top=top))
    expected = twin(cells, at, top)
    assert [row["maker"] for row in got] == [row["maker"] for row in expected]
    for row, wanted in zip(got, expected, strict=True):
        for name, value in wanted.items():
            if isinstance(value, (int, str)) or value is None:
                assert row[name] == value, (name, row["maker"])
            else:
                bound = {"rel": 1e-12, "abs": 1e-15}
                assert row[name] == pytest.approx(float(value), **bound), name


@given(
    st.integers(0, 10**6),
    st.sampled_from(["flow", "stock", "cumulative"]),
    st.none() | st.integers(10, 27),
    st.sampled_from([(), ("model",)]),
    st.data(),
)
def test_the_total_is_the_growth_of_the_roll_up(seed, kind, complete, within, data):
    options = {} if complete is None else {"complete_through": month(complete)}
    panel = build(some_market(seed), kinds={"units": kind}, **options)
    if data.draw(st.booleans()):
        panel = panel.resample("Q")
    place = data.draw(st.integers(0, len(panel.periods) - 1))
    at = panel.periods.labels[place]
    table = panel.report("units", "maker", at=at, top=2, within=within)
    totals = table["maker"] == "total"

    def agree(values: Any, codes: Any = None, name: str = "yoy") -> None:
        np.testing.assert_array_equal(table[name][totals], values)
        if codes is not None:
            np.testing.assert_array_equal(table.statuses[name][totals], codes)

    units = panel["units"]
    agree(*units.growth("1Y", within=within).at(at, status=True))
    agree(*panel.rollup(*within)["units"].growth("1Y").at(at, status=True))
    agree(panel.contributions("units", within=within).total[:, place])
    matched = units.growth("1Y", within=within, matched=True)
    agree(matched.at(at), name="yoy_matched")


@given(st.integers(0, 10**6), st.sampled_from([None, *range(28)]), st.integers(1, 4))
@settings(max_examples=25)
def test_the_report_equals_the_model(seed, at, top):
    """Whole lives only: the model marks holes, and counts them in windows."""
    cells = some_market(seed, holes=False)
    model = Model(
        [
            ({"maker": maker, "model": name}, month(t), {"units": Fraction(value)})
            for (maker, name, t), value in cells.items()
        ],
        keys=["maker", "model"],
        kinds={"units": "flow"},
        freq="M",
    )
    place = None if at is None else month(at)
    within = ("model",) if seed % 3 == 0 else ()
    expected = model.report("units", "maker", at=place, top=top, within=within)
    got = rows_of(build(cells).report("units", "maker", place, top, within))
    assert [row["maker"] for row in got] == [row["maker"] for row in expected]
    for row, wanted in zip(got, expected, strict=True):
        late = wanted["reporting"].split(" of ")
        for name, value in wanted.items():
            if name == "status":
                assert row[name] == value or value == "INCOMPLETE", row["maker"]
            elif isinstance(value, str) or value is None:
                whole = late[0] == late[1] or not name.startswith("ytd")
                assert row[name] == value or not whole, (name, row["maker"])
            else:
                bound = {"rel": 1e-12, "abs": 1e-15}
                assert row[name] == pytest.approx(float(value), **bound), name


# ---- coverage ------------------------------------------------------------------------


def test_coverage_by_hand():
    panel = em.Panel.from_arrays(
        {"k": ["a", "a", "a", "a", "b", "c", "d"]},
        [month(t) for t in (0, 0, 2, 14, 1, 3, 14)],
        {"x": [1, NAN, 2, 3, 4, NAN, 1]},
    )
    table = panel.coverage()
    names = (
        "k", "rows", "nulls", "duplicates",
        "first", "last", "gaps", "entered", "exited",
    )  # fmt: skip
    assert table.columns == names
    assert [tuple(row.values()) for row in rows_of(table)] == [
        ("a", 4, 1, 1, "2023-01", "2024-03", 12, False, False),
        ("b", 1, 0, 0, "2023-02", "2023-02", 0, True, True),
        ("c", 1, 1, 0, None, None, 0, True, False),  # a row without a value is a row
        ("d", 1, 0, 0, "2024-03", "2024-03", 0, True, False),
    ]


def test_coverage_counts_nulls_and_not_what_was_dropped():
    table = {
        "k": ["a"] * 5,
        "t": ["2024", "2024", "2024", "2025", "2025"],
        "x": [1.0, 1.0, 1.0, NAN, NAN],
        "y": [2, 2, 2, 3, 3],
    }
    for duplicates in ("identical", "last"):
        panel = em.Panel.from_table(table, "k", "t", ["x", "y"], duplicates=duplicates)
        for one in (panel, panel.rollup()):
            [row] = rows_of(one.coverage())
            assert (row["rows"], row["nulls"], row["duplicates"]) == (5, 1, 3)
    [row] = rows_of(em.Panel.from_table(table, "k", "t", ["x", "y"]).coverage())
    assert (row["rows"], row["nulls"], row["duplicates"]) == (5, 2, 3)
    [row] = rows_of(em.Panel.from_table(table, "k", "t", "x").coverage())
    assert (row["first"], row["last"], row["gaps"]) == ("2024", "2024", 0)


def test_coverage_of_what_is_shown():
    panel = market().select(periods=slice("2023-11", "2024-02"))
    by = {(row["maker"], row["model"]): row for row in rows_of(panel.coverage())}
    # Periods cut what is shown; rows and lives are the whole panel's.
    assert rows_of(panel.coverage()) == rows_of(market().coverage())
    assert by["A", "a1"]["rows"] == 15 and by["A", "a1"]["first"] == "2023-01"
    assert by["D", "d1"]["entered"] and not by["A", "a1"]["entered"]
    assert by["E", "e1"]["rows"] == 3 and by["E", "e1"]["exited"]


# ---- revisions -----------------------------------------------------------------------


def test_a_comparison_by_hand():
    before = build({("A", "x", 0): 10, ("A", "x", 1): 5, ("B", "y", 0): 0})
    after = build(
        {("A", "x", 0): 12, ("B", "y", 0): 3, ("C", "z", 2): 1, ("A", "x", 1): 5}
    )
    table = before.compare(after)
    assert table.columns == (
        "maker", "model", "period", "measure", "what", "before", "after", "rate"
    )  # fmt: skip
    assert table.same == 1
    assert [tuple(row.values()) for row in rows_of(table)] == [
        ("A", "x", "2023-01", "units", "revised", 10, 12, pytest.approx(0.2)),
        ("B", "y", "2023-01", "units", "revised", 0, 3, None),
        ("C", "z", "2023-03", "units", "new", None, 1, None),
    ]
    back = after.compare(before)
    assert back["what"].tolist() == ["revised", "revised", "gone"]
    assert len(before.compare(before)) == 0 and before.compare(before).same == 3
    assert before.compare(after, rtol=0.2).same == 2


def test_incomplete_cells_count_as_absent():
    def quarters(months: Any) -> em.Panel:
        names = [month(t) for t in (*months, 5)]
        return em.Panel.from_arrays({"k": ["a"] * len(names)}, names,
                                    {"x": [1] * len(names)}).resample("Q")  # fmt: skip

    table = quarters([0, 1, 2, 3, 4]).compare(quarters([0, 1, 2, 3]))
    assert [tuple(row.values()) for row in rows_of(table)] == [
        ("a", "2023Q2", "x", "gone", 3, None, None)
    ]
    assert table.same == 1


def test_what_a_comparison_refuses():
    panel = market()
    with pytest.raises(TypeError, match="other is 3"):
        panel.compare(3)
    with pytest.raises(ValueError, match="other has keys"):
        panel.compare(panel.rollup("maker"))
    with pytest.raises(ValueError, match="other has frequency"):
        panel.compare(panel.resample("Q"))
    with pytest.raises(ValueError, match="rtol is -1"):
        panel.compare(panel, rtol=-1)
    with pytest.raises(TypeError, match="rtol is 'a'"):
        panel.compare(panel, rtol="a")
    other = em.Panel.from_arrays(
        {"maker": ["A"], "model": ["x"]}, ["2024-01"], {"y": [1]}
    )
    with pytest.raises(ValueError, match="other has measures"):
        panel.compare(other)


some_cells = st.dictionaries(
    st.tuples(st.sampled_from("AB"), st.sampled_from("xy"), st.integers(0, 4)),
    st.sampled_from([0.0, 0.1, 1.0, 1.0000001, -3.0]),
    min_size=1,
)


@given(some_cells, some_cells, st.sampled_from([0.0, 1e-6, 1.0]))
def test_a_comparison_equals_its_twin(before, after, rtol):
    expected, same = set(), 0
    for key in before.keys() | after.keys():
        a, b = before.get(key), after.get(key)
        where = (key[0], key[1], month(key[2]))
        if a is None or b is None:
            expected.add((*where, "new" if a is None else "gone", a, b))
        elif abs(b - a) > rtol * abs(a):
            expected.add((*where, "revised", a, b))
        else:
            same += 1
    table = build(before).compare(build(after), rtol=rtol)
    names = ("maker", "model", "period", "what", "before", "after")
    got = [tuple(row[name] for name in names) for row in rows_of(table)]
    assert set(got) == expected and len(got) == len(expected)
    assert got == sorted(got, key=lambda row: row[:3]) and table.same == same


def test_a_year_of_days_is_the_same_date_and_of_weeks_the_same_number():
    pd = pytest.importorskip("pandas")
    days = pd.date_range("2023-01-01", "2025-12-31")
    panel = em.Panel.from_arrays(
        {"m": ["a"] * len(days)}, days, {"u": [1] * len(days)}, freq="D"
    )
    for at in ("2024-02-29", "2024-12-31", "2025-01-01", "2025-03-01", "2025-12-31"):
        row = rows_of(panel.report("u", "m", at=at))[0]
        leap = at == "2024-02-29"
        assert row["yoy"] is None if leap else row["yoy"] == 0
        assert row["status"] == ("GAP" if leap else "OK")
        assert abs(row["ytd_yoy"]) < 0.02
        if at[:4] == "2025" and at < "2025-02-29":
            assert row["ytd_yoy"] == 0
    weeks = pd.period_range("2019-12-30", "2021-12-26", freq="W-SUN")
    values = list(range(1, len(weeks) + 1))
    panel = em.Panel.from_arrays({"m": ["a"] * len(weeks)}, weeks, {"u": values})
    # Of 2020 with its 53 weeks: week 1 on week 1.
    assert rows_of(panel.report("u", "m", at="2021-01-10"))[0]["yoy"] == 53
