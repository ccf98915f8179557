"""Misuse raises an error of one line that names the argument and the value."""

from decimal import Decimal

import numpy as np
import pytest

import evmarket as em
from evmarket import Status
from tests.arrays.functions import FUNCTIONS, name_of

X = np.arange(1.0, 25.0)
LAGGED = {
    "growth": lambda lag: em.growth(X, lag),
    "log_growth": lambda lag: em.log_growth(X, lag),
    "annualized_growth": lambda lag: em.annualized_growth(X, lag, per_year=12),
    "incremental_margin": lambda lag: em.incremental_margin(X, X, lag),
    "base_effect": lambda lag: em.base_effect(X, lag),
}


@pytest.mark.parametrize("name", LAGGED)
def test_bad_lags(name):
    with pytest.raises(ValueError, match=r"lag.*0"):
        LAGGED[name](0)
    for lag in (1.0, "1", None, True, [1], np.float64(1), np.array([1, 2])):
        with pytest.raises(TypeError, match="lag"):
            LAGGED[name](lag)
    LAGGED[name](np.int8(1))


@pytest.mark.parametrize("name", LAGGED)
@pytest.mark.parametrize("lag", [24, -24, 2**62, -(2**63), 10**30])
def test_lags_beyond_the_array(name, lag):
    result = LAGGED[name](lag)
    assert np.isnan(result.total if name == "base_effect" else result).all()


def test_lags_beyond_the_array_have_a_status():
    x = X.copy()
    x[3] = np.nan
    for lag in (24, -24, 10**30):
        _, status = em.growth(x, lag, return_status=True)
        assert status.tolist() == [
            Status.MISSING if t == 3 else Status.OUTSIDE for t in range(24)
        ]


MISUSE = [
    (
        lambda: em.growth(X, policy="relative"),
        ValueError,
        ["policy", "relative", "midpoint"],
    ),
    (lambda: em.growth(X, policy=None), TypeError, ["policy", "None"]),
    (lambda: em.growth(X, policy=1), TypeError, ["policy"]),
    (
        lambda: em.growth_between(1, 2, policy="x" * 10_000),
        ValueError,
        ["policy", "xxx"],
    ),
    (
        lambda: em.mean_growth(X, method="mean"),
        ValueError,
        ["method", "mean", "accumulative"],
    ),
    (lambda: em.mean_growth(X, method=2), TypeError, ["method"]),
    (lambda: em.rank(X, method="max"), ValueError, ["method", "max", "dense"]),
    (lambda: em.rank(X, method=b"min"), TypeError, ["method"]),
    (lambda: em.cagr(1, 2, 0), ValueError, ["years", "0"]),
    (lambda: em.cagr(1, 2, -3), ValueError, ["years", "-3"]),
    (lambda: em.cagr(1, 2, np.nan), ValueError, ["years", "nan"]),
    (lambda: em.cagr(1, 2, np.inf), ValueError, ["years", "inf"]),
    (
        lambda: em.cagr(X, X, np.where(X == 7, -2.5, 1)),
        ValueError,
        ["years", "-2.5", "6"],
    ),
    (lambda: em.cagr(1, 2, None), (TypeError, ValueError), ["years"]),
    (lambda: em.cagr(1, 2, "5"), TypeError, ["years"]),
    (lambda: em.annualized_growth(X, per_year=0), ValueError, ["per_year", "0"]),
    (lambda: em.annualized_growth(X, per_year=-1), ValueError, ["per_year", "-1"]),
    (lambda: em.annualized_growth(X, per_year=np.nan), ValueError, ["per_year", "nan"]),
    (lambda: em.annualized_growth(X, per_year=np.inf), ValueError, ["per_year", "inf"]),
    (lambda: em.annualized_growth(X, per_year="12"), TypeError, ["per_year"]),
    (lambda: em.annualized_growth(X), TypeError, ["per_year"]),
    (lambda: em.index(X, 24), ValueError, ["base", "24"]),
    (lambda: em.index(X, -25), ValueError, ["base", "-25"]),
    (lambda: em.index(X, slice(5, 5)), ValueError, ["base"]),
    (lambda: em.index(X, slice(30, 40)), ValueError, ["base"]),
    (lambda: em.index([], 0), ValueError, ["base"]),
    (lambda: em.index(X, 0.0), TypeError, ["base"]),
    (lambda: em.index(X, "2024"), TypeError, ["base"]),
    (lambda: em.index(X, True), TypeError, ["base"]),
    (lambda: em.index(X, scale="100"), TypeError, ["scale"]),
    (lambda: em.index(X, scale=np.nan), ValueError, ["scale", "nan"]),
    (lambda: em.index(X, scale=np.inf), ValueError, ["scale", "inf"]),
    (lambda: em.ytd(X, per_year=0), ValueError, ["per_year", "0"]),
    (lambda: em.ytd(X, per_year=-12), ValueError, ["per_year", "-12"]),
    (lambda: em.ytd(X, per_year=12.0), TypeError, ["per_year"]),
    (lambda: em.ytd(X, start=12), ValueError, ["start", "12"]),
    (lambda: em.ytd(X, start=-1), ValueError, ["start", "-1"]),
    (lambda: em.ytd(X, start="0"), TypeError, ["start"]),
    (lambda: em.from_ytd(X, per_year=0), ValueError, ["per_year", "0"]),
    (lambda: em.from_ytd(X, per_year=4, start=4), ValueError, ["start", "4"]),
    (lambda: em.from_ytd(X, start=1.5), TypeError, ["start"]),
    (lambda: em.trailing(X, 0), ValueError, ["window", "0"]),
    (lambda: em.trailing(X, -3), ValueError, ["window", "-3"]),
    (lambda: em.trailing(X, 3.0), TypeError, ["window"]),
    (lambda: em.trailing(X, "12M"), TypeError, ["window"]),
    (lambda: em.concentration(X, 0), ValueError, ["k", "0"]),
    (lambda: em.concentration(X, -1), ValueError, ["k", "-1"]),
    (lambda: em.concentration(X, 2.0), TypeError, ["k"]),
    (lambda: em.concentration(X, True), TypeError, ["k"]),
    (
        lambda: em.growth_between(X, X[:5]),
        ValueError,
        ["base", "current", "(24,)", "(5,)"],
    ),
    (lambda: em.margin(X, X[:5]), ValueError, ["revenue", "cost", "(24,)", "(5,)"]),
    (lambda: em.incremental_margin(X, X[:5]), ValueError, ["(24,)", "(5,)"]),
    (lambda: em.growth("139000"), TypeError, ["x"]),
    (lambda: em.growth(None), (TypeError, ValueError), ["x"]),
    (lambda: em.growth({"a": 1}), TypeError, ["x"]),
    (lambda: em.growth([1, "twelve", 3]), TypeError, ["x", "twelve"]),
    (lambda: em.margin(3, "twelve"), TypeError, ["cost", "twelve"]),
    (lambda: em.growth([1, Decimal("sNaN")]), (TypeError, ValueError), ["x", "NaN"]),
    (lambda: em.growth([1, 10**400]), OverflowError, ["x"]),
    (lambda: em.cagr(1, 2, np.ma.masked), ValueError, ["years"]),
    (lambda: em.growth([1, 2j]), TypeError, ["x"]),
]


@pytest.mark.parametrize("case", range(len(MISUSE)))
def test_misuse(case):
    call, error, words = MISUSE[case]
    with pytest.raises(error) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message and len(message) < 400
    for word in words:
        assert word in message


def test_huge_windows_are_allowed():
    for window in (25, 2**62, 10**30):
        _, status = em.trailing(X, window, return_status=True)
        assert (status == Status.INCOMPLETE).all()
    assert em.concentration(X, 10**30) == 1
    _, status = em.ytd(X, per_year=10**30, start=10**29, return_status=True)
    assert (status == Status.INCOMPLETE).all()
    np.testing.assert_array_equal(em.ytd(X, per_year=10**30), np.cumsum(X))


@pytest.mark.parametrize("f", FUNCTIONS, ids=name_of)
def test_unknown_keywords_and_missing_arguments(f):
    with pytest.raises(TypeError):
        f(*f.sample((4, 5)), fill=0)
    with pytest.raises(TypeError):
        f()
