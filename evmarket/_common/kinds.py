"""The kinds of measure, and what each kind allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .messages import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


LEVELS = ("flow", "stock", "cumulative")
"""The kinds that are levels; `POINTS` are those whose differences are pp."""
POINTS = ("growth", "log", "share", "margin", "rate", "pp")

NO_GROWTH = (*POINTS, "rank")
"""The kinds whose growth has no meaning."""

KINDS = (*LEVELS, "rate")


def check_kinds(names: Iterable[str], kinds: Mapping[str, str]) -> dict[str, str]:
    """A known kind for every measure."""
    found = {}
    for name in names:
        kind = kinds.get(name, "flow")
        if kind not in KINDS:
            raise ValueError(
                f"measures: {name} is {short(kind)}: known are {', '.join(KINDS)}"
            )
        found[name] = kind
    return found


_SHARES = {"margin": "share", "rate": "share"}


def format_of(kind: str) -> str:
    """How the numbers of a kind print."""
    if kind in ("growth", "log"):
        return "rate"
    return kind if kind in ("share", "pp") else _SHARES.get(kind, "")
