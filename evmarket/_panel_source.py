"""What a panel reads: a table's columns in batches, and the frequency of its dates."""
from __future__ import annotations
from typing import Any
import numpy as np
from . import _core
from ._period import ordinals


class Source:
    def __init__(self, table: Any, columns: list[str], nkeys: int, nwhen: int, asked: str | None) -> None:
        held = table_columns(table, columns)
        keys = [_plain(held[c]) for c in columns[:nkeys]]
        when = [held[c] for c in columns[nkeys : nkeys + nwhen]]
        name = " and ".join(columns[nkeys : nkeys + nwhen])
        jf = asked == "M-JF"
        found, freq = ordinals(when[0] if nwhen == 1 else tuple(when), "M" if jf else asked, name)
        if freq is None:
            raise ValueError(f"{name} holds integers, which state no frequency: give freq=")
        self.freq = freq
        ms = [_plain(held[c]) for c in columns[nkeys + nwhen :]]
        extra = [found] if nwhen == 1 else [found, found]
        self._batch = _core.columns([*keys, *extra, *ms])
        self._rows = len(found)
        self._pair = nwhen == 2

    def batches(self, progress: bool) -> Any:
        yield self._batch, self._rows, None


def _plain(v: Any) -> Any:
    a = v if isinstance(v, np.ndarray) and v.dtype.kind in "biuf" else None
    if a is not None:
        return a
    if isinstance(v, np.ndarray):
        v = v.tolist()
    v = list(v)
    if all(x is None or isinstance(x, str) for x in v):
        return v
    a = np.asarray(v)
    if a.dtype.kind in "biuf":
        return a
    valid = np.array([x is not None for x in v])
    return (np.array([0 if x is None else x for x in v]), valid)


def open_table(table: Any, columns: list[str], nkeys: int, nwhen: int, asked: str | None) -> Source:
    return Source(table, columns, nkeys, nwhen, asked)


def column_names(table: Any) -> list[str]:
    return list(table)


def table_columns(table: Any, names: list[str]) -> dict[str, Any]:
    for n in names:
        if n not in table:
            from ._panel_select import near
            raise KeyError(f"{n!r} is no column: {near(n, table)}")
    return {n: table[n] for n in names}


def group_batch(columns: list[Any]) -> Any:
    return _core.columns([_plain(c) for c in columns])
