"""The namespace of polars: eager, lazy and streaming frames give the same numbers."""

import numpy as np
import pytest

import evmarket as em
from tests.doors.table import COLUMNS, METHODS, UNITS, expected

pl = pytest.importorskip("polars")
import evmarket.polars  # noqa: E402  (after the skip)

BY = ["maker", "region"]


def eager(*columns, **named):
    return pl.DataFrame(COLUMNS).with_columns(*columns, **named)


def lazy(*columns, **named):
    return pl.LazyFrame(COLUMNS).with_columns(*columns, **named).collect()


def streaming(*columns, **named):
    frame = pl.LazyFrame(COLUMNS).with_columns(*columns, **named)
    return frame.collect(engine="streaming")


engines = pytest.mark.parametrize("run", [eager, lazy, streaming])


def check(column, values):
    """The numbers are those of the function; what is undefined is null."""
    assert column.dtype == pl.Float64 and not column.is_nan().any()
    np.testing.assert_array_equal(column.to_numpy(), values)


@engines
@pytest.mark.parametrize("options", [{}, {"lag": "1M"}, {"policy": "abs"}])
def test_growth_by_is_the_function(run, options):
    rate = pl.col("units").em.growth_by(BY, period="month", **options)
    check(run(yoy=rate)["yoy"], expected(**options)[0])


@engines
def test_the_result_has_the_name_of_the_column(run):
    rate = pl.col("units").em.growth_by(BY, period="month")
    got = run(rate)
    assert got.columns == list(COLUMNS)
    check(got["units"], expected()[0])


@engines
def test_statuses_are_a_field_of_a_struct(run):
    rate = pl.col("units").em.growth_by(BY, period="month", return_status=True)
    got = run(yoy=rate)["yoy"].struct.unnest()
    values, status = expected()
    check(got["growth"], values)
    assert got["status"].dtype == pl.UInt8
    assert got["status"].to_list() == status.tolist()
    assert "MISSING" in em.Status.names(status)


@engines
def test_columns_are_names_or_expressions(run):
    year = pl.col("month").str.slice(0, 4).cast(pl.Int32)
    month = pl.col("month").str.slice(5, 2).cast(pl.Int32)
    by = [pl.col("maker"), pl.col("region").str.to_lowercase()]
    value = pl.col("units") * 10
    rate = value.em.growth_by(by, period=(year, month), freq="M")
    check(run(yoy=rate)["yoy"], expected()[0])


@engines
def test_dates_need_a_frequency(run):
    date = pl.col("month").str.to_date("%Y-%m")
    rate = pl.col("units").em.growth_by(BY, period=date, freq="M")
    check(run(yoy=rate)["yoy"], expected()[0])


@engines
def test_one_group_needs_no_column(run):
    rate = pl.col("row").em.growth_by([], period="row", lag=1, freq=None)
    got = pl.LazyFrame({"row": [3, 1, 2]}).select(rate)
    column = got.collect(engine="streaming" if run is streaming else "auto")["row"]
    check(column, [0.5, np.nan, 1.0])


@engines
@pytest.mark.parametrize("name", METHODS)
def test_each_method_is_the_function(run, name):
    options, function = METHODS[name]
    made = getattr(pl.col("units").em, name)(**options)
    wanted = np.broadcast_to(function(UNITS, **options), UNITS.shape)
    check(run(got=made)["got"], wanted)


@engines
def test_positional_methods_over_groups(run):
    # A, N and S lie in one group: 100, 30, 150, null.
    made = pl.col("units").em.growth().over("maker")
    rows = [i for i, maker in enumerate(COLUMNS["maker"]) if maker == "A"]
    got = run(got=made)["got"].to_numpy()[rows]
    np.testing.assert_array_equal(got, em.growth(UNITS[rows]))


@engines
def test_an_error_keeps_its_message(run):
    rate = pl.col("units").em.growth_by("maker", period="month")
    with pytest.raises(Exception, match="rows 1 and 2 are both 'A', 2024-01"):
        run(yoy=rate)


def test_what_is_no_column_is_refused():
    with pytest.raises(TypeError, match="by, period: 3 is no name"):
        pl.col("units").em.growth_by([3], period="month")


def test_the_schema_is_known_before_the_data():
    frame = pl.LazyFrame(COLUMNS)
    rate = pl.col("units").em.growth_by(BY, period="month", return_status=True)
    got = frame.select(a=pl.col("units").em.hhi(), b=rate).collect_schema()
    assert got["a"] == pl.Float64
    assert got["b"] == pl.Struct({"growth": pl.Float64, "status": pl.UInt8})


def test_inside_the_door_the_library_is_the_real_one():
    assert evmarket.polars.pl is pl
