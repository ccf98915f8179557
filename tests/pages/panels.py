"""Panels for pages and workbooks."""

import numpy as np

import evmarket as em
from tests.common.shown import HOSTILE


def market(makers=4, months=30, **more):
    """Makers by month; some cells are missing, some numbers are large."""
    random = np.random.default_rng(makers)
    rows = [(k, m) for k in range(makers) for m in range(months)]
    rows = [row for row in rows if random.random() < 0.95]
    months = np.datetime64("2023-06", "M") + np.array([m for _, m in rows])
    return em.Panel.from_arrays(
        keys={
            "maker": [f"maker {k}" for k, _ in rows],
            "fuel": [("BEV", "ICE")[k % 2] for k, _ in rows],
        },
        period=months,
        measures={"units": random.integers(1, 90_000, len(rows))},
        **{"complete_through": "2025-09", **more},
    )


def hostile():
    """Labels and names that a page must not read, and negative numbers."""
    random = np.random.default_rng(2)
    keys = np.repeat(np.array(HOSTILE, object), 26)
    months = np.tile(np.datetime64("2023-06", "M") + np.arange(26), len(HOSTILE))
    values = random.integers(-500, 50_000, len(keys)).astype(float)
    return em.Panel.from_arrays(
        {"maker <b>": list(keys)}, months, {"units </title>": values}
    )


def margins():
    """Two makers by quarter with revenue, cost and units; one leaves."""
    quarters = ["2024Q1", "2024Q2", "2025Q1", "2025Q2"]
    return em.Panel.from_arrays(
        keys={"maker": ["A"] * 4 + ["B"] * 4 + ["C"] * 2},
        period=[*quarters, *quarters, *quarters[:2]],
        measures={
            "revenue": [100, 110, 120, 140, 50, 55, 60, 58, 20, 22],
            "cost": [80, 90, 90, 100, 45, 46, 50, 49, 19, 20],
            "units": [10, 11, 11, 13, 10, 11, 12, 12, 4, 4],
        },
        exit_after=2,
    )
