"""Every number that `why` tells is its formula of the numbers told below it."""

import math
import random

import numpy as np
import pytest

import evmarket as em
from tests.model.choices import Choices
from tests.model.tables import build_panel, random_case

S = em.Status
OWN = {
    *(S.PARTIAL, S.UNPAIRED, S.INVALID, S.ZERO_BASE, S.BOTH_ZERO, S.TURNED_PROFIT),
    S.TURNED_LOSS,
    *(S.LOSS_NARROWED, S.LOSS_WIDENED, S.LOSS_UNCHANGED, S.BROKE_EVEN, S.NO_MATCH),
    *(S.ZERO_DENOMINATOR, S.NEGATIVE_DENOMINATOR),
}
"""Reasons for no number that inputs with numbers can have."""


def numbers(cells):
    return [cell.value for cell in cells if math.isfinite(cell.value)]


def recomputed(cell):
    """The formula of a cell, evaluated with the values of its inputs."""
    roles = {}
    for each in cell.inputs:
        roles.setdefault(each.role, []).append(each)
    lists = ("periods", "members", "parts")
    known = {
        role: numbers(cells) if role in lists or len(cells) > 1 else cells[0].value
        for role, cells in roles.items()
    }
    for role in lists:
        known.setdefault(role, [])
    functions = {
        "sum": math.fsum,
        "mean": lambda v: math.fsum(v) / len(v) if isinstance(v, list) else v,
        "ln": math.log,
        "abs": abs,
        "sign": lambda v: (v > 0) - (v < 0),
        "sum_of_squares": lambda values: math.fsum(v * v for v in values),
    }
    step = cell._step
    return eval(step.formula, {"__builtins__": {}}, functions | step.numbers | known)


def check(cell, above=None):
    """Check a cell and all below it; the number of cells."""
    assert above is None or cell.role
    if math.isfinite(cell.value) and cell._step.formula:
        size = max([1e-300, *map(abs, numbers(cell.inputs))])
        if "/" in cell._step.formula:
            size = max(1.0, abs(cell.value))
        again = recomputed(cell)
        assert again == pytest.approx(cell.value, rel=1e-9, abs=1e-9 * size), str(cell)
    elif not math.isfinite(cell.value):
        assert cell.status != S.OK
        lacking = [each for each in cell.inputs if not math.isfinite(each.value)]
        many = above is not None and len(above.inputs) > 31
        assert cell.notes or lacking or cell.status in OWN or many, str(cell)
    else:  # a cell of the table: its rows
        assert (
            cell.notes
            or cell.role in ("members", "periods", "base", "parts")
            or (above is not None and "matched" in cell.name)
        ), str(above)
    return 1 + sum(check(each, cell) for each in cell.inputs)


def views(panel, choose):
    """Some views of a panel."""
    yield panel
    for how in (
        lambda: panel.rollup("m"),
        lambda: panel.rollup(),
        lambda: panel.resample("Y"),
        lambda: panel.rollup("r").resample("Q"),
        lambda: panel.recode("m", {"A": "B"}),
        lambda: panel.recode("m", {"A": "B"}).rollup("m"),
        lambda: panel.select(m="A"),
        lambda: panel.assume(absent="zero").rollup("m"),
        lambda: panel.assign(w=panel["u"] - panel["v"]).rollup("m"),
    ):
        if choose.random() < 0.5:
            yield allowed(how)


def allowed(how):
    """What a call gives; None if it has no meaning for the kinds."""
    try:
        return how()
    except (TypeError, ValueError, KeyError):
        return None


def measures(panel):
    """All kinds of measures of a panel."""
    for name in panel.measures:
        level = allowed(lambda name=name: panel[name])
        if level is None:
            continue
        yield level
        yield from map(allowed, forms(level))
    if len(panel.measures) > 1:
        yield from map(allowed, forms_of_two(panel))


def forms(level):
    """What may be formed of one measure."""
    return (
        *(lambda p=p: level.growth("1Y", policy=p) for p in ("nm", "midpoint")),
        lambda: level.growth(1, policy="abs"),
        lambda: level.growth(1, within=()),
        lambda: level.growth("1Y", matched=True),
        lambda: level.growth(-1),
        lambda: level.log_growth(1),
        lambda: level.annualized_growth(1),
        lambda: level.change(1),
        lambda: level.ytd(),
        lambda: level.ytd().growth("1Y"),
        lambda: level.trailing("1Y"),
        lambda: level.trailing(3),
        lambda: level.from_ytd(),
        lambda: level.share(),
        lambda: level.share("m").change(1),
        lambda: level.rank(),
        lambda: level.hhi(),
        lambda: level.concentration(2),
        lambda: level.index(str(level.periods[0])),
        lambda: level.index(str(level.periods[0])[:4]),
        lambda: level * 2.5,
        lambda: 3 / level,
        lambda: 3 - level,
        lambda: level.growth(1).select(m="B"),
        lambda: level.rename("x").top(1),
    )


def forms_of_two(panel):
    """What may be formed of the first two measures of a panel."""
    return (
        lambda: panel.margin("u", "v"),
        lambda: panel.ratio("u", "v"),
        lambda: panel["u"] - panel["v"],
        lambda: panel["u"] / panel["v"],
        lambda: panel["u"].growth(1) - panel["v"].growth(1),
        lambda: panel["u"] * panel["v"].share(),
        lambda: panel["u"] / panel.rollup()["u"],
    )


def cells_of(measure, choose, most):
    """Labels and periods of some cells."""
    rows, columns = measure.shape
    for _ in range(min(most, rows * columns)):
        series, column = choose.randrange(rows), choose.randrange(columns)
        labels = {key: words[series] for key, words in measure.series.items()}
        yield labels, column, measure.values[series, column]


@pytest.mark.parametrize("seed", range(12))
def test_every_number_is_its_formula(seed):
    choose = random.Random(seed)
    case = random_case(Choices.seeded(seed))
    told = 0
    for panel in views(build_panel(case), choose):
        if panel is None:
            continue
        for measure in measures(panel):
            if measure is None or choose.random() < 0.4:
                continue
            for labels, column, value in cells_of(measure, choose, 3):
                why = measure.why(str(measure.periods[column]), **labels)
                assert np.array_equal(why.value, value, equal_nan=True)
                assert why.name == measure.name
                told += check(why)
                assert str(why) and why._repr_html_() and why.to_dict()
    assert told
