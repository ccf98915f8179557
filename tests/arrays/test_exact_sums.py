"""Sums of windows are exact and rounded once, as math.fsum gives them."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from evmarket import Status

MOST = float(np.finfo(float).max)
TINY = Fraction(2) ** -1022  # a mean below it loses digits
NASTY = [
    [1e16, 1, -1e16, 1],
    [0.1] * 10_000,
    [1e308, 1e308, -1e308, -1e308, 3.0],
    [MOST, MOST, -MOST, 5e-324, -MOST],
    [5e-324] * 40 + [-1e-310, 2.0**-1022, -(2.0**-1022)],
    [1e17, 0.1, 0.2, 0.3, -1e17],
    [2.0**53, 1, 2.0**-1074],  # only the last bit decides that this is no tie
    [2.0**53, 1, -(2.0**-1074)],
    [1e300, 1e-300, -1e300, 1e-300, 7.0],
    [-0.0, 0.0, -0.0],
    [2.0**60, -1.5, 2.0**-60, 0, 2.0**60, 2.0**-1000],
]


def total(window):
    """The exact sum rounded once; NaN where it lies beyond the range."""
    try:
        return math.fsum(window)
    except OverflowError:
        # fsum also gives up where only an intermediate sum overflows.
        exact = sum(map(Fraction, window))
        try:
            return float(exact)
        except OverflowError:
            return math.nan


def check(x, got, begins):
    values, status = got
    for t, begin in enumerate(begins):
        if begin < 0:
            assert status[t] == Status.INCOMPLETE and math.isnan(values[t])
            continue
        expected = total(x[begin : t + 1])
        code = Status.INVALID if math.isnan(expected) else Status.OK
        assert status[t] == code, (t, status[t])
        np.testing.assert_array_equal(values[t], expected)


def check_all(x, window, per_year, start):
    line = np.array(x, float)
    begins = [t - window + 1 for t in range(len(x))]
    check(x, em.trailing(line, window, return_status=True), begins)
    begins = [t - (start + t) % per_year for t in range(len(x))]
    check(x, em.ytd(line, per_year=per_year, start=start, return_status=True), begins)


@pytest.mark.parametrize("x", NASTY, ids=str)
def test_nasty_sums(x):
    for window in {1, 2, 3, len(x) - 1, len(x)}:
        check_all(x, window, window, 0)
        check_all(x[::-1], window, window, window - 1)


ANYTHING = st.floats(allow_nan=False, allow_infinity=False)
HUGE = st.sampled_from([MOST, -MOST, 1e308, -1e308, 2.0**1023, -(2.0**1023)])
SMALL = st.sampled_from([5e-324, -5e-324, 1e-310, 2.0**-1022, -(2.0**-1022), 0.0, -0.0])
NEAR = st.integers(-(2**53), 2**53).map(float) | st.sampled_from([0.1, -0.3, 1e16])
TIES = st.builds(
    lambda k, s: s * 2.0**k, st.integers(-120, 120), st.sampled_from([1, -1])
)
LINES = [
    st.lists(kind, min_size=1, max_size=30)
    for kind in (ANYTHING, ANYTHING | HUGE | SMALL, NEAR, TIES, NEAR | TIES, SMALL)
]


@settings(max_examples=300)
@given(x=st.one_of(LINES), window=st.integers(1, 32), data=st.data())
def test_sums_equal_fsum(x, window, data):
    check_all(x, window, window, data.draw(st.integers(0, window - 1)))


@settings(max_examples=100)
@given(
    x=st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=30),
    window=st.integers(1, 32),
)
def test_sums_of_integers_are_exact(x, window):
    line = np.array(x, np.int64)
    for got in (em.trailing(line, window), em.ytd(line, per_year=window)):
        assert got.dtype == np.float64
    for t, value in enumerate(em.trailing(line, window)):
        if t + 1 >= window:
            assert value == float(Fraction(sum(x[t + 1 - window : t + 1])))
    for t, value in enumerate(em.ytd(line, per_year=window)):
        assert value == float(Fraction(sum(x[t - t % window : t + 1])))


def test_long_lines_are_exact():
    rng = np.random.default_rng(7)
    for x in (
        rng.uniform(-1, 1, 5000),
        rng.lognormal(0, 4, 5000),
        rng.lognormal(0, 60, 5000) * rng.choice([-1, 1], 5000),
        np.ldexp(rng.uniform(1, 2, 5000), rng.integers(-1074, 1023, 5000)),
    ):
        for window in (12, 365, 5000):
            got = em.trailing(x, window)
            for t in [*rng.integers(window - 1, 5000, 50).tolist(), window - 1, 4999]:
                assert got[t] == total(x[t + 1 - window : t + 1].tolist())


def test_holes_do_not_disturb_the_windows_after_them():
    x = [1e300, np.nan, 0.1, 0.2, np.inf, 0.3, 1e-300, np.nan, np.nan, np.nan]
    values, status = em.trailing(x, 2, return_status=True)
    np.testing.assert_array_equal(
        values, [np.nan] * 3 + [0.1 + 0.2] + [np.nan] * 2 + [0.3] + [np.nan] * 3
    )
    assert em.Status.names(status).tolist() == [
        "INCOMPLETE", "INCOMPLETE", "INCOMPLETE", "OK", "INVALID", "INVALID", "OK",
        "INCOMPLETE", "MISSING", "MISSING",
    ]  # fmt: skip


def test_a_window_without_any_value_takes_the_status_of_its_value():
    # As on panels, also in a year that began before the array.
    values, status = em.ytd(
        [np.nan, np.nan, 1.0, 2.0], per_year=3, start=1, return_status=True
    )
    assert em.Status.names(status).tolist() == ["MISSING", "MISSING", "OK", "OK"]
    assert values.tolist()[2:] == [1, 3]


@settings(max_examples=200)
@given(x=st.one_of(LINES))
def test_an_index_on_a_mean_uses_the_exact_sum(x):
    exact = sum(map(Fraction, x)) / len(x)
    value, status = em.index(np.array([*x, 1.0]), slice(0, len(x)), return_status=True)
    if exact == 0:
        assert status[-1] == Status.ZERO_DENOMINATOR
    elif exact < -TINY:
        assert status[-1] == Status.NEGATIVE_DENOMINATOR
    elif TINY < exact < Fraction(2) ** 1000:
        # The mean is rounded twice, the index twice.
        ideal = 100 / exact
        assert abs(Fraction(float(value[-1])) - ideal) <= 4 * ideal / 2**53
