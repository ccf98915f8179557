"""Shares, concentration and ranks: published results and the reference."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evmarket as em
from evmarket import Status
from tests import reference as ref
from tests.arrays import accuracy
from tests.arrays.checks import (
    DTYPES,
    arrays,
    assert_cell,
    assert_cells,
    cells,
    corners,
    rate_bound,
    result_type,
)

NAN, INF = np.nan, np.inf


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([30, 30, 20, 20], 0.26),
        ([70, 30], 0.58),
        ([25, 20, 15, 10, 8, 7, 6, 5, 4], 0.154),
    ],
)
def test_hhi_of_known_markets(shares, expected):
    assert em.hhi(shares) == pytest.approx(expected, rel=1e-15)
    assert em.hhi(np.array(shares) * 1e300) == pytest.approx(expected, rel=1e-14)


def test_share_statuses():
    x = np.array([[1, NAN, -3, 0, INF], [3, 2, 2, 0, 1]])
    values, status = em.share(x, return_status=True)
    np.testing.assert_array_equal(values, [[0.25, *[NAN] * 4], [0.75, *[NAN] * 4]])
    rest = [Status.NEGATIVE_DENOMINATOR, Status.ZERO_DENOMINATOR, Status.INVALID]
    assert status.tolist() == [
        [Status.OK, Status.MISSING, *rest],
        [Status.OK, Status.INCOMPLETE, *rest],
    ]


def test_a_correction_has_a_negative_share_and_blanks_nobody():
    x = [60, -10, 50]
    values, status = em.share(x, return_status=True)
    assert values.tolist() == [0.6, -0.1, 0.5] and not status.any()
    for function in (em.hhi, lambda x, **o: em.concentration(x, 1, **o)):
        value, code = function(x, return_status=True)
        assert np.isnan(value) and code == Status.NEGATIVE_DENOMINATOR
        # The lowest code wins.
        assert function([1, -1], return_status=True)[1] == Status.ZERO_DENOMINATOR


def test_what_a_correction_leaves_is_exact():
    for x in (
        [1e16, 1.0, -1e16],
        [2**62 + 1, -(2**62), 3],
        [1e308, 1e308, -1e308, -1e308, 4.0],
        [0.1] * 100 + [-9.5],
        [1e300, -1e300, 1e-300, 2e-300],
    ):
        whole = all(isinstance(v, int) for v in x)
        array = np.array(x, np.int64 if whole else float)
        for line in (array, np.stack([array, array], axis=1)[:, 1]):
            got = em.share(line, return_status=True)
            assert_cells(got, ref.share(x), 3 if whole else 2)
    # One share leaves the range, the other parts keep theirs.
    values, status = em.share([1e308, -1e308, 1e-10], return_status=True)
    assert Status.names(status).tolist() == ["INVALID", "INVALID", "OK"]
    assert values[2] == 1 and np.isnan(values[:2]).all()


@given(
    x=st.lists(st.floats(0, 1e6), min_size=1, max_size=300),
    correction=st.floats(-1e6, -1e-6),
    spread=st.booleans(),
)
def test_corrections_keep_the_bound(x, correction, spread):
    # Small and large corrections, down to those that leave next to nothing.
    x = [*x, *[correction / 7] * 7] if spread else [*x, correction]
    got = em.share(np.array(x), return_status=True)
    assert_cells(got, ref.share(x), 2)


def test_ranks_with_ties():
    x = [5, 9, 5, NAN, 1, INF, 9]
    np.testing.assert_array_equal(em.rank(x), [3, 1, 3, NAN, 5, NAN, 1])
    np.testing.assert_array_equal(em.rank(x, method="dense"), [2, 1, 2, NAN, 3, NAN, 1])
    assert em.rank(x, return_status=True)[1].tolist() == [
        Status.OK, Status.OK, Status.OK, Status.MISSING,
        Status.OK, Status.INVALID, Status.OK,
    ]  # fmt: skip


def test_ranks_of_large_integers_are_exact():
    x = 2**60 + np.array([3, 1, 2, 0, 3])
    np.testing.assert_array_equal(em.rank(x), [1, 4, 3, 5, 1])


def parts(dtype):
    """Groups without negative parts, and groups of any values."""
    positive = cells(dtype).filter(lambda v: v >= 0 or v != v)
    groups = st.lists(positive, max_size=10).map(lambda values: np.array(values, dtype))
    return groups | arrays(dtype)


def hhi_bound(dtype):
    """One ulp per rounding: squares, their sum, the total twice, its square, the
    quotient. Integers beyond 2**53 add the conversion, which squaring doubles."""
    return 8 if dtype == "int64" else 6


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_pair_of_corner_values(dtype):
    kind = result_type(dtype)
    for pair in np.stack(corners(dtype), axis=1):
        x = pair.tolist()
        got = em.share(pair, return_status=True)
        assert_cells(got, ref.share(x, dtype=kind), rate_bound(dtype), kind)
        got = em.concentration(pair, 1, return_status=True)
        assert_cell(got, ref.concentration(x, 1, dtype=kind), 3, kind)
        got = em.hhi(pair, return_status=True)
        assert_cell(got, ref.hhi(x, dtype=kind), hhi_bound(dtype), kind)
        got = em.rank(pair, return_status=True)
        assert_cells(got, ref.rank(x, dtype=kind), 0, kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_share_matches_the_reference(dtype, data):
    x = data.draw(parts(dtype))
    kind = result_type(dtype)
    expected = ref.share(x.tolist(), dtype=kind)
    assert_cells(em.share(x, return_status=True), expected, rate_bound(dtype), kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_concentration_matches_the_reference(dtype, data):
    x, k = data.draw(parts(dtype)), data.draw(st.integers(1, 12))
    kind = result_type(dtype)
    expected = ref.concentration(x.tolist(), k, dtype=kind)
    assert_cell(em.concentration(x, k, return_status=True), expected, 3, kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_hhi_matches_the_reference(dtype, data):
    x = data.draw(parts(dtype))
    kind = result_type(dtype)
    got = em.hhi(x, return_status=True)
    assert_cell(got, ref.hhi(x.tolist(), dtype=kind), hhi_bound(dtype), kind)


@pytest.mark.parametrize("method", ["min", "dense"])
@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_rank_matches_the_reference(dtype, method, data):
    x = data.draw(arrays(dtype, max_size=20))
    kind = result_type(dtype)
    expected = ref.rank(x.tolist(), method=method, dtype=kind)
    assert_cells(em.rank(x, method=method, return_status=True), expected, 0, kind)


def test_columns_and_rows_agree():
    x = np.random.default_rng(5).random((37, 23))
    x[3, 4] = NAN
    for function in (
        em.share,
        em.rank,
        em.hhi,
        lambda x, axis: em.concentration(x, 3, axis=axis),
    ):
        down, across = function(x, axis=0), function(np.ascontiguousarray(x.T), axis=-1)
        np.testing.assert_array_equal(down, across.T)


@pytest.mark.parametrize("dtype", ["float64", "int64"])
@pytest.mark.parametrize("name", ["share", "share signed"])
def test_accuracy(name, dtype):
    worst, a, b, compared = accuracy.measure(name, dtype, 6000, seed=1)
    assert compared > (2000 if "signed" in name else 5000)
    assert worst <= accuracy.bound(name, dtype), (a, b)
