"""Panels and measures as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.messages import listing, one_line
from .._common.text import SCREEN, fitted, middle

if TYPE_CHECKING:
    from .._cells.measure import MeasureData
    from .._cells.panel import PanelData

_LISTED = 20
"""The most measures that a panel lists."""


def panel(data: PanelData) -> str:
    """Keys, size and calendar of a panel, then one line per measure."""
    periods, keys = data.calendar.periods, data.series.keys
    span = f", {periods.first} to {periods.last}" if len(periods) else ""
    size = f"{data.series.count:,} series x {len(periods):,} periods{span})"
    head = f"{len(keys)} key{'s' if len(keys) != 1 else ''}: {listing(keys)};"
    lines = [fitted(f"Panel({head}", size) if keys else f"Panel({size}"]
    for level in data.levels[:_LISTED]:
        unit = f", {level.read_unit}" if level.read_unit else ""
        lines.append(middle(f"  {one_line(level.name)}: {level.kind}{unit}", SCREEN))
    if len(data.levels) > _LISTED:
        lines.append(f"  ... {len(data.levels) - _LISTED:,} more measures")
    return "\n".join(lines)


def measure(data: MeasureData) -> str:
    """Name, kind, unit and size of a measure."""
    rows, columns = data.shape
    unit = f", {data.unit}" if data.unit else ""
    return fitted(
        f"Measure({data.name!r}: {data.kind}{unit},",
        f"{rows:,} series x {columns:,} periods, {len(data.cells.values):,} cells)",
    )
