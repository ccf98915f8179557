"""Random tables, and the model and the panel of one table."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any, NamedTuple

import evmarket as em
from tests.model import Model
from tests.model import calendar as cal

# ---- random tables -------------------------------------------------------------------

FIRST = {
    "Y": ("2018", 6),
    "Y-MAR": ("2018", 6),
    "H": ("2021H1", 8),
    "Q": ("2022Q2", 10),
    "Q-MAR": ("2022Q2", 10),
    "M": ("2023-05", 20),
    "M-JF": ("2023-05", 20),
    "W": ("2023-11-20", 60),
    "D": ("2023-12-20", 400),
}
MIXES = [
    {"u": "flow"},
    {"u": "flow", "v": "flow"},
    {"u": "flow", "v": "stock"},
    {"u": "stock", "v": "stock"},
    {"u": "cumulative", "v": "cumulative"},
    {"u": "rate"},
    {"u": "index"},
]


class Case(NamedTuple):
    """Rows, options, and how the package gets them: container, parts."""

    rows: list
    options: dict
    container: str = "dict"
    parts: int = 1


def random_case(rng: random.Random) -> Case:
    freq = rng.choice([*FIRST, "M", "M", "M", "Q"])
    kinds = rng.choice(MIXES if freq != "D" else MIXES[:4])
    options: dict = {"keys": ["m", "r"], "kinds": kinds, "freq": freq}
    if rng.random() < 0.3:
        options["absent"] = "zero"
    if rng.random() < 0.15:
        options["nulls"] = "absent"
    if rng.random() < 0.3:
        options["exit_after"] = rng.choice([1, 2, 3])
    if set(kinds.values()) == {"flow"} and rng.random() < 0.3:
        options["duplicates"] = rng.choice(["last", "add"])
    if rng.random() < 0.3:
        options["complete_through"] = random_label(rng, freq, late=True)
    if freq == "M" and rng.random() < 0.2:
        options["year_end"] = rng.choice(["MAR", "JUN"])
    rows = random_rows(rng, options)
    container = rng.choice(["dict", "pandas", "polars", "arrow", "batches"])
    parts = rng.choice([1, 1, 2, 3])
    adds = set(kinds.values()) == {"flow"} and options.get("duplicates") != "last"
    if parts > 1 and not adds:
        # Parts that meet in a series and period may be refused: whole series each.
        rows.sort(key=lambda row: str(row[0]))
    return Case(rows, options, container, parts)


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


def random_label(rng: random.Random, freq: str, late: bool = False) -> Any:
    places = ordinals(freq)
    t = rng.choice(places[-4:] if late else places) + (rng.randint(0, 2) if late else 0)
    return written(freq, t, None)


def random_rows(rng: random.Random, options: dict) -> list:
    freq, kinds = options["freq"], options["kinds"]
    dated = rng.random() < 0.2 and freq not in ("D", "W")
    rows = []
    for _ in range(rng.randint(1, 6)):
        key = {"m": rng.choice("ABC"), "r": rng.choice([1, 2, None])}
        if any(key == old for old, _, _ in rows):
            continue
        places = ordinals(freq)
        begin, end = sorted(rng.sample(range(len(places)), 2))
        kept = rng.choice([0.6, 0.9, 1.0])
        if freq == "D":
            kept = 0.1
        for t in places[begin : end + 1]:
            if rng.random() > kept:
                continue
            period = written(freq, t, rng.randint(0, 27) if dated else None)
            rows.append((key, period, random_values(rng, kinds)))
            if rng.random() < 0.08 and set(kinds.values()) == {"flow"}:
                rows.append((key, period, random_values(rng, kinds)))
    if not rows:
        return random_rows(rng, options)
    rng.shuffle(rows)
    return rows


def random_values(rng: random.Random, kinds: dict) -> dict:
    def one() -> float | None:
        if rng.random() < 0.08:
            return None
        return rng.choice(
            [rng.randint(1, 99), rng.randint(1, 400) / 4, rng.randint(-3, 3)]
        )

    return {name: one() for name in kinds}


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
        half = len(rows) // 2
        table: Any = [columns_of(case, some) for some in (rows[:half], rows[half:])]
        table = [one for one, some in zip(table, (half, 1), strict=True) if some]
    else:
        table = contained(columns_of(case, rows), case.container)
    options = dict(case.options)
    keys, kinds = options.pop("keys"), options.pop("kinds")
    return em.Panel.from_table(table, keys=keys, period="p", measures=kinds, **options)


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

        whole = {"r": pd.array(columns["r"], dtype="Int64")}
        return pd.DataFrame({**columns, **whole})
    if container == "polars":
        import polars as pl

        return pl.DataFrame(columns, strict=False)
    if container == "arrow":
        import pyarrow as pa

        whole = {"r": pa.array(columns["r"], pa.int64())}
        return pa.table({**columns, **whole})
    return columns
