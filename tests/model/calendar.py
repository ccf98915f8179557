"""The calendar, one day at a time (design: section 3, rulings 12 to 15).

A period is an ordinal of a frequency: years since 1970, months since January 1970, and
so on. Everything is asked of the first and the last day of a period, which `datetime`
knows. Nothing of the package is imported, so that a mistake cannot be shared.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

MONTHS = [
    "JAN",
    "FEB",
    "MAR",
    "APR",
    "MAY",
    "JUN",
    "JUL",
    "AUG",
    "SEP",
    "OCT",
    "NOV",
    "DEC",
]
DAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
PER_YEAR = {"Y": 1, "H": 2, "Q": 4, "M": 12, "J": 11, "W": 52, "D": 365}
# Section 2: a year or longer, and two periods at least. The floor is the default's.
EXIT_AFTER = {"Y": 2, "H": 2, "Q": 4, "M": 12, "J": 11, "W": 52, "D": 365}
DAY = dt.timedelta(1)
# A function of the calendar alone is asked the same thing thousands of times.
remembered = lru_cache(maxsize=None)


class Freq(NamedTuple):
    """`unit` is Y, H, Q, M, W, D or J for M-JF; `anchor` where its year or week ends.

    The anchor is a month (1 to 12) of years and quarters, a weekday (0 is Monday) of
    weeks and 0 of the others.
    """

    unit: str
    anchor: int

    @property
    def name(self) -> str:
        if self.unit == "J":
            return "M-JF"
        if self.unit in "YQ" and self.anchor != 12:
            return f"{self.unit}-{MONTHS[self.anchor - 1]}"
        if self.unit == "W" and self.anchor != 6:
            return f"W-{DAYS[self.anchor]}"
        return self.unit


@remembered
def frequency(name: str) -> Freq:
    unit, _, anchor = name.partition("-")
    if name == "M-JF":
        return Freq("J", 0)
    if unit in ("Y", "Q"):
        return Freq(unit, MONTHS.index(anchor or "DEC") + 1)
    if unit == "W":
        return Freq("W", DAYS.index(anchor or "SUN"))
    if name in ("H", "M", "D"):
        return Freq(name, 0)
    raise ValueError(f"freq={name!r} is no frequency")


# ---- ordinals and days ---------------------------------------------------------------


def fiscal_year(day: dt.date, ends: int) -> int:
    """The year a day is in, named by the year in which it ends."""
    return day.year + (day.month > ends)


@remembered
def ordinal(freq: Freq, day: dt.date) -> int:
    """The period that holds a day."""
    unit, anchor = freq
    if unit == "D":
        return (day - dt.date(1970, 1, 1)).days
    if unit == "W":
        ends = day + DAY * ((anchor - day.weekday()) % 7)
        return (ends - first_week_end(anchor)).days // 7
    if unit == "J":
        return (day.year - 1970) * 11 + max(day.month - 2, 0)
    if unit == "M":
        return (day.year - 1970) * 12 + day.month - 1
    if unit == "H":
        return (day.year - 1970) * 2 + (day.month - 1) // 6
    year = fiscal_year(day, anchor) - 1970
    if unit == "Y":
        return year
    return year * 4 + (day.month - anchor - 1) % 12 // 3


def first_week_end(anchor: int) -> dt.date:
    day = dt.date(1970, 1, 1)
    return day + DAY * ((anchor - day.weekday()) % 7)


def month_end(year: int, month: int) -> dt.date:
    """Months beyond 12 and below 1 are those of other years."""
    months = year * 12 + month
    return dt.date(months // 12, months % 12 + 1, 1) - DAY


@remembered
def end(freq: Freq, t: int) -> dt.date:
    """The last day of a period."""
    unit, anchor = freq
    if unit == "D":
        return dt.date(1970, 1, 1) + DAY * t
    if unit == "W":
        return first_week_end(anchor) + 7 * DAY * t
    if unit == "J":
        return month_end(1970 + t // 11, t % 11 + 2)
    if unit == "M":
        return month_end(1970, t + 1)
    if unit == "H":
        return month_end(1970, 6 * (t + 1))
    if unit == "Y":
        return month_end(1970 + t, anchor)
    return month_end(1969, anchor + 3 * (t + 1))


def start(freq: Freq, t: int) -> dt.date:
    """The first day of a period."""
    return end(freq, t - 1) + DAY


@remembered
def stands_for(freq: Freq, t: int) -> dt.date:
    """The day that decides to which month, quarter and year a period belongs.

    Ruling 13: of a week it is the fourth day.
    """
    return start(freq, t) + 3 * DAY if freq.unit == "W" else end(freq, t)


@remembered
def label(freq: Freq, t: int) -> str:
    day = end(freq, t)
    if freq.unit == "D":
        return day.isoformat()
    if freq.unit == "W" and freq.anchor == 6:
        year, number = week_number(freq, t)
        return f"{year}-W{number:02}"
    if freq.unit == "W":
        return f"{start(freq, t).isoformat()}/{day.isoformat()}"
    if freq.unit in "MJ":
        return f"{day.year}-{day.month:02}"
    if freq.unit == "H":
        return f"{day.year}H{t % 2 + 1}"
    year = fiscal_year(day, freq.anchor)
    return f"{year}" if freq.unit == "Y" else f"{year}Q{t % 4 + 1}"


# ---- from fine to coarse -------------------------------------------------------------

COARSER = {"D": "WJMQHY", "W": "MQHY", "M": "JQHY", "J": "QHY", "Q": "QHY", "H": "Y"}


@remembered
def coarser(freq: Freq, t: int, to: Freq) -> int:
    return ordinal(to, stands_for(freq, t))


@remembered
def nests(freq: Freq, to: Freq) -> bool:
    """Whether every period of `freq` lies in one of `to` (a day in doubt for weeks)."""
    if to.unit not in COARSER.get(freq.unit, ""):
        return False
    if freq.unit in "DW":
        return True
    return all(
        ordinal(to, start(freq, t)) == ordinal(to, end(freq, t))
        for t in range(PER_YEAR[freq.unit])
    )


@remembered
def parts(freq: Freq, to: Freq, big: int) -> tuple[int, ...]:
    """The periods of `freq` that make up one of `to`, in the calendar or not."""
    begin = ordinal(freq, start(to, big)) - 1
    stop = ordinal(freq, end(to, big)) + 1
    return tuple(t for t in range(begin, stop + 1) if coarser(freq, t, to) == big)


@remembered
def years(freq: Freq, year_end: int = 12) -> Freq:
    """The years of a calendar; `year_end` was said of its months and days."""
    if freq.unit in "YQ" and freq.anchor != 12:
        return Freq("Y", freq.anchor)
    return Freq("Y", 12 if freq.unit == "W" else year_end)


def check_years(freq: Freq, year: Freq) -> None:
    """Refuse years that are not made up of whole periods."""
    if freq != year and not nests(freq, year):
        raise ValueError(f"{freq.name} does not make up {year.name}")


@remembered
def year_of(freq: Freq, t: int, year_end: int = 12) -> int:
    """The year of a period."""
    return fiscal_year(stands_for(freq, t), years(freq, year_end).anchor)


@remembered
def unit_of(freq: Freq, t: int, unit: str, year_end: int = 12) -> int:
    """The month, quarter, half or year of a period: what `to_date` restarts with."""
    if unit == "Y":
        check_years(freq, years(freq, year_end))
        return year_of(freq, t, year_end)
    if freq.unit in ("W", unit) or unit == "J" or unit not in COARSER[freq.unit]:
        raise ValueError(f"to_date({unit!r}) at {freq.name}")
    anchor = freq.anchor if freq.unit == "Q" else 12
    return coarser(freq, t, Freq(unit, anchor if unit in "YQ" else 0))


@remembered
def unit_start(freq: Freq, t: int, unit: str, year_end: int = 12) -> int:
    """The first period of the month, quarter, half or year that holds a period."""
    here = unit_of(freq, t, unit, year_end)
    while unit_of(freq, t - 1, unit, year_end) == here:
        t -= 1
    return t


# ---- lags ----------------------------------------------------------------------------


def split(word: str) -> tuple[int, str]:
    found = re.fullmatch(r"(-?\d+)([YHQMWD])", word)
    if not found:
        raise ValueError(f"lag={word!r} is no lag")
    return int(found[1]), found[2]


def base(freq: Freq, lag: int | str, running: bool = False) -> Callable:
    """The function from a period to its base; None where it has none (a GAP).

    `running` says that totals up to a date are compared: 29 February with the 28th.
    """
    if isinstance(lag, int):
        count = lag
    else:
        number, unit = split(lag)
        if freq.unit == "D" and unit in "YQM":
            months = number * {"Y": 12, "Q": 3, "M": 1}[unit]
            return lambda t: same_day(freq, t, months, running)
        if freq.unit == "W" and unit == "Y":
            return lambda t: same_week(freq, t, number)
        count = number * periods_in(freq, unit)
    if count == 0:
        raise ValueError("lag is 0")
    return lambda t: t - count


def periods_in(freq: Freq, unit: str) -> int:
    """How many periods one Y, Q, M, W or D is."""
    if freq.unit == unit:
        return 1
    if unit == "Y" and freq.unit in "HQMJ":
        return PER_YEAR[freq.unit]
    months = {"H": 6, "Q": 3, "M": 1}
    if freq.unit in "QM" and months.get(unit, 0) > months[freq.unit]:
        return months[unit] // months[freq.unit]
    if (freq.unit, unit) == ("D", "W"):
        return 7
    raise ValueError(f"1{unit} is no whole number of periods at {freq.name}")


def same_day(freq: Freq, t: int, months: int, running: bool) -> int | None:
    """The same number of the day some months before, if that month has it."""
    day = end(freq, t)
    last = month_end(day.year, day.month - months)
    if day.day <= last.day:
        return ordinal(freq, last.replace(day=day.day))
    whole_years = months % 12 == 0
    return ordinal(freq, last) if running and whole_years else None


@remembered
def week_number(freq: Freq, t: int) -> tuple[int, int]:
    day = stands_for(freq, t)
    return day.year, (day.timetuple().tm_yday - 1) // 7 + 1


@remembered
def same_week(freq: Freq, t: int, years: int) -> int | None:
    year, number = week_number(freq, t)
    wanted = year - years, number
    near = t - 52 * years
    reach = range(near - abs(years) - 2, near + abs(years) + 3)
    return next((u for u in reach if week_number(freq, u) == wanted), None)


def whole_years(freq: Freq, lag: int | str) -> bool:
    """Whether a lag compares the same place of two years (section 4, table)."""
    if isinstance(lag, str):
        unit = split(lag)[1]
        return unit == "Y" or (unit == freq.unit and whole_years(freq, split(lag)[0]))
    return freq.unit not in "WD" and lag % PER_YEAR[freq.unit] == 0


def one_year(freq: Freq, window: int | str) -> bool:
    return window == "1Y" or (freq.unit not in "WD" and window == PER_YEAR[freq.unit])


@remembered
def window_start(freq: Freq, window: int | str, t: int) -> int:
    """The first period of a trailing window that ends at t.

    Ruling 13: "1Y" is what comes after the base's date. Decision: where there is no
    such date the one before decides (29 February as the 28th, week 53 as week 52), so
    that no window is without a start.
    """
    if isinstance(window, int):
        return t - window + 1
    back = base(freq, window, running=True)
    while back(t) is None:
        t -= 1
    return back(t) + 1


# ---- reading labels ------------------------------------------------------------------


class Stated(NamedTuple):
    """A period as it was written: its frequency, ordinal, and whether a day was."""

    freq: Freq
    t: int

    @property
    def is_day(self) -> bool:
        return self.freq.unit == "D"


def stated(value: object, freq: Freq) -> Stated:
    """Read a date, a number of the calendar or one of the plain forms of text.

    Section 3 and ruling 15: years and quarters are those of a fiscal calendar only
    where the calendar is fiscal.
    """
    if isinstance(value, Stated):
        return value
    if isinstance(value, dt.date):
        return Stated(Freq("D", 0), ordinal(Freq("D", 0), value))
    if isinstance(value, int):
        return Stated(freq, value)
    text = str(value)
    if "/" in text:
        day = dt.date.fromisoformat(text.split("/")[1])
        week = Freq("W", day.weekday())
        return Stated(week, ordinal(week, day))
    if found := re.fullmatch(r"(\d{4})-W(\d\d)", text):
        thursday = dt.date.fromisocalendar(int(found[1]), int(found[2]), 4)
        return Stated(Freq("W", 6), ordinal(Freq("W", 6), thursday))
    if found := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text):
        return stated(dt.date(*map(int, found.groups())), freq)
    if found := re.fullmatch(r"(\d{4})年1-2月", text):
        return Stated(Freq("J", 0), (int(found[1]) - 1970) * 11)
    if found := re.fullmatch(r"(\d{4})-(\d\d)", text):
        return Stated(Freq("M", 0), (int(found[1]) - 1970) * 12 + int(found[2]) - 1)
    if found := re.fullmatch(r"(\d{4})Q([1-4])", text):
        anchor = freq.anchor if freq.unit in "QY" else 12
        return Stated(Freq("Q", anchor), (int(found[1]) - 1970) * 4 + int(found[2]) - 1)
    if found := re.fullmatch(r"(\d{4})H([12])", text):
        return Stated(Freq("H", 0), (int(found[1]) - 1970) * 2 + int(found[2]) - 1)
    if re.fullmatch(r"\d{4}", text):
        anchor = freq.anchor if freq.unit in "QY" else 12
        return Stated(Freq("Y", anchor), int(text) - 1970)
    raise ValueError(f"{value!r} is no period")


def placed(value: object, freq: Freq) -> tuple[int, Stated]:
    """The period of the calendar in which a row lies, and what was stated."""
    said = stated(value, freq)
    return coarser(said.freq, said.t, freq), said


def meant(value: object, freq: Freq, t: int) -> bool:
    """Whether a label means period t of a calendar (section 3).

    A label picks the period that holds it; one coarser than the calendar means all it
    contains.
    """
    said = stated(value, freq)
    if nests(freq, said.freq):
        return coarser(freq, t, said.freq) == said.t
    return ordinal(freq, stands_for(said.freq, said.t)) == t


def through(value: object, freq: Freq) -> int:
    """The last complete period: coarser is read to its end, finer as the last period
    that ends on or before it."""
    said = stated(value, freq)
    if nests(freq, said.freq):
        return parts(freq, said.freq, said.t)[-1]
    day = end(said.freq, said.t)
    t = ordinal(freq, day)
    return t if end(freq, t) <= day else t - 1
