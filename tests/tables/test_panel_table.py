"""Tables of panels and measures, and panels in files."""

from __future__ import annotations

import contextlib
import datetime
import io
import json
import os
import pickle
import zipfile
from typing import Any

import numpy as np
import pytest

import evmarket as em
from evmarket._panel.storage import from_state, to_state
from evmarket._tables.columns import Coded
from evmarket._tables.table import Table
from evmarket._tables.text import text_rows


def panel(**options: Any) -> em.Panel:
    """Two makers and a missing one; a null, a large integer and a decimal."""
    table = {
        "maker": ["B", "A", None, "A", "B"],
        "year": [2023, 2024, 2024, 2024, 2024],
        "month": ["2024-01", "2024-01", "2024-02", "2024-03", "2024-01"],
        "units": [1, 2**60 + 1, 7, 3, 4],
        "revenue": [0.1, 0.2, np.nan, 0.5, 0.7],
    }
    options = {"units": {"revenue": "CNY"}} | options
    return em.Panel.from_table(
        table, ["maker", "year"], "month", ["units", "revenue"], **options
    )


# ---- tables --------------------------------------------------------------------------


def test_the_long_form_keeps_integers_and_missing_labels():
    table = panel().to_table()
    assert table.columns == ("maker", "year", "period", "units", "revenue")
    assert len(table) == 5
    assert table["maker"].tolist() == ["A", "A", "B", "B", None]
    assert table["year"].tolist() == [2024, 2024, 2023, 2024, 2024]
    assert table["year"].dtype == np.int64
    months = ["2024-01", "2024-03", "2024-01", "2024-01", "2024-02"]
    assert table["period"].tolist() == months
    assert table["units"].tolist() == [2**60 + 1, 3, 1, 4, 7]
    np.testing.assert_array_equal(table["revenue"], [0.2, 0.5, 0.1, 0.7, np.nan])


def test_a_table_is_a_mapping_of_columns():
    table = panel().to_table()
    assert list(table) == list(table.keys()) == list(dict(table)) == list(table.columns)
    assert "units" in table and "unit" not in table
    with pytest.raises(KeyError, match="no column 'unit'; near it: units"):
        table["unit"]
    with pytest.raises(TypeError, match="column is 0: it takes the name of a column"):
        table[0]
    with pytest.raises(ValueError, match="column 'b' has 3 rows, the first 2"):
        Table({"a": np.arange(2), "b": np.arange(3)})
    assert not Table({}) and len(Table({})) == 0 and repr(Table({}))


def test_the_long_form_builds_the_same_panel_again():
    first = panel()
    again = em.Panel.from_table(
        dict(first.to_table()), ["maker", "year"], "period", ["units", "revenue"]
    )
    for name in first.measures:
        np.testing.assert_array_equal(again[name].values, first[name].values)
        np.testing.assert_array_equal(again[name].status, first[name].status)
    assert (again["units"].exact() == first["units"].exact()).all()


@pytest.mark.parametrize("freq", ["Y", "Q", "M", "W", "W-WED", "D", "Q-MAR", "H"])
def test_period_labels_read_back_at_every_frequency(freq):
    days = np.array(["2024-01-31", "2024-12-30", "2025-07-01"], "M8[D]")
    first = em.Panel.from_arrays({}, days, {"x": [1, 2, 3]}, freq=freq)
    columns = dict(first.to_table())
    again = em.Panel.from_arrays({}, columns["period"], {"x": columns["x"]}, freq=freq)
    assert again.periods == first.periods
    np.testing.assert_array_equal(again["x"].values, first["x"].values)


def test_tables_have_only_the_selected_periods():
    part = panel().select(periods="2024-01")
    assert set(part.to_table()["period"]) == {"2024-01"}
    assert len(part["units"].to_table()) == 3


def test_keys_with_the_names_of_other_columns():
    shown = em.Panel.from_arrays(
        {"period": ["a", "b"], "status": [1, 2]}, ["2024", "2025"], {"x": [1, 2]}
    )
    table = shown.to_table()
    assert table.columns == ("period", "status", "period_", "x")
    assert table["period_"].tolist() == ["2024", "2025"]
    measure = shown["x"].to_table()
    assert measure.columns == ("period", "status", "period_", "x", "status_")


def test_the_table_of_a_measure_has_cells_and_statuses():
    growth = panel()["units"].growth(2)
    table = growth.to_table()
    assert table.columns == ("maker", "year", "period", "units growth", "status")
    assert table["status"].dtype == np.uint8
    keys = zip(*(table[name] for name in table.columns[:3]), strict=True)
    by = {key: place for place, key in enumerate(keys)}
    place = by["A", 2024, "2024-03"]
    assert table["units growth"][place] == 3 / (2**60 + 1) - 1
    names = em.Status.names(table["status"])
    assert names[by["B", 2023, "2024-01"]] == "OUTSIDE"


def test_a_rate_that_a_roll_up_would_add_is_refused():
    rates = em.Panel.from_arrays(
        {"k": ["a", "b"]}, ["2024", "2024"], {"r": [1, 2]}, kinds={"r": "rate"}
    )
    with pytest.raises(TypeError, match=r"r is rate, .* are never added"):
        rates.rollup().to_table()


def test_the_repr_shows_the_first_rows():
    table = panel().to_table()
    lines = repr(table).splitlines()
    assert lines[0] == "Table(5 rows x 5 columns)"
    assert lines[2].split() == [
        "A",
        "2024",
        "2024-01",
        "1,152,921,504,606,846,977",
        "0.2",
    ]
    assert lines[-1].split()[-1] == "-"
    many = Table({"x": np.arange(100)})
    assert repr(many).endswith("...") and len(repr(many).splitlines()) == 13
    rates = text_rows({"x": np.array([0.125, np.nan])}, {"x": "rate"}, {})
    assert [line.strip() for line in rates] == ["x", "+12.50%", "-"]
    codes = text_rows({"s": np.array([0, 7], np.uint8)}, {}, {})
    assert [line.strip() for line in codes] == ["s", "", "GAP"]


def test_pandas():
    pandas = pytest.importorskip("pandas")
    frame = panel().to_pandas()
    assert list(frame.columns) == ["maker", "year", "period", "units", "revenue"]
    assert frame["units"].tolist() == [2**60 + 1, 3, 1, 4, 7]
    measure = panel()["revenue"]
    long = measure.to_pandas()
    assert list(long.columns) == ["maker", "year", "period", "revenue"]
    long = measure.to_pandas(status=True)
    assert list(long.columns)[-2:] == ["status", "status_name"]
    wide = measure.to_pandas("wide")
    assert isinstance(wide.index, pandas.MultiIndex)
    assert list(wide.columns.astype(str)) == ["2024-01", "2024-02", "2024-03"]
    np.testing.assert_array_equal(wide.to_numpy(), measure.values)
    one = panel().rollup("maker")["revenue"].to_pandas("wide")
    assert one.index.name == "maker"
    assert len(panel().rollup()["revenue"].to_pandas("wide")) == 1
    with pytest.raises(ValueError, match="wide"):
        measure.to_pandas("wide", status=True)
    with pytest.raises(ValueError, match="layout is 'tall'"):
        measure.to_pandas("tall")


def test_polars():
    polars = pytest.importorskip("polars")
    frame = panel().to_polars()
    assert frame.schema["units"] == polars.Int64
    assert frame.schema["maker"] == polars.String
    assert frame["revenue"].null_count() == 1 and frame["maker"].null_count() == 1
    assert frame["units"].to_list() == [2**60 + 1, 3, 1, 4, 7]
    whole = Table({"k": Coded(np.array([0, 1]), [5, None])}).to_polars()
    assert whole.schema["k"] == polars.Int64 and whole["k"].to_list() == [5, None]


def test_arrow():
    pytest.importorskip("evmarket._inputs.tables")
    pyarrow = pytest.importorskip("pyarrow")
    found = pyarrow.table(panel().to_table()).to_pydict()
    assert found == {
        "maker": ["A", "A", "B", "B", None],
        "year": [2024, 2024, 2023, 2024, 2024],
        "period": [datetime.date(2024, month, 1) for month in (1, 3, 1, 1, 2)],
        "units": [2**60 + 1, 3, 1, 4, 7],
        "revenue": [0.2, 0.5, 0.1, 0.7, None],
    }
    mixed = {
        "k": Coded(np.array([1, 0, 2]), [5, 7, None]),
        "o": np.array(["a", None, "b"], object),
        "n": np.array([None, 4, 5], object),
        "b": np.array([True, False, True]),
    }
    assert pyarrow.table(Table(mixed)).to_pydict() == {
        "k": [7, 5, None],
        "o": ["a", None, "b"],
        "n": [None, 4, 5],
        "b": [True, False, True],
    }
    assert pyarrow.table(Table({"x": np.array([])})).num_rows == 0


# ---- files ---------------------------------------------------------------------------


def variants() -> dict[str, em.Panel]:
    whole = panel(complete_through="2024-02", exit_after=2)
    quarters = em.Panel.from_arrays(
        {"k": ["a"] * 6 + ["b"] * 5},
        [f"2024-{m:02}" for m in (*range(1, 7), 1, 2, 3, 4, 6)],
        {"x": np.arange(11.0), "s": np.arange(11)},
        kinds={"s": "stock"},
    ).resample("Q")
    return {
        "whole": whole,
        "rolled": whole.rollup("year"),
        "total": whole.rollup(),
        "selected": whole.select(maker="B", periods="2024-01"),
        "incomplete": quarters,
        "incomplete total": quarters.rollup(),
        "zeros": panel(absent="zero", complete_through="2024-03"),
        "fine": em.Panel.from_arrays({}, ["2024"] * 3, {"x": [1e-30, 1e15, 0.1]}),
        "last": panel(duplicates="last"),
        "all null": em.Panel.from_arrays({}, ["2024"], {"x": [np.nan]}),
        "rate": em.Panel.from_arrays(
            {"k": ["a", "b"]}, ["2024", "2024"], {"r": [1, 2]}, kinds={"r": "rate"}
        ),
    }


def same(a: em.Panel, b: em.Panel) -> None:
    assert (a.keys, a.measures, a.periods) == (b.keys, b.measures, b.periods)
    assert {k: c.tolist() for k, c in a.series.items()} == {
        k: c.tolist() for k, c in b.series.items()
    }
    for name in a.measures:
        one, two = a[name], b[name]
        assert one.values.tobytes() == two.values.tobytes()
        for field in ("status", "members"):
            np.testing.assert_array_equal(getattr(one, field), getattr(two, field))
        assert (one.kind, one.unit) == (two.kind, two.unit)
        assert (one.exact() == two.exact()).all()
    assert repr(a.coverage()) == repr(b.coverage())


@pytest.mark.parametrize("name", variants())
def test_a_saved_panel_is_the_same(name, tmp_path):
    before = variants()[name]
    before.save(tmp_path / "p.npz")
    after = em.Panel.load(tmp_path / "p.npz")
    same(before, after)
    one, two = (panel.merge(panel, overlap="replace") for panel in (before, after))
    same(one, two)
    assert os.listdir(tmp_path) == ["p.npz"]
    with np.load(tmp_path / "p.npz", allow_pickle=False) as archive:
        assert all(archive[entry].dtype.kind != "O" for entry in archive.files)
    same(
        before, em.Panel(from_state(pickle.loads(pickle.dumps(to_state(before._data)))))
    )


def test_saving_replaces_a_file_only_when_complete(tmp_path):
    path = tmp_path / "p.npz"
    path.write_bytes(b"before")
    panel().save(str(path))
    same(panel(), em.Panel.load(str(path)))
    with pytest.raises(OSError):
        panel().save(tmp_path / "no" / "p.npz")
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError):
        panel().save(tmp_path / "taken")
    assert sorted(os.listdir(tmp_path)) == ["p.npz", "taken"]


def refused(path: Any, match: str = "damaged or not a panel") -> None:
    with pytest.raises(ValueError, match=match) as caught:
        em.Panel.load(path)
    message = str(caught.value)
    assert message.startswith(repr(str(path))[:40][:-1]) or "..." in message
    assert "\n" not in message


def test_truncated_and_damaged_files_are_refused(tmp_path):
    panel().save(tmp_path / "p.npz")
    data = (tmp_path / "p.npz").read_bytes()
    cut = tmp_path / "cut.npz"
    for stop in range(0, len(data), 97):
        cut.write_bytes(data[:stop])
        refused(cut)
    for place in range(0, len(data), 41):
        spoilt = bytearray(data)
        spoilt[place] ^= 0xFF
        cut.write_bytes(spoilt)
        with contextlib.suppress(ValueError):  # or the byte does not matter
            same(em.Panel.load(cut), panel())


def test_foreign_files_are_refused(tmp_path):
    path = tmp_path / "p.npz"
    np.savez(path, x=np.arange(3))
    refused(path, "not a panel")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", "not an array")
    refused(path)
    np.savez_compressed(path, **to_state(panel()._data))
    refused(path, "compressed")
    np.savez(path, head=np.array([None]), allow_pickle=True)
    refused(path)


def head_with(state: dict[str, Any], **changes: Any) -> dict[str, Any]:
    head = json.loads(state["head"].tobytes()) | changes
    return state | {"head": np.frombuffer(json.dumps(head).encode(), np.uint8)}


def view_with(state: dict[str, Any], **changes: Any) -> dict[str, Any]:
    view = json.loads(state["head"].tobytes())["view"]
    return head_with(state, view=view | changes)


def lies() -> dict[str, Any]:
    """Complete files whose parts contradict each other."""
    state = to_state(panel()._data)
    head = json.loads(state["head"].tobytes())
    first, second = head["measures"]
    odd = {"name": "x", "kind": "flow", "unit": None, "recipe": ["exec", [], []]}

    def without(name: str) -> dict[str, Any]:
        return {k: v for k, v in state.items() if k != name}

    found = {f"without {name}": without(name) for name in state if name != "1.counts"}
    found |= {
        "newer": head_with(state, version=3),
        "another format": head_with(state, format="x"),
        "no version": head_with(state, version="1"),
        "no frequency": head_with(state, freq="Z"),
        "odd frequency": head_with(state, freq=3),
        "calendar ends before": head_with(state, high=head["low"] - 2),
        "calendar too early": head_with(state, low=-(1 << 30)),
        "calendar no number": head_with(state, low=1.5),
        "cells outside": head_with(state, high=head["high"] - 1),
        "shown none": view_with(state, shown=None),
        "shown no number": view_with(state, shown=[["M", 0.5, None]]),
        "shown of no calendar": view_with(state, shown=[["Z", 0, 1]]),
        "kept no key": view_with(state, kept=["maker", "model"]),
        "a view of half": head_with(state, view={"kept": ["maker"]}),
        "exit after 0": head_with(state, rules=head["rules"] | {"exit_after": 0}),
        "names unknown": head_with(state, names=["units", "x"]),
        "assigned by no function": head_with(state, assigned=[odd]),
        "keys twice": head_with(state, keys=["a", "a"]),
        "labels unsorted": head_with(
            state, labels=[["B", "A", None], head["labels"][1]]
        ),
        "labels mixed": head_with(state, labels=[["A", 1, None], head["labels"][1]]),
        "labels lack": head_with(state, labels=[["A"], head["labels"][1]]),
        "labels large": head_with(state, labels=[["A", "B", None], [1, 1 << 70]]),
        "no measures": head_with(state, measures=[]),
        "measure twice": head_with(state, measures=[first, first]),
        "kind": head_with(state, measures=[first | {"kind": "x"}, second]),
        "grain": head_with(state, measures=[first | {"grain": "float"}, second]),
        "places": head_with(state, measures=[first | {"places": 99}, second]),
        "indptr falls": state | {"indptr": state["indptr"][::-1].copy()},
        "ordinals": state | {"ordinals": state["ordinals"][::-1].copy()},
        "rows negative": state | {"rows": -state["rows"]},
        "codes beyond": state | {"codes": state["codes"] + np.int32(5)},
        "codes unsorted": state | {"codes": state["codes"][::-1].copy()},
        "codes of another type": state | {"codes": state["codes"].astype(np.int64)},
        "short sums": state | {"0.lo": state["0.lo"][:-1]},
        "months": state | {"0.months": np.full(len(state["rows"]), 4, np.uint8)},
        "head no JSON": state | {"head": np.frombuffer(b"{", np.uint8)},
        "head nested": state | {"head": np.frombuffer(b"[" * 100_000, np.uint8)},
    }
    return found


@pytest.mark.parametrize("name", lies())
def test_files_that_contradict_themselves_are_refused(name, tmp_path):
    np.savez(tmp_path / "p.npz", **lies()[name])
    refused(
        tmp_path / "p.npz", "newer" if name == "newer" else "damaged or not a panel"
    )


def test_another_byte_order_is_read(tmp_path):
    state = to_state(panel()._data)
    turned = {k: v.astype(v.dtype.newbyteorder()) for k, v in state.items()}
    file = io.BytesIO()
    np.savez(file, **turned)
    (tmp_path / "p.npz").write_bytes(file.getvalue())
    same(em.Panel.load(tmp_path / "p.npz"), panel())


def test_a_dataset_is_a_table():
    months = np.array(["2024-01", "2024-02", "2024-02"], "M8[M]")
    data = em.datasets.Dataset(
        {"maker": ["A", "A", "B"], "month": months, "units": [1.5, 2, np.nan]}
    )
    assert isinstance(data, Table)
    built = em.Panel.from_table(data, ["maker"], "month", ["units"])
    assert built.periods.freq == "M" and built.shape == (2, 2)
    assert repr(data.part(0, 1)).splitlines()[-1].split() == ["A", "2024-01", "1.5"]
    with pytest.raises(ValueError, match="read-only"):
        data["units"][0] = 3
    pyarrow = pytest.importorskip("pyarrow")
    facts = em.datasets.load("guangzhou")
    assert pyarrow.table(facts).to_pydict()["id"] == facts["id"].tolist()
