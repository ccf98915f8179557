"""Panels in the first version of the file: cells without a view."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .._cells.base import Rules
from .._cells.panel import PanelData
from .._cells.view import Shown
from .stored import (
    array_of,
    is_ordinal,
    is_period,
    need,
    optional,
    read_base,
    read_ends,
    read_series,
)

if TYPE_CHECKING:
    from .._common.types import Array


_HEAD = {"complete", "exit_after", "bounded", "shown", "dropped", "keys", "labels"}


def from_first_version(state: dict[str, Array], head: dict[str, Any]) -> PanelData:
    """The cells as the finest of a panel.

    Cells of a roll-up or of coarser periods that had no number are rows without one.
    """
    need(head.keys() >= _HEAD, "its head lacks a field")
    rule = "last" if head["dropped"] else None
    head = head | {"duplicates": rule, "dated": False}
    ends = read_ends(head)
    series = read_series(head, array_of(state, "codes", np.int32, 2))
    base = read_base(state, head, series, ends)
    levels = []
    for k, level in enumerate(base.levels):
        blank = optional(state, f"{k}.blank", np.bool_, len(base.layout.rows))
        if blank is not None:
            sums = level.sums.where(~blank)
            sums = replace(sums, values=np.where(blank, np.nan, sums.values))
            level = replace(level, sums=sums)
        levels.append(level)
    need(is_ordinal(head["exit_after"]), "its calendar cannot be read")
    need(type(head["bounded"]) is bool, "its calendar cannot be read")
    cutoff = head["complete"] if head["bounded"] else None
    need(cutoff is None or is_period(cutoff, ends[0]), "its calendar cannot be read")
    rules = Rules(cutoff=cutoff, exit_after=max(1, head["exit_after"]))
    panel = PanelData.of(replace(base, levels=tuple(levels)), rules)
    shown = head["shown"]
    pair = isinstance(shown, list) and len(shown) == 2
    pair = pair and all(is_period(end, ends[0]) for end in shown)
    need(pair, "its calendar cannot be read")
    if tuple(shown) == panel.finest.visible:
        return panel
    return panel.seen(replace(panel.view, shown=(Shown(ends[0], *shown),)))
