"""Where a model and a panel of the package differ, in words.

Only the public interface of the package is used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from tests.model import Model
from tests.model.kinds import KINDS, NAMES

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


def compare_tables(
    what: str, want: dict, got: dict, exact: bool = False
) -> list[Difference]:
    """Two dicts of (value, status); a difference for every cell that differs."""
    out = []
    for place in [p for p in want if p not in got]:
        out.append(Difference(f"{what}, cells", f"{place} lacks in the package"))
    for place in [p for p in got if p not in want]:
        out.append(Difference(f"{what}, cells", f"{place} lacks in the model"))
    for place in [p for p in want if p in got]:
        (value, status), (number, mark) = want[place], got[place]
        if status == mark and same_number(value, number, exact):
            continue
        text = f"{place}: model {show(value)} {status}, package {show(number)} {mark}"
        if status != mark:
            out.append(Difference(f"{what}, status {status} is {mark}", text))
        else:
            out.append(Difference(f"{what}, value at {status}", text))
    return out


def same_number(want: Any, got: Any, exact: bool) -> bool:
    if exact and want is not None and got is not None:
        return float(want) == got
    return alike(want, got)


def show(value: Any) -> str:
    if isinstance(value, Fraction):
        return str(value) if value.denominator < 10**6 else repr(float(value))
    return repr(value)


def compare_measure(what: str, model: Any, measure: Any) -> list[Difference]:
    """Levels and windows are exact and rounded once; they are equal, not alike."""
    exact = KINDS[model.kind].level
    return compare_tables(what, model.results(), panel_cells(measure), exact)


def compare_measures(what: str, models: Any, measures: Any) -> list[Difference]:
    if len(models) != len(measures):
        text = f"model {len(models)}, package {len(measures)}"
        return [Difference(f"{what}, number", text)]
    pairs = zip(models, measures, strict=True)
    return [one for a, b in pairs for one in compare_measure(what, a, b)]


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
            text = f"model {want}, package {got}"[:600]
            out.append(Difference(f"panel, {name}", text))
    if out:
        return out
    for name in names_of(model):
        out += compare_measure("level", model[name], panel[name])
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


def pattern(refusal: str) -> str:
    """The words of a refusal without what is of the case alone."""
    return re.sub(r"'[^']*'|\"[^\"]*\"|\(.*|[\d.-]+", "*", refusal)[:60]


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
    kind = f"{name}, refused by the {who}: {pattern(said or why)}"
    return None, None, [Difference(kind, f"{text}: {said or why}")]


# ---- contributions, the report, coverage ---------------------------------------------


def compare_contributions(what: str, want: dict, got: Any) -> list[Difference]:
    """Columns of {place: number}, in the order in which the package has them."""
    out = []
    for column, cells in want.items():
        flat = [x for row in getattr(got, column).tolist() for x in row]
        if len(flat) != len(cells):
            text = f"{len(cells)} cells in the model, {len(flat)} in the package"
            out.append(Difference(f"{what}, shape of {column}", text))
            continue
        for (place, value), x in zip(cells.items(), flat, strict=True):
            x = NAMES[x] if column == "status" else None if math.isnan(x) else x
            if not near(value, x):
                text = f"{place}: model {show(value)}, package {show(x)}"
                out.append(Difference(f"{what}, {column}", text))
    return out


# Those of an explanation whose parts the model does not form.
compare_totals = compare_contributions


def near(want: Any, got: Any) -> bool:
    """Of differences of numbers about 1 in size."""
    if want is None or got is None or isinstance(want, str):
        return want == got
    return alike(want, got) or abs(float(want) - float(got)) <= TOLERANCE


KEYS = ("m", "r")  # beside "others" and "total" their labels are text


def compare_report(what: str, want: list[dict], got: Any) -> list[Difference]:
    columns = {column: got[column] for column in got.columns}
    length = len(next(iter(columns.values())))
    if length != len(want):
        labels = [got[key].tolist() for key in KEYS if key in columns]
        text = f"model {[[r.get(key) for key in KEYS] for r in want]}, package {labels}"
        return [Difference(f"{what}, rows", text)]
    out = []
    for place, row in enumerate(want):
        for column, value in row.items():
            if column not in columns:
                out.append(Difference(f"{what}, columns", f"{column} lacks"))
                continue
            x = plain(columns[column][place])
            if column == "status" and not isinstance(x, str):
                x = NAMES[int(x)]
            if column in KEYS:
                value, x = str(value), str(x)
            if column == "rank" and x in (0, -1):
                x = None  # unranked
            if not near(value, x):
                text = f"row {place}: model {show(value)}, package {show(x)}"
                out.append(Difference(f"{what}, {column}", text))
    return out


def compare_coverage(what: str, want: dict, got: Any) -> list[Difference]:
    names = [key for key in KEYS if key in got.columns]
    keys = list(zip(*([plain(x) for x in got[key]] for key in names), strict=True))
    out = []
    for place, key in enumerate(keys or [()]):
        for column, value in want[key].items():
            x = plain(got[column][place])
            if column == "duplicates" and x is None:
                continue  # merged parts out of dates cannot tell them
            if value != x:
                text = f"{key}: model {value}, package {x}"
                out.append(Difference(f"{what}, {column}", text))
    return out
