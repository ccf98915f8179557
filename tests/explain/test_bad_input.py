"""Explanations of unusual and of wrong arguments: statuses and errors."""

import math

import numpy as np
import pytest

import evmarket as em
from tests.explain.cases import GOODS, name, names


def test_a_base_total_that_is_not_positive():
    got = em.contributions(
        [[0, 0], [0, 0], [-5, 2], [-5, 2], [5, 5], [3, -3]],
        [[1, 2], [0, 0], [1, 1], [-5, -5], [-9, 1], [1, 1]],
    )
    assert names(got.status) == [
        "ZERO_BASE",
        "BOTH_ZERO",
        "TURNED_PROFIT",
        "LOSS_WIDENED",
        "TURNED_LOSS",
        "ZERO_BASE",
    ]
    assert np.isnan(got.total).tolist() == [True] * 4 + [False, True]
    assert np.isnan(got.parts).all(1).tolist() == [True] * 4 + [False, True]
    assert np.isnan(got.residual).tolist() == [True] * 4 + [False, True]
    shift = em.shift_share([[[0, 0]], [[3, -4]], [[3, -1]]], [[[1, 2]]] * 3)
    assert names(shift.status) == ["ZERO_BASE", "TURNED_PROFIT", "NEGATIVE_DENOMINATOR"]
    assert np.isnan(shift.national).all()
    new = em.shift_share([[5, 0], [5, 0]], [[6, 1], [6, 2]])  # a new industry
    assert new.regional[:, 1].tolist() == [1, 2] and (new.mix[:, 1] == 0).all()


def test_missing_and_infinite_values():
    for bad, status in ((np.nan, "GAP"), (np.inf, "INVALID")):
        for got in (
            em.contributions([1, bad], [1, 2]),
            em.contributions([1, 2], [bad, 2]),
            em.mix_rate([1, bad], [1, 1], [1, 1], [1, 1]),
            em.mix_rate([1, 1], [1, 1], [1, 1], [1, bad]),
            em.shift_share([[1, bad]], [[1, 2]]),
            em.price_volume([1, 1], [1, bad], [1, 1], [1, 1]),
            em.price_volume([1, bad], [1, 1], [1, 1], [1, 1], items=True),
            em.price_volume_mix([1, 1], [1, 1], [bad, 1], [1, 1]),
            em.margin_bridge([1, bad], [1, 1], [1, 1], [1, 1], [1, 1], [1, 1]),
            em.lmdi([[1, bad]], [[1, 1]]),
        ):
            assert name(got.status) == status, got
            assert np.isnan(got.total).all() and np.isnan(got.residual).all()
    got = em.price_volume([1, np.nan], [1, 1], [1, 1], [1, 1], items=True)
    assert np.isnan(got.items.price).all()


def test_shift_share_out_of_range():
    small, large = [[1e-200, 1.0]] * 2, [[1e200, 1.0]] * 2
    for x0, x1 in (
        ([[1e308, 1e308]] * 2, large),  # the base of the nation
        (large, [[1e308, 1e308]] * 2),
        ([[1e308, -1e308], [1e308, -9e307]], large),  # those of the industries
        (small, large),  # the growth of an industry
    ):
        got = em.shift_share(x0, x1)
        assert name(got.status) == "INVALID", got
        assert np.isnan(got.total).all() and np.isnan(got.residual).all()


def test_negative_quantities_and_weights_are_flagged():
    columns = [1.0, 2.0], [3.0, -1.0], [1.0, 2.0], [3.0, 4.0]
    for got in (
        em.price_volume(*columns),
        em.price_volume_mix(*columns),
        em.price_index(*columns),
        em.quantity_index(*columns),
        em.index_contributions(*columns),
        em.mix_rate([3, -1], [0.1, 0.2], [3, 4], [0.1, 0.2]),
    ):
        assert name(got.status) == "NEGATIVE_DENOMINATOR", got
        parts = [
            v
            for k, v in got.arrays().items()
            if k not in ("total", "status", "matched", "dropped")
        ]
        assert all(np.isnan(v).all() for v in parts)
    assert em.price_volume(*columns).total == 10  # the total is still known
    # A negative price is a loss per unit and is allowed.
    assert em.price_volume([-1.0], [3.0], [-2.0], [3.0]).price == -3


def test_groups_without_a_match():
    only = [1.0, np.nan], [5.0, 0.0], [np.nan, 2.0], [0.0, 4.0]
    got = em.price_volume(*only)
    assert name(got.status) == "NO_MATCH"
    assert (got.total, got.price, got.volume, got.entry, got.exit) == (3, 0, 0, 8, -5)
    got = em.price_volume_mix(*only)
    assert name(got.status) == "NO_MATCH"
    assert (got.price, got.volume, got.mix, got.residual) == (0, 0, 0, 0)
    got = em.price_index(*only)
    assert name(got.status) == "NO_MATCH" and math.isnan(got.total)
    assert (got.matched, got.dropped) == (0, 2)
    got = em.margin_bridge([100, 0], [60, 0], [5, 0], [0, 100], [0, 70], [0, 5])
    assert name(got.status) == "NO_MATCH"
    assert got.total == pytest.approx(-0.1) and math.isnan(got.price)
    assert got.matched == 0 and math.isnan(got.residual)


def test_a_margin_requires_revenue_and_cost():
    def bridge(**changed):
        columns = {
            "revenue0": [100.0, 50],
            "cost0": [60.0, 40],
            "quantity0": [10.0, 5],
            "revenue1": [110.0, 60],
            "cost1": [66.0, 45],
            "quantity1": [10.0, 6],
        }
        return em.margin_bridge(**{**columns, **changed})

    for key in ("cost0", "cost1"):
        got = bridge(**{key: [60.0, np.nan]})
        assert name(got.status) == "UNPAIRED" and math.isnan(got.total)
    assert name(bridge(revenue1=[np.nan, 60.0]).status) == "GAP"
    assert name(bridge(revenue0=[0, 0]).status) == "ZERO_DENOMINATOR"
    assert name(bridge(revenue0=[-100, 50]).status) == "NEGATIVE_DENOMINATOR"
    # An item with negative revenue (a return) is not matched and counts as other.
    got = bridge(revenue0=[100.0, -5])
    assert name(got.status) == "OK" and got.other != 0
    assert got.matched == 100 / 95
    assert name(bridge(quantity0=[-10.0, np.nan]).status) == "NO_MATCH"


def test_groups_with_one_item_and_with_none():
    assert em.contributions([4.0], [5.0]).parts.tolist() == [0.25]
    assert em.price_volume([2.0], [3.0], [3.0], [3.0]).price == 3
    assert em.price_index([2.0], [3.0], [3.0], [3.0]).total == 1.5
    got = em.mix_rate([2.0], [0.1], [3.0], [0.3])
    assert got.rate == pytest.approx([0.2]) and got.mix.tolist() == [0]
    got = em.margin_bridge([10.0], [6], [1], [11.0], [6], [1])
    assert got.price == pytest.approx(1 / 22 * 1.2) and got.mix == 0
    none = np.empty(0)
    assert name(em.contributions(none, none).status) == "BOTH_ZERO"
    assert name(em.price_volume(*[none] * 4).status) == "NO_MATCH"
    assert name(em.price_index(*[none] * 4).status) == "NO_MATCH"
    assert name(em.mix_rate(*[none] * 4).status) == "ZERO_DENOMINATOR"
    assert name(em.margin_bridge(*[none] * 6).status) == "ZERO_DENOMINATOR"
    assert em.lmdi(np.empty((0, 2)), np.empty((0, 2))).effects.tolist() == [0, 0]
    assert em.lmdi(np.empty((3, 0)), np.empty((3, 0))).total == 0
    assert (
        name(em.shift_share(np.empty((0, 2)), np.empty((0, 2))).status) == "BOTH_ZERO"
    )


def test_numbers_too_large_are_flagged():
    huge = [1e308, 1e308]
    for got in (
        em.contributions(huge, [1, 1]),
        em.price_volume(huge, [9, 9], [1, 1], [1, 1]),
        em.price_index(huge, [9, 9], [1, 1], [1, 1]),
        em.mix_rate(huge, [1, 1], [1, 1], [1, 1]),
        em.lmdi([huge], [[1, 1]]),
    ):
        assert name(got.status) == "INVALID" and np.isnan(got.total).all()
    got = em.contributions([5e-324, 0], [1e300, -1e300])
    assert name(got.status) == "INVALID" or np.isfinite(got.parts).all()


def test_a_negative_factor_is_an_error_with_its_position():
    x = np.ones((2, 3, 4))
    x[1, 2, 0] = -3
    with pytest.raises(ValueError, match=r"x0 is -3\.0 at \(1, 2, 0\).*negative"):
        em.lmdi(x, np.ones(4))
    with pytest.raises(ValueError, match=r"x1 is -3\.0 at \(1, 2, 0\).*negative"):
        em.lmdi(np.ones((3, 4)), x)


@pytest.mark.parametrize("call", [em.lmdi, em.shift_share])
def test_two_dimensions_are_required(call):
    with pytest.raises(ValueError, match=r"x0 has shape \(3,\)"):
        call([1, 2, 3], [1, 2, 3])


def test_multiplicative_lmdi_requires_positive_totals():
    x0, x1 = [[[0, 1.0]], [[0, 1]], [[1, 1]]], [[[1, 1.0]], [[0, 1]], [[0, 1]]]
    got = em.lmdi(x0, x1, form="multiplicative")
    assert names(got.status) == ["ZERO_BASE", "BOTH_ZERO", "INVALID"]
    assert np.isnan(got.effects).all() and np.isnan(got.total).all()


def test_unknown_options_and_axes_are_errors():
    with pytest.raises(ValueError, match=r"method is 'fisher'.*'bennet'"):
        em.price_volume(*GOODS, method="fisher")
    with pytest.raises(ValueError, match=r"method is 'x'.*'three-way'"):
        em.mix_rate(*GOODS, method="x")
    with pytest.raises(ValueError, match=r"formula is 'x'.*'sato-vartia'"):
        em.price_index(*GOODS, formula="x")
    with pytest.raises(ValueError, match=r"of is 'value'"):
        em.index_contributions(*GOODS, of="value")
    with pytest.raises(ValueError, match=r"form is 'log'"):
        em.lmdi([[1]], [[1]], form="log")
    with pytest.raises(TypeError, match="formula"):
        em.price_index(*GOODS, formula=None)
    with pytest.raises(ValueError, match="axis is 1"):
        em.contributions([1, 2], [1, 2], axis=1)
    with pytest.raises(ValueError, match="single number"):
        em.contributions(1, 2)
    with pytest.raises(TypeError, match="x1"):
        em.contributions([1, 2], ["a", "b"])
