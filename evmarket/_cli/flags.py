"""The flags of the command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable, Sequence


_FORMATS = ("text", "csv", "json")
_KNOWN = {"why": ("text", "json", "html"), "extract": (*_FORMATS, "html")}
"""The formats of commands that have others."""
_ON_FILES = (
    "Lists are separated by spaces. Rows in messages count from 0, below the header. "
    "In CSV and JSON rates, shares and pp are fractions. "
    "What each KIND allows: python -m evmarket kinds."
)
_COMMANDS = {
    "audit": (
        "check published figures against each other",
        "FILE has the columns of the fact datasets; see the help of evmarket.datasets. "
        "Exit status 1: an inconsistency, and --strict was given.",
    ),
    "extract": (
        "the figures of an article, with their intervals and levels",
        "FILE is plain text or an HTML page; - is standard input.",
    ),
    "report": (
        "the weekly table: rank, level, growth, year to date, share",
        _ON_FILES,
    ),
    "growth": ("growth of every series and period", _ON_FILES),
    "margin": ("margin of revenue and cost, every series and period", _ON_FILES),
    "coverage": (
        "rows, nulls, duplicates, first, last and gaps of every series",
        _ON_FILES,
    ),
    "explain": (
        "who contributed how much to the growth, and why the margin moved",
        _ON_FILES,
    ),
    "kinds": ("what each kind of measure allows", None),
    "why": (
        "where the number or the hole of one cell comes from",
        _ON_FILES,
    ),
    "notebook": (
        "write the tour, a notebook that shows the package at work",
        "Open it in JupyterLab; the package's [plot] extra draws its plots.",
    ),
    "guide": (
        "print a guide: pandas, Excel, DAX, collapse, or many machines",
        "The text is Markdown. Without a NAME the guides are listed.",
    ),
}
"""The help of every command, and what follows its flags."""


class _Parser(argparse.ArgumentParser):
    """A parser whose messages have no control characters of the arguments."""

    def error(self, message: str) -> NoReturn:
        from .._common.text import printable

        super().error(printable(message))


def parser() -> ArgumentParser:
    """The parser of the whole command line; `command` is the name of the command."""
    whole = _Parser(
        prog="evmarket",
        description="Growth and margins of the built-in vehicle market.",
        epilog="In CSV and JSON rates, shares, pp and bp are fractions.",
        allow_abbrev=False,
    )
    whole.set_defaults(command="market")
    whole.add_argument("--version", action=_Version, nargs=0, help="print the version")
    _add_parts(whole)
    _add_format(whole)
    commands = whole.add_subparsers(title="commands", metavar="COMMAND")
    for name, (words, epilog) in _COMMANDS.items():
        part = commands.add_parser(
            name,
            help=words,
            description=f"{words[0].upper()}{words[1:]}.",
            epilog=epilog,
            allow_abbrev=False,
        )
        part.set_defaults(command=name)
        if epilog is _ON_FILES:
            _add_table(part)
            _add_selection(part)
        if name in _FLAGS:
            _FLAGS[name](part)
        if name not in ("kinds", "notebook", "guide"):
            _add_format(part, _KNOWN.get(name, _FORMATS))
    return whole


class _Version(argparse.Action):
    """Print the version; the core is loaded only for this."""

    def __call__(self, parser: ArgumentParser, *_: Any) -> None:
        from .. import _core

        print(f"evmarket {_core.version}")
        parser.exit()


def joined(words: Sequence[str]) -> list[str]:
    """The words as the parser takes them.

    A negative lag is joined to its flag, because -1Y looks like one. `report` with a
    part of the report on the shipped market is that report.
    """
    made: list[str] = []
    for word in words:
        if made and made[-1] == "--lag" and word[:1] == "-" and word[1:2].isdigit():
            made[-1] = f"--lag={word}"
        else:
            made.append(word)
    parts = {"--section", "--all", "--sources"}
    shipped = made[:1] == ["report"] and not parts.isdisjoint(made)
    # Without files the report is that of the shipped market.
    return made[1:] if shipped else made


def _add_parts(part: ArgumentParser) -> None:
    """What is printed of the report on the shipped market, besides its summary."""
    add = part.add_argument
    add("--section", metavar="NAME", help="one section; the summary lists the names")
    add("--all", action="store_true", help="all sections")
    add("--sources", action="store_true", help="the wording of the figures, by id")


def _add_format(part: ArgumentParser, known: Sequence[str] = _FORMATS) -> None:
    part.add_argument(
        "--format",
        choices=known,
        default="text",
        help="how to print (default: text)",
    )


def _add_table(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help=_FILES)
    add("--keys", nargs="+", default=[], metavar="COLUMN", help="they name a series")
    add(
        "--period",
        nargs="+",
        metavar="COLUMN",
        help="dates or periods, or the columns of year and month or quarter; any other "
        "name of the second needs --freq",
    )
    add(
        "--measures",
        nargs="+",
        default=[],
        metavar="COLUMN[=KIND]",
        help="flow (the default), stock, cumulative, rate or index",
    )
    add("--freq", help="Y, H, Q, M, W, D, M-JF, Y-MAR ...")
    add("--date-format", metavar="FORMAT", help="of text periods, such as %%d-%%m-%%Y")
    add("--year-end", metavar="MONTH", help="of months and days, such as MAR")
    add("--absent", default="missing", help="a period without a row: missing or zero")
    add("--duplicates", help="add (default of flows), identical, last or error")
    add("--complete-through", metavar="PERIOD", help="the last complete period")
    add(
        "--exit-after",
        metavar="PERIODS",
        help="without a row for this long at the end a series has exited (default: 1Y)",
    )
    add(
        "--units",
        nargs="+",
        default=[],
        metavar="COLUMN=UNIT",
        help="of measures, such as share=%%",
    )
    add(
        "--assign",
        nargs="+",
        default=[],
        metavar="NAME=FORMULA",
        help='more measures, such as "profit=revenue-cost"; report shows the last one, '
        "margin takes it as the cost",
    )
    _add_form(parser.add_argument_group("how files are written, found where not given"))


_FILES = (
    "CSV, also packed by gzip, JSON, Excel, Parquet and folders of it, Arrow; - is "
    "standard input"
)


def _add_form(group: Any) -> None:
    add = group.add_argument
    add("--sep", metavar="CHARACTER", help="what separates fields, such as ';' or tab")
    add("--decimal", metavar="MARK", help="the decimal mark, . or ,")
    add("--thousands", metavar="MARK", help="the mark of thousands, such as . or ,")
    add("--encoding", help="such as utf-8, gb18030, cp1252")
    add("--skip", type=_count, default=0, metavar="LINES", help="above the header")
    add(
        "--skip-footer",
        type=_count,
        default=0,
        metavar="LINES",
        help="at the end, below the table",
    )
    add(
        "--header",
        nargs="+",
        type=_count,
        metavar="LINE",
        help="that of the names, from 0; several are joined",
    )
    add("--sheet", help="of a workbook: name, or number from 0 (default: the first)")
    add(
        "--null",
        nargs="+",
        default=[],
        metavar="TEXT",
        help="more texts of a missing number, besides empty, NA and NaN",
    )
    add(
        "--wide",
        action="store_true",
        help="the headers are periods, or with --period the labels of a key",
    )
    add(
        "--wide-key",
        default="column",
        metavar="NAME",
        help="the name of that key (default: %(default)s)",
    )


def _count(word: str) -> int:
    if not word.isdecimal():
        raise argparse.ArgumentTypeError(f"{word!r} is not a number of lines")
    return int(word)


def _add_selection(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--select",
        nargs="+",
        default=[],
        metavar="KEY=LABEL",
        help="the series to keep; a key with a single label is dropped",
    )
    add(
        "--exclude",
        nargs="+",
        default=[],
        metavar="KEY=LABEL",
        help="the series to leave out, such as maker=Total",
    )
    add("--resample", metavar="FREQ", help="to a coarser calendar: M, Q, H, Y ...")
    add("--rollup", nargs="*", metavar="KEY", help="keys to keep; none: the total")
    add("--periods", nargs="+", metavar="PERIOD", help="one, or the first and the last")


def _audit_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("file", metavar="FILE", help="CSV with the fact columns")
    add("--strict", action="store_true", help="fail on inconsistency or a bad entry")
    add(
        "--errors",
        choices=("collect", "raise"),
        default="collect",
        help="list bad entries, or stop at them (default: %(default)s)",
    )
    add("--encoding", default="utf-8-sig", help="default: UTF-8")


def _extract_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("file", metavar="FILE", help="the article, or - for standard input")
    add("--facts", metavar="PATH", help="also write a table of facts to fill in, CSV")
    add("--encoding", default="utf-8-sig", help="default: UTF-8")


def _notebook_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "path",
        nargs="?",
        default="evmarket-tour.ipynb",
        metavar="PATH",
        help="the file to write (default: %(default)s)",
    )
    add("--force", action="store_true", help="replace a file")


def _guide_flags(part: ArgumentParser) -> None:
    part.add_argument("name", nargs="?", metavar="NAME", help="the tool you know")


def _report_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--by",
        nargs="+",
        metavar="KEY",
        help="keys of the rows (default: all others)",
    )
    add("--within", nargs="+", default=[], metavar="KEY", help="a table for each")
    add("--at", metavar="PERIOD", help="default: the last complete one with values")
    add("--top", type=int, default=10, help="rows before others and total")
    add("--html", metavar="PATH", help="also write a page with charts")
    add("--excel", metavar="PATH", help="also write an Excel workbook with charts")
    _add_bridge(add)


def _growth_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--lag", default="1Y", help="periods, or words such as 1Y, 1Q, 1M")
    add("--policy", default="nm", help="nm, abs, signed or midpoint")
    add("--within", nargs="*", metavar="KEY", help="roll up to these keys first")
    add(
        "--matched",
        action="store_true",
        help="with --within: only the series with a value in both periods",
    )
    add(
        "--from-ytd", action="store_true", help="of single periods of cumulative levels"
    )
    add("--ytd", action="store_true", help="of the year to date")
    add("--trailing", metavar="WINDOW", help="of trailing sums, such as 12M or 1Y")
    add("--to-date", metavar="UNIT", help="of each month, quarter or year to date")
    add("--at", metavar="PERIOD", help="this period only, all series")
    add("--top", type=int, help="only this many series, the largest")


def _margin_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--lag", help="also the change over this lag, in pp")
    add("--at", metavar="PERIOD", help="this period only, all series")


def _add_bridge(add: Callable[..., Any]) -> None:
    add(
        "--bridge",
        nargs=3,
        metavar=("REVENUE", "COST", "QUANTITY"),
        help="also explain the change of the margin",
    )


def _explain_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--total", metavar="COLUMN", help="the measure whose growth is explained")
    add(
        "--by",
        nargs="+",
        required=True,
        metavar="KEY",
        help="keys of contributors",
    )
    _add_bridge(add)
    add("--lag", default="1Y", help="periods, or words such as 1Y, 1Q, 1M")
    add("--within", nargs="+", default=[], metavar="KEY", help="a table for each")
    add("--at", metavar="PERIOD", help="default: the last complete one with values")
    add("--top", type=int, default=10, help="rows before others, entry, exit, gap")


def _why_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--at",
        required=True,
        metavar="PERIOD",
        help="the period; --select gives the labels of the series",
    )
    add("--lag", help="of the growth over this lag, such as 1Y, not of the level")


_FLAGS: dict[str, Callable[[ArgumentParser], None]] = {
    "audit": _audit_flags,
    "extract": _extract_flags,
    "report": _report_flags,
    "growth": _growth_flags,
    "margin": _margin_flags,
    "explain": _explain_flags,
    "why": _why_flags,
    "notebook": _notebook_flags,
    "guide": _guide_flags,
}
