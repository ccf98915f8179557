"""The order of calls, the parts and the container never matter, for all kinds.

Each property is one of the package alone, bit for bit, and of the package against the
model.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.model import calendar as cal
from tests.model.choices import Choices
from tests.model.compare import REFUSALS, compare, compare_measure
from tests.model.kinds import KINDS
from tests.model.operations import evaluated, labels_of
from tests.model.tables import (
    CONTAINERS,
    Case,
    build_model,
    build_panel,
    built,
    random_case,
    random_label,
)

EXAMPLES = settings(max_examples=60, deadline=None, report_multiple_bugs=False)


def chosen(data: st.DataObject) -> Choices:
    return Choices(lambda low, high: data.draw(st.integers(low, high)))


def bits(measure) -> tuple:
    """Everything a measure says, to compare with another."""
    numbers = np.where(np.isnan(measure.values), np.nan, measure.values)
    counts = measure.members.tolist(), measure.living.tolist()
    return measure.kind, numbers.tobytes(), measure.status.tobytes(), counts


def everything(panel) -> tuple:
    """Levels, and what is derived of each with the whole calendar in view."""
    series = {key: labels.tolist() for key, labels in panel.series.items()}
    out: list = [panel.keys, series, list(panel.periods.labels)]
    for name in sorted(panel.measures):
        level = panel[name]
        kind = KINDS[level.kind]
        out.append((name, bits(level)))
        # No year in words at W and D yet.
        lag = 1 if panel.periods.freq[0] in "WD" else "1Y"
        if kind.growth == "any" or (kind.growth == "years" and lag == "1Y"):
            out.append(bits(level.growth(lag)))
        if kind.window == "add":
            out.append(bits(level.ytd()))
        if kind.share:
            out.append(bits(level.share()))
    return tuple(out)


def meant(function):
    """What a function of the model gives; an example it refuses is not one."""
    try:
        return function()
    except REFUSALS:
        assume(False)


def in_turn(p, steps):
    for step in steps:
        p = evaluated(step, p, {})
    return p


def random_steps(choose: Choices, model) -> list[str]:
    """One step of each sort, none of which names a key that another takes away."""
    kept = choose.one([["m"], ["r"], ["m", "r"]])
    steps = [f"p.rollup({', '.join(map(repr, kept))})"]
    for key in kept:
        labels = labels_of(model, key)
        some = choose.few(labels)
        how = choose.one(["select", "exclude", "recode"])
        if how == "recode" and labels[0] is not None:
            new = choose.one([labels[-1], "N" if key == "m" else 7])
            if new is not None and new != labels[0]:
                steps.append(f"p.recode({key!r}, {{{labels[0]!r}: {new!r}}})")
        elif how == "select" or some != labels:
            steps.append(f"p.{how.replace('recode', 'select')}({{{key!r}: {some!r}}})")
    finest = model.freq
    coarser = [
        f for f in ("Q", "H", "Y", "M-JF") if cal.nests(finest, cal.frequency(f))
    ]
    if coarser and choose.chance(60):
        steps.append(f"p.resample({choose.one(coarser)!r})")
    if choose.chance(50):
        year = cal.label(
            cal.frequency("Y"), cal.end(finest, model.shown[0]).year - 1970
        )
        steps.append(f"p.select(periods=slice({year!r}, None))")
    rule = {
        "exit_after": choose.one([1, 2, "1Y"]),
        "absent": choose.one(["zero", "missing"]),
        "complete_through": random_label(choose, finest.name, late=True),
    }
    name = choose.one(sorted(rule))
    steps.append(f"p.assume({name}={rule[name]!r})")
    if "v" in model.options.kinds:
        steps.append("p.assign(w=p['u'] - p['v'])")
    return steps


@EXAMPLES
@given(st.data())
def test_the_order_of_calls_never_matters(data):
    choose = chosen(data)
    case = random_case(choose)
    model = meant(lambda: build_model(case))
    steps = random_steps(choose, model)
    mixed = choose.mixed(steps)
    want = meant(lambda: in_turn(model, steps))
    # The keys of a roll-up come first where a frequency is to be read in another.
    again = meant(lambda: in_turn(model, mixed))
    assume(
        all(
            meant(lambda n=n: want[n].results()) is not None for n in want.options.kinds
        )
    )
    assert {n: again[n].results() for n in again.options.kinds} == {
        n: want[n].results() for n in want.options.kinds
    }
    panel = build_panel(case)
    straight, other = in_turn(panel, steps), in_turn(panel, mixed)
    assert everything(other) == everything(straight), (steps, mixed)
    assert compare(want, straight) == [], steps


@EXAMPLES
@given(st.data())
def test_parts_merged_are_the_whole(data):
    """One to six parts in any order and container, regrouped before or after."""
    choose = chosen(data)
    case = random_case(choose)._replace(parts=1)
    model = meant(lambda: build_model(case))
    parts = dealt(choose, case)
    steps = random_steps(choose, model)
    before, after = steps[: choose.integer(0, len(steps))], []
    after = steps[len(before) :]
    models = meant(lambda: [in_turn(build_model(part), before) for part in parts])
    joint = meant(lambda: in_turn(models[0].merge(*models[1:]), after))
    whole = meant(lambda: in_turn(model, steps))
    meant(lambda: [joint[name].results() for name in joint.options.kinds])
    panels = [in_turn(built(part, part.rows), before) for part in parts]
    merged = in_turn(panels[0].merge(*panels[1:]), after)
    assert compare(joint, merged) == []
    assert compare(whole, merged) == []
    assert everything(merged) == everything(in_turn(build_panel(case), steps))


def dealt(choose: Choices, case: Case) -> list[Case]:
    """The rows dealt to parts, each in a container of its own."""
    hands: list[list] = [[] for _ in range(choose.integer(1, 6))]
    order = case.rows
    if set(case.options["kinds"].values()) == {"flow"}:
        order = choose.mixed(case.rows)
    for row in order:
        choose.one(hands).append(row)
    return [
        case._replace(rows=rows, container=choose.one(CONTAINERS))
        for rows in hands
        if rows
    ]


@EXAMPLES
@given(st.data())
def test_the_container_never_matters(data):
    choose = chosen(data)
    case = random_case(choose)
    model = meant(lambda: build_model(case))
    seen = []
    for container in CONTAINERS:
        panel = build_panel(case._replace(container=container))
        assert compare(model, panel) == []
        seen.append(everything(panel))
    assert all(one == seen[0] for one in seen[1:])


@EXAMPLES
@given(st.data())
def test_a_way_by_steps_is_the_straight_way(data):
    """To coarser periods and fewer keys by one step or by two; within and roll-up."""
    choose = chosen(data)
    case = random_case(choose)
    assume(not {"rate", "index"} & set(case.options["kinds"].values()))
    assume(case.options["freq"] not in ("W", "D"))  # no year in words there yet
    meant(lambda: build_model(case))
    panel = build_panel(case)
    key = choose.one(["m", "r"])
    assert everything(panel.rollup("m", "r").rollup(key)) == everything(
        panel.rollup(key)
    )
    freq = panel.periods.freq
    for middle in ("M", "M-JF", "Q"):
        one, two = cal.frequency(freq), cal.frequency(middle)
        if cal.nests(one, two):
            by_steps = panel.resample(middle).resample("Y")
            assert everything(by_steps) == everything(panel.resample("Y"))
    for name in panel.measures:
        within = panel[name].growth("1Y", within=key)
        assert bits(within)[1:] == bits(panel.rollup(key)[name].growth("1Y"))[1:]


@EXAMPLES
@given(st.data())
def test_one_growth_of_a_total_everywhere(data):
    """The report's total, growth within () and the total of contributions."""
    choose = chosen(data)
    case = random_case(choose)
    assume(case.options["freq"] not in ("W", "D"))  # no year in words there yet
    model = meant(lambda: build_model(case))
    name = choose.one(list(case.options["kinds"]))
    assume(KINDS[case.options["kinds"][name]].share)
    at = choose.one(meant(lambda: model[name] and model.periods))
    panel = build_panel(case)
    place = list(panel.periods.labels).index(at)
    growth = panel[name].growth("1Y", within=())
    assert compare_measure("growth", model[name].growth("1Y", within=()), growth) == []
    want = growth.values[0, place]
    total = panel.contributions(name).total[0, place]
    told = panel.report(name, by="m", at=at)["yoy"][-1]
    for got in (total, told):
        assert got == pytest.approx(want, rel=1e-12, nan_ok=True)
