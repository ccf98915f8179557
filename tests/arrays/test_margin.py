"""Margins and ratios: published results and the reference."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import evmarket as em
from evmarket import Status
from tests import reference as ref
from tests.arrays import accuracy
from tests.arrays.checks import (
    DTYPES,
    assert_cells,
    corners,
    pairs,
    rate_bound,
    result_type,
)

NAN, INF = np.nan, np.inf


def test_group_margin_is_the_margin_of_the_sums():
    revenue = np.array([235.92, 135.36])
    cost = revenue * (1 - np.array([0.1697, 0.1982]))
    assert em.margin(revenue.sum(), cost.sum()) * 100 == pytest.approx(18.01, abs=5e-3)
    assert em.margin(111_796, 98_498) * 100 == pytest.approx(11.8949, abs=5.1e-5)


def test_margins_of_a_firm():
    got = em.margin([100, 110, 120, 130, 80], [30, 40, 60, 60, 20])
    np.testing.assert_allclose(got, [0.7, 0.6363636, 0.5, 0.5384615, 0.75], atol=5.1e-8)


def test_edge_cells():
    revenue = [0, -1, NAN, 2, INF, 4, 1e-310]
    cost = [1, 1, 1, NAN, 1, 5, 1e10]
    values, status = em.margin(revenue, cost, return_status=True)
    np.testing.assert_array_equal(values, [NAN, NAN, NAN, NAN, NAN, -0.25, NAN])
    assert status.tolist() == [
        Status.ZERO_DENOMINATOR,
        Status.NEGATIVE_DENOMINATOR,
        Status.MISSING,
        Status.MISSING,
        Status.INVALID,
        Status.OK,
        Status.INVALID,
    ]


def test_margins_broadcast():
    revenue, cost = np.array([[10.0], [20.0]]), np.array([1.0, 2.0, 5.0])
    expected = [[0.9, 0.8, 0.5], [0.95, 0.9, 0.75]]
    np.testing.assert_allclose(em.margin(revenue, cost), expected, rtol=1e-15)
    np.testing.assert_allclose(em.markup(10.0, cost), [9, 4, 1], rtol=1e-15)


def mostly_negative(revenue, cost):
    """Three costs or more beside positive revenue, over three quarters negative."""
    costs = [c for r, c in zip(revenue, cost, strict=True) if r > 0 and c == c and c]
    negative = sum(c < 0 for c in costs)
    return negative >= 3 and negative > 0.75 * len(costs)


@pytest.mark.parametrize("function", [em.margin, em.markup])
def test_a_column_of_negative_costs_is_refused(function):
    revenue = np.full(5000, 10.0)
    cost = np.full(5000, -8.0)
    out = np.full(5000, 7.0)
    for r, c in (
        (revenue, cost),
        (10.0, cost),
        (revenue[:3], cost[:3].tolist()),
        (revenue.astype(int), cost.astype(int)),
        (np.where(np.arange(5000) % 5 == 0, NAN, revenue), cost),
    ):
        with pytest.raises(
            ValueError, match=r"cost is negative in .* negate"
        ) as caught:
            function(r, c)
        assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="5,000 of 5,000"):
        function(revenue, cost, out=out)
    assert (out == 7).all()
    # A few corrections are legal, and so is a negative cost alone.
    some = np.where(np.arange(5000) % 4 == 0, 8.0, -8.0)
    assert function(revenue, some).shape == (5000,)
    assert function(-revenue, cost).shape == (5000,)
    function(10, -8)
    function([10, 10], [-8, -8])


@pytest.mark.parametrize("name", ["margin", "markup", "ratio"])
@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_quotients_match_the_reference(dtype, name, data):
    a, b = data.draw(pairs(dtype))
    assume(name == "ratio" or not mostly_negative(a, b))
    kind = result_type(dtype)
    expected = getattr(ref, name)(a.tolist(), b.tolist(), dtype=kind)
    got = getattr(em, name)(a, b, return_status=True)
    assert_cells(got, expected, rate_bound(dtype), kind)
    np.testing.assert_array_equal(getattr(em, name)(a, b), got[0])


@pytest.mark.parametrize("name", ["margin", "markup", "ratio"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_pair_of_corner_values(dtype, name):
    a, b = corners(dtype)
    kind = result_type(dtype)
    expected = getattr(ref, name)(a.tolist(), b.tolist(), dtype=kind)
    got = getattr(em, name)(a, b, return_status=True)
    assert_cells(got, expected, rate_bound(dtype), kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_incremental_margin_matches_the_reference(dtype, data):
    revenue, profit = data.draw(pairs(dtype))
    lag = data.draw(st.integers(-3, 3).filter(bool))
    kind = result_type(dtype)
    expected = ref.incremental_margin(
        revenue.tolist(), profit.tolist(), lag, dtype=kind
    )
    got = em.incremental_margin(revenue, profit, lag, return_status=True)
    # Three roundings: two differences and their quotient.
    assert_cells(got, expected, 3, kind)


@pytest.mark.parametrize("dtype", ["float64", "int64"])
@pytest.mark.parametrize("name", ["margin", "markup", "ratio"])
def test_accuracy(name, dtype):
    worst, a, b, compared = accuracy.measure(name, dtype, 6000, seed=1)
    assert compared > 1000
    assert worst <= accuracy.bound(name, dtype), (a, b)
