"""Text in a format that is told: date_format of tables, headers, columns, commands."""

import random
from datetime import datetime

import numpy as np
import pytest

import evmarket as em
from evmarket import _core
from evmarket.__main__ import main
from evmarket._inputs.formats import formatted_moments

FORMATS = [
    "%d-%m-%Y", "%m/%d/%Y", "%d.%m.%y", "%d%m%Y", "%Y%m%d", "%y%m%d", "%d %B %Y",
    "%b %d, %Y", "%d-%b-%y", "%m/%Y", "%b-%y", "%Y", "%d/%m/%Y %H:%M:%S.%f",
    "%d/%m/%Y %H:%M", "%Y%m%d%H%M%S", "on %d %m %Y", "%d日%m月%Y年", "%Y%%%m",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
def test_what_strftime_writes_is_read_as_strptime_reads_it(form):
    pick = random.Random(form)
    low = 2000 if "%y" in form else 1800
    high = 2068 if "%y" in form else 2199  # strptime takes 69 as 1969
    moments = [
        datetime(pick.randint(low, high), pick.randint(1, 12), pick.randint(1, 28),
                 pick.randint(0, 23), pick.randint(0, 59), pick.randint(0, 59),
                 pick.randint(0, 999_999))
        for _ in range(200)
    ]  # fmt: skip
    texts = [moment.strftime(form) for moment in moments]
    got = formatted_moments(texts, form, "day")
    unit = "D" if "%d" in form else "M" if "%m" in form or "%b" in form else "Y"
    assert (got.unit or got.stated) == unit
    expected = np.array([datetime.strptime(text, form) for text in texts], "M8[us]")
    np.testing.assert_array_equal(got.values, expected.astype(f"M8[{unit}]").view("i8"))


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ("%d-%m", "needs a year"), ("", "needs a year"), ("%d-%Y", "no month"),
        ("%Y-%j", "takes"), ("%Y-%m-%d %z", "takes"), ("%Y %", "takes"),
        ("%Y-%m-%Y", "twice"), ("%Y-%y", "twice"), ("%m %B %Y", "twice"),
        ("%Y" + "x" * 200, "long"),
    ],
)  # fmt: skip
def test_formats_that_cannot_be_used(form, word):
    with pytest.raises(ValueError, match=rf"date_format is .*{word}") as caught:
        formatted_moments(["2025"], form, "day")
    assert "\n" not in str(caught.value)


TABLE = {"m": ["a", "a", "b"], "d": ["01-04-2021", "15-05-2021", "3-4-2022"]}
TABLE["u"] = [1, 2, 3]


def containers():
    yield TABLE
    for library in ("pandas", "polars", "pyarrow"):
        try:
            module = __import__(library)
        except ImportError:
            continue
        made = (module.table if library == "pyarrow" else module.DataFrame)(TABLE)
        yield made
        if library == "pandas":
            yield made.astype({"d": "category"})


def test_every_way_in_reads_the_format():
    pytest.importorskip("pandas")
    for table in containers():
        panel = em.Panel.from_table(
            table, "m", "d", "u", freq="M", date_format="%d-%m-%Y"
        )
        assert panel.periods == em.Periods("2021-04", "2022-04")
        assert panel["u"].at("2021-05")[0] == 2
    options = {"freq": "D", "date_format": "%d-%m-%Y"}
    keys, measures = {"m": TABLE["m"]}, {"u": TABLE["u"]}
    arrays = em.Panel.from_arrays(keys, TABLE["d"], measures, **options)
    assert arrays.periods == em.Periods("2021-04-01", "2022-04-03", freq="D")
    wide = {"m": ["a"], "04/2021": [1], "05/2021": [2]}
    headers = em.Panel.from_wide(wide, "m", "u", date_format="%m/%Y")
    assert headers.periods == em.Periods("2021-04", "2021-05")
    column = {"day": ["1/4/2021", "1/5/2021"], "a": [1, 2]}
    columns = em.Panel.from_wide(
        column, "m", "u", "day", freq="M", date_format="%d/%m/%Y"
    )
    assert columns.periods == em.Periods("2021-04", "2021-05")
    days = ["01-04-2021", "01-04-2022"]
    form = "%d-%m-%Y"
    assert em.growth_by([2, 3], ["a", "a"], days, freq="M", date_format=form)[1] == 0.5
    rows = em.Rows(["a", "a"], days, "M", year_end="MAR", date_format=form)
    assert rows.growth([2, 3])[1] == 0.5
    joint = em.Rows(["a", "a"], ["01/2024", "01/2025"], "M-JF", date_format="%m/%Y")
    _, status = joint.growth([2, 3], return_status=True)
    assert em.Status.names(status).tolist() == ["OUTSIDE", "INCOMPLETE"]


def test_several_batches_and_the_warning_of_repeats():
    tables = [TABLE, {"m": ["a"], "d": ["16-05-2021"], "u": [7]}]
    options = {"freq": "M", "date_format": "%d-%m-%Y"}
    panel = em.Panel.from_table(iter(tables), "m", "d", "u", **options)
    assert panel["u"].at("2021-05")[0] == 9
    tables[1]["d"] = ["16-13-2021"]
    with pytest.raises(ValueError, match="d, row 3: '16-13-2021' is not in the calen"):
        em.Panel.from_table(iter(tables), "m", "d", "u", **options)
    twice = {name: [*column, column[0]] for name, column in TABLE.items()}
    with pytest.warns(em.EvmarketWarning, match="rows 0 and 3"):
        em.Panel.from_table(twice, "m", "d", "u", **options)
    empty = {name: column[:0] for name, column in TABLE.items()}
    empty["d"] = np.array([], dtype="<U10")
    assert em.Panel.from_table(empty, "m", "d", "u", **options).shape == (0, 0)


@pytest.mark.parametrize(
    ("days", "form", "error", "words"),
    [
        (["15-05-2021"], "%m-%d-%Y", ValueError, "row 0: '15-05-2021' is not in the"),
        (["15-05-2021"], "%d/%m/%Y", ValueError, "row 0: '15-05-2021' is written in"),
        (["15-05-2021 0:00"], "%d-%m-%Y", ValueError, "written in another way"),
        (["15-05-0021"], "%d-%m-%Y", ValueError, "outside the years 1800 to 2199"),
        (["15-05-2021", None], "%d-%m-%Y", ValueError, "row 1: no value"),
        ([20210515], "%Y%m%d", TypeError, "holds no text: date_format reads text"),
        (["2021"], 3, TypeError, "date_format is 3"),
    ],
)
def test_rows_that_have_another_format(days, form, error, words):
    table = {"m": ["a"] * len(days), "d": days, "u": [1] * len(days)}
    for build in (
        lambda: em.Panel.from_table(table, "m", "d", "u", freq="M", date_format=form),
        lambda: em.Rows(table["m"], days, "M", date_format=form),
    ):
        with pytest.raises(error, match=words) as caught:
            build()
        assert "\n" not in str(caught.value)


def test_a_pair_takes_no_format():
    with pytest.raises(ValueError, match="date_format is '%Y': it is for one column"):
        table = {"y": [2024], "month": [1], "u": [1]}
        em.Panel.from_table(table, [], ("y", "month"), "u", date_format="%Y")


def test_the_message_for_an_unknown_order_names_the_format():
    with pytest.raises(ValueError, match=r"date_format='%d-%m-%Y'"):
        em.Panel.from_table(TABLE, "m", "d", "u", freq="M")


def test_bad_arguments_of_the_core():
    batch = _core.columns([["2025"]], ["d"])
    for bad in ((3, 0), (batch, 1), (batch, -1)):
        with pytest.raises((TypeError, ValueError)):
            _core.period_formatted(*bad, "%Y", "d", 0)


def test_the_command_line_reads_a_format_and_a_fiscal_year(tmp_path, capsys):
    path = tmp_path / "days.csv"
    path.write_text(
        "maker,day,units\nA,01-04-2024,10\nA,01-05-2024,5\nA,01-04-2025,15\n"
    )
    words = [str(path), "--keys", "maker", "--period", "day", "--measures", "units"]
    words += ["--freq", "M", "--date-format", "%d-%m-%Y", "--year-end", "MAR"]
    assert main(["growth", *words, "--at", "2025-04"]) == 0
    assert "+50.00%" in capsys.readouterr().out
    assert main(["report", *words, "--at", "2024-05", "--format", "csv"]) == 0
    header, first = capsys.readouterr().out.splitlines()[:2]
    assert first.split(",")[header.split(",").index("ytd")] == "15"
