"""The kinds of measures, and what each kind allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .messages import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


LEVELS = ("flow", "stock", "cumulative")
"""The kinds that are levels."""
POINTS = ("growth", "log", "share", "margin", "rate", "pp")
"""The kinds whose differences are percentage points."""

NO_GROWTH = (*POINTS, "rank")
"""The kinds that have no growth."""

KINDS = (*LEVELS, "rate", "index")


def check_kinds(names: Iterable[str], kinds: Mapping[str, str]) -> dict[str, str]:
    """The kind of every measure; "flow" if `kinds` does not name it."""
    checked = {}
    for name in names:
        kind = kinds.get(name, "flow")
        if kind not in KINDS:
            raise ValueError(
                f"measures: {name} is {short(kind)}: known are {', '.join(KINDS)}"
            )
        checked[name] = kind
    return checked


_SHARES = {"margin": "share", "rate": "share"}


def format_of(kind: str) -> str:
    """The format of the numbers of a kind: a key of `numbers.RELATIVE` or ""."""
    if kind in ("growth", "log"):
        return "rate"
    return kind if kind in ("share", "pp") else _SHARES.get(kind, "")
