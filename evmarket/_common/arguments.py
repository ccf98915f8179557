"""Checks of single arguments: integers, positive numbers, choices."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from .messages import short


def integer(value: Any, name: str) -> int:
    """`value` as an int; bools and fractions raise TypeError."""
    if type(value) is int:
        return value
    if not isinstance(value, (bool, np.bool_)) and hasattr(value, "__index__"):
        with contextlib.suppress(TypeError):
            return int(value.__index__())
    raise TypeError(f"{name} is {short(value)}: it takes an integer")


def positive(value: Any, name: str) -> int:
    """`value` as an int of at least 1."""
    number = integer(value, name)
    if number < 1:
        raise ValueError(f"{name} is {number}: it takes an integer from 1")
    return number


def choice(value: Any, name: str, known: dict[str, Any]) -> Any:
    """The entry of `known` whose key is `value`."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {short(value)}: it takes text")
    if value not in known:
        words = ", ".join(map(repr, known))
        raise ValueError(f"{name} is {short(value)}: known are {words}")
    return known[value]
