"""The cells that a panel lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .cells import Cells, union

if TYPE_CHECKING:
    from .panel import PanelData


def occupied(panel: PanelData) -> Cells:
    """The cells that have a row, or that any of the measures has a number in."""
    if panel.coarse is None and panel.rules.absent == "missing" and not panel.assigned:
        return Cells.at(panel.layout)
    sides = [panel.read(name).cells for name in panel.names]
    if panel.coarse is None:
        sides.append(Cells.at(panel.layout))
    return union(sides, panel.series.count)
