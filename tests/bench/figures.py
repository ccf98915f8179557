"""Published figures: speed of reading, of the intervals, of the audit; and enclosure.

Run ``python -m tests.bench.figures`` with nothing else running. The kernels are set
beside a plain Python loop over floats that steps its ends outward as they do; results
are compared first. ``--only speed|enclosure|corruptions`` runs one part.
"""

from __future__ import annotations

import argparse
import math
import time
from fractions import Fraction

import numpy as np

import evmarket as em
from tests.bench.timing import machine, minima, same, table, versions
from tests.figures import reference_figures as exact

INF = math.inf
STEP = math.nextafter


def loop_base(levels_low, levels_high, growths_low, growths_high):
    """level / (1 + growth) one by one, as one would write it."""
    lows, highs = [], []
    for a, b, g, h in zip(
        levels_low, levels_high, growths_low, growths_high, strict=True
    ):
        if not (a <= b and g <= h) or h <= -1:
            lows.append(math.nan)
            highs.append(math.nan)
            continue
        low = a / (1 + (h if a >= 0 else g)) if a >= 0 or g > -1 else -INF
        high = b / (1 + (g if b >= 0 else h)) if b < 0 or g > -1 else INF
        lows.append(STEP(STEP(low, -INF), -INF))
        highs.append(STEP(STEP(high, INF), INF))
    return lows, highs


def loop_ratio_growth(one_low, one_high, two_low, two_high):
    """(1 + a) / (1 + b) - 1 one by one."""
    lows, highs = [], []
    for a, b, g, h in zip(one_low, one_high, two_low, two_high, strict=True):
        if not (a <= b and g <= h) or h <= -1:
            lows.append(math.nan)
            highs.append(math.nan)
            continue
        low = (a - h) / (1 + h) if a >= -1 or g <= -1 else (a - g) / (1 + g)
        high = (b - g) / (1 + g) if g > -1 else INF
        lows.append(STEP(STEP(low, -INF), -INF))
        highs.append(STEP(STEP(high, INF), INF))
    return lows, highs


def kernels(n, rounds):
    rng = np.random.default_rng(1)
    level = rng.integers(1_000, 10**6, n).astype(float)
    growth = rng.integers(-900, 3_000, n) / 1_000
    other = rng.integers(-500, 2_000, n) / 1_000
    cases = {
        "implied_base": (loop_base, (level - 500, level + 500),
                         (growth - 5e-4, growth + 5e-4)),
        "implied_ratio_growth": (loop_ratio_growth, (other - 5e-4, other + 5e-4),
                                 (growth - 5e-4, growth + 5e-4)),
    }  # fmt: skip
    for name, (loop, one, two) in cases.items():
        ours = getattr(em, name)
        lists = [end.tolist() for end in (*one, *two)]
        for mine, theirs in zip(ours(one, two), loop(*lists), strict=True):
            assert same(theirs, mine, 1e-14, 1e-15), name
        best = minima(
            {f"em.{name}": lambda f=ours, a=one, b=two: f(a, b),
             "plain Python loop": lambda f=loop, x=lists: f(*x)},
            rounds,
        )  # fmt: skip
        table(f"{name}, {n:,} pairs", best, "plain Python loop", f"em.{name}")


def facts(n):
    """Columns of n facts: 20 years of so many makers, printed to the thousand."""
    rng = np.random.default_rng(2)
    makers = n // 20
    level = rng.integers(20_000, 900_000, makers)
    names = ("id", "entity", "parent", "measure", "dimension", "period", "text",
             "growth_text", "growth_base", "growth_basis", "scope")  # fmt: skip
    columns = {name: [] for name in names}
    for year in range(2005, 2025):
        after = np.maximum(
            (level * rng.uniform(0.8, 1.4, makers)).astype(np.int64), 20_000
        )
        for i, (x0, x1) in enumerate(zip(level.tolist(), after.tolist(), strict=True)):
            row = (
                f"{i}/{year}", f"maker {i}", f"group {i // 10}", "sales", "vehicles",
                str(year), f"{x1:,}", f"{100 * (x1 - x0) / x0:+.1f}%", str(year - 1),
                "printed", "maker",
            )  # fmt: skip
            for name, value in zip(names, row, strict=True):
                columns[name].append(value)
        level = after
    return columns


def reading_and_audit(n):
    columns = facts(n)
    for name in ("text", "growth_text"):
        start = time.perf_counter()
        em.figures(columns[name])
        seconds = time.perf_counter() - start
        print(f"\nem.figures of {n:,} texts ({name}): {seconds:.2f} s")
    start = time.perf_counter()
    read = em.Facts(columns)
    parsed = time.perf_counter() - start
    start = time.perf_counter()
    found = em.audit(read)
    seconds = time.perf_counter() - start
    assert found.counts["inconsistent"] == 0 and len(found.findings) > 0.9 * n
    print(
        f"em.Facts of {n:,} facts {parsed:.2f} s; em.audit {seconds:.2f} s: {found!r}"
    )


def ulps(end, truth, direction):
    """How many ulp outside the truth an end lies; negative is inside."""
    gap = (truth - Fraction(end)) * direction
    return float(gap / Fraction(math.ulp(float(truth))))


def enclosure(n):
    """True bases and levels, printed as the press does, against exact rationals."""
    rng = np.random.default_rng(3)
    base = rng.integers(5, 10**7, n)
    level = (base * rng.uniform(0.3, 5, n)).astype(np.int64) + 1
    places = rng.integers(0, 3, n)
    keep = rng.integers(3, 8, n)
    texts, growths = [], []
    for x0, x1, p, k in zip(
        base.tolist(), level.tolist(), places.tolist(), keep.tolist(), strict=True
    ):
        scale = 10**p
        rate = round(Fraction(100 * scale * (x1 - x0), x0))  # ties to even
        growths.append(f"{rate // scale if p == 0 else rate / scale:+.{p}f}%")
        unit = 10 ** max(len(str(x1)) - k, 0)
        printed = round(Fraction(x1, unit)) * unit
        coarse = exact.unit_of(str(printed)) >= unit
        texts.append(f"{printed:,}" if coarse else f"{x1:,}")
    one, two = em.figures(texts), em.figures(growths)
    low, high = em.implied_base(one, two)
    assert ((low <= base) & (base <= high)).all(), "a true base lies outside"
    worst = -1.0, -1.0
    inside = INF
    for i in range(n):
        x, g = exact.read(texts[i]), exact.read(growths[i])
        ends = (x[0] / (1 + g[1]), x[1] / (1 + g[0]))
        apart = ulps(low[i], ends[0], 1), ulps(high[i], ends[1], -1)
        worst = max(worst[0], apart[0]), max(worst[1], apart[1])
        inside = min(inside, *apart)
    print(
        f"\nenclosure, {n:,} printed pairs: every true base inside its interval; ends "
        f"outside the exact ones by {inside:.2f} to {max(worst):.2f} ulp"
    )
    assert inside >= 0 and max(worst) <= 5


def corruptions():
    """Every digit of every shipped fact changed in turn, against the exact twin."""
    from tests.audit import test_audit

    rows = test_audit.shipped()
    ours = theirs = copies = unread = 0
    for copy in test_audit.corrupted(rows, None, all_of_them=True):
        try:
            expected = exact.audit(copy)
        except ValueError:
            unread += 1
            continue
        found = test_audit.outcomes(copy)
        assert found == expected
        copies += 1
        ours += "inconsistent" in found.values()
        theirs += "inconsistent" in expected.values()
    print(
        f"\ncorrupted copies of the {len(rows)} shipped facts, one digit changed: "
        f"{copies:,} read, {unread} no longer figures;\n"
        f"  detectable by the exact twin {theirs}, caught by em.audit {ours}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--facts", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("speed", "enclosure", "corruptions"))
    options = parser.parse_args()
    print(machine(), versions("evmarket", "numpy"), sep="\n")
    if options.only in (None, "speed"):
        kernels(options.pairs, options.rounds)
        reading_and_audit(options.facts)
    if options.only in (None, "enclosure"):
        enclosure(options.pairs)
    if options.only in (None, "corruptions"):
        corruptions()


if __name__ == "__main__":
    main()
