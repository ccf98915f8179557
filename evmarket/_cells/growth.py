"""Growth and change of a measure on the period a lag before."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._arrays.growth import POLICIES
from .._calendar.lags import read_lag
from .._common.arguments import choice
from .._common.kinds import POINTS, TABLE, ask
from .._common.messages import one_line, short
from .cells import laid_out
from .matched import matched_growth
from .measure import Formed
from .shifts import Kernel, bases, by_date, compared, denominator, difference, stepped

if TYPE_CHECKING:
    from .._calendar.lags import Lag
    from .measure import MeasureData


def growth(
    measure: MeasureData,
    lag: int | str = "1Y",
    policy: str = "nm",
    within: Any = None,
    matched: bool = False,
) -> MeasureData:
    """See `Measure.growth`."""
    rate = choice(policy, "policy", POLICIES)
    back = lag_of(measure, lag, "growth")
    options: dict[str, Any] = {"policy": policy}
    if matched:
        keys = () if within is None else within
        rates = matched_growth(measure, keys, back, rate, policy)
        assert rates.formed is not None
        options |= rates.formed.options
        return replace(rates, formed=rates.formed._replace(options=options))
    level = measure if within is None else measure.rolled(within)
    rates = compared(level, back, Kernel(rate, _core.growth_status), "growth")
    rates = _exact_first(level, rates, back, policy)
    if policy == "midpoint":
        rates = _with_ends(level, rates, back)
    formed = Formed("growth", (level,), back, options)
    return replace(rates, running=False, formed=formed)


def lag_of(measure: MeasureData, lag: Any, operation: str) -> Lag:
    """A lag that the kind of the measure allows.

    A total up to a date compares with one up to the same date of another year, 29
    February with the 28th.
    """
    freq = measure.calendar.freq
    if not TABLE[measure.kind].growth:
        ask(measure.name, measure.kind, "growth")
    back = read_lag(lag, freq)
    if TABLE[measure.kind].growth == "years" and not back.years:
        raise TypeError(
            f"{operation} of {one_line(measure.name)} ({measure.kind}) with lag "
            f"{short(lag)} has no meaning: a running total compares whole years: give "
            "'1Y', or take .from_ytd() first"
        )
    return by_date(measure, back)


def _exact_first(
    level: MeasureData, rates: MeasureData, lag: Lag, policy: str
) -> MeasureData:
    """The rates with the difference of the levels taken exactly, then rounded."""
    sums = level.cells.sums
    if sums is None or sums.inexact is None:
        return rates
    base = bases(level.cells, lag)
    wanted = np.isfinite(rates.cells.values) & (base >= 0)
    wanted &= sums.inexact | sums.inexact[np.maximum(base, 0)]
    x1 = level.cells.values[wanted]
    x0 = level.cells.values[base[wanted]]
    step = difference(level.cells, base, wanted)[wanted]
    values = rates.cells.values.copy()
    with np.errstate(all="ignore"):
        values[wanted] = step / denominator(x0, x1, policy)
    return replace(rates, cells=replace(rates.cells, values=values))


def log_growth(measure: MeasureData, lag: int | str) -> MeasureData:
    """See `Measure.log_growth`."""
    back = lag_of(measure, lag, "log growth")
    rates = compared(measure, back, Kernel(_core.log_growth, _core.log_status), "log")
    formed = Formed("log growth", (measure,), back)
    return replace(rates, running=False, formed=formed)


def annualized_growth(measure: MeasureData, lag: int | str) -> MeasureData:
    """See `Measure.annualized_growth`."""
    back = lag_of(measure, lag, "annualized growth")
    per_year, count = map(float, back.yearly)
    kernel = Kernel(_core.compound, _core.compound_status, (per_year, count))
    rates = compared(measure, back, kernel, "growth")
    name = f"{measure.name} annualized growth"
    formed = Formed("annualized growth", (measure,), back)
    return replace(rates, name=name, running=False, formed=formed)


def change(measure: MeasureData, lag: int | str = "1Y") -> MeasureData:
    """See `Measure.change`."""
    kind = ask(measure.name, measure.kind, "change")
    if TABLE[measure.kind].growth:
        back = lag_of(measure, lag, "a change")
    else:
        back = by_date(measure, read_lag(lag, measure.calendar.freq))
    made = stepped(measure, back, kind)
    unit = None if kind in POINTS else measure.unit
    return replace(
        made,
        name=f"{measure.name} change",
        unit=unit,
        origin=measure.again(change, lag),
        formed=Formed("change", (measure,), back),
    )


def _with_ends(level: MeasureData, rates: MeasureData, lag: Lag) -> MeasureData:
    """Midpoint growth with +-2 where a series entered or exited, statuses kept."""
    calendar, cells, lives = level.calendar, level.cells, level.lives
    values, codes = rates.cells.values.copy(), rates.cells.codes
    entered = (codes == _core.ENTERED) & np.isfinite(cells.values)
    values[entered] = 2 * np.sign(cells.values[entered])
    ended, target = lag.after(cells.ordinals)
    series, last = cells.series[ended], cells.values[ended]
    gone = lives.begun(series, target) & ~lives.alive(series, target)
    gone &= (target <= min(calendar.complete, calendar.high)) & (target >= calendar.low)
    gone &= np.isfinite(last) & ~calendar.late(cells.ordinals[ended])
    gone &= cells.place(series, target) < 0
    indptr, ordinals, order = laid_out(
        np.concatenate([cells.series, series[gone]]),
        np.concatenate([cells.ordinals, target[gone]]),
        level.series.count,
    )
    exits = np.full(int(gone.sum()), _core.EXITED, np.uint8)
    both = type(cells)(
        indptr,
        ordinals,
        np.concatenate([values, -2 * np.sign(last[gone])])[order],
        np.concatenate([codes, exits])[order],
    )
    return replace(rates, cells=both)
