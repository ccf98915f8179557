"""The thread pool, and how large work is cut into chunks for it.

Kernels release the GIL; a chunk is a disjoint slice of the output, so results do not
depend on how many workers there are. Small work stays on the calling thread.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import ThreadPoolExecutor


__all__ = ["set_workers"]

MIN_CHUNK = 1 << 18
"""Items below which a chunk is not worth a thread of its own."""


def _default_workers() -> int:
    wanted = os.environ.get("EVMARKET_WORKERS", "").strip()
    if wanted:
        if not wanted.isascii() or not wanted.isdigit() or int(wanted) < 1:
            raise ImportError(
                f"EVMARKET_WORKERS is {wanted[:40]!r}: it takes a whole number from 1"
            )
        return int(wanted)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


_workers = _default_workers()
_pool: ThreadPoolExecutor | None = None
_lock = threading.Lock()


def set_workers(n: int) -> int:
    """Set how many threads large work is spread over.

    Parameters
    ----------
    n : int
        At least 1. The default is the number of cores this process may use;
        ``EVMARKET_WORKERS`` in the environment overrides it at import.

    Returns
    -------
    int
        The number before.

    Raises
    ------
    TypeError, ValueError
        If n is no integer, or below 1.

    Notes
    -----
    Results are the same, bit for bit, for any number.

    Examples
    --------
    >>> import evmarket as em
    >>> before = em.set_workers(1)
    >>> em.set_workers(before)
    1
    """
    global _workers, _pool
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"n is {n!r:.40}: it takes a whole number from 1")
    count = n.__index__()
    if count < 1:
        raise ValueError(f"n is {count}: it takes a whole number from 1")
    with _lock:
        before, _workers = _workers, count
        _pool = None  # its threads end when the last call that runs on it does
    return before


def workers() -> int:
    """How many threads large work is spread over."""
    return _workers


def chunks(length: int, size: int | None = None) -> list[tuple[int, int]]:
    """Cut range(length) into one run a worker, none smaller than MIN_CHUNK items.

    `size` is the work in all where it is more than `length`, as when an axis of
    `length` slices is cut.
    """
    total = length if size is None else size
    count = max(1, min(_workers, total // MIN_CHUNK, length))
    bounds = [length * k // count for k in range(count + 1)]
    return [(bounds[k], bounds[k + 1]) for k in range(count)]


def run(task: Callable[..., Any], calls: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Call task(*call) for each call, on the pool; the first error is raised.

    Every call has ended when this returns or raises.
    """
    todo = list(calls)
    if len(todo) <= 1:
        return [task(*call) for call in todo]
    pool = _the_pool()
    futures = [pool.submit(task, *call) for call in todo[1:]]
    try:
        first = task(*todo[0])
    finally:
        for future in futures:
            future.exception()
    return [first, *(future.result() for future in futures)]


def _the_pool() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            from concurrent.futures import ThreadPoolExecutor

            _pool = ThreadPoolExecutor(_workers, thread_name_prefix="evmarket")
        return _pool


def _forget_pool() -> None:
    """A forked child has none of the parent's threads: start over."""
    global _pool, _lock
    _pool = None
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
