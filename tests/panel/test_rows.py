"""Row numbers by group and period against plain Python."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evmarket import _core
from evmarket._calendar.lags import Lag

MOST = 2**63 - 1


def index(columns: list[Any], ordinals: Any, workers: int = 1) -> Any:
    """Build the index; each stage runs in ranges on a pool."""
    batch = _core.columns([*columns, np.asarray(ordinals)])
    rows = _core.Rows(batch, tuple(range(len(columns))), ordinals)
    edges = np.linspace(0, len(rows), workers + 1).astype(int)
    with ThreadPoolExecutor(workers) as pool:
        while True:
            list(pool.map(rows.run, edges[:-1].tolist(), edges[1:].tolist()))
            if not rows.next():
                return rows


def check(columns: list[Any], names: list[Any], ordinals: Any, lags: list[int]) -> None:
    count = len(ordinals)
    values = np.arange(count) * 1.5
    values[::7] = np.nan
    where = {(names[i], int(ordinals[i])): i for i in range(count)}
    for workers in (1, 3):
        rows = index(columns, ordinals, workers)
        assert len(rows) == count
        base = np.empty(count, dtype=np.int32)
        for lag in lags:
            rows.base((None, lag, 0, False), 0, count // 2, base[: count // 2])
            rows.base((None, lag, 0, False), count // 2, count, base[count // 2 :])
            expected_base = [
                where.get((names[i], int(ordinals[i]) - lag), -1) for i in range(count)
            ]
            assert base.tolist() == expected_base
            out = np.empty(count)
            _core.gather(values, base, 0, count, out)
            expected = np.where(base >= 0, values[base], np.nan)
            np.testing.assert_array_equal(out, expected)
        groups = np.empty(count, dtype=np.int32)
        rows.groups(0, count, groups)
        assert len(set(groups.tolist())) == len(set(names))
        pairs = set(zip(groups.tolist(), names, strict=True))
        assert len(pairs) == len(set(names))
        first = np.empty(rows.group_count, dtype=np.int64)
        last = np.empty(rows.group_count, dtype=np.int64)
        rows.presence(values, 0, rows.group_count, first, last)
        for group, name in pairs:
            present = [
                int(ordinals[i])
                for i in range(count)
                if names[i] == name and values[i] == values[i]
            ]
            assert first[group] == min(present, default=MOST)
            assert last[group] == max(present, default=-MOST - 1)


@settings(max_examples=100, deadline=None)
@given(
    st.sets(
        st.tuples(st.integers(-20, 20), st.integers(-6, 6)), min_size=1, max_size=80
    ),
    st.sampled_from([1, 7, 10**12]),
    st.sampled_from([1, 10**6]),
    st.randoms(use_true_random=False),
)
def test_integer_groups(pairs: Any, step: int, stretch: int, chance: Any) -> None:
    """Narrow and wide ranges: bitmap and dictionary, grid and table of pairs."""
    table = sorted(pairs)
    chance.shuffle(table)
    groups = np.array([g * step for g, _ in table], dtype=np.int64)
    ordinals = np.array([t * stretch for _, t in table], dtype=np.int64)
    check(
        [groups], groups.tolist(), ordinals, [stretch, -2 * stretch, 0, 10**9, -(2**40)]
    )


@settings(max_examples=60, deadline=None)
@given(
    st.sets(
        st.tuples(
            st.sampled_from(["a", "b", None, ""]), st.integers(0, 3), st.integers(0, 5)
        ),
        min_size=1,
        max_size=60,
    ),
    st.randoms(use_true_random=False),
)
def test_several_groups_with_nulls(triples: Any, chance: Any) -> None:
    table = list(triples)
    chance.shuffle(table)
    numbers = np.array([n for _, n, _ in table], dtype=np.int8)
    valid = numbers != 2
    names = [(a, n if n != 2 else None) for a, n, _ in table]
    ordinals = np.array([t for _, _, t in table], dtype=np.int64)
    check([[a for a, _, _ in table], (numbers, valid)], names, ordinals, [1, 2, -1])
    plain = {(n, t): i for i, (_, n, t) in enumerate(table)}
    keep = sorted(plain.values())
    check(
        [(numbers[keep], valid[keep])],
        [int(n) if n != 2 else None for n in numbers[keep]],
        ordinals[keep],
        [1, 3],
    )


def test_one_group_and_no_rows() -> None:
    ordinals = np.array([5, 3, 4], dtype=np.int64)
    check([], [0, 0, 0], ordinals, [1, 2, 3])
    rows = index([np.zeros(0, dtype=np.int64)], np.zeros(0, dtype=np.int64))
    assert len(rows) == 0
    rows.base((None, 1, 0, False), 0, 0, np.zeros(0, dtype=np.int32))


@pytest.mark.parametrize("step", [1, 10**12])
@pytest.mark.parametrize("stretch", [1, 10**6])
def test_the_error_of_a_repeated_pair_names_its_rows(step: int, stretch: int) -> None:
    rng = np.random.default_rng(3)
    groups = np.repeat(np.arange(100), 10) * step
    ordinals = np.tile(np.arange(10), 100) * stretch
    order = rng.permutation(1000)
    groups, ordinals = groups[order], ordinals[order]
    groups[[900, 700]], ordinals[[900, 700]] = groups[[13, 13]], ordinals[[13, 13]]
    for workers in (1, 4):
        with pytest.raises(ValueError, match="rows 13 and 700") as caught:
            index([groups], ordinals, workers)
        assert caught.value.rows == (13, 700)  # type: ignore[attr-defined]


def test_bad_groups() -> None:
    one = np.zeros(1, dtype=np.int64)
    with pytest.raises(TypeError, match="group column 0"):
        index([np.array([1.5])], one)
    with pytest.raises(OverflowError, match="int64"):
        index([np.array([2**63], dtype=np.uint64)], one)
    with pytest.raises(OverflowError, match="ordinal"):
        index([one], one + 2**31)
    rows = index([one], one)
    with pytest.raises(ValueError, match="out"):
        rows.base((None, 1, 0, False), 0, 1, np.zeros(1))
    with pytest.raises(ValueError, match="0 to 2 of 1"):
        rows.base((None, 1, 0, False), 0, 2, np.zeros(2, dtype=np.int32))
    with pytest.raises(ValueError, match="base"):
        _core.gather(np.zeros(2), np.array([2], dtype=np.int32), 0, 1, np.zeros(2))


@pytest.mark.parametrize("step", [1, 10**12])
@pytest.mark.parametrize("span", [60, 900, 6000])
@pytest.mark.parametrize("lag", [("D", 0, 12, False), ("D", 0, -1, True)])
def test_bases_by_date(step: int, span: int, lag: Any) -> None:
    rng = np.random.default_rng(span)
    count = 3000
    place = rng.choice(40 * span, min(count, 20 * span), replace=False)
    groups, ordinals = place // span * step, place % span + 18_000
    where = {pair: row for row, pair in enumerate(zip(groups, ordinals, strict=True))}
    before = Lag(*lag).before(ordinals)
    expected = [
        where.get((group, int(day)), -1)
        for group, day in zip(groups, before, strict=True)
    ]
    for workers in (1, 3):
        rows = index([groups], ordinals, workers)
        base = np.empty(len(groups), dtype=np.int32)
        rows.base(lag, 0, len(groups), base)
        assert base.tolist() == expected
        rows.base(lag, 5, 25, base[:20])  # fewer rows than days
        assert base[:20].tolist() == expected[5:25]
