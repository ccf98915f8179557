"""From a difference to the fewest rows and steps that show it, as code to run.

Delta debugging: whatever can be left out, or be plainer, while a difference of the same
kind is left.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from tests.model.kinds import NAMES
from tests.model.operations import PANEL, Run, Script, Step, part_of, play
from tests.model.tables import Case, columns_of, cut, halves
from tests.model.why import told_of

P = re.compile(r"(?<!\w)p(?=[.[])")
SECONDS = 20.0  # after which what was reached is good enough


def shrunk(script: Script, kind: str, seconds: float = SECONDS) -> Script:
    """The smallest script found that differs in this kind."""
    stop = time.monotonic() + seconds

    def holds(tried: Script) -> bool:
        try:
            return any(one.kind == kind for one in play(tried))
        except Exception:  # a script cut to pieces may mean nothing
            return False

    changed = holds(script)
    while changed and time.monotonic() < stop:
        changed = False
        for smaller in SMALLER:
            found = first(smaller, script, holds, stop)
            changed, script = changed or found is not script, found
    return script


def first(smaller: Callable, script: Script, holds: Callable, stop: float) -> Script:
    """Again and again the first of the smaller scripts that still differs."""
    tried = smaller(script)
    for one in tried:
        if time.monotonic() > stop:
            break
        if holds(one):
            return first(smaller, one, holds, stop)
    return script


# ---- what can be left out ------------------------------------------------------------


def fewer_steps(script: Script) -> Iterator[Script]:
    for place in range(len(script.steps)):
        rest = script.steps[:place] + script.steps[place + 1 :]
        yield script._replace(steps=rest)


def earlier(script: Script) -> Iterator[Script]:
    """The panel itself instead of a look at it, if the kind allows it."""
    if script.last is None:
        return
    if script.last.how != PANEL:
        yield script._replace(last=None)


def fewer_rows(script: Script) -> Iterator[Script]:
    for rows in fewer(script.case.rows):
        yield script._replace(case=script.case._replace(rows=rows))
    for place, step in enumerate([*script.steps, script.last]):
        for part, rows in enumerate(step.rows if step else ()):
            for left in fewer(rows):
                parts = (*step.rows[:part], left, *step.rows[part + 1 :])
                yield changed_step(script, place, step._replace(rows=parts))


def changed_step(script: Script, place: int, step: Step) -> Script:
    if place == len(script.steps):
        return script._replace(last=step)
    steps = (*script.steps[:place], step, *script.steps[place + 1 :])
    return script._replace(steps=steps)


def fewer(rows: list) -> Iterator[list]:
    """Without a half, a quarter, ... a single one."""
    size = len(rows) // 2
    while size:
        for begin in range(0, len(rows), size):
            if rows[:begin] + rows[begin + size :]:
                yield rows[:begin] + rows[begin + size :]
        size //= 2


def fewer_options(script: Script) -> Iterator[Script]:
    case = script.case
    if case.parts > 1:
        yield script._replace(case=case._replace(parts=1))
    if case.container != "dict":
        yield script._replace(case=case._replace(container="dict"))
    for name in case.options:
        if name not in ("keys", "kinds", "freq"):
            options = {k: v for k, v in case.options.items() if k != name}
            yield script._replace(case=case._replace(options=options))
    for key in case.options["keys"]:
        yield without_key(script, key)
    if len(case.options["kinds"]) > 1:
        for name in case.options["kinds"]:
            yield without_measure(script, name)


def without_key(script: Script, key: str) -> Script:
    """Steps that name the key make this a script that means nothing."""

    def less(row: tuple) -> tuple:
        return ({k: v for k, v in row[0].items() if k != key}, *row[1:])

    options = dict(script.case.options)
    options["keys"] = [name for name in options["keys"] if name != key]
    return every_row(script, less, options)


def without_measure(script: Script, name: str) -> Script:
    def less(row: tuple) -> tuple:
        return (*row[:2], {k: v for k, v in row[2].items() if k != name})

    options = dict(script.case.options)
    options["kinds"] = {k: v for k, v in options["kinds"].items() if k != name}
    return every_row(script, less, options)


def every_row(script: Script, less: Callable, options: dict) -> Script:
    def of(step: Step | None) -> Any:
        if step is None:
            return None
        return step._replace(rows=tuple([less(r) for r in part] for part in step.rows))

    case = script.case._replace(
        rows=[less(r) for r in script.case.rows], options=options
    )
    return Script(case, tuple(of(step) for step in script.steps), of(script.last))


def plainer_rows(script: Script) -> Iterator[Script]:
    """Values 1, labels "A" and 1."""
    rows = script.case.rows
    for place, (key, period, values) in enumerate(rows):
        plain = [
            (key, period, {**values, name: new})
            for name, old in values.items()
            for new in (1, 2, 5)
            if old not in (None, 1) and (old not in (2, 5) or new < old)
        ]
        plain += [
            ({**key, name: new}, period, values)
            for name, new in (("m", "A"), ("r", 1))
            if key.get(name, new) != new
        ]
        for row in plain:
            changed = [*rows[:place], row, *rows[place + 1 :]]
            yield script._replace(case=script.case._replace(rows=changed))


SMALLER = [earlier, fewer_steps, fewer_rows, fewer_options, plainer_rows]


# ---- as code -------------------------------------------------------------------------


def reproduction(script: Script, kind: str) -> str:
    """Lines to run, what both say, and why the model does."""
    case = script.case
    steps = [*script.steps, *([script.last] if script.last else [])]
    lines = ["import evmarket as em"]
    if "datetime" in repr(script):
        lines.insert(0, "import datetime")
    lines += built("p", case)
    merged = 0
    for place, step in enumerate(steps):
        text = step.text
        for part in range(len(step.rows)):
            name = f"q{merged}"
            merged += 1
            lines += built(name, part_of(case, step, part)._replace(container="dict"))
            lines += [
                f"{name} = {P.sub(name, one.text)}" for one in steps[:place] if one.view
            ]
            text = text.replace(f"part({part})", name)
        text = text.replace("saved(p)", "(p.save('p.npz'), em.Panel.load('p.npz'))[1]")
        text = text.replace("again(p)", "__import__('copy').deepcopy(p)  # pickle")
        lines.append(f"{'p' if step.how == PANEL else 'x'} = {text}")
    lines.append(shown(script))
    found = play(script)
    here = [one for one in found if one.kind == kind]
    more = [one for one in found if one.kind != kind]
    lines.append(f"# {kind}")
    lines += [f"#   {one.text}" for one in here[:4]]
    lines += [f"# also {one.kind}: {one.text}" for one in more[:3]]
    return "\n".join([*lines, *why(script, here)])


def shown(script: Script) -> str:
    how = script.last.how if script.last else PANEL
    if how == PANEL:
        return "for n in p.measures: print(n, p[n].values, p[n].status)"
    if how == "measure":
        return "print(x.values, x.status)"
    if how == "counts":
        return "print(x.values, x.status, x.members, x.living)"
    return "print(x)"


def built(name: str, case: Case) -> list[str]:
    """The panel as code; in parts where it was built in parts."""
    options = {k: v for k, v in case.options.items() if k not in ("keys", "kinds")}
    keys, kinds = case.options["keys"], case.options["kinds"]
    more = "".join(f", {k}={v!r}" for k, v in options.items())
    said = f"keys={keys!r}, period='p', measures={kinds!r}{more}"
    parts = cut(case.rows, case.parts)
    lines, names = [], []
    for place, rows in enumerate(parts):
        mine = name if len(parts) == 1 else f"{name}{place}"
        names.append(mine)
        table = f"{columns_of(case, rows)!r}"
        if case.container in ("pandas", "polars", "arrow"):
            table = f"contained({table}, {case.container!r})"
        elif case.container == "batches":
            table = ", ".join(repr(columns_of(case, some)) for some in halves(rows))
            table = f"[{table}]"
        lines.append(f"{mine} = em.Panel.from_table({table},\n    {said})")
    if "contained(" in lines[0]:
        lines.insert(0, "from tests.model.tables import contained")
    if len(names) > 1:
        lines.append(f"{name} = {names[0]}.merge({', '.join(names[1:])})")
    return lines


def why(script: Script, found: list) -> list[str]:
    """The model's levels behind the last step, and the rule of each status."""
    run = Run(script.case)
    run.build()
    if run.model is None:
        return []
    for step in [*script.steps, *([script.last] if script.last else [])]:
        if step.how == PANEL:
            run.do(step)
    if run.model is None:
        return []
    words = " ".join(one.text for one in found) + " " + " ".join(o.kind for o in found)
    statuses = [name for name in NAMES if name in words.split() or f"{name}," in words]
    return told_of(run.model, statuses)
