"""Merging in one pass: the numbers of regroup, for any parts and ranges."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evmarket import _core

Cells = dict[tuple[int, int], tuple[int, list[tuple[Fraction, int]]]]
"""(series, ordinal): rows, and for each measure the sum and the rows that count."""

WORD = 2**64


def panel(
    cells: Cells, series: list[int], grains: list[str | None], words: set[str]
) -> dict[str, Any]:
    """The cells of some series as the engine's arrays.

    `words` says which of "hi", "fine" and "counts" are arrays where they could be None.
    """
    keys = sorted(key for key in cells if key[0] in series)
    counts = [sum(key[0] == s for key in keys) for s in series]
    measures = []
    for k, grain in enumerate(grains):
        unit = {"float": WORD, "decimal": 100}.get(grain or "", 1)
        scaled = [cells[key][1][k][0] * unit for key in keys]
        whole = [int(x // 1) for x in scaled]
        parts = [int((x - w) * 2**62) for x, w in zip(scaled, whole, strict=True)]
        narrow = grain in (None, "integer") and "hi" not in words
        counted = [cells[key][1][k][1] for key in keys]
        measures.append(
            {
                "grain": grain,
                "places": 2 if grain == "decimal" else 0,
                "lo": np.array([w % WORD for w in whole], np.uint64),
                "hi": None if narrow else np.array([w // WORD for w in whole], int),
                "fine": np.array(parts, np.uint64)
                if any(parts) or "fine" in words
                else None,
                "counts": np.array(counted, int)
                if counted != [cells[key][0] for key in keys] or "counts" in words
                else None,
            }
        )
    return {
        "indptr": np.cumsum([0, *counts]),
        "ordinals": np.array([key[1] for key in keys], int),
        "rows": np.array([cells[key][0] for key in keys], int),
        "measures": measures,
    }


def merged(
    sources: list[Any], series: int, names: tuple[str, ...], cuts: list[int]
) -> dict[str, Any]:
    merge = _core.merge_open(sources, series, names)
    ranges = list(zip([0, *cuts], [*cuts, series], strict=True))
    for start, stop in ranges[::-1]:
        _core.merge_count(merge, start, stop)
    _core.merge_prepare(merge)
    for start, stop in ranges:
        _core.merge_write(merge, start, stop)
    return _core.merge_finish(merge)


sums = {
    None: st.just(Fraction(0)),
    "integer": st.integers(-(2**40), 2**40).map(Fraction),
    "float": st.one_of(
        st.floats(-1e9, 1e9).map(lambda x: Fraction(x)),
        st.integers(-(2**126), 2**126).map(lambda n: Fraction(n, 2**126)),
    ).map(lambda x: Fraction(int(x * 2**126), 2**126)),
    "decimal": st.integers(-(2**100), 2**100).map(lambda n: Fraction(n, 100)),
}


@st.composite
def parts_of_panels(draw: Any) -> tuple[list[Any], int, int]:
    """Sources of a merge, the number of new series and of measures."""
    count = draw(st.integers(0, 5))
    kinds = st.sampled_from([["integer", "float"], ["decimal"], ["float"] * 3, []])
    chosen = draw(kinds)
    sources = []
    for _ in range(draw(st.integers(1, 6))):
        own = [
            draw(st.sampled_from([None, g] if g == "decimal" else [None, "integer", g]))
            for g in chosen
        ]
        series = sorted(draw(st.sets(st.integers(0, max(count - 1, 0)))))
        series = series if count else []
        cells: Cells = {}
        for s in series:
            # Near one another, or apart by more than a window of periods.
            for ordinal in draw(
                st.sets(st.one_of(st.integers(-5, 5), st.integers(-600, 600)))
            ):
                rows = draw(st.integers(0, 3))
                each = [
                    (draw(sums[g]), draw(st.integers(0, rows))) if rows and g
                    else (Fraction(0), 0) for g in own
                ]  # fmt: skip
                cells[s, ordinal] = rows, each
        words = draw(st.sets(st.sampled_from(["hi", "fine", "counts"])))
        sources.append((panel(cells, series, own, words), np.array(series, np.int32)))
    return sources, count, len(chosen)


@settings(max_examples=300, deadline=None)
@given(parts_of_panels(), st.lists(st.integers(0, 5), max_size=3))
def test_merging_equals_regrouping(
    given: tuple[list[Any], int, int], cuts: list[int]
) -> None:
    sources, series, measures = given
    names = tuple(f"m{k}" for k in range(measures))
    cuts = sorted(min(cut, series) for cut in cuts)
    want = _core.regroup([(p, to, None, None) for p, to in sources], series, names)
    got = merged(sources, series, names, cuts)
    for name in ("indptr", "ordinals", "rows"):
        assert got[name].tolist() == want[name].tolist(), name
    zeros = np.zeros(len(got["rows"]))
    for ours, theirs in zip(got["measures"], want["measures"], strict=True):
        assert (ours["grain"], ours["places"]) == (theirs["grain"], theirs["places"])
        assert ours["lo"].tolist() == theirs["lo"].tolist()
        assert np.array_equal(ours["values"], theirs["values"], equal_nan=True)
        assert (ours["hi"] is None) == (theirs["hi"] is None)
        for name, spare in (("hi", zeros), ("fine", zeros), ("counts", got["rows"])):
            one, two = (x[name] if x[name] is not None else spare
                        for x in (ours, theirs))  # fmt: skip
            assert one.tolist() == two.tolist(), name


def test_a_sum_may_leave_the_range_and_come_back() -> None:
    huge = Fraction(2**62)
    parts = [
        panel({(0, 5): (1, [(x, 1)])}, [0], ["float"], set())
        for x in (huge, huge, -huge, -huge, Fraction(1, 2))
    ]
    to = np.array([0])
    got = merged([(part, to) for part in parts], 1, ("m",), [])
    assert got["measures"][0]["values"].tolist() == [0.5]
    with pytest.raises(OverflowError, match=r"'m'.*series 0.*period 5") as caught:
        merged([(part, to) for part in parts[:2]], 1, ("m",), [])
    assert (caught.value.series, caught.value.ordinal) == (0, 5)  # type: ignore[attr-defined]


def test_arguments_are_checked() -> None:
    one = panel({(0, 1): (1, [(Fraction(1), 1)])}, [0], ["integer"], set())
    two = panel({(s, 1): (1, [(Fraction(1), 1)]) for s in (0, 1)}, [0, 1], ["integer"],
                set())  # fmt: skip
    for sources, series, match in (
        ([(one, np.array([1]))], 1, "series_map"),
        ([(one, np.array([-1]))], 1, "series_map"),
        ([(two, np.array([1, 0]))], 2, "series_map"),
        ([(two, np.array([0, 0]))], 2, "series_map"),
        ([(two, np.array([0]))], 2, "series_map"),
        ([(one, np.array([0]))], -1, "series"),
        ([({**one, "indptr": np.array([0, 7])}, np.array([0]))], 1, "indptr"),
        ([({**one, "measures": []}, np.array([0]))], 1, "measures"),
    ):
        with pytest.raises(ValueError, match=match):
            _core.merge_open(sources, series, ("m",))
    for wrong in (5, (one,), ({}, np.array([0]))):
        with pytest.raises((TypeError, KeyError)):
            _core.merge_open([wrong], 1, ("m",))
    cents = {**one["measures"][0], "grain": "decimal", "places": 1}
    mixed = [(one, np.array([0])), ({**one, "measures": [cents]}, np.array([0]))]
    merge = _core.merge_open(mixed, 1, ("m",))
    with pytest.raises(ValueError, match="decimals need the same number of places"):
        _core.merge_prepare(merge)
    with pytest.raises(ValueError, match="in this order"):
        _core.merge_finish(merge)


def test_calls_out_of_order_are_refused() -> None:
    one = panel({(0, 1): (1, [(Fraction(1), 1)])}, [0], ["integer"], set())
    merge = _core.merge_open([(one, np.array([0]))], 1, ("m",))
    for call in (
        lambda: _core.merge_write(merge, 0, 1),
        lambda: _core.merge_finish(merge),
        lambda: _core.merge_count(merge, 0, 2),
        lambda: _core.merge_count(merge, 1, 0),
    ):
        with pytest.raises(ValueError, match=r"in this order|no series"):
            call()
    _core.merge_count(merge, 0, 1)
    _core.merge_prepare(merge)
    with pytest.raises(ValueError, match="in this order"):
        _core.merge_count(merge, 0, 1)
    _core.merge_write(merge, 0, 1)
    assert _core.merge_finish(merge)["measures"][0]["lo"].tolist() == [1]
    with pytest.raises(ValueError, match="in this order"):
        _core.merge_finish(merge)
    with pytest.raises((TypeError, ValueError)):
        _core.merge_finish(object())
