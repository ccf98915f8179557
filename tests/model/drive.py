"""Drive the model and the package side by side and tell where they differ.

`python -m tests.model.drive --steps 500 --seed 1` runs random operations on random
tables and prints the differences by kind. `Pair` is what a stateful test holds: a
model, a panel built of the same rows, and the operations both have gone through.
Only the public interface of the package is used.
"""

from __future__ import annotations

import argparse
import collections
import os
import pickle
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import evmarket as em
from tests.model import Model
from tests.model import calendar as cal
from tests.model.compare import (
    Difference,
    both,
    compare,
    compare_contributions,
    compare_counts,
    compare_coverage,
    compare_measures,
    compare_report,
    names_of,
)
from tests.model.kinds import KINDS
from tests.model.tables import (
    Case,
    build_model,
    build_panel,
    random_case,
    random_label,
    random_rows,
)

REFUSALS = (KeyError, TypeError, ValueError, OverflowError, AssertionError)


# ---- a model and a panel going through the same --------------------------------------


class Pair:
    """A model and a panel of the same rows; `done` is what both went through."""

    def __init__(self, case: Case, model: Model, panel: Any):
        self.case, self.model, self.panel = case, model, panel
        self.done: list[str] = []
        self.view: list[Callable] = []  # regroupings, to make parts for a merge

    def both(self, text: str, function: Callable, view: bool = False):
        """Apply a function to both; the state stays where one of them refuses."""
        model, panel, out = both(
            text.split("(")[0],
            text,
            lambda: function(self.model),
            lambda: function(self.panel),
            (settle, settle_panel),
        )
        if panel is None:
            return out
        self.model, self.panel = model, panel
        self.done.append(text)
        if view:
            self.view.append(function)
        return compare(model, panel)

    def look(
        self, text: str, function: Callable, by: Callable, force: Callable | None = None
    ) -> list[Difference]:
        """Compare what a function gives of both; nothing changes."""
        name = text.split("(")[0]
        mine, theirs, out = both(
            name,
            text,
            lambda: function(self.model),
            lambda: function(self.panel),
            (results_of, force or dense),
        )
        return out if theirs is None else by(name, mine, theirs)


def settle(model: Model) -> None:
    for name in names_of(model):
        model[name].results()


def settle_panel(panel: Any) -> None:
    for name in panel.measures:
        dense(panel[name])


def results_of(measure: Any) -> None:
    measure.results()


def counted(measure: Any) -> None:
    _ = measure.members, measure.living


def dense(measure: Any) -> None:
    _ = measure.values, measure.status


# ---- random operations ---------------------------------------------------------------


def random_lag(rng: random.Random, freq: cal.Freq) -> int | str:
    words = {"M": ["1M", "1Q", "2Y"], "Q": ["1Q"], "D": ["1W", "1M"], "W": ["1W"]}
    return rng.choice(["1Y", "1Y", 1, 2, -1, *words.get(freq.unit, [])])


def transform(pair: Pair, rng: random.Random) -> list[Difference]:
    """A random operation that gives another panel."""
    name = rng.choice(list(TRANSFORMS))
    return TRANSFORMS[name](pair, rng)


def labels_of(pair: Pair, key: str) -> list:
    place = pair.model.keys.index(key)
    found = {series[place] for series in pair.model.series}
    return sorted(found, key=lambda x: (x is None, str(x)))


def select(pair: Pair, rng: random.Random) -> list[Difference]:
    if not pair.model.keys:
        return []
    key = rng.choice(pair.model.keys)
    labels = labels_of(pair, key)
    some = rng.choice(labels)
    if rng.random() < 0.7:
        some = sorted(rng.sample(labels, rng.randint(1, len(labels))), key=labels.index)
    how = rng.choice(["select", "select", "exclude"])
    if how == "exclude" and labels in (some, [some]):
        return []
    text = f"{how}({key}={some!r})"
    return pair.both(text, lambda x: getattr(x, how)({key: some}), view=True)


def cut(pair: Pair, rng: random.Random) -> list[Difference]:
    labels = pair.model.periods
    a, b = sorted(rng.choices(range(len(labels)), k=2))
    wanted = slice(labels[a], labels[b] if rng.random() < 0.7 else None)
    return pair.both(f"periods({wanted})", lambda x: x.select(periods=wanted))


def rollup(pair: Pair, rng: random.Random) -> list[Difference]:
    keys = [key for key in pair.model.keys if rng.random() < 0.6]
    return pair.both(f"rollup({keys})", lambda x: x.rollup(*keys), view=True)


def recode(pair: Pair, rng: random.Random) -> list[Difference]:
    if not pair.model.keys:
        return []
    key = rng.choice(pair.model.keys)
    labels = [x for x in labels_of(pair, key) if x is not None]
    if len(labels) < 2:
        return []
    new = {labels[0]: rng.choice([labels[1], "N" if key == "m" else 7])}
    text = f"recode({key}, {new})"
    return pair.both(text, lambda x: x.recode(key, new), view=True)


def resample(pair: Pair, rng: random.Random) -> list[Difference]:
    to = rng.choice(["Q", "Y", "H", "Q-MAR", "Y-MAR", "M-JF", "M"])
    if to == pair.model.freq.name:
        return []
    return pair.both(f"resample({to})", lambda x: x.resample(to), view=True)


def assume(pair: Pair, rng: random.Random) -> list[Difference]:
    rules: dict = rng.choice(
        [
            {"absent": rng.choice(["zero", "missing"])},
            {"exit_after": rng.choice([1, 2, 4])},
            {"complete_through": random_label(rng, pair.case.options["freq"], True)},
        ]
    )
    return pair.both(f"assume({rules})", lambda x: x.assume(**rules), view=True)


def assign(pair: Pair, rng: random.Random) -> list[Difference]:
    if "v" not in pair.model.options.kinds or pair.model.recipes:
        return []
    sign = rng.choice([1, -1])

    def formed(x: Any) -> Any:
        return x.assign(w=x["u"] + x["v"] if sign > 0 else x["u"] - x["v"])

    return pair.both(f"assign(w=u {'+-'[sign < 0]} v)", formed, view=True)


def merge(pair: Pair, rng: random.Random) -> list[Difference]:
    """Other parts, built under the same rules and seen the same way."""
    more = [
        pair.case._replace(rows=random_rows(rng, pair.case.options), parts=1)
        for _ in range(rng.choice([1, 1, 2]))
    ]
    overlap = rng.choice(["add", "add", "replace", "error"])

    def part(build: Callable, case: Case) -> Any:
        out = build(case)
        for step in pair.view:
            out = step(out)
        return out

    def formed(x: Any) -> Any:
        build = build_model if isinstance(x, Model) else build_panel
        return x.merge(*(part(build, case) for case in more), overlap=overlap)

    sizes = [len(case.rows) for case in more]
    return pair.both(f"merge({overlap}, {sizes} rows)", formed)


def keep(pair: Pair, rng: random.Random) -> list[Difference]:
    """Through a file, through pickle: nothing changes."""
    how = rng.choice(["save", "pickle"])

    def formed(x: Any) -> Any:
        if isinstance(x, Model):
            return x
        if how == "pickle":
            return pickle.loads(pickle.dumps(x))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "panel")
            x.save(path)
            return em.Panel.load(path)

    return pair.both(f"{how}()", formed)


TRANSFORMS: dict[str, Callable[[Pair, random.Random], list[Difference]]] = {
    "select": select,
    "periods": cut,
    "rollup": rollup,
    "recode": recode,
    "resample": resample,
    "assume": assume,
    "assign": assign,
    "merge": merge,
    "keep": keep,
}


def observe(pair: Pair, rng: random.Random) -> list[Difference]:
    """A random look at what is derived from the panel."""
    name = rng.choice(names_of(pair.model))
    kind = pair.model[name].kind
    looks = [*WHATS[kind], "counts", "told", "told"]
    what = rng.choice(looks)
    if what == "told":
        return told(pair, rng, name, kind)
    if what == "counts":
        text = f"counts({name})"
        return pair.look(text, lambda x: x[name], compare_counts, counted)
    text, formed = measure_of(pair, rng, what, name)
    return pair.look(text, formed, compare_measures)


ALONG = ["growth", "growth", "matched", "within", "log_growth", "change", "index"]
WINDOW = ["ytd", "to_date", "trailing", "ytd growth", "trailing growth", "ytd share"]
STRUCTURE = ["share", "rank", "hhi", "concentration"]
PAIRS = ["margin", "ratio", "difference", "sum", "quotient", "times", "profit ytd"]
CUMULATIVE = ["from_ytd", "trailing", "from_ytd trailing", "from_ytd growth"]
WHATS = {
    "flow": [*ALONG, *WINDOW, *STRUCTURE, *PAIRS, "share change"],
    "stock": [*ALONG, *STRUCTURE, *PAIRS],
    "cumulative": [*ALONG, *STRUCTURE, *CUMULATIVE, *PAIRS],
    "rate": ["change", "growth", "share"],
    "index": ["growth", "change", "log_growth", "index", "ytd"],
}


def measure_of(
    pair: Pair, rng: random.Random, what: str, name: str
) -> tuple[str, Callable]:
    """(text, the function that forms a measure of a panel or a model)."""
    lag, freq = random_lag(rng, pair.model.freq), pair.model.freq
    if pair.model[name].kind == "cumulative" and rng.random() < 0.8:
        lag = "1Y"
    policy = rng.choice(["nm", "abs", "signed", "midpoint"])
    within = tuple(key for key in pair.model.keys if rng.random() < 0.4)
    window = rng.choice(["1Y", 2, 3])
    unit = rng.choice({"D": "MQY", "M": "QY", "Q": "Y"}.get(freq.unit, "Y"))
    base = rng.choice(pair.model.periods)
    k = rng.randint(1, 3)
    table: dict[str, tuple[str, Callable]] = {
        "growth": (
            f"{lag!r}, {policy!r}",
            lambda x: x[name].growth(lag, policy=policy),
        ),
        "within": (
            f"{lag!r}, {policy!r}, {within}",
            lambda x: x[name].growth(lag, policy=policy, within=within),
        ),
        "matched": (
            f"{lag!r}, {within}",
            lambda x: x[name].growth(lag, within=within, matched=True),
        ),
        "log_growth": (f"{lag!r}", lambda x: x[name].log_growth(lag)),
        "change": (f"{lag!r}", lambda x: x[name].change(lag)),
        "index": (f"{base!r}", lambda x: x[name].index(base)),
        "ytd": ("", lambda x: x[name].ytd()),
        "to_date": (f"{unit!r}", lambda x: x[name].to_date(unit)),
        "trailing": (f"{window!r}", lambda x: x[name].trailing(window)),
        "ytd growth": ("", lambda x: x[name].ytd().growth("1Y")),
        "trailing growth": (
            f"{window!r}, {lag!r}",
            lambda x: x[name].trailing(window).growth(lag),
        ),
        "ytd share": (f"{within}", lambda x: x[name].ytd().share(within=within)),
        "from_ytd": ("", lambda x: x[name].from_ytd()),
        "from_ytd trailing": (
            f"{window!r}",
            lambda x: x[name].from_ytd().trailing(window),
        ),
        "from_ytd growth": ("", lambda x: x[name].from_ytd().growth(1)),
        "share": (f"{within}", lambda x: x[name].share(within=within)),
        "share change": (
            f"{within}, {lag!r}",
            lambda x: x[name].share(within=within).change(lag),
        ),
        "rank": (f"{within}", lambda x: x[name].rank(within=within)),
        "hhi": (f"{within}", lambda x: x[name].hhi(within=within)),
        "concentration": (
            f"{k}, {within}",
            lambda x: x[name].concentration(k, within=within),
        ),
        "margin": ("u, v", lambda x: x.margin("u", "v")),
        "ratio": ("u, v", lambda x: x.ratio("u", "v")),
        "difference": ("u - v", lambda x: x["u"] - x["v"]),
        "sum": ("u + v", lambda x: x["u"] + x["v"]),
        "quotient": ("(u - v) / u", lambda x: (x["u"] - x["v"]) / x["u"]),
        "times": ("u * 2", lambda x: x["u"] * 2),
        "profit ytd": ("(u - v).ytd", lambda x: (x["u"] - x["v"]).ytd()),
    }
    arguments, formed = table[what]
    return f"{what}({name}; {arguments})", formed


def told(pair: Pair, rng: random.Random, name: str, kind: str) -> list[Difference]:
    """Contributions, the report, coverage."""
    within = tuple(key for key in pair.model.keys if rng.random() < 0.3)
    lag, model, panel = rng.choice(["1Y", 1]), pair.model, pair.panel
    others = [key for key in model.keys if key not in within]
    what = rng.choice(["contributions", "report", "coverage"])
    if not KINDS[kind].share or (what == "report" and not others):
        return []
    by, top = rng.choice(others or [""]), rng.choice([1, 2, 10])
    if what == "contributions":
        options = {"lag": lag, "within": within}
        return compare_contributions(model, panel, name, options)
    if what == "report":
        options = {"top": top, "within": within}
        return compare_report(model, panel, name, by, options)
    one = len(model.options.kinds) == 1  # a line is of a series, not of a measure
    return compare_coverage(model, panel, name) if one and not model.seen.to else []


# ---- the command ---------------------------------------------------------------------


def runs(steps: int, seed: int) -> Iterable[tuple[Case, list[str], list[Difference]]]:
    """What every step found: the case, what had been done, the differences."""
    rng, left = random.Random(seed), steps
    while left > 0:
        case = random_case(rng)
        model, panel, out = both(
            "build", "build", partial(build_model, case), partial(build_panel, case)
        )
        if panel is None:
            yield case, [], out
            left -= 1
            continue
        pair = Pair(case, model, panel)
        yield case, [], compare(pair.model, pair.panel)
        for _ in range(rng.randint(3, 10)):
            left -= 1
            step = transform if rng.random() < 0.35 else observe
            found = step(pair, rng)
            yield case, list(pair.done), found


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--examples", type=int, default=1, help="shown of each kind")
    parser.add_argument("--rows", action="store_true", help="show the rows as well")
    wanted = parser.parse_args(arguments)
    found: dict[str, list[str]] = collections.defaultdict(list)
    begin, cells = time.time(), 0
    for case, done, differences in runs(wanted.steps, wanted.seed):
        options = {k: v for k, v in case.options.items() if k != "keys"}
        for one in differences:
            cells += 1
            text = f"{one.text}\n      {options} {' '.join(done)}"
            if wanted.rows:
                text += f"\n      {case.rows}"
            found[one.kind].append(text)
    for kind, texts in sorted(found.items(), key=lambda item: -len(item[1])):
        print(f"{len(texts):5} {kind}")
        for text in texts[: wanted.examples]:
            print("   ", text)
    seconds = time.time() - begin
    print(f"{wanted.steps} steps, seed {wanted.seed}, {seconds:.1f} s: ", end="")
    print(f"{cells} differences of {len(found)} kinds")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
