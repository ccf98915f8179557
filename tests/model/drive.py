"""Drive the model and the package side by side and tell where they differ.

`python -m tests.model.drive --steps 5000 --seed 1` runs random operations on random
tables and prints the differences by kind; `--shrink` prints of each kind the smallest
reproduction found, as code to run; `--kind TEXT` looks at some kinds only and `--only
NAME` does one operation only, besides those that change the panel.
"""

from __future__ import annotations

import argparse
import collections
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import NamedTuple

from tests.model.choices import Choices
from tests.model.compare import Difference
from tests.model.operations import (
    LOOK,
    PANEL,
    TRANSFORMS,
    Run,
    Script,
    Step,
    look,
    play,
)
from tests.model.shrink import reproduction, shrunk
from tests.model.tables import random_case

CHUNK = 500  # operations of one seed


class Found(NamedTuple):
    """Of some operations how many were compared, refused by both, and what differs."""

    compared: int
    refused: int
    differences: dict[str, list[tuple[Difference, Script]]]
    by_name: dict[str, int]


def runs(steps: int, seed: object, only: str = "") -> Iterator[tuple]:
    """(script, run, differences) of operation after operation.

    A run ends with the first level that differs: all that follows would differ too.
    """
    choose, left = Choices.seeded(seed), steps
    while left > 0:
        run = Run(random_case(choose))
        found = run.build()
        yield Script(run.case), run, found
        left -= not run.refused
        if found or run.panel is None:
            continue
        for _ in range(choose.integer(4, 14)):
            step = next_step(run, choose, only)
            if step is None:
                continue
            script = Script(run.case, tuple(run.steps), step)
            found = run.do(step)
            yield script, run, found
            left -= not run.refused
            if found and step.how == PANEL and run.steps[-1:] == [step]:
                break


def next_step(run: Run, choose: Choices, only: str = "") -> Step | None:
    if choose.chance(35):
        return TRANSFORMS[choose.one(list(TRANSFORMS))](run, choose)
    if only in LOOK:
        names = [*run.model.options.kinds, *run.model.recipes]
        return LOOK[only](run, choose, choose.one(names))
    return look(run, choose)


def chunk(seed: str, steps: int, only: str, examples: int) -> Found:
    compared, refused = 0, 0
    by_name: dict[str, int] = collections.Counter()
    differences: dict[str, list] = collections.defaultdict(list)
    for script, run, found in runs(steps, seed, only):
        refused += run.refused
        compared += not run.refused
        by_name[script.last.name if script.last else "build"] += not run.refused
        for kind in {one.kind for one in found}:
            one = next(one for one in found if one.kind == kind)
            kept = differences[kind]
            kept.append((one, script) if len(kept) < examples else (one, None))
    return Found(compared, refused, dict(differences), dict(by_name))


def size(script: Script) -> tuple:
    return len(script.steps), len(script.case.rows)


def gathered(steps: int, seed: int, workers: int, only: str, examples: int) -> Found:
    """The same whatever the number of workers."""
    seeds = [f"{seed}-{place}" for place in range(-(-steps // CHUNK))]
    sizes = [min(CHUNK, steps - CHUNK * place) for place in range(len(seeds))]
    work = partial(chunk, only=only, examples=examples)
    if workers == 1:
        return together(map(work, seeds, sizes))
    with ProcessPoolExecutor(workers) as pool:
        return together(pool.map(work, seeds, sizes))


def together(parts: Iterator[Found]) -> Found:
    compared, refused = 0, 0
    by_name: dict[str, int] = collections.Counter()
    differences: dict[str, list] = collections.defaultdict(list)
    for part in parts:
        compared, refused = compared + part.compared, refused + part.refused
        collections.Counter.update(by_name, part.by_name)  # type: ignore[arg-type]
        for kind, found in part.differences.items():
            differences[kind] += found
    return Found(compared, refused, dict(differences), dict(by_name))


def first(kind: str) -> bool:
    """What everything else is derived from."""
    return kind.split(",")[0] in ("build", "panel", "level")


def reproduce(kinds: dict, order: list[str], most: int) -> None:
    """Print them; what an earlier one shows as well is not told twice."""
    shown: set[str] = set()
    for kind in order:
        if kind not in shown and most:
            most -= 1
            script = min((s for _, s in kinds[kind] if s is not None), key=size)
            script = shrunk(script, kind)
            shown |= {one.kind for one in play(script)}
            print(f"\n{reproduction(script, kind)}", flush=True)


# ---- the command ---------------------------------------------------------------------


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--examples", type=int, default=1, help="told of each kind")
    parser.add_argument("--shrink", action="store_true", help="to a reproduction each")
    parser.add_argument("--kind", default="", help="only kinds with this text")
    parser.add_argument("--kinds", type=int, default=20, help="shrunk at most")
    parser.add_argument("--only", default="", choices=["", *LOOK], help="one look only")
    wanted = parser.parse_args(arguments)
    begin = time.monotonic()
    keep = max(wanted.examples, 3)
    found = gathered(wanted.steps, wanted.seed, wanted.workers, wanted.only, keep)
    kinds = {k: v for k, v in found.differences.items() if wanted.kind in k}
    order = sorted(kinds, key=lambda kind: (not first(kind), -len(kinds[kind])))
    for kind in order:
        print(f"{len(kinds[kind]):6} {kind}")
        for one, script in kinds[kind][: 0 if wanted.shrink else wanted.examples]:
            print("      ", one.text, "after", *(step.text for step in script.steps))
    if wanted.shrink:
        reproduce(kinds, order, wanted.kinds)
    minutes = (time.monotonic() - begin) / 60
    number = sum(map(len, kinds.values()))
    print(
        f"{found.compared} operations compared ({found.refused} more refused by both), "
        f"{number} differences of {len(kinds)} kinds, {minutes:.1f} minutes, "
        f"seed {wanted.seed}"
    )
    return int(bool(number))


if __name__ == "__main__":
    raise SystemExit(main())
