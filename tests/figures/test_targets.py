"""Targets against formulas in rationals and in high precision."""

import math
from decimal import Context, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evmarket as em

SHARE = st.floats(1e-6, 1 - 1e-6)
PRECISE = Context(prec=60)


def outgrowth(share, target, periods):
    """The definition, to 50 digits, as a Fraction."""
    s, t = Fraction(share), Fraction(target)
    odds = t * (1 - s) / (s * (1 - t))
    quotient = PRECISE.divide(Decimal(odds.numerator), Decimal(odds.denominator))
    root = PRECISE.power(quotient, PRECISE.divide(1, Decimal(periods)))
    return Fraction(root) - 1


def test_pace():
    assert em.required_pace(600_000, 429_445, 2) == 85_277.5
    found = em.required_pace([100, 50], [40, 60], [3, 5])
    assert found.tolist() == [20, -2] and found.dtype == np.float64
    f = em.required_pace("600,000 vehicles", "429,445", 2)
    assert (f.exact.low, f.exact.high) == (
        Fraction(595_000 * 2 - 858_891, 4), Fraction(605_000 * 2 - 858_889, 4)
    )  # fmt: skip
    assert f.of == "vehicles" and f.value == 85_277.5
    assert em.required_pace("at least 1,200", 200, 10).low == 100


@given(SHARE, SHARE, st.integers(1, 30))
def test_outgrowth_of_arrays(share, target, periods):
    found = em.required_outgrowth(np.array([share]), target, periods)[0]
    truth = outgrowth(share, target, periods)
    assert (
        abs(Fraction(found) - truth)
        <= Fraction(2) ** -49 * abs(truth) + Fraction(10) ** -300
    )


def test_outgrowth_of_figures_encloses():
    f = em.required_outgrowth("10.5%", "50%", 5)
    low, high = outgrowth("0.1055", "0.495", 5), outgrowth("0.1045", "0.505", 5)
    assert Fraction(f.low) <= f.exact.low <= low <= high <= f.exact.high
    assert f.high - f.low == pytest.approx(float(high - low))
    assert f.exact.high <= high + Fraction(1, 10**40)
    assert em.required_outgrowth("about 1%", "at least 50%", 2).high == math.inf
    # growing by the result reaches the target
    part, rest = 0.105, 0.895
    for _ in range(5):
        part *= 1 + em.required_outgrowth(0.105, 0.5, 5)
    assert part / (part + rest) == pytest.approx(0.5)


@given(SHARE, SHARE, st.integers(1, 12))
def test_share_path(share, target, periods):
    path = em.share_path(share, target, periods)
    assert len(path) == periods + 1 and path[0] == share and path[-1] == target
    factor = 1 + outgrowth(share, target, periods)
    odds = Fraction(share) / (1 - Fraction(share))
    for value in path:
        assert value == pytest.approx(float(odds / (1 + odds)), rel=1e-11)
        odds *= factor


def test_share_path_of_arrays_and_figures():
    assert em.share_path(0.1, 0.5, 2).tolist() == [0.1, 0.25, 0.5]
    path = em.share_path(np.array([[0.1], [0.2]]), [0.5, 0.6, 0.0], 4)
    assert path.shape == (2, 3, 5) and np.isnan(path[:, 2]).all()
    assert (np.diff(path[:, :2], axis=-1) > 0).all()
    figures = em.share_path("10.5%", "50%", 4)
    numbers = em.share_path(0.105, 0.5, 4)
    assert len(figures) == 5 and figures[0].low == 0.1045
    for f, number in zip(figures, numbers, strict=True):
        assert f.low < number < f.high and f.value == pytest.approx(number)
        assert f.kind == "percent"


def test_run_rate():
    assert em.run_rate(35_267, 2, 12) == 211_602
    assert em.run_rate([30, 60], 1, 4, last_year=[1, 1, 2, 2]).tolist() == [180, 360]
    years = [[1, 1, 2, 2], [2, 1, 1, 0], [0, 1, 1, 1], [np.nan, 1, 1, 1]]
    found = em.run_rate([30, 60], 1, 4, last_year=years)
    assert found.shape == (2, 4) and found[:, :2].tolist() == [[180, 60], [360, 120]]
    assert np.isnan(found[:, 2:]).all()
    f = em.run_rate("35,267 vehicles", 2, 12)
    assert (f.low, f.high, f.of) == (211_599, 211_605, "vehicles")
    one, two = em.run_rate("35,267", 1, 4, last_year=[[1, 1, 1, 1], [2, 1, 1, 0]])
    assert one.value == 4 * 35_267 and two.value == 2 * 35_267


def test_xpeng_by_last_years_months():
    months = em.datasets.load("xpeng-monthly")["value"]
    year, to_date = months[12:24], months[24:26].sum()
    found = em.run_rate(to_date, 2, 12, last_year=np.stack([months[:12], year]))
    assert found[1] == pytest.approx(float(to_date) * 429_445 / year[:2].sum())


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: em.required_pace(1, 1, 0), "remaining"),
        (lambda: em.required_pace("5", "1", -1), "remaining"),
        (lambda: em.required_pace([1, 2], 1, [1, 0]), "remaining holds 0"),
        (lambda: em.required_pace("80%x", 1, 1), "target"),
        (lambda: em.required_pace("up 5%", "1", 1), "a growth is not a level"),
        (lambda: em.required_outgrowth(0, 0.5, 5), "share"),
        (lambda: em.required_outgrowth(0.5, 1.0, 5), "target"),
        (lambda: em.required_outgrowth("50", "60%", 5), "share"),
        (lambda: em.required_outgrowth(0.1, 0.5, 0), "periods"),
        (lambda: em.share_path(0.1, 0.5, 2.5), "periods"),
        (lambda: em.share_path("0.5%", "-2%", 2), "target"),
        (lambda: em.run_rate(1, 13, 12), "elapsed"),
        (lambda: em.run_rate(1, 0, 12), "elapsed"),
        (lambda: em.run_rate(1, 2, 12, last_year=[1, 2]), "last_year"),
        (lambda: em.run_rate(1, 1.5, 2, last_year=[1, 2]), "elapsed"),
    ],
)
def test_bad_values(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_bad_types():
    for call in (
        lambda: em.required_pace(1, 1, "2"), lambda: em.share_path(0.1, 0.5, [1, 2]),
        lambda: em.run_rate(1j, 1, 2),
        lambda: em.run_rate(1, True, 2),
    ):  # fmt: skip
        with pytest.raises(TypeError):
            call()
