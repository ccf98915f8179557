"""The facts that no rule of an audit compared, and the reason for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from .._common.types import Rows
    from .columns import FactColumns


class Unchecked(NamedTuple):
    """A fact that no rule compared.

    Attributes
    ----------
    id : str
        The id of the fact.
    why : str
        The reason.
    """

    id: str
    why: str


def find_unchecked(facts: FactColumns, rows: Rows) -> list[Unchecked]:
    """Rows that no rule compared, with the reason for each."""
    label = facts.label
    pairs = list(zip(label["entity"], label["measure"], strict=True))
    counted = Counter(pairs)
    known = {
        (pair, code)
        for pair, code in zip(pairs, facts.code["period"].tolist(), strict=True)
    }
    bad = {problem.row for problem in facts.errors}

    def why(row: int) -> str:
        if row in bad:
            return "an entry that cannot be read"
        if np.isnan(facts.stated.low[row]) and np.isnan(facts.growths.low[row]):
            return "no figure"
        for name in ("entity", "measure", "period"):
            if not label[name][row]:
                return f"no {name}"
        return _without_partner(facts, row, counted, known)

    return [Unchecked(facts.id[row], why(row)) for row in rows.tolist()]


def _without_partner(
    facts: FactColumns,
    row: int,
    counted: Counter[tuple[str, str]],
    known: set[tuple[tuple[str, str], int]],
) -> str:
    """Why a complete fact has no other fact to be compared with."""
    label, kind = facts.label, facts.label["kind"][row]
    pair = label["entity"][row], label["measure"][row]
    name = " ".join(pair)
    grows = not np.isnan([facts.growths.low[row], facts.changes.low[row]]).all()
    if kind in ("growth", "pp") or grows:
        base = label["growth_base"][row]
        if not base:
            return f"a {'change' if kind == 'pp' else 'growth'} without growth_base"
        if (pair, int(facts.code["growth_base"][row])) not in known:
            return f"no fact of {name} in the base period {base}"
    if kind == "share":
        return f"no level of {name} and of its parent in {label['period'][row]}"
    if kind == "margin":
        return f"no profit and revenue of {pair[0]} in {label['period'][row]}"
    if counted[pair] == 1:
        return f"no other fact of {name}"
    return f"no rule connects it with the other facts of {name}"
