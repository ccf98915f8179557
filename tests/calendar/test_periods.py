"""em.Periods, and labels of periods that a user gives."""

import pickle
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import evmarket as em
from evmarket import _core
from evmarket._calendar.columns import ordinals
from evmarket._calendar.labels import last_complete, one_period, span
from evmarket._calendar.periods import wholes
from tests.calendar import reference_period as reference
from tests.calendar.test_period import ALL, IN_PANDAS, read


@pytest.mark.parametrize(
    ("value", "freq", "expected"),
    [
        ("2026-02", "M", "2026-02"), (202602, "M", "2026-02"), ("2026", "M", "2026-12"),
        (2026, "M", "2026-12"), ("2026Q1", "M", "2026-03"),
        ("2026-02-28", "M", "2026-02"), ("2026-02-27", "M", "2026-01"),
        (date(2026, 2, 28), "M", "2026-02"), (datetime(2026, 2, 28, 5), "M", "2026-02"),
        (np.datetime64("2026-02"), "M", "2026-02"),
        (np.datetime64("2026-02-01"), "M", "2026-01"),
        (np.int64(202602), "M", "2026-02"), ("2026-02", "Q", "2025Q4"),
        ("2026-03", "Q", "2026Q1"), ("2026-02", "M-JF", "2026-02"),
        ("2026-01", "M-JF", "2025-12"), ("2025", "Q-MAR", "2025Q4"),
        ("2025", "Y-MAR", "2025"), (np.datetime64("2025"), "Y-MAR", "2025"),
        ("2025-03", "Y-MAR", "2025"), ("2025-01", "W", "2025-W05"),
        ("2025-02", "D", "2025-02-28"), ("2199", "M", "2199-12"),
    ],
)  # fmt: skip
def test_complete_through(value, freq, expected):
    got = last_complete(value, freq, "complete_through")
    assert em.Periods.of(freq, got, 1).labels == [expected]


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)), st.sampled_from(ALL))
def test_a_day_means_the_period_that_contains_it(day, freq):
    place = np.array([day], "M8[D]").view(np.int64)[0]
    complete = last_complete(day, freq, "x")
    assert _core.period_days(freq, complete, 1, True)[0] <= place
    assert _core.period_days(freq, complete + 1, 1, True)[0] > place
    first, last = span(day, freq, "x")
    assert first == last == one_period(day, freq, "x") == read([day], freq)[0]
    assert _core.period_days(freq, first, 1, False)[0] <= place
    assert _core.period_days(freq, first, 1, True)[0] >= place


def test_a_label_picks_the_periods_that_hold_it():
    panel = em.Panel.from_arrays(
        {}, ["2025-01", "2025-02", "2025-03", "2025-04"], {"units": [1, 2, 3, 4]}
    )
    for label in ("2025-03-31", "2025-03-01", date(2025, 3, 15), "2025-03"):
        assert panel.select(periods=label)["units"].values.tolist() == [[3.0]]
        assert panel["units"].at(label).tolist() == [3.0]
        assert panel["units"].index(base=label).at("2025-03").tolist() == [100.0]
        assert label in panel.periods and panel.periods.index(label) == 2
        assert panel.periods.locate(label) == slice(2, 3)
    for periods in (
        slice("2025-02-01", "2025-03-01"),
        slice("2025-02-28", "2025-03-31"),
        slice(date(2025, 2, 10), "2025-03"),
    ):
        assert panel.select(periods=periods)["units"].values.tolist() == [[2.0, 3.0]]
        assert panel.periods.locate(periods) == slice(1, 3)
    assert len(em.Periods("2025-01-01", "2025-03-01", freq="M")) == 3
    assert panel.select(periods="2025Q1")["units"].values.tolist() == [[1.0, 2.0, 3.0]]
    with pytest.raises(KeyError, match="2025-05-01"):
        panel.select(periods="2025-05-01")


def test_fiscal_years_are_those_of_year_end():
    panel = em.Panel.from_arrays(
        {}, ["2024-03", "2024-04", "2025-03", "2025-04"], {"units": [1, 2, 4, 8]},
        year_end="MAR",
    )  # fmt: skip
    sold = panel.select(periods="FY2025")["units"]
    assert (sold.periods.first, sold.periods.last) == ("2024-04", "2025-03")
    assert panel["units"].at("FY25").tolist() == [4.0]
    assert panel.select(periods="2025")["units"].periods.first == "2025-01"
    late = panel.assume(complete_through="FY2025")["units"]
    assert late.status[0, -2:].tolist() == [em.Status.OK, em.Status.PARTIAL]
    assert span("FY2025", "M", "x") == span("2025", "M", "x")
    assert span("FY2025", "M", "x", 3) == (651, 662)
    assert span("FY2025", "Q-MAR", "x") == span("2025", "Q-MAR", "x") == (220, 223)
    assert span("2025Q1", "M", "x") == (660, 662)
    assert em.Periods("FY2025", "FY2026", "Y-MAR").labels == ["2025", "2026"]


def test_one_period():
    assert one_period("2025-12-15", "M", "at") == 671
    assert one_period(date(2025, 12, 1), "M", "at") == 671
    assert one_period("2025", "M", "at") == 671
    assert one_period("2025-12", "Q", "at") == one_period("2025Q4", "Q", "at")
    assert one_period(17, None, "at") == 17
    with pytest.raises(TypeError, match="freq="):
        one_period("2025", None, "at")
    for far in (np.datetime64(10**10, "D"), np.datetime64("12000", "Y")):
        with pytest.raises(ValueError, match=r"at, .* 9999"):
            one_period(far, "M", "at")
    for bad in (
        "2025-13",
        "soon",
        25,
        0,
        20250132,
        np.datetime64("NaT", "D"),
        None,
        1.5,
        b"2025",
    ):
        with pytest.raises((TypeError, ValueError), match="at"):
            one_period(bad, "M", "at")


def test_pandas_periods_as_labels():
    pandas = pytest.importorskip("pandas")
    assert last_complete(pandas.Period("2025-03", "M"), "M", "x") == 662
    assert last_complete(pandas.Period("2025Q1", "Q"), "M", "x") == 662
    assert last_complete(pandas.Timestamp("2025-03-31"), "M", "x") == 662
    assert one_period(pandas.Period("2025-03", "Q-MAR"), "Q-MAR", "x") == 223


def test_periods():
    months = em.Periods("2024-01", "2026-02")
    assert (len(months), months.first, months.last, months.freq, months.start) == (
        26, "2024-01", "2026-02", "M", 648
    )  # fmt: skip
    assert repr(months) == "Periods('2024-01', '2026-02', freq='M')"
    assert list(months) == months.labels
    assert months[-1] == months[25] == "2026-02"
    assert months[12:] == em.Periods("2025-01", "2026-02")
    assert months[5:2] == em.Periods.of("M", 0, 0)
    assert len({months, em.Periods(date(2024, 1, 1), 202602, "M-JF")}) == 2
    assert months != em.Periods("2024-01", "2026-01") and months != 26
    assert (
        months == em.Periods(202401, 202602, "M") == pickle.loads(pickle.dumps(months))
    )
    assert "2025" in months and "2023-12" not in months and "what" not in months
    assert months.index("2024-03") == 2
    assert months.index("2025") == 23
    with pytest.raises(KeyError, match="2023"):
        months.index("2023-12")
    with pytest.raises(IndexError):
        months[26]
    with pytest.raises(ValueError, match="step"):
        months[::2]
    with pytest.raises(ValueError, match="before first"):
        em.Periods("2025-02", "2025-01")
    with pytest.raises(ValueError, match="freq="):
        em.Periods("2025-02-01", "2025-03")
    assert repr(em.Periods.of("M", 3, 0)) == "Periods(none, freq='M')"
    with pytest.raises(ValueError, match="9999"):
        em.Periods.of("Y", 8029, 2).labels  # noqa: B018


def test_places_of_labels():
    months = em.Periods("2024-01", "2026-02")
    for label, expected in {
        "2025": (12, 24),
        "2025Q2": (15, 18),
        "2026": (24, 26),
        "2024-05": (4, 5),
        "2023": (0, 0),
        "2030": (26, 26),
        2025: (12, 24),
    }.items():
        assert months.locate(label) == slice(*expected), label
    assert months.locate(slice("2025", None)) == slice(12, 26)
    assert months.locate(slice(None, "2025")) == slice(0, 24)
    assert months.locate(slice("2024-06", "2025Q1")) == slice(5, 15)
    assert months.locate(slice("2024-06-15", "2025-03-30")) == slice(5, 15)
    assert months.locate(slice("2026", "2024")) == slice(24, 24)
    with pytest.raises(ValueError, match="step"):
        months.locate(slice("2025", None, 2))
    with pytest.raises(ValueError, match="start is 'x'"):
        months.locate(slice("x", None))


def test_periods_as_arrays():
    assert em.Periods("2024", "2025").to_numpy().dtype == "M8[Y]"
    assert em.Periods("2024-01", "2025-12").to_numpy()[-1] == np.datetime64("2025-12")
    for freq in ("H", "Q", "Y-MAR", "M-JF", "W"):
        got = em.Periods("2025", "2025", freq).to_numpy()
        assert got.dtype == "M8[D]"
        expected = [reference.bounds(day, freq)[0] for day in got.tolist()]
        assert got.tolist() == expected
    pandas = pytest.importorskip("pandas")
    for freq in IN_PANDAS:
        periods = em.Periods("2024", "2025", freq)
        index = periods.to_pandas()
        if freq != "W":  # ours are those of ISO 8601
            assert list(map(str, index)) == periods.labels
        assert ordinals(index)[1] == freq
        assert isinstance(index, pandas.PeriodIndex)
    for freq in ("H", "M-JF"):
        with pytest.raises(ValueError, match="pandas has no"):
            em.Periods("2024", "2025", freq).to_pandas()


@pytest.mark.parametrize(
    "whole", ["M", "M-JF", "Q", "Q-FEB", "H", "Y", "Y-MAR", "W-TUE"]
)
def test_wholes_of_days(whole):
    days = em.Periods("2023-11-03", "2025-02-09", "D")
    got = wholes(days, whole)
    for k in range(0, len(days), 17):
        day = date.fromisoformat(days[k])
        first, last = reference.bounds(day, whole)
        assert got.periods[int(got.group[k])] == reference.label(day, whole)
        assert got.place[k] == (day - first).days
        assert got.parts[k] == (last - first).days + 1


def test_wholes():
    months = em.Periods("2024-02", "2025-02")
    got = wholes(months, "M-JF")
    assert got.periods == em.Periods("2024-02", "2025-02", "M-JF")
    assert got.group.tolist() == [0, *range(1, 11), 11, 11]
    assert got.place.tolist() == [1, *[0] * 10, 0, 1]
    assert got.parts.tolist() == [2, *[1] * 10, 2, 2]
    quarters = wholes(em.Periods("2024Q2", "2025Q1"), "Y-MAR")
    assert quarters.periods.labels == ["2025"]
    assert quarters.place.tolist() == [0, 1, 2, 3]
    # A week belongs to the month of its fourth day: that of 2025-01-27 to January.
    weeks = wholes(em.Periods("2025-01", "2025-02", freq="W"), "M")
    assert weeks.group.tolist() == [0] * 5 + [1] * 4
    assert weeks.place.tolist() == [0, 1, 2, 3, 4, 0, 1, 2, 3]
    assert weeks.parts.tolist() == [5] * 5 + [4] * 4
    empty = wholes(em.Periods.of("M", 0, 0), "Q")
    assert len(empty.periods) == len(empty.group) == 0
    for fine, coarse in [
        ("Y", "M"),
        ("W", "M-JF"),
        ("Q", "Y-JAN"),
        ("Q", "Q-JAN"),
        ("M-JF", "M"),
    ]:
        with pytest.raises(ValueError, match=f"'{coarse}'"):
            wholes(em.Periods("2024", "2025", fine), coarse)
