"""What is found in files: encodings, separators, marks of numbers, titles, notes."""

from __future__ import annotations

import csv
import gzip
import io
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import evmarket as em
from evmarket import _core
from evmarket._inputs.labels import is_total, labels_told, names_percents
from evmarket._inputs.sniffing import (
    SEPARATORS,
    Marks,
    given_marks,
    sniffed_encoding,
    sniffed_marks,
    sniffed_separator,
)

pytestmark = pytest.mark.filterwarnings("ignore::evmarket.EvmarketWarning")


# ---- numbers as people write them ------------------------------------------------


def number_of(text: str, decimal: str = ".", thousands: str = "") -> Any:
    """What the core reads; None for a missing number, an error for no number."""
    quoted = '"' + text.replace('"', '""') + '"\n'
    data = f"{quoted}x\n".encode()
    stop = len(quoted.encode())
    form = (",", decimal, thousands), 1, (0,), ("number",), (b"NA",)
    batch, rows, _, _, fault = _core.csv_read(data, 0, stop, *form)
    if fault is not None:
        raise ValueError(text)
    return _core.batch_lists(batch)[0][0] if rows else None


@pytest.mark.parametrize(
    ("text", "marks", "number"),
    [
        ("1,200", (".", ","), 1200),
        ("1.200", (",", "."), 1200),
        ("12,5", (",", ""), 12.5),
        ("1.234.567,89", (",", "."), 1234567.89),
        ("1 234 567", (".", " "), 1234567),
        ("1\u00a0234,5", (",", " "), 1234.5),
        ("1\u202f234", (".", " "), 1234),
        ("1'234", (".", "'"), 1234),
        ("1’234", (".", "'"), 1234),
        ("12,34,567", (".", ","), 1234567),
        ("(1,234)", (".", ","), -1234),
        ("\u22125", (".", ""), -5),
        (" 7 ", (".", ""), 7),
        ("\u00a07", (".", ""), 7),
        ("12.5%", (".", ""), 0.125),
        ("12,5 %", (",", ""), 0.125),
        ("3％", (".", ""), 0.03),
        ("(2.5%)", (".", ""), -0.025),
        ("+1,5e3", (",", ""), 1500.0),
        ("   ", (".", ""), None),
    ],
)
def test_numbers_as_they_are_written(text, marks, number):
    assert number_of(text, *marks) == number


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("1,20", (".", ",")),
        ("1,2000", (".", ",")),
        ("0,123", (".", ",")),
        (",123", (".", ",")),
        ("1,,234", (".", ",")),
        ("1234,567", (".", ",")),
        ("1,234,56", (".", ",")),
        ("1.5,234", (".", ",")),
        ("1,234", (".", "")),
        ("1.2.3", (".", "")),
        ("1 2", (".", " ")),
        ("--1", (".", ",")),
        ("(-1)", (".", "")),
        ("()", (".", "")),
        ("%", (".", "")),
        ("1e2%", (".", "")),
        ("1%%", (".", "")),
        ("5-", (".", "")),
        ("1.5", (",", "")),
        ("１", (".", ",")),
    ],
)
def test_texts_that_are_no_numbers(text, marks):
    with pytest.raises(ValueError, match=re.escape(text)):
        number_of(text, *marks)


@given(
    number=st.integers(-(10**15), 10**15),
    places=st.integers(0, 6),
    marks=st.sampled_from([(".", ","), (",", "."), (".", " "), (",", "'"), (".", "")]),
    percent=st.booleans(),
)
@settings(deadline=None, max_examples=500)
def test_a_written_number_is_rounded_once(number, places, marks, percent):
    decimal, thousands = marks
    exact = Fraction(number, 10**places)
    whole, part = divmod(abs(number), 10**places)
    text = f"{whole:,}".replace(",", thousands)
    if places:
        text += decimal + str(part).zfill(places)
    text = ("-" if number < 0 else "") + text + ("%" if percent else "")
    exact /= 100 if percent else 1
    assert number_of(text, *marks) == float(exact)


# ---- marks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "separator", "marks"),
    [
        (["1.200", "12,5"], ";", Marks(",", ".", True)),
        (["1,200", "12.5"], ";", Marks(".", ",", True)),
        (["1,200", "1,500"], ",", Marks(".", ",", True)),
        (["1,200", "1,500"], ";", Marks(".", "", False)),
        (["950", "1.200"], ",", Marks(".", "", False)),
        (["1.234.567"], ",", Marks(",", ".", True)),
        (["12 345", "678"], ",", Marks(".", " ", False)),
        (["0.123"], ",", Marks(".", "", True)),
        (["1234.567"], ",", Marks(".", "", True)),
        (["31.12.2024", "30.11.2024"], ";", Marks(".", "", False)),
        (["2024.01", "2024.12"], ",", Marks(".", "", False)),
        (["a", "b", "12,5"], ",", Marks(".", "", False)),
    ],
)
def test_marks_are_found_where_a_number_shows_them(cells, separator, marks):
    assert sniffed_marks([cells], separator) == marks


def test_marks_that_are_given():
    assert given_marks(None, None) is None
    assert given_marks(None, ".") == Marks(",", ".", True)
    assert given_marks(",", None) == Marks(",", "", True)
    assert given_marks(None, "\u00a0") == Marks(".", " ", True)
    for wrong in [(";", None), (None, "x"), (",", ",")]:
        with pytest.raises(ValueError, match=r"decimal|thousands"):
            given_marks(*wrong)


def test_a_number_that_may_be_two_is_refused_wherever_it_stands():
    rows = "".join(f"A,{2000 + k},{k}\n" for k in range(150))
    data = f"maker,year,units\n{rows}A,2150,1.200\n".encode()
    with pytest.raises(ValueError, match=r"row 150: '1.200' may be 1.200 or 1200"):
        em.read_table(io.BytesIO(data))
    assert em.read_table(io.BytesIO(data), thousands=".")["units"][-1] == 1200
    assert em.read_table(io.BytesIO(data), decimal=".")["units"][-1] == 1.2
    sure = data + b"A,2151,0.5\n"
    assert em.read_table(io.BytesIO(sure))["units"][-2:].tolist() == [1.2, 0.5]


# ---- encodings and separators --------------------------------------------------------

WORDS = {
    "gb18030": "比亚迪 广汽 销量",
    "gbk": "小鹏 汽车 出口",
    "big5": "國產 汽車 銷量",
    "cp932": "トヨタ ホンダ",
    "shift_jis": "スズキ 自動車",
    "cp949": "현대 기아 판매",
    "euc_kr": "쌍용 자동차",
    "cp1252": "Citroën Škoda – Österreich",
    "latin-1": "Peugeot é Müller ¿año?",
    "utf-8": "比亚迪 Škoda 현대",
    "utf-8-sig": "比亚迪",
    "utf-16": "比亚迪",
    "utf-32": "比亚迪",
}


@pytest.mark.parametrize("encoding", WORDS)
@pytest.mark.parametrize("separator", SEPARATORS)
def test_what_was_written_is_read_back(encoding, separator):
    word = WORDS[encoding]
    rows = [["maker", "month", "units"], [word, "2024-01", "5"], [word, "2024-02", "7"]]
    text = "".join(separator.join(row) + "\r\n" for row in rows)
    file = io.BytesIO(text.encode(encoding))
    if encoding in ("cp949", "euc_kr"):  # these bytes are words in Chinese, too
        with pytest.raises(ValueError, match="it may be gb18030"):
            em.read_table(file)
        return
    table = em.read_table(file)
    assert table["maker"].tolist() == [word, word]
    assert table["units"].tolist() == [5, 7]


# fmt: off
ENCODINGS = [
    "ascii", "big5", "big5hkscs", "cp037", "cp437", "cp500", "cp720", "cp737",
    "cp775", "cp850", "cp852", "cp855", "cp857", "cp858", "cp860", "cp861", "cp862",
    "cp863", "cp864", "cp865", "cp866", "cp869", "cp874", "cp932", "cp949", "cp950",
    "cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257",
    "cp1258", "euc_jp", "euc_kr", "gb2312", "gbk", "gb18030", "iso2022_jp",
    "iso8859_2", "iso8859_5", "iso8859_7", "iso8859_9", "iso8859_15", "koi8_r",
    "koi8_u", "latin_1", "mac_roman", "shift_jis", "utf_7", "utf_8", "utf_8_sig",
    "utf_16", "utf_16_le", "utf_32"
]
# fmt: on


@given(data=st.data())
@settings(deadline=None, max_examples=400)
def test_fifty_encodings_and_all_separators(data):
    """Read back equal with the encoding told; without it equal, told or refused."""
    encoding = data.draw(st.sampled_from(ENCODINGS))
    separator = data.draw(st.sampled_from(SEPARATORS))
    letters = "abcXYZ éüßñžłąčДЖяαβ中国车漢字トヨ현대,;|\"'\t-_.5"
    usable = "".join(c for c in letters if _has(encoding, c))
    labels = st.text(usable, min_size=1, max_size=12).filter(lambda t: t.strip(" \t"))
    rows = data.draw(
        st.lists(
            st.tuples(labels, st.integers(-(10**6), 10**6)), min_size=1, max_size=8
        )
    )
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(["maker", "month", "units"])
    for row, (label, number) in enumerate(rows):
        writer.writerow([label, f"{2000 + row}-01", number])
    written = file.getvalue().encode(encoding)
    assert len(ENCODINGS) >= 50
    table = em.read_table(io.BytesIO(written), encoding=encoding)
    assert list(map(str, table["maker"])) == [str(_plain(label)) for label, _ in rows]
    assert table["units"].tolist() == [number for _, number in rows]
    try:
        found = em.read_table(io.BytesIO(written))
    except (ValueError, KeyError):
        return
    if "read as" not in found.note:
        assert list(map(str, found["maker"])) == [str(_plain(t)) for t, _ in rows]
    if "units" in found:
        assert found["units"].tolist() == [number for _, number in rows]


def _has(encoding: str, character: str) -> bool:
    try:
        return character.encode(encoding).decode(encoding) == character
    except UnicodeError:
        return False


def _plain(label: str) -> Any:
    """Labels that are all numbers are numbers."""
    return label


def test_bytes_that_may_be_of_several_encodings_are_refused():
    with pytest.raises(ValueError, match="is not valid UTF-8: pass encoding="):
        sniffed_encoding(b"a\x81\xfeb", True, "encoding=")
    assert sniffed_encoding(b"abc\xe6\xaf", False, "") == "utf-8"  # cut in a character
    assert sniffed_encoding("a,b".encode("utf-16-le"), True, "") == "utf-16-le"
    assert sniffed_encoding("a,b".encode("utf-16-be"), True, "") == "utf-16-be"


def test_the_separator_is_the_one_that_gives_the_names():
    text = "a;b,c;d\n1;2,3;4\n"
    assert sniffed_separator(text, ["b,c"]) == ";"
    assert sniffed_separator("x\ty\n1\t2\n", []) == "\t"
    assert sniffed_separator("alone\n1\n", []) == ","


# ---- the parts of a sheet ------------------------------------------------------------


def table(text: str, **options: Any) -> dict[str, list[Any]]:
    made = em.read_table(io.BytesIO(text.encode()), **options)
    return {name: made[name].tolist() for name in made} | {"": made.note.splitlines()}


def test_titles_units_notes_and_blank_rows():
    found = table(
        "New cars,,\n\nmaker,month,units\n,,(cars)\nA,2024-01,5\n,,\nA,2024-02,7\n\n"
        'Source: an office\n"Note: a, b"\n,,\n'
    )
    assert found["units"] == [5, 7] and found["maker"] == ["A", "A"]
    assert found[""] == [
        "skipped 1 line above the header: 'New cars'",
        "skipped the line of units: '(cars)'",
        "skipped 2 lines below the table: 'Source: an office'",
        "skipped 2 blank rows",
    ]


def test_lines_to_skip_are_told():
    text = "x,y\nmaker,units\nA,1\nB,2\nsum,3\n"
    assert table(text, skip=1, skip_footer=1)["maker"] == ["A", "B"]
    assert table(text, header=1)["units"] == [1, 2, 3]
    two = table("2024,,2025\nunits,cost,units\n1,2,3\n", header=[0, 1])
    assert [*two][:3] == ["2024 units", "2024 cost", "2025 units"]
    with pytest.raises(ValueError, match="header is 9"):
        table(text, header=9)


def test_a_row_of_the_table_is_no_note():
    assert table("maker,month,units\nA,2024-01,\n")["units"] == [None]
    with pytest.raises(ValueError, match="row 1 has 2 fields, the header has 3"):
        table("maker,month,units\nA,2024-01,5\nA,7\nB,2024-01,7\n")


def test_an_open_quote_is_no_note():
    with pytest.raises(ValueError, match="row 1: a quote is opened and never closed"):
        table('maker,month,units\nA,2024-01,5\n"Source: x\n')


def test_names_of_columns():
    found = table("maker\u00a0,units,units,\nA,1,2,3\n")
    assert [*found][:4] == ["maker", "units", "units (2)", "column 4"]
    assert found[""] == ["read column 'maker␣' as 'maker'"]


def test_codes_and_periods_stay_text():
    found = table("code,month,units\n007,2024.01,1\n011,2024.02,2\n")
    assert found["code"] == ["007", "011"] and found["month"] == ["2024.01", "2024.02"]
    rows = "".join(f"{k},5\n" for k in range(300))
    late = table(f"code,units\n{rows}A7,5\n")
    assert late["code"][:2] == ["0", "1"] and late["code"][-1] == "A7"


def test_percentages_are_fractions_all_or_none():
    assert table("m,share\na,12.5%\nb,0\n")["share"] == [0.125, 0.0]
    with pytest.raises(ValueError, match="row 1: '3' has no percent sign"):
        table("m,share\na,12.5%\nb,3\n")


def test_dates_dropped_rows_and_gzip():
    text = "maker,day,units\nA,01-02-2024,5\nTotal,01-02-2024,5\n"
    made = em.read_table(
        io.BytesIO(gzip.compress(text.encode())),
        date_format="%d-%m-%Y",
        drop={"maker": "Total"},
    )
    assert made["day"].astype(str).tolist() == ["2024-02-01"]
    with pytest.raises(ValueError, match="no column is written so"):
        em.read_table(io.BytesIO(text.encode()), date_format="%Y")
    with pytest.raises(KeyError, match="drop: column 'maker' has no 'B'"):
        em.read_table(io.BytesIO(text.encode()), drop={"maker": ["B"]})


# ---- labels --------------------------------------------------------------------------


def test_totals_in_many_languages():
    words = (
        "Total 合计 総計 합계 Gesamt Totale Suma Totaux Итого Razem GRAND\u00a0TOTAL"
    )
    assert all(map(is_total, words.split(" ")))
    assert not any(map(is_total, ["Totalenergies", "Summer", "计算", 5, None, "Allez"]))


def test_labels_are_told_once():
    labels = ["MCLAREN", "Mclaren", "ＢＹＤ", "byd", "Plug-in\u00a0", None]
    told = labels_told("maker", labels)
    assert told == [
        "'maker': 'MCLAREN', 'Mclaren' differ in case or blanks only (1 more such): "
        "recode joins labels",
        "'maker': 1 label with a blank at an end, such as 'Plug-in␣'",
    ]
    assert labels_told("maker", ["Total"]) == []  # it is the total of nothing


def test_names_of_percentages():
    assert all(map(names_percents, ["Pct", "EV share", "渗透率", "margin %", "Anteil"]))
    assert not any(
        map(names_percents, ["units", "Accurate", "shareholders", "corporate"])
    )


# ---- wide files and long fields ------------------------------------------------------


def test_a_thousand_columns():
    names = [f"c{k}" for k in range(1000)]
    rows = [names, list(map(str, range(1000))), list(map(str, range(1000, 2000)))]
    made = em.read_table(io.BytesIO("\n".join(map(",".join, rows)).encode()))
    assert made.columns == tuple(names) and made["c999"].tolist() == [999, 1999]


def test_long_fields():
    long = "x" * 300_000
    made = em.read_table(io.BytesIO(f"maker,units\nA,1\n{long},2\nB,3\n".encode()))
    assert made["maker"].tolist() == ["A", long, "B"]


# ---- what a hostile reader found -----------------------------------------------------


def read(data: bytes, **options: Any) -> Any:
    return em.read_table(io.BytesIO(data), **options)


def test_dates_and_versions_are_no_proof_of_a_mark():
    for first in ("01.2024", "31.12", "1.2.345", "10.0.0.123"):
        data = f"maker;x;units\nA;{first};1.234\nA;{first};2.345\n".encode()
        with pytest.raises(ValueError, match=r"'1\.234' may be 1\.234 or 1234"):
            read(data)
    months = read(b"m;units\n01.2024;1\n10.2024;2\n")["m"].tolist()
    assert months == ["01.2024", "10.2024"]


def test_a_comma_beside_another_separator():
    made = read(b"Modell;Preis, EUR\nA;1,5\nB;2,7\n")
    assert made.columns == ("Modell", "Preis, EUR")
    assert made["Preis, EUR"].tolist() == [1.5, 2.7]


def test_footers_that_are_longer_than_the_end_that_is_kept():
    rows = b"A,2024-01,1\n" * 12 + b"Total,2025-01,9\n" * 6000
    with pytest.raises(ValueError, match="skip_footer is 6000: only"):
        read(b"maker,month,units\n" + rows, skip_footer=6000)
    with pytest.raises(ValueError, match="skip_footer is 1: only 0 whole lines"):
        read(b'maker,month,units\nA,2024-01,1\nTotal 5",2024-01,3\n', skip_footer=1)


def test_an_empty_header_is_refused():
    with pytest.raises(ValueError, match="header is 0: that line is empty"):
        read(b"\na,b\n1,2\n3,4\n", header=0)


def test_large_integers_are_not_rounded():
    for data in (b'[{"a":9007199254740993},{"a":0.5}]', b'[{"a":9223372036854775808}]'):
        with pytest.raises(OverflowError, match="row 0"):
            read(data)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"skip": -1}, ValueError), ({"skip": 1.5}, TypeError),
        ({"skip": "1"}, TypeError),
        ({"skip_footer": -1}, ValueError), ({"header": True}, TypeError),
        ({"header": "0"}, TypeError), ({"sep": ""}, ValueError),
        ({"sep": "ab"}, ValueError),
        ({"sep": 5}, TypeError), ({"sep": '"'}, ValueError), ({"sep": "é"}, ValueError),
        ({"nulls": [5]}, TypeError), ({"encoding": 5}, TypeError),
        ({"encoding": "nope"}, ValueError), ({"encoding": "rot13"}, ValueError),
    ],
)  # fmt: skip
def test_options_that_are_wrong(options, error):
    with pytest.raises(error, match=next(iter(options))):
        read(b"a,b\n1,2\n", **options)


@pytest.mark.parametrize(
    "data",
    [
        "a,b\n1,2\n".encode("utf-16") + b"A",
        gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)[:-4],
        gzip.compress(b"a,b\n1,2\n" * 100, mtime=0)[:20],
        b'[{"a":{"b":1}}]',
        b'{"a": 1}\n[1]\n',
        b"PK\x03\x04",
        b"\x1f\x8b",
        b"\xef\xbb\xbf",
        b"",
    ],
)
def test_damaged_files_are_refused_in_one_line(data):
    with pytest.raises(ValueError, match="the file: ") as caught:
        made = read(data)
        assert made is None, made
    assert "\n" not in str(caught.value)


def test_a_western_letter_before_a_separator_is_not_chinese():
    made = read("maker|units\nA|5\nÄ|7\n".encode("cp1252"))
    assert made["units"].tolist() == [5, 7] and made["maker"].tolist() == ["A", "Ä"]


def test_columns_that_turn_to_text_are_told():
    rows = "".join(f"{k},5\n" for k in range(300))
    made = read(f"code,units\n{rows}A7,5\n".encode())
    assert "read a column as text: 'A7'" not in made.note
    assert "'A7' is not a number" in made.note


def test_lines_may_end_with_a_return():
    assert read(b"title\ra,b\r1,2\r", skip=1)["b"].tolist() == [2]


def test_units_beside_a_missing_number():
    assert str(table("maker,units\n,pcs\nA,NA\nB,2\n")["units"]) == "[nan, 2.0]"


def test_a_pipe_is_read_once(tmp_path):
    import os
    import threading

    path = str(tmp_path / "pipe")
    os.mkfifo(path)
    rows = "".join("1,2\n" for _ in range(300))
    data = f"a,b\n{rows}x,3\n".encode()

    def write() -> None:
        with open(path, "wb") as file:
            file.write(data)

    thread = threading.Thread(target=write)
    thread.start()
    made = em.read_table(path)
    thread.join()
    assert len(made) == 301 and made["a"][-1] == "x"
