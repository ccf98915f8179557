"""Where a model and a panel of the package differ, in words.

Only the public interface of the package is used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from tests.model import Model
from tests.model.kinds import NAMES

TOLERANCE = 1e-12


class Difference(NamedTuple):
    """`kind` groups alike ones: the operation, what differs, and how."""

    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


# ---- comparing what was computed -----------------------------------------------------


def plain(label: Any) -> Any:
    """A label of a key as Python has it."""
    label = label.item() if hasattr(label, "item") else label
    return None if label is None or label != label else label


def series_of(panel: Any) -> list:
    """The labels of every series, in order; one without labels where no key is."""
    columns = [[plain(x) for x in column] for column in panel.series.values()]
    return list(zip(*columns, strict=True)) if columns else [()]


def panel_cells(measure: Any) -> dict:
    """{(series, period): (value or None, status)} of a measure of the package."""
    numbers, codes = measure.values.tolist(), measure.status.tolist()
    names = series_of(measure)
    return {
        (key, place): (None if math.isnan(value) else value, NAMES[code])
        for key, row, marks in zip(names, numbers, codes, strict=True)
        for place, value, code in zip(measure.periods.labels, row, marks, strict=True)
    }


def panel_counts(measure: Any) -> dict:
    cells = list(panel_cells(measure))
    members = [x for row in measure.members.tolist() for x in row]
    living = [x for row in measure.living.tolist() for x in row]
    return dict(zip(cells, zip(members, living, strict=True), strict=True))


def alike(want: Any, got: Any) -> bool:
    if want is None or got is None or isinstance(want, str):
        return want == got
    if isinstance(want, (bool, int)) and isinstance(got, (bool, int)):
        return want == got
    want, got = float(want), float(got)
    return abs(want - got) <= TOLERANCE * max(abs(want), TOLERANCE)


def compare_tables(what: str, want: dict, got: dict) -> list[Difference]:
    """Two dicts of (value, status); a difference for every cell that differs."""
    out = []
    for place in [p for p in want if p not in got]:
        out.append(Difference(f"{what}, cells", f"{place} lacks in the package"))
    for place in [p for p in got if p not in want]:
        out.append(Difference(f"{what}, cells", f"{place} lacks in the model"))
    for place in [p for p in want if p in got]:
        (value, status), (number, mark) = want[place], got[place]
        text = f"{place}: model {show(value)} {status}, package {show(number)} {mark}"
        if status != mark:
            out.append(Difference(f"{what}, status {status} is {mark}", text))
        elif not alike(value, number):
            out.append(Difference(f"{what}, value at {status}", text))
    return out


def show(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value) if value.denominator < 10**6 else repr(float(value))
    return repr(value)


def compare_measures(what: str, model: Any, measure: Any) -> list[Difference]:
    return compare_tables(what, model.results(), panel_cells(measure))


def compare_counts(what: str, model: Any, measure: Any) -> list[Difference]:
    out = []
    want, got = model.counts(), panel_counts(measure)
    for place in want:
        if place in got and want[place] != got[place]:
            text = f"{place}: model {want[place]}, package {got[place]}"
            which = "members" if want[place][0] != got[place][0] else "living"
            out.append(Difference(f"{what}, {which}", text))
    return out


def compare(model: Model, panel: Any) -> list[Difference]:
    """Keys, periods and every level with its status: [] where the two agree."""
    out = []
    for name, want, got in (
        ("keys", list(model.keys), list(panel.keys)),
        ("periods", model.periods, list(panel.periods.labels)),
        ("series", model.series, series_of(panel)),
        ("measures", sorted(names_of(model)), sorted(panel.measures)),
    ):
        if want != got:
            out.append(Difference(f"panel, {name}", f"model {want}, package {got}"))
    if out:
        return out
    for name in names_of(model):
        out += compare_measures("level", model[name], panel[name])
    return out


def names_of(model: Model) -> list[str]:
    return [*model.options.kinds, *model.recipes]


# ---- refusals ------------------------------------------------------------------------

REFUSALS = (KeyError, TypeError, ValueError, OverflowError, AssertionError)


def nothing(_: Any) -> None:
    pass


def attempt(function: Callable, force: Callable = nothing) -> tuple[Any, str]:
    """(what it gives, "") or (None, the refusal)."""
    try:
        out = function()
        force(out)
        return out, ""
    except (*REFUSALS, AttributeError, IndexError) as error:
        text = " ".join(str(error).split())[:160]
        return None, f"{type(error).__name__}: {text}"


def both(
    name: str,
    text: str,
    mine: Callable,
    theirs: Callable,
    force: tuple[Callable, Callable] = (nothing, nothing),
) -> tuple[Any, Any, list[Difference]]:
    """What the model and the package give, (None, None, ...) where one refuses.

    Where both refuse there is no difference.
    """
    want, said = attempt(mine, force[0])
    got, why = attempt(theirs, force[1])
    if not said and not why:
        return want, got, []
    if said and why:
        return None, None, []
    who = "model" if said else "package"
    kind = f"{name}, refused by the {who} ({(said or why).split(':')[0]})"
    return None, None, [Difference(kind, f"{text}: {said or why}")]


# ---- contributions, the report, coverage ---------------------------------------------


def compare_contributions(
    model: Model, panel: Any, name: str, options: dict
) -> list[Difference]:
    want, got, out = both(
        "contributions",
        f"{name}, {options}",
        lambda: model.contributions(name, **options),
        lambda: panel.contributions(name, **options),
    )
    if got is None:
        return out
    groups = model.rollup(*options.get("within", ())).series
    for column, cells in want.items():
        names = model.series if column == "parts" else groups
        rows = getattr(got, column).tolist()
        places = [(key, period) for key in names for period in model.periods]
        flat = [x for row in rows for x in row]
        if len(flat) != len(places):
            text = f"{len(places)} cells in the model, {len(flat)} in the package"
            out.append(Difference(f"contributions, shape of {column}", text))
            continue
        for place, x in zip(places, flat, strict=True):
            x = NAMES[x] if column == "status" else None if math.isnan(x) else x
            if not near(cells[place], x):
                text = f"{place}: model {show(cells[place])}, package {show(x)}"
                out.append(Difference(f"contributions, {column}", text))
    return out


def near(want: Any, got: Any) -> bool:
    """Of differences of numbers about 1 in size."""
    if want is None or got is None or isinstance(want, str):
        return want == got
    return alike(want, got) or abs(float(want) - float(got)) <= TOLERANCE


def compare_report(
    model: Model, panel: Any, name: str, by: str, options: dict
) -> list[Difference]:
    want, got, out = both(
        "report",
        f"{name}, {by}, {options}",
        lambda: model.report(name, by, **options),
        lambda: panel.report(name, by=by, **options),
    )
    if got is None:
        return out
    columns = {column: got[column] for column in got.columns}
    if len(got[by]) != len(want):
        text = f"model {[r[by] for r in want]}, package {got[by].tolist()}"
        return [Difference("report, rows", text)]
    for place, row in enumerate(want):
        for column, value in row.items():
            if column not in columns:
                out.append(Difference("report, columns", f"{column} lacks"))
                continue
            x = plain(columns[column][place])
            if column == "status" and not isinstance(x, str):
                x = NAMES[int(x)]
            if column == by:
                value, x = str(value), str(x)  # beside "others" and "total" it is text
            if column == "rank" and x in (0, -1):
                x = None  # unranked
            if not near(value, x):
                text = f"{row[by]}: model {show(value)}, package {show(x)}"
                out.append(Difference(f"report, {column}", text))
    return out


def compare_coverage(model: Model, panel: Any, name: str) -> list[Difference]:
    want, got = model.coverage(name), panel.coverage()
    keys = list(zip(*([plain(x) for x in got[k]] for k in model.keys), strict=True))
    out = []
    for place, key in enumerate(keys or [()]):
        for column, value in want[key].items():
            x = plain(got[column][place])
            if value != x:
                text = f"{key}: model {value}, package {x}"
                out.append(Difference(f"coverage, {column}", text))
    return out
