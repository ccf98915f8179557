"""Containers of dates and periods as the few forms that the core reads."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from .. import _core
from .._common.messages import short
from .arrays import from_arrow, is_missing, library

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


_UTC = frozenset(("UTC", "utc", "Etc/UTC", "Z", "+00:00"))
_READ = ("D", "s", "ms", "us", "ns")  # units of datetime64 that the core reads
# Units that are frequencies; the weeks of NumPy begin on Thursday.
_STATED = {"Y": "Y", "M": "M", "W": "W-WED"}


class Moments(NamedTuple):
    """A column of dates or periods: either `texts` or int64 `values`.

    The values are those of datetime64 if `unit` is set, ordinals of the frequency
    `stated` if that is set, else integers such as yyyymm. For a pair of columns they
    are the years, `within` holds the months or quarters, and `part` is the name of
    that second column, "" if it has none.
    """

    values: NDArray[np.int64] | None = None
    unit: str = ""
    stated: str | None = None
    texts: list[str | None] | None = None
    within: NDArray[np.int64] | None = None
    part: str = ""


def moments(column: Any, name: str) -> Moments:
    """Any column of dates, periods, text or integers, or a pair of columns."""
    if isinstance(column, tuple) and len(column) == 2 and not any(map(_single, column)):
        return _pair(*column, name)
    if hasattr(column, "columns") or hasattr(column, "schema"):
        raise TypeError(f"{name} is a table: it takes one column, or a pair of columns")
    source = library(column)
    if source == "pandas":
        return _from_pandas(column, name)
    if source == "polars":
        return _from_polars(column, name)
    if source == "pyarrow" and hasattr(column, "null_count"):
        return _from_pyarrow(column, name)
    if isinstance(column, (list, tuple)):
        return _from_objects(column, name)
    if _single(column):
        raise TypeError(f"{name} is {short(column)}: it takes one value per row")
    return _from_numpy(column, name)


def one_moment(value: Any, name: str) -> Moments:
    """One label, date, period or integer, as a column of one row."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if not _single(value):
        raise TypeError(f"{name} is {short(value)}: it takes one period")
    return _from_objects([value], name)


def no_value(name: str, row: int) -> NoReturn:
    """Raise ValueError for a row without a period."""
    raise ValueError(f"{name}, row {row}: no value: every row needs a period")


def _refuse_missing(missing: Any, name: str) -> None:
    rows = np.asarray(missing)
    if rows.any():
        no_value(name, int(rows.argmax()))


def _single(value: Any) -> bool:
    """Whether value is one date, period, text or number."""
    return isinstance(value, (str, bytes, int, float, date, np.generic)) or not (
        hasattr(value, "__len__") or hasattr(value, "__array__")
    )


def _pair(years: Any, parts: Any, name: str) -> Moments:
    values = _whole_numbers(years, f"{name} (year)")
    within = _whole_numbers(parts, f"{name} (part)")
    if len(values) != len(within):
        raise ValueError(
            f"{name}: {len(values)} years and {len(within)} parts of a year"
        )
    return Moments(values=values, within=within, part=name_of(parts))


def name_of(column: Any) -> str:
    """The name that a column at hand carries, as a Series does; "" without one."""
    name = getattr(column, "name", None)
    return name if isinstance(name, str) else ""


def _whole_numbers(column: Any, name: str) -> NDArray[np.int64]:
    """One column of a pair: integers, or text of digits."""
    part = moments(column, name)
    if part.texts is not None:
        for row, text in enumerate(part.texts):
            if text is None:
                no_value(name, row)
            if not (text.isascii() and text.isdigit() and len(text) <= 4):
                raise ValueError(f"{name}, row {row}: {short(text)} is not an integer")
        return np.array([int(text) for text in part.texts if text], dtype=np.int64)
    if part.values is None or part.unit or part.stated or part.within is not None:
        raise TypeError(
            f"{name} holds dates or periods: a pair of columns takes integers"
        )
    return part.values


def _from_numpy(column: Any, name: str) -> Moments:
    if isinstance(column, np.ma.MaskedArray):
        _refuse_missing(np.ma.getmaskarray(column), name)
        column = column.data
    array = np.asarray(column)
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions: it takes one")
    kind = array.dtype.kind
    if kind == "M":
        return _from_datetimes(array, name)
    if kind in "iu":
        if array.dtype.itemsize == 8 and kind == "u":
            array = np.minimum(array, np.uint64(np.iinfo(np.int64).max))
        return Moments(values=array.astype(np.int64, copy=False))
    if kind in "UTO":
        return _from_objects(array.tolist(), name)
    cure = {"f": ": make them integers or text", "S": ": decode them to text"}
    raise TypeError(
        f"{name} has dtype {short(str(array.dtype))}: it takes dates, periods, text or "
        f"integers{cure.get(kind, '')}"
    )


def _from_datetimes(dates: NDArray[Any], name: str) -> Moments:
    unit, step = np.datetime_data(dates.dtype)
    _refuse_missing(np.isnat(dates), name)
    if unit in _STATED and step == 1:
        values = dates.astype(f"M8[{unit}]", copy=False).view(np.int64)
        return Moments(values=values, stated=_STATED[unit])
    if unit in _STATED:
        raise ValueError(
            f"{name} has dtype {short(str(dates.dtype))}: it takes single years or "
            "months"
        )
    if unit not in _READ or step != 1:
        # Both round down; NumPy cannot convert ps to D.
        unit = "D" if unit in ("D", "h", "m") else "s"
    values = dates.astype(f"M8[{unit}]", copy=False).view(np.int64)
    return Moments(values=values, unit=unit)


def _family(item: Any) -> str:
    """The family of a Python object; "" if it cannot be a period."""
    if isinstance(item, str):
        return "text"
    if isinstance(item, (int, np.integer)) and not isinstance(item, bool):
        return "integers"
    if isinstance(item, np.datetime64):
        return "datetime64"
    if isinstance(item, datetime):
        return "times"
    if isinstance(item, date):
        return "dates"
    if type(item).__name__ == "Period" and hasattr(item, "ordinal"):
        return "periods"
    return ""


def _from_objects(items: Sequence[Any], name: str) -> Moments:
    """Python objects, which must be of one family."""
    family = _family(items[0]) if len(items) else "integers"
    if family == "text" and all(type(item) is str for item in items):
        return Moments(texts=list(items))
    for row, item in enumerate(items):
        if is_missing(item):
            no_value(name, row)
        own = _family(item)
        if not own:
            raise TypeError(
                f"{name}, row {row}: {short(item)} is not a date, period, text or "
                "integer"
            )
        if own != family:
            raise TypeError(f"{name}, row {row}: {short(item)} among {family}")
    if family == "text":
        return Moments(texts=[str(item) for item in items])
    if family == "integers":
        most = np.iinfo(np.int64).max
        numbers = [min(max(int(item), -most), most) for item in items]
        return Moments(values=np.array(numbers, dtype=np.int64))
    if family == "datetime64":
        return _from_datetimes(np.array(items), name)
    if family == "dates":
        return _from_datetimes(np.array(items, dtype="M8[D]"), name)
    if family == "times":
        return _from_datetimes(np.array(_without_zone(items, name), "M8[us]"), name)
    return _from_periods(items, name)


def _without_zone(items: Sequence[datetime], name: str) -> list[datetime]:
    zoned = items[0].tzinfo is not None
    for row, item in enumerate(items):
        if (item.tzinfo is not None) != zoned:
            raise ValueError(
                f"{name}, row {row}: times with and without a time zone in one column"
            )
        if item.tzinfo is not None:
            check_zone(item.tzinfo, f"{name}, row {row}")
    return [item.replace(tzinfo=None) for item in items] if zoned else list(items)


def check_zone(zone: object, name: str) -> None:
    """Refuse any time zone but UTC: in others, days and months begin at other times."""
    if str(zone) not in _UTC:
        raise ValueError(
            f"{name} has the time zone {short(str(zone))}: convert it to UTC, or to "
            "plain local dates (tz_localize(None), replace_time_zone(None))"
        )


def pandas_frequency(freqstr: str, name: str) -> str:
    """The name of the frequency of pandas periods."""
    ours = "Y" + freqstr[1:] if freqstr[:2] == "A-" else freqstr
    try:
        if ours[:1] not in ("Y", "Q", "M", "W", "D"):
            raise ValueError
        return _core.period_frequency(ours)
    except ValueError:
        raise ValueError(
            f"{name} holds pandas periods of {short(freqstr)}: known are Y, Q, M, W, D "
            "and the fiscal ones; use asfreq or to_timestamp"
        ) from None


def _from_periods(items: Sequence[Any], name: str) -> Moments:
    first = items[0].freqstr
    for row, item in enumerate(items):
        if item.freqstr != first:
            raise ValueError(
                f"{name}, row {row}: a period of {short(item.freqstr)} among "
                f"{short(first)}"
            )
    values = np.array([item.ordinal for item in items], dtype=np.int64)
    return Moments(values=values, stated=pandas_frequency(first, name))


def _from_pandas(column: Any, name: str) -> Moments:
    dtype: Any = getattr(column, "dtype", None)
    kind = type(dtype).__name__
    if kind == "PeriodDtype":
        stated = pandas_frequency(dtype.name[len("period[") : -1], name)
        values = np.asarray(getattr(column, "array", column).asi8)
        _refuse_missing(column.isna(), name)
        return Moments(values=values, stated=stated)
    if kind == "DatetimeTZDtype":
        check_zone(dtype.tz, name)
        return _from_numpy(np.asarray(column, dtype=f"M8[{dtype.unit}]"), name)
    if kind == "ArrowDtype":
        return _from_pyarrow(getattr(column, "array", column).__arrow_array__(), name)
    if isinstance(dtype, np.dtype):
        return _from_numpy(np.asarray(column), name)
    if getattr(dtype, "kind", "O") in "iu":
        _refuse_missing(column.isna(), name)
        return _from_numpy(column.to_numpy(dtype=f"{dtype.kind}8"), name)
    if hasattr(column, "tolist"):
        return _from_objects(column.tolist(), name)
    return _from_objects([column], name)


def _from_polars(column: Any, name: str) -> Moments:
    kind = str(column.dtype).partition("(")[0]
    if column.null_count():
        no_value(name, int(column.is_null().arg_max()))
    if kind == "Datetime" and column.dtype.time_zone is not None:
        check_zone(column.dtype.time_zone, name)
        column = column.dt.replace_time_zone(None)
    if kind in ("Date", "Datetime") or column.dtype.is_numeric():
        return _from_numpy(column.to_numpy(), name)
    return _from_objects(column.to_list(), name)


def _from_pyarrow(column: Any, name: str) -> Moments:
    if column.null_count:
        no_value(name, column.is_null().to_pylist().index(True))
    kind = column.type
    if getattr(kind, "extension_name", "") == "pandas.period":
        chunks = column.chunks if hasattr(column, "chunks") else [column]
        parts = [np.asarray(chunk.storage, dtype=np.int64) for chunk in chunks]
        values = np.concatenate([np.empty(0, np.int64), *parts])
        return Moments(values=values, stated=pandas_frequency(kind.freq, name))
    if getattr(kind, "tz", None) is not None:
        check_zone(kind.tz, name)
    text = str(kind)
    if text.startswith(("date", "timestamp", "int", "uint")):
        return _from_numpy(from_arrow(column), name)
    return _from_objects(column.to_pylist(), name)
