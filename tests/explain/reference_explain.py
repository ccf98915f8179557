"""Slow reference for explanations: one group at a time, in exact fractions.

Every function takes sequences with one number per item. It returns a dict with the
exact results of the group (None where the package returns NaN) and its status under
"status"; results of items are lists. Logarithms are correct to more than forty digits.
The module does not import the package.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations

from tests.reference import Status, is_infinite, log, read_all, sign_status

Numbers = Sequence[float]
Found = dict[str, object]


def unusable(*columns: Sequence[object]) -> Status | None:
    """GAP if a number is missing, INVALID if one is infinite, else None."""
    cells = [cell for column in columns for cell in column]
    if None in cells:
        return Status.GAP
    return Status.INVALID if any(map(is_infinite, cells)) else None


def nothing(names: Sequence[str], status: Status, **known: object) -> Found:
    return {**dict.fromkeys(names), **known, "status": status}


def contributions(x0: Numbers, x1: Numbers) -> Found:
    a, b = read_all(x0), read_all(x1)
    status = unusable(a, b)
    if status is None:
        status = sign_status(sum(a, Fraction(0)), sum(b, Fraction(0)))
        base = sum(a)
        if base > 0:
            parts = [(y - x) / base for x, y in zip(a, b, strict=True)]
            return {"total": sum(parts), "parts": parts, "status": status}
    return nothing(["total"], status, parts=[None] * len(a))


def mix_rate(w0: Numbers, r0: Numbers, w1: Numbers, r1: Numbers, method: str) -> Found:
    w0, r0, w1, r1 = map(read_all, (w0, r0, w1, r1))
    names = ["rate", "mix"] + ["joint"] * (method == "three-way")
    none = {name: [None] * len(w0) for name in names}
    used = [r if w != 0 else Fraction(0) for w, r in zip(w0 + w1, r0 + r1, strict=True)]
    status = unusable(w0, w1, used)
    if status is None:
        if sum(w0) == 0 or sum(w1) == 0:
            status = Status.ZERO_DENOMINATOR
        elif min(w0 + w1) < 0:
            status = Status.NEGATIVE_DENOMINATOR
    if status is not None:
        return nothing(["total"], status, **none)
    n = len(w0)
    m0 = sum(w * r for w, r in zip(w0, used[:n], strict=True)) / sum(w0)
    m1 = sum(w * r for w, r in zip(w1, used[n:], strict=True)) / sum(w1)
    found = {name: [] for name in names}
    for i in range(n):
        s0, s1 = w0[i] / sum(w0), w1[i] / sum(w1)
        if s0 == 0 == s1:
            for name in names:
                found[name].append(Fraction(0))
            continue
        a = r0[i] if s0 else r1[i]
        b = r1[i] if s1 else r0[i]
        if method == "symmetric":
            found["rate"].append((s1 + s0) / 2 * (b - a))
            found["mix"].append((s1 - s0) * ((b + a) / 2 - (m1 + m0) / 2))
        else:
            found["rate"].append(s0 * (b - a))
            found["mix"].append((s1 - s0) * (a - m0))
            found["joint"].append((s1 - s0) * (b - a))
    return {"total": m1 - m0, **found, "pooled": (m0, m1), "status": Status.OK}


def shift_share(x0: Sequence[Numbers], x1: Sequence[Numbers]) -> Found:
    a, b = [read_all(row) for row in x0], [read_all(row) for row in x1]
    names = ["total", "national", "mix", "regional"]
    none = [[None] * len(a[0]) for _ in a]
    status = unusable(*a, *b)
    if status is not None:
        return nothing([], status, **dict.fromkeys(names, none))
    before, after = sum(map(sum, a)), sum(map(sum, b))
    of0, of1 = (
        [sum(column) for column in zip(*a, strict=True)],
        [sum(column) for column in zip(*b, strict=True)],
    )
    if before <= 0:
        status = sign_status(before, after)
    elif any(total == 0 and any(row[i] for row in a) for i, total in enumerate(of0)):
        status = Status.ZERO_DENOMINATOR
    elif min(of0) < 0:
        status = Status.NEGATIVE_DENOMINATOR
    if status is not None:
        return nothing([], status, **dict.fromkeys(names, none))
    growth = after / before - 1
    own = [y / x - 1 if x else growth for x, y in zip(of0, of1, strict=True)]
    cells = [list(zip(p, q, own, strict=True)) for p, q in zip(a, b, strict=True)]
    return {
        "total": [[y - x for x, y, _ in row] for row in cells],
        "national": [[x * growth for x, _, _ in row] for row in cells],
        "mix": [[x * (g - growth) for x, _, g in row] for row in cells],
        "regional": [[y - x * (1 + g) for x, y, g in row] for row in cells],
        "status": sign_status(before, after),
    }


def worth(p0: Numbers, q0: Numbers, p1: Numbers, q1: Numbers):
    """Items, change of value and status, for price_volume and price_volume_mix."""
    p0, q0, p1, q1 = map(read_all, (p0, q0, p1, q1))
    zero = Fraction(0)
    p0 = [p if q != 0 else zero for p, q in zip(p0, q0, strict=True)]
    p1 = [p if q != 0 else zero for p, q in zip(p1, q1, strict=True)]
    status = unusable(p0, q0, p1, q1)
    total = None
    if status is None:
        total = sum(p * q for p, q in zip(p1, q1, strict=True)) - sum(
            p * q for p, q in zip(p0, q0, strict=True)
        )
        if min(q0 + q1, default=zero) < 0:
            status = Status.NEGATIVE_DENOMINATOR
    items = list(zip(p0, q0, p1, q1, strict=True)) if status is None else []
    if status is None:
        matched = any(q and r for _, q, _, r in items)
        status = Status.OK if matched else Status.NO_MATCH
    return items, total, status


def price_volume_items(items, method: str) -> list[dict[str, Fraction]]:
    rows = []
    for a, q, b, r in items:
        row = dict.fromkeys(["price", "volume", "joint", "entry", "exit"], Fraction(0))
        if not q:
            row["entry"] = b * r
        elif not r:
            row["exit"] = -a * q
        elif method == "bennet":
            row["price"] = (b - a) * (q + r) / 2
            row["volume"] = (r - q) * (a + b) / 2
        else:
            row["price"] = (b - a) * (r if method == "laspeyres" else q)
            row["volume"] = (r - q) * (b if method == "paasche" else a)
            if method == "three-way":
                row["joint"] = (b - a) * (r - q)
        row["total"] = b * r - a * q
        rows.append(row)
    return rows


def price_volume(
    p0: Numbers, q0: Numbers, p1: Numbers, q1: Numbers, method: str
) -> Found:
    names = ["price", "volume", "entry", "exit"] + ["joint"] * (method == "three-way")
    items, total, status = worth(p0, q0, p1, q1)
    if status not in (Status.OK, Status.NO_MATCH):
        return nothing(names, status, total=total, items=None)
    rows = price_volume_items(items, method)
    found = {name: sum((row[name] for row in rows), Fraction(0)) for name in names}
    return {**found, "total": total, "items": rows, "status": status}


def price_volume_mix(p0: Numbers, q0: Numbers, p1: Numbers, q1: Numbers) -> Found:
    names = ["price", "volume", "mix", "entry", "exit"]
    items, total, status = worth(p0, q0, p1, q1)
    if status not in (Status.OK, Status.NO_MATCH):
        return nothing(names, status, total=total)
    both = [item for item in items if item[1] and item[3]]
    found = dict.fromkeys(["price", "volume", "mix"], Fraction(0))
    if both:
        ratio = sum(r for _, _, _, r in both) / sum(q for _, q, _, _ in both)
        value = sum(a * q for a, q, _, _ in both)
        found = {
            "price": sum((b - a) * r for a, _, b, r in both),
            "volume": (ratio - 1) * value,
            "mix": sum(a * r for a, _, _, r in both) - ratio * value,
        }
    found["entry"] = sum((b * r for _, q, b, r in items if not q), Fraction(0))
    found["exit"] = -sum((a * q for a, q, _, r in items if not r), Fraction(0))
    return {**found, "total": total, "status": status}


def margin(rows) -> Fraction:
    revenue = sum(row[0] for row in rows)
    return (revenue - sum(row[1] for row in rows)) / revenue


def margin_bridge(
    r0: Numbers, c0: Numbers, q0: Numbers, r1: Numbers, c1: Numbers, q1: Numbers
) -> Found:
    r0, c0, q0, r1, c1, q1 = map(read_all, (r0, c0, q0, r1, c1, q1))
    names = ["total", "price", "unit_cost", "mix", "entry", "exit", "other", "matched"]
    sides = list(zip(r0 + r1, c0 + c1, strict=True))
    if any(r is None or (c is None and r == 0) for r, c in sides):
        return nothing(names, Status.GAP)
    if any(c is None for _, c in sides):
        return nothing(names, Status.UNPAIRED)
    if any(is_infinite(r) or is_infinite(c) for r, c in sides):
        return nothing(names, Status.INVALID)
    items = list(zip(r0, c0, q0, r1, c1, q1, strict=True))
    both = [i for i in items if (i[0] or i[1]) and (i[3] or i[4])]
    matched = [
        i
        for i in both
        if i[0] > 0 and i[3] > 0 and i[2] and i[5] and min(i[2], i[5]) > 0
    ]
    before, after = sum(r0), sum(r1)
    kept = [sum(i[k] for i in both) for k in (0, 3)] if matched else [1, 1]
    status = Status.OK if matched else Status.NO_MATCH
    if min(before, after, *kept) < 0:
        status = Status.NEGATIVE_DENOMINATOR
    if 0 in (before, after, *kept):
        status = Status.ZERO_DENOMINATOR
    total = None
    if before > 0 and after > 0:
        total = margin([i[3:5] for i in items]) - margin([i[:2] for i in items])
    if status is Status.NO_MATCH:
        return nothing(names, status, total=total, matched=Fraction(0))
    if status is not Status.OK:
        return nothing(names, status, total=total)

    def at(price: int, cost: int, quantity: int) -> Fraction:
        """Margin of the matched items; 0 or 1 chooses the period of each argument."""
        revenue = spent = Fraction(0)
        for a, c, q, b, d, r in matched:
            units = r if quantity else q
            revenue += (b / r if price else a / q) * units
            spent += (d / r if cost else c / q) * units
        return (revenue - spent) / revenue

    effects = [Fraction(0)] * 3
    for order in permutations(range(3)):
        now = [0, 0, 0]
        for factor in order:
            left = at(*now)
            now[factor] = 1
            effects[factor] += (at(*now) - left) / 6
    both0, both1 = margin([i[:2] for i in both]), margin([i[3:5] for i in both])
    in0, in1 = margin([i[:2] for i in matched]), margin([i[3:5] for i in matched])
    return {
        "total": total,
        "price": effects[0],
        "unit_cost": effects[1],
        "mix": effects[2],
        "entry": margin([i[3:5] for i in items]) - both1,
        "exit": both0 - margin([i[:2] for i in items]),
        "other": (both1 - in1) - (both0 - in0),
        "matched": sum(i[0] for i in matched) / before,
        "status": status,
    }


# ---- logarithms ----------------------------------------------------------------------


def log_mean(a: Fraction, b: Fraction) -> Fraction:
    if a == b:
        return a
    return (a - b) / log(a / b) if a and b else Fraction(0)


def lmdi(x0: Sequence[Numbers], x1: Sequence[Numbers]) -> Found:
    """The additive form. Each row holds the factors of an item."""
    a, b = [read_all(row) for row in x0], [read_all(row) for row in x1]
    factors = len(a[0])
    status = unusable(*a, *b)
    if status is not None:
        return nothing(["total"], status, effects=[None] * factors)
    effects, total = [Fraction(0)] * factors, Fraction(0)
    for before, after in zip(a, b, strict=True):
        v0, v1 = math.prod(before), math.prod(after)
        total += v1 - v0
        gone = [k for k in range(factors) if (after if v0 else before)[k] == 0]
        for k in range(factors):
            if bool(v0) != bool(v1):
                effects[k] += (v1 - v0) / len(gone) if k in gone else 0
            elif v0:
                effects[k] += log_mean(v1, v0) * log(after[k] / before[k])
    return {"total": total, "effects": effects, "status": Status.OK}


# ---- indices -------------------------------------------------------------------------


def matched_items(p0: Numbers, q0: Numbers, p1: Numbers, q1: Numbers):
    """The items in both periods, and the number of items in one period only."""
    columns = list(map(read_all, (p0, q0, p1, q1)))
    both, dropped = [], 0
    for a, q, b, r in zip(*columns, strict=True):
        in0 = a is not None and q is not None and q != 0
        in1 = b is not None and r is not None and r != 0
        dropped += in0 != in1
        if in0 and in1:
            both.append((a, q, b, r))
    return both, dropped


def index(items, formula: str) -> Fraction:
    """The price index: exact where it is rational, else to about sixty digits."""
    laspeyres = sum(b * q for _, q, b, _ in items) / sum(a * q for a, q, _, _ in items)
    paasche = sum(b * r for _, _, b, r in items) / sum(a * r for a, _, _, r in items)
    if formula == "laspeyres":
        return laspeyres
    if formula == "paasche":
        return paasche
    if formula == "fisher":
        return root(laspeyres * paasche)
    v0, v1 = [a * q for a, q, _, _ in items], [b * r for _, _, b, r in items]
    shares = [(x / sum(v0), y / sum(v1)) for x, y in zip(v0, v1, strict=True)]
    weigh = log_mean if formula == "sato-vartia" else lambda s, t: (s + t) / 2
    weights = [weigh(s, t) for s, t in shares]
    logs = [log(b / a) for a, _, b, _ in items]
    mean = sum(w * x for w, x in zip(weights, logs, strict=True)) / sum(weights)
    return power(mean)


def root(square: Fraction) -> Fraction:
    scale = 10**60
    return Fraction(math.isqrt(int(square * scale**2)), scale)


def power(exponent: Fraction) -> Fraction:
    """e to the exponent."""
    import decimal

    from tests.reference import precisely, to_decimal

    with decimal.localcontext(precisely()):
        return Fraction(to_decimal(exponent).exp())


def exchanged(items):
    """Items with prices and quantities exchanged, for the quantity index."""
    return [(q, a, r, b) for a, q, b, r in items]


def index_contributions(p0: Numbers, q0: Numbers, p1: Numbers, q1: Numbers, of: str):
    """One number per item; 0 for items that are not in both periods."""
    columns = list(map(read_all, (p0, q0, p1, q1)))
    items, _ = matched_items(p0, q0, p1, q1)
    if of == "price":
        columns = [columns[k] for k in (1, 0, 3, 2)]
        other = index(exchanged(items), "fisher")
    else:
        other = index(items, "fisher")
    scale = sum(
        (a + b / other) * q
        for a, q, b, r in zip(*columns, strict=True)
        if a and q and b and r
    )
    return [
        (a + b / other) * (r - q) / scale if a and q and b and r else Fraction(0)
        for a, q, b, r in zip(*columns, strict=True)
    ]
