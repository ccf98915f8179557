"""Checks of single arguments: integers, positive numbers, choices."""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

from .messages import short


def integer(value: Any, name: str) -> int:
    """`value` as an int; a bool or a fraction is no integer."""
    if type(value) is int:
        return value
    if not isinstance(value, (bool, np.bool_)) and hasattr(value, "__index__"):
        with contextlib.suppress(TypeError):
            return int(value.__index__())
    raise TypeError(f"{name} is {short(value)}: it takes an integer")


def positive(value: Any, name: str) -> int:
    """`value` as an int of at least 1."""
    found = integer(value, name)
    if found < 1:
        raise ValueError(f"{name} is {found}: it takes an integer from 1")
    return found


def choice(value: Any, name: str, known: dict[str, Any]) -> Any:
    """What `known` holds under `value`, which must be one of its keys."""
    if not isinstance(value, str):
        raise TypeError(f"{name} is {short(value)}: it takes text")
    if value not in known:
        words = ", ".join(map(repr, known))
        raise ValueError(f"{name} is {short(value)}: known are {words}")
    return known[value]
