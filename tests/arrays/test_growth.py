"""Growth, index numbers, sums over time: published results and the reference."""

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
    POLICIES,
    arrays,
    assert_cell,
    assert_cells,
    assert_sums,
    cells,
    corners,
    pairs,
    rate_bound,
    result_type,
)

NAN, INF = np.nan, np.inf
HUGE, TINY = float(np.finfo(float).max), 5e-324
LAGS = st.integers(-4, 4).filter(bool)

# XPeng's published deliveries by month, 2024-01 to 2026-02.
XPENG = [
    8250, 4545, 9026, 9393, 10146, 10668, 11145, 14036, 21352, 23917, 30895, 36695,
    30350, 30453, 33205, 35045, 33525, 34611, 36717, 37709, 41581, 42013, 36728, 37508,
    20011, 15256,
]  # fmt: skip
# Sales of new energy vehicles in China, 2020 to 2026 (a forecast).
NEV = [1323705, 3507000, 6872000, 9448000, 12859000, 16490000, 19000000]
# R's airmiles, 1937 to 1960.
AIRMILES = [
    412, 480, 683, 1052, 1385, 1418, 1634, 2178, 3362, 5948, 6109, 5981, 6753, 8003,
    10566, 12528, 14760, 16769, 19819, 22362, 25340, 25343, 29269, 30514,
]  # fmt: skip


def test_cagr_of_airmiles():
    miles = np.array(AIRMILES)
    printed = [
        30.9505, 28.6925, 25.7499, 22.4965, 22.5310, 24.3428, 24.6188, 22.6436,
        19.4121, 14.1600, 15.2879, 15.5336, 15.7953, 14.3206,
    ]  # fmt: skip
    np.testing.assert_allclose(
        em.cagr(miles[:-10], miles[10:], 10) * 100, printed, atol=5.1e-5
    )
    yearly = em.annualized_growth(miles, 10, per_year=1)[10:]
    np.testing.assert_allclose(yearly * 100, printed, atol=5.1e-5)


def test_lags_count_positions_of_a_calendar_with_a_hole():
    # 2003 was not observed. The inputs are printed with four decimals.
    x = np.array([0.3893, 1.0726, NAN, 0.8450, 0.6559])
    keep = [0, 1, 3, 4]
    printed = {1: [NAN, 175.52, NAN, -22.37], -1: [-63.71, NAN, 28.82, NAN]}
    for lag, rates in printed.items():
        np.testing.assert_allclose(em.growth(x, lag)[keep] * 100, rates, atol=0.011)
    assert em.growth(x, 2)[3] * 100 == pytest.approx(-21.22, abs=0.011)
    np.testing.assert_allclose(em.growth(x, 3)[3:] * 100, [117.05, -38.85], atol=0.011)
    _, status = em.growth(x, 1, return_status=True)
    assert status.tolist() == [
        Status.OUTSIDE,
        Status.OK,
        Status.MISSING,
        Status.GAP,
        Status.OK,
    ]


def test_month_rates_with_a_missing_month():
    x = np.array([104, 100, 102, NAN, 107])  # 2021-12 to 2022-04
    got = em.growth(x) * 100
    np.testing.assert_allclose(got, [NAN, -3.8462, 2, NAN, NAN], atol=5.1e-5)


def test_edge_cells():
    x = np.array([0, 0, 5, 0, -4, 4, -4, -8, NAN, 3, INF, 2])
    values, status = em.growth(x, return_status=True)
    expected = [NAN, NAN, NAN, -1, NAN, NAN, -2, NAN, NAN, NAN, NAN, NAN]
    np.testing.assert_array_equal(values, expected)
    assert em.Status.names(status).tolist() == [
        "OUTSIDE", "BOTH_ZERO", "ZERO_BASE", "OK", "ZERO_BASE", "TURNED_PROFIT",
        "TURNED_LOSS", "LOSS_WIDENED", "MISSING", "GAP", "INVALID", "INVALID",
    ]  # fmt: skip
    assert em.growth([-4, 0, -4, -4, -2], return_status=True)[1].tolist() == [
        Status.OUTSIDE,
        Status.BROKE_EVEN,
        Status.ZERO_BASE,
        Status.LOSS_UNCHANGED,
        Status.LOSS_NARROWED,
    ]


def test_midpoint():
    got = em.growth([2, 1, 2, 3], policy="midpoint")
    np.testing.assert_allclose(got, [NAN, -2 / 3, 2 / 3, 0.4], rtol=1e-15)


def test_annualized_quarter():
    assert em.annualized_growth([100, 105], per_year=4)[1] * 100 == pytest.approx(
        21.5506, abs=5.1e-5
    )


def test_nev_sales_of_china():
    sales = np.array(NEV)
    printed = [164.9, 96.0, 37.5, 36.1, 28.2, 15.2]
    np.testing.assert_allclose(em.growth(sales)[1:] * 100, printed, atol=0.05)
    assert em.cagr(sales[0], sales[5], 5) * 100 == pytest.approx(65.6097, abs=5.1e-5)
    assert em.mean_growth(sales[:6]) * 100 == pytest.approx(65.6097, abs=5.1e-5)
    accumulative = em.mean_growth(sales[:6], method="accumulative")
    assert accumulative * 100 == pytest.approx(76.4269, abs=5.1e-5)


def test_xpeng_deliveries():
    x = np.array(XPENG)
    to_date = em.ytd(x)
    assert (to_date[23], to_date[17]) == (429_445, 197_189)
    rates = em.growth(to_date, 12) * 100
    assert rates[23] == pytest.approx(125.943, abs=5.1e-4)
    assert rates[17] == pytest.approx(279.0, abs=0.05)
    assert rates[25] == pytest.approx(-41.9979, abs=5.1e-5)
    quarters = em.trailing(x, 3)[2::3]
    assert quarters[6] == 116_007
    assert em.growth(quarters, 4)[6] * 100 == pytest.approx(149.3, abs=0.05)
    assert em.growth(quarters)[6] * 100 == pytest.approx(12.4, abs=0.05)
    assert em.growth(x, 12)[25] * 100 == pytest.approx(-49.90, abs=5.1e-3)
    assert em.growth(x)[25] * 100 == pytest.approx(-23.76, abs=5.1e-3)
    assert em.trailing(x, 12)[25] == 403_909
    np.testing.assert_array_equal(em.from_ytd(to_date), x)


def test_byd_single_quarters_from_cumulative_revenue():
    by_year = np.array([[124.94, 301.13], [170.36, 371.28]])
    single = em.from_ytd(by_year, per_year=4)
    np.testing.assert_allclose(single[:, 1], [176.19, 200.92], rtol=1e-14)
    assert em.growth(single, axis=0)[1, 1] == pytest.approx(0.140, abs=5e-4)
    assert em.growth(single)[1, 1] == pytest.approx(0.179, abs=5e-4)


def test_status_codes_match_the_reference():
    assert {s.name: int(s) for s in Status} == {s.name: int(s) for s in ref.Status}


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_growth_matches_the_reference(dtype, policy, data):
    x, lag = data.draw(arrays(dtype)), data.draw(LAGS)
    kind = result_type(dtype)
    expected = ref.growth(x.tolist(), lag, policy=policy, dtype=kind)
    got = em.growth(x, lag, policy=policy, return_status=True)
    assert_cells(got, expected, rate_bound(dtype, policy), kind)
    np.testing.assert_array_equal(em.growth(x, lag, policy=policy), got[0])


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_growth_between_matches_the_reference(dtype, policy, data):
    base, current = data.draw(pairs(dtype))
    kind = result_type(dtype)
    expected = ref.growth_between(
        base.tolist(), current.tolist(), policy=policy, dtype=kind
    )
    got = em.growth_between(base, current, policy=policy, return_status=True)
    assert_cells(got, expected, rate_bound(dtype, policy), kind)


@pytest.mark.parametrize("dtype", DTYPES)
def test_every_pair_of_corner_values(dtype):
    base, current = corners(dtype)
    kind = result_type(dtype)
    line = np.stack([base, current], axis=1).ravel()
    for policy in POLICIES:
        got = em.growth_between(base, current, policy=policy, return_status=True)
        expected = ref.growth_between(
            base.tolist(), current.tolist(), policy=policy, dtype=kind
        )
        assert_cells(got, expected, rate_bound(dtype, policy), kind)
        got = em.growth(line, policy=policy, return_status=True)
        expected = ref.growth(line.tolist(), policy=policy, dtype=kind)
        assert_cells(got, expected, rate_bound(dtype, policy), kind)
    got = em.log_growth(line, return_status=True)
    assert_cells(got, ref.log_growth(line.tolist(), dtype=kind), 4, kind)
    for per_year, lag in ((12, 1), (0.25, 1), (400, 1), (1, -1), (3, 2)):
        got = em.annualized_growth(line, lag, per_year=per_year, return_status=True)
        expected = ref.annualized_growth(
            line.tolist(), lag, per_year=per_year, dtype=kind
        )
        assert_cells(got, expected, 4, kind)
    years = np.full_like(base, 3)
    got = em.cagr(base, current, years, return_status=True)
    expected = ref.cagr(base.tolist(), current.tolist(), years.tolist(), dtype=kind)
    assert_cells(got, expected, 4, kind)
    for x in np.stack([base, current], axis=1), np.stack([base, base, current], axis=1):
        got = em.mean_growth(x, return_status=True)
        expected = [ref.mean_growth(row, dtype=kind)[0] for row in x.tolist()]
        assert_cells(got, expected, 4, kind)
    got = em.index(np.stack([base, current], axis=1), return_status=True)
    for t in range(2):
        expected = [
            ref.index(pair, dtype=kind)[t]
            for pair in zip(base.tolist(), current.tolist(), strict=True)
        ]
        assert_cells((got[0][:, t], got[1][:, t]), expected, rate_bound(dtype), kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_log_growth_matches_the_reference(dtype, data):
    x, lag = data.draw(arrays(dtype)), data.draw(LAGS)
    kind = result_type(dtype)
    expected = ref.log_growth(x.tolist(), lag, dtype=kind)
    assert_cells(em.log_growth(x, lag, return_status=True), expected, 4, kind)


PER_YEAR = st.sampled_from([1, 4, 12, 52, 365.25, 0.1]) | st.floats(1e-3, 1e3)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_annualized_growth_matches_the_reference(dtype, data):
    x, lag, per_year = data.draw(arrays(dtype)), data.draw(LAGS), data.draw(PER_YEAR)
    kind = result_type(dtype)
    expected = ref.annualized_growth(x.tolist(), lag, per_year=per_year, dtype=kind)
    got = em.annualized_growth(x, lag, per_year=per_year, return_status=True)
    assert_cells(got, expected, 4, kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_cagr_matches_the_reference(dtype, data):
    first, last = data.draw(pairs(dtype))
    year = st.integers(1, 60) if dtype == "int64" else st.floats(0.125, 60, width=32)
    years = np.array(
        data.draw(st.lists(year, min_size=len(first), max_size=len(first))), dtype
    )
    kind = result_type(dtype)
    expected = ref.cagr(first.tolist(), last.tolist(), years.tolist(), dtype=kind)
    assert_cells(em.cagr(first, last, years, return_status=True), expected, 4, kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_mean_growth_matches_the_reference(dtype, data):
    x = data.draw(arrays(dtype))
    kind = result_type(dtype)
    expected = ref.mean_growth(x.tolist(), dtype=kind)
    assert_cell(em.mean_growth(x, return_status=True), expected, 4, kind)


@pytest.mark.parametrize("method", ["level", "accumulative"])
@pytest.mark.parametrize(
    "x",
    [
        [HUGE, HUGE, HUGE],
        [HUGE / 4, HUGE, HUGE, HUGE],
        [1.0, HUGE, HUGE],
        [1e-5, HUGE],
        [TINY, TINY, 1.0],
        [TINY, -HUGE, -HUGE],
        [1.0, -HUGE, -HUGE],
    ],
)
def test_means_at_the_ends_of_the_range(x, method):
    # INVALID means an infinite result, not an infinite intermediate sum or quotient.
    ((exact, code),) = ref.mean_growth(x, method=method)
    value, status = em.mean_growth(x, method=method, return_status=True)
    assert status == code
    if exact is None:
        assert np.isnan(value)
    else:
        assert value == pytest.approx(float(exact), rel=1e-14)


@given(
    x=st.lists(st.floats(1e-3, 1e6) | st.integers(1, 10**6), min_size=2, max_size=15)
)
def test_accumulative_mean_is_the_root(x):
    ((exact, code),) = ref.mean_growth(x, method="accumulative")
    value, status = em.mean_growth(
        np.array(x, float), method="accumulative", return_status=True
    )
    assert status == code == Status.OK
    assert abs(ref.Fraction(float(value)) - exact) <= 1e-14 * max(
        abs(exact), ref.Fraction(1, 100)
    )


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_status_of_accumulative_mean_matches_the_reference(dtype, data):
    x = data.draw(arrays(dtype))
    ((exact, code),) = ref.mean_growth(
        x.tolist(), method="accumulative", dtype=result_type(dtype)
    )
    value, status = em.mean_growth(x, method="accumulative", return_status=True)
    assert status == code
    assert np.isnan(value) == (exact is None)
    assert not np.isinf(value)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_index_matches_the_reference(dtype, data):
    x = data.draw(arrays(dtype, min_size=1))
    base = data.draw(st.integers(-len(x), len(x) - 1))
    scale = data.draw(st.sampled_from([100.0, 1.0, 1000.0, 0.1]))
    kind = result_type(dtype)
    expected = ref.index(x.tolist(), base, scale=scale, dtype=kind)
    got = em.index(x, base, scale=scale, return_status=True)
    assert_cells(got, expected, rate_bound(dtype), kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_index_to_a_mean_matches_the_reference(dtype, data):
    # Of positive values the mean has a single rounding error.
    positive = cells(dtype).filter(lambda v: v > 0)
    x = np.array(data.draw(st.lists(positive, min_size=1, max_size=10)), dtype)
    begin = data.draw(st.integers(0, len(x) - 1))
    end = data.draw(st.integers(begin + 1, len(x)))
    kind = result_type(dtype)
    expected = ref.index(x.tolist(), slice(begin, end), dtype=kind)
    # Four roundings: the sum, the mean, scale times x and the quotient.
    assert_cells(em.index(x, slice(begin, end), return_status=True), expected, 4, kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_ytd_matches_the_reference(dtype, data):
    x = data.draw(arrays(dtype, max_size=14))
    per_year = data.draw(st.integers(1, 5))
    start = data.draw(st.integers(0, per_year - 1))
    kind = result_type(dtype)
    expected = ref.ytd(x.tolist(), per_year=per_year, start=start, dtype=kind)
    got = em.ytd(x, per_year=per_year, start=start, return_status=True)
    assert_sums(got, expected, kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_from_ytd_matches_the_reference(dtype, data):
    y = data.draw(arrays(dtype))
    per_year = data.draw(st.integers(1, 5))
    start = data.draw(st.integers(0, per_year - 1))
    kind = result_type(dtype)
    expected = ref.from_ytd(y.tolist(), per_year=per_year, start=start, dtype=kind)
    got = em.from_ytd(y, per_year=per_year, start=start, return_status=True)
    assert_sums(got, expected, kind)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_trailing_matches_the_reference(dtype, data):
    x, window = data.draw(arrays(dtype)), data.draw(st.integers(1, 12))
    kind = result_type(dtype)
    expected = ref.trailing(x.tolist(), window, dtype=kind)
    got = em.trailing(x, window, return_status=True)
    assert_sums(got, expected, kind)


@given(
    x=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), window=st.integers(1, 8)
)
def test_trailing_does_not_drift(x, window):
    # A large value has no effect once it has left the window.
    got, expected = em.trailing([1e300, *x], window)[1:], em.trailing(x, window)
    np.testing.assert_array_equal(got[window - 1 :], expected[window - 1 :])


def test_ytd_and_from_ytd_are_inverse_for_integers():
    x = np.random.default_rng(3).integers(-(2**40), 2**40, size=(7, 36))
    np.testing.assert_array_equal(em.from_ytd(em.ytd(x, start=0)), x)


@pytest.mark.parametrize("dtype", DTYPES)
@given(data=st.data())
def test_base_effect_matches_the_reference(dtype, data):
    x, lag = data.draw(arrays(dtype, max_size=8)), data.draw(st.integers(1, 3))
    got = em.base_effect(x, lag)
    expected = ref.base_effect(x.tolist(), lag)
    kind = result_type(dtype)
    eps = 2.0 ** -(23 if dtype == "float32" else 52)
    assert got.status.tolist() == [code for *_, code in expected]
    for t, (total, momentum, base, _) in enumerate(expected):
        for part, exact in ((got.momentum[t], momentum), (got.base[t], base)):
            assert np.isnan(part) == (exact is None)
            assert exact is None or ref.ulps(part, exact, kind) <= 4
        if total is None:
            assert np.isnan(got.total[t]) and np.isnan(got.residual[t])
            continue
        # The total and the residual are differences of two and of four log growths.
        size = abs(momentum) + abs(base)
        size += sum(abs(g) for g, _ in ref.log_growth(x.tolist(), lag) if g is not None)
        assert abs(float(got.total[t]) - float(total)) <= 8 * eps * size
        assert abs(got.residual[t]) <= 8 * eps * size


@pytest.mark.parametrize("dtype", ["float64", "int64"])
@pytest.mark.parametrize(
    "name", [n for n in accuracy.FUNCTIONS if "growth" in n or n in ("cagr", "index")]
)
def test_accuracy(name, dtype):
    pairs_compared = 600 if name in accuracy.POWER else 6000
    worst, a, b, compared = accuracy.measure(name, dtype, pairs_compared, seed=1)
    assert compared > pairs_compared / 5
    assert worst <= accuracy.bound(name, dtype), (a, b)
