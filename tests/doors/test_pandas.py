"""The accessor of pandas: index, names and numbers."""

import subprocess
import sys

import numpy as np
import pytest

import evmarket as em
from tests.doors.table import COLUMNS, METHODS, UNITS, expected

pd = pytest.importorskip("pandas")
import evmarket.pandas  # noqa: E402  (after the skip)

INDEX = list("hgfedcba")


@pytest.fixture
def frame():
    return pd.DataFrame(COLUMNS, index=INDEX)


def check(series, values, name="units"):
    assert isinstance(series, pd.Series)
    assert series.index.tolist() == INDEX and series.name == name
    np.testing.assert_array_equal(series.to_numpy(), values)


@pytest.mark.parametrize("name", METHODS)
def test_each_method_is_the_function(frame, name):
    options, function = METHODS[name]
    got = getattr(frame["units"].em, name)(**options)
    wanted = function(UNITS, **options)
    if np.ndim(wanted):
        check(got, wanted)
    else:
        np.testing.assert_equal(got, wanted)


def test_the_methods_are_documented_as_the_functions_are():
    methods = evmarket.pandas.SeriesMethods
    for name, (_, function) in METHODS.items():
        assert getattr(methods, name).__doc__ == function.__doc__
        assert getattr(methods, name).__name__ == name


def test_values_and_statuses_are_both_series(frame):
    values, status = frame["units"].em.growth(return_status=True)
    wanted = em.growth(UNITS, return_status=True)
    check(values, wanted[0])
    check(status, wanted[1])
    assert status.dtype == np.uint8


def test_nullable_columns(frame):
    units = frame["units"].astype("Int64")
    check(units.em.share(), em.share(UNITS))


@pytest.mark.parametrize("options", [{}, {"lag": "1M"}, {"policy": "midpoint"}])
def test_growth_by_is_the_function_with_the_index_of_the_frame(frame, options):
    values, status = frame.em.growth_by(
        "units", ["maker", "region"], "month", return_status=True, **options
    )
    wanted = expected(**options)
    check(values, wanted[0])
    check(status, wanted[1])
    alone = frame.em.growth_by("units", ["maker", "region"], "month", **options)
    check(alone, wanted[0])


def test_sorting_the_rows_changes_no_number(frame):
    whole = frame.em.growth_by("units", ["maker", "region"], "month")
    turned = frame.sort_values(["month", "maker"])
    again = turned.em.growth_by("units", ["maker", "region"], "month")
    pd.testing.assert_series_equal(whole, again.loc[INDEX])


def test_rows_serve_several_columns(frame):
    frame["revenue"] = frame["units"] * 2.0
    rows = frame.em.rows(["maker", "region"], "month")
    check(rows.growth("units"), expected()[0])
    check(rows.growth("revenue"), expected()[0], "revenue")
    plain = em.Rows([COLUMNS["maker"], COLUMNS["region"]], COLUMNS["month"])
    check(rows.ytd("units"), plain.ytd(UNITS))
    check(rows.trailing("units", 2), plain.trailing(UNITS, 2))


def test_year_and_month_in_two_columns(frame):
    frame["year"] = [int(month[:4]) for month in frame["month"]]
    frame["m"] = [int(month[5:]) for month in frame["month"]]
    got = frame.em.growth_by("units", ["maker", "region"], ("year", "m"), freq="M")
    check(got, expected()[0])


def test_a_panel_of_the_frame(frame):
    panel = frame.em.panel(["maker", "region"], "month", "units", absent="zero")
    assert isinstance(panel, em.Panel)
    direct = em.Panel.from_table(COLUMNS, ["maker", "region"], "month", "units")
    direct = direct.assume(absent="zero")
    np.testing.assert_array_equal(panel["units"].values, direct["units"].values)


def test_an_unknown_column_is_named_with_its_argument(frame):
    for call, argument in (
        (lambda: frame.em.growth_by("units", "maker", "months"), "period"),
        (lambda: frame.em.growth_by("units", "makers", "month"), "by"),
        (lambda: frame.em.rows(["maker", "region"], "month").ytd("unit"), "values"),
    ):
        with pytest.raises(KeyError, match=f"^.{argument} is .* near it: "):
            call()
    with pytest.raises(ValueError, match="rows 1 and 2 are both 'A', 2024-01"):
        frame.em.growth_by("units", "maker", "month")


def test_the_package_loads_no_door():
    code = (
        "import sys, evmarket as em; em.growth([1, 2]); "
        "print([m for m in sys.modules if m in ('pandas', 'polars', 'xarray')"
        " or m in ('evmarket.pandas', 'evmarket.polars')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_inside_a_door_the_library_is_the_real_one():
    assert evmarket.pandas.pd is pd
    assert em.pandas is evmarket.pandas


@pytest.mark.parametrize("name", ["pandas", "polars"])
def test_a_missing_library_is_named_with_its_extra(name):
    code = (
        f"import sys; sys.modules[{name!r}] = None\n"
        f"try: import evmarket.{name}\n"
        "except ImportError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == (
        f'evmarket.{name} needs {name}: pip install "evmarket[{name}]"\n'
    )
