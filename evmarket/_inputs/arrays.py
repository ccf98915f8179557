"""Containers of numbers as NumPy arrays.

Anything that `numpy.asarray` takes, and masked, nullable and Arrow-backed columns,
become an ndarray of a dtype that the core has loops for, with NaN for missing values.
Arrays are copied only if they must be, and nothing is rounded silently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .._common.types import Array


_READY = frozenset("?bhilqBHIfd")
_EXACT = 1 << 53
_SHORT = 1 << 15


def is_frame(value: object) -> bool:
    """Whether value is a data frame or a table."""
    kind = type(value)
    return kind.__name__ in ("DataFrame", "LazyFrame", "Table", "RecordBatch") and (
        library(value) in ("pandas", "polars", "pyarrow")
    )


def refuse_query(value: object, name: str) -> None:
    """Raise TypeError for a LazyFrame of polars, which holds no data yet."""
    if hasattr(value, "collect") and hasattr(value, "collect_schema"):
        raise TypeError(f"{name} is a lazy query: call its collect() first")


def is_short(value: object) -> bool:
    """Whether value is a small array that the core takes as it is."""
    return (
        type(value) is np.ndarray and value.size < _SHORT and value.dtype.char in _READY
    )


def library(value: object) -> str:
    """The name of the package that defines the type of value."""
    return type(value).__module__.partition(".")[0]


def row_labels(value: Any) -> Any:
    """The index of a Series or data frame of pandas; None for all other values."""
    if not hasattr(type(value), "reindex"):
        return None
    labels = getattr(value, "index", None)
    return None if callable(labels) else labels


def check_labels(values: Sequence[Any], names: Sequence[str]) -> None:
    """Raise ValueError if pandas objects given together have different labels.

    They pair as arrays do, by place, and the last axes meet: the index of a Series, the
    columns of a frame. So these must be equal. Values without labels pair by place.
    """
    last: list[tuple[str, str, Any]] = []
    rows: list[tuple[str, str, Any]] = []
    for value, name in zip(values, names, strict=True):
        index = row_labels(value)
        columns = None if index is None else getattr(value, "columns", None)
        if columns is not None:
            last.append((name, "columns", columns))
            rows.append((name, "index", index))
        elif index is not None:
            last.append((name, "index", index))
    check_equal(last)
    check_equal(rows)


def check_equal(labelled: Sequence[tuple[str, str, Any]]) -> None:
    """Raise ValueError if labels differ; each has its argument and what holds them."""
    for name, where, labels in labelled[1:]:
        first, _, others = labelled[0]
        if labels is others or labels.equals(others):
            continue
        ours, theirs = labels.tolist(), others.tolist()
        place = _first_difference(ours, theirs)
        if place < min(len(ours), len(theirs)):
            difference = (
                f"{short(ours[place])} at position {place} of its {where}, "
                f"{first} has {short(theirs[place])}"
            )
        elif len(ours) == len(theirs):
            continue  # only the dtypes differ
        else:
            difference = (
                f"{len(ours)} labels in its {where}, {first} has {len(theirs)} labels"
            )
        raise ValueError(
            f"{name} has {difference}: align one with reindex(), or pass .to_numpy() "
            "to pair by place"
        )


def _first_difference(ours: list[Any], theirs: list[Any]) -> int:
    """The first position at which two lists differ, or the length of the shorter."""
    for place, (one, two) in enumerate(zip(ours, theirs, strict=False)):
        if one != two and not (is_missing(one) and is_missing(two)):
            return place
    return min(len(ours), len(theirs))


def array(value: Any, name: str) -> Any:
    """The argument `name` as an ndarray the core takes, or as a Python number.

    A Python number is returned unchanged, so that it takes the dtype of the other
    operand.
    """
    if type(value) is np.ndarray and value.dtype.char in _READY:
        return value
    return _convert(value, name)


def whole_array(value: Any, name: str) -> Array:
    """As `array`, but always an ndarray."""
    result = array(value, name)
    return result if isinstance(result, np.ndarray) else np.asarray(result)


def _convert(value: Any, name: str) -> Any:
    kind = type(value)
    if kind is float or kind is int or kind is bool:
        if kind is int and not -(1 << 63) <= value < 1 << 63:
            raise OverflowError(f"{name} is {short(value)}: it does not fit in int64")
        return value
    if isinstance(value, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(value)
        return _with_missing(_settle(np.asarray(value.data), name), mask, name)
    reader = _READERS.get(library(value))
    if reader is not None:
        return reader(value, name)
    try:
        values = np.asarray(value)
    except (ValueError, TypeError, OverflowError) as error:
        raise ValueError(
            f"{name} cannot be made an array: {short(str(error), 120)}"
        ) from None
    return _settle(values, name)


def _settle(values: Array, name: str) -> Array:
    """An ndarray of any dtype as one of a dtype that the core has loops for."""
    if values.dtype.char in _READY:
        return values
    if values.dtype.kind == "O":
        return _from_objects(values, name)
    if values.dtype.kind == "u":
        return values.astype(_wide(values.dtype))
    if values.dtype.newbyteorder("=").char in _READY:
        return values
    if values.dtype == np.float16:
        return values.astype(np.float32)
    if values.dtype.kind in "US" and values.size:
        place, item = _first_text(values)
        raise TypeError(f"{name} holds {item} at position {place}: it takes numbers")
    raise TypeError(
        f"{name} has dtype {short(str(values.dtype))}: it takes integers and floats"
    )


def _first_text(texts: Array) -> tuple[int, str]:
    """The position of the first text that is not a number, or 0, and the text."""
    for place, item in enumerate(texts.ravel().tolist()):
        try:
            float(item)
        except ValueError:
            return place, short(item)
    return 0, short(texts.flat[0])


def _wide(dtype: np.dtype[Any]) -> type:
    return np.float64 if dtype.itemsize == 8 else np.int64


def _with_missing(values: Array, missing: Array, name: str) -> Array:
    """Values with NaN where `missing`; refuses integers that float64 would round."""
    if not missing.any():
        return values
    if values.dtype.kind in "iu":
        kept = values[~missing]
        if kept.size and (kept.max() > _EXACT or kept.min() < -_EXACT):
            raise OverflowError(
                f"{name} has missing entries and integers beyond 2**53, "
                "which float64 would round"
            )
    dtype = np.float32 if values.dtype == np.float32 else np.float64
    filled = values.astype(dtype)
    filled[missing] = np.nan
    return filled


def is_missing(item: Any) -> bool:
    """Whether an object is None, NaN, NaT or pandas.NA."""
    if item is None or type(item).__name__ in ("NAType", "NaTType"):
        return True
    try:
        return bool(item != item)
    except (TypeError, ValueError, ArithmeticError):
        return False


def _from_objects(objects: Array, name: str) -> Array:
    """Python numbers, with None and NA as missing values."""
    items = objects.ravel().tolist()
    missing = np.fromiter(map(is_missing, items), bool, len(items))
    plain = [0 if gone else item for item, gone in zip(items, missing, strict=True)]
    for place, item in enumerate(plain):
        number = hasattr(item, "__float__") and not isinstance(item, (str, bytes))
        number = number and not (isinstance(item, np.ndarray) and item.ndim)
        if not number or isinstance(item, (complex, np.complexfloating)):
            raise TypeError(
                f"{name} holds {short(item)} at position {place}: it takes numbers"
            )
    whole = all(isinstance(item, (int, np.integer)) for item in plain)
    try:
        values = np.array(
            [int(item) if whole else float(item) for item in plain],
            dtype=np.int64 if whole else np.float64,
        )
    except OverflowError:
        raise OverflowError(
            f"{name} holds an integer that neither int64 nor float64 can hold"
        ) from None
    except ValueError as error:
        raise ValueError(
            f"{name} holds an object that is not a number: {short(str(error), 120)}"
        ) from None
    return _with_missing(values, missing, name).reshape(objects.shape)


def _from_pandas(value: Any, name: str) -> Array:
    if hasattr(value, "columns"):
        columns = [_from_pandas(value.iloc[:, k], name) for k in range(value.shape[1])]
        return np.stack(columns, axis=1) if columns else np.empty(value.shape)
    dtype = getattr(value, "dtype", None)
    if isinstance(dtype, np.dtype):
        return _settle(np.asarray(value), name)
    kind = getattr(dtype, "kind", "O")
    if kind not in "iufb":
        return _settle(np.asarray(value, dtype=object), name)
    missing = np.asarray(value.isna(), dtype=bool)
    if kind == "f":
        narrow = getattr(dtype, "itemsize", 8) == 4
        return np.asarray(
            value.to_numpy(dtype=np.float32 if narrow else np.float64, na_value=np.nan)
        )
    target = np.uint64 if kind == "u" else np.int64
    values = value.to_numpy(dtype=target, na_value=0)
    return _with_missing(_settle(np.asarray(values), name), missing, name)


def _from_polars(value: Any, name: str) -> Array:
    refuse_query(value, name)
    if not hasattr(value, "get_columns") and not hasattr(value, "to_list"):
        raise TypeError(
            f"{name} is a polars {type(value).__name__}, which holds no data: give a "
            "Series, such as frame['column']"
        )
    if hasattr(value, "get_columns"):
        columns = [_from_polars(column, name) for column in value.get_columns()]
        return np.stack(columns, axis=1) if columns else np.empty(value.shape)
    kind = str(value.dtype)
    plain = value.dtype.is_numeric() and not kind.startswith("Decimal")
    if not plain and kind != "Boolean":
        return _settle(np.array(value.to_list(), dtype=object), name)
    missing = value.is_null().to_numpy()
    filled = value.fill_null(False if kind == "Boolean" else 0)
    return _with_missing(_settle(filled.to_numpy(), name), missing, name)


def _from_pyarrow(value: Any, name: str) -> Array:
    if hasattr(value, "column_names") or hasattr(value, "schema"):
        columns = [_from_pyarrow(column, name) for column in value.columns]
        return np.stack(columns, axis=1) if columns else np.empty((value.num_rows, 0))
    if not hasattr(value, "null_count"):
        return _settle(np.asarray(value.as_py(), dtype=object), name)
    if value.null_count == 0:
        return _settle(from_arrow(value), name)
    return _settle(np.array(value.to_pylist(), dtype=object), name)


def from_arrow(value: Any) -> Array:
    """A pyarrow array or chunked array as an ndarray, copied if it must be."""
    chunked = hasattr(value, "chunks")
    values: Array = (
        value.to_numpy() if chunked else value.to_numpy(zero_copy_only=False)
    )
    return values


_READERS = {"pandas": _from_pandas, "polars": _from_polars, "pyarrow": _from_pyarrow}
