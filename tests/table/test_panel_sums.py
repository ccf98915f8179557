"""Sums of cells that keep their places, and look-ups, against fractions and dicts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evmarket import _core
from tests.table.engine import add, exact, partial

LARGE = 2**62


def measure_of(values: list[Any]) -> dict[str, Any]:
    """One measure with one cell for each value."""
    made = partial(0, 1)
    column = np.array(values, np.int64 if isinstance(values[0], int) else np.float64)
    add(made, [np.arange(len(values)), column], 0)
    [measure] = made.finish()["measures"]
    return dict(measure)


integers = st.integers(-(2**61), 2**61)
floats = st.one_of(
    st.floats(-(2.0**40), 2.0**40),
    st.sampled_from([0.1, -0.1, 1e-15, 2.0**-120, -(2.0**-126), 0.0, -5e-324, 3.0]),
)


@st.composite
def terms(draw: Any) -> list[list[Any]]:
    size = draw(st.integers(1, 12))
    kinds = draw(st.lists(st.sampled_from([integers, floats]), min_size=1, max_size=4))
    return [draw(st.lists(kind, min_size=size, max_size=size)) for kind in kinds]


@settings(max_examples=200, deadline=None)
@given(terms())
def test_terms_are_added_exactly(columns: list[list[Any]]) -> None:
    measures = [measure_of(column) for column in columns]
    made, bad = _core.add_sums(measures)
    size = len(columns[0])
    totals = [sum(exact(m, k) for m in measures) for k in range(size)]
    beyond = [
        k for k, total in enumerate(totals) if not -LARGE * 2 <= total < LARGE * 2
    ]
    if beyond:
        assert bad == beyond[0]
        return
    assert bad == -1
    assert [exact(made, k) for k in range(size)] == totals
    assert made["values"].tolist() == [float(total) for total in totals]
    assert made["counts"].tolist() == [len(columns)] * size


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(st.lists(integers, min_size=1), st.lists(floats, min_size=1)), st.data()
)
def test_windows_slide_exactly(values: list[Any], data: Any) -> None:
    measure = measure_of(values)
    size = len(values)
    number = st.integers(0, size - 1)
    pairs = data.draw(st.lists(st.tuples(number, number), max_size=30))
    if data.draw(st.booleans()):  # as windows of periods come
        pairs = sorted((min(p), max(p)) for p in pairs)
    known = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    first, last = (np.array([p[k] for p in pairs], np.int64) for k in (0, 1))
    made, bad = _core.slide_sums(measure, known, first, last)
    inside = [[k for k in range(low, high + 1) if known[k]] for low, high in pairs]
    totals = [sum(exact(measure, k) for k in cells) for cells in inside]
    beyond = [
        k for k, total in enumerate(totals) if not -LARGE * 2 <= total < LARGE * 2
    ]
    assert bad == (beyond[0] if beyond else -1)
    for k, total in enumerate(totals[: bad if beyond else None]):
        assert exact(made, k) == total
        assert made["counts"][k] == len(inside[k])
        value = made["values"][k]
        assert value == float(total) if inside[k] else np.isnan(value)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sets(st.integers(-40, 40)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 5), st.integers(-60, 60)), max_size=60),
)
def test_cells_are_found(series: list[set[int]], places: list[tuple[int, int]]) -> None:
    indptr = np.cumsum([0, *map(len, series)])
    ordinals = np.array([o for each in series for o in sorted(each)], np.int64)
    places = [(s % len(series), o) for s, o in places]
    rows, wanted = (np.array([p[k] for p in places], np.int64) for k in (0, 1))
    found = _core.find_cells(indptr, ordinals, rows, wanted, True)
    after = _core.find_cells(indptr, ordinals, rows, wanted, False)
    for (s, ordinal), cell, at in zip(places, found, after, strict=True):
        known = sorted(series[s])
        least = indptr[s] + sum(other < ordinal for other in known)
        assert at == least
        assert cell == (least if ordinal in known else -1)
    minus = np.full(len(rows), -1)
    assert (_core.find_cells(indptr, ordinals, minus, wanted, True) == -1).all()


def test_what_is_wrong_is_refused() -> None:
    measure = measure_of([1, 2, 3])
    ones, numbers = np.ones(3, bool), np.arange(3)
    for wrong in ([], (measure,), [3], [{**measure, "counts": None}]):
        with pytest.raises((TypeError, ValueError, KeyError)):
            _core.add_sums(wrong)
    with pytest.raises(ValueError, match="needs 3"):
        _core.add_sums([measure, measure_of([1])])
    for first, last in (
        ([-1, 0, 0], numbers),
        (numbers, [3, 1, 1]),
        ([4, 0, 0], numbers),
    ):
        with pytest.raises(ValueError, match="window"):
            _core.slide_sums(measure, ones, np.array(first), np.array(last))
    with pytest.raises(ValueError, match="needs 3"):
        _core.slide_sums(measure, ones[:2], numbers, numbers)
    indptr, cells = np.array([0, 2, 3]), np.array([1, 2, 1])
    for series in ([2], [-2]):
        with pytest.raises(ValueError, match="places"):
            _core.find_cells(indptr, cells, np.array(series), np.array([1]), True)
    with pytest.raises(ValueError, match="places"):
        _core.find_cells(indptr, cells, np.array([-1]), np.array([1]), False)
    for wrong in ([0, 3, 2], [1, 2, 3], [0, 2, 4], []):
        with pytest.raises(ValueError, match="places"):
            _core.find_cells(np.array(wrong, int), cells, cells[:0], cells[:0], True)


@given(st.lists(st.integers(-1, 6), max_size=60))
def test_rows_are_arranged_by_place(places: list[int]) -> None:
    offsets, order = _core.arrange(np.array(places, np.int64), 7)
    assert len(offsets) == 8
    for place in range(7):
        rows = [row for row, other in enumerate(places) if other == place]
        assert order[offsets[place] : offsets[place + 1]].tolist() == rows
    assert len(order) == sum(place >= 0 for place in places)
    for wrong in (-2, 7):
        with pytest.raises(ValueError, match="places"):
            _core.arrange(np.array([*places, wrong]), 7)


class Longer:
    """Three numbers that claim to be a million."""

    def __init__(self, numbers: list[int]) -> None:
        self.numbers = np.array(numbers)

    def __len__(self) -> int:
        return 10**6

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.numbers


def test_the_size_of_an_array_is_its_own() -> None:
    """Not what the object says from which it was made."""
    _, order = _core.arrange(Longer([1, 0, 1]), 2)
    assert order.tolist() == [1, 0, 2]
    found = _core.find_cells(
        Longer([0, 1, 3]), Longer([5, 5, 6]), Longer([1, 0, 1]), Longer([6, 5, 7]), True
    )
    assert found.tolist() == [2, 0, -1]
    made, bad = _core.slide_sums(
        measure_of([1, 2, 3]), np.ones(3, bool), Longer([0, 0, 1]), Longer([0, 1, 2])
    )
    assert bad == -1 and made["values"].tolist() == [1, 3, 5]


def test_series_whose_cells_lie_elsewhere_have_no_bases() -> None:
    indptr, ordinals = np.array([0, 2, 10**12, -5, 4]), np.array([1, 2, 1, 2])
    bases = np.full(4, 7)
    _core.lag_bases(indptr, ordinals, (None, 1, 0, False), 0, 4, bases)
    assert bases.tolist() == [-1, 0, 7, 7]
