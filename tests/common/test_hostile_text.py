"""Control characters in labels and names never reach a terminal or a document."""

import csv
import inspect
import json
import subprocess
import sys
import unicodedata
import warnings
from datetime import datetime, timedelta, timezone

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
    import io

    text = panel().to_table().to_csv()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[1][0] == BAD
    assert np.array_equal(panel().series["maker"], [BAD, OTHER])


# ---- a sweep: every public function and every kind of column -----------------------

NAME = "a\x1b[31m\n\u202eb"
MONTH, UNITS = NAME + " month", NAME + " units"
GOOD = {
    NAME: ["A", NAME] * 2,
    MONTH: ["2024-01", "2024-01", "2024-02", "2024-02"],
    UNITS: [1.0, 2.0, 3.0, 4.0],
}
VALUES = [NAME, UNITS, [NAME], {NAME: NAME}, np.array([NAME]), slice(NAME, NAME), None]


def messages_of(call):
    """The messages of a call: those of its warnings, and of its error."""
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            call()
        except Exception as error:
            return [*told, error]
    return told


def text_of(told):
    """A message as a program gets it; str() of a KeyError escapes it once more."""
    error = getattr(told, "message", told)
    return str(error.args[0] if error.args else error)


def check_messages(call):
    """How many messages a call had; Python's own name arguments as they are."""
    texts = [text_of(told) for told in messages_of(call)]
    for text in texts:
        assert safe(text) or "unexpected keyword argument" in text
    return len(texts)


def objects():
    whole = em.Panel.from_table(GOOD, NAME, MONTH, {UNITS: "flow"})
    report = whole.report(UNITS, by=NAME)
    rows = em.Rows([NAME, NAME], ["2024-01", "2024-02"])
    parts = whole.contributions(UNITS, "1M")
    return [
        em, whole, whole[UNITS], whole[UNITS].growth(1), whole.to_table(), report,
        whole.periods, rows, parts, em.Figure("5%"),
    ]  # fmt: skip


def arguments_of(method, value):
    """Ways to give a method a value: in first places, by its names, and by a key."""
    yield from (((value,) * count, {}) for count in (1, 2))
    yield (), {NAME: value}
    try:
        names = inspect.signature(method).parameters.values()
    except ValueError:  # a class of the core
        return
    names = [each for each in names if each.kind == each.POSITIONAL_OR_KEYWORD]
    needed = {each.name: UNITS for each in names if each.default is each.empty}
    yield from (((), needed | {each.name: value}) for each in names)


@pytest.mark.parametrize("place", range(10))
def test_no_public_function_prints_a_name_as_it_is(place, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told, one = 0, objects()[place]
    names = [name for name in dir(one) if not name.startswith("_")]
    for name in set(names) - {"set_workers"} | {"__getitem__"} & set(dir(type(one))):
        method = getattr(one, name)
        for value in VALUES if callable(method) else []:
            for given, named in arguments_of(method, value):
                told += check_messages(lambda f=method, g=given, n=named: f(*g, **n))
    assert told > 20


COLUMNS = [
    [NAME] * 4, [1, 2, 3, 4], [1.5, 2, 3, 4], [None] * 4, [NAME, 1, 2, 3],
    ["A", None, "B", NAME], [np.inf] * 4, [np.nan] * 4, [2**62] * 4, [2**70] * 4,
    [b"\x1b\n"] * 4, [[1], [2], [3], [4]], [{NAME: 1}] * 4, [object()] * 4, [1j] * 4,
    [datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=3), NAME))] * 4,
    [datetime(2024, 1, 1)] * 4, [datetime(2024, 1, 1).date()] * 4, [True, False] * 2,
    ["2024-01", "2024-13"] * 2, ["01-02-2024"] * 4, ["2024-01", "2024-02"] * 2,
    ["Jan-Feb 2024", "2024-01"] * 2, [202401] * 4, [99999999] * 4, ["1,5", "2.5"] * 2,
    ["5%", "6"] * 2, ["1.234", "1,234"] * 2, [1, 2, 3], ["\ud800"] * 4, ["1e400"] * 4,
    ["5", NAME] * 2, [NAME + "\0"] * 4,
]  # fmt: skip


def as_csv_file(table):
    with open(NAME + ".csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([table, *zip(*table.values(), strict=False)])
    return NAME + ".csv"


def as_json_file(table):
    rows = [
        dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=False)
    ]
    with open(NAME + ".json", "w") as file:
        json.dump(rows, file)
    return NAME + ".json"


def as_frame(table):
    return pytest.importorskip("pandas").DataFrame(table)


def as_polars(table):
    return pytest.importorskip("polars").DataFrame(table, strict=False)


def as_arrow(table):
    pa = pytest.importorskip("pyarrow")
    return pa.table({name: pa.array(column) for name, column in table.items()})


FORMS = {
    "dict": dict,
    "iterator": lambda table: iter([GOOD, table]),
    "arrays": lambda table: {name: np.array(table[name]) for name in table},
    "pandas": as_frame,
    "polars": as_polars,
    "arrow": as_arrow,
    "csv": as_csv_file,
    "json": as_json_file,
}
OPTIONS = [
    {}, {"freq": "M"}, {"freq": "Q"}, {"freq": "M-JF"}, {"freq": NAME},
    {"date_format": "%Y-%m"}, {"date_format": NAME}, {"duplicates": "identical"},
]  # fmt: skip


def ways_in(form, table):
    """Ways to make something of a table of one bad column."""
    for options in OPTIONS:
        yield lambda o=options: em.Panel.from_table(table, NAME, MONTH, UNITS, **o)
    yield lambda: em.Panel.from_table(table, NAME, MONTH, {UNITS: "stock"})
    yield lambda: em.Panel.from_table(table, NAME, [MONTH, UNITS], UNITS)
    if form in ("csv", "json"):
        yield lambda: em.read_table(table)
    elif form not in ("iterator", "arrow"):
        keys, months, units = (table[name] for name in GOOD)
        yield lambda: em.Panel.from_arrays({NAME: keys}, months, {UNITS: units})
        yield lambda: em.growth_by(units, keys, months)
        yield lambda: em.Rows([units, keys], months)
        yield lambda: em.growth(units)
        yield lambda: em.figures(units)


@pytest.mark.parametrize("form", FORMS)
def test_no_column_prints_a_name_as_it_is(form, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = 0
    for column in COLUMNS:
        for name in GOOD:
            try:
                table = FORMS[form]({**GOOD, name: column})
            except Exception:  # the library or the file cannot hold such a column
                continue
            for way in ways_in(form, table):
                told += check_messages(way)
    assert told > 100


@pytest.mark.parametrize(
    "suffix", [".csv", ".parquet", ".json", ".xlsx", ".csv.gz", ""]
)
def test_no_damaged_file_prints_its_name_as_it_is(suffix, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = NAME + suffix
    for data in (
        b"", b"\x1b\n\xff\xfe", b"PK\x03\x04\x1b", b'"open', b"a,b\n1,2,3\n", b"{\x1b",
        b"\x1f\x8b\x08\x00aaaa", b'[{"\x1b": 1}]', b'[{"a":1},5]', b"PAR1xxxxPAR1",
    ):  # fmt: skip
        with open(path, "wb") as file:
            file.write(data)
        check_messages(lambda: em.read_table(path))
        check_messages(lambda: em.Panel.from_table([path], NAME, MONTH, UNITS))
        assert check_messages(lambda: em.Panel.load(path)) == 1
