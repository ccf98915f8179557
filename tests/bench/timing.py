"""What the benchmarks share: interleaved minima, equality first, one table."""

from __future__ import annotations

import os
import platform
import time
from importlib import import_module
from importlib.metadata import version

import numpy as np


def peer(name):
    """An optional peer module, or None where it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def machine():
    """One line that names the machine and the versions that take part."""
    processor = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as info:
            named = [line for line in info if line.startswith("model name")]
        processor = named[0].split(":")[1].strip() if named else processor
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else "?"
    return f"{processor}, {cores} cores, Python {platform.python_version()}"


def versions(*names):
    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except ImportError:
            found.append(f"{name} absent")
    return ", ".join(found)


def same(expected, found, rtol=0.0, atol=0.0):
    """Whether two results hold the same numbers, NaN beside NaN."""
    a, b = np.asarray(expected, float), np.asarray(found, float)
    return a.shape == b.shape and np.allclose(a, b, rtol, atol, equal_nan=True)


def minima(calls, rounds):
    """The shortest of `rounds` runs of each call, taken in turn; results not kept."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            result = call()
            best[name] = min(best[name], time.perf_counter() - start)
            del result
    return best


def table(title, best, reference, ours, unit=1e3, unit_name="ms"):
    """Print each time, and how many times longer than ours it took."""
    print(f"\n{title}")
    for name, seconds in best.items():
        ratio = seconds / best[ours]
        mark = " <- compared with" if name == reference else ""
        print(f"  {name:<34}{seconds * unit:10.2f} {unit_name}{ratio:8.2f} x{mark}")
