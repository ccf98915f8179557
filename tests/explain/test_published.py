"""Explanations against published examples."""

import numpy as np
import pytest

import evmarket as em
from tests.explain.cases import GOODS, PRICES, QUANTITIES


def test_rate_and_mix_of_two_segments():
    clicks0, clicks1 = np.array([1000.0, 2000]), np.array([1100.0, 2150])
    got = em.mix_rate(clicks0, [0.15, 0.075], clicks1, [120 / 1100, 200 / 2150])
    pooled = (120 + 200) / (1100 + 2150) - (150 + 150) / (1000 + 2000)
    assert got.total == pytest.approx(pooled, rel=1e-14)
    assert got.rate.sum() + got.mix.sum() == pytest.approx(pooled, rel=1e-14)


def test_price_and_volume_of_three_goods():
    three = em.price_volume(*GOODS, method="three-way")
    assert (three.total, three.price, three.volume, three.joint) == (
        7900,
        2500,
        4500,
        900,
    )
    bennet = em.price_volume(*GOODS)
    assert (bennet.price, bennet.volume, bennet.joint) == (2950, 4950, None)
    laspeyres = em.price_volume(*GOODS, method="laspeyres")
    paasche = em.price_volume(*GOODS, method="paasche")
    assert (laspeyres.price, laspeyres.volume) == (3400, 4500)
    assert (paasche.price, paasche.volume) == (2500, 5400)
    for got in (three, bennet, laspeyres, paasche):
        assert got.residual == got.entry == got.exit == got.status == 0


def test_shift_share_of_three_regions():
    x0 = [[90, 20, 10, 60], [60, 30, 30, 40], [250, 100, 110, 300]]
    x1 = [[100, 40, 10, 55], [85, 55, 40, 35], [255, 115, 85, 390]]
    got = em.shift_share(x0, x1)
    assert got.total.sum(1).tolist() == [25, 55, 85]
    assert got.national.sum(1).round(9).tolist() == [27, 24, 114]
    assert got.mix.sum(1).round(0).tolist() == [1, -1, 0]
    assert got.regional.sum(1).round(0).tolist() == [-3, 32, -29]


def test_lmdi_of_two_items():
    x0, x1 = [[1, 10, 2], [4, 5, 3]], [[4, 5, 3], [5, 6, 4]]
    got = em.lmdi(x0, x1)
    assert got.total == 100
    assert got.effects == pytest.approx(
        [69.79006598, -9.455125793, 39.66505981], abs=6e-9
    )
    ratios = em.lmdi(x0, x1, form="multiplicative")
    assert ratios.total == 180 / 80
    assert ratios.effects == pytest.approx(
        [1.761117821, 0.926191306, 1.379410116], abs=6e-10
    )
    assert abs(ratios.residual) < 1e-14


PUBLISHED = {
    "laspeyres": [1.4200, 1.3450, 1.3550, 1.4400],
    "paasche": [1.3824, 1.2031, 1.0209, 0.7968],
    "fisher": [1.4011, 1.2721, 1.1762, 1.0712],
    "tornqvist": [1.4052, 1.2890, 1.2268, 1.2477],
}


@pytest.mark.parametrize("formula", PUBLISHED)
def test_indices_of_six_goods(formula):
    got = em.price_index(
        PRICES[0], QUANTITIES[0], PRICES[1:], QUANTITIES[1:], formula=formula
    )
    assert got.total.round(4).tolist() == PUBLISHED[formula]
    assert got.matched.tolist() == [6] * 4 and got.dropped.tolist() == [0] * 4


def test_fisher_price_contributions_of_six_goods():
    got = em.index_contributions(PRICES[0], QUANTITIES[0], PRICES[1], QUANTITIES[1])
    expected = [
        0.01782865,
        0.18815627,
        0.05792735,
        -0.03414531,
        0.18217135,
        -0.01088828,
    ]
    assert got.parts == pytest.approx(expected, abs=6e-9)
    assert round(float(got.total), 5) == 0.40105


def test_fisher_volume_contributions_of_four_goods():
    values = np.array(
        [
            [80, 90, 72, 48],
            [180, 210, 240, 255],
            [250, 450, 455, 504],
            [100, 150, 150, 135],
        ]
    )
    prices = np.array(
        [
            [100, 75, 50, 25],
            [100, 116.7, 125, 125],
            [100, 150, 130, 140],
            [100, 120, 120, 100],
        ]
    )
    quantities = values / prices
    pair = prices[:, 2], quantities[:, 2], prices[:, 3], quantities[:, 3]
    got = em.index_contributions(*pair, of="quantity")
    assert got.parts * 100 == pytest.approx(
        [1.980141, 1.659706, 1.494694, 1.215200], abs=6e-7
    )
    assert float(got.total) * 100 == pytest.approx(6.349741, abs=6e-7)
    for formula, printed in (
        ("laspeyres", 107.0),
        ("paasche", 105.7),
        ("fisher", 106.3),
    ):
        index = em.quantity_index(*pair, formula=formula)
        assert round(float(index) * 100, 1) == printed
