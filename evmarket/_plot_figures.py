"""Plots of published figures: intervals as error bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._apply import positive
from ._plot import (
    COLOURS,
    axes,
    legend,
    legible,
    number,
    percent,
    points,
    shortened,
    sourced,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ._audit import Audit
    from ._figure import Figure

_REACH = 2.5
"""How far an open end is drawn, in widths of what is closed."""


def _bar(ax: Any, y: float, span: tuple[float, float, float], **style: Any) -> None:
    """A value with its interval; an end without bound is an arrow."""
    low, value, high = span
    known = [x for x in span if np.isfinite(x)]
    middle = value if np.isfinite(value) else known[0]
    width = max(known) - min(known) or abs(middle) * 0.1 or 1.0
    left = low if np.isfinite(low) else middle - _REACH * width
    right = high if np.isfinite(high) else middle + _REACH * width
    ax.errorbar(
        [middle],
        [y],
        xerr=[[middle - left], [right - middle]],
        xlolims=not np.isfinite(high),
        xuplims=not np.isfinite(low),
        fmt="o",
        markersize=4,
        capsize=3,
        **style,
    )


def plot_figures(figures: Sequence[Figure], ax: Any) -> Any:
    """`Figure.plot`: a row a figure."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    kinds = {figure.kind for figure in figures}
    if len(kinds) > 1:
        raise ValueError(f"figures of different kinds: {', '.join(sorted(kinds))}")
    here = axes(ax)
    for row, figure in enumerate(figures):
        _bar(here, row, (figure.low, figure.value, figure.high), color=COLOURS[0])
    names = [shortened(figure.text or number(figure.value)) for figure in figures]
    here.set_yticks(range(len(names)), names)
    here.set_ylim(len(names) - 0.5, -0.5)
    shares = {"percent": percent, "growth": percent, "pp": points}
    form = shares.get(figures[0].kind, number)
    here.xaxis.set_major_locator(MaxNLocator(5))
    here.xaxis.set_major_formatter(FuncFormatter(form))
    nouns = sorted({figure.of for figure in figures if figure.of})
    here.set_xlabel(", ".join(nouns) or figures[0].kind)
    here.set_title("What the printed digits stand for")
    return legible(here)


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
            _bar(
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
