"""The thread pool, and how large work is cut into chunks.

Kernels release the GIL. Chunks are disjoint slices of the output, so results do not
depend on the number of workers. Small work runs on the calling thread.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from .arguments import positive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import ThreadPoolExecutor


Item = TypeVar("Item")

MIN_CHUNK = 1 << 18
"""The fewest items of a chunk; fewer are not worth a thread."""


def _default_workers() -> int:
    wanted = os.environ.get("EVMARKET_WORKERS", "").strip()
    if wanted:
        if not wanted.isascii() or not wanted.isdigit() or int(wanted) < 1:
            raise ImportError(
                f"EVMARKET_WORKERS is {wanted[:40]!r}: it takes an integer from 1"
            )
        return int(wanted)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


LEAST_ROWS = 8192
"""The fewest rows, or cells to write, that are worth a worker."""


_workers = _default_workers()
_limit: ContextVar[int | None] = ContextVar("evmarket_workers", default=None)
_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def set_workers(n: int) -> int:
    """Set the number of threads for large work.

    Parameters
    ----------
    n : int
        At least 1. The default is the number of cores that this process may use, or
        ``EVMARKET_WORKERS`` in the environment when the package is imported.

    Returns
    -------
    int
        The previous number.

    Raises
    ------
    TypeError, ValueError
        If n is not an integer, or below 1.

    Notes
    -----
    Results have the same bits for any number of threads.

    Examples
    --------
    >>> import evmarket as em
    >>> before = em.set_workers(1)
    >>> em.set_workers(before)
    1
    """
    global _workers, _pool
    count = positive(n, "n")
    with _lock:
        before, _workers = _workers, count
        _pool = None  # the threads of the old pool end with their last call
    return before


def workers() -> int:
    """The number of threads for large work."""
    return _limit.get() or _workers


@contextmanager
def one_worker() -> Iterator[None]:
    """Work of the calling thread is not shared out in this block."""
    token = _limit.set(1)
    try:
        yield
    finally:
        _limit.reset(token)


def chunks(length: int, size: int | None = None) -> list[tuple[int, int]]:
    """Cut range(length) into one range per worker, of at least MIN_CHUNK items each.

    `size` is the number of items if it is more than `length`, for example if `length`
    counts slices of an array.
    """
    total = length if size is None else size
    return cut(length, max(1, min(workers(), total // MIN_CHUNK, length)))


def cut(length: int, count: int) -> list[tuple[int, int]]:
    """Cut range(length) into `count` ranges of about the same length."""
    bounds = [length * k // count for k in range(count + 1)]
    return list(pairwise(bounds))


def steps(length: int, most: int) -> list[tuple[int, int]]:
    """Cut range(length) into ranges of about the same length, of at most `most`."""
    return cut(length, max(1, -(-length // most)))


def rows_cut(rows: int, count: int) -> list[tuple[int, int]]:
    """Rows of a table shared out among `count` workers; few rows stay together."""
    return cut(rows, max(1, min(count, rows // LEAST_ROWS)))


def run(task: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Call task(*call) for each call, on the pool, and raise the first error.

    All calls have ended when this returns or raises.
    """
    todo = list(calls)
    if len(todo) <= 1 or workers() == 1:
        return [task(*call) for call in todo]
    pool = _the_pool()
    futures = [pool.submit(task, *call) for call in todo[1:]]
    try:
        first = task(*todo[0])
    finally:
        for future in futures:
            future.exception()
    return [first, *(future.result() for future in futures)]


PART = 1 << 17
"""About how many cells are worked on together: what they need stays in the cache."""


def run_parts(task: Callable[[int, int], None], indptr: Any) -> None:
    """Call task(start, stop) for ranges of series with about PART cells each.

    Series s has the cells indptr[s] .. indptr[s + 1] - 1. The ranges are shared out
    among the workers.
    """
    cells = int(indptr[-1])
    if cells < 2 * PART:
        task(0, len(indptr) - 1)
        return
    wanted = range(PART, cells - PART // 2, PART)
    inner = sorted(set(indptr.searchsorted(list(wanted)).tolist()) - {0})
    bounds = [0, *[bound for bound in inner if bound < len(indptr) - 1]]
    ranges = list(zip(bounds, [*bounds[1:], len(indptr) - 1], strict=True))

    def work(ranges: list[tuple[int, int]]) -> None:
        for start, stop in ranges:
            task(start, stop)

    cuts = cut(len(ranges), min(workers(), len(ranges)))
    run(work, [(ranges[start:stop],) for start, stop in cuts])


def ahead(task: Callable[[], Any]) -> Callable[[], Any]:
    """Begin task() on the pool if there are several workers; what gives its result."""
    return task if workers() == 1 else _the_pool().submit(task).result


def read_ahead(items: Iterator[Item]) -> Iterator[Item]:
    """The items, the next one being made while one is in use."""
    end = object()
    ready = ahead(lambda: next(items, end))
    while (item := ready()) is not end:
        ready = ahead(lambda: next(items, end))
        yield item


def _the_pool() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            from concurrent.futures import ThreadPoolExecutor

            _pool = ThreadPoolExecutor(_workers, thread_name_prefix="evmarket")
        return _pool


def _forget_pool() -> None:
    """Drop the pool in a forked child, which has none of the parent's threads."""
    global _pool, _lock
    _pool = None
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
