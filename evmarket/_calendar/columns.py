"""Columns of dates and labels as ordinals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._inputs.dates import Moments, moments, no_value
from .frequency import check_range, cure, frequency

if TYPE_CHECKING:
    from .._common.types import Ordinals


# Columns


def ordinals(
    column: Any, freq: str | None = None, name: str = "period"
) -> tuple[Ordinals, str | None]:
    """The ordinals of a column of dates, periods, text or integers.

    Parameters
    ----------
    column : datetime64, pandas periods or datetimes, dates, text, integers, or a tuple
        of two columns, years and months (quarters, where freq counts quarters)
    freq : str, optional
        The frequency asked for; without it the one that the column states.
    name : str
        What errors call the column.

    Returns
    -------
    (ndarray of int64, frequency). Without `freq` integers are ordinals themselves and
    the frequency is None.

    Raises
    ------
    ValueError
        A row without a value, unreadable, outside the years 1 to 9999, or of another
        frequency than `freq`; dates without `freq`.
    TypeError
        A type that holds no periods.
    """
    found = moments(column, name)
    asked = None if freq is None else frequency(freq)
    if found.stated is not None:
        return _from_stated(found, asked or found.stated, name)
    if found.texts is not None:
        return _from_texts(found.texts, asked, name)
    values = found.values
    assert values is not None
    if found.within is not None:
        asked = asked or "M"
    elif asked is None and found.unit:
        raise ValueError(f"{name} holds plain dates, which state no period: give freq=")
    elif asked is None:
        return values, None
    return _core.period_ordinals(asked, values, found.unit, found.within, name), asked


def _from_texts(
    texts: list[str | None], asked: str | None, name: str
) -> tuple[Ordinals, str]:
    if asked is None:
        if not texts:
            raise ValueError(f"{name} has no rows to state a frequency: give freq=")
        if texts[0] is None:
            no_value(name, 0)
        asked = _core.period_parse(texts[0], f"{name}, row 0,")[0]
        if asked is None:
            raise ValueError(
                f"{name} holds plain dates, which state no period: give freq="
            )
    return _core.period_texts(asked, texts, name), asked


def _from_stated(found: Moments, asked: str, name: str) -> tuple[Ordinals, str]:
    """Ordinals of the frequency a column carries, as those of the one asked for."""
    stated, values = found.stated, found.values
    assert stated is not None and values is not None
    check_range(values, stated, name)
    if asked == "M-JF" and stated == "M":
        days = values.view("M8[M]").astype("M8[D]").view(np.int64)
        return _core.period_ordinals(asked, days, "D", None, name), asked
    if asked != stated:
        raise ValueError(
            f"{name} states {stated}, freq is '{asked}': {cure(stated, asked)}"
        )
    return values, asked
