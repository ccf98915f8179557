"""The outcome of a finding in words."""

from __future__ import annotations

from .._figures.show import show_gap


def words_of(distance: float, reason: str) -> str:
    """The distance and the reason of a finding in words."""
    return ": ".join(filter(None, (show_gap(distance), reason)))
