"""What a measure measures: the words of its axis, and the level behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .._common.kinds import LEVELS

if TYPE_CHECKING:
    from .._cells.measure import MeasureData
    from .._common.types import Floats, Ints


class LevelOf(NamedTuple):
    """The level that the series of a measure come from.

    Attributes
    ----------
    level : MeasureData
    to : ndarray of int64
        The series of the level that belongs to each series of the measure.
    """

    level: MeasureData
    to: Ints

    def at(self, ordinal: int) -> Floats:
        """The level of each series of the measure in a period."""
        return self.level.level_at(ordinal)[self.to]


def level_of(measure: MeasureData) -> LevelOf:
    """The level that growth, shares, ranks and ratios come from: how large a series is.

    Of a ratio or a margin it is the level above the line. A measure without a level,
    such as a rate of the table, is its own.
    """
    to = np.arange(measure.series.count, dtype=np.int64)
    while measure.kind not in LEVELS and measure.formed is not None:
        formed = measure.formed
        if formed.what == "part":
            to = formed.options["to"][to]
            [measure] = formed.inputs
            continue
        same = [m for m in formed.inputs if m.series.equals(measure.series)]
        if not same:
            break
        measure = same[0]
    return LevelOf(measure, to)


def axis_name(measure: MeasureData) -> str:
    """What the numbers are: "units (vehicles)", "growth on the year before" ...

    Examples
    --------
    >>> import evmarket as em
    >>> from evmarket._panel.measured import axis_name
    >>> panel = em.Panel.from_arrays({}, ["2024", "2025"], {"units": [60, 90]})
    >>> units = panel["units"]
    >>> [axis_name(m._data) for m in (units.growth(), units.share(), units.rank())]
    ['growth on the year before', 'share of units', 'rank by units']
    """
    whole = _whole(measure)
    formed, kind = whole.formed, measure.kind
    words = measure.name
    if formed is not None and formed.inputs:
        of = formed.inputs[0].name
        if formed.lag is not None:
            words = _stepped(measure, of, formed.what, formed.lag.words)
        elif kind == "rank":
            words = f"rank by {of}"
        elif kind == "index":
            words = f"{of}, {_base(whole)} = 100"
        elif formed.what == "share":
            words = f"share of {of}"
    return f"{words} ({measure.unit})" if measure.unit else words


def _whole(measure: MeasureData) -> MeasureData:
    """The measure that some series were taken from."""
    while measure.formed is not None and measure.formed.what == "part":
        [measure] = measure.formed.inputs
    return measure


def _stepped(measure: MeasureData, of: str, what: str, before: str) -> str:
    """Growth or change, and on which period."""
    if measure.kind == "growth":
        return (
            "annualized growth"
            if what == "annualized growth"
            else f"growth on {before}"
        )
    if measure.kind == "log":
        return f"log growth on {before}"
    return f"change of {of} on {before}"


def _base(measure: MeasureData) -> str:
    """The base period of an index, or its first and last one."""
    assert measure.formed is not None
    options, calendar = measure.formed.options, measure.calendar
    low, high = (calendar.label(options[end]) for end in ("low", "high"))
    return low if low == high else f"mean of {low} to {high}"
