"""Rows and growth_by: growth of a long table, aligned with its rows."""

import math
import shutil
import subprocess
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from evmarket import Status
from tests import reference as ref
from tests.arrays.checks import POLICIES
from tests.panel.panels import (
    JAN,
    MIDPOINT,
    NAMES,
    ONCE,
    RATE,
    SMALL,
    UNITS,
    WIDE,
    assert_value,
    columns_of,
    completes,
    dense_tables,
    label,
    model_of,
    tables,
)

NAN = np.nan


def by_of(columns):
    return [columns[name] for name in NAMES]


def assert_rows(got, rows, measure, bound):
    """Check one value and one status per row, in the order of the rows."""
    values, status = got
    assert values.dtype == np.float64 and status.dtype == np.uint8
    assert values.shape == status.shape == (len(rows),)
    grid = measure.grid
    for i, row in enumerate(rows):
        cell = grid.lines[row.key][row.period]
        where = f"row {i}: {row.key} {label('M', row.period)}"
        assert Status(status[i]).name == cell.status, where
        assert_value(float(values[i]), cell.value, bound, where)


def growth_of_rows(rows, lag, policy="nm", complete=None):
    """Growth of each row in exact numbers. Lives are those of rows, null or not."""
    steps = {"1Y": 12, "-1Y": -12}.get(lag, lag)
    at = {(row.key, row.period): row.values["units"] for row in rows}
    low, high = min(t for _, t in at), max(t for _, t in at)
    late = high if complete is None else complete
    cells = []
    for key, t in at:
        current, before = at[key, t], t - steps
        first = min(u for k, u in at if k == key)
        if max(t, before) > late and complete is not None:
            cells.append((None, ref.Status.PARTIAL))
        elif current is None:
            cells.append((None, ref.Status.MISSING))
        elif not low <= before <= max(high, late):
            cells.append((None, ref.Status.OUTSIDE))
        elif before < first:
            sign = (current > 0) - (current < 0)
            value = ref.Fraction(2 * sign) if policy == "midpoint" else None
            cells.append((value, ref.Status.ENTERED))
        elif at.get((key, before)) is None:
            cells.append((None, ref.Status.GAP))
        else:
            cells += ref.growth_between([at[key, before]], [current], policy=policy)
    return cells


def assert_growth(got, rows, expected, bound):
    values, status = got
    assert values.dtype == np.float64 and status.dtype == np.uint8
    assert values.shape == status.shape == (len(rows),)
    for i, (exact, code) in enumerate(expected):
        where = f"row {i}: {rows[i].key} {label('M', rows[i].period)}"
        assert status[i] == code, f"{where}: {Status(status[i]).name}, not {code.name}"
        assert_value(float(values[i]), exact, bound, where)


# ---- published results ---------------------------------------------------------------


def test_irregular_years():
    years, values = [2001, 2002, 2004, 2005], [0.3893, 1.0726, 0.8450, 0.6559]
    by = ["a"] * 4
    for lag, printed in [
        (1, [NAN, 175.52, NAN, -22.37]),
        (2, [NAN, NAN, -21.22, NAN]),
        (3, [NAN, NAN, 117.05, -38.85]),
        (-1, [-63.71, NAN, 28.82, NAN]),
    ]:
        got = em.growth_by(values, by, years, freq="Y", lag=lag) * 100
        np.testing.assert_allclose(got, printed, atol=0.011)
        # Without a frequency, integers are ordinals: the results are the same.
        np.testing.assert_array_equal(
            em.growth_by(values, by, years, lag=lag) * 100, got
        )


def test_calendar_months_from_shuffled_rows():
    months = np.array(["2021-12", "2022-01", "2022-02", "2022-04"], "datetime64[M]")
    prices = np.array([104, 100, 102, 107])
    printed = np.array([NAN, -3.8462, 2, NAN])
    for order in ([0, 1, 2, 3], [2, 0, 3, 1], [3, 2, 1, 0]):
        got, status = em.growth_by(
            prices[order], ["a"] * 4, months[order], lag="1M", return_status=True
        )
        np.testing.assert_allclose(got * 100, printed[order], atol=5e-5)
        expected = [Status.OUTSIDE, Status.OK, Status.OK, Status.GAP]
        assert status.tolist() == [expected[place] for place in order]


def test_groups_that_are_not_contiguous():
    values, groups = [100, 10, 200, 20, 400, 40], [1, 2, 1, 2, 1, 2]
    got = em.growth_by(values, groups, [1, 1, 2, 2, 3, 3], lag=1)
    np.testing.assert_array_equal(got, [NAN, NAN, 1, 1, 1, 1])


# ---- against the reference -----------------------------------------------------------


@given(
    tables(SMALL, UNITS, unique=True, makers=("A", "B", "C", None)),
    st.sampled_from(["1Y", "-1Y", 1, 3, -2]),
    st.sampled_from(POLICIES),
    completes(),
)
@settings(max_examples=100)
def test_growth_by_equals_the_reference(rows, lag, policy, complete):
    columns = columns_of(rows, UNITS)
    expected = growth_of_rows(rows, lag, policy, complete)
    got = em.growth_by(
        columns["units"],
        by_of(columns),
        columns["period"],
        freq="M",
        lag=lag,
        policy=policy,
        complete_through=None if complete is None else label("M", complete),
        return_status=True,
    )
    assert_growth(got, rows, expected, MIDPOINT if policy == "midpoint" else RATE)


@given(
    dense_tables(WIDE, UNITS),
    completes(),
    st.randoms(use_true_random=False),
)
@settings(max_examples=60)
def test_one_index_for_many_columns_and_lags(rows, complete, chance):
    rows = list({(r.key, r.period): r for r in rows}.values())
    chance.shuffle(rows)
    columns = columns_of(rows, UNITS)
    index = em.Rows(by_of(columns), columns["period"], freq="M")
    cells = model_of(rows, UNITS)["units"]
    values = columns["units"]
    for lag in ("1Y", 1, -1):
        got = index.growth(values, lag, return_status=True)
        assert_growth(got, rows, growth_of_rows(rows, lag), RATE)
        alone = em.growth_by(values, by_of(columns), columns["period"], lag=lag)
        np.testing.assert_array_equal(got[0], alone)
    got = index.trailing(values, "1Q", return_status=True)
    assert_rows(got, rows, cells.trailing("1Q"), ONCE)
    assert_rows(index.ytd(values, return_status=True), rows, cells.ytd(), ONCE)
    if complete is not None:
        got = index.growth(
            values,
            complete_through=label("M", complete),
            return_status=True,
        )
        assert_growth(got, rows, growth_of_rows(rows, "1Y", "nm", complete), RATE)


def test_a_group_whose_last_row_is_null_has_not_left():
    years = ["2023", "2024", "2025"]
    for policy in POLICIES:
        values, status = em.growth_by(
            [None, 60, None], ["a"] * 3, years, policy=policy, return_status=True
        )
        assert np.isnan(values).all()
        expected = [Status.MISSING, Status.GAP, Status.MISSING]
        assert status.tolist() == expected
    # Long after its last value, too.
    months = [f"{year}-01" for year in range(2010, 2016)]
    values = [1, None, None, None, None, None]
    got = em.growth_by(values, ["a"] * 6, months, policy="midpoint", return_status=True)
    assert np.isnan(got[0]).all()
    assert got[1].tolist() == [Status.OUTSIDE] + [Status.MISSING] * 5


def test_any_workers_and_group_type_give_the_same_bits(workers):
    random = np.random.default_rng(5)
    groups, months = random.permutation(
        np.stack([np.repeat(np.arange(20_000), 5), np.tile(np.arange(5), 20_000)], 1)
    )[:90_000].T
    values = random.uniform(-1, 10, len(groups))
    first = em.growth_by(values, groups, months, lag=1)
    text = np.array([f"group {g}" for g in groups])
    for count in (1, 2, 5):
        workers(count)
        np.testing.assert_array_equal(
            em.growth_by(values, groups, months, lag=1), first
        )
    np.testing.assert_array_equal(em.growth_by(values, text, months, lag=1), first)
    pairs = [groups // 10, groups % 10]
    np.testing.assert_array_equal(em.growth_by(values, pairs, months, lag=1), first)
    # Against a plain dictionary.
    at = dict(
        zip(zip(groups.tolist(), months.tolist(), strict=True), values, strict=True)
    )
    for i in random.integers(0, len(groups), 2000):
        base = at.get((groups[i], months[i] - 1), NAN)
        assert_value(
            float(first[i]),
            None if not base > 0 else Fraction(values[i]) / Fraction(base) - 1,
            RATE,
        )


# ---- January and February ------------------------------------------------------------


def test_a_lone_month_of_january_and_february_is_incomplete():
    # As on panels: the number of a month alone stands beside its mark.
    months = ["2023-02", "2024-01", "2024-03", "2025-02", "2025-03"]
    values = [4, 5, 2, 10, 3]
    rows = em.Rows(["a"] * 5, months, "M-JF")
    got, status = rows.growth(values, return_status=True)
    np.testing.assert_array_equal(got, [NAN, 0.25, NAN, 1, 0.5])
    assert Status.names(status).tolist() == [
        "OUTSIDE", "INCOMPLETE", "GAP", "INCOMPLETE", "OK",
    ]  # fmt: skip
    zero, status = em.growth_by(
        [0, 5], ["a"] * 2, [202301, 202401], freq="M-JF", return_status=True
    )
    assert np.isnan(zero).all()  # the reason that takes the number away wins
    assert Status.names(status).tolist() == ["OUTSIDE", "ZERO_BASE"]
    got, status = rows.ytd(values, return_status=True)
    assert np.isnan(got).all() and set(status.tolist()) == {Status.INCOMPLETE}
    got, status = rows.trailing(values, "1Y", return_status=True)
    assert np.isnan(got).all()


def test_periods_that_state_january_and_february_are_whole():
    periods = em.Periods("2024-02", "2025-03", "M-JF")
    values = np.arange(1.0, 14)
    rows = em.Rows(["a"] * len(periods), periods, "M-JF")
    assert rows.growth(values, return_status=True)[1].tolist()[-2:] == [Status.OK] * 2
    np.testing.assert_array_equal(rows.ytd(values)[-2:], [12, 25])


# ---- inputs --------------------------------------------------------------------------


def test_forms_of_by_and_period():
    values = [1, 2, 4]
    months = ["2024-01", "2024-02", "2024-03"]
    expected = [NAN, 1, 1]
    for by in (
        ["a", "a", "a"],
        [["a", "a", "a"]],
        [["a", "a", "a"], [1, 1, 1]],
        np.array([7, 7, 7]),
        np.array(["a", "a", "a"]),
    ):
        for period in (
            months,
            np.array(months, "datetime64[M]"),
            [20_240, 20_241, 20_242],
        ):
            lag = 1
            np.testing.assert_array_equal(
                em.growth_by(values, by, period, lag=lag), expected
            )
    np.testing.assert_array_equal(
        em.growth_by(values, ["a"] * 3, [202401, 202402, 202403], freq="M", lag="1M"),
        expected,
    )
    days = np.array(["2024-01-31", "2024-02-01", "2024-03-15"], "datetime64[D]")
    got = em.growth_by(values, ["a"] * 3, days, freq="M", lag="1M")
    np.testing.assert_array_equal(got, expected)


def test_frames():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(
        {
            "maker": ["A", "B", "A", None],
            "region": ["N", "N", "N", "N"],
            "month": pandas.to_datetime(
                ["2024-01-01", "2024-01-01", "2024-02-01"] * 1 + ["2024-02-01"]
            ),
            "units": [10, 20, 15, 30],
        },
        index=[9, 8, 7, 6],
    )
    for by in (frame[["maker", "region"]], [frame.maker, frame.region]):
        frame["growth"] = em.growth_by(frame.units, by, frame.month, freq="M", lag="1M")
        np.testing.assert_array_equal(frame.growth, [NAN, NAN, 0.5, NAN])
    polars = pytest.importorskip("polars")
    other = polars.DataFrame(
        {"g": ["a", "a"], "m": ["2024-01", "2025-01"], "x": [2, 3]}
    )
    got = em.growth_by(other["x"], other["g"], other["m"])
    np.testing.assert_array_equal(got, [NAN, 0.5])


def test_no_rows_and_one_row():
    empty = np.array([], "datetime64[M]")
    assert em.growth_by([], [], empty).shape == (0,)
    values, status = em.growth_by(
        [1.0], ["a"], np.array(["2024-01"], "datetime64[M]"), return_status=True
    )
    assert math.isnan(values[0]) and status.tolist() == [Status.OUTSIDE]


@pytest.mark.parametrize(
    ("args", "options", "error", "words"),
    [
        (([1, 2], ["a", "a"], ["2024-01", "2024-01"]), {}, ValueError, "'a', 2024-01"),
        (
            ([1, 2], [["a", "a"], [7, 7]], [202401, 202402]),
            {"freq": "M-JF"},
            ValueError,
            "0 and 1 are both 'a', 7, 2024-02",
        ),
        (([1, 2], ["a"], ["2024-01", "2024-02"]), {}, ValueError, "by"),
        (([1], ["a", "a"], ["2024-01", "2024-02"]), {}, ValueError, "values"),
        ((["x", "y"], ["a", "a"], ["2024-01", "2024-02"]), {}, TypeError, "values"),
        (([1, 2], ["a", "a"], [1, 2]), {"lag": "1Y"}, ValueError, "freq"),
        (([1, 2], ["a", "a"], ["2024-01", "2024-02"]), {"lag": 0}, ValueError, "lag"),
        (([1, 2], ["a", "a"], ["2024-01", "2024-02"]), {"lag": "x"}, ValueError, "lag"),
        (([1, 2], ["a", "a"], ["2024-01", None]), {}, ValueError, "1"),
        (([1, 2], [0.5, 1.5], ["2024-01", "2024-02"]), {}, TypeError, "by"),
        (([1, 2], None, ["2024-01", "2024-02"]), {}, TypeError, "by is None"),
        (([1, 2], 7, ["2024-01", "2024-02"]), {}, TypeError, "by is 7"),
        (
            ([1, 2], ["a", "a"], ["2024-01", "2024-02"]),
            {"policy": "no"},
            ValueError,
            "policy",
        ),
        (
            ([1, 2], ["a", "a"], ["2024-01", "2024-02"]),
            {"freq": "Q"},
            ValueError,
            "resample",
        ),
    ],
)
def test_misuse(args, options, error, words):
    with pytest.raises(error, match=words) as caught:
        em.growth_by(*args, **options)
    assert "\n" not in str(caught.value)


# ---- against R -----------------------------------------------------------------------

R_SCRIPT = """
suppressMessages(library(collapse))
d <- read.csv(commandArgs(TRUE)[1])
g <- fgrowth(d$x, c(1, 12, -1), 1, d$g, d$t, scale = 1)
write.table(g, commandArgs(TRUE)[2], row.names = FALSE, col.names = FALSE,
            sep = ",", na = "nan")
"""


def collapse():
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("Rscript is not installed")
    probe = subprocess.run(
        [rscript, "-e", "library(collapse)"], capture_output=True, check=False
    )
    if probe.returncode:
        pytest.skip("R has no collapse")
    return rscript


def test_against_r_collapse(tmp_path):
    rscript = collapse()
    random = np.random.default_rng(11)
    groups, months = np.divmod(
        random.choice(40_000 * 30, size=1_000_000, replace=False), 30
    )
    # Halves print and read exactly, and no value is zero, so every rate is finite.
    values = random.integers(1, 20_000, 1_000_000) / 2
    source, target, script = (tmp_path / name for name in ("in.csv", "out.csv", "r.R"))
    np.savetxt(
        source,
        np.stack([groups, months + 24_000, values], 1),
        delimiter=",",
        header="g,t,x",
        comments="",
        fmt=["%d", "%d", "%.1f"],
    )
    script.write_text(R_SCRIPT)
    subprocess.run(
        [rscript, str(script), str(source), str(target)],
        capture_output=True,
        check=True,
    )
    theirs = np.loadtxt(target, delimiter=",")
    rows = em.Rows(groups, months + JAN, freq=None)
    for place, lag in enumerate((1, 12, -1)):
        ours = rows.growth(values, lag)
        np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs[:, place]))
        np.testing.assert_allclose(ours, theirs[:, place], rtol=1e-13, atol=1e-14)
