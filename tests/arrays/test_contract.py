"""Rules of all array functions: dtypes, layouts, axis and `out`."""

import numpy as np
import pytest

import evmarket as em
from evmarket import Status
from evmarket._common import workers as _workers
from tests.arrays.functions import (
    ALONG,
    ELEMENTWISE,
    FUNCTIONS,
    WITH_OUT,
    assert_same,
    both,
    name_of,
    same_bits,
)

every = pytest.mark.parametrize("f", FUNCTIONS, ids=name_of)
along = pytest.mark.parametrize("f", ALONG, ids=name_of)
elementwise = pytest.mark.parametrize("f", ELEMENTWISE, ids=name_of)
with_out = pytest.mark.parametrize("f", WITH_OUT, ids=name_of)


WHOLE = [
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
]  # fmt: skip


@every
@pytest.mark.parametrize("dtype", WHOLE)
def test_integers_count_as_float64(f, dtype):
    arrays = [a.astype(dtype) for a in f.sample((5, 6), whole=True)]
    got, expected = both(f, *arrays), both(f, *(a.astype("float64") for a in arrays))
    assert got[0].dtype == np.float64 and got[1].dtype == np.uint8
    assert_same(got, expected)


@every
@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_single_precision_is_double_rounded_once(f, dtype):
    arrays = [a.astype(dtype) for a in f.sample((5, 6), holes=True)]
    values, status = both(f, *arrays)
    expected = both(f, *(a.astype("float64") for a in arrays))
    assert values.dtype == np.float32
    assert_same((values, status), (expected[0].astype("float32"), expected[1]))


@elementwise
def test_single_precision_beside_small_integers(f):
    arrays = f.sample((9,), whole=True)
    mixed = [arrays[0].astype("float32"), *(a.astype("int16") for a in arrays[1:])]
    assert f(*mixed).dtype == np.float32
    wide = [arrays[0].astype("float32"), *(a.astype("int64") for a in arrays[1:])]
    assert f(*wide).dtype == np.float64
    assert same_bits(f(*wide), f(*arrays))


@every
def test_uint64_beyond_int64(f):
    arrays = [np.full((4, 3), 2**63 + 2**40, np.uint64) for _ in f.arguments]
    arrays = f.fill(*arrays)
    assert_same(both(f, *arrays), both(f, *(a.astype(float) for a in arrays)))


def misaligned(a):
    raw = np.zeros(a.nbytes + 1, np.uint8)
    view = raw[1:].view(a.dtype).reshape(a.shape)
    view[...] = a
    assert not view.flags.aligned
    return view


def strided(a):
    wide = np.full(tuple(3 * n for n in a.shape), 77, a.dtype)
    view = wide[(slice(1, None, 3),) * a.ndim]
    view[...] = a
    return view


def negative(a):
    back = (slice(None, None, -1),) * a.ndim
    return np.ascontiguousarray(a[back])[back]


def packed(a):
    """A field of records: its stride is not a multiple of the item size."""
    records = np.zeros(a.shape, [("flag", "u1"), ("value", a.dtype)])
    records["value"] = a
    return records["value"]


LAYOUTS = {
    "fortran": np.asfortranarray,
    "strided": strided,
    "negative": negative,
    "misaligned": misaligned,
    "packed": packed,
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
}


@every
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts(f, layout, dtype):
    arrays = [a.astype(dtype) for a in f.sample((6, 7, 3), whole=dtype == "int64")]
    views = [LAYOUTS[layout](a) for a in arrays]
    for axis in [None] if f.axis is None else range(3):
        options = {} if axis is None else {"axis": axis}
        expected = both(f, *arrays, **options)
        got = both(f, *views, **options)
        assert_same(got, expected)
        assert got[0].dtype.isnative


@every
@pytest.mark.parametrize("repeat", [0, 1])
def test_zero_strides(f, repeat):
    if repeat == 0:
        views = [np.broadcast_to(a, (5, 7)) for a in f.sample((7,))]
    else:
        views = [np.broadcast_to(a, (5, 7)) for a in f.sample((5, 1))]
    for axis in [None] if f.axis is None else range(2):
        options = {} if axis is None else {"axis": axis}
        assert_same(
            both(f, *views, **options), both(f, *(v.copy() for v in views), **options)
        )


@every
def test_read_only_inputs_are_not_changed(f):
    arrays = f.sample((6, 7), holes=True)
    copies = [a.copy() for a in arrays]
    expected = both(f, *arrays)
    assert all(same_bits(a, c) for a, c in zip(arrays, copies, strict=True))
    for a in arrays:
        a.setflags(write=False)
    assert_same(both(f, *arrays), expected)


@along
def test_every_axis_is_the_line_by_line_result(f):
    arrays = f.sample((4, 5, 3), holes=True)
    for axis in range(-3, 3):
        values, status = both(f, *arrays, axis=axis)
        moved = [np.moveaxis(a, axis, -1) for a in arrays]
        lines = {
            place: both(f, *(np.ascontiguousarray(a[place]) for a in moved), axis=0)
            for place in np.ndindex(moved[0].shape[:-1])
        }
        if not f.reduces:
            assert values.shape == status.shape == arrays[0].shape
            values, status = (
                np.moveaxis(values, axis, -1),
                np.moveaxis(status, axis, -1),
            )
        assert values.shape == moved[0].shape[: -1 if f.reduces else None]
        for place, line in lines.items():
            assert_same((values[place], status[place]), line)


@along
def test_default_axis(f):
    arrays = f.sample((4, 5), holes=True)
    assert_same(both(f, *arrays), both(f, *arrays, axis=f.axis))


# An index of an empty axis raises an error, because it has no base.
@pytest.mark.parametrize(
    "f", [f for f in ALONG if not f.label.startswith("index")], ids=name_of
)
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (0, 0)])
def test_empty(f, shape):
    arrays = f.sample(shape)
    for axis in range(len(shape)):
        values, status = both(f, *arrays, axis=axis)
        expected = shape[:axis] + shape[axis + 1 :] if f.reduces else shape
        assert values.shape == status.shape == expected
        assert values.dtype == np.float64 and status.dtype == np.uint8
        if f.reduces:
            assert np.isnan(values).all()


@elementwise
@pytest.mark.parametrize("shape", [(0,), (0, 3)])
def test_empty_elementwise(f, shape):
    values, status = both(f, *f.sample(shape))
    assert values.shape == status.shape == shape


def test_empty_groups_have_a_status():
    assert (
        em.mean_growth(np.ones((2, 0)), return_status=True)[1].tolist()
        == [Status.OUTSIDE] * 2
    )
    for function in (em.hhi, lambda x, **o: em.concentration(x, 1, **o)):
        _, status = function(np.ones((0, 2)), return_status=True)
        assert status.tolist() == [Status.ZERO_DENOMINATOR] * 2


@along
def test_one_value(f):
    arrays = f.sample((1, 3))
    for axis in range(2):
        values, _ = both(f, *arrays, axis=axis)
        assert values.shape == ((1, 3)[1 - axis :][:1] if f.reduces else (1, 3))


@elementwise
def test_scalars_give_scalars(f):
    plain = [7.0, 9.0, 3.0][: f.arity]
    for arrays in (plain, [np.float64(v) for v in plain], [np.array(v) for v in plain]):
        value, status = both(f, *arrays)
        assert type(value) is np.float64 and type(status) is np.uint8
        assert type(f(*arrays)) is np.float64
    expected = f(*([v] for v in plain))
    assert f(*plain) == expected[0]
    assert type(f(*(np.float32(v) for v in plain))) is np.float32


@along
def test_a_scalar_has_no_axis(f):
    for scalar in (5.0, np.float64(5), np.array(5)):
        with pytest.raises(ValueError, match=f.arguments[0]):
            f(*[scalar] * f.arity)


@along
def test_reducing_one_line_gives_a_scalar(f):
    value, status = both(f, *f.sample((6,)))
    if f.reduces:
        assert type(value) is np.float64 and type(status) is np.uint8
    else:
        assert type(value) is np.ndarray and type(status) is np.ndarray


@elementwise
def test_broadcasting(f):
    arrays = f.sample((4, 3))
    thin = [arrays[0], *(a[:1] for a in arrays[1:-1]), arrays[-1][0]]
    full = [np.broadcast_to(a, (4, 3)).copy() for a in thin]
    assert_same(both(f, *thin), both(f, *full))
    with pytest.raises(ValueError, match=r"\(4, 3\).*\(2,\)|\(2,\).*\(4, 3\)"):
        f(arrays[0], *[np.ones(2)] * (f.arity - 1))


@along
@pytest.mark.parametrize("axis", [2, -3, 10**30])
def test_axis_out_of_range(f, axis):
    with pytest.raises(ValueError, match="axis") as caught:
        f(*f.sample((4, 5)), axis=axis)
    assert str(axis)[:10] in str(caught.value) and "2" in str(caught.value)


@along
@pytest.mark.parametrize("axis", [0.0, "0", None, (0,), True, np.float64(1)])
def test_axis_no_integer(f, axis):
    with pytest.raises(TypeError, match="axis"):
        f(*f.sample((4, 5)), axis=axis)


@along
def test_axis_as_numpy_integer(f):
    arrays = f.sample((4, 5))
    assert_same(both(f, *arrays, axis=np.int32(0)), both(f, *arrays, axis=0))


@with_out
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64"])
@pytest.mark.parametrize(
    "layout", ["plain", "fortran", "strided", "negative", "misaligned"]
)
def test_out_is_filled_and_returned(f, layout, dtype):
    arrays = [a.astype(dtype) for a in f.sample((5, 6), whole=True)]
    expected = both(f, *arrays)
    target = np.full((5, 6), 77, expected[0].dtype)
    target = LAYOUTS.get(layout, np.asarray)(target)
    values, status = both(f, *arrays, out=target)
    assert values is target
    assert_same((values, status), expected)
    target[...] = 55
    assert f(*arrays, out=target) is target
    assert same_bits(target, expected[0])


@with_out
def test_wrong_out(f):
    arrays = f.sample((5, 6))
    frozen = np.empty((5, 6))
    frozen.setflags(write=False)
    for out, error in [
        (np.empty((5, 5)), ValueError),
        (np.empty((6, 5)), ValueError),
        (np.empty(30), ValueError),
        (np.empty((1, 5, 6)), ValueError),
        (frozen, ValueError),
        (np.empty((5, 6), "float32"), TypeError),
        (np.empty((5, 6), "int64"), TypeError),
        (np.empty((5, 6), "complex128"), TypeError),
        (np.empty((5, 6)).tolist(), TypeError),
        ((np.empty((5, 6)),), TypeError),
        ("out", TypeError),
    ]:
        with pytest.raises(error, match="out") as caught:
            f(*arrays, out=out)
        assert "\n" not in str(caught.value)
    with pytest.raises(TypeError, match="out"):
        f(*(a.astype("float32") for a in arrays), out=np.empty((5, 6)))


@with_out
def test_a_failed_call_leaves_out_alone(f):
    out = np.full((5, 6), 77.0)
    bad = np.full((5, 6), 1.0).astype(object)
    bad[4, 5] = "text"
    with pytest.raises(TypeError):
        f(*f.sample((5, 6))[:-1], bad, out=out)
    assert (out == 77).all()


def overlaps(dtype, n):
    """(x, out) that share a buffer: shifted, equal, reversed or interleaved."""
    for shift in [*range(-4, 5), -n // 2, n // 2]:
        buffer = np.random.default_rng(n).integers(1, 99, 2 * n + 10).astype(dtype)
        start = n // 2 + 5
        x = buffer[start : start + n]
        yield x, buffer.view("float64")[start + shift : start + shift + n]
    buffer = np.random.default_rng(n).integers(1, 99, n).astype(dtype)
    yield buffer, buffer.view("float64")[::-1]
    buffer = np.random.default_rng(n).integers(1, 99, 2 * n).astype(dtype)
    yield buffer[::2], buffer.view("float64")[:n]
    buffer = np.random.default_rng(n).integers(1, 99, 2 * n).astype(dtype)
    yield buffer[:n], buffer.view("float64")[::2]


@with_out
@pytest.mark.parametrize("dtype", ["float64", "int64"])
@pytest.mark.parametrize("count", [1, 3])
def test_out_over_the_input(f, dtype, count, workers, monkeypatch):
    monkeypatch.setattr(_workers, "MIN_CHUNK", 8)
    workers(count)
    n = 61
    for place in range(f.arity):
        if f.arguments[place] == "years":
            continue
        for x, out in overlaps(dtype, n):
            arrays = [a.astype(dtype) for a in f.sample((n,), whole=True)]
            arrays[place] = x
            expected = both(f, *(a.copy() for a in arrays))
            assert_same(both(f, *arrays, out=out), expected)


@with_out
def test_out_over_the_input_in_a_matrix(f, workers, monkeypatch):
    monkeypatch.setattr(_workers, "MIN_CHUNK", 8)
    workers(3)
    for axis in [None] if f.axis is None else range(2):
        options = {} if axis is None else {"axis": axis}
        for rows, columns in [(1, 0), (0, 1), (0, 0)]:
            buffer = np.random.default_rng(2).integers(1, 99, (21, 23)).astype(float)
            x = buffer[:-1, :-1]
            out = buffer[rows : rows + 20, columns : columns + 22]
            arrays = [x, *f.sample((20, 22))[1:]]
            expected = both(f, *(a.copy() for a in arrays), **options)
            assert_same(both(f, *arrays, out=out, **options), expected)
        square = np.random.default_rng(2).integers(1, 99, (20, 20)).astype(float)
        arrays = [square, *f.sample((20, 20))[1:]]
        expected = both(f, *(a.copy() for a in arrays), **options)
        assert_same(both(f, *arrays, out=square.T, **options), expected)
