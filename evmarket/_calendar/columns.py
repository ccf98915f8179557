"""Columns of dates, periods, text or integers as ordinals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import _core
from .._inputs.dates import Moments, no_value
from .._inputs.formats import formatted_moments
from .frequency import check_range, cure, frequency, pair_frequency

if TYPE_CHECKING:
    from .._common.types import Ordinals


def ordinals(
    column: Any,
    freq: str | None = None,
    name: str = "period",
    date_format: str | None = None,
) -> tuple[Ordinals, str | None]:
    """The ordinals of a column of dates, periods, text or integers.

    Parameters
    ----------
    column : datetime64, pandas periods or datetimes, dates, text, integers, or a tuple
        of two columns, years and months or quarters. A second column that has a name
        (a Series) states by it which; without a name, it holds quarters if freq is
        quarterly, else months
    freq : str, optional
        The frequency of the ordinals. By default the one that the column states.
    name : str
        The name of the column in errors.
    date_format : str, optional
        How text is written, in the letters of strptime.

    Returns
    -------
    (ndarray of int64, frequency). Without `freq`, integers are taken as ordinals and
    the frequency is None.

    Raises
    ------
    ValueError
        If a row has no value, cannot be read, lies outside the years 1 to 9999 or has
        another frequency than `freq`, or if dates come without `freq`.
    TypeError
        If the type of the column holds no periods.
    """
    content = formatted_moments(column, date_format, name)
    stated = content.stated
    asked = None if freq is None else frequency(freq)
    if content.within is not None and content.part:
        asked = pair_frequency(name, content.part, asked)
    if asked is None:
        asked = _stated(content, name)
    values = content.values
    if content.texts is not None:
        assert asked is not None
        return _placed(asked, name, content.texts), asked
    assert values is not None
    if asked is None:
        return values, None
    if stated is None:
        given = values.view(f"M8[{content.unit}]") if content.unit else values
        within = () if content.within is None else (content.within,)
        return _placed(asked, name, given, *within), asked
    check_range(values, stated, name)
    if asked == "M-JF" and stated == "M":
        days = values.view("M8[M]").astype("M8[D]")
        return _placed(asked, name, days), asked
    if asked != stated:
        raise ValueError(
            f"{name} states {stated}, freq is '{asked}': {cure(stated, asked)}"
        )
    return values, asked


def ordinals_of_days(days: Ordinals, freq: str) -> Ordinals:
    """The periods that hold some days, which are counted from 1970-01-01."""
    return _placed(freq, "period", days.view("M8[D]"))


def _placed(freq: str, name: str, *columns: Any) -> Ordinals:
    """The ordinals of a column, or of years and months (quarters), at a frequency."""
    batch = _core.columns(columns, [name] * len(columns))
    return _core.period_ordinals(freq, batch, name)


def _stated(content: Moments, name: str) -> str | None:
    """The frequency that a column states; None for integers, an error for dates."""
    if content.within is not None:
        return "M"
    stated, dates = content.stated, content.unit != ""
    if content.texts is not None:
        if not content.texts:
            raise ValueError(f"{name} has no rows to state a frequency: give freq=")
        if content.texts[0] is None:
            no_value(name, 0)
        stated = _core.period_parse(content.texts[0], f"{name}, row 0,")[0]
        dates = stated is None
    if dates:
        raise ValueError(f"{name} holds dates, which have no frequency: give freq=")
    return stated
