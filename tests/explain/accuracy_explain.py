"""Errors of explanations against exact fractions, relative to the documented bound.

    python -m tests.explain.accuracy_explain [--groups 1000000] [--families lmdi ...]

The random groups have entries, exits, zeros, items of very different size (1e-6 and
1e12) and negative contributions. Every part of every group is compared with its formula
in fractions, and the total minus the parts with the bound on residuals.
"""

import argparse
from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

import evmarket as em
from tests.explain import reference_explain as reference

EPS = Fraction(2) ** -52
CHUNK = 2_000


# ---- random groups -------------------------------------------------------------------


def absences(rng, shape) -> tuple[np.ndarray, np.ndarray]:
    """Masks of the items in the earlier and in the later period."""
    draws = rng.random(shape)
    return draws > 0.15, (draws < 0.85) & (draws > 0.05)


def scales(rng, shape) -> np.ndarray:
    return np.where(
        rng.random(shape) < 0.5, 1.0, 10.0 ** rng.choice([-6.0, 0.0, 12.0], shape)
    )


def worths(rng, groups: int, items: int) -> tuple[np.ndarray, ...]:
    """p0, q0, p1, q1: prices of any size; quantities are zero for absent items."""
    shape = groups, items
    p0, q0 = np.exp(rng.normal(0, 1, shape)) * scales(rng, shape), rng.random(shape)
    q0 = q0 * 1000 + 1
    in0, in1 = absences(rng, shape)
    p1, q1 = (
        p0 * np.exp(rng.normal(0, 0.3, shape)),
        q0 * np.exp(rng.normal(0, 0.7, shape)),
    )
    return p0, np.where(in0, q0, 0), p1, np.where(in1, q1, 0)


def profits(rng, groups: int, items: int) -> tuple[np.ndarray, ...]:
    """x0, x1 with some losses; most totals are positive."""
    shape = groups, items
    x0 = rng.normal(1, 1, shape) * scales(rng, shape)
    x1 = np.where(rng.random(shape) < 0.1, x0, x0 * rng.normal(1, 0.5, shape))
    in0, in1 = absences(rng, shape)
    return np.where(in0, x0, 0), np.where(in1, x1, 0)


def rates(rng, groups: int, items: int) -> tuple[np.ndarray, ...]:
    """w0, r0, w1, r1: weights of any size; rates from -0.5 to 1, NaN at zero weight."""
    shape = groups, items
    w0 = np.exp(rng.normal(0, 1, shape)) * scales(rng, shape)
    in0, in1 = absences(rng, shape)
    w1 = np.where(in1, w0 * np.exp(rng.normal(0, 0.5, shape)), 0)
    r0, r1 = rng.uniform(-0.5, 1, shape), rng.uniform(-0.5, 1, shape)
    return (
        np.where(in0, w0, 0),
        np.where(in0, r0, np.nan),
        w1,
        np.where(in1, r1, np.nan),
    )


def accounts(rng, groups: int, items: int) -> tuple[np.ndarray, ...]:
    """r0, c0, q0, r1, c1, q1, some items without units."""
    p0, q0, p1, q1 = worths(rng, groups, items)
    margins = rng.uniform(-0.2, 0.6, (2, groups, items))
    r0, r1 = p0 * q0, p1 * q1
    c0, c1 = r0 * (1 - margins[0]), r1 * (1 - margins[1])
    services = rng.random((groups, items)) < 0.1
    return r0, c0, np.where(services, 0, q0), r1, c1, np.where(services, np.nan, q1)


def factors(rng, groups: int, items: int) -> tuple[np.ndarray, ...]:
    """x0, x1 of three factors, some zero in one period or both."""
    shape = groups, items, 3
    x0 = np.exp(rng.normal(0, 1, shape))
    x0[..., 0] *= scales(rng, shape[:2])
    x1 = x0 * np.exp(rng.normal(0, 0.3, shape))
    x1 = np.where(rng.random(shape) < 0.1, x0, x1)
    return np.where(rng.random(shape) < 0.03, 0, x0), np.where(
        rng.random(shape) < 0.03, 0, x1
    )


# ---- bounds and families -------------------------------------------------------------


def size(*pairs) -> Fraction:
    """The sum of the magnitudes of price times quantity."""
    return sum(
        (
            abs(Fraction(p) * Fraction(q))
            for prices, quantities in pairs
            for p, q in zip(prices, quantities, strict=True)
            if q
        ),
        Fraction(0),
    )


def bound_contributions(exact, x0, x1) -> Fraction:
    return 4 * EPS * sum(map(abs, exact["parts"]))


def bound_worth(exact, p0, q0, p1, q1) -> Fraction:
    return 8 * EPS * size((p0, q0), (p1, q1))


def bound_rates(exact, w0, r0, w1, r1) -> Fraction:
    return 16 * EPS * max(1, *map(abs, exact["pooled"]))


def bound_margins(exact, r0, c0, q0, r1, c1, q1) -> Fraction:
    sides = [
        reference.margin(
            [(Fraction(a), Fraction(b)) for a, b in zip(r, c, strict=True)]
        )
        for r, c in ((r0, c0), (r1, c1))
    ]
    return 16 * EPS * max(1, *map(abs, sides))


def bound_factors(exact, x0, x1) -> Fraction:
    values = (np.prod(x, axis=-1).sum() for x in (np.array(x0), np.array(x1)))
    return 8 * 3 * EPS * sum(map(Fraction, values))


def bound_shifts(exact, x0, x1) -> Fraction:
    return 8 * EPS * Fraction(float(np.abs([x0, x1]).sum()))


Family = tuple[Callable, Callable, Callable, Callable, tuple[str, ...]]


def family(make, call, exact, bound, *parts: str) -> Family:
    return make, call, exact, bound, parts


def price_volume(method: str, *more: str) -> Family:
    return family(
        worths,
        lambda *x: em.price_volume(*x, method=method),
        lambda *x: reference.price_volume(*x, method),
        bound_worth,
        *("price", "volume", "entry", "exit", *more),
    )


def mix_rate(method: str, *more: str) -> Family:
    return family(
        rates,
        lambda *x: em.mix_rate(*x, method=method),
        lambda *x: reference.mix_rate(*x, method),
        bound_rates,
        *("rate", "mix", *more),
    )


FAMILIES: dict[str, Family] = {
    "contributions": family(
        profits, em.contributions, reference.contributions, bound_contributions, "parts"
    ),
    "mix_rate symmetric": mix_rate("symmetric"),
    "mix_rate three-way": mix_rate("three-way", "joint"),
    "shift_share": family(
        lambda rng, groups, items: factors(rng, groups, items),
        em.shift_share,
        reference.shift_share,
        bound_shifts,
        *("national", "mix", "regional"),
    ),
    "price_volume laspeyres": price_volume("laspeyres"),
    "price_volume paasche": price_volume("paasche"),
    "price_volume bennet": price_volume("bennet"),
    "price_volume three-way": price_volume("three-way", "joint"),
    "price_volume_mix": family(
        worths,
        em.price_volume_mix,
        reference.price_volume_mix,
        bound_worth,
        *("price", "volume", "mix", "entry", "exit"),
    ),
    "margin_bridge": family(
        accounts,
        em.margin_bridge,
        reference.margin_bridge,
        bound_margins,
        *("price", "unit_cost", "mix", "entry", "exit", "other"),
    ),
    "lmdi": family(factors, em.lmdi, reference.lmdi, bound_factors, "effects"),
}


def flat(value: object) -> list:
    """Numbers of an array, a nested list or a single number, as one list."""
    if isinstance(value, np.ndarray):
        return value.reshape(-1).tolist()
    if not isinstance(value, list):
        return [value]
    return [item for row in value for item in flat(row)]


def off(got: object, exact: object) -> Fraction:
    """The largest error; `got` must be NaN where `exact` is None."""
    worst = Fraction(0)
    for value, true in zip(flat(got), flat(exact), strict=True):
        assert (true is None) == bool(np.isnan(value)), (value, true)
        if true is not None:
            worst = max(worst, abs(Fraction(value) - true))
    return worst


def checked(name: str, groups: int, seed: int, items: int = 10) -> Iterator[tuple]:
    """Yield error / bound, residual / bound and status of random groups."""
    make, call, exact_of, bound_of, parts = FAMILIES[name]
    columns = make(np.random.default_rng(seed), groups, items)
    found = call(*columns)
    whole = name == "shift_share"  # has one total per cell, not per group
    for g in range(groups):
        group = [column[g].tolist() for column in columns]
        exact = exact_of(*group)
        assert found.status[g] == exact["status"], (name, seed, g)
        error = off(found.total[g], exact["total"])
        given = [getattr(found, part)[g] for part in parts]
        for part, values in zip(parts, given, strict=True):
            error = max(error, off(values, exact[part]))
        if None in flat(exact["total"]) or None in flat(exact[parts[0]]):
            continue
        bound = bound_of(exact, *group)
        if whole:
            columns_of = zip(flat(found.total[g]), *map(flat, given), strict=True)
            left = [Fraction(t) - sum(map(Fraction, rest)) for t, *rest in columns_of]
        else:
            left = [
                Fraction(float(found.total[g])) - sum(map(Fraction, flatten(given)))
            ]
        residual_error = off(found.residual[g], left)
        # The residual is summed in two doubles, so its error is of second order.
        second = 20 * EPS**2 * sum(map(abs, map(Fraction, flatten(given))))
        assert residual_error <= EPS * max(map(abs, left)) + second, (name, seed, g)
        scale = bound or Fraction(1)
        yield error / scale, max(map(abs, left)) / scale, exact["status"]


def flatten(values) -> list[float]:
    return [float(x) for value in values for x in flat(value)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--groups", type=int, default=1_000_000)
    parser.add_argument(
        "--families", nargs="+", choices=FAMILIES, default=list(FAMILIES)
    )
    given = parser.parse_args()
    row = "{:<24}{:>10}{:>12}{:>12}"
    print(row.format("family", "groups", "error", "residual"))
    for name in given.families:
        error = residual = Fraction(0)
        compared = 0
        for seed, begin in enumerate(range(0, given.groups, CHUNK)):
            for one in checked(name, min(CHUNK, given.groups - begin), seed):
                compared += 1
                error, residual = max(error, one[0]), max(residual, one[1])
        exceeded = " EXCEEDS THE BOUND" if max(error, residual) > 1 else ""
        figures = f"{float(error):.4f}", f"{float(residual):.4f}"
        print(row.format(name, compared, *figures) + exceeded, flush=True)


if __name__ == "__main__":
    main()
