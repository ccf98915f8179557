"""Implied values: what published figures say about numbers that were not printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from . import intervals as exact
from .figure import Figure, implied
from .intervals import Span
from .operands import (
    as_columns,
    closed,
    one_implied,
    operand,
    parts_of,
    plain,
    settle,
    span_of,
    stacked,
)

if TYPE_CHECKING:
    from .._common.types import Floats


__all__ = [
    "implied_base",
    "implied_current",
    "implied_growth",
    "implied_increment",
    "implied_period_growth",
    "implied_ratio",
    "implied_ratio_growth",
    "implied_remainder",
    "implied_share",
    "implied_total",
]


def implied_base(level: Any, growth: Any) -> Any:
    """The base that a level and its growth imply, ``level / (1 + growth)``.

    Parameters
    ----------
    level, growth : str, number, Figure or column
        Printed text, exact numbers (rates as fractions), Figures; or columns: a pair
        (low, high) of array_like, what `figures` returns, a list of texts, an array of
        exact numbers. Columns broadcast together. A multiple counts as a growth of one
        less; a printed number without a percent sign is no growth.

    Returns
    -------
    Figure, or (low, high) : pair of float64 arrays
        A Figure where all operands are single. Ends are rounded outward: at most 5 ulp
        outside the exact end, never inside. A growth that reaches -100% makes the base
        unbounded.

    Raises
    ------
    TypeError
        For an operand that is neither text, number nor column.
    ValueError
        For text that is no figure, a figure that is no level or no growth, columns that
        do not fit, and where a single growth is -100% or less throughout (columns: a
        pair of NaN there, as for missing entries).

    Notes
    -----
    Interval arithmetic in which each operand stands once, so that the ends lie at
    corners (R. E. Moore, Interval Analysis, 1966). An end is open when every corner
    that gives it is; columns are closed.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_base("139,000 vehicles", "80%")
    Figure(77,222.2 [76,731.3, 77,715.9] vehicles)
    """
    return one_implied(
        _core.implied_base,
        exact.base,
        None,
        None,
        level=(level, "level"),
        growth=(growth, "growth"),
    )


def implied_growth(base: Any, current: Any) -> Any:
    """The growth between two levels, ``current / base - 1``.

    Parameters
    ----------
    base, current : str, number, Figure or column
        As in `implied_base`; the earlier comes first.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        Unbounded above where the base reaches 0; outward rounding as in `implied_base`.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also where a single base is nowhere positive.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_growth("12,859,000", "16.49 million")
    Figure(28.237% [28.1932%, 28.2809%])
    """
    return one_implied(
        _core.implied_growth,
        exact.growth,
        "growth",
        "",
        base=(base, "level"),
        current=(current, "level"),
    )


def implied_current(base: Any, growth: Any) -> Any:
    """The level that a base and its growth imply, ``base * (1 + growth)``.

    Parameters
    ----------
    base, growth : str, number, Figure or column
        As in `implied_base`.

    Returns
    -------
    Figure, or (low, high) : pair of float64 arrays
        Outward rounding as in `implied_base`.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`, except that every growth has a level.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_current("45,000 vehicles", "more than doubled")
    Figure(90,000 (89,000, inf) vehicles)
    """
    return one_implied(
        _core.implied_current,
        exact.current,
        None,
        None,
        base=(base, "level"),
        growth=(growth, "growth"),
    )


def implied_increment(level: Any, growth: Any) -> Any:
    """What a level gained on its implied base, ``level - level / (1 + growth)``.

    Parameters
    ----------
    level, growth : str, number, Figure or column
        As in `implied_base`.

    Returns
    -------
    Figure of kind change, or (low, high) : pair of float64 arrays
        Narrower than the difference of level and base, which would use the level twice.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_increment("139,000 vehicles", "80%")
    Figure(61,777.8 [61,341.2, 62,214.7] vehicles)
    """
    return one_implied(
        _core.implied_increment,
        exact.increment,
        "change",
        None,
        level=(level, "level"),
        growth=(growth, "growth"),
    )


def implied_ratio(numerator: Any, denominator: Any) -> Any:
    """A ratio of two amounts: a unit value, a margin from profit and revenue.

    Parameters
    ----------
    numerator, denominator : str, number, Figure or column
        As in `implied_base`; changes of levels too, for incremental ratios.

    Returns
    -------
    Figure of kind number, or (low, high) : pair of float64 arrays
        Unbounded where the denominator reaches 0.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also where a single denominator is nowhere positive.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_ratio("16.49 billion", "139,000")
    Figure(118,633 [118,172, 119,097])
    """
    return one_implied(
        _core.implied_ratio,
        exact.ratio,
        "number",
        "",
        numerator=(numerator, "amount"),
        denominator=(denominator, "amount"),
    )


def implied_ratio_growth(numerator_growth: Any, denominator_growth: Any) -> Any:
    """Growth of a ratio, ``(1 + numerator_growth) / (1 + denominator_growth) - 1``.

    Parameters
    ----------
    numerator_growth, denominator_growth : str, number, Figure or column
        As `growth` in `implied_base`.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        Of value and units it is the growth of the value per vehicle: mix included, not
        a price. Unbounded where denominator_growth reaches -100%.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_ratio_growth("70.3%", "80%")
    Figure(-5.38889% [-5.67867%, -5.09749%])
    """
    return one_implied(
        _core.implied_ratio_growth,
        exact.ratio_growth,
        "growth",
        "",
        numerator_growth=(numerator_growth, "growth"),
        denominator_growth=(denominator_growth, "growth"),
    )


def implied_share(part: Any, whole: Any) -> Any:
    """The share of a part in a whole, cut to [0, 1].

    Parameters
    ----------
    part, whole : str, number, Figure or column
        As in `implied_base`.

    Returns
    -------
    Figure of kind percent, or (low, high) : pair of float64 arrays

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also where a single whole is nowhere positive, or the part
        surely more than the whole or less than 0 (columns: a pair of NaN).

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_share("45,000", 429_445)
    Figure(10.4786% [10.3622%, 10.5951%])
    """
    return one_implied(
        _core.implied_share,
        exact.share,
        "percent",
        "",
        part=(part, "level"),
        whole=(whole, "level"),
    )


def implied_period_growth(
    ytd: Any, ytd_growth: Any, earlier_ytd: Any, earlier_growth: Any
) -> Any:
    """Growth of a single period from two year-to-date levels with their growths.

    Parameters
    ----------
    ytd, earlier_ytd : str, number, Figure or column
        Levels since the beginning of the year, through the period and before it.
    ytd_growth, earlier_growth : str, number, Figure or column
        Their growths on the year before.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        Unbounded where the implied base of the period reaches 0.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also where that base is nowhere positive.

    Examples
    --------
    >>> import evmarket as em
    >>> through = em.Figure(4610, unit=1), em.Figure(4403, unit=1)
    >>> em.implied_period_growth(through[0], "0.6%", through[1], "7.5%")
    Figure(-57.4679% [-57.9516%, -56.9777%])
    """
    return one_implied(
        _core.implied_period_growth,
        exact.period_growth,
        "growth",
        "",
        ytd=(ytd, "level"),
        ytd_growth=(ytd_growth, "growth"),
        earlier_ytd=(earlier_ytd, "level"),
        earlier_growth=(earlier_growth, "growth"),
    )


def implied_remainder(whole: Any, *parts: Any) -> Any:
    """What is left of a whole, ``whole - sum of parts``.

    Parameters
    ----------
    whole, *parts : str, number, Figure or column
        As in `implied_base`; changes of levels too.

    Returns
    -------
    Figure, or (low, high) : pair of float64 arrays
        Columns are at most 1 ulp outside the exact end.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_remainder("609,200 vehicles", "290,000", "319,200")
    Figure(0 [-5,100, 5,100] vehicles)
    """
    first = operand(whole, "whole", "amount")
    others = [operand(p, f"part {i}", "amount") for i, p in enumerate(parts)]
    if isinstance(first, Figure) and all(isinstance(p, Figure) for p in others):
        span = exact.remainder(
            first.exact, *(p.exact for p in others if isinstance(p, Figure))
        )
        return implied(span, first.kind, first.of)
    columns = stacked(others, "amount")
    ends = [*as_columns(first, "amount"), *columns]
    shape = np.broadcast_shapes(np.shape(ends[0]), *(e.shape[:-1] for e in columns))
    wholes = [np.broadcast_to(e, shape) for e in ends[:2]]
    rows = [np.broadcast_to(e, (*shape, e.shape[-1])) for e in columns]

    def recompute(place: tuple[int, ...]) -> Span:
        spans = map(closed, rows[0][place], rows[1][place])
        return exact.remainder(closed(wholes[0][place], wholes[1][place]), *spans)

    low, high = _core.implied_remainder(*wholes, *rows)
    return plain(settle(low, high, recompute))


def implied_total(levels: Any, growths: Any) -> Any:
    """The growth of the sum of levels, each with a growth of its own.

    Parameters
    ----------
    levels, growths : list, or column
        As many growths as levels. Lists of what `implied_base` takes; or columns, a
        pair (low, high) of arrays or what `figures` returns, whose last axis runs over
        the parts.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        The ends are those of the best and the worst choice of every level and growth
        within its interval, each level used once for the sum and for its base.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also where levels and growths differ in number, or there
        is none.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_total(["290,000", "319,200"], ["-22.62%", "-23.02%"])
    Figure(-22.8301% [-22.8369%, -22.8234%])
    """
    one, two = (
        parts_of(levels, "levels", "level"),
        parts_of(growths, "growths", "growth"),
    )
    singles = [x for x in (*one, *two) if isinstance(x, Figure)]
    if len(singles) == len(one) + len(two):
        spans = [span_of(x, "level") for x in singles[: len(one)]]
        rates = [span_of(x, "growth") for x in singles[len(one) :]]
        if len(spans) != len(rates) or not spans:
            raise ValueError(
                f"levels has {len(spans)} parts, growths {len(rates)}: "
                "one growth a level, at least one"
            )
        try:
            return implied(exact.total(spans, rates), "growth")
        except exact.BeyondError as error:
            raise ValueError(f"implied_total: {error}") from None
    ends: list[Floats] = []
    for found, role in ((one, "level"), (two, "growth")):
        whole = not found or isinstance(found[0], np.ndarray)
        ends += found if whole else stacked(found, role)  # type: ignore[arg-type]
    if any(e.ndim == 0 for e in ends):
        raise ValueError("levels, growths: columns need an axis of parts")
    try:
        ends = list(np.broadcast_arrays(*ends))
    except ValueError:
        shapes = f"{np.shape(ends[0])}, {np.shape(ends[2])}"
        raise ValueError(f"levels and growths do not fit: {shapes}") from None
    if ends[0].shape[-1] == 0:
        raise ValueError("levels has no parts: it takes at least one")

    def recompute(place: tuple[int, ...]) -> Span:
        a, b, c, d = (e[place] for e in ends)
        return exact.total(list(map(closed, a, b)), list(map(closed, c, d)))

    low, high = _core.implied_total(*ends)
    return plain(settle(low, high, recompute))
