"""Columns as pandas and polars frames and as an Arrow stream."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.arguments import choice
from .._common.status import Status
from .._inputs.tables import arrow_stream
from .columns import Coded, Integers, free_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from .._common.types import Array, Ints, Mask
    from .columns import AnyColumn

_PERIODS = ("period", "start", "end", "label")
"""What periods can become on their way out; "period" is the library's own type."""
_NO_PERIOD = ("H", "M-JF")
"""The frequencies that pandas does not have: their periods are labels there."""
_NO_DATE = ("M-JF",)
"""Their first period is two months, and a date names one of them."""
_STATUSES = [status.name for status in Status]


class _Plain(NamedTuple):
    """A column as every library knows it.

    Attributes
    ----------
    values : ndarray
        Numbers, dates or objects; or positions in `words`; or ordinals of periods.
    valid : ndarray of bool or None
        Which rows have a value; None if all have.
    words : list of str or None
    freq : str
        The frequency, if the column holds pandas periods.
    status : bool
        Whether the words are the names of all statuses.
    """

    values: Array
    valid: Mask | None = None
    words: Sequence[str] | None = None
    freq: str = ""
    status: bool = False


# ---- the libraries -------------------------------------------------------------------


def pandas_frame(
    columns: Mapping[str, AnyColumn], period: str = "period", codes: Iterable[str] = ()
) -> Any:
    """A pandas DataFrame.

    Parameters
    ----------
    columns : mapping of str to column
    period : {"period", "start", "end", "label"}
    codes : iterable of str
        The columns of status codes; the names of the statuses follow them.
    """
    pandas = import_module("pandas")
    plain = _with_names(columns, choice_of_period(period), codes, _NO_PERIOD, "period")
    return pandas.DataFrame(
        {name: _pandas_column(pandas, column) for name, column in plain.items()}
    )


def pandas_index(columns: Mapping[str, AnyColumn], period: str = "period") -> Any:
    """The columns as a pandas index, a MultiIndex if there are several."""
    pandas = import_module("pandas")
    plain = _with_names(columns, choice_of_period(period), (), _NO_PERIOD, "period")
    arrays = [_pandas_column(pandas, column) for column in plain.values()]
    if len(arrays) == 1:
        return pandas.Index(arrays[0], name=next(iter(plain)))
    return pandas.MultiIndex.from_arrays(arrays, names=list(plain))


def pandas_integers(numbers: Ints, valid: Mask) -> Any:
    """A nullable column of pandas."""
    return import_module("pandas").arrays.IntegerArray(numbers, ~valid)


def pandas_periods(ordinals: Ints, freq: str) -> Any:
    """A pandas array of periods from their ordinals."""
    pandas = import_module("pandas")
    return pandas.arrays.PeriodArray(ordinals, dtype=pandas.PeriodDtype(freq))


def polars_frame(
    columns: Mapping[str, AnyColumn], period: str = "period", codes: Iterable[str] = ()
) -> Any:
    """A polars DataFrame; NaN becomes null. Parameters as for `pandas_frame`."""
    polars = import_module("polars")
    plain = _with_names(columns, choice_of_period(period), codes, _NO_DATE, "start")
    return polars.DataFrame(
        [_polars_column(polars, name, column) for name, column in plain.items()]
    )


def arrow_capsule(columns: Mapping[str, AnyColumn], codes: Iterable[str] = ()) -> Any:
    """An Arrow stream in a capsule; NaN becomes null, periods become dates."""
    plain = _with_names(columns, "period", codes, _NO_DATE, "start")
    return arrow_stream({name: _arrow_column(c) for name, c in plain.items()})


def choice_of_period(period: Any) -> str:
    """A checked argument `period`."""
    checked: str = choice(period, "period", {name: name for name in _PERIODS})
    return checked


def _pandas_column(pandas: Any, column: _Plain) -> Any:
    values, valid = column.values, column.valid
    if column.status:
        return pandas.Categorical.from_codes(values, categories=column.words)
    if column.words is not None:
        return _or_none(column.words)[values if valid is None else _masked(column, -1)]
    if column.freq:
        missing = np.iinfo(np.int64).min  # NaT
        return pandas_periods(_masked(column, missing), column.freq)
    if valid is None or values.dtype.kind == "M":
        return values
    if values.dtype.kind == "b":
        return pandas.arrays.BooleanArray(values, ~valid)
    return pandas_integers(values, valid)


def _polars_column(polars: Any, name: str, column: _Plain) -> Any:
    values, valid = column.values, column.valid
    if column.words is not None:
        kind = polars.Enum(column.words) if column.status else polars.String
        words = polars.Series(name, [*column.words, None], dtype=kind)
        return words.gather(_masked(column, len(column.words)))
    if values.dtype == object:
        return polars.Series(name, values.tolist(), dtype=polars.String)
    series = polars.Series(name, values, nan_to_null=True)
    return series if valid is None else series.scatter(np.flatnonzero(~valid), None)


def _arrow_column(column: _Plain) -> Any:
    """A column as `arrow_stream` takes it."""
    values, valid = column.values, column.valid
    parts: list[Any]
    if values.dtype == object:
        return values.tolist()
    if values.dtype.kind == "f":
        valid = ~np.isnan(values)
    if column.words is not None:
        parts = [np.ascontiguousarray(_masked(column, 0)), column.words]
    else:
        parts = [np.ascontiguousarray(values)]
    if valid is not None:
        parts.append(valid)
    return parts[0] if len(parts) == 1 else tuple(parts)


def _or_none(words: Sequence[str]) -> Array:
    """Words as an array of objects, with None at its end."""
    objects = np.empty(len(words) + 1, object)
    objects[:-1] = words
    return objects


def _masked(column: _Plain, hole: int) -> Array:
    """The values, with `hole` where there is none."""
    if column.valid is None:
        return column.values
    return np.where(column.valid, column.values, hole)


# ---- columns as every library knows them ---------------------------------------------


def _with_names(
    columns: Mapping[str, AnyColumn],
    period: str,
    codes: Iterable[str],
    labelled: Sequence[str],
    own: str,
) -> dict[str, _Plain]:
    """Plain columns, and the names of statuses beside their codes.

    Periods become `own` if "period" is chosen, and labels at the frequencies `labelled`
    that have no such value.
    """
    plain, chosen = {}, set(codes)
    for name, column in columns.items():
        form = period
        if isinstance(column, Coded) and period == "period":
            form = "label" if column.freq in labelled else own
        plain[name] = _plain(column, form)
        if name in chosen:
            free = free_name(f"{name}_name", (*columns, *plain))
            plain[free] = _Plain(plain[name].values, words=_STATUSES, status=True)
    return plain


def _plain(column: AnyColumn, period: str) -> _Plain:
    if isinstance(column, Integers):
        return _Plain(column.numbers, column.valid)
    if isinstance(column, Coded):
        if column.freq and period != "label":
            return _periods(column, period)
        return _labels(column)
    if column.dtype == object:
        items = column.tolist()
        kind = type(next((item for item in items if item is not None), ""))
        if kind in (int, bool):
            valid = np.array([item is not None for item in items], bool)
            filled = [item or 0 for item in items]
            dtype = np.int64 if kind is int else np.bool_
            return _Plain(np.array(filled, dtype), valid)
    if column.dtype.kind == "M" and np.datetime_data(column.dtype)[0] in ("Y", "M"):
        column = column.astype("M8[D]")  # the libraries do not have these units
    return _Plain(column)


def _labels(column: Coded) -> _Plain:
    words, valid = column.known()
    if words and type(words[0]) in (int, bool):
        labels = np.array(words, np.int64 if type(words[0]) is int else np.bool_)
        codes = column.codes if valid is None else np.where(valid, column.codes, 0)
        return _Plain(labels[codes], valid)
    return _Plain(column.codes, valid, words)


def _periods(column: Coded, form: str) -> _Plain:
    """Periods as ordinals, or as dates of their first or last days."""
    words, valid = column.known()
    if form == "period":
        ordinals = column.codes.astype(np.int64) + column.start
        return _Plain(ordinals, valid, freq=column.freq)
    days = np.full(len(words) + 1, np.datetime64("NaT", "D"))
    known = _core.period_days(column.freq, column.start, len(words), form == "end")
    days[:-1] = known.view("M8[D]")
    return _Plain(days[column.codes], valid)
