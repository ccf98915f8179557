"""Random operations on a model and a panel of the same rows, and playing them.

An operation is its text, an expression of `p`: the model and the panel have the same
methods, so both evaluate the same text, and a list of texts is a reproduction. The
driver and the Hypothesis test both draw their operations here.
"""

from __future__ import annotations

import datetime
import os
import pickle
import tempfile
from collections.abc import Callable
from functools import lru_cache
from string import Formatter
from typing import Any, NamedTuple

import evmarket as em
from tests.model import Model
from tests.model import calendar as cal
from tests.model import compare as comparing
from tests.model.choices import Choices
from tests.model.compare import Difference, both, names_of
from tests.model.tables import Case, build_model, build_panel, random_rows

PANEL = "panel"  # an operation whose result is the next panel


class Step(NamedTuple):
    """An operation.

    `how` its results are compared; `rows` of the parts that it merges, and the options
    in which these differ; `view` says that parts have to go through it before they can
    be merged.
    """

    name: str
    text: str
    how: str = "measure"
    rows: tuple[list, ...] = ()
    view: bool = False
    options: tuple[tuple[str, Any], ...] = ()


class Run:
    """A model and a panel of one case; `steps` are what both have gone through.

    `refused` says that both refused the last step.
    """

    def __init__(self, case: Case):
        self.case, self.steps, self.refused = case, [], False
        self.model, self.panel = None, None

    def build(self) -> list[Difference]:
        self.model, self.panel, out = both(
            "build",
            "build",
            lambda: build_model(self.case),
            lambda: build_panel(self.case),
            (settle_model, settle_panel),
        )
        self.refused = self.panel is None and not out
        return out or self._compared()

    def _compared(self) -> list[Difference]:
        if self.panel is None:
            return []
        return comparing.compare(self.model, self.panel)

    def do(self, step: Step) -> list[Difference]:
        """Both do it; what differs. The state stays where one of them refuses."""
        changes = step.how == PANEL
        mine, theirs, out = both(
            step.name,
            step.text,
            lambda: self._evaluated(step, self.model, build_model, same, same),
            lambda: self._evaluated(step, self.panel, build_panel, saved, pickled),
            (settle_model, settle_panel) if changes else FORCE[step.how],
        )
        self.refused = theirs is None and not out
        if theirs is None:
            return out
        if not changes:
            return getattr(comparing, f"compare_{step.how}")(step.name, mine, theirs)
        self.model, self.panel = mine, theirs
        self.steps.append(step)
        return self._compared()

    def _evaluated(
        self, step: Step, p: Any, build: Callable, save: Callable, pickle_: Callable
    ) -> Any:
        def part(place: int) -> Any:
            """Rows of the same kind that have gone through the same regrouping."""
            out = build(part_of(self.case, step, place))
            for earlier in self.steps:
                if earlier.view:
                    out = evaluated(earlier.text, out, {})
            return out

        return evaluated(step.text, p, {"part": part, "saved": save, "again": pickle_})


def part_of(case: Case, step: Step, place: int) -> Case:
    """What a step merges."""
    options = {**case.options, **dict(step.options)}
    return case._replace(rows=step.rows[place], options=options, parts=1)


@lru_cache(maxsize=4096)
def compiled(text: str) -> Any:
    return compile(text, text, "eval")


def evaluated(text: str, p: Any, names: dict) -> Any:
    return eval(compiled(text), {"datetime": datetime, "p": p, **names})


def same(p: Model) -> Model:
    return p


def pickled(p: Any) -> Any:
    return pickle.loads(pickle.dumps(p))


def saved(p: Any) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "panel.npz")
        p.save(path)
        return em.Panel.load(path)


# ---- making the lazy do their work, so that a refusal is seen in its place -----------


def settle_model(model: Model) -> None:
    for name in names_of(model):
        model[name].results()


def settle_panel(panel: Any) -> None:
    for name in panel.measures:
        dense(panel[name])


def dense(measure: Any) -> None:
    _ = measure.values, measure.status


def all_dense(measures: Any) -> None:
    for measure in measures:
        dense(measure)


def counted(measure: Any) -> None:
    _ = measure.members, measure.living


def results(measure: Any) -> None:
    measure.results()


def all_results(measures: Any) -> None:
    for measure in measures:
        measure.results()


FORCE: dict[str, tuple[Callable, Callable]] = {
    "measure": (results, dense),
    "measures": (all_results, all_dense),
    "counts": (results, counted),
    "contributions": (comparing.nothing, comparing.nothing),
    "totals": (comparing.nothing, comparing.nothing),
    "report": (comparing.nothing, comparing.nothing),
    "coverage": (comparing.nothing, comparing.nothing),
}


# ---- operations that give another panel ----------------------------------------------


def labels_of(model: Model, key: str) -> list:
    place = model.keys.index(key)
    found = {series[place] for series in model.series}
    return sorted(found, key=lambda x: (x is None, str(x)))


def select(run: Run, choose: Choices) -> Step | None:
    if not run.model.keys:
        return None
    key = choose.one(run.model.keys)
    labels = labels_of(run.model, key)
    some = choose.mixed(choose.few(labels))
    some = some if choose.chance(70) else some[0]
    return Step("select", f"p.select({{{key!r}: {some!r}}})", PANEL, view=True)


def exclude(run: Run, choose: Choices) -> Step | None:
    if not run.model.keys:
        return None
    key = choose.one(run.model.keys)
    labels = labels_of(run.model, key)
    some = choose.few(labels)
    if some == labels:
        return None
    return Step("exclude", f"p.exclude({{{key!r}: {some!r}}})", PANEL, view=True)


def cut(run: Run, choose: Choices) -> Step | None:
    labels = run.model.periods
    if not labels:
        return None
    begin = choose.integer(0, len(labels) - 1)
    end = choose.integer(begin, len(labels) - 1)
    wanted: Any = slice(labels[begin], labels[end] if choose.chance(70) else None)
    if choose.chance(40):
        wanted = choose.one([labels[begin], labels[begin][:4], last_day(run, begin)])
    return Step("periods", f"p.select(periods={wanted!r})", PANEL)


def last_day(run: Run, place: int) -> datetime.date:
    """A label finer than the calendar: it picks the period that holds it."""
    return cal.end(run.model.freq, run.model.shown[place])


def rollup(run: Run, choose: Choices) -> Step | None:
    keys = choose.some(run.model.keys, 60)
    if keys == list(run.model.keys):
        return None
    return Step("rollup", f"p.rollup({', '.join(map(repr, keys))})", PANEL, view=True)


def recode(run: Run, choose: Choices) -> Step | None:
    if not run.model.keys:
        return None
    key = choose.one(run.model.keys)
    labels = [x for x in labels_of(run.model, key) if x is not None]
    if len(labels) < 2:
        return None
    new = {labels[0]: choose.one([labels[1], "N" if key == "m" else 7])}
    return Step("recode", f"p.recode({key!r}, {new!r})", PANEL, view=True)


def resample(run: Run, choose: Choices) -> Step | None:
    freq = run.model.freq
    to = [f for f in COARSER if cal.nests(freq, cal.frequency(f))]
    if not to or choose.chance(5):
        to = ["M", "Q-MAR", "W"]  # mostly refused by both
    to = choose.one(to)
    if to == freq.name:
        return None
    return Step("resample", f"p.resample({to!r})", PANEL, view=True)


COARSER = ["Q", "Y", "H", "M", "M-JF", "Q-MAR", "Y-MAR"]


def assume(run: Run, choose: Choices) -> Step:
    rule = choose.one(["absent", "exit_after", "complete_through"])
    value: Any = choose.one(["zero", "missing"])
    if rule == "exit_after":
        value = choose.one([1, 2, 4, "1Y"])
    if rule == "complete_through":
        span = run.model.finest
        t = span.last + choose.integer(-4, 1)
        value = (
            cal.label(span.freq, t) if span.freq.unit != "W" else cal.end(span.freq, t)
        )
    return Step("assume", f"p.assume({rule}={value!r})", PANEL, view=True)


def assign(run: Run, choose: Choices) -> Step | None:
    if "v" not in run.model.options.kinds or run.model.recipes:
        return None
    formula = choose.one(["p['u'] - p['v']", "p['u'] + p['v']"])
    return Step("assign", f"p.assign(w={formula})", PANEL, view=True)


def merge(run: Run, choose: Choices) -> Step:
    """Other parts, mostly built under the same rules, and seen the same way."""
    options = run.case.options
    count = choose.one([1, 1, 2])
    rows = tuple(random_rows(choose, options) for _ in range(count))
    overlap = choose.one(["add", "add", "replace", "error"])
    others: tuple = ()
    if choose.chance(15):
        others = (choose.one(OTHER_OPTIONS),)
    parts = ", ".join(f"part({place})" for place in range(count))
    text = f"p.merge({parts}, overlap={overlap!r})"
    return Step("merge", text, PANEL, rows, options=others)


OTHER_OPTIONS = [
    ("units", {"u": "USD", "v": "USD"}),
    ("exit_after", 5),
    ("absent", "zero"),
]


def keep(run: Run, choose: Choices) -> Step:
    """Through a file, through pickle: nothing changes."""
    how = choose.one(["saved", "again"])
    return Step(how, f"{how}(p)", PANEL)


TRANSFORMS: dict[str, Callable[[Run, Choices], Step | None]] = {
    "select": select,
    "exclude": exclude,
    "periods": cut,
    "rollup": rollup,
    "recode": recode,
    "resample": resample,
    "assume": assume,
    "assign": assign,
    "merge": merge,
    "keep": keep,
}


# ---- what is derived from a panel ----------------------------------------------------

ALONG = [
    "growth",
    "growth",
    "matched",
    "within",
    "log_growth",
    "change",
    "index",
    "lags",
]
WINDOW = ["ytd", "to_date", "trailing", "ytd growth", "trailing growth", "ytd share"]
STRUCTURE = ["share", "rank", "hhi", "concentration"]
PAIRS = [
    "margin",
    "ratio",
    "difference",
    "sum",
    "quotient",
    "times",
    "profit ytd",
    "total ratio",
]
CUMULATIVE = ["from_ytd", "trailing", "from_ytd trailing", "from_ytd growth"]
TOLD = ["contributions", "report", "coverage", "counts", "price_volume", "mix_rate"]
LOOKS = {
    "flow": [*ALONG, *WINDOW, *STRUCTURE, *PAIRS, "share change", *TOLD],
    "stock": [*ALONG, *STRUCTURE, *PAIRS, "share change", *TOLD],
    "cumulative": [*ALONG, *STRUCTURE, *CUMULATIVE, *PAIRS, "share change", *TOLD],
    "rate": ["change", "growth", "share", "coverage"],
    "index": ["growth", "change", "log_growth", "index", "ytd", "coverage"],
}


def look(run: Run, choose: Choices) -> Step | None:
    """A random look at one of the measures."""
    name = choose.one(names_of(run.model))
    return LOOK[choose.one(LOOKS[run.model[name].kind])](run, choose, name)


def random_lag(run: Run, choose: Choices, name: str) -> int | str:
    if run.model[name].kind == "cumulative" and choose.chance(80):
        return "1Y"
    words = {
        "M": ["1M", "1Q", "2Y"],
        "Q": ["1Q"],
        "D": ["1W", "1M", "-1Y", "4Y"],
        "W": ["1W", "-1Y", "5Y"],
    }
    more = words.get(run.model.freq.unit, [])
    return choose.one(["1Y", "1Y", 1, 2, -1, *more])


def keys_within(run: Run, choose: Choices) -> tuple:
    return tuple(choose.some(run.model.keys, 40))


def policy(choose: Choices) -> str:
    return choose.one(["nm", "nm", "abs", "signed", "midpoint"])


def measured(what: str, form: str) -> Callable:
    """A look whose text is a form filled in: {u} is the measure."""
    needs = [field for _, field, _, _ in Formatter().parse(form) if field]

    def made(run: Run, choose: Choices, name: str) -> Step | None:
        if "'v'" in form and "v" not in run.model.options.kinds:
            return None
        if "base" in needs and not run.model.periods:
            return None
        values = {need: FILL[need](run, choose, name) for need in needs}
        how = "measures" if what == "lags" else "measure"
        return Step(what, form.format(**values), how)

    return made


def random_base(run: Run, choose: Choices) -> Any:
    place = choose.integer(0, len(run.model.periods) - 1)
    if choose.chance(30):
        return last_day(run, place)
    return run.model.periods[place]


FILL: dict[str, Callable] = {
    "u": lambda run, choose, name: f"p[{name!r}]",
    "lag": lambda run, choose, name: repr(random_lag(run, choose, name)),
    "lag2": lambda run, choose, name: repr(random_lag(run, choose, name)),
    "within": lambda run, choose, name: repr(keys_within(run, choose)),
    "policy": lambda run, choose, name: repr(policy(choose)),
    "window": lambda run, choose, name: repr(choose.one(["1Y", 2, 3])),
    "year": lambda run, choose, name: repr(choose.one(["1Y", "1Y", 2])),
    "unit": lambda run, choose, name: repr(
        choose.one({"D": "MQY", "M": "QY", "Q": "Y"}.get(run.model.freq.unit, "Y"))
    ),
    "base": lambda run, choose, name: repr(random_base(run, choose)),
    "k": lambda run, choose, name: repr(choose.integer(1, 3)),
    "sign": lambda run, choose, name: choose.one(["+", "-"]),
    "number": lambda run, choose, name: repr(choose.one([2, -1, 3])),
}


def counts(run: Run, choose: Choices, name: str) -> Step:
    return Step("counts", f"p[{name!r}]", "counts")


def contributions(run: Run, choose: Choices, name: str) -> Step:
    lag, within = choose.one(["1Y", 1]), keys_within(run, choose)
    text = f"p.contributions({name!r}, lag={lag!r}, within={within!r})"
    return Step("contributions", text, "contributions")


def totals(method: str) -> Callable:
    """Of an explanation of two measures its total, entry and exit."""

    def made(run: Run, choose: Choices, name: str) -> Step | None:
        if "v" not in run.model.options.kinds:
            return None
        lag, within = choose.one(["1Y", 1]), keys_within(run, choose)
        text = f"p.{method}('u', 'v', lag={lag!r}, within={within!r})"
        return Step(method, text, "totals")

    return made


def report(run: Run, choose: Choices, name: str) -> Step | None:
    within = keys_within(run, choose)
    others = [key for key in run.model.keys if key not in within]
    if not others or not run.model.periods:
        return None
    by, top = choose.one(others), choose.one([1, 2, 10])
    text = f"p.report({name!r}, by={by!r}, top={top}, within={within!r})"
    return Step("report", text, "report")


def coverage(run: Run, choose: Choices, name: str) -> Step | None:
    # A line is of a series, not of a measure, and of the finest calendar.
    if len(run.model.options.kinds) > 1 or run.model.recipes or run.model.seen.to:
        return None
    # Of parts that share a cell the model keeps the rows of the later date.
    # Of repeated rows of which one is kept the package does not count the nulls.
    if run.model.options.duplicates in ("last", "identical"):
        return None
    merged = any("merge" in step.text for step in run.steps)
    if merged and set(run.model.options.kinds.values()) != {"flow"}:
        return None
    return Step("coverage", "p.coverage()", "coverage")


FORMS = {
    "growth": "{u}.growth({lag}, policy={policy})",
    "lags": "{u}.growth([{lag}, {lag2}])",
    "within": "{u}.growth({lag}, policy={policy}, within={within})",
    "matched": "{u}.growth({lag}, policy={policy}, within={within}, matched=True)",
    "log_growth": "{u}.log_growth({lag})",
    "change": "{u}.change({lag})",
    "index": "{u}.index({base})",
    "ytd": "{u}.ytd()",
    "to_date": "{u}.to_date({unit})",
    "trailing": "{u}.trailing({window})",
    "ytd growth": "{u}.ytd().growth({year}, policy={policy})",
    "trailing growth": "{u}.trailing({window}).growth({lag})",
    "ytd share": "{u}.ytd().share(within={within})",
    "from_ytd": "{u}.from_ytd()",
    "from_ytd trailing": "{u}.from_ytd().trailing({window})",
    "from_ytd growth": "{u}.from_ytd().growth(1)",
    "share": "{u}.share(within={within})",
    "share change": "{u}.share(within={within}).change({lag})",
    "rank": "{u}.rank(within={within})",
    "hhi": "{u}.hhi(within={within})",
    "concentration": "{u}.concentration({k}, within={within})",
    "margin": "p.margin('u', 'v')",
    "ratio": "p.ratio('u', 'v')",
    "total ratio": "(p['u'] / p['v']).growth({lag})",
    "difference": "p['u'] - p['v']",
    "sum": "p['u'] + p['v']",
    "quotient": "(p['u'] - p['v']) / p['u']",
    "times": "{u} * {number}",
    "profit ytd": "(p['u'] {sign} p['v']).ytd()",
}
LOOK: dict[str, Callable[[Run, Choices, str], Step | None]] = {
    **{what: measured(what, form) for what, form in FORMS.items()},
    "counts": counts,
    "contributions": contributions,
    "price_volume": totals("price_volume"),
    "mix_rate": totals("mix_rate"),
    "report": report,
    "coverage": coverage,
}


# ---- playing -------------------------------------------------------------------------


class Script(NamedTuple):
    """A case, the steps it goes through, and the one that is looked at (or none)."""

    case: Case
    steps: tuple[Step, ...] = ()
    last: Step | None = None


def play(script: Script) -> list[Difference]:
    """What differs in the last step alone; [] where an earlier one differs."""
    run = Run(script.case)
    out = run.build()
    if script.last is None:
        return out
    for step in script.steps:
        before = len(run.steps)
        if out or run.panel is None:
            return []
        out = run.do(step)
        if len(run.steps) == before:
            return []
    return [] if out or run.panel is None else run.do(script.last)
