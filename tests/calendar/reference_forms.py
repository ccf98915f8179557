"""Reference of the forms of text: regular expressions and datetime.

This module imports nothing from the package, so that it shares no mistake with it.
"""

import re
from contextlib import suppress
from datetime import date, time, timedelta

NAMES = [
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
]  # fmt: skip
SHORT = "|".join(name[:3] for name in NAMES)
NAME = "|".join([*NAMES, "Sept", SHORT])
TIME = r"\d?\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|\+00:00)?"
PART = {sign: i % 4 + 1 for i, sign in enumerate("1234一二三四上下")}
# Each form: the unit, and an expression with the groups y, m, d, p (a part of a year).
FORMS = [
    ("Y", r"(?P<y>\d{4})"), ("Y", r"(?P<y>\d{4})年"),
    ("Y", r"FY[- ]?(?P<y>\d{4}|\d\d)"),
    ("H", r"(?P<y>\d{4})[- ]?[HS](?P<p>\d)"),
    ("H", r"H(?P<p>\d)[- ](?P<y>\d{4}|\d\d)"), ("H", r"(?P<p>\d)H(?P<y>\d{4}|\d\d)"),
    ("H", r"(?P<y>\d{4})年(?P<p>[上下])半年"),
    ("Q", r"(?P<y>\d{4})[- ]?Q(?P<p>\d)"),
    ("Q", r"Q(?P<p>\d)[- ](?P<y>\d{4}|\d\d)"), ("Q", r"(?P<p>\d)Q(?P<y>\d{4}|\d\d)"),
    ("Q", r"(?P<y>\d{4})年第?(?P<p>[\d一二三四])季度"),
    ("M", r"(?P<y>\d{4})[-/](?P<m>\d\d?)"), ("M", r"(?P<y>\d{4})\.?(?P<m>\d\d)"),
    ("M", r"(?P<y>\d{4})[- ]?M(?P<m>\d\d?)"), ("M", r"(?P<y>\d{4})年(?P<m>\d\d?)月"),
    ("M", rf"(?P<m>{NAME})-(?P<y>\d\d)"), ("M", rf"(?P<m>{NAME})[- ](?P<y>\d{{4}})"),
    ("M", rf"(?P<y>\d{{4}})[- ](?P<m>{NAME})"), ("M-JF", r"(?P<y>\d{4})年1-2月"),
    ("D", rf"(?P<y>\d{{4}})-(?P<m>\d\d?)-(?P<d>\d\d?)(?:[ T](?P<t>{TIME}))?"),
    ("D", rf"(?P<y>\d{{4}})/(?P<m>\d\d?)/(?P<d>\d\d?)(?: (?P<t>{TIME}))?"),
    ("D", r"(?P<y>\d{4})\.(?P<m>\d\d?)\.(?P<d>\d\d?)"),
    ("D", r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)"),
    ("D", r"(?P<y>\d{4})年(?P<m>\d\d?)月(?P<d>\d\d?)日"),
    ("D", rf"(?P<d>\d\d?)(?P<s>[- ])(?P<m>{NAME})(?P=s)(?P<y>\d{{4}})"),
    ("W", r"(?P<y>\d{4})[- ]?W(?P<p>\d\d?)"),
    ("W", r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)/(?P<e>\d{4}-\d\d?-\d\d?)"),
]  # fmt: skip
FIRST, LAST = date(1800, 1, 1), date(2199, 12, 31)
COMPILED = [(unit, re.compile(form, re.I | re.A)) for unit, form in FORMS]


def month_number(text):
    if text.isdigit():
        return int(text)
    return [name[:3].lower() for name in NAMES].index(text[:3].lower()) + 1


def sunday_of_iso_week(year, week):
    monday = date.fromisocalendar(year, week, 1)  # ValueError without such a week
    return monday + timedelta(days=6)


def period(unit, found):
    """A unit and numbers. ValueError if they are not in the calendar."""
    got = found.groupdict()
    year = int(got["y"]) + (2000 if len(got["y"]) == 2 else 0)
    part = got.get("p")
    number = PART.get(part) or int(part) if part else 0
    month = month_number(got["m"]) if got.get("m") else 0
    if got.get("e"):
        first = date(year, month, int(got["d"]))
        end = date(*map(int, got["e"].split("-")))
        if end - first != timedelta(days=6) or end < FIRST or first > LAST:
            raise ValueError
        return "W", end
    if not 1800 <= year <= 2199:
        raise ValueError
    if unit == "D":
        if got.get("t"):
            hour, _, rest = got["t"].partition(":")
            if int(hour) == 24:  # taken as midnight from Python 3.14 on
                raise ValueError
            time.fromisoformat(f"{int(hour):02}:{rest[:5]}".rstrip("Z+"))
        return "D", date(year, month, int(got["d"]))
    if unit == "W":
        return "W", sunday_of_iso_week(year, number)
    most = {"H": 2, "Q": 4, "M": 12}.get(unit)
    if most and not 1 <= (number or month) <= most:
        raise ValueError
    return unit, year, number or month


def stated(text):
    """All periods that a text states, by all forms."""
    periods = set()
    text = text.strip(" ")
    for unit, form in COMPILED:
        found = form.fullmatch(text)
        if found:
            with suppress(ValueError):
                periods.add(period(unit, found))
    return periods
