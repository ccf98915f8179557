"""Lags and windows: numbers of periods, words, and the same date of another year."""

from calendar import monthrange
from datetime import date, timedelta

import numpy as np
import pytest

from evmarket import _core
from evmarket._calendar.frequency import first_day
from evmarket._calendar.lags import (
    NO_PERIOD,
    Lag,
    exit_periods,
    is_one_year,
    read_lag,
    window_periods,
    window_starts,
)
from tests.calendar.reference_period import WEEKDAYS

EPOCH = date(1970, 1, 1)
DAYS = np.arange(np.datetime64("1800-01-01"), np.datetime64("2200-01-01")).view(
    np.int64
)
WEEKS = ["W", *(f"W-{day}" for day in WEEKDAYS[:-1])]

LAGS = [
    ("1Y", "M", 12), ("-1Y", "M", -12), ("+1Y", "M", 12), ("1y", "M", 12),
    ("2Q", "M", 6), ("1M", "M", 1), ("12M", "M", 12), ("1H", "M", 6), ("12", "M", 12),
    (12, "M", 12), (-1, "M", -1), (np.int8(3), "M", 3), ("1Y", "Q", 4),
    ("6M", "Q-MAR", 2), ("1Y", "H", 2), ("1Y", "Y-MAR", 1), ("4Q", "Y", 1),
    ("1Y", "M-JF", 11), ("-2Y", "M-JF", -22), ("12M", "M-JF", 11), (11, "M-JF", 11),
    ("22", "M-JF", 22), ("4W", "W-MON", 4), ("7D", "W", 1), ("1W", "D", 7),
    (364, "D", 364), (12, None, 12), ("12", None, 12), (" 1Y ", "M", 12),
]  # fmt: skip
BAD_LAGS = [
    ("1M", "Q", ValueError, "whole"), ("5M", "Q", ValueError, "whole"),
    ("1Q", "Y", ValueError, "whole"), ("1M", "W", ValueError, "whole"),
    ("1W", "M", ValueError, "whole"), ("3D", "W", ValueError, "whole"),
    ("1Q", "M-JF", ValueError, "whole"), ("1M", "M-JF", ValueError, "whole"),
    (12, "M-JF", ValueError, "11"), (1, "M-JF", ValueError, "11"),
    ("1W", "M-JF", ValueError, "whole"), (0, "M", ValueError, "0"),
    ("0Y", "M", ValueError, "0"), ("", "M", ValueError, "words"),
    ("Y", "M", ValueError, "words"), ("1X", "M", ValueError, "words"),
    ("1.5Y", "M", ValueError, "words"), ("--1Y", "M", ValueError, "words"),
    ("1 Y", "M", ValueError, "words"), ("１Y", "M", ValueError, "words"),
    ("1年", "M", ValueError, "words"), ("1Y", None, ValueError, "freq="),
    (1.0, "M", TypeError, "1.0"), (True, "M", TypeError, "True"),
    (None, "M", TypeError, "None"), (2**70, "M", OverflowError, "longer"),
]  # fmt: skip


@pytest.mark.parametrize(("lag", "freq", "expected"), LAGS)
def test_lags(lag, freq, expected):
    assert read_lag(lag, freq) == Lag(freq, expected)


@pytest.mark.parametrize(("lag", "freq", "error", "word"), BAD_LAGS)
def test_bad_lags(lag, freq, error, word):
    with pytest.raises(error, match="lag is") as caught:
        read_lag(lag, freq)
    assert word in str(caught.value)


def test_windows_and_exits():
    assert window_periods("12M", "M") == 12
    assert window_periods("1Y", "M-JF") == 11
    assert window_periods(3, "M-JF") == 3
    for bad in (0, -1, "-1Y"):
        with pytest.raises(ValueError, match="window is"):
            window_periods(bad, "M")
        with pytest.raises(ValueError, match="window is"):
            window_starts(bad, "D", np.zeros(1, np.int64))
    years = [
        exit_periods("1Y", freq) for freq in ("Y", "H", "Q", "M", "M-JF", "W", "D")
    ]
    # A year without a row is late; at least two are an exit.
    assert years == [2, 2, 4, 12, 11, 52, 365]
    assert exit_periods(1, "Y") == 1
    assert exit_periods("2Y", "W-FRI") == 104
    assert exit_periods(6, "M") == 6
    with pytest.raises(ValueError, match="exit_after"):
        exit_periods("0Y", "D")


# ---- by date: days and weeks --------------------------------------------------------


def test_words_by_date():
    assert read_lag("1Y", "D") == Lag("D", 0, 12)
    assert read_lag("-2Y", "W-MON") == Lag("W-MON", 0, -24)
    assert [read_lag(f"1{word}", "D").months for word in "HQM"] == [6, 3, 1]
    # Weeks have years alone.
    for word in ("1M", "1Q", "1H"):
        with pytest.raises(ValueError, match="whole number of periods at 'W'"):
            read_lag(word, "W")
    assert [read_lag(lag, "W").years for lag in ("1Y", "2Y", 52, "52W")] == [
        True,
        True,
        False,
        False,
    ]
    assert [read_lag(lag, "D").years for lag in ("1Y", "12M", "1M", 365)] == [
        True,
        True,
        False,
        False,
    ]
    assert is_one_year("1Y", "D") and is_one_year("12M", "D") and is_one_year("1Y", "W")
    assert not is_one_year(365, "D") and not is_one_year(52, "W")
    assert is_one_year(12, "M") and is_one_year("1Y", "M-JF")


def months_before(day, months, nearest):
    """The same day some months before, with datetime."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = monthrange(year, month + 1)[1]
    if day.day > last and not nearest:
        return NO_PERIOD
    return (date(year, month + 1, min(day.day, last)) - EPOCH).days


@pytest.mark.parametrize("months", [12, -12, 48, 1, -1, 3, 6])
@pytest.mark.parametrize("nearest", [False, True])
def test_the_same_day_of_another_month_on_every_day(months, nearest):
    lag = Lag("D", 0, months, nearest)
    days = [EPOCH + timedelta(days=int(day)) for day in DAYS]
    expected = [months_before(day, months, nearest) for day in days]
    assert lag.before(DAYS).tolist() == expected


def test_the_same_date_is_that_of_pandas():
    pandas = pytest.importorskip("pandas")
    days = pandas.DatetimeIndex(DAYS.view("M8[D]").astype("M8[s]"))
    expected = (days - pandas.DateOffset(years=1)).to_numpy().astype("M8[D]")
    got = Lag("D", 0, 12, nearest=True).before(DAYS)
    assert np.array_equal(got, expected.view(np.int64))


def week_number(freq, ordinal):
    """The year and number of a week, those of its fourth day."""
    middle = EPOCH + timedelta(days=first_day(freq, ordinal) + 3)
    return middle.year, (middle.timetuple().tm_yday - 1) // 7 + 1


@pytest.mark.parametrize("freq", WEEKS)
def test_the_week_of_the_same_number_in_every_week(freq):
    first, last = (_core.period_at(freq, int(day)) for day in (DAYS[0], DAYS[-1]))
    ordinals = np.arange(first - 160, last + 160)
    numbered = {week_number(freq, int(t)): int(t) for t in ordinals}
    inside = ordinals[160:-160]
    if freq == "W":
        for t in inside[::5].tolist():
            monday = EPOCH + timedelta(days=first_day(freq, t))
            assert monday.isocalendar()[:2] == week_number(freq, t)
    for years in (1, -1, 2, -3):
        wanted = [week_number(freq, int(t)) for t in inside]
        near = [numbered.get((year - years, number)) for year, number in wanted]
        exact = [NO_PERIOD if t is None else t for t in near]
        lag = Lag(freq, 0, 12 * years)
        assert lag.before(inside).tolist() == exact
        assert exact.count(NO_PERIOD) in range(1, 80)  # weeks 53 without a partner
        # The week before the one that is missing is week 52.
        pairs = zip(near, wanted, strict=True)
        near = [numbered[y - years, 52] if t is None else t for t, (y, _) in pairs]
        assert lag._replace(nearest=True).before(inside).tolist() == near


@pytest.mark.parametrize(
    "lag",
    [
        Lag("D", 0, 12, True),
        Lag("D", 0, -12, True),
        Lag("D", 0, 12),
        Lag("D", 0, 1),
        Lag("D", 7),
        Lag("W", 0, 12),
        Lag("M", -3),
    ],
)
def test_after_is_the_inverse_of_before(lag):
    ordinals = np.arange(2000, 9000)
    bases = dict(zip(ordinals.tolist(), lag.before(ordinals).tolist(), strict=True))
    some = np.arange(3500, 7500)
    place, periods = lag.after(some)
    found = sorted(zip(some[place].tolist(), periods.tolist(), strict=True))
    assert found == sorted((b, t) for t, b in bases.items() if 3500 <= b < 7500)


def test_bases_far_outside_the_calendar():
    assert Lag("D", 0, 12 * 999_999_999).one_before(0) < -(10**9)
    assert Lag("W", 0, -12 * 999_999_999).one_before(0) > 10**9
    assert Lag("D", 0, 12).one_before(-719162) < -719162
    with pytest.raises(ValueError, match="years 1 to 9999"):
        Lag("D", 0, 12).before(np.array([2932897]))
    with pytest.raises(ValueError, match="no months by date"):
        Lag("M", 0, 12).before(np.array([1]))
    with pytest.raises(ValueError, match="no months by date"):
        Lag("W", 0, 1).before(np.array([1]))
    with pytest.raises(TypeError, match="tuple"):
        _core.period_before(12, np.array([1]))


def test_windows_by_date():
    def starts(window, freq, *labels):
        ends = [
            _core.period_at(freq, int(np.datetime64(x, "D").view("i8"))) for x in labels
        ]
        begin = window_starts(window, freq, np.array(ends))
        return [str(np.datetime64(first_day(freq, int(t)), "D")) for t in begin]

    assert starts(
        "1Y", "D", "2025-11-24", "2024-02-28", "2024-02-29", "2025-02-28"
    ) == [
        "2024-11-25",
        "2023-03-01",
        "2023-03-01",
        "2024-02-29",
    ]
    assert starts("1M", "D", "2025-03-30", "2025-03-31", "2025-04-30") == [
        "2025-03-01",
        "2025-03-01",
        "2025-03-31",
    ]
    # Week 53 of 2020 has no partner: its year begins where that of week 52 does.
    assert starts("1Y", "W", "2020-12-21", "2020-12-28", "2021-01-04") == [
        "2019-12-30",
        "2019-12-30",
        "2020-01-06",
    ]
    assert starts(7, "D", "2025-03-30") == starts("1W", "D", "2025-03-30")
