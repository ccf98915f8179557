"""Plots of audits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._common.arguments import positive
from .._common.canvas import COLOURS, axes, legend, legible, shortened, sourced
from .._figures.plots import bar

if TYPE_CHECKING:
    from .audit import Audit


def plot_audit(audit: Audit, ax: Any, top: int) -> Any:
    """`Audit.plot`: what is expected beside what is printed, in units of the printed
    figure's last digit."""
    count = positive(top, "top")
    found = [f for f in audit.findings if f.printed.unit > 0]
    here = axes(ax)
    names = []
    colours = {"expected": COLOURS[0], "printed": COLOURS[3]}
    for row, finding in enumerate(found[:count]):
        middle, unit = finding.printed.value, finding.printed.unit
        for k, name in enumerate(("printed", "expected")):
            figure = getattr(finding, name)
            ends = (figure.low, figure.value, figure.high)
            span = tuple((x - middle) / unit for x in ends)
            bar(
                here,
                row + 0.3 * k - 0.15,
                (span[0], span[1], span[2]),
                color=colours[name],
                alpha=1.0 if finding.outcome != "not comparable" else 0.4,
                label=name if row == 0 else f"_{name}",
            )
        names.append(shortened(f"{' '.join(finding.facts)}: {finding.outcome}", 36))
    here.set_yticks(range(len(names)), names)
    here.set_ylim(max(len(names), 1) - 0.5, -0.5)
    here.axvline(0, color="black", linewidth=0.6, zorder=0)
    here.set_xscale("symlog", linthresh=1.0)
    here.set_xlabel("distance from the printed figure, in units of its last digit")
    shown = {fact for finding in found[:count] for fact in finding.facts}
    sources = audit.facts.label["source"]
    sourced(here, *(sources[i] for i, k in enumerate(audit.facts.id) if k in shown))
    title = "Printed figures and what the others imply"
    if len(audit.findings) > len(names):
        title += f" ({len(names)} of {len(audit.findings)} findings)"
    here.set_title(title)
    legend(here)
    return legible(here)
