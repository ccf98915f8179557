"""What the rows of a finest cell say: their counts, and when its series lives."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._common.kinds import TABLE
from .base import BOTH
from .cells import NEVER

if TYPE_CHECKING:
    from .._common.types import Ints
    from .panel import PanelData


class _Rows(NamedTuple):
    """The rows of one series, by cell; `values` counts those that are used.

    `months` has a bit for each of January and February that has a value, of both where
    that is not asked; `lone` is the same, 0 where it is not asked.
    """

    ordinals: Ints
    rows: Ints
    values: Ints
    months: Ints
    lone: Ints


def leaf_notes(
    panel: PanelData, name: str, series: int, ordinal: int, value: float
) -> tuple[str, ...]:
    """Sentences on the rows of a cell of a joined series, at the finest frequency."""
    base, rules = panel.base, panel.rules
    finest = panel.groups.members_of(series)
    rows = _rows(panel, name, finest)
    here = rows.ordinals == ordinal
    count, used = int(rows.rows[here].sum()), int(rows.values[here].sum())
    notes = []
    if len(finest) > 1:
        notes.append(f"{len(finest)} series of the table have these labels (recode).")
    if count:
        dates = TABLE[panel.level_kind(name)].dates
        notes.append(_counted(count, used, base.duplicates, base.dated, dates))
        bits = int(np.bitwise_or.reduce(rows.months[here], initial=0))
        if bits in (1, 2):
            month = ("January", "February")[bits - 1]
            notes.append(f"Of January and February only {month} has a value.")
    elif np.isfinite(value):
        notes.append('No row: none sold (absent="zero").')
    kept = rows.ordinals
    if rules.nulls == "absent":
        kept = kept[(rows.values > 0) | (rows.lone > 0)]
    if np.isnan(value) and ordinal not in kept:
        if count:
            notes.append('It counts as no row (nulls="absent").')
        notes.append(_absent(panel, name, series, ordinal, kept))
    return tuple(notes)


def _rows(panel: PanelData, name: str, finest: Ints) -> _Rows:
    layout, level = panel.base.layout, panel.base_level(name)
    place = np.concatenate(
        [np.arange(layout.indptr[s], layout.indptr[s + 1]) for s in finest]
        or [np.empty(0, np.int64)]
    ).astype(np.int64)
    asked = level.months
    lone = np.zeros(len(place), np.int64)
    if asked is not None:
        lone = asked[place].astype(np.int64)
    return _Rows(
        layout.ordinals[place],
        layout.rows[place],
        level.sums.counts[place],
        lone if asked is not None else np.full(len(place), BOTH),
        lone,
    )


def _counted(
    count: int, used: int, duplicates: str | None, dated: bool, dates: str
) -> str:
    """How many rows a cell has, and which of them count."""
    rows = f"{count:,} row{'' if count == 1 else 's'}"
    if not used:
        return f"{rows} without a value."
    if used == count:
        return f"{rows}." if count == 1 else f"{rows}, added up."
    if duplicates in ("last", "identical"):
        rule = f'duplicates="{duplicates}"'
        return f"{rows}, of which {used:,} with a value kept ({rule})."
    if dated and dates != "add":
        return f"{rows}; the last date with a value counts."
    return f"{rows}, {count - used:,} of them without a value."


def _absent(panel: PanelData, name: str, series: int, ordinal: int, rows: Ints) -> str:
    """Why there is no row: when the series has some."""
    calendar, rules = panel.finest, panel.rules
    rows = np.unique(rows)
    before, after = rows[rows < ordinal], rows[rows > ordinal]
    if not len(rows):
        return "The series has no row."
    if not len(before):
        return f"No row yet: the first is of {calendar.label(int(after[0]))}."
    last = int(before[-1])
    lives, _ = panel.lives(name)
    at = np.array([series]), np.array([ordinal])
    if lives.first[series] != NEVER and not lives.alive(*at)[0]:
        run = calendar.complete - last
        text = (
            f"Exited: the last row is of {calendar.label(last)}, {run:,} periods "
            f"before the last complete one ({calendar.label(calendar.complete)}); "
            f"exit_after is {rules.exit_after:,}."
        )
        if len(after):
            text += f" It has a row again in {calendar.label(int(after[0]))}."
        return text
    text = f"No row: the last before is of {calendar.label(last)}"
    if len(after):
        return f"{text}, the next of {calendar.label(int(after[0]))}."
    return f"{text}, and none after; exit_after is {rules.exit_after:,}."
