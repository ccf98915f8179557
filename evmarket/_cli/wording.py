"""Messages of the package in the words of the command line."""

from __future__ import annotations

import re

_NAMES = {
    "window": "--trailing",
    "nulls": "--null",
    **{
        name: f"--{name.replace('_', '-')}"
        for name in (
            "absent",
            "at",
            "by",
            "complete_through",
            "date_format",
            "duplicates",
            "exit_after",
            "freq",
            "lag",
            "policy",
            "top",
            "within",
            "year_end",
        )
    },
}
_ANY = "|".join(_NAMES)
_VALUE = re.compile(rf"\b({_ANY})='([^']*)'")
_BARE = re.compile(rf"\b({_ANY})=(?=[\s,.;:)]|$)")
_SUBJECT = re.compile(rf"(^|: )({_ANY})(?= is | has | holds )")
_RESAMPLE = re.compile(r"\bresample\('([^']*)'\)")


def as_flags(message: str) -> str:
    """A message with its arguments written as flags.

    Examples
    --------
    >>> from evmarket._cli.wording import as_flags
    >>> as_flags("sales.csv: month holds plain dates: give freq=")
    'sales.csv: month holds plain dates: give --freq'
    >>> as_flags("pass absent='zero' and complete_through='2025-11'")
    'pass --absent zero and --complete-through 2025-11'
    """
    message = _VALUE.sub(lambda m: f"{_NAMES[m[1]]} {_quoted(m[2])}", message)
    message = _BARE.sub(lambda m: _NAMES[m[1]], message)
    message = _SUBJECT.sub(lambda m: m[1] + _NAMES[m[2]], message)
    return _RESAMPLE.sub(lambda m: f"--resample {m[1]}", message)


def _quoted(value: str) -> str:
    return f"'{value}'" if re.search(r"[\s;&|<>()$]", value) else value
