"""Other libraries read measures and explanations through their Arrow streams."""

import numpy as np
import pytest

import evmarket as em
from tests.doors.table import COLUMNS

pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")


def explanations():
    """Every explanation of a panel, and of arrays with one and with two groups."""
    columns = dict(COLUMNS)
    units = [x or 5 for x in columns.pop("units")]
    columns |= {"units": units, "revenue": [20.0 * x for x in units]}
    columns["cost"] = [15.0 * x + 3 for x in units]
    measures = ["units", "revenue", "cost"]
    panel = em.Panel.from_table(columns, ["maker", "region"], "month", measures)
    x0, x1 = np.array([[60.0, 40.0]] * 2), np.array([[90.0, 30.0], [50.0, 50.0]])
    yield panel.contributions("units")
    yield panel.mix_rate("revenue", "units")
    yield panel.price_volume("revenue", "units", within="region")
    yield panel.margin_bridge("revenue", "cost", "units")
    yield panel.shift_share("units", "region", "maker")
    yield panel.price_index("revenue", "units")
    yield em.contributions(x0, x1)
    yield em.contributions(x0[0], x1[0])
    yield em.mix_rate(x0, x1, x1, x0)
    yield em.price_volume(x0, x1, x1, x0)
    yield em.shift_share(x0, x1)
    yield em.lmdi(x0, x1)
    yield em.price_index(x0, x1, x1, x0)
    yield em.base_effect([100, 120, 150, 160], lag=2)


def test_the_stream_is_the_table():
    for why in explanations():
        table = why.to_table()
        arrow = pa.table(why)
        assert arrow.num_rows == len(table) > 0
        assert arrow.equals(pa.table(table))
        polars = pl.DataFrame(why)
        assert polars.rows() == why.to_polars().rows()
        for name in table.columns:
            if table[name].dtype.kind == "f":
                found = polars[name].to_numpy()
                np.testing.assert_array_equal(found, table[name])


def test_statuses_have_their_names():
    for why in explanations():
        codes = pa.table(why).to_pydict()
        names = [em.Status(code).name for code in codes["status"]]
        assert codes["status_name"] == names


def test_tables_of_arrays_have_the_rows_of_their_frames():
    pytest.importorskip("pandas")
    for why in list(explanations())[6:]:
        table, frame = why.to_table(), why.to_pandas()
        axes = [name for name in table.columns if name.startswith("axis ")]
        assert list(table.columns) == [*axes, *frame.columns]
        for name in frame.columns:
            np.testing.assert_array_equal(table[name], frame[name].to_numpy())
        if axes:
            places = zip(*(table[name].tolist() for name in axes), strict=True)
            index = frame.index.tolist()
            assert list(places) == [x if isinstance(x, tuple) else (x,) for x in index]


def test_a_measure_streams_its_cells():
    panel = em.Panel.from_table(COLUMNS, ["maker", "region"], "month", "units")
    growth = panel["units"].growth("1Y")
    assert pa.table(growth).equals(pa.table(growth.to_table()))
