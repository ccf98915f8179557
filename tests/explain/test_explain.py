"""Explanations: published results, the exact twin, symmetries, bad input."""

import dataclasses
import hashlib
import math
from fractions import Fraction

import numpy as np
import pytest

import evmarket as em
from evmarket._common import workers as _workers
from tests.common.test_workers import python
from tests.explain import accuracy_explain as accuracy
from tests.explain import reference_explain as twin
from tests.reference import Status, ulps

EPS = 2.0**-52


def names(status) -> list[str]:
    return np.atleast_1d(em.Status.names(status)).tolist()


def name(status) -> str:
    return Status(int(status)).name


# ---- published results ---------------------------------------------------------------


def test_rate_and_mix_of_two_segments():
    clicks0, clicks1 = np.array([1000.0, 2000]), np.array([1100.0, 2150])
    got = em.mix_rate(clicks0, [0.15, 0.075], clicks1, [120 / 1100, 200 / 2150])
    pooled = (120 + 200) / (1100 + 2150) - (150 + 150) / (1000 + 2000)
    assert got.total == pytest.approx(pooled, rel=1e-14)
    assert got.rate.sum() + got.mix.sum() == pytest.approx(pooled, rel=1e-14)


GOODS = [10, 15, 20], [1000, 800, 500], [11, 15, 23], [1000, 700, 800]


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


PRICES = np.array(
    [
        [1, 1, 1, 1, 1, 1],
        [1.2, 3, 1.3, 0.7, 1.4, 0.8],
        [1, 1, 1.5, 0.5, 1.7, 0.6],
        [0.8, 0.5, 1.6, 0.3, 1.9, 0.4],
        [1, 1, 1.6, 0.1, 2, 0.2],
    ]
)
QUANTITIES = np.array(
    [
        [1, 1, 2, 1, 4.5, 0.5],
        [0.8, 0.9, 1.9, 1.3, 4.7, 0.6],
        [1, 1.1, 1.8, 3, 5, 0.8],
        [1.2, 1.2, 1.9, 6, 5.6, 1.3],
        [0.9, 1.2, 2, 12, 6.5, 2.5],
    ]
)
PUBLISHED = {
    "laspeyres": [1.4200, 1.3450, 1.3550, 1.4400],
    "paasche": [1.3824, 1.2031, 1.0209, 0.7968],
    "fisher": [1.4011, 1.2721, 1.1762, 1.0712],
    "tornqvist": [1.4052, 1.2890, 1.2268, 1.2477],
}
FORMULAS = [*PUBLISHED, "sato-vartia"]


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


# ---- the exact twin ------------------------------------------------------------------


@pytest.mark.parametrize("family", accuracy.FAMILIES)
def test_parts_and_residuals_are_within_the_bound(family):
    compared = 0
    for items, groups in ((1, 100), (2, 100), (10, 150), (37, 10)):
        for error, residual, _ in accuracy.checked(family, groups, items, items):
            compared += 1
            assert error <= 1 and residual <= 1
    assert compared > 150


def test_many_items_do_not_add_up_their_roundings():
    rng = np.random.default_rng(3)
    p0, q0, p1, q1 = accuracy.worths(rng, 1, 20_000)
    got = em.price_volume(p0[0], q0[0], p1[0], q1[0])
    exact = twin.price_volume(*(x[0].tolist() for x in (p0, q0, p1, q1)), "bennet")
    bound = accuracy.bound_worth(exact, p0[0], q0[0], p1[0], q1[0])
    for part in ("total", "price", "volume", "entry", "exit"):
        assert abs(Fraction(float(getattr(got, part))) - exact[part]) <= bound


@pytest.mark.parametrize("method", ["laspeyres", "paasche", "three-way", "bennet"])
def test_items_are_the_parts_of_the_group(method):
    columns = accuracy.worths(np.random.default_rng(5), 40, 7)
    got = em.price_volume(*columns, method=method, items=True)
    for g in range(40):
        exact = twin.price_volume(*(x[g].tolist() for x in columns), method)
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
def test_indices_are_their_formulas(formula):
    for g, columns in enumerate(zip(*index_columns(60), strict=True)):
        items, dropped = twin.matched_items(*(x.tolist() for x in columns))
        price = em.price_index(*columns, formula=formula)
        quantity = em.quantity_index(*columns, formula=formula)
        assert (price.matched, price.dropped) == (len(items), dropped)
        for got, of in ((price, items), (quantity, twin.exchanged(items))):
            exact = twin.index(of, formula)
            assert ulps(float(got.total), exact) <= 16, (g, float(got.total))


def index_columns(groups):
    """p0, q0, p1, q1 with NaN and zeros where items are missing."""
    rng = np.random.default_rng(8)
    p0, q0, p1, q1 = accuracy.worths(rng, groups, 8)
    p0[:, 0], q0[:, 0], p1[:, 0], q1[:, 0] = 2, 30, 3, 20  # one is always there
    p1[:, 1] = np.where(rng.random(groups) < 0.3, np.nan, p1[:, 1])
    q0[:, 2] = np.where(rng.random(groups) < 0.3, np.nan, q0[:, 2])
    return p0, q0, p1, q1


@pytest.mark.parametrize("of", ["price", "quantity"])
def test_index_contributions_are_their_formula(of):
    for columns in zip(*index_columns(40), strict=True):
        got = em.index_contributions(*columns, of=of)
        exact = twin.index_contributions(*(x.tolist() for x in columns), of)
        scale = 1 + sum(map(abs, exact))
        for value, true in zip(got.parts.tolist(), exact, strict=True):
            assert abs(Fraction(value) - true) <= 8 * Fraction(EPS) * scale
        assert abs(got.residual) <= 16 * EPS * float(scale)


# ---- what must hold ------------------------------------------------------------------


def same(a, b) -> bool:
    """Equal, NaN where NaN; a zero has no sign here."""
    return np.array_equal(np.asarray(a) + 0.0, np.asarray(b) + 0.0, equal_nan=True)


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
    # The factor that vanishes takes the whole change; two that do share it equally.
    assert em.lmdi([[2, 3, 4]], [[0, 5, 4]]).effects.tolist() == [-24, 0, 0]
    assert em.lmdi([[2, 3, 4]], [[0, 0, 4]]).effects.tolist() == [-12, -12, 0]
    assert em.lmdi([[0, 3, 4]], [[2, 5, 4]]).effects.tolist() == [40, 0, 0]
    assert em.lmdi([[0, 3]], [[2, 0]]).effects.tolist() == [0, 0]
    assert em.lmdi([[0, 3]], [[0, 5]]).effects.tolist() == [0, 0]
    near = em.lmdi([[2, 3, 4]], [[1e-280, 5, 4]])
    limit = em.lmdi([[2, 3, 4]], [[0, 5, 4]])
    assert near.effects == pytest.approx(limit.effects, rel=0.01, abs=0.1)


def test_lmdi_of_nearly_equal_periods():
    # Here the logarithmic mean is a difference of nearly nothing over nearly nothing.
    for step in (1, 2, 3, 1000, 10**6):
        x0 = [3.0, 7.0]
        x1 = [np.nextafter(3.0, 4) + step * 2**-51, 7.0]
        got, exact = em.lmdi([x0], [x1]), twin.lmdi([x0], [x1])
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
    # Identity: the same prices give 1; proportionality: all prices times 3 give 3.
    assert (em.price_index(p0, q0, p0, q1, formula=formula).total == 1).all()
    assert (em.quantity_index(p0, q0, p1, q0, formula=formula).total == 1).all()
    tripled = em.price_index(p0, q0, p0 * 3, q1, formula=formula).total
    assert np.abs(tripled / 3 - 1).max() <= 8 * EPS
    # Prices and quantities change places.
    swapped = em.price_index(q0, p0, q1, p1, formula=formula)
    both = (
        ~np.isnan(p1).any(-1) & ~np.isnan(q0).any(-1) & (p0 * q0 * p1 * q1 > 0).all(-1)
    )
    assert same(swapped.total[both], quantity.total[both])
    there = (p0 * q0 > 0) & (p1 * q1 > 0)
    value = np.where(there, p1 * q1, 0).sum(-1) / np.where(there, p0 * q0, 0).sum(-1)
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


def test_nothing_that_did_not_happen_is_explained():
    # An item in both periods is neither entry nor exit, and an absent rate is all mix.
    got = em.price_volume([1, 5, np.nan], [4, 0, 3], [1, 6, 2], [4, 2, 0])
    assert name(got.status) == "GAP"  # the price of something sold is missing
    got = em.price_volume([1, np.nan, 7], [4, 0, 3], [1, 6, np.nan], [4, 2, 0])
    assert (got.price, got.volume, got.entry, got.exit) == (0, 0, 12, -21)
    got = em.mix_rate([1, 0], [0.2, np.nan], [1, 1], [0.2, 0.4])
    assert got.rate.tolist() == [0, 0] and got.mix.sum() == pytest.approx(0.1)
    got = em.margin_bridge([100, 50], [60, 40], [10, 0], [100, 60], [60, 45], [10, 0])
    assert got.price == got.unit_cost == got.mix == got.entry == got.exit == 0
    assert got.other == pytest.approx((55 / 160 - 0.4) - (50 / 150 - 0.4))
    assert got.matched == 100 / 150


# ---- shapes --------------------------------------------------------------------------


def calls():
    """Every function that takes an axis, with columns of (groups, items)."""
    rng = np.random.default_rng(21)
    groups, items = 23, 6
    found = {
        "contributions": (em.contributions, accuracy.profits(rng, groups, items)),
        "mix_rate": (em.mix_rate, accuracy.rates(rng, groups, items)),
        "price_volume_mix": (em.price_volume_mix, accuracy.worths(rng, groups, items)),
        "margin_bridge": (em.margin_bridge, accuracy.accounts(rng, groups, items)),
        "index_contributions": (
            em.index_contributions,
            accuracy.worths(rng, groups, items),
        ),
    }
    for method in ("laspeyres", "paasche", "three-way", "bennet"):
        found[f"price_volume {method}"] = (
            lambda *x, m=method, **k: em.price_volume(*x, method=m, **k),
            accuracy.worths(rng, groups, items),
        )
    for formula in FORMULAS:
        found[f"price_index {formula}"] = (
            lambda *x, f=formula, **k: em.price_index(*x, formula=f, **k),
            accuracy.worths(rng, groups, items),
        )
    return found


CALLS = calls()


def assert_same(a, b, turn=lambda x: x):
    for key, value in a.arrays().items():
        other = b.arrays()[key]
        assert same(value, turn(other) if other.ndim > value.ndim - 1 else other), key


@pytest.mark.parametrize("key", CALLS)
def test_layout_and_axis_do_not_matter(key):
    call, columns = CALLS[key]
    plain = call(*columns)
    turned = call(*(c.T for c in columns), axis=0)
    for part, values in plain.arrays().items():
        other = turned.arrays()[part]
        assert same(values, other.T if other.ndim == 2 else other), part
    sparse = [np.full((2 * c.shape[0], 3 * c.shape[1]), 7.0) for c in columns]
    for wide, c in zip(sparse, columns, strict=True):
        wide[::-2, 2::3] = c
    assert_same(plain, call(*(wide[::-2, 2::3] for wide in sparse)))
    unaligned = []
    for c in columns:
        raw = np.zeros(c.nbytes + 3, np.uint8)
        raw[3:] = np.frombuffer(c.tobytes(), np.uint8)
        unaligned.append(raw[3:].view(np.float64).reshape(c.shape))
    assert_same(plain, call(*unaligned))
    assert_same(plain, call(*(c.astype(">f8") for c in columns)))
    deep = call(*(c[:22].reshape(2, 11, -1) for c in columns))
    for part, values in plain.arrays().items():
        assert same(values[:22], deep.arrays()[part].reshape(values[:22].shape)), part
    middle = call(*(c[:22].reshape(2, 11, -1).swapaxes(1, 2) for c in columns), axis=1)
    assert same(middle.total, deep.total) and middle.total.shape == (2, 11)


@pytest.mark.parametrize("key", CALLS)
def test_one_group_is_as_among_many(key):
    call, columns = CALLS[key]
    many = call(*columns)
    before = [c.copy() for c in columns]
    for g in (0, 4, 22):
        one = call(*(c[g] for c in columns))
        assert isinstance(one.total, np.float64) and isinstance(one.status, np.uint8)
        for part, values in many.arrays().items():
            assert same(values[g], one.arrays()[part])
    assert all(same(a, b) for a, b in zip(before, columns, strict=True))


@pytest.mark.parametrize("key", CALLS)
def test_leading_axes_broadcast(key):
    call, columns = CALLS[key]
    first, *rest = columns
    got = call(first[3], *rest)
    whole = call(np.broadcast_to(first[3], first.shape), *rest)
    assert_same(got, whole)
    with pytest.raises(ValueError, match="broadcast"):
        call(first[:, :4], *rest)
    empty = call(*(c[:0] for c in columns))
    assert empty.total.shape == (0,) and empty.status.shape == (0,)


def test_integers_and_float32_are_taken():
    got = em.contributions(np.array([50, 30, 20]), np.array([60, 30, 15], np.float32))
    assert got.parts.tolist() == [0.1, 0, -0.05]
    assert got.parts.dtype == np.float64
    masked = np.ma.masked_array([1.0, 2.0], [False, True])
    assert name(em.contributions(masked, [1, 2]).status) == "GAP"


def test_a_frame_must_name_its_axis():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    with pytest.raises(TypeError, match="axis"):
        em.contributions(frame, frame)
    assert em.contributions(frame, frame * 2, axis=0).total.tolist() == [1, 1]


def digest() -> str:
    """A fingerprint of everything, on the same data everywhere."""
    state = hashlib.sha256()
    rng = np.random.default_rng(31)
    for items in (1, 3, 4, 10, 33, 70):
        for key, (make, call, _, _, _) in accuracy.FAMILIES.items():
            for value in call(*make(rng, 501, items)).arrays().values():
                clean = np.where(np.isnan(value), np.nan, value)
                state.update(key.encode() + clean.tobytes())
        columns = accuracy.worths(rng, 501, items)
        for formula in FORMULAS:
            got = em.price_index(*columns, formula=formula)
            state.update(np.where(np.isnan(got.total), np.nan, got.total).tobytes())
    return state.hexdigest()


def test_same_bits_with_any_number_of_workers(workers, monkeypatch):
    monkeypatch.setattr(_workers, "MIN_CHUNK", 64)
    found = set()
    for count in (1, 2, 7):
        workers(count)
        found.add(digest())
    assert len(found) == 1


def test_every_instruction_set_gives_the_same_bits():
    found = {}
    for isa in em.build_info()["isa_available"]:
        code = "from tests.explain.test_explain import digest; print(digest())"
        done = python("-c", code, EVMARKET_ISA=isa)
        assert done.returncode == 0, done.stderr
        found[isa] = done.stdout
    assert len(set(found.values())) == 1, found


# ---- bad input -----------------------------------------------------------------------


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
    new = em.shift_share([[5, 0], [5, 0]], [[6, 1], [6, 2]])  # an industry new to all
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
    assert em.price_volume(*columns).total == 10  # the change stands
    # A negative price is a loss per unit, and legal.
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


def test_a_margin_needs_revenue_and_cost():
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
    # A returned item has negative revenue: it is not matched, and other than price.
    got = bridge(revenue0=[100.0, -5])
    assert name(got.status) == "OK" and got.other != 0
    assert got.matched == 100 / 95
    assert name(bridge(quantity0=[-10.0, np.nan]).status) == "NO_MATCH"


def test_groups_of_one_and_of_none():
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


def test_a_negative_factor_is_an_error_that_says_where():
    x = np.ones((2, 3, 4))
    x[1, 2, 0] = -3
    with pytest.raises(ValueError, match=r"x0 is -3\.0 at \(1, 2, 0\).*negative"):
        em.lmdi(x, np.ones(4))
    with pytest.raises(ValueError, match=r"x1 is -3\.0 at \(1, 2, 0\).*negative"):
        em.lmdi(np.ones((3, 4)), x)


@pytest.mark.parametrize("call", [em.lmdi, em.shift_share])
def test_two_dimensions_are_needed(call):
    with pytest.raises(ValueError, match=r"x0 has shape \(3,\)"):
        call([1, 2, 3], [1, 2, 3])


def test_multiplicative_lmdi_needs_totals():
    x0, x1 = [[[0, 1.0]], [[0, 1]], [[1, 1]]], [[[1, 1.0]], [[0, 1]], [[0, 1]]]
    got = em.lmdi(x0, x1, form="multiplicative")
    assert names(got.status) == ["ZERO_BASE", "BOTH_ZERO", "INVALID"]
    assert np.isnan(got.effects).all() and np.isnan(got.total).all()


def test_unknown_words_and_axes_are_errors():
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


# ---- looks ---------------------------------------------------------------------------


def every_result():
    for call, columns in CALLS.values():
        yield call(*columns)
        yield call(*(c[0] for c in columns))
        yield call(*(np.stack([c] * 3) for c in columns))
    x0, x1 = accuracy.factors(np.random.default_rng(1), 7, 5)
    yield from (em.lmdi(x0, x1), em.lmdi(x0[0], x1[0]), em.shift_share(x0, x1))
    yield em.price_volume(*GOODS, items=True)


def test_repr_is_short_and_names_every_part():
    for result in every_result():
        lines = repr(result).splitlines()
        assert max(map(len, lines)) <= 80 and len(lines) <= 14
        assert lines[0].startswith(type(result).__name__)
        assert [line.split()[0] for line in lines[1:]] == list(result.arrays())


def test_results_are_frozen():
    got = em.contributions([1, 2], [2, 3])
    with pytest.raises(dataclasses.FrozenInstanceError):
        got.total = 3


def test_tables_have_a_row_for_each_finest_cell():
    pytest.importorskip("pandas")
    for result in every_result():
        arrays = result.arrays()
        finest = max(arrays.values(), key=lambda a: a.ndim)
        table = result.to_pandas()
        assert list(table.columns) == list(arrays) and len(table) == finest.size
        for key, values in arrays.items():
            if values.shape == finest.shape:
                assert same(table[key].to_numpy(), values.reshape(-1))
    turned = em.contributions([[50, 10], [30, 20]], [[60, 30], [30, 30]], axis=0)
    table = turned.to_pandas()
    assert table["total"].tolist() == [0.125, 1.0, 0.125, 1.0]
    assert table.groupby(level=1)["parts"].sum().tolist() == pytest.approx([0.125, 1.0])


def test_an_index_is_a_number():
    got = em.price_index(*GOODS)
    assert float(got) == got.total == np.asarray(got)
    many = em.price_index(PRICES[0], QUANTITIES[0], PRICES[1:], QUANTITIES[1:])
    assert same(np.asarray(many), many.total) and np.asarray(many).shape == (4,)


def test_importing_the_package_loads_no_explanations():
    code = "import sys, evmarket; evmarket.growth; print(*sys.modules)"
    loaded = python("-c", code).stdout.split()
    assert "evmarket._arrays.growth" in loaded
    assert not [name for name in loaded if name.startswith("evmarket._explain")]
