"""Every operation follows the table of kinds, which the help prints."""

import inspect

import numpy as np
import pytest

import evmarket as em
from evmarket.__main__ import main
from evmarket._common.kinds import KINDS, LEVELS, TABLE, kinds_table

MONTHS = np.arange("2023-01", "2026-01", dtype="datetime64[M]")


def panel():
    """Measures of every kind that a column can have, with two of the levels."""
    count = len(MONTHS)
    numbers = np.tile(np.arange(1, 13), 2 * count // 12).astype(float)
    names = {kind: kind for kind in KINDS} | {f"{kind} 2": kind for kind in KINDS}
    table = {
        "maker": ["A"] * count + ["B"] * count,
        "region": ["x"] * count + ["y"] * count,
        "month": np.tile(MONTHS, 2),
        **{name: numbers + place for place, name in enumerate(names)},
    }
    return em.Panel.from_table(table, ["maker", "region"], "month", names)


def measures():
    """A measure of every kind of the table."""
    made = panel()
    flow = made["flow"]
    return {kind: made[kind] for kind in KINDS} | {
        "window": flow.ytd(),
        "growth": flow.growth(),
        "log": flow.log_growth(),
        "share": flow.share(),
        "margin": made.margin("flow", "flow 2"),
        "ratio": made.ratio("flow 2", "flow"),
        "unit value": made.ratio("flow 2", "flow", "unit value"),
        "rank": flow.rank(),
        "pp": flow.share().change(),
        "index points": made["index"].change(),
    }


MEASURES = measures()
"""Rows of the table that each method asks."""
METHODS = {
    "growth": ("growth", lambda m: m.growth("1Y")),
    "log_growth": ("growth", lambda m: m.log_growth("1Y")),
    "annualized_growth": ("growth", lambda m: m.annualized_growth("1Y")),
    "index": ("growth", lambda m: m.index("2024-01")),
    "change": ("change", lambda m: m.change("1Y")),
    "ytd": ("window", lambda m: m.ytd()),
    "to_date": ("window", lambda m: m.to_date("Y")),
    "trailing": ("window", lambda m: m.trailing("1Y")),
    "from_ytd": ("single", lambda m: m.from_ytd()),
    "share": ("series", lambda m: m.share()),
    "hhi": ("series", lambda m: m.hhi()),
    "concentration": ("series", lambda m: m.concentration(1)),
    "growth within": ("series growth", lambda m: m.growth("1Y", within=())),
    "growth matched": ("series growth", lambda m: m.growth("1Y", matched=True)),
}


def follows(allowed, operate):
    """Whether an operation works or is refused as the table says."""
    if allowed:
        return operate()
    with pytest.raises(TypeError) as refused:
        operate()
    assert len(str(refused.value)) > 20 and "\n" not in str(refused.value)
    return None


def test_there_is_a_measure_of_every_kind():
    assert {kind: measure.kind for kind, measure in MEASURES.items()} == {
        kind: kind for kind in TABLE
    }


@pytest.mark.parametrize("kind", TABLE)
@pytest.mark.parametrize("method", METHODS)
def test_methods_follow_the_table(kind, method):
    operations, operate = METHODS[method]
    allowed = all(getattr(TABLE[kind], name) for name in operations.split())
    made = follows(allowed, lambda: operate(MEASURES[kind]))
    if made is not None and method in ("change", "from_ytd"):
        assert made.kind == getattr(TABLE[kind], operations)


@pytest.mark.parametrize("kind", TABLE)
def test_growth_of_some_kinds_takes_whole_years_only(kind):
    growth = TABLE[kind].growth
    follows(growth == "any", lambda: MEASURES[kind].growth("1M"))
    follows(
        TABLE[kind].change and growth in ("any", ""), lambda: MEASURES[kind].change(1)
    )


@pytest.mark.parametrize("other", LEVELS)
@pytest.mark.parametrize("kind", LEVELS)
def test_quotients_of_levels_follow_the_table(kind, other):
    allowed = other in TABLE[kind].ratio
    follows(allowed, lambda: MEASURES[kind] / MEASURES[other])
    if kind in KINDS and other in KINDS:
        made = panel()
        follows(allowed, lambda: made.ratio(kind, f"{other} 2"))
        follows(kind == other, lambda: made.margin(kind, f"{other} 2"))


@pytest.mark.parametrize("kind", TABLE)
def test_levels_and_rates_are_never_added(kind):
    level = kind in LEVELS
    follows(level, lambda: MEASURES[kind] + MEASURES[kind if level else "flow"])
    follows(not level, lambda: MEASURES[kind] - MEASURES["growth" if level else kind])


PANELS = {
    "roll-up": ("series", lambda p, name: p.rollup()[name].values),
    "resample": ("periods", lambda p, name: p[[name]].resample("Y")[name].values),
    "report": ("series", lambda p, name: p.report(name, "maker")),
    "contributions": ("series", lambda p, name: p.contributions(name)),
    "shift_share": ("series", lambda p, name: p.shift_share(name, "region", "maker")),
    "price_volume": ("series", lambda p, name: p.price_volume(name, f"{name} 2")),
    "mix_rate": ("series", lambda p, name: p.mix_rate(name, f"{name} 2")),
    "margin_bridge": (
        "series",
        lambda p, name: p.margin_bridge(f"{name} 2", name, f"{name} 2"),
    ),
    "price_index": ("series", lambda p, name: p.price_index(name, f"{name} 2")),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("operation", PANELS)
def test_panels_and_explanations_follow_the_table(kind, operation):
    name, operate = PANELS[operation]
    follows(getattr(TABLE[kind], name), lambda: operate(panel(), kind))


@pytest.mark.parametrize("kind", KINDS)
def test_repeated_rows_and_zeros_follow_the_table(kind):
    table = {"maker": ["A", "A", "A"], "x": [1, 2, 4]}
    months = ["2025-01", "2025-01", "2025-03"]
    keys, values = {"maker": table["maker"]}, {"x": table["x"]}
    if TABLE[kind].repeats == "add":
        made = em.Panel.from_table(
            {**keys, "month": months, **values}, "maker", "month", {"x": kind}
        )
        assert made["x"].at("2025-01")[0] == 3
    else:
        with pytest.raises(ValueError, match="duplicates"):
            em.Panel.from_table(
                {**keys, "month": months, **values}, "maker", "month", {"x": kind}
            )
    made = em.Panel.from_table(
        {"maker": ["A", "A"], "month": ["2025-01", "2025-03"], "x": [1, 4]},
        "maker", "month", {"x": kind}, absent="zero",
    )  # fmt: skip
    assert np.isnan(made["x"].at("2025-02")[0]) == (not TABLE[kind].zero)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("command", "operation"),
    [
        (["report"], "series"),
        (["growth"], "growth"),
        (["growth", "--within"], "series"),
        (["explain", "--total", "x", "--by", "maker"], "series"),
    ],
)
def test_the_command_line_follows_the_table(tmp_path, capsys, kind, command, operation):
    path = tmp_path / "x.csv"
    rows = [f"{m},{t},{1 + k}" for k, t in enumerate(MONTHS) for m in "AB"]
    path.write_text("\n".join(["maker,month,x", *rows]) + "\n")
    flags = ["--period", "month", "--freq", "M", "--measures", f"x={kind}"]
    if command[0] != "explain":
        flags += ["--keys", "maker"]
    code = main([command[0], str(path), *flags, *command[1:]])
    text = capsys.readouterr()
    # The growth command shows the change of rates.
    allowed = getattr(TABLE[kind], operation) or (operation, kind) == ("growth", "rate")
    assert (code == 0) == bool(allowed), text.err
    errors = [line for line in text.err.splitlines() if "notice: " not in line]
    assert bool(errors) == (code != 0)


def test_the_help_prints_the_table(capsys):
    words = kinds_table()
    assert max(map(len, words.splitlines())) <= 84
    assert words in inspect.cleandoc(em.Panel.__doc__)
    assert all(kind in words for kind in TABLE)
    assert main(["kinds"]) == 0
    assert capsys.readouterr().out == f"{words}\n"
    for command in ("report", "growth", "margin", "coverage", "explain"):
        assert main([command, "--help"]) == 0
        assert "python -m evmarket kinds" in " ".join(capsys.readouterr().out.split())
