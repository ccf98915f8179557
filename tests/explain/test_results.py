"""Results of explanations: repr, tables, conversion."""

import dataclasses

import numpy as np
import pytest

import evmarket as em
from tests.common.test_workers import python
from tests.explain import accuracy_explain as accuracy
from tests.explain.cases import CALLS, GOODS, PRICES, QUANTITIES, same


def every_result():
    for call, columns in CALLS.values():
        yield call(*columns)
        yield call(*(c[0] for c in columns))
        yield call(*(np.stack([c] * 3) for c in columns))
    x0, x1 = accuracy.factors(np.random.default_rng(1), 7, 5)
    yield from (em.lmdi(x0, x1), em.lmdi(x0[0], x1[0]), em.shift_share(x0, x1))
    yield em.price_volume(*GOODS, items=True)


def test_repr_is_short_and_names_every_part():
    for result in every_result():
        lines = repr(result).splitlines()
        assert max(map(len, lines)) <= 80 and len(lines) <= 14
        assert lines[0].startswith(type(result).__name__)
        assert [line.split()[0] for line in lines[1:]] == list(result.arrays())


def test_results_are_frozen():
    got = em.contributions([1, 2], [2, 3])
    with pytest.raises(dataclasses.FrozenInstanceError):
        got.total = 3


def test_tables_have_one_row_per_group_or_item():
    pytest.importorskip("pandas")
    for result in every_result():
        arrays = result.arrays()
        finest = max(arrays.values(), key=lambda a: a.ndim)
        table = result.to_pandas()
        assert list(table.columns) == list(arrays) and len(table) == finest.size
        for key, values in arrays.items():
            if values.shape == finest.shape:
                assert same(table[key].to_numpy(), values.reshape(-1))
    turned = em.contributions([[50, 10], [30, 20]], [[60, 30], [30, 30]], axis=0)
    table = turned.to_pandas()
    assert table["total"].tolist() == [0.125, 1.0, 0.125, 1.0]
    assert table.groupby(level=1)["parts"].sum().tolist() == pytest.approx([0.125, 1.0])


def test_an_index_converts_to_a_number_and_an_array():
    got = em.price_index(*GOODS)
    assert float(got) == got.total == np.asarray(got)
    many = em.price_index(PRICES[0], QUANTITIES[0], PRICES[1:], QUANTITIES[1:])
    assert same(np.asarray(many), many.total) and np.asarray(many).shape == (4,)


def test_importing_the_package_loads_no_explanations():
    code = "import sys, evmarket; evmarket.growth; print(*sys.modules)"
    loaded = python("-c", code).stdout.split()
    assert "evmarket._arrays.growth" in loaded
    assert not [name for name in loaded if name.startswith("evmarket._explain")]
