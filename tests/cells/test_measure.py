"""Measures: value and status of every cell against the slow model."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from evmarket import Status
from tests import reference as ref
from tests.arrays.checks import POLICIES
from tests.model.measures import along
from tests.panel.panels import (
    JAN,
    MIDPOINT,
    ONCE,
    POWER,
    RATE,
    SHARE,
    SMALL,
    UNITS,
    WIDE,
    assert_measure,
    assert_same_bits,
    both,
    completes,
    dense_tables,
    differences,
    every_kind_of_line,
    panel_of,
    refused,
    rounded,
    row,
    series_of,
    tables,
)
from tests.reference import Status as Code

LAGS = ["1Y", "-1Y", "1Q", "1M", 1, 5, -2, 40]
WITHIN = [(), ("maker",), ("region",), ("maker", "region")]
EVERY = every_kind_of_line()
COMPLETE = JAN + 27


def bound_of(policy):
    return MIDPOINT if policy == "midpoint" else RATE


# ---- one table with every status -----------------------------------------------------


def formed(measure, lag, formula, *more):
    """A rate of the model along a lag, by the exact formula of arrays."""

    def cell(x0, x1):
        value, status = formula(x0, x1, *more)
        return value, Code(status).name

    return measure._formed("growth", lambda grid: along(grid, lag, cell))


def annualized(measure, lag):
    return formed(measure, lag, ref.power_cell, Fraction(12, lag_in(lag)), "float64")


def lag_in(word):
    if isinstance(word, int):
        return word
    return int(word[:-1]) * {"Y": 12, "Q": 3, "M": 1}[word[-1]]


def derived_pairs(panel, slow):
    """(measure, measure of the model, bound) for each function along time."""
    units, cells = panel["units"], slow["units"]
    yield units, cells, ONCE
    for policy in POLICIES:
        for lag in LAGS:
            slow_growth = cells.growth(lag, policy)
            yield units.growth(lag, policy=policy), slow_growth, bound_of(policy)
    for lag in LAGS:
        yield units.log_growth(lag), formed(cells, lag, ref.log_growth_cell), POWER
        slow_rate = annualized(cells, lag)
        yield units.annualized_growth(lag), slow_rate, POWER
        yield units.change(lag), cells.change(lag), ONCE
    yield units.index(base="2022"), cells.index("2022"), POWER
    yield units.index(base="2022-06"), cells.index("2022-06"), POWER
    yield units.ytd(), cells.ytd(), ONCE
    for window in ("12M", "1Y", "1Q", 2, 1):
        yield units.trailing(window), cells.trailing(window), ONCE
    trailing, slow_sum = units.trailing("1Q"), cells.trailing("1Q")
    yield trailing.growth("1Y"), slow_sum.growth("1Y"), RATE
    yield units.ytd().growth("1Y"), cells.ytd().growth("1Y"), RATE
    quarters = slow.resample("Q")["units"]
    yield panel.resample("Q")["units"], quarters, ONCE
    yield panel.resample("Q")["units"].growth(1), quarters.growth(1), RATE


def structure_pairs(panel, slow):
    """The same for functions across series and of several measures."""
    units, cells = panel["units"], slow["units"]
    for within in WITHIN:
        yield units.share(within=within), cells.share(within), SHARE
        yield units.rank(within=within), cells.rank(within), ONCE
        three = cells.concentration(3, within)
        yield units.concentration(3, within=within), three, SHARE
        yield units.hhi(within=within), cells.hhi(within), 2 * SHARE
        rolled = slow.rollup(*within)["units"]
        yield units.growth("1Y", within=within), rolled.growth("1Y"), RATE
        for lag in ("1Y", 1):
            matched = cells.growth(lag, within=within, matched=True)
            yield units.growth(lag, within=within, matched=True), matched, RATE
    margins = slow.margin("revenue", "cost")
    yield panel.margin("revenue", "cost"), margins, RATE
    yield panel.ratio("revenue", "units"), slow.ratio("revenue", "units"), 1
    value = panel.ratio("revenue", "units", kind="unit value")
    yield value, slow.ratio("revenue", "units"), 1
    total = slow.rollup("region").margin("revenue", "cost")
    yield panel.rollup("region").margin("revenue", "cost"), total, RATE


def test_every_cell_and_every_status():
    panel, slow = both(EVERY, complete=COMPLETE)
    seen = set()
    for pairs in (derived_pairs(panel, slow), structure_pairs(panel, slow)):
        for got, expected, bound in pairs:
            assert_measure(got, expected, bound)
            seen |= set(np.unique(got.status).tolist())
    missing = {int(code) for code in Code} - seen
    assert not missing, [Code(code).name for code in missing]


@given(dense_tables(SMALL), completes(), st.sampled_from(LAGS), st.data())
@settings(max_examples=80)
def test_growth_of_random_series(rows, complete, lag, data):
    panel, slow = both(rows, complete=complete)
    policy = data.draw(st.sampled_from(POLICIES))
    expected = slow["units"].growth(lag, policy)
    assert_measure(
        panel["units"].growth(lag, policy=policy), expected, bound_of(policy)
    )


@given(tables(WIDE, months=16), completes(16), st.sampled_from(POLICIES))
@settings(max_examples=80)
def test_growth_of_wide_numbers(rows, complete, policy):
    panel, slow = both(rows, complete=complete)
    for lag in (1, "1Y"):
        expected = rounded(slow["cost"]).growth(lag, policy)
        got = panel["cost"].growth(lag, policy=policy)
        assert_measure(got, expected, bound_of(policy))
    # Changes and sums over time are exact: small parts remain when large ones cancel.
    cells = slow["cost"]
    assert_measure(panel["cost"].change(1), cells.change(1))
    assert_measure(panel["cost"].trailing(3), cells.trailing(3))
    assert_measure(panel["cost"].ytd(), cells.ytd())


@given(dense_tables(SMALL), completes())
@settings(max_examples=25)
def test_all_functions_along_time(rows, complete):
    rows += [row("spans", i, 1) for i in range(30)]
    panel, slow = both(rows, complete=complete)
    for got, expected, bound in derived_pairs(panel, slow):
        assert_measure(got, expected, bound)


@given(tables(SMALL, months=16, max_size=100), completes(16))
@settings(max_examples=25)
def test_all_functions_across_series(rows, complete):
    # Costs that are mostly negative are refused.
    for one in rows:
        one.values["cost"] = (
            None if one.values["cost"] is None else abs(one.values["cost"])
        )
    panel, slow = both(rows, complete=complete)
    for got, expected, bound in structure_pairs(panel, slow):
        assert_measure(got, expected, bound)


@given(dense_tables(SMALL, UNITS), completes())
@settings(max_examples=40)
def test_cumulative_levels(rows, complete):
    rows = list({(r.key, r.period): r for r in rows}.values())
    panel, slow = both(rows, {"units": "cumulative"}, complete=complete)
    cells = slow["units"]
    assert_measure(panel["units"].from_ytd(), cells.from_ytd())
    assert_measure(panel["units"].growth("1Y"), cells.growth(), RATE)


def test_cumulative_levels_of_a_year():
    monthly = [row("A", i, value) for i, value in enumerate(range(1, 31))]
    flow = panel_of(monthly, UNITS)["units"]
    levels = [row("A", i, int(v)) for i, v in enumerate(flow.ytd().values[0])]
    panel = panel_of(levels, {"units": "cumulative"})["units"]
    assert flow.ytd().kind == "window"
    np.testing.assert_array_equal(panel.from_ytd().values, flow.values)
    from_flow, from_levels = flow.trailing("1Y"), panel.trailing("1Y")
    np.testing.assert_array_equal(from_levels.values[0, 12:], from_flow.values[0, 12:])
    assert set(from_levels.status[0, 12:].tolist()) == {Status.OK}
    assert np.isnan(from_levels.values[0, :11]).all()


# ---- published results ---------------------------------------------------------------

# XPeng's published deliveries by month, 2024-01 to 2026-02.
XPENG = [
    8250, 4545, 9026, 9393, 10146, 10668, 11145, 14036, 21352, 23917, 30895, 36695,
    30350, 30453, 33205, 35045, 33525, 34611, 36717, 37709, 41581, 42013, 36728, 37508,
    20011, 15256,
]  # fmt: skip


def xpeng(**options):
    months = np.arange("2024-01", "2026-03", dtype="datetime64[M]")
    return em.Panel.from_table(
        {"month": months, "units": XPENG},
        keys=[],
        period="month",
        measures=["units"],
        **options,
    )


def percent(measure, period):
    return round(float(np.ravel(measure.at(period))[0]) * 100, 4)


def test_xpeng_as_published():
    panel = xpeng(complete_through="2026-02")
    units = panel["units"]
    assert percent(units.growth("1Y"), "2026-02") == -49.9031
    assert percent(units.growth("1M"), "2026-02") == -23.7619
    assert float(np.ravel(units.trailing("12M").at("2026-02"))[0]) == 403_909
    assert percent(units.ytd().growth("1Y"), "2026-02") == -41.9979
    years = panel.resample("Y")["units"]
    assert float(np.ravel(years.at("2025"))[0]) == 429_445
    assert percent(years.growth("1Y"), "2025") == 125.9428
    # Two months are not a complete year: their sum is marked, nothing follows from it.
    value, status = years.at("2026", status=True)
    assert np.ravel(value)[0] == 35_267 and np.ravel(status)[0] == Status.PARTIAL
    value, status = years.growth("1Y").at("2026", status=True)
    assert np.isnan(np.ravel(value)[0]) and np.ravel(status)[0] == Status.PARTIAL
    halves, quarters = (panel.resample(freq)["units"] for freq in "HQ")
    assert float(np.ravel(halves.at("2025H1"))[0]) == 197_189
    assert round(percent(halves.growth("1Y"), "2025H1"), 1) == 279.0
    assert float(np.ravel(quarters.at("2025Q3"))[0]) == 116_007
    assert round(percent(quarters.growth("1Y"), "2025Q3"), 1) == 149.3
    assert round(percent(quarters.growth("1Q"), "2025Q3"), 1) == 12.4
    joint = panel.resample("M-JF")["units"]
    assert percent(joint.growth("1Y"), "2026-02") == -41.9979
    # A set that reaches beyond the calendar is partial too.
    status = xpeng().resample("Y")["units"].status
    assert status.tolist() == [[Status.OK, Status.OK, Status.PARTIAL]]


def test_byd_quarters_from_cumulative_levels():
    panel = em.Panel.from_table(
        {
            "through": ["2024-03", "2024-06", "2025-03", "2025-06"],
            "revenue": [124.94, 301.13, 170.36, 371.28],
        },
        keys=[],
        period="through",
        measures={"revenue": "cumulative"},
    )
    quarters = panel.resample("Q")["revenue"].from_ytd()
    second, before = (
        float(np.ravel(quarters.at(label))[0]) for label in ("2025Q2", "2024Q2")
    )
    assert (second, before) == (pytest.approx(200.92), pytest.approx(176.19))
    assert round(percent(quarters.growth("1Y"), "2025Q2"), 1) == 14.0
    assert round(percent(quarters.growth("1Q"), "2025Q2"), 1) == 17.9


# ---- kinds ---------------------------------------------------------------------------


def test_kinds_of_results():
    panel = panel_of(EVERY, units={"revenue": "CNY", "units": "vehicles"})
    units = panel["units"]
    kinds = {
        units.growth("1Y").kind: "growth",
        units.log_growth("1Y").kind: "log",
        units.share().kind: "share",
        units.rank().kind: "rank",
        units.index(base="2022").kind: "index",
        panel.margin("revenue", "cost").kind: "margin",
        panel.ratio("revenue", "units").kind: "ratio",
        panel.ratio("revenue", "units", kind="unit value").kind: "unit value",
        units.share().change("1Y").kind: "pp",
    }
    assert all(got == expected for got, expected in kinds.items())
    unit = panel.ratio("revenue", "units", kind="unit value").unit
    assert "CNY" in unit and "vehicles" in unit


def test_change_of_a_margin_has_the_statuses_of_the_margin():
    panel, slow = both(EVERY, complete=COMPLETE)
    margin = panel.margin("revenue", "cost")
    change = margin.change("1Y")
    step = margin.values[:, 12:] - margin.values[:, :-12]
    np.testing.assert_array_equal(change.values[:, 12:], step)
    expected = slow.margin("revenue", "cost").change("1Y").results().values()
    names = [name for _, name in expected]
    assert Status.names(change.status).ravel().tolist() == names


# ---- arithmetic ----------------------------------------------------------------------


def test_arithmetic_is_aligned_on_labels_and_calendar():
    a = panel_of([row("A", 0, 1), row("A", 1, 2), row("B", 1, 4)], UNITS)["units"]
    b = panel_of([row("B", 1, 10), row("B", 2, 20), row("C", 2, 5)], UNITS)["units"]
    total = a + b
    assert series_of(total) == [("A", "N"), ("B", "N"), ("C", "N")]
    assert list(total.periods) == ["2022-01", "2022-02", "2022-03"]
    nan = np.nan
    np.testing.assert_array_equal(
        total.values, [[nan, nan, nan], [nan, 14, nan], [nan, nan, nan]]
    )
    assert (total.status[np.isnan(total.values)] != Status.OK).all()
    assert total.status[1, 1] == Status.OK and total.kind == "flow"
    np.testing.assert_array_equal((a - b).values[1], [nan, -6, nan])
    np.testing.assert_array_equal((b / a).values[1], [nan, 2.5, nan])
    assert (b / a).kind == "ratio"
    for twice in (a * 2, 2 * a, a + a, a / 0.5):
        np.testing.assert_array_equal(twice.values, 2 * a.values)
        np.testing.assert_array_equal(twice.status, a.status)
        assert twice.kind == "flow"


def test_a_measure_without_a_key_broadcasts():
    rows = [row("A", 0, 1), row("B", 0, 3), row("A", 0, 6, region="S")]
    panel = panel_of(rows, UNITS)
    for keep in WITHIN[:3]:
        parts = panel["units"] / panel.rollup(*keep)["units"]
        expected = panel["units"].share(within=keep)
        assert series_of(parts) == series_of(expected)
        np.testing.assert_array_equal(parts.values, expected.values)


def test_statuses_of_arithmetic():
    panel, slow = both(EVERY, complete=COMPLETE)
    quotient = panel["revenue"] / panel["units"]
    total = panel["revenue"] + panel["units"]
    assert_measure(quotient, slow["revenue"] / slow["units"], 1)
    assert_measure(total, slow["revenue"] + slow["units"])


def test_meaningless_arithmetic_is_refused():
    panel = panel_of(EVERY, units={"revenue": "CNY", "cost": "USD"})
    units, growth = panel["units"], panel["units"].growth("1Y")
    for wrong in (
        lambda: units + growth,
        lambda: growth - units,
        lambda: units + "1",
        lambda: units + None,
    ):
        with pytest.raises(TypeError):
            wrong()
    with refused(ValueError, "revenue", "CNY", "cost", "USD"):
        panel["revenue"] + panel["cost"]
    difference = growth - panel["units"].growth("1M")
    assert difference.kind == "pp"


# ---- at, select, top, report, coverage, compare --------------------------------------


def test_at_and_select():
    panel, _ = both(EVERY, complete=COMPLETE)
    growth = panel["units"].growth("1Y")
    values, status = growth.at("2023-05", status=True)
    np.testing.assert_array_equal(values, growth.values[:, 16])
    np.testing.assert_array_equal(status, growth.status[:, 16])
    np.testing.assert_array_equal(growth.at("2023-05"), growth.values[:, 16])
    with pytest.raises((KeyError, ValueError), match="1999"):
        growth.at("1999-01")
    picked = growth.select(maker="late", region="N", periods=slice("2023", "2023"))
    place = series_of(growth).index(("late", "N"))
    np.testing.assert_array_equal(np.ravel(picked.values), growth.values[place, 12:24])


def test_lookahead_statuses_are_kept_by_selection():
    panel = em.Panel.from_arrays(
        keys={"k": ["a"] * 4 + ["b"] * 2},
        period=["2024", "2025", "2026", "2027", "2024", "2025"],
        measures={"x": [1, 2, 3, 4, 5, 9]},
        freq="Y",
        complete_through="2026",
    )
    ahead = panel["x"].growth(-1)
    expected = ahead.status
    assert em.Status.names(expected)[1].tolist() == ["OK", "GAP", "PARTIAL", "PARTIAL"]
    in_order = ahead.select(k=["a", "b"])
    np.testing.assert_array_equal(in_order.status, expected)
    np.testing.assert_array_equal(ahead.select(k=["b", "a"]).status, expected[::-1])
    np.testing.assert_array_equal(ahead.select(k=["b"]).status, expected[1:])
    np.testing.assert_array_equal(ahead.top(1, at="2024").status, expected[1:])
    later = ahead.select(periods=slice("2025", None))
    np.testing.assert_array_equal(later.status, expected[:, 1:])
    np.testing.assert_array_equal(
        em.Measure(ahead._data.take(np.array([1]))).status, expected[1:]
    )


def test_top():
    rows = [
        row(m, i, n) for m, n in zip("ABCD", (5, 9, 1, 7), strict=True) for i in (0, 1)
    ]
    rows.append(row("C", 1, 100))
    units = panel_of(rows, UNITS)["units"]
    assert {key[0] for key in series_of(units.top(2))} == {"C", "B"}
    assert {key[0] for key in series_of(units.top(2, at="2022-01"))} == {"B", "D"}


def test_report():
    """A and B are listed; the others are C, which entered, and D, which is late."""
    rows = []
    for i in range(25):
        rows += [row("A", i, 100 + i), row("B", i, 50 + 2 * i if i < 24 else 170)]
        if i >= 20:
            rows.append(row("C", i, 10))
        if i < 24:
            rows.append(row("D", i, 20))
    rows += [row("B", 24, 3, region="S")]
    report = panel_of(rows, UNITS).report("units", by="maker", at="2024-01", top=2)
    names = list(np.asarray(report["maker"]))
    assert names[:2] == ["B", "A"] and len(names) == 4
    table = {
        name: list(np.asarray(report[name]))
        for name in (
            "rank", "move", "level", "mom", "yoy", "yoy_matched", "ytd", "ytd_yoy",
            "share", "share_change", "reporting", "status",
        )
    }  # fmt: skip
    assert table["rank"][:2] == [1, 2] and table["move"][:2] == [1, -1]
    assert table["level"] == [173, 124, 10, 307]
    np.testing.assert_allclose(
        table["mom"],
        [173 / 96 - 1, 124 / 123 - 1, 10 / 30 - 1, 307 / (96 + 123 + 30) - 1],
        rtol=1e-14,
        atol=1e-15,
    )
    year = [173 / 74 - 1, 124 / 112 - 1, 10 / 20 - 1, 307 / 206 - 1]
    np.testing.assert_allclose(table["yoy"], year, rtol=1e-14)
    # B's series in the south is new; of C and D none is in both periods.
    matched = [170 / 74 - 1, 124 / 112 - 1, np.nan, 294 / 186 - 1]
    np.testing.assert_allclose(table["yoy_matched"], matched, rtol=1e-14)
    np.testing.assert_allclose(table["ytd"][:2], [173, 124])
    np.testing.assert_allclose(table["ytd_yoy"][:2], year[:2], rtol=1e-14)
    shares = [173 / 307, 124 / 307, 10 / 307, 1]
    np.testing.assert_allclose(table["share"], shares, rtol=1e-14)
    before = [74 / 206, 112 / 206, 20 / 206, 1]
    moved = np.subtract(shares, before)
    np.testing.assert_allclose(table["share_change"], moved, rtol=1e-12)


def test_report_defaults_to_the_last_complete_period_with_a_value():
    panel = panel_of(EVERY, complete_through="2024-04")
    implied = panel.report("units", by="maker")
    named = panel.report("units", by="maker", at="2024-04")
    np.testing.assert_array_equal(
        np.asarray(implied["level"], float), np.asarray(named["level"], float)
    )


@given(tables(SMALL, UNITS, months=16), completes(16))
@settings(max_examples=40)
def test_coverage(rows, complete):
    panel, slow = both(rows, UNITS, complete=complete)
    table = panel.coverage()
    expected = slow.coverage("units")
    for i, facts in enumerate(expected.values()):
        for name in ("rows", "nulls", "duplicates", "gaps"):
            assert np.asarray(table[name])[i] == facts[name], name
        for name in ("entered", "exited"):
            assert bool(np.asarray(table[name])[i]) == facts[name], name
        for name in ("first", "last"):
            text = str(np.asarray(table[name])[i])[:7]
            if facts[name] is not None:
                assert text == facts[name]


@given(tables(SMALL, UNITS, months=4), tables(SMALL, UNITS, months=4))
@settings(max_examples=40)
def test_compare(first, second):
    (a, slow_a), (b, slow_b) = both(first, UNITS), both(second, UNITS)
    for rtol in (0.0, 0.5):
        table = a.compare(b, rtol=rtol)
        expected, same = differences(slow_a["units"], slow_b["units"], rtol)
        assert table.same == same
        columns = [
            np.asarray(table[name], dtype=object) for name in ("maker", "region")
        ]
        periods = [str(item)[:7] for item in table["period"]]
        before, after = (np.asarray(table[n], float) for n in ("before", "after"))
        got = {
            (key, label, str(what), x if x == x else None, y if y == y else None)
            for key, label, what, x, y in zip(
                zip(*columns, strict=True),
                periods,
                table["what"],
                before.tolist(),
                after.tolist(),
                strict=True,
            )
        }
        assert got == expected


def test_members_are_one_before_a_rollup():
    panel = panel_of(EVERY)
    np.testing.assert_array_equal(
        panel["units"].members, np.isfinite(panel["units"].values).astype(int)
    )
    assert_same_bits(panel["units"].growth("1Y", within=None), panel["units"].growth())


def test_selected_levels_roll_up():
    panel = em.Panel.from_arrays(
        keys={"maker": ["A", "A", "B", "B"], "fuel": ["EV", "ICE", "EV", "EV"]},
        period=["2024", "2024", "2024", "2025"],
        measures={"units": [60, 30, 10, 15]},
    )
    panel = panel.merge(
        em.Panel.from_arrays(
            keys={"maker": ["A"], "fuel": ["EV"]},
            period=["2025"],
            measures={"units": [90]},
        )
    )
    part = panel["units"].select(maker=["A"])
    whole = panel.select(maker=["A"])["units"]
    for within in ((), "maker", ["fuel"]):
        one, two = part.growth(within=within), whole.growth(within=within)
        assert np.array_equal(one.values, two.values, equal_nan=True)
        assert np.array_equal(one.status, two.status)
    assert part.growth(within=()).at("2025").tolist() == [0.0]
    assert panel["units"].top(1).growth(within=()).at("2025").tolist() == [0.5]
    rolled = panel.rollup("maker")["units"]
    assert rolled.members.tolist() == [[2, 1], [1, 1]]
    assert rolled.select(maker=["A"]).members.tolist() == [[2, 1]]


def test_single_periods_of_a_cumulative_level_are_exact_and_add_up():
    quarters = [f"{year}Q{q}" for year in (2024, 2025) for q in (1, 2, 3, 4)]
    for totals in (
        [10, 30, 60, 100, 15, 35, 65, 105],
        [0.1, 0.3, 0.6, 1.0, 0.1, 0.3, 0.6, 1.0],
        [2**61, 2**61 + 1, 2**61 + 3, 2**61 + 3, 5, 4, 4, 9],
    ):
        level = em.Panel.from_arrays(
            {}, quarters, {"x": totals}, kinds={"x": "cumulative"}
        )["x"]
        single = level.from_ytd()
        exact = [Fraction(total) for total in totals]
        steps = [
            exact[k] - (exact[k - 1] if k % 4 else 0) for k in range(len(quarters))
        ]
        assert single.exact().tolist() == [steps]
        assert single.values.tolist() == [[float(step) for step in steps]]
        assert single.ytd().exact().tolist() == [exact]
        year = single.trailing("1Y")
        assert year.at("2025Q1").tolist() == [float(sum(steps[1:5]))]
        both = level.trailing("1Y").values[0, 3:]
        assert year.values[0, 3:].tolist() == both.tolist()
