"""Every form of text that states a period, there and back."""

import random
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import evmarket as em
from evmarket import _core
from evmarket._calendar.columns import ordinals
from tests.calendar import reference_forms as reference
from tests.calendar.reference_forms import NAMES
from tests.calendar.test_period import read, refused

EPOCH = date(1970, 1, 1)
FIRST, LAST = date(1800, 1, 1), date(2199, 12, 31)
FORMS = dict(_core.period_forms())


def parse(text):
    return _core.period_parse(text, "text")[:2]


def expected(stated):
    """The frequency and the ordinal of what the reference read; a day for a date."""
    unit, *rest = stated
    if unit == "D":
        return None, (rest[0] - EPOCH).days
    if unit == "W":
        return "W", (rest[0] - date(1970, 1, 4)).days // 7 + 1
    year, part = rest
    per_year = {"Y": 1, "H": 2, "Q": 4, "M": 12, "M-JF": 11}[unit]
    return unit, (year - 1970) * per_year + max(part - 1, 0)


def numbers(of_year):
    """The first ordinal of 1800 and the one after the last of 2199."""
    return range(-170 * of_year, 230 * of_year)


TEXTS = {
    "Y": ["2025", "2025年", "FY2025", "fy2025", "FY 2025", "FY-2025", "FY25"],
    "H": ["2025H2", "2025h2", "2025-H2", "2025 H2", "2025S2", "2025-S2", "H2 2025",
          "H2-2025", "H2-25", "2H25", "2H2025", "2025年下半年"],
    "Q": ["2025Q3", "2025q3", "2025-Q3", "2025 Q3", "Q3 2025", "Q3-2025", "Q3-25",
          "3Q25", "3Q2025", "2025年第3季度", "2025年3季度", "2025年三季度",
          "2025年第三季度"],
    "M": ["2025-09", "2025-9", "2025/9", "2025/09", "2025.09", "202509", "2025M09",
          "2025M9", "2025-M09", "2025 M09", "2025年9月", "2025年09月", "Sep-25",
          "sep-25", "Sept-25", "September-25", "Sep 2025", "SEP 2025", "Sep-2025",
          "September 2025", "2025-Sep", "2025 Sep", "2025-september", " 2025-09 "],
    "W": ["2025-W03", "2025W03", "2025 W03", "2025-W3", "2025w03",
          "2025-01-13/2025-01-19"],
    "M-JF": ["2025年1-2月"],
}  # fmt: skip
STATED = {"Y": 55, "H": 111, "Q": 222, "M": 668, "W": 2873, "M-JF": 605}
DATES = [
    "2025-01-31", "2025-1-31", "2025/1/31", "2025/01/31", "2025.1.31", "2025.01.31",
    "20250131", "2025年1月31日", "2025年01月31日", "31-Jan-2025", "31-JAN-2025",
    "31 Jan 2025", "31 January 2025", "2025-01-31 00:00:00", "2025-01-31T00:00:00",
    "2025-01-31T00:00:00Z", "2025-01-31T00:00:00.000Z", "2025-01-31 00:00:00.000000",
    "2025-01-31T00:00:00+00:00", "2025-01-31 23:59", "2025/1/31 0:00",
]  # fmt: skip
BAD_TEXTS = [
    "25-01", "", " ", "October 31 2017", "2025-", "2025-1-", "2025Q", "2025年1",
    "2025月1", "2025-1/31", "+2025", "-2025", "２０２５", "2025-01x", "20251Q1",
    "2025Q1x", "2025-Q", "2025QQ1", "2024-12/2025-01-05", "NaN", "nan", "2025.1",
    "x" * 500, "2025\n", "2025-01\0", "45688", "25Q1", "Jan 25", "25-Jan", "31-Jan-25",
    "Jan", "2025Jan", "Janu 2025", "2025-01-31T", "2025-01-31 24:00",
    "2025-01-31 00:60", "2025-01-31T00:00:00+08:00", "2025-01-31T00",
    "2025-01-31T00:00:00.", "FY", "2025年五季度", "2025年中半年", "2025-W",
    "2025-W03-1", "2025年1-3月", "1Q", "Q1", "2025--01", "2025 01", "2025  Q1",
    "2025-01-31\u200b",
]  # fmt: skip
NOT_IN_THE_CALENDAR = [
    "2025-13", "2025-00", "2025-02-30", "2023-02-29", "1900-02-29", "2025Q5", "2025Q0",
    "2025H3", "202513", "20250132", "2025年13月", "2025-W53", "2025-W00", "2025-W54",
    "32-Jan-2025", "5Q25", "2024-12-30/2025-01-06", "2024-13-30/2025-01-05",
    "2025年第5季度", "2025M13",
]  # fmt: skip
NO_ORDER = ["01-04-2021", "3/31/2022", "31.3.2022", "1/2/25", "31/03/2022 00:00"]


@pytest.mark.parametrize("freq", TEXTS)
def test_forms_of_text(freq):
    for text in TEXTS[freq]:
        got, stated = ordinals([text, text])
        assert (text, stated, got.tolist()) == (text, freq, [STATED[freq]] * 2)
        assert [expected(x) for x in reference.stated(text)] == [(freq, STATED[freq])]


def test_dates_as_text():
    refused(DATES, None, "freq=")
    assert read(DATES, "M") == [660] * len(DATES)
    assert read(DATES, "D") == [20_119] * len(DATES)
    assert read(DATES, "Q-MAR") == [55 * 4 + 3] * len(DATES)
    for text in DATES:
        assert reference.stated(text) == {("D", date(2025, 1, 31))}, text


@pytest.mark.parametrize("text", BAD_TEXTS)
def test_bad_text_names_its_row_and_forms_near_it(text):
    refused(["2025-01", text], "M", "row 1", "not a period", "accepted are ")
    refused([text], None, "row 0", "accepted are ")
    assert not reference.stated(text)


@pytest.mark.parametrize("text", NOT_IN_THE_CALENDAR)
def test_a_text_that_is_not_in_the_calendar(text):
    refused(["2025-01", text], "M", "row 1", "not in the calendar: accepted are")
    refused([text], None, "row 0", "not in the calendar")


@pytest.mark.parametrize("text", NO_ORDER)
def test_the_order_of_day_and_month_is_not_guessed(text):
    refused(["2025-01-31", text], "M", "row 1", "may come first", "2025-01-31")


def test_an_error_shows_the_forms_near_the_text():
    for text, near in {
        "2025-13": "2025-01, 2025-01-31",
        "2025年13月": "2025年1月, ",
        "250101": "202501, 20250131",
        "Q5 2025": "Q1 2025",
        "Janu 2025": "Jan",
        "2025-W54": "2025-W03",
        "nan": "2025-01, 2025-01-31, 2025Q1",
    }.items():
        refused([text], None, f"accepted are {near}")


def test_the_table_of_forms_reads_itself_and_is_the_documented_one():
    assert list(FORMS)[:4] == ["2025-01", "2025-01-31", "2025Q1", "2025"]
    for form, freq in FORMS.items():
        assert parse(form)[0] == freq
        assert [expected(x) for x in reference.stated(form)] == [parse(form)]
        assert f'"{form}"' in em.Periods.__doc__, form


# ---- there and back over 1800 to 2199 ----


def written(day):
    """One date in each form."""
    y, m, d, name = day.year, day.month, day.day, NAMES[day.month - 1]
    yield from (f"{y}-{m:02}-{d:02}", f"{y}-{m}-{d}", f"{y}/{m}/{d}", f"{y}.{m}.{d}")
    yield from (f"{y}{m:02}{d:02}", f"{y}年{m}月{d}日", f"{d}-{name[:3]}-{y}")
    yield from (f"{d:02} {name} {y}", f"{day} 00:00:00", f"{day}T23:59:59.999Z")
    yield f"{y}/{m:02}/{d:02} 0:00"


def test_every_day():
    for number in range((FIRST - EPOCH).days, (LAST - EPOCH).days + 1, 13):
        day = EPOCH + timedelta(days=number)
        assert {parse(text) for text in written(day)} == {(None, number)}
    days = np.arange((FIRST - EPOCH).days, (LAST - EPOCH).days + 1)
    texts = days.astype("M8[D]").astype(str)
    assert read(texts.tolist(), "D") == days.tolist()
    assert read([int(text.replace("-", "")) for text in texts], "D") == days.tolist()


def test_every_week():
    monday = date(1799, 12, 30)
    while monday <= LAST:
        year, week, _ = monday.isocalendar()
        sunday = monday + timedelta(days=6)
        label = f"{monday}/{sunday}"
        there = "W", (sunday - date(1970, 1, 4)).days // 7 + 1
        assert parse(label) == there
        if 1800 <= year <= 2199:
            assert parse(f"{year}-W{week:02}") == parse(f"{year}W{week}") == there
        monday += timedelta(days=7)
    for year in range(1800, 2200):
        last = date(year, 12, 28).isocalendar().week  # the last week has 28 December
        if last == 52:
            with pytest.raises(ValueError, match="not in the calendar"):
                parse(f"{year}-W53")


def texts_of(freq, y, p):
    """A period of a year in its forms."""
    short = f"{y % 100:02}"
    now = 2000 <= y <= 2099
    if freq == "Y":
        return [f"{y}", f"{y}年", f"FY{y}", *[f"FY{short}"] * now]
    if freq == "H":
        texts = [f"{y}H{p}", f"{y}-S{p}", f"H{p} {y}", f"{p}H{y}"]
        return [
            *texts,
            f"{y}年{'上下'[p - 1]}半年",
            *[f"H{p}-{short}", f"{p}H{short}"] * now,
        ]
    if freq == "Q":
        texts = [f"{y}Q{p}", f"{y} Q{p}", f"Q{p}-{y}", f"{p}Q{y}", f"{y}年第{p}季度"]
        texts += [f"{y}年{'一二三四'[p - 1]}季度"]
        return [*texts, *[f"Q{p}-{short}", f"{p}Q{short}"] * now]
    if freq == "M-JF":
        return [f"{y}年1-2月"] if p == 1 else []
    name = NAMES[p - 1]
    texts = [f"{y}-{p:02}", f"{y}/{p}", f"{y}.{p:02}", f"{y}{p:02}", f"{y}M{p:02}"]
    texts += [f"{y}年{p}月", f"{name} {y}", f"{y}-{name[:3]}"]
    return [*texts, *[f"{name[:3]}-{short}"] * now]


@pytest.mark.parametrize("freq", ["Y", "H", "Q", "M", "M-JF"])
def test_every_period_of_a_year(freq):
    per_year = {"Y": 1, "H": 2, "Q": 4, "M": 12, "M-JF": 11}[freq]
    for number in numbers(per_year):
        year, part = number // per_year + 1970, number % per_year + 1
        got = {parse(text) for text in texts_of(freq, year, part)}
        assert got == {(freq, number)} or (freq == "M-JF" and part > 1)


@pytest.mark.parametrize("unit", ["Y", "Q"])
def test_every_fiscal_year(unit):
    for end in range(1, 13):
        month = NAMES[end - 1][:3].upper()
        freq = unit if end == 12 else f"{unit}-{month}"
        for year in range(1801, 2200):
            last = date(year + end // 12, end % 12 + 1, 1) - timedelta(days=1)
            label = f"FY{year}" if unit == "Y" else f"{year}Q4"
            there = _core.period_at(freq, (last - EPOCH).days)
            assert read([label, label], freq) == [there, there]
            assert em.Periods(label, label, freq).start == there
            assert read([str(last)], freq) == [there]


@pytest.mark.parametrize(
    "freq", ["W", "W-WED", "D", "M", "M-JF", "Q-FEB", "H", "Y-JUN"]
)
def test_printed_labels_read_back(freq):
    low = _core.period_at(freq, (FIRST - EPOCH).days)
    high = _core.period_at(freq, (date(2199, 1, 31) - EPOCH).days)
    labels = _core.period_labels(freq, low, high - low + 1)
    assert read(labels, freq) == list(range(low, high + 1))


# ---- never two periods, never a crash ----

PIECES = [
    *"0123456789", *"-/. QHSMWFYTZ年月日第季度一二三四上下半:+", "20", "2025", "01",
    "12", "31", "Jan", "May", "Sept", "December", "FY", "Q1", "H2", "W53", "1-2月",
    "季度", "半年",
    "00:00", "-01", "/1", "199", "\x00", "\n", "é", "\U0001f600",
]  # fmt: skip


def check_against_reference(text):
    periods = {expected(x) for x in reference.stated(text)}
    assert len(periods) <= 1, text
    try:
        got = {parse(text)}
    except ValueError as error:
        assert "\n" not in str(error)
        got = set()
    assert got == periods, text


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("1799-12-30/1800-01-05")
@example("2199-12-30/2200-01-05")
@example("1799-12-23/1799-12-29")
@example("2200-01-06/2200-01-12")
@example("2025-02-29/2025-03-07")
def test_a_text_reads_as_the_reference_reads_it(text):
    check_against_reference(text)


def test_many_texts_read_as_the_reference_reads_them():
    pick = random.Random(12)
    stems = [form for forms in TEXTS.values() for form in forms] + DATES + list(FORMS)
    for _ in range(40_000):
        letters = list(pick.choice(stems))
        for _ in range(pick.randrange(3)):  # a piece in place of some letters
            at = pick.randrange(len(letters) + 1)
            letters[at : at + pick.randrange(2)] = pick.choice(PIECES)
        check_against_reference("".join(letters))
