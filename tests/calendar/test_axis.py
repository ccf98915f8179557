"""Labels of the axis of periods: few, and where something begins."""

import pytest

import evmarket as em
from evmarket._calendar.axis import MOST, label_places, short_label

FREQS = ["D", "W", "W-SAT", "M", "M-JF", "Q", "Q-MAR", "H", "Y", "Y-JUN"]


@pytest.mark.parametrize("freq", FREQS)
def test_there_are_few_labels_and_never_none(freq):
    for count in [*range(1, 60), 100, 365, 366, 1000, 2922, 10_000]:
        for start in (0, 5, 17, 200):
            periods = em.Periods.of(freq, start, count)
            places = label_places(periods)
            assert 1 <= len(places) <= MOST
            assert len(places) >= min(count, 3)
            assert places == sorted(set(places)) and places[0] >= 0
            assert places[-1] < count
            if count <= MOST:
                assert places == list(range(count))
    assert label_places(em.Periods.of(freq, 0, 0)) == []


@pytest.mark.parametrize(
    ("first", "last", "freq", "expected"),
    [
        ("2025-11-01", "2025-11-24", "D", ["2025-11-03", "2025-11-10", "2025-11-17"]),
        ("2025-01-01", "2025-10-31", "D", ["2025-01-01", "2025-02-01", "2025-03-01"]),
        ("2019-01-01", "2026-12-31", "D", ["2019-01-01", "2020-01-01", "2021-01-01"]),
        ("2025-01-01", "2025-12-21", "W", ["2025-W01", "2025-W06", "2025-W10"]),
        ("2020", "2026", "W", ["2020-W01", "2021-W01", "2022-W01"]),
        ("2024-01", "2025-12", "M", ["2024-01", "2024-04", "2024-07"]),
        ("2016Q1", "2025Q4", "Q", ["2016Q1", "2017Q1", "2018Q1"]),
        ("2016-01", "2025-12", "M-JF", ["2016-02", "2017-02", "2018-02"]),
        ("1990", "2025", "Y", ["1990", "1993", "1996"]),
    ],
)
def test_labels_stand_where_something_begins(first, last, freq, expected):
    periods = em.Periods(first, last, freq=freq)
    assert [periods[k] for k in label_places(periods)][:3] == expected


def test_a_week_of_two_dates_shows_the_last_one():
    assert short_label("2024-12-31/2025-01-06") == "2025-01-06"
    assert short_label("2025-W01") == "2025-W01"
    pytest.importorskip("matplotlib").use("Agg")
    weeks = em.Periods("2024-12-31", "2025-01-13", freq="W-MON")
    panel = em.Panel.from_arrays({}, weeks.to_numpy(), {"u": [1, 2]}, freq="W-MON")
    ax = panel["u"].plot()
    texts = [text.get_text() for text in ax.get_xticklabels()]
    assert texts == ["2025-01-06", "2025-01-13"]
