"""Panels, measures and tables in other libraries: types, periods, statuses."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import evmarket as em
from evmarket._tables.columns import Coded, Integers, stacked
from evmarket._tables.table import Table
from tests.panel.panels import refused

LARGE = 2**60 + 1
FREQS = [
    "Y", "Y-MAR", "H", "Q", "Q-MAR", "Q-JAN", "M", "M-JF", "W", "W-WED", "D",
]  # fmt: skip
NO_PERIOD = ("H", "M-JF")
MEASURES = {"units": "flow", "stock": "stock", "ytd": "cumulative", "price": "rate"}
PERIODS = ("period", "start", "end", "label")


def panel_of(freq="M", **options):
    """Integers beyond float64 with a hole, without one, decimals and floats."""
    periods = em.Periods.of(freq, em.Periods("2024-11-28", "2024-11-28", freq).start, 6)
    days = np.array([last_day(periods, k) for k in (0, 1, 3, 0, 4, 5, 2)])
    decimals = map(Decimal, ["0.10", "12.34", "7.00", "1.05", "0.30", "0.01"])
    table = pa.table(
        {
            "maker": ["A", "A", "A", None, None, None, "B"],
            "grade": pa.array([1, 1, 1, None, None, None, 20], pa.int64()),
            "new": pa.array([True, True, True, None, None, None, False]),
            "day": days,
            "units": pa.array([1, None, LARGE, 3, 4, 5, -LARGE], pa.int64()),
            "stock": [7, 8, 9, 10, 11, 12, 13],
            "ytd": pa.array([*decimals, None], pa.decimal128(10, 2)),
            "price": [0.1, 0.25, 1 / 3, None, 1e18, 2.5, 3.0],
        }
    )
    return built(table, freq, "day", **options)


def last_day(periods, place):
    return dt.date.fromordinal(
        dt.date(1970, 1, 1).toordinal()
        + int(em._core.period_days(periods.freq, periods.start + place, 1, True)[0])
    )


def built(table, freq, period="period", **options):
    keys = ["maker", "grade", "new"]
    return em.Panel.from_table(table, keys, period, MEASURES, freq=freq, **options)


def assert_equal(a, b):
    assert (a.keys, a.measures, a.periods) == (b.keys, b.measures, b.periods)
    for key in a.keys:
        assert a.series[key].tolist() == b.series[key].tolist()
        assert a.series[key].dtype == b.series[key].dtype
        kinds = [[type(label) for label in x.series[key].tolist()] for x in (a, b)]
        assert kinds[0] == kinds[1]
    for name in a.measures:
        np.testing.assert_array_equal(a[name].values, b[name].values)
        np.testing.assert_array_equal(a[name].status, b[name].status)
        if name != "ytd":  # decimals leave as the nearest floats
            assert a[name].exact().tolist() == b[name].exact().tolist()


# ---- there and back ------------------------------------------------------------------


@pytest.mark.parametrize("freq", FREQS)
def test_every_way_out_is_a_way_in(freq):
    panel = panel_of(freq)
    assert panel.periods.freq == freq and len(panel.periods) == 6
    ways = [
        panel,
        panel.to_table(),
        dict(panel.to_table()),
        panel.to_pandas(),
        panel.to_polars(),
        pa.table(panel),
        pl.DataFrame(panel),
        pa.Table.from_pandas(panel.to_pandas()),
    ]
    # A date in January or February is not the joint period of M-JF.
    forms = PERIODS if freq != "M-JF" else ("period", "label")
    ways += [panel.to_pandas(form) for form in forms]
    ways += [panel.to_polars(form) for form in forms]
    for way in ways:
        assert_equal(built(way, freq), panel)


@pytest.mark.parametrize("freq", FREQS)
def test_pandas_states_the_frequency(freq):
    panel = panel_of(freq)
    frame = panel.to_pandas()
    if freq not in NO_PERIOD:
        assert frame["period"].dtype == pd.PeriodDtype(freq)
        assert_equal(built(frame, None), panel)
    else:
        assert frame["period"].tolist() == panel.to_table()["period"].tolist()


def test_wide_frames_are_read_again():
    total = panel_of().rollup("maker")["stock"]
    for form in PERIODS:
        wide = total.to_pandas("wide", period=form).reset_index()
        again = em.Panel.from_wide(wide, "maker", "stock", freq="M", kind="stock")
        np.testing.assert_array_equal(again["stock"].values, total.values)
        assert again.series["maker"].tolist() == ["A", "B", None]


# ---- numbers and keys ----------------------------------------------------------------


def test_pandas_keeps_types():
    frame = panel_of().to_pandas()
    assert frame.dtypes.astype(str).to_dict() == {
        "maker": str(pd.Series(["A", None]).dtype),
        "grade": "Int64",
        "new": "boolean",
        "period": "period[M]",
        "units": "Int64",
        "stock": "int64",
        "ytd": "float64",
        "price": "float64",
    }
    assert frame["units"].tolist() == [1, pd.NA, LARGE, -LARGE, 3, 4, 5]
    assert frame["new"].tolist() == [True] * 3 + [False] + [pd.NA] * 3
    assert frame["maker"].isna().tolist() == [False] * 4 + [True] * 3


def test_polars_and_arrow_keep_types():
    panel = panel_of()
    types = [pl.String, pl.Int64, pl.Boolean, pl.Date, pl.Int64, pl.Int64]
    frame = panel.to_polars()
    assert list(frame.schema.values()) == [*types, pl.Float64, pl.Float64]
    assert frame["units"].to_list() == [1, None, LARGE, -LARGE, 3, 4, 5]
    table = pa.table(panel)
    assert list(table.schema.types[1:]) == [
        pa.int64(), pa.bool_(), pa.date32(), pa.int64(), pa.int64(), pa.float64(),
        pa.float64(),
    ]  # fmt: skip
    assert table["units"].to_pylist() == frame["units"].to_list()
    assert table["grade"].to_pylist() == [1, 1, 1, 20, None, None, None]


def test_arrays_of_integers_with_holes_are_exact():
    table = panel_of().to_table()
    assert table["units"].tolist() == [1, None, LARGE, -LARGE, 3, 4, 5]
    small = panel_of().select(maker="A").select(periods=slice(None, "2024-12"))
    np.testing.assert_array_equal(small.to_table()["units"], [1, np.nan])
    assert small.to_table()["units"].dtype == np.float64
    assert f"{LARGE:,}" in repr(table) and f"{LARGE:,}" in table._repr_html_()
    assert [line.split()[-4] for line in repr(small.to_table()).splitlines()[2:]] == [
        "1", "-",
    ]  # fmt: skip


def test_derived_levels_stay_integers_and_rates_stay_floats():
    panel = panel_of()
    trailing = panel["units"].trailing(2).to_pandas()
    assert str(trailing["units trailing"].dtype) == "Int64"
    assert trailing["units trailing"].dropna().tolist()[-1] == 9
    assert panel["units"].ytd().to_polars().dtypes[4] == pl.Int64
    for measure in (panel["stock"].growth(1), panel["stock"] / panel["units"]):
        assert measure.to_pandas().dtypes.iloc[-1] == np.float64
    none = em.Panel.from_arrays({}, ["2024"], {"x": [np.nan]})
    assert none.to_pandas()["x"].dtype == np.float64


def test_sums_that_are_no_integers_are_floats():
    panel = em.Panel.from_arrays({}, ["2024", "2025"], {"x": [1, 2]})
    half = panel["x"] * 0.5
    assert half.to_pandas()[half.name].tolist() == [0.5, 1.0]


@pytest.mark.parametrize("column", [[True, None, False], [True, False, True]])
def test_booleans_stay_booleans(column):
    panel = em.Panel.from_arrays({"k": column}, ["2024"] * 3, {"x": [1, 2, 3]})
    nullable = None in column
    assert str(panel.to_pandas()["k"].dtype) == ("boolean" if nullable else "bool")
    assert panel.to_polars()["k"].dtype == pl.Boolean
    assert pa.table(panel)["k"].type == pa.bool_()


# ---- periods -------------------------------------------------------------------------

FIRST_AND_LAST = [
    ("Y", "2024", "2024-01-01", "2024-12-31"),
    ("Y-MAR", "2024", "2023-04-01", "2024-03-31"),
    ("H", "2024H2", "2024-07-01", "2024-12-31"),
    ("Q", "2024Q1", "2024-01-01", "2024-03-31"),
    ("Q-MAR", "2024Q4", "2024-01-01", "2024-03-31"),
    ("M", "2024-02", "2024-02-01", "2024-02-29"),
    ("M-JF", "2024-02", "2024-01-01", "2024-02-29"),
    ("W", "2024-01-07", "2024-01-01", "2024-01-07"),
    ("D", "2024-02-29", "2024-02-29", "2024-02-29"),
]


@pytest.mark.parametrize(("freq", "label", "first", "last"), FIRST_AND_LAST)
def test_periods_become_what_is_chosen(freq, label, first, last):
    panel = em.Panel.from_arrays({}, [label], {"x": [1]}, freq=freq)
    label = panel.periods.first
    dates = {"start": first, "end": last}
    own = {"period": label if freq == "M-JF" else first, "label": label}
    for form, text in (dates | own).items():
        value = panel.to_polars(form)["period"][0]
        assert isinstance(value, str if text == label != first else (dt.date, str))
        assert str(value) == text
        assert panel["x"].to_polars(period=form)["period"].to_list() == [value]
    for form, text in dates.items():
        stamp = panel.to_pandas(form)["period"][0]
        assert isinstance(stamp, pd.Timestamp) and str(stamp.date()) == text
    assert panel.to_pandas("label")["period"].tolist() == [label]
    [period] = panel.to_pandas()["period"]
    if freq in NO_PERIOD:
        assert period == label
    else:
        assert isinstance(period, pd.Period)
        assert period.ordinal == panel.periods.start
        assert str(period.start_time.date()) == first
    assert str(pa.table(panel)["period"][0]) == own["period"]


@pytest.mark.parametrize("freq", FREQS)
def test_wide_columns_are_periods(freq):
    measure = panel_of(freq)["stock"]
    columns = measure.to_pandas("wide").columns
    assert columns.name == "period" and len(columns) == 6
    if freq in NO_PERIOD:
        assert columns.tolist() == measure.periods.labels
    else:
        assert columns.equals(measure.periods.to_pandas())
    dates = measure.to_pandas("wide", period="end").columns
    assert isinstance(dates, pd.DatetimeIndex)
    labels = measure.to_pandas("wide", period="label").columns
    assert labels.tolist() == measure.periods.labels


def test_a_wide_frame_keeps_integers():
    wide = panel_of()["units"].to_pandas("wide")
    assert set(map(str, wide.dtypes)) == {"Int64"}
    assert wide.loc[("A", 1, True)].tolist() == [1, pd.NA, pd.NA, LARGE, pd.NA, pd.NA]
    wide.iloc[0, 0] = 2  # the frame is the caller's
    assert panel_of()["units"].values[0, 0] == 1
    assert list(wide.index.names) == ["maker", "grade", "new"]
    assert [str(kind) for kind in wide.index.dtypes][1:] == ["Int64", "boolean"]
    full = em.Panel.from_wide({"k": [1, None], "2024": [5, LARGE]}, "k", "x")
    wide = full["x"].to_pandas("wide")
    assert wide.dtypes.tolist() == [np.int64] and wide.iloc[:, 0].tolist() == [5, LARGE]
    assert str(wide.index.dtype) == "Int64" and wide.index.name == "k"
    wide.iloc[0, 0] = 1
    assert full["x"].values[0, 0] == 5
    growth = panel_of()["units"].growth(1).to_pandas("wide")
    assert set(growth.dtypes) == {np.dtype(float)}
    one = panel_of().rollup()["stock"].to_pandas("wide")
    assert one.shape == (1, 6)


def test_the_argument_period_is_checked():
    panel = panel_of()
    for call in (
        panel.to_pandas, panel.to_polars, panel["units"].to_polars,
        lambda period: panel["units"].to_pandas(period=period),
        lambda period: panel["units"].to_pandas("wide", period=period),
        panel.to_table().to_pandas, panel.to_table().to_polars,
    ):  # fmt: skip
        with refused(ValueError, "period is 'month': known are 'period', 'start'"):
            call(period="month")
        with refused(TypeError, "period is 1: it takes text"):
            call(period=1)


def test_a_key_called_period_stays_a_key():
    panel = em.Panel.from_arrays({"period": ["a"]}, ["2024"], {"x": [1]})
    frame = panel.to_pandas()
    assert frame["period"].tolist() == ["a"]
    assert str(frame["period_"].dtype) == "period[Y-DEC]"


def test_years_far_from_now():
    for year in ("1801", "2199"):
        panel = em.Panel.from_arrays({}, [f"{year}-01"], {"x": [1]})
        assert str(panel.to_pandas("start")["period"][0].date()) == f"{year}-01-01"
        assert panel.to_polars()["period"].to_list() == [dt.date(int(year), 1, 1)]


def test_panels_without_rows_and_without_keys():
    empty = panel_of().select(maker="B").select(periods="2024-12")
    assert len(empty.to_table()) == 0
    assert list(empty.to_pandas().columns) == list(empty.to_table().columns)
    assert empty.to_polars().schema["period"] == pl.Date
    assert pa.table(empty).num_rows == 0
    assert pa.table(empty["units"]).num_rows == 0
    assert empty["units"].to_pandas("wide").shape == (1, 1)
    total = panel_of().rollup()["stock"]
    assert list(total.to_pandas().columns) == ["period", "stock"]


# ---- statuses ------------------------------------------------------------------------


def test_names_of_statuses_stand_beside_their_codes():
    growth = panel_of()["stock"].growth(1)
    names = em.Status.names(growth.to_table()["status"]).tolist()
    assert "OUTSIDE" in names and "OK" in names
    frame = growth.to_pandas(status=True)
    assert list(frame.columns[-3:]) == ["stock growth", "status", "status_name"]
    assert frame["status"].dtype == np.uint8
    assert frame["status_name"].tolist() == names
    assert frame["status_name"].cat.categories.tolist() == [s.name for s in em.Status]
    assert list(growth.to_pandas().columns[-1:]) == ["stock growth"]
    other = growth.to_polars()
    assert other["status"].dtype == pl.UInt8 and isinstance(
        other["status_name"].dtype, pl.Enum
    )
    assert other["status_name"].to_list() == names
    table = pa.table(growth)
    assert pa.types.is_dictionary(table["status_name"].type)
    assert table["status_name"].to_pylist() == names
    assert table["status"].type == pa.uint8()
    assert pl.DataFrame(growth)["status_name"].to_list() == names


def test_the_column_is_named_as_the_measure():
    panel = panel_of()
    for measure in (panel["stock"].rename("kept"), panel["stock"].share()):
        for frame in (
            measure.to_pandas(), measure.to_polars(), measure.to_table(),
            pa.table(measure).to_pandas(),
        ):  # fmt: skip
            assert measure.name in list(frame.columns)


def test_names_of_statuses_do_not_hide_a_key():
    panel = em.Panel.from_arrays({"status_name": ["a"]}, ["2024"], {"x": [1]})
    frame = panel["x"].to_pandas(status=True)
    assert list(frame.columns) == [
        "status_name", "period", "x", "status", "status_name_",
    ]  # fmt: skip
    assert frame["status_name"].tolist() == ["a"]


# ---- reports, coverage, comparisons --------------------------------------------------


def market():
    table = {
        "maker": ["A", "A", "B", "B", "C"],
        "month": ["2023-05", "2024-05", "2023-05", "2024-05", "2024-05"],
        "units": [10, 15, LARGE, LARGE + 2, 7],
    }
    return em.Panel.from_table(table, "maker", "month", "units")


def test_a_report_keeps_integers_and_names_of_statuses():
    report = market().report("units", by="maker", top=2)
    frame = report.to_pandas()
    assert frame["level"].tolist() == [LARGE + 2, 15, 7, LARGE + 24]
    assert frame["rank"].tolist() == [1, 2, pd.NA, pd.NA]
    kinds = frame.dtypes.astype(str)
    assert kinds[["rank", "move", "level", "ytd"]].tolist() == [
        "Int64", "Int64", "int64", "Int64",
    ]  # fmt: skip
    assert kinds["yoy"] == "float64" and kinds["status"] == "uint8"
    assert frame["status_name"].tolist() == ["OK", "OK", "ENTERED", "OK"]
    assert report.to_polars()["rank"].to_list() == [1, 2, None, None]
    assert report["rank"].tolist()[:2] == [1, 2] and np.isnan(report["rank"][2])


def test_coverage_has_periods():
    panel = em.Panel.from_arrays(
        {"k": ["a", "b"]}, ["2024-01", "2024-02"], {"x": [1, np.nan]}
    )
    frame = panel.coverage().to_pandas()
    assert str(frame["first"].dtype) == "period[M]"
    assert frame["first"].isna().tolist() == [False, True]
    assert frame["exited"].dtype == np.bool_ and frame["rows"].dtype == np.int64
    ends = panel.coverage().to_polars("end")["last"].to_list()
    assert ends == [dt.date(2024, 1, 31), None]
    assert panel.coverage().to_pandas("start")["first"].isna().tolist() == [False, True]
    assert panel.coverage().to_pandas("label")["first"].tolist()[0] == "2024-01"
    assert pa.table(panel.coverage())["last"].to_pylist() == [dt.date(2024, 1, 1), None]


def test_a_comparison_keeps_integers():
    table = {"maker": ["A", "B"], "2024": [LARGE, 40], "2025": [90, None]}
    panel = em.Panel.from_wide(table, "maker", "units")
    later = em.Panel.from_wide(
        table | {"2024": [LARGE + 2, 40], "2025": [90, 12]}, "maker", "units"
    )
    frame = panel.compare(later).to_pandas()
    assert frame["before"].tolist() == [LARGE, pd.NA]
    assert frame["after"].tolist() == [LARGE + 2, 12]
    assert [str(kind) for kind in frame.dtypes[["before", "after"]]] == [
        "Int64", "int64",
    ]  # fmt: skip
    assert frame["period"].tolist() == [pd.Period("2024"), pd.Period("2025")]
    assert len(panel.compare(panel).to_pandas()) == 0


def test_a_comparison_of_integers_and_floats_has_floats():
    one = em.Panel.from_arrays({}, ["2024"], {"x": [LARGE], "y": [0.5]})
    two = em.Panel.from_arrays({}, ["2024"], {"x": [7], "y": [0.25]})
    frame = one.compare(two).to_pandas()
    assert frame["before"].tolist() == [float(LARGE), 0.5]
    assert frame["before"].dtype == np.float64


# ---- columns -------------------------------------------------------------------------


def test_columns_one_below_the_other():
    holes = Integers(np.array([1, 2]), np.array([True, False]))
    plain = np.array([3, 4])
    both = stacked([holes, plain])
    assert isinstance(both, Integers)
    assert both.entries() == [1, None, 3, 4]
    assert stacked([plain, plain]).dtype == np.int64
    np.testing.assert_array_equal(stacked([holes, np.array([0.5])]), [1, np.nan, 0.5])
    words = ["x", "y"]
    coded = stacked([Coded(np.array([0]), words), Coded(np.array([1]), words)])
    assert isinstance(coded, Coded) and coded.entries() == ["x", "y"]
    unlike = stacked([Coded(np.array([0]), words), Coded(np.array([0]), ["z"])])
    assert unlike.tolist() == ["x", "z"]


def test_a_table_takes_part_of_integers_and_periods():
    table = panel_of().to_table().part(1, 3)
    assert table.to_polars()["units"].to_list() == [None, LARGE]
    assert table.to_pandas()["period"].dtype == pd.PeriodDtype("M")
    low = Integers(np.array([-(2**63), 0]), np.array([True, False]))
    table = Table({"x": low})
    assert table["x"].tolist() == [-(2**63), None]
    assert table.to_pandas()["x"].tolist() == [-(2**63), pd.NA]


def test_a_dataset_has_numbers_and_months():
    months = np.array(["2024-01", "2024-02"], "M8[M]")
    data = em.datasets.Dataset({"month": months, "n": np.array([200, 1], np.uint8)})
    for frame in (data.to_pandas(), data.to_polars(), pa.table(data).to_pandas()):
        assert list(frame.columns) == ["month", "n"]
        assert list(frame["n"]) == [200, 1]
        assert [str(day)[:10] for day in frame["month"]] == ["2024-01-01", "2024-02-01"]
