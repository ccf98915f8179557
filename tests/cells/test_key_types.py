"""Keys keep their types on every way out."""

import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import evmarket as em


def panel(column, **more):
    n = len(column)
    table = {"k": column, "p": ["2024"] * n, "u": list(range(1, n + 1))} | more
    return em.Panel.from_table(table, "k", "p", "u")


@pytest.mark.parametrize(
    "convert",
    [
        list, np.array, pd.Series, pa.array, pl.Series,
        lambda x: np.array(x, object), lambda x: pd.Series(x, dtype="boolean"),
    ],
)  # fmt: skip
def test_boolean_keys_stay_booleans(convert, tmp_path):
    whole = panel(convert([True, False, True]))
    whole.save(tmp_path / "panel.npz")
    for one in (whole, em.Panel.load(tmp_path / "panel.npz"),
                pickle.loads(pickle.dumps(whole)), whole.merge(whole),
                whole.rollup("k")):  # fmt: skip
        assert one.series["k"].dtype == np.bool_
        assert one.series["k"].tolist() == [False, True]
        assert one.to_pandas()["k"].dtype == np.bool_
        assert one.to_polars()["k"].dtype == pl.Boolean
        assert pa.table(one).column("k").type == pa.bool_()
        assert pa.table(one).column("k").to_pylist() == [False, True]
    assert whole.select(k=True)["u"].values.tolist() == [[4]]
    assert whole.select(k=[np.True_])["u"].values.tolist() == [[4]]
    assert whole.exclude(k=True)["u"].values.tolist() == [[2]]
    assert whole["u"].to_pandas()["k"].tolist() == [False, True]
    assert whole.recode("k", {True: "yes", False: "no"}).series["k"].tolist() == [
        "no", "yes"
    ]  # fmt: skip
    assert "True" in str(whole.to_table()) and "True" in whole._repr_html_()
    for label in (1, 0, "True"):
        with pytest.raises(KeyError, match="not a label"):
            whole.select(k=label)
    with pytest.raises(KeyError, match="True is not a label"):
        panel([0, 1]).select(k=True)


def test_missing_labels_leave_the_type():
    booleans = panel([True, None, False])
    assert booleans.series["k"].tolist() == [False, True, None]
    assert str(booleans.to_pandas()["k"].dtype) == "boolean"
    assert booleans.to_polars()["k"].to_list() == [False, True, None]
    assert pa.table(booleans).column("k").to_pylist() == [False, True, None]
    integers = panel([3, None, 2])
    assert str(integers.to_pandas()["k"].dtype) == "Int64"
    assert integers.to_pandas()["k"].tolist() == [2, 3, pd.NA]
    assert integers.to_polars()["k"].dtype == pl.Int64
    assert panel(["x", None]).to_pandas()["k"].tolist()[0] == "x"


def test_integers_and_booleans_in_one_column_are_integers():
    assert panel([True, 2, False]).series["k"].tolist() == [0, 1, 2]


def test_labels_of_unlike_types_never_meet():
    sides = [panel([True, False]), panel([1, 0]), panel(["1", "0"])]
    for one in sides:
        for two in sides:
            if one is two:
                continue
            for meet in (
                one.merge,
                one.compare,
                lambda other, one=one: one["u"] + other["u"],
            ):
                with pytest.raises(TypeError, match="key 'k' holds"):
                    meet(two)
    assert panel([None]).merge(panel([True])).series["k"].tolist() == [True, None]


@pytest.mark.parametrize(
    "column", [[1.0, 2.0], pd.Series([1, None]), np.array([1.5], np.float32)]
)
def test_a_float_key_is_refused_with_the_cure(column):
    with pytest.raises(TypeError, match=r"key 'k' holds float.*'Int64'.*astype\(str\)"):
        panel(column)
