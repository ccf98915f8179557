"""Checks of arrays against the reference, cell by cell; strategies of arrays."""

import math

import numpy as np
from hypothesis import strategies as st

from tests.reference import Status, ulps

# float32 results are computed in double and rounded once: half a unit, plus the error
# of the double.
ONE_ROUNDING = 0.5 + 2.0**-26


def assert_cells(got, expected, bound, dtype="float64"):
    """Values within `bound` ulp of the reference, NaN where it has none; same codes."""
    values, status = got
    values, status = np.asarray(values), np.asarray(status)
    assert values.dtype == dtype and status.dtype == np.uint8
    assert values.shape == status.shape == (len(expected),)
    if dtype == "float32":
        bound = ONE_ROUNDING
    for i, (exact, code) in enumerate(expected):
        assert status[i] == code, (
            f"cell {i}: {Status(status[i]).name}, expected {code.name}"
        )
        value = float(values[i])
        if exact is None:
            assert math.isnan(value), f"cell {i}: {value!r}, expected NaN ({code.name})"
            continue
        assert math.isfinite(value), f"cell {i}: {value!r}, expected {float(exact)!r}"
        off = ulps(value, exact, dtype)
        assert off <= bound, f"cell {i}: {value!r} is {off} ulp from {float(exact)!r}"


def assert_cell(got, expected, bound, dtype="float64"):
    """The same for a function that reduces: one cell."""
    values, status = got
    assert isinstance(values, np.generic) and isinstance(status, np.uint8)
    assert_cells((np.array([values]), np.array([status])), expected, bound, dtype)


def assert_sums(got, expected, dtype="float64"):
    """Exact sums rounded once; to float32, by way of the nearest double."""
    assert_cells(got, expected, 0.5, dtype)
    for value, (exact, _) in zip(got[0], expected, strict=True):
        assert exact is None or float(value) == np.dtype(dtype).type(float(exact))


def rate_bound(dtype, policy="nm"):
    """The largest error allowed of a rate or quotient, in ulp."""
    return 3 if dtype == "int64" or policy == "midpoint" else 2


def result_type(dtype) -> str:
    return "float32" if dtype == "float32" else "float64"


def corner_values(dtype):
    """Special values: zeros, limits, neighbours of 1, infinities, NaN."""
    if dtype == "int64":
        low, high = -(2**63), 2**63 - 1
        near = [2**53, 2**53 + 1, -(2**53) - 1, low, low + 1, high, high - 1]
        return [0, 1, -1, 3, -4, *near]
    info = np.finfo(dtype)
    sizes = [info.smallest_subnormal, info.tiny, info.tiny * 3, 1, 1 + info.eps]
    sizes += [1 - info.epsneg, 105, info.max / 3, info.max]
    sizes = [float(size) for size in sizes]
    others = [0.0, -0.0, math.inf, -math.inf, math.nan]
    return sizes + [-size for size in sizes] + others


def corners(dtype):
    """Every pair of corner values, as two arrays."""
    values = np.array(corner_values(dtype), dtype)
    first, second = np.meshgrid(values, values)
    return first.ravel(), second.ravel()


def floats(dtype):
    width = np.dtype(dtype).itemsize * 8
    ordinary = st.floats(-1000, 1000, width=width)
    positive = st.floats(0, 1000, width=width)
    anything = st.floats(width=width)
    return st.sampled_from(corner_values(dtype)) | ordinary | positive | anything


def integers():
    special = st.sampled_from(corner_values("int64"))
    return special | st.integers(-5, 5) | st.integers(-(2**63), 2**63 - 1)


def cells(dtype):
    return integers() if dtype == "int64" else floats(dtype)


def arrays(dtype, min_size=0, max_size=10):
    """One-dimensional arrays with every kind of cell."""
    return st.lists(cells(dtype), min_size=min_size, max_size=max_size).map(
        lambda values: np.array(values, dtype)
    )


def pairs(dtype, max_size=10):
    """Two arrays of one length."""
    return st.lists(st.tuples(cells(dtype), cells(dtype)), max_size=max_size).map(
        lambda rows: tuple(
            np.array(column, dtype)
            for column in (zip(*rows, strict=True) if rows else ([], []))
        )
    )


DTYPES = ["float64", "float32", "int64"]
POLICIES = ["nm", "abs", "signed", "midpoint"]
