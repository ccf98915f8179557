"""Arrays that other threads change, threads that share objects, and absurd shapes."""

import threading

import numpy as np
import pytest

import evmarket as em
from evmarket import _core
from evmarket._common import workers
from tests import race


@pytest.mark.filterwarnings("ignore")
def test_nothing_crashes_while_two_threads_write():
    answered, errors = race.run(6)
    assert all(answered[name] + errors[name] > 0 for name in answered)
    assert sum(answered.values()) > sum(errors.values())


def in_threads(task, count=2):
    """Call task(k) in threads; the errors."""
    errors = []

    def call(k):
        try:
            task(k)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=(k,)) for k in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def batch(rows):
    keys, days = np.arange(rows) % 1000, np.arange(rows) // 1000
    return _core.columns([keys, days, np.ones(rows)])


def test_a_partial_panel_is_of_one_thread_at_a_time():
    rows = batch(200_000)
    partial = _core.Partial(("k",), ("x",))

    def use(k):
        for _ in range(20):
            partial.add(rows, (0,), (1,), (2,), freq=None)

    for error in in_threads(use):
        assert isinstance(error, ValueError) and "\n" not in str(error)
    try:
        total = sum(partial.finish()["measures"][0]["values"])
        assert total > 0 and total % 1 == 0
    except ValueError:
        pass


def test_the_core_of_rows_shared_by_threads():
    """Each stage is run by one of them, or refused; nothing is written twice."""
    rows = 100_000
    made = np.random.default_rng(1).permutation(rows)
    for groups in (made % 100, made % 100 << 40):
        for _ in range(10):
            index = _core.Rows(_core.columns([groups]), (0,), made // 100)

            def use(_, index=index):
                more = True
                while more:
                    index.run(0, rows)
                    more = index.next()

            for error in in_threads(use, 3):
                assert isinstance(error, ValueError)


def are_in_use(make, call, other):
    """Whether other(made) is refused while another thread is in call(made)."""
    for _ in range(50):  # mostly once: the other thread may be before it or after it
        made, begins = make(), threading.Event()

        def task(_, made=made, begins=begins):
            begins.set()
            call(made)

        thread = threading.Thread(target=in_threads, args=(task, 1))
        thread.start()
        begins.wait()
        try:
            other(made)
        except ValueError as error:
            if "in use" in str(error):
                return True
        finally:
            thread.join()
    return False


def test_a_partial_panel_in_use_is_refused():
    rows = batch(200_000)

    def add(partial):
        partial.add(rows, (0,), (1,), (2,), freq=None)

    def add_often(partial):
        for _ in range(20):
            add(partial)

    assert are_in_use(lambda: _core.Partial(("k",), ("x",)), add_often, add)


def test_rows_in_use_are_refused():
    rows = 200_000
    columns = _core.columns([np.arange(rows) << 40])  # numbered by a table, in next
    days = np.zeros(rows, np.int64)

    def new():
        return _core.Rows(columns, (0,), days)

    def seen():
        index = new()
        index.run(0, rows)
        return index

    def run_often(index):
        for _ in range(100):
            index.run(0, rows)

    assert are_in_use(new, run_often, lambda i: i.next())
    assert are_in_use(seen, lambda i: i.next(), lambda i: i.run(0, 1))
    assert are_in_use(seen, lambda i: i.next(), lambda i: i.groups(0, 1, days))


@pytest.mark.parametrize("ranges", [[], [(0, 59)], [(0, 30), (29, 60)]])
def test_a_stage_needs_every_row_once(ranges):
    index = _core.Rows(_core.columns([np.arange(60) % 6]), (0,), np.arange(60) // 6)
    for start, stop in ranges:
        index.run(start, stop)
    with pytest.raises(ValueError, match="once for each of the rows"):
        index.next()
    with pytest.raises(ValueError, match="failed earlier"):
        index.run(0, 60)


def test_measures_and_rows_may_be_shared():
    rows = em.Rows(np.arange(50_000) % 50, np.arange(50_000) // 50)
    values = np.arange(50_000.0)
    expected = rows.growth(values, 1)

    def use(_):
        for lag in (1, 2, 3):
            rows.growth(values, lag)
        np.testing.assert_array_equal(rows.growth(values, 1), expected)

    assert in_threads(use, 4) == []


def test_broadcast_arrays_are_read():
    one = np.broadcast_to(np.float64(3), (1000,))
    assert np.nanmax(np.abs(em.growth(one))) == 0
    panel = em.Panel.from_arrays(
        {"maker": np.broadcast_to("A", (3,))}, ["2024", "2025", "2026"], {"u": one[:3]}
    )
    assert panel["u"].values.tolist() == [[3, 3, 3]]


@pytest.mark.parametrize("rows", [2**31, 2**45, 2**59])
def test_absurd_shapes_are_errors(rows):
    """Strides of 0 make arrays of any length out of one number."""
    huge = np.lib.stride_tricks.as_strided(np.zeros(1), (rows,), (0,))
    whole = np.lib.stride_tricks.as_strided(np.zeros(1, np.int64), (rows,), (0,))
    calls = [
        lambda: em.growth_by(huge, whole, whole),
        lambda: em.Rows(whole, whole),
        lambda: em.Panel.from_arrays({"k": whole}, whole, {"u": huge}, freq="Y"),
    ]
    if rows > 2**40:  # of 16 GB a result may be had
        calls += [
            lambda: em.growth(huge),
            lambda: em.share(huge),
            lambda: em.rank(huge),
            lambda: em.trailing(huge, 12),
            lambda: em.contributions(huge, huge),
        ]
        for call in calls:
            with pytest.raises((ValueError, MemoryError, OverflowError)) as caught:
                call()
            assert "\n" not in str(caught.value)


def test_workers_are_bounded_by_the_work():
    before = em.set_workers(10**6)
    try:
        running = threading.active_count()
        months = [f"2024-{month:02}" for month in range(1, 13)] * 2
        keys = ["A"] * 12 + ["B"] * 12
        panel = em.Panel.from_arrays({"maker": keys}, months, {"units": range(24)})
        assert panel["units"].growth("1M").values.shape == (2, 12)
        em.growth(np.arange(24.0))
        panel = em.Panel.from_table(
            {"maker": keys, "month": months, "units": list(range(24))},
            "maker",
            "month",
            "units",
            workers=10**6,
        )
        assert panel["units"].values.sum() == sum(range(24))
        assert threading.active_count() <= running + 2
        assert len(workers.chunks(24)) == 1
    finally:
        em.set_workers(before)


def test_periods_that_change_between_calls_stay_within_the_calendar():
    keys, months = np.arange(400) % 4, np.arange(400) // 4
    rows = em.Rows(keys, months)
    whole = rows.trailing(keys + 1, 3)
    months[[7, 150]] = -(2**31), 2**40
    changed = rows.trailing(keys + 1, 3)
    assert changed.shape == whole.shape
    assert np.array_equal(changed[:4], whole[:4], equal_nan=True)


def test_a_calendar_of_billions_of_periods_is_refused():
    rows = em.Rows(["A", "A", "A"], [0, 1, 2**31 - 5])
    assert rows.growth([1.0, 2.0, 3.0], 1)[1] == 1.0
    with pytest.raises(ValueError, match=r"runs from 0 to 2,147,483,643: .* at most"):
        rows.trailing([1, 2, 3], 2)
