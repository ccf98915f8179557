"""What a panel is built from: the columns of a table, and the options."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from .._calendar.frequency import frequency, year_end_at
from .._calendar.labels import last_complete
from .._calendar.lags import exit_periods
from .._cells.base import Rules
from .._common.arguments import choice
from .._common.kinds import TABLE, check_kinds
from .._common.messages import near, one_line, short

if TYPE_CHECKING:
    from collections.abc import Mapping

_DUPLICATES = ("add", "identical", "last", "error")
_A_YEAR = "1Y"
"""The default of `exit_after`, which is two periods at least."""


@dataclass(frozen=True)
class Options:
    """How a panel is built; see `Panel.from_table`."""

    freq: str | None = None
    units: Mapping[str, str] | None = None
    absent: str = "missing"
    nulls: str = "reported"
    duplicates: str | None = None
    complete_through: Any = None
    exit_after: int | str = _A_YEAR
    year_end: str | None = None
    date_format: str | None = None
    workers: int | None = None
    progress: bool = False

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Options:
        """Options from keyword arguments, or a TypeError that names an unknown one."""
        known = [option.name for option in fields(cls)]
        for name in options:
            if name not in known:
                raise TypeError(
                    f"{one_line(name)} is not an option of a panel; {near(name, known)}"
                )
        return cls(**options)

    @property
    def asked(self) -> str | None:
        """The short name of the frequency asked for, if one was."""
        return None if self.freq is None else frequency(self.freq)

    def check(self, kinds: Mapping[str, str]) -> None:
        """Refuse options that are unknown, or do not go with the measures."""
        choice(self.absent, "absent", {"missing": 0, "zero": 1})
        choice(self.nulls, "nulls", {"reported": 0, "absent": 1})
        if self.duplicates is not None:
            choice(self.duplicates, "duplicates", dict.fromkeys(_DUPLICATES))
        for name, kind in kinds.items():
            if self.duplicates == "add" and not TABLE[kind].series:
                raise ValueError(
                    f"duplicates is 'add': {one_line(name)} is "
                    f"{kind} and is never added: "
                    "give 'identical', 'last' or 'error'"
                )
        for name in self.units or {}:
            if name not in kinds:
                raise KeyError(f"units: {short(name)} is not a measure")

    def rules(self, freq: str) -> Rules:
        """The rules of absence on the finest calendar."""
        cutoff, year_end = None, year_end_at(self.year_end, freq)
        if self.complete_through is not None:
            label, name = self.complete_through, "complete_through"
            cutoff = last_complete(label, freq, name, year_end)
        exit_after = exit_periods(self.exit_after, freq)
        if self.exit_after == _A_YEAR:
            exit_after = max(exit_after, 2)
        return Rules(self.absent, self.nulls, cutoff, exit_after, year_end)


@dataclass(frozen=True)
class Columns:
    """The names of the columns of a panel, checked."""

    keys: tuple[str, ...]
    when: tuple[str, ...]
    kinds: dict[str, str]

    @classmethod
    def of(cls, keys: Any, period: Any, measures: Any) -> Columns:
        """The columns as `Panel.from_table` takes them."""
        key_names = _names(keys, "keys")
        when = [period] if isinstance(period, str) else _names(period, "period")
        if len(when) not in (1, 2):
            raise ValueError(
                f"period is {short(period)}: a column, or (year, month or quarter)"
            )
        kinds = dict(measures) if isinstance(measures, dict) else {}
        names = list(kinds) or _names(measures, "measures")
        if not names:
            raise ValueError("measures is empty: a panel has at least one")
        kinds = check_kinds(names, kinds)
        seen: set[str] = set()
        for name in (*key_names, *when, *names):
            if name in seen:
                raise ValueError(
                    f"column {short(name)} is named twice among keys, period, measures"
                )
            seen.add(name)
        return cls(tuple(key_names), tuple(when), kinds)

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the measures."""
        return tuple(self.kinds)

    @property
    def every(self) -> list[str]:
        """Keys, period, measures: the order of the columns in a batch."""
        return [*self.keys, *self.when, *self.kinds]

    def places(
        self, measures: tuple[int, ...]
    ) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
        """The places in a batch of the keys, the period and some of the measures."""
        first, second = len(self.keys), len(self.keys) + len(self.when)
        return (
            tuple(range(first)),
            tuple(range(first, second)),
            tuple(second + k for k in measures),
        )


def _names(value: Any, name: str) -> list[str]:
    """One name of a column or several, as a list."""
    names = [value] if isinstance(value, str) else list(value)
    for item in names:
        if not isinstance(item, str):
            raise TypeError(
                f"{one_line(name)} holds {short(item)}: give names of columns"
            )
    return names
