"""Growth and change of a measure on the period a lag before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._arrays.growth import POLICIES
from .._calendar.frequency import per_year
from .._calendar.lags import lag_periods
from .._common.arguments import choice
from .._common.kinds import NO_GROWTH, POINTS
from .cells import laid_out
from .matched import matched_growth
from .regroup import rolled
from .shifts import Kernel, compared, stepped

if TYPE_CHECKING:
    from .measure import MeasureData

_CURE = "take .change(), in pp"


def growth(
    measure: MeasureData,
    lag: int | str = "1Y",
    policy: str = "nm",
    within: Any = None,
    matched: bool = False,
) -> MeasureData:
    """See `Measure.growth`."""
    rate = choice(policy, "policy", POLICIES)
    measure.refuse(NO_GROWTH, "growth", _CURE)
    steps = lag_periods(lag, measure.calendar.freq)
    if matched:
        return matched_growth(measure, () if within is None else within, steps, rate)
    level = measure if within is None else rolled(measure, within)
    rates = compared(level, steps, Kernel(rate, _core.growth_status), "growth")
    return _with_ends(level, rates, steps) if policy == "midpoint" else rates


def log_growth(measure: MeasureData, lag: int | str) -> MeasureData:
    """See `Measure.log_growth`."""
    measure.refuse(NO_GROWTH, "log growth", _CURE)
    steps = lag_periods(lag, measure.calendar.freq)
    return compared(measure, steps, Kernel(_core.log_growth, _core.log_status), "log")


def annualized_growth(measure: MeasureData, lag: int | str) -> MeasureData:
    """See `Measure.annualized_growth`."""
    measure.refuse(NO_GROWTH, "annualized growth", _CURE)
    freq = measure.calendar.freq
    steps = lag_periods(lag, freq)
    extra = (float(per_year(freq)), float(steps))
    kernel = Kernel(_core.compound, _core.compound_status, extra)
    rates = compared(measure, steps, kernel, "growth")
    return rates.rename(f"{measure.name} annualized growth")


def change(measure: MeasureData, lag: int | str = "1Y") -> MeasureData:
    """See `Measure.change`."""
    steps = lag_periods(lag, measure.calendar.freq)
    kind = "pp" if measure.kind in POINTS else measure.kind
    step = stepped(measure, steps, "flow" if kind == "stock" else kind)
    return step.rename(f"{measure.name} change")


def _with_ends(level: MeasureData, rates: MeasureData, steps: int) -> MeasureData:
    """Midpoint growth with +-2 where a series entered or exited, statuses kept."""
    calendar, cells = level.calendar, level.cells
    life = level.lifetimes[0]
    values, codes = rates.cells.values.copy(), rates.cells.codes
    entered = codes == _core.ENTERED
    entered &= np.isfinite(cells.values)
    values[entered] = 2 * np.sign(cells.values[entered])
    target = cells.ordinals + steps
    gone = life.exited(calendar)[cells.series] & (target > life.last[cells.series])
    gone &= (target <= min(calendar.complete, calendar.high)) & (target >= calendar.low)
    gone &= np.isfinite(cells.values)
    if steps < 0:
        gone &= cells.place(cells.series, target) < 0
    indptr, ordinals, order = laid_out(
        np.concatenate([cells.series, cells.series[gone]]),
        np.concatenate([cells.ordinals, target[gone]]),
        level.series.count,
    )
    exits = np.full(int(gone.sum()), _core.EXITED, np.uint8)
    both = type(cells)(
        indptr,
        ordinals,
        np.concatenate([values, -2 * np.sign(cells.values[gone])])[order],
        np.concatenate([codes, exits])[order],
    )
    return rates.derived(both, rates.kind)
