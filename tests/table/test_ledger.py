"""Exact cells: the same bits for any order, split, worker count and instruction set."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evmarket import _core
from tests.table.engine import add, cells, exact, partial, same_bits

FINEST = 2**126


def cut(x: float) -> Fraction:
    """Cut bits below 2^-126 toward zero, as the ledger does."""
    return Fraction(int(Fraction(x) * FINEST), FINEST)


def nearest(x: Fraction) -> float:
    """Round to the nearest double, ties to even, as Python divides integers."""
    return x.numerator / x.denominator


def isas() -> list[str]:
    return list(_core.isa_available)


def total(values: Any, **options: Any) -> dict[str, Any]:
    """Sum one column into one cell and return the finished measure."""
    values = np.asarray(values)
    one = partial(0, 1, **options)
    add(one, [np.zeros(len(values), dtype=np.int64), values], 0)
    measure: dict[str, Any] = one.finish()["measures"][0]
    return measure


magnitudes = st.one_of(
    st.just(0.0),
    st.floats(1e-9, 1e15),
    st.floats(-1e15, -1e-9),
    st.floats(-1.0, 1.0),
    st.floats(-(2.0**61), 2.0**61),
    st.integers(-(10**6), 10**6).map(lambda i: i / 100),
    st.sampled_from([2.0**-11, -(2.0**-11), np.nextafter(2.0**-11, 0), 5e-324, -1e-40]),
)
rows = st.tuples(
    st.sampled_from(["a", "b", "é", "", None]),
    st.integers(-3, 3),
    st.integers(-5, 5),
    magnitudes | st.just(math.nan),
    st.integers(-(2**62), 2**62) | st.none(),
)
tables = st.lists(rows, min_size=1, max_size=600)


def columns(table: list[Any]) -> list[Any]:
    whole = [0 if row[4] is None else row[4] for row in table]
    valid = [row[4] is not None for row in table]
    return [
        [row[0] for row in table],
        np.array([row[1] for row in table], dtype=np.int16),
        np.array([row[2] for row in table], dtype=np.int64),
        np.array([row[3] for row in table]),
        (np.array(whole, dtype=np.int64), np.array(valid)),
    ]


def build(table: list[Any], cuts: list[int], isa: str, workers: int) -> Any:
    """Build one Partial per part on a pool, and merge them in a random order."""
    bounds = [0, *sorted(cuts), len(table)]
    parts = [table[a:b] for a, b in pairwise(bounds)]

    def one(part: list[Any]) -> Any:
        made = partial(2, 2, isa=isa)
        if part:
            add(made, columns(part), 2)
        return made

    with ThreadPoolExecutor(workers) as pool:
        made = list(pool.map(one, parts))
    random.Random(len(table)).shuffle(made)
    for other in made[1:]:
        made[0].merge(other)
    return finish_in_threads(made[0], workers)


def finish_in_threads(one: Any, parts: int) -> Any:
    """Write ranges of series in reverse order, one thread per range, and finish."""
    series = len(one.prepare()) - 1
    bounds = [series * k // parts for k in range(parts + 1)]
    with ThreadPoolExecutor(parts) as pool:
        calls = list(pairwise(bounds))
        for done in [pool.submit(one.write, *call) for call in calls[::-1]][::-1]:
            done.result()
    return one.finish()


@settings(max_examples=60, deadline=None)
@given(tables, st.data())
def test_any_order_split_workers_and_isa_give_the_same_exact_sums(
    table: list[Any], data: st.DataObject
) -> None:
    expected: dict[Any, list[Any]] = defaultdict(list)
    for row in table:
        expected[(row[0], row[1]), row[2]].append(row)
    sums = {
        cell: (
            sum((cut(r[3]) for r in members if r[3] == r[3]), Fraction(0)),
            sum(r[4] for r in members if r[4] is not None),
        )
        for cell, members in expected.items()
    }
    if any(not -(2**63) <= whole < 2**63 for _, whole in sums.values()) or any(
        not -(2**63) <= part < 2**63 for part, _ in sums.values()
    ):
        with pytest.raises(OverflowError, match="outside the range"):
            build(table, [], "baseline", 1)
        return
    first = build(table, [], "baseline", 1)
    actual = cells(first)
    assert actual.keys() == expected.keys()
    for cell, members in expected.items():
        count, (floats, integers) = actual[cell]
        assert count == len(members)
        assert floats[0] == sum(r[3] == r[3] for r in members)
        assert integers[0] == sum(r[4] is not None for r in members)
        for (counted, value, double), wanted in zip(
            (floats, integers), sums[cell], strict=True
        ):
            assert value == wanted
            assert (
                double == nearest(Fraction(wanted)) if counted else math.isnan(double)
            )
    order = data.draw(st.permutations(range(len(table))))
    cuts = data.draw(st.lists(st.integers(0, len(table)), max_size=7))
    shuffled = [table[i] for i in order]
    for isa in isas():
        workers = data.draw(st.integers(1, 8))
        assert same_bits(first, build(shuffled, cuts, isa, workers))


@pytest.mark.parametrize("isa", isas())
def test_cancellation_and_fsum(isa: str) -> None:
    assert total([1e16, 1.0, -1e16], isa=isa)["values"][0] == 1.0
    assert total([0.1] * 10_000, isa=isa)["values"][0] == math.fsum([0.1] * 10_000)
    tiny = [1e-9, -3e-9, 7e-12, 1e12, -1e12] * 100
    assert total(tiny, isa=isa)["values"][0] == math.fsum(tiny)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(-(2.0**61), 2.0**61), min_size=1, max_size=40))
def test_the_value_is_the_nearest_double(values: list[float]) -> None:
    wanted = sum(map(cut, values), Fraction(0))
    if -(2**63) <= wanted < 2**63:
        measure = total(values)
        assert exact(measure, 0) == wanted
        assert measure["values"][0] == nearest(wanted)
    else:
        with pytest.raises(OverflowError):
            total(values)


def test_parts_below_the_finest_bit_are_cut_toward_zero() -> None:
    assert (
        total([1.5 * 2.0**-126, -1.5 * 2.0**-126, -1.9 * 2.0**-127])["values"][0] == 0.0
    )
    assert exact(total([-1.5 * 2.0**-126]), 0) == Fraction(-1, FINEST)
    assert exact(total([-5e-324]), 0) == 0


def test_small_values_carry_over() -> None:
    """The sum of many small values exceeds the range of the finer part."""
    values = [np.nextafter(2.0**-11, 0)] * 100_000
    assert exact(total(values), 0) == 100_000 * Fraction(values[0])


def test_overflow_is_checked_on_the_exact_total() -> None:
    big = 2.0**61
    steps = [big] * 6 + [-big] * 6 + [1.0]
    assert total(steps)["values"][0] == 1.0
    whole = np.array([2**63 - 1, 1, -1, -(2**63), 2**63 - 1], dtype=np.int64)
    assert exact(total(whole), 0) == 2**63 - 2
    with pytest.raises(OverflowError, match=r"'m0'.*all rows.*period 0"):
        total([big] * 4)
    with pytest.raises(OverflowError):
        total(np.array([2**63 - 1, 1], dtype=np.int64))
    with pytest.raises(OverflowError):
        total(np.array([2**63], dtype=np.uint64))
    assert exact(total(-np.array([2**62, 2**62], dtype=np.int64)), 0) == -(2**63)


def test_values_that_are_refused() -> None:
    with pytest.raises(ValueError, match="'m0', row 1: infinite"):
        total([1.0, math.inf])
    with pytest.raises(OverflowError, match="'m0', row 2"):
        total([1.0, math.nan, -(2.0**62)])
    with pytest.raises(TypeError, match="key 'k0'"):
        add(partial(1, 0), [np.array([1.5]), np.array([1])], 1)
    with pytest.raises(TypeError, match="measure 'm0'"):
        add(partial(0, 1), [np.array([1]), ["text"]], 0)


def test_all_types_of_measures_give_the_same_sum() -> None:
    values = [1, 0, 1, 1]
    for dtype in ("?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f4", "f8"):
        measure = total(np.array(values).astype(dtype))
        assert exact(measure, 0) == 3
        assert measure["values"][0] == 3.0
    assert exact(total(np.array([0.1], dtype=np.float32)), 0) == Fraction(
        float(np.float32(0.1))
    )


def test_integers_and_floats_add_exactly() -> None:
    for order in (0, 1):
        batches = [np.array([2**60 + 1]), np.array([0.5])]
        one = partial(0, 1)
        for batch in batches[:: -1 if order else 1]:
            add(one, [np.array([0]), batch], 0)
        assert exact(one.finish()["measures"][0], 0) == 2**60 + Fraction(3, 2)
    one, two = partial(0, 1), partial(0, 1)
    add(one, [np.array([0]), np.array([-7])], 0)
    add(two, [np.array([0]), np.array([0.25])], 0)
    one.merge(two)
    assert exact(one.finish()["measures"][0], 0) == Fraction(-27, 4)


def test_coded_measures_and_keys() -> None:
    codes = np.array([0, 1, 2, 1, 0], dtype=np.uint8)
    one = partial(1, 1)
    valid = np.array([True, True, True, True, False])
    add(
        one,
        [
            (codes, ["x", None, "unused"], valid),
            np.zeros(5, dtype=np.int64),
            (codes, np.array([1.5, 2.5, 4.0])),
        ],
        1,
    )
    actual = cells(one.finish())
    assert actual == {
        (("unused",), 0): (1, [(1, Fraction(4), 4.0)]),
        (("x",), 0): (1, [(1, Fraction(3, 2), 1.5)]),
        ((None,), 0): (3, [(3, Fraction(13, 2), 6.5)]),
    }


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 2),
            st.integers(0, 2),
            st.sampled_from([1.0, 2.0, 1e-9, math.nan]),
            st.integers(0, 1),
        ),
        min_size=1,
        max_size=60,
    ),
    st.lists(st.integers(0, 60), max_size=4),
    st.randoms(use_true_random=False),
)
def test_duplicates(table: list[Any], cuts: list[int], chance: random.Random) -> None:
    """Rules for repeated rows against plain Python, for any split and order."""
    seen: dict[Any, list[Any]] = defaultdict(list)
    for number, (key, period, x, y) in enumerate(table):
        value = None if math.isnan(x) else x
        seen[(key,), period].append((number, (value, y)))
    bounds = [0, *sorted(min(c, len(table)) for c in cuts), len(table)]
    for rule in ("add", "identical", "last"):
        parts = []
        for start, stop in pairwise(bounds):
            made = partial(1, 2, duplicates=rule, track=True)
            part = table[start:stop]
            arrays = [np.array([row[i] for row in part]) for i in range(4)]
            if part:
                add(made, arrays, 1, first_row=start)
            parts.append(made)
        chance.shuffle(parts)
        for other in parts[1:]:
            parts[0].merge(other)
        panel = parts[0].finish()
        actual = cells(panel)
        repeats = []
        for cell, members in seen.items():
            kept = members
            if rule == "last":
                kept = members[-1:]
            if rule == "identical":
                kept = list(
                    {values: (n, values) for n, values in members[::-1]}.values()
                )
                kept.sort()
            count, entries = actual[cell]
            assert count == len(members)
            if len(kept) > 1:
                repeats.append((kept[1][0], kept[0][0], cell))
            if rule == "identical":
                kept = kept[:1]
            for k in range(2):
                values = [v[k] for _, v in kept if v[k] is not None]
                assert entries[k][0] == len(values)
                assert entries[k][1] == sum(map(cut, values), Fraction(0))
        if not repeats:
            # Rule "last" drops repeated rows, so a reported repeat is not an error.
            assert panel["repeat"] is None or rule == "last"
        elif rule != "last":
            second, first, cell = min(repeats)
            place = panel["repeat"][2]
            label = panel["labels"][0][panel["codes"][place, 0]]
            assert panel["repeat"][:2] == (first, second)
            assert ((label,), panel["repeat"][3]) == cell


def test_two_rows_that_are_not_identical_are_known_with_their_values() -> None:
    for order in ([0, 1, 2, 3], [3, 2, 1, 0]):
        parts = []
        for row in order:
            x, y = [1.0, 1.0, 1.0, 5.0][row], [2.0, 2.0, math.nan, 2.0][row]
            part = partial(1, 2, duplicates="identical", track=True)
            add(part, [["a"], *map(np.array, ([7], [x], [y]))], 1, first_row=row)
            parts.append(part)
        for other in parts[1:]:
            parts[0].merge(other)
        panel = parts[0].finish()
        assert panel["repeat"] == (0, 2, 0, 7, (1, 2.0, None))
        assert panel["rows"].tolist() == [4]
        assert [m["values"].tolist() for m in panel["measures"]] == [[1.0], [2.0]]
        assert [m["counts"].tolist() for m in panel["measures"]] == [[1], [1]]


@pytest.mark.parametrize("rule", ["add", "identical", "last"])
@pytest.mark.parametrize("track", [False, True])
def test_rows_without_a_value_are_no_rows(rule: str, track: bool) -> None:
    made = partial(1, 2, duplicates=rule, track=track, skip_nulls=True)
    x, y = [1.0, math.nan, math.nan], [math.nan, math.nan, math.nan]
    add(made, [["a", "a", "b"], *map(np.array, ([7, 7, 7], x, y))], 1)
    panel = made.finish()
    assert panel["labels"] == [["a", "b"]]
    assert panel["indptr"].tolist() == [0, 1, 1] and panel["rows"].tolist() == [1]
    assert [m["counts"].tolist() for m in panel["measures"]] == [[1], [0]]


def test_equal_rows_are_counted_among_the_first_ones() -> None:
    numbers = map(np.array, ([7, 7, 7, 8, 7], [1, 2, 1, 1, 1]))
    rows = [["a", "a", "b", "a", "a"], *numbers]
    for most, found in [(9, (1, 0, 4)), (4, (0, -1, -1))]:
        for only in (False, True):
            made = partial(1, 1, find_repeats=most, only_repeats=only)
            add(made, rows, 1)
            assert made.repeats(()) == found
        with pytest.raises(ValueError, match="different"):
            made.merge(partial(1, 1))
    with pytest.raises(ValueError, match="find_repeats"):
        partial(1, 1).repeats(())
    for wrong in (None, (1,), [partial(1, 1, find_repeats=1)]):
        with pytest.raises(TypeError, match="repeats takes"):
            partial(1, 1, find_repeats=1).repeats(wrong)
    made = partial(1, 1, find_repeats=1)
    with pytest.raises(ValueError, match="another thread"):
        made.repeats((made,))
    assert made.repeats(()) == (0, -1, -1)  # it was left as it was


@pytest.mark.parametrize("seed", range(20))
def test_equal_rows_are_found_in_any_parts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 2_000))
    a, b, t, x = (rng.integers(0, most, size) for most in (5, 7, 20, 9))
    values = np.where(x == 8, np.nan, x / 8)
    rows = list(zip(a, b, t, x, strict=True))
    first: dict[Any, int] = {}
    repeats = [(k, first[row]) for k, row in enumerate(rows) if row in
               first or first.setdefault(row, k) != k]  # fmt: skip
    expected = (len(repeats), *(repeats[0][::-1] if repeats else (-1, -1)))
    makers = [f"maker {k}" for k in a]
    parts = [partial(2, 1, find_repeats=10_000) for _ in range(3)]
    cuts = [0, *sorted(rng.integers(0, size, 5).tolist()), size]
    for start, stop in sorted(pairwise(cuts), key=lambda _: rng.random()):
        columns = [makers[start:stop], b[start:stop], t[start:stop], values[start:stop]]
        if stop > start:
            add(parts[rng.integers(3)], columns, 2, first_row=start)
    assert parts[0].repeats(tuple(parts[1:])) == expected


@settings(max_examples=60, deadline=None)
@given(tables)
def test_regrouping_equals_building_from_the_rows(table: list[Any]) -> None:
    """Roll-up, recode and resample give the bits of a panel built from new rows."""
    table = [(*row[:4], None if row[4] is None else row[4] % 1000) for row in table]
    table = [(*r[:3], r[3] / 1024 if r[3] == r[3] else r[3], r[4]) for r in table]
    full = build(table, [], "baseline", 1)
    rolled = [
        ("" if row[0] is None else "k", 0, row[2] // 2, *row[3:]) for row in table
    ]
    wanted = build(rolled, [], "baseline", 1)
    names = [("" if full["labels"][0][c[0]] is None else "k", 0) for c in full["codes"]]
    order = sorted(set(names))
    ordinals = np.arange(-5, 6) // 2
    got = _core.regroup(
        [(full, np.array([order.index(n) for n in names]), (-5, ordinals), None)],
        len(order),
        ("m0", "m1"),
    )
    for name in got:
        assert same_bits(got[name], wanted[name]), name
    # Splitting by cells and joining again changes nothing.
    keep = np.arange(len(full["rows"])) % 2 == 0
    same = np.arange(len(full["codes"]), dtype=np.int32)
    again = _core.regroup(
        [(full, same, None, keep), (full, same, None, ~keep)], len(same), ("m0", "m1")
    )
    for name in again:
        assert same_bits(again[name], full[name]), name
    empty = _core.regroup([(full, np.full(len(same), -1), None, None)], 0, ("m0", "m1"))
    assert len(empty["rows"]) == 0


def test_regroup_checks_its_arguments() -> None:
    one = partial(1, 1)
    add(one, [["a", "b"], np.array([1, 2]), np.array([1.0, 2.0])], 1)
    panel = one.finish()
    with pytest.raises(ValueError, match="needs less than 1"):
        _core.regroup([(panel, np.array([0, 1]), None, None)], 1, ("m0",))
    with pytest.raises(ValueError, match="series_map"):
        _core.regroup([(panel, np.array([0]), None, None)], 1, ("m0",))
    with pytest.raises(ValueError, match="wrong number of measures"):
        _core.regroup([(panel, np.array([0, 0]), None, None)], 1, ("m0", "m1"))
    with pytest.raises(ValueError, match="indptr"):
        broken = {**panel, "indptr": np.array([0, 5, 2])}
        _core.regroup([(broken, np.array([0, 0]), None, None)], 1, ("m0",))
    with pytest.raises(KeyError):
        _core.regroup([({}, np.array([0, 0]), None, None)], 1, ("m0",))


@pytest.mark.parametrize("parts", [2, 3, 8, 50])
def test_all_workers_write_the_same_panel(parts: int) -> None:
    rng = np.random.default_rng(parts)
    columns = [
        rng.integers(0, 30, 5000),
        rng.integers(-100, 300, 5000),
        rng.normal(size=5000),
    ]
    one, two = partial(1, 1), partial(1, 1)
    add(one, columns, 1)
    add(two, columns, 1)
    whole, shared = one.finish(), finish_in_threads(two, parts)
    assert len(whole["rows"]) > 4000
    for name in ("indptr", "ordinals", "rows", "codes", "labels", "measures"):
        assert same_bits(shared[name], whole[name]), name


def test_the_error_of_overflow_names_the_first_series() -> None:
    one = partial(1, 1)
    large = np.full(40, 2**62)
    add(one, [np.repeat([1, 2, 3, 4], 10), np.ones(40, dtype=np.int64), large], 1)
    with pytest.raises(OverflowError, match="measure 'm0'") as caught:
        finish_in_threads(one, 4)
    assert caught.value.series == 0


def test_order_of_prepare_write_and_finish() -> None:
    def filled() -> Any:
        made = partial(1, 1)
        add(made, [["a", "b"], np.array([1, 1]), np.array([1.0, 2.0])], 1)
        return made

    one = filled()
    with pytest.raises(ValueError, match="call prepare before write"):
        one.write(0, 1)
    assert one.prepare().tolist() == [0, 1, 2]
    for start, stop in [(0, 3), (-1, 1), (2, 1)]:
        with pytest.raises(ValueError, match=f"series {start} to {stop} of 2"):
            one.write(start, stop)
    for late in (one.prepare, one.clear, lambda: one.merge(filled())):
        with pytest.raises(ValueError, match="only write and finish"):
            late()
    with pytest.raises(ValueError, match="only write and finish"):
        add(one, [["a"], np.array([1]), np.array([1.0])], 1)
    one.write(1, 2)
    one.write(0, 1)
    assert one.finish()["measures"][0]["values"].tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="finished"):
        one.write(0, 1)
    two = filled()
    two.prepare()
    two.write(0, 1)
    with pytest.raises(ValueError, match="every series"):
        two.finish()
    with pytest.raises(ValueError, match="failed earlier"):
        two.finish()


def test_a_partial_cannot_be_used_again() -> None:
    one = partial(1, 1)
    with pytest.raises(ValueError, match="infinite"):
        add(one, [["a"], np.array([1]), np.array([math.inf])], 1)
    with pytest.raises(ValueError, match="failed earlier"):
        one.finish()
    two = partial(1, 1)
    assert len(two.finish()["rows"]) == 0
    with pytest.raises(ValueError, match="finished"):
        two.finish()
    with pytest.raises(ValueError, match="different keys"):
        partial(1, 1).merge(partial(2, 1))
    three = partial(1, 1)
    with pytest.raises(TypeError):
        three.merge(three)


def test_many_wide_keys() -> None:
    """Twelve keys of a thousand labels each do not fit a packed key."""
    rng = np.random.default_rng(1)
    count = 3000
    keys = [rng.integers(0, 1000, count) for _ in range(12)]
    periods = rng.integers(-(2**31), 2**31, count)
    one = partial(12, 1)
    add(one, [*keys, periods, np.ones(count)], 12)
    actual = cells(one.finish())
    wanted = {
        (tuple(int(k[i]) for k in keys), int(periods[i])): 1 for i in range(count)
    }
    assert {cell: entry[0] for cell, entry in actual.items()} == wanted


def test_labels_are_sorted() -> None:
    texts = ["b", "a", "", "é", "e", "zz", "z", "𝄞", "\uffff", "abcdefgh", "abcdefghi"]
    many = [f"label {i:05d}" for i in range(5000)]
    for labels in (texts, many):
        given_labels = [*labels[::-1], None, *labels]
        one = partial(1, 0)
        add(one, [given_labels, np.zeros(len(given_labels), dtype=np.int64)], 1)
        assert one.finish()["labels"] == [[*sorted(labels), None]]
    numbers = np.array([5, -(2**63), 2**63 - 1, 0, -1])
    one = partial(1, 0)
    add(one, [numbers, np.zeros(5, dtype=np.int64)], 1)
    assert one.finish()["labels"] == [sorted(numbers.tolist())]


def test_places_of_a_finished_measure() -> None:
    """The number of places of a finished measure scales its sums."""
    scale = 10**2
    one = partial(0, 1)
    add(one, [np.array([0, 0]), np.array([1999, 1])], 0)
    panel = one.finish()
    measure = {**panel["measures"][0], "grain": "decimal", "places": 2}
    got = _core.regroup(
        [({**panel, "measures": [measure]}, np.array([0]), None, None)], 1, ("m0",)
    )
    assert exact(got["measures"][0], 0) == Fraction(2000, scale)
    assert got["measures"][0]["values"][0] == float(Decimal("20.00"))


@settings(max_examples=300, deadline=None)
@given(st.integers(-(2**126), 2**126), st.integers(0, 38))
def test_decimal_sums_give_the_nearest_double(units: int, places: int) -> None:
    panel = {
        "indptr": np.array([0, 1]),
        "ordinals": np.array([0]),
        "rows": np.array([1]),
        "measures": [
            {
                "grain": "decimal",
                "places": places,
                "lo": np.array([units & (2**64 - 1)], dtype=np.uint64),
                "hi": np.array([units >> 64]),
                "fine": None,
                "counts": np.array([1]),
            }
        ],
    }
    got = _core.regroup([(panel, np.array([0]), None, None)], 1, ("m0",))
    assert got["measures"][0]["values"][0] == nearest(Fraction(units, 10**places))
