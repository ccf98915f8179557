"""Plots of audits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.arguments import positive
from .._common.canvas import (
    COLOURS,
    axes,
    legend,
    number_axis,
    shade,
    shortened,
    sourced,
    titled,
)
from .._common.fonts import legible
from .._figures.plots import bar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .html import FindingRow


def plot_audit(
    findings: Sequence[FindingRow], sources: Mapping[str, str], ax: Any, top: int
) -> Any:
    """`Audit.plot`, from findings and the source of each fact."""
    count = positive(top, "top")
    on = axes(ax, values="x")
    on.set_xscale("symlog", linthresh=1.0)
    number_axis(on.xaxis, "number")
    names: list[str] = []
    used: set[str] = set()
    measurable = [row for row in findings if row[3].unit > 0][:count]
    for place, (_, ids, expected, printed, outcome, _, _) in enumerate(measurable):
        for shift, name, figure, colour in (
            (-0.15, "printed", printed, COLOURS[3]),
            (0.15, "expected", expected, COLOURS[0]),
        ):
            low, value, high = (
                (end - printed.value) / printed.unit
                for end in (figure.low, figure.value, figure.high)
            )
            bar(
                on,
                place + shift,
                (low, value, high),
                color=colour,
                alpha=1.0 if outcome != "not comparable" else 0.4,
                label=name if place == 0 else f"_{name}",
            )
        names.append(shortened(f"{' '.join(ids)}: {outcome}", 36))
        used.update(ids)
    on.set_yticks(range(len(names)), names)
    on.set_ylim(max(len(names), 1) - 0.5, -0.5)
    on.axvline(0, color=shade(on, 0.8), linewidth=0.8, zorder=1)
    on.set_xlabel("distance from the printed figure, in units of its last digit")
    sourced(on, *(source for name, source in sources.items() if name in used))
    title = "Printed figures and what the others imply"
    if len(findings) > len(names):
        title += f" ({len(names)} of {len(findings)} findings)"
    titled(on, title)
    legend(on)
    return legible(on)
