"""Where the choices of a random test come from: a generator, or Hypothesis."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any


class Choices:
    """Everything is chosen by integers; a low one is the simpler choice.

    Parameters
    ----------
    integer : callable
        An integer between two integers, both included.
    """

    def __init__(self, integer: Callable[[int, int], int]):
        self.integer = integer

    @classmethod
    def seeded(cls, seed: object) -> Choices:
        return cls(random.Random(str(seed)).randint)

    def one(self, options: Sequence[Any]) -> Any:
        return options[self.integer(0, len(options) - 1)]

    def chance(self, percent: int) -> bool:
        return self.integer(0, 99) >= 100 - percent

    def some(self, options: Sequence[Any], percent: int = 50) -> list:
        return [one for one in options if self.chance(percent)]

    def few(self, options: Sequence[Any]) -> list:
        """At least one, in their order."""
        return self.some(options) or [self.one(options)]

    def mixed(self, options: Sequence[Any]) -> list:
        """All of them in a random order."""
        left = list(options)
        return [left.pop(self.integer(0, len(left) - 1)) for _ in options]
