"""The same cells under other rules of absence, or at a coarser frequency."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._calendar.frequency import MONTHS, frequency
from .._calendar.labels import last_complete
from .._calendar.lags import exit_periods
from .._calendar.periods import Periods, wholes
from .._common.arguments import choice
from .._common.kinds import ask

if TYPE_CHECKING:
    from .panel import PanelData


def assumed(
    panel: PanelData, absent: Any, complete_through: Any, exit_after: Any
) -> PanelData:
    """See `Panel.assume`; None leaves a rule as it is."""
    freq, changes = panel.base.freq, {}
    if absent is not None:
        choice(absent, "absent", {"missing": 0, "zero": 1})
        changes["absent"] = absent
    if complete_through is not None:
        name = "complete_through"
        year_end = panel.rules.year_end
        changes["cutoff"] = last_complete(complete_through, freq, name, year_end)
    if exit_after is not None:
        changes["exit_after"] = exit_periods(exit_after, freq)
    return replace(panel, rules=replace(panel.rules, **changes))


def resampled(panel: PanelData, freq: str) -> PanelData:
    """See `Panel.resample`."""
    coarse, year_end = frequency(freq), panel.rules.year_end
    if coarse == "Y" and panel.base.freq in ("M", "D"):
        coarse = frequency(f"Y-{MONTHS[year_end - 1]}")
    if coarse == panel.calendar.freq:
        return panel
    for level in panel.levels:
        if level.recipe is None:
            ask(level.name, level.kind, "periods")
    # The frequency in view must fit, though the finest cells are what is added.
    wholes(Periods.of(panel.calendar.freq, panel.calendar.low, 1), coarse)
    return panel.seen(replace(panel.view, freq=coarse))
