"""The weekly table, coverage and comparisons, against slow references."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evmarket as em

NAN = math.nan


def month(place: int) -> str:
    return f"{2023 + place // 12}-{place % 12 + 1:02}"


def rows_of(table: Any) -> list[dict[str, Any]]:
    """A table as one dict per row, with names of statuses and None for NaN."""
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
    """Fifteen months of five makers: C is late, D is new, E has exited."""
    cells = {}
    for t in range(15):
        cells["A", "a1", t] = 100 + t
        cells["A", "a2", t] = 50
        cells["B", "b1", t] = 120 + 3 * t
        if t < 14:
            cells["C", "c1", t] = 80  # late: no row in the last month
        if t >= 10:
            cells["D", "d1", t] = 10 * t
        if t < 3:
            cells["E", "e1", t] = 500  # exited a year ago
    return build(cells)


# ---- the report ----------------------------------------------------------------------


def test_the_weekly_table_by_hand():
    table = market().report("units", "maker", top=2)
    assert table.title == "units, 2024-03"
    assert table.columns == (
        "rank", "move", "maker", "level", "prev", "yoy", "ytd", "ytd_yoy", "share",
        "share_pp", "reporting", "status",
    )  # fmt: skip
    first, second, others, total = rows_of(table)
    # February: A 163, B 159, D 130, C 80; a year before A 152, B 126.
    assert (first["rank"], first["move"], first["maker"]) == (1, 0, "A")
    assert first["level"] == 164 and first["ytd"] == 162 + 163 + 164
    assert first["prev"] == pytest.approx(1 / 163, rel=1e-15)
    assert first["yoy"] == pytest.approx(12 / 152, rel=1e-15)
    assert first["ytd_yoy"] == pytest.approx(489 / 453 - 1, rel=1e-14)
    assert first["share"] == pytest.approx(164 / 466, rel=1e-15)
    # Over the makers present in both years, A and B.
    pp = 164 / (164 + 162) - 152 / (152 + 126)
    assert first["share_pp"] == pytest.approx(pp, rel=1e-13)
    assert first["reporting"] == "2 of 2" and first["status"] == "OK"
    assert (second["rank"], second["maker"], second["level"]) == (2, "B", 162)
    assert (others["rank"], others["move"], others["maker"]) == (None, None, "others")
    assert others["level"] == 140 and others["share"] == pytest.approx(140 / 466)
    assert others["prev"] == pytest.approx(1 / 13)  # D alone has both months
    assert (others["yoy"], others["status"]) == (None, "NO_MATCH")
    assert others["reporting"] == "1 of 2"  # C is late, E has exited
    assert total["maker"] == "total" and total["level"] == 466
    assert total["yoy"] == pytest.approx(326 / 278 - 1, rel=1e-14)
    assert total["prev"] == pytest.approx((164 + 162 + 140) / (163 + 159 + 130) - 1)
    assert (total["share"], total["share_pp"]) == (1, 0)
    assert total["reporting"] == "4 of 5"
    assert em.Status.names(table.statuses["share_pp"]).tolist() == [
        "OK", "OK", "NO_MATCH", "OK",
    ]  # fmt: skip


def test_moves_ties_and_short_tables():
    cells = {("A", "x", 0): 3, ("B", "x", 0): 2, ("C", "x", 0): 1}
    cells |= {("A", "x", 1): 1, ("B", "x", 1): 5, ("C", "x", 1): 5}
    rows = rows_of(build(cells).report("units", "maker"))
    assert [row["maker"] for row in rows] == ["B", "C", "A", "total"]
    assert [row["rank"] for row in rows] == [1, 1, 3, None]
    assert [row["move"] for row in rows] == [1, 2, -2, None]
    top = rows_of(build(cells).report("units", "maker", top=1))
    assert [row["maker"] for row in top] == ["B", "others", "total"]
    first = rows_of(build(cells).report("units", "maker", at="2023-01"))
    assert [row["move"] for row in first] == [None] * 4
    assert [row["yoy"] for row in first] == [None] * 4
    assert {row["status"] for row in first} == {"OUTSIDE"}


def test_groups_follow_one_another():
    table = market().report("units", "model", within="maker", top=1)
    levels = [(row["maker"], row["model"], row["level"]) for row in rows_of(table)]
    assert levels == [
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
    rows = rows_of(market().report("units", ["maker", "model"], top=2))
    names = [(row["maker"], row["model"]) for row in rows]
    assert names == [("B", "b1"), ("D", "d1"), ("others", None), ("total", None)]


def test_labels_that_are_missing_or_integers():
    panel = em.Panel.from_arrays({"k": [7, None, 8]}, ["2024"] * 3, {"x": [1, 2, 3]})
    rows = rows_of(panel.report("x", "k"))
    assert [row["k"] for row in rows] == ["8", None, "7", "total"]


def test_keys_called_like_columns():
    panel = em.Panel.from_arrays(
        {"level": ["a", "b"], "rank": ["c", "d"]}, ["2024"] * 2, {"x": [1, 2]}
    )
    table = panel.report("x", ["level", "rank"])
    assert table.columns[:5] == ("rank_", "move", "level", "rank", "level_")
    assert table["level_"].tolist() == [2, 1, 3] and table["status"].tolist() == [5] * 3


def test_only_levels_are_defined_after_the_last_complete_period():
    panel = build({("A", "x", t): 1 + t for t in range(14)}, complete_through="2024-01")
    whole = rows_of(panel.report("units", "maker"))
    assert whole[0]["level"] == 13 and whole[0]["yoy"] == 12
    part = rows_of(panel.report("units", "maker", at="2024-02"))
    for row in part:
        assert row["level"] == 14 and row["status"] == "PARTIAL"
        for name in (
            "rank",
            "move",
            "prev",
            "yoy",
            "ytd",
            "ytd_yoy",
            "share",
            "share_pp",
        ):
            assert row[name] is None, name


def test_stocks_cumulative_levels_and_rates():
    def of(kind: str) -> em.Panel:
        return em.Panel.from_arrays(
            {"k": ["a", "a"]}, ["2023", "2024"], {"x": [1, 2]}, kinds={"x": kind}
        )

    for kind in ("stock", "cumulative"):
        table = of(kind).report("x", "k")
        assert "ytd" not in table and rows_of(table)[0]["yoy"] == 1
    with pytest.raises(TypeError, match="rate: a report adds up levels"):
        of("rate").report("x", "k")


@pytest.mark.parametrize(
    ("freq", "lag", "steps"), [("W", 52, 60), ("D", 364, 400), ("Q", 4, 9), ("Y", 1, 3)]
)
def test_other_frequencies(freq, lag, steps):
    last = em.Periods("2025", "2025", freq=freq).ordinals[-1]
    labels = em.Periods.of(freq, last - steps + 1, steps).labels
    panel = em.Panel.from_arrays(
        {"k": ["a"] * steps}, labels, {"x": np.arange(1, steps + 1)}, freq=freq
    )
    row = rows_of(panel.report("x", "k"))[0]
    assert row["level"] == steps
    assert row["yoy"] == pytest.approx(lag / (steps - lag), rel=1e-15)
    assert row["prev"] == pytest.approx(1 / (steps - 1), rel=1e-15)
    assert ("ytd" in row) == (freq != "W")


def test_chinese_statistical_months_compare_years_only():
    labels = [f"{year}-{month:02}" for year in (2024, 2025) for month in (1, 2, 3)]
    panel = em.Panel.from_arrays(
        {"k": ["a"] * 6}, labels, {"x": [1, 1, 1, 3, 1, 3]}, freq="M-JF"
    )
    table = panel.report("x", "k", at="2025-03")
    assert "prev" not in table
    assert rows_of(table)[0]["yoy"] == 2 and rows_of(table)[0]["ytd_yoy"] == 4 / 3


def test_shares_of_negative_parts_are_undefined():
    cells = {("A", "x", 0): 3, ("B", "x", 0): -1, ("C", "x", 0): 0}
    table = build(cells).report("units", "maker")
    assert np.isnan(table["share"]).all()
    assert set(em.Status.names(table.statuses["share"])) == {"NEGATIVE_DENOMINATOR"}
    zero = build({("A", "x", 0): 0}).report("units", "maker")
    assert em.Status.names(zero.statuses["share"]).tolist() == ["ZERO_DENOMINATOR"] * 2


def test_selected_periods_still_have_bases():
    part = market().select(periods=slice("2024-02", "2024-02"))
    rows = rows_of(part.report("units", "maker", top=1))
    assert rows[0]["level"] == 163 and rows[0]["yoy"] == pytest.approx(12 / 151)
    assert rows[0]["move"] == 0


def test_errors_of_reports():
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


# Reference: dicts of fractions, one row of the report at a time.


def growth(x0: Fraction | None, x1: Fraction | None) -> float | None:
    usable = x0 is not None and x1 is not None and x0 > 0
    return float((x1 - x0) / x0) if usable else None


def total(values: Any) -> Fraction | None:
    known = [v for v in values if v is not None]
    return sum(known, Fraction(0)) if known else None


def reference_report(cells: dict[Any, Any], at: int, top: int) -> list[dict[str, Any]]:
    level: dict[Any, Any] = defaultdict(dict)
    for (maker, _, t), value in cells.items():
        level[t][maker] = level[t].get(maker, 0) + Fraction(value)
    makers = sorted({maker for maker, _, _ in cells})
    now, before, base = level[at], level[at - 1], level[at - 12]
    ranked = sorted((m for m in makers if m in now), key=lambda m: (-now[m], m))
    due = {m for m in makers if any(k[0] == m and is_due(cells, k, at) for k in cells)}
    groups = [("", [m]) for m in ranked[:top]]
    rest = [m for m in makers if m not in ranked[:top]]
    if due & set(rest):
        groups.append(("others", rest))
    groups.append(("total", makers))
    both = [m for m in makers if m in now and m in base]
    wholes = [sum((at[m] for m in both), Fraction(0)) for at in (base, now)]
    rows = []
    for label, members in groups:
        row: dict[str, Any] = {"maker": label or members[0]}
        row["level"] = total(now.get(m) for m in members)
        for name, earlier in (("prev", before), ("yoy", base)):
            pair = [m for m in members if m in now and m in earlier]
            row[name] = growth(*(total(x[m] for m in pair) for x in (earlier, now)))
        share = row["level"] is not None and sum(now.values()) > 0
        row["share"] = float(row["level"] / sum(now.values())) if share else None
        pair = [m for m in members if m in both]
        if pair and all(w > 0 for w in wholes):
            parts = [sum((x[m] for m in pair), Fraction(0)) for x in (base, now)]
            row["share_pp"] = float(parts[1] / wholes[1] - parts[0] / wholes[0])
        else:
            row["share_pp"] = None
        series = {k[:2] for k in cells if k[0] in members}
        reported = sum((*s, at) in cells for s in series)
        expected = sum(
            any(is_due(cells, k, at) for k in cells if k[:2] == s) for s in series
        )
        row["reporting"] = f"{reported} of {expected}"
        if not label:
            row["rank"] = 1 + sum(now[m] > now[members[0]] for m in ranked)
        rows.append(row)
    return rows


def is_due(cells: dict[Any, Any], key: Any, at: int) -> bool:
    """Whether a series has begun and has not exited at that period."""
    months = [t for maker, model, t in cells if (maker, model) == key[:2]]
    last = max(t for _, _, t in cells)
    exited = last - max(months) >= 12 and at > max(months)
    return (*key[:2], at) in cells or (at >= min(months) and not exited)


@given(st.integers(0, 10**6), st.integers(0, 27), st.integers(1, 4))
def test_reports_equal_the_reference(seed, at, top):
    random_ = random.Random(seed)
    cells: dict[Any, Any] = {("A", "x", 0): 1, ("A", "x", 27): 1}
    for maker in "ABCDE":
        for model in "xy":
            start, stop = sorted(random_.choices(range(29), k=2))
            for t in range(start, stop):
                if random_.random() < 0.9:
                    cells[maker, model, t] = random_.choice([0, 0.1, 1, 7.5, 12, 1e6])
    got = rows_of(build(cells).report("units", "maker", at=month(at), top=top))
    expected = reference_report(cells, at, top)
    assert [row["maker"] for row in got] == [row["maker"] for row in expected]
    for row, wanted in zip(got, expected, strict=True):
        for name, value in wanted.items():
            if isinstance(value, (int, str)) or value is None:
                assert row[name] == value, (name, row["maker"])
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
        ("c", 1, 1, 0, None, None, 0, False, False),
        ("d", 1, 0, 0, "2024-03", "2024-03", 0, True, False),
    ]


def test_coverage_counts_no_nulls_of_dropped_rows():
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


def test_coverage_of_selected_periods():
    panel = market().select(periods=slice("2023-11", "2024-02"))
    by = {(row["maker"], row["model"]): row for row in rows_of(panel.coverage())}
    assert by["A", "a1"]["rows"] == 4 and by["A", "a1"]["first"] == "2023-11"
    assert by["D", "d1"]["entered"] and not by["A", "a1"]["entered"]
    assert by["E", "e1"]["rows"] == 0 and by["E", "e1"]["first"] is None


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


def test_errors_of_comparisons():
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
def test_comparisons_equal_the_reference(before, after, rtol):
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
