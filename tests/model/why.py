"""What the model sees: its lives and levels in short lines, the rule of a status."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tests.model import calendar as cal
from tests.model.compare import names_of, show
from tests.model.panel import Model

RULES = {
    "PARTIAL": "section 3: after complete_through a level keeps its value, all else is "
    "NaN; ruling 12: a set reaching beyond the calendar is PARTIAL with its sum",
    "NOT_BEGUN": "section 2, ruling 7: no row at or before",
    "EXITED": "section 2, ruling 4: the run of periods without a row up to the last "
    "complete one is as long as exit_after, judged on the finest calendar",
    "MISSING": "section 2: a hole, a row without a value, or not reported yet",
    "OUTSIDE": "section 2: the base lies outside the whole panel's calendar (ruling 1)",
    "ENTERED": "section 2: the base is NOT_BEGUN, no row at or before it (ruling 7)",
    "GAP": "section 2: the base is MISSING or EXITED, or a date without a partner "
    "(ruling 13)",
    "INCOMPLETE": "section 4, completeness: beside the number of a roll-up where a "
    "living member has no value; NaN in a window or a set with a hole (ruling 3: "
    "living members and no value) or before the calendar (ruling 12)",
    "UNPAIRED": "section 5, ruling 8: different counts of rows with a value",
    "INVALID": "section 2: beyond the float range; log growth to 0",
}


def told_of(model: Model, statuses: Iterable[str]) -> list[str]:
    """As comments."""
    out = ["# the model's lives (finest calendar, by joined series) and levels:"]
    for name in model.options.kinds:
        try:
            lives, grid = model.lives(name), model.grid(name)
        except (KeyError, TypeError, ValueError) as error:
            out.append(f"#   {name}: {type(error).__name__}: {error}")
            continue
        span = model.finest
        for key, line in lives.items():
            out.append(f"#   {name} {key} life   {runs(line, span, span.freq, member)}")
        for key, line in grid.lines.items():
            out.append(
                f"#   {name} {key} level  {runs(line, grid.span, model.freq, cell)}"
            )
    for name in [n for n in names_of(model) if n in model.recipes]:
        grid = model.grid(name)
        for key, line in grid.lines.items():
            out.append(
                f"#   {name} {key} level  {runs(line, grid.span, model.freq, cell)}"
            )
    out += [f"# {status}: {RULES[status]}" for status in statuses if status in RULES]
    return out


def member(one: Any) -> str:
    text = "-" if one.value is None else show(one.value)
    return f"{text} {one.status}{'' if one.living else ' not living'}"


def cell(one: Any) -> str:
    text = "-" if one.value is None else show(one.value)
    return f"{text} {one.status} {one.members}/{one.living}"


def runs(line: dict, span: Any, freq: cal.Freq, words: Callable) -> str:
    """Equal cells in a row are told once."""
    out: list[list] = []
    for t in span:
        text = words(line[t])
        if out and out[-1][2] == text:
            out[-1][1] = t
        else:
            out.append([t, t, text])
    return " | ".join(
        cal.label(freq, a) + (f"..{cal.label(freq, b)}" if b > a else "") + f": {text}"
        for a, b, text in out
    )
