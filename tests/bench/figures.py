"""Published figures: speed of reading, intervals and audit; enclosure; corruptions.

Run ``python -m tests.bench.figures`` on an idle machine. The functions of intervals are
timed against a Python loop over floats that rounds its ends outward as they do. Results
are compared first.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import random
import time
from fractions import Fraction

import numpy as np

import evmarket as em
from evmarket._figures.reading import read
from tests.bench.timing import machine, minima, same, table, versions
from tests.extract.articles import ARTICLES
from tests.figures import reference_figures as exact

INF = math.inf
STEP = math.nextafter


def loop_base(levels_low, levels_high, growths_low, growths_high):
    """level / (1 + growth), one at a time."""
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
    """(1 + a) / (1 + b) - 1, one at a time."""
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
             "Python loop": lambda f=loop, x=lists: f(*x)},
            rounds,
        )  # fmt: skip
        table(f"{name}, {n:,} pairs", best, "Python loop", f"em.{name}")


def facts(n):
    """Columns of n facts: 20 years of n / 20 makers."""
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
        print(f"\nem.figures, {n:,} texts ({name}): {seconds:.2f} s")
    start = time.perf_counter()
    read = em.Facts(columns)
    parsed = time.perf_counter() - start
    start = time.perf_counter()
    found = em.audit(read)
    seconds = time.perf_counter() - start
    assert found.counts["inconsistent"] == 0 and len(found.findings) > 0.9 * n
    print(
        f"em.Facts, {n:,} facts: {parsed:.2f} s; em.audit: {seconds:.2f} s; {found!r}"
    )


BEFORE = ("up ", "down ", "", "about ", "RMB ", "近", "同比增长", "nearly ", "over ")
AFTER = ("%", "%", " cars", " units", " million", "万辆", "%", " vehicles", " units")


def phrases(n):
    """Different texts of several forms."""
    return [
        f"{BEFORE[k % 9]}{k * 7919 % 999_983 + 1:,}{AFTER[k % 9]}" for k in range(n)
    ]


def texts(n, rounds):
    """Texts read one by one, random texts, and an article."""
    column = phrases(n)
    best = min(timed(lambda: [read(text) for text in column]) for _ in range(rounds))
    print(f"\n{n:,} different texts, read one by one: {best:.2f} s")
    pick = random.Random(1)
    signs = "0123456789.,-+%~() 万亿至辆同比增长下降 up to cars rose billion yuan"
    junk = ["".join(pick.choices(signs, k=12)) for _ in range(10 * n)]
    good = 0
    start = time.perf_counter()
    for text in junk:
        with contextlib.suppress(ValueError):
            good += read(text) is not None
    seconds = time.perf_counter() - start
    print(f"{len(junk):,} random texts: {seconds:.1f} s, {good:,} are figures")
    for article in ARTICLES:
        words = article["text"] * (1 + 10_000 // len(article["text"]))
        best = min(timed(lambda words=words: em.extract(words)) for _ in range(rounds))
        found = len(em.extract(words))
        print(
            f"em.extract, {article['name']}: {len(words):,} characters, {found} "
            f"figures: {best * 1e3:.0f} ms"
        )


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def ulps(end, truth, direction):
    """Ulp from the exact end outward to the computed end; negative is inward."""
    gap = (truth - Fraction(end)) * direction
    return float(gap / Fraction(math.ulp(float(truth))))


def enclosure(n):
    """Print true bases and levels as the press does, and compare their intervals with
    exact rational ones."""
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
    assert ((low <= base) & (base <= high)).all(), "a true base is outside its interval"
    worst = -1.0, -1.0
    inside = INF
    for i in range(n):
        x, g = exact.read(texts[i]), exact.read(growths[i])
        ends = (x[0] / (1 + g[1]), x[1] / (1 + g[0]))
        apart = ulps(low[i], ends[0], 1), ulps(high[i], ends[1], -1)
        worst = max(worst[0], apart[0]), max(worst[1], apart[1])
        inside = min(inside, *apart)
    print(
        f"\nenclosure, {n:,} printed pairs: every interval contains its true base; its "
        f"ends lie {inside:.2f} to {max(worst):.2f} ulp outside the exact ones"
    )
    assert inside >= 0 and max(worst) <= 5


def corruptions():
    """Change every digit of every shipped fact in turn, and compare the audit with the
    exact one."""
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
        f"\ncopies of the {len(rows)} shipped facts with one digit changed: "
        f"{copies:,} read, {unread} are not figures any more;\n"
        f"  the exact audit detects {theirs}, em.audit detects {ours}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--pairs", type=int, default=1_000_000, help="figures in a column"
    )
    parser.add_argument("--facts", type=int, default=100_000, help="facts to audit")
    parser.add_argument("--rounds", type=int, default=5, help="times per call")
    parser.add_argument(
        "--only", choices=("speed", "enclosure", "corruptions"), help="run one part"
    )
    options = parser.parse_args()
    print(machine(), versions("evmarket", "numpy"), sep="\n")
    if options.only in (None, "speed"):
        kernels(options.pairs, options.rounds)
        reading_and_audit(options.facts)
        texts(options.facts, options.rounds)
    if options.only in (None, "enclosure"):
        enclosure(options.pairs)
    if options.only in (None, "corruptions"):
        corruptions()


if __name__ == "__main__":
    main()
