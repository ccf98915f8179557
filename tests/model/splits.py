"""Random splits of a table into parts, merged in any order, through bytes.

Run ``python -m tests.model.splits --count 1000``. The bits are those of the whole.
"""

from __future__ import annotations

import argparse
import random
import time
from itertools import pairwise

import evmarket as em
from evmarket._panel.storage import to_state

MOST_PARTS = 50


def table(rng, rows, dated):
    """Rows of flows and a stock, in columns; no two of one series and date."""
    values = [0.1, 0.3, 1e15, -1e15, 1e-9, 5e-324, -0.7, 2.0**61, -(2.0**61)]
    months = [f"{year}-{k:02}" for year in (2023, 2024) for k in range(1, 13)]
    days = [f"{month}-{k:02}" for month in months for k in (1, 2, 15, 28)]
    makers = ["A", "B", "比亚迪", "", None]
    when = days if dated else months
    chosen = [(m, r, t) for m in makers for r in (1, -2, 30) for t in when]
    chosen = rng.sample(chosen, rows)
    return {
        "maker": [m for m, _, _ in chosen],
        "region": [r for _, r, _ in chosen],
        "when": [t for _, _, t in chosen],
        "units": [rng.randrange(-1000, 1000) for _ in chosen],
        "revenue": [rng.choice(values) for _ in chosen],
        "stock": [rng.choice([None, rng.random()]) for _ in chosen],
    }


KINDS = {"units": "flow", "revenue": "flow", "stock": "stock"}


def build(columns, kinds, **options):
    options = {"freq": "M", "complete_through": "2024-12"} | options
    return em.Panel.from_table(columns, ["maker", "region"], "when", kinds, **options)


def parts_of(columns, rng):
    """The rows in 1 to 50 parts, in any order; some parts have no rows."""
    count, rows = rng.randint(1, MOST_PARTS), list(range(len(columns["when"])))
    rng.shuffle(rows)
    cuts = [0, *sorted(rng.choices(range(len(rows) + 1), k=count - 1)), len(rows)]
    for start, stop in pairwise(cuts):
        chosen = rows[start:stop]
        yield {name: [column[k] for k in chosen] for name, column in columns.items()}


def merged(panels, rng):
    """The panels in one, some at a time, each through bytes."""
    panels = list(panels)
    while len(panels) > 1:
        rng.shuffle(panels)
        few = rng.randint(2, max(2, len(panels)))
        first, *others = (em.Panel.from_bytes(p.to_bytes()) for p in panels[:few])
        panels = [first.merge(*others), *panels[few:]]
    return em.Panel.from_bytes(panels[0].to_bytes())


def state(panel):
    """What a panel holds, but for the number of repeated rows.

    Which rows of one month are of one date is not known among parts.
    """
    arrays = to_state(panel._data)
    return {k: (a.dtype, a.shape, a.tobytes()) for k, a in arrays.items()
            if k != "repeats"}  # fmt: skip


def check(seed, rows=150):
    """Raise if a random split of a random table gives other bits than the whole."""
    rng = random.Random(seed)
    dated = seed % 2 == 1
    columns = table(rng, rows, dated)
    kinds = KINDS
    if seed % 4 == 0:  # flows alone, of which a cell may have several rows
        kinds = dict.fromkeys(("units", "revenue"), "flow")
        columns = {name: column * 2 for name, column in columns.items()}
    whole = build(columns, kinds, duplicates="add" if seed % 4 == 0 else None)
    parts = list(parts_of(columns, rng))
    options = {"workers": 1, "duplicates": whole._data.base.duplicates}
    got = merged([build(part, kinds, **options) for part in parts], rng)
    if state(got) != state(whole):
        raise AssertionError(f"seed {seed}: {len(parts)} parts give other bits")
    return len(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    start, parts = time.time(), 0
    for seed in range(options.seed, options.seed + options.count):
        parts += check(seed)
    print(f"{options.count} splits into {parts} parts: the bits of the whole, "
          f"{time.time() - start:.0f} s")  # fmt: skip


if __name__ == "__main__":
    main()
