"""Measures as arrays of xarray: values, labels, periods, statuses."""

import subprocess
import sys

import numpy as np
import pytest

import evmarket as em
from tests.doors.table import COLUMNS

xarray = pytest.importorskip("xarray")


@pytest.fixture
def panel():
    return em.Panel.from_table(
        COLUMNS, ["maker", "region"], "month", "units", units={"units": "vehicles"}
    )


def test_values_and_statuses_are_those_of_the_measure(panel):
    for measure in (panel["units"], panel["units"].growth("1Y")):
        array = measure.to_xarray()
        assert isinstance(array, xarray.DataArray)
        assert array.dims == ("series", "period") and array.name == measure.name
        np.testing.assert_array_equal(array.values, measure.values)
        np.testing.assert_array_equal(array["status"].values, measure.status)
        for key, labels in measure.series.items():
            assert array[key].dims == ("series",)
            assert array[key].values.tolist() == labels.tolist()
    assert panel["units"].to_xarray().attrs == {"kind": "flow", "unit": "vehicles"}


def test_periods_are_first_days_and_labels(panel):
    array = panel["units"].to_xarray()
    assert array["period"].dtype == np.dtype("M8[ns]")
    np.testing.assert_array_equal(
        array["period"].values.astype("M8[D]"), panel["units"].periods.to_numpy()
    )
    assert array["label"].values.tolist() == panel["units"].periods.labels
    one = array.sel(period="2025-01")
    assert one["label"].values.tolist() == ["2025-01"]


def test_keys_select(panel):
    array = panel["units"].to_xarray()
    of_b = array.sel(maker="B")
    assert of_b.sum() == 40 + 44 + 66
    one = panel.rollup("region")["units"].to_xarray().sel(region="S")
    assert one.dims == ("period",)


def test_the_array_can_be_written_to(panel):
    array = panel["units"].to_xarray()
    array[0, 0] = 1.0
    assert panel["units"].values[0, 0] != 1.0


@pytest.mark.parametrize("freq", ["Y", "H", "Q", "M", "M-JF", "W", "D"])
def test_every_calendar(freq):
    periods = em.Periods.of(freq, em.Periods("2025-03-03", "2025-03-03", freq).start, 3)
    data = {"x": [1.0, 2.0, 3.0]}
    panel = em.Panel.from_arrays({}, periods.labels, data, freq=freq)
    array = panel["x"].to_xarray()
    assert array.shape == (1, 3) and array["label"].values.tolist() == periods.labels
    wanted = periods.labels if freq == "M-JF" else periods.to_numpy().tolist()
    found = array["period"].values
    found = found if freq == "M-JF" else found.astype("M8[D]")
    assert found.tolist() == wanted


def test_keys_with_the_names_of_coordinates():
    keys = {name: ["A", "B"] for name in ("series", "period", "label", "status")}
    panel = em.Panel.from_arrays(keys, ["2024", "2025"], {"x": [1, 2]})
    array = panel["x"].to_xarray()
    for key in keys:
        assert array[f"{key}_"].values.tolist() == ["A", "B"]


def test_a_missing_library_is_named_with_its_extra():
    code = (
        "import sys, evmarket as em; sys.modules['xarray'] = None\n"
        "panel = em.Panel.from_arrays({}, ['2025'], {'x': [1]})\n"
        "try: panel['x'].to_xarray()\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == 'to_xarray needs xarray: pip install "evmarket[xarray]"\n'
