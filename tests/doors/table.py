"""One long table for the tests of all doors: unsorted, with gaps, nulls and twins."""

import numpy as np

import evmarket as em

COLUMNS = {
    "maker": ["B", "A", "A", "B", "A", "C", "B", "A"],
    "region": ["N", "N", "S", "N", "N", "S", "N", "S"],
    "month": [
        "2025-01", "2024-01", "2024-01", "2024-01",
        "2025-01", "2025-01", "2025-02", "2025-01",
    ],
    "units": [44, 100, 30, 40, 150, 7, 66, None],
}  # fmt: skip
UNITS = np.array([np.nan if x is None else x for x in COLUMNS["units"]])


def expected(**options):
    """Growth and status of every row, by the function itself."""
    by = [COLUMNS["maker"], COLUMNS["region"]]
    return em.growth_by(UNITS, by, COLUMNS["month"], return_status=True, **options)


METHODS = {
    "growth": ({"lag": 2}, em.growth),
    "log_growth": ({}, em.log_growth),
    "annualized_growth": ({"per_year": 4}, em.annualized_growth),
    "mean_growth": ({}, em.mean_growth),
    "index": ({"base": 1}, em.index),
    "ytd": ({"per_year": 3}, em.ytd),
    "from_ytd": ({"per_year": 3}, em.from_ytd),
    "trailing": ({"window": 2}, em.trailing),
    "share": ({}, em.share),
    "rank": ({}, em.rank),
    "concentration": ({"k": 2}, em.concentration),
    "hhi": ({}, em.hhi),
}
"""Every method of a column: arguments, and the function it stands for."""
