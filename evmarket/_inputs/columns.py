"""Columns of any library as items of `_core.columns`."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .. import _core
from .._common.messages import short
from .arrays import is_missing, library
from .dates import moments, pandas_frequency

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray


_BOOLEANS = (bool, np.bool_)

OURS = (TypeError, ValueError, OverflowError, KeyError, MemoryError)


class Field(NamedTuple):
    """Name and type of a column.

    `type` is Arrow's name of the type, for a dictionary that of its words; `zoned` is
    true for timestamps in UTC, false for local ones; `freq` is the frequency of a
    column of periods, which holds ordinals, else None.
    """

    name: str
    type: str
    zoned: bool = False
    freq: str | None = None

    @property
    def kind(self) -> str:
        """What the columns of several tables must share; "" goes with everything."""
        if self.freq is not None:
            return f"periods of '{self.freq}'"
        if self.zoned:
            return "zoned times"
        if "utf8" in self.type:
            return "text"
        if self.type.startswith(("date", "timestamp")):
            return "dates"
        return "" if self.type == "null" else "numbers"


class Part(NamedTuple):
    """A column of a batch at hand: a capsule and the column's place in it."""

    capsule: Any
    place: int
    field: Field
    rows: int


def is_pandas(value: object) -> bool:
    return library(value) == "pandas"


def is_arrow(value: object) -> bool:
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__arrow_c_array__")


def arrow_source(source: Any, name: str | None, first_row: int) -> _core.Batches:
    try:
        return _core.Batches(source, name, first_row)
    except OURS:
        raise
    except Exception as error:  # a library may raise anything
        what = "the table" if name is None else f"column {short(name)}"
        raise ValueError(
            f"{what} gives no Arrow stream: {short(str(error), 200)}"
        ) from error


def arrow_field(facts: tuple[str, str, bool, str, bool, int]) -> Field:
    name, kind, zoned, freq, _coded, _places = facts
    ours = pandas_frequency(freq, f"column {short(name)}") if freq else None
    return Field(name, kind, zoned, ours)


class ColumnReader(NamedTuple):
    """A column that gives any of its rows as an item of `_core.columns`.

    `ends` holds the rows where its chunks end, if it has chunks.
    """

    field: Field
    rows: int
    rows_between: Callable[[int, int], Any]
    ends: tuple[int, ...] = ()


def _sliced(
    field: Field, values: Any, item: Callable[[Any], Any] = lambda part: part
) -> ColumnReader:
    """A column of an array or list; `item` converts its slices."""
    return ColumnReader(
        field, len(values), lambda start, stop: item(values[start:stop])
    )


def column_reader(value: Any, name: str, first_row: int) -> ColumnReader:
    if isinstance(value, Part):
        return ColumnReader(
            value.field,
            value.rows,
            lambda start, stop: (value.capsule, value.place, start, stop),
        )
    if is_pandas(value):
        return _pandas_column(value, name, first_row)
    if isinstance(value, np.ma.MaskedArray):
        return _masked_column(value, name, first_row)
    if isinstance(value, np.ndarray):
        return _array_column(value, name, first_row)
    if is_arrow(value):
        return _arrow_column(value, name, first_row)
    if isinstance(value, (list, tuple, range)):
        return _object_column(list(value), name, first_row)
    if isinstance(value, (str, bytes)) or not hasattr(value, "__array__"):
        raise TypeError(
            f"column {short(name)} is {short(value)}: it takes one value per row"
        )
    return _array_column(np.asarray(value), name, first_row)


def _array_column(array: NDArray[Any], name: str, first_row: int) -> ColumnReader:
    if array.ndim != 1:
        raise ValueError(
            f"column {short(name)} has {array.ndim} dimensions: it takes one"
        )
    kind = array.dtype.kind
    if kind == "M":
        return _time_column(array, name)
    if kind == "O":
        return _object_column(array, name, first_row)
    if kind == "T":
        return _sliced(
            Field(name, "utf8"), array, lambda part: ("text", part.astype(object))
        )
    if array.dtype == np.float16:
        return _sliced(
            Field(name, "float32"), array, lambda part: part.astype(np.float32)
        )
    if kind not in "biufU" or (kind == "f" and array.dtype.itemsize > 8):
        cure = ": decode it to text" if kind == "S" else ""
        raise TypeError(
            f"column {short(name)} has dtype {short(str(array.dtype))}: it takes bool, "
            f"integers, float32, float64, datetime64, text and objects{cure}"
        )
    return _sliced(Field(name, "utf8" if kind == "U" else array.dtype.name), array)


def _masked_column(array: Any, name: str, first_row: int) -> ColumnReader:
    if array.dtype.kind in "MOT":  # these may hold None, NaT or NaN besides the mask
        objects = np.asarray(array.data).astype(object)
        objects[np.ma.getmaskarray(array)] = None
        return _object_column(objects, name, first_row)
    valid = ~np.ma.getmaskarray(array)
    plain = _array_column(np.asarray(array.data), name, first_row)
    return plain._replace(
        rows_between=lambda start, stop: (
            plain.rows_between(start, stop),
            valid[start:stop],
        )
    )


def _time_column(value: Any, name: str, zoned: bool = False) -> ColumnReader:
    dates = moments(value, f"column {short(name)}")
    values = dates.values
    if values is None:
        return _sliced(Field(name, "utf8"), dates.texts or [])
    if dates.unit:
        kind = "date32" if dates.unit == "D" else f"timestamp[{dates.unit}]"
        return _sliced(Field(name, kind, zoned), values.view(f"M8[{dates.unit}]"))
    return _sliced(Field(name, "int64", freq=dates.stated), values)


def _object_column(
    objects: list[Any] | NDArray[Any], name: str, first_row: int
) -> ColumnReader:
    text, integer, floating, _nothing, other = _core.object_rows(objects)
    if other >= 0:
        item = objects[other]
        if not (hasattr(item, "year") or isinstance(item, np.datetime64)):
            decimal = type(item).__name__ == "Decimal"
            if decimal and (column := _arrow_decimals(objects)) is not None:
                return _arrow_column(column, name, first_row)
            cure = "; pass decimals as Arrow decimal128 or as floats" if decimal else ""
            raise TypeError(
                f"column {short(name)}, row {first_row + other}: {short(item)} is not "
                f"text, a number, a date or a period{cure}"
            )
        zoned = getattr(item, "tzinfo", None) is not None
        return _time_column(list(objects), name, zoned)
    number = integer if floating < 0 else floating
    if text >= 0 and number >= 0:
        row, among = (number, "text") if text < number else (text, "numbers")
        raise TypeError(
            f"column {short(name)}, row {first_row + row}: {short(objects[row])} among "
            f"{among}"
        )
    kind = "text" if text >= 0 else "float64" if floating >= 0 else "int64"
    kind = kind if text >= 0 or number >= 0 else "null"
    field = Field(name, "utf8" if kind == "text" else kind)
    if kind == "int64" and all(
        isinstance(item, _BOOLEANS) or is_missing(item) for item in objects
    ):
        field = Field(name, "bool")
    return _sliced(field, objects, lambda part: (kind, part))


def _arrow_decimals(objects: Iterable[Any]) -> Any:
    """Python decimals as an Arrow column; None for mixed columns or without pyarrow."""
    items = [None if is_missing(item) else item for item in objects]
    if any(type(item).__name__ not in ("Decimal", "NoneType") for item in items):
        return None
    try:
        from pyarrow import ArrowException, array
    except ImportError:
        return None
    try:
        return array(items)
    except ArrowException:
        return None  # infinite, or too many digits


def _arrow_column(value: Any, name: str, first_row: int) -> ColumnReader:
    """An array, chunked array or series that exports Arrow, as views of its chunks."""
    source = arrow_source(value, str(name), first_row)
    source.choose((0,))
    chunks = [(capsule, rows) for capsule, rows in source if rows]
    ends = tuple(accumulate(rows for _, rows in chunks))

    def rows_between(start: int, stop: int) -> Any:
        capsule, rows = chunks[k := bisect_right(ends, start)]
        before = ends[k] - rows
        return capsule, 0, start - before, stop - before

    return ColumnReader(
        arrow_field(source.schema[0]), ends[-1] if ends else 0, rows_between, ends
    )


def _pandas_column(value: Any, name: str, first_row: int) -> ColumnReader:
    if getattr(value, "ndim", 1) != 1:
        raise ValueError(
            f"column {short(name)} has {value.ndim} dimensions: it takes one"
        )
    dtype: Any = value.dtype
    kind = type(dtype).__name__
    data = getattr(value, "array", value)
    if kind in ("PeriodDtype", "DatetimeTZDtype"):
        return _time_column(value, name, kind == "DatetimeTZDtype")
    if kind == "CategoricalDtype":
        return _coded_column(data.codes, data.categories, name)
    if kind == "ArrowDtype" or getattr(dtype, "storage", "") == "pyarrow":
        return _arrow_column(data.__arrow_array__(), name, first_row)
    if not isinstance(dtype, np.dtype) and hasattr(dtype, "numpy_dtype"):
        return _nullable_column(data, dtype.numpy_dtype, name)
    if kind == "StringDtype":
        return _object_column(np.asarray(data, dtype=object), name, first_row)
    return _array_column(np.asarray(value), name, first_row)


def _nullable_column(data: Any, dtype: np.dtype[Any], name: str) -> ColumnReader:
    def rows_between(start: int, stop: int) -> Any:
        part = data[start:stop]
        valid = ~np.asarray(part.isna(), dtype=bool)
        return part.to_numpy(dtype=dtype, na_value=dtype.type(0)), valid

    return ColumnReader(Field(name, dtype.name), len(data), rows_between)


def _coded_column(
    codes: NDArray[Any], categories: Iterable[Any], name: str
) -> ColumnReader:
    words = column_reader(categories, name, 0)
    every = _core.columns([words.rows_between(0, words.rows)], (short(name),))
    whole = (every, 0, 0, words.rows)

    def rows_between(start: int, stop: int) -> Any:
        part = codes[start:stop]
        return part, whole, part >= 0

    return ColumnReader(words.field, len(codes), rows_between)
