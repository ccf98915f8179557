"""The two tables everything asks: statuses (section 2) and kinds (section 4).

A cell is a value and a status; here stands how the statuses of several cells meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

# ---- statuses ------------------------------------------------------------------------

NAMES = [
    "OK",
    "PARTIAL",
    "NOT_BEGUN",
    "EXITED",
    "MISSING",
    "OUTSIDE",
    "ENTERED",
    "GAP",
    "INCOMPLETE",
    "UNPAIRED",
    "INVALID",
    "ZERO_BASE",
    "BOTH_ZERO",
    "TURNED_PROFIT",
    "TURNED_LOSS",
    "LOSS_NARROWED",
    "LOSS_WIDENED",
    "LOSS_UNCHANGED",
    "BROKE_EVEN",
    "ZERO_DENOMINATOR",
    "NEGATIVE_DENOMINATOR",
    "NO_MATCH",
]
CODE = {name: code for code, name in enumerate(NAMES)}
NOT_LIVING = ("NOT_BEGUN", "EXITED")
# Why a base is absent, seen from the current period; others pass on as they are.
ABSENT_BASE = {"NOT_BEGUN": "ENTERED", "EXITED": "GAP", "MISSING": "GAP"}
BEYOND_FLOAT = Fraction(2) ** 1024


class Cell(NamedTuple):
    """One number or hole.

    `count` rows gave a value; `members` of `living` series have one. `lone` says that
    a joint January and February holds one month only (ruling 14).
    """

    value: Fraction | float | None
    status: str = "OK"
    count: int = 0
    members: int = 0
    living: int = 0
    lone: bool = False


def lowest(statuses: Iterable[str]) -> str:
    """The lowest code that is not OK."""
    codes = [CODE[status] for status in statuses if status != "OK"]
    return NAMES[min(codes, default=0)]


def taken(cell: Cell, absent: dict[str, str] | None = None) -> str:
    """Why nothing can be derived from a cell, "OK" if something can.

    Section 3: what is derived from a PARTIAL cell is NaN, though it has a number.
    """
    if cell.status == "PARTIAL":
        return "PARTIAL"
    if cell.value is not None:
        return "OK"
    return (absent or {}).get(cell.status, cell.status)


def settled(
    value: Fraction | float | None, reasons: Iterable[str], marks: Iterable[str]
) -> Cell:
    """A derived cell.

    Ruling 2: reasons that take the number away win over marks beside a number; the
    lowest code within each of the two groups.
    """
    reason = lowest(reasons)
    if reason != "OK":
        return Cell(None, reason)
    assert value is not None
    if abs(value) >= BEYOND_FLOAT:
        return Cell(None, "INVALID")
    return Cell(value, lowest(marks))


# ---- kinds ---------------------------------------------------------------------------


class Kind(NamedTuple):
    """A row of the table of kinds; "error" where an operation has no meaning."""

    dates: str = "error"  # several dates in one period: add, last
    series: str = "error"  # over series: add
    time: str = "error"  # to coarser periods: add, last
    growth: str = "error"  # any, years
    change: str = "error"  # the kind of a change
    change_lag: str = "any"
    window: str = "error"  # ytd, to_date, trailing: add, cumulative
    from_ytd: str = "error"
    share: bool = False
    margin: bool = False
    ratio: tuple[str, ...] = ()
    zero: bool = False  # absent="zero" has a meaning
    level: bool = False
    add_duplicates: bool = False


KINDS = {
    "flow": Kind(
        dates="add", series="add", time="add", growth="any", change="flow",
        window="add", share=True, margin=True, ratio=("flow", "stock"), zero=True,
        level=True, add_duplicates=True,
    ),
    "stock": Kind(
        dates="last", series="add", time="last", growth="any", change="flow",
        share=True, margin=True, ratio=("stock", "flow"), level=True,
        add_duplicates=True,
    ),
    "cumulative": Kind(
        dates="last", series="add", time="last", growth="years", change="cumulative",
        change_lag="years", window="cumulative", from_ytd="flow", share=True,
        margin=True, ratio=("cumulative",), level=True, add_duplicates=True,
    ),
    "rate": Kind(dates="last", change="pp"),
    "index": Kind(dates="last", time="last", growth="any", change="index points"),
    # Derived kinds.
    "window": Kind(
        series="add", growth="any", change="window", share=True, ratio=("window",),
        level=True,
    ),
    "ratio": Kind(growth="any", change="ratio"),
    "unit value": Kind(growth="any", change="unit value"),
    "growth": Kind(change="pp"),
    "share": Kind(change="pp"),
    "margin": Kind(change="pp"),
    "log": Kind(),
    "rank": Kind(),
    "pp": Kind(),
    "index points": Kind(),
}  # fmt: skip


def ask(kind: str, operation: str) -> str:
    """What the table says; TypeError where the operation has no meaning."""
    answer = getattr(KINDS[kind], operation)
    if answer in ("error", False):
        raise TypeError(f"{operation} of a {kind} has no meaning")
    return answer
