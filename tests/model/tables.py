"""Random tables, and the model and the panel of one table."""

from __future__ import annotations

import datetime as dt
import warnings
from typing import Any, NamedTuple

import evmarket as em
from tests.model import Model
from tests.model import calendar as cal
from tests.model.choices import Choices

# ---- random tables -------------------------------------------------------------------

FIRST = {
    "Y": ("2018", 6),
    "Y-MAR": ("2018", 6),
    "H": ("2021H1", 8),
    "Q": ("2022Q2", 10),
    "Q-MAR": ("2022Q2", 10),
    "M": ("2023-05", 20),
    "M-JF": ("2023-05", 20),
    "W": ("2020-11-23", 62),
    "D": ("2023-12-20", 440),
}
MIXES = [
    {"u": "flow"},
    {"u": "flow", "v": "flow"},
    {"u": "flow", "v": "stock"},
    {"u": "stock", "v": "stock"},
    {"u": "stock"},
    {"u": "cumulative", "v": "cumulative"},
    {"u": "cumulative", "v": "flow"},
    {"u": "rate"},
    {"u": "index"},
    {"u": "flow", "v": "rate"},
]


class Case(NamedTuple):
    """Rows, options, and how the package gets them: container, parts."""

    rows: list
    options: dict
    container: str = "dict"
    parts: int = 1


CONTAINERS = ["dict", "pandas", "polars", "arrow", "batches"]


def random_case(choose: Choices) -> Case:
    freq = choose.one(["M", "Q", "Y", "M", "M", "Q", "M-JF", "M-JF", *FIRST])
    kinds = choose.one(MIXES if freq != "D" else MIXES[:5])
    flows = set(kinds.values()) == {"flow"}
    options: dict = {"keys": ["m", "r"], "kinds": kinds, "freq": freq}
    if choose.chance(30):
        options["absent"] = "zero"
    if choose.chance(15):
        options["nulls"] = "absent"
    if choose.chance(30):
        options["exit_after"] = choose.one([1, 2, 3])
    if choose.chance(20):
        options["duplicates"] = choose.one(["last", "add"] if flows else ["last"])
    if choose.chance(30):
        options["complete_through"] = random_label(choose, freq, late=True)
    if freq in ("M", "D") and choose.chance(20):
        options["year_end"] = choose.one(["MAR", "JUN"])
    if choose.chance(30):
        options["units"] = {
            name: "percent" if kind == "rate" else "CNY" for name, kind in kinds.items()
        }
    rows = random_rows(choose, options)
    parts = choose.one([1, 1, 2, 3])
    adds = flows and options.get("duplicates") != "last"
    if parts > 1 and not adds:
        # Parts that meet in a series and period may be refused: whole series each.
        rows.sort(key=lambda row: str(row[0]))
    return Case(rows, options, choose.one(CONTAINERS), parts)


def ordinals(freq: str) -> list[int]:
    first, length = FIRST[freq]
    frequency = cal.frequency("M" if freq == "M-JF" else freq)
    t, _ = cal.placed(first, frequency)
    return list(range(t, t + length))


def written(freq: str, t: int, as_date: int | None) -> Any:
    """A period as a row has it: its label, or a day in it."""
    frequency = cal.frequency("M" if freq == "M-JF" else freq)
    if as_date is not None or frequency.unit in "WD":
        first, last = cal.start(frequency, t), cal.end(frequency, t)
        return min(first + dt.timedelta(as_date or 0), last)
    return cal.label(frequency, t)


def random_label(choose: Choices, freq: str, late: bool = False) -> Any:
    places = ordinals(freq)
    if not late:
        return written(freq, choose.one(places), None)
    return written(freq, places[-1] + choose.integer(-3, 2), None)


def random_rows(choose: Choices, options: dict) -> list:
    freq, kinds = options["freq"], options["kinds"]
    dated = freq not in ("D", "W") and choose.chance(20)
    flows = set(kinds.values()) == {"flow"}
    rows, keys = [], []
    for _ in range(choose.integer(1, 6)):
        key = {"m": choose.one("ABC"), "r": choose.one([1, 2, None])}
        if key in keys:
            continue
        keys.append(key)
        for t in random_places(choose, freq):
            period = written(freq, t, choose.integer(0, 27) if dated else None)
            rows.append((key, period, random_values(choose, kinds)))
            if flows and choose.chance(8):
                rows.append((key, period, random_values(choose, kinds)))
    if all(value is None for _, _, values in rows for value in values.values()):
        rows[0] = (*rows[0][:2], dict.fromkeys(kinds, 1))
    return choose.mixed(rows)


def random_places(choose: Choices, freq: str) -> list[int]:
    """The periods in which a series has a row, at least one."""
    places = ordinals(freq)
    if freq in ("D", "W"):
        # Few of many days, and some of them a year apart.
        found = {choose.one(places) for _ in range(choose.integer(1, 8))}
        run = choose.one(places)
        found |= {run + i for i in range(choose.integer(0, 6))}
        years = [52, 53] if freq == "W" else [364, 365, 366]
        found |= {t + choose.one(years) for t in list(found) if choose.chance(50)}
        return sorted(found & set(places))
    begin = choose.integer(0, len(places) - 1)
    end = choose.integer(begin, len(places) - 1)
    kept = choose.one([100, 90, 60])
    inside = places[begin : end + 1]
    return [t for t in inside if kept == 100 or choose.chance(kept)] or inside[:1]


def random_values(choose: Choices, kinds: dict) -> dict:
    return {name: random_value(choose) for name in kinds}


def random_value(choose: Choices) -> float | None:
    which = choose.integer(0, 99)
    if which < 8:
        return None
    if which < 40:
        return choose.integer(1, 99)
    return choose.integer(1, 400) / 4 if which < 70 else choose.integer(-3, 3)


def build_model(case: Case) -> Model:
    return Model(case.rows, **case.options)


def build_panel(case: Case) -> Any:
    """A panel of the same rows, in any container, in parts and merged or at once."""
    parts = [built(case, rows) for rows in cut(case.rows, case.parts)]
    return parts[0].merge(*parts[1:]) if parts[1:] else parts[0]


def cut(rows: list, parts: int) -> list[list]:
    """Slices of the rows; those of one series stay together where they are sorted."""
    size = -(-len(rows) // parts)
    keys = [str(row[0]) for row in rows]
    whole = keys == sorted(keys)
    out: list[list] = [[] for _ in range(parts)]
    for place, row in enumerate(rows):
        first = keys.index(keys[place]) if whole else place
        out[first // size].append(row)
    return [rows for rows in out if rows]


def built(case: Case, rows: list) -> Any:
    if case.container == "batches":
        table: Any = [columns_of(case, some) for some in halves(rows)]
    else:
        table = contained(columns_of(case, rows), case.container)
    options = dict(case.options)
    keys, kinds = options.pop("keys"), options.pop("kinds")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that rows repeat is meant
        return em.Panel.from_table(
            table, keys=keys, period="p", measures=kinds, **options
        )


def halves(rows: list) -> list[list]:
    half = len(rows) // 2
    return [some for some in (rows[:half], rows[half:]) if some]


def columns_of(case: Case, rows: list) -> dict[str, list]:
    keys, kinds = case.options["keys"], case.options["kinds"]
    columns: dict[str, list] = {key: [row[0][key] for row in rows] for key in keys}
    columns["p"] = [row[1] for row in rows]
    for name in kinds:
        columns[name] = [row[2][name] for row in rows]
    return columns


def contained(columns: dict, container: str) -> Any:
    if container == "pandas":
        import pandas as pd

        if "r" in columns:
            columns = {**columns, "r": pd.array(columns["r"], dtype="Int64")}
        return pd.DataFrame(columns)
    if container == "polars":
        import polars as pl

        return pl.DataFrame(columns, strict=False)
    if container == "arrow":
        import pyarrow as pa

        if "r" in columns:
            columns = {**columns, "r": pa.array(columns["r"], pa.int64())}
        return pa.table(columns)
    return columns
