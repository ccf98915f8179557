"""The model's own tests: every rule by an example small enough to do by hand.

The package takes no part. What is written beside a rule is its place in the design.
"""

from __future__ import annotations

import datetime as dt

import pytest

from tests.model import calendar as cal
from tests.model.examples import F, at, line, statuses, table, two, values
from tests.model.kinds import CODE, NAMES, Cell, settled

# ---- the table of statuses: section 2, ruling 2 --------------------------------------


def test_codes_are_those_of_the_table():
    assert [CODE[name] for name in ("OK", "PARTIAL", "GAP", "NO_MATCH")] == [
        0,
        1,
        7,
        21,
    ]
    assert len(NAMES) == 22


def test_reasons_win_over_marks_and_the_lowest_code_within_each():
    assert settled(F(1), ["OK"], ["TURNED_LOSS", "INCOMPLETE"]) == Cell(
        F(1), "INCOMPLETE"
    )
    assert settled(F(1), ["TURNED_PROFIT"], ["INCOMPLETE"]) == Cell(
        None, "TURNED_PROFIT"
    )
    assert settled(None, ["GAP", "MISSING"], ["PARTIAL"]) == Cell(None, "MISSING")


def test_beyond_the_float_range_is_invalid():
    tiny = table([("a", "2024", 5e-324), ("a", "2025", 1e300)], freq="Y")
    assert at(tiny["u"].growth(), "2025", "a") == (None, "INVALID")
    with pytest.raises(ValueError, match="infinite"):
        table([("a", "2024", float("inf"))])


@pytest.mark.parametrize(
    ("base", "current", "nm", "by_abs", "signed", "midpoint", "status"),
    [
        (100, 150, F(1, 2), F(1, 2), F(1, 2), F(2, 5), "OK"),
        (0, 5, None, None, None, 2, "ZERO_BASE"),
        (0, 0, None, None, None, 0, "BOTH_ZERO"),
        (-10, 5, None, F(3, 2), F(-3, 2), 2, "TURNED_PROFIT"),
        (10, -5, F(-3, 2), F(-3, 2), F(-3, 2), -2, "TURNED_LOSS"),
        (-10, -5, None, F(1, 2), F(-1, 2), F(2, 3), "LOSS_NARROWED"),
        (-10, -15, None, F(-1, 2), F(1, 2), F(-2, 5), "LOSS_WIDENED"),
        (-10, -10, None, 0, 0, 0, "LOSS_UNCHANGED"),
        (-10, 0, None, 1, -1, 2, "BROKE_EVEN"),
        (10, 0, -1, -1, -1, -2, "OK"),
    ],
)
def test_growth_by_policy(base, current, nm, by_abs, signed, midpoint, status):
    u = table([("a", "2024", base), ("a", "2025", current)], freq="Y")["u"]
    policies = {"nm": nm, "abs": by_abs, "signed": signed, "midpoint": midpoint}
    for policy, value in policies.items():
        assert at(u.growth(policy=policy), "2025", "a") == (value, status)


def test_log_growth():
    u = table(line("2024-01", [100, 150, 0, 5]))["u"].log_growth("1M")
    assert values(u)[1] == pytest.approx(0.4054651081081644, rel=1e-14)
    assert statuses(u) == ["OUTSIDE", "OK", "INVALID", "ZERO_BASE"]


# ---- absence and lives: section 2, rulings 2, 4, 7 -----------------------------------


def test_begun_missing_exited():
    rows = [*line("2024-01", [1] * 6, "b"), ("a", "2024-02", 5), ("a", "2024-04", 5)]
    u = table(rows, exit_after=2)["u"]
    assert statuses(u, "a") == ["NOT_BEGUN", "OK", "MISSING", "OK", "EXITED", "EXITED"]
    late = table(rows, exit_after=3)["u"]
    assert statuses(late, "a")[4:] == ["MISSING", "MISSING"]


@pytest.mark.parametrize(
    ("freq", "start", "length"),
    [("Y", "2020", 2), ("H", "2020H1", 2), ("Q", "2020Q1", 4), ("M", "2020-01", 12)],
)
def test_exit_takes_a_year_and_two_periods(freq, start, length):
    for absent in (length - 1, length):
        rows = [*line(start, [1] * (absent + 1), "b"), ("a", start, 5)]
        left = statuses(table(rows, freq=freq)["u"], "a")[1:]
        assert set(left) == {"EXITED" if absent == length else "MISSING"}


def test_the_floor_of_two_periods_is_for_the_default_only():
    rows = [("a", "2024", 1), ("b", "2024", 1), ("b", "2025", 1)]
    assert at(table(rows, freq="Y")["u"], "2025", "a") == (None, "MISSING")
    assert at(table(rows, freq="Y", exit_after=1)["u"], "2025", "a")[1] == "EXITED"


def test_null_rows_are_not_reported_or_no_rows():
    rows = line("2024-01", [None, 5, None, None])
    assert statuses(table(rows)["u"]) == ["MISSING", "OK", "MISSING", "MISSING"]
    absent = table(
        [*rows, *line("2024-01", [1] * 4, "b")], nulls="absent", exit_after=2
    )
    assert statuses(absent["u"], "a") == ["NOT_BEGUN", "OK", "EXITED", "EXITED"]


def test_partial_levels_keep_their_values_and_give_nothing_else():
    rows = line("2024-01", [4, 5, 6, 7])
    model = table(rows, complete_through="2024-03")
    assert at(model["u"], "2024-04", "a") == (7, "PARTIAL")
    assert at(model["u"].growth("1M"), "2024-04", "a") == (None, "PARTIAL")
    assert at(model["u"].ytd(), "2024-04", "a") == (None, "PARTIAL")
    assert at(model["u"].share(), "2024-04", "a") == (None, "PARTIAL")
    assert at(model["u"].growth(-1), "2024-03", "a") == (None, "PARTIAL")


def test_complete_through_is_read_to_its_end_and_extends_the_calendar():
    coarse = table(line("2024-01", [4, 5]), complete_through="2024Q1")
    assert coarse.periods == ["2024-01", "2024-02", "2024-03"]
    assert statuses(coarse["u"]) == ["OK", "OK", "MISSING"]
    fine = table(line("2024-01", [4, 5]), complete_through="2024-02-28")
    assert statuses(fine["u"]) == ["OK", "PARTIAL"]
    assert cal.through("2024-02-29", cal.frequency("M")) == 649


def test_absent_zero():
    rows = [
        *line("2024-01", ["-", 5, "-", 5, None, 5, "-"], "a"),
        *line("2024-01", [1] * 7, "b"),
    ]
    zero = table(rows, absent="zero")
    assert values(zero["u"], "a") == [None, 5, 0, 5, None, 5, None]
    assert statuses(zero["u"], "a")[0] == "NOT_BEGUN"
    told = zero.assume(complete_through="2024-07")
    assert values(told["u"], "a") == [None, 5, 0, 5, None, 5, 0]
    stock = table(rows, kind="stock", absent="zero")
    assert values(stock["u"], "a")[2] is None


def test_an_assumed_zero_is_no_value_while_a_living_member_lacks_one():
    rows = [*line("2024-01", [5, "-", 5], "a"), *line("2024-01", [5, None, 5], "b")]
    total = table(rows, absent="zero").rollup()["u"]
    assert at(total, "2024-02") == (None, "MISSING")
    assert total.counts()[(), "2024-02"] == (1, 2)
    only = table(rows[:2], absent="zero").rollup()["u"]
    assert at(only, "2024-02") == (0, "OK")


# ---- roll-ups and windows: section 4 completeness, rulings 3, 5 ----------------------

HOLE = [*line("2024-01", [100, 100, 100], "a"), *line("2024-01", [1, "-", 1], "b")]


def test_a_rollup_adds_what_there_is_and_says_what_lacks():
    total = table(HOLE).rollup()["u"]
    assert values(total) == [101, 100, 101]
    assert statuses(total) == ["OK", "INCOMPLETE", "OK"]
    assert total.counts()[(), "2024-02"] == (1, 2)
    both = table([("a", "2024-01", 1), ("a", "2024-03", 1)]).rollup()["u"]
    assert at(both, "2024-02") == (None, "MISSING")


def test_who_has_not_begun_or_has_left_is_no_member():
    rows = [*line("2024-01", [7, "-", "-"], "a"), *line("2024-01", ["-", "-", 3], "b")]
    total = table(rows, exit_after=2).rollup()["u"]
    assert statuses(total) == ["OK", "EXITED", "OK"]
    assert [n for _, n in total.counts().values()] == [1, 0, 1]
    assert at(total.ytd(), "2024-03") == (10, "OK")


def test_the_order_of_resample_and_rollup():
    for model in (
        table(HOLE).rollup().resample("Q"),
        table(HOLE).resample("Q").rollup(),
    ):
        assert model["u"].results() == {((), "2024Q1"): (302, "INCOMPLETE")}
        assert model["u"].counts() == {((), "2024Q1"): (1, 2)}
    assert at(table(HOLE).resample("Q")["u"], "2024Q1", "b") == (None, "INCOMPLETE")


def test_recode_joins_lives_and_flags_nothing():
    rows = [("T", "2024-01", 5), ("T ", "2024-02", 6), ("T ", "2024-03", None)]
    joined = table(rows).recode("m", {"T ": "T"})["u"]
    assert joined.results() == {
        (("T",), "2024-01"): (5, "OK"),
        (("T",), "2024-02"): (6, "OK"),
        (("T",), "2024-03"): (None, "MISSING"),
    }
    with pytest.raises(KeyError):
        table(rows).recode("m", {"t": "T"})


def test_what_is_derived_from_an_incomplete_number_carries_its_mark():
    total = table(HOLE).rollup()["u"]
    assert at(total.growth("1M"), "2024-02") == (F(-1, 101), "INCOMPLETE")
    assert at(total.change("1M"), "2024-03") == (1, "INCOMPLETE")
    assert at(total.trailing(2), "2024-03") == (201, "INCOMPLETE")


def test_windows():
    u = table(line("2023-11", [1, 2, 3, 4, "-", 5]))["u"]
    assert values(u.ytd()) == [None, None, 3, 7, None, None]
    assert statuses(u.ytd())[:2] == ["INCOMPLETE", "INCOMPLETE"]
    assert values(u.trailing("3M")) == [None, None, 6, 9, None, None]
    assert values(u.to_date("Q"))[2:] == [3, 7, None, 5]
    assert statuses(u.trailing(1)) == ["OK"] * 4 + ["MISSING", "OK"]


def test_a_window_counts_nothing_before_entry_and_after_exit():
    rows = [
        *line("2024-01", ["-", 4, 5, "-", "-"], "a"),
        *line("2024-01", [1] * 5, "b"),
    ]
    u = table(rows, exit_after=2)["u"].trailing(2)
    assert values(u, "a") == [None, 4, 9, 5, None]
    assert statuses(u, "a") == ["NOT_BEGUN", "OK", "OK", "OK", "EXITED"]


def test_growth_of_windows_and_second_windows():
    u = table(line("2023-01", list(range(1, 25))))["u"]
    assert at(u.ytd().growth(), "2024-02", "a") == (F(27, 3) - 1, "OK")
    with pytest.raises(TypeError):
        u.ytd().trailing(2)


# ---- coarser periods: section 3, rulings 12 to 14 ------------------------------------


def test_resample_adds_whole_sets():
    rows = [*line("2024-02", [1, 2, 3, "-", 5, 6]), *line("2024-02", [1] * 6, "b")]
    u = table(rows).resample("Q")["u"]
    assert [at(u, q, "a") for q in ("2024Q1", "2024Q2", "2024Q3")] == [
        (None, "INCOMPLETE"),  # January lies before the calendar
        (None, "INCOMPLETE"),  # May is a hole
        (6, "PARTIAL"),  # August lies beyond
    ]


def test_resample_counts_nothing_before_entry():
    rows = [("a", "2024-03", 5), *line("2024-01", [1] * 3, "b")]
    assert at(table(rows).resample("Q")["u"], "2024Q1", "a") == (5, "OK")


def test_a_set_that_holds_a_partial_month_has_no_number():
    model = table(line("2024-01", [1, 2, 3]), complete_through="2024-02")
    assert at(model.resample("Q")["u"], "2024Q1", "a") == (None, "PARTIAL")
    assert at(model.resample("Q")["u"].growth(), "2024Q1", "a") == (None, "PARTIAL")


def test_a_stock_takes_the_last_period_alone():
    u = table(line("2024-01", [1, "-", 3, 4, 5]), kind="stock").resample("Q")["u"]
    assert [at(u, q, "a") for q in ("2024Q1", "2024Q2")] == [
        (3, "OK"),
        (None, "PARTIAL"),
    ]


def test_lives_are_judged_on_the_finest_calendar():
    rows = [*line("2024-01", [1] * 12, "b"), ("a", "2024-03", 5)]
    u = table(rows, exit_after=6).resample("Q")["u"]
    assert statuses(u, "a") == ["OK", "EXITED", "EXITED", "EXITED"]


def test_dates_in_one_period():
    rows = [
        ("a", dt.date(2024, 1, day), v) for day, v in ((31, 5), (15, 3), (20, None))
    ]
    assert at(table(rows)["u"], "2024-01", "a") == (8, "OK")
    assert at(table(rows, kind="stock")["u"], "2024-01", "a") == (5, "OK")
    late = [*rows, ("a", dt.date(2024, 2, 1), None)]
    assert at(table(late, kind="rate")["u"], "2024-02", "a") == (None, "MISSING")


def test_a_lone_month_of_january_and_february():
    flow = table([("a", "2024-02", 5), ("a", "2024-03", 4)], freq="M-JF")
    assert at(flow["u"], "2024-02", "a") == (5, "INCOMPLETE")
    assert at(flow["u"].ytd(), "2024-03", "a") == (None, "INCOMPLETE")
    whole = flow.merge(table([("a", "2024-01", 2)], freq="M-JF"))
    assert at(whole["u"].ytd(), "2024-03", "a") == (11, "OK")
    stated = table([("a", "2024年1-2月", 5)], freq="M-JF")
    assert at(stated["u"], "2024-02", "a") == (5, "OK")
    stock = table([("a", "2024-01", 5), ("a", "2025-02", 5)], "stock", "M-JF")
    assert at(stock["u"], "2024-02", "a") == (None, "INCOMPLETE")
    assert at(stock["u"], "2025-02", "a") == (5, "OK")


def test_a_month_lacks_when_joint_months_are_made_of_months():
    u = table([("a", "2024-02", 5), ("b", "2024-01", 1), ("b", "2024-02", 1)])
    assert at(u.resample("M-JF")["u"], "2024-02", "a") == (5, "OK")  # it has begun
    hole = table([("a", "2024-01", 5), ("b", "2024-01", 1), ("b", "2024-02", 1)])
    assert at(hole.resample("M-JF")["u"], "2024-02", "a") == (None, "INCOMPLETE")


def test_a_week_belongs_to_its_fourth_day():
    rows = [("a", dt.date(2024, 12, 30), 7), ("a", dt.date(2025, 1, 6), 1)]
    model = table(rows, freq="W")
    assert model.periods == ["2025-W01", "2025-W02"]
    assert values(model["u"].ytd()) == [7, 8]
    assert model.resample("M").periods == ["2025-01"]


def test_fiscal_years():
    u = table(line("2024-04", list(range(1, 13))))
    assert at(u.resample("Y-MAR")["u"], "2025", "a") == (78, "OK")
    assert at(u.resample("Q-MAR")["u"], "2025Q4", "a") == (33, "OK")
    said = table(line("2024-04", list(range(1, 13))), year_end="MAR")
    assert at(said["u"].ytd(), "2025-01", "a") == (55, "OK")
    assert said.resample("Y").periods == ["2025"]
    with pytest.raises(ValueError, match="no Y-JAN"):
        table([("a", "2024Q1", 1)], freq="Q-MAR").resample("Y-JAN")


# ---- lags: section 3, ruling 13 ------------------------------------------------------


def test_lags_in_words():
    freq = cal.frequency
    assert cal.base(freq("M"), "1Y")(20) == 8
    assert cal.base(freq("Q"), "-1Y")(20) == 24
    assert cal.base(freq("M-JF"), "1Y")(20) == 9
    assert cal.base(freq("D"), "1W")(20) == 13
    for name, lag in (("Q", "1M"), ("M-JF", "1M"), ("W", "1M"), ("Y", "1Q")):
        with pytest.raises(ValueError, match="whole number"):
            cal.base(freq(name), lag)


def test_days_on_the_year():
    day = cal.frequency("D")
    leap = cal.stated("2024-02-29", day).t
    assert cal.base(day, "1Y")(leap) is None
    assert cal.label(day, cal.base(day, "1Y", running=True)(leap)) == "2023-02-28"
    assert cal.label(day, cal.base(day, "1M")(leap)) == "2024-01-29"
    assert cal.base(day, "1M")(leap + 2) == leap - 27
    assert cal.base(day, "1M")(leap + 31) is None
    assert leap - cal.window_start(day, "1Y", leap) == 365


def test_weeks_on_the_year():
    week = cal.frequency("W")
    third = cal.ordinal(week, dt.date(2025, 1, 15))
    assert cal.week_number(week, third) == (2025, 3)
    assert cal.label(week, cal.base(week, "1Y")(third)) == "2024-W03"
    last = cal.ordinal(week, dt.date(2020, 12, 31))
    assert cal.week_number(week, last) == (2020, 53)
    assert cal.base(week, "1Y")(last) is None


def test_bases():
    rows = [*line("2024-01", [1, "-", 3, 4]), ("b", "2024-04", 9)]
    u = table(rows)["u"].growth("1M")
    assert statuses(u, "a") == ["OUTSIDE", "MISSING", "GAP", "OK"]
    assert statuses(u, "b") == ["NOT_BEGUN"] * 3 + ["ENTERED"]
    entered = table(rows)["u"].growth("1M", policy="midpoint")
    assert at(entered, "2024-04", "b") == (2, "ENTERED")
    left = table(
        [("a", "2024", -5), ("b", "2024", 1), ("b", "2025", 1)], freq="Y", exit_after=1
    )
    assert at(left["u"].growth(policy="midpoint"), "2025", "a") == (2, "EXITED")


# ---- kinds: section 4 ----------------------------------------------------------------


def test_cumulative_levels():
    q = table(line("2024Q1", [10, 25, 45, 70, 12, 30]), "cumulative", "Q")["u"]
    assert values(q.from_ytd()) == [10, 15, 20, 25, 12, 18]
    assert values(q.trailing("1Y"))[3:] == [70, 72, 75]
    assert values(q.growth())[4:] == [F(1, 5), F(1, 5)]
    assert q.from_ytd().kind == "flow"
    assert values(q.from_ytd().trailing("1Y")) == [None] * 3 + [70, 72, 75]
    for wrong in (lambda: q.growth("1Q"), lambda: q.change(1), lambda: q.trailing(2)):
        with pytest.raises(TypeError):
            wrong()


def test_single_periods_are_formed_per_series_then_added():
    rows = [*line("2024-01", [1, 3, 6]), *line("2024-01", [10, "-", 30], "b")]
    total = table(rows, "cumulative").rollup()["u"].from_ytd()
    assert [at(total, p) for p in ("2024-01", "2024-02", "2024-03")] == [
        (11, "OK"),
        (2, "INCOMPLETE"),
        (3, "INCOMPLETE"),
    ]


def test_rates_and_index_numbers():
    rate = table([("a", "2024", 12), ("a", "2025", 15)], "rate", "Y", units={"u": "%"})
    assert at(rate["u"], "2024", "a") == (F(12, 100), "OK")
    assert at(rate["u"].change(), "2025", "a") == (F(3, 100), "OK")
    assert rate["u"].change().kind == "pp"
    for wrong in (lambda: rate["u"].growth(), lambda: rate["u"].share(), rate["u"].ytd):
        with pytest.raises(TypeError):
            wrong()
    with pytest.raises(TypeError):
        _ = table([("a", "2024", 1), ("b", "2024", 1)], "index", "Y").rollup()["u"].grid
    with pytest.raises(TypeError):
        _ = table(line("2024-01", [1, 2, 3]), "rate").resample("Q")["u"].grid


def test_duplicates():
    rows = [("a", "2024", 100), ("a", "2024", 120)]
    assert values(table(rows, freq="Y")["u"]) == [220]
    assert values(table(rows, freq="Y", duplicates="last")["u"]) == [120]
    assert values(table(rows[:1] * 2, freq="Y", duplicates="identical")["u"]) == [100]
    assert values(table(rows, "stock", "Y", duplicates="add")["u"]) == [220]
    for kind, rule in (
        ("flow", "identical"),
        ("flow", "error"),
        ("stock", None),
        ("rate", "add"),
    ):
        with pytest.raises(ValueError, match="duplicates"):
            table(rows, kind, "Y", duplicates=rule)


def test_keys_of_unlike_type_never_meet():
    model = table([(1, "2024", 1), (None, "2024", 8)], freq="Y")
    assert [values(model.select(m=m)["u"]) for m in (1, None)] == [[1], [8]]
    for other in ("1", True):
        with pytest.raises(KeyError):
            model.select(m=other)


# ---- margins, ratios, arithmetic: sections 4 and 5 -----------------------------------


def test_margins():
    model = two([("a", "2024", 100, 80), ("a", "2025", 50, 80), ("b", "2024", 0, 1)])
    assert at(model.margin("r", "c"), "2024", "a") == (F(1, 5), "OK")
    assert at(model.margin("r", "c"), "2025", "a") == (F(-3, 5), "OK")
    assert at(model.margin("r", "c"), "2024", "b") == (None, "ZERO_DENOMINATOR")
    assert at(model.rollup().margin("r", "c"), "2024") == (F(19, 100), "OK")
    assert at(model.margin("r", "c").change(), "2025", "a") == (F(-4, 5), "OK")
    assert at(model.margin("r", "c").change(), "2025", "b") == (None, "MISSING")


def test_a_base_that_is_nan_for_its_own_reason_passes_it_on():
    model = two([("a", "2024", 0, 80), ("a", "2025", 50, 40)])
    assert at(model.margin("r", "c").change(), "2025", "a") == (
        None,
        "ZERO_DENOMINATOR",
    )


def test_both_sides_come_from_the_same_rows():
    model = two([("a", "2024", 100, 80), ("b", "2024", 50, None)])
    total = model.rollup()
    unpaired = {((), "2024"): (None, "UNPAIRED")}
    assert total.margin("r", "c").results() == unpaired
    assert total.ratio("c", "r").results() == unpaired
    assert ((total["r"] - total["c"]) / total["r"]).results() == unpaired
    assert (total["r"] - total["c"]).results() == unpaired
    assert at(model.margin("r", "c"), "2024", "b") == (None, "MISSING")
    assigned = model.assign(p=model["r"] - model["c"])
    assert assigned.rollup()["p"].results() == unpaired


def test_profit_is_a_level():
    rows = [("a", "2024", 100, 80), ("a", "2025", 130, 100), ("b", "2024", 50, 45)]
    rows.append(("b", "2025", 60, 60))
    model = two(rows)
    model = model.assign(p=model["r"] - model["c"])
    assert values(model.rollup()["p"]) == [25, 30]
    assert model.contributions("p")["total"][(), "2025"] == F(1, 5)
    assert values(model["p"].share()) == [F(4, 5), 1, F(1, 5), 0]
    with pytest.raises(TypeError):
        model.assign(q=model["r"].growth())


def test_arithmetic_asks_kinds_and_units():
    model = two([("a", "2024", 10, 5)], "flow", "stock", units={"r": "CNY"})
    for wrong in (
        lambda: model["r"] + model["c"],
        lambda: model["r"] - model["r"].growth(),
        lambda: model.margin("r", "c"),
    ):
        with pytest.raises(TypeError):
            wrong()
    units = two([("a", "2024", 10, 5)], units={"r": "CNY", "c": "USD"})
    with pytest.raises(ValueError, match="units"):
        units.margin("r", "c")
    assert values(2 * model["r"]) == [20]
    assert (2 * model["r"]).kind == "flow"
    assert at(model.ratio("r", "c"), "2024", "a") == (2, "OK")
    assert (model["r"].growth() - model["r"].growth()).kind == "pp"


def test_index():
    u = table(line("2024Q1", [10, 30, 20, 20, 50]), freq="Q")["u"]
    assert values(u.index("2024")) == [50, 150, 100, 100, 250]
    assert values(u.index("2024Q2", scale=3)) == [1, 3, 2, 2, 5]
    zero = table(line("2024Q1", [0, 30, "-", 5]), freq="Q")["u"]
    assert statuses(zero.index("2024Q1"))[1] == "ZERO_DENOMINATOR"
    assert statuses(zero.index("2024Q3")) == ["GAP", "GAP", "MISSING", "GAP"]


# ---- structure: section 5 ------------------------------------------------------------


def test_shares():
    model = table(
        [(m, "2024", v) for m, v in (("a", 6), ("b", 3), ("c", 1), ("d", None))],
        freq="Y",
    )
    assert values(model["u"].share()) == [F(3, 5), F(3, 10), F(1, 10), None]
    assert statuses(model["u"].share()) == ["INCOMPLETE"] * 3 + ["MISSING"]
    assert values(model["u"].hhi()) == [F(46, 100)]
    assert at(model["u"].concentration(2), "2024") == (F(9, 10), "INCOMPLETE")
    assert values(model["u"].rank()) == [1, 2, 3, None]


def test_negative_parts():
    model = table(
        [("a", "2024", 6), ("b", "2024", -2), ("a", "2025", 1), ("b", "2025", -1)],
        freq="Y",
    )
    assert at(model["u"].share(), "2024", "b") == (F(-1, 2), "OK")
    assert at(model["u"].share(), "2025", "a") == (None, "ZERO_DENOMINATOR")
    assert at(model["u"].hhi(), "2024") == (None, "NEGATIVE_DENOMINATOR")


def test_growth_of_those_in_both_periods():
    rows = [("a", "2024", 100), ("a", "2025", 60), ("b", "2025", 840)]
    u = table(rows, freq="Y")["u"]
    assert at(u.growth(within=()), "2025") == (8, "OK")
    assert at(u.growth(within=(), matched=True), "2025") == (F(-2, 5), "OK")
    none = table([("a", "2024", 100), ("b", "2025", 840)], freq="Y", exit_after=1)["u"]
    assert at(none.growth(within=(), matched=True), "2025") == (None, "NO_MATCH")
