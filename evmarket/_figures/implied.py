"""Implied values: what published figures imply about numbers that were not printed."""

from __future__ import annotations

from itertools import cycle
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.messages import short
from . import intervals as exact
from .figure import Figure, implied
from .formulas import (
    BASE,
    CURRENT,
    GROWTH,
    INCREMENT,
    PERIOD_GROWTH,
    RATIO,
    RATIO_GROWTH,
    REMAINDER,
    SHARE,
    Ends,
    Formula,
    closed,
    evaluate,
    settled,
)
from .operands import (
    broadcast,
    check_columns,
    ends_of,
    operand,
    parts_of,
    span_of,
    stacked,
)

if TYPE_CHECKING:
    from .intervals import Span


def implied_base(level: Any, growth: Any) -> Any:
    """The base implied by a level and its growth, ``level / (1 + growth)``.

    Parameters
    ----------
    level, growth : str, number, Figure or column
        Printed text, an exact number (rates as fractions) or a Figure; or a column: a
        pair (low, high) of array_like, the result of `figures`, a list of texts, an
        array of exact numbers. Columns broadcast together; those of pandas must have
        equal indexes. A multiple is a growth of one less; a printed number without a
        percent sign is not a growth.

    Returns
    -------
    Figure, or (low, high) : pair of float64 arrays
        A Figure if all operands are single. Ends are rounded outward: never inside the
        exact end, and at most 5 ulp outside it. The base is unbounded if the growth can
        be -100%.

    Raises
    ------
    TypeError
        If an operand is neither text, a number nor a column.
    ValueError
        If a text is not a figure, a figure is not a level or not a growth, columns do
        not fit together, or a single growth is certainly -100% or less. In columns such
        a growth gives a pair of NaN, as missing entries do.

    Notes
    -----
    The formula uses each operand once, so the ends of the interval lie at corners
    (R. E. Moore, Interval Analysis, 1966). An end is open if every corner that attains
    it is open; columns are closed.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_base("139,000 vehicles", "80%")
    Figure(77,222.2 [76,731.3, 77,715.9] vehicles)
    """
    return _run("implied_base", level=level, growth=growth)


def implied_growth(base: Any, current: Any) -> Any:
    """The growth between two levels, ``current / base - 1``.

    Parameters
    ----------
    base, current : str, number, Figure or column
        As in `implied_base`; the earlier level comes first.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        Unbounded above if the base can be 0; rounded outward as in `implied_base`.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also if a single base is certainly not positive.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_growth("12,859,000", "16.49 million")
    Figure(28.237% [28.1932%, 28.2809%])
    """
    return _run("implied_growth", base=base, current=current)


def implied_current(base: Any, growth: Any) -> Any:
    """The level implied by a base and its growth, ``base * (1 + growth)``.

    Parameters
    ----------
    base, growth : str, number, Figure or column
        As in `implied_base`.

    Returns
    -------
    Figure, or (low, high) : pair of float64 arrays
        Rounded outward as in `implied_base`.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`, except that any growth is valid.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_current("45,000 vehicles", "more than doubled")
    Figure(90,000 (89,000, inf) vehicles)
    """
    return _run("implied_current", base=base, growth=growth)


def implied_increment(level: Any, growth: Any) -> Any:
    """The increase of a level on its implied base, ``level - level / (1 + growth)``.

    Parameters
    ----------
    level, growth : str, number, Figure or column
        As in `implied_base`.

    Returns
    -------
    Figure of kind change, or (low, high) : pair of float64 arrays
        Narrower than level less implied base, which would use the level twice.

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
    return _run("implied_increment", level=level, growth=growth)


def implied_ratio(numerator: Any, denominator: Any) -> Any:
    """The ratio of two amounts: a unit value, or a margin from profit and revenue.

    Parameters
    ----------
    numerator, denominator : str, number, Figure or column
        As in `implied_base`; also changes of levels, for incremental ratios.

    Returns
    -------
    Figure of kind number, or (low, high) : pair of float64 arrays
        Unbounded if the denominator can be 0.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also if a single denominator is certainly not positive.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_ratio("16.49 billion", "139,000")
    Figure(118,633 [118,172, 119,097])
    """
    return _run("implied_ratio", numerator=numerator, denominator=denominator)


def implied_ratio_growth(numerator_growth: Any, denominator_growth: Any) -> Any:
    """The growth of a ratio, ``(1 + numerator_growth) / (1 + denominator_growth) - 1``.

    Parameters
    ----------
    numerator_growth, denominator_growth : str, number, Figure or column
        As `growth` in `implied_base`.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        For value and units this is the growth of the value per vehicle: it includes
        the mix, so it is not a price. Unbounded if denominator_growth can be -100%.

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
    return _run(
        "implied_ratio_growth",
        numerator_growth=numerator_growth,
        denominator_growth=denominator_growth,
    )


def implied_share(part: Any, whole: Any) -> Any:
    """The share of a part in a whole, limited to [0, 1].

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
        As in `implied_base`; also if a single whole is certainly not positive, or the
        part certainly more than the whole or less than 0. Columns give a pair of NaN.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_share("45,000", 429_445)
    Figure(10.4786% [10.3622%, 10.5951%])
    """
    return _run("implied_share", part=part, whole=whole)


def implied_period_growth(
    ytd: Any, ytd_growth: Any, earlier_ytd: Any, earlier_growth: Any
) -> Any:
    """The growth of one period, from two year-to-date levels and their growths.

    Parameters
    ----------
    ytd, earlier_ytd : str, number, Figure or column
        Levels since the start of the year: through the period, and before it.
    ytd_growth, earlier_growth : str, number, Figure or column
        Their growths on the year before.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        Unbounded if the implied base of the period can be 0.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also if that base is certainly not positive.

    Examples
    --------
    >>> import evmarket as em
    >>> through = em.Figure(4610, unit=1), em.Figure(4403, unit=1)
    >>> em.implied_period_growth(through[0], "0.6%", through[1], "7.5%")
    Figure(-57.4679% [-57.9516%, -56.9777%])
    """
    return _run(
        "implied_period_growth",
        ytd=ytd,
        ytd_growth=ytd_growth,
        earlier_ytd=earlier_ytd,
        earlier_growth=earlier_growth,
    )


def implied_remainder(whole: Any, *parts: Any) -> Any:
    """The rest of a whole, ``whole - sum of parts``.

    Parameters
    ----------
    whole, *parts : str, number, Figure or column
        As in `implied_base`; also changes of levels.

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
    numbered = {f"part {i}": part for i, part in enumerate(parts)}
    return _run("implied_remainder", whole=whole, **numbered)


def implied_total(levels: Any, growths: Any) -> Any:
    """The growth of a sum of levels, from the levels and their growths.

    Parameters
    ----------
    levels, growths : list, or column
        One growth per level. Lists of operands as in `implied_base`; or columns with
        the parts along the last axis: a pair (low, high) of arrays, or the result of
        `figures`.

    Returns
    -------
    Figure of kind growth, or (low, high) : pair of float64 arrays
        The ends are the lowest and the highest growth over all choices of levels and
        growths in their intervals. A choice has one number per level, which the sum
        and the base share.

    Raises
    ------
    TypeError, ValueError
        As in `implied_base`; also if levels and growths differ in number, or there are
        none.

    Examples
    --------
    >>> import evmarket as em
    >>> em.implied_total(["290,000", "319,200"], ["-22.62%", "-23.02%"])
    Figure(-22.8301% [-22.8369%, -22.8234%])
    """
    one = parts_of(levels, "levels", "level")
    two = parts_of(growths, "growths", "growth")
    singles = [x for x in (*one, *two) if isinstance(x, Figure)]
    if len(singles) == len(one) + len(two):
        return _total_of_figures(singles[: len(one)], singles[len(one) :])
    check_columns({"levels": levels, "growths": growths})
    ends = [*stacked(one, "levels", "level"), *stacked(two, "growths", "growth")]
    if any(np.ndim(end) == 0 for end in ends):
        raise ValueError(
            "levels, growths: single numbers have no parts; give columns with the "
            "parts along the last axis"
        )
    ends = broadcast(ends, "levels, growths")
    if ends[0].shape[-1] == 0:
        raise ValueError("levels has no parts: it takes at least one")

    def exactly(place: tuple[int, ...]) -> Span:
        a, b, c, d = (end[place] for end in ends)
        return exact.total(list(map(closed, a, b)), list(map(closed, c, d)))

    low, high = _core.implied_total(*ends)
    return _plain(settled(low, high, exactly))


def _total_of_figures(levels: list[Figure], growths: list[Figure]) -> Figure:
    if len(levels) != len(growths) or not levels:
        raise ValueError(
            f"levels has {len(levels)} parts, growths {len(growths)}: give one growth "
            "per level, and at least one level"
        )
    spans = [span_of(one, "level") for one in levels]
    rates = [span_of(one, "growth") for one in growths]
    try:
        return implied(exact.total(spans, rates), "growth")
    except exact.BeyondError as error:
        raise ValueError(f"implied_total: {error}") from None


class _Rule(NamedTuple):
    """A formula, the roles of its operands in turn, and what the result is.

    Without a kind the result has that of the first operand; with `noun` it counts what
    the first operand counts.
    """

    formula: Formula
    roles: tuple[str, ...]
    kind: str | None = None
    noun: bool = False


_RULES = {
    "implied_base": _Rule(BASE, ("level", "growth"), noun=True),
    "implied_growth": _Rule(GROWTH, ("level",), "growth"),
    "implied_current": _Rule(CURRENT, ("level", "growth"), noun=True),
    "implied_increment": _Rule(INCREMENT, ("level", "growth"), "change", noun=True),
    "implied_ratio": _Rule(RATIO, ("amount",), "number"),
    "implied_ratio_growth": _Rule(RATIO_GROWTH, ("growth",), "growth"),
    "implied_share": _Rule(SHARE, ("level",), "percent"),
    "implied_period_growth": _Rule(PERIOD_GROWTH, ("level", "growth"), "growth"),
    "implied_remainder": _Rule(REMAINDER, ("amount",), noun=True),
}


def _run(name: str, **values: Any) -> Any:
    """A Figure from single operands; a pair of columns if one operand is a column."""
    rule = _RULES[name]
    check_columns(values)
    roles = dict(zip(values, cycle(rule.roles), strict=False))
    operands = {n: operand(value, n, roles[n]) for n, value in values.items()}
    singles = {n: one for n, one in operands.items() if isinstance(one, Figure)}
    if len(singles) < len(operands):
        pairs = [ends_of(one, roles[n]) for n, one in operands.items()]
        ends = broadcast([end for pair in pairs for end in pair], name)
        return _plain(evaluate(rule.formula, ends))
    try:
        span = rule.formula.exactly(*(span_of(x, roles[n]) for n, x in singles.items()))
    except exact.BeyondError as error:
        given = ", ".join(f"{n} {short(one, 80)}" for n, one in singles.items())
        raise ValueError(f"{name}: {error} ({given})") from None
    first = next(iter(singles.values()))
    return implied(span, rule.kind or first.kind, first.of if rule.noun else "")


def _plain(columns: Ends) -> tuple[Any, Any]:
    """A pair of arrays, or of numbers if the operands were pairs of numbers."""
    return columns.low[()], columns.high[()]
