"""Weeks and days on the year: by number and by date, through every door."""

import csv
import io
from datetime import date, timedelta

import numpy as np
import pytest

import evmarket as em
from evmarket.__main__ import main

DAY = timedelta(days=1)


def days(first, last):
    return [first + DAY * k for k in range((last - first).days + 1)]


def grew(current, base):
    """Growth as it is rounded."""
    return (current - base) / base


def names(measure):
    return em.Status.names(measure.status)


# ---- a market in which nothing changes -----------------------------------------------


def flat(freq):
    """One vehicle a day (a week) from 2019 to 2026, of each of two makers."""
    if freq == "D":
        when = days(date(2019, 1, 1), date(2026, 12, 31))
    else:
        monday = date(2018, 12, 31)
        when = [monday + 7 * DAY * k for k in range(418)]  # to 2026-W53
    makers = [maker for maker in "AB" for _ in when]
    columns = {"u": [1] * len(makers), "c": [2] * len(makers)}
    return makers, when * 2, columns


def growth_on_the_year(panel):
    """Every growth on the year, by name."""
    units = panel["u"]
    yield "growth", units.growth()
    yield "two years", units.growth("2Y")
    yield "ahead", units.growth("-1Y")
    yield "midpoint", units.growth(policy="midpoint")
    yield "log", units.log_growth()
    yield "annualized", units.annualized_growth("1Y")
    yield "change", units.change()
    yield "within", units.growth(within=())
    yield "matched", units.growth(within=(), matched=True)
    yield "share", units.share().change()
    yield "ratio", panel.ratio("u", "c").change()
    yield "total", panel.rollup()["u"].growth()
    yield "contributions", panel.contributions("u").total
    yield "mix", panel.mix_rate("u", "c").total


@pytest.mark.parametrize("freq", ["D", "W"])
def test_growth_of_a_flat_market_is_0_or_no_number(freq):
    makers, when, columns = flat(freq)
    panel = em.Panel.from_arrays({"m": makers}, when, columns, freq=freq)
    for name, rates in growth_on_the_year(panel):
        values = np.asarray(rates)
        known = values[~np.isnan(values)]
        assert len(known) > 2000 if freq == "D" else len(known) > 300, name
        assert not known.any(), name
    lags = [
        em.growth_by(columns["u"], makers, when, freq=freq, lag=lag)
        for lag in ("1Y", "-1Y", "3Y")
    ]
    assert not any(np.nan_to_num(rates).any() for rates in lags)
    # What has no base is the first year and 29 February, or week 53.
    labels = np.array(panel.periods.labels)
    gaps = labels[names(panel["u"].growth())[0] == "GAP"].tolist()
    assert gaps == (
        ["2020-02-29", "2024-02-29"] if freq == "D" else ["2020-W53", "2026-W53"]
    )


def test_running_totals_of_a_flat_week_are_like_for_like():
    makers, when, columns = flat("W")
    panel = em.Panel.from_arrays({"m": makers}, when, columns, freq="W")
    rates = panel["u"].ytd().growth()
    assert not np.nan_to_num(rates.values).any()
    labels = np.array(panel.periods.labels)
    assert labels[names(rates)[0] == "GAP"].tolist() == ["2020-W53", "2026-W53"]


def test_running_totals_of_a_flat_day_differ_by_the_leap_day_alone():
    makers, when, columns = flat("D")
    panel = em.Panel.from_arrays({"m": makers}, when, columns, freq="D")
    monthly = panel["u"].to_date("M").growth()
    labels = np.array(panel.periods.labels)
    unlike = labels[np.nan_to_num(monthly.values)[0] != 0].tolist()
    assert unlike == ["2020-02-29", "2024-02-29"]  # 29 days on 28
    assert monthly.at("2024-02-29")[0] == 1 / 28
    year = panel["u"].ytd().growth()
    assert year.at("2024-02-28")[0] == 0
    assert year.at("2024-02-29")[0] == 1 / 59
    assert year.at("2024-12-31")[0] == pytest.approx(1 / 365)
    assert year.at("2025-12-31")[0] == pytest.approx(-1 / 366)
    assert year.at("2026-12-31")[0] == 0


# ---- the same date, and 29 February --------------------------------------------------


def leap():
    """Rows around the end of February of four years, with plain numbers."""
    table = {
        "m": ["A"] * 7,
        "d": [
            date(2023, 2, 1), date(2023, 2, 28), date(2023, 3, 1), date(2024, 2, 28),
            date(2024, 2, 29), date(2024, 3, 1), date(2025, 2, 28),
        ],
        "u": [10, 20, 40, 30, 50, 44, 33],
    }  # fmt: skip
    return em.Panel.from_table(table, "m", "d", "u", freq="D", absent="zero")


def test_29_february_has_no_base_and_28_february_its_own():
    growth = leap()["u"].growth()
    assert growth.at("2024-02-28")[0] == 0.5
    assert growth.at("2024-03-01")[0] == pytest.approx(0.1)
    assert growth.at("2025-02-28")[0] == pytest.approx(0.1)
    value, status = growth.at("2024-02-29", status=True)
    assert np.isnan(value[0]) and status[0] == em.Status.GAP
    told = str(growth.why("2024-02-29", m="A"))
    assert "has no such day" in told and "GAP" in told


def test_totals_to_date_compare_with_the_28th():
    month = leap()["u"].to_date("M")
    assert month.at("2024-02-29")[0] == 80
    assert month.growth().at("2024-02-29")[0] == grew(80, 30)
    told = str(month.growth().why("2024-02-29", m="A"))
    assert "2023-02-28" in told
    # Sums, shares and ratios of totals to date go by the same dates.
    doubled = month + month
    assert doubled.growth().at("2024-02-29")[0] == grew(80, 30)
    assert month.change().at("2024-02-29")[0] == 50
    assert month.share().change().at("2024-02-29")[0] == 0
    # A trailing sum is no total to date.
    assert np.isnan(leap()["u"].trailing(7).growth().at("2024-02-29")[0])


def test_cumulative_levels_compare_with_the_28th():
    table = {
        "m": ["A", "B"] * 3,
        "d": [date(2023, 2, 28)] * 2
        + [date(2024, 2, 28)] * 2
        + [date(2024, 2, 29)] * 2,
        "y": [100, 10, 110, 40, 130, 60],
    }
    panel = em.Panel.from_table(table, "m", "d", {"y": "cumulative"}, freq="D")
    assert panel["y"].growth().at("2024-02-29").tolist() == pytest.approx([0.3, 5])
    assert panel["y"].growth("12M").at("2024-02-28").tolist() == pytest.approx([0.1, 3])
    parts, at = panel.contributions("y"), panel.periods.index("2024-02-29")
    assert parts.total[0, at] == pytest.approx(grew(190, 110))
    assert parts.parts[:, at].tolist() == pytest.approx([30 / 110, 50 / 110])
    # B has no row on the 29th: its base of the 28th is missing from both days.
    gone = em.Panel.from_table(
        {name: column[:-1] for name, column in table.items()},
        "m", "d", {"y": "cumulative"}, freq="D",
    )  # fmt: skip
    both = gone.contributions("y")
    assert both.gap[0, gone.periods.index("2024-02-29")] == pytest.approx(-10 / 110)
    items = both.items("2024-02-29")
    assert items["m"].tolist() == ["A", "B"]
    assert items["base"].tolist() == [100, 10]
    report = gone.report("y", "m", at="2024-02-29")
    assert report["yoy"][0] == pytest.approx(0.3)
    assert report["share_change"][0] == pytest.approx(1 - 100 / 110)
    for count in (365, 366, 1, "1M"):
        with pytest.raises(TypeError, match="whole years: give '1Y'"):
            panel["y"].growth(count)


def test_exits_under_midpoint_on_the_year():
    when = days(date(2022, 1, 1), date(2023, 3, 1))
    rows = [("A", day, 1) for day in when]
    rows += [("B", day, 3) for day in days(date(2024, 1, 1), date(2025, 3, 1))]
    makers, when, units = zip(*rows, strict=True)
    panel = em.Panel.from_arrays({"m": makers}, when, {"u": units}, freq="D")
    rates = panel["u"].growth(policy="midpoint")
    assert rates.at("2024-02-28").tolist() == [-2, 2]
    assert np.isnan(rates.at("2024-02-29")).all()
    assert rates.at("2024-03-02")[1] == 2 and np.isnan(rates.at("2024-03-02")[0])


def test_months_and_quarters_of_days():
    when = days(date(2023, 12, 1), date(2024, 5, 31))
    units = list(range(1, len(when) + 1))
    value = dict(zip(when, units, strict=True))
    panel = em.Panel.from_arrays({}, when, {"u": units}, freq="D")
    growth = panel["u"].growth("1M")
    for day in (date(2024, 3, 30), date(2024, 3, 31), date(2024, 5, 31)):
        assert np.isnan(growth.at(day)[0])  # February and April have no such day
        assert growth.at(day, status=True)[1][0] == em.Status.GAP
    after, before = value[date(2024, 3, 29)], value[date(2024, 2, 29)]
    assert growth.at("2024-03-29")[0] == grew(after, before)
    quarter = panel["u"].growth("1Q").at("2024-05-01")[0]
    assert quarter == grew(value[date(2024, 5, 1)], value[date(2024, 2, 1)])
    days_before = panel["u"].growth(31).at("2024-03-31")[0]
    assert days_before == grew(value[date(2024, 3, 31)], value[date(2024, 2, 29)])
    with pytest.raises(ValueError, match="lag is '1M': not a whole number of periods"):
        em.growth_by([1], ["a"], ["2024-W01"], lag="1M")


def test_364_and_52_stay_counts():
    makers, when, columns = flat("D")
    columns["u"] = np.arange(len(when))
    panel = em.Panel.from_arrays({"m": makers}, when, columns, freq="D")
    at = panel.periods.index("2025-06-01")
    assert panel["u"].change(364).values[0, at] == 364
    assert panel["u"].change().values[0, at] == 365
    assert panel["u"].change("52W").values[0, at] == 364


# ---- weeks ---------------------------------------------------------------------------


def weeks():
    table = {"m": [], "w": [], "u": []}
    for label, number in (
        ("2019-W01", 4), ("2019-W52", 5), ("2020-W01", 8), ("2020-W52", 10),
        ("2020-W53", 12), ("2021-W01", 16), ("2021-W52", 20),
    ):  # fmt: skip
        table["m"].append("A")
        table["w"].append(label)
        table["u"].append(number)
    return table


def test_weeks_go_by_number():
    panel = em.Panel.from_table(weeks(), "m", "w", "u", absent="zero")
    growth = panel["u"].growth()
    assert growth.at("2020-W01")[0] == growth.at("2021-W01")[0] == 1
    assert growth.at("2020-W52")[0] == growth.at("2021-W52")[0] == 1
    value, status = growth.at("2020-W53", status=True)
    assert np.isnan(value[0]) and status[0] == em.Status.GAP
    assert "week 53" in str(growth.why("2020-W53", m="A"))
    table = weeks()
    rates, status = em.growth_by(table["u"], table["m"], table["w"], return_status=True)
    assert rates[[2, 3, 5, 6]].tolist() == [1] * 4
    assert status[4] == em.Status.GAP
    # A year that ends with week 53 has 53 weeks.
    assert panel["u"].ytd().at("2020-W53")[0] == 30
    assert panel["u"].trailing("1Y").at("2020-W53")[0] == 30
    assert panel["u"].trailing("1Y").at("2021-W01")[0] == 38
    assert panel["u"].ytd().growth().at("2021-W01")[0] == 1


def test_labels_of_weeks_are_those_of_iso():
    periods = em.Periods("2020-12-21", "2021-01-10", freq="W")
    assert periods.labels == ["2020-W52", "2020-W53", "2021-W01"]
    assert periods.index("2020-12-28/2021-01-03") == 1
    other = em.Periods("2020-12-21", "2021-01-10", freq="W-SAT")
    assert other.first == "2020-12-20/2020-12-26"
    assert em.Periods(other.first, other.last) == other


# ---- reports and the command line ----------------------------------------------------


def daily():
    rows = [("A", date(2024, 11, k), 10) for k in range(1, 31)]
    rows += [("A", date(2024, 1, 1), 100), ("A", date(2025, 1, 1), 130)]
    rows += [("A", date(2025, 11, k), 12) for k in range(1, 25)]
    rows += [("B", date(2025, 11, 1), 8), ("B", date(2024, 11, 30), 1)]
    return rows


def test_the_report_of_a_day_has_the_month_and_the_year_on_the_same_days():
    makers, when, units = zip(*daily(), strict=True)
    panel = em.Panel.from_arrays(
        {"m": makers}, when, {"u": units}, freq="D", absent="zero"
    )
    report = panel.report("u", by="m", at="2025-11-24")
    assert report["mtd"][0] == 288 and report["mtd_yoy"][0] == grew(288, 240)
    assert report["ytd"][0] == 418 and report["ytd_yoy"][0] == grew(418, 340)
    total = report["m"].tolist().index("total")
    assert report["mtd"][total] == 296
    assert report["mtd_yoy"][total] == grew(296, 240)
    monthly = panel["u"].to_date("M").growth(within=())
    assert monthly.at("2025-11-24")[0] == report["mtd_yoy"][total]
    # A count of days would compare with another day.
    assert report["yoy"][0] == pytest.approx(0.2)


def test_the_command_line_takes_weeks_and_days_on_the_year(tmp_path, capsys):
    path = tmp_path / "days.csv"
    lines = [f"{maker},{day},{units}" for maker, day, units in daily()]
    path.write_text("\n".join(["m,d,u", *lines]) + "\n")
    words = [str(path), "--keys", "m", "--period", "d", "--measures", "u"]
    words += ["--freq", "D", "--absent", "zero"]
    at = ["--at", "2025-11-24", "--format", "csv"]
    assert main(["report", *words, *at]) == 0
    first = next(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert float(first["mtd_yoy"]) == grew(288, 240)
    assert main(["growth", *words, "--lag", "1Y", *at]) == 0
    first = next(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert float(first["growth"]) == pytest.approx(0.2)
    why = ["why", *words, "--at", "2025-11-24", "--select", "m=A", "--lag", "1Y"]
    assert main(why) == 0
    assert "2024-11-24" in capsys.readouterr().out
    assert main(["growth", *words, "--lag", "-1Y", "--at", "2024-11-24"]) == 0
    assert "-16.67%" in capsys.readouterr().out
    explain = ["explain", *words, "--total", "u", "--by", "m", *at]
    assert main(explain) == 0
    assert "A" in capsys.readouterr().out
