"""Reference of the array functions: slow and simple, in exact rational numbers.

Every function takes one-dimensional sequences of Python numbers (None or NaN is
missing) and returns one (value, Status) per cell. A value is None where the package
gives NaN, else the exact Fraction. For log, power and the accumulative mean, which are
not rational, it agrees with the true number to more than forty digits, also relative to
a result close to zero. `dtype` is the type of the result: a number that rounds to
infinity is INVALID.

This module imports nothing from the package, so that it shares no mistake with it.
"""

import decimal
import math
from collections.abc import Callable, Sequence
from enum import IntEnum
from fractions import Fraction

Number = int | float | None
Cell = tuple[Fraction | None, "Status"]

DIGITS = 70


class Status(IntEnum):
    OK = 0
    PARTIAL = 1
    NOT_BEGUN = 2
    EXITED = 3
    MISSING = 4
    OUTSIDE = 5
    ENTERED = 6
    GAP = 7
    INCOMPLETE = 8
    UNPAIRED = 9
    INVALID = 10
    ZERO_BASE = 11
    BOTH_ZERO = 12
    TURNED_PROFIT = 13
    TURNED_LOSS = 14
    LOSS_NARROWED = 15
    LOSS_WIDENED = 16
    LOSS_UNCHANGED = 17
    BROKE_EVEN = 18
    ZERO_DENOMINATOR = 19
    NEGATIVE_DENOMINATOR = 20
    NO_MATCH = 21


# Digits of the significand, exponent of the smallest subnormal.
FORMATS = {"float64": (53, -1074), "float32": (24, -149)}
# The smallest magnitude that rounds to infinity: half an ulp above the largest number.
LIMITS = {
    "float64": Fraction(2) ** 1024 - Fraction(2) ** 970,
    "float32": Fraction(2) ** 128 - Fraction(2) ** 103,
}


def ulps_ratio(
    value: float, numerator: int, denominator: int, dtype: str = "float64"
) -> float:
    """Distance of `value` from numerator/denominator, in ulp of the quotient."""
    digits, lowest = FORMATS[dtype]
    nearest = abs(numerator / denominator)  # Python rounds quotients of int correctly
    place = max(math.frexp(nearest)[1] - digits, lowest) if nearest else lowest
    a, b = float(value).as_integer_ratio()
    off, unit = abs(a * denominator - numerator * b), abs(denominator) * b
    return (off << -place) / unit if place < 0 else off / (unit << place)


def ulps(value: float, exact: Fraction, dtype: str = "float64") -> float:
    """Distance of `value` from `exact`, in ulp of `exact` in `dtype`."""
    return ulps_ratio(value, exact.numerator, exact.denominator, dtype)


def overflows(value: Fraction, dtype: str) -> bool:
    return abs(value) >= LIMITS[dtype]


def in_range(value: Fraction, dtype: str) -> Cell:
    """The cell of a defined value: INVALID if it rounds to infinity."""
    return (None, Status.INVALID) if overflows(value, dtype) else (value, Status.OK)


def read(value: Number) -> Fraction | float | None:
    """None if missing, an infinity as a float, else the exact number."""
    if value is None or value != value:
        return None
    return value if isinstance(value, float) and math.isinf(value) else Fraction(value)


def read_all(values: Sequence[Number]) -> list[Fraction | float | None]:
    return [read(value) for value in values]


def is_infinite(value: object) -> bool:
    return isinstance(value, float)  # read() makes all other floats Fractions


def precisely() -> decimal.Context:
    """A decimal context with `DIGITS` digits and all exponents."""
    return decimal.Context(
        prec=DIGITS,
        Emax=decimal.MAX_EMAX,
        Emin=decimal.MIN_EMIN,
        rounding=decimal.ROUND_HALF_EVEN,
    )


def to_decimal(value: Fraction) -> decimal.Decimal:
    return decimal.Decimal(value.numerator) / decimal.Decimal(value.denominator)


def log(ratio: Fraction) -> Fraction:
    """Natural logarithm of a positive ratio."""
    with decimal.localcontext(precisely()):
        return Fraction(to_decimal(ratio).ln())


def power_less_one(ratio: Fraction, exponent: Fraction) -> Fraction:
    """ratio**exponent - 1 for a positive ratio."""
    with decimal.localcontext(precisely()):
        y = to_decimal(ratio).ln() * to_decimal(exponent)
        # e**1000 is beyond float64 and e**-1000 - 1 rounds to -1.
        y = max(min(y, decimal.Decimal(1000)), decimal.Decimal(-1000))
        if abs(y) > decimal.Decimal("1e-15"):
            return Fraction(y.exp() - 1)
        return Fraction(y + y**2 / 2 + y**3 / 6 + y**4 / 24 + y**5 / 120)


def accumulative_rate(target: Fraction, n: int) -> Fraction:
    """The g > -1 for which (1+g) + ... + (1+g)**n is `target`, which is positive."""
    with decimal.localcontext(precisely()):
        goal = to_decimal(target)
        # The sum is at least q and at least q**n, so that the root is at most the goal
        # and at most its n-th root. The sum is convex, so that Newton's steps decrease
        # from there and do not pass the root.
        q = min(goal, (goal.ln() / n).exp())
        for _ in range(1000):
            total, slope = decimal.Decimal(0), decimal.Decimal(0)
            for _ in range(n):  # Horner: q + q**2 + ... + q**n and its derivative
                slope = slope * q + total + 1
                total = (total + 1) * q
            step = (total - goal) / slope
            q -= step
            if abs(step) < q * decimal.Decimal("1e-60"):
                return Fraction(q - 1)
    raise ArithmeticError(f"no root found for {target}, {n}")


BEYOND = "beyond the array"


def lagged(values: Sequence[Number], lag: int) -> list[tuple[object, object]]:
    """(base, current) of every position; BEYOND is a base outside the array."""
    cells = read_all(values)
    n = len(cells)
    return [
        (cells[t - lag] if 0 <= t - lag < n else BEYOND, cells[t]) for t in range(n)
    ]


def unusable(base: object, current: object) -> Status | None:
    """The status of a pair without two finite numbers, else None."""
    if current is None:
        return Status.MISSING
    if base is BEYOND:
        return Status.OUTSIDE
    if base is None:
        return Status.GAP
    if is_infinite(base) or is_infinite(current):
        return Status.INVALID
    return None


def sign_status(base: Fraction, current: Fraction) -> Status:
    """The status that follows from the signs of two finite numbers."""
    if base == 0:
        return Status.BOTH_ZERO if current == 0 else Status.ZERO_BASE
    if base > 0:
        return Status.TURNED_LOSS if current < 0 else Status.OK
    if current > 0:
        return Status.TURNED_PROFIT
    if current == 0:
        return Status.BROKE_EVEN
    if current == base:
        return Status.LOSS_UNCHANGED
    return Status.LOSS_NARROWED if current > base else Status.LOSS_WIDENED


def growth_cell(base: object, current: object, policy: str, dtype: str) -> Cell:
    status = unusable(base, current)
    if status is not None:
        return None, status
    x0, x1 = base, current
    signed = (x1 - x0) / x0 if x0 != 0 else None
    overflow = signed is not None and overflows(signed, dtype)
    status = Status.INVALID if overflow else sign_status(x0, x1)
    if policy == "midpoint":
        size = abs(x1) + abs(x0)
        return (2 * (x1 - x0) / size if size else Fraction(0)), status
    if signed is None or overflow or (policy == "nm" and x0 < 0):
        return None, status
    return ((x1 - x0) / abs(x0) if policy == "abs" else signed), status


def growth(
    x: Sequence[Number], lag: int = 1, *, policy: str = "nm", dtype: str = "float64"
) -> list[Cell]:
    return [growth_cell(x0, x1, policy, dtype) for x0, x1 in lagged(x, lag)]


def growth_between(
    base: Sequence[Number],
    current: Sequence[Number],
    *,
    policy: str = "nm",
    dtype: str = "float64",
) -> list[Cell]:
    return [
        growth_cell(x0, x1, policy, dtype)
        for x0, x1 in zip(read_all(base), read_all(current), strict=True)
    ]


def log_growth_cell(base: object, current: object) -> Cell:
    status = unusable(base, current)
    if status is not None:
        return None, status
    if base > 0 and current > 0:
        return log(current / base), Status.OK
    if base > 0 and current == 0:
        return None, Status.INVALID
    return None, sign_status(base, current)


def log_growth(
    x: Sequence[Number], lag: int = 1, *, dtype: str = "float64"
) -> list[Cell]:
    return [log_growth_cell(x0, x1) for x0, x1 in lagged(x, lag)]


def power_cell(base: object, current: object, exponent: Fraction, dtype: str) -> Cell:
    """(current/base)**exponent - 1."""
    status = unusable(base, current)
    if status is not None:
        return None, status
    if base <= 0 or current < 0:
        return None, sign_status(base, current)
    if current == 0:
        return (Fraction(-1), Status.OK) if exponent > 0 else (None, Status.INVALID)
    return in_range(power_less_one(current / base, exponent), dtype)


def annualized_growth(
    x: Sequence[Number], lag: int = 1, *, per_year: float, dtype: str = "float64"
) -> list[Cell]:
    exponent = Fraction(per_year) / lag
    return [power_cell(x0, x1, exponent, dtype) for x0, x1 in lagged(x, lag)]


def cagr(
    first: Sequence[Number],
    last: Sequence[Number],
    years: Sequence[float],
    *,
    dtype: str = "float64",
) -> list[Cell]:
    return [
        power_cell(x0, x1, 1 / Fraction(y), dtype)
        for x0, x1, y in zip(read_all(first), read_all(last), years, strict=True)
    ]


def mean_growth(
    x: Sequence[Number], *, method: str = "level", dtype: str = "float64"
) -> list[Cell]:
    """One cell: the mean rate over the whole sequence."""
    cells = read_all(x)
    n = len(cells) - 1
    if n < 1:
        return [(None, Status.MISSING if cells == [None] else Status.OUTSIDE)]
    first, rest = cells[0], cells[1:]
    if method == "level":
        return [power_cell(first, rest[-1], Fraction(1, n), dtype)]
    if first is None:
        return [(None, Status.GAP)]
    if None in rest:
        return [(None, Status.INCOMPLETE)]
    if any(map(is_infinite, cells)):
        return [(None, Status.INVALID)]
    total = sum(rest)
    if first <= 0 or total < 0:
        # A base that is not positive has the same status as under "level".
        last = rest[-1] if first <= 0 else total
        return [(None, sign_status(first, last))]
    if total == 0:
        return [(Fraction(-1), Status.OK)]
    return [in_range(accumulative_rate(total / first, n), dtype)]


def quotient_cell(numerator: object, denominator: object, dtype: str) -> Cell:
    """A quotient of finite numbers that needs a positive denominator."""
    if denominator == 0:
        return None, Status.ZERO_DENOMINATOR
    if denominator < 0:
        return None, Status.NEGATIVE_DENOMINATOR
    return in_range(numerator / denominator, dtype)


def quotients(
    a: Sequence[Number], b: Sequence[Number], terms: Callable, dtype: str
) -> list[Cell]:
    """Quotients of two sequences; `terms` gives (numerator, denominator) of a pair."""
    out: list[Cell] = []
    for left, right in zip(read_all(a), read_all(b), strict=True):
        if left is None or right is None:
            out.append((None, Status.MISSING))
        elif is_infinite(left) or is_infinite(right):
            out.append((None, Status.INVALID))
        else:
            out.append(quotient_cell(*terms(left, right), dtype))
    return out


def margin(
    revenue: Sequence[Number], cost: Sequence[Number], *, dtype: str = "float64"
):
    return quotients(revenue, cost, lambda r, c: (r - c, r), dtype)


def markup(
    revenue: Sequence[Number], cost: Sequence[Number], *, dtype: str = "float64"
):
    return quotients(revenue, cost, lambda r, c: (r - c, c), dtype)


def ratio(
    numerator: Sequence[Number],
    denominator: Sequence[Number],
    *,
    dtype: str = "float64",
):
    return quotients(numerator, denominator, lambda n, d: (n, d), dtype)


def incremental_margin(
    revenue: Sequence[Number],
    profit: Sequence[Number],
    lag: int = 1,
    *,
    dtype: str = "float64",
) -> list[Cell]:
    out: list[Cell] = []
    for (r0, r1), (p0, p1) in zip(
        lagged(revenue, lag), lagged(profit, lag), strict=True
    ):
        four = (r0, r1, p0, p1)
        if r1 is None or p1 is None:
            out.append((None, Status.MISSING))
        elif r0 is BEYOND:
            out.append((None, Status.OUTSIDE))
        elif r0 is None or p0 is None:
            out.append((None, Status.GAP))
        elif any(map(is_infinite, four)):
            out.append((None, Status.INVALID))
        elif r1 == r0:
            out.append((None, Status.ZERO_DENOMINATOR))
        else:
            out.append(in_range((p1 - p0) / (r1 - r0), dtype))
    return out


def index(
    x: Sequence[Number],
    base: int | slice = 0,
    *,
    scale: float = 100.0,
    dtype: str = "float64",
) -> list[Cell]:
    cells = read_all(x)
    members = cells[base] if isinstance(base, slice) else [cells[base]]
    out: list[Cell] = []
    for current in cells:
        if current is None:
            out.append((None, Status.MISSING))
        elif None in members:
            out.append((None, Status.GAP))
        elif is_infinite(current) or any(map(is_infinite, members)):
            out.append((None, Status.INVALID))
        else:
            mean = sum(members, Fraction(0)) / len(members)
            out.append(quotient_cell(Fraction(scale) * current, mean, dtype))
    return out


def sum_cell(window: Sequence[object], dtype: str) -> Cell:
    if any(map(is_infinite, window)):
        return None, Status.INVALID
    return in_range(sum(window, Fraction(0)), dtype)


def ytd(
    x: Sequence[Number], *, per_year: int = 12, start: int = 0, dtype: str = "float64"
) -> list[Cell]:
    cells = read_all(x)
    out: list[Cell] = []
    for t in range(len(cells)):
        begin = t - (start + t) % per_year
        window = cells[max(begin, 0) : t + 1]
        if all(value is None for value in window):
            out.append((None, Status.MISSING))
        elif begin < 0 or None in window:
            out.append((None, Status.INCOMPLETE))
        else:
            out.append(sum_cell(window, dtype))
    return out


def from_ytd(
    y: Sequence[Number], *, per_year: int = 12, start: int = 0, dtype: str = "float64"
) -> list[Cell]:
    cells = read_all(y)
    out: list[Cell] = []
    for t, current in enumerate(cells):
        first_place = (start + t) % per_year == 0
        before = Fraction(0) if first_place else cells[t - 1] if t > 0 else BEYOND
        status = unusable(before, current)
        if status is not None:
            out.append((None, status))
        else:
            out.append(sum_cell([current, -before], dtype))
    return out


def trailing(x: Sequence[Number], window: int, *, dtype: str = "float64") -> list[Cell]:
    cells = read_all(x)
    out: list[Cell] = []
    for t in range(len(cells)):
        begin = t - window + 1
        inside = cells[max(begin, 0) : t + 1]
        if all(value is None for value in inside):
            out.append((None, Status.MISSING))
        elif begin < 0 or None in inside:
            out.append((None, Status.INCOMPLETE))
        else:
            out.append(sum_cell(inside, dtype))
    return out


def base_effect(
    x: Sequence[Number], lag: int = 12, *, dtype: str = "float64"
) -> list[tuple[Fraction | None, Fraction | None, Fraction | None, Status]]:
    """(total, momentum, base, status) per cell.

    Both parts are log growth over the position before; `base` is that of a lag earlier.
    The total needs both. Without one it has the lower of their codes, where a value
    missing a lag earlier counts as GAP.
    """
    steps = log_growth(x)
    out: list[tuple[Fraction | None, Fraction | None, Fraction | None, Status]] = []
    for t, (momentum, status) in enumerate(steps):
        inside = 0 <= t - lag < len(steps)
        base, code = steps[t - lag] if inside else (None, Status.OUTSIDE)
        code = Status.GAP if code is Status.MISSING else code
        if momentum is not None and base is not None:
            out.append((momentum - base, momentum, base, Status.OK))
        else:
            lower = min(s for s in (status, code) if s is not Status.OK)
            out.append((None, momentum, base, lower))
    return out


def group_status(cells: Sequence[object]) -> Status | None:
    """Why the shares of a group are undefined; None if they are defined.

    A negative part is a correction: it has a negative share and blanks nobody else.
    """
    if cells and all(value is None for value in cells):
        return Status.MISSING
    if None in cells:
        return Status.INCOMPLETE
    if any(map(is_infinite, cells)):
        return Status.INVALID
    return quotient_cell(Fraction(0), sum(cells, Fraction(0)), "float64")[1] or None


def concentration_status(cells: Sequence[object]) -> Status | None:
    """The same for HHI and concentration, which need parts that are not negative."""
    status = group_status(cells)
    if status is None and any(value < 0 for value in cells):
        return Status.NEGATIVE_DENOMINATOR
    return status


def share(x: Sequence[Number], *, dtype: str = "float64") -> list[Cell]:
    cells = read_all(x)
    status = group_status(cells)
    if status is None:
        return [in_range(value / sum(cells), dtype) for value in cells]
    return [(None, Status.MISSING if value is None else status) for value in cells]


def concentration(x: Sequence[Number], k: int, *, dtype: str = "float64") -> list[Cell]:
    cells = read_all(x)
    status = concentration_status(cells)
    if status is not None:
        return [(None, status)]
    return [(sum(sorted(cells, reverse=True)[:k]) / sum(cells), Status.OK)]


def hhi(x: Sequence[Number], *, dtype: str = "float64") -> list[Cell]:
    cells = read_all(x)
    status = concentration_status(cells)
    if status is not None:
        return [(None, status)]
    return [(sum(value**2 for value in cells) / sum(cells) ** 2, Status.OK)]


def rank(
    x: Sequence[Number], *, method: str = "min", dtype: str = "float64"
) -> list[Cell]:
    cells = read_all(x)
    ranked = [value for value in cells if value is not None and not is_infinite(value)]
    out: list[Cell] = []
    for value in cells:
        if value is None:
            out.append((None, Status.MISSING))
        elif is_infinite(value):
            out.append((None, Status.INVALID))
        else:
            larger = [other for other in ranked if other > value]
            above = len(larger) if method == "min" else len(set(larger))
            out.append((Fraction(1 + above), Status.OK))
    return out
