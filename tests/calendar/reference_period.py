"""Reference of the calendar: slow and simple, with datetime, one day at a time.

This module imports nothing from the package, so that it shares no mistake with it.
"""

from datetime import date, timedelta

MONTHS = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
]  # fmt: skip
WEEKDAYS = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"]
DAY = timedelta(days=1)


def fiscal(day: date, freq: str) -> tuple[int, int]:
    """The year in which the fiscal year of a day ends, and the month of that year."""
    end = MONTHS.index(freq[2:]) + 1 if len(freq) > 1 else 12
    year, month = day.year, day.month
    number = 1
    while month != end % 12 + 1:  # back to the first month of the fiscal year
        month -= 1
        number += 1
        if month == 0:
            year, month = year - 1, 12
    return (year if end == 12 else year + 1), number


def week_end(day: date, freq: str) -> date:
    last = WEEKDAYS.index(freq[2:]) if len(freq) > 1 else 6
    while day.weekday() != last:
        day += DAY
    return day


def ordinal(day: date, freq: str) -> int:
    """The ordinal of the period that contains a day."""
    if freq == "M-JF":
        return (day.year - 1970) * 11 + max(day.month - 2, 0)
    if freq[0] == "Y":
        return fiscal(day, freq)[0] - 1970
    if freq[0] == "Q":
        year, month = fiscal(day, freq)
        return (year - 1970) * 4 + (month - 1) // 3
    if freq[0] == "W":
        week_1 = week_end(date(1970, 1, 4), freq)
        return (week_end(day, freq) - week_1).days // 7 + 1
    if freq == "H":
        return (day.year - 1970) * 2 + (day.month > 6)
    if freq == "M":
        return (day.year - 1970) * 12 + day.month - 1
    return (day - date(1970, 1, 1)).days


def bounds(day: date, freq: str) -> tuple[date, date]:
    """First and last day of the period that contains a day, day by day."""
    period = ordinal(day, freq)
    first = last = day
    while ordinal(first - DAY, freq) == period:
        first -= DAY
    while ordinal(last + DAY, freq) == period:
        last += DAY
    return first, last


def label(day: date, freq: str) -> str:
    first, last = bounds(day, freq)
    if freq[0] == "Y":
        return f"{last.year:04d}"
    if freq[0] == "Q":
        year, month = fiscal(day, freq)
        return f"{year:04d}Q{(month - 1) // 3 + 1}"
    if freq == "W":
        year, number, _ = first.isocalendar()
        return f"{year:04d}-W{number:02d}"
    if freq[0] == "W":
        return f"{first}/{last}"
    if freq == "H":
        return f"{day.year:04d}H{1 + (day.month > 6)}"
    if freq[0] == "M":
        return f"{last.year:04d}-{last.month:02d}"
    return str(day)
