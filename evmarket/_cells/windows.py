"""What only levels have: sums along the calendar, index numbers, midpoint ends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._calendar.frequency import per_year, year_of
from .._calendar.labels import first_period, last_period
from .._calendar.lags import window_periods
from .._calendar.periods import Periods, wholes
from .._common.messages import short
from .._common.status import lowest
from . import sums as _exact
from .cells import Cells, from_places
from .shifts import bases, difference, shifted_sums, window_status
from .sums import kept_exact

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from .._common.types import Ints
    from .._panel.measure import Measure


def _usable(cells: Cells) -> Cells:
    return cells.kept(np.isfinite(cells.values))


def _places(measure: Measure) -> tuple[Ints, Ints]:
    """The place of each period of the calendar in its year; how many that year has."""
    frame = measure._frame
    calendar = Periods.of(frame.freq, frame.low, frame.high - frame.low + 1)
    whole = wholes(calendar, year_of(frame.freq))
    return whole.place, whole.parts


def _finished(
    measure: Measure, sums: Cells, starts: Any, sizes: Any, kind: str
) -> Measure:
    """Window sums as a measure: statuses, and NaN where they are not whole."""
    frame, cells = measure._frame, measure._cells
    status = window_status(frame, measure._absences[0], sums, starts, sizes)
    carried = _carried(cells, sums, starts)
    if carried is not None:
        status = lowest(status, carried)
    status[sums.ordinals > frame.complete] = _core.PARTIAL
    values = sums.values.copy()
    values[(status == _core.PARTIAL) | (status == _core.INCOMPLETE)] = np.nan
    found = replace(sums, values=values, status=status)
    return measure._derived(found, kind, measure.unit)


def _carried(cells: Cells, sums: Cells, starts: Any) -> Any:
    """Statuses that stand beside the numbers that were added."""
    if cells.status is None:
        return None
    beside = (cells.status != 0) & np.isfinite(cells.values)
    beside &= cells.status != _core.PARTIAL
    if not beside.any():
        return None
    found = np.zeros(len(sums.ordinals), np.uint8)
    span = int((sums.ordinals - starts).max(initial=0))
    marked = cells.kept(beside)
    for step in range(span + 1):
        place = marked.place(sums.series, sums.ordinals - step)
        hit = (place >= 0) & (sums.ordinals - step >= starts)
        found = lowest(found, np.where(hit, marked.codes[place], np.uint8(0)))
    return found


def trailing(measure: Measure, window: Any) -> Measure:
    frame = measure._frame
    size = window_periods(window, frame.freq)
    calendar = np.arange(frame.low, frame.high + 1)
    steps = range(min(size, len(calendar)))
    maps = [
        np.where(calendar + k <= frame.high, calendar + k, _core.DROPPED) for k in steps
    ]
    cells = _usable(measure._cells)
    sums = shifted_sums(cells, frame.series_count, frame.low, maps)
    return _finished(measure, sums, sums.ordinals - size + 1, size, measure.kind)


def ytd(measure: Measure) -> Measure:
    frame = measure._frame
    place, _ = _places(measure)
    calendar = np.arange(frame.low, frame.high + 1)
    maps = []
    for step in range(int(place.max(initial=0)) + 1):
        to = np.full(len(calendar), _core.DROPPED, np.int64)
        stays = place[step:] >= step  # the later period lies in the same year
        to[: len(calendar) - step][stays] = calendar[step:][stays]
        maps.append(to)
    sums = shifted_sums(_usable(measure._cells), frame.series_count, frame.low, maps)
    own = place[sums.ordinals - frame.low]
    return _finished(measure, sums, sums.ordinals - own, own + 1, "cumulative")


def from_ytd(measure: Measure) -> Measure:
    frame, cells = measure._frame, measure._cells
    place, _ = _places(measure)
    begins = place[cells.ordinals - frame.low] == 0
    found = measure.change(1) if frame.freq != "M-JF" else _step(measure)
    values = np.where(begins, cells.values, found._cells.values)
    codes = np.where(begins, cells.codes, found._cells.codes)
    late = cells.ordinals > frame.complete
    codes[late] = _core.PARTIAL
    values[late] = np.nan
    result = Cells(cells.indptr, cells.ordinals, values, codes)
    return measure._derived(result, "flow", measure.unit)


def _step(measure: Measure) -> Measure:
    """The difference from the period before, where words for lags stop at years."""
    found = measure._compared(1, _core.change, _core.change_status, measure.kind)
    base = bases(measure._cells, 1)
    both = np.isfinite(found._cells.values)
    if measure._cells.exact is not None:
        values = difference(measure._cells, base, both)
        found._cells = replace(found._cells, values=values)
    return found


def cumulative_trailing(measure: Measure, window: Any) -> Measure:
    """Y(t) + last year's whole - Y(t, a year before)."""
    frame, cells = measure._frame, measure._cells
    year = per_year(frame.freq)
    if window_periods(window, frame.freq) != year:
        raise ValueError(
            f"window is {short(window)}: of a cumulative level only a year ('1Y') can "
            "be told"
        )
    place, parts = _places(measure)
    at = cells.ordinals - frame.low
    ends = place[at] == parts[at] - 1
    whole = cells.place(cells.series, cells.ordinals - place[at] - 1)
    before = cells.place(cells.series, cells.ordinals - year)
    sides = [(whole, cells.ordinals - place[at] - 1), (before, cells.ordinals - year)]
    codes = np.zeros(len(at), np.uint8)
    first = measure._absences[0].first[cells.series]
    for found, ordinals in sides:
        lacking = np.where(
            ordinals < first, np.uint8(_core.ENTERED), np.uint8(_core.GAP)
        )
        lacking[ordinals < frame.low] = _core.OUTSIDE
        known = np.where(found >= 0, cells.codes[found], np.uint8(0))
        codes = lowest(codes, np.where(found < 0, lacking, known))
    codes = lowest(np.where(ends, np.uint8(0), codes), cells.codes)
    codes[cells.ordinals > frame.complete] = _core.PARTIAL
    usable = np.isfinite(cells.values)
    all_three = usable & (whole >= 0) & (before >= 0)
    all_three &= usable[whole] & usable[before]
    values = np.where(ends, cells.values, np.nan)
    wanted = np.flatnonzero(~ends & all_three)
    values[wanted] = _three(cells, wanted, whole, before)
    values[codes == _core.PARTIAL] = np.nan
    result = Cells(cells.indptr, cells.ordinals, values, codes)
    return measure._derived(result, "flow", measure.unit)


def _three(cells: Cells, wanted: Ints, whole: Ints, before: Ints) -> NDArray[Any]:
    """cells[wanted] + cells[whole] - cells[before], exact and rounded once."""
    if cells.exact is None:
        found: NDArray[Any] = (
            cells.values[wanted]
            + cells.values[whole[wanted]]
            - cells.values[before[wanted]]
        )
        return found
    chosen = np.zeros(len(cells.ordinals), bool)
    chosen[wanted] = True
    counts = np.concatenate([[0], np.cumsum(chosen)])
    total = _exact.summed(
        counts[cells.indptr],
        cells.ordinals[wanted],
        [
            kept_exact(cells.exact, wanted),
            kept_exact(cells.exact, whole[wanted]),
            _exact.negated(kept_exact(cells.exact, before[wanted])),
        ],
    )
    summed: NDArray[Any] = total["values"]
    return summed


def indexed(measure: Measure, base: Any) -> Measure:
    """100 * x / base; the base is a period, or the mean of those a label contains."""
    frame, cells = measure._frame, measure._cells
    if isinstance(base, slice):
        low = (
            frame.low
            if base.start is None
            else first_period(base.start, frame.freq, "base")
        )
        high = (
            frame.high
            if base.stop is None
            else last_period(base.stop, frame.freq, "base")
        )
    else:
        low = first_period(base, frame.freq, "base")
        high = max(low, last_period(base, frame.freq, "base"))
    if high < low or low < frame.low or high > frame.high:
        raise ValueError(f"base is {short(base)}: it does not lie within the calendar")
    count = high - low + 1
    inside = cells.kept((cells.ordinals >= low) & (cells.ordinals <= high))
    level = np.full(frame.series_count, np.nan)
    codes = np.full(frame.series_count, _core.GAP, np.uint8)
    held = np.bincount(inside.series, minlength=frame.series_count) == count
    part = inside.values[np.repeat(held, np.diff(inside.indptr))].reshape(-1, count)
    if count == 1:
        level[held] = part[:, 0]
    elif len(part):
        level[held] = _core.mean(part)[0]
    codes[held] = 0
    if inside.status is not None:
        for k in np.flatnonzero(inside.status):
            s = int(inside.series[k])
            codes[s] = lowest(codes[s : s + 1], inside.status[k : k + 1])[0]
    values = _core.index(cells.values, level[cells.series], 100.0)
    own = _core.index_status(cells.values, level[cells.series], 100.0)
    numbers = np.isfinite(cells.values) & np.isfinite(level[cells.series])
    status = lowest(
        cells.codes, codes[cells.series], np.where(numbers, own, np.uint8(0))
    )
    late = (cells.ordinals > frame.complete) | (high > frame.complete)
    status[late] = _core.PARTIAL
    values[late] = np.nan
    result = Cells(cells.indptr, cells.ordinals, values, status)
    return measure._derived(result, "index")


def with_ends(measure: Measure, rates: Measure, steps: int) -> Measure:
    """Midpoint growth with +-2 where a series entered or exited, statuses kept."""
    frame, cells = measure._frame, measure._cells
    absence = measure._absences[0]
    values, codes = rates._cells.values.copy(), rates._cells.codes
    entered = codes == _core.ENTERED
    entered &= np.isfinite(cells.values)
    values[entered] = 2 * np.sign(cells.values[entered])
    target = cells.ordinals + steps
    gone = absence.exited(frame)[cells.series] & (target > absence.last[cells.series])
    gone &= (target <= min(frame.complete, frame.high)) & (target >= frame.low)
    gone &= np.isfinite(cells.values)
    if steps < 0:
        gone &= cells.place(cells.series, target) < 0
    indptr, ordinals, order = from_places(
        np.concatenate([cells.series, cells.series[gone]]),
        np.concatenate([cells.ordinals, target[gone]]),
        frame.series_count,
    )
    more = -2 * np.sign(cells.values[gone])
    exits = np.full(int(gone.sum()), _core.EXITED, np.uint8)
    result = Cells(
        indptr,
        ordinals,
        np.concatenate([values, more])[order],
        np.concatenate([codes, exits])[order],
    )
    return rates._derived(result, rates.kind)
