"""Datasets as HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._common.html import (
    Html,
    box,
    cut,
    ends,
    joined,
    label,
    strong,
    table,
    text,
    told_ends,
)
from .._tables.looks import _COLUMNS, ROWS, column_of, with_gap

if TYPE_CHECKING:
    from ._dataset import Dataset

_OF_FACTS = (
    "id",
    "entity",
    "measure",
    "dimension",
    "period",
    "kind",
    "value",
    "unit",
    "text",
    "growth_text",
)
_FACT_LOOKS = {"growth": "rate", "share": "share", "margin": "share", "pp": "pp"}


def dataset(of: Dataset) -> str:
    """A dataset; of one in the fact columns those that tell most."""
    count = len(of)
    shown = ends(count, *ROWS)
    names = tuple(of)
    if set(_OF_FACTS) <= set(names):
        names = _OF_FACTS
    places = ends(len(names), *_COLUMNS)
    columns = []
    for name in (names[int(place)] for place in places):
        values = of[name][shown]
        if values.dtype.kind == "M":
            values = values.astype(str)
        look: str | list[str] = ""
        if name == "value" and "kind" in of:
            look = [_FACT_LOOKS.get(str(kind), "") for kind in of["kind"][shown]]
        elif name.endswith("growth_printed"):
            look = "rate"
        elif name.endswith("margin_printed"):
            look = "share"
        columns.append(column_of(name, values, look))
    size = f"{count:,} rows × {len(of.columns):,} columns"
    named = f"{label(of.name)}: " if of.name else ""
    title = Html(f"{strong('Dataset')} {named}{text(size)}")
    hidden = [name for name in of if name not in names]
    foot = [
        told_ends(shown, count, "rows"),
        text(f"not shown: {', '.join(hidden)}" if hidden else ""),
        text(of.source and f"source: {of.source}"),
    ]
    columns = with_gap(columns, places, len(shown))
    return box(title, table(columns, cut(shown)), foot=[joined(foot)])
