"""Panel files with wrong contents: each loads as a panel that works, or is refused.

    python -m tests.panel.mutated --files N [--seed S]

Two kinds: arrays of a valid file with changed numbers, written again with right sizes
and checksums, and bytes of a valid file changed anywhere.
"""

import argparse
import io
import json
import random
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np

import evmarket as em
from evmarket._panel.storage import to_state

EXTREMES = [0, 1, 2, 3, -1, -2, 7, 127, 128, 255, 2**31 - 1, -(2**31), 2**40, 2**62]
EXTREMES += [2**63 - 1, -(2**63), 2**64 - 1]


REFUSED = ("held exactly", "has no complete period", "has no periods to report")
REFUSED += ("outside the years 1800", "do not make up such years", "periods of 'Y-")


def table(seed, rows=60):
    made = random.Random(seed)
    months = [f"{2023 + k // 12}-{k % 12 + 1:02}" for k in range(26)]
    columns = {"maker": [], "size": [], "month": [], "units": [], "price": []}
    for _ in range(rows):
        columns["maker"].append(made.choice(["A", "B", "CC", None]))
        columns["size"].append(made.choice([1, 2, 3]))
        columns["month"].append(made.choice(months))
        columns["units"].append(made.randrange(1000))
        columns["price"].append(made.choice([1.5, 1e-25, -3.0, float("nan")]))
    return columns


def originals():
    """Panels that use every array of a state."""
    options = {"duplicates": "add"}
    keys, measures = ["maker", "size"], ["units", "price"]
    panel = em.Panel.from_table(table(1), keys, "month", measures, **options)
    yield panel
    yield panel.rollup("maker").resample("Q")
    yield panel.select(maker=["A", "B"], periods=slice("2023-03", "2024-05"))
    days = table(2)
    days["month"] = [
        f"{month}-{1 + k % 28:02}" for k, month in enumerate(days["month"])
    ]
    kinds = {"units": "stock", "price": "flow"}
    yield em.Panel.from_table(days, keys, "month", kinds, freq="M")
    yield panel.assign(other=panel["units"] * 2)


def mutate(state, made):
    """A copy of a state with one to three numbers, arrays or words of it changed."""
    state = {name: np.array(array) for name, array in state.items()}
    for _ in range(made.choice([1, 1, 2, 3])):
        name = made.choice(sorted(state))
        array = state[name]
        how = made.random()
        if name == "head":
            state[name] = _mutated_head(array, made)
        elif how < 0.04:
            del state[name]
        elif how < 0.1:
            state[name] = array[: made.randrange(len(array) + 1)]
        elif how < 0.14:
            other = made.choice(["<i8", "<i4", "|u1", "<f8", "<u8"])
            with np.errstate(all="ignore"):
                state[name] = array.astype(other)
        elif array.size:
            flat = array.reshape(-1).view(f"u{array.itemsize}")
            place = made.randrange(array.size)
            change = made.random()
            if change < 0.5:
                number = made.choice(EXTREMES)
            elif change < 0.75:
                number = int(flat[place]) + made.choice([-2, -1, 1, 2])
            else:
                number = int(flat[made.randrange(array.size)])
            flat[place] = number % (1 << 8 * array.itemsize)
    return state


def _mutated_head(array, made):
    head = json.loads(array.tobytes())
    at, steps = head, made.randrange(1, 6)
    for step in range(steps):
        if not isinstance(at, (dict, list)) or not at:
            break
        place = made.choice(sorted(at) if isinstance(at, dict) else range(len(at)))
        if step == steps - 1 or not isinstance(at[place], (dict, list)):
            at[place] = made.choice(
                [
                    None,
                    True,
                    0,
                    1,
                    -1,
                    5,
                    2**39,
                    2**70,
                    1.5,
                    "",
                    "A",
                    "units",
                    "Y",
                    "M",
                    "\n",
                    [],
                    [[]],
                    {},
                    ["read", "units"],
                    head.get("freq"),
                ]
            )
            break
        at = at[place]
    return np.frombuffer(json.dumps(head).encode(), np.uint8)


def as_file(state):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, array in state.items():
            content = io.BytesIO()
            np.lib.format.write_array(content, array, version=(1, 0))
            archive.writestr(f"{name}.npy", content.getvalue())
    return file.getvalue()


def merged(panel):
    """The panel with itself; stocks are not added."""
    if all(panel[name].kind == "flow" for name in panel.measures):
        panel.merge(panel)


def summed(measure):
    """Sums over periods; stocks have none."""
    if measure.kind == "flow":
        assert measure.ytd().values.size >= 0


def steps(panel, folder):
    """Uses of all of a panel, as functions."""
    yield lambda: panel.save(Path(folder) / "again.npz")
    yield panel.to_bytes
    yield lambda: (repr(panel), len(panel), panel.__sizeof__())
    yield lambda: merged(panel)
    yield lambda: panel.to_table().to_csv()
    yield lambda: [panel[name].growth(1).values for name in panel.measures]
    for name in panel.measures:
        yield lambda name=name: (panel[name].values, panel[name].status)
        yield lambda name=name: (panel[name].members, panel[name].living)
        yield lambda name=name: summed(panel[name])
        yield lambda name=name: panel[name].growth("1Y", matched=True).values
        if panel.keys:
            by = panel.keys[0]
            yield lambda name=name, by=by: panel.report(name, by=by)
            yield lambda name=name, by=by: panel.rollup(by)[name].growth(1).values
        if len(panel.periods):
            first = slice(panel.periods.labels[0], None)
            yield lambda name=name: panel.resample("Y")[name].values
            yield lambda first=first: panel.select(periods=first)


def used(panel, folder):
    """Use all of a panel. What any panel of such numbers refuses may be refused."""
    for step in steps(panel, folder):
        try:
            step()
        except (ValueError, OverflowError) as error:
            if not any(words in str(error) for words in REFUSED):
                raise


def with_head(state, part, name, value):
    """A state with another value in a part of its head."""
    head = json.loads(state["head"].tobytes())
    part(head)[name] = value
    return state | {"head": np.frombuffer(json.dumps(head).encode(), np.uint8)}


def check_loads(state, folder):
    """The panel of a file with this state."""
    path = Path(folder) / "mutated.npz"
    path.write_bytes(as_file(state))
    return em.Panel.load(path)


def check(state, folder):
    """Whether a mutated state loads; it works then. Other errors are raised."""
    try:
        panel = check_loads(state, folder)
    except ValueError:
        return False
    used(panel, folder)
    return True


def check_bytes(data, made, folder, original):
    """The same for a file with some bytes changed."""
    changed = bytearray(data)
    for _ in range(made.choice([1, 1, 2, 8])):
        changed[made.randrange(len(changed))] = made.randrange(256)
    if made.random() < 0.1:
        del changed[made.randrange(len(changed)) :]
    for load in (_load_file(folder), em.Panel.from_bytes):
        try:
            panel = load(bytes(changed))
        except ValueError:
            continue
        assert panel.measures == original.measures


def _load_file(folder):
    def load(data):
        path = Path(folder) / "flipped.npz"
        path.write_bytes(data)
        return em.Panel.load(path)

    return load


def run(files, seed, folder):
    """How many of the files loaded; half are mutated by arrays, half by bytes."""
    made = random.Random(seed)
    whole = [(panel, to_state(panel._data)) for panel in originals()]
    loaded = 0
    for number in range(files):
        panel, state = made.choice(whole)
        if number % 2:
            data = made.choice([as_file(state), panel.to_bytes()])
            check_bytes(data, made, folder, panel)
            continue
        mutated = mutate(state, made)
        try:
            loaded += check(mutated, folder)
        except Exception:
            print(f"seed {seed}, file {number}")
            raise
    return loaded


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        loaded = run(options.files, options.seed, folder)
    took = time.perf_counter() - start
    print(f"{options.files} files, {loaded} of them loaded and worked, {took:.0f} s")


if __name__ == "__main__":
    main()
