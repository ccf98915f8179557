"""The largest error of the array functions, in units in the last place (ulp).

    python -m tests.arrays.accuracy [--pairs 1000000] [--functions growth margin ...]

Each function is compared with exact integers (log and power: with seventy digits) over
pairs of numbers of all signs: a third within 2,000 ulp of each other, a third with
random exponents from -1074 to 1023, a third ordinary; then over pairs of int64 beyond
2**53.
"""

import argparse
import math
from collections.abc import Callable, Iterator

import numpy as np

import evmarket as em
from tests import reference

CHUNK = 10_000


def float_pairs(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n pairs of three kinds, with random signs."""
    near = np.exp(rng.uniform(-30, 30, n // 3))
    beside = near.copy()
    steps = rng.integers(-2000, 2001, n // 3)
    beside = (beside.view(np.int64) + steps).view(np.float64)
    m = n // 3
    far, distant = (
        np.ldexp(rng.uniform(1, 2, m), rng.integers(-1074, 1023, m, endpoint=True))
        for _ in "ab"
    )
    ordinary, other = (np.exp(rng.normal(0, 3, n - 2 * m)) for _ in "ab")
    a, b = (
        np.concatenate([near, far, ordinary]),
        np.concatenate([beside, distant, other]),
    )
    return a * rng.choice([-1.0, 1.0], n), b * rng.choice([-1.0, 1.0], n)


def int_pairs(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n pairs of integers beyond 2**53, a third of them close, with random signs."""
    a, b = (rng.integers(2**53, 2**63 - 1, n, endpoint=True) for _ in "ab")
    close = rng.random(n) < 1 / 3
    b = np.where(close, np.clip(a - rng.integers(-2000, 2001, n), 2**53, None), b)
    a, b = a * rng.choice([-1, 1], n), b * rng.choice([-1, 1], n)
    a[:2], b[:2] = -(2**63), [2**63 - 1, -(2**63) + 1]
    return a, b


Rational = Callable[[int, int], tuple[int, int]]


def common(a: float | int, b: float | int) -> tuple[int, int]:
    """Two numbers as integers, multiplied by a common factor."""
    (p, q), (r, s) = a.as_integer_ratio(), b.as_integer_ratio()
    return p * s, r * q


# The function, and the exact numerator and denominator of its result, from integers.
RATIONAL: dict[str, tuple[Callable, Rational]] = {
    "growth": (lambda a, b: em.growth_between(a, b), lambda a, b: (b - a, a)),
    "growth abs": (
        lambda a, b: em.growth_between(a, b, policy="abs"),
        lambda a, b: (b - a, abs(a)),
    ),
    "growth signed": (
        lambda a, b: em.growth_between(a, b, policy="signed"),
        lambda a, b: (b - a, a),
    ),
    "growth midpoint": (
        lambda a, b: em.growth_between(a, b, policy="midpoint"),
        lambda a, b: (2 * (b - a), abs(a) + abs(b)),
    ),
    "margin": (em.margin, lambda a, b: (a - b, a)),
    "markup": (em.markup, lambda a, b: (a - b, b)),
    "ratio": (em.ratio, lambda a, b: (a, b)),
    "index": (
        lambda a, b: em.index(np.stack([a, b]), axis=0)[1],
        lambda a, b: (100 * b, a),
    ),
    "share": (
        lambda a, b: em.share(np.abs([a, b]), axis=0)[0],
        lambda a, b: (abs(a), abs(a) + abs(b)),
    ),
    "share signed": (
        lambda a, b: em.share(np.stack([a, b]), axis=0)[0],
        lambda a, b: (a, a + b),
    ),
}

PER_YEAR, YEARS = 12, 7


def stacked(function: Callable, **options) -> Callable:
    """A function along an axis as a function of (base, current)."""
    return lambda a, b: function(np.stack([a, b]), axis=0, **options)[1]


POWER: dict[str, tuple[Callable, Callable]] = {
    "log_growth": (
        stacked(em.log_growth),
        lambda a, b: reference.log_growth([a, b])[1][0],
    ),
    "annualized_growth": (
        stacked(em.annualized_growth, per_year=PER_YEAR),
        lambda a, b: reference.annualized_growth([a, b], per_year=PER_YEAR)[1][0],
    ),
    "cagr": (
        lambda a, b: em.cagr(a, b, YEARS),
        lambda a, b: reference.cagr([a], [b], [YEARS])[0][0],
    ),
    "mean_growth": (
        lambda a, b: em.mean_growth(np.stack([a, b, b, b]), axis=0),
        lambda a, b: reference.mean_growth([a, b, b, b])[0][0],
    ),
}

FUNCTIONS = [*RATIONAL, *POWER]


def bound(name: str, dtype: str) -> int:
    """The largest error allowed, in ulp."""
    if name in POWER:
        return 4
    return 3 if dtype == "int64" or name == "growth midpoint" else 2


def errors(
    name: str, a: np.ndarray, b: np.ndarray
) -> Iterator[tuple[float, float, float]]:
    """(error in ulp, a, b) of every pair for which the result is a number."""
    if name in RATIONAL:
        function, exact = RATIONAL[name]
        values = function(a, b)
        at = np.flatnonzero(np.isfinite(values))
        for value, x, y in zip(
            values[at].tolist(), a[at].tolist(), b[at].tolist(), strict=True
        ):
            numerator, denominator = exact(*common(x, y))
            yield reference.ulps_ratio(value, numerator, denominator), x, y
        return
    a, b = (
        np.maximum(np.abs(v), 1) if v.dtype.kind == "i" else np.abs(v) for v in (a, b)
    )
    function, exact = POWER[name]
    values = function(a, b)
    for value, x, y in zip(values.tolist(), a.tolist(), b.tolist(), strict=True):
        if math.isfinite(value):
            yield reference.ulps(value, exact(x, y)), x, y


def measure(
    name: str, dtype: str, pairs: int, seed: int = 0
) -> tuple[float, float, float, int]:
    """The largest error, its pair, and the number of results compared."""
    rng = np.random.default_rng(seed)
    make = int_pairs if dtype == "int64" else float_pairs
    worst, compared = (0.0, math.nan, math.nan), 0
    for begin in range(0, pairs, CHUNK):
        for case in errors(name, *make(min(CHUNK, pairs - begin), rng)):
            compared += 1
            if case[0] > worst[0]:
                worst = case
    return *worst, compared


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--pairs", type=int, default=1_000_000, help="pairs per function"
    )
    parser.add_argument(
        "--functions", nargs="+", choices=FUNCTIONS, default=FUNCTIONS, metavar="NAME",
        help="all by default: " + ", ".join(FUNCTIONS),
    )  # fmt: skip
    given = parser.parse_args()
    row = "{:<20}{:<10}{:>10}{:>10}{:>7}  {}"
    print(row.format("function", "dtype", "compared", "max ulp", "bound", "worst pair"))
    for name in given.functions:
        for dtype in ("float64", "int64"):
            worst, a, b, compared = measure(name, dtype, given.pairs)
            allowed = bound(name, dtype)
            pair = f"{a!r} {b!r}" + (" ABOVE THE BOUND" if worst > allowed else "")
            error = f"{worst:.3f}"
            print(row.format(name, dtype, compared, error, allowed, pair), flush=True)


if __name__ == "__main__":
    main()
