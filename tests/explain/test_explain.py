"""Explanations against exact fractions, and identities that must hold."""

from fractions import Fraction

import numpy as np
import pytest

import evmarket as em
from tests.explain import accuracy_explain as accuracy
from tests.explain import reference_explain as reference
from tests.explain.cases import EPS, FORMULAS, index_columns, name, same
from tests.reference import ulps

# ---- against exact fractions ---------------------------------------------------------


@pytest.mark.parametrize("family", accuracy.FAMILIES)
def test_parts_and_residuals_are_within_the_bound(family):
    compared = 0
    for items, groups in ((1, 100), (2, 100), (10, 150), (37, 10)):
        for error, residual, _ in accuracy.checked(family, groups, items, items):
            compared += 1
            assert error <= 1 and residual <= 1
    assert compared > 150


def test_rounding_errors_of_many_items_do_not_add_up():
    rng = np.random.default_rng(3)
    p0, q0, p1, q1 = accuracy.worths(rng, 1, 20_000)
    got = em.price_volume(p0[0], q0[0], p1[0], q1[0])
    exact = reference.price_volume(*(x[0].tolist() for x in (p0, q0, p1, q1)), "bennet")
    bound = accuracy.bound_worth(exact, p0[0], q0[0], p1[0], q1[0])
    for part in ("total", "price", "volume", "entry", "exit"):
        assert abs(Fraction(float(getattr(got, part))) - exact[part]) <= bound


@pytest.mark.parametrize("method", ["laspeyres", "paasche", "three-way", "bennet"])
def test_results_per_item_match_the_fractions(method):
    columns = accuracy.worths(np.random.default_rng(5), 40, 7)
    got = em.price_volume(*columns, method=method, items=True)
    for g in range(40):
        exact = reference.price_volume(*(x[g].tolist() for x in columns), method)
        for i, row in enumerate(exact["items"]):
            each = {
                part: float(getattr(got.items, part)[g, i])
                for part in row
                if part != "joint" or method == "three-way"
            }
            item = [columns[k][g, i : i + 1] for k in range(4)]
            bound = accuracy.bound_worth(exact, *item)
            for part, value in each.items():
                assert abs(Fraction(value) - row[part]) <= bound
            left = Fraction(each.pop("total")) - sum(map(Fraction, each.values()))
            assert abs(left) <= bound
    again = em.price_volume(*columns, method=method)
    assert again.items is None and same(again.price, got.price)


@pytest.mark.parametrize("formula", FORMULAS)
def test_indices_match_their_formulas(formula):
    for g, columns in enumerate(zip(*index_columns(60), strict=True)):
        items, dropped = reference.matched_items(*(x.tolist() for x in columns))
        price = em.price_index(*columns, formula=formula)
        quantity = em.quantity_index(*columns, formula=formula)
        assert (price.matched, price.dropped) == (len(items), dropped)
        for got, of in ((price, items), (quantity, reference.exchanged(items))):
            exact = reference.index(of, formula)
            assert ulps(float(got.total), exact) <= 16, (g, float(got.total))


@pytest.mark.parametrize("of", ["price", "quantity"])
def test_index_contributions_match_their_formula(of):
    for columns in zip(*index_columns(40), strict=True):
        got = em.index_contributions(*columns, of=of)
        exact = reference.index_contributions(*(x.tolist() for x in columns), of)
        scale = 1 + sum(map(abs, exact))
        for value, true in zip(got.parts.tolist(), exact, strict=True):
            assert abs(Fraction(value) - true) <= 8 * Fraction(EPS) * scale
        assert abs(got.residual) <= 16 * EPS * float(scale)


# ---- identities ----------------------------------------------------------------------


def test_symmetric_forms_change_sign_when_periods_are_exchanged():
    rng = np.random.default_rng(11)
    p0, q0, p1, q1 = accuracy.worths(rng, 3000, 10)
    ahead, back = em.price_volume(p0, q0, p1, q1), em.price_volume(p1, q1, p0, q0)
    for part in ("total", "price", "volume"):
        assert same(getattr(ahead, part), -getattr(back, part))
    assert same(ahead.entry, -back.exit) and same(ahead.exit, -back.entry)

    w0, r0, w1, r1 = accuracy.rates(rng, 3000, 10)
    ahead, back = em.mix_rate(w0, r0, w1, r1), em.mix_rate(w1, r1, w0, r0)
    for part in ("total", "rate", "mix"):
        assert same(getattr(ahead, part), -getattr(back, part))

    columns = accuracy.accounts(rng, 3000, 10)
    ahead, back = (
        em.margin_bridge(*columns),
        em.margin_bridge(*columns[3:], *columns[:3]),
    )
    for part in ("total", "price", "unit_cost", "mix", "other"):
        assert same(getattr(ahead, part), -getattr(back, part))
    assert same(ahead.entry, -back.exit) and same(ahead.exit, -back.entry)

    x0, x1 = accuracy.factors(rng, 1000, 10)
    ahead, back = em.lmdi(x0, x1), em.lmdi(x1, x0)
    assert same(ahead.total, -back.total) and same(ahead.effects, -back.effects)


def test_lmdi_is_consistent_in_aggregation():
    x0, x1 = accuracy.factors(np.random.default_rng(12), 200, 12)
    whole = em.lmdi(x0, x1)
    parts = em.lmdi(x0.reshape(200, 3, 4, 3), x1.reshape(200, 3, 4, 3))
    bound = 64 * EPS * (x0.prod(-1).sum(-1) + x1.prod(-1).sum(-1))
    assert (np.abs(parts.effects.sum(1) - whole.effects) <= bound[:, None]).all()
    assert (np.abs(parts.total.sum(1) - whole.total) <= bound).all()


def test_lmdi_at_zero_is_the_limit():
    # A factor that becomes zero gets the whole change; two of them share it.
    assert em.lmdi([[2, 3, 4]], [[0, 5, 4]]).effects.tolist() == [-24, 0, 0]
    assert em.lmdi([[2, 3, 4]], [[0, 0, 4]]).effects.tolist() == [-12, -12, 0]
    assert em.lmdi([[0, 3, 4]], [[2, 5, 4]]).effects.tolist() == [40, 0, 0]
    assert em.lmdi([[0, 3]], [[2, 0]]).effects.tolist() == [0, 0]
    assert em.lmdi([[0, 3]], [[0, 5]]).effects.tolist() == [0, 0]
    near = em.lmdi([[2, 3, 4]], [[1e-280, 5, 4]])
    limit = em.lmdi([[2, 3, 4]], [[0, 5, 4]])
    assert near.effects == pytest.approx(limit.effects, rel=0.01, abs=0.1)


def test_lmdi_of_nearly_equal_periods():
    # The logarithmic mean is then a quotient of two differences close to zero.
    for step in (1, 2, 3, 1000, 10**6):
        x0 = [3.0, 7.0]
        x1 = [np.nextafter(3.0, 4) + step * 2**-51, 7.0]
        got, exact = em.lmdi([x0], [x1]), reference.lmdi([x0], [x1])
        for value, true in zip(got.effects.tolist(), exact["effects"], strict=True):
            bound = 8 * 2 * Fraction(EPS) * 42
            assert abs(Fraction(value) - true) <= bound


def test_multiplicative_lmdi_multiplies_to_the_ratio():
    rng = np.random.default_rng(13)
    x0 = np.exp(rng.normal(0, 1, (500, 6, 3)))
    got = em.lmdi(x0, x0 * np.exp(rng.normal(0, 0.3, x0.shape)), form="multiplicative")
    assert np.abs(got.effects.prod(-1) / got.total - 1).max() < 1e-14
    still = em.lmdi(x0, x0, form="multiplicative")
    assert (still.effects == 1).all() and (still.total == 1).all()


@pytest.mark.parametrize("formula", FORMULAS)
def test_index_tests(formula):
    p0, q0, p1, q1 = (np.abs(x) for x in index_columns(500))
    price, quantity = (
        f(p0, q0, p1, q1, formula=formula) for f in (em.price_index, em.quantity_index)
    )
    assert (price.total > 0).all() and (quantity.total > 0).all()
    # Identity: equal prices give 1. Proportionality: prices times 3 give 3.
    assert (em.price_index(p0, q0, p0, q1, formula=formula).total == 1).all()
    assert (em.quantity_index(p0, q0, p1, q0, formula=formula).total == 1).all()
    tripled = em.price_index(p0, q0, p0 * 3, q1, formula=formula).total
    assert np.abs(tripled / 3 - 1).max() <= 8 * EPS
    # Exchanging prices and quantities gives the quantity index.
    swapped = em.price_index(q0, p0, q1, p1, formula=formula)
    both = (
        ~np.isnan(p1).any(-1) & ~np.isnan(q0).any(-1) & (p0 * q0 * p1 * q1 > 0).all(-1)
    )
    assert same(swapped.total[both], quantity.total[both])
    matched = (p0 * q0 > 0) & (p1 * q1 > 0)
    v0, v1 = (np.where(matched, p * q, 0).sum(-1) for p, q in ((p0, q0), (p1, q1)))
    value = v1 / v0
    if formula in ("fisher", "sato-vartia"):
        assert np.abs(price.total * quantity.total / value - 1).max() <= 16 * EPS
        assert (np.abs(price.residual) <= 16 * EPS * value).all()
        back = em.price_index(p1, q1, p0, q0, formula=formula)
        assert np.abs(price.total * back.total - 1).max() <= 16 * EPS
    else:
        assert np.allclose(price.residual, value - price.total * quantity.total)


def test_fisher_contributions_add_up_to_the_index():
    columns = index_columns(300)
    for of, f in (("price", em.price_index), ("quantity", em.quantity_index)):
        got = em.index_contributions(*columns, of=of)
        assert same(got.total, f(*columns).total - 1)
        assert np.abs(got.parts.sum(-1) - got.total).max() < 1e-13


def test_absent_items_have_no_price_or_rate_effect():
    # An item in both periods is not an entry or exit. A missing rate counts as mix.
    got = em.price_volume([1, 5, np.nan], [4, 0, 3], [1, 6, 2], [4, 2, 0])
    assert name(got.status) == "GAP"  # the price of a sold item is missing
    got = em.price_volume([1, np.nan, 7], [4, 0, 3], [1, 6, np.nan], [4, 2, 0])
    assert (got.price, got.volume, got.entry, got.exit) == (0, 0, 12, -21)
    got = em.mix_rate([1, 0], [0.2, np.nan], [1, 1], [0.2, 0.4])
    assert got.rate.tolist() == [0, 0] and got.mix.sum() == pytest.approx(0.1)
    got = em.margin_bridge([100, 50], [60, 40], [10, 0], [100, 60], [60, 45], [10, 0])
    assert got.price == got.unit_cost == got.mix == got.entry == got.exit == 0
    assert got.other == pytest.approx((55 / 160 - 0.4) - (50 / 150 - 0.4))
    assert got.matched == 100 / 150
