"""What a panel's numbers say about its table: totals among parts, percents, signs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._cells.cells import Cells, kept_indptr
from .._common.kinds import LEVELS
from .._common.messages import listing, short
from .._inputs.labels import is_total, labels_told, names_percents

if TYPE_CHECKING:
    from collections.abc import Collection

    from .._common.types import Floats, Map, Mask
    from .panel import Panel


NEAR = 1e-9
"""How far a total may be from the sum of its parts, of its size."""

MOST_CELLS = 30_000
"""Cells in which totals are looked for."""

FEW = 0.05
"""The part of the cells that may have several rows by mistake."""

LARGE = 1.5
"""A rate beyond it is more likely in percent than a fraction."""


def noticed(panel: Panel, percents: Collection[str] = ()) -> list[str]:
    """What may be wrong with the table of a panel, in a line each.

    Nothing is changed. `percents` are the columns whose numbers had percent signs.
    """
    told = []
    series = panel._data.series
    for place, key in enumerate(series.keys):
        used, first = np.unique(series.codes[:, place], return_index=True)
        labels = [series.labels[place][code] for code in used[np.argsort(first)]]
        told += labels_told(key, labels)
        if not any(map(is_total, labels)) and len(labels) > 2:
            told += _sums_told(panel, place)
    told += _rows_told(panel)
    for name in panel.measures:
        measure = panel[name]
        if measure.kind in LEVELS:
            if name in percents or names_percents(name):
                told.append(
                    f"{short(name)}: the name or the numbers say percent, but it is "
                    f"added as a {measure.kind}: {name}=rate"
                )
        elif measure.kind == "rate" and measure.unit is None:
            most = np.max(np.abs(_finite(measure)), initial=0.0)
            if most > LARGE:
                told.append(
                    f"{short(name)}: a rate is a fraction, but this one reaches "
                    f"{most:g}; if it is in percent, say so: units {name}=percent"
                )
    return told


def _rows_told(panel: Panel) -> list[str]:
    """A line if few cells add several rows: a fiscal year may end twice in a year."""
    base = panel._data.base
    flows = [name for name in panel.measures if panel[name].kind == "flow"]
    several = base.layout.rows > 1
    count, cells = int(several.sum()), len(several)
    if not flows or not 0 < count <= FEW * cells or base.duplicates is not None:
        return []
    at = int(np.argmax(several))
    one = int(np.searchsorted(base.layout.indptr, at, side="right")) - 1
    ordinal = int(base.layout.ordinals[at])
    period = _core.period_labels(base.freq, ordinal, 1)[0]
    where = " ".join([*map(str, base.series.name(one)), period])
    return [
        f"{count:,} of {cells:,} cells add several rows, all others have one: the "
        f"first is {where} ({base.layout.rows[at]} rows); duplicates='add' says that "
        "this is meant"
    ]


def sign_told(panel: Panel, revenue: str, cost: str) -> list[str]:
    """A line if the costs are negative beside positive revenue."""
    costs, revenues = _finite(panel[cost]), _finite(panel[revenue])
    if _mostly(costs < 0, costs != 0) and _mostly(revenues > 0, revenues != 0):
        return [
            f"{short(cost)}: nearly all costs are negative, so the margin adds them to "
            f"the revenue: reverse them, such as by assign costs=0-{cost}"
        ]
    return []


def _mostly(true: Mask, among: Mask) -> bool:
    return bool(among.any()) and 10 * int(true.sum()) >= 9 * int(among.sum())


def _finite(measure: Any) -> Floats:
    values: Floats = measure._data.cells.values
    return values[np.isfinite(values)]


def _sums_told(panel: Panel, place: int) -> list[str]:
    """A line if the values of one label of a key are the sums of all others, wherever
    it has a value beside two or more of them."""
    names = [name for name in panel.measures if panel[name].kind in LEVELS]
    series = panel._data.series
    key = series.keys[place]
    _, group = series.grouped([other for other in series.keys if other != key])
    found = [
        _totals(panel[name]._data.cells, series.codes[:, place], group)
        for name in names
    ]
    every = set.intersection(*found) if found else set()
    if not every:
        return []
    label = min(str(series.labels[place][code]) for code in every)
    return [
        f"{short(key)}: {short(label)} is the sum of the other labels in "
        f"{listing(names[:3])}, which counts them twice: exclude {key}={label}"
    ]


def _totals(cells: Cells, codes: Map, group: Map) -> set[int]:
    """The codes whose values are the sums of the other ones in their group."""
    cells = _last_periods(cells)
    if not len(cells.ordinals):
        return set()
    low = int(cells.ordinals.min())
    span = int(cells.ordinals.max()) - low + 1
    row = group[cells.series].astype(np.int64) * span + cells.ordinals - low
    _, place = np.unique(row, return_inverse=True)
    known = np.isfinite(cells.values)
    values = np.where(known, cells.values, 0.0)
    total = np.bincount(place, values)[place]
    beside = np.bincount(place, known & (values != 0))[place]
    tested = known & (beside >= 3) & (values != 0)
    equal = np.abs(total - 2 * values) <= NEAR * np.abs(total)
    code = codes[cells.series]
    held, seen = np.bincount(code, tested & equal), np.bincount(code, tested)
    # Small numbers add up by chance: a total stands in most of the sums.
    sums = len(np.unique(place[tested]))
    return set(np.flatnonzero((held == seen) & (held >= max(2, sums / 2))).tolist())


def _last_periods(cells: Cells) -> Cells:
    """The cells of the last periods, if they are many: a total stands in each."""
    if len(cells.ordinals) <= MOST_CELLS:
        return cells
    low, high = int(cells.ordinals.min()), int(cells.ordinals.max())
    periods = max(3, (high - low + 1) * MOST_CELLS // len(cells.ordinals))
    kept = cells.ordinals > high - periods
    return Cells(
        kept_indptr(cells.indptr, kept), cells.ordinals[kept], cells.values[kept]
    )
