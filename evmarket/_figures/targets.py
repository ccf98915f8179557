"""Targets: the required pace and outgrowth, the path of a share, the run rate.

Text and Figures give Figures that enclose the true result; numbers and arrays give
arrays.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .._inputs.arrays import check_labels, whole_array
from . import intervals as exact
from .figure import Figure, figure, implied
from .intervals import INF, Bound, Span
from .operands import single

if TYPE_CHECKING:
    from numpy.typing import NDArray


_DIGITS = 60  # of roots of single figures; the results are widened by 1e-50


def _is_printed(*values: Any) -> bool:
    return any(isinstance(value, (str, Figure)) for value in values)


def _floats(value: Any, name: str) -> NDArray[np.float64]:
    return np.asarray(whole_array(value, name), dtype=np.float64)


def _positive(value: Any, name: str, whole: bool = False) -> Fraction:
    """A single positive number, exactly."""
    if isinstance(value, (bool, str, Figure)) or np.ndim(value) != 0:
        raise TypeError(f"{name} is {short(value)}: it takes a single number")
    number = figure(value).exact.value
    assert number is not None
    if number <= 0 or (whole and number.denominator != 1):
        rule = "an integer of at least 1" if whole else "positive"
        raise ValueError(f"{name} is {short(value)}: it must be {rule}")
    return number


def _positives(value: Any, name: str) -> NDArray[np.float64]:
    numbers = _floats(value, name)
    bad = numbers[~((numbers > 0) & np.isfinite(numbers))]
    if bad.size:
        raise ValueError(f"{name} holds {bad[0]:g}: it must be positive and finite")
    return numbers


def _scaled(span: Span, by: Fraction) -> Span:
    value = None if span.value is None else span.value * by
    return span._replace(low=span.low * by, high=span.high * by, value=value)


def required_pace(target: Any, to_date: Any, remaining: Any) -> Any:
    """The required level per remaining period, ``(target - to_date) / remaining``.

    Parameters
    ----------
    target, to_date : str, number, Figure or array_like
        Levels in the same unit: the total to reach, and the total so far.
    remaining : number or array_like
        Remaining periods, positive.

    Returns
    -------
    Figure, or float64 scalar or array
        Per period, in the unit of the levels; negative if to_date exceeds the target. A
        Figure if target or to_date is text or a Figure. Arrays are NaN where an operand
        is NaN.

    Raises
    ------
    TypeError, ValueError
        If an operand is not a level, remaining is not a positive number, or the indexes
        of pandas columns differ.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.required_pace(600_000, 429_445, 2))
    85277.5
    >>> em.required_pace("1,200 vehicles", "200", 4)
    Figure(250 [236.25, 263.75] vehicles)
    """
    if _is_printed(target, to_date):
        one, two = (
            single(target, "target", "level"),
            single(to_date, "to_date", "level"),
        )
        left = exact.remainder(one.exact, two.exact)
        return implied(
            _scaled(left, 1 / _positive(remaining, "remaining")), "number", one.of
        )
    check_labels((target, to_date, remaining), ("target", "to_date", "remaining"))
    gap = _floats(target, "target") - _floats(to_date, "to_date")
    return gap / _positives(remaining, "remaining")


def _log_odds_ratio(share: Any, target: Any) -> Any:
    """ln(odds(target) / odds(share)); NaN where a share is outside (0, 1).

    The sum of two terms of one sign, both from the difference of the shares: so a small
    move keeps its digits.
    """
    inside = (share > 0) & (share < 1) & (target > 0) & (target < 1)
    share, target = np.where(inside, share, np.nan), np.where(inside, target, np.nan)
    move = target - share
    return _log_ratio(share, target, move) + _log_ratio(1 - target, 1 - share, move)


def _log_ratio(x0: Any, x1: Any, difference: Any) -> Any:
    """ln(x1 / x0); from the difference if the ratio is between 0.5 and 2."""
    ratio = x1 / x0
    close = (ratio > 0.5) & (ratio < 2)
    return np.where(close, np.log1p(np.where(close, difference / x0, 0)), np.log(ratio))


def _share(value: Any, name: str) -> Span:
    """A printed share, limited to [0, 1]."""
    one = figure(value)
    if one.kind not in ("percent", "number"):
        raise ValueError(
            f"{name} is {short(value)}: a {one.kind} is not a share; give a percentage "
            "or a number between 0 and 1"
        )
    span = one.exact
    if span.high <= 0 or span.low >= 1 or (one.kind == "number" and one.text):
        raise ValueError(f"{name} is {short(value)}: a share is between 0 and 1")
    if span.low < 0:
        span = span._replace(low=Fraction(0), low_open=True)
    if span.high > 1:
        span = span._replace(high=Fraction(1), high_open=True)
    inside = span.value is not None and 0 < span.value < 1
    return span if inside else span._replace(value=None)


def _shares(share: Any, target: Any) -> tuple[Any, Any]:
    """Two shares as arrays; a single number outside (0, 1) is an error."""
    check_labels((share, target), ("share", "target"))
    columns = []
    for value, name in ((share, "share"), (target, "target")):
        column = _floats(value, name)
        if column.ndim == 0 and not (math.isnan(column) or 0 < column < 1):
            raise ValueError(f"{name} is {short(value)}: a share is between 0 and 1")
        columns.append(column)
    return columns[0], columns[1]


def _odds_ratio(share: Bound, target: Bound) -> Bound:
    """odds(target) / odds(share), with its limits at 0 and 1."""
    if share == 0 or target == 1:
        return INF
    if target == 0 or share == 1:
        return Fraction(0)
    return target * (1 - share) / (share * (1 - target))


def _power(x: Bound, exponent: Fraction, sign: int) -> Bound:
    """x ** exponent for x >= 0, times 1 + `sign` * 1e-50 to enclose the root."""
    from decimal import Context, Decimal

    if isinstance(x, float) or x == 0 or exponent == 0:
        return x if exponent else Fraction(1)
    context = Context(prec=_DIGITS, Emin=-999999, Emax=999999)
    quotient = context.divide(Decimal(x.numerator), Decimal(x.denominator))
    power = context.divide(Decimal(exponent.numerator), Decimal(exponent.denominator))
    root = Fraction(context.power(quotient, power))
    return root * (1 + Fraction(sign, 10**50))


def required_outgrowth(share: Any, target: Any, periods: Any) -> Any:
    """How much faster than the rest a part must grow per period to reach a share.

    Parameters
    ----------
    share, target : str, number, Figure or array_like
        Shares between 0 and 1: the present share, and the one to reach.
    periods : number or array_like
        The number of periods, positive.

    Returns
    -------
    Figure of kind growth, or float64 scalar or array
        ``(odds(target) / odds(share)) ** (1 / periods) - 1`` with odds p / (1 - p). If
        the rest grows by h, the part must grow by ``(1 + this) * (1 + h) - 1``. Arrays
        are NaN where a share is outside (0, 1).

    Raises
    ------
    TypeError, ValueError
        If an operand is not a share, a single share is outside (0, 1), periods is not a
        positive number, or the indexes of pandas columns differ.

    Examples
    --------
    >>> import evmarket as em
    >>> round(float(em.required_outgrowth(0.1048, 0.5, 5)), 6)
    0.535719
    >>> em.required_outgrowth("10.5%", "50%", 5)
    Figure(53.5065% [52.7314%, 54.2862%])
    """
    if _is_printed(share, target):
        one, two = _share(share, "share"), _share(target, "target")
        power = 1 / _positive(periods, "periods")
        low = _power(_odds_ratio(one.high, two.low), power, -1) - 1
        high = _power(_odds_ratio(one.low, two.high), power, 1) - 1
        value = None
        if one.value is not None and two.value is not None:
            value = _fraction(_power(_odds_ratio(one.value, two.value), power, 0) - 1)
        return implied(
            Span(
                low,
                high,
                one.high_open or two.low_open,
                one.low_open or two.high_open or high == INF,
                value,
            ),
            "growth",
        )
    check_labels((share, target, periods), ("share", "target", "periods"))
    first, last = _shares(share, target)
    return np.expm1(_log_odds_ratio(first, last) / _positives(periods, "periods"))


def _fraction(x: Bound) -> Fraction | None:
    return x if isinstance(x, Fraction) else None


def share_path(share: Any, target: Any, periods: int) -> Any:
    """The shares on the way to a target if the odds grow by a constant factor.

    Parameters
    ----------
    share, target : str, number, Figure or array_like
        Shares between 0 and 1.
    periods : int
        The number of periods, at least 1.

    Returns
    -------
    list of Figure, or float64 array of shape (..., periods + 1)
        The first is share, the last is target. Arrays are NaN where a share is outside
        (0, 1).

    Raises
    ------
    TypeError, ValueError
        As in `required_outgrowth`; also if periods is not an integer.

    Examples
    --------
    >>> import evmarket as em
    >>> em.share_path(0.1, 0.5, 2).tolist()
    [0.1, 0.25, 0.5]
    """
    steps = int(_positive(periods, "periods", whole=True))
    if _is_printed(share, target):
        one, two = _share(share, "share"), _share(target, "target")
        return [
            implied(_on_path(one, two, Fraction(k, steps)), "percent")
            for k in range(steps + 1)
        ]
    first, last = np.broadcast_arrays(*_shares(share, target))
    ratio = _log_odds_ratio(first, last)
    grown = np.exp(ratio[..., None] * (np.arange(steps + 1) / steps)) * first[..., None]
    path = np.asarray(grown / ((1 - first)[..., None] + grown))
    good = ~np.isnan(ratio)
    path[..., 0] = np.where(good, first, np.nan)
    path[..., -1] = np.where(good, last, np.nan)
    return path


def _on_path(share: Span, target: Span, part: Fraction) -> Span:
    """The share after a fraction of the way; it increases in both shares."""
    if part in (0, 1):
        return share if part == 0 else target

    def at(first: Bound, last: Bound, sign: int) -> Bound:
        """odds(first) ** (1 - part) * odds(last) ** part, as a share."""
        odds = [_odds_ratio(Fraction(1, 2), x) for x in (first, last)]
        powers = [
            _power(x, p, sign) for x, p in zip(odds, (1 - part, part), strict=True)
        ]
        if 0 in powers:
            return Fraction(0)
        whole = powers[0] * powers[1]
        return Fraction(1) if isinstance(whole, float) else whole / (1 + whole)

    value = None
    if share.value is not None and target.value is not None:
        value = _fraction(at(share.value, target.value, 0))
    return Span(
        at(share.low, target.low, -1),
        at(share.high, target.high, 1),
        share.low_open or target.low_open,
        share.high_open or target.high_open,
        value,
    )


def run_rate(to_date: Any, elapsed: Any, total: Any, *, last_year: Any = None) -> Any:
    """An estimate of the total of a year from its first periods.

    Parameters
    ----------
    to_date : str, number, Figure or array_like
        The total of the elapsed periods.
    elapsed, total : number
        Elapsed periods and periods per year, ``0 < elapsed <= total``; integers if
        `last_year` is given.
    last_year : array_like, optional
        The `total` periods of an earlier year, or of several years, one per row: the
        rest of the year then follows the seasonal shares of that year.

    Returns
    -------
    Figure, or float64 scalar or array; several years give one result per year
        ``to_date * total / elapsed``; with `last_year` to_date divided by the share of
        the first `elapsed` periods in that year's total, NaN where that share is not
        positive. Several years give a list of Figures, or an array with a last axis of
        years.

    Raises
    ------
    TypeError, ValueError
        If to_date is not a level, elapsed is not between 0 and total, or last_year does
        not have `total` periods.

    Examples
    --------
    >>> import evmarket as em
    >>> float(em.run_rate(35_267, 2, 12))
    211602.0
    >>> em.run_rate([30, 60], 1, 4, last_year=[1, 1, 2, 2]).tolist()
    [180.0, 360.0]
    """
    whole = last_year is not None
    gone = _positive(elapsed, "elapsed", whole)
    periods = _positive(total, "total", whole)
    if gone > periods:
        raise ValueError(
            f"elapsed is {short(elapsed)}: it is at most total, {short(total)}"
        )
    factors: list[Fraction | None] = [periods / gone]
    if whole:
        factors = _seasonal(last_year, int(gone), int(periods))
    several = whole and np.ndim(last_year) == 2
    if _is_printed(to_date):
        level = single(to_date, "to_date", "level")
        spans = [
            Span(-INF, INF, True, True) if f is None else _scaled(level.exact, f)
            for f in factors
        ]
        rates = [implied(span, "number", level.of) for span in spans]
        return rates if several else rates[0]
    levels = _floats(to_date, "to_date")
    scale = np.array([math.nan if f is None else float(f) for f in factors])
    return levels[..., None] * scale if several else levels * scale[0]


def _seasonal(last_year: Any, elapsed: int, total: int) -> list[Fraction | None]:
    """Total over year to date of each year; None if the latter is not positive."""
    years = _floats(last_year, "last_year")
    if years.ndim not in (1, 2) or years.shape[-1] != total:
        raise ValueError(
            f"last_year has shape {years.shape}: it takes {total} periods per year"
        )
    factors: list[Fraction | None] = []
    for year in years.reshape(-1, total):
        if not np.isfinite(year).all():
            factors.append(None)
            continue
        parts = [Fraction(x) for x in year.tolist()]
        begun = sum(parts[:elapsed], Fraction(0))
        factors.append(sum(parts, Fraction(0)) / begun if begun > 0 else None)
    return factors
