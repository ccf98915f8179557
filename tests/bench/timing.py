"""Helpers of the benchmarks: time calls in turn, compare results, print a table."""

from __future__ import annotations

import os
import platform
import time
from importlib import import_module
from importlib.metadata import version

import numpy as np


def peer(name):
    """An optional module, or None if it is not installed."""
    try:
        return import_module(name)
    except ImportError:
        return None


def with_gaps(rng, group, when, shuffled):
    """Group, time and value of rows of which 5% are missing, in order or shuffled."""
    keep = rng.random(len(group)) >= 0.05
    group, when = group[keep], when[keep]
    value = rng.uniform(1, 2, len(group))
    if shuffled:
        order = rng.permutation(len(group))
        group, when, value = group[order], when[order], value[order]
    return group, when, value


def machine():
    """One line that names the processor, the cores and the version of Python."""
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
    """One line with the versions of packages."""
    words = []
    for name in names:
        try:
            words.append(f"{name} {version(name)}")
        except ImportError:
            words.append(f"{name} not installed")
    return ", ".join(words)


def same(expected, got, rtol=0.0, atol=0.0):
    """Whether two results have the same numbers; NaN equals NaN."""
    a, b = np.asarray(expected, float), np.asarray(got, float)
    return a.shape == b.shape and np.allclose(a, b, rtol, atol, equal_nan=True)


def minima(calls, rounds):
    """The shortest time of each call in `rounds` rounds, in which they take turns."""
    best = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            result = call()
            best[name] = min(best[name], time.perf_counter() - start)
            del result
    return best


def table(title, best, reference, ours, unit=1e3, unit_name="ms"):
    """Print each time, also as a multiple of ours."""
    print(f"\n{title}")
    for name, seconds in best.items():
        ratio = seconds / best[ours]
        mark = " <- reference" if name == reference else ""
        print(f"  {name:<34}{seconds * unit:10.2f} {unit_name}{ratio:8.2f} x{mark}")
