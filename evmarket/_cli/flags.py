"""The flags of the command line."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable


_ON_FILES = {
    "report": "the weekly table: rank, level, growth, year to date, share",
    "growth": "growth of every series and period",
    "margin": "margin of revenue and cost, every series and period",
    "coverage": "rows, nulls, duplicates, first, last and gaps of every series",
    "explain": "who contributed how much to the growth, and why the margin moved",
}


def parser() -> ArgumentParser:
    """The parser of the whole command line; `command` is the name of the command."""
    whole = argparse.ArgumentParser(
        prog="python -m evmarket",
        description="Growth and margins of the built-in vehicle market.",
        epilog="In CSV and JSON rates, shares, pp and bp are fractions.",
        allow_abbrev=False,
    )
    whole.set_defaults(command="market")
    _add_format(whole)
    commands = whole.add_subparsers(title="commands", metavar="")

    def command(name: str, **texts: Any) -> ArgumentParser:
        part: ArgumentParser = commands.add_parser(name, allow_abbrev=False, **texts)
        part.set_defaults(command=name)
        return part

    audit = command(
        "audit",
        help="check published figures against each other",
        description="Check the facts of a CSV file against each other.",
        epilog="The columns are those of the fact datasets; see the help of "
        "evmarket.datasets. Exit status 1: an inconsistency, and --strict was given.",
    )
    audit.add_argument("file", metavar="FILE", help="CSV with the fact columns")
    audit.add_argument("--strict", action="store_true", help="fail on inconsistency")
    audit.add_argument("--encoding", default="utf-8-sig", help="default: UTF-8")
    _add_format(audit)
    for name, words in _ON_FILES.items():
        part = command(
            name,
            help=words,
            description=f"{words[0].upper()}{words[1:]}.",
            epilog="Lists are separated by spaces. Rows in messages count from 0, "
            "below the header. In CSV and JSON rates, shares and pp are fractions.",
        )
        _add_table(part, measures=name != "explain")
        if name in _MORE:
            _MORE[name](part)
        _add_format(part)
    tour = command(
        "notebook",
        help="write the tour, a notebook that shows the package at work",
        description="Write the tour, a notebook that shows the package at work.",
        epilog="Open it in JupyterLab; the package's [plot] extra draws its plots.",
    )
    tour.add_argument(
        "path",
        nargs="?",
        default="evmarket-tour.ipynb",
        metavar="PATH",
        help="the file to write (default: %(default)s)",
    )
    tour.add_argument("--force", action="store_true", help="replace a file")
    return whole


def _add_format(part: ArgumentParser) -> None:
    part.add_argument(
        "--format",
        choices=("text", "csv", "json"),
        default="text",
        help="how to print (default: text)",
    )


def _add_table(parser: ArgumentParser, measures: bool) -> None:
    add = parser.add_argument
    add("files", nargs="+", metavar="FILE", help="CSV files, or Parquet ones")
    add("--keys", nargs="+", default=[], metavar="COLUMN", help="what makes a series")
    add(
        "--period",
        nargs="+",
        required=True,
        metavar="COLUMN",
        help="dates or periods, or the columns of year and month or quarter",
    )
    add(
        "--measures",
        nargs="+",
        required=measures,
        default=[],
        metavar="COLUMN[=KIND]",
        help="flow (the default), stock, cumulative or rate",
    )
    add("--freq", help="Y, H, Q, M, W, D, M-JF, Y-MAR ...")
    add("--absent", default="missing", help="missing or zero: what no row means")
    add("--duplicates", default="add", help="add, identical, last or error")
    add("--complete-through", metavar="PERIOD", help="the last complete period")
    add(
        "--select",
        nargs="+",
        default=[],
        metavar="KEY=LABEL",
        help="series to take; a key named once is dropped, several times kept",
    )
    add("--rollup", nargs="*", metavar="KEY", help="keys to keep; none: the total")
    add("--periods", nargs="+", metavar="PERIOD", help="one, or the first and the last")
    add("--encoding", help="of CSV files (default: UTF-8)")
    add(
        "--null",
        nargs="+",
        default=[],
        metavar="TEXT",
        help="what means an absent number in CSV, beside nothing, NA and NaN",
    )


def _report_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--by", nargs="+", metavar="KEY", help="the rows (default: all other keys)")
    add("--within", nargs="+", default=[], metavar="KEY", help="a table for each")
    add("--at", metavar="PERIOD", help="default: the last complete one with values")
    add("--top", type=int, default=10, help="rows before others and total")


def _growth_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--lag", default="1Y", help="periods, or words such as 1Y, 1Q, 1M")
    add("--policy", default="nm", help="nm, abs, signed or midpoint")
    add("--within", nargs="*", metavar="KEY", help="of the roll-up to these keys")
    add("--at", metavar="PERIOD", help="this period only, all series")
    add("--top", type=int, help="only so many series, the largest")


def _margin_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--lag", help="also the change on the period so long before, in pp")
    add("--at", metavar="PERIOD", help="this period only, all series")


def _explain_flags(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--total", metavar="COLUMN", help="the measure whose growth is explained")
    add("--by", nargs="+", required=True, metavar="KEY", help="who contributes")
    add(
        "--bridge",
        nargs=3,
        metavar=("REVENUE", "COST", "QUANTITY"),
        help="also the change of the margin, cause by cause",
    )
    add("--lag", default="1Y", help="periods, or words such as 1Y, 1Q, 1M")
    add("--within", nargs="+", default=[], metavar="KEY", help="a table for each")
    add("--at", metavar="PERIOD", help="default: the last complete one with values")
    add("--top", type=int, default=10, help="rows before others, entry, exit, gap")


_MORE: dict[str, Callable[[ArgumentParser], None]] = {
    "report": _report_flags,
    "growth": _growth_flags,
    "margin": _margin_flags,
    "explain": _explain_flags,
}
