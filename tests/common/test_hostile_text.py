"""Control characters in labels and names never reach a terminal or a document."""

import subprocess
import sys
import unicodedata
import warnings

import numpy as np
import pytest

import evmarket as em
from evmarket._common.messages import listing, one_line, short, visible
from evmarket._common.text import columns_of, middle, printable

BAD = "\x1b[31mA\x07\x00\u202eB\x9b2J\u2066C\r\x7f\u200f"
OTHER = BAD + "D"


def safe(text, lines=False, html=False):
    """No control character, and nothing that turns the direction of writing."""
    hidden = {c for c in text if unicodedata.category(c) in ("Cc", "Cf")}
    if html:  # a document may have marks that turn nothing, as emoji need
        hidden -= {"\u200f"}
    return not hidden - set("\n" if lines else "")


@pytest.mark.parametrize(
    "made",
    [
        printable, one_line, short, visible, lambda text: listing([text, text]),
        lambda text: middle(text, 12), lambda text: middle(text * 50, 20),
    ],
)  # fmt: skip
def test_parts_of_messages_are_safe(made):
    assert safe(made(BAD)) and safe(made(f" {BAD}\n{BAD}\t"))


def test_what_is_escaped_can_still_be_told_apart():
    assert printable("a\x1bb\u202ec") == "a\\x1bb\\u202ec"
    assert printable("a\nb\u00a0c") == "a b c"
    assert printable("广汽 é 🚗") == "广汽 é 🚗"
    assert columns_of(middle("\x1b" * 90, 20)) <= 20


def table(**more):
    return {
        "maker": [BAD, OTHER, BAD, OTHER],
        "month": ["2024-01", "2024-01", "2024-02", "2024-02"],
        BAD: [1, 2, 3, None],
    } | more


def panel():
    return em.Panel.from_table(table(), "maker", "month", {BAD: "flow"})


TEXTS = {
    "panel": lambda p: repr(p),
    "measure": lambda p: repr(p[BAD]),
    "table": lambda p: repr(p.to_table()),
    "report": lambda p: repr(p.report(BAD, by="maker")),
    "report text": lambda p: str(p.report(BAD, by="maker")),
    "markdown": lambda p: p.to_table().to_markdown(),
    "html": lambda p: p.to_table().to_html(),
    "panel html": lambda p: p._repr_html_(),
    "measure html": lambda p: p[BAD]._repr_html_(),
    "why": lambda p: str(p[BAD].growth(1).why("2024-02", maker=BAD)),
    "why html": lambda p: p[BAD].growth(1).why("2024-02", maker=BAD)._repr_html_(),
    "contributions": lambda p: repr(p.contributions(BAD, "1M")),
    "label": lambda p: (
        repr(p[BAD].label(maker=BAD)) if hasattr(p[BAD], "label") else ""
    ),
    "rollup": lambda p: repr(p.rollup()),
    "audit": lambda p: repr(em.audit({"claim": [BAD], "level": ["5"], "base": [BAD]})),
    "extract": lambda p: repr(
        em.extract(f"sales of {BAD} rose 5% to 10,000 {BAD} units")
    ),
    "figure": lambda p: repr(em.Figure("5% " + "\u2066up\u2069")),
    "holes": lambda p: repr(p.holes()) if hasattr(p, "holes") else "",
}


@pytest.mark.parametrize("door", TEXTS)
def test_texts_are_safe(door):
    try:
        text = TEXTS[door](panel())
    except (ValueError, TypeError) as error:
        text = str(error)
    assert safe(text, lines=True, html="html" in door)


ERRORS = {
    "measure": lambda p: p[OTHER],
    "key": lambda p: p.rollup(BAD),
    "label": lambda p: p.select(maker=BAD + "x"),
    "choose": lambda p: p.select(**{BAD: "A"}),
    "assign": lambda p: p.assign(**{BAD: p[BAD].growth(1)}),
    "no number": lambda p: p[BAD] / 0,
    "unlike": lambda p: p[BAD].growth(1) + p[BAD],
    "ytd of growth": lambda p: p[BAD].growth(1).ytd(),
    "why": lambda p: p[BAD].why("2024-02", maker="x" + BAD),
    "why period": lambda p: p[BAD].why(BAD, maker=BAD),
    "lag": lambda p: p[BAD].growth(BAD),
    "periods": lambda p: p.select(periods=slice(BAD, None)),
    "resample": lambda p: p.resample(BAD),
    "report": lambda p: p.report(BAD, by=OTHER),
    "rename": lambda p: p.rename({BAD: "maker"}) if hasattr(p, "rename") else p[1],
    "merge": lambda p: p.merge(p.rollup()),
    "figure": lambda p: em.Figure(BAD),
    "figures": lambda p: em.figures([BAD]),
    "period": lambda p: em.Panel.from_table(
        table(month=[BAD] * 4), "maker", "month", BAD
    ),
    "column": lambda p: em.Panel.from_table(table(), OTHER, "month", BAD),
    "kind": lambda p: em.Panel.from_table(table(), "maker", "month", {BAD: OTHER}),
    "text": lambda p: em.Panel.from_table(
        table(**{BAD: ["5", BAD, "6", "7"]}), "maker", "month", BAD
    ),
    "repeats": lambda p: em.Panel.from_table(
        table(month=["2024-01"] * 4), "maker", "month", {BAD: "stock"}
    ),
    "mixed keys": lambda p: em.Panel.from_table(
        table(maker=[1, BAD, 2, 3]), "maker", "month", BAD
    ),
    "load": lambda p: em.Panel.load(BAD.replace("\x00", "")),
    "read": lambda p: em.read_table(BAD.replace("\x00", "") + ".csv"),
    "format": lambda p: p.to_table().to_csv(sep=BAD),
    "rows": lambda p: em.growth_by([1.0, 2.0], [BAD, BAD], ["2024-01", "2024-01"]),
    "policy": lambda p: em.growth([1.0, 2.0], policy=BAD),
    "large": lambda p: em.Panel.from_table(
        table(**{BAD: [2**63 - 1] * 4}), "maker", "month", BAD
    ).rollup()[BAD].values,
    "audit": lambda p: em.audit({BAD: [1]}),
    "facts": lambda p: em.Facts({BAD: [BAD]}),
    "dataset": lambda p: em.datasets.load(BAD),
    "fill": lambda p: p.assume(BAD) if hasattr(p, "assume") else p[2],
}  # fmt: skip


@pytest.mark.parametrize("door", ERRORS)
def test_messages_are_safe(door):
    with pytest.raises(Exception) as caught:
        ERRORS[door](panel())
    assert safe(str(caught.value))


def test_notices_and_warnings_are_safe():
    rows = table(month=["2024-01"] * 4)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        made = em.Panel.from_table(rows, "maker", "month", BAD)
        em.Panel.from_arrays({BAD: [BAD] * 2}, ["2024-01"] * 2, {BAD: [5, 5]})
    assert told and all(safe(str(each.message)) for each in told)
    assert safe(repr(made), lines=True)


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_the_command_line_is_safe(tmp_path, form):
    bad = BAD.replace("\x00", "").replace("\r", "")
    path = tmp_path / "t.csv"
    text = f"maker,month,{bad}\n" + "".join(
        f"{bad}{name},2024-{month:02},{month}\n" for name in "XY" for month in (1, 2)
    )
    path.write_text(text, encoding="utf-8")
    for more in (
        ["--by", "maker"], ["--by", bad], [f"--{bad}"], ["--format", bad],
        ["--lag", bad],
    ):  # fmt: skip
        command = [sys.executable, "-m", "evmarket", "report", str(path), "--keys"]
        command += ["maker", "--measures", bad, "--period", "month", *more]
        if "--format" not in more:
            command += ["--format", form]
        done = subprocess.run(command, capture_output=True, encoding="utf-8")
        assert safe(done.stdout, lines=True) and safe(done.stderr, lines=True)
        assert done.stdout or done.stderr


def test_data_stays_as_it_is():
    """CSV and JSON are read by programs: labels keep all of their characters."""
    import csv
    import io

    text = panel().to_table().to_csv()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1][0] == BAD
    assert np.array_equal(panel().series["maker"], [BAD, OTHER])
