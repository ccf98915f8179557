"""Explanations of many groups, against NumPy and numba.

Run ``python -m tests.bench.explain`` on an idle machine. NumPy code is vectorised and
writes to buffers that exist before (`out=`). numba is compiled before it is timed. All
results are compared first, and residuals are checked against their bounds. Each time is
the minimum of several rounds, in milliseconds, and is also printed as a multiple of
evmarket's in the same run.
"""

import argparse
from collections.abc import Callable

import numpy as np

import evmarket as em
from tests.bench.timing import minima

EPS = 2.0**-52


def make(groups: int, items: int) -> dict[str, np.ndarray]:
    """Prices, quantities, revenue and cost; 5% of the items are new or lost."""
    rng = np.random.default_rng(0)
    shape = groups, items
    p0, q0 = rng.uniform(10, 100, shape), rng.integers(1, 1000, shape).astype(float)
    p1 = p0 * rng.uniform(0.8, 1.25, shape)
    q1 = np.rint(q0 * rng.uniform(0.5, 2, shape))
    q1[q1 == 0] = 1
    q0[:, 1:][rng.random((groups, items - 1)) < 0.05] = 0
    q1[:, 1:][rng.random((groups, items - 1)) < 0.05] = 0
    r0, r1 = p0 * q0, p1 * q1
    c0, c1 = r0 * rng.uniform(0.7, 1, shape), r1 * rng.uniform(0.7, 1, shape)
    names = ("p0", "q0", "p1", "q1", "r0", "c0", "r1", "c1")
    return dict(zip(names, (p0, q0, p1, q1, r0, c0, r1, c1), strict=True))


class Buffers:
    """Scratch arrays: numbers per item, numbers per group, masks per item."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.items = [np.empty(shape) for _ in range(4)]
        self.groups = [np.empty(shape[0]) for _ in range(32)]
        self.masks = [np.empty(shape, bool) for _ in range(4)]


def numpy_price_volume(d: dict, b: Buffers) -> tuple[np.ndarray, ...]:
    v0, v1, x, y = b.items
    total, price, volume, entry, exit_, base = b.groups[:6]
    new, lost, both, _ = b.masks
    np.multiply(d["p0"], d["q0"], out=v0)
    np.multiply(d["p1"], d["q1"], out=v1)
    np.equal(d["q0"], 0, out=new)
    np.equal(d["q1"], 0, out=lost)
    np.logical_or(new, lost, out=both)
    np.logical_not(both, out=both)
    np.add.reduce(v0, axis=1, out=base)
    np.add.reduce(v1, axis=1, out=total)
    np.subtract(total, base, out=total)
    np.multiply(v1, new, out=x)
    np.add.reduce(x, axis=1, out=entry)
    np.multiply(v0, lost, out=x)
    np.add.reduce(x, axis=1, out=exit_)
    np.negative(exit_, out=exit_)
    for part, a0, a1, b0, b1 in (
        (price, d["p0"], d["p1"], d["q0"], d["q1"]),
        (volume, d["q0"], d["q1"], d["p0"], d["p1"]),
    ):
        np.subtract(a1, a0, out=x)
        np.add(b0, b1, out=y)
        np.multiply(x, y, out=x)
        np.multiply(x, both, out=x)
        np.add.reduce(x, axis=1, out=part)
        np.multiply(part, 0.5, out=part)
    return total, price, volume, entry, exit_


def numpy_contributions(d: dict, b: Buffers) -> tuple[np.ndarray, ...]:
    parts = b.items[0]
    total, base = b.groups[:2]
    np.add.reduce(d["r0"], axis=1, out=base)
    np.subtract(d["r1"], d["r0"], out=parts)
    np.divide(parts, base[:, None], out=parts)
    np.add.reduce(parts, axis=1, out=total)
    return total, parts


def numpy_margin_bridge(d: dict, b: Buffers) -> tuple[np.ndarray, ...]:
    back, forth, x, _ = b.items
    both, matched, some, other = b.masks
    free = iter(b.groups)
    r0, c0, q0, r1, c1, q1 = (d[k] for k in ("r0", "c0", "q0", "r1", "c1", "q1"))

    def present(r, c, to):
        np.not_equal(r, 0, out=to)
        np.not_equal(c, 0, out=other)
        np.logical_or(to, other, out=to)

    def total(values, mask=None):
        to = next(free)
        if mask is None:
            np.add.reduce(values, axis=1, out=to)
        else:
            np.multiply(values, mask, out=x)
            np.add.reduce(x, axis=1, out=to)
        return to

    present(r0, c0, both)
    present(r1, c1, some)
    np.logical_and(both, some, out=both)
    np.copyto(matched, both)
    for values in (r0, r1, q0, q1):
        np.greater(values, 0, out=some)
        np.logical_and(matched, some, out=matched)
    back.fill(0)
    forth.fill(0)
    np.divide(q0, q1, out=back, where=matched)
    np.divide(q1, q0, out=forth, where=matched)
    sides = [[total(v, m) for v in (r0, c0, r1, c1)] for m in (None, both, matched)]
    margins = [(1 - s[1] / s[0], 1 - s[3] / s[2]) for s in sides]
    r00, c00, r11, c11 = sides[2]
    r10, c10 = total(r1, back), total(c1, back)
    r01, c01 = total(r0, forth), total(c0, forth)
    k000, k100, k010, k110 = c00 / r00, c00 / r10, c10 / r00, c10 / r10
    k001, k101, k011, k111 = c01 / r01, c01 / r11, c11 / r01, c11 / r11
    price = (k000 - k100 + k011 - k111) / 3 + (k010 - k110 + k001 - k101) / 6
    cost = (k000 - k010 + k101 - k111) / 3 + (k100 - k110 + k001 - k011) / 6
    mix = (k000 - k001 + k110 - k111) / 3 + (k100 - k101 + k010 - k011) / 6
    (all0, all1), (both0, both1), (in0, in1) = margins
    entry, exit_ = all1 - both1, both0 - all0
    return all1 - all0, price, cost, mix, entry, exit_, (both1 - in1) - (both0 - in0)


def numba_price_volume(d: dict, compensated: bool) -> Callable[[], tuple]:
    """A function compiled by numba; `compensated` sums as evmarket does."""
    import numba

    @numba.njit(parallel=True, cache=True)
    def plain(p0, q0, p1, q1, total, price, volume, entry, left):
        for g in numba.prange(p0.shape[0]):
            t = a = b = c = e = 0.0
            for i in range(p0.shape[1]):
                v0, v1 = p0[g, i] * q0[g, i], p1[g, i] * q1[g, i]
                t += v1 - v0
                if q0[g, i] == 0:
                    c += v1
                elif q1[g, i] == 0:
                    e -= v0
                else:
                    a += (p1[g, i] - p0[g, i]) * (q0[g, i] + q1[g, i])
                    b += (q1[g, i] - q0[g, i]) * (p0[g, i] + p1[g, i])
            total[g], price[g], volume[g], entry[g], left[g] = t, a / 2, b / 2, c, e

    @numba.njit(inline="always")
    def add(total, excess, x):
        step = x - excess
        following = total + step
        return following, (following - total) - step

    @numba.njit(parallel=True, cache=True)
    def careful(p0, q0, p1, q1, total, price, volume, entry, left):
        for g in numba.prange(p0.shape[0]):
            t = a = b = c = e = 0.0
            tx = ax = bx = cx = ex = 0.0
            for i in range(p0.shape[1]):
                v0, v1 = p0[g, i] * q0[g, i], p1[g, i] * q1[g, i]
                t, tx = add(t, tx, v1 - v0)
                if q0[g, i] == 0:
                    c, cx = add(c, cx, v1)
                elif q1[g, i] == 0:
                    e, ex = add(e, ex, -v0)
                else:
                    dp, dq = p1[g, i] - p0[g, i], q1[g, i] - q0[g, i]
                    a, ax = add(a, ax, dp * (q0[g, i] + q1[g, i]))
                    b, bx = add(b, bx, dq * (p0[g, i] + p1[g, i]))
            total[g], price[g], volume[g] = t - tx, (a - ax) / 2, (b - bx) / 2
            entry[g], left[g] = c - cx, e - ex

    out = tuple(np.empty(len(d["p0"])) for _ in range(5))
    run = careful if compensated else plain

    def call() -> tuple:
        numba.set_num_threads(min(em.set_workers(1), numba.config.NUMBA_NUM_THREADS))
        em.set_workers(numba.get_num_threads())
        run(d["p0"], d["q0"], d["p1"], d["q1"], *out)
        return out

    return call


def ours_price_volume(d: dict) -> tuple:
    r = em.price_volume(d["p0"], d["q0"], d["p1"], d["q1"])
    return r.total, r.price, r.volume, r.entry, r.exit


def ours_margin_bridge(d: dict) -> tuple:
    r = em.margin_bridge(d["r0"], d["c0"], d["q0"], d["r1"], d["c1"], d["q1"])
    return r.total, r.price, r.unit_cost, r.mix, r.entry, r.exit, r.other


def ours_contributions(d: dict) -> tuple:
    r = em.contributions(d["r0"], d["r1"])
    return r.total, r.parts


def assert_bounds(d: dict) -> None:
    """Check the residual of every group against its bound."""
    worth = np.abs(d["r0"]).sum(1) + np.abs(d["r1"]).sum(1)
    columns = d["p0"], d["q0"], d["p1"], d["q1"]
    for method in ("laspeyres", "paasche", "three-way", "bennet"):
        found = em.price_volume(*columns, method=method)
        assert (np.abs(found.residual) <= 8 * EPS * worth).all()
    assert (np.abs(em.price_volume_mix(*columns).residual) <= 8 * EPS * worth).all()
    found = em.margin_bridge(d["r0"], d["c0"], d["q0"], d["r1"], d["c1"], d["q1"])
    assert (np.abs(found.residual) <= 16 * EPS).all()
    given = em.contributions(d["r0"], d["r1"])
    assert (np.abs(given.residual) <= 4 * EPS * np.abs(given.parts).sum(1)).all()


def assert_equal(got: tuple, expected: tuple) -> None:
    for a, b in zip(got, expected, strict=True):
        scale = max(float(np.abs(b).max()), 1.0)
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12 * scale)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--groups", type=int, default=1_000_000, help="groups")
    parser.add_argument("--items", type=int, default=10, help="items per group")
    parser.add_argument("--repeats", type=int, default=7, help="times per call")
    given = parser.parse_args()
    d = make(given.groups, given.items)
    buffers = Buffers(d["p0"].shape)
    assert_bounds(d)
    works: dict[str, dict[str, Callable]] = {
        "price_volume": {
            "evmarket": lambda: ours_price_volume(d),
            "numpy": lambda: numpy_price_volume(d, buffers),
        },
        "margin_bridge": {
            "evmarket": lambda: ours_margin_bridge(d),
            "numpy": lambda: numpy_margin_bridge(d, buffers),
        },
        "contributions": {
            "evmarket": lambda: ours_contributions(d),
            "numpy": lambda: numpy_contributions(d, buffers),
        },
    }
    try:
        works["price_volume"]["numba"] = numba_price_volume(d, False)
        works["price_volume"]["numba, compensated"] = numba_price_volume(d, True)
    except ImportError:
        print("numba is not installed and is skipped")
    for calls in works.values():
        expected = calls["evmarket"]()
        for name, call in calls.items():
            if name != "evmarket":
                assert_equal(expected, call())
    default = em.set_workers(1)
    print(f"{given.groups:,} groups of {given.items} items: ms, multiple of evmarket's")
    for workers in sorted({1, default}):
        em.set_workers(workers)
        print(f"workers: {workers} (NumPy: 1)")
        for work, calls in works.items():
            times = minima(calls, given.repeats)
            words = ", ".join(
                f"{name} {seconds * 1e3:.1f} ({seconds / times['evmarket']:.2f}x)"
                for name, seconds in times.items()
            )
            print(f"  {work:<15}{words}", flush=True)


if __name__ == "__main__":
    main()
