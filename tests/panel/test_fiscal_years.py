"""Years that do not end in December, also after `resample`."""

import datetime as dt

import numpy as np
import pytest

import evmarket as em

MONTHS = [f"{2023 + k // 12}-{k % 12 + 1:02}" for k in range(30)]


def running(ends):
    """Ten a month, added up from the month after `ends` on."""
    total, totals = 0, []
    for k in range(30):
        total = 10 if k % 12 == ends % 12 else total + 10
        totals.append(total)
    return totals


def panel(year_end=None):
    ends = {"MAR": 3, None: 12}[year_end]
    return em.Panel.from_arrays(
        {"k": ["x"] * 30},
        MONTHS,
        {"u": [10] * 30, "c": running(ends)},
        kinds={"c": "cumulative"},
        year_end=year_end,
    )


@pytest.mark.parametrize(
    ("year_end", "freq"),
    [("MAR", "M"), ("MAR", "Q"), ("MAR", "M-JF"), (None, "Q"), (None, "H"),
     (None, "Q-MAR"), (None, "M-JF")],
)  # fmt: skip
def test_a_running_total_keeps_its_year_when_periods_are_regrouped(year_end, freq):
    shown = panel(year_end)
    shown = shown if freq == "M" else shown.resample(freq)
    flow, single = shown["u"], shown["c"].from_ytd()
    known = ~np.isnan(single.values[0])
    assert known.sum() >= len(known) - 1
    assert single.values[0][known].tolist() == flow.values[0][known].tolist()
    trailing = shown["c"].trailing("1Y").values[0]
    whole = flow.trailing("1Y").values[0]
    both = ~np.isnan(trailing) & ~np.isnan(whole)
    assert both.sum() >= len(both) - 13 and (trailing == whole)[both].all()
    if freq in ("M", "Q", "M-JF"):
        # Where the year to date is known it is the running total.
        to_date = flow.ytd().values[0]
        known = ~np.isnan(to_date)
        assert known.any()
        assert (to_date == shown["c"].values[0])[known].all()


def test_years_that_periods_do_not_make_up_are_refused():
    fiscal, plain = panel("MAR"), panel()
    for refused, words in (
        (lambda: fiscal.resample("H")["c"].from_ytd(), "years of 'Y-MAR'.*'H'"),
        (lambda: fiscal.resample("H")["c"].trailing("1Y"), "take .from_ytd"),
        (lambda: fiscal.resample("H")["u"].ytd(), "the year ends in MAR"),
        (lambda: plain.resample("Y-MAR")["c"].from_ytd(), "years of 'Y'.*'Y-MAR'"),
    ):
        with pytest.raises(ValueError, match=words):
            refused()
    report = fiscal.resample("Q").report("c", by="k", at="2024Q2")
    assert report["qoq"][0] == 0 and report["yoy"][0] == 0
    assert "ytd" not in fiscal.resample("H").report("u", by="k", at="2024H1").columns


def test_weeks_of_a_daily_running_total_have_no_single_weeks():
    days = [dt.date(2024, 12, 1) + dt.timedelta(days=k) for k in range(60)]
    totals = [day.timetuple().tm_yday for day in days]
    daily = em.Panel.from_arrays(
        {}, days, {"c": totals}, kinds={"c": "cumulative"}, freq="D"
    )
    with pytest.raises(ValueError, match="'W' do not make up"):
        daily.resample("W")["c"].from_ytd()


def test_a_year_of_weeks_after_one_of_53():
    days = [dt.date(2019, 12, 30) + dt.timedelta(days=7 * k) for k in range(160)]
    weeks = em.Panel.from_arrays({}, days, {"u": list(range(1, 161))}, freq="W")
    totals = weeks["u"].ytd().values[0]
    level = em.Panel.from_arrays(
        {}, days, {"c": totals}, kinds={"c": "cumulative"}, freq="W"
    )["c"].trailing("1Y")
    flow = weeks["u"].trailing("1Y")
    assert level.at("2021-W52") == flow.at("2021-W52") == 4187
    assert level.values[0][60:].tolist() == flow.values[0][60:].tolist()
    assert "last period of the year" not in str(level.why("2021-W52"))


def test_measures_of_different_years_do_not_add():
    one, other = panel("MAR"), panel()
    for sum_ in (lambda: one["u"] + other["u"], lambda: other["c"] - one["c"]):
        with pytest.raises(ValueError, match="ends in"):
            sum_()


def test_items_without_a_base_are_gaps():
    days = [dt.date(2023, 2, 20) + dt.timedelta(days=k) for k in range(400)]
    daily = em.Panel.from_arrays({"k": ["a"] * 400}, days, {"u": [1] * 400}, freq="D")
    why = daily.contributions("u")
    for label in ("2024-02-29", "2023-12-01"):  # no such date, outside the calendar
        items = why.items(label)
        assert items["fate"].tolist() == ["gap"]
        assert np.isnan(items["base"]).all() and items["current"].tolist() == [1]


def test_an_empty_panel_has_no_periods():
    empty = em.Panel.from_table({"m": [], "u": []}, [], "m", "u", freq="M")
    with pytest.raises(KeyError, match="the calendar has no periods"):
        empty["u"].at("2024-01")
    with pytest.raises(KeyError, match="the calendar has no periods"):
        empty.select(periods="2024")
    assert len(em.Rows([], [], "D", date_format="%d-%m-%Y")) == 0
