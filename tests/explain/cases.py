"""Arguments and comparisons shared by the tests of explanations."""

import numpy as np

import evmarket as em
from tests.explain import accuracy_explain as accuracy
from tests.reference import Status

EPS = 2.0**-52
FORMULAS = ["laspeyres", "paasche", "fisher", "tornqvist", "sato-vartia"]

GOODS = [10, 15, 20], [1000, 800, 500], [11, 15, 23], [1000, 700, 800]
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


def names(status) -> list[str]:
    return np.atleast_1d(em.Status.names(status)).tolist()


def name(status) -> str:
    return Status(int(status)).name


def same(a, b) -> bool:
    """Whether arrays are equal. NaN equals NaN, and -0 equals 0."""
    return np.array_equal(np.asarray(a) + 0.0, np.asarray(b) + 0.0, equal_nan=True)


def index_columns(groups):
    """p0, q0, p1, q1 with NaN and zeros where items are missing."""
    rng = np.random.default_rng(8)
    p0, q0, p1, q1 = accuracy.worths(rng, groups, 8)
    p0[:, 0], q0[:, 0], p1[:, 0], q1[:, 0] = 2, 30, 3, 20  # always in both periods
    p1[:, 1] = np.where(rng.random(groups) < 0.3, np.nan, p1[:, 1])
    q0[:, 2] = np.where(rng.random(groups) < 0.3, np.nan, q0[:, 2])
    return p0, q0, p1, q1


def calls():
    """Every function with an axis, and arguments of shape (groups, items)."""
    rng = np.random.default_rng(21)
    groups, items = 23, 6
    cases = {
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
        cases[f"price_volume {method}"] = (
            lambda *x, m=method, **k: em.price_volume(*x, method=m, **k),
            accuracy.worths(rng, groups, items),
        )
    for formula in FORMULAS:
        cases[f"price_index {formula}"] = (
            lambda *x, f=formula, **k: em.price_index(*x, formula=f, **k),
            accuracy.worths(rng, groups, items),
        )
    return cases


CALLS = calls()


def assert_same(a, b):
    for key, value in a.arrays().items():
        assert same(value, b.arrays()[key]), key
