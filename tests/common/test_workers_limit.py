"""Work that one thread does, whatever the number of workers."""

import threading

from evmarket._common import workers


def names_of_threads(count):
    seen = []
    workers.run(lambda k: seen.append(threading.current_thread().name), [
        (k,) for k in range(count)
    ])  # fmt: skip
    return set(seen)


def test_one_worker_uses_the_calling_thread():
    before = workers.set_workers(3)
    try:
        assert workers.workers() == 3
        assert len(names_of_threads(50)) > 1
        with workers.one_worker():
            assert workers.workers() == 1
            assert names_of_threads(50) == {threading.current_thread().name}
            assert workers.chunks(10 * workers.MIN_CHUNK) == [
                (0, 10 * workers.MIN_CHUNK)
            ]
        assert workers.workers() == 3
    finally:
        workers.set_workers(before)


def test_one_worker_limits_its_own_thread_only():
    before = workers.set_workers(2)
    seen = []
    try:
        with workers.one_worker():
            other = threading.Thread(target=lambda: seen.append(workers.workers()))
            other.start()
            other.join()
    finally:
        workers.set_workers(before)
    assert seen == [2]
