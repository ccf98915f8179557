"""The kinds of measures, and what each kind allows: one table that everything asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from .messages import one_line, short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


class Kind(NamedTuple):
    """A row of the table; "" where an operation has no meaning.

    Attributes
    ----------
    repeats : str
        Rows of one series and date: "add" or "error", unless `duplicates` says more.
    dates : str
        Several dates in one period: "add" or "last".
    series : str
        Over series (roll-up, total, share): "add".
    periods : str
        To coarser periods: "add" whole sets, or the "last" period.
    growth : str
        The lags of growth: "any" or "years".
    change : str
        The kind of a change.
    window : str
        Year to date, to date, trailing sum: "add", or "is" where the level is one.
    single : str
        The kind of `from_ytd`.
    ratio : tuple of str
        The kinds it can be divided by.
    zero : bool
        Whether ``absent="zero"`` gives it zeros.
    """

    repeats: str = ""
    dates: str = ""
    series: str = ""
    periods: str = ""
    growth: str = ""
    change: str = ""
    window: str = ""
    single: str = ""
    ratio: tuple[str, ...] = ()
    zero: bool = False


TABLE = {
    "flow": Kind(
        repeats="add",
        dates="add",
        series="add",
        periods="add",
        growth="any",
        change="flow",
        window="add",
        ratio=("flow", "stock"),
        zero=True,
    ),
    "stock": Kind(
        repeats="error",
        dates="last",
        series="add",
        periods="last",
        growth="any",
        change="flow",
        ratio=("stock", "flow"),
    ),
    "cumulative": Kind(
        repeats="error",
        dates="last",
        series="add",
        periods="last",
        growth="years",
        change="cumulative",
        window="is",
        single="flow",
        ratio=("cumulative",),
    ),
    "rate": Kind(repeats="error", dates="last", change="pp"),
    "index": Kind(
        repeats="error",
        dates="last",
        periods="last",
        growth="any",
        change="index points",
    ),
    # What is derived from these.
    "window": Kind(series="add", growth="any", change="window", ratio=("window",)),
    "growth": Kind(change="pp"),
    "log": Kind(change="pp"),
    "share": Kind(change="pp"),
    "margin": Kind(change="pp"),
    "ratio": Kind(growth="any", change="ratio"),
    "unit value": Kind(growth="any", change="unit value"),
    "rank": Kind(),
    "pp": Kind(),
    "index points": Kind(),
}
"""The table of kinds: those that a column can have, then the derived ones."""

KINDS = tuple(kind for kind, row in TABLE.items() if row.dates)
"""The kinds that a column can have."""
LEVELS = tuple(kind for kind, row in TABLE.items() if row.series)
"""The kinds that add up over series."""
POINTS = (*(kind for kind, row in TABLE.items() if row.change == "pp"), "pp")
"""The kinds whose differences are percentage points."""

_WHAT = {
    "series": (
        "adding over series",
        "rates are never added: use what it is a ratio of",
    ),
    "periods": ("resample", "resample what it is formed from"),
    "growth": ("growth", "take .change()"),
    "change": ("a change", ""),
    "window": ("a sum over periods", ""),
    "single": ("from_ytd", "it takes a cumulative level"),
    "ratio": ("a ratio", "it takes levels"),
}
"""What each operation is called in errors, and what to use instead."""


def ask(name: str, kind: str, operation: str) -> str:
    """What the table says of an operation on a measure, or a TypeError."""
    answer: str = getattr(TABLE[kind], operation)
    if not answer:
        what, cure = _WHAT[operation]
        if kind == "stock" and operation == "window":
            cure = "a stock takes its last period: resample"
        elif kind == "window":
            cure = "it is a sum over periods already: form it after"
        hint = f": {cure}" if cure else ""
        raise TypeError(f"{what} of {one_line(name)} ({kind}) has no meaning{hint}")
    return answer


def check_kinds(names: Iterable[str], kinds: Mapping[str, str]) -> dict[str, str]:
    """The kind of every measure; "flow" if `kinds` does not name it."""
    checked = {}
    for name in names:
        kind = kinds.get(name, "flow")
        if kind not in KINDS:
            raise ValueError(
                f"measures: {one_line(name)} is {short(kind)}: "
                f"known are {', '.join(KINDS)}"
            )
        checked[name] = kind
    return checked


_SHARES = {"margin": "share", "rate": "share"}


def format_of(kind: str) -> str:
    """The format of the numbers of a kind: a key of `numbers.RELATIVE` or ""."""
    if kind in ("growth", "log"):
        return "rate"
    return kind if kind in ("share", "pp") else _SHARES.get(kind, "")


# ---- the printed table -----------------------------------------------------------

_ROWS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("rows of one date", "repeats", {"error": "error *"}),
    ("dates of one period", "dates", {"last": "last date"}),
    ("over series", "series", {}),
    ("coarser periods", "periods", {"add": "add", "last": "last period"}),
    ("growth", "growth", {"any": "any lag", "years": "whole years"}),
    ("change", "change", {}),
    ("ytd, trailing", "window", {"is": "is one"}),
    ("from_ytd", "single", {}),
    ("ratio with", "ratio", {}),
    ("absent='zero'", "zero", {"True": "0", "False": "missing"}),
)
"""The rows of the printed table: what it says, the operation, words for answers."""


def kinds_table() -> str:
    """The table of kinds as text: those that a column can have, then the derived ones.

    Examples
    --------
    >>> from evmarket._common.kinds import kinds_table
    >>> kinds_table().splitlines()[3].split()
    ['over', 'series', 'add', 'add', 'add', '-', '-']
    """
    derived = tuple(kind for kind in TABLE if kind not in KINDS)
    operations = ("series", "growth", "change", "ratio")
    below: list[tuple[str, ...]] = [
        ("derived", "over series", "growth", "change", "ratio with")
    ]
    below += [
        (kind, *(_answer(kind, operation) for operation in operations))
        for kind in derived
    ]
    above: list[tuple[str, ...]] = [("", *KINDS)]
    above += [
        (words, *(_answer(kind, operation) for kind in KINDS))
        for words, operation, _ in _ROWS
    ]
    notes = [
        "-: a TypeError says what to use. *: unless duplicates= says what to keep.",
        "Margins, price and volume, mix and bridges take levels of one kind.",
    ]
    return "\n".join([*_aligned(above), "", *_aligned(below), "", *notes])


def _answer(kind: str, operation: str) -> str:
    """What the table says of an operation, in words; "-" where it has no meaning."""
    found = getattr(TABLE[kind], operation)
    answer = ", ".join(found) if isinstance(found, tuple) else str(found)
    words = next(words for _, name, words in _ROWS if name == operation)
    return words.get(answer, answer) or "-"


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
