"""Shipped data: the figures of an article on Guangzhou, and tables from the press.

``names()`` lists the datasets, ``load(name)`` reads one. ``"guangzhou"`` has one
printed figure per row, in the columns of `FACT_COLUMNS`. The others are small tables
whose ``facts()`` have the same columns. Money is in yuan, rates are fractions.

The fact columns:

- ``id``: unique in a table.
- ``entity``, ``parent``: codes of `ENTITIES`; the entity is a part of the parent.
- ``breakdown``: by what the parent is divided, such as brand, powertrain or region;
  parts add up within one breakdown.
- ``measure``; ``dimension``: vehicles, money (by default for units of money), real
  value, stores ...
- ``period``: "2025", "2025-01", any text that `Periods` reads, or two of them as in
  "2025-01..2025-11"; empty if none is stated.
- ``kind``: level, growth, share, margin, pp or count.
- ``mode``: reported, target or forecast.
- ``parts``: "complete" for a whole whose parts are all given.
- ``value`` and ``unit``; ``text``: the printed figure with its hedge, whose last digit
  shows the rounding.
- ``growth_text``: the growth printed beside it, or the change ("up 5,000 vehicles");
  ``growth_base``: the period it starts from; ``growth_basis``: printed or comparable;
  an empty one is that of the other facts of its source and measure, then printed if
  level, base and growth come from one source, and otherwise unknown.
- ``relation``: exact, about, nearly, over, at_least, under, at_most or range.
- ``scope``: a code of `SCOPES`, for what is counted; the empty scopes of one source
  are one scope.
- ``source``, ``vintage``, ``said_by``.
- ``paragraph``: in the article, counting its headings; 0 in other tables.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import near, short
from ._codes import ENTITIES, FACT_COLUMNS, SCOPES
from ._dataset import Dataset

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ENTITIES", "FACT_COLUMNS", "SCOPES", "Dataset", "load", "names"]

_SOURCES = {
    "guangzhou": "Jiemian News by way of 36Kr, 2026-02-11",
    "xpeng-monthly": "monthly notices of XPeng, as collected by CnEVPost",
    "china-nev": "China Association of Automobile Manufacturers, first prints and "
    "forecast; CnEVPost's table of 2026-01-14",
    "auto-industry": "National Bureau of Statistics, as quoted by Cui Dongshu (CPCA), "
    "2025-11-27 and 2026-01-27; cumulative since January",
    "byd-revenue": "quarterly reports of BYD; cumulative since January",
    "byd-regions": "half-year reports of BYD, the whole group; Hong Kong, Macao and "
    "Taiwan inside China",
}

# Columns of numbers; all others are text.
_NUMBERS = frozenset(
    (
        "value",
        "paragraph",
        "year",
        "growth_printed",
        "revenue",
        "cost",
        "profit",
        "profit_growth_printed",
        "gross_margin_printed",
    )
)


def names() -> list[str]:
    """The names of the shipped datasets.

    Examples
    --------
    >>> import evmarket as em
    >>> em.datasets.names()[:3]
    ['guangzhou', 'xpeng-monthly', 'china-nev']
    """
    return list(_SOURCES)


def load(name: str) -> Dataset:
    """Read a shipped dataset.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    Dataset

    Raises
    ------
    KeyError
        If there is no dataset with this name.

    Examples
    --------
    >>> import evmarket as em
    >>> facts = em.datasets.load("guangzhou")
    >>> print(facts["entity"][0], facts["text"][0], facts["growth_text"][0])
    guangzhou 139,000 +80%
    """
    if not isinstance(name, str):
        raise TypeError(f"name is {short(name)}: it takes the name of a dataset")
    if name not in _SOURCES:
        raise KeyError(f"no dataset {short(name)}; {near(name, tuple(_SOURCES))}")
    import csv

    path = os.path.join(os.path.dirname(__file__), f"{name}.csv")
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    columns = {
        column: _numbers(entries) if column in _NUMBERS else np.array(entries)
        for column, entries in zip(header, zip(*rows, strict=True), strict=True)
    }
    return Dataset(columns, name=name, source=_SOURCES[name])


def _numbers(entries: tuple[str, ...]) -> NDArray[Any]:
    """int64 if every entry is an integer, otherwise float64 with NaN for empty."""
    try:
        return np.array([int(entry) for entry in entries], dtype=np.int64)
    except ValueError:
        return np.array([float(entry) if entry else np.nan for entry in entries])
