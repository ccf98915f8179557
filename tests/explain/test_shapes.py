"""Explanations of arrays of any shape, layout and dtype, with any number of workers."""

import hashlib

import numpy as np
import pytest

import evmarket as em
from evmarket._common import workers as _workers
from tests.common.test_workers import python
from tests.explain import accuracy_explain as accuracy
from tests.explain.cases import CALLS, FORMULAS, assert_same, name, same


@pytest.mark.parametrize("key", CALLS)
def test_layout_and_axis_do_not_matter(key):
    call, columns = CALLS[key]
    plain = call(*columns)
    turned = call(*(c.T for c in columns), axis=0)
    for part, values in plain.arrays().items():
        other = turned.arrays()[part]
        assert same(values, other.T if other.ndim == 2 else other), part
    sparse = [np.full((2 * c.shape[0], 3 * c.shape[1]), 7.0) for c in columns]
    for wide, c in zip(sparse, columns, strict=True):
        wide[::-2, 2::3] = c
    assert_same(plain, call(*(wide[::-2, 2::3] for wide in sparse)))
    unaligned = []
    for c in columns:
        raw = np.zeros(c.nbytes + 3, np.uint8)
        raw[3:] = np.frombuffer(c.tobytes(), np.uint8)
        unaligned.append(raw[3:].view(np.float64).reshape(c.shape))
    assert_same(plain, call(*unaligned))
    assert_same(plain, call(*(c.astype(">f8") for c in columns)))
    deep = call(*(c[:22].reshape(2, 11, -1) for c in columns))
    for part, values in plain.arrays().items():
        assert same(values[:22], deep.arrays()[part].reshape(values[:22].shape)), part
    middle = call(*(c[:22].reshape(2, 11, -1).swapaxes(1, 2) for c in columns), axis=1)
    assert same(middle.total, deep.total) and middle.total.shape == (2, 11)


@pytest.mark.parametrize("key", CALLS)
def test_a_group_alone_gives_the_same_result_as_among_many(key):
    call, columns = CALLS[key]
    many = call(*columns)
    before = [c.copy() for c in columns]
    for g in (0, 4, 22):
        one = call(*(c[g] for c in columns))
        assert isinstance(one.total, np.float64) and isinstance(one.status, np.uint8)
        for part, values in many.arrays().items():
            assert same(values[g], one.arrays()[part])
    assert all(same(a, b) for a, b in zip(before, columns, strict=True))


@pytest.mark.parametrize("key", CALLS)
def test_leading_axes_broadcast(key):
    call, columns = CALLS[key]
    first, *rest = columns
    got = call(first[3], *rest)
    whole = call(np.broadcast_to(first[3], first.shape), *rest)
    assert_same(got, whole)
    with pytest.raises(ValueError, match="broadcast"):
        call(first[:, :4], *rest)
    empty = call(*(c[:0] for c in columns))
    assert empty.total.shape == (0,) and empty.status.shape == (0,)


def test_integers_and_float32_are_accepted():
    got = em.contributions(np.array([50, 30, 20]), np.array([60, 30, 15], np.float32))
    assert got.parts.tolist() == [0.1, 0, -0.05]
    assert got.parts.dtype == np.float64
    masked = np.ma.masked_array([1.0, 2.0], [False, True])
    assert name(em.contributions(masked, [1, 2]).status) == "GAP"


def test_a_frame_must_name_its_axis():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    with pytest.raises(TypeError, match="axis"):
        em.contributions(frame, frame)
    assert em.contributions(frame, frame * 2, axis=0).total.tolist() == [1, 1]


def digest() -> str:
    """A hash of all results on fixed data."""
    state = hashlib.sha256()
    rng = np.random.default_rng(31)
    for items in (1, 3, 4, 10, 33, 70):
        for key, (make, call, _, _, _) in accuracy.FAMILIES.items():
            for value in call(*make(rng, 501, items)).arrays().values():
                clean = np.where(np.isnan(value), np.nan, value)
                state.update(key.encode() + clean.tobytes())
        columns = accuracy.worths(rng, 501, items)
        for formula in FORMULAS:
            got = em.price_index(*columns, formula=formula)
            state.update(np.where(np.isnan(got.total), np.nan, got.total).tobytes())
    return state.hexdigest()


def test_same_bits_with_any_number_of_workers(workers, monkeypatch):
    monkeypatch.setattr(_workers, "MIN_CHUNK", 64)
    found = set()
    for count in (1, 2, 7):
        workers(count)
        found.add(digest())
    assert len(found) == 1


def test_every_instruction_set_gives_the_same_bits():
    found = {}
    for isa in em.build_info()["isa_available"]:
        code = "from tests.explain.test_shapes import digest; print(digest())"
        done = python("-c", code, EVMARKET_ISA=isa)
        assert done.returncode == 0, done.stderr
        found[isa] = done.stdout
    assert len(set(found.values())) == 1, found
