"""Containers that array functions accept and refuse; no warnings, no flags."""

import ctypes
import ctypes.util
import platform
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import evmarket as em
from evmarket import Status
from tests.arrays.functions import (
    ALONG,
    FUNCTIONS,
    assert_same,
    both,
    name_of,
    same_bits,
    wild,
)

every = pytest.mark.parametrize("f", FUNCTIONS, ids=name_of)
along = pytest.mark.parametrize("f", ALONG, ids=name_of)


# ---- objects and refused dtypes ------------------------------------------------------

REFUSED = {
    "longdouble": np.ones((4, 4), np.longdouble),
    "complex": np.ones((4, 4), complex),
    "text": np.full((4, 4), "12"),
    "bytes": np.full((4, 4), b"12"),
    "datetime": np.zeros((4, 4), "M8[D]"),
    "timedelta": np.zeros((4, 4), "m8[s]"),
    "record": np.zeros((4, 4), [("a", "f8")]),
    "object text": np.array([[1.0, "twelve"]] * 4, object),
    "object other": np.array([[1.0, object()]] * 4, object),
    "ragged": [[1.0, 2.0], [3.0]],
}


@every
@pytest.mark.parametrize("kind", REFUSED)
def test_refused_dtypes(f, kind):
    good = np.ones((4, 2 if kind.startswith("object") else 4))
    for place, name in enumerate(f.arguments):
        arrays = [good] * f.arity
        arrays[place] = REFUSED[kind]
        with pytest.raises(
            (TypeError, ValueError) if kind == "ragged" else TypeError
        ) as caught:
            f(*arrays)
        message = str(caught.value)
        assert name in message and "\n" not in message
        if kind == "object text":
            assert "twelve" in message and "1" in message
        if kind in ("longdouble", "complex"):
            assert str(REFUSED[kind].dtype) in message


@every
def test_object_arrays_of_numbers(f):
    arrays = f.sample((4, 5), whole=True)
    items = [0, 1.0, Fraction(3), Decimal(4), np.int64(7), np.float64(9)]
    boxed = []
    for plain in arrays:
        box = plain.astype(int).astype(object)
        for i, item in enumerate(items[1:] if f.label == "cagr" else items):
            box.flat[3 * i] = item
            plain.flat[3 * i] = float(item)
        boxed.append(box)
    assert_same(both(f, *boxed), both(f, *arrays))


@every
def test_missing_objects_become_nan(f):
    pd = pytest.importorskip("pandas")
    arrays = f.sample((4, 5), whole=True)
    boxed = []
    for name, plain in zip(f.arguments, arrays, strict=True):
        box = plain.astype(object)
        if name != "years":
            box[1, 2], box[3, 1], box[0, 4] = None, pd.NA, float("nan")
            plain[1, 2] = plain[3, 1] = plain[0, 4] = np.nan
        boxed.append(box)
    assert_same(both(f, *boxed), both(f, *arrays))


@every
def test_lists(f):
    arrays = f.sample((4, 5), holes=True)
    assert_same(both(f, *(a.tolist() for a in arrays)), both(f, *arrays))


# ---- containers ----------------------------------------------------------------------


@every
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "int32"])
def test_masked_arrays(f, dtype):
    arrays = [a.astype(dtype) for a in f.sample((5, 6), whole=True)]
    mask = np.random.default_rng(1).random((5, 6)) < 0.2
    masked, plain = [], []
    for name, a in zip(f.arguments, arrays, strict=True):
        hidden = np.zeros_like(mask) if name == "years" else mask
        masked.append(np.ma.array(a, mask=hidden))
        plain.append(
            np.where(hidden, np.nan, a).astype(
                "float32" if dtype == "float32" else float
            )
        )
    before = [m.copy() for m in masked]
    got = both(f, *masked)
    assert type(got[0]) is np.ndarray and type(got[1]) is np.ndarray
    assert_same(got, both(f, *plain))
    for m, b in zip(masked, before, strict=True):
        assert same_bits(m.data, b.data) and same_bits(m.mask, b.mask)
    assert_same(both(f, *(np.ma.array(a) for a in arrays)), both(f, *arrays))


@every
@pytest.mark.parametrize(
    "dtype", ["Int64", "Int32", "UInt8", "Float64", "Float32", "boolean"]
)
def test_nullable_columns(f, dtype):
    pd = pytest.importorskip("pandas")
    columns, plain = [], []
    for name, a in zip(f.arguments, f.sample((12,), whole=True), strict=True):
        a = np.ones(12) if dtype == "boolean" else a
        column = pd.Series(a).astype(dtype)
        if name != "years":
            column[[2, 7]] = pd.NA
            a[[2, 7]] = np.nan
        columns.append(column)
        plain.append(a.astype("float32" if dtype == "Float32" else float))
    got = both(f, *columns)
    assert type(got[0]) is (
        np.float64 if f.reduces and dtype != "Float32" else type(got[0])
    )
    assert_same(got, both(f, *plain))
    assert_same(both(f, *(c.array for c in columns)), both(f, *plain))


@every
def test_plain_columns(f):
    pd = pytest.importorskip("pandas")
    arrays = f.sample((12,), holes=True)
    columns = [pd.Series(a, index=range(100, 112)) for a in arrays]
    got = both(f, *columns)
    assert type(got[0]) in (np.ndarray, np.float64)
    assert_same(got, both(f, *arrays))


@every
def test_polars_columns(f):
    pl = pytest.importorskip("polars")
    arrays = f.sample((12,), whole=True)
    columns = []
    for name, a in zip(f.arguments, arrays, strict=True):
        values = a.astype(int).tolist()
        if name != "years":
            values[3], a[3] = None, np.nan
        columns.append(pl.Series(values))
    assert_same(both(f, *columns), both(f, *arrays))


@every
def test_large_integers_beside_missing_ones_are_refused(f):
    pd = pytest.importorskip("pandas")
    big = [2**53 + 1, 5, 7, 9]
    masked = np.ma.array(big, mask=[False, True, False, False])
    column = pd.Series([2**53 + 1, None, 7, 9], dtype="Int64")
    for holder in (masked, column):
        arrays = list(f.fill(*[np.ones(4)] * f.arity))
        arrays[0] = holder
        with pytest.raises(OverflowError, match=f.arguments[0]):
            f(*arrays)
    # Without missing entries nothing is rounded.
    arrays = [np.array(big) if n != "years" else np.full(4, 3) for n in f.arguments]
    whole = [pd.Series(a, dtype="Int64") for a in arrays]
    assert_same(both(f, *whole), both(f, *arrays))
    # The value under a mask does not count.
    hidden = np.ma.array([2**60, 5, 7, 9], mask=[True, False, False, False])
    arrays = list(f.fill(*[np.ones(4)] * f.arity))
    arrays[0] = hidden
    plain = [np.array([np.nan, 5, 7, 9]), *arrays[1:]]
    assert_same(both(f, *arrays), both(f, *plain))


@along
@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_need_an_axis(f, library):
    frames = pytest.importorskip(library)
    arrays = f.sample((5, 3))
    tables = [
        frames.DataFrame({c: a[:, i] for i, c in enumerate("abc")}) for a in arrays
    ]
    with pytest.raises(TypeError, match="axis"):
        f(*tables)
    for axis in (0, 1, -1):
        assert_same(both(f, *tables, axis=axis), both(f, *arrays, axis=axis))


# ---- floating-point surroundings -----------------------------------------------------


def any_inputs(f, dtype):
    """Arrays with all kinds of values, one- and two-dimensional."""
    for shape in ((503,), (29, 31)):
        yield f.fill(*wild(shape, dtype))
        yield f.fill(
            *(np.abs(np.maximum(a, a.dtype.type(-1))) for a in wild(shape, dtype))
        )


@every
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
def test_no_numpy_warning(f, dtype):
    for arrays in any_inputs(f, dtype):
        expected = both(f, *arrays)
        with np.errstate(all="raise"):
            got = both(f, *arrays)
        assert_same(got, expected)
        assert not np.isinf(got[0]).any()
        assert (got[1] != Status.OK)[np.isnan(got[0])].all()


@every
@pytest.mark.skipif(
    platform.machine() not in ("x86_64", "AMD64"), reason="needs the flag bits of x86"
)
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
def test_no_floating_point_flag_is_set(f, dtype):
    libm = ctypes.CDLL(ctypes.util.find_library("m"))
    trouble = 1 | 4 | 8 | 16  # invalid, division by zero, overflow, underflow
    for arrays in any_inputs(f, dtype):
        libm.feclearexcept(trouble)
        both(f, *arrays)
        assert libm.fetestexcept(trouble) == 0


def test_a_number_beyond_single_precision():
    values, status = em.margin(np.float32([1, 2]), 1e300, return_status=True)
    if values.dtype == np.float32:
        assert np.isnan(values).all() and (status == Status.INVALID).all()
    else:
        np.testing.assert_allclose(values, [-1e300, -0.5e300], rtol=1e-15)
