"""Changes inputs at random, and runs a harness in Python over them.

    python -m tests.fuzz.mutate NAME [--seconds S] [--count N] [--seed N]

NAME is a module of this folder with seeds() and one(data, rng). An input is known by
the seed and its number, so that a failure can be repeated: --first N --count 1.
"""

import argparse
import importlib
import random
import sys
import time
import traceback

PIECES = [
    b'"',
    b"\n",
    b"\r",
    b",",
    b"\x00",
    b"\xff\xfe",
    b"%",
    b"1e5",
    b"{",
    b"[",
    b"-",
]
BYTES = [0, 10, 13, 34, 44, 59, 255, 0x80, 46, 45, 0x41]


def changed(data: bytes, rng: random.Random) -> bytes:
    """Some bytes of data replaced, added, repeated or cut off."""
    raw = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 5])):
        kind, place = rng.random(), rng.randrange(len(raw) + 1)
        if kind < 0.4 and raw:
            raw[place % len(raw)] = rng.choice([*BYTES, rng.randrange(256)])
        elif kind < 0.6:
            raw[place:place] = rng.choice(PIECES)
        elif kind < 0.75:
            del raw[place : place + rng.choice([1, 1, 3, 20])]
        elif kind < 0.85:
            del raw[place:]
        else:
            start = rng.randrange(len(raw) + 1)
            raw[place:place] = raw[start : start + 30]
    return bytes(raw)


def run(
    name: str, seconds: float, count: int, seed: int = 0, first: int = 0
) -> tuple[int, int]:
    """Inputs until the seconds or the count are over: how many, and how many failed."""
    harness = importlib.import_module(f"tests.fuzz.{name}")
    seeds, stop = harness.seeds(), time.monotonic() + seconds
    done = failed = 0
    while done < count and time.monotonic() < stop:
        rng = random.Random(f"{name} {seed} {first + done}")
        try:
            harness.one(rng.choice(seeds), rng)
        except Exception:
            traceback.print_exc()
            print(f"{name}: --seed {seed} --first {first + done} --count 1", flush=True)
            failed += 1
        done += 1
    return done, failed


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.mutate")
    parser.add_argument("name")
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args(arguments)
    done, failed = run(given.name, given.seconds, given.count, given.seed, given.first)
    print(f"done {done} failed {failed}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
