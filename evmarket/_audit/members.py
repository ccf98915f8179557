"""Wholes with their parts, and what the name of a measure says of its levels."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from .claims import first_of, sets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from .._common.types import Rows
    from .facts import Facts

# Words of measures that may be negative: then a part may exceed its whole.
_MAY_BE_NEGATIVE = ("profit", "loss", "income", "earnings", "cash flow", "利润", "亏损")
# Words of measures whose levels do not add up, neither over parts nor over periods.
_NOT_ADDED = (
    " per ",
    "price",
    " rate",
    " index",
    " rank",
    "average",
    "价",
    "率",
    "指数",
)
# Words of measures that are counted at one time: they do not add up over periods.
_AT_ONE_TIME = (
    "inventor",
    "stock",
    "backlog",
    "cumulative",
    "headcount",
    "库存",
    "保有",
)
# Wholes with more parts are not searched for two breakdowns.
_MOST_SEARCHED = 10

TWO_BREAKDOWNS = "parts of two breakdowns: fill in breakdown"


def _named(facts: Facts, rows: Rows, words: tuple[str, ...]) -> NDArray[np.bool_]:
    """For each row whether its measure or dimension has one of some words."""
    names = list(zip(facts.label["measure"], facts.label["dimension"], strict=True))
    known = {
        name: any(word in f" {name[0]} {name[1]} ".lower() for word in words)
        for name in set(names)
    }
    return np.array([known[names[i]] for i in rows.tolist()], dtype=bool)


def may_be_negative(facts: Facts, rows: Rows) -> NDArray[np.bool_]:
    """For each row whether its measure may be negative."""
    return _named(facts, rows, _MAY_BE_NEGATIVE)


def adds_up(facts: Facts, rows: Rows, over_time: bool = False) -> NDArray[np.bool_]:
    """For each row whether its measure adds up over parts, or over periods."""
    words = (*_NOT_ADDED, *_AT_ONE_TIME) if over_time else _NOT_ADDED
    return ~_named(facts, rows, words)


def members(facts: Facts, whole: Rows, part: Rows) -> Iterator[tuple[Rows, list[Rows]]]:
    """Pairs of a whole and a part, as wholes with their parts of one breakdown.

    Yields the wholes that have some number of parts, and one array for each part. Only
    wholes with two parts or more are yielded; of facts that repeat a part, one is used.
    """
    code = facts.code
    breakdown = code["breakdown"][part]
    one = first_of(facts, whole, breakdown, code["entity"][part], rows=part, like=whole)
    whole, part = whole[one], part[one]
    # one number for each whole and breakdown
    owner = whole * (code["breakdown"].max(initial=0) + 1) + code["breakdown"][part]
    for _, places in sets(owner):
        if places.shape[1] > 1:
            columns = [part[places[:, k]] for k in range(places.shape[1])]
            yield whole[places[:, 0]], columns


def all_given(facts: Facts, whole: Rows, parts: list[Rows]) -> NDArray[np.bool_]:
    """For each whole whether it is marked complete, and these are all its parts.

    A part that prints only a level, or only a growth, counts as a part too.
    """
    code = facts.code
    printed = np.flatnonzero(~np.isnan(facts.stated.low))
    key = facts.key(printed, entity="parent")
    printed, key = printed[key >= 0], key[key >= 0]
    each = np.stack([key, code["breakdown"][printed], code["entity"][printed]])
    key, breakdown, _ = np.unique(each, axis=1)
    groups, counts = np.unique(np.stack([key, breakdown]), axis=1, return_counts=True)
    known = dict(zip(map(tuple, groups.T.tolist()), counts.tolist(), strict=True))
    mine = zip(
        facts.key(whole).tolist(), code["breakdown"][parts[0]].tolist(), strict=True
    )
    found = np.array([known.get(pair) == len(parts) for pair in mine], dtype=bool)
    given: NDArray[np.bool_] = found & (code["parts"][whole] == 1)
    return given


def overlapping(facts: Facts, whole: Rows, parts: list[Rows]) -> NDArray[np.bool_]:
    """For each whole whether some of its parts add up to it, but all exceed it.

    Then the parts are probably those of two breakdowns. This is asked only of parts
    whose breakdown is empty.
    """
    low = np.stack([facts.stated.low[part] for part in parts])
    high = np.stack([facts.stated.high[part] for part in parts])
    least, most = facts.stated.low[whole], facts.stated.high[whole]
    count = len(parts)
    found = np.zeros(len(whole), dtype=bool)
    exceed = (low.sum(axis=0) > most) & (facts.code["breakdown"][parts[0]] == 0)
    if count > _MOST_SEARCHED or not exceed.any():
        return found
    for size in range(2, count):
        for some in map(list, combinations(range(count), size)):
            found |= (low[some].sum(axis=0) <= most) & (high[some].sum(axis=0) >= least)
    both: NDArray[np.bool_] = found & exceed
    return both
