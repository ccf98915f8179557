"""The commands on files: report, growth, margin, coverage, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .._common.messages import short
from .csv_files import Wanted
from .files import tables
from .printing import _PRINTED

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Callable, Iterator, Sequence

    from .._cells.measure import MeasureData
    from .._panel.panel import Panel
    from .._tables.table import Table


__all__ = ["add_commands", "run_command"]

_KINDS = ("flow", "stock", "cumulative", "rate")


# ---- the command line ------------------------------------------------------------


def add_commands(commands: Any, add_format: Callable[[ArgumentParser], None]) -> None:
    """Add the commands on files to the subparsers of the command line."""
    for name, told in (
        ("report", "the weekly table: rank, level, growth, year to date, share"),
        ("growth", "growth of every series and period"),
        ("margin", "margin of revenue and cost, every series and period"),
        ("coverage", "rows, nulls, duplicates, first, last and gaps of every series"),
        ("explain", "who contributed how much to the growth, and why the margin moved"),
    ):
        command = commands.add_parser(
            name,
            help=told,
            description=f"{told[0].upper()}{told[1:]}.",
            epilog="Lists are separated by spaces. Rows in messages count from 0, "
            "below the header. In CSV and JSON rates, shares and pp are fractions.",
            allow_abbrev=False,
        )
        _add_table(command, measures=name != "explain")
        _OWN[name](command)
        add_format(command)
        command.set_defaults(run=run_command, command=name)


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


def _no_flags(parser: ArgumentParser) -> None:
    pass


_OWN: dict[str, Callable[[ArgumentParser], None]] = {
    "report": _report_flags,
    "growth": _growth_flags,
    "margin": _margin_flags,
    "coverage": _no_flags,
    "explain": _explain_flags,
}


# ---- from flags to a panel -------------------------------------------------------


def _panel(options: Namespace) -> Panel:
    from .._panel.panel import Panel

    kinds = dict(map(_kind, options.measures))
    if len(options.period) > 2:
        raise ValueError("--period takes a column, or a year and a month or quarter")
    wanted = Wanted(tuple(options.keys), tuple(options.period), tuple(kinds))
    files = options.files
    try:
        panel = Panel.from_table(
            tables(files, wanted, options.encoding, options.null),
            options.keys,
            options.period[0] if len(options.period) == 1 else tuple(options.period),
            kinds,
            freq=options.freq,
            absent=options.absent,
            duplicates=options.duplicates,
            complete_through=options.complete_through,
        )
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        message = str(error.args[0])
        if any(message.startswith(f"{file}: ") for file in files):
            raise
        raise type(error)(f"{', '.join(files)}: {message}") from None
    chosen = _selection(panel, options.select)
    periods = _periods(options.periods)
    if chosen or periods is not None:
        panel = panel.select(chosen, periods=periods)
    return panel if options.rollup is None else panel.rollup(*options.rollup)


def _kind(word: str) -> tuple[str, str]:
    name, _, kind = word.rpartition("=")
    return (name, kind) if name and kind in _KINDS else (word, "flow")


def _selection(panel: Panel, words: Sequence[str]) -> dict[str, Any]:
    """KEY=LABEL as what `Panel.select` takes; an empty label is the missing one."""
    found: dict[str, list[Any]] = {}
    for word in words:
        key, equals, text = word.partition("=")
        if not equals:
            raise ValueError(f"--select has {short(word)}: it takes KEY=LABEL")
        label: Any = text or None
        known = panel.series.get(key)
        if label is not None and known is not None and label not in known:
            # Parquet may hold integers; text has the first word.
            whole = [item for item in known.tolist() if str(item) == label]
            label = whole[0] if whole else label
        found.setdefault(key, []).append(label)
    return {key: many if len(many) > 1 else many[0] for key, many in found.items()}


def _periods(words: Sequence[str] | None) -> Any:
    if words is None:
        return None
    if len(words) > 2:
        raise ValueError(f"--periods has {len(words)} labels: it takes at most two")
    return words[0] if len(words) == 1 else slice(words[0], words[1])


# ---- the commands ----------------------------------------------------------------


def run_command(options: Namespace) -> tuple[int, Iterator[str]]:
    """The exit status of a command, and what it prints, in pieces."""
    made = _COMMANDS[options.command](options)
    return 0, _PRINTED[options.format](made)


def _one_measure(options: Namespace, most: int = 1) -> list[str]:
    names = [_kind(word)[0] for word in options.measures]
    if len(names) != most:
        raise ValueError(
            f"--measures has {len(names)}: {options.command} takes {most}"
            + (", revenue and cost" if most == 2 else "")
        )
    return names


def _report(options: Namespace) -> Table:
    from .._tables.columns import free_name
    from .._tables.table import Table

    [name] = _one_measure(options)
    panel = _panel(options)
    by = options.by or [key for key in panel.keys if key not in options.within]
    found: Table = panel.report(name, by, options.at, options.top, options.within)
    if options.format == "text":
        return found
    when = np.full(len(found), found.title.rpartition(", ")[2], dtype=object)
    columns = {free_name("period", found.columns): when} | found.to_dict()
    return Table(columns, found.title, found.formats, found.statuses)


def _growth(options: Namespace) -> Table:
    panel = _panel(options)
    if options.within is not None:
        panel = panel.rollup(*options.within)
    parts = []
    for name in panel.measures:
        level = panel[name]
        if options.top is not None:
            level = level.top(options.top, options.at)
        grown = level.growth(options.lag, policy=options.policy)._data
        series, ordinals = _cells(grown, options.at)
        rates, codes = grown.read(series, ordinals)
        parts.append(
            _rows(
                grown,
                series,
                ordinals,
                ("measure", np.full(len(series), name, dtype=object), ""),
                ("level", level._data.read(series, ordinals)[0], ""),
                ("growth", rates, "rate"),
                ("status", codes, ""),
            )
        )
    return _below(parts)


def _margin(options: Namespace) -> Table:
    revenue, cost = _one_measure(options, 2)
    panel = _panel(options)
    margin = panel.margin(revenue, cost)
    series, ordinals = _cells(margin._data, options.at)
    values, codes = margin._data.read(series, ordinals)
    more: list[tuple[str, Any, str]] = [
        (name, panel[name]._data.read(series, ordinals)[0], "")
        for name in (revenue, cost)
    ]
    more += [("margin", values, "share"), ("status", codes, "")]
    if options.lag is not None:
        values, codes = margin.change(options.lag)._data.read(series, ordinals)
        more += [("change", values, "pp"), ("change_status", codes, "")]
    return _rows(margin._data, series, ordinals, *more)


def _coverage(options: Namespace) -> Table:
    found: Table = _panel(options).coverage()
    return found


def _explain(options: Namespace) -> Table:
    from .._panel.ranking import ranking

    if options.total is None and options.bridge is None:
        raise ValueError("explain takes --total COLUMN, --bridge or both")
    known = [_kind(word)[0] for word in options.measures]
    wanted = [options.total] if options.total is not None else []
    wanted += options.bridge or []
    # Kinds may be told with --measures; what is not named there is a flow.
    options.measures += [n for n in dict.fromkeys(wanted) if n not in known]
    options.keys = options.keys or list(dict.fromkeys([*options.within, *options.by]))
    return ranking(
        _panel(options)._data,
        options.total,
        options.by,
        bridge=options.bridge,
        lag=options.lag,
        at=options.at,
        top=options.top,
        within=options.within,
    )


_COMMANDS: dict[str, Callable[[Any], Table]] = {
    "report": _report,
    "growth": _growth,
    "margin": _margin,
    "coverage": _coverage,
    "explain": _explain,
}


def _cells(measure: MeasureData, at: Any) -> tuple[Any, Any]:
    """Series and ordinals of rows: the occupied cells, or all series at a period."""
    cells, calendar = measure.cells, measure.calendar
    if at is not None:
        every = np.arange(measure.series.count)
        return every, np.full(len(every), calendar.ordinal(at, "at"), np.int64)
    keep = calendar.shows(cells.ordinals)
    return cells.series[keep], cells.ordinals[keep]


def _rows(
    measure: MeasureData, series: Any, ordinals: Any, *more: tuple[str, Any, str]
) -> Table:
    """Keys and period of some cells, and more columns: name, numbers, format."""
    from .._tables.columns import free_name
    from .._tables.table import Table

    columns: dict[str, Any] = dict(measure.series.coded(series))
    columns[free_name("period", tuple(columns))] = measure.calendar.coded(ordinals)
    formats = {}
    for name, column, form in more:
        free = free_name(name, tuple(columns))
        columns[free], formats[free] = column, form
    return Table(columns, formats=formats)


def _below(parts: Sequence[Table]) -> Table:
    """Tables of the same columns below one another."""
    from .._tables.table import Table

    if len(parts) == 1:
        return parts[0]
    columns = {
        name: np.concatenate([part[name] for part in parts]) for name in parts[0]
    }
    return Table(columns, formats=parts[0].formats)
