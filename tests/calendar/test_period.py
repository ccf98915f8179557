"""Frequencies, ordinals and labels; columns of periods; lags in words."""

import random
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest

import evmarket as em
from evmarket import _core
from evmarket._calendar.columns import ordinals
from evmarket._calendar.frequency import frequency, per_year, year_of
from evmarket._cells.calendar import Calendar
from evmarket._cells.windows import places
from tests.calendar import reference_period as reference

EPOCH = date(1970, 1, 1)
FISCAL = [f"{unit}-{month}" for unit in "YQ" for month in reference.MONTHS[:-1]]
WEEKS = [f"W-{day}" for day in reference.WEEKDAYS[:-1]]
IN_PANDAS = ["Y", "Q", "M", "W", "D", *FISCAL, *WEEKS]
ALL = [*IN_PANDAS, "H", "M-JF"]


def read(column, freq=None):
    return ordinals(column, freq, "month")[0].tolist()


def refused(column, freq, *words, error=ValueError):
    """The column raises an error of one line that contains each of the words."""
    with pytest.raises(error) as caught:
        ordinals(column, freq, "month")
    message = str(caught.value)
    assert "\n" not in message
    for word in ("month", *words):
        assert word in message, message


@pytest.mark.parametrize("freq", IN_PANDAS)
def test_ordinals_and_labels_are_those_of_pandas(freq):
    pandas = pytest.importorskip("pandas")
    days = np.concatenate(
        [
            np.arange(-62_091, 84_006),  # 1800 to 2199
            np.linspace(-719_162 + 400, 2_932_896 - 400, 20_000).astype(np.int64),
        ]
    ).astype("M8[D]")
    expected = pandas.DatetimeIndex(days.astype("M8[s]")).to_period(freq)
    got, named = ordinals(days, freq)
    assert named == freq
    np.testing.assert_array_equal(got, expected.asi8)
    some = expected[:: 65_000 // 50]
    for ordinal, label in zip(some.asi8, map(str, some), strict=True):
        if not label[:4].isdigit() or int(label[:4]) < 1000:
            continue  # some versions do not pad
        if freq == "W":  # ours are those of ISO 8601
            thursday = date.fromisoformat(label[:10]) + timedelta(days=3)
            year, number, _ = thursday.isocalendar()
            label = f"{year}-W{number:02}"
        assert em.Periods.of(freq, ordinal, 1).labels == [label]
    # From 1898 on: pandas before 3 counts nanoseconds, which end in 2262.
    first = int(got[62_091 - 26_000])
    start, end = (_core.period_days(freq, first, 360, last) for last in (False, True))
    index = pandas.PeriodIndex.from_ordinals(first + np.arange(360), freq=freq)
    np.testing.assert_array_equal(
        start.view("M8[D]"), index.start_time.values.astype("M8[D]")
    )
    np.testing.assert_array_equal(
        end.view("M8[D]"), index.end_time.values.astype("M8[D]")
    )


def test_every_day_lies_in_its_iso_week():
    first, days = date(1800, 1, 1), (date(2200, 1, 1) - date(1800, 1, 1)).days
    every = [first + timedelta(days=k) for k in range(days)]
    weeks = np.array(read(every, "W"))
    labels = em.Periods.of("W", int(weeks[0]), int(weeks[-1] - weeks[0]) + 1).labels
    for day, week in zip(every, (weeks - weeks[0]).tolist(), strict=True):
        year, number, _ = day.isocalendar()
        assert labels[week] == f"{year}-W{number:02}"
    # And back, but for the week of 1799 that holds the first days of 1800.
    assert read(labels[1:-1], "W") == list(range(weeks[0] + 1, weeks[-1]))


@pytest.mark.parametrize("freq", ["M", "D"])
@pytest.mark.parametrize("month", range(1, 13))
def test_every_fiscal_year_begins_after_its_end(freq, month):
    low, high = (read([date(year, 1, 1)], freq)[0] for year in (1800, 2200))
    calendar = Calendar(freq, low, high - 1, (low, high - 1), year_end=month)
    place, parts = places(calendar)
    days = _core.period_days(freq, low, high - low, False).view("M8[D]")
    months = days.astype("M8[M]").view(np.int64)
    begins = (months - month) // 12 * 12 + month  # the first month of the fiscal year
    following = begins + 12
    unit = f"M8[{freq}]"
    first = begins.view("M8[M]").astype(unit).view(np.int64)
    last = following.view("M8[M]").astype(unit).view(np.int64)
    own = days.astype(unit).view(np.int64)
    np.testing.assert_array_equal(place, own - first)
    np.testing.assert_array_equal(parts, last - first)


@pytest.mark.parametrize("freq", ALL)
def test_periods_match_the_reference(freq):
    pick = random.Random(freq)
    days = [EPOCH + timedelta(days=pick.randrange(-60_000, 60_000)) for _ in range(40)]
    days += [date(2024, 2, 29), date(2025, 1, 1), date(2025, 2, 28), date(2024, 12, 31)]
    assert read(days, freq) == [reference.ordinal(day, freq) for day in days]
    for day in days[-14:]:
        period = em.Periods.of(freq, reference.ordinal(day, freq), 1)
        first, last = reference.bounds(day, freq)
        assert period.labels == [reference.label(day, freq)]
        assert (
            _core.period_days(freq, period.start, 1, False)[0] == (first - EPOCH).days
        )
        assert _core.period_days(freq, period.start, 1, True)[0] == (last - EPOCH).days
        assert read(period.labels, freq) == [period.start]


@pytest.mark.parametrize("freq", ALL)
def test_labels_read_back(freq):
    periods = em.Periods("1960", "2040", freq)
    assert read(periods.labels, freq) == periods.ordinals.tolist()
    assert em.Periods(periods.first, periods.last, freq) == periods


def test_names_of_frequencies():
    same = {"Y-DEC": "Y", "Q-DEC": "Q", "W-SUN": "W", "M-JF": "M-JF", "Y-MAR": "Y-MAR"}
    assert {name: frequency(name) for name in same} == same
    for bad in (
        "",
        "m",
        "A",
        "ME",
        "H-MAR",
        "M-FEB",
        "Y-",
        "Y-MON",
        "W-MAR",
        "Q-XYZ",
        "Y\0",
    ):
        with pytest.raises(ValueError, match="freq is"):
            frequency(bad)
    for bad in (None, 12, b"M"):
        with pytest.raises(TypeError):
            frequency(bad)
    freqs = "Y-MAR", "H", "Q", "M", "M-JF", "W-MON", "D"
    assert list(map(per_year, freqs)) == [1, 2, 4, 12, 11, 52, 365]
    assert [year_of(freq) for freq in ("M", "Q-MAR", "Y-JUN", "M-JF")] == [
        "Y", "Y-MAR", "Y-JUN", "Y"
    ]  # fmt: skip


def test_the_chinese_month_has_eleven_periods():
    periods = em.Periods("2025", "2025", "M-JF")
    assert periods.labels == [f"2025-{month:02d}" for month in range(2, 13)]
    assert read([202501, 202502, 202503, 202512], "M-JF") == [605, 605, 606, 615]
    assert read(np.array(["2025-01", "2026-01"], "M8[M]"), "M-JF") == [605, 616]
    assert read(["2025-01", "2025-02-03"], "M-JF") == [605, 605]


def test_text_that_is_not_unicode_names_its_row():
    refused(["2025-01", "\ud800"], "M", "row 1", "not Unicode")
    refused(["\ud800"], None, "row 0", "accepted")


def test_years_outside_the_calendar():
    for text in ("0000", "1799", "2200", "9999"):
        refused([text], "Y", "row 0", "1800 to 2199", "2025")
    for text in ("0000-12", "1799-12-31", "2200-01", "250101", "Jan 1799", "2200-W01"):
        refused(["2025-01", text], "M", "row 1", "1800 to 2199", "accepted")
    assert read(["1800-01-01", "2199-12-31"], "M") == [-170 * 12, 230 * 12 - 1]
    days = np.array([0, -719_163], "M8[D]")
    refused(days, "M", "row 1", "9999")
    refused(np.array([2_932_897] * 2000, "M8[D]"), "D", "row 0")
    refused(np.array([0, 8030 * 12], "M8[M]"), "M", "row 1", "9999")
    refused(np.array([10**18], "M8[D]"), "D", "row 0")


def test_integers():
    assert read([202501, 202512], "M") == [660, 671]
    assert read(np.array([2024, 2025], np.uint16), "Y-MAR") == [54, 55]
    assert ordinals([7, 8])[1] is None
    assert read([7, 8]) == [7, 8]
    for freq, there in {"D": 20_119, "M": 660, "M-JF": 605, "Q": 220, "Y": 55}.items():
        assert read([20250131], freq) == [there]
    assert read([202501, 20250228], "M") == [660, 661]
    for bad in (202500, 202513, 2025, 0, -202501, 20250132, 20230229, 2**63, -(2**70)):
        refused([202501, bad], "M", "row 1", "yyyymm")
    for bad in (250101, 179912, 220001, 17991231, 22000101):  # 250101 is a yymmdd
        refused([202501, bad], "M", "row 1", "1800 to 2199")
    for bad in (25, 10_000, 202501, -1, 1799, 2200):
        refused([2025, bad], "Y", "row 1", "yyyy")
    for freq in ("H", "Q", "W", "D"):
        for bad in (202501, 2025, 45_688, 250131):  # 45,688 is the day in a worksheet
            refused([bad], freq, "row 0", "yyyymmdd", error=ValueError)
    refused([2025.0], "Y", "2025.0", error=TypeError)
    refused(np.array([2025.0]), "Y", "float64", "integers", error=TypeError)
    refused([True], "Y", error=TypeError)
    refused(np.array([True]), "Y", error=TypeError)
    refused(np.array([b"2025"]), "Y", "decode", error=TypeError)


def test_columns_of_another_frequency():
    refused(["2025-01"], "Y", "row 0", "states M", "resample('Y')")
    refused(["2025Q1"], "H", "resample('H')")
    refused(["2025", "2025-02"], "Y", "row 1", "resample")
    refused(["2024-12-30/2025-01-05"], "M", "states W", "resample('M')")
    refused(["2024-12-30/2025-01-05"], "M-JF", "plain dates")
    refused(["2024-12-30/2025-01-05"], "W-WED", "states W")
    refused(["2025"], "M", "coarser")
    refused(["2025-01", "2025Q1"], None, "row 1", "coarser")
    refused(["2025-01"], "D", "coarser")
    refused(np.array(["2025-01"], "M8[M]"), "Y", "resample('Y')")
    refused(np.array(["2025"], "M8[Y]"), "M", "coarser")
    refused(np.array(["2025-01-01"], "M8[W]"), "W", "states W-WED")


def test_pairs():
    assert read(([2025, 2025], [1, 12])) == [660, 671]
    assert read(([2025], [3]), "Q-MAR") == [55 * 4 + 2]
    assert read((np.array([2025]), np.array([2])), "M-JF") == [605]
    assert read((["2025", "2025"], ["01", "2"]), "M") == [660, 661]
    refused(([2025, 2025], [1, 13]), "M", "row 1", "(2025, 13)")
    refused(([2025], [5]), "Q", "(2025, 5)")
    refused(([25], [1]), "M", "(25, 1)")
    refused(([1799], [12]), "M", "(1799, 12)", "1800 to 2199")
    refused(([2025], [1]), "Y", "resample('Y')")
    refused(([2025], [1, 2]), "M", "1 years")
    refused(([2025], ["x"]), "M", "row 0")
    refused(([2025], [None]), "M", "row 0", "no value")
    refused((["2025-01"], [1]), "M", "row 0")


@pytest.mark.parametrize("unit", ["D", "h", "m", "s", "ms", "us", "ns", "ps"])
def test_units_of_datetime64(unit):
    days = np.arange(-90, 90) if unit == "ps" else np.arange(-30_000, 30_000, 7)
    times = days.astype("M8[D]").astype("M8[s]").astype(f"M8[{unit}]")
    step = np.timedelta64(1, unit) * (unit != "D")
    for freq in ("M", "D", "W"):
        expected = ordinals(days.astype("M8[D]"), freq)[0]
        np.testing.assert_array_equal(ordinals(times, freq)[0], expected)
        before = ordinals(times - step, freq)[0]  # the instant before midnight
        late = days - 1 if unit != "D" else days
        np.testing.assert_array_equal(before, ordinals(late.astype("M8[D]"), freq)[0])
    swapped = times.astype(times.dtype.newbyteorder(">"))
    np.testing.assert_array_equal(
        ordinals(swapped[::2], "M")[0], ordinals(times[::2], "M")[0]
    )


def test_columns_of_python_objects():
    days = [date(2025, 1, 31), date(2024, 2, 29)]
    times = [datetime(2025, 1, 31, 23, 59), datetime(1, 1, 1)]
    assert read(days, "M") == [660, 649]
    assert read(np.array(days, dtype=object), "M") == [660, 649]
    assert read(times, "D") == [20_119, -719_162]
    assert read([np.datetime64("2025-01"), np.datetime64("2025-02")]) == [660, 661]
    assert read([t.replace(tzinfo=UTC) for t in times], "D") == [
        20_119,
        -719_162,
    ]
    east = timezone(timedelta(hours=8))
    refused([times[0].replace(tzinfo=east)], "D", "UTC+08:00", "tz_localize")
    refused([times[0], times[0].replace(tzinfo=UTC)], "D", "row 1", "zone")
    refused([days[0], "2025-01"], "M", "row 1", "'2025-01'", error=TypeError)
    refused([days[0], object()], "M", "row 1", error=TypeError)
    refused("2025-01", "M", "one value per row", error=TypeError)
    refused(202501, "M", error=TypeError)
    refused(np.zeros((2, 2), "M8[D]"), "M", "2 dimensions")
    assert read([], "M") == []
    assert ordinals([], "M")[1] == "M"
    with pytest.raises(ValueError, match="freq="):
        ordinals(np.array([], dtype="M8[D]"))


@pytest.mark.parametrize("missing", [None, np.nan, np.datetime64("NaT", "D")])
@pytest.mark.parametrize(
    "first", ["2025-01", 202501, date(2025, 1, 1), np.datetime64("2025-01")]
)
def test_a_missing_value_names_its_row(missing, first):
    refused([first, first, missing], "M", "row 2", "no value")
    refused([missing, first], "M", "row 0", "no value")


def test_missing_in_arrays():
    refused(np.array(["2025-01", "NaT"], "M8[D]"), "M", "row 1", "no value")
    refused(np.array(["2025-01", "NaT"], "M8[M]"), "M", "row 1", "no value")
    refused(np.ma.masked_array([2024, 2025], [False, True]), "Y", "row 1", "no value")


def test_pandas_columns():
    pandas = pytest.importorskip("pandas")
    days = pandas.to_datetime(["2025-01-31", "2024-02-29"])
    for column in (days, days.to_series(), days.array, days.as_unit("us")):
        assert read(column, "M") == [660, 649]
        refused(column, None, "freq=")
    assert read(days.tz_localize("UTC"), "M") == [660, 649]
    refused(days.tz_localize("Asia/Shanghai"), "M", "Asia/Shanghai", "UTC")
    for freq in ("M", "Q-MAR", "W", "D", "Y"):
        periods = days.to_period(freq)
        for column in (periods, periods.to_series(), periods.array, list(periods)):
            got, stated = ordinals(column)
            assert (got.tolist(), stated) == (periods.asi8.tolist(), freq)
    refused(days.to_period("M"), "Y", "resample('Y')")
    refused(days.to_period("Q-MAR"), "Q", "plain dates")
    refused(days.to_period("h"), "D", "'h'")
    refused(days.to_period("2M"), "M", "'2M'")
    refused(pandas.PeriodIndex(["2025-01", None], freq="M"), "M", "row 1", "no value")
    refused(pandas.Series(["2025-01", None]), "M", "row 1", "no value")
    refused(pandas.Series([202501, None], dtype="Int64"), "M", "row 1", "no value")
    refused(pandas.Series([days[0], None]), "M", "row 1", "no value")
    refused(pandas.DataFrame({"a": [1]}), "M", "is a table", error=TypeError)
    assert read(pandas.Series([202501], dtype="Int64"), "M") == [660]
    assert read(pandas.Series(["2025-01", "2025-02"]).astype("category")) == [660, 661]
    assert read((pandas.Series([2025]), pandas.Series([2]))) == [661]


def test_polars_columns():
    polars = pytest.importorskip("polars")
    days = [date(2025, 1, 31), date(2024, 2, 29)]
    times = polars.Series([datetime(2025, 1, 31), datetime(2024, 2, 29)])
    assert read(polars.Series(days), "M") == [660, 649]
    assert read(times, "M") == [660, 649]
    assert read(times.dt.replace_time_zone("UTC"), "M") == [660, 649]
    refused(times.dt.replace_time_zone("Asia/Shanghai"), "M", "Asia/Shanghai")
    assert read(polars.Series(["2025-01"])) == [660]
    assert read(polars.Series([202501]), "M") == [660]
    refused(polars.Series([202501, None]), "M", "row 1", "no value")
    refused(polars.Series(["2025-01", None]), "M", "row 1", "no value")


def test_pyarrow_columns():
    arrow = pytest.importorskip("pyarrow")
    pandas = pytest.importorskip("pandas")
    days = arrow.array([date(2025, 1, 31), date(2024, 2, 29)])
    for kind in ("date32", "date64", "timestamp[s]", "timestamp[ns]"):
        assert read(days.cast(kind), "M") == [660, 649]
    assert read(arrow.chunked_array([days, days]), "M") == [660, 649] * 2
    zoned = days.cast("timestamp[s]").cast(arrow.timestamp("s", "Asia/Shanghai"))
    refused(zoned, "M", "Asia/Shanghai")
    assert read(zoned.cast(arrow.timestamp("s", "UTC")), "M") == [660, 649]
    assert read(arrow.array(["2025-01"]).dictionary_encode()) == [660]
    assert read(arrow.array([2025]), "Y") == [55]
    refused(arrow.array([2025, None]), "Y", "row 1", "no value")
    periods = pandas.period_range("2025-01", periods=3, freq="M")
    assert read(arrow.array(periods)) == [660, 661, 662]
    assert read(pandas.Series(days, dtype=pandas.ArrowDtype(days.type)), "M") == [
        660,
        649,
    ]
